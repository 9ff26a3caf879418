"""`chainrule check`: a student's own check of a notebook, by the same file that lies in every release."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.entry.shared import AS_IT_IS, out, this_course
from autograder.errors import UsageError


def check(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="The notebook, saved.")],
    everything: Annotated[
        bool, typer.Option("--all", help="Run the checks that train, and the demonstrations, as well.")
    ] = False,
    seconds: Annotated[float, typer.Option("--seconds", min=1, help="Stop a cell after so long.")] = 10.0,
) -> None:
    """For a student: run the visible checks from a clean start, and say what is unfinished.

    The notebook's code runs on this computer, without isolation. The exit status is 0 when nothing is left to
    do, 1 when something is.
    """
    from autograder.author.student_check import TEMPLATE

    if not notebook.is_file():
        raise UsageError(f"there is no notebook {notebook}", mend="name the .ipynb file that you work in")
    spec = importlib.util.spec_from_file_location("check_notebook", TEMPLATE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.exit(
        module.check(
            notebook, _release(notebook), everything, seconds, lambda line: out.print(line, **AS_IT_IS)
        )
    )


def _release(notebook: Path) -> dict[str, Any] | None:
    """What is known of the release: from the check beside the notebook, else from the course that this is
    called in.
    """
    from autograder.author.student_check import FILE, facts_in

    if (beside := facts_in(notebook.parent / FILE)) is not None:
        return beside
    try:
        name = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]["chainrule"]["assignment"]
        return facts_in(this_course().root / "release" / str(name) / FILE)
    except (UsageError, OSError, ValueError, LookupError, TypeError):
        return None
