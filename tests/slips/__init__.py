"""Slips as students make them, written from the releases alone, each with a sentence which says what is truly wrong.

A slip is a right answer with something wrong in it: some pieces of text replaced (`edits`), or functions whose whole body is
written anew (`bodies`). Who writes or changes one does not look at what judges: the corpus measures whether the kit tells a true
reason for a lost point, so it must not know what the kit looks for.
"""
from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Slip:
    """One wrong answer to one question, and what is truly wrong with it."""

    question: str
    label: str
    edits: tuple[tuple[str, str], ...] = ()
    bodies: Mapping[str, str] = field(default_factory=dict)

    def into(self, cells: Mapping[str, str]) -> dict[str, str]:
        """The solution cells of the question, by their ids, with the slip in them; raises ValueError where a piece is not found."""
        cells = dict(cells)
        for old, new in self.edits:
            cell = _first([cell for cell, text in cells.items() if old in text], old)
            cells[cell] = cells[cell].replace(old, new, 1)
        for name, body in self.bodies.items():
            cell = _first([cell for cell, text in cells.items() if _function(text, name) is not None], name)
            cells[cell] = _with_body(cells[cell], name, body)
        for text in cells.values():
            ast.parse(text)
        return cells


def edit(question: str, label: str, *pieces: str) -> Slip:
    """A slip of replaced pieces: old, new, old, new, and so on."""
    return Slip(question, label, tuple(zip(pieces[::2], pieces[1::2], strict=True)))


def body(question: str, label: str, text: str, function: str = "") -> Slip:
    """A slip in an answer that is written anew as a whole; `function` where it is not named as the question ("Class.method" too)."""
    return Slip(question, label, bodies={function or question: text})


def _first(found: list[str], what: str) -> str:
    if not found:
        raise ValueError(f"No solution cell of the question holds {what!r}.")
    return found[0]


def _function(text: str, dotted: str) -> ast.FunctionDef | None:
    nodes: list[ast.stmt] = ast.parse(text).body
    *classes, name = dotted.split(".")
    for outer in classes:
        nodes = next((n.body for n in nodes if isinstance(n, ast.ClassDef) and n.name == outer), [])
    return next((n for n in nodes if isinstance(n, ast.FunctionDef) and n.name == name), None)


def _with_body(text: str, dotted: str, body: str) -> str:
    node = _function(text, dotted)
    assert node is not None
    lines = text.splitlines()
    first = node.body[1].lineno if ast.get_docstring(node) else node.body[0].lineno
    indent = " " * (node.col_offset + 4)
    new = textwrap.indent(textwrap.dedent(body).strip("\n"), indent).splitlines()
    return "\n".join([*lines[: first - 1], *new, *lines[node.end_lineno :]]) + "\n"
