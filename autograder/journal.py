"""Results as they arrive, each stored atomically under a key of all that it depends on: a run goes on where it was stopped."""
from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from autograder.assignment import Assignment, fingerprint
from autograder.model import Outcome, SubmissionResult
from autograder.submission import Submission, digest

_FLEETING = {Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.KILLED, Outcome.PROTOCOL}
"""Outcomes that another try on another day might not repeat: such a result is not kept."""


@cache
def _package() -> str:
    """A hash of the whole package: what judges, diagnoses and writes messages."""
    here = Path(__file__).parent
    return fingerprint(*[path.read_bytes() for path in sorted(here.rglob("*.py"))])


def key_of(submission: Submission, assignment: Assignment, reference: str, salt: str, level: str, questions: tuple[str, ...]) -> str:
    """The key of one submission's result. reference is the key of the reference's own observations."""
    texts = [path.read_bytes() for path in sorted(assignment.folder.iterdir()) if path.suffix in (".py", ".toml")]
    written = [submission.answer(q.id) for q in assignment.questions if q.written]
    files = [(name, path.read_bytes()) for name, path in sorted(submission.files.items())]
    parts = [submission.student, digest(submission.cells()), submission.messages, written, files]
    return fingerprint(_package(), reference, salt, level, questions, *parts, *texts)


@dataclass(frozen=True)
class Journal:
    """A folder of results. A broken entry counts as missing."""

    folder: Path

    def get(self, key: str) -> SubmissionResult | None:
        try:
            return msgspec.msgpack.decode((self.folder / f"{key}.msgpack").read_bytes(), type=SubmissionResult)
        except (OSError, msgspec.MsgspecError):
            return None

    def put(self, key: str, result: SubmissionResult) -> None:
        """Keep a result, unless something in it might end otherwise another time."""
        if any(check.outcome in _FLEETING for question in result.questions for check in question.checks):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.msgpack.encode(result))
        os.replace(name, self.folder / f"{key}.msgpack")
