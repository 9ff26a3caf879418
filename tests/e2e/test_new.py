"""chainrule new: from an empty folder to a class that is graded."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

from .conftest import ROOT, Course

TEMPLATES = ROOT / "autograder" / "author" / "templates"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course begun in an empty folder, with one assignment, released."""
    course = Course(tmp_path_factory.mktemp("empty"))
    for arguments in (("new", "moving-on"), ("release", "moving-on")):
        done = course.started(*arguments)
        assert done.returncode == 0, done.stderr
    return course


def test_a_course_is_started(begun: Course) -> None:
    """What nbgrader and git need lies there, and the assignment has a title of its own."""
    assert {path.name for path in begun.root.iterdir()} >= {"assignments", "data", "nbgrader_config.py", ".gitignore", "release", "source"}
    assert load_assignment("moving-on", begun.root).title == "Moving on"
    assert "moving-on" in (begun.root / "assignments" / "moving-on" / "assignment.toml").read_text()


def test_it_is_released_audited_and_graded_at_once(begun: Course) -> None:
    """Every mutant is noticed, every misconception named; a right class earns everything, a blank one nothing, a known mistake is called by its name."""
    audited = begun.started("audit", "moving-on", "--json", "audit.json")
    assert audited.returncode == 0, audited.stdout + audited.stderr
    assert "0     0     3     3" in audited.stdout
    assignment = load_assignment("moving-on", begun.root)
    solved = Work.handed_out(assignment).solve()
    for student, work in {"ann": solved.copy(), "bob": solved.copy().use("windows_side_by_side"), "cid": Work.handed_out(assignment)}.items():
        work.save(begun.root / "submitted" / student / "moving-on")
    graded = begun.run("autograde", "moving-on", "--json", "results.json")
    assert graded.returncode == 0, graded.stderr
    results = {s["student"]: s for s in json.loads((begun.root / "results.json").read_text())["submissions"]}
    assert {student: s["score"] for student, s in results.items()} == {"ann": 4.0, "bob": 0.0, "cid": 0.0}
    assert results["bob"]["questions"][0]["diagnosis"]["id"] == "windows_side_by_side"
    assert (begun.root / "gradebook.db").is_file()


def test_the_release_checks_itself(begun: Course) -> None:
    """The student's check of the untouched release says that it is not done yet."""
    done = begun.run("check", "release/moving-on/moving-on.ipynb")
    assert done.returncode == 1 and "not yet 4  moving_average" in done.stdout


def test_a_second_assignment_comes_next(tmp_path: Path) -> None:
    """In a course that is there, it takes the next place and touches nothing else."""
    root = make_course(tmp_path)
    done = Course(root).run("new", "second")
    assert done.returncode == 0, done.stderr
    assert load_assignment("second", root).table.order == load_assignment(NAME, root).table.order + 1
    assert sorted(path.name for path in root.iterdir()) == ["assignments"]
    assert sorted(path.name for path in (root / "assignments").iterdir()) == ["second", NAME]


@pytest.mark.parametrize(("name", "mend"), [("my course", "my_course"), ("../up", "such as up"), ("1st", "such as st"), ("é", "begins with a letter"), ("tiny", "another name")])
def test_a_name_that_can_not_be(tmp_path: Path, name: str, mend: str) -> None:
    """Status 2 and a name that would do; nothing is written."""
    root = make_course(tmp_path)
    done = Course(root).run("new", name)
    assert done.returncode == 2 and mend in done.stderr and "Traceback" not in done.stderr
    assert [path.name for path in (root / "assignments").iterdir()] == [NAME]


def test_a_folder_with_other_things(tmp_path: Path) -> None:
    """No course is started among somebody's holiday pictures."""
    (tmp_path / "beach.png").write_bytes(b"")
    done = Course(tmp_path).run("new", "demo")
    assert done.returncode == 2 and "beach.png" in done.stderr and "mkdir course" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["beach.png"]


def test_new_courses_have_this_courses_configuration() -> None:
    """nbgrader_config.py is the same file in both places: copy it over when you change one."""
    assert (TEMPLATES / "course" / "nbgrader_config.py").read_text() == (ROOT / "nbgrader_config.py").read_text()
