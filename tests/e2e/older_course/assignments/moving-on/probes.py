"""Hidden tests. Each calls what the notebook defines, on inputs of its own, and returns what it saw; it never says what is right.

The function's name is the check's id, its docstring the title that students read: what is tried, without numbers. `ns` is the notebook,
`rng` a generator seeded for this probe alone. The reference solution's own results are what is expected. A question's probes add up to its
points. `contract=True`: counts only where one of the others is right. A result that is drawn at random needs `judged=True` and judges.py.
"""
import numpy as np

from autograder.probe import probe


@probe("moving_average", points=2)
def some_neighbours(ns, rng):
    """A long row of numbers and a small width."""
    x = rng.normal(size=30)
    return {"averages": ns.moving_average(x, 4), "inputs": {"x": x}}  # inputs are compared as well: they must be left as they were


@probe("moving_average", points=1)
def far_from_zero(ns, rng):
    """Numbers far from zero, and an odd width."""
    return {"averages": ns.moving_average(rng.normal(size=12) + 50, 5)}


@probe("moving_average", points=0.5, contract=True)
def widest_and_narrowest(ns, rng):
    """All numbers at once, and one at a time."""
    x = rng.normal(size=7)
    return {"all": ns.moving_average(x, 7), "one": ns.moving_average(x, 1)}


@probe("moving_average", points=0.5, contract=True)
def whole_numbers(ns, rng):
    """Integers, whose means are fractions."""
    return {"averages": ns.moving_average(rng.integers(-9, 10, size=9), 2)}
