"""Models too simple to be wrong, for trying out `gradient_approximation`, `trainer` and `test` before a real network is trained."""
import numpy as np


class ToyModel:
    """Looks like a Neuralnetwork from outside: two Layers with an Activation between them.

    All parameters start at 2, and the loss is the sum of cost(p) over all parameters p, whatever the images are. The rows of a
    validation set (their second column is 1) cost (w - 1.2)^2 instead, with w the first weight of the first layer.
    """

    def __init__(self, Layer, Activation, cost=lambda p: p**2 / 2, slope=lambda p: p):
        self.cost, self.slope = cost, slope
        self.layers = [_layer(Layer, 2, 3), object.__new__(Activation), _layer(Layer, 3, 1)]
        self.batches = []  # (x, targets) of every training step

    def forward_pass(self, x, targets=None):
        total = sum(self.cost(p).sum() for layer in self.layers[::2] for p in (layer.w, layer.b))
        validation = (self.layers[0].w[0, 0] - 1.2) ** 2
        probs = np.zeros((len(x), 3))
        probs[:, 0] = np.where(x[:, 1] == 1, validation, total)
        self.latest = x, targets
        self.slopes = [(np.array(self.slope(layer.w)), np.array(self.slope(layer.b))) for layer in self.layers[::2]]
        return None if targets is None else self.loss_func(probs, targets), probs

    def loss_func(self, probs, targets):
        return probs[:, 0].mean()

    def backward_pass(self):
        self.batches.append(self.latest)
        for layer, (d_w, d_b) in zip(self.layers[::2], self.slopes):
            layer.d_w, layer.d_b = d_w, d_b


class Echo:
    """A model whose probabilities are its input."""

    def forward_pass(self, x, targets=None):
        return None if targets is None else self.loss_func(x, targets), x

    def loss_func(self, probs, targets):
        return 0.0


def train_toy(trainer, Layer, Activation, **changes):
    """Train a ToyModel on 10 rows in batches of 4 for 2 epochs, at learning rate 0.1, with some settings changed.

    Returns a weight and a bias as they end, the number of epochs run, and for each training step the row numbers and their labels.
    """
    model = ToyModel(Layer, Activation)
    settings = {"batch_size": 4, "epochs": 2, "learning_rate": 0.1, "early_stop": False, "early_stop_epoch": 3, "L2_penalty": 0,
                "momentum": False, "momentum_gamma": 0.9, **changes}
    x, y = np.column_stack([np.arange(10.0), np.zeros(10)]), np.eye(3)[np.arange(10) % 3]
    history = trainer(model, x, y, x[:5] * 0 + 1, y[:5], settings)
    return {
        "w": float(model.layers[2].w[1, 0]),
        "b": float(model.layers[0].b[0, 1]),
        "epochs": [len(history["train_loss"]), len(history["valid_loss"])],
        "rows": [[int(row) for row in x[:, 0]] for x, _ in model.batches],
        "labels": [[int(label) for label in targets.argmax(axis=1)] for _, targets in model.batches],
    }


def _layer(Layer, in_units, out_units):
    layer = object.__new__(Layer)
    layer.w, layer.b = np.full((in_units, out_units), 2.0), np.full((1, out_units), 2.0)
    layer.d_w, layer.d_b = np.zeros_like(layer.w), np.zeros_like(layer.b)
    return layer
