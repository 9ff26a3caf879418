"""What the start of each command costs: CPU seconds beside those of a Python that only loads what the command can't do without, turn by turn.

    python -m benchmarks.start [--rounds 7] [--figures FILE] [--no-page]

CPU and not wall: it is what a busy machine changes least. Of a run's children it counts those that are waited for.
"""
from __future__ import annotations

import argparse
import datetime
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.assignment.loading import load_assignment
from autograder.assignment.notebook import load
from benchmarks import ordinary, page
from benchmarks.speed import NAME, ROOT, SALT, copy_course, machine

FIGURES = ROOT / "benchmarks" / "figures" / "start.json"

TYPED = "import typer, rich"
OPENED = """
import numpy, IPython, sqlalchemy
with sqlalchemy.create_engine("sqlite:///{path}").begin() as rows:
    rows.exec_driver_sql("create table if not exists one (two int)")
    rows.exec_driver_sql("select * from one").all()
"""
CELLS = """
import json, sys
import matplotlib; matplotlib.use("agg")
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.enable_gui = lambda *wanted: None
for cell in json.loads(sys.argv[1]):
    shell.run_cell(cell)
"""
COMMAND = """
import atexit, json, resource, sys; from autograder.entry.cli import main
def told():
    used = resource.getrusage(resource.RUSAGE_SELF)
    open({about!r}, "w").write(json.dumps(used.ru_utime + used.ru_stime))
atexit.register(told)
main()
"""


def cpu(folder: Path, code: str, *arguments: str) -> float:
    """CPU seconds of a Python that runs this code, and of its children."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=folder, env={**variables, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{arguments} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Starts:
    """A course with its nbgrader_config.py, a right submission that was graded once, and its release with the same notebook in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.course = folder, copy_course(folder)
        shutil.copy(ROOT / "nbgrader_config.py", self.course)
        assignment = load_assignment(NAME, self.course)
        (self.student,) = ordinary.make(assignment, self.course / "submitted", 1)
        self.release = shutil.copytree(ROOT / "release" / NAME, folder / "release")
        for name, path in assignment.files.items():
            shutil.copy(path, self.release / name)
        self.notebook = self.release / f"{NAME}.ipynb"
        shutil.copy(self.course / "submitted" / self.student / NAME / f"{NAME}.ipynb", self.notebook)
        cells = [cell for cell in load(self.notebook).cells if cell.cell_type == "code"]
        self.cells = [c.source for c in cells if not {"demo", "training"} & {*c.metadata.get("tags", [])}]
        self.sizes = [c.source for c in cells if "import properties" in c.source]  # a demonstration that `check` runs as well
        self.one = ["autograde", NAME, "--student", self.student, "--force", "--salt", SALT]
        self.command(self.course, *self.one)  # observes the reference

    def command(self, folder: Path, *arguments: str) -> tuple[float, float]:
        """CPU seconds of a command with all its processes, and those of its own."""
        about = self.folder / "about.json"
        everything = cpu(folder, COMMAND.format(about=str(about)), *arguments)
        return everything, float(json.loads(about.read_text()))

    def round(self) -> dict[str, float]:
        """Each command and each yardstick once."""
        found = {"typed": cpu(self.folder, TYPED), "help": self.command(self.folder, "--help")[0]}
        found["opened"] = cpu(self.folder, OPENED.format(path=self.folder / "one.db"))
        found["one_all"], found["one"] = self.command(self.course, *self.one)
        found["doctor"] = self.command(self.folder, "doctor")[1]
        found["cells"] = cpu(self.release, CELLS, json.dumps(self.cells))
        found["cells_and_sizes"] = cpu(self.release, CELLS, json.dumps([*self.cells, *self.sizes]))
        found["check"] = self.command(self.release, "check", str(self.notebook))[0]
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--figures", type=Path, default=FIGURES)
    parser.add_argument("--no-page", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chainrule-bench-") as temporary:
        starts = Starts(Path(temporary))
        rounds = [starts.round() for _ in range(wanted.rounds)]
    wanted.figures.parent.mkdir(parents=True, exist_ok=True)
    figures = {"date": datetime.date.today().isoformat(), "machine": machine(), "rounds": rounds}
    wanted.figures.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(page.start_table(figures))
    if not wanted.no_page:
        page.write()


if __name__ == "__main__":
    main()
