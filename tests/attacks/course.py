"""The assignment that is attacked, the class that attacks it, and a grader in a process of its own that grades it."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from tests.jail.harness import ORDINARY_USER, as_user
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

from . import contained, leaks, lying, machinery, moments, standins  # noqa: F401 -- they declare the attacks
from .machinery import HELPERS
from .notation import ATTACKS, Attack

REPOSITORY = Path(__file__).parents[2]
SLOWER = int(os.environ.get("CHAINRULE_TESTS_SLOWER", "1"))
"""How many times as long things take here as on an ordinary machine: an emulated one says so."""
LIMITS = [
    ("notebook_seconds = 5", f"notebook_seconds = {SLOWER}"), ("submission_seconds = 20", f"submission_seconds = {10 * SLOWER}"),
    ("memory_mb = 1024", "memory_mb = 256"),
]  # fmt: skip
WRONG = "def center(X):\n    return X\n"
GRADE = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import msgspec
from autograder.assignment.loading import load_assignment
from autograder.inside.jail import Level
from autograder.run.batch import grade_class
from autograder.run.options import Options
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.runtime import runtime_folder
root, submitted, into, level, jobs = Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]), sys.argv[5], int(sys.argv[6])
print(runtime_folder(), flush=True)
Isolation.strongest = staticmethod(lambda unsafe: Isolation(Level(level)))
options = Options(submitted, into, jobs=jobs, gradebook=len(sys.argv) > 7, salt="attacked")
result, failures = grade_class(load_assignment(sys.argv[8] if len(sys.argv) > 8 else "tiny", root), options)
found = {"result": msgspec.to_builtins(result), "failures": [[f.student, f.reason] for f in failures]}
(into / "found.json").write_text(json.dumps(found, indent=1))
"""


@dataclass(frozen=True)
class Graded:
    """What came of one run of the grader."""

    submissions: dict[str, dict[str, Any]]
    failures: list[Any]
    status: int
    stderr: str
    left: list[int]
    """Processes of the run that are still there."""
    into: str

    def scores(self, student: str) -> tuple[float, float]:
        """The points for center and for scale."""
        questions = {q["id"]: q["score"] for q in self.submissions[student]["questions"]}
        return questions["center"], questions["scale"]


def make_assignment(root: Path) -> Assignment:
    """The tiny assignment with small limits."""
    make_course(root, {"assignment.toml": LIMITS})
    return load_assignment(NAME, root)


def hand_in(work: Work, submitted: Path, student: str) -> None:
    """Put a notebook where nbgrader would."""
    work.save(submitted / student / NAME)


def hostile(assignment: Assignment, attack: Attack, world: dict[str, Any]) -> Work:
    """The notebook of an attack: right but for what the attack replaces."""
    work = Work.handed_out(assignment).solve()
    if attack.place == "scale":
        work.write("center_solution", WRONG).write("scale_solution", attack.text)
    elif attack.place == "center":
        work.write("center_solution", attack.text)
    elif attack.place in ("locked", "written"):
        for name in ("imports", "helpers", "center"):
            work.write(name, f"{work.cell(name)['source']}\n\n{attack.text}")
        if attack.place == "locked":
            work.write("center_solution", WRONG)
    else:
        work.add(attack.text, before="center_solution")
    if "send(" in attack.text or "raw(" in attack.text or "zeros((" in attack.text:
        work.add(HELPERS, before="center_solution" if attack.place != "beside" else _first_own(work))
    if "world" in attack.text:
        work.add(f"world = {world!r}", before=_first_own(work))
    return work


def _first_own(work: Work) -> str:
    return "imports"


def honest(assignment: Assignment, kind: int) -> Work:
    """Neighbours: right, wrong in a known way, half done, and untouched."""
    work = Work.handed_out(assignment)
    if kind % 4 == 0:
        return work.solve()
    if kind % 4 == 1:
        return work.solve().use("one_mean_for_all")
    if kind % 4 == 2:
        return work.solve("center")
    return work


def own(folder: Path, user: str) -> None:
    """Give a folder to the user that grades."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            os.chmod(path, 0o755 if path.is_dir() else 0o644)
        if user == "user" and os.geteuid() == 0:
            os.chown(path, ORDINARY_USER, ORDINARY_USER, follow_symlinks=False)


def command_for(user: str, *arguments: str) -> list[str]:
    """The command that runs the grader as this user."""
    return as_user(user, [sys.executable, "-c", GRADE, str(REPOSITORY), *arguments])


def environment(root: Path) -> dict[str, str]:
    """The grader's environment: a home of its own, and matplotlib's list of fonts, which takes seconds to make."""
    import matplotlib

    cache = root / "matplotlib"
    cache.mkdir(exist_ok=True)
    for fonts in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(fonts, cache)
    (root / "tmp").mkdir(exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(root), "TMPDIR": str(root / "tmp"), "MPLCONFIGDIR": str(cache), "LC_ALL": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def processes_of(folder: str) -> list[int]:
    """Processes whose command line names a run's folder: its zygotes and their forks."""
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and folder.encode() in Path("/proc", name, "cmdline").read_bytes():
                found.append(int(name))
        except OSError:
            continue
    return found


def grade(root: Path, submitted: Path, into: Path, *, user: str = "root", level: str = "full", jobs: int = 2, gradebook: bool = False, seconds: float = 900) -> Graded:
    """Grade a class in a process of its own, by one of the users, at a level."""
    into.mkdir(parents=True, exist_ok=True)
    variables = environment(root)
    own(root, user)
    command = command_for(user, str(root), str(submitted), str(into), level, str(jobs), *(["gradebook"] if gradebook else []))
    done = subprocess.run(command, env=variables, cwd="/", capture_output=True, timeout=seconds, check=False)
    text = done.stderr.decode(errors="replace")
    assert (into / "found.json").is_file(), f"the grader died: {done.returncode}\n{text[-3000:]}"
    found = json.loads((into / "found.json").read_text())
    runtime = done.stdout.decode().split("\n")[0]
    students = {s["student"]: s for s in found["result"]["submissions"]}
    return Graded(students, found["failures"], done.returncode, text, processes_of(runtime), str(into))


def all_attacks() -> dict[str, Attack]:
    """Every attack that was declared."""
    return ATTACKS
