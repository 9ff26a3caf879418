"""Guarded mutants: a function that is right but for one regime of what comes in."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.edits.guards import PARTS, Guarded, needs_of, regimes_of
from autograder.edits.regimes import NEEDS, REGIMES

CELL = "def double(x, times=2, only=False):\n    return {'y': times * x, 'n': len(x)}"
MET = {("double", need) for need in NEEDS}
X = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
IN: dict[str, list[tuple[Any, ...]]] = {
    "a second call": [(X,), (X[:1],)],
    "a second call on the same shapes": [(X,), (X + 1,)],
    "another shape than at first": [(X,), (X[:1],)],
    "two equal sizes": [(X[:, :2],)],
    "unequal sizes": [(X,)],
    "a first axis of 1": [(X[:1],)],
    "a last axis of 1": [(X[:, :1],)],
    "whole numbers": [(X.astype(int),)],
    "single precision": [(X.astype(np.float32),)],
    "tiny entries": [(1e-5 * X,)],
    "entries above 1": [(X,)],
    "entries above 500": [(500 * X,)],
    "entries below -500": [(500 * X,)],
    "negative entries alone": [(-np.abs(X),)],
    "positive entries alone": [(np.abs(X),)],
    "a zero among the entries": [(np.maximum(X, 0),)],
    "zeros alone": [(0 * X,)],
    "ties in a row": [(np.array([[1.0, 2.0, 2.0]]),)],
    "a view": [(X[:, ::2],)],
    "two arrays of one shape": [([X, X],)],
    "labels of one class": [(np.array([2, 2, 2]),)],
    "a count above the number of rows": [(X, 3)],
    "rows that a count does not divide": [(X[:, :1].repeat(2, 1).repeat(2, 0)[:3], 2)],
    "a count of 1": [(X, 1)],
    "a factor of 0": [(X, 0.0)],
    "a flag that is set": [(X, 2, True)],
    "a flag that is not set": [(X, 2, False)],
}
PLAIN = np.array([[0.5, -0.25, 0.75], [0.125, 0.5, -0.5]])


def outcomes(mutant: Guarded, calls: list[tuple[Any, ...]], text: str = CELL) -> tuple[list[Any], list[Any]]:
    """What the right function and a mutant of it return for some calls."""
    names: tuple[dict[str, Any], dict[str, Any]] = {"np": np}, {"np": np}
    for where, code in zip(names, (text, mutant.text), strict=True):
        exec(code, where)
    made = [[str(where[mutant.function](*call)) for call in calls] for where in names]
    return made[0], made[1]


@pytest.mark.parametrize("regime", REGIMES)
def test_a_mutant_is_wrong_in_its_regime_alone(regime: str) -> None:
    """In the regime what comes back differs, the same call outside it is right."""
    mutant = next(m for m in regimes_of(CELL, ("double",), MET) if m.regime == regime)
    text = CELL.replace("times * x", "[times * part for part in x] if isinstance(x, list) else times * x")
    mutant = Guarded(mutant.function, regime, 0, mutant.text.replace(CELL, text))
    right, wrong = outcomes(mutant, IN[regime], text)
    assert right[-1] != wrong[-1]
    right, wrong = outcomes(mutant, [(PLAIN,)], text)
    assert (right == wrong) is (regime != "unequal sizes")


def test_each_part_of_a_result_is_wrong_in_some_mutant() -> None:
    """Three mutants leave no output right."""
    changed = set()
    for mutant in (m for m in regimes_of(CELL, ("double",), MET) if m.regime == "entries above 1"):
        right, wrong = outcomes(mutant, [(X,)])
        changed |= {part for part in ("'n': 2",) if part not in wrong[0]} | ({"y"} if right[0].split("'n'")[0] != wrong[0].split("'n'")[0] else set())
    assert changed == {"'n': 2", "y"} and len([m for m in regimes_of(CELL, ("double",), MET) if m.regime == "a view"]) == PARTS


def test_what_is_written_is_wrong_too() -> None:
    """A function that returns nothing but writes into a table, and a method that writes to its object."""
    cell = "def put(table, x):\n    table['y'] = 2 * x\nclass Layer:\n    def pass_(self, x):\n        self.y = 2 * x"
    for name in ("put", "Layer.pass_"):
        mutant = next(m for m in regimes_of(cell, (name,), {(name, need) for need in NEEDS}) if m.regime == "entries above 1")
        where: dict[str, Any] = {}
        exec(mutant.text, where)
        table: dict[str, Any] = {}
        layer = where["Layer"]()
        if name == "put":
            where["put"](table, X)
        else:
            layer.pass_(X)
        assert not np.array_equal(table.get("y", getattr(layer, "y", None)), 2 * X)


def test_what_a_function_is_never_called_with_is_not_tried() -> None:
    """Regimes of labels make no sense for a function without labels."""
    needs = needs_of(CELL, ("double",))
    assert {m.regime for m in needs} == set(NEEDS) and len(needs) == PARTS * len(NEEDS)
    tried = {m.regime for m in regimes_of(CELL, ("double",), {("double", "flags")})}
    assert tried == {"a second call", "a flag that is set", "a flag that is not set"}


def test_names_of_the_cell_stay_its_own() -> None:
    """What spoils a function binds no name that a notebook may use."""
    mutant = regimes_of("count = 3\n" + CELL, ("double",), MET)[0]
    where: dict[str, Any] = {}
    exec(mutant.text, where)
    assert where["count"] == 3 and {name for name in where if not name.startswith("_")} == {"count", "double"}
