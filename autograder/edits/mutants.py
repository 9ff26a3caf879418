"""Generates mutants: copies of a cell that differ from it in one place, as a careless student's code might.

Text in, texts out.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from autograder.edits.operators import OPERATORS, At, Operator
from autograder.edits.places import CodePlace, places
from autograder.edits.written import Written

_MAX_SHOWN = 100
Item = TypeVar("Item")


@dataclass(frozen=True)
class Mutant:
    """A cell with one place changed. text is the whole cell; before and after are the piece that changed,
    line where it stood.
    """

    operator: str
    line: int
    before: str
    after: str
    text: str
    holds_others: bool = False
    """Whether what changed is a statement that holds others, as a loop or a definition does."""
    other_lines: tuple[int, ...] = ()
    """Further lines in which the same was changed."""
    partner: tuple[int, str] | None = None
    """Line and code of a statement with which what changed has changed places: either could be moved."""

    @property
    def says(self) -> str:
        return f"line {self.line}: {self.before} -> {self.after or '(nothing)'}"


def normal(text: str) -> str:
    """A cell's code without comments and layout: what mutants are compared with. A cell that is not plain
    Python is its text.
    """
    tree = _plain(text)
    return text if tree is None else ast.unparse(tree)


def code_of(text: str) -> str:
    """The same without docstrings: what a mutant is known by, so that a reworded question leaves it as it
    was. A cell that is not plain Python is its text.
    """
    tree = _plain(text)
    if tree is None:
        return text
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef)
            and ast.get_docstring(node, clean=False) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def mutants(text: str, operators: list[Operator] = OPERATORS) -> list[Mutant]:
    """All mutants of a cell, each text once, in the order of the operators and the code.

    Nothing for a cell that is not plain Python.
    """
    tree = _plain(text)
    return [] if tree is None else list(changed(tree, changes(list(places(tree)), operators)))


def some_mutants(text: str, number: int, first: float = 0.0) -> list[Mutant]:
    """So many mutants of a cell, or as many as it has, evenly from the list of all; the others are not made.

    first: the place of the first in the list, from 0 to 1.
    """
    tree = _plain(text)
    if tree is None:
        return []
    return list(changed(tree, evenly(list(changes(list(places(tree)), OPERATORS)), number, first)))


def _plain(text: str) -> ast.Module | None:
    """A cell's tree; None for one that is not plain Python."""
    try:
        return ast.parse(text)
    except SyntaxError:
        return None


def evenly(items: Sequence[Item], number: int, first: float = 0.0) -> list[Item]:
    """So many of some items, or all, evenly from their list. first: the place of the first, from 0 to 1."""
    number, size = min(number, len(items)), len(items)
    return [items[int(size * (first + n / number)) % size] for n in range(number)]


Change = tuple[Operator, CodePlace, Any]
"""An operator, a place, and what could stand there instead."""


def changes(everywhere: Iterable[CodePlace], operators: list[Operator]) -> Iterator[Change]:
    """All that operators would put into some places, one after another as they are asked for."""
    everywhere = list(everywhere)
    for kind in operators:
        for place in everywhere:
            if isinstance(place.node, kind.types):
                yield from ((kind, place, new) for new in kind.make(place.node, place))


def changed(tree: ast.Module, wanted: Iterable[Change]) -> Iterator[Mutant]:
    """The cells that changes make of a tree: each text once, and only what compiles."""
    written = Written(tree)
    seen = {written.text}
    for kind, place, made in wanted:
        at = made if isinstance(made, At) else At(made, place.node)
        new, told = at.new, at.told
        text = written.instead(place, new)
        whole = isinstance(place.node, ast.expr)  # one expression for another always compiles
        if text not in seen and (whole or _compiles(text)):
            seen.add(text)
            line = getattr(told, "lineno", getattr(place.parent, "lineno", 0))
            block = hasattr(told, "body") and isinstance(told, ast.stmt)
            others = tuple(sorted({getattr(node, "lineno", line) for node in at.alike} - {line}))
            partner = None if at.partner is None else (at.partner.lineno, _shown(at.partner))
            yield Mutant(kind.name, line, _shown(told), _shown(new), text, block, others, partner)


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _shown(node: Any) -> str:
    if isinstance(node, list):
        return _shown(ast.Module([inner for inner in node if inner is not None], []))
    text = "" if node is None else " ".join(ast.unparse(node).split())
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"
