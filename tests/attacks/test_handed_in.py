"""What lies in the folder of submissions: names, links, pipes and files that nobody would call a notebook. Every one gets a result, soon."""
from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from autograder.assignment.notebook import dump
from autograder.assignment.values import Assignment
from autograder.entry.commands.autograde import class_table, results_json
from autograder.handed_in.alignment import Submission
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.submission import read_submission
from autograder.judging.findings import ClassResult
from autograder.judging.grader import unreadable
from autograder.records.graded_notebook import graded_notebook
from autograder.records.recorder import timestamp
from tests.sample_class.work import Work

from .course import NAME, hand_in, honest, make_assignment


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The assignment that is attacked."""
    return make_assignment(tmp_path_factory.mktemp("course"))


def read_all(folder: Path, assignment: Assignment) -> dict[str, Submission]:
    """Read every submission; fails where that takes long, as it would with a pipe that nobody writes to."""
    found: dict[str, Submission] = {}
    done = threading.Thread(target=lambda: found.update({h.student: read_submission(h, assignment) for h in find_submissions(folder, assignment)}), daemon=True)
    done.start()
    done.join(60)
    assert not done.is_alive(), "reading a submission hangs"
    return found


# ---- files that are none ------------------------------------------------------------------------------------------


def link_to_a_neighbour(folder: Path, submitted: Path) -> None:
    os.symlink(submitted / "honest" / NAME / f"{NAME}.ipynb", folder / f"{NAME}.ipynb")


def link_to_a_secret(folder: Path, submitted: Path) -> None:
    os.symlink("/etc/shadow", folder / f"{NAME}.ipynb")


def link_to_nothing(folder: Path, submitted: Path) -> None:
    os.symlink("/nonexistent", folder / f"{NAME}.ipynb")


def link_to_itself(folder: Path, submitted: Path) -> None:
    os.symlink(folder / f"{NAME}.ipynb", folder / f"{NAME}.ipynb")


def link_to_an_endless_device(folder: Path, submitted: Path) -> None:
    os.symlink("/dev/zero", folder / f"{NAME}.ipynb")


def pipe(folder: Path, submitted: Path) -> None:
    os.mkfifo(folder / f"{NAME}.ipynb")


def pipe_of_another_name(folder: Path, submitted: Path) -> None:
    os.mkfifo(folder / "mine.ipynb")


def folder_in_its_place(folder: Path, submitted: Path) -> None:
    (folder / f"{NAME}.ipynb").mkdir()


def gigabyte(folder: Path, submitted: Path) -> None:
    with open(folder / f"{NAME}.ipynb", "wb") as file:
        file.truncate(1 << 30)


def nested_deeply(folder: Path, submitted: Path) -> None:
    (folder / f"{NAME}.ipynb").write_text('{"cells": ' + "[" * 200_000 + "]" * 200_000 + "}")


def millions_of_parts(folder: Path, submitted: Path) -> None:
    (folder / f"{NAME}.ipynb").write_text('{"cells": [' + "{}," * 2_000_000 + "{}]}")


def hundred_thousand_cells(folder: Path, submitted: Path) -> None:
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": []}
    (folder / f"{NAME}.ipynb").write_text(json.dumps({"cells": [cell] * 100_000, "metadata": {}, "nbformat": 4}))


def megabytes_of_code(folder: Path, submitted: Path) -> None:
    cell = {"cell_type": "code", "source": "center = 1\n" + "x = [1, 2, 3]\n" * 1_000_000, "metadata": {}, "outputs": []}
    (folder / f"{NAME}.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))


def archive_in_its_place(folder: Path, submitted: Path) -> None:
    (folder / f"{NAME}.ipynb").write_bytes(b"PK\x03\x04" + os.urandom(1000))


def number_of_a_million_digits(folder: Path, submitted: Path) -> None:
    (folder / f"{NAME}.ipynb").write_text('{"cells": [], "nbformat": ' + "9" * 1_000_000 + "}")


UNREADABLE: list[Callable[[Path, Path], None]] = [
    link_to_a_neighbour, link_to_a_secret, link_to_nothing, link_to_itself, link_to_an_endless_device, pipe, pipe_of_another_name, folder_in_its_place,
    gigabyte, nested_deeply, millions_of_parts, hundred_thousand_cells, megabytes_of_code, archive_in_its_place, number_of_a_million_digits,
]  # fmt: skip


@pytest.mark.parametrize("make", UNREADABLE)
def test_no_notebook(make: Callable[[Path, Path], None], tmp_path: Path, assignment: Assignment) -> None:
    """It is unreadable, with a sentence, and the neighbour is read as always."""
    hand_in(honest(assignment, 0), tmp_path, "honest")
    folder = tmp_path / "hostile" / NAME
    folder.mkdir(parents=True)
    make(folder, tmp_path)
    began = time.monotonic()
    found = read_all(tmp_path, assignment)
    assert time.monotonic() - began < 60
    assert not found["hostile"].readable
    assert found["hostile"].messages and "root:" not in "".join(found["hostile"].messages)
    assert found["honest"].readable and found["honest"].messages == ()
    result = unreadable(found["hostile"], assignment)
    assert (result.status, result.score) == ("unreadable", 0.0)


@pytest.mark.parametrize("level", ["student", "assignment"])
def test_linked_folder(level: str, tmp_path: Path, assignment: Assignment) -> None:
    """A folder that is a link to a neighbour's is not followed: the work of another is not graded twice."""
    hand_in(honest(assignment, 0), tmp_path, "honest")
    if level == "student":
        os.symlink(tmp_path / "honest", tmp_path / "hostile")
    else:
        (tmp_path / "hostile").mkdir()
        os.symlink(tmp_path / "honest" / NAME, tmp_path / "hostile" / NAME)
    found = read_all(tmp_path, assignment)
    assert not found["hostile"].readable and "links are not followed" in found["hostile"].messages[0]
    assert found["honest"].readable


@pytest.mark.parametrize("make", [link_to_a_neighbour, pipe])
def test_flat_layout(make: Callable[[Path, Path], None], tmp_path: Path, assignment: Assignment) -> None:
    """The same where submissions are files side by side."""
    hand_in(honest(assignment, 0), tmp_path, "honest")
    make(tmp_path, tmp_path)
    found = read_all(tmp_path, assignment)
    assert not found[NAME].readable and len(found[NAME].messages) == 1


def test_timestamp_that_is_a_pipe(tmp_path: Path) -> None:
    """The note of when it was handed in is the student's own file too."""
    os.mkfifo(tmp_path / "timestamp.txt")
    assert timestamp(tmp_path) == ""
    (tmp_path / "timestamp.txt").unlink()
    (tmp_path / "timestamp.txt").write_bytes(b"\xff" * 100)
    assert timestamp(tmp_path) == ""
    (tmp_path / "timestamp.txt").unlink()
    os.symlink("/etc/passwd", tmp_path / "timestamp.txt")
    assert timestamp(tmp_path) == ""


def test_files_beside_the_notebook(tmp_path: Path) -> None:
    """A file that may be handed in is not followed where it links, nor waited for where it is a pipe, nor read where it is huge."""
    from tests.tiny import make_course

    assignment_root = make_course(tmp_path / "course", {"assignment.toml": [("may_hand_in = []", 'may_hand_in = ["a.npz", "b.npz", "c.npz", "d.npz"]')]})
    from autograder.assignment.loading import load_assignment

    assignment = load_assignment(NAME, assignment_root)
    submitted = tmp_path / "submitted"
    hand_in(honest(assignment, 0), submitted, "hostile")
    folder = submitted / "hostile" / NAME
    os.symlink("/etc/passwd", folder / "a.npz")
    os.mkfifo(folder / "b.npz")
    with open(folder / "c.npz", "wb") as file:
        file.truncate(1 << 30)
    (folder / "d.npz").write_bytes(b"mine")
    assert read_all(submitted, assignment)["hostile"].handed_in() == (("d.npz", b"mine"),)


# ---- names and texts ----------------------------------------------------------------------------------------------

NAMES = [
    "[red]x", "[blue]x[red]", "[link=file:passwd]x", "\x1b[2J\x1b]0;owned\x07", "two\nlines", "\u202egnp.exe", "=HYPERLINK(1)", "-rf", "a" * 250,
    "..x", "~root", "%s%n", "<script>alert(1)<script>", "';DROP TABLE student;--", "CON", " ", "x\u0301" * 40,
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_odd_name(name: str, tmp_path: Path, assignment: Assignment) -> None:
    """A folder of any name is read, and shown as what it is: no markup, no control of the terminal, no path out of the folder."""
    if name.startswith("."):
        name = "x" + name
    hand_in(honest(assignment, 0), tmp_path, name)
    (found,) = read_all(tmp_path, assignment).values()
    assert found.readable
    assert "/" not in found.student and found.student not in (".", "..") and len(os.fsencode(found.student)) <= 200
    shown_safely(found, assignment)


@pytest.mark.parametrize("name", [b"\xff\xfe", b"caf\xe9", b"\xed\xa0\x80", b"\xff" * 200])
def test_name_that_is_no_text(name: bytes, tmp_path: Path, assignment: Assignment) -> None:
    """Bytes of another encoding become a name that can be stored."""
    hand_in(honest(assignment, 0), tmp_path, "made")
    os.rename(os.fsencode(tmp_path / "made"), os.fsencode(tmp_path) + b"/" + name)
    (found,) = read_all(tmp_path, assignment).values()
    found.student.encode("utf-8")
    shown_safely(found, assignment)


def shown_safely(found: Submission, assignment: Assignment, *messages: str) -> str:
    """Put a submission through everything that shows it, and return what the terminal got."""
    told = Submission(found.student, found.placed, (*found.messages, *messages), found.files)
    result = unreadable(told, assignment)
    whole = ClassResult(1, NAME, 6.0, "full", "salt", "release", {}, (result,))
    json.loads(results_json(whole))
    console = Console(width=200, force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(class_table(whole))
    text = captured.get()
    assert not {"\x07", "\x08", "\u202e"} & set(text) and "\x1b[2J" not in text and "\x1b]" not in text
    top = json.loads(dump(graded_notebook(told, result, assignment)))["cells"][0]["source"]
    assert "<script" not in top and "![" not in top and "\x1b" not in top
    return text


def test_markup_in_messages(tmp_path: Path, assignment: Assignment) -> None:
    """What a cell's exception says is shown literally, in a terminal and in a notebook."""
    hand_in(honest(assignment, 0), tmp_path, "hostile")
    (found,) = read_all(tmp_path, assignment).values()
    text = shown_safely(found, assignment, "cell 3 raised ValueError: [red]x[/blue] \x1b[2J <script>alert(1)</script> ![x](http://127.0.0.1/)")
    assert "[red]x[/blue]" in "".join(text.split()) or "[red]x" in text


def test_thousands_of_messages_are_few(tmp_path: Path, assignment: Assignment) -> None:
    """No table of a thousand lines because one notebook has a thousand faults."""
    result = unreadable(Submission("x", (), tuple(f"cell {n} is odd" for n in range(5000))), assignment)
    assert len(result.messages) < 50 and "more" in result.messages[-1]


# ---- outputs and cells of the notebook itself ---------------------------------------------------------------------


def with_outputs(work: Work, *outputs: Any) -> Work:
    work.cell("center_solution")["outputs"] = list(outputs)
    return work


OUTPUTS: list[Any] = [
    {"output_type": "display_data", "data": {"text/html": "<script>alert(1)</script>"}, "metadata": {}},
    {"output_type": "display_data", "data": {"application/javascript": "alert(1)"}, "metadata": {}},
    {"output_type": "display_data", "data": {"image/svg+xml": "<svg onload='alert(1)'/>"}, "metadata": {}},
    {"output_type": "display_data", "data": {"image/png": '"><script>alert(1)</script>'}, "metadata": {}},
    {"output_type": "display_data", "data": {"image/jpeg": ["x'", " onerror='alert(1)"]}, "metadata": {}},
    {"output_type": "error", "ename": "<script>", "evalue": "<script>", "traceback": ["<script>"]},
    {"output_type": "stream", "name": "<script>", "text": 7},
    {"output_type": "display_data", "data": {"text/plain": {"<script>": 1}}, "metadata": {"<script>": 1}},
    "<script>",
    {"output_type": ["<script>"], "data": ["<script>"]},
]


@pytest.mark.parametrize("output", OUTPUTS)
def test_output_is_text_or_picture(output: Any, tmp_path: Path, assignment: Assignment) -> None:
    """Saved outputs are kept as text and pictures: nothing in them that a browser would run."""
    hand_in(with_outputs(honest(assignment, 0), output), tmp_path, "hostile")
    (found,) = read_all(tmp_path, assignment).values()
    made = dump(graded_notebook(found, unreadable(found, assignment), assignment))
    cells = json.loads(made)["cells"]
    assert "<script" not in json.dumps([c.get("outputs") for c in cells]) and "onload" not in made and "onerror" not in made
