"""Blocks of commands that are marked as runnable do run, and the documentation builds without a warning and needs nothing from elsewhere."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documentation import PAGES, ROOT, blocks
from tests.sample_class.demo import make_class

RUNNABLE = [page for page in PAGES if any(block.place for block in blocks(page))]


def empty(folder: Path) -> None:
    """An empty folder."""


def course(folder: Path) -> None:
    """A copy of this course, with the sample class of nn_recognition handed in."""
    for name in ("assignments", "source", "release"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    (folder / "data").symlink_to(ROOT / "data")
    (folder / ".venv").symlink_to(sys.prefix)
    make_class("nn_recognition", folder / "submitted")


PLACES = {"empty": empty, "course": course}


@pytest.mark.long
@pytest.mark.parametrize("page", RUNNABLE)
def test_marked_blocks_run(page: str, tmp_path: Path) -> None:
    """The marked blocks of a page run one after another in one folder, as a reader would, and each ends well."""
    marked = [block for block in blocks(page) if block.place]
    assert len({block.place for block in marked}) == 1, f"{page}: the blocks of one page run in one place"
    PLACES[marked[0].place](tmp_path)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for block in marked:
        script = "\n".join(line.removeprefix("$ ") for line in block.text.splitlines())
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=1800
        )
        assert done.returncode == 0, f"{page}:{block.line}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation, built with warnings as errors."""
    folder = tmp_path_factory.mktemp("site")
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def test_every_page_is_built_and_nothing_else(site: Path) -> None:
    """Pages of docs/ and those brought from outside are on the site; scripts and notes about pictures are not."""
    docs = ROOT / "docs"
    pages = {path.relative_to(docs).with_suffix(".html").as_posix() for path in docs.rglob("*.md")} - {"images/README.html"}
    built = {path.relative_to(site).as_posix() for path in site.rglob("*.html")} - {"404.html"}
    assert built == pages | {"contributing.html", "changelog.html", "reference/data.html"}
    assert not [path for path in site.rglob("*.py") if path.is_file()]


def test_pages_fetch_nothing_from_elsewhere(site: Path) -> None:
    """No script, style, font or picture comes from another host: the site can be read without a network."""
    fetched = re.compile(r"""<(?:script|img|iframe|source|link(?![^>]*rel="?(?:canonical|next|prev)))\b[^>]*?\b(?:src|href)="?((?:https?:)?//[^"\s>]+)""")
    for path in site.rglob("*.html"):
        found = fetched.findall(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(site)}: {found}"
    for path in site.rglob("*.css"):
        assert not re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", path.read_text(encoding="utf-8")), path


def test_probes_are_documented_from_their_docstrings(site: Path) -> None:
    """The page of the probe API holds what the decorators and the helpers say of themselves."""
    text = (site / "reference" / "probes.html").read_text(encoding="utf-8")
    for said in ("Declare a hidden test of a question", "Scores whose rows lie far apart", "Return value as a finite float", "Fail with the sentence"):
        assert said in text
