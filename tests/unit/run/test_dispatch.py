"""How a class is sent to its workers: how many at a time, what is tried again, who is charged. The workers are a function here."""
from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder.assignment.values import Assignment
from autograder.handed_in.alignment import Submission
from autograder.handed_in.finding import Handin
from autograder.inside.jail import Level
from autograder.judging.grader import unreadable
from autograder.run.desk import Done, Failure, Job
from autograder.run.dispatch import Dispatch
from autograder.run.journal import JournalEntry, write_entry
from autograder.run.options import Options
from autograder.run.pool import Pool, WorkerDied

Answer = Callable[[Job], Done | Failure]


class Workers:
    """Workers that answer when asked to, and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.jobs, self.waiting, self.most = answer, list[Job](), list[tuple[Future[Any], Job]](), 0

    def submit(self, job: bytes) -> Future[Any]:
        future: Future[Any] = Future()
        self.jobs.append(msgspec.msgpack.decode(job, type=Job))
        self.waiting.append((future, self.jobs[-1]))
        self.most = max(self.most, len(self.waiting))
        return future

    def work(self) -> None:
        """Answer what waits longest."""
        future, job = self.waiting.pop(0)
        try:
            future.set_result(msgspec.msgpack.encode(self.answer(job)))
        except WorkerDied as error:
            future.set_exception(error)


@dataclasses.dataclass
class Class:
    """A class of empty hand-ins, graded by a function."""

    assignment: Assignment
    into: Path

    def grade(self, answer: Answer, students: list[str], **options: Any) -> tuple[dict[str, Done | Failure], Workers]:
        workers = Workers(answer)
        pool = Pool(workers.submit, lambda: 1, (WorkerDied,), lambda: pool)
        run = Dispatch(self.assignment, Options(self.into, self.into, **options), ("salt", Level.FULL), pool)
        found = {}
        for answered in run.answers([Handin(s, None) for s in students], lambda: workers.work() if workers.waiting else None):
            found[answered.result.student if isinstance(answered, Done) else answered.student] = answered
        return found, workers


@pytest.fixture
def people(tiny: Assignment, tmp_path: Path) -> Iterator[Class]:
    yield Class(tiny, tmp_path)


def done(job: Job, assignment: Assignment, again: bool = False) -> Done:
    result = unreadable(Submission(job.delivered.student, (), ()), assignment)
    return Done(result, write_entry(JournalEntry(job.delivered.student, None if again else result)), "", {}, "", again, 0.0)


def test_each_has_one_answer_and_few_are_on_their_way(people: Class) -> None:
    """However many there are, no more notebooks are held than the workers can take soon."""
    found, workers = people.grade(lambda job: done(job, people.assignment), [f"s{n}" for n in range(30)])
    assert sorted(found) == sorted(f"s{n}" for n in range(30))
    assert len(workers.jobs) == 30 and workers.most <= 4


def test_what_may_be_the_machines_doing_is_tried_once_more_alone_and_last(people: Class) -> None:
    """The second answer counts, whatever it is, and nothing else is on its way meanwhile."""
    asked: list[tuple[str, bool]] = []

    def answer(job: Job) -> Done:
        asked.append((job.delivered.student, job.alone))
        return done(job, people.assignment, again=job.delivered.student == "slow" and not job.alone)

    found, _ = people.grade(answer, ["slow", "ann", "bob"])
    assert asked == [("slow", False), ("ann", False), ("bob", False), ("slow", True)]
    assert sorted(found) == ["ann", "bob", "slow"]


def test_a_worker_that_dies_costs_nobody_a_result(people: Class) -> None:
    """What it was at is tried again, alone, by another."""
    died: list[str] = []

    def answer(job: Job) -> Done:
        if job.delivered.student == "ann" and not died:
            died.append("once")
            raise WorkerDied
        return done(job, people.assignment)

    found, workers = people.grade(answer, ["ann", "bob"])
    assert sorted(found) == ["ann", "bob"]
    assert [job.alone for job in workers.jobs if job.delivered.student == "ann"] == [False, True]
    assert isinstance(found["ann"], Done) and found["ann"].result.status == "unreadable"


def test_who_ends_two_workers_is_charged(people: Class) -> None:
    """0 points, a sentence for the grader, a graded notebook to look at; nobody else is concerned."""

    def answer(job: Job) -> Done:
        if job.delivered.student == "bad":
            raise WorkerDied
        return done(job, people.assignment)

    found, workers = people.grade(answer, ["bad", "ann"])
    charged = found["bad"]
    assert isinstance(charged, Done)
    assert (charged.result.status, charged.result.score, charged.notebook != "") == ("graded", 0.0, True)
    assert "twice" in charged.result.messages[0]
    assert len([job for job in workers.jobs if job.delivered.student == "bad"]) == 2


def test_a_failure_of_ours_is_an_answer(people: Class) -> None:
    """It names the student, and the others go on."""
    found, _ = people.grade(lambda job: Failure("ann", "no sandbox") if job.delivered.student == "ann" else done(job, people.assignment), ["ann", "bob"])
    assert found["ann"] == Failure("ann", "no sandbox") and isinstance(found["bob"], Done)


def test_the_journal_goes_along_unless_told_otherwise(people: Class) -> None:
    """What is kept of a student is sent with the job; --force sends none at first, but what it has just seen to the second try."""

    def answer(job: Job) -> Done:
        return done(job, people.assignment, again=job.delivered.student == "slow" and not job.alone)

    people.grade(answer, ["ann"])
    _, again = people.grade(answer, ["ann"])
    assert again.jobs[0].entry != b""
    _, forced = people.grade(answer, ["ann", "slow"], force=True)
    assert [bool(job.entry) for job in forced.jobs] == [False, False, True]
