"""`chainrule export`: scores for other programs, and the zip for Gradescope."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autograder.entry.commands.shared import AS_IT_IS, Into, Name, err, out, this_course
from autograder.errors import UsageError
from autograder.files import write_text


class Target(StrEnum):
    """What an export is for."""

    CSV = "csv"
    JSON = "json"
    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"


def export(
    name: Name,
    to: Annotated[Target, typer.Option("--to", help="What the file is for.")],
    path: Annotated[
        Path | None, typer.Option("--out", help="The file to write; - prints it.", show_default="in exports/")
    ] = None,
    into: Into = None,
    roster: Annotated[
        Path | None,
        typer.Option("--roster", help="A class list, as a platform exports it: adds names and ids."),
    ] = None,
    column: Annotated[
        str,
        typer.Option(
            "--column", help="Canvas: the assignment's column, `Title (number)`.", show_default="the title"
        ),
    ] = "",
    salt: Annotated[
        str,
        typer.Option(
            "--salt", help="Gradescope: the salt of the hidden inputs.", show_default="the course's own"
        ),
    ] = "",
) -> None:
    """Write the scores for other programs, or the autograder zip for Gradescope."""
    from autograder.handed_in.roster import read_roster
    from autograder.outputs import tables as exporting
    from autograder.outputs.feedback import gradebook_marks
    from autograder.outputs.gradescope_zip import write_zip
    from autograder.records.results import Results
    from autograder.records.standing import standings

    course = this_course(into)
    assignment, folder = course.assignment(name), course.into
    if to is Target.GRADESCOPE:
        target = path or folder / "exports" / f"{name}_gradescope.zip"
        if str(target) == "-":
            raise UsageError("a zip can't be printed", mend="name a file with --out PATH")
        write_zip(assignment, course.salt(salt), target)
        out.print(
            f"{target}: upload it under Configure Autograder. It holds the reference and the "
            "salt: give it to nobody else.",
            **AS_IT_IS,
        )
        return
    found = standings(
        tuple(kept.now.result for kept in Results(folder, assignment).all()),
        gradebook_marks(assignment, folder),
    )
    rows = exporting.lines(found, read_roster(roster) if roster is not None else ())
    match to:
        case Target.CSV:
            text = exporting.as_csv(assignment, rows)
        case Target.JSON:
            text = exporting.as_json(assignment, rows)
        case Target.CANVAS:
            text = exporting.as_canvas(assignment, rows, column)
        case _:
            text = exporting.as_moodle(assignment, rows)
    waiting = sum(bool(one.waiting) for one in found)
    if waiting:
        err.print(
            f"chainrule: {waiting} submissions wait for a person; what nobody has graded yet counts 0",
            style="yellow",
            **AS_IT_IS,
        )
    if str(path) == "-":
        sys.stdout.write(text)
        return
    suffix = "json" if to is Target.JSON else "csv"
    target = path or folder / "exports" / (
        f"{name}.{suffix}" if to in (Target.CSV, Target.JSON) else f"{name}_{to.value}.csv"
    )
    write_text(target, text)
    out.print(f"{len(rows)} students in {target}", **AS_IT_IS)
