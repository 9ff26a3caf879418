"""Scores put into a platform's own file, and what the platform's importer would take in from it."""
from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.handed_in.roster import read_roster, students
from autograder.handed_in.sheets.sheet import Sheet, read_sheet
from autograder.handed_in.sheets.worksheet import Worksheet, worksheet
from autograder.outputs.patches import (
    canvas_cells,
    canvas_column,
    canvas_maximum,
    filled_worksheet,
    moodle_maximum,
)
from autograder.outputs.tables import as_canvas, lines
from tests.unit.outputs.test_tables import standing
from tests.unit.records.test_graded_notebook import result

LANGUAGES = {
    "en": ("Participant ", ",", "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade),Feedback comments"),
    "de": ("Teilnehmer/in", ";", "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,Zuletzt geändert (Bewertung),Feedback als Kommentar"),
    "es": ("Participante ", ",", "Identificador,Nombre completo,Dirección de correo,Estado,Calificación,Calificación máxima,La calificación puede ser cambiada,Última modificación (calificación),Comentarios de retroalimentación"),
}  # fmt: skip


def given(tmp_path: Path, language: str, bom: bool = False) -> Sheet:
    """Anna has a result here, Ben a grade and a text typed into Moodle; a column of the site's own stands in the middle."""
    word, separator, heads = LANGUAGES[language]
    maximum = "6,00" if language == "de" else "6.00"
    rows = [
        heads.split(","),
        [f"{word}1327", "Anna Muster", "ann@uni.example", "x", "", maximum, "x", "-", "Old words"],
        [f"{word}1328", " Ben Ñu", "ben@uni.example", "x", "2", maximum, "x", "2 Nov 2026", "- typed, by \"hand\"\nsecond"],
    ]  # fmt: skip
    for row, cell in zip(rows, ("Eigenes", "=1+1", "b"), strict=True):
        row.insert(3, cell)
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows(rows)
    path = tmp_path / "worksheet.csv"
    path.write_bytes((("\ufeff" if bom else "") + file.getvalue()).encode())
    return read_sheet(path)


def columns(sheet: Sheet) -> Worksheet:
    known = worksheet(sheet)
    assert known is not None
    return known


def moodle_takes_in(text: str, language: str) -> dict[str, tuple[str, str]]:
    """What Moodle's importer reads, by participant: grade and comment.

    Source: mod/assign/feedback/offline/importgradeslib.php (init, next) and locallib.php (process_import_grades: an
    empty grade is skipped, a comment is always taken); the byte order mark is trimmed by lib/csvlib.class.php.
    """
    word, separator, heads = LANGUAGES[language]
    names = heads.split(",")
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator)
    identifier, grade, _, said = (head.index(names[i]) for i in (0, 4, 7, 8))
    return {row[identifier][len(word) :]: (row[grade], row[said]) for row in rows}


@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_moodle_takes_in_the_filled_worksheet(tiny: Assignment, tmp_path: Path, language: str, bom: bool) -> None:
    """Grade and comment of who has a result, and to the letter what stood there of who has none, in the site's language and form."""
    sheet = given(tmp_path, language, bom)
    rows = lines([standing(result(student="ann"))], read_roster(sheet.path))
    text = filled_worksheet(tiny, rows, sheet, columns(sheet))
    taken = moodle_takes_in(text, language)
    assert taken["1327"] == ("3,5" if language == "de" else "3.5", "<b>1. Center</b>: You subtract &lt;one&gt; mean.")
    assert taken["1328"] == ("2", '- typed, by "hand"\nsecond')
    assert text.startswith("\ufeff") is bom


def test_the_rest_of_the_worksheet_is_copied(tiny: Assignment, tmp_path: Path) -> None:
    """Order, headings, unknown columns and blanks stay; a formula in a cell that Moodle does not read is made harmless."""
    sheet = given(tmp_path, "en")
    made = list(csv.reader(io.StringIO(filled_worksheet(tiny, [], sheet, columns(sheet)), newline="")))
    wanted = [list(row) for row in sheet.rows]
    wanted[1][3] = "'=1+1"
    assert made == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_worksheet_of_any_language_is_a_roster(tmp_path: Path, language: str) -> None:
    """Number, name and address are found by what the columns hold."""
    ann, ben = read_roster(given(tmp_path, language).path)
    assert (ann.id, ann.name, ann.email, ann.moodle) == ("ann@uni.example", "Anna Muster", "ann@uni.example", "1327")
    assert (ben.name, ben.moodle) == ("Ben Ñu", "1328")


def test_a_blind_worksheet_names_nobody(tmp_path: Path) -> None:
    """Where grading is blind, the status behind the participant is not taken for a name."""
    path = tmp_path / "blind.csv"
    path.write_text("ID,Status,Bewertung,Bestwertung\nTeilnehmer/in7,Abgegeben,,6\nTeilnehmer/in8,Fehlt,,6\n", encoding="utf-8")
    with pytest.raises(UsageError, match="says who a student is"):
        read_roster(path)


def test_other_lists_are_no_worksheet(tmp_path: Path) -> None:
    """Ids of a letter and a number are ids, not Moodle's participants."""
    path = tmp_path / "class.csv"
    path.write_text("id,name,email\ns1,Bo,bo@uni.example\ns2,Li,li@uni.example\n", encoding="utf-8")
    assert worksheet(read_sheet(path)) is None
    assert [one.id for one in read_roster(path)] == ["s1", "s2"]


def canvas_takes_in(text: str, before: dict[str, str], heading: str) -> dict[str, str]:
    """The scores that Canvas has after an import, by its number of the student.

    Source: lib/gradebook_importer.rb (process_student: the second column is the student; no_change_to_submission: an
    empty cell where Canvas has a score is a change, and so is EX against a score).
    """
    head, _, *rows = csv.reader(io.StringIO(text, newline=""))
    assert "Student" in head[0] and "ID" in head[1]
    return {**before, **{row[1]: row[head.index(heading)].strip() for row in rows}}


def test_canvas_keeps_what_nobody_has_graded_here(tiny: Assignment, tmp_path: Path) -> None:
    """EX stays, also of who has a result, and so does a score typed in by hand of who has handed in nothing."""
    heading = f"{tiny.title} (99)"
    path = tmp_path / "gradebook.csv"
    path.write_text(
        f'Student,ID,SIS User ID,SIS Login ID,Section,Other (98),"{heading}"\n    Points Possible,,,,,5,6\n'
        "Muster,1,s1,ann,A,1,2\nBen,2,s2,ben,A,1,5.5\nZoe,3,s3,zoe,A,1,EX\nCy,4,s4,cy,A,1,EX\nDi,5,s5,di,A,1,\n",
        encoding="utf-8",
    )
    sheet = read_sheet(path)
    place = canvas_column(sheet, tiny.title)
    assert place == canvas_column(sheet, heading) == 6
    rows = lines([standing(result(student=who)) for who in ("ann", "cy")], [one for one in students(sheet) if one])
    text = as_canvas(tiny, rows, heading, canvas_cells(sheet, place))
    assert canvas_takes_in(text, {}, heading) == {"1": "3.5", "2": "5.5", "3": "EX", "4": "EX", "5": ""}


@pytest.mark.parametrize("language", LANGUAGES)
def test_moodle_says_its_maximum(tmp_path: Path, language: str) -> None:
    """With the point or the comma of the site's language."""
    assert moodle_maximum(given(tmp_path, language)) == 6.0


def test_canvas_says_its_points(tmp_path: Path) -> None:
    """In a row of its own; a column without points, or another file, says none."""
    path = tmp_path / "gradebook.csv"
    path.write_text("Student,ID,SIS Login ID,Tiny (1),Other (2)\n    Points Possible,,,5.5,\nA,1,a,,\n", encoding="utf-8")
    assert [canvas_maximum(read_sheet(path), title) for title in ("Tiny", "Other (2)", "None")] == [5.5, None, None]
    assert moodle_maximum(read_sheet(path)) is None
