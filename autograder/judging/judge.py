"""Decides, outside the sandbox, about what was seen: one observation at a time, then a question from all
of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from autograder.assignment.variants import Variant
from autograder.errors import AssignmentError
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import WireError, decode
from autograder.judging.compare import compare
from autograder.judging.diagnose import Known, ends_alike, hint, known_of
from autograder.judging.facts import Fact, Unfit, facts_of
from autograder.judging.findings import Finding, Verdict
from autograder.judging.reference import Reference
from autograder.probe import Probe

NO_VALUE = Finding(Verdict.NO_VALUE)
TOO_LARGE = Finding(Verdict.WRONG_SHAPE, "the result is far larger than what was asked for.")
UNDECIDED = Finding(
    Verdict.NO_VALUE,
    "this test could not decide about the result, which is a fault of the test: please tell your instructor.",
)
JUDGED_ROOM = 1_000_000
"""Bytes that an observation for a judge may have beyond 16 times the reference's: judges take their time
over every entry.
"""
_REMEMBERED, _REMEMBERED_BYTES = 2048, 1 << 14
"""How many findings are kept for observations that come again, and of what size these may be."""


class Judge:
    """Decides about observations of one assignment, for one salt.

    Holds the answers; lives outside the sandbox.
    """

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._known: dict[str, Known] = {}
        self._found = lru_cache(maxsize=_REMEMBERED)(self._find)  # most of a class see the same

    def find(self, probe: Probe, observation: Observation) -> Finding:
        """Judge one observation, whatever it is."""
        if observation.outcome is not Outcome.FINISHED:
            return NO_VALUE
        if probe.judged and len(observation.value) > 16 * self.reference.sizes[probe.id] + JUDGED_ROOM:
            return TOO_LARGE
        return (
            self._found(probe, observation)
            if len(observation.value) <= _REMEMBERED_BYTES
            else self._find(probe, observation)
        )

    def _find(self, probe: Probe, observation: Observation) -> Finding:
        try:
            return self.judge(probe, decode(observation.value))
        except WireError:
            return NO_VALUE

    def judge(self, probe: Probe, value: Any) -> Finding:
        """Judge one decoded value: by its facts where the probe is judged, else by comparing it with the
        reference's.
        """
        if not probe.judged:
            expected = self.reference.expected[probe.id]
            finding = compare(expected, value, probe.tolerance, probe.more_keys)
            if finding.verdict in (Verdict.WRONG_VALUES, Verdict.WRONG_SHAPE):
                return Finding(
                    finding.verdict,
                    f"{finding.message}. {hint(expected, value, probe.tolerance)}".rstrip(". ") + ".",
                )
            return finding
        try:
            facts = facts_of(
                self.reference.assignment.judges[probe.id], value, self.reference.seeds[probe.id]
            )
        except Unfit as error:
            return Finding(error.verdict, error.says)
        except AssignmentError:  # the judge is at fault, not the value
            return UNDECIDED
        except Exception:  # the value is a student's: whatever a judge trips over in it is a wrong form
            return Finding(Verdict.WRONG_TYPE, "the result does not have the form that was asked for.")
        return _from_facts(facts)

    def known(self, question: str, seen: dict[str, Observation]) -> list[Known]:
        """The misconceptions of a question that may be what was seen, with what they do, judged once."""
        variants = [v for v in self.reference.misconceptions if v.question == question]
        return [self._known_of(v) for v in variants if ends_alike(self.reference.observations_of(v), seen)]

    def _known_of(self, variant: Variant) -> Known:
        if variant.id not in self._known:
            probes = self.reference.assignment.probes_of(variant.question)
            self._known[variant.id] = known_of(
                variant, self.reference.observations_of(variant), probes, self.judge
            )
        return self._known[variant.id]


def _from_facts(facts: dict[str, Fact]) -> Finding:
    failed = next((fact for fact in facts.values() if not fact.holds), None)
    held = {name: found.seen_fact() for name, found in facts.items()}
    if failed is None:
        return Finding(Verdict.RIGHT, facts=held)
    return Finding(Verdict.WRONG_VALUES, failed.says, held)
