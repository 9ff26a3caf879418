"""The tiny course, and what tests make of it."""
from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import distributed  # noqa: F401 -- it asks every class of exception for its subclasses, so before tests make some that mind
import pytest

from autograder.assignment import percent
from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from tests.sample_class.work import Work
from tests.tiny import NAME, Edits, make_course

STARTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}
_watched = False


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if _watched and event in STARTS:
        raise AssertionError("a test in tests/unit starts no process: what does belongs into tests/process")


sys.addaudithook(_refuse)
percent._read("")  # as jupytext is loaded it asks for pandoc's version, which is a process: so before tests are watched


@pytest.fixture(autouse=True, scope="module")
def starts_no_process() -> Iterator[None]:
    """These tests are the fast loop: none of them starts a process."""
    global _watched
    _watched = True
    yield
    _watched = False


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The tiny assignment as it is."""
    return load_assignment(NAME, make_course(tmp_path_factory.mktemp("course")))


Vary = Callable[..., Assignment]


@pytest.fixture
def vary(tmp_path: Path) -> Vary:
    """Load the tiny assignment with pieces of its files replaced, or whole files."""

    def load(edits: Edits | None = None, files: dict[str, str | None] | None = None) -> Assignment:
        return load_assignment(NAME, make_course(tmp_path, edits, files))

    return load


@pytest.fixture
def work(tiny: Assignment) -> Work:
    """The release of the tiny assignment, as handed out."""
    return Work.handed_out(tiny)
