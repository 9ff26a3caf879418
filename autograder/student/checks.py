"""Visible checks for the notebook: silent when right; otherwise one sentence.

It says what was seen, what was expected and the usual cause.
"""

import contextlib
import io
import linecache
import sys

import numpy as np

__all__ = ["close", "kept", "parts", "run", "shape", "that"]
NEEDS = (3, 10)

if sys.version_info < NEEDS:
    raise ImportError(
        f"This notebook needs Python {NEEDS[0]}.{NEEDS[1]} or newer, and this is Python "
        f"{sys.version_info[0]}.{sys.version_info[1]}: choose another kernel, or install a newer Python."
    )


def run(check):
    """Run a check at once, as `@checks.run`: what it names stays inside, so that no other cell finds it.

    What your functions print meanwhile is shown where the check does not pass, and only there.
    """
    __tracebackhide__ = True
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            _run(check)
    except BaseException:
        print(printed.getvalue(), end="")
        raise


def _run(check):
    __tracebackhide__ = True
    try:
        check()
    except AssertionError:
        raise
    except Exception as error:
        place = error.__traceback__
        while place.tb_next:
            place = place.tb_next
        if place.tb_frame.f_code is not check.__code__:
            raise  # it stopped in the code that is checked, and the traceback says where
        line = linecache.getline(check.__code__.co_filename, place.tb_lineno).strip()
        where = f"`{line}`" if line else "The check"
        _fail(
            f"{where} stopped with {type(error).__name__}: {error}. Does your function return, or "
            "write, what its docstring says?"
        )


def _fail(sentence):
    error = AssertionError(sentence)
    error._render_traceback_ = lambda: [sentence]  # IPython then shows the sentence alone
    raise error from None


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


def parts(name, value, *expected):
    """Fail unless value is a tuple of as many parts as are expected, and return it.

    An array is none: Python takes its rows apart, and what goes wrong then is something else.
    """
    several = isinstance(value, tuple | list)
    if not several or len(value) != len(expected):
        _fail(
            f"{name} returned {_what(value)}; expected {len(expected)} things, in this order: "
            f"{', '.join(expected)}."
        )
    return value


def _what(value):
    if isinstance(value, tuple | list):
        return f"{len(value)} things"
    if isinstance(value, np.ndarray):
        return f"a single array, of shape {value.shape}"
    return f"a single {type(value).__name__}" if value is not None else "None"


def shape(name, value, expected, hint=""):
    """Fail unless value is an array of the expected shape."""
    seen = _array(name, value).shape
    if seen != tuple(expected):
        _fail(f"{name} has shape {seen}; expected {tuple(expected)}{_says(hint)}.")


def close(name, value, expected, hint="", tolerance=1e-6):
    """Fail unless value equals expected in shape and entry by entry.

    The tolerance is relative, and below 1 absolute.
    """
    seen, wanted = _array(name, value), np.asarray(expected, dtype=float)
    if seen.shape != wanted.shape:
        _fail(f"{name} has shape {seen.shape}; expected {wanted.shape}{_says(hint)}.")
    if not np.isfinite(seen).all():
        _fail(
            f"{name} has entries that are not finite numbers, such as "
            f"{seen[~np.isfinite(seen)].flat[0]}{_says(hint)}."
        )
    off = np.abs(seen - wanted) > tolerance * np.maximum(1.0, np.abs(wanted))
    if off.any():
        at = tuple(int(i) for i in np.argwhere(off)[0])
        where = f"{name}[{', '.join(map(str, at))}]" if at else name
        _fail(f"{where} is {seen[at]:.8g}; expected {wanted[at]:.8g}{_says(hint)}.")


def kept(name, value, before, hint="work on a new array, or on a copy"):
    """Fail unless an argument is, bit for bit, what it was before the call."""
    if not np.array_equal(value, before):
        _fail(f"{name} was changed by the call; it should stay as it was{_says(hint)}.")
