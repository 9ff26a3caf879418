"""Two changes of one text put into one."""

from __future__ import annotations

import difflib
from itertools import pairwise


def merged(base: str, one: str, other: str) -> str | None:
    """The text with what either of two copies changed in it; None where both change the same lines."""
    lines = base.split("\n")
    changed = sorted([*_changed(lines, one), *_changed(lines, other)], key=lambda change: change[:2])
    for (_, end, _), (start, until, _) in pairwise(changed):
        if start < end or start == until == end:
            return None
    for start, end, new in reversed(changed):
        lines[start:end] = new
    return "\n".join(lines)


def _changed(lines: list[str], text: str) -> list[tuple[int, int, list[str]]]:
    new = text.split("\n")
    same = difflib.SequenceMatcher(None, lines, new, autojunk=False)
    return [(a, b, new[c:d]) for tag, a, b, c, d in same.get_opcodes() if tag != "equal"]
