"""Known wrong solutions of modular_mnist. Each runs in the reference's notebook in place of the function it replaces."""
from autograder.probe import misconception

# load_data


@misconception("load_data")
def label_left_among_the_pixels(fname):
    """Your images have 785 columns: the label is still among the pixels, so a network could read the answer from its input. Look at which
    columns you take."""
    if fname.endswith(".pkl"):
        with open(fname, "rb") as file:
            data = pickle.load(file, encoding="latin1")
    else:
        data = np.load(fname)["data"]
    return data, np.eye(10)[data[:, -1].astype(int)]


@misconception("load_data")
def as_wide_as_the_largest_label(fname):
    """Your one-hot labels have as many columns as the largest label in the file asks for. A file without nines then gets narrower targets
    than the network's output. Look at what the width should depend on."""
    data = _table(fname)
    labels = data[:, -1].astype(int)
    return data[:, :-1], np.eye(labels.max() + 1)[labels]


@misconception("load_data")
def pixels_scaled_already(fname):
    """You divide the pixels by 255 while loading, and the notebook divides once more in the next step. Hand the pixels back as they are in
    the file."""
    data = _table(fname)
    return data[:, :-1] / 255, np.eye(10)[data[:, -1].astype(int)]


@misconception("load_data")
def first_column_taken_for_the_label(fname):
    """You take the first column for the label. In these files the label stands in the last one."""
    data = _table(fname)
    return data[:, 1:], np.eye(10)[data[:, 0].astype(int) % 10]


@misconception("load_data")
def pickle_read_as_text(fname):
    """Your function raises a UnicodeDecodeError on a pickled file. A pickle holds bytes, not text: look at the mode in which you open the
    file, and at the encoding that a pickle of Python 2 needs."""
    if fname.endswith(".pkl"):
        with open(fname) as file:
            data = pickle.load(file, encoding="latin1")
    else:
        data = np.load(fname)["data"]
    return data[:, :-1], np.eye(10)[data[:, -1].astype(int)]


@misconception("load_data")
def labels_not_one_hot(fname):
    """Your labels are still numbers. The loss needs one-hot rows: ten columns, with a 1 at the label."""
    data = _table(fname)
    return data[:, :-1], data[:, -1]


def _table(fname):
    if fname.endswith(".pkl"):
        with open(fname, "rb") as file:
            return pickle.load(file, encoding="latin1")
    return np.load(fname)["data"]


# softmax


@misconception("softmax")
def one_maximum_for_the_batch(x):
    """You subtract the largest entry of the whole batch. In a row far below it every exponential underflows to 0, and the row becomes 0/0.
    Look at which axis the maximum is taken over."""
    powers = np.exp(x - np.max(x))
    return powers / powers.sum(axis=1, keepdims=True)


@misconception("softmax")
def exponentials_without_a_shift(x):
    """Your exponential gets scores that are too large for it. Above about 710 it overflows, and infinity divided by infinity is no number.
    Shift each row first."""
    powers = np.exp(x)
    return powers / powers.sum(axis=1, keepdims=True)


@misconception("softmax")
def shifted_by_the_smallest(x):
    """You shift each row by its smallest entry. The largest exponent is then the spread of the row, and it overflows where that is large. Look
    at which entry should end at 0."""
    powers = np.exp(x - x.min(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@misconception("softmax")
def whole_batch_sums_to_one(x):
    """Your probabilities sum to 1 over the whole batch. Every row is an example of its own and should sum to 1 by itself. Look at the axis
    of the sum."""
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum()


@misconception("softmax")
def normalized_down_the_columns(x):
    """You normalize down the columns, over the examples. The classes stand side by side in a row; look at the axis of the maximum and of the sum."""
    powers = np.exp(x - x.max(axis=0, keepdims=True))
    return powers / powers.sum(axis=0, keepdims=True)


@misconception("softmax")
def shifts_its_input(x):
    """The scores that you were given are changed afterwards: -= works on the caller's array. Make a new one."""
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(float)
    x -= x.max(axis=1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=1, keepdims=True)


@misconception("softmax")
def sigmoids_over_their_sum(x):
    """You send each score through a sigmoid and divide by the row's sum. The softmax divides the exponentials themselves by their sum. Look
    at the formula."""
    powers = 1 / (1 + np.exp(-x))
    return powers / powers.sum(axis=1, keepdims=True)


# Activation


@misconception("Activation", replaces="Activation.grad_tanh")
def tanh_from_the_input(self):
    """Your derivative of tanh is 1 - x**2 with x the input. In the formula the square is that of the output, tanh(x)."""
    return 1 - self.x**2


@misconception("Activation", replaces="Activation.grad_sigmoid")
def sigmoid_from_the_input(self):
    """Your derivative of the sigmoid is x * (1 - x) with x the input. The formula multiplies the output, sigmoid(x), by what it lacks to 1."""
    return self.x * (1 - self.x)


@misconception("Activation", replaces="Activation.sigmoid")
def sigmoid_that_overflows(self, x):
    """Your sigmoid divides exp(x) by 1 + exp(x). For large positive x both are infinite, and the quotient is no number. Look for a form
    whose exponential only ever underflows, or that uses tanh."""
    return np.exp(x) / (1 + np.exp(x))


@misconception("Activation", replaces="Activation.tanh")
def tanh_that_overflows(self, x):
    """Your tanh divides exponentials by each other. For large numbers both are infinite, and infinity over infinity is NaN. Look for a
    form, or a function of NumPy's, that stays finite."""
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


@misconception("Activation", replaces="Activation.grad_tanh")
def tanh_without_the_square(self):
    """Your slope of tanh is 1 - tanh(x). In the formula the tanh is squared."""
    return 1 - np.tanh(self.x)


@misconception("Activation", replaces="Activation.grad_tanh")
def tanh_of_the_square(self):
    """Your slope of tanh takes the tanh of the squared input. What is squared is the tanh. Look at where the square stands."""
    return 1 - np.tanh(self.x**2)


@misconception("Activation", replaces="Activation.backward_pass")
def tanh_passed_unchanged(self, delta):
    """Your backward_pass hands delta on as it is where the activation is tanh. The chain rule multiplies it by the slope there as well:
    look at whether the name in your code is the name that was asked for."""
    if self.activation_type == "tanh":
        return 1 * delta
    return delta * getattr(self, "grad_" + self.activation_type)()


@misconception("Activation", replaces="Activation.grad_ReLU")
def relu_slope_written_into_the_input(self):
    """Your grad_ReLU writes its ones and zeros into self.x. That is the array which the caller handed in, and the input is lost. Look for
    a way to make a new array."""
    self.x[self.x > 0] = 1
    self.x[self.x <= 0] = 0
    return self.x


@misconception("Activation", replaces="Activation.backward_pass")
def upstream_gradient_ignored(self, delta):
    """Your backward pass returns the derivative of the activation alone. By the chain rule the gradient that comes from above, delta,
    multiplies it."""
    return getattr(self, "grad_" + self.activation_type)()


@misconception("Activation", replaces="Activation.forward_pass")
def output_cached_for_input(self, a):
    """You keep the output of the activation in self.x. The derivatives are then taken in the wrong place: self.x is the input."""
    self.x = getattr(self, self.activation_type)(a)
    return self.x


@misconception("Activation", replaces="Activation.ReLU")
def leaky(self, x):
    """Your ReLU lets a hundredth of the negative entries through. That is the leaky ReLU; here negative entries become exactly zero."""
    return np.where(x > 0, x, 0.01 * x)


@misconception("Activation", replaces="Activation.ReLU")
def relu_in_place(self, x):
    """Your ReLU writes zeros into the array that it was given. The caller's numbers change with it, and so may what other parts have
    cached. Make a new array."""
    x[x < 0] = 0
    return x


@misconception("Activation", replaces="Activation.grad_ReLU")
def relu_gradient_by_size(self):
    """Your derivative of ReLU is the input itself where that is positive. The slope of a straight line with slope 1 does not depend on
    where you stand."""
    return np.maximum(self.x, 0)


@misconception("Activation", replaces="Activation.backward_pass")
def delta_changed_in_place(self, delta):
    """Your backward pass multiplies delta in place, so the array that belongs to the caller changes. Return a new one."""
    delta *= getattr(self, "grad_" + self.activation_type)()
    return delta


@misconception("Activation", replaces="Activation.__init__")
def any_name_accepted(self, activation_type):
    """Your constructor takes any name. A typing error in the configuration is then met much later, or never. Raise a ValueError for an
    unknown name, in the constructor."""
    self.activation_type = activation_type


# Layer


@misconception("Layer", replaces="Layer.backward_pass")
def averaged_once_more(self, delta):
    """Your d_w and d_b are divided by the number of rows. The network's backward pass has divided delta by it already, so the gradient
    comes out too small by that factor. In a layer, sum."""
    self.d_x = delta @ self.w.T
    self.d_w = self.x.T @ delta / len(self.x)
    self.d_b = delta.sum(axis=0, keepdims=True) / len(self.x)
    return self.d_x


@misconception("Layer", replaces="Layer.backward_pass")
def bias_gradient_averaged(self, delta):
    """Your d_b is the mean of delta over the rows while d_w is a sum. Both need the same treatment: the 1/N of the mean is in delta already."""
    self.d_x = delta @ self.w.T
    self.d_w = self.x.T @ delta
    self.d_b = delta.mean(axis=0, keepdims=True)
    return self.d_x


@misconception("Layer", replaces="Layer.backward_pass")
def flat_bias_gradient(self, delta):
    """Your d_b has shape (out,). The biases have shape (1, out), and so should their gradient: look at what a sum does to the axis that it
    sums over."""
    self.d_x = delta @ self.w.T
    self.d_w = self.x.T @ delta
    self.d_b = delta.sum(axis=0)
    return self.d_x


@misconception("Layer", replaces="Layer.backward_pass")
def gradients_pile_up(self, delta):
    """Your d_w and d_b are added to those of the last backward pass. Nobody sets them back to zero, so every step also repeats all earlier
    ones. Write them anew each time."""
    self.d_x = delta @ self.w.T
    first = not hasattr(self, "d_w")
    self.d_w = self.x.T @ delta if first else self.d_w + self.x.T @ delta
    self.d_b = delta.sum(axis=0, keepdims=True) if first else self.d_b + delta.sum(axis=0, keepdims=True)
    return self.d_x


@misconception("Layer", replaces="Layer.backward_pass")
def gradients_pile_up_in_place(self, delta):
    """Your d_w and d_b are added to those of the last backward pass, in the same arrays. Nobody sets them back to zero, so every step also
    repeats all earlier ones. Write them anew each time."""
    self.d_x = delta @ self.w.T
    if not hasattr(self, "d_w"):
        self.d_w, self.d_b = np.zeros(self.w.shape), np.zeros(self.b.shape)
    self.d_w += self.x.T @ delta
    self.d_b += delta.sum(axis=0, keepdims=True)
    return self.d_x


@misconception("Layer", replaces="Layer.backward_pass")
def gradient_not_returned(self, delta):
    """Your backward pass stores d_x and returns nothing, so the part below gets None. Return it, too."""
    self.d_x = delta @ self.w.T
    self.d_w = self.x.T @ delta
    self.d_b = delta.sum(axis=0, keepdims=True)


@misconception("Layer", replaces="Layer.backward_pass")
def weight_gradient_returned(self, delta):
    """Your backward_pass returns d_w. The layer below needs the gradient with respect to this layer's input: return d_x."""
    self.d_x = delta @ self.w.T
    self.d_w = self.x.T @ delta
    self.d_b = delta.sum(axis=0, keepdims=True)
    return self.d_w


@misconception("Layer", replaces="Layer.forward_pass")
def input_not_kept(self, x):
    """Your backward_pass finds no self.x: the forward pass has not kept its input. Write x, and the output a, into self on the way
    forward."""
    return x @ self.w + self.b


@misconception("Layer", replaces="Layer.__init__")
def flat_biases(self, in_units, out_units):
    """Your biases have one axis, (out,). They were asked for as a row, (1, out)."""
    self.w = np.random.normal(scale=1 / np.sqrt(in_units), size=(in_units, out_units))
    self.b = np.zeros(out_units)


@misconception("Layer", replaces="Layer.__init__")
def seeded_in_the_constructor(self, in_units, out_units):
    """You set a seed in the constructor. All layers of one shape then start with the same weights, and all that is drawn afterwards, orders
    of rows included, starts over, too. Leave the seed to the caller."""
    np.random.seed(42)
    self.w = np.random.randn(in_units, out_units)
    self.b = np.zeros((1, out_units))


@misconception("Layer", replaces="Layer.__init__", not_for=["np.random.normal(scale=1 / np.sqrt(in_units), size=(in_units, out_units)) => np.full((in_units, out_units), 0.1)"])
def weights_start_at_zero(self, in_units, out_units):
    """Your weights start at zero. All units of a layer then compute the same and get the same gradient, for ever. Draw them at random."""
    self.w = np.zeros((in_units, out_units))
    self.b = np.zeros((1, out_units))


@misconception("Layer", replaces="Layer.__init__", not_for=["np.zeros((1, out_units)) => np.ones((1, out_units))"])
def biases_start_random(self, in_units, out_units):
    """Your biases start random. Random weights are enough to tell the units apart; biases were to start at zero."""
    self.w = np.random.randn(in_units, out_units)
    self.b = np.random.randn(1, out_units)


# Neuralnetwork


@misconception("Neuralnetwork", replaces="Neuralnetwork.__init__")
def activation_after_the_last_layer(self, config):
    """Your chain ends with an Activation. The scores are then squeezed, or cut off at zero, before the softmax sees them. No activation
    follows the last layer."""
    specs = config["layer_specs"]
    self.layers = []
    for in_units, out_units in zip(specs[:-1], specs[1:]):
        self.layers += [Layer(in_units, out_units), Activation(config["activation"])]


@misconception("Neuralnetwork", replaces="Neuralnetwork.__init__")
def one_activation_in_every_place(self, config):
    """One and the same Activation object stands in every place of your chain. It remembers only its latest input, so on the way back the
    earlier places use that of the last. Make an object for each place."""
    specs = config["layer_specs"]
    shared = Activation(config["activation"])
    self.layers = [Layer(specs[0], specs[1])]
    for in_units, out_units in zip(specs[1:-1], specs[2:]):
        self.layers += [shared, Layer(in_units, out_units)]


@misconception("Neuralnetwork", replaces="Neuralnetwork.__init__")
def last_layer_missing(self, config):
    """Your chain ends one layer too early, with an Activation: the Layer that makes the scores is missing. Count the layers that
    layer_specs asks for, and look at where your loop ends."""
    specs, self.layers = config["layer_specs"], []
    for in_units, out_units in zip(specs[:-2], specs[1:-1]):
        self.layers += [Layer(in_units, out_units), Activation(config["activation"])]


@misconception("Neuralnetwork", replaces="Neuralnetwork.__init__")
def always_a_sigmoid(self, config):
    """Your network uses the sigmoid whatever config['activation'] says."""
    specs = config["layer_specs"]
    self.layers = [Layer(specs[0], specs[1])]
    for in_units, out_units in zip(specs[1:-1], specs[2:]):
        self.layers += [Activation("sigmoid"), Layer(in_units, out_units)]


@misconception("Neuralnetwork", replaces="Neuralnetwork.__init__")
def always_a_relu(self, config):
    """Your network uses ReLU whatever config['activation'] says."""
    specs = config["layer_specs"]
    self.layers = [Layer(specs[0], specs[1])]
    for in_units, out_units in zip(specs[1:-1], specs[2:]):
        self.layers += [Activation("ReLU"), Layer(in_units, out_units)]


@misconception("Neuralnetwork", replaces="Neuralnetwork.backward_pass")
def gradient_of_the_summed_loss(self):
    """Your gradients are those of the summed loss: too large by the number of rows. Look at what the backward pass starts from."""
    delta = self.probs - self.targets
    for layer in reversed(self.layers):
        delta = layer.backward_pass(delta)


@misconception("Neuralnetwork", replaces="Neuralnetwork.backward_pass")
def gradient_of_the_opposite_sign(self):
    """Your gradients have the opposite sign: they start from targets - probs, the convention of codes that add the step. Here the trainer
    subtracts."""
    delta = (self.targets - self.probs) / len(self.targets)
    for layer in reversed(self.layers):
        delta = layer.backward_pass(delta)


@misconception("Neuralnetwork", replaces="Neuralnetwork.backward_pass")
def negative_of_the_summed_gradient(self):
    """Your gradients are the negative of the summed ones, targets - probs without the division by the number of rows. That is another
    convention than the one of this notebook, in sign and in scale."""
    delta = self.targets - self.probs
    for layer in reversed(self.layers):
        delta = layer.backward_pass(delta)


@misconception("Neuralnetwork", replaces="Neuralnetwork.backward_pass")
def derivative_of_softmax_once_more(self):
    """You multiply probs - targets by probs * (1 - probs). The difference is the gradient of softmax and cross-entropy together already, so
    nothing of the softmax is left to be multiplied."""
    delta = (self.probs - self.targets) * self.probs * (1 - self.probs) / len(self.targets)
    for layer in reversed(self.layers):
        delta = layer.backward_pass(delta)


@misconception("Neuralnetwork", replaces="Neuralnetwork.loss_func")
def loss_averaged_over_classes_too(self, probs, targets):
    """Your loss is the mean over rows and classes: too small by the number of classes, and no longer what the gradient belongs to. Sum over
    the classes, average over the rows."""
    return -np.mean(targets * np.log(np.maximum(probs, 1e-12)))


@misconception("Neuralnetwork", replaces="Neuralnetwork.loss_func")
def guard_that_shows_in_the_loss(self, probs, targets):
    """You guard the logarithm with a number so large that it changes the loss: where the right class has a small probability, the loss comes out
    too small. Use 1e-12 or less."""
    return -np.mean(np.sum(targets * np.log(np.maximum(probs, 1e-8)), axis=1))


@misconception("Neuralnetwork", replaces="Neuralnetwork.loss_func")
def loss_summed_over_rows(self, probs, targets):
    """Your loss is the sum over the rows. It then grows with the batch, and losses of a training batch and of a validation set can't be
    compared. Average over the rows."""
    return -np.sum(targets * np.log(np.maximum(probs, 1e-12)))


@misconception("Neuralnetwork", replaces="Neuralnetwork.forward_pass")
def scores_for_probabilities(self, x, targets=None):
    """Your forward pass returns the scores of the last layer in place of the probabilities. The softmax of the scores is what was asked for."""
    for layer in self.layers:
        x = layer.forward_pass(x)
    self.probs, self.targets = softmax(x), targets
    return (None if targets is None else self.loss_func(self.probs, targets)), x


@misconception("Neuralnetwork", replaces="Neuralnetwork.forward_pass")
def probabilities_before_the_loss(self, x, targets=None):
    """Your forward pass returns the probabilities first and the loss second. Look at the order in the docstring."""
    for layer in self.layers:
        x = layer.forward_pass(x)
    self.probs, self.targets = softmax(x), targets
    return self.probs, (None if targets is None else self.loss_func(self.probs, targets))


@misconception("Neuralnetwork", replaces="Neuralnetwork.forward_pass")
def loss_without_targets_too(self, x, targets=None):
    """Where no targets are given, your forward pass still computes the loss, and stops with a TypeError. Without targets the loss is
    None."""
    for layer in self.layers:
        x = layer.forward_pass(x)
    self.probs, self.targets = softmax(x), targets
    return self.loss_func(self.probs, targets), self.probs


# trainer. _train is a trainer with one thing changed: the name of what is wrong in it.


def _train(wrong, model, X_train, y_train, X_valid, y_valid, config):
    layers = [layer for layer in model.layers if isinstance(layer, Layer)]
    velocity = [{"w": 0.0, "b": 0.0} for _ in layers]
    gamma = config["momentum_gamma"] if config["momentum"] or wrong == "momentum always" else 0.0
    if wrong == "gamma fixed" and config["momentum"]:
        gamma = 0.9
    rate, decay, size = config["learning_rate"], config["L2_penalty"], config["batch_size"]
    history = {"train_loss": [], "valid_loss": []}
    best, best_loss, rising, previous = None, np.inf, 0, np.inf
    if wrong == "compared with the start":
        previous, _ = model.forward_pass(X_valid, y_valid)
    if wrong == "start may be best" and config["early_stop"]:
        best, best_loss = [(layer.w.copy(), layer.b.copy()) for layer in layers], model.forward_pass(X_valid, y_valid)[0]
    once = np.random.permutation(len(X_train)) if wrong == "shuffled once" else None
    for _ in range(config["epochs"]):
        order = np.random.permutation(len(X_train))
        label_order = order
        if wrong == "never shuffled":
            order = label_order = np.arange(len(X_train))
        if wrong == "shuffled once":
            order = label_order = once
        if wrong == "labels not shuffled":
            label_order = np.arange(len(X_train))
        if wrong == "drawn with replacement":
            order = label_order = np.random.randint(0, len(X_train), len(X_train))
        if wrong == "shuffled in place":
            X_train[:], y_train[:] = X_train[order], y_train[order]
            order = label_order = np.arange(len(X_train))
        if wrong == "velocity each epoch":
            velocity = [{"w": 0.0, "b": 0.0} for _ in layers]
        end, first, total, of_all, count = len(order), 0.0, 0.0, 0.0, 0
        if wrong == "remainder dropped":
            end = len(order) // size * size
        for start in range(0, end, size):
            loss, _ = model.forward_pass(X_train[order[start : start + size]], y_train[label_order[start : start + size]])
            model.backward_pass()
            first = loss if not count else first
            total, of_all, count = total + loss, of_all + loss * len(order[start : start + size]), count + 1
            for layer, v in zip(layers, velocity):
                g_w, g_b = layer.d_w + decay * layer.w, layer.d_b
                if wrong == "penalty ignored":
                    g_w = layer.d_w
                if wrong == "penalty of the wrong sign":
                    g_w = layer.d_w - decay * layer.w
                if wrong == "penalty on biases":
                    g_b = layer.d_b + decay * layer.b
                if wrong == "penalty doubled":
                    g_w = layer.d_w + 2 * decay * layer.w
                if wrong == "divided again":
                    g_w, g_b = layer.d_w / len(order[start : start + size]) + decay * layer.w, layer.d_b / len(order[start : start + size])
                if wrong == "step divided":
                    g_w, g_b = g_w / len(order[start : start + size]), g_b / len(order[start : start + size])
                if wrong == "penalty over the rows":
                    g_w = layer.d_w + decay * layer.w / len(order)
                if wrong == "penalty over the batch":
                    g_w = layer.d_w + decay * layer.w / len(order[start : start + size])
                if wrong == "adds":
                    g_w, g_b = -layer.d_w - decay * layer.w, -layer.d_b
                v["w"], v["b"] = gamma * v["w"] - rate * g_w, gamma * v["b"] - rate * g_b
                if wrong == "rate scaled" and config["momentum"]:
                    v["w"], v["b"] = -gamma * rate * g_w, -gamma * rate * g_b
                if wrong == "averaged":
                    v["w"], v["b"] = v["w"] + gamma * rate * g_w, v["b"] + gamma * rate * g_b
                if wrong == "weights only":
                    layer.w += v["w"]
                    layer.b -= rate * g_b
                    continue
                layer.w += v["w"]
                layer.b += v["b"]
        rows = (X_train, y_train) if wrong == "validated on training rows" else (X_valid, y_valid)
        valid_loss, _ = model.forward_pass(*rows)
        reported = valid_loss
        if wrong == "penalty in the validation loss":
            reported = valid_loss = valid_loss + decay / 2 * sum((layer.w**2).sum() for layer in layers)
        rose = valid_loss > previous
        if wrong == "equal counts":
            rose = valid_loss >= previous
        if wrong == "patience against the best":
            rose = valid_loss >= best_loss
        previous = valid_loss
        if wrong == "rises in all":
            rising += int(rose)
        else:
            rising = rising + 1 if rose else 0
        history["train_loss"].append(total / max(count, 1))
        if wrong == "training loss summed":
            history["train_loss"][-1] = total
        if wrong == "training loss summed over rows":
            history["train_loss"][-1] = of_all
        if wrong == "training loss over the batch size":
            history["train_loss"][-1] = total / size
        if wrong == "training loss of the first batch":
            history["train_loss"][-1] = first
        history["valid_loss"].append(reported)
        if (config["early_stop"] or wrong == "always restored") and valid_loss < best_loss:
            best_loss = valid_loss
            best = [(layer.w, layer.b) if wrong == "alias" else (layer.w.copy(), layer.b.copy()) for layer in layers]
        if (config["early_stop"] or wrong == "always stops") and rising == config["early_stop_epoch"] and wrong != "never stops":
            break
    stopped = len(history["valid_loss"]) < config["epochs"]
    if best is not None and (stopped or wrong != "restored only at a stop"):
        for layer, (w, b) in zip(layers, best):
            layer.w, layer.b = w, b
    return history


@misconception("trainer")
def momentum_that_scales_the_rate(model, X_train, y_train, X_valid, y_valid, config):
    """Your momentum multiplies the step by gamma and remembers nothing: the weights go gamma times as far as without it. The old velocity
    has to stand on the right of v = gamma * v - learning_rate * g, and to be kept for the next step."""
    return _train("rate scaled", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def velocity_reset_each_epoch(model, X_train, y_train, X_valid, y_valid, config):
    """Your velocity starts from zero again in every epoch. Make it once, before the first epoch, and keep it."""
    return _train("velocity each epoch", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def momentum_as_an_average(model, X_train, y_train, X_valid, y_valid, config):
    """Your velocity is a weighted average: gamma times the old one and (1 - gamma) times the step. It then ends at one plain step instead
    of 1 / (1 - gamma) of them. The notebook's formula has no factor on the gradient but the learning rate."""
    return _train("averaged", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def momentum_for_weights_only(model, X_train, y_train, X_valid, y_valid, config):
    """Your weights have momentum and your biases have none. Both move by a velocity of their own; it is the L2 penalty that leaves biases out."""
    return _train("weights only", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def momentum_whatever_config_says(model, X_train, y_train, X_valid, y_valid, config):
    """You use momentum even where config['momentum'] is False. Then the velocity is the plain step, with gamma 0."""
    return _train("momentum always", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def gamma_fixed_in_the_code(model, X_train, y_train, X_valid, y_valid, config):
    """Your momentum always uses 0.9. The configuration has the number to use, momentum_gamma."""
    return _train("gamma fixed", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def training_loss_summed(model, X_train, y_train, X_valid, y_valid, config):
    """Your train_loss adds up the losses of the batches. It then grows with their number; take the mean."""
    return _train("training loss summed", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def training_loss_summed_over_rows(model, X_train, y_train, X_valid, y_valid, config):
    """Your train_loss adds up the losses of all rows: it is as many times too large as there are rows. Take the mean."""
    return _train("training loss summed over rows", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def training_loss_over_the_batch_size(model, X_train, y_train, X_valid, y_valid, config):
    """You divide the sum of the batches' losses by batch_size. Each of them is a mean already: divide by how many batches there were."""
    return _train("training loss over the batch size", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def training_loss_of_the_first_batch(model, X_train, y_train, X_valid, y_valid, config):
    """Your train_loss of an epoch is the loss of its first batch, from before the epoch's first step. Take the mean over its batches, or a loss
    that was measured at its end."""
    return _train("training loss of the first batch", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def penalty_ignored(model, X_train, y_train, X_valid, y_valid, config):
    """config['L2_penalty'] changes nothing in your steps. It adds L2_penalty * w to the gradient of each weight."""
    return _train("penalty ignored", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def penalty_that_grows_weights(model, X_train, y_train, X_valid, y_valid, config):
    """Your penalty has the wrong sign: it drives weights away from zero instead of shrinking them. Follow the sign from the gradient to the step."""
    return _train("penalty of the wrong sign", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def penalty_on_biases_too(model, X_train, y_train, X_valid, y_valid, config):
    """Your penalty shrinks the biases as well. Only weights are penalized."""
    return _train("penalty on biases", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def penalty_without_the_half(model, X_train, y_train, X_valid, y_valid, config):
    """Your penalty is twice as strong as it should be. The half in L2_penalty / 2 * sum(w**2) is there to cancel the 2 of the derivative."""
    return _train("penalty doubled", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def divided_once_more(model, X_train, y_train, X_valid, y_valid, config):
    """You divide d_w and d_b by the number of rows of the batch. They are the gradients of the mean loss already, so your steps come out too
    small by that factor."""
    return _train("divided again", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def whole_step_divided(model, X_train, y_train, X_valid, y_valid, config):
    """You divide the whole step, the penalty's share with it, by the number of rows of the batch. d_w and d_b are the gradients of the mean
    loss already, so your steps come out too small by that factor."""
    return _train("step divided", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def penalty_over_the_rows(model, X_train, y_train, X_valid, y_valid, config):
    """You divide the penalty's share by the number of training rows. In the formula L2_penalty * w stands without a denominator."""
    return _train("penalty over the rows", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def penalty_over_the_batch(model, X_train, y_train, X_valid, y_valid, config):
    """You divide the penalty's share by the number of rows of the batch. In the formula L2_penalty * w stands without a denominator."""
    return _train("penalty over the batch", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def adds_the_gradient(model, X_train, y_train, X_valid, y_valid, config):
    """You step along the gradient, uphill. Here d_w and d_b are the gradients of the loss themselves, not their negatives, so the step is
    subtracted."""
    return _train("adds", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def last_short_batch_dropped(model, X_train, y_train, X_valid, y_valid, config):
    """Rows left over after the last full batch are not trained on. The last batch is shorter, and it is used."""
    return _train("remainder dropped", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def rows_never_shuffled(model, X_train, y_train, X_valid, y_valid, config):
    """Your batches are the same in every epoch, in the order of X_train. Draw a fresh permutation each epoch, and use it."""
    return _train("never shuffled", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def rows_shuffled_once(model, X_train, y_train, X_valid, y_valid, config):
    """All epochs go through the rows in one shuffled order. Draw a fresh permutation in each epoch, and set no seed in between."""
    return _train("shuffled once", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def rows_drawn_with_replacement(model, X_train, y_train, X_valid, y_valid, config):
    """You draw rows with replacement: in an epoch some come twice and about a third never. A permutation has every row once."""
    return _train("drawn with replacement", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def labels_left_in_order(model, X_train, y_train, X_valid, y_valid, config):
    """You shuffle the images and leave the labels in their order, so that most images are trained with another image's label. One
    permutation serves both."""
    return _train("labels not shuffled", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def callers_data_shuffled(model, X_train, y_train, X_valid, y_valid, config):
    """You shuffle the caller's own arrays. They are left in another order than they came in. Index with a permutation instead."""
    return _train("shuffled in place", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def best_weights_not_restored(model, X_train, y_train, X_valid, y_valid, config):
    """With early stopping your model ends with its last weights and should end with those of the epoch of lowest validation loss. Either
    they are not put back, or what you kept is not what that epoch had: a second name for arrays that training went on changing, or
    what every epoch overwrites. Keep copies of the best epoch's, and put them back."""
    return _train("alias", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def restored_only_after_a_stop(model, X_train, y_train, X_valid, y_valid, config):
    """You restore the best weights only where training was cut short. Where early_stop is True they are restored in any case."""
    return _train("restored only at a stop", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def restored_without_early_stop(model, X_train, y_train, X_valid, y_valid, config):
    """You restore the best weights even where early_stop is False. Then the model was to end with its last weights."""
    return _train("always restored", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def initial_weights_count_as_best(model, X_train, y_train, X_valid, y_valid, config):
    """You restore the weights from before the first epoch where their validation loss was lowest. Only weights after an epoch count."""
    return _train("start may be best", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def first_epoch_compared_with_the_start(model, X_train, y_train, X_valid, y_valid, config):
    """You compare the first epoch with the loss before training. The first epoch to be compared is the second."""
    return _train("compared with the start", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def patience_against_the_best(model, X_train, y_train, X_valid, y_valid, config):
    """You compare each validation loss with the best so far. Another common rule, but here an epoch counts where its validation loss is
    above that of the epoch before."""
    return _train("patience against the best", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def rises_counted_in_all(model, X_train, y_train, X_valid, y_valid, config):
    """You count all rises of the validation loss. They have to come in a row: an epoch without a rise sets the count back to zero."""
    return _train("rises in all", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def equal_loss_counts_as_rising(model, X_train, y_train, X_valid, y_valid, config):
    """An equal validation loss counts as a rise in your code. It was to set the count back to zero."""
    return _train("equal counts", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def never_stops_early(model, X_train, y_train, X_valid, y_valid, config):
    """Your training runs all its epochs even with early_stop. It should end after early_stop_epoch rises of the validation loss in a row."""
    return _train("never stops", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def stops_whatever_config_says(model, X_train, y_train, X_valid, y_valid, config):
    """Your training stops early even where early_stop is False. Look at what your condition for the stop asks."""
    return _train("always stops", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def validated_on_the_training_rows(model, X_train, y_train, X_valid, y_valid, config):
    """Your validation loss is measured on the training rows. It then says nothing about images that the network has not seen. Look at what
    you hand to the forward pass after each epoch."""
    return _train("validated on training rows", model, X_train, y_train, X_valid, y_valid, config)


@misconception("trainer")
def penalty_in_the_validation_loss(model, X_train, y_train, X_valid, y_valid, config):
    """Your validation loss contains the L2 penalty. Leave it out, so that runs with and without it can be compared."""
    return _train("penalty in the validation loss", model, X_train, y_train, X_valid, y_valid, config)


# test


@misconception("test")
def accuracy_in_percent(model, X_test, y_test, config):
    """Your accuracy is in percent. It was asked for as a share, from 0 to 1."""
    return 100.0 * np.mean(model.forward_pass(X_test)[1].argmax(axis=1) == y_test.argmax(axis=1))


@misconception("test")
def number_of_right_answers(model, X_test, y_test, config):
    """You return how many images are right. Divide by how many there are."""
    return np.sum(model.forward_pass(X_test)[1].argmax(axis=1) == y_test.argmax(axis=1))


@misconception("test")
def divided_by_the_batch_size(model, X_test, y_test, config):
    """You divide the number of right answers by batch_size, which says how many images go through the model at a time. Divide by how many
    images there are in all."""
    return np.sum(model.forward_pass(X_test)[1].argmax(axis=1) == y_test.argmax(axis=1)) / config["batch_size"]


@misconception("test")
def divided_by_all_entries(model, X_test, y_test, config):
    """You divide the number of right answers by the number of all entries of the labels. A row of them is one image: divide by how many rows
    there are."""
    return np.sum(model.forward_pass(X_test)[1].argmax(axis=1) == y_test.argmax(axis=1)) / y_test.size


@misconception("test")
def share_of_wrong_answers(model, X_test, y_test, config):
    """You return the share of images that the model gets wrong. The share that it gets right was asked for."""
    return np.mean(model.forward_pass(X_test)[1].argmax(axis=1) != y_test.argmax(axis=1))


@misconception("test")
def entries_of_one_hot_compared(model, X_test, y_test, config):
    """You round the probabilities and compare all entries with the one-hot labels. The many zeros count as right answers then, and an image
    whose best class stays below one half counts as none. Compare the places of the largest entries."""
    return np.mean(np.round(model.forward_pass(X_test)[1]) == y_test)


@misconception("test")
def all_entries_of_one_hot_compared(model, X_test, y_test, config):
    """You compare all entries of two one-hot arrays. The many zeros count as right answers then. Compare the places of the largest entries,
    one for each image."""
    predicted = np.eye(y_test.shape[1])[model.forward_pass(X_test)[1].argmax(axis=1)]
    return np.mean(predicted == y_test)


@misconception("test")
def largest_of_each_column(model, X_test, y_test, config):
    """You look for the largest entry of each column, among the images. The classes of one image stand side by side: look at the axis."""
    return np.mean(model.forward_pass(X_test)[1].argmax(axis=0) == y_test.argmax(axis=0))


@misconception("test")
def mean_of_batch_accuracies(model, X_test, y_test, config):
    """You average the accuracies of the batches with equal weight. The last batch may be shorter, so each of its images counts for more
    than others. Count right answers, and divide at the end."""
    shares = []
    for start in range(0, len(X_test), config["batch_size"]):
        rows = slice(start, start + config["batch_size"])
        shares.append(np.mean(model.forward_pass(X_test[rows])[1].argmax(axis=1) == y_test[rows].argmax(axis=1)))
    return np.mean(shares)


# gradient_approximation. _slope has one thing changed: the name of what is wrong in it.


def _slope(wrong, model, layer, kind, index, x, y, epsilon):
    part, name, asked = model.layers[layer], kind, epsilon
    if wrong in ("fixed", "fixed step"):
        epsilon = 1e-2
    if wrong != "stale":
        model.forward_pass(x, y)
        model.backward_pass()
        analytic = getattr(part, "d_" + kind)[index]
    parameter = getattr(part, name)
    kept = parameter[index]
    start, _ = model.forward_pass(x, y)
    parameter[index] += epsilon
    above, _ = model.forward_pass(x, y)
    parameter[index] -= 2 * epsilon
    below, _ = model.forward_pass(x, y)
    if wrong == "moved":
        model.backward_pass()
        analytic = getattr(part, "d_" + kind)[index]
    if wrong == "added back":
        parameter[index] += epsilon
    elif wrong != "left moved":
        parameter[index] = kept
    if wrong == "stale":
        analytic = getattr(part, "d_" + kind)[index]
    numerical = (above - below) / (2 * epsilon)
    if wrong == "one-sided":
        numerical = (above - start) / epsilon
    if wrong == "one-sided over two":
        numerical = (above - start) / (2 * epsilon)
    if wrong == "no two":
        numerical = (above - below) / epsilon
    gap = abs(numerical - analytic)
    if wrong == "fixed step":
        epsilon = asked
    within = gap <= 9 * epsilon**2
    if wrong == "relative":
        within = gap / max(1e-8, abs(numerical) + abs(analytic)) <= 9 * epsilon**2
    if wrong == "not squared":
        within = gap <= 9 * epsilon
    if wrong == "nine squared":
        within = gap <= (9 * epsilon) ** 2
    if wrong == "no nine":
        within = gap <= epsilon**2
    if wrong == "one criterion":
        within = gap <= 9e-4
    if wrong == "signed":
        within = numerical - analytic <= 9 * epsilon**2
    return numerical, analytic, within


@misconception("gradient_approximation")
def one_sided_difference(model, layer, kind, index, x, y, epsilon=1e-2):
    """Your difference goes to one side only. Its error shrinks with epsilon, not with its square, and a right gradient fails the criterion.
    Move the parameter to both sides."""
    return _slope("one-sided", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def one_sided_over_two_epsilon(model, layer, kind, index, x, y, epsilon=1e-2):
    """Your difference goes to one side only, and you divide by 2 epsilon, so your numerical gradient is half as large as it should be. Move
    the parameter to both sides."""
    return _slope("one-sided over two", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def divided_by_one_epsilon(model, layer, kind, index, x, y, epsilon=1e-2):
    """Your numerical gradient is twice as large as it should be. The two points lie 2 epsilon apart."""
    return _slope("no two", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def epsilon_not_used(model, layer, kind, index, x, y, epsilon=1e-2):
    """Your step and your criterion are those of 1e-2 whatever epsilon is. Look at where the argument is used."""
    return _slope("fixed", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def step_without_epsilon(model, layer, kind, index, x, y, epsilon=1e-2):
    """Your step is 1e-2 whatever epsilon is; your criterion takes it as it comes. Look at what moves the parameter, and at what you divide by."""
    return _slope("fixed step", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def another_default_step(model, layer, kind, index, x, y, epsilon=1e-3):
    """Where no epsilon is given, your function takes one that is smaller than 1e-2, and with it a narrower criterion. The stub's default was 1e-2."""
    return _slope("", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def parameter_left_moved(model, layer, kind, index, x, y, epsilon=1e-2):
    """The parameter is not put back: it stays moved by epsilon, and every further check is of another network."""
    return _slope("left moved", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def epsilon_added_back(model, layer, kind, index, x, y, epsilon=1e-2):
    """You put the parameter back by adding epsilon again. The sum is rounded, so the parameter is not quite what it was. Keep the old
    value, and write it back."""
    return _slope("added back", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def analytic_left_by_an_earlier_pass(model, layer, kind, index, x, y, epsilon=1e-2):
    """You read d_w or d_b without a backward pass of your own. What stands there belongs to an earlier batch, or to none."""
    return _slope("stale", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def analytic_at_the_moved_parameter(model, layer, kind, index, x, y, epsilon=1e-2):
    """Your backward pass follows a forward pass with the parameter moved, so the analytic gradient is taken beside the point. Run both
    passes with the parameter at its own value."""
    return _slope("moved", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def relative_criterion(model, layer, kind, index, x, y, epsilon=1e-2):
    """You compare the relative difference with 9 epsilon**2. The criterion here is on the difference itself."""
    return _slope("relative", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def criterion_not_squared(model, layer, kind, index, x, y, epsilon=1e-2):
    """You accept gradients that lie further apart than 9 epsilon squared. The error of a central difference shrinks with the square of epsilon, and so does the criterion."""
    return _slope("not squared", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def criterion_squares_the_nine(model, layer, kind, index, x, y, epsilon=1e-2):
    """You accept gradients that lie as far apart as 40 epsilon squared, and refuse some that lie further apart than that: your criterion is
    wider than 9 epsilon squared. Look at what is squared in it: epsilon alone should be."""
    return _slope("nine squared", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def criterion_without_the_nine(model, layer, kind, index, x, y, epsilon=1e-2):
    """You refuse gradients that lie closer together than 9 epsilon squared: your criterion is too narrow, and a right gradient may fail it.
    Look at the factor before epsilon squared."""
    return _slope("no nine", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def criterion_of_one_epsilon(model, layer, kind, index, x, y, epsilon=1e-2):
    """With an epsilon below 1e-2 you accept gradients that lie further apart than 9 epsilon squared. The criterion belongs to the epsilon
    that your function is given: see whether a number stands in its place."""
    return _slope("one criterion", model, layer, kind, index, x, y, epsilon)


@misconception("gradient_approximation")
def difference_without_absolute_value(model, layer, kind, index, x, y, epsilon=1e-2):
    """You compare a difference that keeps its sign. A numerical gradient far below the analytic one then counts as agreement. Take the absolute
    value of the difference itself."""
    return _slope("signed", model, layer, kind, index, x, y, epsilon)
