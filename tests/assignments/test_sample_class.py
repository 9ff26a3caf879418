"""The sample class of nn_recognition: every student gets the score that the patch deserves, and reads why."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from autograder.handed_in.finding import find_submissions
from autograder.handed_in.submission import read_submission
from autograder.judging.findings import SubmissionResult
from autograder.judging.grader import Grader
from tests.sample_class.demo import make_class
from tests.sample_class.roster import roster

from .conftest import ROOT

NAME = "nn_recognition"
FULL = 70.0
GRADED: dict[tuple[int, str], SubmissionResult] = {}


RIGHT = ["ada", "ben", "ivo", "kim", "lea", "noor", "pia", "ravi", "sana", "tom", "uma", "vera", "walt"]
NOTHING = ["finn", "gus", "hana", "jun", "xia"]
ONE_WRONG = {"quin": "sigmoid", "omar": "softmax", "mia": "conv_backward"}
UNREADABLE = {"gus", "hana", "jun", "xia"}
SAYS = {
    "gus": "the file is a PDF and not the notebook",
    "hana": "the file is empty",
    "ivo": "older format 3; it was converted",
    "jun": "nothing of this assignment was found",
    "kim": "lost their nbgrader metadata",
    "lea": "before it is defined; it was run again at the end",
    "mia": "missing cells:",
    "noor": "(imports) is locked and was changed; the original was used",
    "omar": "raised SyntaxError",
    "pia": "raised NameError: name 'undefined_name' is not defined",
    "quin": "took too long and was stopped",
    "ravi": "draft.ipynb was handed in too",
    "sana": "repeats sigmoid_solution",
    "walt": "another release of the assignment than the one it is graded by",
    "xia": "no notebook was handed in",
}
UNREMARKABLE = ["ada", "ben", "cleo", "dan", "eve", "finn", "tom", "uma", "vera"]


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("submitted")
    make_class(NAME, folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def hasty(graders: dict[str, Grader]) -> Iterator[Grader]:
    """A grader that waits less long for what never ends."""
    patient = graders[NAME]
    limits = msgspec.structs.replace(patient.assignment.table.limits, notebook_seconds=3, probe_seconds=1.5)
    with Grader(patient.reference, patient.isolation) as grader:
        grader.assignment = replace(patient.assignment, table=msgspec.structs.replace(patient.assignment.table, limits=limits))
        yield grader


@pytest.fixture
def result(student: str, submitted: Path, hasty: Grader) -> SubmissionResult:
    """One student's result, graded once."""
    key = (id(hasty), student)
    if key not in GRADED:
        handin = next(h for h in find_submissions(submitted, hasty.assignment) if h.student == student)
        GRADED[key] = hasty.grade(read_submission(handin, hasty.assignment))
    return GRADED[key]


def lost(result: SubmissionResult) -> set[str]:
    """The auto-graded questions that lost points."""
    return {q.id for q in result.questions if q.kind == "auto" and q.score != q.max_score}


def test_the_class_has_all_whom_these_tests_speak_of() -> None:
    """At least fifteen students, and nobody is left out."""
    everybody = set(roster(NAME))
    assert len(everybody) >= 15
    assert {*RIGHT, *NOTHING, *ONE_WRONG, "cleo", "dan", "eve"} == everybody


@pytest.mark.parametrize("student", RIGHT)
def test_right_answers_earn_everything(student: str, result: SubmissionResult) -> None:
    """Whatever happened to the notebook, right answers earn 70, and the write-ups wait for a person."""
    assert (result.status, result.score, lost(result)) == ("graded", FULL, set())
    assert result.max_score == 75.0


@pytest.mark.parametrize("student", NOTHING)
def test_nothing_earns_nothing(student: str, result: SubmissionResult) -> None:
    """What is untouched or unreadable earns 0, and nothing of it waits for a person."""
    assert (result.score, result.needs_manual) == (0.0, ())
    assert result.status == ("unreadable" if student in UNREADABLE else "graded")


@pytest.mark.parametrize("student", ONE_WRONG)
def test_one_broken_answer_costs_its_own_points(student: str, result: SubmissionResult) -> None:
    """An endless answer, one that does not parse and one that was deleted cost their own question and no other."""
    assert lost(result) == {ONE_WRONG[student]}
    missed = next(q for q in result.questions if q.id == ONE_WRONG[student])
    assert missed.score == 0
    assert result.score == FULL - missed.max_score


@pytest.mark.parametrize("student", SAYS)
def test_what_is_odd_is_said(student: str, result: SubmissionResult) -> None:
    """Each oddity has a sentence."""
    assert any(SAYS[student] in message for message in result.messages), result.messages


@pytest.mark.parametrize("student", UNREMARKABLE)
def test_nothing_is_said_where_nothing_is_odd(student: str, result: SubmissionResult) -> None:
    """No message for a notebook in order; magics, prints and plots are in order."""
    assert result.messages == ()


@pytest.mark.parametrize("student", ["cleo", "dan"])
def test_typical_mistakes_are_named(student: str, result: SubmissionResult) -> None:
    """Every question that lost points has its mistake named, and says so in a sentence."""
    wrong = [q for q in result.questions if q.id in lost(result)]
    assert len(wrong) == {"cleo": 1, "dan": 2}[student]
    assert all(q.diagnosis is not None and len(q.diagnosis.says) > 20 for q in wrong)


@pytest.mark.parametrize("student", ["eve"])
def test_half_done_is_half_right(student: str, result: SubmissionResult) -> None:
    """What is written earns its points; what is not says that it is not written yet."""
    assert 0 < result.score < FULL
    messages = {c.message for q in result.questions if q.id in lost(result) for c in q.checks if q.score == 0}
    assert messages == {"This is not written yet."}
