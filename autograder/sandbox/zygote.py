"""Starts a zygote in its jail and has it spawn a process for each job. Only a sandbox that could not be set
up raises.

While a submission is graded, the process of the next one is forked and confined already, and waits to be told
what to run.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import signal
import socket
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.errors import SandboxError
from autograder.inside.jail.values import Level
from autograder.inside.limits import Limits
from autograder.inside.protocol import (
    AskCpu,
    CellSource,
    CpuSeconds,
    DescriptorChannel,
    Ended,
    FromZygote,
    Kill,
    Pin,
    Ready,
    Run,
    Setup,
    SetupFailed,
    Spawn,
    readable,
    send_with_descriptors,
)
from autograder.inside.wire import WireError
from autograder.sandbox.nursery import new_zygote, nursery
from autograder.sandbox.process import Process
from autograder.sandbox.runtime import interpreter_folders

_PATIENCE_SECONDS = 300.0
"""A zygote that is silent for so long is taken for dead: better a fresh one than a class that waits."""


@lru_cache(maxsize=16)
def _compiled(files: tuple[tuple[str, str], ...]) -> bytes:
    """Files as code that a process of the same Python can run."""
    return marshal.dumps(
        [(name, compile(text, f"{name}.py", "exec", dont_inherit=True)) for name, text in files]
    )


class Sandbox:
    """A zygote with one assignment's files, and its probes to be sent on.

    It serves one process at a time, and has the next one ready meanwhile; use one a thread.

    It is started at once and waited for when it is first needed.
    """

    def __init__(
        self,
        probes: str,
        files: dict[str, Path],
        level: Level,
        modules: tuple[tuple[str, str], ...] = (),
        given: Sequence[CellSource] = (),
        preload: Sequence[str] = (),
    ) -> None:
        self._setup = (files, level, given, preload)
        self.level = level
        self.program = _compiled((*modules, ("probes", probes)))
        """The probes as each process is sent them once its cells have run."""
        self._zygote: int | None = None
        """A descriptor of the zygote's outermost process, once it stands."""
        self._said = b""
        self._closed = False
        self._current: Process | None = None
        self._pid = 0
        """By which the zygote knows the current process."""
        self._next: Process | None = None
        """Forked already; whether that went well is asked when it is needed."""
        self._made: Ready | SetupFailed | None = None
        """What the zygote has said of the next one, where that has been heard."""
        self._plan: tuple[Limits, Run | None] | None = None
        """What the next process is made for: its limits, and what it runs beforehand, where that is known."""
        self._ready = False
        self._start()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        files, level, given, preload = self._setup
        ours, theirs = socket.socketpair()
        self._errors, errors = os.pipe()
        try:
            with theirs:
                paths = new_zygote(theirs, errors)
        except BaseException:
            ours.close()
            os.close(self._errors)
            raise
        finally:
            os.close(errors)
        ours.settimeout(_PATIENCE_SECONDS)
        self._control = DescriptorChannel(ours, FromZygote)
        readonly = [*paths, *interpreter_folders(), *(str(path.resolve()) for path in files.values())]
        shown = [(str(path.resolve()), name) for name, path in files.items()]
        with contextlib.suppress(OSError):  # it has ended already: `ready` says why
            self._control.send(Setup(level, readonly, shown, list(given), list(preload)))

    def ready(self) -> None:
        """Wait until it stands; raises SandboxError where it could not be set up."""
        if not self._ready:
            self._expect_ready()
            self._zygote = self._control.descriptors.pop()
            self._ready = True

    def _expect_ready(self) -> Ready:
        """What the zygote says when it stands, or when it has forked the next process."""
        message: Any
        message, self._made = self._made, None
        while message is None or isinstance(message, Ended):  # of an earlier one, which was killed
            message = self._receive()
        if isinstance(message, SetupFailed):
            raise SandboxError(
                f"the sandbox could not be set up: {message.reason}",
                mend="`chainrule doctor` shows what this machine allows",
            )
        if not isinstance(message, Ready):
            raise SandboxError(f"the sandbox answered {type(message).__name__}, expected Ready")
        return message

    def _receive(self) -> Any:
        """The next message of the zygote."""
        try:
            return self._control.receive()
        except (EOFError, OSError, WireError):
            raise SandboxError("the sandbox ended unexpectedly", mend=self._last_words()) from None

    def _last_words(self) -> str:
        """What the zygote said when it ended; one that has not is ended now."""
        self._wait_until_gone(2)
        self._listen(0)
        return (self._said.decode(errors="replace").strip() or nursery().last_words())[-600:]

    def _wait_until_gone(self, seconds: float) -> None:
        """Wait until the zygote has ended, and all below it; end it where that takes longer."""
        if self._zygote is None:
            self._listen(seconds)  # nobody is left who could complain
        elif not readable([self._zygote], seconds):
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._zygote, signal.SIGKILL)
            readable([self._zygote], seconds)

    def _listen(self, seconds: float) -> None:
        """Take in what the zygote complains of, until it ends or the time is over."""
        end = time.monotonic() + seconds
        while readable([self._errors], end - time.monotonic()):
            data = os.read(self._errors, 1 << 16)
            if not data:
                return
            self._said = (self._said + data)[-10_000:]

    def prepare(self, limits: Limits, run: Run | None = None) -> None:
        """From now on have a process ready with these limits, which has run what it will have to, where
        that is always the same.
        """
        if self._plan != (limits, run):
            self._drop_next()
            self._plan = (limits, run)
        self._fork_ahead()

    def spawn(self, run: Run, limits: Limits) -> Process:
        """A process that runs the cells; what it has to say comes from `Process.next`."""
        self.ready()
        if self._current is not None:
            self._current.close()
        if self._plan not in ((limits, None), (limits, run)):
            self.prepare(limits)
        if self._next is None:
            self._fork()
        process = self._take_next()
        if self._plan is not None and self._plan[1] is None:
            process.send(run)
        self._fork_ahead()
        return process

    def _take_next(self) -> Process:
        """Make the next process the current one, once the zygote says that it has been made."""
        assert self._next is not None
        process, self._next = self._next, None
        try:
            self._pid = self._expect_ready().pid
        except SandboxError:
            process.forget()
            raise
        self._current = process
        return process

    def _fork_ahead(self) -> None:
        """Have the next process ready; that it could not be made is noticed when it is asked for."""
        if self._plan is not None and self._next is None and not self._closed:
            with contextlib.suppress(SandboxError):
                self._fork()

    def _fork(self) -> None:
        """Ask for the next process, without waiting for it."""
        assert self._plan is not None
        limits, run = self._plan
        (ours, theirs), (free, linked) = socket.socketpair(), socket.socketpair()
        output, written = os.pipe()
        self._next = Process(self, ours, output, limits.output_kb << 10, free, program=self.program)
        with theirs, linked:
            try:
                send_with_descriptors(
                    self._control.socket,
                    Spawn(limits.confinement(), run),
                    [theirs.fileno(), written, linked.fileno()],
                )
            except OSError as error:
                self._next.forget()
                self._next = None
                raise SandboxError(f"the sandbox is gone: {error}", mend=self._last_words()) from None
            finally:
                os.close(written)

    def _drop_next(self) -> None:
        """End the next process, which was made for something else."""
        if self._next is not None:
            self.ready()
            self._plan = None
            self._take_next().close()

    def close(self) -> None:
        """End the zygote and all below it."""
        if self._closed:
            return
        self._closed = True
        for process in (self._current, self._next):
            if process is not None:
                process.close()
        self._control.socket.close()
        self._wait_until_gone(1)
        for descriptor in (self._errors, self._zygote):
            if descriptor is not None:
                os.close(descriptor)

    # ---- for Process

    def ask_cpu(self) -> float | Ended:
        self._control.send(AskCpu(self._pid))
        message = self._hear(_PATIENCE_SECONDS)
        if message is None:
            raise SandboxError("the sandbox does not answer", mend=self._last_words())
        return message.seconds if isinstance(message, CpuSeconds) else message

    def _hear(self, seconds: float) -> CpuSeconds | Ended | None:
        """What the zygote says next of the current process; None where that is nothing for so long."""
        until = time.monotonic() + seconds
        while self._control.has_any(until - time.monotonic()):
            message = self._receive()
            if isinstance(message, Ready | SetupFailed):
                self._made = message
            elif isinstance(message, CpuSeconds) or message.pid == self._pid:
                return message
        return None

    def pin(self, core: int) -> None:
        """Keep the current process on one core from now on, where the system has a way to."""
        with contextlib.suppress(OSError):
            self._control.send(Pin(self._pid, core))

    def end_soon(self) -> None:
        """Kill the current process; the zygote buries it while others go on."""
        with contextlib.suppress(
            OSError
        ):  # a zygote that is gone as well is noticed when the next process is asked for
            self._control.send(Kill(self._pid))

    def end(self) -> Ended:
        """Kill the current process and wait until it is gone."""
        self._control.send(Kill(self._pid))
        while not isinstance(message := self._hear(_PATIENCE_SECONDS), Ended):
            if message is None:
                raise SandboxError("the sandbox does not answer", mend=self._last_words())
        return message

    def released(self) -> None:
        """The current process has ended, or is about to."""
        self._current = None
        self._fork_ahead()

    def wait_end(self, seconds: float) -> Ended | None:
        """How the current process ended, once it has."""
        message = self._hear(seconds)
        return message if isinstance(message, Ended) else None
