"""The scripts that the workflows call, run here: a course's check, and what GitHub Classroom is told."""
from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.loading import load_assignment
from autograder.author.student_check import FILE, filled
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

from .conftest import ROOT, Course

CHECK_COURSE, CLASSROOM = ROOT / ".github" / "scripts" / "check_course.sh", ROOT / ".github" / "classroom" / "classroom.py"


def check_course(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(["bash", str(CHECK_COURSE), *names], cwd=folder, env=environment, capture_output=True, text=True, timeout=600)


@pytest.mark.long
def test_a_course_is_checked_as_a_whole(tmp_path: Path) -> None:
    """A new assignment passes release --check, audit and the course's tests; after a change that was not released the check fails, and the rest has run."""
    course = Course(tmp_path)
    for command in (("new", "small"), ("release", "small")):
        done = course.run(*command)
        assert done.returncode == 0, done.stderr
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_ours.py").write_text("def test_ours():\n    assert True\n", encoding="utf-8")
    done = check_course(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "small: up to date" in done.stdout and "1 passed" in done.stdout
    notebook = tmp_path / "assignments" / "small" / "notebook.py"
    notebook.write_text(notebook.read_text(encoding="utf-8") + "\n# %% [markdown]\n# Well done.\n", encoding="utf-8")
    done = check_course(tmp_path, "small")
    assert done.returncode == 1 and "small: not what notebook.py gives" in done.stdout and "1 passed" in done.stdout


def told(folder: Path, data: bytes | None = None) -> dict[str, Any]:
    """What GitHub Classroom's reporter reads, decoded as it decodes it."""
    if data is not None:
        (folder / f"{NAME}.ipynb").write_bytes(data)
    output = folder / "output"
    output.unlink(missing_ok=True)
    done = subprocess.run([sys.executable, str(CLASSROOM)], cwd=folder, env=os.environ | {"GITHUB_OUTPUT": str(output)}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    name, _, encoded = output.read_text(encoding="utf-8").strip().partition("=")
    assert name == "result" and "\n" not in encoded
    found: dict[str, Any] = json.loads(base64.b64decode(encoded))
    return found


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """The small assignment as it is handed out."""
    return Work.handed_out(load_assignment(NAME, make_course(tmp_path / "course")))


def students(work: Work, folder: Path) -> Path:
    """A student's repository."""
    work.save(folder)
    for name, path in work.assignment.files.items():
        (folder / name).write_bytes(path.read_bytes())
    (folder / FILE).write_text(filled(work.assignment), encoding="utf-8")
    return folder


def test_classroom_is_told_what_the_visible_checks_say(work: Work, tmp_path: Path) -> None:
    """Right answers have their question's points, wrong and missing ones none and a sentence; the write-up, which a person grades, is left out."""
    right = told(students(work.copy().solve(), tmp_path / "right"))
    assert right["version"] == 1 and right["status"] == "pass" and right["max_score"] == 5
    assert [(test["name"], test["status"], test["score"]) for test in right["tests"]] == [("center", "pass", 2), ("scale", "pass", 3)]
    half = told(students(work.copy().solve().write("scale_solution", "class Scaler:\n    def apply(self, X):\n        return X"), tmp_path / "half"))
    assert half["status"] == "fail" and [test["score"] for test in half["tests"]] == [2, 0] and len(half["tests"][1]["message"]) > 20
    empty = told(students(work, tmp_path / "empty"))
    assert empty["status"] == "fail" and [test["score"] for test in empty["tests"]] == [0, 0]


def test_classroom_is_told_that_a_notebook_cannot_be_read(work: Work, tmp_path: Path) -> None:
    """A notebook that is none, or is not there, is an error with the reason, and no test passes."""
    folder = students(work, tmp_path / "broken")
    for broken in (told(folder, b"{"), (folder / f"{NAME}.ipynb").unlink() or told(folder)):
        assert broken["status"] == "error" and broken["max_score"] == 5
        assert [(test["status"], test["score"]) for test in broken["tests"]] == [("error", 0)] and NAME in broken["tests"][0]["message"]
