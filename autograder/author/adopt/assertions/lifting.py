"""Takes the student's sides out of an assertion: what is left is decided outside."""

from __future__ import annotations

import ast

from autograder.author.adopt.assertions.expressions import called, is_type_of, placed
from autograder.author.adopt.names_read import BUILTINS, Comprehension, base_of, local_to, read_in

_PURE = frozenset(
    [
        *("abs", "all", "any", "bool", "float", "int", "len", "list", "max", "min", "round", "set", "sorted"),
        *("str", "sum", "tuple", "dict", "frozenset", "type", "zip"),
    ]
)
_DECIDES = frozenset(
    ["allclose", "isclose", "array_equal", "array_equiv", "isnan", "isfinite", "isinf", "isin"]
)
"""Functions of NumPy's whose result is a verdict: they are called outside."""
_OF_PLACES = frozenset(["shares_memory", "may_share_memory"])
"""Functions of NumPy's about where arrays lie: what has travelled lies elsewhere."""
_LIBRARIES = ("np", "numpy", "math")
_KINDS = BUILTINS | {"ndarray", "DataFrame", "Series", "Index", "floating", "integer"}


class Lift:
    """Takes the student's sides out of an assertion, as near to the comparison as they can be."""

    def __init__(self, theirs: frozenset[str]) -> None:
        self.theirs, self.sides = theirs, list[ast.expr]()

    def side(self, node: ast.expr) -> ast.expr:
        dumps = [ast.dump(s) for s in self.sides]
        called = any(isinstance(n, ast.Call) for n in ast.walk(node))  # two calls may give two results
        at = len(dumps) if called or ast.dump(node) not in dumps else dumps.index(ast.dump(node))
        if at == len(dumps):
            self.sides.append(node)
        return placed(ast.Name(f"_{at}", ast.Load()), node)

    def test(self, node: ast.expr) -> ast.expr:
        """An expression whose truth counts."""
        if not read_in(node) & self.theirs:
            return node
        if isinstance(node, ast.BoolOp):
            return placed(ast.BoolOp(node.op, [self.test(part) for part in node.values]), node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return placed(ast.UnaryOp(node.op, self.test(node.operand)), node)
        if isinstance(node, ast.Compare):
            if len(node.ops) == 1 and (kind := self._type_is(node)) is not None:
                return kind
            if _is_of_places(node):
                return self.side(node)
            left, *others = [self.operand(part) for part in (node.left, *node.comparators)]
            return placed(ast.Compare(left, node.ops, others), node)
        if isinstance(node, ast.Call):
            return self._call(node)
        return self.operand(node)

    def _call(self, node: ast.Call) -> ast.expr:
        name = called(node)
        if name in _OF_PLACES:
            return self.side(node)
        if name == "isinstance" and len(node.args) == 2:
            return self._isinstance(node)
        if name in ("all", "any") and len(node.args) == 1 and not node.keywords:
            inner = node.args[0]
            if isinstance(inner, ast.GeneratorExp | ast.ListComp):
                return self._every(node, inner)
            return placed(ast.Call(node.func, [self.test(inner)], []), node)
        if name in ("all", "any") and not node.args and isinstance(node.func, ast.Attribute):
            func = ast.Attribute(self.test(node.func.value), name, ast.Load())
            return placed(ast.Call(func, [], node.keywords), node)
        if name in _DECIDES and self._is_pure(node):
            return placed(ast.Call(node.func, [self.operand(a) for a in node.args], node.keywords), node)
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
            return placed(ast.BinOp(self.operand(node.left), node.op, self.operand(node.right)), node)
        if isinstance(node, ast.UnaryOp):
            return placed(ast.UnaryOp(node.op, self.operand(node.operand)), node)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and read_in(node.func) & self.theirs
        ):
            func = ast.Attribute(self.operand(node.func.value), node.func.attr, ast.Load())
            return placed(ast.Call(func, node.args, node.keywords), node)
        if isinstance(node, ast.Call):
            keywords = [ast.keyword(k.arg, self.operand(k.value)) for k in node.keywords]
            return placed(ast.Call(node.func, [self.operand(a) for a in node.args], keywords), node)
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
            return call.func.id in _PURE and call.func.id not in self.theirs
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
        return placed(tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests), node)

    def _type_is(self, node: ast.Compare) -> ast.expr | None:
        """`type(x) == int` over the names of x's classes."""
        one, other = node.left, node.comparators[0]
        if not (is_type_of(one) and read_in(one) & self.theirs and isinstance(node.ops[0], ast.Eq | ast.Is)):
            return None
        if not isinstance(other, ast.Name | ast.Attribute):
            return None
        assert isinstance(one, ast.Call)
        seen = self.side(_types_of(one.args[0]))
        first = ast.Subscript(seen, ast.Constant(0), ast.Load())
        name = other.attr if isinstance(other, ast.Attribute) else other.id
        return placed(ast.Compare(first, [ast.Eq()], [ast.Constant(name)]), node)

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
            return placed(ast.Call(node.func, [_rebuilt(inner, inner.elt, [made])], []), node)
        row = Lift(self.theirs | local)
        test = row.test(inner.elt)
        names = sorted(read_in(test) & local)
        rows = ast.ListComp(
            ast.List([*row.sides, *(ast.Name(n, ast.Load()) for n in names)], ast.Load()), inner.generators
        )
        each = [ast.Name(n, ast.Store()) for n in [*(f"_{i}" for i in range(len(row.sides))), *names]]
        target = ast.List(list[ast.expr](each), ast.Store())
        seen = self.side(placed(rows, node))
        test = _renamed(test, len(row.sides))
        for name in each[: len(row.sides)]:
            name.id = f"each{name.id}"
        return placed(
            ast.Call(node.func, [_rebuilt(inner, test, [ast.comprehension(target, seen, [], 0)])], []), node
        )


def _is_of_places(node: ast.Compare) -> bool:
    """Whether two objects are asked to be the same one, or not: that is seen where they are."""
    return isinstance(node.ops[0], ast.Is | ast.IsNot) and not any(
        isinstance(part, ast.Constant) for part in (node.left, *node.comparators)
    )


def _listed(node: ast.expr) -> ast.expr:
    """What is gone over, as a list where a call makes it: an iterator does not travel."""
    if not isinstance(node, ast.Call):
        return node
    return placed(ast.Call(ast.Name("list", ast.Load()), [node], []), node)


def _rebuilt(like: Comprehension, elt: ast.expr, generators: list[ast.comprehension]) -> ast.expr:
    return (ast.ListComp if isinstance(like, ast.ListComp) else ast.GeneratorExp)(elt, generators)


def _renamed(test: ast.expr, count: int) -> ast.expr:
    """The names of a row's sides, so that they are told from the assertion's own."""
    for node in ast.walk(test):
        if isinstance(node, ast.Name) and node.id in {f"_{i}" for i in range(count)}:
            node.id = f"each{node.id}"
    return test


def _types_of(node: ast.expr) -> ast.expr:
    return placed(ast.Call(ast.Name("types_of", ast.Load()), [node], []), node)
