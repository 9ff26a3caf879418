"""Properties of faces_mlp's answers, where equality with the reference can't judge: random starts, the gradient check, training."""
from itertools import chain, combinations

import numpy as np
from probes import PARAMETERS

from autograder.judging import array, between, fact

# ---- init_nn: spreads have a standard error of at most 2.1 % here, so 12 % is more than five of them; so is each bound below --------------


def _sizes(drawn):
    """The four sizes of a network, from its inputs to its classes."""
    return drawn.num_inputs, *drawn.num_hiddens, drawn.num_outputs


def shapes_of_the_six(seen, drawn):
    expected, sizes = {}, _sizes(drawn)
    for layer in (1, 2, 3):
        expected |= {f"W{layer}": (sizes[layer - 1], sizes[layer]), f"b{layer}": (sizes[layer],)}
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


def spread_of_the_hidden_layers(seen, drawn):
    sizes = _sizes(drawn)
    return _spread("W1", seen["W1"], sizes[:2], 0.1) | _spread("W2", seen["W2"], sizes[1:3], 0.1)


def spread_of_the_last_layer(seen, drawn):
    return _spread("W3", seen["W3"], _sizes(drawn)[2:], 0.01)


def biases_at_zero(seen, drawn):
    facts = {}
    for name, units in zip(("b1", "b2", "b3"), _sizes(drawn)[1:], strict=True):
        bias = array(seen[name], name)
        facts[f"{name} one axis"] = fact(bias.shape == (units,), f"{name} has shape {bias.shape}; expected one axis with an entry for each unit.", bias.shape)
        facts[f"{name} zero"] = fact(not bias.any(), f"{name} doesn't start at zero.", "all the same" if np.ptp(bias) == 0 else "different")
    return facts


# ---- check_grad: central differences of a quadratic have round-off alone, below 1e-4 here ---------------------------------------------------


def _outcome(calls, what, expected):
    """Facts about what check_grad raised (names of classes, [] for nothing) in each call with a gradient that it should accept or refuse."""
    calls = [list(names) for names in calls]
    others = [names[0] for names in calls if names and "AssertionError" not in names]
    if expected == "nothing":
        refused = any("AssertionError" in names for names in calls)
        return {f"{what}: no complaint": fact(not refused, f"An AssertionError is raised for {what}."),
                f"{what}: no other error": fact(not others, f"{' '.join(others[:1])} is raised for {what}.")}
    return {f"{what}: complaint": fact(calls and [] not in calls, f"Nothing is raised for {what}."),
            f"{what}: assertion": fact(not others, f"{' '.join(others[:1])} is raised for {what}, not an AssertionError.")}


def _verdicts(seen, right, **wrong):
    facts = _outcome(seen["right"], right, "nothing")
    for key, what in wrong.items():
        facts |= _outcome(seen[key], what, "AssertionError")
    return facts


def right_gradient_and_zeros(seen, drawn):
    return _verdicts(seen, "a right gradient", wrong="a gradient of zeros")


def double_and_opposite_gradient(seen, drawn):
    return _verdicts(seen, "a right gradient", wrong="a gradient twice too large", opposite="a gradient of the opposite sign")


def bias_of_two_entries(seen, drawn):
    return _verdicts(seen, "a right gradient of a small bias", wrong="a small bias with one wrong entry")


def steep_error(seen, drawn):
    return _verdicts(seen, "a right gradient of an error that curves strongly", wrong="a slightly wrong gradient of an error that curves strongly")


def third_decimal(seen, drawn):
    return _verdicts(seen, "a small gradient that is off by less than 1.5e-3", wrong="a large gradient that is off by more than 1.5e-3")


def _moves(seen, toy):
    """How far the parameter is from where it was at each call of forward, where it is away from there at all."""
    before = toy.before[toy.name]
    moves = [array(w, "the parameter during the check", shape=before.shape).ravel() - before.ravel() for w in seen["seen"]]
    return [move for move in moves if np.abs(move).max() > 1e-9]


def entries_that_move(seen, drawn):
    kinds = [str(kind) for which in ("large", "again", "small") for kind in seen[which]["raised"]]
    ended = bool(kinds)  # at an entry that it refused, before it came to the others
    large, small = (_moves(seen[which], drawn[which]) for which in ("large", "small"))
    again = {int(np.argmax(np.abs(move))) for move in _moves(seen["again"], drawn["large"])}
    size = drawn["large"].before[drawn["large"].name].size
    alone = all(np.sum(np.abs(move) > 1e-9) == 1 for move in large)
    at = [int(np.argmax(np.abs(move))) for move in large]
    by = [float(move[entry]) for move, entry in zip(large, at, strict=True)]
    up, down = ({entry for entry, step in zip(at, by, strict=True) if sign * step > 0} for sign in (1, -1))
    entries = up | down
    far = np.ravel(array(seen["often"]["far"], "what was moved"))
    never = [] if seen["often"]["raised"] or ended else np.flatnonzero(far < 1e-9).tolist()
    unmoved = {(): "", (0,): "the first", (far.size - 1,): "the last"}.get(tuple(never), "one")
    every = drawn["small"].before[drawn["small"].name].size
    moved = int(np.any([np.abs(move) > 1e-9 for move in small], axis=0).sum()) if small else 0
    return {
        "some entry moves": fact(entries, "No entry of the parameter is moved before forward is called again.", "often" if len(seen["large"]["seen"]) > 2 else "once or twice"),
        "one at a time": fact(alone, "More than one entry is away from its value at a time."),
        "epsilon": fact(all(0.9e-7 < abs(step) < 1.1e-7 for step in by), "An entry is moved by something other than epsilon = 1e-7."),
        "both ways": fact(up == down, "An entry is moved to one side only: the difference isn't central."),
        "at most twenty": fact(len(entries) <= 20, f"{len(entries)} entries are moved; expected 20.",
                               "all entries" if len(entries) == size else "some"),
        "no complaint": fact(not ended, f"{kinds[0] if kinds else ''} is raised for a right gradient, before all entries have been looked at."),
        "twenty": fact(ended or sum(step > 0 for step in by) >= 20, "Fewer than 20 entries are moved."),
        # 20 of 60 drawn with repetition are 17.1 different ones, standard deviation 1.3
        "different": between(0 if ended else 9, len(entries), np.inf, f"Only {len(entries)} different entries are moved; expected 20."),
        "anywhere": fact(ended or min(entries, default=0) < size // 2 <= max(entries, default=0), "The entries aren't chosen at random from the whole parameter.",
                         "" if ended else f"{min(entries, default=0)} to {max(entries, default=0)}"),
        # two draws of 20 of 60 are the same once in 4e15 times
        "anew": fact(ended or len(entries) < 9 or entries != again or len(entries) == size, "Two calls move the same entries: draw them anew in each call."),
        # in 800 draws with repetition one of 21 entries is left out with probability 21 * (20 / 21)**800 = 2e-16
        "each of them": fact(not never or not entries, f"Of {far.size} entries, {unmoved} is never moved in 40 calls: choose among all of them."),
        # 20 draws with repetition meet all of 18 entries once in a million times
        "all of a small one": fact(ended or moved == every, f"Of a parameter with {every} entries, {moved} are moved; expected all of them."),
    }


def _put_back(after, toy):
    same = {name: np.array_equal(array(after[name], name, shape=toy.before[name].shape), toy.before[name]) for name in PARAMETERS}
    off = max(float(np.abs(array(after[name], name) - toy.before[name]).max()) for name in PARAMETERS)
    return {
        "not displaced": fact(off < 1e-9, "An entry is still displaced after the check."),
        "bit for bit": fact(all(same.values()), "A parameter differs from what it was in its last bits."),
    }


def parameters_put_back(seen, drawn):
    return _put_back(seen["after"], drawn)


def put_back_after_raising(seen, drawn):
    return _put_back(seen["after"], drawn)


# ---- train --------------------------------------------------------------------------------------------------------------------------------


def _softmax(y):
    powers = np.exp(y - y.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _cases(batch, drawn):
    """The numbers of a batch's cases in the training split, -1 for a row that isn't in it."""
    x, known = array(batch["x"], "x of a batch", ndim=2), drawn.inputs_train
    if x.shape[1] != known.shape[1]:
        return [-1] * len(x)
    apart = np.abs(x[:, None] - known[None]).max(axis=2)
    return [int(row.argmin()) if row.min() < 1e-5 else -1 for row in apart]


def _known(cases):
    return fact(all(case >= 0 for batch in cases for case in batch), "forward is given rows that aren't rows of inputs_train.")


def _weights(drawn, updates):
    """The toy's weights after so many updates."""
    return drawn.model["W1"] + updates * drawn.eta * drawn.drift


def _are_targets(rows, known):
    """Whether these rows are targets of the data, each as often as in an epoch where there are so many."""
    one_hot = np.allclose(np.sort(rows, axis=1), np.sort(known[:1], axis=1), atol=1e-6)
    epochs = len(rows) / len(known)
    return one_hot and (epochs < 1 or np.allclose(rows.sum(axis=0), epochs * known.sum(axis=0), atol=1e-4))


def _which_error(in_order, torn, scored):
    """What an error is, where it is not the prediction minus the cases' own targets."""
    if in_order:
        return "minus targets in the order of the data"
    return "minus targets of other cases" if torn else "scores minus targets" if scored else "another error"


def _errors(batches, drawn):
    """What the errors of batches have in common with (P - T) / n."""
    cases, known, total = [_cases(batch, drawn) for batch in batches], drawn.target_train, len(drawn.inputs_train)
    facts = {"some batch": fact(cases, "backward isn't called."), "rows of the data": _known(cases)}
    if not cases or not facts["rows of the data"].holds:
        return facts
    ratios, directions, summed, whole, others, scored, taken_off = [], [], [], [], [], [], []
    for batch, numbers in zip(batches, cases, strict=True):
        scores = drawn.inputs_train[numbers] @ _weights(drawn, int(batch["updates"]))
        prediction = _softmax(scores)
        wanted = prediction - known[numbers]
        err = array(batch["err"], "err", shape=wanted.shape)
        n, size = len(numbers), np.linalg.norm(err) / max(1e-300, np.linalg.norm(wanted))
        directions.append(np.sum(err * wanted) / max(1e-300, np.linalg.norm(err) * np.linalg.norm(wanted)))
        ratios.append(size * n)
        targets = prediction - n * err
        others.append(any(np.allclose(targets, known[at : at + n], atol=1e-6) for at in range(total - n + 1)))
        taken_off.append(targets)
        scored.append(np.allclose(n * err + known[numbers], scores, atol=1e-6))
        summed.append(abs(size - 1) < 1e-4)
        whole.append(abs(size * total - 1) < 1e-4)
    right_size = all(abs(ratio - 1) < 1e-5 for ratio in ratios)
    opposite, parallel = all(d < -1 + 1e-9 for d in directions), all(abs(d) > 1 - 1e-9 for d in directions)
    return facts | {
        "prediction minus target": fact(not opposite, "The error has the opposite sign: prediction and target are swapped."),
        "own targets": fact(parallel, "The error isn't a multiple of the prediction minus these cases' own targets.",
                            _which_error(all(others), _are_targets(np.concatenate(taken_off), known), all(scored))),
        "not summed": fact(right_size or not all(summed), "The error isn't divided by the number of cases in the batch."),
        "not the whole split": fact(right_size or not all(whole), "The error is divided by the number of all training cases."),
        "size": fact(right_size, "The error is divided by something other than the number of cases in its batch."),
    }


def error_of_a_batch(seen, drawn):
    return _errors(seen["batches"], drawn)


error_of_far_scores = error_of_a_batch


def error_of_the_short_batch(seen, drawn):
    n, size = len(drawn.inputs_train), drawn.batch_size
    short = [batch for batch in seen["batches"] if len(array(batch["x"], "x of a batch", ndim=2)) < size]
    says = f"{n} cases in batches of {size} should leave one batch of {n % size}."
    return {"short batch": fact(len(short) == 1, says)} | _errors(short, drawn)


def every_case_every_epoch(seen, drawn):
    n, size, epochs = len(drawn.inputs_train), drawn.batch_size, drawn.epochs
    cases = [_cases(batch, drawn) for batch in seen["batches"]]
    counts = np.bincount([case for batch in cases for case in batch if case >= 0], minlength=n)
    sizes, each = [len(batch) for batch in cases], -(-n // size)
    seen_in = [sorted(chain(*cases[start : start + each])) for start in range(0, len(cases), each)]
    once = len(seen_in) == epochs and all(epoch == list(range(n)) for epoch in seen_in)
    return {
        "rows of the data": _known(cases),
        "batch size": fact(max(sizes, default=0) <= size, "A batch has more cases than batch_size."),
        "as many as there are": fact(sum(sizes) == epochs * n, f"{sum(sizes)} cases are trained on in {epochs} epochs of {n}."),
        "as often as another": fact(len(set(counts.tolist())) == 1, "Some cases are trained on more often than others."),
        "once an epoch": fact(once, "Not every case is trained on once in every epoch."),
        "last batch": fact(sizes == ([size] * (n // size) + [n % size]) * epochs, "The cases of an epoch aren't cut into full batches with a shorter one at the end."),
    }


def new_order_every_epoch(seen, drawn):
    cases = [_cases(batch, drawn) for batch in seen["batches"]]
    each = max(1, len(cases) // drawn.epochs)
    epochs = [cases[start : start + each] for start in range(0, each * drawn.epochs, each)]
    together = [{frozenset(batch) for batch in epoch} for epoch in epochs]
    in_order = any(list(chain(*epoch)) == list(range(len(drawn.inputs_train))) for epoch in epochs)
    return {
        "rows of the data": _known(cases),
        "shuffled": fact(not in_order, "The cases of an epoch come in the order of the data."),
        "shuffled anew": fact(all(a != b for i, a in enumerate(together) for b in together[:i]), "The same cases share a batch in different epochs."),
    }


def update_after_every_batch(seen, drawn):
    order, etas = list(seen["order"]), array(seen["etas"], "eta", ndim=1)
    batches = -(-len(drawn.inputs_train) // drawn.batch_size)
    trained = _weights(drawn, order.count("update"))
    return {
        "some update": fact("update" in order, "update isn't called."),
        "one for each batch": fact(order.count("update") == order.count("backward"), "update isn't called as often as backward."),
        "backward first": fact(order == ["backward", "update"] * batches * drawn.epochs,
                               f"{drawn.epochs} epochs of {batches} batches call backward and update in turn, {batches * drawn.epochs} times."),
        "eta": fact(np.allclose(etas, drawn.eta, rtol=1e-9, atol=0), "update isn't called with eta."),
        "trained": fact(np.allclose(array(seen["W1"], "W1 of the returned model", shape=trained.shape), trained, rtol=1e-9, atol=1e-12),
                        "The returned model isn't the one that was updated."),
    }


def _updates(drawn):
    """How many updates were made after each epoch, and before it."""
    each = -(-len(drawn.inputs_train) // drawn.batch_size)
    after = [each * epoch for epoch in range(1, drawn.epochs + 1)]
    return {"after the epochs": after, "before the epochs": [made - each for made in after]}


def _measured(drawn, data, updates, kind):
    """Cross-entropy or accuracy of each case of a split after so many updates."""
    x, t = data
    prediction = _softmax(x @ _weights(drawn, updates))
    return -np.log(np.sum(prediction * t, axis=1)) if kind == "ce" else prediction.argmax(axis=1) == t.argmax(axis=1)


ALONG_THE_WAY = "the batches along the way"


def _along_the_way(drawn, split, values, kind):
    """Whether each value is the mean of those of the epoch's two batches, each measured before its own update."""
    cases = range(len(drawn.inputs_train))
    firsts = [set(first) for first in combinations(cases, drawn.batch_size)]
    for value, made in zip(values, _updates(drawn)["before the epochs"], strict=True):
        one, other = (_measured(drawn, split, made + step, kind) for step in (0, 1))
        both = [np.mean([one[case] if case in first else other[case] for case in cases]) for first in firsts]
        if not np.isclose(both, value, rtol=1e-6, atol=1e-9).any():
            return False
    return True


def _where(drawn, splits, values, kind):
    """On what, and when, these values of the epochs were measured, where that can be told."""
    whens = _updates(drawn)

    def close(wanted):
        return np.allclose(values, wanted, rtol=1e-6, atol=1e-9)

    for split, data in splits.items():
        for when, updates in whens.items():
            if close([_measured(drawn, data, made, kind).mean() for made in updates]):
                return f"the {split} split {when}"
    batches = np.array(list(combinations(range(len(drawn.inputs_train)), drawn.batch_size)))
    for before in (0, 1):
        of_batches = [_measured(drawn, splits["training"], made - before, kind)[batches].mean(axis=1) for made in whens["after the epochs"]]
        if all(np.isclose(of_batch, value, rtol=1e-6, atol=1e-9).any() for of_batch, value in zip(of_batches, values, strict=True)):
            return "one batch"
    return ALONG_THE_WAY if _along_the_way(drawn, splits["training"], values, kind) else "something else"


def statistics_of_the_epochs(seen, drawn):
    splits = {
        "training": (drawn.inputs_train, drawn.target_train),
        "validation": (drawn.inputs_valid, drawn.target_valid),
        "test": (drawn.inputs_test, drawn.target_test),
    }
    of, facts, told = {"train": splits["training"], "valid": splits["validation"]}, {}, []
    for key in ("train_ce", "valid_ce", "train_acc", "valid_acc"):
        table = array(seen[key], f"stats[{key!r}]")
        if table.shape != (drawn.epochs, 2):
            says = f"stats[{key!r}] has shape {table.shape}; expected {drawn.epochs} pairs (epoch, value) after {drawn.epochs} epochs."
            return {f"{key} entries": fact(False, says, str(table.shape))}
        split, kind = key.split("_")
        wanted = [_measured(drawn, of[split], updates, kind).mean() for updates in _updates(drawn)["after the epochs"]]
        counted = table[:, 0].tolist() in ([*range(drawn.epochs)], [*range(1, drawn.epochs + 1)])
        measured = np.allclose(table[:, 1], wanted, rtol=1e-6, atol=1e-9)
        facts[f"{key} epochs"] = fact(counted, f"The epochs of stats[{key!r}] don't count up from 0 or 1.")
        where = "" if measured else ALONG_THE_WAY if ALONG_THE_WAY in told and kind == "acc" else _where(drawn, splits, table[:, 1], kind)
        told.append(where)
        facts[f"{key} values"] = fact(measured, f"stats[{key!r}] isn't the value on the whole split after each epoch.", where)
    return facts


def full_batch(seen, drawn):
    cases = [_cases(batch, drawn) for batch in seen["batches"]]
    return {
        "rows of the data": _known(cases),
        "two batches": fact(
            len(cases) == 2,
            f"With batch_size -1 two epochs had {len(cases)} batch{'' if len(cases) == 1 else 'es'} in all; expected 2, "
            "one of all training cases in each epoch.",
        ),
        "all cases": fact(all(sorted(batch) == list(range(len(drawn.inputs_train))) for batch in cases), "A full batch should hold every training case once."),
    }
