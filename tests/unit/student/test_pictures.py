"""The pictures' helper, which lies in every release: what a browser gets of a figure."""
from __future__ import annotations

import re
import sys
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt

sys.path.append(str(Path(__file__).parents[3] / "autograder" / "student"))

import pictures


def test_a_wide_figure_keeps_letters_that_can_be_read() -> None:
    """In a narrow window it is not shrunk below four fifths of its width, and its own box is scrolled, not the page."""
    figure = plt.figure(figsize=(10, 2))
    shown = pictures.Picture(figure, 'a "wide" one')._repr_mimebundle_()
    plt.close(figure)
    assert shown["text/plain"] == 'a "wide" one'
    assert shown["text/html"].startswith('<div style="overflow-x: auto"><img ')
    assert re.search(r'alt="a &quot;wide&quot; one" style="max-width: 100%; min-width: 720px"', shown["text/html"])
