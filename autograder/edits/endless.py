"""Which `while` loops of a cell never end, as far as their text tells: nothing in the body moves what the
condition reads, and nothing leaves it. A change that makes one is no mend, and to run it costs as much time
as many others.
"""

from __future__ import annotations

import ast
import builtins

from autograder.edits.places import SILENT

_LOOK = SILENT | {"len", "range", "min", "max", "sum", "abs", "int", "float"}
"""Functions that change nothing of what they are given."""
_LEAVES = ast.Break | ast.Return | ast.Raise


def endless(tree: ast.AST) -> int:
    """How many there are."""
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.While)]
    return sum(not _may_end(loop) for loop in loops)


def _may_end(loop: ast.While) -> bool:
    inner = [node for statement in loop.body for node in ast.walk(statement)]
    if any(isinstance(node, _LEAVES) for node in inner) or _asks_somebody(loop.test):
        return True
    moved = {name for node in (*inner, *ast.walk(loop.test)) for name in _moved_by(node)}
    return bool(_names(loop.test) & moved)


def _asks_somebody(test: ast.expr) -> bool:
    """Whether a condition calls what may answer otherwise the next time."""
    calls = [node.func for node in ast.walk(test) if isinstance(node, ast.Call)]
    return any(not isinstance(func, ast.Name) or not hasattr(builtins, func.id) for func in calls)


def _moved_by(node: ast.AST) -> set[str]:
    """The names that a node binds, or whose object it may change: by writing into it, or by a call."""
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return set() if isinstance(node.ctx, ast.Load) else _names(node)
    if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in _LOOK):
        return _names(node)
    return set()


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
