"""`chainrule feedback`: writes the students' pages anew, from what is kept, after people have graded; and
packs them for the platform that the work came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autograder.assignment.course import Course
from autograder.assignment.values import Assignment
from autograder.entry.shared import (
    AS_IT_IS,
    Into,
    Name,
    Roster,
    Submitted,
    out,
    say,
    some_of,
    this_course,
)
from autograder.errors import UsageError
from autograder.files import write_bytes
from autograder.outputs.publishing import write_feedback
from autograder.records.results import Results


class Platform(StrEnum):
    """Who takes feedback files in a zip."""

    CANVAS = "canvas"
    MOODLE = "moodle"


def feedback(
    name: Name,
    student: Annotated[
        list[str] | None, typer.Option("--student", help="Only this student (repeatable).")
    ] = None,
    into: Into = None,
    platform: Annotated[
        Platform | None, typer.Option("--for", help="Also pack the pages for this platform's upload.")
    ] = None,
    submitted: Submitted = None,
    roster: Roster = None,
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
    if platform is None and submitted is not None:
        raise UsageError("--submitted is for --for", mend="add --for canvas or --for moodle, or leave it out")
    if platform is not None and submitted is None:
        mend = "--submitted: the download that was graded; its names say whose each page is"
        raise UsageError(f"--for {platform} wants the download", mend=mend)
    written = write_feedback(assignment, folder, student or ())
    pages = f"{len(written)} page{'s' if len(written) != 1 else ''} in {folder / 'feedback'}"
    out.print(f"{pages}; `nbgrader release_feedback {name}` hands them out.", **AS_IT_IS)
    if platform is not None and submitted is not None:
        _pack(course, assignment, platform, written, submitted, roster)


def _pack(
    course: Course,
    assignment: Assignment,
    platform: Platform,
    written: Sequence[Path],
    submitted: Path,
    roster: Path | None,
) -> None:
    """Write the zip, and say whose page is not in it."""
    from autograder.handed_in.intake import taken_in
    from autograder.handed_in.roster import read_roster
    from autograder.outputs.handing_back import handed_back

    students = read_roster(roster) if roster is not None else ()
    with taken_in(submitted.resolve(), assignment, students) as intake:
        places = intake.places
    pages = {path.parent.parent.name: path for path in written}
    made = handed_back(platform.value.capitalize(), assignment.name, pages, places, students)
    if not made.pages:
        raise UsageError(
            f"{submitted} is no download of {platform.value.capitalize()} with anybody's work in it",
            mend="name the zip as the platform gave it, and --roster where grading had one",
        )
    target = course.into / "exports" / f"{assignment.name}_{platform}_feedback.zip"
    write_bytes(target, made.data)
    where = {
        Platform.CANVAS: "Upload Submissions",
        Platform.MOODLE: "Upload multiple feedback files in a zip",
    }
    out.print(f"{made.pages} pages in {target}, for {where[platform]} of the assignment.", **AS_IT_IS)
    for why in dict.fromkeys(made.left_out.values()):
        say(f"not in it, {why}: {some_of([one for one, reason in made.left_out.items() if reason == why])}")
