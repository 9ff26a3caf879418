"""A course whose questions ask for values and tables, from its files to the students' pages."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment
from tests import orders, sales
from tests.sample_class.work import Work

from .conftest import Course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course begun by `chainrule new`, with two assignments of ours beside the new one, released."""
    course = Course(tmp_path_factory.mktemp("values"))
    assert course.run("new", "first").returncode == 0
    sales.make_course(course.root)
    orders.make_course(course.root)
    for name in (sales.NAME, orders.NAME):
        done = course.run("release", name)
        assert done.returncode == 0, done.stderr
    return course


def graded(course: Course, name: str, works: dict[str, Work]) -> dict[str, dict]:
    for student, work in works.items():
        work.save(course.root / "submitted" / student / name)
    done = course.run("autograde", name, "--json", "results.json")
    assert done.returncode == 0, done.stderr
    return {s["student"]: s for s in json.loads((course.root / "results.json").read_text())["submissions"]}


def test_a_class_of_values_is_graded(course: Course) -> None:
    """Right values earn everything, a known wrong one is named and costs its own question alone, an untouched notebook nothing."""
    assignment = load_assignment(sales.NAME, course.root)
    solved = Work.handed_out(assignment).solve()
    works = {"ann": solved.copy(), "bob": solved.copy().write("average_solution", "average = sum(prices)"), "cid": Work.handed_out(assignment)}
    results = graded(course, sales.NAME, works)
    assert {student: s["score"] for student, s in results.items()} == {"ann": 10.0, "bob": 8.0, "cid": 0.0}
    average, spread = results["bob"]["questions"][:2]
    assert average["diagnosis"]["id"] == "the_sum"
    assert spread["given_correct_inputs"]
    page = (course.root / "feedback" / "bob" / sales.NAME / f"{sales.NAME}.html").read_text(encoding="utf-8")
    assert "You add the prices up" in page
    assert "This is not written yet." in (course.root / "feedback" / "cid" / sales.NAME / f"{sales.NAME}.html").read_text(encoding="utf-8")


def test_a_class_of_tables_is_graded(course: Course) -> None:
    """What a wrong table is stands on the page; the later answers are judged with the right one."""
    assignment = load_assignment(orders.NAME, course.root)
    solved = Work.handed_out(assignment).solve()
    works = {"ann": solved.copy(), "bob": solved.copy().write("table_solution", "table = raw.to_numpy().tolist()")}
    results = graded(course, orders.NAME, works)
    assert {student: s["score"] for student, s in results.items()} == {"ann": 16.0, "bob": 13.0}
    page = (course.root / "feedback" / "bob" / orders.NAME / f"{orders.NAME}.html").read_text(encoding="utf-8")
    assert "table is a list; expected a DataFrame." in page


def test_a_student_checks_values_before_handing_in(course: Course) -> None:
    """The visible checks run where they stand, so that a name that is bound anew is right at both."""
    assignment = load_assignment(sales.NAME, course.root)
    book = course.root / "mine" / f"{sales.NAME}.ipynb"
    Work.handed_out(assignment).solve().save(book.parent)
    for path in (course.root / "release" / sales.NAME).glob("*.py"):
        (book.parent / path.name).write_bytes(path.read_bytes())
    done = course.run("check", str(book))
    assert done.returncode == 0, done.stdout
    Work.handed_out(assignment).solve().write("taxed_solution", "sale = sale * 2").save(book.parent)
    wrong = course.run("check", str(book))
    assert wrong.returncode == 1
    assert [line.split()[0] for line in wrong.stdout.splitlines() if "taxed" in line or "first_sale" in line] == ["done", "wrong"]


def test_the_tests_of_values_are_audited(course: Course) -> None:
    """The cells that make the values are mutated, and what survives is listed with its key."""
    audited = course.run("audit", sales.NAME, "--json", "audit.json")
    found = json.loads((course.root / "audit.json").read_text(encoding="utf-8"))
    found = found[0] if isinstance(found, list) else found.get("assignments", [found])[0]
    assert audited.returncode == 0, audited.stdout + audited.stderr
    assert {m["question"] for m in found["mutants"]} == {q.id for q in load_assignment(sales.NAME, course.root).auto}
    assert [m["says"] for m in found["mutants"] if not m["lost_in"] and not m["equivalent"]] == ["line 2: sale = sale * 1.25 -> sale *= 1.25"]


def test_a_package_that_is_not_here_is_named(tmp_path: Path) -> None:
    """Neither a release nor a grade is made where what the assignment asks for is missing: the mend is said."""
    course = Course(sales.make_course(tmp_path))
    toml = tmp_path / "assignments" / sales.NAME / "assignment.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("order = 1", 'order = 1\npackages = ["not_installed_anywhere"]'), encoding="utf-8")
    Work.handed_out(load_assignment(sales.NAME, tmp_path)).save(tmp_path / "submitted" / "ann" / sales.NAME)
    for command in ("release", "autograde"):
        done = course.run(command, sales.NAME)
        assert done.returncode == 2, done.stdout
        assert "asks for not_installed_anywhere, which is not installed here" in done.stderr
