"""`nbgrader validate`, which JupyterLab's Validate button runs too, on releases: blank ones fail without an error, finished ones pass."""
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment, names_in
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

ROOT = Path(__file__).parents[2]


def validate(folder: Path, name: str) -> str:
    """What a student reads, in a folder that holds nothing but the release."""
    command = [Path(sys.executable).parent / "nbgrader", "validate", "--Execute.timeout=600", f"{name}.ipynb"]  # 30 s a cell on a busy machine is not what is tested
    home = folder / "home"
    home.mkdir(exist_ok=True)
    environment = {"HOME": str(home), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return done.stdout


def check(release: Path, name: str, root: Path, tmp_path: Path) -> None:
    """Validate a release as handed out and with the reference's answers; an untouched write-up is named too."""
    assignment = load_assignment(name, root)
    shutil.copytree(release, tmp_path / "student")
    blank = validate(tmp_path / "student", name)
    assert f"VALIDATION FAILED ON {len(assignment.questions)} CELL(S)" in blank and "NotImplementedError" in blank
    assert "HAVE CHANGED" not in blank
    Work.handed_out(assignment).solve().save(tmp_path / "student")
    assert validate(tmp_path / "student", name) == "Success! Your notebook passes all the tests.\n"


def test_a_small_release(tmp_path: Path) -> None:
    """The tiny course's release, made by the release command."""
    make_course(tmp_path)
    subprocess.run([sys.executable, "-m", "autograder", "release", NAME], cwd=tmp_path, check=True, timeout=300)
    check(tmp_path / "release" / NAME, NAME, tmp_path, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", names_in(ROOT))
def test_every_release(name: str, tmp_path: Path) -> None:
    """The five releases, blank and finished."""
    shutil.copytree(ROOT / "release" / name, tmp_path / "release")
    for data in load_assignment(name, ROOT).table.data:
        shutil.copy(ROOT / "data" / data, tmp_path / "release")
    check(tmp_path / "release", name, ROOT, tmp_path)
