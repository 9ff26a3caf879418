"""Which loops never end, by their text, and that no mend makes one."""
from __future__ import annotations

import ast

import pytest

from autograder.edits.endless import endless
from autograder.edits.mends import mends

WALK = """
def gradient(f, x, verbose, h):
    grad = np.zeros(x.shape)
    it = np.nditer(x, flags=['multi_index'])
    while not it.finished:
        index = it.multi_index
        grad[index] = (f(x - h) - f(x + h)) / (2 * h)
        if verbose:
            print(index, it.multi_index, grad[index])
        it.iternext()
    return grad
"""


@pytest.mark.parametrize("loop", [
    "while not it.finished:\n    it.iternext()", "while i < n:\n    i += 1", "while len(X):\n    X, y = X[4:], y[4:]", "while True:\n    break",
    "while box.full():\n    pass", "while rows:\n    rows.pop()", "while rows:\n    del rows[0]", "while left > 0:\n    state['left'] = 0\n    left = state['left']",
    "while not done(x):\n    pass", "while (k := k + 1) < n:\n    pass", "while i < n:\n    f(i)",
])  # fmt: skip
def test_what_may_end(loop: str) -> None:
    """Something moves what the condition reads, or leaves the loop, or the condition asks somebody."""
    assert endless(ast.parse(f"def f():\n    {loop.replace(chr(10), chr(10) + '    ')}")) == 0


@pytest.mark.parametrize("loop", [
    "while not it.finished:\n    x[0] += 1", "while i < n:\n    print(i, x[i])", "while len(X):\n    y = X[:4]", "while True:\n    i += 1",
])  # fmt: skip
def test_what_never_ends(loop: str) -> None:
    """Whatever else the body does."""
    assert endless(ast.parse(loop)) == 1


def test_no_mend_takes_the_step_out_of_a_loop() -> None:
    """All of them end, so that the ones that mend are reached before the time is over."""
    made = list(mends(WALK, ["gradient"]))
    assert not [m.says for m in made if endless(ast.parse(m.text))]
    assert any("f(x + h) - f(x - h)" in m.text for m in made)
