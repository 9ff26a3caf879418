"""One process of a submission, seen from outside: what it says, what it uses, how it ends.

Nothing that comes out of it is trusted. Every way in which it can end is a value (`Death`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec

from autograder.errors import SandboxError
from autograder.inside.protocol import (
    NO_MEMORY,
    Confined,
    Ended,
    FrameReader,
    FromProcess,
    NotConfined,
    Observe,
    readable,
    send_with_descriptors,
)
from autograder.inside.seen import Outcome
from autograder.inside.wire import WireError

_WALL_FACTOR = 4.0
_UNACCOUNTED = 0.25
_SEND_SECONDS = 10.0
_MOMENT_SECONDS = 0.003


@dataclass(frozen=True)
class Death:
    """A process ended, or was ended: how, and a detail such as the name of the signal."""

    outcome: Outcome
    detail: str = ""


class Keeper(Protocol):
    """The sandbox that has spawned a process, as far as the process needs it."""

    def ask_cpu(self) -> float | Ended: ...
    def wait_end(self, seconds: float) -> Ended | None: ...
    def end(self) -> Ended: ...
    def end_soon(self) -> None: ...
    def pin(self, core: int) -> None: ...
    def released(self) -> None: ...


@dataclass
class Process:
    """One process of a submission, seen from outside."""

    sandbox: Keeper
    channel: socket.socket
    output: int
    output_limit: int
    link: socket.socket | None = None
    """The free end of what connects it with another process; None once that process has it."""
    called: Callable[[socket.socket], None] | None = None
    """Told, once, that the process calls by its link; it is given the free end."""
    program: bytes = b""
    """The probes that it has yet to be sent."""
    death: Death | None = None
    printed: int = 0
    cpu: float = 0.0
    _confined: bool = False
    _unaccounted: float = 0.0
    _paused: float = 0.0
    """Seconds of ours that no step is charged for."""
    _reader: FrameReader = field(default_factory=lambda: FrameReader(FromProcess))

    def send(self, message: Any, link: socket.socket | None = None) -> None:
        """Send a request, and a descriptor with it; a process that is gone is noticed by the next `next`,
        and one that does not read is ended.
        """
        if self.death is not None:
            return
        self.channel.settimeout(_SEND_SECONDS)
        try:
            send_with_descriptors(self.channel, message, [link.fileno()] if link is not None else [])
        except TimeoutError:
            self._die(Death(Outcome.TIMED_OUT))
        except (OSError, WireError):
            pass
        finally:
            if self.death is None:
                self.channel.settimeout(None)

    def observe(self, request: Observe) -> None:
        """Ask for probes, and send them along the first time: never before its cells have run."""
        request, self.program = msgspec.structs.replace(request, program=self.program), b""
        self.send(request)

    def next(self, cpu_limit: float, wall_limit: float | None = None) -> Any | Death:
        """The next message, or how the process ended; it is ended when the step takes more than its limit.

        What it had said before its end comes first: its end is never taken for that of an earlier step.
        """
        began = time.monotonic() - self._paused
        hard = wall_limit if wall_limit is not None else _WALL_FACTOR * cpu_limit
        if self._unaccounted > _UNACCOUNTED and self.death is None:
            self._update_cpu()
        ask_at, base, looked = cpu_limit, self.cpu, False
        while True:
            if (message := self._message()) is not None:
                self._unaccounted += time.monotonic() - self._paused - began
                return message
            if self.death is not None:
                return self.death
            passed = time.monotonic() - self._paused - began
            if ask_at <= passed < hard:
                self._update_cpu()
                ask_at = passed + max(0.01, cpu_limit - (self.cpu - base))
                if self.death is not None:
                    continue
            over = passed >= hard or self.cpu - base >= cpu_limit
            if over and looked:
                return self._die(Death(Outcome.TIMED_OUT))
            looked = over  # what it has sent meanwhile counts: a machine that was busy charges nobody
            self._wait(0 if over else min(ask_at, hard) - passed)

    def _message(self) -> Any | None:
        """The next of the messages that have arrived, if any."""
        try:
            while isinstance(message := self._reader.next(), Confined):
                self._confined = True
        except WireError as error:
            self._reader = FrameReader(FromProcess)
            if self.death is None:
                self._die(Death(Outcome.PROTOCOL, str(error)))
            return None
        if isinstance(message, NotConfined) and not self._confined:
            self._die(Death(Outcome.REFUSED))
            raise SandboxError(message.reason, mend="`chainrule doctor` shows what this machine allows")
        return message

    def _wait(self, seconds: float) -> None:
        watched: list[Any] = [self.channel, self.output] if self.output >= 0 else [self.channel]
        if self.link is not None and self.called is not None:
            watched.append(self.link)
        ready = readable(watched, seconds)
        if self.called is not None and self.link is not None and self.link in ready:
            link, self.link = self.link, None
            began = time.monotonic()
            self.called(link)
            self._paused += time.monotonic() - began
        if self.channel in ready:  # first, so that a flood of output is charged to the step that prints it
            self._hear()
        elif self.output in ready:
            self._count_output()

    def _hear(self) -> None:
        """Take in what the process has sent; nothing more comes from one that has ended."""
        try:
            data = self.channel.recv(1 << 18)
        except OSError:
            data = b""
        if data:
            self._reader.feed(data)
        else:
            self._ended_by_itself()

    def _count_output(self) -> None:
        data = os.read(self.output, 1 << 16)
        self.printed += len(data)
        if not data:
            os.close(self.output)
            self.output = -1
        elif self.printed > self.output_limit:
            self._die(Death(Outcome.OUTPUT_LIMIT))

    def cpu_now(self) -> float:
        """Seconds of the processor that it has used so far."""
        self._update_cpu()
        return self.cpu

    def _update_cpu(self) -> None:
        answer = self.sandbox.ask_cpu()
        if isinstance(answer, Ended):
            self._explain(answer)
        else:
            self.cpu, self._unaccounted = answer, 0.0

    def _ended_by_itself(self) -> None:
        """Its channel is closed: it has ended, or goes on without. A zygote that has not told yet, on a busy
        machine, tells when it is asked.
        """
        if (ended := self.sandbox.wait_end(1.0)) is not None:
            self._explain(ended)
            return
        self._update_cpu()
        if self.death is None:
            self._die(Death(Outcome.PROTOCOL, "it closed its channel"))

    def _explain(self, ended: Ended) -> None:
        self._note(ended)
        self._drain()
        if not self._confined:
            self.death = Death(Outcome.REFUSED)
            self._release()
            mend = "`chainrule doctor` shows what this machine allows"
            raise SandboxError(f"a process ended before it was confined (status {ended.status})", mend=mend)
        if ended.status == NO_MEMORY:
            self.death = Death(Outcome.OUT_OF_MEMORY)
        elif ended.status >= 0:
            self.death = Death(Outcome.EXITED, f"exit status {ended.status}")
        elif -ended.status in (signal.SIGXCPU, signal.SIGKILL) and ended.cpu > 1:
            self.death = Death(Outcome.TIMED_OUT)
        else:
            self.death = Death(Outcome.KILLED, _signal_name(-ended.status))
        self._release()

    def _drain(self) -> None:
        """Take in what the process had said that was not read yet, first of all that it was confined."""
        with contextlib.suppress(OSError):
            self.channel.setblocking(False)
            while data := self.channel.recv(1 << 18):
                self._reader.feed(data)
        with contextlib.suppress(WireError):
            self._confined = self._confined or isinstance(self._reader.next(), Confined)

    def _note(self, ended: Ended) -> None:
        self.cpu = max(self.cpu, ended.cpu)

    def _die(self, death: Death) -> Death:
        """End the process, for a reason of ours: what else it may have said is not asked for any more."""
        self.death, self._reader = death, FrameReader(FromProcess)
        self._note(self.sandbox.end())
        self._release()
        return death

    def let_gather(self) -> None:
        """Wait a moment where no message is there: to wake somebody for each costs the process that sends
        them more than the sending.
        """
        if not self._reader.has_whole():
            time.sleep(_MOMENT_SECONDS)

    def keep_together(self, other: Process) -> None:
        """Have two processes that only ever wait for each other share a core, since to wake another takes
        longer than most calls: ours, which we are about to leave."""
        if (core := _own_core()) is not None:
            self.sandbox.pin(core)
            other.sandbox.pin(core)

    def gone(self) -> bool:
        """Whether a process that has nothing more to say has ended."""
        return self.death is not None or bool(readable([self.channel], 0))

    def _release(self) -> None:
        self.forget()
        self.sandbox.released()

    def forget(self) -> None:
        """Close what leads to the process."""
        self.channel.close()
        if self.link is not None:
            self.link.close()
            self.link = None
        if self.output >= 0:
            os.close(self.output)
            self.output = -1

    def close(self) -> None:
        """End the process, if it has not ended yet."""
        if self.death is None:
            self.death = Death(Outcome.FINISHED)
            self.sandbox.end_soon()
            self._release()


def _own_core() -> int | None:
    """The core that this thread runs on: field 39 of proc_pid_stat(5).

    None where the system does not tell.
    """
    try:
        return int(Path("/proc/thread-self/stat").read_text().rpartition(")")[2].split()[36])
    except (OSError, ValueError, IndexError):
        return None


def _signal_name(number: int) -> str:
    """A signal by its name; the real-time ones have none."""
    return signal.Signals(number).name if number in list(signal.Signals) else f"signal {number}"
