"""An assignment as people wrote it, checked: frozen values, and what follows from them."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.assignment.notebook import Role, SourceCell, release_hash
from autograder.assignment.table import AssignmentTable
from autograder.errors import UsageError
from autograder.files import PACKAGE
from autograder.fingerprints import fingerprint
from autograder.inside.limits import Limits
from autograder.inside.names import parsed
from autograder.inside.protocol import CellKind, CellSource
from autograder.probe import Probe


class QuestionKind(StrEnum):
    """Who grades a question: its probes, or a person."""

    AUTO = "auto"
    MANUAL = "manual"


@dataclass(frozen=True)
class Question:
    """One question. defines are names of the notebook, "Class.method" for methods; needs are ids of
    earlier questions.
    """

    id: str
    points: float
    written: bool
    defines: tuple[str, ...]
    needs: tuple[str, ...]
    one_mistake_costs: float = 1.0
    """The share of its points that one mistake costs at most."""
    feedback: str = "diagnosis"
    """What students are shown of a wrong check of it."""
    extra: bool = False
    """Whether its points are added beyond the maximum."""
    values: tuple[str, ...] = ()
    """Those of defines that the reference assigns: what they hold is the answer, not what they do."""
    own_moment: bool = False
    """Whether a later cell of the source writes a name that it defines or needs: then it is observed as the
    notebook stands at its own check."""

    @property
    def kind(self) -> QuestionKind:
        return QuestionKind.MANUAL if self.written else QuestionKind.AUTO


@dataclass(frozen=True)
class Assignment:
    """An assignment as people wrote it, checked."""

    name: str
    folder: Path
    root: Path
    table: AssignmentTable
    cells: tuple[SourceCell, ...]
    questions: tuple[Question, ...]
    probes: tuple[Probe, ...]
    judges: dict[str, Callable[..., Any]] = field(hash=False)

    @property
    def as_it_is(self) -> bool:
        """Whether it is an nbgrader assignment that nobody has moved: its own test cells grade it."""
        return False

    @property
    def judged(self) -> str:
        """Where it is judged, where people should know it; the empty text where it is judged outside."""
        return ""

    @property
    def notebook(self) -> str:
        """The name of its notebook, without the ending."""
        return self.name

    @property
    def title(self) -> str:
        return self.table.title

    @property
    def limits(self) -> Limits:
        return self.table.limits

    @property
    def max_score(self) -> float:
        return self.worth(q.id for q in self.questions)

    def worth(self, questions: Iterable[str]) -> float:
        """The points of some questions, without those that are extra credit."""
        asked = set(questions)
        return round(sum(q.points for q in self.questions if q.id in asked and not q.extra), 6)

    @property
    def shows_calls(self) -> bool:
        """Whether students are shown more of any wrong check than what is wrong."""
        return any(q.feedback != "diagnosis" for q in self.auto)

    @cached_property
    def release(self) -> str:
        """The hash that stands in the released notebook's metadata."""
        return release_hash(self.cells)

    @cached_property
    def key(self) -> str:
        """A hash of all that people wrote of it, data aside."""
        return fingerprint(
            *[path.read_bytes() for path in sorted(self.folder.iterdir()) if path.suffix in (".py", ".toml")]
        )

    @cached_property
    def probes_text(self) -> str:
        return (self.folder / "probes.py").read_text(encoding="utf-8")

    @cached_property
    def probe_modules(self) -> tuple[tuple[str, str], ...]:
        """Files of the folder that probes.py imports, as (name, text): they enter the sandbox with it."""
        tree = ast.parse(self.probes_text)
        imported = [n.module or "" for n in tree.body if isinstance(n, ast.ImportFrom)]
        imported += [alias.name for n in tree.body if isinstance(n, ast.Import) for alias in n.names]
        paths = [self.folder / f"{name}.py" for name in dict.fromkeys(imported)]
        return tuple((path.stem, path.read_text(encoding="utf-8")) for path in paths if path.is_file())

    @cached_property
    def data(self) -> tuple[str, ...]:
        """Files of data/ that go with the notebook: those that ship, and a course's own that the notebook
        takes instead, where they are.
        """
        return (
            *self.table.data,
            *(name for name in self.table.own_data if (self.root / "data" / name).is_file()),
        )

    @cached_property
    def files(self) -> dict[str, Path]:
        """What lies beside the notebook when it runs: name to path of the only copy."""
        files = {name: self.folder / name for name in self.table.helpers if name.endswith(".py")}
        files |= {name: self.root / "data" / name for name in self.data}
        return {path.name: path for path in sorted((PACKAGE / "student").glob("*.py"))} | files

    @property
    def auto(self) -> tuple[Question, ...]:
        return tuple(q for q in self.questions if not q.written)

    def question(self, identifier: str) -> Question:
        for question in self.questions:
            if question.id == identifier:
                return question
        raise UsageError(
            f"{self.name} has no question {identifier!r}",
            mend=nearest(identifier, [q.id for q in self.questions]),
        )

    def moment_of(self, question: str) -> str:
        """The question at whose check the notebook stands when this one is observed: itself, where it has a
        moment of its own; empty for the end of the notebook.
        """
        return question if self.question(question).own_moment else ""

    def probes_of(self, question: str) -> tuple[Probe, ...]:
        return self._probes.get(question, ())

    @cached_property
    def _probes(self) -> dict[str, tuple[Probe, ...]]:
        return {q.id: tuple(p for p in self.probes if p.question == q.id) for q in self.questions}

    @cached_property
    def owners(self) -> tuple[tuple[str, str], ...]:
        """Each probe's id, and its question's."""
        return tuple((p.id, p.question) for p in self.probes)

    @cached_property
    def given_cells(self) -> tuple[CellSource, ...]:
        """The instructor's own cells, which every submission runs."""
        return tuple(
            CellSource(c.text, n, CellKind.GIVEN) for n, c in enumerate(self.cells, 1) if c.role is Role.GIVEN
        )

    @cached_property
    def given_names(self) -> frozenset[str]:
        """Functions that given cells define: both sides know them, so they may cross a boundary by name."""
        names: set[str] = set()
        for cell in self.cells:
            tree = parsed(cell.text) if cell.role is Role.GIVEN else None
            if tree is not None:
                names.update(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
        return frozenset(names)


def solves(cell_id: str, question: str) -> bool:
    """Whether a solution cell's id says that it belongs to a question."""
    return cell_id == f"{question}_solution" or cell_id.startswith(f"{question}_solution_")


def nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"there is {', '.join(known)}"
