"""What `nbgrader generate_feedback` and formgrader's button write in place of a rendered notebook: the
kit's own page, as things stand now.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import default

from autograder.assignment.loading import load_assignment
from autograder.outputs.feedback import page_of


class FeedbackPage(Exporter):
    """Exports a graded notebook as the student's feedback page, from the results that are kept beside the
    gradebook.
    """

    output_mimetype = "text/html"

    @default("file_extension")  # type: ignore[untyped-decorator]
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **_: Any) -> tuple[str, Any]:
        info = resources["nbgrader"]
        resources["output_extension"] = ".html"
        root = Path.cwd()  # nbgrader converts in the course's root
        if info["notebook"] != info["assignment"]:
            return (
                "<!doctype html>\n<title>Not graded</title>\n<p>This notebook is not graded: "
                "there is no feedback on it.</p>\n",
                resources,
            )
        return page_of(
            load_assignment(info["assignment"], root), root, info["student"], info["db_url"]
        ), resources
