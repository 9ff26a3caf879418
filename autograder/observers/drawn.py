"""What a figure of matplotlib shows: lines, points, bars, pictures, and the words and scales beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.observers.kinds import Observed, as_base, bases_of, library

_ALL = ("lines", "points", "bars", "pictures", "title", "labels", "scales", "legend")


def figure(thing: Any, *parts: str) -> Any:
    """A figure, or axes of one, as it is observed; anything else as it is.

    parts: what counts, of lines, points, bars, pictures, title, labels, scales, limits and legend; without,
    all but the limits. Raises ValueError for any other.
    """
    if unknown := [part for part in parts if part not in _PARTS]:
        raise ValueError(f"no part of a figure: {unknown[0]!r}; there is {', '.join(_PARTS)}")
    found = drawn(thing, parts or _ALL)
    return thing if found is None else found


def drawn(thing: Any, parts: tuple[str, ...] = _ALL) -> Observed | None:
    """A figure or axes as it is observed; None for anything else."""
    figures, axes = library("matplotlib.figure"), library("matplotlib.axes")
    if figures is None or axes is None:
        return None
    bases = bases_of(thing)
    if figures.Figure in bases:
        shown = as_base(thing, figures.Figure).axes
        return Observed(
            "figure", {"axes": [_axes(one, parts) for one in shown if axes.Axes in bases_of(one)]}
        )
    return _axes(thing, parts) if axes.Axes in bases else None


def _axes(thing: Any, parts: tuple[str, ...]) -> Observed:
    axes: Any = library("matplotlib.axes")
    plain = as_base(thing, axes.Axes)
    return Observed("axes", {"drawn": {part: _PARTS[part](plain) for part in parts}})


def _lines(axes: Any) -> list[Any]:
    return [[_numbers(line.get_xdata()), _numbers(line.get_ydata())] for line in axes.lines]


def _points(axes: Any) -> list[Any]:
    return [_numbers(c.get_offsets()) for c in axes.collections if type(c).__name__ == "PathCollection"]


def _bars(axes: Any) -> list[Any]:
    """Each bar's left edge, lower edge, width and height."""
    bars = [p for p in axes.patches if type(p).__name__ == "Rectangle"]
    return [_numbers([p.get_x(), p.get_y(), p.get_width(), p.get_height()]) for p in bars]


def _pictures(axes: Any) -> list[Any]:
    return [_numbers(image.get_array()) for image in axes.images]


def _legend(axes: Any) -> list[str] | None:
    legend = axes.get_legend()
    return None if legend is None else [_words(text.get_text()) for text in legend.get_texts()]


def _numbers(values: Any) -> np.ndarray:
    """Coordinates as numbers; masked ones are missing, and dates are days."""
    array = (
        np.ma.filled(np.ma.asarray(values).astype(float), np.nan) if np.ma.isMaskedArray(values) else values
    )
    array = np.asarray(array)
    if array.dtype.kind == "M":
        return array.astype("M8[us]").astype(np.int64) / 86_400e6
    return array if array.dtype.kind in "biuf" else _places(array)


def _places(array: np.ndarray) -> np.ndarray:
    """Words on an axis count by their place; what is no number either is missing."""
    texts = [str(item) for item in array.ravel().tolist()]
    order = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return np.array([order[text] for text in texts], dtype=float)


def _words(text: Any) -> str:
    """A text without what nobody sees: capitals and spaces."""
    return " ".join(str(text).split()).lower()


_PARTS: dict[str, Callable[[Any], Any]] = {
    "lines": _lines,
    "points": _points,
    "bars": _bars,
    "pictures": _pictures,
    "title": lambda axes: _words(axes.get_title()),
    "labels": lambda axes: {"x": _words(axes.get_xlabel()), "y": _words(axes.get_ylabel())},
    "scales": lambda axes: {"x": str(axes.get_xscale()), "y": str(axes.get_yscale())},
    "limits": lambda axes: {"x": _numbers(axes.get_xlim()), "y": _numbers(axes.get_ylim())},
    "legend": _legend,
}
