"""Wrong answers that once kept all their points, or were told what is not true of them: each loses points, for the check named here."""
from __future__ import annotations

import pytest

from autograder.judging.grader import Grader

from .conftest import edited

BY_THE_LEAST = "(lambda s: np.exp(s - s.min(axis=1, keepdims=True)) / np.exp(s - s.min(axis=1, keepdims=True)).sum(axis=1, keepdims=True))"
SLIPS = {
    "a bias added into whole numbers": ("layers_digits", "affine_forward", "@ w + b", "@ w\n    out += b", "affine_of_whole_numbers"),
    "one input for all activations": ("modular_mnist", "Activation", "self.x = a\n", "Activation.x = a\n", "the_latest_input_counts"),
    "another default step": ("modular_mnist", "gradient_approximation", "epsilon: float = 1e-2", "epsilon: float = 1e-3", "the_default_step"),
    "the slope of one row": ("modular_mnist", "gradient_approximation", "model.forward_pass(x, y)\n    model.b", "model.forward_pass(x[:1], y[:1])\n    model.b", "analytic_for_both"),
    "the loss of one row": ("modular_mnist", "gradient_approximation", "above, _ = model.forward_pass(x, y)", "above, _ = model.forward_pass(x[:1], y[:1])", "numerical_for_biases"),
    "verbose that is not looked at": ("two_layer_perceptron", "eval_numerical_gradient", "        if verbose:\n            print(index, grad[index])\n", "", "printed_with_verbose"),
    "verbose at all times": ("two_layer_perceptron", "eval_numerical_gradient", "if verbose:", "if True:", "printed_with_verbose"),
    "verbose at the end": ("two_layer_perceptron", "eval_numerical_gradient", "        if verbose:\n            print(index, grad[index])", "    if verbose:\n        print(grad)", "printed_with_verbose"),
    "the loss of some validation rows": ("modular_mnist", "trainer", "model.forward_pass(X_valid, y_valid)", "model.forward_pass(X_valid[:6], y_valid[:6])", "the_history"),
    "the loss of the first batch": ("modular_mnist", "trainer", "total += loss * len(rows)", "total = total or loss * len(order)", "the_history"),
    "an ending after the first dot": ("modular_mnist", "load_data", 'if fname.endswith(".pkl"):', 'if fname.split(".")[1] != "npz":', "a_row_of_floats"),
    "images scaled once more": ("modular_mnist", "test", "forward_pass(X_test)", "forward_pass(X_test / 255)", "share_of_right_answers"),
    "x itself where it is positive": ("faces_mlp", "relu", "return np.maximum(x, 0)", "return np.maximum(x, 0) if x.min() < 0 else x", "relu_leaves_its_input"),
    "a check that asks for ten digits": ("layers_digits", "check_layer", "< 1e-5", "< 1e-10", "layers_whose_slope_comes_and_goes"),
    "a check of the sum of the scores": ("faces_mlp", "check_grad", 'backward(model, var["y"], var)', 'backward(model, np.ones_like(var["y"]), var)\n    scores, forward = forward, lambda model, x: {"y": np.sqrt(2 * np.sum(scores(model, x)["y"]) + 0j)}',
                                         "double_and_opposite_gradient"),
    "a softmax by the least score, evaluated": ("faces_mlp", "evaluate", "softmax(forward", BY_THE_LEAST + "(forward", "large_score_evaluation"),
    "a softmax by the least score, trained": ("faces_mlp", "train", "softmax(var", BY_THE_LEAST + "(var", "error_of_far_scores"),
    "a softmax by the least score, in a network": ("modular_mnist", "Neuralnetwork", "softmax(x)", BY_THE_LEAST + "(x)", "scores_of_large_size"),
    "a softmax by the least score, in a training": ("nn_recognition", "train", '"output", softmax)', f'"output", {BY_THE_LEAST})', "one_training_after_another"),
    "a softmax by the least score, in differences": ("nn_recognition", "central_differences_gradient", "softmax", BY_THE_LEAST, "differences_of_every_kind"),
    "a softmax by the least score, in steps": ("layers_digits", "train_two_layer", "loss, dscores = softmax_loss(scores, y_train[batch])", f"probs = {BY_THE_LEAST}(scores)\n        loss, dscores = 0.5, (probs - np.eye(C)[y_train[batch]]) / batch_size", "steps_to_far_scores"),
    "no record of the last step": ("layers_digits", "train_two_layer", "    return params, history", "    return params, {name: curve[:-1] for name, curve in history.items()}", "history_of_the_first_and_the_last_step"),
    "no record of the first step": ("layers_digits", "train_two_layer", "    return params, history", "    return params, {name: curve[1:] for name, curve in history.items()}", "history_of_the_first_and_the_last_step"),
    "a record of every second step": ("layers_digits", "train_two_layer", "    return params, history", "    return params, {name: curve[::2] for name, curve in history.items()}", "history_of_the_first_and_the_last_step"),
    "the accuracy of the last batch": ("nn_recognition", "train", "avg_acc += acc * len(xb) / len(x)", "avg_acc = acc", "scores_of_several_batches"),
    "a last epoch that is never the best": ("modular_mnist", "trainer", "and valid_loss < best_loss", 'and valid_loss < best_loss and epoch < config["epochs"] - 1', "best_weights_without_a_stop"),
}  # fmt: skip
UNTOLD = {
    "dout changed in place": ("two_layer_perceptron", "relu", "return dout * (cache > 0)", "dout *= cache > 0\n    return dout", "relu_of_every_kind", "relu_backward_leaves_dout"),
    "x changed before it is multiplied": ("two_layer_perceptron", "affine", "out = x.reshape", "x *= 2\n    x = x / 2\n    out = x.reshape", "backward_images", "affine_leaves_its_arguments"),
    "ReLU in place": ("modular_mnist", "Activation", "return np.maximum(x, 0)", "x[x < 0] = 0\n        return x", "activations_of_every_kind", "activations_leave_arguments_alone"),
    "tanh in place": ("modular_mnist", "Activation", "return np.tanh(x)", "return np.tanh(x, out=x) if x.dtype == float else np.tanh(x)", "tanh_forward", "activations_leave_arguments_alone"),
    "ReLU of faces in place": ("faces_mlp", "relu", "return np.maximum(x, 0)", "x[x < 0] = 0\n    return x", "relu_of_every_kind", "relu_leaves_its_input"),
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
@pytest.mark.parametrize("slip", UNTOLD)
def test_what_one_call_spoils_is_not_laid_to_another(graders: dict[str, Grader], slip: str) -> None:
    """An answer that writes into its argument is right in a check that calls it twice, and loses the one that looks at the argument."""
    *edit, right, lost = UNTOLD[slip]
    earned = {c.id: c.earned == c.points for c in _result(graders, *edit).checks}
    assert (earned[right], earned[lost]) == (True, False)


@pytest.mark.long
def test_a_regime_changed_in_place_is_seen(graders: dict[str, Grader]) -> None:
    """Where large entries alone are written over, which no other check has: what each call does to its own arrays is seen all the same."""
    new = "x[np.abs(x) > 1000] *= 2\n    return np.maximum(x, 0) / np.where(np.abs(x) > 2000, 2, 1), x"
    result = _result(graders, "two_layer_perceptron", "relu", "return np.maximum(0, x), x", new)
    assert {c.id for c in result.checks if c.earned < c.points} >= {"relu_forward_leaves_x"}


@pytest.mark.long
@pytest.mark.parametrize("old, new, says", [
    ('(np.sum(W1**2) + np.sum(W2**2))', '(sum(np.sum(p**2) for p in self.params.values()))', "penalizes_the_biases_in_the_loss"),
    ('"b1": db1', '"b1": db1 + self.reg * self.params["b1"]', None),
    ('"b1": db1, "W2": dW2 + self.reg * W2, "b2": db2', '"b1": db1 + self.reg * self.params["b1"], "W2": dW2 + self.reg * W2, "b2": db2 + self.reg * self.params["b2"]',
     "penalizes_the_biases_in_the_gradients"),
])  # fmt: skip
def test_biases_that_are_penalized_in_one_place(graders: dict[str, Grader], old: str, new: str, says: str | None) -> None:
    """In the loss alone, in both gradients alone; of one gradient neither is said."""
    diagnosis = _result(graders, "two_layer_perceptron", "network", old, new).diagnosis
    assert (diagnosis and diagnosis.id) == says


NAMED = {
    "biases of one": ("two_layer_perceptron", "network", "np.zeros(hidden_dim)\n    self.params[\"W2\"] = weight_scale * rng.normal(size=(hidden_dim, num_classes))\n    self.params[\"b2\"] = np.zeros(num_classes)",
                      "np.full(hidden_dim, 0.01)\n    self.params[\"W2\"] = weight_scale * rng.normal(size=(hidden_dim, num_classes))\n    self.params[\"b2\"] = np.full(num_classes, 0.01)", "biases_start_at_a_constant"),
    "the scale as the mean": ("two_layer_perceptron", "network", "weight_scale * rng.normal(size=(input_dim, hidden_dim))\n    self.params[\"b1\"] = np.zeros(hidden_dim)\n    self.params[\"W2\"] = weight_scale * rng.normal(size",
                              "rng.normal(weight_scale, size=(input_dim, hidden_dim))\n    self.params[\"b1\"] = np.zeros(hidden_dim)\n    self.params[\"W2\"] = rng.normal(weight_scale, size", "weight_scale_as_the_mean"),
    "a mean over the one-hot labels": ("two_layer_perceptron", "softmax_loss", "-log_probs[rows, y].mean()", "-np.mean(np.eye(x.shape[1])[y] * log_probs)", "averaged_over_the_classes_too"),
    "gradients in a list": ("two_layer_perceptron", "network", 'return value, {"W1": dW1 + self.reg * W1, "b1": db1, "W2": dW2 + self.reg * W2, "b2": db2}', "return value, [dW1 + self.reg * W1, db1, dW2 + self.reg * W2, db2]", "gradients_side_by_side"),
    "right answers over the batch size": ("modular_mnist", "test", "np.mean(probs.argmax(axis=1) == y_test.argmax(axis=1))", "sum(probs.argmax(axis=1) == y_test.argmax(axis=1)) / config['batch_size']", "divided_by_the_batch_size"),
    "wrong answers": ("modular_mnist", "test", "probs.argmax(axis=1) == y", "probs.argmax(axis=1) != y", "share_of_wrong_answers"),
    "half a step": ("two_layer_perceptron", "eval_numerical_gradient", "x[index] = kept + h\n        above = f(x)\n        x[index] = kept - h\n        below = f(x)\n        x[index] = kept\n        grad[index] = (above - below) / (2 * h)",
                    "x[index] = kept + h / 2\n        above = f(x)\n        x[index] = kept - h / 2\n        below = f(x)\n        x[index] = kept\n        grad[index] = (above - below) / h", "half_a_step_to_each_side"),
    "h forgotten on the way": ("two_layer_perceptron", "eval_numerical_gradient_array", "    grad = np.zeros(x.shape)", "    return eval_numerical_gradient(lambda z: np.sum(f(z) * df), x)\n    grad = 0", "layer_step_not_passed_on"),
    "its own margin": ("two_layer_perceptron", "svm_loss", "dx[rows, y] = -dx.sum(axis=1)", "dx[rows, y] = -1 - dx.sum(axis=1)", "right_class_in_the_gradient_alone"),
    "no penalty in the loss": ("two_layer_perceptron", "network", "value = value + self.reg / 2 * (np.sum(W1**2) + np.sum(W2**2))", "pass", "penalty_missing_from_the_loss"),
    "sums into the same array": ("modular_mnist", "Layer", "self.d_w = self.x.T @ delta\n        self.d_b = delta.sum(axis=0, keepdims=True)",
                                 "if not hasattr(self, 'd_w'):\n            self.d_w, self.d_b = np.zeros_like(self.w), np.zeros_like(self.b)\n        self.d_w += self.x.T @ delta\n        self.d_b += delta.sum(axis=0, keepdims=True)",
                                 "gradients_pile_up_in_place"),
    "the rate over the rows": ("modular_mnist", "trainer", "model.backward_pass()\n", "model.backward_pass()\n            for layer in layers:\n                layer.d_w, layer.d_b = layer.d_w / len(rows), layer.d_b / len(rows)\n", "divided_once_more"),
    "one step for all": ("modular_mnist", "gradient_approximation", "    model.forward_pass(x, y)\n    model.b", "    epsilon = 0.01\n    model.forward_pass(x, y)\n    model.b", "epsilon_not_used"),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("slip", NAMED)
def test_common_slips_have_names(graders: dict[str, Grader], slip: str) -> None:
    """Written as students write them, and not as the misconception is."""
    *edit, says = NAMED[slip]
    diagnosis = _result(graders, *edit).diagnosis
    assert diagnosis is not None and diagnosis.id == says


@pytest.mark.long
def test_a_criterion_that_accepts_is_not_said_to_refuse(graders: dict[str, Grader]) -> None:
    """With 1e-3 it accepts what is too far apart; with a smaller number in its place it would do what has a name."""
    assert _result(graders, "modular_mnist", "gradient_approximation", "9 * epsilon**2", "1e-3").diagnosis is None


@pytest.mark.long
def test_a_training_loss_that_is_summed_over_the_rows_is_named(graders: dict[str, Grader]) -> None:
    """As the one that is summed over the batches is."""
    diagnosis = _result(graders, "modular_mnist", "trainer", 'append(total / len(order))', 'append(total)').diagnosis
    assert diagnosis is not None and diagnosis.id == "training_loss_summed_over_rows"


@pytest.mark.long
def test_a_shift_by_the_right_score_is_no_logarithm_of_a_rounded_probability(graders: dict[str, Grader]) -> None:
    """Both make the loss infinite; they differ in the gradient, which is looked at, too."""
    result = _result(graders, "two_layer_perceptron", "softmax_loss", "x.max(axis=1, keepdims=True)", "x[rows, y][:, None]")
    assert result.diagnosis is None and result.score < result.max_score
