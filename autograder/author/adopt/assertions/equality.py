"""Where the student's side of an assertion stands against something else, and how near to it it has to be."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from autograder.author.adopt.assertions.expressions import called, is_type_of, number_of
from autograder.author.adopt.names_read import base_of, read_in

Pair = tuple[ast.expr, ast.expr, tuple[float, float] | None]
"""Two sides, and (relative, absolute) tolerances where they need not be equal."""


def compared_side(
    test: ast.expr, theirs: frozenset[str], constants: Mapping[str, float]
) -> tuple[ast.expr, tuple[float, float] | None] | None:
    """The student's side of a comparison with something that has none of the student's names, and how near it
    has to be; None where the assertion is no such comparison.
    """
    found = _pair(test, constants)
    if found is None:
        return None
    one, other, close = found
    mine, theirs_too = bool(read_in(one) & theirs), bool(read_in(other) & theirs)
    if mine == theirs_too or (mine and is_type_of(one)) or (theirs_too and is_type_of(other)):
        return None
    return (one if mine else other), close


def _pair(test: ast.expr, constants: Mapping[str, float]) -> Pair | None:
    """The two sides of an equality, exact or not."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test.left, test.ops[0], test.comparators[0], constants)
    if not isinstance(test, ast.Call):
        return None
    name, arguments = called(test), test.args
    if name in ("all", "alltrue") and not arguments and isinstance(test.func, ast.Attribute):
        return _all_of(test.func.value, constants)
    if name in ("all", "alltrue") and len(arguments) == 1:
        return _all_of(arguments[0], constants)
    if name in ("array_equal", "array_equiv") and len(arguments) == 2:
        return arguments[0], arguments[1], None
    if name == "equals" and isinstance(test.func, ast.Attribute) and len(arguments) == 1:
        return test.func.value, arguments[0], None
    if name in ("allclose", "isclose") and len(arguments) >= 2:
        library = base_of(test.func)
        names, standard = (
            (("rel_tol", "abs_tol"), (1e-9, 0.0)) if library == "math" else (("rtol", "atol"), (1e-5, 1e-8))
        )
        said = [*arguments[2:4], *([None] * 2)][:2]
        close = []
        for at, keyword in enumerate(names):
            node = next((k.value for k in test.keywords if k.arg == keyword), said[at])
            value = standard[at] if node is None else number_of(node, constants)
            if value is None:
                return None
            close.append(value)
        return arguments[0], arguments[1], (close[0], close[1])
    return None


def _all_of(node: ast.expr, constants: Mapping[str, float]) -> Pair | None:
    """The sides of `(a == b).all()`."""
    if isinstance(node, ast.Compare | ast.Call):
        found = _pair(node, constants)
        exact = isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq)
        return found if found is not None and (exact or found[2] is not None) else None
    return None


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr, constants: Mapping[str, float]) -> Pair | None:
    if isinstance(op, ast.Eq):
        for one, other in ((left, right), (right, left)):
            if isinstance(other, ast.Call) and called(other) == "approx" and other.args:
                given = {k.arg: number_of(k.value, constants) for k in other.keywords}
                return one, other.args[0], (given.get("rel") or 1e-6, given.get("abs") or 1e-12)
        return left, right, None
    if isinstance(op, ast.Gt | ast.GtE):
        left, right, op = right, left, ast.Lt()
    if not isinstance(op, ast.Lt | ast.LtE):
        return None
    gap, allowed = _difference(left), number_of(right, constants)
    if gap is None or allowed is None:
        return None
    return gap.left, gap.right, (0.0, allowed)


def _difference(node: ast.expr) -> ast.BinOp | None:
    """The difference within `abs(a - b)`, or within the largest of such."""
    while isinstance(node, ast.Call):
        name = called(node)
        if name in ("max", "amax") and not node.args and isinstance(node.func, ast.Attribute):
            node = node.func.value
        elif name in ("max", "amax") and len(node.args) == 1:
            node = node.args[0]
        elif name in ("abs", "absolute", "fabs") and len(node.args) == 1:
            inner = node.args[0]
            return inner if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub) else None
        else:
            return None
    return None
