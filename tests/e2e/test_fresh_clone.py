"""From nothing to a graded class: a fresh clone and one command."""
from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path

import jsonschema
import pytest

from autograder.assignment.loading import names_in

from .conftest import ROOT


@pytest.mark.long
def test_make_demo_in_a_fresh_clone(tmp_path: Path) -> None:
    """`make demo` sets up its own environment, grades the sample class of every assignment, and leaves what people and programs read."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, timeout=300)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("VIRTUAL_ENV", "PYTHON", "MAKE", "MFLAGS"))}
    done = subprocess.run(["make", "demo"], cwd=clone, env=kept, capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    schema = json.loads((ROOT / "docs" / "reference" / "results.schema.json").read_text(encoding="utf-8"))
    expected: dict[str, float] = {}
    for name in names_in(clone):
        results = json.loads((clone / "demo" / f"{name}.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(schema).validate(results)
        assert f"{name}: {len(results['submissions'])} submissions" in done.stdout
        assert (clone / "demo" / "reports" / f"{name}.html").is_file() and (clone / "demo" / "feedback" / "ada" / name / f"{name}.html").is_file()
        expected |= {f"{name}/{s['student']}": s["score"] for s in results["submissions"]}
    assert expected["nn_recognition/ada"] == 70.0
    config = "c = get_config()\nc.CourseDirectory.course_id = 'default_course'\n"
    (clone / "demo" / "nbgrader_config.py").write_text(config, encoding="utf-8")
    command = [str(clone / ".venv" / "bin" / "nbgrader"), "export"]
    exported = subprocess.run(command, cwd=clone / "demo", env=kept, capture_output=True, text=True, timeout=300)
    assert exported.returncode == 0, exported.stderr
    with (clone / "demo" / "grades.csv").open(encoding="utf-8") as file:
        scores = {f"{row['assignment']}/{row['student_id']}": float(row["score"]) for row in csv.DictReader(file)}
    assert {key: scores[key] for key in expected} == expected
