"""Observations kept on disk, so that nothing trusted is observed twice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.files import write_bytes
from autograder.inside.seen import Seen


@dataclass(frozen=True)
class ObservedStore:
    """Observations on disk, each under a key of everything that it depends on.

    A broken entry counts as missing.
    """

    folder: Path

    def get(self, key: str) -> Seen | None:
        try:
            return msgspec.msgpack.decode(self._path(key).read_bytes(), type=Seen)
        except (OSError, msgspec.MsgspecError):
            return None

    def put(self, key: str, seen: Seen) -> None:
        write_bytes(self._path(key), msgspec.msgpack.encode(seen))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.msgpack"
