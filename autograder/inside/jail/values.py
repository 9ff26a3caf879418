"""What the jail is asked for, and how it says no.

Imports nothing of the package, so that every floor may use it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """The levels of isolation, strongest first."""

    FULL = "full"
    LANDLOCK = "landlock"
    NONE = "none"


LEVELS = tuple(Level)


class JailError(RuntimeError):
    """The isolation could not be had. Never a student's fault, and never to be scored."""


@dataclass(frozen=True)
class JailLimits:
    """What one submission may use. The wall clock is not here: whoever waits for the process counts it."""

    cpu_seconds: int
    memory_bytes: int  # address space above what the zygote maps already
    tmp_bytes: int = 64 << 20  # in the box; below level full, in each file of it
    tmp_inodes: int = 2048  # in the box; level full alone
    tasks: int = 64  # threads; level full alone
    open_files: int = 128
