"""The autograder zip, in a folder laid out as Gradescope's containers are."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.loading import load_assignment
from tests.e2e.conftest import Course
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What /autograder holds once the image is built; the packages are those of this interpreter in place of a venv from setup.sh."""
    course = Course(make_course(tmp_path_factory.mktemp("course")))
    done = course.run("export", NAME, "--to", "gradescope", "--salt", "tests")
    assert done.returncode == 0, done.stderr
    root = tmp_path_factory.mktemp("autograder")
    for name in ("source", "submission", "results"):
        (root / name).mkdir()
    with zipfile.ZipFile(course.root / "exports" / f"{NAME}_gradescope.zip") as made:
        for entry in made.infolist():
            made.extract(entry, root / "source")
            os.chmod(root / "source" / entry.filename, entry.external_attr >> 16)
    return root


def run(container: Path, work: Work, name: str = f"{NAME}.ipynb") -> dict[str, Any]:
    """Hand in a notebook and run run_autograder as Gradescope does; returns results.json."""
    for old in [*(container / "submission").iterdir(), *(container / "results").iterdir()]:
        old.unlink()
    (container / "submission" / name).write_text(json.dumps(work.as_json()), encoding="utf-8")
    environment = {"AUTOGRADER_ROOT": str(container), "AUTOGRADER_PYTHON": sys.executable, "PATH": "/usr/bin:/bin"}
    script = str(container / "source" / "run_autograder")
    done = subprocess.run([script], cwd=container, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((container / "results" / "results.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def solved(container: Path) -> Work:
    return Work.handed_out(load_assignment(NAME, container / "source" / "course")).solve()


def test_scores_and_reasons_reach_gradescope(container: Path, solved: Work) -> None:
    """A right submission has all the tests' points under another file name too; a wrong one has its mistake named, in its own question alone."""
    right = run(container, solved.copy(), "my homework.ipynb")
    assert (right["score"], [test["score"] for test in right["tests"]]) == (5.0, [2.0, 3.0, 0.0])
    assert "my homework.ipynb was taken in its place" in right["output"]
    wrong = run(container, solved.copy().use("one_mean_for_all"))
    center, scale, why = wrong["tests"]
    assert center["score"] < 2 and center["status"] == "failed" and "one mean of all entries" in center["output"]
    assert (scale["score"], scale["status"], why["output"]) == (3.0, "passed", "A person will grade this answer.")
    assert wrong["score"] == center["score"] + 3.0
    assert (wrong["stdout_visibility"], center["visibility"], center["number"], center["name"]) == ("hidden", "visible", "1", "1. Center")


def test_a_hanging_answer_has_its_result(container: Path, solved: Work) -> None:
    """It costs its own question, and the sentence says so."""
    found = run(container, solved.copy().write("center_solution", "def center(X):\n    while True:\n        pass"))
    center, scale, _ = found["tests"]
    assert center["score"] == 0 and "took too long" in center["output"]
    assert scale["score"] == 3.0


def test_nothing_that_can_be_graded_is_a_result_too(container: Path, solved: Work) -> None:
    """An empty notebook has 0 points and a reason."""
    solved.cells = []
    found = run(container, solved)
    assert found["score"] == 0 and "nothing of this assignment" in found["output"]
