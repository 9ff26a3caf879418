"""Properties that decide where equality with the reference can't. Loaded where nobody's notebook runs.

Each threshold on a random quantity lies at least 5 standard deviations from what a right solution gives; the comment beside it says how far.
"""
import numpy as np
from probes import PARAMETERS

from autograder.judging import Unfit, Verdict, array, between, fact

# initialize_weights


def range_of_the_weights(seen, drawn):
    W = array(seen["W"], "W", shape=(drawn["inputs"], drawn["outputs"]))
    bound, largest = np.sqrt(6 / sum(W.shape)), np.abs(W).max()
    return {
        "not beyond": fact(largest <= bound * (1 + 1e-6), f"The largest weight, {largest:.3f}, lies beyond the range with the variance asked for."),
        # 3500 draws: all below 0.98 of the bound with probability 0.98**3500 = 2e-31
        "whole range": between(0.98 * bound, largest, np.inf, f"The largest of {W.size} weights is only {largest:.3f}: too narrow a range."),
        "not far too narrow": fact(largest > 0.5 * bound, "The range is less than half of what it should be."),
        "not nearly zero": fact(largest > 0.2 * bound, "The range is less than a fifth of what it should be."),
        # both signs: missed with probability 2**-3500
        "both signs": fact(W.min() < 0 < W.max(), "All weights have the same sign."),
    }


def spread_of_the_weights(seen, drawn):
    W = array(seen["W"], "W", shape=(drawn["inputs"], drawn["outputs"]))
    n, bound = W.size, np.sqrt(6 / sum(W.shape))
    deviation, inner = bound / np.sqrt(3), (np.abs(W) < bound / 2).mean()
    ratio = (W**2).mean() / deviation**2
    around = 5 * deviation / np.sqrt(n)  # the mean of n draws has the standard deviation deviation / sqrt(n)
    wide = 5 * np.sqrt(0.8 / n)  # W**2 of a uniform distribution has the relative standard deviation sqrt(9 / 5 - 1)
    half = 2.5 / np.sqrt(n)  # as many draws lie in the inner half of the range, with the standard deviation 0.5 / sqrt(n)
    return {
        "mean": between(-around, W.mean(), around, f"The mean of the weights is {W.mean():.3f}: they are not drawn around 0."),
        "variance": between(1 - wide, ratio, 1 + wide, f"The variance of the weights is {ratio:.2f} times what was asked for."),
        "evenly": between(0.5 - half, inner, 0.5 + half, f"{inner:.0%} of the weights lie in the inner half of the range; half should."),
        # 3200 draws of at least 24 bits: a handful of equal ones at most
        "one draw a weight": fact(len(np.unique(W)) > n / 2, "Many weights are equal: each needs a draw of its own."),
    }


def another_draw_each_call(seen, drawn):
    shape = drawn["inputs"], drawn["outputs"]
    one, two = array(seen["one"], "W of the first layer", shape=shape), array(seen["two"], "W of the second layer", shape=shape)
    same = int((one == two).sum())
    all_of_them = "Two calls gave the same weights: is the generator started anew in every call?"
    says = all_of_them if same == one.size else f"{same} of {one.size} weights are the same in two calls: each needs a draw of its own."
    return {"differ": fact(not same, says, "all" if same == one.size else "some")}


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


def _known(rows):
    """One fact: each row is one of those that went in. Where it is none, nothing can be said of which ones share a batch."""
    return fact(-1 not in rows, "Some rows are none of the examples that went in.")


def every_example_once(seen, drawn):
    rows, n = _flat(_numbers(_pairs(seen["batches"], "The result"), drawn.x)), len(drawn.x)
    times = [rows.count(i) for i in range(n)]
    return {
        "known": _known(rows),
        "twice": fact(max(times) <= 1, f"{sum(t > 1 for t in times)} of {n} examples are there more than once."),
        "missing": fact(min(times) >= 1, f"{times.count(0)} of {n} examples are in no batch."),
    }


def labels_stay_with_their_examples(seen, drawn):
    y, (n, classes) = drawn.y, drawn.y.shape
    pairs = _pairs(seen["batches"], "The result")
    numbers = _numbers(pairs, drawn.x)
    torn = total = 0
    for (_, yb), rows in zip(pairs, numbers, strict=True):
        if yb.shape != (len(rows), classes):
            raise Unfit(Verdict.WRONG_SHAPE, f"yb has shape {yb.shape}; expected {(len(rows), classes)}, a row for each row of xb.")
        total += len(rows)
        torn += sum(i >= 0 and (y[i] != label).any() for i, label in zip(rows, yb, strict=True))
    return {
        "known": _known(_flat(numbers)),
        "there": fact(total >= 0.75 * n, f"Only {total} of {n} examples came back."),
        # labels shuffled by themselves match in all rows with probability 6!**2 * 5!**3 / 27! < 1e-15
        "own label": fact(torn == 0, f"{torn} of {total} examples have another example's label beside them."),
    }


def sizes_of_the_batches(seen, drawn):
    return _sizes(_pairs(seen["batches"], "The result"), len(drawn.x), drawn.batch_size)


def another_shuffle_each_call(seen, drawn):
    n, size = len(drawn.x), drawn.batch_size
    first, second = (_numbers(_pairs(seen[call], "The result"), drawn.x) for call in ("first", "second"))
    given = [list(range(i, i + size)) for i in range(0, n, size)]
    groups = [{frozenset(batch) for batch in batches} for batches in (first, second, given)]
    known = _known(_flat(first) + _flat(second))
    unlike = not known.holds  # and then as good as another order
    # 60 examples in 20 batches of 3: two draws agree in order with probability 1 / 60!, in companions with 20! * 6**20 / 60! < 1e-47;
    # 20 whole batches in the same order: 1 / 20! < 1e-18
    return {
        "known": known,
        "some": fact(len(first) > 1 and len(second) > 1, "There is only one batch."),
        "shuffled": fact(_flat(first) != list(range(n)), "The examples come in the order in which they went in."),
        "companions": fact(unlike or groups[0] != groups[2], "The same neighbours as in the data share each batch: only whole batches are moved about."),
        "another order": fact(unlike or first != second, "Two calls gave the same batches in the same order: is the generator started anew in every call?"),
        "other companions": fact(unlike or groups[0] != groups[1], "In two calls the same examples share a batch."),
    }


def batches_without_a_remainder(seen, drawn):
    facts = {}
    for what, (x, _, batch_size) in drawn.items():
        pairs = _pairs(seen[what], "The result")
        rows = _flat(_numbers(pairs, x))
        facts |= {f"{what}: {name}": value for name, value in _sizes(pairs, len(x), batch_size).items()}
        facts[f"{what}: each"] = fact(sorted(rows) == list(range(len(x))), f"In batches {what} the examples are not there exactly once.")
    return facts


# central_differences_gradient


def _exact(x, y, params):
    """The derivatives of the summed cross-entropy by all four parameters."""
    h = 1 / (1 + np.exp(-(x @ params["Wlayer1"] + params["blayer1"])))
    exps = np.exp(h @ params["Woutput"] + params["boutput"])
    upper = exps / exps.sum(axis=1, keepdims=True) - y
    lower = upper @ params["Woutput"].T * h * (1 - h)
    return dict(zip(PARAMETERS, (x.T @ lower, lower.sum(axis=0), h.T @ upper, upper.sum(axis=0)), strict=True))


def _loss(x, y, params):
    """The summed cross-entropy of the network."""
    scores = 1 / (1 + np.exp(-(x @ params["Wlayer1"] + params["blayer1"]))) @ params["Woutput"] + params["boutput"]
    scores = scores - scores.max(axis=1, keepdims=True)
    return -np.sum(y * (scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))))


def _differences(x, y, params, eps):
    """Central differences by all parameters, in one row."""
    found = []
    for key in PARAMETERS:
        for entry in np.ndindex(params[key].shape):
            sides = []
            for step in (eps, -eps):
                moved = params[key].copy()
                moved[entry] += step
                sides.append(_loss(x, y, params | {key: moved}))
            found.append((sides[0] - sides[1]) / (2 * eps))
    return np.array(found)


def differences_by_the_default_step(seen, drawn):
    facts = {}
    for key, exact in _exact(*drawn).items():
        gap = np.abs(array(seen["grad_" + key], "grad_" + key, shape=exact.shape) - exact).max()
        # truncation is about eps**2 * L''' / 6 = 1e-12, rounding about 1e-16 * L / eps = 1e-9 for a loss L of 10; the largest gap in 3000 networks
        # is 4e-9. The threshold leaves room for a loss that adds 1e-8 to each probability, which moves a derivative by about 1e-7.
        room = 1e-5 * max(1.0, np.abs(exact).max())
        facts[key] = between(-1, gap, room, f"grad_{key} is off by {gap:.2g} from the exact derivative; central differences come within 1e-8.")
    return facts


def direction_of_the_gradient(seen, drawn):
    params = drawn["small"].params
    ours = _differences(*drawn["small"], drawn["eps"])
    theirs = np.concatenate([array(seen["grad_" + key], "grad_" + key, shape=params[key].shape).ravel() for key in PARAMETERS])
    length = np.linalg.norm(theirs)
    cosine = ours @ theirs / np.linalg.norm(ours) / length if length > 0 else 0.0
    # 1 - |cosine| of the same differences, added up in another order: below 1e-15; of the exact gradient at this step: above 4e-7 in 1500 networks
    return {
        "not zero": fact(length > 0, "All differences are 0."),
        "along": fact(
            1 - abs(cosine) < 1e-8,
            f"Your differences and central ones by this step lie {np.degrees(np.arccos(min(1.0, abs(cosine)))):.2g} degrees apart.",
        ),
    }
