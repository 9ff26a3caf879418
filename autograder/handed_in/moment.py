"""The moment of judging: a question stands as the last cell leaves it, or as it stood at its own check.

What comes after the check may take away what the answer uses (`del np`, `sum = 0`, an old draft). Which of
the two moments counts is decided for a question as a whole: no check of one is added to a check of the other,
so that nothing is gained that neither had.
"""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass

from autograder.inside.names import bound_names
from autograder.inside.protocol import CellKind, CellSource

_BUILTINS = frozenset(vars(builtins))
_REACHING = (
    "globals(",
    "%reset",
    "'reset",
    "%xdel",
    "setattr(",
    "vars(",
    "exec(",
    "import *",
    "%run",
    "%pylab",
)
"""What changes names that it does not write down."""


@dataclass(frozen=True)
class Change:
    """What a later cell changed of the names that were there: its number, and the names where they are
    known.
    """

    cell: int
    names: tuple[str, ...] = ()


def up_to(cells: list[CellSource], check: int) -> tuple[list[CellSource], list[CellSource]]:
    """The cells to and with the one of a number, and those behind it."""
    at = next((i for i, cell in enumerate(cells) if cell.number == check), len(cells)) + 1
    return cells[:at], cells[at:]


def changes(before: list[CellSource], after: list[CellSource]) -> list[Change]:
    """What the student's cells that come after change of what was there before, read from their text: names
    that the cells before use, or else all that were there.
    """
    texts = [cell.text for cell in before if cell.kind is not CellKind.DEMO]
    there = _BUILTINS.union(*(bound_names(text) for text in texts))
    used = {word for text in texts for word in re.findall(r"\w+", text)}
    found = []
    for cell in after:
        if cell.kind is not CellKind.OWN:
            continue
        if names := _written(cell.text) & there:
            found.append(Change(cell.number, tuple(sorted(names & used or names))))
        elif any(word in cell.text for word in _REACHING):
            found.append(Change(cell.number))
    return found


def _written(text: str) -> set[str]:
    """Names that a cell binds, deletes, or changes a part of (`np.random.seed = 1`, `params["W"] = 0`)."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    written = set(bound_names(text))
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            written.update(node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            written.add(node.id)
    for statement in tree.body:
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            written |= {root for node in ast.walk(statement) if (root := _changed_part(node))}
    return written


def _changed_part(node: ast.AST) -> str:
    """The name at the root of an attribute or item that is assigned or deleted; empty for anything else."""
    if not isinstance(node, ast.Attribute | ast.Subscript) or isinstance(node.ctx, ast.Load):
        return ""
    value: ast.AST = node
    while isinstance(value, ast.Attribute | ast.Subscript):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""
