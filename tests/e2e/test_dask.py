"""chainrule autograde --scheduler: a real scheduler and real workers on this machine, one of which is killed in the middle."""
from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.loading import load_assignment
from autograder.errors import UsageError
from autograder.run import dask as module
from tests.commands import command
from tests.sample_class.work import Work
from tests.tiny import NAME

from .conftest import Course

MANY = 16
PATIENCE = 120


def without_seconds(results: dict[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(results))
    for submission in copy["submissions"]:
        submission.pop("seconds")
    return copy


@dataclass
class Cluster:
    address: str
    workers: list[subprocess.Popen[bytes]]


def start(*arguments: str, folder: Path) -> subprocess.Popen[bytes]:
    variables = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "DASK_DISTRIBUTED__DIAGNOSTICS__NVML": "False"}
    return subprocess.Popen([sys.executable, "-m", *arguments], cwd=folder, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A scheduler and two workers with one thread each, on loopback."""
    about = folder / "scheduler.json"
    place = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(about)]
    scheduler = start("distributed.cli.dask_scheduler", "--port", "0", *place, folder=folder)
    workers = []
    try:
        end = time.monotonic() + PATIENCE
        while not about.exists() or not about.read_text():
            assert scheduler.poll() is None and time.monotonic() < end
            time.sleep(0.1)
        for number in range(2):
            (folder / str(number)).mkdir()
            own = ["--nthreads", "1", "--no-nanny", "--local-directory", str(folder / str(number))]
            workers.append(start("distributed.cli.dask_worker", *own, *place, folder=folder))
        yield Cluster(json.loads(about.read_text())["address"], workers)
    finally:
        for process in [*workers, scheduler]:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def expected(course: Course) -> dict[str, Any]:
    """A larger class, graded on this machine alone."""
    assignment = load_assignment(NAME, course.root)
    for number in range(MANY):
        Work.handed_out(assignment).solve().add(f"# number {number}").save(course.root / "submitted" / f"s{number:02}" / NAME)
    return course.grade("--salt", "one", "--jobs", "2", "--into", "here", json_file="here.json")


@pytest.mark.long
def test_a_worker_killed_in_the_middle_changes_nothing(course: Course, expected: dict[str, Any], tmp_path: Path) -> None:
    """The class on two workers, one of them killed with SIGKILL when a few are graded: the results are those of one machine."""
    with cluster(tmp_path) as made:
        arguments = ["autograde", NAME, "--salt", "one", "--into", str(tmp_path / "into"), "--scheduler", made.address]
        run = subprocess.Popen(
            command(*arguments, "--json", str(tmp_path / "dask.json")), cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        journal, end = tmp_path / "into" / ".chainrule" / "journal" / NAME, time.monotonic() + PATIENCE
        while len(list(journal.glob("*.msgpack"))) < 3 and run.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        assert run.poll() is None, "it was over before a worker could be killed"
        made.workers[0].send_signal(signal.SIGKILL)
        _, said = run.communicate(timeout=300)
    assert run.returncode == 0, said.decode()
    assert without_seconds(json.loads((tmp_path / "dask.json").read_text())) == without_seconds(expected)
    assert {p.parent.parent.name for p in (tmp_path / "into").glob("autograded/*/*/*.ipynb")} == {s["student"] for s in expected["submissions"]}


def test_a_scheduler_that_is_not_there_is_a_wrong_call(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 2, the address and what to start."""
    monkeypatch.setattr(module, "PATIENCE", 1)
    with pytest.raises(UsageError) as refused, module.connect("tcp://127.0.0.1:9"):
        pass
    assert "tcp://127.0.0.1:9" in str(refused.value) and "dask scheduler" in refused.value.mend


def test_without_distributed_the_mend_is_its_installation(course: Course) -> None:
    """--scheduler where the extra is not installed: status 2, and the command that installs it."""
    hidden = "import sys; sys.modules['distributed'] = None; from autograder.entry.cli import main; main()"
    starts = [sys.executable, "-c", hidden, "autograde", NAME, "--scheduler", "tcp://127.0.0.1:9"]
    done = subprocess.run(starts, cwd=course.root, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2 and "chainrule-kit[dask]" in done.stderr and "Traceback" not in done.stderr
