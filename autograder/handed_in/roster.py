"""The class list: a CSV file of any learning platform, read into students with one id each.

What a platform's own export looks like is understood as it comes: Canvas's gradebook, Moodle's grading
worksheet and participants, Gradescope's roster, nbgrader's students. Anything else needs a column that names
an id, an email address or a name.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from autograder.errors import UsageError
from autograder.handed_in.sheets.headings import COLUMNS, titled
from autograder.handed_in.sheets.sheet import Sheet, read_sheet
from autograder.handed_in.sheets.worksheet import Worksheet, addresses, identifiers, worksheet

_CANVAS = {"id": ("sis_login_id", "sis_user_id", "id"), "name": ("student",), "canvas": ("id",)}
"""Canvas's gradebook calls a name `Student` and its own number `ID`."""
_IDS = ("id", "email", "login", "number")
"""Fields that an id is taken from, the first that is there."""
_WHO = (*_IDS, "name", "first", "last")
"""Fields any of which says who a student is."""
_NOT_A_PERSON = re.compile(r"points possible|student, test|test student", re.I)
_TEACHES = re.compile(
    r"\b(instructor|teacher|ta|teaching assistant|tutor|reader|designer|observer|grader)\b", re.I
)
"""Roles of those who hand nothing in, as Gradescope, Canvas and Moodle call them."""


class Student(msgspec.Struct, frozen=True):
    """One person of the class: the id that results are kept under, and what platforms know the person by."""

    id: str
    name: str = ""
    email: str = ""
    login: str = ""
    number: str = ""
    """The number that the university gives: Gradescope's SID, Canvas's SIS User ID, Moodle's ID number."""
    canvas: str = ""
    """Canvas's own number, the one in the names of downloaded files."""
    moodle: str = ""
    """Moodle's number of the participant in this assignment, likewise."""
    section: str = ""
    group: str = ""
    """The group that hands in one file for all its members, where there are groups."""


def read_roster(path: Path) -> tuple[Student, ...]:
    """Read a class list; raises UsageError naming the file and the line where it can't be one, or names
    one id twice.
    """
    return tuple(student for student in students(read_sheet(path)) if student is not None)


def students(sheet: Sheet) -> tuple[Student | None, ...]:
    """By row below the headings, whose it is; None for a row that is no person's. Raises as read_roster."""
    if not sheet.rows:
        raise UsageError("the roster is empty", where=str(sheet.path), mend=_MEND)
    columns = _columns(sheet)
    if fault := _fault(sheet, columns):
        raise UsageError(fault, where=f"{sheet.path}:{sheet.lines[0]}", mend=_MEND)
    found = tuple(_student([cell.strip() for cell in row], columns) for row in sheet.people)
    _refuse_unusable(sheet, found)
    return found


def _fault(sheet: Sheet, columns: dict[str, list[int]]) -> str:
    """Why the columns do not say who a student is; empty where they do."""
    if not any(columns[field] for field in _WHO):
        named = ", ".join(cell.strip() for cell in sheet.rows[0])[:200]
        return f"none of the columns {named} says who a student is"
    if len(columns["id"]) > 1 and not any(titled(sheet.rows[0][i]) in COLUMNS["id"] for i in columns["id"]):
        several = " and ".join(sheet.rows[0][i].strip() for i in columns["id"])[:200]
        return f"the columns {several} may each say who a student is; call one of them `id`"
    return ""


def _refuse_unusable(sheet: Sheet, found: tuple[Student | None, ...]) -> None:
    lines: dict[str, int] = {}
    for line, student in zip(sheet.lines[1:], found, strict=True):
        if student is None:
            continue
        where = f"{sheet.path}:{line}"
        if not safe(student.id):
            mend = "an id becomes the name of a folder: letters, digits and @ . _ + - and blanks"
            raise UsageError(f"{student.id[:80]!r} can't be a student's id", where=where, mend=mend)
        if student.id in lines:
            mend = "each student stands there once; is there a column with an id of its own for each?"
            says = f"the id {student.id!r} stands in line {lines[student.id]} too"
            raise UsageError(says, where=where, mend=mend)
        lines[student.id] = line
    if not lines:
        raise UsageError("the roster holds no student", where=str(sheet.path), mend=_MEND)


_MEND = (
    "its first line names columns, such as `id,name,email`; docs/how-to/grade_downloads.md lists "
    "those that are known"
)


def safe(identifier: str) -> bool:
    """Whether a text can be a student's id, and so the name of a folder."""
    kept = (
        identifier
        and identifier == identifier.strip()
        and len(identifier.encode("utf-8", "replace")) <= 120
        and identifier[0] not in "._-+"
    )
    return bool(kept) and all(c.isalnum() or c in "@._+- " for c in identifier)


def _columns(sheet: Sheet) -> dict[str, list[int]]:
    """By field, the places of its columns, the preferred first."""
    titles = [titled(cell) for cell in sheet.rows[0]]
    canvas = "student" in titles and ("sis_login_id" in titles or "sis_user_id" in titles)
    wanted = {**COLUMNS, **_CANVAS} if canvas else COLUMNS
    found = {
        field: [titles.index(name) for name in names if name in titles] for field, names in wanted.items()
    }
    if found["name"] == found["id"][:1]:  # `student` alone is the id, where there is nothing better
        found["name"] = []
    known = worksheet(sheet)
    if known is not None:
        return _of_worksheet(sheet, known, found)
    if not any(found[field] for field in _WHO):
        found["id"] = identifiers(sheet)
    return found


def _of_worksheet(sheet: Sheet, known: Worksheet, found: dict[str, list[int]]) -> dict[str, list[int]]:
    """The same for Moodle's worksheet, where a German heading `ID` is the participant, and no id of ours."""
    found = {field: [i for i in places if i != known.identifier] for field, places in found.items()}
    named = found["name"] or found["first"] or found["last"]
    email = found["email"] or addresses(sheet)[:1]
    behind = known.identifier + 1
    blind = known.grade <= behind + 1  # then no name stands between the participant and the status
    name = found["name"] if named or blind or behind in email else [behind]
    return {**found, "moodle": [known.identifier], "email": email, "name": name}


def _student(cells: list[str], columns: dict[str, list[int]]) -> Student | None:
    """One line as a student; None for a line that is no person's."""
    values = {
        field: next((cells[i] for i in places if i < len(cells) and cells[i]), "")
        for field, places in columns.items()
    }
    first, last, role = values.pop("first"), values.pop("last"), values.pop("role")
    name = _whole_name(_forename_first(values["name"]), first, last)
    identifier = next((values[field] for field in _IDS if values[field]), name)
    if _TEACHES.search(role) and "student" not in role.lower():
        return None
    if not identifier or _NOT_A_PERSON.search(values["name"]) or _NOT_A_PERSON.search(identifier):
        return None
    number = re.search(r"\d+$", values["moodle"])  # the grading worksheet says `Participant 123`
    return Student(**{**values, "id": identifier, "name": name, "moodle": number.group() if number else ""})


def _whole_name(name: str, first: str, last: str) -> str:
    """The name; where a column beside it holds but the other half, it is the first name or the last."""
    if not name or (first and last):
        return name or " ".join(part for part in (first, last) if part)
    half = first or last
    if not half or half in name:
        return name
    return f"{first or name} {last or name}"


def _forename_first(name: str) -> str:
    """`Muster, Anna` as `Anna Muster`."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() else name
