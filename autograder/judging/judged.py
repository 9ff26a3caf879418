"""A question's observations and findings together, and what they earn.

A contract check counts only where a core check of its question is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec

from autograder.assignment.values import Question
from autograder.inside.seen import Observation
from autograder.judging.findings import Finding, QuestionResult, Verdict
from autograder.probe import Probe


def earned(probes: tuple[Probe, ...], verdicts: dict[str, Verdict]) -> dict[str, float]:
    """The points that each probe of one question earns, by probe id."""
    right = {p.id for p in probes if verdicts.get(p.id) is Verdict.RIGHT}
    any_core = any(p.id in right for p in probes if not p.contract)
    return {p.id: p.points if p.id in right and (any_core or not p.contract) else 0.0 for p in probes}


def total(points: list[float]) -> float:
    """A sum of points, without the dust of binary fractions."""
    return round(sum(points), 6)


def left_by_one_mistake(question: Question, earned_points: float, besides: float = 0.0) -> float:
    """The points that a question keeps whose loss one mistake explains. besides: the points of checks that
    are lost for other reasons; with such, what earned nothing of its own still earns nothing.
    """
    if besides and not earned_points:
        return 0.0
    return max(earned_points, total([(1 - question.one_mistake_costs) * question.points - besides]))


def with_one_mistake(
    result: QuestionResult, question: Question, besides: frozenset[str] = frozenset()
) -> QuestionResult:
    """The same result where one name or one place explains what was lost: then no more is taken for it than
    the assignment lets one mistake cost. besides: checks that are lost for other reasons.
    """
    if not result.reason or result.score is None:
        return result
    more = sum(check.points for check in result.checks if check.id in besides)
    score = left_by_one_mistake(question, result.score, more)
    return msgspec.structs.replace(result, score=score, one_mistake=True) if score > result.score else result


def with_remark(result: QuestionResult, says: str) -> QuestionResult:
    """The same result with one more sentence, at the first check that is not right."""
    checks = list(result.checks)
    first = next(n for n, check in enumerate(checks) if check.verdict is not Verdict.RIGHT)
    message = f"{checks[first].message} {says}".strip()
    checks[first] = msgspec.structs.replace(checks[first], message=message)
    return msgspec.structs.replace(result, checks=tuple(checks))


@dataclass(frozen=True)
class Judged:
    """A question's observations and findings, and what they earn."""

    probes: tuple[Probe, ...]
    observations: dict[str, Observation]
    findings: dict[str, Finding]
    given_correct_inputs: bool = False
    """Whether points were earned in a second pass alone."""

    @cached_property
    def points(self) -> dict[str, float]:
        return earned(self.probes, {name: finding.verdict for name, finding in self.findings.items()})

    @cached_property
    def lost(self) -> frozenset[str]:
        """The probes that are not right."""
        return frozenset(
            name for name, finding in self.findings.items() if finding.verdict is not Verdict.RIGHT
        )
