"""`nbgrader autograde` and formgrader's Autograde button give what `chainrule autograde` gives."""
from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.loading import load_assignment, names_in
from autograder.records.database import open_gradebook
from tests.gradebook.course import BIN, ROOT, Course
from tests.sample_class.demo import make_class
from tests.sample_class.roster import EVERYWHERE, RECOGNITION
from tests.sample_class.work import Work
from tests.tiny import NAME

UNUSUAL = ("gus", "hana", "ivo", "jun", "kim", "lea", "ravi", "tom", "walt", "xia")
"""Students of the sample class whose files would stop nbgrader, or be passed over by it, or hold something odd."""

Rows = dict[str, dict[str, tuple[Any, ...]]]


def all_rows(database: str, assignment: str) -> Rows:
    """By student and cell: what the gradebook holds."""
    with open_gradebook(database) as book:
        found = {}
        for submission in book.find_assignment(assignment).submissions:
            (notebook,) = submission.notebooks
            grades = {g.name: (g.auto_score, g.manual_score, bool(g.needs_manual_grade), g.max_score) for g in notebook.grades}
            comments = {f"comment of {c.name}": (c.auto_comment, c.manual_comment) for c in notebook.comments}
            found[submission.student.id] = {**grades, **comments, "score": (submission.score, submission.max_score)}
    return found


def graded(root: Path) -> dict[str, str]:
    """Everything beneath autograded/, by path."""
    return {str(p.relative_to(root)): p.read_text(encoding="utf-8") for p in sorted((root / "autograded").rglob("*")) if p.is_file()}


def class_of(course: Course, *students: str) -> Course:
    """The tiny course with students of the sample class beside alice, not graded yet."""
    course.configure()
    for student in students:
        patch = EVERYWHERE.get(student) or RECOGNITION[student]
        course.hand_in(patch(Work.handed_out(load_assignment(NAME, course.root))), student)
    course.forget()
    return course


@pytest.fixture
def odd_class(course: Course) -> Course:
    """Everything from right answers to no file at all."""
    made = class_of(course, *EVERYWHERE, *UNUSUAL)
    (made.root / "submitted" / "ada" / NAME / "digits.npz").write_bytes(b"data")
    return made


@pytest.fixture
def few(course: Course) -> Course:
    """A typical mistake, and two that nbgrader can't read."""
    return class_of(course, "cleo", "gus", "xia")


def test_same_rows_and_notebooks_from_a_fresh_database(odd_class: Course) -> None:
    """Cell by cell and file by file the same, for odd submissions too; every one has a result, and nothing is copied beside the notebooks."""
    done = odd_class.nbgrader("autograde", NAME, as_installed=True)
    assert done.returncode == 0, done.stderr
    theirs, their_files = all_rows(odd_class.database, NAME), graded(odd_class.root)
    odd_class.forget()
    results = odd_class.grade(salt="")
    assert theirs == all_rows(odd_class.database, NAME)
    assert their_files == graded(odd_class.root)
    assert set(theirs) == set(results) == {"alice", *EVERYWHERE, *UNUSUAL}
    assert {student: rows["score"][0] for student, rows in theirs.items()} == {student: result.score for student, result in results.items()}
    assert set(their_files) == {f"autograded/{student}/{NAME}/{NAME}.ipynb" for student in theirs}


def test_what_is_not_a_notebook_has_its_zero_and_its_sentence(few: Course) -> None:
    """A file that is no JSON, and a folder without a notebook: 0 in every cell, and the reason in the log and at the top of the graded notebook."""
    for student, says in {"gus": "the file is a PDF", "xia": "no notebook was handed in"}.items():
        done = few.nbgrader("autograde", NAME, "--student", student)
        assert done.returncode == 0 and says in done.stderr
        assert says in few.graded(student).cells[0].source.replace("&#58;", ":")
    rows = all_rows(few.database, NAME)
    assert set(rows) == {"gus", "xia"}
    assert all(rows[student][cell][:3] == (0.0, None, False) for student in rows for cell in ("center", "scale", "why"))


def test_the_button_grades_one_student(few: Course) -> None:
    """Formgrader's button: the one student's rows, from a fresh database, the same as the command's; a failure is told with its reason.

    Her page is written with all that the assignment's level of feedback shows.
    """
    toml = few.root / "assignments" / NAME / "assignment.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('feedback = "diagnosis"', 'feedback = "full"'), encoding="utf-8")
    answer = few.press_autograde("cleo")
    assert answer["success"] and "cleo: " in answer["log"]
    page = (few.root / "feedback" / "cleo" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "Your result" in page and "Expected" in page
    pressed = all_rows(few.database, NAME)
    few.forget()
    few.grade(salt="", students=("cleo",))
    assert pressed == all_rows(few.database, NAME)
    answer = few.press_autograde("nobody")
    assert not answer["success"] and "no submission of tiny by 'nobody'" in answer["log"]


@pytest.mark.long
def test_students_are_chosen_as_nbgrader_chooses_them(few: Course) -> None:
    """--student takes a pattern, and student_id_exclude leaves students out."""
    few.configure('c.CourseDirectory.student_id_exclude = "gus"')
    assert few.nbgrader("autograde", NAME, "--student", "?us").returncode == 1
    assert few.nbgrader("autograde", NAME, "--student", "[acg]*").returncode == 0
    assert set(all_rows(few.database, NAME)) == {"alice", "cleo"}


def test_a_wrong_call_is_one_sentence(few: Course) -> None:
    """An assignment that is not there ends nbgrader with the kit's message and without a traceback."""
    done = few.nbgrader("autograde", "tinny")
    assert done.returncode == 1 and "there is no assignment 'tinny'" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("name", names_in(ROOT))
def test_the_sample_class(name: str, tmp_path: Path) -> None:
    """Every student of every assignment's sample class: chainrule autograde, nbgrader autograde and the results in JSON agree cell by cell."""
    for part in ("assignments", "data"):
        (tmp_path / part).symlink_to(ROOT / part)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    students = make_class(name, tmp_path / "submitted")
    (tmp_path / "home").mkdir()
    rows = []
    for command in ([BIN / "chainrule", "autograde", name, "--json", "results.json"], [BIN / "nbgrader", "autograde", name, "--force"]):
        done = subprocess.run(command, cwd=tmp_path, env={"HOME": str(tmp_path / "home")}, capture_output=True, text=True, timeout=1800)
        assert done.returncode == 0, done.stderr
        rows.append(all_rows(f"sqlite:///{tmp_path / 'gradebook.db'}", name))
        (tmp_path / "gradebook.db").unlink()
        shutil.rmtree(tmp_path / "autograded")
    assert rows[0] == rows[1]
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["submissions"]
    assert {s["student"] for s in results} == set(students) == set(rows[0])
    for submission in results:
        assert {q["id"]: q["score"] for q in submission["questions"]} == {q["id"]: rows[1][submission["student"]][q["id"]][0] for q in submission["questions"]}
