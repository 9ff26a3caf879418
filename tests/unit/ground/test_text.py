"""Texts of students', made fit to show."""
from __future__ import annotations

import pytest

from autograder.text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ValueError: größer als 3 · 数", "ValueError: größer als 3 · 数"),
        ("two\nlines\tand\rmore", "two lines and more"),
        ("\x1b[31mred\x07", "\N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}"),
        ("a\u202eb", "a\N{REPLACEMENT CHARACTER}b"),
        ("half \ud800", "half \N{REPLACEMENT CHARACTER}"),
        ("", ""),
    ],
)
def test_control_characters_are_replaced(text: str, shown: str) -> None:
    """What a terminal would obey, what turns the direction of reading and what no file can hold is replaced; the rest stays."""
    assert printable(text) == shown
    printable(text).encode()


def test_long_texts_are_cut() -> None:
    """No more than so many characters, the last of which says that something is missing."""
    assert printable("x" * 400) == "x" * 400
    assert printable("x" * 401) == "x" * 399 + "…"
    assert printable("x" * 10, 4) == "xxx…"
