"""What a run of autograde is asked for, and what it tells while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Options:
    """What a run of autograde was asked for. into holds the gradebook, the graded notebooks and the
    journal.
    """

    submitted: Path
    into: Path
    students: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    jobs: int = 1
    gradebook: bool = True
    force: bool = False
    salt: str = ""
    unsafe: bool = False
    locate: bool = True
    """Whether the place of a mistake that has no name is looked for."""
    database: str = ""
    """The gradebook's url; where none is given, the course's own, or gradebook.db of `into` where that is
    another folder.
    """
    config: Any = None
    """nbgrader's configuration, where it has been loaded."""
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What is to be said of a student's submission beforehand, such as that it came late."""
    scheduler: str = ""
    """Address of a Dask scheduler (tcp://HOST:PORT); empty: use this machine."""


@dataclass(frozen=True)
class Progress:
    """What a run tells while it goes on: one call for each stage and each submission."""

    stage: Callable[[str], None] = lambda _: None
    found: Callable[[int], None] = lambda _: None
    done: Callable[[str], None] = lambda _: None
    recorded: Callable[[list[str]], None] = lambda _: None
    """Called with some students once their rows and graded notebooks are written, many times in a large
    class.
    """
    written: Callable[[str], None] = lambda _: None
    """Called with the gradebook's place once its rows are written."""
