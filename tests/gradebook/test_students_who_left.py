"""Students whose results are kept although nothing of theirs is handed in any more."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment
from autograder.records import adjustments, following
from autograder.records.database import open_gradebook
from autograder.records.people import rename_students
from tests import commands
from tests.commands import Said
from tests.gradebook.course import Course
from tests.tiny import NAME


def chainrule(course: Course, *arguments: str, status: int = 0) -> Said:
    done = commands.chainrule(course.root, *arguments)
    assert done.returncode == status, done.stderr
    return done


def exported(course: Course) -> list[str]:
    """The students of the CSV export."""
    return [line.split(",")[0] for line in chainrule(course, "export", NAME, "--to", "csv", "--out", "-").stdout.splitlines()[1:]]


def test_who_is_no_longer_handed_in_is_said_and_can_be_retired(course: Course) -> None:
    """Grading and the report name who has gone; retired, nobody is told of them and no export has them; undone, all is as it was."""
    course.hand_in(course.work, "bob")
    course.grade()
    course.by_hand(1.0, student="bob")
    assert "no longer handed in" not in chainrule(course, "report", NAME).stderr
    shutil.rmtree(course.root / "submitted" / "bob")
    for command in ("autograde", "report"):
        assert "1 with results from an earlier run, and no longer handed in: bob;" in chainrule(course, command, NAME).stderr
    assert exported(course) == ["alice", "bob"]
    chainrule(course, "retire", NAME, "bob")
    assert "handed in" not in chainrule(course, "report", NAME).stderr
    assert exported(course) == ["alice"]
    chainrule(course, "retire", NAME, "bob", "--undo")
    assert exported(course) == ["alice", "bob"]
    assert course.rows("bob")["why"] == (None, 1.0, False)


def test_results_follow_a_person_into_the_roster(course: Course) -> None:
    """Graded under a made-up id, marked by a person, then found in the roster: one result, under the roster's id, with the mark and its comment."""
    chainrule(course, "autograde", NAME)
    course.by_hand(1.0, "Well said.")
    roster = course.root / "class.csv"
    roster.write_text("id,name,login\nam1,Alice Muster,alice\n", encoding="utf-8")
    said = chainrule(course, "autograde", NAME, "--roster", str(roster)).stderr
    assert "1 moved to the roster's ids, with results and marks: alice to am1" in said
    assert "no longer handed in" not in said
    assert exported(course) == ["am1"]
    assert course.rows("am1")["why"] == (None, 1.0, False) and course.comment(student="am1") == "Well said."
    assert not (course.root / "autograded" / "alice").exists() and not (course.root / "feedback" / "alice").exists()


def test_a_move_into_the_roster_that_was_killed_is_ended(course: Course) -> None:
    """Behind the gradebook's rows and before the results: the next run moves these too, and nobody stands there twice, in nbgrader's own tables neither."""
    chainrule(course, "autograde", NAME)
    course.by_hand(1.0, "Well said.")
    rename_students(course.database, NAME, {"am1": "alice"})
    roster = course.root / "class.csv"
    roster.write_text("id,name,login\nam1,Alice Muster,alice\n", encoding="utf-8")
    said = chainrule(course, "autograde", NAME, "--roster", str(roster)).stderr
    assert "alice to am1" in said and "no longer handed in" not in said
    assert exported(course) == ["am1"] and course.rows("am1")["why"] == (None, 1.0, False)
    with open_gradebook(course.database) as book:
        assert [student.id for student in book.students] == ["am1"]


@pytest.mark.parametrize("moment", ["the results", "the former result"])
def test_a_move_killed_at_its_files_is_ended(course: Course, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An excuse follows, and the former result goes last: where the next run finds it, it does the rest."""
    chainrule(course, "autograde", NAME)
    chainrule(course, "adjust", NAME, "excuse", "alice", "--reason", "ill")
    killed = {"the results": (following, "write_text"), "the former result": (Path, "unlink")}

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(*killed[moment], dies)
        following.follow(load_assignment(NAME, course.root), course.root, {"am1": "alice"})
    assert following.follow(load_assignment(NAME, course.root), course.root, {"am1": "alice"}) == ("alice to am1",)
    assert exported(course) == ["am1"]
    assert adjustments.Adjustments.of(load_assignment(NAME, course.root)).excused.keys() == {"am1"}


def test_a_trial_in_another_folder_takes_no_excuse_away(course: Course, tmp_path: Path) -> None:
    """Graded there with the roster, the person has it under both ids, until the course's own results move."""
    chainrule(course, "autograde", NAME)
    chainrule(course, "adjust", NAME, "excuse", "alice", "--reason", "ill")
    trial = tmp_path / "trial"
    chainrule(course, "autograde", NAME, "--into", str(trial))
    for into, ids in ((trial, {"alice", "am1"}), (course.root, {"am1"})):
        following.follow(load_assignment(NAME, course.root), into, {"am1": "alice"})
        assert adjustments.Adjustments.of(load_assignment(NAME, course.root)).excused.keys() == ids


def test_an_id_that_is_somebody_elses_is_left_alone(course: Course) -> None:
    """Where the roster has another person of the made-up id, that person's results are not moved."""
    chainrule(course, "autograde", NAME)
    roster = course.root / "class.csv"
    roster.write_text("id,name\nalice,Alice Muster\nam1,Alice Other\n", encoding="utf-8")
    assert "moved" not in chainrule(course, "autograde", NAME, "--roster", str(roster)).stderr
    assert exported(course) == ["alice"]


def test_a_retired_student_who_hands_in_again_is_named(course: Course) -> None:
    """The work is graded, stays out, and the run says so with the way back."""
    chainrule(course, "retire", NAME, "alice")
    assert f"although handed in: alice; `chainrule retire {NAME} STUDENT --undo`" in chainrule(course, "autograde", NAME).stderr


def test_only_who_is_there_can_be_retired_or_brought_back(course: Course) -> None:
    """Another id is a wrong call, which names those that are there."""
    assert "it holds alice" in chainrule(course, "retire", NAME, "alcie", status=2).stderr
    assert "it holds nobody" in chainrule(course, "retire", NAME, "alice", "--undo", status=2).stderr
