"""What the feedback levels "inputs" and "full" show of a wrong check: the calls, what came back and what was
expected, and a figure.

It is found by replaying the wrong submissions after they were graded, and kept under a key of the result, so
that pages can be written anew without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from pprint import pformat
from typing import Any

import msgspec

from autograder.assignment.values import Assignment
from autograder.files import write_text
from autograder.fingerprints import fingerprint
from autograder.handed_in.alignment import Submission
from autograder.judging.findings import Verdict
from autograder.judging.grader import Grader
from autograder.outputs.figures import figure
from autograder.outputs.readable import readable
from autograder.outputs.replay import Replay, calls_of, replay_all
from autograder.records.results import KeptResult, Results

_LONGEST = 3000
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


class Shown(msgspec.Struct, frozen=True):
    """What is shown of one check. figure is a data: URI, alt says in words what is to be seen."""

    inputs: tuple[str, ...] = ()
    seen: str = ""
    expected: str = ""
    figure: str = ""
    alt: str = ""


class _Stored(msgspec.Struct, frozen=True):
    key: str
    checks: dict[str, Shown]


@dataclass(frozen=True)
class Evidence:
    """The kept evidence of one assignment."""

    into: Path
    assignment: Assignment

    def _path(self, student: str) -> Path:
        return self.into / ".chainrule" / "evidence" / self.assignment.name / f"{student}.json"

    def _key(self, entry: KeptResult) -> str:
        plain = msgspec.structs.replace(entry.result, seconds=0.0)
        levels = [(q.id, q.feedback) for q in self.assignment.auto]
        return fingerprint(levels, msgspec.json.encode((plain, entry.conditions)))

    def of(self, entry: KeptResult) -> dict[str, Shown]:
        """What may be shown by check; nothing at the level "diagnosis", nor where it was not collected
        for this very result.
        """
        if not self.assignment.shows_calls:
            return {}
        try:
            stored = msgspec.json.decode(self._path(entry.result.student).read_bytes(), type=_Stored)
        except (OSError, msgspec.MsgspecError):
            return {}
        return stored.checks if stored.key == self._key(entry) else {}

    def collect(self, grader: Grader, submissions: list[Submission]) -> None:
        """Replay the submissions that have wrong checks, unless what they show is kept already."""
        results = Results(self.into, self.assignment)
        calls: dict[str, tuple[str, ...]] = {}
        for submission in submissions:
            kept = results.get(submission.student)
            if kept is not None and submission.readable and self.of(kept.now) == {}:
                stored = _Stored(self._key(kept.now), self._replay(grader, submission, calls))
                write_text(self._path(submission.student), msgspec.json.encode(stored).decode())

    def _replay(
        self, grader: Grader, submission: Submission, calls: dict[str, tuple[str, ...]]
    ) -> dict[str, Shown]:
        shown = {}
        more = tuple(q.id for q in self.assignment.auto if q.feedback != "diagnosis")
        for _, replays in replay_all(grader, submission, more, inputs=False):
            for replay in replays:
                if replay.verdict != Verdict.RIGHT:
                    if replay.probe.id not in calls:
                        question = self.assignment.question(replay.probe.question)
                        calls[replay.probe.id] = tuple(
                            _short(text) for text in calls_of(grader, replay.probe, question)
                        )
                    shown[replay.probe.id] = self._shown(replay, calls[replay.probe.id])
        return shown

    def _shown(self, replay: Replay, inputs: tuple[str, ...]) -> Shown:
        level = self.assignment.question(replay.probe.question).feedback
        if level == "inputs" or not replay.finished:
            return Shown(inputs)
        seen = _short(pformat(readable(replay.seen), width=100))
        if (
            replay.probe.judged
        ):  # any result with the properties asked for is right: there is none to be expected
            return Shown(inputs, seen)
        drawn, alt = figure(replay.expected, replay.seen, replay.probe.tolerance)
        return Shown(inputs, seen, _short(pformat(readable(replay.expected), width=100)), drawn, alt)


def _short(text: str) -> str:
    plain: Any = _ADDRESS.sub("", text)
    return plain if len(plain) <= _LONGEST else plain[:_LONGEST] + "\n…"
