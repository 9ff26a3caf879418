"""A process that has loaded all that student code may import, and forks a zygote from itself whenever a
sandbox wants one.

To load takes more than a second, to fork a few milliseconds. One nursery serves this process and the workers
that it starts. It knows nothing of any assignment, and ends when the last of those that may ask it has ended.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading

from autograder.sandbox.runtime import clean_environment, package_folders, runtime_folder

_START = (
    "import sys; sys.path[:0] = sys.argv[3:]; from autograder.inside.worker import main; "
    "main(int(sys.argv[1]), int(sys.argv[2]))"
)


class Nursery:
    """The grader's end of it. paths are where its Python looks for modules: what a zygote must be able to
    read.
    """

    def __init__(self) -> None:
        runtime = runtime_folder()
        self.paths = [str(runtime), *package_folders()]
        self._owner = os.getpid()
        self._requests, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET
        )  # each request arrives whole, whoever sends it
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-S",
                    "-B",
                    "-c",
                    _START,
                    str(theirs.fileno()),
                    str(self._owner),
                    *self.paths,
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=clean_environment(runtime),
                pass_fds=(theirs.fileno(),),
                cwd="/",
            )
        atexit.register(self.close)

    @classmethod
    def shared(cls, descriptor: int, paths: list[str]) -> Nursery:
        """The nursery of the process that has started this one, by the descriptor of its requests."""
        made = cls.__new__(cls)
        made.paths, made._owner, made._requests = paths, 0, socket.socket(fileno=descriptor)
        return made

    def descriptor(self) -> int:
        """What another process needs to ask it."""
        return self._requests.fileno()

    def ask(self, control: socket.socket, errors: int) -> None:
        """Have a zygote forked that is spoken to by control and complains to errors.

        Raises OSError where the nursery is gone.
        """
        socket.send_fds(self._requests, [b"zygote"], [control.fileno(), errors])

    def last_words(self) -> str:
        """What it said when it ended, which it may be about to; nothing while it lives."""
        if os.getpid() != self._owner or self._process.stderr is None:
            return ""
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            return ""
        return self._process.stderr.read().decode(errors="replace").strip()

    def close(self) -> None:
        """End it, and all zygotes that it has forked."""
        self._requests.close()
        if os.getpid() == self._owner:
            self._process.kill()
            self._process.wait()
            if self._process.stderr is not None:
                self._process.stderr.close()


_nursery: Nursery | None = None
_starting = threading.Lock()


def nursery() -> Nursery:
    """This process's own, or the one that was shared with it.

    It is started by the first call and loads while its caller goes on.
    """
    global _nursery
    with _starting:
        if _nursery is None:
            _nursery = Nursery()
        return _nursery


def share_nursery(descriptor: int, paths: list[str]) -> None:
    """From now on ask the nursery of the process that has started this one."""
    global _nursery
    _nursery = Nursery.shared(descriptor, paths)


def new_zygote(control: socket.socket, errors: int) -> list[str]:
    """Have a zygote forked, by a new nursery where the old one is gone.

    Returns where its Python looks for modules.
    """
    global _nursery
    asked = nursery()
    try:
        asked.ask(control, errors)
    except OSError:
        with _starting:
            if _nursery is asked:
                _nursery = None
        asked = nursery()
        asked.ask(control, errors)
    return asked.paths
