"""Messages and frames: whole ones arrive whole however the stream is cut, all else is a WireError."""
from __future__ import annotations

import os
import socket
import struct
import threading
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.inside import protocol
from autograder.inside.jail.values import JailLimits
from autograder.inside.protocol import (
    AskCpu,
    Begin,
    Call,
    CellDone,
    CellKind,
    CellsDone,
    CellSource,
    Channel,
    Confined,
    CpuSeconds,
    DescriptorChannel,
    Ended,
    FrameReader,
    FromProcess,
    FromZygote,
    Kill,
    Linked,
    Observe,
    ProbeDone,
    Raised,
    Ready,
    Return,
    Run,
    Serve,
    Setup,
    SetupFailed,
    Spawn,
    ToProcess,
    ToZygote,
    frame,
    send_with_descriptors,
)
from autograder.inside.wire import WireError

MESSAGES = {
    "zygote": (Setup | ToZygote, [
        Setup("full", ["/usr"], [("/data/x.npz", "x.npz")], [CellSource("x = 1", 1, CellKind.GIVEN)]),
        Spawn(JailLimits(5, 1 << 30)), Spawn(JailLimits(5, 1 << 30), Run([CellSource("x = 1", 3, CellKind.OWN)])),
        Kill(7), AskCpu(7),
    ]),
    "grader": (FromZygote, [Ready(7), SetupFailed("no room"), CpuSeconds(0.25), Ended(7, -9, 1.5)]),
    "process": (ToProcess, [Run([CellSource("x = 1", 3, CellKind.OWN)], [2], True, False, [("x.npz", b"x")]), Observe([("rows", 1 << 50)], ["softmax"], ["relu"], b"code"), Serve(["softmax"])]),
    "from process": (FromProcess, [
        Confined(), CellDone(3, "raised", "NameError: x", 2, "x"), CellsDone(), ProbeDone("rows", "finished", b"\0\1"),
    ]),
    "linked": (Linked, [Begin(1 << 50), Call("softmax", [b"\0", {"W": b"\1"}], {"name": b""}), Call(4, []), Return(b"\1", [(0, b"\2"), ("name", {"W": b""})]), Raised("ValueError")]),
}  # fmt: skip


def read(kind: Any, *parts: bytes) -> list[Any]:
    """All messages in a stream that arrives in parts."""
    reader, found = FrameReader(kind), []
    for part in parts:
        reader.feed(part)
        while (message := reader.next()) is not None:
            found.append(message)
    return found


@pytest.mark.parametrize("ends", MESSAGES)
def test_messages_arrive_as_they_were_sent(ends: str) -> None:
    """Every message of every direction survives its frame."""
    kind, messages = MESSAGES[ends]
    assert read(kind, *map(frame, messages)) == messages


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the stream's
@given(st.lists(st.integers(0, 200), max_size=6))
def test_a_stream_may_be_cut_anywhere(cuts: list[int]) -> None:
    """Frames are found whatever pieces the stream arrives in."""
    kind, messages = MESSAGES["from process"]
    stream = b"".join(map(frame, messages))
    places = sorted({0, len(stream), *(cut % len(stream) for cut in cuts)})
    assert read(kind, *(stream[a:b] for a, b in pairwise(places))) == messages


@pytest.mark.parametrize("ends", MESSAGES)
def test_a_message_of_another_direction_is_refused(ends: str) -> None:
    """Each end takes only what it is meant to be told."""
    kind, mine = MESSAGES[ends]
    tags = {type(message) for message in mine}
    others = [m for _, messages in MESSAGES.values() for m in messages if type(m) not in tags]
    assert others
    for message in others:
        with pytest.raises(WireError):
            read(kind, frame(message))


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_garbage_in_a_frame_is_refused(body: bytes) -> None:
    """Bytes in a frame that are no message raise WireError and nothing else."""
    try:
        found = read(FromProcess, struct.pack("<I", len(body)) + body)
    except WireError:
        return
    assert {type(m) for m in found} <= {type(m) for m in MESSAGES["from process"][1]}


@settings(deadline=None)
@given(st.sampled_from(MESSAGES["from process"][1]), st.data())
def test_a_spoiled_message_is_a_message_or_refused(message: Any, data: st.DataObject) -> None:
    """One changed byte gives another message of the same kind of stream, or WireError; fields keep their types."""
    body = bytearray(frame(message)[4:])
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        (found,) = read(FromProcess, struct.pack("<I", len(body)) + bytes(body))
    except WireError:
        return
    assert frame(found)  # of types that can be sent


@pytest.mark.parametrize(
    "body", [b"", b"\x91" * 3000, b"\xdd\xff\xff\xff\xff", b"\x95\xa8CellDone\xa1x\xa1y\xa0\x00", b"\x92\xa4Call\x01", frame(CellsDone())[4:] + b"\0"]
)
def test_typical_garbage_is_refused(body: bytes) -> None:
    """An empty frame, bombs of levels and counts, fields of wrong types, missing fields, bytes left over."""
    with pytest.raises(WireError):
        read(FromProcess, struct.pack("<I", len(body)) + body)


def test_a_frame_that_claims_too_much_is_refused_before_it_arrives() -> None:
    """The length alone is enough to refuse a frame, so that nobody collects gigabytes."""
    with pytest.raises(WireError, match="frame of"):
        read(FromProcess, struct.pack("<I", protocol.MAX_FRAME + 1))


def test_a_message_that_is_too_large_is_not_sent() -> None:
    """The sender refuses a frame that the receiver would refuse."""
    with pytest.raises(WireError, match="frame of"):
        frame(Return(bytes(protocol.MAX_FRAME)))


def test_a_channel_carries_messages_both_ways_and_notices_its_end() -> None:
    """send and receive over a socket; EOFError where the other end is closed, also in the middle of a frame."""
    a, b = socket.socketpair()
    left, right = Channel(a, FromProcess), Channel(b, ToProcess)
    big = Observe([(f"probe{n}", n) for n in range(20_000)])
    sender = threading.Thread(target=left.send, args=(big,))
    sender.start()
    assert right.receive() == big
    sender.join()
    assert right.arrived() is None
    right.send(Confined())
    assert left.receive() == Confined()
    b.sendall(frame(Confined())[:3])
    b.close()
    with pytest.raises(EOFError):
        left.receive()
    a.close()


def test_descriptors_travel_with_their_message() -> None:
    """Open files arrive along with the message that they belong to."""
    a, b = socket.socketpair()
    reading, writing = os.pipe()
    with a, b:
        send_with_descriptors(a, Kill(7), [writing])
        os.close(writing)
        channel = DescriptorChannel(b, ToZygote)
        assert channel.receive() == Kill(7)
        (arrived,) = channel.descriptors
        os.write(arrived, b"through")
        os.close(arrived)
        assert os.read(reading, 10) == b"through"
        os.close(reading)
        a.close()
        assert not channel.pump()
        with pytest.raises(EOFError):
            channel.receive()
