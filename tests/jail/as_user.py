"""Run a command as an ordinary user, from root: python as_user.py UID COMMAND [ARGUMENT ...]

The interpreter and this repository may lie in folders that only root may enter. They are shown at their own paths in a mount namespace where
such a folder is empty otherwise and open to all, so that the command runs as it would on a machine where everybody may use them.
"""
from __future__ import annotations

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))
from autograder.inside.jail import syscalls  # noqa: E402

HANDOVER = "/mnt"


def closed_folder(path: Path) -> Path | None:
    """The topmost folder on the way to path that others may not enter."""
    return next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001), None)


def open_up(paths: list[Path]) -> None:
    """Show folders under emptied parents that others may enter."""
    hidden = [(path, closed) for path in paths if (closed := closed_folder(path)) is not None]
    syscalls.mount("tmpfs", HANDOVER, "tmpfs", 0, "mode=755,size=1m")
    held = [Path(HANDOVER, str(number)) for number in range(len(hidden))]
    for (path, _), place in zip(hidden, held, strict=True):
        place.mkdir()
        syscalls.mount(str(path), str(place), None, syscalls.MS_BIND | syscalls.MS_REC)
    for closed in {closed for _, closed in hidden}:
        syscalls.mount("tmpfs", str(closed), "tmpfs", 0, "mode=755,size=1m")
    for (path, _), place in zip(hidden, held, strict=True):
        path.mkdir(parents=True, exist_ok=True)
        syscalls.mount(str(place), str(path), None, syscalls.MS_BIND | syscalls.MS_REC)
        syscalls.unmount(str(place))
    syscalls.unmount(HANDOVER)


def folders_needed() -> list[Path]:
    """Where the interpreter, its packages and this repository are; the repository by its folders, since itself may be closed to others."""
    ours = [path for path in sorted(REPOSITORY.iterdir()) if path.is_dir() and not path.is_symlink()]
    return [*dict.fromkeys([Path(sys.base_prefix), *ours, Path(sys.prefix)])]


def main() -> None:
    uid = int(sys.argv[1])
    os.umask(0o022)
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    open_up(folders_needed())
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
