"""Helpers of the notebook: gradients from differences alone, a measure of disagreement, and the digits."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np


def eval_numerical_gradient_array(f: Callable[[np.ndarray], np.ndarray], x: np.ndarray, df: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Gradient of sum(df * f(x)) with respect to x, by central differences.

    f: takes x and returns an array. x: a float array of any shape, moved in place entry by entry and put back bit for bit.
    df: the upstream gradient, of the shape of f(x). h: the step to either side.
    Returns an array of x's shape.
    """
    gradient = np.empty(x.shape)
    for i, left, right in _both_sides(f, x, h):
        gradient[i] = np.sum((right - left) * df) / (2 * h)  # entry by entry first: a difference of two sums would lose digits
    return gradient


def eval_numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Gradient of a function that returns one number, by central differences.

    f: takes x and returns a number. x: a float array of any shape, moved in place entry by entry and put back bit for bit.
    h: the step to either side. Returns an array of x's shape.
    """
    gradient = np.empty(x.shape)
    for i, left, right in _both_sides(f, x, h):
        gradient[i] = (right - left) / (2 * h)
    return gradient


def _both_sides(f: Callable[[np.ndarray], Any], x: np.ndarray, h: float) -> Iterator[tuple[tuple[int, ...], np.ndarray, np.ndarray]]:
    """For each entry of x: its index, and f with the entry moved by h to the left and to the right. The entry is put back."""
    if not np.issubdtype(x.dtype, np.floating):
        raise TypeError(f"x holds {x.dtype}, which can't be moved by {h}: use x.astype(float)")
    for i in np.ndindex(x.shape):
        there = x[i]
        x[i] = there - h
        left = np.array(f(x))  # a copy: f may return a view of x
        x[i] = there + h
        right = np.array(f(x))
        x[i] = there
        yield i, left, right


def rel_error(x: np.ndarray, y: np.ndarray) -> float:
    """Largest relative disagreement of two arrays of one shape: max of |x - y| / max(1e-8, |x| + |y|)."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.shape != y.shape:
        raise ValueError(f"shapes {x.shape} and {y.shape} can't be compared entry by entry")
    return float(np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)), initial=0.0))


def load_digits(path: str | Path = "digits.npz", train_share: float = 0.7, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Read the handwritten digits, shuffle them, and split them into a part to train on and a part to test on.

    Returns X_train (1257, 64), y_train (1257,), X_test (540, 64), y_test (540,): pixels from 0 (paper) to 1 (ink), row by row of
    the 8 x 8 picture, and the digits 0 to 9 as integers. The same seed gives the same split.
    """
    with np.load(path) as file:
        X, y = file["X"] / 16.0, file["y"].astype(int)
    order = np.random.default_rng(seed).permutation(len(X))
    train, test = np.split(order, [int(train_share * len(X))])
    return X[train], y[train], X[test], y[test]
