"""Generates guarded mutants: copies of a cell in which one function goes wrong in one regime of its inputs.

Text in, texts out. What survives shows what the hidden tests of a question never look at.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.edits.regimes import NEEDS, REGIMES

_TEXT = Path(__file__).with_name("regimes.py").read_text(encoding="utf-8")
PARTS = 3
"""Of what a function returns and writes, every third is wrong in a mutant: three mutants miss nothing."""


@dataclass(frozen=True)
class Guarded:
    """A cell whose function is wrong in one regime, or wherever it is called with what some regimes need."""

    function: str
    regime: str
    part: int
    text: str


def needs_of(cell: str, functions: tuple[str, ...]) -> list[Guarded]:
    """Mutants that are wrong wherever a need of some regimes is met."""
    return list(_guarded(cell, functions, {name: f"['NEEDS'][{name!r}]" for name in NEEDS}))


def regimes_of(cell: str, functions: tuple[str, ...], met: set[tuple[str, str]]) -> list[Guarded]:
    """A mutant for each regime of each function and each part; met: functions with the needs that are met."""
    everywhere = _guarded(cell, functions, {name: f"['REGIMES'][{name!r}][1]" for name in REGIMES})
    return [m for m in everywhere if not (need := REGIMES[m.regime][0]) or (m.function, need) in met]


def _guarded(cell: str, functions: tuple[str, ...], regimes: dict[str, str]) -> Iterator[Guarded]:
    for function in functions:
        if target := _bound_as(function, cell):
            for regime, expression in regimes.items():
                for part in range(PARTS):
                    yield Guarded(function, regime, part, f"{cell}\n{_spoil(target, expression, part)}")


def _spoil(target: str, regime: str, part: int) -> str:
    """The lines that make a function wrong in a regime; they bind one name, which nobody else has."""
    return (
        f"_guards = {{}}\nexec({_TEXT!r}, _guards)\n"
        f"{target} = _guards['guarded']({target}, _guards{regime}, {part})\n"
    )


def _bound_as(function: str, cell: str) -> str:
    """How a cell binds a function that a question asks for: at the top, or in its class; empty: not here, or
    not in plain Python.
    """
    owner, _, name = function.rpartition(".")
    try:
        tree = ast.parse(cell)
    except SyntaxError:
        return ""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return name
        if isinstance(node, ast.ClassDef) and node.name == owner:
            return function
    return ""
