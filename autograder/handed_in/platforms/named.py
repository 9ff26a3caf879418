"""What a file's place in a download says of whose it is."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Named(msgspec.Struct, frozen=True):
    """What a file's place says. keys are the numbers and addresses that a platform knows the person by."""

    platform: str
    who: str
    file: str
    keys: dict[str, str] = {}
    late: bool = False
    submission: str = ""
    """Files of one submission belong together; of several submissions of one person the newest counts."""
    attempt: int = 0
    when: datetime | None = None
    one_of: tuple[str, ...] = ()
    """The platform's numbers of several people, where the place does not tell which of them it is."""
