"""Courses' notebooks in the shapes that public ones have, adopted without a hand: every old verdict is kept."""
from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.author.adopt.adopt import Adopted, adopt
from autograder.author.release import build_release
from autograder.handed_in.alignment import align
from autograder.judging.findings import SubmissionResult
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore
from tests.adopted.shapes import SHAPES, Shape


@dataclass
class Course:
    """A shape's notebook, adopted into a course of its own."""

    shape: Shape
    adopted: Adopted
    assignment: Assignment
    grader: Grader

    def grade(self, wrong: dict[str, str]) -> SubmissionResult:
        notebook = self.shape.handed_in(wrong)
        return self.grader.grade(align("student", notebook, self.assignment, []))

    def earned(self, wrong: dict[str, str]) -> dict[str, float]:
        """By old test cell, what its probes earn."""
        checks = [c for q in self.grade(wrong).questions for c in q.checks]
        return {c.id: sum(d.earned for d in checks if re.fullmatch(rf"{c.id}(_\d+)?", d.id)) for c in self.shape.cells if c.kind == "test"}


def write(shape: Shape, folder: Path) -> Path:
    """The instructor's notebook in a folder, with what lies beside it."""
    folder.mkdir(parents=True)
    for name, text in shape.files.items():
        (folder / name).write_text(text)
    path = folder / f"{shape.name}.ipynb"
    nbformat.write(shape.source(), path)
    return path


@pytest.fixture(scope="module", params=SHAPES, ids=lambda shape: shape.name)
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    root = tmp_path_factory.mktemp(request.param.name)
    made = adopt(write(request.param, root / "old"), request.param.name, root, 1)
    assignment = load_assignment(request.param.name, root)
    reference = Reference(assignment, "salt", ObservedStore(root / "observed"))
    try:
        reference.prepare()
        with Grader(reference, Isolation.strongest(unsafe=True)) as grader:
            yield Course(request.param, made, assignment, grader)
    finally:
        reference.close()


def old_verdicts(shape: Shape, wrong: dict[str, str], folder: Path) -> dict[str, float]:
    """What each test cell earned where it stands in the notebook, as nbgrader has it: all or nothing, or the number that it ends in."""
    earned, names = {}, {"__name__": "__main__"}
    for name, text in shape.files.items():
        (folder / name).write_text(text)
    sys.path.insert(0, str(folder))
    try:
        for cell, text in shape.texts(wrong):
            if cell.kind == "prose":
                continue
            ran = True
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(text, cell.id or "given", "exec"), names)
            except Exception:
                ran = False
            if cell.kind == "test":
                earned[cell.id] = (names[cell.after] if cell.after else cell.points) if ran else 0.0
    finally:
        sys.path.remove(str(folder))
        for name in shape.files:
            sys.modules.pop(Path(name).stem, None)
    return earned


def test_every_old_verdict_is_kept(course: Course, tmp_path: Path) -> None:
    """The right answer and three wrong ones earn in every test cell what they earned before; more only where an earlier mistake is forgiven."""
    for name, wrong in course.shape.submissions.items():
        before, now = old_verdicts(course.shape, wrong, tmp_path), course.earned(wrong)
        forgiven = {c.id for q in course.grade(wrong).questions if q.given_correct_inputs for c in q.checks}
        assert all(now[cell] >= before[cell] if cell in forgiven else now[cell] == before[cell] for cell in before), (name, now, before)


def test_the_wrong_ones_are_wrong(course: Course) -> None:
    """The right answer has everything, and each wrong one loses something: the comparison above can fail."""
    scores = {name: course.grade(wrong).score for name, wrong in course.shape.submissions.items()}
    full = scores.pop("right")
    assert full == course.assignment.max_score == sum(c.points for c in course.shape.cells)
    assert all(score < full for score in scores.values()), scores


def test_it_releases_at_once(course: Course) -> None:
    """The release is built: visible checks hold on the solution, which earns everything, and the untouched notebook nothing."""
    written = build_release(course.assignment, ObservedStore(course.assignment.root / "observed"))
    assert f"release/{course.shape.name}/" in written
