"""What holds for every folder of assignments/. The variants are sampled here; the audit, in the long suite, takes all of them."""
from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.assignment.notebook import Role, build_source
from autograder.assignment.values import Assignment, solves
from autograder.assignment.variants import Variant, cells_with, load_variants
from autograder.author.audit.audit import audit
from autograder.author.release import check_texts, check_up_to_date
from autograder.handed_in.alignment import align
from autograder.inside.protocol import CellSource
from autograder.judging.findings import QuestionResult
from autograder.judging.grader import Grader
from autograder.sandbox.observed import ObservedStore

from .conftest import loaded

EVERY = 4
"""make test takes every fourth misconception and alternative."""


def results_with(grader: Grader, variants: list[Variant]) -> dict[str, QuestionResult]:
    """The results of the reference with some of its solutions replaced, by question."""
    with grader.sit_cells(cells_with(grader.assignment, variants)) as sitting:
        return {r.id: r for r in sitting.results() if r.kind == "auto"}


def lost(results: dict[str, QuestionResult]) -> dict[str, list[tuple[str, str]]]:
    """The checks that lost points, by question."""
    return {q: [(c.id, c.message) for c in r.checks if c.earned < c.points] for q, r in results.items() if r.score != r.max_score}


def test_the_reference_earns_everything(name: str, grader: Grader) -> None:
    """The reference loses no point in any question."""
    assert lost(results_with(grader, [])) == {}


def test_the_release_as_handed_out_earns_nothing(name: str, grader: Grader) -> None:
    """A student who hands in the untouched release gets 0, and nothing of it waits for a person."""
    assignment = loaded(name)
    blank = build_source(assignment.cells, name)
    for cell, source in zip(blank.cells, assignment.cells, strict=True):
        cell.source = source.released
    result = grader.grade(align("blank", blank, assignment, []))
    assert (result.score, result.needs_manual, result.messages) == (0.0, (), ())


def test_an_absent_answer_costs_its_own_points_alone(name: str, grader: Grader) -> None:
    """Each answer's cell in turn does not compile, or its definitions have other names: what builds on it keeps its points, also where it is read as a definition runs."""
    cells, own = cells_with(grader.assignment, []), {n: c for n, c in enumerate(grader.assignment.cells, 1) if c.role is Role.SOLUTION}
    others = {}
    for place, (number, solution) in enumerate(own.items()):
        text = re.sub(r"^(\s*(?:def|class)) (\w)", r"\1 (\2" if place % 2 else r"\1 my_\2", solution.text, flags=re.M)
        with grader.sit_cells([CellSource(text, c.number, c.kind) if c.number == number else c for c in cells]) as sitting:
            found = lost({r.id: r for r in sitting.results() if r.kind == "auto"})
        others[solution.id] = [q for q in found if not solves(solution.id, q)]
        assert len(found) > len(others[solution.id]), f"{solution.id} is not missed"
    assert {cell: questions for cell, questions in others.items() if questions} == {}


def test_points_are_as_fixed(name: str) -> None:
    """The points of each assignment are those of its page."""
    totals = {"layers_digits": 50, "two_layer_perceptron": 50, "faces_mlp": 60, "modular_mnist": 70, "nn_recognition": 75}
    assert loaded(name).max_score == totals.get(name, loaded(name).max_score)


def test_code_fits_a_notebooks_window(name: str) -> None:
    """What students are handed stays within 104 columns: beyond them a JupyterLab with its file browser open shows a scroll bar."""
    handed_out = json.loads((loaded(name).root / "release" / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    lines = [line.rstrip("\n") for cell in handed_out["cells"] if cell["cell_type"] == "code" for line in "".join(cell["source"]).split("\n")]
    assert [line for line in lines if len(line) > 104] == []


def test_source_and_release_are_what_notebook_py_gives(name: str) -> None:
    """The committed source/ and release/ are up to date, data aside."""
    check_texts(loaded(name))
    assert check_up_to_date(loaded(name)) == []


def _alternatives_are_right(grader: Grader, variants: list[Variant]) -> None:
    wrong = {v.id: found for v in variants if (found := lost(results_with(grader, [v])))}
    assert wrong == {}


def _misconceptions_are_named(grader: Grader, variants: list[Variant]) -> None:
    wrong = {}
    for variant in variants:
        results = results_with(grader, [variant])
        named = results[variant.question].diagnosis
        if set(lost(results)) != {variant.question} or named is None or named.id != variant.id:
            wrong[variant.id] = (lost(results), named)
    assert wrong == {}


def _all(assignment: Assignment, kind: str) -> list[Variant]:
    return list(load_variants(assignment, kind))


def test_alternatives_are_right(name: str, grader: Grader) -> None:
    """Right solutions written another way score full marks (sampled)."""
    _alternatives_are_right(grader, _all(loaded(name), "alternative")[::EVERY])


def test_misconceptions_are_named(name: str, grader: Grader) -> None:
    """Known wrong solutions lose points in their own question only and are named as themselves (sampled)."""
    _misconceptions_are_named(grader, _all(loaded(name), "misconception")[::EVERY])


@pytest.mark.long
def test_the_audit_is_green(name: str, tmp_path: Path) -> None:
    """All misconceptions and alternatives, the mutants, what is right but for rounding or in one regime, and what must not get a name."""
    assert audit(loaded(name), ObservedStore(tmp_path), jobs=1).problems == ()


def test_enough_variants_for_every_question(name: str) -> None:
    """At least three misconceptions for each auto-graded question (four in nn_recognition), and enough alternatives."""
    assignment = loaded(name)
    misconceptions, alternatives = _all(assignment, "misconception"), _all(assignment, "alternative")
    least = 4 if name == "nn_recognition" else 3
    few = {q.id: n for q in assignment.auto if (n := sum(v.question == q.id for v in misconceptions)) < least}
    assert few == {}
    assert len(alternatives) >= (8 if name == "nn_recognition" else 6)


def test_two_mistakes_at_once_are_named_question_by_question(name: str, grader: Grader) -> None:
    """Two misconceptions in two questions that do not build on each other are both named."""
    assignment = loaded(name)
    by_question = {v.question: v for v in _all(assignment, "misconception")}
    first, second = (by_question[q.id] for q in [q for q in assignment.auto if not q.needs][:2])
    results = results_with(grader, [first, second])
    assert set(lost(results)) == {first.question, second.question}
    named = {q: r.diagnosis.id for q, r in results.items() if r.diagnosis is not None}
    assert named == {first.question: first.id, second.question: second.id}
