"""`chainrule similar`: answers that are alike beyond what explains it, for a person to judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.entry.shared import AS_IT_IS, Into, Name, out, this_course
from autograder.errors import UsageError
from autograder.files import pretty_json, write_text

if TYPE_CHECKING:
    from autograder.assignment.course import Course
    from autograder.assignment.values import Assignment
    from autograder.outputs.similar.gather import Values
    from autograder.records.results import Kept


def similar(
    name: Name,
    into: Into = None,
    path: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The page to write.", show_default="reports/NAME_similar.html beside the results"
        ),
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write the pairs to this file.")] = None,
) -> None:
    """Show pairs whose answers are alike beyond what release, reference and class explain."""
    from autograder.outputs.similar.evidence import groups, pairs
    from autograder.outputs.similar.gather import gather
    from autograder.outputs.similar.page import as_document, similar_page
    from autograder.records.results import Results

    course = this_course(into)
    assignment = course.assignment(name)
    kept = Results(course.into, assignment).all()
    students = [k.now.result.student for k in kept]
    found = gather(assignment, course.into, students, _values(course, assignment, kept))
    if not found.students:
        raise UsageError(
            f"{course.into / 'autograded'} holds no answer to {name}",
            mend="grade without --no-gradebook: answers are read in the graded notebooks",
        )
    named = pairs(found.questions, found.students)
    page = (path or course.into / "reports" / f"{name}_similar.html").resolve()
    write_text(page, similar_page(assignment, found, named))
    if json is not None:
        write_text(json, pretty_json(as_document(assignment, named)))
    says = f"{len(named)} pair{'' if len(named) == 1 else 's'} among {found.students} submissions"
    joined = len(groups(named))
    more = f", {joined} group{'' if joined == 1 else 's'} of three or more" if joined else ""
    out.print(
        f"{says} with an answer to {name}{more}: alike beyond what explains it. A person judges. Open {page}",
        **AS_IT_IS,
    )


def _values(course: Course, assignment: Assignment, kept: Sequence[Kept]) -> dict[str, Values]:
    """By student, the wrong values at hidden inputs, where the journal has them."""
    from autograder.fingerprints import fingerprint
    from autograder.inside.jail.values import Level
    from autograder.outputs.similar.gather import wrong_values
    from autograder.run.journal import Journal, read_entry

    journal = Journal(course.journal(assignment.name))
    found: dict[str, Values] = {}
    for one in kept:
        result, how = one.now.result, one.now.conditions
        entry = read_entry(journal.get(fingerprint(result.student, how.salt, Level(how.isolation))))
        found[result.student] = wrong_values(result, entry.seen.values())
    return found
