"""Sends submissions to the workers and gathers their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice

import msgspec

from autograder.assignment.course import Course
from autograder.assignment.values import Assignment
from autograder.handed_in.alignment import Submission
from autograder.handed_in.finding import Handin
from autograder.handed_in.submission import pick_up
from autograder.inside.jail import Level
from autograder.judging.findings import Status
from autograder.judging.grader import unreadable
from autograder.records.graded_notebook import graded_path, read_graded
from autograder.records.results import handed_in
from autograder.run.desk import Done, Failure, Job, read_answer, shown
from autograder.run.journal import Journal, name_of
from autograder.run.options import Options
from autograder.run.pool import Pool


class Dispatch:
    """Sends submissions to the workers, a few more at a time than these can take, and gathers what comes
    back.

    What may have been the machine's doing (a timeout, a death, no memory left) is tried once more when
    everything else is done, alone. A submission whose worker dies twice has ended it itself.
    """

    def __init__(
        self, assignment: Assignment, options: Options, conditions: tuple[str, Level], pool: Pool
    ) -> None:
        self.assignment, self.options, self.pool = assignment, options, pool
        self.journal = Journal(Course.at(assignment.root, options.into).journal(assignment.name))
        self.conditions = conditions
        """The salt and the level of isolation, which results depend on."""

    def answers(self, handins: list[Handin], started: Callable[[], None]) -> Iterator[Done | Failure]:
        """Answers as they arrive, one for each submission. started is called once the first jobs are on
        their way.
        """
        again: list[Handin] = []
        for handin, answer in self._through(iter(handins), False, started):
            if answer is None or (isinstance(answer, Done) and answer.again):
                again.append(handin)
            else:
                yield answer
        for handin in again:
            for _, answer in self._through(iter([handin]), True, started):
                yield answer or self._charged(handin)

    def _through(
        self, handins: Iterator[Handin], alone: bool, started: Callable[[], None]
    ) -> Iterator[tuple[Handin, Done | Failure | None]]:
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
        there = (
            read_graded(graded_path(self.options.into, handin.student, self.assignment))
            if with_notebook and entry
            else None
        )
        job = msgspec.msgpack.encode(
            Job(
                pick_up(handin),
                self.options.questions,
                entry,
                alone,
                with_notebook,
                self.options.locate,
                there.made_from if there is not None else "",
            )
        )
        try:
            return self.pool.submit(job)
        except self.pool.deaths:
            self.pool = self.pool.renew()
            return self.pool.submit(job)

    def _name(self, handin: Handin) -> str:
        return name_of(handin.student, self.conditions)

    def _charged(self, handin: Handin) -> Done:
        """The result of a submission that ended two workers: 0, and a person should look."""
        submission = Submission(
            handin.student,
            (),
            (*handin.messages, "grading it ended the grader's own process, twice; a person should look"),
        )
        result = unreadable(submission, self.assignment, Status.GRADED)
        return Done(
            result,
            b"",
            shown(submission, result, self.assignment),
            {},
            handed_in(pick_up(handin)),
            False,
            0.0,
        )
