"""Writes students' pages: while a class is graded, or anew from what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment.course import Course
from autograder.assignment.values import Assignment
from autograder.files import write_text
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.submission import read_submission
from autograder.inside.jail import Level
from autograder.judging.findings import ClassResult
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.outputs.feedback import StudentPage, gradebook_marks, made_from
from autograder.outputs.shown_calls import Evidence
from autograder.records.adjustments import Adjustments
from autograder.records.graded_notebook import copy_receipts
from autograder.records.results import Results
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore


def write_feedback(assignment: Assignment, into: Path, students: Iterable[str] = ()) -> list[Path]:
    """Write the pages of some students, or of all, as the kept results and the gradebook stand now;
    returns their paths. A page that is there already and would be made from the same stays.
    """
    wanted = tuple(students)
    chosen = [kept.now for kept in Results(into, assignment).all(wanted)]
    marks, adjustments = gradebook_marks(assignment, into, students=wanted), Adjustments.of(assignment)
    written = []
    for entry in chosen:
        path = into / "feedback" / entry.result.student / assignment.name / f"{assignment.notebook}.html"
        made = StudentPage.of_entry(assignment, into, entry, marks, adjustments)
        if not made.made_from or made_from(path) != made.made_from:
            write_text(path, made.html())
        copy_receipts(into / "autograded" / entry.result.student / assignment.name, path.parent)
        written.append(path)
    return written


@dataclass(frozen=True)
class Publisher:
    """Writes the pages of a run: at once where the results say all that is shown, else once what is wrong
    was replayed.
    """

    assignment: Assignment
    submitted: Path
    into: Path

    @property
    def replays(self) -> bool:
        """Whether pages show more than the results say, so that something has to be replayed first."""
        return self.assignment.shows_calls

    def recorded(self, students: list[str]) -> None:
        """Some students' results have been kept."""
        if not self.replays:
            write_feedback(self.assignment, self.into, students)

    def finish(self, result: ClassResult, stage: Callable[[str], None] = lambda _: None) -> None:
        """All results have been kept: write what could not be written before."""
        if self.replays:
            students = {s.student for s in result.submissions}
            stage("replaying what is wrong, to show it")
            self._collect(result, students)
            stage("writing feedback")
            write_feedback(self.assignment, self.into, students)

    def _collect(self, result: ClassResult, students: set[str]) -> None:
        handins = [h for h in find_submissions(self.submitted, self.assignment) if h.student in students]
        store = ObservedStore(Course.at(self.assignment.root).observations)
        reference = Reference(self.assignment, result.salt, store)
        try:
            reference.prepare_reference()
            with Grader(reference, Isolation(Level(result.isolation)), diagnose=False) as grader:
                Evidence(self.into, self.assignment).collect(
                    grader, [read_submission(h, self.assignment) for h in handins]
                )
        finally:
            reference.close()
