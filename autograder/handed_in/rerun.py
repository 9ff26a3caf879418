"""Which cells of a notebook are run again where an answer depends on what cells do as they run: a value is
made once, so that with another earlier answer, or a changed cell, it has to be made again; and a definition
that reads an earlier answer at once (`def forward(X, activation=sigmoid)`) fails where that is missing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from autograder.assignment.written import mentioned, read_at_once
from autograder.inside.names import bound_names
from autograder.inside.protocol import CellKind, CellSource, Put
from autograder.inside.seen import CellReport, Outcome


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
    """Cells that are run again, and what is put in place among these. before: the ones up to a question's
    check that stay as they ended; None where all cells of the notebook do.
    """

    before: list[CellSource] | None
    again: list[CellSource]
    puts: list[Put]

    def changed(self, instead: Sequence[CellSource]) -> list[CellSource]:
        """What is run again, with other cells in the place of those that have their numbers, or behind."""
        other = {cell.number: cell for cell in instead}
        return [other.pop(cell.number, cell) for cell in self.again] + [*other.values()]


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


def used_by(own: Sequence[CellSource], cells: Sequence[CellSource]) -> frozenset[str]:
    """Names that the cells which answer a question use, themselves or through what other cells of the
    student's define.
    """
    used: set[str] = set()
    waiting, others = list(own), [cell for cell in cells if cell.kind is CellKind.OWN and cell not in own]
    while waiting:
        used |= mentioned(waiting.pop().text)
        waiting += [cell for cell in others if bound_names(cell.text) & used]
        others = [cell for cell in others if cell not in waiting]
    return frozenset(used)


def failed_without(
    names: Collection[str],
    cells: Sequence[CellSource],
    reports: Sequence[CellReport],
    own: Sequence[CellSource],
) -> list[CellSource]:
    """The cells that raised as they read one of these names at once, or what such a cell was to bind; none
    where neither the cells that answer a question are among them nor what these use.

    cells: those up to the question's check. own: the cells that answer it.
    """
    raised = {report.number: report.missing for report in reports if report.outcome is Outcome.RAISED}
    wanted, failed = set(names), []
    for cell in cells:
        if cell.number not in raised or cell.kind is CellKind.DEMO:
            continue
        if wanted & {raised[cell.number], *read_at_once(cell.text)}:
            failed.append(cell)
            wanted |= bound_names(cell.text)
    used = {word for cell in own for word in re.findall(r"\w+", cell.text)}
    concerned = any(cell in own or bound_names(cell.text) & used for cell in failed)
    return failed if concerned else []
