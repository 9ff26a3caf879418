"""Ordinary submissions, as many as are wanted: most are right, some have one or two typical mistakes, a few are half done. None hangs.

Every one of them differs from all others in a comment, so that nothing can be graded once for two.

    python -m benchmarks.ordinary FOLDER COUNT [ASSIGNMENT]
"""
from __future__ import annotations

import sys
from itertools import cycle
from pathlib import Path

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.assignment.variants import load_variants
from tests.sample_class.work import Work

ROOT = Path(__file__).parents[1]
KINDS = ("right", "one mistake", "right", "another way", "one mistake", "right", "two mistakes", "right", "one mistake", "half done")
"""What ten students in a row hand in."""


def make(assignment: Assignment, folder: Path, count: int) -> list[str]:
    """Write so many submissions in nbgrader's layout; returns the students."""
    mistakes, others = (load_variants(assignment, kind) for kind in ("misconception", "alternative"))
    wrong = cycle(mistakes)
    makers = {kind: Work.handed_out(assignment).solve() for kind in set(KINDS) - {"half done"}}
    auto = [q.id for q in assignment.questions]
    makers["half done"] = Work.handed_out(assignment).solve(*auto[: len(auto) // 2])
    another = {v.question: v.id for v in others}
    students = []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        work = makers[kind].copy()
        if kind == "another way":
            work.use(*another.values())
        elif kind == "one mistake":
            work.use(next(wrong).id)
        elif kind == "two mistakes":
            first = next(wrong)
            work.use(first.id, next(v for v in wrong if v.question != first.question).id)
        students.append(f"student{number:05d}")
        work.add(f"# handed in by number {number}").save(folder / students[-1] / assignment.name)
    return students


if __name__ == "__main__":
    name = sys.argv[3] if len(sys.argv) > 3 else "nn_recognition"
    make(load_assignment(name, ROOT), Path(sys.argv[1]), int(sys.argv[2]))
