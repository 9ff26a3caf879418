"""Mends of keys, attributes and indices that were taken for each other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from autograder.edits.mending.table import expression, is_loaded, mend, share_a_part
from autograder.edits.places import CodePlace, is_own_attribute


@mend(
    ast.Constant,
    examples=(
        'x = p["b2"] + p["b1"] => x = p["b1"] + p["b1"]',
        'def f(p, n):\n    """Gets cache_ + n."""\n    p["cache" + n] = 1 => '
        'def f(p, n):\n    """Gets cache_ + n."""\n    p["cache_" + n] = 1',
    ),
)
def similar_key(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """A key that differs by a digit, an underscore or capitals, or shares a part."""
    if isinstance(node.value, str) and node.value:
        known = dict.fromkeys([*place.texts, *place.around.words])
        yield from (
            ast.Constant(key) for key in known if key != node.value and _bare(key) == _bare(node.value)
        )
        yield from (
            ast.Constant(key) for key in place.texts if key != node.value and share_a_part(key, node.value)
        )


@mend(
    ast.Constant,
    examples=('x = p["h1"] + p["x"] => x = p["x"] + p["x"]',),
)
def any_key(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """A key, taken for another that the cell uses."""
    if isinstance(node.value, str) and node.value and place.field == "slice":
        yield from (ast.Constant(key) for key in place.texts if key != node.value)


@mend(
    ast.Attribute,
    examples=(
        "class A:\n    def f(self, x):\n        self.d_x = x\n        self.d_w = 2\n        return self.d_w"
        " => "
        "class A:\n    def f(self, x):\n        self.d_x = x\n        self.d_w = 2\n        return self.d_x",
    ),
)
def any_attribute(node: ast.Attribute, place: CodePlace) -> Iterator[Any]:
    """An attribute of self, taken for another that the class writes."""
    if is_own_attribute(node) and node.attr in place.around.written:
        yield from (
            ast.Attribute(node.value, name, node.ctx) for name in place.around.written if name != node.attr
        )


@mend(
    ast.Subscript,
    ast.Name,
    examples=(
        "a = x[rows]\nb = y[s:t] => a = x[rows]\nb = y[rows]",
        "a = x[rows]\nb = f(y) => a = x[rows]\nb = f(y[rows])",
    ),
)
def other_index(node: Any, place: CodePlace) -> Iterator[Any]:
    """An index that is used elsewhere, put in place of another or on a whole array."""
    if not is_loaded(node) or isinstance(place.parent, ast.Subscript | ast.Attribute):
        return
    whole = isinstance(node, ast.Name)
    if (whole and place.field != "args") or (not whole and not isinstance(node.value, ast.Name)):
        return
    now = "" if whole else ast.unparse(ast.Subscript(ast.Name("a"), node.slice, ast.Load()))[2:-1]
    for index in place.around.indices:
        if index != now and not (whole and node.id in index):
            yield expression(f"{node.id if whole else node.value.id}[{index}]")


def _bare(key: str) -> str:
    """A key without its digits, underscores and capitals."""
    return re.sub(r"[\d_]", "", key).lower()
