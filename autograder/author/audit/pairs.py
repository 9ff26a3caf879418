"""Two mistakes in one answer, put together by the audit: do they get the name of a third?

There are three kinds: two misconceptions that replace different functions of a question; a misconception with
one of the mutants of its own text; two mutants of the reference's, one after the other. There are far too
many, so that some of each are tried, the same ones in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment, solves
from autograder.assignment.variants import Variant, cells_for
from autograder.author.audit.equivalent import key_of
from autograder.author.audit.graders import AuditGrader
from autograder.author.audit.neighbours import third_mistake
from autograder.author.audit.results import PairResult
from autograder.edits.mutants import code_of, evenly, some_mutants
from autograder.handed_in.running_order import reference_cells
from autograder.inside.protocol import CellSource
from autograder.sandbox.single_run import SingleRun

PAIRS = 1
"""How many mutants are tried in the text of each misconception, unless another number is asked for."""
OF_A_CELL = 5
"""For each of these, so many mutants of each of the reference's answers are given a second change."""
OF_A_QUESTION = 8
"""For each of these, so many pairs of a question's misconceptions are tried."""


@dataclass(frozen=True)
class TwoMistakes:
    """An answer with two mistakes. made_of: the misconceptions among them."""

    key: str
    question: str
    says: str
    cells: list[CellSource]
    made_of: tuple[str, ...] = ()


def pairs(
    assignment: Assignment, misconceptions: Sequence[Variant], number: int = PAIRS
) -> Iterator[Callable[[], Iterator[TwoMistakes]]]:
    """What makes the answers with two mistakes that are tried, a few answers each: to make them all takes as
    long as to try some. number: how many mutants of each misconception's text are tried; of the two other
    kinds it is this many times what is tried at least.
    """
    for question in assignment.auto:
        own = [v for v in misconceptions if v.question == question.id]
        apart = [
            (one, other)
            for one, other in combinations(own, 2)
            if one.replaces != other.replaces and not one.instead and not other.instead
        ]
        for one, other in evenly(apart, number * OF_A_QUESTION):
            yield partial(_of_two, assignment, one, other)
        for variant in own:
            yield partial(_of_one, assignment, variant, number)
    for cell in assignment.cells:
        if cell.role is Role.SOLUTION and not cell.practice:
            yield partial(_of_none, assignment, cell.id, cell.text, number * OF_A_CELL)


def _of_two(assignment: Assignment, one: Variant, other: Variant) -> Iterator[TwoMistakes]:
    says = f"{one.id} and {other.id}"
    cells = cells_for(assignment, one.question, [one, other])
    yield TwoMistakes(says, one.question, says, cells, (one.id, other.id))


def _of_one(assignment: Assignment, variant: Variant, number: int) -> Iterator[TwoMistakes]:
    for mutant in some_mutants(variant.text, number):
        cells = cells_for(assignment, variant.question, [replace(variant, text=mutant.text)])
        key = key_of(variant.id, code_of(variant.text), code_of(mutant.text))
        yield TwoMistakes(key, variant.question, f"{variant.id} with {mutant.says}", cells, (variant.id,))


def _of_none(assignment: Assignment, cell: str, text: str, number: int) -> Iterator[TwoMistakes]:
    question = next(q.id for q in assignment.auto if solves(cell, q.id))
    for place, first in enumerate(some_mutants(text, number)):
        for second in some_mutants(first.text, 1, (place + 0.5) / number):
            key = key_of(cell, code_of(text), code_of(second.text))
            cells = reference_cells(assignment, {cell: second.text}, question=question)
            yield TwoMistakes(key, question, f"{cell} {first.says}; {second.says}", cells)


def pair_result(grader: AuditGrader, pair: TwoMistakes, reasons: Mapping[str, str]) -> PairResult:
    """Whether an answer with two mistakes gets the name of a third that it does not make. reasons: why that
    is true nevertheless, by key.
    """

    def look(run: SingleRun) -> str:
        return "" if run.death else third_mistake(grader, run, pair.question, pair.made_of)

    named = grader.look(pair.cells, look)
    return PairResult(pair.key, pair.question, pair.says, named, reasons.get(pair.key, "") if named else "")
