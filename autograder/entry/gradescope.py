"""Grading inside Gradescope: reads what was handed in there and writes its results.json, anew whenever a
question is done.

Started by `run_autograder` of the zip that `chainrule export NAME --to gradescope` makes: python -m
autograder.entry.gradescope ROOT NAME
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.files import write_text
from autograder.handed_in.finding import handin_of
from autograder.handed_in.submission import read_submission
from autograder.inside.jail import Level
from autograder.judging.findings import QuestionResult, SubmissionResult, Verdict
from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.outputs.feedback import question_titles
from autograder.outputs.pages import points
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore

STUDENT = "submission"


class Running:
    """results.json as it stands: what is known counts, what was not reached yet has no points."""

    def __init__(self, path: Path, assignment: Assignment) -> None:
        self.path, self.assignment = path, assignment
        self.titles = question_titles(assignment)
        self.done: dict[str, QuestionResult] = {}
        self.began = time.monotonic()

    def add(self, question: QuestionResult) -> None:
        """Note a question and write everything known so far."""
        self.done[question.id] = question
        self.write("Grading was not finished: what stands here is what was done so far.")

    def finish(self, result: SubmissionResult) -> None:
        """Write the whole result."""
        self.done = {question.id: question for question in result.questions}
        self.write("\n".join(f"- {message}" for message in result.messages))

    def write(self, output: str) -> None:
        tests = [
            self._test(number, q.id, q.points, q.written)
            for number, q in enumerate(self.assignment.questions, 1)
        ]
        document = {
            "score": round(sum(test["score"] for test in tests), 6),
            "execution_time": round(time.monotonic() - self.began),
            "output": output,
            "output_format": "text",
            "test_output_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "tests": tests,
        }
        write_text(self.path, json.dumps(document, indent=1) + "\n")

    def _test(self, number: int, identifier: str, maximum: float, written: bool) -> dict[str, Any]:
        question = self.done.get(identifier)
        about: dict[str, Any] = {
            "name": self.titles[identifier],
            "number": str(number),
            "max_score": maximum,
            "visibility": "visible",
        }
        if question is None:
            return {**about, "score": 0.0, "status": "failed", "output": "This was not graded yet."}
        score = question.score or 0.0
        if written:
            waits = question.score is None
            return {
                **about,
                "score": score,
                "output": "A person will grade this answer." if waits else "No answer was written here.",
            }
        return {
            **about,
            "score": score,
            "status": "passed" if score >= maximum else "failed",
            "output": _output(question),
        }


def _output(question: QuestionResult) -> str:
    """A question in plain lines: the mistake, then check by check."""
    lines = [question.reason, ""] if question.reason else []
    if question.given_correct_inputs:
        lines += ["It was judged again with right inputs from the questions that it builds on.", ""]
    for check in question.checks:
        sign = "✓" if check.verdict is Verdict.RIGHT else "✗"
        lines.append(
            f"{sign} {check.title} {points(check.earned)} of {points(check.points)}. {check.message}".rstrip()
        )
    return "\n".join(lines)


def prepare(root: Path, name: str) -> Reference:
    """The reference with what it and the misconceptions do: looked up where setup.sh has observed them on
    a machine of the same kind.
    """
    source = root / "source"
    assignment = load_assignment(name, source / "course")
    return Reference(
        assignment,
        (source / "salt").read_text(encoding="utf-8").strip(),
        ObservedStore(source / "observations"),
    ).prepare()


def grade(root: Path, name: str) -> SubmissionResult:
    """Grade root/submission and write root/results/results.json."""
    assignment = load_assignment(name, root / "source" / "course")
    running = Running(root / "results" / "results.json", assignment)
    running.write("Grading has not begun.")
    submission = read_submission(handin_of(STUDENT, root / "submission", assignment), assignment)
    isolation = Isolation.strongest(unsafe=True)
    if isolation.level is not Level.FULL:
        print(
            f"Student code runs at isolation level {isolation.level} here: the container is what holds it.",
            file=sys.stderr,
        )
    reference = prepare(root, name)
    try:
        with Grader(reference, isolation, judged=running.add) as grader:
            grader.locate = True
            result = grader.grade(submission)
    finally:
        reference.close()
    running.finish(result)
    return result


def main() -> None:
    """ROOT NAME grades; ROOT NAME --prepare only observes the reference, once, when the image is built."""
    root, name = Path(sys.argv[1]).resolve(), sys.argv[2]
    if sys.argv[3:] == ["--prepare"]:
        prepare(root, name).close()
        return
    result = grade(root, name)
    print(f"{points(result.score)} of {points(result.max_score)}")


if __name__ == "__main__":
    main()
