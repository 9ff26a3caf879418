"""Graders side by side, one a thread, for the many answers of an audit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import TRUSTED

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]
"""Called with the stage, how many of its items are done, and how many there are."""


class Graders:
    """Graders on threads, one each, with a zygote each."""

    def __init__(self, reference: Reference, jobs: int, progress: Progress) -> None:
        self.reference, self.progress = reference, progress
        self.threads = ThreadPoolExecutor(jobs, thread_name_prefix="audit")
        self.graders: list[Grader] = []
        self.local = threading.local()

    def __enter__(self) -> Graders:
        return self

    def __exit__(self, *_: Any) -> None:
        self.threads.shutdown(cancel_futures=True)
        for grader in self.graders:
            grader.close()

    def map(self, stage: str, task: Callable[[Grader, Item], Result], items: Sequence[Item]) -> list[Result]:
        """Run a task on every item; results in the order of the items."""
        self.progress(stage, 0, len(items))
        results = []
        for result in self.threads.map(lambda item: task(self._grader(), item), items):
            results.append(result)
            self.progress(stage, len(results), len(items))
        return results

    def _grader(self) -> Grader:
        if not hasattr(self.local, "grader"):
            self.local.grader = Grader(self.reference, TRUSTED)
            self.graders.append(self.local.grader)
        grader: Grader = self.local.grader
        return grader
