"""What was seen and decided of each submission, stored atomically under keys of all that it depends on.

A run goes on where it was stopped, and a change, of a submission or of the assignment, has graded anew what
it touches and nothing else.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.assignment.values import Assignment
from autograder.fingerprints import fingerprint, package
from autograder.handed_in.alignment import Submission
from autograder.handed_in.running_order import digest
from autograder.handed_in.submission import Delivered
from autograder.inside.jail import Level
from autograder.inside.seen import Seen
from autograder.judging.findings import SubmissionResult
from autograder.judging.keys import key_of as reference_key
from autograder.judging.reference import Reference


def key_of(submission: Submission, assignment: Assignment, conditions: tuple[object, ...]) -> str:
    """The key of one submission's result, under what `conditions_of` gives."""
    written = [submission.answer(q.id) for q in assignment.questions if q.written]
    parts = [
        submission.student,
        digest(submission.cells()),
        submission.messages,
        written,
        submission.handed_in(),
    ]
    return fingerprint(package(), assignment.key, *conditions, *parts)


def key_of_delivered(delivered: Delivered, assignment: Assignment, conditions: tuple[object, ...]) -> str:
    """A key that needs no reading of what was handed in: other bytes may still have the same result."""
    return fingerprint(package(), assignment.key, *conditions, msgspec.msgpack.encode(delivered))


def conditions_of(
    reference: Reference, level: Level, questions: tuple[str, ...], locate: bool
) -> tuple[object, ...]:
    """What results depend on beside a submission and the assignment."""
    assignment = reference.assignment
    observed = reference_key(assignment, reference.cells, reference.requests, assignment.probes_text)
    return observed, reference.salt, level, questions, locate


def name_of(student: str, conditions: tuple[str, Level]) -> str:
    """The name of a submission's entry. conditions: the salt and the level of isolation."""
    return fingerprint(student, *conditions)


class JournalEntry(msgspec.Struct, frozen=True):
    """What is kept of one submission: the result under its key, and what was seen of each question under
    the key of that.

    delivered is the key of the bytes that had this result, answers what stood in the cells that students
    answer in.
    """

    key: str = ""
    result: SubmissionResult | None = None
    seen: dict[str, Seen] = {}
    delivered: str = ""
    answers: dict[str, str] = {}


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
        part = self.folder / f"{os.getpid()}-{threading.get_ident()}.part"
        part.touch(mode=0o600)
        part.write_bytes(entry)
        part.replace(self.folder / f"{name}.msgpack")


def read_entry(data: bytes) -> JournalEntry:
    """An entry from its bytes; an empty one where they are broken."""
    try:
        return msgspec.msgpack.decode(data, type=JournalEntry)
    except msgspec.MsgspecError:
        return JournalEntry()


def write_entry(entry: JournalEntry) -> bytes:
    return msgspec.msgpack.encode(entry)
