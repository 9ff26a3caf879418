"""`chainrule feedback`: writes the students' pages anew, from what is kept, after people have graded."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.entry.commands.shared import AS_IT_IS, Into, Name, out, this_course
from autograder.errors import UsageError
from autograder.outputs.publishing import write_feedback
from autograder.records.results import Results


def feedback(
    name: Name,
    student: Annotated[
        list[str] | None, typer.Option("--student", help="Only this student (repeatable).")
    ] = None,
    into: Into = None,
) -> None:
    """Write the students' feedback pages anew, after people have graded; nothing is run."""
    course = this_course(into)
    assignment, folder = course.assignment(name), course.into
    known = {kept.now.result.student for kept in Results(folder, assignment).all()}
    for one in student or ():
        if one not in known:
            raise UsageError(
                f"{folder} holds no result of {one!r}", mend=f"it holds those of {', '.join(sorted(known))}"
            )
    written = write_feedback(assignment, folder, student or ())
    pages = f"{len(written)} page{'s' if len(written) != 1 else ''} in {folder / 'feedback'}"
    out.print(f"{pages}; `nbgrader release_feedback {name}` hands them out.", **AS_IT_IS)
