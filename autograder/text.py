"""Text that comes from students, made fit to show: in a terminal, a notebook, a file."""

from __future__ import annotations


def printable(text: str, longest: int = 400) -> str:
    """A text in one line without control characters, changes of direction or halves of characters, and not
    longer than so much.

    A terminal obeys escape sequences in a name or an exception's text, a database and JSON refuse half of a
    surrogate pair.
    """
    kept = "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}"
        for c in text[: longest + 1]
    )
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def sentence(text: str) -> str:
    """A text as a sentence: a capital letter in front, a full stop at the end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) or not text else ".")


def printable_lines(text: str) -> str:
    """A text of any number of lines without control characters, changes of direction or halves of
    characters.
    """
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in "\n\t" else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )
