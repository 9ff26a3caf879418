"""Writes a cell with one node replaced by another. Of the text, only the lines of the statement that changes
are written anew.
"""

from __future__ import annotations

import ast
import textwrap
from typing import Any

from autograder.edits.places import CodePlace

_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Written:
    """A module's text, and the lines of each of its statements in it."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.text = ast.unparse(tree)
        self._lines = self.text.split("\n")
        again = _statements(ast.parse(self.text))
        self._at = {id(node): there for node, there in zip(_statements(tree), again, strict=True)}

    def instead(self, place: CodePlace, new: Any) -> str:
        """The text with the node of a place replaced by another, or left out.

        A list stands for several statements; each None in it, for one that follows and is left out.
        """
        nodes = new if isinstance(new, list) else [new]
        there = [ast.fix_missing_locations(node) for node in nodes if node is not None]
        left_out = 1 + (new.count(None) if isinstance(new, list) else 0)
        if isinstance(place.node, ast.stmt) and place.index is not None:
            block: list[ast.stmt] = getattr(place.parent, place.field)
            away = block[place.index : place.index + left_out]
            if not there and len(block) == len(away) and place.field == "body":
                there = [ast.Pass()]
            spliced = self._spliced(away, there) if there else None
            return spliced or self._whole(place, there, left_out)
        return self._within(place, there)

    def _within(self, place: CodePlace, there: list[Any]) -> str:
        """The text with another part of a statement."""
        content: Any = there[0] if there else None
        if place.index is not None:
            holder = getattr(place.parent, place.field)
            content = [*holder[: place.index], *there, *holder[place.index + 1 :]]
        before = getattr(place.parent, place.field)
        setattr(place.parent, place.field, content)
        try:
            statement = place.statement
            spliced = self._spliced([statement], [statement]) if statement is not None else None
            return spliced or ast.unparse(self.tree)
        finally:
            setattr(place.parent, place.field, before)

    def _whole(self, place: CodePlace, there: list[Any], left_out: int) -> str:
        """The text with other statements in a block, all of it written anew."""
        assert place.index is not None
        holder = getattr(place.parent, place.field)
        content = [*holder[: place.index], *there, *holder[place.index + left_out :]]
        setattr(place.parent, place.field, content)
        try:
            return ast.unparse(self.tree)
        finally:
            setattr(place.parent, place.field, holder)

    def _spliced(self, away: list[ast.stmt], there: list[Any]) -> str | None:
        """The text with the lines of some statements replaced; None where that can't be told line by line."""
        first, last = self._at.get(id(away[0])), self._at.get(id(away[-1]))
        if first is None or last is None or any(isinstance(n, _DEFINES) for s in there for n in ast.walk(s)):
            return None
        new = "\n".join(map(ast.unparse, there))
        start, end = first.lineno - 1, last.end_lineno or last.lineno
        if "'''" in new or '"""' in new or self._lines[start].lstrip().startswith("elif"):
            return None
        lines = textwrap.indent(new, " " * first.col_offset)
        return "\n".join([*self._lines[:start], lines, *self._lines[end:]])


def _statements(tree: ast.Module) -> list[ast.stmt]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
