"""The command line for tests that are about what commands write: without a Python that starts for each, where a command starts no sandbox.

That the commands start by themselves is what tests/e2e is about.
"""
from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from autograder.entry.cli import WANT_SANDBOX, main

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it has written to the terminal."""

    returncode: int
    stdout: str
    stderr: str


def chainrule(folder: Path, *arguments: str) -> Said:
    """Run a command as if it were typed in a folder."""
    if arguments[0] in WANT_SANDBOX:
        done = subprocess.run([BIN / "chainrule", *arguments], cwd=folder, env={}, capture_output=True, text=True, timeout=300)
        return Said(done.returncode, done.stdout, done.stderr)
    out, err, status = io.StringIO(), io.StringIO(), 0
    with contextlib.chdir(folder), mock.patch.object(sys, "argv", ["chainrule", *arguments]), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Said(status, out.getvalue(), err.getvalue())
