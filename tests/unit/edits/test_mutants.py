"""The mutation operators and the places where they may act."""
from __future__ import annotations

import ast

import pytest

from autograder.edits.mending.table import MENDS
from autograder.edits.mends import kinds
from autograder.edits.mutants import code_of, mutants, normal, some_mutants
from autograder.edits.operators import OPERATORS
from autograder.edits.written import Written

CELL = '''
import numpy as np

FLOOR = 1e-8

def softmax(X: np.ndarray, verbose: bool = False) -> np.ndarray:
    """Turn 1 score into 2 probabilities."""
    # a comment with a 3
    if X.ndim != 2:
        raise ValueError("expected " + "2 axes")
    exps = np.exp(X - X.max(axis=1, keepdims=True))
    if verbose:
        print("largest", exps.max(), 4)
    print(f"{X.sum()}")
    return np.einsum("ij,i->ij", exps, 1 / exps.sum(axis=1), optimize=True)
'''


EXAMPLES = [(kind, example) for kind in [*OPERATORS, *MENDS] for example in kind.examples]


@pytest.mark.parametrize(("kind", "example"), EXAMPLES, ids=lambda value: getattr(value, "name", None))
def test_example(kind, example):
    """Every operator makes of its examples what they say."""
    before, after = example.split(" => ")
    assert normal(after) in [mutant.text for mutant in mutants(before, [kind])]


def test_every_operator_has_an_example_and_says_what_it_does():
    """An operator can't be added without an example and a sentence."""
    assert all(kind.examples and kind.says for kind in [*OPERATORS, *MENDS])


def test_every_operator_has_its_turn():
    """An operator can't be added without a place in the order in which mends are tried."""
    assert {kind.name for kind in kinds()} == {kind.name for kind in [*OPERATORS, *MENDS]}


def test_mutants_are_new_compile_and_come_once():
    """No mutant equals the original or another, and each is Python."""
    texts = [mutant.text for mutant in mutants(CELL)]
    assert len(texts) == len(set(texts)) > 50
    assert normal(CELL) not in texts
    for text in texts:
        compile(text, "mutant", "exec")


def test_mutants_are_the_same_each_time():
    """Two runs give the same mutants in the same order, and leave nothing behind in the tree."""
    assert mutants(CELL) == mutants(CELL)


def test_some_mutants_are_of_all_and_the_same_each_time():
    """As many as are asked for, from the whole list, and no more than there are."""
    text = "def f(x, y):\n    z = x + 2 * y\n    return z.sum(axis=0) / len(x)\n"
    everything = [m.text for m in mutants(text)]
    few = [m.text for m in some_mutants(text, 4)]
    places = [everything.index(one) for one in few]
    assert places == sorted(places) and len(few) == 4 and places[-1] > len(everything) / 2
    assert few == [m.text for m in some_mutants(text, 4)] != [m.text for m in some_mutants(text, 4, 0.1)]
    assert {m.text for m in some_mutants(text, 10_000)} == {*everything} and some_mutants("pass", 3) == some_mutants("%time x", 3) == []


def test_what_is_never_judged_is_never_mutated():
    """Docstrings, annotations, prints, what guards them, messages of errors and options of speed stay as they are."""
    kept = ["Turn 1 score into 2 probabilities.", "X: np.ndarray", "-> np.ndarray", 'print("largest", exps.max(), 4)', "optimize=True"]
    for mutant in mutants(CELL):
        if mutant.operator in ("dropped_statement", "dropped_default", "unwrapped"):
            continue
        for piece in kept:
            assert normal(piece) in mutant.text if "print" in piece else piece in mutant.text, mutant.says
        if "raise" in mutant.text:
            assert "raise ValueError('expected ' + '2 axes')" in mutant.text, mutant.says


def test_a_check_that_raises_can_be_dropped():
    """An error that is asked for is behaviour: a mutant without it exists."""
    assert any("raise" not in mutant.text for mutant in mutants(CELL))


def test_says_names_line_and_change():
    """A mutant tells the line of the cell, and what stands there now."""
    says = {mutant.says for mutant in mutants("def f(x):\n    return x.sum(axis=0)")}
    assert "line 2: axis=0 -> (nothing)" in says
    assert "line 2: x.sum -> x.mean" in says


def test_a_body_is_never_empty():
    """The only statement of a body is replaced by pass."""
    assert "def f(x):\n    pass" in [mutant.text for mutant in mutants("def f(x):\n    x[0] = 1")]


@pytest.mark.parametrize("text", ["", "x = (", "%matplotlib inline"])
def test_cells_without_code(text):
    """A cell that is empty, or not plain Python, has no mutants."""
    assert mutants(text) == some_mutants(text, 3) == [] and normal(text) == code_of(text) == text


def test_names_are_taken_for_names_that_exist_by_then():
    """A variable is replaced by one that is bound before it is used, never by one of a later line."""
    found = [m for m in mutants("def f(x, y):\n    a = x\n    b = a\n    c = b\n    return b") if m.operator == "other_name"]
    assert {m.after for m in found if m.line == 2} == {"y"}
    assert {m.after for m in found if m.line == 3} == {"x", "y"}


def test_normal_forgets_layout_alone():
    """Comments and line breaks make no difference, code does."""
    assert normal("x = 1  # one\n\ny = (\n    2\n)") == normal("x = 1\ny = 2") != normal("x = 1\ny = 3")
    assert ast.dump(ast.parse(normal(CELL))) == ast.dump(ast.parse(CELL))


def test_a_reworded_docstring_leaves_mutants_as_they_were_known() -> None:
    """code_of leaves out docstrings of functions, methods and classes, and nothing else."""
    text = 'class A:\n    """{0}"""\n    def f(self, x):\n        """{0}"""\n        return "text", x\n\ndef g():\n    """{0}"""\n'
    assert code_of(text.format("one")) == code_of(text.format("another")) == "class A:\n\n    def f(self, x):\n        return ('text', x)\n\ndef g():\n    pass"


BRANCHES = CELL + '''
class Net:
    def step(self, x, rows):
        """Keep two
        lines."""
        for i in rows:
            if i > 1:
                x = x[rows]
            elif i < 0:
                x = -x
            else:
                def inner(z):
                    """Another
                    one."""
                    return z + i
                x = inner(x)
        text = f"{x}\\n{i}"
        return x, text
'''


@pytest.mark.parametrize("text", [CELL, BRANCHES])
def test_what_is_spliced_is_what_would_be_written_anew(text, monkeypatch):
    """The lines of one statement replaced: the same cells as where all of it is unparsed, whatever it holds."""
    spliced = mutants(text, [*OPERATORS, *MENDS])
    monkeypatch.setattr(Written, "_spliced", lambda self, away, there: None)
    assert spliced == mutants(text, [*OPERATORS, *MENDS]) and len(spliced) > 300
    assert all(normal(mutant.text) == mutant.text for mutant in spliced)
