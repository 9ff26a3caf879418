"""The graded notebook: what formgrader, feedback and nbgrader's scores are read from."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.assignment.notebook import grade_id_of
from autograder.assignment.values import Assignment, QuestionKind
from autograder.files import write_text
from autograder.handed_in.alignment import align
from autograder.inside.seen import Outcome
from autograder.judging.findings import (
    CheckResult,
    Diagnosis,
    QuestionResult,
    Status,
    SubmissionResult,
    Verdict,
)
from autograder.records.graded_notebook import graded_notebook, result_html, result_text
from tests.sample_class.work import ANSWER, Work

EVIL = '<script>alert("x")</script> ![x](http://x) `code` \x1b[31m'


def result(*messages: str, student: str = "ann", center: float = 0.5) -> SubmissionResult:
    checks = (
        CheckResult("rows_of_data", "Rows & columns.", 1.5, center, Outcome.FINISHED, Verdict.RIGHT if center else Verdict.WRONG_VALUES, "1 of 3 < 2."),
        CheckResult("one_row", "A single row.", 0.5, 0.0, Outcome.RAISED, Verdict.NO_VALUE, "It raised ValueError."),
    )
    questions = (
        QuestionResult("center", QuestionKind.AUTO, center, 2.0, Outcome.FINISHED, True, diagnosis=Diagnosis("one_mean", "You subtract <one> mean."), checks=checks),
        QuestionResult("scale", QuestionKind.AUTO, 3.0, 3.0, Outcome.FINISHED), QuestionResult("why", QuestionKind.MANUAL, None, 1.0, Outcome.FINISHED),
    )  # fmt: skip
    return SubmissionResult(student, Status.GRADED, center + 3, 6.0, ("why",), 0.1, messages, questions)


def graded(work: Work, made: SubmissionResult | None = None) -> NotebookNode:
    submission = align("ann", nbformat.from_dict(work.as_json()), work.assignment, [])
    built = graded_notebook(submission, made or result(), work.assignment)
    nbformat.validate(built)
    return built


def by_id(built: NotebookNode, identifier: str) -> NotebookNode:
    (cell,) = (c for c in built.cells if grade_id_of(c) == identifier)
    return cell


def test_scores_stand_where_nbgrader_reads_them(work: Work) -> None:
    """Each test cell ends with one execute_result that is a plain float, below a result for people; no hidden test is shown."""
    built = graded(work.solve())
    for identifier, score in (("center", "0.5"), ("scale", "3.0")):
        shown, value = by_id(built, identifier).outputs
        assert (shown.output_type, value.output_type, value.data) == ("display_data", "execute_result", {"text/plain": score})
    assert "HIDDEN TESTS" not in str(built)
    assert by_id(built, "why").source == ANSWER
    assert "moved = X - offset" in by_id(built, "center_solution").source


def test_the_first_cell_says_what_was_unusual_and_not_whose_it_is(work: Work) -> None:
    """Every message stands on top; neither the student nor the score, so that who grades by hand grades blindly."""
    top = graded(work, result("cell 3 raised KeyError", "two files")).cells[0].source
    assert top.count("<li>") == 2
    assert "ann" not in top and "3.5" not in top and "6" not in top
    assert "Nothing was unusual" in graded(work, result()).cells[0].source


def test_what_students_wrote_is_shown_as_text(work: Work) -> None:
    """Messages and names are neither HTML nor Markdown nor control codes; outputs are text and pictures only."""
    outputs: list[Any] = [
        {"output_type": "display_data", "data": {"text/html": EVIL, "text/plain": "kept"}, "metadata": {}},
        {"output_type": "display_data", "data": {"application/javascript": EVIL}, "metadata": {}},
        {"output_type": "stream", "name": "stderr", "text": ["printed"]},
        {"output_type": "error", "ename": EVIL, "evalue": EVIL, "traceback": [EVIL]},
        {"output_type": "execute_result", "data": "no mapping"}, "no output", None,
    ]  # fmt: skip
    work.solve().cell("center_solution")["outputs"] = outputs
    built = graded(work, result(EVIL, student=EVIL))
    assert "<script" not in built.cells[0].source
    assert "![" not in built.cells[0].source
    assert "\x1b" not in built.cells[0].source
    kept = by_id(built, "center_solution").outputs
    assert [o.get("text") or o.data for o in kept] == [{"text/plain": "kept"}, "printed"]


def test_own_cells_and_order_are_the_students(work: Work) -> None:
    """Cells that the student added stand where they were, without metadata of their own."""
    work.solve().add("mine = 1", before="center_solution")
    work.cells.append({"cell_type": "markdown", "metadata": {"nbgrader": {"grade_id": "x", "points": 99}}, "source": "# mine"})
    built = graded(work)
    texts = [c.source for c in built.cells]
    assert texts.index("mine = 1") < texts.index(by_id(built, "center_solution").source)
    assert "nbgrader" not in built.cells[texts.index("# mine")].metadata


def test_outputs_are_kept_up_to_a_size(work: Work) -> None:
    """A notebook full of output does not fill the disk."""
    work.solve().cell("center_solution")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (1 << 20)}] * 40
    assert len(by_id(graded(work), "center_solution").outputs) <= 2


def test_an_unreadable_submission_has_a_notebook_too(tiny: Assignment) -> None:
    """All cells as handed out, so that formgrader has something to show, and 0 where it reads the score."""
    submission = align("ann", nbformat.from_dict({"cells": [], "metadata": {}}), tiny, [])
    assert not submission.readable
    questions = tuple(QuestionResult(q.id, q.kind, 0.0, q.points, Outcome.MISSING) for q in tiny.questions)
    built = graded_notebook(submission, SubmissionResult("ann", Status.UNREADABLE, 0.0, 6.0, (), 0.0, ("the file is empty",), questions), tiny)
    nbformat.validate(built)
    assert by_id(built, "center").outputs[-1].data == {"text/plain": "0.0"}
    assert "offset" not in str(built)


def test_results_read_well() -> None:
    """Title, points, message and diagnosis, as HTML and as lines."""
    question = result().questions[0]
    html, text = result_html(question), result_text(question)
    assert "You subtract &lt;one&gt; mean." in html
    assert "Rows &amp; columns." in html
    assert "0.5/1.5" in html
    assert "Judged again" in html
    assert text.splitlines()[0] == "center: 0.5 of 2"
    assert "no  A single row. It raised ValueError." in text


@pytest.mark.parametrize("text", ["text\n", "half a pair \ud800\n", ""])
def test_a_file_is_written_as_a_whole(tmp_path: Path, text: str) -> None:
    """Folders are made, the file is readable by all, nothing else is left beside it."""
    path = tmp_path / "a" / "b.txt"
    write_text(path, text)
    write_text(path, text)
    assert path.read_text() == text.replace("\ud800", "?")
    assert [p.name for p in path.parent.iterdir()] == ["b.txt"]
    assert path.stat().st_mode & 0o777 == 0o644
