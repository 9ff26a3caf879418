"""The nursery: one process forks every zygote, another takes its place where it is gone, and none outlives whoever may ask it."""
from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.inside.wire import decode
from autograder.sandbox import nursery as nurseries
from autograder.sandbox.nursery import nursery
from tests.attacks.test_grader_killed import gone
from tests.observing import observe

from .conftest import Bench, isolation, level


def test_zygotes_of_all_sandboxes_come_from_one_nursery(tiny: Bench) -> None:
    """Two sandboxes are two processes of the same parent, and each answers for itself."""
    before = nursery()
    with isolation().sandbox(tiny.assignment) as one, isolation().sandbox(tiny.assignment) as two:
        for sandbox in (one, two):
            seen = observe(sandbox, tiny.grader.reference.cells, tiny.grader.reference.requests, tiny.assignment.limits)
            assert all(o.value for o in seen.observations.values())
    assert nursery() is before


def test_a_nursery_that_died_is_replaced(tiny: Bench) -> None:
    """Its zygotes die with it; the submission that meets this is graded all the same, by zygotes of a new one."""
    assert tiny.grade(tiny.work()).score == 5.0
    old, zygote = nursery(), tiny.grader.sandbox()._zygote
    os.kill(old._process.pid, signal.SIGKILL)
    old._process.wait()
    ended = select.poll()
    ended.register(zygote, select.POLLRDHUP)  # its end, not a message that it had still sent: else it might grade one more
    assert ended.poll(30_000)
    assert tiny.grade(tiny.work()).score == 5.0
    assert nursery() is not old


def test_what_a_sandbox_dies_of_is_told(tiny: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A nursery whose Python can't start says why, in the error of the sandbox."""
    monkeypatch.setattr(nurseries, "_START", "raise SystemExit('no NumPy here')")
    monkeypatch.setattr(nurseries, "_nursery", None)
    with pytest.raises(Exception, match="no NumPy here"), isolation().sandbox(tiny.assignment) as sandbox:
        sandbox.ready()


LEAVE = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from autograder.sandbox.nursery import nursery
from autograder.sandbox.zygote import Sandbox
print(nursery().paths[0], flush=True)
if sys.argv[3] == "ready":
    Sandbox("", {}, sys.argv[2]).ready()
print("now", flush=True)
if sys.argv[4] == "stay":
    time.sleep(600)
os._exit(0)
"""


@pytest.mark.parametrize("moment", ["loading", "ready"])
@pytest.mark.parametrize("end", ["killed", "without goodbye"])
def test_a_nursery_ends_with_those_that_may_ask_it(moment: str, end: str) -> None:
    """Whether it was loading or had forked a zygote: soon after the process that had started it, no process of the run is left."""
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", LEAVE, root, level(), moment, "stay" if end == "killed" else "leave"]
    asking = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert asking.stdout is not None
    runtime = asking.stdout.readline().strip()
    assert asking.stdout.readline() == "now\n"
    if end == "killed":
        asking.kill()
    asking.wait()
    asking.stdout.close()
    assert gone(runtime)


COUNTS = """
import os
class Scaler:
    def __init__(self, floor=1e-3): pass
    def apply(self, X):
        for _ in range(1000): center(X)
        return sorted(os.sched_getaffinity(0))
"""


def test_the_two_processes_of_a_second_pass_share_a_core(tiny: Bench) -> None:
    """They only ever wait for each other, and to wake another core takes longer than most calls."""
    work = tiny.work().write("center_solution", "def center(X):\n    return X").write("scale_solution", COUNTS)
    seen = tiny.seen(work, "scale", given=("center",))
    cores = [decode(o.value)["scaled"] for o in seen.observations.values()]
    assert len(cores[-1]) == 1, cores
