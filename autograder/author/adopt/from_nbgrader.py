"""Reads an instructor's notebook of nbgrader's: roles and points stand in the metadata, regions in the
text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from autograder.assignment.nodes import Node
from autograder.author.adopt.old import OldCell, OldRole

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_REGION = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
"""nbgrader looks for these words anywhere in a line."""


def is_nbgrader(notebook: Node) -> bool:
    """Whether any cell is a graded one or an answer of nbgrader's."""
    found = [_metadata(cell) for cell in notebook.cells]
    return any(meta.get("grade") or meta.get("solution") or meta.get("task") for meta in found)


def read_nbgrader(notebook: Node) -> list[OldCell]:
    """The cells of an instructor's notebook, in their order."""
    cells = []
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code":
            cells.append(_code(cell, number))
        elif cell.cell_type == "markdown":
            cells += _prose(cell, number)
    return cells


def _metadata(cell: Node) -> Mapping[str, Any]:
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, Mapping) else {}


def _points(meta: Mapping[str, Any]) -> float:
    points = meta.get("points", 0)
    return float(points) if isinstance(points, int | float) and points > 0 else 0.0


def _code(cell: Node, number: int) -> OldCell:
    meta, text = _metadata(cell), str(cell.source)
    name = str(meta.get("grade_id", ""))
    if meta.get("grade") and meta.get("solution"):
        return OldCell(OldRole.CODED, name, marked(text), number, _points(meta))
    if meta.get("grade"):
        kept, hidden = _hidden(text)
        return OldCell(OldRole.TEST, name, kept, number, _points(meta), hidden)
    if meta.get("solution"):
        return OldCell(OldRole.SOLUTION, name, marked(text), number)
    return OldCell(OldRole.PLAIN, name, text, number)


def _prose(cell: Node, number: int) -> list[OldCell]:
    meta, text = _metadata(cell), str(cell.source)
    name = str(meta.get("grade_id", ""))
    if meta.get("task"):
        shown, rubric = _without_region(text, "MARK SCHEME")
        prose = OldCell(OldRole.PROSE, "", shown, number)
        return [prose, OldCell(OldRole.WRITTEN, name, "", number, _points(meta), rubric=rubric)]
    if meta.get("grade") or meta.get("solution"):
        shown, rubric = _without_region(text, "SOLUTION")
        if not rubric:  # without a region all of the cell is the answer
            shown, rubric = "", text
        return [OldCell(OldRole.WRITTEN, name, shown, number, _points(meta), rubric=rubric)]
    return [OldCell(OldRole.PROSE, "", text, number)] if text.strip() else []


def _hidden(text: str) -> tuple[str, frozenset[int]]:
    """A test's text with its markers as blank lines, and the lines of its hidden regions."""
    lines, hidden, inside = text.splitlines(), set[int](), False
    for at, line in enumerate(lines):
        found = _REGION.search(line)
        if found is not None and found[2] == "HIDDEN TESTS":
            inside = found[1] == "BEGIN"
            lines[at] = ""
            hidden.add(at + 1)
        elif inside:
            hidden.add(at + 1)
    return "\n".join(lines), frozenset(hidden)


def _without_region(text: str, what: str) -> tuple[str, str]:
    """What stands outside the regions of a kind, and what stands in them."""
    outside, within, inside = list[str](), list[str](), False
    for line in text.splitlines():
        found = _REGION.search(line)
        if found is not None and found[2] == what:
            inside = found[1] == "BEGIN"
        else:
            (within if inside else outside).append(line)
    return "\n".join(outside).strip(), "\n".join(within).strip()


def marked(text: str) -> str:
    """An answer's cell with its regions marked as this kit marks them; all of it, where nothing is marked, as
    nbgrader has it.
    """
    lines, found, depth = [], False, ""
    for line in text.splitlines():
        mark = _REGION.search(line)
        if mark is None or mark[2] != "SOLUTION":
            lines.append(line)
            continue
        found, indent = True, line[: len(line) - len(line.lstrip())]
        depth = indent if mark[1] == "BEGIN" else depth
        lines.append(depth + (BEGIN if mark[1] == "BEGIN" else END))
    if found:
        return "\n".join(lines)
    return f"{BEGIN}\n{text.strip(chr(10))}\n{END}"
