"""Slips in chapter 4: a modular network on handwritten digits."""
from __future__ import annotations

from . import body, edit

SLIPS = {
    # 1. load_data
    "label_kept_among_pixels": edit(
        "load_data", "The label stays among the pixels: the images have 785 columns.",
        "return data[:, :-1],", "return data,"),
    "label_first": edit(
        "load_data", "The label is taken from the first column instead of the last.",
        "data[:, :-1], np.eye(10)[data[:, -1].astype(int)]", "data[:, 1:], np.eye(10)[data[:, 0].astype(int)]"),
    "labels_not_one_hot": edit(
        "load_data", "The labels are returned as numbers instead of one-hot rows.",
        "np.eye(10)[data[:, -1].astype(int)]", "data[:, -1].astype(int)"),
    "pixels_scaled": edit(
        "load_data", "The pixels are divided by 255 although those of the file are asked for.",
        "data[:, :-1],", "data[:, :-1] / 255.0,"),
    "classes_that_occur": body(
        "load_data", "The one-hot labels have as many columns as the largest label asks for, not always ten.", """
        if fname.endswith(".npz"):
            data = np.load(fname)["data"]
        else:
            with open(fname, "rb") as f:
                data = pickle.load(f, encoding="latin1")
        images = data[:, :784]
        labels = data[:, 784].astype(int)
        onehot = np.zeros((len(labels), labels.max() + 1))
        onehot[np.arange(len(labels)), labels] = 1
        return images, onehot
        """),
    "npz_only": body(
        "load_data", "Only .npz files are read; for a .pkl file it fails.", """
        data = np.load(fname)["data"]
        images, labels = data[:, :784], data[:, 784].astype(int)
        onehot = np.zeros((len(labels), 10))
        for i, label in enumerate(labels):
            onehot[i, label] = 1
        return images, onehot
        """),
    "encoding_left_out": edit(
        "load_data", "The pickle is opened as text instead of as bytes.",
        "open(fname, \"rb\")", "open(fname, \"r\")"),
    # 2. softmax
    "no_keepdims": edit(
        "softmax", "The sums are without keepdims, so they meet the columns instead of the rows.",
        "powers / powers.sum(axis=1, keepdims=True)", "powers / powers.sum(axis=1)"),
    "one_maximum": edit(
        "softmax", "One maximum of all rows is subtracted, so rows far below it are divided by 0.",
        "x.max(axis=1, keepdims=True)", "x.max()"),
    "sigmoid_instead": body(
        "softmax", "Each score goes through a sigmoid and the row is then normalised; that is not the softmax.", """
        p = 1 / (1 + np.exp(-x))
        return p / np.sum(p, axis=1, keepdims=True)
        """),
    "max_not_subtracted": body(
        "softmax", "No maximum is subtracted, so large scores overflow.", """
        e = np.exp(x)
        return e / np.sum(e, axis=1).reshape(-1, 1)
        """),
    # 3. Activation
    "unknown_name_passes": edit(
        "Activation", "The constructor takes any name: there is no ValueError.",
        "        if activation_type not in (\"sigmoid\", \"tanh\", \"ReLU\"):\n            raise ValueError(f\"activation_type is {activation_type!r}; known are 'sigmoid', 'tanh' and 'ReLU'\")\n", ""),
    "delta_forgotten": edit(
        "Activation", "backward_pass returns the slope alone, without delta.",
        "return delta * getattr(self, \"grad_\" + self.activation_type)()", "return getattr(self, \"grad_\" + self.activation_type)()"),
    "x_not_kept": edit(
        "Activation", "forward_pass keeps the output as self.x instead of the input.",
        "        self.x = a\n        return getattr(self, self.activation_type)(a)", "        self.x = getattr(self, self.activation_type)(a)\n        return self.x"),
    "grad_of_sigmoid_at_x": edit(
        "Activation", "grad_sigmoid is x (1 - x): the sigmoid is not applied to the kept input.",
        "s = self.sigmoid(self.x)", "s = self.x"),
    "tanh_not_squared": edit(
        "Activation", "grad_tanh is 1 - tanh instead of 1 - tanh^2.",
        "1 - np.tanh(self.x) ** 2", "1 - np.tanh(self.x)"),
    "tanh_of_square": edit(
        "Activation", "grad_tanh takes the tanh of the square instead of the square of the tanh.",
        "1 - np.tanh(self.x) ** 2", "1 - np.tanh(self.x ** 2)"),
    "sigmoid_overflows": body(
        "Activation", "e^x / (1 + e^x) is infinity over infinity for large x.", """
        return np.exp(x) / (1 + np.exp(x))
        """, "Activation.sigmoid"),
    "tanh_overflows": body(
        "Activation", "tanh is written with exponentials, which is infinity over infinity for large x.", """
        return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
        """, "Activation.tanh"),
    "relu_changes_input": body(
        "Activation", "ReLU sets the negative entries of its argument to zero in place.", """
        x[x < 0] = 0
        return x
        """, "Activation.ReLU"),
    "relu_slope_in_place": body(
        "Activation", "grad_ReLU changes self.x, which is the caller's array, in place.", """
        self.x[self.x > 0] = 1
        self.x[self.x <= 0] = 0
        return self.x
        """, "Activation.grad_ReLU"),
    "relu_slope_of_x": body(
        "Activation", "grad_ReLU returns ReLU(x) instead of its slope.", """
        return np.maximum(0, self.x)
        """, "Activation.grad_ReLU"),
    "delta_by_all_slopes": body(
        "Activation", "backward_pass has no case for tanh and returns delta unchanged there.", """
        grad = 1
        if self.activation_type == "sigmoid":
            grad = self.grad_sigmoid()
        elif self.activation_type == "Tanh":
            grad = self.grad_tanh()
        elif self.activation_type == "ReLU":
            grad = self.grad_ReLU()
        return grad * delta
        """, "Activation.backward_pass"),
    # 4. Layer
    "bias_one_axis": edit(
        "Layer", "The biases are (out,) instead of (1, out).",
        "np.zeros((1, out_units))", "np.zeros(out_units)"),
    "seeded": edit(
        "Layer", "The constructor seeds NumPy's generator, so two layers of one shape start equal.",
        "        self.w = np.random", "        np.random.seed(42)\n        self.w = np.random"),
    "weights_of_zero": edit(
        "Layer", "The weights start at zeros instead of random.",
        "np.random.normal(scale=1 / np.sqrt(in_units), size=(in_units, out_units))", "np.zeros((in_units, out_units))"),
    "bias_random_layer": edit(
        "Layer", "The biases start random instead of at zero.",
        "np.zeros((1, out_units))", "np.random.randn(1, out_units)"),
    "d_b_one_axis": edit(
        "Layer", "d_b is (out,) instead of (1, out).",
        "delta.sum(axis=0, keepdims=True)", "delta.sum(axis=0)"),
    "mean_gradients": body(
        "Layer", "d_w and d_b are means over the rows instead of sums.", """
        n = delta.shape[0]
        self.d_x = np.dot(delta, self.w.T)
        self.d_w = np.dot(self.x.T, delta) / n
        self.d_b = np.mean(delta, axis=0, keepdims=True)
        return self.d_x
        """, "Layer.backward_pass"),
    "d_w_from_a": edit(
        "Layer", "d_w is made with the layer's output instead of its input.",
        "self.d_w = self.x.T @ delta", "self.d_w = self.a.T @ delta"),
    "added_up": body(
        "Layer", "d_w and d_b are added to those of the backward pass before.", """
        if not hasattr(self, "d_w"):
            self.d_w = np.zeros(self.w.shape)
            self.d_b = np.zeros(self.b.shape)
        self.d_x = delta @ self.w.T
        self.d_w += self.x.T @ delta
        self.d_b += np.sum(delta, axis=0, keepdims=True)
        return self.d_x
        """, "Layer.backward_pass"),
    "returns_d_w": edit(
        "Layer", "backward_pass returns d_w instead of d_x.",
        "return self.d_x", "return self.d_w"),
    "a_not_kept": edit(
        "Layer", "forward_pass does not keep the result as self.a.",
        "        self.a = x @ self.w + self.b\n        return self.a", "        return x @ self.w + self.b"),
    "x_not_kept_layer": body(
        "Layer", "forward_pass keeps nothing: self.x and self.a are not written, so backward_pass finds no input.", """
        out = np.zeros((x.shape[0], self.w.shape[1]))
        for i, row in enumerate(x):
            out[i] = row @ self.w + self.b[0]
        return out
        """, "Layer.forward_pass"),
    "mean_and_one_axis": edit(
        "Layer", "Two slips: d_b is a mean instead of a sum, and (out,) instead of (1, out).",
        "delta.sum(axis=0, keepdims=True)", "delta.mean(axis=0)"),
    # 5. Neuralnetwork
    "one_activation_object": body(
        "Neuralnetwork", "One Activation object stands in all places, so each forward pass overwrites what it keeps.", """
        self.layers = []
        specs = config["layer_specs"]
        activation = Activation(config["activation"])
        for i in range(len(specs) - 1):
            self.layers.append(Layer(specs[i], specs[i + 1]))
            if i < len(specs) - 2:
                self.layers.append(activation)
        """, "Neuralnetwork.__init__"),
    "activation_at_the_end": body(
        "Neuralnetwork", "An activation follows the last layer too.", """
        self.layers = []
        specs = config["layer_specs"]
        for i in range(len(specs) - 1):
            self.layers.append(Layer(specs[i], specs[i + 1]))
            self.layers.append(Activation(config["activation"]))
        """, "Neuralnetwork.__init__"),
    "last_layer_left_out": body(
        "Neuralnetwork", "The loop ends one too early, so the last layer is missing.", """
        self.layers = []
        specs = config["layer_specs"]
        for i in range(len(specs) - 2):
            self.layers.append(Layer(specs[i], specs[i + 1]))
            self.layers.append(Activation(config["activation"]))
        """, "Neuralnetwork.__init__"),
    "sigmoid_always": edit(
        "Neuralnetwork", "The activations are always sigmoids, whatever config says.",
        "Activation(config[\"activation\"])", "Activation(\"sigmoid\")"),
    "sum_of_losses": edit(
        "Neuralnetwork", "The loss is the sum over the rows instead of the mean.",
        "-np.mean(np.sum(targets", "-np.sum(np.sum(targets"),
    "mean_over_classes_too": edit(
        "Neuralnetwork", "The loss is the mean over rows and classes, so it is C times too small.",
        "-np.mean(np.sum(targets * np.log(np.maximum(probs, 1e-12)), axis=1))", "-np.mean(targets * np.log(np.maximum(probs, 1e-12)))"),
    "large_guard": edit(
        "Neuralnetwork", "The guard of the logarithm is 1e-3, which shows in the loss.",
        "1e-12", "1e-3"),
    "delta_not_divided": edit(
        "Neuralnetwork", "The first delta is not divided by N.",
        "(self.probs - self.targets) / len(self.targets)", "(self.probs - self.targets)"),
    "delta_turned": edit(
        "Neuralnetwork", "The first delta is target minus probability.",
        "(self.probs - self.targets)", "(self.targets - self.probs)"),
    "layers_not_reversed": edit(
        "Neuralnetwork", "backward_pass goes through the layers from the first to the last.",
        "reversed(self.layers)", "self.layers"),
    "delta_not_handed_on": edit(
        "Neuralnetwork", "Each part gets the first delta: what it returns is not handed on.",
        "            delta = layer.backward_pass(delta)", "            layer.backward_pass(delta)"),
    "input_not_handed_on": body(
        "Neuralnetwork", "Every layer gets the batch x itself: the output is not handed to the next one.", """
        for layer in self.layers:
            out = layer.forward_pass(x)
        self.y = softmax(out)
        self.targets = targets
        self.probs = self.y
        if targets is None:
            return None, self.y
        return self.loss_func(self.y, targets), self.y
        """, "Neuralnetwork.forward_pass"),
    "scores_returned": edit(
        "Neuralnetwork", "forward_pass returns the scores instead of the probabilities.",
        "return loss, self.probs", "return loss, x"),
    "loss_and_probs_exchanged": edit(
        "Neuralnetwork", "forward_pass returns the probabilities first and the loss second.",
        "return loss, self.probs", "return self.probs, loss"),
    "loss_needed_always": edit(
        "Neuralnetwork", "The loss is computed without targets too, which fails.",
        "None if targets is None else self.loss_func(self.probs, targets)", "self.loss_func(self.probs, targets)"),
    "sum_and_not_divided": edit(
        "Neuralnetwork", "The loss is the sum over the rows, and the first delta is not divided by N: both belong to a summed loss.",
        "-np.mean(np.sum(targets", "-np.sum(np.sum(targets",
        "(self.probs - self.targets) / len(self.targets)", "(self.probs - self.targets)"),
    # 6. gradient_approximation
    "one_side_only": edit(
        "gradient_approximation", "The difference is between above and the loss at the old value, divided by 2 epsilon.",
        "parameter[index] = kept - epsilon", "parameter[index] = kept"),
    "not_restored": edit(
        "gradient_approximation", "The entry is left at its old value minus epsilon.",
        "    parameter[index] = kept\n", ""),
    "analytic_of_moved": body(
        "gradient_approximation", "The analytic derivative is taken after the entry was moved down, not where it was.", """
        param = model.layers[layer].w if kind == "w" else model.layers[layer].b
        old = param[index]
        param[index] = old + epsilon
        plus = model.forward_pass(x, y)[0]
        param[index] = old - epsilon
        minus = model.forward_pass(x, y)[0]
        model.backward_pass()
        param[index] = old
        grads = model.layers[layer].d_w if kind == "w" else model.layers[layer].d_b
        numerical = (plus - minus) / (2 * epsilon)
        analytic = grads[index]
        return numerical, analytic, abs(numerical - analytic) <= 9 * epsilon ** 2
        """),
    "old_analytic": edit(
        "gradient_approximation", "No backward pass is made: the analytic value is what stood there from an earlier batch.",
        "    model.forward_pass(x, y)\n    model.backward_pass()\n", ""),
    "epsilon_not_squared": edit(
        "gradient_approximation", "The bound is 9 epsilon instead of 9 epsilon squared.",
        "<= 9 * epsilon**2", "<= 9 * epsilon"),
    "no_absolute_value": edit(
        "gradient_approximation", "The difference is compared without its absolute value.",
        "abs(numerical - analytic) <=", "(numerical - analytic) <="),
    "epsilon_fixed": edit(
        "gradient_approximation", "epsilon is set to 1e-2 inside: the argument is ignored.",
        "    model.forward_pass(x, y)\n    model.backward_pass()\n", "    epsilon = 1e-2\n    model.forward_pass(x, y)\n    model.backward_pass()\n"),
    "agreement_first": edit(
        "gradient_approximation", "The analytic value is returned before the numerical one.",
        "return numerical, analytic,", "return analytic, numerical,"),
    "rounded_back": body(
        "gradient_approximation", "epsilon is added and subtracted again, so the entry comes back rounded.", """
        L = model.layers[layer]
        theta = L.w if kind == "w" else L.b
        model.forward_pass(x, y)
        model.backward_pass()
        analytic = L.d_w[index] if kind == "w" else L.d_b[index]
        theta[index] += epsilon
        up, _ = model.forward_pass(x, y)
        theta[index] -= 2 * epsilon
        down, _ = model.forward_pass(x, y)
        theta[index] += epsilon
        numerical = (up - down) / (2 * epsilon)
        return numerical, analytic, bool(np.abs(numerical - analytic) <= 9 * epsilon ** 2)
        """),
    "weights_for_biases": edit(
        "gradient_approximation", "The entry that is moved is always one of the weights, also where kind is 'b'.",
        "parameter = getattr(model.layers[layer], kind)", "parameter = model.layers[layer].w"),
    "nth_affine_layer": edit(
        "gradient_approximation", "The layer is counted among the affine layers only, without the activations.",
        "    model.forward_pass(x, y)\n    model.backward_pass()\n", "    model.forward_pass(x, y)\n    model.backward_pass()\n    layer = 2 * layer\n"),
    "copies_the_parameter": edit(
        "gradient_approximation", "A copy of the parameter is moved, so the loss does not change.",
        "parameter = getattr(model.layers[layer], kind)", "parameter = getattr(model.layers[layer], kind).copy()"),
    # 7. trainer
    "no_shuffling": edit(
        "trainer", "The rows are not shuffled.",
        "np.random.permutation(len(X_train))", "np.arange(len(X_train))"),
    "permutation_once": edit(
        "trainer", "The permutation is drawn once and used in every epoch.",
        "    for epoch in range(config[\"epochs\"]):\n        order, total = np.random.permutation(len(X_train)), 0.0\n",
        "    order = np.random.permutation(len(X_train))\n    for epoch in range(config[\"epochs\"]):\n        total = 0.0\n"),
    "labels_not_shuffled": edit(
        "trainer", "The labels are not put into the order of the images.",
        "y_train[rows]", "y_train[start : start + config[\"batch_size\"]]"),
    "last_slice_lost": edit(
        "trainer", "The shorter last slice of an epoch is left out.",
        "range(0, len(order), config[\"batch_size\"])", "range(0, len(order) - config[\"batch_size\"] + 1, config[\"batch_size\"])"),
    "velocity_reset": edit(
        "trainer", "The velocity is set to zero at the start of each epoch.",
        "        order, total = np.random", "        velocity = [{\"w\": 0.0, \"b\": 0.0} for _ in layers]\n        order, total = np.random"),
    "velocity_shared": edit(
        "trainer", "All layers share one velocity dictionary.",
        "[{\"w\": 0.0, \"b\": 0.0} for _ in layers]", "[{\"w\": 0.0, \"b\": 0.0}] * len(layers)"),
    "momentum_always": edit(
        "trainer", "momentum_gamma counts even where momentum is False.",
        "config[\"momentum_gamma\"] if config[\"momentum\"] else 0.0", "config[\"momentum_gamma\"]"),
    "damped_step": edit(
        "trainer", "The gradient is multiplied by (1 - gamma), as in a running mean.",
        "gamma * v[\"w\"] - config[\"learning_rate\"] *", "gamma * v[\"w\"] - (1 - gamma) * config[\"learning_rate\"] *",
        "gamma * v[\"b\"] - config[\"learning_rate\"] *", "gamma * v[\"b\"] - (1 - gamma) * config[\"learning_rate\"] *"),
    "velocity_taken_off": edit(
        "trainer", "The velocity is subtracted from the parameters although it points downhill already.",
        "layer.w += v[\"w\"]", "layer.w -= v[\"w\"]", "layer.b += v[\"b\"]", "layer.b -= v[\"b\"]"),
    "l2_on_biases": edit(
        "trainer", "The L2 penalty pulls on the biases too.",
        "config[\"learning_rate\"] * layer.d_b", "config[\"learning_rate\"] * (layer.d_b + config[\"L2_penalty\"] * layer.b)"),
    "l2_sign": edit(
        "trainer", "The L2 term has the wrong sign and pushes the weights away from zero.",
        "layer.d_w + config[\"L2_penalty\"]", "layer.d_w - config[\"L2_penalty\"]"),
    "l2_left_out": edit(
        "trainer", "The L2 penalty is left out.",
        "(layer.d_w + config[\"L2_penalty\"] * layer.w)", "layer.d_w"),
    "l2_twice": edit(
        "trainer", "The L2 term has a factor of 2 too many.",
        "config[\"L2_penalty\"] * layer.w", "2 * config[\"L2_penalty\"] * layer.w"),
    "stop_counts_all_rises": edit(
        "trainer", "The count of rising epochs is not set back when the loss falls again.",
        "rising + 1 if epoch > 0 and valid_loss > history[\"valid_loss\"][-1] else 0", "rising + (epoch > 0 and valid_loss > history[\"valid_loss\"][-1])"),
    "stop_against_best": edit(
        "trainer", "It counts epochs above the best loss so far instead of epochs in which the loss rose.",
        "valid_loss > history[\"valid_loss\"][-1] else 0", "valid_loss > min(history[\"valid_loss\"]) else 0"),
    "best_not_copied": edit(
        "trainer", "The best weights are kept without a copy, so they move along with the later ones.",
        "(layer.w.copy(), layer.b.copy())", "(layer.w, layer.b)"),
    "best_not_given_back": edit(
        "trainer", "The weights of the best epoch are never put back.",
        "            layer.w, layer.b = w, b\n", "            pass\n"),
    "stops_although_off": edit(
        "trainer", "It stops early even where early_stop is False.",
        "if config[\"early_stop\"] and rising ==", "if rising =="),
    "stop_one_late": edit(
        "trainer", "It stops one rising epoch too late.",
        "rising == config[\"early_stop_epoch\"]", "rising > config[\"early_stop_epoch\"]"),
    "validates_on_train": edit(
        "trainer", "valid_loss is measured on the training rows.",
        "model.forward_pass(X_valid, y_valid)", "model.forward_pass(X_train, y_train)"),
    "validates_against_train_labels": edit(
        "trainer", "valid_loss is measured on the validation images against the training labels.",
        "model.forward_pass(X_valid, y_valid)", "model.forward_pass(X_valid, y_train)"),
    "train_loss_of_last_batch": edit(
        "trainer", "train_loss is the loss of the epoch's last batch instead of a mean.",
        "history[\"train_loss\"].append(total / len(order))", "history[\"train_loss\"].append(loss)"),
    "data_shuffled": body(
        "trainer", "X_train and y_train are themselves shuffled in place; and early stopping is left out altogether.", """
        history = {"train_loss": [], "valid_loss": []}
        gamma = config["momentum_gamma"] if config["momentum"] else 0
        v = {}
        for epoch in range(config["epochs"]):
            perm = np.random.permutation(X_train.shape[0])
            X_train[:] = X_train[perm]
            y_train[:] = y_train[perm]
            losses = []
            for i in range(0, X_train.shape[0], config["batch_size"]):
                xb = X_train[i:i + config["batch_size"]]
                yb = y_train[i:i + config["batch_size"]]
                loss, _ = model.forward_pass(xb, yb)
                model.backward_pass()
                losses.append(loss)
                for k, layer in enumerate(model.layers):
                    if isinstance(layer, Layer):
                        vw, vb = v.get(k, (0, 0))
                        vw = gamma * vw - config["learning_rate"] * (layer.d_w + config["L2_penalty"] * layer.w)
                        vb = gamma * vb - config["learning_rate"] * layer.d_b
                        v[k] = (vw, vb)
                        layer.w = layer.w + vw
                        layer.b = layer.b + vb
            history["train_loss"].append(np.mean(losses))
            history["valid_loss"].append(model.forward_pass(X_valid, y_valid)[0])
        return history
        """),
    "first_layer_only": body(
        "trainer", "Only model.layers[0] and the last layer are updated, so a network with more layers keeps its middle.", """
        history = {"train_loss": [], "valid_loss": []}
        gamma = config["momentum_gamma"] if config["momentum"] else 0
        trained = [model.layers[0], model.layers[-1]]
        vw, vb = [0.0, 0.0], [0.0, 0.0]
        best, best_loss, worse, last = None, float("inf"), 0, float("inf")
        n = len(X_train)
        for epoch in range(config["epochs"]):
            perm = np.random.permutation(n)
            losses = []
            for s in range(0, n, config["batch_size"]):
                idx = perm[s:s + config["batch_size"]]
                loss, _ = model.forward_pass(X_train[idx], y_train[idx])
                model.backward_pass()
                losses.append(loss)
                for k, layer in enumerate(trained):
                    vw[k] = gamma * vw[k] - config["learning_rate"] * (layer.d_w + config["L2_penalty"] * layer.w)
                    vb[k] = gamma * vb[k] - config["learning_rate"] * layer.d_b
                    layer.w = layer.w + vw[k]
                    layer.b = layer.b + vb[k]
            valid, _ = model.forward_pass(X_valid, y_valid)
            history["train_loss"].append(float(np.mean(losses)))
            history["valid_loss"].append(valid)
            worse = worse + 1 if valid > last else 0
            last = valid
            if config["early_stop"]:
                if valid < best_loss:
                    best_loss = valid
                    best = [(l.w.copy(), l.b.copy()) for l in model.layers if isinstance(l, Layer)]
                if worse >= config["early_stop_epoch"]:
                    break
        if best is not None:
            for l, (w, b) in zip([l for l in model.layers if isinstance(l, Layer)], best):
                l.w, l.b = w, b
        return history
        """),
    "velocity_forgets": edit(
        "trainer", "The velocity has no memory: gamma multiplies this step's gradient instead of the velocity before.",
        "gamma * v[\"w\"] - config[\"learning_rate\"] *", "-(gamma if gamma else 1) * config[\"learning_rate\"] *",
        "gamma * v[\"b\"] - config[\"learning_rate\"] *", "-(gamma if gamma else 1) * config[\"learning_rate\"] *"),
    "equal_counts_as_rising": edit(
        "trainer", "An epoch with an equal validation loss counts as rising.",
        "valid_loss > history[\"valid_loss\"][-1] else 0", "valid_loss >= history[\"valid_loss\"][-1] else 0"),
    "no_shuffle_and_l2_on_biases": edit(
        "trainer", "Two slips: the rows are not shuffled, and the L2 penalty pulls on the biases too.",
        "np.random.permutation(len(X_train))", "np.arange(len(X_train))",
        "config[\"learning_rate\"] * layer.d_b", "config[\"learning_rate\"] * (layer.d_b + config[\"L2_penalty\"] * layer.b)"),
    # 8. test
    "percent": edit(
        "test", "The accuracy is in percent.",
        "float(np.mean(", "100 * float(np.mean("),
    "mean_over_batches": body(
        "test", "The mean of the batches' accuracies is returned, so a shorter last batch counts as much.", """
        size = config["batch_size"]
        accs = []
        for i in range(0, len(X_test), size):
            _, p = model.forward_pass(X_test[i:i + size], y_test[i:i + size])
            accs.append(np.mean(np.argmax(p, axis=1) == np.argmax(y_test[i:i + size], axis=1)))
        return float(np.mean(accs))
        """),
    "one_hot_compared": body(
        "test", "The predicted classes are compared with the one-hot matrix instead of the true classes.", """
        _, probs = model.forward_pass(X_test)
        predicted = np.eye(y_test.shape[1])[np.argmax(probs, axis=1)]
        return float(np.mean(predicted == y_test))
        """),
    "argmax_over_images": edit(
        "test", "The arg max is taken over the images instead of over the classes.",
        "probs.argmax(axis=1) == y_test.argmax(axis=1)", "probs.argmax(axis=0) == y_test.argmax(axis=0)"),
}
