"""What a notebook may do: each function runs in a confined process and returns None where all went well, else what went wrong."""
from __future__ import annotations

import asyncio
import fcntl
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path

from attacks import World


def read_the_data(world: World) -> str | None:
    """The assignment's file is in the working folder."""
    return None if Path(world.data).read_text() == "the answer = 42\n" else "the data is something else"


def write_in_the_box(world: World) -> str | None:
    """Files, folders, temporary files, archives; rename, link and remove."""
    Path("plot.txt").write_text("a plot")
    os.makedirs("results/deep")
    os.replace("plot.txt", "results/deep/plot.txt")
    os.symlink("results/deep/plot.txt", "link")
    with zipfile.ZipFile("all.zip", "w") as archive:
        archive.write("link")
    with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
        file.write(b"x")
        if not folder.startswith(os.getcwd()):
            return f"temporary files go to {folder}"
    os.remove("results/deep/plot.txt")
    return None if Path.home() == Path.cwd() else f"home is {Path.home()}"


def copy_files(world: World) -> str | None:
    """shutil.copy and copy2, which carry over mode and times, and Path.touch."""
    Path("one").write_text("text")
    shutil.copy("one", "two")
    shutil.copy2("one", "three")
    Path("one").touch()
    return None if Path("three").read_text() == "text" else "the copy holds something else"


def lock_files(world: World) -> str | None:
    """Locks are had, in the box and on the data, by every interface; asking after one finds none."""
    with open(world.data) as data, open("own", "w") as own:
        for file in (data, own):
            fcntl.flock(file, fcntl.LOCK_SH)
            fcntl.flock(file, fcntl.LOCK_UN)
        fcntl.lockf(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = struct.unpack_from("h", fcntl.fcntl(own, fcntl.F_GETLK, struct.pack("hhqqixxxx", fcntl.F_WRLCK, 0, 0, 0, 0)))[0]
    return None if found == fcntl.F_UNLCK else "a lock of its own is in its way"


def share_a_table(world: World) -> str | None:
    """SQLite, which locks its file: two connections write one after the other."""
    import sqlite3

    with sqlite3.connect("shared.db") as one, sqlite3.connect("shared.db") as two:
        one.execute("create table t (x)")
        one.execute("insert into t values (1)")
        one.commit()
        two.execute("insert into t values (2)")
        two.commit()
        return None if one.execute("select sum(x) from t").fetchone() == (3,) else "the table holds something else"


def talk_to_oneself(world: World) -> str | None:
    """A pair of sockets, used as files too."""
    import socket

    left, right = socket.socketpair()
    left.setblocking(False)
    left.sendall(b"to the right\n")
    with right.makefile() as file:
        said = file.readline()
    left.shutdown(socket.SHUT_WR)
    return None if (said, right.recv(9)) == ("to the right\n", b"") else f"{said!r}"


def use_devices(world: World) -> str | None:
    """/dev/null takes all, /dev/urandom gives."""
    with open(os.devnull, "w") as file:
        file.write("gone")
    with open("/dev/full", "w") as full:
        full.write("x")
        try:
            full.flush()
        except OSError:
            pass
        else:
            return "/dev/full took something"
        full.close = lambda: None  # type: ignore[method-assign]
    with open("/dev/urandom", "rb") as noise:
        return None if len(noise.read(8)) == 8 and len(os.urandom(8)) == 8 else "no randomness"


def use_threads(world: World) -> str | None:
    """Some threads work, and end."""
    done: list[int] = []
    threads = [threading.Thread(target=done.append, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return None if sorted(done) == list(range(8)) else f"{done}"


def use_asyncio(world: World) -> str | None:
    """An event loop, which wants a pair of sockets."""

    async def work() -> int:
        return sum(await asyncio.gather(*(asyncio.sleep(0.001, n) for n in range(3))))

    return None if asyncio.run(work()) == 3 else "asyncio computes something else"


def import_late(world: World) -> str | None:
    """Modules of the library that were not loaded before, one with machine code."""
    loaded = [name for name in ("sqlite3", "decimal", "xml.dom.minidom") if name in sys.modules]
    import decimal  # noqa: F401
    import sqlite3
    import xml.dom.minidom  # noqa: F401

    sqlite3.connect("table.db").execute("create table t (x)")
    return f"{loaded} was loaded before" if loaded else None


def see_ordinary_exceptions(world: World) -> str | None:
    """Processes are refused by an exception that a notebook can catch."""
    for attempt in (os.fork, lambda: subprocess.run(["ls"], check=False), lambda: os.execv("/bin/true", ["true"])):
        try:
            attempt()
        except PermissionError:
            continue
        return f"{attempt} raised no PermissionError"
    return None if os.system("ls") != 0 else "os.system answered 0"


def keep_its_descriptors(world: World) -> str | None:
    """Descriptors given to it work on: 4 is the report's pipe."""
    os.fstat(4)
    return None if resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 16 else "too few descriptors"


def be_alone(world: World) -> str | None:
    """Its own name, number and session, and nobody's terminal."""
    if os.getsid(0) != os.getpid():
        return "it shares a session"
    try:
        os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return None
    return "it has a terminal"


def signal_oneself(world: World) -> str | None:
    """raise_signal and alarms work where a handler is set."""
    import signal

    seen: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
    signal.raise_signal(signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR1)
    return None if len(seen) == 2 else f"{seen}"


def use_numpy(world: World) -> str | None:
    """NumPy is imported, computes, saves and loads."""
    import numpy as np

    np.savez("arrays.npz", a=np.eye(50) @ np.eye(50))
    with np.load("arrays.npz") as arrays:
        return None if arrays["a"].sum() == 50 else "NumPy computes something else"


def plot(world: World) -> str | None:
    """Matplotlib is imported, draws and saves."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.plot([1, 2, 3])
    plt.savefig("plot.png")
    return None if os.path.getsize("plot.png") > 1000 else "no picture"


def use_ipython(world: World) -> str | None:
    """An IPython shell runs a cell with top-level await, and one that starts a program."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    result = shell.run_cell("import asyncio\nawait asyncio.sleep(0, 5)")
    if not result.success or result.result != 5:
        return f"{result}"
    return "a program ran" if shell.run_cell("!ls").success and shell.user_ns.get("_exit_code") == 0 else None
