"""The story of an adoption: read the old notebook, group it, write the new assignment, try it on its own
solution, and leave out what does not work there.
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment.loading import load_assignment
from autograder.assignment.nodes import Node
from autograder.assignment.notebook import parse
from autograder.assignment.reading.opening import NotANotebook
from autograder.author.adopt.from_nbgrader import is_nbgrader, read_nbgrader
from autograder.author.adopt.from_otter import is_otter, read_otter
from autograder.author.adopt.magics import without_magics
from autograder.author.adopt.old import Left, NotAdoptable, OldCell, OldRole
from autograder.author.adopt.questions import Grouped, grouped, tree_of
from autograder.author.adopt.trial import failures_of
from autograder.author.adopt.writing import Beside, files_of, left_text
from autograder.author.new import check_name
from autograder.errors import ChainRuleError, UsageError

_EVERYWHERE = frozenset({"numpy", "matplotlib", "IPython", "pytest", "nose"})
"""What every release has, and what only tests are written with."""


@dataclass(frozen=True)
class Adopted:
    """What was written, and what wants a person's eye."""

    folder: Path
    questions: int
    points: float
    left: tuple[Left, ...]
    file: str

    @property
    def says(self) -> list[str]:
        return [one.says(self.file) for one in self.left]


def notebooks_in(path: Path) -> list[tuple[Path, str]]:
    """The notebooks of a file or a folder, each with the name that its assignment gets: a folder's own
    where one lies in it, as nbgrader has it.
    """
    if not path.exists():
        raise UsageError(f"there is no {path}", mend="name an instructor's notebook, or a folder of them")
    if path.is_file():
        return [(path, _plain(path.stem))]
    found = [
        p for p in sorted(path.rglob("*.ipynb")) if not any(part.startswith(".") for part in p.parts[1:])
    ]
    if not found:
        raise UsageError(
            f"{path} holds no notebook", mend="name an instructor's notebook, or a folder of them"
        )
    alone = {folder for folder in {p.parent for p in found} if sum(p.parent == folder for p in found) == 1}
    return [(p, _plain(p.parent.name if p.parent in alone else f"{p.parent.name}_{p.stem}")) for p in found]


def _plain(name: str) -> str:
    made = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")
    return made if made[:1].isalpha() else f"a_{made}"


def adopt(path: Path, name: str, root: Path, order: int) -> Adopted:
    """Write assignments/<name> from an instructor's notebook; raises UsageError, and then wrote nothing."""
    check_name(name)
    folder = root / "assignments" / name
    if folder.exists():
        raise UsageError(f"{folder} is there already", mend="choose another with --name, or remove it")
    cells, told = read_old(path)
    beside, more = _beside(path, cells, root)
    refused: dict[int, str] = {}
    while True:  # each round leaves out one more test at least, or is the last one
        found = grouped(cells, refused)
        found.left = sorted([*told, *more, *found.left], key=lambda one: (one.cell, one.line))
        texts = files_of(cells, found, beside, _title(cells, name), order, path.name)
        wrong = _tried(texts, path, beside, name, root)
        if isinstance(wrong, str):
            found.left.append(Left(0, 0, wrong))
            break
        if not wrong:
            break
        refused |= {cell.number: wrong[made] for cell, made in _tests(found) if made in wrong}
    _put(texts | {"adopted.md": left_text(found.left, path.name)}, folder, path, beside, root)
    if path.is_relative_to(root / "source"):  # `chainrule release` writes there
        shutil.copyfile(path, folder / f"adopted_{path.name}")
    points = sum(q.points for q in found.questions) + sum(cell.points for cell, _ in found.written)
    return Adopted(folder, len(found.questions) + len(found.written), points, tuple(found.left), path.name)


def read_old(path: Path) -> tuple[list[OldCell], list[Left]]:
    """The cells of an instructor's notebook of either kind, without what only a notebook's front end runs."""
    notebook = _opened(path)
    if is_otter(notebook):
        cells = read_otter(notebook)
    elif is_nbgrader(notebook):
        cells = read_nbgrader(notebook)
    else:
        raise NotAdoptable(
            f"{path} is no instructor's notebook: no cell has nbgrader's metadata, none is Otter's "
            "BEGIN QUESTION",
            mend="name the source, not the release",
        )
    return without_magics(cells)


def _opened(path: Path) -> Node:
    try:
        return parse(path.read_bytes())[0]
    except (OSError, NotANotebook) as error:
        raise UsageError(f"{path} can't be read: {error}", mend="name an instructor's notebook") from None


def _title(cells: list[OldCell], name: str) -> str:
    for cell in cells:
        if cell.role is OldRole.PROSE and (found := re.search(r"^#\s+(.+)$", cell.text, re.M)):
            return found[1].strip()
    return name.replace("_", " ").replace("-", " ").strip().capitalize()


# ---- files beside the notebook


def _beside(path: Path, cells: list[OldCell], root: Path) -> tuple[Beside, list[Left]]:
    """The files beside the notebook that its cells name: modules that they import, data that they open."""
    helpers, data, left = [], [], []
    code = "\n".join(c.text for c in cells if c.is_code)
    for file in sorted(p for p in path.parent.iterdir() if p.is_file() and p != path):
        imported = file.suffix == ".py" and re.search(
            rf"^[ \t]*(?:import|from)[ \t]+{re.escape(file.stem)}\b", code, re.M
        )
        if imported:
            helpers.append(file.name)
        elif re.search(rf"[\"'/]{re.escape(file.name)}[\"']", code) and file.suffix not in (".ipynb", ".py"):
            there = root / "data" / file.name
            if there.is_file() and there.read_bytes() != file.read_bytes():
                left.append(
                    Left(
                        0,
                        0,
                        f"data/{file.name} of the course is another file than the one beside the notebook",
                    )
                )
            data.append(file.name)
    return Beside(tuple(helpers), tuple(data), _packages(cells, helpers)), left


def _packages(cells: list[OldCell], helpers: list[str]) -> tuple[str, ...]:
    """The packages that the cells import, but for Python's own, those of every release, and the helpers."""
    nodes = [n for c in cells for s in tree_of(c) for n in ast.walk(s)]
    names = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module and not n.level}
    found = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - _EVERYWHERE
    return tuple(sorted(found - {name.removesuffix(".py") for name in helpers}))


def _put(texts: dict[str, str], folder: Path, path: Path, beside: Beside, root: Path) -> None:
    """Put an assignment's files in place; the data into the course's data/, where it is not there yet."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".adopt-", dir=folder.parent) as made:
        for name, text in texts.items():
            (Path(made) / name).write_text(text, encoding="utf-8")
        for name in beside.helpers:
            shutil.copyfile(path.parent / name, Path(made) / name)
        shutil.copytree(made, folder)
    for name in beside.data:
        (root / "data").mkdir(exist_ok=True)
        if not (root / "data" / name).exists():
            shutil.copyfile(path.parent / name, root / "data" / name)


# ---- trying it


def _tried(texts: dict[str, str], path: Path, beside: Beside, name: str, root: Path) -> dict[str, str] | str:
    """Why probes fail on the notebook's own solution, by the probe's id; a sentence where nothing could be
    tried.
    """
    with tempfile.TemporaryDirectory(prefix="chainrule-adopt-") as trial:
        _put(texts, Path(trial) / "assignments" / name, path, beside, Path(trial))
        try:
            return failures_of(load_assignment(name, Path(trial)))
        except ChainRuleError as error:
            return f"it can't be released as it is: {str(error).replace(f'{trial}/', '')}"


def _tests(found: Grouped) -> list[tuple[OldCell, str]]:
    """Each old test cell with the ids of its probes."""
    return [
        (cell, made.id)
        for q in found.questions
        for made in q.probes
        for cell in q.tests
        if made.cell == cell.number
    ]
