"""Mends of sizes and axes: how many classes there are, and along which axis a bias is repeated."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from autograder.edits.mending.table import called, expression, is_loaded, is_module, mend
from autograder.edits.places import CodePlace

_LARGEST = frozenset(["max", "amax"])
_DIFFERENT = frozenset(["unique", "set"])
_ALONG = ("[:, None, None]", "[:, None]", "[None, :]")


@mend(
    ast.BinOp,
    ast.Call,
    ast.Constant,
    examples=(
        "def f(x, y):\n    t = np.eye(10)[y] => def f(x, y):\n    t = np.eye(x.shape[1])[y]",
        "def f(x, y):\n    t = np.eye(y.max() + 1)[y] => def f(x, y):\n    t = np.eye(x.shape[1])[y]",
        "def f(x, y):\n    t = np.zeros((3, len(set(y)))) => def f(x, y):\n    t = np.zeros((3, x.shape[1]))",
    ),
)
def as_many_columns(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """The columns of an argument, for a number of classes that was found in the labels at hand, or is written
    into the code.
    """
    if isinstance(node, ast.Constant):
        if type(node.value) is int and node.value > 1 and _counts_classes(place):
            yield from (expression(f"{name}.shape[1]") for name in place.around.parameters[:2])
        return
    match node:
        case ast.BinOp(left=labels, op=ast.Add(), right=ast.Constant(value=1)):
            wanted = _LARGEST
        case ast.Call(func=ast.Name(id="len"), args=[labels]):
            wanted = _DIFFERENT
        case _:
            return
    if any(called(part) in wanted for part in ast.walk(labels)):
        read = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        for name in [name for name in place.around.parameters[:2] if name not in read]:
            yield expression(f"{name}.shape[1]")


@mend(
    ast.Constant,
    examples=(
        "def f(x, y):\n    return s / 4 => def f(x, y):\n    return s / len(x)",
        "def f(x, y):\n    z = np.arange(4) => def f(x, y):\n    z = np.arange(len(x))",
        "def f(x):\n    n = 4 => def f(x):\n    n = len(x)",
        "def f(x, w):\n    y = np.zeros((4, 3)) => def f(x, w):\n    y = np.zeros((len(x), 3))",
    ),
)
def size_of_an_argument(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """A size of an argument, for the number that it is in an example."""
    parent = place.parent
    divides = isinstance(parent, ast.BinOp) and place.field == "right"
    if isinstance(parent, ast.BinOp | ast.AugAssign):
        fits = isinstance(parent.op, ast.Div) and (divides or place.field == "value")
    else:
        rows = isinstance(parent, ast.Tuple) and place.index == 0
        fits = rows or isinstance(parent, ast.Assign) or called(parent) in ("range", "arange", "permutation")
    if fits and type(node.value) is int and node.value > 1:
        for name in place.around.parameters[:2]:
            yield expression(f"len({name})")
            yield expression(f"{name}.shape[1]")


@mend(ast.Subscript, examples=("y = s / x.shape[1] => y = s / x.shape[0]",))
def other_length_of_a_shape(node: ast.Subscript, place: CodePlace) -> Iterator[Any]:
    """The number of rows, taken for that of columns, or the other way round."""
    match node:
        case ast.Subscript(value=ast.Attribute(attr="shape"), slice=ast.Constant(value=0 | 1 as axis)):
            yield ast.Subscript(node.value, ast.Constant(1 - axis), node.ctx)


def _counts_classes(place: CodePlace) -> bool:
    """Whether a number is the size of an identity, or the second of an array that is made."""
    if isinstance(place.parent, ast.Tuple):
        return place.index == 1 and len(place.parent.elts) == 2 and place.field == "elts"
    return called(place.parent) in ("eye", "identity")


@mend(
    ast.Name,
    ast.Subscript,
    ast.Attribute,
    ast.Call,
    examples=(
        "y = x + b => y = x + b[:, None, None]",
        "y = x + b[None, :] => y = x + b[:, None, None]",
        "y = x + b.reshape(1, 1, -1) => y = x + b[:, None, None]",
        "y += b => y += b[:, None, None]",
        "y = x + b.sum() => y = x + b[:, None, None]",
        "y = x + b[0] => y = x + b[:, None, None]",
    ),
)
def added_along_an_axis(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """What is added to an array of several axes, along another of them."""
    parent = place.parent
    term = isinstance(parent, ast.BinOp | ast.AugAssign) and isinstance(parent.op, ast.Add)
    if not term or not is_loaded(node) or place.field == "target":
        return
    base = _without_new_axes(node)
    if base is not None:
        value = ast.unparse(base)
        yield from (expression(f"{value}{along}") for along in _ALONG)


def _without_new_axes(node: ast.expr) -> ast.expr | None:
    """The value that an expression gives axes of length 1 to, or that is itself a name, an attribute or an
    entry; None for anything else.
    """
    match node:
        case ast.Subscript(value=base, slice=ast.Tuple(elts=entries)) if all(map(_is_whole_or_new, entries)):
            return base
        case ast.Call(func=ast.Attribute(value=base, attr="reshape"), args=sizes) if not is_module(base):
            return base if sizes and all(_is_one(size) for size in sizes) else None
        case ast.Call(func=ast.Attribute(value=base, attr="sum" | "mean"), args=[]) if not is_module(base):
            return base
        case ast.Call(func=ast.Attribute(value=module, attr="sum" | "mean"), args=[base]) if is_module(
            module
        ):
            return base
        case ast.Subscript(value=base, slice=ast.Constant(value=int())):
            return base
        case (
            ast.Name() | ast.Attribute() | ast.Subscript(slice=ast.Constant() | ast.BinOp() | ast.JoinedStr())
        ):
            return node
    return None


def _is_whole_or_new(entry: ast.expr) -> bool:
    """Whether an entry of an index is `:`, None or np.newaxis."""
    match entry:
        case ast.Slice(lower=None, upper=None, step=None) | ast.Constant(value=None):
            return True
        case ast.Attribute(attr="newaxis"):
            return True
    return False


def _is_one(size: ast.expr) -> bool:
    """Whether a length is 1, or -1."""
    match size:
        case ast.Constant(value=1) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)):
            return True
    return False


@mend(
    ast.Name,
    ast.Call,
    examples=(
        "y[n, f] = x + b => y[n, f] = x + b[f]",
        "y[n, f] = x + np.sum(b) => y[n, f] = x + b[f]",
    ),
)
def entry_of_the_target(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """One entry of what is added, by an index of the entry that it is added for."""
    statement, parent = place.statement, place.parent
    if not isinstance(parent, ast.BinOp) or not isinstance(parent.op, ast.Add | ast.Sub):
        return
    value = _without_new_axes(node) if isinstance(node, ast.Call) else node
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    if value is None or len(targets) != 1 or not isinstance(targets[0], ast.Subscript):
        return
    indices = [part.id for part in ast.walk(targets[0].slice) if isinstance(part, ast.Name)]
    if ast.unparse(value) not in indices:
        yield from (expression(f"{ast.unparse(value)}[{index}]") for index in dict.fromkeys(indices))


@mend(
    ast.Call,
    examples=("c = y.max() => c = y.max() + 1", "d, c = 3, np.max(y) => d, c = 3, np.max(y) + 1"),
)
def as_many_as_the_largest_label(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """A number of classes, one more than the largest label, where the label itself was taken for it."""
    kept = isinstance(place.statement, ast.Assign) and isinstance(place.parent, ast.Assign | ast.Tuple)
    if kept and called(node) in ("max", "amax") and len(node.args) < 2 and not node.keywords:
        yield ast.BinOp(node, ast.Add(), ast.Constant(1))
