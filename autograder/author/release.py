"""notebook.py -> source/ -> release/: builds what nbgrader reads and what students get, and refuses what
would leak or break.

Everything is built in a temporary folder without nbgrader's database, checked there, and swapped into place
as a whole.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.assignment import notebook
from autograder.assignment.notebook import Role, SourceCell
from autograder.assignment.placement import NotANotebook
from autograder.assignment.values import Assignment, QuestionKind
from autograder.author.student_check import FILE, filled
from autograder.errors import ReleaseError
from autograder.handed_in.alignment import align
from autograder.inside.cells import needs_ipython
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import TRUSTED
from autograder.sandbox.observed import ObservedStore

SALT = "release"
"""The salt of the check that a release makes of itself: any would do."""

_MARK = re.compile(r"###\s*(BEGIN|END)\s+(SOLUTION|HIDDEN TESTS)", re.I)
_REGION = re.compile(r"### BEGIN SOLUTION[^\n]*\n(.*?)^[ \t]*### END SOLUTION", re.M | re.S)
_LEAK_LINES = 3


@dataclass(frozen=True)
class Built:
    """A release as made in a temporary folder: source/ and release/ beneath it."""

    source: Path
    release: Path


def build_release(
    assignment: Assignment, store: ObservedStore, progress: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Check, build and put in place the source and the release of an assignment; returns what was written.

    Raises ReleaseError, naming cell and line, where the release would leak, break, or score wrongly; nothing
    is then changed.
    """
    progress("checking")
    check_texts(assignment)
    with tempfile.TemporaryDirectory(prefix="chainrule-release-") as folder:
        progress("building")
        built = _build(assignment, Path(folder))
        check_release(assignment, built.release)
        progress("grading the reference and the blank release")
        check_scores(assignment, built.release, store)
        progress("putting in place")
        written = []
        for made, name in ((built.source, "source"), (built.release, "release")):
            target = assignment.root / name / assignment.name
            _add_data(assignment, made)
            _swap(made, target)
            written.append(f"{name}/{assignment.name}/")
    archive = assignment.root / "release" / f"{assignment.name}.zip"
    _zip(assignment.root / "release" / assignment.name, archive)
    return [*written, f"release/{archive.name}"]


def blank_notebook(assignment: Assignment) -> NotebookNode:
    """The notebook that students get, built from notebook.py as it stands."""
    with tempfile.TemporaryDirectory(prefix="chainrule-release-") as folder:
        return notebook.load(_build(assignment, Path(folder)).release / f"{assignment.name}.ipynb")


def check_up_to_date(assignment: Assignment) -> list[str]:
    """Files of source/ and release/ that are not what notebook.py gives, data aside; empty where all are."""
    check_texts(assignment)
    data = {*assignment.table.data, *assignment.table.own_data}
    with tempfile.TemporaryDirectory(prefix="chainrule-release-") as folder:
        built = _build(assignment, Path(folder))
        stale = []
        for made, name in ((built.source, "source"), (built.release, "release")):
            target = assignment.root / name / assignment.name
            for path in sorted(p for p in made.rglob("*") if p.is_file()):
                there = target / path.relative_to(made)
                if not there.is_file() or there.read_bytes() != path.read_bytes():
                    stale.append(f"{name}/{assignment.name}/{path.relative_to(made)}")
            stale += [
                f"{name}/{assignment.name}/{path.relative_to(target)} (should not be there)"
                for path in sorted(target.rglob("*"))
                if path.is_file()
                and path.name not in data
                and ".ipynb_checkpoints" not in path.parts
                and "__pycache__" not in path.parts
                and not (made / path.relative_to(target)).exists()
            ]
    return stale


def update_gradebook(assignment: Assignment, url: str) -> None:
    """Bring an assignment's rows in nbgrader's database up to date with the release, also after
    submissions were graded.
    """
    from autograder.records import gradebook

    rows = {assignment.name: notebook.build_recorded(assignment.cells, assignment.name)}
    with gradebook.open_gradebook(url) as book:
        gradebook.sync_assignment(book, assignment.name, rows)


# ---- checks on the texts
# ----------------------------------------------------------------------------------------


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
            if cell.role not in (Role.PROSE, Role.DEMO, Role.GIVEN) or _MARK.search(cell.text):
                raise ReleaseError(
                    "an extra notebook holds a question or a solution",
                    where=f"{assignment.folder / name}:{cell.line}",
                )
        _check_copies(assignment, cells, assignment.folder / name)


def _check_marks(cell: SourceCell, where: str) -> None:
    marks = [(m.group(1).upper(), m.group(2).upper()) for m in _MARK.finditer(cell.text)]
    may = cell.role in (Role.SOLUTION, Role.WRITTEN)
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
        if _MARK.search(line) and not re.fullmatch(r"[ \t]*### (BEGIN|END) SOLUTION[ \t]*", line):
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
                compile(text, "<cell>", "exec", dont_inherit=True)
        except SyntaxError as error:
            mend = "indent ### BEGIN SOLUTION as the body that it encloses" if what != "the cell" else ""
            raise ReleaseError(
                f"{what} does not compile: {error.msg} in its line {error.lineno}", where=where, mend=mend
            ) from None
    if cell.role is Role.SOLUTION and notebook.STUB not in cell.released:
        raise ReleaseError("students get no stub", where=where, mend="put the solution between the markers")


def _solution_lines(assignment: Assignment) -> Iterator[tuple[str, list[str]]]:
    for cell in assignment.cells:
        if cell.role is Role.SOLUTION:
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
    if match := _MARK.search(text):
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


# ---- building
# ---------------------------------------------------------------------------------------------------


def _build(assignment: Assignment, folder: Path) -> Built:
    from autograder.records.gradebook import generate_release

    source = folder / "source" / assignment.name
    source.mkdir(parents=True)
    (source / f"{assignment.name}.ipynb").write_text(
        notebook.dump(notebook.build_source(assignment.cells, assignment.name)), encoding="utf-8"
    )
    for name in assignment.table.extra_notebooks:
        cells = notebook.read_cells(assignment.folder / name)
        (source / Path(name).with_suffix(".ipynb").name).write_text(
            notebook.dump(notebook.build_source(cells, assignment.name)), encoding="utf-8"
        )
    for name, path in assignment.files.items():
        if name not in assignment.data:
            shutil.copyfile(path, source / name)
    (source / FILE).write_text(filled(assignment), encoding="utf-8")
    for name in assignment.table.helpers:
        shutil.copyfile(assignment.folder / name, source / name)
    try:
        generate_release(folder, assignment.name, notebook.STUB, notebook.WRITTEN_STUB)
    except (Exception, SystemExit) as error:
        mend = "is there a BEGIN or END SOLUTION, or HIDDEN TESTS, that is not a marker?"
        raise ReleaseError(
            f"nbgrader can't build it: {error}", where=str(assignment.folder), mend=mend
        ) from error
    release = folder / "release" / assignment.name
    for path in release.glob("*.ipynb"):
        path.write_text(notebook.dump(_settled(notebook.load(path), source / path.name)), encoding="utf-8")
    return Built(source, release)


def _settled(released: NotebookNode, source: Path) -> NotebookNode:
    """A released notebook with the cell ids of its source, so that building twice gives the same bytes."""
    for cell, original in zip(released.cells, notebook.load(source).cells, strict=True):
        cell["id"] = original["id"]
    return released


def check_release(assignment: Assignment, release: Path) -> None:
    """Refuse a built release that shows any line of a solution, or that is not what notebook.py says
    students get.
    """
    made = notebook.load(release / f"{assignment.name}.ipynb")
    for cell, source in zip(made.cells, assignment.cells, strict=True):
        where = f"{assignment.folder / 'notebook.py'}:{source.line} (cell {source.id or source.role.value})"
        if _MARK.search(cell.source) or "autograder.inline" in cell.source:
            raise ReleaseError("a hidden region was left in the release", where=where)
        if cell.source.strip() != source.released.strip():
            raise ReleaseError(
                "nbgrader released something else than notebook.py says",
                where=where,
                mend="is a marker misplaced?",
            )


def check_scores(assignment: Assignment, release: Path, store: ObservedStore) -> None:
    """Refuse a release in which the reference does not earn everything, or the untouched notebook
    anything.
    """
    reference, where = Reference(assignment, SALT, store), str(assignment.folder / "probes.py")
    try:
        reference.prepare_reference()
        with Grader(reference, TRUSTED, diagnose=False) as grader:
            with grader.sit_cells(
                reference.cells
            ) as sitting:  # observed, not taken from the store: it must give the same twice
                results = sitting.results()
            for result in results:
                if result.kind is QuestionKind.AUTO and result.score != result.max_score:
                    lost = next(c for c in result.checks if c.earned < c.points)
                    raise ReleaseError(
                        f"the reference loses points in {result.id}: {lost.id}: {lost.message}", where=where
                    )
            blank = grader.grade(
                align("blank", notebook.load(release / f"{assignment.name}.ipynb"), assignment, [])
            )
            for result in blank.questions:
                if result.score:
                    raise ReleaseError(
                        f"the untouched release earns {result.score:g} points in {result.id}", where=where
                    )
    finally:
        reference.close()


# ---- putting in place
# -------------------------------------------------------------------------------------------


def _add_data(assignment: Assignment, folder: Path) -> None:
    for name in assignment.data:
        shutil.copyfile(assignment.root / "data" / name, folder / name)


def _swap(made: Path, target: Path) -> None:
    """Put a folder in place of another, so that at no moment half of it is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        shutil.copytree(made, fresh / "new")
        if target.exists():
            os.replace(target, fresh / "old")
        os.replace(fresh / "new", target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _zip(folder: Path, archive: Path) -> None:
    """Write the archive to hand out; the same files give the same bytes."""
    part = archive.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(
            p
            for p in folder.rglob("*")
            if p.is_file() and "__pycache__" not in p.parts and ".ipynb_checkpoints" not in p.parts
        ):
            info = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder)}", (2020, 1, 1, 0, 0, 0))
            info.external_attr, info.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            file.writestr(info, path.read_bytes())
    os.replace(part, archive)
