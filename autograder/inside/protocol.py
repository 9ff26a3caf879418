"""Messages between the grader, a zygote and the process that runs a submission, and how they are framed.

What comes from the submission's process is untrusted: a frame is decoded into one of the types below or is a
`WireError`.
"""

from __future__ import annotations

import select
import socket
import struct
from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec

from autograder.inside.jail.values import JailLimits, Level
from autograder.inside.wire import WireError

MAX_FRAME = 40 << 20
_LENGTH = struct.Struct("<I")
NO_MEMORY = 112
"""The exit status of a submission's process in which what the grader does between cells and probes finds no
memory: what the notebook keeps leaves too little.
"""


class _Message(msgspec.Struct, frozen=True, tag=True, array_like=True):
    pass


# ---- the grader to a zygote --------------------------------------------------------------------------------


class CellKind(StrEnum):
    """Whose code a cell is: the instructor's, the student's, or a demonstration, which runs only where
    its names are needed.
    """

    GIVEN = "given"
    OWN = "own"
    DEMO = "demo"
    PLAIN = "plain"
    """Of a notebook that is graded as it is, its tests included: run as Jupyter runs it."""


ADDED = 20_000
"""What a student has added to a locked cell runs as a cell of this number more."""


def shown_number(number: int) -> int:
    """The number by which a student knows a cell."""
    return number - ADDED if number > ADDED else number


class CellSource(_Message, frozen=True):
    """A code cell: its text, the number by which the student knows it, and what it is."""

    text: str
    number: int
    kind: CellKind


class Setup(_Message, frozen=True):
    """The first message to a zygote: what to load before anything is forked. The probes are not among it: a
    process is sent them once its cells have run.
    """

    level: Level
    readonly: list[str]
    files: list[tuple[str, str]]  # (where it lies, its name in the working folder)
    given: list[CellSource] = []  # the instructor's own cells, which every submission runs: compiled once
    preload: list[str] = []  # modules of the packages that the assignment asks for


class Run(_Message, frozen=True):
    """Run these cells: what a process does first. Where another follows, what the first has left is put back,
    and its cells go on from there.
    """

    cells: list[CellSource]
    skip: list[int] = []
    demos: bool = False
    again: bool = True
    """Run a cell once more at the end where it missed a name that a later cell defined."""
    handed_in: list[tuple[str, bytes]] = []
    """Files that the assignment lets students hand in beside the notebook: name and content."""
    briefly: list[int] = []
    """Cells of which the definitions alone are run, since the whole of them takes too long."""


class Spawn(_Message, frozen=True):
    """Fork a process, which runs what it is given or else waits for it; the one that was forked before may
    live still.

    Three descriptors travel along: its channel, its output and its link.
    """

    confinement: JailLimits
    run: Run | None = None


class Kill(_Message, frozen=True):
    """Kill a process that was spawned."""

    pid: int


class Pin(_Message, frozen=True):
    """Keep a process on one core."""

    pid: int
    core: int


class AskCpu(_Message, frozen=True):
    """How much CPU time has a process used?"""

    pid: int


# ---- a zygote to the grader --------------------------------------------------------------------------------


class Ready(_Message, frozen=True):
    """The zygote stands, or it has forked a process."""

    pid: int = 0


class SetupFailed(_Message, frozen=True):
    """The zygote could not do what was asked, for a reason that is not the submission's."""

    reason: str


class CpuSeconds(_Message, frozen=True):
    """The answer to AskCpu."""

    seconds: float


class Ended(_Message, frozen=True):
    """A process is gone, and so are those that were forked before it: its exit status (negative: the signal)
    and CPU seconds.
    """

    pid: int
    status: int
    cpu: float


# ---- the grader to the process of a submission -------------------------------------------------------------


class Put(_Message, frozen=True):
    """What a second pass puts in place before it runs a cell again, by that cell's place among them: names
    that are answered through calls, and names with their values as wire bytes.
    """

    before: int
    stubs: list[str]
    values: list[tuple[str, bytes]] = []


class Observe(_Message, frozen=True):
    """Put back what the cells left behind, then run these probes, each with its seed, in this order."""

    probes: list[tuple[str, int]]
    stubs: list[str] = []
    """Names that are answered by the reference through calls."""
    known: list[str] = []
    """Names that stand for the same function on both sides, so that it may be passed by name."""
    program: bytes = b""
    """The probes, where the process does not have them yet: code that the grader has compiled."""
    instead: list[CellSource] = []
    """Cells that are run first, for these probes alone: one of the student's own with one change, and given
    ones that put what it defines into its place; or all that follow where an earlier value is given."""
    puts: list[Put] = []


class Serve(_Message, frozen=True):
    """From now on answer what arrives by the link, calls to these names and no others: the reference's part
    in a second pass.

    The first comes with a descriptor, the link's other end.
    """

    names: list[str]


# ---- the process of a submission to the grader -------------------------------------------------------------


class Confined(_Message, frozen=True):
    """The process is in its jail and waits for what to run."""


class NotConfined(_Message, frozen=True):
    """The jail could not be had; nothing of the student's has run. Believed only before Confined."""

    reason: str


class CellDone(_Message, frozen=True):
    """A cell ended. line counts from 1 in the cell where it raised, 0 if unknown; missing names an
    undefined name.
    """

    number: int
    outcome: str
    error: str = ""
    line: int = 0
    missing: str = ""
    value: float | None = None
    """The number that a plain cell ended with."""
    stderr: bool = False
    """Whether a plain cell wrote to standard error, before it ended with a number."""
    kept: int = 0
    """MiB of memory that a student's cell has taken and kept, where it is more than little."""


class CellsDone(_Message, frozen=True):
    """All cells ended; the process waits for probes."""


class ProbeDone(_Message, frozen=True):
    """A probe ended. error is the name of a built-in exception; cell and line say where in the student's
    own code.
    """

    probe: str
    outcome: str
    value: bytes = b""
    error: str = ""
    cell: int = 0
    line: int = 0
    missing: str = ""
    text: str = ""
    """What the exception says of itself: anything at all."""
    changed: list[str] = []
    """The drawn inputs that are not as they were after the call, by name."""


# ---- between a submission's process and the reference's, either way ----------------------------------------


class Begin(_Message, frozen=True):
    """A probe begins: put back what the cells left behind, whatever has been answered before, and seed
    the global generators.
    """

    seed: int


Argument = bytes | dict[str, bytes]
"""A value; a dictionary's entries each by itself, so that those which a call leaves alone need not travel
back.
"""


class Call(_Message, frozen=True):
    """Call a function of the other side: a known name ("softmax", "Layer.forward_pass") or a callback's
    number.

    written: what the caller has changed so far of the arguments of the call that it is answering itself, as
    in `Return`; the callback may read them where they are.
    """

    target: str | int
    args: list[Argument]
    kwargs: dict[str, Argument] = {}
    written: list[tuple[int | str, Argument]] = []


class Return(_Message, frozen=True):
    """What the call returned, and what it has written into its arguments, each by position or name; an
    entry that is gone is empty.
    """

    value: bytes
    written: list[tuple[int | str, Argument]] = []


class Raised(_Message, frozen=True):
    """The call raised an exception of this built-in type."""

    error: str


ToZygote = Spawn | Kill | Pin | AskCpu
FromZygote = Ready | SetupFailed | CpuSeconds | Ended
ToProcess = Run | Observe | Serve
FromProcess = Confined | NotConfined | CellDone | CellsDone | ProbeDone
Linked = Begin | Call | Return | Raised

_encoder = msgspec.msgpack.Encoder()


def frame(message: Any) -> bytes:
    """Encode a message with its length before it."""
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME:
        raise WireError(f"a frame of {len(body)} bytes")
    return _LENGTH.pack(len(body)) + body


@lru_cache(maxsize=16)
def decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    """What decodes messages of a union type: made once, in the zygote for all its processes."""
    return msgspec.msgpack.Decoder(kind)


class FrameReader:
    """Cuts a stream of bytes into messages of one union type."""

    def __init__(self, kind: Any) -> None:
        self._decoder = decoder(kind)
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def has_whole(self) -> bool:
        """Whether `next` has something to say."""
        return 0 < self._end() <= len(self._buffer)

    def _end(self) -> int:
        """Where the next message ends, in bytes from here; 0 while that is not known."""
        return _LENGTH.size + _LENGTH.unpack_from(self._buffer)[0] if len(self._buffer) >= _LENGTH.size else 0

    def next(self) -> Any | None:
        """The next whole message, or None; raises WireError for what is not one."""
        end = self._end()
        if end > _LENGTH.size + MAX_FRAME:
            raise WireError(f"a frame of {end - _LENGTH.size} bytes")
        if not self.has_whole():
            return None
        body = bytes(self._buffer[_LENGTH.size : end])
        del self._buffer[:end]
        try:
            return self._decoder.decode(body)
        except (msgspec.MsgspecError, RecursionError, ValueError, MemoryError) as error:
            raise WireError(f"malformed message: {type(error).__name__}") from None


def readable(sources: list[Any], seconds: float | None) -> list[Any]:
    """Wait until one of these sockets and descriptors can be read, or has ended, and return those.

    A negative number of seconds is none, None is for ever. Unlike `select.select` it takes descriptors beyond
    1023.
    """
    poll = select.poll()
    by_descriptor = {source if isinstance(source, int) else source.fileno(): source for source in sources}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    return [
        by_descriptor[found] for found, _ in poll.poll(None if seconds is None else 1000 * max(0.0, seconds))
    ]


class Channel:
    """A blocking stream of messages over a socket, for either end."""

    def __init__(self, sock: socket.socket, kind: Any) -> None:
        self.socket, self._reader = sock, FrameReader(kind)

    def send(self, message: Any) -> None:
        self.socket.sendall(frame(message))

    def receive(self) -> Any:
        """The next message; raises EOFError where the other end is gone."""
        while (message := self._reader.next()) is None:
            if not self.pump():
                raise EOFError("the other end of the channel is closed")
        return message

    def arrived(self) -> Any | None:
        """The next message, if it is there already."""
        while (message := self._reader.next()) is None and readable([self.socket], 0):
            if not self.pump():
                return None
        return message

    def has_any(self, seconds: float) -> bool:
        """Whether a message is there already, or something comes in that time, which may be the end."""
        return self._reader.has_whole() or bool(readable([self.socket], seconds))

    def pump(self) -> bool:
        """Read what is there; False where the other end is gone."""
        data = self.socket.recv(1 << 16)
        self._reader.feed(data)
        return bool(data)


def send_with_descriptors(sock: socket.socket, message: Any, descriptors: list[int]) -> None:
    """Send a message and open file descriptors along with its first byte."""
    data = frame(message)
    sent = socket.send_fds(sock, [data], descriptors)
    if sent < len(data):
        sock.sendall(data[sent:])


class DescriptorChannel(Channel):
    """A channel whose messages may come with descriptors; they are collected in order of arrival."""

    def __init__(self, sock: socket.socket, kind: Any) -> None:
        super().__init__(sock, kind)
        self.descriptors: list[int] = []

    def pump(self) -> bool:
        data, descriptors, _, _ = socket.recv_fds(self.socket, 1 << 16, 8)
        self.descriptors += descriptors
        self._reader.feed(data)
        return bool(data)

    def pending(self) -> Any | None:
        """The next message, of what has been read."""
        return self._reader.next()
