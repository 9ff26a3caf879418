"""What student code keeps between calls, and how it is put back: containers and arrays that are written to in
place, generators that move on.

Found from the notebook's names, through functions (defaults, closures, attributes), classes and their
instances. Bounded: what lies deeper or is larger than a notebook's own bookkeeping stays as it is, and of
arrays the small ones are kept first, since copies of a training's whole history would leave no memory.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from types import CellType, FunctionType
from typing import Any

import numpy as np

from autograder.observers.whole import kept_copy, write_over

MAX_THINGS = 20_000
MAX_ARRAY_BYTES = 1 << 20
MAX_BYTES = 64 << 20
"""So much is copied at most."""
_PLAIN = (int, float, complex, str, bytes, bool, type(None))


class Leftovers:
    """The mutable things that can be reached from some names, as they are now."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._undo: list[Callable[[], object]] = []
        self._seen: set[int] = set()
        self._kept: list[Any] = []
        """Everything visited, so that no id is given away while the walk goes on."""
        self._arrays: list[np.ndarray] = []
        self._left = MAX_BYTES
        waiting = list(names.values())
        while waiting and len(self._seen) < MAX_THINGS:
            thing = waiting.pop()
            if type(thing) not in _PLAIN and id(thing) not in self._seen:
                self._seen.add(id(thing))
                self._kept.append(thing)
                waiting.extend(self._visit(thing))
        self._copy_arrays()

    def _copy_arrays(self) -> None:
        """Note how to put arrays back, the small ones first, as far as there is memory for it."""
        for array in sorted(self._arrays, key=lambda array: array.nbytes):
            self._left -= array.nbytes
            if self._left < 0:
                return
            try:
                self._undo.append(partial(np.copyto, array, array.copy()))
            except MemoryError:
                return

    def put_back(self) -> None:
        """Undo what was done in place since then."""
        for undo in self._undo:
            try:
                undo()
            except Exception:  # made read-only, exported, replaced by something odd: it stays as it is
                continue

    def _visit(self, thing: Any) -> Iterable[Any]:
        """Note how to put one thing back; what it leads to."""
        kind = type(thing)
        if kind is np.ndarray:
            if thing.nbytes <= MAX_ARRAY_BYTES and not thing.dtype.hasobject and thing.flags.writeable:
                self._arrays.append(thing)
            return []
        if kind in _KINDS:
            undo, inside = _KINDS[kind](thing)
            if undo is not None:
                self._undo.append(undo)
            return inside
        if (copied := kept_copy(thing, min(MAX_ARRAY_BYTES, self._left))) is not None:
            self._left -= int(np.sum(copied.memory_usage(index=True)))
            self._undo.append(lambda: write_over(thing, copied.copy(deep=True)))
            return []
        if kind is type and thing.__module__ == "__main__":
            undo, inside = _class(thing)
            self._undo.append(undo)
            return inside
        if type(kind) is type and kind.__module__ == "__main__":  # an instance of the notebook's own class
            own = object.__getattribute__(thing, "__dict__") if kind.__dictoffset__ else None
            return [own] if type(own) is dict else []
        return []


Visited = tuple[Callable[[], None] | None, Iterable[Any]]


def _list(thing: list[Any]) -> Visited:
    kept = thing.copy()
    return lambda: thing.__setitem__(slice(None), kept), kept


def _dict(thing: dict[Any, Any]) -> Visited:
    kept = thing.copy()

    def undo() -> None:
        thing.clear()
        thing.update(kept)

    return undo, kept.values()


def _set(thing: set[Any]) -> Visited:
    kept = thing.copy()

    def undo() -> None:
        thing.clear()
        thing.update(kept)

    return undo, ()


def _function(thing: FunctionType) -> Visited:
    defaults = thing.__defaults__, thing.__kwdefaults__

    def undo() -> None:
        thing.__defaults__, thing.__kwdefaults__ = defaults

    if thing.__module__ != "__main__":
        return None, ()
    return undo, [*(defaults[0] or ()), defaults[1], thing.__dict__, *(thing.__closure__ or ())]


def _class(thing: type) -> tuple[Callable[[], None], Iterable[Any]]:
    kept = {
        name: value
        for name, value in vars(thing).items()
        if name not in ("__dict__", "__weakref__", "__doc__")
    }

    def undo() -> None:
        for name in vars(thing).keys() - kept.keys() - {"__dict__", "__weakref__", "__doc__"}:
            type.__delattr__(thing, name)
        for name, value in kept.items():
            if vars(thing).get(name) is not value:
                type.__setattr__(thing, name, value)

    return undo, kept.values()


def _cell(thing: CellType) -> Visited:
    try:
        kept = thing.cell_contents
    except ValueError:  # empty still
        return None, ()

    def undo() -> None:
        thing.cell_contents = kept

    return undo, [kept]


def _generator(thing: np.random.Generator) -> Visited:
    kept = thing.bit_generator.state
    return lambda: setattr(thing.bit_generator, "state", kept), ()


def _old_generator(thing: np.random.RandomState) -> Visited:
    kept = thing.get_state()
    return lambda: thing.set_state(kept), ()


def _python_generator(thing: random.Random) -> Visited:
    kept = thing.getstate()
    return lambda: thing.setstate(kept), ()


_KINDS: dict[type, Callable[[Any], Visited]] = {
    list: _list,
    dict: _dict,
    set: _set,
    tuple: lambda thing: (None, thing),
    FunctionType: _function,
    CellType: _cell,
    staticmethod: lambda thing: (None, [thing.__func__]),
    classmethod: lambda thing: (None, [thing.__func__]),
    property: lambda thing: (None, [thing.fget, thing.fset]),
    np.random.Generator: _generator,
    np.random.RandomState: _old_generator,
    random.Random: _python_generator,
}
