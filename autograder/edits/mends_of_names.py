"""Mends of names: variables, keys, attributes, indices and functions that were taken for each other, or not
used at all.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from autograder.edits.mending import called, expression, is_loaded, is_module, is_result, known_names, mend
from autograder.edits.places import CodePlace, is_own_attribute

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


@mend(ast.Name, examples=("def f(x, y, z):\n    return x => def f(x, y, z):\n    return z",))
def any_name(node: ast.Name, place: CodePlace) -> Iterator[Any]:
    """A variable, taken for another of the function."""
    if isinstance(node.ctx, ast.Load) and not (isinstance(place.parent, ast.Call) and place.field == "func"):
        known = [name for line, name in place.locals if line < node.lineno]
        if node.id in known:
            yield from (ast.Name(name, node.ctx) for name in known if name != node.id)


@mend(ast.Tuple, examples=("def f(x, y):\n    return (x,) => def f(x, y):\n    return (x, y)",))
def one_more_entry(node: ast.Tuple, place: CodePlace) -> Iterator[Any]:
    """A tuple with one more of the function's variables."""
    if isinstance(node.ctx, ast.Load) and isinstance(place.parent, ast.Return | ast.Assign | ast.Tuple):
        for at in range(len(node.elts), -1, -1):
            for line, name in place.locals:
                if line < node.lineno:
                    entry = ast.Name(name, ast.Load())
                    yield ast.Tuple([*node.elts[:at], entry, *node.elts[at:]], node.ctx)


@mend(ast.Attribute, examples=("y = x.max(axis=0) => y = x.mean(axis=0)", "np.log(x) => np.exp(x)"))
def other_function(node: ast.Attribute, place: CodePlace) -> Iterator[Any]:
    """A function taken for another of its kind."""
    if isinstance(place.parent, ast.Call) and place.field == "func":
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
            near = (name for name in known if name != node.id and _alike(name, node.id))
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
    if not is_loaded(node) or isinstance(getattr(node, "value", None), str) or place.field == "slice":
        return
    if isinstance(place.parent, ast.Attribute) or (isinstance(node, ast.Attribute) and is_module(node.value)):
        return
    for name in _unread_before(node, place):
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
    ast.Constant,
    examples=(
        'x = p["b2"] + p["b1"] => x = p["b1"] + p["b1"]',
        'def f(p, n):\n    """Gets cache_ + n."""\n    p["cache" + n] = 1 => def f(p, n):\n    """Gets cache_ + n."""\n    p["cache_" + n] = 1',
    ),
)
def similar_key(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """A key that differs by a digit, an underscore or capitals, or shares a part."""
    if isinstance(node.value, str) and node.value:
        known = dict.fromkeys([*place.texts, *place.around.words])
        yield from (
            ast.Constant(key) for key in known if key != node.value and _bare(key) == _bare(node.value)
        )
        yield from (ast.Constant(key) for key in place.texts if key != node.value and _alike(key, node.value))


@mend(
    ast.Constant,
    examples=('x = p["h1"] + p["x"] => x = p["x"] + p["x"]',),
)
def any_key(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """A key, taken for another that the cell uses."""
    if isinstance(node.value, str) and node.value and place.field == "slice":
        yield from (ast.Constant(key) for key in place.texts if key != node.value)


@mend(
    ast.Attribute,
    examples=(
        "class A:\n    def f(self, x):\n        self.d_x = x\n        self.d_w = 2 * x\n        return self.d_w => class A:\n    def f(self, x):\n        self.d_x = x\n        self.d_w = 2 * x\n        return self.d_x",
    ),
)
def any_attribute(node: ast.Attribute, place: CodePlace) -> Iterator[Any]:
    """An attribute of self, taken for another that the class writes."""
    if is_own_attribute(node) and node.attr in place.around.written:
        yield from (
            ast.Attribute(node.value, name, node.ctx) for name in place.around.written if name != node.attr
        )


@mend(
    ast.Subscript,
    ast.Name,
    examples=(
        "a = x[rows]\nb = y[s:t] => a = x[rows]\nb = y[rows]",
        "a = x[rows]\nb = f(y) => a = x[rows]\nb = f(y[rows])",
    ),
)
def other_index(node: Any, place: CodePlace) -> Iterator[Any]:
    """An index that is used elsewhere, put in place of another or on a whole array."""
    if not is_loaded(node) or isinstance(place.parent, ast.Subscript | ast.Attribute):
        return
    whole = isinstance(node, ast.Name)
    if (whole and place.field != "args") or (not whole and not isinstance(node.value, ast.Name)):
        return
    now = "" if whole else ast.unparse(ast.Subscript(ast.Name("a"), node.slice, ast.Load()))[2:-1]
    for index in place.around.indices:
        if index != now and not (whole and node.id in index):
            yield expression(f"{node.id if whole else node.value.id}[{index}]")


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


def _alike(one: str, other: str) -> bool:
    """Whether two names share a word or a number, as y_train and y_test or z1 and h1."""
    return bool({*_parts(one)} & {*_parts(other)})


def _parts(name: str) -> list[str]:
    return re.findall(r"[A-Za-z]+|\d+", name.replace("_", " "))


def _bare(key: str) -> str:
    """A key without its digits, underscores and capitals."""
    return re.sub(r"[\d_]", "", key).lower()


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
