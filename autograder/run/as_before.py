"""What is graded again as it was: the same bytes under the same conditions have the result that is kept, and
no worker is needed to say so.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.assignment.course import Course
from autograder.handed_in.finding import Handin
from autograder.handed_in.submission import pick_up
from autograder.inside.jail import Level
from autograder.judging.reference import Reference
from autograder.records.graded_notebook import graded_path, made_from, read_graded
from autograder.records.results import handed_in
from autograder.run.desk import Done
from autograder.run.journal import Journal, conditions_of, key_of_delivered, name_of, read_entry
from autograder.run.options import Options


class AsBefore:
    """The journal's answers for submissions that have not changed, nor anything that they were graded by."""

    def __init__(self, reference: Reference, level: Level, options: Options) -> None:
        self.assignment, self.options = reference.assignment, options
        self.journal = Journal(Course.at(self.assignment.root, options.into).journal(self.assignment.name))
        self.person = reference.salt, level
        self.conditions = conditions_of(reference, level, options.questions, options.locate)

    def sorted_out(self, handins: Iterable[Handin]) -> tuple[list[Done], list[Handin]]:
        """The answers that are kept, and those who have none that holds."""
        answers, waiting = [], []
        for handin in handins:
            done = None if self.options.force else self._answer(handin)
            if done is None:
                waiting.append(handin)
            else:
                answers.append(done)
        return answers, waiting

    def _answer(self, handin: Handin) -> Done | None:
        entry = read_entry(self.journal.get(name_of(handin.student, self.person)))
        if entry.result is None or not entry.delivered:
            return None
        delivered = pick_up(handin)
        if entry.delivered != key_of_delivered(delivered, self.assignment, self.conditions):
            return None
        if self.options.gradebook and not self.options.questions:
            there = read_graded(graded_path(self.options.into, handin.student, self.assignment))
            if there is None or there.made_from != made_from(delivered, entry.result, self.assignment):
                return None
        return Done(entry.result, b"", "", entry.answers, handed_in(delivered), False, 0.0)
