"""A course's own files, in the layout that these exercises were first set with, are taken instead of those that ship."""
from __future__ import annotations

import pickle
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment
from tests.e2e.conftest import ROOT


@pytest.fixture
def run_up_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a notebook's cells up to one of them in a folder that holds its helpers, and the files that a test puts there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")

    def run(assignment: Assignment, last: str) -> dict[str, object]:
        for name in ("checks", *(Path(helper).stem for helper in assignment.table.helpers)):
            monkeypatch.delitem(__import__("sys").modules, name, raising=False)
        for name, path in assignment.files.items():
            if not (tmp_path / name).exists() and path.suffix == ".py":
                (tmp_path / name).write_bytes(path.read_bytes())
        names: dict[str, object] = {"__name__": "__main__"}
        for cell in assignment.cells:
            if cell.role in (Role.GIVEN, Role.SOLUTION) or cell.id == last:
                exec(compile(cell.text, cell.id, "exec"), names)
            if cell.id == last:
                return names
        raise AssertionError(f"no cell {last}")

    with plt.rc_context({"backend": "agg"}):
        yield run
    plt.close("all")


def test_original_faces_are_taken_instead(tmp_path: Path, run_up_to) -> None:
    """toronto_face.npz beside the notebook: whole grey values and labels come out as rows from 0 to 1 and one-hot targets."""
    rng = np.random.default_rng(0)
    images = {split: rng.integers(0, 256, (35, 48, 48), dtype=np.uint8) for split in ("train", "valid", "test")}
    labels = np.tile(np.arange(7), 5)
    files = {f"inputs_{split}": pixels.reshape(35, -1) for split, pixels in images.items()} | {f"target_{split}": labels for split in images}
    np.savez(tmp_path / "toronto_face.npz", **files)
    names = run_up_to(load_assignment("faces_mlp", ROOT), "load_faces")
    inputs_train, _, inputs_test, target_train = (names["data"][i] for i in (0, 1, 2, 3))
    np.testing.assert_allclose(inputs_train, images["train"].reshape(35, -1) / 255)
    np.testing.assert_allclose(inputs_test, images["test"].reshape(35, -1) / 255)
    np.testing.assert_array_equal(target_train, np.eye(7)[labels])


def test_faces_with_the_cases_last_are_turned(tmp_path: Path, run_up_to) -> None:
    """Pictures of shape (48, 48, N) become N rows."""
    images = np.random.default_rng(1).integers(0, 256, (48, 48, 14), dtype=np.uint8)
    files = {f"inputs_{split}": images for split in ("train", "valid", "test")} | {f"target_{split}": np.arange(14) % 7 for split in ("train", "valid", "test")}
    np.savez(tmp_path / "toronto_face.npz", **files)
    names = run_up_to(load_assignment("faces_mlp", ROOT), "load_faces")
    np.testing.assert_allclose(names["inputs_valid"][3], images[:, :, 3].ravel() / 255)


@pytest.mark.parametrize("protocol", [0, 2])
def test_original_digits_are_taken_instead(tmp_path: Path, run_up_to, protocol: int) -> None:
    """MNIST_*.pkl beside the notebook: 784 pixels and a label in each row come out as pixels from 0 to 1 and one-hot labels."""
    rng = np.random.default_rng(2)
    rows = {split: np.hstack([rng.integers(0, 256, (20, 784)), (np.arange(20) % 10)[:, None]]) for split in ("train", "valid", "test")}
    for split, data in rows.items():
        (tmp_path / f"MNIST_{split}.pkl").write_bytes(pickle.dumps(data, protocol))
    names = run_up_to(load_assignment("modular_mnist", ROOT), "digits")
    np.testing.assert_allclose(names["X_valid"], rows["valid"][:, :784] / 255)
    np.testing.assert_array_equal(names["y_test"], np.eye(10)[rows["test"][:, 784]])
