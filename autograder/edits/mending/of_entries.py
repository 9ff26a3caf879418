"""Mends of entries: one that was not taken out of what a function returned, and those of a dictionary that
stand under each other's keys.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from autograder.edits.mending.table import called, expression, is_loaded, is_operand, known_names, mend
from autograder.edits.operators import At
from autograder.edits.places import CodePlace

EXCHANGES = ("entries_under_their_names", "exchanged_entries")
"""The mends that put entries into each other's place."""
_MOST_KEYS = 8
"""So many keys are tried on what a function returned."""
_PARTS = 2
"""So many parts of it, where nothing is known of the function."""
_MOST_ENTRIES = 10
"""Entries that a dictionary has at most whose pairs are tried."""
_SHORT = 2
"""Characters of a word in a docstring that may be a key."""
_NO_KEYS = frozenset(
    {"a", "of", "to", "is", "in", "at", "as", "or", "on", "an", "by", "be", "it", "if", "no"}
)


@mend(
    ast.Call,
    ast.Name,
    examples=(
        'def f(g, x):\n    """g(x) gives a dictionary with the scores y."""\n    return h(g(x)) => '
        'def f(g, x):\n    """g(x) gives a dictionary with the scores y."""\n    return h(g(x)["y"])',
        'def f(g, x):\n    v = g(x)\n    return h(v, v["y"]) => '
        'def f(g, x):\n    v = g(x)\n    return h(v["y"], v["y"])',
        "def f(g, x):\n    p = g(x)\n    return p => def f(g, x):\n    p = g(x)[1]\n    return p",
    ),
)
def entry_of_a_result(node: Any, place: CodePlace) -> Iterator[Any]:
    """One entry of what a function has returned: under a key that is known, or the first or second of two."""
    if not _is_whole(node, place):
        return
    text, number = ast.unparse(node), _returned_at_once(node, place)
    if number is None or number == 0:
        yield from (expression(f"{text}[{key!r}]") for key in _known_keys(place))
    if number != 0:
        yield from (expression(f"{text}[{at}]") for at in range(_PARTS if number is None else number))


def _is_whole(node: Any, place: CodePlace) -> bool:
    """Whether all that a function returned is taken where one entry could be: of a function that was handed
    in, or of one that the notebook has.
    """
    targets = getattr(place.parent, "targets", [])
    if not is_operand(node, place) or any(isinstance(target, ast.Tuple) for target in targets):
        return False
    return _returned_at_once(node, place) != 1


def _returned_at_once(node: Any, place: CodePlace) -> int | None:
    """How many things the function returns of which a call or a variable has the result; None for one that
    was handed in, of which nothing is known, and 1 where it is no function of the notebook.
    """
    function = _called_for(node, place)
    return None if function in place.around.parameters else place.around.further.returning.get(function, 1)


def _called_for(node: Any, place: CodePlace) -> str:
    """The name of the function that a call calls, or that was called for what a variable holds."""
    call = node if isinstance(node, ast.Call) else place.around.results.get(node.id)
    return called(call) if call is not None else ""


def _known_keys(place: CodePlace) -> list[str]:
    """The keys by which the answer takes something, those that functions of the notebook return something
    under, and the short words of the docstring.
    """
    subscripts = (n.slice for n in ast.walk(place.around.node) if isinstance(n, ast.Subscript))
    constants = (index.value for index in subscripts if isinstance(index, ast.Constant))
    taken = [key for key in constants if isinstance(key, str)]
    names = {*place.around.parameters, *_NO_KEYS}
    words = re.findall(rf"\b[A-Za-z]\w{{0,{_SHORT - 1}}}\b", place.around.docstring)
    short = [word for word in words if word.lower() not in names and word not in names]
    return list(dict.fromkeys([*taken, *place.around.further.keys, *short]))[:_MOST_KEYS]


@mend(
    ast.Dict,
    examples=(
        'def f(x):\n    z, h = x\n    return {"z": h, "h": z, "x": x} => '
        'def f(x):\n    z, h = x\n    return {"z": z, "h": h, "x": x}',
    ),
)
def entries_under_their_names(node: ast.Dict, place: CodePlace) -> Iterator[Any]:
    """Each variable under the key that is called like it."""
    known = known_names(node, place)
    values = list(node.values)
    for at, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
        name = key.value if isinstance(key, ast.Constant) and key.value in known else None
        if isinstance(name, str) and isinstance(value, ast.Name) and value.id != name:
            values[at] = ast.Name(name, ast.Load())
    yield from _with_values(node, values)


@mend(ast.Dict, examples=('d = {"a": x, "b": y, "c": z} => d = {"a": z, "b": y, "c": x}',))
def exchanged_entries(node: ast.Dict, place: CodePlace) -> Iterator[Any]:
    """Two values of a dictionary in each other's place."""
    if len(node.values) <= _MOST_ENTRIES:
        for a, b in combinations(range(len(node.values)), 2):
            values = list(node.values)
            values[a], values[b] = values[b], values[a]
            yield from _with_values(node, values)


def _with_values(node: ast.Dict, values: list[ast.expr]) -> Iterator[At]:
    """A dictionary with other values at several keys; it is told of as a whole where one line holds them."""
    others = [old for old, new in zip(node.values, values, strict=True) if old is not new]
    if len(others) > 1:
        whole = {value.lineno for value in others} == {node.lineno}
        yield At(ast.Dict(node.keys, values), node if whole else others[0], () if whole else tuple(others))


@mend(ast.Call, examples=("f(x, y, 1) => f(1, y, x)",))
def exchanged_arguments(node: ast.Call, place: CodePlace) -> Iterator[Any]:
    """Two arguments that are no neighbours in each other's place."""
    for a, b in combinations(range(len(node.args)), 2):
        if b > a + 1 and not any(isinstance(arg, ast.Starred) or not is_loaded(arg) for arg in node.args):
            args = list(node.args)
            args[a], args[b] = args[b], args[a]
            yield ast.Call(node.func, args, node.keywords)
