"""Points from findings: a contract check counts only where a core check of its question is right."""

from __future__ import annotations

from autograder.judging.findings import Verdict
from autograder.probe import Probe


def earned(probes: tuple[Probe, ...], verdicts: dict[str, Verdict]) -> dict[str, float]:
    """The points that each probe of one question earns, by probe id."""
    right = {p.id for p in probes if verdicts.get(p.id) is Verdict.RIGHT}
    any_core = any(p.id in right for p in probes if not p.contract)
    return {p.id: p.points if p.id in right and (any_core or not p.contract) else 0.0 for p in probes}


def total(points: list[float]) -> float:
    """A sum of points, without the dust of binary fractions."""
    return round(sum(points), 6)
