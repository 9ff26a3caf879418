"""Mends of what is asked of the wrong one: of all entries at once, of a value where a name is meant, of a
function where its method is, of a text that the docstring does not know.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from typing import Any

from autograder.edits.mending.table import called, is_loaded, is_module, mend
from autograder.edits.operators import At
from autograder.edits.places import CodePlace

_LARGER = {"max": "maximum", "min": "minimum", "amax": "maximum", "amin": "minimum"}


@mend(
    ast.Compare,
    ast.UnaryOp,
    ast.Name,
    examples=(
        "def f(x, y=None):\n    return x if y == None else y => "
        "def f(x, y=None):\n    return x if y is None else y",
        "def f(y=None):\n    return 0 if not y else y => def f(y=None):\n    return 0 if y is None else y",
        "def f(y=None):\n    return y if y else 0 => def f(y=None):\n    return y if y is not None else 0",
    ),
)
def whether_it_is_given(node: Any, place: CodePlace) -> Iterator[Any]:
    """Whether an argument is None, where its entries are asked."""
    match node:
        case ast.Compare(
            left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[ast.Constant(value=None)]
        ):
            new = ast.Is() if isinstance(op, ast.Eq) else ast.IsNot()
            yield ast.Compare(left, [new], [ast.Constant(None)])
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)) if name in place.around.optional:
            yield ast.Compare(node.operand, [ast.Is()], [ast.Constant(None)])
        case ast.Name(id=name) if place.field == "test" and name in place.around.optional:
            yield ast.Compare(node, [ast.IsNot()], [ast.Constant(None)])


@mend(
    ast.Call,
    ast.FunctionDef,
    examples=(
        "y = np.max(0, x) => y = np.maximum(0, x)",
        "y = max(0, x) => y = np.maximum(0, x)",
        "def f(x):\n    return max(x / max(1, x)) => def f(x):\n    return np.max(x / np.maximum(1, x))",
    ),
)
def entry_by_entry(node: Any, place: CodePlace) -> Iterator[Any]:
    """The larger of two arrays, entry by entry, where one number is taken of them; in a whole function."""
    if isinstance(node, ast.Call) and _larger(node):
        yield _of_numpy(node)
    if isinstance(node, ast.FunctionDef):
        made: Any = copy.deepcopy(node)
        every: Any = zip(ast.walk(node), ast.walk(made), strict=True)
        pairs = [(old, new) for old, new in every if _one_number(old)]
        if len(pairs) > 1 and any(_larger(old) for old, _ in pairs):
            for _, new in pairs:
                new.func = _of_numpy(new).func
            yield At(made, pairs[0][0], tuple(old for old, _ in pairs))


def _one_number(node: Any) -> bool:
    """Whether a call takes the largest or the smallest, as Python's own max does, or NumPy's of one array."""
    return called(node) in _LARGER and (isinstance(node.func, ast.Name) or is_module(node.func.value))


def _larger(node: Any) -> bool:
    """Whether such a call is given two things; the second of NumPy's may be an axis."""
    if not _one_number(node) or len(node.args) != 2 or node.keywords:
        return False
    return not (isinstance(node.func, ast.Attribute) and isinstance(node.args[1], ast.Constant | ast.UnaryOp))


def _of_numpy(node: ast.Call) -> ast.Call:
    name = called(node)
    new = _LARGER[name] if _larger(node) else name
    return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), new, ast.Load()), node.args, node.keywords)


@mend(
    ast.FunctionDef,
    examples=(
        "def g(self):\n    return 1\ndef f(self, x):\n    return g(x) => "
        "def g(self):\n    return 1\ndef f(self, x):\n    return self.g(x)",
    ),
)
def through_self(node: ast.FunctionDef, place: CodePlace) -> Iterator[Any]:
    """Functions of the notebook that are methods, all called as such."""
    if not node.args.args or node.args.args[0].arg != "self":
        return
    made: Any = copy.deepcopy(node)
    every: Any = zip(ast.walk(node), ast.walk(made), strict=True)
    changed = []
    for old, new in every:
        if (
            isinstance(old, ast.Call)
            and isinstance(old.func, ast.Name)
            and _first_is_self(old.func.id, place)
        ):
            new.func = ast.Attribute(ast.Name("self", ast.Load()), old.func.id, ast.Load())
            changed.append(old)
    if changed:
        yield At(made, changed[0], tuple(changed))


def _first_is_self(name: str, place: CodePlace) -> bool:
    """Whether a function of the cell takes self, or one of the notebook may."""
    own = {n.name: n.args.args for n in place.around.cell.body if isinstance(n, ast.FunctionDef)}
    if name in own:
        return bool(own[name]) and own[name][0].arg == "self"
    return name in place.around.further.functions


@mend(
    ast.Constant,
    examples=(
        'def f(kind):\n    """kind: "one" or "two"."""\n    return kind == "One" => '
        'def f(kind):\n    """kind: "one" or "two"."""\n    return kind == "one"',
        'def f(kind="one"):\n    return kind == "eins" => def f(kind="one"):\n    return kind == "one"',
    ),
)
def a_text_that_is_known(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """What something is compared with, as the docstring has it between quotation marks, or a default."""
    if isinstance(node.value, str) and isinstance(place.parent, ast.Compare) and is_loaded(node):
        known = re.findall(r"""["'](\w+)["']""", place.around.docstring)
        defaults = place.around.node.args.defaults if isinstance(place.around.node, ast.FunctionDef) else []
        known += [d.value for d in defaults if isinstance(d, ast.Constant) and isinstance(d.value, str)]
        yield from (ast.Constant(text) for text in dict.fromkeys(known) if text != node.value)
