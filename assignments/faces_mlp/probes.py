"""Hidden tests of faces_mlp. No right answer to any question stands here.

Where a question is given a model to work on (evaluate, check_grad, train), it gets a toy: one linear map or one scale, which solves no question.
"""
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from autograder import inputs
from autograder.probe import probe, raised

PARAMETERS = ("W1", "b1", "W2", "b2", "W3", "b3")


def parameters(rng, sizes, scale=1.0):
    """Six parameters of a network with the given sizes [D, H1, H2, C], biases unequal to zero."""
    model = {}
    for layer in (1, 2, 3):
        model[f"W{layer}"] = scale * rng.normal(size=(sizes[layer - 1], sizes[layer]))
        model[f"b{layer}"] = scale * rng.normal(size=sizes[layer])
    return model


# ---- init_nn -------------------------------------------------------------------------------------------------------------------------


class Sizes(NamedTuple):
    """How many inputs, units of the hidden layers, and outputs a network has."""

    num_inputs: int
    num_hiddens: list
    num_outputs: int


def sizes(rng, D, H1, H2, C):
    """The sizes of a network; nothing is left to chance."""
    return Sizes(D, [H1, H2], C)


def made(ns, drawn):
    """A network of the sizes that are drawn, made by the notebook."""
    return ns.init_nn(drawn.num_inputs, list(drawn.num_hiddens), drawn.num_outputs)


LARGE = partial(sizes, D=50, H1=40, H2=30, C=60)


@probe("init_nn", points=0.25, judged=True, draw=partial(sizes, D=5, H1=3, H2=4, C=2))
def shapes_of_the_six(ns, drawn):
    """Sizes that differ from layer to layer: the shape of each parameter."""
    model = made(ns, drawn)
    return {name: model[name] for name in PARAMETERS}


@probe("init_nn", points=1, judged=True, draw=LARGE)
def spread_of_the_hidden_layers(ns, drawn):
    """How W1 and W2 are spread, where a network was made before."""
    made(ns, drawn)
    model = made(ns, drawn)
    return {"W1": model["W1"], "W2": model["W2"]}


@probe("init_nn", points=1, judged=True, draw=LARGE)
def spread_of_the_last_layer(ns, drawn):
    """How W3 is spread, where a network was made before."""
    made(ns, drawn)
    return {"W3": made(ns, drawn)["W3"]}


@probe("init_nn", points=0.5, judged=True, contract=True, draw=partial(sizes, D=6, H1=4, H2=5, C=3))
def biases_at_zero(ns, drawn):
    """The three biases: one axis, all zeros."""
    model = made(ns, drawn)
    return {name: model[name] for name in ("b1", "b2", "b3")}


@probe("init_nn", points=0.25, contract=True, unchanged=True, draw=partial(sizes, D=3, H1=5, H2=4, C=2))
def sizes_left_alone(ns, drawn):
    """Whether the list of hidden units is as it was afterwards."""
    return {"parameters": sorted(ns.init_nn(*drawn).keys() & set(PARAMETERS))}


# ---- softmax -------------------------------------------------------------------------------------------------------------------------


@probe("softmax", points=0.5, tolerance=1e-5, draw=lambda rng: {"x": inputs.scores(rng, 6, 4)})
def ordinary_scores(ns, drawn):
    """Scores of ordinary size, more rows than columns."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.75, tolerance=1e-5, draw=lambda rng: {"x": inputs.far_rows(rng, 5, 3)})
def rows_far_apart(ns, drawn):
    """Rows of very different size, each with its own maximum."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.25, tolerance=1e-5, draw=lambda rng: {"x": inputs.scores(rng, 3, 5) + 500.0})
def large_scores(ns, drawn):
    """Scores whose exponentials still fit, but not the square of them."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"x": inputs.scores(rng, 1, 7, scale=3.0)})
def one_row(ns, drawn):
    """A batch of one."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"x": rng.permuted(np.tile([-800.0, 0.0, 799.0, 800.0], (3, 1)), axis=1)})
def far_apart_in_a_row(ns, drawn):
    """Scores that lie far apart within each row."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: {"x": inputs.scores(rng, 4, 3)})
def scores_left_alone(ns, drawn):
    """Whether the scores are as they were afterwards."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"x": rng.integers(-4, 5, size=(3, 4))})
def whole_number_scores(ns, drawn):
    """Scores of an integer type."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.25, contract=True, tolerance=1e-4, draw=lambda rng: {"x": inputs.scores(rng, 4, 6).astype(np.float32)})
def single_precision_scores(ns, drawn):
    """float32 scores."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.25, contract=True, equal_sizes="square ones among them", draw=lambda rng: inputs.kinds_and_sizes(rng, (3, 4)))
def scores_of_every_kind(ns, drawn):
    """Call after call: scores that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    return {kind: ns.softmax(x) for kind, x in drawn.items()}


# ---- affine --------------------------------------------------------------------------------------------------------------------------


class Affine(NamedTuple):
    """Input, weights, bias and upstream gradient of an affine layer."""

    x: np.ndarray
    w: np.ndarray
    b: np.ndarray
    grad_y: np.ndarray


def layer(rng, n, rows, columns):
    """An affine layer of these sizes."""
    return Affine(rng.normal(size=(n, rows)), rng.normal(size=(rows, columns)), rng.normal(size=columns), rng.normal(size=(n, columns)))


@probe("affine", points=0.75, tolerance=1e-5, draw=lambda rng: layer(rng, 5, 3, 4))
def affine_values(ns, drawn):
    """The layer's output, all sizes different."""
    x, w, b, _ = drawn
    return {"y": ns.affine(x, w, b)}


@probe("affine", points=1, tolerance=1e-5, draw=lambda rng: layer(rng, 5, 3, 4))
def gradient_of_the_input(ns, drawn):
    """The gradient with respect to the input."""
    x, w, _, grad_y = drawn
    grad_x, _, _ = inputs.several(ns.affine_backward(grad_y, x, w), 3)
    return {"grad_x": grad_x}


@probe("affine", points=1, tolerance=1e-5, draw=lambda rng: layer(rng, 6, 4, 3))
def gradient_of_the_weights(ns, drawn):
    """The gradient with respect to the weights."""
    x, w, _, grad_y = drawn
    _, grad_w, _ = inputs.several(ns.affine_backward(grad_y, x, w), 3)
    return {"grad_w": grad_w}


@probe("affine", points=0.75, tolerance=1e-5, draw=lambda rng: layer(rng, 6, 2, 5))
def gradient_of_the_bias(ns, drawn):
    """The gradient with respect to the bias, which has one axis."""
    x, w, _, grad_y = drawn
    _, _, grad_b = inputs.several(ns.affine_backward(grad_y, x, w), 3)
    return {"grad_b": grad_b}


@probe("affine", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: layer(rng, 1, 3, 2))
def affine_batch_of_one(ns, drawn):
    """A batch of one, forwards and backwards."""
    x, w, b, grad_y = drawn
    grad_x, grad_w, grad_b = inputs.several(ns.affine_backward(grad_y, x, w), 3)
    return {"y": ns.affine(x, w, b), "grad_x": grad_x, "grad_w": grad_w, "grad_b": grad_b}


@probe("affine", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: layer(rng, 4, 3, 2))
def affine_leaves_its_inputs(ns, drawn):
    """Whether x, w and b are as they were afterwards, also when the output is written to."""
    x, w, b, _ = drawn
    return {"y": inputs.written_over(ns.affine(x, w, b))}


@probe("affine", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: layer(rng, 4, 3, 2))
def affine_backward_leaves_its_inputs(ns, drawn):
    """Whether grad_y, x and w are as they were after the backward pass."""
    x, w, _, grad_y = drawn
    grad_x, grad_w, grad_b = inputs.several(ns.affine_backward(grad_y, x, w), 3)
    return {"grad_x": grad_x, "grad_w": grad_w, "grad_b": grad_b}


def whole_numbers(rng, n, rows, columns):
    """The same with an input of an integer type, and with weights that are whole numbers besides."""
    x, w = rng.integers(-3, 4, size=(n, rows)), rng.integers(-3, 4, size=(rows, columns))
    return {"input": layer(rng, n, rows, columns)._replace(x=x), "input and weights": layer(rng, n, rows, columns)._replace(x=x, w=w)}


@probe("affine", points=0.25, contract=True, tolerance=1e-5, draw=partial(whole_numbers, n=3, rows=4, columns=2))
def affine_whole_numbers(ns, drawn):
    """An input of an integer type, and weights of one with it."""
    seen = {}
    for which, (x, w, b, grad_y) in drawn.items():
        grad_x, grad_w, _ = inputs.several(ns.affine_backward(grad_y, x, w), 3)
        seen[f"whole {which}"] = {"y": ns.affine(x, w, b), "grad_x": grad_x, "grad_w": grad_w}
    return seen


@probe("affine", points=0.25, contract=True, tolerance=1e-4, draw=lambda rng: Affine(*(a.astype(np.float32) for a in layer(rng, 4, 2, 3))))
def affine_single_precision(ns, drawn):
    """float32 arrays."""
    x, w, b, grad_y = drawn
    grad_x, grad_w, grad_b = inputs.several(ns.affine_backward(grad_y, x, w), 3)
    return {"y": ns.affine(x, w, b), "grad_x": grad_x, "grad_w": grad_w, "grad_b": grad_b}


def layers_of_every_kind(rng):
    """Layers on every kind of entry, and of sizes that are equal or 1."""
    cases = {kind: layer(rng, 3, 4, 2)._replace(x=x) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    sizes = {"square": (3, 3, 3), "one input": (4, 1, 3), "one output": (2, 3, 1)}
    x, *others = layer(rng, 3, 4, 2)
    return cases | {name: layer(rng, *size) for name, size in sizes.items()} | {"large weights": Affine(x, *(1000 * each for each in others))}


@probe("affine", points=0.25, contract=True, equal_sizes="square ones among them", draw=layers_of_every_kind)
def affine_of_every_kind(ns, drawn):
    """Call after call: inputs that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    seen = {}
    for kind, (x, w, b, grad_y) in drawn.items():
        grad_x, grad_w, grad_b = inputs.several(ns.affine_backward(grad_y, x, w), 3)
        seen[kind] = {"y": ns.affine(x, w, b), "grad_x": grad_x, "grad_w": grad_w, "grad_b": grad_b}
    return seen


# ---- relu ----------------------------------------------------------------------------------------------------------------------------


@probe("relu", points=1, tolerance=1e-5, draw=lambda rng: {"x": inputs.away_from_zero(rng, (5, 4))})
def relu_values(ns, drawn):
    """Entries of both signs."""
    return {"y": ns.relu(drawn["x"])}


@probe("relu", points=1, tolerance=1e-5, draw=lambda rng: {"x": inputs.away_from_zero(rng, (4, 5)), "grad_y": rng.uniform(0.5, 2.0, size=(4, 5))})
def relu_gradient(ns, drawn):
    """The gradient where upstream gradients are positive."""
    return {"grad_x": ns.relu_backward(drawn["grad_y"], drawn["x"])}


@probe("relu", points=0.75, tolerance=1e-5,
       draw=lambda rng: {"x": inputs.away_from_zero(rng, (6, 3), gap=0.2), "grad_y": inputs.away_from_zero(rng, (6, 3), gap=0.2)})
def relu_gradient_of_any_sign(ns, drawn):
    """The gradient where upstream gradients have both signs."""
    return {"grad_x": ns.relu_backward(drawn["grad_y"], drawn["x"])}


@probe("relu", points=0.25, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"x": inputs.away_from_zero(rng, (3, 4)), "x (positive)": np.abs(inputs.away_from_zero(rng, (2, 4)))})
def relu_leaves_its_input(ns, drawn):
    """Whether x is as it was afterwards, also when the output is written to, and where no entry has to change."""
    return {f"relu({which})": inputs.written_over(ns.relu(x)) for which, x in drawn.items()}


@probe("relu", points=0.25, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"x": inputs.away_from_zero(rng, (3, 4)), "grad_y": inputs.away_from_zero(rng, (3, 4))})
def relu_backward_leaves_its_inputs(ns, drawn):
    """Whether x and the upstream gradient are as they were afterwards, also when the result is written to."""
    return {"grad_x": inputs.written_over(ns.relu_backward(drawn["grad_y"], drawn["x"]))}


def very_large_and_very_small(rng):
    """Inputs and upstream gradients of a batch of one."""
    sizes = {"large": 1e200, "small": 1e-4}
    return {name: (size * inputs.away_from_zero(rng, (1, 6), gap=0.2), inputs.away_from_zero(rng, (1, 6))) for name, size in sizes.items()}


@probe("relu", points=0.25, contract=True, tolerance=1e-5, draw=very_large_and_very_small)
def relu_sizes(ns, drawn):
    """Very large and very small entries, in a batch of one."""
    return {name: {"y": ns.relu(x), "grad_x": ns.relu_backward(grad_y, x)} for name, (x, grad_y) in drawn.items()}


@probe("relu", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"x": rng.permutation(np.array([-3, -1, 2, 5, -2, 4])).reshape(3, 2), "grad_y": inputs.away_from_zero(rng, (3, 2))})
def relu_whole_numbers(ns, drawn):
    """An input of an integer type under a gradient that isn't."""
    x = drawn["x"]
    return {"y": ns.relu(x), "grad_x": ns.relu_backward(drawn["grad_y"], x)}


def gates_of_every_kind(rng):
    """Arrays of every kind, as inputs, with an upstream gradient for each that has no zeros, and as upstream gradients with an input for each.

    Each call has arrays of its own: one that writes into an argument spoils no other.
    """

    def arrays():
        return inputs.kinds_and_sizes(rng, (3, 4)) | {"single precision": inputs.away_from_zero(rng, (2, 3)).astype(np.float32)}

    backward = {kind: (rng.normal(size=x.shape), x) for kind, x in inputs.without_zeros(arrays()).items()}
    upstream = {kind: (grad_y, inputs.away_from_zero(rng, grad_y.shape)) for kind, grad_y in arrays().items()}
    return {"forward": arrays(), "backward": backward, "upstream": upstream}


@probe("relu", points=0.25, contract=True, equal_sizes="square ones among them", draw=gates_of_every_kind)
def relu_of_every_kind(ns, drawn):
    """Call after call: entries that are tiny, large, of one sign or equal, upstream gradients of zero, and sizes that are equal or 1."""
    forward, backward, upstream = drawn.values()
    return {
        "forward": {kind: ns.relu(x) for kind, x in forward.items()},
        "backward": {kind: ns.relu_backward(*pair) for kind, pair in backward.items()},
        "upstream": {kind: ns.relu_backward(*pair) for kind, pair in upstream.items()},
    }


# ---- nn_forward ----------------------------------------------------------------------------------------------------------------------

FORWARD_SIZES = [5, 4, 6, 3]


@probe("nn_forward", points=0.75, tolerance=1e-5, draw=lambda rng: {"model": parameters(rng, FORWARD_SIZES), "x": rng.normal(size=(7, 5))})
def first_hidden_layer(ns, drawn):
    """z1 before and h1 after the first rectifier."""
    var = ns.nn_forward(drawn["model"], drawn["x"])
    return {"z1": var["z1"], "h1": var["h1"]}


@probe("nn_forward", points=1, tolerance=1e-5, draw=lambda rng: {"model": parameters(rng, FORWARD_SIZES), "x": rng.normal(size=(7, 5))})
def second_hidden_layer(ns, drawn):
    """z2 before and h2 after the second rectifier."""
    var = ns.nn_forward(drawn["model"], drawn["x"])
    return {"z2": var["z2"], "h2": var["h2"]}


@probe("nn_forward", points=2, tolerance=1e-5, draw=lambda rng: {"model": parameters(rng, FORWARD_SIZES), "x": rng.normal(size=(7, 5))})
def scores_of_the_network(ns, drawn):
    """The scores y."""
    return {"y": ns.nn_forward(drawn["model"], drawn["x"])["y"]}


@probe("nn_forward", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"model": parameters(rng, [3, 2, 4, 2]), "x": rng.normal(size=(4, 3))})
def input_is_kept(ns, drawn):
    """The input under its own key, with the scores."""
    var = ns.nn_forward(drawn["model"], drawn["x"])
    return {"x": var["x"], "y": var["y"]}


@probe("nn_forward", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"model": parameters(rng, FORWARD_SIZES), "x": rng.normal(size=(1, 5))})
def forward_batch_of_one(ns, drawn):
    """A batch of one."""
    var = ns.nn_forward(drawn["model"], drawn["x"])
    return {name: var[name] for name in ("z1", "h2", "y")}


@probe("nn_forward", points=0.5, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"model": parameters(rng, FORWARD_SIZES), "x": rng.normal(size=(7, 5))})
def forward_leaves_its_inputs(ns, drawn):
    """Whether the six parameters and the input are as they were afterwards, and nothing is added to the model."""
    model = drawn["model"]
    return {"y": ns.nn_forward(model, drawn["x"])["y"], "model": sorted(model)}


@probe("nn_forward", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"model": parameters(rng, FORWARD_SIZES), "batches": [rng.integers(0, 256, size=(2, 5)) for _ in range(2)],
                         "whole": parameters(rng, FORWARD_SIZES) | {"W1": rng.integers(-3, 4, size=(5, 4))}})
def forward_whole_numbers(ns, drawn):
    """An input of an integer type, the same network on other inputs, and a network whose first weights are whole numbers, too."""
    model, batches, whole = drawn.values()
    return {"y": [ns.nn_forward(model, x)["y"] for x in batches], "y, whole weights": ns.nn_forward(whole, batches[0])["y"]}


def networks_of_every_kind(rng):
    """Networks with inputs: every kind of entry among the inputs and the weights, and layers whose sizes are equal or 1."""
    cases = {f"inputs: {kind}": (parameters(rng, FORWARD_SIZES), x) for kind, x in inputs.kinds(rng, (2, 5)).items()}
    for kind, W2 in inputs.kinds(rng, (4, 6)).items():
        cases[f"weights: {kind}"] = parameters(rng, FORWARD_SIZES) | {"W2": W2}, rng.normal(size=(3, 5))
    cases["square"] = parameters(rng, [3, 3, 3, 3]), rng.normal(size=(3, 3))
    cases["one unit a layer"] = parameters(rng, [1, 1, 1, 1]), rng.normal(size=(4, 1))
    return cases


@probe("nn_forward", points=0.25, contract=True, equal_sizes="square ones among them", draw=networks_of_every_kind)
def forward_of_every_kind(ns, drawn):
    """Call after call: inputs and weights that are tiny, large, of one sign, zero or equal, and layers whose sizes are equal or 1."""
    seen = {kind: ns.nn_forward(model, x) for kind, (model, x) in drawn.items()}
    return {kind: {name: var[name] for name in ("x", "z1", "h1", "z2", "h2", "y")} for kind, var in seen.items()}


# ---- nn_backward ---------------------------------------------------------------------------------------------------------------------


def hidden(rng, n, units):
    """Values before and after a rectifier: some units are on in both, the others negative before and zero after."""
    on = rng.permutation(np.arange(n * units) % 5 < 3).reshape(n, units)
    height, depth = rng.uniform(0.2, 2.0, size=(2, n, units))
    return on * height - (1 - on) * depth, on * height


class Backward(NamedTuple):
    """The arguments of the backward pass."""

    model: dict
    err: np.ndarray
    var: dict


def backward_inputs(rng, n, sizes):
    """A model, an error and arbitrary intermediate values (signs agree before and after the rectifiers) for the backward pass."""
    z1, h1 = hidden(rng, n, sizes[1])
    z2, h2 = hidden(rng, n, sizes[2])
    var = {"x": rng.normal(size=(n, sizes[0])), "z1": z1, "h1": h1, "z2": z2, "h2": h2, "y": rng.normal(size=(n, sizes[3]))}
    return Backward(parameters(rng, sizes), rng.normal(size=(n, sizes[3])), var)


BACKWARD_SIZES = [4, 5, 3, 2]


def gradients_of(ns, drawn, *layers):
    """The gradients that the backward pass leaves for the given layers."""
    ns.nn_backward(*drawn)
    return {name: drawn.model[name] for layer in layers for name in (f"dE_dW{layer}", f"dE_db{layer}")}


@probe("nn_backward", points=2, tolerance=1e-5, draw=partial(backward_inputs, n=7, sizes=BACKWARD_SIZES))
def gradients_of_the_last_layer(ns, drawn):
    """dE_dW3 and dE_db3."""
    return gradients_of(ns, drawn, 3)


@probe("nn_backward", points=2, tolerance=1e-5, draw=partial(backward_inputs, n=7, sizes=BACKWARD_SIZES))
def gradients_of_the_middle_layer(ns, drawn):
    """dE_dW2 and dE_db2."""
    return gradients_of(ns, drawn, 2)


@probe("nn_backward", points=2, tolerance=1e-5, draw=partial(backward_inputs, n=7, sizes=BACKWARD_SIZES))
def gradients_of_the_first_layer(ns, drawn):
    """dE_dW1 and dE_db1."""
    return gradients_of(ns, drawn, 1)


@probe("nn_backward", points=1, tolerance=1e-5, draw=partial(backward_inputs, n=1, sizes=BACKWARD_SIZES))
def backward_batch_of_one(ns, drawn):
    """A batch of one."""
    return gradients_of(ns, drawn, 1, 2, 3)


def two_batches(rng):
    """The arguments of two backward passes of one model."""
    first, second = backward_inputs(rng, 7, BACKWARD_SIZES), backward_inputs(rng, 6, BACKWARD_SIZES)
    return {"first": first, "second": second._replace(model=first.model)}


@probe("nn_backward", points=1, contract=True, tolerance=1e-5, draw=two_batches)
def second_backward_pass(ns, drawn):
    """Gradients of a second batch, written over those of a first."""
    for arguments in drawn.values():
        ns.nn_backward(*arguments)
    model = drawn["first"].model
    return {"dE_d" + name: model["dE_d" + name] for name in PARAMETERS}


@probe("nn_backward", points=0.75, contract=True, tolerance=1e-5, unchanged=True, draw=partial(backward_inputs, n=7, sizes=BACKWARD_SIZES))
def backward_leaves_the_rest(ns, drawn):
    """Whether parameters, error and intermediate values are as they were afterwards, and nothing is added to the latter."""
    ns.nn_backward(*drawn)
    return {"dE_dW1": drawn.model["dE_dW1"], "var": sorted(drawn.var)}


def passes_of_every_kind(rng):
    """Arguments of backward passes: every kind of entry among inputs and errors, and layers whose sizes are equal or 1."""
    n, (features, _, _, classes) = 3, BACKWARD_SIZES
    cases = {}
    for kind, x in inputs.kinds(rng, (n, features)).items():
        arguments = backward_inputs(rng, n, BACKWARD_SIZES)
        cases[f"inputs: {kind}"] = arguments._replace(var=arguments.var | {"x": x})
    for kind, err in inputs.kinds(rng, (n, classes)).items():
        cases[f"errors: {kind}"] = backward_inputs(rng, n, BACKWARD_SIZES)._replace(err=err)
    sizes = {"square": (3, [3, 3, 3, 3]), "one unit a layer": (4, [1, 1, 1, 1])}
    return cases | {name: backward_inputs(rng, *size) for name, size in sizes.items()}


@probe("nn_backward", points=0.25, contract=True, equal_sizes="square ones among them", draw=passes_of_every_kind)
def backward_of_every_kind(ns, drawn):
    """Call after call: inputs and errors that are tiny, large, of one sign, zero or equal, and layers whose sizes are equal or 1."""
    seen = {}
    for kind, arguments in drawn.items():
        ns.nn_backward(*arguments)
        seen[kind] = {"dE_d" + name: arguments.model["dE_d" + name] for name in PARAMETERS}
    return seen


# ---- nn_update -----------------------------------------------------------------------------------------------------------------------


def with_gradients(rng, sizes):
    """Six parameters and arbitrary gradients of them."""
    model = parameters(rng, sizes)
    return model | {"dE_d" + name: rng.normal(size=value.shape) for name, value in model.items()}


@probe("nn_update", points=1, tolerance=1e-5, draw=lambda rng: {"model": with_gradients(rng, [4, 3, 5, 2]), "eta": rng.uniform(0.1, 0.5)})
def weights_step(ns, drawn):
    """A step of the three weight matrices."""
    model = drawn["model"]
    ns.nn_update(model, drawn["eta"])
    return {name: model[name] for name in ("W1", "W2", "W3")}


@probe("nn_update", points=0.75, tolerance=1e-5, draw=lambda rng: {"model": with_gradients(rng, [4, 3, 5, 2]), "eta": rng.uniform(0.1, 0.5)})
def biases_step(ns, drawn):
    """A step of the three biases."""
    model = drawn["model"]
    ns.nn_update(model, drawn["eta"])
    return {name: model[name] for name in ("b1", "b2", "b3")}


def rates_and_gradients(rng, sizes):
    """A model, and for each of three steps its rate and the gradients."""
    model, rates = parameters(rng, sizes), rng.permutation([0.01, 0.3, 2.0]).tolist()
    return {"model": model, "steps": [(eta, {"dE_d" + name: rng.normal(size=value.shape) for name, value in model.items()}) for eta in rates]}


@probe("nn_update", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: rates_and_gradients(rng, [2, 5, 4, 3]))
def three_steps(ns, drawn):
    """Three steps in a row, with new gradients and rates: nothing is remembered."""
    model = drawn["model"]
    for eta, gradients in drawn["steps"]:
        model.update(gradients)
        ns.nn_update(model, eta)
    return {name: model[name] for name in PARAMETERS}


@probe("nn_update", points=0.5, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: {"model": with_gradients(rng, [3, 5, 4, 2])})
def gradients_stay(ns, drawn):
    """Whether the gradients are there and as they were after a step."""
    model = drawn["model"]
    ns.nn_update(model, 0.25)
    return {"W1": model["W1"], "b3": model["b3"], "gradients that are there": sum("dE_d" + name in model for name in PARAMETERS)}


def steps_of_every_kind_inputs(rng):
    cases = {kind: (with_gradients(rng, [2, 3, 4, 3]) | {"dE_dW2": slope}, 0.5) for kind, slope in inputs.kinds(rng, (3, 4)).items()}
    cases |= {"square": (with_gradients(rng, [3, 3, 3, 3]), 0.1), "one unit a layer": (with_gradients(rng, [1, 1, 1, 1]), 0.1)}
    cases["a rate of 0"] = with_gradients(rng, [2, 3, 4, 3]), 0.0
    return cases


@probe("nn_update", points=0.25, contract=True, equal_sizes="square ones among them", draw=steps_of_every_kind_inputs)
def steps_of_every_kind(ns, drawn):
    """Call after call: gradients that are tiny, large, of one sign, zero or equal, layers whose sizes are equal or 1, and a rate of 0."""
    cases = drawn
    seen = {}
    for kind, (model, eta) in cases.items():
        ns.nn_update(model, eta)
        seen[kind] = {name: model[name] for name in PARAMETERS}
    return seen


# ---- evaluate ------------------------------------------------------------------------------------------------------------------------


def linear_scores(model, x):
    """A toy: the scores are one linear map of the input."""
    return {"x": x, "y": x @ model["W1"]}


class Evaluation(NamedTuple):
    """What evaluate is given first: inputs, targets and a toy's six parameters, of which W1 alone is used."""

    inputs: np.ndarray
    target: np.ndarray
    model: dict


def evaluation(rng, n, features=4, classes=3, scale=0.4):
    """A set of n cases; no probability is so small that a guard in a logarithm shows."""
    toy = parameters(rng, [features, classes, 2, 7], scale)
    return Evaluation(rng.normal(size=(n, features)), inputs.one_hot(inputs.labels(rng, n, classes), classes), toy)


def _both(returned):
    """Cross-entropy and accuracy, to be taken apart; a dictionary is told as one."""
    return inputs.several(returned, 2)


@probe("evaluate", points=1.5, tolerance=1e-5, draw=lambda rng: evaluation(rng, 11))
def cross_entropy_of_a_set(ns, drawn):
    """The cross-entropy of all cases, passed through at once."""
    x, t, toy = drawn
    return {"ce": _both(ns.evaluate(x, t, toy, linear_scores))[0]}


@probe("evaluate", points=1.5, tolerance=1e-5, draw=lambda rng: evaluation(rng, 29))
def accuracy_of_a_set(ns, drawn):
    """The accuracy on all cases, passed through at once."""
    x, t, toy = drawn
    return {"acc": _both(ns.evaluate(x, t, toy, linear_scores))[1]}


@probe("evaluate", points=1.25, tolerance=1e-5, draw=lambda rng: evaluation(rng, 13))
def short_last_batch(ns, drawn):
    """Batches of which the last is shorter than the others."""
    x, t, toy = drawn
    ce, acc = _both(ns.evaluate(x, t, toy, linear_scores, 4))
    return {"ce": ce, "acc": acc}


@probe("evaluate", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: evaluation(rng, 12, classes=5))
def batches_of_one_size(ns, drawn):
    """Batches that divide the set, then batches of one."""
    x, t, toy = drawn
    return {f"batch_size {size}": list(_both(ns.evaluate(x, t, toy, linear_scores, size))) for size in (3, 1)}


def far_from_zero(rng):
    """A set of cases, and one whose inputs are its scores, which lie far apart."""
    scores, y = inputs.far_scores(rng, 7)
    return {"set": evaluation(rng, 8), "apart": {"inputs": scores, "target": inputs.one_hot(y, scores.shape[1])}}


@probe("evaluate", points=0.5, contract=True, tolerance=1e-5, draw=far_from_zero)
def large_score_evaluation(ns, drawn):
    """Scores far from zero, and scores far from each other."""
    x, t, toy = drawn["set"]
    ce, acc = _both(ns.evaluate(x, t, toy, lambda model, x: {"y": linear_scores(model, x)["y"] + 3000.0}))
    apart = _both(ns.evaluate(*drawn["apart"].values(), toy, lambda model, x: {"x": x, "y": x.copy()}))
    return {"ce": ce, "acc": acc, "apart": list(apart)}


@probe("evaluate", points=0.5, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: evaluation(rng, 9))
def evaluation_leaves_its_inputs(ns, drawn):
    """A single case and whether inputs, targets and parameters are as they were afterwards."""
    x, t, toy = drawn
    alone = _both(ns.evaluate(x[:1], t[:1], toy, linear_scores))
    ce, acc = _both(ns.evaluate(x, t, toy, linear_scores, 2))
    return {"alone": list(alone), "ce": ce, "acc": acc}


def sets_of_every_kind(rng):
    """Sets of six cases and a small one, then one that is smaller than its batches."""
    first = evaluation(rng, 6)
    cases = {kind: first._replace(inputs=x) for kind, x in inputs.kinds(rng, first.inputs.shape).items() if kind != "large"}
    cases["one class"] = first._replace(target=inputs.one_hot(np.full(6, 1), 3))
    return cases | {"square": evaluation(rng, 3, 3, 3), "one input": evaluation(rng, 5, 1, 3), "batches larger than the set": first}


@probe("evaluate", points=0.25, contract=True, tolerance=1e-5, equal_sizes="square ones among them", draw=sets_of_every_kind)
def evaluation_of_every_kind(ns, drawn):
    """Call after call: inputs that are tiny, of one sign, zero, equal or whole numbers, one class, square sets, and batches larger than the set."""
    return {kind: list(_both(ns.evaluate(*case, linear_scores, 100 if kind.startswith("batches") else 4))) for kind, case in drawn.items()}


# ---- check_grad ----------------------------------------------------------------------------------------------------------------------


def parted(rng, values):
    """Three arrays that add up to the values. Two are drawn at random, so that no one and no pair of them says anything of the values."""
    one, other = rng.normal(size=(2, *np.shape(values)))
    return one, other, values - one - other


class Forward:
    """y = s x, where s is a weighted sum of the entries of one parameter. It notes that parameter at each pass."""

    def __init__(self, name, weights):
        self.name, self.weights, self.seen = name, weights, []

    def forward(self, model, x):
        self.seen.append(np.array(model[self.name]))
        return {"x": x, "y": np.sum(sum(self.weights) * model[self.name]) * x}


class Slope:
    """The gradient of half the sum of squares of s x by that parameter, for weights of its own and with something added. It goes by err, and as far
    as by_y says by the scores instead, which err should be.
    """

    def __init__(self, name, weights, added, by_y):
        self.name, self.weights, self.added, self.by_y = name, weights, added, by_y

    def backward(self, model, err, var):
        err = (1 - self.by_y) * err + self.by_y * var.get("y", err)
        model["dE_d" + self.name] = sum(self.weights) * np.sum(err * var["x"]) + sum(self.added)


class Scale:
    """A toy for check_grad, with a backward pass that is right and others with a fault each: their gradient is the right one times ratio, plus
    offset. The functions hold numbers alone, and none from which it can be read which of them is right. tiny: about how many of the entries are far
    smaller than any step, and come back as they were only where they were kept. by_y: as Slope has it.
    """

    def __init__(self, rng, shape, name="W1", steepness=1.0, level=1.0, tiny=0.0, by_y=0.0, **faults):
        self.name, self.by_y, factor = name, by_y, steepness * inputs.away_from_zero(rng, shape, gap=0.3)
        self.before = parameters(rng, [3, 2, 4, 2])
        parts = rng.uniform(0.5, 1.5, size=shape) * np.where(rng.uniform(size=shape) < tiny, 1e-9, 1.0)
        self.before[name] = level * parts / (parts.sum() * factor)  # s = level, without cancellation
        self.x = inputs.away_from_zero(rng, (4, 2), gap=0.3)
        self.weights, self.faults = parted(rng, factor), {}
        for what, (ratio, offset) in ({"right": (1.0, 0.0)} | faults).items():
            self.faults[what] = parted(rng, ratio * factor), parted(rng, np.broadcast_to(offset, shape))

    def tried(self, ns, what="right"):
        """What check_grad raises on a backward pass, the parameter at each forward pass, and the six parameters afterwards."""
        toy, model = Forward(self.name, self.weights), {key: value.copy() for key, value in self.before.items()}
        backward = Slope(self.name, *self.faults[what], self.by_y)
        names = raised(ns.check_grad, model, toy.forward, backward.backward, self.name, self.x)
        return {"raised": names, "seen": toy.seen, "after": {key: model[key] for key in self.before}}


class Trial(NamedTuple):
    """Toys and the backward pass of each that is tried, by what the gradient is, and in which order: each four times, so that guesses come to
    nothing.
    """

    toys: dict
    order: list


def trial(rng, *shape, **options):
    """A trial of one toy: the right gradient and those with a fault."""
    toy = Scale(rng, *shape, **options)
    return Trial({what: (toy, what) for what in toy.faults}, rng.permutation(4 * [*toy.faults]).tolist())


def told(ns, drawn):
    """What check_grad raises in a trial."""
    seen = {what: [] for what in drawn.toys}
    for what in drawn.order:
        toy, fault = drawn.toys[what]
        seen[what].append(toy.tried(ns, fault)["raised"])
    return seen


@probe("check_grad", points=1.75, judged=True, draw=lambda rng: trial(rng, (7, 5), wrong=(0.0, 0.0)))
def right_gradient_and_zeros(ns, drawn):
    """A right gradient and one of zeros."""
    return told(ns, drawn)


@probe("check_grad", points=0.75, judged=True, draw=lambda rng: trial(rng, (3, 9), "W2", level=5.0, by_y=0.5, wrong=(2.0, 0.0), opposite=(-1.0, 0.0)))
def double_and_opposite_gradient(ns, drawn):
    """A right gradient, one twice as large, and one of the opposite sign, of a matrix of another shape."""
    return told(ns, drawn)


@probe("check_grad", points=1.25, judged=True, draw=lambda rng: trial(rng, (2,), "b3", wrong=(1.0, rng.permutation([0.0, 0.3]))))
def bias_of_two_entries(ns, drawn):
    """A bias with fewer than 20 entries, of which one gradient is wrong."""
    return told(ns, drawn)


@probe("check_grad", points=0.75, judged=True, draw=lambda rng: trial(rng, (4, 5), "W3", steepness=300.0, level=3e-3, wrong=(1.0, -0.02)))
def steep_error(ns, drawn):
    """An error that curves strongly: the right gradient and one that is slightly off."""
    return told(ns, drawn)


def small_and_large(rng):
    """Toys whose gradients are off by less than the tolerance, and by more."""
    small, large = Scale(rng, (5, 4), level=0.3, off=(1.0, 9e-4)), Scale(rng, (6, 3), level=20.0, off=(1.0, 2.2e-3))
    return Trial({"right": (small, "off"), "wrong": (large, "off")}, rng.permutation(4 * ["right", "wrong"]).tolist())


@probe("check_grad", points=0.75, judged=True, draw=small_and_large)
def third_decimal(ns, drawn):
    """Small gradients that are off by less than the tolerance, large ones that are off by more."""
    return told(ns, drawn)


def many_and_few_entries(rng):
    """Toys with a parameter of many entries, of fewer than 20, and of 21."""
    return {"large": Scale(rng, (12, 5)), "small": Scale(rng, (3, 6)), "often": Scale(rng, (7, 3))}


@probe("check_grad", points=0.75, contract=True, judged=True, draw=many_and_few_entries)
def entries_that_move(ns, drawn):
    """Which entries are moved, and by how much, of a large parameter, twice, of one with fewer than 20, and of one with 21 in many calls."""
    large, small, often = drawn.values()
    tried = {which: toy.tried(ns) for which, toy in {"large": large, "small": small, "again": large}.items()}
    calls = [often.tried(ns) for _ in range(40)]
    before = often.before[often.name]
    far = sum(np.abs(np.resize(passed, before.shape) - before) for call in calls for passed in call["seen"])
    return {which: {"raised": seen["raised"], "seen": seen["seen"]} for which, seen in tried.items()} | {
        "often": {"raised": [kind for call in calls for kind in call["raised"]], "far": far}
    }


@probe("check_grad", points=1.25, contract=True, judged=True, draw=lambda rng: Scale(rng, (6, 4), tiny=0.6))
def parameters_put_back(ns, drawn):
    """The six parameters after a check that passes."""
    seen = drawn.tried(ns)
    return {"raised": seen["raised"], "after": seen["after"]}


@probe("check_grad", points=0.75, contract=True, judged=True, draw=lambda rng: Scale(rng, (5, 6), wrong=(-2.0, 0.0)))
def put_back_after_raising(ns, drawn):
    """The six parameters after a check that raises."""
    seen = drawn.tried(ns, "wrong")
    return {"raised": seen["raised"], "after": seen["after"]}


# ---- train ---------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """What train is given: the six arrays of data, a model, how far each update moves it, a rate, epochs and a batch size."""

    inputs_train: np.ndarray
    inputs_valid: np.ndarray
    inputs_test: np.ndarray
    target_train: np.ndarray
    target_valid: np.ndarray
    target_test: np.ndarray
    model: dict
    drift: np.ndarray
    eta: float
    epochs: int
    batch_size: int

    @property
    def data(self):
        return self.inputs_train, self.inputs_valid, self.inputs_test, self.target_train, self.target_valid, self.target_test


def course(rng, cases, epochs, batch_size, features=4, classes=3, units=9):
    """A training of a toy: one linear map, and an update that drifts in a direction fixed beforehand. units: of a layer that is not used."""
    sets = [(rng.normal(size=(n, features)), inputs.one_hot(inputs.labels(rng, n, classes), classes)) for n in (cases, 8, 6)]
    model = parameters(rng, [features, classes, 2, units])
    drift = 0.2 * rng.normal(size=(features, classes))
    return Course(*(x for x, _ in sets), *(t for _, t in sets), model, drift, 0.5, epochs, batch_size)


class Trainee:
    """The toy that is trained: it notes what it is handed."""

    def __init__(self, drawn):
        self.drawn, self.model = drawn, {name: value.copy() for name, value in drawn.model.items()}
        self.batches, self.order, self.etas = [], [], []

    def forward(self, model, x):
        return {"x": np.array(x), "y": x @ model["W1"], "updates": len(self.etas)}

    def backward(self, model, err, var):
        self.order.append("backward")
        self.batches.append({"x": var["x"], "err": np.array(err), "updates": var["updates"]})
        model.update({"dE_d" + name: np.zeros_like(model[name]) for name in PARAMETERS})

    def update(self, model, eta):
        self.order.append("update")
        self.etas.append(eta)
        model["W1"] = model["W1"] + eta * self.drawn.drift

    def run(self, ns, epochs=None, batch_size=None):
        """What train returns, whatever that is."""
        drawn = self.drawn
        settings = drawn.eta, epochs or drawn.epochs, batch_size or drawn.batch_size
        return ns.train(self.model, self.forward, self.backward, self.update, *settings, drawn.data)


def batches_of(ns, drawn):
    """The batches that a toy is trained on."""
    toy = Trainee(drawn)
    toy.run(ns)
    return {"batches": toy.batches}


@probe("train", points=1.75, judged=True, draw=partial(course, cases=16, epochs=2, batch_size=4, classes=3, features=5))
def error_of_a_batch(ns, drawn):
    """The error that is handed to the backward pass, for batches of one size."""
    return batches_of(ns, drawn)


@probe("train", points=1, judged=True, draw=partial(course, cases=13, epochs=3, batch_size=4, features=5))
def every_case_every_epoch(ns, drawn):
    """Which cases are trained on in an epoch, where the batches leave one over."""
    return batches_of(ns, drawn)


@probe("train", points=1, judged=True, draw=partial(course, cases=21, epochs=4, batch_size=5))
def new_order_every_epoch(ns, drawn):
    """Which cases share a batch, from epoch to epoch."""
    return batches_of(ns, drawn)


@probe("train", points=1.25, judged=True, equal_sizes="a square matrix among the parameters",
       draw=partial(course, cases=9, epochs=2, batch_size=3, units=2))
def update_after_every_batch(ns, drawn):
    """When and with which rate the update is called, and the model that comes back."""
    toy = Trainee(drawn)
    Trainee(drawn).run(ns, epochs=1, batch_size=4)  # a training before this one leaves no trace
    result = toy.run(ns)
    return {"order": toy.order, "etas": toy.etas, "W1": result[0]["W1"]}


@probe("train", points=1.25, judged=True, equal_sizes="a square matrix among the parameters",
       draw=partial(course, cases=10, epochs=3, batch_size=5, units=2))
def statistics_of_the_epochs(ns, drawn):
    """Cross-entropy and accuracy of both splits after each epoch."""
    Trainee(drawn).run(ns, epochs=1, batch_size=4)  # a training before this one leaves no trace
    _, stats = Trainee(drawn).run(ns)
    return {key: stats[key] for key in ("train_ce", "valid_ce", "train_acc", "valid_acc")}


def far_course(rng):
    """One full batch, with inputs that are its scores, which lie far apart."""
    x, y = inputs.far_scores(rng, 8)
    classes = x.shape[1]
    drawn = course(rng, cases=8, epochs=1, batch_size=-1, features=classes, classes=classes)
    still = {"model": drawn.model | {"W1": np.eye(classes)}, "drift": np.zeros((classes, classes))}
    return replace(drawn, inputs_train=x, target_train=inputs.one_hot(y, classes), **still)


@probe("train", points=0.25, judged=True, contract=True, equal_sizes="inputs that are scores", draw=far_course)
def error_of_far_scores(ns, drawn):
    """The error of a batch whose scores lie far apart."""
    return batches_of(ns, drawn)


@probe("train", points=0.5, judged=True, contract=True, draw=partial(course, cases=14, epochs=1, batch_size=5, features=7))
def error_of_the_short_batch(ns, drawn):
    """The error of a last batch that is shorter than the others."""
    return batches_of(ns, drawn)


@probe("train", points=0.25, judged=True, contract=True, draw=partial(course, cases=14, epochs=1, batch_size=-1))
def full_batch(ns, drawn):
    """An epoch with a batch size of -1, and one with a batch size above the number of cases."""
    toy = Trainee(drawn)
    toy.run(ns)
    toy.run(ns, batch_size=50)
    return {"batches": toy.batches}


@probe("train", points=0.75, contract=True, tolerance=1e-5, unchanged=True, draw=partial(course, cases=10, epochs=2, batch_size=4))
def data_left_alone(ns, drawn):
    """The six arrays of data after training."""
    Trainee(drawn).run(ns)


# ---- least_confident -----------------------------------------------------------------------------------------------------------------


def _indices(found):
    """Row numbers as an array; nothing stays nothing, so that it is told as such."""
    return None if found is None else np.asarray(found)


@probe("least_confident", points=0.5, tolerance=1e-5, draw=lambda rng: {"prediction": inputs.probabilities(rng, 30, 4)})
def five_of_many(ns, drawn):
    """Five cases, the default."""
    return {"indices": _indices(ns.least_confident(drawn["prediction"]))}


# So many that NumPy's argpartition, which puts few in order as well, leaves them out of order.
@probe("least_confident", points=0.75, tolerance=1e-5, draw=lambda rng: {"prediction": inputs.probabilities(rng, 700, 7)})
def another_number(ns, drawn):
    """Many more than five cases, of a larger number of classes."""
    return {"indices": _indices(ns.least_confident(drawn["prediction"], 600))}


@probe("least_confident", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"prediction": inputs.probabilities(rng, 6, 3)})
def one_and_all(ns, drawn):
    """A single case, and all there are."""
    prediction = drawn["prediction"]
    return {"one": _indices(ns.least_confident(prediction, k=1)), "all": _indices(ns.least_confident(prediction, k=6))}


@probe("least_confident", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: {"prediction": inputs.probabilities(rng, 12, 5)})
def prediction_left_alone(ns, drawn):
    """Whether the probabilities are as they were afterwards."""
    return {"indices": _indices(ns.least_confident(drawn["prediction"], 3))}


def predictions(rng):
    """Probabilities of several sets of cases."""
    square, one, zeros, ties = (inputs.probabilities(rng, n, classes) for n, classes in ((4, 4), (1, 3), (6, 3), (6, 3)))
    zeros[:, 0] = 0.0
    ties[:, 1] = ties.max(axis=1)
    view = np.repeat(inputs.probabilities(rng, 7, 4), 2, axis=0)[::2]
    return {"square": square, "one case": one, "zeros": zeros, "ties": ties, "view": view}


@probe("least_confident", points=0.25, contract=True, equal_sizes="square ones among them", draw=predictions)
def predictions_of_every_kind(ns, drawn):
    """Call after call: as many classes as cases, a single case, probabilities of 0, two classes in a tie, and a view of a larger array."""
    return {kind: np.asarray(ns.least_confident(prediction, min(3, len(prediction)))) for kind, prediction in drawn.items()}
