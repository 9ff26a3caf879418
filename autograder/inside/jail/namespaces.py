"""The zygote's root and each submission's own: user, mount, pid, network, IPC and UTS namespaces.

Sources: namespaces(7), user_namespaces(7), mount_namespaces(7), pid_namespaces(7), tmpfs(5), pivot_root(2).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from autograder.inside.jail import syscalls
from autograder.inside.jail.landlock import DEVICES
from autograder.inside.jail.values import JailError

BOX = "/box"
UNPRIVILEGED = 64123
"""The user and group that a grader run by root becomes:

RLIMIT_NPROC does not bind the real user 0. Nothing should belong to it.
"""

_EACH = (
    syscalls.CLONE_NEWUSER
    | syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWNET
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWUTS
)
_HARMLESS = syscalls.MS_NOSUID | syscalls.MS_NODEV
_SCAFFOLDS = ("/sys", "/mnt", "/media")


def _write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def _enter_user_namespace(flags: int) -> None:
    """Enter new namespaces as the user that we are already: user_namespaces(7), defining user and group
    ID mappings.
    """
    uid, gid = os.geteuid(), os.getegid()
    syscalls.unshare(flags)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")


def may_become_unprivileged() -> bool:
    """Are we the real root?

    In a rootless container user 0 is an ordinary user of the machine, and UNPRIVILEGED may not exist.
    """
    if os.geteuid() != 0:
        return False
    with open("/proc/self/uid_map") as file:
        ranges = [[int(number) for number in line.split()] for line in file]
    return any(inside <= UNPRIVILEGED < inside + count for inside, _, count in ranges)


def become_unprivileged() -> None:
    """Go from root to UNPRIVILEGED for good."""
    os.setgroups([])
    os.setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
    os.setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # or /proc/self/uid_map belongs to root: proc(5)


def _plan(readonly: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Paths to bind, none beneath another, and symbolic links to make with what they point to.

    A link given (/bin on a merged /usr, a virtual environment elsewhere) is made again and what it leads to
    is bound.
    """
    pending, paths, links = [os.path.abspath(path) for path in readonly], set(), {}
    for path in pending:
        if path in links or path in paths:
            continue
        if not os.path.lexists(path):
            raise JailError(f"{path}: no such file or folder to show inside the jail")
        if os.path.islink(path):
            links[path] = os.readlink(path)
            pending.append(
                os.path.normpath(os.path.join(os.path.realpath(os.path.dirname(path)), links[path]))
            )
        else:
            paths.add(path)
    bound: list[str] = []
    for path in sorted(paths):
        if not any(path.startswith(above.rstrip("/") + "/") for above in bound):
            bound.append(path)
    return bound, links


def _bind(source: str, target: str) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))
    syscalls.mount(source, target, None, syscalls.MS_BIND | syscalls.MS_REC)


def _tmpfs(target: str, size: int, inodes: int, mode: str, flags: int = 0) -> None:
    syscalls.mount("tmpfs", target, "tmpfs", _HARMLESS | flags, f"size={size},nr_inodes={inodes},mode={mode}")


def _build_root(readonly: Sequence[str], box_size: int, owner: int) -> None:
    """Replace the root, in a mount namespace of our own, by one that holds `readonly` and devices, /proc
    and the box.
    """
    bound, links = _plan([*readonly, *(device for device in DEVICES if os.path.exists(device))])
    # a mount point that exists anywhere and that nothing to be shown lies in
    root = next(
        path for path in _SCAFFOLDS if os.path.isdir(path) and not any(b.startswith(path) for b in bound)
    )
    syscalls.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    _tmpfs(root, 1 << 20, 8192, "755")
    for path in bound:
        _bind(path, root + path)
    for link, target in links.items():
        if not os.path.lexists(root + link):
            os.makedirs(os.path.dirname(root + link), exist_ok=True)
            os.symlink(target, root + link)
    for folder in (BOX, "/proc"):
        os.mkdir(root + folder)
    os.symlink(BOX, root + "/dev/shm")  # POSIX shared memory is files there: it counts as the box's
    if not os.path.lexists(root + "/tmp"):
        os.symlink(BOX, root + "/tmp")
    syscalls.make_readonly(root)
    # for uid_map in every fork, which then covers it
    syscalls.mount("/proc", root + "/proc", None, syscalls.MS_BIND | syscalls.MS_REC)
    syscalls.mount(
        "tmpfs", root + BOX, "tmpfs", _HARMLESS, f"size={box_size},mode=700,uid={owner},gid={owner}"
    )
    syscalls.enter_root(root)
    os.chdir(BOX)


def _refuse_open_folders() -> None:
    """An open folder of the old root is a way back to it: openat(2) with '..'."""
    for name in os.listdir("/proc/self/fd"):
        try:
            mode = os.fstat(int(name)).st_mode
        except OSError:  # listdir's own, closed by now
            continue
        if stat.S_ISDIR(mode):
            raise JailError(
                f"file descriptor {name} is open on a folder: close it before the jail is entered"
            )


def enter(readonly: Sequence[str], box_size: int) -> None:
    """Put this single-threaded process into its own root and namespaces.

    Its next fork is pid 1 of a new pid namespace.
    """
    _refuse_open_folders()
    before = os.umask(0o022)  # or folders on the way to a bind are closed to UNPRIVILEGED
    try:
        if may_become_unprivileged():
            # built while root can still reach an interpreter in a private folder
            syscalls.unshare(syscalls.CLONE_NEWNS)
            _build_root(readonly, box_size, UNPRIVILEGED)
            become_unprivileged()
            _enter_user_namespace(_EACH | syscalls.CLONE_NEWPID)
        else:
            _enter_user_namespace(_EACH | syscalls.CLONE_NEWPID)
            _build_root(readonly, box_size, os.geteuid())
    finally:
        os.umask(before)
    syscalls.sethostname("chainrule")
    for path in readonly:
        if not os.access(path, os.R_OK):
            raise JailError(
                f"{path} cannot be read by user {os.geteuid()}: make it readable for all, or run "
                "the grader as an ordinary user"
            )


def enter_own(box: str, tmp_bytes: int, tmp_inodes: int) -> None:
    """Put a fork of the zygote into namespaces of its own, with an empty box."""
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # changes of credentials clear it, and uid_map is then root's
    _enter_user_namespace(_EACH)
    _tmpfs(box, tmp_bytes, tmp_inodes, "700")


def show(source: str, target: str) -> None:
    """Make a file or folder that the jail's root holds appear at target too; the mount is read-only as
    the first one is.
    """
    _bind(source, target)


def cover_proc() -> None:
    """Hide every process, this one too: /proc becomes an empty read-only folder."""
    syscalls.mount("tmpfs", "/proc", "tmpfs", _HARMLESS | syscalls.MS_RDONLY, "size=4k,nr_inodes=1")
