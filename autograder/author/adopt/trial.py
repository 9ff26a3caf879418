"""Tries an adopted assignment on its own solution: a probe that fails there would fail everybody."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autograder.assignment.packages import check_packages
from autograder.assignment.values import Assignment
from autograder.errors import AssignmentError
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import decode, is_whole
from autograder.judging.aside import finding_of
from autograder.judging.findings import Verdict
from autograder.judging.judge import Judge
from autograder.judging.reference import Reference
from autograder.probe import Probe
from autograder.sandbox.observed import ObservedStore

SALT = "adopt"


def failures_of(assignment: Assignment) -> dict[str, str]:
    """Why probes fail on the solution, by their ids; raises AssignmentError where one of its cells does."""
    with tempfile.TemporaryDirectory(prefix="chainrule-adopt-") as folder:
        reference = Reference(assignment, SALT, ObservedStore(Path(folder) / "first"))
        check_packages(assignment)
        try:
            first = reference.observe_all()
            reference.store = ObservedStore(Path(folder) / "again")
            again = reference.observe_all()
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
        judges, seeds = judge.reference.assignment.judges, judge.reference.seeds
        found = finding_of(judges[probe.id], decode(first.value), probe, seeds[probe.id])
        if found is None or found.verdict is not Verdict.RIGHT:
            why = found.message if found is not None else "no value"
            what = "what it asserts does not hold of what a probe sees"
            return f"{what} ({why}): its points are left out"
        return ""
    if not is_whole(decode(first.value)):
        return "what it looks at is no value that can be sent: its points are left out"
    if (
        again.outcome is not Outcome.FINISHED
        or judge.judge(probe, decode(again.value)).verdict is not Verdict.RIGHT
    ):
        return "the solution gives another result each time: its points are left out"
    return ""
