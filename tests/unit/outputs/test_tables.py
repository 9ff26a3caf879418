"""Scores for other programs."""
from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.values import Assignment
from autograder.entry.gradescope import Running
from autograder.handed_in.roster import Student
from autograder.judging.findings import SubmissionResult
from autograder.outputs.gradescope_zip import NEEDED, write_zip
from autograder.outputs.tables import as_canvas, as_csv, as_json, as_moodle, harmless, lines
from autograder.records.marks import Mark, Marks
from autograder.records.standing import Standing
from tests.unit.outputs.test_report import kept
from tests.unit.records.test_graded_notebook import result

ANN = Student("ann", "Anna Lena Muster", "ann@uni.example", "amuster", "s100", "4711", "1327", "A")
BEN = Student("ben", "Ben", "ben@uni.example")


def standing(of: SubmissionResult | None = None, **marks: Any) -> Standing:
    return Standing(of or result(), Marks(**marks))


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_csv_has_totals_and_every_question(tiny: Assignment) -> None:
    """What people gave counts, lateness is taken off, and what nobody has graded is empty, not 0."""
    graded = standing(questions={"why": Mark(score=1.0)}, penalty=0.5)
    head, *rows = table(as_csv(tiny, lines([graded, standing(result(student="zoe"))], [ANN, BEN])))
    assert head[-3:] == ["center", "scale", "why"]
    ann, ben, zoe = (dict(zip(head, row, strict=True)) for row in rows)
    assert ann == {
        "student": "ann", "name": "Anna Lena Muster", "email": "ann@uni.example", "status": "graded", "score": "4", "max_score": "6",
        "late_penalty": "0.5", "waiting": "", "center": "0.5", "scale": "3", "why": "1",
    }  # fmt: skip
    assert (ben["status"], ben["score"], ben["center"]) == ("missing", "", "")
    assert (zoe["name"], zoe["score"], zoe["waiting"], zoe["why"]) == ("", "3.5", "why", "")


@pytest.mark.parametrize("known", ["ann", "amuster", "s100", "ann@uni.example", "4711"])
def test_a_submission_is_found_in_the_roster_by_any_of_its_names(tiny: Assignment, known: str) -> None:
    """Whatever the folder was called after: id, login, number, address."""
    (row,) = lines([standing(result(student=known))], [ANN])
    assert (row.student, row.score) == (ANN, "3.5")


def test_two_submissions_of_one_person_are_both_there(tiny: Assignment) -> None:
    """The second keeps the name of its folder: nothing is dropped in silence."""
    rows = lines([standing(result(student="ann")), standing(result(student="amuster", center=1.5))], [ANN])
    assert [(row.student.id, row.score) for row in rows] == [("amuster", "4.5"), ("ann", "3.5")]


def test_a_submission_under_the_own_id_is_never_replaced(tiny: Assignment) -> None:
    """Whose id was changed in the roster has two results, and the address begins as the old id does: both are there, each with its score."""
    person = Student("bob2", "Bob Brown", "bob@uni.example")
    rows = lines([standing(result(student="bob")), standing(result(student="bob2", center=1.5))], [person])
    assert [(row.student.id, row.student.name, row.score) for row in rows] == [("bob", "", "3.5"), ("bob2", "Bob Brown", "4.5")]


@pytest.mark.parametrize("field", ["email", "canvas", "number", "login"])
def test_what_two_people_have_places_nobody(tiny: Assignment, field: str) -> None:
    """bob@x.example and bob@y.example are two: a result of bob is neither's."""
    value = {"email": "bob@x.example"}.get(field, "bob")
    first, second = Student("s1", **{field: value}), Student("s2", **{field: value.replace("x.", "y.")})
    rows = lines([standing(result(student="bob"))], [first, second])
    assert [(row.student.id, row.score) for row in rows] == [("bob", "3.5"), ("s1", ""), ("s2", "")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\n+", "＝", "'="])
def test_no_cell_begins_a_formula(tiny: Assignment, start: str) -> None:
    """Neither a student's id nor a name or a comment, in any of the files."""
    evil = f'{start}HYPERLINK("http://x","a")'
    graded = standing(result(student=evil), questions={"why": Mark(score=1.0, comment=evil)})
    who = [Student(evil, evil, evil, evil, evil, evil, evil, evil)]
    for roster in ((), who):
        for text in (as_csv(tiny, lines([graded], roster)), as_canvas(tiny, lines([graded], roster), evil), as_moodle(tiny, lines([graded], roster))):
            for row in table(text):
                assert not [cell for cell in row if cell.strip().startswith(("=", "+", "-", "@", "＝"))]


def test_plain_cells_stay_as_they_are() -> None:
    """Names with a hyphen, quotes, commas or letters of any script are written as they are."""
    for text in ("Jean-Luc", 'Ada "Countess", L.', "Ñu", "    Points Possible", "3.5", "'tis"):
        assert harmless(text) == text


def test_formulas_behind_other_separators() -> None:
    """Where a semicolon or a tab separates, a text that holds one is several cells: none is a formula."""
    for text in ("x;=1+1;y", "x; =1+1", "x\t@SUM(1)", 'a";"=1', "a\n=1", "=1;=2", ";-1"):
        for cell in re.split(r"[;\t\n]", harmless(text)):
            assert not cell.lstrip(' "').startswith(("=", "+", "-", "@")), (text, harmless(text))
    for text in ("a (2, -3)", "one; two", "x-1;y"):
        assert harmless(text) == text


def test_quoting_survives_commas_quotes_and_lines(tiny: Assignment) -> None:
    """A name with all that needs quoting is read back as it was."""
    name = 'Ada "Countess", of\nLovelace'
    assert table(as_csv(tiny, lines([standing()], [Student("ann", name)])))[1][1] == name


def test_canvas_columns(tiny: Assignment) -> None:
    """The columns that Canvas reads, its line of points, and an empty cell for who has handed in nothing."""
    assert table(as_canvas(tiny, lines([standing()], [ANN, BEN]), "Layers (99)")) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Layers (99)"],
        ["    Points Possible", "", "", "", "", "6"],
        ["Muster, Anna Lena", "4711", "s100", "amuster", "A", "3.5"],
        ["Ben", "", "", "ben", "", ""],
    ]
    assert table(as_canvas(tiny, lines([standing()])))[0][-1] == tiny.title


def test_moodle_columns(tiny: Assignment) -> None:
    """Its participant, the grade, and the mistakes and comments as HTML in which nothing of theirs is a tag."""
    graded = standing(questions={"why": Mark(score=1.0, comment="<b>Nearly</b>\nright")})
    head, ann = table(as_moodle(tiny, lines([graded], [ANN])))
    assert dict(zip(head, ann, strict=True)) == {
        "Identifier": "Participant 1327", "Full name": "Anna Lena Muster", "Email address": "ann@uni.example", "Grade": "4.5", "Maximum Grade": "6",
        "Feedback comments": "<b>1. Center</b>: You subtract &lt;one&gt; mean.<br><b>3. Why</b>: &lt;b&gt;Nearly&lt;/b&gt;<br>right",
    }  # fmt: skip


def test_json_has_checks_and_what_people_said(tiny: Assignment) -> None:
    """Each question with its points, who gave them, and what the tests found."""
    graded = standing(questions={"why": Mark(score=1.0, comment="Well said.")})
    document = json.loads(as_json(tiny, lines([graded], [ANN, BEN])))
    assert (document["format"], document["assignment"], document["max_score"]) == (1, "tiny", 6.0)
    ann, ben = document["students"]
    assert (ann["id"], ann["score"], ann["questions"][2]["comments"], ann["questions"][2]["by_person"]) == ("ann", 4.5, ["Well said."], True)
    assert ann["questions"][0]["tested"]["diagnosis"]["id"] == "one_mean"
    assert (ben["status"], ben["score"]) == ("missing", None)


# ---- Gradescope -------------------------------------------------------------------------------------------------


def test_the_zip_is_whole_and_the_same_each_time(tiny: Assignment, tmp_path: Path) -> None:
    """Both scripts can be run, package and assignment are in it, versions are pinned, and the same course gives the same bytes."""
    for name in ("one.zip", "two.zip"):
        write_zip(tiny, "salt", tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as made:
        names = made.namelist()
        for script in ("setup.sh", "run_autograder"):
            assert made.getinfo(script).external_attr >> 16 & 0o111 == 0o111
            assert made.read(script).startswith(b"#!/usr/bin/env bash\n") and b"NAME" not in made.read(script)
        assert made.read("salt") == b"salt\n"
        assert [line.partition("==")[0] for line in made.read("requirements.txt").decode().splitlines()] == list(NEEDED)
    assert {"kit/autograder/inside/worker.py", "kit/autograder/inside/jail/__init__.py", "kit/autograder/student/checks.py"} <= set(names)
    assert {f"course/assignments/tiny/{file}" for file in ("notebook.py", "probes.py", "judges.py", "assignment.toml", "misconceptions.py")} <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_results_count_what_is_done_so_far(tiny: Assignment, tmp_path: Path) -> None:
    """Before the end, questions that were judged have their points and the others say that they were not reached."""
    running = Running(tmp_path / "results.json", tiny)
    running.add(kept("x", 1, 3).now.result.questions[0])
    found = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert (found["score"], [test["score"] for test in found["tests"]]) == (1.0, [1.0, 0.0, 0.0])
    assert "not finished" in found["output"] and found["tests"][1]["output"] == "This was not graded yet."
    running.finish(kept("x", 1, 3).now.result)
    found = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert (found["score"], found["output"], found["tests"][2]["output"]) == (4.0, "", "A person will grade this answer.")
    assert "status" not in found["tests"][2]
