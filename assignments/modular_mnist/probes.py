"""Hidden tests of modular_mnist. No right answer to any question stands here."""
import os
import pickle
import struct
from contextlib import contextmanager, suppress

import numpy as np

from autograder import inputs
from autograder.probe import MissingName, probe, raised

CONFIG = {
    "layer_specs": [5, 4, 3],
    "activation": "tanh",
    "batch_size": 6,
    "epochs": 3,
    "learning_rate": 0.1,
    "early_stop": False,
    "early_stop_epoch": 3,
    "L2_penalty": 0,
    "momentum": False,
    "momentum_gamma": 0.8,
}


def _plain(value):
    """As floats, where an array of booleans or integers is as right an answer; None stays None."""
    return None if value is None else np.asarray(value).astype(float)


def _both_signs(rng, shape):
    """Entries of both signs, away from zero; the first is negative and the second positive."""
    a = inputs.away_from_zero(rng, shape)
    a.flat[0], a.flat[1] = -abs(a.flat[0]), abs(a.flat[1])
    return a


# load_data


class _Python2(pickle._Pickler):
    """Writes arrays as Python 2 did: their bytes as text of one byte a character."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_bytes(self, value):
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)

    dispatch[bytes] = save_bytes


@contextmanager
def _file_of_digits(rng, ending, labels, kind=np.uint8):
    """The path of a file of the given ending, with rows of 784 pixels and a label."""
    data = rng.integers(0, 256, size=(len(labels), 785)).astype(kind)
    data[:, -1] = labels
    path = f"digits_{os.getpid()}.{ending}"
    if ending == "pkl":
        with open(path, "wb") as file:
            _Python2(file, 2).dump(data)
    else:
        np.savez(path, data=data)
    try:
        yield path
    finally:
        with suppress(OSError):
            os.unlink(path)


@probe("load_data", points=1, tolerance=1e-5)
def pixels_of_an_npz(ns, rng):
    """The images of an .npz file, where another was read before."""
    with _file_of_digits(rng, "npz", inputs.labels(rng, 11, 10)) as path:
        ns.load_data(path)
    with _file_of_digits(rng, "npz", inputs.labels(rng, 14, 10)) as path:
        images, _ = ns.load_data(path)
        return {"images": _plain(images)}


@probe("load_data", points=1, tolerance=1e-5)
def labels_of_an_npz(ns, rng):
    """The one-hot labels of an .npz file, where another was read before."""
    with _file_of_digits(rng, "npz", inputs.labels(rng, 11, 10)) as path:
        ns.load_data(path)
    with _file_of_digits(rng, "npz", inputs.labels(rng, 23, 10)) as path:
        _, one_hot = ns.load_data(path)
        return {"one_hot": _plain(one_hot)}


@probe("load_data", points=1, tolerance=1e-5)
def a_file_without_every_class(ns, rng):
    """A file in which some classes don't occur."""
    with _file_of_digits(rng, "npz", 1 + inputs.labels(rng, 9, 6)) as path:
        _, one_hot = ns.load_data(path)
        return {"one_hot": _plain(one_hot)}


@probe("load_data", points=0.5, contract=True, tolerance=1e-5)
def a_pickled_file(ns, rng):
    """A .pkl file from Python 2."""
    with _file_of_digits(rng, "pkl", inputs.labels(rng, 12, 10)) as path:
        images, one_hot = ns.load_data(path)
        return {"images": _plain(images), "one_hot": _plain(one_hot)}


@probe("load_data", points=0.5, contract=True, tolerance=1e-5)
def a_row_of_floats(ns, rng):
    """A file of floats with a single row."""
    with _file_of_digits(rng, "npz", rng.integers(0, 10, size=1), kind=float) as path:
        images, one_hot = ns.load_data(path)
        return {"images": _plain(images), "one_hot": _plain(one_hot)}


# softmax


@probe("softmax", points=0.75, tolerance=1e-5)
def moderate_scores(ns, rng):
    """Scores of ordinary size."""
    return {"probs": ns.softmax(inputs.scores(rng, 4, 7, scale=2.0))}


@probe("softmax", points=0.75, tolerance=1e-5)
def rows_far_apart(ns, rng):
    """Rows of very different size, each with its own maximum."""
    return {"probs": ns.softmax(inputs.far_rows(rng, 5, 3))}


@probe("softmax", points=0.25, tolerance=1e-5)
def scores_far_apart_within_a_row(ns, rng):
    """Rows whose own entries are of very different size."""
    return {"probs": ns.softmax(inputs.far_rows(rng, 6, 4).T)}


@probe("softmax", points=0.5, contract=True, tolerance=1e-4)
def one_row_of_other_types(ns, rng):
    """A single row of integers, and one of float32."""
    scores = rng.integers(-4, 5, size=(1, 6))
    return {"integers": ns.softmax(scores), "float32": ns.softmax(inputs.scores(rng, 1, 5).astype(np.float32))}


@probe("softmax", points=0.5, contract=True, tolerance=1e-5)
def scores_left_as_they_were(ns, rng):
    """The scores afterwards."""
    x = inputs.scores(rng, 3, 4)
    probs = ns.softmax(x)
    return {"probs": probs, "inputs": {"x": x}}


@probe("softmax", points=0.25, contract=True)
def scores_of_every_kind(ns, rng):
    """Call after call: scores that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    return {kind: ns.softmax(x) for kind, x in inputs.kinds_and_sizes(rng, (3, 4)).items()}


# Activation


def _through(ns, rng, kind, shape):
    """One pass forward and back through an activation of the notebook."""
    activation = ns.Activation(kind)
    out = activation.forward_pass(_both_signs(rng, shape))
    return activation, out, activation.backward_pass(rng.normal(size=shape))


@probe("Activation", points=0.75, tolerance=1e-5)
def sigmoid_forward(ns, rng):
    """The values of the sigmoid, by forward_pass and by name."""
    a = 3 * rng.normal(size=(4, 3))
    return {"forward_pass": ns.Activation("sigmoid").forward_pass(a), "sigmoid": ns.Activation("sigmoid").sigmoid(a)}


@probe("Activation", points=0.5, tolerance=1e-5)
def tanh_forward(ns, rng):
    """The values of tanh, by forward_pass and by name."""
    a = rng.normal(size=(2, 5))
    return {"forward_pass": ns.Activation("tanh").forward_pass(a), "tanh": ns.Activation("tanh").tanh(a)}


@probe("Activation", points=0.5, tolerance=1e-5)
def relu_forward(ns, rng):
    """The values of ReLU, by forward_pass and by name."""
    a = _both_signs(rng, (3, 6))
    return {"forward_pass": ns.Activation("ReLU").forward_pass(a), "ReLU": ns.Activation("ReLU").ReLU(a)}


@probe("Activation", points=1, tolerance=1e-5)
def sigmoid_backward(ns, rng):
    """The gradient through a sigmoid, and its derivative."""
    activation, _, grad = _through(ns, rng, "sigmoid", (4, 3))
    return {"backward_pass": grad, "grad_sigmoid": activation.grad_sigmoid()}


@probe("Activation", points=1.25, tolerance=1e-5)
def tanh_backward(ns, rng):
    """The gradient through tanh, and its derivative."""
    activation, _, grad = _through(ns, rng, "tanh", (2, 5))
    return {"backward_pass": grad, "grad_tanh": activation.grad_tanh()}


@probe("Activation", points=1.25, tolerance=1e-5)
def relu_backward(ns, rng):
    """The gradient through ReLU, and its derivative."""
    activation, _, grad = _through(ns, rng, "ReLU", (3, 4))
    return {"backward_pass": grad, "grad_ReLU": _plain(activation.grad_ReLU())}


@probe("Activation", points=0.5, contract=True, tolerance=1e-5)
def activations_of_large_numbers(ns, rng):
    """Inputs of very large size, of both signs."""
    a = np.array([[1.0, -1.0, 0.001]]) * rng.uniform(800, 900, size=(2, 1))
    seen = {}
    for kind in ["sigmoid", "tanh", "ReLU"]:
        activation = ns.Activation(kind)
        seen[kind] = {"forward": activation.forward_pass(a), "backward": activation.backward_pass(np.ones((2, 3)))}
    return seen


@probe("Activation", points=0.5, contract=True, tolerance=1e-5)
def the_latest_input_counts(ns, rng):
    """Two passes, the second of another size, and what is kept of it."""
    seen = {}
    for kind in ["sigmoid", "tanh", "ReLU"]:
        activation = ns.Activation(kind)
        activation.forward_pass(_both_signs(rng, (5, 2)))
        activation.forward_pass(_both_signs(rng, (1, 3)))
        seen[kind] = {"x": activation.x, "backward": activation.backward_pass(rng.normal(size=(1, 3)))}
    return seen


@probe("Activation", points=0.5, contract=True, tolerance=1e-5)
def activations_leave_arguments_alone(ns, rng):
    """The input and the upstream gradient afterwards."""
    seen, kept = {}, {}
    for kind in ["sigmoid", "tanh", "ReLU"]:
        a, delta = _both_signs(rng, (3, 2)), rng.normal(size=(3, 2))
        activation = ns.Activation(kind)
        out = activation.forward_pass(a)
        grad = activation.backward_pass(delta)
        seen[kind], kept[kind] = {"out": out, "grad": grad}, {"a": a, "delta": delta}
    return {**seen, "inputs": kept}


@probe("Activation", points=0.5, contract=True, tolerance=1e-4)
def activations_of_other_types(ns, rng):
    """Integer and float32 inputs."""
    whole = rng.choice([-2, -1, 1, 2], size=(3, 3))
    single = _both_signs(rng, (2, 3)).astype(np.float32)
    seen = {}
    for kind in ["sigmoid", "tanh", "ReLU"]:
        activation = ns.Activation(kind)
        seen[kind] = [_plain(activation.forward_pass(single)), _plain(activation.backward_pass(np.full((2, 3), 0.5)))]
        seen[kind] += [_plain(activation.forward_pass(whole)), activation.backward_pass(np.full((3, 3), 0.5))]
    return seen


@probe("Activation", points=0.5, contract=True, tolerance=1e-5)
def an_unknown_activation(ns, rng):
    """A name that is none of the three."""
    return {kind: [name for name in raised(ns.Activation, kind) if name == "ValueError"] for kind in ["softsign", ""]}


@probe("Activation", points=0.25, contract=True)
def activations_of_every_kind(ns, rng):
    """Pass after pass through the same activations: entries that are tiny, of one sign or equal, gradients of zero, and sizes that are equal or 1."""
    seen = {}
    for kind in ["sigmoid", "tanh", "ReLU"]:
        activation, arrays = ns.Activation(kind), inputs.kinds_and_sizes(rng, (3, 4))
        passes = {}
        for name, a in (inputs.without_zeros(arrays) if kind == "ReLU" else arrays).items():
            out = activation.forward_pass(a)
            grad = activation.backward_pass(rng.normal(size=a.shape))
            passes[name] = {"forward": _plain(out), "by name": _plain(getattr(activation, kind)(a)), "backward": grad,
                            "slope": _plain(getattr(activation, "grad_" + kind)())}  # fmt: skip
        for name, delta in arrays.items():
            activation.forward_pass(_both_signs(rng, delta.shape))
            passes[f"delta: {name}"] = activation.backward_pass(delta)
        values = {name: [_plain(activation.forward_pass(a)), _plain(getattr(activation, kind)(a))] for name, a in arrays.items()}
        seen[kind] = passes | {"values": values}
    return seen


# Layer


def _layer(ns, rng, in_units, out_units):
    """A layer of the notebook with weights and biases of ours."""
    layer = ns.Layer(in_units, out_units)
    layer.w, layer.b = rng.normal(size=(in_units, out_units)), rng.normal(size=(1, out_units))
    return layer


@probe("Layer", points=1.5, tolerance=1e-5)
def layer_forward(ns, rng):
    """The result of the forward pass."""
    return {"a": _layer(ns, rng, 4, 3).forward_pass(rng.normal(size=(5, 4)))}


@probe("Layer", points=1.25, tolerance=1e-5)
def gradient_of_the_input(ns, rng):
    """d_x, as it is returned."""
    layer = _layer(ns, rng, 3, 5)
    layer.forward_pass(rng.normal(size=(4, 3)))
    return {"d_x": layer.backward_pass(rng.normal(size=(4, 5)))}


@probe("Layer", points=1.25, tolerance=1e-5)
def gradient_of_the_weights(ns, rng):
    """d_w, after two backward passes."""
    layer = _layer(ns, rng, 4, 2)
    for n in [6, 3]:
        layer.forward_pass(rng.normal(size=(n, 4)))
        layer.backward_pass(rng.normal(size=(n, 2)))
    return {"d_w": layer.d_w}


@probe("Layer", points=0.75, tolerance=1e-5)
def gradient_of_the_biases(ns, rng):
    """d_b, after two backward passes."""
    layer = _layer(ns, rng, 2, 4)
    for n in [3, 5]:
        layer.forward_pass(rng.normal(size=(n, 2)))
        layer.backward_pass(rng.normal(size=(n, 4)))
    return {"d_b": layer.d_b}


@probe("Layer", points=1, contract=True, judged=True)
def new_layers(ns, rng):
    """The parameters of new layers, and what making them does to the global generator."""
    first, second = ns.Layer(6, 4), ns.Layer(6, 4)
    streams = []
    for seed in [1, 2]:
        np.random.seed(seed)
        ns.Layer(6, 4)
        streams.append(np.random.random(3))
    return {"w": [first.w, second.w], "b": [first.b, second.b], "streams": streams}


@probe("Layer", points=0.5, contract=True, tolerance=1e-5)
def what_a_layer_keeps(ns, rng):
    """The attributes x, a and d_x."""
    layer = _layer(ns, rng, 3, 2)
    layer.forward_pass(rng.normal(size=(4, 3)))
    layer.backward_pass(rng.normal(size=(4, 2)))
    return {"x": layer.x, "a": layer.a, "d_x": layer.d_x}


@probe("Layer", points=0.5, contract=True, tolerance=1e-5)
def a_layer_for_one_row(ns, rng):
    """A batch of a single row."""
    layer = _layer(ns, rng, 3, 4)
    a = layer.forward_pass(rng.normal(size=(1, 3)))
    layer.backward_pass(rng.normal(size=(1, 4)))
    return {"a": a, "d_x": layer.d_x, "d_w": layer.d_w, "d_b": layer.d_b}


@probe("Layer", points=0.5, contract=True, tolerance=1e-5)
def a_layer_leaves_alone(ns, rng):
    """The input, the upstream gradient and the parameters afterwards."""
    layer = _layer(ns, rng, 3, 2)
    w, b, x, delta = layer.w, layer.b, rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    a = layer.forward_pass(x)
    layer.backward_pass(delta)
    return {"a": a, "w": layer.w, "b": layer.b, "inputs": {"x": x, "delta": delta, "w": w, "b": b}}


@probe("Layer", points=0.5, contract=True, tolerance=1e-4)
def a_layer_for_other_types(ns, rng):
    """Integer and float32 input."""
    layer = _layer(ns, rng, 3, 2)
    seen = []
    for x in [rng.integers(-3, 4, size=(2, 3)), rng.normal(size=(4, 3)).astype(np.float32)]:
        a = layer.forward_pass(x)
        d_x = layer.backward_pass(np.full((len(x), 2), 0.25))
        seen.append({"a": a, "d_x": d_x, "d_w": layer.d_w, "d_b": layer.d_b})
    return {"seen": seen}


@probe("Layer", points=0.25, contract=True)
def a_layer_of_every_kind(ns, rng):
    """Pass after pass through the same layer: entries that are tiny, large, of one sign, zero or equal; and layers whose sizes are equal or 1."""
    cases = {kind: (_layer(ns, rng, 4, 2), x) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    one = _layer(ns, rng, 4, 2)
    cases |= {f"again: {kind}": (one, x) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    sizes = {"square": (3, 3, 3), "one input": (4, 1, 3), "one output": (2, 3, 1)}
    cases |= {name: (_layer(ns, rng, units, outputs), rng.normal(size=(n, units))) for name, (n, units, outputs) in sizes.items()}
    seen = {}
    for kind, (layer, x) in cases.items():
        a = layer.forward_pass(x)
        d_x = layer.backward_pass(rng.normal(size=(len(x), np.shape(layer.w)[1])))
        seen[kind] = {"a": a, "d_x": d_x, "x": layer.x, "kept": [layer.a, layer.d_x], "d_w": layer.d_w, "d_b": layer.d_b}
    return seen


# Neuralnetwork


def _affine(ns, network):
    return [layer for layer in network.layers if isinstance(layer, ns.Layer)]


def _network(ns, rng, specs, activation, scale=1.0):
    """A network of the notebook with weights and biases of ours."""
    network = ns.Neuralnetwork({**CONFIG, "layer_specs": list(specs), "activation": activation})
    for layer, in_units, out_units in zip(_affine(ns, network), specs[:-1], specs[1:], strict=False):
        layer.w, layer.b = scale * rng.normal(size=(in_units, out_units)), rng.normal(size=(1, out_units))
    return network


def _batch(rng, n, features, classes):
    return rng.normal(size=(n, features)), inputs.one_hot(inputs.labels(rng, n, classes), classes)


def _gradients(ns, network):
    return [{"d_w": layer.d_w, "d_b": layer.d_b} for layer in _affine(ns, network)]


@probe("Neuralnetwork", points=1.5, tolerance=1e-5)
def the_chain(ns, rng):
    """What layers holds, for several widths."""
    seen = {}
    for specs in [[5, 4, 3], [3, 6, 2, 4, 5]]:
        network = ns.Neuralnetwork({**CONFIG, "layer_specs": specs})
        kinds = ["Layer" if isinstance(part, ns.Layer) else "Activation" if isinstance(part, ns.Activation) else "other" for part in network.layers]
        seen[str(len(specs))] = {"kinds": kinds, "shapes": [list(np.shape(layer.w)) for layer in _affine(ns, network)]}
    return seen


@probe("Neuralnetwork", points=1.5, tolerance=1e-5)
def probabilities_forward(ns, rng):
    """The probabilities of networks with each activation."""
    seen = {}
    for activation in ["sigmoid", "tanh", "ReLU"]:
        network = _network(ns, rng, [4, 5, 3, 6], activation)
        seen[activation] = network.forward_pass(*_batch(rng, 7, 4, 6))[1]
    return seen


@probe("Neuralnetwork", points=1, tolerance=1e-5)
def loss_of_probabilities(ns, rng):
    """The loss, by loss_func."""
    probs, targets = inputs.probabilities(rng, 5, 4), inputs.one_hot(inputs.labels(rng, 5, 4), 4)
    return {"loss": _network(ns, rng, [4, 5, 3], "sigmoid").loss_func(probs, targets)}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-2)
def loss_of_a_confident_mistake(ns, rng):
    """The loss where the right class has hardly any probability."""
    p = 10 ** rng.uniform(-10.5, -9.5, size=(3, 1))
    probs = np.column_stack([p, 0.3 - p / 2, 0.7 - p / 2])
    return {"loss": _network(ns, rng, [2, 3], "tanh").loss_func(probs, inputs.one_hot(np.zeros(3, dtype=int), 3))}


@probe("Neuralnetwork", points=0.5, tolerance=1e-5)
def loss_of_a_batch(ns, rng):
    """The loss, by forward_pass."""
    return {"loss": _network(ns, rng, [4, 5, 3], "sigmoid", scale=0.5).forward_pass(*_batch(rng, 8, 4, 3))[0]}


@probe("Neuralnetwork", points=2.25, tolerance=1e-5)
def gradients_of_a_smooth_network(ns, rng):
    """The gradients of all layers of a tanh network with hidden layers of one width."""
    network = _network(ns, rng, [3, 4, 4, 4, 2], "tanh", scale=0.7)
    network.forward_pass(*_batch(rng, 6, 3, 2))
    network.backward_pass()
    return {"layers": _gradients(ns, network)}


@probe("Neuralnetwork", points=1.25, tolerance=1e-5)
def gradients_of_other_activations(ns, rng):
    """The gradients of a ReLU and of a sigmoid network."""
    seen = {}
    for activation in ["ReLU", "sigmoid"]:
        network = _network(ns, rng, [4, 6, 5, 3], activation, scale=0.7)
        network.forward_pass(*_batch(rng, 5, 4, 3))
        network.backward_pass()
        seen[activation] = _gradients(ns, network)
    return seen


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5)
def without_targets(ns, rng):
    """A forward pass without targets."""
    network = _network(ns, rng, [3, 4, 2], "tanh")
    x, targets = _batch(rng, 4, 3, 2)
    network.forward_pass(x, targets)
    loss, probs = network.forward_pass(x[:3] + 1)
    return {"loss": loss, "probs": probs}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5)
def a_single_layer_and_a_single_row(ns, rng):
    """A network without hidden layers, on a batch of one."""
    network = _network(ns, rng, [4, 3], "sigmoid")
    loss, probs = network.forward_pass(*_batch(rng, 1, 4, 3))
    network.backward_pass()
    return {"loss": loss, "probs": probs, "layers": _gradients(ns, network)}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5)
def scores_of_large_size(ns, rng):
    """Scores far too large to be exponentiated as they are."""
    network = _network(ns, rng, [3, 4], "tanh", scale=0.0)
    network.layers[0].b = rng.permutation([2000.0, 1998.0, 2001.0, 1999.5])[None, :]
    loss, probs = network.forward_pass(*_batch(rng, 5, 3, 4))
    return {"loss": loss, "probs": probs}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5)
def a_second_batch(ns, rng):
    """The gradients of a second, smaller batch."""
    network = _network(ns, rng, [3, 5, 2], "tanh", scale=0.7)
    for n in [7, 2]:
        loss, _ = network.forward_pass(*_batch(rng, n, 3, 2))
        network.backward_pass()
    return {"loss": loss, "layers": _gradients(ns, network)}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5)
def a_batch_that_repeats_itself(ns, rng):
    """A batch in which every row stands three times."""
    network = _network(ns, rng, [4, 3, 2], "sigmoid", scale=0.7)
    x, targets = _batch(rng, 4, 4, 2)
    loss, _ = network.forward_pass(np.tile(x, (3, 1)), np.tile(targets, (3, 1)))
    network.backward_pass()
    return {"loss": loss, "layers": _gradients(ns, network)}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5)
def a_network_leaves_alone(ns, rng):
    """The batch and the configuration afterwards, and the weights."""
    config = {**CONFIG, "layer_specs": [3, 4, 5, 2]}
    network = ns.Neuralnetwork(config)
    affine = _affine(ns, network)
    for layer in affine:
        layer.w, layer.b = rng.normal(size=np.shape(layer.w)), rng.normal(size=np.shape(layer.b))
    x, targets = _batch(rng, 4, 3, 2)
    loss, _ = network.forward_pass(x, targets)
    network.backward_pass()
    return {"loss": loss, "inputs": {"x": x, "targets": targets, "layer_specs": config["layer_specs"], "w": [layer.w for layer in affine]}}


@probe("Neuralnetwork", points=0.25, contract=True, tolerance=1e-5)
def networks_of_every_kind(ns, rng):
    """Pass after pass: images and weights that are tiny, large, of one sign, zero or equal, one class, and layers whose sizes are equal or 1."""
    images = inputs.kinds(rng, (3, 4))
    cases = {f"images: {kind}": (_network(ns, rng, [4, 5, 2], "tanh"), x) for kind, x in images.items() if kind != "large"}
    cases |= {"square": (_network(ns, rng, [3, 3, 3], "ReLU"), rng.normal(size=(3, 3)))}
    cases |= {"one unit": (_network(ns, rng, [1, 1, 2], "sigmoid"), rng.normal(size=(4, 1)))}
    for kind, w in inputs.kinds(rng, (4, 5)).items():
        network = _network(ns, rng, [4, 5, 2], "tanh")
        network.layers[0].w = w
        cases[f"weights: {kind}"] = network, rng.normal(size=(3, 4))
    seen = {}
    for kind, (network, x) in cases.items():
        classes = np.shape(network.layers[-1].b)[1]
        for name, targets in {"": inputs.labels(rng, len(x), classes), ", one class": np.full(len(x), 1)}.items():
            loss, probs = network.forward_pass(x, inputs.one_hot(targets, classes))
            network.backward_pass()
            seen[kind + name] = {"loss": loss, "probs": probs, "layers": _gradients(ns, network)}
    return seen


@probe("Neuralnetwork", points=0.25, contract=True, tolerance=1e-5)
def losses_of_every_kind(ns, rng):
    """loss_func call after call: as many classes as rows, one row, one class, targets of one class, and a view of a larger array."""
    network = _network(ns, rng, [4, 5, 3], "sigmoid")
    cases = {name: inputs.probabilities(rng, *size) for name, size in {"square": (3, 3), "one row": (1, 4), "rows": (5, 3), "again": (5, 3)}.items()}
    cases["view"] = np.repeat(inputs.probabilities(rng, 4, 3), 2, axis=0)[::2]
    cases["ties"] = np.array([[0.4, 0.4, 0.2], [0.2, 0.4, 0.4]])
    seen = {kind: network.loss_func(probs, inputs.one_hot(inputs.labels(rng, *probs.shape), probs.shape[1])) for kind, probs in cases.items()}
    return seen | {"one class": network.loss_func(cases["rows"], inputs.one_hot(np.full(5, 2), 3))}


# Toys for the functions that are given a model. Their loss is a polynomial of the parameters; nothing in them is a network.


class _Log(list):
    """A list that stays one and the same when the model that holds it is copied."""

    def __deepcopy__(self, memo):
        return self


def _class(ns, name):
    """A class of the notebook, or an empty one under its name where the notebook has none."""
    try:
        found = getattr(ns, name)
    except MissingName:
        found = None
    if not isinstance(found, type):
        found = type(name, (), {})
        ns.patch(**{name: found})
    return found


class _Toy:
    """Two Layers, of shapes (2, 3) and (3, 1), with an Activation between them, and 13 parameters in all.

    Column 0 of the images tells training (0) from validation (1) rows, column 1 holds the label, column 2 the row's number.
    """

    shapes, size = ((2, 3), (3, 1)), 13

    def __init__(self, ns, rng):
        first, second = self.shapes
        self.layers = [self._layer(ns, rng, *first), self._between(ns), self._layer(ns, rng, *second)]
        self.trained_on = _Log()

    def _layer(self, ns, rng, in_units, out_units):
        layer = object.__new__(_class(ns, "Layer"))
        layer.w, layer.b = rng.uniform(1, 2, size=(in_units, out_units)), rng.uniform(1, 2, size=(1, out_units))
        layer.d_w, layer.d_b = rng.normal(size=(in_units, out_units)), rng.normal(size=(1, out_units))
        layer.x = layer.a = layer.d_x = None
        layer.forward_pass = layer.backward_pass = _same
        return layer

    def _between(self, ns):
        activation = object.__new__(_class(ns, "Activation"))
        activation.activation_type, activation.x = "tanh", None
        activation.forward_pass = activation.backward_pass = _same
        return activation

    def parameters(self):
        return [{"w": np.array(layer.w), "b": np.array(layer.b)} for layer in (self.layers[0], self.layers[2])]

    def values(self):
        return np.concatenate([np.ravel(p) for layer in (self.layers[0], self.layers[2]) for p in (layer.w, layer.b)])

    def write(self, slopes):
        start = 0
        for layer in (self.layers[0], self.layers[2]):
            for name in ("w", "b"):
                shape = getattr(layer, name).shape
                end = start + int(np.prod(shape))
                setattr(layer, "d_" + name, slopes[start:end].reshape(shape).copy())
                start = end


def _same(x):
    return x


class _Bowl(_Toy):
    """Every parameter is drawn to a centre of its own. That of validation rows lies beyond it, so that their loss falls as well.

    cubic bends the loss, slip spoils the gradient.
    """

    def __init__(self, ns, rng, cubic=0.0, slip=0.0):
        super().__init__(ns, rng)
        self.centre, self.shift = rng.uniform(-1, 0, size=self.size), rng.uniform(-4, -3, size=self.size)
        self.cubic, self.slip = cubic, slip

    def forward_pass(self, x, targets=None):
        x = np.asarray(x)
        probs = self.values() - self.centre - x[:, :1] * self.shift + np.eye(self.size)[x[:, 1].astype(int)]
        self.latest = x, targets, probs
        return None if targets is None else self.loss_func(probs, targets), probs

    def loss_func(self, probs, targets):
        gap = probs - targets
        return float((gap**2 / 2 + self.cubic * gap**3 / 6).sum() / len(gap))

    def backward_pass(self):
        x, targets, probs = self.latest
        self.trained_on.append((np.array(x), np.array(targets)))
        gap = probs - targets
        self.write((gap + self.cubic * gap**2 / 2).sum(axis=0) / len(gap) + self.slip)


class _Script(_Toy):
    """Each step moves every parameter on by a fixed amount. The validation loss is read from a list, by the number of steps taken.

    The training loss is always the same, so that it does not matter when and over which rows it is averaged.
    """

    def __init__(self, ns, rng, script):
        super().__init__(ns, rng)
        self.script = script

    def forward_pass(self, x, targets=None):
        x, taken = np.asarray(x), len(self.trained_on)
        probs = np.zeros((len(x), self.size))
        probs[:, 0] = np.where(x[:, 0] == 1, self.script[min(taken, len(self.script) - 1)], 0.375)
        self.latest = x, targets
        return None if targets is None else self.loss_func(probs, targets), probs

    def loss_func(self, probs, targets):
        return float(probs[:, 0].sum() / len(probs))

    def backward_pass(self):
        self.trained_on.append(tuple(np.array(part) for part in self.latest))
        self.write(-1.0 - np.arange(self.size))


class _Twins(_Bowl):
    """The same with two Layers of one shape."""

    shapes, size = ((2, 2), (2, 2)), 12


def rows(rng, n, validation=False, size=_Toy.size):
    """Images and one-hot labels for a toy: column 0 marks validation rows, 1 is the label, 2 the row's number, 3 noise."""
    label = inputs.labels(rng, n, 10)
    x = np.column_stack([np.full(n, float(validation)), label, np.arange(n), rng.normal(size=n)])
    return x, inputs.one_hot(label, size)


def _train(ns, rng, model, **changes):
    """Train a toy on 16 rows: 6, 6 and 4 of them a step."""
    return ns.trainer(model, *rows(rng, 16, size=model.size), *rows(rng, 8, validation=True, size=model.size), {**CONFIG, **changes})


def _follow(ns, rng, script, **changes):
    """Train a toy whose validation loss is scripted, one step an epoch. Returns what the history says of it, and the parameters."""
    model = _Script(ns, rng, script)
    history = _train(ns, rng, model, batch_size=16, epochs=len(script) - 1, momentum_gamma=0.0, **changes)
    return {"valid_loss": _plain(history["valid_loss"])}, {"layers": model.parameters()}


# trainer


@probe("trainer", points=1.5, tolerance=1e-5)
def plain_steps(ns, rng):
    """The parameters after some epochs without momentum, penalty or early stopping, the last batch being short."""
    model = _Bowl(ns, rng)
    _train(ns, rng, model)
    return {"layers": model.parameters()}


@probe("trainer", points=2.75, judged=True)
def rows_of_each_epoch(ns, rng):
    """Which rows, with which labels, are trained on in each epoch."""
    model = _Bowl(ns, rng)
    ns.trainer(model, *rows(rng, 23), *rows(rng, 4, validation=True), {**CONFIG, "batch_size": 5})
    return {"batches": [[x, targets] for x, targets in model.trained_on]}


@probe("trainer", points=2.25, tolerance=1e-5)
def steps_with_momentum(ns, rng):
    """The parameters after some epochs with momentum, several batches each."""
    model = _Bowl(ns, rng)
    _train(ns, rng, model, momentum=True)
    return {"layers": model.parameters()}


@probe("trainer", points=2, tolerance=1e-5)
def steps_with_a_penalty(ns, rng):
    """The parameters after some epochs with an L2 penalty."""
    model = _Bowl(ns, rng)
    _train(ns, rng, model, L2_penalty=0.7)
    return {"layers": model.parameters()}


@probe("trainer", points=2.75, tolerance=1e-5)
def best_weights(ns, rng):
    """The parameters after a run whose validation loss rises until it is stopped."""
    return _follow(ns, rng, [3.0, 2.5, 1.5, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25], early_stop=True)[1]


@probe("trainer", points=2.25, tolerance=1e-5)
def rising_in_a_row(ns, rng):
    """The validation losses of a run that rises and falls several times before it is stopped."""
    script = [9.0, 5.0, 3.0, 4.0, 3.5, 3.75, 4.25, 3.25, 4.5, 4.75, 5.0, 5.5, 6.0, 6.5, 7.0]
    return _follow(ns, rng, script, early_stop=True, early_stop_epoch=4)[0]


@probe("trainer", points=0.75, contract=True, tolerance=1e-5)
def best_weights_without_a_stop(ns, rng):
    """The parameters after a run that reaches its last epoch past its lowest validation loss."""
    return _follow(ns, rng, [3.0, 2.5, 1.5, 1.75, 1.6, 1.7, 1.65], early_stop=True)[1]


@probe("trainer", points=0.75, contract=True, tolerance=1e-5)
def early_stopping_switched_off(ns, rng):
    """A run with early stopping switched off whose validation loss rises."""
    losses, parameters = _follow(ns, rng, [3.0, 2.5, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75])
    return {**losses, **parameters}


@probe("trainer", points=0.75, contract=True, tolerance=1e-5)
def rising_from_the_start(ns, rng):
    """A run whose validation loss is lowest before the first epoch."""
    losses, parameters = _follow(ns, rng, [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0], early_stop=True)
    return {**losses, **parameters}


@probe("trainer", points=0.75, contract=True, tolerance=1e-5)
def an_equal_loss(ns, rng):
    """A run in which two successive validation losses are equal."""
    return _follow(ns, rng, [4.0, 3.0, 2.0, 2.5, 2.75, 2.75, 3.0, 3.25, 3.5, 3.75, 4.0, 4.5], early_stop=True)[0]


@probe("trainer", points=0.75, contract=True, tolerance=1e-5)
def the_history(ns, rng):
    """The lists of the history, and what a penalty changes in the validation losses."""
    plain = _train(ns, rng, _Script(ns, rng, [2.0, 1.0, 0.75, 0.875, 0.5, 0.625, 0.125]), epochs=2)
    penalized = _train(ns, rng, _Script(ns, rng, [2.0, 1.0, 0.75, 0.875, 0.5]), batch_size=16, epochs=4, L2_penalty=0.4)
    return {
        "train_loss": _plain(plain["train_loss"]),
        "valid_loss": _plain(plain["valid_loss"]),
        "valid_loss with a penalty": _plain(penalized["valid_loss"]),
    }


@probe("trainer", points=0.75, contract=True, tolerance=1e-5)
def steps_with_both(ns, rng):
    """The parameters after some epochs with momentum and penalty together."""
    model = _Bowl(ns, rng)
    _train(ns, rng, model, momentum=True, momentum_gamma=0.6, L2_penalty=0.3, learning_rate=0.05)
    return {"layers": model.parameters()}


@probe("trainer", points=0.5, contract=True, tolerance=1e-5)
def layers_of_one_shape(ns, rng):
    """The parameters of two layers of one shape after some epochs with momentum."""
    model = _Twins(ns, rng)
    _train(ns, rng, model, momentum=True)
    return {"layers": model.parameters()}


@probe("trainer", points=0.75, contract=True, tolerance=1e-5)
def a_second_training(ns, rng):
    """A second training of the same model, with momentum."""
    model = _Bowl(ns, rng)
    for _ in range(2):
        _train(ns, rng, model, momentum=True, epochs=1)
    return {"layers": model.parameters()}


@probe("trainer", points=0.75, contract=True, tolerance=1e-5)
def trainer_leaves_alone(ns, rng):
    """The images, the labels and the configuration afterwards."""
    (x, y), (x_valid, y_valid), config = rows(rng, 13), rows(rng, 5, validation=True), {**CONFIG, "momentum": True, "early_stop": True}
    model = _Bowl(ns, rng)
    ns.trainer(model, x, y, x_valid, y_valid, config)
    settings = {name: config.get(name) for name in ["batch_size", "epochs", "learning_rate", "L2_penalty", "momentum_gamma", "early_stop_epoch"]}
    return {"layers": model.parameters(), "inputs": {"X_train": x, "y_train": y, "X_valid": x_valid, "y_valid": y_valid, "config": settings}}


# test


class _Answers:
    """A model whose answer to a row is the row itself."""

    def forward_pass(self, x, targets=None):
        return None if targets is None else self.loss_func(x, targets), np.array(x)

    def loss_func(self, probs, targets):
        return float(len(probs))


def _sure(rng, n, classes):
    """Probabilities of which every third favours a class of its own, with labels."""
    probs, label = inputs.probabilities(rng, n, classes), inputs.labels(rng, n, classes)
    for row in range(n):
        probs[row, label[row] if row % 3 else (label[row] + 1) % classes] += 1
    return probs / probs.sum(axis=1, keepdims=True), inputs.one_hot(label, classes)


@probe("test", points=0.75, tolerance=1e-5)
def share_of_right_answers(ns, rng):
    """A model that is right on part of the images."""
    return {"accuracy": ns.test(_Answers(), *_sure(rng, 17, 10), CONFIG)}


@probe("test", points=0.5, tolerance=1e-5)
def timid_answers(ns, rng):
    """A model that is never sure."""
    probs, label = 0.1 + inputs.probabilities(rng, 12, 4), inputs.labels(rng, 12, 4)
    for row in range(12):
        probs[row, label[row] if row < 8 else (label[row] + 1) % 4] = probs[row].max() * 1.01
    return {"accuracy": ns.test(_Answers(), probs / probs.sum(axis=1, keepdims=True), inputs.one_hot(label, 4), CONFIG)}


@probe("test", points=0.25, contract=True, tolerance=1e-5)
def one_image(ns, rng):
    """A single image that the model gets right, and one that it gets wrong."""
    probs, y = _sure(rng, 5, 3)
    return {"wrong": ns.test(_Answers(), probs[:1], y[:1], CONFIG), "right": ns.test(_Answers(), probs[1:2], y[1:2], CONFIG)}


@probe("test", points=0.25, contract=True, tolerance=1e-5)
def test_leaves_alone(ns, rng):
    """The images and labels afterwards."""
    probs, y = _sure(rng, 8, 5)
    accuracy = ns.test(_Answers(), probs, y, dict(CONFIG))
    return {"accuracy": accuracy, "inputs": {"X_test": probs, "y_test": y}}


@probe("test", points=0.25, contract=True)
def accuracies_of_every_kind(ns, rng):
    """Call after call: as many classes as images, two classes, one class, probabilities of 0, and a view of a larger array."""
    sets = {name: _sure(rng, *size) for name, size in {"square": (4, 4), "two classes": (7, 2), "other images": (7, 2)}.items()}
    probs, y = _sure(rng, 6, 3)
    sets |= {"zeros": (np.where(probs < 0.2, 0.0, probs), y), "one class": (probs, inputs.one_hot(np.full(6, 1), 3))}
    sets["view"] = np.repeat(probs, 2, axis=0)[::2], y
    return {kind: ns.test(_Answers(), *data, CONFIG) for kind, data in sets.items()}


# gradient_approximation


def _approximate(ns, rng, model, entries, **epsilon):
    """What the notebook's function says of several entries."""
    seen = {"numerical": [], "analytic": [], "within": []}
    for entry in entries:
        numerical, analytic, within = ns.gradient_approximation(model, *entry, *rows(rng, 5), **epsilon)
        seen["numerical"].append(float(numerical))
        seen["analytic"].append(float(analytic))
        seen["within"].append(int(within))
    return seen


@probe("gradient_approximation", points=2, tolerance=1e-5)
def numerical_for_weights(ns, rng):
    """The numerical gradient for weights of both layers."""
    entries = [(0, "w", (1, 2)), (0, "w", (0, 1)), (0, "w", (1, 0)), (2, "w", (2, 0))]
    return {"numerical": _approximate(ns, rng, _Bowl(ns, rng, cubic=3.0), entries, epsilon=1e-2)["numerical"]}


@probe("gradient_approximation", points=1.75, tolerance=1e-5)
def numerical_for_biases(ns, rng):
    """The numerical gradient for biases of both layers."""
    entries = [(0, "b", (0, 2)), (2, "b", (0, 0)), (0, "b", (0, 1))]
    return {"numerical": _approximate(ns, rng, _Bowl(ns, rng, cubic=3.0), entries, epsilon=1e-2)["numerical"]}


@probe("gradient_approximation", points=1.75, tolerance=1e-5)
def analytic_for_both(ns, rng):
    """The analytic gradient for weights and biases, which no earlier pass has left behind."""
    seen = []
    for entry in [(0, "w", (1, 0)), (2, "w", (1, 0)), (0, "b", (0, 2)), (2, "b", (0, 0))]:
        seen += _approximate(ns, rng, _Bowl(ns, rng, cubic=2.0), [entry], epsilon=1e-2)["analytic"]
    return {"analytic": seen}


@probe("gradient_approximation", points=2, tolerance=1e-5)
def whether_they_agree(ns, rng):
    """Whether the two are said to agree, for right, slightly wrong and strongly bent models."""
    entries = [(0, "w", (1, 1)), (2, "b", (0, 0))]
    models = {"right": (0.0, 0.0), "bent": (12.0, 0.0), "strongly bent": (150.0, 0.0)}
    models |= {"close": (0.0, 8.5e-4), "slightly wrong": (0.0, 9.5e-4), "too small": (0.0, -9.5e-4), "wrong": (0.0, 5e-2)}
    return {name: _approximate(ns, rng, _Bowl(ns, rng, *bent), entries, epsilon=1e-2)["within"] for name, bent in models.items()}


@probe("gradient_approximation", points=0.75, contract=True, tolerance=1e-5)
def parameters_put_back(ns, rng):
    """The parameters afterwards."""
    model = _Bowl(ns, rng, cubic=3.0)
    for layer in (model.layers[0], model.layers[2]):
        layer.w, layer.b = layer.w / 1000, layer.b / 1000
    entries = [(0, "w", (i, j)) for i in range(2) for j in range(3)] + [(0, "b", (0, j)) for j in range(3)] + [(2, "w", (i, 0)) for i in range(3)]
    seen = _approximate(ns, rng, model, entries, epsilon=1e-2)
    return {"within": seen["within"], "inputs": {"parameters": [float(value).hex() for value in model.values()]}}


@probe("gradient_approximation", points=0.75, contract=True, tolerance=1e-5)
def the_default_step(ns, rng):
    """A call without epsilon."""
    return _approximate(ns, rng, _Bowl(ns, rng, cubic=80.0), [(0, "w", (0, 2)), (2, "w", (0, 0))])


@probe("gradient_approximation", points=0.5, contract=True, tolerance=1e-5)
def a_smaller_step(ns, rng):
    """Whether the two agree at a smaller step."""
    entries = [(0, "w", (1, 1))]
    models = {"right": (1.0, 0.0), "close": (0.0, 3e-8), "slightly wrong": (0.0, 3e-7)}
    return {name: _approximate(ns, rng, _Bowl(ns, rng, *bent), entries, epsilon=1e-4)["within"] for name, bent in models.items()}


@probe("gradient_approximation", points=0.5, contract=True, tolerance=1e-5)
def the_batch_left_alone(ns, rng):
    """The batch afterwards."""
    x, y = rows(rng, 4)
    model = _Bowl(ns, rng)
    numerical, _, _ = ns.gradient_approximation(model, 2, "w", (1, 0), x, y, epsilon=1e-2)
    return {"numerical": float(numerical), "inputs": {"x": x, "y": y}}
