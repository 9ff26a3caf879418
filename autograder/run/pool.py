"""The processes of this machine that grade: one a core, each with zygotes of its own. Behind the interface of `concurrent.futures`."""
from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from autograder.inside.jail import syscalls
from autograder.judging.reference import Reference
from autograder.run import desk
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.nursery import nursery


@dataclass(frozen=True)
class Pool:
    """Where jobs are sent. deaths are the exceptions that say that a worker died; renew gives an executor once it did."""

    name: str
    executor: Executor
    width: Callable[[], int]
    """How many jobs are worked on at a time."""
    deaths: tuple[type[BaseException], ...]
    renew: Callable[[], Pool]


@contextlib.contextmanager
def local_pool(reference: Reference, isolation: Isolation, jobs: int) -> Iterator[Pool]:
    """So many processes, forked from this one: they have everything loaded."""
    opened: list[ProcessPoolExecutor] = []

    def opens() -> Pool:
        context = multiprocessing.get_context("fork")
        opened.append(ProcessPoolExecutor(jobs, context, _begin, ("local", reference, isolation, os.getpid())))
        return Pool("local", opened[-1], lambda: jobs, (BrokenProcessPool,), opens)

    nursery()  # one for all of them
    try:
        yield opens()
    finally:
        for executor in opened:
            executor.shutdown(cancel_futures=True)


def _begin(name: str, reference: Reference, isolation: Isolation, parent: int) -> None:
    """A worker dies with the process that forked it, and with it all that it has started."""
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    desk.open_desk(name, reference, isolation)
