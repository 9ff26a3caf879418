"""One old test cell as probes and judges, with what a person should look at."""

from __future__ import annotations

import ast
import copy

from autograder.author.adopt.assertions.spoken import spoken
from autograder.author.adopt.making import Making, NewProbe
from autograder.author.adopt.marks import NoteHere
from autograder.author.adopt.names_read import Scope, read_in, students
from autograder.author.adopt.observing import Observing
from autograder.author.adopt.old import Left, OldCell
from autograder.inside.names import parsed
from autograder.inside.running import without_timing


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
    making = Making(cell, name, scope, statements, reader)
    if any(_still_asserts(s, reader.theirs) for s in statements):
        why = "what it asserts can't be taken apart: it runs where student code runs, with what it expects"
        left.append(Left(cell.number, 0, f"{why}, and is no proof against forging"))
        return _that_compile([making.whole(body)], left, cell)
    inside = "what this calls asserts by itself, where the student's code runs: no proof against forging"
    left += [Left(cell.number, line, inside) for line in reader.kept]
    if not reader.noted and (reader.kept or reader.must_run):
        return _that_compile([making.runs()], left, cell)
    if not reader.noted:
        why = "it asserts nothing: whoever's code runs here earns its points, as before. To have it looked at"
        left.append(Left(cell.number, 0, f"{why}, return values in probes.py, {name}"))
        return _that_compile([making.runs()], left, cell)
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
