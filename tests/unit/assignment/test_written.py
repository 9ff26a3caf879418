"""What a cell reads and writes, from its text alone."""
from __future__ import annotations

import pytest

from autograder.assignment.written import read_at_once

AT_ONCE = {
    "def f(X, g=sigmoid):\n    return relu(X)": {"sigmoid"},
    "def f(X, *, g=layers.sigmoid):\n    return relu(X)": {"layers", "sigmoid"},
    "@jit(relu)\ndef f(X: Array) -> Array:\n    return sigmoid(X)": {"jit", "relu", "Array"},
    "class Net(Layer):\n    size = width\n    def forward(self, X, g=relu):\n        return sigmoid(X)": {"Layer", "width", "relu"},
    "f = lambda X, g=relu: sigmoid(X)": {"relu"},
    "table = [sigmoid(x) for x in range(3)]": {"sigmoid", "x", "range"},
    "%matplotlib inline\nprint(sigmoid(0))": {"print", "sigmoid"},
    "def f(X:": set(),
}


@pytest.mark.parametrize("text", AT_ONCE)
def test_what_is_read_as_a_cell_runs(text: str) -> None:
    """Default arguments, decorators, base classes and bodies of classes are read at once; bodies of functions are not."""
    assert read_at_once(text) == AT_ONCE[text]
