"""Mends of arrays: axes, forms, transposes, kinds of numbers, copies, and which entries an index takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from autograder.edits.mending.table import (
    called,
    expression,
    is_loaded,
    is_module,
    is_operand,
    is_result,
    mend,
    with_value,
)
from autograder.edits.places import CodePlace

_REDUCTIONS = frozenset({"sum", "mean", "max", "min", "prod", "std", "var", "argmax", "argmin", "any", "all"})
_REDUCTIONS |= {"amax", "amin", "cumsum", "logsumexp", "norm"}
_MAKERS = frozenset({"zeros_like", "ones_like", "empty_like", "full_like", "zeros", "ones", "empty", "array"})
_MAKERS |= {"asarray", "full", "arange"}


@mend(
    ast.Call,
    examples=(
        "x.sum(axis=1) => x.sum(axis=1, keepdims=True)",
        "np.max(x) => np.max(x, axis=0)",
        "x.sum(axis=0) => x.sum(axis=1, keepdims=True)",
        "x.sum(0) => x.sum(1, keepdims=True)",
    ),
)
def axis_or_keepdims(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """A reduction that keeps its axes, or along an axis at all."""
    if called(node) not in _REDUCTIONS:
        return
    given = {keyword.arg for keyword in node.keywords}
    on_array = isinstance(node.func, ast.Attribute) and not is_module(node.func.value)
    axis_by_place = len(node.args) > (0 if on_array else 1)

    def with_options(**options: Any) -> ast.Call:
        more = [ast.keyword(name, ast.Constant(value)) for name, value in options.items()]
        return ast.Call(node.func, node.args, [*node.keywords, *more])

    if "keepdims" not in given:
        yield with_options(keepdims=True)
    if "axis" not in given and not axis_by_place:
        for axis in (0, 1, -1):
            yield with_options(axis=axis)
            if "keepdims" not in given:
                yield with_options(axis=axis, keepdims=True)
    for index, keyword in enumerate(node.keywords):
        if keyword.arg == "axis":
            for other in (0, 1, -1, (0, 1), (1, 2), (0, 2, 3), (2, 3)):
                new = ast.keyword("axis", ast.parse(repr(other), mode="eval").body)
                yield ast.Call(
                    node.func, node.args, [*node.keywords[:index], new, *node.keywords[index + 1 :]]
                )
    if "keepdims" not in given:
        yield from _other_axis_kept(node, on_array)


def _other_axis_kept(node: ast.Call, on_array: bool) -> Iterator[ast.Call]:
    """A reduction along another axis, which it keeps."""
    kept = ast.keyword("keepdims", ast.Constant(True))
    by_place = 0 if on_array else 1
    for axis in (1, 0):
        new = ast.Constant(axis)
        if len(node.args) > by_place:
            yield ast.Call(node.func, [*node.args[:by_place], new], [*node.keywords, kept])
        elif any(keyword.arg == "axis" for keyword in node.keywords):
            others = [keyword for keyword in node.keywords if keyword.arg != "axis"]
            yield ast.Call(node.func, node.args, [ast.keyword("axis", new), *others, kept])


@mend(
    ast.Name, ast.Attribute, ast.Subscript, ast.Call, examples=("y = x @ w => y = x.T @ w", "f(x) => f(x.T)")
)
def transpose(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A transpose put in, where a product or a call takes a value or one is returned."""
    if is_operand(node, place):
        yield ast.Attribute(node, "T", ast.Load())


@mend(
    ast.Call,
    examples=(
        "y = np.zeros_like(x) => y = np.zeros_like(x, dtype=float)",
        "y = np.zeros(3, dtype=x.dtype) => y = np.zeros(3, dtype=float)",
    ),
)
def with_a_fraction(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """A new array that can hold fractions."""
    others = [keyword for keyword in node.keywords if keyword.arg != "dtype"]
    given = [keyword.value for keyword in node.keywords if keyword.arg == "dtype"]
    of_another = all(isinstance(value, ast.Attribute) and value.attr == "dtype" for value in given)
    if called(node) in _MAKERS and of_another:
        new = ast.keyword("dtype", ast.Name("float", ast.Load()))
        yield ast.Call(node.func, node.args, [*others, new])


@mend(
    ast.Name,
    ast.Call,
    ast.Subscript,
    ast.Attribute,
    examples=("y = x - m => y = x[:, None] - m", "f(x - m) => f(x - m[None, :])"),
)
def one_more_axis(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A value with one more axis, where it meets another in arithmetic."""
    if isinstance(place.parent, ast.BinOp) and is_loaded(node):
        for index in ("[:, None]", "[None, :]"):
            yield ast.parse(f"({ast.unparse(node)}){index}", mode="eval").body


@mend(ast.Call, examples=("e = np.exp(x) => e = np.exp(x - np.max(x, axis=-1, keepdims=True))",))
def shifted(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """An exponential of what was shifted below zero."""
    if called(node) == "exp" and len(node.args) == 1:
        inner = ast.unparse(node.args[0])
        for shift in (f"np.max({inner}, axis=-1, keepdims=True)", f"np.max({inner})"):
            yield ast.Call(node.func, [ast.parse(f"({inner}) - {shift}", mode="eval").body], [])


@mend(ast.Return, examples=("def f(x):\n    return x * 2 => def f(x):\n    return (x * 2).reshape(x.shape)",))
def reshaped(node: ast.Return, place: CodePlace) -> Iterator[Any]:
    """A result in another form: that of an argument, flat, a column, its first entry, a number, an array."""
    if node.value is None or isinstance(node.value, ast.Dict):
        return
    text = ast.unparse(node.value)
    shapes = [f"{name}.shape" for line, name in place.locals if line == 0][:2]
    calls = [f"({text}).reshape({shape})" for shape in (*shapes, "-1", "-1, 1", "1, -1")]
    for made in (
        *calls,
        f"float({text})",
        f"np.array({text})",
        f"({text})[0]",
        f"({text},)",
        f"list({text})",
    ):
        yield ast.Return(ast.parse(made, mode="eval").body)


@mend(
    ast.Assign,
    ast.Return,
    examples=("a = f(x) => a = f(x).copy()", "def f(x):\n    return x => def f(x):\n    return x.copy()"),
)
def copied(node: Any, place: CodePlace) -> Iterator[Any]:
    """A copy kept or returned, instead of what may be changed later."""
    kept = isinstance(node.value, ast.Name | ast.Call | ast.Subscript | ast.Attribute)
    if kept and called(node.value) != "copy":
        yield with_value(node, expression(f"{ast.unparse(node.value)}.copy()"))


@mend(
    ast.Name,
    examples=(
        "y = x @ w => y = x.reshape(len(x), -1) @ w",
        "y = x.T @ d => y = x.reshape(len(x), -1).T @ d",
        "y = x[i, j] * w => y = x.reshape(len(x), -1)[i, j] * w",
    ),
)
def flattened(node: ast.Name, place: CodePlace) -> Iterator[Any]:
    """What a product of matrices takes, with one row an example."""
    parent = place.parent
    product = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult)
    turned = isinstance(parent, ast.Attribute) and parent.attr in ("T", "dot")
    entry = isinstance(parent, ast.Subscript) and isinstance(parent.slice, ast.Tuple) and is_loaded(parent)
    taken = product or turned or entry or called(parent) in ("dot", "matmul")
    if is_loaded(node) and place.field != "slice" and taken and node.id != "np":
        yield expression(f"{node.id}.reshape(len({node.id}), -1)")


@mend(ast.Call, examples=("y = x.reshape(n, d) => y = x.reshape(n, -1)",))
def form_left_open(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """A form with one axis as long as it takes."""
    if called(node) == "reshape" and len(node.args) > 1:
        for index in range(len(node.args)):
            yield ast.Call(
                node.func, [*node.args[:index], expression("-1"), *node.args[index + 1 :]], node.keywords
            )


@mend(ast.BinOp, examples=("d = x.shape[1] * x.shape[2] => d = x[0].size",))
def entries_of_an_example(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """The number of entries, for the product of some lengths."""
    if isinstance(node.op, ast.Mult):
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and part.attr == "shape" and isinstance(part.value, ast.Name):
                yield expression(f"{part.value.id}[0].size")
                yield expression(f"{part.value.id}.size")
                return


@mend(
    ast.Assign,
    ast.Call,
    examples=(
        "s = x\ne = np.exp(s) => s = x - x.max(axis=-1, keepdims=True)\ne = np.exp(s)",
        "e = np.exp(x) => e = np.exp(x - x.max(axis=-1, keepdims=True))",
    ),
)
def shifted_before(node: Any, place: CodePlace) -> Iterator[Any]:
    """Less the largest of each row, where an exponential is taken of it."""
    if isinstance(node, ast.Assign):
        if place.around.exponential and isinstance(node.value, ast.Name | ast.BinOp):
            value = ast.unparse(node.value)
            around = f"({value})" if isinstance(node.value, ast.BinOp) else value
            yield with_value(node, expression(f"{value} - {around}.max(axis=-1, keepdims=True)"))
    elif called(node) == "exp" and len(node.args) == 1 and isinstance(node.args[0], ast.Name):
        name = node.args[0].id
        yield ast.Call(node.func, [expression(f"{name} - {name}.max(axis=-1, keepdims=True)")], [])


@mend(
    ast.Subscript,
    examples=(
        "d[:, y] -= 1 => d[np.arange(len(y)), y] -= 1",
        "d[y] -= 1 => d[np.arange(len(y)), y] -= 1",
    ),
)
def one_entry_a_row(node: ast.Subscript, place: CodePlace) -> Iterator[Any]:
    """One entry of each row, instead of whole rows or columns."""
    match node.slice:
        case ast.Tuple(elts=[ast.Slice(lower=None, upper=None), ast.Name(id=name)]) | ast.Name(id=name):
            yield ast.Subscript(node.value, expression(f"(np.arange(len({name})), {name})"), node.ctx)


@mend(
    ast.Call, examples=("b = np.zeros(n) => b = np.zeros((1, n))", "b = np.zeros((1, n)) => b = np.zeros(n)")
)
def a_row_or_flat(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """A new array of one row for a flat one, and the other way round; a column."""
    if called(node) not in ("zeros", "ones", "empty") or not node.args:
        return
    match node.args[0]:
        case ast.Tuple(elts=[ast.Constant(value=1), size]) | ast.Tuple(elts=[size, ast.Constant(value=1)]):
            yield ast.Call(node.func, [size, *node.args[1:]], node.keywords)
        case ast.Tuple():
            return
        case size:
            for form in (f"(1, {ast.unparse(size)})", f"({ast.unparse(size)}, 1)"):
                yield ast.Call(node.func, [expression(form), *node.args[1:]], node.keywords)


@mend(ast.BinOp, ast.Call, examples=("w = a[:, :, None] * b => w = (a[:, :, None] * b).sum(axis=0)",))
def summed(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A product that is summed over one of its axes."""
    if is_result(node, place) and called(node) not in _REDUCTIONS | _MAKERS:
        for axis in (0, 1, -1):
            yield expression(f"({ast.unparse(node)}).sum(axis={axis})")


@mend(
    ast.BinOp, ast.Call, examples=("w = d.T @ x => w = x.T @ d", "w = np.dot(d.T, x) => w = np.dot(x.T, d)")
)
def turned_product(node: Any, place: CodePlace) -> Iterator[Any]:
    """The transpose of a product of matrices."""
    match node:
        case ast.BinOp(left=ast.Attribute(value=left, attr="T"), op=ast.MatMult(), right=right):
            yield ast.BinOp(ast.Attribute(right, "T", ast.Load()), ast.MatMult(), left)
        case ast.BinOp(left=left, op=ast.MatMult(), right=ast.Attribute(value=right, attr="T")):
            yield ast.BinOp(right, ast.MatMult(), ast.Attribute(left, "T", ast.Load()))
        case ast.Call(
            func=ast.Attribute(value=ast.Name()), args=[ast.Attribute(value=left, attr="T"), right]
        ):
            yield ast.Call(node.func, [ast.Attribute(right, "T", ast.Load()), left], [])


@mend(ast.Name, examples=("a = p == y => a = p == y.argmax(axis=1)",))
def class_of_a_row(node: ast.Name, place: CodePlace) -> Iterator[Any]:
    """The place of the largest, where it is asked whether rows are equal."""
    parent = place.parent
    if isinstance(parent, ast.Compare) and isinstance(parent.ops[0], ast.Eq | ast.NotEq) and is_loaded(node):
        yield expression(f"{node.id}.argmax(axis=1)")


@mend(ast.Tuple, examples=("f(x, ((0, 0), (p, p))) => f(x, ((p, p), (p, p)))",))
def other_tuple(node: ast.Tuple, place: CodePlace) -> Iterator[Any]:
    """A tuple within another, taken for one that stands beside it."""
    if isinstance(place.parent, ast.Tuple) and is_loaded(node):
        mine = ast.unparse(node)
        others = {ast.unparse(e): e for e in place.parent.elts if isinstance(e, ast.Tuple)}
        yield from (entry for text, entry in others.items() if text != mine)


@mend(ast.Call, examples=("p = a[i].copy() => p = a[i]", "p = np.array(x) => p = x"))
def undone_copy(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """What was copied, itself."""
    if isinstance(node.func, ast.Attribute) and called(node) == "copy" and not node.args:
        yield node.func.value
    elif called(node) in ("array", "copy") and len(node.args) == 1:
        yield node.args[0]


@mend(
    ast.Call,
    examples=("y = np.pad(x, 1) => y = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))",),
)
def padded_along_the_last_axes(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """Padding along the last two of four axes alone, instead of along all of them."""
    if called(node) == "pad" and len(node.args) > 1 and isinstance(node.args[1], ast.Name | ast.Constant):
        width = ast.unparse(node.args[1])
        along = expression(f"((0, 0), (0, 0), ({width}, {width}), ({width}, {width}))")
        yield ast.Call(node.func, [node.args[0], along, *node.args[2:]], node.keywords)


@mend(
    ast.Slice,
    examples=(
        "y = x[:, 1:] => y = x[:, :-1]",
        "y = x[:-1] => y = x[1:]",
        "y = x[-k:] => y = x[:k]",
        "y = x[:k] => y = x[-k:]",
    ),
)
def from_the_other_end(node: ast.Slice, place: CodePlace) -> Iterator[Any]:
    """As many entries left out, or taken, at the other end."""
    match node:
        case ast.Slice(lower=ast.UnaryOp(op=ast.USub(), operand=ast.Name() as count), upper=None, step=None):
            yield ast.Slice(None, count, None)
        case ast.Slice(lower=None, upper=ast.Name() as count, step=None):
            yield ast.Slice(ast.UnaryOp(ast.USub(), count), None, None)
        case ast.Slice(lower=ast.Constant() as left, upper=None, step=None):
            yield ast.Slice(None, ast.UnaryOp(ast.USub(), left), None)
        case ast.Slice(lower=None, upper=ast.UnaryOp(op=ast.USub(), operand=left), step=None):
            yield ast.Slice(left, None, None)


@mend(ast.Call, examples=("y = np.where(x > 0, x, 0) => y = np.where(x > 0, 1, 0)",))
def mask_alone(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """One where a condition holds, instead of a value there."""
    if called(node) == "where" and len(node.args) == 3 and not isinstance(node.args[1], ast.Constant):
        yield ast.Call(node.func, [node.args[0], ast.Constant(1), node.args[2]], node.keywords)


@mend(
    ast.Slice,
    examples=("def f(x, i, s):\n    return x[i:i + 2] => def f(x, i, s):\n    return x[i * s:i * s + 2]",),
)
def further_on(node: ast.Slice, place: CodePlace) -> Iterator[Any]:
    """A window that begins so many times as far on."""
    match node:
        case ast.Slice(lower=ast.Name(id=first), upper=ast.BinOp(left=ast.Name(id=again), op=op, right=size)):
            for name in [name for line, name in place.locals if line < node.lineno and first == again]:
                start = expression(f"{first} * {name}")
                yield ast.Slice(start, ast.BinOp(start, op, size), node.step)
