"""Attacks on the machine and on others: what a jail is for, tried from a notebook.

An attack that got through says so: it raises SystemError("BREACH ..."), whose text stands in the messages of the results. In the cell's
namespace `world` holds what there is to aim at; all of it belongs to the test.
"""
# ruff: noqa -- bodies are cells of careless and hostile notebooks
# mypy: ignore-errors
from __future__ import annotations

from .notation import attack

# ---- time, ends and amounts --------------------------------------------------------------------------------------


@attack()
def loop_in_a_cell():
    """A cell that never ends. It is stopped and left out; the answers count."""
    while True:
        pass


@attack()
def sleep_in_a_cell():
    """A cell that waits for ever without using the processor."""
    import time

    while True:
        time.sleep(1000)


@attack()
def ignore_every_signal():
    """Block and ignore all that can be, then wait."""
    import signal
    import time

    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    time.sleep(1000)


@attack("center")
def loop_in_an_answer():
    """An answer that never ends costs its own question's points and seconds."""

    def center(X):
        while True:
            pass


@attack()
def catch_everything_and_loop():
    """Swallow whatever is raised to stop it."""
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue


@attack()
def leave_at_once():
    """End the process without a word, with success as its status."""
    import os

    os._exit(0)


@attack()
def leave_politely():
    """sys.exit in a cell: the cells after it still run."""
    import sys

    sys.exit(0)


@attack("center")
def leave_from_an_answer():
    """End the process while a probe runs."""
    import os

    def center(X):
        os._exit(0)


@attack()
def read_address_zero():
    """A segmentation fault."""
    import ctypes

    ctypes.string_at(0)


@attack()
def abort():
    """SIGABRT to itself."""
    import os

    os.abort()


@attack()
def die_of_a_nameless_signal():
    """A real-time signal, which has a number and no name."""
    import signal

    signal.raise_signal(signal.SIGRTMIN + 3)


@attack()
def stop_oneself():
    """SIGSTOP, so that no end is ever seen."""
    import os
    import signal

    os.kill(os.getpid(), signal.SIGSTOP)


@attack()
def signal_everybody():
    """Signal 0 to every process, the parent and the grader: it would tell whether SIGKILL arrives."""
    import os

    for pid in (os.getppid() or 1 << 22, world["grader"], world["victim"]):
        try:
            os.kill(pid, 0)
        except OSError:
            continue
        raise SystemError(f"BREACH {pid} can be signalled")


@attack()
def threads_that_never_end():
    """Leave threads running behind the answers."""
    import threading
    import time

    for _ in range(8):
        threading.Thread(target=time.sleep, args=(10_000,)).start()


@attack(landlock=False)
def a_thousand_threads():
    """As many threads as the machine gives. At level landlock they are not counted."""
    import threading
    import time

    threading.stack_size(128 << 10)
    for count in range(1000):
        try:
            threading.Thread(target=time.sleep, args=(10_000,), daemon=True).start()
        except RuntimeError:
            break
    else:
        raise SystemError("BREACH a thousand threads run")


@attack()
def fifty_gigabytes():
    """Memory at once."""
    bytearray(50 << 30)
    raise SystemError("BREACH there were 50 GB")


@attack()
def memory_in_pieces():
    """Memory bit by bit, until there is none; then it is given back."""
    hoard = []
    try:
        for _ in range(50_000):
            hoard.append(bytearray(1 << 20 << 4))
    finally:
        hoard.clear()
    raise SystemError("BREACH there were 800 GB")


@attack()
def memory_in_a_file():
    """Memory that the limit on addresses does not count."""
    import os

    os.memfd_create("hoard")
    raise SystemError("BREACH a memory file was made")


@attack(landlock=False)
def fill_the_folder():
    """More bytes than the folder may hold, in many files. At level landlock each file is limited, not the folder."""
    from pathlib import Path

    block = bytes(8 << 20)
    try:
        for number in range(12):
            Path(f"{number}.bin").write_bytes(block)
    except OSError:
        pass
    else:
        raise SystemError("BREACH 96 MB were written")
    finally:
        for number in range(12):
            Path(f"{number}.bin").unlink(missing_ok=True)


@attack(landlock=False)
def many_files():
    """More files than the folder may hold."""
    import os

    try:
        for number in range(2100):
            os.mknod(str(number))
    except OSError:
        pass
    else:
        raise SystemError("BREACH 2100 files were made")


@attack()
def one_long_file():
    """A sparse file of a terabyte."""
    with open("long", "wb") as file:
        file.seek(1 << 40)
        file.write(b"x")
    raise SystemError("BREACH a file of 1 TB")


@attack()
def print_without_end():
    """Gigabytes to standard output."""
    while True:
        print("x" * (1 << 16))


@attack("center")
def a_large_result():
    """200 MB as an answer."""

    def center(X):
        return np.zeros(25_000_000)


@attack("center")
def print_in_an_answer():
    """Gigabytes to the file descriptor while probes run."""
    import os

    def center(X):
        while True:
            os.write(1, b"x" * (1 << 16))


@attack()
def close_every_descriptor():
    """Close the channel to the grader and go on."""
    import os
    import time

    os.closerange(0, 1 << 10)
    time.sleep(1000)


# ---- others -----------------------------------------------------------------------------------------------------


@attack()
def read_the_hidden_tests():
    """The assignment's folder: probes, judges, reference."""
    raise SystemError("BREACH " + open(world["probes"]).read()[:40])


@attack()
def read_another_submission():
    """A neighbour's notebook."""
    raise SystemError("BREACH " + open(world["neighbour"]).read()[:40])


@attack()
def list_the_submissions():
    """Who has handed in."""
    import os

    raise SystemError(f"BREACH {os.listdir(world['submitted'])}"[:60])


@attack()
def read_secrets_of_the_machine():
    """Passwords, keys, histories."""
    import os

    for path in ("/etc/shadow", "/etc/passwd", os.path.expanduser("~root/.ssh"), "/home", "/var/log"):
        try:
            found = os.listdir(path) if os.path.isdir(path) else open(path).read()
        except OSError:
            continue
        if found:
            raise SystemError(f"BREACH {path} can be read")


@attack()
def change_another_submission():
    """Write into a neighbour's notebook."""
    open(world["neighbour"], "a").write(" ")
    raise SystemError("BREACH a neighbour's notebook was written to")


@attack()
def truncate_another_submission():
    """Cut a neighbour's notebook by its path, without opening it."""
    import os

    os.truncate(world["neighbour"], 0)
    raise SystemError("BREACH a neighbour's notebook was cut")


@attack()
def follow_a_link_out():
    """A link in the working folder to a file outside."""
    import os

    os.symlink(world["neighbour"], "mine.ipynb")
    raise SystemError("BREACH " + open("mine.ipynb").read()[:20])


@attack()
def link_another_submission():
    """A hard link to a neighbour's notebook."""
    import os

    os.link(world["neighbour"], "mine.ipynb")
    raise SystemError("BREACH a hard link was made")


@attack()
def make_files_outside():
    """A file beside the submissions, and one beside the library's modules."""
    import os

    for folder in (world["submitted"], os.path.dirname(np.__file__), os.path.dirname(os.__file__), "/var/tmp"):
        try:
            handle = os.open(f"{folder}/left-by-an-attack", os.O_CREAT | os.O_WRONLY)
        except OSError:
            continue
        os.close(handle)
        os.unlink(f"{folder}/left-by-an-attack")
        raise SystemError(f"BREACH a file could be made in {folder}")


@attack()
def change_modes_outside():
    """Mode, owner and times of a neighbour's notebook. At level landlock the calls say yes and do nothing."""
    import os

    before = None
    for change in (lambda p: os.chmod(p, 0o600), lambda p: os.utime(p, (0, 0)), lambda p: os.setxattr(p, "user.x", b"1")):
        try:
            change(world["neighbour"])
        except OSError:
            continue
    # the harness compares modes and times


@attack()
def connect_by_tcp():
    """A connection to a listener of the test's on this machine."""
    import socket

    socket.create_connection(("127.0.0.1", world["tcp"]), timeout=1)
    raise SystemError("BREACH connected by TCP")


@attack()
def send_by_udp():
    """A datagram to a listener of the test's on this machine."""
    import socket

    socket.socket(type=socket.SOCK_DGRAM).sendto(b"hidden inputs", ("127.0.0.1", world["udp"]))
    raise SystemError("BREACH a datagram was sent")


@attack()
def reach_an_abstract_socket():
    """A Unix socket that needs no file."""
    import socket

    socket.socket(socket.AF_UNIX).connect("\0" + world["abstract"])
    raise SystemError("BREACH connected by a Unix socket")


@attack()
def fork():
    """A second process, which nobody would count."""
    import os

    pid = os.fork()
    if pid == 0:
        os._exit(0)
    raise SystemError("BREACH a process was made")


@attack()
def run_a_program():
    """A shell by subprocess and by os.system."""
    import os
    import subprocess

    if os.system("true") == 0:
        raise SystemError("BREACH a shell ran")
    subprocess.run(["/bin/true"], check=True)
    raise SystemError("BREACH a program ran")


@attack()
def run_a_shell_line():
    """IPython's shell lines and magics: they print a sentence and run nothing."""
    import os

    get_ipython().system("touch made-by-a-shell")
    get_ipython().run_cell_magic("bash", "", "touch made-by-a-shell")
    if os.path.exists("made-by-a-shell"):
        raise SystemError("BREACH a shell ran")


@attack()
def use_multiprocessing():
    """A process by multiprocessing's name for it, and by what that stands for underneath: the one is this process, the other is refused."""
    import multiprocessing
    import os
    from multiprocessing.context import ForkProcess

    seen, own = [], os.getpid()
    process = multiprocessing.get_context("fork").Process(target=lambda: seen.append(os.getpid()))
    process.start()
    process.join()
    if seen != [own]:
        raise SystemError("BREACH a process was made")
    ForkProcess(target=print).start()
    raise SystemError("BREACH a process was made")


@attack()
def look_into_proc():
    """Memory and environment of the grader."""
    import os

    for path in (f"/proc/{world['grader']}/environ", f"/proc/{os.getppid()}/mem", "/proc/1/environ", "/proc/self/mem"):
        try:
            open(path, "rb").close()
        except OSError:
            continue
        raise SystemError(f"BREACH {path} can be read")


@attack()
def trace_the_grader():
    """ptrace(PTRACE_ATTACH) on a process of the grader's user, and process_vm_readv."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, world["victim"], 0, 0) == 0:
        libc.ptrace(17, world["victim"], 0, 0)
        raise SystemError("BREACH a process can be traced")


@attack()
def mount_and_unshare():
    """Namespaces and mounts of its own."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    for name, done in (("unshare", libc.unshare(0x10000000)), ("mount", libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)), ("chroot", libc.chroot(b"/"))):
        if done == 0:
            raise SystemError(f"BREACH {name}")


@attack()
def raise_limits():
    """More memory and more files than allowed."""
    import resource

    for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
        try:
            resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (ValueError, OSError):
            continue
        raise SystemError("BREACH a limit was raised")


@attack()
def reprioritise_the_grader():
    """Make a process of the grader's user slower."""
    import os

    os.setpriority(os.PRIO_PROCESS, world["victim"], 19)
    raise SystemError("BREACH the grader was slowed down")


@attack()
def leave_something():
    """Files, shared memory and modules for the next submission."""
    import os

    for folder in (".", "/tmp", "/dev/shm", "/var/tmp", os.path.dirname(checks.__file__)):
        try:
            with open(f"{folder}/left_for_the_next.py", "w") as file:
                file.write("answer = 42")
        except OSError:
            continue


@attack()
def leave_something_found():
    """What the attack before this one left."""
    import os

    for folder in (".", "/tmp", "/dev/shm", "/var/tmp", os.path.dirname(checks.__file__)):
        if os.path.exists(f"{folder}/left_for_the_next.py"):
            raise SystemError(f"BREACH something was left in {folder}")


@attack()
def overwrite_the_helper():
    """Change checks.py and the data that the next submission sees."""
    import os

    import checks

    path = checks.__file__
    os.chmod(path, 0o666)
    open(path, "w").write("close = shape = that = lambda *a, **k: None")
    raise SystemError("BREACH checks.py was overwritten")
