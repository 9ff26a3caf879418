"""Graded again as it was: no worker starts and nothing is observed, and whatever has changed is graded anew."""
from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.loading import load_assignment
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

RUN = """
import json, sys
from pathlib import Path

import msgspec

from autograder.assignment.loading import load_assignment
from autograder.judging.reference import Reference
from autograder.run import batch
from autograder.run.options import Options

name, root, submitted, into, asked = json.loads(sys.argv[1])
asked = {key: tuple(value) if isinstance(value, list) else value for key, value in asked.items()}
asked["notes"] = {student: tuple(notes) for student, notes in asked.get("notes", {}).items()}
sent, answers, prepare = [0], batch.Dispatch.answers, Reference.prepare


def counted(self, handins, started):
    sent[0] += len(handins)
    return answers(self, handins, started)


def prepared(self, *given):
    sent[0] += 100
    return prepare(self, *given)


def sorted_out(self, handins):
    answers, waiting = sort(self, handins)
    if asked_alone:
        print(json.dumps([len(waiting), 0, {}]))
        sys.exit()
    return answers, waiting


sort, asked_alone = batch.AsBefore.sorted_out, asked.pop("asked_alone", False)
batch.Dispatch.answers, Reference.prepare, batch.AsBefore.sorted_out = counted, prepared, sorted_out
result, failures = batch.grade_class(load_assignment(name, Path(root)), Options(Path(submitted), Path(into), **asked))
found = {s.student: msgspec.to_builtins(msgspec.structs.replace(s, seconds=0.0)) for s in result.submissions}
print(json.dumps([sent[0], len(failures), found]))
"""
"""A run, in a process as the command has one: what the tests before have left in theirs is part of no key."""


class Course:
    """A course with two students."""

    def __init__(self, folder: Path, made: bool = False) -> None:
        self.root, self.submitted, self.into = folder / "course", folder / "submitted", folder / "into"
        if not made:
            make_course(self.root)
        self.solved = Work.handed_out(load_assignment(NAME, self.root)).solve()
        if made:
            return
        self.hand_in("ann", self.solved.copy())
        self.hand_in("ben", self.solved.copy().edit("center_solution", "return moved", "return -moved"))

    def hand_in(self, student: str, work: Work) -> None:
        work.save(self.submitted / student / NAME)

    def waiting(self, **options: Any) -> int:
        """How many would be sent to workers."""
        return self.grade(asked_alone=True, **options)[0]

    def grade(self, **options: Any) -> tuple[int, dict[str, Any]]:
        """How many were sent to workers, and a hundred where the reference was observed; and the results without their seconds."""
        asked = {"salt": "one", "jobs": 1, **options}
        given = json.dumps([NAME, str(self.root), str(self.submitted), str(self.into), asked])
        done = subprocess.run([sys.executable, "-c", RUN, given], cwd=self.root, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        sent, failures, found = json.loads(done.stdout)
        assert failures == 0
        return sent, found


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, dict[str, Any]]:
    """A course that has been graded, and the results."""
    course = Course(tmp_path_factory.mktemp("graded"))
    sent, found = course.grade()
    assert sent == 102
    return course, found


@pytest.fixture
def course(graded: tuple[Course, dict[str, Any]], tmp_path: Path) -> Course:
    """The same in folders of its own, as it was left."""
    folder = tmp_path / "copy"
    shutil.copytree(graded[0].root.parent, folder)
    return Course(folder, made=True)


def test_what_is_as_it_was_needs_no_worker(course: Course, graded: tuple[Course, dict[str, Any]]) -> None:
    """The results are those of the first time, the gradebook is made anew where it was lost; one student who hands in anew is graded alone."""
    (course.into / "gradebook.db").unlink()
    assert course.grade() == (0, graded[1])
    assert (course.into / "gradebook.db").is_file()
    course.hand_in("ben", course.solved.copy())
    sent, found = course.grade()
    assert sent == 101 and found["ann"] == graded[1]["ann"] and found["ben"]["score"] == 5.0
    assert course.waiting() == 0


def _edited(course: Course, name: str) -> dict[str, Any]:
    path = course.root / "assignments" / NAME / name
    path.write_text(path.read_text(encoding="utf-8") + "\n# another line\n", encoding="utf-8")
    return {}


def _removed(course: Course) -> dict[str, Any]:
    for path in course.into.glob("autograded/*/*/*.ipynb"):
        path.unlink()
    return {}


def _broken(course: Course) -> dict[str, Any]:
    for path in (course.into / ".chainrule" / "journal" / NAME).glob("*.msgpack"):
        path.write_bytes(path.read_bytes()[:-9])
    return {}


CHANGES: dict[str, Callable[[Course], dict[str, Any]]] = {
    "another salt": lambda c: {"salt": "two"},
    "forced": lambda c: {"force": True},
    "a question alone": lambda c: {"questions": ["center"]},
    "no search for places": lambda c: {"locate": False},
    "the hidden tests": lambda c: _edited(c, "probes.py"),
    "the misconceptions": lambda c: _edited(c, "misconceptions.py"),
    "the source": lambda c: _edited(c, "notebook.py"),
    "what is said beforehand": lambda c: {"notes": {"ann": ["it came late"], "ben": ["it came late"]}},
    "the graded notebooks are gone": _removed,
    "the kept results are broken": _broken,
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_results_depend_on_is_looked_at(course: Course, change: str) -> None:
    """Whatever of it changes, everybody goes to a worker, which knows what still holds."""
    assert course.waiting(**CHANGES[change](course)) == 2


def test_other_bytes_with_the_same_result_are_known_the_next_time(course: Course, graded: tuple[Course, dict[str, Any]]) -> None:
    """A notebook that was saved again with an output: the worker finds that nothing counts of it, and it is noted."""
    again = course.solved.copy()
    again.cell("center_solution")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    course.hand_in("ann", again)
    assert course.grade() == (101, graded[1])
    assert course.waiting() == 0
