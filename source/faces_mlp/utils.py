"""Helpers of the faces notebook: load the data, save and load arrays, draw curves, faces and a table of mistakes."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pictures

SPLITS = ("train", "valid", "test")


def load_data(path: str | Path) -> tuple[np.ndarray, ...]:
    """Read the three splits of faces from an .npz file.

    The file holds, for each split, `inputs_<split>` (whole numbers from 0 to 255, one row a face) and `target_<split>` (labels that
    count from 0). Both `faces.npz` and a `toronto_face.npz` in its original layout are of this form. Pictures that are stored as
    48 x 48 arrays or with the cases along the last axis are turned into rows.

    Returns inputs_train, inputs_valid, inputs_test: float arrays (N, 2304) with entries in [0, 1],
    then target_train, target_valid, target_test: one-hot float arrays (N, number of classes).
    """
    with np.load(path) as file:
        labels = [file[f"target_{split}"].ravel().astype(int) for split in SPLITS]
        inputs = [_rows(file[f"inputs_{split}"], len(y)) / 255.0 for split, y in zip(SPLITS, labels, strict=True)]
    classes = 1 + max(int(y.max()) for y in labels)
    return (*inputs, *(np.eye(classes)[y] for y in labels))


def _rows(images: np.ndarray, count: int) -> np.ndarray:
    """Arrange images as (count, pixels)."""
    if images.shape[0] != count and images.shape[-1] == count:
        images = np.moveaxis(images, -1, 0)
    if images.shape[0] != count:
        raise ValueError(f"{count} labels, but the images have shape {images.shape}")
    return images.reshape(count, -1)


def save(path: str | Path, data: Mapping[str, Any]) -> None:
    """Write a dictionary of arrays (or of what NumPy can turn into arrays) to an .npz file."""
    np.savez(path, **data)


def load(path: str | Path) -> dict[str, np.ndarray]:
    """Read an .npz file back as a dictionary of arrays."""
    with np.load(path) as file:
        return {key: file[key] for key in file.files}


def display_plot(train: Any, valid: Any, y_label: str, number: int = 0) -> None:
    """Draw a statistic of the training and of the validation split against the epoch.

    train, valid: sequences of (epoch, value). number: of the figure; a figure with this number is drawn anew.
    """
    plt.close(number)
    figure = plt.figure(number, figsize=(6, 3.5), layout="constrained")
    axes = figure.add_subplot()
    for curve, label, style in ((train, "training", "-"), (valid, "validation", "--")):
        epochs, values = np.asarray(curve, dtype=float).T
        axes.plot(epochs, values, style, label=label)
    axes.set(xlabel="epoch", ylabel=y_label)
    axes.legend()
    (first, last), (valid_first, valid_last) = (np.asarray(curve, dtype=float)[[0, -1], 1] for curve in (train, valid))
    pictures.show(
        f"The {y_label} by epoch. On the training split it goes from {first:.2f} to {last:.2f}, "
        f"on the validation split from {valid_first:.2f} to {valid_last:.2f}."
    )


def show_faces(images: np.ndarray, titles: list[str], columns: int = 7, cmap: str = "gray") -> None:
    """Draw rows of 48 x 48 = 2304 numbers as pictures in a grid, each under its title; each picture has its own scale of grey."""
    height = -(-len(images) // columns)
    _, grid = plt.subplots(height, columns, figsize=(1.35 * columns, 1.6 * height), squeeze=False, layout="constrained")
    for axes in grid.flat:
        axes.axis("off")
    for axes, image, title in zip(grid.flat, images, titles, strict=False):
        axes.imshow(np.reshape(image, (48, 48)), cmap=cmap)
        axes.set_title(title, fontsize=9)
    pictures.show("Pictures of 48 x 48 pixels in rows, each under its title: " + "; ".join(title.replace("\n", ", ") for title in titles) + ".")


def show_confusion(counts: np.ndarray, names: list[str]) -> None:
    """Draw a table of counts, one row a true class and one column a predicted class, as shades with the numbers written in."""
    _, axes = plt.subplots(figsize=(5.5, 4.8), layout="constrained")
    axes.imshow(counts, cmap="Blues")
    for (row, column), count in np.ndenumerate(counts):
        axes.text(column, row, int(count), ha="center", va="center", color="white" if count > counts.max() / 2 else "black")
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="predicted", ylabel="true")
    rows = [[f"{int(count)} as {name}" for count, name in zip(row, names, strict=True) if count] for row in counts]
    says = "; ".join(f"{name}: {', '.join(row)}" for name, row in zip(names, rows, strict=True))
    pictures.show(f"A table of true against predicted classes. {says}.")
