"""Frozen values that the whole package speaks in. No input or output happens here."""
from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec


class Outcome(str, Enum):
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


class Verdict(str, Enum):
    """Whether an answer was right."""

    RIGHT = "right"
    WRONG_SHAPE = "wrong shape"
    WRONG_TYPE = "wrong type"
    WRONG_VALUES = "wrong values"
    NOT_FINITE = "not finite"
    CHANGED_INPUT = "changed its input"
    NO_VALUE = "no value"


class Observation(msgspec.Struct, frozen=True):
    """What one probe saw on one notebook: how it ended and, where it finished, the value as wire bytes."""

    probe: str
    outcome: Outcome
    value: bytes | None = None
    error: str = ""
    line: str = ""
