"""Judges of values that have not the reference's form work in a process of their own, with a clock and a limit of memory."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import encode
from autograder.judging import aside
from autograder.judging.aside import alike
from autograder.judging.facts import fact
from autograder.judging.findings import Finding, Verdict
from autograder.judging.judge import JUDGED_ROOM, OUT_OF_TIME, UNDECIDED, Judge
from autograder.probe import Probe

JUDGES = """
import time
import numpy as np
from autograder.judging import fact

def p(seen, rng):
    np.ones(seen.shape[0]) if seen.ndim > 1 else None
    time.sleep(60 if seen.size == 7 else 0)
    return {"seen": fact(True, "")}
"""


PROBES = """
from autograder.probe import probe

@probe("q", points=1, judged=True)
def p(ns, rng):
    'Three numbers.'
    return ns.numbers
"""


@pytest.fixture
def judge(tmp_path: Path) -> Iterator[Judge]:
    """A judge of one probe, whose reference gave three numbers, in a file as the instructor writes it."""
    (tmp_path / "judges.py").write_text(JUDGES)
    (tmp_path / "probes.py").write_text(PROBES)
    here = {"p": lambda seen, rng: {"seen": fact(True, "")}}
    assignment = SimpleNamespace(judges=here, folder=tmp_path)
    made = Judge(SimpleNamespace(sizes={"p": 100}, seeds={"p": 1}, expected={"p": np.zeros(3)}, assignment=assignment))  # type: ignore[arg-type]
    yield made
    made.close()


JUDGED = Probe("p", "q", 1.0, "", len, judged=True)


def found(judge: Judge, value: Any) -> Finding:
    return judge.find(JUDGED, Observation("p", Outcome.FINISHED, encode(value)))


def test_a_judge_is_not_asked_about_what_is_far_too_large(judge: Judge) -> None:
    """An observation of many times the reference's size would cost the grader its time: it is a wrong form at once."""
    assert found(judge, np.zeros(JUDGED_ROOM // 8 - 50)).verdict is Verdict.RIGHT
    assert found(judge, np.zeros(JUDGED_ROOM // 8 + 300)).verdict is Verdict.WRONG_SHAPE
    assert found(judge, [[]] * 50_000).verdict is Verdict.WRONG_SHAPE


def test_a_judge_has_a_limit_of_memory(judge: Judge) -> None:
    """A few bytes that are a shape of a billion rows cost the judge its own process, which is none of the grader's; the next is judged."""
    assert found(judge, np.empty((2**25, 0))).verdict is Verdict.RIGHT  # 256 MiB, which it has
    (judge._aside.assignment.folder / "judges.py").write_text(JUDGES.replace("np.ones(seen.shape[0])", "np.ones((seen.shape[0], 100))"))
    judge._aside.close()
    assert found(judge, np.empty((2**25, 0, 1))).message == UNDECIDED.message
    assert found(judge, np.zeros(5)).verdict is Verdict.RIGHT


def test_a_judge_has_a_clock(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes it too long is said to be undecided, and so is all after the time for one submission is used up, until the next begins."""
    monkeypatch.setattr(aside, "SECONDS", 2.0)
    assert found(judge, np.zeros(7)).message == UNDECIDED.message
    assert found(judge, np.zeros(8)).verdict is Verdict.RIGHT
    judge._left = 0.0
    assert found(judge, np.zeros(3)) == OUT_OF_TIME
    judge.begin()
    assert found(judge, np.zeros(3)).verdict is Verdict.RIGHT


def test_what_looks_like_the_reference_is_judged_at_once(judge: Judge) -> None:
    """No process is started for the ordinary case: the reference's form."""
    assert found(judge, np.ones(3)).verdict is Verdict.RIGHT
    assert judge._aside._process is None
    reference: Any = {"a": [1.5, (2, None)], "b": np.zeros((2, 3)), "c": "text"}
    assert alike(reference, {"a": [-3.0, (1, None)], "b": np.ones((2, 3), int), "c": ""})
    for other in (1, {"a": 1}, {**reference, "b": np.zeros((3, 2))}, {**reference, "a": [1e30, (2, None)]}, {**reference, "a": [1.5, (1 << 70, None)]}, {**reference, "c": "x" * 9999}, {**reference, "a": [float("nan"), (2, None)]}):
        assert not alike(reference, other)


def test_what_is_compared_of_a_judged_probe_has_to_be_the_references(judge: Judge) -> None:
    """Whatever the judge says of the rest, and whatever form that has."""
    judge.reference.expected["p"] = {"a": [1, 2], "b": np.zeros(3)}
    judge.reference.assignment.judges["p"] = lambda seen, rng: {"b": fact(seen["b"].size == 3, "b is another")}
    both = replace(JUDGED, compared=("a",))
    values: list[tuple[Any, Verdict]] = [
        ({"a": [1, 2], "b": np.ones(3)}, Verdict.RIGHT),
        ({"a": [1, 3], "b": np.ones(3)}, Verdict.WRONG_VALUES),
        ({"a": [1, 3], "b": "of another form"}, Verdict.WRONG_VALUES),
        ({"b": np.ones(3)}, Verdict.NO_VALUE),
        ("garbage", Verdict.NO_VALUE),
    ]
    for value, verdict in values:
        assert judge.find(both, Observation("p", Outcome.FINISHED, encode(value))).verdict is verdict
