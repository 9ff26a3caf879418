"""What a question asks of the inputs that its probes draw: that they are as they were after a call.

It is one fact of the question, observed by every probe that draws, and costs the points of the probes that
answer for it (`unchanged`). Names of changed inputs come from the process of the student's code: with them it
can only lose points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from autograder.inside.seen import Observation, Outcome
from autograder.judging.findings import Finding, Verdict
from autograder.probe import Probe

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
    own = [p for p in answering if _first(p, changed.get(p.id, ()))]
    for probe in own:
        result[probe.id] = _found(result[probe.id], _first(probe, changed[probe.id]), "")
    for probe in () if own else answering:
        for other in probes:
            if name := _first(probe, changed.get(other.id, ())):
                result[probe.id] = _found(result[probe.id], name, other.title)
                return result
    return result


def broken(probe: Probe, findings: Mapping[str, Finding]) -> bool:
    """Whether a probe that answers for the inputs is lost for that."""
    found = findings.get(probe.id)
    return bool(probe.unchanged) and found is not None and found.verdict is Verdict.CHANGED_INPUT


def _first(probe: Probe, names: tuple[str, ...]) -> str:
    return next((name for name in names if probe.is_held_to(name)), "")


def _found(finding: Finding, name: str, elsewhere: str) -> Finding:
    if finding.verdict is not Verdict.RIGHT:
        return finding
    where = f', in the test "{elsewhere.rstrip(".")}"' if elsewhere else ""
    says = f"{name} is not as it was{where}: it was changed, or a result is a view of it and was written to"
    return Finding(Verdict.CHANGED_INPUT, says, finding.facts)
