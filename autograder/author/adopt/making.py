"""Makes the probes of one old test cell: which of its assertions the solution's own results decide, and
which are asserted outside, of what was seen.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from autograder.author.adopt.assertions.asked import Asked
from autograder.author.adopt.marks import NoteHere
from autograder.author.adopt.names_read import BUILTINS, AsAttributes, Scope, read_in, students
from autograder.author.adopt.noting import Puts, fact, note_of, put_notes
from autograder.author.adopt.observing import Noted, Observing
from autograder.author.adopt.old import Left, OldCell
from autograder.author.adopt.slicing import needed_for
from autograder.inside.names import bound_in

_CHANCE = frozenset(
    {"random", "rand", "randn", "randint", "rng", "default_rng", "shuffle", "choice", "uniform", "normal"}
)


@dataclass(frozen=True)
class NewProbe:
    """A probe as statements, with what judges it: the judge's statements and facts, or else how near each
    output has to be, and which as `==` has it. compared: outputs which the solution's own results decide
    though it is judged.
    """

    id: str
    points: float
    title: str
    body: list[ast.stmt]
    imports: list[ast.stmt]
    close: dict[str, tuple[float, float]] = field(default_factory=dict)
    before: list[ast.stmt] = field(default_factory=list)
    facts: dict[str, tuple[ast.expr, str]] = field(default_factory=dict)
    judge_imports: list[ast.stmt] = field(default_factory=list)
    equal: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    cell: int = 0
    """The number of the old test's cell."""

    @property
    def judged(self) -> bool:
        return bool(self.facts)


@dataclass
class Making:
    cell: OldCell
    name: str
    scope: Scope
    statements: list[ast.stmt]
    reader: Observing
    left: list[Left] = field(default_factory=list)

    def made(self) -> list[NewProbe]:
        noted = list(enumerate(self.reader.noted))
        outside = {n: one for n, note in noted if (one := self._outside(note)) is not None}
        same = [n for n, note in noted if note.asked.same]
        if len(same) == len(noted) and not any(note.asked.says and n in outside for n, note in noted):
            return [self._compared(same, self.name, self.cell.points)]
        if len(outside) == len(noted):
            return [self._judged(outside, self.name, self.cell.points)]
        judged = {n: outside[n] for n, note in noted if n in outside and n not in same}
        for n, note in noted:
            if n not in judged and n not in same:
                why = "what it asserts needs more than can be seen from outside: it is left out"
                self.left.append(Left(self.cell.number, note.asked.line, why))
        if not judged or not same:
            only = [self._compared(same, self.name, self.cell.points)] if same else []
            return only or ([self._judged(judged, self.name, self.cell.points)] if judged else [])
        return [self._judged(judged, self.name, self.cell.points, same)]

    # ---- the solution decides

    def _compared(self, chosen: list[int], name: str, points: float) -> NewProbe:
        noted = {n: self.reader.noted[n] for n in chosen}
        sides: dict[int, tuple[ast.expr, ...]] = {
            n: (note.asked.side,) for n, note in noted.items() if note.asked.side is not None
        }
        title = f"What {self._names(noted.values())} should be."
        return self._probe(name, points, title, sides, **_near(noted.values()))

    # ---- asserted outside

    def _outside(self, note: Noted) -> Asked | None:
        """The assertion over values that can be seen, with the notebook's own names among them; None where
        it can't be decided outside.
        """
        asked, own = note.asked, bound_in(self.statements)
        names = read_in(asked.test) - {f"_{i}" for i in range(len(asked.sides))}
        more: list[ast.Name] = []
        for name in sorted(names - self.scope.imports.keys()):
            if name in own and not note.many and self._is_plain(name):
                continue
            if name in BUILTINS and name not in own | self.scope.notebook:
                continue
            if asked.same or not (name in own or name in self.scope.notebook):
                return None
            more.append(ast.Name(name, ast.Load()))
        if asked.same and _by_chance(asked.test):
            return None
        named: dict[str, ast.expr] = {
            n.id: ast.Name(f"_{len(asked.sides) + i}", ast.Load()) for i, n in enumerate(more)
        }
        test = Puts(named).visit(copy.deepcopy(asked.test))
        return replace(asked, sides=(*asked.sides, *more), test=test)

    def _is_plain(self, name: str) -> bool:
        """Whether a name of the cell is made of what is written down there, without chance and without the
        notebook.
        """
        needed = needed_for(self.statements, [name], {})
        read = read_in(needed) - bound_in(needed) - self.scope.imports.keys() - BUILTINS
        theirs = students(self.statements, self.scope.student)
        return not read and name not in theirs and not any(map(_by_chance, needed))

    def _judged(
        self, chosen: dict[int, Asked], name: str, points: float, same: Iterable[int] = ()
    ) -> NewProbe:
        """A probe that is judged by what is asserted of it; same: notes that the solution decides besides."""
        noted = {n: self.reader.noted[n] for n in chosen}
        facts = {note.key: (fact(note, chosen[n]), self._says(note)) for n, note in noted.items()}
        inner = {x for n, asked in chosen.items() if not noted[n].many for x in read_in(asked.test)}
        before = needed_for(self.statements, inner & bound_in(self.statements), {})
        before = [s for s in before if not isinstance(s, ast.Expr)]
        beside = {n: self.reader.noted[n] for n in same}
        title = f"What must hold of {self._names([*beside.values(), *noted.values()])}."
        sides = {n: asked.sides for n, asked in chosen.items()}
        sides |= {n: (note.asked.side,) for n, note in beside.items() if note.asked.side is not None}
        more = {**_near(beside.values()), "compared": tuple(note.key for note in beside.values())}
        read = read_in([*before, *(test for test, _ in facts.values())])
        imports = [s for n, s in self.scope.imports.items() if n in read]
        more |= {"before": before, "facts": facts, "judge_imports": imports}
        return self._probe(name, points, title, dict(sorted(sides.items())), **more)

    def _says(self, note: Noted) -> str:
        if note.asked.says:
            return note.asked.says
        if note.asked.line in self.cell.hidden or not note.asked.source:
            return f"{note.key}: what the test asserts of it does not hold."
        return f"The test asserts `{note.asked.source}`, which does not hold."

    # ---- a probe

    def whole(self, body: list[ast.stmt]) -> NewProbe:
        """A probe that does all that the old test does, its assertions among it."""
        return self._that_runs(body)

    def runs(self) -> NewProbe:
        """A probe that sees no more than whether the cell's statements run."""
        kept = [s for s in self.statements if not isinstance(s, NoteHere)]
        shown = self.reader.shown
        return self._that_runs([*kept, ast.Expr(ast.Tuple([*shown], ast.Load()))] if shown else kept)

    def _that_runs(self, body: list[ast.stmt]) -> NewProbe:
        title = f"The cell {self.cell.id or self.name} runs."
        made = self._finished(self.name, self.cell.points, title, body, {})
        return replace(made, body=[*made.body, *ast.parse("seen['it'] = 'ran'").body])

    def _probe(
        self,
        name: str,
        points: float,
        title: str,
        sides: dict[int, tuple[ast.expr, ...]],
        **more: object,
    ) -> NewProbe:
        reads = {n: frozenset(read_in([*found])) for n, found in sides.items()}
        kept = needed_for(self.statements, [], reads)
        return replace(self._finished(name, points, title, kept, sides), **more)  # type: ignore[arg-type]

    def _finished(
        self,
        name: str,
        points: float,
        title: str,
        body: list[ast.stmt],
        sides: dict[int, tuple[ast.expr, ...]],
    ) -> NewProbe:
        """A probe in which names of the notebook are `ns.name`, and what is noted is noted."""
        own = bound_in(body)
        reads = frozenset(read_in([*body, *(s for found in sides.values() for s in found)]))
        first = _read_before_bound(body, own & self.scope.notebook)
        taken = [ast.parse(f"{n} = ns.{n}").body[0] for n in first]
        attributes = AsAttributes(self.scope.notebook - own)
        made: list[ast.stmt] = [*taken, *(attributes.visit(copy.deepcopy(s)) for s in body)]
        notes = {}
        for n, found in sides.items():
            notes[n] = note_of(self.reader.noted[n], tuple(attributes.visit(copy.deepcopy(s)) for s in found))
        statements: list[ast.stmt] = [ast.fix_missing_locations(put_notes(s, notes)) for s in made]
        imports = [s for n, s in self.scope.imports.items() if n in reads - own]
        return NewProbe(name, points, title, statements, imports, cell=self.cell.number)

    def _names(self, noted: Iterable[Noted]) -> str:
        names = dict.fromkeys(
            found.id
            for note in noted
            for side in note.asked.sides
            for found in ast.walk(side)
            if isinstance(found, ast.Name) and found.id in self.scope.student
        )
        return " and ".join(f"`{n}`" for n in [*names][:3]) or "the result"


def _near(noted: Iterable[Noted]) -> dict[str, object]:
    """How near the outputs have to be that the solution decides."""
    every = [(note.key, note.asked) for note in noted]
    close = {key: asked.close for key, asked in every if asked.close is not None}
    return {"close": close, "equal": tuple(key for key, asked in every if asked.equal)}


def _by_chance(node: ast.AST) -> bool:
    """Whether code draws at random."""
    names = {getattr(n, "attr", getattr(n, "id", "")) for n in ast.walk(node)}
    return bool(names & _CHANCE)


def _read_before_bound(body: list[ast.stmt], names: frozenset[str]) -> list[str]:
    """Names that statements read before they bind them: the notebook's, to begin with."""
    found, bound = [], set[str]()
    for statement in body:
        found += [n for n in sorted(read_in([statement]) & names - bound) if n not in found]
        bound |= bound_in([statement])
    return found
