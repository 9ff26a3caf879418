"""The story of one submission: its cells are run and its probes observed in the sandbox; what was seen is judged here, outside."""
from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from types import TracebackType
from typing import Any

import msgspec
import numpy as np

from autograder.assignment import Assignment, Question, fingerprint
from autograder.compare import compare
from autograder.diagnose import Known, ends_alike, hint, known_of, name_mistake
from autograder.errors import SandboxError
from autograder.journal import Memory
from autograder.judging import Fact, Unfit
from autograder.model import CheckResult, Finding, Observation, Outcome, QuestionResult, Seen, SubmissionResult, Verdict
from autograder.observe import Given, Request, observe
from autograder.probe import Probe
from autograder.probe_text import text_of_probes
from autograder.protocol import CellSource
from autograder.reference import Reference, key_of_cells, sandbox_for
from autograder.sandbox import Limits, Sandbox
from autograder.score import earned, total
from autograder.submission import Submission, digest
from autograder.text import printable
from autograder.variants import Variant
from autograder.wire import WireError, decode

NO_VALUE = Finding(Verdict.NO_VALUE)
TOO_LARGE = Finding(Verdict.WRONG_SHAPE, "the result is far larger than what was asked for.")
MAX_MESSAGES = 40
JUDGED_ROOM = 1_000_000
"""Bytes that an observation for a judge may have beyond 16 times the reference's: judges take their time over every entry."""
_REMEMBERED, _REMEMBERED_BYTES = 2048, 1 << 14
"""How many findings are kept for observations that come again, and of what size these may be."""


class Judge:
    """Decides about observations of one assignment, for one salt. Holds the answers; lives outside the sandbox."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._known: dict[str, Known] = {}
        self._found = lru_cache(maxsize=_REMEMBERED)(self._find)  # most of a class see the same

    def find(self, probe: Probe, observation: Observation) -> Finding:
        """Judge one observation, whatever it is."""
        if observation.outcome is not Outcome.FINISHED:
            return NO_VALUE
        if probe.judged and len(observation.value) > 16 * self.reference.sizes[probe.id] + JUDGED_ROOM:
            return TOO_LARGE
        return self._found(probe, observation) if len(observation.value) <= _REMEMBERED_BYTES else self._find(probe, observation)

    def _find(self, probe: Probe, observation: Observation) -> Finding:
        try:
            return self.judge(probe, decode(observation.value))
        except WireError:
            return NO_VALUE

    def judge(self, probe: Probe, value: Any) -> Finding:
        """Judge one decoded value: by its facts where the probe is judged, else by comparing it with the reference's."""
        if not probe.judged:
            expected = self.reference.expected[probe.id]
            finding = compare(expected, value, probe.tolerance)
            if finding.verdict in (Verdict.WRONG_VALUES, Verdict.WRONG_SHAPE):
                return Finding(finding.verdict, f"{finding.message}. {hint(expected, value, probe.tolerance)}".rstrip(". ") + ".")
            return finding
        try:
            facts = self.reference.assignment.judges[probe.id](value, np.random.default_rng(self.reference.seeds[probe.id]))
        except Unfit as error:
            return Finding(error.verdict, error.says)
        except Exception:  # the value is a student's: whatever a judge trips over in it is a wrong form
            return Finding(Verdict.WRONG_TYPE, "the result does not have the form that was asked for.")
        return _from_facts(facts)

    def known(self, question: str, seen: dict[str, Observation]) -> list[Known]:
        """The misconceptions of a question that may be what was seen, with what they do, judged once."""
        variants = [v for v in self.reference.misconceptions if v.question == question]
        return [self._known_of(v) for v in variants if ends_alike(self.reference.observations_of(v), seen)]

    def _known_of(self, variant: Variant) -> Known:
        if variant.id not in self._known:
            probes = self.reference.assignment.probes_of(variant.question)
            self._known[variant.id] = known_of(variant, self.reference.observations_of(variant), probes, self.judge)
        return self._known[variant.id]


def _from_facts(facts: dict[str, Fact]) -> Finding:
    failed = next((fact for fact in facts.values() if not fact.holds), None)
    held = {name: fact.holds for name, fact in facts.items()}
    if failed is None:
        return Finding(Verdict.RIGHT, facts=held)
    return Finding(Verdict.WRONG_VALUES, failed.says, held)


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
        return self._sandbox

    def _reference_sandbox(self) -> Sandbox:
        """The zygote of the processes that answer in second passes."""
        if self._trusted is None:
            self._trusted = sandbox_for(self.assignment, self.level)  # our own code, but called with what a student's code sends
        return self._trusted

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

    def _grade(self, submission: Submission, questions: tuple[str, ...], memory: Memory) -> SubmissionResult:
        began = time.monotonic()
        cells, demos = submission.cells(), submission.demo_names()
        requests = [r for r in self.reference.requests if not questions or r.question in questions]
        seen = self._observe(cells, requests, demos, submission, memory)
        results = self.results(cells, seen, requests, demos, submission, memory)
        if questions:
            results = [r for r in results if r.id in questions]
        return SubmissionResult(
            student=submission.student, status="graded",
            score=total([r.score or 0.0 for r in results]), max_score=total([r.max_score for r in results]),
            needs_manual=tuple(r.id for r in results if r.kind == "manual" and r.score is None),
            seconds=round(time.monotonic() - began, 3),
            messages=_few([*submission.messages, *_cell_messages(seen, cells)]), questions=tuple(results),
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

    def _observe(self, cells: list[CellSource], requests: list[Request], demos: frozenset[str], submission: Submission, memory: Memory) -> Seen:
        """What memory holds of each question, and in one process all of the others."""
        files, limits = submission.handed_in(), self.assignment.limits
        keys = self._keys(cells, requests, demos, files)
        known = {key: seen for key in keys.values() if (seen := memory.get(key)) is not None}
        waiting = [r for r in requests if keys[r.question] not in known]
        if requests and not waiting:
            return _together([*known.values()])
        seen = observe(self.sandbox(), cells, waiting, limits, demo_names=demos, handed_in=files, noted=self._early(cells))
        if seen.demos and known:  # they may change what is seen of any question
            memory.forget(keys.values())
            seen, known = observe(self.sandbox(), cells, requests, limits, demo_names=demos, handed_in=files), {}
        memory.note(seen)
        if not seen.demos:
            for question, part in _by_question(seen, waiting).items():
                memory.put(keys[question], part)
        return _together([*known.values(), seen])

    def _keys(
        self, cells: list[CellSource], requests: list[Request], demos: frozenset[str], files: tuple[tuple[str, bytes], ...], more: object = ""
    ) -> dict[str, str]:
        """For each question the key of all that observing it depends on."""
        ran = fingerprint(key_of_cells(self.assignment, cells), self.level, sorted(demos), files, more)
        asked: dict[str, list[tuple[str, int]]] = {}
        for request in requests:
            asked.setdefault(request.question, []).append((request.probe, request.seed))
        return {question: fingerprint(ran, text_of_probes(self.assignment, question), probes) for question, probes in asked.items()}

    def results(
        self, cells: list[CellSource], seen: Seen, requests: list[Request], demos: frozenset[str] = frozenset(),
        submission: Submission | None = None, memory: Memory | None = None,
    ) -> list[QuestionResult]:  # fmt: skip
        """Judge what was seen, give a second chance where an earlier part is wrong, and name the mistakes."""
        asked = {r.question for r in requests}
        first = {q.id: self._judge_question(q, seen.observations) for q in self.assignment.auto if q.id in asked}
        lost = {q for q, verdict in first.items() if not verdict.full}
        results = []
        self.observed = dict(seen.observations)
        for question in self.assignment.questions:
            if question.written:
                results.append(_written(question, submission))
            elif question.id in asked:
                judged = first[question.id]
                if question.id in lost and self._builds_on_wrong(question, lost, asked):
                    judged = self._given_correct_inputs(question, cells, requests, demos, judged, submission, seen.skipped, memory or Memory())
                    self.observed.update(judged.observations)
                results.append(self._question_result(question, judged, cells))
                if self.judged is not None and judged is not first[question.id]:
                    self.judged(results[-1])
        return results

    def _builds_on_wrong(self, question: Question, lost: set[str], asked: set[str]) -> bool:
        return any(need in lost or need not in asked for need in question.needs)

    def _judge_question(self, question: Question, observations: dict[str, Observation]) -> _Judged:
        probes = self.assignment.probes_of(question.id)
        found = {p.id: self.judge.find(p, observations[p.id]) for p in probes}
        return _Judged(probes, {p.id: observations[p.id] for p in probes}, found)

    def _given_correct_inputs(
        self, question: Question, cells: list[CellSource], requests: list[Request], demos: frozenset[str], first: _Judged,
        submission: Submission | None, skip: tuple[int, ...], memory: Memory,
    ) -> _Judged:  # fmt: skip
        """Observe a question once more with what it needs answered by the reference; the better of both counts, check by check."""
        own = set(question.defines)
        needed = [name for need in question.needs for name in self.assignment.question(need).defines if name not in own]
        known = tuple(sorted(self.assignment.given_names | {n for n in needed if "." not in n}))
        mine = [r for r in requests if r.question == question.id]
        files = submission.handed_in() if submission is not None else ()
        key = self._keys(cells, mine, demos, files, (digest(self.reference.cells), needed, known, skip))[question.id]
        seen = memory.get(key)
        if seen is None:
            given = Given(self._reference_sandbox(), self.reference.cells, tuple(needed), known)
            seen = observe(self.sandbox(), cells, mine, self._share(), demo_names=demos, handed_in=files, given=given, skip=skip)
            memory.put(key, seen)
        second = self._judge_question(question, seen.observations)
        return first.better_of(second)

    def _share(self) -> Limits:
        """The limits of one question's second pass: all of them together take no longer than the first pass may."""
        limits = self.assignment.limits
        least = limits.notebook_seconds + 2 * limits.probe_seconds
        return replace(limits, submission_seconds=max(limits.submission_seconds / len(self.assignment.auto), least))

    def _question_result(self, question: Question, judged: _Judged, cells: list[CellSource]) -> QuestionResult:
        points = judged.points
        diagnosis = None
        if self.diagnose and not judged.full:
            diagnosis = name_mistake(judged.probes, judged.evidence, judged.evidence_findings, self.judge.known(question.id, judged.evidence))
        checks = tuple(
            CheckResult(
                id=p.id, title=p.title, points=p.points, earned=points[p.id], outcome=judged.observations[p.id].outcome,
                verdict=judged.findings[p.id].verdict, message=_message(question, p, judged, points[p.id], cells),
            )
            for p in judged.probes
        )  # fmt: skip
        outcomes = [c.outcome for c in checks if c.outcome is not Outcome.FINISHED]
        return QuestionResult(
            id=question.id, kind="auto", score=total([c.earned for c in checks]), max_score=question.points,
            outcome=outcomes[0] if outcomes else Outcome.FINISHED, given_correct_inputs=judged.given_correct_inputs,
            diagnosis=diagnosis, checks=checks,
        )  # fmt: skip


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


class _Judged:
    """A question's observations and findings, and what they earn."""

    def __init__(self, probes: tuple[Probe, ...], observations: dict[str, Observation], findings: dict[str, Finding]) -> None:
        self.probes, self.observations, self.findings = probes, observations, findings
        self.evidence, self.evidence_findings = observations, findings
        self.given_correct_inputs = False

    @property
    def points(self) -> dict[str, float]:
        return earned(self.probes, {name: finding.verdict for name, finding in self.findings.items()})

    @property
    def full(self) -> bool:
        return all(finding.verdict is Verdict.RIGHT for finding in self.findings.values())

    def better_of(self, second: _Judged) -> _Judged:
        """Check by check the better of two observations. A diagnosis looks at the second alone: it holds only this question's own mistakes."""
        chosen = {p.id: second if self.findings[p.id].verdict is not Verdict.RIGHT else self for p in self.probes}
        merged = _Judged(
            self.probes, {name: c.observations[name] for name, c in chosen.items()}, {name: c.findings[name] for name, c in chosen.items()}
        )
        merged.evidence, merged.evidence_findings = second.observations, second.findings
        merged.given_correct_inputs = sum(merged.points.values()) > sum(self.points.values())
        return merged


def _message(question: Question, probe: Probe, judged: _Judged, points: float, cells: list[CellSource]) -> str:
    """One sentence on a check for the student: how it ended, or what is wrong; never text made by the student's code."""
    observation, finding = judged.observations[probe.id], judged.findings[probe.id]
    if finding.verdict is Verdict.RIGHT:
        return "" if points else "This is right, but counts only once the question's main checks are."
    match observation.outcome:
        case Outcome.FINISHED:
            return _sentence(finding.message) if finding.message else "What came back can't be read."
        case Outcome.RAISED:
            line = _line(cells, observation)
            where = f" at `{line}` (cell {observation.cell}, line {observation.line})" if line else ""
            if observation.error == "NotImplementedError" and "NotImplementedError" in line:
                return "This is not written yet."
            return f"It raised {observation.error or 'an exception'}{where}."
        case Outcome.MISSING:
            return f"The notebook does not define {' or '.join(question.defines)}, or not under this name."
        case Outcome.TIMED_OUT:
            return _sentence(observation.error) or "It took too long and was stopped: is there a loop that does not end?"
        case Outcome.KILLED:
            return "It crashed the Python process."
        case Outcome.EXITED:
            return "It left Python: exit() or quit() ends everything that comes after."
        case Outcome.OUT_OF_MEMORY:
            return "It ran out of memory: is an array far larger than it need be?"
        case Outcome.OUTPUT_LIMIT:
            return "It printed or returned too much."
        case _:
            return "What came back can't be read."


def _line(cells: list[CellSource], observation: Observation) -> str:
    """The line of the student's own cell where an exception was raised, from our copy of the cell."""
    text = next((c.text for c in cells if c.number == observation.cell and c.kind == "own"), "")
    lines = text.splitlines()
    return lines[observation.line - 1].strip()[:120] if 0 < observation.line <= len(lines) else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) or not text else ".")


def _written(question: Question, submission: Submission | None) -> QuestionResult:
    """A write-up waits for a person; left as it was handed out, it is 0 at once."""
    touched = submission is not None and submission.answer(question.id) is not None
    outcome = Outcome.FINISHED if touched else Outcome.MISSING
    return QuestionResult(question.id, "manual", None if touched else 0.0, question.points, outcome)


def _few(messages: list[str]) -> tuple[str, ...]:
    """No more than anybody reads, each in one line."""
    more = len(messages) - MAX_MESSAGES
    kept = [printable(message, 1000) for message in messages[:MAX_MESSAGES]]
    return tuple(kept + ([f"and {more} more of the kind"] if more > 0 else []))


def _cell_messages(seen: Seen, cells: list[CellSource]) -> list[str]:
    """What went wrong in the student's own cells."""
    own = {c.number: c for c in cells if c.kind == "own"}
    messages = []
    for report in seen.cells:
        if report.number not in own:
            continue
        if report.outcome is Outcome.FINISHED:
            if report.missing.isidentifier():
                messages.append(f"cell {report.number} uses {report.missing} before it is defined; it was run again at the end")
            continue
        match report.outcome:
            case Outcome.RAISED:
                messages.append(f"cell {report.number} raised {report.error}" + (f" (line {report.line})" if report.line else ""))
            case Outcome.TIMED_OUT:
                messages.append(f"cell {report.number} took too long and was stopped; the rest was graded without it")
            case _:
                messages.append(f"cell {report.number} ended: {report.outcome.value} {report.error}".rstrip())
    return messages


def unreadable(submission: Submission, assignment: Assignment) -> SubmissionResult:
    """The result of what can't be graded: 0, with the reason."""
    questions = tuple(
        QuestionResult(q.id, "manual" if q.written else "auto", 0.0, q.points, Outcome.MISSING) for q in assignment.questions
    )
    return SubmissionResult(submission.student, "unreadable", 0.0, assignment.max_score, (), 0.0, _few(list(submission.messages)), questions)

