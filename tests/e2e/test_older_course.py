"""A course that the version before the rooms has made, as it lies in its instructor's git: older_course/ was written by that version's
`chainrule new` and `chainrule release`, and its students had that release.
"""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .conftest import Course

OLDER = Path(__file__).parent / "older_course"


@pytest.fixture
def older(tmp_path: Path) -> Course:
    """A copy of it, in a folder of its own."""
    shutil.copytree(OLDER, tmp_path / "course")
    return Course(tmp_path / "course")


def test_it_is_graded_before_anything_is_released_again(older: Course) -> None:
    """Who has installed the new version in the middle of a course grades what was handed out before it."""
    assert older.scores("moving-on") == {"ann": 4.0, "bob": 0.0}
    assert (older.root / "gradebook.db").is_file()


def test_it_is_released_and_graded(older: Course) -> None:
    """Its committed sources and its nbgrader_config.py build a release, and what students had of the one before is graded by it."""
    released = older.run("release", "moving-on")
    assert released.returncode == 0, released.stderr
    assert older.scores("moving-on") == {"ann": 4.0, "bob": 0.0}
    checked = older.run("check", "release/moving-on/moving-on.ipynb")
    assert checked.returncode == 1 and "not yet 4  moving_average" in checked.stdout
