"""Frozen values that the whole package speaks in. No input or output happens here."""
from __future__ import annotations

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """How a cell, a probe or a process ended."""

    FINISHED = "finished"
    RAISED = "raised"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    KILLED = "killed"
    EXITED = "exited"
    OUTPUT_LIMIT = "output limit"
    PROTOCOL = "protocol"
    REFUSED = "refused"
    MISSING = "missing"


class Verdict(StrEnum):
    """Whether an answer was right."""

    RIGHT = "right"
    WRONG_SHAPE = "wrong shape"
    WRONG_TYPE = "wrong type"
    WRONG_VALUES = "wrong values"
    NOT_FINITE = "not finite"
    CHANGED_INPUT = "changed its input"
    NO_VALUE = "no value"


class Value(msgspec.Struct, frozen=True):
    """Base of the values that are stored and reported."""


class Observation(Value, frozen=True):
    """What one probe saw on one notebook: how it ended and, where it finished, the value as wire bytes.

    error names a built-in exception; cell and line say where in the notebook's own cells it was raised.
    """

    probe: str
    outcome: Outcome
    value: bytes = b""
    error: str = ""
    cell: int = 0
    line: int = 0
    missing: str = ""


class CellReport(Value, frozen=True):
    """How one cell of a notebook ended. number counts the notebook's cells from 1."""

    number: int
    outcome: Outcome
    error: str = ""
    line: int = 0
    missing: str = ""


class Seen(Value, frozen=True):
    """Everything observed of one notebook. skipped are the cells that hung or ended the process, and were left out from then on.

    demos: whether the demonstrations had to be run, for a name that they define.
    """

    cells: tuple[CellReport, ...]
    observations: dict[str, Observation]
    seconds: float
    skipped: tuple[int, ...] = ()
    demos: bool = False


class Finding(Value, frozen=True):
    """What comparing or judging one observation found. facts maps each property of a judged probe to whether it holds."""

    verdict: Verdict
    message: str = ""
    facts: dict[str, bool] = {}


class Diagnosis(Value, frozen=True):
    """The named mistake, in words for the student."""

    id: str
    says: str


class CheckResult(Value, frozen=True):
    """One hidden test of a question."""

    id: str
    title: str
    points: float
    earned: float
    outcome: Outcome
    verdict: Verdict
    message: str = ""


class QuestionResult(Value, frozen=True):
    """One question: kind is "auto" or "manual"; score is None until a person has graded a write-up."""

    id: str
    kind: str
    score: float | None
    max_score: float
    outcome: Outcome
    given_correct_inputs: bool = False
    diagnosis: Diagnosis | None = None
    checks: tuple[CheckResult, ...] = ()


class SubmissionResult(Value, frozen=True):
    """One student's result. status is "graded" or "unreadable"."""

    student: str
    status: str
    score: float
    max_score: float
    needs_manual: tuple[str, ...]
    seconds: float
    messages: tuple[str, ...]
    questions: tuple[QuestionResult, ...]


class Mark(Value, frozen=True):
    """What the gradebook says of one question that the tests don't: a person's score and comment, and whether one is still asked for."""

    score: float | None = None
    extra_credit: float = 0.0
    waiting: bool = False
    comment: str = ""


class Marks(Value, frozen=True):
    """One submission in the gradebook: marks by question, and points off for lateness."""

    questions: dict[str, Mark] = {}
    penalty: float = 0.0


class ClassResult(Value, frozen=True):
    """The results of one run, as written by --json."""

    format: int
    assignment: str
    max_score: float
    isolation: str
    salt: str
    release: str
    environment: dict[str, str]
    submissions: tuple[SubmissionResult, ...]
