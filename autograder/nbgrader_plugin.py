"""The step that nbgrader's own autograde runs in place of executing the notebook: the same engine, the same scores.

`nbgrader autograde NAME` and formgrader's Autograde button come here through nbgrader_config.py. The student's notebook is read anew from
the submitted folder, since nbgrader has by then overwritten what it knows and failed on what it does not.
"""
from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.assignment import Assignment, load_assignment
from autograder.autograded import graded_notebook
from autograder.batch import check_places, course_salt, isolation_level
from autograder.grade import Grader
from autograder.gradebook import open_gradebook, sync_assignment
from autograder.model import SubmissionResult
from autograder.notebook import NotANotebook, build_recorded
from autograder.reference import Reference, Store
from autograder.submission import Submission, align, find_submissions, read_submission


def make_rows(*, assignment: str, root: Path, database: str, **_: Any) -> None:
    """Bring an assignment's rows in the gradebook up to date before nbgrader looks for them: a fresh database has none."""
    loaded = load_assignment(assignment, root)
    with open_gradebook(database) as book:
        sync_assignment(book, assignment, {assignment: build_recorded(loaded.cells, assignment)})


class ChainRule(NbGraderPreprocessor):
    """Grades a notebook with the kit and leaves in each test cell what nbgrader reads: one plain number."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        info = resources["nbgrader"]
        name, notebook, student = info["assignment"], info["notebook"], info["student"]
        if name != notebook:  # an appendix: nothing in it is graded
            return nb, resources
        root = Path.cwd()  # nbgrader converts in the course's root
        grader = _grader(name, root)
        submission = _submission(nb, student, grader.assignment, root / self._submitted())
        result: SubmissionResult = grader.grade(submission)
        for message in result.messages:
            self.log.warning("%s: %s", student, message)
        return graded_notebook(submission, result, grader.assignment), resources

    def _submitted(self) -> str:
        return str(self.config.CourseDirectory.get("submitted_directory", "submitted"))


@cache
def _grader(name: str, root: Path) -> Grader:
    """One grader for all submissions of an assignment that nbgrader takes one by one."""
    assignment = load_assignment(name, root)
    level = isolation_level(unsafe=False)
    check_places(assignment, level, root, root / "submitted")
    reference = Reference(assignment, course_salt(root, ""), Store(root / ".chainrule" / "observations")).prepare()
    reference.close()
    grader = Grader(reference, level)
    atexit.register(grader.close)
    return grader


def _submission(nb: NotebookNode, student: str, assignment: Assignment, submitted: Path) -> Submission:
    """The submission as it lies in the submitted folder; nbgrader's copy of it where it is kept elsewhere."""
    if submitted.is_dir():
        for handin in find_submissions(submitted, assignment):
            if handin.student == student:
                return read_submission(handin, assignment)
    try:
        return align(student, nb, assignment, [])
    except NotANotebook as error:
        return Submission(student, (), (str(error),))
