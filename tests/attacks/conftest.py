"""One class of all attacks for each kind of user and level, graded once, with a world outside for the attacks to aim at."""
from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder import jail
from tests.jail.harness import ORDINARY_USER, USERS, Outside

from .course import NAME, Graded, all_attacks, grade, hand_in, honest, hostile, make_assignment, own

LEVELS = [level for level, reason in jail.levels().items() if not reason and level != "none"]
NEIGHBOURS = {"0-before": 0, "0-before-wrong": 1, "m-between": 2, "m-between-untouched": 3, "z-after": 0, "z-after-wrong": 1}


class Field:
    """A class with attackers, its world, and what came of grading it. Names of honest students sort before, between and after the others."""

    def __init__(self, user: str, level: str, attacks: Iterable[str] | None = None) -> None:
        self.user, self.level = user, level
        self.root = Path(tempfile.mkdtemp(prefix="chainrule-attacks-"))
        self.outside = Outside(user, Path(tempfile.mkdtemp(prefix="chainrule-attacks-world-"))).build()
        self.assignment = make_assignment(self.root)
        self.submitted = self.root / "submitted"
        for name, kind in NEIGHBOURS.items():
            hand_in(honest(self.assignment, kind), self.submitted, name)
        world = self.world()
        for name in all_attacks() if attacks is None else attacks:
            hand_in(hostile(self.assignment, all_attacks()[name], world), self.submitted, name)
        if os.geteuid() == 0 and user == "user":
            os.chown(self.submitted, ORDINARY_USER, ORDINARY_USER)

    def world(self) -> dict[str, Any]:
        """What attackers know of the machine."""
        return {
            "probes": str(self.root / "assignments" / NAME / "probes.py"), "neighbour": str(self.submitted / "0-before" / NAME / f"{NAME}.ipynb"),
            "submitted": str(self.submitted), "tcp": self.outside.tcp, "udp": self.outside.udp, "abstract": self.outside.abstract,
            "victim": self.outside.victim.pid, "grader": os.getpid(),
        }  # fmt: skip

    def files(self) -> dict[str, tuple[Any, ...]]:
        """Everything about the handed-in files and the assignment that an attack could change."""
        found = [*self.submitted.rglob("*"), *(self.root / "assignments").rglob("*.*")]
        stats = {str(path): path.lstat() for path in found if "__pycache__" not in path.parts}
        return {path: (s.st_mode, s.st_uid, s.st_size, s.st_mtime_ns, s.st_nlink) for path, s in stats.items()}

    def run(self, into: str, **options: Any) -> Graded:
        """Grade the class."""
        return grade(self.root, self.submitted, self.root / into, user=self.user, level=self.level, **options)


class Fought:
    """A field after the fight."""

    def __init__(self, field: Field) -> None:
        self.field = field
        own(field.root, field.user)
        self.before = field.files()
        self.graded = field.run("into", gradebook=True)
        self.harm = field.outside.harm()
        self.after = field.files()


@pytest.fixture(scope="session")
def fields() -> Iterator[Callable[[str, str], Fought]]:
    """The field of a user and a level, fought once."""
    made: dict[tuple[str, str], Fought] = {}

    def get(user: str, level: str) -> Fought:
        if (user, level) not in made:
            made[user, level] = Fought(Field(user, level))
        return made[user, level]

    yield get
    for fought in made.values():
        fought.field.outside.close()


@pytest.fixture(scope="session", params=[f"{user}-{level}" for user in USERS for level in LEVELS])
def fought(request: pytest.FixtureRequest, fields: Callable[[str, str], Fought]) -> Fought:
    """A class of attackers, graded by each kind of user at each level."""
    user, level = request.param.split("-")
    return fields(user, level)
