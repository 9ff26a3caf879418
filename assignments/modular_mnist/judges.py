"""Properties of modular_mnist's random parts: starting weights, and the rows of each epoch. Runs outside, on untrusted observations."""
from itertools import chain, pairwise

import numpy as np

from autograder.judging import Unfit, Verdict, array, fact


def an_unknown_activation(seen, drawn):
    """A ValueError for a name that is none of the three."""
    facts = {}
    for kind in ["softsign", ""]:
        classes = _part(seen, kind)
        classes = classes if isinstance(classes, (list, tuple)) else []
        how = "raised an exception that is no ValueError" if classes else "raised nothing"
        facts[kind or "no name"] = fact("ValueError" in classes, f"Activation({kind!r}) {how}; expected a ValueError, as this name is none of the three.", how)
    return facts


def new_layers(seen, drawn):
    """Random weights that differ from entry to entry and from layer to layer, zero biases, a global generator that nobody reseeded."""
    shape = drawn["in_units"], drawn["out_units"]
    first, second = (array(w, f"w of a new Layer{shape}", shape=shape) for w in _two(_part(seen, "w")))
    biases = [array(b, f"b of a new Layer{shape}", shape=(1, shape[1])) for b in _two(_part(seen, "b"))]
    streams = [array(stream, "a stream", shape=(3,)) for stream in _two(_part(seen, "streams"))]
    return {
        "weights differ": fact(
            len(np.unique(first)) > 0.8 * first.size, "Many starting weights of a layer are equal. Draw every one at random: units that start equal stay equal.",
            "all equal, zero" if not first.any() else f"{len(np.unique(first))} different ones",
        ),
        "layers differ": fact(np.mean(first != second) > 0.9, "Two new layers of one shape start with the same weights."),
        "biases are zero": fact(not any(b.any() for b in biases), "The biases of a new layer are not zero.",
                               "all the same" if all(np.ptp(b) == 0 for b in biases) else "different"),
        "nothing is reseeded": fact(
            (streams[0] != streams[1]).all(),
            "Making a layer sets the seed of NumPy's global generator, so that everything drawn after it is the same each time.",
        ),
    }


def rows_of_each_epoch(seen, drawn):
    """Every row once an epoch, with its own label, in consecutive batches, in a new order each epoch."""
    x, y, n = drawn.X_train, drawn.y_train, len(drawn.X_train)
    size, epochs = drawn.config["batch_size"], drawn.config["epochs"]
    batches = _batches(_part(seen, "batches"), x.shape[1], y.shape[1])
    numbers = [[_number(row, x) for row in xb] for xb, _ in batches]  # -1 for what is no row of x
    labels = np.concatenate([yb for _, yb in batches])
    order = list(chain.from_iterable(numbers))
    step = max(1, len(numbers) // epochs)
    groups = [numbers[start : start + step] for start in range(0, step * epochs, step)]  # the batches of each epoch
    runs = [tuple(chain.from_iterable(group)) for group in groups]
    return {
        "rows of the training set": fact(-1 not in order, "Rows were trained on that are not rows of X_train."),
        "every row once": fact(
            len(order) == epochs * n and all(sorted(order[start : start + n]) == list(range(n)) for start in range(0, len(order), n)),
            f"Not every row was trained on once an epoch: {len(order)} rows in {epochs} epochs of {n}.",
        ),
        "own labels": fact(
            all(number < 0 or np.array_equal(label, y[number]) for number, label in zip(order, labels, strict=True)),
            "Rows were trained on with the labels of other rows: shuffle both by the same permutation.",
        ),
        "sizes": fact(
            [len(batch) for batch in numbers] == epochs * [*(n // size) * [size], n % size],
            f"The first batches have sizes {[len(batch) for batch in numbers[:5]]}. Take consecutive slices of batch_size rows, the last one short.",
            [len(batch) for batch in groups[0]],
        ),
        "shuffled": fact(
            all(any(later < earlier for earlier, later in pairwise(run)) for run in runs),
            "The rows come in the order of X_train: draw a permutation.",
        ),
        "shuffled anew": fact(len(set(runs)) == epochs, "Two epochs go through the rows in the same order: draw a permutation for each epoch."),
        "regrouped": fact(
            len({frozenset(frozenset(batch) for batch in group) for group in groups}) == epochs,
            "The same rows are together in a batch in every epoch: permute the rows, not the batches.",
        ),
    }


def the_history(seen, drawn):
    """train_loss of each epoch is the mean of its batches' losses, before their steps or after them, that of the last batch, or the loss
    after the epoch.

    Of the batches that there were: which there should be is another check's question.
    """
    epochs = drawn["training"].config["epochs"]
    train_loss = array(_part(seen, "train_loss"), "train_loss", shape=(epochs,))
    sizes = array(_part(seen, "sizes"), "the sizes of the batches", ndim=1)
    each = len(sizes) // epochs
    if not each or len(sizes) % epochs:
        return {"an epoch has its batches": fact(each, "No batch was trained on: run forward_pass and backward_pass on every one.")}
    losses = [drawn["losses"][min(step, len(drawn["losses"]) - 1)] for step in range(len(sizes) + 1)]
    parts = [(losses[k : k + each + 1], sizes[k : k + each]) for k in range(0, len(sizes), each)]
    return {f"train_loss of epoch {n}": _is_of_the_epoch(n, float(loss), *part) for n, (loss, part) in enumerate(zip(train_loss, parts, strict=True), 1)}


def _is_of_the_epoch(n, loss, epoch, sizes):
    """Whether a loss is one of those that the text allows. epoch: the loss before each step and after the last."""
    means = [np.average(part, weights=weights) for part in (epoch[:-1], epoch[1:]) for weights in (None, sizes)]
    first = "the loss of its first batch" + (", the largest of them" if epoch[0] == max(epoch[:-1]) else " alone")
    others = {
        first: epoch[0], "the least of its batches' losses": min(epoch[:-1]), "the sum of its batches' losses": sum(epoch[:-1]), "the sum of its rows' losses": np.dot(epoch[:-1], sizes),
    }
    kind = next((kind for kind, other in others.items() if np.isclose(loss, other, rtol=1e-5)), f"{loss:.4g}")
    return fact(np.isclose(loss, [*means, *epoch[-2:]], rtol=1e-5).any(),
                f"train_loss of epoch {n} is {kind}; expected: the mean over the epoch's batches, the loss of its last batch, or the loss measured after it.", kind)


def _batches(value, features, classes):
    if not isinstance(value, (list, tuple)) or not value:
        raise Unfit(Verdict.NO_VALUE, "No batch was trained on: run forward_pass and backward_pass on every one.")
    batches = [(array(xb, "x of a batch", ndim=2), array(yb, "the labels of a batch", ndim=2)) for xb, yb in map(_two, value)]
    for xb, yb in batches:
        array(xb, "x of a batch", shape=(len(xb), features))
        array(yb, "the labels of a batch", shape=(len(xb), classes))
    return batches


def _number(row, x):
    """The place of a row in x, -1 where it is none of its rows. Column 2 holds the row's number."""
    number = int(np.clip(row[2], 0, len(x) - 1))
    return number if np.allclose(row, x[number], rtol=0, atol=1e-5) else -1


def _part(seen, name):
    if not isinstance(seen, dict) or name not in seen:
        raise Unfit(Verdict.NO_VALUE, f"{name} was not seen.")
    return seen[name]


def _two(value):
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Unfit(Verdict.WRONG_TYPE, "Two arrays were expected.")
    return value
