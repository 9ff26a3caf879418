"""The answers of a class by question, from graded notebooks and what was observed in grading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment, Question, solves
from autograder.assignment.variants import KINDS, load_variants
from autograder.inside.seen import Seen
from autograder.judging.findings import SubmissionResult, Verdict
from autograder.outputs.feedback import answers_in
from autograder.outputs.similar.evidence import Answers
from autograder.outputs.similar.pieces import Pieces, of_code, of_words
from autograder.records.graded_notebook import graded_path

Values = Mapping[str, Mapping[str, str]]
"""By question and check, a hash of a wrong value."""


@dataclass(frozen=True)
class Class:
    """What students wrote, by question and student, and what of it is compared."""

    students: int
    texts: dict[str, dict[str, str]]
    questions: list[Answers]


def gather(
    assignment: Assignment, into: Path, students: Iterable[str], values: Mapping[str, Values]
) -> Class:
    """The answers of students as their graded notebooks have them; values: what was wrong, by student."""
    written = {s: answers_in(graded_path(into, s, assignment), assignment) for s in students}
    texts = {
        q.id: {student: mine[q.id] for student, mine in written.items() if q.id in mine}
        for q in assignment.questions
    }
    questions = [_answers(assignment, q, texts[q.id], values) for q in assignment.questions]
    return Class(sum(bool(mine) for mine in written.values()), texts, questions)


def _answers(
    assignment: Assignment, question: Question, texts: Mapping[str, str], values: Mapping[str, Values]
) -> Answers:
    read = lru_cache(maxsize=None)(of_words if question.written else of_code)  # what many have is read once
    released, known = _given(assignment, question)
    return Answers(
        question.id,
        {student: read(text) for student, text in texts.items()},
        read(released),
        [read(text) for text in known],
        {student: mine[question.id] for student, mine in values.items() if question.id in mine},
    )


def _given(assignment: Assignment, question: Question) -> tuple[str, list[str]]:
    """What the release has of a question, all other cells included; and the known forms of its answer."""
    mine = [
        c
        for c in assignment.cells
        if (c.id == question.id if question.written else solves(c.id, question.id))
    ]
    others = [c for c in assignment.cells if c.role is not Role.PROSE and not question.written]
    released = "\n\n".join(c.released for c in (mine if question.written else others))
    reference = "\n\n".join(_solution(c.text) for c in mine)
    variants = [
        v.text for kind in KINDS for v in load_variants(assignment, kind) if v.question == question.id
    ]
    return released, [reference, *variants]


def _solution(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "### BEGIN" not in line and "### END" not in line)


def wrong_values(result: SubmissionResult, seen: Iterable[Seen]) -> dict[str, dict[str, str]]:
    """By question and check, a hash of what came out wrong at hidden inputs, where no known mistake explains
    it.
    """
    found: dict[str, list[bytes]] = {}
    for one in seen:
        for probe, observation in one.observations.items():
            if observation.value:
                found.setdefault(probe, []).append(observation.value)
    return {
        question.id: {
            check.id: hashlib.sha256(b"\0".join(sorted(set(found[check.id])))).hexdigest()[:16]
            for check in question.checks
            if check.verdict is Verdict.WRONG_VALUES and check.id in found
        }
        for question in result.questions
        if question.diagnosis is None
    }


def shared_lines(
    answers: Answers, a: str, b: str, own: frozenset[int]
) -> tuple[dict[int, str], dict[int, str]]:
    """By line of the one's answer and of the other's, whether it is the same in both, or in hardly anybody's
    else: both or own.
    """
    both = answers.pieces[a].parts & answers.pieces[b].parts - answers.released.parts
    return _marked(answers.pieces[a], both, own), _marked(answers.pieces[b], both, own)


def _marked(pieces: Pieces, both: frozenset[int], own: frozenset[int]) -> dict[int, str]:
    marked = {line: "both" for piece in both for line in pieces.lines[piece]}
    return marked | {line: "own" for piece in own for line in pieces.lines.get(piece, ())}
