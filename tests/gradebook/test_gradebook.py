"""What is written for nbgrader: rows, graded notebooks, and what stays over a regrade."""
from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import load_assignment
from autograder.batch import Options, grade_class
from autograder.gradebook import open_gradebook
from autograder.model import SubmissionResult
from tests.sample_class.work import Work
from tests.tiny import NAME, Edits, make_course

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]


@dataclass
class Course:
    root: Path

    @property
    def work(self) -> Work:
        """The release with the reference's answers filled in."""
        return Work.handed_out(load_assignment(NAME, self.root)).solve()

    def hand_in(self, work: Work, student: str = "alice") -> None:
        work.save(self.root / "submitted" / student / NAME)

    def grade(self, **options: Any) -> dict[str, SubmissionResult]:
        """Grade the class; results by student."""
        given = Options(submitted=self.root / "submitted", into=self.root, salt="tests", **options)
        result, failures = grade_class(load_assignment(NAME, self.root), given)
        assert failures == []
        return {s.student: s for s in result.submissions}

    def rows(self, student: str = "alice") -> dict[str, tuple[float | None, float | None, bool]]:
        """By grade cell: automatic score, manual score, whether a person is asked."""
        with open_gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as book:
            grades = book.find_submission_notebook(NAME, NAME, student).grades
            return {g.name: (g.auto_score, g.manual_score, bool(g.needs_manual_grade)) for g in grades}

    def by_hand(self, score: float | None, comment: str = "", cell: str = "why", student: str = "alice") -> None:
        """Grade a cell as formgrader does."""
        with open_gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as book:
            grade = book.find_grade(cell, NAME, NAME, student)
            grade.manual_score, grade.needs_manual_grade = score, score is None and grade.auto_score is None
            if comment:
                book.find_comment(cell, NAME, NAME, student).manual_comment = comment
            book.db.commit()

    def comment(self, cell: str = "why", student: str = "alice") -> str | None:
        with open_gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as book:
            found: str | None = book.find_comment(cell, NAME, NAME, student).comment
            return found

    def graded(self, student: str = "alice") -> Any:
        return nbformat.read(self.root / "autograded" / student / NAME / f"{NAME}.ipynb", as_version=4)

    def nbgrader(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run nbgrader with an environment that holds next to nothing: alembic must be found without PATH."""
        command = [str(BIN / "nbgrader"), *arguments]
        home = self.root / "home"
        home.mkdir(exist_ok=True)
        return subprocess.run(command, cwd=self.root, env={"HOME": str(home)}, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course in which alice has handed in right answers and was graded."""
    made = Course(make_course(tmp_path_factory.mktemp("course")))
    made.hand_in(made.work)
    made.grade()
    return made


@pytest.fixture
def course(graded_once: Course, tmp_path: Path) -> Course:
    """A copy of that course."""
    shutil.copytree(graded_once.root, tmp_path / "course")
    return Course(tmp_path / "course")


WRONG = "def center(X):\n    return X"
ANSWER = "why"


def test_rows_equal_the_results(course: Course) -> None:
    """Automatic scores are those of the results; the write-up waits for a person; an untouched one is 0 at once."""
    course.hand_in(course.work.write("center_solution", WRONG), "bob")
    course.hand_in(Work.handed_out(load_assignment(NAME, course.root)), "carol")
    results = course.grade()
    for student, result in results.items():
        assert {name: auto for name, (auto, _, _) in course.rows(student).items()} == {q.id: q.score for q in result.questions}
    assert course.rows("bob") == {"center": (0.0, None, False), "scale": (3.0, None, False), "why": (None, None, True)}
    assert course.rows("carol")["why"] == (0.0, None, False)
    assert course.comment(student="carol") == "No response."


def test_graded_notebooks_hold_the_scores_as_nbgrader_reads_them(course: Course) -> None:
    """nbgrader's own reading of each test cell of an autograded notebook gives the score of the results."""
    from nbgrader.utils import determine_grade

    course.hand_in(course.work.use("one_mean_for_all"), "bob")
    results = course.grade()
    for student in ("alice", "bob"):
        node = course.graded(student)
        nbformat.validate(node)
        cells = {c.metadata.nbgrader.grade_id: c for c in node.cells if c.metadata.get("nbgrader", {}).get("grade")}
        scores = {q.id: q.score for q in results[student].questions}
        assert {name: determine_grade(cells[name])[0] for name in ("center", "scale")} == {k: scores[k] for k in ("center", "scale")}
    html = "".join(o.data.get("text/html", "") for c in node.cells for o in c.get("outputs", []) if "data" in o)
    assert "one mean of all entries" in html


def test_manual_scores_and_comments_survive_a_regrade(course: Course) -> None:
    """A score and a comment given by a person stay, and nobody is asked again, while the answer is the same."""
    course.by_hand(1.0, "Well said.")
    course.grade(force=True)
    assert course.rows()["why"] == (None, 1.0, False)
    assert course.comment() == "Well said."


def test_a_changed_write_up_asks_for_a_person_until_one_has_looked(course: Course) -> None:
    """A resubmission with another text keeps the score for comparison and asks again, also after further runs, until a person has graded it."""
    course.by_hand(1.0, "Well said.")
    course.hand_in(course.work.write(ANSWER, "Something else altogether."))
    course.grade()
    assert course.rows()["why"] == (None, 1.0, True)
    course.grade(force=True)
    assert course.rows()["why"] == (None, 1.0, True)
    course.by_hand(0.5)
    course.grade(force=True)
    assert course.rows()["why"] == (None, 0.5, False)


def test_a_run_that_was_stopped_does_not_forget_that_an_answer_changed(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the notebooks were written but before the rows were, the next run still asks for a person."""
    from autograder import gradebook

    course.by_hand(1.0)
    course.hand_in(course.work.write(ANSWER, "Something else altogether."))
    with monkeypatch.context() as patch:
        patch.setattr(gradebook, "record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            course.grade()
    course.grade()
    assert course.rows()["why"] == (None, 1.0, True)


def blank(course: Course) -> Work:
    return Work.handed_out(load_assignment(NAME, course.root))


def stripped(course: Course) -> Work:
    work = blank(course)
    work.metadata = {}
    for cell in work.cells:
        cell["metadata"] = {}
    return work


def without_cells(course: Course) -> Work:
    work = blank(course)
    work.cells = [c for c in work.cells if "nbgrader" not in c["metadata"]]
    return work


def broken(course: Course) -> Work:
    work = blank(course)
    work.raw = b"not a notebook"
    return work


@pytest.mark.parametrize("make", [blank, stripped, without_cells, broken])
def test_a_resubmission_never_keeps_an_old_mark(course: Course, make: Callable[[Course], Work]) -> None:
    """After full marks, automatic and by hand, a blank, stripped, emptied or broken resubmission has 0 in every row."""
    course.by_hand(1.0)
    course.hand_in(make(course))
    result = course.grade()["alice"]
    assert result.score == 0
    assert {name: (auto, manual) for name, (auto, manual, _) in course.rows().items()} == dict.fromkeys(("center", "scale", "why"), (0.0, None))


def test_one_question_alone_leaves_the_other_rows(course: Course) -> None:
    """--question writes that question's row and no other."""
    course.by_hand(1.0)
    course.hand_in(course.work.write("center_solution", WRONG).write("scale_solution", "class Scaler: pass"))
    course.grade(questions=("scale",))
    assert course.rows() == {"center": (2.0, None, False), "scale": (0.0, None, False), "why": (None, 1.0, False)}


MORE: Edits = {"notebook.py": [('written="why" points=1', 'written="why" points=2')]}


def test_points_that_change_in_mid_term(course: Course) -> None:
    """With other points in notebook.py, maxima change and manual scores stay."""
    course.by_hand(1.0)
    make_course(course.root, MORE)
    course.grade()
    assert course.rows()["why"] == (None, 1.0, False)
    with open_gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        assert book.find_assignment(NAME).max_score == 7.0


def test_nbgrader_reads_what_was_written(course: Course) -> None:
    """nbgrader export and generate_feedback work on it with an empty environment, and give the same score."""
    (course.root / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text(encoding="utf-8"), encoding="utf-8")
    course.hand_in(course.work.use("one_mean_for_all"), "bob")
    results = course.grade()
    course.by_hand(1.0, "Well said.")
    exported = course.nbgrader("export")
    assert exported.returncode == 0, exported.stderr
    with (course.root / "grades.csv").open(encoding="utf-8") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"alice": results["alice"].score + 1.0, "bob": results["bob"].score}
    feedback = course.nbgrader("generate_feedback", NAME)
    assert feedback.returncode == 0, feedback.stderr
    page = (course.root / "feedback" / "bob" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "one mean of all entries" in page and "rows_of_data" not in page
    assert "Well said." in (course.root / "feedback" / "alice" / NAME / f"{NAME}.html").read_text(encoding="utf-8")


def test_a_gradebook_is_made_with_an_empty_environment(course: Course) -> None:
    """chainrule finds alembic, which nbgrader runs to make a database, without PATH and without an activated venv."""
    (course.root / "gradebook.db").unlink()
    command = [str(BIN / "chainrule"), "autograde", NAME, "--salt", "tests"]
    done = subprocess.run(command, cwd=course.root, env={}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert course.rows()["center"] == (2.0, None, False)


@pytest.mark.long
def test_nbgrader_autograde_gives_the_same_scores(course: Course) -> None:
    """nbgrader autograde NAME, from an empty gradebook, leaves the same rows as chainrule autograde."""
    (course.root / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text(encoding="utf-8"), encoding="utf-8")
    course.hand_in(course.work.use("one_mean_for_all"), "bob")
    (course.root / "source" / NAME).mkdir(parents=True)
    subprocess.run([str(BIN / "chainrule"), "release", NAME], cwd=course.root, check=True, timeout=300, env=dict(os.environ))
    (course.root / "gradebook.db").unlink()
    done = course.nbgrader("autograde", NAME)
    assert done.returncode == 0, done.stderr
    theirs = {student: course.rows(student) for student in ("alice", "bob")}
    (course.root / "gradebook.db").unlink()
    course.grade(force=True)
    assert {student: course.rows(student) for student in ("alice", "bob")} == theirs
