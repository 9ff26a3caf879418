"""An assignment's folder: loads notebook.py, assignment.toml, probes.py and judges.py, and checks that
they fit together.
"""

from __future__ import annotations

import importlib.util
import sys
import tomllib
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.assignment.as_it_is import load_as_it_is
from autograder.assignment.checks import check_files, check_names, check_probes
from autograder.assignment.moments import with_moments
from autograder.assignment.notebook import GRADED, Role, SourceCell, read_cells
from autograder.assignment.table import AssignmentTable, read_table
from autograder.assignment.values import Assignment, Question, nearest, solves
from autograder.errors import AssignmentError, UsageError
from autograder.probe import Probe


def names_in(root: Path) -> list[str]:
    """The assignments of a course, in the order in which they are taught."""
    folders = [path.parent for path in (root / "assignments").glob("*/assignment.toml")]
    return [folder.name for folder in sorted(folders, key=lambda folder: (order_of(folder), folder.name))]


def order_of(folder: Path) -> int:
    """An assignment's place among the others; 0 where its table says none, or can't be read."""
    try:
        order = tomllib.loads((folder / "assignment.toml").read_text(encoding="utf-8")).get("order", 0)
    except (OSError, ValueError):
        return 0
    return order if isinstance(order, int) else 0


def load_assignment(name: str, root: Path) -> Assignment:
    """Load assignments/<name>; raises UsageError where there is none, AssignmentError where it is not
    whole.
    """
    folder = root / "assignments" / name
    if not (folder / "notebook.py").is_file():
        if (unmoved := load_as_it_is(name, root)) is not None:
            return unmoved
        known = names_in(root)
        mend = (
            nearest(name, known)
            if known
            else f"run this in a course's folder: {root / 'assignments'} holds no assignment"
        )
        raise UsageError(f"there is no assignment {name!r}", mend=mend)
    table = read_table(folder / "assignment.toml")
    cells = read_cells(folder / "notebook.py")
    questions = _questions(folder, cells, table)
    probes = _load_probes(folder)
    judges = _load_judges(folder, probes)
    assignment = Assignment(name, folder, root, table, cells, questions, probes, judges)
    check_names(assignment)
    check_probes(assignment)
    check_files(assignment)
    return assignment


def _question(
    cell: SourceCell, cells: tuple[SourceCell, ...], table: AssignmentTable, path: Path
) -> Question:
    """One question, by the cell that carries its points."""
    toml = path.parent / "assignment.toml"
    entry, written = table.questions[cell.id], cell.role is not Role.TEST
    solved = any(c.role is Role.SOLUTION and solves(c.id, cell.id) for c in cells)
    if not written and not solved:
        mend = f'add a cell solution="{cell.id}_solution"'
        raise AssignmentError(
            f"question {cell.id} has no solution cell", where=f"{path}:{cell.line}", mend=mend
        )
    if not written and not entry.defines:
        raise AssignmentError(
            f"question {cell.id} defines nothing", where=str(toml), mend='defines = ["name"]'
        )
    costs = table.one_mistake_costs if entry.one_mistake_costs is None else entry.one_mistake_costs
    level = entry.feedback or table.feedback
    asked = tuple(entry.defines), tuple(entry.needs)
    return Question(cell.id, cell.points, written, *asked, costs, level, entry.extra)


def _questions(folder: Path, cells: tuple[SourceCell, ...], table: AssignmentTable) -> tuple[Question, ...]:
    path, toml = folder / "notebook.py", folder / "assignment.toml"
    seen: dict[str, int] = {}
    for cell in cells:
        if cell.id and cell.id in seen:
            raise AssignmentError(
                f"the id {cell.id!r} is used twice, first in line {seen[cell.id]}",
                where=f"{path}:{cell.line}",
                mend="rename one",
            )
        seen[cell.id] = cell.line
    questions = []
    for cell in cells:
        if cell.role not in GRADED:
            continue
        if cell.id not in table.questions:
            raise AssignmentError(
                f"question {cell.id} has no table", where=str(toml), mend=f"add [questions.{cell.id}]"
            )
        questions.append(_question(cell, cells, table, path))
    ids = [q.id for q in questions]
    for name, entry in table.questions.items():
        if name not in ids:
            raise AssignmentError(
                f"[questions.{name}] has no test cell in notebook.py",
                where=str(toml),
                mend=nearest(name, sorted(ids)),
            )
        for need in entry.needs:
            if need not in ids:
                raise AssignmentError(
                    f"{name} needs {need!r}, which is no question",
                    where=str(toml),
                    mend=nearest(need, sorted(ids)),
                )
            if ids.index(need) >= ids.index(
                name
            ):  # what a second pass answers must not be observed afterwards in the same process
                mend = "put the question that it builds on before it in notebook.py"
                raise AssignmentError(
                    f"{name} needs {need}, which does not come before it", where=str(toml), mend=mend
                )
    for cell in cells:
        owned = any(solves(cell.id, q.id) for q in questions)
        if cell.practice and owned:
            raise AssignmentError(
                f"practice cell {cell.id} would belong to a question",
                where=f"{path}:{cell.line}",
                mend="give it another id, or call it a solution",
            )
        if cell.role is Role.SOLUTION and not cell.practice and not owned:
            mend = "name it <question>_solution, or call it practice where nothing is graded"
            raise AssignmentError(
                f"solution cell {cell.id} belongs to no question", where=f"{path}:{cell.line}", mend=mend
            )
    return with_moments(questions, cells)


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
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
        raise AssignmentError(
            f"{type(error).__name__}: {error}",
            where=f"{path}:{lines[-1]}" if lines else str(path),
            mend="the file must import without error",
        ) from error
    finally:
        sys.path.remove(str(path.parent))
    return vars(module)


def _load_probes(folder: Path) -> tuple[Probe, ...]:
    path = folder / "probes.py"
    if not path.is_file():
        raise AssignmentError(
            "the file is missing", where=str(path), mend="every auto-graded question needs probes"
        )
    return tuple(value for value in _load_module(path, "probes").values() if isinstance(value, Probe))


def _load_judges(folder: Path, probes: tuple[Probe, ...]) -> dict[str, Callable[..., Any]]:
    path = folder / "judges.py"
    names = _load_module(path, f"chainrule_judges_{folder.name}") if path.is_file() else {}
    judges = {}
    for probe in probes:
        if probe.judged:
            if not callable(names.get(probe.id)):
                mend = f"add `def {probe.id}(seen, {'rng' if probe.draw is None else 'drawn'})`"
                raise AssignmentError(
                    f"probe {probe.id} is judged, but no function of that name is here",
                    where=str(path),
                    mend=mend,
                )
            judges[probe.id] = names[probe.id]
    return judges
