"""A grader in formgrader: presses Autograde, opens a submission, reads the rubric, grades a write-up, sees the total."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder.assignment.loading import load_assignment
from autograder.records.database import open_gradebook
from tests.browser.conftest import jupyter_lab
from tests.gradebook.course import BIN, Course
from tests.sample_class.roster import EVERYWHERE, RECOGNITION
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

STUDENTS = {"ada": EVERYWHERE["ada"], "cleo": EVERYWHERE["cleo"], "gus": RECOGNITION["gus"]}
HOSTILE = "One rate then suits *all* weights, $\\frac{1}{2}$. <script>window.ran = true</script><img src=x onerror='window.ran = true'>"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A class graded by `chainrule autograde`; dan has handed in since, with a script in his write-up."""
    made = Course(make_course(tmp_path / "course"))
    made.configure()
    subprocess.run([BIN / "chainrule", "release", NAME], cwd=made.root, check=True, timeout=300)  # formgrader lists what is in source/
    for student, patch in STUDENTS.items():
        made.hand_in(patch(made.fresh()), student)
    made.grade(salt="")
    dan = EVERYWHERE["cleo"](Work.handed_out(load_assignment(NAME, made.root))).write("why", HOSTILE)
    made.hand_in(dan, "dan")
    return made


def row_of(page: Page, student: str) -> object:
    return page.locator("tr", has=page.locator(".student-id", has_text=re.compile(f"^{student}$")))


@pytest.mark.long
def test_a_class_is_graded_in_formgrader(page: Page, course: Course, tmp_path: Path) -> None:
    """The button gives the command's score; a write-up is graded with rubric, score and comment; the total follows; nothing of a student's runs."""
    (tmp_path / "private").mkdir()
    with jupyter_lab(course.root, tmp_path / "private") as url:
        page.goto(url("lab"))  # here a grader logs in
        page.get_by_text("Nbgrader", exact=True).click()
        page.get_by_text("Formgrader", exact=True).click()
        inside = page.frame_locator("iframe")
        expect(inside.get_by_role("link", name=NAME)).to_be_visible()
        page.screenshot(path=tmp_path / "formgrader.png")

        page.goto(url(f"formgrader/manage_submissions/{NAME}"))
        dan = row_of(page, "dan")
        expect(dan.locator(".status")).to_have_text("needs autograding")
        expect(row_of(page, "gus").locator(".score")).to_have_text("0 / 6")
        dan.locator(".autograde a").click()
        expect(page.locator("#success-modal")).to_contain_text("Successfully autograded")
        page.screenshot(path=tmp_path / "autograded.png")
        page.locator("#success-modal").get_by_role("button", name="Close").last.click()
        expect(dan.locator(".status")).to_have_text("needs manual grading")
        pressed = dan.locator(".score").inner_text()
        assert pressed == row_of(page, "cleo").locator(".score").inner_text()
        assert float(pressed.split("/")[0]) == sum(auto or 0.0 for auto, _, _ in course.rows("dan").values())

        with open_gradebook(course.database) as book:
            submission = book.find_submission_notebook(NAME, NAME, "dan").id
        page.goto(url(f"formgrader/submissions/{submission}/"))
        page.locator("#why").wait_for()
        assert page.evaluate("window.ran") is None
        expect(page.get_by_text("one learning rate then suits all weights")).to_be_visible()
        expect(page.locator("p b", has_text="You subtract one mean of all entries")).to_be_visible()
        page.screenshot(path=tmp_path / "submission.png", full_page=True)
        page.locator("#why").fill("0.5")
        page.locator("#why").blur()
        page.locator("#why-comment").fill("Say which rate.")
        page.locator("#why-comment").blur()
        expect(page.locator(".comment-saved").last).to_be_visible()
        page.screenshot(path=tmp_path / "graded.png", full_page=True)
        expect(page.locator(".rubric")).to_have_css("background-color", "rgb(252, 248, 227)")
        expect(page.locator("math mfrac")).to_be_visible()
        page.locator("#why").focus()
        page.keyboard.press("Control+.")  # the same box of the next submission, as the documentation says
        page.wait_for_url(lambda address: submission not in address)

        page.goto(url(f"formgrader/manage_submissions/{NAME}"))
        expect(row_of(page, "dan").locator(".status")).to_have_text("graded")
        total = float(pressed.split("/")[0]) + 0.5
        expect(row_of(page, "dan").locator(".score")).to_have_text(f"{total:g} / 6")
        page.screenshot(path=tmp_path / "total.png")
    assert course.rows("dan")["why"] == (None, 0.5, False) and course.comment(student="dan") == "Say which rate."
    course.grade(salt="")
    assert course.rows("dan")["why"] == (None, 0.5, False)
