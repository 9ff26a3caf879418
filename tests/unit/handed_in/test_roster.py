"""The class list: what platforms export, and what is refused."""
from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.handed_in.roster import Student, read_roster, safe


def read(tmp_path: Path, text: str | bytes) -> tuple[Student, ...]:
    path = tmp_path / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_roster(path)


def test_a_plain_list(tmp_path: Path) -> None:
    """Three columns, in any order and case; what is not there is empty."""
    assert read(tmp_path, "Name,E-Mail,ID\nZoë Čapek,zoe@uni.example,zc1\n") == (Student("zc1", "Zoë Čapek", "zoe@uni.example"),)


def test_canvas_gradebook(tmp_path: Path) -> None:
    """`Student` is a name there and `ID` is Canvas's number; its lines of points and of the test student are nobody."""
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Layers (123)\n"
        '"    Points Possible",,,,,50\n'
        '"Muster, Anna Lena",4711,s100,amuster,Group A,\n'
        '"Student, Test",4799,,abcdef,Group A,\n'
    )
    assert read(tmp_path, text) == (Student("amuster", "Anna Lena Muster", "", "amuster", "s100", "4711", "", "Group A"),)


def test_moodle_grading_worksheet(tmp_path: Path) -> None:
    """The identifier holds the number that stands in the names of downloaded files."""
    text = "Identifier,Full name,ID number,Email address,Status\nParticipant 1327,Ana María Ñu,u77,ana@uni.example,Submitted\n"
    assert read(tmp_path, text) == (Student("u77", "Ana María Ñu", "ana@uni.example", "", "u77", "", "1327"),)


def test_moodle_participants_and_gradescope(tmp_path: Path) -> None:
    """First name and last name in columns of their own."""
    assert read(tmp_path, "First name;Surname;Email address\nBo;Li;bo@uni.example\n") == (Student("bo@uni.example", "Bo Li", "bo@uni.example"),)
    (student,) = read(tmp_path, "First Name,Last Name,SID,Email,Role\nBo,Li,31,bo@uni.example,Student\n")
    assert (student.id, student.name, student.number) == ("31", "Bo Li", "31")


def test_nbgrader_students(tmp_path: Path) -> None:
    """What `nbgrader db student import` reads."""
    assert read(tmp_path, "id,first_name,last_name,email,lms_user_id\nbo,Bo,Li,,99\n") == (Student("bo", "Bo Li", canvas="99"),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    """Accents arrive whichever of them a spreadsheet writes."""
    assert read(tmp_path, "id\tname\nm\tJosé Müller\n".encode(encoding))[0].name == "José Müller"


WRONG = {
    "empty": ("\n\n", "is empty"),
    "columns": ("colour,size\nred,1\n", "says who a student is"),
    "nobody": ("id,name\n,\n", "holds no student"),
    "twice": ("id\nbo\nann\nbo\n", "line 2 too"),
    "path": ("id\n../../etc\n", "can't be a student's id"),
    "binary": (b"id\n\0\0\0", "not a text file"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_roster(tmp_path: Path, what: str) -> None:
    """Each is refused with the file, the reason and, where there is one, the line."""
    text, reason = WRONG[what]
    with pytest.raises(UsageError, match=reason) as error:
        read(tmp_path, text)
    assert "roster.csv" in error.value.where


def test_no_such_file(tmp_path: Path) -> None:
    """The mend names the option."""
    with pytest.raises(UsageError, match="--roster"):
        read_roster(tmp_path / "nothing.csv")


def test_ids_become_folders() -> None:
    """Separators, leading dots and control characters can't be part of one; accents and blanks can."""
    assert all(safe(text) for text in ("bo", "Zoë Č", "a@b.c", "x-1_2+3"))
    assert not any(safe(text) for text in ("", ".", "..", "a/b", "a\\b", " bo", "a\nb", "-rf", "x" * 200, "\x1b[2J"))
