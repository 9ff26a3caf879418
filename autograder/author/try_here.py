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
from autograder.inside.wire import decode, encode
from autograder.judging.findings import Verdict
from autograder.judging.judge import Judge
from autograder.judging.reference import Reference
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
    for probe in loaded.probes_of(question):
        kept = dict(names)
        try:
            np.random.seed(reference.seeds[probe.id] & 0xFFFFFFFF)
            seen = encode(probe.function(Namespace(names), np.random.default_rng(reference.seeds[probe.id])))
        finally:
            names.clear()
            names.update(kept)
        finding = judge.judge(probe, decode(seen))
        if finding.verdict is not Verdict.RIGHT:
            raise AssertionError(f"{question}.{probe.id}: {probe.title} {finding.message}")
