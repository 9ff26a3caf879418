"""How a student stands: what the tests found, with what people have put into the gradebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from autograder.judging.findings import QuestionResult, SubmissionResult
from autograder.records.marks import Mark, Marks

NOTHING = Mark()


@dataclass(frozen=True)
class Part:
    """One question of a submission. A person's score stands in place of the tests'; extra credit is added."""

    question: QuestionResult
    mark: Mark = NOTHING
    comments: tuple[str, ...] = ()

    @property
    def by_person(self) -> bool:
        return self.mark.score is not None

    @property
    def waiting(self) -> bool:
        """Whether a person still has to look at it."""
        return self.mark.waiting or (self.score is None)

    @property
    def score(self) -> float | None:
        """The points, None where nobody has given any yet."""
        base = self.mark.score if self.mark.score is not None else self.question.score
        if base is None:
            return self.mark.extra_credit or None
        return base + self.mark.extra_credit

    @property
    def full(self) -> bool:
        return self.score is not None and self.score >= self.question.max_score


@dataclass(frozen=True)
class Standing:
    """One submission as it counts now."""

    result: SubmissionResult
    marks: Marks

    @property
    def student(self) -> str:
        return self.result.student

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return tuple(
            Part(q, self.marks.questions.get(q.id, NOTHING), self._comments(q.id))
            for q in self.result.questions
        )

    def _comments(self, question: str) -> tuple[str, ...]:
        """Comments stand on the cell of a write-up or on a question's solution cells."""
        mine = {
            n: m
            for n, m in self.marks.questions.items()
            if n in (question, f"{question}_solution") or n.startswith(f"{question}_solution_")
        }
        return tuple(mark.comment for _, mark in sorted(mine.items()) if mark.comment)

    @property
    def score(self) -> float:
        """All points but a penalty for lateness; as nbgrader, what nobody has graded yet counts 0, and no
        total is below 0.
        """
        return max(0.0, round(sum(part.score or 0.0 for part in self.parts), 6) - self.marks.penalty)

    @property
    def excess(self) -> tuple[str, ...]:
        """What of it has more points than there are, in words: points that were lowered after a person had
        given more, and totals that extra credit has brought above the maximum.
        """
        marked = [
            f"{part.question.id} {part.mark.score:g} of {part.question.max_score:g}, set by a person"
            for part in self.parts
            if part.mark.score is not None and part.mark.score > part.question.max_score
        ]
        total = [f"{self.score:g} of {self.result.max_score:g} in all"]
        return (*marked, *(total if self.score > self.result.max_score else []))

    @property
    def waiting(self) -> tuple[str, ...]:
        """The questions that a person still has to look at."""
        return tuple(part.question.id for part in self.parts if part.waiting)


def excesses(standings: Iterable[Standing]) -> tuple[str, ...]:
    """Who has more points than there are, and where, in words."""
    return tuple(f"{s.student} ({'; '.join(s.excess)})" for s in standings if s.excess)


def standings(results: tuple[SubmissionResult, ...], marks: Mapping[str, Marks]) -> tuple[Standing, ...]:
    """Each result with its marks, where there are any."""
    return tuple(Standing(result, marks.get(result.student, Marks())) for result in results)
