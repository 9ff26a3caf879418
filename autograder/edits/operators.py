"""The mistakes that mutants make: each operator is a function of a place in the code that yields what could
stand there instead.

It carries its own examples, which the tests run. To add one, write the function: nothing else changes.

Why not a library's operators: those of cosmic-ray 8.7 and mutmut 3.8 were run on nn_recognition. Together
they make 175 of the 1183 mutants that these make: they swap operators, change numbers and leave out
arguments, but every axis, term, statement, transpose, slice bound and variable stays as it is. Of 755 mutants
that they alone make (nine more operators for each `+` in `"W" + name`, texts in capitals), the probes kill
all but 34, which concern prints and speed. Both come with parsers, services and a runner that edit files on
disk; what would be shared is a table of operators.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from autograder.edits.places import CodePlace, is_own_attribute, neighbours

Make = Callable[[Any, CodePlace], Iterator[Any]]


@dataclass(frozen=True)
class Operator:
    """One kind of mistake. make yields the nodes that could stand at a place; each example reads "before
    => after".
    """

    name: str
    says: str
    types: tuple[type, ...]
    examples: tuple[str, ...]
    make: Make


@dataclass(frozen=True)
class At:
    """What could stand at a place, and the node that is told of instead of it. alike: the nodes that are
    changed in the same way, where these are several, that one among them. partner: one that could as well be
    told of, since the two change places.
    """

    new: Any
    told: ast.AST
    alike: tuple[ast.AST, ...] = ()
    partner: ast.stmt | None = None


OPERATORS: list[Operator] = []


def operator_in(table: list[Operator]) -> Callable[..., Callable[[Make], Make]]:
    """A decorator that registers a function of (node, place) in a table, as an operator on some types."""

    def on(*types: type, examples: tuple[str, ...]) -> Callable[[Make], Make]:
        def register(function: Make) -> Make:
            says = " ".join((function.__doc__ or "").split())
            table.append(Operator(function.__name__, says, types, examples, function))
            return function

        return register

    return on


operator = operator_in(OPERATORS)


# ---- operators on arithmetic and logic ---------------------------------------------------------------------

_ARITHMETIC: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_PAIRS = (
    ("mean", "sum"),
    ("max", "min"),
    ("max", "mean"),
    ("argmax", "argmin"),
    ("maximum", "minimum"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("floor", "ceil"),
    ("std", "var"),
    ("all", "any"),
    ("sqrt", "square"),
    ("uniform", "normal"),
    ("hstack", "vstack"),
    ("log", "log2"),
    ("sorted", "list"),
    ("argsort", "sort"),
)
_SIBLINGS = {
    name: tuple(b if name == a else a for a, b in _PAIRS if name in (a, b))
    for pair in _PAIRS
    for name in pair
}


@operator(ast.BinOp, ast.AugAssign, examples=("x + y => x - y", "x @ y => x * y", "x += y => x -= y"))
def arithmetic(node: Any, place: CodePlace) -> Iterator[Any]:
    """Another arithmetic operator; texts have but one."""
    if isinstance(node, ast.BinOp) and any(
        isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right)
    ):
        return
    other = _ARITHMETIC.get(type(node.op))
    if other is not None and isinstance(node, ast.AugAssign):
        yield ast.AugAssign(node.target, other(), node.value)
    elif other is not None:
        yield ast.BinOp(node.left, other(), node.right)


@operator(ast.BinOp, examples=("x - y => x", "x * y => y", "1 / x => x"))
def dropped_term(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """A sum or product without one of its terms."""
    yield node.left
    yield ast.UnaryOp(ast.USub(), node.right) if isinstance(node.op, ast.Sub) else node.right


@operator(ast.BinOp, examples=("x - y => y - x", "x @ y => y @ x"))
def swapped_operands(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """The operands of an operator that does not commute, swapped."""
    if isinstance(node.op, ast.Sub | ast.Div | ast.Pow | ast.MatMult | ast.FloorDiv | ast.Mod):
        yield ast.BinOp(node.right, node.op, node.left)


@operator(ast.UnaryOp, examples=("-x => x", "not x => x"))
def dropped_sign(node: ast.UnaryOp, place: CodePlace) -> Iterator[Any]:
    """No minus sign, no `not`."""
    yield node.operand


@operator(
    ast.BinOp,
    ast.Call,
    ast.Subscript,
    ast.Name,
    examples=(
        "y = f(x) => y = -f(x)",
        "def f(x):\n    return x + 1 => def f(x):\n    return -(x + 1)",
    ),
)
def negated(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A result with the opposite sign."""
    if isinstance(place.parent, ast.Assign | ast.Return) and place.field == "value":
        yield ast.UnaryOp(ast.USub(), node)


@operator(ast.Compare, examples=("x < y => x <= y", "x < y => x > y", "x == y => x != y"))
def comparison(node: ast.Compare, place: CodePlace) -> Iterator[Any]:
    """Another comparison."""
    for index, op in enumerate(node.ops):
        for other in _COMPARISONS.get(type(op), ()):
            yield ast.Compare(
                node.left, [*node.ops[:index], other(), *node.ops[index + 1 :]], node.comparators
            )


@operator(
    ast.BoolOp, ast.IfExp, examples=("x and y => x or y", "x and y => y", "x if c else y => y if c else x")
)
def logic(node: Any, place: CodePlace) -> Iterator[Any]:
    """`and` for `or`, a condition left out, the two outcomes swapped."""
    if isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
        return
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for index in range(len(node.values)):
        rest = [*node.values[:index], *node.values[index + 1 :]]
        yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


@operator(
    ast.expr, examples=("if x:\n    y = 1 => if not x:\n    y = 1", "if x:\n    y = 1 => if True:\n    y = 1")
)
def condition(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A condition that is negated, or always met."""
    if place.field == "test" or (place.field == "ifs" and isinstance(place.parent, ast.comprehension)):
        yield ast.UnaryOp(ast.Not(), node)
        yield ast.Constant(True)


# ---- operators on constants and names ----------------------------------------------------------------------


@operator(
    ast.Constant,
    examples=(
        "x = 0 => x = 1",
        "x = 3 => x = 4",
        "x = 0.5 => x = 1.0",
        "x = 1e-06 => x = 0.001",
        "x = True => x = False",
    ),
)
def constant(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """Another number, or the other truth value."""
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        if value > 0:
            yield ast.Constant(value - 1)
    elif isinstance(value, float):
        yield ast.Constant(1.0 if value == 0 else round(2 * value, 15))
        if 0 < abs(value) < 1e-3:
            yield ast.Constant(float(f"{1000 * value:.12g}"))
            yield ast.Constant(0.0)


@operator(
    ast.Constant,
    examples=(
        'x = p["W"] + p["b"] => x = p["b"] + p["b"]',
        'x = p["W"] => x = p["W_"]',
        'e("ij,jk->ik", A, B) => e("ij,jk->ki", A, B)',
    ),
)
def text(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """Another key or option: one that the cell uses too. Indices of an einsum, transposed."""
    if not isinstance(node.value, str) or not node.value:
        return
    if "->" in node.value:
        for part in node.value.replace("->", ",").split(","):
            if len(part) > 1:
                yield ast.Constant(node.value.replace(part, f"{part[:-2]}{part[-1]}{part[-2]}"))
        return
    others = neighbours(node.value, place.texts)
    yield from (ast.Constant(other) for other in others or [f"{node.value}_"])


@operator(
    ast.Name,
    ast.Attribute,
    examples=(
        "def f(x, y):\n    return x => def f(x, y):\n    return y",
        "f(sigmoid)\ng(tanh) => f(tanh)\ng(tanh)",
    ),
)
def other_name(node: Any, place: CodePlace) -> Iterator[Any]:
    """A variable, a function that is passed on, or an attribute of self, taken for its neighbour."""
    if not isinstance(node.ctx, ast.Load) or (isinstance(place.parent, ast.Call) and place.field == "func"):
        return
    if isinstance(node, ast.Attribute):
        if is_own_attribute(node):
            yield from (
                ast.Attribute(node.value, name, node.ctx) for name in neighbours(node.attr, place.attributes)
            )
        return
    if isinstance(place.parent, ast.Attribute) and node.id in place.free:
        return
    names = [name for line, name in place.locals if line < node.lineno or name == node.id]
    names = names if node.id in names else place.free
    yield from (ast.Name(name, node.ctx) for name in neighbours(node.id, names))


@operator(
    ast.Name,
    ast.Attribute,
    examples=(
        "np.mean(x) => np.sum(x)",
        "x.max() => x.min()",
        "x.max() => x.mean()",
        "np.zeros(3) => np.ones(3)",
    ),
)
def sibling(node: Any, place: CodePlace) -> Iterator[Any]:
    """A function's sibling: a sum for a mean, a minimum for a maximum."""
    if isinstance(place.parent, ast.Call) and place.field == "func":
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        for other in _SIBLINGS.get(name, ()):
            yield (
                ast.Attribute(node.value, other, node.ctx)
                if isinstance(node, ast.Attribute)
                else ast.Name(other, node.ctx)
            )


# ---- operators on calls, axes and indices ------------------------------------------------------------------

_STRUCTURAL = frozenset({"range", "enumerate", "zip", "isinstance", "super", "slice"})
_MODULES = frozenset({"np", "self", "rng", "math", "random"})


@operator(
    ast.keyword,
    examples=(
        "x.sum(axis=0, keepdims=True) => x.sum(axis=0)",
        "x.sum(axis=1) => x.sum(axis=0)",
        "x.sum(axis=(0, 2)) => x.sum(axis=(2,))",
    ),
)
def keyword_argument(node: ast.keyword, place: CodePlace) -> Iterator[Any]:
    """A keyword argument left out; another axis."""
    if node.arg is None:
        return
    yield None
    if node.arg == "axis":
        match node.value:
            case ast.Constant(value=int(axis)):
                yield ast.keyword("axis", ast.Constant(1 - axis if axis in (0, 1) else axis - 1))
            case ast.UnaryOp(operand=ast.Constant()):
                yield ast.keyword("axis", ast.Constant(0))
            case ast.Tuple(elts=axes):
                for index in range(len(axes)):
                    yield ast.keyword("axis", ast.Tuple([*axes[:index], *axes[index + 1 :]], ast.Load()))


@operator(ast.Call, examples=("f(x, y, 1) => f(y, x, 1)", "f(x, y, 1) => f(x, 1, y)"))
def swapped_arguments(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """Two neighbouring arguments, swapped."""
    for index, (a, b) in enumerate(pairwise(node.args)):
        if not isinstance(a, ast.Starred) and not isinstance(b, ast.Starred):
            yield ast.Call(node.func, [*node.args[:index], b, a, *node.args[index + 2 :]], node.keywords)


@operator(ast.Call, examples=("f(x, y) => f(y)", "f(x, y) => f(x)"))
def dropped_argument(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """One argument left out, so that the others move up or a default is taken."""
    if len(node.args) > 1:
        for index in range(len(node.args)):
            yield ast.Call(node.func, [*node.args[:index], *node.args[index + 1 :]], node.keywords)


@operator(
    ast.Call,
    ast.Attribute,
    ast.Subscript,
    examples=(
        "y = x.copy() => y = x",
        "y = np.abs(x) => y = x",
        "y = x.T => y = x",
        "y = x[0] => y = x",
    ),
)
def unwrapped(node: Any, place: CodePlace) -> Iterator[Any]:
    """A call, a transpose or an index left out: what it was applied to is taken as it is."""
    match node:
        case ast.Attribute(value=inner, attr="T") | ast.Subscript(value=inner, ctx=ast.Load()):
            yield inner
        case ast.Call(func=ast.Name(id=name), args=[ast.expr() as first, *_]) if name not in _STRUCTURAL:
            yield first
        case ast.Call(func=ast.Attribute(value=receiver), args=arguments):
            root = receiver
            while isinstance(root, ast.Attribute):
                root = root.value
            if not (
                isinstance(root, ast.Name)
                and root.id in _MODULES
                and isinstance(receiver, ast.Name | ast.Attribute)
            ):
                yield receiver
            if arguments and not isinstance(arguments[0], ast.Starred):
                yield arguments[0]


@operator(ast.expr, examples=("range(n) => range(n + 1)", "x[:n] => x[:n - 1]", "x[::s] => x[::s + 1]"))
def off_by_one(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A bound of a range or a slice, one more or one less."""
    parent = place.parent
    ranges = (
        isinstance(parent, ast.Call)
        and place.field == "args"
        and _last_name(parent.func) in ("range", "arange", "slice", "ndindex")
    )
    if (ranges and not isinstance(node, ast.Starred)) or isinstance(parent, ast.Slice):
        yield ast.BinOp(node, ast.Add(), ast.Constant(1))
        yield ast.BinOp(node, ast.Sub(), ast.Constant(1))


@operator(ast.Slice, examples=("x[a:b] => x[:b]", "x[a:b] => x[a:]", "x[::s] => x[::]"))
def open_slice(node: ast.Slice, place: CodePlace) -> Iterator[Any]:
    """A slice without one of its bounds or its step."""
    if node.lower is not None:
        yield ast.Slice(None, node.upper, node.step)
    if node.upper is not None:
        yield ast.Slice(node.lower, None, node.step)
    if node.step is not None:
        yield ast.Slice(node.lower, node.upper, None)


@operator(
    ast.Tuple,
    ast.List,
    ast.Dict,
    examples=(
        "y = (a, b) => y = (b, a)",
        "y = [a, b] => y = [b]",
        "a, b = y => b, a = y",
        'y = {"a": x, "b": z} => y = {"b": z}',
    ),
)
def collection(node: Any, place: CodePlace) -> Iterator[Any]:
    """Two neighbouring entries swapped, or one left out."""
    if isinstance(node, ast.Dict):
        for index in range(len(node.keys)):
            yield ast.Dict(
                [*node.keys[:index], *node.keys[index + 1 :]],
                [*node.values[:index], *node.values[index + 1 :]],
            )
        for index, (a, b) in enumerate(pairwise(node.values)):
            yield ast.Dict(node.keys, [*node.values[:index], b, a, *node.values[index + 2 :]])
        return
    for index, (a, b) in enumerate(pairwise(node.elts)):
        yield type(node)([*node.elts[:index], b, a, *node.elts[index + 2 :]], node.ctx)
    if isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for index in range(len(node.elts)):
            yield type(node)([*node.elts[:index], *node.elts[index + 1 :]], node.ctx)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


# ---- operators on statements -------------------------------------------------------------------------------


@operator(
    ast.stmt,
    examples=(
        "x = 1\ny = 2 => x = 1",
        "for i in y:\n    x += i\nz = 0 => z = 0",
        "if x:\n    raise E\ny = 0 => y = 0",
    ),
)
def dropped_statement(node: ast.stmt, place: CodePlace) -> Iterator[Any]:
    """A statement left out."""
    if not isinstance(
        node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom | ast.Global | ast.Nonlocal
    ):
        yield None


@operator(
    ast.For,
    ast.While,
    ast.Break,
    ast.Continue,
    examples=("for i in y:\n    x += i => for i in y:\n    x += i\n    break",),
)
def loop(node: Any, place: CodePlace) -> Iterator[Any]:
    """A loop that ends after its first round; `break` for `continue`."""
    if isinstance(node, ast.Break | ast.Continue):
        yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()
    elif isinstance(node, ast.For):
        yield ast.For(node.target, node.iter, [*node.body, ast.Break()], node.orelse)
    else:
        yield ast.While(node.test, [*node.body, ast.Break()], node.orelse)


@operator(ast.If, examples=("if x:\n    y = 1\nelse:\n    y = 2 => if x:\n    y = 1",))
def dropped_else(node: ast.If, place: CodePlace) -> Iterator[Any]:
    """An `if` without its `else`."""
    if node.orelse:
        yield ast.If(node.test, node.body, [])


@operator(
    ast.Assign, ast.AugAssign, examples=("x += y => x = y", "x += y => x = x + y", "x = x - y => x -= y")
)
def assignment(node: Any, place: CodePlace) -> Iterator[Any]:
    """A value replaced where it should grow, and the other way round; in place where it should not be,
    and the other way round.
    """
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
        if isinstance(node.target, ast.Name | ast.Attribute):
            now = ast.parse(ast.unparse(node.target), mode="eval").body
            yield ast.Assign([node.target], ast.BinOp(now, node.op, node.value))
    elif (
        isinstance(node.value, ast.BinOp)
        and len(node.targets) == 1
        and ast.unparse(node.value.left) == ast.unparse(node.targets[0])
    ):
        yield ast.AugAssign(node.targets[0], node.value.op, node.value.right)


@operator(ast.arguments, examples=("def f(x, y=1, z=2): return x => def f(x, y, z=2): return x",))
def dropped_default(node: ast.arguments, place: CodePlace) -> Iterator[Any]:
    """A parameter that has no default any more."""
    if node.defaults:
        yield ast.arguments(
            node.posonlyargs,
            node.args,
            node.vararg,
            node.kwonlyargs,
            node.kw_defaults,
            node.kwarg,
            node.defaults[1:],
        )
