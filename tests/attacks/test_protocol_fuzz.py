"""Whatever bytes a process writes, each probe gets an outcome: no exception in the grader, no wait without an end."""
from __future__ import annotations

import contextlib
import socket
import struct
import time
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.inside.limits import Limits
from autograder.inside.protocol import (
    Call,
    CellDone,
    CellKind,
    CellsDone,
    CellSource,
    Confined,
    FrameReader,
    FromProcess,
    Observe,
    ProbeDone,
    Raised,
    Return,
    frame,
)
from autograder.inside.seen import Outcome
from autograder.inside.wire import WireError, decode
from autograder.sandbox.process import Death, Process
from autograder.sandbox.watch import Request
from tests.observing import observe

LIMITS = Limits(notebook_seconds=0.05, probe_seconds=0.05, submission_seconds=0.5)
CELLS = [CellSource("x = 1", 1, CellKind.GIVEN), CellSource("y = 1", 2, CellKind.OWN), CellSource("z = 1", 3, CellKind.OWN)]
REQUESTS = [Request("rows", "first", 1), Request("columns", "first", 2), Request("spread", "second", 3)]

short = st.text(max_size=20)
number = st.integers(-(1 << 63), (1 << 64) - 1)
outcome = st.one_of(st.sampled_from([o.value for o in Outcome]), short)
probe = st.one_of(st.sampled_from([r.probe for r in REQUESTS]), short)
messages = st.one_of(
    st.builds(CellDone, number | st.integers(0, 4), outcome, short, number, short), st.just(CellsDone()), st.just(Confined()),
    st.builds(ProbeDone, probe, outcome, st.binary(max_size=60), short, number, number, short), st.builds(Call, short | number, st.lists(st.binary(max_size=20), max_size=3)),
    st.builds(Return, st.binary(max_size=20)), st.builds(Raised, short),
)  # fmt: skip
parts = st.recursive(st.none() | st.booleans() | number | st.floats() | short | st.binary(max_size=10), lambda p: st.lists(p, max_size=5), max_leaves=10)


def framed(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


pieces = st.one_of(
    messages.map(frame), messages.map(frame), parts.map(lambda p: framed(msgspec.msgpack.encode(p))), st.binary(max_size=30).map(framed), st.binary(max_size=12),
    st.tuples(messages.map(frame), st.integers(0, 40)).map(lambda cut: cut[0][: cut[1]]),
)  # fmt: skip
streams = st.lists(pieces, max_size=12).map(b"".join)


class FakeSandbox:
    """A sandbox whose processes say what they are told to, and then wait or end."""

    def __init__(self, says: bytes, ends: bool) -> None:
        self.says, self.ends, self.others = says, ends, []  # type: ignore[var-annotated]

    def spawn(self, *args: Any, **kwargs: Any) -> Process:
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        theirs.sendall(frame(Confined()) + self.says)
        if self.ends:
            theirs.close()
        self.others.append(theirs)
        return Process(self, ours, -1, 1 << 20)  # type: ignore[arg-type]

    def released(self) -> None:
        pass

    def ask_cpu(self) -> float:
        return 0.0

    def end_soon(self) -> None:
        """Nothing of it runs."""

    def end(self) -> Any:
        from autograder.inside.protocol import Ended

        return Ended(7, -9, 0.0)

    def wait_end(self, seconds: float) -> Any:
        return self.end()

    def close(self) -> None:
        for other in self.others:
            other.close()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(says=streams, ends=st.booleans())
def test_any_stream_is_an_outcome(says: bytes, ends: bool) -> None:
    """Every probe has an observation, of a known outcome and without a text of the process's making, within the limits."""
    sandbox = FakeSandbox(says, ends)
    began = time.monotonic()
    try:
        seen = observe(sandbox, CELLS, REQUESTS, LIMITS)  # type: ignore[arg-type]
    finally:
        sandbox.close()
    assert time.monotonic() - began < 30
    assert seen.observations.keys() == {r.probe for r in REQUESTS}
    for request in REQUESTS:
        observation = seen.observations[request.probe]
        assert isinstance(observation.outcome, Outcome)
        assert observation.outcome is Outcome.FINISHED or observation.value == b""
        if observation.outcome is Outcome.FINISHED:
            with contextlib.suppress(WireError):
                decode(observation.value)
    for report in seen.cells:
        assert report.number in {1, 2, 3} and report.error.isprintable() and report.missing.isprintable()


@settings(max_examples=300, deadline=None)
@given(data=streams, cuts=st.lists(st.integers(1, 50), max_size=5))
def test_any_bytes_are_messages_or_an_error(data: bytes, cuts: list[int]) -> None:
    """FrameReader gives messages of its types, None, or WireError, however the stream is cut."""
    reader = FrameReader(FromProcess)
    with contextlib.suppress(WireError):
        for size in [*cuts, len(data)]:
            reader.feed(data[:size])
            data = data[size:]
            while (message := reader.next()) is not None:
                assert isinstance(message, FromProcess)


def test_a_process_that_does_not_read_is_ended() -> None:
    """Sending to a process that never reads ends in a death, not in waiting."""
    sandbox = FakeSandbox(b"", False)
    process = sandbox.spawn()
    began = time.monotonic()
    process.send(Observe([("p" * (16 << 20), 0)]))
    assert process.next(0.1) == Death(Outcome.TIMED_OUT)
    assert time.monotonic() - began < 60
    sandbox.close()
