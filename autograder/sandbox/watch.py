"""Runs a notebook's cells and probes in a sandbox and collects what was seen, whatever the notebook does.

A probe that hangs or kills its process costs a new fork, its own question's time and nothing else.
"""

from __future__ import annotations

import builtins
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from autograder.inside.limits import CELLS_SHARE, Limits
from autograder.inside.protocol import (
    CellDone,
    CellsDone,
    CellSource,
    Observe,
    ProbeDone,
    Put,
    Run,
    Serve,
)
from autograder.inside.seen import Observation, Outcome, Seen
from autograder.sandbox.cell_runs import OUTCOMES, CellRuns
from autograder.sandbox.process import Death, Process
from autograder.sandbox.said import by_the_interpreter
from autograder.sandbox.zygote import Sandbox

MAX_HANGS = 2
"""After so many probes that hung or died, the rest of the question is not run."""
_FEW = 8
_MOST_CHANGED = 200
"""With more probes than these to come, what they saw may gather before it is read."""
_WALL = 4
"""The wall clock has so many times as long as the CPU time of a limit."""

_PUBLIC = {name: kind for name, kind in vars(builtins).items() if not name.startswith("_")}
_ERRORS = {
    name for name, kind in _PUBLIC.items() if isinstance(kind, type) and issubclass(kind, BaseException)
} | {"LinAlgError"}


@dataclass(frozen=True)
class Request:
    """A probe to run, the question that it tests, and its seed."""

    probe: str
    question: str
    seed: int


@dataclass(frozen=True)
class Given:
    """What a second pass is given: the names that the reference answers, those that mean the same on both
    sides, and the reference.
    """

    sandbox: Sandbox
    cells: list[CellSource]
    stubs: tuple[str, ...]
    known: tuple[str, ...]


class Watch:
    """One submission under observation: its cells are run once, then any number of passes over its probes
    follow, in as few processes as that takes.

    Between two probes, and between two passes, what the cells left behind is put back.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        cells: list[CellSource],
        limits: Limits,
        *,
        demo_names: frozenset[str] = frozenset(),
        handed_in: tuple[tuple[str, bytes], ...] = (),
        admit: Callable[[Observation], Observation] = lambda observation: observation,
    ) -> None:
        self.admit = admit
        """Gives what may be kept of an observation."""
        self.sandbox, self.limits = sandbox, limits
        self.ran = CellRuns(cells, limits, demo_names, handed_in)
        self.answered: set[str] = set()
        """Names that its process was given by the reference: it may have kept what that answered."""
        self._process: Process | None = None
        self._reference: Process | None = None

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_process()

    def observe(
        self,
        requests: Iterable[Request],
        *,
        given: Given | None = None,
        limits: Limits | None = None,
        noted: Callable[[Observation], None] | None = None,
        instead: Iterable[CellSource] = (),
        puts: Iterable[Put] = (),
    ) -> Seen:
        """Run the cells, where they have not been, then probes; how each ended and what it saw. Raises
        SandboxError only for faults of ours.

        noted: told of each observation as it arrives. instead: cells that are run after the others, for this
        pass alone. puts: what is put in place among these.
        """
        again = list(instead), list(puts)
        return _Pass(self, list(requests), limits or self.limits, given, noted, *again).finish()

    @property
    def cells(self) -> list[CellSource]:
        """The cells of the submission."""
        return self.ran.cells

    @property
    def cells_took(self) -> float:
        """Seconds that its cells took, all together, the last time that they were run."""
        return sum(self.ran.took.values())

    def cpu(self) -> float:
        """Seconds of the processor that its process has used so far, and the one that answers it."""
        living = (p for p in (self._process, self._reference) if p is not None and p.death is None)
        return sum(process.cpu_now() for process in living)

    @property
    def warm(self) -> bool:
        """Whether there is a process in which the cells have been run."""
        return self._process is not None and self._process.death is None

    def process(self) -> Process:
        """The process to go on with: the one that has run the cells, or else a fresh one."""
        if self._process is None or self._process.death is not None:
            self.answered.clear()
            self._process = self.sandbox.spawn(self.ran.asked(), self.limits)
        return self._process

    def end_process(self) -> None:
        """The next pass, or the rest of this one, begins in a fresh process."""
        for process in (self._process, self._reference):
            if process is not None:
                process.close()
        self._process = self._reference = None

    def answer(self, given: Given) -> None:
        """Have the reference answer what the process calls in a second pass.

        Its own process is started by the first call.
        """
        assert self._process is not None
        serve = Serve([*dict.fromkeys((*given.stubs, *given.known))])
        if self._reference is not None:
            self._reference.send(serve)
            return

        def called(link: socket.socket) -> None:
            with link:
                self._reference = given.sandbox.spawn(Run(given.cells), self.limits)
                while isinstance(self._reference.next(self.limits.notebook_seconds), CellDone):
                    pass
                self._reference.send(serve, link)
            if self._process is not None:
                self._process.keep_together(self._reference)

        self._process.called = called

    def unanswered(self) -> bool:
        """Whether the reference's process has ended, so that further calls would stay without an answer."""
        return self._reference is not None and self._reference.gone()


@dataclass
class _Pass:
    watch: Watch
    waiting: list[Request]
    limits: Limits
    given: Given | None
    noted: Callable[[Observation], None] | None = None
    instead: list[CellSource] = field(default_factory=list)
    puts: list[Put] = field(default_factory=list)
    seen: dict[str, Observation] = field(default_factory=dict)
    hangs: dict[str, int] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def finish(self) -> Seen:
        self.shares = _shares(self.waiting, self.limits.submission_seconds)
        first = True
        while first or self.waiting:
            if self._passed() > _WALL * self.limits.submission_seconds:
                self._end_all(
                    Death(Outcome.TIMED_OUT, "not run: the time for the whole submission was used up")
                )
                break
            first = False
            with_demos, warm = self.watch.ran.demos, self.watch.warm
            process = self.watch.process()
            try:
                if warm or self._run_cells(process):
                    self._run_probes(process, warm)
                else:
                    first = not self.waiting
                    self.watch.end_process()
            except BaseException:
                self.watch.end_process()
                raise
            if self.waiting:
                self.watch.end_process()
            if self.watch.ran.demos and not with_demos:
                continue
            self._drop_what_has_no_time()
        ran = self.watch.ran
        reports = tuple(ran.reports[n] for n in sorted(ran.reports))
        left_out, briefly = tuple(sorted(ran.skip)), tuple(sorted(ran.briefly))
        return Seen(reports, self.seen, self._passed(), left_out, ran.demos, briefly)

    # ---- cells

    def _run_cells(self, process: Process) -> bool:
        """Run the cells of a fresh process; False where they must be run again, with a cell skipped or
        demonstrations added.
        """
        ran = self.watch.ran
        order = ran.order()
        done, spent, began = 0, 0.0, time.monotonic()
        most = CELLS_SHARE * self.limits.submission_seconds
        while True:
            number = order[done] if done < len(order) else 0
            seconds = max(0.01, min(ran.seconds_for(number), most - process.cpu))
            wall = min(_WALL * seconds, _WALL * most - spent, self._wall_left())
            message = process.next(seconds, max(0.01, wall))
            took = time.monotonic() - began - spent
            spent += took
            if isinstance(message, CellsDone):
                return True
            if isinstance(message, CellDone) and done < 2 * len(order):  # a process can go on saying this
                done += 1
                ran.note(message, took)
                if ran.needs_demos(message.missing):
                    return False
                continue
            death = message if isinstance(message, Death) else Death(Outcome.PROTOCOL)
            if done < len(order):
                ran.charge(number, death, took, order[:done])
                if self._passed() > _WALL * self.limits.submission_seconds / 2:
                    ran.leave_out_unfinished()
                return False
            if ran.again:
                ran.again = False
                return False
            self._end_all(death)
            self.watch.end_process()
            return True

    # ---- probes

    def _run_probes(self, process: Process, warm: bool) -> None:
        """Run what is waiting until all is seen or the process ends."""
        if not self.waiting:
            return
        if self.given is not None:
            self.watch.answer(self.given)
        stubs, known = (
            (list(self.given.stubs), list(self.given.known)) if self.given is not None else ([], [])
        )
        values = [name for put in self.puts for name, _ in put.values]
        self.watch.answered.update(stubs, values, *(put.stubs for put in self.puts))
        asked = [(r.probe, r.seed) for r in self.waiting]
        process.observe(Observe(asked, stubs, known, instead=self.instead, puts=self.puts))
        while self.waiting:
            request, began = self.waiting[0], time.monotonic()
            if len(self.waiting) > _FEW:
                process.let_gather()
            seconds = self.limits.probe_seconds
            message = process.next(seconds, max(0.01, min(_WALL * seconds, self._wall_left())))
            self._charge(request.question, began)
            # where this process has ended itself, the reference's went with it, and the end is told as it was
            if isinstance(message, ProbeDone) and self.watch.unanswered():
                message = Death(Outcome.TIMED_OUT)
            if self._ran_out_of_memory(message) and self.watch.ran.free_memory():
                return
            if isinstance(message, ProbeDone) and message.probe == request.probe:
                # a cell that stands in another's place reads nothing that the notebook did not
                if not self.instead and self.watch.ran.needs_demos(message.missing):
                    return
                self.waiting.pop(0)
                self._note(self.watch.admit(observation_of(message)))
                warm = False
                if time.monotonic() - began > 1.0 and self._out_of_time():
                    return  # the process is told to go on; what has no time is dropped, the rest begins anew
                continue
            self.watch.end_process()
            death = message if isinstance(message, Death) else Death(Outcome.PROTOCOL)
            if (
                warm and death.outcome is not Outcome.TIMED_OUT
            ):  # what earlier passes have used up may have done it: it is tried afresh
                return
            self.waiting.pop(0)
            self._note(Observation(request.probe, death.outcome, error=death.detail))
            self.hangs[request.question] = self.hangs.get(request.question, 0) + 1
            return

    @staticmethod
    def _ran_out_of_memory(message: Any) -> bool:
        return isinstance(message, ProbeDone | Death) and message.outcome == Outcome.OUT_OF_MEMORY

    # ---- time

    def _passed(self) -> float:
        return time.monotonic() - self.began

    def _wall_left(self) -> float:
        """What is left of the whole, by the wall clock: no wait is longer."""
        return _WALL * self.limits.submission_seconds - self._passed()

    def _out_of_time(self) -> bool:
        """Whether a question that is waiting has no time left."""
        before = list(self.waiting)
        self._drop_what_has_no_time()
        return self.waiting != before or self._wall_left() <= 0

    def _charge(self, question: str, began: float) -> None:
        self.spent[question] = self.spent.get(question, 0.0) + (time.monotonic() - began)

    def _drop_what_has_no_time(self) -> None:
        """Give up on probes of questions that hung too often, or that would use the time reserved for
        others.
        """
        ceiling = _WALL * self.limits.submission_seconds
        total = sum(self.spent.values())
        kept = []
        for request in self.waiting:
            own = self.spent.get(request.question, 0.0)
            others = sum(
                4 * self.shares[q]
                for q in {r.question for r in self.waiting} - {request.question}
                if q not in self.spent
            )
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


def observation_of(message: ProbeDone) -> Observation:
    """What a process says of a probe, believed as far as it can't carry a text of the student's making."""
    outcome = OUTCOMES.get(message.outcome, Outcome.PROTOCOL)
    value = message.value if outcome is Outcome.FINISHED else b""
    error = message.error if outcome is Outcome.RAISED and message.error in _ERRORS else ""
    missing = message.missing[:80] if message.missing.isidentifier() else ""
    text = by_the_interpreter(message.text) if error else ""
    changed = tuple(message.changed[:_MOST_CHANGED]) if outcome is Outcome.FINISHED else ()
    return Observation(
        message.probe, outcome, value, error, message.cell, message.line, missing, text, changed
    )


def _shares(requests: list[Request], ceiling: float) -> dict[str, float]:
    questions = {request.question for request in requests}
    return {question: ceiling / len(questions) for question in questions}
