"""The class at a glance."""
from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder.assignment.values import Assignment, QuestionKind
from autograder.files import write_text
from autograder.inside.seen import Outcome
from autograder.judging.findings import (
    CheckResult,
    Diagnosis,
    QuestionResult,
    Status,
    SubmissionResult,
    Verdict,
)
from autograder.outputs.report.figures import ClassReport, class_report, correlation
from autograder.outputs.report.page import report, report_page
from autograder.records.marks import Mark, Marks
from autograder.records.results import Conditions, Kept, KeptResult, Results
from tests.unit.outputs.test_feedback import Reader
from tests.unit.records.test_graded_notebook import EVIL

CONDITIONS = Conditions("a", "b", "0123456789abcdef", "salt", "full", {"numpy": "2.3"})


def kept(student: str, center: float, scale: float, why: float | None = None, **more: Any) -> Kept:
    """A submission with these points, in which a lost question center has a check that is wrong."""
    check = CheckResult("rows_of_data", "Rows.", 2.0, center, Outcome.FINISHED, Verdict.RIGHT if center == 2 else Verdict.WRONG_VALUES)
    mistake = Diagnosis("one_mean", "You subtract one mean.") if center == 1 else None
    questions = (
        QuestionResult("center", QuestionKind.AUTO, center, 2.0, Outcome.FINISHED, diagnosis=mistake, checks=(check,)),
        QuestionResult("scale", QuestionKind.AUTO, scale, 3.0, Outcome.FINISHED), QuestionResult("why", QuestionKind.MANUAL, why, 1.0, Outcome.FINISHED),
    )  # fmt: skip
    result = SubmissionResult(student, Status.GRADED, center + scale + (why or 0), 6.0, (), 0.5, (), questions)
    return Kept(1, KeptResult(msgspec.structs.replace(result, **more), "2026-11-22T04:00:00+00:00", CONDITIONS))


def changed(before: Kept, now: Kept, **conditions: Any) -> Kept:
    entry = KeptResult(now.now.result, "2026-11-22T05:00:00+00:00", msgspec.structs.replace(CONDITIONS, **conditions))
    return Kept(1, entry, before.now)


CLASS = [kept("ann", 2, 3), kept("bob", 1, 2), kept("cid", 0, 0, 0.0), kept("dan", 2, 2), kept("eve", 1, 1), kept("fay", 0, 1)]


def figures(tiny: Assignment, *more: Kept, marks: dict[str, Marks] | None = None) -> ClassReport:
    return class_report(tiny, [*CLASS, *more], marks or {})


def test_success_counts_points_that_somebody_has_given(tiny: Assignment) -> None:
    """Means and shares of a tested question are over all; of a write-up over those that are graded."""
    center, scale, why = figures(tiny).questions
    assert (center.graded, center.success, center.full, center.none) == (6, pytest.approx(0.5), pytest.approx(2 / 6), pytest.approx(2 / 6))
    assert scale.success == pytest.approx(9 / 18)
    assert (why.graded, why.success) == (1, 0.0)


def test_discrimination_leaves_the_question_itself_out(tiny: Assignment) -> None:
    """With two tested questions it is the correlation of one with the other, for both."""
    center, scale, why = figures(tiny).questions
    expected = correlation([(2, 3), (1, 2), (0, 0), (2, 2), (1, 1), (0, 1)])
    assert center.discrimination == scale.discrimination == expected
    assert expected is not None and 0.7 < expected < 0.9
    assert why.discrimination is None


@pytest.mark.parametrize("pairs", [[(1, 1)] * 4, [(1, x) for x in range(9)], [(x, 2) for x in range(9)], []])
def test_no_correlation_is_claimed_where_there_is_none_to_find(pairs: list[tuple[float, float]]) -> None:
    """Few submissions, or points that are all the same, give no number."""
    assert correlation(pairs) is None


def test_unreadable_submissions_count_for_no_question(tiny: Assignment) -> None:
    """They are listed with their reason and would otherwise make every question look good at telling students apart."""
    found = figures(tiny, kept("zed", 0, 0, 0.0, status=Status.UNREADABLE, messages=("the file is empty",)))
    assert found.unreadable == ("zed",)
    assert found.questions[0].graded == 6
    assert [(b.student, b.where, b.says) for b in found.breakages] == [("zed", "the file", "the file is empty")]


def test_misconceptions_by_frequency_with_who_has_them(tiny: Assignment) -> None:
    """The most frequent first, each with its sentence."""
    (found,) = figures(tiny).misconceptions
    assert (found.question, found.id, found.students) == ("center", "one_mean", ("bob", "eve"))


def test_what_people_gave_counts(tiny: Assignment) -> None:
    """A manual score is in the total, and the submission waits no longer."""
    found = figures(tiny, marks={"ann": Marks({"why": Mark(score=1.0)}), "bob": Marks({"why": Mark(score=1.0, waiting=True)})})
    assert found.scores["ann"] == 6.0
    assert "ann" not in found.waiting and found.waiting["bob"] == ("why",) and found.waiting["dan"] == ("why",)


def test_what_timed_out_is_listed(tiny: Assignment) -> None:
    """A question by how its checks ended, the notebook by its messages; an exception in an answer is no breakage."""
    hung = CheckResult("rows_of_data", "Rows.", 2.0, 0.0, Outcome.TIMED_OUT, Verdict.NO_VALUE)
    raised = CheckResult("one_row", "Row.", 2.0, 0.0, Outcome.RAISED, Verdict.NO_VALUE)
    one = kept("zed", 0, 0)
    question = msgspec.structs.replace(one.now.result.questions[0], checks=(hung, raised))
    result = msgspec.structs.replace(one.now.result, questions=(question, *one.now.result.questions[1:]), messages=("cell 3 took too long",))
    found = figures(tiny, Kept(1, KeptResult(result, one.now.when, CONDITIONS)))
    assert [(b.where, b.says) for b in found.breakages] == [("the notebook", "cell 3 took too long"), ("center", "timed out, 1 of 2 checks")]


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        ({"handed_in": "x"}, "another submission"), ({"tests": "x"}, "the assignment's files have changed"), ({"salt": "x"}, "a new salt"),
        ({"isolation": "none"}, "isolation full became none"), ({"environment": {"numpy": "2.4"}}, "numpy 2.3 became 2.4"), ({}, "left to chance"),
    ],
)  # fmt: skip
def test_a_moved_score_comes_with_its_reason(tiny: Assignment, conditions: dict[str, Any], why: str) -> None:
    """What was different when it was graded again, the question that moved, and the check that moved it."""
    (change,) = figures(tiny, changed(kept("zed", 2, 3), kept("zed", 0, 3), **conditions)).changes
    assert (change.student, change.before, change.now) == ("zed", 5.0, 3.0)
    assert len(change.why) == 1 and why in change.why[0]
    assert change.moved == ("center 2 → 0: rows_of_data is wrong values now",)


def test_a_result_that_reads_otherwise_at_the_same_points_has_not_moved(tiny: Assignment) -> None:
    """Other seconds or messages are no change of a score."""
    assert figures(tiny, changed(kept("zed", 2, 3), kept("zed", 2, 3, messages=("x",)))).changes == ()


@pytest.fixture
def course(tiny: Assignment, tmp_path: Path) -> Path:
    """A folder with the class's results, one of them moved, one student with a hostile name."""
    for one in [*CLASS[:-1], changed(kept("fay", 2, 3), CLASS[-1], salt="x"), kept(EVIL.replace("/", "|"), 1, 1)]:
        write_text(Results(tmp_path, tiny).folder / f"{one.now.result.student}.json", msgspec.json.encode(one).decode())
    write_text(tmp_path / "feedback" / "ann" / "tiny" / "tiny.html", "page")
    return tmp_path


def test_the_page_shows_it_all_and_stands_alone(tiny: Assignment, course: Path) -> None:
    """Figures, misconceptions, changes and links to students' pages; the one script is ours, named by its hash; plots have words."""
    raw = report_page(tiny, report(tiny, course), course, course / "reports")
    reader = Reader(re.sub(r"<path[^>]*/>|<use[^>]*/>|<rect[^>]*/>", "", raw))
    for piece in ("submissions 7", "one mean You subtract one mean.", "a new salt, so other hidden inputs", "center 2 → 0", "corrected item-total correlation"):
        assert piece in reader.text
    assert "<script>alert" not in raw and "\x1b" not in raw
    assert [a["href"] for tag, a in reader.tags if tag == "a" and not str(a["href"]).startswith("#")].count("../feedback/ann/tiny/tiny.html") >= 1
    (script,) = re.findall(r"<script>(.*?)</script>", raw, re.S)
    assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in raw
    assert all(a.get("role") == "img" and a.get("aria-label") for tag, a in reader.tags if tag == "svg")
    assert not re.search(r'(src|href)="(https?:)?//', re.sub(r'xmlns(:\w+)?="[^"]*"', "", raw))
