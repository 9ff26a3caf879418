"""The audit's right answers: a visible check and the hidden tests must agree about them, whatever the salt."""
from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment
from autograder.author.audit import audit
from autograder.author.audit.agreeing import Agreement, agreement_problems
from autograder.author.audit.audit import AssignmentAudit
from autograder.author.audit.equivalent import load_unlike
from autograder.author.audit.page import page
from autograder.errors import AssignmentError
from autograder.sandbox.observed import ObservedStore
from tests.tiny import NAME, make_course

FLOORED = ("return middle / np.maximum(spread, self.floor)", "floored = np.maximum(spread, self.floor)\n        return middle / floored")
"""In tiny, what is divided by as a name, to which a guard may be added."""


def audited(folder: Path, edits: dict | None = None, files: dict | None = None) -> AssignmentAudit:
    assignment = load_assignment(NAME, make_course(folder, edits, files))
    return audit.audit(assignment, ObservedStore(folder / "seen"), 1, salts=3)


def about(found: AssignmentAudit) -> dict[str, Agreement]:
    return {one.says: one for one in found.agreements}


def test_roundings_and_alternatives_are_tried_under_every_salt(tmp_path):
    """Each is judged on the inputs of three salts, and by the visible check."""
    found = audited(tmp_path)
    assert all(len(one.scores) == 3 for one in found.agreements)
    says = about(found)
    assert any(name.startswith("alternative ") for name in says)
    assert any("np.flip" in name for name in says)


@pytest.mark.parametrize(
    ("one", "problem"),
    [
        (Agreement("center", "a", failed=False, lost=("p",), core=("p",), scores=(1.0,)), "a passes the visible check of center and loses p"),
        (Agreement("center", "a", failed=True, scores=(2.0,)), "a fails the visible check of center and is right by the hidden tests"),
        (Agreement("center", "a", lost=("p",), scores=(2.0, 1.5, 2.0)), "a earns 1.5, 2 in center, by the salt"),
    ],
)
def test_each_disagreement_has_a_sentence(one, problem):
    """It names the question and the answer; a reason takes it away."""
    assert list(agreement_problems([one], {})) == [problem]
    argued = Agreement(one.question, one.says, "key", one.failed, one.lost, one.core, one.scores, "It is meant so.")
    assert list(agreement_problems([argued], {"key": "It is meant so."})) == []


@pytest.mark.parametrize("one", [Agreement("center", "a", scores=(2.0,)), Agreement("center", "a", failed=True, lost=("p",), core=("p",), scores=(0.0,)), Agreement("center", "a", failed=True, lost=("p",), scores=(1.5,)), Agreement("center", "a", lost=("p",), scores=(1.5,))])
def test_both_may_pass_or_fail(one):
    """A contract check alone may ask for more than the visible check does."""
    assert list(agreement_problems([one], {})) == []


def test_an_entry_without_an_answer_is_stale():
    """As with mutants, a list does not outlive the code."""
    (problem,) = agreement_problems([Agreement("center", "a", "here", scores=(2.0,))], {"0123456789ab": "No reason."})
    assert problem.endswith("since the code changed: 0123456789ab")


def test_unlike_answers_need_a_reason(tmp_path):
    """A list without one is refused, with the file."""
    folder = make_course(tmp_path) / "assignments" / NAME
    (folder / "equivalent.toml").write_text('[[unlike]]\nreason = " "\nanswers = { abc = "x" }\n')
    with pytest.raises(AssignmentError, match="without a reason"):
        load_unlike(folder)
    (folder / "equivalent.toml").write_text('[[unlike]]\nreason = "The floor is asked for."\nanswers = { abc = "x" }\n')
    assert load_unlike(folder) == {"abc": "The floor is asked for."}


def test_hidden_tests_that_ask_for_more_digits_are_a_problem(tmp_path):
    """A guard passes the visible check, of six digits, and fails hidden tests of eight."""
    found = audited(tmp_path, {"notebook.py": [FLOORED]})
    assert any("passes the visible check of scale and loses" in problem for problem in found.problems)
    assert "agree about" in page([found], "chainrule audit")


def test_a_visible_check_that_asks_for_more_digits_is_a_problem(tmp_path):
    """A guard fails a visible check of thirteen digits and is right by hidden tests of four."""
    strict = ("[[-1.0], [1.0]])", '[[-1.0], [1.0]], "", 1e-13)')
    coarse = ('@probe("scale", points=2', '@probe("scale", tolerance=1e-4, points=2')
    found = audited(tmp_path, {"notebook.py": [FLOORED, strict], "probes.py": [coarse]})
    assert any("fails the visible check of scale and is right by the hidden tests" in problem for problem in found.problems)
