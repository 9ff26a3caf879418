"""What came out differently when a submission was last graded, and why."""

from __future__ import annotations

import msgspec

from autograder.inside.seen import Outcome
from autograder.judging.findings import CheckResult, QuestionResult, Verdict
from autograder.outputs.pages import points
from autograder.records.results import Conditions, Kept, KeptResult


class ResultChange(msgspec.Struct, frozen=True):
    """A submission whose result came out differently when it was last graded."""

    student: str
    when: str
    before: float
    now: float
    why: tuple[str, ...]
    moved: tuple[str, ...]


def change(kept: Kept) -> ResultChange | None:
    """What is different from the time before; None where nothing is, or where there is no time before."""
    if kept.before is None:
        return None
    before, now = kept.before, kept.now
    moved = tuple(text for text in _moves(before, now) if text)
    if not moved and before.result.score == now.result.score:
        return None
    return ResultChange(
        now.result.student, now.when, before.result.score, now.result.score, _why(before, now), moved
    )


def _why(before: KeptResult, now: KeptResult) -> tuple[str, ...]:
    """What was different when it was graded again."""
    a, b = before.conditions, now.conditions
    reasons = [
        text
        for text, differs in (
            ("another submission", a.handed_in != b.handed_in),
            ("the assignment's files have changed", a.tests != b.tests),
            ("a new salt, so other hidden inputs", a.salt != b.salt),
            (f"isolation {a.isolation} became {b.isolation}", a.isolation != b.isolation),
            (_versions(a, b), a.environment != b.environment),
        )
        if differs
    ]
    return tuple(
        reasons or ["nothing that is known: is something in it left to chance, or near a limit of time?"]
    )


def _versions(a: Conditions, b: Conditions) -> str:
    pairs = [
        (name, a.environment.get(name, "–"), b.environment.get(name, "–"))
        for name in sorted(a.environment.keys() | b.environment.keys())
    ]
    return ", ".join(f"{name} {old} became {new}" for name, old, new in pairs if old != new)


def _moves(before: KeptResult, now: KeptResult) -> list[str]:
    """Each question whose points have moved, and the checks that moved them."""
    old = {q.id: q for q in before.result.questions}
    return [_move(old[q.id], q) for q in now.result.questions if q.id in old and old[q.id].score != q.score]


def _move(old: QuestionResult, new: QuestionResult) -> str:
    known = {check.id: check for check in old.checks}
    turned = [
        f"{check.id} is {_ending(check)} now"
        for check in new.checks
        if check.id in known and _ending(known[check.id]) != _ending(check)
    ]
    score = " → ".join("–" if q.score is None else points(q.score) for q in (old, new))
    return f"{new.id} {score}" + (f": {', '.join(turned)}" if turned else "")


def _ending(check: CheckResult) -> str:
    return (
        check.verdict.value
        if check.verdict is not Verdict.NO_VALUE or check.outcome is Outcome.FINISHED
        else check.outcome.value
    )
