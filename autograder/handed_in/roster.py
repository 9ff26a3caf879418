"""The class list: a CSV file of any learning platform, read into students with one id each.

What a platform's own export looks like is understood as it comes: Canvas's gradebook, Moodle's grading
worksheet and participants, Gradescope's roster, nbgrader's students. Anything else needs a column that names
an id, an email address or a name.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import msgspec

from autograder.errors import UsageError

COLUMNS = {
    "id": (
        "student_id",
        "studentid",
        "id",
        "student",
        "username",
        "user",
        "netid",
        "login",
        "sis_login_id",
        "sid",
        "sis_user_id",
        "id_number",
        "email",
    ),
    "name": ("name", "full_name", "student_name", "display_name", "student"),
    "first": ("first_name", "firstname", "given_name", "first"),
    "last": ("last_name", "lastname", "surname", "family_name", "last"),
    "email": ("email", "email_address", "mail", "e_mail"),
    "login": ("username", "sis_login_id", "login", "login_id", "user", "netid"),
    "number": ("id_number", "sid", "sis_user_id", "student_number", "matriculation_number"),
    "canvas": ("canvas_id", "canvas_user_id", "lms_user_id"),
    "moodle": ("moodle_id", "participant_id", "participant", "identifier"),
    "section": ("section", "group", "groups"),
}
"""By field, the columns that it is read from, the first that is there and not empty.

Case and punctuation of a column's title don't matter.
"""

_CANVAS = {"id": ("sis_login_id", "sis_user_id", "id"), "name": ("student",), "canvas": ("id",)}
"""Canvas's gradebook calls a name `Student` and its own number `ID`."""
_NOT_A_PERSON = re.compile(r"points possible|student, test|test student", re.I)
_MAX_BYTES = 20 << 20


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


def read_roster(path: Path) -> tuple[Student, ...]:
    """Read a class list; raises UsageError naming the file and the line where it can't be one, or names
    one id twice.
    """
    rows = _rows(path)
    if not rows:
        raise UsageError("the roster is empty", where=str(path), mend=_MEND)
    titles = [_title(cell) for cell in rows[0][1]]
    columns = _columns(titles)
    if not any(columns[field] for field in ("id", "name", "first", "last", "email")):
        raise UsageError(
            f"none of the columns {', '.join(rows[0][1])[:200]} says who a student is",
            where=f"{path}:{rows[0][0]}",
            mend=_MEND,
        )
    students: list[Student] = []
    lines: dict[str, int] = {}
    for line, cells in rows[1:]:
        student = _student(cells, columns)
        if student is None:
            continue
        if not safe(student.id):
            mend = "an id becomes the name of a folder: letters, digits and @ . _ + - and blanks"
            raise UsageError(
                f"{student.id[:80]!r} can't be a student's id", where=f"{path}:{line}", mend=mend
            )
        if student.id in lines:
            mend = "each student stands there once; is there a column with an id of its own for each?"
            raise UsageError(
                f"the id {student.id!r} stands in line {lines[student.id]} too",
                where=f"{path}:{line}",
                mend=mend,
            )
        lines[student.id] = line
        students.append(student)
    if not students:
        raise UsageError("the roster holds no student", where=str(path), mend=_MEND)
    return tuple(students)


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


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The lines of the file that hold something, numbered, cut at the separator that its first line has
    most of.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError("the file is too large for a roster", where=str(path))
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"the roster can't be read: {error.strerror}",
            where=str(path),
            mend="name a CSV file with --roster",
        ) from None
    text = _decoded(data)
    if "\0" in text:
        raise UsageError("the roster is not a text file", where=str(path), mend="save the spreadsheet as CSV")
    first = text.lstrip().partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return [
            (reader.line_num, [cell.strip() for cell in row])
            for row in reader
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise UsageError(f"not valid CSV: {error}", where=f"{path}:{reader.line_num}") from None


def _decoded(data: bytes) -> str:
    """The text, in the encodings that spreadsheets write."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _title(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _columns(titles: list[str]) -> dict[str, list[int]]:
    """By field, the places of its columns, the preferred first."""
    canvas = "student" in titles and ("sis_login_id" in titles or "sis_user_id" in titles)
    wanted = {**COLUMNS, **_CANVAS} if canvas else COLUMNS
    found = {
        field: [titles.index(name) for name in names if name in titles] for field, names in wanted.items()
    }
    if found["name"] == found["id"][:1]:  # `student` alone is the id, where there is nothing better
        found["name"] = []
    return found


def _student(cells: list[str], columns: dict[str, list[int]]) -> Student | None:
    """One line as a student; None for a line that is no person's."""
    values = {
        field: next((cells[i] for i in places if i < len(cells) and cells[i]), "")
        for field, places in columns.items()
    }
    first, last = values.pop("first"), values.pop("last")
    name = _forename_first(values["name"]) or " ".join(part for part in (first, last) if part)
    identifier = values["id"] or values["email"] or name
    if not identifier or _NOT_A_PERSON.search(values["name"]) or _NOT_A_PERSON.search(identifier):
        return None
    number = re.search(r"\d+$", values["moodle"])  # the grading worksheet says `Participant 123`
    return Student(**{**values, "id": identifier, "name": name, "moodle": number.group() if number else ""})


def _forename_first(name: str) -> str:
    """`Muster, Anna` as `Anna Muster`."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() else name
