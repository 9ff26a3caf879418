"""Naming the mistake: a hint is a true statement, a misconception is named only where it alone explains everything."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.assignment.variants import Variant
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import encode
from autograder.judging.compare import compare
from autograder.judging.diagnose import NamedMistake, hint, name_mistake
from autograder.judging.findings import Diagnosis, Finding, SeenFact, Verdict
from autograder.judging.judged import Judged
from autograder.judging.known import KnownMistake, known_of
from autograder.probe import Probe

A = np.random.default_rng(0).normal(size=(4, 3))
SQUARE = np.random.default_rng(1).normal(size=(3, 3))
TOLERANCE = 1e-8

# ---- hints ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "seen", "says"),
    [
        (A, A[None], "It has an axis of length 1 too many."),
        (A[:, 0], A[:, :1], "It has an axis of length 1 too many."),
        (A[:, :1], A[:, 0], "It has an axis of length 1 too few."),
        (A[:, :1], A[:, :1].T, "It has an axis of length 1 in another place."),
        (1.0, np.ones(1), "It has an axis of length 1 too many."),
        (A, A.T, "It is the right result, transposed."),
        (A, A.T + 1, ""),
        (SQUARE, SQUARE.T, "It is the right result, transposed."),
        (A, A.reshape(2, 6), "It holds the right numbers in another shape."),
        (A, A.reshape(2, 6) + 1, ""),
        (A, A[:2], ""),
        (A, np.zeros_like(A), "Every entry is zero."),
        (A, -A, "It is right but for the sign."),
        (A, 4 * A, "Every entry is 4 times too large."),
        (A, 1.5 * A, "Every entry is 1.5 times too large."),
        (A, A / 4, "Every entry is 4 times too small."),
        (A, -2 * A, "Every entry is 2 times too large, with the sign turned."),
        (A, A * 1.2345, "Every entry is off by the same factor."),
        (A, A * (1 + 1e-6), "Every entry is off by the same factor."),
        (2.0, 6.0, "It is 3 times too large."), (2.0, 0.0, "It is zero."), (2, 6, ""), (np.array([1, 2]), np.array([3, 6]), ""),
        (np.array([0.0, 1, 2]), np.zeros(3), "Each wrong entry is zero."), (np.array([0.0, 1, 2]), np.array([0.0, 3, 6]), "Each wrong entry is 3 times too large."),
        (2.0, 2.469, ""),
        (A, A + 0.5, "Every entry is off by the same amount."),
        (A, np.vstack([A[:1], A[1:] + A[1:] ** 2]), "Only the first row is right."),
        (A, np.vstack([A[:-1], A[-1:] + A[-1:] ** 2]), "Only the last row is wrong."),
        (A, A[[1, 2, 3, 0]], "The rows are right, but in another order."),
        (A, A[::-1], "The rows are right, but in another order."),
        (A, A.ravel()[np.random.default_rng(2).permutation(12)].reshape(4, 3), "It holds the right numbers in other places."),
        (A, np.where(A > 0, A, 9.0), ""),
        (A, A.astype(complex), ""),
        (A, np.where(A > 0, A, np.nan), ""),
        (A, "text", ""),
        ({"a": 1.0, "b": A}, {"a": 1.0, "b": -A}, "It is right but for the sign."),
        ([1.0, A], (1.0, -A), "It is right but for the sign."),
        ({"a": A, "inputs": A}, {"a": A, "inputs": -A}, ""),
    ],
)
def test_each_structural_hint(expected: Any, seen: Any, says: str) -> None:
    """The hint is the smallest structural fact about the first output that is wrong, where there is one."""
    assert hint(expected, seen, TOLERANCE) == says


SHAPES = st.sampled_from([(3,), (2, 3), (4, 4), (5, 1), (2, 3, 2)])


@settings(max_examples=200, deadline=None)
@given(SHAPES, st.integers(0, 1 << 30))
def test_unrelated_arrays_get_no_hint(shape: tuple[int, ...], seed: int) -> None:
    """Two random arrays of one shape have nothing structural in common, and nothing is claimed."""
    rng = np.random.default_rng(seed)
    assert hint(rng.normal(size=shape), rng.normal(size=shape), TOLERANCE) == ""


@settings(max_examples=200, deadline=None)
@given(SHAPES, SHAPES, st.integers(0, 1 << 30))
def test_of_unrelated_arrays_only_shapes_are_told(shape: tuple[int, ...], other: tuple[int, ...], seed: int) -> None:
    """Where shapes differ and the numbers too, nothing is said about the numbers."""
    rng = np.random.default_rng(seed)
    said = hint(rng.normal(size=shape), rng.normal(size=other), TOLERANCE)
    assert said == "" or said.startswith("It has an axis of length 1")


def test_a_right_result_gets_no_hint() -> None:
    """Nothing is said about what is within the tolerance."""
    assert hint({"a": A}, {"a": A * (1 + 1e-10)}, TOLERANCE) == ""


# ---- naming a misconception -------------------------------------------------------------------------------------

PROBES = (Probe("values", "q", 2, "", print), Probe("other", "q", 1, "", print, tolerance=1e-3), Probe("facts", "q", 1, "", print, judged=True))
EXPECTED = {"values": A, "other": np.ones(2)}


def judge(probe: Probe, value: Any) -> Finding:
    """A judge of three probes; the judged one wants a positive, whole number."""
    if probe.judged:
        held = {"positive": SeenFact(value > 0), "whole": SeenFact(value == int(value))}
        return Finding(Verdict.RIGHT if all(f.holds for f in held.values()) else Verdict.WRONG_VALUES, facts=held)
    return compare(EXPECTED[probe.id], value, probe.tolerance)


Seen = dict[str, Observation]


def seen(values: Any = A, other: Any = EXPECTED["other"], facts: float = 1.0, **outcomes: tuple[Outcome, str]) -> Seen:
    """What was observed on the three probes; outcomes replaces a value by a way to end and an error."""
    made = {}
    for name, value in (("values", values), ("other", other), ("facts", facts)):
        outcome, error = outcomes.get(f"{name}_ended", (Outcome.FINISHED, ""))
        made[name] = Observation(name, outcome, encode(value) if outcome is Outcome.FINISHED else b"", error)
    return made


def known(name: str, observations: Seen) -> KnownMistake:
    return known_of(Variant(name, "q", "misconception", "f", f"You {name}.", ""), observations, PROBES, judge)


def found_of(mine: Seen, *misconceptions: KnownMistake, probes: tuple[Probe, ...] = PROBES) -> NamedMistake | None:
    findings = {p.id: known_of(Variant("", "", "", "", "", ""), mine, (p,), judge).findings.get(p.id, Finding(Verdict.NO_VALUE)) for p in probes}
    return name_mistake(Judged(probes, mine, findings), list(misconceptions))


def named(mine: Seen, *misconceptions: KnownMistake) -> str:
    found = found_of(mine, *misconceptions)
    if found is None:
        return ""
    assert found == NamedMistake(Diagnosis(found.diagnosis.id, f"You {found.diagnosis.id}."))
    return found.diagnosis.id


TURNED = known("turn the sign", seen(-A))
DOUBLED = known("double", seen(2 * A, facts=2.0))
CRASHED = known("crash", seen(values_ended=(Outcome.RAISED, "ValueError"), other_ended=(Outcome.RAISED, "ValueError")))
HALF_CRASHED = known("crash on some", seen(-A, other_ended=(Outcome.RAISED, "ValueError")))


def test_the_misconception_with_the_same_numbers_is_named() -> None:
    """Equal values on every probe, within its tolerance, name it."""
    assert named(seen(-A), TURNED, DOUBLED, CRASHED) == "turn the sign"
    assert named(seen(-A, other=np.ones(2) * (1 + 1e-4)), TURNED, DOUBLED) == "turn the sign"


@pytest.mark.parametrize("mine", [seen(-A, other=np.ones(2) * 1.01), seen(-A, facts=1.5), seen(-A * 1.01), seen(-A, other_ended=(Outcome.TIMED_OUT, ""))])
def test_one_probe_that_differs_is_enough_to_name_nothing(mine: Seen) -> None:
    """A value, a fact or an ending that the misconception does not have speaks against it."""
    assert named(mine, TURNED, DOUBLED) == ""


CONTRACTS = (*PROBES, Probe("kept", "q", 1, "", print, contract=True), Probe("said", "q", 1, "", print, contract=True))


def with_contracts(seen: Seen, kept: float = 1.0, said: float = 1.0) -> Seen:
    return seen | {name: Observation(name, Outcome.FINISHED, encode(value)) for name, value in (("kept", kept), ("said", said))}


def named_with_contracts(mine: Seen, *misconceptions: tuple[str, Seen]) -> NamedMistake | None:
    variants = [Variant(name, "q", "misconception", "f", f"You {name}.", "") for name, _ in misconceptions]
    expected = EXPECTED | {"kept": 1.0, "said": 1.0}

    def judged_by(probe: Probe, value: Any) -> Finding:
        return judge(probe, value) if probe.judged else compare(expected[probe.id], value, probe.tolerance)

    every = [known_of(v, s, CONTRACTS, judged_by) for v, (_, s) in zip(variants, misconceptions, strict=True)]
    findings = known_of(variants[0], mine, CONTRACTS, judged_by).findings
    return name_mistake(Judged(CONTRACTS, mine, findings), every)


def test_what_is_lost_for_a_reason_of_its_own_hides_no_name() -> None:
    """A contract check that another misconception loses alone is set aside; two such checks are two mistakes."""
    silent, moved = ("stay silent", with_contracts(seen(), said=0.0)), ("move", with_contracts(seen(), kept=2.0))
    half = ("do half", with_contracts(seen(facts=-1.0), kept=3.0))  # facts alone name nothing beside a slip
    found = named_with_contracts(with_contracts(seen(facts=-1.0), kept=3.0, said=0.0), half, silent, moved)
    assert found is not None and (found.diagnosis.id, found.besides) == ("do half", {"said"})
    both = named_with_contracts(with_contracts(seen(), kept=2.0, said=0.0), silent, moved)
    assert both is not None and both.two and {*both.ids} == {"stay silent", "move"}
    assert named_with_contracts(with_contracts(seen(), kept=5.0, said=0.0), silent, moved) is None
    assert named_with_contracts(with_contracts(seen(facts=-2.0), said=0.0), silent, moved) is None


def test_a_judged_probe_agrees_by_its_facts() -> None:
    """Random results can't be equal: that the same properties hold is enough."""
    assert named(seen(2 * A, facts=7.0), TURNED, DOUBLED) == "double"
    assert named(seen(2 * A, facts=-7.0), TURNED, DOUBLED) == ""


def test_two_that_agree_name_nothing() -> None:
    """Where a second misconception explains as much, neither is named."""
    assert named(seen(-A), TURNED, known("turn it too", seen(-A))) == ""


def test_a_crash_names_nothing() -> None:
    """Ending in the same exception is no evidence of the same mistake."""
    raised = (Outcome.RAISED, "ValueError")
    assert named(seen(values_ended=raised, other_ended=raised), CRASHED) == ""


def test_a_crash_beside_a_telling_value_must_agree_too() -> None:
    """With evidence from another probe, the ending has to be the same in kind and exception."""
    assert named(seen(-A, other_ended=(Outcome.RAISED, "ValueError")), TURNED, HALF_CRASHED) == "crash on some"
    assert named(seen(-A, other_ended=(Outcome.RAISED, "KeyError")), TURNED, HALF_CRASHED) == ""


def stumbles(error: str = "IndexError", text: str = "tuple index out of range", values: Any = A, facts: float = 1.0) -> Seen:
    """An answer that raises on one probe, with words of the interpreter's."""
    made = seen(values, facts=facts)
    return {**made, "other": Observation("other", Outcome.RAISED, error=error, text=text)}


def test_which_checks_stumble_with_the_same_words_is_a_mistakes_own() -> None:
    """All else is right, and the same checks raise with the same words: no other misconception, no other words, nothing else that is lost."""
    matrices_only = known("take it for a matrix", stumbles())
    assert named(stumbles(), matrices_only, TURNED) == "take it for a matrix"
    assert named(stumbles(), matrices_only, known("do so too", stumbles())) == ""
    for mine in (stumbles(text="list index out of range"), stumbles("ValueError"), stumbles(values=-2 * A), stumbles(facts=-1.0)):
        assert named(mine, matrices_only, TURNED) == ""


def test_an_exception_without_words_is_a_name_only_where_it_is_rare() -> None:
    """A ValueError may be anything; that bytes were no text is of few mistakes."""
    assert named(stumbles("ValueError", ""), known("stumble", stumbles("ValueError", ""))) == ""
    assert named(stumbles("UnicodeDecodeError", ""), known("read text", stumbles("UnicodeDecodeError", ""))) == "read text"


WITH_CONTRACT = (PROBES[0], replace(PROBES[1], contract=True), replace(PROBES[2], contract=True))


def test_a_slip_beside_a_mistake_does_not_hide_its_name() -> None:
    """All core checks agree, and what does not agree of the contract checks is lost: it is told of beside the name."""
    for mine in (seen(-A, other=np.zeros(2)), seen(-A, other_ended=(Outcome.RAISED, "TypeError"))):
        assert found_of(mine, TURNED, DOUBLED, probes=WITH_CONTRACT) == NamedMistake(Diagnosis("turn the sign", "You turn the sign."), frozenset({"other"}))
    both = seen(-A, other=np.zeros(2), facts=-1.0)
    assert found_of(both, TURNED, DOUBLED, probes=WITH_CONTRACT) is None  # too much beside it


def test_infinities_and_facts_are_too_little_beside_a_slip() -> None:
    """Many mistakes end in the same infinity, or fail the same fact."""
    overflows = known("overflow", seen(A * np.inf))
    assert found_of(seen(A * np.inf, other=np.zeros(2)), overflows, probes=WITH_CONTRACT) is None
    by_facts = (replace(PROBES[0], contract=True), replace(PROBES[1], contract=True), PROBES[2])
    assert found_of(seen(A + 1, facts=2.5), known("cut", seen(facts=2.5)), probes=by_facts) is None


def test_what_is_right_that_the_mistake_would_fail_speaks_against_it() -> None:
    """A contract check that a misconception fails and this answer does not."""
    also_wrong = known("turn it and more", seen(-A, other=np.zeros(2)))
    assert found_of(seen(-A), also_wrong, probes=WITH_CONTRACT) is None
    assert found_of(seen(-A, facts=1.5), also_wrong, probes=WITH_CONTRACT) is None


def test_a_slip_alone_is_not_the_mistake_that_it_comes_with() -> None:
    """Where the core checks are right, a contract check that fails otherwise names nothing."""
    at_the_end = known("lose the end", seen(other=np.zeros(2)))
    assert found_of(seen(other=np.full(2, 9.0)), at_the_end, probes=WITH_CONTRACT) is None
    assert found_of(seen(other=np.zeros(2)), at_the_end, probes=WITH_CONTRACT) == NamedMistake(Diagnosis("lose the end", "You lose the end."))


def test_two_mistakes_beside_slips_name_nothing() -> None:
    """Core checks that cannot tell two misconceptions apart name neither, where no contract check decides."""
    mine = seen(-A, other=np.zeros(2), facts=-1.0)
    assert found_of(mine, TURNED, known("turn it too", seen(-A, facts=3.0)), probes=WITH_CONTRACT) is None


def test_what_the_reference_does_too_tells_nothing() -> None:
    """A misconception that these probes can't tell from the reference is not named."""
    assert named(seen(), known("nothing", seen())) == ""


def test_bytes_that_are_no_value_name_nothing() -> None:
    """Garbage from the sandbox agrees with no misconception."""
    mine = seen(-A)
    spoiled = {**mine, "other": Observation("other", Outcome.FINISHED, b"\xc1")}
    findings = {p.id: Finding(Verdict.NO_VALUE) for p in PROBES}
    assert name_mistake(Judged(PROBES, spoiled, findings), [TURNED]) is None


WITHIN = {"low": 0.9, "high": 1.1}
ALIKE = [
    (SeenFact(False, 0.03, **WITHIN), SeenFact(False, 0.031, **WITHIN), True),
    (SeenFact(False, 0.03, **WITHIN), SeenFact(False, 0.0009, **WITHIN), False),
    (SeenFact(False, 0.0, **WITHIN), SeenFact(False, 0.03, **WITHIN), False),
    (SeenFact(False, 2.0, low=0.9), SeenFact(False, 2.1, low=0.9), True),
    (SeenFact(False, 2.0, low=0.9), SeenFact(False, 9.0, low=0.9), False),
    (SeenFact(False, 0.5, low=-0.1, high=0.1), SeenFact(False, 0.52, low=-0.1, high=0.1), True),
    (SeenFact(False, 0.5, low=-0.1, high=0.1), SeenFact(False, -0.5, low=-0.1, high=0.1), False),
    (SeenFact(False, seen="(60, 1)"), SeenFact(False, seen="(1, 60)"), False),
    (SeenFact(False, seen="(1, 60)"), SeenFact(False, seen="(1, 60)"), True),
    (SeenFact(True, 1.05, **WITHIN), SeenFact(True, 0.95, **WITHIN), True),
    (SeenFact(True), SeenFact(False), False),
]


@pytest.mark.parametrize(("one", "other", "alike"), ALIKE)
def test_a_mistake_is_told_from_another_by_how_much(one: SeenFact, other: SeenFact, alike: bool) -> None:
    """Two mistakes that fail the same fact are one only where what was measured is the same, as far as chance allows."""
    assert one.like(other) is alike and other.like(one) is alike


def test_what_could_not_be_judged_is_told_apart_by_its_sentence() -> None:
    """A form that is wrong in another way is another mistake."""
    probe = PROBES[-1]
    column = Finding(Verdict.WRONG_SHAPE, "b has shape (60, 1); expected (60,).")
    row = Finding(Verdict.WRONG_SHAPE, "b has shape (1, 60); expected (60,).")
    observed = {probe.id: Observation(probe.id, Outcome.FINISHED, encode(1.0))}
    misconception = KnownMistake(Variant("row", "q", "misconception", "f", "You make a row.", ""), observed, {probe.id: 1.0}, {probe.id: row})
    assert name_mistake(Judged((probe,), observed, {probe.id: row}), [misconception]) is not None
    assert name_mistake(Judged((probe,), observed, {probe.id: column}), [misconception]) is None


@pytest.mark.parametrize(("mine", "name"), [(("x",), "write into x"), (("y",), ""), (("x", "y"), "write into x"), ((), "")])
def test_a_changed_input_is_told_of_where_the_same_input_changed(mine: tuple[str, ...], name: str) -> None:
    """What a misconception does to one argument is not said of an answer that changes another."""
    kept = Probe("kept", "q", 1, "", print, contract=True, unchanged=("x", "y"))
    probes, observations = (*PROBES, kept), seen() | {"kept": Observation("kept", Outcome.FINISHED, encode(None))}

    def findings(changed: tuple[str, ...]) -> dict[str, Finding]:
        right = {p.id: Finding(Verdict.RIGHT) for p in PROBES}
        return right | {"kept": Finding(Verdict.CHANGED_INPUT if changed else Verdict.RIGHT, changed=changed)}

    writes = replace(known("write into x", observations), values=dict.fromkeys(["values", "other", "kept"]) | {"values": A, "other": np.ones(2), "facts": 1.0}, findings=findings(("x",)))
    found = name_mistake(Judged(probes, observations, findings(mine)), [writes])
    assert (found.diagnosis.id if found else "") == name
