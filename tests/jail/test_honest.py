"""What a notebook needs works in the jail."""
from __future__ import annotations

import inspect
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import honest

from .harness import USERS, Zygote

HEAVY = {"use_numpy": 400, "plot": 700, "use_ipython": 700}  # MiB
SLOW = {"plot", "use_ipython"}  # to import; one kind of user will do
NAMES = [name for name, f in inspect.getmembers(honest, inspect.isfunction) if f.__module__ == "honest"]


@pytest.mark.parametrize("name", NAMES)
def test_notebook_may(zygote: Zygote, name: str) -> None:
    """It ends by itself, and says that all went well."""
    if name in SLOW and zygote.user != USERS[-1]:
        return
    limits = {"memory_bytes": HEAVY.get(name, 256) << 20, "cpu_seconds": 20, "tmp_inodes": 1000, "tasks": 64}
    seen = zygote.run(name, seconds=30, **limits)
    assert (seen.breach, seen.stopped, seen.status) == (None, None, 0)
