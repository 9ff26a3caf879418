"""What an old source notebook holds, whichever tool it was written for, and what could not be taken over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from autograder.errors import UsageError


class OldRole(StrEnum):
    """What a cell of an old notebook is for."""

    PROSE = "prose"
    PLAIN = "plain"
    """Code that is neither an answer nor a test."""
    SOLUTION = "solution"
    TEST = "test"
    WRITTEN = "written"
    """A text that a person grades."""
    CODED = "coded"
    """Code that a person grades."""


@dataclass(frozen=True)
class OldCell:
    """A cell of an old notebook. number counts the file's cells from 1; hidden are the parts of a test that
    students never see: its lines, counted from 1.
    """

    role: OldRole
    id: str
    text: str
    number: int
    points: float = 0.0
    hidden: frozenset[int] = frozenset()
    rubric: str = ""
    """Of a written answer: how it is graded, and a sample."""
    by_output: bool = False
    """The test is the value of its last line (Otter): the solution's own is what is right."""

    @property
    def is_code(self) -> bool:
        return self.role in (OldRole.PLAIN, OldRole.SOLUTION, OldRole.TEST, OldRole.CODED)

    @property
    def visible(self) -> str:
        """What students see of it."""
        lines = enumerate(self.text.splitlines(), 1)
        return "\n".join(line for number, line in lines if number not in self.hidden).strip("\n")


@dataclass(frozen=True)
class Left:
    """Something that wants a person's eye: where it stands in the old notebook, and why."""

    cell: int
    line: int
    reason: str

    def says(self, file: str) -> str:
        place = f", cell {self.cell}" if self.cell else ""
        place += f", line {self.line}" if self.line else ""
        return f"{file}{place}: {self.reason}"


class NotAdoptable(UsageError):
    """The file is no source notebook that can be taken over."""
