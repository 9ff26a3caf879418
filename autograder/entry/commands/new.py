"""`chainrule new`: an assignment to begin with, and a course where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.entry.shared import AS_IT_IS, out, this_course
from autograder.errors import UsageError


def new(name: Annotated[str, typer.Argument(metavar="NAME", help="The new assignment's name.")]) -> None:
    """Make an assignment with one worked question; in an empty folder, a course around it.

    It can be released, graded and audited at once. Comments in its files say what to change.
    """
    from autograder.author.new import make_assignment

    try:
        root, start = this_course().root, False
    except UsageError:
        root, start = Path.cwd(), True
    made = make_assignment(name, root, start=start)
    if made.course:
        out.print(
            f"Started a course in {root}: {', '.join(path.name for path in made.course)}, data/.", **AS_IT_IS
        )
    out.print(
        f"Made {made.folder.relative_to(root)}/; assignment.toml says what to change first. Then:", **AS_IT_IS
    )
    for command, what in (
        ("release", "builds what students get"),
        ("audit", "tests the tests"),
        ("autograde", f"grades submitted/*/{name}/"),
    ):
        out.print(f"  {f'chainrule {command} {name}':<{22 + len(name)}}{what}", **AS_IT_IS)
