"""Slips that look like a known mistake to most checks and are another one: none of them gets that mistake's name."""
from __future__ import annotations

import pytest

from autograder.judging.grader import Grader

from .conftest import edited

SLIPS = {
    "softmax twice": ("faces_mlp", "train", 'softmax(var["y"])', 'softmax(softmax(var["y"]))'),
    "the largest instead of softmax": ("faces_mlp", "train", 'softmax(var["y"])', 'np.eye(var["y"].shape[1])[var["y"].argmax(axis=1)]'),
    "divided by all numbers of the batch": ("faces_mlp", "train", "/ len(rows)", "/ target_train[rows].size"),
    "biases as a column": ("faces_mlp", "init_nn", "np.zeros(columns)", "np.zeros((columns, 1))"),
    "weights that are all the same": ("faces_mlp", "init_nn", "scale * np.random.randn(rows, columns)", "np.full((rows, columns), scale)"),
    "the square of the scale": ("faces_mlp", "init_nn", "scale * np.random.randn(rows, columns)", "scale**2 * np.random.randn(rows, columns)"),
    "the last entries": ("faces_mlp", "check_grad", "np.random.permutation(param.size)[:20]", "range(param.size)[-20:]"),
    "weights of a tenth": ("modular_mnist", "Layer", "np.random.normal(scale=1 / np.sqrt(in_units), size=(in_units, out_units))", "np.full((in_units, out_units), 0.1)"),
    "accuracy in percent": ("layers_digits", "train_two_layer", "np.mean(test_scores.argmax(axis=1) == y_test)", "100 * np.mean(test_scores.argmax(axis=1) == y_test)"),
    "the square of std": ("layers_digits", "train_two_layer", "W2, b2 = std *", "W2, b2 = std**2 *"),
    "a gradient of the wrong biases": ("layers_digits", "train_two_layer", "(W2, dW2)", "(W2, db2)"),
    "the arguments of ReLU exchanged": ("layers_digits", "train_two_layer", "relu_backward(dh, cache_relu)", "relu_backward(cache_relu, dh)"),
    "biases of one": ("faces_mlp", "init_nn", "np.zeros(columns)", "np.ones(columns)"),
    "one entry too many": ("faces_mlp", "check_grad", "[:20]", "[:21]"),
    "the target of the first case for all": ("faces_mlp", "train", "target_train[rows]", "target_train[start]"),
    "loss and accuracy exchanged": ("faces_mlp", "train", "ce, acc = ", "acc, ce = "),
    "biases of one in a layer": ("modular_mnist", "Layer", "np.zeros((1, out_units))", "np.ones((1, out_units))"),
    "the distance in place of the verdict": ("modular_mnist", "gradient_approximation", "abs(numerical - analytic) <= 9 * epsilon**2", "abs(numerical - analytic)"),
    "one batch, drawn again and again": ("layers_digits", "train_two_layer", "rng.integers(len(X_train)", "np.random.default_rng(0).integers(len(X_train)"),
}


@pytest.mark.long
@pytest.mark.parametrize("slip", SLIPS)
def test_a_near_miss_has_no_name(graders: dict[str, Grader], slip: str) -> None:
    """It loses points, and no misconception is named: what fails is told as it was seen."""
    name, question, old, new = SLIPS[slip]
    with graders[name].sit(edited(name, question, old, new), (question,)) as sitting:
        (result,) = [r for r in sitting.results() if r.id == question]
    assert result.score is not None and result.score < result.max_score
    assert result.diagnosis is None
