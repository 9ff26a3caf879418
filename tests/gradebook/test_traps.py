"""What goes wrong in nbgrader's own grading, and does not here: one class of such submissions, graded by `nbgrader autograde`."""
from __future__ import annotations

import json
import shutil

import pytest

from autograder.assignment.loading import load_assignment
from tests.gradebook.course import Course
from tests.gradebook.test_nbgrader_autograde import Rows, all_rows
from tests.sample_class.work import Work
from tests.tiny import NAME

FULL = {"center": 2.0, "scale": 3.0, "why": None}
NONE = {"center": 0.0, "scale": 0.0, "why": 0.0}


def without_tests(work: Work) -> Work:
    """Answers are right; the test cells are gone."""
    work.solve()
    work.cells = [c for c in work.cells if c["metadata"].get("nbgrader", {}).get("grade_id") not in ("center", "scale")]
    return work


def without_tests_and_solutions(work: Work) -> Work:
    """Neither a test cell nor the answer that it would test."""
    gone = ("center", "center_solution", "scale", "scale_solution", "why")
    work.cells = [c for c in work.cells if c["metadata"].get("nbgrader", {}).get("grade_id") not in gone]
    return work


def flags_flipped(work: Work) -> Work:
    """Answers untouched; a test cell says that it is a solution, another that it is not graded and worth a hundred points."""
    work.cell("center")["metadata"]["nbgrader"].update(solution=True, locked=False)
    work.cell("scale")["metadata"]["nbgrader"].update(grade=False, points=100)
    work.cell("why")["metadata"]["nbgrader"].update(grade=False, solution=False, locked=True)
    return work


def flags_flipped_over_right_answers(work: Work) -> Work:
    """The same flags over right answers: they cost nothing either."""
    return flags_flipped(work.solve())


def printed_score(work: Work) -> Work:
    """Answers untouched; every cell ends with a value that nbgrader would read as a score."""
    for source in ("-1.0", "float('nan')", "True", "100"):
        work.add(source, after="center")
    work.write("center_solution", "2.0").write("center", "2.0").write("scale", "print(3.0)\n-1")
    for name in ("center", "scale"):
        work.cell(name)["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "-1.0"}, "metadata": {}, "execution_count": 1}]
    return work


def warns(work: Work) -> Work:
    """Right answers that write to stderr, by a warning and by hand, and a test cell with old output there."""
    work.solve().add("import sys, warnings\nwarnings.warn('careful')\nprint('oh', file=sys.stderr)", before="center_solution")
    work.edit("center_solution", "return moved", "import sys, warnings\n    warnings.warn('careful')\n    print('oh', file=sys.stderr)\n    return moved")
    work.cell("center")["outputs"] = [{"output_type": "stream", "name": "stderr", "text": "RuntimeWarning"}]
    return work


def exits(work: Work) -> Work:
    """The first answer right, then a cell that ends Python at once."""
    return work.solve("center", "why").add("import os\nos._exit(0)", after="center")


CASES = {
    without_tests: FULL, without_tests_and_solutions: NONE, flags_flipped: NONE, flags_flipped_over_right_answers: FULL, printed_score: NONE,
    warns: FULL, exits: {"center": 2.0, "scale": 0.0, "why": None},
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(graded_once: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of these submissions, where an earlier run was interrupted, graded by nbgrader's command."""
    course = Course(tmp_path_factory.mktemp("traps") / "course")
    shutil.copytree(graded_once.root, course.root)
    course.configure()
    for make in CASES:
        course.hand_in(make(Work.handed_out(load_assignment(NAME, course.root))), make.__name__)
    stripped = Work.handed_out(load_assignment(NAME, course.root))  # alice had full marks
    for cell in stripped.cells:
        cell["metadata"] = {}
    course.hand_in(stripped, "alice")
    (course.root / "autograded" / "warns" / NAME).mkdir(parents=True)  # the folder exists: nbgrader would pass it over for ever
    half = course.root / "autograded" / "exits" / NAME / f"{NAME}.ipynb"
    half.parent.mkdir(parents=True)
    half.write_text('{"cells": [', encoding="utf-8")
    done = course.nbgrader("autograde", NAME)
    assert done.returncode == 0, done.stderr
    return course


@pytest.fixture(scope="module")
def rows(graded: Course) -> Rows:
    return all_rows(graded.database, NAME)


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_every_cell_has_the_mark_that_its_answer_earns(make: object, rows: Rows) -> None:
    """No mark is lost or won by cells that are gone, flags, printed values or stderr, and none is left open but a write-up's."""
    mine = rows[make.__name__]  # type: ignore[attr-defined]
    expected = CASES[make]  # type: ignore[index]
    assert {cell: mine[cell][0] for cell in expected} == expected
    assert {cell: mine[cell][2] for cell in expected} == {cell: score is None for cell, score in expected.items()}
    assert {cell: mine[cell][3] for cell in expected} == {"center": 2.0, "scale": 3.0, "why": 1.0}


def test_a_stripped_resubmission_keeps_no_old_mark(rows: Rows) -> None:
    """After full marks, a blank notebook without metadata has 0."""
    assert {cell: rows["alice"][cell][:2] for cell in NONE} == dict.fromkeys(NONE, (0.0, None))


def test_an_interrupted_run_is_made_good(graded: Course) -> None:
    """Folders that a killed run has left, empty or with half a notebook, are graded without --force, and nothing unfinished is left."""
    for student in ("warns", "exits"):
        assert graded.graded(student).cells
    assert not [path for path in (graded.root / "autograded").rglob("*") if path.is_file() and path.suffix != ".ipynb"]


def test_graded_notebooks_have_the_source_s_metadata(graded: Course) -> None:
    """What formgrader reads of each cell, flags and points, is the source's whatever was handed in."""
    for make in CASES:
        path = graded.root / "autograded" / make.__name__ / NAME / f"{NAME}.ipynb"
        cells = [c["metadata"]["nbgrader"] for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if "nbgrader" in c["metadata"]]
        found = {info["grade_id"]: (info["grade"], info["solution"], info.get("points")) for info in cells}
        expected = {"center": (True, False, 2.0), "scale": (True, False, 3.0), "why": (True, True, 1.0), "center_solution": (False, True, None)}
        assert {name: found[name] for name in expected} == expected
