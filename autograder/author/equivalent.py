"""Mutants that no behaviour asked for can tell from the reference: assignments/<name>/equivalent.toml lists
each with the reason.

    [[equivalent]]
    reason = "At the kink itself either slope is accepted."
    [equivalent.mutants]
    4c1fd0a2b6e7 = "relu_solution line 7: cache > 0 -> cache >= 0"

The key is a hash of the cell's id, its code and the mutant's, so an entry goes stale when either changes; the
text beside it is for readers.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import msgspec

from autograder.errors import AssignmentError

FILE = "equivalent.toml"


class EquivalentMutants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mutants that are equivalent for one reason: key to what a reader sees of it."""

    reason: str
    mutants: dict[str, str]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    equivalent: list[EquivalentMutants] = []


def key_of(cell: str, original: str, mutated: str) -> str:
    """The key of a mutant of a cell; both texts without comments, docstrings and layout, as
    `mutate.code_of` gives them.
    """
    return hashlib.sha256("\0".join((cell, original, mutated)).encode()).hexdigest()[:12]


def load_equivalent(folder: Path) -> dict[str, str]:
    """The reasons by key; empty where there is no file.

    Raises AssignmentError for one that can't be read, or gives no reason.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        table = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Table)
    except (ValueError, msgspec.ValidationError) as error:
        raise AssignmentError(
            str(error), where=str(path), mend="each [[equivalent]] has a reason and a table of mutants"
        ) from None
    reasons: dict[str, str] = {}
    for entry in table.equivalent:
        if not entry.reason.strip() or not entry.mutants:
            raise AssignmentError("an entry without a reason or without mutants", where=str(path))
        for key in entry.mutants:
            if key in reasons:
                raise AssignmentError(f"mutant {key} is listed twice", where=str(path))
            reasons[key] = entry.reason
    return reasons
