"""The cell of each chapter that tries the student's functions on random sizes: silent on every right way, and not on wrong ones."""
from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from autograder.assignment.variants import Variant, cells_with, load_variants

from .conftest import NAMES, loaded
from .test_reference_numbers import beside_the_data  # noqa: F401


def asked(name: str) -> tuple[str, set[str]]:
    """The cell, and the questions whose functions it calls."""
    text = next(c.text for c in loaded(name).cells if c.id == "try_random_sizes")
    called = {n.id if isinstance(n, ast.Name) else n.attr for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name | ast.Attribute)}
    return text, {q.id for q in loaded(name).questions if {d.rpartition(".")[2] for d in q.defines} & called}


def found(name: str, variant: Variant | None) -> str:
    """What the cell says of the reference, or of a variant in its place; the empty text where it finds nothing."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with np.errstate(all="ignore"):
        for cell in cells_with(loaded(name), [variant] if variant else []):
            exec(compile(cell.text, f"<{name} {cell.number}>", "exec"), names)
        try:
            exec(asked(name)[0], names)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return ""


def variants(kind: str) -> list[Any]:
    """Those of the questions that the cells try."""
    return [pytest.param(name, v, id=f"{name}-{v.id}") for name in NAMES for v in load_variants(loaded(name), kind) if v.question in asked(name)[1]]


UNSEEN = {
    "caches_the_flat_x", "caches_the_output", "caches_the_mask", "cache_of_the_padded_images", "one_cache_for_all_layers", "cache_without_the_bias",
    "gradients_added_to_the_old", "gradients_pile_up", "gradients_pile_up_in_place", "any_name_accepted", "flat_biases",
    "seeded_in_the_constructor", "weights_start_at_zero", "biases_start_random", "squared_margins", "right_minus_wrong",
}  # fmt: skip
"""Wrong answers that hold to all that is asked here: a cache is not handed on, a layer's start is not looked at, and two losses are losses of another kind."""
OTHERS = {"network", "Neuralnetwork"}
"""Questions whose names the cells only mention."""


def wrong(few: bool) -> list[Any]:
    """Misconceptions that should be found: all, or the first of each question."""
    kept, questions = [], set()
    for param in variants("misconception"):
        name, variant = param.values
        if variant.id not in UNSEEN and variant.question not in OTHERS and not (few and (name, variant.question) in questions):
            questions.add((name, variant.question))
            kept.append(param)
    return kept


@pytest.mark.parametrize(("name_of", "variant"), [pytest.param(name, None, id=name) for name in NAMES] + variants("alternative"))
def test_nothing_is_found_in_a_right_answer(name_of: str, variant: Variant | None) -> None:
    """The reference, and every known right way to write each function, hold to what is true of any right answer."""
    assert found(name_of, variant) == ""


@pytest.mark.parametrize(("name_of", "variant"), wrong(few=True))
def test_a_wrong_answer_is_found(name_of: str, variant: Variant) -> None:
    """The first known mistake of each question: said as a sentence, or stopped by what it raises."""
    assert found(name_of, variant) != ""


@pytest.mark.long
@pytest.mark.parametrize(("name_of", "variant"), wrong(few=False))
def test_nearly_all_wrong_answers_are_found(name_of: str, variant: Variant) -> None:
    """Every known mistake but those that keep to all these properties."""
    assert found(name_of, variant) != ""


def test_what_is_unseen_is_known() -> None:
    """The names of those left out are names of misconceptions."""
    assert {param.values[1].id for param in variants("misconception")} >= UNSEEN
