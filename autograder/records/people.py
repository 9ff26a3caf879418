"""The students of nbgrader's database: who is in it, under which id and name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbgrader.api import MissingEntry, Student, SubmittedAssignment
from sqlalchemy import delete, insert, select, update

from autograder.handed_in.roster import Student as RosterStudent
from autograder.records.database import open_gradebook


def rename_students(url: str, assignment: str, formerly: dict[str, str]) -> dict[str, str]:
    """Give the submissions of some ids, by new id, to the new ones, with marks and comments; returns those
    for which that was done, now or in a run that was killed behind it: a new id that has a submission of its
    own keeps it. An id without a submission is no longer among the students.
    """
    with open_gradebook(url) as book:
        try:
            row = book.find_assignment(assignment)
        except MissingEntry:
            return formerly
        table = SubmittedAssignment.__table__
        mine = table.c.assignment_id == row.id
        there = set(book.db.execute(select(table.c.student_id).where(mine)).scalars())
        moved = {new: old for new, old in formerly.items() if new not in there or old not in there}
        add_students(book.db, list(moved))
        for new, old in moved.items():
            book.db.execute(update(table).where(mine, table.c.student_id == old).values(student_id=new))
        left = set(book.db.execute(select(table.c.student_id)).scalars())
        gone = [old for old in moved.values() if old not in left]
        book.db.execute(delete(Student.__table__).where(Student.id.in_(gone)))
        book.db.commit()
        return moved


def name_students(url: str, students: Iterable[RosterStudent]) -> None:
    """Give those who have a row the names and addresses that the roster has; what it does not say stays."""
    with open_gradebook(url) as book:
        table = Student.__table__
        known = set(book.db.execute(select(table.c.id)).scalars())
        for one in students:
            first, _, last = one.name.rpartition(" ")
            told = {"first_name": first, "last_name": last} if one.name else {}
            told |= {"email": one.email} if one.email else {}
            if one.id in known and told:
                book.db.execute(update(table).where(table.c.id == one.id).values(**told))
        book.db.commit()


def add_students(db: Any, students: list[str]) -> None:
    known = set(db.execute(select(Student.id).where(Student.id.in_(students))).scalars())
    if missing := [{"id": student} for student in students if student not in known]:
        db.execute(insert(Student.__table__), missing)
