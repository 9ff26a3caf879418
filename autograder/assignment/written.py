"""What a cell writes, read from its text: names that it binds or deletes, things that it changes in place."""

from __future__ import annotations

import ast
from functools import lru_cache

from autograder.inside.names import bound_in, bound_names, parsed

_LOCAL = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_CALLABLE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
_ONLY_LOOK = frozenset({"print", "display", "len", "type", "help", "plt", "checks", "pictures", "figures"})
"""Functions, and modules of functions, that leave what they are given as it is."""


@lru_cache(maxsize=512)  # what all submissions share is read once
def rebound(text: str) -> frozenset[str]:
    """Names that a cell binds or deletes, also from within its functions by `global`."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    names = set(bound_names(text))
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            names.update(node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            names.add(node.id)
    return frozenset(names)


@lru_cache(maxsize=512)
def written(text: str) -> frozenset[str]:
    """Names that a cell binds, deletes, or changes a part of (`np.random.seed = 1`, `params["W"] = 0`)."""
    return rebound(text) | {root for node in _outside(text) if (root := _changed_part(node))}


@lru_cache(maxsize=512)
def may_change(text: str) -> frozenset[str]:
    """What a cell writes, and names of things that a statement of it calls a method of, or hands to a call
    whose result nobody keeps: `x.sort()`, `rng.shuffle(x)`.
    """
    calls = [node.value for node in _outside(text) if isinstance(node, ast.Expr)]
    return written(text).union(*(_handed_to(call) for call in calls if isinstance(call, ast.Call)))


@lru_cache(maxsize=512)
def made(text: str) -> frozenset[str]:
    """Names whose value a cell makes or may change, other than by definitions and imports. A lambda counts as
    a definition.
    """
    tree = parsed(text)
    if tree is None:
        return frozenset()
    defining = [node for node in tree.body if isinstance(node, _CALLABLE) or _is_lambda(node)]
    return (bound_names(text) | may_change(text)) - bound_in(defining)


@lru_cache(maxsize=512)
def read(text: str) -> frozenset[str]:
    """Names that a cell reads outside its functions and classes."""
    nodes = [node for node in _outside(text) if isinstance(node, ast.Name)]
    return frozenset(node.id for node in nodes if isinstance(node.ctx, ast.Load))


@lru_cache(maxsize=512)
def read_at_once(text: str) -> frozenset[str]:
    """Names and attributes that a cell reads as it runs, and not only once its functions are called: default
    arguments, decorators and base classes are read at once, too.
    """
    tree = parsed(text)
    names: set[str] = set()
    waiting: list[ast.AST] = [tree] if tree is not None else []
    while waiting:
        node = waiting.pop()
        waiting += [part for part in ast.iter_child_nodes(node) if part not in _later(node)]
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
    return frozenset(names)


@lru_cache(maxsize=512)
def mentioned(text: str) -> frozenset[str]:
    """Names and attributes that a cell reads, at once or in its functions."""
    nodes = list(ast.walk(tree)) if (tree := parsed(text)) is not None else []
    names = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return frozenset(names | {node.attr for node in nodes if isinstance(node, ast.Attribute)})


def _later(node: ast.AST) -> list[ast.AST]:
    """What of a node runs once the function is called that it is."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [*node.body]
    return [node.body] if isinstance(node, ast.Lambda) else []


def _is_lambda(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Lambda)


def _outside(text: str) -> list[ast.AST]:
    """The nodes of a cell that are in none of its functions and classes."""
    tree = parsed(text)
    statements = [node for node in tree.body if not isinstance(node, _LOCAL)] if tree is not None else []
    return [node for statement in statements for node in ast.walk(statement)]


def _changed_part(node: ast.AST) -> str:
    """The name at the root of an attribute or item that is assigned or deleted; empty for anything else."""
    if not isinstance(node, ast.Attribute | ast.Subscript) or isinstance(node.ctx, ast.Load):
        return ""
    return _root(node)


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _handed_to(call: ast.Call) -> set[str]:
    """Names of things that a call may change: the one whose method it is, and its arguments."""
    if _root(call.func) in _ONLY_LOOK:
        return set()
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    owner = [_root(call.func)] if isinstance(call.func, ast.Attribute) else []
    return {name for name in [*owner, *map(_root, given)] if name}
