"""`chainrule explain`: one question of one student, with input, seen and expected."""

from __future__ import annotations

from pprint import pformat
from typing import Annotated, Any

import typer
from rich.syntax import Syntax
from rich.text import Text

from autograder.entry.shared import AS_IT_IS, Name, Roster, Submitted, out, this_course
from autograder.errors import UsageError
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.intake import taken_in
from autograder.handed_in.roster import read_roster
from autograder.handed_in.submission import read_submission
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.outputs.readable import readable
from autograder.outputs.replay import replay
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore

MAX_SHOWN = 20_000
"""Characters that are printed of one value."""


def explain(
    student: Annotated[str, typer.Argument(help="The student.")],
    name: Name,
    question: Annotated[str, typer.Argument(help="The question.")],
    submitted: Submitted = None,
    roster: Roster = None,
    salt: Annotated[
        str, typer.Option("--salt", help="The salt it was graded with.", show_default="the course's own")
    ] = "",
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Run student code even where this machine can't isolate it.")
    ] = False,
) -> None:
    """For the grader alone: show input, seen and expected of each check of one question."""
    course = this_course()
    assignment = course.written(name)
    asked = assignment.question(question)
    if asked.written:
        raise UsageError(f"{question} is a write-up: a person grades it", mend=f"chainrule formgrader {name}")
    folder = submitted or course.root / "submitted"
    with taken_in(folder, assignment, read_roster(roster) if roster else ()) as intake:
        handin = next((h for h in find_submissions(intake.folder, assignment) if h.student == student), None)
        if handin is None:
            raise UsageError(f"{folder} holds no submission of {student!r}")
        submission = read_submission(handin, assignment)
        if not submission.readable:
            raise UsageError(
                f"nothing of {student}'s submission can be graded: {'; '.join(submission.messages)}"
            )
        reference = Reference(assignment, course.salt(salt), ObservedStore(course.observations)).prepare()
        try:
            with Grader(reference, Isolation.strongest(unsafe)) as grader:
                grader.locate = True
                explained = replay(grader, submission, asked)
        finally:
            reference.close()
    result = explained.result
    out.print(f"{student}, {question}: {result.score:g} of {result.max_score:g}", **AS_IT_IS)
    if result.diagnosis:
        out.print(f"{result.diagnosis.id}: {result.diagnosis.says}", **AS_IT_IS)
    if result.located:
        out.print(result.located.says, **AS_IT_IS)
    if explained.mend and not result.diagnosis:
        out.print(f"For you alone, what mends it: {explained.mend}", **AS_IT_IS)
    for shown in explained.replays:
        out.rule(f"{shown.probe.id}: {shown.verdict}", align="left")
        out.print(Text(f"{shown.probe.title} {shown.message}"))
        out.print(Syntax(shown.text, "python", word_wrap=True))
        for call in shown.inputs:
            out.print("input:", style="bold")
            out.print(Text(_cut(call)))
        for label, value in (("seen", shown.seen), ("expected", shown.expected)):
            out.print(f"{label}:", style="bold")
            out.print(Text(_shown(value)))


def _shown(value: Any) -> str:
    """A value as text, its control characters as escapes: what a student's code returned is not printed
    without an end.
    """
    value = readable(value)
    plain = repr(value)  # at once, where pformat takes seconds to lay out megabytes
    return _cut(pformat(value, width=120) if len(plain) <= 10 * MAX_SHOWN else plain)


def _cut(text: str) -> str:
    more = len(text) - MAX_SHOWN
    return text if more <= 0 else f"{text[:MAX_SHOWN]}\n… and {more} more characters"
