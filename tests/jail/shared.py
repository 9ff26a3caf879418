"""What one user shares by name or number with whoever may use it: System V shared memory, a semaphore, message queues of both kinds.

python shared.py makes all of it twice, once to be used by attacks and once to be removed by them, and prints the numbers and names as a
line of JSON. For every line that it reads it prints its state. When nothing more is to be read, it removes everything.
"""
from __future__ import annotations

import ctypes
import json
import os
import signal
import struct
import sys
from typing import Any

TEXT = b"the answer = 42"
IPC_CREAT, IPC_RMID, IPC_STAT, GETVAL, SETVAL = 0o1000, 0, 2, 12, 16
EVERYBODY = 0o666
SMALL = struct.pack("4l", 0, 2, 16, 0) + bytes(32)
"""struct mq_attr: two messages of 16 bytes. A user has some 800 KB for all queues, of which one of the usual size takes a tenth."""

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p


def check(result: int | None) -> int:
    """A result of the C library's, or OSError."""
    if result is None or result in (-1, 2**64 - 1):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def message(text: bytes) -> bytes:
    """struct msgbuf of msgop(2)."""
    return struct.pack("l", 1) + text


def make(name: str) -> dict[str, Any]:
    """One of each, holding the text or 7."""
    memory = check(libc.shmget(0, 4096, IPC_CREAT | EVERYBODY))
    ctypes.memmove(check(libc.shmat(memory, None, 0)), TEXT, len(TEXT))
    semaphore = check(libc.semget(0, 1, IPC_CREAT | EVERYBODY))
    check(libc.semctl(semaphore, 0, SETVAL, 7))
    messages = check(libc.msgget(0, IPC_CREAT | EVERYBODY))
    check(libc.msgsnd(messages, message(TEXT), len(TEXT), 0))
    queue = f"/chainrule-{os.getpid()}-{name}"
    descriptor = check(libc.mq_open(queue.encode(), os.O_CREAT | os.O_RDWR, EVERYBODY, SMALL))
    check(libc.mq_send(descriptor, TEXT, len(TEXT), 0))
    return {"memory": memory, "semaphore": semaphore, "messages": messages, "queue": queue}


def state(made: dict[str, Any]) -> list[Any]:
    """What each holds, or that it is gone: shmctl(2), semctl(2), msgctl(2), mq_getattr(3)."""
    found: list[Any] = []
    about = ctypes.create_string_buffer(256)
    try:
        address = check(libc.shmat(made["memory"], None, 0))
        found.append(ctypes.string_at(address, len(TEXT)).decode())
        libc.shmdt(ctypes.c_void_p(address))
        found.append(check(libc.semctl(made["semaphore"], 0, GETVAL)))
        check(libc.msgctl(made["messages"], IPC_STAT, about))
        found.append(struct.unpack_from("Q", about, 80)[0])  # msg_qnum
        descriptor = check(libc.mq_open(made["queue"].encode(), os.O_RDONLY))
        check(libc.mq_getattr(descriptor, about))
        os.close(descriptor)
        found.append(struct.unpack_from("4l", about)[3])  # mq_curmsgs
    except OSError as error:
        found.append(str(error))
    return found


def remove(made: dict[str, Any]) -> None:
    """All of it, as far as it is still there."""
    libc.shmctl(made["memory"], IPC_RMID, None)
    libc.semctl(made["semaphore"], 0, IPC_RMID)
    libc.msgctl(made["messages"], IPC_RMID, None)
    libc.mq_unlink(made["queue"].encode())


def main() -> None:
    os.umask(0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    used, removable = make("used"), make("removable")
    try:
        print(json.dumps({"used": used, "removable": removable}), flush=True)
        for _ in sys.stdin:
            print(json.dumps([state(used), state(removable)]), flush=True)
    finally:
        remove(used)
        remove(removable)


if __name__ == "__main__":
    main()
