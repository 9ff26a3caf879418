"""What an answer may use of the cells before it."""
from __future__ import annotations

from autograder.inside.protocol import CellKind, CellSource
from autograder.judging.sitting.further import further_before

CELLS = [
    CellSource("def loss(x):\n    if x is None:\n        return 0\n    return x, 1", 1, CellKind.OWN),
    CellSource("class Net:\n    def forward(self, x):\n        return {'h': x, 'y': x}", 2, CellKind.OWN),
    CellSource("this is no Python", 3, CellKind.OWN),
    CellSource("def relu(x):\n    return x", 4, CellKind.OWN),
    CellSource("def later(x):\n    return x, x, x", 5, CellKind.OWN),
]


def test_functions_and_what_they_return() -> None:
    """The latest first, methods by their names alone; of several returns the one of several things tells; nothing of later cells."""
    found = further_before(CELLS[3], CELLS)
    assert found.functions == ("loss",)
    assert further_before(CELLS[4], CELLS).functions == ("relu", "loss")
    assert (dict(found.returning), found.keys) == ({"loss": 2, "forward": 0}, ("h", "y"))
