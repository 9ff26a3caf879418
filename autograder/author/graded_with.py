"""What grades: the versions of Python and NumPy, and the modules that a notebook can import."""

from __future__ import annotations

import sys
from functools import cache
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_OURS = "chainrule-kit"


@cache
def graded_with() -> dict[str, str]:
    """The versions, and in one text the modules beside the standard library that notebooks can import.

    What only the kit's own extras brought (tests, documentation, making data) need not be where it grades.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    numpy = ".".join(metadata.version("numpy").split(".")[:2])
    theirs = frozenset(metadata.metadata(_OURS).get_all("Provides-Extra") or ())
    extras = _needed(_OURS, theirs) - _needed(_OURS, frozenset()) - {_OURS}
    left_out = extras | _vendored()
    modules = {
        module
        for module, owners in metadata.packages_distributions().items()
        if module.isidentifier()
        and not module.startswith("_")
        and not {*map(canonicalize_name, owners)} <= left_out
    }
    return {"python": python, "numpy": numpy, "modules": " ".join(sorted(modules - {"autograder"}))}


def _vendored() -> set[str]:
    """Distributions that setuptools carries in its own folder and puts on the path where it is imported."""
    folders = [folder for folder in sys.path if folder.endswith("_vendor")]
    elsewhere = [folder for folder in sys.path if folder not in folders]
    return _distributions(folders) - _distributions(elsewhere)


def _distributions(folders: list[str]) -> set[str]:
    return {canonicalize_name(found.name) for found in metadata.distributions(path=folders)}


def _needed(name: str, extras: frozenset[str]) -> set[str]:
    """Distributions that this one needs here with these extras of its own, what those need, and so on."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(canonicalize_name(name), extras)]
    while waiting:
        asking, extras = one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        try:
            lines = metadata.requires(asking) or []
        except metadata.PackageNotFoundError:
            continue
        waiting += [
            (canonicalize_name(asked.name), frozenset(asked.extras))
            for asked in map(Requirement, lines)
            if asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in ("", *extras))
        ]
    return {name for name, _ in seen}
