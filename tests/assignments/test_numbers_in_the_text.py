"""Numbers that the chapters' prose and captions name, measured anew with the reference's answers; where chance is in them, over several starts."""
from __future__ import annotations

import os
from typing import Any

import matplotlib
import numpy as np
import pytest

from .conftest import loaded
from .test_reference_numbers import beside_the_data, error, reference  # noqa: F401

matplotlib.use("agg")


def after(name: str, *demonstrations: str) -> dict[str, Any]:
    """The names that a reference notebook defines, and those of some of its demonstrations."""
    names = dict(reference(name))
    for cell in loaded(name).cells:
        if cell.id in demonstrations:
            exec(compile(cell.text, f"<{name} {cell.id}>", "exec"), names)
    return names


STARTS = int(os.environ.get("CHAINRULE_STARTS", "2"))
"""Of the starts that the text speaks of so many are tried: all of them take half an hour, and `make numbers` tries them."""


def several(most: int) -> range:
    """Seeds to begin from."""
    return range(min(STARTS, most))


def starts(few: int, many: int) -> pytest.MarkDecorator:
    """Seeds to begin from: a few in every run, as many as the text speaks of in the long suite."""
    return pytest.mark.parametrize("seeds", [range(few), pytest.param(range(many), marks=pytest.mark.long)])


# ---- chapter 1 ----------------------------------------------------------------------------------------------------


def test_the_best_step_of_a_central_difference() -> None:
    """The cube layer's error falls with the square of the step, is smallest at 1e-5, and leaves 8 to 11 digits there."""
    names = after("layers_digits", "cube_layer", "step_sizes")
    x, dout = np.array([0.7, -2.3, 0.4]), np.array([1.0, 1.0, 10.0])
    cube, measure = names["cube_forward"], names["eval_numerical_gradient_array"]
    errors = {h: names["rel_error"](measure(lambda v: cube(v)[0], x, dout, h), names["cube_backward"](dout, x)) for h in (1e-1, 1e-3, 1e-5, 1e-7, 1e-9)}
    assert min(errors, key=errors.__getitem__) == 1e-5
    assert 0.5e4 < errors[1e-1] / errors[1e-3] < 2e4
    assert 1e-11 < errors[1e-5] < 1e-8
    assert errors[1e-5] < errors[1e-7] < errors[1e-9]


def test_no_table_of_derivatives() -> None:
    """100 examples of 64 inputs and 100 outputs have 64 million derivatives of an output by an input."""
    assert (100 * 64) * (100 * 100) == 64_000_000


@pytest.mark.long
def test_how_fast_chapter_1_learns() -> None:
    """The test accuracy passes 0.95 within about 100 steps; at the end the training loss lies far below the test loss."""
    names = after("layers_digits", "look_at_digits")
    for seed in several(5):
        _, history = names["train_two_layer"](*(names[n] for n in ("X_train", "y_train", "X_test", "y_test")), seed=seed)
        assert 60 < np.argmax(np.array(history["test_accuracy"]) > 0.95) < 140
        assert abs(history["test_loss"][0] - np.log(10)) < 0.05
        assert np.mean(history["train_loss"][-100:]) < 0.6 * history["test_loss"][-1]


@pytest.mark.long
def test_units_that_have_learned_little() -> None:
    """About a quarter of the 100 hidden units have weights that hardly moved from where they were drawn."""
    names = after("layers_digits", "look_at_digits")
    data = [names[n] for n in ("X_train", "y_train", "X_test", "y_test")]
    for seed in several(5):
        start, end = (names["train_two_layer"](*data, seed=seed, learning_rate=rate)[0]["W1"] for rate in (0.0, 0.5))
        moved = np.linalg.norm(end - start, axis=0) / np.linalg.norm(start, axis=0)
        assert 0.15 < np.mean(moved < 1) < 0.35


@starts(1, 3)
def test_the_pause_of_tiny_weights(seeds: range) -> None:
    """With std 1e-4 and rate 0.5 the loss stays at 2.3 until rate times steps is about 35, some 70 steps; at rate 1e-4 nothing has moved by then."""
    names = after("layers_digits", "look_at_digits")
    data = [names[n] for n in ("X_train", "y_train", "X_test", "y_test")]
    for seed in seeds:
        _, run = names["train_two_layer"](*data, iters=250, batch_size=32, std=1e-4, seed=seed)
        left = np.argmax(np.array(run["test_loss"]) < 2.2)
        assert 55 < left < 110
        assert 27 < 0.5 * left < 55
        for std in (0.05, 1e-4):
            _, run = names["train_two_layer"](*data, learning_rate=1e-4, iters=250, batch_size=32, std=std, seed=seed)
            assert np.ptp(run["test_loss"]) < 0.02


@pytest.mark.long
def test_the_pause_of_the_old_exercise() -> None:
    """With pixels from 0 to 16, rate and std 1e-4, the loss is where it was after 10,000 steps."""
    names = after("layers_digits", "look_at_digits")
    _, run = names["train_two_layer"](16 * names["X_train"], names["y_train"], 16 * names["X_test"][:20], names["y_test"][:20], learning_rate=1e-4, std=1e-4, iters=10_000)
    assert abs(run["test_loss"][-1] - np.log(10)) < 0.1


@starts(1, 5)
def test_pixels_to_16_kill_units(seeds: range) -> None:
    """With pixels from 0 to 16 the loss leaps and comes back to about log 10; nearly all of 100 units are dead, and nearly all digits get one answer."""
    names = after("layers_digits", "look_at_digits")
    X, y, X_test, y_test = (names[n] for n in ("X_train", "y_train", "X_test", "y_test"))
    for seed in seeds:
        params, history = names["train_two_layer"](16 * X, y, 16 * X_test, y_test, iters=100, seed=seed)
        alive = (16 * X @ params["W1"] + params["b1"] > 0).any(axis=0)
        answers = np.bincount(names["two_layer_scores"](16 * X_test, params).argmax(axis=1))
        assert max(history["test_loss"]) > 10
        assert abs(history["test_loss"][-1] - np.log(10)) < 0.15
        assert alive.sum() <= 15
        assert answers.max() > 0.85 * len(y_test)


# ---- chapter 2 ----------------------------------------------------------------------------------------------------


def test_the_floor_of_a_measured_slope() -> None:
    """The slope of sin at 0.8 has its least error, about 1e-11, near a step of 1e-5."""
    measure, steps = reference("two_layer_perceptron")["eval_numerical_gradient"], np.logspace(-13, -1, 60)
    errors = np.array([abs(measure(lambda z: np.sin(z[0]), np.array([0.8]), h=h)[0] - np.cos(0.8)) for h in steps])
    near = errors[(steps > 3e-6) & (steps < 3e-5)]
    assert 1e-13 < np.median(near) < 3e-11
    assert errors[steps < 1e-9].min() > 10 * np.median(near)
    assert errors[steps > 1e-3].min() > 10 * np.median(near)


def test_errors_of_the_checks_of_chapter_2() -> None:
    """The affine layer's three gradients agree to 1e-10, ReLU's to about 3e-12, the losses' to about 1e-9 and 1e-8."""
    names = reference("two_layer_perceptron")
    layers, stream = names["layers"], np.random.RandomState(231)
    x, w, b, dout = stream.randn(10, 2, 3), stream.randn(6, 5), stream.randn(5), stream.randn(10, 5)
    for at, exact in zip((x, w, b), layers.affine_backward(dout, (x, w, b)), strict=True):
        assert error(names["eval_numerical_gradient_array"](lambda _: layers.affine_forward(x, w, b)[0], at, dout), exact) < 1.5e-10
    stream = np.random.RandomState(231)
    x, dout = stream.randn(10, 10), stream.randn(10, 10)
    measured = names["eval_numerical_gradient_array"](lambda z: layers.relu_forward(z)[0], x, dout)
    assert 1e-12 < error(measured, layers.relu_backward(dout, x)) < 1e-11
    stream = np.random.RandomState(231)
    x, y = 0.001 * stream.randn(50, 10), stream.randint(10, size=50)
    for top, low, high in ((layers.svm_loss, 3e-10, 3e-9), (layers.softmax_loss, 3e-9, 3e-8)):
        assert low < error(names["eval_numerical_gradient"](lambda z, top=top: top(z, y)[0], x), top(x, y)[1]) < high
    value, dx = layers.softmax_loss(x, y)
    assert 1e-16 * value / 1e-5 == pytest.approx(2.3e-11, rel=0.02)
    assert np.median(np.abs(dx)) == pytest.approx(0.002, rel=0.01)


def test_slopes_that_vanish() -> None:
    """The sigmoid's slope is 0.0066 at 5 and 0.000045 at 10; twenty layers leave 2e-11 of a gradient with it, and ReLU keeps its size."""
    names = after("two_layer_perceptron", "deep_stack")
    assert [round(float(names["sigmoid"](z) * (1 - names["sigmoid"](z))), 6) for z in (5, 10)] == [0.006648, 0.000045]
    sigmoid, relu, leaky = (np.array(names["stacks"][kind]) for kind in ("sigmoid", "ReLU", "leaky ReLU"))
    assert 10 < sigmoid[0] < 30
    assert 1e-11 < sigmoid[-1] < 4e-11
    shrinks = sigmoid[1:] / sigmoid[:-1]
    assert 0.2 < shrinks.min() <= shrinks.max() < 0.3
    assert all(30 < norm < 200 for norm in [*relu, *leaky])


def test_every_gradient_of_a_small_network() -> None:
    """Backpropagated and measured gradients differ by 1e-12 to 1e-7, relative to their size."""
    names = after("two_layer_perceptron", "gradient_check")
    worst = [names["rel_error"](names["grads"][k], names["measured"][k]) for k in names["grads"]]
    assert 1e-12 < min(worst) <= max(worst) < 1e-6


@pytest.mark.long
def test_one_network_two_losses() -> None:
    """At rate 0.2 both losses pass 0.96 in validation, the hinge loss sooner; at 0.5 it kills every unit and ends at chance, while softmax improves."""
    names = after("two_layer_perceptron", "digits", "train")
    made = names["TwoLayerPerceptron"]
    for seed in several(5):
        names["TwoLayerPerceptron"] = lambda *args, seed=seed: made(*args, seed=seed)
        (_, softmax), (_, hinge) = names["train"]("softmax"), names["train"]("svm")
        assert min(softmax[:, 1].max(), hinge[:, 1].max()) > 0.96
        assert np.argmax(hinge[:, 1] > 0.95) <= np.argmax(softmax[:, 1] > 0.95)
        (_, faster), (dead, fallen) = names["train"]("softmax", rate=0.5), names["train"]("svm", rate=0.5)
        assert faster[-1, 1] > softmax[-1, 1]
        assert fallen[-1, 1] < 0.2
        assert not (names["X_train"] @ dead.params["W1"] + dead.params["b1"] > 0).any()


# ---- chapter 3 ----------------------------------------------------------------------------------------------------


def test_a_gradient_check_that_zeros_pass() -> None:
    """At the starting weights the gradient of W1 is below a fifth of the tolerance, and the larger weights bring it above; not every gradient is so small."""
    names = reference("faces_mlp")
    noise = 0.1 * np.random.default_rng(3).random((10, 2304))
    for seed in range(10):
        np.random.seed(seed)
        model = names["init_nn"](2304, [16, 32], 7)
        largest = []
        for scaled in (model, {name: 10 * value for name, value in model.items()}):
            var = names["nn_forward"](scaled, noise)
            names["nn_backward"](scaled, var["y"], var)
            largest.append(np.abs(scaled["dE_dW1"]).max())
        assert largest[0] < 1.5e-3 / 5 and largest[1] > 1
        assert np.abs(model["dE_db3"]).max() > 1.5e-3


@pytest.mark.long
def test_faces_over_starts() -> None:
    """After 120 epochs validation lies from 0.76 to 0.83, training from 0.97 to 1; after 150 the test accuracy lies from 0.83 to 0.87, above validation."""
    names = after("faces_mlp", "load_faces")
    data = names["data"]
    mean, kept = data[0].mean(axis=0), []
    centred = [*(inputs - mean for inputs in data[:3]), *data[3:]]
    parts = [names[f] for f in ("nn_forward", "nn_backward", "nn_update")]
    for seed in several(10):
        np.random.seed(seed)
        model, first = names["train"](names["init_nn"](2304, [16, 32], 7), *parts, 0.05, 120, 100, centred)
        train, valid = first["train_acc"][-1][1], first["valid_acc"][-1][1]
        assert 0.965 <= train <= 1
        assert 0.755 <= valid <= 0.835
        model, more = names["train"](model, *parts, 0.05, 30, 100, centred)
        _, tested = names["evaluate"](centred[2], data[5], model, parts[0])
        assert 0.825 <= tested <= 0.875
        assert 0.015 <= tested - more["valid_acc"][-1][1] <= 0.095
        kept.append(valid)
    assert abs(np.mean(kept) - 0.80) < (0.01 if len(kept) == 10 else 0.03)
    assert np.sqrt(0.85 * 0.15 / 385) == pytest.approx(0.02, abs=0.003)


@pytest.mark.long
def test_faces_as_they_are() -> None:
    """On grey values that are not centred the validation accuracy of ten starts lies between 0.57 and 0.78."""
    names = after("faces_mlp", "load_faces")
    parts = [names[f] for f in ("nn_forward", "nn_backward", "nn_update")]
    ends = []
    for seed in several(10):
        np.random.seed(seed)
        _, stats = names["train"](names["init_nn"](2304, [16, 32], 7), *parts, 0.05, 120, 100, names["data"])
        ends.append(stats["valid_acc"][-1][1])
    assert 0.565 <= min(ends) <= max(ends) <= 0.785


# ---- chapter 4 ----------------------------------------------------------------------------------------------------


def quiet_run(names: dict[str, Any], seed: int, **changes: Any) -> tuple[Any, dict[str, list[float]], float]:
    """A fresh network of chapter 4, its history and its test accuracy."""
    settings = {**names["config"], **changes}
    np.random.seed(seed)
    network = names["Neuralnetwork"](settings)
    history = names["trainer"](network, *(names[n] for n in ("X_train", "y_train", "X_valid", "y_valid")), settings)
    return network, history, names["test"](network, names["X_test"], names["y_test"], settings)


@pytest.mark.long
def test_what_the_settings_of_chapter_4_do() -> None:
    """Plain: 0.922 to 0.932, lowest validation loss 0.20 to 0.23. With L2: 0.926 to 0.944 and 0.18 to 0.20, lower each time."""
    names = after("modular_mnist", "digits")
    for seed in several(5):
        (_, plain, accuracy), (_, shrunk, better) = quiet_run(names, seed), quiet_run(names, seed, L2_penalty=0.005)
        if seed == 0:
            assert (round(accuracy, 3), len(plain["valid_loss"]), int(np.argmin(plain["valid_loss"])) + 1) == (0.928, 29, 9)
            assert round(better, 3) == 0.934
        assert 0.9215 <= accuracy <= 0.9325
        assert 0.9255 <= better <= 0.9445
        assert 0.195 <= min(plain["valid_loss"]) <= 0.235
        assert 0.175 <= min(shrunk["valid_loss"]) <= 0.205
        assert min(shrunk["valid_loss"]) < min(plain["valid_loss"])


def test_momentum_carries_further() -> None:
    """In one epoch momentum carries the weights more than four times as far, and the validation loss to 0.62 in place of 1.66."""
    names = after("modular_mnist", "digits", "distance")
    assert 4 < names["far"] / names["near"] < 5.2
    ends = {momentum: quiet_run(names, 0, epochs=1, momentum=momentum)[1]["valid_loss"][0] for momentum in (True, False)}
    assert (round(ends[True], 2), round(ends[False], 2)) == (0.62, 1.66)


@pytest.mark.long
def test_settings_of_the_older_course() -> None:
    """Rate 0.007 and 50 epochs end at 0.914 on 4000 images, which are 1000 steps, and 12,500 on 50,000."""
    names = after("modular_mnist", "digits")
    _, history, accuracy = quiet_run(names, 0, learning_rate=0.007, epochs=50)
    assert (round(accuracy, 3), len(history["valid_loss"])) == (0.914, 50)
    assert history["valid_loss"][-1] < history["valid_loss"][-10]
    assert (50 * 4000 // 200, 50 * 50_000 // 200) == (1000, 12_500)


def test_a_kink_fails_a_right_gradient() -> None:
    """With ReLU and a step of 1e-2 about one entry in fifteen of a right gradient, over the arrays of five networks, is not within the criterion."""
    names = after("modular_mnist", "digits")
    rng, tried = np.random.default_rng(0), []
    for seed in range(5):
        np.random.seed(seed)
        kinked = names["Neuralnetwork"](names["config"])
        for layer, kind in ((layer, kind) for layer in (0, 2, 4) for kind in "wb"):
            for _ in range(50):
                at = tuple(int(rng.integers(n)) for n in getattr(kinked.layers[layer], kind).shape)
                tried.append(names["gradient_approximation"](kinked, layer, kind, at, names["X_train"][:10], names["y_train"][:10])[2])
    assert 1 / 22 < 1 - np.mean(tried) < 1 / 10


def test_a_step_of_1e_6_leaves_more_than_the_criterion() -> None:
    """At 1e-6 rounding leaves ten times 9e-12 and more."""
    names = after("modular_mnist", "digits", "gradient_table")
    apart = [abs(np.subtract(*names["gradient_approximation"](names["smooth"], *entry, names["X_few"], names["y_few"], 1e-6)[:2])) for entry in names["entries"]]
    assert max(apart) > 9e-11


# ---- chapter 5 ----------------------------------------------------------------------------------------------------


def test_the_network_of_the_clouds() -> None:
    """Its 2, 25 and 4 units have 179 parameters; backpropagation and central differences agree to about 1e-9."""
    names = dict(reference("nn_recognition"))
    np.random.seed(0)
    params: dict[str, Any] = {}
    names["initialize_weights"](2, 25, params, "layer1")
    names["initialize_weights"](25, 4, params, "output")
    x, y = names["make_clouds"](np.random.default_rng(0))
    names["train"](x, y, params, max_iters=500)
    names["train"](x, y, params, batch_size=len(x), max_iters=1, learning_rate=0)
    keys = ["Wlayer1", "blayer1", "Woutput", "boutput"]
    exact = {key: params["grad_" + key] for key in keys}
    names["central_differences_gradient"](params, x, y)
    apart = np.concatenate([np.ravel(params["grad_" + key] - exact[key]) for key in keys])
    assert len(apart) == 179
    assert 1e-10 < np.sqrt(np.mean(apart**2)) < 1e-8


@starts(1, 8)
def test_regions_as_training_goes_on(seeds: range) -> None:
    """At first one class or two are favoured wherever the points lie; after 50 iterations not the same above and below; after 2000 each has a region."""
    names = dict(reference("nn_recognition"))
    x, y = names["make_clouds"](np.random.default_rng(0))
    places = np.stack([axis.ravel() for axis in np.meshgrid(np.linspace(0, 6, 40), np.linspace(0, 50, 40))], axis=1)
    for seed in seeds:
        np.random.seed(seed)
        params: dict[str, Any] = {}
        names["initialize_weights"](2, 25, params, "layer1")
        names["initialize_weights"](25, 4, params, "output")
        seen = []
        for iterations in (0, 50, 1950):
            if iterations:
                names["train"](x, y, params, max_iters=iterations)
            hidden = names["forward"](places, params, "layer1", names["sigmoid"])
            seen.append(names["forward"](hidden, params, "output", names["softmax"]).argmax(axis=1))
        first, soon, last = (np.bincount(favoured, minlength=4) / len(places) for favoured in seen)
        assert np.sort(first)[-2:].sum() > 0.95
        assert np.bincount(seen[1][places[:, 1] > 40]).argmax() != np.bincount(seen[1][places[:, 1] < 15]).argmax(), soon
        assert last.min() > 0.1


def test_what_figure_4_says() -> None:
    """Its dashed window covers six pixels of the image; the lower right output is at row 1 and column 2; with stride 1 the output is as large as the image."""
    conv, params = reference("nn_recognition")["conv_forward"], {"W": np.ones((1, 1, 3, 3)), "b": np.zeros(1)}
    image = np.ones((1, 1, 4, 5))
    out = conv(image, params, stride=2, pad=1)[0, 0]
    assert out.shape == (2, 3) and out[0, 1] == 6
    corner = np.zeros((6, 7))
    corner[2:5, 4:7] = 1
    assert out[1, 2] == corner[1:-1, 1:-1].sum()
    assert conv(image, params, stride=1, pad=1).shape == (1, 1, 4, 5)


@pytest.mark.long
def test_a_few_filters() -> None:
    """Two filters, fifteen epochs and two seeds give 0.96 and 0.95; eight filters 0.97 and 0.97."""
    names = dict(reference("nn_recognition"))
    for cell in loaded("nn_recognition").cells:
        if cell.id in ("digits", "network_that_sees"):
            exec(cell.text.split("\nnet_that_sees, ")[0], names)
    ends = {filters: [round(float(names["train_to_see"](filters=filters, epochs=15, seed=seed)[1][-1]), 2) for seed in (0, 1)] for filters in (2, 8)}
    assert ends == {2: [0.96, 0.95], 8: [0.97, 0.97]}
    fewer = (1 - 0.986) / (1 - 0.981)
    assert fewer == pytest.approx(0.75, abs=0.03)
    assert np.sqrt(0.986 * 0.014 / 540) == pytest.approx(0.005, abs=5e-4)
