"""Sizes that a probe draws and that should differ: where two of them are equal, an answer that takes the one
for the other comes out right.

Looked at are the axes of each array among the drawn inputs and among what the reference gives for them, and
the sizes that `functools.partial` states: draw=partial(layer, n=5, rows=3, columns=4). Of the stated ones no
product of two may be a third, either.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from autograder.assignment.values import Assignment
from autograder.judging.compare import INPUTS
from autograder.judging.reference import Reference
from autograder.observers.standing import parts
from autograder.probe import Probe


def size_problems(assignment: Assignment, reference: Reference) -> Iterator[str]:
    """The probes that draw inputs of equal sizes and give no reason, and the reasons that are not needed."""
    for probe in assignment.probes:
        if probe.draw is None:
            continue
        found = equal_sizes(probe, reference.inputs_of(probe), reference.expected[probe.id])
        if found and not probe.equal_sizes:
            yield f"probe {probe.id} {found}: draw other sizes, or give the reason with equal_sizes="
        if probe.equal_sizes and not found:
            yield f"probe {probe.id} gives a reason for equal sizes, but all its sizes differ"


def equal_sizes(probe: Probe, drawn: Any, expected: Any) -> str:
    """The first sizes of a probe that are equal, as a sentence's end; empty where all differ. An axis of 1 is
    none: it says that there is one example, or one unit.
    """
    for first, second in combinations(stated(probe.draw), 2):
        if first[1] == second[1]:
            return f"states two equal sizes, {first[0]} = {second[0]} = {first[1]}"
    for one, other, third in _products(stated(probe.draw)):
        return f"states a size that is a product, {one[0]} * {other[0]} = {third[0]} = {third[1]}"
    outputs = {k: v for k, v in expected.items() if k != INPUTS} if isinstance(expected, dict) else expected
    for what, values in (("draws", drawn), ("sees", outputs)):
        for name, value in parts(values):
            shape = np.shape(value) if isinstance(value, np.ndarray) else ()
            axes = [size for size in shape if size > 1]
            if len(set(axes)) < len(axes):
                return f"{what} {name or 'an array'} of shape {shape}, with two equal axes"
    return ""


def stated(draw: Any) -> list[tuple[str, int]]:
    """The sizes that a partial states by name, with what they are called: n, shape[1]."""
    if not isinstance(draw, partial):
        return []
    return [(name, value) for name, value in parts(draw.keywords) if type(value) is int]


def _products(sizes: list[tuple[str, int]]) -> Iterator[tuple[tuple[str, int], ...]]:
    for pair in combinations([size for size in sizes if size[1] > 1], 2):
        for third in sizes:
            if third not in pair and third[1] == pair[0][1] * pair[1][1]:
                yield *pair, third
