"""Real sandboxes, at the strongest level that this machine allows, around small assignments."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.handed_in.alignment import Submission, align
from autograder.inside.jail import LEVELS, Level, levels
from autograder.inside.seen import Seen
from autograder.judging.findings import QuestionResult, SubmissionResult
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore
from autograder.sandbox.watch import Given
from tests.sample_class.work import Work
from tests.tiny import NAME, Edits, make_course

BRISK: Edits = {"assignment.toml": [("notebook_seconds = 5", "notebook_seconds = 1.5"), ("probe_seconds = 1", "probe_seconds = 0.3")]}
"""Limits that let what hangs cost a test little."""


@dataclass
class Bench:
    """An assignment with a grader of its own."""

    assignment: Assignment
    grader: Grader

    def work(self) -> Work:
        """The release, with the reference's answers filled in."""
        return Work.handed_out(self.assignment).solve()

    def submission(self, work: Work) -> Submission:
        return align("student", nbformat.from_dict(work.as_json()), self.assignment, [])

    def grade(self, work: Work) -> SubmissionResult:
        return self.grader.grade(self.submission(work))

    def results(self, work: Work) -> dict[str, QuestionResult]:
        """The results by question."""
        return {q.id: q for q in self.grade(work).questions}

    def scores(self, work: Work) -> dict[str, float]:
        """The scores of the auto-graded questions."""
        return {q.id: q.score or 0.0 for q in self.grade(work).questions if q.kind == "auto"}

    @property
    def full(self) -> dict[str, float]:
        return {q.id: q.points for q in self.assignment.auto}

    def seen(self, work: Work, question: str = "", given: tuple[str, ...] = ()) -> Seen:
        """What is observed, before anybody judges it; with names given, as in a second pass."""
        submission = self.submission(work)
        requests = [r for r in self.grader.reference.requests if question in ("", r.question)]
        reference = Given(self.grader.reference_sandbox(), self.grader.reference.cells, given, given) if given else None
        with self.grader.sit(submission) as sitting:
            return sitting.passes.watch.observe(requests, given=reference)


def level() -> Level:
    """The strongest level of isolation that this machine allows."""
    return isolation().level


@cache
def isolation() -> Isolation:
    """The strongest isolation that this machine allows."""
    found = levels()
    return Isolation(next(level for level in LEVELS if not found[level]))


Benches = Callable[..., Bench]


@pytest.fixture(scope="session")
def benches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Benches]:
    """Make a bench for the tiny assignment with pieces of its files replaced, or whole files; the same one for the same wishes."""
    made: dict[str, Bench] = {}

    def make(edits: Edits | None = None, files: dict[str, str | None] | None = None) -> Bench:
        key = repr((edits, files))
        if key not in made:
            root = make_course(tmp_path_factory.mktemp("course"), edits, files)
            made[key] = bench_of(load_assignment(NAME, root), root / ".chainrule")
        return made[key]

    yield make
    for bench in made.values():
        bench.grader.close()
        bench.grader.reference.close()


def bench_of(assignment: Assignment, store: Path, salt: str = "tests") -> Bench:
    """A bench for an assignment."""
    return Bench(assignment, Grader(Reference(assignment, salt, ObservedStore(store)).prepare(), isolation()))


@pytest.fixture
def tiny(benches: Benches) -> Bench:
    """The tiny assignment with brisk limits."""
    return benches(BRISK)


def checks_of(result: QuestionResult, what: str) -> dict[str, Any]:
    """One field of each check, by its id."""
    return {check.id: getattr(check, what) for check in result.checks}
