"""What an audit finds: the figures, and what is wrong by them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from autograder.assignment.values import Assignment, Question
from autograder.author.audit.agreeing import Agreement
from autograder.author.audit.blind import RegimeResult
from autograder.author.audit.equivalent import FILE, load_equivalent, load_neighbours
from autograder.inside.seen import Outcome

KILLED_ENOUGH = 0.97
"""The share of mutants, equivalent ones aside, that a question's probes must tell from the reference."""
VISIBLE_ENOUGH = 0.95
"""The share of misconceptions that the visible checks must catch, rounded down."""
IN_SIGHT_ENOUGH = 0.9
"""The share of a question's killed mutants that its visible check must catch, too: what is done by the one
must not be worth little by the others.
"""


class MutantResult(msgspec.Struct, frozen=True):
    """A mutant: lost_in names the check that told it from the reference (empty: it survived), how the way
    in which that ended; visible: whether the visible check fails on it, too; named: the misconception whose
    name it gets though it does something else, argued: why that is true nevertheless.
    """

    key: str
    question: str
    cell: str
    operator: str
    says: str
    lost_in: str = ""
    how: str = ""
    equivalent: str = ""
    diff: str = ""
    visible: bool = False
    named: str = ""
    argued: str = ""

    @property
    def survived(self) -> bool:
        return not self.lost_in and not self.equivalent

    @property
    def neighbour(self) -> bool:
        """Whether it gets the name of a mistake that it does not make, and nobody says that it is true."""
        return bool(self.named) and not self.argued


class PairResult(msgspec.Struct, frozen=True):
    """An answer with two mistakes: named tells which others it gets the name of, argued why that is true
    nevertheless.
    """

    key: str
    question: str
    says: str
    named: str = ""
    argued: str = ""

    @property
    def neighbour(self) -> bool:
        """Whether it gets the name of a mistake that it does not make, and nobody says that it is true."""
        return bool(self.named) and not self.argued


class VariantResult(msgspec.Struct, frozen=True):
    """A misconception, an alternative or a trivial answer: what it earned in its question, where else it
    lost, what it was named.
    """

    id: str
    question: str
    score: float
    max_score: float
    lost_elsewhere: tuple[str, ...] = ()
    named: str = ""
    visible: bool = False


class QuestionAudit(msgspec.Struct, frozen=True):
    """One question's figures."""

    id: str
    mutants: int
    killed: int
    crashed: int
    equivalent: int
    survivors: int
    misconceptions: int
    named: int
    visible: int
    alternatives: int
    trivial: int
    regimes: int = 0
    unasked: int = 0
    blind: int = 0
    in_sight: int = 0
    """Mutants that are killed and fail the visible check, too."""


class AssignmentAudit(msgspec.Struct, frozen=True):
    """All that an audit of one assignment found. It is green where problems is empty."""

    assignment: str
    release: str
    salt: str
    seconds: float
    jobs: int
    environment: dict[str, str]
    problems: tuple[str, ...]
    questions: tuple[QuestionAudit, ...]
    misconceptions: tuple[VariantResult, ...]
    alternatives: tuple[VariantResult, ...]
    trivial: tuple[VariantResult, ...]
    mutants: tuple[MutantResult, ...]
    regimes: tuple[RegimeResult, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    pairs: tuple[PairResult, ...] = ()

    @property
    def killed(self) -> float:
        """The share of mutants that were told from the reference, equivalent ones aside."""
        counted = [m for m in self.mutants if not m.equivalent]
        return sum(not m.survived for m in counted) / len(counted) if counted else 1.0


def variant_problems(
    alternatives: list[VariantResult], misconceptions: list[VariantResult], trivial: list[VariantResult]
) -> Iterator[str]:
    for v in alternatives:
        if v.score != v.max_score:
            yield f"alternative {v.id} earns {v.score:g} of {v.max_score:g} in {v.question}"
        if v.lost_elsewhere:
            yield f"alternative {v.id} loses points in {', '.join(v.lost_elsewhere)}"
        if v.visible:
            yield f"alternative {v.id} fails the visible check of {v.question}"
    for v in misconceptions:
        if v.score == v.max_score:
            yield f"misconception {v.id} loses nothing in {v.question}"
        if v.lost_elsewhere:
            yield f"misconception {v.id} of {v.question} loses points in {', '.join(v.lost_elsewhere)} too"
        if v.named != v.id:
            yield f"misconception {v.id} of {v.question} is named {v.named or 'nothing'}"
    for v in trivial:
        if v.score:
            yield f"a trivial answer, {v.id}, earns {v.score:g} in {v.question}"
    seen = sum(v.visible for v in misconceptions)
    if misconceptions and seen < max(1, int(VISIBLE_ENOUGH * len(misconceptions))):
        yield (
            f"the visible checks catch {seen} of {len(misconceptions)} misconceptions, fewer than "
            f"{VISIBLE_ENOUGH:.0%}"
        )


def mutant_problems(assignment: Assignment, found: list[MutantResult]) -> Iterator[str]:
    listed, keys = load_equivalent(assignment.folder), {m.key for m in found}
    stale = [key for key in (*listed, *load_neighbours(assignment.folder)) if key not in keys]
    if stale:
        yield f"{FILE} lists mutants that there are no more, since the code changed: {', '.join(stale)}"
    for m in found:
        if m.equivalent and m.lost_in:
            yield f"{FILE} lists {m.key}, but {m.lost_in} tells it from the reference"
    for question in assignment.auto:
        killed = [m for m in found if m.question == question.id and m.lost_in and not m.equivalent]
        seen = sum(m.visible for m in killed)
        if seen < IN_SIGHT_ENOUGH * len(killed):
            says = f"{seen} of {len(killed)} mutants that the probes kill, fewer than {IN_SIGHT_ENOUGH:.0%}"
            yield f"the visible check of {question.id} catches {says}"
    counted = [m for m in found if not m.equivalent]
    survivors = [m for m in counted if m.survived]
    if len(survivors) > (1 - KILLED_ENOUGH) * len(counted):
        yield f"{len(survivors)} of {len(counted)} mutants survive, more than {1 - KILLED_ENOUGH:.0%}"


def figures(
    question: Question,
    alternatives: list[VariantResult],
    misconceptions: list[VariantResult],
    trivial: list[VariantResult],
    found: list[MutantResult],
    in_regimes: list[RegimeResult],
) -> QuestionAudit:
    own = [m for m in found if m.question == question.id]
    known = [v for v in misconceptions if v.question == question.id]
    met = [r for r in in_regimes if r.question == question.id]
    return QuestionAudit(
        id=question.id,
        mutants=len(own),
        killed=sum(bool(m.lost_in) for m in own),
        crashed=sum(m.how == Outcome.RAISED.value for m in own),
        equivalent=sum(bool(m.equivalent) for m in own),
        survivors=sum(m.survived for m in own),
        misconceptions=len(known),
        named=sum(v.named == v.id for v in known),
        visible=sum(v.visible for v in known),
        alternatives=sum(v.question == question.id for v in alternatives),
        trivial=sum(v.question == question.id for v in trivial),
        regimes=len(met),
        unasked=sum(bool(r.reason) for r in met),
        blind=sum(r.blind for r in met),
        in_sight=sum(m.visible for m in own if m.lost_in and not m.equivalent),
    )
