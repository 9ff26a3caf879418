"""How drawn inputs stand, part by part: what is compared before and after a probe's call.

Arrays, numbers and texts in mappings, sequences, named tuples and dataclasses are parts of what was drawn.
Any other object, such as a toy that is trained, is none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

Standing = dict[str, object]
"""By part, all that tells it from a changed one."""


def parts(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The parts of what was drawn, each with its name: x, params.W1, pair[0]."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from parts(item, f"{name}.{key}".lstrip("."))
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        yield from parts(dict(zip(value._fields, value, strict=True)), name)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
        yield from parts(fields, name)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from parts(item, f"{name}[{index}]")
    elif isinstance(value, np.ndarray | np.generic | int | float | complex | str | None):
        yield name, value


def standing(drawn: Any) -> Standing:
    """How the parts of what was drawn stand now, bit for bit."""
    return {name: _mark(value) for name, value in parts(drawn)}


def changed(before: Standing, drawn: Any) -> list[str]:
    """The parts that are not as they were, or are gone. What was added is not among them."""
    now = standing(drawn)
    return [name for name, mark in before.items() if name not in now or now[name] != mark]


def _mark(value: Any) -> object:
    if isinstance(value, np.ndarray):
        data = value.tobytes() if value.dtype.kind != "O" else repr(value.tolist())
        return value.dtype.str, value.shape, data
    return type(value).__name__, repr(value)
