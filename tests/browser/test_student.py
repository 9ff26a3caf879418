"""A student in JupyterLab: opens a release, fills in a cell, runs it, presses Validate."""
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder.assignment.loading import load_assignment
from tests.browser.conftest import jupyter_lab
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course


def fill_in(page: Page, holds: str, text: str) -> None:
    """Replace the text of the cell that holds a piece, and run it."""
    page.locator(".jp-Notebook .jp-CodeCell", has_text=holds).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")


def validate(page: Page) -> str:
    """Press nbgrader's button and return what its dialog says in the end."""
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Validate", exact=True).click()
    results = page.locator(".jp-Dialog", has_text="Validation Results")
    expect(results).to_contain_text(re.compile("failed|passed|success", re.IGNORECASE))
    return results.inner_text()


@pytest.mark.long
def test_a_release_is_filled_in_and_validated(page: Page, tmp_path: Path) -> None:
    """The blank release fails validation where nothing is written; a filled-in cell runs and passes; with all filled in, validation succeeds."""
    root = make_course(tmp_path / "course")
    subprocess.run([sys.executable, "-m", "autograder", "release", NAME], cwd=root, check=True, timeout=300)
    answers = Work.handed_out(load_assignment(NAME, root)).solve()
    (tmp_path / "private").mkdir()
    with jupyter_lab(root / "release" / NAME, tmp_path / "private") as url:
        page.goto(url(f"lab/tree/{NAME}.ipynb"))
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        page.screenshot(path=tmp_path / "opened.png")
        said = validate(page)
        assert said.count("NotImplementedError") and "center(np.array" in said and "Scaler().apply(np.array" in said
        page.screenshot(path=tmp_path / "blank.png")
        page.locator(".jp-Dialog").get_by_text("Ok", exact=True).click()

        fill_in(page, "import checks", answers.cell("imports")["source"])
        fill_in(page, "def center", answers.cell("center_solution")["source"])
        page.keyboard.press("Shift+Enter")  # the check beneath it
        page.keyboard.press("Shift+Enter")  # and the look at the result
        demo = page.locator(".jp-Notebook .jp-CodeCell", has_text="rows = center")
        expect(demo.locator(".jp-OutputArea-output")).to_contain_text("[[-1. -2.]")
        check = page.locator(".jp-Notebook .jp-CodeCell", has_text='checks.close("center(X)"')
        expect(check.locator(".jp-OutputArea-output")).to_have_count(0)
        page.screenshot(path=tmp_path / "filled-in.png")
        said = validate(page)
        assert "center(np.array" not in said and "Scaler().apply(np.array" in said
        page.locator(".jp-Dialog").get_by_text("Ok", exact=True).click()

        fill_in(page, "class Scaler", answers.cell("scale_solution")["source"])
        written = page.locator(".jp-Notebook .jp-MarkdownCell", has_text="Write your answer here")
        written.dblclick()
        written.locator(".cm-content").click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("One learning rate then suits all weights.")
        page.keyboard.press("Shift+Enter")
        said = validate(page)
        page.screenshot(path=tmp_path / "finished.png")
        assert "Success" in said and "failed" not in said
