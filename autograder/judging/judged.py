"""A question's observations and findings together, and what they earn."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.inside.seen import Observation
from autograder.judging.findings import Finding, Verdict
from autograder.judging.points import earned
from autograder.probe import Probe


@dataclass(frozen=True)
class Judged:
    """A question's observations and findings, and what they earn."""

    probes: tuple[Probe, ...]
    observations: dict[str, Observation]
    findings: dict[str, Finding]
    given_correct_inputs: bool = False
    """Whether points were earned in a second pass alone."""

    @property
    def points(self) -> dict[str, float]:
        return earned(self.probes, {name: finding.verdict for name, finding in self.findings.items()})

    @property
    def lost(self) -> frozenset[str]:
        """The probes that are not right."""
        return frozenset(
            name for name, finding in self.findings.items() if finding.verdict is not Verdict.RIGHT
        )
