"""The pictures of this notebook. Colours and markers can be told apart without colour vision; each picture carries a text alternative."""
import contextlib
import io

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from pictures import show

CLASS_COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7"]
CLASS_MARKERS = ["o", "s", "^", "D"]
LINE_STYLES = ["-", "--", "-.", ":"]


def quietly(function, *args, **kwargs):
    """Call a function and drop what it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        return function(*args, **kwargs)


def lines(x, series, xlabel, ylabel, alt):
    """Draw one line for each entry of series, a dict of label to values."""
    _, ax = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
    for (label, values), style, marker, colour in zip(series.items(), LINE_STYLES, CLASS_MARKERS, CLASS_COLOURS, strict=False):
        ax.plot(x, values, style, marker=marker, markevery=max(1, len(x) // 10), markersize=5, color=colour, label=label)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(alpha=0.3)
    ax.legend()
    show(alt)


def both_ways(forward, back):
    """Draw the spread of signals and of gradients by layer, two panels on a logarithmic scale, a line for each entry of both dicts."""
    _, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
    for ax, series, title in zip(axes, (forward, back), ("activations, on the way up", "gradients, on the way down"), strict=True):
        for (label, values), style, marker, colour in zip(series.items(), LINE_STYLES, CLASS_MARKERS, CLASS_COLOURS, strict=False):
            ax.semilogy(range(1, len(values) + 1), values, style, marker=marker, markersize=5, color=colour, label=label)
        ax.set(title=title, xlabel="layer (1 is next to the input)")
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("spread")
    axes[1].legend()
    ends = [f"{label}: activations of layer {len(up)} {up[-1]:.2g}, gradients of layer 1 {back[label][0]:.2g}" for label, up in forward.items()]
    show("Spread of activations and of gradients in ten layers. " + "; ".join(ends) + ".")


def filters(weights, count=12):
    """Draw the strongest of some filters, (F, h, w), as small images on one scale; returns their numbers, the strongest first."""
    strongest, limit = np.argsort(-(weights**2).sum(axis=(1, 2)))[:count], np.abs(weights).max()
    fig, axes = plt.subplots(1, len(strongest), figsize=(0.8 * count, 1.3), squeeze=False, layout="constrained")
    for number, ax in zip(strongest, axes.flat, strict=True):
        shown = ax.imshow(weights[number], cmap="gray", vmin=-limit, vmax=limit)
        ax.set(title=number, xticks=[], yticks=[])
    fig.colorbar(shown, ax=axes, label="weight")
    numbers = ", ".join(map(str, strongest))
    show(f"{len(strongest)} filters of {weights.shape[1]} by {weights.shape[2]} weights, numbers {numbers}: light and dark bars and edges.")
    return strongest


def picture():
    """A drawn grey image, (64, 96): a house, a sun and a fence in front of a sky that grows lighter."""
    rows, columns = np.mgrid[0:64, 0:96]
    image = 0.25 + 0.25 * rows / 63
    image[(rows - 14) ** 2 + (columns - 76) ** 2 < 81] = 1.0
    image[(rows > 10) & (rows <= 28) & (np.abs(columns - 30) < 1.3 * (rows - 10))] = 0.1
    image[(rows > 28) & (rows < 54) & (columns > 10) & (columns < 50)] = 0.8
    image[(rows > 38) & (rows < 54) & (columns > 32) & (columns < 42)] = 0.15
    image[(rows > 33) & (rows < 42) & (columns > 16) & (columns < 26)] = 0.3
    image[(rows > 42) & (rows < 54) & (columns > 52) & (columns % 8 < 3)] = 0.95
    image[rows >= 54] = 0.35
    return image


def strip(images, alt):
    """Draw images, a dict of title to array, side by side, each on a scale of its own; zero is the middle grey where some entries are negative."""
    tallest = max(image.shape[0] / image.shape[1] for image in images.values())
    fig, axes = plt.subplots(1, len(images), figsize=(3.1 * len(images), 0.6 + 2.4 * tallest), layout="constrained")
    for ax, (title, image) in zip(axes, images.items(), strict=True):
        largest = np.abs(image).max()
        shown = ax.imshow(image, cmap="gray", vmin=-largest if image.min() < 0 else 0, vmax=largest)
        fig.colorbar(shown, ax=ax, shrink=0.55)
        ax.set(title=title, xticks=[], yticks=[])
    show(alt)


def follow(train, x, y, params, moments):
    """Train one iteration at a time; return the (loss, accuracy) of each and the weights as they were at each of the moments."""
    history, snapshots = [], {}
    for iteration in range(max(moments) + 1):
        if iteration in moments:
            snapshots[iteration] = {key: np.array(value) for key, value in params.items() if "_" not in key}
        history.append(quietly(train, x, y, params, max_iters=1))
    return history, snapshots


def curves(history):
    """Draw the loss and the accuracy of each iteration, in two panels under one another."""
    loss, accuracy = np.array(history).T
    _, axes = plt.subplots(2, 1, figsize=(6.5, 4.6), sharex=True, layout="constrained")
    axes[0].plot(loss, color=CLASS_COLOURS[0])
    axes[0].set(ylabel="summed loss", ylim=(0, None))
    axes[1].plot(accuracy, color=CLASS_COLOURS[1])
    axes[1].set(ylabel="accuracy", xlabel="iteration", ylim=(0, 1.03))
    for ax in axes:
        ax.grid(alpha=0.3)
    show(f"Two curves over {len(loss)} iterations: the summed loss falls from {loss[0]:.0f} to {loss[-1]:.0f}, "
              f"the accuracy ends at {accuracy[-1]:.2f}.")


def regions(predict, snapshots, x, y):
    """Draw the class that predict(points, params) favours at each place of the plane, one panel for each snapshot."""
    across, up = np.meshgrid(np.linspace(0, 6, 161), np.linspace(0, 50, 161))
    points = np.stack([across.ravel(), up.ravel()], axis=1)
    labels = y.argmax(axis=1)
    fig, axes = plt.subplots(1, len(snapshots), figsize=(3.1 * len(snapshots), 3.6), sharey=True, layout="constrained")
    for ax, (iteration, params) in zip(axes, snapshots.items(), strict=True):
        favoured = np.asarray(predict(points, params)).argmax(axis=1).reshape(across.shape)
        ax.pcolormesh(across, up, favoured, cmap=ListedColormap(CLASS_COLOURS), vmin=-0.5, vmax=3.5, alpha=0.35, rasterized=True)
        for label, (colour, marker) in enumerate(zip(CLASS_COLOURS, CLASS_MARKERS, strict=True)):
            mine = x[labels == label]
            ax.scatter(mine[:, 0], mine[:, 1], c=colour, marker=marker, s=26, edgecolors="black", linewidths=0.6, label=f"class {label}")
        ax.set(title=f"iteration {iteration}", xlabel="feature 0")
    axes[0].set_ylabel("feature 1")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    show("The four clouds of points on the regions in which the network favours each class, "
              f"at iterations {', '.join(map(str, snapshots))}.")


def agreement(numeric, analytic):
    """Draw each numerical derivative against the analytic one, a colour and marker for each parameter, and their differences below."""
    _, axes = plt.subplots(1, 2, figsize=(9.5, 3.9), layout="constrained")
    for (key, values), colour, marker in zip(analytic.items(), CLASS_COLOURS, CLASS_MARKERS, strict=True):
        axes[0].scatter(values, numeric[key], c=colour, marker=marker, s=24, alpha=0.8, label=key)
        axes[1].scatter(np.abs(values), np.abs(numeric[key] - values), c=colour, marker=marker, s=24, alpha=0.8)
    axes[0].axline((0, 0), slope=1, color="black", linewidth=0.8, linestyle="--", zorder=0)
    axes[0].set(xlabel="analytic derivative", ylabel="central difference")
    axes[0].legend()
    axes[1].set(xlabel="size of the analytic derivative", ylabel="size of the difference", xscale="log", yscale="log")
    axes[1].grid(alpha=0.3)
    show("Left: central differences against analytic derivatives, all on the diagonal. Right: the differences on a logarithmic scale.")
