"""How drawn inputs stand, part by part: what is compared before and after a probe's call.

Arrays, numbers and texts in mappings, sequences, named tuples and dataclasses are parts of what was drawn.
Any other object, such as a toy that is trained, is none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

Standing = dict[Any, Any] | list[Any] | tuple[Any, ...] | None
"""What was drawn, with all that tells a part from a changed one in its place: mappings, named tuples and
dataclasses as dictionaries, sequences as lists, and None for what is no part.
"""


_SINGLE = np.generic | int | float | complex | str | None


def parts(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The parts of what was drawn, each with its name: x, params.W1, pair[0]."""
    items = _items(value)
    if isinstance(items, dict):
        for key, item in items.items():
            yield from parts(item, f"{name}.{key}".lstrip("."))
    elif items is not None:
        for index, item in enumerate(items):
            yield from parts(item, f"{name}[{index}]")
    elif isinstance(value, np.ndarray | _SINGLE):
        yield name, value


def names(value: Any, name: str = "") -> Iterator[str]:
    """The names of all that may be found changed: those of the parts, and of the lists, which may grow."""
    yield from (part for part, _ in parts(value, name))
    yield from _lists(value, name)


def _lists(value: Any, name: str) -> Iterator[str]:
    items = _items(value)
    if isinstance(value, list):
        yield name
    if isinstance(items, dict):
        for key, item in items.items():
            yield from _lists(item, f"{name}.{key}".lstrip("."))
    elif items is not None:
        for index, item in enumerate(items):
            yield from _lists(item, f"{name}[{index}]")


def _items(value: Any) -> dict[Any, Any] | list[Any] | None:
    """What a value is made of, by key or in order; None where it is not made of parts."""
    if isinstance(value, Mapping):
        return dict(value.items())
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    return list(value) if isinstance(value, list | tuple) else None


def standing(value: Any) -> Standing:
    """How what was drawn stands now, bit for bit."""
    kind = type(value)
    if kind is dict:
        return {key: standing(item) for key, item in value.items()}
    if kind is np.ndarray:
        data = value.tobytes() if value.dtype.kind != "O" else repr(value.tolist())
        return value.dtype.str, value.shape, data
    if kind is list or kind is tuple:
        return [standing(item) for item in value]
    return _of_another_kind(value)


def _of_another_kind(value: Any) -> Standing:
    items = _items(value)
    if items is not None:
        return standing(items)
    if isinstance(value, np.ndarray):
        return standing(np.asarray(value))
    return (type(value).__name__, repr(value)) if isinstance(value, _SINGLE) else None


def changed(before: Standing, drawn: Any) -> list[str]:
    """The parts that are not as they were, or are gone, and the lists that have grown. What was added to a
    dictionary is not among them.
    """
    now = standing(drawn)
    if before == now or _stands(before, now):
        return []
    marks = dict(_marks(now))
    differ = [name for name, mark in _marks(before) if name not in marks or marks[name] != mark]
    return [*differ, *_grown(before, now)]


def _grown(before: Standing, now: Standing, name: str = "") -> Iterator[str]:
    """The sequences that have more entries than before."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key, item in before.items():
            yield from _grown(item, now.get(key), f"{name}.{key}".lstrip("."))
    elif isinstance(before, list) and isinstance(now, list):
        if len(now) > len(before):
            yield name
        for index, (item, new) in enumerate(zip(before, now, strict=False)):
            yield from _grown(item, new, f"{name}[{index}]")


def _stands(before: Standing, now: Standing) -> bool:
    """Whether all is as it was, but for what was added to dictionaries; names are not made for that."""
    if isinstance(before, dict) and isinstance(now, dict):
        return all(key in now and _stands(item, now[key]) for key, item in before.items())
    if isinstance(before, list) and isinstance(now, list):
        return len(before) == len(now) and all(map(_stands, before, now))
    return before == now


def _marks(standing: Standing, name: str = "") -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each part with its name, and what tells it from a changed one."""
    if isinstance(standing, dict):
        for key, item in standing.items():
            yield from _marks(item, f"{name}.{key}".lstrip("."))
    elif isinstance(standing, list):
        for index, item in enumerate(standing):
            yield from _marks(item, f"{name}[{index}]")
    elif standing is not None:
        yield name, standing
