"""Hidden tests of layers_digits. No right answer to any question stands here."""
import inspect

import numpy as np

from autograder import inputs
from autograder.probe import probe, raised

# --- affine layer, forward ---


@probe("affine_forward", points=1.5, tolerance=1e-5)
def examples_with_several_axes(ns, rng):
    """Examples that are arrays of several axes, all of different length; the biases are zero."""
    out, _ = ns.affine_forward(rng.normal(size=(4, 2, 5, 3)), rng.normal(size=(30, 7)), np.zeros(7))
    return {"out": out}


@probe("affine_forward", points=1, tolerance=1e-5)
def examples_that_are_rows(ns, rng):
    """Examples that are rows already, with large biases of both signs."""
    x, w, b = rng.normal(size=(5, 4)), rng.normal(size=(4, 6)), inputs.away_from_zero(rng, (6,), gap=40)
    out, _ = ns.affine_forward(x, w, b)
    return {"out": out}


@probe("affine_forward", points=0.75, contract=True, tolerance=1e-5)
def what_affine_caches(ns, rng):
    """The cache holds x as it came, w and b."""
    x, w, b = rng.normal(size=(3, 4, 2)), rng.normal(size=(8, 5)), rng.normal(size=5)
    _, cache = ns.affine_forward(x, w, b)
    x_kept, w_kept, b_kept = cache
    return {"x": x_kept, "w": w_kept, "b": b_kept}


@probe("affine_forward", points=0.75, contract=True, tolerance=1e-5)
def affine_leaves_its_inputs(ns, rng):
    """The arguments are left as they were, and the output shares no memory with them."""
    x, w, b = rng.normal(size=(3, 2, 2)), rng.normal(size=(4, 5)), rng.normal(size=5)
    out, _ = ns.affine_forward(x, w, b)
    inputs.scribble(out)
    return {"inputs": {"x": x, "w": w, "b": b}}


@probe("affine_forward", points=0.25, contract=True, tolerance=1e-5)
def affine_of_one_example(ns, rng):
    """A batch of a single example."""
    out, _ = ns.affine_forward(rng.normal(size=(1, 3, 2)), rng.normal(size=(6, 4)), rng.normal(size=4))
    return {"out": out}


@probe("affine_forward", points=0.25, contract=True, tolerance=1e-5)
def affine_of_whole_numbers(ns, rng):
    """Pixels that are whole numbers."""
    out, _ = ns.affine_forward(rng.integers(-3, 9, size=(3, 5)), rng.normal(size=(5, 4)), rng.normal(size=4))
    return {"out": out}


@probe("affine_forward", points=0.25, contract=True, tolerance=1e-4)
def affine_in_single_precision(ns, rng):
    """Arrays of float32."""
    x, w, b = (rng.uniform(0.5, 2, size=size).astype(np.float32) for size in ((4, 3, 2), (6, 5), (5,)))
    out, (x_kept, w_kept, b_kept) = ns.affine_forward(x, w, b)
    return {"out": out, "x": x_kept, "w": w_kept, "b": b_kept}


def affine_arguments(rng):
    """Examples of every kind of entry; square examples and weights, and layers with one input or one output."""
    kinds = {kind: (x, rng.normal(size=(4, 2)), rng.normal(size=2)) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    sizes = {"square": (3, 3, 3), "one input": (4, 1, 3), "one output": (2, 3, 1)}
    return kinds | {name: (rng.normal(size=(n, d)), rng.normal(size=(d, m)), rng.normal(size=m)) for name, (n, d, m) in sizes.items()}


@probe("affine_forward", points=0.25, contract=True)
def affine_of_every_kind(ns, rng):
    """Call after call: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    seen = {}
    for kind, (x, w, b) in affine_arguments(rng).items():
        out, (x_kept, w_kept, b_kept) = ns.affine_forward(x, w, b)
        seen[kind] = {"out": out, "x": x_kept, "w": w_kept, "b": b_kept}
    return seen


# --- affine layer, backward. The cache comes from here, so a wrong forward pass costs nothing. ---


def _affine_gradients(ns, rng, shape, outputs):
    """Call affine_backward on drawn arrays; return dx, dw, db."""
    x, w, b = rng.normal(size=shape), rng.normal(size=(int(np.prod(shape[1:])), outputs)), rng.normal(size=outputs)
    return ns.affine_backward(rng.normal(size=(shape[0], outputs)), (x, w, b))


@probe("affine_backward", points=1.25, tolerance=1e-5)
def gradient_of_the_inputs(ns, rng):
    """The gradient of inputs with several axes."""
    dx, _, _ = _affine_gradients(ns, rng, (5, 2, 4, 3), 7)
    return {"dx": dx}


@probe("affine_backward", points=1.25, tolerance=1e-5)
def gradient_of_the_weights(ns, rng):
    """The gradient of the weights, for inputs with several axes."""
    _, dw, _ = _affine_gradients(ns, rng, (4, 3, 2, 2), 5)
    return {"dw": dw}


@probe("affine_backward", points=1, tolerance=1e-5)
def gradient_of_the_biases(ns, rng):
    """The gradient of the biases."""
    _, _, db = _affine_gradients(ns, rng, (6, 2, 2), 3)
    return {"db": db}


@probe("affine_backward", points=0.5, contract=True, tolerance=1e-5)
def gradients_of_rows(ns, rng):
    """All three gradients where the examples are rows already."""
    dx, dw, db = _affine_gradients(ns, rng, (4, 3), 6)
    return {"dx": dx, "dw": dw, "db": db}


@probe("affine_backward", points=0.5, contract=True, tolerance=1e-5)
def gradients_of_one_example(ns, rng):
    """All three gradients of a batch of a single example."""
    dx, dw, db = _affine_gradients(ns, rng, (1, 2, 3), 4)
    return {"dx": dx, "dw": dw, "db": db}


@probe("affine_backward", points=0.75, contract=True, tolerance=1e-5)
def affine_gradients_leave_their_inputs(ns, rng):
    """The upstream gradient and the cache are left as they were, and no gradient shares memory with them."""
    x, w, b, dout = rng.normal(size=(1, 2, 2)), rng.normal(size=(4, 3)), rng.normal(size=3), rng.normal(size=(1, 3))
    inputs.scribble(*ns.affine_backward(dout, (x, w, b)))
    return {"inputs": {"dout": dout, "x": x, "w": w, "b": b}}


@probe("affine_backward", points=0.5, contract=True, tolerance=1e-5)
def gradients_of_whole_numbers(ns, rng):
    """Pixels that are whole numbers."""
    x, w, b = rng.integers(-2, 9, size=(4, 2, 3)), rng.normal(size=(6, 5)), rng.normal(size=5)
    dx, dw, db = ns.affine_backward(rng.normal(size=(4, 5)), (x, w, b))
    return {"dx": dx, "dw": dw, "db": db}


@probe("affine_backward", points=0.5, contract=True, tolerance=1e-4)
def affine_gradients_in_single_precision(ns, rng):
    """Arrays of float32."""
    x, w, b, dout = (rng.uniform(0.5, 2, size=size).astype(np.float32) for size in ((3, 2, 2), (4, 5), (5,), (3, 5)))
    dx, dw, db = ns.affine_backward(dout, (x, w, b))
    return {"dx": dx, "dw": dw, "db": db}


@probe("affine_backward", points=0.5, contract=True, tolerance=1e-5)
def gradients_of_large_inputs(ns, rng):
    """Inputs a billion times as large as the weights."""
    x, w, b = 1e9 * rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), rng.normal(size=2)
    dx, dw, db = ns.affine_backward(rng.normal(size=(3, 2)), (x, w, b))
    return {"dx": dx, "dw": dw, "db": db}


@probe("affine_backward", points=0.25, contract=True)
def affine_gradients_of_every_kind(ns, rng):
    """Call after call: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    seen = {}
    for kind, (x, w, b) in affine_arguments(rng).items():
        dx, dw, db = ns.affine_backward(rng.normal(size=(len(x), len(b))), (x, w, b))
        seen[kind] = {"dx": dx, "dw": dw, "db": db}
    return seen


# --- ReLU, forward ---


@probe("relu_forward", points=0.5, tolerance=1e-5)
def both_signs(ns, rng):
    """A matrix with entries of both signs."""
    out, _ = ns.relu_forward(inputs.away_from_zero(rng, (6, 5)))
    return {"out": out}


@probe("relu_forward", points=0.5, tolerance=1e-5)
def large_entries_on_several_axes(ns, rng):
    """An array of several axes, with large entries."""
    out, _ = ns.relu_forward(1e6 * inputs.away_from_zero(rng, (3, 2, 4, 2)))
    return {"out": out}


@probe("relu_forward", points=0.25, contract=True, tolerance=1e-5)
def what_relu_caches(ns, rng):
    """The cache is x itself."""
    _, cache = ns.relu_forward(inputs.away_from_zero(rng, (4, 3)))
    return {"cache": cache}


@probe("relu_forward", points=0.25, contract=True, tolerance=1e-5)
def relu_leaves_its_input(ns, rng):
    """x is left as it was, and the output shares no memory with it."""
    x = inputs.away_from_zero(rng, (3, 4))
    positive = np.abs(x)
    for each in (x, positive):
        out, _ = ns.relu_forward(each)
        inputs.scribble(out)
    return {"inputs": {"x": x, "positive": positive}}


@probe("relu_forward", points=0.25, contract=True, tolerance=1e-5)
def relu_of_whole_numbers(ns, rng):
    """Whole numbers, and a batch of a single example."""
    out, _ = ns.relu_forward(rng.permutation(np.arange(-4, 5))[None])
    return {"out": out}


def entries(rng):
    """Arrays of every kind of entry and of every size, and one of float32."""
    single = inputs.away_from_zero(rng, (2, 3)).astype(np.float32)
    return inputs.kinds_and_sizes(rng, (3, 4)) | {"single precision": single}


@probe("relu_forward", points=0.25, contract=True)
def relu_of_every_kind(ns, rng):
    """Call after call: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    seen = {}
    for kind, x in entries(rng).items():
        out, cache = ns.relu_forward(x)
        seen[kind] = {"out": out, "cache": cache}
    return seen


# --- ReLU, backward. Inputs keep away from the kink. ---


@probe("relu_backward", points=1.25, tolerance=1e-5)
def the_gate(ns, rng):
    """An upstream gradient and inputs of both signs, in every combination."""
    x, dout = inputs.away_from_zero(rng, (6, 7)), inputs.away_from_zero(rng, (6, 7))
    return {"dx": ns.relu_backward(dout, x)}


@probe("relu_backward", points=0.75, tolerance=1e-5)
def the_gate_on_several_axes(ns, rng):
    """Arrays of several axes, where a handful of inputs are positive."""
    x, dout = inputs.away_from_zero(rng, (2, 3, 4, 5)) - 0.8, rng.normal(size=(2, 3, 4, 5))
    return {"dx": ns.relu_backward(dout, np.where(np.abs(x) < 0.01, -0.5, x))}


@probe("relu_backward", points=1, contract=True, tolerance=1e-5)
def relu_gradient_leaves_its_inputs(ns, rng):
    """The upstream gradient and the cache are left as they were, and the result shares no memory with them."""
    x, dout = inputs.away_from_zero(rng, (4, 5)), rng.normal(size=(4, 5))
    positive, whole = np.abs(x), dout.copy()
    inputs.scribble(ns.relu_backward(dout, x), ns.relu_backward(whole, positive))
    return {"inputs": {"x": x, "dout": dout, "positive": positive, "whole": whole}}


@probe("relu_backward", points=0.25, contract=True, tolerance=1e-5)
def the_gate_at_any_size(ns, rng):
    """Inputs and upstream gradients that are very large and very small."""
    x, dout = inputs.away_from_zero(rng, (5, 4)), inputs.away_from_zero(rng, (5, 4))
    return {"dx": ns.relu_backward(1e9 * dout, 1e-6 * x), "small": ns.relu_backward(1e-5 * dout, 1e9 * x)}


@probe("relu_backward", points=0.25, contract=True, tolerance=1e-5)
def the_gate_of_whole_numbers(ns, rng):
    """Whole numbers as inputs, and a batch of a single example."""
    x = rng.permutation(np.array([-5, -3, -2, -1, 1, 2, 4, 6]))[None]
    return {"dx": ns.relu_backward(rng.normal(size=(1, 8)), x)}


@probe("relu_backward", points=0.25, contract=True, tolerance=1e-4)
def the_gate_in_single_precision(ns, rng):
    """Arrays of float32."""
    x, dout = (inputs.away_from_zero(rng, (3, 4)).astype(np.float32) for _ in range(2))
    return {"dx": ns.relu_backward(dout, x)}


@probe("relu_backward", points=0.25, contract=True)
def the_gate_of_every_kind(ns, rng):
    """Call after call: entries that are tiny, large, of one sign or equal, upstream gradients of zero, and sizes that are equal or 1."""
    cases = {kind: (inputs.away_from_zero(rng, (3, 4)), dout) for kind, dout in inputs.kinds(rng, (3, 4)).items()}
    cases |= {f"inputs: {kind}": (x, rng.normal(size=x.shape)) for kind, x in inputs.without_zeros(entries(rng)).items()}
    return {kind: ns.relu_backward(dout, x) for kind, (x, dout) in cases.items()}


# --- a check of layers, tried on layers that are right and on layers that are wrong ---


class Suspect:
    """A layer that works entry by entry, held by numbers alone: its curve, and what its backward function makes of dout.

    curve: of x and of x**3, each for x of 0 or more and for negative x. slope: the same of 1 and x**2. sends: how much of the gradient, of
    its share of one example, of that of another example, of the slope with
    another example's dout, and of the bare slope comes back. place: an index into the result.
    """

    def __init__(self, curve, slope, sends=(1.0, 0.0, 0.0, 0.0, 0.0), place=(Ellipsis,)):
        self.curve, self.slope, self.sends, self.place = curve, slope, sends, place

    def forward(self, x):
        side = np.less(x, 0).astype(int)
        return self.curve[0][side] * x + self.curve[1][side] * np.power(x, 3), {"x": np.array(x)}

    def backward(self, dout, cache):
        x = cache["x"]
        side = np.less(x, 0).astype(int)
        slope = self.slope[0][side] + self.slope[1][side] * x**2
        own = slope * dout
        others = slope * np.roll(np.broadcast_to(dout, x.shape), 1, axis=0)
        parts = own, own / np.shape(x)[0], own[::-1], others, slope
        return sum(share * part for share, part in zip(self.sends, parts, strict=True) if share)[self.place]


def drawn_curve(rng, kink=1.0):
    """A curve that rises or falls everywhere, and its slope; kink is a factor of both where x is negative."""
    curve = np.outer(rng.permutation([-1, 1])[0] * rng.uniform([0.5, 0.2], [1.5, 0.5]), [1.0, kink])
    return curve, curve * np.array([[1.0], [3.0]])


def called(check, suspect):
    """What a check does with a suspect: the classes of what it raises, and the kind of thing that it returns."""
    returned = []
    names = raised(lambda: returned.append(type(check(suspect.forward, suspect.backward)).__name__))
    return {"raised": names, "returned": returned}


def told(ns, rng, suspects):
    """What check_layer does with the suspects, each of them twice and all in random order, so that guesses come to nothing."""
    seen = {name: [] for name in suspects}
    for name in rng.permutation([*suspects, *suspects]):
        seen[name].append(called(ns.check_layer, suspects[name]))
    return seen


@probe("check_layer", points=0.5, judged=True)
def gradients_that_are_plainly_wrong(ns, rng):
    """A right layer, one whose gradient has the wrong sign, and one that forgets a factor."""
    curve, slope = drawn_curve(rng)
    return told(ns, rng, {"right": Suspect(curve, slope), "sign": Suspect(curve, -slope), "factor": Suspect(curve, curve)})


@probe("check_layer", points=0.5, judged=True)
def gradients_wrong_on_one_side(ns, rng):
    """A right layer, and two whose gradient is wrong for inputs of one sign."""
    curve, slope = drawn_curve(rng)
    below, above = slope * [1.0, 0.4], slope * [0.4, 1.0]
    return told(ns, rng, {"right": Suspect(curve, slope), "below": Suspect(curve, below), "above": Suspect(curve, above)})


@probe("check_layer", points=0.5, judged=True)
def gradients_without_dout(ns, rng):
    """A right layer, and one that returns its slope whatever dout is."""
    curve, slope = drawn_curve(rng)
    return told(ns, rng, {"right": Suspect(curve, slope), "bare": Suspect(curve, slope, (0.0, 0.0, 0.0, 0.0, 1.0))})


@probe("check_layer", points=0.5, judged=True)
def gradients_that_mix_the_examples(ns, rng):
    """A right layer, one that divides by the number of examples, and two that exchange the examples."""
    curve, slope = drawn_curve(rng)
    ways = {"right": (1, 0, 0, 0, 0), "shared": (0, 1, 0, 0, 0), "exchanged": (0, 0, 1, 0, 0), "other dout": (0, 0, 0, 1, 0)}
    return told(ns, rng, {name: Suspect(curve, slope, sends) for name, sends in ways.items()})


@probe("check_layer", points=0.5, judged=True)
def gradients_slightly_off(ns, rng):
    """A right layer, and one whose gradient is a little too large everywhere."""
    curve, slope = drawn_curve(rng)
    return told(ns, rng, {"right": Suspect(curve, slope), "off": Suspect(curve, 1.003 * slope)})


@probe("check_layer", points=0.5, contract=True, judged=True)
def layers_of_any_size(ns, rng):
    """Right layers with large and with small outputs, and a wrong one with small outputs."""
    (curve, slope), small = drawn_curve(rng), 1e-5
    suspects = {"large": Suspect(1e6 * curve, 1e6 * slope), "small": Suspect(small * curve, small * slope)}
    return told(ns, rng, suspects | {"wrong": Suspect(small * curve, 2 * small * slope)})


@probe("check_layer", points=0.5, contract=True, judged=True)
def layers_with_a_kink(ns, rng):
    """A right layer with a kink at zero, and a wrong one."""
    curve, slope = drawn_curve(rng, kink=rng.uniform(2, 3))
    return told(ns, rng, {"right": Suspect(curve, slope), "wrong": Suspect(curve, slope[:, ::-1])})


@probe("check_layer", points=0.25, contract=True, judged=True)
def gradients_that_are_not_numbers(ns, rng):
    """A right layer, and one whose gradient is not a number for inputs of one sign."""
    curve, slope = drawn_curve(rng)
    return told(ns, rng, {"right": Suspect(curve, slope), "nan": Suspect(curve, slope * [1.0, np.nan])})


@probe("check_layer", points=0.25, contract=True, judged=True)
def gradients_of_another_shape(ns, rng):
    """A right layer, and one whose gradient has an axis more than its input."""
    curve, slope = drawn_curve(rng)
    return told(ns, rng, {"right": Suspect(curve, slope), "axis": Suspect(curve, slope, place=(None, Ellipsis))})


# --- softmax loss ---


@probe("softmax_loss", points=1.5, tolerance=1e-5)
def mean_loss(ns, rng):
    """The loss of ordinary scores."""
    loss, _ = ns.softmax_loss(inputs.scores(rng, 7, 4), inputs.labels(rng, 7, 4))
    return {"loss": loss}


@probe("softmax_loss", points=1.75, tolerance=1e-5)
def gradient_of_the_loss(ns, rng):
    """The gradient at ordinary scores."""
    _, dx = ns.softmax_loss(inputs.scores(rng, 5, 6), inputs.labels(rng, 5, 6))
    return {"dx": dx}


@probe("softmax_loss", points=1.25, tolerance=1e-5)
def right_class_far_behind(ns, rng):
    """One example whose right class is so far behind that its probability is too small for a float."""
    x, y = inputs.scores(rng, 1, 4), rng.integers(4, size=1)
    x[0, y[0]] -= rng.uniform(4000, 9000)
    loss, _ = ns.softmax_loss(x, y)
    return {"loss": loss}


@probe("softmax_loss", points=1.25, tolerance=1e-5)
def rows_far_apart(ns, rng):
    """Rows of very different size, each with its own maximum."""
    x, y = inputs.far_rows(rng, 5, 3), inputs.labels(rng, 5, 3)
    loss, dx = ns.softmax_loss(x, y)
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=1.5, contract=True, tolerance=1e-5)
def loss_leaves_its_inputs(ns, rng):
    """Scores and labels are left as they were, and the gradient shares no memory with them."""
    x, y = inputs.scores(rng, 4, 3), inputs.labels(rng, 4, 3)
    _, dx = ns.softmax_loss(x, y)
    inputs.scribble(dx)
    return {"inputs": {"x": x, "y": y}}


@probe("softmax_loss", points=0.5, contract=True, tolerance=1e-5)
def loss_of_one_example(ns, rng):
    """A batch of a single example."""
    loss, dx = ns.softmax_loss(inputs.scores(rng, 1, 5), rng.integers(5, size=1))
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.5, contract=True, tolerance=1e-5)
def loss_of_whole_numbers(ns, rng):
    """Scores that are whole numbers, with labels that leave some classes out."""
    loss, dx = ns.softmax_loss(rng.integers(-3, 4, size=(4, 6)), rng.integers(1, 3, size=4))
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.5, contract=True, tolerance=1e-4)
def loss_in_single_precision(ns, rng):
    """Scores of float32."""
    loss, dx = ns.softmax_loss(inputs.scores(rng, 6, 4).astype(np.float32), inputs.labels(rng, 6, 4))
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.25, contract=True, tolerance=1e-5)
def loss_of_every_kind(ns, rng):
    """Call after call: scores that are tiny, of one sign, zero or equal, labels of one class, and sizes that are equal or 1."""
    cases = {kind: (x, inputs.labels(rng, 3, 4)) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    cases |= {"one class": (inputs.scores(rng, 3, 4), np.full(3, 2)), "square": (inputs.scores(rng, 3, 3), inputs.labels(rng, 3, 3))}
    cases["one column"] = inputs.scores(rng, 4, 1), np.zeros(4, dtype=int)
    seen = {}
    for kind, (x, y) in cases.items():
        loss, dx = ns.softmax_loss(x, y)
        seen[kind] = {"loss": loss, "dx": dx}
    return seen


# --- training, judged by what it does. Few steps on tiny data; the layers may be the student's or anyone's. ---

PARAMETERS = ("W1", "b1", "W2", "b2")
CURVES = ("train_loss", "test_loss", "test_accuracy")
ONE_STEP = {"hidden": 20, "learning_rate": 0.3, "iters": 1, "batch_size": 6, "std": 0.5}
THREE_STEPS = {"hidden": 5, "learning_rate": 0.4, "iters": 3, "batch_size": 2, "std": 0.6}
FROZEN = {"hidden": 6, "learning_rate": 0.0, "iters": 3, "batch_size": 4, "std": 0.5}
RARE = {"hidden": 6, "learning_rate": 1.0, "iters": 12, "batch_size": 20, "std": 0.01}
WIDE = {"hidden": 50, "learning_rate": 0.0, "iters": 1, "batch_size": 4, "std": 0.3}
DEFAULTS = {"hidden": 100, "learning_rate": 0.5, "iters": 1000, "batch_size": 100, "std": 0.05, "seed": 0}
ONE_HOT = {"hidden": 30, "learning_rate": 0.1, "iters": 5, "batch_size": 3, "std": 0.5}


def examples(rng, n, features, classes):
    """Normal inputs and labels, and a small test part of the same kind."""
    y = inputs.labels(rng, n, classes)
    return rng.normal(size=(n, features)), y, rng.normal(size=(5, features)), inputs.labels(rng, 5, classes)


def bright_examples(rng):
    """Twelve rows of positive entries, with labels of ten classes."""
    X_train, y_train, X_test, y_test = examples(rng, 12, 6, 10)
    return np.abs(X_train), y_train, np.abs(X_test), y_test


def frozen_examples(rng):
    """Training and test parts that differ in kind. One test row comes with every label, so that some answer is right."""
    X_test = 0.5 + 2 * rng.normal(size=(23, 5))
    y_test = np.concatenate([inputs.labels(rng, 23, 10), np.arange(10)])
    return rng.normal(size=(19, 5)), inputs.labels(rng, 19, 10), np.vstack([X_test, np.tile(X_test[:1], (10, 1))]), y_test


def rare_class(rng):
    """Training labels that are 0 but for one in a hundred; test labels that are 1."""
    y = rng.permutation(np.arange(100) == 0).astype(int)
    return 0.5 * rng.normal(size=(100, 3)), y, 0.5 * rng.normal(size=(8, 3)), np.ones(8, dtype=int)


def unit_rows(n):
    """Rows that are 1 in a column of their own, so that the weights tell which rows were used; ten classes."""
    return np.eye(n), np.arange(n) % 10, np.eye(n)[:4], np.arange(4)


def _parameters(trained):
    params, _ = trained
    return {name: params[name] for name in PARAMETERS}


def _start_and_end(ns, data, settings, seed):
    """The parameters before training (the same call, learning rate 0) and after it."""
    start = ns.train_two_layer(*data, **{**settings, "learning_rate": 0.0}, seed=seed)
    return {"start": _parameters(start), "end": _parameters(ns.train_two_layer(*data, **settings, seed=seed))}


@probe("train_two_layer", points=2, judged=True)
def one_step(ns, rng):
    """A single step on one batch, against the start that learning rate 0 shows."""
    data = bright_examples(rng)
    return _start_and_end(ns, data, ONE_STEP, seed=int(rng.integers(1000)))


@probe("train_two_layer", points=1.5, judged=True)
def three_steps(ns, rng):
    """A few steps in a row."""
    data = examples(rng, 2, 3, 2)
    return _start_and_end(ns, data, THREE_STEPS, seed=int(rng.integers(1000)))


@probe("train_two_layer", points=1.5, judged=True)
def what_history_measures(ns, rng):
    """The history of a network that stays as it starts, because the learning rate is 0."""
    params, history = ns.train_two_layer(*frozen_examples(rng), **FROZEN, seed=int(rng.integers(1000)))
    return {"params": {name: params[name] for name in PARAMETERS}, "history": {name: history[name] for name in CURVES}}


@probe("train_two_layer", points=1, judged=True)
def history_while_it_learns(ns, rng):
    """Training on one class almost alone, tested on the other."""
    _, history = ns.train_two_layer(*rare_class(rng), **RARE, seed=int(rng.integers(1000)))
    return {"history": {name: history[name] for name in CURVES}}


@probe("train_two_layer", points=1, contract=True, judged=True)
def initial_weights(ns, rng):
    """The parameters at the start, seen with learning rate 0."""
    return _parameters(ns.train_two_layer(*examples(rng, 11, 40, 10), **WIDE, seed=int(rng.integers(1000))))


@probe("train_two_layer", points=0.5, contract=True, tolerance=1e-5)
def classes_in_the_labels(ns, rng):
    """Labels of few and of many classes."""
    shapes = {}
    for classes in (3, 13):
        trained = ns.train_two_layer(*examples(rng, 2 * classes, 4, classes), hidden=7, iters=1, batch_size=5)
        shapes[str(classes)] = {name: list(np.shape(value)) for name, value in _parameters(trained).items()}
    return {"shapes": shapes}


@probe("train_two_layer", points=1, contract=True, judged=True)
def seeds(ns, rng):
    """The same seed twice, and another in between."""
    data, seed = examples(rng, 12, 4, 10), int(rng.integers(1000))
    settings = {"hidden": 6, "learning_rate": 0.5, "iters": 3, "batch_size": 4, "std": 0.5}
    runs = [_parameters(ns.train_two_layer(*(each.copy() for each in data), **settings, seed=number)) for number in (seed, seed + 1, seed)]
    return {"first": runs[0], "other": runs[1], "again": runs[2]}


@probe("train_two_layer", points=1, contract=True, judged=True)
def which_rows_are_drawn(ns, rng):
    """Rows that leave a trace in the weights when they are in a batch."""
    return _start_and_end(ns, unit_rows(30), ONE_HOT, seed=int(rng.integers(1000)))


@probe("train_two_layer", points=0.25, contract=True, tolerance=1e-5)
def training_leaves_its_inputs(ns, rng):
    """The data are left as they were."""
    data = examples(rng, 12, 4, 3)
    ns.train_two_layer(*data, hidden=5, learning_rate=0.5, iters=4, batch_size=5)
    return {"inputs": dict(zip(("X_train", "y_train", "X_test", "y_test"), data, strict=True))}


@probe("train_two_layer", points=0.25, contract=True, judged=True)
def defaults_of_training(ns, rng):
    """What is used where hidden, learning_rate, iters, batch_size, std and seed are not given."""
    signature = inspect.signature(ns.train_two_layer).parameters
    data = unit_rows(150)
    start, _ = ns.train_two_layer(*data, learning_rate=0.0, iters=1, seed=0)
    end, _ = ns.train_two_layer(*data, iters=1)
    return {
        "hidden": list(np.shape(end["b1"])),
        "start": start["W1"][:, :30],
        "end": end["W1"][:, :30],
        "defaults": {name: getattr(signature.get(name), "default", None) for name in DEFAULTS},
    }
