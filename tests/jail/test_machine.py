"""What levels() says of machines: this one, and others by their settings."""
from __future__ import annotations

import errno
import json
import os
import subprocess
import sys

import pytest

from autograder.inside import jail
from autograder.inside.jail import machine

from .harness import HERE, USERS, as_user


@pytest.mark.parametrize("user", USERS)
def test_levels_are_found_by_trying(user: str) -> None:
    """Here every level works, for root and for a user. CI's machine has to allow it: isolation is tested nowhere else."""
    code = "import json, sys; sys.path.insert(0, sys.argv[1]); from autograder.inside import jail; print(json.dumps(jail.levels()))"
    command = as_user(user, [sys.executable, "-c", code, str(HERE.parents[1])])
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "TMPDIR": "/tmp"}, cwd="/")
    assert json.loads(done.stdout) == {"full": "", "landlock": "", "none": ""}, done.stderr


def settings(monkeypatch: pytest.MonkeyPatch, **values: int) -> None:
    """Pretend that the kernel's settings are these."""
    monkeypatch.setattr(machine, "_setting", lambda name: values.get(name.split("/")[1]))


def test_ubuntu_gets_its_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppArmor's restriction is recognised, and the profile is for the interpreter that runs."""
    settings(monkeypatch, apparmor_restrict_unprivileged_userns=1, max_user_namespaces=1000)
    mend = machine._mend_namespaces(errno.EACCES)
    assert f'profile chainrule "{os.path.realpath(sys.executable)}" flags=(unconfined) {{\n  userns,\n}}' in mend
    assert mend.endswith("sudo apparmor_parser -r /etc/apparmor.d/chainrule")
    assert "\nEND\n" in mend  # the here-document ends where a shell sees it


@pytest.mark.parametrize(
    ("values", "number", "mend"),
    [
        ({"unprivileged_userns_clone": 0}, errno.EPERM, "sudo sysctl kernel.unprivileged_userns_clone=1"),
        ({"max_user_namespaces": 0}, errno.ENOSPC, "sudo sysctl user.max_user_namespaces=10000"),
        ({}, errno.ENOSYS, "Linux 5.12 is needed"),
        ({"max_user_namespaces": 9, "unprivileged_userns_clone": 1}, errno.EPERM, "--security-opt seccomp=unconfined"),
        ({"apparmor_restrict_unprivileged_userns": 1}, errno.ENOSPC, ""),
        ({}, None, ""),
    ],
)
def test_mends(monkeypatch: pytest.MonkeyPatch, values: dict[str, int], number: int | None, mend: str) -> None:
    """Each known reason has its mend; an unknown one claims nothing."""
    settings(monkeypatch, **values)
    found = machine._mend_namespaces(number)
    assert mend in found if mend else found == ""


def test_landlocks_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no Landlock it says what is needed, and where there is it says nothing."""
    assert machine._mend_landlock() == ""
    monkeypatch.setattr(machine.syscalls, "landlock_abi", lambda: 0)
    assert "5.13" in machine._mend_landlock()


def forbid(*numbers: int) -> str:
    """Code that takes these system calls away from this process and all that it starts, as a container's profile does."""
    return (
        "import errno, struct, sys; sys.path.insert(0, sys.argv[1]); from autograder.inside.jail import seccomp, syscalls\n"
        f"code = [(0x20, 0, 0, 0)] + [i for n in {numbers} for i in seccomp._when(0x15, n, seccomp._fail(errno.EPERM))]\n"
        "syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)\n"
        "syscalls.seccomp_filter(b''.join(struct.pack('HBBI', *i) for i in [*code, (6, 0, 0, 0x7FFF0000)]))\n"
        "import json; from autograder.inside import jail; print(json.dumps(jail.levels()))\n"
    )


def levels_without(*numbers: int) -> dict[str, str]:
    done = subprocess.run([sys.executable, "-c", forbid(*numbers), str(HERE.parents[1])], capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_container_without_namespaces_has_landlock() -> None:
    """Where a profile forbids unshare and mount, level full is refused with a mend and level landlock works."""
    column = 0 if os.uname().machine == "x86_64" else 1
    found = levels_without(*(machine.seccomp.tables.NAMESPACES["unshare"][column], machine.seccomp.tables.MOUNTS["mount"][column]))  # type: ignore[arg-type]
    assert found["full"].startswith("level full cannot be had: ")
    assert "--security-opt" in found["full"]
    assert (found["landlock"], found["none"]) == ("", "")


def test_machine_without_landlock() -> None:
    """Where the kernel has no Landlock, level landlock is refused, and level full works by its namespaces."""
    found = levels_without(444)
    assert found == {"full": "", "landlock": found["landlock"], "none": ""}
    assert "no Landlock" in found["landlock"]
    assert "5.13" in found["landlock"]


def test_default_is_the_strongest() -> None:
    """levels() is ordered, so that the first without a reason is the one to take."""
    assert list(jail.levels()) == ["full", "landlock", "none"]
