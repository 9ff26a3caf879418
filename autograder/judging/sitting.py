"""The story of one submission: its cells are run and its probes observed in the sandbox; what was seen is
judged here, outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import TracebackType

import msgspec

from autograder.assignment.probe_keys import key_of_probes
from autograder.assignment.values import Question, QuestionKind
from autograder.assignment.variants import cells_for
from autograder.fingerprints import fingerprint
from autograder.handed_in.moment import Change, changes, up_to
from autograder.handed_in.rerun import Answered, Rerun, rerun
from autograder.handed_in.running_order import digest
from autograder.inside.limits import Limits
from autograder.inside.protocol import CellSource
from autograder.inside.seen import CellReport, Observation, Outcome, Seen
from autograder.judging.bench import Bench, Seatable
from autograder.judging.comparing.contract import broken
from autograder.judging.diagnose import name_mistake
from autograder.judging.findings import CheckResult, QuestionResult, Verdict
from autograder.judging.judged import Judged, total, with_one_mistake
from autograder.judging.keys import key_of_cells
from autograder.judging.locate import Clock, Observe, Search, answers
from autograder.judging.memory import Memory, by_question, together
from autograder.judging.messages import CellsRun, check_message
from autograder.sandbox.room import Room
from autograder.sandbox.watch import Given, Request, Watch


class Sitting:
    """One notebook being observed and judged, at a bench. What memory holds is not observed again.

    seen and observed are there once `results` was called: the first pass, and by probe the observation of the
    pass that counts.
    """

    def __init__(self, bench: Bench, notebook: Seatable, questions: tuple[str, ...], memory: Memory) -> None:
        self.bench, self.notebook, self.memory = bench, notebook, memory
        self.assignment, self.reference, self.judge = bench.assignment, bench.reference, bench.judge
        self.requests = [r for r in self.reference.requests if not questions or r.question in questions]
        self.seen = Seen((), {}, 0.0)
        self.observed: dict[str, Observation] = {}
        self._blamed: dict[str, set[str]] = {}
        """By question, the ones whose mistakes show in it."""
        self.notes: list[str] = []
        """What is to be said of how it was judged."""
        self.mends: dict[str, str] = {}
        """By question, the change that mends what has been located: for graders alone."""
        self._judgements: dict[str, Judged] = {}
        self._own_moment: dict[str, Watch] = {}
        """By question, the notebook up to its own check, where that is the moment which counts."""

    def __enter__(self) -> Sitting:
        handed_in, demos = self.notebook.handed_in(), self.notebook.demo_names()
        cells, limits = self.notebook.cells(), self.assignment.limits
        self.judge.begin()
        self._admit = Room(self.reference.sizes).admit
        self.watch = Watch(
            self.bench.sandbox(), cells, limits, demo_names=demos, handed_in=handed_in, admit=self._admit
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_processes()

    def results(self) -> list[QuestionResult]:
        """Observe what is asked for, judge it, give a second chance where an earlier part is wrong, and
        name the mistakes.
        """
        asked = {r.question for r in self.requests}
        auto = [q for q in self.assignment.auto if q.id in asked]
        at_the_end = {q.id for q in auto if not q.own_moment}
        self.seen = self._first_pass([r for r in self.requests if r.question in at_the_end])
        self.watch.skip.update(self.seen.skipped)
        self.watch.briefly.update(self.seen.briefly)
        self.observed = dict(self.seen.observations)
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

    # ---- observing

    def _first_pass(self, requests: list[Request]) -> Seen:
        """What memory holds of each question, and in one process all of the others."""
        keys = self._keys(requests)
        known = {key: seen for key in keys.values() if (seen := self.memory.get(key)) is not None}
        waiting = [r for r in requests if keys[r.question] not in known]
        if requests and not waiting:
            return together([*known.values()])
        seen = self.watch.observe(waiting, noted=self._early())
        if seen.demos and known:  # they may change what is seen of any question
            self.memory.forget(keys.values())
            seen, known = self.watch.observe(requests), {}
        self.memory.note(seen)
        if not seen.demos:
            for question, part in by_question(seen, waiting).items():
                self.memory.put(keys[question], part)
        return together([*known.values(), seen])

    def _early(self) -> Callable[[Observation], None] | None:
        """Judge each question when its last observation arrives, for whoever wants to know before the end."""
        told = self.bench.judged
        if told is None:
            return None
        arrived: dict[str, Observation] = {}

        def note(observation: Observation) -> None:
            arrived[observation.probe] = observation
            question = self.assignment.question(self.reference.probes[observation.probe].question)
            if all(p.id in arrived for p in self.assignment.probes_of(question.id)):
                told(self._result(question, self._judged(question, arrived)))

        return note

    def _keys(self, requests: list[Request], more: object = "", watch: Watch | None = None) -> dict[str, str]:
        """For each question the key of all that observing it depends on."""
        watch = watch or self.watch
        level = self.bench.isolation.level
        ran = fingerprint(
            key_of_cells(self.assignment, watch.cells), level, sorted(watch.demo_names), watch.handed_in, more
        )
        asked: dict[str, list[tuple[str, int]]] = {}
        for request in requests:
            asked.setdefault(request.question, []).append((request.probe, request.seed))
        return {q: fingerprint(ran, key_of_probes(self.assignment, q), probes) for q, probes in asked.items()}

    # ---- judging

    def _judged(self, question: Question, observations: dict[str, Observation]) -> Judged:
        probes = self.assignment.probes_of(question.id)
        found = self.judge.find_all(probes, observations)
        return Judged(probes, {p.id: observations[p.id] for p in probes}, found)

    def _result(self, question: Question, judged: Judged) -> QuestionResult:
        points = judged.points
        named = None
        if self.bench.diagnose and judged.lost:
            named = name_mistake(judged, self.judge.known(question.id, judged.observations))
        run = CellsRun(
            self.watch.cells,
            self._reports(),
            self.assignment.probes_text,
            self.notebook.turned(question.id),
            self.notebook.unwritten(question.id),
        )
        checks = tuple(
            CheckResult(
                id=p.id,
                title=p.title,
                points=p.points,
                earned=points[p.id],
                outcome=judged.observations[p.id].outcome,
                verdict=judged.findings[p.id].verdict,
                message=check_message(question, p, judged, run),
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
        return with_one_mistake(result, question, named.besides if named else frozenset())

    def _reports(self) -> list[CellReport]:
        """How the cells have ended, as far as they have."""
        return [*self.watch.reports.values()] or list(self.seen.cells)

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
        split = self.notebook.split(self.watch.cells, question.id)
        watch = self._own_moment[question.id] = self._watch(split[0] if split else self.watch.cells)
        waiting = [r for r in self.requests if r.question == question.id]
        return self._then(question, watch, waiting).observations

    def _watch(self, cells: list[CellSource]) -> Watch:
        """A process of its own for a part of the cells, without those that are known to hang."""
        watch = Watch(
            self.bench.sandbox(),
            cells,
            self._share(),
            demo_names=self.watch.demo_names if self.seen.demos else frozenset(),
            handed_in=self.watch.handed_in,
            admit=self._admit,
        )
        watch.demos = self.seen.demos
        watch.skip.update(self.watch.skip)
        watch.briefly.update(self.watch.briefly)
        return watch

    def _then(self, question: Question, watch: Watch, waiting: list[Request]) -> Seen:
        """What memory holds of a question at its own check, or what is seen there."""
        more = ("own check", self.seen.skipped, self.seen.briefly, self.seen.demos)
        key = self._keys(waiting, more, watch)[question.id]
        if (seen := self.memory.get(key)) is None:
            self._end_processes()
            seen = watch.observe(waiting)
            watch.end_process()
            self.memory.put(key, seen)
        return seen

    def _at_its_own_check(self, question: Question, last: Judged) -> Judged:
        """Judge a question that lost something as it stood at its own check too, where a later cell changed
        what was there; the better moment counts, as a whole.
        """
        check = self.notebook.check_of(question.id)
        if not last.lost or check is None or self.seen.demos or question.own_moment:
            return last
        before, after = up_to(self.watch.cells, check)
        found = changes(before, after, frozenset(question.values))
        if not found:
            return last
        watch = self._watch(before)
        waiting = [r for r in self.requests if r.question == question.id]
        seen = self._then(question, watch, waiting)
        then = self._judged(question, seen.observations)
        if sum(then.points.values()) <= sum(last.points.values()):
            return last
        self._own_moment[question.id] = watch
        self.observed.update(then.observations)
        self.notes.append(_says_moment(question.id, found[0]))
        return then

    def _end_processes(self) -> None:
        for watch in (self.watch, *self._own_moment.values()):
            watch.end_process()

    # ---- second passes

    def _second_chance(self, question: Question, judged: Judged) -> Judged:
        """Judge a question once more where it lost something and builds on earlier ones: what is wrong of
        these may show in no check of their own.
        """
        blamed = self._blamed
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
            judged = self._given_correct_inputs(question, wrong, judged)
            self.observed.update(judged.observations)
        if judged.lost:
            blamed[question.id].add(question.id)
        return judged

    def _given_correct_inputs(self, question: Question, wrong: tuple[str, ...], first: Judged) -> Judged:
        """Observe what was lost of a question once more, with what it builds on answered by the reference:
        the mistakes left are its own.

        The reference answers what is wrong of it; what is then still lost is observed with all of it
        answered, since parts of which each is right can differ in what they leave for each other.
        """
        judged = first
        for answered in dict.fromkeys((wrong or question.needs, question.needs)):
            again = self._to_see_again(judged)
            waiting = [r for r in self.requests if r.question == question.id and r.probe in again]
            if waiting:
                seen = self._observe_given(question, answered, waiting)
                judged = self._better(question, judged, seen.observations)
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

    def _observe_given(self, question: Question, answered: tuple[str, ...], requests: list[Request]) -> Seen:
        """What memory holds of a second pass, or what is seen where the reference answers these
        questions' names.
        """
        given = self._given(question, answered)
        again = self._again(question, answered)
        watch = self._watch(again.before) if again else self._own_moment.get(question.id, self.watch)
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
        key = self._keys(requests, more, watch)[question.id]
        seen = self.memory.get(key)
        if seen is None:
            if not watch.warm:
                self._end_processes()
            cells, puts = (again.again, again.puts) if again else ((), ())
            seen = watch.observe(requests, given=given, limits=limits, instead=cells, puts=puts)
            if again:
                watch.end_process()  # it has held earlier answers
            self.memory.put(key, seen)
        return seen

    @property
    def _cell_seconds(self) -> float:
        """What the cells may take that are run again for a question."""
        return min(2 * self.watch.cells_took + 1.0, self.assignment.limits.notebook_seconds)

    def _again(self, question: Question, answered: tuple[str, ...]) -> Rerun | None:
        """The cells to run again, where what was made once has to be made anew with these questions answered;
        None where no value is concerned.
        """
        earlier = [self.assignment.question(need) for need in answered]
        split = self.notebook.split(self.watch.cells, question.id)
        if split is None or not any(q.values for q in (question, *earlier)):
            return None
        cells = [cell for cell in split[0] if cell.number not in self.watch.skip]
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
        known = tuple(
            sorted(
                self.assignment.given_names | {n for group in names.values() for n in group if "." not in n}
            )
        )
        cells = self.reference.cells
        if question.own_moment:
            cells = cells_for(self.assignment, question.id, [])
        return Given(self.bench.reference_sandbox(), cells, stubs, known)

    # ---- where a mistake is that has no name

    def _located(self, results: list[QuestionResult]) -> list[QuestionResult]:
        """The same results, with the places of mistakes that have no name, where one change mends all."""
        limits = self.assignment.limits
        clock = Clock(limits.locate_question_seconds, limits.locate_seconds)
        return [self._with_place(result, clock) for result in results]

    def _with_place(self, result: QuestionResult, clock: Clock) -> QuestionResult:
        judged = self._judgements.get(result.id)
        if judged is None or not judged.lost or result.diagnosis is not None or self.seen.demos:
            return result
        question, watch = self.assignment.question(result.id), self._own_moment.get(result.id, self.watch)
        given = judged.given_correct_inputs or bool(self._blamed[question.id] - {question.id})
        again = self._again(question, question.needs if given else ())
        probed = self._watch(again.before) if again else watch
        search = Search(
            question, judged, self.judge, self._changed(question, probed, given, again), given, clock
        )
        clock.begin(probed)
        found = search.place(watch.cells)
        if again:
            probed.end_process()
        if found is None:
            return result
        located, self.mends[result.id] = found
        result = with_one_mistake(msgspec.structs.replace(result, located=located), question)
        if self.bench.judged is not None:
            self.bench.judged(result)
        return result

    def _changed(self, question: Question, watch: Watch, given: bool, again: Rerun | None) -> Observe:
        """How a question is observed with one of its cells changed; given: with what it builds on answered by
        the reference. again: what then has to be run again.
        """
        requests = {r.probe: r for r in self.requests if r.question == question.id}
        reference = self._given(question, question.needs) if given else None
        limits = self.assignment.limits
        seconds = min(limits.probe_seconds, limits.locate_question_seconds)
        limits = msgspec.structs.replace(self._share(), probe_seconds=seconds)
        puts = again.puts if again else ()

        def observe(instead: list[CellSource], probes: tuple[str, ...]) -> dict[str, Observation]:
            if not watch.warm:
                self._end_processes()
            waiting = [requests[name] for name in probes]
            run = again.changed(instead) if again else instead
            seen = watch.observe(waiting, given=reference, limits=limits, instead=run, puts=puts)
            return seen.observations

        return observe

    def _share(self) -> Limits:
        """The limits of one question's second pass: all of them together take no longer than the first
        pass may.
        """
        limits = self.assignment.limits
        least = limits.notebook_seconds + 2 * limits.probe_seconds
        return msgspec.structs.replace(
            limits, submission_seconds=max(limits.submission_seconds / len(self.assignment.auto), least)
        )


def _says_moment(question: str, change: Change) -> str:
    """Why a question was judged as it stood at its own check."""
    what = ", ".join(f"`{name}`" for name in change.names[:5]) or "what it uses"
    return (
        f"{question} was judged as it stood at its own check: cell {change.cell} changed {what} after this "
        "question"
    )
