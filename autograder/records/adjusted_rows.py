"""Adjustments in nbgrader's database, so that formgrader and `nbgrader export` count as the kit does.

nbgrader knows extensions. A question that counts for nobody has 0 of 0 there, and one that gives everybody
its points a manual score; what people had entered is set aside, in a file beside the results, and comes back
when that is undone. Whom somebody has excused nbgrader can't be told.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec
from nbgrader.api import BaseCell, Grade, Gradebook, GradeCell, MissingEntry, SubmittedAssignment
from sqlalchemy import bindparam, select, update
from traitlets.config import Config

from autograder.assignment.values import Assignment
from autograder.files import write_text
from autograder.records.adjustments import Adjustment, Adjustments, Decision
from autograder.records.course_config import assign_penalties


class _Aside(msgspec.Struct):
    """What a grade held before an adjustment, and what the adjustment has put there."""

    manual: float | None
    extra: float | None
    asked: bool
    put: float


def bring_up_to_date(
    book: Gradebook, assignment: Assignment, into: Path, config: Config, students: Collection[str] = ()
) -> None:
    """Bring rows up to date with what was decided, then the late penalties of some students, or of all."""
    try:
        row = book.find_notebook(assignment.notebook, assignment.name)
    except MissingEntry:
        return
    adjustments = Adjustments.of(assignment)
    if adjustments.history:
        _extend(book, assignment.name, adjustments)
        _adjust_questions(book, row.id, assignment, adjustments, into)
    assign_penalties(book, assignment.name, assignment.notebook, config, students)


def _extend(book: Gradebook, assignment: str, adjustments: Adjustments) -> None:
    """Extensions of those who have a row; one that was undone goes, and one that others gave stays."""
    table = SubmittedAssignment.__table__
    ever: dict[str, set[datetime.timedelta]] = {}
    for entry in adjustments.history:
        if entry.kind is Decision.EXTENSION:
            ever.setdefault(entry.student, set()).add(datetime.timedelta(hours=entry.hours))
    mine = table.c.assignment_id == book.find_assignment(assignment).id
    rows = select(table.c.student_id, table.c.extension).where(mine, table.c.student_id.in_(ever))
    for student, before in book.db.execute(rows).all():
        given = adjustments.extensions.get(student)
        now = datetime.timedelta(hours=given.hours) if given else None
        if now != before and (given or before in ever[student]):
            book.db.execute(update(table).where(mine, table.c.student_id == student).values(extension=now))


def _adjust_questions(
    book: Gradebook, notebook: str, assignment: Assignment, adjustments: Adjustments, into: Path
) -> None:
    """Scores and maxima of questions that are, or were, adjusted."""
    path = into / ".chainrule" / "aside" / f"{assignment.name}.json"
    aside = _read(path)
    points = {q.id: q.points for q in assignment.questions}
    changed: list[dict[str, Any]] = []
    back: list[str] = []
    for question in {e.question for e in adjustments.history} & points.keys():
        entry = adjustments.questions.get(question)
        cell = book.db.execute(
            select(BaseCell.id).where(BaseCell.notebook_id == notebook, BaseCell.name == question)
        ).scalar()
        maximum = 0.0 if entry is not None and entry.kind is Decision.DROPPED else points[question]
        table = GradeCell.__table__
        book.db.execute(update(table).where(table.c.id == cell).values(max_score=maximum))
        columns = (
            Grade.id,
            Grade.auto_score,
            Grade.manual_score,
            Grade.extra_credit,
            Grade.needs_manual_grade,
        )
        for grade in book.db.execute(select(*columns).where(Grade.cell_id == cell)).all():
            if entry is not None:
                changed += _put(grade, entry, maximum, aside)
            elif grade.id in aside:
                changed += _restored(grade, aside[grade.id])
                back.append(grade.id)
    _write(path, aside)  # before the rows: what is set aside is at no moment in neither place
    if changed:
        rows = Grade.__table__
        book.db.execute(update(rows).where(rows.c.id == bindparam("row")), changed)
    book.db.commit()
    _write(path, {key: kept for key, kept in aside.items() if key not in back})


def _put(grade: Any, entry: Adjustment, score: float, aside: dict[str, _Aside]) -> list[dict[str, Any]]:
    """A grade with an adjusted score; what a person has entered since the last one is set aside too."""
    key, _, manual, extra, asked = grade
    kept = aside.get(key)
    if kept is None or manual != kept.put:
        kept = _Aside(manual, extra, bool(asked), score)
    else:
        more = extra if extra is not None else kept.extra
        kept = _Aside(kept.manual, more, kept.asked or bool(asked), score)
    aside[key] = kept
    more = None if entry.kind is Decision.DROPPED else kept.extra
    if (manual, extra, bool(asked)) == (score, more, False):
        return []
    return [{"row": key, "manual_score": score, "extra_credit": more, "needs_manual_grade": False}]


def _restored(grade: Any, kept: _Aside) -> list[dict[str, Any]]:
    """A grade as people had left it; one that somebody has entered since stays."""
    key, automatic, manual, extra, asked = grade
    if manual != kept.put:
        return []
    asked = automatic is None if kept.manual is None else kept.asked or bool(asked)
    more = kept.extra if extra is None else extra
    return [{"row": key, "manual_score": kept.manual, "extra_credit": more, "needs_manual_grade": asked}]


def _read(path: Path) -> dict[str, _Aside]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, _Aside])
    except (OSError, msgspec.MsgspecError):
        return {}


def _write(path: Path, aside: dict[str, _Aside]) -> None:
    if aside or path.is_file():
        write_text(path, msgspec.json.encode(aside).decode())
