"""How soon nothing is left of a grader that is killed in the middle of hostile submissions: seconds from SIGKILL to the end of its last process.

    python -m benchmarks.killed [TIMES]
"""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.attacks.conftest import LEVELS
from tests.attacks.course import (
    all_attacks,
    command_for,
    environment,
    hand_in,
    hostile,
    make_assignment,
    processes_of,
)
from tests.attacks.test_grader_killed import BUSY, wait_for


def seconds_left(place: Path, moment: float) -> float:
    """Start grading, kill the grader so many seconds after its first process, and wait until none is left."""
    (place / "into").mkdir()
    user = "root" if os.geteuid() == 0 else "user"
    command = command_for(user, str(place), str(place / "submitted"), str(place / "into"), LEVELS[0], "2")
    grader = subprocess.Popen(command, env=environment(place), cwd="/", stdout=subprocess.PIPE, start_new_session=True)
    assert grader.stdout is not None
    runtime = grader.stdout.readline().decode().strip()
    wait_for(runtime, moment, grader)
    began = time.monotonic()
    os.kill(grader.pid, signal.SIGKILL)
    while processes_of(runtime):
        time.sleep(0.005)
    took = time.monotonic() - began
    grader.wait()
    grader.stdout.close()
    return took


def main(times: int) -> None:
    found = []
    for number in range(times):
        with tempfile.TemporaryDirectory(prefix="chainrule-bench-") as folder:
            assignment = make_assignment(Path(folder))
            for name in BUSY:
                hand_in(hostile(assignment, all_attacks()[name], {}), Path(folder) / "submitted", name)
            found.append(seconds_left(Path(folder), 0.3 + 4 * number / times))
    print(f"{times} graders killed: nothing is left after {1000 * sorted(found)[times // 2]:.0f} ms (median), {1000 * max(found):.0f} ms at most")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
