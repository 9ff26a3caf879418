"""`chainrule autograde`: grades a class and shows it as a table."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from autograder.assignment.values import Assignment, QuestionKind
from autograder.entry.shared import (
    AS_IT_IS,
    Name,
    Roster,
    Submitted,
    err,
    out,
    plain,
    progress_bar,
    say,
    some_of,
    tell_gone,
    this_course,
)
from autograder.errors import UsageError
from autograder.files import pretty_json, write_text
from autograder.handed_in.intake import Intake, taken_in
from autograder.handed_in.roster import Student, read_roster
from autograder.inside.jail.values import Level
from autograder.judging.findings import ClassResult, QuestionResult, Status, SubmissionResult
from autograder.outputs.feedback import gradebook_marks
from autograder.outputs.publishing import Publisher
from autograder.records.adjustments import NONE, Adjustments
from autograder.records.following import follow
from autograder.records.marks import Marks
from autograder.records.standing import standings
from autograder.run.batch import grade_class
from autograder.run.desk import Failure
from autograder.run.options import Options, Progress

CORES = os.cpu_count() or 1

Students = Annotated[list[str] | None, typer.Option("--student", help="Only this student (repeatable).")]
Questions = Annotated[list[str] | None, typer.Option("--question", help="Only this question (repeatable).")]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", min=1, help="Submissions at a time.", show_default="number of cores")
]
Scheduler = Annotated[
    str,
    typer.Option("--scheduler", metavar="tcp://HOST:PORT", help="Grade on the workers of a Dask cluster."),
]
Json = Annotated[Path | None, typer.Option("--json", help="Write the results to this file.")]
NoGradebook = Annotated[
    bool, typer.Option("--no-gradebook", help="Write no gradebook and no graded notebooks.")
]
Force = Annotated[bool, typer.Option("--force", help="Regrade what is already graded.")]
Salt = Annotated[
    str, typer.Option("--salt", help="The salt of the hidden inputs.", show_default="the course's own")
]
GradeInto = Annotated[
    Path | None,
    typer.Option("--into", help="Where gradebook.db and autograded/ go.", show_default="the course's folder"),
]
Unsafe = Annotated[
    bool, typer.Option("--unsafe", help="Grade even where this machine can't isolate student code.")
]

NoLocate = Annotated[
    bool, typer.Option("--no-locate", help="Don't look for the place of a mistake that has no name.")
]


def autograde(
    name: Name,
    submitted: Submitted = None,
    roster: Roster = None,
    student: Students = None,
    question: Questions = None,
    jobs: Jobs = CORES,
    scheduler: Scheduler = "",
    json: Json = None,
    no_gradebook: NoGradebook = False,
    force: Force = False,
    salt: Salt = "",
    into: GradeInto = None,
    unsafe: Unsafe = False,
    no_locate: NoLocate = False,
) -> None:
    """Grade what students handed in.

    An nbgrader assignment in source/ that has no folder in assignments/ is graded as it is, by its own
    test cells.
    """
    course = this_course(into)
    assignment = course.assignment(name)
    if scheduler and assignment.as_it_is:
        raise UsageError(f"{name} is graded as it is, on this machine alone", mend="leave --scheduler out")
    folder, students = (
        (submitted or course.root / "submitted").resolve(),
        read_roster(roster) if roster else (),
    )
    Adjustments.of(assignment)  # what is wrong in the course's file is said before anything is graded
    with taken_in(folder, assignment, students) as intake:
        if moved := follow(assignment, course.into, intake.formerly):
            say(f"{len(moved)} moved to the roster's ids, with results and marks: {some_of(moved)}")
        options = Options(
            submitted=intake.folder,
            notes=intake.notes,
            into=course.into,
            students=tuple(student or ()),
            questions=tuple(question or ()),
            jobs=jobs,
            gradebook=not no_gradebook,
            force=force,
            salt=salt,
            unsafe=unsafe,
            locate=not no_locate,
            scheduler=scheduler,
        )
        result, failures, places = _graded(assignment, options)
    if students and not no_gradebook:
        _name(assignment, course.into, students)
    if json is not None:
        write_text(json, results_json(result))
    marks = {} if no_gradebook else gradebook_marks(assignment, course.into)
    out.print(class_table(result, marks, Adjustments.of(assignment)))
    _tell_whose(assignment, course.into, intake)
    _tell_run(result, failures, [(place, course.into) for place in places])
    if failures:
        sys.exit(1)


def _name(assignment: Assignment, into: Path, students: tuple[Student, ...]) -> None:
    """Let the gradebook know the names that the roster has."""
    from autograder.records import course_config, people

    if url := course_config.gradebook_of(assignment, into):
        people.name_students(url, students)


def _tell_run(result: ClassResult, failures: list[Failure], places: list[tuple[str, Path]]) -> None:
    """Say who has no result, where everything was written, and how well student code was isolated."""
    for failure in failures:
        err.print(f"chainrule: {failure.student} has no result: {failure.reason}", style="red", **AS_IT_IS)
    for gradebook, into in places:
        graded, pages = into / "autograded", into / "feedback"
        where = f"Gradebook {gradebook}, graded notebooks in {graded}, pages for students in {pages}."
        out.print(where, **AS_IT_IS)
    if result.isolation != Level.FULL:
        says = f"chainrule: student code ran at isolation level {result.isolation}; see `chainrule doctor`"
        err.print(says, style="yellow")


def _graded(assignment: Assignment, options: Options) -> tuple[ClassResult, list[Failure], list[str]]:
    """Grade behind a progress bar: results, failures, and where the gradebook is."""
    places: list[str] = []

    publisher = Publisher(assignment, options.submitted, options.into)
    with progress_bar() as bar:
        task = bar.add_task(assignment.name, total=None)
        shown = Progress(
            stage=lambda text: bar.update(task, description=f"{assignment.name}: {text}"),
            found=lambda count: bar.update(task, total=count, description=f"{assignment.name}: grading"),
            done=lambda _: bar.advance(task),
            recorded=publisher.recorded,
            written=places.append,
        )
        result, failures = grade_class(assignment, options, shown)
        if options.gradebook:
            publisher.finish(result, shown.stage)
    return result, failures, places


def _tell_whose(assignment: Assignment, into: Path, intake: Intake) -> None:
    """Say whom a roster does not know, who handed nothing in, which files belong to nobody, who is gone, and
    where it was judged.
    """
    told = (
        (intake.unplaced, "not found in the roster, and graded under a made-up id"),
        (intake.absent, "in the roster, with nothing handed in"),
        (intake.ignored, "not graded, since it can't be told whose it is"),
    )
    for names, what in told:
        if names:
            say(f"{len(names)} {what}: {some_of(names)}")
    tell_gone(assignment, into)
    if assignment.judged:
        say(assignment.judged)


def results_json(result: ClassResult) -> str:
    """The results as the contract has them, readable."""
    return pretty_json(result)


def class_table(
    result: ClassResult, marks: Mapping[str, Marks] | None = None, adjustments: Adjustments = NONE
) -> Table:
    """The class: student, score, what needs a person, how it went; what people have put into the gradebook
    counts, and what was decided of students and questions.
    """
    found = standings(result.submissions, marks or {}, adjustments)
    maximum = found[0].max_score if found else result.max_score
    table = Table(
        title=f"{result.assignment}: {len(result.submissions)} submissions, {maximum:g} points",
        title_justify="left",
    )
    table.add_column("student")
    table.add_column("score", justify="right")
    table.add_column("needs a person")
    table.add_column("how it went")
    for standing in found:
        row = (
            standing.student,
            "excused" if standing.excused else f"{standing.score:g}",
            ", ".join(standing.waiting),
            _how_it_went(standing.result),
        )
        table.add_row(*map(plain, row))
    return table


def _explained(question: QuestionResult) -> str:
    if question.diagnosis is not None:
        return question.diagnosis.id.replace("_", " ")
    return f"line {question.located.line}" if question.located is not None else ""


def _how_it_went(submission: SubmissionResult) -> str:
    lost = [q for q in submission.questions if q.kind is QuestionKind.AUTO and (q.score or 0) < q.max_score]
    parts = [
        f"{q.id} {q.score:g}/{q.max_score:g}" + (f" ({_explained(q)})" if q.reason else "") for q in lost
    ]
    if submission.status is Status.UNREADABLE:
        parts = ["unreadable"]
    elif lost and all(not q.score for q in submission.questions if q.kind is QuestionKind.AUTO):
        parts = ["nothing solved yet"]
    return "; ".join([*parts, *submission.messages]) or "all right"
