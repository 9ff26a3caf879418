"""Attacks on the jail, each a function that runs in a confined process. Its docstring says what it tries.

An attack returns a sentence when it got something it should not have, None when it did not, or raises what stopped it. All that it
touches belongs to the test: files in a folder made for it, listeners on the loopback address, processes started for it. Where a
success would do harm, the attack stops short: a signal 0 in place of SIGKILL, a call with arguments that the kernel refuses.
"""
from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import platform
import resource
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

X86 = platform.machine() == "x86_64"


@dataclass(frozen=True)
class World:
    """What is outside the jail for an attack to aim at."""

    folder: str  # the grader's: hidden tests, other submissions; open to everybody, so that only the jail is in the way
    tcp: int
    udp: int
    abstract: str
    path_socket: str
    victim: int  # a process of the grader's user
    grader: int
    home: str
    package: str  # a module of the interpreter's library, by its path
    data: str  # the name in the box of a data file that the assignment ships
    used: dict[str, Any]  # System V IPC and a message queue of the grader's user, open to everybody: shared.py
    removable: dict[str, Any]  # the same once more

    @property
    def hidden(self) -> str:
        """The hidden tests."""
        return os.path.join(self.folder, "hidden_tests.py")


_libc = ctypes.CDLL(None, use_errno=True)


def _system_call(number: int, *arguments: object) -> int:
    """A system call by number; raises OSError."""
    result: int = _libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    if result == -1:
        raise OSError(ctypes.get_errno(), f"system call {number}: {os.strerror(ctypes.get_errno())}")
    return result


def _by_machine(x86: int, arm: int) -> int:
    return x86 if X86 else arm


# ---- time -----------------------------------------------------------------------------------------------------------


def loop_for_ever(world: World) -> str | None:
    """Use up the processor."""
    while True:
        pass


def sleep_for_ever(world: World) -> str | None:
    """Wait until somebody gives up."""
    while True:
        time.sleep(1000)


def ignore_every_signal(world: World) -> str | None:
    """Block and ignore all that can be ignored, then wait."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    return sleep_for_ever(world)


def threads_for_ever(world: World) -> str | None:
    """Leave threads behind that never end."""
    for _ in range(8):
        threading.Thread(target=time.sleep, args=(1000,)).start()
    return sleep_for_ever(world)


def close_every_descriptor(world: World) -> str | None:
    """Close the channel to the grader and go on."""
    os.closerange(0, 1 << 10)
    return sleep_for_ever(world)


def stop_oneself(world: World) -> str | None:
    """Stop, so that no exit is ever seen."""
    os.kill(os.getpid(), signal.SIGSTOP)
    return sleep_for_ever(world)


# ---- ends ------------------------------------------------------------------------------------------------------------


def leave_at_once(world: World) -> str | None:
    """End without a word."""
    os._exit(0)


def read_address_zero(world: World) -> str | None:
    """A segmentation fault."""
    ctypes.string_at(0)
    return "address 0 could be read"


def abort(world: World) -> str | None:
    """abort(3)."""
    os.abort()


def recurse_in_c(world: World) -> str | None:
    """Run the stack over its end."""
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    sys.setrecursionlimit(1 << 30)
    array = (ctypes.c_int * 2)()

    @compare
    def again(a: int, b: int) -> int:
        _libc.qsort(array, 2, 4, again)
        return 0

    _libc.qsort(array, 2, 4, again)
    return None  # from Python 3.12 on calls from C are counted too, and end in a RecursionError


# ---- signals --------------------------------------------------------------------------------------------------------


def signal_everybody(world: World) -> str | None:
    """kill(-1)."""
    os.kill(-1, 0)
    return "kill(-1) reaches somebody"


def signal_the_parent(world: World) -> str | None:
    """kill(getppid())."""
    os.kill(os.getppid() or world.grader, 0)
    return "the zygote can be signalled"


def signal_the_grader(world: World) -> str | None:
    """kill() the grader by its number."""
    os.kill(world.grader, 0)
    return "the grader can be signalled"


def signal_the_victim(world: World) -> str | None:
    """kill() a process of the grader's user."""
    os.kill(world.victim, signal.SIGUSR1)
    return "a process outside was signalled"


def signal_the_victims_group(world: World) -> str | None:
    """killpg()."""
    os.killpg(world.victim, signal.SIGUSR1)
    return "a process group outside was signalled"


def signal_the_victims_thread(world: World) -> str | None:
    """tgkill(2), tkill(2)."""
    for call in (_by_machine(234, 131), _by_machine(200, 130)):
        arguments = (world.victim, world.victim, signal.SIGUSR1)[0 if call in (234, 131) else 1 :]
        try:
            _system_call(call, *(int(a) for a in arguments))
        except OSError:
            continue
        return "a thread outside was signalled"
    return None


def queue_a_signal(world: World) -> str | None:
    """rt_sigqueueinfo(2)."""
    _system_call(_by_machine(129, 138), world.victim, int(signal.SIGUSR1), struct.pack("iii", signal.SIGUSR1, 0, -1) + bytes(116))
    return "a signal was queued outside"


def signal_by_pidfd(world: World) -> str | None:
    """pidfd_open(2), pidfd_send_signal(2)."""
    signal.pidfd_send_signal(os.pidfd_open(world.victim), signal.SIGUSR1)
    return "a process outside was signalled by a pidfd"


def signal_by_owning_a_pipe(world: World) -> str | None:
    """fcntl(2), F_SETOWN: have the kernel send SIGIO to somebody else."""
    reader, _ = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETOWN, world.victim)
    return "somebody else owns the signals of a pipe"


# ---- processes ------------------------------------------------------------------------------------------------------


def fork(world: World) -> str | None:
    """os.fork, and a process that outlives its parent."""
    if os.fork() == 0:
        os.setsid()
        time.sleep(5)
        os._exit(0)
    return "a process was forked"


def fork_bomb(world: World) -> str | None:
    """As many processes as there can be, up to 200."""
    for _ in range(200):
        if os.fork() == 0:
            time.sleep(1)
            os._exit(0)
    return "200 processes were forked"


def vfork(world: World) -> str | None:
    """clone(2) as vfork does it."""
    if _system_call(_by_machine(56, 220), 0x4111, 0, 0, 0, 0) == 0:
        os._exit(0)
    return "a process was cloned"


def clone3(world: World) -> str | None:
    """clone3(2), whose arguments a filter cannot see."""
    arguments = struct.pack("11Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, 0, 0, 0)
    if _system_call(435, arguments, len(arguments)) == 0:
        os._exit(0)
    return "a process was cloned"


def posix_spawn(world: World) -> str | None:
    """os.posix_spawn."""
    os.posix_spawn("/bin/true", ["true"], {})
    return "a program was started"


def run_a_program(world: World) -> str | None:
    """subprocess.run."""
    subprocess.run(["/bin/true"], check=True)
    return "a program was started"


def run_a_shell(world: World) -> str | None:
    """os.system, which returns what the shell returned."""
    return "a shell was started" if os.system("true") == 0 else None


def open_a_pipe_to_a_program(world: World) -> str | None:
    """os.popen."""
    return "a shell was started" if os.popen("echo yes").read() else None


def use_multiprocessing(world: World) -> str | None:
    """multiprocessing.Process."""
    import multiprocessing

    multiprocessing.get_context("fork").Process(target=int).start()
    return "a process was started"


def become_another_program(world: World) -> str | None:
    """execve(2), execveat(2)."""
    try:
        _system_call(_by_machine(322, 281), os.open("/bin/true", os.O_PATH), ctypes.c_char_p(b""), 0, 0, 0x1000)
    except OSError:
        os.execv("/bin/true", ["true"])
    return None


def become_root_by_a_program(world: World) -> str | None:
    """A set-user-ID program."""
    return "su ran" if subprocess.run(["/bin/su", "-c", "id"], check=False, stdin=subprocess.DEVNULL).returncode == 0 else None


# ---- memory ----------------------------------------------------------------------------------------------------------

MIB = 1 << 20


def take_50_gb(world: World) -> str | None:
    """50 GB at once."""
    return f"{len(bytearray(50 << 30))} bytes"


def take_16_mib(world: World) -> str | None:
    """What everybody may."""
    return None if len(bytearray(16 * MIB)) == 16 * MIB else "something else"


def take_memory_in_pieces(world: World) -> str | None:
    """1 GiB in pieces of 16 MiB, each written to."""
    return f"{len([bytearray(16 * MIB) for _ in range(64)])} pieces"


def map_memory(world: World) -> str | None:
    """Shared anonymous mappings."""
    return f"{len([mmap.mmap(-1, 64 * MIB) for _ in range(32)])} mappings"


def open_a_memory_file(world: World) -> str | None:
    """memfd_create(2), which no limit on address space counts."""
    os.ftruncate(os.memfd_create("memory"), 64 * MIB)
    return "a memory file was made"


def open_a_secret_memory_file(world: World) -> str | None:
    """memfd_secret(2)."""
    _system_call(447, 0)
    return "a secret memory file was made"


def attach_shared_memory(world: World) -> str | None:
    """shmget(2)."""
    number = _system_call(_by_machine(29, 194), 0, 1 * MIB, 0o1600)
    _libc.shmctl(number, 0, None)
    return "System V shared memory was made"


def make_a_message_queue(world: World) -> str | None:
    """msgget(2), semget(2), mq_open(3)."""
    for number, arguments in ((_by_machine(68, 186), (0, 0o1600)), (_by_machine(64, 190), (0, 1, 0o1600))):
        try:
            made = _system_call(number, *arguments)
        except OSError:
            continue
        _libc.msgctl(made, 0, None)
        _libc.semctl(made, 0, 0)
        return "a System V queue or semaphore was made"
    _system_call(_by_machine(240, 180), ctypes.c_char_p(b"chainrule"), os.O_CREAT | os.O_RDWR, 0o600, None)
    return "a message queue was made"


def fill_shared_memory(world: World) -> str | None:
    """POSIX shared memory, which is files in /dev/shm: shm_open(3)."""
    import _posixshmem

    made = _posixshmem.shm_open("/chainrule", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        for _ in range(64):
            os.write(made, bytes(MIB))
    finally:
        _posixshmem.shm_unlink("/chainrule")
    return "64 MiB of POSIX shared memory"


def fill_the_box(world: World) -> str | None:
    """Write many files, together more than the box may hold."""
    for number in range(16):
        with open(f"file-{number}", "wb") as file:
            file.write(bytes(MIB))
    return "16 MiB in the box"


def write_a_long_file(world: World) -> str | None:
    """Write one file, longer than the box."""
    with open("long", "wb") as file:
        for _ in range(16):
            file.write(bytes(MIB))
    return "a file of 16 MiB"


def make_many_files(world: World) -> str | None:
    """More files than the box may hold."""
    for number in range(500):
        open(f"file-{number}", "w").close()
    return "500 files"


def start_a_thousand_threads(world: World) -> str | None:
    """More threads than it may have."""
    threading.stack_size(128 << 10)  # the least there is on aarch64
    for _ in range(1000):
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    return "1000 threads"


def open_many_files(world: World) -> str | None:
    """More descriptors than it may have."""
    return f"{len([os.open('.', os.O_RDONLY) for _ in range(500)])} descriptors"


# ---- network ----------------------------------------------------------------------------------------------------------


def connect_by_tcp(world: World) -> str | None:
    """TCP to the listener."""
    socket.create_connection(("127.0.0.1", world.tcp), timeout=1).close()
    return "TCP got out"


def send_by_udp(world: World) -> str | None:
    """UDP to the listener."""
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"attack", ("127.0.0.1", world.udp))
    return "UDP got out"


def listen(world: World) -> str | None:
    """Wait for somebody to come in."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    return "a port is open"


def open_odd_sockets(world: World) -> str | None:
    """Raw, packet, netlink, vsock, AF_ALG, Bluetooth."""
    opened = []
    for family in (2, 10, 17, 16, 40, 38, 31, 1):
        for kind in (1, 2, 3, 5):
            try:
                opened.append((family, kind, socket.socket(family, kind).close()))
            except OSError:
                continue
    return f"opened {opened}" if opened else None


def reach_an_abstract_socket(world: World) -> str | None:
    """A Unix socket that no file stands for."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + world.abstract)
    return "an abstract socket was reached"


def reach_a_path_socket(world: World) -> str | None:
    """A Unix socket in the file system."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(world.path_socket)
    return "a Unix socket was reached"


def send_from_a_datagram_pair(world: World) -> str | None:
    """A socket pair needs no socket(2), and one of datagrams can be sent to any address."""
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    pair[0].sendto(b"attack", "\0" + world.abstract + "-datagram")
    return "a datagram got out of a socket pair"


def connect_a_stream_pair(world: World) -> str | None:
    """Turn a socket pair to somebody else."""
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    pair[0].connect(world.path_socket)
    return "a socket pair was turned"


def make_pairs_of_odd_sockets(world: World) -> str | None:
    """Pairs of another domain or protocol: the kernel makes two sockets, and loads what they need, before it finds that they make no pair."""
    seen = []
    for family, protocol in [*((family, 0) for family in range(2, 46)), (socket.AF_UNIX, 7)]:
        for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
            try:
                socket.socketpair(family, kind, protocol)
            except OSError as error:
                if error.errno == errno.EACCES:
                    continue
            seen.append((family, kind, protocol))
    return f"the network answered for {seen}" if seen else None


def name_a_pair(world: World) -> str | None:
    """Take a name among the machine's abstract sockets, from a pair: whoever wants it next cannot have it."""
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    pair[0].bind("\0" + world.abstract + "-taken")
    return "a name was taken"


def send_a_descriptor(world: World) -> str | None:
    """An open file in a socket's buffer: it counts for nobody's limit of descriptors, and whoever reads there is handed it."""
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    socket.send_fds(pair[0], [b"1"], [0])
    return "a descriptor was sent"


# ---- shared by number or name --------------------------------------------------------------------------------------------

_libc.shmat.restype = ctypes.c_void_p
IPC_RMID, IPC_NOWAIT, SETVAL = 0, 0o4000, 16


def _got(result: int | None) -> int:
    if result is None or result in (-1, 2**64 - 1):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def read_the_graders_shared_memory(world: World) -> str | None:
    """shmat(2)."""
    return ctypes.string_at(_got(_libc.shmat(world.used["memory"], None, 0o10000)), 15).decode()


def write_to_the_graders_shared_memory(world: World) -> str | None:
    """shmat(2), for writing."""
    ctypes.memmove(_got(_libc.shmat(world.used["memory"], None, 0)), b"T", 1)
    return "shared memory outside was changed"


def change_the_graders_semaphore(world: World) -> str | None:
    """semop(2), semtimedop(2), semctl(2)."""
    one_less = struct.pack("Hhh", 0, -1, IPC_NOWAIT)
    attempts: list[Callable[[], object]] = [
        lambda: _got(_libc.semop(world.used["semaphore"], one_less, 1)),
        lambda: _got(_libc.semtimedop(world.used["semaphore"], one_less, 1, None)),
        lambda: _got(_libc.semctl(world.used["semaphore"], 0, SETVAL, 3)),
    ]
    return _any(attempts, "a semaphore outside")


def take_the_graders_message(world: World) -> str | None:
    """msgrcv(2)."""
    message = ctypes.create_string_buffer(100)
    return message.raw[8 : 8 + _got(_libc.msgrcv(world.used["messages"], message, 90, 0, IPC_NOWAIT))].decode()


def send_the_grader_a_message(world: World) -> str | None:
    """msgsnd(2)."""
    _got(_libc.msgsnd(world.used["messages"], struct.pack("l", 1) + b"forged", 6, IPC_NOWAIT))
    return "a message was sent"


def look_for_what_is_shared(world: World) -> str | None:
    """shmctl(2), semctl(2), msgctl(2): how many there are on the machine, and SHM_STAT_ANY and its like, which need no permission."""
    about = ctypes.create_string_buffer(512)
    attempts: list[Callable[[], object]] = [
        lambda: _got(_libc.shmctl(0, 14, about)), lambda: _got(_libc.shmctl(0, 15, about)), lambda: _got(_libc.semctl(0, 0, 19, about)),
        lambda: _got(_libc.semctl(0, 0, 20, about)), lambda: _got(_libc.msgctl(0, 12, about)), lambda: _got(_libc.msgctl(0, 13, about)),
        lambda: _got(_libc.shmdt(None)) if ctypes.get_errno() != errno.EINVAL else None,
    ]  # fmt: skip
    return _any(attempts[:-1], "IPC of the machine")


def use_the_graders_queue(world: World) -> str | None:
    """mq_open(3), mq_timedreceive(2), mq_timedsend(2), mq_notify(2), mq_getsetattr(2)."""
    queue, message = _got(_libc.mq_open(world.used["queue"].encode(), os.O_RDWR | os.O_NONBLOCK)), ctypes.create_string_buffer(1 << 14)
    attempts: list[Callable[[], object]] = [
        lambda: _got(_libc.mq_receive(queue, message, len(message), None)),
        lambda: _got(_libc.mq_send(queue, b"forged", 6, 0)),
        lambda: _got(_libc.mq_notify(queue, None)),
        lambda: _got(_libc.mq_getattr(queue, message)),
    ]
    return _any(attempts, "a message queue outside") or "a message queue outside was opened"


def remove_what_the_grader_shares(world: World) -> str | None:
    """IPC_RMID, mq_unlink(3)."""
    attempts: list[Callable[[], object]] = [
        lambda: _got(_libc.mq_unlink(world.removable["queue"].encode())),
        lambda: _got(_libc.shmctl(world.removable["memory"], IPC_RMID, None)),
        lambda: _got(_libc.semctl(world.removable["semaphore"], 0, IPC_RMID)),
        lambda: _got(_libc.msgctl(world.removable["messages"], IPC_RMID, None)),
    ]
    return _any(attempts, "what the grader shares is gone")


def lock_a_shared_file(world: World) -> str | None:
    """flock(2), fcntl(2): nobody else gets a lock on a file that every submission and the grader read. It may say yes, and do nothing."""
    lock = struct.pack("hhqqixxxx", fcntl.F_RDLCK, 0, 0, 0, 0)
    for take in (
        lambda fd: fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB),
        lambda fd: fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB),
        lambda fd: fcntl.lockf(fd, fcntl.LOCK_SH | fcntl.LOCK_NB),
        lambda fd: fcntl.lockf(fd, fcntl.LOCK_SH),
        lambda fd: fcntl.fcntl(fd, fcntl.F_OFD_SETLK, lock),
        lambda fd: fcntl.fcntl(fd, fcntl.F_OFD_SETLKW, lock),
    ):
        fd = os.open(world.package, os.O_RDONLY)
        try:
            take(fd)
            if how := _is_locked(world.package):
                return f"{world.package} is locked: {how}"
        except OSError:
            continue
        finally:
            os.close(fd)
    return None


def _is_locked(path: str) -> str | None:
    """Does a lock stand in the way of another opening of the file, as of another process?"""
    fd = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        wanted = struct.pack("hhqqixxxx", fcntl.F_WRLCK, 0, 0, 0, 0)
        return None if struct.unpack_from("h", fcntl.fcntl(fd, fcntl.F_OFD_GETLK, wanted))[0] == fcntl.F_UNLCK else "fcntl"
    except BlockingIOError:
        return "flock"
    finally:
        os.close(fd)


def queue_asynchronous_reads(world: World) -> str | None:
    """io_setup(2): how many there may be is counted for the whole machine."""
    _system_call(_by_machine(206, 0), 1 << 10, ctypes.byref(ctypes.c_ulong()))
    return "a thousand of the machine's asynchronous operations are taken"


def set_many_alarms(world: World) -> str | None:
    """timer_create(2): how many there may be is counted for the user, together with all signals that wait."""
    number = ctypes.c_int()
    for _ in range(5000):
        _system_call(_by_machine(222, 107), 1, struct.pack("QiiQ", 0, signal.SIGUSR1, 0, 0) + bytes(64), ctypes.byref(number))
    return "5000 of the user's timers are taken"


def grow_a_pipe(world: World) -> str | None:
    """fcntl(2), F_SETPIPE_SZ: memory that no limit counts, of which each user has only so much."""
    reader, _ = os.pipe()
    return f"a pipe holds {fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 1 << 20)} bytes"


# ---- files -------------------------------------------------------------------------------------------------------------


def read_the_hidden_tests(world: World) -> str | None:
    """open() them."""
    with open(world.hidden) as file:
        return file.read()


def list_the_graders_folder(world: World) -> str | None:
    """Find other submissions."""
    return str(os.listdir(world.folder))


def see_that_a_file_exists(world: World) -> str | None:
    """stat(2)."""
    return f"{os.stat(world.hidden).st_size} bytes"


def write_to_the_graders_file(world: World) -> str | None:
    """Change the hidden tests."""
    with open(world.hidden, "a") as file:
        file.write("")
    return "a file of the grader's was opened for writing"


def truncate_the_graders_file(world: World) -> str | None:
    """truncate(2) needs no open file."""
    os.truncate(world.hidden, os.stat(world.hidden).st_size)
    return "a file of the grader's was truncated"


def make_a_file_outside(world: World) -> str | None:
    """Leave a file, a folder, a link or a pipe with the grader."""
    for make in (lambda p: open(p, "x").close(), os.mkdir, lambda p: os.symlink("x", p), os.mkfifo):
        path = os.path.join(world.folder, "made")
        try:
            make(path)
        except OSError:
            continue
        os.rmdir(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        return f"{make} left something outside"
    return None


def remove_the_graders_file(world: World) -> str | None:
    """Rename a file of the grader's, and remove one."""
    path = os.path.join(world.folder, "disposable")
    for attempt in (lambda: os.rename(path, path + "-2"), lambda: os.rename(path, "stolen"), lambda: os.unlink(path)):
        try:
            attempt()
        except OSError:
            continue
        return "a file of the grader's is gone"
    return None


def read_attributes_outside(world: World) -> str | None:
    """listxattr(2), getxattr(2): Landlock guards what is in a file, not what is attached to it."""
    attempts: list[Callable[[], object]] = [
        lambda: os.listxattr(world.hidden),
        lambda: os.listxattr(world.hidden, follow_symlinks=False),
        lambda: os.getxattr(world.hidden, "user.note"),
        lambda: os.getxattr(world.hidden, "user.note", follow_symlinks=False),
    ]
    return _any(attempts, "attributes of a file outside were read")


def link_the_graders_file(world: World) -> str | None:
    """A hard link in the box."""
    os.link(world.hidden, "mine")
    with open("mine") as file:
        return file.read()


def follow_a_link_out(world: World) -> str | None:
    """A symbolic link in the box."""
    os.symlink(world.hidden, "mine")
    with open("mine") as file:
        return file.read()


def climb_out(world: World) -> str | None:
    """'..' from the box."""
    with open("../" * 30 + world.hidden) as file:
        return file.read()


def change_metadata_outside(world: World) -> str | None:
    """chmod, utime, setxattr, chown: what Landlock does not guard."""
    attempts: list[Callable[[], object]] = [
        lambda: os.chmod(world.hidden, 0o640),
        lambda: os.utime(world.hidden, (1, 1)),
        lambda: os.setxattr(world.hidden, "user.attack", b"1"),
        lambda: os.chown(world.hidden, -1, -1),
        lambda: os.lchown(world.hidden, os.getuid(), os.getgid()),
    ]
    return _changes(world.hidden, attempts)


def change_metadata_of_the_library(world: World) -> str | None:
    """fchmod and the others on a file that may be read, and that may belong to the grader's user."""
    fd = os.open(world.package, os.O_RDONLY)
    attempts: list[Callable[[], object]] = [
        lambda: os.fchmod(fd, 0o640),
        lambda: os.utime(fd),
        lambda: os.setxattr(fd, "user.attack", b"1"),
        lambda: os.fchown(fd, -1, -1),
        lambda: fcntl.ioctl(fd, 0x40086602, struct.pack("q", 0x80)),  # FS_IOC_SETFLAGS, noatime
    ]
    return _changes(world.package, attempts)


def lease_the_library(world: World) -> str | None:
    """fcntl(2), F_SETLEASE: whoever opens the file for writing waits."""
    fcntl.fcntl(os.open(world.package, os.O_RDONLY), 1024, fcntl.F_RDLCK)
    return "a lease was taken"


def _changes(path: str, attempts: list[Callable[[], object]]) -> str | None:
    """Which of the attempts changed the file. A call may well claim that it did and have done nothing."""
    for number, attempt in enumerate(attempts):
        before = os.stat(path)
        try:
            attempt()
        except OSError:
            continue
        after = os.stat(path)
        if (before.st_mode, before.st_mtime_ns, before.st_ctime_ns) != (after.st_mode, after.st_mtime_ns, after.st_ctime_ns):
            return f"{path} changed, attempt {number}"
    return None


def _any(attempts: list[Callable[[], object]], what: str) -> str | None:
    for number, attempt in enumerate(attempts):
        try:
            attempt()
        except OSError:
            continue
        return f"{what}, attempt {number}"
    return None


def write_to_the_library(world: World) -> str | None:
    """Change a module of the interpreter for the next submission."""
    attempts: list[Callable[[], object]] = [
        lambda: open(world.package, "a").close(),
        lambda: os.truncate(world.package, os.stat(world.package).st_size),
        lambda: os.rename(world.package, world.package + "~"),
        lambda: open(os.path.join(os.path.dirname(world.package), "sitecustomize.py"), "x").close(),
        lambda: os.mkdir(os.path.join(os.path.dirname(world.package), "numpy~")),
    ]
    return _any(attempts, "the interpreter's library")


def write_to_the_data(world: World) -> str | None:
    """Change the assignment's data for the next submission."""
    attempts: list[Callable[[], object]] = [
        lambda: open(world.data, "r+b").close(),
        lambda: open(world.data, "ab").close(),
        lambda: os.truncate(world.data, 0),
        lambda: os.setxattr(world.data, "user.attack", b"1"),
    ]
    changes: list[Callable[[], object]] = [lambda: os.chmod(world.data, 0o640), lambda: os.utime(world.data)]
    return _any(attempts, "the data") or _changes(world.data, changes)


def replace_the_data(world: World) -> str | None:
    """Put something else where the data lies. It is this submission's own loss; the file itself must not change."""
    for attempt in (lambda: os.unlink(world.data), lambda: os.rename(world.data, "gone")):
        try:
            attempt()
        except OSError:
            continue
    return None


def read_secrets_of_the_machine(world: World) -> str | None:
    """Passwords, keys, logs, the home folder, kernel memory, the grader's sockets."""
    paths = ["/etc/shadow", "/etc/passwd", "/etc/hostname", "/var/log", "/var/run", "/run", "/dev/mem", "/dev/kmsg", "/dev/tty", "/dev/ptmx"]
    for path in [*paths, world.home, "/sys", "/sys/kernel", "/boot", "/srv", "/mnt", "/old_root", "/dev/pts"]:
        try:
            if os.path.isdir(path):
                shown = os.listdir(path)
                if shown and not set(shown) <= {".pyenv"}:  # the way to an interpreter in somebody's home
                    return f"{path}: {shown[:9]}"
            else:
                with open(path, "rb") as file:
                    return f"{path}: {file.read(9)!r}"
        except OSError:
            continue
    return None


def look_into_proc(world: World) -> str | None:
    """Other processes' environment, memory, root and descriptors, and one's own."""
    found = []
    for process in (world.grader, world.victim, os.getppid(), 1, "self", "thread-self"):
        for name in ("environ", "cmdline", "maps", "mem", "fd", "root", "ns", "status", "task", "mounts"):
            path = f"/proc/{process}/{name}"
            try:
                os.listdir(path) if os.path.isdir(path) else open(path, "rb").close()
            except OSError:
                continue
            found.append(path)
    return f"{found}" if found else None


def list_processes(world: World) -> str | None:
    """Whatever else runs."""
    return str(os.listdir("/proc")[:9]) if os.listdir("/proc") else None


def make_a_device(world: World) -> str | None:
    """mknod(2) for the disk."""
    os.mknod("disk", stat.S_IFBLK | 0o600, os.makedev(254, 0))
    return "a device was made"


def open_by_handle(world: World) -> str | None:
    """name_to_handle_at(2), open_by_handle_at(2): files without paths."""
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
    _system_call(_by_machine(303, 264), -100, ctypes.c_char_p(b"."), handle, ctypes.byref(ctypes.c_int()), 0)
    return "a file handle was had"


def type_into_the_terminal(world: World) -> str | None:
    """ioctl(TIOCSTI): the grader's shell runs it."""
    fcntl.ioctl(0, 0x5412, b"\n")
    return "a key was pressed"


def watch_files(world: World) -> str | None:
    """inotify(7), fanotify(7), dnotify: see what the grader opens."""
    attempts: list[Callable[[], object]] = [
        lambda: _system_call(_by_machine(294, 26), 0),
        lambda: _system_call(_by_machine(300, 262), 0, 0),
        lambda: fcntl.fcntl(os.open(".", os.O_RDONLY), 1026, 1),
    ]
    return _any(attempts, "a watch")


# ---- other processes' memory -------------------------------------------------------------------------------------------


def trace_the_victim(world: World) -> str | None:
    """ptrace(2)."""
    _system_call(_by_machine(101, 117), 0x4206, world.victim, 0, 0)
    return "a process outside is traced"


def trace_the_zygote(world: World) -> str | None:
    """ptrace(2) on the parent, whose memory every submission after this one gets."""
    _system_call(_by_machine(101, 117), 0x4206, os.getppid() or 1, 0, 0)
    return "the zygote is traced"


def write_into_the_zygote(world: World) -> str | None:
    """process_vm_writev(2) on the parent: the same addresses, since it was forked."""
    cell = ctypes.create_string_buffer(b"1")
    vector = struct.pack("QQ", ctypes.addressof(cell), 1)
    _system_call(_by_machine(311, 271), os.getppid() or 1, vector, 1, vector, 1, 0)
    return "the zygote's memory was written to"


def read_the_victims_memory(world: World) -> str | None:
    """process_vm_readv(2)."""
    cell = ctypes.create_string_buffer(16)
    vector = struct.pack("QQ", ctypes.addressof(cell), 16)
    try:
        _system_call(_by_machine(310, 270), world.victim, vector, 1, vector, 1, 0)
    except OSError as error:
        if error.errno != errno.EFAULT:  # let in, and found nothing at this address
            raise
    return "a process outside was read"


def take_a_descriptor(world: World) -> str | None:
    """pidfd_getfd(2)."""
    pidfd = os.pidfd_open(world.victim)
    _system_call(438, pidfd, 0, 0)
    return "a descriptor of a process outside was taken"


# ---- namespaces -----------------------------------------------------------------------------------------------------------


def make_namespaces(world: World) -> str | None:
    """unshare(2), each kind."""
    for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000, 0x00000080):
        try:
            _system_call(_by_machine(272, 97), flag)
        except OSError:
            continue
        return f"unshare({flag:#x})"
    return None


def clone_into_a_namespace(world: World) -> str | None:
    """clone(2) with CLONE_NEWUSER, once as a thread too."""
    for flags in (0x10000000 | signal.SIGCHLD, 0x10000000 | 0x00010F00, 0x40000000 | 0x00010F00):
        try:
            if _system_call(_by_machine(56, 220), int(flags), 0, 0, 0, 0) == 0:
                os._exit(0)
        except OSError:
            continue
        return f"clone({flags:#x})"
    return None


def mount_something(world: World) -> str | None:
    """mount(2), in the old and the new interface, and undoing what covers /proc."""
    attempts: list[Callable[[], object]] = [
        lambda: _check(_libc.mount(b"tmpfs", b".", b"tmpfs", 0, None)),
        lambda: _check(_libc.mount(b"proc", b".", b"proc", 0, None)),
        lambda: _check(_libc.mount(b"/", b".", None, 4096, None)),
        lambda: _check(_libc.mount(None, b"/usr", None, 32 | 4096, None)),
        lambda: _check(_libc.umount2(b"/proc", 2)),
        lambda: _check(_libc.umount2(os.getcwd().encode(), 2)),
        lambda: _check(_libc.pivot_root(b".", b".")),
        lambda: os.chroot("."),
        lambda: _system_call(428, -100, ctypes.c_char_p(b"/"), 1),  # open_tree, OPEN_TREE_CLONE
        lambda: _system_call(430, ctypes.c_char_p(b"tmpfs"), 0),  # fsopen
        lambda: _system_call(442, -100, ctypes.c_char_p(b"/"), 0, struct.pack("QQQQ", 0, 1, 0, 0), 32),  # mount_setattr
    ]
    return _any(attempts, "the mounts")


def _check(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")


# ---- privileges ---------------------------------------------------------------------------------------------------------


def raise_limits(world: World) -> str | None:
    """setrlimit(2), prlimit(2)."""
    for name in ("AS", "CPU", "NOFILE", "FSIZE", "NPROC", "CORE", "MEMLOCK"):
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        if hard == resource.RLIM_INFINITY:
            continue
        for limit in (hard + 1, resource.RLIM_INFINITY):
            try:
                resource.setrlimit(kind, (limit, limit))
            except (OSError, ValueError):
                continue
            return f"{name} was raised"
    return None


def limit_somebody_else(world: World) -> str | None:
    """prlimit(2) on the grader's processes."""
    for process in (world.victim, os.getppid() or world.grader):
        try:
            resource.prlimit(process, resource.RLIMIT_CORE)
        except OSError:
            continue
        return "a process outside can be limited"
    return None


def have_capabilities(world: World) -> str | None:
    """capget(2): are there any left? And capset(2)."""
    data = ctypes.create_string_buffer(24)
    _check(_libc.capget(struct.pack("Ii", 0x20080522, 0), data))
    if any(data.raw):
        return f"capabilities {data.raw.hex()}"
    _check(_libc.capset(struct.pack("Ii", 0x20080522, 0), struct.pack("6I", 1, 1, 0, 0, 0, 0)))
    return "a capability was had"


def become_somebody_else(world: World) -> str | None:
    """setuid(0), setgroups."""
    attempts: list[Callable[[], object]] = [lambda: os.setgroups([0])]
    if os.getuid() != 0:
        attempts += [lambda: os.setuid(0), lambda: os.setresuid(-1, 0, -1), lambda: os.setgid(0)]
    attempts += [lambda: os.setuid(12345)]
    return _any(attempts, "the user")


def outlive_the_zygote(world: World) -> str | None:
    """Take back the wish to die with the parent; make oneself open to others again."""
    attempts: list[Callable[[], object]] = [lambda: _check(_libc.prctl(1, 0, 0, 0, 0)), lambda: _check(_libc.prctl(4, 1, 0, 0, 0))]
    return _any(attempts, "a setting of prctl")


def lose_the_filter(world: World) -> str | None:
    """Is the filter there, and no_new_privs set?"""
    if _libc.prctl(21, 0, 0, 0, 0) != 2:
        return "there is no filter"
    if _libc.prctl(39, 0, 0, 0, 0) != 1:
        return "no_new_privs is not set"
    return None


def call_as_32_bit(world: World) -> str | None:
    """int 0x80: getpid by its 32-bit number, past a filter for 64-bit ones."""
    if not X86:
        return None
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    answer = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    return None if answer < 0 else f"int 0x80 answered {answer}"


def call_as_x32(world: World) -> str | None:
    """The x32 numbers of x86-64."""
    if not X86:
        return None
    return f"x32 getpid answered {_system_call(0x40000000 | 39)}"


def reprioritise(world: World) -> str | None:
    """setpriority, ioprio_set, sched_setaffinity, sched_setscheduler on the grader's processes."""
    attempts: list[Callable[[], object]] = [
        lambda: os.setpriority(os.PRIO_PROCESS, world.victim, 19),
        lambda: os.sched_setaffinity(world.victim, {0}),
        lambda: os.sched_setscheduler(world.victim, os.SCHED_IDLE, os.sched_param(0)),
        lambda: _system_call(_by_machine(251, 30), 1, world.victim, 3 << 13),
    ]
    return _any(attempts, "a process outside")


def reach_the_kernel(world: World) -> str | None:
    """Calls that no notebook needs and that have had holes."""
    attempts: list[Callable[[], object]] = [
        lambda: _system_call(425, 8, bytes(120)),  # io_uring_setup
        lambda: _system_call(_by_machine(323, 282), 0),  # userfaultfd
        lambda: _system_call(_by_machine(321, 280), 0, bytes(72), 72),  # bpf
        lambda: _system_call(_by_machine(298, 241), bytes(112), 0, -1, -1, 0),  # perf_event_open
        lambda: _system_call(_by_machine(250, 219), 0, -3, 1),  # keyctl
        lambda: _system_call(_by_machine(135, 92), 0xFFFFFFFF),  # personality
        lambda: _system_call(_by_machine(103, 116), 10, 0, 0),  # syslog
        lambda: _system_call(_by_machine(170, 161), ctypes.c_char_p(b"x"), 1),  # sethostname
        lambda: _system_call(463, 0, 0, 0, 0),  # newer than the tables
    ]
    return _any(attempts, "the kernel")


# ---- what is left for the next ------------------------------------------------------------------------------------------

NOTE: list[str] = []


def leave_something(world: World) -> str | None:
    """Files, links and shared memory in the box, a note in memory."""
    NOTE.append("left")
    os.environ["LEFT"] = "yes"
    for path in ("left", "/dev/shm/left", "/tmp/left", os.path.join(tempfile.gettempdir(), "left-too")):
        try:
            with open(path, "w") as file:
                file.write("left")
            os.symlink(world.hidden, path + "-link")
        except OSError:
            continue
    return None


def find_something(world: World) -> str | None:
    """What the one before may have left."""
    found = [path for path in os.listdir(".") if not world.data.startswith(path)]
    found += [path for folder in ("/dev/shm", "/tmp") for path in _listed(folder) if "left" in path]
    return f"found {found} {NOTE}" if found or NOTE or "LEFT" in os.environ else None


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def find_descriptors(world: World) -> str | None:
    """Descriptors that the zygote left open: only standard streams and the report's pipe are to be there."""
    found = []
    for fd in range(3, 200):
        try:
            os.fstat(fd)
        except OSError:
            continue
        found.append(fd)
    return None if found == [4] else f"descriptors {found}"
