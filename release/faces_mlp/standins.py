"""Models too simple to be wrong, on which the notebook's checks of check_grad and train try them out."""
import numpy as np


class Toy:
    """A model for check_grad. Its gradient of W1 is off by fault, from the entry with number start on."""

    def __init__(self, shape: tuple[int, ...], fault: float = 0.0, start: int = 0):
        entries = np.arange(np.prod(shape))
        self.weights, self.fault = (200.0 + entries).reshape(shape), fault * (entries >= start).reshape(shape)
        self.model = {"W1": 1e-5 * np.sin(1.0 + entries).reshape(shape), "W2": np.ones((3, 2)), "W3": np.ones((2, 2))}
        self.model |= {"b1": np.zeros(3), "b2": np.zeros(2), "b3": np.zeros(2)}
        self.before, self.passes = self.model["W1"].copy(), 0

    def forward(self, model: dict, x: np.ndarray) -> dict:
        self.passes += 1
        return {"x": x, "y": np.sum(self.weights * model["W1"]) * x}

    def backward(self, model: dict, err: np.ndarray, var: dict) -> None:
        model["dE_dW1"] = self.weights * np.sum(err * var["x"]) + self.fault

    def is_refused(self, check_grad) -> bool:
        """Whether check_grad raises an AssertionError on this model."""
        try:
            check_grad(self.model, self.forward, self.backward, "W1", np.array([[3.0, -1.0], [1.0, 2.0]]))
        except AssertionError:
            return True
        return False


class Spy:
    """23 cases, numbered in their second entry, and three functions to pass to train, which note the cases, errors and rates they see."""

    def __init__(self):
        self.x = np.stack([np.linspace(-1, 1, 23), np.arange(23.0)], axis=1)
        self.t = np.eye(2)[np.arange(23) % 3 % 2]
        self.data = [array.copy() for array in (self.x, self.x[:7], self.x[:3], self.t, self.t[:7], self.t[:3])]
        self.model = {name: np.zeros((2, 2) if name[0] == "W" else 2) for name in ["W1", "b1", "W2", "b2", "W3", "b3"]}
        self.batches, self.etas = [], []

    def forward(self, model: dict, x: np.ndarray) -> dict:
        return {"x": x, "y": x @ model["W1"]}

    def backward(self, model: dict, err: np.ndarray, var: dict) -> None:
        self.batches.append((var["x"][:, 1].astype(int), np.array(var["y"]), np.array(err)))

    def update(self, model: dict, eta: float) -> None:
        self.etas.append(eta)
        model["W1"] = model["W1"] + eta * np.array([[1.0, -1], [0, 0]])
