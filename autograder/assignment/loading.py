"""An assignment's folder: loads notebook.py, assignment.toml, probes.py and judges.py, and checks that they fit together."""
from __future__ import annotations

import ast
import difflib
import importlib.util
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.assignment.notebook import Role, SourceCell, read_cells, release_hash
from autograder.assignment.table import AssignmentTable, read_table
from autograder.errors import AssignmentError, UsageError
from autograder.files import PACKAGE
from autograder.fingerprints import fingerprint
from autograder.inside.limits import Limits
from autograder.probe import Probe


@dataclass(frozen=True)
class Question:
    """One question. defines are names of the notebook, "Class.method" for methods; needs are ids of earlier questions."""

    id: str
    points: float
    written: bool
    defines: tuple[str, ...]
    needs: tuple[str, ...]


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
    def title(self) -> str:
        return self.table.title

    @property
    def limits(self) -> Limits:
        return self.table.limits

    @property
    def max_score(self) -> float:
        return sum(q.points for q in self.questions)

    @cached_property
    def release(self) -> str:
        """The hash that stands in the released notebook's metadata."""
        return release_hash(self.cells)

    @cached_property
    def key(self) -> str:
        """A hash of all that people wrote of it, data aside."""
        return fingerprint(*[path.read_bytes() for path in sorted(self.folder.iterdir()) if path.suffix in (".py", ".toml")])

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
        """Files of data/ that go with the notebook: those that ship, and a course's own that the notebook takes instead, where they are."""
        return (*self.table.data, *(name for name in self.table.own_data if (self.root / "data" / name).is_file()))

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
        raise UsageError(f"{self.name} has no question {identifier!r}", mend=_nearest(identifier, [q.id for q in self.questions]))

    def probes_of(self, question: str) -> tuple[Probe, ...]:
        return self._probes.get(question, ())

    @cached_property
    def _probes(self) -> dict[str, tuple[Probe, ...]]:
        return {q.id: tuple(p for p in self.probes if p.question == q.id) for q in self.questions}

    @cached_property
    def given_names(self) -> frozenset[str]:
        """Functions that given cells define: both sides know them, so they may cross a boundary by name."""
        names: set[str] = set()
        for cell in self.cells:
            if cell.role is Role.GIVEN:
                names.update(node.name for node in ast.parse(cell.text).body if isinstance(node, ast.FunctionDef))
        return frozenset(names)


def names_in(root: Path) -> list[str]:
    """The assignments of a course, in the order in which they are taught."""
    folders = [path.parent for path in (root / "assignments").glob("*/assignment.toml")]
    return [folder.name for folder in sorted(folders, key=lambda folder: (_order(folder), folder.name))]


def _order(folder: Path) -> int:
    try:
        order = tomllib.loads((folder / "assignment.toml").read_text(encoding="utf-8")).get("order", 0)
    except (OSError, ValueError):
        return 0
    return order if isinstance(order, int) else 0


def load_assignment(name: str, root: Path) -> Assignment:
    """Load assignments/<name>; raises UsageError where there is none, AssignmentError where it is not whole."""
    folder = root / "assignments" / name
    if not (folder / "notebook.py").is_file():
        known = names_in(root)
        mend = _nearest(name, known) if known else f"run this in a course's folder: {root / 'assignments'} holds no assignment"
        raise UsageError(f"there is no assignment {name!r}", mend=mend)
    table = read_table(folder / "assignment.toml")
    cells = read_cells(folder / "notebook.py")
    questions = _questions(folder, cells, table)
    probes = _load_probes(folder)
    judges = _load_judges(folder, probes)
    assignment = Assignment(name, folder, root, table, cells, questions, probes, judges)
    _check_probes(assignment)
    _check_files(assignment)
    return assignment


def _questions(folder: Path, cells: tuple[SourceCell, ...], table: AssignmentTable) -> tuple[Question, ...]:
    path, toml = folder / "notebook.py", folder / "assignment.toml"
    seen: dict[str, int] = {}
    for cell in cells:
        if cell.id and cell.id in seen:
            raise AssignmentError(f"the id {cell.id!r} is used twice, first in line {seen[cell.id]}", where=f"{path}:{cell.line}", mend="rename one")
        seen[cell.id] = cell.line
    questions = []
    for cell in cells:
        if cell.role not in (Role.TEST, Role.WRITTEN):
            continue
        if cell.id not in table.questions:
            raise AssignmentError(f"question {cell.id} has no table", where=str(toml), mend=f"add [questions.{cell.id}]")
        entry, written = table.questions[cell.id], cell.role is Role.WRITTEN
        solved = any(c.role is Role.SOLUTION and solves(c.id, cell.id) for c in cells)
        if not written and not solved:
            mend = f'add a cell solution="{cell.id}_solution"'
            raise AssignmentError(f"question {cell.id} has no solution cell", where=f"{path}:{cell.line}", mend=mend)
        if not written and not entry.defines:
            raise AssignmentError(f"question {cell.id} defines nothing", where=str(toml), mend='defines = ["name"]')
        questions.append(Question(cell.id, cell.points, written, tuple(entry.defines), tuple(entry.needs)))
    ids = [q.id for q in questions]
    for name, entry in table.questions.items():
        if name not in ids:
            raise AssignmentError(f"[questions.{name}] has no test cell in notebook.py", where=str(toml), mend=_nearest(name, sorted(ids)))
        for need in entry.needs:
            if need not in ids:
                raise AssignmentError(f"{name} needs {need!r}, which is no question", where=str(toml), mend=_nearest(need, sorted(ids)))
            if ids.index(need) >= ids.index(name):  # what a second pass answers must not be observed afterwards in the same process
                mend = "put the question that it builds on before it in notebook.py"
                raise AssignmentError(f"{name} needs {need}, which does not come before it", where=str(toml), mend=mend)
    for cell in cells:
        if cell.role is Role.SOLUTION and not any(solves(cell.id, q.id) for q in questions):
            mend = "name it <question>_solution"
            raise AssignmentError(f"solution cell {cell.id} belongs to no question", where=f"{path}:{cell.line}", mend=mend)
    return tuple(questions)


def solves(cell_id: str, question: str) -> bool:
    """Whether a solution cell's id says that it belongs to a question."""
    return cell_id == f"{question}_solution" or cell_id.startswith(f"{question}_solution_")


def _load_module(path: Path, name: str) -> dict[str, Any]:
    """Run a file of the instructor's as a module of its own name."""
    for sibling in {file.stem for file in path.parent.glob("*.py")} - {"probes"}:
        sys.modules.pop(sibling, None)  # another assignment's file of the same name
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise AssignmentError(f"{type(error).__name__}: {error}", where=str(path), mend="the file must import without error") from error
    finally:
        sys.path.remove(str(path.parent))
    return vars(module)


def _load_probes(folder: Path) -> tuple[Probe, ...]:
    path = folder / "probes.py"
    if not path.is_file():
        raise AssignmentError("the file is missing", where=str(path), mend="every auto-graded question needs probes")
    return tuple(value for value in _load_module(path, "probes").values() if isinstance(value, Probe))


def _load_judges(folder: Path, probes: tuple[Probe, ...]) -> dict[str, Callable[..., Any]]:
    path = folder / "judges.py"
    names = _load_module(path, f"chainrule_judges_{folder.name}") if path.is_file() else {}
    judges = {}
    for probe in probes:
        if probe.judged:
            if not callable(names.get(probe.id)):
                mend = f"add `def {probe.id}(seen, rng)`"
                raise AssignmentError(f"probe {probe.id} is judged, but no function of that name is here", where=str(path), mend=mend)
            judges[probe.id] = names[probe.id]
    return judges


def _check_probes(assignment: Assignment) -> None:
    path = assignment.folder / "probes.py"
    ids = {q.id: q for q in assignment.questions}
    names = [p.id for p in assignment.probes]
    for probe in assignment.probes:
        if names.count(probe.id) > 1:
            raise AssignmentError(f"two probes are called {probe.id}", where=str(path), mend="rename one")
        if probe.points < 0:
            raise AssignmentError(f"probe {probe.id} has {probe.points:g} points", where=str(path), mend="points are 0 or more")
        if probe.question not in ids or ids[probe.question].written:
            mend = _nearest(probe.question, [q.id for q in assignment.auto])
            raise AssignmentError(f"probe {probe.id} is for {probe.question!r}, which is no auto-graded question", where=str(path), mend=mend)
    for question in assignment.auto:
        probes = assignment.probes_of(question.id)
        if not probes:
            mend = f'add a function under @probe("{question.id}", points=…)'
            raise AssignmentError(f"question {question.id} has no probe", where=str(path), mend=mend)
        total = sum(p.points for p in probes)
        if abs(total - question.points) > 1e-9:
            mend = f"{question.id} has points={question.points:g} in notebook.py; two functions of one name count once"
            what = f"the probes of {question.id} add up to {total:g} points, the question has {question.points:g}"
            raise AssignmentError(what, where=str(path), mend=mend)
        if 2 * sum(p.points for p in probes if not p.contract) < total - 1e-9:
            mend = "give more points to those without contract=True"
            raise AssignmentError(f"core probes carry less than half the points of {question.id}", where=str(path), mend=mend)


def _check_files(assignment: Assignment) -> None:
    shipped = {name: assignment.folder / name for name in (*assignment.table.helpers, *assignment.table.extra_notebooks)}
    for name, path in {**shipped, **assignment.files}.items():
        if not path.is_file():
            mend = "put it there, or take it off the list"
            raise AssignmentError(f"{name} is listed, but {path} is missing", where=str(assignment.folder / "assignment.toml"), mend=mend)


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"there is {', '.join(known)}"
