"""What is written for nbgrader: rows, graded notebooks, and what stays over a regrade."""
from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable

import nbformat
import pytest

from autograder.assignment.loading import load_assignment
from autograder.records.database import ensure_alembic, open_gradebook
from tests.gradebook.course import BIN, ROOT, Course
from tests.sample_class.work import Work
from tests.tiny import NAME, Edits, make_course

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


def test_a_score_set_on_a_tested_question_stays_while_nothing_changes(course: Course) -> None:
    """Neither a regrade nor a changed write-up is a reason to ask anybody about it."""
    course.by_hand(1.5, cell="center")
    course.grade(force=True)
    assert course.rows()["center"] == (2.0, 1.5, False)
    course.hand_in(course.work.write(ANSWER, "Something else altogether."))
    course.grade()
    assert course.rows()["center"] == (2.0, 1.5, False)


@pytest.mark.parametrize("answer", [WRONG, "def center(X):\n    # mine\n    return X - X.mean(axis=0)"], ids=["other points", "other text"])
def test_a_score_set_on_a_tested_question_is_looked_at_again(course: Course, answer: str) -> None:
    """Where the answer or what the tests give it is another one, a person is asked, also after further runs, until one has looked."""
    course.by_hand(1.5, cell="center")
    course.hand_in(course.work.write("center_solution", answer))
    for _ in range(2):
        automatic = course.grade(force=True)["alice"].questions[0].score
        assert course.rows()["center"] == (automatic, 1.5, True)
    course.by_hand(1.0, cell="center")
    course.grade(force=True)
    assert course.rows()["center"] == (automatic, 1.0, False)


def test_a_run_that_was_stopped_does_not_forget_that_an_answer_changed(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the notebooks were written but before the rows were, the next run still asks for a person."""
    from autograder.records import gradebook

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


def test_a_new_database_has_the_version_that_nbgrader_gives_it() -> None:
    """The version is read from nbgrader's own scripts, and is what alembic says when nbgrader asks it in a process of its own."""
    import nbgrader.api
    from nbgrader.dbutil import _temp_alembic_ini

    ensure_alembic()
    with _temp_alembic_ini("sqlite:////nonexistent/gradebook.db") as ini:
        said = subprocess.run(["alembic", "-c", ini, "heads"], capture_output=True, text=True, check=True).stdout
    assert said.split()[0] == nbgrader.api.get_alembic_version()
