"""The recorder and the gradebook's rows: written many at a time, a graded notebook only once its rows stand, what people gave kept."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import nbformat
import pytest
from nbgrader.api import Comment, Grade

from autograder.assignment import notebook
from autograder.assignment.values import Assignment, QuestionKind
from autograder.handed_in.alignment import align
from autograder.inside.seen import Outcome
from autograder.judging.findings import QuestionResult, SubmissionResult
from autograder.records.database import open_gradebook
from autograder.records.gradebook import marks, record, sync_assignment
from autograder.records.graded_notebook import graded_notebook, graded_path, read_graded
from autograder.records.marks import Mark
from autograder.records.recorder import BULK, Recorder, changed_answers, timestamp
from tests.sample_class.work import ANSWER, Work
from tests.tiny import NAME
from tests.unit.records.test_graded_notebook import result


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gradebook.db'}"


@pytest.fixture
def recorder(tiny: Assignment, tmp_path: Path, url: str) -> Recorder:
    return Recorder(tiny, tmp_path / "into", tmp_path / "submitted", url)


def text_of(work: Work, made: SubmissionResult) -> str:
    """The graded notebook of a result, as a file's text."""
    submission = align(made.student, nbformat.from_dict(work.as_json()), work.assignment, [])
    return notebook.dump(graded_notebook(submission, made, work.assignment))


def rows(url: str, student: str) -> dict[str, tuple[float | None, float | None, bool]]:
    """By question: the automatic score, the manual one, and whether a person is asked for."""
    with open_gradebook(url) as book:
        found = book.find_submission_notebook(NAME, NAME, student).grades
        return {grade.name: (grade.auto_score, grade.manual_score, bool(grade.needs_manual_grade)) for grade in found}


def by_hand(url: str, student: str, score: float, comment: str = "") -> None:
    """Grade the write-up as formgrader does."""
    with open_gradebook(url) as book:
        grade = book.find_grade("why", NAME, NAME, student)
        grade.manual_score, grade.needs_manual_grade = score, False
        if comment:
            book.find_comment("why", NAME, NAME, student).manual_comment = comment
        book.db.commit()


def test_rows_and_notebooks_stand_after_a_write(recorder: Recorder, work: Work, url: str) -> None:
    """Scores are those of the results, a write-up asks for a person, and whoever waits is told of the students then."""
    told: list[list[str]] = []
    recorder.recorded = told.append
    for student in ("ann", "bob"):
        made = result(student=student)
        recorder.add(made, text_of(work.solve(), made), {"why": ANSWER})
    path = graded_path(recorder.into, "ann", recorder.assignment)
    assert not path.exists() and path.with_suffix(".part").exists()
    assert recorder.write() == url.removeprefix("sqlite:///")
    assert path.exists() and not path.with_suffix(".part").exists()
    assert rows(url, "bob") == {"center": (0.5, None, False), "scale": (3.0, None, False), "why": (None, None, True)}
    assert told == [["ann", "bob"]]


def test_many_are_written_as_they_come(recorder: Recorder, url: str) -> None:
    """Once there are as many as share a transaction their rows are written, without anybody asking."""
    told: list[list[str]] = []
    recorder.recorded = told.append
    for number in range(BULK):
        recorder.add(result(student=f"s{number}"), "", {})
    assert [len(students) for students in told] == [BULK]
    recorder.write()
    assert len(told) == 1, "a write of nothing tells nobody"


def test_a_changed_write_up_asks_for_a_person_again(recorder: Recorder, work: Work, url: str) -> None:
    """The same text keeps the mark and asks nobody; another one keeps it too, and asks until a person has looked."""
    made = result()
    recorder.add(made, text_of(work.solve(), made), {"why": ANSWER})
    recorder.write()
    by_hand(url, "ann", 1.0, "Well said.")
    for answer, asks in ((ANSWER, False), ("something else", True)):
        recorder.add(made, "", {"why": answer})
        recorder.write()
        assert rows(url, "ann")["why"] == (None, 1.0, asks)
    assert marks(url, NAME, NAME)["ann"].questions["why"] == Mark(1.0, 0.0, True, "Well said.")
    by_hand(url, "ann", 0.5)
    recorder.add(made, "", {"why": ANSWER})
    recorder.write()
    assert rows(url, "ann")["why"] == (None, 0.5, False)


def test_an_emptied_write_up_keeps_no_mark(recorder: Recorder, work: Work, url: str) -> None:
    """A resubmission whose write-up is untouched has 0 at once, whatever the earlier one was given."""
    made = result()
    recorder.add(made, text_of(work.solve(), made), {"why": ANSWER})
    recorder.write()
    by_hand(url, "ann", 1.0)
    empty = msgspec.structs.replace(made, questions=(*made.questions[:2], QuestionResult("why", QuestionKind.MANUAL, 0.0, 1.0, Outcome.FINISHED)))
    recorder.add(empty, "", {"why": ""})
    recorder.write()
    assert rows(url, "ann")["why"] == (0.0, None, False)


def test_answers_are_compared_with_the_notebook_graded_last(tiny: Assignment, work: Work, tmp_path: Path) -> None:
    """Nothing changed where nothing was graded; a notebook that somebody has broken makes a person look again."""
    assert changed_answers(None, {"why": ANSWER}, tiny) == {}
    path = graded_path(tmp_path, "ann", tiny)
    path.parent.mkdir(parents=True)
    path.write_text(text_of(work.solve(), result()))
    answers = {name: text for name, text in read_graded(path).texts() if name in ("center_solution", "scale_solution", "why")}
    assert changed_answers(read_graded(path), answers, tiny) == {"center": False, "scale": False, "why": False}
    assert changed_answers(read_graded(path), {**answers, "scale_solution": "class Scaler: pass"}, tiny) == {"center": False, "scale": True, "why": False}
    path.write_text("{broken")
    assert changed_answers(read_graded(path), answers, tiny) == {"center": True, "scale": True, "why": True}


def test_a_cell_that_is_missing_counts_as_it_was_handed_out(tiny: Assignment, work: Work, tmp_path: Path) -> None:
    """The graded notebook shows the release's text there, so that the same submission is no other answer; one that had an answer before is."""
    path = graded_path(tmp_path, "ann", tiny)
    path.parent.mkdir(parents=True)
    lacking = work.solve()
    lacking.cells.remove(lacking.cell("center_solution"))
    path.write_text(text_of(lacking, result()))
    rest = {name: text for name, text in read_graded(path).texts() if name in ("scale_solution", "why")}
    assert changed_answers(read_graded(path), rest, tiny) == {"center": False, "scale": False, "why": False}
    assert changed_answers(read_graded(path), {**rest, "center_solution": "def center(X): return X"}, tiny)["center"]


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir(), lambda p: p.write_bytes(b"\xff\xfe"), lambda p: p.symlink_to("/etc/hostname")], ids=["none", "folder", "bytes", "link"])
def test_a_time_is_a_note_or_nothing(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """The exchange's note is read; whatever else has its name is no time, and a link is not followed."""
    make(tmp_path / "timestamp.txt")
    assert timestamp(tmp_path) == ""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "timestamp.txt").write_text("2026-11-02 12:00:00.5 UTC\n")
    assert timestamp(tmp_path / "other") == "2026-11-02 12:00:00.5 UTC"


def test_rows_follow_an_assignment_that_changes(tiny: Assignment, url: str) -> None:
    """Points that change are the new maxima, a question that is gone takes its grades with it, and a new one is there for all who handed in."""
    nodes = {NAME: notebook.build_recorded(tiny.cells, NAME)}
    less = nbformat.from_dict(nodes[NAME])
    less.cells = [c for c in less.cells if notebook.grade_id_of(c) != "scale"]
    with open_gradebook(url) as book:
        sync_assignment(book, NAME, {NAME: less})
        record(book, NAME, NAME, [(result(), None, {})])
        sync_assignment(book, NAME, {NAME: nodes[NAME]})
    assert rows(url, "ann")["scale"][0] is None and rows(url, "ann")["center"][0] == 0.5
    with open_gradebook(url) as book:
        record(book, NAME, NAME, [(result(), None, {})])
        sync_assignment(book, NAME, {NAME: less})
    assert "scale" not in rows(url, "ann")
    assert marks(url, "another", "another") == {}


def test_a_task_of_nbgrader_s_has_its_points_once(tiny: Assignment, url: str) -> None:
    """Where nbgrader has made a row of its own kind, that is the one; what a person has put into the other moves, and one that is gone goes."""
    nodes = {NAME: notebook.build_recorded(tiny.cells, NAME)}
    with open_gradebook(url) as book:
        sync_assignment(book, NAME, nodes)
        most = book.find_assignment(NAME).max_score
        record(book, NAME, NAME, [(result(), None, {})])
        mark = book.find_grade("why", NAME, NAME, "ann")
        mark.manual_score, mark.needs_manual_grade = 1.0, False
        book.find_comment("why", NAME, NAME, "ann").manual_comment = "Good."
        book.add_task_cell("why", NAME, NAME, max_score=1.0, cell_type="markdown")
        book.add_task_cell("gone", NAME, NAME, max_score=7.0, cell_type="markdown")
        (submitted,) = book.find_notebook(NAME, NAME).submissions
        for cell in book.find_notebook(NAME, NAME).task_cells:
            book.db.add_all([Grade(cell=cell, notebook=submitted), Comment(cell=cell, notebook=submitted)])
        book.db.commit()
        sync_assignment(book, NAME, nodes)
        assert book.find_assignment(NAME).max_score == most
        record(book, NAME, NAME, [(result(), None, {})])
    assert rows(url, "ann")["why"] == (None, 1.0, False)
    assert marks(url, NAME, NAME)["ann"].questions["why"].comment == "Good."
