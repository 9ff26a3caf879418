"""Cells that are neither question nor given: practice, code that a person grades, extra credit; magics in given cells, levels by question."""
from __future__ import annotations

import nbformat
import pytest

from autograder.assignment.notebook import build_source
from autograder.author.release_scores import check_scores
from autograder.author.release_texts import check_texts
from autograder.records.graded_notebook import graded_notebook, read_graded
from tests import sales

from .conftest import Bench, Benches, checks_of

CELLS = '''\

# %% practice="warm_up"
# Round the prices, for practice.
###BEGIN SOLUTION
rounded = np.round(prices)
###END SOLUTION

# %% given="show"
# %matplotlib inline
# %config InlineBackend.figure_format = "svg"
loud = True

# %% written="picture" points=2
### BEGIN SOLUTION
# *Rubric.* A point for the line, one for its labels.
shown = rounded.max()
print(shown)
### END SOLUTION

# %% solution="bonus_solution"
### BEGIN SOLUTION
bonus = loud + len(shops)
### END SOLUTION

# %% test="bonus" points=3
assert bonus > 0
'''
TOML = sales.TOML + '''
[questions.picture]

[questions.bonus]
defines = ["bonus"]
extra = true
feedback = "full"
'''
PROBES = sales.PROBES + '''

@probe("bonus", points=3)
def a_bonus(ns, rng):
    """More than was asked for."""
    return {"bonus": ns.bonus}
'''
MADE = {**sales.FILES, "notebook.py": sales.NOTEBOOK + CELLS, "assignment.toml": TOML, "probes.py": PROBES, "judges.py": None}


@pytest.fixture(scope="module")
def bench(benches: Benches) -> Bench:
    return benches(files=MADE)


def test_practice_is_cleared_run_and_worth_nothing(bench):
    """Students get a stub; what they write is run, since later cells may use it, and nobody grades it."""
    source = next(c for c in bench.assignment.cells if c.id == "warm_up")
    assert "round" not in source.released and "raise NotImplementedError" in source.released
    about = next(c for c in build_source(bench.assignment.cells, "tiny").cells if c.id == "warm_up").metadata["nbgrader"]
    assert (about["solution"], about["grade"]) == (True, False)
    assert "warm_up" not in {q.id for q in bench.assignment.questions}
    result = bench.grade(bench.work().write("warm_up", "raise NotImplementedError").write("picture", "print(1)"))
    assert result.score == 13.0
    assert "NotImplementedError" not in " ".join(result.messages)


def test_code_that_a_person_grades_waits_for_one_with_its_output(bench):
    """It is run as an answer is, it waits for a person, and what it had shown stands below it; untouched it is 0 at once."""
    work = bench.work()
    work.cell("picture")["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "14.0\n"},
        {"output_type": "display_data", "data": {"image/png": "aGVsbG8=", "text/html": "<script>"}, "metadata": {}},
    ]
    result = bench.grade(work)
    assert result.needs_manual == ("picture",)
    book = graded_notebook(bench.submission(work), result, bench.assignment)
    cell = next(c for c in book.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "picture")
    assert cell.cell_type == "code" and "shown = rounded.max()" in cell.source
    assert [o.get("text") or list(o.data) for o in cell.outputs] == ["14.0\n", ["image/png"]]
    assert any("A point for the line" in c.source for c in book.cells if c.metadata.get("tags") == ["rubric"])
    untouched = bench.grade(bench.work().handed_out(bench.assignment))
    assert next(q for q in untouched.questions if q.id == "picture").score == 0.0


def test_outputs_are_read_back_for_the_feedback_page(bench, tmp_path):
    """Texts and pictures, and nothing that runs."""
    work = bench.work()
    work.cell("picture")["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "14.0\n"},
        {"output_type": "display_data", "data": {"image/png": "aGVsbG8=", "text/html": "<script>"}, "metadata": {}},
    ]
    path = tmp_path / "graded.ipynb"
    nbformat.write(graded_notebook(bench.submission(work), bench.grade(work), bench.assignment), path)
    assert read_graded(path).outputs("picture") == [("text/plain", "14.0\n"), ("image/png", "aGVsbG8=")]


def test_extra_credit_is_added_beyond_the_maximum(bench):
    """It is worth points, and not having it costs none."""
    assert bench.assignment.max_score == 12.0
    result = bench.grade(bench.work())
    assert (result.score, result.max_score) == (13.0, 12.0)
    assert bench.grade(bench.work().write("bonus_solution", "bonus = 0")).score == 10.0


def test_a_given_cell_may_say_how_figures_are_shown(bench):
    """%matplotlib and %config are passed over; what stands below them is run."""
    assert checks_of(bench.results(bench.work())["bonus"], "earned") == {"a_bonus": 3.0}


def test_a_question_has_its_own_level_of_feedback(bench):
    """The assignment's level holds where a question says nothing."""
    assert {q.id: q.feedback for q in bench.assignment.questions} == {
        **dict.fromkeys((q.id for q in bench.assignment.questions), "diagnosis"), "bonus": "full",
    }  # fmt: skip
    assert bench.assignment.shows_calls


def test_such_a_notebook_is_released(bench, tmp_path):
    """Nothing of it leaks, everything compiles, and the reference earns what it should in the jail."""
    check_texts(bench.assignment)
    released = tmp_path / "tiny.ipynb"
    made = build_source(bench.assignment.cells, "tiny")
    for cell, source in zip(made.cells, bench.assignment.cells, strict=True):
        cell.source = source.released
    nbformat.write(made, released)
    check_scores(bench.assignment, tmp_path, bench.grader.reference.store)
