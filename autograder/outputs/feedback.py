"""What a student reads: one page a submission, written where `nbgrader release_feedback` looks for it.

At the level "diagnosis" a page is made from the kept results alone, which hold no hidden input, no expected
value and no text that student code made in a probe. What the levels "inputs" and "full" show besides comes
from `evidence`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import msgspec
from markupsafe import Markup

from autograder.assignment.notebook import Role, SourceCell
from autograder.assignment.values import Assignment, Question, QuestionKind, solves
from autograder.errors import UsageError
from autograder.fingerprints import fingerprint, package
from autograder.inside.seen import Outcome
from autograder.judging.findings import CheckResult, QuestionResult, Status, Verdict
from autograder.outputs.pages import piece, points, render
from autograder.outputs.shown_calls import Evidence, Shown
from autograder.records.adjustments import NONE, Adjustments
from autograder.records.graded_notebook import graded_path, read_graded
from autograder.records.marks import Marks
from autograder.records.results import KeptResult, Results
from autograder.records.standing import Part, Standing
from autograder.text import sentence

_LONGEST_ANSWER = 100_000


def gradebook_marks(
    assignment: Assignment, into: Path, database: str = "", students: Collection[str] = ()
) -> dict[str, Marks]:
    """What people have put into the gradebook of this folder, or into another database, of some students or
    of all; nothing where there is none. What was decided beyond the tests is put there first, and late
    penalties are computed anew.
    """
    if into != assignment.root and not (into / "gradebook.db").is_file():
        return {}
    from autograder.records import course_config as nbgrader_course
    from autograder.records import gradebook
    from autograder.records.adjusted_rows import bring_up_to_date

    config = nbgrader_course.load_config(assignment.root)
    url = database or nbgrader_course.database_url(into, config if into == assignment.root else None)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return {}
    first = partial(bring_up_to_date, assignment=assignment, into=into, config=config, students=students)
    return gradebook.marks(url, assignment.name, assignment.notebook, first, students)


def page_of(assignment: Assignment, into: Path, student: str, database: str = "") -> str:
    """One student's page as the kept result and the gradebook stand now; raises UsageError where no
    result is kept.
    """
    kept = Results(into, assignment).get(student)
    if kept is None:
        raise UsageError(
            f"{into} holds no result of {student!r}",
            mend=f"grade first: chainrule autograde {assignment.name}",
        )
    marks = gradebook_marks(assignment, into, database, (student,))
    return StudentPage.of_entry(assignment, into, kept.now, marks, Adjustments.of(assignment)).html()


@dataclass(frozen=True)
class StudentPage:
    """One student's page, as all that it is made from."""

    assignment: Assignment
    standing: Standing
    release: str
    answers: dict[str, str]
    shown: dict[str, Shown]
    outputs: dict[str, list[tuple[str, str]]]

    @classmethod
    def of_entry(
        cls,
        assignment: Assignment,
        into: Path,
        entry: KeptResult,
        marks: dict[str, Marks],
        adjustments: Adjustments = NONE,
    ) -> StudentPage:
        """What is kept of a student, with what people have put into the gradebook."""
        student = entry.result.student
        graded = graded_path(into, student, assignment)
        return cls(
            assignment,
            Standing(entry.result, marks.get(student, Marks()), adjustments),
            entry.conditions.release,
            answers_in(graded, assignment),
            Evidence(into, assignment).of(entry),
            outputs_in(graded, assignment),
        )

    @cached_property
    def made_from(self) -> str:
        """A hash of all of it, by which a page that is there already is known; empty where that shows calls,
        which have no short form.
        """
        standing = self.standing
        lasting = msgspec.structs.replace(standing.result, seconds=0.0)
        decided = (standing.excused, standing.extension, standing.parts, standing.marks)
        kept = (lasting, decided, self.release, self.answers, self.outputs)
        a = self.assignment
        around = _hash_of(a.cells, a.questions, a.title, a.judged)
        return "" if self.shown else fingerprint(package(), around, msgspec.msgpack.encode(kept))

    def html(self) -> str:
        return page(
            self.assignment,
            self.standing,
            self.release,
            self.answers,
            self.shown,
            self.outputs,
            made_from=self.made_from,
        )


@lru_cache(maxsize=4)
def _hash_of(*parts: Hashable) -> str:
    return fingerprint(*parts)


_MADE_FROM = re.compile(rb'<meta name="made-from" content="([0-9a-f]+)">')
_HEAD = 1024
"""Bytes of a page among which that stands."""


def made_from(path: Path) -> str:
    """What the page that is there was made from, as a `StudentPage` says it; empty where there is none."""
    try:
        with path.open("rb") as file:
            found = _MADE_FROM.search(file.read(_HEAD))
    except OSError:
        return ""
    return found[1].decode() if found else ""


def outputs_in(graded: Path, assignment: Assignment) -> dict[str, list[tuple[str, str]]]:
    """What stood below the code that a person grades when it was handed in, by question: texts, and pictures
    as data.
    """
    by_hand = [cell.id for cell in assignment.cells if cell.role is Role.BY_HAND]
    there = read_graded(graded) if by_hand else None
    return {} if there is None else {name: there.outputs(name) for name in by_hand}


def answers_in(graded: Path, assignment: Assignment) -> dict[str, str]:
    """What the student wrote, by question, as the graded notebook has it; nothing where that can't be
    read or was left as it was handed out.
    """
    there = read_graded(graded)
    owners = _owners(assignment.cells, assignment.questions)
    texts: dict[str, list[str]] = {}
    for identifier, text in there.texts() if there is not None else ():
        if identifier in owners and text.strip() != owners[identifier][1]:
            texts.setdefault(owners[identifier][0], []).append(text)
    return {question: _whole_or_cut("\n\n\n".join(parts)) for question, parts in texts.items()}


def _whole_or_cut(answer: str) -> str:
    more = len(answer) - _LONGEST_ANSWER
    if more <= 0:
        return answer
    return f"{answer[:_LONGEST_ANSWER]}\n\n(… and {more} more characters in what you handed in)"


@lru_cache(maxsize=4)
def _owners(cells: tuple[SourceCell, ...], questions: tuple[Question, ...]) -> dict[str, tuple[str, str]]:
    """For each cell that students answer in: its question, and its text as it was handed out."""
    return {
        cell.id: (question.id, cell.released.strip())
        for cell in cells
        for question in questions
        if (cell.id == question.id if question.written else solves(cell.id, question.id))
    }


# ---- the page ----------------------------------------------------------------------------------------------


def page(
    assignment: Assignment,
    standing: Standing,
    release: str,
    answers: dict[str, str] | None = None,
    shown: dict[str, Shown] | None = None,
    outputs: dict[str, list[tuple[str, str]]] | None = None,
    made_from: str = "",
) -> str:
    """One student's page. answers and outputs are shown by question; shown holds what the assignment's level
    allows to be shown of wrong checks. made_from: a hash of all this, to be kept in it.
    """
    maximum = standing.max_score
    titles = question_titles(assignment)
    given = [
        _part(part, titles.get(part.question.id, part.question.id), assignment, answers or {}, shown or {})
        for part in standing.parts
    ]
    for part in given:
        part["outputs"] = (outputs or {}).get(part["id"], [])
    if standing.excused:  # then nobody has to look at it any more
        given = [one | _NOT_GRADED if one["tone"] == "wait" else one for one in given]
    return render(
        "feedback.html.j2",
        ("base.css", "feedback.css"),
        title=assignment.title,
        student=standing.student,
        score=standing.score,
        max_score=maximum,
        penalty=standing.marks.penalty,
        open=0.0 if standing.excused else _open(standing),
        excused=standing.excused,
        extension=standing.extension,
        share=lambda value: _share(value, maximum),
        unreadable=standing.result.status is Status.UNREADABLE,
        notes=[sentence(note) for note in standing.result.messages],
        judged=assignment.judged,
        parts=given,
        release=release,
        made_from=made_from,
    )


_NOT_GRADED = {"kind": "marked", "tone": "soft", "sign": "–", "summary": "not graded", "person": ""}


def _open(standing: Standing) -> float:
    """The points that nobody has given or refused yet."""
    return float(sum(part.question.max_score for part in standing.parts if part.score is None))


def question_titles(assignment: Assignment) -> dict[str, str]:
    """The heading under which each question stands in the notebook; its id is added where two share one."""
    return _titles(assignment.cells, tuple(q.id for q in assignment.questions))


@lru_cache(maxsize=4)
def _titles(cells: tuple[SourceCell, ...], questions: tuple[str, ...]) -> dict[str, str]:
    titles: dict[str, str] = {}
    heading = ""
    for cell in cells:
        if cell.role is Role.PROSE:
            text = cell.text.splitlines()
            heading = next((line[3:].strip() for line in reversed(text) if line.startswith("## ")), heading)
        elif cell.id in questions:
            titles[cell.id] = heading or cell.id
    shared = {title for title in titles.values() if list(titles.values()).count(title) > 1}
    return {q: f"{title} ({q})" if title in shared else title for q, title in titles.items()}


def _part(
    part: Part, title: str, assignment: Assignment, answers: dict[str, str], shown: dict[str, Shown]
) -> dict[str, Any]:
    """One question, in words."""
    question = part.question
    kind, tone, sign, summary = _how(part)
    return {
        "id": question.id,
        "title": title,
        "kind": kind,
        "tone": tone,
        "sign": sign,
        "summary": summary,
        "score": "–" if part.score is None else points(part.score),
        "max_score": part.max_score,
        "adjustment": part.adjustment,
        "dropped": part.dropped,
        "diagnosis": question.reason,
        "diagnosis_title": "What went wrong" if question.diagnosis else "Where to look",
        "given": _given(part, assignment),
        "person": _person(part),
        "comments": [c for c in part.comments if not _automatic(part, c)],
        "checks": [_check(check, shown.get(check.id)) for check in _said_once(question.checks)],
        "answer": answers.get(question.id, ""),
    }


def _said_once(checks: tuple[CheckResult, ...]) -> list[CheckResult]:
    """The same checks; a sentence that stands at the check before, alone or before a place, is not said again
    in full.
    """
    before = ("", *(check.message for check in checks))
    return [
        msgspec.structs.replace(check, message=_AGAIN)
        if len(check.message) > len(_AGAIN)
        and (last == check.message or last.startswith(f"{check.message} Look at line "))
        else check
        for check, last in zip(checks, before, strict=False)
    ]


_AGAIN = "As above."


def _how(part: Part) -> tuple[str, str, str, str]:
    """Kind and tone of a question, a sign and a few words for the table."""
    question = part.question
    if part.dropped:
        return "marked", "soft", "–", "does not count"
    if part.adjustment:
        return "marked", "right", "✓", "full points for everybody"
    if part.waiting:
        return "open", "wait", "…", "waits for a person"
    wrong = sum(check.verdict is not Verdict.RIGHT for check in question.checks)
    if part.full:
        right = question.kind is QuestionKind.AUTO and not wrong
        return "marked" if wrong else "all", "right", "✓", "all right" if right else "full points"
    if part.by_person:
        some = ("marked", "some", "◐") if part.score else ("lost", "wrong", "✗")
        return *some, "graded by a person"
    if question.kind is QuestionKind.MANUAL:
        return "lost", "wrong", "✗", "not answered" if question.outcome is Outcome.MISSING else "no points"
    if question.checks and all(check.message == "This is not written yet." for check in question.checks):
        return "lost", "wrong", "✗", "not written yet"
    if not question.checks:
        return "lost", "wrong", "✗", "not graded"
    return "lost", "wrong", "✗", f"{wrong} of {len(question.checks)} checks wrong"


def _given(part: Part, assignment: Assignment) -> str:
    said: list[str] = []
    question, usual = assignment.question(part.question.id), assignment.table.one_mistake_costs
    if part.adjustment is not None:  # its points are no longer those of the checks
        return ""
    if part.question.one_mistake:
        share = f"{100 * question.one_mistake_costs:g} %"
        said.append(
            f"One mistake costs no more than {share} of the points, however many checks are wrong by it."
        )
    elif part.question.reason and question.one_mistake_costs > usual and _lost(part) > usual:
        own = question.one_mistake_costs
        here = "has no such limit" if own == 1 else f"has a limit of its own, {100 * own:g} %"
        said.append(
            f"One mistake usually costs no more than {100 * usual:g} % of a question's points; this question "
            f"{here}."
        )
    if part.question.given_correct_inputs:
        said.append(_GIVEN)
    return " ".join(said)


def _lost(part: Part) -> float:
    """The share of a question's points that its checks have taken."""
    return 1 - (part.question.score or 0.0) / part.question.max_score if part.question.max_score else 0.0


_GIVEN = (
    "This question builds on earlier ones. With right ones in their place it earns more, and so it was "
    "judged: an earlier mistake costs nothing here."
)


def _person(part: Part) -> str:
    """What people have done, or still have to do."""
    if part.adjustment is not None:
        return "Comment" if part.comments else ""
    if part.waiting and part.mark.score is not None:
        return _again(part.question)
    if part.waiting:
        return "A person will read and grade this answer."
    if part.question.kind is QuestionKind.MANUAL:
        if part.question.outcome is Outcome.MISSING and not part.by_person:
            return "No answer was written here."
        return "Graded by a person."
    if part.by_person:
        return "A person has looked at this question and set its points."
    if part.mark.extra_credit:
        return "A person has given extra points."
    return "Comment" if part.comments else ""


def _again(question: QuestionResult) -> str:
    """Why a person's score is looked at again."""
    if question.kind is QuestionKind.MANUAL:
        return "The answer has changed since a person graded it, and will be looked at again."
    return (
        "The answer, or what the tests give it, has changed since a person set these points. "
        "They count until a person has looked at it again."
    )


def _automatic(part: Part, comment: str) -> bool:
    """nbgrader's own remark on a write-up that was left as it is: the page says so in a sentence of its
    own.
    """
    return part.question.kind is QuestionKind.MANUAL and comment == "No response."


def _check(check: CheckResult, shown: Shown | None) -> Markup:
    return (
        _check_as_html(check)
        if check.verdict is Verdict.RIGHT or shown is None
        else _check_as_html.__wrapped__(check, shown)
    )


@lru_cache(maxsize=4096)  # most of a class have the same checks right
def _check_as_html(check: CheckResult, shown: Shown | None = None) -> Markup:
    right = check.verdict is Verdict.RIGHT
    tone, sign, word = (
        ("right", "✓", "Right")
        if right and check.earned
        else ("wait", "○", "Not counted")
        if right
        else ("wrong", "✗", "Wrong")
    )
    return piece(
        "check.html.j2",
        title=check.title,
        message=check.message,
        worth=check.points,
        earned=check.earned,
        tone=tone,
        sign=sign,
        word=word,
        shown=shown,
    )


def _share(value: float, maximum: float) -> str:
    return f"{100 * min(max(value, 0.0), maximum) / maximum:.2f}" if maximum else "0"
