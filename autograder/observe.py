"""Runs a notebook's cells and probes in a sandbox and collects what was seen, whatever the notebook does.

A probe that hangs or kills its process costs a new fork, its own question's time and nothing else.
"""
from __future__ import annotations

import builtins
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from autograder.model import CellReport, Observation, Outcome, Seen
from autograder.protocol import Call, CellDone, CellsDone, CellSource, Observe, ProbeDone, Raised, Return
from autograder.sandbox import Death, Limits, Process, Sandbox
from autograder.text import printable

MAX_HANGS = 2
"""After so many probes that hung or died, the rest of the question is not run."""
MAX_RELAYED = 50_000
_WALL = 4
"""The wall clock has so many times as long as the CPU time of a limit."""

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_ERRORS = {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)} | {"LinAlgError"}


@dataclass(frozen=True)
class Request:
    """A probe to run, the question that it tests, and its seed."""

    probe: str
    question: str
    seed: int


@dataclass(frozen=True)
class Given:
    """What a second pass is given: the names that the reference answers, those that mean the same on both sides, and the reference."""

    sandbox: Sandbox
    cells: list[CellSource]
    stubs: tuple[str, ...]
    known: tuple[str, ...]


def observe(
    sandbox: Sandbox,
    cells: list[CellSource],
    requests: Iterable[Request],
    limits: Limits,
    *,
    demo_names: frozenset[str] = frozenset(),
    handed_in: tuple[tuple[str, bytes], ...] = (),
    given: Given | None = None,
    skip: Iterable[int] = (),
    noted: Callable[[Observation], None] | None = None,
) -> Seen:
    """Run cells, then probes, and return how each ended and what it saw. Raises SandboxError only for faults of ours.

    skip: cells that are left out, since they are known to hang. noted: told of each observation as it arrives.
    """
    return _Run(sandbox, cells, list(requests), limits, demo_names, handed_in, given, skip=set(skip), noted=noted).finish()


@dataclass
class _Run:
    sandbox: Sandbox
    cells: list[CellSource]
    waiting: list[Request]
    limits: Limits
    demo_names: frozenset[str]
    handed_in: tuple[tuple[str, bytes], ...]
    given: Given | None
    demos: bool = False
    again: bool = True
    skip: set[int] = field(default_factory=set)
    noted: Callable[[Observation], None] | None = None
    reports: dict[int, CellReport] = field(default_factory=dict)
    seen: dict[str, Observation] = field(default_factory=dict)
    hangs: dict[str, int] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def finish(self) -> Seen:
        self.shares = _shares(self.waiting, self.limits.submission_seconds)
        self.numbers = frozenset(c.number for c in self.cells)
        first = True
        while first or self.waiting:
            if self._passed() > _WALL * self.limits.submission_seconds:
                self._end_all(Death(Outcome.TIMED_OUT, "not run: the time for the whole submission was used up"))
                break
            first = False
            with_demos = self.demos
            process = self.sandbox.spawn(
                self.cells, self.limits, skip=frozenset(self.skip), demos=self.demos, again=self.again, handed_in=self.handed_in
            )
            try:
                if self._run_cells(process):
                    self._run_probes(process)
                else:
                    first = not self.waiting
            finally:
                process.close()
            if self.demos and not with_demos:
                continue
            self._drop_what_has_no_time()
        reports = tuple(self.reports[n] for n in sorted(self.reports))
        return Seen(reports, self.seen, time.monotonic() - self.began, tuple(sorted(self.skip)), self.demos)

    # ---- cells

    def _run_cells(self, process: Process) -> bool:
        """Run the cells of a fresh process; False where they must be run again, with a cell skipped or demonstrations added."""
        order = [c.number for c in self.cells if c.number not in self.skip and (self.demos or c.kind != "demo")]
        done = 0
        seconds = max(1.0, self.limits.notebook_seconds / 2 ** len(self.skip))  # after each cell that hung, half as long
        end = time.monotonic() + 4 * seconds
        while True:
            message = process.next(max(0.01, seconds - process.cpu), max(0.01, end - time.monotonic()))
            if isinstance(message, CellsDone):
                return True
            if isinstance(message, CellDone) and done < 2 * len(order) and time.monotonic() < end:  # a process can go on saying this
                done += 1
                self._note_cell(message)
                if message.missing in self.demo_names and not self.demos:
                    self.demos = True
                    return False
                continue
            death = message if isinstance(message, Death) else Death(Outcome.PROTOCOL)
            if done >= len(order):
                if not self.again:
                    self._end_all(death)
                    return True
                self.again = False
                return False
            self.reports[order[done]] = CellReport(order[done], death.outcome, death.detail)
            self.skip.add(order[done])
            if self._passed() > _WALL * self.limits.submission_seconds / 2:
                self._skip_unfinished()
            return False

    def _skip_unfinished(self) -> None:
        """Go on with those cells alone that have ended by themselves in an earlier process."""
        for cell in self.cells:
            if cell.kind == "own" and cell.number not in self.reports:
                self.reports[cell.number] = CellReport(cell.number, Outcome.TIMED_OUT)
                self.skip.add(cell.number)

    def _note_cell(self, message: CellDone) -> None:
        """Take down how a cell ended, in the words of a process that may say anything."""
        if message.number in self.skip or message.number not in self.numbers:
            return
        outcome = _OUTCOMES.get(message.outcome, Outcome.PROTOCOL)
        before = self.reports.get(message.number)
        if outcome is Outcome.FINISHED and before is not None and before.missing:
            self.reports[message.number] = CellReport(message.number, outcome, missing=before.missing)
            return
        self.reports[message.number] = CellReport(message.number, outcome, printable(message.error), message.line, printable(message.missing, 80))

    # ---- probes

    def _run_probes(self, process: Process) -> None:
        """Run what is waiting until all is seen or the process ends."""
        if not self.waiting:
            return
        reference = None
        known = list(self.given.known) if self.given else []
        process.send(Observe([(r.probe, r.seed) for r in self.waiting], list(self.given.stubs) if self.given else [], known))
        try:
            if self.given is not None:
                reference = _Relay(self.given, self.limits)
            while self.waiting:
                request, began = self.waiting[0], time.monotonic()
                message = self._next(process, reference)
                self._charge(request.question, began)
                if isinstance(message, ProbeDone) and message.probe == request.probe:
                    if message.missing in self.demo_names and not self.demos:
                        self.demos = True
                        return
                    self.waiting.pop(0)
                    self._note(_observation(message))
                    continue
                death = message if isinstance(message, Death) else Death(Outcome.PROTOCOL)
                self.waiting.pop(0)
                self._note(Observation(request.probe, death.outcome, error=death.detail))
                self.hangs[request.question] = self.hangs.get(request.question, 0) + 1
                return
        finally:
            if reference is not None:
                reference.close()

    def _next(self, process: Process, reference: _Relay | None) -> Any:
        seconds = self.limits.probe_seconds
        if reference is None:
            return process.next(seconds)
        end = time.monotonic() + 4 * seconds
        while isinstance(message := process.next(seconds, max(0.01, end - time.monotonic())), Call | Return | Raised):
            answer = reference.pass_on(message, end)
            if isinstance(answer, Death):
                return answer
            process.send(answer)
        return message

    # ---- time

    def _passed(self) -> float:
        return time.monotonic() - self.began

    def _charge(self, question: str, began: float) -> None:
        self.spent[question] = self.spent.get(question, 0.0) + (time.monotonic() - began)

    def _drop_what_has_no_time(self) -> None:
        """Give up on probes of questions that hung too often, or that would use the time reserved for others."""
        ceiling = _WALL * self.limits.submission_seconds
        total = sum(self.spent.values())
        kept = []
        for request in self.waiting:
            own = self.spent.get(request.question, 0.0)
            others = sum(4 * self.shares[q] for q in {r.question for r in self.waiting} - {request.question} if q not in self.spent)
            if self.hangs.get(request.question, 0) >= MAX_HANGS:
                self._not_run(request, "not run after two probes of this question hung or died")
            elif own > 4 * self.shares[request.question] and total + others > ceiling:
                self._not_run(request, "not run: the time for this question was used up")
            else:
                kept.append(request)
        self.waiting = kept

    def _note(self, observation: Observation) -> None:
        self.seen[observation.probe] = observation
        if self.noted is not None:
            self.noted(observation)

    def _not_run(self, request: Request, why: str) -> None:
        self._note(Observation(request.probe, Outcome.TIMED_OUT, error=why))

    def _end_all(self, death: Death) -> None:
        """Nothing more of it can be observed."""
        for request in self.waiting:
            self._note(Observation(request.probe, death.outcome, error=death.detail))
        self.waiting = []


class _Relay:
    """Carries calls between a submission's process and the reference's, for one question's second pass."""

    def __init__(self, given: Given, limits: Limits) -> None:
        self.allowed = frozenset(given.stubs)
        self.relayed = 0
        self.process = given.sandbox.spawn(given.cells, limits, serves=tuple(dict.fromkeys((*given.stubs, *given.known))))
        while isinstance(message := self.process.next(limits.notebook_seconds), CellDone):
            pass
        self.ready = isinstance(message, CellsDone)
        self.limits = limits

    def pass_on(self, message: Any, end: float) -> Any:
        """Hand a message of the submission to the reference and return the reference's; or how it ended."""
        self.relayed += 1
        if not self.ready or self.relayed > MAX_RELAYED or time.monotonic() > end:
            return Death(Outcome.TIMED_OUT)
        if isinstance(message, Call) and message.target not in self.allowed:
            return Death(Outcome.PROTOCOL)
        self.process.send(message)
        answer = self.process.next(self.limits.probe_seconds, max(0.01, end - time.monotonic()))
        return answer if isinstance(answer, Call | Return | Raised) else Death(Outcome.TIMED_OUT)

    def close(self) -> None:
        self.process.close()


def _observation(message: ProbeDone) -> Observation:
    """What a process says of a probe, believed as far as it can't carry a text of the student's making."""
    outcome = _OUTCOMES.get(message.outcome, Outcome.PROTOCOL)
    value = message.value if outcome is Outcome.FINISHED else b""
    error = message.error if outcome is Outcome.RAISED and message.error in _ERRORS else ""
    missing = message.missing[:80] if message.missing.isidentifier() else ""
    return Observation(message.probe, outcome, value, error, message.cell, message.line, missing)


def _shares(requests: list[Request], ceiling: float) -> dict[str, float]:
    questions = {request.question for request in requests}
    return {question: ceiling / len(questions) for question in questions}
