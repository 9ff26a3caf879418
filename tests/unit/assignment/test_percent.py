"""What jupytext made of notebook.py is kept beside it, and used for the same text alone."""
from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment import percent
from autograder.assignment.percent import read_percent

TEXT = '# %% [markdown]\n# A title\n\n# %% given="imports"\nimport numpy as np\n\n# %% test="one" points=2.0\nassert True\n'


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that jupytext was asked to read."""
    texts: list[str] = []
    whole = percent._read
    monkeypatch.setattr(percent, "_read", lambda text: texts.append(text) or whole(text))
    return texts


def test_a_text_is_read_once(tmp_path: Path, read: list[str]) -> None:
    """The cells that are kept are those that were read, with their headers; another text is read anew."""
    path = tmp_path / "notebook.py"
    cells = read_percent(path, TEXT)
    assert [(c.kind, c.source) for c in cells] == [("markdown", "A title"), ("code", "import numpy as np"), ("code", "assert True")]
    assert cells[2].metadata == {"test": "one", "points": 2.0}
    assert read_percent(path, TEXT) == cells
    assert read == [TEXT]
    assert read_percent(path, TEXT.replace("True", "False"))[2].source == "assert False"
    assert len(read) == 2


@pytest.mark.parametrize("kept", ["", "{", '{"key": 1}'])
def test_what_is_kept_and_broken_is_read_anew(tmp_path: Path, read: list[str], kept: str) -> None:
    """Half a file, or another's, costs the time to read and nothing else."""
    path = tmp_path / "notebook.py"
    cells = read_percent(path, TEXT)
    next((tmp_path / "__pycache__").iterdir()).write_text(kept, encoding="utf-8")
    assert read_percent(path, TEXT) == cells
    assert len(read) == 2


def test_where_nothing_can_be_kept_it_is_read_each_time(tmp_path: Path, read: list[str]) -> None:
    """A folder in which nothing can be made is no reason to refuse an assignment."""
    (tmp_path / "__pycache__").write_text("not a folder", encoding="utf-8")
    path = tmp_path / "notebook.py"
    assert read_percent(path, TEXT) == read_percent(path, TEXT)
    assert len(read) == 2
