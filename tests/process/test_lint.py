"""Ruff and mypy are part of the tests."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str) -> str:
    """What a checker has to say; empty where it is content."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("folder", ["autograder", "tests", "assignments", "data", "docs", "benchmarks", "nbgrader_config.py"])
def test_ruff_is_content(folder: str) -> None:
    """No import is unused or unsorted, no line too long, nothing that ruff's rules of pyproject.toml speak against."""
    assert run("ruff", "check", "--quiet", "--output-format", "concise", folder) == ""


def test_the_package_has_one_form() -> None:
    """`ruff format` would change nothing."""
    assert run("ruff", "format", "--check", ".") == ""


def test_mypy_is_content() -> None:
    """The package is typed strictly."""
    assert run("mypy") == ""


def test_import_linter_is_content() -> None:
    """The contracts between the rooms, of pyproject.toml, are kept."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
