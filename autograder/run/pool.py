"""The processes of this machine that grade: one a core, each with zygotes of its own.

Each is a Python of its own, started and not forked: the process that starts them has threads, and what a
thread holds at a fork is held for ever in the new process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

import msgspec

from autograder.assignment.loading import load_assignment
from autograder.inside.jail import Level, syscalls
from autograder.inside.seen import Observation
from autograder.judging.reference import Reference
from autograder.run import desk
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.nursery import nursery, share_nursery

_NAME = "local"
_START = (
    # Ctrl-C is the parent's to answer
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = sys.argv[4:]; "
    "import autograder.declined; from autograder.run.pool import work; work(*map(int, sys.argv[1:4]))"
)
_PATIENCE_SECONDS = 10.0
"""A worker that was told to end has so long to end its sandboxes."""


@dataclass(frozen=True)
class Pool:
    """Where jobs are sent. deaths are the exceptions that say that a worker died; renew gives a pool to
    go on with once submit raised one.
    """

    submit: Callable[[bytes], Future[bytes]]
    """Send a job, see `desk.grade`."""
    width: Callable[[], int]
    """How many jobs are worked on at a time."""
    deaths: tuple[type[BaseException], ...]
    renew: Callable[[], Pool]


class WorkerDied(Exception):
    """The process that worked on a job ended before it answered."""


class Opening(msgspec.Struct, frozen=True):
    """What a worker opens its desk with, and where it finds zygotes: the paths where these look for
    modules.
    """

    assignment: str
    root: str
    salt: str
    level: Level
    observed: dict[str, dict[str, Observation]]
    paths: list[str]


class Workers:
    """So many processes, started at once: they load while the reference is observed.

    Each is spoken to by a thread of its own.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs, self._opening, self._started = jobs, b"", list[_Worker]()
        self._idle = [self._start() for _ in range(jobs)]
        self._threads = ThreadPoolExecutor(jobs)
        self._own = threading.local()

    def _start(self) -> _Worker:
        self._started.append(_Worker())
        return self._started[-1]

    @contextlib.contextmanager
    def pool(self, reference: Reference, isolation: Isolation, jobs: int) -> Iterator[Pool]:
        """The workers as a pool, which grades by what this reference has observed."""
        assignment = reference.assignment
        opening = Opening(
            assignment.name,
            str(assignment.root),
            reference.salt,
            isolation.level,
            reference.observed(),
            nursery().paths,
        )
        self._opening = msgspec.msgpack.encode(opening)
        made = Pool(
            lambda job: self._threads.submit(self._answer, job),
            lambda: min(jobs, self._jobs),
            (WorkerDied,),
            lambda: made,
        )
        yield made

    def _answer(self, job: bytes) -> bytes:
        """Have this thread's worker answer a job. After one that died the next job has a new one."""
        worker: _Worker | None = getattr(self._own, "worker", None)
        if worker is None:
            worker = self._own.worker = self._idle.pop() if self._idle else self._start()
            worker.tell(self._opening)
        try:
            return worker.answer(job)
        except WorkerDied:
            self._own.worker = None
            raise

    def close(self) -> None:
        """End them all, once what they are at is done."""
        self._threads.shutdown(cancel_futures=True)
        for worker in self._started:
            worker.connection.close()
        for worker in self._started:
            worker.end()


@contextlib.contextmanager
def local_workers(jobs: int) -> Iterator[Callable[..., contextlib.AbstractContextManager[Pool]]]:
    """Workers that end with the block, as what makes a pool of them."""
    workers = Workers(jobs)
    try:
        yield workers.pool
    finally:
        workers.close()


class _Worker:
    """One process, from the side that sends it jobs."""

    def __init__(self) -> None:
        self.connection, theirs = Pipe()
        requests = nursery().descriptor()
        with theirs:
            numbers = [str(n) for n in (theirs.fileno(), requests, os.getpid())]
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, *numbers, *sys.path],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), requests),
            )

    def tell(self, opening: bytes) -> None:
        with contextlib.suppress(OSError):  # it has died: its first answer says so
            self.connection.send_bytes(opening)

    def answer(self, job: bytes) -> bytes:
        """Raises WorkerDied where it ends before it has answered."""
        try:
            self.connection.send_bytes(job)
            return self.connection.recv_bytes()
        except (EOFError, OSError):
            self.end()
            raise WorkerDied from None

    def end(self) -> None:
        """Wait until a process is gone whose connection is closed, at either end."""
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


# ---- in the worker -----------------------------------------------------------------------------------------


def work(descriptor: int, requests: int, parent: int) -> None:
    """Open a desk and answer jobs until nobody sends any.

    A worker dies with the process that started it, and with it all that it has started.
    """
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    with Connection(descriptor) as connection, contextlib.suppress(EOFError):
        _open_desk(msgspec.msgpack.decode(connection.recv_bytes(), type=Opening), requests)
        while True:
            connection.send_bytes(desk.grade(_NAME, connection.recv_bytes()))
    desk.close_desk(_NAME)


def _open_desk(opening: Opening, requests: int) -> None:
    """Make ready; where that fails, each job is answered by saying so."""
    share_nursery(requests, opening.paths)
    try:
        assignment = load_assignment(opening.assignment, Path(opening.root))
        reference = Reference.received(assignment, opening.salt, opening.observed)
        desk.open_desk(_NAME, reference, Isolation(opening.level))
    except Exception:
        traceback.print_exc()
