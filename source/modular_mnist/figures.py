"""The pictures of this notebook. Colours and line styles can be told apart without colour vision; each picture carries a text alternative."""
import matplotlib.pyplot as plt
import numpy as np
from pictures import show

COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7"]
STYLES = ["-", "--", "-.", ":"]


def digits(images, titles, columns=10, alt="Handwritten digits with their labels."):
    """Draw images, (N, 784), as 28 x 28 digits with a title each."""
    rows = max(1, -(-len(images) // columns))
    _, axes = plt.subplots(rows, columns, figsize=(0.95 * columns, 1.3 * rows), layout="constrained", squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, title in zip(axes.flat, images, titles, strict=False):
        ax.imshow(image.reshape(28, 28), cmap="gray_r")
        ax.set_title(title, fontsize=9)
    show(alt)


def activations(Activation):
    """Draw the three activations, and beside them their derivatives."""
    a = np.linspace(-5, 5, 400)[None, :]
    _, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    for kind, colour, style in zip(["sigmoid", "tanh", "ReLU"], COLOURS, STYLES, strict=False):
        activation = Activation(kind)
        axes[0].plot(a[0], activation.forward_pass(a)[0], style, color=colour, label=kind)
        axes[1].plot(a[0], activation.backward_pass(np.ones_like(a))[0], style, color=colour, label=kind)
    axes[0].set(title="function", xlabel="a", ylim=(-1.2, 2.6))
    axes[1].set(title="derivative", xlabel="a", ylim=(-0.1, 1.1))
    axes[0].legend()
    for ax in axes:
        ax.grid(alpha=0.3)
    show("Two panels. The sigmoid rises from 0 to 1, tanh from -1 to 1, ReLU is zero and then the identity. Of the derivatives, the "
              "sigmoid's is a low bump of height 1/4, that of tanh a bump of height 1, that of ReLU a step from 0 to 1.")


def v_shape(epsilons, errors, criterion):
    """Draw the largest difference between numerical and analytic gradient against epsilon, with the criterion that it is held to."""
    _, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
    ax.loglog(epsilons, errors, "o-", color=COLOURS[0], markersize=4, label="largest |numerical - analytic|")
    ax.loglog(epsilons, criterion, STYLES[1], color=COLOURS[1], label=r"criterion $9 \varepsilon^2$")
    ax.loglog(epsilons, 1e-16 / epsilons, STYLES[3], color="black", label=r"round-off, about $10^{-16} / \varepsilon$")
    ax.set(xlabel=r"$\varepsilon$", ylabel="difference", ylim=(1e-15, 1))
    ax.grid(alpha=0.3)
    ax.legend()
    show("Log-log plot in the shape of a V. The difference falls with the square of epsilon until about 1e-5 and rises again for smaller "
              "epsilon, along the line of round-off. The criterion is a straight line that crosses below the difference between 1e-5 and 1e-6.")


def travel(steps, series):
    """Draw the distance covered after each number of steps, one line for each entry of series."""
    _, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
    for (label, values), colour, style in zip(series.items(), COLOURS, STYLES, strict=False):
        ax.plot(steps, values, style, color=colour, label=label)
    ax.set(xlabel="step", ylabel="distance, in plain steps")
    ax.grid(alpha=0.3)
    ax.legend()
    show("Distance against steps on a constant slope. Plain steps and the scaled rate are two lines close to one another; momentum bends "
              "upward and then runs ten times as steep.")


def curves(runs):
    """Draw the training and the validation loss of each run (label: history), marking where the validation loss is lowest."""
    _, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
    says = []
    for (label, history), colour, style in zip(runs.items(), COLOURS, STYLES, strict=False):
        valid = history["valid_loss"]
        epochs, best = np.arange(1, len(valid) + 1), int(np.argmin(valid))
        axes[0].plot(epochs, history["train_loss"], style, color=colour, label=label)
        axes[1].plot(epochs, valid, style, color=colour, label=label)
        axes[1].plot(best + 1, valid[best], "o", color=colour, markersize=7)
        axes[1].plot(epochs[-1], valid[-1], "|", color=colour, markersize=16, markeredgewidth=2)
        says.append(f"{label}: lowest validation loss {valid[best]:.3f} at epoch {best + 1}, {len(valid)} epochs run")
    axes[0].set(title="training", xlabel="epoch", ylabel="mean cross-entropy", ylim=(0, 0.8))
    axes[1].set(title="validation: ● best epoch,  | last epoch", xlabel="epoch")
    for ax in axes:
        ax.grid(alpha=0.3)
        ax.legend()
    show("Training and validation loss by epoch. " + "; ".join(says) + ".")


def weights(networks, columns=10):
    """Draw incoming weights of a first layer as 28 x 28 images, two rows for each entry of networks (label: w), the largest units first."""
    fig = plt.figure(figsize=(0.95 * columns, 2.4 * len(networks)), layout="constrained")
    panels = fig.subfigures(len(networks), 1, squeeze=False)[:, 0]
    limit = max(np.percentile(np.abs(w), 99.5) for w in networks.values())
    for panel, (label, w) in zip(panels, networks.items(), strict=False):
        panel.suptitle(label, fontsize=10)
        axes = panel.subplots(2, columns)
        for ax, unit in zip(axes.flat, np.argsort(-(w**2).sum(axis=0)), strict=False):
            shown = ax.imshow(w[:, unit].reshape(28, 28), cmap="PuOr", vmin=-limit, vmax=limit)
            ax.set(xticks=[], yticks=[])
        panel.colorbar(shown, ax=axes, shrink=0.9, label="weight")
    show(
        f"First-layer weights of {len(networks)} networks ({', '.join(networks)}), {2 * columns} small images each, purple where positive and "
        "orange where negative. Strokes and blobs in the middle; near the border noise, except where an L2 penalty has wiped it out.",
    )
