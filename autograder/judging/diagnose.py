"""Names the mistake: the misconception that produces the same numbers, else the smallest structural fact.

A misconception is named where everything that was observed of the question agrees with it, a value or a fact
of a core check tells it from the reference, and no other misconception agrees as well. A crash names nothing.
Where none agrees with everything, one may agree with all core checks, number by number: what contract checks
then lose beside it is a slip of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.assignment.variants import Variant
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import WireError, decode
from autograder.judging.compare import compare, output_of, paired, tolerance_of, wrong_entries
from autograder.judging.comparing.contract import broken
from autograder.judging.findings import Diagnosis, Finding, Verdict
from autograder.judging.judged import Judged
from autograder.probe import Close, OneTolerance, Probe, Tolerance

Judge = Callable[[Probe, Any], Finding]


@dataclass(frozen=True)
class KnownMistake:
    """What a misconception does on each probe of its question, judged against the reference."""

    variant: Variant
    observations: dict[str, Observation]
    values: dict[str, Any]
    findings: dict[str, Finding]


def known_of(
    variant: Variant, observations: dict[str, Observation], probes: tuple[Probe, ...], judge: Judge
) -> KnownMistake:
    """Decode and judge a misconception's observations once, for all submissions."""
    values, findings = {}, {}
    for probe in probes:
        observation = observations[probe.id]
        if observation.outcome is Outcome.FINISHED:
            values[probe.id] = decode(observation.value)
            findings[probe.id] = judge(probe, values[probe.id])
    return KnownMistake(variant, observations, values, findings)


def ends_alike(
    probes: tuple[Probe, ...], observations: dict[str, Observation], seen: dict[str, Observation]
) -> bool:
    """Whether each core probe ended in one way on both: only then can what was seen be of this misconception.

    Nothing is decoded for it.
    """
    return all(
        (mine := seen.get(p.id)) is not None
        and (mine.outcome, mine.error) == (observations[p.id].outcome, observations[p.id].error)
        for p in probes
        if not p.contract
    )


@dataclass(frozen=True)
class NamedMistake:
    """A mistake with a name. besides: the checks that are lost for other reasons."""

    diagnosis: Diagnosis
    besides: frozenset[str] = frozenset()


def name_mistake(judged: Judged, known: list[KnownMistake]) -> NamedMistake | None:
    """The one misconception that agrees with all that was seen of a question; else the one that agrees with
    all core checks; else None.
    """
    agreeing = {k.variant.id: _agreeing(k, judged) for k in known}
    told = [k for k in known if _told_apart(k, judged, agreeing[k.variant.id])]
    everything = [k for k in told if len(agreeing[k.variant.id]) == len(judged.probes)]
    matches = everything or [k for k in told if _only_slips_beside(k, judged, agreeing[k.variant.id])]
    if len(matches) != 1:
        return None
    variant = matches[0].variant
    return NamedMistake(Diagnosis(variant.id, variant.says), judged.lost - agreeing[variant.id])


def _agreeing(known: KnownMistake, judged: Judged) -> frozenset[str]:
    """The probes of which the same was seen of both."""
    return frozenset(p.id for p in judged.probes if _agrees(known, judged, p))


def _agrees(known: KnownMistake, judged: Judged, probe: Probe) -> bool:
    mine, theirs = judged.observations.get(probe.id), known.observations[probe.id]
    if mine is None or mine.outcome is not theirs.outcome:
        return False
    if mine.outcome is not Outcome.FINISHED:
        return mine.error == theirs.error
    if broken(probe, known.findings) is not broken(probe, judged.findings):
        return False
    if probe.judged:
        return _same_facts(known.findings[probe.id], judged.findings[probe.id])
    return _same_value(known.values[probe.id], mine, probe)


def _told_apart(known: KnownMistake, judged: Judged, agreeing: frozenset[str]) -> bool:
    """Whether all core probes agree, and a value or a fact of some probe that agrees is not right."""
    core = {p.id for p in judged.probes if not p.contract}
    wrong = {name for name, finding in known.findings.items() if finding.verdict is not Verdict.RIGHT}
    return core <= agreeing and bool(wrong & agreeing)


def _only_slips_beside(known: KnownMistake, judged: Judged, agreeing: frozenset[str]) -> bool:
    """Whether the mistake shows in numbers of a core check, and the one check that does not agree is lost, so
    that nothing which the mistake would fail is right. Facts, infinities and missing values are too little to
    tell it by: many mistakes have the same.
    """
    wrong = {name for name, finding in known.findings.items() if finding.verdict is not Verdict.RIGHT}
    besides = {p.id for p in judged.probes} - agreeing
    shown = any(
        p.id in wrong and not p.contract and not p.judged and _is_finite(known.values[p.id])
        for p in judged.probes
    )
    return shown and besides <= judged.lost and len(besides) == 1


def _is_finite(value: Any) -> bool:
    """Whether a value is made of finite numbers alone."""
    if isinstance(value, dict | list | tuple):
        parts = list(value.values()) if isinstance(value, dict) else list(value)
        return bool(parts) and all(map(_is_finite, parts))
    numbers = _numbers(value)
    return numbers is not None and bool(np.isfinite(numbers).all())


def _same_facts(known: Finding, mine: Finding) -> bool:
    """Whether a judge found the same of both, quantities included: several mistakes fail the same facts."""
    if known.verdict is not mine.verdict or known.facts.keys() != mine.facts.keys():
        return False
    if not known.facts:  # of a form that could not be judged: the sentence says which
        return known.message == mine.message
    return all(found.like(mine.facts[name]) for name, found in known.facts.items())


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
        a, b = _numbers(one), _numbers(other)
        if a is None or b is None or not np.isfinite(a).all() or not np.isfinite(b).all():
            continue
        if a.shape != b.shape:
            return _about_shape(a, b, tolerance)
        if wrong_entries(a, b, tolerance).any():
            return _about_values(a, b, tolerance, measured=np.asarray(one).dtype.kind == "f")
    return ""


def _numbers(value: Any) -> np.ndarray | None:
    if isinstance(value, np.ndarray | int | float) and not isinstance(value, bool):
        array = np.asarray(value)
        return array.astype(float) if array.dtype.kind in "iuf" else None
    return None


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
