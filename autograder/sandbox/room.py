"""How much of what a submission's process sends is kept: a bound for each value by the size of the
reference's own, and one for all of them together.
"""

from __future__ import annotations

from autograder.inside.seen import Observation, Outcome

ROOM = 1 << 20
"""Bytes that a value may have beyond 64 times the reference's: a wrong answer is often larger than a right
one."""
ROOM_FOR_ALL = 16 << 20
"""Bytes that all values of a submission may have beyond twice the reference's."""


class Room:
    """What is left for one submission's observations."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self._sizes = sizes
        self._left = ROOM_FOR_ALL + 2 * sum(sizes.values())

    def admit(self, observation: Observation) -> Observation:
        """The observation, without its value where that is too large."""
        size = len(observation.value)
        if size > 64 * self._sizes.get(observation.probe, 0) + ROOM or size > self._left:
            return Observation(observation.probe, Outcome.OUTPUT_LIMIT)
        self._left -= size
        return observation
