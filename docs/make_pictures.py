"""Makes the pictures of docs/images from what `make demo` leaves: .venv/bin/python docs/make_pictures.py

Drawing the pages needs Chromium, and Playwright from the dev extra.
"""
from __future__ import annotations

import io
import shutil
from pathlib import Path

import msgspec
from playwright.sync_api import Page, sync_playwright
from rich.console import Console

from autograder.assignment.loading import load_assignment
from autograder.entry.commands.autograde import class_table
from autograder.judging.findings import ClassResult
from autograder.outputs.publishing import write_feedback
from autograder.outputs.report.page import report, report_page

ROOT = Path(__file__).parents[1]
DEMO, IMAGES = ROOT / "demo", ROOT / "docs" / "images"
NAME = "nn_recognition"
SHOWN = ("ada", "cleo", "dan", "eve", "finn", "gus", "kim", "lea", "noor", "omar", "quin", "uma")


def main() -> None:
    draw_table()
    assignment = load_assignment(NAME, ROOT)
    write_feedback(assignment, DEMO)
    page_file = DEMO / "reports" / f"{NAME}.html"
    page_file.parent.mkdir(exist_ok=True)
    page_file.write_text(report_page(assignment, report(assignment, DEMO), DEMO, page_file.parent), encoding="utf-8")
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
        page = browser.new_page(viewport={"width": 1180, "height": 900}, color_scheme="light")
        page.goto(page_file.as_uri())
        page.screenshot(path=IMAGES / "report.png")
        page.set_viewport_size({"width": 840, "height": 900})
        page.goto((DEMO / "feedback" / "dan" / NAME / f"{NAME}.html").as_uri())
        screenshot_between(page, "#q-get_random_batches", "#q-train", IMAGES / "feedback.png")
        browser.close()


def draw_table() -> None:
    """The terminal's table of some of the class."""
    result = msgspec.json.decode((DEMO / f"{NAME}.json").read_bytes(), type=ClassResult)
    some = msgspec.structs.replace(result, submissions=tuple(s for s in result.submissions if s.student in SHOWN))
    console = Console(record=True, width=150, file=io.StringIO())
    console.print(class_table(some))
    console.save_svg(str(IMAGES / "graded_class.svg"), title=f"chainrule autograde {NAME} (12 of the sample class)")


def screenshot_between(page: Page, first: str, last: str, path: Path) -> None:
    """A picture from one element of a page to another."""
    top, bottom = page.locator(first).bounding_box(), page.locator(last).bounding_box()
    assert top is not None and bottom is not None
    margin = 14
    clip = {
        "x": top["x"] - margin, "y": top["y"] - margin,
        "width": top["width"] + 2 * margin, "height": bottom["y"] + bottom["height"] - top["y"] + 2 * margin,
    }  # fmt: skip
    page.screenshot(path=path, full_page=True, clip=clip)


if __name__ == "__main__":
    main()
