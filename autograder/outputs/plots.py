"""Plots of a class as SVG that takes the page's own text colour, light or dark; every one says in words
what it shows.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from markupsafe import Markup

BLUE = "#3f78b8"
_INK = "#010203"
"""Stands for the page's text colour, which matplotlib can't name."""


def scores(values: Sequence[float], maximum: float) -> Markup:
    """How many submissions have how many points."""
    bins = np.linspace(0, max(maximum, max(values)), min(20, max(5, round(maximum))) + 1)
    drawing, axis = _drawing(2.6)
    counts, edges, _ = axis.hist(values, bins=bins, color=BLUE, rwidth=0.92)
    axis.set_xlabel("points")
    axis.set_ylabel("submissions")
    axis.yaxis.get_major_locator().set_params(integer=True)
    axis.set_xlim(0, bins[-1])
    top = int(counts.argmax())
    alt = (
        f"Histogram of {len(values)} scores. Most of them, {int(counts[top])}, lie between "
        f"{edges[top]:g} and {edges[top + 1]:g} points."
    )
    return _svg(drawing, alt)


def success(rows: Sequence[tuple[str, float | None]]) -> Markup:
    """The mean share of the points of each question."""
    drawing, axis = _drawing(0.6 + 0.3 * len(rows))
    values = [100 * (value or 0.0) for _, value in rows]
    places = np.arange(len(rows))[::-1]
    axis.barh(places, values, color=BLUE, height=0.7)
    axis.set_yticks(places, [title if len(title) < 45 else title[:44] + "…" for title, _ in rows])
    for place, value in zip(places, values, strict=True):
        axis.text(value + 1, place, f"{value:.0f} %", va="center", color=_INK, fontsize=9)
    axis.set_xlim(0, 112)
    axis.set_xticks(range(0, 101, 20))
    axis.set_xlabel("mean share of the points, %")
    hardest = min(rows, key=lambda row: row[1] or 0.0, default=("", 0.0))
    return _svg(
        drawing,
        f"Bars of the mean share of points by question; the lowest is {hardest[0]} with "
        f"{100 * (hardest[1] or 0):.0f} %.",
    )


def seconds(values: Sequence[float]) -> Markup:
    """How long submissions took to grade, on a logarithmic scale."""
    drawing, axis = _drawing(2.2)
    least, most = max(min(values), 0.01), max(max(values), 0.02)
    axis.hist(
        np.maximum(values, 0.01), bins=np.geomspace(least * 0.9, most * 1.1, 20), color=BLUE, rwidth=0.92
    )
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.xaxis.set_minor_formatter(
        lambda value, _: f"{value:g}" if f"{value:e}"[0] in "25" and most / least < 200 else ""
    )
    axis.yaxis.get_major_locator().set_params(integer=True)
    axis.set_xlabel("seconds")
    axis.set_ylabel("submissions")
    alt = (
        "Histogram of the time that grading took: half of the submissions at most "
        f"{np.median(values):.2g} s, the longest {most:.2g} s."
    )
    return _svg(drawing, alt)


def _drawing(height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(7.4, height), layout="constrained")
    axis = drawing.subplots()
    axis.tick_params(colors=_INK, labelsize=9)
    axis.xaxis.label.set_color(_INK)
    axis.yaxis.label.set_color(_INK)
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_color(_INK)
    return drawing, axis


def _svg(drawing: Any, alt: str) -> Markup:
    import matplotlib

    file = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": alt, "font.family": "sans-serif"}):
        drawing.savefig(
            file,
            format="svg",
            transparent=True,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    text = file.getvalue()
    text = (
        text[text.index("<svg") :]
        .replace(_INK, "currentColor")
        .replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
    )
    return Markup(text)
