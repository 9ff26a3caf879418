"""Visible checks for the notebook: silent when right; otherwise one sentence with what was seen, what was expected and the usual cause."""
import numpy as np

__all__ = ["close", "shape", "that"]


def _fail(sentence):
    __tracebackhide__ = True
    raise AssertionError(sentence) from None


def _says(hint):
    return f" ({hint})" if hint else ""


def _array(name, value):
    if value is None:
        _fail(f"{name} is None: does the function return its result?")
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        _fail(f"{name} is not an array of numbers but {type(value).__name__}.")


def that(condition, sentence):
    """Fail with the sentence unless the condition holds."""
    if not condition:
        _fail(sentence)


def shape(name, value, expected, hint=""):
    """Fail unless value is an array of the expected shape."""
    seen = _array(name, value).shape
    if seen != tuple(expected):
        _fail(f"{name} has shape {seen}; expected {tuple(expected)}{_says(hint)}.")


def close(name, value, expected, hint="", tolerance=1e-6):
    """Fail unless value equals expected within a relative (below 1: absolute) tolerance, in shape and entry by entry."""
    seen, wanted = _array(name, value), np.asarray(expected, dtype=float)
    if seen.shape != wanted.shape:
        _fail(f"{name} has shape {seen.shape}; expected {wanted.shape}{_says(hint)}.")
    if not np.isfinite(seen).all():
        _fail(f"{name} has entries that are not finite numbers, such as {seen[~np.isfinite(seen)].flat[0]}{_says(hint)}.")
    off = np.abs(seen - wanted) > tolerance * np.maximum(1.0, np.abs(wanted))
    if off.any():
        at = tuple(int(i) for i in np.argwhere(off)[0])
        where = f"{name}[{', '.join(map(str, at))}]" if at else name
        _fail(f"{where} is {seen[at]:.8g}; expected {wanted[at]:.8g}{_says(hint)}.")
