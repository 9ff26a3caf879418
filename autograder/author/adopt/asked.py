"""What one assertion asks: the student's side of it, and how it is decided.

An assertion is taken apart, never evaluated. Its student's sides are what a probe returns. The rest is a
test over `_0`, `_1`, ... in their places, for a judge; or nothing is needed, since the solution's own
side decides.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from autograder.author.adopt.names_read import BUILTINS, Comprehension, base_of, local_to, read_in

Expression = TypeVar("Expression", bound=ast.expr)
PURE = frozenset(
    [
        *("abs", "all", "any", "bool", "float", "int", "len", "list", "max", "min", "round", "set", "sorted"),
        *("str", "sum", "tuple", "dict", "frozenset", "type", "zip"),
    ]
)
_DECIDES = frozenset(
    ["allclose", "isclose", "array_equal", "array_equiv", "isnan", "isfinite", "isinf", "isin"]
)
"""Functions of NumPy's whose result is a verdict: they are called outside."""
_LIBRARIES = ("np", "numpy", "math")
_KINDS = BUILTINS | {"ndarray", "DataFrame", "Series", "Index", "floating", "integer"}
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
    close = (relative, absolute), where that is said.
    """

    sides: tuple[ast.expr, ...]
    test: ast.expr
    line: int
    same: bool = False
    side: ast.expr | None = None
    close: tuple[float, float] | None = None
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
    lift = _Lift(theirs)
    found = _same(test, theirs, constants)
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
        side = _at(ast.Call(ast.Name("str", ast.Load()), [side], []), side)
        expected = ast.Call(ast.Name("str", ast.Load()), [ast.Call(numpy, [other], [])], [])
        lifted = _at(ast.Compare(ast.Name("_0", ast.Load()), [ast.Eq()], [expected]), test)
        made = replace(made, sides=(side,), test=lifted)
    return [replace(made, same=True, side=side, close=close)]


def _straight(test: ast.expr) -> ast.expr:
    """`not (a != b)` as `a == b`, `not (a or b)` as `not a and not b`."""
    if not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
        return test
    inner = test.operand
    if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.Not):
        return _straight(inner.operand)
    if isinstance(inner, ast.BoolOp) and isinstance(inner.op, ast.Or):
        parts = [_straight(_at(ast.UnaryOp(ast.Not(), part), part)) for part in inner.values]
        return _at(ast.BoolOp(ast.And(), parts), test)
    if isinstance(inner, ast.Compare) and len(inner.ops) == 1 and type(inner.ops[0]) in _INVERSE:
        return _at(ast.Compare(inner.left, [_INVERSE[type(inner.ops[0])]()], inner.comparators), test)
    return test


def _at(node: Expression, place: ast.expr) -> Expression:
    return ast.fix_missing_locations(ast.copy_location(node, place))


# ---- where the student's side stands against something else


def _same(
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
    if mine == theirs_too or (mine and _is_type_of(one)) or (theirs_too and _is_type_of(other)):
        return None
    return (one if mine else other), close


def _is_type_of(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"


Pair = tuple[ast.expr, ast.expr, tuple[float, float] | None]


def _pair(test: ast.expr, constants: Mapping[str, float]) -> Pair | None:
    """The two sides of an equality, exact or not."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test.left, test.ops[0], test.comparators[0], constants)
    if not isinstance(test, ast.Call):
        return None
    name, arguments = _called(test), test.args
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
            if isinstance(other, ast.Call) and _called(other) == "approx" and other.args:
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
        name = _called(node)
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


def number_of(node: ast.expr, constants: Mapping[str, float]) -> float | None:
    """A number that is written down, `1e-6`, `10**-6`, `eps`; None where it is anything else."""
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ):
        return float(node.value)
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = number_of(node.operand, constants)
        return None if inner is None else -inner
    if isinstance(node, ast.BinOp):
        a, b = number_of(node.left, constants), number_of(node.right, constants)
        if a is None or b is None or abs(a) > 1e6 or abs(b) > 1e6:
            return None
        if isinstance(node.op, ast.Mult):
            return a * b
        if isinstance(node.op, ast.Div) and b:
            return a / b
        if isinstance(node.op, ast.Pow) and a > 0 and abs(b) < 50:
            return float(a**b)
    return None


def _called(call: ast.Call) -> str:
    """The last part of the name that is called."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


# ---- everything else: what is asserted, with the student's sides taken out


class _Lift:
    """Takes the student's sides out of an assertion, as near to the comparison as they can be."""

    def __init__(self, theirs: frozenset[str]) -> None:
        self.theirs, self.sides = theirs, list[ast.expr]()

    def side(self, node: ast.expr) -> ast.expr:
        dumps = [ast.dump(s) for s in self.sides]
        called = any(isinstance(n, ast.Call) for n in ast.walk(node))  # two calls may give two results
        at = len(dumps) if called or ast.dump(node) not in dumps else dumps.index(ast.dump(node))
        if at == len(dumps):
            self.sides.append(node)
        return _at(ast.Name(f"_{at}", ast.Load()), node)

    def test(self, node: ast.expr) -> ast.expr:
        """An expression whose truth counts."""
        if not read_in(node) & self.theirs:
            return node
        if isinstance(node, ast.BoolOp):
            return _at(ast.BoolOp(node.op, [self.test(part) for part in node.values]), node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return _at(ast.UnaryOp(node.op, self.test(node.operand)), node)
        if isinstance(node, ast.Compare):
            if len(node.ops) == 1 and (kind := self._type_is(node)) is not None:
                return kind
            left, *others = [self.operand(part) for part in (node.left, *node.comparators)]
            return _at(ast.Compare(left, node.ops, others), node)
        if isinstance(node, ast.Call):
            return self._call(node)
        return self.operand(node)

    def _call(self, node: ast.Call) -> ast.expr:
        name = _called(node)
        if name == "isinstance" and len(node.args) == 2:
            return self._isinstance(node)
        if name in ("all", "any") and len(node.args) == 1 and not node.keywords:
            inner = node.args[0]
            if isinstance(inner, ast.GeneratorExp | ast.ListComp):
                return self._every(node, inner)
            return _at(ast.Call(node.func, [self.test(inner)], []), node)
        if name in ("all", "any") and not node.args and isinstance(node.func, ast.Attribute):
            func = ast.Attribute(self.test(node.func.value), name, ast.Load())
            return _at(ast.Call(func, [], node.keywords), node)
        if name in _DECIDES and self._is_pure(node):
            return _at(ast.Call(node.func, [self.operand(a) for a in node.args], node.keywords), node)
        return self.operand(node)

    def operand(self, node: ast.expr) -> ast.expr:
        """A value that is compared: the student's as a whole, unless something that is not the student's is
        mixed into it, which must stay outside.
        """
        if not read_in(node) & self.theirs:
            return node
        if not self._is_mixed(node):
            return self.side(node)
        if isinstance(node, ast.BinOp):
            return _at(ast.BinOp(self.operand(node.left), node.op, self.operand(node.right)), node)
        if isinstance(node, ast.UnaryOp):
            return _at(ast.UnaryOp(node.op, self.operand(node.operand)), node)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and read_in(node.func) & self.theirs
        ):
            func = ast.Attribute(self.operand(node.func.value), node.func.attr, ast.Load())
            return _at(ast.Call(func, node.args, node.keywords), node)
        if isinstance(node, ast.Call):
            keywords = [ast.keyword(k.arg, self.operand(k.value)) for k in node.keywords]
            return _at(ast.Call(node.func, [self.operand(a) for a in node.args], keywords), node)
        return self.side(node)

    def _is_mixed(self, node: ast.expr) -> bool:
        """Whether an operation on the student's value takes in something else than numbers."""
        if isinstance(node, ast.BinOp):
            parts = [node.left, node.right]
        elif isinstance(node, ast.UnaryOp):
            return self._is_mixed(node.operand)
        elif isinstance(node, ast.Call) and self._is_pure(node):
            parts = [*node.args, *(k.value for k in node.keywords)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return self._is_mixed(node.func.value)
        else:
            return False
        theirs = [p for p in parts if read_in(p) & self.theirs]
        other = any(not isinstance(p, ast.Constant) for p in parts if p not in theirs)
        return bool(theirs) and (other or any(map(self._is_mixed, theirs)))

    def _is_pure(self, call: ast.Call) -> bool:
        if isinstance(call.func, ast.Name):
            return call.func.id in PURE and call.func.id not in self.theirs
        return base_of(call.func) in _LIBRARIES

    # ---- types

    def _isinstance(self, node: ast.Call) -> ast.expr:
        kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
        names = [
            k.attr if isinstance(k, ast.Attribute) else k.id if isinstance(k, ast.Name) else "" for k in kinds
        ]
        if not all(name in _KINDS or name in self.theirs for name in names):
            return self.side(node)
        seen = self.side(_types_of(node.args[0]))
        tests: list[ast.expr] = [ast.Compare(ast.Constant(name), [ast.In()], [seen]) for name in names]
        return _at(tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests), node)

    def _type_is(self, node: ast.Compare) -> ast.expr | None:
        """`type(x) == int` over the names of x's classes."""
        one, other = node.left, node.comparators[0]
        if not (_is_type_of(one) and read_in(one) & self.theirs and isinstance(node.ops[0], ast.Eq | ast.Is)):
            return None
        if not isinstance(other, ast.Name | ast.Attribute):
            return None
        assert isinstance(one, ast.Call)
        seen = self.side(_types_of(one.args[0]))
        first = ast.Subscript(seen, ast.Constant(0), ast.Load())
        name = other.attr if isinstance(other, ast.Attribute) else other.id
        return _at(ast.Compare(first, [ast.Eq()], [ast.Constant(name)]), node)

    # ---- all(... for ... in ...)

    def _every(self, node: ast.Call, inner: ast.GeneratorExp | ast.ListComp) -> ast.expr:
        """What is asserted of every entry: of the student's own, when only they are read; else of rows that
        are gathered inside.
        """
        local = local_to(inner)
        conditions = [c for g in inner.generators for c in g.ifs]
        if len(inner.generators) == 1 and not read_in([inner.elt, *conditions]) & (self.theirs - local):
            only = inner.generators[0]
            over = _listed(only.iter) if read_in(only.iter) & self.theirs else only.iter
            made = ast.comprehension(only.target, self.operand(over), only.ifs, 0)
            return _at(ast.Call(node.func, [_rebuilt(inner, inner.elt, [made])], []), node)
        row = _Lift(self.theirs | local)
        test = row.test(inner.elt)
        names = sorted(read_in(test) & local)
        rows = ast.ListComp(
            ast.List([*row.sides, *(ast.Name(n, ast.Load()) for n in names)], ast.Load()), inner.generators
        )
        each = [ast.Name(n, ast.Store()) for n in [*(f"_{i}" for i in range(len(row.sides))), *names]]
        target = ast.List(list[ast.expr](each), ast.Store())
        seen = self.side(_at(rows, node))
        test = _renamed(test, len(row.sides))
        for name in each[: len(row.sides)]:
            name.id = f"each{name.id}"
        return _at(
            ast.Call(node.func, [_rebuilt(inner, test, [ast.comprehension(target, seen, [], 0)])], []), node
        )


def _listed(node: ast.expr) -> ast.expr:
    """What is gone over, as a list where a call makes it: an iterator does not travel."""
    if not isinstance(node, ast.Call):
        return node
    return _at(ast.Call(ast.Name("list", ast.Load()), [node], []), node)


def _rebuilt(like: Comprehension, elt: ast.expr, generators: list[ast.comprehension]) -> ast.expr:
    return (ast.ListComp if isinstance(like, ast.ListComp) else ast.GeneratorExp)(elt, generators)


def _renamed(test: ast.expr, count: int) -> ast.expr:
    """The names of a row's sides, so that they are told from the assertion's own."""
    for node in ast.walk(test):
        if isinstance(node, ast.Name) and node.id in {f"_{i}" for i in range(count)}:
            node.id = f"each{node.id}"
    return test


def _types_of(node: ast.expr) -> ast.expr:
    return _at(ast.Call(ast.Name("types_of", ast.Load()), [node], []), node)
