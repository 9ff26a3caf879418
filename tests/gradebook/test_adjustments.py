"""What whoever teaches decides beyond the tests: kept in the course's file, followed by gradebook, report, pages and exports, undone as easily."""
from __future__ import annotations

import csv
import datetime
import io
import json
from pathlib import Path
from typing import Any

import pytest

from autograder.records.database import open_gradebook
from tests import commands
from tests.commands import Said
from tests.gradebook.course import Course
from tests.tiny import NAME

LATE = datetime.datetime(2026, 11, 3, 12)
PENALTY = """
from nbgrader.plugins import LateSubmissionPlugin
class TenthADay(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score * min(1.0, 0.1 * -(-total_seconds_late // 86400))
c.AssignLatePenalties.plugin_class = TenthADay
"""


def chainrule(course: Course, *arguments: str, status: int = 0) -> Said:
    done = commands.chainrule(course.root, *arguments)
    assert done.returncode == status, done.stderr
    return done


def adjust(course: Course, *arguments: str, status: int = 0) -> str:
    done = chainrule(course, "adjust", NAME, *arguments, status=status)
    return done.stdout + done.stderr


def exported(course: Course, to: str = "csv", *more: str) -> list[dict[str, str]]:
    text = chainrule(course, "export", NAME, "--to", to, "--out", "-", *more).stdout
    return list(csv.DictReader(io.StringIO(text)))


def page(course: Course, student: str = "alice") -> str:
    chainrule(course, "feedback", NAME)
    return (course.root / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")


def totals(course: Course, student: str = "alice") -> tuple[float, float]:
    """Score and maximum as formgrader shows them."""
    with open_gradebook(course.database) as book:
        found = book.find_submission(NAME, student)
        return found.score, found.max_score


def history(course: Course) -> str:
    return (course.root / "adjustments.toml").read_text(encoding="utf-8")


def test_a_dropped_question_counts_for_nobody_and_comes_back(course: Course) -> None:
    """Total, maximum, gradebook, page and report follow; a person's mark, its comment and later ones are there again when it is undone."""
    course.by_hand(0.5, "Nearly.")
    before = exported(course)[0]
    assert (before["score"], before["max_score"], before["why"]) == ("5.5", "6", "0.5")
    said = adjust(course, "drop", "why", "--reason", "It was ambiguous", "--by", "Lena")
    assert "why: counts for nobody" in said and "5 of 6 points count" in said
    now = exported(course)[0]
    assert (now["score"], now["max_score"], now["why"], now["waiting"]) == ("5", "5", "", "")
    assert totals(course) == (5.0, 5.0)
    text = page(course)
    assert "counts for nobody" in text and "It was ambiguous." in text and "of 5<" in text
    report = (chainrule(course, "report", NAME), (course.root / "reports" / f"{NAME}.html").read_text(encoding="utf-8"))[1]
    assert "It was ambiguous." in report and "Lena" in report
    course.grade(force=True)
    assert totals(course) == (5.0, 5.0)
    adjust(course, "drop", "why", "--undo", "--by", "Lena")
    assert exported(course)[0] == before and totals(course) == (5.5, 6.0)
    assert course.rows()["why"] == (None, 0.5, False) and course.comment() == "Nearly."
    assert "It was ambiguous" not in page(course) and history(course).count("[[adjustment]]") == 2


def test_a_question_given_to_everybody_has_its_points(course: Course) -> None:
    """Whatever the tests found and whatever was marked; who waits for a person for it waits no more, and does again afterwards."""
    course.hand_in(course.fresh(), "bob")
    course.grade()
    assert {r["student"]: (r["score"], r["waiting"]) for r in exported(course)} == {"alice": ("5", "why"), "bob": ("0", "")}
    adjust(course, "give", "why", "scale", "--reason", "Our check was wrong.")
    assert {r["student"]: (r["score"], r["waiting"]) for r in exported(course)} == {"alice": ("6", ""), "bob": ("4", "")}
    assert totals(course) == (6.0, 6.0) and totals(course, "bob") == (4.0, 6.0)
    assert "Everybody who handed something in has all points" in page(course, "bob") and "Our check was wrong." in page(course, "bob")
    adjust(course, "drop", "scale", "--reason", "After all")
    assert {r["student"]: (r["score"], r["max_score"]) for r in exported(course)} == {"alice": ("3", "3"), "bob": ("1", "3")}
    adjust(course, "drop", "scale", "--undo")
    adjust(course, "give", "why", "--undo")
    assert {r["student"]: (r["score"], r["waiting"]) for r in exported(course)} == {"alice": ("5", "why"), "bob": ("0", "")}
    assert course.rows()["why"] == (None, None, True) and course.rows("bob")["scale"] == (0.0, None, False)


def test_a_mark_that_a_person_gives_meanwhile_is_not_lost(course: Course) -> None:
    """Entered in formgrader while the question counts for nobody, it counts when that is undone, and is asked about if the answer has changed."""
    adjust(course, "drop", "why", "--reason", "…")
    course.by_hand(1.0)
    assert exported(course)[0]["score"] == "5" and totals(course) == (5.0, 5.0)
    course.hand_in(course.work.write("why", "Another answer, longer than the first."))
    course.grade()
    adjust(course, "drop", "why", "--undo")
    assert exported(course)[0]["score"] == "6" and course.rows()["why"] == (None, 1.0, True)


def test_who_is_excused_has_no_score_anywhere(course: Course) -> None:
    """CSV, Canvas's EX, Moodle and nbgrader's own export; the report counts without; the page says why."""
    course.configure()
    roster = course.root / "class.csv"
    roster.write_text("id,name\nalice,Alice A\nbob,Bob B\n", encoding="utf-8")
    said = adjust(course, "excuse", "alice", "bob", "--reason", "Away for the university")
    assert "bob: no result yet" in said and "alice: excused" in said
    assert {r["student"]: (r["status"], r["score"]) for r in exported(course, "csv", "--roster", str(roster))} == {"alice": ("excused", ""), "bob": ("excused", "")}
    assert {r["Student"]: r[NAME.title()] for r in exported(course, "canvas", "--roster", str(roster), "--column", NAME.title())} | {"    Points Possible": ""} == {
        "A, Alice": "EX", "B, Bob": "EX", "    Points Possible": "",
    }  # fmt: skip
    assert "Excused" in exported(course, "moodle", "--roster", str(roster))[0]["Feedback comments"]
    document = json.loads(chainrule(course, "export", NAME, "--to", "json", "--out", "-").stdout)
    assert document["students"][0]["score"] is None and document["adjustments"][0]["reason"] == "Away for the university"
    chainrule(course, "report", NAME, "--json", "report.json")
    figures = json.loads((course.root / "report.json").read_text(encoding="utf-8"))
    assert figures["scores"] == {} and figures["excused"] == ["alice"]
    text = page(course)
    assert "You are excused from this assignment" in text and "Away for the university." in text and "by a person" not in text and "A person will" not in text
    assert "excused" in chainrule(course, "autograde", NAME).stdout
    assert course.nbgrader("export").returncode == 0
    assert ",,,6.0" in (course.root / "grades.csv").read_text(encoding="utf-8")
    adjust(course, "excuse", "alice", "--undo")
    assert exported(course)[0]["score"] == "5" and "excused" not in page(course)


def test_an_extension_moves_what_is_late(course: Course) -> None:
    """It stands in nbgrader's gradebook before and after a regrade, the penalty follows, and one that another has given stays."""
    course.configure(PENALTY)
    (course.root / "submitted" / "alice" / NAME / "timestamp.txt").write_text(f"{LATE} UTC", encoding="utf-8")
    course.grade(config=None)
    with open_gradebook(course.database) as book:
        book.find_assignment(NAME).duedate = LATE - datetime.timedelta(hours=30)
        book.db.commit()
    assert exported(course)[0]["late_penalty"] == "1"
    adjust(course, "extend", "alice", "--days", "1", "--reason", "Ill")
    assert exported(course)[0]["late_penalty"] == "0.5" and "1 day more" in page(course)
    adjust(course, "extend", "alice", "--days", "1", "--hours", "6", "--reason", "Still ill")
    course.grade(force=True)
    assert exported(course)[0]["late_penalty"] == "0" and "1 day and 6 hours more" in page(course) and "Still ill." in page(course)
    adjust(course, "extend", "alice", "--undo")
    assert exported(course)[0]["late_penalty"] == "1"
    with open_gradebook(course.database) as book:
        book.grant_extension(NAME, "alice", days=2)
    assert exported(course)[0]["late_penalty"] == "0"


def test_the_list_says_what_holds_with_who_and_when(course: Course) -> None:
    """Without an action; undone entries stay in the file alone."""
    assert "Nothing holds" in adjust(course)
    adjust(course, "drop", "why", "--reason", "First", "--by", "Lena")
    adjust(course, "excuse", "alice", "--reason", 'She said "no"; a = 1 \\ \n[[x]]', "--by", "Omar")
    adjust(course, "drop", "why", "--undo", "--by", "Lena")
    listed = adjust(course)
    assert "alice: excused" in listed and "Omar" in listed and str(datetime.datetime.now(datetime.UTC).year) in listed and "why" not in listed
    assert 'by = "Lena"' in history(course) and history(course).startswith("#")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["drop", "whi", "--reason", "x"], "no question"),
        (["drop", "why"], "has no reason"),
        (["drop", "--reason", "x"], "names no question"),
        (["extend", "alice", "--reason", "x"], "says no time"),
        (["extend", "alice", "--days", "300", "--hours", "9000", "--reason", "x"], "of 16200 hours\n  366 days are the most"),
        (["excuse", "alice", "--days", "2", "--reason", "x"], "are for extend"),
        (["drop", "why", "--undo"], "does not hold"),
    ],
)
def test_a_wrong_call_is_refused_with_the_mend(course: Course, arguments: list[str], says: str) -> None:
    """And nothing is written."""
    assert says in adjust(course, *arguments, status=2)
    assert not (course.root / "adjustments.toml").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[adjustment]\n", "can't be read"),
        (f'[[adjustment]]\nassignment = "{NAME}"\nkind = "droped"\nreason = "x"\nby = "l"\nwhen = "2026-11-01"\nquestion = "why"\n', "entry 1"),
        (f'[[adjustment]]\nassignment = "{NAME}"\nkind = "dropped"\nreason = "x"\nby = "l"\nwhen = "2026-11-01"\nstudent = "ann"\n', "names a question"),
        (f'[[adjustment]]\nassignment = "{NAME}"\nkind = "dropped"\nreason = "x"\nby = "l"\nwhen = "soon"\nquestion = "why"\n', "entry 1"),
        (f'[[adjustment]]\nassignment = "{NAME}"\nkind = "dropped"\nreason = "x"\nby = "l"\nwhen = "2026-11-01"\nquestion = "whi"\n', "no question"),
    ],
)
def test_a_file_that_was_edited_wrongly_is_named(course: Course, text: str, says: str) -> None:
    """Every command that counts says which entry is wrong; nothing is graded past it in silence."""
    (course.root / "adjustments.toml").write_text(text, encoding="utf-8")
    for command in (["autograde", NAME], ["report", NAME], ["export", NAME, "--to", "csv"], ["feedback", NAME]):
        said = chainrule(course, *command, status=2).stderr
        assert says in said, said


def test_comments_in_the_file_stay(course: Course) -> None:
    """People may write into it; what is added stands behind."""
    (course.root / "adjustments.toml").write_text("# Agreed on in the meeting of 3 November.\n", encoding="utf-8")
    adjust(course, "drop", "why", "--reason", "x")
    assert history(course).startswith("# Agreed on in the meeting of 3 November.\n\n[[adjustment]]")


def test_what_was_decided_follows_a_person_to_the_roster_id(course: Course) -> None:
    """As results and marks do, where an id was made up before the roster had the line."""
    chainrule(course, "autograde", NAME)
    adjust(course, "excuse", "alice", "--reason", "Ill")
    (course.root / "class.csv").write_text("id,name,login\nam1,Alice Muster,alice\n", encoding="utf-8")
    chainrule(course, "autograde", NAME, "--roster", "class.csv")
    assert [(r["student"], r["status"]) for r in exported(course)] == [("am1", "excused")]
    assert adjust(course).count("excused") == 1


def test_results_json_stays_what_the_tests_found(course: Course, tmp_path: Path) -> None:
    """The contract of --json: adjustments are no part of it."""
    def graded() -> Any:
        chainrule(course, "autograde", NAME, "--json", str(tmp_path / "r.json"))
        (one,) = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["submissions"]
        return one | {"seconds": 0}

    before = graded()
    adjust(course, "drop", "scale", "--reason", "x")
    assert graded() == before


def test_nbgraders_export_leaves_out_who_was_retired(course: Course) -> None:
    """As the kit's own exports do."""
    course.configure()
    course.hand_in(course.work, "bob")
    course.grade()
    chainrule(course, "retire", NAME, "bob")
    assert course.nbgrader("export").returncode == 0
    text = (course.root / "grades.csv").read_text(encoding="utf-8")
    assert "alice" in text and "bob" not in text
