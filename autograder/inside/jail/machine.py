"""What this machine allows, found out by trying it: each level is entered in a process of its own, and a
few attacks are made there.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from autograder.inside.jail import seccomp, syscalls
from autograder.inside.jail.values import LEVELS, Level

_SECONDS = 30
_PROFILE = "/etc/apparmor.d/chainrule"
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from autograder.inside.jail.selftest import main; "
    "main(sys.argv[2], sys.argv[3])"
)


def system_paths() -> list[str]:
    """The paths that an interpreter and its packages need, for enter()'s readonly: those of them that
    exist here.
    """
    wanted = [
        "/usr",
        "/bin",
        "/lib",
        "/lib64",
        "/etc/ld.so.cache",
        "/etc/alternatives",
        "/etc/localtime",
        "/etc/fonts",
    ]
    wanted += [sys.base_prefix, sys.prefix]
    return [path for path in dict.fromkeys(wanted) if os.path.lexists(path)]


def levels() -> dict[str, str]:
    """Each level, strongest first: '' where it works here, else why not and the mend.

    Takes about a tenth of a second a level.
    """
    return {level: _try(level) for level in LEVELS}


def strongest() -> Level:
    """The strongest level that works here. Weaker ones are not tried."""
    return next(level for level in LEVELS if not _try(level))


def _try(level: str) -> str:
    if level == "none":
        return ""
    with tempfile.TemporaryDirectory(prefix="chainrule-") as folder:
        canary = Path(folder, "secret")
        canary.write_text("kept")
        if os.name == "posix":
            os.chmod(folder, 0o755)  # only the jail is to be in the way
        command = [sys.executable, "-I", "-c", _PROGRAM, str(Path(__file__).parents[3]), level, str(canary)]
        try:
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                cwd=folder,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"trying it failed: {error}"
        if canary.read_text() != "kept":
            return "a file outside the jail could be written to"
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return (
            "trying it ended with "
            + (
                done.stderr.decode(errors="replace").strip().splitlines()
                or [f"exit status {done.returncode}"]
            )[-1]
        )
    if report["breaches"]:
        return "it does not hold here: " + "; ".join(report["breaches"])
    if not report["reason"]:
        return ""
    mend = _mend_namespaces(report["errno"]) if level == "full" else _mend_landlock()
    return f"{report['reason']}\n{mend}".strip()


def _setting(name: str) -> int | None:
    """A kernel setting, None where this kernel has it not."""
    try:
        return int(Path("/proc/sys", name).read_text())
    except (OSError, ValueError):
        return None


def _mend_namespaces(number: int | None) -> str:
    """Why user namespaces fail here, by the settings that are known to forbid them, and what to do about
    it.
    """
    if sys.platform != "linux" or os.uname().machine not in seccomp.ARCHITECTURES:
        return ""
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == 1 and number in (
        errno.EPERM,
        errno.EACCES,
    ):
        return apparmor_advice(os.path.realpath(sys.executable))
    if _setting("kernel/unprivileged_userns_clone") == 0:
        return "This system keeps user namespaces for root: sudo sysctl kernel.unprivileged_userns_clone=1"
    if _setting("user/max_user_namespaces") == 0:
        return "This system allows no user namespaces: sudo sysctl user.max_user_namespaces=10000"
    if number == errno.ENOSYS:
        return "The kernel is too old: Linux 5.12 is needed."
    if number in (errno.EPERM, errno.EACCES):
        return (
            "A container's profile or a chroot forbids it. In Docker or Podman: --security-opt "
            "seccomp=unconfined --security-opt"
            " apparmor=unconfined --security-opt systempaths=unconfined, or run the grader on the "
            "machine itself."
        )
    return ""


def _mend_landlock() -> str:
    if sys.platform != "linux" or syscalls.landlock_abi():
        return ""
    return (
        "Linux 5.13 or newer is needed, with landlock among the modules named by lsm= on the kernel's "
        "command line."
    )


def apparmor_advice(interpreter: str) -> str:
    """The AppArmor profile that lets this interpreter make user namespaces on Ubuntu 23.10 and newer, and
    how to install it.
    """
    return f"""\
Ubuntu's AppArmor lets user namespaces be made and then denies them every capability.
This allows them to this Python:

sudo tee {_PROFILE} <<'END'
abi <abi/4.0>,
include <tunables/global>

profile chainrule "{interpreter}" flags=(unconfined) {{
  userns,
}}
END
sudo apparmor_parser -r {_PROFILE}"""
