"""What is known of a submission while it is graded, so that nothing is observed twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from autograder.inside.seen import Observation, Outcome, Seen
from autograder.sandbox.watch import Request

_FLEETING = {Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.KILLED, Outcome.PROTOCOL}
"""Outcomes that a busy or full machine may have caused: kept only once they have come again in a try of
their own.
"""


def is_fleeting(seen: Seen) -> bool:
    """Whether something in it might end otherwise another time: a cell, or a probe."""
    return any(cell.outcome in _FLEETING for cell in seen.cells) or any(
        o.outcome in _FLEETING for o in seen.observations.values()
    )


@dataclass
class Memory:
    """What is known of a submission while it is graded: what an earlier run saw, and what this one saw or
    used again.

    alone: nothing else runs meanwhile, so that a timeout, a death or an exhausted memory is the submission's
    own.
    """

    before: dict[str, Seen] = field(default_factory=dict)
    alone: bool = False
    kept: dict[str, Seen] = field(default_factory=dict)
    fleeting: bool = False
    """Whether something was seen that has to be tried again before it is kept."""

    def get(self, key: str) -> Seen | None:
        if (seen := self.before.get(key)) is not None:
            self.kept[key] = seen
        return seen

    def forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.kept.pop(key, None)

    def put(self, key: str, seen: Seen) -> None:
        """Keep what was seen, unless it might end otherwise another time."""
        if self.note(seen):
            self.kept[key] = seen

    def note(self, seen: Seen) -> bool:
        """Whether what was seen may be relied upon; otherwise take down that it has to be tried again."""
        sure = self.alone or not is_fleeting(seen)
        self.fleeting = self.fleeting or not sure
        return sure


def by_question(seen: Seen, requests: list[Request]) -> dict[str, Seen]:
    """What was seen, cut into its questions; each has the cells with it."""
    parts: dict[str, dict[str, Observation]] = {}
    for request in requests:
        parts.setdefault(request.question, {})[request.probe] = seen.observations[request.probe]
    return {question: msgspec.structs.replace(seen, observations=part) for question, part in parts.items()}


def together(parts: list[Seen]) -> Seen:
    """Questions that were seen at different times as one; what was seen last says how the cells ended."""
    observations = {name: observation for part in parts for name, observation in part.observations.items()}
    return msgspec.structs.replace(parts[-1], observations=observations)
