"""Values that count in any order."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from autograder.observers.frames import values_of_series
from autograder.observers.kinds import Observed, bases_of

_MOST = 100_000


def in_any_order(thing: Any) -> Any:
    """The members of a list, tuple, set, Counter, array or Series, each as often as it is there, whatever
    their order; anything else as it is.
    """
    bases = bases_of(thing)
    if Counter in bases:
        return _counted(thing)
    for kind in (list, tuple, set, frozenset):
        if kind in bases:
            return Observed("collection", {"items": list(kind.__iter__(thing))})  # type: ignore[attr-defined]
    if np.ndarray in bases and np.ndim(thing):
        return Observed("collection", {"items": list(np.asarray(thing))})
    found = values_of_series(thing)
    return thing if found is None else Observed("collection", {"items": found})


def _counted(thing: Any) -> Any:
    counts = dict(dict.items(thing))
    if not all(type(n) is int and n >= 0 for n in counts.values()) or sum(counts.values()) > _MOST:
        return thing
    return Observed("collection", {"items": [key for key, n in counts.items() for _ in range(n)]})
