"""Results kept on disk: what report, export and feedback are made of."""
from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from autograder.errors import UsageError
from autograder.handed_in.submission import Delivered
from autograder.judging.findings import SubmissionResult
from autograder.records.results import Kept, Results, handed_in
from tests.sample_class.work import Work
from tests.unit.records.test_graded_notebook import result


def submission(work: Work, student: str = "ann") -> str:
    return handed_in(Delivered(student, json.dumps(work.as_json()).encode(), ()))


def kept(results: Results, student: str = "ann") -> Kept:
    found = results.get(student)
    assert found is not None
    return found


@pytest.fixture
def results(work: Work, tmp_path: Path) -> Results:
    return Results(tmp_path, work.assignment)


def test_a_result_is_read_back(results: Results, work: Work) -> None:
    """What is kept is the result and its conditions; there is nothing before the first."""
    results.put(submission(work), result(), "salt", "full")
    found = kept(results)
    assert (found.now.result, found.before) == (result(), None)
    assert (found.now.conditions.salt, found.now.conditions.isolation, found.now.conditions.release) == ("salt", "full", work.assignment.release)


def test_an_equal_result_changes_nothing(results: Results, work: Work) -> None:
    """Graded again with other seconds, the file stays as it is, and what was before stays known."""
    results.put(submission(work), result(), "salt", "full")
    results.put(submission(work), result(center=1.5), "salt", "full")
    before = kept(results)
    results.put(submission(work), msgspec.structs.replace(result(center=1.5), seconds=9.0), "salt", "full")
    assert kept(results) == before
    assert before.before is not None and before.before.result == result()


def test_conditions_follow_a_regrade_that_changes_no_score(results: Results, work: Work) -> None:
    """A new salt is noted, and is no change of the result."""
    results.put(submission(work), result(), "one", "full")
    results.put(submission(work), result(), "two", "full")
    assert (kept(results).now.conditions.salt, kept(results).before) == ("two", None)


def test_what_was_handed_in_tells_two_submissions_apart(results: Results, work: Work) -> None:
    """Another answer, in code or in words, is another submission; the same one is the same."""
    texts = [work.copy(), work.copy(), work.copy().write("center_solution", "center = abs"), work.copy().write("why", "Because.")]
    marks = []
    for text in texts:
        results.put(submission(text), result(), "salt", "full")
        marks.append(kept(results).now.conditions.handed_in)
    assert marks[0] == marks[1]
    assert len(set(marks)) == 3


def test_files_and_what_is_no_notebook_tell_submissions_apart() -> None:
    """A file beside the notebook counts, and so does why there is no notebook; what was noted about a notebook that is there does not."""
    found = [
        handed_in(Delivered("ann", b"{}", ())), handed_in(Delivered("ann", b"{}", (), {"w.npz": b"1"})), handed_in(Delivered("ann", b"{}", (), {"w.npz": b"2"})),
        handed_in(Delivered("ann", None, ("the file is too large",))), handed_in(Delivered("ann", None, ("no notebook was handed in",))),
    ]  # fmt: skip
    assert len(set(found)) == len(found)
    assert handed_in(Delivered("ann", b"{}", ("it came late",))) == found[0]


def test_one_question_graded_again_replaces_itself_only(results: Results, work: Work) -> None:
    """The other questions stay, and sums are made anew, in the notebook's order."""
    results.put(submission(work), result(), "salt", "full")
    only = msgspec.structs.replace(result(center=1.5), questions=result(center=1.5).questions[:1], score=1.5, max_score=2.0, needs_manual=())
    results.put(submission(work), only, "salt", "full")
    now: SubmissionResult = kept(results).now.result
    assert [q.id for q in now.questions] == ["center", "scale", "why"]
    assert (now.score, now.max_score, now.needs_manual) == (4.5, 6.0, ("why",))


def test_a_broken_file_counts_as_missing(results: Results, work: Work) -> None:
    """Half a file, or something else, is no result; without any there is a sentence and what to do."""
    results.put(submission(work), result(), "salt", "full")
    (results.folder / "ann.json").write_text("{", encoding="utf-8")
    (results.folder / "bob.json").write_text('{"format": 2}', encoding="utf-8")
    with pytest.raises(UsageError, match="holds no results of tiny") as raised:
        results.all()
    assert "chainrule autograde tiny" in raised.value.mend
