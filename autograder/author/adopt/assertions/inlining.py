"""Functions of a test cell that hold assertions: each call is replaced by what the function does."""

from __future__ import annotations

import ast
import copy

from autograder.author.adopt.assertions.spoken import spoken
from autograder.author.adopt.names_read import read_in


def inlined(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements with calls of the cell's own functions that assert something replaced by what these do."""
    own = {s.name: s for s in body if isinstance(s, ast.FunctionDef) and _asserts(s)}
    if not own:
        return body
    made: list[ast.stmt] = []
    for statement in body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        known = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in own
        parts = _put_in(own[call.func.id], call) if known else None  # type: ignore[union-attr,arg-type]
        made += [statement] if parts is None else inlined(parts)
    still = read_in([s for s in made if not (isinstance(s, ast.FunctionDef) and s.name in own)])
    return [s for s in made if not (isinstance(s, ast.FunctionDef) and s.name in own and s.name not in still)]


def _asserts(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(n, ast.Assert | ast.Raise) or (isinstance(n, ast.Call) and spoken(n) is not None)
        for n in ast.walk(function)
    )


def _put_in(function: ast.FunctionDef, call: ast.Call) -> list[ast.stmt] | None:
    """A call as the function's statements after its arguments' values; None where it can't be written so."""
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or len(call.args) > len(names):
        return None
    if any(
        isinstance(n, ast.Return | ast.Yield | ast.Await | ast.Global | ast.Nonlocal)
        for n in ast.walk(function)
    ):
        return None
    defaults = dict(zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=True))
    values: dict[str | None, ast.expr] = {}
    values.update(defaults)
    values.update(zip(names, call.args, strict=False))
    values.update({k.arg: k.value for k in call.keywords})
    if set(values) != set(names):
        return None
    set_first = [
        ast.fix_missing_locations(ast.copy_location(ast.Assign([ast.Name(n, ast.Store())], values[n]), call))
        for n in names
        if not (isinstance(values[n], ast.Name) and values[n].id == n)  # type: ignore[attr-defined]
    ]
    return [*set_first, *copy.deepcopy(function.body)]
