"""What naming mistakes costs: ordinary submissions graded with and without diagnosis, turn by turn in one run.

    python -m benchmarks.diagnosis [SUBMISSIONS] [ROUNDS]

Prints the median over the rounds of the ratio of both times, for all submissions and for the wrong ones alone (aim: below 1.20).
"""
from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from autograder.assignment.loading import load_assignment
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.submission import read_submission
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore
from benchmarks.ordinary import ROOT, make


def main(count: int, rounds: int) -> None:
    assignment = load_assignment("nn_recognition", ROOT)
    with tempfile.TemporaryDirectory() as folder:
        make(assignment, Path(folder) / "submitted", count)
        submissions = [read_submission(handin, assignment) for handin in find_submissions(Path(folder) / "submitted", assignment)]
        reference = Reference(assignment, "bench", ObservedStore(Path(folder) / "observations")).prepare()
        reference.close()
        times: dict[bool, list[dict[str, float]]] = {True: [], False: []}
        wrong: set[str] = set()
        for turn in range(rounds + 1):
            for diagnose in (turn % 2 == 0, turn % 2 == 1):
                with Grader(reference, Isolation.strongest(unsafe=False), diagnose=diagnose) as grader:
                    grader.sandbox()  # its start is not part of it
                    spent = {}
                    for submission in submissions:
                        began = time.perf_counter()
                        result = grader.grade(submission)
                        spent[submission.student] = time.perf_counter() - began
                        if result.score < assignment.max_score - sum(q.points for q in assignment.questions if q.written):
                            wrong.add(submission.student)
                if turn:
                    times[diagnose].append(spent)
    print(f"{count} submissions of nn_recognition, {len(wrong)} of them wrong, {rounds} rounds with and without diagnosis")
    for what, students in (("all", {s.student for s in submissions}), ("wrong ones", wrong)):
        ratios = [sum(w[s] for s in students) / sum(o[s] for s in students) for w, o in zip(times[True], times[False], strict=True)]
        print(f"  {what:10} with over without: median {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
