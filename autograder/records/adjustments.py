"""What whoever teaches has decided beyond the tests: more time for a student, a student excused, a question
that counts for nobody or gives everybody its points; each with a reason, by whom, and when.

adjustments.toml in the course's folder keeps all of it. An entry is only ever added, an undoing too, so that
the file is its own history; the last entry on a student or a question holds.
"""

from __future__ import annotations

import datetime
import json
import math
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

from autograder.assignment.course import Course
from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.files import write_text
from autograder.text import printable, sentence

_HEAD = """\
# More time for a student, students excused, questions that count for nobody or give everybody their points.
# `chainrule adjust` adds entries at the end. The last one on a student or a question holds.
"""
_LONGEST_REASON = 1000
LONGEST_EXTENSION = 24 * 366
"""In hours."""


class Decision(StrEnum):
    """What is decided; the first two of a student, the others of a question."""

    EXTENSION = "extension"
    EXCUSED = "excused"
    DROPPED = "dropped"
    GIVEN = "given"

    @property
    def of_question(self) -> bool:
        return self in (Decision.DROPPED, Decision.GIVEN)


class Adjustment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the file. when is a time in UTC, hours that of an extension."""

    assignment: str
    kind: Decision
    by: str
    when: str
    reason: str = ""
    student: str = ""
    question: str = ""
    hours: float = 0.0
    undone: bool = False

    @property
    def subject(self) -> str:
        """The student or the question that it is about."""
        return self.student or self.question

    @property
    def because(self) -> str:
        """The reason as a sentence."""
        return sentence(self.reason)

    @property
    def time(self) -> str:
        """How much more time, as people say it."""
        days, hours = divmod(self.hours, 24)
        parts = [f"{n:g} {unit}{'s' * (n != 1)}" for n, unit in ((days, "day"), (hours, "hour")) if n]
        return " and ".join(parts)

    @property
    def effect(self) -> str:
        """What was decided, in a few words."""
        match self.kind:
            case Decision.EXTENSION:
                return f"{self.time} more"
            case Decision.EXCUSED:
                return "excused"
            case Decision.DROPPED:
                return "counts for nobody"
            case _:
                return "everybody has all its points"

    @property
    def says(self) -> str:
        """Of whom or what, and what was decided."""
        return f"{self.subject}: {self.effect}"

    @property
    def key(self) -> tuple[str, ...]:
        """Entries of one key replace each other."""
        return ("question", self.question) if self.kind.of_question else (self.kind, self.student)


@dataclass(frozen=True)
class Adjustments:
    """What holds of one assignment. history: all entries of it, as they were made."""

    history: tuple[Adjustment, ...] = ()
    extensions: Mapping[str, Adjustment] = field(default_factory=dict)
    excused: Mapping[str, Adjustment] = field(default_factory=dict)
    questions: Mapping[str, Adjustment] = field(default_factory=dict)

    @classmethod
    def of(cls, assignment: Assignment) -> Adjustments:
        """As the course's file has it; raises UsageError where that can't be read, or names a question that
        there is none of.
        """
        found = from_entries(e for e in read(place(assignment.root)) if e.assignment == assignment.name)
        for question in found.questions:
            assignment.question(question)
        return found

    @property
    def in_force(self) -> tuple[Adjustment, ...]:
        """What holds now: students first, by id."""
        tables = (self.extensions, self.excused, self.questions)
        return tuple(table[key] for table in tables for key in sorted(table))

    def maximum(self, assignment: Assignment) -> float:
        """The points that can be had: all but those of dropped questions."""
        dropped = {q for q, a in self.questions.items() if a.kind is Decision.DROPPED}
        return float(sum(q.points for q in assignment.questions if q.id not in dropped))


NONE = Adjustments()


def place(root: Path) -> Path:
    """The file of a course."""
    return Course.at(root).adjustments


def from_entries(entries: Iterable[Adjustment]) -> Adjustments:
    """What holds after some entries of one assignment, in their order."""
    history = tuple(entries)
    last = {entry.key: entry for entry in history}
    now = [entry for entry in last.values() if not entry.undone]
    return Adjustments(
        history,
        {e.student: e for e in now if e.kind is Decision.EXTENSION},
        {e.student: e for e in now if e.kind is Decision.EXCUSED},
        {e.question: e for e in now if e.question},
    )


def read(path: Path) -> tuple[Adjustment, ...]:
    """The entries of a file, none where there is no file; raises UsageError with the entry that is wrong."""
    return _entries(_text(path), path)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"it can't be read: {error}", where=str(path), mend=_MEND) from None


def _entries(text: str, path: Path) -> tuple[Adjustment, ...]:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"it can't be read: {error}", where=str(path), mend=_MEND) from None
    found = []
    for number, entry in enumerate(raw.get("adjustment", ()), 1):
        try:
            made = msgspec.convert(entry, Adjustment)
            datetime.datetime.fromisoformat(made.when)
        except (msgspec.ValidationError, ValueError) as error:
            raise UsageError(f"entry {number}: {error}", where=str(path), mend=_MEND) from None
        if fault := _fault(made):
            raise UsageError(f"entry {number}: {fault}", where=str(path), mend=_MEND)
        found.append(made)
    return tuple(found)


def _fault(entry: Adjustment) -> str:
    """What can't be meant in an entry; empty where nothing is."""
    of_question = entry.kind.of_question
    if bool(entry.question) != of_question or bool(entry.student) == of_question:
        what = "a question, and no student" if of_question else "a student, and no question"
        return f"`{entry.kind}` names {what}"
    if not (math.isfinite(entry.hours) and 0 <= entry.hours <= LONGEST_EXTENSION):
        return f"an extension of {entry.hours} hours"
    return "" if entry.undone or entry.reason.strip() else "it gives no reason"


_MEND = "mend the entry, or take it away: `chainrule adjust` makes them anew"


def add(root: Path, entries: Iterable[Adjustment]) -> None:
    """Put entries at the end of a course's file; what stands there stays to the letter."""
    path = place(root)
    text = (_text(path) or _HEAD).rstrip("\n") + "\n" + "".join(map(_as_toml, entries))
    _entries(text, path)
    write_text(path, text)


def _as_toml(entry: Adjustment) -> str:
    """An entry as text: what has its default is left out."""
    lines = ["", "[[adjustment]]"]
    for name in entry.__struct_fields__:
        value = getattr(entry, name)
        if value not in ("", False, 0.0):
            plain = printable(value, _LONGEST_REASON) if isinstance(value, str) else value
            lines.append(f"{name} = {json.dumps(plain, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def renamed(root: Path, assignment: str, formerly: Mapping[str, str], still: Collection[str] = ()) -> None:
    """Let what was decided of some ids, by new id, hold of the new ones; and no more of the former, but of
    those that are still somebody's.
    """
    now = from_entries(e for e in read(place(root)) if e.assignment == assignment)
    moved = []
    for new, old in formerly.items():
        for table in (now.extensions, now.excused):
            if old in table and new not in table:
                moved.append(msgspec.structs.replace(table[old], student=new))
            if old in table and old not in still:
                moved.append(
                    msgspec.structs.replace(table[old], undone=True, when=moment(), reason=f"this is {new}")
                )
    if moved:
        add(root, moved)


def moment() -> str:
    """Now, as entries have it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
