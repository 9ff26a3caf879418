"""What naming mistakes costs, and looking for the place of those without a name: the same submissions graded with and without, turn by turn in
one run.

    python -m benchmarks.diagnosis [SUBMISSIONS] [ROUNDS]

Prints the medians over the rounds of the ratios of both times, for the benchmark's class and for one in which nobody has named the mistakes:
for all submissions, for the right ones and for the wrong ones (aims for the benchmark's class: naming below 1.20, places below 1.15).
"""
from __future__ import annotations

import statistics
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

from autograder.assignment.loading import load_assignment
from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment
from autograder.edits.mutants import some_mutants
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.submission import Submission, read_submission
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore
from benchmarks import ordinary
from tests.sample_class.work import Work

SETTINGS = {"all of it": (True, True), "without places": (True, False), "without names": (False, False)}
"""Whether mistakes are named, and whether the place of one without a name is looked for."""
COMPARED = {"places": ("all of it", "without places"), "naming": ("without places", "without names")}


def make_unnamed(assignment: Assignment, folder: Path, count: int) -> None:
    """Write so many submissions: every other one has one small change in an answer, of which nobody has told the grader."""
    cells = [c for c in assignment.cells if c.role is Role.SOLUTION and not c.practice]
    changed = cycle((c.id, m.text) for c in cells for m in some_mutants(c.text, 2, 0.4))
    for number in range(count):
        work = Work.handed_out(assignment).solve()
        if number % 2:
            work.write(*next(changed))
        work.add(f"# handed in by number {number}").save(folder / f"student{number:05d}" / assignment.name)


def time_taken(reference: Reference, submissions: list[Submission], diagnose: bool, locate: bool) -> tuple[dict[str, float], set[str]]:
    """Seconds by student, and who lost points."""
    spent, wrong = {}, set()
    manual = sum(q.points for q in reference.assignment.questions if q.written)
    with Grader(reference, Isolation.strongest(unsafe=False), diagnose=diagnose) as grader:
        grader.locate = locate
        grader.grade(submissions[0])  # its start is not part of it
        for submission in submissions:
            began = time.perf_counter()
            result = grader.grade(submission)
            spent[submission.student] = time.perf_counter() - began
            if result.score < reference.assignment.max_score - manual:
                wrong.add(submission.student)
    return spent, wrong


def compare(reference: Reference, submissions: list[Submission], rounds: int) -> None:
    """Grade a class in every way, so many times, and print how the times compare."""
    times: dict[str, list[dict[str, float]]] = {name: [] for name in SETTINGS}
    for turn in range(rounds):
        for name in [*SETTINGS][:: 1 if turn % 2 else -1]:
            spent, wrong = time_taken(reference, submissions, *SETTINGS[name])
            times[name].append(spent)
    everybody = {s.student for s in submissions}
    for what, (more, less) in COMPARED.items():
        for who, students in (("all", everybody), ("right", everybody - wrong), ("wrong", wrong)):
            pairs = zip(times[more], times[less], strict=True)
            ratios = [sum(w[s] for s in students) / sum(o[s] for s in students) for w, o in pairs]
            print(f"  {what:7} {who:6} with over without: median {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


def main(count: int, rounds: int) -> None:
    assignment = load_assignment("nn_recognition", ordinary.ROOT)
    with tempfile.TemporaryDirectory() as folder:
        reference = Reference(assignment, "bench", ObservedStore(Path(folder) / "observations")).prepare()
        reference.close()
        for name, make in (("the benchmark's class", ordinary.make), ("mistakes without a name", make_unnamed)):
            submitted = Path(folder) / name.replace(" ", "_")
            make(assignment, submitted, count)
            submissions = [read_submission(handin, assignment) for handin in find_submissions(submitted, assignment)]
            print(f"{name}: {count} submissions of nn_recognition, {rounds} rounds")
            compare(reference, submissions, rounds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
