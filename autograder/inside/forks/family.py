"""The processes that a zygote has forked, and what the grader asks of them."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Self

from autograder.inside import jail
from autograder.inside.protocol import (
    NO_MEMORY,
    AskCpu,
    CpuSeconds,
    Ended,
    Kill,
    Pin,
    Ready,
    SetupFailed,
    Spawn,
    readable,
)


class Living(NamedTuple):
    """A process that was forked and is not buried yet: the descriptor that tells of its end, and its box."""

    pid: int
    handle: int
    box: str


class Family:
    """The processes that a zygote has forked: the one at work, and the next, which gets ready meanwhile."""

    def __init__(self, control: Any, live: Callable[[Spawn, str, list[int]], int]) -> None:
        self.control = control
        self.live = live
        """What a process does with its request, in its box, with its descriptors, to its exit status."""
        self.living: list[Living] = []
        """The eldest first. What becomes of a younger one is told when it is the eldest."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for one in self.living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)

    def serve(self) -> None:
        """Do what the grader asks for, until it closes the channel or is gone."""
        while True:
            while (message := self.control.pending()) is not None:
                self.do(message)
            eldest = self.living[:1]
            ready = readable([self.control.socket, *(one.handle for one in eldest)], None)
            if eldest and eldest[0].handle in ready:
                self.bury(eldest[0])
            elif not self.control.pump():
                return

    def do(self, message: Any) -> None:
        """Do one thing that the grader asks for; nothing for a process that is gone."""
        if isinstance(message, Spawn):
            descriptors = self.control.descriptors[:3]
            del self.control.descriptors[:3]
            self.spawn(message, descriptors)
            return
        one = next((one for one in self.living if one.pid == message.pid), None)
        if one is None:
            return
        if isinstance(message, Kill):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
            readable([one.handle], None)
            self.bury(one)
        elif isinstance(message, Pin):
            with contextlib.suppress(OSError):
                os.sched_setaffinity(one.pid, {message.core})
        elif isinstance(message, AskCpu):
            self.control.send(CpuSeconds(cpu_of(one.pid)))

    def spawn(self, job: Any, descriptors: list[int]) -> None:
        """Fork a process."""
        box = jail.new_box()
        try:
            pid = jail.fork()
        except OSError as error:
            for descriptor in descriptors:
                os.close(descriptor)
            self.control.send(SetupFailed(f"no process could be made: {error}"))
            return
        if pid == 0:
            status = 70
            try:
                status = self.live(job, box, descriptors)
            except MemoryError:
                status = NO_MEMORY
            finally:
                os._exit(status)
        for descriptor in descriptors:
            os.close(descriptor)
        self.living.append(Living(pid, os.pidfd_open(pid), box))
        self.control.send(Ready(pid))

    def bury(self, one: Living) -> None:
        """Tell how a process has ended, and remove what it leaves."""
        self.living.remove(one)
        _, status, usage = os.wait4(one.pid, 0)
        os.close(one.handle)
        jail.remove_box(one.box)
        self.control.send(Ended(one.pid, os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime))


def cpu_of(pid: int) -> float:
    """CPU seconds that a process has used so far (clock_getcpuclockid(3) in Linux's encoding)."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0
