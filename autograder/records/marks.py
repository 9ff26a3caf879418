"""What people have put into the gradebook, as frozen values."""

from __future__ import annotations

import msgspec


class Mark(msgspec.Struct, frozen=True):
    """What the gradebook says of one question that the tests don't: a person's score and comment, and
    whether one is still asked for.
    """

    score: float | None = None
    extra_credit: float = 0.0
    waiting: bool = False
    comment: str = ""


class Marks(msgspec.Struct, frozen=True):
    """One submission in the gradebook: marks by question, and points off for lateness."""

    questions: dict[str, Mark] = {}
    penalty: float = 0.0
