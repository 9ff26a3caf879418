"""What stands around each probe: CPU time of observing the probes beside that of running them as the floor does, turn by turn in one process.

    python -m benchmarks.around_probes [ASSIGNMENT ...]

Putting back what the cells left behind, seeding, comparing the inputs before and after, and writing the value for the way out are the
difference. No isolation, no judging, nothing that travels. Prints the ratio of both for the reference's answers.
"""
from __future__ import annotations

import contextlib
import logging
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable

import matplotlib

from autograder.assignment.loading import load_assignment, names_in
from autograder.assignment.values import Assignment
from autograder.assignment.variants import cells_with
from autograder.inside import cells
from autograder.inside.as_it_is.cell_by_cell import CellByCell
from autograder.inside.protocol import Run
from autograder.inside.shell import make_shell
from autograder.judging.reference import requests_for
from benchmarks.floor import run_probes
from benchmarks.ordinary import ROOT

ROUNDS = 9


def main(names: list[str]) -> None:
    matplotlib.use("Agg")
    logging.disable()  # a shell without a terminal says of some magics that they have no alias
    notebook = CellByCell(make_shell())
    for name in names:
        assignment = load_assignment(name, ROOT)
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            ratios = measure(assignment, notebook)
        print(f"{name:22} {len(assignment.probes):3} probes: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) times the probes alone")


def measure(assignment: Assignment, notebook: CellByCell) -> list[float]:
    """The ratio of each round."""
    sys.path[:0] = [str(path.parent) for path in assignment.files.values()]
    for _ in cells.run_cells(notebook, Run(cells_with(assignment, []), again=False)):
        pass
    left = cells.Snapshot(notebook)
    probes = [(p, r.seed) for p, r in zip(assignment.probes, requests_for(assignment, "bench"), strict=True)]

    def observed() -> None:
        for probe, seed in probes:
            cells.observe(probe, seed, left, notebook)

    def alone() -> None:
        run_probes(notebook.names, probes)

    warnings.simplefilter("ignore")
    observed(), alone()
    return [cpu(observed) / cpu(alone) for _ in range(ROUNDS)]


def cpu(work: Callable[[], None]) -> float:
    """CPU seconds of some work."""
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main(sys.argv[1:] or list(names_in(ROOT)))
