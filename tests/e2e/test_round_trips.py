"""From a platform's download to what the platform takes in: graded, exported and packed by the commands, and read as the platform's own importers read.

The importers' rules are written from their published sources, which stand beside each.
"""
from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course
from tests.unit.outputs.test_patches import LANGUAGES, canvas_takes_in, moodle_takes_in

from .conftest import Course

HEADING = "Two steps (99)"

@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(make_course(tmp_path / "course"))


def works(course: Course) -> tuple[bytes, bytes, bytes]:
    """A right notebook, one with a mistake, and an untouched one."""
    work = Work.handed_out(load_assignment(NAME, course.root))
    right = work.copy().solve()
    return tuple(json.dumps(one.as_json()).encode() for one in (right, right.copy().use("one_mean_for_all"), work))  # type: ignore[return-value]


def packed(path: Path, files: dict[str, bytes]) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return str(path)


def run(course: Course, *arguments: str) -> str:
    done = course.run(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def score_of(page: str) -> str:
    return re.sub(r"<[^>]*>", "", page.partition("<strong>")[2].partition("</strong>")[0]).split(" ")[0]


def canvas_attaches(archive: Path, submitted: dict[str, set[str]]) -> dict[str, str]:
    """By Canvas's number of the student, the file that becomes a comment; submitted: the numbers of each one's files.

    Source: instructure/canvas-lms, app/models/assignment.rb, infer_comment_context_from_filename: the first two parts between underscores that are
    all digits are the user and an attachment, which must be one of the user's submission; everything else is ignored.
    """
    found = {}
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            parts = name.rpartition("/")[2].split("_")
            numbers = [part for part in parts if re.fullmatch(r"\d+", part)][:2]
            assert len(numbers) == 2 and not parts[-1].startswith("link") and not name.startswith("._"), name
            assert numbers[1] in submitted[numbers[0]], f"Canvas ignores {name}"
            assert numbers[0] not in found
            found[numbers[0]] = opened.read(name).decode()
    return found


def test_canvas(course: Course, tmp_path: Path) -> None:
    """Attempts, a late file, a text that was typed in, digits in names: every score and every page comes to its own, and what Canvas has else stays."""
    right, wrong, blank = works(course)
    download = packed(tmp_path / "submissions.zip", {
        "musteranna_4711_900_tiny.ipynb": blank, "musteranna_4711_901_tiny-1.ipynb": right, "li2bo_4712_902_a_1_2_b.ipynb": wrong,
        "ñuñezcy_LATE_4713_903_tiny.ipynb": right, "poedee_4714_text.html": b"<p>Hello</p>",
    })  # fmt: skip
    roster = tmp_path / "gradebook.csv"
    before = {"4714": "2.5", "4715": "EX"}
    roster.write_text(
        f"Student,ID,SIS User ID,SIS Login ID,Section,{HEADING}\n    Points Possible,,,,,6\n"
        "\"Muster, Anna\",4711,1,am1,S,\n\"Li 2, Bo\",4712,2,bo2,S,\n\"Ñuñez, Cy\",4713,3,cy3,S,\n\"Poe, Dee\",4714,4,de4,S,2.5\n\"Oz, Eli\",4715,5,el5,S,EX\n",
        encoding="utf-8",
    )
    run(course, "autograde", NAME, "--submitted", download, "--roster", str(roster))
    run(course, "adjust", NAME, "excuse", "cy3", "--reason", "Ill")
    assert "maximum" not in run(course, "export", NAME, "--to", "canvas", "--roster", str(roster), "--column", "Two steps")
    roster.write_text(roster.read_text(encoding="utf-8").replace(",,,,,6", ",,,,,5"), encoding="utf-8")
    said = run(course, "export", NAME, "--to", "canvas", "--roster", str(roster), "--column", "Two steps")
    assert "the maximum is 6 here and 5 in Canvas: set it there before you import" in said
    text = (course.root / "exports" / f"{NAME}_canvas.csv").read_text(encoding="utf-8")
    assert canvas_takes_in(text, before, HEADING) == {"4711": "5", "4712": "3", "4713": "EX", "4714": "0", "4715": "EX"}

    said = run(course, "feedback", NAME, "--for", "canvas", "--submitted", download, "--roster", str(roster))
    assert "Canvas finds no number there that a file can come back under: de4" in said
    files = {"4711": {"901"}, "4712": {"902"}, "4713": {"903"}}
    pages = canvas_attaches(course.root / "exports" / f"{NAME}_canvas_feedback.zip", files)
    assert {number: score_of(page) for number, page in pages.items()} == {"4711": "5", "4712": "3", "4713": "5"}


def test_canvas_groups(course: Course, tmp_path: Path) -> None:
    """One file of a group: each member has the score, and one page comes back, under the number of the member that Canvas put into the name.

    Source: app/models/assignment.rb, generate_comments_from_files: the comment of one member's file goes to the whole group.
    """
    right, wrong, _ = works(course)
    download = packed(tmp_path / "s.zip", {"teamseven7_4712_900_tiny.ipynb": right, "solo_4713_901_tiny.ipynb": wrong})
    roster = tmp_path / "class.csv"
    roster.write_text("id,name,canvas_id,group\nam1,Anna,4711,Team Seven 7\nbo2,Bo,4712,Team Seven 7\ncy3,Cy,4713,Solo\n", encoding="utf-8")
    run(course, "autograde", NAME, "--submitted", download, "--roster", str(roster))
    text = run(course, "export", NAME, "--to", "csv", "--out", "-", "--roster", str(roster))
    assert {row["student"]: row["score"] for row in csv.DictReader(io.StringIO(text)) if row["score"]} == {"am1": "5", "bo2": "5", "cy3": "3"}
    said = run(course, "feedback", NAME, "--for", "canvas", "--submitted", download, "--roster", str(roster))
    assert "not in it" not in said
    pages = canvas_attaches(course.root / "exports" / f"{NAME}_canvas_feedback.zip", {"4712": {"900"}, "4713": {"901"}})
    assert {number: score_of(page) for number, page in pages.items()} == {"4712": "5", "4713": "3"}
    run(course, "adjust", NAME, "excuse", "bo2", "--reason", "Ill for weeks")
    said = run(course, "feedback", NAME, "--for", "canvas", "--submitted", download, "--roster", str(roster))
    assert "its page differs from am1's: bo2" in said
    assert "Ill for weeks" not in "".join(canvas_attaches(course.root / "exports" / f"{NAME}_canvas_feedback.zip", {"4712": {"900"}, "4713": {"901"}}).values())


def moodle_attaches(archive: Path, participants: set[str]) -> dict[str, str]:
    """By participant, the feedback file.

    Source: mod/assign/feedback/file/importziplib.php, is_valid_filename_for_import: the first part of the path with at least four parts between
    underscores, of which the second is a participant's number and the next two name a plugin.
    """
    found = {}
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            folder, _, file = name.partition("/")
            parts = folder.split("_", 4)
            assert len(parts) >= 4 and parts[1].isdigit() and parts[1] in participants and parts[2:4] == ["assignsubmission", "file"], name
            assert "/" not in file and not file.startswith((".", "~")) and parts[1] not in found
            found[parts[1]] = opened.read(name).decode()
    return found


def worksheet(path: Path, language: str, people: dict[str, str]) -> str:
    word, separator, heads = LANGUAGES[language]
    maximum = "6,00" if language == "de" else "6.00"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [[f"{word}{number}", name, f"p{number}@uni.example", "x", "", maximum, "x", "-", "Old"] for number, name in people.items()]
        csv.writer(file, delimiter=separator).writerows([heads.split(","), *rows])
    return str(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_moodle(course: Course, tmp_path: Path, language: str) -> None:
    """The worksheet of the site, in three languages: grades, comments and pages come to the participants that they are of."""
    right, wrong, _ = works(course)
    roster = worksheet(tmp_path / "w.csv", language, {"1327": "Anna Muster", "1328": "Bo Ñu", "1329": "Cy Lee"})
    download = packed(tmp_path / "s.zip", {"Anna Muster_1327_assignsubmission_file/x.ipynb": right, "Bo Ñu_1328_assignsubmission_file_/tiny.ipynb": wrong})
    run(course, "autograde", NAME, "--submitted", download, "--roster", roster)
    run(course, "export", NAME, "--to", "moodle", "--roster", roster)
    text = (course.root / "exports" / f"{NAME}_moodle.csv").read_bytes().decode("utf-8")
    took = moodle_takes_in(text, language)
    assert {number: grade for number, (grade, _) in took.items()} == {"1327": "5", "1328": "3", "1329": ""}
    assert "one mean" in took["1328"][1] and took["1329"][1] == "Old"
    run(course, "feedback", NAME, "--for", "moodle", "--submitted", download, "--roster", roster)
    pages = moodle_attaches(course.root / "exports" / f"{NAME}_moodle_feedback.zip", {"1327", "1328", "1329"})
    assert {number: score_of(page) for number, page in pages.items()} == {"1327": "5", "1328": "3"}


def test_moodle_groups(course: Course, tmp_path: Path) -> None:
    """Moodle's download of group work has the group's number, its import wants each member's: without one in the roster the page is left out and named."""
    right, _, _ = works(course)
    download = packed(tmp_path / "s.zip", {"Team 7_1327_assignsubmission_file/x.ipynb": right})
    roster = tmp_path / "class.csv"
    roster.write_text("id,name,moodle_id,group\nam1,Anna,1401,Team 7\nbo2,Bo,1402,Team 7\ncy3,Cy,,Team 7\n", encoding="utf-8")
    run(course, "autograde", NAME, "--submitted", download, "--roster", str(roster))
    said = run(course, "feedback", NAME, "--for", "moodle", "--submitted", download, "--roster", str(roster))
    assert "can come back under: cy3" in said
    assert set(moodle_attaches(course.root / "exports" / f"{NAME}_moodle_feedback.zip", {"1401", "1402"})) == {"1401", "1402"}


def test_what_is_no_download_is_refused(course: Course, tmp_path: Path) -> None:
    """With the mend: a folder of nobody's numbers, and a platform without a download."""
    right, _, _ = works(course)
    download = packed(tmp_path / "s.zip", {"am1.ipynb": right})
    run(course, "autograde", NAME, "--submitted", download)
    for arguments in (["--for", "moodle", "--submitted", download], ["--for", "canvas"], ["--submitted", download]):
        done = course.run("feedback", NAME, *arguments)
        assert done.returncode == 2 and ("--for" in done.stderr or "no download" in done.stderr), done.stderr
