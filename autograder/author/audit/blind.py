"""To which regimes of its inputs a question's hidden tests are blind.

assignments/<name>/equivalent.toml may list regimes that a text does not ask for, each with the reason; `*`
stands for every function, or for every regime. Once it lists some, all others must be looked at:

    [[unasked]]
    reason = "The chapter's arrays are of double precision."
    [unasked.regimes]
    "*" = ["single precision"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment, solves
from autograder.author.audit.equivalent import FILE, Unasked, load_unasked
from autograder.edits.guards import Guarded, needs_of, regimes_of


class RegimeResult(msgspec.Struct, frozen=True):
    """A regime of a function: survived names the parts of its results that may be wrong there unseen."""

    question: str
    function: str
    regime: str
    survived: tuple[int, ...] = ()
    reason: str = ""

    @property
    def blind(self) -> bool:
        return bool(self.survived) and not self.reason


Mutant = tuple[str, str, Guarded]
"""A question, the cell that answers it, and what stands there instead."""
Survivors = Callable[[str, Sequence[Mutant]], Sequence[bool]]
"""Says which of some mutants a question's hidden tests let pass, under the name of a stage."""


def regimes(assignment: Assignment, survivors: Survivors) -> list[RegimeResult]:
    """Try every function of every question in every regime that it is called in."""
    unasked, answers = load_unasked(assignment.folder), list(_answers(assignment))
    needs = [(q, cell, m) for q, cell, text, names in answers for m in needs_of(text, names)]
    passed = survivors("what functions are called with", needs)
    met = {(m.function, m.regime) for (_, _, m), survived in zip(needs, passed, strict=True) if not survived}
    tried = [(q, cell, m) for q, cell, text, names in answers for m in regimes_of(text, names, met)]
    found: dict[tuple[str, str, str], list[int]] = {}
    for (question, _, mutant), survived in zip(tried, survivors("regimes", tried), strict=True):
        parts = found.setdefault((question, mutant.function, mutant.regime), [])
        parts += [mutant.part] if survived else []
    return [
        RegimeResult(*key, tuple(parts), _reason(unasked, key[1], key[2]) if parts else "")
        for key, parts in found.items()
    ]


def regime_problems(assignment: Assignment, found: list[RegimeResult]) -> Iterator[str]:
    """What is wrong where an assignment lists regimes: one that is neither looked at nor listed, and a
    listed one that is looked at. An assignment that lists none is not held to any.
    """
    unasked = load_unasked(assignment.folder)
    for result in found if unasked else ():
        if result.blind:
            yield (
                f"the hidden tests of {result.question} do not look at {result.function} in the regime "
                f"{result.regime!r}: probe it, or give the reason in {FILE}"
            )
    seen = {(r.function, r.regime) for r in found if not r.survived}
    for function, regime, _ in unasked:
        if (function, regime) in seen:
            yield f"{FILE} lists {regime!r} of {function} as not asked for, but the hidden tests look at it"


def _answers(assignment: Assignment) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Each question with each cell that answers it, its text, and what the question defines."""
    for question in assignment.auto:
        for cell in assignment.cells:
            if cell.role is Role.SOLUTION and solves(cell.id, question.id):
                yield question.id, cell.id, cell.text, tuple(question.defines)


def _reason(unasked: Sequence[Unasked], function: str, regime: str) -> str:
    return next((why for f, r, why in unasked if f in ("*", function) and r in ("*", regime)), "")
