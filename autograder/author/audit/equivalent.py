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

from autograder.edits.regimes import REGIMES
from autograder.errors import AssignmentError

FILE = "equivalent.toml"


class EquivalentMutants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mutants that are equivalent for one reason: key to what a reader sees of it."""

    reason: str
    mutants: dict[str, str]


class UnaskedRegimes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Regimes that a text does not ask for, for one reason: function to regimes; see `blind`."""

    reason: str
    regimes: dict[str, list[str]]


class UnlikeAnswers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers that are not to be right though they differ by a rounding, for one reason; see `agreeing`."""

    reason: str
    answers: dict[str, str]


class ArguedNeighbours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mutants, and answers with two mistakes, of which another mistake's sentence is true, for one reason;
    see `neighbours` and `pairs`.
    """

    reason: str
    mutants: dict[str, str] = {}
    pairs: dict[str, str] = {}


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    equivalent: list[EquivalentMutants] = []
    unasked: list[UnaskedRegimes] = []
    unlike: list[UnlikeAnswers] = []
    neighbours: list[ArguedNeighbours] = []


Unasked = tuple[str, str, str]
"""A function, a regime, and why the text does not ask for it."""


def key_of(cell: str, original: str, mutated: str) -> str:
    """The key of a mutant of a cell; both texts without comments, docstrings and layout, as
    `mutate.code_of` gives them.
    """
    return hashlib.sha256("\0".join((cell, original, mutated)).encode()).hexdigest()[:12]


def load_equivalent(folder: Path) -> dict[str, str]:
    """The reasons by the mutant's key; empty where there is no file.

    Raises AssignmentError for one that can't be read, or gives no reason.
    """
    reasons: dict[str, str] = {}
    for entry in _table(folder).equivalent:
        if not entry.reason.strip() or not entry.mutants:
            raise AssignmentError("an entry without a reason or without mutants", where=str(folder / FILE))
        for key in entry.mutants:
            if key in reasons:
                raise AssignmentError(f"mutant {key} is listed twice", where=str(folder / FILE))
            reasons[key] = entry.reason
    return reasons


def load_unasked(folder: Path) -> list[Unasked]:
    """The regimes that are not asked for; empty where there is no file.

    Raises AssignmentError for a file that can't be read, that gives no reason, or that names no regime.
    """
    found = []
    for entry in _table(folder).unasked:
        if not entry.reason.strip():
            raise AssignmentError("an [[unasked]] without a reason", where=str(folder / FILE))
        for function, regimes in entry.regimes.items():
            for regime in regimes:
                if regime not in REGIMES and regime != "*":
                    known = ", ".join(REGIMES)
                    raise AssignmentError(f"no regime {regime!r}", where=str(folder / FILE), mend=known)
                found.append((function, regime, entry.reason))
    return found


def load_unlike(folder: Path) -> dict[str, str]:
    """The reasons why answers are not to be right, by their key; empty where there is no file.

    Raises AssignmentError for a file that can't be read, or that gives no reason.
    """
    entries = _table(folder).unlike
    if any(not entry.reason.strip() for entry in entries):
        raise AssignmentError("an [[unlike]] without a reason", where=str(folder / FILE))
    return {key: entry.reason for entry in entries for key in entry.answers}


def load_neighbours(folder: Path) -> dict[str, str]:
    """The reasons why a name is true of a mutant that does something else, by the mutant's key.

    Raises AssignmentError for a file that can't be read, or that gives no reason.
    """
    return {key: entry.reason for entry in _argued(folder) for key in entry.mutants}


def load_argued_pairs(folder: Path) -> dict[str, str]:
    """The same for answers with two mistakes, by their key."""
    return {key: entry.reason for entry in _argued(folder) for key in entry.pairs}


def _argued(folder: Path) -> list[ArguedNeighbours]:
    entries = _table(folder).neighbours
    if any(not entry.reason.strip() for entry in entries):
        raise AssignmentError("a [[neighbours]] without a reason", where=str(folder / FILE))
    return entries


def _table(folder: Path) -> _Table:
    path = folder / FILE
    if not path.is_file():
        return _Table()
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Table)
    except (ValueError, msgspec.ValidationError) as error:
        raise AssignmentError(
            str(error),
            where=str(path),
            mend="each [[equivalent]] has a reason and a table of mutants, each [[unasked]] a reason and "
            "a table of regimes, each [[unlike]] a reason and a table of answers",
        ) from None
