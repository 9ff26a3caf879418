"""Whether two answers of one question showed the same but for the size of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import WireError, decode
from autograder.judging.judged import Judged


def alike_but_for_amounts(one: Judged, other: Judged) -> bool:
    """Whether all that the first has lost ended alike, with the same truth values, whole numbers, words and
    shapes, and numbers where the other has numbers.
    """
    return all(_same_but_for_amounts(one.observations[n], other.observations[n]) for n in one.lost)


def _same_but_for_amounts(one: Observation, other: Observation) -> bool:
    if one.outcome is not other.outcome or one.error != other.error:
        return False
    if one.outcome is not Outcome.FINISHED:
        return True
    try:
        return _alike(decode(one.value), decode(other.value))
    except WireError:
        return False


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return _alike_arrays(one, other)
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float):
        return bool(np.isfinite(one) == np.isfinite(other))
    return bool(one == other)


def _alike_arrays(one: np.ndarray, other: np.ndarray) -> bool:
    if one.shape != other.shape or one.dtype.kind != other.dtype.kind:
        return False
    if one.dtype.kind in "fc":
        return bool((np.isfinite(one) == np.isfinite(other)).all())
    return bool((one == other).all())
