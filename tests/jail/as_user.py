"""Run a command as an ordinary user, from root: python as_user.py UID COMMAND [ARGUMENT ...]

The interpreter may lie in a folder that only root may enter. It is shown at its own path in a mount namespace where that folder is
empty otherwise and open to all, so that the command runs as it would on a machine where everybody may use this Python.
"""
from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from autograder.inside.jail import syscalls

HANDOVER = "/mnt"


def closed_folder(path: Path) -> Path | None:
    """The topmost folder on the way to path that others may not enter."""
    return next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001), None)


def open_up(path: Path) -> None:
    """Show path under an emptied parent that others may enter."""
    closed = closed_folder(path)
    if closed is None:
        return
    syscalls.mount(str(path), HANDOVER, None, syscalls.MS_BIND | syscalls.MS_REC)
    syscalls.mount("tmpfs", str(closed), "tmpfs", 0, "mode=755,size=1m")
    path.mkdir(parents=True)
    syscalls.mount(HANDOVER, str(path), None, syscalls.MS_BIND | syscalls.MS_REC)
    syscalls.unmount(HANDOVER)


def main() -> None:
    uid = int(sys.argv[1])
    os.umask(0o022)
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    open_up(Path(sys.base_prefix))
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
