"""Names the mistake: the misconception that produces the same numbers, else the smallest structural fact.

A misconception is named where everything that was observed of the question agrees with it, a value or a fact
of a core check tells it from the reference, and no other misconception agrees as well. A crash alone names
nothing: only which checks raise, with the same words, while all others are right.
Where none agrees with everything, one may agree with all core checks, number by number: what contract checks
then lose beside it is a slip of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import WireError, decode
from autograder.judging.compare import compare, output_of, paired, tolerance_of, wrong_entries
from autograder.judging.comparing.contract import breaks_alike
from autograder.judging.findings import Diagnosis, Verdict
from autograder.judging.judged import Judged
from autograder.judging.known import KnownMistake, is_finite, numbers_of, same_facts
from autograder.judging.two_mistakes import two_mistakes
from autograder.probe import Close, OneTolerance, Probe, Tolerance

_COMMON = {"", "AssertionError", "AttributeError", "IndexError", "KeyError", "TypeError", "ValueError"}
"""Exceptions that say nothing without their words."""
TWO = "Two mistakes together explain what is wrong; each is told as if it were alone. First: {} Second: {}"
"""What is said of two: a sentence about one may hold what the other changes."""


@dataclass(frozen=True)
class NamedMistake:
    """A mistake with a name. besides: the checks that are lost for other reasons; two: whether it takes two
    mistakes to explain the core checks that were lost; second: the misconception that is told beside.
    """

    diagnosis: Diagnosis
    besides: frozenset[str] = frozenset()
    two: bool = False
    second: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """The misconceptions of which it tells."""
        return (self.diagnosis.id, self.second) if self.second else (self.diagnosis.id,)


def name_mistake(
    judged: Judged, known: list[KnownMistake], expected: Mapping[str, Any] | None = None
) -> NamedMistake | None:
    """The one misconception that agrees with all that was seen of a question; else the only two that explain
    all of it together; else the one that agrees with all core checks; else None. Where there is none, the
    same once more without the contract checks that are lost for reasons of their own.

    expected: the reference's values, by probe; without them no two are looked for.
    """
    if (named := _name(judged, known, expected)) is not None:
        return named
    alone = _lost_by_themselves(judged, known)
    if alone and judged.lost - alone.keys():
        rest = _name(_without(judged, frozenset(alone)), known, expected)
        return replace(rest, besides=rest.besides | alone.keys()) if rest else None
    if len(alone) == 2 and all(len(found) == 1 for found in alone.values()):
        one, two = (found[0].variant for found in alone.values())
        diagnosis = Diagnosis(one.id, TWO.format(one.says, two.says))
        return NamedMistake(diagnosis, two=True, second=two.id)
    return None


def _without(judged: Judged, aside: frozenset[str]) -> Judged:
    """A question without some of its checks."""
    probes = tuple(p for p in judged.probes if p.id not in aside)
    observations = {name: seen for name, seen in judged.observations.items() if name not in aside}
    return Judged(probes, observations, {p.id: judged.findings[p.id] for p in probes})


def _lost_by_themselves(judged: Judged, known: list[KnownMistake]) -> dict[str, list[KnownMistake]]:
    """The contract checks that were lost as some misconceptions lose them, which lose nothing else; with
    these.
    """
    found: dict[str, list[KnownMistake]] = {}
    for one in known:
        right = {name for name, finding in one.findings.items() if finding.verdict is Verdict.RIGHT}
        for probe in judged.probes:
            alone = right == {p.id for p in judged.probes} - {probe.id}
            if alone and probe.contract and probe.id in judged.lost and _agrees(one, judged, probe):
                found.setdefault(probe.id, []).append(one)
    return found


def _name(
    judged: Judged, known: list[KnownMistake], expected: Mapping[str, Any] | None
) -> NamedMistake | None:
    agreeing = {k.variant.id: _agreeing(k, judged) for k in known}
    told = [k for k in known if _told_apart(k, judged, agreeing[k.variant.id])]
    everything = [k for k in told if len(agreeing[k.variant.id]) == len(judged.probes)]
    matches = everything or [k for k in told if _only_slips_beside(k, judged, agreeing[k.variant.id])]
    pair = None if everything else two_mistakes(judged, known, expected or {})
    if pair is None and len(matches) != 1:
        return None
    main = matches[0] if len(matches) == 1 else None
    besides = judged.lost - agreeing[main.variant.id] if main else frozenset()
    if pair is None:
        assert main is not None
        return NamedMistake(Diagnosis(main.variant.id, main.variant.says), besides)
    one, two = (k.variant for k in pair)
    diagnosis = Diagnosis(one.id, TWO.format(one.says, two.says))
    return NamedMistake(diagnosis, besides, two=main not in pair, second=two.id)


def _agreeing(known: KnownMistake, judged: Judged) -> frozenset[str]:
    """The probes of which the same was seen of both; none where they differ in a core probe, for then the
    others say nothing.
    """
    core = [p for p in judged.probes if not p.contract]
    if not all(_agrees(known, judged, p) for p in core):
        return frozenset()
    others = (p.id for p in judged.probes if p.contract and _agrees(known, judged, p))
    return frozenset(p.id for p in core) | frozenset(others)


def _agrees(known: KnownMistake, judged: Judged, probe: Probe) -> bool:
    mine, theirs = judged.observations.get(probe.id), known.observations[probe.id]
    if mine is None or mine.outcome is not theirs.outcome:
        return False
    if mine.outcome is not Outcome.FINISHED:
        return mine.error == theirs.error
    if not breaks_alike(probe, known.findings, judged.findings):
        return False
    if probe.judged:
        return same_facts(known.findings[probe.id], judged.findings[probe.id])
    return _same_value(known.values[probe.id], mine, probe)


def _told_apart(known: KnownMistake, judged: Judged, agreeing: frozenset[str]) -> bool:
    """Whether all core probes agree, and a value or a fact of some probe that agrees is not right."""
    core = {p.id for p in judged.probes if not p.contract}
    wrong = {name for name, finding in known.findings.items() if finding.verdict is not Verdict.RIGHT}
    return core <= agreeing and (bool(wrong & agreeing) or _stumbles_alike(known, judged))


def _stumbles_alike(known: KnownMistake, judged: Judged) -> bool:
    """Whether both are right but for probes that raise, the same ones with the same words of the
    interpreter's or NumPy's.

    An exception alone is of many mistakes; where it comes and where not, with these words, is of few.
    """
    raised = {name for name, seen in known.observations.items() if seen.outcome is Outcome.RAISED}
    mine = judged.observations
    return (
        bool(raised)
        and judged.lost == raised < mine.keys()
        and all(_same_words(mine[name], known.observations[name]) for name in raised)
    )


def _same_words(mine: Observation, theirs: Observation) -> bool:
    return (mine.error, mine.text) == (theirs.error, theirs.text) and (
        bool(mine.text) or mine.error not in _COMMON
    )


def _only_slips_beside(known: KnownMistake, judged: Judged, agreeing: frozenset[str]) -> bool:
    """Whether the mistake shows in numbers of a core check, and the one check that does not agree is lost, so
    that nothing which the mistake would fail is right. Facts, infinities and missing values are too little to
    tell it by: many mistakes have the same.
    """
    wrong = {name for name, finding in known.findings.items() if finding.verdict is not Verdict.RIGHT}
    besides = {p.id for p in judged.probes} - agreeing
    shown = any(
        p.id in wrong and not p.contract and not p.judged and is_finite(known.values[p.id])
        for p in judged.probes
    )
    return shown and besides <= judged.lost and len(besides) == 1


def _same_value(value: Any, observation: Observation, probe: Probe) -> bool:
    try:
        return (
            compare(value, decode(observation.value), probe.tolerance, probe.more_keys).verdict
            is Verdict.RIGHT
        )
    except WireError:
        return False


def hint(expected: Any, seen: Any, tolerances: Tolerance) -> str:
    """The smallest structural fact about the first output that is wrong: a sentence, or the empty text."""
    for name, one, other in paired(expected, seen):
        tolerance = tolerance_of(tolerances, output_of(name))
        a, b = numbers_of(one), numbers_of(other)
        if a is None or b is None or not np.isfinite(a).all() or not np.isfinite(b).all():
            continue
        if a.shape != b.shape:
            return _about_shape(a, b, tolerance)
        if wrong_entries(a, b, tolerance).any():
            return _about_values(a, b, tolerance, measured=np.asarray(one).dtype.kind == "f")
    return ""


def _about_shape(a: np.ndarray, b: np.ndarray, tolerance: OneTolerance) -> str:
    if a.size == b.size and a.squeeze().shape == b.squeeze().shape:
        kind = "too many" if b.ndim > a.ndim else "too few" if b.ndim < a.ndim else "in another place"
        return f"It has an axis of length 1 {kind}."
    if a.ndim > 1 and a.shape == b.shape[::-1]:
        return "" if wrong_entries(a, b.T, tolerance).any() else "It is the right result, transposed."
    if a.size == b.size and not wrong_entries(a.ravel(), b.ravel(), tolerance).any():
        return "It holds the right numbers in another shape."
    return ""


def _about_values(a: np.ndarray, b: np.ndarray, tolerance: OneTolerance, *, measured: bool) -> str:
    """measured: whether it says something to compare sizes, as it does not of a label or an index."""
    close = tolerance if isinstance(tolerance, Close) else max(tolerance, 1e-9)

    def same(x: np.ndarray, y: np.ndarray) -> bool:
        return x.shape == y.shape and not wrong_entries(x, y, close).any()

    which = _which(wrong_entries(a, b, tolerance))
    if not b.any():
        return f"{which} is zero."
    if same(a, -b):
        return "It is right but for the sign."
    if (factor := _factor(a, b)) is not None and same(a * factor, b):
        return _times(which, factor) if measured else ""
    if a.size > 2 and same(a - a.mean(), b - b.mean()):
        return f"{which} is off by the same amount."
    if a.ndim == 2 and a.shape[0] == a.shape[1] and same(a, b.T):
        return "It is the right result, transposed."
    if a.ndim >= 1 and len(a) > 1:
        rows = [same(x, y) for x, y in zip(a, b, strict=True)]
        if rows[0] and not any(rows[1:]):
            return "Only the first row is right."
        if rows[-1] is False and all(rows[:-1]):
            return "Only the last row is wrong."
        if any(same(a, np.roll(b, shift, axis=0)) for shift in range(1, len(a))) or same(a[::-1], b):
            return "The rows are right, but in another order."
    if a.size > 2 and same(np.sort(a, axis=None), np.sort(b, axis=None)):
        return "It holds the right numbers in other places."
    return ""


def _factor(a: np.ndarray, b: np.ndarray) -> float | None:
    top = np.argmax(np.abs(a))
    return float(b.flat[top] / a.flat[top]) if a.flat[top] else None


def _which(off: np.ndarray) -> str:
    """What a sentence about wrong entries is about, so that it goes with their number."""
    if off.size == 1:
        return "It"
    return "Every entry" if off.all() else "Each wrong entry"


def _times(which: str, factor: float) -> str:
    size, sign = abs(factor), ", with the sign turned" if factor < 0 else ""
    for value, word in ((size, "large"), (1 / size if size else 0.0, "small")):
        if round(value, 1) > 1 and abs(value - round(value, 1)) < 1e-6:
            return f"{which} is {round(value, 1):g} times too {word}{sign}."
    return f"{which} is off by the same factor{sign}." if which != "It" else ""
