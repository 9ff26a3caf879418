"""SIGKILL on the grader at several moments: nothing of it is left running."""
from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.jail.harness import USERS

from .conftest import LEVELS
from .course import (
    all_attacks,
    command_for,
    environment,
    hand_in,
    hostile,
    make_assignment,
    own,
    processes_of,
)

BUSY = ["ignore_every_signal", "loop_in_an_answer", "sleep_in_a_cell", "ask_and_never_read", "cells_that_end_for_ever", "threads_that_never_end"]
CASES = [(level, moment) for level in LEVELS for moment in (0.3, 1.5, 4.0)]


@pytest.mark.parametrize(("level", "moment"), CASES)
def test_killed(place: Path, level: str, moment: float) -> None:
    """So many seconds after it has started, the grader dies. What it had started ends too, as soon as the machine gets to it."""
    assignment = make_assignment(place)
    for name in BUSY:
        hand_in(hostile(assignment, all_attacks()[name], {}), place / "submitted", name)
    (place / "into").mkdir()
    user, variables = USERS[-1], environment(place)
    own(place, user)
    command = command_for(user, str(place), str(place / "submitted"), str(place / "into"), level, "2")
    grader = subprocess.Popen(command, env=variables, cwd="/", stdout=subprocess.PIPE, start_new_session=True)
    assert grader.stdout is not None
    runtime = grader.stdout.readline().decode().strip()
    assert runtime
    wait_for(runtime, moment, grader)
    os.kill(grader.pid, signal.SIGKILL)
    grader.wait()
    grader.stdout.close()
    assert gone(runtime), processes_of(runtime)


def wait_for(runtime: str, moment: float, grader: subprocess.Popen[bytes]) -> None:
    """Until something runs, and then a while."""
    end = time.monotonic() + 60
    while not processes_of(runtime) and grader.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(moment)


def gone(runtime: str, seconds: float = 20) -> bool:
    """Whether nothing of the run is left, soon; how soon is a matter of the machine's load."""
    end = time.monotonic() + seconds
    while processes_of(runtime):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
