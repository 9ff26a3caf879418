"""A student's own check of layers or gradients is graded by what it catches and what it spares; guesses earn nothing."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.assignment.variants import Variant, cells_with
from autograder.author.audit.reading import HELD, PASSES, answers_that_read
from autograder.judging.findings import QuestionResult
from autograder.judging.grader import Grader

from .conftest import loaded

NAME, QUESTION = "layers_digits", "check_layer"
CHECKS = {"check_layer": "layers_digits", "check_grad": "faces_mlp"}
"""Questions that ask for a check, and where."""

GUESSES = {
    "always passes": "def check_layer(forward, backward):\n    pass",
    "always refuses": "def check_layer(forward, backward):\n    raise AssertionError",
    "passes the first of a kind": "calls = 0\ndef check_layer(forward, backward):\n    global calls\n    calls += 1\n    assert calls % 4 == 1",
    "passes every second": "calls = 0\ndef check_layer(forward, backward):\n    global calls\n    calls += 1\n    assert calls % 2",
    "tosses a coin": "def check_layer(forward, backward):\n    assert np.random.random() < 0.5",
    "looks for what is equal": (
        "def check_layer(forward, backward):\n    held = [np.asarray(v, dtype=float) for v in vars(forward.__self__).values() if not isinstance(v, tuple)]\n"
        "    assert all(np.array_equal(held[0], other) for other in held)"
    ),
    "passes the first": "calls = 0\ndef check_layer(forward, backward):\n    global calls\n    calls += 1\n    assert calls == 1",
    "looks at names": "def check_layer(forward, backward):\n    assert 'wrong' not in repr((forward, backward)).lower()",
}


def result_of(graders: dict[str, Grader], text: str, question: str = QUESTION) -> QuestionResult:
    """What the question gives to an answer."""
    name = CHECKS[question]
    grader = graders[name]
    variant = Variant("tried", question, "alternative", question, "", text)
    with grader.sit_cells(cells_with(loaded(name), [variant])) as sitting:
        return next(r for r in sitting.results() if r.id == question)


@pytest.mark.parametrize("guess", GUESSES)
def test_a_guess_earns_nothing(guess: str, graders: dict[str, Grader]) -> None:
    """A check that does not measure gets no point, however it comes to its verdicts."""
    assert result_of(graders, GUESSES[guess]).score == 0


@pytest.mark.parametrize("guess", ["passes the first", "passes every second", "passes the first of a kind", "tosses a coin"])
def test_a_guess_of_check_grad_earns_nothing(guess: str, graders: dict[str, Grader]) -> None:
    """The same of a check of gradients: a pattern of verdicts is none."""
    text = GUESSES[guess].replace("check_layer(forward, backward)", "check_grad(model, forward, backward, name, x)")
    assert result_of(graders, text, "check_grad").score == 0


@pytest.mark.parametrize("says", PASSES)
@pytest.mark.parametrize("question", CHECKS)
def test_a_check_that_reads_its_toys_earns_nothing(question: str, says: str, graders: dict[str, Grader]) -> None:
    """What the functions hold that are to be checked says nothing of whether they are right."""
    answer = dict(answers_that_read())[says]
    assert result_of(graders, f"{HELD}\n{question} = {answer}", question).score == 0


def test_toys_that_hold_their_verdict_are_read() -> None:
    """A control: each way of looking tells a right toy from a wrong one where the toys hold it."""
    made: dict[str, Any] = {}
    exec(HELD, made)
    slope = np.array([2.0, 3.0])

    def toy(*held: Any) -> Callable[[], Any]:
        return lambda: held

    toys = {
        "passes what holds a one": (toy(1.0, 0.5), toy(2.0, 0.5)),
        "passes what holds zeros and ones alone": (toy(1.0, 0.0), toy(1.0, 0.3)),
        "passes what holds nothing negative": (toy(slope), toy(-slope)),
        "passes what holds two equal arrays": (toy(slope, slope.copy()), toy(slope, 1.1 * slope)),
        "passes what holds proportional arrays": (toy(slope, 3 * slope), toy(slope, slope**2)),
        "passes what holds finite numbers alone": (toy(slope), toy(slope * np.nan)),
    }
    assert toys.keys() == PASSES.keys()
    for says, answer in answers_that_read():
        check = eval(answer, made)
        right, wrong = toys[says]
        check(right)
        with pytest.raises(AssertionError):
            check(wrong)


def test_survivors_are_told_by_what_they_do(graders: dict[str, Grader]) -> None:
    """Each wrong layer that passes is described to the student, and the points of what was caught are kept."""
    weak = (
        "def check_layer(forward, backward):\n    x, dout = np.array([[0.5, -1.2, 2.0]]), np.ones((1, 3))\n    out, cache = forward(x)\n"
        "    assert rel_error(backward(dout, cache), eval_numerical_gradient_array(lambda x: forward(x)[0], x, dout)) < 1e-5"
    )
    found = result_of(graders, weak)
    said = " ".join(c.message for c in found.checks)
    assert 0 < found.score < found.max_score
    assert "Your check lets a layer pass that does not use dout." in said
    divided, exchanged, other = "is divided by the number of examples", "gives each example the gradient of another", "uses the dout of another example"
    assert f"Your check lets a layer pass whose gradient {divided}, and one that {exchanged}, and one that {other}." in said
    assert "raises" not in said


def test_a_right_layer_that_is_refused_is_told(graders: dict[str, Grader]) -> None:
    """A check that refuses every layer is told what it raised, and on what."""
    found = result_of(graders, "def check_layer(forward, backward):\n    assert rel_error(forward(np.ones((2, 2)))[0], np.zeros((2, 2))) == 0")
    assert found.score == 0
    assert "Your check raises AssertionError on a right layer, which it should let pass." in " ".join(c.message for c in found.checks)
