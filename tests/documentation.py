"""The documentation as tests see it: pages, their blocks of commands, their links and headings."""
from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), ROOT / "data" / "README.md", *(ROOT / "docs").rglob("*.md")])
CONSOLE = ("console", "sh", "bash", "shell")
_RUN = re.compile(r"<!--\s*run:\s*(\w+)\s*-->")
_OPERATORS = frozenset({"&&", "||", "|", ";", "(", ")", "&", ">", "<", ">>"})


@dataclass(frozen=True)
class Block:
    """A block of commands; place is where it is to be run, empty where it is only checked."""

    page: str
    line: int
    text: str
    place: str = ""

    def commands(self) -> Iterator[list[str]]:
        """Each command as its words. Where some lines begin with a prompt, the others are output."""
        text = re.sub(r"\\\n\s*", " ", self.text)
        lines = text.splitlines()
        prompted = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        for line in prompted or lines:
            lexer = shlex.shlex(line, posix=True, punctuation_chars="();&|<>")
            lexer.whitespace_split, lexer.commenters = True, "#"
            words: list[str] = []
            for word in [*lexer, ";"]:
                if word not in _OPERATORS:
                    words.append(word)
                elif words:
                    yield words
                    words = []


@cache
def tokens(page: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse((ROOT / page).read_text(encoding="utf-8"))


def blocks(page: str) -> list[Block]:
    """The blocks of commands on a page."""
    found, place = [], ""
    for token in tokens(page):
        if token.type == "fence" and token.info.split(" ")[0] in CONSOLE and token.map:
            found.append(Block(page, token.map[0] + 1, token.content, place))
        mark = _RUN.search(token.content) if token.type == "html_block" else None
        place = mark[1] if mark else ""
    return found


def inline(page: str) -> Iterator[Token]:
    for token in tokens(page):
        yield from token.children or ()


def code_words(page: str) -> list[str]:
    """What stands in the prose as code."""
    return [token.content for token in inline(page) if token.type == "code_inline"]


def links(page: str) -> list[str]:
    """Where a page's links and pictures lead."""
    targets = [token.attrGet("href") or token.attrGet("src") for token in inline(page) if token.type in ("link_open", "image")]
    return [str(target) for target in targets if target]


@cache
def anchors(page: str) -> frozenset[str]:
    """The anchors that a git host gives a page's headings."""
    all_tokens = tokens(page)
    found: list[str] = []
    for before, token in pairwise(all_tokens):
        if before.type == "heading_open":
            text = "".join(child.content for child in token.children or () if child.type in ("text", "code_inline"))
            slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
            found.append(slug if slug not in found else f"{slug}-{found.count(slug)}")
    return frozenset(found)
