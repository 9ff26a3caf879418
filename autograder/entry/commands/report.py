"""`chainrule report`: the class in one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.entry.shared import AS_IT_IS, Into, Name, out, say, some_of, tell_gone, this_course
from autograder.files import pretty_json, write_text


def report(
    name: Name,
    into: Into = None,
    path: Annotated[
        Path | None,
        typer.Option("--out", help="The page to write.", show_default="reports/NAME.html beside the results"),
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file.")] = None,
) -> None:
    """Show the class in one HTML page: scores, questions, misconceptions, what broke, what changed."""
    from autograder.outputs.report import page as reporting

    course = this_course(into)
    assignment, folder = course.assignment(name), course.into
    found = reporting.report(assignment, folder)
    target = (path or folder / "reports" / f"{name}.html").resolve()
    write_text(target, reporting.report_page(assignment, found, folder, target.parent))
    if json is not None:
        write_text(json, pretty_json(found))
    tell_gone(assignment, folder)
    if found.excesses:
        say(f"more points than there are: {some_of(found.excesses)}")
    waiting = f"; {len(found.waiting)} wait for a person" if found.waiting else ""
    out.print(f"{found.submissions} submissions of {name}{waiting}. Open {target}", **AS_IT_IS)
