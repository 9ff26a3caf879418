"""Properties of faces_mlp's answers, where equality with the reference can't judge: random starts, the gradient check, training."""
from itertools import chain, combinations

import numpy as np
from probes import PARAMETERS, SIZES, Course, Scale

from autograder.judging import array, between, fact

# ---- init_nn: spreads have a standard error of at most 2.1 % here, so 12 % is more than five of them; so is each bound below --------------


def shapes_of_the_six(seen, rng):
    expected = {"W1": (5, 3), "b1": (3,), "W2": (3, 4), "b2": (4,), "W3": (4, 2), "b3": (2,)}
    found = {name: array(seen[name], name).shape for name in expected}
    return {
        name: fact(found[name] == shape, f"{name} has shape {found[name]}; expected {shape}.", found[name]) for name, shape in expected.items()
    }


def _spread(name, value, shape, scale):
    w = array(value, name, shape=shape) / scale
    spread = w.std()
    around = 6 * max(1.0, spread) / np.sqrt(w.size)
    far = np.mean(np.abs(w - w.mean()) > 2 * spread)
    return {
        f"{name} varies": fact(spread > 0, f"All entries of {name} are the same."),
        f"{name} around zero": between(-around, w.mean(), around, f"The mean of {name} is far from zero."),
        f"{name} not too wide": between(0, spread, 1.12, f"{name} is spread too widely."),
        f"{name} not too narrow": between(0.88, spread, np.inf, f"{name} is spread too narrowly."),
        f"{name} of scale one": fact(not 0.88 < spread * scale < 1.12, f"{name} is a standard normal that isn't scaled down."),
        f"{name} normal": between(0.01, far, 1, f"{name} has no entries far from its mean, as a normal has."),
    }


def spread_of_the_hidden_layers(seen, rng):
    return _spread("W1", seen["W1"], tuple(SIZES[:2]), 0.1) | _spread("W2", seen["W2"], tuple(SIZES[1:3]), 0.1)


def spread_of_the_last_layer(seen, rng):
    return _spread("W3", seen["W3"], tuple(SIZES[2:]), 0.01)


def biases_at_zero(seen, rng):
    facts = {}
    for name, units in (("b1", 4), ("b2", 5), ("b3", 3)):
        bias = array(seen[name], name)
        facts[f"{name} one axis"] = fact(bias.shape == (units,), f"{name} has shape {bias.shape}; expected one axis with an entry for each unit.", bias.shape)
        facts[f"{name} zero"] = fact(not bias.any(), f"{name} doesn't start at zero.", "all the same" if np.ptp(bias) == 0 else "different")
    return facts


# ---- check_grad: central differences of a quadratic have round-off alone, below 1e-4 here ---------------------------------------------------


def _outcome(names, what, expected):
    """Facts about what check_grad raised (names of classes, [] for nothing) on a gradient that it should accept or refuse."""
    names = list(names)
    if expected == "nothing":
        return {f"{what}: no complaint": fact("AssertionError" not in names, f"An AssertionError is raised for {what}."),
                f"{what}: no other error": fact(not names or "AssertionError" in names, f"{' '.join(names[:1])} is raised for {what}.")}
    return {f"{what}: complaint": fact(names != [], f"Nothing is raised for {what}."),
            f"{what}: assertion": fact(not names or "AssertionError" in names, f"{' '.join(names[:1])} is raised for {what}, not an AssertionError.")}


def _verdicts(seen, right, **wrong):
    facts = _outcome(seen["right"], right, "nothing")
    for key, what in wrong.items():
        facts |= _outcome(seen[key], what, "AssertionError")
    return facts


def right_gradient_and_zeros(seen, rng):
    return _verdicts(seen, "a right gradient", wrong="a gradient of zeros")


def double_and_opposite_gradient(seen, rng):
    return _verdicts(seen, "a right gradient", wrong="a gradient twice too large", opposite="a gradient of the opposite sign")


def bias_of_two_entries(seen, rng):
    return _verdicts(seen, "a right gradient of a small bias", wrong="a small bias with one wrong entry")


def steep_error(seen, rng):
    return _verdicts(seen, "a right gradient of an error that curves strongly", wrong="a slightly wrong gradient of an error that curves strongly")


def third_decimal(seen, rng):
    return _verdicts(seen, "a small gradient that is off by less than 1.5e-3", wrong="a large gradient that is off by more than 1.5e-3")


def entries_that_move(seen, rng):
    start = Scale(rng, (12, 5)).before["W1"].ravel()
    moves = [array(w, "the parameter during the check", shape=(12, 5)).ravel() - start for w in seen["seen"]]
    moves = [move for move in moves if np.abs(move).max() > 1e-9]
    alone = all(np.sum(np.abs(move) > 1e-9) == 1 for move in moves)
    at = [int(np.argmax(np.abs(move))) for move in moves]
    by = [float(move[entry]) for move, entry in zip(moves, at, strict=True)]
    up, down = ({entry for entry, step in zip(at, by, strict=True) if sign * step > 0} for sign in (1, -1))
    entries = up | down
    return {
        "some entry moves": fact(entries, "No entry of the parameter is moved before forward is called again."),
        "one at a time": fact(alone, "More than one entry is away from its value at a time."),
        "epsilon": fact(all(0.9e-7 < abs(step) < 1.1e-7 for step in by), "An entry is moved by something other than epsilon = 1e-7."),
        "both ways": fact(up == down, "An entry is moved to one side only: the difference isn't central."),
        "at most twenty": fact(len(entries) <= 20, f"{len(entries)} entries are moved; expected 20.",
                               "all entries" if len(entries) == start.size else "some"),
        "twenty": fact(sum(step > 0 for step in by) >= 20, "Fewer than 20 entries are moved."),
        # 20 of 60 drawn with repetition are 17.1 different ones, standard deviation 1.3
        "different": between(9, len(entries), np.inf, f"Only {len(entries)} different entries are moved; expected 20."),
        "anywhere": fact(min(entries, default=0) < 30 <= max(entries, default=0), "The entries aren't chosen at random from the whole parameter.",
                         f"{min(entries, default=0)} to {max(entries, default=0)}"),
    }


def _put_back(after, toy):
    same = {name: np.array_equal(array(after[name], name, shape=toy.before[name].shape), toy.before[name]) for name in PARAMETERS}
    off = max(float(np.abs(array(after[name], name) - toy.before[name]).max()) for name in PARAMETERS)
    return {
        "not displaced": fact(off < 1e-9, "An entry is still displaced after the check."),
        "bit for bit": fact(all(same.values()), "A parameter differs from what it was in its last bits."),
    }


def parameters_put_back(seen, rng):
    return _put_back(seen["after"], Scale(rng, (6, 4)))


def put_back_after_raising(seen, rng):
    return _put_back(seen["after"], Scale(rng, (5, 6)))


# ---- train --------------------------------------------------------------------------------------------------------------------------------


def _softmax(y):
    powers = np.exp(y - y.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _cases(batch, toy):
    """The numbers of a batch's cases in the training split, -1 for a row that isn't in it."""
    x = array(batch["x"], "x of a batch", ndim=2)
    if x.shape[1] != toy.features:
        return [-1] * len(x)
    apart = np.abs(x[:, None] - toy.x[None]).max(axis=2)
    return [int(row.argmin()) if row.min() < 1e-5 else -1 for row in apart]


def _known(cases):
    return fact(all(case >= 0 for batch in cases for case in batch), "forward is given rows that aren't rows of inputs_train.")


def _errors(seen, toy, total):
    """What the errors of all batches have in common with (P - T) / n."""
    cases = [_cases(batch, toy) for batch in seen["batches"]]
    facts = {"some batch": fact(cases, "backward isn't called."), "rows of the data": _known(cases)}
    if not cases or not facts["rows of the data"].holds:
        return facts
    ratios, directions, summed, whole, others = [], [], [], [], []
    for batch, numbers in zip(seen["batches"], cases, strict=True):
        prediction = _softmax(toy.x[numbers] @ (toy.start + int(batch["updates"]) * toy.eta * toy.drift))
        wanted = prediction - toy.t[numbers]
        err = array(batch["err"], "err", shape=wanted.shape)
        n, size = len(numbers), np.linalg.norm(err) / max(1e-300, np.linalg.norm(wanted))
        directions.append(np.sum(err * wanted) / max(1e-300, np.linalg.norm(err) * np.linalg.norm(wanted)))
        ratios.append(size * n)
        targets = prediction - n * err
        others.append(any(np.allclose(targets, toy.t[at : at + n], atol=1e-6) for at in range(total - n + 1)))
        summed.append(abs(size - 1) < 1e-4)
        whole.append(abs(size * total - 1) < 1e-4)
    right_size = all(abs(ratio - 1) < 1e-5 for ratio in ratios)
    opposite, parallel = all(d < -1 + 1e-9 for d in directions), all(abs(d) > 1 - 1e-9 for d in directions)
    return facts | {
        "prediction minus target": fact(not opposite, "The error has the opposite sign: prediction and target are swapped."),
        "own targets": fact(parallel, "The error isn't a multiple of the prediction minus these cases' own targets.",
                            "minus targets in the order of the data" if all(others) else "another error"),
        "not summed": fact(right_size or not all(summed), "The error isn't divided by the number of cases in the batch."),
        "not the whole split": fact(right_size or not all(whole), "The error is divided by the number of all training cases."),
        "size": fact(right_size, "The error is divided by something other than the number of cases in its batch."),
    }


def error_of_a_batch(seen, rng):
    return _errors(seen, Course(rng, 16), 16)


def error_of_the_short_batch(seen, rng):
    toy = Course(rng, 14)
    short = [batch for batch in seen["batches"] if len(array(batch["x"], "x of a batch", ndim=2)) < 5]
    return {"short batch": fact(len(short) == 1, "14 cases in batches of 5 should leave one batch of 4.")} | _errors({"batches": short}, toy, 14)


def every_case_every_epoch(seen, rng):
    toy = Course(rng, 13)
    cases = [_cases(batch, toy) for batch in seen["batches"]]
    counts = np.bincount([case for batch in cases for case in batch if case >= 0], minlength=13)
    sizes = [len(batch) for batch in cases]
    epochs = [sorted(chain(*cases[start : start + 4])) for start in range(0, len(cases), 4)]
    once = len(epochs) == 3 and all(epoch == list(range(13)) for epoch in epochs)
    return {
        "rows of the data": _known(cases),
        "batch size": fact(max(sizes, default=0) <= 4, "A batch has more cases than batch_size."),
        "as many as there are": fact(sum(sizes) == 39, f"{sum(sizes)} cases are trained on in three epochs of 13."),
        "as often as another": fact(len(set(counts.tolist())) == 1, "Some cases are trained on more often than others."),
        "once an epoch": fact(once, "Not every case is trained on once in every epoch."),
        "last batch": fact(sizes == [4, 4, 4, 1] * 3, "The cases of an epoch aren't cut into full batches with a shorter one at the end."),
    }


def new_order_every_epoch(seen, rng):
    toy = Course(rng, 20)
    cases = [_cases(batch, toy) for batch in seen["batches"]]
    per_epoch = max(1, len(cases) // 4)
    epochs = [cases[start : start + per_epoch] for start in range(0, per_epoch * 4, per_epoch)]
    together = [{frozenset(batch) for batch in epoch} for epoch in epochs]
    in_order = all(list(chain(*epoch)) == list(range(20)) for epoch in epochs)
    return {
        "rows of the data": _known(cases),
        "shuffled": fact(not in_order, "The cases come in the order of the data in every epoch."),
        "shuffled anew": fact(all(a != b for i, a in enumerate(together) for b in together[:i]), "The same cases share a batch in different epochs."),
    }


def update_after_every_batch(seen, rng):
    toy = Course(rng, 9)
    order, etas = list(seen["order"]), array(seen["etas"], "eta", ndim=1)
    trained = toy.start + order.count("update") * toy.eta * toy.drift
    return {
        "some update": fact("update" in order, "update isn't called."),
        "one for each batch": fact(order.count("update") == order.count("backward"), "update isn't called as often as backward."),
        "backward first": fact(order == ["backward", "update"] * 6, "Two epochs of three batches call backward and update in turn, six times."),
        "eta": fact(np.allclose(etas, toy.eta, rtol=1e-9, atol=0), "update isn't called with eta."),
        "trained": fact(np.allclose(array(seen["W1"], "W1 of the returned model", shape=toy.start.shape), trained, rtol=1e-9, atol=1e-12),
                        "The returned model isn't the one that was updated."),
    }


EPOCHS = {"after the epochs": (3, 6, 9), "before the epochs": (0, 3, 6)}
"""How many updates three batches an epoch have made."""


def _measured(toy, data, updates, kind):
    """Cross-entropy or accuracy of each case of a split after so many updates."""
    x, t = data
    prediction = _softmax(x @ (toy.start + updates * toy.eta * toy.drift))
    return -np.log(np.sum(prediction * t, axis=1)) if kind == "ce" else prediction.argmax(axis=1) == t.argmax(axis=1)


def _where(toy, values, kind):
    """On what, and when, these values of three epochs were measured, where that can be told."""

    def close(wanted):
        return np.allclose(values, wanted, rtol=1e-6, atol=1e-9)

    for split, data in {"training": (toy.x, toy.t), "validation": toy.valid, "test": toy.test}.items():
        for when, updates in EPOCHS.items():
            if close([_measured(toy, data, made, kind).mean() for made in updates]):
                return f"the {split} split {when}"
    batches = np.array(list(combinations(range(12), 4)))
    for before in (0, 1):
        of_batches = [_measured(toy, (toy.x, toy.t), made - before, kind)[batches].mean(axis=1) for made in EPOCHS["after the epochs"]]
        if all(np.isclose(of_batch, value, rtol=1e-6, atol=1e-9).any() for of_batch, value in zip(of_batches, values, strict=True)):
            return "one batch"
    return "something else"


def statistics_of_the_epochs(seen, rng):
    toy = Course(rng, 12)
    splits = {"train": (toy.x, toy.t), "valid": toy.valid}
    facts = {}
    for key in ("train_ce", "valid_ce", "train_acc", "valid_acc"):
        table = array(seen[key], f"stats[{key!r}]")
        if table.shape != (3, 2):
            return {f"{key} entries": fact(False, f"stats[{key!r}] has shape {table.shape}; expected three pairs (epoch, value) after three epochs.")}
        split, kind = key.split("_")
        wanted = [_measured(toy, splits[split], updates, kind).mean() for updates in EPOCHS["after the epochs"]]
        counted = table[:, 0].tolist() in ([0, 1, 2], [1, 2, 3])
        measured = np.allclose(table[:, 1], wanted, rtol=1e-6, atol=1e-9)
        facts[f"{key} epochs"] = fact(counted, f"The epochs of stats[{key!r}] don't count up from 0 or 1.")
        where = "" if measured else _where(toy, table[:, 1], kind)
        facts[f"{key} values"] = fact(measured, f"stats[{key!r}] isn't the value on the whole split after each epoch.", where)
    return facts


def full_batch(seen, rng):
    toy = Course(rng, 14)
    cases = [_cases(batch, toy) for batch in seen["batches"]]
    return {
        "rows of the data": _known(cases),
        "two batches": fact(len(cases) == 2, f"{len(cases)} batches in two epochs; expected one an epoch."),
        "all cases": fact(all(sorted(batch) == list(range(14)) for batch in cases), "A full batch should hold every training case once."),
    }
