"""What was handed in: reads the files.

Nothing raises for what a student may hand in: what can't be read becomes a `Submission` without a layout and
with a sentence.
"""

from __future__ import annotations

import contextlib

import msgspec

from autograder.assignment.nodes import Node
from autograder.assignment.notebook import parse
from autograder.assignment.reading.opening import NotANotebook
from autograder.assignment.values import Assignment
from autograder.handed_in.alignment import Submission, align
from autograder.handed_in.entries import MAX_FILE_BYTES, MAX_NOTEBOOK_BYTES, read_regular
from autograder.handed_in.finding import Handin

MAX_CELLS = 5000
MAX_CODE = 1 << 20


class Delivered(msgspec.Struct, frozen=True):
    """What a student handed in, as bytes: it can be graded in another process, or on another machine.

    No data: it could not be read.
    """

    student: str
    data: bytes | None
    messages: tuple[str, ...]
    files: dict[str, bytes] = {}


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
    if handin.path is None and handin.packed is None:
        return Delivered(handin.student, None, handin.messages, files)
    try:
        return Delivered(handin.student, _notebook_of(handin), handin.messages, files)
    except OSError as error:
        return Delivered(
            handin.student, None, (*handin.messages, f"the file can't be read: {error.strerror}"), files
        )
    except NotANotebook as error:
        return Delivered(handin.student, None, (*handin.messages, str(error)), files)


def _notebook_of(handin: Handin) -> bytes:
    if handin.packed is not None:
        return handin.packed.read(MAX_NOTEBOOK_BYTES)
    assert handin.path is not None
    return read_regular(handin.path, MAX_NOTEBOOK_BYTES)


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


def _refuse_too_much(notebook: Node) -> None:
    """More cells, or more code, than anybody writes: parsing it would cost the grader more than it could
    be worth.
    """
    if len(notebook.cells) > MAX_CELLS:
        raise NotANotebook(f"the notebook has more than {MAX_CELLS} cells")
    if sum(len(cell.source) for cell in notebook.cells if cell.cell_type == "code") > MAX_CODE:
        raise NotANotebook(f"the notebook's code has more than {MAX_CODE >> 20} MiB")
