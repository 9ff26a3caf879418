"""What one change could mend a wrong answer: the operators that make mistakes, which undo them as well, and
some that put in what was forgotten.

Candidates come with the likely ones first, for whoever tries them has little time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from autograder.edits.mutants import Mutant, changed, changes
from autograder.edits.operators import OPERATORS, Operator, operator_in
from autograder.edits.places import CodePlace, places

MOST = 400
"""No more candidates than this for one cell: where probes are quick, this ends the search before the clock
does, so that two runs find the same.
"""

TRIES = 1200
"""No more changes than this are looked at, those that don't compile or come again among them."""
LONGEST = 10_000
"""Characters that a cell may have: each change costs as long as the whole cell is."""

MENDS: list[Operator] = []
_mend = operator_in(MENDS)

_REDUCTIONS = frozenset({"sum", "mean", "max", "min", "prod", "std", "var", "argmax", "argmin", "any", "all"})
_REDUCTIONS |= {"amax", "amin", "cumsum", "logsumexp", "norm"}
_MAKERS = frozenset({"zeros_like", "ones_like", "empty_like", "full_like", "zeros", "ones", "empty", "array"})
_MAKERS |= {"asarray", "full", "arange"}


def mends(text: str, names: Iterable[str], line: int = 0) -> Iterator[Mutant]:
    """Copies of a cell with one place changed that may be what was meant. names: what the question asks for,
    such as "softmax" or "Layer.forward"; changes within these come before those in the rest of the cell, and
    those in one line, where the code has raised, before all others.

    Nothing for a cell that is not plain Python, or longer or more deeply nested than an answer is.
    """
    if len(text) > LONGEST:
        return
    try:
        yield from islice(_mends(text, frozenset(names), line), MOST)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return


def _mends(text: str, names: frozenset[str], line: int) -> Iterator[Mutant]:
    tree = ast.parse(text)
    wanted = {id(node) for node in _asked_for(tree, names)}
    everywhere = list(places(tree))
    here = [place for place in everywhere if line and getattr(place.node, "lineno", 0) == line]
    inner = [place for place in everywhere if id(place.definition) in wanted]
    outer = [place for place in everywhere if id(place.definition) not in wanted]
    kinds = sorted([*MENDS, *OPERATORS], key=_reach)
    every = chain.from_iterable(changes(part, kinds) for part in (here, inner, outer))
    yield from changed(tree, islice(every, TRIES))


def _reach(kind: Operator) -> int:
    """How much of the code an operator may concern: what changes a piece of a line comes first."""
    return 2 if ast.FunctionDef in kind.types else int(kind.make is one_more_step)


def _asked_for(tree: ast.Module, names: frozenset[str]) -> Iterator[ast.AST]:
    """The definitions of these names, and those within them. A method may stand as a function by itself."""
    methods = {name.rpartition(".")[2] for name in names}
    for node in tree.body:
        for name, part in _definitions(node):
            if {name, name.partition(".")[0]} & names or name in methods:
                yield from (inner for inner in ast.walk(part) if isinstance(inner, ast.FunctionDef))


def _definitions(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.FunctionDef):
        yield node.name, node
    elif isinstance(node, ast.ClassDef):
        yield from (
            (f"{node.name}.{inner.name}", inner) for inner in node.body if isinstance(inner, ast.FunctionDef)
        )


# ---- what was forgotten, or taken for something else -------------------------------------------------------


@_mend(ast.Call, examples=("x.sum(axis=1) => x.sum(axis=1, keepdims=True)", "np.max(x) => np.max(x, axis=0)"))
def axis_or_keepdims(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """A reduction that keeps its axes, or along an axis at all."""
    if _called(node) not in _REDUCTIONS:
        return
    given = {keyword.arg for keyword in node.keywords}
    on_array = isinstance(node.func, ast.Attribute) and not _is_module(node.func.value)
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


@_mend(
    ast.Name, ast.Attribute, ast.Subscript, ast.Call, examples=("y = x @ w => y = x.T @ w", "f(x) => f(x.T)")
)
def transpose(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A transpose put in, where a product or a call takes a value or one is returned."""
    if _is_operand(node, place):
        yield ast.Attribute(node, "T", ast.Load())


@_mend(
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
        for count in (f"len({name})", f"{name}.shape[0]", f"{name}.shape[1]", f"{name}.size"):
            number = ast.parse(count, mode="eval").body
            yield _with_value(node, ast.BinOp(value, ast.Div(), number))
            yield _with_value(node, ast.BinOp(value, ast.Mult(), number))
    for factor in (2, 0.5):
        yield _with_value(node, ast.BinOp(ast.Constant(factor), ast.Mult(), value))


@_mend(
    ast.FunctionDef,
    examples=(
        "def f(x):\n    x += 1\n    return x => def f(x):\n    x = x.copy()\n    x += 1\n    return x",
    ),
)
def copied_at_the_entry(node: ast.FunctionDef, place: CodePlace) -> Iterator[Any]:
    """An argument copied, or taken as numbers with a fraction, before anything is done with it."""
    start = 1 if ast.get_docstring(node) is not None else 0
    for argument in [a.arg for a in node.args.args if a.arg != "self"]:
        for made in (f"{argument}.copy()", f"np.array({argument}, dtype=float)"):
            first = ast.parse(f"{argument} = {made}").body
            yield _with_body(node, [*node.body[:start], *first, *node.body[start:]])


@_mend(ast.Call, examples=("y = np.zeros_like(x) => y = np.zeros_like(x, dtype=float)",))
def with_a_fraction(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """A new array that can hold fractions."""
    if _called(node) in _MAKERS and "dtype" not in {keyword.arg for keyword in node.keywords}:
        yield ast.Call(
            node.func, node.args, [*node.keywords, ast.keyword("dtype", ast.Name("float", ast.Load()))]
        )


@_mend(
    ast.Name,
    ast.Call,
    ast.Subscript,
    ast.Attribute,
    examples=("y = x - m => y = x[:, None] - m", "f(x - m) => f(x - m[None, :])"),
)
def one_more_axis(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A value with one more axis, where it meets another in arithmetic."""
    if isinstance(place.parent, ast.BinOp) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        for index in ("[:, None]", "[None, :]"):
            yield ast.parse(f"({ast.unparse(node)}){index}", mode="eval").body


@_mend(ast.Call, examples=("e = np.exp(x) => e = np.exp(x - np.max(x, axis=-1, keepdims=True))",))
def shifted(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """An exponential of what was shifted below zero."""
    if _called(node) == "exp" and len(node.args) == 1:
        inner = ast.unparse(node.args[0])
        for shift in (f"np.max({inner}, axis=-1, keepdims=True)", f"np.max({inner})"):
            yield ast.Call(node.func, [ast.parse(f"({inner}) - {shift}", mode="eval").body], [])
        yield ast.Call(node.func, [ast.UnaryOp(ast.USub(), node.args[0])], [])


@_mend(
    ast.Return, examples=("def f(x):\n    return x * 2 => def f(x):\n    return (x * 2).reshape(x.shape)",)
)
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


@_mend(ast.FunctionDef, examples=("def f(x):\n    y = x + 1 => def f(x):\n    y = x + 1\n    return y",))
def returned(node: ast.FunctionDef, place: CodePlace) -> Iterator[Any]:
    """What was computed last, returned."""
    last = node.body[-1]
    if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Constant):
        yield _with_body(node, [*node.body[:-1], ast.Return(last.value)])
    for name in dict.fromkeys(name for line, name in reversed(place.locals_of(node)) if line > 0):
        if not isinstance(last, ast.Return):
            yield _with_body(node, [*node.body, ast.Return(ast.Name(name, ast.Load()))])


@_mend(
    ast.For,
    ast.While,
    ast.If,
    examples=("for i in y:\n    a = i\n    b = a => for i in y:\n    a = i\nb = a",),
)
def moved_out(node: Any, place: CodePlace) -> Iterator[Any]:
    """The last statement of a loop or a condition, after it instead of within it."""
    if len(node.body) > 1 and not node.orelse:
        yield [_with_body(node, node.body[:-1]), node.body[-1]]


@_mend(
    ast.For,
    ast.While,
    ast.If,
    examples=("for i in y:\n    a = i\nb = a => for i in y:\n    a = i\n    b = a",),
)
def moved_in(node: Any, place: CodePlace) -> Iterator[Any]:
    """The statement after a loop or a condition, at its end instead."""
    following = place.following
    if following is not None and not node.orelse:
        yield [_with_body(node, [*node.body, following]), None]


@_mend(ast.BinOp, examples=("x * w => x @ w", "x + y => x * y"))
def other_operator(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """A product of matrices for one by entries, and other operators that are taken for each other."""
    if isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
        return
    for op in (ast.MatMult, ast.Mult, ast.Add, ast.Sub, ast.Div, ast.Pow, ast.FloorDiv):
        if not isinstance(node.op, op):
            yield ast.BinOp(node.left, op(), node.right)


@_mend(ast.Name, examples=("def f(x, y, z):\n    return x => def f(x, y, z):\n    return z",))
def any_name(node: ast.Name, place: CodePlace) -> Iterator[Any]:
    """A variable, taken for another of the function."""
    if isinstance(node.ctx, ast.Load) and not (isinstance(place.parent, ast.Call) and place.field == "func"):
        known = [name for line, name in place.locals if line < node.lineno]
        if node.id in known:
            yield from (ast.Name(name, node.ctx) for name in known if name != node.id)


@_mend(
    ast.BinOp,
    ast.Name,
    ast.Call,
    ast.Subscript,
    ast.Attribute,
    examples=("y = s * t => y = s * (1 - t)", "y = f(s) => y = f(s ** 2)"),
)
def complement_or_power(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """One minus a value, its square, its root, its opposite."""
    if _is_operand(node, place):
        text = ast.unparse(node)
        for made in (f"1 - ({text})", f"({text}) ** 2", f"np.sqrt({text})", f"-({text})"):
            yield ast.parse(made, mode="eval").body


@_mend(ast.Constant, examples=("x = 3 => x = 2",))
def near_number(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """A number that is often meant instead."""
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        value = node.value
        for other in (0, 1, 2, -1, 0.5, -value, value / 2, 2 * value, value - 1, value + 1):
            if other != value:
                yield ast.Constant(other) if other >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-other))


@_mend(ast.Tuple, examples=("def f(x, y):\n    return (x,) => def f(x, y):\n    return (x, y)",))
def one_more_entry(node: ast.Tuple, place: CodePlace) -> Iterator[Any]:
    """A tuple with one more of the function's variables."""
    if isinstance(node.ctx, ast.Load) and isinstance(place.parent, ast.Return | ast.Assign):
        for at in range(len(node.elts), -1, -1):
            for line, name in place.locals:
                if line < node.lineno:
                    entry = ast.Name(name, ast.Load())
                    yield ast.Tuple([*node.elts[:at], entry, *node.elts[at:]], node.ctx)


@_mend(ast.stmt, examples=("a = 1\nb = 2 => b = 2\na = 1",))
def swapped_statements(node: ast.stmt, place: CodePlace) -> Iterator[Any]:
    """Two neighbouring statements in the other order."""
    if place.following is not None:
        yield [place.following, node, None]


_TAKEN_FOR_EACH_OTHER = (
    ("sum", "mean", "max", "min", "std", "var", "prod", "median"),
    ("exp", "log", "sqrt", "abs", "square", "tanh"),
    ("zeros", "ones", "zeros_like", "ones_like", "empty"),
    ("maximum", "minimum"),
    ("argmax", "argmin", "argsort"),
    ("dot", "matmul", "multiply", "outer"),
    ("permutation", "shuffle", "choice"),
    ("uniform", "normal", "standard_normal", "rand", "randn"),
)


@_mend(ast.Attribute, examples=("y = x.max(axis=0) => y = x.mean(axis=0)", "np.log(x) => np.exp(x)"))
def other_function(node: ast.Attribute, place: CodePlace) -> Iterator[Any]:
    """A function taken for another of its kind."""
    if isinstance(place.parent, ast.Call) and place.field == "func":
        for group in _TAKEN_FOR_EACH_OTHER:
            if node.attr in group:
                yield from (ast.Attribute(node.value, n, node.ctx) for n in group if n != node.attr)


@_mend(
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


def _called(node: ast.Call) -> str:
    return (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id
        if isinstance(node.func, ast.Name)
        else ""
    )


def _is_module(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id in ("np", "numpy", "math")) or (
        isinstance(node, ast.Attribute) and _is_module(node.value)
    )


def _is_operand(node: ast.expr, place: CodePlace) -> bool:
    """Whether a value is taken by a product, a sum, a call or a return."""
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return False
    return isinstance(place.parent, ast.BinOp) or (
        place.field in ("args", "value")
        and isinstance(place.parent, ast.Call | ast.Return | ast.Assign | ast.AugAssign)
    )


def _with_value(node: Any, value: ast.expr) -> ast.stmt:
    return ast.Return(value) if isinstance(node, ast.Return) else ast.Assign(node.targets, value)


def _with_body(node: Any, body: list[ast.stmt]) -> Any:
    fields = dict(ast.iter_fields(node))
    return type(node)(**{**fields, "body": body})
