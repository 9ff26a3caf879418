"""What was handed in: finds the files and reads them.

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
from pathlib import Path

import msgspec
from nbformat import NotebookNode

from autograder.assignment.notebook import parse
from autograder.assignment.placement import NotANotebook
from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.handed_in.alignment import Submission, align

MAX_NOTEBOOK_BYTES = 256 << 20
"""With all its pictures; what of it is read has a limit of its own (`notebook.MAX_BYTES`)."""
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
