"""Mends of twins: pieces of one form that were written alike, as for height and width or for each layer, with
the same mistake in each.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from itertools import islice
from typing import Any

from autograder.edits.mending.table import MENDS, called, mend, skeleton
from autograder.edits.operators import OPERATORS, At, Operator
from autograder.edits.places import CodePlace, places_below

_KINDS = (
    "further_on",
    "half_or_double",
    "axis_or_keepdims",
    "comparison",
    "arithmetic",
    "dropped_sign",
    "swapped_operands",
    "swapped_entries",
    "swapped_arguments",
    "dropped_term",
    "sibling",
    "likely_number",
    "scaled",
    "unwrapped",
    "other_function",
    "a_row_or_flat",
    "turned_product",
    "similar_name",
    "with_a_fraction",
    "added_up",
)
"""What is done alike in each twin: kinds that have few candidates."""
TWINS = (
    "the_same_in_twins",
    "the_same_in_entries",
    "keys_throughout",
    "fractions_throughout",
    "rounded_down_throughout",
)
"""The mends that change several pieces at once."""
_MOST = 80
"""Changes of one group of twins."""
_SPAN = 12
"""Statements from the first to the last twin."""


@mend(
    ast.Assign,
    ast.AugAssign,
    ast.Expr,
    examples=(
        "h = a + p - k\nw = b + p - m => h = a + 2 * p - k\nw = b + 2 * p - m",
        "w -= r * g\nb -= r * d => w += r * g\nb += r * d",
    ),
)
def the_same_in_twins(node: ast.stmt, place: CodePlace) -> Iterator[Any]:
    """The same change in each of some statements of one form."""
    if place.index is None:
        return
    block: list[ast.stmt] = getattr(place.parent, place.field)[: place.index + _SPAN]
    form = skeleton(node)
    twins = [n for n, other in enumerate(block) if type(other) is type(node) and skeleton(other) == form]
    if len(twins) < 2 or twins[0] != place.index:
        return
    there = [CodePlace(block[n], place.parent, place.field, n, *_around(place)) for n in twins]
    for made in islice(_alike(there), _MOST):
        new = dict(zip(twins, made, strict=True))
        after = range(place.index, twins[-1] + 1)
        every = [*(new.get(n, block[n]) for n in after), *([None] * (len(after) - 1))]
        yield At(every, node, tuple(block[n] for n in twins))


@mend(
    ast.Dict,
    ast.Tuple,
    examples=(
        "d = {'a': f(x, y), 'b': f(z, t)} => d = {'a': f(y, x), 'b': f(t, z)}",
        "def f(x, s):\n    p = q = 2\n    return x[p:p + 3, q:q + 4] => def f(x, s):\n    p = q = 2\n    "
        "return x[p * s:p * s + 3, q * s:q * s + 4]",
    ),
)
def the_same_in_entries(node: Any, place: CodePlace) -> Iterator[Any]:
    """The same change in each of some entries of one form."""
    name = "values" if isinstance(node, ast.Dict) else "elts"
    entries: list[ast.expr] = getattr(node, name)
    forms = [skeleton(entry) for entry in entries]
    for form in dict.fromkeys(forms):
        twins = [n for n, other in enumerate(forms) if other == form]
        if len(twins) > 1 and not isinstance(entries[twins[0]], ast.Name | ast.Constant):
            there = [CodePlace(entries[n], node, name, n, *_around(place)) for n in twins]
            for made in islice(_alike(there), _MOST):
                new = dict(zip(twins, made, strict=True))
                every = [new.get(n, entry) for n, entry in enumerate(entries)]
                alike = tuple(entries[n] for n in twins)
                yield At(_with_entries(node, every), alike[0], alike)


@mend(
    ast.FunctionDef,
    examples=(
        "def f(x, w):\n    a = np.zeros_like(x)\n    b = np.zeros_like(w)\n    return a, b => def f(x, w):\n"
        "    a = np.zeros_like(x, dtype=float)\n    b = np.zeros_like(w, dtype=float)\n    return a, b",
    ),
)
def fractions_throughout(node: ast.FunctionDef, place: CodePlace) -> Iterator[Any]:
    """All arrays that take their kind of numbers from another one, made for fractions."""
    new = copy.deepcopy(node)
    made = [part for part in ast.walk(new) if isinstance(part, ast.Call) and _takes_its_kind(part)]
    for part in made:
        others = [keyword for keyword in part.keywords if keyword.arg != "dtype"]
        part.keywords = [*others, ast.keyword("dtype", ast.Name("float", ast.Load()))]
    if len(made) > 1:
        alike = [part for part in ast.walk(node) if _takes_its_kind(part)]
        yield At(new, alike[0], tuple(alike))


def _takes_its_kind(node: ast.AST) -> bool:
    """Whether a node makes an array of the kind of numbers that another one has."""
    given = [k.value for k in node.keywords if k.arg == "dtype"] if isinstance(node, ast.Call) else []
    of_another = any(isinstance(value, ast.Attribute) and value.attr == "dtype" for value in given)
    return of_another or (called(node) in ("zeros_like", "empty_like", "ones_like") and not given)


def _with_entries(node: Any, entries: list[Any]) -> ast.expr:
    return ast.Dict(node.keys, entries) if isinstance(node, ast.Dict) else ast.Tuple(entries, node.ctx)


def _around(place: CodePlace) -> tuple[Any, ...]:
    known = place.texts, place.free, place.attributes, place.locals
    return *known, place.around, place.definition, place.statement


def _alike(there: list[CodePlace]) -> Iterator[list[Any]]:
    """Copies of twins with the same change in each."""
    below = [[place, *places_below(place)] for place in there]
    kinds = {kind.name: kind for kind in [*OPERATORS, *MENDS]}
    for name in _KINDS:
        for parts in zip(*below, strict=True):
            yield from _changed(there, parts, kinds[name])


def _changed(there: list[CodePlace], parts: tuple[CodePlace, ...], kind: Operator) -> Iterator[list[Any]]:
    if not isinstance(parts[0].node, kind.types):
        return
    for made in zip(*(kind.make(part.node, part) for part in parts), strict=False):
        if all(isinstance(new, ast.expr | ast.stmt) for new in made):
            whole = zip(there, parts, made, strict=True)
            yield [_with(place.node, part, new) for place, part, new in whole]


def _with(whole: ast.AST, part: CodePlace, new: Any) -> Any:
    """A copy of a piece of code with another part."""
    if part.node is whole:
        return new
    holder = getattr(part.parent, part.field)
    content = new if part.index is None else [*holder[: part.index], new, *holder[part.index + 1 :]]
    setattr(part.parent, part.field, content)
    try:
        return copy.deepcopy(whole)
    finally:
        setattr(part.parent, part.field, holder)
