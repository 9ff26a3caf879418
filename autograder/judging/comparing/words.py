"""The words in which a comparison says what it found: places and facts, never a hidden input or an expected
value.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from autograder.inside.wire import Opaque
from autograder.judging.findings import Finding, Verdict
from autograder.observers.kinds import KINDS, Observed
from autograder.probe import OneTolerance

RIGHT = Finding(Verdict.RIGHT)


class Rule(Protocol):
    """How the parts of an observed object are compared."""

    @property
    def more_keys(self) -> bool: ...
    @property
    def tolerance(self) -> OneTolerance: ...
    @property
    def whole(self) -> bool: ...
    def compare(self, expected: Any, seen: Any, at: str) -> Finding: ...
    def off(self, expected: np.ndarray, seen: np.ndarray) -> np.ndarray: ...


def wrong(verdict: Verdict, at: str, says: str) -> Finding:
    """A finding about what stands at a place."""
    counts = says[0].isdigit() or says.startswith(("every ", "the number"))
    return Finding(verdict, f"{at or 'the result'}{':' if counts else ''} {says}")


def join(at: str, key: Any) -> str:
    """The place of a part, by its key."""
    name = key if isinstance(key, str) else repr(key) if isinstance(key, int | float) else "a key"
    return f"{at}.{name}" if at else name


def some(count: int, size: int, what: str = "entries") -> str:
    """So many of all, with a verb."""
    if size == 1 and what == "entries":
        return "the number is"
    every = f"every {'entry' if what == 'entries' else what.removesuffix('s')} is"
    return every if count == size else f"{count} of {size} {what} {'is' if count == 1 else 'are'}"


def kind_of(value: Any) -> str:
    """What a decoded value is, in words that hold no text of its own."""
    if isinstance(value, Opaque):
        return "no plain value" if "entries" not in value.type else "an array of objects"
    if isinstance(value, Observed):
        return KINDS[value.kind].words
    if isinstance(value, np.ndarray):
        return f"an array of shape {shown(value.shape)}" if value.ndim else "a number"
    names = {
        dict: "a dictionary",
        list: "a list",
        tuple: "a tuple",
        frozenset: "a set",
        str: "text",
        bytes: "bytes",
        bool: "True or False",
        type(None): "None",
    }
    return names.get(type(value), "a number" if isinstance(value, int | float | complex) else "another type")


def shown(shape: tuple[int, ...]) -> str:
    """A shape as text; one that nobody computes by mistake is left out, since an empty array's could
    spell a hidden input.
    """
    return str(shape) if len(shape) <= 8 and all(size < 10_000 for size in shape) else "(...)"
