"""Where submissions of one assignment are graded: the reference, who judges, and the sandboxes that this
takes.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from autograder.inside.protocol import Run
from autograder.judging.findings import QuestionResult
from autograder.judging.judge import Judge
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.zygote import Sandbox


class Bench:
    """What grading submissions of one assignment takes, one after another. Use one a thread."""

    def __init__(
        self,
        reference: Reference,
        isolation: Isolation,
        *,
        diagnose: bool = True,
        judged: Callable[[QuestionResult], None] | None = None,
    ) -> None:
        self.reference, self.assignment, self.isolation = reference, reference.assignment, isolation
        self.judge, self.diagnose = Judge(reference), diagnose
        self.locate = False
        """Whether the place of a mistake that has no name is looked for."""
        self.judged = judged
        """Told of each tested question as soon as all of it was observed, and again where a second look
        changed it.
        """
        self._sandbox: Sandbox | None = None
        self._trusted: Sandbox | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for sandbox in (self._sandbox, self._trusted):
            if sandbox is not None:
                sandbox.close()
        self._sandbox = self._trusted = None
        self.judge.close()

    def sandbox(self) -> Sandbox:
        """The zygote that student code is forked from."""
        if self._sandbox is None:
            self._sandbox = self.isolation.sandbox(self.assignment)
            self._sandbox.prepare(self.assignment.limits)
        return self._sandbox

    def reference_sandbox(self) -> Sandbox:
        """The zygote of the processes that answer in second passes: our own code, but called with what a
        student's code sends.
        """
        if self._trusted is None:
            self._trusted = self.isolation.sandbox(self.assignment)
            self._trusted.prepare(self.assignment.limits, Run(self.reference.cells))
        return self._trusted

    def start(self) -> None:
        """Start what grading a class will need, without waiting for it: one zygote loads while the other
        is at work.
        """
        self.sandbox()
        self.reference_sandbox()
