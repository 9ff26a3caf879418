"""Comparing: shape first, then kind, then NaN and infinity, then values; messages say where and never what."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.inside.wire import Opaque, decode, encode
from autograder.judging.compare import as_array, compare, kind_of, wrong_entries
from autograder.judging.facts import Unfit, array
from autograder.judging.findings import Verdict
from autograder.probe import DEFAULT_TOLERANCE, Equal

TOLERANCE = 1e-8
NAN, INF = float("nan"), float("inf")


def verdict(expected: Any, seen: Any, tolerance: float = TOLERANCE) -> Verdict:
    return compare(expected, seen, tolerance).verdict


@pytest.mark.parametrize(
    ("expected", "seen"),
    [
        (1.0, 1.0),
        (1.0, 1),
        (1, True),
        (2.0, np.array(2)),
        (np.array(2.0), 2.0),
        (np.array([1.0, 2.0]), np.array([1, 2])),
        (np.array([1.0, 2.0]), np.array([1, 2], np.uint8)),
        (np.array([1.0, 2.0]), np.array([1, 2], np.float32)),
        (np.array([1.0, 0.0]), np.array([True, False])),
        (np.array([[1.0, 2.0]]), [[1.0, 2.0]]),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        ((np.ones(2), np.zeros(2)), np.array([[1, 1], [0, 0]])),
        ([np.ones(2), np.zeros(3)], (np.ones(2), np.zeros(3))),
        (np.array([NAN, INF, -INF, 1.0]), np.array([NAN, INF, -INF, 1.0])),
        (np.array([1 + 2j]), np.array([1 + 2j])),
        (1j, np.complex64(1j)),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.array(["a", "b"]), ["a", "b"]),
        ("text", "text"),
        (None, None),
        (frozenset({1, "a"}), frozenset({"a", 1})),
        (b"ab", b"ab"),
        (1 << 80, 1 << 80),
        (0.0, -0.0),
    ],
)
def test_the_same_in_another_form_is_right(expected: Any, seen: Any) -> None:
    """The kind of container or number is not asked for, where it holds the same numbers."""
    assert verdict(expected, seen) is Verdict.RIGHT


@pytest.mark.parametrize(
    ("expected", "seen", "wrong"),
    [
        (1.0, None, Verdict.NO_VALUE),
        ({"a": 1.0}, {}, Verdict.NO_VALUE),
        ({"a": 1.0}, {"a": None}, Verdict.NO_VALUE),
        ({"a": 1.0}, [1.0], Verdict.WRONG_TYPE),
        (None, 0, Verdict.WRONG_TYPE),
        (1.0, "1.0", Verdict.WRONG_TYPE),
        ("1.0", 1.0, Verdict.WRONG_TYPE),
        ("a", "b", Verdict.WRONG_VALUES),
        (np.array(["a"]), ["b"], Verdict.WRONG_VALUES),
        (np.array(["a"]), [1.0], Verdict.WRONG_TYPE),
        (np.ones(2), np.array(["1", "1"]), Verdict.WRONG_TYPE),
        (np.ones(2), [1.0, "1"], Verdict.WRONG_TYPE),
        (np.ones(2), [[1.0], [1.0, 1.0]], Verdict.WRONG_TYPE),
        (np.ones(2), {"a": 1.0}, Verdict.WRONG_TYPE),
        (np.ones(2), Opaque("generator"), Verdict.WRONG_TYPE),
        (np.ones(2), [Opaque("object"), 1.0], Verdict.WRONG_TYPE),
        (np.ones(2), np.ones(2, complex), Verdict.WRONG_TYPE),
        (np.ones(2, complex), np.ones(2), Verdict.WRONG_TYPE),
        (np.ones(2), frozenset({1.0}), Verdict.WRONG_TYPE),
        (frozenset({1}), [1], Verdict.WRONG_TYPE),
        (frozenset({1}), frozenset({2}), Verdict.WRONG_VALUES),
        (b"a", "a", Verdict.WRONG_TYPE),
        (b"a", b"b", Verdict.WRONG_VALUES),
        ([1.0, "a"], 1.0, Verdict.WRONG_TYPE),
        (1.0, 10**400, Verdict.WRONG_VALUES),
        (1 << 80, 1 << 81, Verdict.WRONG_VALUES),
        (np.ones(3), np.ones((1, 3)), Verdict.WRONG_SHAPE),
        (np.ones((1, 3)), np.ones(3), Verdict.WRONG_SHAPE),
        (np.ones((3, 1)), np.ones((1, 3)), Verdict.WRONG_SHAPE),
        (1.0, np.ones(1), Verdict.WRONG_SHAPE),
        (np.ones(1), 1.0, Verdict.WRONG_SHAPE),
        ([1.0, "a"], [1.0], Verdict.WRONG_SHAPE),
        ([1.0, 2.0], [1.0, 2.0, 3.0], Verdict.WRONG_SHAPE),
        (np.ones(3), np.ones(0), Verdict.WRONG_SHAPE),
        (np.ones(2), np.array([1.0, NAN]), Verdict.NOT_FINITE),
        (np.ones(2), np.array([1.0, -INF]), Verdict.NOT_FINITE),
        (np.ones(2), np.array([2.0, NAN]), Verdict.NOT_FINITE),
        (1.0, NAN, Verdict.NOT_FINITE),
        (np.array([INF, 1.0]), np.array([-INF, 1.0]), Verdict.WRONG_VALUES),
        (np.array([NAN, 1.0]), np.array([0.0, 1.0]), Verdict.WRONG_VALUES),
        (np.array([NAN, 1.0]), np.array([INF, 1.0]), Verdict.WRONG_VALUES),
        (np.array([INF]), np.array([1e308]), Verdict.WRONG_VALUES),
        ([np.ones(2), np.ones(2)], [np.ones(2), np.zeros(2)], Verdict.WRONG_VALUES),
        (np.array([1 + 2j]), np.array([1 - 2j]), Verdict.WRONG_VALUES),
        (True, False, Verdict.WRONG_VALUES),
    ],
)
def test_each_way_of_being_wrong_has_its_verdict(expected: Any, seen: Any, wrong: Verdict) -> None:
    """The verdict names the first way in which it differs: missing, type, shape, finiteness, values."""
    found = compare(expected, seen, TOLERANCE)
    assert found.verdict is wrong
    assert found.message


def test_nan_never_passes_where_the_reference_has_none() -> None:
    """No tolerance is wide enough for NaN or infinity."""
    for bad in (NAN, INF, -INF):
        assert verdict(np.ones(3), np.array([1.0, bad, 1.0]), 1e300) is Verdict.NOT_FINITE


# ---- tolerance --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6, -1e200])
def test_the_tolerance_is_relative_to_the_sum_of_magnitudes(scale: float) -> None:
    """|a - b| may be tolerance * (|a| + |b|): just inside is right, just outside is wrong, at any scale."""
    expected = np.array([scale])
    inside, outside = expected * (1 + 1.9e-4), expected * (1 + 2.1e-4)
    assert verdict(expected, inside, 1e-4) is Verdict.RIGHT
    assert verdict(expected, outside, 1e-4) is Verdict.WRONG_VALUES


def test_near_zero_the_gap_itself_counts() -> None:
    """Sizes below 1e-8 count as 1e-8, so that a tolerance of 1e-2 allows a gap of 1e-10."""
    assert verdict(np.array([0.0]), np.array([0.9e-10]), 1e-2) is Verdict.RIGHT
    assert verdict(np.array([0.0]), np.array([1.1e-10]), 1e-2) is Verdict.WRONG_VALUES


def test_dust_beside_large_entries_is_no_error() -> None:
    """Gaps below 1e-12 times the largest expected magnitude are rounding, and those above are not."""
    expected = np.array([0.0, 1e6])
    assert verdict(expected, np.array([0.9e-6, 1e6])) is Verdict.RIGHT
    assert verdict(expected, np.array([1.1e-6, 1e6])) is Verdict.WRONG_VALUES


def test_the_floor_is_1e_12_where_everything_is_small() -> None:
    """The floor does not shrink with the expected entries below 1, and what the submission returns does not raise it."""
    expected = np.array([0.0, 1e-9])
    assert verdict(expected, np.array([0.9e-12, 1e-9]), 1e-12) is Verdict.RIGHT
    assert verdict(expected, np.array([1.1e-12, 1e-9]), 1e-12) is Verdict.WRONG_VALUES
    assert verdict(np.array([0.0, 1.0]), np.array([1e-9, 1e30])) is Verdict.WRONG_VALUES
    assert wrong_entries(np.array([0.0, 1.0]), np.array([1e-9, 1e30]), TOLERANCE).tolist() == [True, True]


def test_infinite_expected_entries_do_not_widen_the_floor() -> None:
    """An infinity in the reference leaves the other entries as strict as before."""
    assert verdict(np.array([INF, 0.0]), np.array([INF, 1e-9])) is Verdict.WRONG_VALUES


def test_small_integers_do_not_wrap() -> None:
    """Unsigned and 8-bit entries are compared as numbers, not modulo 256."""
    assert verdict(np.array([300]), np.array([44], np.uint8)) is Verdict.WRONG_VALUES
    assert verdict(np.array([0], np.uint8), np.array([255], np.uint8)) is Verdict.WRONG_VALUES


# ---- inputs -----------------------------------------------------------------------------------------------------


def with_inputs(value: Any) -> dict[str, Any]:
    return {"out": 1.0, "inputs": {"X": value}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-15])),
        (np.array([0.0]), np.array([-0.0])),
        (np.array([1.0]), np.array([1.0], np.float32)),
        (np.array([1.0]), np.array([[1.0]])),
        (np.array([1.0]), [1.0]),
        (np.array([1.0]), None),
        ([1.0, np.ones(2)], [1.0, np.zeros(2)]),
        ([1.0, 2.0], [1.0]),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        (1.0, 1),
        (1.0, NAN),
        ({"w": np.ones(2)}, {}),
        ({"w": np.ones(2)}, {"w": np.zeros(2)}),
        ("a", "b"),
    ],
)
def test_a_changed_input_is_seen_to_the_last_bit(before: Any, after: Any) -> None:
    """Inputs are compared bit for bit, whatever they are made of."""
    found = compare(with_inputs(before), with_inputs(after), 1.0)
    assert found.verdict is Verdict.CHANGED_INPUT
    assert "X" in found.message


@pytest.mark.parametrize("value", [np.array([1.0, NAN, -0.0]), NAN, [1, (2.0, None)], {"w": np.ones(2), "more": "text"}, True, np.array(["a", "bc"])])
def test_an_untouched_input_is_right(value: Any) -> None:
    """What comes back as it was is right, NaN included."""
    assert verdict(with_inputs(value), decode(encode(with_inputs(value)))) is Verdict.RIGHT


def test_a_wrong_output_is_said_before_a_changed_input() -> None:
    """Outputs come first: they matter more."""
    seen = {"out": 2.0, "inputs": {"X": np.zeros(1)}}
    assert verdict(with_inputs(np.ones(1)), seen) is Verdict.WRONG_VALUES


def test_inputs_that_did_not_come_back_count_as_changed() -> None:
    """A submission can't hide what it did to its inputs by leaving them out."""
    assert verdict(with_inputs(np.ones(1)), {"out": 1.0}) is Verdict.CHANGED_INPUT


# ---- messages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "seen", "message"),
    [
        ({"grad_W": np.ones((2, 3))}, {"grad_W": np.array([[1.0, 1, 1], [1, 0, 0]])}, "grad_W: 2 of 6 entries are wrong"),
        ({"grad_W": np.ones((2, 3))}, {"grad_W": np.zeros((2, 3))}, "grad_W: every entry is wrong"),
        (np.ones(3), np.array([1.0, 1.0, 0.0]), "the result: 1 of 3 entries is wrong"),
        (1.0, 2.0, "the result: the number is wrong"),
        (True, False, "the result is False, which is wrong"),
        ({"shape": [2, 3]}, {"shape": [3, 2]}, "shape is (3, 2); expected (2, 3)"),
        ({"shapes": [[2, 3], [4]]}, {"shapes": [[2, 3], [1, 4]]}, "shapes[1] is (1, 4); expected (4,)"),
        ({"shape": [2, 3]}, {"shape": [2, "x"]}, "shape[1] is text; expected a number"),
        ({"loss": 1.0}, {"loss": NAN}, "loss: the number is not finite (NaN or infinity)"),
        ({"probs": np.ones((2, 3))}, {"probs": np.ones((3, 2))}, "probs has shape (3, 2); expected (2, 3)"),
        ({"probs": np.ones(2)}, {"probs": [[1.0], [2.0, 3.0]]}, "probs is a list; expected an array of numbers"),
        ({"probs": np.ones(2)}, {"probs": Opaque("ndarray of O entries")}, "probs is an array of objects; expected an array of numbers"),
        ({"a": {"b": [1.0, "x"]}}, {"a": {"b": [1.0, "y"]}}, "a.b[1] is not the expected text"),
        ({"a": {3: 1.0}}, {"a": {}}, "a.3 is missing"),
        (1.0, None, "the result is None: was nothing returned, or is it kept under another name?"),
        (np.ones(2), np.ones(2, complex), "the result holds complex entries; expected real"),
    ],
)
def test_messages_read_well(expected: Any, seen: Any, message: str) -> None:
    """A message is a place and a fact, as a sentence without its end."""
    assert compare(expected, seen, TOLERANCE).message == message


LEAVES = st.sampled_from(
    [71234.5, 82345, 9.3456e-77, -6.5e88, 1j * 74747, NAN, INF, "SECRET", b"SECRET", True, None, np.array([71234.5, 82345.0]),
     np.full((2, 2), 93456), np.array(["SECRET"]), Opaque("SECRET"), frozenset({82345}), 10**50 + 7]
)  # fmt: skip
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.sampled_from(["a", "b"]), inner), max_leaves=5)
SECRETS = ("71234", "82345", "9.3456", "6.5e", "74747", "93456", "SECRET", "0000007", "True,", "False,")


@settings(max_examples=300, deadline=None)
@given(TREES, TREES)
def test_no_message_holds_a_value(expected: Any, seen: Any) -> None:
    """Whatever is compared with whatever, the message shows neither an expected value nor one that was seen."""
    found = compare(expected, seen, TOLERANCE)
    assert not any(secret in found.message for secret in SECRETS)
    if isinstance(seen, dict):
        assert not any(secret in compare(expected, {"SECRET": 1.0, **seen}, TOLERANCE).message for secret in SECRETS)


@settings(max_examples=200, deadline=None)
@given(TREES)
def test_a_value_is_right_against_itself(value: Any) -> None:
    """Everything that is a value equals itself, after a trip over the wire as well."""
    opaque = "Opaque" in repr(value)
    assert (verdict(value, decode(encode(value))) is Verdict.RIGHT) or opaque


def test_kinds_are_named_without_their_text() -> None:
    """kind_of names what a decoded value is; a class that the student named stays unnamed."""
    assert kind_of(Opaque("TheAnswerIs42")) == "no plain value"
    assert kind_of(np.ones((2, 3))) == "an array of shape (2, 3)"
    assert [kind_of(x) for x in (np.array(1.0), 1, 1j, True, "a", [], (), {}, None, object())] == [
        "a number", "a number", "a number", "True or False", "text", "a list", "a tuple", "a dictionary", "None", "another type",
    ]  # fmt: skip


# ---- values made to hurt ----------------------------------------------------------------------------------------


def test_one_long_text_does_not_make_a_list_a_thousand_times_larger() -> None:
    """NumPy gives every text of an array the width of the longest: such a list is refused before an array is made of it."""
    hostile: list[Any] = ["x" * (1 << 20), *[""] * 100_000]
    for value in (hostile, [hostile], [[np.array(["x" * 4000])] * 3000, *[[""]] * 3000]):
        assert as_array(value) is None
        assert verdict(np.ones(3), value) in (Verdict.WRONG_TYPE, Verdict.WRONG_SHAPE)
        with pytest.raises(Unfit) as caught:
            array(value, "the result")
        assert caught.value.verdict is Verdict.WRONG_TYPE


def test_deep_lists_are_no_array() -> None:
    """More axes than NumPy has are a wrong type, not an error of ours."""
    deep: Any = 1.0
    for _ in range(70):
        deep = [deep]
    assert verdict(np.ones(1), deep) is Verdict.WRONG_TYPE


WHOLE: list[tuple[Any, Any, bool]] = [
    (10**12, 10**12 + 1, False), (10**12, 10**12, True), (10**12, 1e12, True), (10**12, 1e12 + 1, False),
    (3, 3.0000000000000004, True), (3, 3.00000001, False), (10**400, 10**400, True), (10**400, 10**400 + 1, False),
    (np.array([1, 2]), np.array([1.0, 2.0]), True), (np.array([10**12]), np.array([10**12 + 1]), False), ([10**30, 1], [10**30, 1], True),
    ([10**30, 1], [10**30 + 1, 1], False), (True, True, True), (True, False, False), (1, True, True),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "seen", "right"), WHOLE)
def test_whole_numbers_must_be_equal(expected: Any, seen: Any, right: bool) -> None:
    """A whole number that is nearly right is wrong, however large it is; a float is one where rounding alone keeps it away."""
    assert (compare(expected, seen, 1e-8).verdict is Verdict.RIGHT) is right
    assert (compare({"n": expected}, {"n": seen}, 1e-8).verdict is Verdict.RIGHT) is right


def test_a_probe_may_ask_for_less_than_the_very_number() -> None:
    """A tolerance that is larger than the default holds for whole numbers too."""
    assert compare(10**6, 10**6 + 1, 1e-5).verdict is Verdict.RIGHT


def test_a_number_beyond_all_floats_is_told_truly() -> None:
    """It is a number, and nothing says that a number was expected in its place."""
    found = compare(1.5, 10**400, 1e-8)
    assert (found.verdict, found.message) == (Verdict.WRONG_VALUES, "the result is a number far larger than what was asked for")


@pytest.mark.parametrize(("seen", "says"), [({"a": 1, ",": 1}, "the result has 1 key more than what was asked for"), ({}, "a is missing")])
def test_a_dictionary_holds_what_was_asked_for_and_nothing_else(seen: dict[str, int], says: str) -> None:
    """Further keys are as wrong as missing ones, at any depth, unless the probe allows them."""
    assert compare({"a": 1}, seen, 1e-8).message == says
    assert compare({"deep": {"a": 1}}, {"deep": seen}, 1e-8).verdict is not Verdict.RIGHT
    assert (compare({"a": 1}, seen, 1e-8, more_keys=True).verdict is Verdict.RIGHT) is ("a" in seen)


def test_each_output_has_its_tolerance() -> None:
    """A table names outputs; what it does not name has the default."""
    expected, seen = {"loss": 1.0, "grad": np.ones(2)}, {"loss": 1.001, "grad": np.ones(2)}
    assert compare(expected, seen, {"loss": 1e-2}).verdict is Verdict.RIGHT
    assert compare(expected, seen, {"grad": 1e-2}).message == "loss: the number is wrong"



def test_an_entry_in_which_others_cancel() -> None:
    """With a larger tolerance than the default, a small entry may be off by what single precision leaves of the others; with the default it may not."""
    expected = np.array([3.0, -2.0, 1e-4, 4.0])
    seen = expected + 4e-7
    assert not wrong_entries(expected, seen, 1e-5).any()
    assert wrong_entries(expected, expected + np.array([0, 0, 1e-5, 0]), 1e-5).tolist() == [False, False, True, False]
    assert wrong_entries(expected, seen, DEFAULT_TOLERANCE).all()


@pytest.mark.filterwarnings("error")
def test_nothing_finite_is_compared_without_a_warning() -> None:
    """Where no entry is finite there is no magnitude to go by."""
    nothing = np.full(3, np.nan)
    assert not wrong_entries(nothing, nothing, 1e-5).any() and wrong_entries(nothing, np.zeros(3), 1e-5).all()
    assert wrong_entries(np.zeros(0), np.zeros(0), 1e-5).size == 0


@pytest.mark.parametrize(
    ("expected", "seen", "right"),
    [
        ([1, 2], [1, 2], True),
        ([1, 2], (1, 2), False),
        ((1, 2), [1.0, 2.0], False),
        ([(0, 1)], [[0, 1]], False),
        ([1, 2], np.array([1, 2]), False),
        ([4], np.array([4]), True),
        ({"a": (1,)}, {"a": [1]}, False),
        (np.array([1, 2]), [1, 2], True),
        (3, 3.0, True),
    ],
)
def test_with_equal_a_list_is_no_tuple(expected: Any, seen: Any, right: bool) -> None:
    """As == has it, with which an array of one number is equal to what holds it; without, they are the same."""
    assert (compare(expected, seen, Equal()).verdict is Verdict.RIGHT) is right
    assert compare(expected, seen, DEFAULT_TOLERANCE).verdict is Verdict.RIGHT
