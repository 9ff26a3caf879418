"""Layers to try check_layer on. Some are right, the others wrong, each in a way of its own. No layer of this chapter is among them."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np

Suspect = tuple[Callable, Callable]
"""forward(x) returns the output and the cache, backward(dout, cache) returns dx. They work entry by entry."""


def curved(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A curve without a kink, and x as the cache."""
    return x + x**3 / 5, x


def slope(x: np.ndarray) -> np.ndarray:
    """The slope of that curve at each entry."""
    return 1 + 0.6 * x**2


def curved_rows(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The curve of examples with two axes, (N, D), and of nothing else."""
    rows, columns = x.shape
    return curved(x.reshape(rows, columns))


def wavy(wrong_by: float = 1.0) -> Suspect:
    """A curve whose slope comes and goes quickly, for which a central difference is right to fewer digits."""
    return lambda x: (x + 0.6 * np.sin(6 * x) / 6, x), lambda dout, x: wrong_by * (1 + 0.6 * np.cos(6 * x)) * dout


def scaled(by: float, wrong_by: float = 1.0) -> Suspect:
    """The curve and its gradient times a number; wrong_by is a factor of the gradient alone."""
    return lambda x: (by * curved(x)[0], x), lambda dout, x: wrong_by * by * slope(x) * dout


def packed(suspect: Suspect) -> Suspect:
    """The same layer with a cache that is no array: what a cache is, its layer alone knows."""
    forward, backward = suspect

    def packing(x: np.ndarray) -> tuple[np.ndarray, dict]:
        out, cache = forward(x)
        return out, {"kept": cache}

    return packing, lambda dout, cache: backward(dout, cache["kept"])


def curved_with(backward: Callable) -> Suspect:
    """The curve with another backward function."""
    return curved, backward


RIGHT: dict[str, Suspect] = {
    "a right layer": scaled(1.0),
    "a right layer that falls where x grows": scaled(-1.0),
    "a right layer with very large outputs": scaled(1e6),
    "a right layer with very small outputs": scaled(1e-5),
    "a right layer that takes x of shape (N, D) and no other": (curved_rows, lambda dout, x: slope(x) * dout),
    "a right layer whose slope changes quickly": wavy(),
    "a right layer with a kink at 0": (
        lambda x: (np.where(x < 0, 2.5, 1.0) * x, x),
        lambda dout, x: np.where(x < 0, 2.5, 1.0) * dout,
    ),
}
"""By what they are, after "check_layer refuses"."""

WRONG: dict[str, Suspect] = {
    "whose gradient has the wrong sign": scaled(1.0, -1.0),
    "whose gradient is 0.3 % too large": scaled(1.0, 1.003),
    "whose slope changes quickly and whose gradient is 0.3 % too large": wavy(1.003),
    "whose gradient is wrong where x is negative": curved_with(lambda dout, x: np.where(x < 0, 1, slope(x)) * dout),
    "whose gradient is wrong where x is positive": curved_with(lambda dout, x: np.where(x > 0, 1, slope(x)) * dout),
    "that does not use dout": curved_with(lambda dout, x: slope(x)),
    "whose gradient is divided by the number of examples": curved_with(lambda dout, x: slope(x) * dout / len(x)),
    "that gives each example the gradient of another": curved_with(lambda dout, x: (slope(x) * dout)[::-1]),
    "that uses the dout of another example": curved_with(lambda dout, x: slope(x) * np.roll(dout, 1, axis=0)),
    "whose gradient has an axis more than x": curved_with(lambda dout, x: (slope(x) * dout)[None]),
    "whose gradient is not a number where x is negative": curved_with(lambda dout, x: np.where(x < 0, np.nan, slope(x)) * dout),
    "with very small outputs whose gradient is twice too large": scaled(1e-5, 2.0),
}
"""By what is wrong with them, after "a layer"."""


def complaint(check_layer: Callable, suspect: Suspect) -> str:
    """What check_layer raises on a suspect, such as "AssertionError"; empty where it lets it pass."""
    try:
        check_layer(*packed(suspect))
    except NotImplementedError:  # there is no answer yet
        raise
    except Exception as error:
        return type(error).__name__
    return ""


def refused(check_layer: Callable) -> list[str]:
    """What check_layer says of right layers, a sentence for each that it refuses."""
    found = {what: complaint(check_layer, suspect) for what, suspect in RIGHT.items()}
    return [f"It raises {error} on {what}." for what, error in found.items() if error]


def survivors(check_layer: Callable) -> list[str]:
    """The wrong layers that check_layer lets pass, by what is wrong with them."""
    return [what for what, suspect in WRONG.items() if not complaint(check_layer, suspect)]
