"""What one assertion asks: the student's side of it, and how it is decided.

An assertion is taken apart, never evaluated. Its student's sides are what a probe returns. The rest is a
test over `_0`, `_1`, ... in their places, for a judge; or nothing is needed, since the solution's own
side decides.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from autograder.author.adopt.assertions.equality import compared_side
from autograder.author.adopt.assertions.expressions import may_be_several, placed
from autograder.author.adopt.assertions.lifting import Lift
from autograder.author.adopt.names_read import read_in

_INVERSE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.NotEq: ast.Eq,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.IsNot: ast.Is,
    ast.NotIn: ast.In,
    ast.Eq: ast.NotEq,
}


@dataclass(frozen=True)
class Asked:
    """One assertion. sides: the student's, as they stand in the old cell; test: what is asserted, over `_0`,
    `_1`, ... in their place. same: the solution's own result can decide about the only side, within
    close = (relative, absolute), where that is said; equal: as `==` has it, which tells lists from tuples.
    """

    sides: tuple[ast.expr, ...]
    test: ast.expr
    line: int
    same: bool = False
    side: ast.expr | None = None
    close: tuple[float, float] | None = None
    equal: bool = False
    says: str = ""
    source: str = ""
    """The assertion as it was written."""


def asked(
    test: ast.expr, theirs: frozenset[str], constants: Mapping[str, float], says: str = "", source: str = ""
) -> list[Asked]:
    """What an asserted expression asks, each part of an `and` by itself; nothing where no name in it is the
    student's. source: how it was written, where that is another way.
    """
    test = _straight(test)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [one for part in test.values for one in asked(part, theirs, constants, says, source)]
    if not read_in(test) & theirs:
        return []
    lift = Lift(theirs)
    found = compared_side(test, theirs, constants)
    lifted = lift.test(test)
    made = Asked(
        tuple(lift.sides), lifted, getattr(test, "lineno", 0), says=says, source=source or ast.unparse(test)
    )
    if found is None:
        return [made]
    side, close = found
    if isinstance(side, ast.Attribute) and side.attr == "dtype":  # the kind itself does not travel
        assert isinstance(test, ast.Compare)
        other = test.comparators[0] if test.left is side else test.left
        numpy = ast.Attribute(ast.Name("np", ast.Load()), "dtype", ast.Load())
        side = placed(ast.Call(ast.Name("str", ast.Load()), [side], []), side)
        expected = ast.Call(ast.Name("str", ast.Load()), [ast.Call(numpy, [other], [])], [])
        lifted = placed(ast.Compare(ast.Name("_0", ast.Load()), [ast.Eq()], [expected]), test)
        made = replace(made, sides=(side,), test=lifted)
    equal = close is None and isinstance(test, ast.Compare) and may_be_several(side)
    equal = equal and may_be_several(test.comparators[0]) and may_be_several(test.left)  # type: ignore[attr-defined]
    return [replace(made, same=True, side=side, close=close, equal=equal)]


def _straight(test: ast.expr) -> ast.expr:
    """`not (a != b)` as `a == b`, `not (a or b)` as `not a and not b`."""
    if not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
        return test
    inner = test.operand
    if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.Not):
        return _straight(inner.operand)
    if isinstance(inner, ast.BoolOp) and isinstance(inner.op, ast.Or):
        parts = [_straight(placed(ast.UnaryOp(ast.Not(), part), part)) for part in inner.values]
        return placed(ast.BoolOp(ast.And(), parts), test)
    if isinstance(inner, ast.Compare) and len(inner.ops) == 1 and type(inner.ops[0]) in _INVERSE:
        return placed(ast.Compare(inner.left, [_INVERSE[type(inner.ops[0])]()], inner.comparators), test)
    return test
