"""Moodle's offline grading worksheet, in any language: its columns, found by what they hold.

Moodle writes headings in the language of the site. What does not change with the language is their order
(mod/assign/gradingtable.php): the participant first, the full name next unless grading is blind, and the
maximum grade just behind the grade.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.handed_in.sheets.sheet import Sheet

NUMBER = re.compile(r"\d+([.,]\d+)?")
_PARTICIPANT = re.compile(r"([^\d@]*[^\W\d_][^\d@]*)\d+")
"""A word and a number: `Participant 123`, `Teilnehmer/in123`."""
_IDENTIFIER = re.compile(r"[A-Za-z]{0,8}[0-9]{4,12}|[A-Za-z]{1,8}[0-9]{1,12}[A-Za-z]{0,2}")
"""A number of four digits at least, or a user name with a number in it."""
_COMMENTS = re.compile(r"comment|kommentar|coment|commento|opmerking", re.I)


@dataclass(frozen=True)
class Worksheet:
    """The places of a worksheet's columns, from 0."""

    identifier: int
    grade: int
    maximum: int
    comments: int | None
    """None where the assignment has no feedback comments, or their heading is not known."""


def worksheet(sheet: Sheet) -> Worksheet | None:
    """The columns of a grading worksheet; None where the file is something else."""
    if not sheet.people or not _participants(_column(sheet, 0)):
        return None
    width = len(sheet.rows[0])
    graded = next((i for i in range(1, width - 1) if _grade_and_maximum(sheet, i)), None)
    if graded is None:
        return None
    said = [i for i in range(graded + 2, width) if _COMMENTS.search(sheet.rows[0][i])]
    return Worksheet(0, graded, graded + 1, said[-1] if said else None)


def addresses(sheet: Sheet) -> list[int]:
    """The places of the columns that hold nothing but email addresses."""
    found = []
    for i, head in enumerate(sheet.rows[0]):
        cells = [cell for cell in _column(sheet, i) if cell]
        if cells and "@" not in head and all(re.fullmatch(r"[^\s@]+@[^\s@]+", cell) for cell in cells):
            found.append(i)
    return found


def identifiers(sheet: Sheet) -> list[int]:
    """The places of the columns that tell one student from the other, whatever they are called: those that
    hold an address in each row, else a number or a user name; never the same twice, and under a heading that
    is no such thing itself.
    """
    cells = {i: _column(sheet, i) for i in range(len(sheet.rows[0]))}
    full = [i for i, mine in cells.items() if all(mine) and len({*map(str.casefold, mine)}) == len(mine) > 0]
    found = [i for i in addresses(sheet) if i in full]
    return found or [
        i
        for i in full
        if not _IDENTIFIER.fullmatch(sheet.rows[0][i].strip())
        and all(_IDENTIFIER.fullmatch(cell) for cell in cells[i])
    ]


def _column(sheet: Sheet, place: int) -> list[str]:
    return [row[place].strip() if place < len(row) else "" for row in sheet.people]


def _participants(cells: list[str]) -> bool:
    """Whether all are one word with different numbers."""
    found = [_PARTICIPANT.fullmatch(cell) for cell in cells]
    words = {match.group(1) if match else None for match in found}
    return len(words) == 1 and None not in words and len(set(cells)) == len(cells)


def _grade_and_maximum(sheet: Sheet, place: int) -> bool:
    """Whether a column of numbers or nothing stands before one with the same number in each row."""
    grades, maxima = _column(sheet, place), set(_column(sheet, place + 1))
    return (
        len(maxima) == 1
        and bool(NUMBER.fullmatch(next(iter(maxima))))
        and all(cell in ("", "-") or NUMBER.fullmatch(cell) for cell in grades)
    )
