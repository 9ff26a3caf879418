"""What `nbgrader generate_feedback` and formgrader's button write in place of a rendered notebook: the
kit's own page, as things stand now.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter, HTMLExporter
from nbformat import NotebookNode
from traitlets import default

from autograder.assignment.as_it_is import is_unmoved
from autograder.assignment.loading import load_assignment
from autograder.errors import ChainRuleError
from autograder.outputs.feedback import page_of
from autograder.records.results import Results


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
        if is_unmoved(info["assignment"], root) and not self._is_kept(info, root):
            return self._as_nbgrader_has_it(nb, resources)
        assignment = load_assignment(info["assignment"], root)
        if info["notebook"] != assignment.notebook:
            return (
                "<!doctype html>\n<title>Not graded</title>\n<p>This notebook is not graded: "
                "there is no feedback on it.</p>\n",
                resources,
            )
        return page_of(assignment, root, info["student"], info["db_url"]), resources

    def _is_kept(self, info: dict[str, Any], root: Path) -> bool:
        """Whether this kit has graded it as it is."""
        try:
            assignment = load_assignment(info["assignment"], root)
        except ChainRuleError:
            return False
        return Results(root, assignment).get(info["student"]) is not None

    def _as_nbgrader_has_it(self, nb: NotebookNode, resources: Any) -> tuple[str, Any]:
        """nbgrader's own page, for what nbgrader has graded."""
        page = HTMLExporter(config=self.config)
        for step in self._preprocessors:
            page.register_preprocessor(step, enabled=True)
        made: tuple[str, Any] = page.from_notebook_node(nb, resources)
        return made
