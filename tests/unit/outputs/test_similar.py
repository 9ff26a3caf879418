"""Answers that are alike: what makes no difference, what is evidence, and what is said."""
from __future__ import annotations

import re
from collections import Counter

import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.inside.seen import Observation, Outcome, Seen
from autograder.judging.findings import (
    CheckResult,
    Diagnosis,
    QuestionResult,
    Status,
    SubmissionResult,
    Verdict,
)
from autograder.outputs.similar.evidence import Answers, Pair, groups, pairs
from autograder.outputs.similar.gather import Class, wrong_values
from autograder.outputs.similar.page import as_document, observed, similar_page
from autograder.outputs.similar.pieces import of_code, of_words
from benchmarks.alike import make_class, named
from tests.documentation import ROOT

ANSWER = """\
def center(X):
    # the mean of each column
    mean = X.sum(axis=0) / len(X)
    spread = np.sqrt(((X - mean) ** 2).mean(axis=0) + 1e-12)
    shifted = X - mean
    return shifted / np.where(spread > 0, spread, 1)
"""


@pytest.mark.parametrize(
    "other",
    [
        ANSWER.replace("mean", "mu").replace("mu(", "mean(").replace("spread", "s").replace("shifted", "out"),
        ANSWER.replace("# the mean of each column", '"""Another text altogether."""'),
        re.sub(r"(    spread.*\n)(    shifted.*\n)", r"\2\1", ANSWER),
        ANSWER.replace("    shifted = X - mean\n    return shifted /", "    return (X - mean) /"),
        ANSWER.replace("    mean = X.sum(axis=0) / len(X)", "    total = X.sum(axis=0)\n    mean = total / len(X)"),
    ],
    ids=["names", "comments", "order", "joined", "split"],
)
def test_a_disguise_makes_no_difference(other: str) -> None:
    """Names, comments, the order of statements, and lines that were joined or split."""
    assert other != ANSWER and of_code(other).parts == of_code(ANSWER).parts


def test_the_lines_of_a_split_expression_are_all_there() -> None:
    """The line that a value was put aside in belongs to what uses it, and so is marked with it; a comment belongs to nothing."""
    found = of_code(ANSWER.replace("    mean = X.sum(axis=0) / len(X)", "    total = X.sum(axis=0)\n    mean = total / len(X)"))
    assert {line for lines in found.lines.values() for line in lines} == {1, 3, 4, 5, 6, 7}


def test_another_computation_is_another_answer() -> None:
    """Other functions, other numbers, other structure."""
    for old, new in (("sum", "prod"), ("1e-12", "1e-3"), ("axis=0", "axis=1"), ("np.where(spread > 0, spread, 1)", "spread")):
        assert of_code(ANSWER.replace(old, new)).parts != of_code(ANSWER).parts


@pytest.mark.parametrize("text", ["def f(:\n  x = = 3", "\0", "", "x" * 5000 + "(" * 500, "a = a + 1\na = b\nb = a", "%matplotlib inline\nx = 1"])
def test_anything_can_be_compared(text: str) -> None:
    """Whatever somebody wrote: no error, and lines that are there."""
    found = of_code(text)
    assert all(1 <= line <= len(text.splitlines()) for lines in found.lines.values() for line in lines)
    of_words(text)


@pytest.mark.parametrize("name", ["nn_recognition", "faces_mlp"])
def test_copies_are_found_and_nobody_else_is_named(name: str) -> None:
    """Two classes of eighty, made of known forms in eighty manners: of eighteen copied pairs at least sixteen are named, and no independent one.

    benchmarks/alike.py measures classes of two hundred and two thousand.
    """
    assignment = load_assignment(name, ROOT)
    classes = [make_class(assignment, 80, 9, seed=seed) for seed in (11, 12)]
    found = [{(pair.a, pair.b) for pair in named(assignment, made, 80)} for made in classes]
    missed = Counter(how for made, pairs in zip(classes, found, strict=True) for pair, how in made.copies.items() if pair not in pairs)
    assert all(pairs <= set(made.copies) for made, pairs in zip(classes, found, strict=True))
    assert sum(map(len, found)) >= 16, missed


def of_class(answers: dict[str, str], **more: object) -> Answers:
    return Answers("center", {student: of_code(text) for student, text in answers.items()}, **more)  # type: ignore[arg-type]


def test_what_everybody_has_says_nothing() -> None:
    """A class in which all wrote the same names nobody; nor does a class of known forms."""
    same = {f"s{i}": ANSWER for i in range(40)}
    assert pairs([of_class(same)] * 8, 40) == []
    assert pairs([of_class({"a": ANSWER, "b": ANSWER}, known=[of_code(ANSWER)])] * 8, 40) == []
    assert pairs([of_class({"a": ANSWER, "b": ANSWER}, released=of_code(ANSWER))] * 8, 40) == []


def test_the_same_to_the_letter_is_evidence_where_few_have_it() -> None:
    """In the known form, with names and remarks of one's own: two who have it letter for letter are named, twenty are not, and none where names differ."""
    manner = {f"s{i}": ANSWER.replace("mean", f"mean_{i}").replace("spread", f"width_{i}") for i in range(60)}
    known = [of_code(ANSWER)]
    copied = manner | {"s1": manner["s0"].replace("\n    spread", "\n\n    spread")}
    (pair,) = pairs([of_class(copied, known=known)] * 8, 60)
    assert (pair.a, pair.b) == ("s0", "s1") and {one.typed for one in pair.questions} == {2}
    assert "the same to the letter" in observed(pair.questions[0], 60)[0] and "2 of 60 students" in observed(pair.questions[0], 60)[0]
    assert pairs([of_class(manner, known=known)] * 8, 60) == []
    assert pairs([of_class(manner | {f"s{i}": manner["s0"] for i in range(20)}, known=known)] * 8, 60) == []


def result(student: str, verdict: Verdict = Verdict.WRONG_VALUES, diagnosis: Diagnosis | None = None) -> SubmissionResult:
    from autograder.assignment.values import QuestionKind

    check = CheckResult("rows_of_data", "Rows.", 2.0, 0.0, Outcome.FINISHED, verdict)
    question = QuestionResult("center", QuestionKind.AUTO, 0.0, 2.0, Outcome.FINISHED, diagnosis=diagnosis, checks=(check,))
    return SubmissionResult(student, Status.GRADED, 0.0, 2.0, (), 0.1, (), (question,))


def test_equal_wrong_values_are_evidence_unless_a_known_mistake_explains_them() -> None:
    """A wrong value is kept as a hash; a right one, and one of a named mistake, is not."""
    seen = [Seen((), {"rows_of_data": Observation("rows_of_data", Outcome.FINISHED, b"\x01")}, 0.1)]
    mine = wrong_values(result("a"), seen)["center"]
    assert set(mine) == {"rows_of_data"} and mine == wrong_values(result("b"), seen)["center"]
    assert wrong_values(result("a", Verdict.RIGHT), seen)["center"] == {}
    assert wrong_values(result("a", diagnosis=Diagnosis("one_mean", "…")), seen) == {}
    different = [Seen((), {"rows_of_data": Observation("rows_of_data", Outcome.FINISHED, b"\x02")}, 0.1)]
    assert wrong_values(result("c"), different)["center"] != mine


def strange(number: int) -> str:
    return ANSWER.replace("1e-12", f"{number}e-{number + 1}").replace("X - mean", f"X * {number} - mean")


def test_wrong_values_make_alike_answers_more_surprising() -> None:
    """The same two answers weigh more with an equal wrong value that nobody else has, and no more where many have it."""
    texts = {f"s{i:02}": strange(i) for i in range(30)} | {"a": strange(99), "b": strange(99).replace("mean", "mu").replace("mu(", "mean(")}
    rare = {s: {"rows_of_data": "same"} for s in ("a", "b")}
    common = {s: {"rows_of_data": "same"} for s in texts}
    (plain,), (with_rare,), (with_common,) = (pairs([of_class(texts, values=v)] * 3, 32) for v in ({}, rare, common))
    assert with_rare.weight > plain.weight == with_common.weight
    assert with_rare.questions[0].checks == ("rows_of_data",)


@pytest.mark.parametrize(("students", "people", "counts"), [(20, 2, True), (20, 3, False), (40, 3, True), (40, 4, False)])
def test_how_many_may_share_a_wrong_value_grows_with_the_class(students: int, people: int, counts: bool) -> None:
    """Two of a small class and three of a larger one, whether their answers are alike as texts or not."""
    alone = {f"s{i:02}": {f"check{n}": "same" for n in range(3)} for i in range(people)}
    own = {student: strange(i) for i, student in enumerate(alone)}
    assert bool(pairs([of_class(own, values=alone)] * 4, students)) == counts
    texts = {f"t{i:02}": strange(50 + i) for i in range(students - people)} | dict.fromkeys(alone, strange(99))
    found = pairs([of_class(texts, values=alone)] * 4, students)
    assert [pair.questions[0].checks != () for pair in found] == [counts] * len(found) and (found or not counts)


def some_pairs() -> tuple[Class, list[Pair]]:
    evil = strange(99).replace("# the mean of each column", "# <script>alert(1)</script> is what I did here")
    texts = {f"s{i:02}": strange(i) for i in range(30)} | {"a": evil, "b": evil, "<b>c": evil}
    answers = of_class(texts)
    found = pairs([answers] * 3, len(texts))
    return Class(len(texts), {"center": texts}, [answers]), found


def test_the_page_shows_both_and_accuses_nobody(tiny: Assignment) -> None:
    """Side by side with what is the same marked; sentences say what was observed; whatever students write is text."""
    found, named_pairs = some_pairs()
    assert {(p.a, p.b) for p in named_pairs} == {("<b>c", "a"), ("<b>c", "b"), ("a", "b")} and groups(named_pairs) == [("<b>c", "a", "b")]
    page = similar_page(tiny, found, named_pairs)
    assert "<script>" not in page and "<b>c" not in page and "&lt;b&gt;c" in page
    assert "No more than 3 have these remarks or texts: “script alert 1 script is what i did here”." in page and "says script" not in page
    assert page.count('class="own"') > 6 and "nothing about how it came about" in page
    assert not re.search(r"plagiar|cheat|copied|dishonest|guilty", page, re.I)


def test_the_document_has_an_entry_a_question(tiny: Assignment) -> None:
    """As the contract has it: a, b, question, score."""
    _, named_pairs = some_pairs()
    first = as_document(tiny, named_pairs)["pairs"][0]
    assert (first["question"], first["score"]) == ("center", 1.0) and {"a", "b"} <= set(first)
    assert all(sentence.endswith(".") for sentence in first["observed"]) and observed(named_pairs[0].questions[0])
