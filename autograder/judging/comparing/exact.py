"""Compares dates, time spans and exact numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from autograder.judging.comparing.words import RIGHT, Rule, kind_of, some, wrong
from autograder.judging.findings import Finding, Verdict
from autograder.observers.kinds import Observed

_LONGEST = 5000
"""Characters of a Decimal."""
_ZONE = {True: "has a time zone; expected one without", False: "has no time zone; expected one"}


def compare_numbers(rule: Rule, expected: Observed, seen: Any, at: str) -> Finding:
    """An exact number: it must be equal, unless a tolerance is asked for. A whole number counts, a float does
    not.
    """
    whole = isinstance(seen, int) and not isinstance(seen, bool)
    if not whole and not (isinstance(seen, Observed) and seen.kind == expected.kind):
        says = f"is {kind_of(seen)}; expected {kind_of(expected)}"
        return wrong(Verdict.WRONG_TYPE, at, says)
    a, b = numeric(expected), float(seen) if whole else numeric(seen)
    if a is None or b is None:
        return wrong(Verdict.WRONG_VALUES, at, "the number is wrong")
    if not np.isfinite(b) and np.isfinite(a):
        return wrong(Verdict.NOT_FINITE, at, "is not finite (NaN or infinity)")
    if not rule.whole:
        return rule.compare(a, b, at)
    return RIGHT if _equal(expected, seen) else wrong(Verdict.WRONG_VALUES, at, "the number is wrong")


def _equal(expected: Observed, seen: Any) -> bool:
    if expected.kind == "fraction":
        parts = (seen, 1) if isinstance(seen, int) else (seen.parts["numerator"], seen.parts["denominator"])
        return parts == (expected.parts["numerator"], expected.parts["denominator"])
    text = expected.parts["text"]
    if text == "NaN":
        return isinstance(seen, Observed) and bool(seen.parts["text"] == "NaN")
    return bool(Decimal(text) == (seen if isinstance(seen, int) else Decimal(seen.parts["text"])))


def numeric(value: Observed) -> float | None:
    """An exact number as a float; None for anything else, and for what is no number."""
    try:
        if value.kind == "decimal" and len(value.parts["text"]) <= _LONGEST:
            return float(Decimal(value.parts["text"]))
        if value.kind == "fraction":
            return float(value.parts["numerator"] / value.parts["denominator"])
    except (InvalidOperation, ValueError, ZeroDivisionError):
        return None
    except OverflowError:
        return float("inf")
    return None


def compare_moments(
    another: str, same_day: str
) -> Callable[[Rule, dict[str, Any], dict[str, Any], str], Finding]:
    """How two moments, or two time spans, are compared: what is said where they differ."""

    def compare(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding:
        if seen["zone"] != expected["zone"]:
            return wrong(Verdict.WRONG_TYPE, at, _ZONE[seen["zone"]])
        if seen["day"] != expected["day"]:
            return wrong(Verdict.WRONG_VALUES, at, another)
        right = seen["within"] == expected["within"]
        return RIGHT if right else wrong(Verdict.WRONG_VALUES, at, same_day)

    return compare


def compare_dates(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding:
    """Arrays of dates or of time spans."""
    a, b = expected["days"], seen["days"]
    if b.shape != seen["within"].shape or b.dtype.kind != "i" or seen["within"].dtype.kind != "i":
        return wrong(Verdict.NO_VALUE, at, "can't be read")
    if a.shape != b.shape:
        return wrong(Verdict.WRONG_SHAPE, at, f"has {len(b)} entries; expected {len(a)}")
    if seen["zone"] != expected["zone"]:
        return wrong(Verdict.WRONG_TYPE, at, _ZONE[seen["zone"]])
    off = (a != b) | (expected["within"] != seen["within"])
    return wrong(Verdict.WRONG_VALUES, at, f"{some(int(off.sum()), off.size)} wrong") if off.any() else RIGHT


def as_dates(value: Any) -> Any:
    """A list of dates as an array of them; anything else as it is."""
    if not isinstance(value, list | tuple) or not value:
        return value
    kinds = {item.kind if isinstance(item, Observed) else "" for item in value}
    if kinds not in ({"date"}, {"duration"}):
        return value
    parts = {"day": [i.parts["day"] for i in value], "within": [i.parts["within"] for i in value]}
    try:
        days, within = (np.array(part, dtype=np.int64) for part in parts.values())
    except OverflowError:
        return value
    zone = any(item.parts["zone"] for item in value)
    return Observed(f"{kinds.pop()}s", {"days": days, "within": within, "zone": zone})


def single_dates(value: Observed) -> Any:
    """An array of dates as a list of single ones; one of more axes as it is."""
    days, within = value.parts["days"], value.parts["within"]
    if days.ndim != 1 or days.shape != within.shape:
        return value
    pairs = zip(days.tolist(), within.tolist(), strict=True)
    zone = value.parts["zone"]
    return [Observed(value.kind[:-1], {"day": d, "within": w, "zone": zone}) for d, w in pairs]
