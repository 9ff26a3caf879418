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


def test_what_setuptools_carries_is_not_listed(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Imported anywhere before, it puts a folder of its own on the path: the same release comes out with it and without."""
    without = graded_with.graded_with.__wrapped__()
    for name in ("carried", "msgspec"):
        about = tmp_path / "_vendor" / f"{name}-1.0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (about / "top_level.txt").write_text(f"{name}\n")
    monkeypatch.syspath_prepend(tmp_path / "_vendor")
    assert graded_with.graded_with.__wrapped__() == without
