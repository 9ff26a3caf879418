"""Compares tables and series: columns, rows, dtypes, index, then entries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.judging.comparing.gathered import matched, not_expected
from autograder.judging.comparing.words import RIGHT, Rule, join, some, wrong
from autograder.judging.findings import Finding, Verdict
from autograder.observers.kinds import Observed

_DTYPE = re.compile(r"(u?int|float|complex)\d{1,3}|bool|object|str|string|category", re.IGNORECASE)


@dataclass(frozen=True)
class _Column:
    """A column of both tables: where it stands, and what it holds there."""

    at: str
    expected: Any
    seen: Any


def compare_frames(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding:
    """Tables: which columns there are, how many rows, then column by column."""
    count = len(seen["columns"])
    if not count == len(seen["values"]) == len(seen["dtypes"]):
        return wrong(Verdict.NO_VALUE, at, "can't be read")
    if (found := _columns(rule, expected, seen, at)) is not None:
        return found
    place = {_label(label): i for i, label in reversed([*enumerate(seen["columns"])])}
    asked = expected["asked"]
    columns, dtypes = [], []
    for i, label in enumerate(expected["columns"]):
        mine = place[_label(label)]
        columns.append(_Column(join(at, label), expected["values"][i], seen["values"][mine]))
        dtypes.append((join(at, label), expected["dtypes"][i], seen["dtypes"][mine]))
    for where, one, other in dtypes if "dtypes" in asked else ():
        if (found := _dtype(one, other, where)) is not None:
            return found
    return _rows(rule, _with_index(columns, expected, seen, at), ordered="order" in asked, at=at)


def compare_series(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding:
    """Series: the entries, and of name, dtype and index what counts."""
    asked = expected["asked"]
    if "name" in asked and seen["name"] != expected["name"]:
        return wrong(Verdict.WRONG_VALUES, at, "has another name than what was asked for")
    if "dtypes" in asked and (found := _dtype(expected["dtype"], seen["dtype"], at)) is not None:
        return found
    columns = _with_index([_Column(at, expected["values"], seen["values"])], expected, seen, at)
    return _rows(rule, columns, ordered="order" in asked, at=at)


def _columns(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding | None:
    """What is wrong with the columns that there are; None where nothing is."""
    wanted, there = [[_label(label) for label in parts["columns"]] for parts in (expected, seen)]
    for label, name in zip(expected["columns"], wanted, strict=True):
        if name not in there:
            shown = f"`{label}`" if isinstance(label, str | int) else "that was asked for"
            return wrong(Verdict.NO_VALUE, at, f"has no column {shown}")
    if (more := len(there) - len(wanted)) > 0 and not rule.more_keys:
        says = f"has {more} column{'s' if more > 1 else ''} more than what was asked for"
        return wrong(Verdict.WRONG_VALUES, at, says)
    if "columns_order" in expected["asked"] and [name for name in there if name in wanted] != wanted:
        return wrong(Verdict.WRONG_VALUES, at, "has its columns in another order than what was asked for")
    return None


def _label(label: Any) -> Any:
    """A label as it is looked up, with its type: True is no 1."""
    return (type(label).__name__, repr(label))


def _dtype(expected: str, seen: Any, at: str) -> Finding | None:
    if seen == expected:
        return None
    known = isinstance(seen, str) and _DTYPE.fullmatch(seen)
    shown = f"has the dtype {seen}" if known else "has another dtype"
    return wrong(Verdict.WRONG_TYPE, at, f"{shown}; expected {expected}")


def _with_index(
    columns: list[_Column], expected: dict[str, Any], seen: dict[str, Any], at: str
) -> list[_Column]:
    """The columns, and the index where it counts."""
    if "index" not in expected["asked"]:
        return columns
    return [_Column(f"the index of {at or 'the result'}", expected["index"], seen["index"]), *columns]


def _rows(rule: Rule, columns: list[_Column], *, ordered: bool, at: str) -> Finding:
    """Row for row, or in any order; the entries before the index, since that is what one looks at first."""
    sizes = {_size(column.seen) for column in columns}
    rows = _size(columns[0].expected) if columns else 0
    if len(sizes) > 1:
        return wrong(Verdict.NO_VALUE, at, "can't be read")
    if sizes and sizes != {rows}:
        return wrong(Verdict.WRONG_SHAPE, at, f"has {_times(sizes.pop(), 'row')}; expected {rows}")
    for column in columns:
        if (one := _holds(column.expected)) != (other := _holds(column.seen)) and rows:
            return wrong(Verdict.WRONG_TYPE, column.at, f"holds {other}; expected {one}")
    if not ordered:
        found = matched(rule, [c.expected for c in columns], [c.seen for c in columns])
        off = rows - len(found)
        return wrong(Verdict.WRONG_VALUES, at, not_expected(off, rows, "rows")) if off else RIGHT
    each = (_entries(rule, column) for column in [*columns[1:], *columns[:1]])
    return next((found for found in each if found.verdict is not Verdict.RIGHT), RIGHT)


def _times(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _size(column: Any) -> int:
    values = column.parts.get("days") if isinstance(column, Observed) else column
    return len(values) if isinstance(values, list) or (isinstance(values, np.ndarray) and values.ndim) else -1


def _holds(column: Any) -> str:
    """What a column holds, in words."""
    if isinstance(column, Observed):
        return {"dates": "dates", "durations": "time spans"}.get(column.kind, "objects")
    if isinstance(column, np.ndarray):
        return "texts" if column.dtype.kind == "U" else "numbers"
    kinds = {type(item) for item in column if item is not None}
    if kinds <= {str}:
        return "texts"
    return "numbers" if kinds <= {int, float, bool} else "objects"


def _entries(rule: Rule, column: _Column) -> Finding:
    """The entries of one column."""
    if not isinstance(column.expected, list) or not isinstance(column.seen, list):
        return rule.compare(column.expected, column.seen, column.at)
    pairs = zip(column.expected, column.seen, strict=True)
    off = sum(_differ(rule, one, other) for one, other in pairs)
    says = f"{some(off, len(column.seen), 'rows')} wrong"
    return wrong(Verdict.WRONG_VALUES, column.at, says) if off else RIGHT


def _differ(rule: Rule, one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is not other
    return rule.compare(one, other, "").verdict is not Verdict.RIGHT
