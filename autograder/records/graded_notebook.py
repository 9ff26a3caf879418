"""The graded notebook that formgrader and feedback show: the student's cells, with the result in each
test cell.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import msgspec

from autograder.assignment import nodes, notebook
from autograder.assignment.nodes import Node, node
from autograder.assignment.notebook import OPEN, Role, SourceCell
from autograder.assignment.values import Assignment, QuestionKind
from autograder.files import write_text
from autograder.fingerprints import fingerprint, package
from autograder.handed_in.alignment import Placed, Submission
from autograder.handed_in.entries import MAX_NOTEBOOK_BYTES, read_regular
from autograder.handed_in.submission import Delivered
from autograder.judging.findings import QuestionResult, SubmissionResult, Verdict
from autograder.records.page_room import LEXER, PageRoom
from autograder.text import printable

RECEIPTS = ("timestamp.txt", "submission_secret.txt")
_KEPT_PICTURES = ("image/png", "image/jpeg")
_KEPT_TYPES = ("text/plain", *_KEPT_PICTURES)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


class _NbGrader(msgspec.Struct):
    grade_id: str = ""


class _CellMetadata(msgspec.Struct):
    nbgrader: _NbGrader = msgspec.field(default_factory=_NbGrader)


class _Output(msgspec.Struct):
    text: str | list[str] = ""
    data: dict[str, str | list[str]] = {}


class _Cell(msgspec.Struct):
    source: str | list[str]
    metadata: _CellMetadata
    outputs: list[_Output] = []


class _Kit(msgspec.Struct):
    made_from: str = ""


class _Metadata(msgspec.Struct):
    chainrule: _Kit = msgspec.field(default_factory=_Kit)


class Graded(msgspec.Struct):
    """What is read of a graded notebook, which we have written: without nbformat's checks, which take
    longer than all the rest.
    """

    cells: list[_Cell] = []
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)

    @property
    def made_from(self) -> str:
        """A hash of all that it was made from."""
        return self.metadata.chainrule.made_from

    def texts(self) -> list[tuple[str, str]]:
        """Each cell's id, empty where it has none, and its text."""
        return [
            (c.metadata.nbgrader.grade_id, c.source if isinstance(c.source, str) else "".join(c.source))
            for c in self.cells
        ]

    def outputs(self, identifier: str) -> list[tuple[str, str]]:
        """What stood below a cell when it was handed in: kind, such as image/png, and content."""
        found: list[tuple[str, str]] = []
        for cell in self.cells:
            for output in cell.outputs if cell.metadata.nbgrader.grade_id == identifier else ():
                parts = output.data or {"text/plain": output.text}
                pictures = [kind for kind in parts if kind in _KEPT_PICTURES] or ["text/plain"]
                kept = pictures[0]
                found.append((kept, _text(parts.get(kept, ""))))
        return found


def graded_path(into: Path, student: str, assignment: Assignment) -> Path:
    """Where nbgrader looks for a graded notebook."""
    return into / "autograded" / student / assignment.name / f"{assignment.notebook}.ipynb"


def read_graded(path: Path) -> Graded | None:
    """A graded notebook; None where there is none, and an empty one where somebody has broken it."""
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(read_regular(path, MAX_NOTEBOOK_BYTES), type=Graded)
    except (OSError, msgspec.MsgspecError):
        return Graded()


def made_from(delivered: Delivered, result: SubmissionResult, assignment: Assignment) -> str:
    """A hash of all that a graded notebook is made from."""
    lasting = msgspec.structs.replace(result, seconds=0.0)
    return fingerprint(
        package(),
        _hash_of(assignment.cells),
        msgspec.msgpack.encode(delivered),
        msgspec.msgpack.encode(lasting),
    )


def graded_notebook(
    submission: Submission, result: SubmissionResult, assignment: Assignment, made_from: str = ""
) -> Node:
    """Build the notebook to show: locked cells from the source, answers from the student, results in the
    test cells.
    """
    frame = node(json.loads(_frame(assignment.cells, assignment.name)))
    by_id = {cell.metadata.nbgrader.grade_id: cell for cell in frame.cells if "nbgrader" in cell.metadata}
    questions = {q.id: q for q in result.questions}
    room = PageRoom()
    cells = []
    if not submission.readable:
        cells += frame.cells
        for identifier, question in questions.items():
            if question.kind is QuestionKind.AUTO:
                _show_result(by_id[identifier], question)
    for placed in submission.placed:
        if placed.source is None and not room.cell():
            continue
        if placed.source is not None and placed.source.rubric:
            cells.append(_rubric(placed.source))
        cells.append(_graded_cell(placed, by_id, questions, room))
    made = nodes.new_notebook([_top(result, room), *cells], frame.metadata)
    made.metadata.chainrule["made_from"] = made_from
    made.metadata["language_info"] = node({"name": "python", "pygments_lexer": LEXER})
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number}"
    return made


@lru_cache(maxsize=4)
def _hash_of(cells: tuple[SourceCell, ...]) -> str:
    return fingerprint(cells)


@lru_cache(maxsize=4)  # the same for a whole class, and slow to build
def _frame(cells: tuple[SourceCell, ...], name: str) -> str:
    return notebook.dump(notebook.build_recorded(cells, name))


def _top(result: SubmissionResult, room: PageRoom) -> Node:
    """What a grader reads first: all that was unusual. Neither whose it is, since formgrader hides names, nor
    what the tests gave, which would colour what a person gives.
    """
    notes = "".join(f"<li>{_literal(message)}</li>" for message in (*result.messages, *room.notes))
    text = f"<b>What was unusual about this notebook</b><ul>{notes}</ul>" if notes else ""
    return nodes.new_cell("markdown", text or "<b>Nothing was unusual about this notebook.</b>")


def _rubric(source: SourceCell) -> Node:
    """What the person who grades a write-up goes by, above the answer.

    Feedback is made without these notebooks.
    """
    text = f"**For the grader, about {source.id}. Students don't see this.**\n\n{source.rubric}"
    cell = nodes.new_cell("markdown", text)
    cell.metadata["tags"] = ["rubric"]
    return cell


def _literal(text: str) -> str:
    """A text as HTML that Markdown does not read either: an exception's text may hold tags, links and
    pictures.
    """
    return "".join(c if c.isalnum() or c in " ," else f"&#{ord(c)};" for c in printable(text, 1000))


def _graded_cell(
    placed: Placed, by_id: dict[str, Node], questions: dict[str, QuestionResult], room: PageRoom
) -> Node:
    if placed.source is None:
        assert placed.handed_in is not None
        return _own_cell(placed.handed_in, room)
    cell = by_id[placed.source.id]
    if placed.source.role in OPEN and placed.handed_in is not None:
        _write(cell, placed.handed_in, room)
    if placed.source.role is Role.TEST:
        cell.source = placed.source.released
        _show_result(cell, questions.get(placed.source.id))
    elif cell.cell_type == "code" and placed.handed_in is not None:
        cell.outputs = _kept_outputs(placed.handed_in, room)
    return cell


def _own_cell(cell: Node, room: PageRoom) -> Node:
    outputs = _kept_outputs(cell, room) if cell.cell_type == "code" else None
    made = nodes.new_cell(cell.cell_type, "", outputs=outputs)
    _write(made, cell, room)
    return made


def _write(cell: Node, handed_in: Node, room: PageRoom) -> None:
    """Carry over what a student wrote in a cell, and the pictures that a text shows."""
    text = str(handed_in.source)
    if cell.cell_type == "code":
        cell.source, colours = room.code_in(text)
        cell.metadata.update(colours)
        return
    cell.source = room.text(text)
    if cell.cell_type != "markdown":
        return
    attached = handed_in.get("attachments", {})
    named = {name: _kept(data, _KEPT_PICTURES) for name, data in attached.items() if isinstance(data, dict)}
    kept = {name: pictures for name, pictures in named.items() if pictures}
    if kept and room.pictures_in(text, [sum(map(len, pictures.values())) for pictures in kept.values()]):
        cell["attachments"] = node(kept)


def _kept_outputs(cell: Node, room: PageRoom) -> list[Any]:
    """Outputs as the student saved them: text and pictures only, no HTML or scripts, up to a size."""
    kept = []
    for output in cell.get("outputs", []):
        if not isinstance(output, dict):
            continue
        data: Any = output.get("data")
        data = data if isinstance(data, dict) else {}
        shown = _kept(data, _KEPT_TYPES)
        if output.get("output_type") == "stream":
            made = nodes.new_output("stream", name="stdout", text=_text(output.get("text", "")))
        elif shown:
            made = nodes.new_output("display_data", data=shown)
        else:
            continue
        pictures = sum(len(shown[kind]) for kind in _KEPT_PICTURES if kind in shown)
        if not room.output(len(str(made)) - pictures, pictures):
            break
        kept.append(made)
    return kept


def _kept(data: dict[str, Any], kinds: tuple[str, ...]) -> dict[str, str]:
    """What of some data by media type may be shown: texts, and pictures that are nothing else."""
    texts = {kind: _text(data[kind]) for kind in kinds if kind in data}
    return {kind: text for kind, text in texts.items() if kind == "text/plain" or _BASE64.fullmatch(text)}


def _text(value: Any) -> str:
    return (
        "".join(part for part in value if isinstance(part, str))
        if isinstance(value, list)
        else value
        if isinstance(value, str)
        else ""
    )


def _show_result(cell: Node, question: QuestionResult | None) -> None:
    """Leave in a test cell what nbgrader reads (one plain float) and what people read."""
    if question is None or question.score is None:
        return
    cell.execution_count = 1
    cell.outputs = [
        nodes.new_output(
            "display_data", data={"text/html": result_html(question), "text/plain": result_text(question)}
        ),
        nodes.new_output(
            "execute_result", data={"text/plain": repr(float(question.score))}, execution_count=1
        ),
    ]


def result_html(question: QuestionResult) -> str:
    """A question's result as a small table, without anything that a student's code has written."""
    rows = "".join(
        f"<tr><td>{'✓' if c.verdict is Verdict.RIGHT and c.earned else '✗'}</td><td>{escape(c.title)}</td>"
        f"<td>{c.earned:g}/{c.points:g}</td><td>{escape(c.message)}</td></tr>"
        for c in question.checks
    )
    says = f"<p><b>{escape(question.reason)}</b></p>" if question.reason else ""
    judged_again = (
        "<p>Judged again with the parts that it builds on given, so that an earlier mistake costs "
        "nothing here.</p>"
    )
    given = judged_again if question.given_correct_inputs else ""
    if question.one_mistake:
        given += "<p>One mistake costs no more than its share, however many checks are wrong by it.</p>"
    table = f'<table class="table table-condensed">{rows}</table>'  # formgrader's own look of a table
    return f"<p>{escape(question.id)}: {question.score:g} of {question.max_score:g}</p>{says}{given}{table}"


def result_text(question: QuestionResult) -> str:
    """A question's result in plain lines."""
    lines = [f"{question.id}: {question.score:g} of {question.max_score:g}"]
    lines += [f"  {'ok ' if c.earned else 'no '} {c.title} {c.message}".rstrip() for c in question.checks]
    return "\n".join(lines + ([question.reason] if question.reason else []))


def copy_receipts(source: Path, target: Path) -> None:
    """Carry along what nbgrader's exchange leaves beside a submission and needs beside its feedback;
    links are not followed.
    """
    for name in RECEIPTS:
        try:
            text = read_regular(source / name, 1000).decode("utf-8")
        except (OSError, ValueError):  # none, or something else of that name
            continue
        write_text(target / name, text)
