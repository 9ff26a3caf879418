"""Where submissions of one assignment are graded: what can sit there, the reference, who judges, and the
sandboxes that this takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from autograder.assignment.variants import place_in_source
from autograder.inside.protocol import CellSource, Run
from autograder.judging.findings import QuestionResult
from autograder.judging.judge import Judge
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.zygote import Sandbox

Split = tuple[list[CellSource], list[CellSource]]


class Seatable(Protocol):
    """What can sit: a submission, or cells of our own."""

    def cells(self) -> list[CellSource]: ...
    def demo_names(self) -> frozenset[str]: ...
    def handed_in(self) -> tuple[tuple[str, bytes], ...]: ...
    def answer(self, identifier: str) -> str | None: ...
    def check_of(self, question: str) -> int | None: ...
    def split(self, cells: list[CellSource], question: str) -> Split | None: ...
    def turned(self, question: str) -> int: ...
    def unwritten(self, question: str) -> bool: ...


@dataclass(frozen=True)
class OwnCells:
    """A notebook of our own, without write-ups: the reference, or the reference with variants in place.
    checks: by question, the number of its check's cell.
    """

    code: list[CellSource]
    checks: dict[str, int] = field(default_factory=dict)

    def cells(self) -> list[CellSource]:
        return self.code

    def demo_names(self) -> frozenset[str]:
        return frozenset()

    def handed_in(self) -> tuple[tuple[str, bytes], ...]:
        return ()

    def answer(self, identifier: str) -> str | None:
        return None

    def check_of(self, question: str) -> int | None:
        return None

    def split(self, cells: list[CellSource], question: str) -> Split | None:
        """The cells up to a question's check, and those behind it."""
        if (check := self.checks.get(question)) is None:
            return None
        before = [cell for cell in cells if place_in_source(cell) <= check]
        return before, [cell for cell in cells if place_in_source(cell) > check]

    def turned(self, question: str) -> int:
        return 0

    def unwritten(self, question: str) -> bool:
        return False


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
        if not self.assignment.as_it_is:
            self.reference_sandbox()
