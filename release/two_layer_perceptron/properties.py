"""Tries functions on random sizes and holds them against what must be true of any right one: no answer is
known here, only invariants.

Each function prints a line when it finds nothing, and otherwise stops with a sentence on the smallest
arguments for which something is not true.
"""

import inspect

import checks
import numpy as np

TRIES = 40
STEP = 1e-5
DIRECTIONS = 3


def rows(name, f, tries=TRIES):
    """f turns scores (N, C) into probabilities (N, C), row by row."""
    it = next(iter(_names(f)), "x")

    def true_of(rng):
        N, C, scale = rng.integers(1, 6), rng.integers(1, 7), rng.choice([1.0, 30.0, 1000.0])
        x = (
            np.round(scale * rng.normal(size=(N, C)), 3)
            if rng.random() < 0.8
            else rng.integers(-9, 10, size=(N, C))
        )
        start, probs = x.copy(), np.asarray(f(x))
        yield f"{it} is left as it was", np.array_equal(x, start), x
        yield f"the result has the shape of {it}", probs.shape == (N, C), x
        yield "all entries are finite, from 0 to 1", bool(((probs >= 0) & (probs <= 1)).all()), x
        yield "each row sums to 1", _close(probs.sum(axis=1), 1), x
        yield (
            "a number added to all scores of a row changes nothing",
            _close(f(x + rng.integers(-5, 6, size=(N, 1))), probs),
            x,
        )
        yield (
            "a row alone gives what it gives in the batch",
            all(_close(f(x[i : i + 1]), probs[i : i + 1]) for i in range(N)),
            x,
        )
        in_order = np.take_along_axis(probs, x.argsort(axis=1), 1)
        yield (
            "the larger of two scores has no smaller probability",
            bool((np.diff(in_order) >= -1e-12).all()),
            x,
        )

    _try(name, true_of, tries, [it])


def loss(name, f, guess, tries=TRIES):
    """f takes scores (N, C) and labels (N,), and returns the mean loss and its gradient (N, C). guess(C) is
    what C equal scores cost.
    """
    it = next(iter(_names(f)), "x")

    def true_of(rng):
        N, C = rng.integers(1, 6), rng.integers(2, 6)
        x, y = rng.choice([2.0, 2.0, 300.0]) * rng.normal(size=(N, C)), rng.integers(C, size=N)
        start, (value, dx) = x.copy(), f(x, y)
        yield f"{it} is left as it was", np.array_equal(x, start), x
        good = np.shape(value) == () and bool(np.isfinite(value) and value >= 0)
        yield "the loss is one finite number, 0 or more", good, x
        yield f"the gradient has the shape of {it}", np.shape(dx) == (N, C), x
        slope = _is_slope(dx, lambda z: f(z, y)[0], x, rng)
        yield "the gradient is the slope of the loss", slope, x
        yield (
            "the loss of a batch is the mean of those of its rows",
            _close(value, np.mean([f(x[i : i + 1], y[i : i + 1])[0] for i in range(N)])),
            x,
        )
        shift = rng.choice([1.0, 1000.0]) * rng.normal(size=(N, 1))
        yield (
            "a number added to all scores of a row changes nothing",
            _close(f(x + shift, y)[0], value, 1e-8),
            x,
        )
        yield "each row of the gradient sums to 0", _close(np.sum(dx, axis=1), 0), x
        yield "equal scores cost what a guess costs", _close(f(np.zeros((N, C)), y)[0], guess(C)), x
        whole = np.rint(start).astype(int)
        pairs = zip(f(whole, y), f(whole.astype(float), y), strict=True)
        yield (
            "whole numbers give what the same numbers give as floats",
            all(_close(a, b) for a, b in pairs),
            x,
        )

    _try(name, true_of, tries, [it])


def layer(name, forward, backward, draw, tries=TRIES):
    """A layer and its way back. draw(rng) makes arguments, float arrays of random sizes, the first with one
    row an example.

    forward(*arguments) returns the output; backward(upstream gradient, *arguments) a gradient for each of the
    first arguments, one or more. What is said names the arguments as forward and backward do.
    """
    above = next(iter(_names(backward)), "the upstream gradient")
    names = _names(forward)

    def true_of(rng):
        arguments = draw(rng)
        start = [a.copy() for a in arguments]
        out = np.array(forward(*arguments))
        dout, x, rest = rng.normal(size=out.shape), arguments[0], arguments[1:]
        from_above = dout.copy()
        grads = _gradients(backward(from_above, *arguments))
        yield f"{above} is left as it was", np.array_equal(from_above, dout), *arguments
        yield (
            "the arguments are left as they were",
            all(np.array_equal(a, b) for a, b in zip(arguments, start, strict=True)),
            *arguments,
        )
        alone = [np.array(forward(x[i : i + 1], *rest)) for i in range(len(x))]
        yield (
            "an example alone gives what it gives in the batch",
            _close(np.concatenate(alone), out),
            *arguments,
        )
        for number, (a, g) in enumerate(zip(arguments, grads, strict=False)):
            it = names[number] if number < len(names) else f"argument {number + 1}"
            yield f"the gradient with respect to {it} has the shape of {it}", g.shape == a.shape, *arguments
            slope = _is_slope(g, lambda _: np.sum(forward(*arguments) * dout), a, rng)
            what = f"the gradient with respect to {it} is the slope of sum({above} * output)"
            yield what, slope, *arguments
        again = _gradients(backward(2 * dout, *arguments))
        yield (
            f"twice {above} gives twice the gradients",
            all(_close(b, 2 * a) for a, b in zip(grads, again, strict=True)),
            *arguments,
        )
        whole = [np.rint(a).astype(int) for a in arguments]
        floats = [a.astype(float) for a in whole]
        same = _close(forward(*whole), forward(*floats)) and all(
            _close(a, b)
            for a, b in zip(
                _gradients(backward(dout.copy(), *whole)),
                _gradients(backward(dout.copy(), *floats)),
                strict=True,
            )
        )
        yield "whole numbers give what the same numbers give as floats", same, *arguments

    _try(name, true_of, tries, names)


def _names(function):
    """What a function calls its arguments."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]


def _gradients(returned):
    return [np.array(g) for g in (returned if isinstance(returned, tuple | list) else (returned,))]


def _close(a, b, tolerance=1e-7):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return bool(np.isfinite(a).all() and (np.abs(a - b) <= tolerance * np.maximum(1, np.abs(b))).all())


def _is_slope(gradient, f, x, rng):
    """Whether a gradient says how fast f, a function of x that returns one number, changes along random
    directions: by central differences. f may read x itself, which is moved in place and put back.
    """
    kept, right = x.copy(), True
    for direction in rng.normal(size=(DIRECTIONS, *x.shape)):
        x[...] = kept + STEP * direction
        above = float(f(x))
        x[...] = kept - STEP * direction
        right &= _close(np.sum(gradient * direction), (above - float(f(x))) / (2 * STEP), 1e-5)
        x[...] = kept
    return right


def _try(name, true_of, tries, names):
    """Try random arguments; where something is not true, tell of the smallest ones."""
    found = []
    for seed in range(tries):
        for what, holds, *arguments in true_of(np.random.default_rng(seed)):
            if not holds:
                found.append((sum(a.size for a in arguments), what, arguments))
                break
    if found:
        _, what, arguments = min(found, key=lambda one: one[0])
        shapes = [str(tuple(int(n) for n in a.shape)) for a in arguments]
        if len(names) >= len(shapes):
            shapes = [f"{it} of shape {shape}" for it, shape in zip(names, shapes, strict=False)]
        checks.that(
            False,
            f"{name}: not true that {what}. It fails for {len(found)} of {tries} random sizes, "
            f"such as {', '.join(shapes)}.",
        )
    print(f"{name}: {tries} random sizes, and nothing found.")
