"""Trusted cells, then probes, in one process and without a second try: what the author's side asks for,
many times over.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.inside.limits import Limits
from autograder.inside.protocol import CellDone, CellsDone, CellSource, Observe, ProbeDone, Run
from autograder.inside.seen import CellReport, Observation, Outcome
from autograder.sandbox.process import Death, Process
from autograder.sandbox.watch import Request, observation_of
from autograder.sandbox.zygote import Sandbox


@dataclass
class SingleRun:
    """A process in which cells have been run. cells says how each ended, death how the process did, where
    it has ended.
    """

    process: Process
    limits: Limits
    cells: dict[int, CellReport]
    death: Death | None

    def observe(self, requests: Iterable[Request]) -> Iterator[Observation]:
        """What each probe saw, as it is asked for; the last one is that at which the process ended."""
        for request in requests:
            self.process.observe(Observe([(request.probe, request.seed)]))
            message = self.process.next(self.limits.probe_seconds)
            if not isinstance(message, ProbeDone):
                self.death = message if isinstance(message, Death) else Death(Outcome.PROTOCOL)
                yield Observation(request.probe, self.death.outcome, error=self.death.detail)
                return
            yield observation_of(message)


@contextlib.contextmanager
def single_run(sandbox: Sandbox, cells: list[CellSource], limits: Limits) -> Iterator[SingleRun]:
    """Run cells in a process of its own, which ends with the context."""
    process = sandbox.spawn(Run(cells), limits)
    try:
        yield ran_in(process, limits)
    finally:
        process.close()


def ran_in(process: Process, limits: Limits) -> SingleRun:
    """How the cells ended that a process has been sent."""
    reports: dict[int, CellReport] = {}
    while isinstance(message := process.next(limits.notebook_seconds), CellDone):
        reports[message.number] = CellReport(
            message.number, Outcome(message.outcome), message.error, message.line
        )
    death = (
        None
        if isinstance(message, CellsDone)
        else message
        if isinstance(message, Death)
        else Death(Outcome.PROTOCOL)
    )
    return SingleRun(process, limits, reports, death)
