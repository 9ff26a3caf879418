"""Results kept on disk, a file a student: what feedback, report and export read, so that nothing is graded
twice for them.

Each file holds the newest result and, where a later grading came out differently, the one before it with what
has changed in between.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.assignment.packages import environment
from autograder.assignment.values import Assignment, QuestionKind
from autograder.errors import UsageError
from autograder.files import write_text
from autograder.fingerprints import fingerprint
from autograder.handed_in.submission import Delivered
from autograder.judging.findings import QuestionResult, SubmissionResult
from autograder.judging.judged import total
from autograder.records.enrolled import Enrolled

FORMAT = 1


class Conditions(msgspec.Struct, frozen=True):
    """What a result depends on: the notebook handed in and the assignment's files as hashes, and how it
    was graded.
    """

    handed_in: str
    tests: str
    release: str
    salt: str
    isolation: str
    environment: dict[str, str]


class KeptResult(msgspec.Struct, frozen=True):
    """A result, when it was first found, in UTC, and under what conditions."""

    result: SubmissionResult
    when: str
    conditions: Conditions


class Kept(msgspec.Struct, frozen=True):
    """What is kept of one submission: how it stands now, and how it stood before its result last changed."""

    format: int
    now: KeptResult
    before: KeptResult | None = None


@dataclass(frozen=True)
class Results:
    """The kept results of one assignment; into is the folder that holds the gradebook."""

    into: Path
    assignment: Assignment

    @property
    def folder(self) -> Path:
        return self.into / ".chainrule" / "results" / self.assignment.name

    def get(self, student: str) -> Kept | None:
        """What is kept of a student; a broken or foreign file counts as missing."""
        try:
            kept = msgspec.json.decode((self.folder / f"{student}.json").read_bytes(), type=Kept)
        except (OSError, msgspec.MsgspecError):
            return None
        return kept if kept.format == FORMAT else None

    def students(self) -> list[str]:
        """Everybody of whom a result is kept, retired ones too."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def all(self, students: Iterable[str] = ()) -> tuple[Kept, ...]:
        """What is kept of these students, or of all but the retired ones, by student; raises UsageError where
        there is nothing.
        """
        wanted = tuple(students)
        chosen = wanted or frozenset(self.students()) - Enrolled(self.into, self.assignment.name).retired
        found = [self.get(student) for student in chosen]
        kept = sorted((k for k in found if k is not None), key=lambda k: k.now.result.student)
        if not kept:
            whose = f" by {', '.join(wanted)}" if wanted else ""
            what = f"{self.into} holds no results of {self.assignment.name}{whose}"
            raise UsageError(
                what,
                mend=f"grade first: chainrule autograde {self.assignment.name}; --into names another folder",
            )
        return tuple(kept)

    def put(self, handed_in: str, result: SubmissionResult, salt: str, isolation: str) -> None:
        """Keep a result of what was handed in, of which that is a hash.

        One of some questions only replaces those questions; one that comes out as before changes nothing.
        """
        conditions = Conditions(
            handed_in, self.assignment.key, self.assignment.release, salt, isolation, environment()
        )
        kept = self.get(result.student)
        before = kept.before if kept else None
        if kept is not None:
            if len(result.questions) < len(self.assignment.questions):
                result = _merged(kept.now.result, result, self.assignment)
            if _same(kept.now.result, result):
                if kept.now.conditions == conditions:
                    return
                entry = KeptResult(result, kept.now.when, conditions)
            else:
                before, entry = kept.now, KeptResult(result, _now(), conditions)
        else:
            entry = KeptResult(result, _now(), conditions)
        write_text(
            self.folder / f"{result.student}.json", msgspec.json.encode(Kept(FORMAT, entry, before)).decode()
        )


def handed_in(delivered: Delivered) -> str:
    """A hash of the files that a student handed in, whatever the assignment says: of the notebook, or why
    there is none, and of those beside it.
    """
    notebook = delivered.data if delivered.data is not None else repr(delivered.messages)
    files = [(name, hashlib.sha256(data).hexdigest()) for name, data in sorted(delivered.files.items())]
    return fingerprint(notebook, files)


def _merged(old: SubmissionResult, new: SubmissionResult, assignment: Assignment) -> SubmissionResult:
    """The old result with the questions of the new one in it, in the notebook's order."""
    by_id: dict[str, QuestionResult] = {q.id: q for q in (*old.questions, *new.questions)}
    questions = tuple(by_id[q.id] for q in assignment.questions if q.id in by_id)
    return msgspec.structs.replace(
        new,
        questions=questions,
        score=total([q.score or 0.0 for q in questions]),
        max_score=assignment.worth(q.id for q in questions),
        needs_manual=tuple(q.id for q in questions if q.kind is QuestionKind.MANUAL and q.score is None),
    )


def _same(one: SubmissionResult, other: SubmissionResult) -> bool:
    return msgspec.structs.replace(one, seconds=0.0) == msgspec.structs.replace(other, seconds=0.0)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
