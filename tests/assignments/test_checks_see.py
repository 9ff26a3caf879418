"""Slips that once passed a visible check though the hidden tests take points for them, and right answers that one refused."""
from __future__ import annotations

import importlib
import pickle
from typing import Any

import pytest

from autograder.assignment.notebook import Role

from .conftest import ROOT, loaded

SEEN = {
    "a falling function": ("two_layer_perceptron", "eval_numerical_gradient", "(above - below)", "abs(above - below)"),
    "a bias into whole numbers": ("two_layer_perceptron", "affine", "out = x.reshape(len(x), -1) @ w + b", "out = x.reshape(len(x), -1) @ w\n    out += b"),
    "W2 without the seed": ("two_layer_perceptron", "network", "weight_scale * rng.normal(size=(hidden_dim, num_classes))", "weight_scale * np.random.normal(size=(hidden_dim, num_classes))"),
    "pickles of Python 2": ("modular_mnist", "load_data", ', encoding="latin1"', ""),
    "an ending within the name": ("modular_mnist", "load_data", 'fname.endswith(".pkl")', '".pkl" in fname'),
    "scores that are cut off": ("modular_mnist", "softmax", "np.exp(x - x.max(axis=1, keepdims=True))", "np.exp(np.clip(x, -500, 500))"),
    "a derivative of an argument": ("modular_mnist", "Activation", "def grad_tanh(self)", "def grad_tanh(self, x)"),
    "one activation for all": ("modular_mnist", "Neuralnetwork", 'Activation(config["activation"])', 'Activation("tanh")'),
    "a distance of sizes": ("modular_mnist", "gradient_approximation", "abs(numerical - analytic)", "abs(numerical) - abs(analytic)"),
    "a parameter put back by a step": ("modular_mnist", "gradient_approximation", "parameter[index] = kept\n", "parameter[index] += epsilon\n"),
    "a penalty beside the velocity": ("modular_mnist", "trainer", '(layer.d_w + config["L2_penalty"] * layer.w)\n', 'layer.d_w\n                layer.w -= config["learning_rate"] * config["L2_penalty"] * layer.w\n'),
    "some validation rows": ("modular_mnist", "trainer", "model.forward_pass(X_valid, y_valid)", "model.forward_pass(X_valid[:4], y_valid[:4])"),
    "scores less their mean": ("two_layer_perceptron", "softmax_loss", ".max(axis=1", ".mean(axis=1"),
    "scores less their median": ("layers_digits", "softmax_loss", "x.max(axis=1, keepdims=True)", "np.median(x, axis=1, keepdims=True)"),
    "the first k in no order": ("faces_mlp", "least_confident", "np.argsort(prediction.max(axis=1))[:k]", "np.argpartition(prediction.max(axis=1), k - 1)[:k]"),
    "weights in whole numbers": ("faces_mlp", "affine", "return x @ w + b", "return x @ w.astype(int) + b"),
    "five cases written in": ("faces_mlp", "evaluate", "num_cases = len(inputs)", "num_cases = 5 if len(inputs) > 1 else 1"),
    "the largest inputs in place of scores": ("faces_mlp", "evaluate", "prediction.argmax(axis=1) ==", "inputs[start : start + batch_size].argmax(axis=1) =="),
    "ten rows written in": ("modular_mnist", "trainer", "np.random.permutation(len(X_train))", "np.random.permutation(10)"),
    "five images written in": ("modular_mnist", "test", "forward_pass(X_test)", "forward_pass(X_test[:5])"),
    "labels that do not reach the model": ("modular_mnist", "gradient_approximation", "above, _ = model.forward_pass(x, y)", "above, _ = model.forward_pass(x, index)"),
    "one column of the examples": ("nn_recognition", "get_random_batches", "(x[order[start : start + batch_size]],", "(x[order[start : start + batch_size], :1],"),
    "a layer's output over the number of rows": ("nn_recognition", "forward", "    return post_act", "    return post_act / len(X)"),
    "the classes of the test labels": ("layers_digits", "train_two_layer", "y_train.max() + 1", "y_test.max() + 1"),
    "slopes of the cache": ("layers_digits", "check_layer", "x, dout)\n    assert", "cache, dout)\n    assert"),
    "slopes without a sign": ("layers_digits", "check_layer", "    assert rel_error(", "    assert rel_error(np.sign(dout) * np.abs(measured), measured) < 1e-5\n    assert rel_error("),
    "a rounded accuracy": ("modular_mnist", "test", "return float(", "return round(1.0 * "),
    "small probabilities rounded": ("modular_mnist", "softmax", "return powers / powers.sum(axis=1, keepdims=True)", "return np.round(powers / powers.sum(axis=1, keepdims=True), 6)"),
    "scores between -10 and 10": ("faces_mlp", "softmax", "np.exp(x - x.max(axis=1, keepdims=True))", "np.exp(np.clip(x, -10, 10))"),
    "a rectifier of more than a half": ("faces_mlp", "nn_forward", "h1 = relu(z1)", "h1 = z1 * (z1 > 0.5)"),
    "a second rectifier of more than a half": ("faces_mlp", "nn_backward", 'relu_backward(grad_h2, var["z2"])', 'grad_h2 * (var["z2"] >= 0.5)'),
    "a gate at a half": ("layers_digits", "relu_backward", "(cache > 0)", "(cache >= 0.5)"),
    "a slope from a half on": ("modular_mnist", "Activation", "np.where(self.x > 0, 1.0, 0.0)", "np.where(self.x > 0.5, 1.0, 0.0)"),
    "an error in whole numbers": ("faces_mlp", "nn_backward", "affine_backward(err, ", "affine_backward(err.astype(int), "),
    "examples in whole numbers": ("nn_recognition", "forward", "pre_act = X @", "X = np.array(X, dtype=int)\n    pre_act = X @"),
    "a delta in whole numbers": ("nn_recognition", "backwards", "    X, ", "    delta = delta.astype(int)\n    X, "),
    "batches in whole numbers": ("nn_recognition", "get_random_batches", "(x[order[start : start + batch_size]],", "(x[order[start : start + batch_size]].astype(int),"),
    "inputs in whole numbers": ("modular_mnist", "Layer", "self.x = x", "self.x = x = np.array(x, dtype=int)"),
    "labels of other rows": ("layers_digits", "softmax_loss", "rows = np.arange(len(x))", "rows = np.arange(len(x))[::-1]"),
    "targets in place of inputs": ("faces_mlp", "train", "forward(model, inputs_train[rows])", "forward(model, np.hstack([inputs_train, target_train])[rows, : target_train.shape[1]])"),
    "the labels of other images": ("modular_mnist", "trainer", "model.forward_pass(X_valid, y_valid)", "model.forward_pass(X_valid, X_valid)"),
    "one mistake at most": ("modular_mnist", "test", "float(np.mean(probs.argmax(axis=1) == y_test.argmax(axis=1)))", "1 - np.any(probs.argmax(axis=1) != y_test.argmax(axis=1)) / len(y_test)"),
    "another default step of arrays": ("two_layer_perceptron", "eval_numerical_gradient_array", "h: float = 1e-5", "h: float = 1e-2"),
    "the accuracy of the last batch": ("nn_recognition", "train", "avg_acc += acc * len(xb) / len(x)", "avg_acc = acc"),
    "four examples written in": ("nn_recognition", "compute_loss_and_acc", "(probs.argmax(axis=1) == right).mean()", "(probs.argmax(axis=1) == right).sum() / 4"),
}  # fmt: skip
RIGHT = {
    "what is displayed": ("two_layer_perceptron", "eval_numerical_gradient", "print(index", "display(index"),
    "batches of tuples of rows": ("nn_recognition", "get_random_batches", "return [(x[order[start : start + batch_size]], y[order[start : start + batch_size]]) for start in starts]", "return [(tuple(x[order[start : start + batch_size]]), tuple(y[order[start : start + batch_size]])) for start in starts]"),
    "no guard in the logarithm": ("modular_mnist", "Neuralnetwork", "np.log(np.maximum(probs, 1e-12))", "np.log(probs)"),
    "a copy of the model is moved": ("modular_mnist", "gradient_approximation", "    model.forward_pass(x, y)\n    model.b", "    import copy\n    model = copy.deepcopy(model)\n    model.forward_pass(x, y)\n    model.b"),
}  # fmt: skip


def _changed(name: str, question: str, old: str, new: str) -> list[str]:
    """The code of the reference's notebook up to the check of a question, with one piece of its answer replaced."""
    cells = [c for c in loaded(name).cells if c.role in (Role.GIVEN, Role.SOLUTION) or c.id == question]
    texts = [c.text for c in cells[: [c.id for c in cells].index(question) + 1]]
    (at,) = [n for n, c in enumerate(cells) if c.id.startswith(question + "_solution") and old in c.text]
    return [text.replace(old, new) if n == at else text for n, text in enumerate(texts)]


def _run(monkeypatch: pytest.MonkeyPatch, name: str, texts: list[str]) -> None:
    for folder in (ROOT / "assignments" / name, ROOT / "autograder" / "student"):
        monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(importlib.import_module("checks"), "run", lambda function: function())
    notebook: dict[str, Any] = {"__name__": "__main__"}
    for text in texts:
        exec(text, notebook)


@pytest.mark.parametrize("slip", SEEN)
def test_the_check_sees_it(monkeypatch: pytest.MonkeyPatch, slip: str) -> None:
    """Of the cells it is the check that fails, in whatever way."""
    name, *edit = SEEN[slip]
    *before, check = _changed(name, *edit)
    _run(monkeypatch, name, before)
    with pytest.raises((AssertionError, IndexError, TypeError, ValueError, pickle.UnpicklingError)):
        _run(monkeypatch, name, [*before, check])


@pytest.mark.parametrize("answer", RIGHT)
def test_the_check_lets_it_pass(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """As the hidden tests do."""
    name, *edit = RIGHT[answer]
    _run(monkeypatch, name, _changed(name, *edit))
