"""Slips in chapter 4: a configurable network."""
from __future__ import annotations

from tests.slips import Slip, body

_TRAINER = """
    n = X_train.shape[0]
    layers = [l for l in model.layers if hasattr(l, "w")]
    {velocities}
    gamma = config["momentum_gamma"] if config["momentum"] else 0
    history = {{"train_loss": [], "valid_loss": []}}
    best_loss, best, rises = np.inf, None, 0
    for epoch in range(config["epochs"]):
        {epoch}
        losses = []
        for start in {starts}:
            rows = order[start:start + config["batch_size"]]
            loss, _ = model.forward_pass(X_train[rows], y_train[rows])
            model.backward_pass()
            losses.append(loss)
            for i, l in enumerate(layers):
                g_w, g_b = {penalty}
                vw[i] = {velocity_w}
                vb[i] = {velocity_b}
                l.w = l.w + vw[i]
                l.b = l.b + vb[i]
        valid = {valid}
        history["train_loss"].append(np.mean(losses))
        history["valid_loss"].append(valid)
        if {better}:
            best_loss = valid
            best = {keep}
        if config["early_stop"] and epoch > 0:
            if {rising}:
                rises += 1
            else:
                {reset}
            if rises >= config["early_stop_epoch"]:
                break
    if {restore}:
        for l, (w, b) in zip(layers, best):
            l.w, l.b = w, b
    return history
"""


def _trainer(label: str, **changed: str) -> Slip:
    """A whole trainer, with some of its pieces written otherwise."""
    pieces = {
        "velocities": "vw, vb = [np.zeros(l.w.shape) for l in layers], [np.zeros(l.b.shape) for l in layers]",
        "epoch": "order = np.random.permutation(n)",
        "starts": 'range(0, n, config["batch_size"])',
        "penalty": 'l.d_w + config["L2_penalty"] * l.w, l.d_b',
        "velocity_w": 'gamma * vw[i] - config["learning_rate"] * g_w',
        "velocity_b": 'gamma * vb[i] - config["learning_rate"] * g_b',
        "valid": "model.forward_pass(X_valid, y_valid)[0]",
        "better": "valid < best_loss",
        "keep": "[(l.w.copy(), l.b.copy()) for l in layers]",
        "rising": 'valid > history["valid_loss"][-2]',
        "reset": "rises = 0",
        "restore": 'config["early_stop"]',
    }
    return body("trainer", label, _TRAINER.format(**{**pieces, **changed}))


SLIPS = {
    # 1. load_data
    "label_in_first_column": body("load_data", "The label is read from the first column instead of the last.", """
        if fname.endswith(".npz"):
            data = np.load(fname)["data"]
        else:
            with open(fname, "rb") as f:
                data = pickle.load(f, encoding="latin1")
        labels = data[:, 0].astype(int)
        return data[:, 1:], np.eye(10)[labels]
        """),
    "scaled_here": body("load_data", "The pixels are divided by 255 already here.", """
        data = np.load(fname)["data"] if fname.endswith("npz") else pickle.load(open(fname, "rb"), encoding="latin1")
        images = data[:, :-1] / 255.0
        one_hot = np.zeros((len(data), 10))
        one_hot[np.arange(len(data)), data[:, -1].astype(int)] = 1
        return images, one_hot
        """),
    "as_wide_as_labels": body("load_data", "The one-hot rows are as wide as the largest label plus one, instead of 10.", """
        if fname[-4:] == ".pkl":
            with open(fname, "rb") as f:
                d = pickle.load(f, encoding="latin1")
        else:
            d = np.load(fname)["data"]
        x, labels = d[:, :784], d[:, 784].astype(int)
        t = np.zeros((x.shape[0], labels.max() + 1))
        for i, c in enumerate(labels):
            t[i, c] = 1
        return x, t
        """),
    "labels_plain": body("load_data", "The labels are returned as numbers instead of one-hot rows.", """
        if fname.endswith(".npz"):
            data = np.load(fname)["data"]
        else:
            data = pickle.load(open(fname, "rb"), encoding="latin1")
        return data[:, :-1], data[:, -1]
        """),
    # 2. softmax
    "no_shift": body("softmax", "No maximum is subtracted: large scores overflow to nan.", """
        e = np.exp(x)
        return e / e.sum(axis=1, keepdims=True)
        """),
    "max_of_columns": body("softmax", "The sum runs over the rows of the batch, axis 0, instead of the classes.", """
        z = x - x.max(axis=1, keepdims=True)
        return np.exp(z) / np.exp(z).sum(axis=0)
        """),
    "one_row_in_mind": body("softmax", "keepdims is missing in the sum: the division pairs columns with rows, or fails.", """
        z = x - x.max(axis=1, keepdims=True)
        return np.exp(z) / np.sum(np.exp(z), axis=1)
        """),
    # 3. Activation
    "derivative_of_x": body("Activation", "The derivative of the sigmoid is x (1 - x) of the input, where the output belongs.", """
        return self.x * (1 - self.x)
        """, "Activation.grad_sigmoid"),
    "tanh_without_square": body("Activation", "The derivative of tanh is 1 - tanh: the square is missing.", """
        return 1 - np.tanh(self.x)
        """, "Activation.grad_tanh"),
    "grad_forgets_delta": body("Activation", "backward_pass returns the derivative without delta.", """
        if self.activation_type == "sigmoid":
            return self.grad_sigmoid()
        if self.activation_type == "tanh":
            return self.grad_tanh()
        return self.grad_ReLU()
        """, "Activation.backward_pass"),
    "sigmoid_positive_exponent": body("Activation", "The exponent of the sigmoid has the wrong sign: it is 1 / (1 + exp(x)).", """
        return 1.0 / (1.0 + np.exp(x))
        """, "Activation.sigmoid"),
    "gate_includes_all_and_sigmoid_halved": Slip("Activation", "grad_ReLU is max(x, 0), not 0 and 1, and the sigmoid's derivative lacks a factor.", bodies={
        "Activation.grad_ReLU": "return np.where(self.x > 0, self.x, 0)",
        "Activation.grad_sigmoid": "return self.sigmoid(self.x)"}),
    "relu_in_place": body("Activation", "ReLU writes zeros into the input itself.", """
        x[x < 0] = 0
        return x
        """, "Activation.ReLU"),
    # 4. Layer
    "seeded": body("Layer", "A seed is set in the constructor, so that two layers of one shape are equal.", """
        np.random.seed(42)
        self.w = np.random.randn(in_units, out_units) / np.sqrt(in_units)
        self.b = np.zeros((1, out_units))
        self.x = self.a = self.d_x = self.d_w = self.d_b = None
        """, "Layer.__init__"),
    "bias_one_axis": body("Layer", "The bias is (out,) instead of (1, out).", """
        rng = np.random.default_rng()
        self.w = rng.normal(0, 1 / np.sqrt(in_units), size=(in_units, out_units))
        self.b = np.zeros(out_units)
        """, "Layer.__init__"),
    "d_b_loses_its_axis": body("Layer", "d_b is (out,): keepdims is missing.", """
        self.d_w = self.x.T @ delta
        self.d_b = delta.sum(axis=0)
        self.d_x = delta @ self.w.T
        return self.d_x
        """, "Layer.backward_pass"),
    "divided_by_rows": body("Layer", "d_w and d_b are divided by N once more.", """
        N = delta.shape[0]
        self.d_x = np.dot(delta, np.transpose(self.w))
        self.d_w = np.dot(np.transpose(self.x), delta) / N
        self.d_b = np.mean(delta, axis=0, keepdims=True)
        return self.d_x
        """, "Layer.backward_pass"),
    "accumulated": body("Layer", "d_w and d_b are added to those of earlier calls.", """
        self.d_x = delta @ self.w.T
        if getattr(self, "d_w", None) is None:
            self.d_w, self.d_b = 0, 0
        self.d_w = self.d_w + self.x.T @ delta
        self.d_b = self.d_b + delta.sum(axis=0, keepdims=True)
        return self.d_x
        """, "Layer.backward_pass"),
    "w_not_turned_and_nothing_returned": body("Layer", "d_w is delta.T x, the transpose of the right one, and nothing is returned.", """
        self.d_w = delta.T @ self.x
        self.d_b = np.sum(delta, axis=0, keepdims=True)
        self.d_x = delta @ self.w.T
        """, "Layer.backward_pass"),
    # 5. Neuralnetwork
    "one_activation": body("Neuralnetwork", "One Activation object stands in all places and overwrites its input.", """
        specs = config["layer_specs"]
        act = Activation(config["activation"])
        self.layers = []
        for k in range(len(specs) - 1):
            self.layers.append(Layer(specs[k], specs[k + 1]))
            if k < len(specs) - 2:
                self.layers.append(act)
        self.x = self.y = self.targets = None
        """, "Neuralnetwork.__init__"),
    "activation_at_the_end": body("Neuralnetwork", "An Activation follows the last layer, too.", """
        self.layers = []
        for a, b in zip(config["layer_specs"][:-1], config["layer_specs"][1:]):
            self.layers += [Layer(a, b), Activation(config["activation"])]
        """, "Neuralnetwork.__init__"),
    "loss_over_all_entries": body("Neuralnetwork", "The loss is a mean over all N C entries instead of a sum over classes.", """
        return -np.mean(targets * np.log(probs + 1e-15))
        """, "Neuralnetwork.loss_func"),
    "loss_summed": body("Neuralnetwork", "The loss is the sum over the rows, not their mean.", """
        total = 0.0
        for p, t in zip(probs, targets):
            total -= np.log(max(p[np.argmax(t)], 1e-12))
        return total
        """, "Neuralnetwork.loss_func"),
    "guard_too_large": body("Neuralnetwork", "The guard in the logarithm is 1e-6, and shows in the loss.", """
        n = probs.shape[0]
        return -np.sum(targets * np.log(probs + 1e-6)) / n
        """, "Neuralnetwork.loss_func"),
    # 6. gradient_approximation
    "over_epsilon": body("gradient_approximation", "The difference is divided by epsilon instead of 2 epsilon.", """
        model.forward_pass(x, y)
        model.backward_pass()
        l = model.layers[layer]
        analytic = (l.d_w if kind == "w" else l.d_b)[index]
        theta = l.w if kind == "w" else l.b
        old = theta[index]
        theta[index] = old + epsilon
        up = model.forward_pass(x, y)[0]
        theta[index] = old - epsilon
        down = model.forward_pass(x, y)[0]
        theta[index] = old
        numerical = (up - down) / epsilon
        return numerical, analytic, abs(numerical - analytic) <= 9 * epsilon ** 2
        """),
    "stale_gradient": body("gradient_approximation", "No forward and backward pass is made for the analytic gradient: it is an older batch's.", """
        target = model.layers[layer]
        arr = getattr(target, kind)
        keep = float(arr[index])
        values = []
        for sign in (1, -1):
            arr[index] = keep + sign * epsilon
            values.append(model.forward_pass(x, y)[0])
        arr[index] = keep
        numerical = (values[0] - values[1]) / (2 * epsilon)
        analytic = getattr(target, "d_" + kind)[index]
        return numerical, analytic, bool(np.abs(numerical - analytic) <= 9 * epsilon ** 2)
        """),
    "backward_while_moved": body("gradient_approximation", "The backward pass is made while the entry is still moved down.", """
        param = model.layers[layer].w if kind == "w" else model.layers[layer].b
        old = param[index]
        param[index] = old + epsilon
        plus, _ = model.forward_pass(x, y)
        param[index] = old - epsilon
        minus, _ = model.forward_pass(x, y)
        model.backward_pass()
        param[index] = old
        grad = model.layers[layer].d_w if kind == "w" else model.layers[layer].d_b
        num = (plus - minus) / (2 * epsilon)
        ana = grad[index]
        return num, ana, abs(num - ana) <= 9 * epsilon**2
        """),
    "tolerance_linear_and_added_back": body("gradient_approximation", "The tolerance is 9 epsilon, and epsilon is added back, which rounds.", """
        model.forward_pass(x, y)
        model.backward_pass()
        l = model.layers[layer]
        p, g = (l.w, l.d_w) if kind == "w" else (l.b, l.d_b)
        analytic = g[index]
        p[index] += epsilon
        a = model.forward_pass(x, y)[0]
        p[index] -= 2 * epsilon
        b = model.forward_pass(x, y)[0]
        p[index] += epsilon
        numerical = (a - b) / (2 * epsilon)
        return numerical, analytic, abs(numerical - analytic) <= 9 * epsilon
        """),
    # 7. trainer
    "adds_the_gradient": _trainer("The velocity gains plus eta times the gradient: it climbs.",
        velocity_w='gamma * vw[i] + config["learning_rate"] * g_w', velocity_b='gamma * vb[i] + config["learning_rate"] * g_b'),
    "no_memory": _trainer("The velocity is gamma times the step, without the old velocity.",
        velocity_w='-config["learning_rate"] * g_w * (gamma if config["momentum"] else 1)',
        velocity_b='-config["learning_rate"] * g_b * (gamma if config["momentum"] else 1)'),
    "velocity_reset_each_epoch": _trainer("The velocities are set to zero at the start of each epoch.",
        epoch="order = np.random.permutation(n)\n        vw = [np.zeros(l.w.shape) for l in layers]; vb = [np.zeros(l.b.shape) for l in layers]"),
    "biases_penalized": _trainer("The penalty is added to the gradient of the biases, too.",
        penalty='l.d_w + config["L2_penalty"] * l.w, l.d_b + config["L2_penalty"] * l.b'),
    "penalty_doubled": _trainer("The penalty's gradient is 2 lambda w.", penalty='l.d_w + 2 * config["L2_penalty"] * l.w, l.d_b'),
    "remainder_dropped": _trainer("The short last batch is dropped.",
        starts='range(0, n - config["batch_size"] + 1, config["batch_size"])'),
    "not_shuffled": _trainer("The rows are never shuffled.", epoch="order = np.arange(n)"),
    "views_kept": _trainer("The best weights are restored from the last epoch: they are overwritten after every epoch.",
        better="True"),
    "restored_always": _trainer("The best weights are put back even where early_stop is off.", restore="best is not None"),
    "rise_above_the_best": _trainer("A rise is counted against the best loss so far instead of the epoch before.",
        rising="valid > best_loss"),
    "equal_counts_as_rise": _trainer("An equal loss counts as a rise.", rising='valid >= history["valid_loss"][-2]'),
    "count_never_reset": _trainer("The count of rises is not set back by an equal or lower loss.", reset="pass"),
    "train_loss_as_valid": _trainer("The loss of the training images is taken as the validation loss.",
        valid="model.forward_pass(X_train, y_train)[0]"),
    "penalty_wrong_sign_and_remainder_dropped": _trainer("The penalty is subtracted, and the short last batch is dropped.",
        penalty='l.d_w - config["L2_penalty"] * l.w, l.d_b', starts='range(0, n // config["batch_size"] * config["batch_size"], config["batch_size"])'),
    # 8. test
    "count_for_share": body("test", "The number of right images is returned, not their share.", """
        probs = model.forward_pass(X_test)[1]
        return int(np.sum(np.argmax(probs, axis=1) == np.argmax(y_test, axis=1)))
        """),
    "argmax_over_rows": body("test", "argmax runs over axis 0, the images, instead of the classes.", """
        _, p = model.forward_pass(X_test, y_test)
        return np.mean(p.argmax(axis=0) == y_test.argmax(axis=0))
        """),
    "mean_of_batch_means": body("test", "The mean of the accuracies of the batches is taken, wrong where the last is shorter.", """
        size = config["batch_size"]
        accs = [np.mean(model.forward_pass(X_test[i:i + size])[1].argmax(1) == y_test[i:i + size].argmax(1))
                for i in range(0, len(X_test), size)]
        return sum(accs) / len(accs)
        """),
}
