"""What was seen and decided of each submission, stored atomically under keys of all that it depends on.

A run goes on where it was stopped, and a change, of a submission or of the assignment, has graded anew what it touches and nothing else.
"""
from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autograder.assignment.loading import Assignment
from autograder.fingerprints import fingerprint, package
from autograder.inside.seen import Outcome, Seen, SubmissionResult, Value
from autograder.submission import Submission, digest

_FLEETING = {Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.KILLED, Outcome.PROTOCOL}
"""Outcomes that a busy or full machine may have caused: kept only once they have come again in a try of their own."""


def key_of(submission: Submission, assignment: Assignment, reference: str, salt: str, level: str, questions: tuple[str, ...]) -> str:
    """The key of one submission's result. reference is the key of the reference's own observations."""
    written = [submission.answer(q.id) for q in assignment.questions if q.written]
    parts = [submission.student, digest(submission.cells()), submission.messages, written, submission.handed_in()]
    return fingerprint(package(), assignment.key, reference, salt, level, questions, *parts)


def is_fleeting(seen: Seen) -> bool:
    """Whether something in it might end otherwise another time: a cell, or a probe."""
    return any(cell.outcome in _FLEETING for cell in seen.cells) or any(o.outcome in _FLEETING for o in seen.observations.values())


class Entry(Value, frozen=True):
    """What is kept of one submission: the result under its key, and what was seen of each question under the key of that."""

    key: str = ""
    result: SubmissionResult | None = None
    seen: dict[str, Seen] = {}


@dataclass
class Memory:
    """What is known of a submission while it is graded: what an earlier run saw, and what this one saw or used again.

    alone: nothing else runs meanwhile, so that a timeout, a death or an exhausted memory is the submission's own.
    """

    before: dict[str, Seen] = field(default_factory=dict)
    alone: bool = False
    kept: dict[str, Seen] = field(default_factory=dict)
    fleeting: bool = False
    """Whether something was seen that has to be tried again before it is kept."""

    def get(self, key: str) -> Seen | None:
        if (seen := self.before.get(key)) is not None:
            self.kept[key] = seen
        return seen

    def forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.kept.pop(key, None)

    def put(self, key: str, seen: Seen) -> None:
        """Keep what was seen, unless it might end otherwise another time."""
        if self.note(seen):
            self.kept[key] = seen

    def note(self, seen: Seen) -> bool:
        """Whether what was seen may be relied upon; otherwise take down that it has to be tried again."""
        sure = self.alone or not is_fleeting(seen)
        self.fleeting = self.fleeting or not sure
        return sure


@dataclass(frozen=True)
class Journal:
    """A folder with an entry for each submission. A broken entry counts as missing."""

    folder: Path

    def get(self, name: str) -> bytes:
        """An entry as bytes; none where there is none."""
        try:
            return (self.folder / f"{name}.msgpack").read_bytes()
        except OSError:
            return b""

    def put(self, name: str, entry: bytes) -> None:
        """Replace an entry: at no moment half of it is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=self.folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(entry)
        os.replace(part, self.folder / f"{name}.msgpack")


def read_entry(data: bytes) -> Entry:
    """An entry from its bytes; an empty one where they are broken."""
    try:
        return msgspec.msgpack.decode(data, type=Entry)
    except msgspec.MsgspecError:
        return Entry()


def write_entry(entry: Entry) -> bytes:
    return msgspec.msgpack.encode(entry)
