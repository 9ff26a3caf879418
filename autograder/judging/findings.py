"""What judging finds, as frozen values: a check, a question, a submission, a class."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from autograder.assignment.values import QuestionKind
from autograder.inside.seen import Outcome


class Verdict(StrEnum):
    """Whether an answer was right."""

    RIGHT = "right"
    WRONG_SHAPE = "wrong shape"
    WRONG_TYPE = "wrong type"
    WRONG_VALUES = "wrong values"
    NOT_FINITE = "not finite"
    CHANGED_INPUT = "changed its input"
    NO_VALUE = "no value"


class Finding(msgspec.Struct, frozen=True):
    """What comparing or judging one observation found. facts maps each property of a judged probe to
    whether it holds.
    """

    verdict: Verdict
    message: str = ""
    facts: dict[str, bool] = {}


class Diagnosis(msgspec.Struct, frozen=True):
    """The named mistake, in words for the student."""

    id: str
    says: str


class CheckResult(msgspec.Struct, frozen=True):
    """One hidden test of a question."""

    id: str
    title: str
    points: float
    earned: float
    outcome: Outcome
    verdict: Verdict
    message: str = ""


class Status(StrEnum):
    """Whether a submission could be graded."""

    GRADED = "graded"
    UNREADABLE = "unreadable"


class QuestionResult(msgspec.Struct, frozen=True):
    """One question: score is None until a person has graded a write-up."""

    id: str
    kind: QuestionKind
    score: float | None
    max_score: float
    outcome: Outcome
    given_correct_inputs: bool = False
    diagnosis: Diagnosis | None = None
    checks: tuple[CheckResult, ...] = ()


class SubmissionResult(msgspec.Struct, frozen=True):
    """One student's result."""

    student: str
    status: Status
    score: float
    max_score: float
    needs_manual: tuple[str, ...]
    seconds: float
    messages: tuple[str, ...]
    questions: tuple[QuestionResult, ...]


class ClassResult(msgspec.Struct, frozen=True):
    """The results of one run, as written by --json."""

    format: int
    assignment: str
    max_score: float
    isolation: str
    salt: str
    release: str
    environment: dict[str, str]
    submissions: tuple[SubmissionResult, ...]
