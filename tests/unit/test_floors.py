"""Imports point down only: every module of the package stands on a floor and imports from the floors below it.

A new module needs a place in FLOORS. Put it as low as what it imports allows.
"""
from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.runtime import RUNTIME

PACKAGE = Path(autograder.__file__).parent

FLOORS = [
    {"autograder"},
    {"errors", "text", "model", "wire", "probe", "inputs", "leftovers", "nodes", "mutation_places"},
    {"protocol", "compare", "score", "notebook", "gradebook", "nbgrader_course", "jail", "runtime", "equivalent", "mutation_operators", "roster"}
    | {"standing", "pages", "plots", "downloads", "assignment_table"},
    {"cells", "judging", "nursery", "process", "mutate", "figures", "placing"},
    {"stubs", "sandbox"},
    {"observe", "assignment"},
    {"worker", "submission", "variants", "probe_text", "selfcheck", "new"},
    {"reference", "diagnose", "autograded", "journal", "trivial", "intake"},
    {"judge", "doctor", "seeds", "record", "results"},
    {"messages", "inline"},
    {"grade"},
    {"task", "release", "explain"},
    {"pool"},
    {"cluster"},
    {"batch"},
    {"audit", "evidence"},
    {"feedback"},
    {"nbgrader_plugin", "nbgrader_feedback", "report", "export", "gradescope", "gradescope_zip"},
    {"nbgrader_pages"},
    {"audit_page"},
    {"commands", "commands.shared"},
    {"commands.release", "commands.autograde", "commands.explain", "commands.audit", "commands.doctor", "commands.check"}
    | {"commands.feedback", "commands.report", "commands.export", "commands.new"},
    {"cli"},
]
"""The lowest first: a module imports only from floors before its own."""

JAIL = [
    {"jail.values", "jail.syscalls", "jail.seccomp_tables"},
    {"jail.files", "jail.rlimits", "jail.landlock", "jail.seccomp"},
    {"jail.namespaces", "jail.machine"},
    {"jail"},
    {"jail.selftest"},
]
"""The same inside the jail, which imports nothing else of the package."""

def modules() -> dict[str, Path]:
    """Every module of the package by its name beneath it; what students get is no part of it, nor what a new assignment is made of."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[0] not in ("student", "templates"):
            found[".".join(part for part in parts if part != "__init__") or "autograder"] = path
    return found


MODULES = modules()

DOORS = {
    "nbgrader": {"gradebook", "nbgrader_course", "nbgrader_plugin", "nbgrader_pages", "doctor"},
    "sqlalchemy": {"gradebook", "nbgrader_course"},
    "jupytext": {"notebook"},
    "IPython": {"cells"},
    "distributed": {"cluster"},
    "typer": {"cli", *(name for name in MODULES if name.startswith("commands."))},
}
"""Libraries that only these modules know."""


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


def own(name: str) -> set[str]:
    """The modules of this package that a module imports."""
    found = {dotted.removeprefix("autograder").removeprefix(".") or "autograder" for dotted in imports(name) if dotted.split(".")[0] == "autograder"}
    return found & MODULES.keys()


def floor(name: str, floors: list[set[str]]) -> int:
    places = [number for number, names in enumerate(floors) if name in names]
    assert len(places) == 1, f"autograder.{name} has {len(places)} places in the floors of {Path(__file__).name}: give it one, as low as its imports allow"
    return places[0]


def test_the_floors_name_modules_that_exist() -> None:
    """A module that is gone is taken out of the tables."""
    named = set().union(*FLOORS, *JAIL, *DOORS.values())
    assert named - MODULES.keys() == set()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_down(name: str) -> None:
    """A module imports only from the floors below its own, nowhere from its own or above."""
    inside = name.split(".")[0] == "jail"
    floors = JAIL if inside else FLOORS
    mine, theirs = floor(name, floors), own(name) - {name}
    if inside:
        assert not {t for t in theirs if t.split(".")[0] != "jail"}, "the jail stands alone"
    else:
        theirs = {"jail" if t.split(".")[0] == "jail" else t for t in theirs}
    assert {t for t in theirs if floor(t, floors) >= mine} == set()


def test_the_package_reads_imports_as_they_are() -> None:
    """A known sample: were the reader blind, every other test here would pass for nothing."""
    assert {"wire", "protocol", "model", "errors"} <= own("process")
    assert {"jail", "protocol", "stubs", "cells"} <= own("worker")  # inside functions
    assert "jail.syscalls" in own("jail.seccomp")


def test_nobody_imports_the_worker_and_nothing_imports_the_command_line() -> None:
    """The worker is started, never imported; what is on top is used by people alone."""
    for name in MODULES:
        assert "worker" not in own(name)
        assert "cli" not in own(name)


@pytest.mark.parametrize("library", DOORS)
def test_a_library_is_known_behind_its_door_only(library: str) -> None:
    """Each of these libraries can be exchanged in one place."""
    users = {name for name in MODULES if any(dotted.split(".")[0] == library for dotted in imports(name))}
    assert users
    assert users <= DOORS[library]


# ---- what runs where student code runs --------------------------------------------------------------------------

INSIDE = {name for name in MODULES if any(name == entry.removesuffix(".py").replace("__init__", "autograder") or name.split(".")[0] == entry for entry in RUNTIME)}


def test_the_runtime_is_what_it_is_meant_to_be() -> None:
    """Every entry of RUNTIME is a module or a package of ours, and nothing that judges is among them."""
    assert all((PACKAGE / entry).exists() for entry in RUNTIME)
    assert {"autograder", "model", "wire", "protocol", "probe", "inputs", "leftovers", "cells", "stubs", "worker"} | {n for n in MODULES if n.split(".")[0] == "jail"} == INSIDE


@pytest.mark.parametrize("name", sorted(INSIDE))
def test_runtime_modules_import_runtime_modules_only(name: str) -> None:
    """What can be imported inside needs nothing of ours that can't."""
    assert own(name) <= INSIDE
    third = {dotted.split(".")[0] for dotted in imports(name)} - sys.stdlib_module_names - {"autograder"}
    assert third <= {"numpy", "msgspec", "matplotlib", "IPython"}
