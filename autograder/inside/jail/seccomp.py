"""The filter of system calls: what is denied, by name, and a small assembler for it.

It denies what it knows to be harmful or useless, and every call newer than its tables. It is the second wall:
at level full the namespaces stand behind it, at level landlock Landlock does. What a denied call sees is an
ordinary errno, so that Python raises an ordinary exception. Sources: seccomp(2), linux/seccomp.h,
linux/bpf_common.h.
"""

from __future__ import annotations

import errno
import functools
import platform
import struct

from autograder.inside.jail import seccomp_tables as tables
from autograder.inside.jail import syscalls

Instruction = tuple[
    int, int, int, int
]  # struct sock_filter: code, jump where true, jump where false, operand
Code = list[Instruction]

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Machine: its column in the tables, and its AUDIT_ARCH number."""

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT = 0x15, 0x35, 0x45
_NUMBER, _ARCHITECTURE, _ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data; of an argument, its low half
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_X32 = 0x40000000
_SELF = -1  # operand that stands for the confined process's own number until that is known

_CLONE_THREAD = 0x00010000
_CLONE_NEW = 0x7E020000  # every CLONE_NEW* flag that clone(2) takes
_AF_UNIX, _SOCK_TYPE, _SOCK_STREAM, _SOCK_SEQPACKET = 1, 0xF, 1, 5
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_OFD_GETLK, F_DUPFD_CLOEXEC, F_GETPIPE_SZ
_FCNTLS = (0, 1, 2, 3, 4, 5, 36, 1030, 1032)
_F_SETLK, _F_SETLKW, _F_OFD_SETLK, _F_OFD_SETLKW = 6, 7, 37, 38
# TCGETS, TCGETS2, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: is it a terminal, how wide,
# may it block (ioctl_list(2))
_IOCTLS = (0x5401, 0x802C542A, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)


def _give(action: int) -> Code:
    return [(_RETURN, 0, 0, action)]


def _fail(number: int) -> Code:
    return _give(_ERRNO | number)


def _when(test: int, operand: int, then: Code) -> Code:
    """Run `then`, which ends in a return, where the test holds; go on behind it where it does not."""
    return [(test, 0, len(then), operand), *then]


def _unless(test: int, operand: int, then: Code) -> Code:
    """Run `then`, which ends in a return, where the test does not hold; go on behind it where it does."""
    return [(test, len(then), 0, operand), *then]


def _argument(index: int) -> Code:
    return [(_LOAD, 0, 0, _ARGUMENT + 8 * index)]


def _only(index: int, allowed: tuple[int, ...], otherwise: int, mask: int = 0xFFFFFFFF) -> Code:
    """Allow the call where its argument, under the mask, is one of these."""
    tests = [i for value in allowed for i in _when(_IF_EQUAL, value, _give(_ALLOW))]
    return [*_argument(index), (_AND, 0, 0, mask), *tests, *_fail(otherwise)]


def _never(index: int, denied: tuple[int, ...]) -> Code:
    """Allow the call unless its argument is one of these."""
    tests = [i for value in denied for i in _when(_IF_EQUAL, value, _fail(errno.EPERM))]
    return [*_argument(index), *tests, *_give(_ALLOW)]


def _by_argument(level: str, landlock_abi: int) -> dict[str, Code]:
    """What becomes of the calls that are judged by their arguments."""
    threads_only = [
        *_argument(0),
        *_when(_IF_ANY_BIT, _CLONE_NEW, _fail(errno.EPERM)),
        *_when(_IF_ANY_BIT, _CLONE_THREAD, _give(_ALLOW)),
        *_fail(errno.EPERM),
    ]
    # asyncio wants a pair of streams; a datagram socket could still be sent to any path, /dev/log for one. Of
    # another domain
    # or protocol the kernel makes two sockets, and loads its modules, before it finds that they make no pair
    own_pair = [
        *_argument(0),
        *_unless(_IF_EQUAL, _AF_UNIX, _fail(errno.EACCES)),
        *_argument(2),
        *_unless(_IF_EQUAL, 0, _fail(errno.EACCES)),
        *_only(1, (_SOCK_STREAM, _SOCK_SEQPACKET), errno.EACCES, _SOCK_TYPE),
    ]
    # not signals by way of SIGIO, leases that hold up the grader's own opens, pipes that take the user's
    # share of memory.
    # A lock is told to be had, as in _by_name
    own_descriptors = [
        *_argument(1),
        *[
            i
            for lock in (_F_SETLK, _F_SETLKW, _F_OFD_SETLK, _F_OFD_SETLKW)
            for i in _when(_IF_EQUAL, lock, _fail(0))
        ],
        *_only(1, _FCNTLS, errno.EPERM),
    ]
    rules = {
        "socket": _fail(errno.EACCES),
        "socketpair": own_pair,
        "clone": threads_only,
        "clone3": _fail(
            errno.ENOSYS
        ),  # its flags lie in memory, where a filter cannot look: glibc then takes clone
        # not typing into the grader's terminal, not the file systems' own ways to change a file that is only
        # open for reading
        "ioctl": _only(1, _IOCTLS, errno.ENOTTY),
        "prlimit64": _only(0, (0, _SELF), errno.EPERM),
        "fcntl": own_descriptors,
        "prctl": _never(
            0,
            (
                syscalls.PR_SET_PDEATHSIG,
                syscalls.PR_SET_DUMPABLE,
                syscalls.PR_SET_MM,
                syscalls.PR_SET_PTRACER,
            ),
        ),
    }
    if level == "landlock":  # the pid namespace is the grader's, and the files are on its own writable mounts
        rules["kill"] = rules["tgkill"] = _only(0, (_SELF,), errno.EPERM)
        if landlock_abi < 3:
            rules["truncate"] = _fail(errno.EPERM)
    return rules


def _by_name(level: str) -> dict[str, tuple[tables.Numbers, int]]:
    """What becomes of the other calls that are named: numbers and errno.

    With errno 0 nothing is done and success is told.
    """
    denied = [
        tables.MOUNTS,
        tables.NAMESPACES,
        tables.OTHER_PROCESSES,
        tables.NEW_PROCESSES,
        tables.UNCOUNTED_MEMORY,
        tables.SHARED_BY_NAME,
        tables.SOCKETS,
        tables.ASYNCHRONOUS_IO,
        tables.KERNEL,
    ]
    groups = [(group, errno.EPERM) for group in denied]
    groups.append(
        (tables.LOCKS, 0)
    )  # nobody else is in the box to be locked out, and SQLite asks for locks there
    if level == "landlock":
        groups.append((tables.OWNER_AND_ATTRIBUTES, errno.EPERM))
        groups.append(
            (tables.READING_ATTRIBUTES, errno.EOPNOTSUPP)
        )  # as where there are none, so that shutil.copy2 goes on
        groups.append((tables.MODE_AND_TIMES, 0))  # or shutil.copy would fail in the student's own folder
    return {name: (numbers, reason) for group, reason in groups for name, numbers in group.items()}


@functools.cache
def _assemble(level: str, landlock_abi: int, machine: str) -> Code:
    """The filter, made once for all processes: _SELF is still to be filled in."""
    column, architecture = ARCHITECTURES[machine]
    code: Code = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, architecture),
        *_give(_KILL),  # int 0x80 and other ways into a table with other numbers
        (_LOAD, 0, 0, _NUMBER),
        *_when(_IF_AT_LEAST, _X32, _give(_KILL)),
        *_when(_IF_AT_LEAST, tables.NEWEST + 1, _fail(errno.ENOSYS)),
    ]
    for name, then in _by_argument(level, landlock_abi).items():
        if (number := tables.BY_ARGUMENT[name][column]) is not None:
            code += _when(_IF_EQUAL, number, then)
    for numbers, reason in _by_name(level).values():
        if (number := numbers[column]) is not None:
            code += _when(_IF_EQUAL, number, _fail(reason))
    return [*code, *_give(_ALLOW)]


@functools.lru_cache(maxsize=2)
def program(level: str, pid: int, landlock_abi: int, machine: str = platform.machine()) -> bytes:
    """The filter as the kernel takes it. pid is the confined process's own, as it sees it; machine is a
    key of ARCHITECTURES.
    """
    pack = struct.Struct("HBBI").pack
    code = _assemble(level, landlock_abi, machine)
    return b"".join(
        [pack(test, true, false, pid if operand == _SELF else operand) for test, true, false, operand in code]
    )


def restrict(level: str, pid: int, landlock_abi: int) -> None:
    """Put this process under the filter. Nothing takes it off again."""
    syscalls.seccomp_filter(program(level, pid, landlock_abi))
