"""What this machine allows: isolation found by trying, and the versions that matter."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib import metadata

import msgspec

from autograder.assignment.packages import environment
from autograder.inside.jail import LEVELS, levels


class DoctorLine(msgspec.Struct, frozen=True):
    """One thing that was examined: whether it is fine, and what was found or how to mend it."""

    what: str
    ok: bool
    says: str


def examine() -> list[DoctorLine]:
    """Try every isolation level and look at what grading depends on."""
    found = levels()
    best = next(level for level in LEVELS if not found[level])
    lines = [
        DoctorLine(f"isolation level {level}", not found[level], found[level] or "works") for level in LEVELS
    ]
    refused = "" if best != "none" else "; autograde refuses without --unsafe"
    lines.append(DoctorLine("student code would run", best != "none", f"at level {best}{refused}"))
    lines.append(
        DoctorLine(
            "machine",
            True,
            f"{platform.system()} {platform.release()} on {platform.machine()}, {os.cpu_count()} cores",
        )
    )
    lines += [DoctorLine(name, True, version) for name, version in environment().items()]
    return [*lines, _nbgrader(), _jupyter()]


def _nbgrader() -> DoctorLine:
    try:
        return DoctorLine("nbgrader", True, metadata.version("nbgrader"))
    except metadata.PackageNotFoundError:
        return DoctorLine("nbgrader", False, "not installed: pip install nbgrader")


def _jupyter() -> DoctorLine:
    found = shutil.which(
        "jupyter", path=os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    )
    return DoctorLine(
        "jupyter", found is not None, "found" if found else "not found: needed for formgrader alone"
    )
