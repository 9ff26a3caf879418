"""How fast grading is, beside the least that it can take and beside stock nbgrader: the same submissions, in one run, turn by turn.

    python -m benchmarks.speed [--class 200] [--rounds 5] [--stock 5] [--minutes 8] [--figures FILE] [--no-page]

Prints ratios with their spread and writes docs/reference/performance.md. A round runs each contender once, so that a machine that is busy
for a while slows all of them; it takes no further round once its minutes are over.
"""
from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.assignment.loading import load_assignment
from autograder.assignment.packages import environment
from autograder.assignment.values import Assignment
from autograder.judging.reference import Reference
from autograder.sandbox.observed import ObservedStore
from benchmarks import floor, ordinary, page, stock

ROOT = Path(__file__).parents[1]
NAME, SALT = "nn_recognition", "bench"
FIGURES = ROOT / "benchmarks" / "figures" / "speed.json"


def grade(course: Path, submitted: Path, *options: str, into: Path | None = None) -> dict[str, float]:
    """Run chainrule autograde; wall seconds, and the CPU seconds and peak memory of the parent alone."""
    place = into or Path(tempfile.mkdtemp(dir=course.parent, prefix="into-"))
    about = place / "about.json"
    driver = (
        "import atexit, json, resource, sys; from autograder.entry.cli import main\n"
        "def told():\n    u = resource.getrusage(resource.RUSAGE_SELF)\n"
        f"    open({str(about)!r}, 'w').write(json.dumps(dict(cpu=u.ru_utime + u.ru_stime, peak_mb=u.ru_maxrss / 1024)))\n"
        "atexit.register(told)\nmain()"
    )
    command = [sys.executable, "-c", driver, "autograde", NAME, "--submitted", str(submitted), "--into", str(place), "--salt", SALT, *options]
    began = time.monotonic()
    done = subprocess.run(command, cwd=course, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    seconds = time.monotonic() - began
    if done.returncode:
        raise SystemExit(f"chainrule autograde ended with {done.returncode}:\n{done.stderr[-3000:]}")
    found = {"seconds": seconds, **json.loads(about.read_text())}
    if into is None:
        shutil.rmtree(place, ignore_errors=True)
    return found


@contextlib.contextmanager
def dask(folder: Path, workers: int) -> Iterator[str]:
    """A scheduler and workers with one thread each on this machine; its address."""
    about = folder / "scheduler.json"
    place = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(about)]
    quiet: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    quiet["env"] = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    started = [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", *place], **quiet)]
    try:
        end = time.monotonic() + 60
        while not about.exists() or not about.read_text():
            if time.monotonic() > end:
                raise TimeoutError("the scheduler does not start")
            time.sleep(0.1)
        for _ in range(workers):
            own = ["--nthreads", "1", "--no-nanny", "--death-timeout", "30", "--local-directory", str(folder)]
            started.append(subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", *own, *place], **quiet))
        time.sleep(5)
        yield json.loads(about.read_text())["address"]
    finally:
        for process in started:
            process.kill()
            process.wait()


def copy_course(folder: Path) -> Path:
    """A course of its own with the assignment and its data, so that nothing of this checkout's runs is read or written."""
    course = folder / "course"
    for name in load_assignment(NAME, ROOT).data:
        (course / "data").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "data" / name, course / "data" / name)
    shutil.copytree(ROOT / "assignments" / NAME, course / "assignments" / NAME, ignore=shutil.ignore_patterns("__pycache__"))
    return course


def edit_one_question(course: Path) -> None:
    """Change what one probe asks, and no right answer to it: a question is observed anew for every submission."""
    path = course / "assignments" / NAME / "probes.py"
    text = path.read_text(encoding="utf-8")
    old = "((2, 2), (4, 3), (1, 1))"
    assert old in text
    path.write_text(text.replace(old, "((2, 2), (4, 3), (1, 2))"), encoding="utf-8")


class Bench:
    """The contenders, each with what one round of it gave."""

    def __init__(self, folder: Path, count: int, stock_count: int) -> None:
        self.folder, self.course, self.submitted, self.alone = folder, copy_course(folder), folder / "submitted", folder / "alone"
        assignment: Assignment = load_assignment(NAME, self.course)
        self.assignment = assignment
        self.students = ordinary.make(assignment, self.submitted, count)
        ordinary.make(assignment, self.alone, 1)
        reference = Reference(assignment, SALT, ObservedStore(self.course / ".chainrule" / "observations"))
        try:
            reference.prepare()
        finally:
            reference.close()
        self.stock_root, self.stock_count = folder / "stock", stock_count
        self.stock_root.mkdir()
        stock.make(self.stock_root, reference, self.submitted, self.students[:stock_count])
        self.rounds: list[dict[str, float]] = []

    def round(self) -> None:
        """Run each contender once."""
        count, found = len(self.students), dict[str, float]()
        floors = floor.seconds(self.assignment, self.submitted, self.students, SALT)
        found["floor"] = statistics.mean(floors)
        alone = grade(self.course, self.alone, "--jobs", "1")
        results = self.folder / "results.json"
        one = grade(self.course, self.submitted, "--jobs", "1", "--json", str(results))
        taken = {s["student"]: s["seconds"] for s in json.loads(results.read_text(encoding="utf-8"))["submissions"]}
        for what in ("right", "wrong"):
            chosen = [n for n in range(count) if (ordinary.KINDS[n % len(ordinary.KINDS)] in ("right", "another way")) == (what == "right")]
            found[what] = sum(taken[self.students[n]] for n in chosen) / sum(floors[n] for n in chosen)
        two = grade(self.course, self.submitted, "--jobs", "2")
        found["one"], found["two"] = one["seconds"] / count, two["seconds"] / count
        found["start"] = alone["seconds"]
        found["one_more"] = (one["seconds"] - alone["seconds"]) / (count - 1)
        found["parent"] = (one["cpu"] - alone["cpu"]) / (count - 1)
        found["parent_share"] = two["cpu"] / two["seconds"]
        if (seconds := self._on_dask()) is not None:
            found["dask"] = seconds / count
        began = time.monotonic()
        stock.nbgrader(self.stock_root, "autograde", NAME, "--force", "--student", self.students[0])
        first = time.monotonic() - began
        began = time.monotonic()
        stock.nbgrader(self.stock_root, "autograde", NAME, "--force")
        found["stock"] = (time.monotonic() - began - first) / (self.stock_count - 1)
        self.rounds.append(found)

    def _on_dask(self) -> float | None:
        """Seconds on two workers, which have graded before, as those of a cluster have; None where none can be started.

        They are there for this alone: even idle ones take from what the others have.
        """
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="dask-") as folder, contextlib.ExitStack() as stack:
            try:
                address = stack.enter_context(dask(Path(folder), 2))
            except (TimeoutError, OSError) as error:
                print(f"without Dask: {error}", file=sys.stderr)
                return None
            grade(self.course, self.alone, "--scheduler", address)
            return grade(self.course, self.submitted, "--scheduler", address)["seconds"]

    def regrade(self) -> dict[str, float]:
        """A class of 200 graded, graded again as it is, and again after one question's probes have changed."""
        submitted, into = self.folder / "two_hundred", self.folder / "into_two_hundred"
        ordinary.make(self.assignment, submitted, 200)
        into.mkdir()
        full = grade(self.course, submitted, "--jobs", "2", into=into)["seconds"]
        same = grade(self.course, submitted, "--jobs", "2", into=into)["seconds"]
        edit_one_question(self.course)
        changed = grade(self.course, submitted, "--jobs", "2", into=into)["seconds"]
        return {"full": full, "same": same, "changed": changed}


def machine() -> str:
    """The machine in a few words."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "an unknown processor")
    return f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--class", dest="count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--stock", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--figures", type=Path, default=FIGURES)
    parser.add_argument("--no-page", action="store_true")
    wanted = parser.parse_args()
    end = time.monotonic() + 60 * wanted.minutes
    with tempfile.TemporaryDirectory(prefix="chainrule-bench-") as temporary:
        folder = Path(temporary)
        bench = Bench(folder, wanted.count, wanted.stock)
        longest = 0.0
        for number in range(wanted.rounds):
            began = time.monotonic()
            if number and began + 1.2 * longest > end:
                break
            bench.round()
            longest = max(longest, time.monotonic() - began)
            print(f"round {number + 1}: " + ", ".join(f"{k} {v:.3f}" for k, v in bench.rounds[-1].items()), file=sys.stderr, flush=True)
        regrade = bench.regrade()
    figures = {
        "date": datetime.date.today().isoformat(), "machine": machine(), "environment": environment(),
        "class": wanted.count, "stock": wanted.stock, "rounds": bench.rounds, "regrade": regrade,
    }  # fmt: skip
    wanted.figures.parent.mkdir(parents=True, exist_ok=True)
    wanted.figures.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(page.table(figures))
    if not wanted.no_page:
        page.write()


if __name__ == "__main__":
    main()
