"""Leaves out what only a notebook's front end runs: given code is Python and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

from autograder.author.adopt.old import Left, OldCell, OldRole

_LINE = re.compile(r"^([ \t]*)([%!?].*)$")
_TAKES_RESULT = re.compile(r"^[ \t]*[\w, \t]+=\s*[%!]")
_HARMLESS = re.compile(r"%(?:matplotlib|load_ext|autoreload|reload_ext|config|pylab|time)\b")
_CELL = re.compile(r"\A\s*%%(\w+)[^\n]*\n?")
_TIMES = ("time", "timeit", "capture", "prun")


def without_magics(cells: list[OldCell]) -> tuple[list[OldCell], list[Left]]:
    """The cells without magics and shell lines, and which of these did something."""
    made, left = [], list[Left]()
    for cell in cells:
        if not cell.is_code:
            made.append(cell)
            continue
        text, said = _without(cell)
        left += said
        if text.strip() or cell.role is not OldRole.PLAIN:
            made.append(replace(cell, text=text))
    return made, left


def _without(cell: OldCell) -> tuple[str, list[Left]]:
    text = cell.text
    if found := _CELL.match(text):
        if found[1] not in _TIMES:
            why = f"the cell is no Python: %%{found[1]} is a program of the front end's; it is left out"
            return (text if cell.role is OldRole.TEST else ""), [Left(cell.number, 1, why)]
        text = "\n" * found[0].count("\n") + text[found.end() :]
    lines, left = text.splitlines(), []
    for at, line in enumerate(lines):
        if (match := _LINE.match(line)) is not None:
            timed = re.match(r"%time\s+(.*)", match[2])
            lines[at] = match[1] + (timed[1] if timed else "pass")
            if not _HARMLESS.match(match[2]):
                left.append(
                    Left(cell.number, at + 1, f"`{match[2].strip()}` is no Python; the line is left out")
                )
        elif _TAKES_RESULT.match(line):
            left.append(
                Left(
                    cell.number,
                    at + 1,
                    f"`{line.strip()}` takes what a front end gives; the line is left out",
                )
            )
            lines[at] = ""
    kept = [
        line
        for line, old in zip(lines, text.splitlines(), strict=True)
        if line != "pass" or old.strip() == "pass"
    ]
    return "\n".join(kept if cell.role is OldRole.PLAIN else lines), left
