"""Folders and files around the jail: what may be shown, how data comes into the box, and moving in there."""
from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence

from autograder.jail.values import JailError


def check_binds(readonly: Iterable[str], forbidden: Iterable[str]) -> None:
    """Raise JailError where a path that must stay hidden is, or lies beneath, one that the jail shows. Links are followed."""
    secrets = [(path, os.path.realpath(path)) for path in forbidden]
    for shown in readonly:
        above = os.path.realpath(shown)
        for path, secret in secrets:
            if secret == above or secret.startswith(above.rstrip(os.sep) + os.sep):
                raise JailError(
                    f"{path} lies in {shown}, which submissions can read: move it out of there, or use a Python"
                    " (a virtual environment, say) that is not installed above it"
                )


def readable_by(uid: int, paths: Iterable[str]) -> bool:
    """Could a user with this number, and this group alone, read all these paths? Found out by being that user for a moment."""
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
        if not name or os.path.isabs(name) or ".." in name.replace("\\", "/").split("/"):
            raise JailError(f"{name!r} is no name for a file inside the box")
        target = os.path.join(box, os.path.normpath(name))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        put(os.path.abspath(source), target)


def settle_in(box: str) -> None:
    """Make the box the working folder, the home and the place for temporary files."""
    os.chdir(box)
    os.environ.update(HOME=box, TMPDIR=box)
    if (tempfile := sys.modules.get("tempfile")) is not None:
        tempfile.tempdir = box  # it keeps its first answer
