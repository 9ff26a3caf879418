"""Runs of our own cells that start alike: what they have in common is run once, in a process that serves many
of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from autograder.inside.limits import Limits
from autograder.inside.protocol import CellSource, Run
from autograder.inside.seen import Outcome
from autograder.sandbox.process import Process
from autograder.sandbox.single_run import SingleRun, ran_in
from autograder.sandbox.zygote import Sandbox

MOST_RUNS = 100
"""A process serves so many runs at most."""

Found = TypeVar("Found")


@dataclass
class CommonStart:
    """Runs of cells one after another, each followed by probes. Before each, what the cells in common have
    left is put back, as it is before each probe.
    """

    sandbox: Sandbox
    limits: Limits
    _start: list[CellSource] = field(default_factory=list)
    _process: Process | None = None
    _runs: int = 0
    _began: float = 0.0

    def run(
        self, start: list[CellSource], rest: list[CellSource], look: Callable[[SingleRun], Found]
    ) -> Found:
        """What is found of a run of these cells, of which others have the start in common.

        Where the process dies, but for a limit of a single step, it may be for what earlier runs have used
        up: then it is tried once more, in a process of its own.
        """
        first, seen, found = self._look(start, rest, look)
        if seen.death is not None and seen.death.outcome is not Outcome.TIMED_OUT and not first:
            first, seen, found = self._look(start, rest, look)
        return found

    def _look(
        self, start: list[CellSource], rest: list[CellSource], look: Callable[[SingleRun], Found]
    ) -> tuple[bool, SingleRun, Found]:
        """Whether it was the process's first run, what was run, and what is found of it."""
        process = self._process_for(start)
        self._runs += 1
        process.send(Run(rest))
        run = ran_in(process, self.limits)
        return self._runs == 1, run, look(run)

    def _process_for(self, start: list[CellSource]) -> Process:
        """A process in which the start has been run."""
        old = self._process
        used_up = (
            self._runs >= MOST_RUNS or time.monotonic() - self._began > self.limits.submission_seconds / 2
        )
        if old is not None and old.death is None and self._start == start and not used_up:
            return old
        self.end()
        self._process = self.sandbox.spawn(Run(start), self.limits)
        self._start, self._runs, self._began = start, 0, time.monotonic()
        ran_in(self._process, self.limits)
        return self._process

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
            self._process = None
