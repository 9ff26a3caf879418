"""What a trained network must show, whatever random numbers it drew. Runs outside the process of student code."""
from __future__ import annotations

from itertools import permutations, product

import numpy as np
from probes import CURVES, PARAMETERS

from autograder.judging import Unfit, Verdict, array, between, fact


def _inside(value, *keys):
    """value[key][key]...; where it is not made of dictionaries with these keys, the observation is unfit."""
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            raise Unfit(Verdict.WRONG_TYPE, f"there is no {key!r} in what was returned.")
        value = value[key]
    return value


def _network(value, drawn):
    """The four parameters as arrays of the shapes that the training's data and settings ask for."""
    features, hidden, classes = drawn.data.X_train.shape[1], drawn.settings["hidden"], 1 + max(drawn.data.y_train)
    shapes = ((features, hidden), (hidden,), (hidden, classes), (classes,))
    return {name: array(_inside(value, name), name, shape=shape) for name, shape in zip(PARAMETERS, shapes, strict=True)}


def _curves(value):
    return {name: array(_inside(value, name), f'history["{name}"]', ndim=1) for name in CURVES}


def _lengths(curves):
    """Facts about the lengths of the history's lists."""
    lengths = [len(curve) for curve in curves.values()]
    uneven = f"The lists in history have {', '.join(map(str, lengths))} entries; all should have the same number."
    return {
        "as long as each other": fact(len(set(lengths)) == 1, uneven),
        "two entries": fact(min(lengths) >= 2, "A list in history has fewer than two entries, though several steps were asked for."),
    }


def _scores(net, X):
    return np.maximum(X @ net["W1"] + net["b1"], 0) @ net["W2"] + net["b2"]


def _losses(net, X, y):
    """Cross-entropy of each example, and the gradient of each with respect to the scores."""
    scores = _scores(net, X)
    scores = scores - scores.max(axis=1, keepdims=True)
    log_probs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return -log_probs[np.arange(len(y)), y], np.exp(log_probs) - np.eye(scores.shape[1])[y]


def _gradients(net, X, y):
    """The gradients of each example's own loss: for each parameter one row an example."""
    active = X @ net["W1"] + net["b1"]
    _, d_scores = _losses(net, X, y)
    d_active = (d_scores @ net["W2"].T) * (active > 0)
    rows = {
        "W1": np.einsum("nd,nh->ndh", X, d_active),
        "b1": d_active,
        "W2": np.einsum("nh,nc->nhc", np.maximum(active, 0), d_scores),
        "b2": d_scores,
    }
    return {name: gradient.reshape(len(X), -1) for name, gradient in rows.items()}


def _labels_of_other_rows(net, X, move, batch_size):
    """Whether a step of W2 is that of a batch whose rows have labels of other rows: H.T @ D, each row of D being some share of that
    example's probabilities, minus as many labels as that share holds, whichever they are.
    """
    hidden, scores = np.maximum(X @ net["W1"] + net["b1"], 0), _scores(net, X)
    probs = np.exp(scores - scores.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    rows = np.linalg.lstsq(hidden.T, move.reshape(net["W2"].shape), rcond=None)[0]
    if np.abs(hidden.T @ rows - move.reshape(net["W2"].shape)).max() > 1e-6 * max(1e-3, np.abs(move).max()):
        return False

    def labelled(times, labels):
        return np.abs(labels - labels.round()).max() < 1e-3 and labels.min() > -1e-3 and abs(labels.sum() - times) < 1e-3

    return all(any(labelled(times, times * p - batch_size * row) for times in range(batch_size + 1)) for p, row in zip(probs, rows, strict=True))


NO_MOVE = "W2 comes back as it does with learning_rate 0: it does not move, or moves as far whatever learning_rate is."
OTHER_MOVE = "From the weights that learning_rate 0 brings back, W2 does not move along the gradient of rows of X_train with their own labels."


def one_step(seen, drawn):
    """The step is the learning rate times the mean gradient of some batch_size rows: find which, then hold every parameter to it."""
    (X, y, _, _), batch_size = drawn.data, drawn.settings["batch_size"]
    start, end = (_network(_inside(seen, key), drawn) for key in ("start", "end"))
    moves = {name: (start[name] - end[name]).ravel() / drawn.settings["learning_rate"] for name in PARAMETERS}
    gradients = _gradients(start, X, y)
    shares = np.linalg.lstsq(gradients["W2"].T, moves["W2"], rcond=None)[0]  # of each row in the batch

    def follows(name):
        gap = np.abs(shares @ gradients[name] - moves[name]).max()
        return gap <= 1e-5 * max(np.abs(moves[name]).max(), np.abs(gradients[name]).max())

    moved = follows("W2") and np.abs(shares).max() > 1e-6  # otherwise there is no batch to hold the others to
    counts = shares * batch_size
    still = not moves["W2"].any()
    others = not moved and not still and _labels_of_other_rows(start, X, moves["W2"], batch_size)
    d_hidden = _losses(start, X, y)[1] @ start["W2"].T
    around = np.abs(X.T @ (shares[:, None] * d_hidden) - moves["W1"].reshape(start["W1"].shape)).max() <= 1e-5 * np.abs(moves["W1"]).max()
    return {
        "W2": fact(moved, NO_MOVE if still else OTHER_MOVE, "labels of other rows" if others else "no step" if still else "another step"),
        "b2": fact(not moved or follows("b2"), "W2 moves along the gradient of its batch, b2 does not."),
        "W1": fact(not moved or follows("W1"), "The second layer moves along the gradient of its batch, W1 does not.",
                   "around ReLU" if around else "another step"),
        "b1": fact(not moved or follows("b1"), "The weights move along the gradient of their batch, b1 does not."),
        "downhill": fact(not moved or shares.sum() > 0, "The step goes up the gradient, not down."),
        "the mean": fact(
            not moved or abs(abs(shares.sum()) - 1) < 1e-4,
            f"The step is {abs(shares.sum()):.3g} times as long as learning_rate times the gradient of the batch's mean loss.",
        ),
        "whole rows": fact(
            not moved or abs(abs(shares.sum()) - 1) > 1e-4 or np.abs(counts - counts.round()).max() < 1e-3,
            "The step is no mean over batch_size rows of X_train.",
        ),
    }


def _after(batches, net, drawn, piled):
    """Where plain SGD ends after these batches; piled: where each step carries the gradients of those before it."""
    X, y, _, _ = drawn.data
    total = dict.fromkeys(PARAMETERS, 0.0)
    for rows in batches:
        each = {name: rows_of.mean(axis=0).reshape(net[name].shape) for name, rows_of in _gradients(net, X[rows], y[rows]).items()}
        total = {name: each[name] + piled * total[name] for name in PARAMETERS}
        net = {name: net[name] - drawn.settings["learning_rate"] * total[name] for name in PARAMETERS}
    return net


def _gap(net, other):
    return max(np.abs(net[name] - other[name]).max() for name in PARAMETERS)


def three_steps(seen, drawn):
    """Two rows in batches of two: a batch is one of three, so three steps end in one of 27 places."""
    start, end = (_network(_inside(seen, key), drawn) for key in ("start", "end"))
    still = [name for name in ("W1", "W2") if not start[name].any()]
    every = list(product(([0, 0], [0, 1], [1, 1]), repeat=drawn.settings["iters"]))
    gap, piled = (min(_gap(_after(batches, start, drawn, piled), end) for batches in every) for piled in (False, True))
    return {
        "a start": fact(not still, f"With learning_rate 0, {' and '.join(still)} {'comes' if len(still) == 1 else 'come'} back as zeros."),
        "plain SGD": fact(
            gap < 1e-5,
            "After a few steps the parameters are not where plain SGD takes them from the weights that learning_rate 0 brings back.",
            "gradients added up" if piled < 1e-5 else "elsewhere",
        ),
    }


def history_of_the_first_and_the_last_step(seen, drawn):
    """Two rows in batches of two, as above: the end tells which batches led there, and these the test loss after each step."""
    start, end = (_network(_inside(seen, key), drawn) for key in ("start", "end"))
    curves, steps = _curves(_inside(seen, "history")), drawn.settings["iters"]
    every = list(product(([0, 0], [0, 1], [1, 1]), repeat=steps))
    taken = min(every, key=lambda batches: _gap(_after(batches, start, drawn, False), end))
    on_the_way = [_after(taken[:step], start, drawn, False) for step in range(steps + 1)]
    known = _gap(on_the_way[-1], end) < 1e-5 and min(map(len, curves.values())) >= 2  # else other checks tell what is wrong
    losses = [_losses(net, drawn.data.X_test, drawn.data.y_test)[0].mean() for net in on_the_way]
    first, last = (np.flatnonzero(np.isclose(losses, curves["test_loss"][at], rtol=1e-5)).tolist() for at in (0, -1)) if known else ([0], [steps])
    lacks = not (steps in last and {0, 1} & {*first}) and not (steps - 1 in last and 0 in first)
    says = (
        f"test_loss begins with the network after step {first[0]} and ends with that after step {last[0]} of {steps}: it lacks an entry of the first step or of the last."
        if first and last
        else "test_loss begins or ends with what is no test loss of the network on its way."
    )
    return _lengths(curves) | {"first and last step": fact(not lacks, says, f"{first} to {last}" if lacks else "")}


def what_history_measures(seen, drawn):
    """With learning rate 0 every entry of the history is that of the parameters that came back."""
    X_train, y_train, X_test, y_test = drawn.data
    net = _network(_inside(seen, "params"), drawn)
    curves = _curves(_inside(seen, "history"))
    on_train, on_test = _losses(net, X_train, y_train)[0], _losses(net, X_test, y_test)[0]
    accuracy = np.mean(_scores(net, X_test).argmax(axis=1) == y_test)
    low, high = on_train.min() - 1e-5, on_train.max() + 1e-5
    of_the_batch = len(curves["test_loss"]) == len(curves["train_loss"]) and np.allclose(curves["test_loss"], curves["train_loss"], rtol=1e-5, atol=0)
    return {
        **_lengths(curves),
        "test loss": fact(
            np.allclose(curves["test_loss"], on_test.mean(), rtol=1e-5, atol=0),
            "With learning_rate 0, test_loss is not the mean cross-entropy of X_test and y_test under the parameters that come back.",
            "train_loss again" if of_the_batch else "another",
        ),
        "test accuracy": fact(
            np.allclose(curves["test_accuracy"], accuracy, rtol=0, atol=1e-9),
            "With learning_rate 0, test_accuracy is not the share of X_test whose largest score is that of its label in y_test.",
            "on train_loss's rows" if of_the_batch else f"{np.mean(curves['test_accuracy']) / accuracy:.4g} times the share",
        ),
        "train loss": fact(
            np.all((low <= curves["train_loss"]) & (curves["train_loss"] <= high)),
            "With learning_rate 0, train_loss is no mean of losses of training rows: it lies outside the range of theirs.",
        ),
    }


def history_while_it_learns(seen, drawn):
    """The net learns to say the common class: the training loss falls well below log 2, the test loss rises well above it."""
    curves = _curves(_inside(seen, "history"))
    train_loss, test_loss, accuracy = (float(curves[name][-1]) if len(curves[name]) else np.nan for name in CURVES)
    rare = "the test labels are of a class that training hardly saw."
    return {
        **_lengths(curves),
        "train loss falls": between(-np.inf, train_loss, 0.65, "The train loss has not fallen, though nearly all training labels are the same."),
        "test loss rises": between(1.8, test_loss, np.inf, f"The test loss should be high after the steps that were asked for: {rare}"),
        "test accuracy falls": between(-np.inf, accuracy, 0.5, f"The test accuracy should be low after the steps that were asked for: {rare}"),
    }


def _mean_zero(name, z):
    far = 5 / np.sqrt(z.size)
    return between(-far, z.mean(), far, f"With learning_rate 0, the {name} that comes back does not have mean zero.")


def _spread_one(name, z):
    far = 5 / np.sqrt(2 * z.size)
    return between(1 - far, z.std(), 1 + far, f"With learning_rate 0, the standard deviation of the {name} that comes back is not std.")


def initial_weights(seen, drawn):
    """std times standard normal draws, and biases of zero. Bounds are five standard deviations of the estimate, or wider."""
    net = _network(seen, drawn)
    draws = {name: net[name].ravel() / drawn.settings["std"] for name in ("W1", "W2")}
    every = np.concatenate(list(draws.values()))
    kurtosis = np.mean((every - every.mean()) ** 4) / max(every.var(), 1e-12) ** 2  # 3 for a normal, 1.8 for a uniform distribution
    return {
        "biases": fact(not net["b1"].any() and not net["b2"].any(), "With learning_rate 0, the biases that come back are not zero."),
        **{f"mean of {name}": _mean_zero(name, z) for name, z in draws.items()},
        **{f"spread of {name}": _spread_one(name, z) for name, z in draws.items()},
        "normal": between(2.4, kurtosis, 4.5, "With learning_rate 0, the weights that come back are not spread as normal draws are."),
    }


def seeds(seen, drawn):
    """Same seed, same parameters; another seed, others."""
    first, again, other = (_network(_inside(seen, key), drawn) for key in ("first", "again", "other"))
    alike = all(np.allclose(first[name], again[name], rtol=1e-9, atol=1e-12) for name in PARAMETERS)
    return {
        "same seed": fact(alike, "Two runs with the same seed differ."),
        "another seed": fact(not np.allclose(first["W1"], other["W1"], rtol=1e-3), "Two runs with different seeds start from the same weights."),
    }


def _rows_used(seen, training):
    """The numbers of the training rows that leave a trace in W1."""
    start, end = (_network(_inside(seen, key), training)["W1"] for key in ("start", "end"))
    return np.flatnonzero(np.any(start != end, axis=1))


def _in_one_order(b2, drawn):
    """Whether a training of weights that are zero, on one row of its own class a step, ends as if the rows came again and again in one order."""
    n, steps, rate = len(drawn.data.X_train), drawn.settings["iters"], drawn.settings["learning_rate"]
    b2 = array(b2, "b2", shape=(n,))
    for order in permutations(range(n)):
        biases = np.zeros(n)
        for label in np.resize(order, steps):
            biases = biases + rate * (np.eye(n)[label] - np.exp(biases) / np.exp(biases).sum())
        if np.allclose(biases, b2, rtol=0, atol=1e-4):
            return True
    return False


def steps_to_far_scores(seen, drawn):
    """Weights of zero stay so, and b2 moves by learning_rate times a label minus the probabilities, which are 0 or 1 after the first step."""
    n, steps, rate = len(drawn.data.X_train), drawn.settings["iters"], drawn.settings["learning_rate"]
    b2 = array(_inside(seen, "b2"), "b2", shape=(n,))
    ends = []
    for labels in product(range(n), repeat=steps):
        biases = np.zeros(n)
        for label in labels:
            powers = np.exp(biases - biases.max())
            biases = biases + rate * (np.eye(n)[label] - powers / powers.sum())
        ends.append(np.abs(biases - b2).max())
    return {"plain SGD": fact(min(ends) < 1e-3, "After steps so long that the scores lie far apart, b2 is not where plain SGD takes it.")}


def which_rows_are_drawn(seen, drawn):
    """Row i of W1 changes only where training row i, which is 1 in column i alone, was in a batch."""
    batch_size = drawn["many"].settings["batch_size"]
    used, one, few = (_rows_used(_inside(seen, which), drawn[which]) for which in ("many", "one", "few"))
    most = drawn["many"].settings["iters"] * batch_size
    never = sorted(set(range(len(drawn["few"].data.X_train))) - set(few.tolist()))
    steps = drawn["few"].settings["iters"]
    last = len(drawn["few"].data.X_train) - 1
    turns = list(zip(_inside(seen, "turns"), drawn["turns"], strict=True))
    unseen = "The last row of X_train" if never == [last] else "The first row of X_train" if never == [0] else "A row of X_train"
    trace = f"Only {len(used)} of the rows leave a trace in W1, no more than one batch has: does every step use the same batch?" if used.size else "No row leaves a trace in W1."
    return {
        "new rows": fact(len(used) > batch_size, trace, used.tolist()),
        "no more": fact(len(used) <= most, "More rows leave a trace in W1 than were drawn in all batches."),
        "at random": fact(used.tolist() != list(range(most)), "The batches follow the order of X_train; they should be drawn at random."),
        # 10 of 40 rows are neighbours with probability 31 / 8.5e8 = 4e-8, fewer different ones with less
        "apart": fact(len(one) < 5 or np.ptp(one) >= len(one), "The rows of a batch are neighbours in X_train; each should be drawn at random."),
        # in 180 draws one of 6 rows is left out with probability 6 * (5 / 6)**180 = 3e-14
        "every row": fact(not never or not used.size, f"{unseen} is never drawn in {steps} steps on few rows.", never),
        # rows in a new order each time they are through come in the first one twice more with probability 1 / 36, in all of four trainings 6e-7
        "anew": fact(
            not all(_in_one_order(*turn) for turn in turns),
            "Four trainings of nine steps, on one of three rows each, all end as if the rows came three times in the same order. Draw every batch anew.",
        ),
    }


def defaults_of_training(seen, drawn):
    """100 hidden units, batches of 100, seed 0; and the other defaults as the signature has them."""
    data, units, defaults = drawn.values()
    hidden = array(_inside(seen, "hidden"), "the shape of b1")
    if hidden.shape != (1,):
        raise Unfit(Verdict.WRONG_SHAPE, f"b1 has shape {tuple(hidden.astype(int).tolist())}; expected one axis, with an entry for each hidden unit.")
    start, end = (array(_inside(seen, key), "W1", shape=(len(data.X_train), units)) for key in ("start", "end"))
    used = int(np.any(start != end, axis=1).sum())
    return {
        "hidden": fact(hidden[0] == defaults["hidden"], f"There are {hidden[0]:.0f} hidden units by default; the signature says {defaults['hidden']}."),
        "batch and seed": fact(
            0.45 * defaults["batch_size"] <= used <= defaults["batch_size"],
            f"With the defaults, the first step does not look like one batch of {defaults['batch_size']} rows from the start that seed 0 gives.",
        ),
        "signature": fact(_inside(seen, "defaults") == defaults, "A default in the signature is not what it was."),
    }


# ---- check_layer: what it does with layers that are right and with layers that are wrong ---------------------


def _first(calls, wanted):
    """Of the calls with one suspect, the first whose list of what was raised is as wanted; None where there is none."""
    found = [call for call in calls if wanted(_inside(call, "raised"))]
    return found[0] if found else None


def _refused(calls, what):
    """One fact: nothing was raised on a layer that is right."""
    call = _first(calls, lambda names: names != [])
    kind = str(call["raised"][0]) if call else ""
    return fact(call is None, f"Your check raises {kind} on {what}, which it should let pass.", kind)


def _survivors(seen, wrong):
    """A fact for each wrong layer: something was raised on it. All that survive stand in one sentence; what was returned tells mistakes apart."""
    passed = {key: _first(_inside(seen, key), lambda names: names == []) for key in wrong}
    says = f"Your check lets a layer pass {', and one '.join(what for key, what in wrong.items() if passed[key])}."
    return {key: fact(call is None, says, _inside(call, "returned") if call else "") for key, call in passed.items()}


def _verdicts(seen, right, wrong):
    """Facts about each suspect; right and wrong give its description by its key."""
    return {key: _refused(_inside(seen, key), what) for key, what in right.items()} | _survivors(seen, wrong)


RIGHT = {"right": "a right layer"}


def gradients_that_are_plainly_wrong(seen, drawn):
    wrong = {"sign": "whose gradient has the wrong sign", "factor": "whose gradient forgets a factor in one of its terms"}
    return _verdicts(seen, RIGHT, wrong)


def gradients_wrong_on_one_side(seen, drawn):
    wrong = {"below": "whose gradient is wrong where x is negative", "above": "whose gradient is wrong where x is positive"}
    return _verdicts(seen, RIGHT, wrong)


def gradients_without_dout(seen, drawn):
    return _verdicts(seen, RIGHT, {"bare": "that does not use dout"})


def gradients_that_mix_the_examples(seen, drawn):
    wrong = {
        "shared": "whose gradient is divided by the number of examples",
        "exchanged": "that gives each example the gradient of another",
        "other dout": "that uses the dout of another example",
    }
    return _verdicts(seen, RIGHT, wrong)


def gradients_slightly_off(seen, drawn):
    return _verdicts(seen, RIGHT, {"off": "whose gradient is a little too large everywhere"})


def layers_of_any_size(seen, drawn):
    right = {"large": "a right layer with very large outputs", "small": "a right layer with very small outputs"}
    return _verdicts(seen, right, {"wrong": "with very small outputs whose gradient is twice too large"})


def layers_whose_slope_comes_and_goes(seen, drawn):
    right, wrong = "a right layer whose slope changes quickly", "whose slope changes quickly and whose gradient is a little too large"
    return _verdicts(seen, {"right": right}, {"off": wrong})


def layers_with_a_kink(seen, drawn):
    right, wrong = "a right layer with a kink at 0", "with a kink at 0 whose two slopes are exchanged"
    return _verdicts(seen, {"right": right}, {"wrong": wrong})


def gradients_that_are_not_numbers(seen, drawn):
    return _verdicts(seen, RIGHT, {"nan": "whose gradient is not a number where x is negative"})


def gradients_of_another_shape(seen, drawn):
    right = RIGHT | {"rows": "a right layer that takes x of shape (N, D) and no other"}
    return _verdicts(seen, right, {"axis": "whose gradient has an axis more than x"})
