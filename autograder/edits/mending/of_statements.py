"""Mends of statements: what stands in the wrong place, in the wrong order, or not at all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from autograder.edits.mending.table import (
    called,
    expression,
    is_loaded,
    mend,
    skeleton,
    with_body,
    with_value,
)
from autograder.edits.operators import At
from autograder.edits.places import CodePlace

_WRITES = frozenset(["append", "extend", "fill", "insert", "pop", "remove", "reverse", "sort", "update"])
"""Methods that change what they are called of."""
_FAR = 6
"""A statement is moved over so many others at most."""
_WORD = re.compile(r"[A-Za-z]\w*")


@mend(
    ast.FunctionDef,
    examples=(
        "def f(x):\n    x += 1\n    return x => def f(x):\n    x = x.copy()\n    x += 1\n    return x",
        "def f(x):\n    x.append(1)\n    y = x => def f(x):\n    x = x.copy()\n    x.append(1)\n    y = x",
    ),
)
def copied_at_the_entry(node: ast.FunctionDef, place: CodePlace) -> Iterator[Any]:
    """An argument copied, or taken as numbers with a fraction, before it is written to; that is the place."""
    for argument in [a.arg for a in node.args.args if a.arg != "self"]:
        if (written := _first_write(node, argument)) is not None:
            for made in (f"{argument}.copy()", f"np.array({argument}, dtype=float)"):
                yield At(_with_first(node, f"{argument} = {made}"), written)


@mend(
    ast.FunctionDef,
    examples=(
        "def f(x):\n    return g(x) => def f(x):\n    x = x.copy()\n    return g(x)",
        "def f(x):\n    return g(x) => def f(x):\n    x = np.array(x, dtype=float)\n    return g(x)",
    ),
)
def taken_anew_at_the_entry(node: ast.FunctionDef, place: CodePlace) -> Iterator[Any]:
    """An argument that nothing is seen to write to, copied or taken as numbers with a fraction."""
    for argument in [a.arg for a in node.args.args if a.arg != "self"]:
        for made in (f"{argument}.copy()", f"np.array({argument}, dtype=float)"):
            yield _with_first(node, f"{argument} = {made}")


def _with_first(node: ast.FunctionDef, text: str) -> Any:
    start = 1 if ast.get_docstring(node) is not None else 0
    return with_body(node, [*node.body[:start], *ast.parse(text).body, *node.body[start:]])


def _first_write(function: ast.FunctionDef, name: str) -> ast.stmt | None:
    """The first statement of a function that writes into what a name holds, or calls a method that does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Expr) and _changes(node.value, name):
            return node
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets if isinstance(node, ast.Assign | ast.AugAssign) else ():
            into = isinstance(target, ast.Subscript) or isinstance(node, ast.AugAssign)
            held = target.value if isinstance(target, ast.Subscript) else target
            if into and isinstance(held, ast.Name) and held.id == name:
                assert isinstance(node, ast.stmt)
                return node
    return None


def _changes(call: ast.expr, name: str) -> bool:
    """Whether an expression calls a method that changes what a name holds."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=held), attr=method)):
            return held == name and method in _WRITES
    return False


@mend(
    ast.FunctionDef,
    examples=(
        "def f(x):\n    y = x + 1 => def f(x):\n    y = x + 1\n    return y",
        'def f(c):\n    """c holds x. Returns d like x and e."""\n    x, d, e = g(c) => '
        'def f(c):\n    """c holds x. Returns d like x and e."""\n    x, d, e = g(c)\n    return (d, e)',
    ),
)
def returned(node: ast.FunctionDef, place: CodePlace) -> Iterator[Any]:
    """What was computed last, returned; or all that the docstring says is returned."""
    last = node.body[-1]
    before, _, described = (ast.get_docstring(node) or "").partition("Return")
    made = {name for line, name in place.locals_of(node) if line > 0} - {*_WORD.findall(before)}
    several = [name for name in dict.fromkeys(_WORD.findall(described)) if name in made]
    if len(several) > 1 and not isinstance(last, ast.Return):
        names: list[ast.expr] = [ast.Name(name, ast.Load()) for name in several]
        yield At(with_body(node, [*node.body, ast.Return(ast.Tuple(names, ast.Load()))]), last)
    if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Constant):
        yield At(with_body(node, [*node.body[:-1], ast.Return(last.value)]), last)
    for name in dict.fromkeys(name for line, name in reversed(place.locals_of(node)) if line > 0):
        if not isinstance(last, ast.Return):
            yield At(with_body(node, [*node.body, ast.Return(ast.Name(name, ast.Load()))]), last)


@mend(
    ast.For,
    ast.While,
    ast.If,
    examples=("for i in y:\n    a = i\n    b = a => for i in y:\n    a = i\nb = a",),
)
def moved_out(node: Any, place: CodePlace) -> Iterator[Any]:
    """The last statement of a loop or a condition, after it instead of within it."""
    if len(node.body) > 1 and not node.orelse:
        yield At([with_body(node, node.body[:-1]), node.body[-1]], node.body[-1])


@mend(
    ast.For,
    ast.While,
    ast.If,
    examples=("for i in y:\n    a = i\nb = a => for i in y:\n    a = i\n    b = a",),
)
def moved_in(node: Any, place: CodePlace) -> Iterator[Any]:
    """The statement after a loop or a condition, at its end instead."""
    following = place.following
    if following is not None and not node.orelse:
        yield At([with_body(node, [*node.body, following]), None], following)


@mend(ast.stmt, examples=("a = 1\nb = 2 => b = 2\na = 1",))
def swapped_statements(node: ast.stmt, place: CodePlace) -> Iterator[Any]:
    """Two neighbouring statements in the other order."""
    if place.following is not None:
        yield At([place.following, node, None], node, partner=place.following)


@mend(ast.stmt, examples=("a = 1\nb = a\nc = a => b = a\nc = a\na = 1",))
def moved_down(node: ast.stmt, place: CodePlace) -> Iterator[Any]:
    """A statement behind some of those that follow it in its block."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr) and place.index is not None:
        following = getattr(place.parent, place.field)[place.index + 1 :][:_FAR]
        for count in range(2, len(following) + 1):
            yield At([*following[:count], node, *([None] * count)], node)


@mend(
    ast.Assign,
    ast.AugAssign,
    examples=(
        "w -= d\ne = g(w)\nf(e) => e = g(w)\nw -= d\nf(e)",
        "w -= d\na = 1\ne = g(w) => a = 1\ne = g(w)\nw -= d",
    ),
)
def moved_after_its_use(node: Any, place: CodePlace) -> Iterator[Any]:
    """A value that is moved on before what follows reads it, moved on after that instead."""
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
    moved_on = isinstance(node, ast.AugAssign) or _reads(node.value, ast.unparse(target))
    if not moved_on or place.index is None or isinstance(target, ast.Tuple):
        return
    following = getattr(place.parent, place.field)[place.index + 1 :]
    readers = [n for n, other in enumerate(following, 1) if _reads(other, ast.unparse(target))]
    for count in dict.fromkeys([*readers[:2], *readers[-1:]]):
        partner = following[0] if count == 1 else None
        yield At([*following[:count], node, *([None] * count)], node, partner=partner)


def _writes(node: ast.AST, text: str) -> bool:
    """Whether a piece of code writes to what a text stands for."""
    parts = (n for n in ast.walk(node) if isinstance(n, ast.Subscript))
    return any(isinstance(part.ctx, ast.Store) and ast.unparse(part) == text for part in parts)


def _reads(node: ast.AST, text: str) -> bool:
    """Whether a piece of code reads what a text stands for."""
    parts = (n for n in ast.walk(node) if isinstance(n, ast.Name | ast.Subscript | ast.Attribute))
    return any(isinstance(part.ctx, ast.Load) and ast.unparse(part) == text for part in parts)


@mend(ast.Assign, examples=("h = f(a)\nw = f(b) => w = f(a)\nh = f(b)",))
def exchanged_targets(node: ast.Assign, place: CodePlace) -> Iterator[Any]:
    """The values of two neighbouring assignments, each under the other's name."""
    other = place.following
    if isinstance(other, ast.Assign) and skeleton(other.value) == skeleton(node.value):
        yield [ast.Assign(other.targets, node.value), ast.Assign(node.targets, other.value), None]


@mend(
    ast.stmt,
    examples=("t = 0\nfor i in y:\n    t += i => for i in y:\n    t = 0\n    t += i",),
)
def moved_into_the_next(node: ast.stmt, place: CodePlace) -> Iterator[Any]:
    """A statement before a loop, at the beginning of each of its rounds instead."""
    following = place.following
    if not isinstance(following, ast.For | ast.While) or _is_gathered_in(following, node, place):
        return
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
        yield [with_body(following, [node, *following.body]), None]


def _is_gathered_in(loop: ast.For | ast.While, node: ast.stmt, place: CodePlace) -> bool:
    """Whether a loop gathers in each round what is looked at after it alone: begun anew in each, it would
    hold the last one's, which hides what is done with all of them.
    """
    names = [ast.unparse(target) for target in node.targets] if isinstance(node, ast.Assign) else []
    if len(names) != 1 or not any(_gathers(part, names[0]) for part in loop.body):
        return False
    uses = [n for n in ast.walk(place.around.node) if isinstance(n, ast.Name) and n.id == names[0]]
    inner = {id(n) for part in loop.body if not _gathers(part, names[0]) for n in ast.walk(part)}
    after = any(is_loaded(n) and n.lineno > (loop.end_lineno or loop.lineno) for n in uses)
    return after and not any(id(n) in inner for n in uses)


def _gathers(statement: ast.stmt, name: str) -> bool:
    """Whether a statement adds to what a name holds."""
    if isinstance(statement, ast.AugAssign):
        return ast.unparse(statement.target) == name
    return isinstance(statement, ast.Expr) and _changes(statement.value, name)


@mend(
    ast.For,
    ast.While,
    examples=("for i in y:\n    t = 0\n    t += i => t = 0\nfor i in y:\n    t += i",),
)
def moved_before(node: Any, place: CodePlace) -> Iterator[Any]:
    """The first statement of a loop, before it instead."""
    if len(node.body) > 1:
        yield At([node.body[0], with_body(node, node.body[1:])], node.body[0])


@mend(
    ast.Assign,
    examples=("x[i] = a => x[i] += a", "t = a => t += a"),
)
def added_up(node: ast.Assign, place: CodePlace) -> Iterator[Any]:
    """A value that is added to what is there, instead of put in its place."""
    if len(node.targets) == 1 and isinstance(node.targets[0], ast.Subscript | ast.Name | ast.Attribute):
        target: Any = node.targets[0]
        yield ast.AugAssign(target, ast.Add(), node.value)


@mend(
    ast.AugAssign,
    ast.Assign,
    examples=("x -= m => x = x - m", "t = t - g => t -= g"),
)
def in_place_or_not(node: Any, place: CodePlace) -> Iterator[Any]:
    """An array that is changed in place, or is not."""
    if isinstance(node, ast.AugAssign):
        if isinstance(node.target, ast.Name | ast.Attribute):
            now = expression(ast.unparse(node.target))
            yield ast.Assign([node.target], ast.BinOp(now, node.op, node.value))
        return
    target: Any = node.targets[0]
    grown = isinstance(node.value, ast.BinOp) and len(node.targets) == 1
    if grown and ast.unparse(node.value.left) == ast.unparse(target):
        yield ast.AugAssign(target, node.value.op, node.value.right)


@mend(
    ast.For,
    examples=("for a in b:\n    f(a) => for a in reversed(b):\n    f(a)",),
)
def iterated_otherwise(node: ast.For, place: CodePlace) -> Iterator[Any]:
    """A sequence from its end, or what it held at the beginning."""
    if called(node.iter) not in ("reversed", "list"):
        for made in ("reversed", "list"):
            new = ast.Call(ast.Name(made, ast.Load()), [node.iter], [])
            yield ast.For(node.target, new, node.body, node.orelse)


@mend(ast.Expr, examples=("f(d) => d = f(d)",))
def result_kept(node: ast.Expr, place: CodePlace) -> Iterator[Any]:
    """The result of a call, kept under the name of what it was called with."""
    if isinstance(node.value, ast.Call):
        names = [a.id for a in node.value.args if isinstance(a, ast.Name)]
        yield from (ast.Assign([ast.Name(name, ast.Store())], node.value) for name in dict.fromkeys(names))


@mend(ast.Assign, examples=("d = f(d, x) => f(d, x)", "d = d.sort() => d.sort()"))
def result_dropped(node: ast.Assign, place: CodePlace) -> Iterator[Any]:
    """A call that changes what it is called with and gives None, which is kept under that name."""
    if isinstance(node.value, ast.Call) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        called_with = [*node.value.args]
        if isinstance(node.value.func, ast.Attribute):
            called_with.append(node.value.func.value)
        if node.targets[0].id in [part.id for part in called_with if isinstance(part, ast.Name)]:
            yield ast.Expr(node.value)


@mend(
    ast.Assign,
    ast.Return,
    examples=(
        "def f(x, t=None):\n    y = g(x, t) => def f(x, t=None):\n    y = None if t is None else g(x, t)",
    ),
)
def only_where_given(node: Any, place: CodePlace) -> Iterator[Any]:
    """Nothing, where an argument was not given."""
    if node.value is not None and not isinstance(node.value, ast.Constant | ast.IfExp):
        for name in place.around.optional:
            yield with_value(node, expression(f"None if {name} is None else ({ast.unparse(node.value)})"))


@mend(
    ast.Assign,
    examples=("k = x[i]\nx[i] = k + h\na = f(x) => k = x[i]\nx[i] = k + h\na = f(x)\nx[i] = k",),
)
def put_back(node: ast.Assign, place: CodePlace) -> Iterator[Any]:
    """What was kept of an array, put back before the next one or after what follows."""
    if (
        len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Subscript)
    ):
        block = getattr(place.parent, place.field)
        back = ast.Assign([expression(ast.unparse(node.value))], ast.Name(node.targets[0].id, ast.Load()))
        following = block[(place.index or 0) + 1 :]
        if not any(_writes(other, ast.unparse(node.value)) for other in following):
            return
        for count in range(len(following), 0, -1):
            yield At([node, *following[:count], back, *([None] * count)], following[count - 1])


@mend(
    ast.Assign,
    examples=(
        "d = g(p)\nl = p[r, y] => d = g(p)\nd[r, y] -= 1\nl = p[r, y]",
        "d = g(p)\nl = p[r, y] => d = g(p)\nd[r, y] = 0\nl = p[r, y]",
    ),
)
def entries_set(node: ast.Assign, place: CodePlace) -> Iterator[Any]:
    """Entries of a new array set to zero or moved by one: those of an index that is used elsewhere."""
    if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        for index in [index for index in place.around.indices if "," in index and ":" not in index]:
            entries = f"{node.targets[0].id}[{index}]"
            for text in (f"{entries} -= 1", f"{entries} = 0", f"{entries} += 1"):
                yield [node, *ast.parse(text).body]


@mend(
    ast.Return,
    examples=(
        'class A:\n    def f(self, x):\n        """Keep 2 x as self.a."""\n        return 2 * x => '
        'class A:\n    def f(self, x):\n        """Keep 2 x as self.a."""\n        self.a = 2 * x\n        '
        "return self.a",
    ),
)
def kept_for_later(node: ast.Return, place: CodePlace) -> Iterator[Any]:
    """A result that is kept under a name which the docstring gives."""
    if node.value is not None:
        for name in [word for word in place.around.words if f"self.{word}" in place.around.docstring]:
            if name not in place.around.written:
                kept = ast.parse(f"self.{name} = {ast.unparse(node.value)}").body
                yield [*kept, ast.Return(expression(f"self.{name}"))]


@mend(
    ast.FunctionDef,
    examples=(
        "class A:\n    def f(self, a):\n        return 2 * a\n\n    def g(self):\n        return self.x => "
        "class A:\n    def f(self, a):\n        self.x = a\n        return 2 * a\n\n"
        "    def g(self):\n        return self.x",
    ),
)
def argument_kept(node: ast.FunctionDef, place: CodePlace) -> Iterator[Any]:
    """An argument that is kept for another method, which reads it under its own name or another one."""
    arguments = [a.arg for a in node.args.args]
    if arguments[:1] != ["self"] or node.name == "__init__":
        return
    start = 1 if ast.get_docstring(node) else 0
    for name in place.around.read_unwritten:
        for argument in [name] if name in arguments else arguments[1:2]:
            kept = ast.parse(f"self.{name} = {argument}").body
            yield At(with_body(node, [*node.body[:start], *kept, *node.body[start:]]), node)
