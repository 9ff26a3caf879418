"""What is right but for rounding or a small guard: operators that change how many digits of a result are
right, and nothing else.

As the mutants' operators they carry their own examples. An answer that one of them made out of a right one
is what many students hand in, so that a visible check and the hidden tests have to agree about it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from autograder.edits.operators import Operator, operator_in
from autograder.edits.places import CodePlace

ROUNDINGS: list[Operator] = []
rounding = operator_in(ROUNDINGS)

GUARDS = (1e-8, 1e-7)
_SUMS = ("sum", "mean")
_LOGARITHMS = ("log", "log2", "log10")
_COSTLY = (*_LOGARITHMS, "exp", "dot", "tanh")


@rounding(
    ast.BinOp,
    examples=(
        "y = e / e.sum(axis=1) => y = e / (e.sum(axis=1) + 1e-08)",
        "y = (x - m) / s => y = (x - m) / (s + 1e-07)",
    ),
)
def guarded_denominator(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """A small number beside what is divided by; not beside a count, a step that is given, or a floor."""
    if isinstance(node.op, ast.Div) and _is_measured(node.right, place):
        for guard in GUARDS:
            yield ast.BinOp(node.left, ast.Div(), ast.BinOp(node.right, ast.Add(), ast.Constant(guard)))


@rounding(ast.Call, examples=("y = np.log(p) => y = np.log(p + 1e-08)",))
def guarded_logarithm(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """A small number beside what a logarithm is taken of."""
    if _called(node) in _LOGARITHMS and node.args:
        for guard in GUARDS:
            inner = ast.BinOp(node.args[0], ast.Add(), ast.Constant(guard))
            yield ast.Call(node.func, [inner, *node.args[1:]], node.keywords)


@rounding(
    ast.BinOp,
    ast.Call,
    examples=(
        "y = x @ w => y = np.float32(x) @ np.float32(w)",
        "y = np.exp(x) => y = np.exp(np.float32(x))",
    ),
)
def single_precision(node: Any, place: CodePlace) -> Iterator[Any]:
    """A product or a function of arrays in single precision."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield ast.BinOp(_single(node.left), ast.MatMult(), _single(node.right))
    elif isinstance(node, ast.Call) and _called(node) in _COSTLY and _of_numpy(node):
        yield ast.Call(node.func, [_single(a) for a in node.args], node.keywords)


@rounding(
    ast.BinOp,
    ast.Call,
    examples=(
        "y = x.sum(axis=0) => y = np.flip(x, axis=0).sum(axis=0)",
        "y = np.mean(x) => y = np.mean(np.flip(x))",
        "y = x @ w => y = np.flip(x, -1) @ np.flip(w, 0)",
    ),
)
def another_order(node: Any, place: CodePlace) -> Iterator[Any]:
    """A sum of the same terms in another order."""
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.MatMult):
            yield ast.BinOp(
                _numpy("flip", node.left, ast.Constant(-1)),
                node.op,
                _numpy("flip", node.right, ast.Constant(0)),
            )
        return
    if _called(node) not in _SUMS or not isinstance(node.func, ast.Attribute):
        return
    axis = [k for k in node.keywords if k.arg == "axis"]
    if _of_numpy(node):
        if len(node.args) == 1 and not isinstance(node.args[0], ast.GeneratorExp):
            flipped = _numpy("flip", node.args[0], keywords=axis)
            yield ast.Call(node.func, [flipped], node.keywords)
    elif not node.args:
        flipped = _numpy("flip", node.func.value, keywords=axis)
        yield ast.Call(ast.Attribute(flipped, node.func.attr, ast.Load()), [], node.keywords)


def _is_measured(node: ast.expr, place: CodePlace) -> bool:
    """Whether something is more than counts and the single numbers that a function is given."""
    numbers = {*place.around.numbers}
    if isinstance(node, ast.BinOp):
        return _is_measured(node.left, place) or _is_measured(node.right, place)
    if isinstance(node, ast.Call):
        return _called(node) not in ("len", "float", "int", "maximum", "max")
    if isinstance(node, ast.Name):
        return node.id not in numbers
    return not isinstance(node, ast.Constant | ast.Subscript | ast.Attribute)


def _called(node: ast.Call) -> str:
    """The last name of what is called."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _of_numpy(node: ast.Call) -> bool:
    function = node.func
    return isinstance(function, ast.Attribute) and ast.unparse(function.value) in ("np", "numpy")


def _single(node: ast.expr) -> ast.Call:
    return _numpy("float32", node)


def _numpy(name: str, *args: ast.expr, keywords: list[ast.keyword] | None = None) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load()), [*args], keywords or [])
