"""Wrong answers that kept all their points though the release's text forbids them, and right ones that it allows."""
from __future__ import annotations

import copy
import importlib

import numpy as np
import pytest

from autograder.inside.protocol import CellSource
from autograder.judging.bench import OwnCells
from autograder.judging.findings import QuestionResult
from autograder.judging.grader import Grader

from .conftest import ROOT, edited, loaded

FORBIDDEN = {
    "db of b's kind of numbers": ("layers_digits", "affine_backward", "dout.sum(axis=0)", "dout.sum(axis=0).astype(cache[2].dtype)", "gradients_of_whole_numbers"),
    "dw of w's kind of numbers": ("layers_digits", "affine_backward", "dw = x.reshape(len(x), -1).T @ dout", "dw = np.zeros_like(w)\n    dw[:] = x.reshape(len(x), -1).T @ dout", "gradients_of_whole_numbers"),
    "the last row is never drawn": ("layers_digits", "train_two_layer", "rng.integers(len(X_train)", "rng.integers(len(X_train) - 1", "which_rows_are_drawn"),
    "the first row is never drawn": ("layers_digits", "train_two_layer", "rng.integers(len(X_train)", "rng.integers(1, len(X_train)", "which_rows_are_drawn"),
    "rows that are neighbours": ("layers_digits", "train_two_layer", "batch = rng.integers(len(X_train), size=batch_size)", "batch = rng.integers(len(X_train) - batch_size + 1) + np.arange(batch_size)", "which_rows_are_drawn"),
    "one history for all trainings": ("layers_digits", "train_two_layer", '    history = {"train_loss": [], "test_loss": [], "test_accuracy": []}', '    history = globals().setdefault("kept", {"train_loss": [], "test_loss": [], "test_accuracy": []})', "what_history_measures"),
    "a layer is tried on one axis": ("layers_digits", "check_layer", "rng.normal(size=(4, 5)), rng.normal(size=(4, 5))", "rng.normal(size=20), rng.normal(size=20)", "gradients_of_another_shape"),
    "num_hiddens grows": ("faces_mlp", "init_nn", "sizes = [num_inputs, *num_hiddens, num_outputs]", "num_hiddens.append(num_outputs)\n    sizes = [num_inputs, *num_hiddens]", "sizes_left_alone"),
    "num_hiddens is put in front": ("faces_mlp", "init_nn", "sizes = [num_inputs, *num_hiddens, num_outputs]", "num_hiddens.insert(0, num_inputs)\n    sizes = [*num_hiddens, num_outputs]", "sizes_left_alone"),
    "z1 and the others put into the model": ("faces_mlp", "nn_forward", '    return {"x": x,', '    model.update(z1=z1)\n    return {"x": x,', "forward_leaves_its_inputs"),
    "one dictionary for all batches": ("faces_mlp", "nn_forward", 'return {"x": x, "z1": z1, "h1": h1, "z2": z2, "h2": h2, "y": y}', 'globals().setdefault("kept", {}).update(x=x, z1=z1, h1=h1, z2=z2, h2=h2, y=y)\n    return kept', "forward_of_every_kind"),
    "a gradient put into var": ("faces_mlp", "nn_backward", "    grad_z2 = ", '    var["grad_h2"] = grad_h2\n    grad_z2 = ', "backward_leaves_the_rest"),
    "the same entries in each call": ("faces_mlp", "check_grad", "np.random.permutation(param.size)", "np.random.default_rng(0).permutation(param.size)", "entries_that_move"),
    "an entry put back by a step": ("faces_mlp", "check_grad", "param[entry] = kept\n", "param[entry] += eps\n", "parameters_put_back"),
    "b added into whole products of faces": ("faces_mlp", "affine", "return x @ w + b", "y = x @ w\n    y += b\n    return y", "affine_whole_numbers"),
    "grad_w of w's kind of numbers": ("faces_mlp", "affine", "return grad_y @ w.T, x.T @ grad_y,", "grad_w = np.zeros_like(w)\n    grad_w[:] = x.T @ grad_y\n    return grad_y @ w.T, grad_w,", "affine_whole_numbers"),
    "b1 added into whole products": ("faces_mlp", "nn_forward", 'z1 = affine(x, model["W1"], model["b1"])', 'z1 = x @ model["W1"]\n    z1 += model["b1"]', "forward_whole_numbers"),
    "b added into whole products of a layer": ("nn_recognition", "forward", '@ params["W" + name] + params["b" + name]', '@ params["W" + name]\n    pre_act += params["b" + name]', "forward_of_integers"),
    "a gradient of W's kind of numbers": ("nn_recognition", "backwards", '= X.T @ delta_pre', '= np.zeros_like(params["W" + name])\n    params["grad_W" + name][:] = X.T @ delta_pre', "backwards_of_integers"),
    "a gradient of b's kind of numbers": ("nn_recognition", "backwards", '= delta_pre.sum(axis=0)', '= delta_pre.sum(axis=0).astype(params["b" + name].dtype)', "backwards_of_integers"),
    "b added into whole responses": ("nn_recognition", "conv_forward", 'return np.einsum("ncpqij,fcij->nfpq", windows, filters, optimize=True) + ', 'out = np.einsum("ncpqij,fcij->nfpq", windows, filters, optimize=True)\n    out += params["b" + name][:, None, None]\n    return out + 0 * ', "convolution_of_other_numbers"),
    "a gradient of the filters' kind of numbers": ("nn_recognition", "conv_backward", '= np.einsum("nfpq,ncpqij->fcij", delta, windows, optimize=True)', '= np.zeros_like(filters)\n    params["grad_W" + name][:] = np.einsum("nfpq,ncpqij->fcij", delta, windows, optimize=True)', "convolution_backward_of_integers"),
    "the least loss of an epoch": ("modular_mnist", "trainer", "total += loss * len(rows)", "total = min(total or np.inf, loss * len(order))", "the_history"),
    "the numerical gradient in place of the analytic": ("modular_mnist", "gradient_approximation", "return numerical, analytic,", "return numerical, numerical,", "analytic_for_both"),
    "the last entry is never checked": ("faces_mlp", "check_grad", "np.random.permutation(param.size)[:20]", "np.random.permutation(param.size - (param.size > 20))[:20]", "entries_that_move"),
    "the first k in no order": ("faces_mlp", "least_confident", "np.argsort(prediction.max(axis=1))[:k]", "np.argpartition(prediction.max(axis=1), k - 1)[:k]", "another_number"),
    "scores less their mean": ("two_layer_perceptron", "softmax_loss", ".max(axis=1, keepdims=True)", ".mean(axis=1, keepdims=True)", "improbable_label"),
    "scores less their median": ("two_layer_perceptron", "softmax_loss", "x.max(axis=1, keepdims=True)", "np.median(x, axis=1, keepdims=True)", "improbable_label"),
    "large weights cut off": ("layers_digits", "affine_forward", "out = x.reshape", "w = np.clip(w, -10, 10)\n    out = x.reshape", "affine_of_every_kind"),
    "large gradients cut off": ("layers_digits", "affine_backward", "dx = (dout", "dout = np.clip(dout, -10, 10)\n    dx = (dout", "affine_gradients_of_every_kind"),
    "large biases of a perceptron cut off": ("two_layer_perceptron", "affine", "out = x.reshape", "b = np.clip(b, -10, 10)\n    out = x.reshape", "affine_of_every_kind"),
    "large gradients of faces cut off": ("faces_mlp", "affine", "return grad_y @ w.T", "grad_y = np.clip(grad_y, -10, 10)\n    return grad_y @ w.T", "affine_of_every_kind"),
    "large gradients of a layer cut off": ("modular_mnist", "Layer", "self.d_x = delta", "delta = np.clip(delta, -10, 10)\n        self.d_x = delta", "a_layer_of_every_kind"),
    "large filters cut off": ("nn_recognition", "conv_forward", '    return np.einsum("ncpqij', '    filters = np.clip(filters, -10, 10)\n    return np.einsum("ncpqij', "convolution_of_every_kind"),
    "an ending anywhere in the name": ("modular_mnist", "load_data", 'fname.endswith(".pkl")', '".pkl" in fname', "a_row_of_floats"),
}  # fmt: skip
ALLOWED = {
    "batches that leave out other rows in each pass": ("layers_digits", "train_two_layer", "batch = rng.integers(len(X_train), size=batch_size)", "batch = rng.permutation(len(X_train))[:batch_size]"),
    "a layer is tried on several shapes": ("layers_digits", "check_layer", "    _, cache = forward(x)\n", "    forward(x[:1]), forward(x[:, :1])\n    _, cache = forward(x)\n"),
    "sizes in a list of its own": ("faces_mlp", "init_nn", "sizes = [num_inputs, *num_hiddens, num_outputs]", "sizes = list(num_hiddens)\n    sizes.insert(0, num_inputs)\n    sizes.append(num_outputs)"),
    "a parameter put back as a copy": ("faces_mlp", "check_grad", "param[entry] = kept\n", "param[entry] = float(kept)\n"),
    "batches drawn once": ("nn_recognition", "train", "    for iteration in range(max_iters):", "    batches = get_random_batches(x, y, batch_size)\n    get_batches = lambda *_: batches\n    for iteration in range(max_iters):"),
    "a step back by the same eps": ("nn_recognition", "central_differences_gradient", "            theta[at] = kept\n", "            theta[at] += eps\n"),
    "evaluated all at once": ("faces_mlp", "evaluate", "    if batch_size == -1:\n        batch_size = num_cases\n", "    batch_size = num_cases\n"),
    "a guard in the logarithm": ("nn_recognition", "compute_loss_and_acc", "right])", "right] + 1e-8)"),
    "the loss of an epoch's last batch": ("modular_mnist", "trainer", "total += loss * len(rows)", "total = loss * len(order)"),
    "a logarithm without a guard": ("modular_mnist", "Neuralnetwork", "np.log(np.maximum(probs, 1e-12))", "np.log(probs)"),
    "a seed of its own": ("faces_mlp", "init_nn", "    model = {}", "    np.random.seed(0)\n    model = {}"),
}  # fmt: skip


def _result(graders: dict[str, Grader], name: str, question: str, old: str, new: str) -> QuestionResult:
    with graders[name].sit(edited(name, question, old, new), (question,)) as sitting:
        return next(r for r in sitting.results() if r.id == question)


@pytest.mark.long
@pytest.mark.parametrize("slip", FORBIDDEN)
def test_it_loses_points(graders: dict[str, Grader], slip: str) -> None:
    """The check that was widened for it takes some, and no other does."""
    *edit, check = FORBIDDEN[slip]
    result = _result(graders, *edit)
    assert [c.id for c in result.checks if c.earned < c.points] == [check], [(c.id, c.message) for c in result.checks]


def test_the_text_names_every_training_loss_that_is_right() -> None:
    """The mean, that of the last batch, and one from after the epoch."""
    (cell,) = [c.text for c in loaded("modular_mnist").cells if c.id == "trainer_solution"]
    said = " ".join(cell.split())
    assert "train_loss (the mean over the epoch's batches, the loss of its last batch, or measured after it, as you like)" in said


@pytest.mark.long
@pytest.mark.parametrize("answer", ALLOWED)
def test_what_the_text_allows_is_right(graders: dict[str, Grader], answer: str) -> None:
    """Its neighbours that the text does not forbid earn everything."""
    result = _result(graders, *ALLOWED[answer])
    assert [(c.id, c.message) for c in result.checks if c.earned < c.points] == []


def test_a_toy_tells_of_what_its_copies_did(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of a gradient asks which batch was last stepped on: a copy that is moved in place of the model steps as well."""
    monkeypatch.syspath_prepend(str(ROOT / "assignments" / "modular_mnist"))
    toys = importlib.import_module("toys")
    model = toys.ToyModel(type("Layer", (), {}), type("Activation", (), {}))
    twin = copy.deepcopy(model)
    twin.forward_pass(np.zeros((2, 2)), np.eye(3)[[0, 1]])
    twin.backward_pass()
    assert len(model.passes) == len(model.steps) == 1


@pytest.mark.long
def test_what_ipythons_module_displays_is_heard(graders: dict[str, Grader]) -> None:
    """Its function is called through the module, where that is what an answer imports."""
    own = edited("two_layer_perceptron", "eval_numerical_gradient", "def eval", "from IPython import display\n\n\ndef eval")
    own = OwnCells([CellSource(c.text.replace("print(index", "display.display(index"), c.number, c.kind) for c in own.cells()])
    with graders["two_layer_perceptron"].sit(own, ("eval_numerical_gradient",)) as sitting:
        result = next(r for r in sitting.results() if r.id == "eval_numerical_gradient")
    assert [(c.id, c.message) for c in result.checks if c.earned < c.points] == []
