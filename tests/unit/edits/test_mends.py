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


def test_the_bound_of_a_loop_comes_before_the_line_in_it_that_raised() -> None:
    """A loop over columns in place of rows raises in its body, where no change helps."""
    text = "def f(x, w):\n    y = np.zeros((len(x), 3))\n    for i in range(x.shape[1]):\n        y[i] = x[i] @ w\n    return y"
    first = next(iter(mends(text, ["f"], line=4)))
    assert (first.operator, first.line, first.after) == ("other_length_of_a_shape", 3, "x.shape[0]")


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


def test_what_is_larger_than_a_number_is_not_asked_for_a_class() -> None:
    """Where rows are equal to others the place of the largest may be meant; for "0 or more" it makes every row pass, and mends by chance."""
    found = {m.after for m in mends("def f(x, y):\n    return x[x >= 0], x == y", ["f"]) if m.operator == "class_of_a_row"}
    assert found == {"x.argmax(axis=1)", "y.argmax(axis=1)"}
    assert not [m for m in mends("def f(x):\n    return x[x >= 0]", ["f"]) if m.operator == "class_of_a_row"]


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


SLIPS = {
    "none by equality": ("def f(x, y=None):\n    if y == None:\n        return x\n    return y", "whether_it_is_given", "y is None"),
    "an array as a truth value": ("def f(x, y=None):\n    if not y:\n        return x\n    return y", "whether_it_is_given", "if y is None"),
    "the largest of two arrays": ("def f(x):\n    return np.max(0, x)", "entry_by_entry", "np.maximum(0, x)"),
    "Python's max twice": ("def f(x):\n    return max(abs(x) / max(1, abs(x)))", "entry_by_entry", "np.max(abs(x) / np.maximum(1, abs(x)))"),
    "a method as a function": ("def g(self, x):\n    return x\n\ndef f(self, x):\n    y = g(self, x)\n    return y", "through_self", "self.g("),
    "a kind in capitals": ("def f(x, kind='one'):\n    return x if kind == 'One' else 0", "a_text_that_is_known", "kind == 'one'"),
    "a rate that is not handed on": ("def f(model, update, eta):\n    update(model)\n    return model", "handed_on", "update(model, eta)"),
    "ten rows": ("def f(x, y):\n    return np.sum(x) / 10", "size_of_an_argument", "np.sum(x) / len(x)"),
    "four columns": ("def f(x, y):\n    return [g(j) for j in range(4)]", "size_of_an_argument", "range(x.shape[1])"),
    "ten classes": ("def f(x, y):\n    return np.eye(10)[y] * x", "as_many_columns", "np.eye(x.shape[1])[y]"),
    "a larger guard": ("def f(x):\n    return x / max(1e-6, x.sum())", "likely_number", "max(1e-08,"),
    "a product by entries": ("def f(x, w, b):\n    return x * w + b", "product_of_matrices", "x @ w + b"),
    "an input that is not kept": ("class A:\n    def __init__(self):\n        self.x = None\n\n    def f(self, a):\n        return 2 * a\n\n    def g(self):\n        return self.x.T", "argument_kept", "self.x = a"),
    "columns for rows": ("def f(x):\n    return x.sum() / x.shape[1]", "other_length_of_a_shape", "x.shape[0]"),
    "labels that are fractions": ("def f(data):\n    labels = data[:, -1]\n    return np.eye(10)[labels]", "whole_numbers_as_an_index", "np.eye(10)[labels.astype(int)]"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slips_that_students_make_have_a_mend(slip: str) -> None:
    """Each in the time that there is: no more candidates come before it than a second lets be tried of a small question."""
    text, operator, mended = SLIPS[slip]
    made = list(islice(mends(text, ["f", "A.f"]), 250))
    assert [m for m in made if m.operator == operator and mended in m.text]


def test_both_of_two_statements_that_change_places_are_known() -> None:
    """Either could be moved; of one that moves past several, it alone."""
    made = list(mends("def f(x):\n    x -= 1\n    y = x + 2\n    z = 3\n    return y + z", ["f"]))
    swapped = [m for m in made if m.operator in ("moved_after_its_use", "swapped_statements") and m.before == "x -= 1"]
    assert {m.partner for m in swapped if m.text.startswith("def f(x):\n    y = x + 2\n    x -= 1")} == {(3, "y = x + 2")}
