"""Tests the tests of an assignment: grades answers whose worth is known, and finds out what its checks would
let pass.

Known right: the reference and every alternative, full marks. Known wrong: every misconception loses points in
its own question alone and is named as itself; the blank release and trivial answers earn nothing. Generated:
mutants of the reference, which a question's own probes must tell from it, and copies that go wrong in one
regime of their inputs alone. All of it is our own code, so it runs without a jail.
"""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from autograder.assignment.notebook import Role
from autograder.assignment.packages import environment
from autograder.assignment.values import Assignment, QuestionKind, solves
from autograder.assignment.variants import VARIANT, Variant, cells_for, cells_with, load_variants
from autograder.author.audit.agreeing import Agreement, agreement, agreement_problems, right_answers
from autograder.author.audit.blind import Mutant, regime_problems, regimes
from autograder.author.audit.equivalent import (
    key_of,
    load_argued_pairs,
    load_equivalent,
    load_neighbours,
    load_unlike,
)
from autograder.author.audit.graders import AuditGrader, Graders, Progress
from autograder.author.audit.neighbours import forbidden, forbidden_problem
from autograder.author.audit.pairs import PAIRS, pair_result, pairs
from autograder.author.audit.results import (
    AssignmentAudit,
    MutantResult,
    PairResult,
    VariantResult,
    figures,
    mutant_problems,
    variant_problems,
)
from autograder.author.audit.sizes import size_problems
from autograder.author.audit.told_apart import how_it_ended, told_apart
from autograder.author.audit.trivial import trivial_answers
from autograder.author.release import blank_notebook
from autograder.edits.mutants import code_of, mutants, normal
from autograder.errors import AssignmentError
from autograder.handed_in.alignment import align
from autograder.handed_in.running_order import reference_cells
from autograder.inside.limits import Limits
from autograder.inside.protocol import CellKind, CellSource
from autograder.inside.seen import CellReport, Observation, Outcome
from autograder.judging.diagnose import name_mistake
from autograder.judging.findings import QuestionResult, SubmissionResult
from autograder.judging.judged import Judged, left_by_one_mistake, total
from autograder.judging.reference import Reference
from autograder.sandbox.observed import ObservedStore
from autograder.sandbox.single_run import SingleRun, single_run
from autograder.sandbox.watch import Request, Watch

SALT = "audit"
"""Fixed, so that an audit can be repeated."""
SALTS = 5
"""On the inputs of so many salts the right answers are tried, unless more are asked for."""


def audit(
    assignment: Assignment,
    store: ObservedStore,
    jobs: int = 0,
    progress: Progress = lambda *_: None,
    salts: int = SALTS,
    pairs: int = PAIRS,
) -> AssignmentAudit:
    """Audit one assignment. salts: how many inputs right answers are tried on; pairs: how many second
    mistakes are tried beside each misconception.

    Raises AssignmentError where it can't be graded at all.
    """
    began, jobs = time.monotonic(), jobs or os.cpu_count() or 1
    reference = Reference(assignment, SALT, store)
    try:
        progress("observing the misconceptions", 0, 0)
        reference.prepare(jobs)
        with Graders(reference, _short(assignment.limits), jobs, progress) as pool:
            run = _Audit(assignment, reference, pool)
            problems = [*run.reference_problems(), *run.visible_check_problems()]
            alternatives = run.variants("alternatives", load_variants(assignment, "alternative"))
            misconceptions = run.variants("misconceptions", reference.misconceptions)
            problems += run.forbidden_problems()
            trivial = run.trivial()
            agreements = run.agreements(load_variants(assignment, "alternative"), salts)
            found = run.mutants()
            together = run.two_at_once(pairs)
            in_regimes = regimes(assignment, run.survivors)
    finally:
        reference.close()
    problems += [
        *variant_problems(alternatives, misconceptions, trivial),
        *mutant_problems(assignment, found),
        *regime_problems(assignment, in_regimes),
        *agreement_problems(agreements, load_unlike(assignment.folder)),
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
        tuple(figures(q, alternatives, misconceptions, trivial, found, in_regimes) for q in assignment.auto),
        tuple(misconceptions),
        tuple(alternatives),
        tuple(trivial),
        tuple(found),
        tuple(in_regimes),
        tuple(agreements),
        tuple(together),
    )


@dataclass
class _Audit:
    """The stages of an audit."""

    assignment: Assignment
    reference: Reference
    pool: Graders

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

    def _grade(self, grader: AuditGrader, cells: list[CellSource]) -> list[QuestionResult]:
        with grader.sit_cells(cells) as sitting:
            return [r for r in sitting.results() if r.kind is QuestionKind.AUTO]

    def _grade_blank(self, grader: AuditGrader, _: None) -> SubmissionResult:
        return grader.grade(align("blank", blank_notebook(self.assignment), self.assignment, []))

    # ---- misconceptions and alternatives

    def variants(self, stage: str, variants: Sequence[Variant]) -> list[VariantResult]:
        """Grade variants on all questions, and try their question's visible check."""
        return self.pool.map(stage, self._variant, variants)

    def _variant(self, grader: AuditGrader, variant: Variant) -> VariantResult:
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

    def _visible_check(self, grader: AuditGrader, question: str, variant: Variant | None = None) -> str:
        """How a question's visible check ends that stands in the notebook after a variant; empty where it
        is silent.
        """
        check = self._check_of(question)
        before = cells_with(self.assignment, [variant] if variant else [], until=question)
        ended = grader.look([*before, check], lambda run: how_it_ended(run, check))
        if ended != Outcome.TIMED_OUT.value:
            return ended
        with single_run(grader.sandbox(), [*before, check], self.assignment.limits) as run:
            return how_it_ended(run, check)  # a check that trains may take its time

    def _check_of(self, question: str) -> CellSource:
        """The cell of a question's visible check, run as if it were the student's own."""
        cells = enumerate(self.assignment.cells, 1)
        number, cell = next((n, c) for n, c in cells if c.role is Role.TEST and c.id == question)
        return CellSource(cell.text, number, CellKind.OWN)

    def agreements(self, alternatives: Sequence[Variant], salts: int) -> list[Agreement]:
        """Try what should be right by its visible check, and by the hidden tests of some salts."""
        others = [
            Reference(self.assignment, f"{SALT} {number}", self.reference.store) for number in range(1, salts)
        ]
        for other in others:
            other.prepare_reference()
            other.close()
        reasons = load_unlike(self.assignment.folder)
        references = [self.reference, *others]
        return self.pool.map(
            f"right answers under {salts} salts",
            lambda grader, answer: agreement(
                grader, answer, self._check_of(answer.question), references, reasons.get(answer.key, "")
            ),
            list(right_answers(self.assignment, alternatives)),
        )

    def forbidden_problems(self) -> list[str]:
        """No mistake gets the name of a misconception that declares not to be for it."""
        changes = list(forbidden(self.reference.misconceptions))
        found = self.pool.map(
            "mistakes without a name", lambda grader, one: forbidden_problem(grader, *one), changes
        )
        return [problem for problem in found if problem]

    # ---- trivial answers

    def trivial(self) -> list[VariantResult]:
        """Grade trivial answers on their own question."""
        return self.pool.map("trivial answers", self._trivial, trivial_answers(self.assignment))

    def _trivial(self, grader: AuditGrader, variant: Variant) -> VariantResult:
        probes, question = (
            self.assignment.probes_of(variant.question),
            self.assignment.question(variant.question),
        )
        requests = [r for r in self.reference.requests if r.question == variant.question]
        cells = cells_for(self.assignment, variant.question, [variant])
        ended, observations = self._observed(grader, cells, requests)
        for cell in ended:  # given cells further down may well fail with it
            if cell.number >= VARIANT and cell.outcome is not Outcome.FINISHED:
                raise AssignmentError(
                    f"the trivial answer {variant.id!r} to {question.id} can't be put in place: "
                    f"{cell.error or cell.outcome.value}"
                )
        judged = Judged(probes, observations, grader.judge.find_all(probes, observations))
        known = grader.judge.known(question.id, judged.observations)
        named = name_mistake(judged, known, self.reference.expected)
        score = total([*judged.points.values()])
        if named and judged.lost and not named.two:
            besides = sum(p.points for p in probes if p.id in named.besides)
            score = left_by_one_mistake(question, score, besides)
        return VariantResult(variant.id, variant.question, score, question.points)

    def _observed(
        self, grader: AuditGrader, cells: list[CellSource], requests: list[Request]
    ) -> tuple[Sequence[CellReport], dict[str, Observation]]:
        """How some cells ended and what probes saw then; with the patience that a submission has, where
        they end the process.
        """

        def look(run: SingleRun) -> tuple[Sequence[CellReport], dict[str, Observation]]:
            seen = {observation.probe: observation for observation in run.observe(requests)}
            return ([] if run.death else [*run.cells.values()]), seen

        ended, seen = grader.look(cells, look)
        if not ended:
            with Watch(grader.sandbox(), cells, grader.runs.limits) as watch:
                whole = watch.observe(requests)
            return whole.cells, whole.observations
        return ended, seen

    # ---- mutants

    def mutants(self) -> list[MutantResult]:
        """Observe every mutant until a check tells it from the reference."""
        return self.pool.map("mutants", self._mutant, list(_mutants(self.assignment)))

    def _mutant(self, grader: AuditGrader, item: tuple[MutantResult, str]) -> MutantResult:
        mutant, text = item
        cells = reference_cells(self.assignment, {mutant.cell: text}, question=mutant.question)
        told = told_apart(grader, cells, mutant.question, self._check_of(mutant.question))
        if told.lost_in:
            return msgspec.structs.replace(
                mutant, lost_in=told.lost_in, how=told.how, visible=told.in_sight, named=told.named
            )
        original = next(c.text for c in self.assignment.cells if c.id == mutant.cell)
        return msgspec.structs.replace(mutant, diff=_diff(normal(original), text))

    def two_at_once(self, number: int) -> list[PairResult]:
        """Answers with two mistakes, and which of them get the name of a third."""
        reasons = load_argued_pairs(self.assignment.folder)
        found = self.pool.map(
            "two mistakes at once",
            lambda grader, made: [pair_result(grader, pair, reasons) for pair in made()],
            list(pairs(self.assignment, self.reference.misconceptions, number)),
        )
        return [pair for some in found for pair in some]

    def survivors(self, stage: str, mutants: Sequence[Mutant]) -> list[bool]:
        """Which of some mutants keep all points of their question."""

        def survives(grader: AuditGrader, mutant: Mutant) -> bool:
            question, cell, guarded = mutant
            cells = reference_cells(self.assignment, {cell: guarded.text}, question=question)
            return not told_apart(grader, cells, question).lost_in

        return self.pool.map(stage, survives, mutants)


def _short(limits: Limits) -> Limits:
    """Endless loops are common among mutants, and must be cheap."""
    return msgspec.structs.replace(
        limits,
        probe_seconds=min(2.0, limits.probe_seconds),
        notebook_seconds=min(5.0, limits.notebook_seconds),
    )


def _mutants(assignment: Assignment) -> Iterator[tuple[MutantResult, str]]:
    """Every mutant of every solution cell, with its text."""
    reasons, argued = load_equivalent(assignment.folder), load_neighbours(assignment.folder)
    for cell in assignment.cells:
        if cell.role is Role.SOLUTION and not cell.practice:
            original, question = (
                code_of(cell.text),
                next(q.id for q in assignment.auto if solves(cell.id, q.id)),
            )
            for mutant in mutants(cell.text):
                key = key_of(cell.id, original, code_of(mutant.text))
                result = MutantResult(
                    key,
                    question,
                    cell.id,
                    mutant.operator,
                    mutant.says,
                    equivalent=reasons.get(key, ""),
                    argued=argued.get(key, ""),
                )
                yield result, mutant.text


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
