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
from autograder.handed_in.finding import Handin, find_submissions
from autograder.judging.findings import ClassResult, QuestionResult, SubmissionResult
from autograder.judging.reference import Reference
from autograder.records.enrolled import Enrolled
from autograder.records.recorder import Recorder
from autograder.records.results import Results
from autograder.run.desk import Failure
from autograder.run.dispatch import Dispatch
from autograder.run.options import Options, Progress
from autograder.run.pool import Pool, local_workers
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore

FORMAT = 1
PoolFor = Callable[[Reference, Isolation, int], contextlib.AbstractContextManager[Pool]]


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
    results, failures, alike = [], [], dict[QuestionResult, QuestionResult]()
    recorder = _recorder(assignment, options, progress)
    kept = Results(options.into, assignment)
    course = Course.at(assignment.root, options.into)
    with _machines(assignment, options, min(options.jobs, len(handins))) as (isolation, pool_for):
        salt = course.salt(options.salt)
        reference = Reference(assignment, salt, ObservedStore(course.observations))
        progress.stage("observing the reference and the misconceptions")
        try:
            reference.prepare()
        finally:
            reference.close()
        progress.found(len(handins))
        with pool_for(reference, isolation, min(options.jobs, len(handins))) as pool:
            dispatch = Dispatch(assignment, options, (salt, isolation.level), pool)
            for answer in dispatch.answers(handins, recorder.begin if recorder else lambda: None):
                if isinstance(answer, Failure):
                    failures.append(answer)
                    progress.done(answer.student)
                    continue
                results.append(_sharing(answer.result, alike))
                kept.put(answer.handed_in, answer.result, salt, isolation.level)
                if recorder:
                    recorder.add(answer.result, answer.notebook, answer.answers)
                progress.done(answer.result.student)
    if recorder:
        progress.stage("writing the gradebook")
        progress.written(recorder.write())
    found = tuple(sorted(results, key=lambda result: result.student))
    return ClassResult(
        FORMAT,
        assignment.name,
        assignment.max_score,
        isolation.level,
        salt,
        assignment.release,
        environment(),
        found,
    ), failures


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
def _machines(assignment: Assignment, options: Options, jobs: int) -> Iterator[tuple[Isolation, PoolFor]]:
    """Where the work is done: how well student code is isolated there, and what makes a pool of it."""
    if not options.scheduler:
        isolation = Isolation.strongest(options.unsafe)
        isolation.check_places(assignment.root / "assignments", options.into, options.submitted)
        with local_workers(jobs) as workers:
            yield isolation, workers.pool
        return
    try:
        from autograder.run import dask
    except ModuleNotFoundError as error:
        raise UsageError(
            f"--scheduler needs {error.name}, which is not installed",
            mend="pip install 'chainrule-kit[dask]'",
        ) from None
    with dask.connect(options.scheduler) as client:
        yield dask.weakest(client, options.unsafe), partial(dask.cluster_pool, client)


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
