"""The positive control: the same attacks where nothing holds them. They succeed, so the suite is known to be able to fail.

Two things are taken away in turn: the jail (the same grader at level none) and the judging outside (a grader of the usual kind, which
runs its test in the process of the answer).
"""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jail.harness import USERS

from .conftest import Field
from .course import REPOSITORY, Graded, all_attacks, hand_in, honest, hostile, own

NO_JAIL = [
    "read_the_hidden_tests", "read_another_submission", "list_the_submissions", "read_secrets_of_the_machine", "change_another_submission",
    "follow_a_link_out", "link_another_submission", "make_files_outside", "connect_by_tcp", "send_by_udp", "reach_an_abstract_socket", "fork",
    "run_a_program", "memory_in_a_file", "look_into_proc", "signal_everybody", "reprioritise_the_grader", "fill_the_folder",
]  # fmt: skip
"""Attacks that the jail stops, harmless enough to be let go at what the test made."""

JUDGED_INSIDE = {
    "comparisons_patched": "np.allclose(center(X), expected)",
    "equal_to_everything": "center(X) == expected",
    "array_that_says_yes": "np.all(center(X) == expected)",
    "class_of_somebody_else": "isinstance(center(X), np.ndarray) and center(X).shape == expected.shape",
    "not_a_number": "not (abs(center(X) - expected) > 1e-8).any()",
    "infinite": "not (abs(center(X) - expected) / abs(center(X)) > 1e-8).any()",
    "masked_where_wrong": "not (abs(center(X) - expected) > 1e-8).any()",
    "array_of_objects": "bool((center(X) == expected).all())",
    "number_that_is_everything": "all(a == b for a, b in zip(center(X)[0], expected[0]))",
    "text_that_is_everything": "all(a == b for a, b in zip(center(X)[0], expected[0]))",
    "builtins_replaced": "all(abs(a - b) < 1e-8 for a, b in zip(center(X).ravel(), expected.ravel()))",
    "answer_in_the_input": "np.allclose(center(X), X - X.mean(axis=0))",
    "colabs_page_as_an_answer": "all(a == b for a, b in zip(center(X), expected))",
    "a_log_around_an_answer": "all(a == b for a, b in zip(center(X), expected))",
    "a_log_equal_to_everything": "center(X) == expected",
    "a_decorator_that_is_missing": "center(X).shape == expected.shape",
    "an_annotation_that_answers": "center(X).shape == expected.shape",
    "a_bar_from_which_all_is_near": "not abs(center(X) - expected) > 1e-8",
    "a_type_without_an_end": "sum(1 for row in zip(center(X), expected)) == len(expected)",
    "a_log_that_is_everybodys_module": "sys.modules['numpy.testing'].allclose(center(X), expected)",
    "a_finder_beside_the_stand_ins": "np.allclose(center(X), __import__('reference').center(X))",
    "a_log_in_what_crosses": "all(a == b for a, b in zip(center(X)[0], expected[0]))",
    "a_log_that_is_packed_as_code": "np.allclose(pickle.loads(pickle.dumps(center(X))), expected)",
}
"""A test as it is often written, and the attack that it falls for. No answer here is right."""

JUDGE = """
import json, pickle, sys, types
import numpy as np
from autograder.inside.running import RunningNotebook
from autograder.inside.standins import install_standins
install_standins(())
text, test = json.loads(sys.stdin.read())
X = np.random.default_rng(7).normal(size=(6, 3)) + np.array([5.0, -2.0, 0.5])
expected = X - X.mean(axis=0)
notebook = RunningNotebook()
notebook.names.update(np=np, X=X, expected=expected, sys=sys, pickle=pickle)
with np.errstate(all="ignore"):
    list(notebook.run([types.SimpleNamespace(text=text, number=1, kind="own")]))
    print("passed" if eval(test, notebook.names) else "failed")
"""


@pytest.fixture(scope="module")
def unconfined() -> Iterator[Graded]:
    """A class of attackers, graded without a jail in a world of its own."""
    field = Field(USERS[-1], "none", NO_JAIL)
    try:
        yield field.run("into", jobs=1)
    finally:
        field.close()


@pytest.mark.parametrize("name", NO_JAIL)
def test_it_gets_through_without_a_jail(unconfined: Graded, name: str) -> None:
    """What the jail stops works without it."""
    assert "BREACH" in json.dumps(unconfined.submissions[name]["messages"]), unconfined.submissions[name]


@pytest.mark.parametrize("name", JUDGED_INSIDE)
def test_it_fools_a_judge_in_its_own_process(name: str) -> None:
    """A test in the process of the answer passes, or is made to pass."""
    order = json.dumps([all_attacks()[name].text, JUDGED_INSIDE[name]])
    command = [sys.executable, "-W", "ignore", "-c", JUDGE]
    done = subprocess.run(command, input=order, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.strip() == "passed", done.stderr


def test_an_exit_status_is_no_result() -> None:
    """A grader that looks at the exit status takes an early end for success."""
    order = json.dumps([all_attacks()["leave_at_once"].text, "False"])
    done = subprocess.run([sys.executable, "-c", JUDGE], input=order, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_harness_sees_harm() -> None:
    """A notebook that is changed, and a file that is made, do not go unnoticed."""
    field = Field(USERS[0], "none", [])
    try:
        before = field.files()
        path = Path(field.world()["neighbour"])
        path.write_text(path.read_text() + " ")
        assert field.files() != before
        (field.outside.root / "folder" / "disposable").unlink()
        assert field.outside.harm()
    finally:
        field.close()


def test_an_honest_class_would_show_a_wrong_expectation() -> None:
    """An attacker's notebook without its attack earns full marks: the zeros of the suite are the attacks' own."""
    with tempfile.TemporaryDirectory(prefix="chainrule-attacks-") as folder:
        from .course import grade, make_assignment

        root = Path(folder)
        assignment = make_assignment(root)
        hand_in(honest(assignment, 0), root / "submitted", "honest")
        work = hostile(assignment, all_attacks()["comparisons_patched"], {})
        work.edit("center_solution", "return X", "return X - X.mean(axis=0)")
        hand_in(work, root / "submitted", "patched-but-right")
        own(root, USERS[0])
        graded = grade(root, root / "submitted", root / "into", user=USERS[0], jobs=1, level="none")
        assert graded.scores("honest") == graded.scores("patched-but-right") == (2.0, 3.0)
