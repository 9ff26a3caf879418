"""Two mistakes in one answer are found as two, and only where nothing speaks against either."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.assignment.variants import Variant
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import encode
from autograder.judging.compare import compare
from autograder.judging.diagnose import TWO, name_mistake
from autograder.judging.findings import Finding, SeenFact, Verdict
from autograder.judging.judged import Judged
from autograder.judging.known import KnownMistake, known_of
from autograder.probe import Probe

A, B = np.array([[1.0, 2.0], [-3.0, 4.0]]), np.array([5.0, -6.0])
PROBES = (Probe("grads", "q", 2, "", print), Probe("runs", "q", 1, "", print, contract=True), Probe("facts", "q", 1, "", print, judged=True))
EXPECTED = {"grads": {"dw": A, "db": B}, "runs": {"small": (1.0, 2.0), "inputs": {"x": B}}, "facts": {}}

Answer = dict[str, Any]


def answer(dw: Any = A, db: Any = B, small: Any = (1.0, 2.0), facts: tuple[str, ...] = (), x: Any = B) -> Answer:
    """What an answer gives on the three probes; facts are those that fail, a number behind a colon being what was measured."""
    return {"grads": {"dw": dw, "db": db}, "runs": {"small": small, "inputs": {"x": x}}, "facts": list(facts)}


def judge(probe: Probe, value: Any) -> Finding:
    """A judge of facts by their names, or the comparison."""
    if not probe.judged:
        return compare(EXPECTED[probe.id], value, probe.tolerance)
    failed = {text.split(":")[0]: text for text in value}
    facts = {name: SeenFact(name not in failed, seen=failed.get(name, "").partition(":")[2]) for name in ("order", "size")}
    return Finding(Verdict.RIGHT if not failed else Verdict.WRONG_VALUES, facts=facts)


def seen(mine: Answer) -> dict[str, Observation]:
    """The observations of an answer; an exception in place of a value is how the probe ended."""
    return {
        name: Observation(name, Outcome.RAISED, error=type(value).__name__) if isinstance(value, Exception) else Observation(name, Outcome.FINISHED, encode(value))
        for name, value in mine.items()
    }


def known(name: str, **changes: Any) -> KnownMistake:
    return known_of(Variant(name, "q", "misconception", "f", f"You {name}.", ""), seen(answer(**changes)), PROBES, judge)


def named(mine: Answer, *misconceptions: KnownMistake) -> str:
    """The sentence that is said of an answer, or the empty text."""
    observations = seen(mine)
    findings = {p.id: known_of(Variant("", "", "", "", "", ""), observations, (p,), judge).findings.get(p.id, Finding(Verdict.NO_VALUE)) for p in PROBES}
    found = name_mistake(Judged(PROBES, observations, findings), list(misconceptions), EXPECTED)
    return found.diagnosis.says if found else ""


def both(one: str, two: str) -> str:
    return TWO.format(f"You {one}.", f"You {two}.")


TURNED, MEAN, CUT = known("turn dw", dw=-A), known("average", db=B / 2), known("cut", small=(1.0, 0.0))


def test_two_outputs_of_one_check_are_two_mistakes() -> None:
    """Each output is as one of the two makes it: both sentences are said, and the two are no single mistake."""
    assert named(answer(dw=-A, db=B / 2), TURNED, MEAN, CUT) == both("turn dw", "average")
    assert named(answer(db=B / 2, small=(1.0, 0.0)), TURNED, MEAN, CUT) == both("average", "cut")


def test_entries_of_a_short_sequence_are_pieces_too() -> None:
    """Two numbers that come back as a pair, each wrong in its own way."""
    first = known("count", small=(9.0, 2.0))
    assert named(answer(small=(9.0, 0.0)), first, CUT, TURNED) == both("count", "cut")


@pytest.mark.parametrize("mine", [answer(dw=-A, db=B / 3), answer(dw=-2 * A, db=B / 2), answer(dw=-A, db=B / 2, x=B + 1), answer(dw=-A, db=B / 2, facts=("order",))])
def test_what_neither_explains_speaks_against_both(mine: Answer) -> None:
    """An output that is wrong in another way, an input that was changed, a fact that fails."""
    assert named(mine, TURNED, MEAN, CUT) == ""


def test_what_is_right_that_one_would_make_wrong_speaks_against_it() -> None:
    """A misconception that makes more wrong than was seen is not there."""
    more = known("average and cut", db=B / 2, small=(1.0, 0.0))
    assert named(answer(dw=-A, db=B / 2), TURNED, more) == ""


def test_each_of_the_two_explains_something_alone() -> None:
    """Where one explains a part of what the other does, the other is the only one, and nothing else is named."""
    wide = known("do both", dw=-A, db=B / 2)
    assert named(answer(dw=-A, db=B / 2), TURNED, MEAN, wide) == "You do both."
    assert named(answer(dw=-A, db=B / 2), TURNED, wide) == "You do both."


def test_two_pairs_that_explain_as_much_name_nothing() -> None:
    """It can't be told which of two is there."""
    assert named(answer(dw=-A, db=B / 2), TURNED, MEAN, known("average too", db=B / 2)) == ""


def test_infinities_and_missing_values_are_too_little() -> None:
    """Many mistakes end in the same NaN or return nothing."""
    for nothing in (np.full(2, np.nan), None):
        assert named(answer(dw=-A, db=nothing), TURNED, known("lose it", db=nothing)) == ""


def test_mere_facts_are_too_little_for_both() -> None:
    """A fact that fails goes with numbers of the other mistake, or with facts that were measured; many mistakes fail alike."""
    order, size = known("keep the order", facts=("order",)), known("size", facts=("size",))
    assert named(answer(dw=-A, facts=("order",)), TURNED, order, size) == both("turn dw", "keep the order")
    assert named(answer(facts=("order", "size")), order, size) == ""
    measured = known("size", facts=("size:3",))
    assert named(answer(facts=("order", "size:3")), order, measured) == both("keep the order", "size")
    assert named(answer(facts=("order", "size:4")), order, measured) == ""


def test_that_an_input_changed_names_no_second_mistake() -> None:
    """It is said of what is handed back as it came, too, and a sentence about writing into it would be false of that."""
    kept = Probe("kept", "q", 1, "", print, contract=True, unchanged=True)

    def judged(probe: Probe, value: Any) -> Finding:
        return Finding(Verdict.CHANGED_INPUT if value else Verdict.RIGHT) if probe is kept else judge(probe, value)

    probes, observations = (*PROBES, kept), seen(answer(dw=-A) | {"kept": True})
    writes = known_of(Variant("writes", "q", "misconception", "f", "You write into x.", ""), seen(answer() | {"kept": True}), probes, judged)
    turned = known_of(Variant("turn dw", "q", "misconception", "f", "You turn dw.", ""), seen(answer(dw=-A) | {"kept": False}), probes, judged)
    findings = known_of(Variant("", "", "", "", "", ""), observations, probes, judged).findings
    found = name_mistake(Judged(probes, observations, findings), [turned, writes], EXPECTED | {"kept": False})
    assert found and (found.diagnosis.says, found.besides, found.ids) == ("You turn dw.", {"kept"}, ("turn dw",))


def test_a_check_that_went_no_further_is_of_one_of_them() -> None:
    """A probe that raised is one piece: as a whole it agrees with a misconception, or with none."""
    stumbling = replace(known("average", db=B / 2), observations=seen(answer(db=B / 2) | {"runs": KeyError()}))
    stumbling.findings.pop("runs"), stumbling.values.pop("runs")
    assert named(answer(dw=-A, db=B / 2) | {"runs": KeyError()}, TURNED, stumbling) == both("average", "turn dw")
    assert named(answer(dw=-A, db=B / 2) | {"runs": TypeError()}, TURNED, stumbling) == ""


def test_another_form_is_explained_by_no_number() -> None:
    """A dictionary with other keys than asked for is no output of either."""
    assert named(answer() | {"grads": {"dw": -A}}, TURNED, MEAN) == ""


def test_two_cost_more_than_one() -> None:
    """Two mistakes in core checks are not let off as one; a slip in a contract check beside a mistake is told of and changes nothing."""
    for mine, two in ((answer(dw=-A, db=B / 2), True), (answer(dw=-A, small=(1.0, 0.0)), False)):
        observations = seen(mine)
        findings = {p.id: judge(p, mine[p.id]) for p in PROBES}
        found = name_mistake(Judged(PROBES, observations, findings), [TURNED, MEAN, CUT], EXPECTED)
        assert found is not None and found.two is two and found.besides == (frozenset() if two else {"runs"})
