"""What misconceptions do on the probes of their question, and when the same was seen of something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.assignment.variants import Variant
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import decode
from autograder.judging.findings import Finding
from autograder.probe import Probe

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


def is_finite(value: Any) -> bool:
    """Whether a value is made of finite numbers alone."""
    if isinstance(value, dict | list | tuple):
        parts = list(value.values()) if isinstance(value, dict) else list(value)
        return bool(parts) and all(map(is_finite, parts))
    numbers = numbers_of(value)
    return numbers is not None and bool(np.isfinite(numbers).all())


def same_facts(known: Finding, mine: Finding) -> bool:
    """Whether a judge found the same of both, quantities included: several mistakes fail the same facts."""
    if known.verdict is not mine.verdict or known.facts.keys() != mine.facts.keys():
        return False
    if not known.facts:  # of a form that could not be judged: the sentence says which
        return known.message == mine.message
    return all(found.like(mine.facts[name]) for name, found in known.facts.items())


def numbers_of(value: Any) -> np.ndarray | None:
    """A number or an array of numbers as floats; None for what is neither, truth values among it."""
    if isinstance(value, np.ndarray | int | float) and not isinstance(value, bool):
        array = np.asarray(value)
        return array.astype(float) if array.dtype.kind in "iuf" else None
    return None
