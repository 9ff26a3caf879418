"""Hidden tests of modular_mnist. No right answer to any question stands here."""
import os
import pickle
import struct
from contextlib import contextmanager, suppress
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from autograder import inputs
from autograder.probe import Close, MissingName, probe, raised

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


def _digits(rng, labels, kind=np.uint8):
    """What a file of digits holds: rows of 784 pixels and a label."""
    data = rng.integers(0, 256, size=(len(labels), 785)).astype(kind)
    data[:, -1] = labels
    return data


def _two_files(rng, n):
    """Files of digits of every class: one that is read before, and one of n rows."""
    return {"before": _digits(rng, inputs.labels(rng, 11, 10)), "data": _digits(rng, inputs.labels(rng, n, 10))}


@contextmanager
def _file(data, ending="npz"):
    """The path of a file of the given ending that holds the data."""
    path = f"digits_{os.getpid()}.{ending}"
    if ending.endswith("pkl"):
        with open(path, "wb") as file:
            _Python2(file, 2).dump(data)
    else:
        np.savez(path, data=data)
    try:
        yield path
    finally:
        with suppress(OSError):
            os.unlink(path)


def _loaded(ns, data, ending="npz"):
    """What the notebook reads of a file of digits."""
    with _file(data, ending) as path:
        return ns.load_data(path)


@probe("load_data", points=1, tolerance=1e-5, draw=partial(_two_files, n=14))
def pixels_of_an_npz(ns, drawn):
    """The images of an .npz file, where another was read before."""
    _loaded(ns, drawn["before"])
    images, _ = _loaded(ns, drawn["data"])
    return {"images": _plain(images)}


@probe("load_data", points=1, tolerance=1e-5, draw=partial(_two_files, n=23))
def labels_of_an_npz(ns, drawn):
    """The one-hot labels of an .npz file, where another was read before."""
    _loaded(ns, drawn["before"])
    _, one_hot = _loaded(ns, drawn["data"])
    return {"one_hot": _plain(one_hot)}


@probe("load_data", points=1, tolerance=1e-5, draw=lambda rng: {"data": _digits(rng, 1 + inputs.labels(rng, 9, 6))})
def a_file_without_every_class(ns, drawn):
    """A file in which some classes don't occur."""
    _, one_hot = _loaded(ns, drawn["data"])
    return {"one_hot": _plain(one_hot)}


@probe("load_data", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: {"data": _digits(rng, inputs.labels(rng, 12, 10))})
def a_pickled_file(ns, drawn):
    """A .pkl file from Python 2."""
    images, one_hot = _loaded(ns, drawn["data"], "pkl")
    return {"images": _plain(images), "one_hot": _plain(one_hot)}


@probe("load_data", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: {"data": _digits(rng, rng.integers(0, 10, size=1), kind=float)})
def a_row_of_floats(ns, drawn):
    """A file of floats with a single row, and with two dots in its name, as savez makes it of the other form's."""
    images, one_hot = _loaded(ns, drawn["data"], "pkl.npz")
    return {"images": _plain(images), "one_hot": _plain(one_hot)}


# softmax


@probe("softmax", points=0.75, tolerance=1e-5, draw=lambda rng: {"x": inputs.scores(rng, 4, 7, scale=2.0)})
def moderate_scores(ns, drawn):
    """Scores of ordinary size."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.75, tolerance=1e-5, draw=lambda rng: {"x": inputs.far_rows(rng, 5, 3)})
def rows_far_apart(ns, drawn):
    """Rows of very different size, each with its own maximum."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.25, tolerance=1e-5, draw=lambda rng: {"x": inputs.far_rows(rng, 6, 4).T})
def scores_far_apart_within_a_row(ns, drawn):
    """Rows whose own entries are of very different size."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.5, contract=True, tolerance=1e-4,
       draw=lambda rng: {"integers": rng.integers(-4, 5, size=(1, 6)), "float32": inputs.scores(rng, 1, 5).astype(np.float32)})
def one_row_of_other_types(ns, drawn):
    """A single row of integers, and one of float32."""
    return {name: ns.softmax(x) for name, x in drawn.items()}


@probe("softmax", points=0.5, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: {"x": inputs.scores(rng, 3, 4)})
def scores_left_as_they_were(ns, drawn):
    """The scores afterwards."""
    return {"probs": ns.softmax(drawn["x"])}


@probe("softmax", points=0.25, contract=True, equal_sizes="square ones among them", draw=lambda rng: inputs.kinds_and_sizes(rng, (3, 4)))
def scores_of_every_kind(ns, drawn):
    """Call after call: scores that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    return {kind: ns.softmax(x) for kind, x in drawn.items()}


# Activation


def _through(ns, kind, drawn):
    """One pass forward and back through an activation of the notebook."""
    activation = ns.Activation(kind)
    out = activation.forward_pass(drawn["a"])
    return activation, out, activation.backward_pass(drawn["delta"])


def _pass(rng, shape):
    """What goes through an activation, and what comes back to it."""
    return {"a": _both_signs(rng, shape), "delta": rng.normal(size=shape)}


def _both_ways(ns, kind, a):
    """The values of a function, by forward_pass and by name."""
    with inputs.each_its_own() as own:
        return {"forward_pass": ns.Activation(kind).forward_pass(own(a)), kind: getattr(ns.Activation(kind), kind)(own(a))}


@probe("Activation", points=0.75, tolerance=1e-5, draw=lambda rng: {"a": 3 * rng.normal(size=(4, 3))})
def sigmoid_forward(ns, drawn):
    """The values of the sigmoid, by forward_pass and by name."""
    return _both_ways(ns, "sigmoid", drawn["a"])


@probe("Activation", points=0.5, tolerance=1e-5, draw=lambda rng: {"a": rng.normal(size=(2, 5))})
def tanh_forward(ns, drawn):
    """The values of tanh, by forward_pass and by name."""
    return _both_ways(ns, "tanh", drawn["a"])


@probe("Activation", points=0.5, tolerance=1e-5, draw=lambda rng: {"a": _both_signs(rng, (3, 6))})
def relu_forward(ns, drawn):
    """The values of ReLU, by forward_pass and by name."""
    return _both_ways(ns, "ReLU", drawn["a"])


@probe("Activation", points=1, tolerance=1e-5, draw=lambda rng: _pass(rng, (4, 3)))
def sigmoid_backward(ns, drawn):
    """The gradient through a sigmoid, and its derivative."""
    activation, _, grad = _through(ns, "sigmoid", drawn)
    return {"backward_pass": grad, "grad_sigmoid": activation.grad_sigmoid()}


@probe("Activation", points=1.25, tolerance=1e-5, draw=lambda rng: _pass(rng, (2, 5)))
def tanh_backward(ns, drawn):
    """The gradient through tanh, and its derivative."""
    activation, _, grad = _through(ns, "tanh", drawn)
    return {"backward_pass": grad, "grad_tanh": activation.grad_tanh()}


@probe("Activation", points=1.25, tolerance=1e-5, draw=lambda rng: _pass(rng, (3, 4)))
def relu_backward(ns, drawn):
    """The gradient through ReLU, and its derivative."""
    activation, _, grad = _through(ns, "ReLU", drawn)
    return {"backward_pass": grad, "grad_ReLU": _plain(activation.grad_ReLU())}


@probe("Activation", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"a": np.array([[1.0, -1.0, 0.001]]) * rng.uniform(800, 900, size=(2, 1))})
def activations_of_large_numbers(ns, drawn):
    """Inputs of very large size, of both signs."""
    seen = {}
    with inputs.each_its_own() as own:
        for kind in ["sigmoid", "tanh", "ReLU"]:
            activation = ns.Activation(kind)
            seen[kind] = {"forward": activation.forward_pass(own(drawn["a"])), "backward": activation.backward_pass(np.ones((2, 3)))}
    return seen


@probe("Activation", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {kind: {"first": _both_signs(rng, (5, 2))} | _pass(rng, (1, 3)) for kind in ["sigmoid", "tanh", "ReLU"]})
def the_latest_input_counts(ns, drawn):
    """Two passes, the second of another size, and what is kept of it while another activation has a pass of its own."""
    seen = {}
    for kind, arrays in drawn.items():
        activation = ns.Activation(kind)
        activation.forward_pass(arrays["first"])
        activation.forward_pass(arrays["a"])
        ns.Activation(kind).forward_pass(arrays["first"])  # an object of its own, which keeps an input of its own
        seen[kind] = {"x": activation.x, "backward": activation.backward_pass(arrays["delta"])}
    return seen


@probe("Activation", points=0.5, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: {kind: _pass(rng, (3, 2)) for kind in ["sigmoid", "tanh", "ReLU"]})
def activations_leave_arguments_alone(ns, drawn):
    """The input and the upstream gradient afterwards."""
    seen = {}
    for kind, arrays in drawn.items():
        _, out, grad = _through(ns, kind, arrays)
        seen[kind] = {"out": out, "grad": grad}
    return seen


def activations_of_other_types_inputs(rng):
    whole = rng.choice([-2, -1, 1, 2], size=(4, 3))
    single = _both_signs(rng, (2, 3)).astype(np.float32)
    return {"whole": whole, "single": single}


@probe("Activation", points=0.5, contract=True, tolerance=1e-4, draw=activations_of_other_types_inputs)
def activations_of_other_types(ns, drawn):
    """Integer and float32 inputs."""
    whole, single = drawn.values()
    seen = {}
    with inputs.each_its_own() as own:
        for kind in ["sigmoid", "tanh", "ReLU"]:
            activation = ns.Activation(kind)
            seen[kind] = [_plain(activation.forward_pass(own(single))), _plain(activation.backward_pass(np.full((2, 3), 0.5)))]
            seen[kind] += [_plain(activation.forward_pass(own(whole))), activation.backward_pass(np.full((4, 3), 0.5))]
    return seen


@probe("Activation", points=0.5, contract=True, judged=True)
def an_unknown_activation(ns, rng):
    """A name that is none of the three."""
    return {kind: raised(ns.Activation, kind) for kind in ["softsign", ""]}


def _passes_of_every_kind(rng):
    """For each activation arrays of every kind, a gradient for each that it is tried with, and inputs under each as a gradient."""
    found = {}
    for kind in ["sigmoid", "tanh", "ReLU"]:
        arrays = inputs.kinds_and_sizes(rng, (3, 4))
        deltas = {name: rng.normal(size=a.shape) for name, a in (inputs.without_zeros(arrays) if kind == "ReLU" else arrays).items()}
        found[kind] = {"arrays": arrays, "deltas": deltas, "under": {name: _both_signs(rng, delta.shape) for name, delta in arrays.items()}}
    return found


@probe("Activation", points=0.25, contract=True, equal_sizes="square ones among them", draw=_passes_of_every_kind)
def activations_of_every_kind(ns, drawn):
    """Pass after pass through the same activations: entries that are tiny, of one sign or equal, gradients of zero, and sizes that are equal or 1."""
    with inputs.each_its_own() as own:
        return {kind: _passes(ns.Activation(kind), kind, tried, own) for kind, tried in drawn.items()}


def _passes(activation, kind, tried, own):
    """What comes out of one activation, pass after pass."""
    by_name, slope, passes = getattr(activation, kind), getattr(activation, "grad_" + kind), {}
    for name, delta in tried["deltas"].items():
        a = tried["arrays"][name]
        out, grad = activation.forward_pass(own(a)), activation.backward_pass(own(delta))
        passes[name] = {"forward": _plain(out), "by name": _plain(by_name(own(a))), "backward": grad, "slope": _plain(slope())}
    for name, delta in tried["arrays"].items():
        activation.forward_pass(own(tried["under"][name]))
        passes[f"delta: {name}"] = activation.backward_pass(own(delta))
    values = {name: [_plain(activation.forward_pass(own(a))), _plain(by_name(own(a)))] for name, a in tried["arrays"].items()}
    return passes | {"values": values}


# Layer


def _affine_numbers(rng, in_units, out_units):
    """Weights and biases of a layer."""
    return {"w": rng.normal(size=(in_units, out_units)), "b": rng.normal(size=(1, out_units))}


def _layer(ns, numbers):
    """A layer of the notebook with weights and biases of ours."""
    layer = ns.Layer(*numbers["w"].shape)
    layer.w, layer.b = numbers["w"], numbers["b"]
    return layer


@probe("Layer", points=1.5, tolerance=1e-5, draw=lambda rng: {"layer": _affine_numbers(rng, 4, 3), "a": rng.normal(size=(5, 4))})
def layer_forward(ns, drawn):
    """The result of the forward pass."""
    return {"a": _layer(ns, drawn["layer"]).forward_pass(drawn["a"])}


@probe("Layer", points=1.25, tolerance=1e-5,
       draw=lambda rng: {"layer": _affine_numbers(rng, 3, 5), "a": rng.normal(size=(4, 3)), "delta": rng.normal(size=(4, 5))})
def gradient_of_the_input(ns, drawn):
    """d_x, as it is returned."""
    layer = _layer(ns, drawn["layer"])
    layer.forward_pass(drawn["a"])
    return {"d_x": layer.backward_pass(drawn["delta"])}


def _two_passes(rng, in_units, out_units, rows):
    """A layer, and what goes through it and comes back to it, for batches of these sizes."""
    numbers = _affine_numbers(rng, in_units, out_units)
    return {"layer": numbers, "passes": [(rng.normal(size=(n, in_units)), rng.normal(size=(n, out_units))) for n in rows]}


def _passed_twice(ns, drawn):
    """A layer of the notebook after both passes."""
    layer = _layer(ns, drawn["layer"])
    for x, delta in drawn["passes"]:
        layer.forward_pass(x)
        layer.backward_pass(delta)
    return layer


@probe("Layer", points=1.25, tolerance=1e-5, draw=partial(_two_passes, in_units=4, out_units=2, rows=(7, 3)))
def gradient_of_the_weights(ns, drawn):
    """d_w, after two backward passes."""
    return {"d_w": _passed_twice(ns, drawn).d_w}


@probe("Layer", points=0.75, tolerance=1e-5, draw=partial(_two_passes, in_units=2, out_units=4, rows=(3, 5)))
def gradient_of_the_biases(ns, drawn):
    """d_b, after two backward passes."""
    return {"d_b": _passed_twice(ns, drawn).d_b}


def _units(rng, **numbers):
    """How many inputs and outputs a layer has; nothing is left to chance."""
    return numbers


@probe("Layer", points=1, contract=True, judged=True, draw=partial(_units, in_units=6, out_units=4))
def new_layers(ns, drawn):
    """The parameters of new layers, and what making them does to the global generator."""
    first, second = ns.Layer(*drawn.values()), ns.Layer(*drawn.values())
    streams = []
    for seed in [1, 2]:
        np.random.seed(seed)
        ns.Layer(*drawn.values())
        streams.append(np.random.random(3))
    return {"w": [first.w, second.w], "b": [first.b, second.b], "streams": streams}


@probe("Layer", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"layer": _affine_numbers(rng, 3, 2), "a": rng.normal(size=(4, 3)), "delta": rng.normal(size=(4, 2))})
def what_a_layer_keeps(ns, drawn):
    """The attributes x, a and d_x."""
    layer = _layer(ns, drawn["layer"])
    layer.forward_pass(drawn["a"])
    layer.backward_pass(drawn["delta"])
    return {"x": layer.x, "a": layer.a, "d_x": layer.d_x}


@probe("Layer", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"layer": _affine_numbers(rng, 3, 4), "a": rng.normal(size=(1, 3)), "delta": rng.normal(size=(1, 4))})
def a_layer_for_one_row(ns, drawn):
    """A batch of a single row."""
    layer = _layer(ns, drawn["layer"])
    a = layer.forward_pass(drawn["a"])
    layer.backward_pass(drawn["delta"])
    return {"a": a, "d_x": layer.d_x, "d_w": layer.d_w, "d_b": layer.d_b}


@probe("Layer", points=0.5, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"layer": _affine_numbers(rng, 3, 2), "x": rng.normal(size=(4, 3)), "delta": rng.normal(size=(4, 2))})
def a_layer_leaves_alone(ns, drawn):
    """The input, the upstream gradient and the parameters afterwards."""
    layer = _layer(ns, drawn["layer"])
    a = layer.forward_pass(drawn["x"])
    layer.backward_pass(drawn["delta"])
    return {"a": a, "w": layer.w, "b": layer.b}


@probe("Layer", points=0.5, contract=True, tolerance=1e-4,
       draw=lambda rng: {"layer": _affine_numbers(rng, 3, 2), "x": [rng.integers(-3, 4, size=(5, 3)), rng.normal(size=(4, 3)).astype(np.float32)]})
def a_layer_for_other_types(ns, drawn):
    """Integer and float32 input."""
    layer = _layer(ns, drawn["layer"])
    seen = []
    for x in drawn["x"]:
        a = layer.forward_pass(x)
        d_x = layer.backward_pass(np.full((len(x), 2), 0.25))
        seen.append({"a": a, "d_x": d_x, "d_w": layer.d_w, "d_b": layer.d_b})
    return {"seen": seen}


def _layers_of_every_kind(rng):
    """Layers with inputs and gradients: one each for every kind of entry, one for all of them, and layers of equal sizes or of 1."""
    cases = {kind: (_affine_numbers(rng, 4, 2), x) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    one = _affine_numbers(rng, 4, 2)
    cases |= {f"again: {kind}": (one, x) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    sizes = {"square": (3, 3, 3), "one input": (4, 1, 3), "one output": (2, 3, 1)}
    cases |= {name: (_affine_numbers(rng, units, outputs), rng.normal(size=(n, units))) for name, (n, units, outputs) in sizes.items()}
    found = {kind: (numbers, x, rng.normal(size=(len(x), numbers["w"].shape[1]))) for kind, (numbers, x) in cases.items()}
    large = {name: 1000 * value for name, value in _affine_numbers(rng, 4, 2).items()}
    return found | {"large weights": (large, rng.normal(size=(3, 4)), 1000 * rng.normal(size=(3, 2)))}


@probe("Layer", points=0.25, contract=True, equal_sizes="square ones among them", draw=_layers_of_every_kind)
def a_layer_of_every_kind(ns, drawn):
    """Pass after pass through the same layer: entries that are tiny, large, of one sign, zero or equal; and layers whose sizes are equal or 1."""
    one, seen = None, {}
    for kind, (numbers, x, delta) in drawn.items():
        layer = _layer(ns, numbers) if one is None or not kind.startswith("again") else one
        one = layer if kind.startswith("again") else None
        a = layer.forward_pass(x)
        d_x = layer.backward_pass(delta)
        seen[kind] = {"a": a, "d_x": d_x, "x": layer.x, "kept": [layer.a, layer.d_x], "d_w": layer.d_w, "d_b": layer.d_b}
    return seen


# Neuralnetwork


def _affine(ns, network):
    return [layer for layer in network.layers if isinstance(layer, ns.Layer)]


def _network_numbers(rng, specs, scale=1.0):
    """The widths of a network, with weights and biases of its layers."""
    layers = [{"w": scale * rng.normal(size=(n, m)), "b": rng.normal(size=(1, m))} for n, m in pairwise(specs)]
    return {"specs": specs, "layers": layers}


def _network(ns, activation, numbers):
    """A network of the notebook with weights and biases of ours."""
    network = ns.Neuralnetwork({**CONFIG, "layer_specs": list(numbers["specs"]), "activation": activation})
    for layer, own in zip(_affine(ns, network), numbers["layers"], strict=False):
        layer.w, layer.b = own["w"], own["b"]
    return network


class Batch(NamedTuple):
    """Images and one-hot labels."""

    x: np.ndarray
    targets: np.ndarray


def _batch(rng, n, features, classes):
    return Batch(rng.normal(size=(n, features)), inputs.one_hot(inputs.labels(rng, n, classes), classes))


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


def _pairs(drawn):
    """The networks and batches that are drawn, by name."""
    return [(name, tuple(one.values())) for name, one in drawn.items()]


def _gradients_of(ns, activation, numbers, batch):
    """The gradients of all layers after a pass, and what the pass returned."""
    network = _network(ns, activation, numbers)
    loss, probs = network.forward_pass(*batch)
    network.backward_pass()
    return {"loss": loss, "probs": probs, "layers": _gradients(ns, network)}


@probe("Neuralnetwork", points=1.5, tolerance=1e-5,
       draw=lambda rng: {kind: {"network": _network_numbers(rng, [4, 5, 3, 6]), "batch": _batch(rng, 7, 4, 6)} for kind in ["sigmoid", "tanh", "ReLU"]})
def probabilities_forward(ns, drawn):
    """The probabilities of networks with each activation."""
    return {kind: _network(ns, kind, numbers).forward_pass(*batch)[1] for kind, (numbers, batch) in _pairs(drawn)}


@probe("Neuralnetwork", points=1, tolerance=1e-5,
       draw=lambda rng: {"probs": inputs.probabilities(rng, 5, 4), "targets": inputs.one_hot(inputs.labels(rng, 5, 4), 4), "network": _network_numbers(rng, [4, 5, 3])})
def loss_of_probabilities(ns, drawn):
    """The loss, by loss_func."""
    probs, targets = drawn["probs"], drawn["targets"]
    return {"loss": _network(ns, "sigmoid", drawn["network"]).loss_func(probs, targets)}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-2,
       draw=lambda rng: {"p": 10 ** rng.uniform(-10.5, -9.5, size=(3, 1)), "network": _network_numbers(rng, [2, 3])})
def loss_of_a_confident_mistake(ns, drawn):
    """The loss where the right class has hardly any probability."""
    p = drawn["p"]
    probs = np.column_stack([p, 0.3 - p / 2, 0.7 - p / 2])
    return {"loss": _network(ns, "tanh", drawn["network"]).loss_func(probs, inputs.one_hot(np.zeros(3, dtype=int), 3))}


@probe("Neuralnetwork", points=0.5, tolerance=1e-5,
       draw=lambda rng: {"network": _network_numbers(rng, [4, 5, 3], scale=0.5), "batch": _batch(rng, 8, 4, 3)})
def loss_of_a_batch(ns, drawn):
    """The loss, by forward_pass."""
    return {"loss": _network(ns, "sigmoid", drawn["network"]).forward_pass(*drawn["batch"])[0]}


@probe("Neuralnetwork", points=2.25, tolerance=1e-5, equal_sizes="hidden layers of one width",
       draw=lambda rng: {"network": _network_numbers(rng, [3, 4, 4, 4, 2], scale=0.7), "batch": _batch(rng, 6, 3, 2)})
def gradients_of_a_smooth_network(ns, drawn):
    """The gradients of all layers of a tanh network with hidden layers of one width."""
    network = _network(ns, "tanh", drawn["network"])
    network.forward_pass(*drawn["batch"])
    network.backward_pass()
    return {"layers": _gradients(ns, network)}


@probe("Neuralnetwork", points=1.25, tolerance=1e-5,
       draw=lambda rng: {kind: {"network": _network_numbers(rng, [4, 6, 5, 3], scale=0.7), "batch": _batch(rng, 5, 4, 3)} for kind in ["ReLU", "sigmoid"]})
def gradients_of_other_activations(ns, drawn):
    """The gradients of a ReLU and of a sigmoid network."""
    return {kind: _gradients_of(ns, kind, *one)["layers"] for kind, one in _pairs(drawn)}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"network": _network_numbers(rng, [3, 4, 2]), "batch": _batch(rng, 4, 3, 2)})
def without_targets(ns, drawn):
    """A forward pass without targets."""
    network = _network(ns, "tanh", drawn["network"])
    x, targets = drawn["batch"]
    network.forward_pass(x, targets)
    loss, probs = network.forward_pass(x[:3] + 1)
    return {"loss": loss, "probs": probs}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"network": _network_numbers(rng, [4, 3]), "batch": _batch(rng, 1, 4, 3)})
def a_single_layer_and_a_single_row(ns, drawn):
    """A network without hidden layers, on a batch of one."""
    network = _network(ns, "sigmoid", drawn["network"])
    loss, probs = network.forward_pass(*drawn["batch"])
    network.backward_pass()
    return {"loss": loss, "probs": probs, "layers": _gradients(ns, network)}


def _large_and_far_apart(rng):
    """A network whose biases are large, and one whose images are its scores, which lie far apart."""
    large = {"network": _network_numbers(rng, [3, 4], scale=0.0), "x": rng.permutation([2000.0, 1998.0, 2001.0, 1999.5])[None, :], "batch": _batch(rng, 5, 3, 4)}
    scores, y = inputs.far_scores(rng, 7)
    classes = scores.shape[1]
    plain = {"specs": [classes, classes], "layers": [{"w": np.eye(classes), "b": np.zeros((1, classes))}]}
    return large | {"apart": {"network": plain, "batch": Batch(scores, inputs.one_hot(y, classes))}}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5, equal_sizes="images that are scores", draw=_large_and_far_apart)
def scores_of_large_size(ns, drawn):
    """Scores far too large to be exponentiated as they are, and scores far from each other."""
    network = _network(ns, "tanh", drawn["network"])
    network.layers[0].b = drawn["x"]
    loss, probs = network.forward_pass(*drawn["batch"])
    apart = _network(ns, "tanh", drawn["apart"]["network"]).forward_pass(*drawn["apart"]["batch"])
    return {"loss": loss, "probs": probs, "apart": dict(zip(("loss", "probs"), apart, strict=True))}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"network": _network_numbers(rng, [3, 5, 2], scale=0.7), "batches": [_batch(rng, n, 3, 2) for n in (7, 4)]})
def a_second_batch(ns, drawn):
    """The gradients of a second, smaller batch."""
    network = _network(ns, "tanh", drawn["network"])
    for batch in drawn["batches"]:
        loss, _ = network.forward_pass(*batch)
        network.backward_pass()
    return {"loss": loss, "layers": _gradients(ns, network)}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"network": _network_numbers(rng, [4, 3, 2], scale=0.7), "batch": _batch(rng, 5, 4, 2)})
def a_batch_that_repeats_itself(ns, drawn):
    """A batch in which every row stands three times."""
    network = _network(ns, "sigmoid", drawn["network"])
    x, targets = drawn["batch"]
    loss, _ = network.forward_pass(np.tile(x, (3, 1)), np.tile(targets, (3, 1)))
    network.backward_pass()
    return {"loss": loss, "layers": _gradients(ns, network)}


@probe("Neuralnetwork", points=0.5, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"network": _network_numbers(rng, [3, 4, 5, 2]), "batch": _batch(rng, 6, 3, 2), "config": {**CONFIG, "layer_specs": [3, 4, 5, 2]}})
def a_network_leaves_alone(ns, drawn):
    """The batch and the configuration afterwards, and the weights."""
    numbers, batch, config = drawn.values()
    network = ns.Neuralnetwork(config)
    for layer, own in zip(_affine(ns, network), numbers["layers"], strict=False):
        layer.w, layer.b = own["w"], own["b"]
    loss, _ = network.forward_pass(*batch)
    network.backward_pass()
    return {"loss": loss, "w": [layer.w for layer in _affine(ns, network)]}


def _networks_of_every_kind(rng):
    """Networks with images, by name and activation: every kind of entry among images and weights, and layers whose sizes are equal or 1."""
    images = inputs.kinds(rng, (3, 4))
    cases = {f"images: {kind}": ("tanh", _network_numbers(rng, [4, 5, 2]), x) for kind, x in images.items() if kind != "large"}
    cases["square"] = "ReLU", _network_numbers(rng, [3, 3, 3], scale=0.5), rng.normal(size=(3, 3))
    cases["one unit"] = "sigmoid", _network_numbers(rng, [1, 1, 2]), rng.normal(size=(4, 1))
    for kind, w in inputs.kinds(rng, (4, 5)).items():
        numbers = _network_numbers(rng, [4, 5, 2])
        numbers["layers"][0]["w"] = w
        cases[f"weights: {kind}"] = "tanh", numbers, rng.normal(size=(3, 4))
    found = {}
    for kind, (activation, numbers, x) in cases.items():
        classes = numbers["specs"][-1]
        labels = {"": inputs.labels(rng, len(x), classes), ", one class": np.full(len(x), 1)}
        found[kind] = activation, numbers, {name: Batch(x, inputs.one_hot(y, classes)) for name, y in labels.items()}
    return found


@probe("Neuralnetwork", points=0.25, contract=True, tolerance={"passes": 1e-5, "losses": Close(rtol=1e-5, atol=1e-6)}, equal_sizes="square ones among them", draw=_networks_of_every_kind)
def networks_of_every_kind(ns, drawn):
    """Pass after pass: images and weights that are tiny, large, of one sign, zero or equal, one class, and layers whose sizes are equal or 1."""
    losses, passes = {}, {}
    for kind, (activation, numbers, batches) in drawn.items():
        network = _network(ns, activation, numbers)
        for name, batch in batches.items():
            losses[kind + name], probs = network.forward_pass(*batch)  # near 0 where it is sure: few digits
            network.backward_pass()
            passes[kind + name] = {"probs": probs, "layers": _gradients(ns, network)}
    return {"losses": losses, "passes": passes}


def _answers_of_every_kind(rng):
    """A network, and probabilities with targets: equal sizes, one row, one class, ties and a view."""
    network = _network_numbers(rng, [4, 5, 3])
    cases = {name: inputs.probabilities(rng, *size) for name, size in {"square": (3, 3), "one row": (1, 4), "rows": (5, 3), "again": (5, 3)}.items()}
    cases["view"] = np.repeat(inputs.probabilities(rng, 4, 3), 2, axis=0)[::2]
    cases["ties"] = np.array([[0.4, 0.4, 0.2], [0.2, 0.4, 0.4]])
    answers = {kind: (probs, inputs.one_hot(inputs.labels(rng, *probs.shape), probs.shape[1])) for kind, probs in cases.items()}
    return {"network": network, "answers": answers | {"one class": (cases["rows"], inputs.one_hot(np.full(5, 2), 3))}}


@probe("Neuralnetwork", points=0.25, contract=True, tolerance=1e-5, equal_sizes="square ones among them", draw=_answers_of_every_kind)
def losses_of_every_kind(ns, drawn):
    """loss_func call after call: as many classes as rows, one row, one class, targets of one class, and a view of a larger array."""
    network = _network(ns, "sigmoid", drawn["network"])
    return {kind: network.loss_func(*answer) for kind, answer in drawn["answers"].items()}


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


SHAPES = ((2, 3), (3, 1))
"""Of the weights of a toy's two layers."""


class Numbers(NamedTuple):
    """What a toy is made of: parameters and gradients of its layers, and for a bowl where each parameter is drawn to."""

    layers: list
    centre: np.ndarray
    shift: np.ndarray


def _numbers(rng, shapes=SHAPES):
    """Numbers for a toy with layers of these shapes."""
    layers = []
    for n, m in shapes:
        own = {"w": rng.uniform(1, 2, size=(n, m)), "b": rng.uniform(1, 2, size=(1, m))}
        layers.append(own | {"d_w": rng.normal(size=(n, m)), "d_b": rng.normal(size=(1, m))})
    size = sum(own["w"].size + own["b"].size for own in layers)
    return Numbers(layers, rng.uniform(-1, 0, size=size), rng.uniform(-4, -3, size=size))


class _Toy:
    """Layers with an Activation between any two.

    Column 0 of the images tells training (0) from validation (1) rows, column 1 holds the label, column 2 the row's number.
    """

    def __init__(self, ns, numbers):
        first, *others = (self._layer(ns, own) for own in numbers.layers)
        self.layers = [first, *(part for layer in others for part in (self._between(ns), layer))]
        self.size = len(numbers.centre)
        self.trained_on = _Log()

    def _layer(self, ns, own):
        layer = object.__new__(_class(ns, "Layer"))
        layer.w, layer.b, layer.d_w, layer.d_b = (array.copy() for array in own.values())
        layer.x = layer.a = layer.d_x = None
        layer.forward_pass = layer.backward_pass = _same
        return layer

    def _between(self, ns):
        activation = object.__new__(_class(ns, "Activation"))
        activation.activation_type, activation.x = "tanh", None
        activation.forward_pass = activation.backward_pass = _same
        return activation

    def parameters(self):
        return [{"w": np.array(layer.w), "b": np.array(layer.b)} for layer in self.layers[::2]]

    def values(self):
        return np.concatenate([np.ravel(p) for layer in self.layers[::2] for p in (layer.w, layer.b)])

    def write(self, slopes):
        start = 0
        for layer in self.layers[::2]:
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

    def __init__(self, ns, numbers, cubic=0.0, slip=0.0):
        super().__init__(ns, numbers)
        self.centre, self.shift = numbers.centre, numbers.shift
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
    """Each step moves every parameter on by a fixed amount. The validation loss is read from a list, by the number of steps taken: it is
    the mean of unlike rows, of which any four in a row have it. So is the training loss, which is that of every row; without a list it
    is always the same.
    """

    def __init__(self, ns, numbers, script, training_losses=(0.375,)):
        super().__init__(ns, numbers)
        self.script, self.training_losses = script, training_losses

    def forward_pass(self, x, targets=None):
        x, unlike = np.asarray(x), (np.asarray(x)[:, 2] % 4 - 1.5) / 8
        probs = np.zeros((len(x), self.size))
        probs[:, 0] = np.where(x[:, 0] == 1, self._now(self.script) + unlike, self._now(self.training_losses))
        self.latest = x, targets
        return None if targets is None else self.loss_func(probs, targets), probs

    def _now(self, losses):
        return losses[min(len(self.trained_on), len(losses) - 1)]

    def loss_func(self, probs, targets):
        return float(probs[:, 0].sum() / len(probs))

    def backward_pass(self):
        self.trained_on.append(tuple(np.array(part) for part in self.latest))
        self.write(-1.0 - np.arange(self.size))


def rows(rng, n, size, validation=False):
    """Images and one-hot labels for a toy: column 0 marks validation rows, 1 is the label, 2 the row's number, 3 noise."""
    label = inputs.labels(rng, n, 10)
    x = np.column_stack([np.full(n, float(validation)), label, np.arange(n), rng.normal(size=n)])
    return x, inputs.one_hot(label, size)


class Training(NamedTuple):
    """A toy's numbers, and what trainer is given with it."""

    toy: Numbers
    X_train: np.ndarray
    y_train: np.ndarray
    X_valid: np.ndarray
    y_valid: np.ndarray
    config: dict


def training(rng, n=16, valid=8, shapes=SHAPES, **changes):
    """A training of a toy on n rows; of 16, a step takes 6, 6 and 4."""
    toy = _numbers(rng, shapes)
    size = len(toy.centre)
    return Training(toy, *rows(rng, n, size), *rows(rng, valid, size, validation=True), {**CONFIG, **changes})


def _train(ns, model, drawn, **changes):
    """The history of a training of this model."""
    _, *data, config = drawn
    return ns.trainer(model, *data, {**config, **changes} if changes else config)


def _trained(ns, drawn):
    """The parameters of a bowl after its training."""
    model = _Bowl(ns, drawn.toy)
    _train(ns, model, drawn)
    return {"layers": model.parameters()}


def _follow(ns, drawn, script, **changes):
    """Train a toy whose validation loss is scripted, one step an epoch. Returns what the history says of it, and the parameters."""
    model = _Script(ns, drawn.toy, script)
    history = _train(ns, model, drawn, batch_size=16, epochs=len(script) - 1, momentum_gamma=0.0, **changes)
    return {"valid_loss": _plain(history["valid_loss"])}, {"layers": model.parameters()}


# trainer


@probe("trainer", points=1.5, tolerance=1e-5, draw=training)
def plain_steps(ns, drawn):
    """The parameters after some epochs without momentum, penalty or early stopping, the last batch being short."""
    return _trained(ns, drawn)


@probe("trainer", points=2.75, judged=True, draw=partial(training, n=23, valid=7, batch_size=5))
def rows_of_each_epoch(ns, drawn):
    """Which rows, with which labels, are trained on in each epoch."""
    model = _Bowl(ns, drawn.toy)
    _train(ns, model, drawn)
    return {"batches": [[x, targets] for x, targets in model.trained_on]}


@probe("trainer", points=2.25, tolerance=1e-5, draw=partial(training, momentum=True))
def steps_with_momentum(ns, drawn):
    """The parameters after some epochs with momentum, several batches each."""
    return _trained(ns, drawn)


@probe("trainer", points=2, tolerance=1e-5, draw=partial(training, L2_penalty=0.7))
def steps_with_a_penalty(ns, drawn):
    """The parameters after some epochs with an L2 penalty."""
    return _trained(ns, drawn)


@probe("trainer", points=2.75, tolerance=1e-5, draw=training)
def best_weights(ns, drawn):
    """The parameters after a run whose validation loss rises until it is stopped."""
    return _follow(ns, drawn, [3.0, 2.5, 1.5, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25], early_stop=True)[1]


@probe("trainer", points=2.25, tolerance=1e-5, draw=training)
def rising_in_a_row(ns, drawn):
    """The validation losses of a run that rises and falls several times before it is stopped."""
    script = [9.0, 5.0, 3.0, 4.0, 3.5, 3.75, 4.25, 3.25, 4.5, 4.75, 5.0, 5.5, 6.0, 6.5, 7.0]
    return _follow(ns, drawn, script, early_stop=True, early_stop_epoch=4)[0]


@probe("trainer", points=0.75, contract=True, tolerance=1e-5, draw=training)
def best_weights_without_a_stop(ns, drawn):
    """The parameters after a run that reaches its last epoch past its lowest validation loss, and after one whose last is its lowest."""
    past = _follow(ns, drawn, [3.0, 2.5, 1.5, 1.75, 1.6, 1.7, 1.65], early_stop=True)[1]
    return past | {"falling to the end": _follow(ns, drawn, [3.0, 2.5, 2.0, 1.75, 1.5], early_stop=True)[1]}


@probe("trainer", points=0.75, contract=True, tolerance=1e-5, draw=training)
def early_stopping_switched_off(ns, drawn):
    """A run with early stopping switched off whose validation loss rises."""
    losses, parameters = _follow(ns, drawn, [3.0, 2.5, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75])
    return {**losses, **parameters}


@probe("trainer", points=0.75, contract=True, tolerance=1e-5, draw=training)
def rising_from_the_start(ns, drawn):
    """A run whose validation loss is lowest before the first epoch."""
    losses, parameters = _follow(ns, drawn, [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0], early_stop=True)
    return {**losses, **parameters}


@probe("trainer", points=0.75, contract=True, tolerance=1e-5, draw=training)
def an_equal_loss(ns, drawn):
    """A run in which two successive validation losses are equal."""
    return _follow(ns, drawn, [4.0, 3.0, 2.0, 2.5, 2.75, 2.75, 3.0, 3.25, 3.5, 3.75, 4.0, 4.5], early_stop=True)[0]


def falling(rng):
    """A training of two epochs of three steps each, and the training losses before each step and after the last: in the first epoch the
    least is not that of the last batch, in the second one the largest is not that of the first."""
    return {"training": training(rng, epochs=2), "losses": [3.0, 1.75, 2.3125, 1.0625, 1.5, 0.6875, 0.5]}


@probe("trainer", points=0.75, contract=True, judged=True, compared=("valid_loss", "valid_loss with a penalty"), tolerance=1e-5, draw=falling)
def the_history(ns, inputs_drawn):
    """The lists of the history, and what a penalty changes in the validation losses."""
    drawn, losses = inputs_drawn.values()
    model = _Script(ns, drawn.toy, [2.0, 1.0, 0.75, 0.875, 0.5, 0.625, 0.125], losses)
    plain = _train(ns, model, drawn)
    penalized = _train(ns, _Script(ns, drawn.toy, [2.0, 1.0, 0.75, 0.875, 0.5]), drawn, batch_size=16, epochs=4, L2_penalty=0.4)
    return {
        "train_loss": _plain(plain["train_loss"]),
        "sizes": [len(x) for x, _ in model.trained_on],
        "valid_loss": _plain(plain["valid_loss"]),
        "valid_loss with a penalty": _plain(penalized["valid_loss"]),
    }


@probe("trainer", points=0.75, contract=True, tolerance=1e-5, equal_sizes="what a layer gives, the next one takes",
       draw=partial(training, shapes=((2, 3), (3, 4), (4, 1)), momentum=True, momentum_gamma=0.6, L2_penalty=0.3, learning_rate=0.05))
def steps_with_both(ns, drawn):
    """The parameters of three layers after some epochs with momentum and penalty together."""
    return _trained(ns, drawn)


@probe("trainer", points=0.5, contract=True, tolerance=1e-5, equal_sizes="two layers of one shape",
       draw=partial(training, shapes=((2, 2), (2, 2)), momentum=True))
def layers_of_one_shape(ns, drawn):
    """The parameters of two layers of one shape after some epochs with momentum."""
    return _trained(ns, drawn)


@probe("trainer", points=0.75, contract=True, tolerance=1e-5, draw=partial(training, momentum=True, epochs=1))
def a_second_training(ns, drawn):
    """A second training of the same model, with momentum."""
    model = _Bowl(ns, drawn.toy)
    for _ in range(2):
        _train(ns, model, drawn)
    return {"layers": model.parameters()}


@probe("trainer", points=0.75, contract=True, tolerance=1e-5, unchanged=("X_train", "y_train", "X_valid", "y_valid", "config"),
       draw=partial(training, n=19, valid=5, momentum=True, early_stop=True))
def trainer_leaves_alone(ns, drawn):
    """The images, the labels and the configuration afterwards."""
    return _trained(ns, drawn)


# test


class _Answers:
    """A model whose answer to a row is the row itself, and the least likely class where the row is not what the probe gave: its sum is not 1."""

    def forward_pass(self, x, targets=None):
        x = np.array(x)
        probs = np.where(np.abs(x.sum(axis=1, keepdims=True) - 1) < 1e-3, x, 1 - x)
        return None if targets is None else self.loss_func(x, targets), probs

    def loss_func(self, probs, targets):
        return float(len(probs))


class Answered(NamedTuple):
    """Images that are probabilities, and their labels."""

    X_test: np.ndarray
    y_test: np.ndarray


def _sure(rng, n, classes):
    """Probabilities of which every third favours a class of its own, with labels."""
    probs, label = inputs.probabilities(rng, n, classes), inputs.labels(rng, n, classes)
    for row in range(n):
        probs[row, label[row] if row % 3 else (label[row] + 1) % classes] += 1
    return Answered(probs / probs.sum(axis=1, keepdims=True), inputs.one_hot(label, classes))


@probe("test", points=0.75, tolerance=1e-5, draw=lambda rng: _sure(rng, 17, 10))
def share_of_right_answers(ns, drawn):
    """A model that is right on part of the images."""
    return {"accuracy": ns.test(_Answers(), *drawn, CONFIG)}


@probe("test", points=0.5, tolerance=1e-5, draw=lambda rng: {"probs": 0.1 + inputs.probabilities(rng, 12, 4), "label": inputs.labels(rng, 12, 4)})
def timid_answers(ns, drawn):
    """A model that is never sure."""
    probs, label = drawn.values()
    for row in range(12):
        probs[row, label[row] if row < 8 else (label[row] + 1) % 4] = probs[row].max() * 1.01
    return {"accuracy": ns.test(_Answers(), probs / probs.sum(axis=1, keepdims=True), inputs.one_hot(label, 4), CONFIG)}


@probe("test", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: _sure(rng, 5, 3))
def one_image(ns, drawn):
    """A single image that the model gets right, and one that it gets wrong."""
    probs, y = drawn
    return {"wrong": ns.test(_Answers(), probs[:1], y[:1], CONFIG), "right": ns.test(_Answers(), probs[1:2], y[1:2], CONFIG)}


@probe("test", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: _sure(rng, 8, 5))
def test_leaves_alone(ns, drawn):
    """The images and labels afterwards."""
    return {"accuracy": ns.test(_Answers(), *drawn, dict(CONFIG))}


def accuracies_of_every_kind_inputs(rng):
    sets = {name: _sure(rng, *size) for name, size in {"square": (4, 4), "two classes": (7, 2), "other images": (7, 2)}.items()}
    probs, y = _sure(rng, 6, 3)
    sets |= {"zeros": (np.where(probs < 0.2, 0.0, probs), y), "one class": (probs, inputs.one_hot(np.full(6, 1), 3))}
    sets["view"] = np.repeat(probs, 2, axis=0)[::2], y
    return sets


@probe("test", points=0.25, contract=True, equal_sizes="square ones among them", draw=accuracies_of_every_kind_inputs)
def accuracies_of_every_kind(ns, drawn):
    """Call after call: as many classes as images, two classes, one class, probabilities of 0, and a view of a larger array."""
    sets = drawn
    return {kind: ns.test(_Answers(), *data, CONFIG) for kind, data in sets.items()}


# gradient_approximation


class Approximation(NamedTuple):
    """A toy's numbers, and a batch."""

    toy: Numbers
    x: np.ndarray
    y: np.ndarray


def approximation(rng, n=5):
    """Numbers of a toy, and a batch of n rows."""
    toy = _numbers(rng)
    return Approximation(toy, *rows(rng, n, len(toy.centre)))


def approximation_by_unlike_rows(rng):
    """The same with training and validation rows in one batch: the slope of some of its rows is not that of all."""
    made = approximation(rng)
    made.x[::2, 0] = 1.0
    return made


def _is_truth(value):
    """Whether a value says yes or no; another number, or a text, is none that says whether two gradients agree."""
    return np.size(value) == 1 and (np.asarray(value).dtype == bool or np.ravel(value)[0] in (0, 1))


def _approximate(ns, drawn, model, entries, **epsilon):
    """What the notebook's function says of several entries."""
    seen = {"numerical": [], "analytic": [], "within": []}
    for entry in entries:
        numerical, analytic, within = ns.gradient_approximation(model, *entry, drawn.x, drawn.y, **epsilon)
        seen["numerical"].append(float(numerical))
        seen["analytic"].append(float(analytic))
        seen["within"].append(bool(within) if _is_truth(within) else within)
    return seen


@probe("gradient_approximation", points=2, tolerance=1e-5, draw=approximation_by_unlike_rows)
def numerical_for_weights(ns, drawn):
    """The numerical gradient for weights of both layers."""
    entries = [(0, "w", (1, 2)), (0, "w", (0, 1)), (0, "w", (1, 0)), (2, "w", (2, 0))]
    return {"numerical": _approximate(ns, drawn, _Bowl(ns, drawn.toy, cubic=3.0), entries, epsilon=5e-2)["numerical"]}


@probe("gradient_approximation", points=1.75, tolerance=1e-5, draw=approximation_by_unlike_rows)
def numerical_for_biases(ns, drawn):
    """The numerical gradient for biases of both layers."""
    entries = [(0, "b", (0, 2)), (2, "b", (0, 0)), (0, "b", (0, 1))]
    return {"numerical": _approximate(ns, drawn, _Bowl(ns, drawn.toy, cubic=3.0), entries, epsilon=5e-2)["numerical"]}


@probe("gradient_approximation", points=1.75, tolerance=1e-5, draw=lambda rng: {"toys": [approximation_by_unlike_rows(rng) for _ in range(4)]})
def analytic_for_both(ns, drawn):
    """The analytic gradient for weights and biases, which no earlier pass has left behind."""
    entries, seen = [(0, "w", (1, 0)), (2, "w", (1, 0)), (0, "b", (0, 2)), (2, "b", (0, 0))], []
    for one, entry in zip(drawn["toys"], entries, strict=True):
        seen += _approximate(ns, one, _Bowl(ns, one.toy, cubic=3.0), [entry], epsilon=5e-2)["analytic"]
    return {"analytic": seen}


@probe("gradient_approximation", points=2, tolerance=1e-5, draw=approximation)
def whether_they_agree(ns, drawn):
    """Whether the two are said to agree, for right, slightly wrong and strongly bent models."""
    entries = [(0, "w", (1, 1)), (2, "b", (0, 0))]
    models = {"right": (0.0, 0.0), "bent": (12.0, 0.0), "strongly bent": (150.0, 0.0)}
    models |= {"close": (0.0, 8.5e-4), "slightly wrong": (0.0, 9.5e-4), "too small": (0.0, -9.5e-4), "wrong": (0.0, 5e-2)}
    models |= {"forty": (0.0, 4e-3)}  # times epsilon squared
    return {name: _approximate(ns, drawn, _Bowl(ns, drawn.toy, *bent), entries, epsilon=1e-2)["within"] for name, bent in models.items()}


def small_parameters(rng):
    """The same with parameters of about a thousandth."""
    made = approximation(rng)
    layers = [own | {"w": own["w"] / 1000, "b": own["b"] / 1000} for own in made.toy.layers]
    return made._replace(toy=made.toy._replace(layers=layers))


@probe("gradient_approximation", points=0.75, contract=True, tolerance=1e-5, draw=small_parameters)
def parameters_put_back(ns, drawn):
    """The parameters afterwards."""
    model = _Bowl(ns, drawn.toy, cubic=3.0)
    entries = [(0, "w", (i, j)) for i in range(2) for j in range(3)] + [(0, "b", (0, j)) for j in range(3)] + [(2, "w", (i, 0)) for i in range(3)]
    seen = _approximate(ns, drawn, model, entries, epsilon=1e-2)
    return {"within": seen["within"], "inputs": {"parameters": [float(value).hex() for value in model.values()]}}  # the model's, not those drawn


@probe("gradient_approximation", points=0.75, contract=True, tolerance=1e-5, draw=approximation)
def the_default_step(ns, drawn):
    """A call without epsilon: what it measures, and whether gradients agree that just meet the criterion or just miss it."""
    entries = [(0, "w", (0, 2)), (2, "w", (0, 0))]
    slips = {name: _approximate(ns, drawn, _Bowl(ns, drawn.toy, slip=slip), entries)["within"] for name, slip in {"close": 8.5e-4, "slightly wrong": 9.5e-4}.items()}
    return _approximate(ns, drawn, _Bowl(ns, drawn.toy, cubic=80.0), entries) | slips


@probe("gradient_approximation", points=0.5, contract=True, tolerance=1e-5, draw=approximation)
def a_smaller_step(ns, drawn):
    """Whether the two agree at a smaller step."""
    models = {"right": (1.0, 0.0), "close": (0.0, 3e-8), "slightly wrong": (0.0, 3e-7)}
    return {name: _approximate(ns, drawn, _Bowl(ns, drawn.toy, *bent), [(0, "w", (1, 1))], epsilon=1e-4)["within"] for name, bent in models.items()}


@probe("gradient_approximation", points=0.5, contract=True, tolerance=1e-5, unchanged=("x", "y"), draw=partial(approximation, n=6))
def the_batch_left_alone(ns, drawn):
    """The batch afterwards."""
    numerical, _, _ = ns.gradient_approximation(_Bowl(ns, drawn.toy), 2, "w", (1, 0), drawn.x, drawn.y, epsilon=1e-2)
    return {"numerical": float(numerical)}
