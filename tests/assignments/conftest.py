"""Everything under assignments/, each loaded and observed once for all tests."""
from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment, names_in
from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment
from autograder.assignment.variants import cells_with
from autograder.inside.jail import LEVELS, levels
from autograder.inside.protocol import CellSource
from autograder.judging.bench import OwnCells
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore

ROOT = Path(__file__).parents[2]
NAMES = names_in(ROOT)
SALT = "tests"


@cache
def loaded(name: str) -> Assignment:
    return load_assignment(name, ROOT)


def edited(name: str, question: str, old: str, new: str) -> OwnCells:
    """The reference of an assignment with one piece of a question's answer replaced, where it first stands."""
    assignment = loaded(name)
    solutions = {n: c.text for n, c in enumerate(assignment.cells, 1) if c.role is Role.SOLUTION and c.id.startswith(question) and old in c.text}
    number, text = next(iter(solutions.items()))
    cells = cells_with(assignment, [])
    return OwnCells([CellSource(text.replace(old, new, 1), c.number, c.kind) if c.number == number else c for c in cells])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `name` over every assignment; on one worker each, so that what is observed is shared."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", NAMES, scope="session")


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> ObservedStore:
    """What the references and misconceptions were seen to do, for all files and all processes that share them: an entry is written whole, under a key of all that it depends on."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "observations"
    folder.mkdir(exist_ok=True)
    return ObservedStore(folder)


@pytest.fixture(scope="module")
def graders(store: ObservedStore) -> Iterator[dict[str, Grader]]:
    """A grader for each assignment, made when it is first asked for. Tests of other files may end the processes that theirs are forked from."""
    made: dict[str, Grader] = {}
    found = levels()
    isolation = Isolation(next(level for level in LEVELS if not found[level]))

    class Lazy(dict[str, Grader]):
        def __missing__(self, name: str) -> Grader:
            self[name] = Grader(Reference(loaded(name), SALT, store).prepare(), isolation)
            made[name] = self[name]
            return self[name]

    yield Lazy()
    for grader in made.values():
        grader.close()
        grader.reference.close()


@pytest.fixture
def grader(name: str, graders: dict[str, Grader]) -> Grader:
    return graders[name]
