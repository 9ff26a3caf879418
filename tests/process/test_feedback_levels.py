"""What the feedback level of an assignment lets a student see of the hidden tests."""
from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.judging.findings import ClassResult
from autograder.judging.reference import Reference
from autograder.outputs.publishing import Publisher, write_feedback
from autograder.run.batch import grade_class
from autograder.run.options import Options, Progress
from autograder.sandbox.observed import ObservedStore
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

SPY = "def center(X):\n    if X.shape[0] > 3:\n        raise ValueError(repr(X.tolist()))\n    return X"


def graded(root: Path, level: str, **answers: str) -> tuple[Assignment, Options, ClassResult]:
    """A course of one level in which ann has handed in one mean for all, and bob what answers say; graded and published."""
    make_course(root, {"assignment.toml": [('feedback = "diagnosis"', f'feedback = "{level}"')]})
    assignment = load_assignment(NAME, root)
    solved = Work.handed_out(assignment).solve()
    solved.copy().use("one_mean_for_all").save(root / "submitted" / "ann" / NAME)
    for student, text in answers.items():
        solved.copy().write("center_solution", text).save(root / "submitted" / student / NAME)
    options = Options(submitted=root / "submitted", into=root, salt="tests")
    publisher = Publisher(assignment, options.submitted, options.into)
    result, failures = grade_class(assignment, options, Progress(recorded=publisher.recorded))
    assert failures == []
    publisher.finish(result)
    return assignment, options, result


def page(root: Path, student: str = "ann") -> str:
    return unescape((root / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8"))


def numbers(value: Any) -> set[float]:
    """Every number of an observation, without its sign."""
    if isinstance(value, dict):
        return set().union(*map(numbers, value.values()))
    return {float(x) for x in np.abs(np.ravel(value))}


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[float], set[float]]:
    """Of the probe rows_of_data: the numbers of its input, and those of the reference's result."""
    assignment = load_assignment(NAME, make_course(tmp_path_factory.mktemp("reference")))
    reference = Reference(assignment, "tests", ObservedStore(assignment.root / ".chainrule" / "observations"))
    try:
        reference.prepare_reference()
        seen = reference.expected["rows_of_data"]
        return numbers(seen["inputs"]), numbers(seen["centered"])
    finally:
        reference.close()


def found(text: str, wanted: set[float]) -> set[float]:
    """Those of the numbers that stand on the page, in any notation, to four digits; pictures and code aside."""
    plain = re.sub(r'src="data:[^"]*"|<style>.*?</style>', "", text, flags=re.S)
    there = np.array([float(number) for number in re.findall(r"\d+\.?\d*(?:e[+-]?\d+)?", plain)])
    return {number for number in wanted if (np.abs(there - number) < 1e-4 * number).any()}


def test_the_default_level_shows_nothing_hidden(tmp_path: Path, hidden: tuple[set[float], set[float]]) -> None:
    """Neither inputs nor expected values stand on a page, not even where the student's code puts them into an exception's text."""
    graded(tmp_path, "diagnosis", bob=SPY)
    for student in ("ann", "bob"):
        text = page(tmp_path, student)
        assert found(text, hidden[0] | hidden[1]) == set()
        assert "Show the numbers" not in text
        assert "learning rate then suits" not in text  # the rubric
    assert "one mean of all entries" in page(tmp_path)
    assert "It raised ValueError" in page(tmp_path, "bob")


def test_answers_are_the_students_own(tmp_path: Path) -> None:
    """What was written stands on the page; a cell left as it was handed out, or deleted, does not, and no reference solution stands in for it."""
    make_course(tmp_path)
    work = Work.handed_out(load_assignment(NAME, tmp_path))
    work.cells = [cell for cell in work.cells if cell["metadata"].get("nbgrader", {}).get("grade_id") != "scale_solution"]
    work.save(tmp_path / "submitted" / "eve" / NAME)
    graded(tmp_path, "diagnosis", bob=SPY)
    assert "raise ValueError(repr(X.tolist()))" in page(tmp_path, "bob") and "All units of a layer that start equal" in page(tmp_path, "bob")
    assert "Your answer" not in page(tmp_path, "eve") and "np.maximum" not in page(tmp_path, "eve")


def test_the_level_inputs_shows_the_calls_and_no_value(tmp_path: Path, hidden: tuple[set[float], set[float]]) -> None:
    """What a wrong check called is shown with its arguments; what was expected is not."""
    graded(tmp_path, "inputs", bob=SPY)
    for student in ("ann", "bob"):
        text = page(tmp_path, student)
        assert found(text, hidden[0]) == hidden[0]
        assert found(text, hidden[1]) == set()
        assert "Expected" not in text and "data:image" not in text


def test_the_level_full_shows_both_results_and_a_figure(tmp_path: Path, hidden: tuple[set[float], set[float]]) -> None:
    """Calls, what came back, what was expected, and the two beside each other with a text for who can't see the picture."""
    graded(tmp_path, "full")
    text = page(tmp_path)
    assert found(text, hidden[0] | hidden[1]) == hidden[0] | hidden[1]
    assert "Your result" in text and "Expected" in text
    assert re.search(r'src="data:image/png;base64,[^"]{1000,}" alt="centered: \d+ of 18 entries are wrong; the largest difference is ', text)


def test_pages_are_written_anew_without_running_anything(tmp_path: Path, hidden: tuple[set[float], set[float]]) -> None:
    """After submissions are gone, the same pages can be made from what is kept, the numbers of the level full too."""
    assignment, _, _ = graded(tmp_path, "full")
    before = page(tmp_path)
    (tmp_path / "submitted" / "ann" / NAME / f"{NAME}.ipynb").unlink()
    (tmp_path / "feedback" / "ann" / NAME / f"{NAME}.html").unlink()
    assert len(write_feedback(assignment, tmp_path)) == 1
    assert page(tmp_path) == before


def test_evidence_of_another_result_is_not_shown(tmp_path: Path) -> None:
    """Numbers that were collected for an earlier answer don't stand beside a later one."""
    assignment, options, _ = graded(tmp_path, "full")
    Work.handed_out(assignment).solve().write("center_solution", "def center(X):\n    return 2 * X").save(tmp_path / "submitted" / "ann" / NAME)
    grade_class(assignment, options)
    write_feedback(assignment, tmp_path)
    assert "Show the numbers" not in page(tmp_path)


def test_receipts_of_the_exchange_lie_beside_the_page(tmp_path: Path) -> None:
    """release_feedback needs the submission's time and secret beside the feedback; a link in their place is not followed."""
    make_course(tmp_path)
    for student in ("ann", "eve"):
        folder = tmp_path / "submitted" / student / NAME
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text("2026-11-22 05:00:00.000000 UTC", encoding="utf-8")
        (folder / "submission_secret.txt").write_text(f"secret of {student}", encoding="utf-8")
    (tmp_path / "elsewhere.txt").write_text("not eve's", encoding="utf-8")
    (folder / "submission_secret.txt").unlink()
    (folder / "submission_secret.txt").symlink_to(tmp_path / "elsewhere.txt")
    Work.handed_out(load_assignment(NAME, tmp_path)).solve().save(folder)
    graded(tmp_path, "diagnosis")
    for kind in ("feedback", "autograded"):
        assert (tmp_path / kind / "ann" / NAME / "submission_secret.txt").read_text(encoding="utf-8") == "secret of ann"
        assert (tmp_path / kind / "ann" / NAME / "timestamp.txt").is_file()
        assert not (tmp_path / kind / "eve" / NAME / "submission_secret.txt").exists()
