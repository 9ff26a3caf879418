"""A course with one small assignment, for tests: two questions and a write-up. Tests vary it by replacing pieces of its files."""
from __future__ import annotations

from pathlib import Path

NAME = "tiny"

NOTEBOOK = '''\
# %% [markdown]
# # Two steps before a network
#
# Data are centered and scaled before they enter a network.

# %% given="imports"
import numpy as np

import checks

# %% given="helpers"
def column_means(X: np.ndarray) -> np.ndarray:
    """The mean of each column, (D,)."""
    return X.mean(axis=0)

# %% [markdown]
# ## 1. Center

# %% solution="center_solution"
def center(X: np.ndarray) -> np.ndarray:
    """Subtract each column's mean.

    X: rows of data, (N, D).
    Returns the centered rows, (N, D).
    """
    ### BEGIN SOLUTION
    offset = np.sum(X, axis=0, keepdims=True) / len(X)
    moved = X - offset
    return moved
    ### END SOLUTION

# %% test="center" points=2
checks.close("center(X)", center(np.array([[1.0, 2.0], [3.0, 6.0]])), [[-1.0, -2.0], [1.0, 2.0]])

# %% demo="look_at_center"
rows = center(np.array([[0.0, 1.0], [2.0, 5.0]]))
print(rows)

# %% [markdown]
# ## 2. Scale

# %% solution="scale_solution"
class Scaler:
    """Brings columns to mean 0 and mean square 1."""

    def __init__(self, floor: float = 1e-3) -> None:
        self.floor = floor

    def apply(self, X: np.ndarray) -> np.ndarray:
        """Center the rows of X, (N, D), and divide each column by its root mean square, or by floor where that is larger."""
        ### BEGIN SOLUTION
        middle = center(X)
        spread = np.sqrt(np.mean(middle**2, axis=0))
        return middle / np.maximum(spread, self.floor)
        ### END SOLUTION

# %% test="scale" points=3
checks.close("Scaler().apply(X)", Scaler().apply(np.array([[1.0], [3.0]])), [[-1.0], [1.0]])

# %% [markdown]
# ## 3. Why
#
# Why does it help that every column has the same spread?

# %% [markdown] written="why" points=1
# ### BEGIN SOLUTION
# *Rubric.* 1 point: one learning rate then suits all weights.
# ### END SOLUTION
'''

TOML = '''\
title = "Two steps before a network"
order = 1
summary = "Centering and scaling."
data = []
helpers = []
extra_notebooks = []
may_hand_in = []
feedback = "diagnosis"

[limits]
notebook_seconds = 5
probe_seconds = 1
submission_seconds = 20
memory_mb = 1024
output_kb = 256

[questions.center]
defines = ["center"]

[questions.scale]
defines = ["Scaler.apply"]
needs = ["center"]

[questions.why]
'''

PROBES = '''\
"""Hidden tests of tiny. No right answer to any question stands here."""
import numpy as np

from autograder import inputs
from autograder.probe import probe


@probe("center", points=1.5)
def rows_of_data(ns, rng):
    """Rows whose columns have different means."""
    X = inputs.scores(rng, 6, 3) + np.array([5.0, -2.0, 0.5])
    return {"centered": ns.center(X), "inputs": {"X": X}}


@probe("center", points=0.5, contract=True)
def one_row(ns, rng):
    """A single row."""
    return {"centered": ns.center(inputs.scores(rng, 1, 4))}


@probe("scale", points=2)
def uneven_columns(ns, rng):
    """Columns of very different spread."""
    return {"scaled": ns.Scaler().apply(inputs.scores(rng, 7, 3) * np.array([1.0, 20.0, 0.1]))}


@probe("scale", points=1, judged=True)
def spread_afterwards(ns, rng):
    """The spread of the columns afterwards."""
    return {"scaled": ns.Scaler(floor=1e-6).apply(inputs.scores(rng, 9, 2))}
'''

JUDGES = '''\
from autograder.judging import array, fact


def spread_afterwards(seen, rng):
    scaled = array(seen["scaled"], "the result", shape=(9, 2))
    return {
        "middle": fact(abs(scaled.mean(axis=0)).max() < 1e-9, "The columns are not centered."),
        "spread": fact(abs((scaled**2).mean(axis=0) - 1).max() < 1e-6, "The columns do not have the mean square 1."),
    }
'''

MISCONCEPTIONS = '''\
"""Known wrong solutions of tiny."""
import numpy as np

from autograder.probe import misconception

BIASED = 1


@misconception("center")
def one_mean_for_all(X):
    """You subtract one mean of all entries. Every column has a mean of its own."""
    return X - np.mean(X)


@misconception("scale", replaces="Scaler.apply")
def sample_variance(self, X):
    """You divide the sum of squares by one less than the number of rows."""
    middle = center(X)
    return middle / np.maximum(_spread(middle), self.floor)


def _spread(middle):
    return np.sqrt((middle**2).sum(axis=0) / (len(middle) - BIASED))
'''

ALTERNATIVES = '''\
"""Right solutions of tiny, written another way."""
import numpy as np

from autograder.probe import alternative


@alternative("center")
def column_by_column(X):
    """A loop over the columns."""
    return np.stack([X[:, j] - X[:, j].mean() for j in range(X.shape[1])], axis=1)


@alternative("scale", replaces="Scaler")
class Scaler:
    """Another class of the same name."""

    def __init__(self, floor=1e-3):
        self.smallest = floor

    def apply(self, X):
        return center(X) / np.maximum(X.std(axis=0), self.smallest)
'''

FILES = {
    "notebook.py": NOTEBOOK, "assignment.toml": TOML, "probes.py": PROBES, "judges.py": JUDGES,
    "misconceptions.py": MISCONCEPTIONS, "alternatives.py": ALTERNATIVES,
}  # fmt: skip

Edits = dict[str, list[tuple[str, str]]]
"""By file, the pieces of its text to replace, and by what."""


def make_course(root: Path, edits: Edits | None = None, files: dict[str, str | None] | None = None) -> Path:
    """Write the course into root and return root. files adds or replaces whole files of the assignment, None leaves one out."""
    texts: dict[str, str | None] = {**FILES, **(files or {})}
    for name, pairs in (edits or {}).items():
        for old, new in pairs:
            text = texts[name]
            assert text is not None and old in text, f"{old!r} is not in {name}"
            texts[name] = text.replace(old, new)
    folder = root / "assignments" / NAME
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        if text is None:
            (folder / name).unlink(missing_ok=True)
        else:
            (folder / name).write_text(text, encoding="utf-8")
    return root


def line_of(root: Path, piece: str, file: str = "notebook.py") -> int:
    """The line of the assignment's file in which a piece of text first stands."""
    lines = (root / "assignments" / NAME / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if piece in line)
