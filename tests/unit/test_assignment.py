"""An assignment's folder: what is loaded, and every way in which it may not be whole."""
from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import Assignment, fingerprint, load_assignment, names_in, solves
from autograder.errors import AssignmentError, UsageError
from tests.tiny import NAME, PROBES, TOML, line_of, make_course

from .conftest import Vary


def test_a_whole_assignment_is_loaded(tiny: Assignment) -> None:
    """Questions, points, probes, judges and limits are those of the files."""
    assert tiny.title == "Two steps before a network"
    assert [(q.id, q.points, q.written, q.defines, q.needs) for q in tiny.questions] == [
        ("center", 2, False, ("center",), ()), ("scale", 3, False, ("Scaler.apply",), ("center",)), ("why", 1, True, (), ()),
    ]  # fmt: skip
    assert tiny.max_score == 6
    assert [q.id for q in tiny.auto] == ["center", "scale"]
    assert [(p.id, p.points, p.contract, p.judged) for p in tiny.probes_of("scale")] == [("uneven_columns", 2, False, False), ("spread_afterwards", 1, False, True)]
    assert list(tiny.judges) == ["spread_afterwards"]
    assert tiny.limits.probe_seconds == 1
    assert tiny.given_names == {"column_means"}
    assert list(tiny.files) == ["check_notebook.py", "checks.py", "diagrams.py", "pictures.py", "properties.py"]


def edited(file: str, old: str, new: str) -> dict[str, Any]:
    return {"edits": {file: [(old, new)]}}


def another(file: str, text: str | None) -> dict[str, Any]:
    return {"files": {file: text}}


CASES = {
    "no toml": (another("assignment.toml", None), "assignment.toml", "the file is missing"),
    "broken toml": (edited("assignment.toml", "order = 1", "order = "), "assignment.toml", "not valid TOML"),
    "no title": (edited("assignment.toml", 'title = "Two steps before a network"\n', ""), "assignment.toml", "title is missing"),
    "unknown key": (edited("assignment.toml", "summary", "sumary"), "assignment.toml", "unknown key sumary"),
    "unknown limit": (edited("assignment.toml", "probe_seconds", "probe_minutes"), "assignment.toml", "unknown key limits.probe_minutes"),
    "limit of a wrong type": (edited("assignment.toml", "memory_mb = 1024", 'memory_mb = "1G"'), "assignment.toml", "limits.memory_mb = '1G'"),
    "limit of nothing": (edited("assignment.toml", "probe_seconds = 1", "probe_seconds = 0"), "assignment.toml", "limits.probe_seconds = 0"),
    "limit that is no number": (edited("assignment.toml", "probe_seconds = 1", "probe_seconds = nan"), "assignment.toml", "limits.probe_seconds = nan"),
    "unknown key of a question": (edited("assignment.toml", "needs", "need"), "assignment.toml", "unknown key questions.scale.need"),
    "unknown feedback": (edited("assignment.toml", '"diagnosis"', '"all"'), "assignment.toml", "feedback = 'all'"),
    "id twice": (edited("notebook.py", 'demo="look_at_center"', 'demo="center"'), 'notebook.py:demo="center"', "the id 'center' is used twice, first in line"),
    "no table": (edited("assignment.toml", "[questions.why]", ""), "assignment.toml", "question why has no table"),
    "no solution cell": (edited("notebook.py", 'solution="scale_solution"', 'given="scale_solution"'), 'notebook.py:test="scale"', "question scale has no solution cell"),
    "no names": (edited("assignment.toml", 'defines = ["center"]', ""), "assignment.toml", "question center defines nothing"),
    "table without a question": (edited("assignment.toml", "[questions.why]", "[questions.why]\n[questions.whi]"), "assignment.toml", "[questions.whi] has no test cell"),
    "need that comes later": (
        edited("assignment.toml", '[questions.center]', '[questions.center]\nneeds = ["scale"]'), "assignment.toml", "center needs scale, which does not come before it",
    ),
    "wrong need": (edited("assignment.toml", 'needs = ["center"]', 'needs = ["centre"]'), "assignment.toml", "scale needs 'centre', which is no question"),
    "stray solution": (
        edited("notebook.py", 'demo="look_at_center"', 'solution="centre_solution"'), 'notebook.py:solution="centre', "solution cell centre_solution belongs to no",
    ),
    "no probes": (another("probes.py", None), "probes.py", "the file is missing"),
    "probes that don't import": (edited("probes.py", "from autograder import inputs", "import nonesuch"), "probes.py", "No module named 'nonesuch'"),
    "probes with a syntax error": (edited("probes.py", "def one_row(ns, rng):", "def one_row(ns, rng)"), "probes.py", "SyntaxError"),
    "probe without a docstring": (edited("probes.py", '    """A single row."""\n', ""), "probes.py", "one_row has no docstring"),
    "probe twice": (another("probes.py", PROBES + "\nagain = one_row\n"), "probes.py", "two probes are called one_row"),
    "probe hidden by another": (edited("probes.py", "def one_row(", "def rows_of_data("), "probes.py", "the probes of center add up to 0.5 points, the question has 2"),
    "probe of no question": (edited("probes.py", '@probe("scale", points=2)', '@probe("scales", points=2)'), "probes.py", "uneven_columns is for 'scales'"),
    "probe of a write-up": (edited("probes.py", '@probe("scale", points=2)', '@probe("why", points=2)'), "probes.py", "uneven_columns is for 'why'"),
    "question without a probe": (edited("probes.py", '@probe("center"', '@probe("scale"'), "probes.py", "question center has no probe"),
    "points that don't add up": (edited("probes.py", "points=1.5", "points=1.75"), "probes.py", "the probes of center add up to 2.25 points"),
    "negative points": (edited("probes.py", '@probe("scale", points=2)', '@probe("scale", points=-2)'), "probes.py", "probe uneven_columns has -2 points"),
    "too little core": (
        {"edits": {"probes.py": [("points=1.5", "points=0.9"), ("points=0.5", "points=1.1")]}}, "probes.py", "core probes carry less than half the points of center",
    ),
    "no judges": (another("judges.py", None), "judges.py", "probe spread_afterwards is judged"),
    "judge of another name": (edited("judges.py", "def spread_afterwards", "def spread"), "judges.py", "probe spread_afterwards is judged"),
    "judge that is no function": (another("judges.py", "spread_afterwards = 3\n"), "judges.py", "probe spread_afterwards is judged"),
    "judges that don't import": (another("judges.py", "1 / 0\n"), "judges.py", "ZeroDivisionError"),
    "no helper": (edited("assignment.toml", "helpers = []", 'helpers = ["toys.py"]'), "assignment.toml", "toys.py is listed, but"),
    "no helper notebook": (edited("assignment.toml", "helpers = []", 'helpers = ["toys.ipynb"]'), "assignment.toml", "toys.ipynb is listed, but"),
    "no extra notebook": (edited("assignment.toml", "extra_notebooks = []", 'extra_notebooks = ["more.py"]'), "assignment.toml", "more.py is listed, but"),
    "no data": (edited("assignment.toml", "data = []", 'data = ["digits.npz"]'), "assignment.toml", "digits.npz is listed, but"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_or_wrong_is_named(vary: Vary, tmp_path: Path, case: str) -> None:
    """The error names the file, the line where there is one, what is wrong, and the mend."""
    change, where, what = CASES[case]
    with pytest.raises(AssignmentError) as caught:
        vary(**change)
    file, _, piece = where.partition(":")
    path = tmp_path / "assignments" / NAME / file
    assert caught.value.where == (f"{path}:{line_of(tmp_path, piece)}" if piece else str(path))
    assert what in caught.value.what
    assert caught.value.mend


MENDS = {
    "summary": ("order = 1", "order = 1\nsumary = 1", "unknown key sumary", "did you mean 'summary'?"),
    "no key like it": ("order = 1", "order = 1\nzzz = 1", "unknown key zzz", "there is title, order, questions, summary, data,"),
    "missing": ("order = 1", "", "order is missing", "add it: a whole number. Place in the course."),
    "text for a list": ("data = []", 'data = "digits.npz"', "data = 'digits.npz'", "a list of texts. Files of data/ that lie beside the notebook."),
    "one entry": ('needs = ["center"]', "needs = [3]", "questions.scale.needs = [3]", "a list of texts. Earlier questions whose names it calls."),
    "no table": ("[questions.why]", "[questions]\nwhy = 3", "questions.why = 3", "a table. A question, by the id of its test cell or write-up."),
    "zero": ("probe_seconds = 1", "probe_seconds = -1", "limits.probe_seconds = -1", "a number above 0, at most 86400. Seconds for one probe."),
    "feedback": ('"diagnosis"', '"all"', "feedback = 'all'", "one of diagnosis, full, inputs. What students are shown"),
    "a long value": ("data = []", f"data = {'x' * 99!r}", f"data = '{'x' * 59} ...", "a list of texts"),
}


@pytest.mark.parametrize("case", MENDS)
def test_a_wrong_key_is_told_with_what_belongs_there(vary: Vary, case: str) -> None:
    """The key as it stands in the file, the value, and what may stand there instead; never a path in another tool's notation."""
    old, new, what, mend = MENDS[case]
    with pytest.raises(AssignmentError) as caught:
        vary({"assignment.toml": [(old, new)]})
    assert caught.value.where.endswith("assignment.toml")
    assert caught.value.what == what
    assert caught.value.mend.startswith(mend)
    assert "$" not in str(caught.value) and "`" not in str(caught.value)


def test_an_unknown_name_is_a_wrong_call(tiny: Assignment) -> None:
    """An assignment or a question that is not there is answered with the nearest one, or with all there are."""
    with pytest.raises(UsageError, match="did you mean 'tiny'"):
        load_assignment("tinny", tiny.root)
    with pytest.raises(UsageError, match="did you mean 'scale'"):
        tiny.question("scales")
    with pytest.raises(UsageError, match="there is center, scale, why"):
        tiny.question("xyz")


def test_a_folder_without_assignments_says_so(tmp_path: Path) -> None:
    """Outside a course the mend says where to run the command."""
    with pytest.raises(UsageError, match="holds no assignment"):
        load_assignment("tiny", tmp_path)


def test_assignments_come_in_the_order_of_the_course(tmp_path: Path) -> None:
    """order decides, then the name; a broken file does not hide the others."""
    for name, text in (("b", "order = 2"), ("c", "order = 1"), ("a", "order = 2"), ("broken", "order = "), ("odd", 'order = "x"')):
        (tmp_path / "assignments" / name).mkdir(parents=True)
        (tmp_path / "assignments" / name / "assignment.toml").write_text(text)
    assert names_in(tmp_path) == ["broken", "odd", "c", "a", "b"]


def test_files_that_probes_import_are_known(vary: Vary) -> None:
    """A file beside probes.py that it imports goes with it into the sandbox; judges.py never does."""
    toys = {"edits": {"probes.py": [("import numpy as np", "import numpy as np\nimport toys\nfrom more_toys import TOY")]}}
    loaded = vary(**toys, files={"toys.py": "A = 1\n", "more_toys.py": "TOY = 2\n", "unused.py": ""})
    assert loaded.probe_modules == (("more_toys", "TOY = 2\n"), ("toys", "A = 1\n"))


def test_two_assignments_with_files_of_one_name_stay_apart(tmp_path: Path) -> None:
    """Loading one assignment leaves nothing behind that another could import by mistake."""
    edits = {"judges.py": [("from autograder.judging", "from toys import TOY\nfrom autograder.judging")]}
    first = make_course(tmp_path / "first", edits, {"toys.py": "TOY = 1\n"})
    second = make_course(tmp_path / "second", edits, {"toys.py": "TOY = 2\n"})
    path = list(sys.path)
    for root, toy in ((first, 1), (second, 2), (first, 1)):
        judge = load_assignment(NAME, root).judges["spread_afterwards"]
        assert judge.__globals__["TOY"] == toy
    assert sys.path == path


def test_helpers_and_data_lie_beside_the_notebook(tmp_path: Path) -> None:
    """Files that a notebook may read or import are those that the toml lists, each from the place of its only copy."""
    edits = {"assignment.toml": [("data = []", 'data = ["x.npz"]'), ("helpers = []", 'helpers = ["toys.py", "more.ipynb"]')]}
    make_course(tmp_path, edits, {"toys.py": "", "more.ipynb": "{}"})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.npz").write_bytes(b"")
    files = load_assignment(NAME, tmp_path).files
    assert list(files) == ["check_notebook.py", "checks.py", "diagrams.py", "pictures.py", "properties.py", "toys.py", "x.npz"]
    assert files["x.npz"] == tmp_path / "data" / "x.npz"
    assert files["checks.py"].name == "checks.py"


@pytest.mark.parametrize(
    ("cell", "question", "belongs"),
    [("relu_solution", "relu", True), ("relu_solution_2", "relu", True), ("relu_grad_solution", "relu", False), ("relu", "relu", False), ("relu_solutions", "relu", False)],
)
def test_solution_cells_belong_to_the_question_they_name(cell: str, question: str, belongs: bool) -> None:
    """<id>_solution and <id>_solution_<part>, and nothing that only starts alike."""
    assert solves(cell, question) is belongs


def test_fingerprints_keep_parts_apart() -> None:
    """Moving a boundary between parts, or bytes becoming text, changes the fingerprint."""
    made = [fingerprint("ab", "c"), fingerprint("a", "bc"), fingerprint("abc"), fingerprint(b"ab", b"c"), fingerprint(), fingerprint("ab", "c", None)]
    assert len(set(made)) == len(made)
    assert fingerprint("ab", 1.5) == fingerprint("ab", 1.5)


def test_the_toml_needs_few_keys(vary: Vary) -> None:
    """Title, order and questions are enough; everything else has a default."""
    short = TOML[: TOML.index("summary")] + TOML[TOML.index("[questions") :]
    loaded = vary(files={"assignment.toml": short})
    assert loaded.limits.memory_mb == 1024
    assert loaded.table.feedback == "diagnosis"
