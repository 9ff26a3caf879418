"""Sparse matrices and arrays of SciPy: shape, entries and format."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.observers.kinds import Observed, as_base, bases_of, library

_FORMATS = ("csr", "csc", "coo", "bsr", "dia", "lil", "dok")
_CLASSES = [f"{form}_{kind}" for form in _FORMATS for kind in ("array", "matrix")]


def sparse(thing: Any, *, format: bool = False) -> Any:
    """A sparse matrix or array of SciPy as it is observed; anything else as it is.

    format: its format counts, such as csr.
    """
    found = sparse_matrix(thing, ["format"] if format else [])
    return thing if found is None else found


def sparse_matrix(thing: Any, asked: list[str]) -> Observed | None:
    """A sparse matrix as it is observed; None for anything else."""
    scipy_sparse: Any = library("scipy.sparse")
    if scipy_sparse is None:
        return None
    classes = [getattr(scipy_sparse, name, None) for name in _CLASSES]
    base: Any = next((base for base in bases_of(thing) if base in classes), None)
    if base is None:
        return None
    plain = scipy_sparse.coo_array(thing if dict in base.__mro__ else as_base(thing, base))
    if plain.ndim != 2:
        return None
    plain.sum_duplicates()
    plain.eliminate_zeros()
    rows, columns = plain.coords
    return Observed(
        "sparse",
        {
            "shape": tuple(int(n) for n in plain.shape),
            "rows": rows.astype(np.int64),
            "columns": columns.astype(np.int64),
            "entries": np.asarray(plain.data),
            "format": base.__name__,
            "asked": asked,
        },
    )


def sparse_class(name: str) -> Any:
    """SciPy's class of a format; raises ValueError for any other name, and where SciPy is not here."""
    scipy_sparse: Any = library("scipy.sparse")
    if scipy_sparse is None or name not in _CLASSES:
        raise ValueError(f"no class of sparse matrices: {name}")
    return getattr(scipy_sparse, name)
