"""Versions that grading depends on, and the packages that an assignment asks for beside those that every
notebook has: NumPy and matplotlib.
"""

from __future__ import annotations

import ast
import platform
from functools import cache
from importlib import metadata
from importlib.util import find_spec

from autograder import __version__
from autograder.assignment.values import Assignment
from autograder.errors import UsageError


@cache
def environment() -> dict[str, str]:
    """Versions that observations depend on."""
    return {
        "python": platform.python_version(),
        "numpy": metadata.version("numpy"),
        "chainrule": __version__,
    }


def check_packages(assignment: Assignment) -> None:
    """Refuse an assignment whose packages are not installed here; raises UsageError with the mend."""
    for name in assignment.table.packages:
        if find_spec(name) is None:
            raise UsageError(
                f"{assignment.name} asks for {name}, which is not installed here",
                mend=f"install it beside chainrule: pip install {_INSTALLED_AS.get(name, name)}",
            )


_INSTALLED_AS = {"sklearn": "scikit-learn", "PIL": "pillow", "cv2": "opencv-python-headless"}
"""Packages that are installed under another name than they are imported by."""


def versions(assignment: Assignment) -> dict[str, str]:
    """The versions of an assignment's packages, on which what is observed depends."""
    return _versions(tuple(assignment.table.packages))


@cache
def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    owners = metadata.packages_distributions() if packages else {}
    return {name: metadata.version(owners[name][0]) if name in owners else "" for name in packages}


def imported(assignment: Assignment) -> list[str]:
    """The modules of an assignment's packages that its notebook and its probes import: loaded once, before
    anything of a student's runs. The packages themselves come first.
    """
    texts = [cell.text for cell in assignment.cells if cell.is_code]
    texts += [assignment.probes_text, *(text for _, text in assignment.probe_modules)]
    found = list(assignment.table.packages)
    for text in texts if found else ():
        found += [name for name in _imports(text) if name.partition(".")[0] in assignment.table.packages]
    return list(dict.fromkeys(found))


def _imports(text: str) -> list[str]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    nodes = list(ast.walk(tree))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return names + [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
