"""What the notebook has before an answer that the answer may use."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.edits.around import Further
from autograder.inside.names import parsed
from autograder.inside.protocol import CellSource


def further_before(cell: CellSource, cells: list[CellSource]) -> Further:
    """The functions of the notebook that an answer may call, the latest first, how many things those and the
    methods of its classes return at once, and under which keys.
    """
    earlier = [parsed(other.text) for other in cells if other.number < cell.number]
    statements = [node for tree in earlier if tree is not None for node in tree.body]
    functions = (node.name for node in reversed(statements) if isinstance(node, ast.FunctionDef))
    every = [n for s in statements for n in ast.walk(s) if isinstance(n, ast.FunctionDef)]
    returned = [(function.name, value) for function in every for value in _returned(function)]
    dictionaries = (value for _, value in returned if isinstance(value, ast.Dict))
    keys = (key for value in dictionaries for key in value.keys if isinstance(key, ast.Constant))
    texts = (key.value for key in keys if isinstance(key.value, str))
    numbers = sorted(((name, _number(value)) for name, value in returned), key=lambda one: one[1] != 1)
    return Further(tuple(dict.fromkeys(functions)), dict(numbers), tuple(dict.fromkeys(texts)))


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    nodes = (node for node in ast.walk(function) if isinstance(node, ast.Return))
    return (node.value for node in nodes if node.value is not None)


def _number(value: ast.expr) -> int:
    """How many things a value is: 0 for a dictionary, 1 for what is none and no tuple either."""
    return 0 if isinstance(value, ast.Dict) else len(value.elts) if isinstance(value, ast.Tuple) else 1
