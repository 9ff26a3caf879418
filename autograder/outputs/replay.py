"""For the grader alone: replays the probes of one question on one submission and shows input, seen and
expected.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from pprint import pformat
from typing import Any

from autograder.assignment.values import Question
from autograder.assignment.variants import cells_for
from autograder.handed_in.alignment import Submission
from autograder.inside.running import prepared
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import WireError, decode
from autograder.judging.compare import INPUTS
from autograder.judging.findings import CheckResult, QuestionResult
from autograder.judging.grader import Grader
from autograder.observers.standing import parts
from autograder.probe import Namespace, Probe

MAX_CALLS_SHOWN = 4
MAX_SHOWN_BYTES = 1 << 20


@dataclass(frozen=True)
class Replay:
    """One probe of a question: its text and seed, and what was seen and expected as raw values."""

    probe: Probe
    seed: int
    text: str
    verdict: str
    message: str
    inputs: list[str]
    finished: bool
    seen: Any
    expected: Any


@dataclass(frozen=True)
class Explained:
    """One question of a submission for the grader: its result, its probes, and the change that mends it."""

    result: QuestionResult
    replays: list[Replay]
    mend: str


def replay(grader: Grader, submission: Submission, question: Question) -> Explained:
    """Run a submission again, with the same inputs as when it was graded, and show one question's probes."""
    with grader.sit(submission) as sitting:
        result = next(r for r in sitting.results() if r.id == question.id)
    replays = [_replay(grader, check, sitting.observed[check.id], inputs=True) for check in result.checks]
    return Explained(result, replays, sitting.mends.get(question.id, ""))


def replay_all(
    grader: Grader, submission: Submission, questions: tuple[str, ...] = (), *, inputs: bool = True
) -> Iterator[tuple[QuestionResult, list[Replay]]]:
    """Run a submission again and show the probes of some questions, or of all; without the calls where
    inputs says so.
    """
    with grader.sit(submission) as sitting:
        results = sitting.results()
    for result in results:
        if result.id in questions or not questions:
            yield (
                result,
                [_replay(grader, check, sitting.observed[check.id], inputs) for check in result.checks],
            )


def _replay(grader: Grader, check: CheckResult, observation: Observation, inputs: bool) -> Replay:
    reference, probe = grader.reference, grader.reference.probes[check.id]
    calls = _inputs(grader, probe) if inputs else []
    value = _value(observation.outcome, observation.value)
    return Replay(
        probe,
        reference.seeds[check.id],
        _text(probe),
        check.verdict.value,
        check.message,
        calls,
        observation.outcome is Outcome.FINISHED,
        _outputs(value),
        _outputs(reference.expected[check.id]),
    )


def _inputs(grader: Grader, probe: Probe) -> list[str]:
    """What a probe draws, by name; where it draws nothing that can be shown, the calls that it makes."""
    drawn = parts(grader.reference.inputs_of(probe))
    shown = [f"{name or 'input'} = {pformat(value, width=120)}" for name, value in drawn]
    return shown or calls_of(grader, probe, grader.assignment.question(probe.question))


def calls_of(grader: Grader, probe: Probe, question: Question) -> list[str]:
    """The calls that a probe makes to what the question defines, with their arguments: the reference is
    run here and watched.
    """
    calls: list[str] = []
    names: dict[str, Any] = {"__name__": "__main__"}
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        for name, path in grader.assignment.files.items():
            Path(folder, name).symlink_to(path.resolve())
        sys.path.insert(0, folder)
        try:
            # our own notebook alone; a submission never runs in this process
            for cell in cells_for(grader.assignment, question.id, []):
                name = f"<cell {cell.number}>"
                exec(compile(prepared(cell.text, name), name, "exec"), names)
            for target in question.defines:
                _watch(names, target, calls)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                probe.function(Namespace(names), grader.reference.inputs_of(probe))
        finally:
            sys.path.remove(folder)
    return calls


def _watch(names: dict[str, Any], target: str, calls: list[str]) -> None:
    """Note the calls of a function or of a method from now on; classes as a whole, and values, are left
    alone.
    """
    owner, _, name = target.rpartition(".")
    original = getattr(names[owner], name) if owner else names[name]
    if isinstance(original, type) or not callable(original):
        return

    def watched(*args: Any, **kwargs: Any) -> Any:
        if len(calls) < MAX_CALLS_SHOWN:
            shown = [pformat(a, width=120) for a in (args[1:] if owner else args)] + [
                f"{k}={v!r}" for k, v in kwargs.items()
            ]
            calls.append(f"{target}({', '.join(shown)})")
        return original(*args, **kwargs)

    if owner:
        setattr(names[owner], name, watched)
    else:
        names[name] = watched


def _value(outcome: Outcome, data: bytes) -> Any:
    if outcome is not Outcome.FINISHED:
        return f"({outcome.value})"
    if len(data) > MAX_SHOWN_BYTES:
        return "(too much to show)"
    try:
        return decode(data)
    except WireError as error:
        return f"(unreadable: {error})"


def _outputs(value: Any) -> Any:
    return {k: v for k, v in value.items() if k != INPUTS} if isinstance(value, dict) else value


def _text(probe: Probe) -> str:
    """The probe's source, as it stands in probes.py."""
    return inspect.getsource(probe.function).rstrip()
