"""Grades submissions of one assignment: whatever was handed in, there is a result."""

from __future__ import annotations

import time

from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment, QuestionKind
from autograder.errors import SandboxError
from autograder.handed_in.alignment import Submission
from autograder.inside.protocol import CellSource
from autograder.inside.seen import Outcome
from autograder.judging.as_it_is.own_tests import OwnTests
from autograder.judging.bench import Bench, OwnCells, Seatable
from autograder.judging.findings import QuestionResult, Status, SubmissionResult
from autograder.judging.judged import total
from autograder.judging.messages import cell_messages, few, remarks
from autograder.judging.sitting.memory import Memory
from autograder.judging.sitting.sitting import Sitting


class Grader(Bench):
    """Grades submissions of one assignment one after another, with sandboxes of its own."""

    def grade(
        self, submission: Submission, questions: tuple[str, ...] = (), memory: Memory | None = None
    ) -> SubmissionResult:
        """Grade a submission: always a result, whatever was handed in. Raises SandboxError where a fresh
        sandbox fails as well.

        What memory holds is not observed again.
        """
        if not submission.readable:
            return unreadable(submission, self.assignment)
        try:
            return self._grade(submission, questions, memory)
        except SandboxError:
            self.close()
            return self._grade(submission, questions, memory)

    def _grade(
        self, submission: Submission, questions: tuple[str, ...], memory: Memory | None
    ) -> SubmissionResult:
        began = time.monotonic()
        with self.sit(submission, questions, memory) as sitting:
            results = [r for r in sitting.results() if not questions or r.id in questions]
            ran = cell_messages(sitting.passes.seen.cells, sitting.passes.watch.cells) + remarks(
                sitting.passes.watch.cells
            )
            messages = few([*submission.messages, *ran, *sitting.notes])
        return SubmissionResult(
            student=submission.student,
            status=Status.GRADED,
            score=total([r.score or 0.0 for r in results]),
            max_score=self.assignment.worth(r.id for r in results),
            needs_manual=tuple(r.id for r in results if r.kind is QuestionKind.MANUAL and r.score is None),
            seconds=round(time.monotonic() - began, 3),
            messages=messages,
            questions=tuple(results),
        )

    def sit(
        self, notebook: Seatable, questions: tuple[str, ...] = (), memory: Memory | None = None
    ) -> Sitting:
        """Seat a notebook: within the context that this gives, it is observed and judged.

        Leave it before the next sits.
        """
        kind = OwnTests if self.assignment.as_it_is else Sitting
        return kind(self, notebook, questions, memory or Memory())

    def sit_cells(self, cells: list[CellSource]) -> Sitting:
        """Seat cells of our own, such as the reference's with a variant in place."""
        tests = {c.id: n for n, c in enumerate(self.assignment.cells, 1) if c.role is Role.TEST}
        return self.sit(OwnCells(cells, tests))


def unreadable(
    submission: Submission, assignment: Assignment, status: Status = Status.UNREADABLE
) -> SubmissionResult:
    """The result of what can't be graded: 0, with the reason."""
    questions = tuple(
        QuestionResult(q.id, q.kind, 0.0, q.points, Outcome.MISSING) for q in assignment.questions
    )
    return SubmissionResult(
        submission.student,
        status,
        0.0,
        assignment.max_score,
        (),
        0.0,
        few(list(submission.messages)),
        questions,
    )
