"""A student checks a notebook with what the release holds: what is said of typical slips, from a clean start."""
from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.author.student_check import FILE, filled
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

from .conftest import ROOT


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The small assignment, with a data file."""
    root = make_course(
        tmp_path_factory.mktemp("course"),
        {"assignment.toml": [("data = []", 'data = ["shift.txt"]')], "notebook.py": [('# %% given="helpers"\n', '# %% given="helpers"\nshift = float(open("shift.txt").read())\n\n\n')]},
    )
    (root / "data").mkdir()
    (root / "data" / "shift.txt").write_text("0")
    return load_assignment(NAME, root)


def folder_of(work: Work, folder: Path) -> Path:
    """A student's folder: the release, with the work in it."""
    work.save(folder)
    for name, path in work.assignment.files.items():
        shutil.copy(path, folder / name)
    (folder / FILE).write_text(filled(work.assignment), encoding="utf-8")
    return folder


def check(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and output of the check, started in the student's folder."""
    done = subprocess.run([sys.executable, *(arguments or (FILE,))], cwd=folder, capture_output=True, text=True, timeout=300)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def ran(work: Work) -> Work:
    """As if every cell had been run in its order, without an error."""
    for count, cell in enumerate((c for c in work.cells if c["cell_type"] == "code"), 1):
        cell["execution_count"] = count
    return work


def turned(work: Work) -> Work:
    """An answer's cell is raw text."""
    work.cell("center_solution")["cell_type"] = "raw"
    return work


def number(work: Work, grade_id: str) -> int:
    return work.cells.index(work.cell(grade_id)) + 1


def row(text: str, question: str) -> str:
    """The line on a question, without the points."""
    line = next(line for line in text.splitlines() if f"  {question}" in line)
    return " ".join(line.split())


def one_state_only(work: Work) -> Work:
    """The helper's cell was deleted after it had run."""
    return ran(work.edit("center_solution", "moved = X - offset", "moved = X - offset * whole"))


def below(work: Work) -> Work:
    """The helper stands in a cell further down, which was run first."""
    work = one_state_only(work).add("whole = 1", after="center")
    work.cells[number(work, "center")]["execution_count"] = 1
    return work


def deleted(work: Work) -> Work:
    work.cells.remove(work.cell("center"))
    return work


def copied(work: Work) -> Work:
    work.cells.append(json.loads(json.dumps(work.cell("center"))))
    return work


SLIPS: dict[str, tuple[Callable[[Work], Work], str, tuple[str, ...]]] = {
    "a stub is left": (lambda w: w.write("center_solution", w.assignment.cells[4].released), "not yet 2 center", ("not yet 3 scale: it waits for center",)),
    "a function was renamed": (
        lambda w: w.edit("center_solution", "def center(", "def centre("),
        "wrong 2 center: center is not defined. Is it what you call centre? Grading looks for center.",
        ("not yet 3 scale: it waits for center, above. As things stand: `center` is not defined. Did you mean centre?",),
    ),
    "a definition reads at once what has another name": (
        lambda w: w.edit("center_solution", "def center(", "def centre(").edit("scale_solution", "def apply(self, X: np.ndarray)", "def apply(self, X: np.ndarray, first=center)"),
        "wrong 2 center: center is not defined.", ("not yet 3 scale: it waits for center, above. As things stand: `center` is not defined. Did you mean centre?",),
    ),
    "a method was renamed": (
        lambda w: w.edit("scale_solution", "def apply(", "def Apply("),
        "done 2 center", ("Scaler.apply is not defined. Is it what you call Apply?",),
    ),
    "the shape is wrong": (
        lambda w: w.edit("center_solution", "return moved", "return moved.sum(axis=1)"),
        "wrong 2 center: center(X) has shape (2,); expected (2, 2).", ("not yet 3 scale: it waits for center, above. As things stand:",),
    ),
    "only the session knows a name": (
        one_state_only, "wrong 2 center: `whole` is nowhere in the notebook: only your session still knows it", ("It is used in cell 5, line 8 (`moved = X - offset * whole`).",),
    ),
    "a module that was there in the session": (
        lambda w: ran(w.edit("center_solution", "return moved", "return mx.array(moved)").edit("center_solution", "def center(", "import mxnet as mx\ndef center(")),
        "wrong 2 center: mxnet may not be there when the notebook is graded.",
        ("`mx` is not defined, since cell 5 stops. It is used in cell 5 (your answer to center), line 10 (`return mx.array(moved)`).",),
    ),
    "an answer that is no code": (
        lambda w: turned(ran(w)), "not yet 2 center", ("As things stand: `center` is defined in cell 5 alone, which is no code cell.",),
    ),
    "cells ran out of order": (
        below, "done 2 center", ("center is right as the notebook ends, but not yet where its check stands: `whole` is defined further down, in cell 7: move that up. In your session it ran first.",),
    ),
    "an answer's cell stopped before its helper, and ran again at the end": (
        lambda w: w.write("center_solution", "inner = late(lambda X: X - X.mean(axis=0))\n\ncenter = lambda X: inner(X)").add("late = lambda f: f", after="center"),
        "done 2 center", ("but not yet where its check stands: `inner` is not defined, since cell 5 stops.", "`late` is defined further down, in cell 7"),
    ),
    "an answer decorated by what stands below": (
        lambda w: w.write("center_solution", "@late\ndef center(X):\n    return X - X.mean(axis=0)").add("late = lambda f: f", after="center"),
        "done 2 center", ("`late` is defined further down, in cell 7: move that up. It is used in cell 5, line 1 (`@late`). The cell was run again at the end, as it is when graded.",),
    ),
    "a check was edited": (
        lambda w: w.write("center", "pass").edit("center_solution", "return moved", "return -moved"),
        "wrong 2 center: center(X)[0, 0] is 1; expected -1.", ("Cell 6 (the check of center) is locked and was changed. Grading uses the original",),
    ),
    "a check was deleted": (deleted, "done 2 center", ("Missing from the notebook: the check of center",)),
    "a check was copied": (copied, "done 2 center", ("has the id of cell 6 (center): a copy",)),
    "a syntax error": (
        lambda w: w.edit("center_solution", "return moved", "return (moved"),
        "wrong 2 center: SyntaxError in cell 5, line 9 (`return (moved`): '(' was never closed", ("3 scale: it waits for center, above. As things stand: `center` is not defined, since cell 5 stops.",),
    ),
    "a syntax error that the session never saw": (
        lambda w: ran(w.edit("center_solution", "return moved", "return (moved")),
        "wrong 2 center: SyntaxError", ("3 scale: it waits for center, above. As things stand: `center` is not defined, since cell 5 stops.",),
    ),
    "an exception": (
        lambda w: w.edit("center_solution", "moved = X - offset", 'moved = X - {}["a"]'),
        """wrong 2 center: KeyError in cell 5, line 8 (`moved = X - {}["a"]`): 'a'""", ("3 scale: it waits for center, above. As things stand: KeyError in cell 5 (your answer to center), line 8",),
    ),
    "two answers are wrong, and the second calls the first": (
        lambda w: w.edit("center_solution", "return moved", "return -moved").edit("scale_solution", "return middle / ", "return 2 * middle / "),
        "wrong 2 center", ("not yet 3 scale: it waits for center, above. As things stand: Scaler().apply(X)[0, 0] is 2; expected -1.",),
    ),
    "the second of two is wrong": (
        lambda w: w.edit("scale_solution", "return middle / ", "return 2 * middle / "), "done 2 center", ("wrong 3 scale: Scaler().apply(X)[0, 0] is -2; expected -1.",),
    ),
    "Python is left": (lambda w: w.edit("center_solution", "return moved", "import os; os._exit(0)"), "wrong 2 center: It ended Python itself.", ()),
    "a name from a demonstration": (
        lambda w: w.edit("scale_solution", "middle = center(X)", "middle = center(X) + 0 * rows[0, 0]"),
        "done 2 center", ("done 3 scale", "`rows` is defined in a demonstration alone (cell 7)"),
    ),
    "an own cell that stops": (lambda w: w.add("1 / 0"), "done 2 center", ("Cell 13 (your own) stops. ZeroDivisionError in cell 13, line 1 (`1 / 0`): division by zero",)),
    "the text is not written": (lambda w: w.write("why", w.assignment.cells[-1].released), "done 2 center", ("not yet 1 why: nothing is written",)),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named(tiny: Assignment, tmp_path: Path, slip: str) -> None:
    """Each question gets its state and the reason, and what concerns grading is said beneath."""
    edit, of_center, more = SLIPS[slip]
    status, text = check(folder_of(edit(Work.handed_out(tiny).solve()), tmp_path))
    assert row(text, "center").startswith(of_center), text
    flat = " ".join(text.split())
    assert all(sentence in flat for sentence in more), text
    assert status == (0 if all(row(text, q).split()[0] in ("done", "written") for q in ("center", "scale", "why")) else 1)


def test_a_loop_costs_its_own_question(tiny: Assignment, tmp_path: Path) -> None:
    """It is stopped, named with its line, and the other questions are checked."""
    work = Work.handed_out(tiny).solve().edit("scale_solution", "middle = center(X)", "while True:\n            middle = center(X)")
    _, text = check(folder_of(work, tmp_path), "-c", "import check_notebook; check_notebook.run(seconds=1)")
    assert row(text, "center") == "done 2 center"
    assert "wrong 3 scale: It was stopped after 1 second in cell 9" in row(text, "scale") and "Is there a loop that does not end?" in text


def test_a_missing_data_file(tiny: Assignment, tmp_path: Path) -> None:
    """It is named, not the exception that it ends in."""
    folder = folder_of(Work.handed_out(tiny).solve(), tmp_path)
    (folder / "shift.txt").unlink()
    _, text = check(folder)
    assert "shift.txt should lie beside the notebook: unpack the release again." in text
    assert "Cell 3 (given) stops. shift.txt is missing" in text
    (folder / "checks.py").unlink()
    _, text = check(folder)
    assert "checks.py, shift.txt should lie" in text or "shift.txt, checks.py should lie" in text


@pytest.mark.parametrize(("data", "says"), [(b"%PDF-1.4", "the file is a PDF"), (b"", "the file is empty"), (b'{"cells": [', "it stops in the middle")])
def test_what_could_not_be_graded(tiny: Assignment, tmp_path: Path, data: bytes, says: str) -> None:
    """A file that is no notebook: status 1 and one sentence."""
    folder = folder_of(Work.handed_out(tiny), tmp_path)
    (folder / f"{NAME}.ipynb").write_bytes(data)
    status, text = check(folder)
    assert status == 1 and "this can't be graded" in text and says in text


def test_wrong_calls(tiny: Assignment, tmp_path: Path) -> None:
    """No such notebook, or an option that there is not: status 2."""
    folder = folder_of(Work.handed_out(tiny), tmp_path)
    assert check(folder, FILE, "other.ipynb")[0] == 2
    assert check(folder, FILE, "--fast") == (2, "usage: python check_notebook.py [NOTEBOOK] [--all]\n")


def test_a_finished_notebook(tiny: Assignment, tmp_path: Path) -> None:
    """Everything is done, there is nothing to look at, and the status says so; the notebook may use magics, await and display."""
    work = ran(Work.handed_out(tiny).solve()).add("%matplotlib inline\n!echo no\n%pip install nothing-of-the-kind\ndisplay(center(np.eye(2)))", after="center")
    work.add("import asyncio\nawait asyncio.sleep(0)").add("import check_notebook\n\ncheck_notebook.run()").add("print(input())")
    status, text = check(folder_of(work, tmp_path))
    assert status == 0
    assert "*" not in text and "3 of 3 questions look right. 1 demonstration was not run." in text


def test_as_handed_out(tiny: Assignment, tmp_path: Path) -> None:
    """Nothing is done yet, and nothing is wrong with that."""
    status, text = check(folder_of(Work.handed_out(tiny), tmp_path))
    assert status == 1
    assert "*" not in text and [row(text, q).split()[0] for q in ("center", "scale", "why")] == ["not"] * 3


def test_limits_are_named_before_they_stop_anything(tiny: Assignment, tmp_path: Path) -> None:
    """From half of a limit on: a cell, a check, all cells, memory."""
    busy = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass"
    work = Work.handed_out(tiny).solve().add(busy.format(2.2), after="center").add("much = np.ones(30_000_000)")
    work.edit("center_solution", "return moved", "import time\n    end = time.process_time() + 0.6\n    while time.process_time() < end: pass\n    return moved")
    folder = folder_of(work, tmp_path)
    known = (folder / FILE).read_text(encoding="utf-8")
    limits = "'limits': {'cell': 5.0, 'cells': 10.0, 'probe': 1.0, 'memory': 1024}"
    assert limits in known
    (folder / FILE).write_text(known.replace(limits, "'limits': {'cell': 4.0, 'cells': 4.2, 'probe': 1.0, 'memory': 256}"), encoding="utf-8")
    status, text = check(folder)
    assert status == 0
    # how many seconds it takes is the machine's affair
    assert re.search(r"Cell 7 took \d+ s\. When it is graded, on a computer that may be slower, a cell has 4 s of the processor\.", text), text
    assert re.search(r"The check of center took \d+ s\. When it is graded, each check has 1 s of the processor\.", text), text
    assert " together. When they are graded, they have 4.2 s of the processor." in text
    assert "MiB of memory. When it is graded, it has 256 MiB." in text


def test_other_versions_than_those_that_grade(tiny: Assignment, tmp_path: Path) -> None:
    """One sentence says what may differ, and a cell that the older Python does not compile is named."""
    folder = folder_of(Work.handed_out(tiny).solve().add("try:\n    pass\nexcept* ValueError:\n    pass"), tmp_path)
    (folder / FILE).write_text(filled(tiny, {"python": "3.10", "numpy": "1.26", "modules": "numpy matplotlib IPython"}), encoding="utf-8")
    status, text = check(folder)
    assert status == 0
    assert "It is graded with Python 3.10 and NumPy 1.26, and was checked with Python" in text
    assert "Cell 13 does not compile with the Python that grades" in text


def test_the_command_is_the_same_check(tiny: Assignment, tmp_path: Path) -> None:
    """`chainrule check` says what the file says, also where the notebook lies alone; a notebook that is not there is a wrong call."""
    folder = folder_of(Work.handed_out(tiny).solve("center"), tmp_path)
    command = ("-m", "autograder", "check", f"{NAME}.ipynb")
    rows = [line for line in check(folder)[1].splitlines() if line.startswith("  ")]
    status, text = check(folder, *command)
    assert status == 1 and [line for line in text.splitlines() if line.startswith("  ")] == rows
    (folder / FILE).unlink()
    status, text = check(folder, *command)
    assert status == 1 and "done 2 center" in row(text, "center") and "not yet 3 scale" in row(text, "scale")
    assert check(folder, *command[:3], "other.ipynb")[0] == 2


def test_a_finished_nn_recognition(tmp_path: Path) -> None:
    """With the reference's answers all is right; training and demonstrations are left out and named."""
    folder = tmp_path / "release"
    shutil.copytree(ROOT / "release" / "nn_recognition", folder)
    assignment = load_assignment("nn_recognition", ROOT)
    for name in assignment.data:  # as in the zip; data are no second time in git
        shutil.copy(assignment.files[name], folder / name)
    Work.handed_out(assignment).solve().save(folder)
    status, text = check(folder)
    assert status == 0, text
    assert row(text, "train").startswith("not run 9 train") and "12 of 13 questions look right, 1 trains and was left out." in text
    remarks = [line for line in text.splitlines() if line.lstrip().startswith("*")]
    assert all("It is graded with Python" in line for line in remarks), text  # where this Python is another one
    work = Work.handed_out(assignment).solve()
    answer = work.cell("train_solution")["source"]
    work.write("train_solution", next(c.released for c in assignment.cells if c.id == "train_solution")).add(answer, after="train_solution")
    work.save(folder)
    assert row(check(folder)[1], "train").startswith("not run 9 train")  # answered in another cell than its own


def test_what_is_not_true_on_random_sizes(tmp_path: Path) -> None:
    """An answer that its visible check lets pass, and that is wrong for other sizes, is something left to do."""
    folder = tmp_path / "release"
    shutil.copytree(ROOT / "release" / "nn_recognition", folder)
    assignment = load_assignment("nn_recognition", ROOT)
    for name in assignment.data:
        shutil.copy(assignment.files[name], folder / name)
    work = Work.handed_out(assignment).solve()
    work.edit("softmax_solution", "X.max(axis=1, keepdims=True)", "(X.max() if len(X) == 5 else X.max(axis=1, keepdims=True))").save(folder)
    status, text = check(folder)
    assert status == 1 and "done 4 softmax" in row(text, "softmax"), text
    assert "* On random sizes (cell " in text and "softmax: not true that " in text and "such as X of shape (5, " in text


def test_in_a_kernel(tiny: Assignment, tmp_path: Path) -> None:
    """The cell that ends every notebook, run as a front end runs it, prints the report and leaves the session alone."""
    import nbformat
    from nbclient import NotebookClient

    folder = folder_of(Work.handed_out(tiny).solve("center"), tmp_path)
    for text in ("import check_notebook\n\ncheck_notebook.run()", "%run check_notebook.py"):
        node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text), nbformat.v4.new_code_cell('"center" in dir()')])
        NotebookClient(node, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
        printed = "".join(output.get("text", "") for output in node.cells[0].outputs)
        assert "done 2 center" in row(printed, "center") and "not yet 3 scale" in row(printed, "scale")
        assert all(output.output_type == "stream" and output.name == "stdout" for output in node.cells[0].outputs)
        assert node.cells[1].outputs[0].data["text/plain"] == "False"
