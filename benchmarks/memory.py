"""Whether memory stays flat and a submission costs the same, however large the class.

    python -m benchmarks.memory [--class 2000] [--small 100] [--figures FILE]

Grades a small and a large class of ordinary submissions, each different, with all cores, and prints the parent's peak memory, its growth
from a quarter of the large class to its end, and what a submission costs in each. Takes minutes.
"""
from __future__ import annotations

import argparse
import datetime
import json
import os
import tempfile
import time
from pathlib import Path

from autograder.run.batch import grade_class
from autograder.run.options import Options, Progress
from benchmarks import ordinary, page
from benchmarks.speed import NAME, SALT, copy_course, load_assignment, machine

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "benchmarks" / "figures" / "memory.json"


def resident_mb() -> float:
    """Memory of this process now."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def grade(course: Path, folder: Path, count: int) -> tuple[list[float], list[float]]:
    """Grade so many; the memory of this process and the time after each submission."""
    assignment = load_assignment(NAME, course)
    submitted, into = folder / f"submitted-{count}", folder / f"into-{count}"
    ordinary.make(assignment, submitted, count)
    into.mkdir()
    resident, moments = list[float](), list[float]()

    def done(_: str) -> None:
        resident.append(resident_mb())
        moments.append(time.monotonic())

    _, failures = grade_class(assignment, Options(submitted, into, jobs=os.cpu_count() or 1, salt=SALT), Progress(done=done))
    assert not failures, failures
    resident.append(resident_mb())
    return resident, moments


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--class", dest="count", type=int, default=2000)
    parser.add_argument("--small", type=int, default=100)
    parser.add_argument("--figures", type=Path, default=FIGURES)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chainrule-bench-") as temporary:
        folder = Path(temporary)
        course = copy_course(folder)
        grade(course, folder, 10)  # what is loaded and observed once is no part of it
        _, few = grade(course, folder, wanted.small)
        resident, many = grade(course, folder, wanted.count)
    half, quarter = len(few) // 2, wanted.count // 4
    figures = {
        "date": datetime.date.today().isoformat(), "machine": machine(), "class": wanted.count, "small": wanted.small,
        "peak_mb": max(resident), "quarter_mb": resident[quarter], "end_mb": resident[-1],
        "small_ms": 1000 * (few[-1] - few[half]) / (len(few) - 1 - half), "ms": 1000 * (many[-1] - many[half]) / (len(many) - 1 - half),
    }  # fmt: skip
    wanted.figures.parent.mkdir(parents=True, exist_ok=True)
    wanted.figures.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(page.memory_table(figures))
    page.write()


if __name__ == "__main__":
    main()
