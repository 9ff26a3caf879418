"""Which cells of a notebook are run again where an answer depends on what cells do as they run: a value is
made once, so that with another earlier answer, or a changed cell, it has to be made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.inside.protocol import CellSource, Put


@dataclass(frozen=True)
class Answered:
    """An earlier question as the reference answers it: the functions that are called there, the values that
    are put here as wire bytes, and the place of its check among the cells, -1 where it has none before.
    """

    stubs: tuple[str, ...]
    values: tuple[tuple[str, bytes], ...]
    place: int


@dataclass(frozen=True)
class Rerun:
    """Cells up to a question's check: those that stay as they ended, those that are run again, and what is
    put in place among these.
    """

    before: list[CellSource]
    again: list[CellSource]
    puts: list[Put]

    def changed(self, instead: Sequence[CellSource]) -> list[CellSource]:
        """What is run again, with other cells in the place of those that have their numbers."""
        other = {cell.number: cell for cell in instead}
        return [other.get(cell.number, cell) for cell in self.again]


def rerun(cells: Sequence[CellSource], answered: Sequence[Answered], own: Sequence[CellSource]) -> Rerun:
    """Run again what follows the first check of an earlier question, or the first of a question's own cells.

    cells: those up to the question's check. own: the cells that answer it.
    """
    numbers = {cell.number for cell in own}
    first_own = next((i for i, cell in enumerate(cells) if cell.number in numbers), len(cells))
    places = [min(earlier.place + 1, first_own) if earlier.place >= 0 else first_own for earlier in answered]
    start = min([*places, first_own])
    puts = [
        Put(place - start, list(earlier.stubs), list(earlier.values))
        for place, earlier in zip(places, answered, strict=True)
    ]
    return Rerun(list(cells[:start]), list(cells[start:]), puts)
