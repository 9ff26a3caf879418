"""The page that a student reads."""
from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment, QuestionKind
from autograder.inside.seen import Outcome
from autograder.judging.findings import Diagnosis, QuestionResult, Status, SubmissionResult
from autograder.outputs.feedback import page, question_titles
from autograder.outputs.shown_calls import Shown
from autograder.records.marks import Mark, Marks
from autograder.records.standing import Standing
from tests.unit.records.test_graded_notebook import EVIL, result

ROOT = Path(__file__).parents[3]


class Reader(HTMLParser):
    """A page's text and tags; complains where tags are not closed in order."""

    EMPTY = {"meta", "br", "img", "link"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def made(tiny: Assignment, of: SubmissionResult, marks: Marks | None = None, answers: dict[str, str] | None = None) -> Reader:
    return Reader(page(tiny, Standing(of, marks or Marks()), "0123456789abcdef", answers))


def test_a_page_says_what_counts(tiny: Assignment) -> None:
    """Score, what a person still has to give, each question under its heading, the diagnosis, the second chance, and why a check is wrong."""
    text = made(tiny, result("cell 3 raised KeyError")).text
    for piece in (
        "Two steps before a network", "Feedback for ann", "3.5 of 6", "1 more point still to be given by a person", "1. Center", "2. Scale",
        "You subtract <one> mean.", "With right ones in their place it earns more, and so it was judged", "Rows & columns.", "1 of 3 < 2.", "It raised ValueError.",
        "A person will read and grade this answer.", "Cell 3 raised KeyError.", "0.5 of 2",
    ):  # fmt: skip
        assert piece in text


def test_a_page_says_that_one_mistake_may_cost_more_here(tiny: Assignment) -> None:
    """A question with a limit of its own says so, with the usual one, where a mistake has cost more than that."""
    says = "One mistake usually costs no more than 50 % of a question's points; this question has no such limit."
    center = msgspec.structs.replace(result().questions[0], score=0.5, max_score=2.0, diagnosis=Diagnosis("one_mean", "You subtract one mean."))
    halved = replace(tiny, table=msgspec.structs.replace(tiny.table, one_mistake_costs=0.5))
    for costs, score, said in ((1.0, 0.5, True), (1.0, 1.5, False), (0.5, 0.5, False)):
        course = replace(halved, questions=tuple(replace(q, one_mistake_costs=costs) for q in tiny.questions))
        graded = msgspec.structs.replace(result(), questions=(msgspec.structs.replace(center, score=score), *result().questions[1:]))
        assert (says in made(course, graded).text) is said, (costs, score)
    assert says not in made(tiny, result()).text


def test_a_page_stands_alone(tiny: Assignment) -> None:
    """No script, nothing from elsewhere, and a policy that would allow neither."""
    reader = made(tiny, result())
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in reader.tags}
    assert all(str(value).startswith(("#", "data:")) for _, attributes in reader.tags for name, value in attributes.items() if name in ("href", "src"))
    assert any("default-src 'none'" in str(attributes.get("content")) for tag, attributes in reader.tags if tag == "meta")


def test_ids_are_used_once_and_links_lead_somewhere(tiny: Assignment) -> None:
    """Every link of the table leads to a question of the page."""
    reader = made(tiny, result())
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {f"#{identifier}" for identifier in ids} >= {attributes["href"] for tag, attributes in reader.tags if tag == "a"}


@pytest.mark.parametrize("where", ["student", "message", "answer", "comment"])
def test_what_people_wrote_is_text(tiny: Assignment, where: str) -> None:
    """Tags in a name, a message, an answer or a comment are shown as they were typed, control characters are not."""
    of = result(EVIL if where == "message" else "ok", student=EVIL if where == "student" else "ann")
    marks = Marks({"why": Mark(comment=EVIL if where == "comment" else "ok")})
    raw = page(tiny, Standing(of, marks), "x", {"center": EVIL if where == "answer" else "ok"})
    assert "<script" not in raw and "\x1b" not in raw
    assert '<script>alert("x")</script>' in Reader(raw).text


def test_a_persons_score_stands_in_place_of_the_tests(tiny: Assignment) -> None:
    """A write-up's score and comment are shown and counted; so is a score that a person has set on a tested question, and lateness."""
    marks = Marks({"why": Mark(score=0.75, comment="Nearly."), "center": Mark(score=2.0), "center_solution": Mark(comment="Neat.")}, penalty=1.0)
    text = made(tiny, result(), marks).text
    for piece in ("4.75 of 6", "0.75 of 1", "Graded by a person. Nearly.", "set its points. Neat.", "1 point taken off because it was handed in late"):
        assert piece in text
    assert "waits for a person" not in text


@pytest.mark.parametrize(("score", "sign"), [(0.0, "✗"), (0.5, "◐"), (1.0, "✓")])
def test_part_of_the_points_by_a_person_is_no_cross(tiny: Assignment, score: float, sign: str) -> None:
    """A tick for all points, a cross for none, and a sign of its own for what lies between, on write-ups and tested questions."""
    text = made(tiny, result(), Marks({"why": Mark(score=score), "scale": Mark(score=3 * score)})).text
    assert text.count(f"{sign} graded by a person" if score < 1 else f"{sign} full points") == (2 if score < 1 else 1)


def test_full_points_by_a_person_do_not_make_wrong_checks_right(tiny: Assignment) -> None:
    """Where a person gives all points in spite of a check that is wrong, the page does not say that all checks are right."""
    text = made(tiny, result(), Marks({"center": Mark(score=2.0)})).text
    assert "✓ full points 2 of 2" in text
    assert "2 checks, all right" not in text and "Wrong: A single row." in text


def test_a_changed_answer_is_looked_at_again(tiny: Assignment) -> None:
    """A score from before the change counts meanwhile, and the page says that a person is asked again."""
    text = made(tiny, result(), Marks({"why": Mark(score=1.0, waiting=True)})).text
    assert "The answer has changed since a person graded it" in text
    assert "1 of 1" in text


def test_a_changed_result_of_a_tested_question_is_looked_at_again(tiny: Assignment) -> None:
    """A score that a person set on a tested question counts until one has looked again, and is not called right, wrong or graded meanwhile."""
    text = made(tiny, result(), Marks({"scale": Mark(score=2.0, waiting=True)})).text
    assert "has changed since a person set these points. They count until a person has looked at it again." in text
    assert "waits for a person 2 of 3" in text


def test_an_untouched_write_up_is_not_called_graded(tiny: Assignment) -> None:
    """It is 0 at once, since nothing was written, and nbgrader's own remark is not repeated."""
    empty = QuestionResult("why", QuestionKind.MANUAL, 0.0, 1.0, Outcome.MISSING)
    of = msgspec.structs.replace(result(), questions=(*result().questions[:2], empty), needs_manual=())
    text = made(tiny, of, Marks({"why": Mark(comment="No response.")})).text
    assert "No answer was written here." in text
    assert "No response." not in text


def test_an_unreadable_submission_gets_a_page_that_helps(tiny: Assignment) -> None:
    """It says why and what to do, and lists no question as if it had been judged."""
    of = msgspec.structs.replace(result("the file is empty"), status=Status.UNREADABLE, score=0.0, needs_manual=())
    text = made(tiny, of).text
    assert "It could not be graded" in text and "The file is empty." in text and "hand in that file again" in text
    assert "Rows & columns." not in text


def test_what_a_level_allows_is_shown_at_wrong_checks_only(tiny: Assignment) -> None:
    """Calls, results and the figure with its alt text stand below a wrong check; a right one shows nothing."""
    shown = Shown(("center([[1.25]])",), "[[7.5]]", "[[8.5]]", "data:image/png;base64,AAAA", "1 of 1 entries are wrong.")
    raw = page(tiny, Standing(result(), Marks()), "x", None, {"rows_of_data": shown, "one_row": shown})
    reader = Reader(raw)
    assert reader.text.count("center([[1.25]])") == 1
    assert [attributes["alt"] for tag, attributes in reader.tags if tag == "img"] == ["1 of 1 entries are wrong."]


def test_a_question_without_a_mistake_says_so(tiny: Assignment) -> None:
    """All right stays folded up; a diagnosis stands only where one was made."""
    full = msgspec.structs.replace(result().questions[1], diagnosis=None)
    text = made(tiny, msgspec.structs.replace(result(), questions=(full,))).text
    assert "✓ all right" in text
    assert "What went wrong" not in text
    assert "What went wrong" in made(tiny, result()).text
    assert isinstance(result().questions[0].diagnosis, Diagnosis)


@pytest.mark.parametrize("name", ["layers_digits", "two_layer_perceptron", "faces_mlp", "modular_mnist", "nn_recognition"])
def test_every_question_has_a_title_of_its_own(name: str) -> None:
    """Headings of the notebook name the questions; none is left to its id, no two are called the same."""
    assignment = load_assignment(name, ROOT)
    titles = question_titles(assignment)
    assert list(titles) == [q.id for q in assignment.questions]
    assert len(set(titles.values())) == len(titles)
    assert all(title != question for question, title in titles.items())


def test_a_sentence_is_said_once_a_question(tiny: Assignment) -> None:
    """Checks that failed for one reason tell it at the first of them; code stands as code."""
    first = result().questions[0]
    lost = msgspec.structs.replace(first.checks[0], message="It raised ValueError at `x + y` (line 2 of your answer).")
    question = msgspec.structs.replace(first, checks=(lost, msgspec.structs.replace(lost, id="other")))
    whole = msgspec.structs.replace(result(), questions=(question, *result().questions[1:]))
    text = page(tiny, Standing(whole, Marks()), "0123456789abcdef", None)
    assert text.count("<code>x + y</code>") == 1 and text.count("As above.") == 1
    here = msgspec.structs.replace(lost, message=f"{lost.message} Look at line 2 of your answer: with one change at each every check comes out right.")
    more = msgspec.structs.replace(lost, id="other", message=f"{lost.message} It is zero.")
    for first_of_two, second, again in ((here, lost, 1), (more, lost, 0), (lost, here, 0)):
        two = (first_of_two, msgspec.structs.replace(second, id="last"))
        whole = msgspec.structs.replace(result(), questions=(msgspec.structs.replace(first, checks=two), *result().questions[1:]))
        assert page(tiny, Standing(whole, Marks()), "0123456789abcdef", None).count("As above.") == again
