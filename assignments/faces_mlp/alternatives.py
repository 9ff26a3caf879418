"""Right solutions of faces_mlp written another way. Each must score full marks."""
import copy

import numpy as np

from autograder.probe import alternative

NAMES = ["W1", "W2", "W3", "b1", "b2", "b3"]


@alternative("init_nn")
def drawn_by_a_generator(num_inputs, num_hiddens, num_outputs):
    """A seeded generator of its own, the scale as the normal's spread."""
    rng = np.random.default_rng(2024)
    h1, h2 = num_hiddens
    return {
        "W1": rng.normal(0, 0.1, (num_inputs, h1)), "W2": rng.normal(0, 0.1, (h1, h2)), "W3": rng.normal(0, 0.01, (h2, num_outputs)),
        "b1": np.zeros(h1), "b2": np.zeros(h2), "b3": np.zeros(num_outputs),
    }


@alternative("init_nn")
def seeds_the_global_stream(num_inputs, num_hiddens, num_outputs):
    """Seeds NumPy's own stream, single precision, zeros from a list."""
    np.random.seed(0)
    shapes = {"W1": (num_inputs, num_hiddens[0]), "W2": (num_hiddens[0], num_hiddens[1]), "W3": (num_hiddens[1], num_outputs)}
    model = {name: (np.random.standard_normal(shape) * (0.01 if name == "W3" else 0.1)).astype(np.float32) for name, shape in shapes.items()}
    return model | {"b" + name[1]: np.array([0.0] * shape[1]) for name, shape in shapes.items()}


@alternative("softmax")
def through_the_logarithm(x):
    """The logarithm of the sum first, one exponential at the end."""
    x = np.asarray(x, dtype=float)
    shifted = x - np.amax(x, axis=1)[:, None]
    return np.exp(shifted - np.log(np.exp(shifted).sum(1))[:, None])


@alternative("softmax")
def row_by_row(x):
    """A loop over the rows, with plain lists."""
    rows = []
    for row in x:
        powers = [np.exp(score - max(row)) for score in row]
        rows.append([power / sum(powers) for power in powers])
    return np.array(rows)


@alternative("affine", replaces="affine")
def product_of_loops(x, w, b):
    """Loops over examples and units."""
    y = np.zeros((x.shape[0], w.shape[1]))
    for i in range(x.shape[0]):
        for j in range(w.shape[1]):
            y[i, j] = np.sum(x[i] * w[:, j]) + b[j]
    return y


@alternative("affine", replaces="affine_backward")
def sums_of_outer_products(grad_y, x, w):
    """einsum for two gradients, a product with ones for the third."""
    grad_w = sum(np.outer(x_i, g_i) for x_i, g_i in zip(x, grad_y))
    return np.einsum("nm,dm->nd", grad_y, w), grad_w, np.dot(grad_y.T, np.ones(grad_y.shape[0]))


@alternative("relu", replaces="relu")
def times_its_sign(x):
    """The input times whether it is positive."""
    return x * (x > 0)


@alternative("relu", replaces="relu_backward")
def on_a_copy(grad_y, x):
    """A copy of the gradient with zeros written in; at zero the gradient passes."""
    grad_x = grad_y.copy()
    grad_x[x < 0] = 0
    return grad_x


@alternative("relu", replaces="relu_backward")
def by_where(grad_y, x):
    """A choice between gradient and zero."""
    return np.where(np.asarray(x) > 0, grad_y, 0.0)


@alternative("nn_forward")
def layer_by_layer(model, x):
    """A loop over the layers without the helpers, with an extra key."""
    var, h = {"x": x, "n": len(x)}, x
    for layer in ("1", "2"):
        var["z" + layer] = np.dot(h, model["W" + layer]) + model["b" + layer]
        h = var["h" + layer] = np.where(var["z" + layer] > 0, var["z" + layer], 0)
    var["y"] = np.dot(h, model["W3"]) + model["b3"]
    return var


@alternative("nn_backward")
def masks_from_activations(model, err, var):
    """Written out with products; the rectifiers' masks are read off h, and the gradients are returned too."""
    g = {"dE_dW3": var["h2"].T @ err, "dE_db3": err.sum(0)}
    d2 = (err @ model["W3"].T) * (var["h2"] > 0)
    g.update({"dE_dW2": var["h1"].T @ d2, "dE_db2": d2.sum(0)})
    d1 = (d2 @ model["W2"].T) * (var["h1"] > 0)
    g.update({"dE_dW1": var["x"].T @ d1, "dE_db1": d1.sum(0)})
    for name in g:
        model[name] = g[name]
    return g


@alternative("nn_backward")
def helper_for_a_step(model, err, var):
    """A loop from the last layer to the first."""
    grad, fed = err, {3: "h2", 2: "h1", 1: "x"}
    for layer in (3, 2, 1):
        grad, model[f"dE_dW{layer}"], model[f"dE_db{layer}"] = affine_backward(grad, var[fed[layer]], model[f"W{layer}"])
        if layer > 1:
            grad = relu_backward(grad, var[f"z{layer - 1}"])


@alternative("nn_update")
def in_place(model, eta):
    """Subtracts in the arrays themselves."""
    for name in list(model):
        if "dE_d" + name in model:
            model[name] -= eta * model["dE_d" + name]
    return model


@alternative("nn_update")
def by_update(model, eta):
    """All six at once from a dictionary of new values."""
    model.update({name: np.subtract(model[name], np.multiply(eta, model["dE_d" + name])) for name in NAMES})


@alternative("evaluate")
def all_at_once(inputs, target, model, forward, batch_size=-1):
    """Ignores the batch size and clips the probabilities before the logarithm."""
    prediction = softmax(forward(model, inputs)["y"])
    ce = -(target * np.log(np.clip(prediction, 1e-12, 1.0))).sum() / target.shape[0]
    return float(ce), (np.argmax(prediction, 1) == np.argmax(target, 1)).mean()


@alternative("evaluate")
def weighted_batches(inputs, target, model, forward, batch_size=-1):
    """Means of the batches weighted by their sizes, in an array at the end."""
    n = inputs.shape[0]
    size = n if batch_size < 0 else batch_size
    total = np.zeros(2)
    for step in range(int(np.ceil(n / size))):
        x, t = inputs[step * size : min(n, (step + 1) * size)], target[step * size : min(n, (step + 1) * size)]
        p = softmax(forward(model, x)["y"])
        means = [-np.log(p[np.arange(len(t)), t.argmax(1)] + 1e-12).mean(), np.mean(p.argmax(1) == t.argmax(1))]
        total += np.array(means) * len(t) / n
    return tuple(total)


@alternative("check_grad")
def on_a_deep_copy(model, forward, backward, name, x):
    """Moves entries of a copy of the model, and leaves the comparing to NumPy's test helpers."""
    trial = copy.deepcopy(model)
    var = forward(trial, x)
    backward(trial, var["y"], var)
    flat, grad = trial[name].reshape(-1), trial["dE_d" + name].reshape(-1)
    chosen = np.random.choice(flat.size, min(20, flat.size), replace=False)
    numerical = np.zeros(len(chosen))
    for at, entry in enumerate(chosen):
        kept = flat[entry]
        for sign in (1, -1):
            flat[entry] = kept + sign * 1e-7
            numerical[at] += sign * 0.5 * (forward(trial, x)["y"] ** 2).sum() / 2e-7
        flat[entry] = kept
    np.testing.assert_almost_equal(grad[chosen], numerical, decimal=3)


@alternative("check_grad")
def restored_at_the_end(model, forward, backward, name, x):
    """Puts a copy of the parameter back whatever happens, and raises its own AssertionError; entries may repeat."""
    kept = {key: value.copy() for key, value in model.items() if not key.startswith("dE_d")}
    try:
        var = forward(model, x)
        backward(model, err=var["y"], var=var)
        rng = np.random.default_rng()
        entries = list(np.ndindex(model[name].shape))
        if len(entries) > 20:
            entries = [entries[i] for i in rng.integers(len(entries), size=20)]
        for entry in entries:
            loss = []
            for step in (-1e-7, 1e-7):
                model[name] = kept[name].copy()
                model[name][entry] += step
                loss.append(0.5 * np.square(forward(model, x)["y"]).sum())
            if not abs((loss[1] - loss[0]) / 2e-7 - model["dE_d" + name][entry]) < 1.5e-3:
                raise AssertionError(name)
    finally:
        model.update(kept)


@alternative("train")
def shuffled_copies(model, forward, backward, update, eta, num_epochs, batch_size, data):
    """Shuffles copies in step, cuts with array_split points, counts epochs from 0, trains a copy of the model."""
    x_train, x_valid, _, t_train, t_valid, _ = data
    model, pairs = dict(model), np.hstack([x_train, t_train])
    size = len(x_train) if batch_size == -1 else batch_size
    stats = {"train_ce": [], "valid_ce": [], "train_acc": [], "valid_acc": []}
    for epoch in range(num_epochs):
        np.random.default_rng().shuffle(pairs)
        for batch in np.array_split(pairs, range(size, len(pairs), size)):
            x, t = batch[:, : x_train.shape[1]], batch[:, x_train.shape[1] :]
            var = forward(model, x)
            err = softmax(var["y"])
            err[t == 1] -= 1
            backward(model, err / x.shape[0], var)
            update(model, eta)
        for split, x, t in (("train", x_train, t_train), ("valid", x_valid, t_valid)):
            for key, value in zip(("ce", "acc"), evaluate(x, t, model, forward, batch_size=size)):
                stats[f"{split}_{key}"].append([epoch, value])
    return model, stats


@alternative("train")
def with_a_counter(model, forward, backward, update, eta, num_epochs, batch_size, data):
    """Counts steps up to a rounded-up number, shuffles one index array in place, prints, and returns a list with extra statistics."""
    inputs_train, inputs_valid, inputs_test, target_train, target_valid, target_test = data
    n = inputs_train.shape[0]
    index = np.arange(n)
    if batch_size == -1:
        batch_size = n
    curves = [[], [], [], []]
    for epoch in range(num_epochs):
        np.random.shuffle(index)
        for step in range(int(np.ceil(n / batch_size))):
            chosen = index[step * batch_size : min(n, (step + 1) * batch_size)]
            x, t = inputs_train[chosen], target_train[chosen]
            var = forward(model, x)
            prediction = softmax(var["y"])
            error = (prediction - t) / x.shape[0]
            backward(model, error, var)
            update(model, eta)
        values = evaluate(inputs_train, target_train, model, forward) + evaluate(inputs_valid, target_valid, model, forward)
        print(epoch, *values)
        for curve, value in zip(curves, values):
            curve.append(np.array([epoch + 1, value]))
    return [model, {"train_ce": curves[0], "train_acc": curves[1], "valid_ce": curves[2], "valid_acc": curves[3], "eta": eta}]


@alternative("least_confident")
def sorted_with_a_key(prediction, k=5):
    """A list of plain integers, sorted by each row's largest entry."""
    return sorted(range(len(prediction)), key=lambda i: max(prediction[i]))[:k]


@alternative("least_confident")
def partitioned(prediction, k=5):
    """The k smallest by a partition, then sorted."""
    top = np.amax(prediction, axis=1)
    chosen = np.argpartition(top, k - 1)[:k]
    return chosen[np.argsort(top[chosen])].tolist()
