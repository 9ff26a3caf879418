"""Compares what figures show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.judging.comparing.gathered import matched
from autograder.judging.comparing.words import RIGHT, Rule, wrong
from autograder.judging.findings import Finding, Verdict
from autograder.observers.kinds import Observed


def compare_figures(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding:
    """Figures, plot by plot."""
    a, b = expected["axes"], seen["axes"]
    if len(a) != len(b):
        return wrong(Verdict.WRONG_SHAPE, at, f"shows {_count(len(b), 'plot')}; expected {len(a)}")
    for place, (one, other) in enumerate(zip(a, b, strict=True), 1):
        if not isinstance(other, Observed) or other.kind != "axes":
            return wrong(Verdict.NO_VALUE, at, "can't be read")
        name = at if len(a) == 1 else f"plot {place} of {at or 'the figure'}"
        found = compare_axes(rule, one.parts, other.parts, name)
        if found.verdict is not Verdict.RIGHT:
            return found
    return RIGHT


def compare_axes(rule: Rule, expected: dict[str, Any], seen: dict[str, Any], at: str) -> Finding:
    """One plot, part by part: what is drawn, then the words and scales beside it."""
    for part, one in expected["drawn"].items():
        if part not in seen["drawn"]:
            return wrong(Verdict.NO_VALUE, at, "can't be read")
        found = _PARTS[part](rule, one, seen["drawn"][part], at)
        if found.verdict is not Verdict.RIGHT:
            return found
    return RIGHT


def _count(count: int, thing: str) -> str:
    return f"{count or 'no'} {thing}{'' if count == 1 else 's'}"


def _lines(rule: Rule, expected: Any, seen: Any, at: str) -> Finding:
    """Lines in any order."""
    if not isinstance(seen, list) or len(seen) != len(expected):
        drawn = len(seen) if isinstance(seen, list) else 0
        return wrong(Verdict.WRONG_SHAPE, at, f"draws {_count(drawn, 'line')}; expected {len(expected)}")
    left = list(seen)
    for line in expected:
        found = next(
            (i for i, mine in enumerate(left) if rule.compare(line, mine, "").verdict is Verdict.RIGHT), None
        )
        if found is None:
            which = "the line is" if len(expected) == 1 else f"one of its {len(expected)} lines is"
            return wrong(Verdict.WRONG_VALUES, at, f"is drawn, but {which} not where it was expected")
        del left[found]
    return RIGHT


def _marks(thing: str, width: int) -> Callable[[Rule, Any, Any, str], Finding]:
    """How points or bars are compared: all of a plot together, in any order."""

    def compare(rule: Rule, expected: Any, seen: Any, at: str) -> Finding:
        a, b = _table(expected, width), _table(seen, width)
        if b is None or a is None or len(a) != len(b):
            drawn = _count(0 if b is None else len(b), thing)
            wanted = 0 if a is None else len(a)
            return wrong(Verdict.WRONG_SHAPE, at, f"draws {drawn}; expected {wanted}")
        off = len(a) - len(matched(rule, list(a.T), list(b.T)))
        says = f"draws {off} of its {len(a)} {thing}s in other places than what was expected"
        return wrong(Verdict.WRONG_VALUES, at, says) if off else RIGHT

    return compare


def _table(marks: Any, width: int) -> np.ndarray | None:
    """Marks as the rows of one table."""
    if not isinstance(marks, list) or not all(
        isinstance(m, np.ndarray) and m.dtype.kind in "biuf" for m in marks
    ):
        return None
    if any(m.size % width for m in marks):
        return None
    return np.concatenate([np.zeros((0, width)), *(m.reshape(-1, width).astype(float) for m in marks)])


def _pictures(rule: Rule, expected: Any, seen: Any, at: str) -> Finding:
    shows = len(seen) if isinstance(seen, list) else 0
    if shows != len(expected):
        return wrong(Verdict.WRONG_SHAPE, at, f"shows {_count(shows, 'picture')}; expected {len(expected)}")
    return rule.compare(expected, seen, f"the picture of {at}" if at else "the picture")


def _words(name: str) -> Callable[[Rule, Any, Any, str], Finding]:
    """How a text beside a plot is compared: where the reference has none, none is asked for."""

    def compare(rule: Rule, expected: Any, seen: Any, at: str) -> Finding:
        if not expected or seen == expected:
            return RIGHT
        if not seen:
            return wrong(Verdict.NO_VALUE, at, f"has no {name}")
        return wrong(Verdict.WRONG_VALUES, at, f"has another {name} than what was asked for")

    return compare


def _of_each_axis(name: str) -> Callable[[Rule, Any, Any, str], Finding]:
    compare_words = {axis: _words(f"{name} on its {axis} axis") for axis in ("x", "y")}

    def compare(rule: Rule, expected: Any, seen: Any, at: str) -> Finding:
        for axis, compare_axis in compare_words.items():
            mine = seen.get(axis) if isinstance(seen, dict) else None
            found = compare_axis(rule, expected[axis], mine, at)
            if found.verdict is not Verdict.RIGHT:
                return found
        return RIGHT

    return compare


def _limits(rule: Rule, expected: Any, seen: Any, at: str) -> Finding:
    for axis in ("x", "y"):
        mine = seen.get(axis) if isinstance(seen, dict) else None
        if rule.compare(expected[axis], mine, "").verdict is not Verdict.RIGHT:
            return wrong(
                Verdict.WRONG_VALUES, at, f"has other limits on its {axis} axis than what was asked for"
            )
    return RIGHT


def _legend(rule: Rule, expected: Any, seen: Any, at: str) -> Finding:
    if expected is None:
        return RIGHT
    if not isinstance(seen, list):
        return wrong(Verdict.NO_VALUE, at, "has no legend")
    right = sorted(map(str, expected)) == sorted(map(str, seen))
    return (
        RIGHT
        if right
        else wrong(Verdict.WRONG_VALUES, at, "has other texts in its legend than what was asked for")
    )


_PARTS: dict[str, Callable[[Rule, Any, Any, str], Finding]] = {
    "lines": _lines,
    "points": _marks("point", 2),
    "bars": _marks("bar", 4),
    "pictures": _pictures,
    "title": _words("title"),
    "labels": _of_each_axis("label"),
    "scales": _of_each_axis("scale"),
    "limits": _limits,
    "legend": _legend,
}
