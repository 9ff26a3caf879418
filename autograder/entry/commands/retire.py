"""`chainrule retire`: takes students who have left out of reports and exports, and brings them back."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.entry.shared import AS_IT_IS, Into, Name, out, some_of, this_course
from autograder.errors import UsageError


def retire(
    name: Name,
    students: Annotated[list[str], typer.Argument(metavar="STUDENT...", help="Their ids.")],
    into: Into = None,
    undo: Annotated[bool, typer.Option("--undo", help="Bring them back.")] = False,
) -> None:
    """Take students who left out of report and exports, or bring them back; nothing is deleted."""
    from autograder.records.enrolled import Enrolled
    from autograder.records.results import Results

    course = this_course(into)
    assignment = course.assignment(name)
    enrolled, kept = Enrolled(course.into, name), Results(course.into, assignment).students()
    known = sorted(enrolled.retired) if undo else kept
    for one in students:
        if one not in known:
            what = "no retired student" if undo else "no result of a student"
            mend = f"it holds {some_of(known) or 'nobody'}"
            raise UsageError(f"{course.into} holds {what} {one!r} of {name}", mend=mend)
    if undo:
        enrolled.bring_back(students)
        out.print(f"Back in {name}: {some_of(students)}.", **AS_IT_IS)
        return
    enrolled.retire(students)
    says = "Results, marks and gradebook stay as they are; --undo brings them back."
    out.print(f"Retired from {name}: {some_of(students)}. {says}", **AS_IT_IS)
