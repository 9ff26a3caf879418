"""Who counts: whom the last run found to have handed in, and who was retired, by assignment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.files import write_text


@dataclass(frozen=True)
class Enrolled:
    """The students of one assignment; into is the folder that holds the gradebook."""

    into: Path
    assignment: str

    @property
    def retired(self) -> frozenset[str]:
        """Students whose results are kept, and are in no report or export."""
        return self._read("retired") or frozenset()

    def retire(self, students: Iterable[str]) -> None:
        self._write("retired", self.retired | set(students))

    def bring_back(self, students: Iterable[str]) -> None:
        self._write("retired", self.retired - set(students))

    def found(self, students: Iterable[str]) -> None:
        """Note whom a run has found to have handed in."""
        self._write("handed_in", students)

    def gone(self, students: Iterable[str]) -> tuple[str, ...]:
        """Those of some students that the last run did not find; nobody where no run is known."""
        there = self._read("handed_in")
        return () if there is None else tuple(s for s in students if s not in there | self.retired)

    def retired_and_there(self) -> tuple[str, ...]:
        """Retired students that the last run found to have handed in."""
        return tuple(sorted(self.retired & (self._read("handed_in") or frozenset())))

    def _place(self, what: str) -> Path:
        return self.into / ".chainrule" / what / f"{self.assignment}.json"

    def _read(self, what: str) -> frozenset[str] | None:
        try:
            return msgspec.json.decode(self._place(what).read_bytes(), type=frozenset[str])
        except (OSError, msgspec.MsgspecError):
            return None

    def _write(self, what: str, students: Iterable[str]) -> None:
        write_text(self._place(what), msgspec.json.encode(sorted(students)).decode())
