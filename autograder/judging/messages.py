"""What a student is told of a check or a cell, in sentences of ours: never text that the student's code
has made.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.assignment.values import Question
from autograder.inside.protocol import CellKind, CellSource
from autograder.inside.seen import CellReport, Observation, Outcome
from autograder.judging.findings import Verdict
from autograder.judging.judged import Judged
from autograder.probe import Probe
from autograder.text import printable, sentence

MAX_MESSAGES = 40


def check_message(question: Question, probe: Probe, judged: Judged, cells: list[CellSource]) -> str:
    """One sentence on a check: how it ended, or what is wrong; empty where it is right."""
    observation, finding = judged.observations[probe.id], judged.findings[probe.id]
    if finding.verdict is Verdict.RIGHT:
        return (
            ""
            if judged.points[probe.id]
            else "This is right, but counts only once the question's main checks are."
        )
    match observation.outcome:
        case Outcome.FINISHED:
            return sentence(finding.message) if finding.message else "What came back can't be read."
        case Outcome.RAISED:
            line = _line(cells, observation)
            where = f" at `{line}` (cell {observation.cell}, line {observation.line})" if line else ""
            if observation.error == "NotImplementedError" and "NotImplementedError" in line:
                return "This is not written yet."
            return f"It raised {observation.error or 'an exception'}{where}."
        case Outcome.MISSING:
            return f"The notebook does not define {' or '.join(question.defines)}, or not under this name."
        case Outcome.TIMED_OUT:
            return (
                sentence(observation.error)
                or "It took too long and was stopped: is there a loop that does not end?"
            )
        case Outcome.KILLED:
            return "It crashed the Python process."
        case Outcome.EXITED:
            return "It left Python: exit() or quit() ends everything that comes after."
        case Outcome.OUT_OF_MEMORY:
            return "It ran out of memory: is an array far larger than it need be?"
        case Outcome.OUTPUT_LIMIT:
            return "It printed or returned too much."
        case _:
            return "What came back can't be read."


def _line(cells: list[CellSource], observation: Observation) -> str:
    """The line of the student's own cell where an exception was raised, from our copy of the cell."""
    text = next((c.text for c in cells if c.number == observation.cell and c.kind is CellKind.OWN), "")
    lines = text.splitlines()
    return lines[observation.line - 1].strip()[:120] if 0 < observation.line <= len(lines) else ""


def few(messages: list[str]) -> tuple[str, ...]:
    """No more than anybody reads, each in one line."""
    more = len(messages) - MAX_MESSAGES
    kept = [printable(message, 1000) for message in messages[:MAX_MESSAGES]]
    return tuple(kept + ([f"and {more} more of the kind"] if more > 0 else []))


def cell_messages(reports: Iterable[CellReport], cells: list[CellSource]) -> list[str]:
    """What went wrong in the student's own cells."""
    own = {c.number: c for c in cells if c.kind is CellKind.OWN}
    messages = []
    for report in reports:
        if report.number not in own:
            continue
        if report.outcome is Outcome.FINISHED:
            if report.missing.isidentifier():
                messages.append(
                    f"cell {report.number} uses {report.missing} before it is defined; it was run "
                    "again at the end"
                )
            continue
        match report.outcome:
            case Outcome.RAISED:
                messages.append(
                    f"cell {report.number} raised {report.error}"
                    + (f" (line {report.line})" if report.line else "")
                )
            case Outcome.TIMED_OUT:
                messages.append(
                    f"cell {report.number} took too long and was stopped; the rest was graded without it"
                )
            case _:
                messages.append(f"cell {report.number} ended: {report.outcome.value} {report.error}".rstrip())
    return messages
