"""nbgrader's assignments that nobody has moved: their own test cells grade, in the jail, each at its own place."""
from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import msgspec
import nbformat
import pytest

from autograder.assignment import as_it_is
from autograder.assignment.course import Course
from autograder.assignment.loading import load_assignment
from autograder.author.new import TEMPLATES
from autograder.errors import AssignmentError, UsageError
from autograder.handed_in.alignment import align
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore
from tests import commands
from tests.adopted.oddities import EXPECTED, ODD, WARNS
from tests.adopted.shapes import LITERALS, SHAPES, Shape, answer, given, graded, prose
from tests.adopted.test_adopt import old_verdicts
from tests.commands import chainrule


def old_course(root: Path, *shapes: Shape, **more: dict[str, str]) -> Path:
    """An nbgrader course with everybody's hand-ins; more: further students, with what they wrote in place of answers."""
    for shape in shapes:
        source = root / "source" / shape.name
        source.mkdir(parents=True)
        nbformat.write(shape.source(), source / f"{shape.name}.ipynb")
        for name, text in shape.files.items():
            (source / name).write_text(text)
        for student, wrong in (shape.submissions | more).items():
            folder = root / "submitted" / student / shape.name
            folder.mkdir(parents=True)
            nbformat.write(shape.handed_in(wrong), folder / f"{shape.name}.ipynb")
            for name, text in shape.files.items():
                (folder / name).write_text(text)
    shutil.copy(TEMPLATES / "course" / "nbgrader_config.py", root)
    return root


def nbgrader(root: Path, *arguments: str) -> None:
    """Run a command of nbgrader's, which must succeed."""
    done = subprocess.run(commands.nbgrader(*arguments), cwd=root, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]


def scores(root: Path, name: str, *options: str) -> dict[str, dict[str, float]]:
    """By student and question, what `chainrule autograde` gave."""
    done = chainrule(root, "autograde", name, "--json", "out.json", "--jobs", "1", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((root / "out.json").read_text())
    return {s["student"]: {q["id"]: q["score"] for q in s["questions"]} for s in found["submissions"]}


def rows(database: Path) -> dict[tuple[str, str], float | None]:
    """By student and cell, the automatic scores of nbgrader's gradebook."""
    query = """select submitted_assignment.student_id, base_cell.name, grade.auto_score from grade
               join base_cell on base_cell.id = grade.cell_id
               join submitted_notebook on submitted_notebook.id = grade.notebook_id
               join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id"""
    with sqlite3.connect(database) as book:
        return {(student, cell): score for student, cell, score in book.execute(query)}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_each_cell_earns_what_it_earned(shape: Shape, tmp_path: Path) -> None:
    """The right answer and three wrong ones, cell by cell as where nbgrader runs the tests."""
    found = scores(old_course(tmp_path / "course", shape), shape.name, "--no-gradebook")
    (tmp_path / "old").mkdir()
    assert found == {student: old_verdicts(shape, wrong, tmp_path / "old") for student, wrong in shape.submissions.items()}


def test_rows_pages_and_exports_are_made(tmp_path: Path) -> None:
    """The gradebook has nbgrader's rows; the page, the report and each check say where it was judged; a second run takes all from the journal."""
    root = old_course(tmp_path, LITERALS)
    first = scores(root, "literals")
    assert {key: score for key, score in rows(root / "gradebook.db").items() if key[0] == "wrong2"} == {("wrong2", "correct_squares"): 2.0, ("wrong2", "correct_total"): 0.0}
    page = (root / "feedback" / "wrong2" / "literals" / "literals.html").read_text()
    assert "in the process that runs the student&#39;s code" in page and "run where your code runs" in page
    assert "at `assert total == 385`".replace("`", "") in page.replace("<code>", "").replace("</code>", "")
    assert chainrule(root, "report", "literals").returncode == 0
    assert chainrule(root, "export", "literals", "--to", "csv").returncode == 0
    assert (root / "autograded" / "right" / "literals" / "literals.ipynb").is_file()
    assert scores(root, "literals") == first


def test_hidden_parts_stay_out_of_graded_notebooks(tmp_path: Path) -> None:
    """The graded notebook shows of a test what the release showed."""
    root = old_course(tmp_path, LITERALS)
    scores(root, "literals")
    assert "squares(3)" in (root / "autograded" / "right" / "literals" / "literals.ipynb").read_text()
    for path in [*(root / "autograded").rglob("*.ipynb"), *(root / "feedback").rglob("*.html")]:
        assert "16, 25]" not in path.read_text()


PARTIAL = Shape("partial", (
    prose("# Points by a number"),
    answer("points", "points = 1.5"),
    graded("given", 3, "points"),
), ({"points": "points = float('nan')"}, {"points": "points = -1"}, {"points": "points = 'many'"}))


def test_partial_credit_is_a_number_within_the_points(tmp_path: Path) -> None:
    """A number that a test ends with is its points; what is no number of points is all of them, as nbgrader has it (where there is more than all, it ends with an error)."""
    root = old_course(tmp_path, PARTIAL, much={"points": "points = 7"}, yes={"points": "points = True"})
    assert {student: found["given"] for student, found in scores(root, "partial", "--no-gradebook").items()} == {
        "right": 1.5, "wrong1": 3.0, "wrong2": 3.0, "wrong3": 3.0, "much": 3.0, "yes": 3.0}


def test_what_jupyter_shows_decides(tmp_path: Path) -> None:
    """Standard error is none of the points and the text of a value is the number; what was cleared or captured does not count. test_odd_cells_... asks nbgrader itself."""
    found = scores(old_course(tmp_path, ODD, warns={"f": WARNS}), "odd", "--no-gradebook")
    assert {(student, cell): score for student, given in found.items() for cell, score in given.items()} == EXPECTED
    messages = {c["message"] for s in json.loads((tmp_path / "out.json").read_text())["submissions"] for q in s["questions"] for c in q["checks"]}
    assert "It wrote to standard error, a warning perhaps: by nbgrader's rule that is no points." in messages


PACKAGE = Shape("package", (
    given("from tools import double"),
    answer("f", "def f(x):\n    return double(x)"),
    graded("no_points", 0, "assert f(1) == 2"),
    graded("doubles", 2, "assert f(2) == 4"),
), ({"f": "def f(x):\n    return x"},))


def test_a_package_beside_the_notebook_comes_along(tmp_path: Path) -> None:
    """A folder of modules is handed out whole, its __init__.py too; a test without points that raises is told as one that raised."""
    root = old_course(tmp_path, PACKAGE)
    (root / "source" / "package" / "tools").mkdir()
    (root / "source" / "package" / "tools" / "__init__.py").write_text("def double(x):\n    return 2 * x\n")
    assert scores(root, "package", "--no-gradebook") == {"right": {"no_points": 0.0, "doubles": 2.0}, "wrong1": {"no_points": 0.0, "doubles": 0.0}}
    wrong = next(s for s in json.loads((root / "out.json").read_text())["submissions"] if s["student"] == "wrong1")
    check = next(q for q in wrong["questions"] if q["id"] == "no_points")["checks"][0]
    assert check["verdict"] != "right" and check["message"].startswith("It raised AssertionError")


HOSTILE = {
    "leaves": "import os\nos._exit(0)",
    "reads": "squares = open('../../right/literals/literals.ipynb').read",
    "calls": "import socket\nsocket.create_connection(('127.0.0.1', 9), 1)",
    "forks": "import os\nos.fork()",
}


def test_hostile_notebooks_are_contained(tmp_path: Path) -> None:
    """What ends Python, reads, writes, connects or forks costs its own points; the others have theirs."""
    shape = Shape("literals", LITERALS.cells, ())
    there = tmp_path / "was_here"
    attacks = {**HOSTILE, "writes": f"open({str(there)!r}, 'w').write('x')"}
    more = {name: {"squares": text} for name, text in attacks.items()}
    found = scores(old_course(tmp_path / "course", shape, **more), "literals", "--no-gradebook")
    assert found.pop("right") == {"correct_squares": 2.0, "correct_total": 1.0}
    assert set(found) == set(attacks) and all(each["correct_squares"] == 0.0 for each in found.values())
    assert not there.exists()


def test_what_hangs_costs_its_own_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell is stopped after the 30 seconds that nbgrader gives it; here after two."""
    assert as_it_is.LIMITS.notebook_seconds == 30
    monkeypatch.setattr(as_it_is, "LIMITS", msgspec.structs.replace(as_it_is.LIMITS, notebook_seconds=2))
    assignment = load_assignment("literals", old_course(tmp_path, LITERALS))
    hangs = align("loop", LITERALS.handed_in({"squares": "while True: pass"}), assignment, [])
    reference = Reference(assignment, "salt", ObservedStore(tmp_path / "observed")).prepare()
    with contextlib.closing(reference), Grader(reference, Isolation.strongest(unsafe=False)) as grader:
        result = grader.grade(hangs)
    assert [q.score for q in result.questions] == [0.0, 0.0]
    assert result.messages[0] == "cell 2 ended twice (timed out); the rest was graded without it"


def test_a_cell_that_fails_is_named(tmp_path: Path) -> None:
    """What a student's own cell raised is told with its number, and stops that cell alone, at its first error."""
    root = old_course(tmp_path, LITERALS, slip={"squares": "squares = lamda\ndef squares(n):\n    return [i ** 2 for i in range(1, n + 1)]"})
    assert scores(root, "literals", "--no-gradebook")["slip"] == {"correct_squares": 0.0, "correct_total": 0.0}
    slip = next(s for s in json.loads((root / "out.json").read_text())["submissions"] if s["student"] == "slip")
    assert any(message.startswith("cell 2 raised NameError") for message in slip["messages"])


def test_deleted_and_changed_tests_count_as_the_source_has_them(tmp_path: Path) -> None:
    """A test that a student has deleted, stripped of its metadata or weakened is the instructor's all the same."""
    root = old_course(tmp_path, LITERALS)
    path = root / "submitted" / "wrong2" / "literals" / "literals.ipynb"
    book = nbformat.read(path, 4)
    book.cells[-1].source = "pass"
    del book.cells[2]
    nbformat.write(book, path)
    assert scores(root, "literals", "--no-gradebook")["wrong2"] == {"correct_squares": 2.0, "correct_total": 0.0}


def test_an_assignment_that_was_moved_is_the_kits(tmp_path: Path) -> None:
    """As soon as assignments/NAME is there, nbgrader's source no longer counts: a course moves an assignment at a time."""
    root = old_course(tmp_path, LITERALS)
    assert load_assignment("literals", root).as_it_is
    assert chainrule(root, "adopt", "source/literals").returncode == 0
    assert not load_assignment("literals", root).as_it_is


def test_what_needs_probes_says_how_to_get_them(tmp_path: Path) -> None:
    """Release, audit and explain have nothing to work on where nobody has moved the assignment."""
    course = Course.at(old_course(tmp_path, LITERALS))
    with pytest.raises(UsageError, match="nobody has moved") as error:
        course.written("literals")
    assert "chainrule adopt" in str(error.value)


def test_two_notebooks_are_refused_with_the_mend(tmp_path: Path) -> None:
    """An assignment of several notebooks is named as such."""
    root = old_course(tmp_path, LITERALS)
    nbformat.write(LITERALS.source(), root / "source" / "literals" / "second.ipynb")
    with pytest.raises(AssignmentError, match="2 notebooks"):
        load_assignment("literals", root)


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_scores_equal_nbgraders_own(shape: Shape, tmp_path: Path) -> None:
    """With the kit's nbgrader_config.py in place `nbgrader autograde` is nbgrader's own here, and gives in every cell what `chainrule autograde` gives."""
    root = old_course(tmp_path, shape)
    for command in (("generate_assignment",), ("autograde",), ("generate_feedback",)):
        nbgrader(root, *command, shape.name)
    assert (root / "feedback" / "right" / shape.name / f"{shape.name}.html").is_file()
    theirs = rows(root / "gradebook.db")
    ours = scores(root, shape.name, "--into", "ours")
    assert theirs == {(student, cell): score for student, found in ours.items() for cell, score in found.items()}
    assert rows(root / "ours" / "gradebook.db") == theirs


@pytest.mark.long
def test_odd_cells_earn_under_nbgrader_what_they_earn_here(tmp_path: Path) -> None:
    """What the short test expects is what stock `nbgrader autograde` gives."""
    root = old_course(tmp_path, ODD, warns={"f": WARNS})
    for command in (("generate_assignment",), ("autograde",)):
        nbgrader(root, *command, "odd")
    assert rows(root / "gradebook.db") == EXPECTED
