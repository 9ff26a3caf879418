"""The table of mends, and what the operators in it share.

A mend is an operator as a mistake is: a function of a place in the code that yields what could stand there.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from autograder.edits.operators import Operator, operator_in
from autograder.edits.places import CodePlace

MENDS: list[Operator] = []
mend = operator_in(MENDS)


def expression(text: str) -> ast.expr:
    """The expression that a text is."""
    return ast.parse(text, mode="eval").body


def called(node: ast.AST) -> str:
    """The name of the function that a call calls, without what it is an attribute of."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def is_module(node: ast.expr) -> bool:
    """Whether a name is that of NumPy, or of a part of it."""
    return (isinstance(node, ast.Name) and node.id in ("np", "numpy", "math")) or (
        isinstance(node, ast.Attribute) and is_module(node.value)
    )


def is_loaded(node: ast.AST) -> bool:
    """Whether a node is a value that is read."""
    return isinstance(getattr(node, "ctx", None) or ast.Load(), ast.Load)


def is_operand(node: ast.expr, place: CodePlace) -> bool:
    """Whether a value is taken by a product, a sum, a call or a return."""
    if not is_loaded(node):
        return False
    return isinstance(place.parent, ast.BinOp) or (
        place.field in ("args", "value")
        and isinstance(place.parent, ast.Call | ast.Return | ast.Assign | ast.AugAssign)
    )


def is_result(node: ast.AST, place: CodePlace) -> bool:
    """Whether a value is what is returned or kept, or an entry of the tuple or dictionary that is."""
    if not is_loaded(node) or isinstance(node, ast.Tuple | ast.Dict | ast.List | ast.Constant):
        return False
    if place.field in ("elts", "values"):
        return isinstance(place.parent, ast.Tuple | ast.Dict)
    return place.field == "value" and isinstance(place.parent, ast.Assign | ast.Return)


def known_names(node: ast.expr, place: CodePlace) -> list[str]:
    """The parameters and variables of the function that have a value by the line of a node."""
    return [name for line, name in place.locals if line < node.lineno]


def with_value(node: Any, value: ast.expr) -> ast.stmt:
    """The same assignment or return, of another value."""
    return ast.Return(value) if isinstance(node, ast.Return) else ast.Assign(node.targets, value)


def with_body(node: Any, body: list[ast.stmt]) -> Any:
    """The same statement around another body."""
    fields = dict(ast.iter_fields(node))
    return type(node)(**{**fields, "body": body})


def share_a_part(one: str, other: str) -> bool:
    """Whether two names share a word or a number, as y_train and y_test or z1 and h1."""
    return bool({*_parts(one)} & {*_parts(other)})


def _parts(name: str) -> list[str]:
    return re.findall(r"[A-Za-z]+|\d+", name.replace("_", " "))


def skeleton(node: ast.AST) -> str:
    """The form of a piece of code, whatever names and constants stand in it."""
    text = ast.dump(node)
    return _NAME.sub("id=", _CONSTANT.sub("Constant()", text))


_NAME = re.compile(r"id='\w+'")
_CONSTANT = re.compile(r"Constant\(value=(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^()']*)\)")
