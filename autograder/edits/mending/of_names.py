"""Mends of names: variables, functions and entries of a tuple that were taken for each other, or not
used at all.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from autograder.edits.mending.table import (
    expression,
    is_loaded,
    is_module,
    is_result,
    known_names,
    mend,
    share_a_part,
)
from autograder.edits.places import CodePlace

_TAKEN_FOR_EACH_OTHER = (
    ("sum", "mean", "max", "min", "std", "var", "prod", "median"),
    ("log", "log10", "log2", "log1p"),
    ("exp", "log", "sqrt", "abs", "square", "tanh"),
    ("zeros", "ones", "zeros_like", "ones_like", "empty"),
    ("maximum", "minimum"),
    ("argmax", "argmin", "argsort"),
    ("dot", "matmul", "multiply", "outer"),
    ("permutation", "shuffle", "choice"),
    ("uniform", "normal", "standard_normal", "rand", "randn"),
)
_OF_PYTHON, _OF_NUMPY = ("min", "max", "sum"), ("mean", "sum", "max", "min")


@mend(ast.Name, examples=("def f(x, y, z):\n    return x => def f(x, y, z):\n    return z",))
def any_name(node: ast.Name, place: CodePlace) -> Iterator[Any]:
    """A variable, taken for another of the function."""
    if isinstance(node.ctx, ast.Load) and not (isinstance(place.parent, ast.Call) and place.field == "func"):
        known = [name for line, name in place.locals if line < node.lineno]
        if node.id in known:
            yield from (ast.Name(name, node.ctx) for name in known if name != node.id)


@mend(ast.Tuple, examples=("def f(x, y):\n    return (x,) => def f(x, y):\n    return (x, y)",))
def one_more_entry(node: ast.Tuple, place: CodePlace) -> Iterator[Any]:
    """A tuple with one more of the function's variables, but what it is put into: that would have no end."""
    if not is_loaded(node) or not isinstance(place.parent, ast.Return | ast.Assign | ast.Tuple):
        return
    targets = getattr(place.statement, "targets", [])
    into = {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
    names = [name for name in known_names(node, place) if name not in into]
    for at in range(len(node.elts), -1, -1):
        for name in names:
            yield ast.Tuple([*node.elts[:at], ast.Name(name, ast.Load()), *node.elts[at:]], node.ctx)


@mend(
    ast.Attribute,
    ast.Name,
    examples=(
        "y = x.max(axis=0) => y = x.mean(axis=0)",
        "np.log(x) => np.exp(x)",
        "y = min(x) => y = np.mean(x)",
    ),
)
def other_function(node: Any, place: CodePlace) -> Iterator[Any]:
    """A function taken for another of its kind; one of Python's own for NumPy's."""
    if not isinstance(place.parent, ast.Call) or place.field != "func":
        return
    if isinstance(node, ast.Name):
        if node.id in _OF_PYTHON and len(place.parent.args) == 1:
            yield from (expression(f"np.{name}") for name in _OF_NUMPY if name != node.id)
    else:
        for group in _TAKEN_FOR_EACH_OTHER:
            if node.attr in group:
                yield from (ast.Attribute(node.value, n, node.ctx) for n in group if n != node.attr)


@mend(
    ast.Name,
    examples=("def f(z1, x, h1):\n    return z1 + x => def f(z1, x, h1):\n    return h1 + x",),
)
def similar_name(node: ast.Name, place: CodePlace) -> Iterator[Any]:
    """A variable, taken for one with nearly the same name."""
    if is_loaded(node) and not (isinstance(place.parent, ast.Call) and place.field == "func"):
        known = known_names(node, place)
        if node.id in known:
            near = (name for name in known if name != node.id and share_a_part(name, node.id))
            yield from (ast.Name(name, node.ctx) for name in near)


@mend(
    ast.Name,
    ast.Constant,
    ast.Attribute,
    examples=(
        "def f(x, rate):\n    return 0.1 * x => def f(x, rate):\n    return rate * x",
        "def f(x, g):\n    return tanh(x) => def f(x, g):\n    return g(x)",
        "def f(a, k):\n    return a.w => def f(a, k):\n    return getattr(a, k)",
    ),
)
def not_used_yet(node: Any, place: CodePlace) -> Iterator[Any]:
    """A parameter or variable that is never read, in place of a name, a number or an attribute."""
    names = [name for name in _unread_before(node, place) if name not in place.around.parts]
    yield from _in_its_place(node, place, names)


@mend(
    ast.Call,
    examples=("def f(g, m, eta):\n    g(m) => def f(g, m, eta):\n    g(m, eta)",),
)
def handed_on(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """A parameter that is never read, as the last argument of a function that the answer was handed."""
    names = place.around.parameters
    if isinstance(node.func, ast.Name) and node.func.id in names and not node.keywords:
        for name in [name for name in _unread_before(node, place) if name in names]:
            yield ast.Call(node.func, [*node.args, ast.Name(name, ast.Load())], [])


@mend(
    ast.Name,
    ast.Constant,
    examples=(
        "def f(x):\n    n, m = x.shape\n    return x / n => def f(x):\n    n, m = x.shape\n    return x / m",
    ),
)
def part_not_used_yet(node: Any, place: CodePlace) -> Iterator[Any]:
    """A part of what is taken apart that is never read, in place of a name or a number."""
    names = [name for name in _unread_before(node, place) if name in place.around.parts]
    yield from _in_its_place(node, place, names)


def _in_its_place(node: Any, place: CodePlace, names: list[str]) -> Iterator[Any]:
    """Names in place of another, a number or an attribute."""
    if not is_loaded(node) or isinstance(getattr(node, "value", None), str) or place.field == "slice":
        return
    if isinstance(place.parent, ast.Attribute) or (isinstance(node, ast.Attribute) and is_module(node.value)):
        return
    for name in names:
        if isinstance(node, ast.Attribute):
            yield expression(f"getattr({ast.unparse(node.value)}, {name})")
        else:
            yield ast.Name(name, ast.Load())


@mend(
    ast.Name,
    ast.Call,
    ast.Subscript,
    ast.BinOp,
    examples=(
        "def f(x, g):\n    y = x => def f(x, g):\n    y = g(x)",
        "def f(x, b):\n    y = 2 * x => def f(x, b):\n    y = 2 * x + b",
    ),
)
def one_step_with_the_unused(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A parameter or variable that is never read, as a function of a result, as a factor or as a term."""
    if is_result(node, place):
        text = ast.unparse(node)
        for name in _unread_before(node, place):
            yield from (
                expression(step) for step in (f"{name}({text})", f"{name} * ({text})", f"{text} + {name}")
            )


def _unread_before(node: ast.expr, place: CodePlace) -> list[str]:
    return [name for name in place.around.unread if name in known_names(node, place)]


@mend(
    ast.Name,
    ast.Call,
    ast.Subscript,
    ast.Attribute,
    ast.BinOp,
    examples=("def softmax(x):\n    return x\ny = f(x) => def softmax(x):\n    return x\ny = softmax(f(x))",),
)
def through_a_function(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A value that should have gone through another function of the notebook."""
    if is_result(node, place):
        text = ast.unparse(node)
        yield from (expression(f"{name}({text})") for name in place.around.functions)


@mend(
    ast.Name,
    examples=("def tanh(x):\n    return x\ny = g(x, sigm) => def tanh(x):\n    return x\ny = g(x, tanh)",),
)
def another_function(node: ast.Name, place: CodePlace) -> Iterator[Any]:
    """A function of the notebook that is called or handed on, taken for another."""
    takes = (isinstance(place.parent, ast.Call) and place.field in ("func", "args")) or is_result(node, place)
    if takes and is_loaded(node) and node.id not in [name for _, name in place.locals]:
        yield from (ast.Name(name, node.ctx) for name in place.around.functions if name != node.id)


@mend(
    ast.stmt,
    examples=("a = slice(i, i + h)\nb = g(j) => a = slice(j, j + h)\nb = g(j)",),
)
def name_throughout(node: ast.stmt, place: CodePlace) -> Iterator[Any]:
    """A variable that a statement reads more than once, taken for another in all of it."""
    if not isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
        return
    read = [n for n in ast.walk(node) if isinstance(n, ast.Name) and is_loaded(n)]
    counts = {n.id: sum(other.id == n.id for other in read) for n in read}
    known = [name for line, name in place.locals if line < node.lineno] or place.free
    for name in [name for name, count in counts.items() if count > 1 and name in known]:
        others = (other for other in known if other != name)
        yield from (_renamed(node, name, other) for other in others)


class _Renamed(ast.NodeTransformer):
    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.new if node.id == self.old and is_loaded(node) else node.id, node.ctx)


def _renamed(node: ast.stmt, old: str, new: str) -> Any:
    """A copy of a statement that reads another variable."""
    return _Renamed(old, new).visit(copy.deepcopy(node))


@mend(
    ast.Tuple,
    examples=("y = (a, b) => y = (b, a)", "a, b = y => b, a = y", "y = (a, b, c) => y = (c, b, a)"),
)
def swapped_entries(node: ast.Tuple, place: CodePlace) -> Iterator[Any]:
    """Two entries of a tuple in the other order."""
    if isinstance(place.parent, ast.Subscript) or len(node.elts) > 6:
        return
    for a, b in combinations(range(len(node.elts)), 2):
        entries = list(node.elts)
        entries[a], entries[b] = entries[b], entries[a]
        yield ast.Tuple(entries, node.ctx)
