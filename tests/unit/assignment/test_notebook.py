"""Notebooks as files: notebook.py's cells and their mistakes, what is made of them, and what students hand in."""
from __future__ import annotations

import dataclasses
import gzip
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.assignment.notebook import (
    STUB,
    WRITTEN_STUB,
    Role,
    SourceCell,
    build_recorded,
    build_source,
    dump,
    grade_id_of,
    load,
    parse,
    read_cells,
    release_hash,
)
from autograder.assignment.reading.opening import MAX_DEPTH, NotANotebook
from autograder.assignment.values import Assignment
from autograder.errors import AssignmentError
from tests.tiny import NOTEBOOK

# ---- notebook.py ------------------------------------------------------------------------------------------------


def test_every_role_is_read(tiny: Assignment) -> None:
    """Role, id, points and line of each cell are those of its header."""
    found = [(c.role, c.id, c.points) for c in tiny.cells if c.role is not Role.PROSE]
    assert found == [
        (Role.GIVEN, "imports", 0), (Role.GIVEN, "helpers", 0), (Role.SOLUTION, "center_solution", 0), (Role.TEST, "center", 2),
        (Role.DEMO, "look_at_center", 0), (Role.SOLUTION, "scale_solution", 0), (Role.TEST, "scale", 3), (Role.WRITTEN, "why", 1),
    ]  # fmt: skip
    lines = NOTEBOOK.splitlines()
    for cell in tiny.cells:
        assert lines[cell.line - 1].startswith("# %%")
        assert cell.id in lines[cell.line - 1]
        assert cell.is_code == ("[markdown]" not in lines[cell.line - 1])


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("# %%", "a code cell without a role"),
        ('# %% given="a" demo="b"', "the header says"),
        ('# %% given="a" points=3 tags=["x"]', "the header says"),
        ('# %% grade="a"', "the header says"),
        ('# %% given="not an id"', "is not an id"),
        ('# %% given="1st"', "is not an id"),
        ("# %% given=3", "is not an id"),
        ('# %% given=""', "is not an id"),
        ('# %% [markdown] test="why" points=2', "a test cell is Markdown"),
        ('# %% [markdown] solution="a_solution"', "a solution cell is Markdown"),
        ('# %% test="a"', "question a has no points"),
        ('# %% test="a" points=0', "question a has no points"),
        ('# %% test="a" points=-1', "question a has no points"),
        ('# %% test="a" points="5"', "question a has no points"),
        ('# %% [markdown] written="why"', "question why has no points"),
        ('# %% given="a" points=2', "points stand on a cell that is not graded"),
    ],
)
def test_a_header_that_makes_no_sense_is_named(tmp_path: Path, header: str, says: str) -> None:
    """The error names the file, the line of the header and what is wrong with it."""
    path = tmp_path / "notebook.py"
    path.write_text(f"# %% [markdown]\n# Title\n\n{header}\n# text\n")
    with pytest.raises(AssignmentError) as caught:
        read_cells(path)
    assert says in caught.value.what
    assert caught.value.where == f"{path}:4"


def test_text_before_the_first_cell_is_named(tmp_path: Path) -> None:
    """A file must start with a header, else lines and cells would be counted apart."""
    path = tmp_path / "notebook.py"
    path.write_text('import numpy as np\n\n# %% given="a"\nx = 1\n')
    with pytest.raises(AssignmentError, match="text stands before the first cell") as caught:
        read_cells(path)
    assert caught.value.where == f"{path}:1"


def cell(text: str, *, is_code: bool = True) -> SourceCell:
    return SourceCell(Role.SOLUTION if is_code else Role.WRITTEN, "q", text, 1, is_code)


@pytest.mark.parametrize(
    ("text", "released"),
    [
        ("def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION", f"def f():\n    {STUB}"),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION\ny = x", f"{STUB}\ny = x"),
        (
            "class A:\n    def f(self):\n        ### BEGIN SOLUTION\n        pass\n        ### END SOLUTION\n    def g(self):\n"
            "        ### BEGIN SOLUTION\n        pass\n        ### END SOLUTION",
            f"class A:\n    def f(self):\n        {STUB}\n    def g(self):\n        {STUB}",
        ),
        ("x = 1", "x = 1"),
    ],
)
def test_students_get_stubs_for_solutions(text: str, released: str) -> None:
    """Each region becomes one stub at the indentation of its marker, and the rest stays."""
    assert cell(text).released == released


def test_write_ups_get_a_line_to_replace() -> None:
    """In a write-up the rubric becomes the line that asks for an answer."""
    assert cell("### BEGIN SOLUTION\n*Rubric.* 1 point.\n### END SOLUTION", is_code=False).released == WRITTEN_STUB


# ---- the release's hash -----------------------------------------------------------------------------------------


def changed(tiny: Assignment, identifier: str, **values: Any) -> str:
    return release_hash(tuple(dataclasses.replace(c, **values) if c.id == identifier else c for c in tiny.cells))


def test_the_release_hash_stays_where_students_see_no_difference(tiny: Assignment) -> None:
    """A better reference solution or moved lines make no new release."""
    (solution,) = (c for c in tiny.cells if c.id == "center_solution")
    text = solution.text.replace("moved = X - offset", "moved = X - offset  # (N, D)")
    assert text != solution.text
    assert changed(tiny, "center_solution", text=text) == tiny.release
    assert changed(tiny, "center_solution", line=999) == tiny.release


@pytest.mark.parametrize(
    ("identifier", "values"),
    [
        ("center_solution", {"text": "def center(X):\n    ### BEGIN SOLUTION\n    pass\n    ### END SOLUTION"}),
        ("center", {"points": 3.0}),
        ("center", {"text": "pass"}),
        ("helpers", {"text": "pass"}),
        ("helpers", {"id": "helper"}),
        ("helpers", {"role": Role.DEMO}),
    ],
)
def test_the_release_hash_changes_with_what_students_see(tiny: Assignment, identifier: str, values: dict[str, Any]) -> None:
    """Signatures, points, checks, given code, ids and roles make a new release."""
    assert changed(tiny, identifier, **values) != tiny.release


def test_the_release_hash_is_the_same_everywhere(tiny: Assignment) -> None:
    """It depends on neither the run nor the folder: students' notebooks carry it for months."""
    assert tiny.release == "fe66ced9ca7d2a70"


# ---- the notebooks made of it -----------------------------------------------------------------------------------


def test_the_source_has_nbgraders_metadata(tiny: Assignment) -> None:
    """Roles become nbgrader's flags, points and tags, and the notebook names its assignment and release."""
    made = build_source(tiny.cells, "tiny")
    nbformat.validate(made)
    assert made.metadata.chainrule == {"assignment": "tiny", "release": tiny.release}
    info = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader for c in made.cells if "nbgrader" in c.metadata}
    flags = {name: (i.grade, i.solution, i.locked, i.get("points")) for name, i in info.items()}
    assert flags == {
        "imports": (False, False, True, None), "helpers": (False, False, True, None), "center_solution": (False, True, False, None),
        "center": (True, False, True, 2.0), "look_at_center": (False, False, True, None), "scale_solution": (False, True, False, None),
        "scale": (True, False, True, 3.0), "why": (True, True, False, 1.0),
    }  # fmt: skip
    assert [c.metadata.nbgrader.grade_id for c in made.cells if c.metadata.get("tags") == ["demo"]] == ["look_at_center"]


def test_checks_are_folded_and_nothing_else_is(tiny: Assignment) -> None:
    """The code of a visible check is folded, for JupyterLab and for Colab; all other cells are open."""
    made = build_source(tiny.cells, "tiny")
    folded = [c.metadata.nbgrader.grade_id for c in made.cells if c.metadata.get("jupyter", {}).get("source_hidden")]
    assert folded == [c.id for c in tiny.cells if c.role is Role.TEST]
    assert [c.metadata.nbgrader.grade_id for c in made.cells if c.metadata.get("cellView") == "form"] == folded


def test_test_cells_end_with_a_hidden_region(tiny: Assignment) -> None:
    """Each test cell of the source tries its question's probes, between markers that nbgrader strips."""
    made = build_source(tiny.cells, "tiny")
    for node, source in zip(made.cells, tiny.cells, strict=True):
        hidden = "### BEGIN HIDDEN TESTS\n" in node.source and node.source.endswith("### END HIDDEN TESTS")
        assert hidden == (source.role is Role.TEST)
        assert (f"try_probes('tiny', {source.id!r}, globals())" in node.source) == hidden


def test_the_same_cells_give_the_same_bytes(tiny: Assignment) -> None:
    """Cell ids come from grade ids and texts, keys are sorted, and a read file is written as it was."""
    text = dump(build_source(tiny.cells, "tiny"))
    assert text == dump(build_source(read_cells(tiny.folder / "notebook.py"), "tiny"))
    assert text.endswith("}\n")
    assert dump(nbformat.reads(text, as_version=4)) == text


def test_cell_ids_are_unique(tmp_path: Path) -> None:
    """Equal prose gets ids that are told apart."""
    path = tmp_path / "notebook.py"
    path.write_text("# %% [markdown]\n# same\n\n" * 3)
    ids = [c["id"] for c in build_source(read_cells(path), "x").cells]
    assert len(set(ids)) == 3


def test_what_the_database_records_holds_no_solution(tiny: Assignment) -> None:
    """The recorded source has stubs for solutions, and the hidden calls in place."""
    made = dump(build_recorded(tiny.cells, "tiny"))
    assert "offset" not in made
    assert "Rubric" not in made
    assert "BEGIN HIDDEN TESTS" in made


def test_a_written_file_can_be_loaded(tiny: Assignment, tmp_path: Path) -> None:
    """load reads what dump wrote."""
    made = build_source(tiny.cells, "tiny")
    (tmp_path / "x.ipynb").write_text(dump(made))
    assert load(tmp_path / "x.ipynb") == made


# ---- what students hand in --------------------------------------------------------------------------------------

CELL = {"cell_type": "code", "source": ["x = 1\n", "y = 2"], "metadata": {"nbgrader": {"grade_id": "a"}}, "outputs": []}


def as_bytes(raw: Any) -> bytes:
    return json.dumps(raw).encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b" \n\t", "the file is empty"),
        (b"x = 1\n", "the file is a text and not the notebook"),
        (b"\1\xff\xfe\x80", "it is not text"),
        (b'{"cells": [1,]}', "its JSON is broken"),
        (as_bytes({"cells": [CELL], "nbformat": 4})[:-9], "it stops in the middle"),
        (b'{"cells": [], "nbformat": ' + b"9" * 5000 + b"}", "its JSON is broken"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"cells": [{"source": "", "metadata": ' + b'{"a":' * 700 + b"1" + b"}" * 700 + b'}], "nbformat": 4}', "nested too deeply"),
        (b"[]", "JSON, but not a notebook"),
        (b"null", "JSON, but not a notebook"),
        (b'"cells"', "JSON, but not a notebook"),
        (b"{}", "JSON, but not a notebook"),
        (b'{"nbformat": 4, "metadata": {}}', "JSON, but not a notebook"),
        (b'{"cells": {}, "nbformat": 4}', "a notebook without a list of cells"),
        (b'{"worksheets": 7, "nbformat": 3}', "a notebook without a list of cells"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_notebook_is_said_in_a_sentence(data: bytes, says: str) -> None:
    """Each kind of broken file raises NotANotebook with what it is instead, and nothing else."""
    with pytest.raises(NotANotebook, match=says):
        parse(data)


OTHERS = {
    "a Git LFS pointer and not the notebook itself": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
    "an archive (gzip)": gzip.compress(b"{}"), "a PDF": b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a picture": b"\x89PNG\r\n\x1a\n\0\0", "a Word document": b"PK\3\4\x14\0word/document.xml",
    "a zip archive": b"PK\3\4\x14\0\xff\xfe", "a web page (HTML)": b"\n<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a link": b"https://colab.research.google.com/drive/1a2b?usp=sharing\n",
    "Python code (.py)": b"# -*- coding: utf-8 -*-\n\"\"\"nn.ipynb\n\nAutomatically generated by Colab.\n\"\"\"\n", "a text document (RTF)": b"{\\rtf1\\ansi x = 1}", "a text": "Die Lösung ist da".encode("cp1252"),
    "a shortcut and not the notebook itself": b"[InternetShortcut]\r\nURL=https://x.org/nn.ipynb\r\n", "a shortcut to a page of Google's": b'{"": "WARNING! DO NOT EDIT", "doc_id": "1x", "url": "https://docs.google.com/open"}',
    "a document of an older Office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
}  # fmt: skip
"""Other files that are handed in under a notebook's name, by what is said of them."""


@pytest.mark.parametrize("kind", OTHERS)
def test_another_kind_of_file_is_named_with_what_is_to_be_done(kind: str) -> None:
    """By how it begins, in any encoding."""
    with pytest.raises(NotANotebook, match=rf"the file is {re.escape(kind)}.*: hand in"):
        parse(OTHERS[kind])


def test_what_jupytext_and_nbconvert_write_is_named_as_code() -> None:
    """Also in the encoding of another system, and where a name stands at the top."""
    for text in ("# %%\nx = 1\n", "#!/usr/bin/env python\n# coding: utf-8\n\n# In[1]:\n", "\n# My work\n\nimport numpy as np\n", "def f(x):\n    return x\n"):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
            with pytest.raises(NotANotebook, match="the file is Python code"):
                parse(text.encode(encoding))


def test_a_merge_that_was_not_finished_is_named() -> None:
    """The marks that Git leaves in a notebook of two versions."""
    ours, theirs = (json.dumps({"cells": [CELL], "nbformat": 4, "x": n}, indent=1) for n in (1, 2))
    with pytest.raises(NotANotebook, match="a merge in Git was not finished in it"):
        parse(f"<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> other\n".encode())
    with pytest.raises(NotANotebook, match="a merge in Git was not finished in it"):
        parse(ours.replace(' "x": 1', ' "x": 1\n>>>>>>> other').encode())  # the other marks were removed by hand
    with pytest.raises(NotANotebook, match="a merge in Git was not finished in it"):
        parse(ours.replace(' "x": 1', '<<<<<<< HEAD\n "x": 1\n=======\n "x": 2\n>>>>>>> other').encode())


@pytest.mark.parametrize("opens", [b'{"a":', b"["], ids=["objects", "lists"])
def test_how_deep_a_file_may_be_nested_is_a_rule_of_ours(opens: bytes) -> None:
    """It is the same under every version of Python: what is at the limit is read, and one more level is refused."""
    closes = b"}" if opens == b'{"a":' else b"]"
    there = MAX_DEPTH - 3  # the file itself, its list of cells and the cell are the other three
    for levels in (there - 1, there):
        assert len(parse(b'{"cells": [{"source": "x", "outputs": ' + opens * levels + b"1" + closes * levels + b'}], "nbformat": 4}')[0].cells) == 1
    with pytest.raises(NotANotebook, match="nested too deeply"):
        parse(b'{"cells": [{"source": "x", "outputs": ' + opens * (there + 1) + b"1" + closes * (there + 1) + b'}], "nbformat": 4}')


def test_a_notebook_is_read_with_its_texts_joined() -> None:
    """Sources in pieces, a byte order mark and odd parts of cells are taken as they come."""
    odd = [CELL, {"cell_type": "code"}, {"cell_type": "sql", "source": 3, "metadata": [], "outputs": "x"}, None, 7, {"source": ["a", 1, "b"]}]
    notebook, messages = parse(b"\xef\xbb\xbf" + as_bytes({"cells": odd, "nbformat": 4, "metadata": None}))
    assert messages == []
    assert [(c.cell_type, c.source, c.metadata, c.outputs) for c in notebook.cells] == [
        ("code", "x = 1\ny = 2", {"nbgrader": {"grade_id": "a"}}, []), ("code", "", {}, []), ("raw", "", {}, []), ("raw", "ab", {}, []),
    ]  # fmt: skip
    assert notebook.metadata == {}


OLD_CELLS = [
    {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "outputs": [], "language": "python", "metadata": {"nbgrader": {"grade_id": "a"}}},
    {"cell_type": "markdown", "source": "text"},
    {"cell_type": "heading", "source": ["A ", "heading"], "level": 2},
]


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("more", [{"nbformat_minor": 0, "metadata": {"name": ""}}, {}], ids=["whole", "sloppy"])
def test_older_formats_are_converted_and_named(version: int, more: dict[str, Any]) -> None:
    """Notebooks of formats 2 and 3 are read, whether or not they keep to their schema, and the message says so."""
    notebook, messages = parse(as_bytes({"worksheets": [{"cells": OLD_CELLS}, {"cells": 3}, None], "nbformat": version, **more}))
    assert [(c.cell_type, c.source) for c in notebook.cells] == [("code", "x = 1\ny = 2"), ("markdown", "text"), ("markdown", "A heading")]
    assert grade_id_of(notebook.cells[0]) == "a"
    assert messages == [f"the notebook is in the older format {version}; it was converted"]


@pytest.mark.parametrize("version", [None, "4", 5, 1e400, True, "x" * 10_000])
def test_an_odd_format_is_read_as_the_usual_one(version: Any) -> None:
    """A missing or strange format costs nothing; its text is not repeated."""
    raw = {"cells": [CELL], "metadata": {}} | ({} if version is None else {"nbformat": version})
    notebook, (message,) = parse(as_bytes(raw))
    assert notebook.cells[0].source == "x = 1\ny = 2"
    assert len(message) < 120


def test_half_surrogates_are_replaced_everywhere() -> None:
    """A text that no file can hold is mended when it is read, whole pairs are kept."""
    raw = {"cells": [{**CELL, "source": "a\ud800", "outputs": [{"text": "\udc00"}]}], "nbformat": 4, "metadata": {"\udfff": "\U0001f600"}}
    notebook, _ = parse(as_bytes(raw))
    assert notebook.cells[0].source == "a?"
    assert notebook.metadata == {"?": "\U0001f600"}
    dump(notebook).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["cells", "worksheets", "nbformat", "metadata", "source", "cell_type", "outputs", "input"]), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(JSON | st.dictionaries(st.sampled_from(["cells", "worksheets", "nbformat", "metadata"]), JSON))
def test_any_json_is_a_notebook_or_is_said_not_to_be(raw: Any) -> None:
    """Whatever the parts are, reading gives cells of texts or raises NotANotebook."""
    try:
        notebook, messages = parse(as_bytes(raw))
    except NotANotebook:
        return
    for node in notebook.cells:
        assert isinstance(node.source, str)
        assert node.cell_type in ("code", "markdown", "raw")
        assert grade_id_of(node) == "" or isinstance(grade_id_of(node), str)
    assert all(isinstance(message, str) for message in messages)


@pytest.mark.parametrize("metadata", [{}, {"nbgrader": None}, {"nbgrader": {}}, {"nbgrader": {"grade_id": 7}}, {"nbgrader": [1]}, None])
def test_a_cell_without_a_grade_id_has_none(metadata: Any) -> None:
    """Metadata of any form is no error."""
    assert grade_id_of(nbformat.from_dict({"cell_type": "code", "metadata": metadata})) == ""
