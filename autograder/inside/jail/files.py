"""Folders and files around the jail: what may be shown, how data comes into the box, and moving in there."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence

from autograder.inside.jail.values import JailError

if sys.platform != "win32":
    import fcntl

_PREFIX = "chainrule-box-"
_YOUNG = 60
"""Seconds: who makes a folder has not always taken its lock yet."""
_held: dict[str, int] = {}
"""The descriptor that holds the lock of each of our folders. It goes with the process, however that ends."""


def check_binds(readonly: Iterable[str], forbidden: Iterable[str]) -> None:
    """Raise JailError where a path that must stay hidden is, or lies beneath, one that the jail shows.

    Links are followed.
    """
    secrets = [(path, os.path.realpath(path)) for path in forbidden]
    for shown in readonly:
        above = os.path.realpath(shown)
        for path, secret in secrets:
            if secret == above or secret.startswith(above.rstrip(os.sep) + os.sep):
                raise JailError(
                    f"{path} lies in {shown}, which submissions can read: move it out of there, "
                    "or use a Python"
                    " (a virtual environment, say) that is not installed above it"
                )


def readable_by(uid: int, paths: Iterable[str]) -> bool:
    """Could a user with this number, and this group alone, read all these paths?

    Found out by being that user for a moment.
    """
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            os._exit(0 if all(os.access(path, os.R_OK) for path in paths) else 1)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def copy(source: str, target: str) -> None:
    """Copy a file or folder: at level none nothing else would keep it from being written to."""
    if os.path.isdir(source):
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def place(data: Sequence[tuple[str, str]], box: str, put: Callable[[str, str], None]) -> None:
    """Put every (source, name) into the box. A name is a relative path that stays inside."""
    for source, name in data:
        if os.path.normpath(name) == "." or os.path.isabs(name) or ".." in name.replace("\\", "/").split("/"):
            raise JailError(f"{name!r} is no name for a file inside the box")
        target = os.path.join(box, os.path.normpath(name))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        put(os.path.abspath(source), target)


def settle_in(box: str) -> None:
    """Make the box the working folder, the home and the place for temporary files."""
    os.chdir(box)
    if (
        os.environ.get("HOME") != box or tempfile.tempdir != box
    ):  # at level full it was the zygote's already: half a millisecond
        os.environ["HOME"] = os.environ["TMPDIR"] = box
        tempfile.tempdir = box  # it keeps its first answer


def make_box() -> str:
    """An empty folder that only its owner may enter."""
    return make_folder(_PREFIX)


def make_folder(prefix: str) -> str:
    """A new folder for temporary files that sweep() leaves alone as long as this process, or a fork of it,
    lives.
    """
    folder = tempfile.mkdtemp(prefix=prefix)
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # a file system without locks, where sweep() takes none either
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            _held[folder] = handle
            fcntl.flock(handle, fcntl.LOCK_SH)
    return folder


def sweep_boxes() -> None:
    """Remove our own boxes that a killed grader left."""
    sweep(_PREFIX)


def sweep(prefix: str) -> None:
    """Remove the folders of this user that begin with a prefix and whose maker is gone. Links are not
    followed.

    A lock tells: it holds in every container that shares the folder, where numbers of processes do not.
    """
    if sys.platform == "win32":
        return
    for entry in os.scandir(tempfile.gettempdir()):
        if entry.name.startswith(prefix) and entry.path not in _held:
            with contextlib.suppress(OSError):
                handle = os.open(entry.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    if _left(os.fstat(handle), handle):
                        remove_box(entry.path)
                finally:
                    os.close(handle)


def _left(about: os.stat_result, handle: int) -> bool:
    """Whether a folder is ours, and nobody holds its lock any more. Raises OSError where somebody does."""
    if about.st_uid != os.geteuid() or time.time() - about.st_mtime < _YOUNG:
        return False
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return True


def remove_box(box: str) -> None:
    """Remove a folder and all in it, except what cannot be removed.

    shutil.rmtree calls itself for every level of folders, and code can nest them by the thousand. Here a
    folder's folders are first moved to one place, so that none of them is ever deep.
    """
    graveyard = ""
    numbers = itertools.count()
    pending = [box]
    while pending:
        folder = pending.pop()
        with contextlib.suppress(OSError):
            os.chmod(folder, 0o700)
            for entry in list(os.scandir(folder)):
                with contextlib.suppress(OSError):
                    if not entry.is_dir(follow_symlinks=False):
                        os.unlink(entry.path)
                        continue
                    graveyard = graveyard or tempfile.mkdtemp(prefix=_PREFIX, dir=os.path.dirname(box))
                    os.chmod(entry.path, 0o700)  # a folder is only moved by who may write to it
                    moved = os.path.join(graveyard, str(next(numbers)))
                    os.rename(entry.path, moved)
                    pending.append(moved)
            os.rmdir(folder)
    if graveyard:
        with contextlib.suppress(OSError):
            os.rmdir(graveyard)
    if box in _held:
        os.close(_held.pop(box))
