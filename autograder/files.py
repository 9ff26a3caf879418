"""Files of ours: where the package lies, and how a file is written so that at no moment half of it is
there.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

import msgspec

PACKAGE = Path(__file__).resolve().parent
"""The folder of this package."""


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically, for everybody to read; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.name[:100]}-{os.getpid()}-"
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def sweep(folder: Path, places: str) -> None:
    """Take away what writers that were killed in the middle have left: files `…PID-….part` at these places, a
    pattern below the folder, of a process that is no more.
    """
    for part in folder.glob(places):
        writer = _WRITER.search(part.name)
        if writer is not None and not Path(f"/proc/{writer[1]}").exists():
            part.unlink(missing_ok=True)


_WRITER = re.compile(r"(?:^|-)([0-9]+)-[^-]*\.part$")


def write_text(path: Path, text: str) -> None:
    """Write a text atomically; a file that holds it already is left alone, which is faster."""
    data = text.encode("utf-8", "replace")
    if not _holds(path, data):
        write_bytes(path, data)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def pretty_json(value: Any) -> str:
    """A value as JSON that people read: two spaces a level, a line's end at the end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
