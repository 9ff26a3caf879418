"""A course for stock nbgrader with the same assignment and the same submissions: its hidden tests run our probes in the kernel and compare.

Nothing of the kit's grading is in it: the kernel executes the whole notebook, and a test cell's hidden region raises where a value is wrong. The
demonstrations, which draw and train, are left out of both source and submissions: whoever grades with stock nbgrader would not keep them in.
"""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

from autograder.assignment.notebook import Role, build_source, dump, grade_id_of, hidden_call, load
from autograder.assignment.values import Assignment
from autograder.judging.reference import Reference

HELPER = '''\
"""What the hidden tests call: the probes of a question, each compared with what the reference did on the same inputs."""
import pathlib
import sys

import msgspec
import numpy as np

HERE = pathlib.Path({folder!r})
sys.path.insert(0, str(HERE))

import judges
import probes

from autograder.judging.compare import compare
from autograder.probe import Namespace, Probe
from autograder.inside.wire import decode

EXPECTED = msgspec.msgpack.decode((HERE / "expected.msgpack").read_bytes())


def run(question, names):
    for probe in [p for p in vars(probes).values() if isinstance(p, Probe) and p.question == question]:
        seed, expected = EXPECTED[probe.id]
        np.random.seed(seed & 0xFFFFFFFF)
        seen = probe.function(Namespace(dict(names)), probe.drawn(np.random.default_rng(seed)))
        if probe.judged:
            assert all(fact.holds for fact in getattr(judges, probe.id)(seen, probe.drawn(np.random.default_rng(seed))).values()), probe.title
        else:
            assert compare(decode(expected), seen, probe.tolerance).verdict.value == "right", probe.title
'''


def make(root: Path, reference: Reference, submitted: Path, students: list[str]) -> None:
    """A course folder with its database, its release made, and these students' submissions in place."""
    assignment = reference.assignment
    source, tests = root / "source" / assignment.name, root / "tests"
    source.mkdir(parents=True)
    tests.mkdir()
    for name in ("probes.py", "judges.py"):
        shutil.copy(assignment.folder / name, tests / name)
    observed = reference.observed()[""]
    expected = {name: (reference.seeds[name], observation.value) for name, observation in observed.items()}
    (tests / "expected.msgpack").write_bytes(msgspec.msgpack.encode(expected))
    (tests / "hidden_tests.py").write_text(HELPER.format(folder=str(tests)), encoding="utf-8")
    (source / f"{assignment.name}.ipynb").write_text(_source(assignment, tests), encoding="utf-8")
    for name, path in assignment.files.items():
        shutil.copy(path, source / name)
    nbgrader(root, "generate_assignment", assignment.name)
    demos = {cell.id for cell in assignment.cells if cell.role is Role.DEMO}
    for student in students:
        shutil.copytree(submitted / student, root / "submitted" / student)
        path = root / "submitted" / student / assignment.name / f"{assignment.name}.ipynb"
        handed_in = load(path)
        handed_in.cells = [cell for cell in handed_in.cells if grade_id_of(cell) not in demos]
        path.write_text(dump(handed_in), encoding="utf-8")


def nbgrader(root: Path, *arguments: str) -> None:
    """Run a command of nbgrader's, with no configuration but its own."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")}
    variables |= {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])}
    variables |= {"JUPYTER_CONFIG_DIR": str(root / "no-config"), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-3000:]}")


def _source(assignment: Assignment, tests: Path) -> str:
    made = build_source(assignment.cells, assignment.name)
    for node, cell in zip(made.cells, assignment.cells, strict=True):
        if cell.role is Role.TEST:
            ours = f"import sys; sys.path.insert(0, {str(tests)!r}); import hidden_tests; hidden_tests.run({cell.id!r}, globals())"
            node.source = node.source.replace(hidden_call(assignment.name, cell.id).splitlines()[1], ours)
    made.cells = [node for node, cell in zip(made.cells, assignment.cells, strict=True) if cell.role is not Role.DEMO]
    return dump(made)
