"""The class list: what platforms export, and what is refused."""
from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.handed_in.roster import Student, read_roster, safe


def read(tmp_path: Path, text: object) -> tuple[Student, ...]:
    path = tmp_path / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else str(text).encode())
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


HEADINGS = {
    "german": ("Nachname;Vorname;Matrikelnummer\nMuster;Anna Lena;70031\n", Student("70031", "Anna Lena Muster", number="70031")),
    "german, a name that is half of it": ("Name;Vorname;E-Mail-Adresse;Matr.-Nr.\nMuster;Anna;a@x.edu;31\n", Student("a@x.edu", "Anna Muster", "a@x.edu", number="31")),
    "german, user names": ("Benutzername\tVorname\tNachname\nam1\tAnna\tMuster\n", Student("am1", "Anna Muster", login="am1")),
    "spanish": ("Apellido(s),Nombre,Correo electrónico\nMuñoz García,José,j@x.edu\n", Student("j@x.edu", "José Muñoz García", "j@x.edu")),
    "french": ("Nom;Prénom;Numéro étudiant\nNoël;Zoé;2100031\n", Student("2100031", "Zoé Noël", number="2100031")),
    "italian": ("Cognome,Nome,Matricola\nRossi,Ada,0000123\n", Student("0000123", "Ada Rossi", number="0000123")),
    "both names whole": ("id,name,surname\nam1,Anna Muster,Muster\n", Student("am1", "Anna Muster")),
    "a separator that is said": ("sep=;\r\nid;name\r\nam1;Muster, Anna\r\n", Student("am1", "Anna Muster")),
    "a separator behind a mark": ("\ufeffsep=\t\nid\tname\nam1\tAnna, Bo, Cy, Di\n", Student("am1", "Bo, Cy, Di Anna")),
    "two marks": ("\ufeff\ufeffid,name\nam1,Anna\n", Student("am1", "Anna")),
    "bars": ("id|name\nam1|Anna\n", Student("am1", "Anna")),
    "polish, by what it holds": ("Lp.;Nazwisko i imię;Indeks\n1;Nowak Ewa;301122\n2;Lis Jan;301123\n", Student("301122")),
    "greek, by what it holds": ("Όνομα,Διεύθυνση\nΆννα,anna@x.edu\nΝίκος,nikos@x.edu\n", Student("anna@x.edu")),
    "user names, by what they hold": ("käyttäjä;ryhmä\nab12;A\nef34;A\n", Student("ab12")),
}


@pytest.mark.parametrize("what", HEADINGS)
def test_headings_of_many_countries(tmp_path: Path, what: str) -> None:
    """Known words, a line that names the separator, and else a column that can't be anything but an id."""
    text, first = HEADINGS[what]
    assert read(tmp_path, text)[0] == first


def test_the_line_of_a_fault_is_that_of_the_file(tmp_path: Path) -> None:
    """The line that names the separator counts."""
    with pytest.raises(UsageError, match="line 3 too") as error:
        read(tmp_path, "sep=;\nid;name\nbo;Bo\nbo;Bo\n")
    assert error.value.where.endswith("roster.csv:4")


WRONG = {
    "a list without headings": ("am11,Anna\nbo22,Bo\n", "says who a student is"),
    "addresses without headings": ("a@x.edu,Anna\nb@x.edu,Bo\n", "says who a student is"),
    "an address is missing": ("Διεύθυνση,Όνομα\nanna@x.edu,Άννα\n,Νίκος\n", "says who a student is"),
    "two may be meant": ("Telefon;Indeks\n60123456;301122\n60123457;301123\n", "Telefon and Indeks may each say"),
    "counted rows alone": ("Lp.;Nazwisko\n1;Nowak\n2;Lis\n", "says who a student is"),

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
