"""The figures of a class, from the kept results and what people have put into the gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from autograder.assignment.values import Assignment
from autograder.inside.seen import Outcome
from autograder.judging.findings import Status
from autograder.outputs.feedback import question_titles
from autograder.outputs.report.changes import ResultChange, change
from autograder.records.adjustments import NONE, Adjustment, Adjustments
from autograder.records.marks import Marks
from autograder.records.results import Kept
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
            sorted((c for k in kept if (c := change(k))), key=lambda c: (c.when, c.student), reverse=True)
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
    written: dict[tuple[str, str], str] = {}
    for standing in standings:
        for question in standing.result.questions:
            if question.located:
                key = question.id, "".join(question.located.code.split())
                found.setdefault(key, []).append(standing.student)
                written[key] = question.located.code
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
