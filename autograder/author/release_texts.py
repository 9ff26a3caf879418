"""What can be seen in notebook.py and the helper files alone, and would leak or break a release."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from autograder.assignment import notebook
from autograder.assignment.notebook import ANSWERS, OPEN, Role, SourceCell
from autograder.assignment.reading.opening import NotANotebook
from autograder.assignment.values import Assignment
from autograder.errors import ReleaseError
from autograder.inside.running import needs_ipython, prepared

MARK = re.compile(r"###\s*(BEGIN|END)\s+(SOLUTION|HIDDEN TESTS)", re.I)
_REGION = re.compile(r"###[ \t]*BEGIN SOLUTION[^\n]*\n(.*?)^[ \t]*###[ \t]*END SOLUTION", re.M | re.S)
_LEAK_LINES = 3


def check_texts(assignment: Assignment) -> None:
    """Refuse what can be seen in notebook.py and the helper files alone."""
    path = assignment.folder / "notebook.py"
    for cell in assignment.cells:
        where = f"{path}:{cell.line}" + (f" (cell {cell.id})" if cell.id else "")
        _check_marks(cell, where)
        if cell.is_code:
            _check_compiles(cell, where)
    _check_copies(assignment, assignment.cells, path)
    for name in assignment.table.helpers:
        _check_helper(assignment, assignment.folder / name)
    for name in assignment.table.extra_notebooks:
        cells = notebook.read_cells(assignment.folder / name)
        for cell in cells:
            if cell.role not in (Role.PROSE, Role.DEMO, Role.GIVEN) or MARK.search(cell.text):
                raise ReleaseError(
                    "an extra notebook holds a question or a solution",
                    where=f"{assignment.folder / name}:{cell.line}",
                )
        _check_copies(assignment, cells, assignment.folder / name)


def _check_marks(cell: SourceCell, where: str) -> None:
    marks = [(m.group(1).upper(), m.group(2).upper()) for m in MARK.finditer(cell.text)]
    may = cell.role in OPEN
    if marks and not may:
        mend = "it would be released as it is: move it"
        raise ReleaseError(
            f"a {cell.role.value} cell holds a {marks[0][1].lower()} region", where=where, mend=mend
        )
    if not may:
        return
    regions = [kind for kind, _ in marks]
    if (
        not marks
        or regions != ["BEGIN", "END"] * (len(marks) // 2)
        or any(what != "SOLUTION" for _, what in marks)
    ):
        raise ReleaseError(
            "the solution region is not closed, not opened, or missing",
            where=where,
            mend="### BEGIN SOLUTION … ### END SOLUTION",
        )
    for number, line in enumerate(cell.text.splitlines(), 1):
        if MARK.search(line) and not re.fullmatch(r"[ \t]*###[ \t]*(BEGIN|END) SOLUTION[ \t]*", line):
            raise ReleaseError(
                f"line {number} of the cell: {line.strip()!r} is not a marker",
                where=where,
                mend="a marker stands alone on its line",
            )
    for match in _REGION.finditer(cell.text) if cell.is_code else ():
        first = next((line for line in match.group(1).splitlines() if line.strip()), "")
        at = cell.text[: match.start()].count("\n") + 1
        indent = cell.text[cell.text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if first and indent != first[: len(first) - len(first.lstrip())]:
            mend = "indent ### BEGIN SOLUTION as the body that it encloses"
            raise ReleaseError(
                f"line {at} of the cell: the stub would not stand where the solution stands",
                where=where,
                mend=mend,
            )


def _check_compiles(cell: SourceCell, where: str) -> None:
    for text, what in ((cell.text, "the cell"), (cell.released, "what students get of it")):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                run = text if cell.role in ANSWERS else prepared(text, "<cell>")
                compile(run, "<cell>", "exec", dont_inherit=True)
        except SyntaxError as error:
            mend = "indent ### BEGIN SOLUTION as the body that it encloses" if what != "the cell" else ""
            raise ReleaseError(
                f"{what} does not compile: {error.msg} in its line {error.lineno}", where=where, mend=mend
            ) from None
    if cell.role in ANSWERS and notebook.STUB not in cell.released:
        raise ReleaseError("students get no stub", where=where, mend="put the solution between the markers")


def _solution_lines(assignment: Assignment) -> Iterator[tuple[str, list[str]]]:
    for cell in assignment.cells:
        if cell.role in ANSWERS:
            for match in _REGION.finditer(cell.text):
                yield cell.id, _telling(match.group(1))


def _telling(text: str) -> list[str]:
    """The lines of a text that say something: without comments, blanks and short lines."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if len(line) > 8]


def _check_copies(assignment: Assignment, cells: tuple[SourceCell, ...], path: Path) -> None:
    """Refuse a cell that students get and that holds lines of a solution in a row."""
    solutions = list(_solution_lines(assignment))
    for cell in cells:
        shown = _telling(
            re.sub(r"^[ \t]*#+ ?", "", cell.released, flags=re.M)
        )  # what is commented out is shown as well
        for owner, lines in solutions:
            if (run := _common_run(lines, shown)) >= min(_LEAK_LINES, max(2, len(lines))):
                where = f"{path}:{cell.line} (cell {cell.id or cell.role.value})"
                raise ReleaseError(
                    f"{run} lines in a row of {owner} stand here too and would be released", where=where
                )


def _common_run(lines: list[str], shown: list[str]) -> int:
    """The largest number of consecutive lines of one list that stand together in the other."""
    best = 0
    for i in range(len(lines)):
        for j in range(len(shown)):
            run = 0
            while i + run < len(lines) and j + run < len(shown) and lines[i + run] == shown[j + run]:
                run += 1
            best = max(best, run)
    return best


def _check_helper(assignment: Assignment, helper: Path) -> None:
    text = _text_of(helper)
    if match := MARK.search(text):
        raise ReleaseError(
            "a helper file holds a solution region",
            where=f"{helper}:{text[: match.start()].count(chr(10)) + 1}",
        )
    wanted = {name: q.id for q in assignment.auto for name in q.defines}
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise ReleaseError(
            f"a helper file does not compile: {error.msg}", where=f"{helper}:{error.lineno}"
        ) from None
    for name, line in _definitions(tree):
        if name in wanted:
            raise ReleaseError(
                f"a helper file defines {name}, which question {wanted[name]} asks for",
                where=f"{helper}:{line}",
            )
    for owner, lines in _solution_lines(assignment):
        if (run := _common_run(lines, _telling(text))) >= min(_LEAK_LINES, max(2, len(lines))):
            raise ReleaseError(
                f"{run} lines in a row of {owner} stand in a helper file and would be released",
                where=str(helper),
            )


def _text_of(helper: Path) -> str:
    """The code of a helper file: of a notebook, the code cells that are plain Python; of what is no code,
    nothing.
    """
    if helper.suffix == ".ipynb":
        try:
            cells = [
                str(cell.source)
                for cell in notebook.parse(helper.read_bytes())[0].cells
                if cell.cell_type == "code"
            ]
        except NotANotebook as error:
            raise ReleaseError(f"a helper file can't be read: {error}", where=str(helper)) from None
        return "\n".join(text for text in cells if not needs_ipython(text))
    return helper.read_text(encoding="utf-8") if helper.suffix == ".py" else ""


def _definitions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Functions, classes and methods ("Class.method") that a file defines, with their lines."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        if isinstance(node, ast.ClassDef):
            yield from (
                (f"{node.name}.{item.name}", item.lineno)
                for item in node.body
                if isinstance(item, ast.FunctionDef)
            )
