"""What a student is told of a check or a cell, in sentences of ours: never text that the student's code
has made.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.assignment.values import Question
from autograder.inside.names import bound_in, bound_names, parsed
from autograder.inside.protocol import CellKind, CellSource, shown_number
from autograder.inside.seen import CellReport, Observation, Outcome
from autograder.inside.statements import is_stub, whole_definitions
from autograder.inside.versions import names_gone_from
from autograder.judging.findings import Verdict
from autograder.judging.judged import Judged
from autograder.probe import Probe
from autograder.sandbox.cell_runs import KEPT, LEFT_OUT
from autograder.sandbox.said import names_in, without_suggestion
from autograder.text import printable, sentence

MAX_MESSAGES = 40
_WORDS = frozenset(
    ("the", "this", "that", "it", "a", "an", "no", "not", "every", "all", "some", "there", "what")
)
_BUILT_IN = frozenset(
    (*vars(builtins), "NoneType", "function", "method", "ndarray", "numpy", *map(str, np.sctypeDict))
)
_TEXT = re.compile(r'"([^"]*)"|\'([^\']*)\'')
_OF_NOTHING = re.compile(r"'NoneType' object is not subscriptable|cannot unpack non-iterable NoneType")
_TAKEN_APART = re.compile(r"(?:not enough|too many) values to unpack \(expected (\d+)")
_OF_A_FILE = re.compile(r" \((?:unknown location|[^()]*[/\\][^()]*)\)")
_NO_PYTHON = ("SyntaxError", "IndentationError", "TabError")
_NUMPY_NAME = re.compile(r"\b(?:np|numpy)\.(\w+)")
_GONE = frozenset(names_gone_from(np)) - set(vars(np))


@dataclass(frozen=True)
class CellsRun:
    """The cells that were run, and how they ended."""

    cells: list[CellSource]
    reports: Sequence[CellReport] = ()
    probes: str = ""
    """The text of the probes, whose keys a message may name."""
    turned: int = 0
    """The number of the question's own cell where it is no code any more."""
    unwritten: bool = False
    """Whether the question's own cells are as they were handed out."""


def check_message(question: Question, probe: Probe, judged: Judged, run: CellsRun) -> str:
    """One sentence on a check: how it ended, or what is wrong; empty where it is right."""
    cells, reports = run.cells, run.reports
    observation, finding = judged.observations[probe.id], judged.findings[probe.id]
    if finding.verdict is Verdict.RIGHT:
        return (
            ""
            if judged.points[probe.id]
            else "This is right, but counts only once the question's main checks are."
        )
    if question.values and run.unwritten:
        return "This is not written yet."
    match observation.outcome:
        case Outcome.FINISHED:
            return _as_said(finding.message) if finding.message else "What came back can't be read."
        case Outcome.RAISED:
            line = _line(cells, observation)
            where = f" at `{line}` ({_place(question, cells, observation)})" if line else ""
            if observation.error == "NotImplementedError" and "NotImplementedError" in line:
                return _unfinished(question, cells, observation)
            why = _failed_import(observation.missing, cells, reports)
            why = why or _failed_given(observation.missing, cells, reports)
            said = "" if why else _said(observation, line, run)
            error = observation.error or "an exception"
            # without a line, it was raised by what the check made of the results, or by the call itself
            if not line and (parts := _TAKEN_APART.match(observation.text)):
                return f"The check takes what comes back as {parts[1]} things, and there are more or fewer."
            how = f"It raised {error}{where}" if line else f"The check went no further, with {error}"
            nothing = "" if line or not _OF_NOTHING.search(observation.text) else " Was nothing returned?"
            return f"{how}{said or '.'}{why}{nothing}"
        case Outcome.MISSING:
            return _undefined(question, run)
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


def _said(observation: Observation, line: str, run: CellsRun) -> str:
    """What the interpreter or NumPy said of an exception: shapes, indices, and names that the student or the
    instructor has written down. Nothing of what the student's code raised itself.
    """
    text = observation.text
    if not text or re.search(r"\braise\b", line):
        return ""
    written = "\n".join((run.probes, *(cell.text for cell in run.cells)))
    joined = _joined(line, run.probes) if observation.error == "KeyError" else frozenset()
    if not _is_known(text, written, joined):
        text = without_suggestion(text)
    if not _is_known(text, written, joined):
        return ""
    if observation.error == "KeyError":
        return f": there is no entry {text}."
    return f": {text}" if text.endswith("?") else f": {text.removesuffix('.')}."


def _is_known(text: str, written: str, joined: frozenset[str] = frozenset()) -> bool:
    """Whether every name in a text is the language's own, was written down, or is one that was joined."""
    return all(name in _BUILT_IN or name in written or name in joined for name in names_in(text))


def _joined(line: str, probes: str) -> frozenset[str]:
    """The keys that a line may have asked for, where it joins a text of its own, such as "W", and a word of
    the probes, such as the name of a layer.
    """
    texts = [first or second for first, second in _TEXT.findall(line)]
    parts = [part for text in texts for part in re.split(r"\{[^}]*\}", text) if part]
    words = set(re.findall(r"\w+", probes))
    return frozenset(made for part in parts for word in words for made in (part + word, word + part))


def _as_said(text: str) -> str:
    """A finding as a sentence. Most begin with the name of what is wrong: it stays as the notebook has it."""
    whole = sentence(text)
    return whole if text.partition(" ")[0] in _WORDS else text[:1] + whole[1:]


def _place(question: Question, cells: list[CellSource], observation: Observation) -> str:
    """Where code raised: in the answer to this question, or in another cell of the notebook."""
    wanted = {part for name in question.defines for part in name.split(".")}
    text = next((cell.text for cell in cells if cell.number == observation.cell), "")
    if wanted & bound_names(text):
        return f"line {observation.line} of your answer"
    return f"cell {shown_number(observation.cell)}, line {observation.line}"


def _undefined(question: Question, run: CellsRun) -> str:
    """Why there is nothing under the name that a question asks for: the cell that should define it, where
    there is one, did not come to its end, or is no code.
    """
    cells, reports = run.cells, run.reports
    names = " or ".join(question.defines)
    wanted = {name.partition(".")[0] for name in question.defines}
    ended = {r.number: r for r in reports if r.outcome is not Outcome.FINISHED}
    for cell in cells:
        if cell.kind is CellKind.DEMO or cell.number not in ended:
            continue
        report = ended[cell.number]
        if not (wanted & bound_names(cell.text) or _seems_to_define(cell.text, wanted)):
            continue
        which = f"cell {shown_number(cell.number)}" if cell.kind is CellKind.OWN else _given(cell)
        where = f"{which}, which should define {names}"
        line = f" (line {report.line})" if report.line else ""
        if report.outcome is Outcome.TIMED_OUT:
            return f"It is not there: {where}, took too long and was stopped."
        if report.error.startswith(_NO_PYTHON):
            return f"It is not there: {where}, does not compile{line}."
        return f"It is not there: {where}, {_how_it_ended(report)}{line}."
    if run.turned:
        return f"It is not there: cell {run.turned}, which should define {names}, is no code cell."
    there = {name for cell in cells if cell.number not in ended for name in bound_names(cell.text)}
    missing = [name for name in question.defines if name.partition(".")[0] not in there]
    return f"The notebook does not define {' or '.join(missing) or names}, or not under this name."


def _seems_to_define(text: str, names: set[str]) -> bool:
    """Whether a text that does not parse seems to define one of these names."""
    return parsed(text) is None and any(
        re.search(rf"^\s*(?:async\s+def|def|class)\s+{name}\b", text, re.M) for name in names
    )


def _failed_import(name: str, cells: list[CellSource], reports: Iterable[CellReport]) -> str:
    """Where a name is missing since the import that brings it failed: which module is not here."""
    failed = {
        r.number: r.error for r in reports if r.error.startswith(("ModuleNotFoundError", "ImportError"))
    }
    for cell in cells if name else ():
        tree = parsed(cell.text) if cell.number in failed else None
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.Import | ast.ImportFrom) and name in bound_in([node]):
                module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
                where = f"cell {shown_number(cell.number)}"
                return f" `{name}` comes from {module}, which {where} could not import: it is not here."
    return ""


def _failed_given(name: str, cells: list[CellSource], reports: Iterable[CellReport]) -> str:
    """Where a name is missing since a given cell did not come to its end: which cell, and how it ended."""
    found = [(c, r) for c, r in _given_that_ended(cells, reports) if name and name in bound_names(c.text)]
    return "".join(f" `{name}` comes from {_given(c)}, which {_how_it_ended(r)}." for c, r in found[:1])


def _given_that_ended(
    cells: list[CellSource], reports: Iterable[CellReport]
) -> list[tuple[CellSource, CellReport]]:
    """The given cells that did not come to their end, each with its report."""
    given = {c.number: c for c in cells if c.kind is CellKind.GIVEN}
    ended = [r for r in reports if r.number in given and r.outcome is not Outcome.FINISHED]
    return [(given[r.number], r) for r in ended]


def _given(cell: CellSource) -> str:
    """A given cell by its first line: its number in the student's notebook may be another, or none."""
    first = next((line.strip() for line in cell.text.splitlines() if line.strip()), "")
    return f"the given cell `{printable(first, 60)}`"


def _how_it_ended(report: CellReport) -> str:
    """What happened to a cell that did not come to its end, without saying by whose doing."""
    if report.outcome is Outcome.TIMED_OUT:
        return "took too long and was stopped"
    error = "" if report.error == LEFT_OUT else report.error.partition(":")[0]
    return f"ended with {error or report.outcome.value}"


def remarks(cells: list[CellSource]) -> list[str]:
    """What a student should know of the versions in use, though it costs nothing."""
    said = []
    for cell in cells:
        if cell.kind is not CellKind.OWN:
            continue
        gone = [name for name in _NUMPY_NAME.findall(cell.text) if name in _GONE]
        if gone:
            names = ", ".join(f"np.{name}" for name in dict.fromkeys(gone))
            said.append(f"cell {shown_number(cell.number)} uses {names}, gone from NumPy 2; it was let pass")
    return said


def _unfinished(question: Question, cells: list[CellSource], observation: Observation) -> str:
    """What is to be said of an answer that came to the line in place of which it is to be written."""
    tree = parsed(next((cell.text for cell in cells if cell.number == observation.cell), ""))
    functions = [one for one in ast.walk(tree or ast.Module([], [])) if isinstance(one, ast.FunctionDef)]
    around = [one for one in functions if one.lineno <= observation.line <= (one.end_lineno or 0)]
    if not around or is_stub(max(around, key=lambda one: one.lineno)):
        return "This is not written yet."
    place = _place(question, cells, observation)
    return f"It comes to `raise NotImplementedError` ({place}), which goes once all is written."


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
    """What went wrong in the student's own cells, and which given ones were stopped."""
    reports = list(reports)
    own = {c.number: c for c in cells if c.kind is CellKind.OWN}
    messages = [
        f"{_given(cell)} {_how_it_ended(report)}; what it defines may be missing below"
        for cell, report in _given_that_ended(cells, reports)
        if report.outcome is not Outcome.RAISED  # as many do that call what is not written yet
    ]
    for report in reports:
        if report.number not in own:
            continue
        number = shown_number(report.number)
        if report.outcome is Outcome.FINISHED:
            if report.missing.isidentifier():
                messages.append(
                    f"cell {number} uses {report.missing} before it is defined; it was run again at the end"
                )
            continue
        if _is_stub(report, own[report.number].text):
            continue
        match report.outcome:
            case Outcome.RAISED:
                messages.append(
                    f"cell {number} raised {_without_place(report.error)}"
                    + (f" (line {report.line})" if report.line else "")
                    + _not_allowed(report.error)
                    + _newer_python(report, own[report.number].text)
                    + _whole(report, own[report.number].text)
                    + _failed_given(report.missing, cells, reports).replace(" ", "; ", 1).rstrip(".")
                )
            case _ if report.error == LEFT_OUT:
                messages.append(
                    f"cell {number} ended twice ({report.outcome.value}); the rest was graded without it"
                )
            case Outcome.TIMED_OUT:
                messages.append(
                    f"cell {number} took too long and was stopped; of it, its definitions alone were run"
                )
            case _ if report.error.startswith(KEPT):
                messages.append(
                    f"cell {number}: {report.error}, which left too little for a check; "
                    "of it, its definitions alone were run"
                )
            case _:
                messages.append(f"cell {number} ended: {report.outcome.value} {report.error}".rstrip())
    return messages


def _is_stub(report: CellReport, text: str) -> bool:
    """Whether a cell ended at the line in place of which an answer is to be written."""
    lines = text.splitlines()
    line = lines[report.line - 1] if 0 < report.line <= len(lines) else ""
    return report.error.startswith("NotImplementedError") and "raise NotImplementedError" in line


def _without_place(error: str) -> str:
    """What an import failed with, without the file that Python names: it lies on the machine that graded."""
    return _OF_A_FILE.sub("", error) if error.startswith("ImportError") else error


def _not_allowed(error: str) -> str:
    """What is to be said where the system has refused something: which it may be, the student knows."""
    if not error.startswith("PermissionError"):
        return ""
    return "; no program or process can be started, no network used and no file changed elsewhere when graded"


def _whole(report: CellReport, text: str) -> str:
    """What is to be said of the rest of a cell that does not compile."""
    if not report.error.startswith(_NO_PYTHON) or not whole_definitions(text):
        return ""
    return "; of it, the definitions that are whole were run"


def _newer_python(report: CellReport, text: str) -> str:
    """What is to be said of a syntax error that a newer Python may not see: quotes or backslashes within an
    f-string's braces, type parameters, the `type` statement, t-strings, exceptions without parentheses.
    """
    if not report.error.startswith("SyntaxError"):
        return ""
    line = text.splitlines()[report.line - 1] if 0 < report.line <= len(text.splitlines()) else ""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    newer = re.search(
        r"\b[rR]?[fFtT][rR]?['\"]|^\s*(?:async\s+)?(?:def|class)\s+\w+\[|^\s*type\s+\w+|^\s*except\b.*,", line
    )
    return f"; Python {here} graded it, and a newer one may take it" if newer else ""
