"""The tutorial "An assignment of your own", played as it stands: its blocks are the files and the commands, in the order of the page.

    ```python title="PATH"               writes the file
    ```python title="PATH, at the end"   adds to it
    ```python title="PATH, cell ID"      the student's answer in a cell of a notebook
    ```diff title="PATH"                 replaces the lines with - by those with +
    ```console                           commands after "$ "; what follows each is looked for in its output, … stands for anything
"""
from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .conftest import ROOT

PAGE = ROOT / "docs" / "tutorial" / "own_assignment.md"
BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]*)\")?\n(.*?)^```$", re.M | re.S)
KNOWN = ("python", "toml", "diff", "console")


@dataclass
class Played:
    """A command of the page, what the page says it prints, and what it printed."""

    command: str
    shown: str
    printed: str
    status: int


def blocks(page: Path) -> Iterator[tuple[str, str, str]]:
    """Language, title and text of every block."""
    for match in BLOCK.finditer(page.read_text(encoding="utf-8")):
        yield match[1], match[2] or "", match[3]


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, with what the page shows of its output."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def write(root: Path, language: str, title: str, text: str) -> None:
    """Do what a block of a file says."""
    name, _, how = title.partition(", ")
    path = root / name
    if how.startswith("cell "):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        (cell,) = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == how.removeprefix("cell ")]
        cell["source"] = text.rstrip("\n")
        path.write_text(json.dumps(notebook), encoding="utf-8")
    elif language == "diff":
        lines = text.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] in f" {sign}") for sign in "-+")
        before = path.read_text(encoding="utf-8")
        assert before.count(old) == 1, f"{old!r} stands {before.count(old)} times in {name}"
        path.write_text(before.replace(old, new), encoding="utf-8")
    else:
        assert how in ("", "at the end"), title
        before = path.read_text(encoding="utf-8") if how else ""
        path.write_text(before + ("\n\n" if how else "") + text, encoding="utf-8")


def run(root: Path, command: str, shown: str) -> Played:
    """Run a command of the page as a reader does, with the environment active."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "150"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600
    )
    return Played(command, shown, done.stdout, done.returncode)




@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Played]]:
    """The page, played from its first block to its last in an empty folder."""
    root = tmp_path_factory.mktemp("tutorial") / "course"
    root.mkdir()
    found = []
    for language, title, text in blocks(PAGE):
        if title:
            write(root, language, title, text)
        else:
            found += [run(root, command, shown) for command, shown in commands(text)]
    return root, found


def missing(shown: str, printed: str) -> list[str]:
    """The lines that the page shows and that were not printed, spaces aside."""
    there = " ".join(printed.split())
    pieces = [" ".join(piece.split()) for line in shown.splitlines() for piece in line.split("…")]
    return [piece for piece in pieces if piece not in there]


def test_every_block_of_the_page_is_played() -> None:
    """A block is a file's or a command's; there is none that only looks like one."""
    found = list(blocks(PAGE))
    assert PAGE.read_text(encoding="utf-8").count("```") == 2 * len(found)
    for language, title, _ in found:
        assert language in KNOWN and bool(title) == (language != "console"), (language, title)


def test_commands_print_what_the_page_shows(played: tuple[Path, list[Played]]) -> None:
    """Every line that the page shows below a command is in its output, names and scores included."""
    _, found = played
    wrong = [f"{p.command}: {missing(p.shown, p.printed)}\n{p.printed}" for p in found if missing(p.shown, p.printed)]
    assert found and not wrong, "\n".join(wrong)


def test_commands_end_as_the_page_says(played: tuple[Path, list[Played]]) -> None:
    """Only the audit that finds a hole fails, and the student's check of an answer that is wrong."""
    _, found = played
    ended = {(shlex.split(p.command)[1], p.status) for p in found if p.status}
    assert ended == {("check", 1), ("audit", 1)}, [(p.command, p.status, p.printed) for p in found if p.status]


def test_the_end_state_is_released_graded_and_audited(played: tuple[Path, list[Played]]) -> None:
    """At the end of the page the release is up to date, the reference earns everything, the wrong answer is named, and the audit is green."""
    root, _ = played
    assert run(root, "chainrule release surfer --check", "").status == 0
    audited = run(root, "chainrule audit surfer --json audit.json", "")
    assert audited.status == 0, audited.printed
    (found,) = json.loads((root / "audit.json").read_text(encoding="utf-8"))["assignments"]
    assert found["problems"] == [] and not [m for m in found["mutants"] if not m["lost_in"] and not m["equivalent"]]
    (mia,) = json.loads((root / "results.json").read_text(encoding="utf-8"))["submissions"]
    scores = {q["id"]: (q["score"], q["max_score"]) for q in mia["questions"]}
    assert scores == {"click_probabilities": (0.0, 4.0), "shares": (3.0, 3.0), "walk": (4.0, 4.0)}
    assert mia["questions"][0]["diagnosis"]["id"] == "columns_sum_to_one"
    assert mia["questions"][1]["given_correct_inputs"]
