"""What nbgrader_config.py says holds for `chainrule autograde` as well: where the gradebook is, what lateness costs."""
from __future__ import annotations

import csv
import datetime
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.records.course_config import database_url, load_config, moment, shown_url
from autograder.records.database import open_gradebook
from tests import commands
from tests.commands import Said
from tests.gradebook.course import ROOT, Course
from tests.gradebook.test_nbgrader_autograde import all_rows
from tests.tiny import NAME

DUE = datetime.datetime(2026, 3, 1, 12)


def chainrule(course: Course, *arguments: str) -> Said:
    done = commands.chainrule(course.root, *arguments)
    assert done.returncode == 0, done.stderr
    return done


def example() -> list[str]:
    """The example of late penalties that stands in nbgrader_config.py, with the marks in front taken away."""
    lines = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8").splitlines()
    first = lines.index("# from nbgrader.plugins import LateSubmissionPlugin")
    return [line.removeprefix("# ") for line in lines[first : lines.index("", first)]]


@pytest.mark.long
def test_both_commands_write_the_database_of_the_config(course: Course) -> None:
    """With another db_url, chainrule autograde and nbgrader autograde both write there, and chainrule says so."""
    course.forget()
    other = course.root / "elsewhere.db"
    course.configure(f"c.CourseDirectory.db_url = 'sqlite:///{other}'")
    assert str(other) in chainrule(course, "autograde", NAME).stdout
    rows = all_rows(f"sqlite:///{other}", NAME)
    other.unlink()
    assert course.nbgrader("autograde", NAME).returncode == 0
    assert all_rows(f"sqlite:///{other}", NAME) == rows
    assert str(other) in chainrule(course, "release", NAME).stdout
    assert not (course.root / "gradebook.db").exists()


def test_the_database_of_a_course(tmp_path: Path) -> None:
    """Without a config it is nbgrader's default; a password is never shown; a broken config is a wrong call that names it."""
    assert database_url(tmp_path, load_config(tmp_path)) == f"sqlite:///{tmp_path / 'gradebook.db'}"
    assert shown_url(f"sqlite:///{tmp_path / 'gradebook.db'}") == str(tmp_path / "gradebook.db")
    assert shown_url("postgresql+psycopg://ta:secret@localhost/course") == "postgresql+psycopg://ta:***@localhost/course"
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.db_url = 1 / 0\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"nbgrader_config\.py can't be read: ZeroDivisionError"):
        load_config(tmp_path)


def test_where_older_versions_kept_the_database(tmp_path: Path) -> None:
    """A section of an older nbgrader's is moved by nbgrader itself."""
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.NbGrader.db_url = 'sqlite:////elsewhere.db'\n", encoding="utf-8")
    assert database_url(tmp_path, load_config(tmp_path)) == "sqlite:////elsewhere.db"


@pytest.mark.parametrize(("text", "expected"), [
    ("2026-03-01 12:00:00.5 UTC", datetime.datetime(2026, 3, 1, 12, 0, 0, 500000)), ("2026-03-01 13:00:00 Europe/Berlin", DUE),
    ("2026-03-01T12:00:00", DUE),
    ("", None), ("tomorrow", None), ("9" * 50, None), ("2026-03-01 12:00:00 ../../etc", None),
    ("2026-03-01 12:00:00 /dev/zero", None),
])  # fmt: skip
def test_moments(text: str, expected: datetime.datetime | None) -> None:
    """Times as nbgrader's exchange notes them, in UTC; whatever else stands there is none."""
    assert moment(text) == expected


def test_late_penalties_are_the_same_by_both_commands(course: Course) -> None:
    """The example in nbgrader_config.py: a tenth a day begun, by either command, in nbgrader's export; in time again, the penalty goes."""
    course.configure(*example())
    with open_gradebook(course.database) as book:
        book.update_or_create_assignment(NAME, duedate=DUE)
    note = course.root / "submitted" / "alice" / NAME / "timestamp.txt"
    note.write_text("2026-03-02 14:00:00 UTC", encoding="utf-8")  # 26 hours: two days begun
    for grade in (lambda: chainrule(course, "autograde", NAME), lambda: course.nbgrader("autograde", NAME)):
        set_penalty(course, None)
        grade()
        assert penalty(course) == pytest.approx(0.2 * 5.0)
    assert course.nbgrader("export").returncode == 0
    with (course.root / "grades.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (float(row["raw_score"]), float(row["late_submission_penalty"]), float(row["score"])) == (5.0, 1.0, 4.0)
    note.write_text("2026-03-01 11:00:00 UTC", encoding="utf-8")
    chainrule(course, "autograde", NAME)
    assert penalty(course) == 0.0


def test_late_penalties_follow_what_has_changed_since_the_run(course: Course) -> None:
    """Marks given after the run, an extension and a due date that is moved count where a page or an export is written, and in nbgrader's rows."""
    course.configure(*example())
    (course.root / "submitted" / "alice" / NAME / "timestamp.txt").write_text("2026-03-02 14:00:00 UTC", encoding="utf-8")
    chainrule(course, "autograde", NAME)
    for extension, mark, expected in ((None, None, 1.0), (None, 1.0, 1.2), (datetime.timedelta(days=1), 1.0, 0.6), (datetime.timedelta(days=2), 1.0, 0.0)):
        with open_gradebook(course.database) as book:
            book.update_or_create_assignment(NAME, duedate=DUE)
            book.find_submission(NAME, "alice").extension = extension
            book.db.commit()
        if mark is not None:
            course.by_hand(mark)
        (row,) = csv.DictReader(chainrule(course, "export", NAME, "--to", "csv", "--out", "-").stdout.splitlines())
        assert float(row["late_penalty"]) == pytest.approx(expected) == penalty(course)
        assert float(row["score"]) == pytest.approx(5.0 + (mark or 0.0) - expected)


def test_points_above_the_maximum_are_said(course: Course) -> None:
    """A mark above the question's points, as where these were lowered, and a total above the assignment's, by the export and the report."""
    course.by_hand(4.0)
    for arguments in (("export", NAME, "--to", "csv"), ("report", NAME)):
        assert "more points than there are: alice (why 4 of 1, set by a person; 9 of 6 in all)" in chainrule(course, *arguments).stderr
    assert "why 4 of 1, set by a person" in (course.root / "reports" / f"{NAME}.html").read_text(encoding="utf-8")
    course.by_hand(1.0)
    assert "more points" not in chainrule(course, "report", NAME).stderr


def penalty(course: Course) -> float:
    with open_gradebook(course.database) as book:
        return float(book.find_submission(NAME, "alice").late_submission_penalty)


def set_penalty(course: Course, value: float | None) -> None:
    with open_gradebook(course.database) as book:
        book.find_submission_notebook(NAME, NAME, "alice").late_submission_penalty = value
        book.db.commit()
