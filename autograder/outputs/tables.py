"""Scores for other programs: CSV, JSON, and the files that Canvas and Moodle import. What people have graded
counts.

A spreadsheet runs what looks like a formula, and students choose names: such a cell is written with an
apostrophe in front.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import msgspec

from autograder.assignment.values import Assignment
from autograder.files import pretty_json
from autograder.handed_in.roster import Student
from autograder.judging.findings import Status
from autograder.outputs.feedback import question_titles
from autograder.outputs.pages import points
from autograder.records.adjustments import NONE, Adjustments
from autograder.records.standing import Part, Standing
from autograder.text import printable_lines

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NOBODY = Student("")


@dataclass(frozen=True)
class ScoreLine:
    """One person of an export: who it is, and how the submission stands; None where nothing was handed in."""

    student: Student
    standing: Standing | None

    @property
    def score(self) -> str:
        """The points; empty where nothing was handed in, or the student is excused."""
        return "" if self.standing is None or self.standing.excused else points(self.standing.score)


def lines(standings: Sequence[Standing], roster: Sequence[Student] = ()) -> list[ScoreLine]:
    """A line for every submission, and with a roster for everybody in it, by id.

    A submission is found by its id, else by what else one person alone is known by: login, number, address.
    Whoever has a submission under the own id has that one; another's then keeps the name of its folder.
    """
    known = {one.id: one for one in roster}
    found = {s.student: ScoreLine(known[s.student], s) for s in standings if s.student in known}
    names = _names(roster)
    for standing in standings:
        if standing.student in known:
            continue
        one = names.get(standing.student)
        if one is None or one.id in found:
            one = msgspec.structs.replace(NOBODY, id=standing.student)
        found[one.id] = ScoreLine(one, standing)
    for one in roster:
        found.setdefault(one.id, ScoreLine(one, None))
    return [found[key] for key in sorted(found)]


def _names(roster: Sequence[Student]) -> dict[str, Student]:
    """By what a person is known by besides the id, whose it is; what counts most is named last, and what two
    have is nobody's.
    """
    names: dict[str, Student] = {}
    for field in ("mailbox", "email", "canvas", "moodle", "number", "login"):
        owners: dict[str, list[Student]] = {}
        for one in roster:
            value = one.email.partition("@")[0] if field == "mailbox" else getattr(one, field)
            owners.setdefault(value, []).append(one)
        for value, people in owners.items():
            names.pop(value, None)
            if value and len(people) == 1:
                names[value] = people[0]
    return names


def as_csv(assignment: Assignment, rows: Sequence[ScoreLine], adjustments: Adjustments = NONE) -> str:
    """A line a student: totals, then the points of each question; empty where nobody has graded yet, and
    where the question counts for nobody.
    """
    maximum = points(adjustments.maximum(assignment))
    questions = [q.id for q in assignment.questions]
    table = [
        ["student", "name", "email", "status", "score", "max_score", "late_penalty", "waiting", *questions]
    ]
    for row in rows:
        who, standing = [row.student.id, row.student.name, row.student.email], row.standing
        if standing is None:
            table.append([*who, _status(row, adjustments), "", maximum, "", "", *("" for _ in questions)])
            continue
        scores = {part.question.id: None if part.dropped else part.score for part in standing.parts}
        each = ["" if scores.get(q) is None else points(scores[q] or 0.0) for q in questions]
        counted = [
            row.score,
            maximum,
            points(standing.marks.penalty),
            " ".join(standing.waiting),
        ]
        table.append([*who, _status(row, adjustments), *counted, *each])
    return _csv(table)


def _status(row: ScoreLine, adjustments: Adjustments) -> str:
    if _excused(row, adjustments):
        return "excused"
    return "missing" if row.standing is None else row.standing.result.status


def _excused(row: ScoreLine, adjustments: Adjustments) -> bool:
    """Whether somebody is excused: under the id of the roster, or that of the result."""
    own = row.standing is not None and row.standing.excused is not None
    return own or row.student.id in adjustments.excused


def as_json(assignment: Assignment, rows: Sequence[ScoreLine], adjustments: Adjustments = NONE) -> str:
    """The same with diagnoses, checks, comments and adjustments, for programs."""
    document = {
        "format": 1,
        "assignment": assignment.name,
        "title": assignment.title,
        "max_score": adjustments.maximum(assignment),
        "adjustments": adjustments.in_force,
        "students": [_document(row, adjustments) for row in rows],
    }
    return pretty_json(document)


def _document(row: ScoreLine, adjustments: Adjustments) -> dict[str, object]:
    who = msgspec.structs.asdict(row.student)
    status = _status(row, adjustments)
    if row.standing is None:
        return {**who, "status": status, "score": None}
    standing = row.standing
    return {
        **who,
        "status": status,
        "score": None if standing.excused else standing.score,
        "late_penalty": standing.marks.penalty,
        "waiting": standing.waiting,
        "messages": standing.result.messages,
        "questions": [
            {
                "points": part.score,
                "counts": not part.dropped,
                "by_person": part.by_person,
                "comments": part.comments,
                "tested": msgspec.to_builtins(part.question),
            }
            for part in standing.parts
        ],
    }


def as_canvas(
    assignment: Assignment,
    rows: Sequence[ScoreLine],
    column: str = "",
    there: Mapping[str, str] | None = None,
    adjustments: Adjustments = NONE,
) -> str:
    """What Canvas's gradebook imports: who, then one column of points.

    column is the assignment's column as Canvas calls it, `Title (number)`; without a number Canvas offers to
    make a new assignment. there says what Canvas has by student's id: it stays where there is no result here,
    and so does EX, by which a person has excused somebody. Whom `chainrule adjust` has excused gets it.
    """
    had = there or {}
    table = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", column or assignment.title]]
    table.append(["    Points Possible", "", "", "", "", points(adjustments.maximum(assignment))])
    for row in rows:
        one, before = row.student, had.get(row.student.id, "")
        keep = row.standing is None or before.upper() == "EX"
        table.append(
            [
                _last_first(one.name) or one.id,
                one.canvas,
                one.number,
                one.login or one.id,
                one.section,
                "EX" if _excused(row, adjustments) else before if keep else row.score,
            ]
        )
    return _csv(table)


def as_moodle(assignment: Assignment, rows: Sequence[ScoreLine], adjustments: Adjustments = NONE) -> str:
    """A table for Moodle's import of grades from CSV, with a few words of feedback."""
    table = [["Identifier", "Full name", "Email address", "Grade", "Maximum Grade", "Feedback comments"]]
    titles, maximum = question_titles(assignment), points(adjustments.maximum(assignment))
    for row in rows:
        one = row.student
        said = comments(row.standing, titles) if row.standing is not None else ""
        identifier = f"Participant {one.moodle}" if one.moodle else one.id
        table.append([identifier, one.name, one.email, row.score, maximum, said])
    return _csv(table)


def comments(standing: Standing, titles: dict[str, str]) -> str:
    """What went wrong and what people said, as the little HTML that Moodle shows."""
    said = [
        f"<b>{escape(titles.get(part.question.id, part.question.id))}</b>: {escape(text)}"
        for part in standing.parts
        for text in _says(part)
    ]
    if standing.result.status is Status.UNREADABLE:
        said = [escape(message) for message in standing.result.messages]
    if standing.excused:
        said = [f"<b>Excused</b>: {escape(standing.excused.because)}"]
    elif standing.extension:
        more = f"<b>{escape(standing.extension.time)} more</b>: {escape(standing.extension.because)}"
        said.insert(0, more)
    return "<br>".join(printable_lines(text).replace("\n", "<br>") for text in said)


def _says(part: Part) -> list[str]:
    if part.adjustment is not None:
        return ["counts for nobody. " * part.dropped + part.adjustment.because]
    found = [part.question.reason] if part.question.reason and not part.full else []
    return found + [comment for comment in part.comments if comment != "No response."]


def _last_first(name: str) -> str:
    """`Anna Lena Muster` as Canvas writes it: `Muster, Anna Lena`."""
    first, _, last = name.rpartition(" ")
    return f"{last}, {first}" if first else name


def _csv(table: Sequence[Sequence[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerows([[harmless(cell) for cell in row] for row in table])
    return file.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, and without control characters.

    Where a semicolon or a tab separates, as in much of Europe, what follows one in a text is another cell.
    """
    plain = printable_lines(cell)
    parts = re.split(r"([;\t\n])", plain)
    parts[::2] = [f"'{part}" if _formula(part) else part for part in parts[::2]]
    safe = "".join(parts)
    return f"'{safe}" if cell.startswith(FORMULA) and not safe.startswith("'") else safe


def _formula(part: str) -> bool:
    return part.lstrip(" \"'").startswith(FORMULA)
