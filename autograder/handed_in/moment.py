"""The moment of judging: a question stands as the last cell leaves it, or as it stood at its own check.

What comes after the check may take away what the answer uses (`del np`, `sum = 0`, an old draft). Which of
the two moments counts is decided for a question as a whole: no check of one is added to a check of the other,
so that nothing is gained that neither had.
"""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass

from autograder.assignment.written import may_change, written
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


def changes(
    before: list[CellSource], after: list[CellSource], values: frozenset[str] = frozenset()
) -> list[Change]:
    """What the student's cells that come after change of what was there before, read from their text: names
    that the cells before use, or else all that were there. values: names of answers, which a call may change
    in place as well.
    """
    texts = [cell.text for cell in before if cell.kind is not CellKind.DEMO]
    there = _BUILTINS.union(*(bound_names(text) for text in texts))
    used = {word for text in texts for word in re.findall(r"\w+", text)}
    found = []
    for cell in after:
        if cell.kind is not CellKind.OWN:
            continue
        if names := (written(cell.text) & there) | (may_change(cell.text) & values):
            found.append(Change(cell.number, tuple(sorted(names & used or names))))
        elif any(word in cell.text for word in _REACHING):
            found.append(Change(cell.number))
    return found
