"""How a student stands: what the tests found, with what people have put into the gradebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from autograder.judging.findings import QuestionResult, SubmissionResult
from autograder.records.adjustments import NONE, Adjustment, Adjustments, Decision
from autograder.records.marks import Mark, Marks

NOTHING = Mark()


@dataclass(frozen=True)
class Part:
    """One question of a submission. A person's score stands in place of the tests'; extra credit is added.

    adjustment: what was decided of this question for everybody; it stands in place of all scores.
    """

    question: QuestionResult
    mark: Mark = NOTHING
    comments: tuple[str, ...] = ()
    adjustment: Adjustment | None = None

    @property
    def dropped(self) -> bool:
        """Whether the question counts for nobody."""
        return self.adjustment is not None and self.adjustment.kind is Decision.DROPPED

    @property
    def by_person(self) -> bool:
        return self.mark.score is not None and self.adjustment is None

    @property
    def waiting(self) -> bool:
        """Whether a person still has to look at it."""
        return self.adjustment is None and (self.mark.waiting or self.score is None)

    @property
    def max_score(self) -> float:
        return 0.0 if self.dropped else self.question.max_score

    @property
    def score(self) -> float | None:
        """The points, None where nobody has given any yet."""
        if self.adjustment is not None:
            return 0.0 if self.dropped else self.question.max_score + self.mark.extra_credit
        base = self.mark.score if self.mark.score is not None else self.question.score
        if base is None:
            return self.mark.extra_credit or None
        return base + self.mark.extra_credit

    @property
    def full(self) -> bool:
        return self.score is not None and not self.dropped and self.score >= self.question.max_score


@dataclass(frozen=True)
class Standing:
    """One submission as it counts now."""

    result: SubmissionResult
    marks: Marks
    adjustments: Adjustments = NONE

    @property
    def student(self) -> str:
        return self.result.student

    @property
    def excused(self) -> Adjustment | None:
        """That the student is excused from the assignment: no score counts then."""
        return self.adjustments.excused.get(self.student)

    @property
    def extension(self) -> Adjustment | None:
        return self.adjustments.extensions.get(self.student)

    @property
    def max_score(self) -> float:
        return self.result.max_score - sum(p.question.max_score for p in self.parts if p.dropped)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return tuple(
            Part(
                q,
                self.marks.questions.get(q.id, NOTHING),
                self._comments(q.id),
                self.adjustments.questions.get(q.id),
            )
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
            if part.by_person and part.mark.score is not None and part.mark.score > part.question.max_score
        ]
        total = [f"{self.score:g} of {self.max_score:g} in all"]
        return (*marked, *(total if self.score > self.max_score else []))

    @property
    def waiting(self) -> tuple[str, ...]:
        """The questions that a person still has to look at."""
        return () if self.excused else tuple(part.question.id for part in self.parts if part.waiting)


def excesses(standings: Iterable[Standing]) -> tuple[str, ...]:
    """Who has more points than there are, and where, in words."""
    return tuple(f"{s.student} ({'; '.join(s.excess)})" for s in standings if s.excess)


def standings(
    results: tuple[SubmissionResult, ...], marks: Mapping[str, Marks], adjustments: Adjustments = NONE
) -> tuple[Standing, ...]:
    """Each result with its marks, where there are any, and what was decided of students and questions."""
    return tuple(Standing(result, marks.get(result.student, Marks()), adjustments) for result in results)
