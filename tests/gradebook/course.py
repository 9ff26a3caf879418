"""A course of one small assignment with its gradebook, for the tests of this folder."""
from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.assignment.loading import load_assignment
from autograder.judging.findings import SubmissionResult
from autograder.records.database import open_gradebook
from autograder.run.batch import grade_class
from autograder.run.options import Options
from tests import commands
from tests.sample_class.work import Work
from tests.tiny import NAME

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]

PRESS = """
import autograder.declined
import json, sys
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
app = NbGrader()
app.initialize([])
print(json.dumps(NbGraderAPI(app.coursedir, parent=app).autograde(*sys.argv[1:])))
"""


@dataclass
class Course:
    root: Path
    url: str = ""
    """The gradebook's, where it is not the course's own."""

    @property
    def database(self) -> str:
        return self.url or f"sqlite:///{self.root / 'gradebook.db'}"

    def fresh(self) -> Work:
        """The release as handed out."""
        return Work.handed_out(load_assignment(NAME, self.root))

    @property
    def work(self) -> Work:
        """The release with the reference's answers filled in."""
        return self.fresh().solve()

    def hand_in(self, work: Work, student: str = "alice") -> None:
        work.save(self.root / "submitted" / student / NAME)

    def grade(self, **options: Any) -> dict[str, SubmissionResult]:
        """Grade the class; results by student."""
        given = Options(submitted=self.root / "submitted", into=self.root, **{"salt": "tests", **options})
        result, failures = grade_class(load_assignment(NAME, self.root), given)
        assert failures == []
        return {s.student: s for s in result.submissions}

    def rows(self, student: str = "alice") -> dict[str, tuple[float | None, float | None, bool]]:
        """By grade cell: automatic score, manual score, whether a person is asked."""
        with open_gradebook(self.database) as book:
            grades = book.find_submission_notebook(NAME, NAME, student).grades
            return {g.name: (g.auto_score, g.manual_score, bool(g.needs_manual_grade)) for g in grades}

    def by_hand(self, score: float | None, comment: str = "", cell: str = "why", student: str = "alice") -> None:
        """Grade a cell as formgrader does."""
        with open_gradebook(self.database) as book:
            grade = book.find_grade(cell, NAME, NAME, student)
            grade.manual_score, grade.needs_manual_grade = score, score is None and grade.auto_score is None
            if comment:
                book.find_comment(cell, NAME, NAME, student).manual_comment = comment
            book.db.commit()

    def comment(self, cell: str = "why", student: str = "alice") -> str | None:
        with open_gradebook(self.database) as book:
            found: str | None = book.find_comment(cell, NAME, NAME, student).comment
            return found

    def graded(self, student: str = "alice") -> Any:
        return nbformat.read(self.root / "autograded" / student / NAME / f"{NAME}.ipynb", as_version=4)

    def configure(self, *more: str) -> None:
        """Give the course the kit's nbgrader_config.py, with further lines."""
        text = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        (self.root / "nbgrader_config.py").write_text("\n".join([text, *more, ""]), encoding="utf-8")

    def forget(self) -> None:
        """Leave nothing of earlier gradings but the course's salt."""
        for made in ("gradebook.db", "autograded", ".chainrule/journal"):
            path = self.root / made
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def press_autograde(self, student: str) -> dict[str, Any]:
        """What formgrader's Autograde button does, in a process of its own as on the server."""
        done = self._run([sys.executable, "-c", PRESS, NAME, student])
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def nbgrader(self, *arguments: str, as_installed: bool = False) -> subprocess.CompletedProcess[str]:
        """Run nbgrader with an environment that holds next to nothing: alembic must be found without PATH."""
        return self._run(commands.nbgrader(*arguments, as_installed=as_installed))

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        home = self.root / "home"
        home.mkdir(exist_ok=True)
        return subprocess.run(command, cwd=self.root, env={"HOME": str(home)}, capture_output=True, text=True, timeout=300)
