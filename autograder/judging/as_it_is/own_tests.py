"""A notebook of an nbgrader assignment that nobody has moved, graded by its own test cells.

They run in the jail beside the student's code, as nbgrader has it. So what they hold is no secret from
that code, and what they say is no proof: it could be forged.
"""

from __future__ import annotations

from autograder.assignment.notebook import Role
from autograder.assignment.values import Question, QuestionKind
from autograder.inside.protocol import CellKind, CellSource
from autograder.inside.seen import CellReport, Outcome
from autograder.judging.findings import CheckResult, QuestionResult, Verdict
from autograder.judging.messages import cell_messages
from autograder.judging.sitting.sitting import Sitting
from autograder.sandbox.cell_runs import LEFT_OUT

TITLE = "The notebook's own test, run where your code runs."
_STDERR = "It wrote to standard error, a warning perhaps: by nbgrader's rule that is no points."
_ENDED = {
    Outcome.TIMED_OUT: "It took too long and was stopped: is there a loop that does not end?",
    Outcome.KILLED: "It crashed the Python process.",
    Outcome.EXITED: "It left Python: exit() or quit() ends everything that comes after.",
    Outcome.OUT_OF_MEMORY: "It ran out of memory: is an array far larger than it need be?",
    Outcome.MISSING: "It was not run.",
}


class OwnTests(Sitting):
    """One notebook being run cell by cell, its tests at their own places."""

    def results(self) -> list[QuestionResult]:
        """Run all cells; a test that comes to its end has its points."""
        self.passes.cells_alone()
        self.notes += self._about_answers()
        reports = {report.number: report for report in self.passes.seen.cells}
        cells = {p.source.id: p.number for p in getattr(self.notebook, "placed", ()) if p.source is not None}
        return [
            self._written(q) if q.written else self._tested(q, reports.get(cells.get(q.id, 0)))
            for q in self.assignment.questions
        ]

    def _about_answers(self) -> list[str]:
        """What went wrong in the student's own cells."""
        placed = getattr(self.notebook, "placed", ())
        own = {p.number for p in placed if p.source is None or not p.source.locked}
        cells = [
            CellSource(c.text, c.number, CellKind.OWN) for c in self.passes.watch.cells if c.number in own
        ]
        return cell_messages([r for r in self.passes.seen.cells if r.number in own], cells)

    def _tested(self, question: Question, report: CellReport | None) -> QuestionResult:
        report = report or CellReport(0, Outcome.MISSING)
        earned = _earned(question, report)
        finished = report.outcome is Outcome.FINISHED
        right = finished and earned >= question.points  # a test without points is not right when it raises
        verdict = Verdict.WRONG_VALUES if finished else Verdict.NO_VALUE
        verdict = Verdict.RIGHT if right else verdict
        check = CheckResult(
            id=question.id,
            title=TITLE,
            points=question.points,
            earned=earned,
            outcome=report.outcome,
            verdict=verdict,
            message="" if right else self._says(question, report, earned),
        )
        return QuestionResult(
            question.id, QuestionKind.AUTO, earned, question.points, report.outcome, checks=(check,)
        )

    def _says(self, question: Question, report: CellReport, earned: float) -> str:
        """How a test ended. What it raised with is told where students have that text in their own copy."""
        if report.outcome is Outcome.FINISHED and report.stderr:
            return _STDERR
        if report.outcome is Outcome.FINISHED:
            return f"It gave {earned:g} of {question.points:g} points."
        if report.outcome is not Outcome.RAISED or report.error == LEFT_OUT:
            return _ENDED.get(report.outcome, "It did not come to its end.")
        source = next(c for c in self.assignment.cells if c.role is Role.TEST and c.id == question.id)
        kind, _, text = report.error.partition(": ")
        lines = source.text.splitlines()
        line = lines[report.line - 1].strip() if 0 < report.line <= len(lines) else ""
        seen = line and line in {one.strip() for one in source.released.splitlines()}
        where = f" at `{line}`" if seen else " in a part that the release does not show" if line else ""
        said = f": {text}" if text and text in source.released else "."
        return f"It raised {kind}{where}{said}"


def _earned(question: Question, report: CellReport) -> float:
    """nbgrader's rule: none, where the cell raises or writes to standard error; all, where it comes to its
    end; or the number that it ends with, where that is none or more and no more than all.
    """
    if report.outcome is not Outcome.FINISHED or report.stderr:
        return 0.0
    if report.value is None or not 0 <= report.value <= question.points:
        return question.points
    return report.value
