"""Input makers that the probes of several assignments share.

They run where student code runs, so nothing here answers a question: a maker draws arrays and never computes
with them what a student is asked to compute. Every draw comes from the generator that is passed in.
"""

from __future__ import annotations

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


def scribble(*results: object) -> None:
    """Write over arrays that a submission returned: an input that shares memory with one of them is seen
    to change.
    """
    for result in results:
        if isinstance(result, np.ndarray) and result.flags.writeable:
            result[...] = -7
