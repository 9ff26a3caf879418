"""The sample class: who hands in what. Each student is a short patch of the release as handed out."""
from __future__ import annotations

import json
from collections.abc import Callable

from autograder.assignment.variants import load_variants

from .work import Work

Patch = Callable[[Work], Work]
EVERYWHERE: dict[str, Patch] = {}
RECOGNITION: dict[str, Patch] = {}


def everywhere(patch: Patch) -> Patch:
    """A student of every assignment."""
    EVERYWHERE[patch.__name__] = patch
    return patch


def recognition(patch: Patch) -> Patch:
    """A student of nn_recognition."""
    RECOGNITION[patch.__name__] = patch
    return patch


def roster(assignment: str) -> dict[str, Patch]:
    """The students of an assignment."""
    return {**EVERYWHERE, **(RECOGNITION if assignment == "nn_recognition" else {})}


# ---- students of every assignment -------------------------------------------------------------------------------


@everywhere
def ada(work: Work) -> Work:
    """Everything right."""
    return work.solve()


@everywhere
def ben(work: Work) -> Work:
    """Everything right, in ways of his own."""
    first = {v.question: v.id for v in reversed(load_variants(work.assignment, "alternative"))}
    return work.solve().use(*first.values())


@everywhere
def cleo(work: Work) -> Work:
    """One typical mistake, in the first question that has one."""
    return work.solve().use(load_variants(work.assignment, "misconception")[0].id)


@everywhere
def dan(work: Work) -> Work:
    """Two typical mistakes, in two questions."""
    first = {v.question: v.id for v in reversed(load_variants(work.assignment, "misconception"))}
    return work.solve().use(*list(first.values())[1:3])


@everywhere
def eve(work: Work) -> Work:
    """Half done: the first half of the questions."""
    questions = [q.id for q in work.assignment.questions]
    return work.solve(*questions[: len(questions) // 2])


@everywhere
def finn(work: Work) -> Work:
    """Handed in as it was handed out."""
    return work


# ---- students of nn_recognition: what goes wrong, and what should not -------------------------------------------


@recognition
def gus(work: Work) -> Work:
    """A file that is no JSON."""
    work.raw = b"%PDF-1.4 this is my homework"
    return work


@recognition
def hana(work: Work) -> Work:
    """An empty file."""
    work.raw = b""
    return work


@recognition
def ivo(work: Work) -> Work:
    """An older notebook format."""
    cells = [
        {"cell_type": "code", "collapsed": False, "input": c["source"], "language": "python", "metadata": c["metadata"], "outputs": []}
        if c["cell_type"] == "code"
        else {"cell_type": c["cell_type"], "metadata": c["metadata"], "source": c["source"]}
        for c in work.solve().cells
    ]
    old = {"metadata": {**work.metadata, "name": "nn"}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells, "metadata": {}}]}
    work.raw = json.dumps(old).encode()
    return work


@recognition
def jun(work: Work) -> Work:
    """The notebook of another course."""
    cell = {"cell_type": "code", "execution_count": 1, "id": "a", "metadata": {}, "outputs": [], "source": "import pandas as pd"}
    work.raw = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    return work


@recognition
def kim(work: Work) -> Work:
    """All metadata lost on the way, as some front ends do."""
    work.solve()
    for cell in work.cells:
        cell["metadata"] = {}
    work.metadata = {}
    return work


@recognition
def lea(work: Work) -> Work:
    """The cells in reverse order of questions."""
    work.solve()
    work.cells.reverse()
    return work


@recognition
def mia(work: Work) -> Work:
    """Cells deleted: a given one, a test and a solution."""
    gone = {"activations", "sigmoid", "conv_backward_solution"}
    work.solve()
    work.cells = [c for c in work.cells if c["metadata"].get("nbgrader", {}).get("grade_id") not in gone]
    return work


@recognition
def noor(work: Work) -> Work:
    """Locked cells edited: the imports broken, a test made to pass."""
    return work.solve().write("imports", "import nothing_of_the_kind").write("softmax", "pass")


@recognition
def omar(work: Work) -> Work:
    """A syntax error in one answer."""
    return work.solve().write("softmax_solution", "def softmax(X):\n    return np.exp(X / np.exp(X).sum(axis=1, keepdims=True)")


@recognition
def pia(work: Work) -> Work:
    """A cell of her own that raises."""
    return work.solve().add("print(undefined_name)", before="softmax_solution").add("1 / 0", after="softmax")


@recognition
def quin(work: Work) -> Work:
    """An answer that never ends, and a cell that never ends."""
    return work.solve().write("sigmoid_solution", "def sigmoid(X):\n    while True:\n        pass").add("while True:\n    pass", after="sigmoid")


@recognition
def ravi(work: Work) -> Work:
    """Two notebooks in one folder."""
    draft = work.copy()
    work.files["draft.ipynb"] = json.dumps(draft.as_json()).encode()
    return work.solve()


@recognition
def sana(work: Work) -> Work:
    """A solution cell twice: the first attempt is wrong, the second right."""
    work.solve()
    right = work.cell("sigmoid_solution")
    first = json.loads(json.dumps(right))
    first["source"] = "def sigmoid(X):\n    return X"
    first["id"] = "sigmoid_first_try"
    work.cells.insert(work.cells.index(right), first)
    return work


@recognition
def tom(work: Work) -> Work:
    """Saved by another front end: sources as lists of lines with Windows ends, its own metadata."""
    work.solve()
    for cell in work.cells:
        cell["source"] = cell["source"].replace("\n", "\r\n").splitlines(keepends=True)
        cell["metadata"]["id"] = "x1Yz"
        cell["metadata"]["colab"] = {"base_uri": "https://localhost:8080/"}
    work.metadata["colab"] = {"provenance": []}
    return work


@recognition
def uma(work: Work) -> Work:
    """Magics, shell commands, display, await and input in cells of her own."""
    return (
        work.solve()
        .add("%matplotlib inline\n!ls\n%pip install numpy", before="initialize_weights_solution")
        .add("%%time\nname = input('Your name? ')\ndisplay(name)", after="sigmoid")
        .add("import asyncio\nawait asyncio.sleep(0)", after="softmax")
    )


@recognition
def vera(work: Work) -> Work:
    """Prints, warnings, plots, and helpers under names of her own."""
    helper = "import warnings\n\ndef stable(z):\n    warnings.warn('careful')\n    print('shifting', z.shape)\n    return z - z.max(axis=1, keepdims=True)"
    mine = "def softmax(X):\n    e = np.exp(stable(X))\n    plt.plot(e[0])\n    plt.show()\n    return e / e.sum(axis=1, keepdims=True)"
    return work.solve().add(helper, before="softmax_solution").write("softmax_solution", mine)


@recognition
def walt(work: Work) -> Work:
    """Made from an older release."""
    work.metadata["chainrule"]["release"] = "0123456789abcdef"
    return work.solve()


@recognition
def xia(work: Work) -> Work:
    """A folder without a notebook in it."""
    work.name = ""
    work.files["notes.txt"] = b"I will hand it in tomorrow."
    return work
