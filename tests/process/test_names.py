"""A mistake is named only where the observations agree: wrong answers outside of the catalogue never get a wrong name."""
from __future__ import annotations

import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.notebook import Role
from autograder.assignment.variants import cells_with, load_variants
from autograder.edits.mutants import mutants
from autograder.inside.protocol import CellSource
from autograder.inside.seen import Outcome
from autograder.inside.wire import decode
from autograder.judging.bench import OwnCells
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.observed import ObservedStore
from tests.assignments.conftest import ROOT

from .conftest import Bench, isolation

CRASHES = ["1 / 0", "raise ValueError", "return None", "return 0", "return np.nan", "return X.T", "return X * np.nan", "return 'x'"]


@pytest.mark.parametrize("body", CRASHES)
def test_a_crash_or_a_trivial_answer_names_nothing(tiny: Bench, body: str) -> None:
    """An exception, None, NaN or a constant is no misconception."""
    results = tiny.results(tiny.work().write("center_solution", f"def center(X):\n    {body}"))
    assert results["center"].score == 0 and results["center"].diagnosis is None


def test_a_mistake_of_another_size_names_nothing(tiny: Bench) -> None:
    """Nearly the known mistake is not the known mistake."""
    near = "def center(X):\n    return X - np.mean(X) - 1e-3"
    results = tiny.results(tiny.work().write("center_solution", near))
    assert results["center"].diagnosis is None


EVERY = 23
"""So many mutants are made for one that is graded."""


@pytest.mark.long
def test_mutants_get_a_name_only_where_they_do_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Mutants of nn_recognition's reference: where one is named, each of its observations agrees with those of that misconception, asked anew."""
    assignment = load_assignment("nn_recognition", ROOT)
    reference = Reference(assignment, "names", ObservedStore(tmp_path_factory.mktemp("observations"))).prepare()
    known = {v.id: v for v in load_variants(assignment, "misconception")}
    solutions = {n: c for n, c in enumerate(assignment.cells, 1) if c.role is Role.SOLUTION and c.id not in ("train_solution",)}
    wrong = {}
    with Grader(reference, isolation()) as grader:
        for number, cell in solutions.items():
            for mutant in mutants(cell.text)[::EVERY]:
                cells = [CellSource(mutant.text, c.number, c.kind) if c.number == number else c for c in cells_with(assignment, [])]
                question = next(q for q in assignment.auto if cell.id.startswith(q.id + "_solution"))
                requests = [r for r in reference.requests if r.question == question.id]
                with grader.sit(OwnCells(cells), (question.id,)) as sitting:
                    (result,) = [r for r in sitting.results() if r.id == question.id]
                    seen = sitting.passes.seen
                if result.diagnosis is None:
                    continue
                theirs = reference.observations_of(known[result.diagnosis.id])
                for request in requests:
                    mine, other = seen.observations[request.probe], theirs[request.probe]
                    if mine.outcome is not other.outcome or (mine.outcome is Outcome.FINISHED and _differ(grader, request.probe, mine.value, other.value)):
                        wrong[f"{question.id}.{request.probe}: {mutant.says}"] = result.diagnosis.id
    reference.close()
    assert wrong == {}


def _differ(grader: Grader, probe: str, mine: bytes, other: bytes) -> bool:
    """Whether two observations of one probe are told apart by its judge's facts, or, where equality decides, by their numbers."""
    import numpy as np

    kind = grader.reference.probes[probe]
    if kind.judged:
        return grader.judge.judge(kind, decode(mine)).facts != grader.judge.judge(kind, decode(other)).facts

    def numbers(value: object) -> list[float]:
        if isinstance(value, dict):
            return [n for key in sorted(value, key=str) for n in numbers(value[key])]
        if isinstance(value, list | tuple):
            return [n for item in value for n in numbers(item)]
        if isinstance(value, np.ndarray | int | float) and not isinstance(value, bool):
            return np.asarray(value, dtype=float).ravel().tolist()
        return []

    a, b = numbers(decode(mine)), numbers(decode(other))
    return len(a) != len(b) or not np.allclose(a, b, rtol=max(1e-7, 4 * kind.tolerance), atol=1e-9, equal_nan=True)
