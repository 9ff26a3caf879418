"""The passes in which one notebook is observed: at its end, at a question's own check, with what a question
builds on answered by the reference, and with one of its cells changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import msgspec

from autograder.assignment.probe_keys import key_of_probes
from autograder.assignment.values import Question
from autograder.assignment.variants import cells_for
from autograder.fingerprints import fingerprint
from autograder.handed_in.rerun import Answered, Rerun, failed_without, rerun, used_by
from autograder.handed_in.running_order import digest
from autograder.inside.limits import Limits
from autograder.inside.protocol import CellSource, Put
from autograder.inside.seen import CellReport, Observation, Outcome, Seen
from autograder.judging.bench import Bench, Seatable
from autograder.judging.keys import key_of_cells
from autograder.judging.sitting.locate import Observe, answers
from autograder.judging.sitting.memory import Memory, by_question, together
from autograder.sandbox.room import Room
from autograder.sandbox.watch import Given, Request, Watch

_HANG = 4
"""A check of a changed cell has so much less time than the search: one that hangs leaves some for others."""


@dataclass(frozen=True)
class Trials:
    """Passes in which one of a question's cells is changed, and the process of the student's in which they
    happen; own: it is theirs alone, and ends with them.
    """

    watch: Watch
    observe: Observe
    own: bool


class Passes:
    """A notebook's process in the sandbox, and further ones for parts of its cells. What memory holds is not
    observed again.

    watch and seen belong to the whole notebook; seen is there once `first` was called.
    """

    def __init__(self, bench: Bench, notebook: Seatable, requests: list[Request], memory: Memory) -> None:
        self.bench, self.notebook, self.requests, self.memory = bench, notebook, requests, memory
        self.assignment, self.reference = bench.assignment, bench.reference
        self.seen = Seen((), {}, 0.0)
        self._admit = Room(self.reference.sizes).admit
        self.watch = Watch(
            bench.sandbox(),
            notebook.cells(),
            self.assignment.limits,
            demo_names=notebook.demo_names(),
            handed_in=notebook.handed_in(),
            admit=self._admit,
        )
        self._at_own_check: dict[str, Watch] = {}
        """By question, the notebook up to its own check, where that is the moment which counts."""

    def end(self) -> None:
        """End the processes; the next pass starts one anew."""
        for watch in (self.watch, *self._at_own_check.values()):
            watch.end_process()

    def reports(self) -> list[CellReport]:
        """How the cells have ended, as far as they have."""
        return [*self.watch.ran.reports.values()] or list(self.seen.cells)

    def of(self, question: Question) -> list[Request]:
        """What is asked of a question."""
        return [r for r in self.requests if r.question == question.id]

    def cells_of(self, question: Question) -> list[CellSource]:
        """The cells that the question was judged with."""
        return self._at_own_check.get(question.id, self.watch).cells

    # ---- the whole notebook

    def first(self, requests: list[Request], noted: Callable[[Observation], None] | None) -> None:
        """What memory holds of each question, and in one process all of the others; noted hears of each
        observation as it arrives.
        """
        self.seen = self._known_or_observed(requests, noted)
        self.watch.ran.skip.update(self.seen.skipped)
        self.watch.ran.briefly.update(self.seen.briefly)

    def _known_or_observed(
        self, requests: list[Request], noted: Callable[[Observation], None] | None
    ) -> Seen:
        keys = self._keys(self.watch, requests)
        known = {key: seen for key in keys.values() if (seen := self.memory.get(key)) is not None}
        waiting = [r for r in requests if keys[r.question] not in known]
        if requests and not waiting:
            return together([*known.values()])
        seen = self.watch.observe(waiting, noted=noted)
        if seen.demos and known:  # they may change what is seen of any question
            self.memory.forget(keys.values())
            seen, known = self.watch.observe(requests), {}
        self.memory.note(seen)
        if not seen.demos:
            for question, part in by_question(seen, waiting).items():
                self.memory.put(keys[question], part)
        return together([*known.values(), seen])

    def cells_alone(self) -> None:
        """What memory holds of how all cells end, or what is seen of it; none that failed is tried again."""
        level = self.bench.isolation.level
        ran = key_of_cells(self.assignment, self.watch.cells)
        key = fingerprint(ran, level, self.watch.ran.handed_in, "as it is")
        if (seen := self.memory.get(key)) is None:
            self.watch.ran.again = False
            seen = self.watch.observe([])
            self.memory.put(key, seen)
        self.seen = seen

    # ---- up to a question's own check

    def up_to(self, cells: list[CellSource]) -> Watch:
        """A process of its own for a part of the cells, without those that are known to hang."""
        watch = Watch(
            self.bench.sandbox(),
            cells,
            self._share(),
            demo_names=self.watch.ran.demo_names if self.seen.demos else frozenset(),
            handed_in=self.watch.ran.handed_in,
            admit=self._admit,
        )
        watch.ran.demos = self.seen.demos
        watch.ran.skip.update(self.watch.ran.skip)
        watch.ran.briefly.update(self.watch.ran.briefly)
        return watch

    def then(self, question: Question, watch: Watch) -> dict[str, Observation]:
        """What memory holds of a question at its own check, or what is seen there."""
        waiting = self.of(question)
        more = ("own check", self.seen.skipped, self.seen.briefly, self.seen.demos)
        key = self._keys(watch, waiting, more)[question.id]
        if (seen := self.memory.get(key)) is None:
            self.end()
            seen = watch.observe(waiting)
            watch.end_process()
            self.memory.put(key, seen)
        return seen.observations

    def counts(self, question: Question, watch: Watch) -> None:
        """From now on this part of the cells is the question's notebook."""
        self._at_own_check[question.id] = watch

    # ---- with what a question builds on answered by the reference

    def given(
        self, question: Question, answered: tuple[str, ...], requests: list[Request]
    ) -> dict[str, Observation]:
        """What memory holds of a second pass, or what is seen where the reference answers the names of these
        questions.
        """
        given = self._given(question, answered)
        again = self._again(question, answered)
        watch, anew = self._standing(question, again)
        limits = self._share()
        if again:  # the cells that are run again have their time before the first probe's
            limits = msgspec.structs.replace(limits, probe_seconds=limits.probe_seconds + self._cell_seconds)
        more = (
            again and (digest(again.again), again.puts),
            digest(given.cells),
            given.stubs,
            given.known,
            self.seen.skipped,
            self.seen.briefly,
        )
        key = self._keys(watch, requests, more)[question.id]
        seen = self.memory.get(key)
        if seen is None:
            self._without_other_answers(question, watch)
            if not watch.warm:
                self.end()
            cells, puts = (again.again, again.puts) if again else ((), ())
            seen = watch.observe(requests, given=given, limits=limits, instead=cells, puts=puts)
            if anew:
                watch.end_process()  # it has held earlier answers
            self.memory.put(key, seen)
        return seen.observations

    @property
    def _cell_seconds(self) -> float:
        """What the cells may take that are run again for a question."""
        return min(2 * self.watch.cells_took + 1.0, self.assignment.limits.notebook_seconds)

    def _standing(self, question: Question, again: Rerun | None) -> tuple[Watch, bool]:
        """The process for a second pass of a question, and whether it is one of its own."""
        if again and again.before is not None:
            return self.up_to(again.before), True
        return self._at_own_check.get(question.id, self.watch), False

    def needing(self, question: Question, wrong: Collection[str]) -> Question:
        """A question that needs, besides what it says, those of the wrong ones above it whose names its
        answer uses, or a cell of it read in vain as it ran: `def forward(X, activation=sigmoid)` is not
        defined where sigmoid is not.
        """
        auto = [q.id for q in self.assignment.auto]
        others = [q for q in auto[: auto.index(question.id)] if q in wrong and q not in question.needs]
        split = self.notebook.split(self.watch.cells, question.id) if others else None
        if split is None:
            return question
        used = used_by(answers(question, split[0]), split[0])
        own = {name.rpartition(".")[2] for name in question.defines}
        more = [
            q
            for q in others
            if used & ({n.rpartition(".")[2] for n in self.assignment.question(q).defines} - own)
            or self._failed_without((q,), question)
        ]
        return replace(question, needs=(*question.needs, *more)) if more else question

    def _failed_without(self, answered: tuple[str, ...], question: Question) -> list[CellSource]:
        """The cells up to a question's check that failed for want of what these questions define."""
        raised = {report.number for report in self.reports() if report.outcome is Outcome.RAISED}
        split = self.notebook.split(self.watch.cells, question.id) if raised else None
        if split is None:
            return []
        cells = [cell for cell in split[0] if cell.number not in self.watch.ran.skip]
        defined = [name for need in answered for name in self.assignment.question(need).defines]
        names = {part for name in defined for part in name.split(".")}
        return failed_without(names, cells, self.reports(), answers(question, cells))

    def _again(self, question: Question, answered: tuple[str, ...]) -> Rerun | None:
        """The cells to run again with these questions answered: those that made once what has to be made
        anew, or those that failed for want of an answer; None where there are none.
        """
        earlier = [self.assignment.question(need) for need in answered]
        split = self.notebook.split(self.watch.cells, question.id)
        if split is None:
            return None
        if not any(q.values for q in (question, *earlier)):
            failed = self._failed_without(answered, question)
            stubs = [n for q in earlier for n in q.defines if n not in question.defines]
            return Rerun(None, failed, [Put(0, stubs, [])]) if failed else None
        cells = [cell for cell in split[0] if cell.number not in self.watch.ran.skip]
        places = [self._answered(need, cells, question) for need in earlier]
        return rerun(cells, places, answers(question, cells))

    def _answered(self, need: Question, cells: list[CellSource], question: Question) -> Answered:
        """An earlier question as the reference answers it to a later one, and where."""
        split = self.notebook.split(cells, need.id)
        functions = tuple(n for n in need.defines if n not in {*need.values, *question.defines})
        place = len(split[0]) - 1 if split and split[1] else -1
        return Answered(functions, self.reference.values_of(need.id) if need.values else (), place)

    def _given(self, question: Question, answered: tuple[str, ...]) -> Given:
        """The reference, answering the names of these questions."""
        own = set(question.defines)
        earlier = {need: self.assignment.question(need) for need in question.needs}
        names = {need: [n for n in q.defines if n not in {*own, *q.values}] for need, q in earlier.items()}
        stubs = tuple(name for need in answered for name in names[need])
        known = {n for group in names.values() for n in group if "." not in n}
        cells = self.reference.cells
        if question.own_moment:
            cells = cells_for(self.assignment, question.id, [])
        return Given(
            self.bench.reference_sandbox(), cells, stubs, tuple(sorted(self.assignment.given_names | known))
        )

    # ---- with one of the cells changed

    def changed(self, question: Question, given: bool) -> Trials:
        """Passes in which cells of the question are changed; given: with what it builds on answered by the
        reference.
        """
        again = self._again(question, question.needs if given else ())
        watch, own = self._standing(question, again)
        self._without_other_answers(question, watch)
        requests = {r.probe: r for r in self.of(question)}
        reference = self._given(question, question.needs) if given else None
        limits = self.assignment.limits
        seconds = min(limits.probe_seconds, limits.locate_question_seconds / _HANG)
        limits = msgspec.structs.replace(self._share(), probe_seconds=seconds)
        puts = again.puts if again else ()

        def observe(instead: list[CellSource], probes: tuple[str, ...]) -> dict[str, Observation]:
            if not watch.warm:
                self.end()
            waiting = [requests[name] for name in probes]
            run = again.changed(instead) if again else instead
            seen = watch.observe(waiting, given=reference, limits=limits, instead=run, puts=puts)
            return seen.observations

        return Trials(watch, observe, own)

    def _without_other_answers(self, question: Question, watch: Watch) -> None:
        """Begin anew where the process was given more, for another question, than this one builds on: it may
        have kept what the reference answered, and an answer is judged by what it computes itself.
        """
        needed = {name for need in question.needs for name in self.assignment.question(need).defines}
        if watch.warm and watch.answered - needed:
            self.end()
            watch.observe([])

    # ---- keys and limits

    def _keys(self, watch: Watch, requests: list[Request], more: object = "") -> dict[str, str]:
        """For each question the key of all that observing it depends on."""
        level = self.bench.isolation.level
        cells, ran = key_of_cells(self.assignment, watch.cells), watch.ran
        key = fingerprint(cells, level, sorted(ran.demo_names), ran.handed_in, more)
        asked: dict[str, list[tuple[str, int]]] = {}
        for request in requests:
            asked.setdefault(request.question, []).append((request.probe, request.seed))
        return {q: fingerprint(key, key_of_probes(self.assignment, q), probes) for q, probes in asked.items()}

    def _share(self) -> Limits:
        """The limits of one question's second pass: all of them together take no longer than the first
        pass may.
        """
        limits = self.assignment.limits
        least = limits.notebook_seconds + 2 * limits.probe_seconds
        return msgspec.structs.replace(
            limits, submission_seconds=max(limits.submission_seconds / len(self.assignment.auto), least)
        )
