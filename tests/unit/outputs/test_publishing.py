"""Pages on disk: those that would be made from the same stay, all others are made anew."""
from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from autograder.files import write_text
from autograder.judging.findings import SubmissionResult
from autograder.outputs.publishing import write_feedback
from autograder.records.graded_notebook import graded_path
from autograder.records.results import Results
from tests.sample_class.work import Work
from tests.unit.records.test_graded_notebook import graded, result
from tests.unit.records.test_results import submission


@pytest.fixture
def written(work: Work, tmp_path: Path) -> Path:
    """The page of ann, whose result is kept and whose notebook is graded."""
    return publish(work, tmp_path, result())


def publish(work: Work, into: Path, found: SubmissionResult) -> Path:
    Results(into, work.assignment).put(submission(work), found, "salt", "full")
    write_text(graded_path(into, "ann", work.assignment), nbformat.writes(graded(work, found)))
    (page,) = write_feedback(work.assignment, into)
    return page


def mark(page: Path) -> None:
    """Leave something in the page by which it is known again."""
    page.write_text(page.read_text(encoding="utf-8") + "<!-- the same -->", encoding="utf-8")


def is_same(page: Path) -> bool:
    return page.read_text(encoding="utf-8").endswith("<!-- the same -->")


def test_a_page_that_is_there_stays(work: Work, written: Path, tmp_path: Path) -> None:
    """Graded again as it was, a submission's page is not made anew."""
    mark(written)
    assert is_same(publish(work, tmp_path, result()))


@pytest.mark.parametrize(
    "found", [result(center=1.5), result("cell 3 raised KeyError"), result(student="ann", center=0.0)], ids=["points", "message", "check"]
)
def test_another_result_is_another_page(work: Work, written: Path, tmp_path: Path, found: SubmissionResult) -> None:
    """Other points, another message or another check: the page says the new."""
    mark(written)
    assert not is_same(publish(work, tmp_path, found))


def test_another_answer_is_another_page(work: Work, written: Path, tmp_path: Path) -> None:
    """The page shows what was written: another write-up with the same points makes it anew."""
    mark(written)
    page = publish(work.copy().write("why", "For another reason."), tmp_path, result())
    assert not is_same(page) and "For another reason." in page.read_text(encoding="utf-8")


def test_a_page_that_somebody_broke_is_made_anew(work: Work, written: Path, tmp_path: Path) -> None:
    """Where the page does not say what it was made from, or is gone, it is written."""
    whole = written.read_text(encoding="utf-8")
    for left in ("", whole[:200], None):
        written.unlink() if left is None else written.write_text(left, encoding="utf-8")
        assert publish(work, tmp_path, result()).read_text(encoding="utf-8") == whole
