"""`chainrule formgrader`: opens nbgrader's pages for graders in the browser."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated
from urllib.parse import quote

import typer

from autograder.entry.shared import AS_IT_IS, err, this_course
from autograder.errors import UsageError

Assignment = Annotated[
    str, typer.Argument(metavar="[NAME]", help="The assignment to show; all where none is named.")
]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Print the address, and leave the browser alone.")
]
_COOKIE = {"path": "/"}
"""The login holds for every address of the server. formgrader's pages name no path, and a browser then keeps
the login to the folder of the first page: the lists come from another one.
"""


def formgrader(name: Assignment = "", no_browser: NoBrowser = False) -> None:
    """Open formgrader, where people grade write-ups; Ctrl-C ends it.

    nbgrader has no command for it: it is a page of a Jupyter server that runs in the course's folder.
    """
    course = this_course()
    page = f"gradebook/{quote(course.assignment(name).name)}" if name else "manage_assignments"
    if not (course.root / "nbgrader_config.py").is_file():
        raise UsageError(
            f"{course.root} has no nbgrader_config.py, by which nbgrader finds the course",
            mend="copy the one that `chainrule new` makes in an empty folder",
        )
    command = [sys.executable, "-m", "jupyter_server", f"--ServerApp.default_url=/formgrader/{page}"]
    command += [f"--ServerApp.open_browser={not no_browser}", f"--IdentityProvider.cookie_options={_COOKIE}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    err.print("chainrule: starting formgrader; Ctrl-C ends it", **AS_IT_IS)
    sys.exit(subprocess.call(command, cwd=course.root))
