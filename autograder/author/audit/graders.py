"""Graders side by side, one a thread, for the many answers of an audit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from autograder.inside.limits import Limits
from autograder.inside.protocol import CellSource
from autograder.judging.grader import Grader
from autograder.judging.judge import Judge
from autograder.judging.reference import Reference
from autograder.sandbox.common_start import CommonStart
from autograder.sandbox.isolation import TRUSTED
from autograder.sandbox.single_run import SingleRun

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]
"""Called with the stage, how many of its items are done, and how many there are."""


class AuditGrader(Grader):
    """A grader that also runs many cells of ours one after another, each like the reference's at first."""

    def __init__(self, reference: Reference, limits: Limits) -> None:
        super().__init__(reference, TRUSTED)
        self.many = TRUSTED.sandbox(reference.assignment)
        self.runs = CommonStart(self.many, limits)
        self._judges: dict[str, Judge] = {}

    def look(self, cells: list[CellSource], look: Callable[[SingleRun], Result]) -> Result:
        """What is found of a run of some cells."""
        alike = 0
        for mine, theirs in zip(cells, self.reference.cells, strict=False):
            if mine != theirs:
                break
            alike += 1
        self.judge.begin()
        return self.runs.run(cells[:alike], cells[alike:], look)

    def judge_for(self, reference: Reference) -> Judge:
        """Who judges what was seen on the inputs of another salt."""
        if reference.salt not in self._judges:
            self._judges[reference.salt] = Judge(reference)
        self._judges[reference.salt].begin()
        return self._judges[reference.salt]

    def close(self) -> None:
        super().close()
        self.runs.end()
        self.many.close()
        for judge in self._judges.values():
            judge.close()


class Graders:
    """Graders on threads, one each, with a zygote each."""

    def __init__(self, reference: Reference, limits: Limits, jobs: int, progress: Progress) -> None:
        self.reference, self.limits, self.progress = reference, limits, progress
        self.threads = ThreadPoolExecutor(jobs, thread_name_prefix="audit")
        self.graders: list[AuditGrader] = []
        self.local = threading.local()

    def __enter__(self) -> Graders:
        return self

    def __exit__(self, *_: Any) -> None:
        self.threads.shutdown(cancel_futures=True)
        for grader in self.graders:
            grader.close()

    def map(
        self, stage: str, task: Callable[[AuditGrader, Item], Result], items: Sequence[Item]
    ) -> list[Result]:
        """Run a task on every item; results in the order of the items."""
        self.progress(stage, 0, len(items))
        results = []
        for result in self.threads.map(lambda item: task(self._grader(), item), items):
            results.append(result)
            self.progress(stage, len(results), len(items))
        return results

    def _grader(self) -> AuditGrader:
        if not hasattr(self.local, "grader"):
            self.local.grader = AuditGrader(self.reference, self.limits)
            self.graders.append(self.local.grader)
        grader: AuditGrader = self.local.grader
        return grader
