"""The system calls that Python 3.11 has no function for, through ctypes.

Each one raises OSError where it fails. Numbers and layouts are those of the kernel's uapi headers and the
section 2 manual pages; the calls that glibc does not wrap have the same number on x86-64 and aarch64, as all
that came after 424 do.
"""

from __future__ import annotations

import ctypes
import functools
import os
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_MM, PR_SET_NO_NEW_PRIVS = (
    1,
    4,
    22,
    24,
    35,
    38,
)
PR_SET_PTRACER = 0x59616D61
SECCOMP_MODE_FILTER = 2

_MOUNT_SETATTR = 442
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID = 1, 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_LANDLOCK_VERSION, _LANDLOCK_RULE_PATH_BENEATH = 1, 1
_CAPABILITY_VERSION_3 = 0x20080522


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: int | str | bytes | None) -> int:
    """Call a function of the C library.

    Numbers go as long: the kernel reads whole registers (prctl(2), NOTES).
    """
    converted = [
        ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(os.fsencode(a)) if a is not None else None
        for a in arguments
    ]
    result: int = getattr(_libc(), name)(*converted)
    if result < 0:
        number = ctypes.get_errno()
        shown = ", ".join(repr(a) for a in arguments[:2] if not isinstance(a, bytes))
        raise OSError(number, f"{name}({shown}): {os.strerror(number)}")
    return result


def unshare(flags: int) -> None:
    """unshare(2)."""
    _call("unshare", flags)


def setns(fd: int, kind: int) -> None:
    """setns(2)."""
    _call("setns", fd, kind)


def mount(
    source: str | None, target: str, kind: str | None = None, flags: int = 0, data: str | None = None
) -> None:
    """mount(2)."""
    _call("mount", source, target, kind, flags, data)


def unmount(target: str) -> None:
    """umount2(2), lazily."""
    _call("umount2", target, MNT_DETACH)


def make_readonly(path: str) -> None:
    """Make every mount at and below path read-only and free of set-user-ID: mount_setattr(2), Linux 5.12."""
    attributes = struct.pack("QQQQ", _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID, 0, 0, 0)
    _call("syscall", _MOUNT_SETATTR, _AT_FDCWD, path, _AT_RECURSIVE, attributes, len(attributes))


def enter_root(path: str) -> None:
    """Make path, a mount point, the root, and let go of the old one: pivot_root(2), the section
    pivot_root(".", ".").
    """
    os.chdir(path)
    _call("pivot_root", ".", ".")
    unmount(".")
    os.chdir("/")


def sethostname(name: str) -> None:
    """sethostname(2)."""
    _call("sethostname", name, len(os.fsencode(name)))


def prctl(option: int, value: int = 0) -> int:
    """prctl(2) with one argument."""
    return _call("prctl", option, value, 0, 0, 0)


def drop_capabilities() -> None:
    """Give up every capability for good: the bounding set where that is allowed, then all the others
    (capabilities(7)).
    """
    call, nothing = _libc().prctl, ctypes.c_long(0)
    for capability in range(64):
        # fails past the last one, and without CAP_SETPCAP, when there is nothing to bound
        if call(ctypes.c_long(PR_CAPBSET_DROP), ctypes.c_long(capability), nothing, nothing, nothing) < 0:
            break
    _call("capset", struct.pack("Ii", _CAPABILITY_VERSION_3, 0), bytes(24))


def landlock_abi() -> int:
    """The version of Landlock's interface, 0 where there is none: landlock_create_ruleset(2)."""
    try:
        return _call("syscall", _LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_VERSION)
    except (OSError, AttributeError):
        return 0


def landlock_ruleset(attributes: bytes) -> int:
    """A new ruleset's file descriptor: landlock_create_ruleset(2)."""
    return _call("syscall", _LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)


def landlock_allow(ruleset: int, access: int, fd: int) -> None:
    """Allow access beneath what fd is open on: landlock_add_rule(2)."""
    _call(
        "syscall", _LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_RULE_PATH_BENEATH, struct.pack("=Qi", access, fd), 0
    )


def landlock_restrict(ruleset: int) -> None:
    """Put this thread under the ruleset: landlock_restrict_self(2)."""
    _call("syscall", _LANDLOCK_RESTRICT_SELF, ruleset, 0)


def seccomp_filter(program: bytes) -> None:
    """Put this thread under a BPF program: prctl(2), PR_SET_SECCOMP. Needs no_new_privs."""
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(code))  # struct sock_fprog
    _call("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head, 0, 0)
