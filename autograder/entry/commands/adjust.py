"""`chainrule adjust`: more time for a student, a student excused, a question that counts for nobody or gives
everybody its points; with a reason, and undone as easily.
"""

from __future__ import annotations

import getpass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.entry.shared import AS_IT_IS, Into, Name, out, say, some_of, this_course
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.assignment.course import Course
    from autograder.assignment.values import Assignment
    from autograder.records.adjustments import Adjustment, Adjustments


class Action(StrEnum):
    """What is decided."""

    EXTEND = "extend"
    EXCUSE = "excuse"
    DROP = "drop"
    GIVE = "give"


def adjust(
    name: Name,
    action: Annotated[
        Action | None,
        typer.Argument(help="extend or excuse students; drop questions, or give their points. None: list."),
    ] = None,
    whom: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of the students, or of the questions.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why. Students read it on their pages.")] = "",
    days: Annotated[float, typer.Option("--days", min=0, max=366, help="extend: so many days more.")] = 0,
    hours: Annotated[float, typer.Option("--hours", min=0, help="extend: so many hours more.")] = 0,
    by: Annotated[
        str, typer.Option("--by", help="Who has decided it.", show_default="your name on this machine")
    ] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False,
    into: Into = None,
) -> None:
    """Extend, excuse, drop a question or give everybody its points; kept in adjustments.toml."""
    from autograder.records.adjustments import (
        Adjustment,
        Adjustments,
        Decision,
        add,
        from_entries,
        moment,
        place,
        read,
    )

    course = this_course(into)
    assignment = course.assignment(name)
    if action is None:
        _list(Adjustments.of(assignment))
        return
    kind = {
        Action.EXTEND: Decision.EXTENSION,
        Action.EXCUSE: Decision.EXCUSED,
        Action.DROP: Decision.DROPPED,
        Action.GIVE: Decision.GIVEN,
    }[action]
    now = from_entries(e for e in read(place(course.root)) if e.assignment == name)
    held = {e.subject: e for e in now.in_force if e.kind is kind}
    made = []
    for one in _asked(action, whom, reason, 24 * days + hours, undo):
        if undo and one not in held:
            raise UsageError(
                f"nothing to undo: {action} {one} does not hold in {name}",
                mend=f"it holds for {some_of(sorted(held)) or 'nobody'}",
            )
        if kind.of_question and not undo:
            assignment.question(one)
        entry = Adjustment(name, kind, by or getpass.getuser(), moment(), reason, undone=undo)
        made.append(_about(entry, one, 0.0 if undo else 24 * days + hours))
    if not kind.of_question and not undo:
        _tell_unknown(course, assignment, whom or [])
    add(course.root, made)
    _tell(course, assignment, made)


def _asked(action: Action, whom: list[str] | None, reason: str, hours: float, undo: bool) -> list[str]:
    """Whom it is about; raises UsageError where the call says too little, or what can't be meant."""
    from autograder.records.adjustments import LONGEST_EXTENSION

    if not whom:
        what = "student" if action in (Action.EXTEND, Action.EXCUSE) else "question"
        raise UsageError(
            f"{action} names no {what}", mend=f"chainrule adjust NAME {action} {what.upper()} --reason TEXT"
        )
    if undo:
        return whom
    if not reason.strip():
        raise UsageError(f"{action} has no reason", mend="--reason TEXT: students read it on their pages")
    if action is Action.EXTEND and not hours:
        raise UsageError("extend says no time", mend="--days 3, --hours 12, or both")
    if action is Action.EXTEND and hours > LONGEST_EXTENSION:
        raise UsageError(
            f"an extension of {hours:g} hours", mend=f"{LONGEST_EXTENSION / 24:g} days are the most"
        )
    if action is not Action.EXTEND and hours:
        raise UsageError("--days and --hours are for extend", mend="leave them out")
    return whom


def _about(entry: Adjustment, one: str, hours: float) -> Adjustment:
    import msgspec

    about = {"question": one} if entry.kind.of_question else {"student": one, "hours": hours}
    return msgspec.structs.replace(entry, **about)


def _tell_unknown(course: Course, assignment: Assignment, students: list[str]) -> None:
    """Say which ids have no result yet: they may come, or be mistyped."""
    from autograder.records.results import Results

    known = set(Results(course.into, assignment).students())
    if unknown := [one for one in students if one not in known]:
        says = "no result yet; it holds if that is the id under which work will come"
        say(f"{some_of(unknown)}: {says}")


def _tell(course: Course, assignment: Assignment, made: list[Adjustment]) -> None:
    """Bring the gradebook up to date, and say what was done and what follows."""
    from autograder.outputs.feedback import gradebook_marks
    from autograder.records.adjustments import Adjustments

    gradebook_marks(assignment, course.into)
    for entry in made:
        says = f"undone: {entry.kind} {entry.subject}" if entry.undone else entry.says
        out.print(f"{assignment.name}, {says}.", **AS_IT_IS)
    maximum = Adjustments.of(assignment).maximum(assignment)
    out.print(
        f"In {course.adjustments}; {maximum:g} of {assignment.max_score:g} points count. Gradebook, report "
        f"and exports follow at once, students' pages with `chainrule feedback {assignment.name}`.",
        **AS_IT_IS,
    )


def _list(adjustments: Adjustments) -> None:
    for entry in adjustments.in_force:
        out.print(f"{entry.says}. {entry.because} ({entry.by}, {entry.when[:10]})", **AS_IT_IS)
    if not adjustments.in_force:
        out.print("Nothing holds but the tests and what people have marked.", **AS_IT_IS)
