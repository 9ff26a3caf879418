"""What a release is worth before anybody works on it: the reference everything, the blank one nothing.

The reference is run as a submission is, in the jail, and its visible checks as a student runs them: what the
jail refuses, or a check that fails on a right answer, would cost every right student the points.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from autograder.assignment import notebook
from autograder.assignment.notebook import Role, SourceCell
from autograder.assignment.values import Assignment, QuestionKind
from autograder.assignment.variants import cells_with
from autograder.errors import ReleaseError
from autograder.handed_in.alignment import align
from autograder.inside.protocol import CellKind, CellSource
from autograder.inside.seen import CellReport, Outcome
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore
from autograder.sandbox.single_run import single_run

SALT = "release"
"""The salt of the check that a release makes of itself: any would do."""


def check_scores(assignment: Assignment, release: Path, store: ObservedStore) -> None:
    """Refuse a release whose reference does not earn everything, whose visible checks fail on it, or whose
    untouched notebook earns anything.
    """
    reference = Reference(assignment, SALT, store)
    try:
        reference.prepare_reference()
        with Grader(reference, Isolation.strongest(unsafe=True), diagnose=False) as grader:
            _check_visible(grader)
            _check_full(grader)
            _check_blank(grader, release / f"{assignment.name}.ipynb")
    finally:
        reference.close()


def _check_visible(grader: Grader) -> None:
    """The visible checks are silent on the reference, run from top to bottom as a student does."""
    assignment = grader.assignment
    tests = [
        CellSource(cell.text, number, CellKind.OWN)
        for number, cell in enumerate(assignment.cells, 1)
        if cell.role is Role.TEST
    ]
    cells = sorted([*cells_with(assignment, []), *tests], key=lambda cell: cell.number)
    limits = assignment.limits
    patient = msgspec.structs.replace(limits, notebook_seconds=limits.submission_seconds)
    with single_run(grader.sandbox(), cells, patient) as run:
        for number, report in sorted(run.cells.items()):
            if report.outcome is not Outcome.FINISHED:
                _refuse(assignment, assignment.cells[number - 1], number, report)
        if run.death:
            reached = next(c.number for c in cells if c.number not in run.cells)
            ended = CellReport(reached, run.death.outcome, run.death.detail)
            _refuse(assignment, assignment.cells[reached - 1], reached, ended)


def _refuse(assignment: Assignment, cell: SourceCell, number: int, report: CellReport) -> None:
    what = f"the visible check of {cell.id}" if cell.role is Role.TEST else f"cell {number} of the reference"
    line = f" in its line {report.line}" if report.line else ""
    said = " ".join(f"{report.outcome.value} {report.error}".split())
    raise ReleaseError(
        f"{what} does not hold where submissions run: it {said}{line}",
        where=f"{assignment.folder / 'notebook.py'}:{cell.line}",
        mend="a student who has everything right would meet this too: mend the cell, or the solution",
    )


def _check_full(grader: Grader) -> None:
    """Observed, not taken from the store: the reference must give the same twice."""
    with grader.sit_cells(grader.reference.cells) as sitting:
        results = sitting.results()
    for result in results:
        if result.kind is QuestionKind.AUTO and result.score != result.max_score:
            lost = next(c for c in result.checks if c.earned < c.points)
            what = f"the reference loses points in {result.id}: {lost.id}: {lost.message}"
            raise ReleaseError(what, where=_probes(grader.assignment))


def _check_blank(grader: Grader, released: Path) -> None:
    blank = grader.grade(align("blank", notebook.load(released), grader.assignment, []))
    for result in blank.questions:
        if result.score:
            what = f"the untouched release earns {result.score:g} points in {result.id}"
            raise ReleaseError(what, where=_probes(grader.assignment))


def _probes(assignment: Assignment) -> str:
    return str(assignment.folder / "probes.py")
