"""The story of one submission: its cells are run and its probes observed in the sandbox; what was seen is judged here, outside."""
from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType

import msgspec

from autograder.assignment.loading import Assignment, Question
from autograder.assignment.probe_keys import key_of_probes
from autograder.errors import SandboxError
from autograder.fingerprints import fingerprint
from autograder.handed_in.submission import Submission, digest
from autograder.inside.limits import Limits
from autograder.inside.protocol import CellSource, Run
from autograder.inside.seen import Observation, Outcome, Seen
from autograder.judging.diagnose import name_mistake
from autograder.judging.findings import CheckResult, QuestionResult, SubmissionResult
from autograder.judging.judge import Judge, Judged
from autograder.judging.keys import key_of_cells
from autograder.judging.memory import Memory
from autograder.judging.messages import cell_messages, check_message, few
from autograder.judging.points import total
from autograder.judging.reference import Reference, sandbox_for
from autograder.sandbox.watch import Given, Request, Watch
from autograder.sandbox.zygote import Sandbox


class Grader:
    """Grades submissions of one assignment one after another, with a sandbox of its own. Use one a thread."""

    def __init__(self, reference: Reference, level: str, *, diagnose: bool = True, judged: Callable[[QuestionResult], None] | None = None) -> None:
        self.reference, self.assignment, self.level = reference, reference.assignment, level
        self.judge, self.diagnose = Judge(reference), diagnose
        self.judged = judged
        """Told of each tested question as soon as all of it was observed, and again where a second look changed it."""
        self.observed: dict[str, Observation] = {}
        """What the last results were judged on: by probe, the observation of the pass that counts."""
        self._sandbox: Sandbox | None = None
        self._trusted: Sandbox | None = None

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        for sandbox in (self._sandbox, self._trusted):
            if sandbox is not None:
                sandbox.close()
        self._sandbox = self._trusted = None

    def sandbox(self) -> Sandbox:
        """The zygote that student code is forked from."""
        if self._sandbox is None:
            self._sandbox = sandbox_for(self.assignment, self.level)
            self._sandbox.prepare(self.assignment.limits)
        return self._sandbox

    def _reference_sandbox(self) -> Sandbox:
        """The zygote of the processes that answer in second passes."""
        if self._trusted is None:
            self._trusted = sandbox_for(self.assignment, self.level)  # our own code, but called with what a student's code sends
            self._trusted.prepare(self.assignment.limits, Run(self.reference.cells))
        return self._trusted

    def start(self) -> None:
        """Start what grading a class will need, without waiting for it: one zygote loads while the other is at work."""
        self.sandbox()
        self._reference_sandbox()

    def grade(self, submission: Submission, questions: tuple[str, ...] = (), memory: Memory | None = None) -> SubmissionResult:
        """Grade a submission: always a result, whatever was handed in. Raises SandboxError where a fresh sandbox fails as well.

        What memory holds is not observed again.
        """
        if not submission.readable:
            return unreadable(submission, self.assignment)
        try:
            return self._grade(submission, questions, memory or Memory())
        except SandboxError:
            self.close()
            return self._grade(submission, questions, memory or Memory())

    def watch(self, cells: list[CellSource], demo_names: frozenset[str] = frozenset(), handed_in: tuple[tuple[str, bytes], ...] = ()) -> Watch:
        """Make ready to observe a notebook's cells, with the assignment's limits; leave it before the next is watched."""
        return Watch(self.sandbox(), cells, self.assignment.limits, demo_names=demo_names, handed_in=handed_in)

    def _grade(self, submission: Submission, questions: tuple[str, ...], memory: Memory) -> SubmissionResult:
        began = time.monotonic()
        requests = [r for r in self.reference.requests if not questions or r.question in questions]
        with self.watch(submission.cells(), submission.demo_names(), submission.handed_in()) as watch:
            seen = self._observe(watch, requests, memory)
            results = self.results(watch, seen, requests, submission, memory)
        if questions:
            results = [r for r in results if r.id in questions]
        return SubmissionResult(
            student=submission.student, status="graded",
            score=total([r.score or 0.0 for r in results]), max_score=total([r.max_score for r in results]),
            needs_manual=tuple(r.id for r in results if r.kind == "manual" and r.score is None),
            seconds=round(time.monotonic() - began, 3),
            messages=few([*submission.messages, *cell_messages(seen.cells, watch.cells)]), questions=tuple(results),
        )  # fmt: skip

    def _early(self, cells: list[CellSource]) -> Callable[[Observation], None] | None:
        """Judge each question when its last observation arrives, for whoever wants to know before the end."""
        if self.judged is None:
            return None
        arrived: dict[str, Observation] = {}

        def note(observation: Observation) -> None:
            arrived[observation.probe] = observation
            question = self.assignment.question(self.reference.probes[observation.probe].question)
            if self.judged is not None and all(p.id in arrived for p in self.assignment.probes_of(question.id)):
                self.judged(self._question_result(question, self._judge_question(question, arrived), cells))

        return note

    def _observe(self, watch: Watch, requests: list[Request], memory: Memory) -> Seen:
        """What memory holds of each question, and in one process all of the others."""
        keys = self._keys(watch, requests)
        known = {key: seen for key in keys.values() if (seen := memory.get(key)) is not None}
        waiting = [r for r in requests if keys[r.question] not in known]
        if requests and not waiting:
            return _together([*known.values()])
        seen = watch.observe(waiting, noted=self._early(watch.cells))
        if seen.demos and known:  # they may change what is seen of any question
            memory.forget(keys.values())
            seen, known = watch.observe(requests), {}
        memory.note(seen)
        if not seen.demos:
            for question, part in _by_question(seen, waiting).items():
                memory.put(keys[question], part)
        return _together([*known.values(), seen])

    def _keys(self, watch: Watch, requests: list[Request], more: object = "") -> dict[str, str]:
        """For each question the key of all that observing it depends on."""
        ran = fingerprint(key_of_cells(self.assignment, watch.cells), self.level, sorted(watch.demo_names), watch.handed_in, more)
        asked: dict[str, list[tuple[str, int]]] = {}
        for request in requests:
            asked.setdefault(request.question, []).append((request.probe, request.seed))
        return {question: fingerprint(ran, key_of_probes(self.assignment, question), probes) for question, probes in asked.items()}

    def results(
        self, watch: Watch, seen: Seen, requests: list[Request], submission: Submission | None = None, memory: Memory | None = None
    ) -> list[QuestionResult]:
        """Judge what was seen, give a second chance where an earlier part is wrong, and name the mistakes."""
        asked = {r.question for r in requests}
        first = {q.id: self._judge_question(q, seen.observations) for q in self.assignment.auto if q.id in asked}
        blamed = {q.id: set() if q.written or q.id in asked else {q.id} for q in self.assignment.questions}
        """By question, the ones whose mistakes show in it."""
        results = []
        self.observed = dict(seen.observations)
        watch.skip.update(seen.skipped)
        for question in self.assignment.questions:
            if question.written:
                results.append(_written(question, submission))
            elif question.id in asked:
                judged = first[question.id]
                wrong = tuple(n for n in question.needs if n in blamed[n] or not blamed[n] <= set(question.needs))
                if judged.lost and wrong:
                    blamed[question.id].update(wrong)
                    own = [r for r in requests if r.question == question.id]
                    judged = self._given_correct_inputs(question, wrong, watch, own, judged, seen, memory)
                    self.observed.update(judged.observations)
                if judged.lost:
                    blamed[question.id].add(question.id)
                results.append(self._question_result(question, judged, watch.cells))
                if self.judged is not None and judged is not first[question.id]:
                    self.judged(results[-1])
        return results

    def _judge_question(self, question: Question, observations: dict[str, Observation]) -> Judged:
        probes = self.assignment.probes_of(question.id)
        found = {p.id: self.judge.find(p, observations[p.id]) for p in probes}
        return Judged(probes, {p.id: observations[p.id] for p in probes}, found)

    def _given_correct_inputs(
        self, question: Question, wrong: tuple[str, ...], watch: Watch, requests: list[Request], first: Judged, before: Seen, memory: Memory | None
    ) -> Judged:
        """Observe what was lost of a question once more, with what it builds on answered by the reference: the mistakes left are its own.

        The reference answers what is wrong of it; what is then still lost is observed with all of it answered, since parts of which each is
        right can differ in what they leave for each other.
        """
        judged = first
        for answered in dict.fromkeys((wrong, question.needs)):
            waiting = [r for r in requests if r.probe in judged.lost]
            if waiting:
                seen = self._observe_given(question, answered, watch, waiting, before, memory or Memory())
                judged = self._judge_question(question, judged.observations | seen.observations)
        return replace(judged, given_correct_inputs=sum(judged.points.values()) > sum(first.points.values()))

    def _observe_given(
        self, question: Question, answered: tuple[str, ...], watch: Watch, requests: list[Request], before: Seen, memory: Memory
    ) -> Seen:
        """What memory holds of a second pass, or what is seen where the reference answers these questions' names."""
        own = set(question.defines)
        names = {need: [n for n in self.assignment.question(need).defines if n not in own] for need in question.needs}
        stubs = tuple(name for need in answered for name in names[need])
        known = tuple(sorted(self.assignment.given_names | {n for group in names.values() for n in group if "." not in n}))
        key = self._keys(watch, requests, (digest(self.reference.cells), stubs, known, before.skipped))[question.id]
        seen = memory.get(key)
        if seen is None:
            given = Given(self._reference_sandbox(), self.reference.cells, stubs, known)
            seen = watch.observe(requests, given=given, limits=self._share())
            memory.put(key, seen)
        return seen

    def _share(self) -> Limits:
        """The limits of one question's second pass: all of them together take no longer than the first pass may."""
        limits = self.assignment.limits
        least = limits.notebook_seconds + 2 * limits.probe_seconds
        return msgspec.structs.replace(limits, submission_seconds=max(limits.submission_seconds / len(self.assignment.auto), least))

    def _question_result(self, question: Question, judged: Judged, cells: list[CellSource]) -> QuestionResult:
        points = judged.points
        diagnosis = None
        if self.diagnose and judged.lost:
            diagnosis = name_mistake(judged.probes, judged.observations, judged.findings, self.judge.known(question.id, judged.observations))
        checks = tuple(
            CheckResult(
                id=p.id, title=p.title, points=p.points, earned=points[p.id], outcome=judged.observations[p.id].outcome,
                verdict=judged.findings[p.id].verdict, message=check_message(question, p, judged, points[p.id], cells),
            )
            for p in judged.probes
        )  # fmt: skip
        outcomes = [c.outcome for c in checks if c.outcome is not Outcome.FINISHED]
        return QuestionResult(
            id=question.id, kind="auto", score=total([c.earned for c in checks]), max_score=question.points,
            outcome=outcomes[0] if outcomes else Outcome.FINISHED, given_correct_inputs=judged.given_correct_inputs,
            diagnosis=diagnosis, checks=checks,
        )  # fmt: skip


def _written(question: Question, submission: Submission | None) -> QuestionResult:
    """A write-up waits for a person; left as it was handed out, it is 0 at once."""
    touched = submission is not None and submission.answer(question.id) is not None
    outcome = Outcome.FINISHED if touched else Outcome.MISSING
    return QuestionResult(question.id, "manual", None if touched else 0.0, question.points, outcome)


def _by_question(seen: Seen, requests: list[Request]) -> dict[str, Seen]:
    """What was seen, cut into its questions; each has the cells with it."""
    parts: dict[str, dict[str, Observation]] = {}
    for request in requests:
        parts.setdefault(request.question, {})[request.probe] = seen.observations[request.probe]
    return {question: msgspec.structs.replace(seen, observations=part) for question, part in parts.items()}


def _together(parts: list[Seen]) -> Seen:
    """Questions that were seen at different times as one; what was seen last says how the cells ended."""
    observations = {name: observation for part in parts for name, observation in part.observations.items()}
    return msgspec.structs.replace(parts[-1], observations=observations)


def unreadable(submission: Submission, assignment: Assignment) -> SubmissionResult:
    """The result of what can't be graded: 0, with the reason."""
    questions = tuple(
        QuestionResult(q.id, "manual" if q.written else "auto", 0.0, q.points, Outcome.MISSING) for q in assignment.questions
    )
    return SubmissionResult(submission.student, "unreadable", 0.0, assignment.max_score, (), 0.0, few(list(submission.messages)), questions)

