"""An nbgrader assignment that nobody has moved: source/NAME/*.ipynb, and no assignments/NAME. Its own
test cells grade it, each at its own place.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.assignment.nodes import Node
from autograder.assignment.notebook import Role, SourceCell, grade_id_of, parse
from autograder.assignment.reading.opening import NotANotebook
from autograder.assignment.table import AssignmentTable
from autograder.assignment.values import Assignment, Question
from autograder.errors import AssignmentError
from autograder.fingerprints import fingerprint
from autograder.inside.limits import Limits
from autograder.inside.protocol import CellSource

LIMITS = Limits(notebook_seconds=30, submission_seconds=300, memory_mb=2048)
"""nbgrader gives a cell 30 seconds."""
BY_PERSON = (Role.WRITTEN, Role.BY_HAND)
_REGION = re.compile(
    r"^([ \t]*)[^\n]*BEGIN (SOLUTION|HIDDEN TESTS)[^\n]*\n.*?^[^\n]*END \2[^\n]*\n?", re.M | re.S
)
_STUBS = {True: "# YOUR CODE HERE\nraise NotImplementedError()", False: "YOUR ANSWER HERE"}
"""nbgrader's own, for code and for text."""


@dataclass(frozen=True)
class AsItIs(Assignment):
    """An assignment whose own test cells grade it. folder is that of nbgrader's source."""

    file: Path

    @property
    def as_it_is(self) -> bool:
        return True

    @property
    def judged(self) -> str:
        return (
            "The notebook's own tests graded this, in the process that runs the student's code: they are no "
            "secret from it, and what they say is no proof against forging."
        )

    @property
    def notebook(self) -> str:
        return self.file.stem

    @cached_property
    def key(self) -> str:
        return fingerprint(self.file.read_bytes(), self.cells)

    @cached_property
    def probes_text(self) -> str:
        return ""

    @cached_property
    def probe_modules(self) -> tuple[tuple[str, str], ...]:
        return ()

    @cached_property
    def data(self) -> tuple[str, ...]:
        return ()

    @cached_property
    def files(self) -> dict[str, Path]:
        """All that lies beside the notebook, in folders too: nbgrader hands it out."""
        found = [p for p in sorted(self.folder.rglob("*")) if p.is_file() and p.suffix != ".ipynb"]
        beside = {p.relative_to(self.folder).as_posix(): p for p in found}
        return {
            name: p
            for name, p in beside.items()
            if not any(part.startswith(".") or part == "__pycache__" for part in Path(name).parts)
        }

    @cached_property
    def given_cells(self) -> tuple[CellSource, ...]:
        return ()


def is_unmoved(name: str, root: Path) -> bool:
    """Whether an assignment is nbgrader's own: its source is there, and this kit has neither made it nor
    moved it.
    """
    if (root / "assignments" / name / "notebook.py").is_file():
        return False
    for path in (root / "source" / name).glob("*.ipynb"):
        with contextlib.suppress(OSError, NotANotebook):
            if "chainrule" not in parse(path.read_bytes())[0].metadata:
                return True
    return False


def load_as_it_is(name: str, root: Path) -> AsItIs | None:
    """The assignment of nbgrader's of this name; None where there is none, or this kit has made it."""
    folder = root / "source" / name
    found = [p for p in sorted(folder.glob("*.ipynb")) if p.is_file()]
    if not found:
        return None
    if len(found) > 1:
        raise AssignmentError(
            f"{name} holds {len(found)} notebooks, and one is graded as it is",
            where=str(folder),
            mend=f"`nbgrader autograde {name}`, or `chainrule adopt source/{name}`",
        )
    try:
        source = parse(found[0].read_bytes())[0]
    except NotANotebook as error:
        raise AssignmentError(str(error), where=str(found[0])) from None
    if "chainrule" in source.metadata:
        return None
    shown = _handed_out(root / "release" / name / found[0].name)
    cells = tuple(
        made for n, c in enumerate(source.cells, 1) if (made := _source_cell(c, n, shown, found[0]))
    )
    graded = [c for c in cells if c.role is Role.TEST or (c.role in BY_PERSON and c.points)]
    if not graded:
        raise AssignmentError("no cell of it is graded", where=str(found[0]), mend="is it nbgrader's source?")
    questions = tuple(Question(c.id, c.points, c.role in BY_PERSON, (), ()) for c in graded)
    table = AssignmentTable(name.replace("_", " "), 0, {}, limits=LIMITS)
    return AsItIs(name, folder, root, table, cells, questions, (), {}, found[0])


def _handed_out(path: Path) -> dict[str, str]:
    """What students got of each cell, by its id, as the release has it; nothing where there is no release."""
    try:
        released = parse(path.read_bytes())[0]
    except (OSError, NotANotebook):
        return {}
    return {grade_id_of(cell): str(cell.source) for cell in released.cells if grade_id_of(cell)}


def _source_cell(cell: Node, number: int, shown: dict[str, str], path: Path) -> SourceCell | None:
    """A cell of nbgrader's as one of ours; None for a cell that students may do with as they like."""
    found = cell.metadata.get("nbgrader")
    meta: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    text, is_code, name = str(cell.source), cell.cell_type == "code", grade_id_of(cell)
    if not name:
        return SourceCell(Role.PROSE, "", text, number, False, handed_out=text) if not is_code else None
    points = meta.get("points", 0)
    points = float(points) if isinstance(points, int | float) else 0.0
    if meta.get("task"):  # what students do for it stands in cells of their own: a person looks, always
        return SourceCell(Role.WRITTEN, name, text, number, is_code, points, handed_out="")
    handed_out = shown.get(name) or _cleared(text, is_code, bool(meta.get("solution")))
    if meta.get("grade"):
        by_hand = Role.BY_HAND if is_code else Role.WRITTEN
        role = by_hand if meta.get("solution") else Role.TEST
        return SourceCell(role, name, text, number, is_code, points, handed_out=handed_out)
    role = Role.SOLUTION if meta.get("solution") else Role.GIVEN
    return SourceCell(role, name, text, number, is_code, handed_out=handed_out)


def _cleared(text: str, is_code: bool, solution: bool) -> str:
    """What nbgrader hands out of a cell, where nobody has changed how it does it."""
    stub = _STUBS[is_code]

    def put(match: re.Match[str]) -> str:
        if match[2] == "HIDDEN TESTS":
            return ""
        return "\n".join(match[1] + line for line in stub.splitlines()) + "\n"

    if solution and "BEGIN SOLUTION" not in text:
        return stub
    return _REGION.sub(put, text).rstrip("\n")
