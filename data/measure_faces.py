"""Measure how hard the faces are: softmax regression against the network of faces_mlp.

    python data/measure_faces.py            ten seeds of each, about two minutes on one core
    python data/measure_faces.py --seeds 5 --grey --eta 0.02 --epochs 400

Plain stochastic gradient descent, batches of 100, the error averaged over the batch, inputs from 0 to 1 with
the average face subtracted, as in the chapter (`--grey` leaves the grey values as they are).
Prints accuracies on the training and validation faces while it trains and on the test faces at the end,
with the processor seconds used so far; the measuring itself is in them.
"""

import argparse
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
MODELS = {"linear": [2304, 7], "network": [2304, 16, 32, 7]}


def load(grey: bool) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return inputs and integer labels by split; unless `grey`, the average training face is subtracted."""
    with np.load(HERE / "faces.npz") as file:
        average = 0.0 if grey else file["inputs_train"].mean(axis=0)
        return {name: ((file[f"inputs_{name}"] - average) / 255.0, file[f"target_{name}"]) for name in ("train", "valid", "test")}


def forward(layers: list[list[np.ndarray]], x: np.ndarray) -> list[np.ndarray]:
    """Return the input of every layer and the scores."""
    values = [x]
    for w, b in layers:
        values.append((values[-1] if len(values) == 1 else np.maximum(values[-1], 0.0)) @ w + b)
    return values


def step(layers: list[list[np.ndarray]], x: np.ndarray, labels: np.ndarray, eta: float) -> None:
    """Take one gradient step on a batch."""
    values = forward(layers, x)
    error = np.exp(values[-1] - values[-1].max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(len(x)), labels] -= 1.0
    error /= len(x)
    for depth in reversed(range(len(layers))):
        w, b = layers[depth]
        below = np.maximum(values[depth], 0.0) if depth else x
        passed = (error @ w.T) * (values[depth] > 0.0) if depth else None
        w -= eta * (below.T @ error)
        b -= eta * error.sum(axis=0)
        error = passed


def accuracy(layers: list[list[np.ndarray]], split: tuple[np.ndarray, np.ndarray]) -> float:
    return float((forward(layers, split[0])[-1].argmax(axis=1) == split[1]).mean())


def measure(model: str, eta: float, epochs: int, seed: int, faces: dict) -> None:
    """Train one model and print its accuracies, ten times on the way."""
    rng = np.random.default_rng(seed)
    sizes = MODELS[model]
    spread = [0.1] * (len(sizes) - 2) + [0.01]
    layers = [[s * rng.standard_normal((a, b)), np.zeros(b)] for s, a, b in zip(spread, sizes, sizes[1:], strict=False)]
    inputs, labels = faces["train"]
    start = time.process_time()
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(labels))
        for first in range(0, len(order), 100):
            rows = order[first : first + 100]
            step(layers, inputs[rows], labels[rows], eta)
        if epoch % max(epochs // 10, 1) == 0:
            train, valid = accuracy(layers, faces["train"]), accuracy(layers, faces["valid"])
            seconds = time.process_time() - start
            print(f"{model} eta {eta} seed {seed} epoch {epoch:4d} {seconds:5.1f} s  train {train:.3f}  valid {valid:.3f}", flush=True)
    print(f"{model} eta {eta} seed {seed} test {accuracy(layers, faces['test']):.3f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Softmax regression against the network of faces_mlp, on faces.npz.")
    parser.add_argument("--epochs", type=int, default=120)
    parser.add_argument("--eta", type=float, nargs="+", default=[0.05])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--grey", action="store_true", help="do not subtract the average face")
    options = parser.parse_args()
    faces = load(options.grey)
    for model in MODELS:
        for eta in options.eta:
            for seed in range(options.seeds):
                measure(model, eta, options.epochs, seed, faces)
