"""One old test cell as probes and judges: which of its assertions the solution's own results decide, and
which are asserted outside, of what was seen.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field, replace

from autograder.author.adopt.asked import Asked
from autograder.author.adopt.names_read import BUILTINS, AsAttributes, Scope, read_in, students
from autograder.author.adopt.observing import KeptHere, Noted, NoteHere, Observing
from autograder.author.adopt.old import Left, OldCell
from autograder.author.adopt.slicing import needed_for
from autograder.author.adopt.spoken import spoken
from autograder.inside.names import bound_in, parsed
from autograder.inside.running import without_timing

AUTHORS = frozenset({"types_of", "raised", "gone"})
"""What a probe takes from autograder.probe."""
_CHANCE = frozenset(
    {"random", "rand", "randn", "randint", "rng", "default_rng", "shuffle", "choice", "uniform", "normal"}
)


@dataclass(frozen=True)
class NewProbe:
    """A probe as statements, with what judges it: the judge's statements and facts, or else how near each
    output has to be.
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
    cell: int = 0
    """The number of the old test's cell."""

    @property
    def judged(self) -> bool:
        return bool(self.facts)


def taken_apart(
    cell: OldCell, name: str, scope: Scope, earlier: list[ast.stmt]
) -> tuple[list[NewProbe], list[Left]]:
    """The probes of an old test cell, and what a person should look at. earlier: the statements of the tests
    before it, which it may build on. No probe where nothing of the cell can be taken over.
    """
    tree = parsed(without_timing(cell.text))
    if tree is None:
        return [], [Left(cell.number, 0, "it is no Python that can be read: its points are left out")]
    body = [*copy.deepcopy(earlier), *tree.body]
    reader = Observing(students(earlier, scope.student), cell.by_output)
    statements = [*copy.deepcopy(earlier), *reader.read(tree.body)]
    left = [Left(cell.number, line, why) for line, why in reader.left]
    if not reader.noted and not read_in(body) & scope.student:
        return [], [
            *left,
            Left(cell.number, 0, "it looks at nothing that a student wrote: its points are left out"),
        ]
    making = _Making(cell, name, scope, statements, reader)
    if any(_still_asserts(s, reader.theirs) for s in statements):
        why = "what it asserts can't be taken apart: it runs where student code runs, with what it expects"
        left.append(Left(cell.number, 0, f"{why}, and is no proof against forging"))
        return _that_compile([making.whole(body)], left, cell)
    inside = "what this calls asserts by itself, where the student's code runs: no proof against forging"
    left += [Left(cell.number, line, inside) for line in reader.kept]
    if not reader.noted and (reader.kept or reader.must_run):
        return _that_compile([making.runs(body)], left, cell)
    if not reader.noted:
        why = "it asserts nothing: whoever's code runs here earns its points, as before. To have it looked at"
        left.append(Left(cell.number, 0, f"{why}, return values in probes.py, {name}"))
        return _that_compile([making.runs(body)], left, cell)
    return _that_compile(making.made(), [*left, *making.left], cell)


def _still_asserts(statement: ast.stmt, theirs: frozenset[str]) -> bool:
    """Whether assertions about the student's are left in a statement: in a class, in a `match`."""
    if isinstance(statement, NoteHere) or not read_in([statement]) & theirs:
        return False
    nodes = [*ast.walk(statement)]
    calls = (n for n in nodes if isinstance(n, ast.Call) and spoken(n) is not None)
    raises = any(isinstance(n, ast.Match) for n in nodes) and any(isinstance(n, ast.Raise) for n in nodes)
    return raises or any(isinstance(n, ast.Assert) for n in nodes) or next(calls, None) is not None


def _that_compile(made: list[NewProbe], left: list[Left], cell: OldCell) -> tuple[list[NewProbe], list[Left]]:
    """The probes, where they are code that a function can hold; a cell can hold more, such as `await`."""
    try:
        for probe in made:
            lines = [f"    {line}" for s in probe.body for line in ast.unparse(s).splitlines()]
            function = "\n".join(["def probe(ns, rng):", "    seen = {}", *lines])
            compile(function, "<probe>", "exec", dont_inherit=True)
    except SyntaxError as error:
        why = f"no function can hold it ({error.msg}): its points are left out"
        return [], [*left, Left(cell.number, 0, why)]
    return made, left


def without_asserting(cell: OldCell, student: frozenset[str]) -> list[ast.stmt]:
    """What a test cell leaves for the tests after it: its statements without what they assert."""
    tree = parsed(without_timing(cell.text))
    if tree is None:
        return []
    made = Observing(student, cell.by_output).read(tree.body)
    return [s for s in made if not any(isinstance(n, NoteHere) for n in ast.walk(s))]


@dataclass
class _Making:
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
        part = round(self.cell.points * len(same) / (len(same) + len(judged)), 2)
        why = "the solution decides some of it, and some is asserted of what is seen: its points, which were"
        self.left.append(Left(self.cell.number, 0, f"{why} one, are in two parts"))
        rest = round(self.cell.points - part, 6)
        return [self._compared(same, self.name, part), self._judged(judged, f"{self.name}_properties", rest)]

    # ---- the solution decides

    def _compared(self, chosen: list[int], name: str, points: float) -> NewProbe:
        noted = {n: self.reader.noted[n] for n in chosen}
        sides: dict[int, tuple[ast.expr, ...]] = {
            n: (note.asked.side,) for n, note in noted.items() if note.asked.side is not None
        }
        close = {note.key: note.asked.close for note in noted.values() if note.asked.close is not None}
        title = f"What {self._names(noted.values())} should be."
        return self._probe(name, points, title, sides, close=close)

    # ---- asserted outside

    def _outside(self, note: Noted) -> Asked | None:
        """The assertion over values that can be seen, with the notebook's own names among them; None where
        it can't be decided outside.
        """
        asked, own = note.asked, bound_in(self.statements)
        names = read_in(asked.test) - {f"_{i}" for i in range(len(asked.sides))}
        more: list[ast.expr] = []
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
        renames = {n.id: f"_{len(asked.sides) + i}" for i, n in enumerate(more) if isinstance(n, ast.Name)}
        return replace(
            asked, sides=(*asked.sides, *more), test=_Renames(renames).visit(copy.deepcopy(asked.test))
        )

    def _is_plain(self, name: str) -> bool:
        """Whether a name of the cell is made of what is written down there, without chance and without the
        notebook.
        """
        needed = needed_for(self.statements, [name], {})
        read = read_in(needed) - bound_in(needed) - self.scope.imports.keys() - BUILTINS
        theirs = students(self.statements, self.scope.student)
        return not read and name not in theirs and not any(map(_by_chance, needed))

    def _judged(self, chosen: dict[int, Asked], name: str, points: float) -> NewProbe:
        noted = {n: self.reader.noted[n] for n in chosen}
        facts = {note.key: (_fact(note, chosen[n]), self._says(note)) for n, note in noted.items()}
        inner = {x for n, asked in chosen.items() if not noted[n].many for x in read_in(asked.test)}
        before = needed_for(self.statements, inner & bound_in(self.statements), {})
        before = [s for s in before if not isinstance(s, ast.Expr)]
        title = f"What must hold of {self._names(noted.values())}."
        sides = {n: asked.sides for n, asked in chosen.items()}
        read = read_in([*before, *(test for test, _ in facts.values())])
        imports = [s for n, s in self.scope.imports.items() if n in read]
        return self._probe(name, points, title, sides, before=before, facts=facts, judge_imports=imports)

    def _says(self, note: Noted) -> str:
        if note.asked.says:
            return note.asked.says
        if note.asked.line in self.cell.hidden or not note.asked.source:
            return f"{note.key}: what the test asserts of it does not hold."
        return f"The test asserts `{note.asked.source}`, which does not hold."

    # ---- a probe

    def whole(self, body: list[ast.stmt]) -> NewProbe:
        """A probe that does all that the old test does, its assertions among it."""
        title = f"The cell {self.cell.id or self.name} runs."
        done = self._finished(self.name, self.cell.points, title, body, {})
        return replace(done, body=[*done.body, *ast.parse("seen['it'] = 'ran'").body])

    def runs(self, body: list[ast.stmt]) -> NewProbe:
        """A probe that sees no more than whether the cell's statements run."""
        shown = ast.Expr(ast.Tuple([*self.reader.shown], ast.Load()))
        kept = [s for s in self.statements if not isinstance(s, NoteHere)]
        made = [*kept, *([shown] if self.reader.shown else [])]
        title = f"The cell {self.cell.id or self.name} runs."
        done = self._finished(self.name, self.cell.points, title, made, {})
        return replace(done, body=[*done.body, *ast.parse("seen['it'] = 'ran'").body])

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
        statements: list[ast.stmt] = [ast.fix_missing_locations(_put_notes(s, notes)) for s in made]
        imports = [s for n, s in self.scope.imports.items() if n in reads - own]
        return NewProbe(name, points, title, statements, imports, cell=self.cell.number)

    def _names(self, noted: object) -> str:
        names = dict.fromkeys(
            found.id
            for note in noted  # type: ignore[attr-defined]
            for side in note.asked.sides
            for found in ast.walk(side)
            if isinstance(found, ast.Name) and found.id in self.scope.student
        )
        return " and ".join(f"`{n}`" for n in [*names][:3]) or "the result"


def _put_notes(statement: ast.stmt, notes: dict[int, ast.stmt]) -> ast.stmt:
    made = _Notes(notes).visit(statement)
    assert isinstance(made, ast.stmt)
    return made


class _Notes(ast.NodeTransformer):
    """Puts the statements that note in place of their marks."""

    def __init__(self, notes: dict[int, ast.stmt]) -> None:
        self.notes = notes

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, NoteHere):
            return copy.deepcopy(self.notes.get(node.number, ast.Pass()))
        if isinstance(node, KeptHere):
            return ast.copy_location(ast.Expr(node.value), node)
        return self.generic_visit(node)


class _Renames(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)


def note_of(noted: Noted, sides: tuple[ast.expr, ...]) -> ast.stmt:
    """`seen["key"] = side`, or where it is come to many times `seen.setdefault("key", []).append(side)`."""
    value = sides[0] if len(sides) == 1 else ast.List([*sides], ast.Load())
    seen, key = ast.Name("seen", ast.Load()), ast.Constant(noted.key)
    if noted.many:
        start = ast.Call(ast.Attribute(seen, "setdefault", ast.Load()), [key, ast.List([], ast.Load())], [])
        made: ast.stmt = ast.Expr(ast.Call(ast.Attribute(start, "append", ast.Load()), [value], []))
    else:
        made = ast.Assign([ast.Subscript(seen, key, ast.Store())], value)
    made.lineno = noted.asked.line
    return ast.fix_missing_locations(made)


def _fact(note: Noted, asked: Asked) -> ast.expr:
    """What is asserted, of `seen["key"]`; of each of its rows, where it was come to many times."""
    key = ast.Constant(note.key)
    seen: ast.expr = ast.Subscript(ast.Name("seen", ast.Load()), key, ast.Load())
    one: ast.expr = ast.Name("one", ast.Load()) if note.many else seen
    at: dict[str, ast.expr] = {
        f"_{i}": ast.Subscript(one, ast.Constant(i), ast.Load()) for i in range(len(asked.sides))
    }
    test = _Puts(at if len(asked.sides) > 1 else {"_0": one}).visit(copy.deepcopy(asked.test))
    if not note.many:
        return test  # type: ignore[no-any-return]
    rows = ast.Call(
        ast.Attribute(ast.Name("seen", ast.Load()), "get", ast.Load()), [key, ast.List([], ast.Load())], []
    )
    each = ast.GeneratorExp(test, [ast.comprehension(ast.Name("one", ast.Store()), rows, [], 0)])
    return ast.fix_missing_locations(ast.Call(ast.Name("all", ast.Load()), [each], []))


class _Puts(ast.NodeTransformer):
    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self.values.get(node.id, node))


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
