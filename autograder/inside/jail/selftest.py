"""Run by levels() in a process of its own: enter the jail, confine a fork, attack from there, print what
was seen as JSON.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Callable

from autograder.inside import jail


def _attacks(level: str, canary: str) -> dict[str, Callable[[], object]]:
    """What must fail, each under the sentence that tells of its success."""
    attacks: dict[str, Callable[[], object]] = {
        "a file outside the jail can be read": lambda: open(canary).close(),
        "a file outside the jail can be written to": lambda: open(canary, "w").close(),
        "the processes of the machine are seen": lambda: os.listdir("/proc")[0],
        "a socket can be opened": socket.socket,
        "a process can be started": lambda: os.fork() or os._exit(0),
        "another process can be signalled": lambda: os.kill(os.getppid() or 1 << 22, 0),
        "a limit can be raised": _raise_limit,
    }
    if level == "full":
        attacks["the jail's own folders can be written to"] = lambda: open("/usr/chainrule", "w").close()
    return attacks


def _raise_limit() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard + 1))


def _breaches(level: str, canary: str) -> list[str]:
    succeeded = []
    for sentence, attack in _attacks(level, canary).items():
        try:
            attack()
        except (OSError, ValueError, IndexError):
            continue
        succeeded.append(sentence)
    with open("work", "w") as file:  # the box must be usable
        file.write("done")
    return succeeded


def _confined(level: str, canary: str, box: str) -> dict[str, object]:
    """What a confined fork finds."""
    reader, writer = os.pipe()
    pid = jail.fork()
    if pid == 0:
        try:
            jail.confine(jail.JailLimits(cpu_seconds=10, memory_bytes=1 << 30), box)
            report: dict[str, object] = {"breaches": _breaches(level, canary), "reason": "", "errno": None}
        except Exception as error:
            report = _refusal(error)
        os.write(writer, json.dumps(report).encode())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return (
        json.loads(said)
        if said
        else {"breaches": [], "reason": f"a confined process ended with {status}", "errno": None}
    )


def _refusal(error: Exception) -> dict[str, object]:
    cause = error.__cause__
    return {
        "breaches": [],
        "reason": str(error),
        "errno": cause.errno if isinstance(cause, OSError) else None,
    }


def main(level: str, canary: str) -> None:
    """Try the level; print {"breaches": [...], "reason": why it cannot be had, "errno": of the call that
    failed}.
    """
    box = jail.BOX if level == "full" else tempfile.mkdtemp(dir=os.path.dirname(canary))
    if level != "full":
        os.chmod(box, 0o777)  # level landlock may be entered as root and go on as nobody
    try:
        jail.enter(level, jail.system_paths(), 1 << 20)
        report = _confined(level, canary, box)
    except jail.JailError as error:
        report = _refusal(error)
    print(json.dumps(report), flush=True)
