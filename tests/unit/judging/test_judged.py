"""Points: contract checks count only where a core check is right."""
from __future__ import annotations

import pytest

from autograder.assignment.values import Question
from autograder.inside.seen import Outcome
from autograder.judging.findings import CheckResult, QuestionKind, QuestionResult, Verdict
from autograder.judging.judged import earned, left_by_one_mistake, total, with_remark
from autograder.probe import Probe

RIGHT, WRONG, NONE = Verdict.RIGHT, Verdict.WRONG_VALUES, Verdict.NO_VALUE
PROBES = (
    Probe("values", "q", 2.0, "", print),
    Probe("batch", "q", 1.0, "", print),
    Probe("inputs", "q", 0.5, "", print, contract=True),
    Probe("error", "q", 0.25, "", print, contract=True),
)


@pytest.mark.parametrize(
    ("verdicts", "points"),
    [
        ((RIGHT, RIGHT, RIGHT, RIGHT), (2.0, 1.0, 0.5, 0.25)),
        ((WRONG, NONE, RIGHT, RIGHT), (0.0, 0.0, 0.0, 0.0)),
        ((WRONG, RIGHT, RIGHT, WRONG), (0.0, 1.0, 0.5, 0.0)),
        ((RIGHT, WRONG, WRONG, RIGHT), (2.0, 0.0, 0.0, 0.25)),
        ((NONE, NONE, NONE, NONE), (0.0, 0.0, 0.0, 0.0)),
    ],
)
def test_contract_checks_need_one_right_core_check(verdicts: tuple[Verdict, ...], points: tuple[float, ...]) -> None:
    """Trivial code that only keeps to the contract earns nothing; one right core check is enough to count it."""
    found = earned(PROBES, {p.id: v for p, v in zip(PROBES, verdicts, strict=True)})
    assert tuple(found.values()) == points


def test_a_probe_that_was_not_judged_earns_nothing() -> None:
    """A missing verdict is never taken for a right one."""
    assert sum(earned(PROBES, {}).values()) == 0


@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not RIGHT])
def test_only_right_earns(verdict: Verdict) -> None:
    """Every other verdict is worth nothing."""
    assert sum(earned(PROBES, {p.id: verdict for p in PROBES}).values()) == 0


def test_totals_are_free_of_binary_dust() -> None:
    """Tenths add up to the number that a person writes."""
    assert total([0.1] * 3) == 0.3
    assert total([]) == 0


@pytest.mark.parametrize(("earned_points", "besides", "left"), [(0.0, 0.0, 2.0), (3.0, 0.0, 3.0), (1.0, 0.5, 1.5), (0.0, 0.5, 0.0), (2.0, 1.0, 2.0)])
def test_what_one_mistake_leaves(earned_points: float, besides: float, left: float) -> None:
    """Half of a question of four points, less what a slip beside it costs; nothing where only a slip keeps it from being nothing at all."""
    question = Question("q", 4.0, False, ("f",), (), one_mistake_costs=0.5)
    assert left_by_one_mistake(question, earned_points, besides) == left


def test_a_remark_stands_at_the_first_check_that_is_not_right() -> None:
    """Behind what is said there already; nothing else of the result is another."""
    checks = tuple(CheckResult(str(n), "", 1.0, 0.0, Outcome.FINISHED, verdict, says) for n, (verdict, says) in enumerate([(RIGHT, ""), (WRONG, "It is off."), (NONE, "")]))
    result = QuestionResult("q", QuestionKind.AUTO, 1.0, 3.0, Outcome.FINISHED, checks=checks)
    made = with_remark(result, "Look there.")
    assert [check.message for check in made.checks] == ["", "It is off. Look there.", ""]
    assert (made.score, made.located, made.reason, made.one_mistake) == (1.0, None, "", False)
