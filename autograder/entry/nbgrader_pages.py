"""What nbgrader shows and hands on of a class: formgrader's pages, cleaned of what a student's Markdown
may hold, and grades as CSV.
"""

from __future__ import annotations

import csv
import re
import secrets
from collections.abc import Mapping
from html import escape
from itertools import product
from pathlib import Path
from typing import Any

import bleach
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin

from autograder.outputs.formulas import as_mathml
from autograder.outputs.tables import harmless
from autograder.records.adjustments import from_entries, place, read
from autograder.records.enrolled import Enrolled
from autograder.records.page_room import is_plain

_TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
_COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)
_MOST_FORMULAS = 500
"""Of one text; further ones are shown as they were typed."""


class _Renderer(IPythonRenderer):
    """nbconvert's own, for which a picture that is named and not there is no reason to show nothing of a
    notebook.
    """

    def block_code(self, code: str, info: str | None = None) -> str:
        """A block of Python in colours, and one of any other language as plain text: what reads those takes
        the square, or worse, of some texts.
        """
        python = (info or "").strip().lower() in ("python", "py", "python3") and not is_plain(code)
        return str(super().block_code(code, "python" if python else None))

    def __init__(self, attachments: Any) -> None:
        super().__init__(escape=False, attachments=attachments, exclude_anchor_links=True)
        self.formulas: dict[str, str] = {}

    def _formula(self, text: str, block: bool) -> str:
        """A word that stands for a formula until the rest is cleaned: what makes the formula is known."""
        if len(self.formulas) >= _MOST_FORMULAS:
            return f"<code>{escape(text)}</code>"
        word = f"formula{secrets.token_hex(16)}"
        self.formulas[word] = as_mathml(text, block)
        return word

    def block_math(self, body: str) -> str:
        return self._formula(body, True)

    def inline_math(self, body: str) -> str:
        return self._formula(body, False)

    def latex_environment(self, name: str, body: str) -> str:
        return self._formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    def _embed_image_or_attachment(self, src: str) -> str:
        missing = src.startswith("attachment:") and src.removeprefix("attachment:") not in self.attachments
        return src if missing else super()._embed_image_or_attachment(src)


@pass_context
def clean_markdown(context: Mapping[str, Any], source: str) -> str:
    """Markdown as HTML in which nothing runs, nothing is fetched and nothing leaves its place; other markup
    is shown as it was typed.

    context: the template's, which holds the cell with the pictures attached to it.
    """
    cell = context.get("cell", {})
    renderer = _Renderer(cell.get("attachments", {}))
    html = MarkdownWithMath(renderer=renderer).render(source)
    cleaned: str = bleach.clean(
        html, tags=_TAGS, attributes=_harmless, protocols={"http", "https", "mailto", "data"}
    )
    shown = re.sub(r"formula[0-9a-f]{32}", lambda found: renderer.formulas.get(found[0], found[0]), cleaned)
    rubric = "rubric" in cell.get("metadata", {}).get("tags", ())
    return f'<div class="rubric">{shown}</div>' if rubric else shown


def _harmless(tag: str, name: str, value: str) -> bool:
    """Whether an attribute is kept: where a link leads, a picture that is there already, the classes of
    coloured code.
    """
    if tag == "a":
        return name == "href" and not value.strip().lower().startswith("data:")
    if tag == "img":
        return name == "alt" or (name == "src" and value.startswith("data:image/"))
    return name == "class" and tag in ("div", "span") and value.replace(" ", "").isalnum()


class CsvExport(CsvExportPlugin):
    """nbgrader's own columns, quoted where they must be, and without formulas: a student's id or name may
    begin with "=". Students who were retired are left out, and who is excused has no score.
    """

    def export(self, gradebook: Gradebook) -> None:
        root = Path(getattr(getattr(self.parent, "coursedir", None), "root", "."))
        entries, assignments = read(place(root)), gradebook.assignments
        retired = {a.name: Enrolled(root, a.name).retired for a in assignments}
        excused = {
            a.name: from_entries(e for e in entries if e.assignment == a.name).excused for a in assignments
        }
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
            writer.writeheader()
            for assignment, student in product(assignments, gradebook.students):
                if (
                    _chosen(assignment.name, self.assignment)
                    and _chosen(student.id, self.student)
                    and student.id not in retired[assignment.name]
                ):
                    row = _row(gradebook, assignment, student)
                    if student.id in excused[assignment.name]:
                        row |= dict.fromkeys(("raw_score", "late_submission_penalty", "score"), "")
                    writer.writerow(
                        {
                            name: harmless(value) if isinstance(value, str) else value
                            for name, value in row.items()
                        }
                    )


def _chosen(name: str, names: list[Any]) -> bool:
    return not names or name in map(str, names)


def _row(gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
    """One student's assignment; 0 where nothing was handed in."""
    try:
        found = gradebook.find_submission(assignment.name, student.id)
        raw, penalty, timestamp = found.score, found.late_submission_penalty, found.timestamp
    except MissingEntry:
        raw, penalty, timestamp = 0.0, 0.0, None
    return {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "timestamp": timestamp,
        "student_id": student.id,
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
        "raw_score": raw,
        "late_submission_penalty": penalty,
        "score": max(0.0, raw - penalty),
        "max_score": assignment.max_score,
    }
