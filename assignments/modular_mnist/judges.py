"""Properties of modular_mnist's random parts: starting weights, and the rows of each epoch. Runs outside, on untrusted observations."""
import numpy as np

from autograder.judging import Unfit, array, fact
from autograder.model import Verdict
from probes import CONFIG, _Bowl, rows


def new_layers(seen, rng):
    """Random weights that differ from entry to entry and from layer to layer, zero biases, a global generator that nobody reseeded."""
    first, second = (array(w, "w of a new Layer(6, 4)", shape=(6, 4)) for w in _two(seen["w"]))
    biases = [array(b, "b of a new Layer(6, 4)", shape=(1, 4)) for b in _two(seen["b"])]
    streams = [array(stream, "a stream", shape=(3,)) for stream in _two(seen["streams"])]
    return {
        "weights differ": fact(len(np.unique(first)) == 24, "Some starting weights of a layer are equal. Draw every one at random: units that start equal stay equal."),
        "layers differ": fact(not np.isin(first, second).any(), "Two new layers of one shape start with the same weights."),
        "biases are zero": fact(not any(b.any() for b in biases), "The biases of a new layer are not zero."),
        "nothing is reseeded": fact(
            (streams[0] != streams[1]).all(),
            "Making a layer sets the seed of NumPy's global generator, so that everything drawn after it is the same each time.",
        ),
    }


def rows_of_each_epoch(seen, rng):
    """Every row once an epoch, with its own label, in consecutive batches, in a new order each epoch."""
    n, size, epochs, classes = 23, 5, CONFIG["epochs"], _Bowl.size
    x, y = _after_the_model(rng, n)
    if not isinstance(seen["batches"], (list, tuple)) or not seen["batches"]:
        raise Unfit(Verdict.NO_VALUE, "No batch was trained on: run forward_pass and backward_pass on every one.")
    batches = [(array(xb, "x of a batch", ndim=2), array(yb, "the labels of a batch", ndim=2)) for xb, yb in map(_two, seen["batches"])]
    for xb, yb in batches:
        array(xb, "x of a batch", shape=(len(xb), x.shape[1]))
        array(yb, "the labels of a batch", shape=(len(xb), classes))
    numbers = [[_number(row, x) for row in xb] for xb, _ in batches]
    order = [number for batch in numbers for number in batch]
    labels = np.concatenate([yb for _, yb in batches])
    split = [order[start : start + n] for start in range(0, len(order), n)]
    per_epoch = len(numbers) // epochs
    runs = [sum(numbers[start : start + per_epoch], []) for start in range(0, per_epoch * epochs, per_epoch)] if per_epoch else []
    in_order = [any(later < earlier for earlier, later in zip(run[:-1], run[1:])) for run in runs]
    return {
        "rows of the training set": fact(-1 not in order, "Rows were trained on that are not rows of X_train."),
        "every row once": fact(
            len(order) == epochs * n and all(sorted(epoch) == list(range(n)) for epoch in split),
            f"Not every row was trained on once an epoch: {len(order)} rows in {epochs} epochs of {n}.",
        ),
        "own labels": fact(
            all(number < 0 or np.array_equal(label, y[number]) for number, label in zip(order, labels)),
            "Rows were trained on with the labels of other rows: shuffle both by the same permutation.",
        ),
        "sizes": fact(
            [len(batch) for batch in numbers] == epochs * [size, size, size, size, n % size],
            f"The batches have sizes {[len(batch) for batch in numbers[:6]]} ...; consecutive slices of batch_size rows, the last one short, were asked for.",
        ),
        "shuffled": fact(bool(runs) and all(in_order), "The rows come in the order of X_train: draw a permutation."),
        "shuffled anew": fact(
            len(runs) == epochs and len({tuple(run) for run in runs}) == epochs, "Two epochs go through the rows in the same order: draw a permutation for each epoch."
        ),
        "regrouped": fact(
            len({frozenset(frozenset(batch) for batch in numbers[start : start + per_epoch]) for start in range(0, len(numbers), per_epoch or 1)}) >= epochs,
            "The same rows are together in a batch in every epoch: permute the rows, not the batches.",
        ),
    }


def _number(row, x):
    """The place of a row in x, -1 where it is none of its rows. Column 2 holds the row's number."""
    number = int(np.clip(row[2], 0, len(x) - 1))
    return number if np.allclose(row, x[number], rtol=0, atol=1e-5) else -1


def _two(value):
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Unfit(Verdict.WRONG_TYPE, "Two arrays were expected.")
    return value


def _after_the_model(rng, n):
    """The rows that the probe drew, after it drew the model."""
    _Bowl(_Nothing(), rng)
    return rows(rng, n)


class _Nothing:
    """A notebook that defines nothing but two empty classes, for drawing a toy with the probe's draws."""

    Layer = type("Layer", (), {})
    Activation = type("Activation", (), {})
