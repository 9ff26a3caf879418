"""Keys of what was observed: hashes of all that it depends on, and the seeds of its inputs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import sys
from functools import cache
from pathlib import Path

import numpy as np

from autograder.assignment.packages import environment, versions
from autograder.assignment.values import Assignment
from autograder.files import PACKAGE
from autograder.fingerprints import fingerprint
from autograder.inside.protocol import CellSource
from autograder.sandbox.runtime import RUNTIME
from autograder.sandbox.watch import Request


def seed_of(salt: str, assignment: str, probe: str) -> int:
    """The seed of one probe's inputs."""
    return int.from_bytes(hashlib.sha256(f"{salt}\0{assignment}\0{probe}".encode()).digest()[:7], "big")


@cache
def _machine() -> str:
    """BLAS, processor and the code that runs inside, as far as they change results."""
    blas = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})  # type: ignore[union-attr]
    model = ""
    with contextlib.suppress(OSError):
        model = next(
            (
                line
                for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")
            ),
            "",
        )
    files = [
        [place] if place.is_file() else sorted(place.rglob("*.py"))
        for place in (PACKAGE / name for name in RUNTIME)
    ]
    code = [path.read_bytes() for found in files for path in found]
    openblas = sorted(f"{k}={v}" for k, v in os.environ.items() if k.startswith("OPENBLAS"))
    versions = sorted(environment().items()), blas.get("name"), blas.get("version"), sys.implementation
    return fingerprint(*versions, model, platform.machine(), openblas, *code)


def key_of(assignment: Assignment, cells: list[CellSource], requests: list[Request], probes: str) -> str:
    """The key of observing these cells with these probes, of which probes is the text, on this machine."""
    return fingerprint(key_of_cells(assignment, cells), probes, [(r.probe, r.seed) for r in requests])


def key_of_cells(assignment: Assignment, cells: list[CellSource]) -> str:
    """The key of running these cells on this machine, beside the assignment's files."""
    files = [
        (name, _file_hash(path, path.stat().st_mtime_ns)) for name, path in sorted(assignment.files.items())
    ]
    texts = [(c.text, c.number, c.kind) for c in cells]
    here = (_machine(), versions(assignment))
    return fingerprint(here, texts, assignment.probe_modules, files, assignment.limits)


@cache
def _file_hash(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
