"""Resource limits and privileges: what setrlimit(2) counts, and what a process gives up for good."""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
from collections.abc import Iterator

from autograder.inside.jail.values import JailLimits

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]


_SIGNALS = 256
"""Timers and real-time signals that may wait: they are counted together with those of all the user's
processes. Others are not limited.
"""


def mapped_bytes() -> int | None:
    """Address space in use by this process, None where the system does not tell: proc_pid_statm(5)."""
    try:
        fd = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return None
    try:
        return int(os.read(fd, 100).split()[0]) * os.sysconf("SC_PAGE_SIZE")
    finally:
        os.close(fd)


_STEP = 16 << 20
"""How finely the room is told, in bytes."""
_PRIVATE = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}


def room_left(before: int = 0) -> int:
    """Bytes of address space that this process may still map, in steps of 16 MiB; 0 where nothing limits it.
    before: what it was a while ago; it is no more now, and asked first.
    """
    limit = resource.getrlimit(resource.RLIMIT_AS)[0] if resource is not None else -1
    if resource is None or limit == resource.RLIM_INFINITY:
        return 0
    if before and _can_map(before - _STEP):
        return before
    low, high = 0, before or limit
    while high - low > _STEP:
        middle = (low + high) // 2
        low, high = (middle, high) if _can_map(middle) else (low, middle)
    return low


KEPT_BACK = 128 << 20
"""Bytes that the cells of a notebook can't use: with them the probes run, whatever the cells keep."""


@contextlib.contextmanager
def kept_back() -> Iterator[None]:
    """Keep memory from what runs meanwhile: it is mapped, not touched, and there again afterwards."""
    try:
        held = mmap.mmap(-1, KEPT_BACK, **_PRIVATE)
    except (OSError, ValueError, MemoryError):  # what cells kept that ran before leaves less
        held = None
    try:
        yield
    finally:
        if held is not None:
            held.close()


def _can_map(size: int) -> bool:
    try:
        mmap.mmap(-1, max(size, 1), **_PRIVATE).close()
    except (OSError, ValueError, MemoryError):
        return False
    return True


def _wanted(limits: JailLimits, mapped: int | None, count_tasks: bool) -> dict[str, int]:
    """Each limit by the name that the resource module has for it."""
    wanted = {
        "RLIMIT_CPU": limits.cpu_seconds,  # soft and hard alike: SIGKILL, since SIGXCPU can be ignored
        "RLIMIT_FSIZE": limits.tmp_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_SIGPENDING": _SIGNALS,
    }
    if mapped is not None:
        wanted["RLIMIT_AS"] = mapped + limits.memory_bytes + KEPT_BACK
    if count_tasks:
        wanted["RLIMIT_NPROC"] = limits.tasks
    return wanted


def apply(limits: JailLimits, mapped: int | None, *, count_tasks: bool, strict: bool) -> None:
    """Set every limit, soft and hard, or the machine's own hard limit where that is lower.

    mapped is mapped_bytes() from before /proc was covered. count_tasks: only a user namespace of its own
    counts a submission's threads apart from the user's. strict: raise where the system refuses a limit;
    without it, set as many as the system knows.
    """
    if resource is None:
        return
    if strict and mapped is None:
        raise ValueError(
            "the address space in use is not known, so memory cannot be limited: is /proc mounted?"
        )
    for name, value in _wanted(limits, mapped, count_tasks).items():
        try:
            kind = getattr(resource, name)
            hard = resource.getrlimit(kind)[1]
            most = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (most, most))
        except (AttributeError, ValueError, OSError):  # macOS has no RLIMIT_MSGQUEUE and refuses RLIMIT_AS
            if strict:
                raise


def tasks_are_counted_apart() -> bool:
    """Does RLIMIT_NPROC count a user namespace by itself?

    Before Linux 5.14 it counted all that the user runs anywhere.
    """
    if sys.platform != "linux":
        return False
    try:
        major, minor = (int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
    except ValueError:
        return True
    return (major, minor) >= (5, 14)
