"""Pictures of a wrong result beside the one that was expected, for the feedback level "full"."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np

from autograder.judging.compare import as_array, output_of, paired, tolerance_of, wrong_entries
from autograder.probe import Tolerance

Pair = tuple[str, np.ndarray, np.ndarray]
_LONGEST_AXIS = 200


def figure(expected: Any, seen: Any, tolerances: Tolerance) -> tuple[str, str]:
    """The first output that is wrong though of the right shape, yours beside the expected one, as a data:
    URI, and what it shows in words.

    Both are empty where there is nothing to draw: a wrong shape, a single number, entries that are not
    finite.
    """
    pair = _first_wrong(expected, seen, tolerances)
    if pair is None:
        return "", ""
    name, a, b = pair
    off = wrong_entries(a, b, tolerance_of(tolerances, output_of(name)))
    where = ""
    if a.ndim > 2:
        leading = tuple(int(i) for i in np.unravel_index(np.argmax(off.sum(axis=(-2, -1))), a.shape[:-2]))
        where = "[" + ", ".join(map(str, leading)) + "]"
        a, b, off = a[leading], b[leading], off[leading]
    label = f"{name or 'The result'}{where}"
    alt = (
        f"{label}: {int(off.sum())} of {off.size} entries are wrong; the largest difference is "
        f"{np.abs(a - b).max():.3g}."
    )
    squeezed = a.squeeze()
    drawn = _maps(a, b) if squeezed.ndim == 2 else _lines(squeezed, b.squeeze())
    return "data:image/png;base64," + base64.b64encode(drawn).decode(), alt


def _first_wrong(expected: Any, seen: Any, tolerances: Tolerance) -> Pair | None:
    for name, one, other in paired(expected, seen):
        tolerance = tolerance_of(tolerances, output_of(name))
        a, b = as_array(one), as_array(other)
        if (
            a is None
            or b is None
            or a.shape != b.shape
            or a.dtype.kind not in "biuf"
            or b.dtype.kind not in "biuf"
        ):
            continue
        a, b = a.astype(float), b.astype(float)
        drawable = (
            a.size > 3 and max(a.shape) <= _LONGEST_AXIS and np.isfinite(a).all() and np.isfinite(b).all()
        )
        if drawable and wrong_entries(a, b, tolerance).any():
            return name, a, b
    return None


def _maps(a: np.ndarray, b: np.ndarray) -> bytes:
    """Yours, expected and their difference as heat maps, the first two on one scale."""
    from matplotlib.figure import Figure

    height = min(3.4, max(1.6, 1.1 + 2.2 * a.shape[0] / a.shape[1]))
    drawing = Figure(figsize=(7.2, height), layout="constrained")
    axes = drawing.subplots(1, 3)
    scale = {"vmin": min(a.min(), b.min()), "vmax": max(a.max(), b.max()), "cmap": "viridis"}
    most = float(np.abs(b - a).max()) or 1.0
    for axis, values, title, colours in (
        (axes[0], b, "yours", scale),
        (axes[1], a, "expected", scale),
        (axes[2], b - a, "yours − expected", {"vmin": -most, "vmax": most, "cmap": "PuOr"}),
    ):
        image = axis.imshow(values, interpolation="nearest", **colours)
        axis.set_title(title, fontsize=10)
        axis.tick_params(labelsize=7)
        drawing.colorbar(image, ax=axis, shrink=0.8).ax.tick_params(labelsize=7)
    return _png(drawing)


def _lines(a: np.ndarray, b: np.ndarray) -> bytes:
    """Yours and the expected entries over their index."""
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(7.2, 2.6), layout="constrained")
    axis: Any = drawing.subplots()
    axis.plot(a, "o-", color="#006BA4", label="expected", markersize=6)
    axis.plot(b, "x--", color="#C85200", label="yours", markersize=7)
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set_xlabel("entry", fontsize=9)
    axis.tick_params(labelsize=8)
    axis.legend(fontsize=9, frameon=False)
    return _png(drawing)


def _png(drawing: Any) -> bytes:
    file = io.BytesIO()
    drawing.savefig(file, format="png", dpi=110, metadata={"Software": None})
    return file.getvalue()
