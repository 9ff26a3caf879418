"""Which modules a release says can be imported where it grades."""
from __future__ import annotations

from importlib import metadata

import pytest

from autograder.author import graded_with

NEEDS = {
    "chainrule-kit": ["web[formats]>=1", 'tester>=1; extra == "dev"'],
    "web": ['checker; extra == "formats"', 'colours; platform_system == "A system of no machine"', 'old; python_version < "3"'],
    "tester": ["colours", "old", "checker", "runner"],
}


def test_what_the_extras_of_the_kit_alone_brought_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A need for another system, another Python, or an extra that was not asked for, brings nothing here."""
    monkeypatch.setattr(metadata, "requires", lambda name: NEEDS.get(name))
    assert graded_with._needed("chainrule-kit", frozenset()) == {"chainrule-kit", "web", "checker"}
    assert graded_with._needed("chainrule-kit", frozenset({"dev"})) == {"chainrule-kit", "web", "checker", "tester", "colours", "old", "runner"}
