"""Grades the corpus of slips and prints what a student would read of each: `python -m tests.slips.measure [assignment ...]`.

With --blind, it is the second corpus, which was written without a look at the first; with --patient, locating has twenty times as
long, which tells what it can't find from what it finds too late; with --only, only these slips are graded.
"""
from __future__ import annotations

import argparse
import importlib
import re
import tempfile
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment
from autograder.assignment.variants import cells_with
from autograder.inside.jail import LEVELS, levels
from autograder.inside.protocol import CellSource
from autograder.judging.bench import OwnCells
from autograder.judging.findings import QuestionResult
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore
from tests.assignments.conftest import NAMES, SALT, loaded

from . import Slip


def slips_of(name: str, corpus: str = "tests.slips") -> dict[str, Slip]:
    """The slips of an assignment, by key."""
    return importlib.import_module(f"{corpus}.{name}").SLIPS


def read_by_hand(name: str, corpus: str = "tests.slips") -> dict[str, dict[str, Any]]:
    """What a person found of each slip's result, by key; the read_by_hand.toml of the corpus says what the fields mean."""
    return tomllib.loads(resources.files(corpus).joinpath("read_by_hand.toml").read_text(encoding="utf-8"))[name]


def handed_in(assignment: Assignment, slip: Slip) -> OwnCells:
    """The reference of an assignment with a slip in its question's answer."""
    numbers = {c.id: n for n, c in enumerate(assignment.cells, 1) if c.role is Role.SOLUTION and c.id.startswith(f"{slip.question}_solution")}
    texts = slip.into({cell: assignment.cells[n - 1].text for cell, n in numbers.items()})
    by_number = {numbers[cell]: text for cell, text in texts.items()}
    cells = [CellSource(by_number.get(c.number, c.text), c.number, c.kind) for c in cells_with(assignment, [])]
    return OwnCells(cells, {c.id: n for n, c in enumerate(assignment.cells, 1) if c.role is Role.TEST})


def graded(grader: Grader, slips: dict[str, Slip]) -> Iterator[tuple[str, QuestionResult]]:
    """The result of each slip's question."""
    for key, slip in slips.items():
        with grader.sit(handed_in(grader.assignment, slip), (slip.question,)) as sitting:
            results = sitting.results()
        yield key, next(r for r in results if r.id == slip.question)


def kind(result: QuestionResult) -> str:
    """What the student gets: full marks, a name, a place or several, or neither."""
    if result.score == result.max_score:
        return "full marks"
    return "named" if result.diagnosis else "located" if places(result) else "neither"


def places(result: QuestionResult) -> str:
    """What the student reads of a place, or of several at which it takes a change each; empty where nothing is found."""
    several = next((found[0] for c in result.checks if (found := _SEVERAL.search(c.message))), "")
    return result.located.says if result.located else several


_SEVERAL = re.compile(r"Look at line .* every check comes out right\.")


def shown(key: str, slip: Slip, result: QuestionResult) -> str:
    """A slip, what is truly wrong with it, and what is said of it."""
    lines = [f"{key} ({slip.question}) {result.score:g} of {result.max_score:g}: {kind(result)}", f"  truly:   {slip.label}"]
    if result.diagnosis:
        lines.append(f"  name:    {result.diagnosis.id}: {result.diagnosis.says}")
    if places(result):
        lines.append(f"  place:   {places(result)}")
    for check in [c for c in result.checks if c.message][:4]:
        lines.append(f"  {check.id} ({check.earned:g} of {check.points:g}, {check.verdict}): {check.message}")
    return "\n".join(lines)


def patient(assignment: Assignment) -> Assignment:
    """The same assignment, with twenty times as long for locating."""
    limits = assignment.limits
    more = {"locate_question_seconds": 20 * limits.locate_question_seconds, "locate_seconds": 20 * limits.locate_seconds}
    return replace(assignment, table=msgspec.structs.replace(assignment.table, limits=msgspec.structs.replace(limits, **more)))


def measure(assignment: Assignment, corpus: str, only: Collection[str]) -> None:
    """Grade, print and count the slips of one assignment."""
    found = levels()
    isolation = Isolation(next(level for level in LEVELS if not found[level]))
    slips = {key: slip for key, slip in slips_of(assignment.name, corpus).items() if not only or key in only}
    counts = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        reference = Reference(assignment, SALT, ObservedStore(Path(folder))).prepare()
        with Grader(reference, isolation) as grader:
            grader.locate = True  # as `chainrule autograde` does
            for key, result in graded(grader, slips):
                counts[kind(result)] += 1
                print(shown(key, slips[key], result), end="\n\n", flush=True)
        reference.close()
    said = ", ".join(f"{counts[k]} {k}" for k in ("full marks", "named", "located", "neither"))
    print(f"{assignment.name}: {len(slips)} slips; {said}", flush=True)


def main() -> None:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignments", nargs="*", default=NAMES)
    parser.add_argument("--blind", action="store_const", const="tests.slips.blind", default="tests.slips", dest="corpus")
    parser.add_argument("--patient", action="store_true")
    parser.add_argument("--only", default="", metavar="KEY,KEY")
    given = parser.parse_args()
    for name in given.assignments:
        assignment = patient(loaded(name)) if given.patient else loaded(name)
        measure(assignment, given.corpus, [key for key in given.only.split(",") if key])


if __name__ == "__main__":
    main()
