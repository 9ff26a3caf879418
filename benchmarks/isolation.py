"""What isolation costs: the same submission observed at every level that this machine has, in one run, turn by turn.

    python -m benchmarks.isolation [ROUNDS]

Prints for each level the median of the wall seconds of a submission of nn_recognition (all cells and probes, one fork) and, pair by
pair, how many milliseconds it takes more than the same submission unconfined.
"""
from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from autograder.assignment.loading import load_assignment
from autograder.inside.jail import levels
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore
from tests.observing import observe

ROOT = Path(__file__).parents[1]


def main(rounds: int) -> None:
    assignment = load_assignment("nn_recognition", ROOT)
    usable = [level for level, reason in levels().items() if not reason]
    with tempfile.TemporaryDirectory() as folder:
        reference = Reference(assignment, "bench", ObservedStore(Path(folder)))
        sandboxes = {level: Isolation(level).sandbox(assignment) for level in usable}
        seconds: dict[str, list[float]] = {level: [] for level in usable}
        try:
            for turn in range(rounds + 3):
                for level in usable:
                    began = time.monotonic()
                    observe(sandboxes[level], reference.cells, reference.requests, assignment.limits)
                    sandboxes[level].wait_end(5.0)  # to bury it is part of the price
                    if turn >= 3:
                        seconds[level].append(time.monotonic() - began)
        finally:
            for sandbox in sandboxes.values():
                sandbox.close()
            reference.close()
    print(f"{rounds} rounds, one submission of nn_recognition each: {len(reference.requests)} probes")
    for level in usable:
        more = [1000 * (a - b) for a, b in zip(seconds[level], seconds["none"], strict=True)]
        spread = f"{min(more):+.1f} to {max(more):+.1f}" if level != "none" else "0"
        median, over = 1000 * statistics.median(seconds[level]), statistics.median(more)
        print(f"  {level:9} median {median:6.1f} ms;  over unconfined: median {over:+5.1f} ms ({spread})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
