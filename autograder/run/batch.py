"""A class: many submissions over the cores of one machine or of several; results are stored, shown and
written as they arrive.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import msgspec

from autograder.assignment.course import Course
from autograder.assignment.packages import environment
from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.files import sweep
from autograder.handed_in.finding import Handin, find_submissions
from autograder.inside.jail import Level
from autograder.judging.findings import ClassResult, QuestionResult, SubmissionResult
from autograder.judging.reference import Reference
from autograder.records.enrolled import Enrolled
from autograder.records.recorder import Recorder
from autograder.records.results import Results
from autograder.run.as_before import AsBefore
from autograder.run.desk import Done, Failure
from autograder.run.dispatch import Dispatch
from autograder.run.options import Options, Progress
from autograder.run.pool import Pool, local_workers
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore

FORMAT = 1
PoolFor = Callable[[Reference, Isolation, int], contextlib.AbstractContextManager[Pool]]
Started = Callable[[int], contextlib.AbstractContextManager[PoolFor]]
"""So many workers, and what makes a pool of them."""
_HALF_WRITTEN = (
    ".chainrule/journal/{name}/*.part",
    ".chainrule/results/{name}/.*.part",
    "autograded/*/{name}/.*.part",
    "feedback/*/{name}/.*.part",
)
"""Where a run that was killed may have left half a file."""


def grade_class(
    assignment: Assignment, options: Options, progress: Progress | None = None
) -> tuple[ClassResult, list[Failure]]:
    """Grade what was handed in and write it down.

    Every submission gets a result, or a Failure that says what of ours went wrong.
    """
    progress = progress or Progress()
    for question in options.questions:
        assignment.question(question)
    found_there = [
        replace(h, messages=all_said(options.notes.get(h.student, ()), h))
        for h in find_submissions(options.submitted, assignment)
    ]
    handins = _chosen(found_there, options)
    Enrolled(options.into, assignment.name).found(h.student for h in found_there)
    if not handins:
        mend = f"it should hold <student>/{assignment.name}/{assignment.notebook}.ipynb, or <student>.ipynb"
        raise UsageError(f"{options.submitted} holds no submission of {assignment.name}", mend=mend)
    course = Course.at(assignment.root, options.into)
    for places in _HALF_WRITTEN:
        sweep(options.into, places.format(name=assignment.name))
    with _machines(assignment, options) as (isolation, started):
        reference = Reference(assignment, course.salt(options.salt), ObservedStore(course.observations))
        gathered = _Gathered(assignment, options, progress, (reference.salt, isolation.level))
        before, waiting = AsBefore(reference, isolation.level, options).sorted_out(handins)
        jobs = min(options.jobs, len(waiting))
        with started(jobs) if waiting else contextlib.nullcontext() as pool_for:
            if pool_for is not None:
                progress.stage("observing the reference and the misconceptions")
                with contextlib.closing(reference):
                    reference.prepare(options.jobs)
            progress.found(len(handins))
            if before:
                gathered.begin()
            for done in before:
                gathered.take(done)
            if pool_for is not None:
                with pool_for(reference, isolation, jobs) as pool:
                    dispatch = Dispatch(assignment, options, gathered.conditions, pool)
                    for answer in dispatch.answers(waiting, gathered.begin):
                        gathered.take(answer)
    gathered.write()
    return gathered.of_class(), gathered.failures


class _Gathered:
    """The answers of a run, written down as they arrive. conditions: the salt and the level of isolation."""

    def __init__(
        self, assignment: Assignment, options: Options, progress: Progress, conditions: tuple[str, Level]
    ) -> None:
        self.assignment, self.progress, self.conditions = assignment, progress, conditions
        self.recorder = _recorder(assignment, options, progress)
        self.begin = self.recorder.begin if self.recorder else lambda: None
        self.kept = Results(options.into, assignment)
        self.results: list[SubmissionResult] = []
        self.failures: list[Failure] = []
        self._alike: dict[QuestionResult, QuestionResult] = {}

    def take(self, answer: Done | Failure) -> None:
        """Note an answer, and keep what a student earned."""
        if isinstance(answer, Failure):
            self.failures.append(answer)
            self.progress.done(answer.student)
            return
        self.results.append(_sharing(answer.result, self._alike))
        self.kept.put(answer.handed_in, answer.result, *self.conditions)
        if self.recorder:
            self.recorder.add(answer.result, answer.notebook, answer.answers)
        self.progress.done(answer.result.student)

    def write(self) -> None:
        """Write the rows of what has arrived last."""
        if self.recorder:
            self.progress.stage("writing the gradebook")
            self.progress.written(self.recorder.write())

    def of_class(self) -> ClassResult:
        """All results, by student."""
        salt, level = self.conditions
        return ClassResult(
            FORMAT,
            self.assignment.name,
            self.assignment.max_score,
            level,
            salt,
            self.assignment.release,
            environment(),
            tuple(sorted(self.results, key=lambda result: result.student)),
        )


def all_said(notes: tuple[str, ...], handin: Handin) -> tuple[str, ...]:
    """What is to be said of somebody. Where there is no notebook, the notes on the download say why."""
    there = handin.path is not None or handin.packed is not None
    return (*notes, *handin.messages) if there or not notes else notes


def _sharing(result: SubmissionResult, alike: dict[QuestionResult, QuestionResult]) -> SubmissionResult:
    """The result, with questions that came out as others' did held in memory once: a large class would
    fill it.
    """
    return msgspec.structs.replace(result, questions=tuple(alike.setdefault(q, q) for q in result.questions))


@contextlib.contextmanager
def _machines(assignment: Assignment, options: Options) -> Iterator[tuple[Isolation, Started]]:
    """Where the work is done: how well student code is isolated there, and what starts workers there."""
    if not options.scheduler:
        isolation = Isolation.strongest(options.unsafe)
        isolation.check_places(assignment.root / "assignments", options.into, options.submitted)
        yield isolation, local_workers
        return
    try:
        from autograder.run import dask
    except ModuleNotFoundError as error:
        raise UsageError(
            f"--scheduler needs {error.name}, which is not installed",
            mend="pip install 'chainrule-kit[dask]'",
        ) from None
    with dask.connect(options.scheduler) as client:
        there = partial(dask.cluster_pool, client)
        yield dask.weakest(client, options.unsafe), lambda jobs: contextlib.nullcontext(there)


def _recorder(assignment: Assignment, options: Options, progress: Progress) -> Recorder | None:
    if not options.gradebook:
        return None
    return Recorder(
        assignment, options.into, options.submitted, options.database, options.config, progress.recorded
    )


def _chosen(handins: list[Handin], options: Options) -> list[Handin]:
    if not options.students:
        return handins
    by_student = {handin.student: handin for handin in handins}
    for student in options.students:
        if student not in by_student:
            raise UsageError(
                f"{options.submitted} holds no submission of {student!r}",
                mend=f"it holds those of {', '.join(by_student) or 'nobody'}",
            )
    return [by_student[student] for student in dict.fromkeys(options.students)]
