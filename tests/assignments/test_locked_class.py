"""Methods that were written into the class of chapter 2, where most networks have theirs: the locked one, or one written anew."""
from __future__ import annotations

import json
import textwrap

import pytest

from autograder.assignment.notebook import parse
from autograder.handed_in.alignment import Submission, align
from autograder.judging.grader import Grader
from tests.sample_class.work import Work

from .conftest import loaded

NAME, CLASS = "two_layer_perceptron", "two_layer_perceptron"
METHODS = ("affine_solution_1", "affine_solution_2", "relu_solution_1", "relu_solution_2", "svm_loss_solution", "softmax_loss_solution", "network_solution_1", "network_solution_2")


def read(work: Work) -> Submission:
    """The notebook, laid beside the source."""
    notebook, notes = parse(json.dumps(work.as_json()).encode())
    return align("a", notebook, loaded(NAME), notes)


def methods(work: Work) -> str:
    """All answers that are methods, as a class has them."""
    return "\n".join(textwrap.indent(work.cell(name)["source"], "    ") for name in METHODS)


def handed_in(kind: str) -> Submission:
    """A notebook whose methods stand in the locked class, with a helper and a constant beside them; what is left of the answers' own cells."""
    stubs, work = Work.handed_out(loaded(NAME)), Work.handed_out(loaded(NAME)).solve()
    own = methods(work)
    own = own.replace("return np.maximum(0, x), x", "return self._cut(x), x") + "\n    LOWEST = 0\n    def _cut(self, x):\n        return np.maximum(self.LOWEST, x)"
    work.write(CLASS, work.cell(CLASS)["source"].rstrip() + "\n" + own)
    for name in METHODS:
        if kind == "deleted":
            work.cells.remove(work.cell(name))
        else:
            work.write(name, stubs.cell(name)["source"] if kind == "stubs" else "# see the class above")
    return read(work)


@pytest.mark.parametrize("kind", ["stubs", "comments", "deleted"])
def test_they_earn_their_points(graders: dict[str, Grader], kind: str) -> None:
    """Whatever stands in the cells that were meant for them."""
    result = graders[NAME].grade(handed_in(kind))
    assert {q.id: q.score for q in result.questions if q.score != q.max_score} == {"vanishing": None}
    assert any("what you added to it" in message for message in result.messages)


@pytest.mark.parametrize("head", ["", "class TwoLayerPerceptron(TwoLayerPerceptron):"], ids=["copied", "derived"])
def test_a_class_of_that_name_written_anew_counts(graders: dict[str, Grader], head: str) -> None:
    """In a cell of the student's own, with all methods in it; the answers' cells are as they were handed out."""
    work, stubs = Work.handed_out(loaded(NAME)).solve(), Work.handed_out(loaded(NAME))
    work.add(f"{head or work.cell(CLASS)['source'].rstrip()}\n{methods(work)}", before="network")
    for name in METHODS:
        work.write(name, stubs.cell(name)["source"])
    result = graders[NAME].grade(read(work))
    assert {q.id: q.score for q in result.questions if q.score != q.max_score} == {"vanishing": None}


def test_answers_below_the_given_cells_that_attach_them_count(graders: dict[str, Grader]) -> None:
    """All answers stand at the end: a given cell that missed one is run again, as a cell of the student's is."""
    work = Work.handed_out(loaded(NAME)).solve()
    answers = [work.cell(name) for name in METHODS]
    work.cells = [cell for cell in work.cells if cell not in answers] + answers
    result = graders[NAME].grade(read(work))
    assert {q.id: q.score for q in result.questions if q.score != q.max_score} == {"vanishing": None}
