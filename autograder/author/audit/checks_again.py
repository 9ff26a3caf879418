"""Measures how often chance alone makes a visible check refuse a right answer: each check is run many times
after the reference, and after every alternative.

Between two runs nothing is seeded, so that an answer that draws random numbers draws others each time.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec

from autograder.assignment.notebook import Role, SourceCell
from autograder.assignment.values import Assignment
from autograder.assignment.variants import Variant, cells_with, load_variants
from autograder.author.audit.chance import ProbeSeeds
from autograder.author.audit.graders import Progress
from autograder.errors import AssignmentError
from autograder.inside.protocol import CellKind, CellSource
from autograder.inside.seen import CellReport, Outcome
from autograder.sandbox.isolation import TRUSTED
from autograder.sandbox.single_run import single_run

FEWER_WHERE_IT_TRAINS = 100
_AT_A_TIME = 500
_AGAIN = 1_000_000
"""The check run again has numbers of its own, beyond those of the cells before it."""


class CheckAgain(msgspec.Struct, frozen=True):
    """One visible check, run many times after one answer: alternative is empty for the reference, says is
    what the first refusal said.
    """

    question: str
    alternative: str
    times: int
    failures: int
    says: str = ""


class Chance(msgspec.Struct, frozen=True):
    """What chance did to an assignment's probes and to its visible checks."""

    assignment: str
    probes: tuple[ProbeSeeds, ...]
    checks: tuple[CheckAgain, ...]

    @property
    def failures(self) -> int:
        """How many times a right answer failed, at a probe or at a visible check."""
        failed = sum(probe.failures + sum(probe.others.values()) for probe in self.probes)
        return failed + sum(check.failures for check in self.checks)


def run_again(
    assignment: Assignment, times: int, jobs: int, progress: Progress = lambda *_: None
) -> list[CheckAgain]:
    """Run every visible check so many times after the reference, a tenth as many after each alternative, and
    a hundredth of that where the check trains.
    """
    variants = load_variants(assignment, "alternative")
    asked = [
        (cell, variant, _fewer(times, cell, variant))
        for cell in assignment.cells
        if cell.role is Role.TEST
        for variant in (None, *(v for v in variants if v.question == cell.id))
    ]
    work = [
        partial(_run, assignment, cell, variant, min(_AT_A_TIME, many - first))
        for cell, variant, many in asked
        for first in range(0, many, _AT_A_TIME)
    ]
    found: dict[tuple[str, str], CheckAgain] = {}
    with ThreadPoolExecutor(jobs) as pool:
        progress("visible checks", 0, len(work))
        for done, one in enumerate(pool.map(lambda job: job(), work), 1):
            key = one.question, one.alternative
            found[key] = _together(found[key], one) if key in found else one
            progress("visible checks", done, len(work))
    return [*found.values()]


def _fewer(times: int, cell: SourceCell, variant: Variant | None) -> int:
    times = -(-times // 10) if variant else times
    return -(-times // FEWER_WHERE_IT_TRAINS) if cell.trains else times


def _run(assignment: Assignment, check: SourceCell, variant: Variant | None, times: int) -> CheckAgain:
    cells = cells_with(assignment, [variant] if variant else [], until=check.id)
    again = [CellSource(check.text, _AGAIN + n, CellKind.OWN) for n in range(times)]
    limits = msgspec.structs.replace(assignment.limits, submission_seconds=3600, notebook_seconds=600)
    with TRUSTED.sandbox(assignment) as sandbox, single_run(sandbox, [*cells, *again], limits) as run:
        if run.death:
            what = f"its cells, with the check of {check.id} run again, ended: {run.death.outcome.value}"
            raise AssignmentError(what, where=str(assignment.folder / "notebook.py"))
        ended = [run.cells[cell.number] for cell in again]
    refused: list[CellReport] = [report for report in ended if report.outcome is not Outcome.FINISHED]
    says = refused[0].error if refused else ""
    return CheckAgain(check.id, variant.id if variant else "", times, len(refused), says)


def _together(one: CheckAgain, other: CheckAgain) -> CheckAgain:
    return msgspec.structs.replace(
        one,
        times=one.times + other.times,
        failures=one.failures + other.failures,
        says=one.says or other.says,
    )
