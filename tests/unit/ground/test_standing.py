"""What of drawn inputs is compared before and after a call."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograder.observers.standing import changed, names, parts, standing


class Pair(NamedTuple):
    x: np.ndarray
    rest: list[Any]


@dataclass(frozen=True)
class Course:
    rate: float
    data: dict[str, Any]


def drawn() -> dict[str, Any]:
    toy = type("Toy", (), {})()
    toy.seen = []
    return {"pair": Pair(np.arange(3.0), [1, "a", None]), "course": Course(0.5, {"W": np.ones((2, 2)), "nan": np.nan}), "toy": toy}


def test_parts_have_names_and_a_toy_has_none() -> None:
    """Mappings, sequences, named tuples and dataclasses are looked into; any other object is not."""
    assert [name for name, _ in parts(drawn())] == ["pair.x", "pair.rest[0]", "pair.rest[1]", "pair.rest[2]", "course.rate", "course.data.W", "course.data.nan"]
    assert list(parts(np.random.default_rng(0))) == []


def test_lists_have_names_besides() -> None:
    """A list may grow, which is no change of any of its entries; a tuple and an array can't."""
    assert list(names({"sizes": [3, [4]], "pair": (1, 2)})) == ["sizes[0]", "sizes[1][0]", "pair[0]", "pair[1]", "sizes", "sizes[1]"]


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], list[str]]] = {
    "nothing": (lambda d: None, []),
    "an entry": (lambda d: d["pair"].x.__setitem__(0, -0.0), ["pair.x"]),
    "the last bit": (lambda d: d["pair"].x.__setitem__(1, np.nextafter(1.0, 2)), ["pair.x"]),
    "a kind of number": (lambda d: d["course"].data.update(W=np.ones((2, 2), dtype=int)), ["course.data.W"]),
    "a number for another kind": (lambda d: d["pair"].rest.__setitem__(0, True), ["pair.rest[0]"]),
    "what is gone": (lambda d: d["pair"].rest.pop(), ["pair.rest[2]"]),
    "what was added": (lambda d: d["course"].data.update(more=1), []),
    "a list that has grown": (lambda d: d["pair"].rest.append(2), ["pair.rest"]),
    "what a toy notes": (lambda d: d["toy"].seen.append(1), []),
}


@pytest.mark.parametrize("case", CHANGES)
def test_changes_are_seen_bit_for_bit(case: str) -> None:
    """What is compared, and what is not."""
    change, names = CHANGES[case]
    inputs = drawn()
    before = standing(inputs)
    change(inputs)
    assert changed(before, inputs) == names
