"""What judges are written with: unusable values become a verdict, usable ones a float array."""
from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder.errors import AssignmentError
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import Opaque
from autograder.judging.facts import Unfit, array, between, fact, facts_of, number
from autograder.judging.findings import Verdict
from autograder.judging.judge import Judge
from autograder.probe import Probe
from autograder.sandbox.room import ROOM_FOR_ALL, Room


@pytest.mark.parametrize("value", [[1, 2], (1.0, 2), np.array([1, 2], np.int8), np.array([1, 2], np.float16), [True, 2.0]])
def test_numbers_become_a_float_array(value: Any) -> None:
    """Lists, tuples and arrays of any real kind are taken."""
    made = array(value, "x", shape=(2,), ndim=1)
    assert made.dtype == np.float64
    assert made.shape == (2,)
    assert made[1] == 2


@pytest.mark.parametrize(
    ("value", "options", "verdict", "says"),
    [
        (None, {}, Verdict.NO_VALUE, "x is None: was nothing returned, or is it kept under another name?"),
        ("text", {}, Verdict.WRONG_TYPE, "x is not an array of numbers."),
        (["a"], {}, Verdict.WRONG_TYPE, "x is not an array of numbers."),
        ([[1.0], [1.0, 2.0]], {}, Verdict.WRONG_TYPE, "x is not an array of numbers."),
        ({"a": 1}, {}, Verdict.WRONG_TYPE, "x is not an array of numbers."),
        (Opaque("generator"), {}, Verdict.WRONG_TYPE, "x is not an array of numbers."),
        (np.ones(2, complex), {}, Verdict.WRONG_TYPE, "x is not an array of numbers."),
        (10**400, {}, Verdict.WRONG_TYPE, "x is not an array of numbers."),
        (np.ones((2, 3)), {"shape": (3, 2)}, Verdict.WRONG_SHAPE, "x has shape (2, 3); expected (3, 2)."),
        (np.ones((2, 3)), {"shape": (3, np.int64(2))}, Verdict.WRONG_SHAPE, "x has shape (2, 3); expected (3, 2)."),
        (1.0, {"shape": (1,)}, Verdict.WRONG_SHAPE, "x has shape (); expected (1,)."),
        (np.ones((2, 3)), {"ndim": 1}, Verdict.WRONG_SHAPE, "x has 2 axes; expected 1."),
        ([1.0, float("nan")], {}, Verdict.NOT_FINITE, "x has entries that are not finite numbers."),
        ([float("inf")], {}, Verdict.NOT_FINITE, "x has entries that are not finite numbers."),
    ],
)
def test_unusable_values_end_the_judging_with_a_verdict(value: Any, options: dict[str, Any], verdict: Verdict, says: str) -> None:
    """Each kind of unusable value has its verdict and a sentence for the student."""
    with pytest.raises(Unfit) as caught:
        array(value, "x", **options)
    assert (caught.value.verdict, caught.value.says) == (verdict, says)


def test_infinite_entries_pass_where_the_judge_allows_them() -> None:
    """finite=False leaves NaN and infinity to the judge."""
    assert np.isinf(array([float("inf")], "x", finite=False)).all()


def test_a_number_is_one_finite_number() -> None:
    """number takes what holds a single number and nothing else."""
    assert number(np.array(2), "loss") == 2.0
    assert type(number(2, "loss")) is float
    for bad in ([2.0], np.ones(1), None, "2", float("nan")):
        with pytest.raises(Unfit):
            number(bad, "loss")


def test_facts_are_plain_booleans() -> None:
    """NumPy's booleans and other truths become Python's, so that they can be stored and compared."""
    assert fact(np.bool_(True), "s").holds is True
    assert fact([], "s").holds is False


def test_room_for_all_that_is_seen() -> None:
    """One value is bounded by the reference's own, and all values of a submission together; what is not kept says that it was too much."""
    room = Room(dict.fromkeys(map(str, range(200)), 100))
    sizes = [len(room.admit(Observation(str(n), Outcome.FINISHED, bytes(1 << 20))).value) for n in range(200)]
    assert sizes[0] == 1 << 20 and sum(sizes) <= ROOM_FOR_ALL + 2 * 200 * 100
    assert room.admit(Observation("5", Outcome.FINISHED, bytes(1 << 20))).outcome is Outcome.OUTPUT_LIMIT
    assert Room({"p": 100}).admit(Observation("p", Outcome.FINISHED, bytes(2 << 20))).outcome is Outcome.OUTPUT_LIMIT


@pytest.mark.parametrize(("value", "holds"), [(0.5, True), (np.float32(0.5), True), (0.0, False), (1.0, False), (float("nan"), False)])
def test_a_random_number_lies_between_its_limits(value: Any, holds: bool) -> None:
    """The limits themselves and NaN are outside; the number and its limits are kept to measure the margin."""
    found = between(0, value, 1, "out of range")
    assert found.holds is holds and (found.low, found.high, found.says) == (0, 1, "out of range")


RETURNED = {
    "nothing": (None, "None: is there a `return` on every way through it?"),
    "no fact": ({}, "a dict without any fact"),
    "a truth": ({"rows": fact(True, ""), "x": True}, "a dict in which 'x' is of type bool, not a fact"),
    "a name that is none": ({3: fact(True, "")}, "a dict in which 3 is of type Fact"),
    "a fact alone": (fact(True, ""), "a value of type Fact"),
    "an array": (np.zeros(3), "a value of type ndarray"),
}


@pytest.mark.parametrize("case", RETURNED)
def test_a_judge_that_returns_no_facts_is_named(case: str) -> None:
    """Whatever it returned instead is told, with the place in the file and what to write."""
    returned, says = RETURNED[case]

    def rows(seen: Any, rng: Any) -> Any:
        return returned

    with pytest.raises(AssignmentError, match=re.escape(f"rows returned {says}")) as caught:
        facts_of(rows, None, Probe("p", "q", 1.0, "", len, judged=True), 1)
    assert __file__ in str(caught.value) and "return a dict of facts" in caught.value.mend


@pytest.mark.parametrize("case", RETURNED)
def test_nobody_is_right_or_wrong_by_a_judge_that_returns_no_facts(case: str) -> None:
    """When a submission is judged, the finding says that the test is at fault, and not the result."""
    judges = {"p": lambda seen, rng: RETURNED[case][0]}
    judge = Judge(SimpleNamespace(sizes={"p": 100}, seeds={"p": 1}, assignment=SimpleNamespace(judges=judges)))  # type: ignore[arg-type]
    finding = judge.judge(Probe("p", "q", 1.0, "", len, judged=True), 1.0)
    assert finding.verdict is Verdict.NO_VALUE and "a fault of the test" in finding.message
