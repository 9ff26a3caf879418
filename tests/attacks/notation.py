"""How an attack is written down: a function whose body becomes a cell of a notebook, and the grade that the notebook deserves."""
from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

CENTER, SCALE = 2.0, 3.0
"""The points of the two questions."""


@dataclass(frozen=True)
class Attack:
    """One hostile notebook. says is what it tries; place says where its cell goes, the rest of the notebook being right.

    beside: a cell of its own before the first answer. center, scale: in place of that answer; with "scale" the other one is wrong, so that
    the question is observed a second time with the reference's answers at hand. locked: at the end of the given cells and of a check, with a
    wrong answer to center; written: at the end of the same cells, all answers right.
    """

    name: str
    says: str
    text: str
    place: str
    center: float
    scale: float
    landlock: bool
    """Whether level landlock contains it as well."""


ATTACKS: dict[str, Attack] = {}


def attack(
    place: str = "beside", *, center: float | None = None, scale: float | None = None, landlock: bool = True
) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Declare an attack. Unless said otherwise, honest answers earn what they deserve and an attack in the place of an answer nothing."""
    if center is None:
        center = CENTER if place in ("beside", "written") else 0.0
    if scale is None:
        scale = 0.0 if place == "scale" else SCALE

    def declare(function: Callable[..., object]) -> Callable[..., object]:
        assert function.__name__ not in ATTACKS, function.__name__
        assert function.__doc__, f"{function.__name__} has no docstring"
        says = " ".join(function.__doc__.split())
        ATTACKS[function.__name__] = Attack(function.__name__, says, body_of(function), place, center, scale, landlock)
        return function

    return declare


def body_of(function: Callable[..., object]) -> str:
    """The text of a function's body without its docstring, as a cell."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    definition = ast.parse("\n".join(lines)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    first = definition.body[0].end_lineno
    return textwrap.dedent("\n".join(lines[first:])).strip() + "\n"
