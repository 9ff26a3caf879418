"""Every attack in one class: each earns what it deserves, and nobody and nothing else is touched."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from .conftest import NEIGHBOURS, Fought
from .course import NAME, all_attacks
from .notation import CENTER, SCALE

EXPECTED = {0: (CENTER, SCALE), 1: (0.0, SCALE), 2: (CENTER, 0.0), 3: (0.0, 0.0)}
"""What the kinds of honest students earn."""
EXCEPTIONS = {"a_thousand_threads", "fill_the_folder", "many_files"}
"""What level landlock does not contain, as docs/explanation/security.md says."""

pytestmark = pytest.mark.quiet  # the class that attacks has a second a notebook


def test_there_are_many() -> None:
    """The suite is as large as it is meant to be, and its exceptions are the documented ones."""
    assert len(all_attacks()) >= 80
    assert {a.name for a in all_attacks().values() if not a.landlock} == EXCEPTIONS


@pytest.mark.parametrize("name", all_attacks())
def test_attack(fought: Fought, name: str) -> None:
    """It earns what its honest part deserves, tells of nothing achieved, and carries nothing out."""
    attack = all_attacks()[name]
    result = fought.graded.submissions[name]
    text = json.dumps(result)
    excused = fought.level == "landlock" and not attack.landlock
    assert excused or "BREACH" not in text, result["messages"]
    assert "LEAKED" not in text
    assert fought.graded.scores(name) == (attack.center, attack.scale), summary(result)
    assert all(len(message) <= 1000 and message.isprintable() for message in result["messages"])


def summary(result: dict[str, Any]) -> str:
    """What to read when an attack's grade is another."""
    checks = [f"{c['id']}: {c['outcome']}, {c['verdict']}, {c['message']}" for q in result["questions"] for c in q["checks"]]
    return "\n".join([*result["messages"], *checks])


def test_exceptions_are_real(fought: Fought) -> None:
    """What is excused at level landlock does happen there: an excuse that is not needed is taken off the list."""
    if fought.level == "landlock":
        for name in EXCEPTIONS:
            assert "BREACH" in json.dumps(fought.graded.submissions[name]["messages"]), name


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_neighbour(fought: Fought, name: str) -> None:
    """Honest students get what they deserve, wherever they stand."""
    assert fought.graded.scores(name) == EXPECTED[NEIGHBOURS[name]]
    result = fought.graded.submissions[name]
    assert result["messages"] == []
    questions = {q["id"]: q for q in result["questions"]}
    if NEIGHBOURS[name] == 1:
        assert questions["center"]["diagnosis"]["id"] == "one_mean_for_all"


def test_everybody_has_a_result(fought: Fought) -> None:
    """The grader lives, without a complaint, and every submission has its result."""
    assert fought.graded.status == 0
    assert fought.graded.failures == []
    assert "Traceback" not in fought.graded.stderr
    assert fought.graded.submissions.keys() == {*NEIGHBOURS, *all_attacks()}


def test_nothing_is_left_running(fought: Fought) -> None:
    """No process of the run is there after it."""
    assert fought.graded.left == []


def test_nothing_is_touched(fought: Fought) -> None:
    """Files, listeners and processes outside are as they were."""
    assert fought.harm == []
    made = ("made-by-an-attack", "left_for_the_next.py", "left-by-an-attack")
    assert not [path for folder in ("/tmp", "/dev/shm", "/var/tmp") for name in made if (path := Path(folder, name)).exists()]


@pytest.mark.parametrize("name", [n for n, a in all_attacks().items() if "KED" in a.text or n in NEIGHBOURS or "markup" in n])
def test_graded_notebook_carries_nothing(fought: Fought, name: str) -> None:
    """What is shown to a student and to the grader holds no text of an answer's making, and no markup of a cell's."""
    path = Path(fought.graded.into) / "autograded" / name / NAME / f"{NAME}.ipynb"
    node = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    assert "LEAKED" not in path.read_text()
    top = node.cells[0].source
    assert not {"\x1b", "\r", "\u202e", "\n"} & set(top)
    assert "<script" not in top and "![" not in top and "](" not in top


def test_gradebook_holds_the_class(fought: Fought) -> None:
    """The gradebook has everybody, with the same scores, and no text of a student's code."""
    data = Path(fought.graded.into, "gradebook.db").read_bytes()
    assert b"LEAKED" not in data
    for name in NEIGHBOURS:
        assert name.encode() in data
