"""Which changes are tried, and in which order."""
from __future__ import annotations

import ast
from itertools import islice

import pytest

from autograder.edits.around import Further
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
    everywhere = list(places(tree, Further(("softmax", "relu"))))
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
    "a key that was not asked for": ("def f(forward, x):\n    \"\"\"forward(x) returns a dictionary with the scores y.\"\"\"\n    return softmax(forward(x))", "entry_of_a_result", "softmax(forward(x)['y'])"),
    "a key of what is kept": ("def f(forward, x):\n    var = forward(x)\n    a = g(var)\n    return a, var['h']", "entry_of_a_result", "g(var['h'])"),
    "both of two results": ("def f(loss, x):\n    return np.sqrt(loss(x))", "entry_of_a_result", "np.sqrt(loss(x)[0])"),
    "variables under each other's keys": ("def f(x):\n    z1, h1, z2, h2 = g(x)\n    return {'z1': h1, 'h1': z1, 'z2': h2, 'h2': z2}", "entries_under_their_names", "{'z1': z1, 'h1': h1, 'z2': z2, 'h2': h2}"),
    "two entries that are no neighbours": ("def f(a, b, c):\n    return {'x': c + 1, 'y': b, 'z': a}", "exchanged_entries", "{'x': a, 'y': b, 'z': c + 1}"),
    "arguments that are no neighbours": ("def f(a, b, c):\n    return g(a, b, c)", "exchanged_arguments", "g(c, b, a)"),
    "a fraction for height and width": ("def f(x, s):\n    h = x.shape[0] / s + 1\n    w = x.shape[1] / s + 1\n    return np.zeros((h, w))", "rounded_down_throughout", "w = x.shape[1] // s + 1"),
    "rounded up for height and width": ("def f(x, s):\n    h = int(np.ceil(x.shape[0] / s))\n    w = int(np.ceil(x.shape[1] / s))\n    return np.zeros((h, w))", "rounded_down_throughout", "w = x.shape[1] // s"),
    "a mean without fractions": ("def f(x):\n    return x.sum() // len(x)", "not_rounded_down", "x.sum() / len(x)"),
    "one key of six": ("def f(m, g):\n    m['dE_W1'], m['dE_b1'], m['dW2'] = g()", "key_as_its_siblings", "m['dE_W2']"),
    "keys in small letters": ("def f(g):\n    \"\"\"Returns a dictionary with the keys W1 and b1.\"\"\"\n    W1, b1 = g()\n    return {'w1': W1, 'b1': b1}", "keys_throughout", "{'W1': W1, 'b1': b1}"),
    "some keys spelled otherwise": ("def f(m, g):\n    \"\"\"Writes dE_dW1, dE_db1 and so on.\"\"\"\n    m['dE_dW1'], m['dE_dW2'] = g()\n    m['dE_b1'], m['dE_b2'] = g()", "keys_throughout", "m['dE_dW1'], m['dE_dW2'] = g()\n    m['dE_db1'], m['dE_db2'] = g()"),
    "a key that is not in the list": ("def f(m):\n    \"\"\"Moves W1, W2, b1 and b2.\"\"\"\n    for k in ['W1', 'b1', 'b2']:\n        m[k] += 1", "all_keys_listed", "['W1', 'W2', 'b1', 'b2']"),
    "a key twice in the list": ("def f(m):\n    \"\"\"Moves W1, W2, b1 and b2.\"\"\"\n    for k in ['W1', 'W2', 'b1', 'b1']:\n        m[k] += 1", "all_keys_listed", "['W1', 'W2', 'b2', 'b1']"),
    "an epoch too few": ("def f(x, n):\n    for e in range(n - 1):\n        x = g(x)\n    return x", "bound_as_it_is", "range(n)"),
    "an epoch too many": ("def f(x, n):\n    for e in range(n):\n        x = g(x)\n    return x", "bound_of_a_loop", "range(n - 1)"),
    "two results that are not returned": ("def f(c):\n    \"\"\"c holds x. Returns dx and dw.\"\"\"\n    x, w = c\n    dx, dw = g(x, w)", "returned", "return (dx, dw)"),
}


def test_of_a_function_of_the_notebook_it_is_known_what_is_returned() -> None:
    """A key of a dictionary, or one of so many things; what returns one thing is taken as it is."""
    further = Further(("one", "two", "keys"), {"one": 1, "two": 2, "keys": 0}, ("y",))
    text = "def f(x):\n    return np.sum(one(x)), np.sum(two(x)), np.sum(keys(x))"
    found = {m.after for m in mends(text, ["f"], further=further) if m.operator == "entry_of_a_result"}
    assert found == {"two(x)[0]", "two(x)[1]", "keys(x)['y']"}


@pytest.mark.parametrize("after, moves", [("y = min(g)", False), ("y = 0", True)])
def test_what_a_loop_gathers_is_not_begun_anew_in_each_round(after: str, moves: bool) -> None:
    """It would hold the last one's alone, which hides what is wrongly done with all of them."""
    text = f"def f(x):\n    g = []\n    for i in x:\n        g.append(i)\n    {after}\n    return y"
    assert any(m.operator == "moved_into_the_next" for m in mends(text, ["f"])) is moves


def test_that_a_condition_is_always_met_comes_last() -> None:
    """What it leaves out then can hide the mistake that stands there: nobody should be sent to the condition."""
    text = "def f(x, n):\n    if n < 0:\n        n = len(x)\n    return x[:n] * n ** 2 * n"
    found = [m.after for m in mends(text, ["f"])]
    always = found.index("True")
    assert always > found.index("not n < 0") and always > 0.9 * len(found)


@pytest.mark.parametrize("text, lines", [
    ("def f(x):\n    z, h = x\n    return {'z': h, 'h': z}", (3, ())),
    ("def f(x):\n    z, h = x\n    return {\n        'z': h,\n        'h': z,\n    }", (4, (5,))),
])  # fmt: skip
def test_entries_in_one_line_are_one_place(text: str, lines: tuple[int, tuple[int, ...]]) -> None:
    """Where they stand in several lines, each is told."""
    (found,) = [m for m in mends(text, ["f"]) if m.operator == "entries_under_their_names"]
    assert (found.line, found.other_lines) == lines


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
