"""Properties that decide where equality with the reference can't. Loaded where nobody's notebook runs.

Each threshold on a random quantity lies at least 5 standard deviations from what a right solution gives; the comment beside it says how far.
"""
import numpy as np
from probes import PARAMETERS, small

from autograder import inputs
from autograder.judging import Unfit, Verdict, array, between, fact

# initialize_weights


def range_of_the_weights(seen, rng):
    W = array(seen["W"], "W", shape=(70, 50))
    bound, largest = np.sqrt(6 / (70 + 50)), np.abs(W).max()
    return {
        "not beyond": fact(largest <= bound * (1 + 1e-6), f"The largest weight, {largest:.3f}, lies beyond the range with the variance asked for."),
        # 3500 draws: all below 0.98 of the bound with probability 0.98**3500 = 2e-31
        "whole range": between(0.98 * bound, largest, np.inf, f"The largest of 3500 weights is only {largest:.3f}: too narrow a range."),
        "not far too narrow": fact(largest > 0.5 * bound, "The range is less than half of what it should be."),
        "not nearly zero": fact(largest > 0.2 * bound, "The range is less than a fifth of what it should be."),
        # both signs: missed with probability 2**-3500
        "both signs": fact(W.min() < 0 < W.max(), "All weights have the same sign."),
    }


def spread_of_the_weights(seen, rng):
    W = array(seen["W"], "W", shape=(30, 90))
    n, bound = W.size, np.sqrt(6 / (30 + 90))
    deviation, inner = bound / np.sqrt(3), (np.abs(W) < bound / 2).mean()
    ratio = (W**2).mean() / deviation**2
    around = 5 * deviation / np.sqrt(n)  # the mean of n draws has the standard deviation deviation / sqrt(n)
    wide = 5 * np.sqrt(0.8 / n)  # W**2 of a uniform distribution has the relative standard deviation sqrt(9 / 5 - 1)
    half = 2.5 / np.sqrt(n)  # as many draws lie in the inner half of the range, with the standard deviation 0.5 / sqrt(n)
    return {
        "mean": between(-around, W.mean(), around, f"The mean of the weights is {W.mean():.3f}: they are not drawn around 0."),
        "variance": between(1 - wide, ratio, 1 + wide, f"The variance of the weights is {ratio:.2f} times what was asked for."),
        "evenly": between(0.5 - half, inner, 0.5 + half, f"{inner:.0%} of the weights lie in the inner half of the range; half should."),
        # 2700 draws of at least 24 bits: a handful of equal ones at most
        "one draw a weight": fact(len(np.unique(W)) > n / 2, "Many weights are equal: each needs a draw of its own."),
    }


def another_draw_each_call(seen, rng):
    one, two = array(seen["one"], "W of the first layer", shape=(8, 5)), array(seen["two"], "W of the second layer", shape=(8, 5))
    return {"differ": fact((one != two).all(), "Two calls gave the same weights: is the generator started anew in every call?")}


# get_random_batches


def _pairs(value, name):
    """The batches as pairs of two-dimensional float arrays."""
    if not isinstance(value, (list, tuple)) or any(not isinstance(pair, (list, tuple)) or len(pair) != 2 for pair in value):
        raise Unfit(Verdict.WRONG_TYPE, f"{name} is not a list of pairs (xb, yb).")
    return [(array(xb, "xb", ndim=2), array(yb, "yb", ndim=2)) for xb, yb in value]


def _numbers(pairs, x):
    """The numbers of the examples, batch by batch, read from column 0; -1 for a row that is none of x's."""
    numbers = []
    for xb, _ in pairs:
        if xb.shape[1] != x.shape[1]:
            raise Unfit(Verdict.WRONG_SHAPE, f"xb has {xb.shape[1]} columns; expected {x.shape[1]}, as many as x.")
        own = [int(row[0]) if row[0] in range(len(x)) else -1 for row in xb]
        numbers.append([i if i >= 0 and (x[i] == row).all() else -1 for i, row in zip(own, xb, strict=True)])
    return numbers


def _flat(lists):
    return [item for each in lists for item in each]


def _sizes(pairs, n, batch_size):
    """Facts about how many batches there are, and how large."""
    sizes, full = [len(xb) for xb, _ in pairs], n // batch_size
    return {
        "number": fact(len(sizes) == -(-n // batch_size), f"{len(sizes)} batches; expected {-(-n // batch_size)} for {n} examples by {batch_size}."),
        "full": fact(sizes[:full] == [batch_size] * full, f"The batches have {sizes} examples; all but the last should have {batch_size}."),
        "rest": fact(sizes[full:] in ([], [n - full * batch_size]), f"The batches have {sizes} examples; the last should have what is left."),
    }


def every_example_once(seen, rng):
    x, _ = inputs.labelled(rng, 23, 4, 3)
    rows = _flat(_numbers(_pairs(seen["batches"], "The result"), x))
    times = [rows.count(i) for i in range(23)]
    return {
        "known": fact(-1 not in rows, "Some rows are none of the examples that went in."),
        "twice": fact(max(times) <= 1, f"{sum(t > 1 for t in times)} of 23 examples are there more than once."),
        "missing": fact(min(times) >= 1, f"{times.count(0)} of 23 examples are in no batch."),
    }


def labels_stay_with_their_examples(seen, rng):
    x, y = inputs.labelled(rng, 26, 2, 5)
    pairs = _pairs(seen["batches"], "The result")
    numbers = _numbers(pairs, x)
    torn = total = 0
    for (_, yb), rows in zip(pairs, numbers, strict=True):
        if yb.shape != (len(rows), 5):
            raise Unfit(Verdict.WRONG_SHAPE, f"yb has shape {yb.shape}; expected {(len(rows), 5)}, a row for each row of xb.")
        total += len(rows)
        torn += sum(i < 0 or (y[i] != label).any() for i, label in zip(rows, yb, strict=True))
    return {
        "there": fact(total >= 20, f"Only {total} of 26 examples came back."),
        # labels shuffled by themselves match in all rows with probability 6! * 5!**4 / 26! < 1e-15
        "own label": fact(torn == 0, f"{torn} of {total} examples have another example's label beside them."),
    }


def sizes_of_the_batches(seen, rng):
    return _sizes(_pairs(seen["batches"], "The result"), 22, 6)


def another_shuffle_each_call(seen, rng):
    x, _ = inputs.labelled(rng, 60, 2, 3)
    first, second = (_numbers(_pairs(seen[call], "The result"), x) for call in ("first", "second"))
    given = [list(range(i, i + 3)) for i in range(0, 60, 3)]
    groups = [{frozenset(batch) for batch in batches} for batches in (first, second, given)]
    # 60 examples in 20 batches of 3: two draws agree in order with probability 1 / 60!, in companions with 20! * 6**20 / 60! < 1e-47;
    # 20 whole batches in the same order: 1 / 20! < 1e-18
    return {
        "some": fact(len(first) > 1 and len(second) > 1, "There is only one batch."),
        "shuffled": fact(_flat(first) != list(range(60)), "The examples come in the order in which they went in."),
        "companions": fact(groups[0] != groups[2], "The same neighbours as in the data share each batch: only whole batches are moved about."),
        "another order": fact(first != second, "Two calls gave the same batches in the same order: is the generator started anew in every call?"),
        "other companions": fact(groups[0] != groups[1], "In two calls the same examples share a batch."),
    }


def batches_without_a_remainder(seen, rng):
    x, _ = inputs.labelled(rng, 12, 3, 4)
    facts = {}
    for batch_size in (4, 1, 20):
        what = f"of {batch_size}"
        pairs = _pairs(seen[what], "The result")
        rows = _flat(_numbers(pairs, x))
        facts |= {f"{what}: {name}": value for name, value in _sizes(pairs, 12, batch_size).items()}
        facts[f"{what}: each"] = fact(sorted(rows) == list(range(12)), f"In batches {what} the examples are not there exactly once.")
    return facts


# central_differences_gradient


def _exact(params, x, y):
    """The derivatives of the summed cross-entropy by all four parameters."""
    h = 1 / (1 + np.exp(-(x @ params["Wlayer1"] + params["blayer1"])))
    exps = np.exp(h @ params["Woutput"] + params["boutput"])
    upper = exps / exps.sum(axis=1, keepdims=True) - y
    lower = upper @ params["Woutput"].T * h * (1 - h)
    return dict(zip(PARAMETERS, (x.T @ lower, lower.sum(axis=0), h.T @ upper, upper.sum(axis=0)), strict=True))


def differences_by_the_default_step(seen, rng):
    x, y, params = small(rng, 5)
    facts = {}
    for key, exact in _exact(params, x, y).items():
        gap = np.abs(array(seen["grad_" + key], "grad_" + key, shape=exact.shape) - exact).max()
        # truncation is about eps**2 * L''' / 6 = 1e-12, rounding about 1e-16 * L / eps = 1e-9 for a loss L of 10; the largest gap in 3000 networks
        # is 4e-9. The threshold leaves room for a loss that adds 1e-8 to each probability, which moves a derivative by about 1e-7.
        room = 1e-5 * max(1.0, np.abs(exact).max())
        facts[key] = between(-1, gap, room, f"grad_{key} is off by {gap:.2g} from the exact derivative; central differences come within 1e-8.")
    return facts


def direction_of_the_gradient(seen, rng):
    x, y, params = small(rng, 4)
    exact = _exact(params, x, y)
    ours = np.concatenate([exact[key].ravel() for key in PARAMETERS])
    theirs = np.concatenate([array(seen["grad_" + key], "grad_" + key, shape=exact[key].shape).ravel() for key in PARAMETERS])
    length = np.linalg.norm(theirs)
    cosine = ours @ theirs / np.linalg.norm(ours) / length if length > 0 else 0.0
    # 1 - |cosine| of central differences with eps = 0.001: at most 6e-13 in 3000 networks
    return {
        "not zero": fact(length > 0, "All derivatives are 0."),
        "along": fact(abs(cosine) > 0.999, f"Your gradient and the exact one lie {np.degrees(np.arccos(min(1.0, abs(cosine)))):.0f} degrees apart."),
    }
