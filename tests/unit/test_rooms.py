"""The package's rooms: a folder each, and imports point down only, from room to room and within a room.

A new module needs no entry here: it stands in the room where a stranger would look for it. A new room needs a place in ROOMS.
"""
from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import autograder
from autograder.sandbox.runtime import RUNTIME

PACKAGE = Path(autograder.__file__).parent

GROUND = {"autograder", "declined", "errors", "files", "fingerprints", "inputs", "observers", "probe", "text"}
"""Modules that lie in no room, and one folder: the authors' interface, and what every room may use."""

ROOMS = {
    "inside": set(),
    "edits": set(),
    "assignment": {"inside"},
    "sandbox": {"assignment", "inside"},
    "handed_in": {"assignment", "inside"},
    "judging": {"sandbox", "handed_in", "assignment", "inside", "edits"},
    "records": {"judging", "handed_in", "assignment", "inside"},
    "run": {"records", "judging", "handed_in", "sandbox", "assignment", "inside"},
    "outputs": {"records", "judging", "handed_in", "sandbox", "assignment", "inside"},
    "author": {"records", "judging", "handed_in", "sandbox", "assignment", "inside", "edits"},
    "entry": {"author", "outputs", "run", "records", "judging", "handed_in", "sandbox", "assignment", "inside"},
}
"""Each room with those that it may import from, the ground aside."""

FACES = {"__main__", "gradebook", "model", "inline", "nbgrader_feedback", "nbgrader_pages", "nbgrader_plugin"}
"""Names that courses outside already import: a line each, which hands on what stands in a room."""

DOORS = {
    "nbgrader": {"records.database", "records.gradebook", "records.people", "records.course_config", "records.adjusted_rows", "entry.nbgrader_plugin", "entry.nbgrader_autograde", "entry.nbgrader_pages"},
    "sqlalchemy": {"records.database", "records.gradebook", "records.people", "records.course_config", "records.adjusted_rows"},
    "jupytext": {"assignment.percent"},
    "IPython": {"inside.shell"},
    "distributed": {"run.dask"},
    "typer": {"entry.cli", "entry.shared", "entry.commands.*"},
}
"""Libraries that only these modules know."""


def modules() -> dict[str, Path]:
    """Every module of the package by its name beneath it; what students get is no part of it, nor what a new assignment is made of."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[0] != "student" and "templates" not in parts:
            found[".".join(part for part in parts if part != "__init__") or "autograder"] = path
    return found


MODULES = modules()


def room(name: str) -> str:
    """The room of a module, "ground" or "faces"."""
    first = name.split(".")[0]
    return first if first in ROOMS else "faces" if name in FACES else "ground"


def imports(name: str) -> Iterator[str]:
    """Dotted names of all that a module imports, in functions too; `from autograder.x import y` is y where that is a module."""
    package = ["autograder", *name.split(".")[: -1 if MODULES[name].name != "__init__.py" else None]] if name != "autograder" else ["autograder"]
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            beneath = source.removeprefix("autograder").removeprefix(".")
            for alias in node.names:
                inner = f"{beneath}.{alias.name}".removeprefix(".")
                yield f"autograder.{inner}" if source.startswith("autograder") and inner in MODULES else source


@cache
def own(name: str) -> frozenset[str]:
    """The modules of this package that a module imports."""
    found = {dotted.removeprefix("autograder").removeprefix(".") or "autograder" for dotted in imports(name) if dotted.split(".")[0] == "autograder"}
    return frozenset(found & MODULES.keys())


def test_every_module_has_a_place() -> None:
    """A module is in a room, on the ground or a face: none lies on a floor of its own beside them."""
    beside = {name.split(".")[0] for name in MODULES} - ROOMS.keys() - GROUND - FACES
    assert beside == set()
    assert set(ROOMS) | GROUND <= {name.split(".")[0] for name in MODULES}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_down(name: str) -> None:
    """A module imports from its own room, from the rooms below it and from the ground; the jail stands alone."""
    mine = room(name)
    if mine == "faces":
        return
    allowed = {"ground", mine, *ROOMS.get(mine, ())}
    assert {t for t in own(name) if room(t) not in allowed} == set()
    if name.startswith("inside.jail"):
        assert all(t.startswith("inside.jail") for t in own(name))


@pytest.mark.parametrize("folder", [*ROOMS, "ground"])
def test_no_imports_run_in_a_circle(folder: str) -> None:
    """Within a room, too, one module is below the other."""
    inner = {name: own(name) - {name} for name in MODULES if room(name) == folder and MODULES[name].name != "__init__.py"}
    tuple(TopologicalSorter(inner).static_order())  # raises CycleError


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES.values()}), ids=lambda path: str(path.relative_to(PACKAGE.parent)))
def test_a_folder_can_be_taken_in_at_a_glance(folder: Path) -> None:
    """No folder has more than sixteen files."""
    assert len([path for path in folder.iterdir() if path.is_file()]) <= 16


def test_no_two_classes_share_a_name() -> None:
    """One name, one thing, all over the package."""
    found = [node.name for path in MODULES.values() for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef)]
    assert sorted(name for name in set(found) if found.count(name) > 1) == []


def test_the_package_reads_imports_as_they_are() -> None:
    """A known sample: were the reader blind, every other test here would pass for nothing."""
    assert {"inside.wire", "inside.protocol", "inside.seen", "errors"} <= own("sandbox.process")
    assert {"inside.jail", "inside.protocol", "inside.stubs", "inside.cells"} <= own("inside.worker")  # inside functions
    assert "inside.jail.syscalls" in own("inside.jail.seccomp")


def test_nobody_imports_the_worker_and_nothing_imports_the_command_line() -> None:
    """The worker is started, never imported; what is on top is used by people alone."""
    for name in set(MODULES) - FACES:
        assert "inside.worker" not in own(name)
        assert "entry.cli" not in own(name)


@pytest.mark.parametrize("library", DOORS)
def test_a_library_is_known_behind_its_door_only(library: str) -> None:
    """Each of these libraries can be exchanged in one place."""
    doors = {n for door in DOORS[library] for n in MODULES if n == door or (door.endswith("*") and n.startswith(door[:-1]))}
    users = {name for name in MODULES if any(dotted.split(".")[0] == library for dotted in imports(name))}
    assert users
    assert users <= doors


# ---- what runs where student code runs --------------------------------------------------------------------------

INSIDE = {"autograder"} | {n for n in MODULES if n.split(".")[0] in {entry.removesuffix(".py") for entry in RUNTIME}}


def test_the_runtime_is_what_it_is_meant_to_be() -> None:
    """What authors write with, and the folder inside/: nothing else, so that anyone can see what student code can import."""
    assert all((PACKAGE / entry).exists() for entry in RUNTIME)
    assert set(RUNTIME) == {"__init__.py", "probe.py", "inputs.py", "observers", "inside"}


@pytest.mark.parametrize("name", sorted(INSIDE))
def test_runtime_modules_import_runtime_modules_only(name: str) -> None:
    """What can be imported inside needs nothing of ours that can't."""
    assert own(name) <= INSIDE
    third = {dotted.split(".")[0] for dotted in imports(name)} - sys.stdlib_module_names - {"autograder"}
    assert third <= {"numpy", "msgspec", "matplotlib", "IPython"}


# ---- functions that read as the story they tell -----------------------------------------------------------------

def functions(name: str) -> Iterator[ast.FunctionDef]:
    """Every function and method of a module, those within others as well."""
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_function_is_longer_than_a_page(name: str) -> None:
    """Sixty lines, its docstring among them."""
    assert [f.name for f in functions(name) if f.end_lineno is not None and f.end_lineno - f.lineno >= 60] == []


@pytest.mark.parametrize("name", [name for name in sorted(MODULES) if room(name) == "judging"])
def test_nothing_that_judges_is_handed_a_list_of_things(name: str) -> None:
    """At most four parameters besides self: what belongs together is one object."""
    wide = {f.name: len([a for a in (*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs) if a.arg not in ("self", "cls")]) for f in functions(name)}
    assert {f: n for f, n in wide.items() if n > 4} == {}
