"""Writes what was graded where people look for it: graded notebooks at once, the gradebook's rows in
bulk, as a run goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from autograder.assignment import notebook
from autograder.assignment.notebook import OPEN
from autograder.assignment.values import Assignment, solves
from autograder.files import write_text
from autograder.handed_in.entries import read_regular
from autograder.judging.findings import SubmissionResult
from autograder.records.graded_notebook import Graded, copy_receipts, graded_path, read_graded

BULK = 50
"""So many submissions share a transaction."""


class Recorder:
    """Takes results as they arrive. Until a submission's rows are written, its old graded notebook says what
    a person has graded.

    recorded is told of students once their rows and graded notebooks stand.
    """

    def __init__(
        self,
        assignment: Assignment,
        into: Path,
        submitted: Path,
        database: str = "",
        config: Any = None,
        recorded: Callable[[list[str]], None] = lambda _: None,
    ) -> None:
        self.assignment, self.into, self.submitted, self.url, self.config = (
            assignment,
            into,
            submitted,
            database,
            config,
        )
        self.recorded = recorded
        self._waiting: list[tuple[SubmissionResult, str, dict[str, bool]]] = []
        """Results, each with the time that it was handed in and the questions whose answers have changed."""
        self._parts: list[Path] = []
        self._ready: Future[None] | None = None

    def begin(self) -> None:
        """Load nbgrader and bring the assignment's rows up to date, which takes a second or two, while
        submissions are graded.
        """
        if self._ready is not None:
            return
        aside = ThreadPoolExecutor(1)
        self._ready = aside.submit(self._make_ready)
        aside.shutdown(wait=False)

    def _make_ready(self) -> None:
        from autograder.records import course_config as nbgrader_course
        from autograder.records import database, gradebook

        self.into.mkdir(parents=True, exist_ok=True)
        self.config = self.config or nbgrader_course.load_config(self.assignment.root)
        self.url = self.url or nbgrader_course.database_url(
            self.into, self.config if self.into == self.assignment.root else None
        )
        made = notebook.build_recorded(self.assignment.cells, self.assignment.name)
        with database.open_gradebook(self.url) as book:
            gradebook.sync_assignment(book, self.assignment.name, {self.assignment.notebook: made})

    def add(self, result: SubmissionResult, text: str, answers: dict[str, str]) -> None:
        """A result with the text of its graded notebook (empty: the one that is there stays) and what
        stands in the cells that students answer in.
        """
        path = graded_path(self.into, result.student, self.assignment)
        when = timestamp(self.submitted / result.student / self.assignment.name)
        there = read_graded(path)
        self._waiting.append((result, when, changed_answers(there, answers, self.assignment)))
        if text or there is not None:
            copy_receipts(self.submitted / result.student / self.assignment.name, path.parent)
        if text:
            self._parts.append(path.with_suffix(".part"))
            write_text(self._parts[-1], text)
        if len(self._waiting) >= BULK:
            self.write()

    def write(self) -> str:
        """Write the rows of what has arrived, then let its graded notebooks take their places; returns
        where the rows are.
        """
        from autograder.records import course_config as nbgrader_course
        from autograder.records import database, gradebook
        from autograder.records.adjusted_rows import bring_up_to_date

        self.begin()
        assert self._ready is not None
        self._ready.result()
        name, book_name = self.assignment.name, self.assignment.notebook
        graded = [(result, nbgrader_course.moment(when), changed) for result, when, changed in self._waiting]
        with database.open_gradebook(self.url) as book:
            gradebook.record(book, name, book_name, graded)
            students = [result.student for result, _, _ in graded]
            bring_up_to_date(book, self.assignment, self.into, self.config, students)
        for part in self._parts:
            part.replace(part.with_suffix(".ipynb"))
        self._waiting, self._parts = [], []
        if graded:
            self.recorded(students)
        return nbgrader_course.shown_url(self.url)


def changed_answers(
    graded: Graded | None, answers: dict[str, str], assignment: Assignment
) -> dict[str, bool]:
    """For each question, whether its answer differs from that in the notebook graded last; empty where none
    was. answers are by the cell's id; a cell that is missing counts as it was handed out.

    Where somebody has broken that notebook, a person must look again.
    """
    if graded is None:
        return {}
    before = dict(graded.texts())
    differ = [
        cell.id
        for cell in assignment.cells
        if cell.role in OPEN and before.get(cell.id) != answers.get(cell.id, cell.released)
    ]
    return {q.id: any(c == q.id or solves(c, q.id) for c in differ) for q in assignment.questions}


def timestamp(folder: Path) -> str:
    """When it was handed in, as nbgrader's exchange notes it; empty where there is no note, or something
    else of that name.
    """
    try:
        return read_regular(folder / "timestamp.txt", 1000).decode("utf-8").strip()
    except (OSError, ValueError):  # a link, a pipe, one that is too long or no text
        return ""
