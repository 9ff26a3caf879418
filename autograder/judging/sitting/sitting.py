"""The story of one submission: its cells are run and its probes observed in the sandbox; what was seen is
judged here, outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import TracebackType

import msgspec

from autograder.assignment.reading.prose import plain
from autograder.assignment.values import Question, QuestionKind, solves
from autograder.handed_in.moment import Change, changes, up_to
from autograder.inside.seen import Observation, Outcome
from autograder.judging.bench import Bench, Seatable
from autograder.judging.comparing.contract import broken
from autograder.judging.diagnose import NamedMistake, name_mistake
from autograder.judging.findings import CheckResult, QuestionResult, Verdict
from autograder.judging.judged import Judged, total, with_one_mistake, with_remark
from autograder.judging.messages import CellsRun, check_message
from autograder.judging.sitting.found import find
from autograder.judging.sitting.locate import Clock, Search, worth_a_search
from autograder.judging.sitting.memory import Memory
from autograder.judging.sitting.passes import Passes
from autograder.probe import Probe


class Sitting:
    """One notebook being observed and judged, at a bench. What memory holds is not observed again.

    passes: the ways in which it is observed, from when it sits. observed: by probe the observation of the
    pass that counts, once `results` was called.
    """

    def __init__(self, bench: Bench, notebook: Seatable, questions: tuple[str, ...], memory: Memory) -> None:
        self.bench, self.notebook, self.memory = bench, notebook, memory
        self.assignment, self.reference, self.judge = bench.assignment, bench.reference, bench.judge
        self.requests = [r for r in self.reference.requests if not questions or r.question in questions]
        self.observed: dict[str, Observation] = {}
        self.notes: list[str] = []
        """What is to be said of how it was judged."""
        self.mends: dict[str, str] = {}
        """By question, the change that mends what has been located: for graders alone."""
        self._blamed: dict[str, set[str]] = {}
        """By question, the ones whose mistakes show in it."""
        self._judgements: dict[str, Judged] = {}

    def __enter__(self) -> Sitting:
        self.judge.begin()
        self.passes = Passes(self.bench, self.notebook, self.requests, self.memory)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.passes.end()

    def results(self) -> list[QuestionResult]:
        """Observe what is asked for, judge it, give a second chance where an earlier part is wrong, and
        name the mistakes.
        """
        asked = {r.question for r in self.requests}
        auto = [q for q in self.assignment.auto if q.id in asked]
        at_the_end = {q.id for q in auto if not q.own_moment}
        self.passes.first([r for r in self.requests if r.question in at_the_end], self._early())
        self.observed = dict(self.passes.seen.observations)
        for question in auto:
            if question.own_moment:
                self.observed.update(self._at_its_moment(question))
        last = {q.id: self._judged(q, self.observed) for q in auto}
        first = {q.id: self._at_its_own_check(q, last[q.id]) for q in auto}
        self._blamed = {
            q.id: set() if q.written or q.id in asked else {q.id} for q in self.assignment.questions
        }
        results = []
        for question in self.assignment.questions:
            if question.written:
                results.append(self._written(question))
            elif question.id in asked:
                judged = self._judgements[question.id] = self._second_chance(question, first[question.id])
                results.append(self._result(question, judged))
                if self.bench.judged is not None and judged is not last[question.id]:
                    self.bench.judged(results[-1])
        return self._located(results) if self.bench.locate else results

    # ---- judging

    def _early(self) -> Callable[[Observation], None]:
        """Judge each observation when it arrives, while the next is waited for; and each question with its
        last one, for whoever wants to know before the end.
        """
        told = self.bench.judged
        arrived: dict[str, Observation] = {}

        def note(observation: Observation) -> None:
            probe = self.reference.probes[observation.probe]
            self.judge.ahead(probe, observation)
            if told is None:
                return
            arrived[observation.probe] = observation
            question = self.assignment.question(probe.question)
            if all(p.id in arrived for p in self.assignment.probes_of(question.id)):
                told(self._result(question, self._judged(question, arrived)))

        return note

    def _judged(self, question: Question, observations: dict[str, Observation]) -> Judged:
        probes = self.assignment.probes_of(question.id)
        found = self.judge.find_all(probes, observations)
        return Judged(probes, {p.id: observations[p.id] for p in probes}, found)

    def _result(self, question: Question, judged: Judged) -> QuestionResult:
        points, named = judged.points, None
        says = self._sentences(question, judged)
        if self.bench.diagnose and judged.lost:
            named = self._named_of(question)(judged)
        checks = tuple(
            CheckResult(
                id=p.id,
                title=p.title,
                points=p.points,
                earned=points[p.id],
                outcome=judged.observations[p.id].outcome,
                verdict=judged.findings[p.id].verdict,
                message=says(p),
            )
            for p in judged.probes
        )
        outcomes = [c.outcome for c in checks if c.outcome is not Outcome.FINISHED]
        result = QuestionResult(
            id=question.id,
            kind=QuestionKind.AUTO,
            score=total([c.earned for c in checks]),
            max_score=question.points,
            outcome=outcomes[0] if outcomes else Outcome.FINISHED,
            given_correct_inputs=judged.given_correct_inputs,
            diagnosis=named.diagnosis if named else None,
            checks=checks,
        )
        if named and named.two:
            return result
        return with_one_mistake(result, question, named.besides if named else frozenset())

    def _named_of(self, question: Question) -> Callable[[Judged], NamedMistake | None]:
        """What names the mistake in what was seen of a question."""

        def named(judged: Judged) -> NamedMistake | None:
            known = self.judge.known(question.id, judged.observations)
            return name_mistake(judged, known, self.reference.expected)

        return named

    def _sentences(self, question: Question, judged: Judged) -> Callable[[Probe], str]:
        """What is to be said of each check of a question; nothing of one that is right and counts."""
        if not judged.lost:
            return lambda probe: ""
        run = CellsRun(
            self.passes.watch.cells,
            self.passes.reports(),
            self.assignment.probes_text,
            self.notebook.turned(question.id),
            self.notebook.unwritten(question.id),
        )
        return lambda probe: check_message(question, probe, judged, run)

    def _written(self, question: Question) -> QuestionResult:
        """A write-up waits for a person; left as it was handed out, it is 0 at once."""
        touched = self.notebook.answer(question.id) is not None
        outcome = Outcome.FINISHED if touched else Outcome.MISSING
        return QuestionResult(
            question.id, QuestionKind.MANUAL, None if touched else 0.0, question.points, outcome
        )

    # ---- the moment of judging

    def _at_its_moment(self, question: Question) -> dict[str, Observation]:
        """Observe a question whose names a later cell of the source writes, as the notebook stands at its
        check.
        """
        split = self.notebook.split(self.passes.watch.cells, question.id)
        watch = self.passes.up_to(split[0] if split else self.passes.watch.cells)
        self.passes.counts(question, watch)
        return self.passes.then(question, watch)

    def _at_its_own_check(self, question: Question, last: Judged) -> Judged:
        """Judge a question that lost something as it stood at its own check too, where a later cell changed
        what was there; the better moment counts, as a whole.
        """
        if not last.lost or self.passes.seen.demos or question.own_moment:
            return last
        if (check := self.notebook.check_of(question.id)) is None:
            return last
        before, after = up_to(self.passes.watch.cells, check)
        found = changes(before, after, frozenset(question.values))
        if not found:
            return last
        watch = self.passes.up_to(before)
        seen = self.passes.then(question, watch)
        then = self._judged(question, seen)
        if sum(then.points.values()) <= sum(last.points.values()):
            return last
        self.passes.counts(question, watch)
        self.observed.update(seen)
        self.notes.append(_says_moment(question.id, found[0]))
        return then

    # ---- second passes

    def _second_chance(self, question: Question, judged: Judged) -> Judged:
        """Judge a question once more where it lost something and builds on earlier ones: what is wrong of
        these may show in no check of their own.
        """
        blamed = self._blamed
        if judged.lost:
            question = self._needing(question)
        gone = {o.missing for o in judged.observations.values()}
        wrong = tuple(
            n
            for n in question.needs
            if n in blamed[n]
            or not blamed[n] <= set(question.needs)
            or gone & set(self.assignment.question(n).defines)
        )
        if judged.lost and question.needs:
            blamed[question.id].update(wrong)
        if judged.lost and question.needs and not self._left_as_it_was(question, judged):
            judged = self._given_correct_inputs(question, wrong, judged)
            self.observed.update(judged.observations)
        if judged.lost:
            blamed[question.id].add(question.id)
        return judged

    def _needing(self, question: Question) -> Question:
        """A question with all that it builds on, of what has been found wrong so far."""
        return self.passes.needing(question, {q for q, by in self._blamed.items() if by})

    def _left_as_it_was(self, question: Question, judged: Judged) -> bool:
        """Whether all that was lost came to the line of a stub as it was handed out: right earlier parts make
        it no better.
        """
        stubs = {plain(c.released) for c in self.assignment.cells if solves(c.id, question.id)}
        there = {c.number for c in self.passes.watch.cells if plain(c.text) in stubs}
        seen = [judged.observations[name] for name in judged.lost]
        return all(o.error == "NotImplementedError" and o.cell in there for o in seen)

    def _given_correct_inputs(self, question: Question, wrong: tuple[str, ...], first: Judged) -> Judged:
        """Observe what was lost of a question once more, with what it builds on answered by the reference:
        the mistakes left are its own.

        The reference answers what is wrong of it; what is then still lost is observed with all of it
        answered, since parts of which each is right can differ in what they leave for each other.
        """
        judged = first
        for answered in dict.fromkeys((wrong or question.needs, question.needs)):
            again = self._to_see_again(judged)
            waiting = [r for r in self.passes.of(question) if r.probe in again]
            if waiting:
                seen = self.passes.given(question, answered, waiting)
                judged = self._better(question, judged, seen)
        helped = sum(judged.points.values()) > sum(first.points.values())
        if not helped and not wrong:  # the earlier parts are right: what was seen with them says more
            return first
        return replace(judged, given_correct_inputs=helped)

    def _to_see_again(self, judged: Judged) -> frozenset[str]:
        """The probes of a question that are lost and, where one of them is lost for its inputs, those that
        saw these change: an earlier part may have done it.
        """
        if not any(broken(probe, judged.findings) for probe in judged.probes):
            return judged.lost
        return judged.lost | self.judge.changed(judged.probes, judged.observations).keys()

    def _better(self, question: Question, judged: Judged, seen: dict[str, Observation]) -> Judged:
        """A question with what was seen of it once more: in place of what was lost, and of what was right
        where it still is.
        """
        probes = self.reference.probes
        kept = {
            name
            for name in seen.keys() - judged.lost
            if self.judge.find(probes[name], seen[name]).verdict is not Verdict.RIGHT
        }
        better = {name: observation for name, observation in seen.items() if name not in kept}
        return self._judged(question, judged.observations | better)

    # ---- where a mistake is that has no name

    def _located(self, results: list[QuestionResult]) -> list[QuestionResult]:
        """The same results, with the places of mistakes that have no name, where one change mends all."""
        limits = self.assignment.limits
        clock = Clock(limits.locate_question_seconds, limits.locate_seconds)
        return [self._with_place(result, clock) for result in results]

    def _with_place(self, result: QuestionResult, clock: Clock) -> QuestionResult:
        judged = self._judgements.get(result.id)
        if judged is None or not judged.lost or result.diagnosis is not None or self.passes.seen.demos:
            return result
        question = self.assignment.question(result.id)
        if not worth_a_search(judged, self.passes.cells_of(question)):  # no process is made ready for it
            return result
        question = self._needing(question)
        given = judged.given_correct_inputs or bool(self._blamed[question.id] - {question.id})
        changed = self.passes.changed(question, given)
        clock.begin(changed.watch)
        search = Search(question, judged, self.judge, changed.observe, given, clock)
        found = find(search, self.passes.cells_of(question), self._named_of(question))
        if changed.own:
            changed.watch.end_process()
        if found is None:
            return result
        self.mends[result.id] = found.mend
        result = msgspec.structs.replace(result, located=found.located, diagnosis=found.diagnosis)
        if found.says:
            result = with_remark(result, found.says)
        if not found.two:
            result = with_one_mistake(result, question)
        if self.bench.judged is not None:
            self.bench.judged(result)
        return result


def _says_moment(question: str, change: Change) -> str:
    """Why a question was judged as it stood at its own check."""
    what = ", ".join(f"`{name}`" for name in change.names[:5]) or "what it uses"
    return (
        f"{question} was judged as it stood at its own check: cell {change.cell} changed {what} after this "
        "question"
    )
