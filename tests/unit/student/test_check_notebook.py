"""The student's own check: what a release's check_notebook.py knows, and how it reads a notebook. Running one is tried in tests/e2e."""
from __future__ import annotations

import ast
import importlib.util
import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.loading import load_assignment, names_in
from autograder.assignment.values import Assignment
from autograder.author.student_check import FILE, TEMPLATE, facts, facts_in, filled
from autograder.inside.names import bound_in
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return load_assignment(NAME, make_course(tmp_path_factory.mktemp("course")))


@pytest.fixture
def module() -> Any:
    """check_notebook.py as it is in the package, freshly loaded."""
    spec = importlib.util.spec_from_file_location("check_notebook_tried", TEMPLATE)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def cells_of(module: Any, work: Work) -> Any:
    return module._parsed(json.dumps(work.as_json()).encode())


def laid_out(module: Any, work: Work, tiny: Assignment) -> tuple[list[Any], list[str]]:
    notes: list[str] = []
    return module._lay_out(cells_of(module, work)[0], facts(tiny), notes), notes


# ---- what it knows ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names_in(ROOT))
def test_nothing_hidden_is_in_it(name: str) -> None:
    """Of a cell it knows what students get of it anyway; no line of a solution, a rubric, a probe or a judge."""
    assignment = load_assignment(name, ROOT)
    known = facts(assignment)
    assert [cell["text"] for cell in known["cells"]] == [cell.released for cell in assignment.cells]
    text = filled(assignment)
    assert "HIDDEN" not in text and "BEGIN SOLUTION" not in text and "Rubric" not in text and "autograder" not in text
    assert not any(f"def {probe.id}" in text for probe in assignment.probes)


def test_it_is_one_file_that_python_reads_back(tiny: Assignment, tmp_path: Path) -> None:
    """What was filled in comes out again without running it, and the same assignment gives the same text."""
    (tmp_path / FILE).write_text(filled(tiny), encoding="utf-8")
    assert facts_in(tmp_path / FILE) == facts(tiny)
    assert filled(tiny) == filled(tiny)
    compile(filled(tiny), FILE, "exec")
    assert [q["defines"] for q in facts(tiny)["questions"]] == [["center"], ["Scaler.apply"], []]
    assert facts(tiny)["files"] == ["checks.py", "diagrams.py", "pictures.py", "properties.py"]


def test_no_two_of_its_parts_use_a_name(tiny: Assignment) -> None:
    """They are pasted into one file, where the later of two would be the other's too."""
    bound = [name for one in ast.parse(filled(tiny)).body if not isinstance(one, (ast.Import, ast.ImportFrom)) for name in bound_in([one])]
    assert {name for name in bound if bound.count(name) > 1} <= {"C", "P"}  # TypeVars


@pytest.mark.parametrize("text", ["", "x = (", "RELEASE.update({'a': open('x')})", "RELEASE.update(3)", "\0"])
def test_another_file_of_that_name_is_none(tmp_path: Path, text: str) -> None:
    """A file that was emptied or rewritten is read without running it, and found to know nothing."""
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert facts_in(tmp_path / FILE) is None
    assert facts_in(tmp_path / "nowhere.py") is None


def test_it_needs_nothing_but_the_standard_library(tiny: Assignment) -> None:
    """A student has Jupyter and NumPy; the file imports no more than that, and IPython for magics alone."""
    import ast

    imported = set()
    for node in ast.walk(ast.parse(filled(tiny))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported - sys.stdlib_module_names == {"IPython", "google", "numpy"}


def test_when_grading_it_does_nothing(module: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a release's knowledge, as it lies beside a submission, `run` says one line; within a check of its own, none."""
    module.run()
    assert capsys.readouterr().out == "(not run when grading)\n"
    monkeypatch.setenv(module.INSIDE, "1")
    module.run()
    assert capsys.readouterr().out == ""


def test_an_old_python_is_named_and_no_answer_is_called_wrong(module: Any, tiny: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the files of a release do not run, that is said instead of a report."""
    assert f"NEEDS = {module.NEEDS}" in (TEMPLATE.parent / "checks.py").read_text()  # each is one file that stands alone
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
    said: list[str] = []
    assert module.check(None, facts(tiny), out=said.append) == 2
    assert said == ["Nothing was checked: the notebook needs Python 3.10 or newer, and this is Python 3.9. Choose another kernel, or install a newer Python."]


# ---- how it reads -------------------------------------------------------------------------------------------------

NO_NOTEBOOK = {
    "empty": (b" \n", "the file is empty"),
    "pdf": (b"%PDF-1.4 \xff", "the file is a PDF"),
    "half": (b'{"cells": [', "it stops in the middle"),
    "other": (b'{"a": 1}', "JSON, but not a notebook"),
    "list": (b"[]", "JSON, but not a notebook"),
}


@pytest.mark.parametrize("what", NO_NOTEBOOK)
def test_what_is_no_notebook(module: Any, what: str) -> None:
    """Each is refused with what it is instead."""
    data, reason = NO_NOTEBOOK[what]
    with pytest.raises(ValueError, match=reason):
        module._parsed(data)


def test_a_notebook_of_something_else(module: Any, tiny: Assignment) -> None:
    """None of the cells, none of the names: it would not be graded."""
    work = Work.handed_out(tiny)
    work.cells = [{"cell_type": "code", "source": "import pandas", "metadata": {}, "outputs": [], "execution_count": 1}]
    with pytest.raises(ValueError, match="nothing of tiny is in it"):
        laid_out(module, work, tiny)


def test_cells_are_found_without_their_metadata(module: Any, tiny: Assignment) -> None:
    """By their text; answers by the names that they define, and one sentence says so."""
    work = Work.handed_out(tiny).solve()
    for cell in work.cells:
        cell["metadata"] = {}
    placed, notes = laid_out(module, work, tiny)
    assert {cell["id"] for cell in placed} >= {"imports", "helpers", "center", "scale"}
    assert len(notes) == 1 and "lost what marks them" in notes[0]


def test_locked_cells_are_the_originals(module: Any, tiny: Assignment) -> None:
    """A changed one is named and replaced; white space and line ends are no change; an answer is left alone."""
    work = Work.handed_out(tiny).solve().write("center", "pass")
    work.cell("helpers")["source"] = [line + " \r\n" for line in work.cell("helpers")["source"].split("\n")]
    placed, notes = laid_out(module, work, tiny)
    assert [note for note in notes if "locked" in note] == notes and len(notes) == 1 and "the check of center" in notes[0]
    assert "checks.close" in next(cell for cell in placed if cell["id"] == "center")["text"]
    assert "moved = X - offset" in next(cell for cell in placed if cell["id"] == "center_solution")["text"]


def test_what_is_missing_is_put_back(module: Any, tiny: Assignment) -> None:
    """Each where it belongs, and all of them named; a demonstration is not missed."""
    work = Work.handed_out(tiny)
    work.cells = [c for c in work.cells if c["metadata"].get("nbgrader", {}).get("grade_id") not in ("helpers", "center", "scale_solution", "look_at_center")]
    placed, notes = laid_out(module, work, tiny)
    assert [cell["id"] for cell in placed if cell["id"]] == ["imports", "helpers", "center_solution", "center", "look_at_center", "scale_solution", "scale", "why"]
    assert len(notes) == 1 and all(text in notes[0] for text in ("given helpers", "the check of center", "your answer scale_solution")) and "look_at" not in notes[0]


def test_copies_and_changed_types_are_named(module: Any, tiny: Assignment) -> None:
    """An id that stands twice, and an answer that is a text cell now."""
    work = Work.handed_out(tiny).solve()
    work.cells.append(json.loads(json.dumps(work.cell("center"))))
    work.cell("scale_solution")["cell_type"] = "markdown"
    _, notes = laid_out(module, work, tiny)
    assert any("has the id of cell" in note and "a copy" in note for note in notes)
    assert any("no code cell any more" in note and "scale" in note for note in notes)


def test_other_names_and_releases(module: Any, tiny: Assignment, tmp_path: Path) -> None:
    """Another file name, another assignment's or release's notebook, and files that are not beside it."""
    for name in ("checks.py", "diagrams.py", "pictures.py", "properties.py"):
        (tmp_path / name).write_text("")
    assert module._notes_on_the_file("tiny.ipynb", Work.handed_out(tiny).metadata, facts(tiny), tmp_path) == []
    (named,) = module._notes_on_the_file("tiny (1).ipynb", {}, facts(tiny), tmp_path)
    assert "under the name tiny.ipynb" in named
    (other,) = module._notes_on_the_file("tiny.ipynb", {"chainrule": {"assignment": "layers"}}, facts(tiny), tmp_path)
    assert "the notebook of layers" in other
    (older,) = module._notes_on_the_file("tiny.ipynb", {"chainrule": {"assignment": NAME, "release": "0"}}, facts(tiny), tmp_path)
    assert "another release" in older
    (lost,) = module._notes_on_the_file("tiny.ipynb", {}, facts(tiny), tmp_path / "elsewhere")
    assert "checks.py" in lost


def test_from_the_notebook_alone(module: Any, tiny: Assignment) -> None:
    """Without the release's file, its metadata says which cells are answers, checks and texts, and how many points they carry."""
    made = module._release_of(*cells_of(module, Work.handed_out(tiny).solve("center")))
    assert [(q["id"], q["points"], q["written"]) for q in made["questions"]] == [("center", 2, False), ("scale", 3, False), ("why", 1, True)]
    texts = {cell["id"]: cell["text"] for cell in made["cells"]}
    assert texts["center_solution"] == "" and "NotImplementedError" in texts["scale_solution"]


def test_colab_is_asked_for_the_notebook(module: Any, tiny: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """There the notebook is no file; what the page holds is checked, saved or not."""
    message = types.SimpleNamespace(blocking_request=lambda *a, **k: {"ipynb": Work.handed_out(tiny).as_json()})
    colab = types.ModuleType("google.colab")
    colab._message = message  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    monkeypatch.setitem(sys.modules, "google.colab._message", message)
    _, data, _, saved = module._read(None, facts(tiny))
    assert saved is None and len(module._parsed(data)[0]) == len(tiny.cells)


def test_the_open_notebook_is_found(module: Any, tiny: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the front end says is open, where it is there; else the assignment's own; no notebook at all is said so."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="no notebook"):
        module._read(None, facts(tiny))
    for name in ("tiny.ipynb", "mine.ipynb"):
        Path(name).write_text("{}")
    assert module._read(None, facts(tiny))[0] == "tiny.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", "/elsewhere/mine.ipynb")
    assert module._read(None, facts(tiny))[0] == "mine.ipynb"
    assert module._read("tiny.ipynb", facts(tiny))[0] == "tiny.ipynb"
