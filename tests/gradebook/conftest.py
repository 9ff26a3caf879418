"""A graded course, made once and copied for each test."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.gradebook.course import Course
from tests.tiny import make_course


@pytest.fixture(scope="session")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course in which alice has handed in right answers and was graded."""
    made = Course(make_course(tmp_path_factory.mktemp("course")))
    made.hand_in(made.work)
    made.grade()
    return made


@pytest.fixture
def course(graded_once: Course, tmp_path: Path) -> Course:
    """A copy of that course."""
    shutil.copytree(graded_once.root, tmp_path / "course")
    return Course(tmp_path / "course")
