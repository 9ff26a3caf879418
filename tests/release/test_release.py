"""Building a release: what students get, and everything that stops one from being built."""
from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.entry import cli
from autograder.assignment.loading import load_assignment
from autograder.errors import AssignmentError, ChainRuleError, ReleaseError
from autograder.assignment.notebook import Role
from autograder.sandbox.observed import ObservedStore
from autograder.author.release import build_release, check_texts, check_up_to_date
from tests.tiny import NAME, Edits, line_of, make_course

HELPER = '"""Toys for the demonstrations."""\n\n\ndef toy():\n    return 3\n'
APPENDIX = '# %% [markdown]\n# # More\n\n# %% given="imports_of_the_appendix"\nimport numpy as np\n\n# %% demo="more"\nprint(np.ones(3).mean())\n'
SHIPPED: Edits = {
    "assignment.toml": [("helpers = []", 'helpers = ["toys.py"]'), ("extra_notebooks = []", 'extra_notebooks = ["more.py"]'), ("data = []", 'data = ["x.npz"]')]
}
SOLUTION_LINES = ("offset = np.sum(X, axis=0", "moved = X - offset", "spread = np.sqrt(", "middle / np.maximum", "one learning rate", "Rubric")


def build(root: Path) -> list[str]:
    return build_release(load_assignment(NAME, root), ObservedStore(root / ".chainrule" / "observations"))


def course(root: Path, edits: Edits | None = None) -> Path:
    """The tiny course with a helper, an appendix and a data file, and pieces of its files replaced."""
    (root / "data").mkdir(parents=True, exist_ok=True)
    (root / "data" / "x.npz").write_bytes(b"numbers")
    return make_course(root, {**SHIPPED, **(edits or {})}, {"toys.py": HELPER, "more.py": APPENDIX})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course with its release built, to look at."""
    root = course(tmp_path_factory.mktemp("built"))
    build(root)
    return root


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """A copy of the built course, to spoil."""
    shutil.copytree(built, tmp_path / "course")
    return tmp_path / "course"


def digest(root: Path) -> dict[str, str]:
    """Every file of source/ and release/ with its hash."""
    paths = [p for name in ("source", "release") for p in sorted((root / name).rglob("*")) if p.is_file()]
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


# ---- what is built ----------------------------------------------------------------------------------------------


def test_source_and_release_hold_what_they_should(built: Path) -> None:
    """The notebook, the appendix, the visible checks, helpers and data; the archive holds the release."""
    files = {"tiny.ipynb", "more.ipynb", "checks.py", "check_notebook.py", "diagrams.py", "pictures.py", "properties.py", "toys.py", "x.npz"}
    for name in ("source", "release"):
        assert {p.name for p in (built / name / NAME).iterdir()} == files
    with zipfile.ZipFile(built / "release" / "tiny.zip") as archive:
        assert set(archive.namelist()) == {f"tiny/{name}" for name in files}
        assert all(archive.read(f"tiny/{name}") == (built / "release" / NAME / name).read_bytes() for name in files)


def test_no_line_of_a_solution_is_released(built: Path) -> None:
    """Neither in the files nor in the archive stands a line of a solution, a rubric, a hidden test or a probe; the source has them all."""
    with zipfile.ZipFile(built / "release" / "tiny.zip") as archive:
        contents = [archive.read(name) for name in archive.namelist()]
    contents += [p.read_bytes() for p in (built / "release" / NAME).iterdir()]
    secrets = (*SOLUTION_LINES, "BEGIN", "HIDDEN", "try_probes", "rows_of_data", "autograder")
    assert not [s for s in secrets for content in contents if s.encode() in content]
    source = (built / "source" / NAME / "tiny.ipynb").read_text()
    assert all(line in source for line in (*SOLUTION_LINES, "BEGIN SOLUTION", "BEGIN HIDDEN TESTS", "try_probes"))


def test_the_released_notebook_is_one_that_nbgrader_knows(built: Path) -> None:
    """It is valid, its cells bear nbgrader's flags and checksums, locked ones can't be edited, and each stub raises NotImplementedError."""
    released = nbformat.read(built / "release" / NAME / "tiny.ipynb", as_version=4)
    nbformat.validate(released)
    assignment = load_assignment(NAME, built)
    assert released.metadata.chainrule.release == assignment.release
    for cell, source in zip(released.cells, assignment.cells, strict=True):
        assert cell.source == source.released
        info = cell.metadata.get("nbgrader")
        assert (info is None) == (source.role is Role.PROSE)
        if info is not None:
            assert cell.metadata.get("editable", True) == (source.role in (Role.SOLUTION, Role.WRITTEN))
            assert ("checksum" in info) and info.grade_id == source.id
    assert sum("raise NotImplementedError" in cell.source for cell in released.cells) == 2


def test_building_twice_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    """No id that is drawn, no time and no path of the machine is in the files or in the archive."""
    build(course(tmp_path / "elsewhere"))
    assert digest(tmp_path / "elsewhere") == digest(built)


def test_building_leaves_nothing_else_behind(built: Path) -> None:
    """No temporary folder, database or half-written file stays in the course."""
    assert {p.name for p in built.iterdir()} == {".chainrule", "assignments", "data", "source", "release"}
    assert {p.name for p in (built / "release").iterdir()} == {NAME, "tiny.zip"}


# ---- up to date? ------------------------------------------------------------------------------------------------


def stale(root: Path) -> list[str]:
    return check_up_to_date(load_assignment(NAME, root))


def test_a_fresh_release_is_up_to_date(copy: Path) -> None:
    """Nothing is stale right after building, whatever Jupyter and Python leave beside it, and data files don't count."""
    (copy / "release" / NAME / ".ipynb_checkpoints").mkdir()
    (copy / "release" / NAME / ".ipynb_checkpoints" / "x.ipynb").write_text("{}")
    (copy / "release" / NAME / "__pycache__").mkdir()
    (copy / "release" / NAME / "__pycache__" / "x.pyc").write_text("")
    (copy / "source" / NAME / "x.npz").unlink()
    assert stale(copy) == []


def test_a_release_records_the_versions_that_grade(copy: Path) -> None:
    """Python, NumPy and the modules; a release that was made with others is up to date all the same."""
    for folder in ("source", "release"):
        path = copy / folder / NAME / "check_notebook.py"
        text = path.read_text(encoding="utf-8")
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        assert f"'graded_with': {{'python': '{version}', 'numpy': '{np.__version__.rpartition('.')[0]}', 'modules': '" in text
        path.write_text(text.replace(f"'python': '{version}'", "'python': '3.99'"), encoding="utf-8")
    assert stale(copy) == []


def test_a_courses_own_data_goes_with_the_release_where_it_is(copy: Path) -> None:
    """A file listed under own_data is copied beside the notebook when data/ has it, is no fault when it has not, and makes nothing stale."""
    course(copy, {"assignment.toml": [*SHIPPED["assignment.toml"], ('data = ["x.npz"]', 'data = ["x.npz"]\nown_data = ["photos.npz", "more.npz"]')]})
    (copy / "data" / "photos.npz").write_bytes(b"photos")
    build(copy)
    assert (copy / "release" / NAME / "photos.npz").read_bytes() == b"photos"
    assert not (copy / "release" / NAME / "more.npz").exists()
    assert zipfile.ZipFile(copy / "release" / f"{NAME}.zip").read(f"{NAME}/photos.npz") == b"photos"
    assert stale(copy) == []
    (copy / "data" / "photos.npz").unlink()
    assert stale(copy) == []


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda root: (root / "release" / NAME / "tiny.ipynb").unlink(), ["release/tiny/tiny.ipynb"]),
        (lambda root: (root / "source" / NAME / "checks.py").write_text("x = 1"), ["source/tiny/checks.py"]),
        (lambda root: (root / "release" / NAME / "solution.py").write_text("x = 1"), ["release/tiny/solution.py (should not be there)"]),
        (lambda root: course(root, {"notebook.py": [("## 2. Scale", "## 2. Scaling")]}), ["source/tiny/check_notebook.py", "source/tiny/tiny.ipynb", "release/tiny/check_notebook.py", "release/tiny/tiny.ipynb"]),
        (lambda root: course(root, {"notebook.py": [("moved = X - offset", "moved = -(offset - X)")]}), ["source/tiny/tiny.ipynb"]),
        (lambda root: shutil.rmtree(root / "release"), [f"release/tiny/{name}" for name in ("check_notebook.py", "checks.py", "diagrams.py", "more.ipynb", "pictures.py", "properties.py", "tiny.ipynb", "toys.py")]),
    ],
    ids=["missing", "changed", "extra", "another text", "another solution", "nothing there"],
)
def test_what_is_stale_is_named(copy: Path, spoil: Any, found: list[str]) -> None:
    """A file that is missing, differs or should not be there is named; a new solution alone changes only the source."""
    spoil(copy)
    assert stale(copy) == found


# ---- the command ------------------------------------------------------------------------------------------------


def in_an_empty_environment(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a course as `env -i` would: no PATH, no HOME, no activated venv."""
    return subprocess.run([sys.executable, *arguments], cwd=root, env={}, capture_output=True, text=True, check=False)


@pytest.fixture
def chainrule(copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command line in the copied course, in this process; returns its exit status and what it printed."""
    monkeypatch.chdir(copy)
    monkeypatch.setenv("COLUMNS", "500")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["chainrule", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (int(ended.value.code or 0), *capsys.readouterr())

    return run


def test_the_command_builds_in_an_empty_environment(copy: Path) -> None:
    """`chainrule release` needs neither PATH nor HOME, and gives the same bytes."""
    before = digest(copy)
    shutil.rmtree(copy / "release")
    done = in_an_empty_environment(copy, "-m", "autograder", "release")
    assert done.returncode == 0, done.stderr
    assert f"release {load_assignment(NAME, copy).release}" in done.stdout
    assert digest(copy) == before
    assert not (copy / "gradebook.db").exists()


def test_a_database_is_made_in_an_empty_environment(tmp_path: Path) -> None:
    """nbgrader runs `alembic` from PATH when it makes a database: it is found beside the interpreter."""
    script = "from autograder.records.database import open_gradebook\nwith open_gradebook('sqlite:///gradebook.db') as book: print(book.assignments)"
    done = in_an_empty_environment(tmp_path, "-c", script)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
    assert (tmp_path / "gradebook.db").is_file()


def test_the_command_says_whether_a_release_is_up_to_date(copy: Path, chainrule: Any) -> None:
    """--check writes nothing; it ends with status 0 when all is fresh, with 1, the stale files and the mend when not."""
    assert chainrule("release", "--check") == (0, "tiny: up to date\n", "")
    (copy / "release" / NAME / "toys.py").unlink()
    before = digest(copy)
    status, out, err = chainrule("release", NAME, "--check")
    assert (status, out) == (1, "tiny: not what notebook.py gives: release/tiny/toys.py\n")
    assert "run `chainrule release`" in err
    assert digest(copy) == before


def test_a_refused_release_ends_with_a_sentence(copy: Path, chainrule: Any) -> None:
    """The command says what, where and the mend, without a traceback, with status 1, and leaves what was there."""
    before = digest(copy)
    course(copy, {"notebook.py": [("    ### BEGIN SOLUTION\n    offset", "### BEGIN SOLUTION\n    offset")]})
    status, _, err = chainrule("release", NAME)
    assert status == 1
    assert "line 7 of the cell: the stub would not stand where the solution stands" in err
    assert f"notebook.py:{line_of(copy, 'center_solution')} (cell center_solution)" in err
    assert "indent ### BEGIN SOLUTION" in err
    assert digest(copy) == before


def test_a_wrong_call_ends_with_status_2(chainrule: Any) -> None:
    """An assignment that is not there is answered with the nearest one."""
    status, _, err = chainrule("release", "tinny")
    assert status == 2
    assert "did you mean 'tiny'" in err


# ---- refusals ---------------------------------------------------------------------------------------------------

BODY = "    ### BEGIN SOLUTION\n    offset = np.sum(X, axis=0, keepdims=True) / len(X)\n    moved = X - offset\n    return moved\n    ### END SOLUTION\n"
LINES = "offset = np.sum(X, axis=0, keepdims=True) / len(X)\nmoved = X - offset\nreturn moved\n"
COMMENTED = "".join(f"# {line}\n" for line in LINES.splitlines())
DEMO = 'rows = center(np.array([[0.0, 1.0], [2.0, 5.0]]))\n'


def notebook(old: str, new: str) -> Edits:
    return {"notebook.py": [(old, new)]}


TEXTS: dict[str, tuple[Edits, str, str]] = {
    "solution in a given cell": (notebook("    return X.mean(axis=0)\n", f"{BODY}"), 'given="helpers"', "a given cell holds a solution region"),
    "solution in a demo": (notebook(DEMO, f"### BEGIN SOLUTION\n{DEMO}### END SOLUTION\n"), 'demo="look_at_center"', "a demo cell holds a solution region"),
    "solution in prose": (notebook("# ## 1. Center\n", "# ## 1. Center\n#\n# ### BEGIN SOLUTION\n# x\n# ### END SOLUTION\n"), "# %% [markdown]@2", "a prose cell holds a solution"),
    "hidden tests in a test": (
        notebook("checks.close(\"center(X)\"", "### BEGIN HIDDEN TESTS\nx = 1\n### END HIDDEN TESTS\nchecks.close(\"center(X)\""), 'test="center"', "a test cell holds a hidden tests region",
    ),
    "hidden tests in a solution": (
        notebook(BODY, BODY.replace("SOLUTION", "HIDDEN TESTS")), 'solution="center_solution"', "the solution region is not closed, not opened, or missing",
    ),
    "not closed": (notebook("    return moved\n    ### END SOLUTION\n", "    return moved\n"), 'solution="center_solution"', "the solution region is not closed"),
    "not opened": (notebook("    ### BEGIN SOLUTION\n    offset", "    offset"), 'solution="center_solution"', "the solution region is not closed"),
    "in the wrong order": (
        notebook(BODY, BODY.replace("BEGIN", "X").replace("END", "BEGIN").replace("X S", "END S")), 'solution="center_solution"', "the solution region is not closed",
    ),
    "nested": (notebook("    moved = X", "    ### BEGIN SOLUTION\n    moved = X"), 'solution="center_solution"', "the solution region is not closed"),
    "no region": (notebook(BODY, "    return X\n"), 'solution="center_solution"', "the solution region is not closed, not opened, or missing"),
    "no region in a write-up": (
        notebook("# ### BEGIN SOLUTION\n# *Rubric", "# *Rubric"), '[markdown] written="why"', "the solution region is not closed",
    ),
    "text behind a marker": (notebook("    ### BEGIN SOLUTION\n    offset", "    ### BEGIN SOLUTION: mean\n    offset"), 'solution="center_solution"', "line 7 of the cell"),
    "a marker in small letters": (notebook("    ### BEGIN SOLUTION\n    offset", "    ### begin solution\n    offset"), 'solution="center_solution"', "line 7 of the cell"),
    "a marker of two signs": (notebook("    ### END SOLUTION\n\n# %% test=\"center\"", "    ## END SOLUTION\n\n# %% test=\"center\""), 'solution="center_solution"', "the solution region is not closed"),
    "a stub beside its method": (
        notebook("        ### BEGIN SOLUTION\n        middle", "    ### BEGIN SOLUTION\n        middle"), 'solution="scale_solution"', "line 9 of the cell: the stub would not stand where the solution stands",
    ),
    "a stub that does not compile": (
        notebook("    moved = X - offset\n    return moved\n    ### END SOLUTION", "    if len(X):\n    ### END SOLUTION\n        return X - offset\n    return X"),
        'solution="center_solution"', "what students get of it does not compile",
    ),
    "a solution that does not compile": (notebook("moved = X - offset", "moved = X -"), 'solution="center_solution"', "the cell does not compile"),
    "a given cell that does not compile": (notebook("return X.mean(axis=0)", "return X.mean(axis=0"), 'given="helpers"', "the cell does not compile"),
    "a copy in a demo": (notebook(DEMO, f"def mine(X):\n{BODY}".replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION\n", "")), 'demo="look_at_center"', "3 lines in a row of center_solution"),
    "a copy in prose": (notebook("# ## 2. Scale\n", f"# ## 2. Scale\n#\n{COMMENTED}"), "# %% [markdown]@3", "3 lines in a row of center_solution"),
    "a copy in comments": (notebook(DEMO, f"{DEMO}{COMMENTED}"), 'demo="look_at_center"', "3 lines in a row of center_solution"),
    "a copy above the markers": (notebook("class Scaler:\n", f"{COMMENTED}class Scaler:\n"), 'solution="scale_solution"', "3 lines in a row of center_solution"),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_a_notebook_that_would_leak_or_break_is_refused(tmp_path: Path, case: str) -> None:
    """The error names the cell, the line of its header and what is wrong."""
    edits, header, what = TEXTS[case]
    assignment = load_assignment(NAME, make_course(tmp_path, edits))
    with pytest.raises(ReleaseError) as caught:
        check_texts(assignment)
    assert caught.value.what.startswith(what) or what in caught.value.what
    piece, _, count = header.partition("@")
    lines = (assignment.folder / "notebook.py").read_text().splitlines()
    line = [number for number, text in enumerate(lines, 1) if piece in text][int(count or 1) - 1]
    assert caught.value.where.startswith(f"{assignment.folder / 'notebook.py'}:{line}")
    if '="' in piece:
        assert f"(cell {piece.split(chr(34))[1]})" in caught.value.where


HELPERS = {
    "a region": ({"toys.py": f"def toy(X):\n{BODY}"}, "toys.py:2", "a helper file holds a solution region"),
    "a name that is asked for": ({"toys.py": "x = 1\n\ndef center(X):\n    return X\n"}, "toys.py:3", "a helper file defines center, which question center asks for"),
    "a method that is asked for": ({"toys.py": "class Scaler:\n    def apply(self, X):\n        return X\n"}, "toys.py:2", "a helper file defines Scaler.apply"),
    "a copy": ({"toys.py": "def toy(X):\n" + "".join(f"    {line}\n" for line in LINES.splitlines())}, "toys.py", "3 lines in a row of center_solution"),
    "a syntax error": ({"toys.py": "def toy(:\n"}, "toys.py:1", "a helper file does not compile"),
    "a notebook with a copy": (
        {"toys.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": f"def toy(X):\n{BODY}"}, {"cell_type": "code", "source": "!ls"}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})},
        "toys.ipynb:2", "a helper file holds a solution region",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HELPERS)
def test_a_helper_file_with_solution_code_is_refused(tmp_path: Path, case: str) -> None:
    """A helper may hold no region, no name that a question asks for, and no lines of a solution."""
    files, where, what = HELPERS[case]
    (name,) = files
    assignment = load_assignment(NAME, make_course(tmp_path, {"assignment.toml": [("helpers = []", f'helpers = ["{name}"]')]}, {**files}))
    with pytest.raises(ReleaseError) as caught:
        check_texts(assignment)
    assert what in caught.value.what
    assert caught.value.where == str(assignment.folder / where)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (APPENDIX + '\n# %% solution="x_solution"\ny = 1\n', "an extra notebook holds a question or a solution"),
        (APPENDIX + "\n### BEGIN SOLUTION\ny = 1\n### END SOLUTION\n", "an extra notebook holds a question or a solution"),
        (APPENDIX + f'\n# %% demo="copy"\ndef f(X):\n{BODY}'.replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION\n", ""), "3 lines in a row of center_solution"),
    ],
    ids=["question", "region", "copy"],
)
def test_an_appendix_with_solution_code_is_refused(tmp_path: Path, text: str, what: str) -> None:
    """An extra notebook is released whole, so it may hold none of it."""
    edits: Edits = {"assignment.toml": [("extra_notebooks = []", 'extra_notebooks = ["more.py"]')]}
    assignment = load_assignment(NAME, make_course(tmp_path, edits, {"more.py": text}))
    with pytest.raises(ReleaseError, match=what) as caught:
        check_texts(assignment)
    assert caught.value.where.startswith(f"{assignment.folder / 'more.py'}:")


def test_what_only_nbgrader_takes_for_a_marker_is_refused(tmp_path: Path) -> None:
    """nbgrader looks for the words alone: where it would cut what our markers don't, nothing is released."""
    root = make_course(tmp_path, notebook("class Scaler:\n", "# BEGIN SOLUTION of the second question\nclass Scaler:\n"))
    with pytest.raises(ReleaseError) as caught:
        build(root)
    assert "nbgrader" in caught.value.what
    assert not (root / "release").exists()


INCOMPLETE: dict[str, tuple[Edits, str]] = {
    "no probe": ({"probes.py": [('@probe("center"', '@probe("scale"')]}, "question center has no probe"),
    "no points": (notebook('test="center" points=2', 'test="center"'), "question center has no points"),
    "no solution cell": (notebook('solution="center_solution"', 'given="center_solution"'), "question center has no solution cell"),
    "repeated ids": (notebook('demo="look_at_center"', 'demo="imports"'), "the id 'imports' is used twice"),
}


@pytest.mark.parametrize("case", INCOMPLETE)
def test_an_incomplete_question_is_refused(copy: Path, case: str) -> None:
    """A question without probe, points or solution cell, or an id twice, stops the release before anything is written."""
    edits, what = INCOMPLETE[case]
    before = digest(copy)
    course(copy, edits)
    with pytest.raises(AssignmentError, match=what):
        build(copy)
    assert digest(copy) == before


SCORES: dict[str, tuple[Edits, str]] = {
    "the blank release earns points": (
        {"probes.py": [('return {"centered": ns.center(X), "inputs": {"X": X}}', 'return {"inputs": {"X": X}}')]}, "the untouched release earns 1.5 points in center",
    ),
    "the blank release is right where it raises": (
        {"probes.py": [('return {"centered": ns.center(X), "inputs": {"X": X}}', 'from autograder.probe import raised\n    return {"raised": bool(raised(ns.center, "text"))}')]},
        "the untouched release earns 1.5 points in center",
    ),
    "the reference loses to a judge": ({"judges.py": [("< 1e-9", "< -1")]}, "the reference loses points in scale: spread_afterwards: The columns are not centered."),
    "a judge forgets its return": ({"judges.py": [("    return {", "    found = {")]}, "spread_afterwards returned None"),
    "a judge returns a truth": ({"judges.py": [("fact(abs(scaled.mean(axis=0)).max() < 1e-9, \"The columns are not centered.\")", "True")]}, "'middle' is of type bool, not a fact"),
    "a judge returns no fact": ({"judges.py": [("    return {", "    return {}\n    found = {")]}, "a dict without any fact"),
    "a judge fails": ({"judges.py": [('seen["scaled"]', 'seen["scald"]')]}, "spread_afterwards raised KeyError for what the reference gives: 'scald'"),
    "the reference draws without a seed": (
        notebook("    moved = X - offset\n", "    moved = X - offset + 1e-7 * np.random.default_rng().normal()\n"), "the reference loses points in center: rows_of_data",
    ),
    "the reference fails a probe": (notebook("moved = X - offset", "moved = X - offset.reshape(7)"), "the reference does not finish probe rows_of_data: raised ValueError"),
    "the reference's cell raises": (notebook("import checks\n", "import checks\nimport nonesuch\n"), "cell 2 of the reference ended: raised ModuleNotFoundError"),
    "a tolerance for an output that is none": (
        {"probes.py": [('@probe("scale", points=2)', '@probe("scale", points=2, tolerance={"scald": 1e-6})')]}, "uneven_columns has a tolerance for 'scald', which it does not return",
    ),
    "a visible check fails on the reference": (
        notebook("[[-1.0, -2.0], [1.0, 2.0]])", "[[9.0, -2.0], [1.0, 2.0]])"),
        "the visible check of center does not hold where submissions run: it raised AssertionError",
    ),
    "the jail refuses what the reference does": (
        notebook("    moved = X - offset\n", "    import subprocess\n\n    subprocess.run(['true'], check=True)\n    moved = X - offset\n"),
        "the visible check of center does not hold where submissions run: it raised",
    ),
    "the reference gives no value": ({"probes.py": [('{"centered": ns.center(X),', '{"centered": (row for row in ns.center(X)),')]}, "the reference loses points in center"),
}  # fmt: skip


@pytest.mark.parametrize("case", SCORES)
def test_a_release_that_scores_wrongly_is_refused(copy: Path, case: str) -> None:
    """The reference must earn everything and the untouched notebook nothing, else what was there stays as it was."""
    edits, what = SCORES[case]
    before = digest(copy)
    course(copy, edits)
    with pytest.raises(ChainRuleError) as caught:
        build(copy)
    assert what in caught.value.what
    assert digest(copy) == before
