"""What was seen of a notebook, as frozen values: how cells and probes ended, and what came back.

Nothing here judges.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """How a cell, a probe or a process ended."""

    FINISHED = "finished"
    RAISED = "raised"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    KILLED = "killed"
    EXITED = "exited"
    OUTPUT_LIMIT = "output limit"
    PROTOCOL = "protocol"
    REFUSED = "refused"
    MISSING = "missing"


class Observation(msgspec.Struct, frozen=True):
    """What one probe saw on one notebook: how it ended and, where it finished, the value as wire bytes.

    error names a built-in exception; cell and line say where in the notebook's own cells it was raised.
    """

    probe: str
    outcome: Outcome
    value: bytes = b""
    error: str = ""
    cell: int = 0
    line: int = 0
    missing: str = ""
    text: str = ""
    """What the interpreter or NumPy said of the exception, where the text has a form of theirs."""
    changed: tuple[str, ...] = ()
    """The drawn inputs that were not as before after the call: names that the process of the student's code
    has sent, which may be anything.
    """


class CellReport(msgspec.Struct, frozen=True):
    """How one cell of a notebook ended. number counts the notebook's cells from 1."""

    number: int
    outcome: Outcome
    error: str = ""
    line: int = 0
    missing: str = ""
    value: float | None = None
    """The number that a cell of a notebook that is graded as it is ended with."""
    stderr: bool = False
    """Whether such a cell wrote to standard error, before it ended with a number."""


class Seen(msgspec.Struct, frozen=True):
    """Everything observed of one notebook. skipped are the cells that hung or ended the process, and were
    left out from then on.

    demos: whether the demonstrations had to be run, for a name that they define. briefly: the cells of which
    the definitions alone were run from some time on.
    """

    cells: tuple[CellReport, ...]
    observations: dict[str, Observation]
    seconds: float
    skipped: tuple[int, ...] = ()
    demos: bool = False
    briefly: tuple[int, ...] = ()
