"""Tries an adopted assignment on its own solution: a probe that fails there would fail everybody."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.assignment.values import Assignment
from autograder.errors import AssignmentError
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import decode
from autograder.judging.aside import finding_of
from autograder.judging.findings import Verdict
from autograder.judging.judge import Judge
from autograder.judging.reference import Reference
from autograder.probe import Probe
from autograder.sandbox.observed import ObservedStore
from autograder.sandbox.watch import Watch

SALT = "adopt"


def failures_of(assignment: Assignment) -> dict[str, str]:
    """Why probes fail on the solution, by their ids; raises AssignmentError where one of its cells does."""
    reference = Reference(assignment, SALT, ObservedStore(Path(os.devnull)))
    try:
        with Watch(reference.sandbox(), reference.cells, assignment.limits) as watch:
            first = watch.observe(reference.requests)
        with Watch(reference.sandbox(), reference.cells, assignment.limits) as watch:
            again = watch.observe(reference.requests)
    finally:
        reference.close()
    for cell in first.cells:
        if cell.outcome is not Outcome.FINISHED:
            line = assignment.cells[cell.number - 1].line
            raise AssignmentError(
                f"a cell of it ended: {cell.outcome.value} {cell.error}", where=f"notebook.py:{line}"
            )
    finished = {n: o for n, o in first.observations.items() if o.outcome is Outcome.FINISHED}
    reference.expected = {n: decode(o.value) for n, o in finished.items()}
    reference.sizes = {n: len(o.value) for n, o in finished.items()}
    judge = Judge(reference)
    try:
        found = {
            p.id: _why(p, first.observations[p.id], again.observations[p.id], judge)
            for p in assignment.probes
        }
    finally:
        judge.close()
    return {probe: why for probe, why in found.items() if why}


def _why(probe: Probe, first: Observation, again: Observation, judge: Judge) -> str:
    """Why a probe can't be taken over; empty where the solution passes it twice."""
    if first.outcome is not Outcome.FINISHED:
        said = " ".join(f"{first.outcome.value} {first.error} {first.missing or first.text}".split())
        return f"what it looks at can't be seen from a probe ({said}): its points are left out"
    if probe.judged:
        found = finding_of(
            judge.reference.assignment.judges[probe.id], decode(first.value), judge.reference.seeds[probe.id]
        )
        if found is None or found.verdict is not Verdict.RIGHT:
            why = found.message if found is not None else "no value"
            what = "what it asserts does not hold of what a probe sees"
            return f"{what} ({why}): its points are left out"
        return ""
    if (
        again.outcome is not Outcome.FINISHED
        or judge.judge(probe, decode(again.value)).verdict is not Verdict.RIGHT
    ):
        return "the solution gives another result each time: its points are left out"
    return ""
