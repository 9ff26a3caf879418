"""The class at a glance for who teaches it: figures from the kept results, and one page that shows them."""

from __future__ import annotations

import datetime
import os
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import numpy as np

from autograder.assignment.values import Assignment, QuestionKind
from autograder.inside.seen import Outcome
from autograder.judging.findings import CheckResult, QuestionResult, Status, SubmissionResult, Verdict
from autograder.outputs import plots
from autograder.outputs.feedback import gradebook_marks, question_titles
from autograder.outputs.pages import points, render
from autograder.records.adjustments import NONE, Adjustment, Adjustments
from autograder.records.marks import Marks
from autograder.records.results import Conditions, Kept, KeptResult, Results
from autograder.records.standing import Part, Standing, excesses, standings

BROKEN = (
    Outcome.TIMED_OUT,
    Outcome.OUT_OF_MEMORY,
    Outcome.KILLED,
    Outcome.EXITED,
    Outcome.OUTPUT_LIMIT,
    Outcome.PROTOCOL,
    Outcome.REFUSED,
)
FEWEST = 5
"""A correlation of fewer submissions than these says nothing."""


class QuestionFigures(msgspec.Struct, frozen=True):
    """A question over the class.

    The shares are of the submissions in which it has points; discrimination is None where it can't be told.
    """

    id: str
    title: str
    max_score: float
    graded: int
    success: float | None
    full: float | None
    none: float | None
    discrimination: float | None
    given_correct_inputs: int


class MistakeFigures(msgspec.Struct, frozen=True):
    """A misconception and who has it."""

    question: str
    id: str
    says: str
    students: tuple[str, ...]


class PlaceFigures(msgspec.Struct, frozen=True):
    """A place in students' code at which one change mends a question, and who has it."""

    question: str
    code: str
    students: tuple[str, ...]


class Breakage(msgspec.Struct, frozen=True):
    """Something that did not end as it should: a question's check, or the notebook as a whole."""

    student: str
    where: str
    says: str


class ResultChange(msgspec.Struct, frozen=True):
    """A submission whose result came out differently when it was last graded."""

    student: str
    when: str
    before: float
    now: float
    why: tuple[str, ...]
    moved: tuple[str, ...]


class ClassReport(msgspec.Struct, frozen=True):
    """Everything that the page shows, as --json writes it."""

    format: int
    assignment: str
    max_score: float
    submissions: int
    unreadable: tuple[str, ...]
    waiting: dict[str, tuple[str, ...]]
    excesses: tuple[str, ...]
    """Who has more points than there are, and where, in words."""
    adjustments: tuple[Adjustment, ...]
    """What holds of students and questions beyond the tests."""
    excused: tuple[str, ...]
    scores: dict[str, float]
    """Of all but those who are excused."""
    seconds: dict[str, float]
    questions: tuple[QuestionFigures, ...]
    misconceptions: tuple[MistakeFigures, ...]
    places: tuple[PlaceFigures, ...]
    breakages: tuple[Breakage, ...]
    changes: tuple[ResultChange, ...]


def class_report(
    assignment: Assignment,
    kept: Sequence[Kept],
    marks: dict[str, Marks],
    adjustments: Adjustments = NONE,
) -> ClassReport:
    """The figures of a class; what people have put into the gradebook counts, and who is excused does not."""
    everybody = standings(tuple(k.now.result for k in kept), marks, adjustments)
    counted = [s for s in everybody if s.excused is None]
    readable = [s for s in counted if s.result.status is Status.GRADED]
    return ClassReport(
        format=1,
        assignment=assignment.name,
        max_score=adjustments.maximum(assignment),
        submissions=len(everybody),
        unreadable=tuple(s.student for s in counted if s.result.status is not Status.GRADED),
        waiting={s.student: s.waiting for s in counted if s.waiting},
        excesses=excesses(counted),
        adjustments=adjustments.in_force,
        excused=tuple(s.student for s in everybody if s.excused),
        scores={s.student: s.score for s in counted},
        seconds={s.student: s.result.seconds for s in readable},
        questions=_questions(assignment, readable),
        misconceptions=_misconceptions(readable),
        places=_places(readable),
        breakages=tuple(_breakages(everybody)),
        changes=tuple(
            sorted((c for k in kept if (c := _change(k))), key=lambda c: (c.when, c.student), reverse=True)
        ),
    )


def _questions(assignment: Assignment, standings: list[Standing]) -> tuple[QuestionFigures, ...]:
    titles = question_titles(assignment)
    tested = {q.id for q in assignment.auto}
    scores = {s.student: {p.question.id: _earned(p) for p in s.parts} for s in standings}
    again = [p.question.id for s in standings for p in s.parts if p.question.given_correct_inputs]
    found = []
    for question in assignment.questions:
        pairs = []
        for mine in scores.values():
            own = mine.get(question.id)
            if own is not None:
                pairs.append((own, sum(mine.get(q) or 0.0 for q in tested if q != question.id)))
        shares = [own / question.points for own, _ in pairs]
        known = len(shares) or None
        found.append(
            QuestionFigures(
                question.id,
                titles[question.id],
                question.points,
                len(shares),
                success=known and sum(shares) / known,
                full=known and sum(s >= 1 for s in shares) / known,
                none=known and sum(s <= 0 for s in shares) / known,
                discrimination=correlation(pairs),
                given_correct_inputs=again.count(question.id),
            )
        )
    return tuple(found)


def _earned(part: Part) -> float | None:
    """The points without what was decided for everybody: figures tell how a question went."""
    return replace(part, adjustment=None).score


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's correlation; None of few pairs, or where one side does not vary."""
    if len(pairs) < FEWEST:
        return None
    both = np.array(pairs, float).T
    if (both.std(axis=1) < 1e-12).any():
        return None
    return round(float(np.corrcoef(both)[0, 1]), 4)


def _misconceptions(standings: list[Standing]) -> tuple[MistakeFigures, ...]:
    found: dict[tuple[str, str], list[str]] = {}
    says: dict[tuple[str, str], str] = {}
    for standing in standings:
        for question in standing.result.questions:
            if question.diagnosis:
                key = question.id, question.diagnosis.id
                found.setdefault(key, []).append(standing.student)
                says[key] = question.diagnosis.says
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        MistakeFigures(question, name, says[question, name], tuple(students))
        for (question, name), students in ordered
    )


def _places(standings: list[Standing]) -> tuple[PlaceFigures, ...]:
    """Where unnamed mistakes were located, alike pieces of code together, the commonest first."""
    found: dict[tuple[str, str], list[str]] = {}
    for standing in standings:
        for question in standing.result.questions:
            if question.located:
                code = "".join(question.located.code.split())
                found.setdefault((question.id, code), []).append(standing.student)
    written = {
        (q.id, "".join(q.located.code.split())): q.located.code
        for standing in standings
        for q in standing.result.questions
        if q.located
    }
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(PlaceFigures(key[0], written[key], tuple(students)) for key, students in ordered)


def _breakages(standings: Sequence[Standing]) -> list[Breakage]:
    found = []
    for standing in standings:
        result = standing.result
        found += [
            Breakage(
                result.student, "the file" if result.status is not Status.GRADED else "the notebook", message
            )
            for message in result.messages
        ]
        for question in result.questions:
            outcomes = [check.outcome for check in question.checks if check.outcome in BROKEN]
            for outcome in dict.fromkeys(outcomes):
                found.append(
                    Breakage(
                        result.student,
                        question.id,
                        f"{outcome.value}, {outcomes.count(outcome)} of {len(question.checks)} checks",
                    )
                )
    return found


# ---- what changed ------------------------------------------------------------------------------------------


def _change(kept: Kept) -> ResultChange | None:
    if kept.before is None:
        return None
    before, now = kept.before, kept.now
    moved = tuple(text for text in _moves(before, now) if text)
    if not moved and before.result.score == now.result.score:
        return None
    return ResultChange(
        now.result.student, now.when, before.result.score, now.result.score, _why(before, now), moved
    )


def _why(before: KeptResult, now: KeptResult) -> tuple[str, ...]:
    """What was different when it was graded again."""
    a, b = before.conditions, now.conditions
    reasons = [
        text
        for text, differs in (
            ("another submission", a.handed_in != b.handed_in),
            ("the assignment's files have changed", a.tests != b.tests),
            ("a new salt, so other hidden inputs", a.salt != b.salt),
            (f"isolation {a.isolation} became {b.isolation}", a.isolation != b.isolation),
            (_versions(a, b), a.environment != b.environment),
        )
        if differs
    ]
    return tuple(
        reasons or ["nothing that is known: is something in it left to chance, or near a limit of time?"]
    )


def _versions(a: Conditions, b: Conditions) -> str:
    pairs = [
        (name, a.environment.get(name, "–"), b.environment.get(name, "–"))
        for name in sorted(a.environment.keys() | b.environment.keys())
    ]
    return ", ".join(f"{name} {old} became {new}" for name, old, new in pairs if old != new)


def _moves(before: KeptResult, now: KeptResult) -> list[str]:
    """Each question whose points have moved, and the checks that moved them."""
    old = {q.id: q for q in before.result.questions}
    return [_move(old[q.id], q) for q in now.result.questions if q.id in old and old[q.id].score != q.score]


def _move(old: QuestionResult, new: QuestionResult) -> str:
    known = {check.id: check for check in old.checks}
    turned = [
        f"{check.id} is {_ending(check)} now"
        for check in new.checks
        if check.id in known and _ending(known[check.id]) != _ending(check)
    ]
    score = " → ".join("–" if q.score is None else points(q.score) for q in (old, new))
    return f"{new.id} {score}" + (f": {', '.join(turned)}" if turned else "")


def _ending(check: CheckResult) -> str:
    return (
        check.verdict.value
        if check.verdict is not Verdict.NO_VALUE or check.outcome is Outcome.FINISHED
        else check.outcome.value
    )


# ---- the page ----------------------------------------------------------------------------------------------


def report(assignment: Assignment, into: Path) -> ClassReport:
    """The figures as the kept results and the gradebook stand now."""
    marks, adjustments = gradebook_marks(assignment, into), Adjustments.of(assignment)
    return class_report(assignment, Results(into, assignment).all(), marks, adjustments)


def report_page(assignment: Assignment, found: ClassReport, into: Path, place: Path) -> str:
    """The page; into is where the results and the students' pages are, place the folder from which it
    links to them.
    """
    kept = Results(into, assignment).all()
    titles = question_titles(assignment)
    lost = {k.now.result.student: _lost(k.now.result) for k in kept}
    scores = [score for student, score in found.scores.items() if student not in found.unreadable]
    rows = [
        {
            "student": student,
            "score": score,
            "waiting": [titles[q] for q in found.waiting.get(student, ()) if q in titles],
            "lost": ["unreadable"] if student in found.unreadable else lost[student],
            "seconds": found.seconds.get(student),
            "link": _link(into, student, assignment, place),
        }
        for student, score in found.scores.items()
    ]
    newest = max(k.now.when for k in kept)
    return render(
        "report.html.j2",
        ("base.css", "report.css"),
        script="sort.js",
        title=assignment.title,
        judged=assignment.judged,
        found=found,
        titles=titles,
        rows=rows,
        facts=_facts(found, scores),
        links={s: _link(into, s, assignment, place) for s in (*found.scores, *found.excused)},
        waiting=_waiting(found),
        graded=_moment(newest),
        moment=_moment,
        release=kept[-1].now.conditions.release,
        score_plot=plots.scores(scores, found.max_score) if scores else None,
        question_plot=plots.success(
            [
                (q.title, q.success)
                for q in found.questions
                if q.success is not None and q.id not in _waiting(found)
            ]
        ),
        time_plot=plots.seconds(list(found.seconds.values())) if found.seconds else None,
    )


def _facts(found: ClassReport, scores: list[float]) -> list[tuple[str, str]]:
    facts: list[tuple[str, Any]] = [("submissions", str(found.submissions))]
    if scores:
        facts += [
            ("median", f"{points(statistics.median(scores))} of {points(found.max_score)}"),
            ("mean", points(statistics.mean(scores))),
        ]
        facts += [("lowest, highest", f"{points(min(scores))}, {points(max(scores))}")]
    if found.excused:
        facts += [("excused", str(len(found.excused)))]
    facts += [("wait for a person", str(len(found.waiting))), ("unreadable", str(len(found.unreadable)))]
    return facts


def _lost(result: SubmissionResult) -> list[str]:
    """The tested questions that do not have all their points."""
    short = [q for q in result.questions if q.kind is QuestionKind.AUTO and (q.score or 0) < q.max_score]
    return [f"{q.id} {points(q.score or 0)}/{points(q.max_score)}" for q in short]


def _waiting(found: ClassReport) -> dict[str, int]:
    """How many answers to each question wait for a person."""
    asked = [question for questions in found.waiting.values() for question in questions]
    return {question: asked.count(question) for question in dict.fromkeys(asked)}


def _link(into: Path, student: str, assignment: Assignment, place: Path) -> str:
    """Where the student's page is, seen from a folder; empty where there is none."""
    page = into / "feedback" / student / assignment.name / f"{assignment.notebook}.html"
    return quote(os.path.relpath(page, place)) if page.is_file() else ""


def _moment(when: str) -> str:
    """A time of the kept results as people write it."""
    return f"{datetime.datetime.fromisoformat(when).astimezone(datetime.UTC):%d %B %Y, %H:%M} UTC".lstrip("0")
