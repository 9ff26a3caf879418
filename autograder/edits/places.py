"""The places of a cell's code that a mutant may differ in, and what is known around each.

Never mutated: docstrings, annotations, what is only printed or only concerns speed, and the text of errors.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.edits.around import Around, Further

SILENT = frozenset({"print"})
"""Functions whose calls are never judged."""
SPEED = frozenset({"optimize"})
"""Keyword arguments that change how fast a result comes, not what it is."""


@dataclass
class CodePlace:
    """A node, the node and field that hold it, and what is known around it."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    texts: list[str]
    free: list[str]
    attributes: list[str]
    locals: list[tuple[int, str]]
    around: Around
    definition: ast.FunctionDef | None = None
    """The function that the node is in, or is."""
    statement: ast.stmt | None = None
    """The innermost statement that the node is in, or is."""

    @property
    def following(self) -> ast.stmt | None:
        """The statement after this one, in the same block."""
        block = getattr(self.parent, self.field)
        if self.index is None or not isinstance(self.node, ast.stmt) or self.index + 1 >= len(block):
            return None
        found: ast.stmt = block[self.index + 1]
        return found

    def locals_of(self, function: ast.FunctionDef) -> list[tuple[int, str]]:
        """The parameters (line 0) and local names of a function that stands here."""
        return _bound(function)


def places(tree: ast.Module, further: Further | None = None) -> Iterator[CodePlace]:
    """Every node that may be mutated, outermost first. further: what else the notebook has."""
    texts = _in_order(
        n.value for n in _mutable(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    )
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    bound = {name for function in functions for _, name in _bound(function)}
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)} | {
        id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Attribute)
    }
    loads = [
        n
        for n in _mutable(tree)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and id(n) not in called
    ]
    free = _in_order(n.id for n in loads if n.id not in bound)
    attributes = _in_order(
        n.attr
        for n in _mutable(tree)
        if isinstance(n, ast.Attribute) and is_own_attribute(n) and id(n) not in called
    )
    outside = CodePlace(
        tree, tree, "", None, texts, free, attributes, [], Around(tree, tree, further or Further())
    )
    yield from _below(tree, outside)


def places_below(place: CodePlace) -> Iterator[CodePlace]:
    """Every node of a piece of code that may be mutated, but itself."""
    yield from _below(place.node, place)


def _in_order(names: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _below(node: ast.AST, around: CodePlace) -> Iterator[CodePlace]:
    known = around.locals
    if isinstance(node, ast.FunctionDef):
        known = known + _bound(node)
    knows = around.around
    if isinstance(node, ast.FunctionDef):
        knows = Around(node, knows.cell, knows.further)
    for name, index, child in _children(node):
        inner = child if isinstance(child, ast.FunctionDef) else around.definition
        statement = child if isinstance(child, ast.stmt) else around.statement
        place = CodePlace(
            child,
            node,
            name,
            index,
            around.texts,
            around.free,
            around.attributes,
            known,
            knows,
            inner,
            statement,
        )
        yield place
        yield from _below(child, place)


def _mutable(tree: ast.AST) -> Iterator[ast.AST]:
    yield tree
    for _, _, child in _children(tree):
        yield from _mutable(child)


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    """The child nodes that may be mutated, with the field that holds each."""
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "msg", "ctx", "bases"):
            continue
        if isinstance(value, list):
            for index, child in enumerate(value):
                if (
                    isinstance(child, ast.AST)
                    and not _is_silent(child)
                    and not (isinstance(child, ast.keyword) and child.arg in SPEED)
                ):
                    yield name, index, child
        elif isinstance(value, ast.AST):
            yield name, None, value


def _is_silent(node: ast.AST) -> bool:
    """Whether a statement does nothing that is ever judged: it prints, guards what prints, or is a
    docstring.
    """
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name in SILENT
        case ast.If(body=body, orelse=other) | ast.For(body=body, orelse=other):
            return all(map(_is_silent, [*body, *other]))
    return False


def _bound(function: ast.FunctionDef) -> list[tuple[int, str]]:
    """The function's parameters and local names, each with the line of its first binding, in that order."""
    arguments = function.args
    found = [
        (0, a.arg)
        for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        if a.arg != "self"
    ]
    stores = [n for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    for node in sorted(stores, key=lambda n: (n.lineno, n.col_offset)):
        if node.id not in [name for _, name in found] and node.id != "_":
            found.append((node.lineno, node.id))
    return found


def is_own_attribute(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name) and node.value.id == "self"


def neighbours(name: str, names: list[str]) -> list[str]:
    """The names before and after one in a list, which is taken as a ring."""
    if name not in names or len(names) < 2:
        return []
    at = names.index(name)
    return [n for n in dict.fromkeys((names[at - 1], names[(at + 1) % len(names)])) if n != name]
