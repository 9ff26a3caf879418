"""What grades: the versions of Python and NumPy, and the modules that a notebook can import."""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib import metadata

_OURS = "chainrule-kit"


@cache
def graded_with() -> dict[str, str]:
    """The versions, and in one text the modules beside the standard library that notebooks can import.

    What only the kit's own extras brought (tests, documentation, making data) need not be where it grades.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    numpy = ".".join(metadata.version("numpy").split(".")[:2])
    extras = _needed([_OURS], extras=True) - _needed([_OURS]) - {_OURS}
    modules = {
        module
        for module, owners in metadata.packages_distributions().items()
        if module.isidentifier() and not module.startswith("_") and not {*map(_plain, owners)} <= extras
    }
    return {"python": python, "numpy": numpy, "modules": " ".join(sorted(modules - {"autograder"}))}


def _needed(names: list[str], extras: bool = False) -> set[str]:
    """Distributions that these need, and the ones that those need. extras: with what the first ask for only
    in an extra.
    """
    found: set[str] = set()
    waiting = [(name, extras) for name in names]
    while waiting:
        name, with_extras = waiting.pop()
        if name in found:
            continue
        found.add(name)
        try:
            asked = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for line in asked:
            if with_extras or "extra ==" not in line:
                waiting.append((_plain(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]), False))
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
