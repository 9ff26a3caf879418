"""SIGKILL on a run at random moments, again and again: what comes out in the end is what an undisturbed run gives."""
from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.variants import load_variants
from tests.commands import command
from tests.sample_class.work import Work
from tests.tiny import NAME

from .conftest import Course


def hand_in_many(course: Course, folder: Path, count: int) -> None:
    """Right, wrong in turn in every known way, and untouched; each with a line of its own."""
    assignment = load_assignment(NAME, course.root)
    wrong = [v.id for v in load_variants(assignment, "misconception")]
    for number in range(count):
        work = Work.handed_out(assignment)
        if number % 7:
            work.solve()
        if number % 3 == 1:
            work.use(wrong[number % len(wrong)])
        work.add(f"# number {number}").save(folder / f"s{number:03}" / NAME)


def results_of(path: Path) -> bytes:
    """The results as they are in the file, but for the seconds."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for submission in found["submissions"]:
        submission["seconds"] = 0
    return json.dumps(found, indent=1).encode()


def graded_at(journal: Path) -> dict[str, int]:
    """When each entry was written."""
    return {path.name: path.stat().st_mtime_ns for path in journal.glob("*.msgpack")}


def run_and_kill(course: Course, arguments: list[str], journal: Path, seconds: float) -> bool:
    """Run until something more is graded and so long after that, and kill it; whether it had ended before."""
    there = graded_at(journal)
    process = subprocess.Popen(command(*arguments), cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while graded_at(journal) == there and process.poll() is None:
        time.sleep(0.005)
    try:
        process.wait(seconds)
        return True
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return False


def left_of(folder: Path) -> list[int]:
    """Processes that hold anything of a run in their command line or environment, or were started for it."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (path / "cmdline").read_bytes():
                found.append(int(path.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


@pytest.mark.quiet
@pytest.mark.parametrize(("count", "kills"), [pytest.param(200, 10, marks=pytest.mark.long), (12, 2)], ids=["200", "12"])
def test_killed_again_and_again(course: Course, tmp_path: Path, count: int, kills: int) -> None:
    """The results equal those of a run in peace, byte for byte but for the seconds; nothing is graded twice, and nothing is left running."""
    submitted = tmp_path / "submitted"
    hand_in_many(course, submitted, count)
    moments = random.Random(count)
    common = ["autograde", NAME, "--submitted", str(submitted), "--salt", "kills", "--jobs", "2"]
    began = time.monotonic()
    course.grade("--submitted", str(submitted), "--salt", "kills", "--jobs", "2", "--into", str(tmp_path / "peace"), json_file=str(tmp_path / "peace.json"))
    whole = time.monotonic() - began
    into = tmp_path / "killed"
    journal = into / ".chainrule" / "journal" / NAME
    before: dict[str, int] = {}
    for _ in range(kills):
        if run_and_kill(course, [*common, "--into", str(into)], journal, moments.uniform(0, 0.02) * whole):
            break
        now = graded_at(journal)
        assert {name: now.get(name) for name in before} == before, "what was graded was graded again"
        before = now
    assert before, "it was never killed with something graded"
    course.grade("--submitted", str(submitted), "--salt", "kills", "--into", str(into), json_file=str(tmp_path / "killed.json"))
    assert {name: when for name, when in graded_at(journal).items() if name in before} == before
    assert results_of(tmp_path / "killed.json") == results_of(tmp_path / "peace.json")
    notebooks = {path.relative_to(into): path.read_bytes() for path in (into / "autograded").rglob("*.ipynb")}
    assert len(notebooks) == count
    assert all((tmp_path / "peace" / path).read_bytes() == data for path, data in notebooks.items())
    assert not list(into.rglob("*.part"))
    end = time.monotonic() + 60
    while left_of(tmp_path) and time.monotonic() < end:
        time.sleep(0.1)
    assert left_of(tmp_path) == []
