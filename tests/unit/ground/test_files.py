"""How files of ours are written, and what is left where a writer was killed."""
from __future__ import annotations

import os
from pathlib import Path

from autograder.files import sweep, write_bytes


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """The new content is there and nothing beside it."""
    path = tmp_path / "folder" / "result.json"
    write_bytes(path, b"first")
    write_bytes(path, b"second")
    assert path.read_bytes() == b"second" and list(path.parent.iterdir()) == [path]


def test_what_killed_writers_left_is_taken_away(tmp_path: Path) -> None:
    """Half files of processes that are gone go; those of one that lives and files that are nobody's half stay."""
    gone = 2**22 + 1  # no process has a number as high
    left = [f".s-1.json-{gone}-ab_c.part", f"{gone}-1234.part"]
    stay = [f".s-1.json-{os.getpid()}-abc.part", f"{os.getpid()}-1234.part", "s-1.json", "notes.part"]
    for name in (*left, *stay):
        (tmp_path / name).write_bytes(b"half")
    sweep(tmp_path, "*.part")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(stay)
