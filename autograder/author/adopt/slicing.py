"""What of a cell's statements is needed: for what is noted, or for some names. What an old test expects
is not needed for what is noted, so it never comes into a probe.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable

from autograder.author.adopt.marks import KeptHere, NoteHere
from autograder.author.adopt.names_read import base_of, read_in
from autograder.inside.names import bound_in

Compound = ast.For | ast.AsyncFor | ast.While | ast.If | ast.With | ast.AsyncWith | ast.Try
_PARTS = ("body", "orelse", "finalbody")


def needed_for(
    body: list[ast.stmt], names: Iterable[str], noting: dict[int, frozenset[str]]
) -> list[ast.stmt]:
    """The statements that these names need, and those around a note, each of which reads the names given with
    its number.
    """
    kept, wanted = _closure(body, frozenset(names), noting)
    narrowed = [_Narrow(body, wanted).visit(s) for s in copy.deepcopy(kept)]
    if list(map(ast.dump, narrowed)) == list(map(ast.dump, kept)):
        return kept
    return _closure(narrowed, frozenset(names), noting)[0]  # what the loops went over may be needed no more


def _closure(
    body: list[ast.stmt], wanted: frozenset[str], noting: dict[int, frozenset[str]]
) -> tuple[list[ast.stmt], frozenset[str]]:
    while True:
        kept = [k for s in body if (k := _pruned(s, wanted, noting)) is not None]
        more = wanted | read_in(kept) | {n for s in kept for n in _noted_reads(s, noting)}
        if more == wanted:
            return kept, wanted
        wanted = more


def _noted_reads(statement: ast.stmt, noting: dict[int, frozenset[str]]) -> set[str]:
    notes = (n for n in ast.walk(statement) if isinstance(n, NoteHere))
    return {name for note in notes for name in noting.get(note.number, frozenset())}


def _pruned(
    statement: ast.stmt, wanted: frozenset[str], noting: dict[int, frozenset[str]]
) -> ast.stmt | None:
    """A statement without the parts that nobody needs; None where nobody needs any."""
    if isinstance(statement, NoteHere):
        return statement if statement.number in noting else None
    if isinstance(statement, KeptHere) or getattr(statement, "keep", False):
        return statement if noting else None
    if not isinstance(statement, Compound):
        return statement if _is_wanted(statement, wanted) else None
    made = copy.copy(statement)
    for part in _PARTS:
        if hasattr(statement, part):
            inner = [_pruned(s, wanted, noting) for s in getattr(statement, part)]
            setattr(made, part, [s for s in inner if s is not None])
    if isinstance(made, ast.Try):
        made.handlers = [copy.copy(h) for h in made.handlers]
        for handler in made.handlers:
            inner = [_pruned(s, wanted, noting) for s in handler.body]
            handler.body = [s for s in inner if s is not None] or [ast.Pass()]
    needed = any(getattr(made, part, []) for part in _PARTS) or _handles(made)
    if not needed:
        return None
    if isinstance(made, ast.Try):  # whether any of it raises decides what its handlers do
        made.body = [s for s in statement.body if not isinstance(s, NoteHere) or s.number in noting]
    made.body = made.body or [ast.Pass()]
    return made


def _handles(statement: ast.stmt) -> bool:
    handlers = statement.handlers if isinstance(statement, ast.Try) else []
    return any(not isinstance(s, ast.Pass) for h in handlers for s in h.body)


def _is_wanted(statement: ast.stmt, wanted: frozenset[str]) -> bool:
    """Whether a statement makes or changes something that is wanted, or seeds a generator."""
    if isinstance(statement, ast.Break | ast.Continue | ast.Global):
        return True
    if bound_in([statement]) & wanted:
        return True
    if isinstance(statement, ast.Assign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return any(base_of(t) in wanted for t in targets)
    if isinstance(statement, ast.Delete):
        return any(base_of(t) in wanted for t in statement.targets)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        if isinstance(call.func, ast.Attribute) and call.func.attr == "seed":
            return True
        changed = base_of(call.func) if isinstance(call.func, ast.Attribute) else ""
        arguments = {a.id for a in call.args if isinstance(a, ast.Name)}
        return changed in wanted - {"np", "plt"} or bool(
            arguments & wanted and isinstance(call.func, ast.Name)
        )
    return False


# ---- loops over cases: the cases without what is expected of them


class _Narrow(ast.NodeTransformer):
    """Has loops over tuples go over those entries alone that something wants."""

    def __init__(self, body: list[ast.stmt], wanted: frozenset[str]) -> None:
        self.body, self.wanted = body, wanted

    def visit_For(self, loop: ast.For) -> ast.For:
        self.generic_visit(loop)
        targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else []
        names = [t.id for t in targets if isinstance(t, ast.Name)]
        keep = [i for i, name in enumerate(names) if name in self.wanted]
        if len(names) != len(targets) or len(keep) == len(names):
            return loop
        if (over := _only(loop.iter, keep, len(names), self.body)) is None:
            return loop
        left = [ast.Name(names[i], ast.Store()) for i in keep] or [ast.Name("_", ast.Store())]
        loop.target = left[0] if len(left) == 1 else ast.Tuple([*left], ast.Store())
        loop.iter = over
        return ast.fix_missing_locations(loop)


def _only(node: ast.expr, keep: list[int], count: int, body: list[ast.stmt]) -> ast.expr | None:
    """What a loop goes over, with these entries of each tuple alone; None where it is not written down."""
    if isinstance(node, ast.Name):
        made = [s.value for s in body if isinstance(s, ast.Assign) and bound_in([s]) == {node.id}]
        return _only(made[0], keep, count, body) if len(made) == 1 else None
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        rows = [e.elts for e in node.elts if isinstance(e, ast.Tuple | ast.List) and len(e.elts) == count]
        if len(rows) != len(node.elts):
            return None
        return ast.List([_some(row, keep) for row in rows], ast.Load())
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "zip"
        and len(node.args) == count
    ):
        kept = [node.args[i] for i in keep] or node.args[:1]
        return kept[0] if len(kept) == 1 else ast.Call(node.func, kept, [])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "items":
        return _entries(node.func.value, keep, body)
    return None


def _entries(node: ast.expr, keep: list[int], body: list[ast.stmt]) -> ast.expr | None:
    """The keys, or the values, of a dictionary that is written down."""
    if isinstance(node, ast.Name):
        made = [s.value for s in body if isinstance(s, ast.Assign) and bound_in([s]) == {node.id}]
        return _entries(made[0], keep, body) if len(made) == 1 else None
    if not isinstance(node, ast.Dict) or len(keep) > 1 or not all(node.keys):
        return None
    entries = node.values if keep == [1] else [k for k in node.keys if k is not None]
    return ast.List([*entries], ast.Load())


def _some(row: list[ast.expr], keep: list[int]) -> ast.expr:
    kept = [row[i] for i in keep]
    if not kept:
        return ast.Constant(None)
    return kept[0] if len(kept) == 1 else ast.Tuple(kept, ast.Load())
