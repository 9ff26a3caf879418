"""Diagrams of the notebooks: what they show is handed in as numbers, nothing is computed here.

Dark on white, so that both themes show them.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle
from pictures import show

FORWARD, BACK, PALE = "#0055A4", "#B34700", "#D9E4EF"


def _blank(width, height):
    _, axes = plt.subplots(figsize=(width, height), layout="constrained")
    axes.set(aspect="equal")
    axes.axis("off")
    return axes


def _label_spots(lines):
    """A spot on each line, as far as may be from the other lines and from the spots on them."""
    spots = []
    for number, (start, end) in enumerate(lines):
        others = [line for other, line in enumerate(lines) if other != number]
        best, widest = None, -1.0
        for t in np.linspace(0.27, 0.73, 24):
            spot = start + t * (end - start)
            gaps = [_distance(spot, *line) for line in others]
            gaps += [0.7 * np.hypot(*(spot - taken)) for taken in spots]
            room = min(gaps, default=1.0) - 0.05 * abs(t - 0.5)
            if room > widest:
                best, widest = spot, room
        spots.append(best)
    return spots


def _distance(spot, start, end):
    """How far a spot is from a line between two points."""
    along = np.clip(np.dot(spot - start, end - start) / np.dot(end - start, end - start), 0, 1)
    return np.hypot(*(spot - start - along * (end - start)))


def network(values, gradients, weights, titles, alt):
    """Draw a network of a few units: in each circle its value, below it the gradient of the loss, on each
    edge its weight.

    values, gradients: a list of numbers for each layer, from input to output. weights: a matrix (units
    before, units after) for each pair of layers, or None for a step that acts on each unit by itself, such as
    ReLU. titles: a text above each layer.
    """
    tallest, step = max(len(layer) for layer in values), 2.6
    axes = _blank(1.55 * len(values) + 0.6, 0.95 * tallest + 0.9)
    places = [
        [(step * k, 1.5 * ((len(layer) - 1) / 2 - i)) for i in range(len(layer))]
        for k, layer in enumerate(values)
    ]
    for k, matrix in enumerate(weights):
        edges = [
            (i, j)
            for i in range(len(places[k]))
            for j in range(len(places[k + 1]))
            if matrix is not None or i == j
        ]
        lines = [np.array([places[k][i], places[k + 1][j]]) for i, j in edges]
        for ends in lines:
            axes.plot(*ends.T, color="0.6", linewidth=1, zorder=0)
        for (i, j), (x, y) in zip(edges, _label_spots(lines) if matrix is not None else (), strict=False):
            axes.text(
                x,
                y,
                f"{matrix[i][j]:g}",
                fontsize=8,
                ha="center",
                va="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )
    for layer, marks, spots, title in zip(values, gradients, places, titles, strict=True):
        for value, mark, (x, y) in zip(layer, marks, spots, strict=True):
            axes.add_patch(plt.Circle((x, y), 0.42, facecolor="white", edgecolor=FORWARD, linewidth=1.4))
            axes.text(x, y, f"{value:.3g}", color=FORWARD, fontsize=9, ha="center", va="center")
            axes.text(
                x, y - 0.6, f"{mark:.3g}", color=BACK, fontsize=8.5, ha="center", va="center", style="italic"
            )
        axes.text(spots[0][0], 1.5 * (tallest - 1) / 2 + 0.75, title, fontsize=9, ha="center")
    axes.set(
        xlim=(-0.9, step * (len(values) - 1) + 0.9),
        ylim=(-0.75 * (tallest - 1) - 0.95, 0.75 * (tallest - 1) + 1.15),
    )
    show(alt)


def chain(boxes, forward, back, alt):
    """Draw boxes in a row, with what runs forward above the arrows and what runs back below them; one
    text more than boxes, for both ends.
    """
    gap = 2.4
    axes = _blank(0.62 * gap * (len(boxes) + 1), 1.5)
    for k, name in enumerate(boxes):
        axes.add_patch(
            FancyBboxPatch(
                (gap * k, -0.45), 1.2, 0.9, boxstyle="round,pad=0.02", facecolor=PALE, edgecolor="0.3"
            )
        )
        axes.text(gap * k + 0.6, 0, name, fontsize=9, ha="center", va="center")
    for k, (above, below) in enumerate(zip(forward, back, strict=True)):
        x0, x1 = gap * (k - 1) + 1.28, gap * k - 0.08
        axes.annotate("", (x1, 0.16), (x0, 0.16), arrowprops={"arrowstyle": "->", "color": FORWARD})
        axes.text((x0 + x1) / 2, 0.3, above, color=FORWARD, fontsize=8.5, ha="center", va="bottom")
        if below:
            axes.annotate("", (x0, -0.16), (x1, -0.16), arrowprops={"arrowstyle": "->", "color": BACK})
            axes.text(
                (x0 + x1) / 2, -0.3, below, color=BACK, fontsize=8.5, ha="center", va="top", style="italic"
            )
    axes.set(xlim=(-1.3, gap * len(boxes) + 0.1), ylim=(-1.15, 1.15))
    show(alt)


def broadcast(rows, columns, alt):
    """Draw how a bias of shape (columns,) is added to every one of the rows, and how its gradient is
    summed over them.
    """
    axes = _blank(7.2, 0.32 * rows + 1.1)
    whole = f"({rows}, {columns})"
    for left, title, shape in (
        (0, "x w", whole),
        (columns + 2, "b", f"({columns},)"),
        (2 * columns + 4, "out", whole),
    ):
        for i, j in np.ndindex(rows, columns):
            copied = left == columns + 2 and i > 0
            axes.add_patch(
                Rectangle(
                    (left + j, -i),
                    1,
                    1,
                    facecolor="white" if copied else PALE,
                    edgecolor="0.5" if copied else "0.2",
                    linestyle=":" if copied else "-",
                )
            )
        axes.text(left + columns / 2, 1.25, f"{title}  {shape}", ha="center", fontsize=9)
    for j in range(columns):
        axes.annotate(
            "",
            (columns + 2.5 + j, 1 - rows - 0.1),
            (columns + 2.5 + j, 0.5),
            arrowprops={"arrowstyle": "->", "color": FORWARD},
        )
    axes.text(columns + 1, 0.5 - rows / 2, "+", ha="center", fontsize=14)
    axes.text(2 * columns + 3, 0.5 - rows / 2, "=", ha="center", fontsize=14)
    axes.text(
        1.5 * columns + 2,
        -rows + 0.2,
        "back: the sum over the rows",
        color=BACK,
        ha="center",
        fontsize=9,
        style="italic",
    )
    axes.set(xlim=(-0.3, 3 * columns + 4.3), ylim=(-rows - 0.1, 2.1))
    show(alt)


def convolution(size, window, stride, pad, alt):
    """Draw an image of (height, width) in its frame of zeros, the windows of a filter, and the output
    with an entry for each window.
    """
    (height, width), (h, w) = size, window
    out = [(length + 2 * pad - part) // stride + 1 for length, part in zip(size, window, strict=True)]
    axes = _blank(7.2, 0.42 * (height + 2 * pad) + 0.9)
    for i, j in np.ndindex(height + 2 * pad, width + 2 * pad):
        inside = pad <= i < height + pad and pad <= j < width + pad
        axes.add_patch(
            Rectangle(
                (j, -i),
                1,
                1,
                facecolor=PALE if inside else "white",
                edgecolor="0.6",
                linestyle="-" if inside else ":",
            )
        )
        if not inside:
            axes.text(j + 0.5, -i + 0.5, "0", ha="center", va="center", fontsize=7, color="0.45")
    left = width + 2 * pad + 2.5
    for place, (colour, style) in zip(((0, 0), (0, 1)), ((FORWARD, "-"), (BACK, "--")), strict=True):
        p, q = place
        look = {"fill": False, "edgecolor": colour, "linewidth": 2.2, "linestyle": style, "zorder": 3}
        axes.add_patch(
            Rectangle((q * stride + 0.06, 1.0 - p * stride - h + 0.06), w - 0.12, h - 0.12, **look)
        )
        axes.add_patch(Rectangle((left + q + 0.06, -p + 0.06), 0.88, 0.88, **look))
    for p, q in np.ndindex(*out):
        axes.add_patch(Rectangle((left + q, -p), 1, 1, facecolor=PALE, edgecolor="0.6"))
    axes.text(pad + width / 2, 1.25, f"image {height} x {width}, padding {pad}", ha="center", fontsize=9)
    axes.text(left + out[1] / 2, 1.25, f"output {out[0]} x {out[1]}", ha="center", fontsize=9)
    says = f"window {h} x {w}, stride {stride}:\nthe next window starts\n{stride} columns further on"
    axes.text(left - 0.3, -height - 2 * pad + 1.6, says, fontsize=8.5, va="bottom")
    axes.set(xlim=(-0.3, left + max(out[1], 6) + 0.3), ylim=(-height - 2 * pad + 0.8, 2.1))
    show(alt)
