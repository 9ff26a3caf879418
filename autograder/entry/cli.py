"""The command line: the commands by name, and what an error ends with."""

from __future__ import annotations

import errno
import gc
import importlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import typer

from autograder.errors import ChainRuleError, UsageError

HELP = "Release, grade and audit notebook assignments with hidden tests."
EXAMPLES = """\b
Examples:
  chainrule autograde nn_recognition      grade submitted/*/nn_recognition/
  chainrule COMMAND --help                all that a command can do

Documentation: {documentation}
"""

COMMANDS = {
    "new": ("new", "Make a new assignment that builds, grades and passes the audit."),
    "adopt": ("adopt", "Take over assignments of nbgrader's or Otter's."),
    "release": ("build", "Build source/ and release/ from notebook.py."),
    "autograde": ("autograde", "Grade what students handed in."),
    "check": ("check", "For a student: what is done, and what is not yet."),
    "report": ("report", "Show the class in one HTML page."),
    "feedback": ("feedback", "Write students' pages anew, after people have graded."),
    "formgrader": ("formgrader", "Open nbgrader's pages, where people grade."),
    "similar": ("similar", "Show answers that are alike, side by side."),
    "export": ("export", "Write scores for csv, json, canvas, moodle, gradescope."),
    "adjust": ("adjust", "Extend, excuse, drop a question, give its points."),
    "retire": ("retire", "Take out students who have left, or bring them back."),
    "explain": ("explain", "For the grader: input, seen and expected of a question."),
    "audit": ("audit", "Test the tests."),
    "doctor": ("doctor", "Say what this machine allows."),
}
"""By name: the function of the module of that name, and what it does in a line."""

MADE_BEFORE_A_LOOK = 50_000
"""So many objects are made before Python looks for those that nothing needs but each other. By itself it
looks after 700, and then goes through all that is loaded, again and again: a tenth of a start.
"""

WANT_SANDBOX = ("autograde", "explain", "audit")
"""The commands that start a sandbox soon."""


def build(called: str | None = None) -> typer.Typer:
    """The command line with all commands; with the one that is called, where that is said. The others are
    then there by name alone, for the list that --help prints: to load them all takes seconds.
    """
    app = typer.Typer(
        help=HELP,
        epilog=EXAMPLES.format(documentation=documentation()),
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(lambda: None)  # a command that stands alone keeps its name
    for name, (function, says) in COMMANDS.items():
        run = _loaded(name, function) if called in (None, name) else lambda: None
        app.command(name, short_help=says)(run)
    return app


def documentation() -> Path:
    """Where its first page lies: in the checkout, or beside what was installed."""
    checkout = Path(__file__).parents[2] / "docs" / "index.md"
    return checkout if checkout.is_file() else Path(sys.prefix) / "share" / "doc" / "chainrule" / "index.md"


def _loaded(name: str, function: str) -> Callable[..., None]:
    from autograder.declined import put_off_gradebook

    put_off_gradebook()
    module = importlib.import_module(f"autograder.entry.commands.{name}")
    found: Callable[..., None] = getattr(module, function)
    return found


def main() -> None:
    """Run the command line: wrong calls end with status 2, faults of ours with 1, each with a sentence on
    stderr.
    """
    gc.set_threshold(MADE_BEFORE_A_LOOK)
    called = None if "_CHAINRULE_COMPLETE" in os.environ else "".join(sys.argv[1:2])
    try:
        if called in WANT_SANDBOX and not {"--help", "--scheduler"} & set(sys.argv):
            from autograder.sandbox.nursery import nursery

            nursery()  # it loads while we do
        build(called)()
    except UsageError as error:
        _complain(error)
        sys.exit(2)
    except ChainRuleError as error:
        _complain(error)
        sys.exit(1)
    except OSError as error:
        if not (says := _no_room(error)):
            raise
        _complain(f"{says}\n  make room, or choose another place, and run it again: what is graded is kept")
        sys.exit(1)
    except KeyboardInterrupt:
        _complain("stopped; run it again and it goes on where it was")
        sys.exit(130)


def _no_room(error: OSError) -> str:
    """That a disk is full, or can't be written to; empty where it is something else."""
    if isinstance(error, shutil.Error):  # of many files, with what was wrong with each as a text
        full = os.strerror(errno.ENOSPC)
        return full if full in str(error) else ""
    return str(error) if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS) else ""


def _complain(what: object) -> None:
    from autograder.entry.shared import AS_IT_IS, err

    err.print(f"chainrule: {what}", style="red", **AS_IT_IS)


if __name__ == "__main__":
    main()
