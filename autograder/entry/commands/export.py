"""`chainrule export`: scores for other programs, and the zip for Gradescope."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.assignment.course import Course
from autograder.assignment.values import Assignment
from autograder.entry.shared import AS_IT_IS, Into, Name, out, say, some_of, this_course
from autograder.errors import UsageError
from autograder.files import write_text

if TYPE_CHECKING:
    from autograder.handed_in.sheets.sheet import Sheet
    from autograder.outputs.tables import ScoreLine
    from autograder.records.adjustments import Adjustments


class Target(StrEnum):
    """What an export is for."""

    CSV = "csv"
    JSON = "json"
    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"


Out = Annotated[
    Path | None, typer.Option("--out", help="The file to write; - prints it.", show_default="in exports/")
]
ClassList = Annotated[
    Path | None,
    typer.Option("--roster", help="A class list, as a platform exports it: adds names and ids."),
]
Column = Annotated[
    str,
    typer.Option(
        "--column", help="Canvas: the assignment's column, `Title (number)`.", show_default="the title"
    ),
]
ZipSalt = Annotated[
    str,
    typer.Option(
        "--salt", help="Gradescope: the salt of the hidden inputs.", show_default="the course's own"
    ),
]


def export(
    name: Name,
    to: Annotated[Target, typer.Option("--to", help="What the file is for.")],
    path: Out = None,
    into: Into = None,
    roster: ClassList = None,
    column: Column = "",
    salt: ZipSalt = "",
) -> None:
    """Write the scores for other programs, or the autograder zip for Gradescope."""
    course = this_course(into)
    if to is Target.GRADESCOPE:
        _export_zip(course, name, path, salt)
    else:
        _export_scores(course, course.assignment(name), Wanted(to, path, roster, column))


@dataclass(frozen=True)
class Wanted:
    """The file of scores that was asked for."""

    to: Target
    path: Path | None
    roster: Path | None
    column: str


def _export_zip(course: Course, name: str, path: Path | None, salt: str) -> None:
    from autograder.outputs.gradescope_zip import write_zip

    target = path or course.into / "exports" / f"{name}_gradescope.zip"
    if str(target) == "-":
        raise UsageError("a zip can't be printed", mend="name a file with --out PATH")
    write_zip(course.written(name), course.salt(salt), target)
    secret = "It holds the reference and the salt: give it to nobody else."
    out.print(f"{target}: upload it under Configure Autograder. {secret}", **AS_IT_IS)


def _export_scores(course: Course, assignment: Assignment, wanted: Wanted) -> None:
    from autograder.handed_in.roster import students
    from autograder.handed_in.sheets.sheet import read_sheet
    from autograder.outputs import tables
    from autograder.outputs.feedback import gradebook_marks
    from autograder.records.adjustments import Adjustments
    from autograder.records.results import Results
    from autograder.records.standing import excesses, standings

    adjustments = Adjustments.of(assignment)
    results = tuple(kept.now.result for kept in Results(course.into, assignment).all())
    found = standings(results, gradebook_marks(assignment, course.into), adjustments)
    sheet = read_sheet(wanted.roster) if wanted.roster is not None else None
    rows = tables.lines(found, [one for one in students(sheet) if one] if sheet is not None else ())
    match wanted.to:
        case Target.CSV:
            text = tables.as_csv(assignment, rows, adjustments)
        case Target.JSON:
            text = tables.as_json(assignment, rows, adjustments)
        case Target.CANVAS:
            text = _for_canvas(assignment, rows, wanted.column, sheet, adjustments)
        case _:
            text = _for_moodle(assignment, rows, sheet, adjustments)
    if waiting := sum(bool(one.waiting) for one in found):
        say(f"{waiting} submissions wait for a person; what nobody has graded yet counts 0")
    if wanted.to in (Target.CANVAS, Target.MOODLE):
        _tell_maximum(assignment, wanted, sheet, adjustments.maximum(assignment))
    if above := excesses(found):
        say(f"more points than there are: {some_of(above)}")
    if str(wanted.path) == "-":
        sys.stdout.write(text)
        return
    file = {Target.CSV: f"{assignment.name}.csv", Target.JSON: f"{assignment.name}.json"}
    target = wanted.path or course.into / "exports" / file.get(
        wanted.to, f"{assignment.name}_{wanted.to.value}.csv"
    )
    write_text(target, text)
    out.print(f"{len(rows)} students in {target}", **AS_IT_IS)


def _tell_maximum(assignment: Assignment, wanted: Wanted, sheet: Sheet | None, ours: float) -> None:
    """Say where the platform has another maximum, or may have one, since a question was dropped."""
    from autograder.outputs import patches

    platform, there = wanted.to.value.capitalize(), None
    if sheet is not None:
        canvas = wanted.to is Target.CANVAS
        column = wanted.column or assignment.title
        there = patches.canvas_maximum(sheet, column) if canvas else patches.moodle_maximum(sheet)
    if there is None and ours != assignment.max_score:
        say(
            f"{ours:g} of {assignment.max_score:g} points count, since a question was dropped: set the "
            f"maximum in {platform} before you import"
        )
    elif there is not None and there != ours:
        passes = "; Moodle passes over a grade above its own without a word" if there < ours else ""
        says = f"the maximum is {ours:g} here and {there:g} in {platform}: set it there before you import"
        say(says + (passes if platform == "Moodle" else ""))


def _for_canvas(
    assignment: Assignment,
    rows: Sequence[ScoreLine],
    column: str,
    sheet: Sheet | None,
    adjustments: Adjustments,
) -> str:
    """Canvas's file; what its own export has in the assignment's column stays where there is no result."""
    from autograder.outputs import patches, tables

    place = patches.canvas_column(sheet, column or assignment.title) if sheet is not None else None
    if sheet is None or place is None:
        say(
            f"no roster with one column `{column or assignment.title}`: where a score is empty here, "
            "Canvas's import may empty what Canvas has; give Canvas's own export with --roster, and --column"
        )
        return tables.as_canvas(assignment, rows, column, adjustments=adjustments)
    there = patches.canvas_cells(sheet, place)
    return tables.as_canvas(assignment, rows, sheet.rows[0][place].strip(), there, adjustments)


def _for_moodle(
    assignment: Assignment, rows: Sequence[ScoreLine], sheet: Sheet | None, adjustments: Adjustments
) -> str:
    """The worksheet that was given, filled in; without one, a table for Moodle's other import."""
    from autograder.handed_in.roster import students
    from autograder.handed_in.sheets.worksheet import worksheet
    from autograder.outputs import patches, tables

    known = worksheet(sheet) if sheet is not None else None
    if sheet is None or known is None:
        say(
            "this file is for Moodle's Grades, Import, CSV file; for `Upload grading worksheet`, "
            "name the worksheet that Moodle gave with --roster"
        )
        return tables.as_moodle(assignment, rows, adjustments)
    say("this file is for Moodle's `Upload grading worksheet`, in the assignment")
    if known.comments is None:
        say("the worksheet has no column of feedback comments that is known: only grades are filled in")
    there = {one.id for one in students(sheet) if one is not None}
    if absent := [row.student.id for row in rows if row.student.id not in there]:
        say(f"not in the worksheet, and so not in this file: {', '.join(absent)}")
    return patches.filled_worksheet(assignment, rows, sheet, known)
