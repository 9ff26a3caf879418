"""What constraints.txt pins can be installed by the Pythons of the systems that the README's users have."""
from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

PINS = Path(__file__).parents[2] / "constraints.txt"
SYSTEMS = {"Debian 12": "3.11.2", "Ubuntu 24.04": "3.12.3", "Debian 13": "3.13.5", "Debian testing": "3.14.8"}


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_pin_takes_the_systems_python(system: str) -> None:
    """No pinned version of a package that is installed here asks for a newer Python than the system has."""
    read, refused = 0, []
    for name, version in re.findall(r"^([\w.-]+)==(\S+)$", PINS.read_text(encoding="utf-8"), re.MULTILINE):
        try:
            found = distribution(name)
        except PackageNotFoundError:  # an extra that is not installed
            continue
        if found.version == version:
            read += 1
            if not SpecifierSet(found.metadata.get("Requires-Python") or "").contains(SYSTEMS[system]):
                refused.append(f"{name}=={version}")
    assert read > 50 and refused == []
