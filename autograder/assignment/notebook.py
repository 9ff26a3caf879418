"""Notebooks as files: notebook.py's cells, the nbgrader source made of them, and what students hand in.

The module that reads and writes notebook files.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from autograder.assignment.nodes import Node, new_cell, new_notebook, node
from autograder.assignment.percent import PercentCell, read_percent
from autograder.assignment.reading.opening import NotANotebook, id_of, opened
from autograder.errors import AssignmentError

SCHEMA_VERSION = 3
MAX_BYTES = 50 << 20
MAX_PARTS = 500_000
STUB = "raise NotImplementedError"
WRITTEN_STUB = "*Write your answer here, in place of this line.*"
_HEADER = re.compile(r"^# %%(?!%)")
_SOLUTION = re.compile(
    r"^([ \t]*)###[ \t]*BEGIN SOLUTION[^\n]*\n.*?^[ \t]*###[ \t]*END SOLUTION[^\n]*$", re.M | re.S
)
_FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
"""A check's code is folded where the front end can: the first mark is nbformat's (JupyterLab, Notebook), the
second Colab's. What the check says when it fails is shown all the same.
"""
_KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class Role(StrEnum):
    """What a cell is for, as its header in notebook.py says."""

    PROSE = "prose"
    GIVEN = "given"
    SOLUTION = "solution"
    TEST = "test"
    DEMO = "demo"
    WRITTEN = "written"
    BY_HAND = "by_hand"


ANSWERS = (Role.SOLUTION, Role.BY_HAND)
"""Code cells that students write in, and that are run as theirs."""
OPEN = (*ANSWERS, Role.WRITTEN)
"""All cells that students write in."""
_IN_HEADERS: tuple[Role, ...] = tuple(role for role in Role if role is not Role.BY_HAND)
"""A code cell that a person grades is `written` in its header, too."""
GRADED = (Role.TEST, Role.WRITTEN, Role.BY_HAND)
"""Cells that carry a question's points."""


@dataclass(frozen=True)
class SourceCell:
    """A cell of notebook.py. line is that of its header; id is empty for prose."""

    role: Role
    id: str
    text: str
    line: int
    is_code: bool
    points: float = 0.0
    practice: bool = False
    """Whether it is a solution cell of no question: cleared in the release, run, and worth nothing."""
    trains: bool = False
    """Whether a visible check trains for a while: a student's own check of the notebook then leaves it
    for last.
    """
    handed_out: str | None = None
    """What students got of it, where the assignment is graded as it is."""

    @property
    def as_it_is(self) -> bool:
        """Whether it is a cell of an nbgrader assignment that nobody has moved."""
        return self.handed_out is not None

    @property
    def locked(self) -> bool:
        """Whether the source's text counts, whatever a student has made of it."""
        return self.role not in OPEN

    @property
    def released(self) -> str:
        """What students get of it: solution regions replaced by a stub."""
        if self.handed_out is not None:
            return self.handed_out
        stub = STUB if self.is_code else WRITTEN_STUB
        return _SOLUTION.sub(lambda match: match.group(1) + stub, self.text)

    @property
    def rubric(self) -> str:
        """What students don't get of what a person grades: how it is graded, and a sample answer."""
        found = _SOLUTION.search(self.text) if self.role in (Role.WRITTEN, Role.BY_HAND) else None
        text = textwrap.dedent("\n".join(found.group(0).splitlines()[1:-1])).strip() if found else ""
        return f"```python\n{text}\n```" if text and self.is_code else text


def read_cells(path: Path) -> tuple[SourceCell, ...]:
    """Read a percent-format file; raises AssignmentError naming file and line for a header that makes no
    sense.
    """
    text = path.read_text(encoding="utf-8")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _HEADER.match(line)]
    cells = read_percent(path, text)
    if len(cells) != len(lines):
        raise AssignmentError(
            "text stands before the first cell", where=f"{path}:1", mend="start the file with a `# %%` header"
        )
    return tuple(_source_cell(cell, line, path) for cell, line in zip(cells, lines, strict=True))


def _source_cell(cell: PercentCell, line: int, path: Path) -> SourceCell:
    metadata: dict[str, Any] = {
        key: value for key, value in cell.metadata.items() if not key.startswith("lines_to_")
    }  # jupytext's own
    practice = "practice" in metadata
    if practice:
        metadata["solution"] = metadata.pop("practice")
    points, trains = metadata.pop("points", 0), bool(metadata.pop("trains", False))
    roles = [role for role in _IN_HEADERS if role.value in metadata]
    is_code = cell.kind == "code"
    where = f"{path}:{line}"
    if len(roles) > 1 or set(metadata) - {role.value for role in _IN_HEADERS}:
        raise AssignmentError(
            f"the header says {sorted(metadata)}",
            where=where,
            mend='one role and its id, such as given="imports"',
        )
    if not roles:
        if is_code:
            raise AssignmentError(
                "a code cell without a role",
                where=where,
                mend="given, solution, test or demo: see docs/reference/authoring.md",
            )
        return SourceCell(Role.PROSE, "", cell.source, line, False)
    role: Role
    role, identifier = roles[0], metadata[roles[0].value]
    if not isinstance(identifier, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,60}", identifier):
        raise AssignmentError(
            f"{role.value}={identifier!r} is not an id", where=where, mend="letters, digits and underscores"
        )
    role = Role.BY_HAND if role is Role.WRITTEN and is_code else role
    if is_code != (role is not Role.WRITTEN):
        mend = "write `# %% [markdown]`" if is_code else "leave [markdown] out"
        raise AssignmentError(
            f"a {role.value} cell is {'code' if is_code else 'Markdown'}", where=where, mend=mend
        )
    graded = role in GRADED
    if graded and not (isinstance(points, int | float) and points > 0):
        raise AssignmentError(
            f"question {identifier} has no points", where=where, mend="add points=… to the header"
        )
    if points and not graded:
        raise AssignmentError("points stand on a cell that is not graded", where=where)
    if trains and role is not Role.TEST:
        raise AssignmentError(
            f"trains=true stands on a {role.value} cell", where=where, mend="it is for visible checks alone"
        )
    return SourceCell(role, identifier, cell.source, line, is_code, float(points), practice, trains)


def release_hash(cells: tuple[SourceCell, ...]) -> str:
    """A hash of all that students see of the notebook, by which an older release is recognised."""
    seen = [[cell.role.value, cell.id, cell.points, cell.released] for cell in cells]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]


def hidden_call(assignment: str, question: str) -> str:
    """The hidden region of a test cell: tries the question's probes in the instructor's own kernel."""
    return (
        "### BEGIN HIDDEN TESTS\n"
        f"from autograder.inline import try_probes; try_probes({assignment!r}, {question!r}, globals())\n"
        "### END HIDDEN TESTS"
    )


def build_source(cells: tuple[SourceCell, ...], assignment: str) -> Node:
    """The notebook that nbgrader reads, with its metadata; the same cells give the same bytes."""
    used: set[str] = set()
    nodes = [_build_cell(cell, assignment, used) for cell in cells]
    kit = {"chainrule": {"assignment": assignment, "release": release_hash(cells)}}
    return new_notebook(nodes, {**_KERNEL, **kit})


def build_recorded(cells: tuple[SourceCell, ...], assignment: str) -> Node:
    """The source as nbgrader's database records it: hidden tests in place, solutions taken out."""
    made = build_source(cells, assignment)
    for recorded, cell in zip(made.cells, cells, strict=True):
        if cell.role in OPEN:
            recorded.source = cell.released
    return made


def _build_cell(cell: SourceCell, assignment: str, used: set[str]) -> Node:
    text = cell.text
    if cell.role is Role.TEST and not cell.as_it_is:
        text = f"{text}\n{hidden_call(assignment, cell.id)}"
    made = new_cell("code" if cell.is_code else "markdown", text)
    made["id"] = _cell_id(cell, used)
    if cell.role is not Role.PROSE:
        graded, solution = cell.role in GRADED, cell.role in OPEN
        made.metadata["nbgrader"] = {
            "grade": graded,
            "grade_id": cell.id,
            "locked": not solution,
            "schema_version": SCHEMA_VERSION,
            "solution": solution,
            "task": False,
            **({"points": cell.points} if graded else {}),
        }
    if cell.role is Role.TEST:
        made.metadata.update(_FOLDED)
    if cell.role is Role.DEMO:
        made.metadata["tags"] = ["demo"]
    if cell.trains:
        made.metadata["tags"] = ["training"]
    return made


def _cell_id(cell: SourceCell, used: set[str]) -> str:
    base = cell.id or "prose-" + hashlib.sha256(cell.text.encode()).hexdigest()[:10]
    name, count = base, 1
    while name in used:
        count += 1
        name = f"{base}-{count}"
    used.add(name)
    return name


def dump(notebook: Node) -> str:
    """A notebook as text, keys sorted, with a final newline."""
    try:
        return msgspec.json.format(msgspec.json.encode(notebook, order="sorted"), indent=1).decode() + "\n"
    except OverflowError:  # a number of more than 64 bits, in some output of a student's
        return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def load(path: Path) -> Any:
    """Read a notebook of ours, by nbformat's schema."""
    import nbformat

    return nbformat.read(path, as_version=4)


def parse(data: bytes) -> tuple[Node, list[str]]:
    """Read what a student handed in, as version 4, and say what was unusual about it; raises NotANotebook.

    Nothing but the cells' texts, types and metadata is relied upon, so no schema is enforced.
    """
    if len(data) > MAX_BYTES or _parts(data) > MAX_PARTS:
        data = _without_outputs(data)
    if len(data) > MAX_BYTES:
        raise NotANotebook(f"the file has more than {MAX_BYTES >> 20} MiB, its outputs left aside")
    if _parts(data) > MAX_PARTS:  # a byte or two would become an object of hundreds
        raise NotANotebook("the file is not a notebook that anybody wrote: it has too many parts")
    cells, metadata, notes = opened(data)
    return Node(cells=node(cells), metadata=node(metadata)), notes


def _parts(data: bytes) -> int:
    return data.count(b"{") + data.count(b"[")


def _without_outputs(data: bytes) -> bytes:
    """A large notebook without its outputs, which no limit is about: they are passed over, never built."""
    try:
        book = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        cells = msgspec.json.decode(book["cells"], type=list[dict[str, msgspec.Raw]])
    except (msgspec.MsgspecError, RecursionError, KeyError, UnicodeDecodeError):
        return data
    kept = [{name: part for name, part in cell.items() if name != "outputs"} for cell in cells]
    return msgspec.json.encode({**book, "cells": kept})


def grade_id_of(cell: Node) -> str:
    """The cell's nbgrader id, or the empty text."""
    return id_of(cell.get("metadata"))
