"""What a command loads before it begins: counted in modules, so that a busy machine changes nothing."""
from __future__ import annotations

import json
import subprocess
import sys

import pytest

from autograder.entry.cli import COMMANDS

LIST = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
from autograder.entry.cli import main
main()
"""


def loaded(*arguments: str) -> set[str]:
    """The modules of a process of `chainrule` at its end."""
    done = subprocess.run([sys.executable, "-c", LIST, *arguments], capture_output=True, text=True, check=True, timeout=120)
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_help_loads_no_command() -> None:
    """The list of commands is printed by what prints it, and by the names alone."""
    modules = loaded("--help")
    assert {name for name in modules if name.startswith("autograder.")} == {"autograder.entry", "autograder.entry.cli", "autograder.errors"}
    assert not {name.split(".")[0] for name in modules} & {"numpy", "msgspec", "nbformat", "jupytext", "nbgrader", "jsonschema", "sqlalchemy"}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_builds_a_grammar(command: str) -> None:
    """jsonschema's checker of IRIs takes more than a second to load, and nothing here needs it."""
    assert not {name for name in loaded(command, "--help") if name.startswith(("lark", "rfc3987_syntax."))}
