"""The process of the next submission is forked while the last one is graded: it is used where it fits, and never for anything else."""
from __future__ import annotations

import os
import resource
import select
import signal
from collections.abc import Iterator

import msgspec
import pytest

from autograder.errors import SandboxError
from autograder.inside.limits import Limits
from autograder.inside.protocol import CellDone, CellKind, CellsDone, CellSource, Run
from autograder.inside.seen import Outcome
from autograder.sandbox import nursery as nurseries
from autograder.sandbox.process import Death, Process
from autograder.sandbox.zygote import Sandbox

from .conftest import Bench, bench_of, isolation

LIMITS = Limits(notebook_seconds=5.0, probe_seconds=5.0)


@pytest.fixture
def sandbox(tiny: Bench) -> Iterator[Sandbox]:
    with isolation().sandbox(tiny.assignment) as made:
        yield made


def cell(text: str) -> Run:
    return Run([CellSource(text, 1, CellKind.OWN)])


def how_it_ended(process: Process) -> str:
    """The outcome of a process's only cell, after which it has nothing more to say."""
    done = process.next(5.0)
    assert isinstance(done, CellDone) and isinstance(process.next(5.0), CellsDone)
    assert not select.select([process.channel], [], [], 0.1)[0]
    process.close()
    return done.outcome if not done.error else done.error


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has more descriptors open than select(2) can take, as nbgrader's or a notebook server may; it has no nursery yet."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2000:
        pytest.skip(f"a process may open no more than {hard} files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    monkeypatch.setattr(nurseries, "_nursery", None)
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    yield
    for descriptor in held:
        os.close(descriptor)
    nurseries.nursery().close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_it_works_beside_a_thousand_open_files(crowded: None, tiny: Bench) -> None:
    """Cells, probes, a second pass answered by the reference, and a cell that is stopped: all by descriptors beyond 1023."""
    bench = bench_of(tiny.assignment, tiny.assignment.root / "crowded")
    wrong = "def center(X):\n    return X * 1.0\n"
    results = {q.id: q for q in bench.grade(bench.work().write("center_solution", wrong)).questions}
    assert results["scale"].given_correct_inputs and results["scale"].score == results["scale"].max_score
    hung = bench.grade(bench.work().add("while True: pass", before="center_solution"))
    assert hung.score == 5.0 and any("took too long" in message for message in hung.messages)
    assert bench.grader.sandbox()._control.socket.fileno() > 1023
    bench.grader.close()
    bench.grader.reference.close()


def test_nothing_stays_for_the_next(sandbox: Sandbox) -> None:
    """Each runs its own cells, in a namespace and a folder of its own, however many follow each other."""
    leave = "import os, numpy\nassert not hasattr(numpy, 'left') and not os.path.exists('left')\nnumpy.left = open('left', 'w')"
    assert {how_it_ended(sandbox.spawn(cell(leave), LIMITS)) for _ in range(20)} == {"finished"}


def test_other_limits_make_another_process(sandbox: Sandbox) -> None:
    """One that waits with the limits of before is ended, and the new limits hold."""
    large = cell("import numpy\nnumpy.ones((300, 1024, 1024), dtype='u1')")
    assert how_it_ended(sandbox.spawn(large, msgspec.structs.replace(LIMITS, memory_mb=1024))) == "finished"
    assert "MemoryError" in how_it_ended(sandbox.spawn(large, msgspec.structs.replace(LIMITS, memory_mb=200)))
    assert how_it_ended(sandbox.spawn(large, msgspec.structs.replace(LIMITS, memory_mb=1024))) == "finished"


def test_what_is_always_run_is_run_beforehand(sandbox: Sandbox) -> None:
    """What it is prepared with is run once, also where it is asked for again; something else is run afresh."""
    always, other = cell("count = globals().get('count', 0) + 1\nassert count == 1"), cell("assert 'count' not in globals()")
    sandbox.prepare(LIMITS, always)
    assert [how_it_ended(sandbox.spawn(run, LIMITS)) for run in (always, always, other, other, always)] == ["finished"] * 5


def test_a_zygote_that_died_meanwhile_is_told(sandbox: Sandbox) -> None:
    """Whoever asks for the process, or for what it says, hears of it at once, and not after the patience that a silent zygote is met with."""
    assert how_it_ended(sandbox.spawn(cell("1"), LIMITS)) == "finished"
    assert sandbox._zygote is not None
    signal.pidfd_send_signal(sandbox._zygote, signal.SIGKILL)
    sandbox._wait_until_gone(10)
    assert sandbox._next is not None
    gone = select.poll()
    gone.register(sandbox._next.channel, select.POLLRDHUP)  # the process that waits dies with it, a moment later
    assert gone.poll(10_000)
    for _ in range(2):
        with pytest.raises(SandboxError, match=r"ended unexpectedly|is gone"):
            sandbox.spawn(cell("1"), LIMITS).next(5.0)


def test_what_is_asked_of_one_process_is_not_told_of_the_next(sandbox: Sandbox) -> None:
    """The next one is confined already while this one works: each has its own clock, and its own end."""
    for _ in range(3):
        busy = sandbox.spawn(cell("import time\nwhile time.process_time() < 0.3: pass"), LIMITS)
        assert isinstance(busy.next(5.0), CellDone) and busy.cpu_now() >= 0.3
        crashed = sandbox.spawn(cell("import os\nos.abort()"), LIMITS)
        died = crashed.next(5.0)
        assert isinstance(died, Death) and died.outcome is Outcome.KILLED
        assert sandbox.spawn(cell("1"), LIMITS).cpu_now() < 0.3


def test_one_that_ends_while_it_waits_is_told_of_in_its_turn(sandbox: Sandbox) -> None:
    """What ended the process that was forked ahead is no matter of the one before it."""
    sandbox.prepare(LIMITS, cell("import os\nos._exit(3)"))
    first, second = sandbox.spawn(cell("import os\nos._exit(3)"), LIMITS), sandbox._next
    assert second is not None
    gone = select.poll()
    gone.register(second.channel, select.POLLRDHUP)
    assert gone.poll(10_000)
    assert first.next(5.0) == Death(Outcome.EXITED, "exit status 3")
    again = sandbox.spawn(cell("import os\nos._exit(3)"), LIMITS)
    assert again is second and again.next(5.0) == Death(Outcome.EXITED, "exit status 3")
