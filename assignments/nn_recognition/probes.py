"""Hidden tests of nn_recognition. No right answer to any question stands here."""
from functools import partial
from typing import NamedTuple

import numpy as np

from autograder import inputs
from autograder.probe import parameters_of, probe

PARAMETERS = ("Wlayer1", "blayer1", "Woutput", "boutput")
GRADIENTS = tuple("grad_" + key for key in PARAMETERS)


# Makers of inputs. They draw, arrange and name arrays; none computes what a question asks for.


def layer(rng, D, H, name="", scale=1.0):
    """Arbitrary weights and biases of a fully connected layer."""
    return {"W" + name: rng.normal(scale=scale, size=(D, H)), "b" + name: rng.normal(scale=scale, size=H)}


def network(rng, D=3, H=2, C=4):
    """Arbitrary parameters of both layers of the chapter's network."""
    return layer(rng, D, H, "layer1") | layer(rng, H, C, "output")


def passed(rng, N, D, H, name=""):
    """A layer with a cache of arbitrary, unrelated arrays in place of a forward pass; the last lies between 0 and 1."""
    cache = (rng.normal(size=(N, D)), rng.normal(size=(N, H)), rng.uniform(0.1, 0.9, size=(N, H)))
    return layer(rng, D, H, name) | {"cache_" + name: cache}


def filters(rng, F, C, h, w, name=""):
    """Arbitrary filters and biases of a convolutional layer."""
    return {"W" + name: rng.normal(size=(F, C, h, w)), "b" + name: rng.normal(size=F)}


def whole_weights(rng, params, letters="W"):
    """A layer with integers for its weights, or for all parameters that begin with one of the letters."""
    return {key: rng.integers(-3, 4, size=value.shape) if key[0] in letters else value for key, value in params.items()}


def positive(rng, *shape):
    """float32 numbers from 0.5 to 1.5: sums of their products lose no digits."""
    return rng.uniform(0.5, 1.5, size=shape).astype(np.float32)


class Scored(NamedTuple):
    """One-hot labels and probabilities, both (N, C)."""

    y: np.ndarray
    probs: np.ndarray


def scored(rng, N=7, C=4):
    """One-hot labels, (N, C), and probabilities, (N, C), that favour the right class in some rows and another in the rest."""
    y, probs = inputs.one_hot(inputs.labels(rng, N, C), C), inputs.probabilities(rng, N, C)
    for i, row in enumerate(probs):
        target = (int(np.flatnonzero(y[i])[0]) + (i % 3 == 1)) % C
        largest = int(np.flatnonzero(row == max(row))[0])
        row[[target, largest]] = row[[largest, target]]
    return Scored(y, probs)


class Data(NamedTuple):
    """Examples, (N, D), and one-hot labels, (N, C)."""

    x: np.ndarray
    y: np.ndarray


def alike(rng, N, D=3, C=4):
    """N copies of one example with its label: however they are put into batches, the batches are the same."""
    return Data(np.tile(rng.normal(size=D), (N, 1)), np.tile(np.eye(C)[rng.integers(C)], (N, 1)))


def after(params, *keys):
    """Some entries of params; None where one is missing."""
    return {key: params.get(key) for key in keys}


def listed(value):
    """A tuple or a row of numbers as a list, anything else as it is: each will do for a cache or a pair of results."""
    return list(value) if isinstance(value, tuple) or (isinstance(value, np.ndarray) and value.ndim == 1) else value


def part(value, i):
    """One of the two results of a function; None where there aren't two, and a dictionary where it is one."""
    pair = [value] * 2 if isinstance(value, dict) else listed(value)
    return pair[i] if isinstance(pair, list) and len(pair) == 2 else None


# initialize_weights


def units(rng, **numbers):
    """How many inputs and outputs a layer has; nothing is left to chance."""
    return numbers


@probe("initialize_weights", points=1, judged=True, draw=partial(units, inputs=70, outputs=50))
def range_of_the_weights(ns, drawn):
    """How far from 0 the weights of a large layer reach, where one was made before."""
    params = {}
    ns.initialize_weights(*drawn.values(), params, "earlier")
    ns.initialize_weights(*drawn.values(), params, "large")
    return {"W": params.get("Wlarge")}


@probe("initialize_weights", points=1, judged=True, draw=partial(units, inputs=40, outputs=80))
def spread_of_the_weights(ns, drawn):
    """The mean and the spread of the weights of a large layer, where one was made before."""
    params = {}
    ns.initialize_weights(*drawn.values(), params, "earlier")
    ns.initialize_weights(*drawn.values(), params, "large")
    return {"W": params.get("Wlarge")}


@probe("initialize_weights", points=0.5, tolerance=1e-5, draw=partial(units, inputs=6, outputs=9))
def biases_at_the_start(ns, drawn):
    """The biases of a new layer."""
    params = {}
    ns.initialize_weights(*drawn.values(), params, "layer1")
    return {"b": params.get("blayer1")}


@probe("initialize_weights", points=0.25, contract=True, judged=True, draw=partial(units, inputs=8, outputs=5))
def another_draw_each_call(ns, drawn):
    """Two layers of the same size."""
    params = {}
    ns.initialize_weights(*drawn.values(), params, "one")
    ns.initialize_weights(*drawn.values(), params, "two")
    return {"one": params.get("Wone"), "two": params.get("Wtwo")}


@probe("initialize_weights", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: {"params": layer(rng, 2, 3, "other")})
def a_layer_without_a_name(ns, drawn):
    """A layer whose name is left out, beside another layer that is there already."""
    params = drawn["params"]
    other = [*params]
    ns.initialize_weights(3, 1, params)
    return {"shapes": [list(np.shape(params.get(key))) for key in "Wb"], "other": after(params, *other)}


# sigmoid


def moderate_numbers_inputs(rng):
    X = rng.normal(scale=3, size=(4, 6))
    X[1, 2] = 0
    return {"X": X}


@probe("sigmoid", points=0.75, tolerance=1e-5, draw=moderate_numbers_inputs)
def moderate_numbers(ns, drawn):
    """Numbers of both signs within a few units of 0, and 0."""
    return {"values": ns.sigmoid(drawn["X"])}


@probe("sigmoid", points=1, tolerance=1e-5, draw=lambda rng: {"X": rng.permuted(rng.uniform(750, 1000, size=(3, 4)) * [1, -1, 1, -1], axis=1)})
def far_from_zero(ns, drawn):
    """Numbers of both signs whose exponentials overflow."""
    return {"values": ns.sigmoid(drawn["X"])}


@probe("sigmoid", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"one axis": rng.normal(size=5), "three axes": rng.normal(size=(2, 3, 4))})
def other_shapes(ns, drawn):
    """Arrays of one and of three axes."""
    return {name: ns.sigmoid(X) for name, X in drawn.items()}


@probe("sigmoid", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"X": rng.permutation(np.arange(-6, 6)).reshape(3, 4)})
def sigmoid_of_integers(ns, drawn):
    """Integers."""
    return {"values": ns.sigmoid(drawn["X"])}


@probe("sigmoid", points=0.25, contract=True, tolerance=1e-4, draw=lambda rng: {"X": rng.normal(size=(3, 5)).astype(np.float32)})
def sigmoid_in_single_precision(ns, drawn):
    """float32 numbers."""
    return {"values": ns.sigmoid(drawn["X"])}


@probe("sigmoid", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: {"X": rng.normal(size=(3, 5))})
def sigmoid_leaves_its_input(ns, drawn):
    """The input as it is after the call."""
    return {"shape": list(np.shape(ns.sigmoid(drawn["X"])))}


@probe("sigmoid", points=0.25, contract=True, equal_sizes="square ones among them", draw=lambda rng: inputs.kinds_and_sizes(rng, (3, 4)))
def sigmoid_of_every_kind(ns, drawn):
    """Call after call: numbers that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    return {kind: ns.sigmoid(X) for kind, X in drawn.items()}


# forward


@probe("forward", points=1.5, tolerance=1e-5, draw=lambda rng: {"params": layer(rng, 5, 3, "layer1"), "X": rng.normal(size=(4, 5))})
def output_of_a_layer(ns, drawn):
    """The output of a layer, with an activation of the test's own."""
    return {"post_act": ns.forward(drawn["X"], drawn["params"], "layer1", lambda z: z * z + z)}


@probe("forward", points=1, tolerance=1e-5, draw=lambda rng: {"params": layer(rng, 5, 3, "layer1"), "X": rng.normal(size=(4, 5))})
def cache_from_before_the_activation(ns, drawn):
    """The first two entries of what the layer stores: its input and its pre-activation."""
    params = drawn["params"]
    ns.forward(drawn["X"], params, "layer1", lambda z: z * z - 3 * z)
    kept = listed(params.get("cache_layer1"))
    return {"cache": kept[:2] if isinstance(kept, list) else kept}


@probe("forward", points=1, tolerance=1e-5, draw=lambda rng: {"params": layer(rng, 5, 3, "layer1"), "X": rng.normal(size=(4, 5))})
def cache_from_after_the_activation(ns, drawn):
    """The last entry of what the layer stores: its post-activation."""
    params = drawn["params"]
    ns.forward(drawn["X"], params, "layer1", lambda z: z * z - 3 * z)
    kept = listed(params.get("cache_layer1"))
    return {"cache": kept[2:] if isinstance(kept, list) else kept}


def two_layers_inputs(rng):
    params = layer(rng, 6, 5, "layer1") | layer(rng, 5, 2, "output")
    params |= {"blayer1": np.zeros(5), "boutput": np.zeros(2)}
    return {"params": params, "X": rng.normal(size=(3, 6))}


@probe("forward", points=0.75, tolerance=1e-5, draw=two_layers_inputs)
def two_layers(ns, drawn):
    """Two layers in a row, the given tanh and ReLU, with biases of 0: each has a cache of its own."""
    params = drawn["params"]
    hidden = ns.forward(drawn["X"], params, "layer1", ns.tanh)
    output = ns.forward(hidden, params, "output", ns.relu)
    return {"output": output, "lower": listed(params.get("cache_layer1")), "upper": listed(params.get("cache_output"))}


@probe("forward", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: {"params": layer(rng, 4, 3), "X": rng.normal(size=(2, 4))})
def forward_without_a_name(ns, drawn):
    """A layer whose name is left out."""
    params = drawn["params"]
    post_act = ns.forward(drawn["X"], params, activation=ns.tanh)
    return {"post_act": post_act, "cache": listed(params.get("cache_"))}


@probe("forward", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"one example": (rng.normal(size=(1, 4)), layer(rng, 4, 3, "a")), "one unit": (rng.normal(size=(3, 4)), layer(rng, 4, 1, "b"))})
def forward_with_one_example(ns, drawn):
    """A batch of one example, and a layer of one unit."""
    one_row = ns.forward(*drawn["one example"], "a", ns.tanh)
    return {"one example": one_row, "one unit": ns.forward(*drawn["one unit"], "b", ns.linear)}


@probe("forward", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"X": rng.integers(-3, 4, size=(4, 5)), "params": layer(rng, 5, 3, "a"), "whole": whole_weights(rng, layer(rng, 5, 3, "a"))})
def forward_of_integers(ns, drawn):
    """Integer inputs, and with them integer weights."""
    X, params, whole = drawn.values()
    return {"post_act": ns.forward(X, params, "a", ns.tanh), "post_act, integer weights": ns.forward(X, whole, "a", ns.tanh)}


@probe("forward", points=0.25, contract=True, tolerance=1e-4,
       draw=lambda rng: {"X": positive(rng, 4, 5), "W": positive(rng, 5, 3), "b": positive(rng, 3)})
def forward_in_single_precision(ns, drawn):
    """float32 inputs and parameters."""
    X, W, b = drawn.values()
    return {"post_act": ns.forward(X, {"Wa": W, "ba": b}, "a", ns.relu)}


@probe("forward", points=0.25, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"X": rng.normal(size=(4, 5)), "params": layer(rng, 5, 3, "a")})
def forward_leaves_its_input(ns, drawn):
    """Input, weights and biases as they are after the call."""
    return {"shape": list(np.shape(ns.forward(drawn["X"], drawn["params"], "a", ns.relu)))}


def layers_of_every_kind(rng):
    """Layers with inputs: every kind of entry, sizes that are equal or 1, and two layers of one size."""
    cases = {kind: (X, layer(rng, 4, 2, "a")) for kind, X in inputs.kinds(rng, (3, 4)).items()}
    sizes = {"square": (3, 3, 3), "one input": (4, 1, 3), "one unit": (2, 3, 1), "one example": (1, 3, 2)}
    cases |= {name: (rng.normal(size=(n, D)), layer(rng, D, H, "a")) for name, (n, D, H) in sizes.items()}
    cases["large weights"] = rng.normal(size=(3, 4)), {name: 1000 * value for name, value in layer(rng, 4, 2, "a").items()}
    return {"cases": cases, "two": layer(rng, 3, 3, "a") | layer(rng, 3, 3, "b"), "batches": {name: rng.normal(size=(2, 3)) for name in "ab"}}


@probe("forward", points=0.25, contract=True, equal_sizes="square ones among them", draw=layers_of_every_kind)
def forward_of_every_kind(ns, drawn):
    """Call after call: inputs that are tiny, large, of one sign, zero or equal, layers whose sizes are equal or 1, and two layers of one size."""
    cases, two, batches = drawn.values()
    seen = {}
    for kind, (X, params) in cases.items():
        post_act = ns.forward(X, params, "a", lambda z: z * z + z)
        seen[kind] = {"post_act": post_act, "cache": listed(params.get("cache_a"))}
    outputs = [ns.forward(X, two, name, ns.tanh) for name, X in batches.items()]
    return seen | {"two layers": {"outputs": outputs, "caches": [listed(two.get("cache_" + name)) for name in batches]}}


# softmax


@probe("softmax", points=0.75, tolerance=1e-5, draw=lambda rng: {"X": inputs.scores(rng, 4, 6, scale=2)})
def moderate_scores(ns, drawn):
    """Scores of both signs within a few units of 0."""
    return {"probs": ns.softmax(drawn["X"])}


@probe("softmax", points=1, tolerance=1e-5, draw=lambda rng: {"X": inputs.far_rows(rng, 5, 3)})
def rows_far_apart(ns, drawn):
    """Rows of very different size, each with its own maximum."""
    return {"probs": ns.softmax(drawn["X"])}


@probe("softmax", points=0.5, tolerance=1e-5, draw=lambda rng: {str(offset): inputs.scores(rng, 3, 4) + offset for offset in (400, -400, 1000, -1000)})
def all_far_from_zero(ns, drawn):
    """Batches whose scores are alike among themselves, and all large or all very negative."""
    return {offset: ns.softmax(X) for offset, X in drawn.items()}


@probe("softmax", points=0.25, tolerance=1e-5,
       draw=lambda rng: {"X": rng.permuted(np.tile([-1500.0, -2.0, 0.0, 1.0, 3.0], (4, 1)), axis=1) * rng.choice([-1, 1], size=(4, 1))})
def wide_rows(ns, drawn):
    """Rows in which the scores themselves lie far apart."""
    return {"probs": ns.softmax(drawn["X"])}


@probe("softmax", points=0.25, tolerance=1e-5, draw=lambda rng: {"X": inputs.scores(rng, 1, 5)})
def softmax_of_one_row(ns, drawn):
    """A batch of one example."""
    return {"probs": ns.softmax(drawn["X"])}


@probe("softmax", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"X": rng.integers(-4, 5, size=(3, 4))})
def softmax_of_integers(ns, drawn):
    """Integer scores."""
    return {"probs": ns.softmax(drawn["X"])}


@probe("softmax", points=0.25, contract=True, tolerance=1e-4, draw=lambda rng: {"X": inputs.scores(rng, 4, 6).astype(np.float32)})
def softmax_in_single_precision(ns, drawn):
    """float32 scores."""
    return {"probs": ns.softmax(drawn["X"])}


@probe("softmax", points=0.5, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: {"X": inputs.scores(rng, 4, 3)})
def softmax_leaves_its_input(ns, drawn):
    """The scores as they are after the call."""
    return {"shape": list(np.shape(ns.softmax(drawn["X"])))}


@probe("softmax", points=0.25, contract=True, equal_sizes="square ones among them", draw=lambda rng: inputs.kinds_and_sizes(rng, (3, 4)))
def softmax_of_every_kind(ns, drawn):
    """Call after call: scores that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    return {kind: ns.softmax(X) for kind, X in drawn.items()}


# compute_loss_and_acc


@probe("compute_loss_and_acc", points=1.5, tolerance=1e-5, draw=scored)
def loss_of_a_batch(ns, drawn):
    """The loss of a batch."""
    return {"loss": part(ns.compute_loss_and_acc(*drawn), 0)}


@probe("compute_loss_and_acc", points=1.5, tolerance=1e-5, draw=lambda rng: scored(rng, 11, 4))
def accuracy_of_a_batch(ns, drawn):
    """The accuracy on a batch that is partly right."""
    return {"acc": part(ns.compute_loss_and_acc(*drawn), 1)}


def impossible_classes_inputs(rng):
    y, probs = scored(rng, 6, 4)
    wrong = probs * (1 - y)
    probs[wrong == wrong.max(axis=1, keepdims=True)] = 0.0
    return {"y": y, "probs": probs}


@probe("compute_loss_and_acc", points=0.75, tolerance=1e-5, draw=impossible_classes_inputs)
def impossible_classes(ns, drawn):
    """The loss where some wrong classes have the probability 0."""
    y, probs = drawn.values()
    return {"loss": part(ns.compute_loss_and_acc(y, probs), 0)}


@probe("compute_loss_and_acc", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"probs": np.array([[0.2, 0.7, 0.1]])[:, rng.permutation(3)]})
def loss_of_one_example(ns, drawn):
    """A batch of one example, right and wrong."""
    return {"one": listed(ns.compute_loss_and_acc(np.eye(3)[[1]], drawn["probs"]))}


@probe("compute_loss_and_acc", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: scored(rng, 5, 3))
def integer_labels(ns, drawn):
    """One-hot labels that are integers."""
    y, probs = drawn
    return {"both": listed(ns.compute_loss_and_acc(y.astype(int), probs))}


@probe("compute_loss_and_acc", points=0.25, contract=True, tolerance=1e-4, draw=lambda rng: scored(rng, 5, 3))
def loss_in_single_precision(ns, drawn):
    """float32 probabilities."""
    y, probs = drawn
    return {"both": listed(ns.compute_loss_and_acc(y, probs.astype(np.float32)))}


def nearly_right(rng):
    """Labels and probabilities, with a row in which the right class has three quarters."""
    y, probs = scored(rng, 6, 4)
    probs[1] = np.roll(y[1], 1) * 0.25 + y[1] * 0.75
    return Scored(y, probs)


@probe("compute_loss_and_acc", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=nearly_right)
def loss_leaves_its_input(ns, drawn):
    """Labels and probabilities as they are after the call."""
    return {"acc": part(ns.compute_loss_and_acc(*drawn), 1)}


def loss_of_every_kind_inputs(rng):
    cases = {name: scored(rng, *size) for name, size in {"square": (4, 4), "two classes": (6, 2), "other examples": (6, 2)}.items()}
    cases["one class"] = np.eye(3)[np.full(5, 1)], inputs.probabilities(rng, 5, 3)
    tied = np.array([[0.6, 0.2, 0.2], [0.1, 0.45, 0.45], [0.2, 0.6, 0.2]])
    cases["ties"] = np.eye(3)[[0, 0, 1]], tied[:, :]
    cases["view"] = tuple(np.repeat(array, 2, axis=0)[::2] for array in scored(rng, 5, 4))
    return cases


@probe("compute_loss_and_acc", points=0.25, contract=True, equal_sizes="square ones among them", tolerance=1e-5, draw=loss_of_every_kind_inputs)
def loss_of_every_kind(ns, drawn):
    """Call after call: as many classes as examples, two classes, one class alone, wrong classes in a tie, and a view of a larger array."""
    cases = drawn
    return {kind: listed(ns.compute_loss_and_acc(y, probs)) for kind, (y, probs) in cases.items()}


# backwards


def whole_parameters(rng, params):
    """A layer with a cache, with integers for its weights, its biases and its inputs."""
    (key,) = [key for key in params if key.startswith("cache_")]
    X, *others = params[key]
    whole = whole_weights(rng, {name: value for name, value in params.items() if name != key}, "Wb")
    return whole | {key: (rng.integers(-3, 4, size=X.shape), *others)}


@probe("backwards", points=1.75, tolerance=1e-5, draw=lambda rng: {"params": passed(rng, 4, 5, 3, "layer1"), "delta": rng.normal(size=(4, 3))})
def gradient_of_the_weights(ns, drawn):
    """The weights' gradient, with a derivative of the test's own."""
    params = drawn["params"]
    ns.backwards(drawn["delta"], params, "layer1", lambda a: a * a + 0.5)
    return after(params, "grad_Wlayer1")


@probe("backwards", points=1.5, tolerance=1e-5, draw=lambda rng: {"params": passed(rng, 4, 5, 3, "layer1"), "delta": rng.normal(size=(4, 3))})
def gradient_of_the_biases(ns, drawn):
    """The biases' gradient, with a derivative of the test's own."""
    params = drawn["params"]
    ns.backwards(drawn["delta"], params, "layer1", lambda a: a * a - 2)
    return after(params, "grad_blayer1")


@probe("backwards", points=2, tolerance=1e-5, draw=lambda rng: {"params": passed(rng, 4, 5, 3, "layer1"), "delta": rng.normal(size=(4, 3))})
def gradient_of_the_inputs(ns, drawn):
    """What goes back to the layer below, with a derivative of the test's own."""
    return {"grad_X": ns.backwards(drawn["delta"], drawn["params"], "layer1", lambda a: 2 * a + a * a)}


@probe("backwards", points=2, tolerance=1e-5, draw=lambda rng: {"params": passed(rng, 3, 2, 4, "output"), "delta": rng.normal(size=(3, 4))})
def a_linear_layer(ns, drawn):
    """All gradients of a layer with the given linear derivative."""
    params = drawn["params"]
    grad_X = ns.backwards(drawn["delta"], params, "output", ns.linear_deriv)
    return {"grad_X": grad_X} | after(params, "grad_Woutput", "grad_boutput")


@probe("backwards", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"params": passed(rng, 4, 5, 3, "layer1"), "deltas": [rng.normal(size=(4, 3)), rng.normal(size=(4, 3))]})
def one_batch_after_another(ns, drawn):
    """A second batch through the same layer: its gradients alone."""
    params = drawn["params"]
    for delta in drawn["deltas"]:
        grad_X = ns.backwards(delta, params, "layer1", ns.tanh_deriv)
    return {"grad_X": grad_X} | after(params, "grad_Wlayer1", "grad_blayer1")


@probe("backwards", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"params": passed(rng, 1, 5, 3, "layer1"), "delta": rng.normal(size=(1, 3))})
def backwards_with_one_example(ns, drawn):
    """A batch of one example."""
    params = drawn["params"]
    grad_X = ns.backwards(drawn["delta"], params, "layer1", ns.tanh_deriv)
    return {"grad_X": grad_X} | after(params, "grad_Wlayer1", "grad_blayer1")


@probe("backwards", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: {"params": passed(rng, 4, 2, 3), "delta": rng.normal(size=(4, 3))})
def backwards_by_default(ns, drawn):
    """A layer whose name and derivative are left out."""
    params = drawn["params"]
    grad_X = ns.backwards(drawn["delta"], params)
    return {"grad_X": grad_X} | after(params, "grad_W", "grad_b")


@probe("backwards", points=0.5, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"delta": rng.normal(size=(4, 3)), "params": passed(rng, 4, 5, 3, "layer1")})
def backwards_leaves_its_input(ns, drawn):
    """delta, the cache and the parameters as they are after the call."""
    return {"shape": list(np.shape(ns.backwards(drawn["delta"], drawn["params"], "layer1", ns.tanh_deriv)))}


@probe("backwards", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"an integer delta": (rng.integers(-2, 3, size=(4, 3)), passed(rng, 4, 5, 3, "layer1")),
                         "integer parameters": (rng.normal(size=(4, 3)), whole_parameters(rng, passed(rng, 4, 5, 3, "layer1")))})
def backwards_of_integers(ns, drawn):
    """An integer delta, then weights, biases and inputs that are integers."""
    seen = {}
    for which, (delta, params) in drawn.items():
        grad_X = ns.backwards(delta, params, "layer1", ns.tanh_deriv)
        seen[which] = {"grad_X": grad_X} | after(params, "grad_Wlayer1", "grad_blayer1")
    return seen


def single(rng, N, D, H):
    """A layer with a cache and a delta, in float32."""
    params = {"Wa": positive(rng, D, H), "ba": positive(rng, H), "cache_a": (positive(rng, N, D), positive(rng, N, H), positive(rng, N, H))}
    return {"params": params, "delta": positive(rng, N, H)}


@probe("backwards", points=0.25, contract=True, tolerance=1e-4, draw=partial(single, N=4, D=5, H=3))
def backwards_in_single_precision(ns, drawn):
    """float32 everywhere."""
    params = drawn["params"]
    grad_X = ns.backwards(drawn["delta"], params, "a", ns.linear_deriv)
    return {"grad_X": grad_X} | after(params, "grad_Wa", "grad_ba")


def passes_of_every_kind(rng):
    """Deltas and layers: every kind of entry among deltas and inputs, and layers whose sizes are equal or 1."""
    cases = {}
    for kind, delta in inputs.kinds(rng, (3, 2)).items():
        cases[f"delta: {kind}"] = delta, passed(rng, 3, 4, 2, "a")
    for kind, X in inputs.kinds(rng, (3, 4)).items():
        params = passed(rng, 3, 4, 2, "a")
        params["cache_a"] = (X, *params["cache_a"][1:])
        cases[f"inputs: {kind}"] = rng.normal(size=(3, 2)), params
    params = passed(rng, 3, 4, 2, "a")
    cases["large weights"] = rng.normal(size=(3, 2)), params | {"Wa": 1000 * params["Wa"]}
    for name, (n, D, H) in {"square": (3, 3, 3), "one input": (4, 1, 3), "one unit": (2, 3, 1)}.items():
        cases[name] = rng.normal(size=(n, H)), passed(rng, n, D, H, "a")
    return cases


@probe("backwards", points=0.25, contract=True, equal_sizes="square ones among them", draw=passes_of_every_kind)
def backwards_of_every_kind(ns, drawn):
    """Call after call: deltas and inputs that are tiny, large, of one sign, zero or equal, and layers whose sizes are equal or 1."""
    seen = {}
    for kind, (delta, params) in drawn.items():
        grad_X = ns.backwards(delta, params, "a", lambda a: a * a + 0.5)
        seen[kind] = {"grad_X": grad_X} | after(params, "grad_Wa", "grad_ba")
    return seen


# conv_forward


@probe("conv_forward", points=1.25, tolerance=1e-5, draw=lambda rng: {"X": rng.normal(size=(2, 4, 7, 6)), "params": filters(rng, 5, 4, 2, 3, "conv")})
def plain_convolution(ns, drawn):
    """Filters and images that are not square, stride 1, no padding."""
    X, params = drawn.values()
    return {"Y": ns.conv_forward(X, params, "conv", 1, 0)}


@probe("conv_forward", points=1.25, tolerance=1e-5, draw=lambda rng: {"X": rng.normal(size=(2, 4, 3, 5)), "params": filters(rng, 6, 4, 3, 2, "conv")})
def padded_convolution(ns, drawn):
    """A padding wider than one pixel."""
    X, params = drawn.values()
    return {"Y": ns.conv_forward(X, params, "conv", 1, 2)}


@probe("conv_forward", points=1.25, tolerance=1e-5,
       draw=lambda rng: {"X": rng.normal(size=(2, 4, 7, 10)), "params": filters(rng, 5, 4, 3, 2, "conv")})
def strided_convolution(ns, drawn):
    """A stride that divides height and width."""
    X, params = drawn.values()
    return {"Y": ns.conv_forward(X, params, "conv", stride=2, pad=1)}


@probe("conv_forward", points=1.25, tolerance=1e-5, draw=lambda rng: {"X": rng.normal(size=(2, 4, 9, 11)), "params": filters(rng, 5, 4, 3, 2, "conv")})
def convolution_with_a_remainder(ns, drawn):
    """A stride that divides neither height nor width."""
    X, params = drawn.values()
    return {"Y": ns.conv_forward(X, params, "conv", stride=3, pad=1)}


@probe("conv_forward", points=1.25, tolerance=1e-5, draw=lambda rng: {"X": rng.normal(size=(2, 3, 5, 6)), "params": filters(rng, 5, 3, 4, 2, "conv")})
def cache_of_a_convolution(ns, drawn):
    """What the layer stores for the backward pass, in its order."""
    X, params = drawn.values()
    ns.conv_forward(X, params, "conv", stride=2, pad=1)
    return {"cache": listed(params.get("cache_conv"))}


@probe("conv_forward", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"params": filters(rng, 5, 3, 2, 4), "X": rng.normal(size=(2, 3, 4, 7))})
def convolution_by_default(ns, drawn):
    """A layer whose name, stride and padding are left out."""
    params = drawn["params"]
    Y = ns.conv_forward(drawn["X"], params)
    return {"Y": Y, "cache": listed(params.get("cache_"))}


def small_filters(rng):
    """A grey image, and a filter of several sizes for it."""
    return {"X": rng.normal(size=(1, 1, 4, 3)), "params": {f"{h} x {w}": filters(rng, 1, 1, h, w, "a") for h, w in ((2, 2), (4, 3), (1, 1))}}


@probe("conv_forward", points=0.25, contract=True, tolerance=1e-5, equal_sizes="one image of one channel", draw=small_filters)
def small_convolutions(ns, drawn):
    """One grey image, one filter; a filter as large as the image; a filter of one pixel."""
    return {size: ns.conv_forward(drawn["X"], params, "a", 2) for size, params in drawn["params"].items()}


def other_numbers(rng):
    """Integer images with filters, and with integer filters; images and filters of float32."""
    whole = rng.integers(-3, 4, size=(2, 4, 5, 8)), filters(rng, 7, 4, 2, 3, "a")
    both = rng.integers(-3, 4, size=(2, 3, 4, 8)), whole_weights(rng, filters(rng, 9, 3, 2, 5, "a"))
    return {"integers": whole, "integers and integer filters": both, "float32": (positive(rng, 1, 4, 2, 5), {"Wa": positive(rng, 7, 4, 2, 3), "ba": positive(rng, 7)})}


@probe("conv_forward", points=0.5, contract=True, tolerance=1e-4, draw=other_numbers)
def convolution_of_other_numbers(ns, drawn):
    """Integer images, integer filters with them, and float32 images."""
    return {name: ns.conv_forward(X, params, "a", 1, 1) for name, (X, params) in drawn.items()}


@probe("conv_forward", points=0.5, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"X": rng.normal(size=(2, 4, 7, 6)), "params": filters(rng, 5, 4, 2, 3, "a")})
def convolution_leaves_its_input(ns, drawn):
    """Images, filters and biases as they are after the call."""
    return {"shape": list(np.shape(ns.conv_forward(drawn["X"], drawn["params"], "a", 1, 1)))}


def convolution_of_every_kind_inputs(rng):
    cases = {kind: (X, filters(rng, 2, 2, 2, 3, "a")) for kind, X in inputs.kinds(rng, (2, 2, 4, 5)).items()}
    sizes = {"square": ((3, 3, 3, 3), (3, 3, 3, 3)), "one image": ((1, 2, 4, 3), (3, 2, 2, 1)), "one channel": ((3, 1, 5, 1), (2, 1, 2, 1))}
    cases |= {name: (rng.normal(size=images), filters(rng, *size, "a")) for name, (images, size) in sizes.items()}
    cases["large filters"] = rng.normal(size=(2, 2, 4, 5)), {name: 1000 * value for name, value in filters(rng, 2, 2, 2, 3, "a").items()}
    return cases


@probe("conv_forward", points=0.25, contract=True, equal_sizes="square ones among them", draw=convolution_of_every_kind_inputs)
def convolution_of_every_kind(ns, drawn):
    """Call after call: images that are tiny, large, of one sign, zero or equal, and images, filters and batches whose sizes are equal or 1."""
    cases = drawn
    seen = {}
    for kind, (X, params) in cases.items():
        for stride, pad in ((1, 1), (2, 2)):
            Y = ns.conv_forward(X, params, "a", stride, pad)
            seen[f"{kind}, stride {stride}"] = {"Y": Y, "cache": listed(params.get("cache_a"))}
    return seen


# conv_backward


class Convolved(NamedTuple):
    """What comes back to a convolutional layer, and the layer with its cache."""

    delta: np.ndarray
    params: dict


def convolved(rng, X_shape, W_shape, out, stride, pad, name="conv"):
    """delta for an output of out rows and columns, and a layer with the cache that the notebook describes."""
    params = filters(rng, *W_shape, name) | {"cache_" + name: (rng.normal(size=X_shape), stride, pad)}
    return Convolved(rng.normal(size=(X_shape[0], W_shape[0], *out)), params)


@probe("conv_backward", points=2, tolerance=1e-5, draw=lambda rng: convolved(rng, (2, 4, 5, 7), (5, 4, 2, 3), (6, 7), 1, 1))
def gradient_of_the_filters(ns, drawn):
    """The filters' gradient, stride 1, a padding of one pixel."""
    delta, params = drawn
    ns.conv_backward(delta, params, "conv")
    return after(params, "grad_Wconv")


@probe("conv_backward", points=0.75, tolerance=1e-5, draw=lambda rng: convolved(rng, (2, 4, 5, 7), (5, 4, 2, 3), (6, 7), 1, 1))
def gradient_of_the_filters_biases(ns, drawn):
    """The biases' gradient."""
    delta, params = drawn
    ns.conv_backward(delta, params, "conv")
    return after(params, "grad_bconv")


@probe("conv_backward", points=2.25, tolerance=1e-5, draw=lambda rng: convolved(rng, (2, 4, 6, 3), (7, 4, 3, 2), (6, 4), 1, 1))
def gradient_of_the_images(ns, drawn):
    """The images' gradient, stride 1, a padding of one pixel."""
    delta, params = drawn
    return {"grad_X": ns.conv_backward(delta, params, "conv")}


@probe("conv_backward", points=1.75, tolerance=1e-5, draw=lambda rng: convolved(rng, (2, 4, 6, 5), (7, 4, 2, 3), (5, 3), 1, 0))
def gradients_without_padding(ns, drawn):
    """All gradients where there is no padding."""
    delta, params = drawn
    grad_X = ns.conv_backward(delta, params, "conv")
    return {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")


@probe("conv_backward", points=1.75, tolerance=1e-5, draw=lambda rng: convolved(rng, (2, 4, 5, 6), (7, 4, 3, 2), (4, 5), 2, 2))
def gradients_with_a_stride(ns, drawn):
    """All gradients with a stride that divides height and width, and a wider padding."""
    delta, params = drawn
    grad_X = ns.conv_backward(delta, params, "conv")
    return {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")


@probe("conv_backward", points=1.25, tolerance=1e-5, draw=lambda rng: convolved(rng, (2, 4, 11, 8), (7, 4, 3, 2), (4, 3), 3, 1))
def gradients_with_a_remainder(ns, drawn):
    """All gradients where the stride divides neither height nor width, and some pixels are in no window."""
    delta, params = drawn
    grad_X = ns.conv_backward(delta, params, "conv")
    return {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")


def two_deltas(rng, X_shape, W_shape, out):
    """A layer without a name and two deltas for it."""
    delta, params = convolved(rng, X_shape, W_shape, out, 1, 1, "")
    return {"deltas": [delta, rng.normal(size=delta.shape)], "params": params}


@probe("conv_backward", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: two_deltas(rng, (2, 4, 5, 7), (5, 4, 2, 3), (6, 7)))
def convolution_backward_twice(ns, drawn):
    """A layer whose name is left out, and a second delta: its gradients alone."""
    params = drawn["params"]
    for delta in drawn["deltas"]:
        grad_X = ns.conv_backward(delta, params)
    return {"grad_X": grad_X} | after(params, "grad_W", "grad_b")


@probe("conv_backward", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: convolved(rng, (1, 1, 5, 4), (1, 1, 1, 1), (3, 2), 2, 0))
def small_convolutions_backward(ns, drawn):
    """One grey image, one filter of one pixel, stride larger than the filter."""
    delta, params = drawn
    grad_X = ns.conv_backward(delta, params, "conv")
    return {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")


def integers_convolved(rng, X_shape, W_shape, out):
    """An integer delta, and a layer that holds integer images; then a layer whose images, filters and biases are integers."""
    delta, params = convolved(rng, X_shape, W_shape, out, 1, 1)
    other, all_whole = convolved(rng, X_shape, W_shape, out, 1, 1)
    all_whole = whole_parameters(rng, all_whole)
    return {"an integer delta": Convolved(rng.integers(-2, 3, size=delta.shape), params | {"cache_conv": (rng.integers(-2, 3, size=X_shape), 1, 1)}),
            "integer filters": Convolved(other, all_whole)}


@probe("conv_backward", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: integers_convolved(rng, (2, 4, 5, 7), (5, 4, 2, 3), (6, 7)))
def convolution_backward_of_integers(ns, drawn):
    """Integer images and an integer delta, then integer images, filters and biases."""
    seen = {}
    for which, (delta, params) in drawn.items():
        grad_X = ns.conv_backward(delta, params, "conv")
        seen[which] = {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")
    return seen


@probe("conv_backward", points=0.5, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: convolved(rng, (2, 4, 5, 7), (5, 4, 2, 3), (6, 7), 1, 1))
def convolution_backward_leaves_its_input(ns, drawn):
    """delta, images, filters and biases as they are after the call."""
    return {"shape": list(np.shape(ns.conv_backward(*drawn, "conv")))}


def convolved_of_every_kind(rng):
    """Deltas and layers: every kind of entry among deltas and images, and images, filters and batches whose sizes are equal or 1."""
    cases = {}
    for kind, delta in inputs.kinds(rng, (2, 3, 4, 5)).items():
        cases[f"delta: {kind}"] = convolved(rng, (2, 2, 3, 5), (3, 2, 2, 3), (4, 5), 1, 1)._replace(delta=delta)
    for kind, X in inputs.kinds(rng, (2, 2, 3, 5)).items():
        delta, params = convolved(rng, X.shape, (3, 2, 2, 3), (4, 5), 1, 1)
        cases[f"images: {kind}"] = Convolved(delta, params | {"cache_conv": (X, 1, 1)})
    delta, params = convolved(rng, (2, 2, 3, 5), (3, 2, 2, 3), (4, 5), 1, 1)
    cases["large filters"] = Convolved(delta, params | {"Wconv": 1000 * params["Wconv"]})
    cases["square"] = convolved(rng, (3, 3, 3, 3), (3, 3, 3, 3), (3, 3), 1, 1)
    cases["one channel"] = convolved(rng, (3, 1, 5, 1), (2, 1, 2, 1), (2, 1), 3, 0)
    return cases


@probe("conv_backward", points=0.25, contract=True, equal_sizes="square ones among them", draw=convolved_of_every_kind)
def convolution_backward_of_every_kind(ns, drawn):
    """Call after call: deltas and images that are tiny, large, of one sign, zero or equal, and images, filters and batches whose sizes are equal or 1."""
    seen = {}
    for kind, (delta, params) in drawn.items():
        grad_X = ns.conv_backward(delta, params, "conv")
        seen[kind] = {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")
    return seen


# get_random_batches


class Batches(NamedTuple):
    """The arguments of get_random_batches."""

    x: np.ndarray
    y: np.ndarray
    batch_size: int


def batches(rng, n, features, classes, batch_size):
    """Examples that carry their own number in column 0, with labels, to be cut into batches."""
    return Batches(*inputs.labelled(rng, n, features, classes), batch_size)


@probe("get_random_batches", points=0.75, judged=True, draw=partial(batches, n=22, features=4, classes=3, batch_size=5))
def every_example_once(ns, drawn):
    """Every example is in exactly one batch."""
    return {"batches": ns.get_random_batches(*drawn)}


@probe("get_random_batches", points=0.5, judged=True, draw=partial(batches, n=27, features=2, classes=5, batch_size=4))
def labels_stay_with_their_examples(ns, drawn):
    """Every example has its own label beside it."""
    return {"batches": ns.get_random_batches(*drawn)}


@probe("get_random_batches", points=0.5, judged=True, draw=partial(batches, n=22, features=3, classes=5, batch_size=6))
def sizes_of_the_batches(ns, drawn):
    """All batches are full but the last."""
    return {"batches": ns.get_random_batches(*drawn)}


@probe("get_random_batches", points=0.75, judged=True, draw=partial(batches, n=60, features=2, classes=4, batch_size=3))
def another_shuffle_each_call(ns, drawn):
    """Who shares a batch with whom, in two calls on the same data."""
    return {call: ns.get_random_batches(drawn.x.copy(), drawn.y.copy(), drawn.batch_size) for call in ("first", "second")}


def several_sizes(rng, n, features, classes, batch_sizes):
    """The same for several batch sizes."""
    x, y = inputs.labelled(rng, n, features, classes)
    return {f"of {size}": Batches(x, y, size) for size in batch_sizes}


@probe("get_random_batches", points=0.25, contract=True, judged=True, draw=partial(several_sizes, n=12, features=7, classes=2, batch_sizes=(4, 1, 20)))
def batches_without_a_remainder(ns, drawn):
    """A batch size that divides the number of examples, batches of one, and a batch size above the number of examples."""
    return {what: ns.get_random_batches(*arguments) for what, arguments in drawn.items()}


@probe("get_random_batches", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=partial(batches, n=17, features=3, classes=4, batch_size=5))
def batches_leave_their_input(ns, drawn):
    """The caller's examples and labels as they are after the call."""
    ns.get_random_batches(*drawn)


def far_pair(rng):
    """Two examples and a network whose hidden unit is off for the first and on for the second, so that their scores lie far apart."""
    scores, labels = inputs.far_scores(rng, 2)
    params = {"Wlayer1": np.array([[100.0]]), "blayer1": np.zeros(1), "Woutput": scores[1:] - scores[:1], "boutput": scores[0]}
    return Data(np.array([[-1.0], [1.0]]), inputs.one_hot(labels, scores.shape[1])), params


# train


def data(rng, N=7, D=3, C=4):
    """Distinct examples and one-hot labels."""
    return Data(rng.normal(size=(N, D)), inputs.one_hot(inputs.labels(rng, N, C), C))


@probe("train", points=2, tolerance=1e-5, draw=lambda rng: {"data": data(rng), "params": network(rng)})
def weights_after_some_steps(ns, drawn):
    """The parameters after a few iterations with all examples in one batch."""
    (x, y), params = drawn.values()
    ns.train(x, y, params, batch_size=len(x), max_iters=3, learning_rate=0.2)
    return after(params, *PARAMETERS)


@probe("train", points=1.25, tolerance=1e-5, draw=lambda rng: {"data": data(rng, 7), "params": network(rng)})
def scores_of_the_last_iteration(ns, drawn):
    """Loss and accuracy of the last of a few iterations with all examples in one batch."""
    (x, y), params = drawn.values()
    return {"scores": listed(ns.train(x, y, params, batch_size=7, max_iters=4, learning_rate=0.2))}


def sure_of(rng, favourite, C=4):
    """Parameters of a network that favours one class whatever it sees, and goes on doing so for some small steps."""
    return network(rng, C=C) | {"boutput": 6.0 * np.eye(C)[favourite]}


def alike_and_wrong(rng, N, C=4):
    """N copies of an example with its label, and a network that favours the next class."""
    made = alike(rng, N, C=C)
    return {"data": made, "params": sure_of(rng, (made.y[0].argmax() + 1) % C, C)}


@probe("train", points=2, tolerance=1e-5, draw=lambda rng: alike_and_wrong(rng, 6))
def several_batches(ns, drawn):
    """Several batches in each iteration, of examples that are all the same."""
    (x, y), params = drawn.values()
    scores = listed(ns.train(x, y, params, batch_size=2, max_iters=2, learning_rate=0.02))
    return {"scores": scores} | after(params, *PARAMETERS)


def mostly_favoured(rng):
    """Twelve examples, nine of them of the class that the network favours: no three of them are so in the same share."""
    y = inputs.one_hot(rng.permutation([*np.zeros(9, dtype=int), 1, 2, 3]), 4)
    return {"data": Data(rng.normal(size=(12, 3)), y), "params": sure_of(rng, 0)}


@probe("train", points=1, tolerance=1e-5, draw=mostly_favoured)
def scores_of_several_batches(ns, drawn):
    """Loss and accuracy over several batches, at a learning rate of 0."""
    (x, y), params = drawn.values()
    return {"scores": listed(ns.train(x, y, params, batch_size=3, max_iters=2, learning_rate=0.0))}


def known_order(rng, N, batch_size):
    """Data, parameters, and the numbers of the examples of each batch, which are not in the order of the data. The network favours the class of
    the last batch.
    """
    order = np.roll(rng.permutation(N // 2), 1).tolist()
    shuffled = [number for place in order for number in (place, N - 1 - place)]
    batches = [shuffled[i : i + batch_size] for i in range(0, N, batch_size)]
    labels = 1 + np.arange(N) % 3
    labels[batches[-1]] = 0
    return {"data": Data(rng.normal(size=(N, 3)), inputs.one_hot(labels, 4)), "params": sure_of(rng, 0), "batches": batches}


@probe("train", points=1, tolerance=1e-5, draw=partial(known_order, N=8, batch_size=2))
def batches_in_a_known_order(ns, drawn):
    """Different batches, of which get_random_batches gives the same in each iteration."""
    (x, y), params, batches = drawn.values()
    ns.patch(get_random_batches=lambda x, y, batch_size: [(x[rows], y[rows]) for rows in batches])
    scores = listed(ns.train(x, y, params, batch_size=2, max_iters=2, learning_rate=0.02))
    return {"scores": scores} | after(params, *PARAMETERS)


@probe("train", points=0.75, tolerance=1e-5, draw=lambda rng: {"data": alike(rng, 5), "params": network(rng)})
def a_short_last_batch(ns, drawn):
    """A last batch that is not full, of examples that are all the same."""
    (x, y), params = drawn.values()
    scores = ns.train(x, y, params, batch_size=2, max_iters=2, learning_rate=0.1)
    return {"total_loss": part(scores, 0)} | after(params, *PARAMETERS)


@probe("train", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"data": alike(rng, 12), "params": network(rng)})
def default_batch_size_and_rate(ns, drawn):
    """Batch size and learning rate left out."""
    (x, y), params = drawn.values()
    scores = ns.train(x, y, params, max_iters=2)
    return {"total_loss": part(scores, 0)} | after(params, *PARAMETERS)


@probe("train", points=0.25, contract=True, tolerance=1e-5, equal_sizes="few numbers",
       draw=lambda rng: {"data": alike(rng, 2, 1, 2), "params": network(rng, 1, 1, 2)})
def default_iterations(ns, drawn):
    """The number of iterations where it is left out."""
    (x, y), params = drawn.values()
    ns.train(x, y, params, max_iters=1)
    default = parameters_of(ns.train).get("max_iters")
    return {"iterations": getattr(default, "default", None)}


@probe("train", points=0.25, contract=True, tolerance=1e-5, unchanged=("x", "y"), draw=lambda rng: {"data": data(rng, 5), "params": network(rng)})
def train_leaves_the_data(ns, drawn):
    """Examples and labels as they are after training."""
    (x, y), params = drawn.values()
    ns.train(x, y, params, batch_size=2, max_iters=1)


@probe("train", points=0.25, contract=True, equal_sizes="layers of one size among them", tolerance=1e-5,
       draw=lambda rng: {"trainings": [(data(rng), network(rng), 7), (data(rng, 3, 3, 3), network(rng, 3, 3, 3), 9), (data(rng, 1), network(rng), 1), (*far_pair(rng), 2)]})
def one_training_after_another(ns, drawn):
    """One training after another: layers of one size, a batch size above the number of examples, a single example, and scores far apart."""
    seen = []
    for (x, y), params, batch_size in drawn["trainings"]:
        scores = listed(ns.train(x, y, params, batch_size=batch_size, max_iters=2, learning_rate=0.2))
        seen.append({"scores": scores} | after(params, *PARAMETERS))
    return {"trainings": seen}


# central_differences_gradient


class Small(NamedTuple):
    """Examples, labels and the parameters of a network."""

    x: np.ndarray
    y: np.ndarray
    params: dict


def small(rng, N, D=2, H=1, C=2):
    """Examples, labels and a network of few parameters: each costs two evaluations of the loss."""
    return Small(*data(rng, N, D, C), network(rng, D, H, C))


def with_step(rng, eps, **sizes):
    """The same, and a step."""
    return {"small": small(rng, **sizes), "eps": eps}



@probe("central_differences_gradient", points=1, tolerance=1e-4, equal_sizes="few parameters", draw=partial(with_step, eps=0.4, N=5, D=2, H=2, C=2))
def differences_by_the_weights(ns, drawn):
    """The gradients of the weights, by a step so wide that the difference is not the derivative any more."""
    x, y, params = drawn["small"]
    ns.central_differences_gradient(params, x, y, eps=drawn["eps"])
    return after(params, "grad_Wlayer1", "grad_Woutput")


@probe("central_differences_gradient", points=0.75, tolerance=1e-4, draw=partial(with_step, eps=0.4, N=5, D=1, H=2, C=3))
def differences_by_the_biases(ns, drawn):
    """The gradients of the biases, by a step so wide that the difference is not the derivative any more."""
    x, y, params = drawn["small"]
    ns.central_differences_gradient(params, x, y, eps=drawn["eps"])
    return after(params, "grad_blayer1", "grad_boutput")


@probe("central_differences_gradient", points=0.75, tolerance=1e-4, equal_sizes="few parameters", draw=partial(with_step, eps=0.5, N=5, D=2, H=1, C=2))
def differences_by_a_large_step(ns, drawn):
    """A step so large that the difference is not the derivative any more."""
    x, y, params = drawn["small"]
    ns.central_differences_gradient(params, x, y, drawn["eps"])
    return after(params, *GRADIENTS)


@probe("central_differences_gradient", points=0.75, judged=True, equal_sizes="few parameters", draw=partial(small, N=5, D=2, H=1, C=2))
def differences_by_the_default_step(ns, drawn):
    """The gradients by the step that is used where none is given, next to the exact derivatives."""
    x, y, params = drawn
    ns.central_differences_gradient(params, x, y)
    return after(params, *GRADIENTS)


@probe("central_differences_gradient", points=1, judged=True, equal_sizes="few parameters", draw=partial(with_step, eps=2.0, N=4, D=2, H=1, C=2))
def direction_of_the_gradient(ns, drawn):
    """The line along which the differences by a very wide step lie, whatever their length and sign."""
    x, y, params = drawn["small"]
    ns.central_differences_gradient(params, x, y, eps=drawn["eps"])
    return after(params, *GRADIENTS)


@probe("central_differences_gradient", points=1, contract=True, tolerance=1e-5, draw=lambda rng: small(rng, 3))
def parameters_as_they_were(ns, drawn):
    """The parameters after the call."""
    x, y, params = drawn
    ns.central_differences_gradient(params, x, y, eps=0.001)
    return after(params, *PARAMETERS)


def with_a_spare_layer(rng, **sizes):
    """The same, and a layer that the loss does not depend on."""
    made = small(rng, **sizes)
    return made._replace(params=layer(rng, 2, 1, "spare") | made.params)


@probe("central_differences_gradient", points=0.5, contract=True, tolerance=1e-5, draw=partial(with_a_spare_layer, N=3))
def layers_outside_the_loss(ns, drawn):
    """The gradients of a layer that the loss does not depend on."""
    x, y, params = drawn
    ns.central_differences_gradient(params, x, y, eps=0.001)
    return after(params, "grad_Wspare", "grad_bspare")


def large_examples(rng, **sizes):
    """The same with examples so large, and weights so small, that a step of a millionth is felt."""
    x, y, params = small(rng, **sizes)
    return Small(1e5 * x, y, params | {"Wlayer1": 1e-5 * params["Wlayer1"]})


@probe("central_differences_gradient", points=0.25, contract=True, tolerance=1e-4, draw=partial(large_examples, N=4))
def step_where_none_is_given(ns, drawn):
    """Examples so large, and weights so small, that the default step shows in the gradients."""
    x, y, params = drawn
    ns.central_differences_gradient(params, x, y)
    return after(params, "grad_Wlayer1")


def used_before(rng, **sizes):
    """The same, of which the network holds gradients and a cache of before."""
    x, y, params = small(rng, **sizes)
    old = {"grad_" + key: rng.normal(size=params[key].shape) for key in PARAMETERS}
    return Small(x, y, params | old | {"cache_layer1": (x, rng.normal(size=(len(x), 1)), rng.normal(size=(len(x), 1)))})


@probe("central_differences_gradient", points=0.25, contract=True, tolerance=1e-4, draw=partial(used_before, N=3))
def old_gradients_and_caches(ns, drawn):
    """A network that holds gradients and caches of before."""
    x, y, params = drawn
    ns.central_differences_gradient(params, x, y, eps=0.4)
    return after(params, *GRADIENTS)


@probe("central_differences_gradient", points=0.25, contract=True, tolerance=1e-4,
       draw=lambda rng: Small(rng.integers(1, 3, size=(1, 2)), np.eye(3)[[rng.integers(3)]], network(rng, 2, 1, 3)))
def differences_with_one_example(ns, drawn):
    """A single example, of integers."""
    x, y, params = drawn
    ns.central_differences_gradient(params, x, y, eps=0.4)
    return after(params, *GRADIENTS)


@probe("central_differences_gradient", points=0.25, contract=True, tolerance=1e-5, unchanged=("x", "y"), draw=partial(small, N=3))
def differences_leave_the_data(ns, drawn):
    """Examples and labels as they are after the call."""
    x, y, params = drawn
    ns.central_differences_gradient(params, x, y, eps=0.01)
    return {"shape": list(np.shape(params.get("grad_Wlayer1")))}


def networks_of_every_kind(rng):
    """Networks of one size and of one unit, with weights of zero and in a tie, examples that are a view of a larger array, and scores far apart."""
    networks = {"one size": network(rng, 2, 2, 2), "one unit": network(rng, 1, 1, 2), "zeros": network(rng, 2, 1, 2), "ties": network(rng, 2, 2, 2)}
    networks["zeros"]["Wlayer1"][:] = 0.0
    networks["ties"]["Wlayer1"][:] = rng.normal()
    sets = {kind: data(rng, 3, params["Wlayer1"].shape[0], 2) for kind, params in networks.items()}
    apart, params = far_pair(rng)
    return {kind: Small(np.repeat(x, 2, axis=0)[::2], y, networks[kind]) for kind, (x, y) in sets.items()} | {"far apart": Small(*apart, params)}


@probe("central_differences_gradient", points=0.25, contract=True, tolerance=1e-4, equal_sizes="layers of one size among them", draw=networks_of_every_kind)
def differences_of_every_kind(ns, drawn):
    """Call after call, with a wide step: layers of one size and of one unit, weights of zero and in a tie, a view of a larger array, and scores far apart."""
    seen = {}
    for kind, (x, y, params) in drawn.items():
        ns.central_differences_gradient(params, x, y, eps=0.1)
        seen[kind] = after(params, *GRADIENTS)
    return seen
