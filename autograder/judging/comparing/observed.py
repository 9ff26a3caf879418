"""Compares an observed object with the reference's, by its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.judging.comparing.drawn import compare_axes, compare_figures
from autograder.judging.comparing.exact import (
    as_dates,
    compare_dates,
    compare_moments,
    compare_numbers,
    numeric,
    single_dates,
)
from autograder.judging.comparing.frames import compare_frames, compare_series
from autograder.judging.comparing.gathered import compare_collections
from autograder.judging.comparing.sparse import compare_sparse
from autograder.judging.comparing.words import Rule, kind_of, wrong
from autograder.judging.findings import Finding, Verdict
from autograder.observers.kinds import Observed

_HOLD = {"series": "values", "index": "values", "objects": "items", "collection": "items"}
"""Kinds that hold a row of values, and the part that does."""


def compare_observed(rule: Rule, expected: Observed, seen: Any, at: str) -> Finding:
    """Compare what was seen with an observed object. What can't be read of it, since no observer has taken it
    down, is no value.
    """
    try:
        return _compared(rule, expected, seen, at)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError):
        return wrong(Verdict.NO_VALUE, at, "can't be read")


def _compared(rule: Rule, expected: Observed, seen: Any, at: str) -> Finding:
    if expected.kind in ("decimal", "fraction"):
        return compare_numbers(rule, expected, seen, at)
    if expected.kind in ("dates", "durations"):
        seen = as_dates(as_plain(seen))
    if isinstance(seen, Observed) and seen.kind == "unfitted" and expected.kind == "fitted":
        return wrong(Verdict.NO_VALUE, at, "is not fitted: was `fit` called?")
    if expected.kind == "objects":
        return rule.compare(expected.parts["items"], as_plain(seen), at)
    if expected.kind == "figure" and isinstance(seen, Observed) and seen.kind == "axes":
        seen = Observed("figure", {"axes": [seen]})
    if not isinstance(seen, Observed) or seen.kind != expected.kind:
        says = f"is {kind_of(seen)}; expected {kind_of(expected)}"
        return wrong(Verdict.WRONG_TYPE, at, says)
    return _KINDS[expected.kind](rule, expected.parts, seen.parts, at)


def as_plain(value: Any) -> Any:
    """The values of a Series, an Index, or an array of objects or dates, which count where a list or an array
    was asked for.
    """
    if isinstance(value, Observed) and value.kind in _HOLD:
        return as_plain(value.parts[_HOLD[value.kind]])
    if isinstance(value, Observed) and value.kind in ("dates", "durations"):
        return single_dates(value)
    return value


def as_number(value: Any) -> Any:
    """An exact number as a float, which counts where a number was asked for."""
    found = numeric(value) if isinstance(value, Observed) else None
    return value if found is None else found


def _indexes(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding:
    return rule.compare(expected["values"], seen["values"], at)


def _fitted(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding:
    return rule.compare(expected["returned"], seen["returned"], f"what {at or 'the model'} returns")


def _unfitted(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding:
    return Finding(Verdict.RIGHT)


_KINDS: dict[str, Callable[[Rule, dict[str, Any], dict[str, Any], str], Finding]] = {
    "frame": compare_frames,
    "series": compare_series,
    "index": _indexes,
    "collection": compare_collections,
    "sparse": compare_sparse,
    "date": compare_moments("is another date", "is the right day, at another time"),
    "duration": compare_moments("is another time span", "is another time span"),
    "dates": compare_dates,
    "durations": compare_dates,
    "figure": compare_figures,
    "axes": compare_axes,
    "fitted": _fitted,
    "unfitted": _unfitted,
}
