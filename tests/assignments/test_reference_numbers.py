"""The numbers printed in the originals and fixed for each assignment, reproduced by our reference solutions."""
from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.assignment.notebook import Role

from .conftest import ROOT, loaded


@cache
def reference(name: str) -> dict[str, Any]:
    """The names that a reference notebook defines, without its demonstrations."""
    names: dict[str, Any] = {"__name__": "__main__"}
    sys.path.insert(0, str(ROOT / "assignments" / name))  # two chapters have a figures.py
    for helper in loaded(name).table.helpers:
        sys.modules.pop(Path(helper).stem, None)
    try:
        for cell in loaded(name).cells:
            if cell.role in (Role.GIVEN, Role.SOLUTION):
                exec(compile(cell.text, f"<{name} {cell.id}>", "exec"), names)
    finally:
        sys.path.remove(str(ROOT / "assignments" / name))
    return names


@pytest.fixture(autouse=True)
def beside_the_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Run where the helper and data files lie, as a notebook does."""
    for folder in ("assignments/faces_mlp", "assignments/layers_digits", "assignments/modular_mnist", "assignments/nn_recognition"):
        monkeypatch.syspath_prepend(str(ROOT / folder))
    monkeypatch.syspath_prepend(str(ROOT / "autograder" / "student"))
    for data in (ROOT / "data").glob("*.npz"):
        (tmp_path / data.name).symlink_to(data)
    before = os.getcwd()
    os.chdir(tmp_path)
    with contextlib.redirect_stdout(io.StringIO()):
        yield
    os.chdir(before)


def error(a: Any, b: Any) -> float:
    """The originals' measure, entry by entry."""
    a, b = np.asarray(a), np.asarray(b)
    return float((np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))).max())


# ---- nn_recognition ---------------------------------------------------------------------------------------------

Y_REF = np.array(
    [
        [
            [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
            [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
            [[0.50813986, 0.54309974], [0.64082444, 0.67101435]],
        ],
        [
            [[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
            [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
            [[2.36270298, 2.36904306], [2.38090835, 2.38247847]],
        ],
    ]
)


def test_nn_recognition_convolution() -> None:
    """y_ref is reproduced to 1e-8 in the original's measure: the largest gap over the largest |a| + |b|."""
    params = {"W": np.linspace(-0.2, 0.3, 144).reshape(3, 3, 4, 4), "b": np.linspace(-0.1, 0.2, 3)}
    y = reference("nn_recognition")["conv_forward"](np.linspace(-0.1, 0.5, 96).reshape(2, 3, 4, 4), params, stride=2, pad=1)
    assert np.abs(y - Y_REF).max() / (np.abs(y) + np.abs(Y_REF)).max() < 1e-8


def test_nn_recognition_sigmoid() -> None:
    """The sigmoid is below 1e-3 at -100 and above 1 - 1e-3 at 100."""
    low, high = reference("nn_recognition")["sigmoid"](np.array([-100.0, 100.0]))
    assert low < 1e-3 and high > 1 - 1e-3


@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_nn_recognition_weights_at_the_ends_of_their_range(monkeypatch: pytest.MonkeyPatch, precision: type) -> None:
    """The visible check takes every draw that Xavier's range allows, the two ends among them."""

    def to_the_ends(low: float, high: float, size: tuple[int, int]) -> np.ndarray:
        drawn = np.random.default_rng().uniform(low, high, size)
        drawn.flat[0], drawn.flat[-1] = low, np.nextafter(high, low)
        return drawn.astype(precision)

    (check,) = [cell.text for cell in loaded("nn_recognition").cells if cell.role is Role.TEST and cell.id == "initialize_weights"]
    monkeypatch.setattr(np.random, "uniform", to_the_ends)
    exec(compile(check, "<check>", "exec"), dict(reference("nn_recognition")))


def four_clouds(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    clouds = [([3.6, 40], [0.05, 10]), ([3.9, 10], [0.01, 5]), ([3.4, 30], [0.25, 5]), ([2.0, 10], [0.5, 10])]
    x = np.vstack([rng.multivariate_normal(mean, np.diag(variance), 10) for mean, variance in clouds])
    return x, np.eye(4)[np.repeat(np.arange(4), 10)]


def test_nn_recognition_training() -> None:
    """With the defaults the 2-25-4 network ends below a loss of 35 and above an accuracy of 0.70."""
    names = reference("nn_recognition")
    x, y = four_clouds(0)
    params: dict[str, Any] = {}
    np.random.seed(0)
    names["initialize_weights"](2, 25, params, "layer1")
    names["initialize_weights"](25, 4, params, "output")
    loss, accuracy = names["train"](x, y, params)
    assert loss < 35 and accuracy > 0.70


def test_nn_recognition_gradient_check() -> None:
    """The summed relative error between numerical and analytic gradients lies above 0 and below 1e-4."""
    names = reference("nn_recognition")
    x, y = four_clouds(1)
    params: dict[str, Any] = {}
    np.random.seed(1)
    names["initialize_weights"](2, 25, params, "layer1")
    names["initialize_weights"](25, 4, params, "output")
    hidden = names["forward"](x, params, "layer1")
    probs = names["forward"](hidden, params, "output", names["softmax"])
    delta = names["backwards"](probs - y, params, "output", names["linear_deriv"])
    names["backwards"](delta, params, "layer1", names["sigmoid_deriv"])
    analytic = {key: params[key].copy() for key in params if key.startswith("grad_")}
    names["central_differences_gradient"](params, x, y)
    total = sum((np.abs(params[k] - g) / np.maximum(1e-8, np.abs(params[k]) + np.abs(g))).sum() for k, g in analytic.items())
    assert len(analytic) == 4 and 0 < total < 1e-4


def network_that_sees() -> dict[str, Any]:
    """The notebook's names, with the network of its last section and the digits that it is trained on."""
    names = dict(reference("nn_recognition"))
    for cell in loaded("nn_recognition").cells:
        if cell.id in ("digits", "network_that_sees"):
            exec(cell.text.split("\nnet_that_sees, ")[0], names)
    return names


@pytest.mark.parametrize("seeds", [range(1), pytest.param(range(10), marks=pytest.mark.long)])
def test_nn_recognition_reads_digits(seeds: range) -> None:
    """The network with the convolution: 5962 parameters, and a test accuracy from 0.981 to 0.991 over ten starts, 0.986 on average."""
    names = network_that_sees()
    runs = [names["train_to_see"](seed=seed) for seed in seeds]
    ends = [history[-1] for _, history in runs]
    assert sum(runs[0][0][key].size for key in ("Wfilters", "bfilters", "Woutput", "boutput")) == 5962
    assert all(0.9805 <= end <= 0.9915 for end in ends)
    assert len(seeds) == 1 or abs(np.mean(ends) - 0.986) < 5e-4


@pytest.mark.parametrize("seeds", [range(1), pytest.param(range(10), marks=pytest.mark.long)])
def test_chapter_1_reads_digits(seeds: range) -> None:
    """Chapter 1's network on the same digits: 7510 parameters, from 0.974 to 0.985 over ten starts, 0.981 on average."""
    import gradient_check

    digits = gradient_check.load_digits()
    runs = [reference("layers_digits")["train_two_layer"](*digits, seed=seed) for seed in seeds]
    ends = [history["test_accuracy"][-1] for _, history in runs]
    assert sum(p.size for p in runs[0][0].values()) == 7510
    assert all(0.9735 <= end <= 0.9855 for end in ends)
    assert len(seeds) == 1 or abs(np.mean(ends) - 0.981) < 5e-4


# ---- layers_digits ----------------------------------------------------------------------------------------------


def test_layers_digits_affine_forward() -> None:
    """affine_forward's two rows, to eight digits."""
    x, w, b = np.linspace(-0.1, 0.5, 240).reshape(2, 4, 5, 6), np.linspace(-0.2, 0.3, 360).reshape(120, 3), np.linspace(-0.3, 0.1, 3)
    out, _ = reference("layers_digits")["affine_forward"](x, w, b)
    assert error(out, [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]]) < 1e-8


def test_layers_digits_relu_forward() -> None:
    """relu_forward's three rows, to eight digits."""
    out, _ = reference("layers_digits")["relu_forward"](np.linspace(-0.5, 0.5, 12).reshape(3, 4))
    assert error(out, [[0, 0, 0, 0], [0, 0, 0.04545455, 0.13636364], [0.22727273, 0.31818182, 0.40909091, 0.5]]) < 1e-7


def test_layers_digits_gradients() -> None:
    """Analytic gradients agree with numerical ones to about 1e-10 (affine), 1e-12 (ReLU) and 1e-7 (loss)."""
    names = reference("layers_digits")
    import gradient_check as check  # the helper that is shipped beside the notebook

    rng = np.random.default_rng(0)
    x, w, b, dout = rng.normal(size=(10, 2, 3)), rng.normal(size=(6, 5)), rng.normal(size=5), rng.normal(size=(10, 5))
    dx, dw, db = names["affine_backward"](dout, names["affine_forward"](x, w, b)[1])
    assert error(dx, check.eval_numerical_gradient_array(lambda v: names["affine_forward"](v, w, b)[0], x, dout)) < 1e-8
    assert error(dw, check.eval_numerical_gradient_array(lambda v: names["affine_forward"](x, v, b)[0], w, dout)) < 1e-8
    assert error(db, check.eval_numerical_gradient_array(lambda v: names["affine_forward"](x, w, v)[0], b, dout)) < 1e-8
    z, upstream = rng.normal(size=(10, 10)), rng.normal(size=(10, 10))
    dz = names["relu_backward"](upstream, names["relu_forward"](z)[1])
    assert error(dz, check.eval_numerical_gradient_array(lambda v: names["relu_forward"](v)[0], z, upstream)) < 1e-9
    scores, y = rng.normal(size=(10, 3)), rng.integers(3, size=10)
    _, dscores = names["softmax_loss"](scores, y)
    assert np.abs(dscores - check.eval_numerical_gradient(lambda v: names["softmax_loss"](v, y)[0], scores)).max() < 1e-7


def test_layers_digits_loss_of_a_sure_mistake() -> None:
    """Scores [1000, 0] with label 1 cost 1000."""
    assert reference("layers_digits")["softmax_loss"](np.array([[1000.0, 0.0]]), np.array([1]))[0] == pytest.approx(1000)


# ---- two_layer_perceptron ---------------------------------------------------------------------------------------


def test_two_layer_perceptron_affine_stream() -> None:
    """The legacy stream of seed 231 and what the affine layer makes of it, to eight digits."""
    names = reference("two_layer_perceptron")
    layer = names["TwoLayerPerceptron"].__new__(names["TwoLayerPerceptron"])
    stream = np.random.RandomState(231)
    x, w, b, dout = stream.randn(10, 2, 3), stream.randn(6, 5), stream.randn(5), stream.randn(10, 5)
    assert error(x[0].ravel(), [0.41794341, 1.39710028, -1.78590431, -0.70882773, -0.07472532, -0.77501677]) < 1e-7
    out, cache = layer.affine_forward(x, w, b)
    assert error(out[0], [-2.17606361, -2.12184729, 0.00900847, 2.20337442, -0.99083714]) < 1e-6
    dx, dw, _ = layer.affine_backward(dout, cache)
    assert error(dx[0].ravel(), [5.06973048, 0.52895344, 1.22136172, -0.19561005, 1.56951029, 3.72781223]) < 1e-7
    assert error(dw[0], [-2.37342917, -0.51198268, 0.31810037, 2.90403428, 1.06935402]) < 1e-7


def test_two_layer_perceptron_losses() -> None:
    """The two losses on 50 x 10 small scores of seed 231."""
    names = reference("two_layer_perceptron")
    layer = names["TwoLayerPerceptron"].__new__(names["TwoLayerPerceptron"])
    stream = np.random.RandomState(231)
    scores, y = 0.001 * stream.randn(50, 10), stream.randint(10, size=50)
    for loss, expected in ((layer.svm_loss, 8.999602749096233), (layer.softmax_loss, 2.302545844500738)):
        value, gradient = loss(scores.copy(), y)
        assert value == pytest.approx(expected, rel=1e-12)
        numerical = names["eval_numerical_gradient"](lambda v, loss=loss: loss(v, y)[0], scores.copy())
        assert error(gradient, numerical) < 1e-7


# ---- faces_mlp and modular_mnist --------------------------------------------------------------------------------


def test_faces_mlp_gradient_check() -> None:
    """The student's own check_grad accepts right gradients of all six parameters, on x = 0.1 * rand(10, 2304)."""
    names = reference("faces_mlp")
    np.random.seed(0)
    model, x = names["init_nn"](2304, [16, 32], 7), 0.1 * np.random.rand(10, 2304)
    for name in ("W3", "b3", "W2", "b2", "W1", "b1"):
        names["check_grad"](model, names["nn_forward"], names["nn_backward"], name, x)


def test_faces_data_have_the_fixed_proportions() -> None:
    """3374 faces to train on, 419 to validate, 385 to test, 48 x 48 each, seven classes."""
    faces = np.load("faces.npz")
    sizes = [faces[f"inputs_{part}"].shape for part in ("train", "valid", "test")]
    assert sizes == [(3374, 2304), (419, 2304), (385, 2304)]
    assert set(np.unique(faces["target_train"])) == set(range(7))


@pytest.mark.parametrize(("epsilon", "passes"), [(1e-2, True), (1e-4, True), (1e-5, True), (1e-6, False)])
def test_modular_mnist_criterion(epsilon: float, passes: bool) -> None:
    """9 * epsilon**2 is met by a right gradient at 1e-2, 1e-4 and 1e-5; at 1e-6 it lies below the rounding of the difference."""
    names = reference("modular_mnist")
    np.random.seed(0)
    config = {"layer_specs": [784, 20, 10], "activation": "tanh", "batch_size": 8, "L2_penalty": 0}
    model = names["Neuralnetwork"](config)
    rng = np.random.default_rng(0)
    x, y = rng.uniform(size=(8, 784)), np.eye(10)[rng.integers(10, size=8)]
    entries = [(0, "w", (i, j)) for i in (100, 400, 700) for j in (0, 7, 13)] + [(2, "b", (0, j)) for j in range(3)]
    within = [names["gradient_approximation"](model, layer, kind, index, x, y, epsilon)[2] for layer, kind, index in entries]
    assert all(within) is passes
