"""What a command loads before it begins: counted in modules, so that a busy machine changes nothing."""
from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment
from autograder.entry.cli import COMMANDS
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

ROOT = Path(__file__).parents[2]

LIST = """
import atexit, json, sys
def ran(module):
    return module is not None and getattr(vars(module).get("__getattr__"), "__module__", "") != "autograder.declined"
atexit.register(lambda: print(json.dumps([name for name in sys.modules if ran(sys.modules[name])]), file=sys.stderr))
"""
"""Prints at the end which modules have run: not those that are declined or put off, whose names are there."""

NEVER = {"IPython", "matplotlib", "jsonschema", "jupytext", "nbconvert", "setuptools", "jupyter_client", "jupyter_server", "lark"}
"""What no command needs for grading, checking or looking at an assignment that has not changed."""
GRADEBOOK = {"nbgrader", "sqlalchemy", "requests", "tornado", "traitlets"}


def loaded(*arguments: str, start: str = "from autograder.entry.cli import main\nmain()", cwd: Path = ROOT) -> set[str]:
    """The modules of a process of `chainrule`, or of one that starts otherwise, at its end."""
    done = subprocess.run([sys.executable, "-c", LIST + start, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return set(json.loads(done.stderr.splitlines()[-1]))


def libraries(modules: set[str]) -> set[str]:
    """The libraries that modules belong to."""
    return {name.split(".")[0] for name in modules}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course with nbgrader_config.py as `chainrule new` makes it, a right submission that was graded once, and another."""
    root = make_course(tmp_path_factory.mktemp("course"))
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for student in ("ada", "ben"):
        Work.handed_out(load_assignment(NAME, root)).solve().add(f"# {student}").save(root / "submitted" / student / NAME)
    subprocess.run([sys.executable, "-m", "autograder", "autograde", NAME], cwd=root, check=True, capture_output=True, timeout=300)
    return root


def test_help_loads_no_command() -> None:
    """The list of commands is printed by what prints it, and by the names alone."""
    modules = loaded("--help")
    assert {name for name in modules if name.startswith("autograder.")} == {"autograder.entry", "autograder.entry.cli", "autograder.errors"}
    assert not libraries(modules) & {"numpy", "msgspec", *NEVER, *GRADEBOOK}
    assert len(modules - loaded(start="import typer, rich")) <= 20


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_loads_what_it_may_not_need(command: str) -> None:
    """What a command needs of nbgrader, Jupyter and jsonschema's grammar comes when it runs, if at all."""
    modules = loaded(command, "--help")
    found = libraries(modules)
    assert "nbformat" not in modules
    assert not found & {*NEVER, *GRADEBOOK}


def test_doctor_looks_at_versions_without_loading_what_they_are_of() -> None:
    """No notebook, gradebook or page is touched to say what a machine allows."""
    modules = loaded("doctor")
    assert not libraries(modules) & {*NEVER, *GRADEBOOK, "jinja2"}
    assert len(modules) <= 600


@pytest.mark.parametrize("how", [["--student", "ada", "--force"], []], ids=["one anew", "all as they are"])
def test_grading_loads_the_gradebooks_tables_and_none_of_nbgraders_commands(course: Path, how: list[str]) -> None:
    """nbgrader's commands, its steps and what they bring stay out of the process that writes the rows; student code's libraries, too."""
    modules = loaded("autograde", NAME, *how, cwd=course)
    assert {"nbgrader.api", "sqlalchemy"} <= modules
    assert not libraries(modules) & NEVER
    assert {name for name in modules if name.startswith("nbgrader.")} <= TABLES
    assert not modules & {"nbformat", "requests", "tornado.web"}
    assert len(modules) <= 1100


TABLES = {f"nbgrader.{name}" for name in ("api", "utils", "dbutil", "coursedir", "auth", "auth.base", "auth.jupyterhub")}
"""nbgrader's modules that hold its database, and what these import of it."""


def test_a_worker_loads_no_gradebook() -> None:
    """What judges loads neither nbgrader nor what reads notebooks for people."""
    modules = loaded(start="import autograder.declined\nfrom autograder.run.pool import work")
    assert "nbformat" not in modules
    assert not libraries(modules) & {*NEVER, *GRADEBOOK, "typer", "rich", "jinja2", "pydantic"}
    assert len(modules) <= 600


def test_reading_an_assignment_again_loads_no_jupytext(course: Path) -> None:
    """What jupytext made of notebook.py is kept until its text is another."""
    read = f"from pathlib import Path\nfrom autograder.assignment.loading import load_assignment\nload_assignment({NAME!r}, Path({str(course)!r}))"
    assert "jupytext" not in loaded(start=read)
    path = course / "assignments" / NAME / "notebook.py"
    path.write_text(path.read_text(encoding="utf-8").replace("Two steps before", "Steps before"), encoding="utf-8")
    assert "jupytext" in loaded(start=read)
    assert "jupytext" not in loaded(start=read)
