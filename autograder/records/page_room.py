"""How much of a student's notebook is shown to who grades it: by size, and by what it costs to lay out.

What reads Markdown and colours code (mistune, bleach and Pygments under nbconvert) needs a time that grows
with the square of some texts, and makes megabytes of a few kilobytes of others. An ordinary notebook keeps
all of its form. Of another one, a text that would take long is shown as it was typed, code is shown without
colours, and what is left over is cut. The notebook says so, and the whole lies in what was handed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MARKS = "\\`*_[]()<>&!#|~$\n+-"
"""Characters that mean something to Markdown. The time that it takes goes by their number more than by the
length: a text of 20 KB that is nothing but formulas or tables has some 5000 of them."""
MARKS_OF_ONE, MARKS_OF_ALL = 6000, 20_000
"""Of one text, and of all of a notebook's: with 12,000 of all, each shape that was tried took less than a
second.
"""
LONGEST_TEXT, ALL_TEXTS = 1 << 16, 1 << 17
REFERRED = 4 << 20
"""Bytes that all references may come to, each of which may repeat the longest target."""
COLOURED, ALL_CODE = 60_000, 1 << 18
LONGEST_LINE = 300
"""Of code in colours: Pygments takes the square of a line such as `a.b.a.b`."""
CELLS, OUTPUTS = 1000, 1000
"""How many cells of a student's own, and saved outputs: each costs a millisecond, however small."""
OUTPUT_BYTES, PICTURES = 2 << 20, 16 << 20
"""Text is counted twice: it takes longer to lay out than a picture."""

TYPED = "Shown as it was typed: it would take long to lay it out."
_LIES = "the whole is in the file that was handed in"
LEXER = "ipython3"
"""By which nbconvert colours a graded notebook: the only one for which it reads a cell's own language."""
_UNCOLOURED = "magics_language"  # nbconvert's own key, by which %%latex has the colours of LaTeX
_COLOURED_MAGIC = re.compile(r"%%(time|timeit|capture|prun)\b")


@dataclass
class PageRoom:
    """What is left of it while a graded notebook is made."""

    marks: int = MARKS_OF_ALL
    texts: int = ALL_TEXTS
    referred: int = REFERRED
    coloured: int = COLOURED
    code: int = ALL_CODE
    cells: int = CELLS
    outputs: int = OUTPUTS
    output_bytes: int = OUTPUT_BYTES
    pictures: int = PICTURES
    notes: dict[str, None] = field(default_factory=dict)
    """What was done of it, for the head of the notebook, each sentence once."""

    def text(self, text: str) -> str:
        """A text as Markdown that is laid out, or shown as it was typed, or cut."""
        if len(text) > LONGEST_TEXT or len(text) > self.texts:
            kept = text[: min(LONGEST_TEXT, self.texts)]
            self.texts -= len(kept)
            more = len(text) - len(kept)
            self.note(f"a text is too long to be shown whole; {_LIES}")
            return f"{_typed(kept)}\n\n**Cut here: {more} more characters; {_LIES}.**"
        self.texts -= len(text)
        marks = sum(map(text.count, MARKS))
        longest = max(map(len, re.split(r"\n\s*\n", text))) if "]:" in text else 0
        referred = 2 * longest * text.count("[")  # a target and a title, each within a paragraph
        if marks > min(MARKS_OF_ONE, self.marks) or referred > self.referred:
            self.note("a text is shown as it was typed, since it would take long to lay it out")
            return f"*{TYPED}*\n\n{_typed(text)}"
        self.marks -= marks
        self.referred -= referred
        return text

    def code_in(self, code: str) -> tuple[str, dict[str, str]]:
        """Code, cut where it is too long, and what its cell's metadata says of its colours."""
        kept = code[: self.code]
        self.code -= len(kept)
        if len(kept) < len(code):
            self.note(f"some code is too long to be shown whole; {_LIES}")
            kept += f"\n# Cut here: {len(code) - len(kept)} more characters; {_LIES}."
        if is_plain(kept) or len(kept) > self.coloured:
            foreign = kept.lstrip().startswith("%%")  # nbconvert would take the language from there
            return ("# Shown without colours.\n" if foreign else "") + kept, {_UNCOLOURED: "text"}
        self.coloured -= len(kept)
        return kept, {}

    def cell(self) -> bool:
        """Whether one more cell of the student's own is shown."""
        self.cells -= 1
        if self.cells < 0:
            self.note(f"of the cells that were added {CELLS} are shown; {_LIES}")
        return self.cells >= 0

    def output(self, text: int, pictures: int) -> bool:
        """Whether an output of so much text, and of pictures of that size, is shown. After one that is not,
        none is.
        """
        self.outputs -= 1
        self.output_bytes -= 2 * text + pictures
        shown = self.outputs >= 0 and self.output_bytes >= 0
        if not shown:
            self.output_bytes = -1
            self.note(f"some saved outputs are too large or too many to be shown; {_LIES}")
        return shown

    def pictures_in(self, text: str, sizes: list[int]) -> bool:
        """Whether the pictures of a text are shown: each place for one may show the largest."""
        worst = max(sum(sizes), max(sizes, default=0) * text.count("!["))
        if worst > self.pictures:
            self.note(f"some pictures are too large to be shown; {_LIES}")
            return False
        self.pictures -= worst
        return True

    def note(self, sentence: str) -> None:
        """Say something at the head of the notebook."""
        self.notes[sentence] = None


def is_plain(code: str) -> bool:
    """Whether code is shown without colours: it has lines as nobody writes them, or is in another language
    than Python.
    """
    foreign = code.lstrip().startswith("%%") and not _COLOURED_MAGIC.match(code)
    return foreign or "\\N{" in code or max(map(len, code.split("\n"))) > LONGEST_LINE


def _typed(text: str) -> str:
    """A text in a fence that it does not end by itself."""
    longest = max(map(len, re.findall("~+", text)), default=0)
    fence = "~" * max(4, longest + 1)
    return f"{fence}\n{text}\n{fence}"
