"""Tries a question's probes in the instructor's own kernel: what the hidden region of a source test cell
calls.

It compares with the reference, as autograde does, but in this process and without limits. It is never part of
a release.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from autograder.assignment.course import Course
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import decode, encode
from autograder.judging.findings import Verdict
from autograder.judging.judge import Judge
from autograder.judging.reference import Reference
from autograder.observers.standing import changed, standing
from autograder.probe import Namespace
from autograder.sandbox.observed import ObservedStore


def try_probes(assignment: str, question: str, names: dict[str, Any], salt: str = "release") -> None:
    """Run a question's probes on a kernel's names; raises AssertionError with the message of the first
    check that is wrong.
    """
    course = Course.around(Path.cwd())
    loaded = course.assignment(assignment)
    reference = Reference(loaded, salt, ObservedStore(course.observations))
    try:
        reference.prepare_reference()
    finally:
        reference.close()
    judge = Judge(reference)
    probes, seen, found = loaded.probes_of(question), {}, {}
    for probe in probes:
        kept, drawn = dict(names), reference.inputs_of(probe)
        before = standing(drawn)
        try:
            np.random.seed(reference.seeds[probe.id] & 0xFFFFFFFF)
            value = encode(probe.function(Namespace(names), drawn))
        finally:
            names.clear()
            names.update(kept)
        found[probe.id] = judge.judge(probe, decode(value))
        seen[probe.id] = Observation(probe.id, Outcome.FINISHED, value, changed=tuple(changed(before, drawn)))
    for name, finding in judge.contract(probes, seen, found).items():
        if finding.verdict is not Verdict.RIGHT:
            raise AssertionError(f"{question}.{name}: {reference.probes[name].title} {finding.message}")
