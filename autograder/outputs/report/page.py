"""The report as one page."""

from __future__ import annotations

import datetime
import os
import statistics
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder.assignment.values import Assignment, QuestionKind
from autograder.judging.findings import SubmissionResult
from autograder.outputs import plots
from autograder.outputs.feedback import gradebook_marks, question_titles
from autograder.outputs.pages import points, render
from autograder.outputs.report.figures import ClassReport, class_report
from autograder.records.adjustments import Adjustments
from autograder.records.results import Results


def report(assignment: Assignment, into: Path) -> ClassReport:
    """The figures as the kept results and the gradebook stand now."""
    marks, adjustments = gradebook_marks(assignment, into), Adjustments.of(assignment)
    return class_report(assignment, Results(into, assignment).all(), marks, adjustments)


def report_page(assignment: Assignment, found: ClassReport, into: Path, place: Path) -> str:
    """The page; into is where the results and the students' pages are, place the folder from which it
    links to them.
    """
    kept = Results(into, assignment).all()
    titles = question_titles(assignment)
    lost = {k.now.result.student: _lost(k.now.result) for k in kept}
    scores = [score for student, score in found.scores.items() if student not in found.unreadable]
    rows = [
        {
            "student": student,
            "score": score,
            "waiting": [titles[q] for q in found.waiting.get(student, ()) if q in titles],
            "lost": ["unreadable"] if student in found.unreadable else lost[student],
            "seconds": found.seconds.get(student),
            "link": _link(into, student, assignment, place),
        }
        for student, score in found.scores.items()
    ]
    newest, waiting = max(k.now.when for k in kept), _waiting(found)
    return render(
        "report.html.j2",
        ("base.css", "report.css"),
        script="sort.js",
        title=assignment.title,
        judged=assignment.judged,
        found=found,
        titles=titles,
        rows=rows,
        facts=_facts(found, scores),
        links={s: _link(into, s, assignment, place) for s in (*found.scores, *found.excused)},
        waiting=waiting,
        graded=_moment(newest),
        moment=_moment,
        release=kept[-1].now.conditions.release,
        score_plot=plots.scores(scores, found.max_score) if scores else None,
        question_plot=plots.success(
            [(q.title, q.success) for q in found.questions if q.success is not None and q.id not in waiting]
        ),
        time_plot=plots.seconds(list(found.seconds.values())) if found.seconds else None,
    )


def _facts(found: ClassReport, scores: list[float]) -> list[tuple[str, str]]:
    facts: list[tuple[str, Any]] = [("submissions", str(found.submissions))]
    if scores:
        facts += [
            ("median", f"{points(statistics.median(scores))} of {points(found.max_score)}"),
            ("mean", points(statistics.mean(scores))),
        ]
        facts += [("lowest, highest", f"{points(min(scores))}, {points(max(scores))}")]
    if found.excused:
        facts += [("excused", str(len(found.excused)))]
    facts += [("wait for a person", str(len(found.waiting))), ("unreadable", str(len(found.unreadable)))]
    return facts


def _lost(result: SubmissionResult) -> list[str]:
    """The tested questions that do not have all their points."""
    short = [q for q in result.questions if q.kind is QuestionKind.AUTO and (q.score or 0) < q.max_score]
    return [f"{q.id} {points(q.score or 0)}/{points(q.max_score)}" for q in short]


def _waiting(found: ClassReport) -> dict[str, int]:
    """How many answers to each question wait for a person."""
    asked = [question for questions in found.waiting.values() for question in questions]
    return {question: asked.count(question) for question in dict.fromkeys(asked)}


def _link(into: Path, student: str, assignment: Assignment, place: Path) -> str:
    """Where the student's page is, seen from a folder; empty where there is none."""
    page = into / "feedback" / student / assignment.name / f"{assignment.notebook}.html"
    return quote(os.path.relpath(page, place)) if page.is_file() else ""


def _moment(when: str) -> str:
    """A time of the kept results as people write it."""
    return f"{datetime.datetime.fromisoformat(when).astimezone(datetime.UTC):%d %B %Y, %H:%M} UTC".lstrip("0")
