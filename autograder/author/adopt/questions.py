"""Groups an old notebook's cells into questions: which answer a test looks at, what it defines, what it
needs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from keyword import iskeyword

from autograder.author.adopt.making import NewProbe
from autograder.author.adopt.names_read import Scope, read_in, students
from autograder.author.adopt.observing import RESERVED
from autograder.author.adopt.old import Left, NotAdoptable, OldCell, OldRole
from autograder.author.adopt.tested import taken_apart, without_asserting
from autograder.inside.names import bound_in, parsed

_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass
class NewQuestion:
    """A question as it will be: its tests in the old notebook, and the answers that they look at."""

    id: str
    points: float = 0.0
    tests: list[OldCell] = field(default_factory=list)
    answers: list[OldCell] = field(default_factory=list)
    defines: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    probes: list[NewProbe] = field(default_factory=list)


@dataclass
class Grouped:
    """All of an old notebook's questions, its tests that are left out, and what a person should look at.

    written: what a person grades, text or code; practice: answers that no test looks at. Each with its id.
    """

    questions: list[NewQuestion]
    written: list[tuple[OldCell, str]]
    practice: list[tuple[OldCell, str]]
    out: list[OldCell]
    left: list[Left]


def grouped(cells: list[OldCell], refused: dict[int, str]) -> Grouped:
    """The questions of an old notebook. refused: by number, tests that were tried and could not be taken
    over, with the reason.
    """
    return _Grouping(cells, refused).done()


def tree_of(cell: OldCell) -> list[ast.stmt]:
    found = parsed(cell.text) if cell.is_code else None
    return found.body if found is not None else []


class _Grouping:
    def __init__(self, cells: list[OldCell], refused: dict[int, str]) -> None:
        self.cells, self.refused = cells, refused
        self.answers = [c for c in cells if c.role in (OldRole.SOLUTION, OldRole.CODED)]
        self.solutions = [c for c in self.answers if c.role is OldRole.SOLUTION]
        self.plain = [c for c in cells if c.role is OldRole.PLAIN]
        self.left: list[Left] = []
        self.out: list[OldCell] = []
        self.ids = Ids()
        self.functions = Ids()
        self.functions.taken |= RESERVED
        self.scope = self._scope()
        self.by_answer: dict[int, NewQuestion] = {}

    def done(self) -> Grouped:
        by_hand = [c for c in self.cells if c.role in (OldRole.WRITTEN, OldRole.CODED) and c.points]
        written = [(c, self.ids.made(c.id, "written")) for c in by_hand]
        earlier: list[ast.stmt] = []
        for cell in self.cells:
            if cell.role is OldRole.TEST:
                self._add_test(cell, earlier)
                earlier = [*earlier, *without_asserting(cell, self.scope.student)]
        questions = sorted(self.by_answer.values(), key=lambda q: q.answers[0].number)
        idle = [c for c in self.answers if c.number not in self.by_answer and c not in by_hand]
        practice = [(c, self.ids.made(c.id, "practice")) for c in idle]
        for question in questions:
            self._settle(question, questions)
        if not questions and not written:
            why = "; ".join(f"cell {one.cell}: {one.reason}" for one in self.left[:5])
            what = "nothing that is graded in it can be taken over" + (f" ({why})" if why else "")
            raise NotAdoptable(
                what, mend="grade it as it is: `chainrule autograde` takes nbgrader's own source"
            )
        return Grouped(questions, written, practice, self.out, self.left)

    # ---- names

    def _scope(self) -> Scope:
        imports: dict[str, ast.stmt] = {}
        for cell in (*self.plain, *self.answers):
            for statement in tree_of(cell):
                imports.update(_imports(statement))
        answered = frozenset(n for c in self.answers for n in bound_in(tree_of(c))) - imports.keys()
        plain = [s for c in self.plain for s in tree_of(c)]
        given = bound_in(plain) - imports.keys()
        return Scope(students(plain, answered), given, imports)

    def _owners(self, names: Iterable[str], before: int) -> list[OldCell]:
        """The answers that make these names, the last one above a test where several do."""
        found: dict[int, OldCell] = {}
        waiting, met = [*names], set[str]()
        while waiting:
            name = waiting.pop()
            if name in met:
                continue
            met.add(name)
            makers = [c for c in self.solutions if name in bound_in(tree_of(c))]
            above = [c for c in makers if c.number < before] or makers
            if above:
                found[above[-1].number] = above[-1]
            else:  # a given cell makes it of what students wrote
                makes = [s for c in self.plain for s in tree_of(c) if name in bound_in([s])]
                waiting += read_in(makes) & self.scope.student
        return [found[n] for n in sorted(found)]

    # ---- tests

    def _add_test(self, cell: OldCell, earlier: list[ast.stmt]) -> None:
        why = self.refused.get(cell.number, "")
        if not why and not cell.points:
            why = "it has no points: students still find what they saw of it"
        names = read_in([*earlier, *tree_of(cell)]) & self.scope.student
        read = read_in(tree_of(cell)) & self.scope.student or names
        owners = self._owners(read, cell.number)
        if not owners and not why:
            owners = [c for c in self.solutions if c.number < cell.number][-1:]
        if not why and not owners:
            why = "no answer stands above it: its points are left out"
        if not why and not any(bound_in(tree_of(c)) for c in owners):
            why = "the answer that it looks at defines no name: its points are left out"
        if why:
            self.out.append(cell)
            self.left.append(Left(cell.number, 0, why))
            return
        own = owners[-1]
        question = self.by_answer.get(own.number)
        name = self.ids.made(cell.id, "question") if question is None else self.ids.made(cell.id, question.id)
        probes, left = taken_apart(cell, self.functions.made(_python_name(name), "test"), self.scope, earlier)
        self.left += left
        if not probes:
            self.out.append(cell)
            return
        question = self.by_answer.setdefault(own.number, question or NewQuestion(name, answers=[own]))
        question.points += cell.points
        question.tests.append(cell)
        question.probes += probes

    # ---- questions

    def _settle(self, question: NewQuestion, questions: list[NewQuestion]) -> None:
        """Say what a question defines, and which others it builds on: its answers' code and its tests say
        it.
        """
        makes = frozenset(n for c in question.answers for n in bound_in(tree_of(c))) & self.scope.student
        tested = frozenset(n for c in question.tests for n in read_in(tree_of(c)))
        question.defines = sorted(makes & tested) or sorted(makes)
        read = tested | {n for c in question.answers for n in read_in(tree_of(c))}
        first = question.answers[0].number
        owners = {c.number for c in self._owners((read - makes) & self.scope.student, first)}
        question.needs = [
            q.id for q in questions if q.answers[0].number in owners and q.answers[0].number < first
        ]


def _imports(statement: ast.stmt) -> dict[str, ast.stmt]:
    """The names that an import brings, each with an import of its own."""
    if isinstance(statement, ast.Import):
        return {(a.asname or a.name).split(".")[0]: ast.Import([a]) for a in statement.names}
    if isinstance(statement, ast.ImportFrom):
        return {
            a.asname or a.name: ast.ImportFrom(statement.module, [a], statement.level)
            for a in statement.names
        }
    return {}


class Ids:
    """Ids that this kit takes, made of nbgrader's, each once."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def made(self, old: str, otherwise: str) -> str:
        plain = _NO_NAME.sub("_", old).strip("_-")[:50]
        base = plain if plain[:1].isalpha() else f"q_{plain}" if plain else otherwise
        name, count = base, 1
        while name in self.taken:
            count += 1
            name = f"{base}_{count}"
        self.taken.add(name)
        return name


def _python_name(name: str) -> str:
    """A cell's id as the name of a function."""
    made = name.replace("-", "_")
    return made if made.isidentifier() and not iskeyword(made) else f"test_{made}"
