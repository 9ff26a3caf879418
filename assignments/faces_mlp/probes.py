"""Hidden tests of faces_mlp. No right answer to any question stands here.

Where a question is given a model to work on (evaluate, check_grad, train), it gets a toy: one linear map or one scale, which solves no question.
"""
import numpy as np

from autograder import inputs
from autograder.probe import probe, raised

DATA = ("inputs_train", "inputs_valid", "inputs_test", "target_train", "target_valid", "target_test")
PARAMETERS = ("W1", "b1", "W2", "b2", "W3", "b3")


def parameters(rng, sizes, scale=1.0):
    """Six parameters of a network with the given sizes [D, H1, H2, C], biases unequal to zero."""
    model = {}
    for layer in (1, 2, 3):
        model[f"W{layer}"] = scale * rng.normal(size=(sizes[layer - 1], sizes[layer]))
        model[f"b{layer}"] = scale * rng.normal(size=sizes[layer])
    return model


# ---- init_nn -------------------------------------------------------------------------------------------------------------------------

SIZES = [50, 40, 30, 60]


@probe("init_nn", points=0.25, judged=True)
def shapes_of_the_six(ns, rng):
    """Sizes that differ from layer to layer: the shape of each parameter."""
    model = ns.init_nn(5, [3, 4], 2)
    return {name: model[name] for name in PARAMETERS}


@probe("init_nn", points=1, judged=True)
def spread_of_the_hidden_layers(ns, rng):
    """How W1 and W2 are spread, where a network was made before."""
    ns.init_nn(SIZES[0], SIZES[1:3], SIZES[3])
    model = ns.init_nn(SIZES[0], SIZES[1:3], SIZES[3])
    return {"W1": model["W1"], "W2": model["W2"]}


@probe("init_nn", points=1, judged=True)
def spread_of_the_last_layer(ns, rng):
    """How W3 is spread, where a network was made before."""
    ns.init_nn(SIZES[0], SIZES[1:3], SIZES[3])
    return {"W3": ns.init_nn(SIZES[0], SIZES[1:3], SIZES[3])["W3"]}


@probe("init_nn", points=0.75, judged=True, contract=True)
def biases_at_zero(ns, rng):
    """The three biases: one axis, all zeros."""
    model = ns.init_nn(6, [4, 5], 3)
    return {name: model[name] for name in ("b1", "b2", "b3")}


# ---- softmax -------------------------------------------------------------------------------------------------------------------------


@probe("softmax", points=0.5, tolerance=1e-5)
def ordinary_scores(ns, rng):
    """Scores of ordinary size, more rows than columns."""
    return {"probs": ns.softmax(inputs.scores(rng, 6, 4))}


@probe("softmax", points=0.75, tolerance=1e-5)
def rows_far_apart(ns, rng):
    """Rows of very different size, each with its own maximum."""
    return {"probs": ns.softmax(inputs.far_rows(rng, 5, 3))}


@probe("softmax", points=0.25, tolerance=1e-5)
def large_scores(ns, rng):
    """Scores whose exponentials still fit, but not the square of them."""
    return {"probs": ns.softmax(inputs.scores(rng, 3, 5) + 500.0)}


@probe("softmax", points=0.25, contract=True, tolerance=1e-5)
def one_row(ns, rng):
    """A batch of one."""
    return {"probs": ns.softmax(inputs.scores(rng, 1, 7, scale=3.0))}


@probe("softmax", points=0.25, contract=True, tolerance=1e-5)
def far_apart_in_a_row(ns, rng):
    """Scores that lie far apart within each row."""
    return {"probs": ns.softmax(rng.permuted(np.tile([-800.0, 0.0, 799.0, 800.0], (3, 1)), axis=1))}


@probe("softmax", points=0.25, contract=True, tolerance=1e-5)
def scores_left_alone(ns, rng):
    """Whether the scores are as they were afterwards."""
    x = inputs.scores(rng, 4, 3)
    return {"probs": ns.softmax(x), "inputs": {"x": x}}


@probe("softmax", points=0.25, contract=True, tolerance=1e-5)
def whole_number_scores(ns, rng):
    """Scores of an integer type."""
    return {"probs": ns.softmax(rng.integers(-4, 5, size=(3, 4)))}


@probe("softmax", points=0.25, contract=True, tolerance=1e-4)
def single_precision_scores(ns, rng):
    """float32 scores."""
    return {"probs": ns.softmax(inputs.scores(rng, 4, 6).astype(np.float32))}


@probe("softmax", points=0.25, contract=True)
def scores_of_every_kind(ns, rng):
    """Call after call: scores that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    return {kind: ns.softmax(x) for kind, x in inputs.kinds_and_sizes(rng, (3, 4)).items()}


# ---- affine --------------------------------------------------------------------------------------------------------------------------


def layer(rng, n, rows, columns):
    """Input, weights, bias and upstream gradient of an affine layer."""
    return rng.normal(size=(n, rows)), rng.normal(size=(rows, columns)), rng.normal(size=columns), rng.normal(size=(n, columns))


@probe("affine", points=0.75, tolerance=1e-5)
def affine_values(ns, rng):
    """The layer's output, all sizes different."""
    x, w, b, _ = layer(rng, 5, 3, 4)
    return {"y": ns.affine(x, w, b)}


@probe("affine", points=1, tolerance=1e-5)
def gradient_of_the_input(ns, rng):
    """The gradient with respect to the input."""
    x, w, _, grad_y = layer(rng, 5, 3, 4)
    grad_x, _, _ = ns.affine_backward(grad_y, x, w)
    return {"grad_x": grad_x}


@probe("affine", points=1, tolerance=1e-5)
def gradient_of_the_weights(ns, rng):
    """The gradient with respect to the weights."""
    x, w, _, grad_y = layer(rng, 6, 4, 3)
    _, grad_w, _ = ns.affine_backward(grad_y, x, w)
    return {"grad_w": grad_w}


@probe("affine", points=0.75, tolerance=1e-5)
def gradient_of_the_bias(ns, rng):
    """The gradient with respect to the bias, which has one axis."""
    x, w, _, grad_y = layer(rng, 6, 2, 5)
    _, _, grad_b = ns.affine_backward(grad_y, x, w)
    return {"grad_b": grad_b}


@probe("affine", points=0.25, contract=True, tolerance=1e-5)
def affine_batch_of_one(ns, rng):
    """A batch of one, forwards and backwards."""
    x, w, b, grad_y = layer(rng, 1, 3, 2)
    grad_x, grad_w, grad_b = ns.affine_backward(grad_y, x, w)
    return {"y": ns.affine(x, w, b), "grad_x": grad_x, "grad_w": grad_w, "grad_b": grad_b}


@probe("affine", points=0.25, contract=True, tolerance=1e-5)
def affine_leaves_its_inputs(ns, rng):
    """Whether x, w and b are as they were afterwards, also when the output is written to."""
    x, w, b, _ = layer(rng, 4, 3, 2)
    y = ns.affine(x, w, b)
    seen = np.array(y)
    np.asarray(y)[...] = 0
    return {"y": seen, "inputs": {"x": x, "w": w, "b": b}}


@probe("affine", points=0.25, contract=True, tolerance=1e-5)
def affine_backward_leaves_its_inputs(ns, rng):
    """Whether grad_y, x and w are as they were after the backward pass."""
    x, w, _, grad_y = layer(rng, 4, 3, 2)
    grad_x, grad_w, grad_b = ns.affine_backward(grad_y, x, w)
    return {"grad_x": grad_x, "grad_w": grad_w, "grad_b": grad_b, "inputs": {"grad_y": grad_y, "x": x, "w": w}}


@probe("affine", points=0.25, contract=True, tolerance=1e-5)
def affine_whole_numbers(ns, rng):
    """An input of an integer type."""
    _, w, b, grad_y = layer(rng, 3, 4, 2)
    x = rng.integers(-3, 4, size=(3, 4))
    return {"y": ns.affine(x, w, b), "grad_w": ns.affine_backward(grad_y, x, w)[1]}


@probe("affine", points=0.25, contract=True, tolerance=1e-4)
def affine_single_precision(ns, rng):
    """float32 arrays."""
    x, w, b, grad_y = (a.astype(np.float32) for a in layer(rng, 4, 2, 3))
    grad_x, grad_w, grad_b = ns.affine_backward(grad_y, x, w)
    return {"y": ns.affine(x, w, b), "grad_x": grad_x, "grad_w": grad_w, "grad_b": grad_b}


@probe("affine", points=0.25, contract=True)
def affine_of_every_kind(ns, rng):
    """Call after call: inputs that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    cases = {kind: (x, *layer(rng, 3, 4, 2)[1:]) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    sizes = {"square": (3, 3, 3), "one input": (4, 1, 3), "one output": (2, 3, 1)}
    cases |= {name: layer(rng, *size) for name, size in sizes.items()}
    seen = {}
    for kind, (x, w, b, grad_y) in cases.items():
        grad_x, grad_w, grad_b = ns.affine_backward(grad_y, x, w)
        seen[kind] = {"y": ns.affine(x, w, b), "grad_x": grad_x, "grad_w": grad_w, "grad_b": grad_b}
    return seen


# ---- relu ----------------------------------------------------------------------------------------------------------------------------


@probe("relu", points=1, tolerance=1e-5)
def relu_values(ns, rng):
    """Entries of both signs."""
    return {"y": ns.relu(inputs.away_from_zero(rng, (5, 4)))}


@probe("relu", points=1, tolerance=1e-5)
def relu_gradient(ns, rng):
    """The gradient where upstream gradients are positive."""
    x = inputs.away_from_zero(rng, (4, 5))
    return {"grad_x": ns.relu_backward(rng.uniform(0.5, 2.0, size=(4, 5)), x)}


@probe("relu", points=0.75, tolerance=1e-5)
def relu_gradient_of_any_sign(ns, rng):
    """The gradient where upstream gradients have both signs."""
    x = inputs.away_from_zero(rng, (6, 3), gap=0.2)
    return {"grad_x": ns.relu_backward(inputs.away_from_zero(rng, (6, 3), gap=0.2), x)}


@probe("relu", points=0.25, contract=True, tolerance=1e-5)
def relu_leaves_its_input(ns, rng):
    """Whether x is as it was afterwards, also when the output is written to."""
    x = inputs.away_from_zero(rng, (3, 4))
    y = ns.relu(x)
    seen = np.array(y)
    np.asarray(y)[...] = -1
    return {"y": seen, "inputs": {"x": x}}


@probe("relu", points=0.25, contract=True, tolerance=1e-5)
def relu_backward_leaves_its_inputs(ns, rng):
    """Whether x and the upstream gradient are as they were afterwards, also when the result is written to."""
    x, grad_y = inputs.away_from_zero(rng, (3, 4)), inputs.away_from_zero(rng, (3, 4))
    grad_x = ns.relu_backward(grad_y, x)
    seen = np.array(grad_x)
    np.asarray(grad_x)[...] = -1
    return {"grad_x": seen, "inputs": {"x": x, "grad_y": grad_y}}


@probe("relu", points=0.25, contract=True, tolerance=1e-5)
def relu_sizes(ns, rng):
    """Very large and very small entries, in a batch of one."""
    seen = {}
    for name, size in (("large", 1e200), ("small", 1e-4)):
        x = size * inputs.away_from_zero(rng, (1, 6), gap=0.2)
        seen[name] = {"y": ns.relu(x), "grad_x": ns.relu_backward(inputs.away_from_zero(rng, (1, 6)), x)}
    return seen


@probe("relu", points=0.25, contract=True, tolerance=1e-5)
def relu_whole_numbers(ns, rng):
    """An input of an integer type under a gradient that isn't."""
    x = rng.permutation(np.array([-3, -1, 2, 5, -2, 4])).reshape(3, 2)
    return {"y": ns.relu(x), "grad_x": ns.relu_backward(inputs.away_from_zero(rng, (3, 2)), x)}


@probe("relu", points=0.25, contract=True)
def relu_of_every_kind(ns, rng):
    """Call after call: entries that are tiny, large, of one sign or equal, upstream gradients of zero, and sizes that are equal or 1."""
    arrays = inputs.kinds_and_sizes(rng, (3, 4)) | {"single precision": inputs.away_from_zero(rng, (2, 3)).astype(np.float32)}
    return {
        "forward": {kind: ns.relu(x) for kind, x in arrays.items()},
        "backward": {kind: ns.relu_backward(rng.normal(size=x.shape), x) for kind, x in inputs.without_zeros(arrays).items()},
        "upstream": {kind: ns.relu_backward(grad_y, inputs.away_from_zero(rng, grad_y.shape)) for kind, grad_y in arrays.items()},
    }


# ---- nn_forward ----------------------------------------------------------------------------------------------------------------------

FORWARD_SIZES = [5, 4, 6, 3]


@probe("nn_forward", points=0.75, tolerance=1e-5)
def first_hidden_layer(ns, rng):
    """z1 before and h1 after the first rectifier."""
    var = ns.nn_forward(parameters(rng, FORWARD_SIZES), rng.normal(size=(7, 5)))
    return {"z1": var["z1"], "h1": var["h1"]}


@probe("nn_forward", points=1, tolerance=1e-5)
def second_hidden_layer(ns, rng):
    """z2 before and h2 after the second rectifier."""
    var = ns.nn_forward(parameters(rng, FORWARD_SIZES), rng.normal(size=(7, 5)))
    return {"z2": var["z2"], "h2": var["h2"]}


@probe("nn_forward", points=2, tolerance=1e-5)
def scores_of_the_network(ns, rng):
    """The scores y."""
    return {"y": ns.nn_forward(parameters(rng, FORWARD_SIZES), rng.normal(size=(7, 5)))["y"]}


@probe("nn_forward", points=0.5, contract=True, tolerance=1e-5)
def input_is_kept(ns, rng):
    """The input under its own key, with the scores."""
    var = ns.nn_forward(parameters(rng, [3, 2, 4, 2]), rng.normal(size=(4, 3)))
    return {"x": var["x"], "y": var["y"]}


@probe("nn_forward", points=0.5, contract=True, tolerance=1e-5)
def forward_batch_of_one(ns, rng):
    """A batch of one."""
    var = ns.nn_forward(parameters(rng, FORWARD_SIZES), rng.normal(size=(1, 5)))
    return {name: var[name] for name in ("z1", "h2", "y")}


@probe("nn_forward", points=0.5, contract=True, tolerance=1e-5)
def forward_leaves_its_inputs(ns, rng):
    """Whether the six parameters and the input are as they were afterwards."""
    model, x = parameters(rng, FORWARD_SIZES), rng.normal(size=(4, 5))
    y = ns.nn_forward(model, x)["y"]
    return {"y": y, "inputs": {"x": x, **{name: model[name] for name in PARAMETERS}}}


@probe("nn_forward", points=0.5, contract=True, tolerance=1e-5)
def forward_whole_numbers(ns, rng):
    """An input of an integer type, then the same network on other inputs."""
    model = parameters(rng, FORWARD_SIZES)
    return {"y": [ns.nn_forward(model, rng.integers(0, 256, size=(2, 5)))["y"] for _ in range(2)]}


@probe("nn_forward", points=0.25, contract=True)
def forward_of_every_kind(ns, rng):
    """Call after call: inputs and weights that are tiny, large, of one sign, zero or equal, and layers whose sizes are equal or 1."""
    cases = {f"inputs: {kind}": (parameters(rng, FORWARD_SIZES), x) for kind, x in inputs.kinds(rng, (2, 5)).items()}
    for kind, W2 in inputs.kinds(rng, (4, 6)).items():
        cases[f"weights: {kind}"] = parameters(rng, FORWARD_SIZES) | {"W2": W2}, rng.normal(size=(3, 5))
    cases["square"] = parameters(rng, [3, 3, 3, 3]), rng.normal(size=(3, 3))
    cases["one unit a layer"] = parameters(rng, [1, 1, 1, 1]), rng.normal(size=(4, 1))
    seen = {}
    for kind, (model, x) in cases.items():
        var = ns.nn_forward(model, x)
        seen[kind] = {name: var[name] for name in ("x", "z1", "h1", "z2", "h2", "y")}
    return seen


# ---- nn_backward ---------------------------------------------------------------------------------------------------------------------


def hidden(rng, n, units):
    """Values before and after a rectifier: some units are on in both, the others negative before and zero after."""
    on = rng.permutation(np.arange(n * units) % 5 < 3).reshape(n, units)
    height, depth = rng.uniform(0.2, 2.0, size=(2, n, units))
    return on * height - (1 - on) * depth, on * height


def backward_inputs(rng, n, sizes):
    """A model, an error and arbitrary intermediate values (signs agree before and after the rectifiers) for the backward pass."""
    z1, h1 = hidden(rng, n, sizes[1])
    z2, h2 = hidden(rng, n, sizes[2])
    var = {"x": rng.normal(size=(n, sizes[0])), "z1": z1, "h1": h1, "z2": z2, "h2": h2, "y": rng.normal(size=(n, sizes[3]))}
    return parameters(rng, sizes), rng.normal(size=(n, sizes[3])), var


BACKWARD_SIZES = [4, 5, 3, 2]


def gradients_of(ns, rng, *layers, n=6):
    """The gradients that the backward pass leaves for the given layers."""
    model, err, var = backward_inputs(rng, n, BACKWARD_SIZES)
    ns.nn_backward(model, err, var)
    return {name: model[name] for layer in layers for name in (f"dE_dW{layer}", f"dE_db{layer}")}


@probe("nn_backward", points=2, tolerance=1e-5)
def gradients_of_the_last_layer(ns, rng):
    """dE_dW3 and dE_db3."""
    return gradients_of(ns, rng, 3)


@probe("nn_backward", points=2, tolerance=1e-5)
def gradients_of_the_middle_layer(ns, rng):
    """dE_dW2 and dE_db2."""
    return gradients_of(ns, rng, 2)


@probe("nn_backward", points=2, tolerance=1e-5)
def gradients_of_the_first_layer(ns, rng):
    """dE_dW1 and dE_db1."""
    return gradients_of(ns, rng, 1)


@probe("nn_backward", points=1, tolerance=1e-5)
def backward_batch_of_one(ns, rng):
    """A batch of one."""
    return gradients_of(ns, rng, 1, 2, 3, n=1)


@probe("nn_backward", points=1, contract=True, tolerance=1e-5)
def second_backward_pass(ns, rng):
    """Gradients of a second batch, written over those of a first."""
    model, err, var = backward_inputs(rng, 5, BACKWARD_SIZES)
    _, other_err, other_var = backward_inputs(rng, 3, BACKWARD_SIZES)
    ns.nn_backward(model, err, var)
    ns.nn_backward(model, other_err, other_var)
    return {"dE_d" + name: model["dE_d" + name] for name in PARAMETERS}


@probe("nn_backward", points=0.75, contract=True, tolerance=1e-5)
def backward_leaves_the_rest(ns, rng):
    """Whether parameters, error and intermediate values are as they were afterwards."""
    model, err, var = backward_inputs(rng, 4, BACKWARD_SIZES)
    kept = {name: model[name] for name in PARAMETERS}
    ns.nn_backward(model, err, var)
    return {"dE_dW1": model["dE_dW1"], "now": {name: model[name] for name in PARAMETERS}, "inputs": {**kept, **var, "err": err}}


@probe("nn_backward", points=0.25, contract=True)
def backward_of_every_kind(ns, rng):
    """Call after call: inputs and errors that are tiny, large, of one sign, zero or equal, and layers whose sizes are equal or 1."""
    n, (features, _, _, classes) = 3, BACKWARD_SIZES
    cases = {}
    for kind, x in inputs.kinds(rng, (n, features)).items():
        model, err, var = backward_inputs(rng, n, BACKWARD_SIZES)
        cases[f"inputs: {kind}"] = model, err, var | {"x": x}
    for kind, err in inputs.kinds(rng, (n, classes)).items():
        model, _, var = backward_inputs(rng, n, BACKWARD_SIZES)
        cases[f"errors: {kind}"] = model, err, var
    cases["square"] = backward_inputs(rng, 3, [3, 3, 3, 3])
    cases["one unit a layer"] = backward_inputs(rng, 4, [1, 1, 1, 1])
    seen = {}
    for kind, (model, err, var) in cases.items():
        ns.nn_backward(model, err, var)
        seen[kind] = {"dE_d" + name: model["dE_d" + name] for name in PARAMETERS}
    return seen


# ---- nn_update -----------------------------------------------------------------------------------------------------------------------


def with_gradients(rng, sizes):
    """Six parameters and arbitrary gradients of them."""
    model = parameters(rng, sizes)
    return model | {"dE_d" + name: rng.normal(size=value.shape) for name, value in model.items()}


@probe("nn_update", points=1, tolerance=1e-5)
def weights_step(ns, rng):
    """A step of the three weight matrices."""
    model = with_gradients(rng, [4, 3, 5, 2])
    ns.nn_update(model, rng.uniform(0.1, 0.5))
    return {name: model[name] for name in ("W1", "W2", "W3")}


@probe("nn_update", points=0.75, tolerance=1e-5)
def biases_step(ns, rng):
    """A step of the three biases."""
    model = with_gradients(rng, [4, 3, 5, 2])
    ns.nn_update(model, rng.uniform(0.1, 0.5))
    return {name: model[name] for name in ("b1", "b2", "b3")}


@probe("nn_update", points=0.5, contract=True, tolerance=1e-5)
def three_steps(ns, rng):
    """Three steps in a row, with new gradients and rates: nothing is remembered."""
    model = with_gradients(rng, [2, 3, 4, 3])
    for eta in rng.permutation([0.01, 0.3, 2.0]):
        ns.nn_update(model, eta)
        model.update({"dE_d" + name: rng.normal(size=model[name].shape) for name in PARAMETERS})
    return {name: model[name] for name in PARAMETERS}


@probe("nn_update", points=0.5, contract=True, tolerance=1e-5)
def gradients_stay(ns, rng):
    """Whether the gradients are as they were after a step."""
    model = with_gradients(rng, [3, 2, 4, 2])
    gradients = {"dE_d" + name: model["dE_d" + name] for name in PARAMETERS}
    ns.nn_update(model, 0.25)
    return {"W1": model["W1"], "b3": model["b3"], "now": {name: model[name] for name in gradients}, "inputs": gradients}


@probe("nn_update", points=0.25, contract=True)
def steps_of_every_kind(ns, rng):
    """Call after call: gradients that are tiny, large, of one sign, zero or equal, layers whose sizes are equal or 1, and a rate of 0."""
    cases = {kind: (with_gradients(rng, [2, 3, 4, 3]) | {"dE_dW2": slope}, 0.5) for kind, slope in inputs.kinds(rng, (3, 4)).items()}
    cases |= {"square": (with_gradients(rng, [3, 3, 3, 3]), 0.1), "one unit a layer": (with_gradients(rng, [1, 1, 1, 1]), 0.1)}
    cases["a rate of 0"] = with_gradients(rng, [2, 3, 4, 3]), 0.0
    seen = {}
    for kind, (model, eta) in cases.items():
        ns.nn_update(model, eta)
        seen[kind] = {name: model[name] for name in PARAMETERS}
    return seen


# ---- evaluate ------------------------------------------------------------------------------------------------------------------------


def linear_scores(model, x):
    """A toy: the scores are one linear map of the input."""
    return {"x": x, "y": x @ model["W1"]}


def evaluation(rng, n, features=4, classes=3, scale=0.4):
    """Inputs, targets and the toy's six parameters, of which W1 alone is used; no probability is so small that a guard in a logarithm shows."""
    toy = parameters(rng, [features, classes, 2, 2], scale)
    return rng.normal(size=(n, features)), inputs.one_hot(inputs.labels(rng, n, classes), classes), toy


@probe("evaluate", points=1.5, tolerance=1e-5)
def cross_entropy_of_a_set(ns, rng):
    """The cross-entropy of all cases, passed through at once."""
    x, t, toy = evaluation(rng, 11)
    return {"ce": ns.evaluate(x, t, toy, linear_scores)[0]}


@probe("evaluate", points=1.5, tolerance=1e-5)
def accuracy_of_a_set(ns, rng):
    """The accuracy on all cases, passed through at once."""
    x, t, toy = evaluation(rng, 29)
    return {"acc": ns.evaluate(x, t, toy, linear_scores)[1]}


@probe("evaluate", points=1.25, tolerance=1e-5)
def short_last_batch(ns, rng):
    """Batches of which the last is shorter than the others."""
    x, t, toy = evaluation(rng, 13)
    ce, acc = ns.evaluate(x, t, toy, linear_scores, 4)
    return {"ce": ce, "acc": acc}


@probe("evaluate", points=0.5, contract=True, tolerance=1e-5)
def batches_of_one_size(ns, rng):
    """Batches that divide the set, then batches of one."""
    x, t, toy = evaluation(rng, 12, classes=5)
    return {f"batch_size {size}": list(ns.evaluate(x, t, toy, linear_scores, size)) for size in (3, 1)}


@probe("evaluate", points=0.5, contract=True, tolerance=1e-5)
def large_score_evaluation(ns, rng):
    """Scores far from zero."""
    x, t, toy = evaluation(rng, 8)
    ce, acc = ns.evaluate(x, t, toy, lambda model, x: {"y": linear_scores(model, x)["y"] + 3000.0})
    return {"ce": ce, "acc": acc}


@probe("evaluate", points=0.5, contract=True, tolerance=1e-5)
def evaluation_leaves_its_inputs(ns, rng):
    """A single case and whether inputs, targets and parameters are as they were afterwards."""
    x, t, toy = evaluation(rng, 9)
    alone = ns.evaluate(x[:1], t[:1], toy, linear_scores)
    ce, acc = ns.evaluate(x, t, toy, linear_scores, 2)
    return {"alone": list(alone), "ce": ce, "acc": acc, "inputs": {"inputs": x, "target": t, "W1": toy["W1"]}}


@probe("evaluate", points=0.25, contract=True, tolerance=1e-5)
def evaluation_of_every_kind(ns, rng):
    """Call after call: inputs that are tiny, of one sign, zero, equal or whole numbers, one class, square sets, and batches larger than the set."""
    x, t, toy = evaluation(rng, 6)
    cases = {kind: (x, t, toy) for kind, x in inputs.kinds(rng, x.shape).items() if kind != "large"}
    cases |= {"one class": (x, inputs.one_hot(np.full(6, 1), 3), toy), "square": evaluation(rng, 3, 3, 3), "one input": evaluation(rng, 5, 1, 3)}
    seen = {kind: list(ns.evaluate(*case, linear_scores, 4)) for kind, case in cases.items()}
    return seen | {"batches larger than the set": list(ns.evaluate(x, t, toy, linear_scores, 100))}


# ---- check_grad ----------------------------------------------------------------------------------------------------------------------


class Scale:
    """A toy: y = s x, where s is a weighted sum of the entries of one parameter. It notes that parameter at each forward pass."""

    def __init__(self, rng, shape, name="W1", steepness=1.0, level=1.0):
        self.name, self.seen = name, []
        self.factor = steepness * inputs.away_from_zero(rng, shape, gap=0.3)
        self.model = parameters(rng, [3, 2, 4, 2])
        parts = rng.uniform(0.5, 1.5, size=shape)
        self.model[name] = level * parts / (parts.sum() * self.factor)  # s = level, without cancellation
        self.x = inputs.away_from_zero(rng, (4, 2), gap=0.3)
        self.before = {key: value.copy() for key, value in self.model.items()}

    def forward(self, model, x):
        self.seen.append(np.array(model[self.name]))
        return {"x": x, "y": np.sum(self.factor * model[self.name]) * x}

    def backward(self, ratio=1.0, offset=0.0):
        """A backward pass whose gradient is the right one times ratio, plus offset."""

        def passes(model, err, var):
            model["dE_d" + self.name] = ratio * self.factor * np.sum(err * var["x"]) + offset

        return passes

    def tried(self, ns, **fault):
        """What check_grad raises on a backward pass with the given fault."""
        return raised(ns.check_grad, self.model, self.forward, self.backward(**fault), self.name, self.x)

    def state(self):
        return {key: self.model[key] for key in self.before}


@probe("check_grad", points=1.75, judged=True)
def right_gradient_and_zeros(ns, rng):
    """A right gradient and one of zeros."""
    toy = Scale(rng, (7, 5))
    return {"right": toy.tried(ns), "wrong": toy.tried(ns, ratio=0.0)}


@probe("check_grad", points=0.75, judged=True)
def double_and_opposite_gradient(ns, rng):
    """A right gradient, one twice as large, and one of the opposite sign, of a matrix of another shape."""
    toy = Scale(rng, (3, 9), "W2", level=5.0)
    return {"right": toy.tried(ns), "wrong": toy.tried(ns, ratio=2.0), "opposite": toy.tried(ns, ratio=-1.0)}


@probe("check_grad", points=1.25, judged=True)
def bias_of_two_entries(ns, rng):
    """A bias with fewer than 20 entries, of which one gradient is wrong."""
    toy = Scale(rng, (2,), "b3")
    return {"right": toy.tried(ns), "wrong": toy.tried(ns, offset=rng.permutation([0.0, 0.3]))}


@probe("check_grad", points=0.75, judged=True)
def steep_error(ns, rng):
    """An error that curves strongly: the right gradient and one that is slightly off."""
    toy = Scale(rng, (4, 5), "W3", steepness=300.0, level=3e-3)
    return {"right": toy.tried(ns), "wrong": toy.tried(ns, offset=-0.02)}


@probe("check_grad", points=0.75, judged=True)
def third_decimal(ns, rng):
    """Small gradients that are off by less than the tolerance, large ones that are off by more."""
    small, large = Scale(rng, (5, 4), level=0.3), Scale(rng, (6, 3), level=20.0)
    return {"right": small.tried(ns, offset=9e-4), "wrong": large.tried(ns, offset=2.2e-3)}


@probe("check_grad", points=0.75, contract=True, judged=True)
def entries_that_move(ns, rng):
    """Which entries are moved, and by how much."""
    toy = Scale(rng, (12, 5))
    return {"raised": toy.tried(ns), "seen": toy.seen}


@probe("check_grad", points=1.25, contract=True, judged=True)
def parameters_put_back(ns, rng):
    """The six parameters after a check that passes."""
    toy = Scale(rng, (6, 4))
    return {"raised": toy.tried(ns), "after": toy.state()}


@probe("check_grad", points=0.75, contract=True, judged=True)
def put_back_after_raising(ns, rng):
    """The six parameters after a check that raises."""
    toy = Scale(rng, (5, 6))
    return {"raised": toy.tried(ns, ratio=-2.0), "after": toy.state()}


# ---- train ---------------------------------------------------------------------------------------------------------------------------


class Course:
    """A toy to train: one linear map that notes what it is handed, and an update that drifts in a direction fixed beforehand."""

    features, classes, eta = 4, 3, 0.5

    def __init__(self, rng, cases):
        self.x = rng.normal(size=(cases, self.features))
        self.t = inputs.one_hot(inputs.labels(rng, cases, self.classes), self.classes)
        self.valid = rng.normal(size=(7, self.features)), inputs.one_hot(inputs.labels(rng, 7, self.classes), self.classes)
        self.test = rng.normal(size=(5, self.features)), inputs.one_hot(inputs.labels(rng, 5, self.classes), self.classes)
        self.model = parameters(rng, [self.features, self.classes, 2, 2])
        self.start, self.drift = self.model["W1"].copy(), 0.2 * rng.normal(size=(self.features, self.classes))
        self.batches, self.order, self.etas = [], [], []

    @property
    def data(self):
        return self.x, self.valid[0], self.test[0], self.t, self.valid[1], self.test[1]

    def forward(self, model, x):
        return {"x": np.array(x), "y": x @ model["W1"], "updates": len(self.etas)}

    def backward(self, model, err, var):
        self.order.append("backward")
        self.batches.append({"x": var["x"], "err": np.array(err), "updates": var["updates"]})
        model.update({"dE_d" + name: np.zeros_like(model[name]) for name in PARAMETERS})

    def update(self, model, eta):
        self.order.append("update")
        self.etas.append(eta)
        model["W1"] = model["W1"] + eta * self.drift

    def run(self, ns, epochs, batch_size):
        """What train returns, whatever that is."""
        return ns.train(self.model, self.forward, self.backward, self.update, self.eta, epochs, batch_size, self.data)


@probe("train", points=1.75, judged=True)
def error_of_a_batch(ns, rng):
    """The error that is handed to the backward pass, for batches of one size."""
    toy = Course(rng, 16)  # 4 cases of 3 classes are 12 numbers: not as many as there are cases
    toy.run(ns, 2, 4)
    return {"batches": toy.batches}


@probe("train", points=1, judged=True)
def every_case_every_epoch(ns, rng):
    """Which cases are trained on in an epoch, where the batches leave one over."""
    toy = Course(rng, 13)
    toy.run(ns, 3, 4)
    return {"batches": toy.batches}


@probe("train", points=1, judged=True)
def new_order_every_epoch(ns, rng):
    """Which cases share a batch, from epoch to epoch."""
    toy = Course(rng, 20)
    toy.run(ns, 4, 5)
    return {"batches": toy.batches}


@probe("train", points=1.25, judged=True)
def update_after_every_batch(ns, rng):
    """When and with which rate the update is called, and the model that comes back."""
    toy = Course(rng, 9)
    Course(rng, len(toy.x)).run(ns, 1, 4)  # a training before this one leaves no trace
    result = toy.run(ns, 2, 3)
    return {"order": toy.order, "etas": toy.etas, "W1": result[0]["W1"]}


@probe("train", points=1.25, judged=True)
def statistics_of_the_epochs(ns, rng):
    """Cross-entropy and accuracy of both splits after each epoch."""
    toy = Course(rng, 12)
    Course(rng, len(toy.x)).run(ns, 1, 4)  # a training before this one leaves no trace
    _, stats = toy.run(ns, 3, 4)
    return {key: stats[key] for key in ("train_ce", "valid_ce", "train_acc", "valid_acc")}


@probe("train", points=0.75, judged=True, contract=True)
def error_of_the_short_batch(ns, rng):
    """The error of a last batch that is shorter than the others."""
    toy = Course(rng, 14)
    toy.run(ns, 1, 5)
    return {"batches": toy.batches}


@probe("train", points=0.25, judged=True, contract=True)
def full_batch(ns, rng):
    """An epoch with a batch size of -1, and one with a batch size above the number of cases."""
    toy = Course(rng, 14)
    toy.run(ns, 1, -1)
    toy.run(ns, 1, 50)
    return {"batches": toy.batches}


@probe("train", points=0.75, contract=True, tolerance=1e-5)
def data_left_alone(ns, rng):
    """The six arrays of data after training."""
    toy = Course(rng, 10)
    toy.run(ns, 2, 4)
    return {"inputs": dict(zip(DATA, toy.data, strict=True))}


# ---- least_confident -----------------------------------------------------------------------------------------------------------------


@probe("least_confident", points=0.5, tolerance=1e-5)
def five_of_many(ns, rng):
    """Five cases, the default."""
    return {"indices": np.asarray(ns.least_confident(inputs.probabilities(rng, 30, 4)))}


@probe("least_confident", points=0.75, tolerance=1e-5)
def another_number(ns, rng):
    """More than five cases, of a larger number of classes."""
    return {"indices": np.asarray(ns.least_confident(inputs.probabilities(rng, 25, 7), 9))}


@probe("least_confident", points=0.25, contract=True, tolerance=1e-5)
def one_and_all(ns, rng):
    """A single case, and all there are."""
    prediction = inputs.probabilities(rng, 6, 3)
    return {"one": np.asarray(ns.least_confident(prediction, k=1)), "all": np.asarray(ns.least_confident(prediction, k=6))}


@probe("least_confident", points=0.25, contract=True, tolerance=1e-5)
def prediction_left_alone(ns, rng):
    """Whether the probabilities are as they were afterwards."""
    prediction = inputs.probabilities(rng, 12, 5)
    return {"indices": np.asarray(ns.least_confident(prediction, 3)), "inputs": {"prediction": prediction}}


@probe("least_confident", points=0.25, contract=True)
def predictions_of_every_kind(ns, rng):
    """Call after call: as many classes as cases, a single case, probabilities of 0, two classes in a tie, and a view of a larger array."""
    square, one, zeros, ties = (inputs.probabilities(rng, n, classes) for n, classes in ((4, 4), (1, 3), (6, 3), (6, 3)))
    zeros[:, 0] = 0.0
    ties[:, 1] = ties.max(axis=1)
    view = np.repeat(inputs.probabilities(rng, 7, 4), 2, axis=0)[::2]
    cases = {"square": square, "one case": one, "zeros": zeros, "ties": ties, "view": view}
    return {kind: np.asarray(ns.least_confident(prediction, min(3, len(prediction)))) for kind, prediction in cases.items()}
