"""Answers that get the name of a mistake that they do not make: the audit lists them, and holds names to what they declare."""
from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment
from autograder.author.audit import audit
from autograder.author.audit.audit import AssignmentAudit
from autograder.author.audit.page import page
from autograder.errors import AssignmentError
from autograder.sandbox.observed import ObservedStore
from tests.tiny import NAME, PROBES, make_course

_VALUES = PROBES[PROBES.index('@probe("scale", points=2)') : PROBES.index('@probe("scale", points=1')]
FACTS_ALONE = [(_VALUES, ""), ('@probe("scale", points=1', '@probe("scale", points=3')]
"""Nothing but yes and no is known of scale: whatever makes the spread wrong looks like the one misconception."""


def audited(folder: Path, probes: list | None = None, not_for: str = "", listed: str = "") -> AssignmentAudit:
    declared = ('replaces="Scaler.apply")', f'replaces="Scaler.apply", not_for=[{not_for!r}])')
    edits = {"probes.py": probes or [], "misconceptions.py": [declared] if not_for else []}
    root = make_course(folder, edits, {"equivalent.toml": listed} if listed else None)
    return audit.audit(load_assignment(NAME, root), ObservedStore(folder / "seen"), 1, salts=1)


def test_values_tell_a_mistake_from_its_neighbours(tmp_path):
    """Where numbers are compared, who is named does the same."""
    found = audited(tmp_path)
    assert not [m for m in found.mutants if m.named] and "do something else" not in page([found], "chainrule audit")


def test_mutants_that_get_a_name_without_doing_the_same_are_listed(tmp_path):
    """By facts alone, mutants of the spread are named as the misconception; the page lists them, and a reason takes one off."""
    found = audited(tmp_path / "all", FACTS_ALONE)
    named = [m for m in found.mutants if m.neighbour]
    assert {m.named for m in named} == {"sample_variance"} and len(named) > 3
    assert f"- `sample_variance` (scale): `{named[0].says}`" in page([found], "chainrule audit")
    listed = f'[[neighbours]]\nreason = "As wrong."\nmutants = {{ {named[0].key} = "one", 0123456789ab = "gone" }}\n'
    less = audited(tmp_path / "argued", FACTS_ALONE, listed=listed)
    assert [m.key for m in less.mutants if m.neighbour] == [m.key for m in named[1:]]
    assert any(problem.endswith("since the code changed: 0123456789ab") for problem in less.problems)


def test_two_mistakes_that_get_the_name_of_a_third_are_listed(tmp_path):
    """By facts alone, two mutants of the spread are named as the misconception; the page lists them, and a reason takes one off."""
    found = audited(tmp_path / "all", FACTS_ALONE)
    named = [pair for pair in found.pairs if pair.neighbour]
    assert named and {pair.named for pair in named} == {"sample_variance"} and len(named) < len(found.pairs)
    assert f"- `sample_variance` (scale): `{named[0].says}`" in page([found], "chainrule audit")
    listed = f'[[neighbours]]\nreason = "As wrong."\npairs = {{ {named[0].key} = "two" }}\n'
    less = audited(tmp_path / "argued", FACTS_ALONE, listed=listed)
    assert [p.key for p in less.pairs if p.neighbour] == [p.key for p in named[1:]]
    assert not [p for p in audited(tmp_path / "values").pairs if p.named]


def test_a_magic_in_an_answer_ends_no_audit(tmp_path):
    """A cell that is not plain Python has no mutants, and the others are audited as ever."""
    edits = {"notebook.py": [('# %% solution="center_solution"\n', '# %% solution="center_solution"\n%matplotlib inline\n')]}
    root = make_course(tmp_path, edits)
    found = audit.audit(load_assignment(NAME, root), ObservedStore(tmp_path / "seen"), 1, salts=1)
    assert found.mutants and not [m for m in found.mutants if m.question == "center"]


TWICE = "np.mean(middle**2, axis=0) => 2 * np.mean(middle**2, axis=0)"


def test_a_name_is_held_to_what_it_is_not_for(tmp_path):
    """A mistake that it declares and that gets it nevertheless is a problem; with values to tell them apart it gets none."""
    says = f"{TWICE!r} is named sample_variance, which declares that it is not for it"
    assert says in audited(tmp_path / "facts", FACTS_ALONE, TWICE).problems
    assert not [p for p in audited(tmp_path / "values", not_for=TWICE).problems if "sample_variance" in p]


def test_what_a_name_is_not_for_must_be_a_mistake(tmp_path):
    """A change that loses nothing says nothing, and one of no place of the answer is refused."""
    right = "center(X) => 1 * center(X)"
    assert f"{right!r}, which sample_variance of scale is not for, loses nothing" in audited(tmp_path / "right", not_for=right).problems
    with pytest.raises(AssignmentError, match="no change of one place"):
        audited(tmp_path / "gone", not_for="nowhere => here")
