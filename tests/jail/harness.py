"""What the tests are made of: a world outside to aim at, and zygotes in processes of their own. Imports no pytest: graders use it too."""
from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from autograder.inside import jail

from . import attacks

HERE = Path(__file__).parent
ORDINARY_USER = 64200
USERS = ("root", "user") if os.geteuid() == 0 else ("user",)
SMALL = {"cpu_seconds": 3, "memory_bytes": 256 << 20, "tmp_bytes": 4 << 20, "tmp_inodes": 100, "tasks": 16, "open_files": 64}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}


def as_user(user: str, command: list[str]) -> list[str]:
    """The command as this kind of user runs it."""
    if user == "root" or os.geteuid() != 0:
        return command
    return [sys.executable, str(HERE / "as_user.py"), str(ORDINARY_USER), *command]


def processes_with(token: str) -> list[int]:
    """Processes whose command line holds the token: a zygote, what waits for it, and every fork of it."""
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit():
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    if token.encode() in file.read():
                        found.append(int(name))
        except OSError:
            continue
    return found


@dataclass
class Outside:
    """A world outside for one kind of user, and whether it was harmed."""

    user: str
    root: Path
    heard: list[str] = field(default_factory=list)
    closing: list[Callable[[], object]] = field(default_factory=list)

    def build(self) -> Outside:
        os.chmod(self.root, 0o755)
        for name in ("folder", "library", "data", "boxes"):
            (self.root / name).mkdir()
        for name in ("folder/hidden_tests.py", "folder/disposable", "library/module.py", "data/digits.npz"):
            (self.root / name).write_text("the answer = 42\n")
        self.tcp = self._listen(socket.socket(), ("127.0.0.1", 0), "TCP")[1]
        self.udp = self._listen(socket.socket(type=socket.SOCK_DGRAM), ("127.0.0.1", 0), "UDP")[1]
        self.abstract = f"chainrule-{uuid.uuid4().hex}"
        self._listen(socket.socket(socket.AF_UNIX), "\0" + self.abstract, "abstract")
        self._listen(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), f"\0{self.abstract}-datagram", "datagram")
        self.path_socket = str(self.root / "folder/socket")
        self._listen(socket.socket(socket.AF_UNIX), self.path_socket, "path")
        for path in [self.root, *self.root.rglob("*")]:  # open to all: only the jail is in the way
            os.chmod(path, 0o777 if path.is_dir() or path.is_socket() else 0o666)
            if self.user == "user" and os.geteuid() == 0:
                os.chown(path, ORDINARY_USER, ORDINARY_USER)
        self.before = self.state()
        self.new_victim()
        self.share()
        return self

    def _listen(self, server: socket.socket, address: Any, name: str) -> Any:
        server.bind(address)
        if server.type == socket.SOCK_STREAM:
            server.listen()

        def hear() -> None:
            while True:
                try:
                    if server.type == socket.SOCK_STREAM:
                        server.accept()[0].close()
                    else:
                        server.recv(100)
                except OSError:
                    return
                self.heard.append(name)

        threading.Thread(target=hear, daemon=True).start()
        self.closing.append(lambda: server.shutdown(socket.SHUT_RDWR) if server.type == socket.SOCK_STREAM else None)
        return server.getsockname()

    def new_victim(self) -> None:
        """A process of the grader's user, in a group of its own."""
        command = as_user(self.user, [sys.executable, "-I", "-c", "print(flush=True); import time; time.sleep(600)"])
        self.victim = subprocess.Popen(command, env=ENVIRONMENT, start_new_session=True, stdout=subprocess.PIPE)
        assert self.victim.stdout is not None
        self.victim.stdout.readline()
        self.closing.append(self.victim.kill)
        self.victim_before = self._victim_state()

    def share(self) -> None:
        """A process of the grader's user that shares memory, a semaphore and messages with whoever may use them."""
        command = as_user(self.user, [sys.executable, "-I", "-B", str(HERE / "shared.py")])
        self.sharer = subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.sharer.stdout is not None
        self.shared = json.loads(self.sharer.stdout.readline())
        self.shared_before = self._shared_state()
        self.closing.append(lambda: self.sharer.communicate())

    def _shared_state(self) -> Any:
        """What the shared things hold, as their owner sees it."""
        assert self.sharer.stdin is not None and self.sharer.stdout is not None
        self.sharer.stdin.write("\n")
        self.sharer.stdin.flush()
        return json.loads(self.sharer.stdout.readline())

    def _victim_state(self) -> tuple[Any, ...]:
        pid = self.victim.pid
        return os.getpriority(os.PRIO_PROCESS, pid), os.sched_getaffinity(pid), os.sched_getscheduler(pid)

    def state(self) -> dict[str, Any]:
        """Everything about the files outside that an attack could change."""
        stats = {path: path.lstat() for path in sorted(self.root.rglob("*")) if "boxes" not in path.parts}
        return {
            str(path): (s.st_mode, s.st_uid, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_nlink)
            for path, s in stats.items()
        }

    def harm(self) -> list[str]:
        """What an attack has changed outside; empty while all is well."""
        found = [f"{path} changed" for path, state in self.state().items() if self.before.get(path) != state]
        found += [f"{path} is gone" for path in self.before.keys() - self.state().keys()]
        found += [f"somebody came by {name}" for name in self.heard]
        if self.victim.poll() is not None:
            found.append(f"the victim ended with {self.victim.returncode}")
        elif self._victim_state() != self.victim_before:
            found.append("the victim's priority or processors changed")
        if (shared := self._shared_state()) != self.shared_before:
            found.append(f"what is shared changed from {self.shared_before} to {shared}")
        return found

    def world(self) -> attacks.World:
        return attacks.World(
            folder=str(self.root / "folder"), tcp=self.tcp, udp=self.udp, abstract=self.abstract, path_socket=self.path_socket,
            victim=self.victim.pid, grader=os.getpid(), home=os.path.expanduser("~"), package=str(self.root / "library/module.py"),
            data="data/digits.npz", **self.shared,
        )  # fmt: skip

    def close(self) -> None:
        for close in self.closing:
            close()
        self.victim.wait()
        shutil.rmtree(self.root, ignore_errors=True)


class Zygote:
    """A zygote in a process of its own, and orders to it."""

    def __init__(self, user: str, level: str, outside: Any, token: str = "", python: str = sys.executable) -> None:
        self.user, self.level, self.outside = user, level, outside
        self.token = token or f"chainrule-test-{uuid.uuid4().hex}"
        ours, theirs = socket.socketpair()
        readonly = [*jail.system_paths(), str(HERE), str(HERE.parents[1] / "autograder"), *(str(outside.root / n) for n in ("library", "data"))]
        command = [python, "-I", "-B", str(HERE / "zygote.py"), level, str(theirs.fileno()), self.token, json.dumps(readonly)]
        with theirs:
            environment = ENVIRONMENT | {"TMPDIR": str(outside.root / "boxes")}
            self.process = subprocess.Popen(
                as_user(user, command), env=environment, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, cwd="/"
            )
        self.lines = ours.makefile("rw")
        self.about = self._read()
        self.at_rest = self.processes()

    def _read(self) -> dict[str, Any]:
        line = self.lines.readline()
        assert line, f"the zygote ended: {self.process.wait(5)}"
        return json.loads(line)

    def run(self, attack: str, *, seconds: float = 10, **limits: int) -> SimpleNamespace:
        """Run an attack in a fork of its own and return how it ended."""
        data = [(str(self.outside.root / "data/digits.npz"), self.outside.world().data)]
        order = {"attack": attack, "world": asdict(self.outside.world()), "limits": SMALL | limits, "data": data, "seconds": seconds}
        self.lines.write(json.dumps(order) + "\n")
        self.lines.flush()
        report = {"breach": None, "stopped": None, "mistake": None} | self._read()
        assert not report["mistake"], report["mistake"]
        return SimpleNamespace(**report)

    def processes(self) -> list[int]:
        """What of it is running."""
        return processes_with(self.token)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
