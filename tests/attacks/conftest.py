"""One class of all attacks for each kind of user and level, graded once, with a world outside for the attacks to aim at."""
from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder.inside import jail
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

    def close(self) -> None:
        """Leave nothing of it."""
        self.outside.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def run(self, into: str, **options: Any) -> Graded:
        """Grade the class."""
        return grade(self.root, self.submitted, self.root / into, user=self.user, level=self.level, **options)


@dataclass(frozen=True)
class Fought:
    """What came of grading a class of attackers."""

    level: str
    graded: Graded
    harm: list[str]
    """What changed outside."""


def fight(user: str, level: str, keep: Path) -> Fought:
    """Grade all attacks and look around afterwards. What the grader wrote is kept."""
    field = Field(user, level)
    try:
        own(field.root, user)
        before = field.files()
        graded = field.run("into", gradebook=True)
        after = field.files()
        changed = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
        shutil.copytree(graded.into, keep)
        return Fought(level, replace(graded, into=str(keep)), field.outside.harm() + changed)
    finally:
        field.close()


def fight_once(user: str, level: str, shared: Path) -> Fought:
    """The same, by the first of several test processes that want it; the others wait and read."""
    with open(shared / f"attacks-{user}-{level}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        store = shared / f"attacks-{user}-{level}.json"
        if not store.is_file():
            store.write_bytes(msgspec.json.encode(fight(user, level, shared / f"attacks-{user}-{level}")))
        return msgspec.json.decode(store.read_bytes(), type=Fought)


COMMON = {(USERS[0], LEVELS[0]), (USERS[-1], LEVELS[-1])} if LEVELS else set()
"""Run by every `make test`; the other pairs of user and level are long."""
PAIRS = [
    pytest.param((user, level), id=f"{user}-{level}", marks=[] if (user, level) in COMMON else [pytest.mark.long]) for user in USERS for level in LEVELS
]  # fmt: skip


@pytest.fixture(scope="session", params=PAIRS)
def fought(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Fought:
    """A class of attackers, graded by each kind of user at each level."""
    base = tmp_path_factory.getbasetemp()
    return fight_once(*request.param, base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that an ordinary user can reach, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="chainrule-attacks-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
