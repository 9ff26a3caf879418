"""Names that a cell of a notebook binds, read from its text. On the standard library alone: it is pasted into
every release's check_notebook.py.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from autograder.inside.versions import for_this_python

_SHELL_LINE = re.compile(r"^(\s*)(?:[%!?]|[\w, \t]+=\s*[%!]).*$", re.M)


def without_magics(text: str) -> str:
    """A cell's text, line for line, with `pass` where it has magics and shell lines."""
    return _SHELL_LINE.sub(r"\1pass", text)


_INVISIBLE = {0xA0: " ", 0x202F: " ", 0x3000: " ", 0x200B: None, 0x200C: None, 0x2060: None, 0xFEFF: None}
"""Characters that come with a copied text and look like blanks or like nothing."""


def without_invisible(text: str) -> str:
    """A cell's text, line for line, with plain blanks only."""
    return text.translate(_INVISIBLE)


def parsed(text: str) -> ast.Module | None:
    """A cell as Python's tree, where magics and shell lines are passed over; None where it is no Python."""
    for change in (str, without_magics, _without_both, lambda text: for_this_python(_without_both(text))):
        try:
            return ast.parse(change(text))
        except (SyntaxError, ValueError):
            continue
        except (RecursionError, MemoryError):
            return None
    return None


def _without_both(text: str) -> str:
    return without_magics(without_invisible(text))


@lru_cache(maxsize=512)  # what all submissions share is read once
def bound_names(text: str) -> frozenset[str]:
    """Names that a cell binds at its top level, read from its text; empty where it does not parse."""
    tree = parsed(text)
    return bound_in(tree.body) if tree is not None else frozenset()


def bound_in(statements: list[ast.stmt]) -> frozenset[str]:
    """Names that statements bind at their top level."""
    names: set[str] = set()
    waiting: list[ast.AST] = list(statements)
    local = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, local):  # what is local to them is not bound
            waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
    return frozenset(names)


@lru_cache(maxsize=512)
def completed_names(text: str) -> frozenset[str]:
    """Names into which a cell puts an attribute: `Model.forward = forward` completes Model."""
    tree = parsed(text)
    targets = [t for s in (tree.body if tree else ()) if isinstance(s, ast.Assign) for t in s.targets]
    owners = [target.value for target in targets if isinstance(target, ast.Attribute)]
    return frozenset(owner.id for owner in owners if isinstance(owner, ast.Name))
