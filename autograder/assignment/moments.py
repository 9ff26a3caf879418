"""Which answers are values, and at which moment of the notebook a question is observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.assignment.notebook import ANSWERS, Role, SourceCell
from autograder.assignment.values import Question, solves
from autograder.assignment.written import made, may_change, rebound


def with_moments(questions: Sequence[Question], cells: Sequence[SourceCell]) -> tuple[Question, ...]:
    """The same questions, each with the names whose values are the answer, and whether it has a moment of its
    own.
    """
    known = {q.id: replace(q, values=_values(q, cells)) for q in questions}
    return tuple(replace(q, own_moment=_is_changed_later(q, known, cells)) for q in known.values())


def _values(question: Question, cells: Sequence[SourceCell]) -> tuple[str, ...]:
    """The names of a question whose values its solution makes; a method is none."""
    own = [c.text for c in cells if c.role is Role.SOLUTION and solves(c.id, question.id)]
    values = frozenset().union(*map(made, own))
    return tuple(name for name in question.defines if name in values)


def _is_changed_later(question: Question, known: dict[str, Question], cells: Sequence[SourceCell]) -> bool:
    """Whether a cell after a question's check binds a name that it defines or needs, or may change its
    value.
    """
    if question.written:
        return False
    concerned = [question, *(known[need] for need in question.needs)]
    names = {name.partition(".")[0] for q in concerned for name in q.defines}
    values = {name for q in concerned for name in q.values}
    check = next(i for i, cell in enumerate(cells) if cell.id == question.id)
    later = [c.text for c in cells[check + 1 :] if c.role in (Role.GIVEN, *ANSWERS)]
    return any(rebound(text) & names or may_change(text) & values for text in later)
