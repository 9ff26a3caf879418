"""The command line for tests: in this process, with the sandboxes and workers that a command starts, or started as a person starts it.

What a command says, writes and ends with is the same in both. Most of the time of a small one is the start of a Python and of a nursery, which this
process has; so what is started is what is about starting: tests/e2e/test_autograde.py, test_new.py and test_killed_runs.py, tests/process/test_start.py.
"""
from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from autograder.entry.cli import main

NBGRADER = "import autograder.declined, sys; from nbgrader.apps.nbgraderapp import main; sys.exit(main())"


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it has written to the terminal."""

    returncode: int
    stdout: str
    stderr: str


def chainrule(folder: Path, *arguments: str) -> Said:
    """Run a command as if it were typed in a folder, in this process."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with contextlib.chdir(folder), mock.patch.object(sys, "argv", ["chainrule", *arguments]), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Said(status, out.getvalue(), err.getvalue())


def started(folder: Path, *arguments: str) -> Said:
    """The same command as a process of its own, its output piped."""
    done = subprocess.run(command(*arguments), cwd=folder, capture_output=True, text=True, timeout=300)
    return Said(done.returncode, done.stdout, done.stderr)


def command(*arguments: str) -> list[str]:
    """What starts it."""
    return [sys.executable, "-m", "autograder", *arguments]


def nbgrader(*arguments: str, as_installed: bool = False) -> list[str]:
    """What starts nbgrader's command.

    As it is installed, it builds a grammar of IRIs first, which takes as long as all the rest of its start: a few tests are enough for that.
    """
    return [str(Path(sys.executable).parent / "nbgrader"), *arguments] if as_installed else [sys.executable, "-P", "-c", NBGRADER, *arguments]
