"""Make digits.npz: the 1797 handwritten 8 x 8 digits that scikit-learn ships.

Run from anywhere; the file is written beside this script:

    python data/make_digits.py

It needs scikit-learn (`pip install -e ".[data]"`). Nothing is downloaded.
"""

from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def make() -> dict[str, np.ndarray]:
    """Return X (1797, 64) uint8, pixels 0 to 16, and y (1797,) int64, the digits, in scikit-learn's order."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    return {"X": digits.data.astype(np.uint8), "y": digits.target.astype(np.int64)}


if __name__ == "__main__":
    np.savez_compressed(HERE / "digits.npz", **make())
    print(HERE / "digits.npz")
