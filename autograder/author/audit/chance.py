"""Measures how often chance alone costs points: the reference and every alternative on the inputs of many
salts.

A probe whose judge has a threshold on a random quantity, or whose tolerance leaves no room for another order
of summation, shows here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from autograder.assignment.values import Assignment
from autograder.assignment.variants import Variant, cells_with, load_variants
from autograder.errors import AssignmentError
from autograder.inside.protocol import CellSource
from autograder.inside.seen import Outcome
from autograder.inside.wire import decode
from autograder.judging.compare import compare
from autograder.judging.facts import Fact, Unfit, facts_of
from autograder.judging.findings import Verdict
from autograder.judging.keys import seed_of
from autograder.probe import Probe
from autograder.sandbox.isolation import TRUSTED
from autograder.sandbox.single_run import single_run
from autograder.sandbox.watch import Request
from autograder.sandbox.zygote import Sandbox

Progress = Callable[[str, int, int], None]
Judged = tuple[str, Probe, bool, dict[str, Fact]]
"""Whose observation it is (empty: the reference's), of which probe, whether it is right, and the facts of
its judge.
"""


class Spread(msgspec.Struct, frozen=True):
    """A fact of a judge over all salts: how often it failed and, where it is a number between limits, how
    that was spread.

    margin is the least distance from the mean to a limit, in standard deviations; nearest is how far the most
    extreme one went from the mean (0) to its limit (1).
    """

    fact: str
    failures: int
    mean: float | None = None
    deviation: float | None = None
    margin: float | None = None
    nearest: float | None = None


class ProbeSeeds(msgspec.Struct, frozen=True):
    """One probe over many salts: failures of the reference, and by name those of the alternatives. salts
    is 0 where no judge decides.
    """

    probe: str
    question: str
    judged: bool
    salts: int
    failures: int
    others: dict[str, int]
    facts: tuple[Spread, ...] = ()


@dataclass
class _Tally:
    salts: int = 0
    failures: int = 0
    others: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, list[Fact]] = field(default_factory=dict)


def measure(
    assignment: Assignment, salts: int, jobs: int, progress: Progress = lambda *_: None
) -> list[ProbeSeeds]:
    """Observe the reference's judged probes on the inputs of so many salts, and all probes of every
    alternative on those of a tenth as many.
    """
    tallies = {p.id: _Tally() for p in assignment.probes}
    work = [(_reference, chunk) for chunk in _chunks(salts, 100)] + [
        (_alternatives, chunk) for chunk in _chunks(-(-salts // 10), 10)
    ]
    with ThreadPoolExecutor(jobs) as pool:
        progress("salts", 0, len(work))
        for done, seen in enumerate(pool.map(lambda job: list(job[0](assignment, job[1])), work), 1):
            for name, probe, right, facts in seen:
                _count(tallies[probe.id], name, right, facts)
            progress("salts", done, len(work))
    return [
        _summary(p, tallies[p.id]) for p in assignment.probes if tallies[p.id].salts or tallies[p.id].others
    ]


def _chunks(salts: int, size: int) -> list[range]:
    """The salts, cut into what one process observes."""
    return [range(first, min(first + size, salts)) for first in range(0, salts, size)]


def _asked(assignment: Assignment, chunk: range, probes: list[Probe]) -> list[tuple[Probe, int]]:
    return [(p, seed_of(f"salt {n}", assignment.name, p.id)) for n in chunk for p in probes]


def _reference(assignment: Assignment, chunk: range) -> Iterator[Judged]:
    asked = _asked(assignment, chunk, [p for p in assignment.probes if p.judged])
    with TRUSTED.sandbox(assignment) as sandbox:
        for (probe, seed), value in zip(asked, _observe(sandbox, assignment, [], asked), strict=True):
            yield "", probe, *_judged(assignment, probe, seed, value)


def _alternatives(assignment: Assignment, chunk: range) -> Iterator[Judged]:
    variants = load_variants(assignment, "alternative")
    tried = {v.question for v in variants}
    asked = _asked(assignment, chunk, [p for p in assignment.probes if p.question in tried])
    with TRUSTED.sandbox(assignment) as sandbox:
        seen = _observe(sandbox, assignment, [], asked)
        expected = dict(zip([(p.id, seed) for p, seed in asked], seen, strict=True))
        for variant in variants:
            own = [(p, seed) for p, seed in asked if p.question == variant.question]
            for (probe, seed), value in zip(own, _observe(sandbox, assignment, [variant], own), strict=True):
                if probe.judged:
                    yield variant.id, probe, *_judged(assignment, probe, seed, value)
                else:
                    yield (
                        variant.id,
                        probe,
                        compare(expected[probe.id, seed], value, probe.tolerance, probe.more_keys).verdict
                        is Verdict.RIGHT,
                        {},
                    )


def _observe(
    sandbox: Sandbox, assignment: Assignment, variants: list[Variant], asked: list[tuple[Probe, int]]
) -> list[Any]:
    """What each probe saw, in one process for each moment of the notebook; the text "(raised ...)" where it
    did not finish.
    """
    seen: dict[tuple[str, int], Any] = {}
    for moment in dict.fromkeys(assignment.moment_of(p.question) for p, _ in asked):
        part = [(p, seed) for p, seed in asked if assignment.moment_of(p.question) == moment]
        cells = cells_with(assignment, variants, until=moment)
        values = _observe_then(sandbox, assignment, cells, part)
        seen.update({(p.id, seed): value for (p, seed), value in zip(part, values, strict=True)})
    return [seen[p.id, seed] for p, seed in asked]


def _observe_then(
    sandbox: Sandbox, assignment: Assignment, cells: list[CellSource], asked: list[tuple[Probe, int]]
) -> Iterator[Any]:
    limits = msgspec.structs.replace(assignment.limits, submission_seconds=3600)
    with single_run(sandbox, cells, limits) as run:
        if run.death:
            raise AssignmentError(
                f"the cells ended: {run.death.outcome.value}", where=str(assignment.folder / "notebook.py")
            )
        for (probe, seed), seen in zip(
            asked, run.observe(Request(p.id, p.question, s) for p, s in asked), strict=False
        ):
            if run.death:
                what = f"{probe.id} with seed {seed} ended: {run.death.outcome.value}"
                raise AssignmentError(what, where=str(assignment.folder / "probes.py"))
            yield (
                decode(seen.value)
                if seen.outcome is Outcome.FINISHED
                else f"({seen.outcome.value} {seen.error})"
            )


def _same(probe: Probe, expected: Any, value: Any) -> bool:
    return compare(expected, value, probe.tolerance, probe.more_keys).verdict is Verdict.RIGHT


def _judged(assignment: Assignment, probe: Probe, seed: int, value: Any) -> tuple[bool, dict[str, Fact]]:
    try:
        facts = facts_of(assignment.judges[probe.id], value, probe, seed)
    except Unfit as error:
        return False, {"form": Fact(False, error.says)}
    return all(f.holds for f in facts.values()), facts


def _count(tally: _Tally, name: str, right: bool, facts: dict[str, Fact]) -> None:
    if name:
        tally.others[name] = tally.others.get(name, 0) + (not right)
        return
    tally.salts += 1
    tally.failures += not right
    for key, fact in facts.items():
        tally.failed[key] = tally.failed.get(key, 0) + (not fact.holds)
        if math.isfinite(fact.value):
            tally.numbers.setdefault(key, []).append(fact)


def _summary(probe: Probe, tally: _Tally) -> ProbeSeeds:
    facts = tuple(
        _spread(name, failures, tally.numbers.get(name, [])) for name, failures in tally.failed.items()
    )
    return ProbeSeeds(
        probe.id, probe.question, probe.judged, tally.salts, tally.failures, tally.others, facts
    )


def _spread(name: str, failures: int, numbers: list[Fact]) -> Spread:
    values = np.array([n.value for n in numbers])
    if not len(values) or not np.ptp(values) > 0:
        return Spread(name, failures)
    mean, deviation = float(values.mean()), float(values.std())
    room = min(min(mean - n.low, n.high - mean) for n in numbers)
    nearest = max((n.value - mean) / ((n.high if n.value > mean else n.low) - mean) for n in numbers)
    return Spread(name, failures, mean, deviation, room / deviation, nearest)
