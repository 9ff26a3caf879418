"""Feedback and report in a real browser: three widths, light and dark, without an error and without a violation that axe-core knows."""
from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.conftest import Course
from tests.tiny import NAME

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
LOOKS = [(400, "dark"), (800, "light"), (1280, "dark")]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def pages(course: Course) -> dict[str, Path]:
    """The pages of a class that was graded at the level that shows most: a wrong, a hanging, an unreadable submission, and the report."""
    toml = course.root / "assignments" / NAME / "assignment.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('feedback = "diagnosis"', 'feedback = "full"'), encoding="utf-8")
    course.grade()
    done = course.run("report", NAME)
    assert done.returncode == 0, done.stderr
    students = {student: course.root / "feedback" / student / NAME / f"{NAME}.html" for student in ("alice", "bob", "carol", "frank")}
    return {**students, "report": course.root / "reports" / f"{NAME}.html"}


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "frank", "report"])
def test_a_page_is_sound_at_every_width(browser: Browser, pages: dict[str, Path], name: str, tmp_path: Path) -> None:
    """No console error, no request, nothing wider than the window, no axe violation; a picture of each is left in tmp_path."""
    for width, scheme in LOOKS:
        complaints: list[str] = []
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=False)  # type: ignore[arg-type]
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))  # noqa: B023 -- the page is gone before the next one
        page.on("pageerror", lambda error: complaints.append(str(error)))  # noqa: B023
        page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else complaints.append(request.url))  # noqa: B023
        page.goto(pages[name].as_uri())
        page.screenshot(path=tmp_path / f"{name}_{width}_{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert complaints == []
        context.close()
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
        page = context.new_page()  # axe is a script, which the pages' own policy refuses
        page.goto(pages[name].as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        context.close()


def test_pages_need_no_script(browser: Browser, pages: dict[str, Path]) -> None:
    """With JavaScript off, all of both pages is there; what is folded up opens by a click."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["bob"].as_uri())
    assert page.get_by_text("one mean of all entries").is_visible()
    page.get_by_text("Show the numbers").first.click()
    assert page.locator("figure img").first.is_visible()
    page.goto(pages["report"].as_uri())
    assert page.locator("table").count() >= 5
    context.close()


def test_tables_of_the_report_are_sorted_by_a_click(browser: Browser, pages: dict[str, Path]) -> None:
    """One click sorts by a column as numbers, a second turns it round; screen readers are told."""
    page = browser.new_page()
    page.goto(pages["report"].as_uri())
    table = page.get_by_role("region", name="Scores by student")
    for order, expected in (("ascending", sorted), ("descending", lambda scores: sorted(scores, reverse=True))):
        table.get_by_role("button", name="Points", exact=True).click()
        scores = [float(text) for text in table.locator("tbody tr td:nth-child(2)").all_inner_texts()]
        assert scores == expected(scores) and len(set(scores)) > 1
        assert table.locator(f"th[aria-sort={order}]").inner_text().strip() == "Points"
    page.close()
