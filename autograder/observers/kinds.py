"""The kinds of objects that can be observed, and what is taken down of each."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import msgspec
import numpy as np


class Observed(msgspec.Struct, frozen=True):
    """An object that is no plain value, as it was observed: its kind, and its parts as plain values."""

    kind: str
    parts: dict[str, Any]

    def __hash__(self) -> int:
        """For dates and exact numbers as members of sets; raises TypeError for what has larger parts."""
        return hash((self.kind, tuple(self.parts.values())))


@dataclass(frozen=True)
class Kind:
    """What is said of a kind of object, and the types that its parts have when they arrive; () for any."""

    words: str
    parts: dict[str, tuple[type, ...]]


_COLUMN = (np.ndarray, list, Observed)
_LABEL = (str, int, float, bool, tuple, type(None), Observed)
_DATES: dict[str, tuple[type, ...]] = {"days": (np.ndarray,), "within": (np.ndarray,), "zone": (bool,)}
_DATE: dict[str, tuple[type, ...]] = {"day": (int,), "within": (int,), "zone": (bool,)}

KINDS: dict[str, Kind] = {
    "frame": Kind(
        "a DataFrame",
        {
            "columns": (list,),
            "values": (list,),
            "dtypes": (list,),
            "index": (*_COLUMN, type(None)),
            "levels": (list,),
            "asked": (list,),
        },
    ),
    "series": Kind(
        "a Series",
        {
            "name": _LABEL,
            "values": _COLUMN,
            "dtype": (str,),
            "index": (*_COLUMN, type(None)),
            "levels": (list,),
            "asked": (list,),
        },
    ),
    "index": Kind("an Index", {"values": _COLUMN, "levels": (list,)}),
    "objects": Kind("an array of objects", {"items": (list,)}),
    "collection": Kind("a collection", {"items": (list,)}),
    "sparse": Kind(
        "a sparse matrix",
        {
            "shape": (tuple,),
            "rows": (np.ndarray,),
            "columns": (np.ndarray,),
            "entries": (np.ndarray,),
            "format": (str,),
            "asked": (list,),
        },
    ),
    "date": Kind("a date", _DATE),
    "duration": Kind("a time span", _DATE),
    "dates": Kind("an array of dates", _DATES),
    "durations": Kind("an array of time spans", _DATES),
    "decimal": Kind("a Decimal", {"text": (str,)}),
    "fraction": Kind("a Fraction", {"numerator": (int,), "denominator": (int,)}),
    "figure": Kind("a figure", {"axes": (list,)}),
    "axes": Kind("axes of a figure", {"drawn": (dict,)}),
    "fitted": Kind("a fitted model", {"returned": ()}),
    "unfitted": Kind("a model that is not fitted", {}),
}


def well_formed(kind: Any, parts: Any) -> bool:
    """Whether something that arrived is what an observer takes down."""
    known = KINDS.get(kind) if type(kind) is str else None
    return (
        known is not None
        and type(parts) is dict
        and parts.keys() == known.parts.keys()
        and all(not types or type(parts[name]) in types for name, types in known.parts.items())
    )


def library(name: str) -> ModuleType | None:
    """A library that has been imported here; without it there is no object of its."""
    found = sys.modules.get(name)
    return found if isinstance(found, ModuleType) else None


def bases_of(thing: Any) -> tuple[type, ...]:
    """The classes that an object has by Python itself, whatever it says of itself."""
    bases: tuple[type, ...] = type.__dict__["__mro__"].__get__(type(thing))
    return bases


def as_base(thing: Any, base: type) -> Any:
    """An object of a library's class with the same content, where a class that was made from it may have put
    its own methods over the library's.
    """
    if type(thing) is base:
        return thing
    owner = next(c for c in base.__mro__ if "__dict__" in vars(c))
    plain: Any = object.__new__(base)
    vars(plain).update(vars(owner)["__dict__"].__get__(thing))
    return plain
