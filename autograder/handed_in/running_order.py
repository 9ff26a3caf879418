"""Which cells are run, and in which order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from autograder.assignment.notebook import ANSWERS, Role, SourceCell
from autograder.assignment.placement import in_running_order
from autograder.assignment.values import Assignment
from autograder.inside.protocol import ADDED, CellKind, CellSource


class Runnable(Protocol):
    """One cell of a notebook as it is graded."""

    @property
    def number(self) -> int: ...
    @property
    def source(self) -> SourceCell | None: ...
    @property
    def text(self) -> str: ...
    @property
    def added(self) -> str: ...
    @property
    def runs(self) -> bool: ...


def running_order(placed: Sequence[Runnable]) -> list[CellSource]:
    """The code cells to run, in order; behind a locked one what a student wrote into it."""
    if any(p.source is not None and p.source.as_it_is for p in placed):
        return _as_they_are(placed)
    run: list[CellSource] = []
    for p in in_running_order(placed, _rank, _is_given):
        if p.source is None or p.source.role in ANSWERS:
            if p.runs:
                run.append(CellSource(p.text, p.number, CellKind.OWN))
        elif p.source.role is not Role.WRITTEN:
            run.append(CellSource(p.text, p.number, CellKind.GIVEN if _is_given(p) else CellKind.DEMO))
            _add(run, p)
    return run


def _as_they_are(placed: Sequence[Runnable]) -> list[CellSource]:
    """Every code cell at its own place, the tests among them."""
    mine = [p for p in placed if (p.runs if p.source is None or not p.source.locked else p.source.is_code)]
    return [CellSource(p.text, p.number, CellKind.PLAIN) for p in mine]


def _rank(cell: Runnable) -> int:
    return cell.source.line if cell.source is not None else 0


def _is_given(cell: Runnable) -> bool:
    return cell.source is not None and cell.source.role is Role.GIVEN


def _add(run: list[CellSource], cell: Runnable) -> None:
    """What a student wrote into a locked cell, as a cell of the student's own behind it."""
    if cell.added:
        run.append(CellSource(cell.added, ADDED + cell.number, CellKind.OWN))


def reference_cells(
    assignment: Assignment, replaced: dict[str, str] | None = None, extra: str = "", question: str = ""
) -> list[CellSource]:
    """The source's own cells to run: the reference, with solution cells replaced, or a last cell added,
    where asked. question: as far as this one is observed on them.
    """
    until = assignment.moment_of(question) if question else ""
    cells = []
    for number, cell in enumerate(assignment.cells, 1):
        if cell.role is Role.GIVEN:
            cells.append(CellSource(cell.text, number, CellKind.GIVEN))
        elif cell.role in ANSWERS:
            cells.append(CellSource((replaced or {}).get(cell.id, cell.text), number, CellKind.OWN))
        if until and cell.id == until:
            break
    if extra:
        cells.append(CellSource(extra, len(assignment.cells) + 1, CellKind.OWN))
    return cells


def digest(cells: list[CellSource]) -> str:
    """A hash of cells to run."""
    parts = "\x00".join(f"{c.kind}\x01{c.number}\x01{c.text}" for c in cells)
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
