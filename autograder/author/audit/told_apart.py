"""Whether a question's hidden tests tell an answer from the reference, and by which check."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.author.audit.graders import AuditGrader
from autograder.author.audit.neighbours import name_of
from autograder.inside.protocol import CellSource
from autograder.inside.seen import Observation, Outcome
from autograder.judging.findings import Verdict
from autograder.sandbox.single_run import SingleRun


@dataclass(frozen=True)
class ToldApart:
    """The first check that is not right of an answer, and how it ended; empty where all are right. in_sight:
    whether the visible check fails as well; named: the misconception whose name the answer gets though it
    does something else.
    """

    lost_in: str = ""
    how: str = ""
    in_sight: bool = False
    named: str = ""


def told_apart(
    grader: AuditGrader, cells: list[CellSource], question: str, check: CellSource | None = None
) -> ToldApart:
    """What tells an answer from the reference. check: the visible check, which is run before the probes."""

    def look(run: SingleRun) -> ToldApart | None:
        if run.death and check:
            return None
        in_sight = check is not None and bool(how_it_ended(run, check))
        lost = _first_lost(grader, run, question)
        named = name_of(grader, run, question, lost.seen) if check and lost.probe and not run.death else ""
        return ToldApart(lost.probe, lost.how, in_sight, named)

    found = grader.look([*cells, *([check] if check else [])], look)
    if found is not None:
        return found
    without = told_apart(grader, cells, question)
    return ToldApart(without.lost_in, without.how, in_sight=True)


@dataclass(frozen=True)
class _Lost:
    probe: str = ""
    how: str = ""
    seen: dict[str, Observation] = field(default_factory=dict)


def _first_lost(grader: AuditGrader, run: SingleRun, question: str) -> _Lost:
    if run.death:
        return _Lost("(the cells)", run.death.outcome.value)
    seen: dict[str, Observation] = {}
    for observation in run.observe(r for r in grader.reference.requests if r.question == question):
        seen[observation.probe] = observation
        finding = grader.judge.find(grader.reference.probes[observation.probe], observation)
        if finding.verdict is not Verdict.RIGHT:
            finished = observation.outcome is Outcome.FINISHED
            how = finding.verdict.value if finished else observation.outcome.value
            return _Lost(observation.probe, how, seen)
    found = grader.judge.find_all(grader.assignment.probes_of(question), seen)
    lost = (_Lost(name, f.verdict.value, seen) for name, f in found.items() if f.verdict is not Verdict.RIGHT)
    return next(lost, _Lost())


def how_it_ended(run: SingleRun, check: CellSource) -> str:
    """How a visible check ended that was run; empty where it is silent."""
    ended = run.cells.get(check.number)
    if ended is not None and ended.outcome is not Outcome.FINISHED:
        return ended.error or ended.outcome.value
    return run.death.outcome.value if run.death else ""
