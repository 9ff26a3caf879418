"""What was handed in: files found, cells laid beside the source's, and a sentence for every oddity."""
from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.handed_in.alignment import Submission
from autograder.handed_in.finding import Handin, find_submissions
from autograder.handed_in.running_order import digest, reference_cells
from autograder.handed_in.submission import read_submission
from autograder.inside.protocol import frame
from tests.sample_class.work import ANSWER, Work
from tests.tiny import NAME

OWN = 4
"""Cells of the tiny notebook by index: 0 title, 1 imports, 2 helpers, 3 prose, 4 center_solution, 5 center, 6 look, 7 prose, 8 scale_solution,
9 scale, 10 prose, 11 why."""


def hand_in(work: Work, folder: Path) -> Submission:
    work.save(folder / "ann" / NAME)
    (handin,) = find_submissions(folder, work.assignment)
    return read_submission(handin, work.assignment)


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Hand in a work and read it back."""
    return lambda work: hand_in(work, tmp_path)


def order(submission: Submission) -> list[str]:
    """The cells to run, by id, or by their text where they are the student's own."""
    ids = {p.number: p.source.id for p in submission.placed if p.source is not None}
    return [ids.get(c.number, c.text) for c in submission.cells()]


USUAL = ["imports", "helpers", "center_solution", "center", "look_at_center", "scale_solution", "scale"]

# ---- a notebook as it should be ---------------------------------------------------------------------------------


def test_a_complete_submission_has_nothing_to_say(work: Work, read: Any) -> None:
    """Every cell is in its place, and there is no message."""
    submission = read(work.solve())
    assert submission.readable
    assert submission.messages == ()
    assert order(submission) == USUAL
    kinds = {c.number: c.kind for c in submission.cells()}
    assert kinds == {2: "given", 3: "given", 5: "own", 6: "demo", 7: "demo", 9: "own", 10: "demo"}
    assert submission.answer("why") == ANSWER
    assert "moved" in str(submission.answer("center_solution"))


def test_the_untouched_release_answers_nothing(work: Work, read: Any) -> None:
    """As handed out, no answer counts as one."""
    submission = read(work)
    assert submission.messages == ()
    assert [submission.answer(i) for i in ("center_solution", "scale_solution", "why")] == [None] * 3


@pytest.mark.parametrize("text", ["*Write your answer here, in place of this line.*  \r\n", "\n*Write your answer here, in place of this line.*"])
def test_blanks_and_line_ends_are_no_answer(work: Work, read: Any, text: str) -> None:
    """What a front end changes when it saves does not count as an answer."""
    assert read(work.write("why", text)).answer("why") is None


def test_names_of_demonstrations_are_known(work: Work, read: Any) -> None:
    """Names that only demo and test cells define are those for which demonstrations may have to run."""
    assert read(work).demo_names() == {"rows"}


def test_the_reference_runs_like_a_submission(tiny: Assignment) -> None:
    """The reference's cells are the source's given and solution cells, with replacements and an addition where asked."""
    assert [(c.number, c.kind) for c in reference_cells(tiny)] == [(2, "given"), (3, "given"), (5, "own"), (9, "own")]
    replaced = reference_cells(tiny, {"center_solution": "center = None"}, "x = 1")
    assert [c.text for c in replaced if c.number in (5, 13)] == ["center = None", "x = 1"]


# ---- oddities of cells ------------------------------------------------------------------------------------------


def test_an_edited_locked_cell_is_replaced(work: Work, read: Any) -> None:
    """Given, test and demo cells are taken from the source, and each that was edited is named."""
    work.solve().write("imports", "import numpy as np\nnp.mean = None").write("center", "pass").write("look_at_center", "while True: pass")
    submission = read(work)
    assert submission.messages == (
        "cell 2 (imports) is locked and was changed; the original was used", "cell 6 (center) is locked and was changed; the original was used",
        "cell 7 (look_at_center) is locked and was changed; the original was used",
    )  # fmt: skip
    texts = {c.number: c.text for c in submission.cells()}
    assert texts[2] == "import numpy as np\n\nimport checks"
    assert "while True" not in "".join(texts.values())


def test_edited_prose_is_nobodys_business(work: Work, read: Any) -> None:
    """Markdown that is not graded may be changed."""
    work.cells[0]["source"] = "# My own title"
    assert read(work.solve()).messages == ()


def test_missing_cells_are_named_and_given_ones_run_all_the_same(work: Work, read: Any) -> None:
    """Graded and solution cells that are gone are listed; a given cell that is gone runs at its place."""
    work.solve()
    work.cells = [c for i, c in enumerate(work.cells) if i not in (2, 8, 9, 11)]
    submission = read(work)
    assert submission.messages == ("missing cells: scale_solution, scale, why",)
    assert order(submission) == ["imports", "helpers", "center_solution", "center", "look_at_center", "scale"]
    assert submission.answer("why") is None


def test_a_repeated_solution_runs_twice_and_is_named(work: Work, read: Any) -> None:
    """The first copy is the answer's cell, the second runs as a cell of the student's own, after it."""
    work.solve()
    work.cells.insert(5, {**work.cells[OWN], "source": "center = 'the second'"})
    submission = read(work)
    assert submission.messages == ("cell 6 repeats center_solution, which stands in cell 5 too",)
    assert order(submission) == ["imports", "helpers", "center_solution", "center = 'the second'", "center", "look_at_center", "scale_solution", "scale"]


def test_a_repeated_locked_cell_is_dropped(work: Work, read: Any) -> None:
    """A second copy of a given or test cell is named and not run."""
    work.solve()
    work.cells += [{**work.cells[1], "source": "np = None"}, work.cells[5]]
    submission = read(work)
    assert submission.messages == ("cell 13 repeats imports, which stands in cell 2 too", "cell 14 repeats center, which stands in cell 6 too")
    assert order(submission) == USUAL


def test_reordered_cells_run_in_the_students_order(work: Work, read: Any) -> None:
    """The student's order counts, but no cell runs before a given one that precedes it in the source."""
    work.solve()
    cells = work.cells
    work.cells = [cells[8], cells[9], cells[4], cells[5], cells[2], cells[1]]
    submission = read(work)
    assert order(submission) == ["imports", "helpers", "scale_solution", "scale", "center_solution", "center", "look_at_center"]


@pytest.mark.parametrize("where", ["in place", "gone", "at the top", "at the end"])
def test_a_given_cell_runs_before_what_follows_it_in_the_source(vary: Any, tmp_path: Path, where: str) -> None:
    """A given cell between two solutions runs before the second wherever the student has put it, and after the first unless it was moved above it."""
    work = Work.handed_out(vary({"notebook.py": [('demo="look_at_center"', 'given="between"')]})).solve()
    moved = work.cells.pop(6)
    place = {"in place": 6, "at the top": 0, "at the end": len(work.cells)}
    if where in place:
        work.cells.insert(place[where], moved)
    run = order(hand_in(work, tmp_path / "submitted"))
    usual = ["center_solution", "between", "scale_solution"]
    assert [i for i in run if i in usual] == (["between", "center_solution", "scale_solution"] if where == "at the top" else usual)
    assert run[:2] == ["imports", "helpers"]


def test_own_cells_before_the_imports_run_before_them(work: Work, read: Any) -> None:
    """A student's cell at the very top runs first, as in Jupyter: `%reset` takes nothing away there. One that misses a name is run again."""
    work.solve().add("mine = 3", before="imports")
    assert order(read(work)) == ["mine = 3", *USUAL]


def test_own_cells_run_where_they_stand(work: Work, read: Any) -> None:
    """Cells that the student added run between the cells where they were put; added Markdown does not run."""
    work.solve().add("a = 1", before="center_solution").add("b = 2", after="scale_solution").add("c = 3")
    work.cells.append({"cell_type": "markdown", "metadata": {}, "source": "d = 4"})
    assert order(read(work)) == ["imports", "helpers", "a = 1", "center_solution", "center", "look_at_center", "scale_solution", "b = 2", "scale", "c = 3"]


def test_a_solution_turned_into_markdown_is_not_run(work: Work, read: Any) -> None:
    """Its code is not run, and the message says why."""
    work.solve().cell("center_solution")["cell_type"] = "markdown"
    submission = read(work)
    assert submission.messages == ("cell 5 (center_solution) was turned into markdown; its code was not run", "missing cells: center_solution")
    assert order(submission) == [i for i in USUAL if i != "center_solution"]


def test_a_locked_cell_turned_into_markdown_runs(work: Work, read: Any) -> None:
    """Locked cells come from the source, whatever became of them."""
    work.solve().cell("imports")["cell_type"] = "markdown"
    assert order(read(work)) == USUAL


def test_stripped_metadata_is_made_up_for(work: Work, read: Any) -> None:
    """Without any metadata locked cells are known by their text, answers run where they stand, write-ups by the prose before them."""
    work.solve().metadata = {}
    for cell in work.cells:
        cell["metadata"] = {}
    submission = read(work)
    assert submission.messages == ("the cells have lost their nbgrader metadata; answers were found by the names they define",)
    ids = [p.source.id if p.source else "" for p in submission.placed if p.handed_in is not None]
    assert ids == ["", "imports", "helpers", "", "", "center", "look_at_center", "", "", "scale", "", "why"]
    assert submission.answer("why") == ANSWER
    kinds = [c.kind for c in submission.cells()]
    assert kinds == ["given", "given", "own", "demo", "demo", "own", "demo"]


def test_a_write_up_without_metadata_may_be_untouched_or_gone(work: Work, read: Any) -> None:
    """What stands after the question's prose is the answer only if it is Markdown of the student's."""
    work.solve("center", "scale")
    work.cells[11]["metadata"] = {}
    assert read(work).answer("why") is None
    del work.cells[11]
    assert read(work).answer("why") is None
    work.add("x = 1")
    assert read(work).answer("why") is None


def test_metadata_of_any_form_is_no_error(work: Work, read: Any) -> None:
    """Damaged metadata counts as none."""
    odd: list[Any] = [None, 3, {"nbgrader": 3}, {"nbgrader": {"grade_id": {}}}, {"nbgrader": {"grade_id": "?"}}]
    for cell, metadata in zip(work.solve().cells, odd * 3, strict=False):
        cell["metadata"] = metadata
    work.metadata["chainrule"] = 7
    assert read(work).readable


def test_a_notebook_of_an_older_release_is_named(work: Work, read: Any) -> None:
    """The release's hash in the metadata tells which one it was made from."""
    work.solve().metadata["chainrule"]["release"] = "0123456789abcdef" * 3
    assert read(work).messages == ("it was made from another release of the assignment than the one it is graded by",)


def test_another_assignments_notebook_is_unreadable(work: Work, read: Any) -> None:
    """Its own metadata says what it is; nothing is guessed."""
    work.metadata["chainrule"] = {"assignment": "faces_mlp", "release": "x"}
    for number, cell in enumerate(work.cells):
        cell["metadata"] = {"nbgrader": {"grade_id": f"other-{number}"}}
    submission = read(work)
    assert not submission.readable
    assert submission.messages == ("this is the notebook of another assignment, faces_mlp",)


def test_a_wrong_name_in_the_metadata_does_not_outweigh_the_cells(work: Work, read: Any) -> None:
    """A notebook with this assignment's cells is graded, whatever its metadata is called."""
    work.solve().metadata["chainrule"] = {"assignment": "faces_mlp", "release": work.assignment.release}
    assert read(work).readable


def test_a_notebook_of_nothing_known_is_unreadable(work: Work, read: Any) -> None:
    """No cell of the assignment and no name that it asks for: nothing can be graded."""
    work.cells, work.metadata = [{"cell_type": "code", "metadata": {}, "source": "x = 1"}], {}
    submission = read(work)
    assert not submission.readable
    assert "nothing of this assignment was found" in submission.messages[0]
    work.cells = []
    assert not read(work).readable


@pytest.mark.parametrize("text", ["def center(X):\n    return X", "class Scaler:\n    pass", "center = lambda X: X", "x = '\ud800'\ncenter = 1"])
def test_one_name_is_enough_to_be_graded(work: Work, read: Any, text: str) -> None:
    """A notebook of the student's own that defines something of what is asked for is graded."""
    work.cells, work.metadata = [{"cell_type": "code", "metadata": {}, "source": text}], {}
    submission = read(work)
    assert submission.readable
    assert [c.text for c in submission.cells() if c.kind != "demo"][2:] == [text.replace("\ud800", "?")]


def test_code_that_no_parser_takes_is_read(work: Work, read: Any) -> None:
    """An expression nested beyond Python's parser spoils neither the reading nor the other cells."""
    submission = read(work.solve().add("x = " + "-" * 100_000 + "1"))
    assert submission.readable
    assert len(submission.cells()) == len(USUAL) + 1


# ---- oddities of files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "the file is empty"),
        (b'{"cells": [1,]}', "the file is not a notebook: its JSON is broken"),
        (b"\x80\xff\x00\x01", "the file is not a notebook: it is not text"),
        (b"{}", "the file is JSON, but not a notebook"),
    ],
)
def test_a_file_that_is_no_notebook_is_unreadable(work: Work, read: Any, raw: bytes, says: str) -> None:
    """The reason is the only message."""
    work.raw = raw
    submission = read(work)
    assert not submission.readable
    assert len(submission.messages) == 1
    assert says in submission.messages[0]


def test_a_truncated_notebook_is_unreadable(work: Work, read: Any) -> None:
    """An upload that broke off is said to be cut off, wherever that was."""
    whole = json.dumps(work.solve().as_json()).encode()
    for at in (1, 100, len(whole) // 2, len(whole) - 100, len(whole) - 1):
        work.raw = whole[:at]
        assert "it stops in the middle" in read(work).messages[0]


def test_a_notebook_of_format_3_is_graded(work: Work, read: Any) -> None:
    """An older format is converted and named; grade ids survive."""
    cells = [{**c, "input": c["source"], "language": "python"} if c["cell_type"] == "code" else c for c in work.solve().cells]
    work.raw = json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": work.metadata, "worksheets": [{"cells": cells}]}).encode()
    submission = read(work)
    assert submission.messages == ("the notebook is in the older format 3; it was converted",)
    assert order(submission) == USUAL


def test_another_front_end_may_have_saved_it(work: Work, read: Any) -> None:
    """Sources as lists of lines, other keys, other kernels and Windows line ends change nothing."""
    work.solve().metadata["kernelspec"] = {"name": "colab"}
    work.metadata["colab"] = {"provenance": []}
    for cell in work.cells:
        cell["source"] = [line + "\r\n" for line in cell["source"].split("\n")]
        cell["metadata"] |= {"id": "abc", "collapsed": True, "ExecuteTime": {}}
        cell.pop("id", None)
    submission = read(work)
    assert submission.messages == ()
    assert order(submission) == USUAL


def test_a_file_too_large_is_not_read(tiny: Assignment, tmp_path: Path) -> None:
    """A file beyond the limit is refused by its size alone."""
    path = tmp_path / "ann.ipynb"
    with path.open("wb") as file:
        file.truncate((256 << 20) + 1)
    submission = read_submission(Handin("ann", path), tiny)
    assert submission.messages == ("the file has more than 256 MiB",)


def test_a_file_that_can_not_be_read_is_named(tiny: Assignment, tmp_path: Path) -> None:
    """A folder under the notebook's name, or a file that is gone, becomes a sentence."""
    (tmp_path / "ann" / NAME / f"{NAME}.ipynb").mkdir(parents=True)
    (handin,) = find_submissions(tmp_path, tiny)
    assert "can't be read" in read_submission(handin, tiny).messages[0]
    assert "can't be read" in read_submission(Handin("bob", tmp_path / "gone.ipynb"), tiny).messages[0]


# ---- finding files ----------------------------------------------------------------------------------------------


def test_both_layouts_are_found(work: Work, tmp_path: Path) -> None:
    """nbgrader's folders and a flat folder of files, students in order, hidden files and another assignment's left alone."""
    work.save(tmp_path / "zoe" / NAME)
    (work.assignment.root / "assignments" / "another_assignment").mkdir(exist_ok=True)
    work.save(tmp_path / "tom" / "another_assignment")
    work.name = "ann.ipynb"
    work.save(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "._ann.ipynb").write_text("x")
    found = find_submissions(tmp_path, work.assignment)
    assert [(h.student, h.path, h.messages) for h in found] == [
        ("ann", tmp_path / "ann.ipynb", ()), ("zoe", tmp_path / "zoe" / NAME / f"{NAME}.ipynb", ()),
    ]  # fmt: skip


def test_a_folder_and_a_file_of_one_student(work: Work, tmp_path: Path) -> None:
    """The folder is graded, and the message says so."""
    work.save(tmp_path / "ann" / NAME)
    work.name = "ann.ipynb"
    work.save(tmp_path)
    (found,) = find_submissions(tmp_path, work.assignment)
    assert found.path == tmp_path / "ann" / NAME / f"{NAME}.ipynb"
    assert found.messages == ("a folder and a file ann.ipynb were handed in; the folder was taken",)


def test_two_notebooks_in_a_folder(work: Work, tmp_path: Path) -> None:
    """The one with the right name is graded, and the other is named."""
    work.save(tmp_path / "ann" / NAME)
    work.name = f"{NAME} (1).ipynb"
    work.save(tmp_path / "ann" / NAME)
    (found,) = find_submissions(tmp_path, work.assignment)
    assert found.path is not None
    assert found.path.name == f"{NAME}.ipynb"
    assert found.messages == (f"{NAME} (1).ipynb was handed in too; only {NAME}.ipynb was taken",)


def test_a_notebook_under_another_name(work: Work, tmp_path: Path) -> None:
    """The newest one is graded in its place."""
    for age, name in ((100, "old.ipynb"), (50, "new.ipynb"), (200, "older.ipynb")):
        work.name = name
        work.save(tmp_path / "ann" / NAME)
        os.utime(tmp_path / "ann" / NAME / name, (1e9 - age, 1e9 - age))
    (found,) = find_submissions(tmp_path, work.assignment)
    assert found.path is not None
    assert found.path.name == "new.ipynb"
    assert found.messages == (f"{NAME}.ipynb is missing; new.ipynb was taken in its place",)


@pytest.mark.parametrize("names", [("new.ipynb",), ("a.ipynb", "b.ipynb"), (f"{NAME}.ipynb", "other.ipynb"), (f"{NAME}.ipynb", f"old/{NAME}.ipynb")])
def test_what_was_chosen_and_can_not_be_read_was_not_graded(work: Work, tmp_path: Path, names: tuple[str, ...]) -> None:
    """Which notebook counts is said, and not that it was graded."""
    for name in names:
        (tmp_path / "ann" / NAME / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ann" / NAME / name).write_bytes(b"no notebook")
    (found,) = find_submissions(tmp_path, work.assignment)
    submission = read_submission(found, work.assignment)
    assert not submission.readable and "was taken" in submission.messages[0]
    assert not any("graded" in message for message in submission.messages)


def test_a_folder_without_a_notebook(work: Work, tmp_path: Path) -> None:
    """A student whose folder holds none has a submission that says so."""
    work.name = ""
    work.files["notes.txt"] = b"x"
    submission = hand_in(work, tmp_path)
    assert not submission.readable
    assert submission.messages == (f"no notebook was handed in: {NAME}.ipynb is missing, but there is notes.txt",)


def test_a_name_that_is_no_text_is_made_one(work: Work, tmp_path: Path) -> None:
    """A folder's name in another encoding can be shown, stored and sent all the same."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xfcller"))
    work.save(folder / NAME)
    work.name = os.fsdecode(b"\xe9.ipynb")
    work.save(folder / NAME)
    (handin,) = find_submissions(tmp_path, work.assignment)
    submission = read_submission(handin, work.assignment)
    assert submission.readable
    assert submission.student == "M\\xfcller"
    json.dumps([submission.student, submission.messages], ensure_ascii=False).encode()


def test_no_folder_is_a_wrong_call(tiny: Assignment, tmp_path: Path) -> None:
    """A folder of submissions that is not there is named, with the option to name another."""
    with pytest.raises(UsageError, match="--submitted"):
        find_submissions(tmp_path / "gone", tiny)


def test_files_that_may_be_handed_in_come_along(vary: Any, tmp_path: Path) -> None:
    """Only the files that the assignment lists are taken from a student's folder; extra notebooks are not submissions."""
    edits = {"assignment.toml": [("may_hand_in = []", 'may_hand_in = ["weights.npz", "more.npz"]'), ("extra_notebooks = []", 'extra_notebooks = ["appendix.py"]')]}
    work = Work.handed_out(vary(edits, {"appendix.py": "# %% [markdown]\n# More\n"}))
    work.files = {"weights.npz": b"1", "numpy.py": b"evil", "appendix.ipynb": b"{}"}
    submission = hand_in(work, tmp_path / "submitted")
    assert submission.files == {"weights.npz": b"1"}
    assert submission.handed_in() == (("weights.npz", b"1"),)
    assert submission.messages == ()


# ---- whatever a notebook is made of -----------------------------------------------------------------------------


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.integers(0, 1 << 32))
def test_any_mess_of_cells_is_laid_out(tiny: Assignment, tmp_path: Path, seed: int) -> None:
    """Cells dropped, doubled, shuffled, stripped and changed in kind: given cells run once each, in order, before what follows them."""
    rng = random.Random(seed)
    work = Work.handed_out(tiny).solve()
    cells = rng.choices(work.cells, k=rng.randint(1, 16))
    work.cells = [{**c} for c in cells]
    for cell in work.cells:
        cell["cell_type"] = rng.choice([cell["cell_type"]] * 4 + ["markdown", "code", "raw"])
        cell["metadata"] = cell["metadata"] if rng.random() < 0.7 else {}
        cell["source"] = cell["source"] if rng.random() < 0.8 else rng.choice(["", "x = 1", "def center(X", "\0"])
    submission = hand_in(work, tmp_path)
    frame([submission.student, submission.messages])
    if not submission.readable:
        return
    run = submission.cells()
    frame(run)
    given_cells = [c for c in run if c.kind == "given"]
    assert [c.text for c in given_cells] == [c.text for c in tiny.cells if c.role is Role.GIVEN]
    answers = {p.number for p in submission.placed if p.source is not None and p.source.role is Role.SOLUTION}
    first_answer = next((i for i, c in enumerate(run) if c.number in answers), len(run))
    assert all(i < first_answer for i, c in enumerate(run) if c.kind == "given") or not answers
    numbers = [c.number for c in run]
    assert len(set(numbers)) == len(numbers)
    locked = {c.text for c in tiny.cells if c.role in (Role.TEST, Role.DEMO)}
    assert all(c.text in locked for c in run if c.kind == "demo")


def test_the_digest_knows_every_part_of_a_cell(work: Work, read: Any) -> None:
    """Text, number, kind and order of cells to run change the digest; outputs do not."""
    cells = read(work.solve()).cells()
    for cell in work.cells:
        cell["outputs"] = [{"output_type": "stream", "text": "new"}]
    assert digest(read(work).cells()) == digest(cells)
    others = [cells[::-1], cells[1:], [*cells[:2], type(cells[2])(cells[2].text + " ", cells[2].number, "own"), *cells[3:]]]
    others += [[type(cells[0])(cells[0].text, 99, cells[0].kind), *cells[1:]], [type(cells[0])(cells[0].text, cells[0].number, "own"), *cells[1:]]]
    assert len({digest(cells), *map(digest, others)}) == 6
