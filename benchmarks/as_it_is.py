"""How fast nbgrader's assignments are graded as they are, beside stock `nbgrader autograde`: the same submissions and the same test cells, turn by turn.

    python -m benchmarks.as_it_is [--class 40] [--shapes 3]

Whole commands, their start included; nbgrader's release is made before the clock runs. Says where a score is not the same.
"""
from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from tests.adopted.shapes import SHAPES, Shape
from tests.adopted.test_as_it_is import old_course, rows, run


def course(root: Path, shape: Shape, students: int) -> Path:
    """An nbgrader course in which so many have handed in one of the four answers of a shape, all with the release made."""
    answers = islice(cycle(shape.submissions.values()), students)
    made = old_course(root, Shape(shape.name, shape.cells, (), shape.files), **{f"student{n:03d}": answer for n, answer in enumerate(answers)})
    run(made, "nbgrader", "generate_assignment", shape.name)
    return made


def seconds(root: Path, *command: str) -> float:
    began = time.monotonic()
    done = run(root, *command)
    took = time.monotonic() - began
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--class", type=int, default=40, dest="students")
    parser.add_argument("--shapes", type=int, default=3, help="how many of the small notebooks")
    options = parser.parse_args()
    ratios = []
    for shape in SHAPES[: options.shapes]:
        with tempfile.TemporaryDirectory() as folder:
            root = course(Path(folder), shape, options.students)
            ours = seconds(root, "chainrule", "autograde", shape.name, "-j", "2", "--into", "ours")
            theirs = seconds(root, "nbgrader", "autograde", shape.name)
            same = rows(root / "gradebook.db") == rows(root / "ours" / "gradebook.db")
        ratios.append(theirs / ours)
        print(f"{shape.name:20} nbgrader {theirs:6.1f} s, chainrule {ours:5.1f} s: {theirs / ours:5.1f} times as fast{'' if same else '; scores differ'}", flush=True)
    print(f"median {statistics.median(ratios):.1f} times as fast, {min(ratios):.1f} to {max(ratios):.1f}, with {options.students} submissions and two jobs (asked: 10)")


if __name__ == "__main__":
    main()
