"""Wrong answers that once kept all their points, or were told what is not true of them: each loses points, for the check named here."""
from __future__ import annotations

import pytest

from autograder.judging.grader import Grader

from .conftest import edited

SLIPS = {
    "a bias added into whole numbers": ("layers_digits", "affine_forward", "@ w + b", "@ w\n    out += b", "affine_of_whole_numbers"),
    "one input for all activations": ("modular_mnist", "Activation", "self.x = a\n", "Activation.x = a\n", "the_latest_input_counts"),
    "images scaled once more": ("modular_mnist", "test", "forward_pass(X_test)", "forward_pass(X_test / 255)", "share_of_right_answers"),
    "x itself where it is positive": ("faces_mlp", "relu", "return np.maximum(x, 0)", "return np.maximum(x, 0) if x.min() < 0 else x", "relu_leaves_its_input"),
}  # fmt: skip


def _result(graders, name, question, old, new):
    with graders[name].sit(edited(name, question, old, new), (question,)) as sitting:
        return next(r for r in sitting.results() if r.id == question)


@pytest.mark.long
@pytest.mark.parametrize("slip", SLIPS)
def test_it_loses_points(graders: dict[str, Grader], slip: str) -> None:
    """The check that was widened for it takes some."""
    *edit, check = SLIPS[slip]
    (found,) = [c for c in _result(graders, *edit).checks if c.id == check]
    assert found.earned < found.points


@pytest.mark.long
def test_a_shift_by_the_right_score_is_no_logarithm_of_a_rounded_probability(graders: dict[str, Grader]) -> None:
    """Both make the loss infinite; they differ in the gradient, which is looked at, too."""
    result = _result(graders, "two_layer_perceptron", "softmax_loss", "x.max(axis=1, keepdims=True)", "x[rows, y][:, None]")
    assert result.diagnosis is None and result.score < result.max_score
