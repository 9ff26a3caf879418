"""How much of a notebook is shown: an ordinary one whole, another one by a bound that is said."""
from __future__ import annotations

import base64
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.assignment.notebook import grade_id_of
from autograder.entry.nbgrader_pages import clean_markdown
from autograder.handed_in.alignment import align
from autograder.records import page_room
from autograder.records.graded_notebook import graded_notebook
from autograder.records.page_room import PageRoom, is_plain
from tests.sample_class.work import Work

from .test_graded_notebook import by_id, result

PROSE = "The loss falls fast at first, then slowly: the step is too long for the last digits. See [1], and *compare* it with `tanh`.\n\n"
TABLE = "| rate | batch | loss | right |\n|------|-------|------|-------|\n" + "| 0.01 | 32 | 0.215 | 93.4 % |\n" * 30 + "\n"
FORMULAS = "$$\\frac{\\partial L}{\\partial W_{ij}} = \\sum_{n=1}^{N} \\delta_{nj} x_{ni}$$\n\nand with $\\delta_{nj} = p_{nj} - y_{nj}$ this is $X^\\top (P - Y)$.\n\n"
LIST = "1. one\n   - part one\n   - part two\n2. two\n\n[1]: https://example.org/a/paper \"A paper\"\n\n"
ESSAY = "# Why\n\n" + (PROSE * 12 + TABLE + FORMULAS * 6 + LIST) * 6
COSTLY = {
    "open formulas": "\\\\[", "tables": "a|b\n-|-\n", "nested lists in HTML": "<ul><li>", "tags": "<div>", "emphasis": "***a** b", "links": "[a](", "entities": "&",
    "quotes": "> ", "lists": "- a\n", "code": "```python\nx\n```\n", "backticks": "`a ", "environments": "\\begin{a}", "headings": "# a\n", "brackets": "[[]", "images": "![",
    "definitions": "[a]: b\n", "strikes": "~~a ", "dollars": "$a ", "escapes": "\\*", "blank lines": "\n",
}  # fmt: skip


def graded(work: Work) -> NotebookNode:
    return graded_notebook(align("ann", nbformat.from_dict(work.as_json()), work.assignment, []), result(), work.assignment)


def added(work: Work, *cells: dict[str, Any]) -> NotebookNode:
    """The graded notebook of one with these cells at its end."""
    notebook = nbformat.from_dict(work.as_json())
    notebook.cells += [nbformat.from_dict({"metadata": {}, **cell}) for cell in cells]
    return graded_notebook(align("ann", notebook, work.assignment, []), result(), work.assignment)


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "execution_count": 1}


def test_an_ordinary_long_essay_is_whole() -> None:
    """Twenty kilobytes of prose, tables and formulas stay as they are, and so do three of them in a notebook."""
    assert 20_000 < len(ESSAY) < 22_000
    room = PageRoom()
    assert [room.text(ESSAY) for _ in range(3)] == [ESSAY] * 3
    assert not room.notes


@pytest.mark.parametrize("block", [TABLE, FORMULAS])
def test_a_text_of_nothing_but_tables_or_formulas_is_whole(block: str) -> None:
    """The densest text that people write stays as it is up to 20 KB."""
    text = block * (20_000 // len(block))
    assert PageRoom().text(text) == text


@pytest.mark.parametrize("shape", COSTLY)
def test_a_text_that_costs_much_is_shown_as_it_was_typed(shape: str) -> None:
    """It is said, nothing of it is read as Markdown, and nothing is lost."""
    text = COSTLY[shape] * (60_000 // len(COSTLY[shape]))
    room = PageRoom()
    shown = room.text(text)
    assert text in shown and page_room.TYPED in shown and room.notes
    html = clean_markdown({"cell": {}}, shown)
    assert html.count("<") <= 12  # the sentence and one block, whatever the text has


def test_costs_add_up_over_a_notebook() -> None:
    """Many texts that would each be laid out are not, once they are too many."""
    room = PageRoom()
    text = "*a* " * 1000
    shown = [room.text(text) for _ in range(30)]
    assert shown[0] == text and shown[-1] != text
    assert sum(len(s) for s in shown if s == text) * 2 // 4 <= page_room.MARKS_OF_ALL


def test_references_that_would_repeat_a_long_target_are_not_laid_out() -> None:
    """A target of forty kilobytes named a thousand times would be forty megabytes."""
    room = PageRoom()
    assert page_room.TYPED in room.text(f"[a]: http://{'b' * 40_000}\n\n" + "[a] " * 1000)


@pytest.mark.parametrize("text", ["word " * 40_000, "~" * 70_000, "a" * 3_000_000])
def test_what_is_cut_is_said(text: str) -> None:
    """Of a text that is too long the beginning is shown, and how many characters more there are."""
    room = PageRoom()
    shown = room.text(text)
    assert f"{len(text) - page_room.LONGEST_TEXT} more characters" in shown
    assert len(shown) < 4 * page_room.LONGEST_TEXT and text[:1000] in shown
    assert "cut" in clean_markdown({"cell": {}}, shown).lower()
    assert "too long" in str(room.notes)


def test_the_first_cell_says_what_is_not_shown(work: Work) -> None:
    """A write-up that is cut is named at the head, and the answer's own cell says it too."""
    built = graded(work.solve())
    assert "too long" not in built.cells[0].source
    notebook = nbformat.from_dict(work.as_json())
    next(c for c in notebook.cells if grade_id_of(c) == "why").source = "long " * 50_000
    built = graded_notebook(align("ann", notebook, work.assignment, []), result(), work.assignment)
    assert "too long to be shown whole" in built.cells[0].source.replace("&#32;", " ")
    assert "Cut here" in by_id(built, "why").source


def test_code_in_another_language_or_in_long_lines_has_no_colours(work: Work) -> None:
    """nbconvert reads the language from the metadata; an ordinary cell's is left to it."""
    built = added(work.solve(), code("a.b." * 1000), code("%%perl\n<<A"), code("%%time\nx = 1"), code("x = 1"), code('"\\N{'))
    languages = [cell.metadata.get("magics_language") for cell in built.cells[-5:]]
    assert languages == ["text", "text", None, None, "text"]
    assert not built.cells[-4].source.startswith("%%")
    assert built.metadata.language_info.pygments_lexer == "ipython3"


def test_code_has_a_bound(work: Work) -> None:
    """A megabyte of code is shown in part, in colours in a smaller one."""
    built = added(work.solve(), *[code("x = 1\n" * 8000) for _ in range(20)])
    mine = built.cells[-20:]
    assert "magics_language" not in mine[0].metadata and mine[2].metadata["magics_language"] == "text"
    assert sum(len(cell.source) for cell in mine) < page_room.ALL_CODE + 20 * 200
    assert "Cut here" in mine[-1].source and "code is too long" in built.cells[0].source


def test_cells_and_outputs_have_a_number(work: Work) -> None:
    """Five thousand cells or thirty thousand outputs are shown in part, and it is said; answers are all there."""
    said = {"output_type": "stream", "name": "stdout", "text": "a"}
    built = added(work.solve(), *[{"cell_type": "markdown", "source": "*a*"} for _ in range(4000)])
    assert len(built.cells) < page_room.CELLS + 50 and "of the cells that were added" in built.cells[0].source
    assert by_id(built, "why") and by_id(built, "center_solution").source
    built = added(work, code("1", *[said] * 30_000))
    assert len(built.cells[-1].outputs) == page_room.OUTPUTS and "saved outputs are too large or too many" in built.cells[0].source


def test_pictures_are_counted_as_often_as_they_may_be_shown(work: Work) -> None:
    """Ten photographs are shown; one that a text names a thousand times is not."""
    photo = {"x": {"image/png": base64.b64encode(bytes(1_000_000)).decode()}}
    text = {"cell_type": "markdown", "source": "![a](attachment:x)", "attachments": photo}
    built = added(work.solve(), *[text] * 10)
    assert all("attachments" in cell for cell in built.cells[-10:]) and "Nothing" in built.cells[0].source
    built = added(work, {**text, "source": "![][x] " * 1000 + "\n\n[x]: attachment:x\n"})
    assert "attachments" not in built.cells[-1] and "pictures are too large" in built.cells[0].source


def test_ordinary_code_has_colours() -> None:
    """What people write, with a long line or a magic that times it, is coloured."""
    assert not any(map(is_plain, ["x = 1", "%%time\nf()", "names = [" + "'a', " * 50 + "]", "%matplotlib inline", ""]))
