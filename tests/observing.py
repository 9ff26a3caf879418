"""One pass over a notebook that nothing else is asked of."""
from __future__ import annotations

from collections.abc import Iterable

from autograder.inside.limits import Limits
from autograder.inside.protocol import CellSource
from autograder.inside.seen import Seen
from autograder.sandbox.watch import Given, Request, Watch
from autograder.sandbox.zygote import Sandbox


def observe(
    sandbox: Sandbox, cells: list[CellSource], requests: Iterable[Request], limits: Limits, *,
    demo_names: frozenset[str] = frozenset(), given: Given | None = None,
) -> Seen:  # fmt: skip
    """Run the cells, then the probes."""
    with Watch(sandbox, cells, limits, demo_names=demo_names) as watch:
        return watch.observe(requests, given=given)
