"""Whose id a download's file gets: by a roster where there is one, else made of what the platform says."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from autograder.handed_in.downloads import Named
from autograder.handed_in.roster import Student, safe


class Places:
    """Finds the student that a file belongs to."""

    def __init__(self, roster: tuple[Student, ...]) -> None:
        self.roster = roster
        self._keys: dict[tuple[str, str], set[str]] = {}
        self._names: dict[str, set[str]] = {}
        for student in roster:
            fields = {
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
            ]:
                if value:
                    self._keys.setdefault((kind, value.casefold()), set()).add(student.id)
            for spelling in spellings(student.name):
                self._names.setdefault(spelling, set()).add(student.id)

    def find(self, named: Named) -> str:
        """The id in the roster: by a number or an address, by the id itself, or by a name that one person
        alone has; else the empty text.
        """
        kinds = [*named.keys.items(), ("who", named.who), ("who", named.keys.get("number", ""))]
        for kind, value in kinds:
            found = self._keys.get((kind, value.casefold()), set())
            if len(found) == 1:
                return next(iter(found))
        same = self._names.get(bare(named.who), set())
        return next(iter(same)) if len(same) == 1 else ""


def made_id(named: Named) -> str:
    """An id for somebody who is in no roster: the same person of the same platform gets the same one."""
    if named.platform == "Gradescope":
        text = named.keys.get("email") or named.keys.get("number") or named.who
    else:
        text = "_".join([named.who, *named.keys.values()])
    if safe(text) and " " not in text:
        return text
    plain = re.sub(r"[^\w@.+-]+", "_", unicodedata.normalize("NFC", text)).strip("._-+")
    if safe(plain):
        return plain
    short = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{plain[:20].strip('._-+') or 'student'}-{short}"


def bare(name: str) -> str:
    """A name without accents, case, blanks and punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isalnum())


def spellings(name: str) -> set[str]:
    """How a platform may run a name's parts together: the last name first or last, however many parts
    each has.
    """
    parts = [part for part in re.split(r"[\s,]+", name) if bare(part)]
    return {bare("".join(parts[i:] + parts[:i])) for i in range(len(parts))}
