"""Judges at work in a process of their own, with a clock and a limit of memory.

A judge is the instructor's code, and what it is given may be anything: a shape with an axis of a billion, a
number that it counts up to. What has the reference's own form is judged where the grader is; all else here.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from autograder.assignment.values import Assignment
from autograder.errors import AssignmentError
from autograder.files import PACKAGE
from autograder.inside.protocol import Channel
from autograder.inside.wire import WireError, decode
from autograder.judging.facts import Unfit, facts_of
from autograder.judging.findings import Finding, Verdict
from autograder.probe import Probe

SECONDS = 10.0
"""Of the processor, for one judgement; the wall clock has four times as long, for the machine may be busy."""
_WALL = 4
_START_SECONDS = 120.0
"""For a process to be there and to have loaded judges.py, which is nothing of the submission's."""
MEMORY = 2 << 30
_ALIKE = 16
"""A number may be so many times as large as the reference's, or so many thousands, and still be alike."""


class Ask(msgspec.Struct, frozen=True, array_like=True):
    """What to judge: the judge's name, the seed and the value as wire bytes."""

    probe: str
    seed: int
    value: bytes


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What was found; no finding where the judge is at fault. The first says that the judges are loaded."""

    finding: Finding | None


WRONG_FORM = Finding(Verdict.WRONG_TYPE, "the result does not have the form that was asked for.")


def finding_of(judge: Callable[..., Any], value: Any, probe: Probe, seed: int) -> Finding | None:
    """What a judge finds about a probe's value; None where the judge is at fault."""
    try:
        facts = facts_of(judge, value, probe, seed)
    except Unfit as error:
        return Finding(error.verdict, error.says)
    except (AssignmentError, MemoryError):
        return None
    except Exception:  # the value is a student's: whatever a judge trips over in it is a wrong form
        return WRONG_FORM
    failed = next((fact for fact in facts.values() if not fact.holds), None)
    held = {name: found.seen_fact() for name, found in facts.items()}
    return (
        Finding(Verdict.RIGHT, facts=held)
        if failed is None
        else Finding(Verdict.WRONG_VALUES, failed.says, held)
    )


def alike(expected: Any, value: Any) -> bool:
    """Whether a value has the reference's form: the same tables and sequences, arrays of the same shapes, and
    numbers of the same order. A judge takes no longer over it than over the reference's.
    """
    if isinstance(expected, np.ndarray):
        same = isinstance(value, np.ndarray) and value.shape == expected.shape
        return same and value.dtype.kind in "biuf" and expected.dtype.kind in "biuf"
    if type(expected) is not type(value):
        return False
    if isinstance(expected, dict):
        return expected.keys() == value.keys() and all(alike(v, value[k]) for k, v in expected.items())
    if isinstance(expected, list | tuple):
        return len(expected) == len(value) and all(map(alike, expected, value))
    if isinstance(expected, int | float):
        return abs(value) <= max(_ALIKE * abs(expected), 1000 * _ALIKE)
    return (
        isinstance(expected, str | bytes) and len(value) <= _ALIKE * len(expected) + 1000
    ) or expected is None


class Aside:
    """The process in which an assignment's judges decide, started when it is first needed."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None

    def ready(self) -> None:
        """Start the process where there is none, and wait until it has loaded the judges."""
        if self._channel is None:
            with contextlib.suppress(OSError, EOFError, WireError):
                channel = self._start()
                channel.socket.settimeout(_START_SECONDS)
                channel.receive()

    def find(self, probe: str, seed: int, value: bytes, seconds: float) -> Finding | None:
        """What a judge finds; None where it did not answer in this time and memory, or is at fault."""
        try:
            self.ready()
            if (channel := self._channel) is None:
                return None
            channel.socket.settimeout(_WALL * max(0.1, min(SECONDS, seconds)))
            channel.send(Ask(probe, seed, value))
            told: Told = channel.receive()
            return told.finding
        except (OSError, EOFError, WireError):  # TimeoutError is an OSError
            self.close()
            return None

    def _start(self) -> Channel:
        ours, theirs = socket.socketpair()
        command = [
            sys.executable,
            "-m",
            __name__,
            str(theirs.fileno()),
            str(self.assignment.folder / "judges.py"),
        ]
        places = os.pathsep.join([str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        variables = {**os.environ, "PYTHONPATH": places, "OPENBLAS_NUM_THREADS": "1"}
        with theirs:
            self._process = subprocess.Popen(
                command,
                env=variables,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._channel = Channel(ours, Told)
        return self._channel

    def close(self) -> None:
        """End the process."""
        if self._channel is not None:
            self._channel.socket.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._channel = self._process = None


def main(descriptor: int, path: Path) -> None:
    """Answer until the grader closes the socket. That it was killed is noticed when an answer is ready, or
    by the limit of time.
    """
    judges, probes = _load(path), _probes()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    channel = Channel(socket.socket(fileno=descriptor), Ask)
    with contextlib.suppress(EOFError, OSError):
        channel.send(Told(None))
        while True:
            ask: Ask = channel.receive()
            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + SECONDS) + 2, hard))
            channel.send(Told(_answer(judges[ask.probe], probes[ask.probe], ask)))


def _answer(judge: Callable[..., Any], probe: Probe, ask: Ask) -> Finding | None:
    try:
        value = decode(ask.value)
    except WireError:
        return Finding(Verdict.NO_VALUE)
    return finding_of(judge, value, probe, ask.seed)


def _load(path: Path) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("judges", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["judges"] = module
    sys.path.insert(0, str(path.parent))
    spec.loader.exec_module(module)
    return vars(module)


def _probes() -> dict[str, Probe]:
    """The probes that stand beside the judges: they say what is drawn."""
    return {p.id: p for p in vars(importlib.import_module("probes")).values() if isinstance(p, Probe)}


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
