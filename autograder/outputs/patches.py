"""Scores put into what a platform gave: nothing that stands there is blanked for want of a result here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.assignment.values import Assignment
from autograder.handed_in.roster import Student, students
from autograder.handed_in.sheets.sheet import Sheet
from autograder.handed_in.sheets.worksheet import Worksheet, worksheet
from autograder.outputs.feedback import question_titles
from autograder.outputs.tables import ScoreLine, comments, harmless


def filled_worksheet(
    assignment: Assignment, rows: Sequence[ScoreLine], sheet: Sheet, known: Worksheet
) -> str:
    """Moodle's grading worksheet with grades and comments of those who have a result, else as it came.

    Its importer (mod/assign/feedback/offline) skips an empty grade, but takes an empty comment for a new one.
    """
    by_id = {row.student.id: row for row in rows if row.standing is not None}
    titles = question_titles(assignment)
    table: list[Sequence[str]] = [sheet.rows[0]]
    for cells, student in zip(sheet.people, students(sheet), strict=True):
        row = by_id.get(student.id) if student is not None else None
        table.append(_filled(cells, row, known, titles))
    return sheet.text(table)


def _filled(
    cells: Sequence[str], row: ScoreLine | None, known: Worksheet, titles: dict[str, str]
) -> Sequence[str]:
    """One row; cells that the importer does not take in are made harmless, the others stay to the letter."""
    read = (known.grade, known.comments)
    made = [cell if i in read or cell.strip() == "-" else harmless(cell) for i, cell in enumerate(cells)]
    if row is None or row.standing is None:
        return made
    places = max(known.grade, known.comments or 0) + 1
    made += [""] * (places - len(made))
    made[known.grade] = row.score.replace(".", ",") if "," in made[known.maximum] else row.score
    said = comments(row.standing, titles)
    if said and known.comments is not None:
        made[known.comments] = harmless(said)
    return made


def canvas_column(sheet: Sheet, wanted: str) -> int | None:
    """The place of an assignment's column in Canvas's gradebook: by the whole heading, or by the title before
    `(number)` where one column alone has it.
    """
    heads = [head.strip() for head in sheet.rows[0]]
    whole = [i for i, head in enumerate(heads) if head == wanted]
    titled = [i for i, head in enumerate(heads) if head.rpartition(" (")[0] == wanted and head.endswith(")")]
    found = whole or titled
    return found[0] if len(found) == 1 else None


def canvas_cells(sheet: Sheet, place: int) -> Mapping[str, str]:
    """By student's id, what stands in a column of Canvas's gradebook; its - is no score."""
    owners: Sequence[Student | None] = students(sheet)
    return {
        student.id: cells[place].strip()
        for student, cells in zip(owners, sheet.people, strict=True)
        if student is not None and place < len(cells) and cells[place].strip() != "-"
    }


def moodle_maximum(sheet: Sheet) -> float | None:
    """The maximum grade that Moodle has, by its worksheet."""
    known = worksheet(sheet)
    return None if known is None else _number(sheet.people[0][known.maximum])


def canvas_maximum(sheet: Sheet, wanted: str) -> float | None:
    """The points that Canvas has for an assignment, by its gradebook: a row of its own says them."""
    place = canvas_column(sheet, wanted)
    points = [row for row in sheet.people if row[0].strip() == "Points Possible" and place is not None]
    return _number(points[0][place]) if points and place is not None and place < len(points[0]) else None


def _number(cell: str) -> float | None:
    try:
        return float(cell.strip().replace(",", "."))
    except ValueError:
        return None
