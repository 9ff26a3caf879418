"""Hidden tests. Each calls what the notebook defines, on inputs of its own, and returns what it saw; it never says what is right.

The function's name is the check's id, its docstring the title that students read: what is tried, without numbers. `ns` is the notebook,
`drawn` what `draw` has made of a generator seeded for this probe alone. The reference solution's own results are what is expected. A
question's probes add up to its points. `contract=True`: counts only where one of the others is right. A result that is drawn at random needs
`judged=True` and judges.py.
"""

from autograder.probe import probe


@probe("moving_average", points=2, draw=lambda rng: {"x": rng.normal(size=30)})
def some_neighbours(ns, drawn):
    """A long row of numbers and a small width."""
    return {"averages": ns.moving_average(drawn["x"], 4)}


@probe("moving_average", points=1, draw=lambda rng: {"x": rng.normal(size=12) + 50})
def far_from_zero(ns, drawn):
    """Numbers far from zero, and an odd width."""
    return {"averages": ns.moving_average(drawn["x"], 5)}


# unchanged: this probe is lost as well where any of the four sees that the numbers are not what they were
@probe("moving_average", points=0.5, contract=True, unchanged=True, draw=lambda rng: {"x": rng.normal(size=7)})
def widest_and_narrowest(ns, drawn):
    """All numbers at once, and one at a time, which stay as they were."""
    return {"all": ns.moving_average(drawn["x"], 7), "one": ns.moving_average(drawn["x"], 1)}


@probe("moving_average", points=0.5, contract=True, draw=lambda rng: {"x": rng.integers(-9, 10, size=9)})
def whole_numbers(ns, drawn):
    """Integers, whose means are fractions."""
    return {"averages": ns.moving_average(drawn["x"], 2)}
