"""`nbgrader autograde` and formgrader's Autograde button: the same engine, and so the same scores, as
`chainrule autograde`.

nbgrader's own step walks over notebooks, so it never comes to a folder without one, ends at a file that is no
JSON, copies every data file beside each graded notebook, and takes what a killed run has left for graded.
nbgrader_config.py therefore has `Autograde` below put in its place, by `nbgrader_plugin.take_over`.
"""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path

from nbgrader import converters
from nbgrader.converters import NbGraderException

from autograder.assignment.as_it_is import is_unmoved
from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.errors import ChainRuleError, UsageError
from autograder.handed_in.finding import find
from autograder.judging.findings import SubmissionResult
from autograder.outputs.publishing import Publisher
from autograder.run.batch import grade_class
from autograder.run.options import Options, Progress
from autograder.text import printable


class Autograde(converters.Autograde):
    """Grades what lies in the submitted folder, with the kit in place of a kernel of the grader's."""

    def start(self) -> None:
        """Grade the students that coursedir.student_id matches; raises NbGraderException where one has no
        result.
        """
        if is_unmoved(self.coursedir.assignment_id, Path(self.coursedir.root)):
            super().start()  # nbgrader's own, for an assignment of nbgrader's own
            return
        try:
            assignment = load_assignment(self.coursedir.assignment_id, Path(self.coursedir.root))
            options = self._options(assignment)
            publisher = Publisher(assignment, options.submitted, options.into)
            result, failures = grade_class(assignment, options, Progress(recorded=publisher.recorded))
            publisher.finish(result)
        except ChainRuleError as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None
        for submission in result.submissions:
            self._tell(submission)
        for failure in failures:
            self.log.error("%s has no result: %s", failure.student, failure.reason)
        if failures:
            raise NbGraderException(f"{len(failures)} submissions have no result")

    def _options(self, assignment: Assignment) -> Options:
        root = Path(self.coursedir.root)
        submitted = root / self.coursedir.submitted_directory
        wanted, left_out = self.coursedir.student_id, self.coursedir.student_id_exclude.split(",")
        there = find(submitted, assignment)
        for place in there.ignored:
            self.log.warning("%s was not graded: it is nobody's work on %s", place, assignment.name)
        found = [handin.student for handin in there.handins if handin.student not in left_out]
        chosen = [student for student in found if student == wanted] or [
            student for student in found if fnmatchcase(student, wanted)
        ]
        if not chosen:
            mend = f"it holds those of {', '.join(found) or 'nobody'}"
            raise UsageError(f"{submitted} holds no submission of {assignment.name} by {wanted!r}", mend=mend)
        database, config = self.coursedir.db_url, self.config
        return Options(
            submitted,
            root,
            tuple(chosen),
            jobs=os.cpu_count() or 1,
            force=self.force,
            database=database,
            config=config,
        )

    def _tell(self, submission: SubmissionResult) -> None:
        self.log.info("%s: %g of %g", submission.student, submission.score, submission.max_score)
        for message in submission.messages:
            self.log.warning("%s: %s", submission.student, printable(message, 1000))
