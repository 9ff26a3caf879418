"""Decides, outside the sandbox, about what was seen: one observation at a time, then a question from all
of its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from autograder.assignment.variants import Variant
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import TooLarge, WireError, decode
from autograder.judging.aside import Aside, alike, finding_of
from autograder.judging.compare import compare
from autograder.judging.comparing.contract import Changed, changed_inputs, with_contract
from autograder.judging.diagnose import hint
from autograder.judging.findings import Finding, Verdict
from autograder.judging.known import KnownMistake, ends_alike, known_of
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
PARTS = 20_000
"""Parts that a value may have beyond four for each byte of the reference's."""
SECONDS_FOR_ALL = 30.0
"""Of the processor, for decoding and judging all that was seen of one submission, which ordinarily takes a
fraction of one; of the wall clock where a judge works in its own process.
"""
OUT_OF_TIME = Finding(
    Verdict.NO_VALUE,
    "this was not judged: what the tests before it returned had used up the time for judging a submission.",
)
_REMEMBERED, _REMEMBERED_BYTES = 2048, 1 << 14
"""How many findings are kept for observations that come again, and of what size these may be."""


class Judge:
    """Decides about observations of one assignment, for one salt.

    Holds the answers; lives outside the sandbox.
    """

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._known: dict[str, KnownMistake] = {}
        self._in_one: dict[str, bool] = {}
        self._found = lru_cache(maxsize=_REMEMBERED)(self._find)  # most of a class see the same
        self._aside = Aside(reference.assignment)
        self.begin()

    def begin(self) -> None:
        """Another submission is judged from now on, with all of its time."""
        self._left = SECONDS_FOR_ALL

    def close(self) -> None:
        self._aside.close()

    def find_all(
        self, probes: tuple[Probe, ...], observations: Mapping[str, Observation]
    ) -> dict[str, Finding]:
        """Judge a question: each observation by itself, then from all of them what became of the inputs."""
        found = {p.id: self.find(p, observations[p.id]) for p in probes}
        return self.contract(probes, observations, found)

    def changed(self, probes: tuple[Probe, ...], observations: Mapping[str, Observation]) -> Changed:
        """The inputs that probes saw changed, of those that the reference leaves alone."""
        reference = self.reference
        return changed_inputs(probes, observations, reference.names_drawn, reference.changed)

    def contract(
        self,
        probes: tuple[Probe, ...],
        observations: Mapping[str, Observation],
        findings: Mapping[str, Finding],
    ) -> dict[str, Finding]:
        """The findings of a question, with those of the probes that answer for its inputs."""
        return with_contract(probes, findings, self.changed(probes, observations))

    def find(self, probe: Probe, observation: Observation) -> Finding:
        """Judge one observation, whatever it is."""
        if observation.outcome is not Outcome.FINISHED:
            return NO_VALUE
        if probe.judged and len(observation.value) > 16 * self.reference.sizes[probe.id] + JUDGED_ROOM:
            return TOO_LARGE
        if self._left <= 0:
            return OUT_OF_TIME
        began = time.process_time()
        small = len(observation.value) <= _REMEMBERED_BYTES
        found = (self._found if small else self._find)(probe, observation)
        if found is None:
            seed = self.reference.seeds[probe.id]
            self._aside.ready()
            asked = time.monotonic()
            found = self._aside.find(probe.id, seed, observation.value, self._left) or UNDECIDED
            self._left -= time.monotonic() - asked
        self._left -= time.process_time() - began
        return found

    def ahead(self, probe: Probe, observation: Observation) -> None:
        """Judge one observation while others are waited for, where `find` will remember what was found."""
        small = len(observation.value) <= _REMEMBERED_BYTES
        if small and observation.outcome is Outcome.FINISHED and self._left > 0:
            began = time.process_time()
            self._found(probe, observation)
            self._left -= time.process_time() - began

    def _find(self, probe: Probe, observation: Observation) -> Finding | None:
        """None where a judge has to decide about what does not have the reference's form."""
        try:
            value = decode(observation.value, parts=PARTS + 4 * self.reference.sizes[probe.id])
            if probe.judged and not alike(self.reference.expected[probe.id], value):
                return self._compared(probe, value)
            return self.judge(probe, value)
        except (TooLarge, MemoryError):
            return TOO_LARGE
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
        if (off := self._compared(probe, value)) is not None:
            return off
        judge = self.reference.assignment.judges[probe.id]
        return finding_of(judge, value, probe, self.reference.seeds[probe.id]) or UNDECIDED

    def _compared(self, probe: Probe, value: Any) -> Finding | None:
        """What is wrong with the outputs of a judged probe that are compared; None where nothing is."""
        if not probe.compared:
            return None
        expected, seen = self.reference.expected[probe.id], value if isinstance(value, dict) else {}
        wanted = {name: expected[name] for name in probe.compared if name in expected}
        mine = {name: seen[name] for name in wanted if name in seen}
        found = compare(wanted, mine, probe.tolerance, probe.more_keys)
        return None if found.verdict is Verdict.RIGHT else found

    def known(self, question: str, seen: dict[str, Observation]) -> list[KnownMistake]:
        """The misconceptions of a question that may be what was seen, with what they do, judged once; and
        those that one contract check alone looks at, whatever else was seen.
        """
        variants = [v for v in self.reference.misconceptions if v.question == question]
        probes = self.reference.assignment.probes_of(question)
        return [
            self._known_of(v)
            for v in variants
            if ends_alike(probes, self.reference.observations_of(v), seen) or self._shows_in_one(v, probes)
        ]

    def _shows_in_one(self, variant: Variant, probes: tuple[Probe, ...]) -> bool:
        """Whether all but one contract check see of a misconception what they see of the reference, byte by
        byte.
        """
        if variant.id not in self._in_one:
            right, wrong = self.reference.observed()[""], self.reference.observations_of(variant)
            unlike = [p for p in probes if right[p.id] != wrong[p.id]]
            self._in_one[variant.id] = len(unlike) == 1 and unlike[0].contract
        return self._in_one[variant.id]

    def _known_of(self, variant: Variant) -> KnownMistake:
        if variant.id not in self._known:
            probes = self.reference.assignment.probes_of(variant.question)
            observations = self.reference.observations_of(variant)
            known = known_of(variant, observations, probes, self.judge)
            findings = self.contract(probes, observations, known.findings)
            self._known[variant.id] = replace(known, findings=findings)
        return self._known[variant.id]
