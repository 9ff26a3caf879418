"""Feedback pages on their way to students, through nbgrader's own commands."""
from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment
from autograder.outputs.publishing import Publisher
from autograder.run.batch import grade_class
from autograder.run.options import Options, Progress
from tests.gradebook.course import Course
from tests.tiny import NAME

ROOT = Path(__file__).parents[2]
SECRET = "a secret of alice's"


@pytest.fixture
def collected(course: Course) -> Course:
    """A course whose submission came through nbgrader's exchange, which is a folder of its own."""
    text = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    exchange = course.root / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    (course.root / "nbgrader_config.py").write_text(f"{text}\nc.Exchange.root = {str(exchange)!r}\n", encoding="utf-8")
    folder = course.root / "submitted" / "alice" / NAME
    (folder / "timestamp.txt").write_text("2026-11-22 05:00:00.000000 UTC", encoding="utf-8")
    (folder / "submission_secret.txt").write_text(SECRET, encoding="utf-8")
    return course


def page(course: Course) -> Path:
    return course.root / "feedback" / "alice" / NAME / f"{NAME}.html"


def released(course: Course) -> list[str]:
    done = course.nbgrader("release_feedback", NAME)
    assert done.returncode == 0, done.stderr
    return [path.read_text(encoding="utf-8") for path in (course.root / "exchange" / "default_course" / "feedback").glob("*.html")]


def test_release_feedback_hands_out_what_autograde_wrote(collected: Course) -> None:
    """The page that chainrule autograde leaves reaches the exchange as it is, without another command in between."""
    assignment = load_assignment(NAME, collected.root)
    options = Options(submitted=collected.root / "submitted", into=collected.root, salt="tests")
    publisher = Publisher(assignment, options.submitted, options.into)
    result, _ = grade_class(assignment, options, Progress(recorded=publisher.recorded))
    publisher.finish(result)
    assert released(collected) == [page(collected).read_text(encoding="utf-8")]


def test_generate_feedback_shows_what_a_person_has_graded_since(collected: Course) -> None:
    """nbgrader's command writes the same page anew, with the person's score and comment, and what it needs to be handed out."""
    collected.grade()
    collected.by_hand(1.0, "Well said.")
    done = collected.nbgrader("generate_feedback", NAME)
    assert done.returncode == 0, done.stderr
    (text,) = released(collected)
    assert "Graded by a person." in text and "Well said." in text and "6 <span" in text
    collected.by_hand(0.5, "Less so.")
    assert collected.nbgrader("generate_feedback", NAME).returncode == 0
    (text,) = released(collected)
    assert "Less so." in text and "Well said." not in text


def test_a_student_without_a_result_is_named(collected: Course) -> None:
    """A graded notebook whose result is gone gets no page, and the command says whose."""
    collected.grade()
    (collected.root / ".chainrule" / "results" / NAME / "alice.json").unlink()
    done = collected.nbgrader("generate_feedback", NAME)
    assert done.returncode != 0 and "holds no result of 'alice'" in done.stderr
