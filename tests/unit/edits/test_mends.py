"""Which changes are tried, and in which order."""
from __future__ import annotations

import ast
from itertools import islice

import pytest

from autograder.edits.mends import MOST, kinds, mends, other_guards
from autograder.edits.mutants import changes, normal
from autograder.edits.places import places

NETWORK = '''
class Net:
    def step(self, X, y=None, rate=0.5):
        """Keep the scores as self.scores; rows and y pick entries."""
        rows = np.arange(len(X))
        for layer in self.layers:
            X = layer.forward(X[rows, :, None], **self.options)
        kept, self.probs = X[0], softmax(X) / X.sum(axis=1, keepdims=True)
        X[rows, y] = kept
        loss = -np.log(self.probs[rows, y]).mean() if y is not None else None
        if loss is not None and loss > 1e-3 and not self.quiet:
            self.history["loss"] += [loss, *self.more]
        return loss, {"W1": self.probs.T @ X[:, ::2], "b1": [x for x in X if x > 0]}
'''


def test_the_likely_changes_come_first() -> None:
    """Entries exchanged before another operator, and that before another form, whatever the order in the code."""
    found = [m.operator for m in mends("def f(x, w):\n    y = x @ w\n    return w, y", ["f"])]
    assert found.index("swapped_entries") < found.index("arithmetic") < found.index("reshaped")


def test_what_was_asked_for_comes_before_the_rest_of_the_cell() -> None:
    """A helper in the same cell is changed after the answer."""
    lines = [m.line for m in mends("def helper(x):\n    return x, 1\ndef f(x):\n    return x, 2", ["f"])]
    answer = [line >= 3 for line in lines]
    assert answer == sorted(answer, reverse=True) and {True, False} == {*answer}


def test_the_line_that_raised_comes_before_all() -> None:
    """Where the code has raised, the changes of that line are the first."""
    lines = [m.line for m in mends("def f(x, w):\n    y = x @ w\n    z = x * w\n    return y, z", ["f"], line=3)]
    assert lines[0] == 3 and lines.index(4) > lines.count(3) // 2


def test_a_signature_stays_as_it_was_handed_out() -> None:
    """Parameters and their defaults are no part of an answer."""
    text = "def f(x, n=3, m=-1.0, flag=True):\n    return x * n + m if flag else x"
    found = list(mends(text, ["f"]))
    assert found and all(m.text.startswith("def f(x, n=3, m=-1.0, flag=True):\n") for m in found)


def test_no_operator_stumbles() -> None:
    """Each operator makes its changes of code that holds all kinds of indices, calls and targets: none raises, none needs another."""
    tree = ast.parse(NETWORK)
    everywhere = list(places(tree, ("softmax", "relu")))
    made = [(kind.name, sum(1 for _ in changes(everywhere, [kind]))) for kind in kinds()]
    assert sum(count for _, count in made) > 400 and len(made) == len(kinds())


def test_there_is_an_end_to_them() -> None:
    """A long answer gives no more candidates than are tried, each of them Python and new."""
    long = NETWORK + NETWORK.replace("class Net", "class Other") + NETWORK.replace("class Net", "class Third")
    found = list(mends(long, ["Net.step"]))
    texts = [m.text for m in found]
    assert len(found) == MOST and len(set(texts)) == MOST and normal(long) not in texts
    for text in islice(texts, 0, None, 20):
        compile(text, "candidate", "exec")


@pytest.mark.parametrize("piece, line", [("x[i] = x[i] - 1", 4), ("x -= 1", 4)])
def test_a_copy_is_told_at_what_is_written(piece: str, line: int) -> None:
    """The statement that writes into the argument, not the definition."""
    found = mends(f"def f(x, n):\n    i = 0\n    for i in range(n):\n        {piece}\n    return x", ["f"])
    assert {m.line for m in found if m.operator == "copied_at_the_entry"} == {line}


@pytest.mark.parametrize(
    "name, text, told",
    [
        ("returned", "def f(x):\n    y = x\n    z = y", "z = y"),
        ("moved_out", "def f(x):\n    for i in x:\n        y = i\n        return y", "return y"),
        ("moved_in", "def f(x):\n    for i in x:\n        y = i\n    z = y", "z = y"),
        ("moved_before", "def f(x):\n    for i in x:\n        r = g()\n        y = r", "r = g()"),
        ("put_back", "def f(x):\n    k = x[0]\n    x[0] = k + 1\n    y = g(x)\n    return y", "y = g(x)"),
    ],
)
def test_the_statement_is_told_that_moves_or_misses_what_follows(name: str, text: str, told: str) -> None:
    """Not the loop around it, nor the definition."""
    assert told in [m.before for m in mends(text, ["f"]) if m.operator == name]


def test_nothing_is_put_into_itself() -> None:
    """An entry more in what a dictionary holds is never that dictionary."""
    found = mends("def f(p, x):\n    y = 2 * x\n    p['c'] = (x, y)\n    return y", ["f"])
    after = {m.after for m in found if m.operator == "one_more_entry" and m.line == 3}
    assert after and not any("p" in text for text in after)


def test_guards_are_the_small_numbers() -> None:
    """A rate, a factor and a whole number stay; nothing is said of a cell that is no Python."""
    found = [m.text for m in other_guards("def f(p):\n    return 0.1 * 3 * np.log(p + 1e-10)")]
    assert "def f(p):\n    return 0.1 * 3 * np.log(p + 1e-08)" in found and all("0.1 * 3 *" in text for text in found)
    assert list(other_guards("def f(")) == []
