"""A class: many submissions over the cores of one machine, results stored, shown and written as they arrive."""
from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from autograder.assignment import Assignment, fingerprint
from autograder.autograded import graded_path, read_graded, write_text
from autograder.errors import UsageError
from autograder.grade import unreadable
from autograder.jail import JailError, check_binds, strongest
from autograder.journal import Journal
from autograder.model import ClassResult, QuestionResult, SubmissionResult
from autograder.pool import Pool, local_workers
from autograder.record import Recorder
from autograder.reference import Reference, Store, environment
from autograder.results import Results, handed_in
from autograder.runtime import interpreter_folders, package_folders
from autograder.submission import Handin, Submission, find_submissions, pick_up
from autograder.task import Done, Failed, Job, read_answer, shown

FORMAT = 1
PoolFor = Callable[[Reference, str, int], contextlib.AbstractContextManager[Pool]]


@dataclass(frozen=True)
class Options:
    """What a run of autograde was asked for. into holds the gradebook, the graded notebooks and the journal."""

    submitted: Path
    into: Path
    students: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    jobs: int = 1
    gradebook: bool = True
    force: bool = False
    salt: str = ""
    unsafe: bool = False
    database: str = ""
    """The gradebook's url; where none is given, the course's own, or gradebook.db of `into` where that is another folder."""
    config: Any = None
    """nbgrader's configuration, where it has been loaded."""
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What is to be said of a student's submission beforehand, such as that it came late."""
    scheduler: str = ""
    """Of a Dask cluster, tcp://HOST:PORT; empty for this machine alone."""


@dataclass(frozen=True)
class Failure:
    """A submission that has no result, for a reason of ours."""

    student: str
    reason: str


@dataclass(frozen=True)
class Progress:
    """What a run tells while it goes on: one call for each stage and each submission."""

    stage: Callable[[str], None] = lambda _: None
    found: Callable[[int], None] = lambda _: None
    done: Callable[[str], None] = lambda _: None
    recorded: Callable[[list[str]], None] = lambda _: None
    """Called with some students once their rows and graded notebooks are written, many times in a large class."""
    written: Callable[[str], None] = lambda _: None
    """Called with the gradebook's place once its rows are written."""


def isolation_level(unsafe: bool) -> str:
    """The strongest level that this machine allows; raises UsageError where there is none, unless unsafe says to go on."""
    level = strongest()
    if level == "none" and not unsafe:
        mend = "`chainrule doctor` says why; --unsafe grades without isolation, at your own risk"
        raise UsageError("this machine can't isolate student code", mend=mend)
    return level


def check_places(assignment: Assignment, level: str, into: Path, submitted: Path) -> None:
    """Refuse to grade where the jail would show student code the hidden tests, the gradebook or other submissions."""
    if level != "none":
        hidden = [assignment.root / "assignments", into, submitted]
        try:
            check_binds([*package_folders(), *interpreter_folders()], [str(path) for path in hidden])
        except JailError as error:
            raise UsageError(str(error)) from None


def course_salt(root: Path, salt: str) -> str:
    """The salt that was asked for, or the course's own, made at the first run and kept from then on."""
    if salt:
        return salt
    path = root / ".chainrule" / "salt"
    if not path.is_file():
        write_text(path, secrets.token_hex(8) + "\n")
    return path.read_text(encoding="utf-8").strip()


def grade_class(assignment: Assignment, options: Options, progress: Progress | None = None) -> tuple[ClassResult, list[Failure]]:
    """Grade what was handed in and write it down. Every submission gets a result, or a Failure that says what of ours went wrong."""
    progress = progress or Progress()
    for question in options.questions:
        assignment.question(question)
    found_there = [replace(h, messages=(*options.notes.get(h.student, ()), *h.messages)) for h in find_submissions(options.submitted, assignment)]
    handins = _chosen(found_there, options)
    if not handins:
        mend = f"it should hold <student>/{assignment.name}/{assignment.name}.ipynb, or <student>.ipynb"
        raise UsageError(f"{options.submitted} holds no submission of {assignment.name}", mend=mend)
    results, failures, alike = [], [], dict[QuestionResult, QuestionResult]()
    recorder = _recorder(assignment, options, progress)
    kept = Results(options.into, assignment)
    with _machines(assignment, options, min(options.jobs, len(handins))) as (level, pool_for):
        salt = course_salt(assignment.root, options.salt)
        reference = Reference(assignment, salt, Store(assignment.root / ".chainrule" / "observations"))
        progress.stage("observing the reference and the misconceptions")
        try:
            reference.prepare()
        finally:
            reference.close()
        progress.found(len(handins))
        with pool_for(reference, level, min(options.jobs, len(handins))) as pool:
            for answer in Run(assignment, options, salt, level, pool).answers(handins, recorder.begin if recorder else lambda: None):
                if isinstance(answer, Failed):
                    failures.append(Failure(answer.student, answer.reason))
                    progress.done(answer.student)
                    continue
                results.append(_sharing(answer.result, alike))
                kept.put(answer.handed_in, answer.result, salt, level)
                if recorder:
                    recorder.add(answer.result, answer.notebook, answer.answers)
                progress.done(answer.result.student)
    if recorder:
        progress.stage("writing the gradebook")
        progress.written(recorder.write())
    found = tuple(sorted(results, key=lambda result: result.student))
    return ClassResult(FORMAT, assignment.name, assignment.max_score, level, salt, assignment.release, environment(), found), failures


def _sharing(result: SubmissionResult, alike: dict[QuestionResult, QuestionResult]) -> SubmissionResult:
    """The result, with questions that came out as others' did held in memory once: a large class would fill it."""
    return msgspec.structs.replace(result, questions=tuple(alike.setdefault(q, q) for q in result.questions))


@contextlib.contextmanager
def _machines(assignment: Assignment, options: Options, jobs: int) -> Iterator[tuple[str, PoolFor]]:
    """Where the work is done: how well student code is isolated there, and what makes a pool of it."""
    if not options.scheduler:
        level = isolation_level(options.unsafe)
        check_places(assignment, level, options.into, options.submitted)
        with local_workers(jobs) as workers:
            yield level, workers.pool
        return
    try:
        from autograder import cluster
    except ModuleNotFoundError as error:
        raise UsageError(f"--scheduler needs {error.name}, which is not installed", mend="pip install 'chainrule-kit[dask]'") from None
    with cluster.connect(options.scheduler) as client:
        yield cluster.weakest_level(client, options.unsafe), partial(cluster.cluster_pool, client)


def _recorder(assignment: Assignment, options: Options, progress: Progress) -> Recorder | None:
    if not options.gradebook:
        return None
    return Recorder(assignment, options.into, options.submitted, options.database, options.config, progress.recorded)


def _chosen(handins: list[Handin], options: Options) -> list[Handin]:
    if not options.students:
        return handins
    by_student = {handin.student: handin for handin in handins}
    for student in options.students:
        if student not in by_student:
            raise UsageError(f"{options.submitted} holds no submission of {student!r}", mend=f"it holds those of {', '.join(by_student) or 'nobody'}")
    return [by_student[student] for student in dict.fromkeys(options.students)]


class Run:
    """Sends submissions to the workers, a few more at a time than these can take, and gathers what comes back.

    What may have been the machine's doing (a timeout, a death, no memory left) is tried once more when everything else is done, alone.
    A submission whose worker dies twice has ended it itself.
    """

    def __init__(self, assignment: Assignment, options: Options, salt: str, level: str, pool: Pool) -> None:
        self.assignment, self.options, self.pool = assignment, options, pool
        self.journal = Journal(options.into / ".chainrule" / "journal" / assignment.name)
        self.run = (salt, level)

    def answers(self, handins: list[Handin], started: Callable[[], None]) -> Iterator[Done | Failed]:
        """Answers as they arrive, one for each submission. started is called once the first jobs are on their way."""
        again: list[Handin] = []
        for handin, answer in self._through(iter(handins), False, started):
            if answer is None or (isinstance(answer, Done) and answer.again):
                again.append(handin)
            else:
                yield answer
        for handin in again:
            for _, answer in self._through(iter([handin]), True, started):
                yield answer or self._charged(handin)

    def _through(self, handins: Iterator[Handin], alone: bool, started: Callable[[], None]) -> Iterator[tuple[Handin, Done | Failed | None]]:
        """Each submission with its answer; None where the worker died."""
        running: dict[Future[bytes], Handin] = {}
        while True:
            for handin in islice(handins, max(0, 1 if alone else 2 * self.pool.width() + 2 - len(running))):
                running[self._submit(handin, alone)] = handin
            started()
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                handin = running.pop(future)
                try:
                    answer = read_answer(future.result())
                except self.pool.deaths:
                    yield handin, None
                    continue
                if isinstance(answer, Done) and answer.entry:
                    self.journal.put(self._name(handin), answer.entry)
                yield handin, answer

    def _submit(self, handin: Handin, alone: bool) -> Future[bytes]:
        entry = b"" if self.options.force and not alone else self.journal.get(self._name(handin))
        with_notebook = self.options.gradebook and not self.options.questions
        there = read_graded(graded_path(self.options.into, handin.student, self.assignment.name)) if with_notebook and entry else None
        job = msgspec.msgpack.encode(
            Job(pick_up(handin), self.options.questions, entry, alone, with_notebook, there.made_from if there is not None else "")
        )
        try:
            return self.pool.submit(job)
        except self.pool.deaths:
            self.pool = self.pool.renew()
            return self.pool.submit(job)

    def _name(self, handin: Handin) -> str:
        return fingerprint(handin.student, *self.run)

    def _charged(self, handin: Handin) -> Done:
        """The result of a submission that ended two workers: 0, and a person should look."""
        submission = Submission(handin.student, (), (*handin.messages, "grading it ended the grader's own process, twice; a person should look"))
        result = msgspec.structs.replace(unreadable(submission, self.assignment), status="graded")
        return Done(result, b"", shown(submission, result, self.assignment), {}, handed_in(submission), False, 0.0)
