"""Input makers that the probes of several assignments share.

They run where student code runs, so nothing here answers a question: a maker draws arrays and never computes
with them what a student is asked to compute. Every draw comes from the generator that is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


def scores(rng: np.random.Generator, n: int, classes: int, scale: float = 1.0) -> np.ndarray:
    """Normal scores of mean 0 and the given spread, (n, classes)."""
    return rng.normal(scale=scale, size=(n, classes))


def far_rows(rng: np.random.Generator, n: int, classes: int, distance: float = 1000.0) -> np.ndarray:
    """Scores whose rows lie far apart, (n, classes): a shift that suits one row underflows or overflows
    another.
    """
    offsets = distance * (np.arange(n) - n // 2)
    return rng.normal(size=(n, classes)) + rng.permutation(offsets)[:, None]


def far_scores(
    rng: np.random.Generator, n: int, classes: int = 60, lead: float = 727.0
) -> tuple[np.ndarray, np.ndarray]:
    """Scores, (n, classes), and a label for each row, (n,). Rows lie far apart, and in every other one its
    label leads by so much that the ratio of two exponentials overflows, while its inverse is above zero yet.
    """
    x, y = far_rows(rng, n, classes, 3000.0), labels(rng, n, classes)
    x[np.arange(0, n, 2), y[::2]] += lead
    return x, y


def labels(rng: np.random.Generator, n: int, classes: int) -> np.ndarray:
    """Integer labels, (n,), in which every class occurs where n allows."""
    return rng.permutation(np.arange(n) % classes)


def one_hot(y: np.ndarray, classes: int) -> np.ndarray:
    """Rows with a single 1.0 at the label, (n, classes)."""
    return np.eye(classes)[y]


def labelled(rng: np.random.Generator, n: int, features: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Distinct rows that carry their own number in column 0, (n, features), with one-hot labels, (n,
    classes).
    """
    x = rng.normal(size=(n, features))
    x[:, 0] = np.arange(n)
    return x, one_hot(labels(rng, n, classes), classes)


def away_from_zero(rng: np.random.Generator, shape: tuple[int, ...], gap: float = 0.05) -> np.ndarray:
    """Normal entries of both signs, none within gap of zero, so that a kink at zero is never met."""
    x = rng.normal(size=shape)
    return x + gap * np.where(x < 0, -1.0, 1.0)


def probabilities(rng: np.random.Generator, n: int, classes: int, floor: float = 0.02) -> np.ndarray:
    """Rows that are positive and sum to 1, no entry far below floor, (n, classes)."""
    p = rng.uniform(floor, 1.0, size=(n, classes))
    return p / p.sum(axis=1, keepdims=True)


def kinds(rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Arrays of one shape, by the kind of their entries: of every size and sign, zero, equal, whole numbers,
    and a view of a larger array.
    """
    x = away_from_zero(rng, shape, gap=0.3)
    shuffled = rng.permutation(x.size).reshape(shape)
    return {
        "tiny": 1e-5 * x,
        "large": 1e4 * x,
        "negative": -0.1 - np.abs(x),
        "positive": 0.1 + np.abs(x),
        "zeros": np.zeros(shape),
        "some zeros": x * (shuffled % 2),
        "equal": np.full(shape, rng.uniform(0.5, 2)),
        "whole": rng.integers(-3, 4, size=shape),
        "view": np.stack([rng.normal(size=shape), x], axis=-1)[..., 0],
    }


def kinds_and_sizes(rng: np.random.Generator, shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """The same with a square array, a single column and a single row beside them."""
    sizes = {"square": (3, 3), "one column": (4, 1), "one row": (1, 4)}
    return kinds(rng, shape) | {name: away_from_zero(rng, size) for name, size in sizes.items()}


def without_zeros(kinds: dict[str, np.ndarray], gap: float = 1e-6) -> dict[str, np.ndarray]:
    """Those of the kinds that have no entry within gap of zero."""
    return {name: x for name, x in kinds.items() if np.abs(x).min() > gap}


@contextmanager
def each_its_own() -> Iterator[Callable[[np.ndarray], np.ndarray]]:
    """What gives every call arrays of its own: copies that lie in memory as the arrays do, views among them.

    So a call that writes into an argument spoils no other call's. What it writes stands in the array itself
    once all calls are made, where an input that is not as it was is seen.
    """
    lent: list[tuple[np.ndarray, np.ndarray]] = []

    def own(array: np.ndarray) -> np.ndarray:
        lent.append((array, _laid_out_alike(array)))
        return lent[-1][1]

    try:
        yield own
    finally:
        found = [(array, copy, _written(array, copy)) for array, copy in lent]
        for array, copy, where in found:
            if where is not None:
                np.copyto(array, copy, where=where)
            else:
                array.shape = copy.shape


def _laid_out_alike(array: np.ndarray) -> np.ndarray:
    """A copy; of a view of a larger array, a view of the same part of a copy of that array."""
    base = array.base
    if not isinstance(base, np.ndarray):
        return array.copy(order="K")
    memory = base.ravel(order="K").copy()
    offset = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return np.ndarray(array.shape, array.dtype, memory, offset, array.strides)


def _written(array: np.ndarray, copy: np.ndarray) -> np.ndarray | None:
    """Where a copy is no longer what the array is; None where it was given another shape."""
    if copy.shape != array.shape:
        return None
    return (array != copy) & ~((array != array) & (copy != copy))


def several(value: Any, number: int) -> Any:
    """What a call returned, to be taken apart into so many things; a dictionary, which would come apart into
    its keys, so many times, so that it is told as one.
    """
    return (value,) * number if isinstance(value, dict) else value


def scribble(*results: object) -> None:
    """Write over arrays that a submission returned: an input that shares memory with one of them is seen
    to change.
    """
    for result in results:
        if isinstance(result, np.ndarray) and result.flags.writeable:
            result[...] = -7


def written_over(*results: Any) -> Any:
    """Copies of what calls returned, taken one after another; each array is written over before the next is
    copied.

    So an input that shares memory with a result is seen to change, a result that shares memory with an
    earlier one comes out wrong, and so does a first result that a second call has changed. One result alone
    comes back by itself, several as a list; tuples, lists and dictionaries of arrays as what they are.
    """
    copies = [_written_over(result) for result in results]
    return copies[0] if len(copies) == 1 else copies


def _written_over(result: Any) -> Any:
    if isinstance(result, dict):
        return {key: _written_over(value) for key, value in result.items()}
    if isinstance(result, list | tuple):
        return [_written_over(value) for value in result]
    if not isinstance(result, np.ndarray):
        return result
    copy = np.array(result)
    scribble(result)
    return copy
