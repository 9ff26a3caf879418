"""Writes down what is noted: the statement that does it in a probe, and what a judge asserts of it."""

from __future__ import annotations

import ast
import copy

from autograder.author.adopt.assertions.asked import Asked
from autograder.author.adopt.marks import KeptHere, NoteHere
from autograder.author.adopt.observing import Noted


def note_of(noted: Noted, sides: tuple[ast.expr, ...]) -> ast.stmt:
    """`seen["key"] = side`, or where it is come to many times `seen.setdefault("key", []).append(side)`."""
    value = sides[0] if len(sides) == 1 else ast.List([*sides], ast.Load())
    seen, key = ast.Name("seen", ast.Load()), ast.Constant(noted.key)
    if noted.many:
        start = ast.Call(ast.Attribute(seen, "setdefault", ast.Load()), [key, ast.List([], ast.Load())], [])
        made: ast.stmt = ast.Expr(ast.Call(ast.Attribute(start, "append", ast.Load()), [value], []))
    else:
        made = ast.Assign([ast.Subscript(seen, key, ast.Store())], value)
    made.lineno = noted.asked.line
    return ast.fix_missing_locations(made)


def put_notes(statement: ast.stmt, notes: dict[int, ast.stmt]) -> ast.stmt:
    made = _Notes(notes).visit(statement)
    assert isinstance(made, ast.stmt)
    return made


class _Notes(ast.NodeTransformer):
    """Puts the statements that note in place of their marks."""

    def __init__(self, notes: dict[int, ast.stmt]) -> None:
        self.notes = notes

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, NoteHere):
            return copy.deepcopy(self.notes.get(node.number, ast.Pass()))
        if isinstance(node, KeptHere):
            return ast.copy_location(ast.Expr(node.value), node)
        return self.generic_visit(node)


def fact(note: Noted, asked: Asked) -> ast.expr:
    """What is asserted, of `seen["key"]`; of each of its rows, where it was come to many times."""
    key = ast.Constant(note.key)
    seen: ast.expr = ast.Subscript(ast.Name("seen", ast.Load()), key, ast.Load())
    one: ast.expr = ast.Name("one", ast.Load()) if note.many else seen
    at: dict[str, ast.expr] = {
        f"_{i}": ast.Subscript(one, ast.Constant(i), ast.Load()) for i in range(len(asked.sides))
    }
    test = Puts(at if len(asked.sides) > 1 else {"_0": one}).visit(copy.deepcopy(asked.test))
    if not note.many:
        return test  # type: ignore[no-any-return]
    rows = ast.Call(
        ast.Attribute(ast.Name("seen", ast.Load()), "get", ast.Load()), [key, ast.List([], ast.Load())], []
    )
    each = ast.GeneratorExp(test, [ast.comprehension(ast.Name("one", ast.Store()), rows, [], 0)])
    return ast.fix_missing_locations(ast.Call(ast.Name("all", ast.Load()), [each], []))


class Puts(ast.NodeTransformer):
    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self.values.get(node.id, node))
