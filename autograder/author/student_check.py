"""What a release's check knows: the cells that students get, and what each question asks for. Nothing of it
is hidden from them anyway.

`check_notebook.py` lies in every release as one file with this at its end; `chainrule check` reads it from
there.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.author.graded_with import graded_with
from autograder.files import PACKAGE
from autograder.inside.limits import CELLS_SHARE

if TYPE_CHECKING:  # to load them takes longer than a student's whole check
    from autograder.assignment.values import Assignment

FILE = "check_notebook.py"
TEMPLATE = PACKAGE / "student" / FILE
SHARED = (
    "inside/versions.py",
    "inside/names.py",
    "inside/statements.py",
    "inside/standins.py",
    "inside/one_process.py",
    "inside/shell.py",
    "inside/running.py",
    "assignment/reading/prose.py",
    "assignment/reading/other_files.py",
    "assignment/reading/opening.py",
    "assignment/placement.py",
)
"""Modules that grading and the student's check have in common, each after those that it imports."""
_MARK = "# <release>\n"


def facts(assignment: Assignment, graded: dict[str, str] | None = None) -> dict[str, Any]:
    """Everything that a check of a student's notebook needs to know of the release, as plain values.

    graded: the versions that grade; without it, those that are here.
    """
    limits = assignment.limits
    trains = {cell.id for cell in assignment.cells if cell.trains}
    beside = [*assignment.files, *assignment.table.helpers]
    return {
        "assignment": assignment.name,
        "release": assignment.release,
        "files": [
            name for name in dict.fromkeys(beside) if name != FILE and name not in assignment.table.own_data
        ],
        "may_hand_in": list(assignment.table.may_hand_in),
        "graded_with": graded or _graded_with(assignment),
        "packages": list(assignment.table.packages),
        "limits": {
            "cell": limits.notebook_seconds,
            "cells": CELLS_SHARE * limits.submission_seconds,
            "probe": limits.probe_seconds,
            "memory": limits.memory_mb,
        },
        "questions": [
            {
                "id": q.id,
                "points": q.points,
                "written": q.written,
                "trains": q.id in trains,
                "defines": list(q.defines),
            }
            for q in assignment.questions
        ],
        "cells": [
            {"id": cell.id, "role": cell.role.value, "text": cell.released} for cell in assignment.cells
        ],
    }


def _graded_with(assignment: Assignment) -> dict[str, str]:
    """What grades, and the packages that the assignment asks for among the modules that are there."""
    found = graded_with()
    modules = {*found["modules"].split(), *assignment.table.packages}
    return {**found, "modules": " ".join(sorted(modules))}


def filled(assignment: Assignment, graded: dict[str, str] | None = None) -> str:
    """The check as one file for one release: the same assignment gives the same text.

    graded: the versions that grade; without it, those that are here.
    """
    lines = [f"    {key!r}: {_shown(value)},\n" for key, value in facts(assignment, graded).items()]
    head, _, rest = TEMPLATE.read_text(encoding="utf-8").partition("# <shared>\n")
    _, _, tail = rest.partition("# </shared>\n")
    before, mark, after = tail.partition(_MARK)
    assert mark, f"{TEMPLATE} has no place for what is shared or for the release"
    before = f"{head}{shared()}{before}"
    return f"{before}RELEASE.update({{\n{''.join(lines)}}})\n{after}"


def shared() -> str:
    """The rules by which a notebook is graded too, as part of one file: what belongs where in it, and how its
    cells are run.
    """
    return "\n\n".join(_pasted(PACKAGE / name) for name in SHARED)


def _pasted(path: Path) -> str:
    """A module's text without its docstring and the imports that the file has already."""
    text = path.read_text(encoding="utf-8")
    body = ast.parse(text).body
    lines = text.splitlines(keepends=True)
    for node in body[:1] + [n for n in body if isinstance(n, ast.ImportFrom)]:
        if not isinstance(node, ast.ImportFrom) or (node.module or "").startswith(
            ("__future__", "autograder")
        ):
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or 0) - node.lineno + 1)
    return "".join(lines).strip() + "\n"


def _shown(value: Any) -> str:
    """A value as Python, the entries of a list of tables a line each."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + "".join(f"        {entry!r},\n" for entry in value) + "    ]"
    return repr(value)


def facts_in(path: Path) -> dict[str, Any] | None:
    """What a release's check_notebook.py knows, read without running it; None where it is not there or is
    another file.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return None
    for node in tree.body:
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and ast.unparse(node.value.func) == "RELEASE.update"
            and node.value.args
        ):
            try:
                found = ast.literal_eval(node.value.args[0])
            except ValueError:
                return None
            return found if isinstance(found, dict) else None
    return None
