"""Whether a question's visible check and its hidden tests agree about what is right, and whether chance has a
say in it.

Tried are the alternatives, and the reference with one place changed so that it is right but for rounding
(`roundings`), each on the inputs of several salts. assignments/<name>/equivalent.toml may list what is not
to be right, each with the reason:

    [[unlike]]
    reason = "The step is 1e-7: what is added to it is no small guard."
    [unlike.answers]
    4c1fd0a2b6e7 = "check_grad_solution line 23: 2 * eps -> 2 * eps + 1e-07"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment, solves
from autograder.assignment.variants import Variant, cells_for
from autograder.author.audit.equivalent import FILE, key_of
from autograder.author.audit.graders import AuditGrader
from autograder.edits.mutants import code_of, mutants
from autograder.edits.roundings import ROUNDINGS
from autograder.handed_in.running_order import reference_cells
from autograder.inside.protocol import CellSource
from autograder.inside.seen import Observation, Outcome
from autograder.judging.judged import Judged, total
from autograder.judging.reference import Reference
from autograder.sandbox.single_run import SingleRun


class Agreement(msgspec.Struct, frozen=True):
    """What the visible check and the hidden tests say of an answer that should be right.

    key is empty for an alternative. failed: whether the visible check fails; lost: the checks that are not
    right under some salt, core: those of them that are core checks; scores: what it earns, by salt.
    """

    question: str
    says: str
    key: str = ""
    failed: bool = False
    lost: tuple[str, ...] = ()
    core: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    reason: str = ""

    @property
    def agree(self) -> bool:
        """Whether the visible check passes what has the core right, and fails what loses something."""
        return bool(self.lost) if self.failed else not self.core

    @property
    def steady(self) -> bool:
        return len({*self.scores}) <= 1


@dataclass(frozen=True)
class Answer:
    """An answer to a question that should be right: its cells, to the end of what the question is observed
    on.
    """

    question: str
    says: str
    cells: list[CellSource]
    key: str = ""


def right_answers(assignment: Assignment, alternatives: Sequence[Variant]) -> Iterator[Answer]:
    """The alternatives, and the reference with one rounding in one place."""
    for variant in alternatives:
        cells = cells_for(assignment, variant.question, [variant])
        yield Answer(variant.question, f"alternative {variant.id}", cells)
    for cell in assignment.cells:
        if cell.role is Role.SOLUTION and not cell.practice:
            question = next(q.id for q in assignment.auto if solves(cell.id, q.id))
            original = code_of(cell.text)
            for mutant in mutants(cell.text, ROUNDINGS):
                cells = reference_cells(assignment, {cell.id: mutant.text}, question=question)
                key = key_of(cell.id, original, code_of(mutant.text))
                yield Answer(question, f"{cell.id} {mutant.says}", cells, key)


def agreement(
    grader: AuditGrader, answer: Answer, check: CellSource, references: Sequence[Reference], reason: str
) -> Agreement:
    """Run an answer once, its visible check after it, and its probes under every salt."""

    def look(run: SingleRun) -> Agreement:
        failed = _failed(run, check)
        judged = [_judged(grader, run, answer.question, reference) for reference in references]
        lost = sorted({name for one in judged for name in one.lost})
        return Agreement(
            answer.question,
            answer.says,
            answer.key,
            failed,
            tuple(lost),
            tuple(name for name in lost if not references[0].probes[name].contract),
            tuple(total([*one.points.values()]) for one in judged),
            reason,
        )

    return grader.look([*answer.cells, check], look)


def _failed(run: SingleRun, check: CellSource) -> bool:
    ended = run.cells.get(check.number)
    return run.death is not None or ended is None or ended.outcome is not Outcome.FINISHED


def _judged(grader: AuditGrader, run: SingleRun, question: str, reference: Reference) -> Judged:
    """What a run's probes of one question are found to be, on the inputs of one salt."""
    probes = reference.assignment.probes_of(question)
    asked = [r for r in reference.requests if r.question == question]
    died = Outcome.KILLED if run.death is None else run.death.outcome
    seen = {r.probe: Observation(r.probe, died) for r in asked}
    if run.death is None:
        seen |= {observation.probe: observation for observation in run.observe(asked)}
    return Judged(probes, seen, grader.judge_for(reference).find_all(probes, seen))


def agreement_problems(found: Sequence[Agreement], listed: dict[str, str]) -> Iterator[str]:
    """What is wrong: an answer about which the two disagree or chance decides, and an entry of the list of
    which there is no answer.
    """
    for one in found:
        if one.reason:
            continue
        if not one.agree:
            lost = f"loses {', '.join(one.core)}" if one.core else "is right by the hidden tests"
            check = "fails" if one.failed else "passes"
            yield f"{one.says} {check} the visible check of {one.question} and {lost}"
        elif not one.steady:
            earned = ", ".join(f"{score:g}" for score in sorted({*one.scores}))
            yield f"{one.says} earns {earned} in {one.question}, by the salt"
    if stale := [key for key in listed if key not in {one.key for one in found}]:
        gone = "lists answers as unlike that there are no more, since the code changed"
        yield f"{FILE} {gone}: {', '.join(stale)}"
