"""What judging finds, as frozen values: a check, a question, a submission, a class."""

from __future__ import annotations

import math
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


_OPEN = 1.5


class SeenFact(msgspec.Struct, frozen=True):
    """A property of what was seen: whether it holds and, where the judge says it, what was measured.

    value is a number that should lie between low and high; seen is anything else, such as a shape, as text.
    """

    holds: bool
    value: float | None = None
    low: float = -math.inf
    high: float = math.inf
    seen: str = ""

    def like(self, other: SeenFact) -> bool:
        """Whether both may come from the same mistake: they hold or fail alike and, where they fail, what was
        measured is the same as far as chance allows.
        """
        if self.holds is not other.holds:
            return False
        if self.holds:
            return True
        return self.seen == other.seen and self._near(other)

    def _near(self, other: SeenFact) -> bool:
        """As wide as the limits are is what chance does to a number; where one of them is open, half as much
        again is taken for it.
        """
        one, two = self.value, other.value
        if one is None or two is None or one == two:
            return one == two
        width = self.high - self.low
        if math.isfinite(width) and self.low <= 0:
            return abs(one - two) <= width / 2
        room = self.high / self.low if math.isfinite(width) else _OPEN
        return one * two > 0 and abs(math.log(one / two)) <= math.log(room)


class Finding(msgspec.Struct, frozen=True):
    """What comparing or judging one observation found; of a judged probe, fact by fact."""

    verdict: Verdict
    message: str = ""
    facts: dict[str, SeenFact] = {}
    changed: tuple[str, ...] = ()
    """The inputs that were not as they were, where that is what was found; without the parts of each."""


class Diagnosis(msgspec.Struct, frozen=True):
    """The named mistake, in words for the student."""

    id: str
    says: str


class Located(msgspec.Struct, frozen=True):
    """The place of a mistake that has no name: with one change there, every check of the question comes out
    right. Where it takes two, there is none: both places are told at the first check that is not right.

    line counts from 1 in the student's cell; code is what stands there, laid out as Python does.
    """

    cell: int
    line: int
    code: str
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
    one_mistake: bool = False
    """A name or a place explains what was lost, so that this took no more than one mistake costs; a slip
    beside it has cost its own points.
    """
    diagnosis: Diagnosis | None = None
    located: Located | None = None
    checks: tuple[CheckResult, ...] = ()

    @property
    def reason(self) -> str:
        """Which mistake it is, or where: a sentence for the student, empty where neither is known."""
        found = self.diagnosis or self.located
        return found.says if found is not None else ""


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
