"""The grader's evening, played as the documentation tells it: docs/tutorial/first_grading.md from its second section on, then how-tos; every command as it
is printed there, every page in a browser.
"""
from __future__ import annotations

import csv
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.documentation import blocks
from tests.e2e.test_docs import course

NAME = "nn_recognition"
FIRST = "docs/tutorial/first_grading.md"
FORMGRADER = f"chainrule formgrader {NAME}"


def commands(page: str) -> list[str]:
    """The commands of a page as they are printed."""
    return [line.removeprefix("$ ") for block in blocks(page) for line in block.text.splitlines() if line.startswith("$ ")]


class Evening:
    """A terminal in a course's folder, in which `chainrule` is a command, and whose browser notes what it is asked to open."""

    def __init__(self, folder: Path) -> None:
        self.root, self.asked = folder / "course", folder / "asked"
        self.root.mkdir()
        course(self.root)
        (self.root / "browser").write_text(f'#!/bin/sh\necho "$1" > {shlex.quote(str(self.asked))}\n', encoding="utf-8")
        (self.root / "browser").chmod(0o755)
        private = folder / "private"
        private.mkdir()
        self.environment = {
            **os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "BROWSER": f"{self.root / 'browser'} %s", "HOME": str(private),
            "JUPYTER_RUNTIME_DIR": str(private / "runtime"), "JUPYTER_CONFIG_DIR": str(private / "config"), "JUPYTER_DATA_DIR": str(private / "data"),
        }  # fmt: skip

    def run(self, command: str) -> str:
        done = subprocess.run(["bash", "-c", command], cwd=self.root, env=self.environment, capture_output=True, text=True, timeout=1800)
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout + done.stderr

    def formgrader(self) -> subprocess.Popen[bytes]:
        """The command as it is printed, once its browser was asked to open a page."""
        with (self.root / "server.log").open("wb") as log:
            server = subprocess.Popen(["bash", "-c", f"exec {FORMGRADER}"], cwd=self.root, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        for _ in range(600):
            if self.asked.is_file() and self.asked.read_text(encoding="utf-8").strip():
                return server
            if server.poll() is not None:
                break
            time.sleep(0.5)
        os.killpg(server.pid, signal.SIGTERM)
        raise AssertionError((self.root / "server.log").read_text(encoding="utf-8")[-3000:])

    def scores(self, file: str) -> dict[str, dict[str, str]]:
        with (self.root / file).open(encoding="utf-8", newline="") as table:
            return {row["student"]: row for row in csv.DictReader(table)}

    def page(self, student: str) -> str:
        return (self.root / "feedback" / student / NAME / f"{NAME}.html").as_uri()


def grade_a_write_up(page: Page, evening: Evening, shots: Path) -> str:
    """What the tutorial says of formgrader: the notebook, a submission that waits, points and a comment; returns the first student's name."""
    page.goto(evening.asked.read_text(encoding="utf-8").strip())
    page.get_by_role("link", name=NAME).last.click()
    first = page.locator("#main-table tr").first
    expect(first.locator(".needs-manual-grade .glyphicon-ok")).to_be_visible()  # who waits comes first
    page.screenshot(path=shots / "first_screen.png")
    first.locator(".reveal .name-hidden").click()
    student = first.locator("a.name-shown").inner_text()
    first.locator("a.name-shown").click()
    expect(page.locator(".rubric").first).to_be_visible()
    expect(page.locator("math").first).to_be_visible()
    for box in ("#zero_init_extra_credit", "#zero_init-comment"):
        expect(page.locator(box)).to_have_attribute("placeholder", re.compile("."))  # the marks that are there have come: from now on boxes save
    for box, text, saved in (("#zero_init", "1", "/api/grade/"), ("#zero_init-comment", "Say what the gradients do.", "/api/comment/")):
        with page.expect_response(re.compile(re.escape(saved))) as answered:
            page.locator(box).click()
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        assert answered.value.ok, answered.value.status
    page.screenshot(path=shots / "marked.png", full_page=True)
    before = page.url
    page.locator("#zero_init").focus()
    page.keyboard.press("Control+.")
    page.wait_for_url(lambda address: address.partition("?")[0] != before.partition("?")[0])
    return student


@pytest.mark.long
def test_the_evening(page: Page, tmp_path: Path) -> None:
    """Grade, mark in formgrader, hand out and export; then excuse, extend, drop, and look at what is alike: each page says what was done."""
    evening = Evening(tmp_path)
    shots = tmp_path / "shots"
    shots.mkdir()
    printed = commands(FIRST)
    assert printed[:3] == ["make demo", "source .venv/bin/activate", "chainrule doctor"] and FORMGRADER in printed
    at = printed.index(FORMGRADER)
    for command in printed[2:at]:
        evening.run(command)
    page.goto((evening.root / "reports" / f"{NAME}.html").as_uri())
    expect(page.get_by_role("heading", name="What waits for a person")).to_be_visible()
    server = evening.formgrader()
    try:
        student = grade_a_write_up(page, evening, shots)
    finally:
        os.killpg(server.pid, signal.SIGINT)
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)
    for command in printed[at + 1 :]:
        evening.run(command)
    assert evening.scores(f"exports/{NAME}.csv")[student]["zero_init"] == "1"
    page.goto(evening.page(student))
    expect(page.get_by_text("Say what the gradients do.")).to_be_visible()

    for command in commands("docs/how-to/adjust_scores.md"):
        evening.run(command)
        if " drop " in command and "--undo" not in command:
            evening.run(f"chainrule feedback {NAME}")
            page.goto(evening.page(student))
            expect(page.get_by_text("This question counts for nobody").first).to_be_visible()
            expect(page.get_by_text("The text was ambiguous.")).to_be_visible()
        if " excuse " in command and "--undo" not in command:
            evening.run(f"chainrule export {NAME} --to csv")
            assert evening.scores(f"exports/{NAME}.csv")["quin"]["status"] == "excused"
    evening.run(f"chainrule export {NAME} --to csv")
    assert evening.scores(f"exports/{NAME}.csv")[student]["zero_init"] == "1"  # undone: the mark is there again
    for command in commands("docs/how-to/similar_answers.md"):
        said = evening.run(command)
    page.goto(Path(re.sub(r".*Open ", "", said.strip().splitlines()[-1])).as_uri())
    expect(page.get_by_text("nothing about how it came about")).to_be_visible()
    page.screenshot(path=shots / "similar.png", full_page=True)
