"""Hidden tests of two_layer_perceptron. No right answer to any question stands here.

Tolerances of the measured gradients. Both sides evaluate the same f at the same points, up to one rounding of the points and
one of f, so at h = 1e-5 they differ by about 1e-16 |f| / h in absolute terms. Here |f| <= 200 and every slope is above 0.3,
which makes at most 4e-9 in relative terms. 1e-7 leaves a factor of twenty-five, and is a tenth or less of what a one-sided
difference is off, h f'' / (4 f'). With a step of 0.25 rounding is 1e-14, and the default of 1e-8 holds.
"""
import contextlib
import io

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


@probe("eval_numerical_gradient", points=0.75, tolerance=SLOPE)
def one_number(ns, rng):
    """The gradient of a curved function of a matrix."""
    return {"grad": ns.eval_numerical_gradient(bent, rng.normal(size=(3, 4)))}


@probe("eval_numerical_gradient", points=1, tolerance=SLOPE)
def reads_x_itself(ns, rng):
    """A function that ignores its argument and reads x where it lies."""
    x = rng.normal(size=(2, 5))
    return {"grad": ns.eval_numerical_gradient(lambda _: bent(x), x)}


@probe("eval_numerical_gradient", points=0.5, tolerance=SLOPE)
def weighted_sum(ns, rng):
    """The gradient of a weighted sum, the same everywhere."""
    weight = inputs.away_from_zero(rng, (3, 2), gap=0.5)
    return {"grad": ns.eval_numerical_gradient(lambda z: np.sum(weight * z), rng.normal(size=(3, 2)))}


@probe("eval_numerical_gradient", points=1, tolerance=1e-5)
def wide_step(ns, rng):
    """A step so wide that the central difference is not the derivative."""
    return {"grad": ns.eval_numerical_gradient(bent, rng.normal(size=4), h=0.25)}


@probe("eval_numerical_gradient", points=0.5, contract=True)
def x_put_back(ns, rng):
    """Whether x is bit for bit what it was, for entries of very different size."""
    x = rng.normal(size=(4, 6)) * 10.0 ** rng.integers(-3, 4, size=(4, 6))
    grad = ns.eval_numerical_gradient(np.sum, x)
    return {"shape": list(np.shape(grad)), "inputs": {"x": x}}


@probe("eval_numerical_gradient", points=0.25, contract=True, tolerance=SLOPE)
def transposed_view(ns, rng):
    """x is the transpose of the matrix that the function reads."""
    matrix = rng.normal(size=(3, 2))
    return {"grad": ns.eval_numerical_gradient(lambda _: bent(matrix) + 2 * matrix[0, 1], matrix.T)}


@probe("eval_numerical_gradient", points=0.25, contract=True, tolerance=SLOPE)
def default_step(ns, rng):
    """Entries as small as the default step, so that its size shows."""
    x = 1e-5 * inputs.away_from_zero(rng, (2, 3), gap=0.3)
    return {"grad": ns.eval_numerical_gradient(lambda z: np.sum((1e5 * z) ** 3), x)}


@probe("eval_numerical_gradient", points=0.25, contract=True)
def verbose_and_step_by_place(ns, rng):
    """verbose and h given by their places."""
    with contextlib.redirect_stdout(io.StringIO()):
        return {"grad": ns.eval_numerical_gradient(bent, rng.normal(size=(1, 3)), True, 0.125)}


@probe("eval_numerical_gradient", points=0.25, contract=True, tolerance=SLOPE)
def three_axes_and_one_entry(ns, rng):
    """Arrays with three axes and with a single entry."""
    many, one = rng.normal(size=(2, 1, 3)), rng.normal(size=1)
    return {"many": ns.eval_numerical_gradient(bent, many), "one": ns.eval_numerical_gradient(bent, one)}


def floats(rng, shape):
    """Arrays of every kind of entry but whole numbers, a square one, a single column and a single row."""
    kinds = {name: x for name, x in inputs.kinds(rng, shape).items() if x.dtype == float}
    return kinds | {name: rng.normal(size=size) for name, size in {"square": (3, 3), "one column": (4, 1), "one row": (1, 4)}.items()}


@probe("eval_numerical_gradient", points=0.25, contract=True)
def gradients_of_every_kind(ns, rng):
    """Call after call, with a wide step: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    seen = {}
    for kind, x in floats(rng, (2, 3)).items():
        weight = inputs.away_from_zero(rng, x.shape, gap=0.5)
        seen[kind] = ns.eval_numerical_gradient(lambda z, weight=weight: np.sum(weight * (z + z**2)), x, h=0.25)
    return seen


# --- eval_numerical_gradient_array --------------------------------------------------------------------------------------


def upstream(rng, rows, columns):
    """An upstream gradient of both signs, one sign a row, so that the terms of a row's slopes never cancel."""
    return np.where(np.arange(rows) % 2, -1.0, 1.0)[:, None] * rng.uniform(0.5, 1.5, size=(rows, columns))


@probe("eval_numerical_gradient_array", points=0.75, tolerance=SLOPE)
def weighted_outputs(ns, rng):
    """A layer with another number of outputs than inputs, each output with a weight of its own."""
    x, mix, df = inputs.away_from_zero(rng, (3, 4), gap=0.5), rng.uniform(0.5, 1.5, size=(4, 2)), upstream(rng, 3, 2)
    return {"grad": ns.eval_numerical_gradient_array(lambda z: z**3 @ mix, x, df)}


@probe("eval_numerical_gradient_array", points=1, tolerance=SLOPE)
def layer_reads_x_itself(ns, rng):
    """A layer that ignores its argument and reads x where it lies."""
    x, mix, df = inputs.away_from_zero(rng, (2, 3), gap=0.5), rng.uniform(0.5, 1.5, size=(3, 4)), upstream(rng, 2, 4)
    return {"grad": ns.eval_numerical_gradient_array(lambda _: x**3 @ mix, x, df)}


@probe("eval_numerical_gradient_array", points=0.5, tolerance=SLOPE)
def straight_layer(ns, rng):
    """A linear layer all of whose outputs count alike."""
    x, mix = rng.normal(size=(2, 4)), rng.uniform(0.5, 1.5, size=(4, 3))
    return {"grad": ns.eval_numerical_gradient_array(lambda z: z @ mix, x, np.ones((2, 3)))}


@probe("eval_numerical_gradient_array", points=0.25, tolerance=SLOPE)
def three_axes_to_one_output(ns, rng):
    """Three axes in, a single output."""
    x, df = rng.normal(size=(2, 1, 3)), np.array([-1.5])
    return {"grad": ns.eval_numerical_gradient_array(lambda z: np.array([bent(z)]), x, df)}


@probe("eval_numerical_gradient_array", points=0.75, tolerance=1e-5)
def wide_step_through_a_layer(ns, rng):
    """A step so wide that the central difference is not the derivative."""
    x, df = rng.normal(size=5), inputs.away_from_zero(rng, (5,), gap=0.3)
    return {"grad": ns.eval_numerical_gradient_array(lambda z: z**3 + 2 * z, x, df, h=0.25)}


@probe("eval_numerical_gradient_array", points=0.5, contract=True, tolerance=SLOPE)
def layer_that_returns_a_view(ns, rng):
    """A layer that only lays x out in another shape and returns a view of it."""
    x, df = rng.normal(size=(2, 3, 2)), inputs.away_from_zero(rng, (2, 6), gap=0.3)
    return {"grad": ns.eval_numerical_gradient_array(lambda z: z.reshape(2, 6), x, df)}


@probe("eval_numerical_gradient_array", points=0.5, contract=True)
def both_put_back(ns, rng):
    """Whether x and df are bit for bit what they were, for entries of very different size."""
    x, df = rng.normal(size=(4, 6)) * 10.0 ** rng.integers(-3, 4, size=(4, 6)), rng.normal(size=(4, 6))
    grad = ns.eval_numerical_gradient_array(lambda z: 2 * z, x, df)
    return {"shape": list(np.shape(grad)), "inputs": {"x": x, "df": df}}


@probe("eval_numerical_gradient_array", points=0.25, contract=True, tolerance=SLOPE)
def transposed_view_through_a_layer(ns, rng):
    """x is the transpose of the matrix that the layer reads."""
    matrix, df = inputs.away_from_zero(rng, (3, 2), gap=0.5), inputs.away_from_zero(rng, (3, 2), gap=0.5)
    return {"grad": ns.eval_numerical_gradient_array(lambda _: matrix**3, matrix.T, df)}


@probe("eval_numerical_gradient_array", points=0.25, contract=True, tolerance=SLOPE)
def default_step_through_a_layer(ns, rng):
    """Entries as small as the default step, so that its size shows."""
    x, df = 1e-5 * inputs.away_from_zero(rng, (2, 3), gap=0.3), upstream(rng, 2, 3)
    return {"grad": ns.eval_numerical_gradient_array(lambda z: (1e5 * z) ** 3, x, df)}


@probe("eval_numerical_gradient_array", points=0.25, contract=True)
def layer_gradients_of_every_kind(ns, rng):
    """Call after call, with a wide step: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    seen = {}
    for kind, x in floats(rng, (2, 3)).items():
        df = inputs.away_from_zero(rng, x.shape, gap=0.5)
        seen[kind] = ns.eval_numerical_gradient_array(lambda z: z + z**2, x, df, h=0.25)
    return seen


# --- rel_error ----------------------------------------------------------------------------------------------------------


def many_sizes(rng, shape):
    """Entries of both signs between about 1e-3 and 1e3."""
    return np.where(rng.uniform(size=shape) < 0.5, -1.0, 1.0) * 10.0 ** rng.uniform(-3, 3, size=shape)


@probe("rel_error", points=0.5, tolerance=1e-5)
def worst_of_many_sizes(ns, rng):
    """Two matrices of the same signs whose entries differ much in size, in both orders."""
    x = many_sizes(rng, (4, 5))
    y = x * rng.uniform(0.4, 2.5, size=x.shape)
    return {"error": ns.rel_error(x, y), "swapped": ns.rel_error(y, x)}


@probe("rel_error", points=0.25, tolerance=1e-5)
def one_entry(ns, rng):
    """Arrays with a single entry."""
    x = rng.uniform(-3, -1, size=1)
    return {"error": ns.rel_error(x, x * rng.uniform(1.5, 3, size=1))}


@probe("rel_error", points=0.25, tolerance=1e-5)
def nearly_equal(ns, rng):
    """Two arrays that agree to about three digits, with three axes."""
    x = many_sizes(rng, (2, 3, 2))
    return {"error": ns.rel_error(x, x * (1 + 1e-3 * rng.uniform(0.1, 1, size=x.shape)))}


@probe("rel_error", points=0.25, contract=True)
def zero_in_both(ns, rng):
    """An entry that is zero in both arrays."""
    x = many_sizes(rng, (6,))
    x[rng.integers(6)] = 0.0
    return {"error": ns.rel_error(x, 1.3 * x)}


@probe("rel_error", points=0.25, contract=True)
def below_the_floor(ns, rng):
    """Entries smaller than the floor of the denominator."""
    x = rng.uniform(1e-9, 3e-9, size=4)
    return {"error": ns.rel_error(x, x * rng.uniform(0.2, 0.5, size=4))}


@probe("rel_error", points=0.25, contract=True, tolerance=1e-4)
def error_in_single_precision(ns, rng):
    """float32 arrays, left as they were."""
    x = rng.uniform(-3, -1, size=(3, 2)).astype(np.float32)
    y = (x * rng.uniform(1.5, 3, size=(3, 2))).astype(np.float32)
    return {"error": ns.rel_error(x, y), "inputs": {"x": x, "y": y}}


@probe("rel_error", points=0.25, contract=True)
def error_of_every_kind(ns, rng):
    """Call after call: an entry of opposite signs, entries that are large, of one sign, zero, equal or whole numbers, and sizes that are equal or 1."""
    x = rng.uniform(0.5, 2, size=(2, 3))
    y = x.copy()
    y[1, rng.integers(3)] *= -0.5
    seen = {"opposite signs": ns.rel_error(x, y)}
    arrays = floats(rng, (2, 3)) | {"whole": rng.integers(1, 9, size=(2, 3))}
    return seen | {kind: ns.rel_error(x, x * rng.uniform(1.5, 3, size=x.shape)) for kind, x in arrays.items()}


# --- affine -------------------------------------------------------------------------------------------------------------


def layer(rng, shape, outputs):
    """Inputs of the given shape, weights and biases of an affine layer on them."""
    return rng.normal(size=shape), rng.normal(size=(int(np.prod(shape[1:])), outputs)), rng.normal(size=outputs)


@probe("affine", points=0.5, tolerance=1e-5)
def forward_rows(ns, rng):
    """affine_forward of a matrix, one row an example."""
    return {"out": bare(ns).affine_forward(*layer(rng, (5, 4), 3))[0]}


@probe("affine", points=0.75, tolerance=1e-5)
def forward_images(ns, rng):
    """affine_forward of small images with channels."""
    return {"out": bare(ns).affine_forward(*layer(rng, (4, 2, 3, 5), 6))[0]}


@probe("affine", points=0.75, tolerance=1e-5)
def backward_to_x(ns, rng):
    """affine_backward: the gradient of x."""
    return {"dx": bare(ns).affine_backward(rng.normal(size=(5, 3)), layer(rng, (5, 4), 3))[0]}


@probe("affine", points=0.5, tolerance=1e-5)
def backward_to_w(ns, rng):
    """affine_backward: the gradient of w."""
    return {"dw": bare(ns).affine_backward(rng.normal(size=(5, 3)), layer(rng, (5, 4), 3))[1]}


@probe("affine", points=0.5, tolerance=1e-5)
def backward_to_b(ns, rng):
    """affine_backward: the gradient of b."""
    return {"db": bare(ns).affine_backward(rng.normal(size=(5, 3)), layer(rng, (5, 4), 3))[2]}


@probe("affine", points=0.5, tolerance=1e-5)
def backward_images(ns, rng):
    """affine_backward of small images: dx as an image again, dw as a matrix."""
    dx, dw, _ = bare(ns).affine_backward(rng.normal(size=(3, 4)), layer(rng, (3, 2, 1, 5), 4))
    return {"dx": dx, "dw": dw}


@probe("affine", points=0.25, contract=True)
def forward_cache(ns, rng):
    """What affine_forward caches: x in its own shape, w and b."""
    _, (x, w, b) = bare(ns).affine_forward(*layer(rng, (3, 2, 4), 5))
    return {"x": x, "w": w, "b": b}


@probe("affine", points=0.25, contract=True, tolerance=1e-7)
def affine_of_one_example(ns, rng):
    """A batch of one thin image, forwards and backwards."""
    net, arrays = bare(ns), layer(rng, (1, 1, 6), 4)
    dx, dw, db = net.affine_backward(rng.normal(size=(1, 4)), arrays)
    return {"out": net.affine_forward(*arrays)[0], "dx": dx, "dw": dw, "db": db}


@probe("affine", points=0.25, contract=True, tolerance=1e-7)
def affine_of_integers(ns, rng):
    """Integer inputs and weights with real biases and upstream gradients."""
    net, x, w = bare(ns), rng.integers(-5, 6, size=(4, 3)), rng.integers(-5, 6, size=(3, 2))
    b = rng.normal(size=2)
    dx, dw, db = net.affine_backward(rng.normal(size=(4, 2)), (x, w, b))
    return {"out": net.affine_forward(x, w, b)[0], "dx": dx, "dw": dw, "db": db}


@probe("affine", points=0.25, contract=True, tolerance=1e-4)
def affine_in_single_precision(ns, rng):
    """float32 throughout; all entries positive, so that nothing cancels."""
    arrays = [rng.uniform(0.5, 1.5, size=s).astype(np.float32) for s in ((4, 3), (3, 2), (2,), (4, 2))]
    net = bare(ns)
    dx, dw, db = net.affine_backward(arrays[3], tuple(arrays[:3]))
    out, cache = net.affine_forward(*arrays[:3])
    return {"out": out, "cache": list(cache), "dx": dx, "dw": dw, "db": db}


@probe("affine", points=0.25, contract=True)
def affine_leaves_its_arguments(ns, rng):
    """Whether the arguments stay as they were, also when the results are overwritten."""
    net, (x, w, b), dout = bare(ns), layer(rng, (3, 2, 2), 5), rng.normal(size=(3, 5))
    out = net.affine_forward(x, w, b)[0]
    gradients = net.affine_backward(dout, (x, w, b))
    for result in (out, *gradients):
        result += 1.0
    return {"results": len(gradients), "inputs": {"x": x, "w": w, "b": b, "dout": dout}}


@probe("affine", points=0.25, contract=True, tolerance=1e-7)
def affine_of_every_kind(ns, rng):
    """Call after call on one network: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    cases = {kind: (x, rng.normal(size=(4, 2)), rng.normal(size=2)) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    cases |= {name: layer(rng, shape, outputs) for name, shape, outputs in
              (("square", (3, 3), 3), ("one input", (4, 1), 3), ("one output", (2, 3), 1), ("one row", (1, 3), 2))}  # fmt: skip
    net, seen = bare(ns), {}
    for kind, (x, w, b) in cases.items():
        out, cache = net.affine_forward(x, w, b)
        dx, dw, db = net.affine_backward(rng.normal(size=(len(x), len(b))), (x, w, b))
        seen[kind] = {"out": out, "cache": list(cache), "dx": dx, "dw": dw, "db": db}
    return seen


# --- relu ---------------------------------------------------------------------------------------------------------------


@probe("relu", points=0.75, tolerance=1e-5)
def forward_both_signs(ns, rng):
    """relu_forward of entries of both signs."""
    return {"out": bare(ns).relu_forward(3 * inputs.away_from_zero(rng, (4, 5)))[0]}


@probe("relu", points=0.75, tolerance=1e-5)
def backward_both_signs(ns, rng):
    """relu_backward where input and upstream gradient have all four combinations of signs."""
    x, dout = 3 * inputs.away_from_zero(rng, (5, 6)), inputs.away_from_zero(rng, (5, 6))
    return {"dx": bare(ns).relu_backward(dout, x)}


@probe("relu", points=0.25, contract=True)
def relu_cache(ns, rng):
    """What relu_forward caches."""
    return {"cache": bare(ns).relu_forward(inputs.away_from_zero(rng, (3, 4)))[1]}


@probe("relu", points=0.25, contract=True, tolerance=1e-7)
def relu_of_integers(ns, rng):
    """Integer inputs with a real upstream gradient."""
    net, x = bare(ns), rng.permutation([-4, -3, -2, -1, 1, 2, 3, 4]).reshape(2, 4)
    return {"out": net.relu_forward(x)[0], "dx": net.relu_backward(rng.normal(size=(2, 4)), x)}


@probe("relu", points=0.25, contract=True, tolerance=1e-4)
def relu_in_single_precision(ns, rng):
    """float32 input, some of it very large."""
    net, x = bare(ns), (1e6 * inputs.away_from_zero(rng, (3, 4))).astype(np.float32)
    return {"out": net.relu_forward(x)[0], "dx": net.relu_backward(rng.normal(size=(3, 4)).astype(np.float32), x)}


@probe("relu", points=0.25, contract=True)
def relu_forward_leaves_x(ns, rng):
    """Whether x stays as it was, also when the output is overwritten."""
    x = inputs.away_from_zero(rng, (3, 4))
    out = bare(ns).relu_forward(x)[0]
    out += 1.0
    return {"shape": list(np.shape(out)), "inputs": {"x": x}}


@probe("relu", points=0.25, contract=True)
def relu_backward_leaves_dout(ns, rng):
    """Whether the upstream gradient and the cache stay as they were, also when dx is overwritten."""
    x, dout = inputs.away_from_zero(rng, (3, 4)), inputs.away_from_zero(rng, (3, 4))
    dx = bare(ns).relu_backward(dout, x)
    dx += 1.0
    return {"shape": list(np.shape(dx)), "inputs": {"x": x, "dout": dout}}


@probe("relu", points=0.25, contract=True, tolerance=1e-7)
def relu_of_every_kind(ns, rng):
    """Call after call on one network: entries that are tiny, large, of one sign or equal, upstream gradients of zero, and arrays of any shape."""
    arrays = inputs.kinds(rng, (3, 4)) | {name: inputs.away_from_zero(rng, shape) for name, shape in
                                          (("vector", (6,)), ("one row", (1, 5)), ("one column", (4, 1)), ("square", (3, 3)), ("images", (2, 3, 1, 4)))}  # fmt: skip
    arrays["single precision"] = inputs.away_from_zero(rng, (2, 3)).astype(np.float32)
    net = bare(ns)
    forwards = {kind: list(net.relu_forward(x)) for kind, x in arrays.items()}
    gates = {kind: net.relu_backward(rng.normal(size=x.shape), x) for kind, x in inputs.without_zeros(arrays).items()}
    upstream = {kind: net.relu_backward(dout, inputs.away_from_zero(rng, dout.shape)) for kind, dout in arrays.items()}
    return {"forward": forwards, "backward": gates, "upstream": upstream}


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


@probe("svm_loss", points=1.25, tolerance=1e-5)
def hinge_of_a_batch(ns, rng):
    """The loss of a batch in which some margins are met and some are not."""
    return {"loss": bare(ns).svm_loss(off_the_kink(rng, 6, 4), inputs.labels(rng, 6, 4))[0]}


@probe("svm_loss", points=1.5, tolerance=1e-5)
def hinge_gradient_of_a_batch(ns, rng):
    """The gradient for a batch in which some margins are met and some are not."""
    return {"dx": bare(ns).svm_loss(off_the_kink(rng, 6, 5), inputs.labels(rng, 6, 5))[1]}


@probe("svm_loss", points=1, tolerance=1e-5)
def hinge_where_nothing_is_settled(ns, rng):
    """Scores so close to each other that no margin is met."""
    loss, dx = bare(ns).svm_loss(rng.uniform(-0.3, 0.3, size=(5, 4)), inputs.labels(rng, 5, 4))
    return {"loss": loss, "dx": dx}


@probe("svm_loss", points=0.75, tolerance=1e-5)
def hinge_of_settled_rows(ns, rng):
    """The loss where the right class of some rows is far ahead."""
    return {"loss": bare(ns).svm_loss(*partly_met(rng))[0]}


@probe("svm_loss", points=0.75, tolerance=1e-5)
def hinge_gradient_of_settled_rows(ns, rng):
    """The gradient where the right class of some rows is far ahead."""
    return {"dx": bare(ns).svm_loss(*partly_met(rng))[1]}


@probe("svm_loss", points=0.5, tolerance=1e-5)
def hinge_of_one_example(ns, rng):
    """A batch of one, its right class in the middle of the scores."""
    x = off_the_kink(rng, 1, 5)
    loss, dx = bare(ns).svm_loss(x, x.argsort(axis=1)[:, 2])
    return {"loss": loss, "dx": dx}


@probe("svm_loss", points=0.5, tolerance=1e-5)
def hinge_of_two_classes(ns, rng):
    """Many examples and two classes."""
    loss, dx = bare(ns).svm_loss(off_the_kink(rng, 17, 2), inputs.labels(rng, 17, 2))
    return {"loss": loss, "dx": dx}


@probe("svm_loss", points=0.5, contract=True, tolerance=1e-7)
def hinge_of_integers(ns, rng):
    """Integer scores."""
    loss, dx = bare(ns).svm_loss(2 * rng.integers(-2, 3, size=(5, 3)), inputs.labels(rng, 5, 3))
    return {"loss": loss, "dx": dx}


@probe("svm_loss", points=0.25, contract=True, tolerance=1e-4)
def hinge_in_single_precision(ns, rng):
    """float32 scores."""
    loss, dx = bare(ns).svm_loss(off_the_kink(rng, 5, 4).astype(np.float32), inputs.labels(rng, 5, 4))
    return {"loss": loss, "dx": dx}


@probe("svm_loss", points=0.25, contract=True)
def hinge_of_large_scores(ns, rng):
    """Scores in the millions, of which the loss is the size."""
    return {"loss": bare(ns).svm_loss(1e6 * off_the_kink(rng, 6, 3), inputs.labels(rng, 6, 3))[0]}


@probe("svm_loss", points=0.5, contract=True)
def hinge_leaves_the_scores(ns, rng):
    """Whether scores and labels stay as they were, also when dx is overwritten."""
    x, y = off_the_kink(rng, 5, 4), inputs.labels(rng, 5, 4)
    dx = bare(ns).svm_loss(x, y)[1]
    dx += 1.0
    return {"shape": list(np.shape(dx)), "inputs": {"x": x, "y": y}}


def scored(rng, kinds):
    """Scores by kind, with labels; labels of one class, as many classes as examples, and a single class."""
    cases = {kind: (x, inputs.labels(rng, *x.shape)) for kind, x in kinds.items()}
    cases |= {"one class": (inputs.scores(rng, 3, 4), np.full(3, 2)), "square": (inputs.scores(rng, 3, 3), inputs.labels(rng, 3, 3))}
    return cases | {"one column": (inputs.scores(rng, 4, 1), np.zeros(4, dtype=int))}


def losses(loss_of, cases):
    """Loss and gradient of each case, one call after another."""
    return {kind: dict(zip(("loss", "dx"), loss_of(x, y), strict=True)) for kind, (x, y) in cases.items()}


@probe("svm_loss", points=0.25, contract=True, tolerance=1e-7)
def hinge_of_every_kind(ns, rng):
    """Call after call: scores that are tiny, large, of one sign, zero or equal, labels of one class, and sizes that are equal or 1."""
    kinds = {kind: x for kind, x in inputs.kinds(rng, (3, 4)).items() if x.dtype == float}
    return losses(bare(ns).svm_loss, scored(rng, kinds))


# --- softmax_loss -------------------------------------------------------------------------------------------------------
# A constant of up to 1e-8 inside the logarithm is off by about 1e-7 on scores of spread 1: harmless there, so the first probes
# allow 1e-6. What it does to an improbable label has a probe of its own.


@probe("softmax_loss", points=1, tolerance=1e-5)
def entropy_of_a_batch(ns, rng):
    """The loss of a batch of ordinary scores."""
    return {"loss": bare(ns).softmax_loss(inputs.scores(rng, 6, 4), inputs.labels(rng, 6, 4))[0]}


@probe("softmax_loss", points=1.25, tolerance=1e-5)
def entropy_gradient_of_a_batch(ns, rng):
    """The gradient for a batch of ordinary scores."""
    return {"dx": bare(ns).softmax_loss(inputs.scores(rng, 6, 5), inputs.labels(rng, 6, 5))[1]}


@probe("softmax_loss", points=0.75, tolerance=1e-5)
def rows_far_apart(ns, rng):
    """Rows of very different size, each with its own maximum."""
    loss, dx = bare(ns).softmax_loss(inputs.far_rows(rng, 5, 3), inputs.labels(rng, 5, 3))
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.5, tolerance=1e-5)
def all_rows_large(ns, rng):
    """All scores large and of about the same size."""
    loss, dx = bare(ns).softmax_loss(2000 + inputs.scores(rng, 4, 3), inputs.labels(rng, 4, 3))
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.75, tolerance=1e-5)
def improbable_label(ns, rng):
    """A right class whose probability is too small for a floating-point number: the loss."""
    x, y = inputs.scores(rng, 4, 3), inputs.labels(rng, 4, 3)
    x[1, y[1]] -= rng.uniform(900, 1100)
    x[2, (y[2] + 1) % 3] += rng.uniform(900, 1100)
    return {"loss": bare(ns).softmax_loss(x, y)[0]}


@probe("softmax_loss", points=0.25, tolerance=1e-5)
def entropy_of_one_example(ns, rng):
    """A batch of one."""
    loss, dx = bare(ns).softmax_loss(inputs.scores(rng, 1, 5), rng.integers(5, size=1))
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.25, contract=True, tolerance=1e-6)
def entropy_of_two_classes(ns, rng):
    """Many examples and two classes."""
    loss, dx = bare(ns).softmax_loss(inputs.scores(rng, 17, 2), inputs.labels(rng, 17, 2))
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.25, contract=True, tolerance=1e-6)
def entropy_of_integers(ns, rng):
    """Integer scores."""
    loss, dx = bare(ns).softmax_loss(rng.integers(-3, 4, size=(5, 3)), inputs.labels(rng, 5, 3))
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.25, contract=True, tolerance=1e-4)
def entropy_in_single_precision(ns, rng):
    """float32 scores."""
    loss, dx = bare(ns).softmax_loss(inputs.scores(rng, 5, 4).astype(np.float32), inputs.labels(rng, 5, 4))
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.5, contract=True)
def entropy_leaves_the_scores(ns, rng):
    """Whether scores and labels stay as they were, also when dx is overwritten."""
    x, y = inputs.scores(rng, 5, 4), inputs.labels(rng, 5, 4)
    dx = bare(ns).softmax_loss(x, y)[1]
    dx += 1.0
    return {"shape": list(np.shape(dx)), "inputs": {"x": x, "y": y}}


@probe("softmax_loss", points=0.25, contract=True, tolerance=1e-6)
def entropy_of_every_kind(ns, rng):
    """Call after call: scores that are tiny, of one sign, zero or equal, labels of one class, and sizes that are equal or 1."""
    kinds = {kind: x for kind, x in inputs.kinds(rng, (3, 4)).items() if kind != "large"}
    return losses(bare(ns).softmax_loss, scored(rng, kinds))


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


def batch(rng, n, d, c):
    """Inputs and labels."""
    return rng.normal(size=(n, d)), inputs.labels(rng, n, c)


def four(grads):
    """The four gradients by name; None where one is missing."""
    return {name: grads.get(name) for name in NAMES}


@probe("network", points=1.5, tolerance=1e-5)
def scores_without_labels(ns, rng):
    """The scores of a batch."""
    return {"scores": with_weights(ns, weights(rng, 4, 6, 3)).loss(rng.normal(size=(5, 4)))}


@probe("network", points=1, tolerance=1e-5)
def softmax_on_top(ns, rng):
    """The softmax loss of a batch, without a penalty."""
    return {"loss": with_weights(ns, weights(rng, 4, 6, 3)).loss(*batch(rng, 5, 4, 3), kind="softmax")[0]}


@probe("network", points=1.25, tolerance=1e-5)
def softmax_gradients(ns, rng):
    """The gradients of the softmax loss, without a penalty."""
    return four(with_weights(ns, weights(rng, 4, 6, 3)).loss(*batch(rng, 5, 4, 3), kind="softmax")[1])


@probe("network", points=0.75, tolerance=1e-5)
def hinge_on_top(ns, rng):
    """The hinge loss of a batch, without a penalty."""
    return {"loss": with_weights(ns, weights(rng, 3, 5, 4)).loss(*batch(rng, 6, 3, 4), "svm")[0]}


@probe("network", points=1, tolerance=1e-5)
def hinge_gradients(ns, rng):
    """The gradients of the hinge loss, without a penalty."""
    return four(with_weights(ns, weights(rng, 3, 5, 4)).loss(*batch(rng, 6, 3, 4), "svm")[1])


@probe("network", points=0.75, tolerance=1e-5)
def penalty_in_the_loss(ns, rng):
    """The loss with a penalty, once with each kind."""
    net, (X, y) = with_weights(ns, weights(rng, 4, 3, 5), reg=0.7), batch(rng, 6, 4, 5)
    return {"softmax": net.loss(X, y)[0], "svm": net.loss(X, y, kind="svm")[0]}


@probe("network", points=1, tolerance=1e-5)
def penalty_in_the_gradients(ns, rng):
    """The gradients with a penalty."""
    return four(with_weights(ns, weights(rng, 4, 3, 5), reg=0.7).loss(*batch(rng, 6, 4, 5), kind="softmax")[1])


@probe("network", points=1.5, judged=True)
def fresh_weights(ns, rng):
    """The parameters of a new network: shapes, biases, and how the weights are spread."""
    net = ns.TwoLayerPerceptron(50, 60, 40, weight_scale=0.03, seed=int(rng.integers(1, 100_000)))
    return four(net.params)


@probe("network", points=0.75, contract=True, judged=True)
def seed_decides(ns, rng):
    """Two networks of the same seed, and one of another."""
    first, second = (int(seed) for seed in rng.choice(np.arange(1, 100_000), size=2, replace=False))
    params = [ns.TwoLayerPerceptron(5, 4, 3, weight_scale=0.1, seed=seed).params for seed in (first, first, second)]
    return {"W1": [p.get("W1") for p in params], "W2": [p.get("W2") for p in params]}


@probe("network", points=0.5, contract=True, tolerance=1e-6)
def kind_left_out(ns, rng):
    """The loss where no kind is given."""
    return {"loss": with_weights(ns, weights(rng, 4, 6, 3)).loss(*batch(rng, 5, 4, 3))[0]}


@probe("network", points=0.5, contract=True, tolerance=1e-6)
def network_on_one_example(ns, rng):
    """A batch of one."""
    net = with_weights(ns, weights(rng, 4, 6, 3))
    loss, grads = net.loss(*batch(rng, 1, 4, 3))
    return {"scores": net.loss(rng.normal(size=(1, 4))), "loss": loss, **four(grads)}


@probe("network", points=0.75, contract=True)
def network_leaves_its_weights(ns, rng):
    """Whether parameters and batch stay as they were, also when the gradients are overwritten."""
    params, (X, y) = weights(rng, 4, 6, 3), batch(rng, 5, 4, 3)
    grads = with_weights(ns, params, reg=0.2).loss(X, y)[1]
    for name in NAMES:
        grads[name] += 1.0
    return {"size": len(NAMES), "inputs": {"X": X, "y": y, **{name: params[name] for name in NAMES}}}


@probe("network", points=0.5, contract=True, tolerance=1e-6)
def weights_read_anew(ns, rng):
    """A second call, after parameters and penalty have changed."""
    net, (X, y) = with_weights(ns, weights(rng, 4, 6, 3)), batch(rng, 5, 4, 3)
    net.loss(X, y)
    net.params, net.reg = weights(rng, 4, 6, 3), 0.3
    return {"loss": net.loss(X, y)[0]}


@probe("network", points=0.25, contract=True, tolerance=1e-6)
def network_of_every_kind(ns, rng):
    """Call after call: inputs and weights that are tiny, large, of one sign, zero or equal, and layers whose sizes are equal or 1."""
    cases = {f"inputs: {kind}": (X, weights(rng, 4, 5, 3)) for kind, X in inputs.kinds(rng, (2, 4)).items()}
    for kind, W1 in inputs.kinds(rng, (4, 5)).items():
        cases[f"weights: {kind}"] = rng.normal(size=(2, 4)), weights(rng, 4, 5, 3) | {"W1": W1}
    for name, (d, h, c) in {"square": (3, 3, 3), "one input": (1, 4, 3), "one unit": (4, 1, 3)}.items():
        cases[name] = rng.normal(size=(3, d)), weights(rng, d, h, c)
    seen = {}
    for kind, (X, params) in cases.items():
        net, y = with_weights(ns, params), np.arange(len(X)) % 3
        loss, grads = net.loss(X, y)
        seen[kind] = {"scores": net.loss(X), "loss": loss, **four(grads)}
    X, y = batch(rng, 3, 4, 3)
    loss, grads = with_weights(ns, weights(rng, 4, 5, 3)).loss(X, np.full_like(y, 1), "svm")
    return seen | {"one class": {"loss": loss, **four(grads)}}
