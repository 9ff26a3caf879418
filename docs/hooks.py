"""What MkDocs is told beyond mkdocs.yml: the navigation, made from the folders, and pages of the repository that stand outside docs/.

Links are written as a git host follows them, from file to file. On the site a link to another page leads to that page, and a link to a
file that is no page becomes the file's name.
"""
from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
SECTIONS = {"tutorial": "Tutorial", "how-to": "How to", "reference": "Reference", "explanation": "Explanation"}
FIRST = {
    "tutorial": ["first_grading", "own_assignment", "adopt_an_assignment", "grade_as_it_is"],
    "how-to": ["students", "write_an_assignment", "grade_downloads"],
    "reference": ["authoring", "assignment", "probes", "commands", "results"],
    "explanation": ["one_submission", "security"],
}
"""Pages that come first in their section; all others follow by name."""
BROUGHT = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "data/README.md": "reference/data.md"}
"""Files outside docs/ that become pages, and where."""

_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")


def on_config(config: Any) -> None:
    """The four sections in the order in which they are needed, each with the pages that its folder holds."""
    docs = Path(config.docs_dir)
    sections = [{title: _pages(docs, folder)} for folder, title in SECTIONS.items() if any((docs / folder).glob("*.md"))]
    config.nav = [{"Start": "index.md"}, *sections, {"Develop": ["contributing.md", "changelog.md"]}]


def _pages(docs: Path, folder: str) -> list[Any]:
    brought = [page for page in BROUGHT.values() if posixpath.dirname(page) == folder]
    names = sorted({path.stem for path in (docs / folder).glob("*.md")} | {Path(page).stem for page in brought})
    first = [name for name in FIRST.get(folder, []) if name in names]
    pages: list[Any] = [f"{folder}/{name}.md" for name in (*first, *(name for name in names if name not in first))]
    for below in sorted(path.parent.name for path in (docs / folder).glob("*/index.md")):
        inner = sorted((docs / folder / below).glob("*.md"), key=lambda path: (path.stem != "index", path.stem))
        pages.append({below.capitalize(): [f"{folder}/{below}/{path.name}" for path in inner]})
    return pages


def on_files(files: Any, config: Any) -> Any:
    """Bring the pages from outside."""
    for source, page in BROUGHT.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Links between files of the repository become links between pages of the site."""
    here = page.file.src_uri
    source = next((path for path, uri in BROUGHT.items() if uri == here), f"docs/{here}")

    def lead(found: re.Match[str]) -> str:
        text, target = found.groups()
        if target.startswith("#") or ":" in target:
            return found[0]
        path, _, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        uri = BROUGHT.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else "")
        if uri:
            return f"[{text}]({posixpath.relpath(uri, posixpath.dirname(here) or '.')}{'#' * bool(anchor)}{anchor})"
        if not (ROOT / path).exists():
            return found[0]  # MkDocs will say that it leads nowhere
        return text if os.path.basename(path) in text or path in text else f"{text} (`{path}`)"

    lines, fence = markdown.split("\n"), ""
    for number, line in enumerate(lines):
        mark = re.match(r"\s*(```+|~~~+)", line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence:
            lines[number] = _LINK.sub(lead, line)
    return "\n".join(lines)
