"""Two changes of one text are put into one where they are in different lines."""
from __future__ import annotations

import pytest

from autograder.edits.merged import merged

BASE = "a = 1\nb = 2\nc = 3\nd = 4"


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("a = 0\nb = 2\nc = 3\nd = 4", "a = 1\nb = 2\nc = 0\nd = 4", "a = 0\nb = 2\nc = 0\nd = 4"),
        ("b = 2\nc = 3\nd = 4", "a = 1\nb = 2\nc = 3\ne = 5\nd = 4", "b = 2\nc = 3\ne = 5\nd = 4"),
        ("a = 1\nc = 3\nb = 2\nd = 4", "a = 1\nb = 2\nc = 3\nd = 0", "a = 1\nc = 3\nb = 2\nd = 0"),
        ("a = 0\nb = 2\nc = 3\nd = 4", "a = 9\nb = 2\nc = 3\nd = 4", None),
        ("x = 0\na = 1\nb = 2\nc = 3\nd = 4", "y = 0\na = 1\nb = 2\nc = 3\nd = 4", None),
    ],
)
def test_two_changes_are_put_together(one: str, other: str, both: str | None) -> None:
    """Lines that are changed, left out, put in or moved; None where both change the same or put something in at one place."""
    assert merged(BASE, one, other) == merged(BASE, other, one) == both
