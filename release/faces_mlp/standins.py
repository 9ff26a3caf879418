"""Models too simple to be wrong, on which the notebook's checks of check_grad and train try them out."""
import numpy as np


def wide() -> tuple[dict, dict, np.ndarray, dict]:
    """A network whose weights are whole numbers, with layers of 4, 3, 5 and 2 units, for a single case: its parameters, what becomes of the case on its
    way, a gradient with respect to the scores, and the six gradients that follow from it.
    """
    model = {
        "W1": np.array([[1, 0, -1], [2, 1, 0], [0, -1, 1], [1, 1, 1]]), "b1": np.array([-0.25, 1, -1]),
        "W2": np.array([[1, 0, 2, -1, 1], [0, 1, 1, 1, -2], [3, -1, 0, 0, 1]]), "b2": np.array([0, 0, -1, 1, 0]),
        "W3": np.array([[1, -1], [0, 2], [1, 0], [-2, 1], [1, 3]]), "b3": np.array([0.5, -0.5]),
    }  # fmt: skip
    passed = {
        "x": [[0.25, 0, -0.5, 0.25]], "z1": [[0.25, 1.75, -1.5]], "h1": [[0.25, 1.75, 0]],
        "z2": [[0.25, 1.75, 1.25, 2.5, -3.25]], "h2": [[0.25, 1.75, 1.25, 2.5, 0]], "y": [[-3, 5.25]],
    }  # fmt: skip
    gradients = {
        "W3": [[0.125, -0.375], [0.875, -2.625], [0.625, -1.875], [1.25, -3.75], [0, 0]], "b3": [0.5, -1.5],
        "W2": [[0.5, -0.75, 0.125, -0.625, 0], [3.5, -5.25, 0.875, -4.375, 0], [0, 0, 0, 0, 0]], "b2": [2, -3, 0.5, -2.5, 0],
        "W1": [[1.375, -1.25, 0], [0, 0, 0], [-2.75, 2.5, 0], [1.375, -1.25, 0]], "b1": [5.5, -5, 0],
    }  # fmt: skip
    return model, {name: np.array(value) for name, value in passed.items()}, np.array([[0.5, -1.5]]), gradients


class Toy:
    """A model for check_grad. Its gradient of W1 is off by fault, from the entry with number start on."""

    def __init__(self, shape: tuple[int, ...], fault: float = 0.0, start: int = 0):
        entries = np.arange(np.prod(shape))
        self.weights, self.fault = (200.0 + entries).reshape(shape), fault * (entries >= start).reshape(shape)
        level = np.where(entries % 3 == 2, 1e-15, 1e-5)  # some entries are far smaller than any step
        self.model = {"W1": (level * np.sin(1.0 + entries)).reshape(shape), "W2": np.ones((3, 2)), "W3": np.ones((2, 2))}
        self.model |= {"b1": np.zeros(3), "b2": np.zeros(2), "b3": np.zeros(2)}
        self.before, self.passes = self.model["W1"].copy(), 0

    def forward(self, model: dict, x: np.ndarray) -> dict:
        self.passes += 1
        return {"x": x, "y": np.sum(self.weights * model["W1"]) * x}

    def backward(self, model: dict, err: np.ndarray, var: dict) -> None:
        score = (err + var.get("y", err)) / 2  # for half the sum of the squares, err is the scores
        model["dE_dW1"] = self.weights * np.sum(score * var["x"]) + self.fault

    def is_refused(self, check_grad) -> bool:
        """Whether check_grad raises an AssertionError on this model."""
        try:
            check_grad(self.model, self.forward, self.backward, "W1", np.array([[3.0, -1.0], [1.0, 2.0]]))
        except AssertionError:
            return True
        return False


class Spy:
    """Cases, numbered in their second entry, and three functions to pass to train, which note the cases, errors and rates they see.

    Its scores of two classes are s and -s, with s the first entry of a case times a weight that each update raises by eta.
    """

    def __init__(self, cases: int = 23):
        self.x = np.stack([np.linspace(-1, 1.3, cases), np.arange(float(cases)), np.zeros(cases)], axis=1)
        self.t = np.eye(2)[np.arange(cases) % 3 % 2]
        self.data = [array.copy() for array in (self.x, self.x[-7:], self.x[:3], self.t, self.t[-7:], self.t[:3])]
        self.model = {name: np.zeros((3, 2) if name == "W1" else (2, 2) if name[0] == "W" else 2) for name in ["W1", "b1", "W2", "b2", "W3", "b3"]}
        self.batches, self.etas = [], []

    def forward(self, model: dict, x: np.ndarray) -> dict:
        return {"x": x, "y": x @ model["W1"]}

    def backward(self, model: dict, err: np.ndarray, var: dict) -> None:
        model.update({"dE_d" + name: np.zeros_like(model[name]) for name in self.model if name[0] in "Wb"})
        self.batches.append((var["x"][:, 1].astype(int), np.array(var["y"]), np.array(err)))

    def update(self, model: dict, eta: float) -> None:
        self.etas.append(eta)
        model["W1"] = model["W1"] + eta * np.array([[1.0, -1], [0, 0], [0, 0]])

    def wanted(self, cases: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """The error that train should pass to backward for a batch of these cases; with two classes a sigmoid says it all."""
        first = 1 / (1 + np.exp(scores[:, 1] - scores[:, 0])) - self.t[cases, 0]
        return np.stack([first, -first], axis=1) / len(cases)

    def measured(self, weight: float, count: int) -> list[float]:
        """Cross-entropy and accuracy on the last cases, worked out for this weight."""
        lead = 2 * weight * self.x[-count:, 0] * (self.t[-count:, 0] - self.t[-count:, 1])
        return [float(np.log(1 + np.exp(-lead)).mean()), float((lead > 0).mean())]
