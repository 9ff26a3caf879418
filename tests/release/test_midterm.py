"""A release made again in mid-term: the gradebook is brought up to date, and what people have written stays."""
from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.judging.findings import Status
from autograder.assignment.values import QuestionKind
from autograder.assignment.values import Assignment
from autograder.assignment.loading import load_assignment
from autograder.records.database import open_gradebook
from autograder.records.gradebook import record
from autograder.inside.seen import Outcome
from autograder.judging.findings import QuestionResult, SubmissionResult
from autograder.author.release import update_gradebook
from tests.tiny import NAME, Edits, make_course

SHIFT = '''\
# %% [markdown]
# ## 4. Shift

# %% solution="shift_solution"
def shift(X):
    """Add one to every entry."""
    ### BEGIN SOLUTION
    return X + 1
    ### END SOLUTION

# %% test="shift" points=4
checks.close("shift(X)", shift(np.zeros(1)), [1.0])

# %% [markdown]
# ## 5. How
#
# How do you know?

# %% [markdown] written="how" points=2
# ### BEGIN SOLUTION
# *Rubric.* 2 points.
# ### END SOLUTION
'''
SHIFT_PROBE = '''

@probe("shift", points=4)
def whole_numbers(ns, rng):
    """Whole numbers."""
    return {"shifted": ns.shift(rng.integers(9, size=3))}
'''
THREE_POINTS: Edits = {
    "notebook.py": [('test="center" points=2', 'test="center" points=3'), ('written="why" points=1', 'written="why" points=2'), ("# ## 1. Center", "# ## 1. Centre")],
    "probes.py": [("points=1.5", "points=2.5")],
}
NO_CENTER: Edits = {
    "notebook.py": [('test="center" points=2', 'demo="look_first"'), ('solution="center_solution"', 'solution="scale_solution_1"')],
    "assignment.toml": [('[questions.center]\ndefines = ["center"]\n', '[questions.scale]\ndefines = ["Scaler.apply", "center"]\n'),
                        ('\n[questions.scale]\ndefines = ["Scaler.apply"]\nneeds = ["center"]\n', "")],
    "probes.py": [('@probe("center", points=1.5)', '@probe("scale", points=0)'), ('@probe("center", points=0.5', '@probe("scale", points=0')],
}  # fmt: skip


def more(root: Path) -> None:
    """The course with two questions added."""
    toml = '[questions.why]\n\n[questions.shift]\ndefines = ["shift"]\n\n[questions.how]\n'
    make_course(root, {"assignment.toml": [("[questions.why]\n", toml)]})
    for name, text in (("notebook.py", "\n" + SHIFT), ("probes.py", SHIFT_PROBE)):
        with (root / "assignments" / NAME / name).open("a") as file:
            file.write(text)


def result(student: str, center: float, scale: float) -> SubmissionResult:
    questions = (
        QuestionResult("center", QuestionKind.AUTO, center, 2.0, Outcome.FINISHED), QuestionResult("scale", QuestionKind.AUTO, scale, 3.0, Outcome.FINISHED),
        QuestionResult("why", QuestionKind.MANUAL, None, 1.0, Outcome.FINISHED),
    )  # fmt: skip
    return SubmissionResult(student, Status.GRADED, center + scale, 6.0, ("why",), 0.1, (), questions)


def url(root: Path) -> str:
    return f"sqlite:///{root / 'gradebook.db'}"


def grade(root: Path, *results: SubmissionResult, changed: bool = False) -> None:
    """Write automatic results, as autograde does."""
    with open_gradebook(url(root)) as book:
        when = datetime.datetime(2026, 11, 2, 12)
        record(book, NAME, NAME, [(r, when, {"why": changed}) for r in results])


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The database of a course in mid-term: two students graded, one of them by a person too."""
    root = make_course(tmp_path_factory.mktemp("graded"))
    update_gradebook(load_assignment(NAME, root), url(root))
    grade(root, result("ann", 2.0, 1.5), result("bob", 0.5, 0.0))
    with open_gradebook(url(root)) as book:
        mine = book.find_submission_notebook(NAME, NAME, "ann")
        for row in mine.grades:
            if row.name == "why":
                row.manual_score, row.needs_manual_grade = 0.75, False
            if row.name == "center":
                row.extra_credit = 0.25
        for comment in mine.comments:
            comment.manual_comment = f"seen: {comment.name}"
        book.db.commit()
    return (root / "gradebook.db").read_bytes()


@pytest.fixture
def term(graded: bytes, tmp_path: Path) -> Path:
    """A course in mid-term."""
    root = make_course(tmp_path)
    (root / "gradebook.db").write_bytes(graded)
    return root


def scores(root: Path) -> dict[str, dict[str, tuple[Any, ...]]]:
    """By student and question: automatic, manual, extra, maximum, the score that counts, and whether a person is needed."""
    with open_gradebook(url(root)) as book:
        return {
            student: {
                g.name: (g.auto_score, g.manual_score, g.extra_credit, g.max_score, g.score, g.needs_manual_grade)
                for g in sorted(book.find_submission_notebook(NAME, NAME, student).grades, key=lambda g: str(g.name))
            }
            for student in ("ann", "bob")
        }


def comments(root: Path) -> dict[str, dict[str, str | None]]:
    with open_gradebook(url(root)) as book:
        return {s: {c.name: c.manual_comment for c in book.find_submission_notebook(NAME, NAME, s).comments} for s in ("ann", "bob")}


def update(root: Path) -> Assignment:
    assignment = load_assignment(NAME, root)
    update_gradebook(assignment, url(root))
    return assignment


BEFORE: dict[str, dict[str, tuple[Any, ...]]] = {
    "ann": {"center": (2.0, None, 0.25, 2.0, 2.25, False), "scale": (1.5, None, None, 3.0, 1.5, False), "why": (None, 0.75, None, 1.0, 0.75, False)},
    "bob": {"center": (0.5, None, None, 2.0, 0.5, False), "scale": (0.0, None, None, 3.0, 0.0, False), "why": (None, None, None, 1.0, 0.0, True)},
}
ANSWERS = ("center_solution", "scale_solution", "why")
SEEN: dict[str, dict[str, str | None]] = {"ann": {name: f"seen: {name}" for name in ANSWERS}, "bob": dict.fromkeys(ANSWERS)}


def test_the_same_release_changes_nothing(term: Path) -> None:
    """Bringing the gradebook up to date twice leaves scores and comments as they are."""
    assert (scores(term), comments(term)) == (BEFORE, SEEN)
    update(term)
    update(term)
    assert (scores(term), comments(term)) == (BEFORE, SEEN)


def test_new_points_and_texts_keep_what_people_wrote(term: Path) -> None:
    """Maximum scores follow the release; automatic and manual scores, extra credit and comments stay."""
    make_course(term, THREE_POINTS)
    update(term)
    found = scores(term)
    assert found["ann"] == {
        "center": (2.0, None, 0.25, 3.0, 2.25, False), "scale": BEFORE["ann"]["scale"], "why": (None, 0.75, None, 2.0, 0.75, False),
    }  # fmt: skip
    assert comments(term) == SEEN
    with open_gradebook(url(term)) as book:
        assert book.find_assignment(NAME).max_score == 3 + 3 + 2
        cell = book.find_source_cell("center", NAME, NAME)
        assert "checks.close" in cell.source


def test_a_new_question_gets_a_place_for_those_already_graded(term: Path) -> None:
    """Students who handed in before have a row for it, without a score, and all else stays; a regrade fills it."""
    more(term)
    update(term)
    found = scores(term)
    assert found["ann"] | BEFORE["ann"] == found["ann"]
    assert set(found["ann"]) == set(found["bob"]) == {"center", "scale", "why", "shift", "how"}
    assert found["ann"]["shift"][:5] == (None, None, None, 4.0, 0.0)
    assert comments(term) == {s: SEEN[s] | {"shift_solution": None, "how": None} for s in SEEN}
    new = (QuestionResult("shift", QuestionKind.AUTO, 4.0, 4.0, Outcome.FINISHED), QuestionResult("how", QuestionKind.MANUAL, None, 2.0, Outcome.FINISHED))
    regraded = result("ann", 1.0, 3.0)
    grade(term, SubmissionResult("ann", Status.GRADED, 8.0, 12.0, ("how",), 0.1, (), (*regraded.questions, *new)))
    ann = scores(term)["ann"]
    assert ann["shift"] == (4.0, None, None, 4.0, 4.0, False)
    assert ann["how"] == (None, None, None, 2.0, 0.0, True)
    assert ann["why"] == BEFORE["ann"]["why"]
    assert ann["center"] == (1.0, None, 0.25, 2.0, 1.25, False)


def test_a_question_that_is_gone_takes_its_grades_along(term: Path) -> None:
    """Its rows are removed for everybody; the other scores and comments stay, and it may come back empty."""
    make_course(term, NO_CENTER)
    update(term)
    found = scores(term)
    assert found == {s: {q: row for q, row in rows.items() if q != "center"} for s, rows in BEFORE.items()}
    assert comments(term)["ann"] == {"scale_solution": "seen: scale_solution", "scale_solution_1": None, "why": "seen: why"}
    make_course(term)
    update(term)
    assert scores(term)["ann"]["center"][:4] == (None, None, None, 2.0)
    assert scores(term)["ann"]["why"] == BEFORE["ann"]["why"]


def test_a_solution_cell_that_is_gone_takes_its_comments_along(term: Path) -> None:
    """A renamed solution cell has no comments; those of the others stay."""
    make_course(term, {"notebook.py": [('solution="center_solution"', 'solution="center_solution_1"')]})
    update(term)
    assert comments(term)["ann"] == {"center_solution_1": None, "scale_solution": "seen: scale_solution", "why": "seen: why"}


def test_a_regrade_after_a_new_release_keeps_manual_scores(term: Path) -> None:
    """A manual score stays through release and regrade; where the answer changed a person is asked again."""
    make_course(term, THREE_POINTS)
    update(term)
    grade(term, result("ann", 2.5, 3.0))
    assert scores(term)["ann"]["why"] == (None, 0.75, None, 2.0, 0.75, False)
    grade(term, result("ann", 2.5, 3.0), changed=True)
    assert scores(term)["ann"]["why"] == (None, 0.75, None, 2.0, 0.75, True)
    assert comments(term)["ann"] == SEEN["ann"]


def test_the_command_brings_an_existing_gradebook_up_to_date(term: Path) -> None:
    """`chainrule release` in mid-term, in an empty environment: the release is new, the gradebook follows, and nothing that people wrote is lost."""
    more(term)
    done = subprocess.run([sys.executable, "-m", "autograder", "release", NAME], cwd=term, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "gradebook.db" in done.stdout
    assert "def shift" in (term / "release" / NAME / "tiny.ipynb").read_text()
    found = scores(term)
    assert found["ann"] | BEFORE["ann"] == found["ann"]
    assert found["bob"]["how"][3] == 2.0
    assert comments(term)["ann"] | SEEN["ann"] == comments(term)["ann"]
