"""Every attack, by root and by an ordinary user, at every level: nothing is achieved, and nothing outside is harmed."""
from __future__ import annotations

import inspect
import signal
from collections.abc import Callable

import pytest

from . import attacks
from .harness import Zygote

ENDLESS = [
    attacks.sleep_for_ever, attacks.ignore_every_signal, attacks.threads_for_ever, attacks.close_every_descriptor, attacks.stop_oneself,
]  # fmt: skip
CRASHES = {
    attacks.read_address_zero: {signal.SIGSEGV},
    attacks.recurse_in_c: {signal.SIGSEGV, 0},
    # pid 1 of a namespace does not get SIGABRT (pid_namespaces(7)): glibc goes on to a forbidden instruction, x86-64's or aarch64's
    attacks.abort: {signal.SIGABRT, signal.SIGSEGV, signal.SIGTRAP},
    attacks.call_as_32_bit: {signal.SIGSYS},
    attacks.call_as_x32: {signal.SIGSYS},
}
ELSEWHERE = {attacks.loop_for_ever, attacks.leave_at_once, attacks.leave_something, attacks.find_something}
ONLY_FULL = {  # the documented exceptions of level landlock
    attacks.fill_the_box, attacks.make_many_files, attacks.start_a_thousand_threads, attacks.see_that_a_file_exists,
}  # fmt: skip


def every_attack() -> list[Callable[[attacks.World], str | None]]:
    """All of attacks.py that takes a World."""
    functions = [f for _, f in inspect.getmembers(attacks, inspect.isfunction) if f.__module__ == attacks.__name__]
    return [f for f in functions if list(inspect.signature(f).parameters) == ["world"]]


ATTEMPTS = [f for f in every_attack() if f not in {*ENDLESS, *CRASHES, *ELSEWHERE}]


@pytest.mark.parametrize("attack", [f.__name__ for f in ATTEMPTS])
def test_attempt_is_stopped(zygote: Zygote, attack: str) -> None:
    """An attack that can tell what it achieved has achieved nothing."""
    if zygote.level == "landlock" and getattr(attacks, attack) in ONLY_FULL:
        return  # test_limits has what holds there
    seen = zygote.run(attack)
    assert seen.breach is None
    assert seen.in_time and seen.status == 0


@pytest.mark.parametrize("attack", [f.__name__ for f in ENDLESS])
def test_endless_is_killed(zygote: Zygote, attack: str) -> None:
    """What does not end is ended from outside."""
    seen = zygote.run(attack, seconds=0.3)
    assert (seen.in_time, seen.status) == (False, -signal.SIGKILL)


@pytest.mark.parametrize("attack", [f.__name__ for f in CRASHES])
def test_crash_is_its_own(zygote: Zygote, attack: str) -> None:
    """A crash ends one process and is seen as what it is."""
    seen = zygote.run(attack)
    assert -seen.status in CRASHES[getattr(attacks, attack)] or (seen.status == 0 and attack.startswith("call_as") and not attacks.X86)


def test_processor_time_ends(zygote: Zygote) -> None:
    """A loop ends at its limit of processor time, by SIGKILL."""
    seen = zygote.run("loop_for_ever", seconds=8, cpu_seconds=1)
    assert (seen.in_time, seen.status) == (True, -signal.SIGKILL)
    assert 0.3 < seen.cpu < 2  # the limit counts ticks of the clock, the usage does not


def test_leaving_is_seen(zygote: Zygote) -> None:
    """os._exit(0) is an end without a report."""
    seen = zygote.run("leave_at_once")
    assert (seen.in_time, seen.status, seen.breach, seen.stopped) == (True, 0, None, None)


def test_nothing_passes_to_the_next(zygote: Zygote) -> None:
    """Files, links, shared memory, environment and memory of one submission are not there for the next."""
    zygote.run("leave_something")
    assert zygote.run("find_something").breach is None
