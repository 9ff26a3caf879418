"""Hidden tests of two_layer_perceptron. No right answer to any question stands here.

Tolerances of the measured gradients. Both sides evaluate the same f at the same points, up to one rounding of the points and
one of f, so at h = 1e-5 they differ by about 1e-16 |f| / h in absolute terms. Here |f| <= 200 and every slope is above 0.3,
which makes at most 4e-9 in relative terms. 1e-7 leaves a factor of twenty-five, and is a tenth or less of what a one-sided
difference is off, h f'' / (4 f'). With a step of 0.25 rounding is 1e-14, and the default of 1e-8 holds.
"""
import contextlib
import io
from functools import partial
from typing import NamedTuple

import numpy as np

from autograder import inputs
from autograder.probe import probe

SLOPE = 1e-7


def bare(ns):
    """An instance that ran no __init__: layers and losses need no weights."""
    return ns.TwoLayerPerceptron.__new__(ns.TwoLayerPerceptron)


# --- eval_numerical_gradient --------------------------------------------------------------------------------------------


def bent(z):
    """One number whose slopes are never near zero and mix the entries."""
    return np.sum(z**3) + 6 * np.sum(z) + 0.1 * np.sum(z) ** 2


@probe("eval_numerical_gradient", points=0.75, tolerance=SLOPE, draw=lambda rng: {"x": rng.normal(size=(3, 4))})
def one_number(ns, drawn):
    """The gradient of a curved function of a matrix."""
    return {"grad": ns.eval_numerical_gradient(bent, drawn["x"])}


@probe("eval_numerical_gradient", points=1, tolerance=SLOPE, draw=lambda rng: {"x": rng.normal(size=(2, 5))})
def reads_x_itself(ns, drawn):
    """A function that ignores its argument and reads x where it lies."""
    x = drawn["x"]
    return {"grad": ns.eval_numerical_gradient(lambda _: bent(x), x)}


@probe("eval_numerical_gradient", points=0.5, tolerance=SLOPE,
       draw=lambda rng: {"weight": inputs.away_from_zero(rng, (3, 2), gap=0.5), "x": rng.normal(size=(3, 2))})
def weighted_sum(ns, drawn):
    """The gradient of a weighted sum, the same everywhere."""
    return {"grad": ns.eval_numerical_gradient(lambda z: np.sum(drawn["weight"] * z), drawn["x"])}


@probe("eval_numerical_gradient", points=0.75, tolerance=1e-5, draw=lambda rng: {"x": rng.normal(size=4)})
def wide_step(ns, drawn):
    """A step so wide that the central difference is not the derivative."""
    return {"grad": ns.eval_numerical_gradient(bent, drawn["x"], h=0.25)}


@probe("eval_numerical_gradient", points=0.5, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"x": rng.normal(size=(4, 6)) * 10.0 ** rng.integers(-3, 4, size=(4, 6))})
def x_put_back(ns, drawn):
    """Whether x is bit for bit what it was, for entries of very different size."""
    return {"shape": list(np.shape(ns.eval_numerical_gradient(np.sum, drawn["x"])))}


@probe("eval_numerical_gradient", points=0.25, contract=True, tolerance=SLOPE, draw=lambda rng: {"matrix": rng.normal(size=(3, 2))})
def transposed_view(ns, drawn):
    """x is the transpose of the matrix that the function reads."""
    matrix = drawn["matrix"]
    return {"grad": ns.eval_numerical_gradient(lambda _: bent(matrix) + 2 * matrix[0, 1], matrix.T)}


@probe("eval_numerical_gradient", points=0.25, contract=True, tolerance=SLOPE,
       draw=lambda rng: {"x": 1e-5 * inputs.away_from_zero(rng, (2, 3), gap=0.3)})
def default_step(ns, drawn):
    """Entries as small as the default step, so that its size shows."""
    return {"grad": ns.eval_numerical_gradient(lambda z: np.sum((1e5 * z) ** 3), drawn["x"])}


class Ear(io.StringIO):
    """Where printed pieces are counted: their length is that of numbers, which are of no matter."""

    pieces = 0

    def write(self, text):
        self.pieces += bool(text)
        return len(text)


def _display(*shown, **how):
    """What a notebook displays is as good as printed."""
    print(*shown)


_display.display = _display  # where IPython's module of this name was imported


def heard(ns, x, verbose):
    """How many pieces had been printed each time that the function was called, and at the end."""
    ear, by_then = Ear(), []

    def listening(z):
        by_then.append(ear.pieces)
        return bent(z)

    ns.patch(display=_display)
    with contextlib.redirect_stdout(ear), contextlib.redirect_stderr(ear):
        ns.eval_numerical_gradient(listening, x, verbose=verbose)
    return np.array([*by_then, ear.pieces])


@probe("eval_numerical_gradient", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"x": rng.normal(size=(1, 3))})
def verbose_and_step_by_place(ns, drawn):
    """verbose and h given by their places."""
    with contextlib.redirect_stdout(io.StringIO()):
        return {"grad": ns.eval_numerical_gradient(bent, drawn["x"], True, 0.125)}


@probe("eval_numerical_gradient", points=0.25, contract=True, judged=True, draw=lambda rng: {"x": rng.normal(size=(2, 3))})
def printed_with_verbose(ns, drawn):
    """What is printed with verbose, and when, and what is printed without."""
    return {"printed": heard(ns, drawn["x"], True), "printed without verbose": heard(ns, drawn["x"], False)}


@probe("eval_numerical_gradient", points=0.25, contract=True, tolerance=SLOPE,
       draw=lambda rng: {"many": rng.normal(size=(2, 1, 3)), "one": rng.normal(size=1)})
def three_axes_and_one_entry(ns, drawn):
    """Arrays with three axes and with a single entry."""
    many, one = drawn.values()
    return {"many": ns.eval_numerical_gradient(bent, many), "one": ns.eval_numerical_gradient(bent, one)}


def floats(rng, shape):
    """Arrays of every kind of entry but whole numbers, a square one, a single column and a single row."""
    kinds = {name: x for name, x in inputs.kinds(rng, shape).items() if x.dtype == float}
    return kinds | {name: rng.normal(size=size) for name, size in {"square": (3, 3), "one column": (4, 1), "one row": (1, 4)}.items()}


def weighted(rng):
    """Arrays of every kind, each with an array of its shape that is nowhere near zero."""
    return {kind: (x, inputs.away_from_zero(rng, x.shape, gap=0.5)) for kind, x in floats(rng, (2, 3)).items()}


@probe("eval_numerical_gradient", points=0.25, contract=True, equal_sizes="square ones among them", draw=weighted)
def gradients_of_every_kind(ns, drawn):
    """Call after call, with a wide step: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    seen = {}
    for kind, (x, weight) in drawn.items():
        seen[kind] = ns.eval_numerical_gradient(lambda z, weight=weight: np.sum(weight * (z + z**2)), x, h=0.25)
    return seen


# --- eval_numerical_gradient_array --------------------------------------------------------------------------------------


def upstream(rng, rows, columns):
    """An upstream gradient of both signs, one sign a row, so that the terms of a row's slopes never cancel."""
    return np.where(np.arange(rows) % 2, -1.0, 1.0)[:, None] * rng.uniform(0.5, 1.5, size=(rows, columns))


@probe("eval_numerical_gradient_array", points=0.75, tolerance=SLOPE,
       draw=lambda rng: {"x": inputs.away_from_zero(rng, (3, 4), gap=0.5), "mix": rng.uniform(0.5, 1.5, size=(4, 2)), "df": upstream(rng, 3, 2)})
def weighted_outputs(ns, drawn):
    """A layer with another number of outputs than inputs, each output with a weight of its own."""
    x, mix, df = drawn.values()
    return {"grad": ns.eval_numerical_gradient_array(lambda z: z**3 @ mix, x, df)}


@probe("eval_numerical_gradient_array", points=1, tolerance=SLOPE,
       draw=lambda rng: {"x": inputs.away_from_zero(rng, (2, 3), gap=0.5), "mix": rng.uniform(0.5, 1.5, size=(3, 4)), "df": upstream(rng, 2, 4)})
def layer_reads_x_itself(ns, drawn):
    """A layer that ignores its argument and reads x where it lies."""
    x, mix, df = drawn.values()
    return {"grad": ns.eval_numerical_gradient_array(lambda _: x**3 @ mix, x, df)}


@probe("eval_numerical_gradient_array", points=0.5, tolerance=SLOPE,
       draw=lambda rng: {"x": rng.normal(size=(2, 4)), "mix": rng.uniform(0.5, 1.5, size=(4, 3))})
def straight_layer(ns, drawn):
    """A linear layer all of whose outputs count alike."""
    x, mix = drawn.values()
    return {"grad": ns.eval_numerical_gradient_array(lambda z: z @ mix, x, np.ones((2, 3)))}


@probe("eval_numerical_gradient_array", points=0.25, tolerance=SLOPE, draw=lambda rng: {"x": rng.normal(size=(2, 1, 3)), "df": np.array([-1.5])})
def three_axes_to_one_output(ns, drawn):
    """Three axes in, a single output."""
    x, df = drawn.values()
    return {"grad": ns.eval_numerical_gradient_array(lambda z: np.array([bent(z)]), x, df)}


@probe("eval_numerical_gradient_array", points=0.75, tolerance=1e-5,
       draw=lambda rng: {"x": rng.normal(size=5), "df": inputs.away_from_zero(rng, (5,), gap=0.3)})
def wide_step_through_a_layer(ns, drawn):
    """A step so wide that the central difference is not the derivative."""
    x, df = drawn.values()
    return {"grad": ns.eval_numerical_gradient_array(lambda z: z**3 + 2 * z, x, df, h=0.25)}


@probe("eval_numerical_gradient_array", points=0.5, contract=True, tolerance=SLOPE,
       draw=lambda rng: {"x": rng.normal(size=(2, 3, 4)), "df": inputs.away_from_zero(rng, (2, 12), gap=0.3)})
def layer_that_returns_a_view(ns, drawn):
    """A layer that only lays x out in another shape and returns a view of it."""
    x, df = drawn.values()
    return {"grad": ns.eval_numerical_gradient_array(lambda z: z.reshape(2, 12), x, df)}


@probe("eval_numerical_gradient_array", points=0.5, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"x": rng.normal(size=(4, 6)) * 10.0 ** rng.integers(-3, 4, size=(4, 6)), "df": rng.normal(size=(4, 6))})
def both_put_back(ns, drawn):
    """Whether x and df are bit for bit what they were, for entries of very different size."""
    x, df = drawn.values()
    grad = ns.eval_numerical_gradient_array(lambda z: 2 * z, x, df)
    return {"shape": list(np.shape(grad))}


@probe("eval_numerical_gradient_array", points=0.25, contract=True, tolerance=SLOPE,
       draw=lambda rng: {"matrix": inputs.away_from_zero(rng, (3, 2), gap=0.5), "df": inputs.away_from_zero(rng, (3, 2), gap=0.5)})
def transposed_view_through_a_layer(ns, drawn):
    """x is the transpose of the matrix that the layer reads."""
    matrix, df = drawn.values()
    return {"grad": ns.eval_numerical_gradient_array(lambda _: matrix**3, matrix.T, df)}


@probe("eval_numerical_gradient_array", points=0.25, contract=True, tolerance=SLOPE,
       draw=lambda rng: {"x": 1e-5 * inputs.away_from_zero(rng, (2, 3), gap=0.3), "df": upstream(rng, 2, 3)})
def default_step_through_a_layer(ns, drawn):
    """Entries as small as the default step, so that its size shows."""
    x, df = drawn.values()
    return {"grad": ns.eval_numerical_gradient_array(lambda z: (1e5 * z) ** 3, x, df)}


@probe("eval_numerical_gradient_array", points=0.25, contract=True, equal_sizes="square ones among them", draw=weighted)
def layer_gradients_of_every_kind(ns, drawn):
    """Call after call, with a wide step: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    return {kind: ns.eval_numerical_gradient_array(lambda z: z + z**2, x, df, h=0.25) for kind, (x, df) in drawn.items()}


# --- rel_error ----------------------------------------------------------------------------------------------------------


def many_sizes(rng, shape):
    """Entries of both signs between about 1e-3 and 1e3."""
    return np.where(rng.uniform(size=shape) < 0.5, -1.0, 1.0) * 10.0 ** rng.uniform(-3, 3, size=shape)


def worst_of_many_sizes_inputs(rng):
    x = many_sizes(rng, (4, 5))
    y = x * rng.uniform(0.4, 2.5, size=x.shape)
    return {"x": x, "y": y}


@probe("rel_error", points=0.5, tolerance=1e-5, draw=worst_of_many_sizes_inputs)
def worst_of_many_sizes(ns, drawn):
    """Two matrices of the same signs whose entries differ much in size, in both orders."""
    x, y = drawn.values()
    return {"error": ns.rel_error(x, y), "swapped": ns.rel_error(y, x)}


@probe("rel_error", points=0.25, tolerance=1e-5, draw=lambda rng: {"x": rng.uniform(-3, -1, size=1), "factor": rng.uniform(1.5, 3, size=1)})
def one_entry(ns, drawn):
    """Arrays with a single entry."""
    x, factor = drawn.values()
    return {"error": ns.rel_error(x, x * factor)}


@probe("rel_error", points=0.25, tolerance=1e-5, draw=lambda rng: {"x": many_sizes(rng, (2, 3, 4)), "factor": 1 + 1e-3 * rng.uniform(0.1, 1, size=(2, 3, 4))})
def nearly_equal(ns, drawn):
    """Two arrays that agree to about three digits, with three axes."""
    x, factor = drawn.values()
    return {"error": ns.rel_error(x, x * factor)}


def zero_in_both_inputs(rng):
    x = many_sizes(rng, (6,))
    x[rng.integers(6)] = 0.0
    return {"x": x}


@probe("rel_error", points=0.25, contract=True, tolerance=1e-5, draw=zero_in_both_inputs)
def zero_in_both(ns, drawn):
    """An entry that is zero in both arrays."""
    x = drawn["x"]
    return {"error": ns.rel_error(x, 1.3 * x)}


@probe("rel_error", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"x": rng.uniform(1e-9, 3e-9, size=4), "factor": rng.uniform(0.2, 0.5, size=4)})
def below_the_floor(ns, drawn):
    """Entries smaller than the floor of the denominator."""
    x, factor = drawn.values()
    return {"error": ns.rel_error(x, x * factor)}


def error_in_single_precision_inputs(rng):
    x = rng.uniform(-3, -1, size=(3, 2)).astype(np.float32)
    y = (x * rng.uniform(1.5, 3, size=(3, 2))).astype(np.float32)
    return {"x": x, "y": y}


@probe("rel_error", points=0.25, contract=True, tolerance=1e-4, unchanged=True, draw=error_in_single_precision_inputs)
def error_in_single_precision(ns, drawn):
    """float32 arrays, left as they were."""
    x, y = drawn.values()
    return {"error": ns.rel_error(x, y)}


def pairs_of_every_kind(rng):
    """Pairs of arrays: one entry of opposite signs, and every kind of entry beside a multiple of it."""
    x = rng.uniform(0.5, 2, size=(2, 3))
    y = x.copy()
    y[1, rng.integers(3)] *= -0.5
    arrays = floats(rng, (2, 3)) | {"whole": rng.integers(1, 9, size=(2, 3))}
    return {"opposite signs": (x, y)} | {kind: (x, x * rng.uniform(1.5, 3, size=x.shape)) for kind, x in arrays.items()}


@probe("rel_error", points=0.25, contract=True, equal_sizes="square ones among them", draw=pairs_of_every_kind)
def error_of_every_kind(ns, drawn):
    """Call after call: an entry of opposite signs, entries that are large, of one sign, zero, equal or whole numbers, and sizes that are equal or 1."""
    return {kind: ns.rel_error(x, y) for kind, (x, y) in drawn.items()}


# --- affine -------------------------------------------------------------------------------------------------------------


class Layer(NamedTuple):
    """Inputs, weights and biases of an affine layer: its arguments, and what it caches."""

    x: np.ndarray
    w: np.ndarray
    b: np.ndarray


def layer(rng, shape, outputs):
    """Inputs of the given shape, weights and biases of an affine layer on them."""
    return Layer(rng.normal(size=shape), rng.normal(size=(int(np.prod(shape[1:])), outputs)), rng.normal(size=outputs))


@probe("affine", points=0.5, tolerance=1e-5, draw=lambda rng: layer(rng, (5, 4), 3))
def forward_rows(ns, drawn):
    """affine_forward of a matrix, one row an example."""
    return {"out": bare(ns).affine_forward(*drawn)[0]}


@probe("affine", points=0.75, tolerance=1e-5, draw=lambda rng: layer(rng, (4, 2, 3, 5), 6))
def forward_images(ns, drawn):
    """affine_forward of small images with channels."""
    return {"out": bare(ns).affine_forward(*drawn)[0]}


@probe("affine", points=0.75, tolerance=1e-5, draw=lambda rng: {"dout": rng.normal(size=(5, 3)), "cache": layer(rng, (5, 4), 3)})
def backward_to_x(ns, drawn):
    """affine_backward: the gradient of x."""
    return {"dx": bare(ns).affine_backward(drawn["dout"], tuple(drawn["cache"]))[0]}


@probe("affine", points=0.5, tolerance=1e-5, draw=lambda rng: {"dout": rng.normal(size=(5, 3)), "cache": layer(rng, (5, 4), 3)})
def backward_to_w(ns, drawn):
    """affine_backward: the gradient of w."""
    return {"dw": bare(ns).affine_backward(drawn["dout"], tuple(drawn["cache"]))[1]}


@probe("affine", points=0.5, tolerance=1e-5, draw=lambda rng: {"dout": rng.normal(size=(5, 3)), "cache": layer(rng, (5, 4), 3)})
def backward_to_b(ns, drawn):
    """affine_backward: the gradient of b."""
    return {"db": bare(ns).affine_backward(drawn["dout"], tuple(drawn["cache"]))[2]}


@probe("affine", points=0.5, tolerance=1e-5, draw=lambda rng: {"dout": rng.normal(size=(3, 4)), "cache": layer(rng, (3, 2, 1, 5), 4)})
def backward_images(ns, drawn):
    """affine_backward of small images: dx as an image again, dw as a matrix."""
    dx, dw, _ = bare(ns).affine_backward(drawn["dout"], tuple(drawn["cache"]))
    return {"dx": dx, "dw": dw}


@probe("affine", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: layer(rng, (3, 2, 4), 5))
def forward_cache(ns, drawn):
    """What affine_forward caches: x in its own shape, w and b."""
    _, (x, w, b) = bare(ns).affine_forward(*drawn)
    return {"x": x, "w": w, "b": b}


@probe("affine", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"layer": layer(rng, (1, 1, 6), 4), "dout": rng.normal(size=(1, 4))})
def affine_of_one_example(ns, drawn):
    """A batch of one thin image, forwards and backwards."""
    net, (arrays, dout) = bare(ns), drawn.values()
    dx, dw, db = net.affine_backward(dout, tuple(arrays))
    return {"out": net.affine_forward(*arrays)[0], "dx": dx, "dw": dw, "db": db}


@probe("affine", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"x": rng.integers(-5, 6, size=(4, 3)), "w": rng.integers(-5, 6, size=(3, 2)), "b": rng.normal(size=2), "dout": rng.normal(size=(4, 2))})
def affine_of_integers(ns, drawn):
    """Integer inputs and weights with real biases and upstream gradients."""
    net, (x, w, b, dout) = bare(ns), drawn.values()
    dx, dw, db = net.affine_backward(dout, (x, w, b))
    return {"out": net.affine_forward(x, w, b)[0], "dx": dx, "dw": dw, "db": db}


def positive_layer(rng, n, d, m):
    """Inputs, weights, biases and an upstream gradient in single precision; all entries positive, so that nothing cancels."""
    x, w, b, dout = (rng.uniform(0.5, 1.5, size=size).astype(np.float32) for size in ((n, d), (d, m), (m,), (n, m)))
    return {"layer": Layer(x, w, b), "dout": dout}


@probe("affine", points=0.25, contract=True, tolerance=1e-4, draw=partial(positive_layer, n=4, d=3, m=2))
def affine_in_single_precision(ns, drawn):
    """float32 throughout; all entries positive, so that nothing cancels."""
    net, (arrays, dout) = bare(ns), drawn.values()
    dx, dw, db = net.affine_backward(dout, tuple(arrays))
    out, cache = net.affine_forward(*arrays)
    return {"out": out, "cache": list(cache), "dx": dx, "dw": dw, "db": db}


@probe("affine", points=0.25, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"layer": layer(rng, (3, 2, 4), 5), "dout": rng.normal(size=(3, 5))})
def affine_leaves_its_arguments(ns, drawn):
    """Whether the arguments stay as they were, also when the results are overwritten."""
    net, (arrays, dout) = bare(ns), drawn.values()
    out, gradients = net.affine_forward(*arrays)[0], net.affine_backward(dout, tuple(arrays))
    inputs.written_over(out, *gradients)
    return {"results": len(gradients)}


def layers_of_every_kind(rng):
    """Layers on every kind of entry, of equal sizes and of sizes of 1, each with an upstream gradient."""
    cases = {kind: Layer(x, rng.normal(size=(4, 2)), rng.normal(size=2)) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    cases |= {name: layer(rng, shape, outputs) for name, shape, outputs in
              (("square", (3, 3), 3), ("one input", (4, 1), 3), ("one output", (2, 3), 1), ("one row", (1, 3), 2))}  # fmt: skip
    found = {kind: (arrays, rng.normal(size=(len(arrays.x), len(arrays.b)))) for kind, arrays in cases.items()}
    x, w, b = layer(rng, (3, 4), 2)
    return found | {"large weights": (Layer(x, 1000 * w, 1000 * b), 1000 * rng.normal(size=(3, 2)))}


@probe("affine", points=0.25, contract=True, equal_sizes="square ones among them", draw=layers_of_every_kind)
def affine_of_every_kind(ns, drawn):
    """Call after call on one network: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    net, seen = bare(ns), {}
    with inputs.each_its_own() as own:
        for kind, (arrays, dout) in drawn.items():
            out, cache = net.affine_forward(*map(own, arrays))
            dx, dw, db = net.affine_backward(own(dout), tuple(map(own, arrays)))
            seen[kind] = {"out": out, "cache": list(cache), "dx": dx, "dw": dw, "db": db}
    return seen


# --- relu ---------------------------------------------------------------------------------------------------------------


@probe("relu", points=0.75, tolerance=1e-5, draw=lambda rng: {"x": 3 * inputs.away_from_zero(rng, (4, 5))})
def forward_both_signs(ns, drawn):
    """relu_forward of entries of both signs."""
    return {"out": bare(ns).relu_forward(drawn["x"])[0]}


@probe("relu", points=0.75, tolerance=1e-5,
       draw=lambda rng: {"x": 3 * inputs.away_from_zero(rng, (5, 6)), "dout": inputs.away_from_zero(rng, (5, 6))})
def backward_both_signs(ns, drawn):
    """relu_backward where input and upstream gradient have all four combinations of signs."""
    x, dout = drawn.values()
    return {"dx": bare(ns).relu_backward(dout, x)}


@probe("relu", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"x": inputs.away_from_zero(rng, (3, 4))})
def relu_cache(ns, drawn):
    """What relu_forward caches."""
    return {"cache": bare(ns).relu_forward(drawn["x"])[1]}


@probe("relu", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"x": rng.permutation([-4, -3, -2, -1, 1, 2, 3, 4]).reshape(2, 4), "dout": rng.normal(size=(2, 4))})
def relu_of_integers(ns, drawn):
    """Integer inputs with a real upstream gradient."""
    net = bare(ns)
    with inputs.each_its_own() as own:
        return {"out": net.relu_forward(own(drawn["x"]))[0], "dx": net.relu_backward(own(drawn["dout"]), own(drawn["x"]))}


@probe("relu", points=0.25, contract=True, tolerance=1e-4,
       draw=lambda rng: {"x": (1e6 * inputs.away_from_zero(rng, (3, 4))).astype(np.float32), "dout": rng.normal(size=(3, 4)).astype(np.float32)})
def relu_in_single_precision(ns, drawn):
    """float32 input, some of it very large."""
    net = bare(ns)
    with inputs.each_its_own() as own:
        return {"out": net.relu_forward(own(drawn["x"]))[0], "dx": net.relu_backward(own(drawn["dout"]), own(drawn["x"]))}


@probe("relu", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: {"x": inputs.away_from_zero(rng, (3, 4))})
def relu_forward_leaves_x(ns, drawn):
    """Whether x stays as it was, also when the output is overwritten."""
    out = bare(ns).relu_forward(drawn["x"])[0]
    inputs.written_over(out)
    return {"shape": list(np.shape(out))}


@probe("relu", points=0.25, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"x": inputs.away_from_zero(rng, (3, 4)), "dout": inputs.away_from_zero(rng, (3, 4))})
def relu_backward_leaves_dout(ns, drawn):
    """Whether the upstream gradient and the cache stay as they were, also when dx is overwritten."""
    x, dout = drawn.values()
    dx = bare(ns).relu_backward(dout, x)
    inputs.written_over(dx)
    return {"shape": list(np.shape(dx))}


def gates_of_every_kind(rng):
    """Arrays of every kind of entry and of any shape, an upstream gradient for each that has no zeros, and inputs under each as one."""
    arrays = inputs.kinds(rng, (3, 4)) | {name: inputs.away_from_zero(rng, shape) for name, shape in
                                          (("vector", (6,)), ("one row", (1, 5)), ("one column", (4, 1)), ("square", (3, 3)), ("images", (2, 3, 1, 4)))}  # fmt: skip
    arrays["single precision"] = inputs.away_from_zero(rng, (2, 3)).astype(np.float32)
    upstream = {kind: rng.normal(size=x.shape) for kind, x in inputs.without_zeros(arrays).items()}
    return {"arrays": arrays, "upstream": upstream, "under": {kind: inputs.away_from_zero(rng, dout.shape) for kind, dout in arrays.items()}}


@probe("relu", points=0.25, contract=True, equal_sizes="square ones among them", draw=gates_of_every_kind)
def relu_of_every_kind(ns, drawn):
    """Call after call on one network: entries that are tiny, large, of one sign or equal, upstream gradients of zero, and arrays of any shape."""
    net, (arrays, upstream, under) = bare(ns), drawn.values()
    with inputs.each_its_own() as own:
        return {
            "forward": {kind: list(net.relu_forward(own(x))) for kind, x in arrays.items()},
            "backward": {kind: net.relu_backward(own(dout), own(arrays[kind])) for kind, dout in upstream.items()},
            "upstream": {kind: net.relu_backward(own(dout), own(under[kind])) for kind, dout in arrays.items()},
        }


# --- svm_loss -----------------------------------------------------------------------------------------------------------


def off_the_kink(rng, n, classes):
    """Scores whose differences lie within 0.6 of an even number, so that no margin of 1 is met to less than 0.4."""
    return 2.0 * rng.integers(-2, 3, size=(n, classes)) + rng.uniform(-0.3, 0.3, size=(n, classes))


def partly_met(rng):
    """Scores of seven rows and labels; in some rows the right class is ahead of all others by far, in some by little."""
    x, y = off_the_kink(rng, 7, 4), inputs.labels(rng, 7, 4)
    x[:3] = rng.uniform(-0.3, 0.3, size=(3, 4))
    x[np.arange(3), y[:3]] += np.array([20.0, 6.0, 0.5])
    return x, y


@probe("svm_loss", points=1.25, tolerance=1e-5, draw=lambda rng: {"x": off_the_kink(rng, 6, 4), "y": inputs.labels(rng, 6, 4)})
def hinge_of_a_batch(ns, drawn):
    """The loss of a batch in which some margins are met and some are not."""
    return {"loss": bare(ns).svm_loss(drawn["x"], drawn["y"])[0]}


@probe("svm_loss", points=1.5, tolerance=1e-5, draw=lambda rng: {"x": off_the_kink(rng, 6, 5), "y": inputs.labels(rng, 6, 5)})
def hinge_gradient_of_a_batch(ns, drawn):
    """The gradient for a batch in which some margins are met and some are not."""
    return {"dx": bare(ns).svm_loss(drawn["x"], drawn["y"])[1]}


@probe("svm_loss", points=1, tolerance=1e-5, draw=lambda rng: {"x": rng.uniform(-0.3, 0.3, size=(5, 4)), "y": inputs.labels(rng, 5, 4)})
def hinge_where_nothing_is_settled(ns, drawn):
    """Scores so close to each other that no margin is met."""
    loss, dx = bare(ns).svm_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


@probe("svm_loss", points=0.75, tolerance=1e-5, draw=partly_met)
def hinge_of_settled_rows(ns, drawn):
    """The loss where the right class of some rows is far ahead."""
    return {"loss": bare(ns).svm_loss(*drawn)[0]}


@probe("svm_loss", points=0.75, tolerance=1e-5, draw=partly_met)
def hinge_gradient_of_settled_rows(ns, drawn):
    """The gradient where the right class of some rows is far ahead."""
    return {"dx": bare(ns).svm_loss(*drawn)[1]}


@probe("svm_loss", points=0.5, tolerance=1e-5, draw=lambda rng: {"x": off_the_kink(rng, 1, 5)})
def hinge_of_one_example(ns, drawn):
    """A batch of one, its right class in the middle of the scores."""
    x = drawn["x"]
    loss, dx = bare(ns).svm_loss(x, x.argsort(axis=1)[:, 2])
    return {"loss": loss, "dx": dx}


@probe("svm_loss", points=0.5, tolerance=1e-5, draw=lambda rng: {"x": off_the_kink(rng, 17, 2), "y": inputs.labels(rng, 17, 2)})
def hinge_of_two_classes(ns, drawn):
    """Many examples and two classes."""
    loss, dx = bare(ns).svm_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


@probe("svm_loss", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"x": 2 * rng.integers(-2, 3, size=(5, 3)), "y": inputs.labels(rng, 5, 3)})
def hinge_of_integers(ns, drawn):
    """Integer scores."""
    loss, dx = bare(ns).svm_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


@probe("svm_loss", points=0.25, contract=True, tolerance=1e-4,
       draw=lambda rng: {"x": off_the_kink(rng, 5, 4).astype(np.float32), "y": inputs.labels(rng, 5, 4)})
def hinge_in_single_precision(ns, drawn):
    """float32 scores."""
    loss, dx = bare(ns).svm_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


@probe("svm_loss", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"x": 1e6 * off_the_kink(rng, 6, 3), "y": inputs.labels(rng, 6, 3)})
def hinge_of_large_scores(ns, drawn):
    """Scores in the millions, of which the loss is the size."""
    return {"loss": bare(ns).svm_loss(drawn["x"], drawn["y"])[0]}


@probe("svm_loss", points=0.5, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: {"x": off_the_kink(rng, 5, 4), "y": inputs.labels(rng, 5, 4)})
def hinge_leaves_the_scores(ns, drawn):
    """Whether scores and labels stay as they were, also when dx is overwritten."""
    dx = bare(ns).svm_loss(drawn["x"], drawn["y"])[1]
    inputs.written_over(dx)
    return {"shape": list(np.shape(dx))}


def scored(rng, kinds):
    """Scores by kind, with labels; labels of one class, as many classes as examples, and a single class."""
    cases = {kind: (x, inputs.labels(rng, *x.shape)) for kind, x in kinds.items()}
    cases |= {"one class": (inputs.scores(rng, 3, 4), np.full(3, 2)), "square": (inputs.scores(rng, 3, 3), inputs.labels(rng, 3, 3))}
    return cases | {"one column": (inputs.scores(rng, 4, 1), np.zeros(4, dtype=int))}


def losses(loss_of, cases):
    """Loss and gradient of each case, one call after another."""
    return {kind: dict(zip(("loss", "dx"), loss_of(x, y), strict=True)) for kind, (x, y) in cases.items()}


@probe("svm_loss", points=0.25, contract=True, equal_sizes="square ones among them", draw=lambda rng: scored(rng, {kind: x for kind, x in inputs.kinds(rng, (3, 4)).items() if x.dtype == float}))
def hinge_of_every_kind(ns, drawn):
    """Call after call: scores that are tiny, large, of one sign, zero or equal, labels of one class, and sizes that are equal or 1."""
    return losses(bare(ns).svm_loss, drawn)


# --- softmax_loss -------------------------------------------------------------------------------------------------------
# A constant of up to 1e-8 inside the logarithm is off by about 1e-7 on scores of spread 1: harmless there, so the first probes
# allow 1e-6. What it does to an improbable label has a probe of its own.


@probe("softmax_loss", points=1, tolerance=1e-5, draw=lambda rng: {"x": inputs.scores(rng, 6, 4), "y": inputs.labels(rng, 6, 4)})
def entropy_of_a_batch(ns, drawn):
    """The loss of a batch of ordinary scores."""
    return {"loss": bare(ns).softmax_loss(drawn["x"], drawn["y"])[0]}


@probe("softmax_loss", points=1.25, tolerance=1e-5, draw=lambda rng: {"x": inputs.scores(rng, 6, 5), "y": inputs.labels(rng, 6, 5)})
def entropy_gradient_of_a_batch(ns, drawn):
    """The gradient for a batch of ordinary scores."""
    return {"dx": bare(ns).softmax_loss(drawn["x"], drawn["y"])[1]}


@probe("softmax_loss", points=0.75, tolerance=1e-5, draw=lambda rng: {"x": inputs.far_rows(rng, 5, 3), "y": inputs.labels(rng, 5, 3)})
def rows_far_apart(ns, drawn):
    """Rows of very different size, each with its own maximum."""
    loss, dx = bare(ns).softmax_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.5, tolerance=1e-5, draw=lambda rng: {"x": 2000 + inputs.scores(rng, 4, 3), "y": inputs.labels(rng, 4, 3)})
def all_rows_large(ns, drawn):
    """All scores large and of about the same size."""
    loss, dx = bare(ns).softmax_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


def improbable_label_inputs(rng):
    x, y = inputs.scores(rng, 4, 3), inputs.labels(rng, 4, 3)
    x[1, y[1]] -= rng.uniform(2500, 4000)  # so far that no shift will do but one by the largest score
    x[2, (y[2] + 1) % 3] += rng.uniform(2500, 4000)
    return {"x": x, "y": y}


@probe("softmax_loss", points=0.75, tolerance=1e-5, draw=improbable_label_inputs)
def improbable_label(ns, drawn):
    """A right class whose probability is too small for a floating-point number."""
    x, y = drawn.values()
    loss, dx = bare(ns).softmax_loss(x, y)
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.25, tolerance=1e-5, draw=lambda rng: {"x": inputs.scores(rng, 1, 5), "y": rng.integers(5, size=1)})
def entropy_of_one_example(ns, drawn):
    """A batch of one."""
    loss, dx = bare(ns).softmax_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"x": inputs.scores(rng, 17, 2), "y": inputs.labels(rng, 17, 2)})
def entropy_of_two_classes(ns, drawn):
    """Many examples and two classes."""
    loss, dx = bare(ns).softmax_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"x": rng.integers(-3, 4, size=(5, 3)), "y": inputs.labels(rng, 5, 3)})
def entropy_of_integers(ns, drawn):
    """Integer scores."""
    loss, dx = bare(ns).softmax_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.25, contract=True, tolerance=1e-4,
       draw=lambda rng: {"x": inputs.scores(rng, 5, 4).astype(np.float32), "y": inputs.labels(rng, 5, 4)})
def entropy_in_single_precision(ns, drawn):
    """float32 scores."""
    loss, dx = bare(ns).softmax_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.5, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: {"x": inputs.scores(rng, 5, 4), "y": inputs.labels(rng, 5, 4)})
def entropy_leaves_the_scores(ns, drawn):
    """Whether scores and labels stay as they were, also when dx is overwritten."""
    dx = bare(ns).softmax_loss(drawn["x"], drawn["y"])[1]
    inputs.written_over(dx)
    return {"shape": list(np.shape(dx))}


@probe("softmax_loss", points=0.25, contract=True, equal_sizes="square ones among them", tolerance=1e-5,
       draw=lambda rng: scored(rng, {kind: x for kind, x in inputs.kinds(rng, (3, 4)).items() if kind != "large"}))
def entropy_of_every_kind(ns, drawn):
    """Call after call: scores that are tiny, of one sign, zero or equal, labels of one class, and sizes that are equal or 1."""
    return losses(bare(ns).softmax_loss, drawn)


# --- network ------------------------------------------------------------------------------------------------------------

NAMES = ("W1", "b1", "W2", "b2")


def weights(rng, d, h, c):
    """Parameters of ordinary size, biases too."""
    return {"W1": rng.normal(size=(d, h)), "b1": rng.normal(size=h), "W2": rng.normal(size=(h, c)), "b2": rng.normal(size=c)}


def with_weights(ns, params, reg=0.0):
    """A network with the given parameters; where init_params does not work yet, one that never ran it."""
    d, h = params["W1"].shape
    try:
        net = ns.TwoLayerPerceptron(d, h, params["W2"].shape[1], reg=reg)
    except Exception:
        net = bare(ns)
        net.reg = reg
    net.params = params
    return net


class Batch(NamedTuple):
    """Inputs and labels."""

    X: np.ndarray
    y: np.ndarray


def batch(rng, n, d, c):
    """Inputs and labels."""
    return Batch(rng.normal(size=(n, d)), inputs.labels(rng, n, c))


def four(grads):
    """The four gradients by name, None where one is missing; what is no dictionary as it is."""
    return {name: grads.get(name) for name in NAMES} if hasattr(grads, "get") else {"gradients": grads}


@probe("network", points=1.5, tolerance=1e-5, draw=lambda rng: {"weights": weights(rng, 4, 6, 3), "X": rng.normal(size=(5, 4))})
def scores_without_labels(ns, drawn):
    """The scores of a batch."""
    return {"scores": with_weights(ns, drawn["weights"]).loss(drawn["X"])}


@probe("network", points=1, tolerance=1e-5, draw=lambda rng: {"weights": weights(rng, 4, 6, 3), "batch": batch(rng, 5, 4, 3)})
def softmax_on_top(ns, drawn):
    """The softmax loss of a batch, without a penalty."""
    return {"loss": with_weights(ns, drawn["weights"]).loss(*drawn["batch"], kind="softmax")[0]}


@probe("network", points=1.25, tolerance=1e-5, draw=lambda rng: {"weights": weights(rng, 4, 6, 3), "batch": batch(rng, 5, 4, 3)})
def softmax_gradients(ns, drawn):
    """The gradients of the softmax loss, without a penalty."""
    return four(with_weights(ns, drawn["weights"]).loss(*drawn["batch"], kind="softmax")[1])


@probe("network", points=0.75, tolerance=1e-5, draw=lambda rng: {"weights": weights(rng, 3, 5, 4), "batch": batch(rng, 6, 3, 4)})
def hinge_on_top(ns, drawn):
    """The hinge loss of a batch, without a penalty."""
    return {"loss": with_weights(ns, drawn["weights"]).loss(*drawn["batch"], "svm")[0]}


@probe("network", points=1, tolerance=1e-5, draw=lambda rng: {"weights": weights(rng, 3, 5, 4), "batch": batch(rng, 6, 3, 4)})
def hinge_gradients(ns, drawn):
    """The gradients of the hinge loss, without a penalty."""
    return four(with_weights(ns, drawn["weights"]).loss(*drawn["batch"], "svm")[1])


@probe("network", points=0.75, tolerance=1e-5, draw=lambda rng: {"weights": weights(rng, 4, 3, 5), "batch": batch(rng, 6, 4, 5)})
def penalty_in_the_loss(ns, drawn):
    """The loss with a penalty, once with each kind."""
    net, (X, y) = with_weights(ns, drawn["weights"], reg=0.7), drawn["batch"]
    return {"softmax": net.loss(X, y)[0], "svm": net.loss(X, y, kind="svm")[0]}


@probe("network", points=1, tolerance=1e-5, draw=lambda rng: {"weights": weights(rng, 4, 3, 5), "batch": batch(rng, 6, 4, 5)})
def penalty_in_the_gradients(ns, drawn):
    """The gradients with a penalty."""
    return four(with_weights(ns, drawn["weights"], reg=0.7).loss(*drawn["batch"], kind="softmax")[1])


def fresh(rng, d, h, c, weight_scale):
    """The sizes of a new network, the spread of its weights, and a seed."""
    return {"sizes": (d, h, c), "weight_scale": weight_scale, "seed": int(rng.integers(1, 100_000))}


@probe("network", points=1.5, judged=True, draw=partial(fresh, d=50, h=60, c=40, weight_scale=0.07))
def fresh_weights(ns, drawn):
    """The parameters of a new network: shapes, biases, and how the weights are spread."""
    sizes, weight_scale, seed = drawn.values()
    return four(ns.TwoLayerPerceptron(*sizes, weight_scale=weight_scale, seed=seed).params)


@probe("network", points=0.75, contract=True, judged=True, draw=lambda rng: {"seeds": rng.choice(np.arange(1, 100_000), size=2, replace=False).tolist()})
def seed_decides(ns, drawn):
    """Two networks of the same seed, and one of another."""
    first, second = drawn["seeds"]
    params = [ns.TwoLayerPerceptron(5, 4, 3, weight_scale=0.1, seed=seed).params for seed in (first, first, second)]
    return {"W1": [p.get("W1") for p in params], "W2": [p.get("W2") for p in params]}


@probe("network", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: {"weights": weights(rng, 4, 6, 3), "batch": batch(rng, 5, 4, 3)})
def kind_left_out(ns, drawn):
    """The loss where no kind is given."""
    return {"loss": with_weights(ns, drawn["weights"]).loss(*drawn["batch"])[0]}


@probe("network", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"weights": weights(rng, 4, 6, 3), "batch": batch(rng, 1, 4, 3), "X": rng.normal(size=(1, 4))})
def network_on_one_example(ns, drawn):
    """A batch of one."""
    net = with_weights(ns, drawn["weights"])
    loss, grads = net.loss(*drawn["batch"])
    return {"scores": net.loss(drawn["X"]), "loss": loss, **four(grads)}


@probe("network", points=0.75, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"params": weights(rng, 4, 6, 3), "batch": batch(rng, 5, 4, 3)})
def network_leaves_its_weights(ns, drawn):
    """Whether parameters and batch stay as they were, also when the gradients are overwritten."""
    grads = with_weights(ns, drawn["params"], reg=0.2).loss(*drawn["batch"])[1]
    inputs.written_over(*(grads[name] for name in NAMES))
    return {"size": len(NAMES)}


@probe("network", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"weights": weights(rng, 4, 6, 3), "batch": batch(rng, 5, 4, 3), "later": weights(rng, 4, 6, 3)})
def weights_read_anew(ns, drawn):
    """A second call, after parameters and penalty have changed."""
    net, (X, y) = with_weights(ns, drawn["weights"]), drawn["batch"]
    net.loss(X, y)
    net.params, net.reg = drawn["later"], 0.3
    return {"loss": net.loss(X, y)[0]}


def networks_of_every_kind(rng):
    """Networks with a batch each: every kind of entry among the inputs and the weights, equal sizes and sizes of 1, and a single class."""
    cases = {f"inputs: {kind}": (X, weights(rng, 4, 5, 3)) for kind, X in inputs.kinds(rng, (2, 4)).items()}
    for kind, W1 in inputs.kinds(rng, (4, 5)).items():
        cases[f"weights: {kind}"] = rng.normal(size=(2, 4)), weights(rng, 4, 5, 3) | {"W1": W1}
    for name, (d, h, c) in {"square": (3, 3, 3), "one input": (1, 4, 3), "one unit": (4, 1, 3)}.items():
        cases[name] = rng.normal(size=(3, d)), weights(rng, d, h, c)
    cases = {kind: (Batch(X, np.arange(len(X)) % 3), params) for kind, (X, params) in cases.items()}
    return cases | {"one class": (Batch(rng.normal(size=(3, 4)), np.full(3, 1)), weights(rng, 4, 5, 3))}


@probe("network", points=0.25, contract=True, equal_sizes="square ones among them", tolerance=1e-5, draw=networks_of_every_kind)
def network_of_every_kind(ns, drawn):
    """Call after call: inputs and weights that are tiny, large, of one sign, zero or equal, and layers whose sizes are equal or 1."""
    seen = {}
    for kind, ((X, y), params) in drawn.items():
        net = with_weights(ns, params)
        loss, grads = net.loss(X, y, "svm" if kind == "one class" else "softmax")
        seen[kind] = {"scores": net.loss(X), "loss": loss, **four(grads)}
    return seen
