"""The jail: a zygote enters it once, forks for every submission, and each fork confines itself afresh, in a
few milliseconds.

    enter(level, readonly, box_size)     in a fresh process, before NumPy is imported
    box = new_box()                      in the zygote, for each submission
    fork()                               in the zygote; the child gets 0, as from os.fork
    confine(limits, box, data)           in the child, before any of the student's code
    remove_box(box)                      in the zygote, once the child is gone
    levels()                             what this machine allows, found by trying
    strongest()                          the best of it, for those who need no more
    check_binds(readonly, forbidden)     refuse to show what must stay hidden

| level    | what holds it
| | -------- |
-------------------------------------------------------------------------------------------------- | | full
| user, mount, pid, network, IPC and UTS namespaces, limits, no capabilities, Landlock, seccomp       | |
landlock | limits, no capabilities, Landlock, seccomp
| | none     | limits, as far as the system has them
|

What level landlock does not hold: bytes and files in the box as a whole, the number of threads, and that a
path exists, with its size, times, owner and mode. Mode and times of files cannot be changed there, one's own
neither: chmod and utime say yes and do nothing. Locks on files do so at both levels: who shares a file with a
submission must not wait for it.

The zygote must hold no secret: its memory is copied into every submission's process. Standard library and
ctypes only; Linux on x86-64 and aarch64, and level none anywhere.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from autograder.inside.jail import files, landlock, namespaces, rlimits, seccomp, syscalls
from autograder.inside.jail.machine import levels, strongest, system_paths
from autograder.inside.jail.namespaces import BOX
from autograder.inside.jail.values import LEVELS, JailError, JailLimits, Level

__all__ = [
    "BOX",
    "LEVELS",
    "JailError",
    "JailLimits",
    "Level",
    "check_binds",
    "confine",
    "enter",
    "fork",
    "levels",
    "new_box",
    "remove_box",
    "strongest",
    "system_paths",
]

check_binds = files.check_binds


@dataclass(frozen=True)
class _Zygote:
    """What enter() found and fork() and confine() need."""

    level: str
    readonly: tuple[str, ...]
    pid: int
    landlock_abi: int
    pid_namespace: int = -1  # the zygote's own, to come back to after each fork


_zygote: _Zygote | None = None


def _entered() -> _Zygote:
    if _zygote is None:
        raise JailError("jail.enter() comes first")
    return _zygote


def enter(level: str, readonly: Sequence[str], box_size: int) -> None:
    """Put this process, fresh and with one thread, into the jail. Raise JailError where the level cannot be
    had.

    readonly: files and folders that it may read, at their own paths; at level full nothing else is there.
    box_size: bytes of the zygote's own folder BOX, level full. Open file descriptors stay, except that none
    may be open on a folder. From here on the process dies with the thread that started it (PR_SET_PDEATHSIG),
    and all its forks die with it.

    At level full the caller goes on in a child, as pid 1 of a pid namespace, while the first process waits
    and ends as it ends. Where this raised, the process may be half way in: end it.
    """
    global _zygote
    if _zygote is not None:
        raise JailError("this process is in a jail already")
    if level not in LEVELS:
        raise JailError(f"no level {level!r}: the levels are {', '.join(LEVELS)}")
    parent, abi = os.getppid(), 0
    try:
        if level != "none":
            _require_linux()
            abi = syscalls.landlock_abi()
        pid_namespace = -1
        if level == "full":
            pid_namespace = _enter_namespaces(readonly, box_size, parent)
        elif level == "landlock":
            if abi < 1:
                raise JailError(
                    "level landlock: this kernel has no Landlock, or was started without it (lsm=)"
                )
            _leave_root(readonly)
            _die_with(parent)
        elif sys.platform == "linux":
            _die_with(parent)
    except OSError as error:
        raise JailError(f"level {level} cannot be had: {error}") from error
    _zygote = _Zygote(
        level, tuple(os.path.abspath(path) for path in readonly), os.getpid(), abi, pid_namespace
    )
    if level != "full":
        files.sweep_boxes()
    if level != "none":
        syscalls.prctl(
            syscalls.PR_SET_DUMPABLE, 0
        )  # not for its forks to look into or change, should they find it
        seccomp.program(level, 1, abi)  # assembled once, for all the forks


def _require_linux() -> None:
    machine = os.uname().machine if hasattr(os, "uname") else "this machine"
    if sys.platform != "linux" or machine not in seccomp.ARCHITECTURES or sys.maxsize < 1 << 32:
        raise JailError(
            f"isolation needs Linux and a 64-bit Python on {' or '.join(seccomp.ARCHITECTURES)}; "
            f"this is {sys.platform} on {machine}"
        )


def _die_with(parent: int) -> None:
    """Be killed when the thread that started us ends.

    Comes after every change of credentials, which would clear it.
    """
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)


def _enter_namespaces(readonly: Sequence[str], box_size: int, parent: int) -> int:
    """Level full: go on as pid 1 of a pid namespace, whose end is the end of every process in it.

    Return its descriptor.
    """
    namespaces.enter(readonly, box_size)
    ours, waiters = os.pipe()
    if pid := os.fork():
        os.close(ours)
        _wait_for(pid, parent, keep=waiters)
    os.close(waiters)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    ended = select.poll()
    ended.register(ours, select.POLLIN)
    if ended.poll(0):  # closed: the waiter was dead before the call, and getppid() is 0 in here
        os._exit(1)
    os.close(ours)
    files.settle_in(BOX)
    return os.open("/proc/self/ns/pid_for_children", os.O_RDONLY | os.O_CLOEXEC)


def _wait_for(pid: int, parent: int, keep: int) -> NoReturn:
    """Be the zygote's stand-in outside its pid namespace: die with the grader, pass on a signal, end as
    it ends.
    """
    try:
        _die_with(parent)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: os.kill(pid, signal.SIGKILL))
        for name in os.listdir("/proc/self/fd"):
            if int(name) != keep:
                with contextlib.suppress(OSError):  # listdir's own
                    os.close(int(name))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os._exit(code if code >= 0 else 128 - code)  # as a shell tells a signal
    finally:
        os._exit(1)


def _leave_root(readonly: Iterable[str]) -> None:
    """Level landlock: stop being root, where the interpreter can be read by somebody else; else keep the
    name without the powers.
    """
    if namespaces.may_become_unprivileged() and files.readable_by(namespaces.UNPRIVILEGED, readonly):
        namespaces.become_unprivileged()


def new_box() -> str:
    """The path of an empty working folder for the next fork, made by the zygote:

    BOX at level full, where confine() makes it afresh.
    """
    return BOX if _entered().level == "full" else files.make_box()


def remove_box(box: str) -> None:
    """Remove what new_box() made, once its process is gone, however hard to remove the process has made
    it.
    """
    if _entered().level != "full":
        files.remove_box(box)


def fork(prepare: Callable[[], object] | None = None) -> int:
    """Fork the zygote: the child gets 0, the zygote its pid. At level full the child is pid 1 of a new pid
    namespace.

    prepare is called in the child before anything else. Killing the pid kills all that the child may have
    started (level full). Raise OSError where the system gives no more processes.
    """
    zygote = _entered()
    if not hasattr(os, "fork"):
        raise JailError(
            f"{sys.platform} cannot fork a process: grade on Linux, in a container or a virtual machine"
        )
    if zygote.level == "full":
        syscalls.unshare(syscalls.CLONE_NEWPID)  # counts for the next fork
    pid = -1
    try:
        pid = os.fork()
    finally:
        if zygote.level == "full" and pid:
            syscalls.setns(zygote.pid_namespace, syscalls.CLONE_NEWPID)
    if pid == 0:
        if zygote.level == "full":
            os.close(zygote.pid_namespace)
        if prepare is not None:
            prepare()
    return pid


def confine(limits: JailLimits, box: str, readonly_data: Sequence[tuple[str, str]] = ()) -> None:
    """Confine this fork of the zygote for good, before it runs any of the student's code. Raise JailError
    where that fails.

    box: the working folder, from new_box(). readonly_data: (source, name) puts a file or folder, one of
    enter()'s readonly or beneath one, into the box under that name. Open file descriptors stay. There is no
    new process, no socket and no /proc from here on; threads work up to limits.tasks.
    """
    zygote = _entered()
    try:
        _confine(zygote, limits, box, readonly_data)
    except (OSError, ValueError) as error:
        raise JailError(f"a submission could not be confined at level {zygote.level}: {error}") from error


def _confine(zygote: _Zygote, limits: JailLimits, box: str, readonly_data: Sequence[tuple[str, str]]) -> None:
    level = zygote.level
    if hasattr(os, "setsid") and os.getsid(0) != os.getpid():
        os.setsid()  # no terminal to type into
    mapped = rlimits.mapped_bytes()
    if level == "full":
        namespaces.enter_own(box, limits.tmp_bytes, limits.tmp_inodes)
        os.umask(0o077)
        files.place(readonly_data, box, namespaces.show)
        namespaces.cover_proc()
    else:
        os.umask(0o077)
        files.place(readonly_data, box, files.copy if level == "none" else os.symlink)
    files.settle_in(box)
    rlimits.apply(
        limits,
        mapped,
        count_tasks=level == "full" and rlimits.tasks_are_counted_apart(),
        strict=level != "none",
    )
    if level == "none":
        if sys.platform == "linux":
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        return
    syscalls.drop_capabilities()
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)  # not for others of the same user to look into or change
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if (
        level == "landlock" and os.getppid() != zygote.pid
    ):  # it ended before the call; at level full that has ended us
        os._exit(1)
    if zygote.landlock_abi:
        landlock.restrict(zygote.landlock_abi, ["/"] if level == "full" else zygote.readonly, box)
    seccomp.restrict(level, os.getpid(), zygote.landlock_abi)
