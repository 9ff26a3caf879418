"""Whose id a download's file gets: by a roster where there is one, else made of what the platform says.

Two identities of a platform never share an id: that would let one student's work stand in for another's.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from enum import IntEnum

import msgspec

from autograder.handed_in.platforms.named import Named, bare, spellings
from autograder.handed_in.roster import Student, safe


class Surety(IntEnum):
    """How a platform's identity came to its id."""

    MADE = 0
    """The id was made of a name that is none."""
    NAME = 1
    """By the name, which students may be able to change."""
    EXACT = 2
    """By a number of the platform's, or since it is the id, letter by letter."""
    ADDRESS = 3
    """By an address, to which a platform has written; a number is what somebody has typed in."""


Identity = tuple[str, tuple[tuple[str, str], ...]]
"""A person as a platform knows it: the platform, and the numbers and addresses, or else the name."""


def identity_of(named: Named) -> Identity:
    """By what a platform tells one person from another."""
    number = "email" if named.keys.get("email") else "number"
    if named.platform == "Gradescope" and number in named.keys:
        return ("Gradescope", ((number, named.keys[number]),))
    if named.platform == "nbgrader":  # a folder and a file of one name are one person's
        return ("", (("who", named.who),))
    return (named.platform, tuple(sorted(named.keys.items())) or (("who", named.who),))


class Places:
    """Finds the student that a file belongs to."""

    def __init__(self, roster: tuple[Student, ...]) -> None:
        self.roster = roster
        self._exact: dict[tuple[str, str], set[str]] = {}
        self._keys: dict[tuple[str, str], set[str]] = {}
        self._groups: dict[str, list[Student]] = {}
        self._names: dict[str, set[str]] = {}
        for student in roster:
            if student.group:
                self._groups.setdefault(bare(student.group), []).append(student)
            fields = {
                "id": student.id,
                "canvas": student.canvas,
                "moodle": student.moodle,
                "number": student.number,
                "email": student.email,
            }
            for kind, value in [
                *fields.items(),
                ("who", student.id),
                ("who", student.login),
                ("who", student.email),
                ("who", student.number),
                ("login", student.login),
                ("login", student.id),
            ]:
                if value:
                    self._exact.setdefault((kind, value), set()).add(student.id)
                    self._keys.setdefault((kind, value.casefold()), set()).add(student.id)
            for spelling in spellings(student.name):
                self._names.setdefault(spelling, set()).add(student.id)

    @property
    def called(self) -> dict[str, set[str]]:
        """By the number that Canvas has for them: how people, and their groups, may be called."""
        return {
            one.canvas: spellings(one.name) | ({bare(one.group)} if one.group else set())
            for one in self.roster
            if one.canvas
        }

    def find(self, named: Named) -> tuple[str, Surety]:
        """The id in the roster: by a number or an address, by the id itself, or by a name that one person
        alone has; else the empty text.
        """
        if named.one_of:
            return "", Surety.MADE
        keys = sorted(named.keys.items(), key=lambda key: key[0] != "email")
        kinds = [*keys, ("who", named.who), ("who", named.keys.get("number", ""))]
        own = named.platform in ("", "nbgrader")  # elsewhere people choose how they are called
        for kind, value in kinds:
            found = self._exact.get((kind, value), set())
            if len(found) != 1:  # two ids may differ in capitals alone
                found = self._keys.get((kind, value.casefold()), set())
            if len(found) == 1:
                sure = own or kind != "who" or value != named.who
                surety = Surety.ADDRESS if kind == "email" else Surety.EXACT if sure else Surety.NAME
                return next(iter(found)), surety
        same = self._names.get(bare(named.who), set())
        return (next(iter(same)), Surety.NAME) if len(same) == 1 else ("", Surety.MADE)

    def members(self, named: Named) -> tuple[Student, ...]:
        """The members of the group that a file is called after; nobody where it is a person's."""
        group = self._groups.get(bare(named.who), [])
        person = self._names.get(bare(named.who)) or self._keys.get(("who", named.who.casefold()))
        return () if person or named.one_of else tuple(group)


def found_by(named: Named, places: Places, title: str) -> tuple[str, Surety]:
    """Whom the roster knows by a name, or by what is left of it without the assignment's: GitHub Classroom
    and many a class put that before or behind.
    """
    student, surety = places.find(named)
    plain = re.sub(rf"\A{re.escape(title)}[\s_-]+|[\s_-]+{re.escape(title)}\Z", "", named.who)
    if student or named.platform not in ("", "nbgrader") or plain in ("", named.who):
        return student, surety
    student, surety = places.find(msgspec.structs.replace(named, who=plain))
    return student, min(surety, Surety.NAME)


def distinct(wanted: Iterable[tuple[Identity, str, Surety]]) -> tuple[dict[Identity, str], dict[str, str]]:
    """The id of each identity, no two of them the same; and by id what is to be said where several came to
    one.

    The one that has it more surely than all others keeps it; of equals nobody does.
    """
    claims: dict[str, dict[Identity, Surety]] = {}
    for identity, student, surety in wanted:
        mine = claims.setdefault(student, {})
        mine[identity] = max(surety, mine.get(identity, surety))
    ids: dict[Identity, str] = {}
    said: dict[str, str] = {}
    for student, by in claims.items():
        best = max(by.values())
        keepers = [identity for identity, surety in by.items() if surety == best]
        for identity in by:
            kept = [identity] == keepers
            ids[identity] = student if kept else apart(student, identity)
            if len(by) > 1:
                said[ids[identity]] = (
                    f"{len(by)} people of the download come to the id {student}; each has a result under "
                    "an id of its own, and a person should look whose is whose"
                )
    return ids, said


def apart(student: str, identity: Identity) -> str:
    """An id made of another, which no other identity has."""
    digest = hashlib.sha256(repr(identity).encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{student[:100]}-{digest}"


def made_id(named: Named) -> str:
    """An id for somebody who is in no roster: the same person of the same platform gets the same one."""
    if named.platform == "Gradescope":
        text = named.keys.get("email") or named.keys.get("number") or named.who
    else:
        text = "_".join(dict.fromkeys([named.who, *named.keys.values()]))
    if safe(text) and " " not in text:
        return text
    plain = re.sub(r"[^\w@.+-]+", "_", unicodedata.normalize("NFC", text)).strip("._-+")
    if safe(plain):
        return plain
    short = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{plain[:20].strip('._-+') or 'student'}-{short}"
