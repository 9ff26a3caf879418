"""Tests the tests of an assignment: grades answers whose worth is known, and finds out what its checks would
let pass.

Known right: the reference and every alternative, full marks. Known wrong: every misconception loses points in
its own question alone and is named as itself; the blank release and trivial answers earn nothing. Generated:
mutants of the reference, which a question's own probes must tell from it, and copies that go wrong in one
regime of their inputs alone. All of it is our own code, so it
runs without a jail.
"""

from __future__ import annotations

import difflib
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from autograder.assignment.notebook import Role
from autograder.assignment.packages import environment
from autograder.assignment.values import Assignment, Question, QuestionKind, solves
from autograder.assignment.variants import VARIANT, Variant, cells_for, cells_with, load_variants
from autograder.author.blind import Mutant, RegimeResult, regime_problems, regimes
from autograder.author.equivalent import FILE, key_of, load_equivalent
from autograder.author.release import blank_notebook
from autograder.author.sizes import size_problems
from autograder.author.trivial import trivial_answers
from autograder.edits.mutants import code_of, mutants, normal
from autograder.errors import AssignmentError
from autograder.handed_in.alignment import align
from autograder.handed_in.running_order import reference_cells
from autograder.inside.limits import Limits
from autograder.inside.protocol import CellKind, CellSource
from autograder.inside.seen import Observation, Outcome
from autograder.judging.diagnose import name_mistake
from autograder.judging.findings import QuestionResult, SubmissionResult, Verdict
from autograder.judging.grader import Grader
from autograder.judging.judged import Judged, left_by_one_mistake, total
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import TRUSTED
from autograder.sandbox.observed import ObservedStore
from autograder.sandbox.single_run import single_run
from autograder.sandbox.watch import Watch

SALT = "audit"
"""Fixed, so that an audit can be repeated."""
KILLED_ENOUGH = 0.97
"""The share of mutants, equivalent ones aside, that a question's probes must tell from the reference."""
VISIBLE_ENOUGH = 0.8
"""The share of misconceptions that the visible checks must catch."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]
"""Called with the stage, how many of its items are done, and how many there are."""


class MutantResult(msgspec.Struct, frozen=True):
    """A mutant: lost_in names the check that told it from the reference (empty: it survived), how the way
    in which that ended.
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

    @property
    def survived(self) -> bool:
        return not self.lost_in and not self.equivalent


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

    @property
    def killed(self) -> float:
        """The share of mutants that were told from the reference, equivalent ones aside."""
        counted = [m for m in self.mutants if not m.equivalent]
        return sum(not m.survived for m in counted) / len(counted) if counted else 1.0


def audit(
    assignment: Assignment, store: ObservedStore, jobs: int = 0, progress: Progress = lambda *_: None
) -> AssignmentAudit:
    """Audit one assignment. Raises AssignmentError where it can't be graded at all."""
    began, jobs = time.monotonic(), jobs or os.cpu_count() or 1
    reference = Reference(assignment, SALT, store)
    try:
        progress("observing the misconceptions", 0, 0)
        reference.prepare()
        with _Pool(reference, jobs, progress) as pool:
            run = _Audit(assignment, reference, pool)
            problems = [*run.reference_problems(), *run.visible_check_problems()]
            alternatives = run.variants("alternatives", load_variants(assignment, "alternative"))
            misconceptions = run.variants("misconceptions", reference.misconceptions)
            trivial = run.trivial()
            found = run.mutants()
            in_regimes = regimes(assignment, run.survivors)
    finally:
        reference.close()
    problems += [
        *_variant_problems(alternatives, misconceptions, trivial),
        *_mutant_problems(assignment, found),
        *regime_problems(assignment, in_regimes),
        *size_problems(assignment, reference),
    ]
    return AssignmentAudit(
        assignment.name,
        assignment.release,
        SALT,
        round(time.monotonic() - began, 1),
        jobs,
        environment(),
        tuple(problems),
        tuple(_figures(q, alternatives, misconceptions, trivial, found, in_regimes) for q in assignment.auto),
        tuple(misconceptions),
        tuple(alternatives),
        tuple(trivial),
        tuple(found),
        tuple(in_regimes),
    )


class _Pool:
    """Graders on threads, one each, with a zygote each."""

    def __init__(self, reference: Reference, jobs: int, progress: Progress) -> None:
        self.reference, self.progress = reference, progress
        self.threads = ThreadPoolExecutor(jobs, thread_name_prefix="audit")
        self.graders: list[Grader] = []
        self.local = threading.local()

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: Any) -> None:
        self.threads.shutdown(cancel_futures=True)
        for grader in self.graders:
            grader.close()

    def map(self, stage: str, task: Callable[[Grader, Item], Result], items: Sequence[Item]) -> list[Result]:
        """Run a task on every item; results in the order of the items."""
        self.progress(stage, 0, len(items))
        results = []
        for result in self.threads.map(lambda item: task(self._grader(), item), items):
            results.append(result)
            self.progress(stage, len(results), len(items))
        return results

    def _grader(self) -> Grader:
        if not hasattr(self.local, "grader"):
            self.local.grader = Grader(self.reference, TRUSTED)
            self.graders.append(self.local.grader)
        grader: Grader = self.local.grader
        return grader


@dataclass
class _Audit:
    """The stages of an audit."""

    assignment: Assignment
    reference: Reference
    pool: _Pool

    @property
    def limits(self) -> Limits:
        """Endless loops are common among mutants, and must be cheap."""
        limits = self.assignment.limits
        return msgspec.structs.replace(
            limits,
            probe_seconds=min(2.0, limits.probe_seconds),
            notebook_seconds=min(5.0, limits.notebook_seconds),
        )

    # ---- known right, and nothing

    def reference_problems(self) -> Iterator[str]:
        """The reference earns everything, the release as it is handed out nothing."""
        (full,) = self.pool.map("the reference", self._grade, [self.reference.cells])
        (blank,) = self.pool.map("the blank release", self._grade_blank, [None])
        for question in full:
            if question.score != question.max_score:
                yield f"the reference earns {question.score:g} of {question.max_score:g} in {question.id}"
        for result in blank.questions:
            if result.score:
                yield f"the blank release earns {result.score:g} in {result.id}"

    def _grade(self, grader: Grader, cells: list[CellSource]) -> list[QuestionResult]:
        with grader.sit_cells(cells) as sitting:
            return [r for r in sitting.results() if r.kind is QuestionKind.AUTO]

    def _grade_blank(self, grader: Grader, _: None) -> SubmissionResult:
        return grader.grade(align("blank", blank_notebook(self.assignment), self.assignment, []))

    # ---- misconceptions and alternatives

    def variants(self, stage: str, variants: Sequence[Variant]) -> list[VariantResult]:
        """Grade variants on all questions, and try their question's visible check."""
        return self.pool.map(stage, self._variant, variants)

    def _variant(self, grader: Grader, variant: Variant) -> VariantResult:
        results = {r.id: r for r in self._grade(grader, cells_with(self.assignment, [variant]))}
        own = results[variant.question]
        elsewhere = tuple(r.id for r in results.values() if r.score != r.max_score and r is not own)
        named = own.diagnosis.id if own.diagnosis else ""
        visible = bool(self._visible_check(grader, variant.question, variant))
        return VariantResult(
            variant.id, variant.question, own.score or 0.0, own.max_score, elsewhere, named, visible
        )

    def visible_check_problems(self) -> Iterator[str]:
        """The visible checks are silent on the reference."""
        questions = [q.id for q in self.assignment.auto]
        for question, error in zip(
            questions,
            self.pool.map("visible checks", lambda g, q: self._visible_check(g, q), questions),
            strict=True,
        ):
            if error:
                yield f"the visible check of {question} fails on the reference: {error}"

    def _visible_check(self, grader: Grader, question: str, variant: Variant | None = None) -> str:
        """How a question's visible check ends that stands in the notebook after a variant; empty where it
        is silent.
        """
        test = next(
            n for n, c in enumerate(self.assignment.cells, 1) if c.role is Role.TEST and c.id == question
        )
        before = cells_with(self.assignment, [variant] if variant else [], until=question)
        cells = [*before, CellSource(self.assignment.cells[test - 1].text, test, CellKind.OWN)]
        with single_run(grader.sandbox(), cells, self.assignment.limits) as run:
            ended = run.cells.get(test)
            if ended is not None and ended.outcome is not Outcome.FINISHED:
                return ended.error or ended.outcome.value
            return run.death.outcome.value if run.death else ""

    # ---- trivial answers

    def trivial(self) -> list[VariantResult]:
        """Grade trivial answers on their own question."""
        return self.pool.map("trivial answers", self._trivial, trivial_answers(self.assignment))

    def _trivial(self, grader: Grader, variant: Variant) -> VariantResult:
        probes, question = (
            self.assignment.probes_of(variant.question),
            self.assignment.question(variant.question),
        )
        requests = [r for r in self.reference.requests if r.question == variant.question]
        cells = cells_for(self.assignment, variant.question, [variant])
        with Watch(grader.sandbox(), cells, self.limits) as watch:
            seen = watch.observe(requests)
        for cell in seen.cells:  # given cells further down may well fail with it
            if cell.number >= VARIANT and cell.outcome is not Outcome.FINISHED:
                raise AssignmentError(
                    f"the trivial answer {variant.id!r} to {question.id} can't be put in place: "
                    f"{cell.error or cell.outcome.value}"
                )
        found = grader.judge.find_all(probes, seen.observations)
        judged = Judged(probes, seen.observations, found)
        named = name_mistake(judged, grader.judge.known(question.id, judged.observations))
        score = total([*judged.points.values()])
        if named and judged.lost:
            besides = sum(p.points for p in probes if p.id in named.besides)
            score = left_by_one_mistake(question, score, besides)
        return VariantResult(variant.id, variant.question, score, question.points)

    # ---- mutants

    def mutants(self) -> list[MutantResult]:
        """Observe every mutant until a check tells it from the reference."""
        reasons = load_equivalent(self.assignment.folder)
        return self.pool.map("mutants", self._mutant, list(_mutants(self.assignment, reasons)))

    def _mutant(self, grader: Grader, item: tuple[MutantResult, str]) -> MutantResult:
        mutant, text = item
        cells = reference_cells(self.assignment, {mutant.cell: text}, question=mutant.question)
        lost_in, how = self._first_lost(grader, cells, mutant.question)
        if lost_in:
            return msgspec.structs.replace(mutant, lost_in=lost_in, how=how)
        original = next(c.text for c in self.assignment.cells if c.id == mutant.cell)
        return msgspec.structs.replace(mutant, diff=_diff(normal(original), text))

    def survivors(self, stage: str, mutants: Sequence[Mutant]) -> list[bool]:
        """Which of some mutants keep all points of their question."""

        def survives(grader: Grader, mutant: Mutant) -> bool:
            question, cell, guarded = mutant
            cells = reference_cells(self.assignment, {cell: guarded.text}, question=question)
            return not self._first_lost(grader, cells, question)[0]

        return self.pool.map(stage, survives, mutants)

    def _first_lost(self, grader: Grader, cells: list[CellSource], question: str) -> tuple[str, str]:
        """The first check of a question that is not right on these cells, and how it ended; empty where
        all are right.
        """
        requests = [r for r in self.reference.requests if r.question == question]
        with single_run(grader.sandbox(), cells, self.limits) as run:
            if run.death:
                return "(the cells)", run.death.outcome.value
            seen: dict[str, Observation] = {}
            for observation in run.observe(requests):
                seen[observation.probe] = observation
                finding = grader.judge.find(self.reference.probes[observation.probe], observation)
                if finding.verdict is not Verdict.RIGHT:
                    finished = observation.outcome is Outcome.FINISHED
                    return observation.probe, finding.verdict.value if finished else observation.outcome.value
            found = grader.judge.find_all(self.assignment.probes_of(question), seen)
            lost = ((name, f.verdict.value) for name, f in found.items() if f.verdict is not Verdict.RIGHT)
            return next(lost, ("", ""))


def _mutants(assignment: Assignment, reasons: dict[str, str]) -> Iterator[tuple[MutantResult, str]]:
    """Every mutant of every solution cell, with its text."""
    for cell in assignment.cells:
        if cell.role is Role.SOLUTION and not cell.practice:
            original, question = (
                code_of(cell.text),
                next(q.id for q in assignment.auto if solves(cell.id, q.id)),
            )
            for mutant in mutants(cell.text):
                key = key_of(cell.id, original, code_of(mutant.text))
                yield (
                    MutantResult(
                        key, question, cell.id, mutant.operator, mutant.says, equivalent=reasons.get(key, "")
                    ),
                    mutant.text,
                )


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


# ---- what is wrong, and the figures ------------------------------------------------------------------------


def _variant_problems(
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
    if misconceptions and seen < VISIBLE_ENOUGH * len(misconceptions):
        yield (
            f"the visible checks catch {seen} of {len(misconceptions)} misconceptions, fewer than "
            f"{VISIBLE_ENOUGH:.0%}"
        )


def _mutant_problems(assignment: Assignment, found: list[MutantResult]) -> Iterator[str]:
    listed, keys = load_equivalent(assignment.folder), {m.key for m in found}
    stale = [key for key in listed if key not in keys]
    if stale:
        yield f"{FILE} lists mutants that there are no more, since the code changed: {', '.join(stale)}"
    for m in found:
        if m.equivalent and m.lost_in:
            yield f"{FILE} lists {m.key}, but {m.lost_in} tells it from the reference"
    counted = [m for m in found if not m.equivalent]
    survivors = [m for m in counted if m.survived]
    if len(survivors) > (1 - KILLED_ENOUGH) * len(counted):
        yield f"{len(survivors)} of {len(counted)} mutants survive, more than {1 - KILLED_ENOUGH:.0%}"


def _figures(
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
    )
