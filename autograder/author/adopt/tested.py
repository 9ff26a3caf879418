"""One old test cell as probes and judges, with what a person should look at."""

from __future__ import annotations

import ast
import copy
from dataclasses import replace

from autograder.author.adopt.assertions.expressions import number_of
from autograder.author.adopt.assertions.spoken import spoken
from autograder.author.adopt.making import Making, NewProbe
from autograder.author.adopt.marks import NoteHere
from autograder.author.adopt.names_read import Scope, base_of, read_in, students
from autograder.author.adopt.observing import Observing
from autograder.author.adopt.old import Left, OldCell
from autograder.inside.names import bound_in, parsed
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
    if not cell.by_output and _ends_in_points(tree.body):
        if (parts := _added_up(tree.body, scope.student)) is not None:
            return _in_parts(cell, name, scope, earlier, parts)
        why = "it ends in points that it adds up in a way that can't be taken apart: its points are left out"
        return [], [Left(cell.number, 0, why)]
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


def _in_parts(
    cell: OldCell, name: str, scope: Scope, earlier: list[ast.stmt], parts: list[Part]
) -> tuple[list[NewProbe], list[Left]]:
    """The probes of a test that adds its points up, one for each part: nbgrader gives what it ends in."""
    if abs(sum(points for points, _ in parts) - cell.points) > _DUST:
        why = "it adds up points that are not the cell's: its points are left out"
        return [], [Left(cell.number, 0, why)]
    made, left = list[NewProbe](), list[Left]()
    for number, (points, body) in enumerate(parts, 1):
        text = ast.unparse(ast.Module(body, []))
        hidden = frozenset(range(1, text.count("\n") + 2)) if cell.hidden else cell.hidden
        part = replace(cell, text=text, points=points, hidden=hidden)
        probes, more = taken_apart(part, f"{name}_{number}", scope, earlier)
        if not probes:
            return [], [*left, *more]
        made, left = [*made, *probes], [*left, *more]
    return made, left


Part = tuple[float, list[ast.stmt]]
"""Points, and the statements of a test that are about them."""
_DUST = 1e-6


def _added_up(body: list[ast.stmt], student: frozenset[str]) -> list[Part] | None:
    """The parts of a test that ends in the number of points which it has added up: partial credit. In each,
    what the others ask of the student's code is called as well, since an exception there costs all of them.
    """
    if len(body) < 2 or not isinstance(body[-1], ast.Expr) or not isinstance(body[-1].value, ast.Name):
        return None
    total, statements = body[-1].value.id, body[:-1]
    asks = {n: found for n, s in enumerate(statements) if (found := _adds(s, total)) is not None}
    rest = [s for n, s in enumerate(statements) if n not in asks and total in bound_in([s])]
    if not asks or len(rest) != 1 or not (isinstance(rest[0], ast.Assign) and _is_zero(rest[0].value)):
        return None
    theirs = students(statements, student)
    parts = []
    for number, (points, asserted) in asks.items():
        part = list[ast.stmt]()
        for n, statement in enumerate(statements):
            if n == number:
                part += asserted
            elif n not in asks:
                part += [statement] if statement is not rest[0] else []
            elif isinstance(statement, ast.If):
                part += _calls_in(statement.test, theirs)
        parts.append((points, part))
    return parts


def _adds(statement: ast.stmt, total: str) -> Part | None:
    """The points that `if ...: total += 1`, or a try that ends so, gives, and what it asserts for them."""
    match statement:
        case ast.If(test=test, body=[*before, ast.AugAssign() as last]):
            asserted: list[ast.stmt] = [ast.copy_location(ast.Assert(test), statement)]
            silent = [*before, *statement.orelse]
        case ast.Try(body=[*asserted, ast.AugAssign() as last], handlers=handlers):
            silent = [s for h in handlers for s in h.body] + statement.orelse + statement.finalbody
        case _:
            return None
    points = number_of(last.value, {}) if isinstance(last.op, ast.Add) else None
    its_own = isinstance(last.target, ast.Name) and last.target.id == total
    return (points, asserted) if its_own and points is not None and all(map(_is_silent, silent)) else None


def _is_silent(statement: ast.stmt) -> bool:
    """Whether a statement does nothing, or shows something."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(statement, ast.Pass) or (isinstance(call, ast.Call) and spoken(call) is None)


def _ends_in_points(body: list[ast.stmt]) -> bool:
    """Whether a test ends in a number that it has added to: nbgrader takes that for its points."""
    last = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    added = (n.target for s in body for n in ast.walk(s) if isinstance(n, ast.AugAssign))
    return isinstance(last, ast.Name) and last.id in {t.id for t in added if isinstance(t, ast.Name)}


def _is_zero(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value == 0


def _calls_in(test: ast.expr, theirs: frozenset[str]) -> list[ast.stmt]:
    """Calls of the student's functions, for whether they raise."""
    calls = [n for n in ast.walk(test) if isinstance(n, ast.Call) and base_of(n.func) in theirs]
    return [ast.copy_location(ast.Expr(call), test) for call in calls]


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
