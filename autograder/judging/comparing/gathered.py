"""Compares what counts in any order: members of a collection, rows of a table."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from autograder.judging.comparing.words import RIGHT, Rule, some, wrong
from autograder.judging.findings import Finding, Verdict
from autograder.observers.kinds import Observed

_PAIRS = 4_000_000
"""More pairs of rows than these are not tried: the rows are then compared as they come when sorted."""
_MEMBERS = 300
"""Of more members that are no numbers and no texts, the order counts."""


def compare_collections(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding:
    """Members in any order, each as often as it is there."""
    a, b = expected["items"], seen["items"]
    if len(a) != len(b):
        return wrong(Verdict.WRONG_SHAPE, at, f"has {len(b)} entries; expected {len(a)}")
    off = _members_off(rule, a, b)
    return wrong(Verdict.WRONG_VALUES, at, not_expected(off, len(a), "entries")) if off else RIGHT


def not_expected(count: int, size: int, what: str) -> str:
    if size == 1:
        return (
            f"has another {'entry' if what == 'entries' else what.removesuffix('s')} than what was expected"
        )
    if count == size:
        return f"holds none of the {what} that were expected"
    return f"{some(count, size, what)} not among those that were expected"


def _members_off(rule: Rule, a: list[Any], b: list[Any]) -> int:
    """How many members were not expected."""
    if all(isinstance(item, str | bytes | None) for item in [*a, *b]):
        return sum((Counter(b) - Counter(a)).values())
    if all(_is_number(item) for item in [*a, *b]):
        table = [np.array(items, dtype=float) for items in (a, b)]
        return len(b) - len(matched(rule, [table[0]], [table[1]]))
    if len(a) > _MEMBERS:
        pairs = zip(a, b, strict=True)
        return sum(rule.compare(x, y, "").verdict is not Verdict.RIGHT for x, y in pairs)
    left, off = list(a), 0
    for item in b:
        found = next(
            (i for i, one in enumerate(left) if rule.compare(one, item, "").verdict is Verdict.RIGHT), None
        )
        if found is None:
            off += 1
        else:
            del left[found]
    return off


def _is_number(value: Any) -> bool:
    plain = isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "biuf"
    return plain or (isinstance(value, int | float) and abs(value) < 2**53)


def matched(rule: Rule, expected: list[Any], seen: list[Any]) -> dict[int, int]:
    """Rows of two tables of one length that are alike, each taken once: seen row to expected row. The tables
    are columns, arrays or lists.
    """
    a, b = [_comparable(column) for column in expected], [_comparable(column) for column in seen]
    pairs = [_coded(x, y) for x, y in zip(a, b, strict=True)]
    rows = len(pairs[0][0]) if pairs else 0
    if rows * rows > _PAIRS:
        return _in_sorted_order(rule, pairs, rows)
    free, found = np.ones(rows, dtype=bool), {}
    for row in range(rows):
        alike = free.copy()
        for x, y in pairs:
            places = np.flatnonzero(alike)
            alike[places[rule.off(np.repeat(x[row : row + 1], len(places)), y[places])]] = False
        if alike.any():
            place = int(np.argmax(alike))
            free[place], found[place] = False, row
    return found


def _in_sorted_order(rule: Rule, pairs: list[tuple[np.ndarray, np.ndarray]], rows: int) -> dict[int, int]:
    orders = [np.lexsort([_rounded(pair[side]) for pair in pairs]) for side in (0, 1)]
    off = np.zeros(rows, dtype=bool)
    for x, y in pairs:
        off |= rule.off(x[orders[0]], y[orders[1]])
    return {int(orders[1][place]): int(orders[0][place]) for place in np.flatnonzero(~off)}


def _rounded(column: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        size = np.maximum(np.abs(column), 1e-300)
        scale = 10.0 ** (6 - np.ceil(np.log10(size)))
        return np.where(np.isfinite(column), np.round(column * scale) / scale, column)


def _comparable(column: Any) -> Any:
    """A column as an array of numbers, or as a list of what can be looked up."""
    if isinstance(column, Observed) and "days" in column.parts:
        return list(zip(column.parts["days"].tolist(), column.parts["within"].tolist(), strict=False))
    return column


def _coded(a: Any, b: Any) -> tuple[np.ndarray, np.ndarray]:
    """Two columns as arrays of numbers; what is no number has one for each value that occurs."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a, b
    known: dict[Any, int] = {}
    coded = [
        np.array([known.setdefault(_hashable(item), len(known)) for item in column], dtype=np.int64)
        for column in (a, b)
    ]
    return coded[0], coded[1]


def _hashable(item: Any) -> Any:
    try:
        hash(item)
    except TypeError:
        return repr(item)
    return item
