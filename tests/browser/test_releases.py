"""The five notebooks in JupyterLab, finished and run from top to bottom: equations, tables and figures are there, and nothing is broken."""
from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder.assignment.loading import load_assignment, names_in
from tests.browser.conftest import jupyter_lab
from tests.sample_class.work import Work

ROOT = Path(__file__).parents[2]
KERNEL = "async () => { const it = window.jupyterapp.shell.currentWidget.sessionContext; await it.ready; await it.session.kernel.info; }"
DONE = "() => ![...document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt')].some(p => ['[ ]:', '[*]:'].includes(p.innerText.trim()))"


@pytest.mark.long
@pytest.mark.parametrize("name", names_in(ROOT))
def test_a_finished_notebook_in_jupyterlab(name: str, page: Page, tmp_path: Path) -> None:
    """No cell ends with an error, no equation fails, no picture is broken, and every figure that has a caption is there."""
    assignment = load_assignment(name, ROOT)
    folder = tmp_path / name
    shutil.copytree(ROOT / "release" / name, folder)
    for file, path in assignment.files.items():  # data files are not kept with the release
        if not (folder / file).exists():
            shutil.copy(path, folder / file)
    Work.handed_out(assignment).solve().save(folder)
    (tmp_path / "private").mkdir()
    with jupyter_lab(folder, tmp_path / "private") as url:
        page.goto(url(f"lab/tree/{name}.ipynb"))
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        page.evaluate(KERNEL)
        page.get_by_text("Run", exact=True).first.click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.wait_for_function(DONE, timeout=300_000)
        height = page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').scrollHeight")
        page.set_viewport_size({"width": 1300, "height": min(height + 150, 16_000)})
        page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
        page.wait_for_timeout(2_000)
        page.screenshot(path=tmp_path / f"{name}.png")
        expect(page.locator(".jp-Notebook [data-mime-type='application/vnd.jupyter.error']")).to_have_count(0)
        expect(page.locator(".jp-Notebook [data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)
        expect(page.locator(".jp-Notebook mjx-merror, .jp-Notebook [data-mjx-error]")).to_have_count(0)
        assert page.locator(".jp-Notebook mjx-container").count() > 10
        assert page.evaluate("() => [...document.querySelectorAll('.jp-Notebook img')].every(i => i.complete && i.naturalWidth > 0)")
        figures = sum(len(re.findall(r"^\*Figure \d+\.", cell.text, re.M)) for cell in assignment.cells if not cell.is_code)
        assert page.locator(".jp-OutputArea img").count() >= figures >= 5
        tables = sum(cell.text.count("\n|--") + cell.text.count("\n| --") + cell.text.count("\n|:-") for cell in assignment.cells if not cell.is_code)
        assert page.locator(".jp-MarkdownCell table").count() == tables
