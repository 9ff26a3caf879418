"""What a file's place in a download says of whose it is, and when two names are the same."""

from __future__ import annotations

import re
import unicodedata
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


def bare(name: str) -> str:
    """A name without accents, case, blanks and punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isalnum())


def spellings(name: str) -> set[str]:
    """How a platform may run a name's parts together: the last name first or last, however many parts
    each has.
    """
    parts = [part for part in re.split(r"[\s,]+", name) if bare(part)]
    return {bare("".join(parts[i:] + parts[:i])) for i in range(len(parts))}
