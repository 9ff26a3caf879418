"""What a process had said before its end is heard first: its end is that of the step in which it came."""
from __future__ import annotations

import os
import signal
import socket
from dataclasses import dataclass
from typing import Any

from autograder.inside.protocol import CellDone, Confined, Ended, ProbeDone, frame
from autograder.inside.seen import Outcome
from autograder.sandbox.process import Death, Process


@dataclass
class Keeper:
    """A sandbox whose process has ended, or goes on, by what it was told."""

    ended: Ended | None = None
    cpu: float = 0.0

    def ask_cpu(self) -> float | Ended:
        return self.cpu if self.ended is None else self.ended

    def wait_end(self, seconds: float) -> Ended | None:
        return self.ended

    def end(self) -> Ended:
        return Ended(7, -signal.SIGKILL, self.cpu)

    def released(self) -> None:
        """Nothing else waits for it."""


def process(keeper: Keeper, *said: Any, output: int = -1, limit: int = 1 << 20) -> tuple[Process, socket.socket]:
    ours, theirs = socket.socketpair()
    theirs.sendall(b"".join(map(frame, (Confined(), *said))))
    return Process(keeper, ours, output, limit), theirs  # type: ignore[arg-type]


CRASHED = Ended(7, -signal.SIGSEGV, 0.1)
SAID = [CellDone(2, Outcome.FINISHED.value), CellDone(3, Outcome.FINISHED.value)]


def test_what_was_said_before_the_end_comes_first() -> None:
    """Also where the zygote tells of the end before anybody has read the messages."""
    keeper = Keeper(CRASHED)
    seen, theirs = process(keeper, *SAID)
    seen._unaccounted = 10.0  # the next question is how much of the processor it has used
    theirs.close()
    assert [seen.next(1.0) for _ in range(4)] == [*SAID, *[Death(Outcome.KILLED, "SIGSEGV")] * 2]


def test_a_message_that_nobody_has_looked_for_is_in_time() -> None:
    """A grader that was stopped for a while, or a busy machine, takes nobody's time for used up."""
    for said in (Keeper(cpu=50.0), Keeper()):
        seen, theirs = process(said, *SAID)
        with theirs:
            assert [seen.next(0.0, 0.0), seen.next(0.0, 0.0)] == SAID
            assert seen.next(0.01, 0.02) == Death(Outcome.TIMED_OUT)


def test_one_that_trickles_is_ended() -> None:
    """The last look is one look: a message that never comes whole gives no time."""
    seen, theirs = process(Keeper())
    with theirs:
        theirs.sendall(frame(ProbeDone("p", "finished", b"x" * 1000))[:900])
        assert seen.next(0.0, 0.0) == Death(Outcome.TIMED_OUT)
        assert seen.next(1.0) == Death(Outcome.TIMED_OUT)


def test_a_flood_is_charged_to_the_step_that_printed_it() -> None:
    """What a process said before it printed too much is heard before."""
    reading, writing = os.pipe()
    os.write(writing, b"x" * 2000)
    seen, theirs = process(Keeper(), *SAID, output=reading, limit=1000)
    with theirs:
        assert [seen.next(5.0) for _ in range(3)] == [*SAID, Death(Outcome.OUTPUT_LIMIT)]
    os.close(writing)


def test_an_end_that_is_told_late_is_told() -> None:
    """On a busy machine the zygote may need more than the moment that it is given."""

    class Late(Keeper):
        def wait_end(self, seconds: float) -> None:
            return None

    for keeper, death in ((Late(CRASHED), Death(Outcome.KILLED, "SIGSEGV")), (Late(), Death(Outcome.PROTOCOL, "it closed its channel"))):
        seen, theirs = process(keeper, *SAID)
        theirs.close()
        assert [seen.next(5.0) for _ in range(3)] == ([*SAID, death])


def test_nothing_is_sent_to_one_that_has_ended() -> None:
    seen, theirs = process(Keeper(CRASHED))
    theirs.close()
    assert seen.next(1.0) == Death(Outcome.KILLED, "SIGSEGV")
    seen.send(Confined())
    assert seen.next(1.0) == Death(Outcome.KILLED, "SIGSEGV")
