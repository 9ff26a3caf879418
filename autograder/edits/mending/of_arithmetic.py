"""Mends of arithmetic: factors, divisions, signs, powers, numbers, and one step more."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from autograder.edits.mending.table import (
    called,
    expression,
    is_module,
    is_operand,
    is_result,
    mend,
    with_value,
)
from autograder.edits.places import CodePlace


@mend(
    ast.Return,
    ast.Assign,
    examples=("def f(x):\n    return x + 1 => def f(x):\n    return (x + 1) / len(x)",),
)
def divided(node: Any, place: CodePlace) -> Iterator[Any]:
    """A value divided by how many there are, or taken as often; a half or the double of it."""
    value = node.value
    if value is None or isinstance(value, ast.Tuple | ast.Dict | ast.List | ast.Constant):
        return
    first = [name for line, name in place.locals if line == 0][:3]
    for name in first:
        yield with_value(node, ast.BinOp(value, ast.Mult(), expression(f"len({name})")))
        for count in (f"len({name})", f"{name}.shape[1]", f"{name}.size"):
            yield with_value(node, ast.BinOp(value, ast.Div(), expression(count)))
    for factor in (2, 0.5):
        yield with_value(node, ast.BinOp(ast.Constant(factor), ast.Mult(), value))


@mend(ast.BinOp, examples=("x * w => x @ w",))
def product_of_matrices(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """A product of matrices for one by entries, but of a number."""
    if isinstance(node.op, ast.Mult) and not {ast.Constant, ast.UnaryOp} & {
        type(node.left),
        type(node.right),
    }:
        yield ast.BinOp(node.left, ast.MatMult(), node.right)


@mend(ast.BinOp, examples=("x + y => x * y",))
def other_operator(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """Operators that are taken for each other."""
    if isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
        return
    for op in (ast.Mult, ast.Add, ast.Sub, ast.Div, ast.Pow, ast.FloorDiv):
        if not isinstance(node.op, op):
            yield ast.BinOp(node.left, op(), node.right)


@mend(
    ast.BinOp,
    ast.Name,
    ast.Call,
    ast.Subscript,
    ast.Attribute,
    examples=("y = s * t => y = s * (1 - t)", "y = f(s) => y = f(s ** 2)"),
)
def complement_or_power(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """One minus a value, its square, its root, its opposite."""
    if is_operand(node, place):
        text = ast.unparse(node)
        for made in (f"1 - ({text})", f"({text}) ** 2", f"np.sqrt({text})", f"-({text})"):
            yield ast.parse(made, mode="eval").body


@mend(ast.BinOp, examples=("y = 1 / (1 + 2 ** -x) => y = 1 / (1 + np.exp(-x))",))
def power_of_e(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """A power of e, for one of another number."""
    if isinstance(node.op, ast.Pow) and isinstance(node.left, ast.Constant):
        yield ast.Call(expression("np.exp"), [node.right], [])


@mend(ast.Call, examples=("y = 1 / (1 + np.exp(x)) => y = 1 / (1 + np.exp(-x))",))
def sign_of_the_exponent(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """An exponential of the opposite."""
    if called(node) == "exp" and len(node.args) == 1 and not isinstance(node.args[0], ast.UnaryOp):
        yield ast.Call(node.func, [ast.UnaryOp(ast.USub(), node.args[0])], [])


@mend(
    ast.Call,
    ast.Name,
    ast.Attribute,
    examples=("def f(x):\n    return g(x) => def f(x):\n    return g(x) * (1 - g(x))",),
)
def with_its_complement(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A value times what it lacks of one, as the derivative of a sigmoid is; times the derivative of tanh."""
    if isinstance(place.parent, ast.Return) and is_result(node, place):
        text = ast.unparse(node)
        yield expression(f"{text} * (1 - {text})")
        yield expression(f"1 - {text} ** 2")


@mend(ast.Constant, examples=("x = 3 => x = 2",))
def near_number(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """A number that is often meant instead."""
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        value = node.value
        for other in (0, 1, 2, -1, 0.5, -value, value / 2, 2 * value, value - 1, value + 1):
            if other != value:
                yield ast.Constant(other) if other >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-other))


@mend(
    ast.expr,
    examples=("def f(x, b):\n    y = 2 * x => def f(x, b):\n    y = 2 * x + b", "y = x => y = len(x)"),
)
def one_more_step(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """One more term or factor, or one of the usual functions, for a value that is kept or handed on."""
    taken = place.field in ("value", "args") and isinstance(
        place.parent, ast.Return | ast.Assign | ast.AugAssign | ast.Call
    )
    if not taken or isinstance(node, ast.Tuple | ast.Dict | ast.List | ast.Constant | ast.Starred):
        return
    text = ast.unparse(node)
    names = [name for line, name in place.locals if line < node.lineno and name != text]
    calls = (
        "len({})",
        "np.exp({})",
        "np.log({})",
        "np.abs({})",
        "np.sum({})",
        "np.mean({})",
        "np.maximum(0, {})",
    )
    steps = ("({}) + {n}", "({}) * {n}", "({}) - {n}", "({}) / {n}", "({}) @ {n}", "{n} @ ({})")
    for step in (*calls, *(step.replace("{n}", name) for name in names for step in steps)):
        yield ast.parse(step.replace("{}", text), mode="eval").body


@mend(
    ast.BinOp,
    ast.Call,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    examples=(
        "def f(x):\n    return x.sum(), x => def f(x):\n    return (x.sum() / len(x), x)",
        "def f(x):\n    return x.mean(), x => def f(x):\n    return (x.sum() / len(x), x)",
    ),
)
def divided_entry(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """One of several results, divided by how many examples there are."""
    if place.field != "elts" or not isinstance(place.parent, ast.Tuple) or not is_result(node, place):
        return
    for name in place.around.parameters[:2]:
        if called(node) == "mean":
            assert isinstance(node, ast.Call)
            if isinstance(node.func, ast.Attribute):
                total = ast.Call(ast.Attribute(node.func.value, "sum", ast.Load()), node.args, node.keywords)
                yield ast.BinOp(total, ast.Div(), expression(f"len({name})"))
        yield ast.BinOp(node, ast.Div(), expression(f"len({name})"))


@mend(
    ast.BinOp,
    ast.Call,
    ast.Subscript,
    ast.Name,
    examples=("def f(x):\n    return x.sum(), x => def f(x):\n    return (-x.sum(), x)",),
)
def negated_entry(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """One of several results, with the opposite sign."""
    if place.field in ("elts", "values") and is_result(node, place):
        yield ast.UnaryOp(ast.USub(), node)


@mend(
    ast.BinOp,
    ast.Call,
    ast.Name,
    examples=(
        "y = a + r * b => y = a + 0.5 * (r * b)",
        "y = a + p - k => y = a + 2 * p - k",
        "e.append(np.sum(x)) => e.append(0.5 * np.sum(x))",
    ),
)
def half_or_double(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A term of a sum, a result or an argument, half or twice as large."""
    parent = place.parent
    term = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Sub)
    handed = place.field == "args" and called(parent) in ("append", "abs", "sum", "mean", "exp")
    taken = term or (not isinstance(node, ast.Name) and (handed or is_result(node, place)))
    if taken and not isinstance(parent, ast.Slice):
        for factor in (2,) if isinstance(node, ast.Name) else (0.5, 2):
            yield ast.BinOp(ast.Constant(factor), ast.Mult(), node)


@mend(
    ast.Call,
    examples=("def f(x, std=0.1):\n    w = g(x) => def f(x, std=0.1):\n    w = std * g(x)",),
)
def scaled(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """A result taken as often as a number says that the function is given."""
    if is_result(node, place):
        yield from (ast.BinOp(ast.Name(name, ast.Load()), ast.Mult(), node) for name in place.around.numbers)


@mend(ast.BinOp, examples=("assert a - b < 1 => assert abs(a - b) < 1",))
def absolute(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """The size of a difference."""
    if isinstance(node.op, ast.Sub) and (isinstance(place.parent, ast.Compare) or is_result(node, place)):
        yield ast.Call(ast.Name("abs", ast.Load()), [node], [])


@mend(ast.BinOp, examples=("y = a / 2 * h => y = a / (2 * h)", "y = a - b + c => y = a - (b + c)"))
def bracketed(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """Two operations in the other order."""
    left, right = node.left, node.right
    if isinstance(left, ast.BinOp):
        yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, right))
    if isinstance(right, ast.BinOp):
        yield ast.BinOp(ast.BinOp(left, node.op, right.left), right.op, right.right)


@mend(ast.Call, examples=("y = np.tanh(x ** 2) => y = np.tanh(x) ** 2", "np.log(x + 1) => np.log(x) + 1"))
def after_the_call(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """What is done to an argument, done to the result instead."""
    if len(node.args) == 1 and is_module(getattr(node.func, "value", node.func)):
        match node.args[0]:
            case ast.BinOp(left=left, op=op, right=right):
                yield ast.BinOp(ast.Call(node.func, [left], node.keywords), op, right)


@mend(
    ast.Constant,
    examples=("x = 1 => x = 0", "x = 0.01 => x = 0.005", "x = 1e-3 => x = 1e-12", "x = 1e-6 => x = 1e-8"),
)
def likely_number(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """0 for 1 and the other way round, a half, the double; next to nothing for little."""
    value = node.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        others = [1 - value] if value in (0, 1) else [value / 2, 2 * value]
        others += [guard for guard in (1e-12, 1e-8) if 0 < value < 0.01 and guard != value]
        yield from (ast.Constant(int(o) if o == int(o) and isinstance(value, int) else o) for o in others)


@mend(
    ast.BinOp,
    examples=("k = n // b => k = -(-n // b)", "e = n // b * b => e = n", "e = n - b + 1 => e = n"),
)
def with_the_remainder(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """A count of parts that holds the last, shorter one; an end that does."""
    match node:
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
            yield ast.UnaryOp(ast.USub(), ast.BinOp(ast.UnaryOp(ast.USub(), left), ast.FloorDiv(), right))
        case ast.BinOp(left=ast.BinOp(left=left, op=ast.FloorDiv(), right=part), op=ast.Mult(), right=right):
            if ast.unparse(part) == ast.unparse(right):
                yield left
        case ast.BinOp(left=ast.BinOp(left=left, op=ast.Sub()), op=ast.Add(), right=ast.Constant(value=1)):
            yield left
