"""What one submission may use: the only table of these limits, which assignment.toml overrides."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from autograder.inside.jail.values import JailLimits

CELLS_SHARE = 0.5
"""So much of the whole submission's time all of its cells together may take, each within its own limit."""


def _seconds(says: str) -> Meta:
    return Meta(gt=0, le=86_400, description=says)


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of one submission. Seconds are those of the processor; the wall clock has four times as long."""

    notebook_seconds: Annotated[
        float,
        _seconds("Seconds for each cell of the notebook. All together may take half of submission_seconds."),
    ] = 20.0
    probe_seconds: Annotated[float, _seconds("Seconds for one probe.")] = 5.0
    submission_seconds: Annotated[float, _seconds("Seconds for everything.")] = 120.0
    locate_question_seconds: Annotated[
        float, _seconds("Seconds of looking for the place of a mistake that has no name, in one question.")
    ] = 1.0
    locate_seconds: Annotated[float, _seconds("Seconds of this in all questions together.")] = 3.0
    memory_mb: Annotated[int, Meta(gt=0, description="Memory, in MiB; the probes have 128 more.")] = 1024
    output_kb: Annotated[int, Meta(gt=0, description="What may be printed, in KiB.")] = 4096

    def confinement(self) -> JailLimits:
        """The kernel's limits on a process, which may serve the first pass and all second ones, each with
        its own clock outside.
        """
        return JailLimits(cpu_seconds=int(2 * self.submission_seconds) + 5, memory_bytes=self.memory_mb << 20)
