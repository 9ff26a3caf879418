"""Landlock: which files may be read and which written, kept by the kernel for this process and all that it
starts.

At level full it is a second wall in front of read-only mounts; at level landlock it is the wall. Source:
landlock(7), the kernel's userspace-api/landlock.rst. Access rights that the running kernel does not know are
left out.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterable

from autograder.inside.jail import syscalls

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK, _TRUNCATE, _IOCTL_DEV = 1 << 6, 1 << 11, 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV

_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # abstract Unix sockets, signals

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def _handled(abi: int) -> int:
    """Every file access right that this version knows."""
    return (1 << (13 if abi < 2 else 14 if abi < 3 else 15 if abi < 5 else 16)) - 1


def _attributes(abi: int) -> bytes:
    """struct landlock_ruleset_attr, as long as this version knows it: files; network (4); scopes (6)."""
    return struct.pack("QQQ", _handled(abi), _TCP, _SCOPES)[: 24 if abi >= 6 else 16 if abi >= 4 else 8]


def _allow(ruleset: int, path: str, access: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            access &= _ON_FILES  # the kernel refuses rights of folders on a file
        syscalls.landlock_allow(ruleset, access, fd)
    finally:
        os.close(fd)


def restrict(abi: int, readonly: Iterable[str], box: str) -> None:
    """Leave this process reading beneath `readonly`, writing beneath `box` and to the harmless devices,
    and nothing else.
    """
    handled = _handled(abi)
    ruleset = syscalls.landlock_ruleset(_attributes(abi))
    try:
        for path in readonly:
            _allow(ruleset, path, _READ)
        for path in DEVICES:
            if os.path.exists(path):
                _allow(ruleset, path, (_READ_FILE | _WRITE_FILE | _TRUNCATE) & handled)
        _allow(ruleset, box, handled & ~(_MAKE_CHAR | _MAKE_BLOCK))
        syscalls.landlock_restrict(ruleset)
    finally:
        os.close(ruleset)
