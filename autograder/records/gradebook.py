"""nbgrader's release generator, and what is written to its database and read there.

nbgrader takes more than a second to import, so whoever needs this module imports it where it is needed.
"""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
    new_uuid,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import compute_checksum, parse_utc
from sqlalchemy import bindparam, insert, select, update
from traitlets.config import Config

from autograder.assignment.values import QuestionKind
from autograder.judging.findings import QuestionResult, SubmissionResult
from autograder.records.database import open_gradebook
from autograder.records.marks import Mark, Marks
from autograder.records.people import add_students


def generate_release(root: Path, name: str, stub: str, written_stub: str) -> None:
    """Run nbgrader's generate_assignment in root, without a database: source/<name> becomes
    release/<name>.
    """
    from nbgrader.converters import GenerateAssignment  # with nbconvert, which nothing else here needs
    from nbgrader.preprocessors import SaveCells

    config = Config()
    config.CourseDirectory.root = str(root)
    config.ClearSolutions.code_stub = {"python": stub}
    config.ClearSolutions.text_stub = written_stub
    config.ClearSolutions.enforce_metadata = False
    config.GenerateAssignment.no_database = True
    config.GenerateAssignment.permissions = 644
    config.IncludeHeaderFooter.header = config.IncludeHeaderFooter.footer = ""
    course = CourseDirectory(config=config)
    course.assignment_id = name
    converter = GenerateAssignment(coursedir=course, config=config)
    converter.preprocessors = [
        step for step in converter.preprocessors if step is not SaveCells
    ]  # the one that wants a database
    converter.log = _quiet()
    converter.start()


def _quiet() -> logging.Logger:
    logger = logging.getLogger("chainrule.nbgrader")
    logger.setLevel(logging.ERROR)
    return logger


def sync_assignment(book: Gradebook, name: str, notebooks: dict[str, Any]) -> None:
    """Bring an assignment's rows up to date with its source notebooks (name -> notebook), also when
    submissions exist.

    Rows of cells that are gone are removed with their grades; everything else, manual scores and comments
    included, stays.
    """
    book.update_or_create_assignment(name)
    for notebook_name, node in notebooks.items():
        kernel = json.dumps(node.metadata.get("kernelspec", {}))
        try:
            row = book.find_notebook(notebook_name, name)
            row.kernelspec = kernel
        except MissingEntry:
            row = book.add_notebook(notebook_name, name, kernelspec=kernel)
        _sync_cells(book, row, node)
    for row in list(book.find_assignment(name).notebooks):
        if row.name not in notebooks and not row.submissions:
            book.remove_notebook(row.name, name)
    book.db.commit()


def _sync_cells(book: Gradebook, row: Notebook, node: Any) -> None:
    grade: dict[str, Any] = {}
    solution: dict[str, Any] = {}
    source: dict[str, Any] = {}
    for cell in node.cells:
        info = cell.metadata.get("nbgrader")
        if not info:
            continue
        identifier = info["grade_id"]
        if info["grade"]:
            grade[identifier] = {"max_score": float(info["points"]), "cell_type": cell.cell_type}
        if info["solution"]:
            solution[identifier] = {}
        source[identifier] = {
            "cell_type": cell.cell_type,
            "locked": bool(info["locked"]),
            "source": cell.source,
            "checksum": compute_checksum(cell),
        }
    tasks = {cell.name: grade.pop(cell.name) for cell in row.task_cells if cell.name in grade}
    for cell in row.task_cells:  # nbgrader's own: it is the graded cell, and the one for comments
        solution.pop(cell.name, None)
        _take_over(cell, [c for c in (*row.grade_cells, *row.solution_cells) if c.name == cell.name])
    tables = (
        (row.task_cells, TaskCell, tasks),
        (row.grade_cells, GradeCell, grade),
        (row.solution_cells, SolutionCell, solution),
        (row.source_cells, SourceCell, source),
    )
    for rows, kind, wanted in tables:
        present = {cell.name: cell for cell in rows}
        for name, cell in present.items():
            if name not in wanted:
                _remove_cell(book, cell)
        for name, values in wanted.items():
            if name in present:
                for key, value in values.items():
                    setattr(present[name], key, value)
            else:
                made = kind(name=name, notebook=row, **values)
                book.db.add(made)
                if isinstance(made, BaseCell):
                    _extend_submissions(book, row, made)
    book.db.commit()


def _take_over(task: Any, others: Sequence[Any]) -> None:
    """Give a task what people have put into other rows of its name, where it has nothing itself."""
    for cell in others:
        marked = {made.notebook_id: made for made in cell.grades if made.manual_score is not None}
        said = {made.notebook_id: made.manual_comment for made in cell.comments}
        for grade in task.grades:
            if grade.manual_score is None and (old := marked.get(grade.notebook_id)) is not None:
                grade.manual_score, grade.needs_manual_grade = old.manual_score, old.needs_manual_grade
        for comment in task.comments:
            comment.manual_comment = comment.manual_comment or said.get(comment.notebook_id)


def _remove_cell(book: Gradebook, cell: Any) -> None:
    if isinstance(cell, BaseCell):
        for graded in [*cell.grades, *cell.comments]:
            book.db.delete(graded)
    book.db.delete(cell)


def _extend_submissions(book: Gradebook, row: Notebook, cell: Any) -> None:
    """Give the submissions that exist a grade, or a comment, for a cell that is new."""
    for submitted in row.submissions:
        kind = Grade if isinstance(cell, GradeCell) else Comment
        book.db.add(kind(cell=cell, notebook=submitted))


Graded = tuple[SubmissionResult, datetime.datetime | None, dict[str, bool]]


def record(book: Gradebook, assignment: str, notebook: str, results: Iterable[Graded]) -> None:
    """Write the scores of submissions; each comes with its time and, by question, whether its answer has
    changed since it was graded last.

    A resubmission never keeps an old automatic mark. Manual scores and comments stay; where the answer or its
    automatic score is another one, a person is asked again. All of it is one transaction of a few statements:
    nbgrader's own calls commit once a cell.
    """
    graded = {result.student: (result, when, changed) for result, when, changed in results}
    if not graded:
        return
    add_students(book.db, list(graded))
    parsed = {student: parse_utc(when) for student, (_, when, _) in graded.items()}
    _add_submissions(book.db, book.find_assignment(assignment), parsed)
    row = book.find_notebook(notebook, assignment)
    submitted = (
        select(SubmittedNotebook.id, SubmittedAssignment.student_id)
        .join(SubmittedAssignment)
        .where(SubmittedNotebook.notebook_id == row.id, SubmittedAssignment.student_id.in_(graded))
    )
    owner = {identifier: student for identifier, student in book.db.execute(submitted)}  # noqa: C416 -- a row is no tuple to mypy
    grades, comments = [], []
    columns = (Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade)
    for identifier, name, owned, automatic, manual, asked in book.db.execute(_of(Grade, owner, *columns)):
        result, _, changed = graded[owner[owned]]
        question = next((q for q in result.questions if q.id == name), None)
        if question is not None:
            other = changed.get(question.id, False) or automatic != question.score
            grades.append({"row": identifier, **_grade_of(question, manual, bool(asked), other)})
    for identifier, name, owned in book.db.execute(_of(Comment, owner)):
        question = next((q for q in graded[owner[owned]][0].questions if q.id == name), None)
        untouched = question is not None and question.kind is QuestionKind.MANUAL and question.score == 0.0
        comments.append({"row": identifier, "auto_comment": "No response." if untouched else None})
    for table, rows in ((Grade.__table__, grades), (Comment.__table__, comments)):
        if rows:
            book.db.execute(update(table).where(table.c.id == bindparam("row")), rows)
    book.db.commit()


def marks(
    url: str,
    assignment: str,
    notebook: str,
    first: Callable[[Gradebook], None] | None = None,
    students: Collection[str] = (),
) -> dict[str, Marks]:
    """What people have put into the gradebook, by student, of some students or of all; empty where it holds
    nothing of the assignment.

    first: what brings its rows up to date.
    """
    with open_gradebook(url) as book:
        try:
            row = book.find_notebook(notebook, assignment)
        except MissingEntry:
            return {}
        if first is not None:
            first(book)
        submitted = select(
            SubmittedNotebook.id, SubmittedAssignment.student_id, SubmittedNotebook.late_submission_penalty
        )
        submitted = submitted.join(
            SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id
        ).where(SubmittedNotebook.notebook_id == row.id)
        graded = select(
            Grade.notebook_id, BaseCell.name, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade
        )
        graded = graded.join(BaseCell, Grade.cell_id == BaseCell.id).where(BaseCell.notebook_id == row.id)
        said = select(Comment.notebook_id, BaseCell.name, Comment.comment)
        said = said.join(BaseCell, Comment.cell_id == BaseCell.id).where(BaseCell.notebook_id == row.id)
        if students:
            submitted = submitted.where(SubmittedAssignment.student_id.in_(students))
        rows = book.db.execute(submitted).all()
        if students:
            theirs = [key for key, _, _ in rows]
            graded, said = (
                graded.where(Grade.notebook_id.in_(theirs)),
                said.where(Comment.notebook_id.in_(theirs)),
            )
        found: dict[str, dict[str, Mark]] = {}
        for key, cell, manual, extra, needed in book.db.execute(graded):
            found.setdefault(key, {})[cell] = Mark(manual, extra or 0.0, bool(needed))
        for key, cell, text in book.db.execute(said):
            if text:
                mine = found.setdefault(key, {})
                mine[cell] = msgspec.structs.replace(mine.get(cell, Mark()), comment=text)
        return {student: Marks(found.get(key, {}), penalty or 0.0) for key, student, penalty in rows}


def _of(kind: Any, owner: dict[str, str], *columns: Any) -> Any:
    """The grades or comments of submitted notebooks: their ids, the names of their cells, and whose they
    are.
    """
    return (
        select(kind.id, BaseCell.name, kind.notebook_id, *columns)
        .join(BaseCell, BaseCell.id == kind.cell_id)
        .where(kind.notebook_id.in_(owner))
    )


def _grade_of(question: QuestionResult, manual: float | None, asked: bool, changed: bool) -> dict[str, Any]:
    """A grade's columns from now on; changed: the answer or its automatic score is another one."""
    if question.kind is QuestionKind.MANUAL and question.score == 0.0 and changed:
        manual = None
    return {
        "auto_score": question.score,
        "manual_score": manual,
        "needs_manual_grade": question.score is None
        if manual is None
        else asked or changed,  # once asked, until a person has looked
    }


def _add_submissions(db: Any, assignment: Any, when: dict[str, Any]) -> None:
    """Rows of students who hand in for the first time, with a grade or a comment for every cell; a new
    time for all others.
    """
    table = SubmittedAssignment.__table__
    of_these = select(table.c.student_id).where(
        table.c.assignment_id == assignment.id, table.c.student_id.in_(when)
    )
    known = set(db.execute(of_these).scalars())
    if known:
        again = update(table).where(
            table.c.assignment_id == assignment.id, table.c.student_id == bindparam("student")
        )
        db.execute(again, [{"student": student, "timestamp": when[student]} for student in known])
    rows: dict[Any, list[dict[str, Any]]] = {
        kind: [] for kind in (SubmittedAssignment, SubmittedNotebook, Grade, Comment)
    }
    cells = {
        n.id: (n.grade_cells + n.task_cells, n.solution_cells + n.task_cells) for n in assignment.notebooks
    }
    for student in when.keys() - known:
        rows[SubmittedAssignment].append(
            {
                "id": new_uuid(),
                "assignment_id": assignment.id,
                "student_id": student,
                "timestamp": when[student],
            }
        )
        for notebook, (graded, commented) in cells.items():
            submitted = {
                "id": new_uuid(),
                "assignment_id": rows[SubmittedAssignment][-1]["id"],
                "notebook_id": notebook,
            }
            rows[SubmittedNotebook].append(submitted)
            rows[Grade] += [
                {
                    "id": new_uuid(),
                    "cell_id": c.id,
                    "notebook_id": submitted["id"],
                    "needs_manual_grade": True,
                }
                for c in graded
            ]
            rows[Comment] += [
                {"id": new_uuid(), "cell_id": c.id, "notebook_id": submitted["id"]} for c in commented
            ]
    for kind, made in rows.items():
        if made:
            db.execute(insert(kind.__table__), made)
