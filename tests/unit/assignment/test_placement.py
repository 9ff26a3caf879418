"""What belongs where: write-ups wherever they were written, bytes of every kind, and one rule for grading and for the student's own check."""
from __future__ import annotations

import json
import random
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.assignment.loading import load_assignment
from autograder.assignment.notebook import MAX_PARTS, parse
from autograder.assignment.placement import Cell, Known, additions, lay_out
from autograder.assignment.reading.opening import NotANotebook
from autograder.assignment.reading.prose import may_answer, plain
from autograder.assignment.values import Assignment
from autograder.author.student_check import facts, filled
from autograder.handed_in.alignment import Submission, align
from autograder.inside.protocol import shown_number
from tests.sample_class.work import ANSWER, Work
from tests.tiny import NAME, make_course


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return load_assignment(NAME, make_course(tmp_path_factory.mktemp("course")))


@pytest.fixture(scope="module")
def check(tiny: Assignment) -> Any:
    """The check as it is handed out, one file that knows nothing of the package."""
    made = ModuleType("check_as_released")
    made.__file__ = "check_notebook.py"
    import sys

    sys.modules[made.__name__] = made
    exec(compile(filled(tiny), "check_notebook.py", "exec"), made.__dict__)
    return made


def read(tiny: Assignment, data: bytes) -> Submission:
    notebook, notes = parse(data)
    return align("ann", notebook, tiny, notes)


def as_bytes(work: Work) -> bytes:
    return json.dumps(work.as_json(), ensure_ascii=False).encode()


def text_cell(text: str, kind: str = "markdown") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": text, "outputs": []}


# ---- write-ups ----------------------------------------------------------------------------------------------------


BY_CODE = {
    "shown": f'print("{ANSWER}")',
    "displayed": f'from IPython.display import Markdown, display\ndisplay(Markdown("{ANSWER}"))',
    "kept in a name": f'answer = """\n{ANSWER}"""',
    "in a magic": f"%%markdown\n{ANSWER}",
    "in a cell of code": f"Answer:\n{ANSWER}",
    "in HTML": f"%%html\n<p>{ANSWER}</p>",
    "in a file": f"%%writefile answer.md\n{ANSWER}",
    "by IPython": f"import IPython.display\nIPython.display.HTML('<p>{ANSWER}</p>')",
    "in pieces": f"answer = '{ANSWER[:40]}' + ''\nanswer2 = {{'more': '{ANSWER[40:]}'}}\nprint()\nprint(answer, '-' * 20)",
    "with a value in it": f'n = 3\nprint(f"{ANSWER} That is what I saw in each of my {{n}} runs of it, whatever the rate.")',
    "by a function of their own": f'from IPython.display import Markdown, display\ndef printmd(text, **more):\n    display(Markdown(text))\nprintmd("{ANSWER}")',
    "among code": f'sizes = [len(str(n)) for n in range(3)]\nshow = lambda text: print(text)\nshow("""{ANSWER} And so on,\nfor each of the layers above it as well.""")',
    "kept among code": f'sizes = [len(str(n)) for n in range(3)]\nmine = "{ANSWER} And so on, for each of the layers above it."',
    "in a loop": f'lines = 3\nfor line in ["{ANSWER[:40]}", "{ANSWER[40:]}"]:\n    print(line[:lines * 40])',
    "returned": f'def why():\n    return "{ANSWER}"\nwhy()', "with a type": f'answer: str = "{ANSWER}"', "by the shell": f'!echo "{ANSWER}"',
    "written to a file": f'with open("answer.txt", "w") as file:\n    file.write("{ANSWER}")',
    "in marimo's call": f'mo.md(\n    r"""\n    {ANSWER}\n    """\n)',
}


@pytest.mark.parametrize("how", ["below", "above", "comment", "split", "under the question", "copied", "new cell", "below a plot", "far below", "its cell is gone", "its question is gone", *BY_CODE])
def test_a_write_up_is_found_wherever_it_was_written(tiny: Assignment, how: str) -> None:
    """All of it reaches a person."""
    work = Work.handed_out(tiny).solve("center", "scale")
    at, stub = work.cells.index(work.cell("why")), work.cell("why")
    if how == "below":
        work.cells.insert(at + 1, text_cell(ANSWER))
    elif how == "above":
        work.cells.insert(at, text_cell(ANSWER))
    elif how == "comment":
        work.cells.insert(at + 1, text_cell(f"# {ANSWER}", "code"))
    elif how in BY_CODE:
        work.cells.insert(at + 1, text_cell(BY_CODE[how], "code"))
    elif how == "below a plot":
        work.cells[at + 1 : at + 1] = [text_cell("plt.plot([1, 2])", "code"), text_cell(ANSWER)]
    elif how == "far below":
        work.cells.insert(2, work.cells.pop(at))
        work.cells += [text_cell("plt.plot([1, 2])", "code"), text_cell(ANSWER)]
    elif how == "new cell":
        stub["source"] = ANSWER[:40]
        work.cells.insert(at + 1, text_cell(ANSWER[40:]))
    elif how == "under the question":
        work.cells[at - 1]["source"] += f"\n\n{ANSWER}"
    elif how == "its cell is gone":
        work.cells[at - 1]["source"] += f"\n\n{ANSWER}"
        del work.cells[at]
    elif how == "its question is gone":
        work.cells[at - 1 : at + 1] = [text_cell(ANSWER)]
    elif how == "split":
        work.cells.insert(at + 1, {**stub, "source": ANSWER[40:]})
        stub["source"] = ANSWER[:40]
    else:
        work.cells.append({**stub, "source": ANSWER})
    answer = read(tiny, as_bytes(work)).answer("why")
    assert answer is not None and ANSWER[:40] in answer and ANSWER[40:] in answer


NO_ANSWER = [
    "from IPython.display import display", "x = 3", "y = x.T", "%%time\nx = 1", 'title = "two words"', "print('all done')", "# plt.plot(x)\n# plt.show()",
    "# TODO", "#@title Setup", "for i in range(3)\n    print(i)", "pip install numpy scipy pandas torch",
    "params = init(3, {}\nprint('what the weights are now')", "print('all units of the layer are', x)",
    "print(f'After {n} rounds the loss on the digits of the test set is {loss:.3f}, down from {first:.3f} before')",
    "exec(\"\"\"for n in range(3):\n    for m in range(n):\n        print(n, m, n * m, n / (m + 1), n - m, n + m)\"\"\")",
    "x = f(3)\nplt.title('The loss of the network falls as long as one trains it, and no longer than that')",
    "def draw(h):\n    'Draws all of the curves that a training has left in its history, one below the other.'\n    plt.plot(h)", "!echo done",
    "names = ['angry', 'disgusted', 'afraid', 'happy', 'sad', 'surprised', 'neutral', 'bored', 'tired', 'calm', 'proud', 'shy', 'vain']",
    "x = f(3)\nassert x, 'this is a long message that nobody is to see since it is always true'",
    "x = f(3)\nprint('the training has ended now')", "def show(text):\n    print(text)\nshow('all done')",
]  # fmt: skip


@pytest.mark.parametrize("cell", NO_ANSWER)
def test_code_beside_it_is_no_write_up(tiny: Assignment, cell: str) -> None:
    """What was left as it was handed out is untouched, whatever computes beside it."""
    work = Work.handed_out(tiny).solve("center", "scale")
    work.cells.append(text_cell(cell, "code"))
    assert read(tiny, as_bytes(work)).answer("why") is None


NOTHING = {
    "where it is opened": '<a href="https://colab.research.google.com/x" target="_parent"><img src="badge.svg" alt="Open In Colab"/></a>',
    "its badge": "[![Open In Colab](badge.svg)](https://colab.research.google.com/x)",
    "what made it": "<a style='color:#5B5B62' href='https://deepnote.com'>\n<img alt='' src='x'> </img>\nCreated in <span>Deepnote</span></a>",
    "what stopped": '<span id="papermill-error-cell" style="color:red">Execution using papermill encountered an exception here and stopped:</span>',
    "a rule": "---", "a heading": "## My experiments", "a break": "<br>&nbsp;",
}


@pytest.mark.parametrize("what", NOTHING)
def test_what_says_nothing_is_no_write_up(tiny: Assignment, what: str) -> None:
    """Links and notes that programs leave in a notebook, and headings; a picture may be an answer."""
    work = Work.handed_out(tiny).solve("center", "scale")
    work.cells.append(text_cell(NOTHING[what]))
    assert read(tiny, as_bytes(work)).answer("why") is None
    work.cells.append(text_cell("<img src='attachment:board.jpg'>"))
    assert "board" in str(read(tiny, as_bytes(work)).answer("why"))


@pytest.mark.parametrize(
    ("heading", "is_answer"), [("# Yes", False), ("## My answer", False), ("### They stay equal", True), ("# No, they never differ", True)]
)
def test_a_heading_of_three_words_is_an_answer(tiny: Assignment, heading: str, is_answer: bool) -> None:
    """One of a word or two is a title; what is more may be all that a student wrote."""
    work = Work.handed_out(tiny).solve("center", "scale")
    work.cells.append(text_cell(heading))
    assert (read(tiny, as_bytes(work)).answer("why") is not None) == is_answer


@pytest.mark.parametrize("text", ["它们保持相等，因为每个单元得到相同的梯度。", "どの重みも同じ勾配を受け取るから、ずっと等しいままです。"])
def test_a_script_without_blanks_is_words_too(tiny: Assignment, text: str) -> None:
    """Where nothing stands between words, a sign counts as one."""
    for cell in (f"print('{text}')", f"# {text}", text):
        work = Work.handed_out(tiny).solve("center", "scale")
        work.cells.append(text_cell(cell, "code"))
        assert text in str(read(tiny, as_bytes(work)).answer("why"))


SECOND = """
# %% [markdown]
# ## 4. Other spreads
#
# What happens to the gradient of a column whose spread is a thousand times larger than that of another?

# %% [markdown] written="other_spreads" points=1
# ### BEGIN SOLUTION
# *Rubric.* 1 point: the steps suit that column alone.
# ### END SOLUTION
"""
MORE = "Its gradient is larger as well, so that the rate which suits it is too small for all others."
IN_ONE_CELL = {
    "by number": f"1) {ANSWER}\n2) {MORE}", "by question": f"Question 3: {ANSWER}\n\nQuestion 4: {MORE}", "by title": f"{ANSWER}\n\nOther spreads\n{MORE}",
    "by id": f"{ANSWER}\nother_spreads: {MORE}", "by headings": f"### Why\n{ANSWER}\n### Then\n{MORE}", "in bold": f"**First** {ANSWER}\n\n**Then** {MORE}",
    "by a rule": f"{ANSWER}\n\n---\n\n{MORE}", "by letters": f"(a) {ANSWER}\n\n(b) {MORE}",
    "by its words": f"{ANSWER}\n\nThe gradient of a column with a larger spread happens to be a thousand times larger, too.",
}  # fmt: skip
IN_ITS_OWN = {
    "plainly": f"{ANSWER}", "in paragraphs": f"{ANSWER}\n\nThat is why one starts from random numbers.\n\nIt holds for each layer.", "in points": f"- {ANSWER}\n- It holds for each layer.",
    "with numbers": f"{ANSWER}\n0.5 is what each gives.\n1.5 is none of them.", "with a title": f"### Answer\n{ANSWER}", "in bold words": f"**All units** are equal. {ANSWER}",
}  # fmt: skip


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """An assignment with two write-ups."""
    more = {"notebook.py": [("# *Rubric.* 1 point: one learning rate then suits all weights.\n# ### END SOLUTION\n", f"# *Rubric.* 1 point: one learning rate then suits all weights.\n# ### END SOLUTION\n{SECOND}")], "assignment.toml": [("[questions.why]", "[questions.why]\n\n[questions.other_spreads]")]}  # fmt: skip
    return load_assignment(NAME, make_course(tmp_path_factory.mktemp("two"), more))


@pytest.mark.parametrize("how", [*IN_ONE_CELL, *IN_ITS_OWN])
def test_two_answers_in_one_cell_are_both_read(two: Assignment, how: str) -> None:
    """Where nothing stands in the other's cell, and this one holds more than its own question asks for; the student is told."""
    work = Work.handed_out(two).solve("center", "scale").write("why", (IN_ONE_CELL | IN_ITS_OWN)[how])
    submission = read(two, as_bytes(work))
    assert submission.answer("other_spreads") == IN_ONE_CELL.get(how)
    said = [message for message in submission.messages if "may answer it too" in message]
    assert len(said) == (how in IN_ONE_CELL)
    assert read(two, as_bytes(work.write("other_spreads", MORE))).answer("other_spreads") == MORE
    work.cells.remove(work.cell("other_spreads"))
    submission = read(two, as_bytes(work))
    assert submission.answer("other_spreads") == IN_ONE_CELL.get(how)
    assert "missing cells: other_spreads" in submission.messages
    assert any("other_spreads is missing; what stands in cell" in message for message in submission.messages) == (how in IN_ONE_CELL)


def test_a_question_in_points_is_answered_in_points() -> None:
    """These are one answer; titles and rules among them tell of another, though there are fewer than points."""
    asked, points = "1. Write it down.\n2. Derive it.\n3. Say why.", "1. It is this.\n2. So is this.\n3. And this."
    assert not may_answer(points, asked, "What happens?", "q")
    for text in (f"## One\n{points}\n## Two\nIt falls.", f"{points}\n\n---\n\nIt falls.", f"{points}\n4. It falls."):
        assert may_answer(text, asked, "What happens?", "q")


def test_a_deleted_write_up_is_missing(tiny: Assignment) -> None:
    """Nothing else is taken for it."""
    work = Work.handed_out(tiny).solve()
    work.cells.remove(work.cell("why"))
    submission = read(tiny, as_bytes(work))
    assert submission.answer("why") is None and submission.messages == ("missing cells: why",)


def test_a_check_that_is_put_back_comes_after_answers_in_other_cells(tiny: Assignment) -> None:
    """Answers alone, without metadata: what is given comes first, and the checks last, as those answers may stand anywhere."""
    work = Work.handed_out(tiny).solve()
    work.cells = [{**work.cell(name), "metadata": {}} for name in ("center_solution", "scale_solution")]
    order = [p.source.id if p.source else "own" for p in read(tiny, as_bytes(work)).placed]
    order = [name for name in order if name in ("imports", "helpers", "own", "center", "scale")]
    assert order == ["imports", "helpers", "own", "own", "center", "scale"]


def test_another_questions_prose_is_no_write_up(tiny: Assignment) -> None:
    """Also where its heading was edited, so that it is not known as the release's."""
    work = Work.handed_out(tiny).solve("center", "scale")
    prose = work.cells[work.cells.index(work.cell("center_solution")) - 1]
    work.cells.append(text_cell(f"## My notes\n\n{work.cells[0]['source']}"))
    prose["source"] = "(a note)"
    assert read(tiny, as_bytes(work)).answer("why") is None


def test_mixed_imports_in_a_locked_cell(tiny: Assignment) -> None:
    """Of one statement that brings given names and new ones, the new ones are kept."""
    work = Work.handed_out(tiny).solve().edit("imports", "import numpy as np", "import numpy as np, math, os.path as p")
    assert [placed.added for placed in read(tiny, as_bytes(work)).placed if placed.added] == ["import math, os.path as p"]


def test_methods_in_a_locked_class_are_kept() -> None:
    """What a student writes into a class of the release, and the class does not have there, is put into it; what it has stays its own."""
    original = "class Net:\n    def __init__(self):\n        self.size = 1"
    edited = (
        "class Net:\n    SMALL = 1e-8\n    def __init__(self):\n        self.size = 2\n\n"
        "    @staticmethod\n    def half(x):\n        return x / 2\n    def layers(self):\n        return 3\n"
    )
    added = additions(edited, {"Net", "layers"}, original)
    assert added.split("\n")[5:8] == ["@staticmethod", "def half(x):", "    return x / 2"]  # in their own lines
    there: dict[str, Any] = {}
    exec(f"{original}\n{added}", there)
    net = there["Net"]()
    assert (net.size, net.half(4), net.SMALL) == (1, 2, 1e-8) and not hasattr(net, "layers")
    assert additions(edited, {"Net"}) == ""


def test_a_copied_cell_that_attaches_answers_attaches_the_copies() -> None:
    """All cells were copied below and answered there: a given cell that puts functions into a class runs again, and no other."""
    texts = {"net": "class Net:\n    pass", "f_solution": "def f(self):\n    raise NotImplementedError", "attach": "Net.f = f", "f": "checks.run(Net().f)"}
    roles = {"net": "given", "f_solution": "solution", "attach": "given", "f": "test"}
    release = [Known(name, roles[name], text) for name, text in texts.items()]
    mine = {**texts, "f_solution": "def f(self):\n    return 1"}
    cells = [Cell(n, "code", name if n < 5 else "", text) for n, (name, text) in enumerate([*texts.items(), *mine.items()], 1)]
    layout = lay_out(cells, release)
    assert [place.text for place in layout.places if place.known is None] == [mine["f_solution"], "Net.f = f"]


# ---- bytes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_usual_encoding_is_read(tiny: Assignment, encoding: str) -> None:
    """With an accent in it, and zeros behind it."""
    work = Work.handed_out(tiny).solve().write("why", "déjà vu")
    submission = read(tiny, as_bytes(work).decode().encode(encoding) + b"\0" * 512)
    assert submission.answer("why") == "déjà vu"
    assert bool(submission.messages) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize("wrap", [lambda b: {"type": "notebook", "content": b}, lambda b: {"ipynb": b}, json.dumps])
def test_a_notebook_as_servers_hand_it_on_is_read(tiny: Assignment, wrap: Any) -> None:
    """What Jupyter's and Colab's interfaces wrap around it is taken off."""
    whole = Work.handed_out(tiny).solve("center").as_json()
    assert read(tiny, json.dumps(wrap(whole)).encode()).answer("center_solution")


def test_outputs_are_no_part_of_a_limit(tiny: Assignment) -> None:
    """Neither their size nor the brackets in them; what has too many parts outside them is refused as before."""
    work = Work.handed_out(tiny).solve()
    work.cell("center")["outputs"] = [{"output_type": "stream", "text": "[" * (MAX_PARTS + 1)}]
    assert read(tiny, as_bytes(work)).answer("why") == ANSWER
    work.metadata["much"] = [[]] * (MAX_PARTS + 1)
    with pytest.raises(NotANotebook, match="too many parts"):
        parse(as_bytes(work))


# ---- one rule -----------------------------------------------------------------------------------------------------


def mangled(tiny: Assignment, seed: int) -> Work:
    """A notebook after a long night: cells gone, moved, copied, turned, edited, stripped."""
    rng, work = random.Random(seed), Work.handed_out(tiny)
    work.solve(*rng.sample(["center", "scale", "why"], rng.randint(0, 3)) or ["center"])
    for _ in range(rng.randint(0, 6)):
        if not work.cells:
            break
        at = rng.randrange(len(work.cells))
        cell = work.cells[at]
        what = rng.choice(["gone", "moved", "copied", "turned", "edited", "stripped", "own", "added"])
        if what in ("gone", "moved"):
            work.cells.pop(at)
        if what in ("copied", "moved"):
            work.cells.insert(rng.randint(0, len(work.cells)), {**cell})
        elif what == "own":
            work.cells.insert(at, text_cell(rng.choice(["x = 1", "# a word", "%time y = 2", ANSWER]), rng.choice(["code", "markdown", "raw"])))
        elif what == "turned":
            work.cells[at] = {**cell, "cell_type": rng.choice(["code", "markdown", "raw"])}
        elif what == "edited":
            work.cells[at] = {**cell, "source": rng.choice([cell["source"] + "\nimport math", "", "def center(X):", ANSWER])}
        elif what == "stripped":
            for other in work.cells if rng.random() < 0.5 else [cell]:
                other["metadata"] = {}
    return work


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32))
def test_check_and_grading_agree(tiny: Assignment, check: Any, seed: int) -> None:
    """On what is readable, which answers and texts are there, and what is missing."""
    data, notes = as_bytes(mangled(tiny, seed)), []  # type: ignore[var-annotated]
    submission = read(tiny, data)
    try:
        placed = check._lay_out(check._parsed(data)[0], facts(tiny), notes)
    except ValueError:
        assert not submission.readable
        return
    assert submission.readable
    theirs = {cell["id"]: cell["text"] for cell in placed if cell["id"] and cell["touched"] and cell["role"] in ("solution", "written")}
    ids = [cell.id for cell in tiny.cells if cell.role in ("solution", "written")]
    assert theirs == {name: text for name in ids if (text := submission.answer(name)) is not None}
    missing = {p.source.id for p in submission.placed if p.source is not None and p.handed_in is None}
    assert missing == {cell["id"] for cell in placed if cell["number"] == 0}
    own = {p.number for p in submission.placed if p.handed_in is not None}
    runs = [(n if (n := shown_number(c.number)) in own else 0, c.text) for c in submission.cells() if c.text.strip()]
    assert [(number, plain(text)) for number, text in runs] == [(c["number"], plain(c["text"])) for c in placed if c["code"] and c["text"].strip()]
    grader = [(p.number, p.added) for p in submission.placed if p.added]
    assert sorted(grader) == sorted((c["number"], c["text"]) for i, c in enumerate(placed) if c["role"] == "own" and i and placed[i - 1]["number"] == c["number"] != 0)
