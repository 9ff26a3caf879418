"""notebook.py -> source/ -> release/: builds what nbgrader reads and what students get, and refuses what
would leak or break.

Everything is built in a temporary folder without nbgrader's database, checked there, and swapped into place
as a whole.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import notebook
from autograder.assignment.nodes import Node
from autograder.assignment.values import Assignment
from autograder.author.release_scores import check_scores
from autograder.author.release_texts import MARK, check_texts
from autograder.author.student_check import FILE, facts_in, filled
from autograder.errors import ReleaseError
from autograder.sandbox.observed import ObservedStore


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


def blank_notebook(assignment: Assignment) -> Node:
    """The notebook that students get, built from notebook.py as it stands."""
    with tempfile.TemporaryDirectory(prefix="chainrule-release-") as folder:
        return notebook.load(_build(assignment, Path(folder)).release / f"{assignment.name}.ipynb")


def check_up_to_date(assignment: Assignment) -> list[str]:
    """Files of source/ and release/ that are not what notebook.py gives, data aside; empty where all are.

    The versions that it records are those with which it was made.
    """
    check_texts(assignment)
    data = {*assignment.table.data, *assignment.table.own_data}
    recorded = facts_in(assignment.root / "release" / assignment.name / FILE) or {}
    with tempfile.TemporaryDirectory(prefix="chainrule-release-") as folder:
        built = _build(assignment, Path(folder), recorded.get("graded_with"))
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
    from autograder.records import database, gradebook

    rows = {assignment.name: notebook.build_recorded(assignment.cells, assignment.name)}
    with database.open_gradebook(url) as book:
        gradebook.sync_assignment(book, assignment.name, rows)


# ---- building ----------------------------------------------------------------------------------------------


def _build(assignment: Assignment, folder: Path, graded: dict[str, str] | None = None) -> Built:
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
    (source / FILE).write_text(filled(assignment, graded), encoding="utf-8")
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


def _settled(released: Node, source: Path) -> Node:
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
        if MARK.search(cell.source) or "autograder.inline" in cell.source:
            raise ReleaseError("a hidden region was left in the release", where=where)
        if cell.source.strip() != source.released.strip():
            raise ReleaseError(
                "nbgrader released something else than notebook.py says",
                where=where,
                mend="is a marker misplaced?",
            )


# ---- putting in place --------------------------------------------------------------------------------------


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
