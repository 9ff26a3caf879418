"""What the reference and the misconceptions do on the probes: observed once for each salt, kept on disk,
never near student code.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from autograder.assignment.packages import check_packages
from autograder.assignment.probe_keys import text_of_probes
from autograder.assignment.values import Assignment
from autograder.assignment.variants import Variant, cells_with, load_variants
from autograder.errors import AssignmentError
from autograder.inside.protocol import CellSource
from autograder.inside.seen import Observation, Outcome, Seen
from autograder.inside.wire import decode, is_whole
from autograder.judging.facts import Unfit, facts_of
from autograder.judging.keys import key_of, seed_of
from autograder.observers.standing import names
from autograder.probe import Probe
from autograder.sandbox.isolation import TRUSTED
from autograder.sandbox.observed import ObservedStore
from autograder.sandbox.watch import Request, Watch
from autograder.sandbox.zygote import Sandbox


def requests_for(assignment: Assignment, salt: str, questions: tuple[str, ...] = ()) -> list[Request]:
    """The probes to run, all or those of some questions."""
    wanted = [p for p in assignment.probes if not questions or p.question in questions]
    return [Request(p.id, p.question, seed_of(salt, assignment.name, p.id)) for p in wanted]


def _reading(names: tuple[str, ...]) -> str:
    """Probes that read names, as the text of a probes.py."""
    probes = "\n".join(f"_{name} = _reading({name!r})" for name in names)
    return f"""
from autograder.probe import Probe

def _reading(name):
    return Probe(name, "", 0.0, "", lambda ns, rng: getattr(ns, name))

{probes}
"""


@dataclass
class Reference:
    """An assignment with what is expected of it, for one salt.

    Its sandboxes are started when they are first needed: one for each thread that observes.
    """

    assignment: Assignment
    salt: str
    store: ObservedStore
    expected: dict[str, Any] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """By probe, how many bytes the reference's observation takes."""
    changed: dict[str, frozenset[str]] = field(default_factory=dict)
    """By probe, the drawn inputs that the reference itself changes: the text wants it so."""
    _sandboxes: dict[int, Sandbox] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.requests = requests_for(self.assignment, self.salt)
        self.probes: dict[str, Probe] = {p.id: p for p in self.assignment.probes}
        self.cells = cells_with(self.assignment, [])
        self.seeds = {r.probe: r.seed for r in self.requests}
        self._observed: dict[str, dict[str, Observation]] = {}
        self._values: dict[str, tuple[tuple[str, bytes], ...]] = {}
        self._drawn: dict[str, frozenset[str]] = {}

    @cached_property
    def misconceptions(self) -> tuple[Variant, ...]:
        """The answers that are known to be wrong."""
        return load_variants(self.assignment, "misconception")

    def sandbox(self) -> Sandbox:
        """The reference's own zygote, that of this thread."""
        thread = threading.get_ident()
        if thread not in self._sandboxes:
            self._sandboxes[thread] = TRUSTED.sandbox(self.assignment)
        return self._sandboxes[thread]

    def close(self) -> None:
        while self._sandboxes:
            self._sandboxes.popitem()[1].close()

    def prepare(self, jobs: int = 1) -> Reference:
        """Observe the reference and then, so many at a time, all misconceptions; raises AssignmentError where
        the reference itself fails a probe.
        """
        if self.assignment.as_it_is:  # its own test cells say what is right
            self._expect({})
            return self
        self.prepare_reference()
        with ThreadPoolExecutor(jobs) as threads:
            for variant, seen in zip(
                self.misconceptions, threads.map(self._seen_of, self.misconceptions), strict=True
            ):
                self._observed[variant.id] = seen
        return self

    def prepare_reference(self) -> None:
        """Observe the reference alone. Raises UsageError where a package that it asks for is not here."""
        check_packages(self.assignment)
        seen = self.observe_all()
        for cell in seen.cells:
            if cell.outcome is not Outcome.FINISHED:
                raise AssignmentError(
                    f"cell {cell.number} of the reference ended: {cell.outcome.value} {cell.error}",
                    where=(
                        f"{self.assignment.folder / 'notebook.py'}:"
                        f"{self.assignment.cells[cell.number - 1].line}"
                    ),
                )
        for request in self.requests:
            observation = seen.observations[request.probe]
            if observation.outcome is not Outcome.FINISHED:
                raise AssignmentError(
                    f"the reference does not finish probe {request.probe}: "
                    f"{observation.outcome.value} {observation.error} {observation.missing}",
                    where=str(self.assignment.folder / "probes.py"),
                )
        self._expect(seen.observations)
        self._check_tolerances()
        self._check_judges()

    def observe_all(self) -> Seen:
        """What the reference does on all probes, each at its question's moment; nothing is checked."""
        return self._observe_with([], self.requests, self.assignment.probes_text)

    def _check_judges(self) -> None:
        """Have every judge decide about the reference; raises AssignmentError where one fails or does not
        return facts.
        """
        for name, judge in self.assignment.judges.items():
            try:
                facts_of(judge, self.expected[name], self.probes[name], self.seeds[name])
            except AssignmentError:
                raise
            except Unfit:
                continue  # that the reference is not right is for the release and the audit to say
            except Exception as error:
                what = f"{name} raised {type(error).__name__} for what the reference gives: {error}"
                raise AssignmentError(what, where=str(self.assignment.folder / "judges.py")) from None

    def _check_tolerances(self) -> None:
        """Refuse a tolerance for an output that the probe has not."""
        for probe in self.assignment.probes:
            named = set(probe.tolerance) if isinstance(probe.tolerance, Mapping) else set()
            expected = self.expected[probe.id]
            outputs = {str(key) for key in expected} if isinstance(expected, dict) else set()
            if named - outputs:
                unknown, line = sorted(named - outputs)[0], probe.function.__code__.co_firstlineno
                returned = ", ".join(map(repr, sorted(outputs))) or "one value: give one number"
                raise AssignmentError(
                    f"{probe.id} has a tolerance for {unknown!r}, which it does not return",
                    where=f"{self.assignment.folder / 'probes.py'}:{line}",
                    mend=f"it returns {returned}",
                )

    def _expect(self, observations: dict[str, Observation]) -> None:
        self._observed[""] = observations
        self.expected = {name: decode(observation.value) for name, observation in observations.items()}
        self.sizes = {name: len(observation.value) for name, observation in observations.items()}
        self.changed = {name: frozenset(observation.changed) for name, observation in observations.items()}

    def inputs_of(self, probe: Probe) -> Any:
        """What the probe draws, drawn once more on this side."""
        return probe.drawn(np.random.default_rng(self.seeds[probe.id]))

    def names_drawn(self, probe: Probe) -> frozenset[str]:
        """The names of the parts of what a probe draws, and of its lists."""
        if probe.id not in self._drawn:
            self._drawn[probe.id] = frozenset(names(self.inputs_of(probe)))
        return self._drawn[probe.id]

    def observations_of(self, variant: Variant) -> dict[str, Observation]:
        """What a variant does on its own question's probes."""
        if variant.id not in self._observed:
            self._observed[variant.id] = self._seen_of(variant)
        return self._observed[variant.id]

    def _seen_of(self, variant: Variant) -> dict[str, Observation]:
        requests = [r for r in self.requests if r.question == variant.question]
        probes = text_of_probes(self.assignment, variant.question)
        return self._observe_with([variant], requests, probes).observations

    def _observe_with(self, variants: list[Variant], requests: list[Request], probes: str) -> Seen:
        """What the reference with variants in place does on some probes, each question's at its moment of
        the notebook; the cells are those of the whole.
        """
        moments = {r.question: self.assignment.moment_of(r.question) for r in requests}
        seen = Seen((), {}, 0.0)
        for moment in sorted({*moments.values()}, reverse=True):  # the end of the notebook comes last
            cells = cells_with(self.assignment, variants, until=moment)
            then = self.observe(cells, [r for r in requests if moments[r.question] == moment], probes)
            seen = Seen(then.cells, seen.observations | then.observations, seen.seconds + then.seconds)
        return seen

    def values_of(self, question: str) -> tuple[tuple[str, bytes], ...]:
        """The values that a question's names have at its own check, as wire bytes: what a second pass is
        given of it. What can't be sent is left out.
        """
        if question not in self._values:
            names = self.assignment.question(question).values
            cells = cells_with(self.assignment, [], until=question)
            sandbox = TRUSTED.sandbox(self.assignment, probes=_reading(names))
            with sandbox, Watch(sandbox, cells, self.assignment.limits) as watch:
                seen = watch.observe([Request(name, question, 0) for name in names]).observations
            found = {name: o.value for name, o in seen.items() if o.outcome is Outcome.FINISHED}
            self._values[question] = tuple((n, data) for n, data in found.items() if is_whole(decode(data)))
        return self._values[question]

    def observed(self) -> dict[str, dict[str, Observation]]:
        """What the reference (under the empty name) and the misconceptions did: all that another machine
        needs to judge as this one does.
        """
        return dict(self._observed)

    @classmethod
    def received(
        cls, assignment: Assignment, salt: str, observed: dict[str, dict[str, Observation]]
    ) -> Reference:
        """A reference from what `observed` gave: nothing is run."""
        made = cls(assignment, salt, ObservedStore(Path(os.devnull)))
        made._observed = dict(observed)
        made._expect(observed[""])
        return made

    def observe(self, cells: list[CellSource], requests: list[Request], probes: str) -> Seen:
        """Observe trusted cells, or look up what was observed before. probes is the text of the probes
        that are asked.
        """
        key = key_of(self.assignment, cells, requests, probes)
        if (known := self.store.get(key)) is not None:
            return known
        with Watch(self.sandbox(), cells, self.assignment.limits) as watch:
            seen = watch.observe(requests)
        if all(
            o.outcome in (Outcome.FINISHED, Outcome.RAISED, Outcome.MISSING)
            for o in seen.observations.values()
        ):
            self.store.put(key, seen)
        return seen
