"""The clock of the search for a place: what ends it."""
from __future__ import annotations

from dataclasses import dataclass

import pytest

from autograder.inside.seen import Observation, Outcome
from autograder.judging.findings import Finding, SeenFact, Verdict
from autograder.judging.sitting import locate
from autograder.judging.sitting.locate import Clock, brings, differ


@dataclass
class Times:
    """Both clocks, standing still until they are moved."""

    wall: float = 100.0
    ours: float = 1.0

    def monotonic(self) -> float:
        return self.wall

    def process_time(self) -> float:
        return self.ours


@dataclass
class Process:
    """The student's process, as the search sees it."""

    warm: bool = True
    cells_took: float = 0.1
    theirs: float = 0.0

    def cpu(self) -> float:
        return self.theirs


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    stand = Times()
    monkeypatch.setattr(locate, "time", stand)
    return stand


def asked(clock: Clock, count: int = 8) -> bool:
    """What the clock says the last of so many times; it is read for every eighth."""
    return [clock.goes_on() for _ in range(count)][-1]


def test_the_processor_ends_it(times: Times) -> None:
    """Seconds of the grader and of the process add up to the question's."""
    process, clock = Process(), Clock(1.0, 3.0)
    clock.begin(process)
    times.ours, process.theirs = 1.4, 0.5
    assert asked(clock)
    process.theirs = 0.7
    assert not asked(clock)


def test_the_wall_clock_ends_it(times: Times) -> None:
    """Who waits uses no processor, and has four times as long."""
    clock = Clock(1.0, 3.0)
    clock.begin(Process())
    times.wall = 103.9
    assert asked(clock, 1)
    times.wall = 104.1
    assert not asked(clock, 1)


def test_all_questions_share_what_a_submission_has(times: Times) -> None:
    """What one question has used is gone for the next."""
    clock, process = Clock(1.0, 1.5), Process()
    clock.begin(process)
    process.theirs = 1.0
    assert not asked(clock)
    clock.begin(process)
    process.theirs = 1.4
    assert asked(clock)
    process.theirs = 1.6
    assert not asked(clock)


def test_two_may_hang(times: Times) -> None:
    """In all questions together."""
    clock = Clock(1.0, 3.0)
    clock.begin(Process())
    clock.hangs_left -= 1
    assert asked(clock)
    clock.hangs_left -= 1
    clock.begin(Process())
    assert not asked(clock, 1)


def test_slow_cells_are_not_run_again(times: Times) -> None:
    """A new process is for cells that take less than what is left."""
    clock = Clock(1.0, 3.0)
    clock.begin(Process(warm=False, cells_took=2.0))
    assert asked(clock, 1)
    clock.begin(Process(warm=False, cells_took=4.0))
    assert not asked(clock, 1)
    clock.begin(Process(warm=True, cells_took=4.0))
    assert asked(clock, 1)


def test_a_fact_that_a_change_has_made_false_is_the_changes_own() -> None:
    """What fails before and after it is not, nor what a judge found of one of them alone."""
    held, failed = SeenFact(True), SeenFact(False)
    assert brings(Finding(Verdict.WRONG_VALUES, facts={"both ways": held, "size": failed}), Finding(Verdict.WRONG_VALUES, facts={"both ways": failed, "size": failed}))
    assert not brings(Finding(Verdict.WRONG_VALUES, facts={"both ways": failed}), Finding(Verdict.WRONG_VALUES, facts={"both ways": failed}))
    assert not brings(Finding(Verdict.NO_VALUE), Finding(Verdict.WRONG_VALUES, facts={"both ways": failed}))


@pytest.mark.parametrize("other, apart", [
    (Observation("p", Outcome.RAISED, error="ValueError", text="shapes (5,4) and (3,4) not aligned"), True),
    (Observation("p", Outcome.RAISED, error="IndexError", text="shapes (20,) and (4,3) not aligned"), True),
    (Observation("p", Outcome.FINISHED, b"1"), True),
    (Observation("p", Outcome.RAISED, error="ValueError", line=7, text="shapes (20,) and (4,3) not aligned"), False),
])  # fmt: skip
def test_what_is_raised_otherwise_is_not_as_it_was(other: Observation, apart: bool) -> None:
    """A change after which something else is raised has made what is left: a name for it would be the change's own. Lines may have moved."""
    one = Observation("p", Outcome.RAISED, error="ValueError", line=6, text="shapes (20,) and (4,3) not aligned")
    assert differ(one, other) == apart
