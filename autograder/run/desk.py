"""One submission from bytes to bytes: what a worker does, in a process of this machine's pool or on another
machine.

A worker opens a desk once, with all that grading an assignment takes, and then answers jobs. Everything of
ours that goes wrong becomes a `Failure`: exceptions do not travel.
"""

from __future__ import annotations

import threading
import time
import traceback
from pathlib import Path

import msgspec

from autograder.assignment import notebook
from autograder.assignment.values import Assignment
from autograder.errors import ChainRuleError
from autograder.handed_in.alignment import Submission
from autograder.handed_in.submission import Delivered, understand
from autograder.judging.findings import SubmissionResult
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.judging.sitting.memory import Memory
from autograder.records.graded_notebook import graded_notebook, made_from
from autograder.records.results import handed_in
from autograder.run.journal import (
    JournalEntry,
    conditions_of,
    key_of,
    key_of_delivered,
    read_entry,
    write_entry,
)
from autograder.sandbox.isolation import Isolation


class Job(msgspec.Struct, frozen=True):
    """A submission to grade. entry is what the journal holds of it; alone: nothing else is graded
    meanwhile.
    """

    delivered: Delivered
    questions: tuple[str, ...] = ()
    entry: bytes = b""
    alone: bool = False
    with_notebook: bool = True
    locate: bool = True
    """Whether the place of a mistake that has no name is looked for."""
    made_from: str = ""
    """Of the graded notebook that is there: it stays where it would be made from the same."""


class Done(msgspec.Struct, frozen=True, tag=True):
    """A graded submission. entry is what the journal should hold from now on, empty where that has not
    changed.

    again: something in it may have been the machine's doing and has to be tried again, alone. seconds are
    those of the worker.
    """

    result: SubmissionResult
    entry: bytes
    notebook: str
    """The text of the graded notebook; empty where none was asked for, or the one that is there stays."""
    answers: dict[str, str]
    """What stands in the cells that students answer in, by the cell's id; without those that are missing."""
    handed_in: str
    """A hash of what was handed in, by which kept results are told apart."""
    again: bool
    seconds: float


class Failure(msgspec.Struct, frozen=True, tag=True):
    """A submission that has no result, for a reason of ours."""

    student: str
    reason: str


class Desk:
    """All that grading one assignment takes, in one process: the reference, and for each thread a grader."""

    def __init__(self, reference: Reference, isolation: Isolation) -> None:
        self.reference, self.isolation, self.assignment = reference, isolation, reference.assignment
        self._known: dict[tuple[tuple[str, ...], bool], tuple[object, ...]] = {}
        self._local, self._graders = threading.local(), list[Grader]()

    def close(self) -> None:
        for grader in self._graders:
            grader.close()

    def grader(self) -> Grader:
        """This thread's own: a sandbox serves one process at a time."""
        if not hasattr(self._local, "grader"):
            self._local.grader = Grader(self.reference, self.isolation)
            self._graders.append(self._local.grader)
        else:
            # one submission may do without the reference; among several some have it answer
            self._local.grader.start()
        grader: Grader = self._local.grader
        return grader

    def grade(self, job: Job) -> Done:
        """Grade a submission, as far as its journal entry leaves anything to do."""
        began = time.monotonic()
        submission = understand(job.delivered, self.assignment)
        conditions = self._conditions(job)
        key = key_of(submission, self.assignment, conditions)
        same = key_of_delivered(job.delivered, self.assignment, conditions)
        before = read_entry(job.entry)
        if before.key == key and before.result is not None:
            kept = msgspec.structs.replace(before, delivered=same, answers=_answers(submission))
            entry = b"" if kept == before else write_entry(kept)
            return self._done(job, submission, before.result, entry, False, began)
        memory = Memory(before.seen, job.alone)
        grader = self.grader()
        grader.locate = job.locate
        result = grader.grade(submission, job.questions, memory)
        if memory.fleeting:
            entry = write_entry(JournalEntry(key, None, memory.kept))
        else:
            entry = write_entry(JournalEntry(key, result, memory.kept, same, _answers(submission)))
        return self._done(job, submission, result, entry, memory.fleeting, began)

    def _conditions(self, job: Job) -> tuple[object, ...]:
        """What the result of a job depends on beside the submission."""
        asked = job.questions, job.locate
        if asked not in self._known:
            self._known[asked] = conditions_of(self.reference, self.isolation.level, *asked)
        return self._known[asked]

    def _done(
        self,
        job: Job,
        submission: Submission,
        result: SubmissionResult,
        entry: bytes,
        again: bool,
        began: float,
    ) -> Done:
        text = ""
        if job.with_notebook and not again:
            source = made_from(job.delivered, result, self.assignment)
            text = shown(submission, result, self.assignment, source) if source != job.made_from else ""
        answers = _answers(submission)
        return Done(result, entry, text, answers, handed_in(job.delivered), again, time.monotonic() - began)


def _answers(submission: Submission) -> dict[str, str]:
    """What stands in the cells that students answer in, by the cell's id."""
    return {
        p.source.id: p.text
        for p in submission.placed
        if p.source is not None and p.source.role in notebook.OPEN and p.handed_in is not None
    }


def shown(submission: Submission, result: SubmissionResult, assignment: Assignment, source: str = "") -> str:
    """The graded notebook as a file's text. source is a hash of what it is made from."""
    return notebook.dump(graded_notebook(submission, result, assignment, source))


# ---- in a worker's process ---------------------------------------------------------------------------------

_DESKS: dict[str, Desk] = {}


def open_desk(name: str, reference: Reference, isolation: Isolation) -> None:
    """Make ready for jobs of this name."""
    _DESKS[name] = Desk(reference, isolation)


def close_desk(name: str) -> None:
    desk = _DESKS.pop(name, None)
    if desk is not None:
        desk.close()


def grade(name: str, job: bytes) -> bytes:
    """Answer a job: an encoded `Job` becomes an encoded `Done` or `Failure`."""
    wanted = msgspec.msgpack.decode(job, type=Job)
    return msgspec.msgpack.encode(_attempt(name, wanted))


def read_answer(data: bytes) -> Done | Failure:
    return msgspec.msgpack.decode(data, type=Done | Failure)


def _attempt(name: str, job: Job) -> Done | Failure:
    student = job.delivered.student
    if name not in _DESKS:
        return Failure(student, "the worker that it was sent to could not be made ready; its log says why")
    try:
        return _DESKS[name].grade(job)
    except ChainRuleError as error:
        return Failure(student, str(error))
    except Exception as error:  # a fault of ours in one submission must not cost the others their grade
        where = traceback.extract_tb(error.__traceback__)[-1]
        return Failure(
            student,
            f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}: {error}; "
            "please report this",
        )
