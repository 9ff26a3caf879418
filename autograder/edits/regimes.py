"""What a guarded mutant consists of: a right function that goes wrong in one regime of its inputs alone.

The text of this module is run in a mutant's cell, below the reference (guards.py), so it imports nothing of
ours. A regime is a question to a call: to its arrays, in lists, tables and objects too, and to its numbers.
"""

import functools
from typing import Any

import numpy as np


def arrays_in(value: Any) -> Any:
    """All arrays within a value, in order."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [array for inner in value for array in arrays_in(inner)]
    return []


def any_array(holds: Any) -> Any:
    """A regime in which something holds of one of the arrays that come in."""
    return lambda call: any(array.size and holds(array) for array in call["arrays"])


def any_float(holds: Any) -> Any:
    """The same of arrays of floats with more than one entry."""
    return any_array(lambda array: array.dtype.kind == "f" and array.size > 1 and holds(array))


def any_count(holds: Any) -> Any:
    """A regime in which something holds of a whole number and the number of rows of the first array."""
    return lambda call: any(
        isinstance(n, int) and not isinstance(n, bool) and array.ndim and holds(n, len(array))
        for n in call["numbers"]
        for array in call["arrays"][:1]
    )


def has_ties(array: Any) -> Any:
    """Whether the largest entry of a row stands there twice."""
    return (
        array.ndim == 2
        and array.shape[1] > 1
        and ((array == array.max(axis=1)[:, None]).sum(axis=1) > 1).any()
    )


def sizes(array: Any) -> Any:
    """Its sizes but for those of 1."""
    return [size for size in array.shape if size > 1]


def labels_of_one_class(array: Any) -> Any:
    """Whether these are labels, more than one, and all of them equal."""
    return array.dtype.kind in "iu" and array.ndim == 1 and array.size > 1 and (array == array[0]).all()


NEEDS = {
    "arrays": lambda call: bool(call["arrays"]),
    "several arrays": lambda call: len(call["shapes"]) > 1,
    "labels": any_array(lambda array: array.dtype.kind in "iu" and array.ndim == 1),
    "counts": any_count(lambda count, rows: True),
    "factors": lambda call: any(isinstance(n, float) for n in call["numbers"]),
    "flags": lambda call: any(isinstance(n, bool) for n in call["numbers"]),
}
"""What a function must be called with for a regime to make sense, by name."""

OF_ARRAYS = {
    "a second call on the same shapes": lambda call: call["times_alike"] > 1,
    "another shape than at first": lambda call: call["times"] > call["times_alike"],
    "two equal sizes": any_array(lambda array: len(set(sizes(array))) < len(sizes(array))),
    "unequal sizes": any_array(lambda array: 1 < len(sizes(array)) == len(set(sizes(array)))),
    "a first axis of 1": any_array(lambda array: array.ndim > 1 and array.shape[0] == 1),
    "a last axis of 1": any_array(lambda array: array.ndim > 1 and array.shape[-1] == 1),
    "whole numbers": any_array(lambda array: array.dtype.kind in "iu" and array.ndim > 1),
    "single precision": any_array(lambda array: array.dtype == np.float32),
    "tiny entries": any_float(lambda array: 0 < np.abs(array).max() < 1e-3),
    "entries above 1": any_float(lambda array: array.max() > 1),
    "entries above 500": any_float(lambda array: array.max() > 500),
    "entries below -500": any_float(lambda array: array.min() < -500),
    "negative entries alone": any_float(lambda array: array.max() < 0),
    "positive entries alone": any_float(lambda array: array.min() > 0),
    "a zero among the entries": any_float(lambda array: (array == 0).any() and (array != 0).any()),
    "zeros alone": any_float(lambda array: (array == 0).all()),
    "ties in a row": any_float(has_ties),
    "a view": any_array(lambda array: array.base is not None and not array.flags.c_contiguous),
}
REGIMES = {
    "a second call": ("", lambda call: call["times"] > 1),
    **{name: ("arrays", holds) for name, holds in OF_ARRAYS.items()},
    "two arrays of one shape": (
        "several arrays",
        lambda call: len(set(call["shapes"])) < len(call["shapes"]),
    ),
    "labels of one class": ("labels", any_array(labels_of_one_class)),
    "a count above the number of rows": ("counts", any_count(lambda count, rows: count > rows)),
    "rows that a count does not divide": (
        "counts",
        any_count(lambda count, rows: count > 1 and rows % count),
    ),
    "a count of 1": ("counts", any_count(lambda count, rows: count == 1)),
    "a factor of 0": ("factors", lambda call: any(isinstance(n, float) and n == 0 for n in call["numbers"])),
    "a flag that is set": ("flags", lambda call: any(n is True for n in call["numbers"])),
    "a flag that is not set": ("flags", lambda call: any(n is False for n in call["numbers"])),
}
"""By name: what a function must be called with for it, and whether a call is in the regime."""


def guarded(function: Any, met: Any, part: Any) -> Any:
    """The function, wrong where a call meets a regime. part: which of what it returns or writes is wrong."""
    shapes_before: list[Any] = []

    @functools.wraps(function)
    def wrong_in_one_regime(*args: Any, **kwargs: Any) -> Any:
        given = [*args, *kwargs.values()]
        call = described(given, shapes_before)
        if not met(call):
            return function(*args, **kwargs)
        before = {place: copied(value) for place, value in entries(given).items()}
        result = function(*args, **kwargs)
        after = entries(given)
        written = [p for p, value in after.items() if p not in before or differs(before[p], value)]
        result, values = spoiled((result, [after[place] for place in written]), part)
        for (number, name), value in zip(written, values, strict=True):
            tables(given)[number][name] = value
        return result

    return wrong_in_one_regime


def described(given: Any, shapes_before: Any) -> Any:
    """What the regimes ask of a call: its arrays, their shapes, its numbers, and how many went before it."""
    arrays = arrays_in([*given, *tables(given)])
    shapes_before.append([array.shape for array in arrays])
    return {
        "arrays": arrays,
        "shapes": [array.shape for array in arrays if array.ndim > 1],
        "numbers": [value for value in given if isinstance(value, bool | int | float)],
        "times": len(shapes_before),
        "times_alike": shapes_before.count(shapes_before[-1]),
    }


def tables(given: Any) -> Any:
    """What a function may write to: tables, and the attributes of objects."""
    holders = [getattr(value, "__dict__", None) for value in given if not callable(value)]
    return [holder for holder in [*given, *holders] if isinstance(holder, dict)]


def entries(given: Any) -> Any:
    """Every entry of these by its place: the number of the table, and its name."""
    return {(number, name): table[name] for number, table in enumerate(tables(given)) for name in table}


def copied(value: Any) -> Any:
    """An array's numbers as they are now; another value as it is."""
    return value.copy() if isinstance(value, np.ndarray) else value


def differs(before: Any, after: Any) -> Any:
    """Whether an entry was written, or an array in it."""
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        return not np.array_equal(before, after)
    return before is not after


def spoiled(result: Any, part: Any) -> Any:
    """A result of which a part is wrong: every third of its arrays and numbers, from part on.

    Where it holds none, the function fails.
    """
    if hasattr(result[0], "__next__"):
        return (spoiled((each, []), part)[0] for each in result[0]), result[1]
    total = count(result)
    if not total:
        raise ValueError("wrong in this regime")
    return spoil(result, {n for n in range(total) if n % 3 == part % min(3, total)}, iter(range(total)))


def count(value: Any) -> Any:
    """How many arrays and numbers a value holds."""
    if isinstance(value, dict):
        return sum(count(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return sum(count(inner) for inner in value)
    return isinstance(value, np.ndarray | np.generic | int | float)


def spoil(value: Any, wanted: Any, numbers: Any) -> Any:
    """The value with the wanted ones of its arrays and numbers replaced."""
    if isinstance(value, dict):
        return {name: spoil(inner, wanted, numbers) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([spoil(inner, wanted, numbers) for inner in value])
    if not count(value) or next(numbers) not in wanted:
        return value
    if isinstance(value, bool | np.bool_):
        return not value
    if isinstance(value, int) or getattr(value, "dtype", np.dtype(float)).kind in "iub":
        return value + 1
    return value * 1.5 + 0.25
