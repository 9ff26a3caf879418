"""Pairs of answers side by side, for a person to judge; and the same for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.assignment.values import Assignment
from autograder.outputs.feedback import question_titles
from autograder.outputs.pages import render
from autograder.outputs.similar.evidence import FEW, Alike, Answers, Pair, groups
from autograder.outputs.similar.gather import Class, shared_lines

MOST_PAIRS = 200
"""So many are on the page."""
_MOST_MARKS = 8
"""So many names, and so many remarks, are in a sentence."""


def as_document(assignment: Assignment, pairs: Sequence[Pair]) -> dict[str, Any]:
    """What --json holds: an entry for each question of each pair."""
    return {
        "format": 1,
        "assignment": assignment.name,
        "pairs": [
            {
                "a": p.a,
                "b": p.b,
                "question": one.question,
                "score": round(one.score, 3),
                "observed": observed(one),
            }
            for p in pairs
            for one in p.questions
        ],
        "groups": groups(pairs),
    }


def observed(one: Alike, students: int = 0) -> list[str]:
    """What was observed of two answers, in sentences that claim no more."""
    said = []
    of = f" of {students}" if students else ""
    if one.typed:
        said.append(
            "The two answers are the same to the letter, names and remarks included, space aside; "
            f"{one.typed}{of} students have this very answer, these two included."
        )
    elif one.score:
        said.append(
            f"{one.score:.0%} of what the two answers are made of is the same, what is rare counting more; "
            f"{one.held}{of} students have an answer that is so much alike, these two included."
        )
    if one.pieces:
        what = "piece is" if len(one.pieces) == 1 else "pieces are"
        said.append(f"{len(one.pieces)} {what} in no more than {FEW} answers of the class.")
    if one.marks:
        names = [mark.removeprefix("name ") for mark in one.marks if mark.startswith("name ")]
        remarks = [f"“{mark.removeprefix('says ')}”" for mark in one.marks if mark.startswith("says ")]
        for what, found in (("names", names), ("remarks or texts", remarks)):
            more = f" and {len(found) - _MOST_MARKS} more" if len(found) > _MOST_MARKS else ""
            if found:
                said.append(f"No more than {FEW} have these {what}: {', '.join(found[:_MOST_MARKS])}{more}.")
    if one.checks:
        said.append(
            f"Both gave the same wrong value at {', '.join(one.checks)}. "
            f"No more than {FEW} of the class did, and no known mistake explains it."
        )
    return said


def similar_page(assignment: Assignment, found: Class, pairs: Sequence[Pair]) -> str:
    """The page; answers are shown side by side, what is the same in colour."""
    titles, questions = question_titles(assignment), {a.question: a for a in found.questions}
    shown = [
        {
            "a": pair.a,
            "b": pair.b,
            "questions": [
                {
                    "id": one.question,
                    "title": titles.get(one.question, one.question),
                    "says": observed(one, found.students),
                    "sides": _sides(found, questions[one.question], pair, one),
                }
                for one in pair.questions
            ],
        }
        for pair in pairs[:MOST_PAIRS]
    ]
    return render(
        "similar.html.j2",
        ("base.css", "report.css", "similar.css"),
        title=assignment.title,
        assignment=assignment.name,
        students=found.students,
        pairs=shown,
        more=len(pairs) - len(shown),
        groups=groups(pairs),
    )


def _sides(found: Class, answers: Answers, pair: Pair, one: Alike) -> list[tuple[str, list[tuple[str, str]]]]:
    """By student, the lines of the answer, each with how it is marked."""
    texts = found.texts[one.question]
    if pair.a not in answers.pieces or pair.b not in answers.pieces:
        return []
    marked = shared_lines(answers, pair.a, pair.b, one.pieces)
    return [
        (student, [(line, tones.get(n, "")) for n, line in enumerate(texts[student].splitlines(), 1)])
        for student, tones in zip((pair.a, pair.b), marked, strict=True)
    ]
