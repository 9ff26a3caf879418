"""What a process does while nobody waits for it: it goes once through what each submission goes through,
with a cell and a probe of our own that compute nothing of what is asked for.

What a fork is the first to write to is copied for it, page by page, and to count a reference is to write.
Most of that is the same for all notebooks, and happens here before the notebook comes.
"""

from __future__ import annotations

import gc
import linecache
import marshal
import random
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from autograder.inside.as_it_is.cell_by_cell import CellByCell
from autograder.inside.cells import Snapshot, observe, run_cells
from autograder.inside.forks.library import Library
from autograder.inside.protocol import (
    CellKind,
    CellSource,
    FrameReader,
    Observe,
    ProbeDone,
    Run,
    ToProcess,
    frame,
)
from autograder.inside.running import cell_name

_NAME = "rehearsal"
_CELL = '''
import numpy as np


class Box:
    """Numbers in a dictionary."""

    def __init__(self, n=3, scale=2.0):
        self.held = {"a": np.random.randn(n, n) * np.sqrt(scale / 7), "b": np.zeros(n)}

    def shift(self, by=0.1):
        for key in self.held:
            self.held[key] -= by * np.ones_like(self.held[key])
        return self


def walk(x, w, start=0.0, *more, **options):
    """Some arithmetic, and a loop over the entries."""
    z = np.abs(np.exp(x.max(axis=1, keepdims=True)) - (x @ w + start).min()) / 3
    out = np.zeros_like(z)
    for i in range(out.shape[0]):
        for j in range(len(out[0])):
            out[i, j] = min(5, np.sum(x[i] * w[:, j]))
    signs = (out < 1).astype(float).reshape(1, -1).T
    held = {"z": z, "signs": signs, "n": len(x), **options}
    return [out, held], np.mean(np.log(1 + z[np.arange(len(z)), np.argmax(z, axis=1)] ** 2))


pair, number = walk(np.ones((3, 4)), np.ones((4, 2)), note="text")
order = np.random.permutation(5)
padded = np.pad(np.ones((1, 1, 3, 3)), ((0, 0), (0, 0), (2, 2), (2, 2)))
Box().shift()
'''
_PROBE = '''
from typing import NamedTuple

import numpy as np

from autograder.probe import probe


class Drawn(NamedTuple):
    """Arbitrary arrays, (3, 4) and (4, 2)."""

    x: np.ndarray
    w: np.ndarray


def drawn(rng):
    """Arbitrary arrays."""
    return Drawn(rng.normal(size=(3, 4)), rng.normal(size=(4, 2)))


@probe("rehearsal", points=1.0, draw=drawn)
def rehearsal(ns, drawn):
    """Nothing is asked for."""
    (out, held), number = ns.walk(drawn.x, drawn.w)
    return {"out": out, "held": held, "number": number, "few": [1.0, 2], "pair": ("text", True, None)}
'''
_PROGRAM = marshal.dumps([(_NAME, compile(_PROBE, f"{_NAME}.py", "exec", dont_inherit=True))])


def rehearse(shell: Any, library: Library, given: Sequence[CellSource]) -> None:
    """Go through it, and leave nothing behind; given: cells whose texts are like those that will come."""
    with suppress(Exception), _as_it_was(library):  # memory may be short: then all is as without it
        go_through(shell, library)
        for cell in given:
            with suppress(SyntaxError):  # a magic
                compile(cell.text, _NAME, "exec", dont_inherit=True)
    gc.collect()  # what points to itself in a circle would be there for cells that look through all objects


def go_through(shell: Any, library: Library) -> ProbeDone:
    """Run the cell, then the probe, each asked for as the grader asks; how the probe ended."""
    notebook = CellByCell(shell)
    for done in run_cells(notebook, _heard(Run([CellSource(_CELL, 0, CellKind.OWN)]))):
        frame(done)
    request = _heard(Observe([(_NAME, 1 << 60)], program=_PROGRAM))
    library.load(request.program)
    ended = observe(library.probes[_NAME], request.probes[0][1], Snapshot(notebook), notebook)
    frame(ended)
    return ended


def _heard(message: Any) -> Any:
    """A message as it comes out of the channel."""
    reader = FrameReader(ToProcess)
    reader.feed(frame(message))
    return reader.next()


@contextmanager
def _as_it_was(library: Library) -> Iterator[None]:
    """Put back what running cells and probes changes of this process."""
    main, drawing, numpy_drawing = sys.modules["__main__"], random.getstate(), np.random.get_state()
    try:
        with warnings.catch_warnings():
            yield
    finally:
        library.forget(_NAME)
        linecache.cache.pop(cell_name(0), None)
        sys.modules["__main__"] = main
        random.setstate(drawing)
        np.random.set_state(numpy_drawing)
