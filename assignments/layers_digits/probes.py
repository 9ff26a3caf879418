"""Hidden tests of layers_digits. No right answer to any question stands here."""
from functools import partial
from typing import NamedTuple

import numpy as np

from autograder import inputs
from autograder.probe import parameters_of, probe, raised

# --- affine layer, forward ---


class Affine(NamedTuple):
    """The arguments of an affine layer, which are what it caches."""

    x: np.ndarray
    w: np.ndarray
    b: np.ndarray


def affine(rng, shape, outputs):
    """Arguments of a layer on examples of the given shape."""
    return Affine(rng.normal(size=shape), rng.normal(size=(int(np.prod(shape[1:])), outputs)), rng.normal(size=outputs))


@probe("affine_forward", points=1.5, tolerance=1e-5, draw=lambda rng: {"x": rng.normal(size=(4, 2, 5, 3)), "w": rng.normal(size=(30, 7))})
def examples_with_several_axes(ns, drawn):
    """Examples that are arrays of several axes, all of different length; the biases are zero."""
    out, _ = ns.affine_forward(drawn["x"], drawn["w"], np.zeros(7))
    return {"out": out}


@probe("affine_forward", points=1, tolerance=1e-5,
       draw=lambda rng: {"x": rng.normal(size=(5, 4)), "w": rng.normal(size=(4, 6)), "b": inputs.away_from_zero(rng, (6,), gap=40)})
def examples_that_are_rows(ns, drawn):
    """Examples that are rows already, with large biases of both signs."""
    x, w, b = drawn.values()
    out, _ = ns.affine_forward(x, w, b)
    return {"out": out}


@probe("affine_forward", points=0.75, contract=True, tolerance=1e-5, draw=lambda rng: affine(rng, (3, 4, 2), 5))
def what_affine_caches(ns, drawn):
    """The cache holds x as it came, w and b."""
    _, cache = ns.affine_forward(*drawn)
    x_kept, w_kept, b_kept = inputs.several(cache, 3)
    return {"x": x_kept, "w": w_kept, "b": b_kept}


@probe("affine_forward", points=0.75, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: affine(rng, (3, 2, 4), 5))
def affine_leaves_its_inputs(ns, drawn):
    """The arguments are left as they were, and the output shares no memory with them."""
    out, _ = ns.affine_forward(*drawn)
    inputs.written_over(out)


@probe("affine_forward", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: affine(rng, (1, 3, 2), 4))
def affine_of_one_example(ns, drawn):
    """A batch of a single example."""
    out, _ = ns.affine_forward(*drawn)
    return {"out": out}


@probe("affine_forward", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"x": rng.integers(-3, 9, size=(3, 5)), "w": rng.normal(size=(5, 4)), "b": rng.normal(size=4),
                         "whole_w": rng.integers(-3, 4, size=(5, 4))})
def affine_of_whole_numbers(ns, drawn):
    """Pixels that are whole numbers, and with them weights that are, too."""
    x, w, b, whole_w = drawn.values()
    return {"out": ns.affine_forward(x, w, b)[0], "out, whole weights": ns.affine_forward(x, whole_w, b)[0]}


def single(rng, n, axes, outputs):
    """The same in float32, with an upstream gradient; all entries positive, so that nothing cancels."""
    sizes = (n, *axes), (int(np.prod(axes)), outputs), (outputs,), (n, outputs)
    x, w, b, dout = (rng.uniform(0.5, 2, size=size).astype(np.float32) for size in sizes)
    return {"layer": Affine(x, w, b), "dout": dout}


@probe("affine_forward", points=0.25, contract=True, tolerance=1e-4, draw=lambda rng: single(rng, 4, (3, 2), 5))
def affine_in_single_precision(ns, drawn):
    """Arrays of float32."""
    out, cache = ns.affine_forward(*drawn["layer"])
    x_kept, w_kept, b_kept = inputs.several(cache, 3)
    return {"out": out, "x": x_kept, "w": w_kept, "b": b_kept}


def affine_arguments(rng):
    """Examples of every kind of entry; square examples and weights, and layers with one input or one output. Each with an upstream gradient."""
    cases = {kind: Affine(x, rng.normal(size=(4, 2)), rng.normal(size=2)) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    sizes = {"square": (3, 3, 3), "one input": (4, 1, 3), "one output": (2, 3, 1)}
    cases |= {name: affine(rng, (n, d), m) for name, (n, d, m) in sizes.items()}
    found = {kind: (layer, rng.normal(size=(len(layer.x), len(layer.b)))) for kind, layer in cases.items()}
    x, w, b = affine(rng, (3, 4), 2)
    return found | {"large weights": (Affine(x, 1000 * w, 1000 * b), 1000 * rng.normal(size=(3, 2)))}


@probe("affine_forward", points=0.25, contract=True, equal_sizes="square ones among them", draw=affine_arguments)
def affine_of_every_kind(ns, drawn):
    """Call after call: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    seen = {}
    for kind, (layer, _) in drawn.items():
        out, cache = ns.affine_forward(*layer)
        x_kept, w_kept, b_kept = inputs.several(cache, 3)
        seen[kind] = {"out": out, "x": x_kept, "w": w_kept, "b": b_kept}
    return seen


# --- affine layer, backward. The cache comes from here, so a wrong forward pass costs nothing. ---


def with_upstream(rng, shape, outputs):
    """A layer's arguments, and a gradient of its outputs."""
    return {"layer": affine(rng, shape, outputs), "dout": rng.normal(size=(shape[0], outputs))}


def _affine_gradients(ns, drawn):
    """dx, dw and db; the cache is a tuple, as affine_forward returns it."""
    return inputs.several(ns.affine_backward(drawn["dout"], tuple(drawn["layer"])), 3)


@probe("affine_backward", points=1.25, tolerance=1e-5, draw=lambda rng: with_upstream(rng, (5, 2, 4, 3), 7))
def gradient_of_the_inputs(ns, drawn):
    """The gradient of inputs with several axes."""
    dx, _, _ = _affine_gradients(ns, drawn)
    return {"dx": dx}


@probe("affine_backward", points=1.25, tolerance=1e-5, draw=lambda rng: with_upstream(rng, (4, 3, 2, 7), 5))
def gradient_of_the_weights(ns, drawn):
    """The gradient of the weights, for inputs with several axes."""
    _, dw, _ = _affine_gradients(ns, drawn)
    return {"dw": dw}


@probe("affine_backward", points=1, tolerance=1e-5, draw=lambda rng: with_upstream(rng, (6, 2, 4), 3))
def gradient_of_the_biases(ns, drawn):
    """The gradient of the biases."""
    _, _, db = _affine_gradients(ns, drawn)
    return {"db": db}


@probe("affine_backward", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: with_upstream(rng, (4, 3), 6))
def gradients_of_rows(ns, drawn):
    """All three gradients where the examples are rows already."""
    dx, dw, db = _affine_gradients(ns, drawn)
    return {"dx": dx, "dw": dw, "db": db}


@probe("affine_backward", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: with_upstream(rng, (1, 2, 3), 4))
def gradients_of_one_example(ns, drawn):
    """All three gradients of a batch of a single example."""
    dx, dw, db = _affine_gradients(ns, drawn)
    return {"dx": dx, "dw": dw, "db": db}


@probe("affine_backward", points=0.75, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: with_upstream(rng, (1, 2, 4), 3))
def affine_gradients_leave_their_inputs(ns, drawn):
    """The upstream gradient and the cache are left as they were, and no gradient shares memory with them."""
    inputs.written_over(*_affine_gradients(ns, drawn))


@probe("affine_backward", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"layer": Affine(rng.integers(-2, 9, size=(4, 2, 3)), rng.normal(size=(6, 5)), rng.normal(size=5)), "dout": rng.normal(size=(4, 5)),
                         "whole": Affine(rng.integers(-2, 9, size=(4, 2, 3)), rng.integers(-3, 4, size=(6, 5)), rng.integers(-3, 4, size=5))})
def gradients_of_whole_numbers(ns, drawn):
    """Pixels that are whole numbers, and then weights and biases that are, too."""
    dx, dw, db = _affine_gradients(ns, drawn)
    whole = inputs.several(ns.affine_backward(drawn["dout"], tuple(drawn["whole"])), 3)
    return {"dx": dx, "dw": dw, "db": db, "all whole": dict(zip(("dx", "dw", "db"), whole, strict=True))}


@probe("affine_backward", points=0.5, contract=True, tolerance=1e-4, draw=lambda rng: single(rng, 3, (2, 4), 5))
def affine_gradients_in_single_precision(ns, drawn):
    """Arrays of float32."""
    dx, dw, db = _affine_gradients(ns, drawn)
    return {"dx": dx, "dw": dw, "db": db}


@probe("affine_backward", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"layer": Affine(1e9 * rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), rng.normal(size=2)), "dout": rng.normal(size=(3, 2))})
def gradients_of_large_inputs(ns, drawn):
    """Inputs a billion times as large as the weights."""
    dx, dw, db = _affine_gradients(ns, drawn)
    return {"dx": dx, "dw": dw, "db": db}


@probe("affine_backward", points=0.25, contract=True, equal_sizes="square ones among them", draw=affine_arguments)
def affine_gradients_of_every_kind(ns, drawn):
    """Call after call: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    seen = {}
    for kind, (layer, dout) in drawn.items():
        dx, dw, db = inputs.several(ns.affine_backward(dout, tuple(layer)), 3)
        seen[kind] = {"dx": dx, "dw": dw, "db": db}
    return seen


# --- ReLU, forward ---


def of_both_signs_and_positive(rng, shape):
    """Two arrays: a layer that returns its input where nothing is cut off is seen with the second."""
    x = inputs.away_from_zero(rng, shape)
    return {"x": x, "x (positive)": np.abs(x)}


@probe("relu_forward", points=0.5, tolerance=1e-5, draw=lambda rng: {"x": inputs.away_from_zero(rng, (6, 5))})
def both_signs(ns, drawn):
    """A matrix with entries of both signs."""
    out, _ = ns.relu_forward(drawn["x"])
    return {"out": out}


@probe("relu_forward", points=0.5, tolerance=1e-5, draw=lambda rng: {"x": 1e6 * inputs.away_from_zero(rng, (3, 2, 4, 5))})
def large_entries_on_several_axes(ns, drawn):
    """An array of several axes, with large entries."""
    out, _ = ns.relu_forward(drawn["x"])
    return {"out": out}


@probe("relu_forward", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"x": inputs.away_from_zero(rng, (4, 3))})
def what_relu_caches(ns, drawn):
    """The cache is x itself."""
    _, cache = ns.relu_forward(drawn["x"])
    return {"cache": cache}


@probe("relu_forward", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: of_both_signs_and_positive(rng, (3, 4)))
def relu_leaves_its_input(ns, drawn):
    """x is left as it was, and the output shares no memory with it."""
    for x in drawn.values():
        out, _ = ns.relu_forward(x)
        inputs.written_over(out)


@probe("relu_forward", points=0.25, contract=True, tolerance=1e-5, draw=lambda rng: {"x": rng.permutation(np.arange(-4, 5))[None]})
def relu_of_whole_numbers(ns, drawn):
    """Whole numbers, and a batch of a single example."""
    out, _ = ns.relu_forward(drawn["x"])
    return {"out": out}


def entries(rng):
    """Arrays of every kind of entry and of every size, and one of float32."""
    single = inputs.away_from_zero(rng, (2, 3)).astype(np.float32)
    return inputs.kinds_and_sizes(rng, (3, 4)) | {"single precision": single}


@probe("relu_forward", points=0.25, contract=True, equal_sizes="square ones among them", draw=entries)
def relu_of_every_kind(ns, drawn):
    """Call after call: entries that are tiny, large, of one sign, zero or equal, and sizes that are equal or 1."""
    seen = {}
    for kind, x in drawn.items():
        out, cache = ns.relu_forward(x)
        seen[kind] = {"out": out, "cache": cache}
    return seen


# --- ReLU, backward. Inputs keep away from the kink. ---


@probe("relu_backward", points=1.25, tolerance=1e-5,
       draw=lambda rng: {"x": inputs.away_from_zero(rng, (6, 7)), "dout": inputs.away_from_zero(rng, (6, 7))})
def the_gate(ns, drawn):
    """An upstream gradient and inputs of both signs, in every combination."""
    x, dout = drawn.values()
    return {"dx": ns.relu_backward(dout, x)}


@probe("relu_backward", points=0.75, tolerance=1e-5,
       draw=lambda rng: {"x": inputs.away_from_zero(rng, (2, 3, 4, 5)) - 0.8, "dout": rng.normal(size=(2, 3, 4, 5))})
def the_gate_on_several_axes(ns, drawn):
    """Arrays of several axes, where a handful of inputs are positive."""
    x, dout = drawn.values()
    return {"dx": ns.relu_backward(dout, np.where(np.abs(x) < 0.01, -0.5, x))}


@probe("relu_backward", points=1, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: of_both_signs_and_positive(rng, (4, 5)) | {"dout": rng.normal(size=(4, 5)), "dout (of a positive x)": rng.normal(size=(4, 5))})
def relu_gradient_leaves_its_inputs(ns, drawn):
    """The upstream gradient and the cache are left as they were, and the result shares no memory with them."""
    x, positive, dout, other = drawn.values()
    inputs.written_over(ns.relu_backward(dout, x), ns.relu_backward(other, positive))


@probe("relu_backward", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"x": inputs.away_from_zero(rng, (5, 4)), "dout": inputs.away_from_zero(rng, (5, 4))})
def the_gate_at_any_size(ns, drawn):
    """Inputs and upstream gradients that are very large and very small."""
    x, dout = drawn.values()
    return {"dx": ns.relu_backward(1e9 * dout, 1e-6 * x), "small": ns.relu_backward(1e-5 * dout, 1e9 * x)}


@probe("relu_backward", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {"x": rng.permutation(np.array([-5, -3, -2, -1, 1, 2, 4, 6]))[None], "dout": rng.normal(size=(1, 8))})
def the_gate_of_whole_numbers(ns, drawn):
    """Whole numbers as inputs, and a batch of a single example."""
    return {"dx": ns.relu_backward(drawn["dout"], drawn["x"])}


@probe("relu_backward", points=0.25, contract=True, tolerance=1e-4,
       draw=lambda rng: {name: inputs.away_from_zero(rng, (3, 4)).astype(np.float32) for name in ("x", "dout")})
def the_gate_in_single_precision(ns, drawn):
    """Arrays of float32."""
    return {"dx": ns.relu_backward(drawn["dout"], drawn["x"])}


def the_gate_of_every_kind_inputs(rng):
    cases = {kind: (inputs.away_from_zero(rng, (3, 4)), dout) for kind, dout in inputs.kinds(rng, (3, 4)).items()}
    cases |= {f"inputs: {kind}": (x, rng.normal(size=x.shape)) for kind, x in inputs.without_zeros(entries(rng)).items()}
    return cases


@probe("relu_backward", points=0.25, contract=True, equal_sizes="square ones among them", draw=the_gate_of_every_kind_inputs)
def the_gate_of_every_kind(ns, drawn):
    """Call after call: entries that are tiny, large, of one sign or equal, upstream gradients of zero, and sizes that are equal or 1."""
    cases = drawn
    return {kind: ns.relu_backward(dout, x) for kind, (x, dout) in cases.items()}


# --- a check of layers, tried on layers that are right and on layers that are wrong ---


def parted(rng, values):
    """Three arrays that add up to the values. Two are drawn at random, so that no one and no pair of them says anything of the values."""
    one, other = rng.normal(size=(2, *np.shape(values)))
    return one, other, values - one - other


WAVES = 6.0
"""How often a curve's waves come: what a step of 1e-5 measures of their slope is off by some 1e-10 of it."""


class Forward:
    """A function that works entry by entry. curve: of x, of x**3 and of waves, each for x of 0 or more and for negative x."""

    def __init__(self, rng, curve):
        self.parts = parted(rng, curve)

    def forward(self, x):
        side, (of_x, of_cube, of_waves) = np.less(x, 0).astype(int), sum(self.parts)
        out = of_x[side] * x + of_cube[side] * np.power(x, 3) + of_waves[side] * np.sin(WAVES * np.asarray(x)) / WAVES
        return out, {"x": np.array(x)}


class ForwardOfRows(Forward):
    """The same, for x of shape (N, D) alone, which is all that a layer is promised."""

    def forward(self, x):
        rows, columns = np.shape(x)
        return super().forward(np.reshape(x, (rows, columns)))


class Backward:
    """What a backward function makes of dout. slope: of 1, of x**2 and of waves, as a curve has it.

    sends: how much of the gradient, of its share of one example, of that of another example, of the slope with another example's dout, and of
    the bare slope comes back. place: an index into the result.
    """

    def __init__(self, rng, slope, sends, place):
        self.parts, self.shares, self.place = parted(rng, slope), parted(rng, np.array(sends)), place

    def backward(self, dout, cache):
        x = cache["x"]
        side, (of_one, of_square, of_waves) = np.less(x, 0).astype(int), sum(self.parts)
        slope = of_one[side] + of_square[side] * x**2 + of_waves[side] * np.cos(WAVES * x)
        own = slope * dout
        others = slope * np.roll(np.broadcast_to(dout, x.shape), 1, axis=0)
        sent = own, own / np.shape(x)[0], own[::-1], others, slope
        return sum(share * part for share, part in zip(sum(self.shares), sent, strict=True) if share)[self.place]


class Suspect:
    """A layer to be checked, as two functions. They hold numbers alone, and none from which it can be read whether they belong together."""

    def __init__(self, rng, curve, slope, sends=(1.0, 0.0, 0.0, 0.0, 0.0), place=(Ellipsis,), kind=Forward):
        self.forward, self.backward = kind(rng, curve).forward, Backward(rng, slope, sends, place).backward


def drawn_curve(rng, kink=1.0, waves=0.0):
    """A curve that falls everywhere, and its slope; kink is a factor of both where x is negative. waves: how much of its slope comes and goes, for
    which the cube is left out.
    """
    one, cube = -rng.uniform([0.5, 0.2], [1.5, 0.5])  # of a rising one the size of a change is the change itself
    curve = np.outer([one, 0.0 if waves else cube, waves * one], [1.0, kink])
    return curve, curve * np.array([[1.0], [3.0], [1.0]])


def called(check, suspect):
    """What a check does with a suspect: the classes of what it raises, and the kind of thing that it returns."""
    returned = []
    names = raised(lambda: returned.append(type(check(suspect.forward, suspect.backward)).__name__))
    return {"raised": names, "returned": returned}


class Trial(NamedTuple):
    """Layers to be checked by their names, and in which order: each of them four times, so that guesses come to nothing."""

    suspects: dict
    order: list


def trial(rng, suspects):
    """A trial of these suspects, in random order."""
    return Trial(suspects, rng.permutation(4 * [*suspects]).tolist())


def told(ns, drawn):
    """What check_layer does with the suspects of a trial."""
    seen = {name: [] for name in drawn.suspects}
    for name in drawn.order:
        seen[name].append(called(ns.check_layer, drawn.suspects[name]))
    return seen


def gradients_that_are_plainly_wrong_inputs(rng):
    curve, slope = drawn_curve(rng)
    return trial(rng, {"right": Suspect(rng, curve, slope), "sign": Suspect(rng, curve, -slope), "factor": Suspect(rng, curve, curve)})


@probe("check_layer", points=0.5, judged=True, draw=gradients_that_are_plainly_wrong_inputs)
def gradients_that_are_plainly_wrong(ns, drawn):
    """A right layer, one whose gradient has the wrong sign, and one that forgets a factor."""
    return told(ns, drawn)


def gradients_wrong_on_one_side_inputs(rng):
    curve, slope = drawn_curve(rng)
    below, above = slope * [1.0, 0.4], slope * [0.4, 1.0]
    return trial(rng, {"right": Suspect(rng, curve, slope), "below": Suspect(rng, curve, below), "above": Suspect(rng, curve, above)})


@probe("check_layer", points=0.5, judged=True, draw=gradients_wrong_on_one_side_inputs)
def gradients_wrong_on_one_side(ns, drawn):
    """A right layer, and two whose gradient is wrong for inputs of one sign."""
    return told(ns, drawn)


def gradients_without_dout_inputs(rng):
    curve, slope = drawn_curve(rng)
    return trial(rng, {"right": Suspect(rng, curve, slope), "bare": Suspect(rng, curve, slope, (0.0, 0.0, 0.0, 0.0, 1.0))})


@probe("check_layer", points=0.5, judged=True, draw=gradients_without_dout_inputs)
def gradients_without_dout(ns, drawn):
    """A right layer, and one that returns its slope whatever dout is."""
    return told(ns, drawn)


def gradients_that_mix_the_examples_inputs(rng):
    curve, slope = drawn_curve(rng)
    ways = {"right": (1, 0, 0, 0, 0), "shared": (0, 1, 0, 0, 0), "exchanged": (0, 0, 1, 0, 0), "other dout": (0, 0, 0, 1, 0)}
    return trial(rng, {name: Suspect(rng, curve, slope, sends) for name, sends in ways.items()})


@probe("check_layer", points=0.5, judged=True, draw=gradients_that_mix_the_examples_inputs)
def gradients_that_mix_the_examples(ns, drawn):
    """A right layer, one that divides by the number of examples, and two that exchange the examples."""
    return told(ns, drawn)


def gradients_slightly_off_inputs(rng):
    curve, slope = drawn_curve(rng)
    return trial(rng, {"right": Suspect(rng, curve, slope), "off": Suspect(rng, curve, 1.003 * slope)})


@probe("check_layer", points=0.5, judged=True, draw=gradients_slightly_off_inputs)
def gradients_slightly_off(ns, drawn):
    """A right layer, and one whose gradient is a little too large everywhere."""
    return told(ns, drawn)


def layers_of_any_size_inputs(rng):
    (curve, slope), small = drawn_curve(rng), 1e-5
    suspects = {"large": Suspect(rng, 1e6 * curve, 1e6 * slope), "small": Suspect(rng, small * curve, small * slope)}
    return trial(rng, suspects | {"wrong": Suspect(rng, small * curve, 2 * small * slope)})


@probe("check_layer", points=0.25, contract=True, judged=True, draw=layers_of_any_size_inputs)
def layers_of_any_size(ns, drawn):
    """Right layers with large and with small outputs, and a wrong one with small outputs."""
    return told(ns, drawn)


def layers_whose_slope_comes_and_goes_inputs(rng):
    curve, slope = drawn_curve(rng, waves=0.6)
    return trial(rng, {"right": Suspect(rng, curve, slope), "off": Suspect(rng, curve, 1.003 * slope)})


@probe("check_layer", points=0.25, contract=True, judged=True, draw=layers_whose_slope_comes_and_goes_inputs)
def layers_whose_slope_comes_and_goes(ns, drawn):
    """A right layer whose slope changes quickly, so that a central difference is right to fewer digits, and one whose gradient is a little too large."""
    return told(ns, drawn)


def layers_with_a_kink_inputs(rng):
    curve, slope = drawn_curve(rng, kink=rng.uniform(2, 3))
    return trial(rng, {"right": Suspect(rng, curve, slope), "wrong": Suspect(rng, curve, slope[:, ::-1])})


@probe("check_layer", points=0.5, contract=True, judged=True, draw=layers_with_a_kink_inputs)
def layers_with_a_kink(ns, drawn):
    """A right layer with a kink at zero, and a wrong one."""
    return told(ns, drawn)


def gradients_that_are_not_numbers_inputs(rng):
    curve, slope = drawn_curve(rng)
    return trial(rng, {"right": Suspect(rng, curve, slope), "nan": Suspect(rng, curve, slope * [1.0, np.nan])})


@probe("check_layer", points=0.25, contract=True, judged=True, draw=gradients_that_are_not_numbers_inputs)
def gradients_that_are_not_numbers(ns, drawn):
    """A right layer, and one whose gradient is not a number for inputs of one sign."""
    return told(ns, drawn)


def gradients_of_another_shape_inputs(rng):
    curve, slope = drawn_curve(rng)
    rows = Suspect(rng, curve, slope, kind=ForwardOfRows)
    return trial(rng, {"right": Suspect(rng, curve, slope), "rows": rows, "axis": Suspect(rng, curve, slope, place=(None, Ellipsis))})


@probe("check_layer", points=0.25, contract=True, judged=True, draw=gradients_of_another_shape_inputs)
def gradients_of_another_shape(ns, drawn):
    """Right layers, one of which takes inputs of shape (N, D) and no other, and one whose gradient has an axis more than its input."""
    return told(ns, drawn)


# --- softmax loss ---


@probe("softmax_loss", points=1.5, tolerance=1e-5, draw=lambda rng: {"x": inputs.scores(rng, 7, 4), "y": inputs.labels(rng, 7, 4)})
def mean_loss(ns, drawn):
    """The loss of ordinary scores."""
    loss, _ = ns.softmax_loss(drawn["x"], drawn["y"])
    return {"loss": loss}


@probe("softmax_loss", points=1.75, tolerance=1e-5, draw=lambda rng: {"x": inputs.scores(rng, 5, 6), "y": inputs.labels(rng, 5, 6)})
def gradient_of_the_loss(ns, drawn):
    """The gradient at ordinary scores."""
    _, dx = ns.softmax_loss(drawn["x"], drawn["y"])
    return {"dx": dx}


def right_class_far_behind_inputs(rng):
    x, y = inputs.scores(rng, 1, 4), rng.integers(4, size=1)
    x[0, y[0]] -= rng.uniform(4000, 9000)
    return {"x": x, "y": y}


@probe("softmax_loss", points=1.25, tolerance=1e-5, draw=right_class_far_behind_inputs)
def right_class_far_behind(ns, drawn):
    """One example whose right class is so far behind that its probability is too small for a float."""
    x, y = drawn.values()
    loss, _ = ns.softmax_loss(x, y)
    return {"loss": loss}


@probe("softmax_loss", points=1.25, tolerance=1e-5, draw=lambda rng: {"x": inputs.far_rows(rng, 5, 3), "y": inputs.labels(rng, 5, 3)})
def rows_far_apart(ns, drawn):
    """Rows of very different size, each with its own maximum."""
    x, y = drawn.values()
    loss, dx = ns.softmax_loss(x, y)
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=1.5, contract=True, tolerance=1e-5, unchanged=True,
       draw=lambda rng: {"x": inputs.scores(rng, 4, 3), "y": inputs.labels(rng, 4, 3)})
def loss_leaves_its_inputs(ns, drawn):
    """Scores and labels are left as they were, and the gradient shares no memory with them."""
    _, dx = ns.softmax_loss(drawn["x"], drawn["y"])
    inputs.written_over(dx)


@probe("softmax_loss", points=0.5, contract=True, tolerance=1e-5, draw=lambda rng: {"x": inputs.scores(rng, 1, 5), "y": rng.integers(5, size=1)})
def loss_of_one_example(ns, drawn):
    """A batch of a single example."""
    loss, dx = ns.softmax_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.5, contract=True, tolerance=1e-5,
       draw=lambda rng: {"x": rng.integers(-3, 4, size=(4, 6)), "y": rng.integers(1, 3, size=4)})
def loss_of_whole_numbers(ns, drawn):
    """Scores that are whole numbers, with labels that leave some classes out."""
    loss, dx = ns.softmax_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


@probe("softmax_loss", points=0.5, contract=True, tolerance=1e-4,
       draw=lambda rng: {"x": inputs.scores(rng, 6, 4).astype(np.float32), "y": inputs.labels(rng, 6, 4)})
def loss_in_single_precision(ns, drawn):
    """Scores of float32."""
    loss, dx = ns.softmax_loss(drawn["x"], drawn["y"])
    return {"loss": loss, "dx": dx}


def loss_of_every_kind_inputs(rng):
    cases = {kind: (x, inputs.labels(rng, 3, 4)) for kind, x in inputs.kinds(rng, (3, 4)).items()}
    cases |= {"one class": (inputs.scores(rng, 3, 4), np.full(3, 2)), "square": (inputs.scores(rng, 3, 3), inputs.labels(rng, 3, 3))}
    cases["one column"] = inputs.scores(rng, 4, 1), np.zeros(4, dtype=int)
    return cases


@probe("softmax_loss", points=0.25, contract=True, equal_sizes="square ones among them", tolerance=1e-5, draw=loss_of_every_kind_inputs)
def loss_of_every_kind(ns, drawn):
    """Call after call: scores that are tiny, of one sign, zero or equal, labels of one class, and sizes that are equal or 1."""
    cases = drawn
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
FOUR_STEPS = THREE_STEPS | {"iters": 4}
FAR_STEPS = {"hidden": 4, "learning_rate": 2000.0, "iters": 3, "batch_size": 1, "std": 0.0}
FROZEN = {"hidden": 6, "learning_rate": 0.0, "iters": 3, "batch_size": 4, "std": 0.5}
RARE = {"hidden": 6, "learning_rate": 1.0, "iters": 12, "batch_size": 20, "std": 0.01}
WIDE = {"hidden": 50, "learning_rate": 0.0, "iters": 1, "batch_size": 4, "std": 0.3}
DEFAULTS = {"hidden": 100, "learning_rate": 0.5, "iters": 1000, "batch_size": 100, "std": 0.05, "seed": 0}
SEEDED = {"hidden": 6, "learning_rate": 0.5, "iters": 3, "batch_size": 4, "std": 0.5}
ONE_HOT = {"hidden": 30, "learning_rate": 0.1, "iters": 5, "batch_size": 3, "std": 0.5}
ONE_BATCH = {"hidden": 30, "learning_rate": 0.1, "iters": 1, "batch_size": 10, "std": 0.5}
MANY_STEPS = {"hidden": 30, "learning_rate": 0.1, "iters": 60, "batch_size": 3, "std": 0.5}
ROW_BY_ROW = {"hidden": 4, "learning_rate": 1.0, "iters": 9, "batch_size": 1, "std": 0.0}


class Data(NamedTuple):
    """What train_two_layer is given first."""

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


class Training(NamedTuple):
    """A call of train_two_layer."""

    data: Data
    settings: dict
    seed: int


def training(rng, make, settings, **sizes):
    """A training with these settings, on data that make draws."""
    return Training(make(rng, **sizes), settings, int(rng.integers(1000)))


def examples(rng, n, features, classes):
    """Normal inputs and labels, and a small test part of the same kind."""
    y = inputs.labels(rng, n, classes)
    return Data(rng.normal(size=(n, features)), y, rng.normal(size=(5, features)), inputs.labels(rng, 5, classes))


def bright_examples(rng, n, features, classes):
    """Rows of positive entries."""
    X_train, y_train, X_test, y_test = examples(rng, n, features, classes)
    return Data(np.abs(X_train), y_train, np.abs(X_test), y_test)


def frozen_examples(rng, n, features, classes):
    """Training and test parts that differ in kind. One test row comes with every label, so that some answer is right."""
    X_test = 0.5 + 2 * rng.normal(size=(n + 4, features))
    y_test = np.concatenate([inputs.labels(rng, n + 4, classes), np.arange(classes)])
    every = np.tile(X_test[:1], (classes, 1))
    return Data(rng.normal(size=(n, features)), inputs.labels(rng, n, classes), np.vstack([X_test, every]), y_test)


def rare_class(rng, n, features):
    """Training labels that are 0 but for one; test labels that are 1."""
    y = rng.permutation(np.arange(n) == 0).astype(int)
    return Data(0.5 * rng.normal(size=(n, features)), y, 0.5 * rng.normal(size=(8, features)), np.ones(8, dtype=int))


def unit_rows(rng, n, classes):
    """Rows that are 1 in a column of their own, so that the weights tell which rows were used."""
    return Data(np.eye(n), np.arange(n) % classes, np.eye(n)[:4], np.arange(4))


def _parameters(trained):
    params, _ = trained
    return {name: params[name] for name in PARAMETERS}


def _start_and_end(ns, drawn):
    """The parameters before training (the same call, learning rate 0) and after it."""
    start = ns.train_two_layer(*drawn.data, **{**drawn.settings, "learning_rate": 0.0}, seed=drawn.seed)
    return {"start": _parameters(start), "end": _parameters(ns.train_two_layer(*drawn.data, **drawn.settings, seed=drawn.seed))}


@probe("train_two_layer", points=2, judged=True, draw=partial(training, make=bright_examples, settings=ONE_STEP, n=12, features=7, classes=10))
def one_step(ns, drawn):
    """A single step on one batch, against the start that learning rate 0 shows."""
    return _start_and_end(ns, drawn)


@probe("train_two_layer", points=1.5, judged=True, equal_sizes="two rows, so that the batches can be counted through",
       draw=partial(training, make=examples, settings=THREE_STEPS, n=2, features=3, classes=2))
def three_steps(ns, drawn):
    """A few steps in a row."""
    return _start_and_end(ns, drawn)


@probe("train_two_layer", points=1.25, judged=True, draw=partial(training, make=frozen_examples, settings=FROZEN, n=19, features=5, classes=10))
def what_history_measures(ns, drawn):
    """The history of a network that stays as it starts, because the learning rate is 0, after another training."""
    ns.train_two_layer(*drawn.data, **drawn.settings, seed=drawn.seed + 1)
    params, history = ns.train_two_layer(*drawn.data, **drawn.settings, seed=drawn.seed)
    return {"params": {name: params[name] for name in PARAMETERS}, "history": {name: history[name] for name in CURVES}}


@probe("train_two_layer", points=0.75, judged=True, draw=partial(training, make=rare_class, settings=RARE, n=100, features=3))
def history_while_it_learns(ns, drawn):
    """Training on one class almost alone, tested on the other."""
    _, history = ns.train_two_layer(*drawn.data, **drawn.settings, seed=drawn.seed)
    return {"history": {name: history[name] for name in CURVES}}


@probe("train_two_layer", points=0.5, contract=True, judged=True, equal_sizes="two rows, so that the batches can be counted through",
       draw=partial(training, make=examples, settings=FOUR_STEPS, n=2, features=3, classes=2))
def history_of_the_first_and_the_last_step(ns, drawn):
    """The history of a few steps, and the parameters before and after them."""
    start = ns.train_two_layer(*drawn.data, **{**drawn.settings, "learning_rate": 0.0}, seed=drawn.seed)
    end = ns.train_two_layer(*drawn.data, **drawn.settings, seed=drawn.seed)
    return {"start": _parameters(start), "end": _parameters(end), "history": {name: end[1][name] for name in CURVES}}


@probe("train_two_layer", points=1, contract=True, judged=True, draw=partial(training, make=examples, settings=WIDE, n=11, features=45, classes=10))
def initial_weights(ns, drawn):
    """The parameters at the start, seen with learning rate 0."""
    return _parameters(ns.train_two_layer(*drawn.data, **drawn.settings, seed=drawn.seed))


def mostly_the_last(rng, classes):
    """Examples of so many classes, nearly all of them of the last one, so that it is in every batch."""
    X_train, _, X_test, y_test = examples(rng, 9 * classes, 4, classes)
    return Data(X_train, rng.permutation([*range(classes), *[classes - 1] * (8 * classes)]), X_test, y_test)


@probe("train_two_layer", points=0.25, contract=True, tolerance=1e-5,
       draw=lambda rng: {str(classes): mostly_the_last(rng, classes) for classes in (3, 13)})
def classes_in_the_labels(ns, drawn):
    """Labels of few and of many classes."""
    blanks = {}
    for classes, data in drawn.items():
        trained = ns.train_two_layer(*data, hidden=7, iters=1, batch_size=5)
        blanks[f"of {classes} classes"] = {name: np.zeros(np.shape(value)) for name, value in _parameters(trained).items()}
    return blanks


@probe("train_two_layer", points=1, contract=True, judged=True, draw=partial(training, make=examples, settings=SEEDED, n=13, features=7, classes=10))
def seeds(ns, drawn):
    """The same seed twice, and another in between."""
    numbers = {"first": drawn.seed, "other": drawn.seed + 1, "again": drawn.seed}
    return {key: _parameters(ns.train_two_layer(*(each.copy() for each in drawn.data), **drawn.settings, seed=seed)) for key, seed in numbers.items()}


def three_rows(rng):
    """Three rows of three classes."""
    rows = Data(np.eye(3), np.arange(3), np.eye(3), np.arange(3))
    return Data(*(each.copy() for each in rows))


@probe("train_two_layer", points=0.25, contract=True, judged=True, equal_sizes="a row for each column and class",
       draw=lambda rng: Training(three_rows(rng), FAR_STEPS, int(rng.integers(1000))))
def steps_to_far_scores(ns, drawn):
    """Steps so long that the scores lie far apart after the first."""
    return {"b2": _parameters(ns.train_two_layer(*drawn.data, **drawn.settings, seed=drawn.seed))["b2"]}


def of_many_and_of_few_rows(rng):
    """A few steps on many rows, one step with a larger batch, many steps on a few rows, and four times some steps on one of three rows each."""
    return {
        "many": training(rng, unit_rows, ONE_HOT, n=31, classes=10),
        "one": training(rng, unit_rows, ONE_BATCH, n=40, classes=10),
        "few": training(rng, unit_rows, MANY_STEPS, n=6, classes=4),
        "turns": [training(rng, three_rows, ROW_BY_ROW) for _ in range(4)],
    }


@probe("train_two_layer", points=1, contract=True, judged=True, equal_sizes="a row for each column, which tells the rows", draw=of_many_and_of_few_rows)
def which_rows_are_drawn(ns, drawn):
    """Rows that leave a trace in the weights when they are in a batch: in one step and in a few on many rows, and in many steps on a few."""
    *traced, turns = drawn
    seen = {which: _start_and_end(ns, drawn[which]) for which in traced}
    return seen | {turns: [_parameters(ns.train_two_layer(*one.data, **one.settings, seed=one.seed))["b2"] for one in drawn[turns]]}


@probe("train_two_layer", points=0.25, contract=True, tolerance=1e-5, unchanged=True, draw=lambda rng: examples(rng, 12, 4, 3))
def training_leaves_its_inputs(ns, drawn):
    """The data are left as they were."""
    ns.train_two_layer(*drawn, hidden=5, learning_rate=0.5, iters=4, batch_size=5)


@probe("train_two_layer", points=0.25, contract=True, judged=True, equal_sizes="a row for each column, which tells the rows",
       draw=lambda rng: {"data": unit_rows(rng, 150, 10), "units": 30, "defaults": DEFAULTS})
def defaults_of_training(ns, drawn):
    """What is used where hidden, learning_rate, iters, batch_size, std and seed are not given."""
    data, units, defaults = drawn.values()
    signature = parameters_of(ns.train_two_layer)
    start, _ = ns.train_two_layer(*data, learning_rate=0.0, iters=1, seed=defaults["seed"])
    end, _ = ns.train_two_layer(*data, iters=1)
    return {
        "hidden": list(np.shape(end["b1"])),
        "start": start["W1"][:, :units],
        "end": end["W1"][:, :units],
        "defaults": {name: getattr(signature.get(name), "default", None) for name in defaults},
    }
