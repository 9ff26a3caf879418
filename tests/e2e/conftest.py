"""The command line in a course with one small assignment."""
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.loading import load_assignment
from tests import commands
from tests.commands import Said
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

ROOT = Path(__file__).parents[2]


@dataclass
class Course:
    """A course in a folder of its own."""

    root: Path

    def run(self, *arguments: str) -> Said:
        """Run chainrule with these arguments, as `tests.commands` does."""
        return commands.chainrule(self.root, *arguments)

    def started(self, *arguments: str) -> Said:
        """The same as a process of its own."""
        return commands.started(self.root, *arguments)

    def grade(self, *arguments: str, json_file: str = "results.json", run: Callable[..., Said] | None = None) -> dict[str, Any]:
        """Grade tiny and return the results as read back; run: as what, where it is not this process."""
        done = (run or self.run)("autograde", NAME, "--json", json_file, *arguments)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads((self.root / json_file).read_text(encoding="utf-8"))
        return found

    def scores(self, assignment: str) -> dict[str, float]:
        """Grade an assignment; each student's score."""
        done = self.run("autograde", assignment, "--json", "scores.json")
        assert done.returncode == 0, done.stderr
        submissions = json.loads((self.root / "scores.json").read_text(encoding="utf-8"))["submissions"]
        return {submission["student"]: submission["score"] for submission in submissions}


def hand_in(root: Path) -> None:
    """A small class: right, wrong, broken, endless."""
    assignment = load_assignment(NAME, root)
    solved = Work.handed_out(assignment).solve()
    students = {
        "alice": solved.copy(),
        "bob": solved.copy().use("one_mean_for_all"),
        "carol": solved.copy().write("center_solution", "def center(X):\n    while True:\n        pass"),
        "dave": Work.handed_out(assignment),
        "erin": solved.copy().write("scale_solution", "class Scaler:"),
    }
    for student, work in students.items():
        work.save(root / "submitted" / student / NAME)
    broken = root / "submitted" / "frank" / NAME
    broken.mkdir(parents=True)
    (broken / f"{NAME}.ipynb").write_bytes(b"{")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with a class that has handed in."""
    root = make_course(tmp_path_factory.mktemp("course"), {"assignment.toml": [("probe_seconds = 1", "probe_seconds = 0.2")]})
    hand_in(root)
    return Course(root)
