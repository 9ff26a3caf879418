"""Downloads and folders that are no plain list of people: groups, text and links, files beside notebooks, other platforms, sections, staff."""
from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from autograder.assignment.values import Assignment
from autograder.handed_in.finding import find, find_submissions
from autograder.handed_in.intake import Intake, taken_in
from autograder.handed_in.roster import Student, read_roster
from autograder.handed_in.submission import read_submission
from autograder.run.batch import all_said
from tests.sample_class.work import Work
from tests.tiny import NAME

CLASS = (
    Student("am1", "Anna Muster", "am1@uni.example", "amuster", "31", "4711", "1327", group="Team Seven 7"),
    Student("bo2", "Bo Li", "bo2@uni.example", "bli", "32", "4712", "1328", group="Team Seven 7"),
    Student("zo3", "Zoë Čapek", "zo3@uni.example", "zcapek", "33", "4713", "1329", group="Solo"),
)


@pytest.fixture
def solved(tiny: Assignment) -> bytes:
    return json.dumps(Work.handed_out(tiny).solve().as_json()).encode()


@pytest.fixture
def fresh(tiny: Assignment) -> bytes:
    return json.dumps(Work.handed_out(tiny).as_json()).encode()


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def unpacked(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def took(path: Path, tiny: Assignment, roster: tuple[Student, ...] = ()) -> tuple[dict[str, bool], Intake]:
    """Whether a notebook that can be read was found, by student; and the intake."""
    with taken_in(path, tiny, roster) as intake:
        return {h.student: read_submission(h, tiny).readable for h in find_submissions(intake.folder, tiny)}, intake


TEAM = {
    "canvas": ("teamseven7_4711_998_tiny.ipynb", "čapekzoë_4713_999_tiny.ipynb"),
    "canvas, late": ("teamseven7_LATE_4712_998_tiny.ipynb", "čapekzoë_4713_999_tiny.ipynb"),
    "moodle": ("Team Seven 7_1329_assignsubmission_file/tiny.ipynb", "Solo_56_assignsubmission_file/tiny.ipynb"),
    "files": ("Team Seven 7.ipynb", "Zoë Čapek.ipynb"),
    "folders": ("Team Seven 7/tiny/tiny.ipynb", "zo3/tiny/tiny.ipynb"),
}  # fmt: skip


@pytest.mark.parametrize("what", TEAM)
def test_one_file_of_a_group_is_each_members(tiny: Assignment, solved: bytes, tmp_path: Path, what: str) -> None:
    """By the roster's column of groups, whatever number stands beside the group's name: Canvas puts one member's there, Moodle the group's own.

    Canvas: lib/content_zipper.rb, get_filename and Assignment#representatives; Moodle: mod/assign/classes/downloader.php, get_student_prefix.
    """
    found, intake = took(packed(tmp_path / "x.zip", dict.fromkeys(TEAM[what], solved)), tiny, CLASS)
    assert found == {"am1": True, "bo2": True, "zo3": True}
    assert intake.unplaced == () and intake.absent == () and intake.ignored == ()


def test_an_own_file_beside_the_groups_is_the_same_person(tiny: Assignment, solved: bytes, fresh: bytes, tmp_path: Path) -> None:
    """The newer of both counts; nobody becomes two."""
    files = {"teamseven7_4711_998_tiny.ipynb": solved, "libo_4712_997_tiny.ipynb": fresh}
    found, intake = took(packed(tmp_path / "x.zip", files), tiny, CLASS)
    assert set(found) == {"am1", "bo2"} and intake.absent == ("zo3",)
    assert "people of the download" not in str(intake.notes)


def test_a_person_who_is_called_like_a_group_is_a_person(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """A name or an id of the roster comes before a group's."""
    roster = (*CLASS, Student("solo", "Han Solo", canvas="9"))
    found, _ = took(unpacked(tmp_path / "f", {"solo.ipynb": solved}), tiny, roster)
    assert list(found) == ["solo"]


def test_moodles_people_without_a_group_are_refused(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Moodle puts one folder there for all of them, without a number: nobody can tell whose it is, and it is named."""
    files = {"Default group_assignsubmission_file/tiny.ipynb": solved, "Anna Muster_1327_assignsubmission_file/tiny.ipynb": solved}
    found, intake = took(packed(tmp_path / "x.zip", files), tiny, CLASS)
    assert list(found) == ["am1"] and intake.ignored == ("Default group_assignsubmission_file/tiny.ipynb",)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("musteranna_4711_text.html", "a text was typed in"),
        ("musteranna_LATE_4711_link.html", "what it leads to is not fetched"),
        ("Anna Muster_1327_assignsubmission_onlinetext/onlinetext.html", "a text was typed in"),
        ("musteranna_4711_998_report.pdf", "but report.pdf"),
    ],
)
def test_text_and_links_are_their_owners(tiny: Assignment, solved: bytes, tmp_path: Path, name: str, says: str) -> None:
    """Whoever has typed a text in or handed in a link has a result that says so, and is nobody new."""
    other = "Bo Li_1328_assignsubmission_file/tiny.ipynb" if "assign" in name else "libo_4712_997_tiny.ipynb"
    found, intake = took(packed(tmp_path / "x.zip", {name: b"<p>Hello</p>", other: solved}), tiny, CLASS)
    assert found == {"am1": False, "bo2": True}
    assert says in " ".join(intake.notes["am1"])


@pytest.mark.parametrize("roster", [(), CLASS])
def test_files_beside_a_notebook_are_the_same_persons(tiny: Assignment, solved: bytes, tmp_path: Path, roster: tuple[Student, ...]) -> None:
    """id.zip, id.pdf and id.py beside id.ipynb make nobody else; the notebook counts."""
    files = {"am1.ipynb": solved, "am1.zip": b"PK", "am1.pdf": b"%PDF", "am1.py": b"", "bo2.ipynb": solved}
    found, intake = took(unpacked(tmp_path / "f", files), tiny, roster)
    assert found == {"am1": True, "bo2": True} and intake.ignored == () and intake.unplaced == ()


def test_an_archive_alone_is_opened(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """id.zip with one notebook in it, where nothing but files lies there; an archive of several is nobody's, and one beside folders neither."""
    one = packed(tmp_path / "one.zip", {"my work/tiny.ipynb": solved, "a.csv": b"1"}).read_bytes()
    several = packed(tmp_path / "several.zip", {"a.ipynb": solved, "b.ipynb": solved}).read_bytes()
    found = find(unpacked(tmp_path / "flat", {"am1.zip": one, "bo2.ipynb": solved, "all.zip": several}), tiny)
    assert [h.student for h in found.handins] == ["am1", "bo2"] and found.ignored == ("all.zip",)
    assert all(read_submission(h, tiny).readable for h in found.handins)
    beside = find(unpacked(tmp_path / "folders", {"bo2/tiny/tiny.ipynb": solved, "backup.zip": one}), tiny)
    assert [h.student for h in beside.handins] == ["bo2"] and beside.ignored == ("backup.zip",)


def test_a_report_alone_is_somebodys_where_the_roster_knows(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Then the person has a result that says that no notebook came; without a roster the file is named, and nobody is invented."""
    folder = unpacked(tmp_path / "f", {"am1.pdf": b"%PDF", "notes.pdf": b"%PDF", "bo2.ipynb": solved})
    found, intake = took(folder, tiny, CLASS)
    assert found == {"am1": False, "bo2": True} and intake.ignored == ("notes.pdf",)
    found, intake = took(folder, tiny)
    assert found == {"bo2": True} and intake.ignored == ("am1.pdf", "notes.pdf")


NOTE = b"Name: Anna Muster (a_muster)\r\nAssignment: Homework_1\r\nDate Submitted: ...\r\n\r\nSubmission Field:\r\nName: Bo (bli)\r\n"
BLACKBOARD = {
    "Homework_1_a_muster_attempt_2026-11-02-12-05-09.txt": NOTE,
    "Homework_1_a_muster_attempt_2026-11-02-12-05-09_tiny.ipynb": b"",
    "Homework_1_a_muster_attempt_2026-11-03-09-00-00.txt": NOTE,
    "Homework_1_a_muster_attempt_2026-11-03-09-00-00_tiny.ipynb": b"",
    "Homework_1_bli_attempt_2026-11-02-18-00-00_my_tiny.ipynb": b"",
}


@pytest.mark.parametrize("notes", [True, False])
def test_blackboards_attempts_are_one_student(tiny: Assignment, solved: bytes, fresh: bytes, tmp_path: Path, notes: bool) -> None:
    """By the user name, which may hold underscores as the title may; the newest attempt counts, and the notes about attempts are nobody."""
    files = {name: data or (fresh if "02-12-05" in name else solved) for name, data in BLACKBOARD.items() if notes or data == b""}
    roster = (Student("am1", "Anna Muster", login="a_muster"), Student("bo2", "Bo Li", login="bli"))
    found, intake = took(packed(tmp_path / "gradebook_1_2026.zip", files), tiny, roster)
    assert found == {"am1": True, "bo2": True} and intake.ignored == () and intake.unplaced == ()
    assert "2 submissions were downloaded; the newest was taken" in intake.notes["am1"]
    assert set(took(packed(tmp_path / "b.zip", files), tiny)[0]) == {"a_muster", "bli"}


@pytest.mark.parametrize("form", ["{}/tiny.ipynb", "{} - tiny.ipynb", "All/{}/tiny.ipynb"])
def test_brightspaces_attempts_are_one_student(tiny: Assignment, solved: bytes, fresh: bytes, tmp_path: Path, form: str) -> None:
    """In folders and flat; found by the name, told apart by the number; the newest by the clock and not by the alphabet counts."""
    files = {
        form.format("101-77 - Anna Muster - Nov 9, 2026 905 AM"): fresh,
        form.format("101-77 - Anna Muster - Nov 10, 2026 1205 PM"): solved,
        form.format("102-77 - Bo Li - Nov 2, 2026 1159 PM"): solved,
        "All/index.html" if form.startswith("All") else "index.html": b"<html>",
    }
    found, intake = took(packed(tmp_path / "x.zip", files), tiny, CLASS)
    assert found == {"am1": True, "bo2": True} and intake.ignored == ()
    assert "2 submissions were downloaded; the newest was taken" in intake.notes["am1"]
    with taken_in(tmp_path / "x.zip", tiny, CLASS) as again:
        kept = (again.folder / "am1" / NAME / f"{NAME}.ipynb").read_bytes()
    assert kept == solved


def test_a_folder_of_two_sections_is_one_class(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Each download as it came, of one platform or of two; who is in both is one student."""
    folder = tmp_path / "sections"
    folder.mkdir()
    packed(folder / "submissions.zip", {"musteranna_4711_998_tiny.ipynb": solved})
    packed(folder / "submissions (1).zip", {"musteranna_4711_999_tiny.ipynb": solved, "libo_4712_997_tiny.ipynb": solved})
    packed(folder / "moodle.zip", {"Zoë Čapek_1329_assignsubmission_file/tiny.ipynb": solved})
    found, intake = took(folder, tiny, CLASS)
    assert found == {"am1": True, "bo2": True, "zo3": True} and intake.ignored == ()


def test_a_folder_of_students_archives_is_no_folder_of_sections(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Each archive is its owner's, also where it holds several files."""
    folder = tmp_path / "f"
    folder.mkdir()
    packed(folder / "am1.zip", {"tiny.ipynb": solved, "notes.txt": b"", "sub/plot.png": b""})
    packed(folder / "bo2.zip", {"work/tiny.ipynb": solved})
    assert took(folder, tiny)[0] == took(folder, tiny, CLASS)[0] == {"am1": True, "bo2": True}


def test_staff_of_a_roster_hand_nothing_in(tmp_path: Path) -> None:
    """Gradescope's roster lists instructors and TAs beside students: they are no student who is missing."""
    path = tmp_path / "roster.csv"
    path.write_text(
        "Name,SID,Email,Role\nAnna Muster,31,am1@uni.example,Student\nProf Ada,,ada@uni.example,Instructor\n"
        "Tim,,tim@uni.example,TA\nRita,,rita@uni.example,Reader\nStella Ta,34,st@uni.example,Student\n",
        encoding="utf-8",
    )
    assert [student.name for student in read_roster(path)] == ["Anna Muster", "Stella Ta"]


def test_ids_that_differ_in_capitals_alone_are_two(tiny: Assignment, solved: bytes, fresh: bytes, tmp_path: Path) -> None:
    """Each file is its own owner's; a third spelling is nobody's of the two."""
    roster = (Student("Ann", "Ann Lee", login="Ann"), Student("ann", "Ann Bee", login="ann"))
    found, intake = took(packed(tmp_path / "x.zip", {"Ann.ipynb": solved, "ann.ipynb": fresh}), tiny, roster)
    assert set(found) == {"Ann", "ann"} and intake.unplaced == ()
    found, intake = took(packed(tmp_path / "y.zip", {"ANN.ipynb": solved}), tiny, roster)
    assert intake.absent == ("Ann", "ann") and len(intake.unplaced) == 1


@pytest.mark.parametrize("around", ["", "download/", "download/again/", "a/b/c/"])
def test_folders_around_a_download_are_looked_through(tiny: Assignment, solved: bytes, tmp_path: Path, around: str) -> None:
    """Whoever unpacks an archive twice over has one folder in another; nobody becomes a student of that name."""
    metadata = b"s_1:\n  :submitters:\n  - :email: am1@uni.example\ns_2:\n  :submitters:\n  - :email: bo2@uni.example\n"
    files = {"submission_metadata.yml": metadata, "s_1/tiny.ipynb": solved, "s_2/tiny.ipynb": solved}
    folder = unpacked(tmp_path / "f", {around + name: data for name, data in files.items()})
    found, intake = took(folder, tiny, CLASS)
    assert found == {"am1": True, "bo2": True} and intake.unplaced == ()


def test_the_folder_of_somebody_in_the_roster_is_no_folder_around_a_download(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Also where that person alone has handed in, and has put another's name into the own folder."""
    metadata = b"s_1:\n  :submitters:\n  - :email: am1@uni.example\n"
    folder = unpacked(tmp_path / "f", {"bo2/submission_metadata.yml": metadata, "bo2/s_1/tiny.ipynb": solved})
    assert took(folder, tiny, CLASS)[0] == {"bo2": True}
    folder = unpacked(tmp_path / "g", {"bo2/am1/tiny.ipynb": solved, "bo2/zo3/tiny.ipynb": solved})
    assert took(folder, tiny, CLASS)[0] == {"bo2": True}


@pytest.mark.parametrize(
    "names",
    [
        ("tiny-amuster/tiny.ipynb", "tiny-bli/tiny.ipynb"),
        ("tiny-submissions/tiny-amuster/tiny.ipynb", "tiny-submissions/tiny-bli/tiny.ipynb"),
        ("tiny_am1.ipynb", "bo2_tiny.ipynb"),
        ("Anna Muster - tiny.ipynb", "Bo Li - tiny.ipynb"),
    ],
)
def test_the_assignments_name_beside_a_persons(tiny: Assignment, solved: bytes, tmp_path: Path, names: tuple[str, ...]) -> None:
    """GitHub Classroom calls folders so, and many a class its files: whom the roster knows without it is that person."""
    found, intake = took(unpacked(tmp_path / "f", dict.fromkeys(names, solved)), tiny, CLASS)
    assert found == {"am1": True, "bo2": True} and intake.unplaced == ()


@pytest.mark.parametrize("roster", [(), CLASS])
def test_files_of_one_name_are_one_persons(tiny: Assignment, solved: bytes, fresh: bytes, tmp_path: Path, roster: tuple[Student, ...]) -> None:
    """am1.ipynb and what a browser has made of it: one result, the same with and without a roster, and the sentence tells the two apart."""
    folder = unpacked(tmp_path / "f", {"am1.ipynb": fresh, "am1.ipynb.txt": solved, "bo2.IPYNB": solved})
    os.utime(folder / "am1.ipynb", (4e9, 4e9))
    with taken_in(folder, tiny, roster) as intake:
        found = {h.student: (*intake.notes.get(h.student, ()), *h.messages) for h in find_submissions(intake.folder, tiny)}
    assert found == {"am1": ("no answer was found in am1.ipynb; am1.ipynb.txt was taken in its place",), "bo2": ()}


def test_notebooks_of_one_name_are_told_by_their_places(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """`x.ipynb was handed in too; only x.ipynb was taken` would say nothing."""
    folder = unpacked(tmp_path / "f", {"am1/tiny/tiny.ipynb": solved, "am1/tiny/old/tiny.ipynb": solved})
    (handin,) = find_submissions(folder, tiny)
    assert handin.messages == ("tiny/old/tiny.ipynb was handed in too; only tiny/tiny.ipynb was taken",)


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("place", ["{}.txt", "env/lib/{}.py", "a/{}/x.py"])
def test_a_notebook_among_thousands_of_files_is_found(tiny: Assignment, solved: bytes, tmp_path: Path, form: str, place: str) -> None:
    """Whoever hands in a whole environment beside the notebook is graded, and told that not all was looked at."""
    files = {f"am1/tiny/{place.format(n)}": b"" for n in range(2100)} | {"am1/tiny/tiny.ipynb": solved, "bo2/tiny/tiny.ipynb": solved}
    path = unpacked(tmp_path / "f", files) if form == "folder" else packed(tmp_path / "x.zip", files)
    assert took(path, tiny)[0] == {"am1": True, "bo2": True}
    with taken_in(path, tiny) as intake:
        said = " ".join((*intake.notes.get("am1", ()), *next(h.messages for h in find_submissions(intake.folder, tiny) if h.student == "am1")))
    assert "holds more than 2000 files" in said


def test_what_was_not_looked_at_is_not_said_to_be_missing(tiny: Assignment, tmp_path: Path) -> None:
    """Whether there is a notebook among the others nobody knows."""
    (handin,) = find_submissions(unpacked(tmp_path / "f", {f"am1/tiny/{n}.txt": b"" for n in range(2100)}), tiny)
    assert "no notebook was found in what could be looked into" in handin.messages[1]


def test_an_archive_packed_otherwise_is_not_unpacked(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Of bzip2, a kilobyte that says to be small becomes gigabytes at once, in the grader's own process."""
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("tiny.ipynb", solved)
    (handin,) = find_submissions(unpacked(tmp_path / "f", {"am1/tiny/a.zip": inner.read_bytes()}), tiny)
    assert read_submission(handin, tiny).messages == ("the archive is packed in a way that is not read here; pack it as an ordinary zip",)


def test_an_archive_that_is_locked_says_so(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """In words, and not in those of a library."""
    data = bytearray(packed(tmp_path / "inner.zip", {"tiny.ipynb": solved}).read_bytes())
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    (handin,) = find_submissions(unpacked(tmp_path / "f", {"am1/tiny/a.zip": bytes(data)}), tiny)
    assert read_submission(handin, tiny).messages == ("the archive is locked with a password",)


def test_a_name_on_moodle_that_looks_as_the_exchange_s_is_a_name(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Whoever is called `amuster+tiny+x` there is no amuster, and takes no id away."""
    files = {"Anna Muster_1327_assignsubmission_file/tiny.ipynb": b"{}", f"amuster+{NAME}+x_1328_assignsubmission_file/tiny.ipynb": solved}
    found, intake = took(packed(tmp_path / "d.zip", files), tiny, CLASS)
    assert found == {"am1": False, "bo2": True} and intake.unplaced == ()
    assert set(took(packed(tmp_path / "d.zip", files), tiny)[0]) == {"Anna_Muster_1327", f"amuster+{NAME}+x_1328"}


def test_an_address_says_more_than_a_number_that_somebody_has_typed_in(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Gradescope's SID of another person, beside the own address: each has what is theirs."""
    person = "{0}:\n  :submitters:\n  - :name: {1}\n    :sid: '31'\n    :email: {2}@uni.example\n"
    about = person.format("s_1", "Anna Muster", "am1") + person.format("s_2", "Anna Muster", "bo2")
    files = {"submission_metadata.yml": about.encode(), "s_1/tiny.ipynb": b"{}", "s_2/tiny.ipynb": solved}
    found, intake = took(packed(tmp_path / "d.zip", files), tiny, CLASS)
    assert found == {"am1": False, "bo2": True} and intake.unplaced == ()


@pytest.mark.parametrize("roster", [(), CLASS])
def test_a_download_beside_the_folder_that_it_was_unpacked_into(tiny: Assignment, solved: bytes, tmp_path: Path, roster: tuple[Student, ...]) -> None:
    """The folder that holds both, and the list of the class, is the download; the folder is nobody."""
    files = {f"{who}_assignsubmission_file/tiny.ipynb": solved for who in ("Anna Muster_1327", "Bo Li_1328")}
    unpacked(tmp_path / "all", {f"submissions/{name}": data for name, data in files.items()})
    packed(tmp_path / "all" / "submissions.zip", files)
    (tmp_path / "all" / "grades.csv").write_text("Student,ID\n")
    found, intake = took(tmp_path / "all", tiny, roster)
    assert found == dict.fromkeys(["am1", "bo2"] if roster else ["Anna_Muster_1327", "Bo_Li_1328"], True)
    assert set(intake.ignored) == {"submissions.zip", "grades.csv"}


def test_an_archive_of_a_student_is_no_section(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Its name says whose it is, whatever names are in it: the platform's, or an id of the roster."""
    for name in ("čapekzoë_4713_999_all.zip", "zo3.zip"):
        (tmp_path / name[:3]).mkdir()
        packed(tmp_path / name[:3] / name, {"musteranna_4711_998_tiny.ipynb": solved})
        found, _ = took(tmp_path / name[:3], tiny, CLASS)
        assert found == {"zo3": True}


def test_what_was_handed_in_and_can_not_be_read_is_not_said_to_be_missing(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """A damaged file of a download has its one sentence, and so has a text that was typed in."""
    path = packed(tmp_path / "d.zip", {"musteranna_4711_998_tiny.ipynb": solved, "libo_4712_text.html": b"<p>", "čapekzoë_4713_999_notes.pdf": b"x"})
    data = path.read_bytes()
    path.write_bytes(data[:80] + b"\xff" * 40 + data[120:])
    with taken_in(path, tiny, CLASS) as intake:
        said = {h.student: all_said(intake.notes[h.student], h) for h in find_submissions(intake.folder, tiny)}
    assert [len(messages) for messages in said.values()] == [1, 1, 1]
    assert "can't be read" in said["am1"][0] and "a text was typed in" in said["bo2"][0] and "but notes.pdf" in said["zo3"][0]


@pytest.mark.parametrize("zipped", [True, False])
def test_somebody_whose_name_begins_with_a_point(tiny: Assignment, solved: bytes, tmp_path: Path, zipped: bool) -> None:
    """On Moodle that is a person, and no file that a system has left; what macOS writes beside each folder is none."""
    files = {".Bo Li_1328_assignsubmission_file/tiny.ipynb": solved, "Anna Muster_1327_assignsubmission_file/tiny.ipynb": solved}
    beside = {"._Anna Muster_1327_assignsubmission_file": b"x", ".DS_Store": b"x", ".git/_assignsubmission_": b"x"}
    path = packed(tmp_path / "d.zip", files | beside) if zipped else unpacked(tmp_path / "d", files | beside)
    found, intake = took(path, tiny, CLASS)
    assert found == {"am1": True, "bo2": True} and intake.ignored == ()
