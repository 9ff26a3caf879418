"""What was handed in: finds the files, reads them, and lays their cells beside the source's.

Nothing raises for what a student may hand in: what can't be read becomes a `Submission` without a layout and
with a sentence.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from nbformat import NotebookNode

from autograder.assignment.notebook import NotANotebook, Role, SourceCell, grade_id_of, parse
from autograder.assignment.values import Assignment, solves
from autograder.errors import UsageError
from autograder.inside.cells import bound_names
from autograder.inside.protocol import CellKind, CellSource

_INSERTED = 10_000
MAX_NOTEBOOK_BYTES = 50 << 20
MAX_FILE_BYTES = 4 << 20
MAX_CELLS = 5000
MAX_CODE = 1 << 20
_LONGEST_NAME = 120
_CAREFULLY = sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")
)  # Windows has few of them


@dataclass(frozen=True)
class Handin:
    """A student's file as found on disk."""

    student: str
    path: Path | None
    messages: tuple[str, ...] = ()
    files: dict[str, Path] = field(default_factory=dict)


class Delivered(msgspec.Struct, frozen=True):
    """What a student handed in, as bytes: it can be graded in another process, or on another machine.

    No data: it could not be read.
    """

    student: str
    data: bytes | None
    messages: tuple[str, ...]
    files: dict[str, bytes] = {}


@dataclass(frozen=True)
class Placed:
    """One cell of the notebook as it is graded: the source's cell, the student's, or both."""

    number: int
    source: SourceCell | None
    handed_in: NotebookNode | None

    @property
    def text(self) -> str:
        """The text that counts: the source's for locked cells, the student's for all others."""
        if self.source is not None and self.source.role not in (Role.SOLUTION, Role.WRITTEN):
            return self.source.text
        return str(self.handed_in.source) if self.handed_in is not None else ""


@dataclass(frozen=True)
class Submission:
    """A submission that was read. placed is empty where nothing of the assignment could be recognised."""

    student: str
    placed: tuple[Placed, ...]
    messages: tuple[str, ...]
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def readable(self) -> bool:
        return bool(self.placed)

    def cells(self) -> list[CellSource]:
        """The code cells to run, in order: the student's, and each given cell before what comes after it
        in the source.
        """
        return _running_order(self.placed)

    def handed_in(self) -> tuple[tuple[str, bytes], ...]:
        """The files beside the notebook that the assignment lets students hand in: name and content."""
        return tuple(sorted(self.files.items()))

    def demo_names(self) -> frozenset[str]:
        """Names that are defined only in cells that are not run when grading."""
        skipped = [
            bound_names(p.text)
            for p in self.placed
            if p.source is not None and p.source.role in (Role.DEMO, Role.TEST)
        ]
        return frozenset().union(*skipped)

    def check_of(self, question: str) -> int | None:
        """The number of the last cell that belongs to a question: its check, or an answer that stands below."""
        own = [
            p.number
            for p in self.placed
            if p.source is not None
            and (p.source.id == question or (p.source.role is Role.SOLUTION and solves(p.source.id, question)))
        ]
        return own[-1] if own else None

    def answer(self, identifier: str) -> str | None:
        """The student's text of a solution or write-up cell; None where it is missing or as it was handed
        out.
        """
        for placed in self.placed:
            if placed.source is not None and placed.source.id == identifier and placed.handed_in is not None:
                text = str(placed.handed_in.source)
                return None if _plain(text) == _plain(placed.source.released) else text
        return None


def find_submissions(folder: Path, assignment: Assignment) -> list[Handin]:
    """The files under folder, in nbgrader's layout or flat; raises UsageError where there is no such
    folder.
    """
    if not folder.is_dir():
        raise UsageError(
            f"there is no folder {folder}",
            mend="name the one that holds the submissions with --submitted DIR",
        )
    found: dict[str, Handin] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")):
            continue
        if path.is_dir() and (path / assignment.name).is_dir():
            student = _shown(path.name)
            if path.is_symlink() or (path / assignment.name).is_symlink():
                found[student] = Handin(
                    student, None, ("the folder is a link to another; links are not followed",)
                )
            else:
                found[student] = handin_of(student, path / assignment.name, assignment)
        elif not path.is_dir() and path.suffix == ".ipynb":
            student = _shown(path.stem)
            if student in found:
                clash = found[student]
                note = f"a folder and a file {_shown(path.name)} were handed in; the folder was graded"
                found[student] = Handin(clash.student, clash.path, (*clash.messages, note), clash.files)
            else:
                found[student] = Handin(student, path)
    return [found[student] for student in sorted(found)]


def handin_of(student: str, folder: Path, assignment: Assignment) -> Handin:
    """What lies in one student's folder: the assignment's notebook, else the newest one."""
    extras = {Path(name).with_suffix(".ipynb").name for name in assignment.table.extra_notebooks}
    notebooks = sorted(path for path in folder.glob("*.ipynb") if path.name not in extras)
    files = {
        name: folder / name
        for name in assignment.table.may_hand_in
        if (folder / name).is_file() and not (folder / name).is_symlink()
    }
    expected = folder / f"{assignment.name}.ipynb"
    others = [_shown(path.name) for path in notebooks if path != expected]
    if expected in notebooks:
        notes = (f"{', '.join(others)} was handed in too; only {expected.name} was graded",) if others else ()
        return Handin(student, expected, notes, files)
    if not notebooks:
        return Handin(student, None, (f"no notebook was handed in: {expected.name} is missing",), files)
    newest = max(notebooks, key=lambda path: (path.lstat().st_mtime, path.name))
    return Handin(
        student,
        newest,
        (f"{expected.name} is missing; {_shown(newest.name)} was graded in its place",),
        files,
    )


def _shown(name: str) -> str:
    """A file's name as text that can be stored and shown: bytes of another encoding become escapes, and a
    very long one is cut.
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    if len(os.fsencode(text)) <= _LONGEST_NAME:
        return text
    return f"{text[: _LONGEST_NAME // 4]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def read_submission(handin: Handin, assignment: Assignment) -> Submission:
    """Read a student's file; whatever is wrong with it becomes a message."""
    return understand(pick_up(handin), assignment)


def pick_up(handin: Handin) -> Delivered:
    """The bytes of a student's files; what is too large or can't be read becomes a message, or is left
    out.
    """
    files = {}
    for name, path in handin.files.items():
        with contextlib.suppress(OSError, NotANotebook):
            files[name] = read_regular(path, MAX_FILE_BYTES)
    if handin.path is None:
        return Delivered(handin.student, None, handin.messages, files)
    try:
        return Delivered(
            handin.student, read_regular(handin.path, MAX_NOTEBOOK_BYTES), handin.messages, files
        )
    except OSError as error:
        return Delivered(
            handin.student, None, (*handin.messages, f"the file can't be read: {error.strerror}"), files
        )
    except NotANotebook as error:
        return Delivered(handin.student, None, (*handin.messages, str(error)), files)


def understand(delivered: Delivered, assignment: Assignment) -> Submission:
    """Read what was delivered and lay its cells beside the source's."""
    if delivered.data is None:
        return Submission(delivered.student, (), delivered.messages)
    try:
        notebook, notes = parse(delivered.data)
        _refuse_too_much(notebook)
    except NotANotebook as error:
        return Submission(delivered.student, (), (*delivered.messages, str(error)))
    return align(delivered.student, notebook, assignment, [*delivered.messages, *notes], delivered.files)


def read_regular(path: Path, longest: int) -> bytes:
    """The bytes of a plain file of a limited size. A link is not followed, and a pipe or a device is never
    waited for.

    Raises NotANotebook with the reason, or OSError.
    """
    try:
        handle = os.open(path, os.O_RDONLY | _CAREFULLY)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotANotebook("the file is a link to another; links are not followed") from None
        raise
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if stat.S_ISDIR(about.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(about.st_mode):
            raise NotANotebook("it is not a file but a pipe, a socket or a device")
        if about.st_size > longest:
            raise NotANotebook(f"the file has more than {longest >> 20} MiB")
        return file.read(longest)


def _refuse_too_much(notebook: NotebookNode) -> None:
    """More cells, or more code, than anybody writes: parsing it would cost the grader more than it could
    be worth.
    """
    if len(notebook.cells) > MAX_CELLS:
        raise NotANotebook(f"the notebook has more than {MAX_CELLS} cells")
    if sum(len(cell.source) for cell in notebook.cells if cell.cell_type == "code") > MAX_CODE:
        raise NotANotebook(f"the notebook's code has more than {MAX_CODE >> 20} MiB")


def align(
    student: str,
    notebook: NotebookNode,
    assignment: Assignment,
    messages: list[str],
    files: dict[str, bytes] | None = None,
) -> Submission:
    """Lay a notebook's cells beside the source's by grade id, else by text."""
    reason = _foreign(notebook, assignment)
    if reason:
        return Submission(student, (), (*messages, reason))
    by_id = {cell.id: cell for cell in assignment.cells if cell.id}
    by_text = {
        _plain(cell.released): cell for cell in assignment.cells if cell.id and cell.role is not Role.WRITTEN
    }
    placed: list[Placed] = []
    used: dict[str, int] = {}
    older = _older(notebook, assignment)  # of another release, locked cells may well differ
    for number, cell in enumerate(notebook.cells, 1):
        source = by_id.get(grade_id_of(cell))
        if source is None and cell.cell_type == "code":
            source = by_text.get(_plain(cell.source))
        if source is not None and source.id in used:
            messages.append(f"cell {number} repeats {source.id}, which stands in cell {used[source.id]} too")
            if source.role is not Role.SOLUTION:
                continue
            source = None
        if source is not None:
            used[source.id] = number
            messages += _oddities(number, cell, source, bool(older))
        if source is not None and source.role is Role.SOLUTION and cell.cell_type != "code":
            used.pop(source.id)
            continue
        placed.append(Placed(number, source, cell))
    placed = _recognise_write_ups(placed, assignment.cells, used)
    messages += _missing(assignment, used, notebook)
    messages += older
    complete = _insert_missing(placed, assignment.cells)
    return Submission(student, tuple(complete), tuple(messages), files or {})


def _recognise_write_ups(
    placed: list[Placed], cells: tuple[SourceCell, ...], used: dict[str, int]
) -> list[Placed]:
    """Find write-ups that have lost their metadata: the Markdown cell that follows the prose which stands
    before it in the source.
    """
    result = list(placed)
    for before, cell in pairwise(cells):
        if cell.role is not Role.WRITTEN or cell.id in used:
            continue
        at = next(
            (
                i
                for i, p in enumerate(result)
                if p.handed_in is not None and _plain(p.handed_in.source) == _plain(before.released)
            ),
            None,
        )
        if at is None or at + 1 >= len(result):
            continue
        follower = result[at + 1]
        if (
            follower.source is None
            and follower.handed_in is not None
            and follower.handed_in.cell_type == "markdown"
        ):
            result[at + 1] = Placed(follower.number, cell, follower.handed_in)
            used[cell.id] = follower.number
    return result


def _foreign(notebook: NotebookNode, assignment: Assignment) -> str:
    """Why nothing of the assignment can be recognised in a notebook; empty where something can."""
    kit = notebook.metadata.get("chainrule")
    named = kit.get("assignment") if isinstance(kit, dict) else None
    ours = {cell.id for cell in assignment.cells if cell.id}
    shared = ours & {grade_id_of(cell) for cell in notebook.cells}
    if isinstance(named, str) and named != assignment.name and 2 * len(shared) < len(ours):
        return f"this is the notebook of another assignment, {named[:60]}"
    if shared:
        return ""
    wanted = {name.partition(".")[0] for question in assignment.auto for name in question.defines}
    if not any(wanted & bound_names(c.source) for c in notebook.cells if c.cell_type == "code"):
        return (
            "nothing of this assignment was found in the notebook: none of its cells, none of the "
            "names it asks for"
        )
    return ""


def _oddities(number: int, cell: NotebookNode, source: SourceCell, older: bool) -> list[str]:
    locked = source.role in (Role.GIVEN, Role.TEST, Role.DEMO) and not older
    if source.role is Role.SOLUTION and cell.cell_type != "code":
        return [f"cell {number} ({source.id}) was turned into {cell.cell_type}; its code was not run"]
    if locked and _plain(cell.source) != _plain(source.released):
        return [f"cell {number} ({source.id}) is locked and was changed; the original was used"]
    return []


def _missing(assignment: Assignment, used: dict[str, int], notebook: NotebookNode) -> list[str]:
    expected = [cell.id for cell in assignment.cells if cell.role in (Role.SOLUTION, Role.WRITTEN, Role.TEST)]
    missing = [name for name in expected if name not in used]
    if not missing:
        return []
    if not any(grade_id_of(cell) for cell in notebook.cells):
        return ["the cells have lost their nbgrader metadata; answers were found by the names they define"]
    return [f"missing cells: {', '.join(missing)}"]


def _older(notebook: NotebookNode, assignment: Assignment) -> list[str]:
    kit = notebook.metadata.get("chainrule")
    release = kit.get("release") if isinstance(kit, dict) else None
    if isinstance(release, str) and release != assignment.release:
        return [
            f"it was made from another release of the assignment ({release[:16]}; graded against "
            f"{assignment.release})"
        ]
    return []


def _insert_missing(placed: list[Placed], cells: tuple[SourceCell, ...]) -> list[Placed]:
    """Add source cells that the student's notebook lacks, each after the source cell that comes before it."""
    result = list(placed)
    present = {p.source.id for p in placed if p.source is not None}
    previous = ""
    for index, cell in enumerate(cells):
        if not cell.id:
            continue
        if cell.id not in present:
            after = next(
                (i for i, p in enumerate(result) if p.source is not None and p.source.id == previous), -1
            )
            result.insert(after + 1, Placed(_INSERTED + index, cell, None))
        previous = cell.id
    return result


def _running_order(placed: tuple[Placed, ...]) -> list[CellSource]:
    """The student's order, in which no cell runs before a given cell that precedes it in the source."""
    lines = {p.source.id: p.source.line for p in placed if p.source is not None}
    given = sorted(
        (p for p in placed if p.source is not None and p.source.role is Role.GIVEN),
        key=lambda p: lines[p.source.id],
    )  # type: ignore[union-attr]
    run: list[CellSource] = []
    reached = 0

    def run_given(before: int) -> None:
        while given and given[0].source is not None and given[0].source.line <= before:
            cell = given.pop(0)
            run.append(CellSource(cell.text, cell.number, CellKind.GIVEN))

    run_given(
        next(
            (p.source.line - 1 for p in placed if p.source is not None and p.source.role is Role.SOLUTION), 0
        )
    )
    for p in placed:
        if p.source is not None:
            reached = max(reached, p.source.line)
        run_given(reached)
        if p.source is None:
            if p.handed_in is not None and p.handed_in.cell_type == "code":
                run.append(CellSource(p.text, p.number, CellKind.OWN))
        elif p.source.role is Role.SOLUTION and p.handed_in is not None:
            run.append(CellSource(p.text, p.number, CellKind.OWN))
        elif p.source.role in (Role.DEMO, Role.TEST):
            run.append(CellSource(p.text, p.number, CellKind.DEMO))
    run_given(1 << 30)
    return run


def reference_cells(
    assignment: Assignment, replaced: dict[str, str] | None = None, extra: str = ""
) -> list[CellSource]:
    """The source's own cells to run: the reference, with solution cells replaced, or a last cell added,
    where asked.
    """
    cells = []
    for number, cell in enumerate(assignment.cells, 1):
        if cell.role is Role.GIVEN:
            cells.append(CellSource(cell.text, number, CellKind.GIVEN))
        elif cell.role is Role.SOLUTION:
            cells.append(CellSource((replaced or {}).get(cell.id, cell.text), number, CellKind.OWN))
    if extra:
        cells.append(CellSource(extra, len(assignment.cells) + 1, CellKind.OWN))
    return cells


def _plain(text: Any) -> str:
    """A text without what front ends change when they save: trailing blanks and line ends."""
    return "\n".join(line.rstrip() for line in str(text).replace("\r\n", "\n").split("\n")).strip()


def digest(cells: list[CellSource]) -> str:
    """A hash of cells to run."""
    parts = "\x00".join(f"{c.kind}\x01{c.number}\x01{c.text}" for c in cells)
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
