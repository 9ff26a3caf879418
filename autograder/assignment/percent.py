"""The cells of a notebook.py, as jupytext reads them. The only module that imports jupytext."""

from __future__ import annotations

import contextlib
import sys
from importlib.metadata import version
from pathlib import Path

import msgspec

from autograder.files import write_text
from autograder.fingerprints import fingerprint


class PercentCell(msgspec.Struct, frozen=True):
    """A cell in percent format. metadata is what its header says."""

    kind: str
    source: str
    metadata: dict[str, object]


class _Kept(msgspec.Struct, frozen=True):
    """What jupytext gave, under a hash of the text that it read and of its version."""

    key: str
    cells: tuple[PercentCell, ...]


def read_percent(path: Path, text: str) -> tuple[PercentCell, ...]:
    """The cells of the text that stands in a file.

    To load jupytext takes longer than to grade a submission, so what it gave is kept beside the file, where
    Python keeps what it has compiled.
    """
    place = path.parent / "__pycache__" / f"{path.stem}.cells.json"
    key = fingerprint(text, version("jupytext"))
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        kept = msgspec.json.decode(place.read_bytes(), type=_Kept)
        if kept.key == key:
            return kept.cells
    cells = _read(text)
    with contextlib.suppress(OSError):  # a folder that only others may write in
        write_text(place, msgspec.json.encode(_Kept(key, cells)).decode())
    return cells


def _read(text: str) -> tuple[PercentCell, ...]:
    import autograder.declined  # noqa: F401

    # jupytext loads Jupyter's server, where it is installed, to be a part of it; we only read and write texts
    served = "jupyter_server" in sys.modules
    if not served:
        sys.modules["jupyter_server"] = None  # type: ignore[assignment]
    try:
        import jupytext
    finally:
        if not served:
            del sys.modules["jupyter_server"]
    found = jupytext.reads(text, fmt="py:percent").cells
    return tuple(PercentCell(cell.cell_type, cell.source, dict(cell.metadata)) for cell in found)
