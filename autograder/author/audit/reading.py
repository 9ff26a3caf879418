"""Answers that read what they are given in place of trying it: for questions that are handed functions.

A function that a probe hands over can be looked into: its closure and its defaults, the object that it
belongs to, and their attributes. Nothing that can be found there may say whether the function is right.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

HELD = '''
import types as _types
import numpy as _np

def _held(value, left=6):
    """The numbers and arrays that a function holds."""
    if isinstance(value, (int, float, _np.ndarray, _np.generic)):
        return [_np.asarray(value)]
    if left == 0 or value is None or isinstance(value, (str, bytes, type, _types.ModuleType)):
        return []
    if isinstance(value, dict):
        inside = list(value.values())
    elif isinstance(value, (list, tuple)):
        inside = list(value)
    else:
        names = ("__self__", "__defaults__", "__kwdefaults__", "__dict__", "func", "args", "keywords")
        inside = [getattr(value, name, None) for name in names]
        inside += [cell.cell_contents for cell in getattr(value, "__closure__", None) or ()]
    return [found for one in inside for found in _held(one, left - 1)]

def _pairs(held):
    """Two arrays of one shape at a time."""
    arrays = [one for one in held if one.size > 1]
    pairs = [(a, b) for i, a in enumerate(arrays) for b in arrays[:i] if a.shape == b.shape]
    return [(_np.nan_to_num(a.astype(float)), _np.nan_to_num(b.astype(float))) for a, b in pairs]

def _reads(passes):
    def answer(*args, **options):
        held = [one for given in args if callable(given) for one in _held(given)]
        held = [one for one in held if one.dtype.kind in "biuf"]
        assert passes([one for one in held if one.ndim == 0], held)
    return answer
'''
"""What stands above such an answer: all that it can find, and a check that goes by it."""

PASSES = {
    "passes what holds a one": "any(n == 1 for n in numbers)",
    "passes what holds zeros and ones alone": "all(n in (0, 1) for n in numbers)",
    "passes what holds nothing negative": "all((a >= 0).all() for a in held)",
    "passes what holds two equal arrays": "any(_np.allclose(a, b) for a, b in _pairs(held))",
    "passes what holds proportional arrays": (
        "any(_np.linalg.matrix_rank(_np.stack([a.ravel(), b.ravel()])) < 2 for a, b in _pairs(held))"
    ),
    "passes what holds finite numbers alone": "all(_np.isfinite(a).all() for a in held)",
}
"""By what such an answer goes: numbers are those that stand alone, held are all numbers and arrays."""


def is_handed_functions(definitions: Iterable[ast.FunctionDef]) -> bool:
    """Whether one of these functions calls what it is given."""
    return any(_calls_a_parameter(node) for node in definitions)


def answers_that_read() -> Iterator[tuple[str, str]]:
    """What each is called, and a function of it, as an expression below HELD."""
    for says, condition in PASSES.items():
        yield says, f"_reads(lambda numbers, held: {condition})"


def _calls_a_parameter(node: ast.FunctionDef) -> bool:
    parameters = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    called = {n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    return not parameters.isdisjoint(called)
