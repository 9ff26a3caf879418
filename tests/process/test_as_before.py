"""Graded again as it was: no worker starts and nothing is observed, and whatever has changed is graded anew."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder.assignment.loading import load_assignment
from autograder.judging.findings import SubmissionResult
from autograder.judging.reference import Reference
from autograder.run import batch
from autograder.run.options import Options
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course


class Course:
    """A course with two students, and how many submissions each run has sent to workers."""

    def __init__(self, folder: Path) -> None:
        self.root, self.submitted, self.into = folder / "course", folder / "submitted", folder / "into"
        make_course(self.root)
        self.solved = Work.handed_out(load_assignment(NAME, self.root)).solve()
        self.hand_in("ann", self.solved.copy())
        self.hand_in("ben", self.solved.copy().edit("center_solution", "return moved", "return -moved"))
        self.waiting: list[int] = []

    def hand_in(self, student: str, work: Work) -> None:
        work.save(self.submitted / student / NAME)

    def grade(self, **options: Any) -> tuple[int, dict[str, SubmissionResult]]:
        """How many were sent to workers, and the results without their seconds."""
        self.waiting.append(0)
        asked = {"salt": "one", "jobs": 2, **options}
        result, failures = batch.grade_class(load_assignment(NAME, self.root), Options(self.submitted, self.into, **asked))
        assert failures == []
        return self.waiting[-1], {s.student: msgspec.structs.replace(s, seconds=0.0) for s in result.submissions}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Course]:
    made = Course(tmp_path)
    answers, prepare = batch.Dispatch.answers, Reference.prepare

    def counted(self: Any, handins: Any, started: Any) -> Any:
        made.waiting[-1] += len(handins)
        return answers(self, handins, started)

    def prepared(self: Reference, *given: Any) -> Reference:
        made.waiting[-1] += 100
        return prepare(self, *given)

    monkeypatch.setattr(batch.Dispatch, "answers", counted)
    monkeypatch.setattr(Reference, "prepare", prepared)
    yield made


def test_what_is_as_it_was_needs_no_worker(course: Course) -> None:
    """The results are those of the first time; one student who hands in anew is graded alone."""
    (sent, first), (again, second) = course.grade(), course.grade()
    assert (sent, again) == (102, 0) and second == first
    course.hand_in("ben", course.solved.copy())
    sent, third = course.grade()
    assert sent == 101 and third["ann"] == first["ann"] and third["ben"].score == 5.0
    assert course.grade() == (0, third)


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
    "a question alone": lambda c: {"questions": ("center",)},
    "no search for places": lambda c: {"locate": False},
    "the hidden tests": lambda c: _edited(c, "probes.py"),
    "the misconceptions": lambda c: _edited(c, "misconceptions.py"),
    "the source": lambda c: _edited(c, "notebook.py"),
    "what is said beforehand": lambda c: {"notes": {"ann": ("it came late",), "ben": ("it came late",)}},
    "the graded notebooks are gone": _removed,
    "the kept results are broken": _broken,
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_results_depend_on_is_looked_at(course: Course, change: str) -> None:
    """Whatever of it changes, everybody goes to a worker, which knows what still holds."""
    course.grade()
    options = CHANGES[change](course)
    sent, _ = course.grade(**options)
    assert sent == 102
    assert course.grade(**options)[0] == (102 if "force" in options else 0)


def test_other_bytes_with_the_same_result_are_known_the_next_time(course: Course) -> None:
    """A notebook that was saved again with an output: the worker finds that nothing counts of it, and it is noted."""
    _, first = course.grade()
    again = course.solved.copy()
    again.cell("center_solution")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    course.hand_in("ann", again)
    assert course.grade()[0] == 101
    assert course.grade() == (0, first)


def test_a_lost_gradebook_is_made_from_what_is_kept(course: Course) -> None:
    """With nobody's code run."""
    course.grade()
    (course.into / "gradebook.db").unlink()
    assert course.grade()[0] == 0
    assert (course.into / "gradebook.db").is_file()
