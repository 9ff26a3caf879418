"""A zygote for the tests: enters the jail, then runs one attack after another, each in a fork of its own.

python zygote.py LEVEL CONTROL_FD TOKEN READONLY_JSON. Speaks lines of JSON on the control descriptor. TOKEN only marks the process.
Level "unconfined" enters and confines nothing: the positive control.
"""
from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, TextIO

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
import attacks  # noqa: E402
import honest  # noqa: E402

from autograder.inside import jail  # noqa: E402

HARMLESS = (OSError, MemoryError, ValueError, RuntimeError, EOFError)
"""What a failing attack may end with. Anything else is a mistake in the attack."""


def run(level: str, order: dict[str, Any]) -> dict[str, Any]:
    """Fork, confine, attack; tell how it ended."""
    reader, writer = os.pipe()
    box = jail.new_box() if level != "unconfined" else tempfile.mkdtemp()
    start = time.monotonic()
    pid = jail.fork() if level != "unconfined" else os.fork()
    if pid == 0:
        try:
            child(level, order, box, writer)
        finally:
            os._exit(70)
    os.close(writer)
    handle = os.pidfd_open(pid)
    said, ended = b"", False
    while not ended and (left := start + order["seconds"] - time.monotonic()) > 0:
        ready = select.select([handle, reader], [], [], left)[0]
        if reader in ready:
            said += os.read(reader, 1 << 16)
        ended = handle in ready
        if not ready:
            break
    os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    while select.select([reader], [], [], 0)[0] and (more := os.read(reader, 1 << 16)):
        said += more
    os.close(reader)
    os.close(handle)
    jail.remove_box(box)
    report = json.loads(said) if said else {}
    return {"in_time": ended, "status": os.waitstatus_to_exitcode(status), "cpu": usage.ru_utime + usage.ru_stime, **report}


def child(level: str, order: dict[str, Any], box: str, writer: int) -> None:
    """The confined process: run the attack and report what it achieved, or what stopped it."""
    null = os.open("/dev/null", os.O_RDWR)
    for target in (0, 1, 2):
        os.dup2(null, target)
    os.dup2(writer, 4)
    os.closerange(5, 1 << 12)
    os.close(3)
    if level != "unconfined":
        jail.confine(jail.JailLimits(**order["limits"]), box, [tuple(pair) for pair in order["data"]])
    else:
        os.chdir(box)
    report: dict[str, Any] = {"breach": None, "stopped": None, "mistake": None}
    try:
        report["breach"] = (getattr(attacks, order["attack"], None) or getattr(honest, order["attack"]))(attacks.World(**order["world"]))
    except HARMLESS as error:
        report["stopped"] = f"{type(error).__name__}: {error}"
    except BaseException:
        report["mistake"] = traceback.format_exc()
    os.write(4, json.dumps(report).encode())
    os._exit(0)


def say(lines: TextIO, report: dict[str, Any]) -> None:
    """Send a line; without a listener there is nothing left to do."""
    try:
        lines.write(json.dumps(report) + "\n")
        lines.flush()
    except BrokenPipeError:
        os._exit(1)


def main() -> None:
    level, fd, _, readonly = sys.argv[1:]
    control = socket.socket(fileno=int(fd))
    lines = control.makefile("rw")
    try:
        jail.enter("none" if level == "unconfined" else level, json.loads(readonly), 8 << 20)
    except jail.JailError as error:
        say(lines, {"refused": str(error)})
        return
    say(lines, {"pid": os.getpid(), "uid": os.geteuid()})
    for line in lines:
        say(lines, run(level, json.loads(line)))


if __name__ == "__main__":
    main()
