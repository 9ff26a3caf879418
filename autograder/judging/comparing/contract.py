"""What a question asks of the inputs that its probes draw: that they are as they were after a call.

It is one fact of the question, observed by every probe that draws, and costs the points of the probes that
answer for it (`unchanged`). Names of changed inputs come from the process of the student's code: with them it
can only lose points.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from autograder.inside.seen import Observation, Outcome
from autograder.judging.findings import Finding, Verdict
from autograder.probe import Probe

_PART = re.compile(r"[.\[ ].*", re.DOTALL)
"""All of a name behind that of the input: the part of it, or which of several it is, as x (positive)."""
Changed = Mapping[str, tuple[str, ...]]
"""By probe, the inputs that it saw changed and should not have."""


def changed_inputs(
    probes: tuple[Probe, ...],
    observations: Mapping[str, Observation],
    allowed: Callable[[Probe], frozenset[str]],
    reference: Mapping[str, frozenset[str]],
) -> Changed:
    """What probes of a question saw changed, of the inputs that they have drawn (allowed) and that the
    reference leaves as they were.
    """
    found = {}
    for probe in probes:
        seen = observations.get(probe.id)
        if seen is None or seen.outcome is not Outcome.FINISHED or not seen.changed:
            continue
        wrong = frozenset(seen.changed) & allowed(probe) - reference.get(probe.id, frozenset())
        if wrong:
            found[probe.id] = tuple(name for name in seen.changed if name in wrong)
    return found


def with_contract(
    probes: tuple[Probe, ...], findings: Mapping[str, Finding], changed: Changed
) -> dict[str, Finding]:
    """The findings of a question, with those of the probes that answer for its inputs.

    Such a probe is lost for what it has seen itself; what other probes alone have seen is told by the first
    of them. A probe that is lost anyway keeps its own finding.
    """
    result = dict(findings)
    answering = [p for p in probes if p.unchanged and p.id in findings]
    own = [p for p in answering if _held(p, changed.get(p.id, ()))]
    for probe in own:
        result[probe.id] = _found(result[probe.id], _held(probe, changed[probe.id]), "")
    for probe in () if own else answering:
        for other in probes:
            if names := _held(probe, changed.get(other.id, ())):
                result[probe.id] = _found(result[probe.id], names, other.title)
                return result
    return result


def broken(probe: Probe, findings: Mapping[str, Finding]) -> bool:
    """Whether a probe that answers for the inputs is lost for that."""
    found = findings.get(probe.id)
    return bool(probe.unchanged) and found is not None and found.verdict is Verdict.CHANGED_INPUT


def breaks_alike(probe: Probe, known: Mapping[str, Finding], mine: Mapping[str, Finding]) -> bool:
    """Whether a probe that answers for the inputs is lost for that in both findings or in neither, and where
    in both, for one input at least that is the same: what is said of one is not true of another.
    """
    if not broken(probe, known) or not broken(probe, mine):
        return broken(probe, known) is broken(probe, mine)
    one, other = known[probe.id].changed, mine[probe.id].changed
    return one == other or not set(one).isdisjoint(other)


def _held(probe: Probe, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if probe.is_held_to(name))


def _found(finding: Finding, names: tuple[str, ...], elsewhere: str) -> Finding:
    if finding.verdict is not Verdict.RIGHT:
        return finding
    where = f', in the test "{elsewhere.rstrip(".")}"' if elsewhere else ""
    why = "it was changed, or a result is a view of it and was written to"
    says = f"{names[0]} is not as it was{where}: {why}"
    inputs = tuple(dict.fromkeys(_PART.sub("", name) for name in names))
    return Finding(Verdict.CHANGED_INPUT, says, finding.facts, inputs)
