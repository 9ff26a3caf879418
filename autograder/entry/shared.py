"""What the commands share: where the course is, where they print, and the arguments that several of them
take.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

if TYPE_CHECKING:  # to load it takes longer than --help may
    from autograder.assignment.course import Course
    from autograder.assignment.values import Assignment

out, err = Console(), Console(stderr=True)
AS_IT_IS: dict[str, Any] = {"highlight": False, "markup": False, "soft_wrap": True}
"""How a sentence is printed: names may hold brackets, and a path that is broken into lines can't be
copied.
"""

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="Assignments; all where none is named.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The assignment.")]
Submitted = Annotated[
    Path | None,
    typer.Option(
        "--submitted", help="A folder of submissions, or a download as it came.", show_default="submitted/"
    ),
]
Roster = Annotated[
    Path | None, typer.Option("--roster", help="A CSV file of the class: whose id a downloaded file gets.")
]
Into = Annotated[
    Path | None,
    typer.Option(
        "--into", help="Where gradebook.db and the results are.", show_default="the course's folder"
    ),
]


def this_course(into: Path | None = None) -> Course:
    """The course that the working folder is in; into: where results are, or shall go."""
    from autograder.assignment.course import Course

    around = Course.around(Path.cwd())
    return Course.at(around.root, into)


def progress_bar() -> Progress:
    """Counts and time left on stderr, in a terminal only."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def say(text: str) -> None:
    """Tell of something that may want a look, on stderr: nothing has failed."""
    err.print(plain(f"chainrule: {text}"), style="yellow", **AS_IT_IS)


def some_of(names: Sequence[str], most: int = 40) -> str:
    """Names in a sentence, the first of them where there are many."""
    return f"{', '.join(names[:most])}{', …' if len(names) > most else ''}"


def tell_gone(assignment: Assignment, into: Path) -> None:
    """Say whose results stay although nothing of theirs was handed in when it was graded last, and who is
    retired although something was.
    """
    from autograder.records.enrolled import Enrolled
    from autograder.records.results import Results

    enrolled = Enrolled(into, assignment.name)
    if gone := enrolled.gone(Results(into, assignment).students()):
        say(
            f"{len(gone)} with results from an earlier run, and no longer handed in: {some_of(gone)}; they "
            f"still count, and `chainrule retire {assignment.name} STUDENT` takes one out"
        )
    if there := enrolled.retired_and_there():
        say(
            f"{len(there)} retired, and so in no report or export, although handed in: {some_of(there)}; "
            f"`chainrule retire {assignment.name} STUDENT --undo` brings one back"
        )


def plain(text: str) -> Text:
    """A text as it is: what students write may hold markup and a terminal's control codes."""
    return Text("".join(c if c.isprintable() else "?" for c in text))
