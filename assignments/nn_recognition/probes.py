"""Hidden tests of nn_recognition. No right answer to any question stands here."""
import inspect

import numpy as np

from autograder import inputs
from autograder.probe import probe

PARAMETERS = ("Wlayer1", "blayer1", "Woutput", "boutput")


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


def positive(rng, *shape):
    """float32 numbers from 0.5 to 1.5: sums of their products lose no digits."""
    return rng.uniform(0.5, 1.5, size=shape).astype(np.float32)


def scored(rng, N=7, C=4):
    """One-hot labels, (N, C), and probabilities, (N, C), that favour the right class in some rows and another in the rest."""
    y, probs = inputs.one_hot(inputs.labels(rng, N, C), C), inputs.probabilities(rng, N, C)
    for i, row in enumerate(probs):
        target = (int(np.flatnonzero(y[i])[0]) + (i % 3 == 1)) % C
        largest = int(np.flatnonzero(row == max(row))[0])
        row[[target, largest]] = row[[largest, target]]
    return y, probs


def alike(rng, N, D=3, C=4):
    """N copies of one example with its label: however they are put into batches, the batches are the same."""
    return np.tile(rng.normal(size=D), (N, 1)), np.tile(np.eye(C)[rng.integers(C)], (N, 1))


def after(params, *keys):
    """Some entries of params; None where one is missing."""
    return {key: params.get(key) for key in keys}


def listed(value):
    """A tuple or a row of numbers as a list, anything else as it is: each will do for a cache or a pair of results."""
    return list(value) if isinstance(value, tuple) or (isinstance(value, np.ndarray) and value.ndim == 1) else value


def part(value, i):
    """One of the two results of a function; None where there aren't two."""
    pair = listed(value)
    return pair[i] if isinstance(pair, list) and len(pair) == 2 else None


# initialize_weights


@probe("initialize_weights", points=1, judged=True)
def range_of_the_weights(ns, rng):
    """How far from 0 the weights of a large layer reach, where one was made before."""
    params = {}
    ns.initialize_weights(70, 50, params, "earlier")
    ns.initialize_weights(70, 50, params, "large")
    return {"W": params.get("Wlarge")}


@probe("initialize_weights", points=1, judged=True)
def spread_of_the_weights(ns, rng):
    """The mean and the spread of the weights of a large layer, where one was made before."""
    params = {}
    ns.initialize_weights(30, 90, params, "earlier")
    ns.initialize_weights(30, 90, params, "large")
    return {"W": params.get("Wlarge")}


@probe("initialize_weights", points=0.5, tolerance=1e-5)
def biases_at_the_start(ns, rng):
    """The biases of a new layer."""
    params = {}
    ns.initialize_weights(6, 9, params, "layer1")
    return {"b": params.get("blayer1")}


@probe("initialize_weights", points=0.25, contract=True, judged=True)
def another_draw_each_call(ns, rng):
    """Two layers of the same size."""
    params = {}
    ns.initialize_weights(8, 5, params, "one")
    ns.initialize_weights(8, 5, params, "two")
    return {"one": params.get("Wone"), "two": params.get("Wtwo")}


@probe("initialize_weights", points=0.25, contract=True, tolerance=1e-5)
def a_layer_without_a_name(ns, rng):
    """A layer whose name is left out, beside another layer that is there already."""
    params = layer(rng, 2, 3, "other")
    other = dict(params)
    ns.initialize_weights(3, 1, params)
    return {"shapes": [list(np.shape(params.get(key))) for key in "Wb"], "other": after(params, *other), "inputs": other}


# sigmoid


@probe("sigmoid", points=0.75, tolerance=1e-5)
def moderate_numbers(ns, rng):
    """Numbers of both signs within a few units of 0, and 0."""
    X = rng.normal(scale=3, size=(4, 6))
    X[1, 2] = 0
    return {"values": ns.sigmoid(X)}


@probe("sigmoid", points=1, tolerance=1e-5)
def far_from_zero(ns, rng):
    """Numbers of both signs whose exponentials overflow."""
    return {"values": ns.sigmoid(rng.permuted(rng.uniform(750, 1000, size=(3, 4)) * [1, -1, 1, -1], axis=1))}


@probe("sigmoid", points=0.25, contract=True, tolerance=1e-5)
def other_shapes(ns, rng):
    """Arrays of one and of three axes."""
    return {"one axis": ns.sigmoid(rng.normal(size=5)), "three axes": ns.sigmoid(rng.normal(size=(2, 3, 4)))}


@probe("sigmoid", points=0.25, contract=True, tolerance=1e-5)
def sigmoid_of_integers(ns, rng):
    """Integers."""
    return {"values": ns.sigmoid(rng.permutation(np.arange(-6, 6)).reshape(3, 4))}


@probe("sigmoid", points=0.25, contract=True, tolerance=1e-4)
def sigmoid_in_single_precision(ns, rng):
    """float32 numbers."""
    return {"values": ns.sigmoid(rng.normal(size=(3, 5)).astype(np.float32))}


@probe("sigmoid", points=0.25, contract=True, tolerance=1e-5)
def sigmoid_leaves_its_input(ns, rng):
    """The input as it is after the call."""
    X = rng.normal(size=(3, 5))
    return {"shape": list(np.shape(ns.sigmoid(X))), "inputs": {"X": X}}


@probe("sigmoid", points=0.25, contract=True)
def sigmoid_of_every_kind(ns, rng):
    """Call after call: numbers that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    return {kind: ns.sigmoid(X) for kind, X in inputs.kinds_and_sizes(rng, (3, 4)).items()}


# forward


@probe("forward", points=1.5, tolerance=1e-5)
def output_of_a_layer(ns, rng):
    """The output of a layer, with an activation of the test's own."""
    params = layer(rng, 5, 3, "layer1")
    return {"post_act": ns.forward(rng.normal(size=(4, 5)), params, "layer1", lambda z: z * z + z)}


@probe("forward", points=1, tolerance=1e-5)
def cache_from_before_the_activation(ns, rng):
    """The first two entries of what the layer stores: its input and its pre-activation."""
    params = layer(rng, 5, 3, "layer1")
    ns.forward(rng.normal(size=(4, 5)), params, "layer1", lambda z: z * z - 3 * z)
    kept = listed(params.get("cache_layer1"))
    return {"cache": kept[:2] if isinstance(kept, list) else kept}


@probe("forward", points=1, tolerance=1e-5)
def cache_from_after_the_activation(ns, rng):
    """The last entry of what the layer stores: its post-activation."""
    params = layer(rng, 5, 3, "layer1")
    ns.forward(rng.normal(size=(4, 5)), params, "layer1", lambda z: z * z - 3 * z)
    kept = listed(params.get("cache_layer1"))
    return {"cache": kept[2:] if isinstance(kept, list) else kept}


@probe("forward", points=0.75, tolerance=1e-5)
def two_layers(ns, rng):
    """Two layers in a row, the given tanh and ReLU, with biases of 0: each has a cache of its own."""
    params = layer(rng, 6, 5, "layer1") | layer(rng, 5, 2, "output")
    params |= {"blayer1": np.zeros(5), "boutput": np.zeros(2)}
    hidden = ns.forward(rng.normal(size=(3, 6)), params, "layer1", ns.tanh)
    output = ns.forward(hidden, params, "output", ns.relu)
    return {"output": output, "lower": listed(params.get("cache_layer1")), "upper": listed(params.get("cache_output"))}


@probe("forward", points=0.5, contract=True, tolerance=1e-5)
def forward_without_a_name(ns, rng):
    """A layer whose name is left out."""
    params = layer(rng, 4, 3)
    post_act = ns.forward(rng.normal(size=(2, 4)), params, activation=ns.tanh)
    return {"post_act": post_act, "cache": listed(params.get("cache_"))}


@probe("forward", points=0.25, contract=True, tolerance=1e-5)
def forward_with_one_example(ns, rng):
    """A batch of one example, and a layer of one unit."""
    one_row = ns.forward(rng.normal(size=(1, 4)), layer(rng, 4, 3, "a"), "a", ns.tanh)
    return {"one example": one_row, "one unit": ns.forward(rng.normal(size=(3, 4)), layer(rng, 4, 1, "b"), "b", ns.linear)}


@probe("forward", points=0.25, contract=True, tolerance=1e-5)
def forward_of_integers(ns, rng):
    """Integer inputs."""
    return {"post_act": ns.forward(rng.integers(-3, 4, size=(4, 5)), layer(rng, 5, 3, "a"), "a", ns.tanh)}


@probe("forward", points=0.25, contract=True, tolerance=1e-4)
def forward_in_single_precision(ns, rng):
    """float32 inputs and parameters."""
    X, W, b = positive(rng, 4, 5), positive(rng, 5, 3), positive(rng, 3)
    return {"post_act": ns.forward(X, {"Wa": W, "ba": b}, "a", ns.relu)}


@probe("forward", points=0.25, contract=True, tolerance=1e-5)
def forward_leaves_its_input(ns, rng):
    """Input, weights and biases as they are after the call."""
    X, params = rng.normal(size=(4, 5)), layer(rng, 5, 3, "a")
    given = {"X": X} | params
    return {"shape": list(np.shape(ns.forward(X, params, "a", ns.relu))), "inputs": given}


@probe("forward", points=0.25, contract=True)
def forward_of_every_kind(ns, rng):
    """Call after call: inputs that are tiny, large, of one sign, zero or equal, layers whose sizes are equal or 1, and two layers of one size."""
    cases = {kind: (X, layer(rng, 4, 2, "a")) for kind, X in inputs.kinds(rng, (3, 4)).items()}
    sizes = {"square": (3, 3, 3), "one input": (4, 1, 3), "one unit": (2, 3, 1), "one example": (1, 3, 2)}
    cases |= {name: (rng.normal(size=(n, D)), layer(rng, D, H, "a")) for name, (n, D, H) in sizes.items()}
    seen = {}
    for kind, (X, params) in cases.items():
        post_act = ns.forward(X, params, "a", lambda z: z * z + z)
        seen[kind] = {"post_act": post_act, "cache": listed(params.get("cache_a"))}
    params = layer(rng, 3, 3, "a") | layer(rng, 3, 3, "b")
    outputs = [ns.forward(rng.normal(size=(2, 3)), params, name, ns.tanh) for name in "ab"]
    return seen | {"two layers": {"outputs": outputs, "caches": [listed(params.get("cache_" + name)) for name in "ab"]}}


# softmax


@probe("softmax", points=0.75, tolerance=1e-5)
def moderate_scores(ns, rng):
    """Scores of both signs within a few units of 0."""
    return {"probs": ns.softmax(inputs.scores(rng, 4, 6, scale=2))}


@probe("softmax", points=1, tolerance=1e-5)
def rows_far_apart(ns, rng):
    """Rows of very different size, each with its own maximum."""
    return {"probs": ns.softmax(inputs.far_rows(rng, 5, 3))}


@probe("softmax", points=0.5, tolerance=1e-5)
def all_far_from_zero(ns, rng):
    """Batches whose scores are alike among themselves, and all large or all very negative."""
    return {str(offset): ns.softmax(inputs.scores(rng, 3, 4) + offset) for offset in (400, -400, 1000, -1000)}


@probe("softmax", points=0.25, tolerance=1e-5)
def wide_rows(ns, rng):
    """Rows in which the scores themselves lie far apart."""
    return {"probs": ns.softmax(rng.permuted(np.tile([-1500.0, -2.0, 0.0, 1.0, 3.0], (4, 1)), axis=1) * rng.choice([-1, 1], size=(4, 1)))}


@probe("softmax", points=0.25, tolerance=1e-5)
def softmax_of_one_row(ns, rng):
    """A batch of one example."""
    return {"probs": ns.softmax(inputs.scores(rng, 1, 5))}


@probe("softmax", points=0.25, contract=True, tolerance=1e-5)
def softmax_of_integers(ns, rng):
    """Integer scores."""
    return {"probs": ns.softmax(rng.integers(-4, 5, size=(3, 4)))}


@probe("softmax", points=0.25, contract=True, tolerance=1e-4)
def softmax_in_single_precision(ns, rng):
    """float32 scores."""
    return {"probs": ns.softmax(inputs.scores(rng, 4, 6).astype(np.float32))}


@probe("softmax", points=0.5, contract=True, tolerance=1e-5)
def softmax_leaves_its_input(ns, rng):
    """The scores as they are after the call."""
    X = inputs.scores(rng, 4, 3)
    return {"shape": list(np.shape(ns.softmax(X))), "inputs": {"X": X}}


@probe("softmax", points=0.25, contract=True)
def softmax_of_every_kind(ns, rng):
    """Call after call: scores that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    return {kind: ns.softmax(X) for kind, X in inputs.kinds_and_sizes(rng, (3, 4)).items()}


# compute_loss_and_acc


@probe("compute_loss_and_acc", points=1.5, tolerance=1e-5)
def loss_of_a_batch(ns, rng):
    """The loss of a batch."""
    return {"loss": part(ns.compute_loss_and_acc(*scored(rng)), 0)}


@probe("compute_loss_and_acc", points=1.5, tolerance=1e-5)
def accuracy_of_a_batch(ns, rng):
    """The accuracy on a batch that is partly right."""
    return {"acc": part(ns.compute_loss_and_acc(*scored(rng, 11, 4)), 1)}


@probe("compute_loss_and_acc", points=0.75, tolerance=1e-5)
def impossible_classes(ns, rng):
    """The loss where some wrong classes have the probability 0."""
    y, probs = scored(rng, 6, 4)
    wrong = probs * (1 - y)
    probs[wrong == wrong.max(axis=1, keepdims=True)] = 0.0
    return {"loss": part(ns.compute_loss_and_acc(y, probs), 0)}


@probe("compute_loss_and_acc", points=0.25, contract=True, tolerance=1e-5)
def loss_of_one_example(ns, rng):
    """A batch of one example, right and wrong."""
    return {"one": listed(ns.compute_loss_and_acc(np.eye(3)[[1]], np.array([[0.2, 0.7, 0.1]])[:, rng.permutation(3)]))}


@probe("compute_loss_and_acc", points=0.25, contract=True, tolerance=1e-5)
def integer_labels(ns, rng):
    """One-hot labels that are integers."""
    y, probs = scored(rng, 5, 3)
    return {"both": listed(ns.compute_loss_and_acc(y.astype(int), probs))}


@probe("compute_loss_and_acc", points=0.25, contract=True, tolerance=1e-4)
def loss_in_single_precision(ns, rng):
    """float32 probabilities."""
    y, probs = scored(rng, 5, 3)
    return {"both": listed(ns.compute_loss_and_acc(y, probs.astype(np.float32)))}


@probe("compute_loss_and_acc", points=0.25, contract=True, tolerance=1e-5)
def loss_leaves_its_input(ns, rng):
    """Labels and probabilities as they are after the call."""
    y, probs = scored(rng, 6, 4)
    probs[1] = np.roll(y[1], 1) * 0.25 + y[1] * 0.75
    return {"acc": part(ns.compute_loss_and_acc(y, probs), 1), "inputs": {"y": y, "probs": probs}}


@probe("compute_loss_and_acc", points=0.25, contract=True, tolerance=1e-5)
def loss_of_every_kind(ns, rng):
    """Call after call: as many classes as examples, two classes, one class alone, wrong classes in a tie, and a view of a larger array."""
    cases = {name: scored(rng, *size) for name, size in {"square": (4, 4), "two classes": (6, 2), "other examples": (6, 2)}.items()}
    cases["one class"] = np.eye(3)[np.full(5, 1)], inputs.probabilities(rng, 5, 3)
    tied = np.array([[0.6, 0.2, 0.2], [0.1, 0.45, 0.45], [0.2, 0.6, 0.2]])
    cases["ties"] = np.eye(3)[[0, 0, 1]], tied[:, :]
    cases["view"] = tuple(np.repeat(array, 2, axis=0)[::2] for array in scored(rng, 5, 4))
    return {kind: listed(ns.compute_loss_and_acc(y, probs)) for kind, (y, probs) in cases.items()}


# backwards


@probe("backwards", points=1.75, tolerance=1e-5)
def gradient_of_the_weights(ns, rng):
    """The weights' gradient, with a derivative of the test's own."""
    params = passed(rng, 4, 5, 3, "layer1")
    ns.backwards(rng.normal(size=(4, 3)), params, "layer1", lambda a: a * a + 0.5)
    return after(params, "grad_Wlayer1")


@probe("backwards", points=1.5, tolerance=1e-5)
def gradient_of_the_biases(ns, rng):
    """The biases' gradient, with a derivative of the test's own."""
    params = passed(rng, 4, 5, 3, "layer1")
    ns.backwards(rng.normal(size=(4, 3)), params, "layer1", lambda a: a * a - 2)
    return after(params, "grad_blayer1")


@probe("backwards", points=2, tolerance=1e-5)
def gradient_of_the_inputs(ns, rng):
    """What goes back to the layer below, with a derivative of the test's own."""
    params = passed(rng, 4, 5, 3, "layer1")
    return {"grad_X": ns.backwards(rng.normal(size=(4, 3)), params, "layer1", lambda a: 2 * a + a * a)}


@probe("backwards", points=2, tolerance=1e-5)
def a_linear_layer(ns, rng):
    """All gradients of a layer with the given linear derivative."""
    params = passed(rng, 3, 2, 4, "output")
    grad_X = ns.backwards(rng.normal(size=(3, 4)), params, "output", ns.linear_deriv)
    return {"grad_X": grad_X} | after(params, "grad_Woutput", "grad_boutput")


@probe("backwards", points=0.5, contract=True, tolerance=1e-5)
def one_batch_after_another(ns, rng):
    """A second batch through the same layer: its gradients alone."""
    params = passed(rng, 4, 5, 3, "layer1")
    ns.backwards(rng.normal(size=(4, 3)), params, "layer1", ns.tanh_deriv)
    grad_X = ns.backwards(rng.normal(size=(4, 3)), params, "layer1", ns.tanh_deriv)
    return {"grad_X": grad_X} | after(params, "grad_Wlayer1", "grad_blayer1")


@probe("backwards", points=0.5, contract=True, tolerance=1e-5)
def backwards_with_one_example(ns, rng):
    """A batch of one example."""
    params = passed(rng, 1, 5, 3, "layer1")
    grad_X = ns.backwards(rng.normal(size=(1, 3)), params, "layer1", ns.tanh_deriv)
    return {"grad_X": grad_X} | after(params, "grad_Wlayer1", "grad_blayer1")


@probe("backwards", points=0.5, contract=True, tolerance=1e-5)
def backwards_by_default(ns, rng):
    """A layer whose name and derivative are left out."""
    params = passed(rng, 4, 2, 3)
    grad_X = ns.backwards(rng.normal(size=(4, 3)), params)
    return {"grad_X": grad_X} | after(params, "grad_W", "grad_b")


@probe("backwards", points=0.5, contract=True, tolerance=1e-5)
def backwards_leaves_its_input(ns, rng):
    """delta, the cache and the parameters as they are after the call."""
    delta, params = rng.normal(size=(4, 3)), passed(rng, 4, 5, 3, "layer1")
    X, pre_act, post_act = params["cache_layer1"]
    given = {"delta": delta, "X": X, "pre_act": pre_act, "post_act": post_act} | after(params, "Wlayer1", "blayer1")
    return {"shape": list(np.shape(ns.backwards(delta, params, "layer1", ns.tanh_deriv))), "inputs": given}


@probe("backwards", points=0.25, contract=True, tolerance=1e-5)
def backwards_of_integers(ns, rng):
    """An integer delta."""
    params = passed(rng, 4, 5, 3, "layer1")
    grad_X = ns.backwards(rng.integers(-2, 3, size=(4, 3)), params, "layer1", ns.tanh_deriv)
    return {"grad_X": grad_X} | after(params, "grad_Wlayer1", "grad_blayer1")


@probe("backwards", points=0.25, contract=True, tolerance=1e-4)
def backwards_in_single_precision(ns, rng):
    """float32 everywhere."""
    params = {"Wa": positive(rng, 5, 3), "ba": positive(rng, 3), "cache_a": (positive(rng, 4, 5), positive(rng, 4, 3), positive(rng, 4, 3))}
    grad_X = ns.backwards(positive(rng, 4, 3), params, "a", ns.linear_deriv)
    return {"grad_X": grad_X} | after(params, "grad_Wa", "grad_ba")


@probe("backwards", points=0.25, contract=True)
def backwards_of_every_kind(ns, rng):
    """Call after call: deltas and inputs that are tiny, large, of one sign, zero or equal, and layers whose sizes are equal or 1."""
    cases = {}
    for kind, delta in inputs.kinds(rng, (3, 2)).items():
        cases[f"delta: {kind}"] = delta, passed(rng, 3, 4, 2, "a")
    for kind, X in inputs.kinds(rng, (3, 4)).items():
        params = passed(rng, 3, 4, 2, "a")
        params["cache_a"] = (X, *params["cache_a"][1:])
        cases[f"inputs: {kind}"] = rng.normal(size=(3, 2)), params
    for name, (n, D, H) in {"square": (3, 3, 3), "one input": (4, 1, 3), "one unit": (2, 3, 1)}.items():
        cases[name] = rng.normal(size=(n, H)), passed(rng, n, D, H, "a")
    seen = {}
    for kind, (delta, params) in cases.items():
        grad_X = ns.backwards(delta, params, "a", lambda a: a * a + 0.5)
        seen[kind] = {"grad_X": grad_X} | after(params, "grad_Wa", "grad_ba")
    return seen


# conv_forward


@probe("conv_forward", points=1.25, tolerance=1e-5)
def plain_convolution(ns, rng):
    """Filters and images that are not square, stride 1, no padding."""
    X, params = rng.normal(size=(2, 3, 6, 5)), filters(rng, 4, 3, 2, 3, "conv")
    return {"Y": ns.conv_forward(X, params, "conv", 1, 0)}


@probe("conv_forward", points=1.25, tolerance=1e-5)
def padded_convolution(ns, rng):
    """A padding wider than one pixel."""
    X, params = rng.normal(size=(2, 2, 4, 6)), filters(rng, 3, 2, 3, 2, "conv")
    return {"Y": ns.conv_forward(X, params, "conv", 1, 2)}


@probe("conv_forward", points=1.25, tolerance=1e-5)
def strided_convolution(ns, rng):
    """A stride that divides height and width."""
    X, params = rng.normal(size=(2, 2, 7, 10)), filters(rng, 3, 2, 3, 4, "conv")
    return {"Y": ns.conv_forward(X, params, "conv", stride=2, pad=1)}


@probe("conv_forward", points=1.25, tolerance=1e-5)
def convolution_with_a_remainder(ns, rng):
    """A stride that divides neither height nor width."""
    X, params = rng.normal(size=(2, 2, 8, 5)), filters(rng, 3, 2, 3, 2, "conv")
    return {"Y": ns.conv_forward(X, params, "conv", stride=3, pad=1)}


@probe("conv_forward", points=1.25, tolerance=1e-5)
def cache_of_a_convolution(ns, rng):
    """What the layer stores for the backward pass, in its order."""
    X, params = rng.normal(size=(2, 3, 5, 6)), filters(rng, 2, 3, 3, 2, "conv")
    ns.conv_forward(X, params, "conv", stride=2, pad=1)
    return {"cache": listed(params.get("cache_conv"))}


@probe("conv_forward", points=0.25, contract=True, tolerance=1e-5)
def convolution_by_default(ns, rng):
    """A layer whose name, stride and padding are left out."""
    params = filters(rng, 2, 3, 2, 3)
    Y = ns.conv_forward(rng.normal(size=(2, 3, 4, 5)), params)
    return {"Y": Y, "cache": listed(params.get("cache_"))}


@probe("conv_forward", points=0.25, contract=True, tolerance=1e-5)
def small_convolutions(ns, rng):
    """One grey image, one filter; a filter as large as the image; a filter of one pixel."""
    X = rng.normal(size=(1, 1, 4, 3))
    return {f"{h} x {w}": ns.conv_forward(X, filters(rng, 1, 1, h, w, "a"), "a", 2) for h, w in ((2, 2), (4, 3), (1, 1))}


@probe("conv_forward", points=0.5, contract=True, tolerance=1e-4)
def convolution_of_other_numbers(ns, rng):
    """Integer and float32 images."""
    whole = ns.conv_forward(rng.integers(-3, 4, size=(2, 2, 4, 5)), filters(rng, 3, 2, 2, 3, "a"), "a", 1, 1)
    single = {"Wb": positive(rng, 2, 1, 2, 2), "bb": positive(rng, 2)}
    return {"integers": whole, "float32": ns.conv_forward(positive(rng, 1, 1, 3, 4), single, "b")}


@probe("conv_forward", points=0.5, contract=True, tolerance=1e-5)
def convolution_leaves_its_input(ns, rng):
    """Images, filters and biases as they are after the call."""
    X, params = rng.normal(size=(2, 2, 4, 5)), filters(rng, 3, 2, 2, 3, "a")
    given = {"X": X} | params
    return {"shape": list(np.shape(ns.conv_forward(X, params, "a", 1, 1))), "inputs": given}


@probe("conv_forward", points=0.25, contract=True)
def convolution_of_every_kind(ns, rng):
    """Call after call: images that are tiny, large, of one sign, zero or equal, and images, filters and batches whose sizes are equal or 1."""
    cases = {kind: (X, filters(rng, 2, 2, 2, 3, "a")) for kind, X in inputs.kinds(rng, (2, 2, 4, 5)).items()}
    sizes = {"square": ((3, 3, 3, 3), (3, 3, 3, 3)), "one image": ((1, 2, 4, 3), (3, 2, 2, 1)), "one channel": ((3, 1, 5, 1), (2, 1, 2, 1))}
    cases |= {name: (rng.normal(size=images), filters(rng, *size, "a")) for name, (images, size) in sizes.items()}
    seen = {}
    for kind, (X, params) in cases.items():
        for stride, pad in ((1, 1), (2, 2)):
            Y = ns.conv_forward(X, params, "a", stride, pad)
            seen[f"{kind}, stride {stride}"] = {"Y": Y, "cache": listed(params.get("cache_a"))}
    return seen


# conv_backward


def convolved(rng, X_shape, W_shape, out, stride, pad, name="conv"):
    """delta for an output of out rows and columns, and a layer with the cache that the notebook describes."""
    params = filters(rng, *W_shape, name) | {"cache_" + name: (rng.normal(size=X_shape), stride, pad)}
    return rng.normal(size=(X_shape[0], W_shape[0], *out)), params


@probe("conv_backward", points=2, tolerance=1e-5)
def gradient_of_the_filters(ns, rng):
    """The filters' gradient, stride 1, a padding of one pixel."""
    delta, params = convolved(rng, (2, 3, 5, 6), (4, 3, 2, 3), (6, 6), 1, 1)
    ns.conv_backward(delta, params, "conv")
    return after(params, "grad_Wconv")


@probe("conv_backward", points=0.75, tolerance=1e-5)
def gradient_of_the_filters_biases(ns, rng):
    """The biases' gradient."""
    delta, params = convolved(rng, (2, 3, 5, 6), (4, 3, 2, 3), (6, 6), 1, 1)
    ns.conv_backward(delta, params, "conv")
    return after(params, "grad_bconv")


@probe("conv_backward", points=2.25, tolerance=1e-5)
def gradient_of_the_images(ns, rng):
    """The images' gradient, stride 1, a padding of one pixel."""
    delta, params = convolved(rng, (2, 3, 6, 4), (4, 3, 3, 2), (6, 5), 1, 1)
    return {"grad_X": ns.conv_backward(delta, params, "conv")}


@probe("conv_backward", points=1.75, tolerance=1e-5)
def gradients_without_padding(ns, rng):
    """All gradients where there is no padding."""
    delta, params = convolved(rng, (2, 2, 5, 6), (3, 2, 2, 3), (4, 4), 1, 0)
    grad_X = ns.conv_backward(delta, params, "conv")
    return {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")


@probe("conv_backward", points=1.75, tolerance=1e-5)
def gradients_with_a_stride(ns, rng):
    """All gradients with a stride that divides height and width, and a wider padding."""
    delta, params = convolved(rng, (2, 2, 5, 6), (3, 2, 3, 2), (4, 5), 2, 2)
    grad_X = ns.conv_backward(delta, params, "conv")
    return {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")


@probe("conv_backward", points=1.25, tolerance=1e-5)
def gradients_with_a_remainder(ns, rng):
    """All gradients where the stride divides neither height nor width, and some pixels are in no window."""
    delta, params = convolved(rng, (2, 2, 11, 8), (3, 2, 3, 2), (4, 3), 3, 1)
    grad_X = ns.conv_backward(delta, params, "conv")
    return {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")


@probe("conv_backward", points=0.5, contract=True, tolerance=1e-5)
def convolution_backward_twice(ns, rng):
    """A layer whose name is left out, and a second delta: its gradients alone."""
    delta, params = convolved(rng, (2, 2, 5, 6), (3, 2, 2, 3), (6, 6), 1, 1, "")
    ns.conv_backward(delta, params)
    grad_X = ns.conv_backward(rng.normal(size=delta.shape), params)
    return {"grad_X": grad_X} | after(params, "grad_W", "grad_b")


@probe("conv_backward", points=0.5, contract=True, tolerance=1e-5)
def small_convolutions_backward(ns, rng):
    """One grey image, one filter of one pixel, stride larger than the filter."""
    delta, params = convolved(rng, (1, 1, 5, 4), (1, 1, 1, 1), (3, 2), 2, 0)
    grad_X = ns.conv_backward(delta, params, "conv")
    return {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")


@probe("conv_backward", points=0.5, contract=True, tolerance=1e-5)
def convolution_backward_of_integers(ns, rng):
    """Integer images and an integer delta."""
    delta, params = convolved(rng, (2, 2, 4, 5), (3, 2, 2, 3), (5, 5), 1, 1)
    params["cache_conv"] = (rng.integers(-2, 3, size=(2, 2, 4, 5)), 1, 1)
    grad_X = ns.conv_backward(rng.integers(-2, 3, size=delta.shape), params, "conv")
    return {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")


@probe("conv_backward", points=0.5, contract=True, tolerance=1e-5)
def convolution_backward_leaves_its_input(ns, rng):
    """delta, images, filters and biases as they are after the call."""
    delta, params = convolved(rng, (2, 2, 4, 5), (3, 2, 2, 3), (5, 5), 1, 1)
    given = {"delta": delta, "X": params["cache_conv"][0]} | after(params, "Wconv", "bconv")
    return {"shape": list(np.shape(ns.conv_backward(delta, params, "conv"))), "inputs": given}


@probe("conv_backward", points=0.25, contract=True)
def convolution_backward_of_every_kind(ns, rng):
    """Call after call: deltas and images that are tiny, large, of one sign, zero or equal, and images, filters and batches whose sizes are equal or 1."""
    cases = {}
    for kind, delta in inputs.kinds(rng, (2, 3, 4, 5)).items():
        cases[f"delta: {kind}"] = delta, convolved(rng, (2, 2, 3, 5), (3, 2, 2, 3), (4, 5), 1, 1)[1]
    for kind, X in inputs.kinds(rng, (2, 2, 3, 5)).items():
        delta, params = convolved(rng, X.shape, (3, 2, 2, 3), (4, 5), 1, 1)
        cases[f"images: {kind}"] = delta, params | {"cache_conv": (X, 1, 1)}
    cases["square"] = convolved(rng, (3, 3, 3, 3), (3, 3, 3, 3), (3, 3), 1, 1)
    cases["one channel"] = convolved(rng, (3, 1, 5, 1), (2, 1, 2, 1), (2, 1), 3, 0)
    seen = {}
    for kind, (delta, params) in cases.items():
        grad_X = ns.conv_backward(delta, params, "conv")
        seen[kind] = {"grad_X": grad_X} | after(params, "grad_Wconv", "grad_bconv")
    return seen


# get_random_batches


@probe("get_random_batches", points=0.75, judged=True)
def every_example_once(ns, rng):
    """Every example is in exactly one batch."""
    x, y = inputs.labelled(rng, 23, 4, 3)
    return {"batches": ns.get_random_batches(x, y, 5)}


@probe("get_random_batches", points=0.5, judged=True)
def labels_stay_with_their_examples(ns, rng):
    """Every example has its own label beside it."""
    x, y = inputs.labelled(rng, 26, 2, 5)
    return {"batches": ns.get_random_batches(x, y, 4)}


@probe("get_random_batches", points=0.5, judged=True)
def sizes_of_the_batches(ns, rng):
    """All batches are full but the last."""
    x, y = inputs.labelled(rng, 22, 3, 4)
    return {"batches": ns.get_random_batches(x, y, 6)}


@probe("get_random_batches", points=0.75, judged=True)
def another_shuffle_each_call(ns, rng):
    """Who shares a batch with whom, in two calls on the same data."""
    x, y = inputs.labelled(rng, 60, 2, 3)
    return {"first": ns.get_random_batches(x, y, 3), "second": ns.get_random_batches(x, y, 3)}


@probe("get_random_batches", points=0.25, contract=True, judged=True)
def batches_without_a_remainder(ns, rng):
    """A batch size that divides the number of examples, batches of one, and a batch size above the number of examples."""
    x, y = inputs.labelled(rng, 12, 3, 4)
    return {f"of {size}": ns.get_random_batches(x, y, size) for size in (4, 1, 20)}


@probe("get_random_batches", points=0.25, contract=True, tolerance=1e-5)
def batches_leave_their_input(ns, rng):
    """The caller's examples and labels as they are after the call."""
    x, y = inputs.labelled(rng, 17, 3, 4)
    ns.get_random_batches(x, y, 5)
    return {"inputs": {"x": x, "y": y}}


# train


def data(rng, N=4, D=3, C=4):
    """Distinct examples and one-hot labels."""
    return rng.normal(size=(N, D)), inputs.one_hot(inputs.labels(rng, N, C), C)


@probe("train", points=2, tolerance=1e-5)
def weights_after_some_steps(ns, rng):
    """The parameters after a few iterations with all examples in one batch."""
    (x, y), params = data(rng), network(rng)
    ns.train(x, y, params, batch_size=4, max_iters=3, learning_rate=0.2)
    return after(params, *PARAMETERS)


@probe("train", points=1.25, tolerance=1e-5)
def scores_of_the_last_iteration(ns, rng):
    """Loss and accuracy of the last of a few iterations with all examples in one batch."""
    (x, y), params = data(rng, 7), network(rng)
    return {"scores": listed(ns.train(x, y, params, batch_size=7, max_iters=4, learning_rate=0.2))}


@probe("train", points=2, tolerance=1e-5)
def several_batches(ns, rng):
    """Several batches in each iteration, of examples that are all the same."""
    (x, y), params = alike(rng, 6), network(rng)
    scores = listed(ns.train(x, y, params, batch_size=2, max_iters=2, learning_rate=0.1))
    return {"scores": scores} | after(params, *PARAMETERS)


@probe("train", points=1, tolerance=1e-5)
def scores_of_several_batches(ns, rng):
    """Loss and accuracy over several batches, at a learning rate of 0."""
    (x, y), params = data(rng, 12), network(rng)
    return {"scores": listed(ns.train(x, y, params, batch_size=3, max_iters=2, learning_rate=0.0))}


@probe("train", points=1, tolerance=1e-5)
def batches_in_a_known_order(ns, rng):
    """Different batches, of which get_random_batches gives the same in each iteration."""
    (x, y), params = data(rng, 8), network(rng)
    batches = [(x[i : i + 2], y[i : i + 2]) for i in (0, 2, 4, 6)]
    ns.patch(get_random_batches=lambda x, y, batch_size: batches)
    scores = listed(ns.train(x, y, params, batch_size=2, max_iters=2, learning_rate=0.1))
    return {"scores": scores} | after(params, *PARAMETERS)


@probe("train", points=0.75, tolerance=1e-5)
def a_short_last_batch(ns, rng):
    """A last batch that is not full, of examples that are all the same."""
    (x, y), params = alike(rng, 5), network(rng)
    scores = ns.train(x, y, params, batch_size=2, max_iters=2, learning_rate=0.1)
    return {"total_loss": part(scores, 0)} | after(params, *PARAMETERS)


@probe("train", points=0.25, contract=True, tolerance=1e-5)
def default_batch_size_and_rate(ns, rng):
    """Batch size and learning rate left out."""
    (x, y), params = alike(rng, 12), network(rng)
    scores = ns.train(x, y, params, max_iters=2)
    return {"total_loss": part(scores, 0)} | after(params, *PARAMETERS)


@probe("train", points=0.25, contract=True, tolerance=1e-5)
def default_iterations(ns, rng):
    """The number of iterations where it is left out."""
    (x, y), params = alike(rng, 2, 1, 2), network(rng, 1, 1, 2)
    ns.train(x, y, params, max_iters=1)
    default = inspect.signature(ns.train).parameters.get("max_iters")
    return {"iterations": getattr(default, "default", None)}


@probe("train", points=0.25, contract=True, tolerance=1e-5)
def train_leaves_the_data(ns, rng):
    """Examples and labels as they are after training."""
    (x, y), params = data(rng, 5), network(rng)
    ns.train(x, y, params, batch_size=2, max_iters=1)
    return {"inputs": {"x": x, "y": y}}


@probe("train", points=0.25, contract=True, tolerance=1e-5)
def one_training_after_another(ns, rng):
    """A second and a third training: layers of one size, a batch size above the number of examples, and a single example."""
    trainings = [(data(rng), network(rng), 4), (data(rng, 3, 3, 3), network(rng, 3, 3, 3), 9), (data(rng, 1), network(rng), 1)]
    seen = []
    for (x, y), params, batch_size in trainings:
        scores = listed(ns.train(x, y, params, batch_size=batch_size, max_iters=2, learning_rate=0.2))
        seen.append({"scores": scores} | after(params, *PARAMETERS))
    return {"trainings": seen}


# central_differences_gradient


def small(rng, N, D=2, H=1, C=2):
    """Examples, labels and a network of few parameters: each costs two evaluations of the loss."""
    return *data(rng, N, D, C), network(rng, D, H, C)


@probe("central_differences_gradient", points=1, tolerance=1e-4)
def differences_by_the_weights(ns, rng):
    """The gradients of the weights, by a step that is not very small."""
    x, y, params = small(rng, 5, 2, 2, 2)
    ns.central_differences_gradient(params, x, y, eps=0.002)
    return after(params, "grad_Wlayer1", "grad_Woutput")


@probe("central_differences_gradient", points=0.75, tolerance=1e-4)
def differences_by_the_biases(ns, rng):
    """The gradients of the biases, by a step that is not very small."""
    x, y, params = small(rng, 5, 1, 2, 3)
    ns.central_differences_gradient(params, x, y, eps=0.002)
    return after(params, "grad_blayer1", "grad_boutput")


@probe("central_differences_gradient", points=0.75, tolerance=1e-4)
def differences_by_a_large_step(ns, rng):
    """A step so large that the difference is not the derivative any more."""
    x, y, params = small(rng, 5)
    ns.central_differences_gradient(params, x, y, 0.5)
    return after(params, *("grad_" + key for key in PARAMETERS))


@probe("central_differences_gradient", points=0.75, judged=True)
def differences_by_the_default_step(ns, rng):
    """The gradients by the step that is used where none is given, next to the exact derivatives."""
    x, y, params = small(rng, 5)
    ns.central_differences_gradient(params, x, y)
    return after(params, *("grad_" + key for key in PARAMETERS))


@probe("central_differences_gradient", points=1, judged=True)
def direction_of_the_gradient(ns, rng):
    """The line along which the gradient of all parameters together lies, whatever its length and sign."""
    x, y, params = small(rng, 4)
    ns.central_differences_gradient(params, x, y, eps=0.001)
    return after(params, *("grad_" + key for key in PARAMETERS))


@probe("central_differences_gradient", points=1, contract=True, tolerance=1e-5)
def parameters_as_they_were(ns, rng):
    """The parameters after the call."""
    x, y, params = small(rng, 3)
    ns.central_differences_gradient(params, x, y, eps=0.001)
    return after(params, *PARAMETERS)


@probe("central_differences_gradient", points=0.5, contract=True, tolerance=1e-5)
def layers_outside_the_loss(ns, rng):
    """The gradients of a layer that the loss does not depend on."""
    x, y, params = small(rng, 3)
    params = layer(rng, 2, 1, "spare") | params
    ns.central_differences_gradient(params, x, y, eps=0.001)
    return after(params, "grad_Wspare", "grad_bspare")


@probe("central_differences_gradient", points=0.25, contract=True, tolerance=1e-4)
def step_where_none_is_given(ns, rng):
    """Examples so large, and weights so small, that the default step shows in the gradients."""
    x, y, params = small(rng, 4)
    params["Wlayer1"] *= 1e-5
    ns.central_differences_gradient(params, 1e5 * x, y)
    return after(params, "grad_Wlayer1")


@probe("central_differences_gradient", points=0.25, contract=True, tolerance=1e-4)
def old_gradients_and_caches(ns, rng):
    """A network that holds gradients and caches of before."""
    x, y, params = small(rng, 3)
    params |= {"grad_" + key: rng.normal(size=params[key].shape) for key in PARAMETERS}
    params |= {"cache_layer1": (x, rng.normal(size=(3, 1)), rng.normal(size=(3, 1)))}
    ns.central_differences_gradient(params, x, y, eps=0.01)
    return after(params, *("grad_" + key for key in PARAMETERS))


@probe("central_differences_gradient", points=0.25, contract=True, tolerance=1e-4)
def differences_with_one_example(ns, rng):
    """A single example, of integers."""
    params = network(rng, 2, 1, 3)
    ns.central_differences_gradient(params, rng.integers(1, 3, size=(1, 2)), np.eye(3)[[rng.integers(3)]], eps=0.01)
    return after(params, *("grad_" + key for key in PARAMETERS))


@probe("central_differences_gradient", points=0.25, contract=True, tolerance=1e-5)
def differences_leave_the_data(ns, rng):
    """Examples and labels as they are after the call."""
    x, y, params = small(rng, 2)
    ns.central_differences_gradient(params, x, y, eps=0.01)
    return {"shape": list(np.shape(params.get("grad_Wlayer1"))), "inputs": {"x": x, "y": y}}


@probe("central_differences_gradient", points=0.25, contract=True, tolerance=1e-4)
def differences_of_every_kind(ns, rng):
    """Call after call, with a wide step: layers of one size and of one unit, weights of zero and in a tie, and a view of a larger array."""
    networks = {"one size": network(rng, 2, 2, 2), "one unit": network(rng, 1, 1, 2), "zeros": network(rng, 2, 1, 2), "ties": network(rng, 2, 2, 2)}
    networks["zeros"]["Wlayer1"][:] = 0.0
    networks["ties"]["Wlayer1"][:] = rng.normal()
    seen = {}
    for kind, params in networks.items():
        x, y = data(rng, 3, params["Wlayer1"].shape[0], 2)
        ns.central_differences_gradient(params, np.repeat(x, 2, axis=0)[::2], y, eps=0.1)
        seen[kind] = after(params, *("grad_" + key for key in PARAMETERS))
    return seen
