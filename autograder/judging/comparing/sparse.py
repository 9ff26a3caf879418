"""Compares sparse matrices, without ever making them dense."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judging.comparing.words import RIGHT, Rule, shown, wrong
from autograder.judging.findings import Finding, Verdict


def compare_sparse(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding:
    """Shape, format where it counts, and every entry that is stored in one of the two."""
    if seen["shape"] != expected["shape"]:
        plain = all(type(n) is int for n in seen["shape"])
        has = f"has shape {shown(seen['shape'])}" if plain else "has another shape"
        return wrong(Verdict.WRONG_SHAPE, at, f"{has}; expected {expected['shape']}")
    if "format" in expected["asked"] and _format(seen) != _format(expected):
        known = (
            _format(seen) if _format(seen) in ("csr", "csc", "coo", "bsr", "dia", "lil", "dok") else "other"
        )
        return wrong(Verdict.WRONG_TYPE, at, f"is of {known} format; expected {_format(expected)}")
    a, b = _entries(expected), _entries(seen)
    if b is None or a is None:
        return wrong(Verdict.WRONG_TYPE, at, "does not hold numbers")
    places = sorted({*a, *b})
    if not places:
        return RIGHT
    off = rule.off(*(np.array([table.get(place, 0) for place in places]) for table in (a, b)))
    count = int(off.sum())
    if not count:
        return RIGHT
    entries = "entry differs" if count == 1 else "entries differ"
    return wrong(Verdict.WRONG_VALUES, at, f"{count} {entries} from what was expected, zeros counted")


def _format(parts: dict[str, Any]) -> str:
    name: str = parts["format"].partition("_")[0]
    return name


def _entries(parts: dict[str, Any]) -> dict[tuple[int, int], Any] | None:
    """The stored entries by their places."""
    rows, columns, entries = parts["rows"], parts["columns"], parts["entries"]
    if entries.dtype.kind not in "biufc" or not rows.shape == columns.shape == entries.shape:
        return None
    places = zip(rows.ravel().tolist(), columns.ravel().tolist(), strict=True)
    return dict(zip(places, entries.ravel().tolist(), strict=True))
