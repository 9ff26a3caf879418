"""Reads an Otter source notebook in its raw-cell form: raw cells begin and end questions, answers and tests.

The form is that of otter-grader's documentation, "Otter Assign Format v1": a test's expected value is the
output that its cell has in the source, so it is the solution's own result.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from autograder.assignment.nodes import Node
from autograder.author.adopt.from_nbgrader import BEGIN, END, marked
from autograder.author.adopt.old import OldCell, OldRole

_RAW = re.compile(r"\A#\s*(ASSIGNMENT CONFIG|(?:BEGIN|END) (?:QUESTION|PROMPT|SOLUTION|TESTS))\b(.*)\Z", re.I)
_CONFIG = re.compile(r'\A\s*"""\s*#\s*BEGIN TEST CONFIG\n(.*?)"""\s*#\s*END TEST CONFIG\s*\n?', re.S)
_HIDDEN = re.compile(r"\A\s*#\s*HIDDEN\b[^\n]*\n?", re.I)
_LINE = re.compile(r"^([ \t]*)(.*?)[ \t]*#[ \t]*SOLUTION(?: NO PROMPT)?[ \t]*$", re.I)
_PROMPT = re.compile(
    r'^[ \t]*(?:"""\s*)?#\s*(?:BEGIN|END) PROMPT.*$|^[ \t]*"""\s*;?\s*#\s*END PROMPT.*$', re.M
)


def is_otter(notebook: Node) -> bool:
    """Whether a raw cell begins a question."""
    return any(_mark(cell)[0] == "BEGIN QUESTION" for cell in notebook.cells)


def _mark(cell: Node) -> tuple[str, str]:
    """What a raw cell begins or ends, and what else it says; two empty texts for all other cells."""
    if cell.cell_type != "raw":
        return "", ""
    first, _, rest = str(cell.source).strip().partition("\n")
    found = _RAW.match(first.strip())
    return (found[1].upper(), rest) if found is not None else ("", "")


@dataclass
class _Question:
    """A question whose cells are being read."""

    name: str = ""
    points: float = 1.0
    manual: bool = False
    within: str = ""
    answers: int = 0
    tests: list[tuple[OldCell, float | None]] = field(default_factory=list)


def read_otter(notebook: Node) -> list[OldCell]:
    """The cells of an instructor's notebook, in their order, each test with its share of the points."""
    cells: list[OldCell] = []
    question: _Question | None = None
    for number, cell in enumerate(notebook.cells, 1):
        mark, rest = _mark(cell)
        if mark == "BEGIN QUESTION":
            question = _question(rest)
        elif mark == "END QUESTION":
            cells += _closed(question) if question is not None else []
            question = None
        elif mark.startswith(("BEGIN", "END")) and question is not None:
            question.within = mark.partition(" ")[2] if mark.startswith("BEGIN") else ""
        elif not mark and cell.cell_type != "raw":
            cells += _cell(cell, number, question)
    return cells


def _question(text: str) -> _Question:
    try:
        said: Any = yaml.safe_load(text)
    except yaml.YAMLError:
        said = None
    said = said if isinstance(said, dict) else {}
    points = said.get("points", 1)
    points = points.get("value", 1) if isinstance(points, dict) else points
    whole = sum(points) if isinstance(points, list) else points
    number = float(whole) if isinstance(whole, int | float) else 1.0
    return _Question(str(said.get("name", "question")), number, bool(said.get("manual")))


def _cell(cell: Node, number: int, question: _Question | None) -> Iterator[OldCell]:
    text = str(cell.source)
    if question is None or not question.within or question.within == "PROMPT":
        if cell.cell_type == "markdown":
            yield OldCell(OldRole.PROSE, "", text, number)
        elif question is None or not question.within:
            yield OldCell(OldRole.PLAIN, "", text, number)
    elif question.within == "TESTS" and cell.cell_type == "code":
        question.tests.append(_test(text, number, question, _shown(cell)))
    elif question.within == "SOLUTION" and cell.cell_type == "markdown":
        yield OldCell(OldRole.WRITTEN, question.name, "", number, question.points, rubric=text)
    elif question.within == "SOLUTION":
        question.answers += 1
        role = OldRole.CODED if question.manual else OldRole.SOLUTION
        yield OldCell(role, f"{question.name}_{question.answers}", _marked(text), number, question.points)


def _shown(cell: Node) -> str:
    """The text of what a test shows in the source; empty where it shows nothing."""
    data = (output.get("data", {}) for output in cell.get("outputs", []))
    return next(("".join(d["text/plain"]) for d in data if d.get("text/plain")), "")


def _test(text: str, number: int, question: _Question, shows: str) -> tuple[OldCell, float | None]:
    """One test's cell, and its points where it says so itself."""
    said: Any = {}
    if found := _CONFIG.match(text):
        try:
            said = yaml.safe_load(found[1]) or {}
        except yaml.YAMLError:
            said = {}
        text = "\n" * found[0].count("\n") + text[found.end() :]
    said = said if isinstance(said, dict) else {}
    hidden = bool(said.get("hidden")) or bool(_HIDDEN.match(text))
    name = f"{question.name}_test_{len(question.tests) + 1}"
    points = said.get("points")
    own = float(points) if isinstance(points, int | float) else None
    value = bool(shows) and _ends_in_value(text)
    if value and shows.strip() == "True":
        text, value = _as_assertion(text), False
    lines = frozenset(range(1, text.count("\n") + 2)) if hidden else frozenset[int]()
    return OldCell(OldRole.TEST, name, text, number, 0.0, lines, by_output=value), own


def _ends_in_value(text: str) -> bool:
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return False
    return bool(body) and isinstance(body[-1], ast.Expr)


def _as_assertion(text: str) -> str:
    """A test that shows True as one that asserts it: what it compares with need not be in a probe."""
    last = ast.parse(text).body[-1]
    lines = text.splitlines()
    lines[last.lineno - 1 :] = ["assert (", *lines[last.lineno - 1 :], ")"]
    return "\n".join(lines)


def _closed(question: _Question) -> list[OldCell]:
    """A question's tests, with its points shared among those that name none of their own."""
    named = sum(own for _, own in question.tests if own is not None)
    others = sum(own is None for _, own in question.tests)
    rest = max(0.0, question.points - named)
    share = round(rest / others, 3) if others else 0.0
    made = [replace(t, points=share if own is None else own) for t, own in question.tests]
    unnamed = [n for n, (_, own) in enumerate(question.tests) if own is None]
    if unnamed:  # what rounding leaves
        last = unnamed[-1]
        made[last] = replace(made[last], points=round(rest - share * (others - 1), 6))
    return [replace(t, id=question.name) if n == 0 else t for n, t in enumerate(made)]


def _marked(text: str) -> str:
    """An answer with this kit's marks: regions, lines that end in `# SOLUTION`, or else all of it."""
    text = _PROMPT.sub("", text)
    lines, found = [], False
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None or "BEGIN" in line or "END" in line:
            lines.append(line)
            continue
        found = True
        lines += [match[1] + BEGIN, match[1] + match[2], match[1] + END]
    joined = "\n".join(lines)
    return joined if found and "BEGIN SOLUTION" not in text else marked(joined)
