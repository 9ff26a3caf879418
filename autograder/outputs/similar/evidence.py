"""Which pairs of a class are alike beyond what explains it, and how surprising that is.

A question in which two answers are alike says the less, the more of the class have answers that are alike
too: it counts with the logarithm of N over their number, as in a likelihood ratio of "one from the other"
over "each by itself". To this comes what these two alone have: pieces, names and remarks, and equal wrong
values at hidden checks. What is the release's or of a known form (the reference, an alternative, a
misconception of the assignment) says nothing, nor do questions in which a good part of the class is alike.
Answers that are the same to the letter count even where their pieces are those of a known form: the names
and remarks in them are not. Sums over the questions are weighed for four shares of the work that may have
been taken over, and a pair is named where the weight outnumbers the pairs of the class ten times.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from autograder.outputs.similar.pieces import NOTHING, Pieces

Matrix = np.ndarray[Any, Any]
ALIKE = 0.6
"""Share of pieces, weighed by how rare they are, from which on two answers count as alike."""
FEW = 3
"""What no more than so many have is not explained by the class; in one of fewer than 30, two."""
FEWEST_PIECES = 2
_SHARES = (0.1, 0.3, 0.6, 0.95)
_SURE = math.log(10)
_PIECE, _MARK, _VALUE, _TYPED = 0.7, 1.0, 4.0, 1.5
_MOST_PIECES, _MOST_MARKS = 4.0, 3.0
_OWN_AT_LEAST = 6.0
"""So much of the weight must come from what a few alone have: habits go through all answers of a person."""
COMMON = 0.1
"""What this share of a class has in common says nothing of two of it, nor what more than MANY have."""
MANY = 20


@dataclass(frozen=True)
class Answers:
    """The answers of a class to one question. released: what the release has; known: the known forms.
    values: by student and check, a hash of a wrong value at a hidden input.
    """

    question: str
    pieces: Mapping[str, Pieces]
    released: Pieces = NOTHING
    known: Sequence[Pieces] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def students(self) -> list[str]:
        """Those whose answers go beyond the release and the known forms, by enough to be compared."""
        return sorted(s for s, own in self.own.items() if len(own) >= FEWEST_PIECES)

    @cached_property
    def own(self) -> dict[str, frozenset[int]]:
        """By student, the pieces that neither the release nor a known form has."""
        return {student: pieces.parts - self.known_pieces for student, pieces in self.pieces.items()}

    @cached_property
    def held(self) -> Counter[int]:
        """By piece, how many have it."""
        return Counter(piece for s in self.students for piece in self.own[s])

    @cached_property
    def marked(self) -> Counter[str]:
        return Counter(m for pieces in self.pieces.values() for m in pieces.marks - self.explained)

    @cached_property
    def typed(self) -> Counter[int]:
        """By an answer as it was typed, how many have it; without what the release or a known form says as
        well.
        """
        return Counter(p.typed for s, p in self.pieces.items() if self.own[s] or p.marks - self.explained)

    @cached_property
    def missed(self) -> Counter[tuple[str, str]]:
        return Counter((check, value) for mine in self.values.values() for check, value in mine.items())

    @cached_property
    def known_pieces(self) -> frozenset[int]:
        return self.released.parts.union(*(form.parts for form in self.known))

    @cached_property
    def explained(self) -> frozenset[str]:
        """Marks of the release and of the known forms."""
        return self.released.marks.union(*(form.marks for form in self.known))


@dataclass(frozen=True)
class Alike:
    """Two answers to one question: how alike, how many have such a one, and what a few alone have."""

    question: str
    score: float
    held: int
    weight: float
    own: float
    pieces: frozenset[int]
    marks: tuple[str, ...]
    checks: tuple[str, ...]
    typed: int = 0
    """How many have the very answer of both, to the letter; 0 where they differ or where many have it."""


@dataclass(frozen=True)
class Pair:
    """Two students whose answers are alike beyond what explains it. weight is a logarithm."""

    a: str
    b: str
    weight: float
    questions: tuple[Alike, ...]


def pairs(questions: Sequence[Answers], students: int) -> list[Pair]:
    """The pairs of a class of so many students that are named, the most surprising first."""
    found: dict[tuple[str, str], list[Alike]] = {}
    same: list[tuple[dict[str, int], Matrix]] = []
    for answers in questions:
        shares = _shares(answers)
        same.append(({student: row for row, student in enumerate(answers.students)}, shares >= ALIKE))
        for pair, alike in _alike(answers, shares, students):
            found.setdefault(pair, []).append(alike)
    enough = math.log(max(2, students * (students - 1) / 2)) + _SURE
    named = []
    for (a, b), mine in found.items():
        both = [(rows, near) for rows, near in same if a in rows and b in rows]
        differ = sum(not near[rows[a], rows[b]] for rows, near in both)
        weight = _weighed([one.weight for one in mine], differ)
        if weight >= enough and sum(one.own for one in mine) >= _OWN_AT_LEAST:
            named.append(Pair(a, b, weight, tuple(sorted(mine, key=lambda one: -one.weight))))
    return sorted(named, key=lambda pair: (-pair.weight, pair.a, pair.b))


def groups(found: Sequence[Pair]) -> list[tuple[str, ...]]:
    """Students whom pairs join, three and more."""
    root: dict[str, str] = {}

    def top(one: str) -> str:
        while root.setdefault(one, one) != one:
            one = root[one]
        return one

    for pair in found:
        root[top(pair.a)] = top(pair.b)
    members: dict[str, list[str]] = {}
    for one in sorted(root):
        members.setdefault(top(one), []).append(one)
    return sorted(tuple(group) for group in members.values() if len(group) > 2)


def _weighed(weights: Sequence[float], differ: int) -> float:
    """The logarithm of the mean, over shares that may have been taken over, of the product of the questions'
    likelihood ratios; differ: questions in which the two are not alike.
    """
    logs = [
        sum(math.log(1 - c + c * math.exp(min(w, 50.0))) for w in weights) + differ * math.log(1 - c)
        for c in _SHARES
    ]
    return float(np.logaddexp.reduce(logs)) - math.log(len(_SHARES))


def _alike(answers: Answers, shares: Matrix, students: int) -> list[tuple[tuple[str, str], Alike]]:
    """The pairs whose answers to one question are alike, and not of a known form or one that many have."""
    who = answers.students
    made = []
    if len(who) > 1:
        ordered = np.sort(shares, axis=1)
        held = np.array(
            [len(who) - np.searchsorted(row, mine - 1e-5) for row, mine in zip(ordered, shares, strict=True)]
        )
        held = np.maximum(held, held.T)  # of the two the one whose answer is the commoner
        near = (shares >= ALIKE) & (held <= max(FEW, min(COMMON * students, MANY)))
        for i, j in zip(*np.nonzero(np.triu(near, 1)), strict=True):
            one = _one(answers, (who[i], who[j]), float(shares[i, j]), int(held[i, j]), students)
            made.append(((who[i], who[j]), one))
    for a, b in _typed_alike(answers, students, {pair for pair, _ in made}):
        held_by = answers.typed[answers.pieces[a].typed]
        made.append(((a, b), _one(answers, (a, b), 1.0, held_by, students)))
    return made + _equal_wrong_values(answers, _few(students), {pair for pair, _ in made})


def _typed_alike(answers: Answers, students: int, there: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Further pairs whose answers are the same to the letter, as hardly anybody else's."""
    holders: dict[int, list[str]] = {}
    for student, pieces in sorted(answers.pieces.items()):
        if 1 < answers.typed[pieces.typed] <= _few(students):
            holders.setdefault(pieces.typed, []).append(student)
    return [pair for people in holders.values() for pair in combinations(people, 2) if pair not in there]


def _few(students: int) -> int:
    """How many of a class of so many may have what the class does not explain."""
    return min(FEW, max(2, students // 10))


def _one(answers: Answers, pair: tuple[str, str], score: float, held: int, students: int) -> Alike:
    a, b = pair
    shared = answers.own[a] & answers.own[b]
    few = _few(students)
    own = frozenset(piece for piece in shared if answers.held[piece] <= few)
    marks = answers.pieces[a].marks & answers.pieces[b].marks - answers.explained
    rare = tuple(sorted(mark for mark in marks if answers.marked[mark] <= few))
    checks = _equal(answers, a, b, few)
    typed = answers.typed[answers.pieces[a].typed]
    same = typed if answers.pieces[a].typed == answers.pieces[b].typed and typed <= few else 0
    extra = min(_MOST_PIECES, _PIECE * len(own)) + min(_MOST_MARKS, _MARK * len(rare)) + _VALUE * bool(checks)
    extra += _TYPED * bool(same)
    base = math.log(max(students, 2) / max(held, 2))
    of_few = extra + (base if held <= few else 0.0)
    return Alike(answers.question, score, held, base + extra, of_few, own, rare, checks, same)


def _equal(answers: Answers, a: str, b: str, few: int) -> tuple[str, ...]:
    """Hidden checks at which both have the same wrong value, and hardly anybody else."""
    mine, theirs = answers.values.get(a, {}), answers.values.get(b, {})
    return tuple(
        check
        for check in sorted(mine.keys() & theirs.keys())
        if mine[check] == theirs[check] and answers.missed[check, mine[check]] <= few
    )


def _equal_wrong_values(
    answers: Answers, few: int, there: set[tuple[str, str]]
) -> list[tuple[tuple[str, str], Alike]]:
    """Pairs whose answers are not alike as texts, but have the same wrong values, as hardly anybody else."""
    holders: dict[tuple[str, str], list[str]] = {}
    for student, mine in answers.values.items():
        for check, value in mine.items():
            holders.setdefault((check, value), []).append(student)
    found: dict[tuple[str, str], set[str]] = {}
    for (check, _), people in holders.items():
        if len(people) <= few:
            for pair in combinations(sorted(people), 2):
                found.setdefault(pair, set()).add(check)
    return [
        (pair, Alike(answers.question, 0.0, 0, _VALUE, _VALUE, frozenset(), (), tuple(sorted(checks))))
        for pair, checks in found.items()
        if pair not in there
    ]


def _shares(answers: Answers) -> Matrix:
    """By pair, the share of what both have in all that either has (Dice's coefficient); what is rare weighs
    more.
    """
    number = len(answers.students)
    weigh = {piece: math.log((number + 1) / held) for piece, held in answers.held.items()}
    several = {p: n for n, p in enumerate(piece for piece, held in answers.held.items() if held > 1)}
    has = np.zeros((number, len(several)), np.float32)  # what one alone has makes nobody alike
    for row, student in enumerate(answers.students):
        has[row, [several[piece] for piece in answers.own[student] if piece in several]] = 1.0
    both = (has * np.array([weigh[piece] for piece in several], np.float32)) @ has.T
    each = np.array([sum(weigh[piece] for piece in answers.own[s]) for s in answers.students], np.float32)
    total = each[:, None] + each[None, :]
    shares = np.divide(2 * both, total, out=np.zeros_like(both), where=total > 0)
    np.fill_diagonal(shares, 1.0)
    return shares
