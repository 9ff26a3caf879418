"""Marks in a probe's statements: where something is noted, what is kept as it stands, which names are written
in another way.
"""

from __future__ import annotations

import ast


class NoteHere(ast.Pass):
    """Stands in a probe's statements where the assertion of this number is noted."""

    def __init__(self, number: int = 0, line: int = 0) -> None:  # a copy is made without arguments
        super().__init__()
        self.number, self.lineno, self.col_offset = number, line, 0


class KeptHere(ast.Expr):
    """A call that judges by itself, in the student's process: a probe makes it as the old test did."""


class Unreserved(ast.NodeTransformer):
    """Gives names of the cell's own that a probe needs for itself another name."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self.names:
            node.id += "_"
        return node


class Patches(ast.NodeTransformer):
    """`del f` of a student's function as `ns.patch(f=gone)`, and what is assigned to it as a patch, too:
    a probe does not write to the notebook.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def visit_Delete(self, node: ast.Delete) -> ast.stmt:
        targets = [t.id for t in node.targets if isinstance(t, ast.Name) and t.id in self.names]
        return _patch(node, [(n, ast.Name("gone", ast.Load())) for n in targets]) if targets else node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id in self.names:
            return _patch(node, [(target.id, node.value)])
        return node


def _patch(node: ast.stmt, values: list[tuple[str, ast.expr]]) -> ast.stmt:
    func = ast.Attribute(ast.Name("ns", ast.Load()), "patch", ast.Load())
    call = ast.Call(func, [], [ast.keyword(name, value) for name, value in values])
    return ast.copy_location(KeptHere(call), node)


def taken_away(body: list[ast.stmt]) -> frozenset[str]:
    deleted = (t for s in body for n in ast.walk(s) if isinstance(n, ast.Delete) for t in n.targets)
    return frozenset(t.id for t in deleted if isinstance(t, ast.Name))


def kept(statement: ast.stmt) -> ast.stmt:
    """The same statement, needed whether or not anything reads what it makes."""
    statement.keep = True  # type: ignore[attr-defined]
    return statement
