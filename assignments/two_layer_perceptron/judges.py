"""Properties of random weights.

The thresholds stand where the reference is at least six standard deviations away: for n draws the mean scatters by 1/sqrt(n), the
spread by 1/sqrt(2n) and the share beyond two standard deviations, 0.0455, by sqrt(0.0455 * 0.9545 / n); n is 3000 for W1 and
2400 for W2.
"""
from itertools import pairwise

import numpy as np

from autograder.judging import array, between, fact


def printed_with_verbose(seen, drawn):
    """With verbose each entry is printed as it is measured; without, not as much."""
    entries = drawn["x"].size
    said, unasked = ([0, *array(seen.get(name), name, ndim=1)] for name in ("printed", "printed without verbose"))  # pieces, by and by
    times = sum(later > earlier for earlier, later in pairwise(said))
    how = f"something is printed {times} times while {entries} entries are measured"
    if said[-2] == 0:
        how = "nothing is printed until the last entry was measured" if times else "nothing is printed"
    return {
        "each entry is printed": fact(times >= entries, f"With verbose, {how}; expected: each entry, as it is measured.", how),
        "not without verbose": fact(unasked[-1] == 0 or unasked[-1] < said[-1], "As much is printed without verbose as with it.", unasked[-1] > said[-1]),
    }


def fresh_weights(seen, drawn):
    (d, h, c), scale = drawn["sizes"], drawn["weight_scale"]
    shapes = {"W1": (d, h), "b1": (h,), "W2": (h, c), "b2": (c,)}
    gone = ", ".join(name for name in shapes if seen.get(name) is None)
    if gone:
        return {"all four are there": fact(False, f"self.params has no {gone}: is it kept under another name?", gone)}
    params = {name: array(seen.get(name), f"params['{name}']") for name in shapes}
    facts = {
        f"shape of {name}": fact(params[name].shape == shape, f"params['{name}'] has shape {params[name].shape}; expected {shape}.", params[name].shape)
        for name, shape in shapes.items()
    }
    for name in "b1", "b2":
        how = "all the same" if params[name].size and np.ptp(params[name]) == 0 else "different"
        facts[f"{name} is zero"] = fact(not params[name].any(), f"params['{name}'] is not zero.", how)
    for name in "W1", "W2":
        spread, mean = params[name].std() / scale, params[name].mean() / scale
        facts[f"spread of {name}"] = between(0.9, spread, 1.1, f"The spread of params['{name}'] is {spread:.2f} times weight_scale.")
        facts[f"mean of {name}"] = between(-0.15, mean, 0.15, f"The mean of params['{name}'] is {mean:.2f} times weight_scale; expected 0.")
    both = np.concatenate([params["W1"].ravel(), params["W2"].ravel()])
    share = np.mean(np.abs(both) > 2 * both.std())
    facts["bell"] = between(0.025, share, 0.066, f"{share:.1%} of the weights lie beyond two standard deviations; of a normal, 4.6%.")
    return facts


def seed_decides(seen, drawn):
    facts = {}
    for name in "W1", "W2":
        once, again, other = (array(value, f"params['{name}']") for value in seen[name])
        facts[f"{name} repeats"] = fact(np.array_equal(once, again), f"The same seed gave two different {name}.")
        facts[f"{name} varies"] = fact(once.any() and not np.array_equal(once, other), f"Two seeds gave the same {name}.")
    return facts
