"""Texts of exceptions: those of the interpreter and of NumPy are known by their form, as they really come; all others are dropped."""
from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from autograder.sandbox.said import by_the_interpreter, names_in, without_suggestion

X = np.zeros((3, 4))


def pair(a: int, b: int) -> int:
    """Takes two."""
    return a + b


def late() -> Any:
    """Reads a name before it is bound."""
    found = sooner  # noqa: F821 -- it is bound below
    sooner = 1  # noqa: F841
    return found


REAL = [
    "X + np.zeros((3, 5))", "X @ X", "np.dot(X, X)", "X[7]", "X[0, 9]", "X[0, 0, 0]", "X.sum(axis=3)", "X.reshape(5, 5)", "X[[True, False]]", "X[1.5]", "X[np.array([0.5])]",
    "X[[0, 1], [0, 1, 2]]", "np.zeros(3).__setitem__(slice(None), np.zeros(4))", "np.zeros(3, dtype=int).__iadd__(0.5)", "np.concatenate([X, X[0]])", "float(X)", "bool(X)",
    "dict()['cache_lower']", "[].pop()", "[1][3]", "(1,)[2]", "None[0]", "None + 1", "len(None)", "-None", "None.shape", "pair(1)", "pair(1, 2, 3)", "pair(1, c=2)", "1 / 0", "1.0 // 0", "1 % 0",
    "(lambda a, b: a)(*None)" if False else "None < 1", "X.nothing", "X()", "iter(3)", "late()", "np.broadcast_to(1, 3).__setitem__(0, 1)", "np.matmul(X, 3.0)", "X.transpose(0, 1, 2)",
]  # fmt: skip
REAL += [
    "np.zeros((2, 'a'))", "np.zeros(X)", "{}[X]", "[1] + X.shape", "[1] * 2.5", "np.exp('a')", "np.log(None)", "np.concatenate([])", "np.split(X, 2)", "np.argmax([])", "np.max([])",
    "np.random.choice(3, 5, replace=False)", "np.random.choice(X, 2)", "np.random.normal(0, -1)", "np.random.randint(0)", "np.ones(-1)", "np.linalg.inv(X)", "X.swapaxes(0, 3)", "np.squeeze(X, 0)",
    "X.reshape(-1, -1)", "X.reshape(2, -1, 5)", "np.array([[1, 2], [3]])", "X[:2.0]", "[1, 2][1.0]", "(1, 2)['a']", "float([1])", "abs(None)", "round(None)", "dict([1])", "[1].remove(2)", "10.0**1000",
    "0.0**-1", "1 % 0.0", "np.zeros(3, int).__setitem__(0, np.nan)", "np.zeros()", "np.nothing", "np.Inf", "X.item()", "f'{X:.2f}'", "'%d' % 'a'", "np.broadcast_to(X, (2, 2))", "np.isclose('a', 1)",
    "np.mean(X, axes=0)", "np.pad(X, ((1, 1), (1, 1), (1, 1)))", "max([])", "np.add(1)", "np.lib.stride_tricks.sliding_window_view(X, (5, 5))",
]  # fmt: skip
REAL += [
    "{[1]: 2}", "{X.shape: 1}[[1]]", "{[1]}", "(lambda x: x)()", "(lambda x, /: x)(x=1)", "print(1, foo=2)", "int(1, 2, 3)", "list(zip([1], [2, 3], strict=True))", "[*3]", "[1][::0]",
    "'%d' % (1, 2)", "'{}'.format()", "reversed(3)", "nothing", "__import__('nothing_here')", "range(1, 2, 0)", "np.ones(3, 4)", "X.astype('foo')", "len(np.array(1))", "iter(np.array(1))",
    "np.random.default_rng(0).choice([1, 2], 5, replace=False)", "np.linalg.inv(np.ones(2))", "np.pad(X, 'a')", "np.arange()", "np.where(1, 2)", "np.unravel_index(9, (2, 2))", "object().x.y",
]  # fmt: skip
WITH_A_VALUE = ["math.sqrt(-1.25)", "math.log(-1.25)", "math.acos(2.25)", "float('2,5')", "int('2.5')", "np.zeros(2).__setitem__(0, '2,5')"]
UNPACKED = ["a, b = None", "a, b = 1, 2, 3", "a, b, c = 1, 2", "a, *b, c = [1]", "a, b = 3"]


def raised(code: str, mode: str) -> str:
    """What is said of the exception that this code raises."""
    names = {"math": math, "np": np, "X": X, "pair": pair, "late": late}
    try:
        exec(compile(code, "<cell 3>", mode), names)
    except Exception as error:
        return str(error)
    raise AssertionError(f"{code} raises nothing")


@pytest.mark.parametrize("code", REAL)
def test_what_python_and_numpy_say_is_known(code: str) -> None:
    """The commonest exceptions of array code, raised here and now by the versions that are installed."""
    said = raised(code, "eval")
    assert by_the_interpreter(said) == said.strip() != ""


@pytest.mark.parametrize("code", WITH_A_VALUE)
def test_the_value_that_was_met_stays_behind(code: str) -> None:
    """It may be anything that the student computed, a hidden input too; what the interpreter says before it is told."""
    said = by_the_interpreter(raised(code, "eval"))
    assert said and "2" not in said


@pytest.mark.parametrize("code", UNPACKED)
def test_unpacking_is_known(code: str) -> None:
    """Too many, too few, and what can't be unpacked."""
    said = raised(code, "exec")
    assert by_the_interpreter(said) == said


@pytest.mark.parametrize("text", [
    "the expected value is 3.14159", "index 3 is out of bounds for axis 0 with size 3; W = 0.25", "operands could not be broadcast together with shapes (secret) (3,)",
    "shapes (3,4) and (3,4) not aligned: 4 (dim 1) != 3 (dim 0)\nmore", "'" + "a" * 400 + "' object is not callable", "x" * 5000, "index 123456789 is out of bounds for axis 0 with size 3",
    "'the whole text of a probe, which is longer than any key of a dictionary'", "division by zero <script>", "",
])  # fmt: skip
def test_any_other_text_is_dropped(text: str) -> None:
    """Texts of a student's own making, also those that only begin like one of Python's."""
    assert by_the_interpreter(text) == ""


def test_names_are_found() -> None:
    """Whatever is no word of the forms themselves: names, types, attributes and keys, with quotes or without."""
    assert names_in("pair() got an unexpected keyword argument 'c'") == ["pair", "c"]
    assert names_in("'cache_lower'") == ["cache_lower"]
    assert names_in("list indices must be integers or slices, not Secret") == ["Secret"]
    assert names_in("'numpy.ndarray' object has no attribute 'centre'") == ["ndarray", "centre"]
    assert names_in("operands could not be broadcast together with shapes (6,3) (6,)") == []


def test_a_suggestion_can_be_left_out() -> None:
    """Python from 3.13 on suggests a parameter of the function that was called."""
    said = "mean() got an unexpected keyword argument 'axes'. Did you mean 'axis'?"
    assert by_the_interpreter(said) == said
    assert without_suggestion(said) == "mean() got an unexpected keyword argument 'axes'."
