"""Observed objects as people read them: what feedback and `chainrule explain` show in place of parts."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np

from autograder.judging.comparing.words import kind_of
from autograder.observers.kinds import Observed
from autograder.text import printable

_MOST = 20
"""Rows, or members, that are shown of an object."""


class Plain:
    """A text that stands for an object where values are shown."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def readable(value: Any) -> Any:
    """A decoded value in which each observed object is a text. What no observer has taken down is named by
    its kind.
    """
    if isinstance(value, Observed):
        try:
            return Plain(_text(value))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return Plain(f"({kind_of(value)} that can't be shown)")
    if isinstance(value, dict):
        return {readable(key): readable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return type(value)(map(readable, value))
    return value


def _text(value: Observed) -> str:
    parts = value.parts
    match value.kind:
        case "frame":
            index = _column(parts["index"]) if "index" in parts["asked"] else []
            columns = [["", *index]] if index else []
            columns += [
                [printable(str(label), 60), *_column(held)]
                for label, held in zip(parts["columns"], parts["values"], strict=True)
            ]
            return _table(columns)
        case "series":
            index = _column(parts["index"]) if "index" in parts["asked"] else []
            return _table([*([index] if index else []), _column(parts["values"])])
        case "date" | "duration":
            return _moment(value.kind, int(parts["day"]), int(parts["within"]))
        case "decimal":
            return f"Decimal('{Decimal(parts['text'][:100])}')"
        case "fraction":
            return f"Fraction({int(parts['numerator'])}, {int(parts['denominator'])})"
        case "sparse":
            held = (parts[name].tolist() for name in ("rows", "columns", "entries"))
            entries = "\n".join(
                f"  {place[:2]} {place[2]!r}" for place in list(zip(*held, strict=True))[:_MOST]
            )
            return f"sparse matrix of shape {parts['shape']}\n{entries}"
        case "unfitted":
            return "a model that is not fitted"
    shown = [repr(readable(part)) for part in parts.values()]
    return f"{kind_of(value)}: {', '.join(shown)}"


def _column(held: Any) -> list[str]:
    """The first entries of a column, each as a text."""
    if isinstance(held, Observed):
        kind = held.kind.removesuffix("s")
        pairs = zip(held.parts["days"].tolist(), held.parts["within"].tolist(), strict=True)
        return [_moment(kind, day, within) for day, within in list(pairs)[:_MOST]]
    entries = held.tolist() if isinstance(held, np.ndarray) else held
    return [
        f"{item:.6g}" if isinstance(item, float) else printable(str(readable(item)), 60)
        for item in entries[:_MOST]
    ]


def _table(columns: list[list[str]]) -> str:
    """Columns side by side."""
    widths = [max(map(len, column), default=0) for column in columns]
    rows = zip(*columns, strict=True)
    lines = ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows]
    return "\n" + "\n".join(lines)


def _moment(kind: str, day: int, within: int) -> str:
    span = datetime.timedelta(days=day, microseconds=within // 1000)
    if kind == "duration":
        return str(span)
    moment = datetime.datetime(1970, 1, 1) + span
    return moment.date().isoformat() if not within else moment.isoformat(sep=" ")
