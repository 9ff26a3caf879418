"""The student's own check and grading agree on notebooks as people leave them: what is right, what is lost, and that it was said beforehand."""
from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.notebook import parse
from autograder.author.student_check import FILE, filled
from autograder.handed_in.alignment import align
from autograder.inside.protocol import shown_number
from tests.sample_class.work import ANSWER, Work

from .conftest import Bench, Benches

Edit = Callable[[Work], object]
CENTER = "def center(X):\n    return X - X.mean(axis=0)"


def cell(text: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": text, "outputs": [], "execution_count": None}


def before(text: str) -> Edit:
    """Lines at the beginning of the first answer's cell."""
    return lambda w: w.write("center_solution", f"{text}\n{w.cell('center_solution')['source']}")


def behind(text: str) -> Edit:
    """Lines at the end of the first answer's cell."""
    return lambda w: w.write("center_solution", f"{w.cell('center_solution')['source']}\n{text}")


def answer(text: str) -> Edit:
    return lambda w: w.write("center_solution", text)


def stripped(w: Work) -> None:
    """Saved by a front end that keeps no metadata and no ids."""
    w.metadata = {}
    for c in w.cells:
        c["metadata"] = {}
        c.pop("id", None)


def stub(w: Work, name: str) -> str:
    return str(Work.handed_out(w.assignment).cell(name)["source"])


def merged(w: Work) -> None:
    """Answer and check in one cell."""
    check = w.cell("center")
    w.write("center_solution", f"{w.cell('center_solution')['source']}\n\n{check['source']}")
    w.cells.remove(check)


def all_in_one(w: Work) -> None:
    text = "\n\n".join(c["source"] for c in w.cells if c["cell_type"] == "code")
    w.cells[:] = [cell(text), w.cell("why")]


def in_the_check(w: Work) -> None:
    """The answer stands in the check's cell."""
    text = w.cell("center_solution")["source"]
    w.write("center_solution", stub(w, "center_solution")).write("center", f"{text}\n{w.cell('center')['source']}")


def further_down(w: Work) -> None:
    """A copy of the question's cell is filled in, and the stub left."""
    copy = json.loads(json.dumps(w.cell("center_solution")))
    w.write("center_solution", stub(w, "center_solution")).cells.append(copy)


def as_comment(w: Work) -> None:
    """The text is a comment in a code cell below its own."""
    w.write("why", stub(w, "why")).cells.append(cell(f"# {ANSWER}"))


def kaggle(w: Work) -> None:
    stripped(w)
    w.cells.insert(0, cell("import numpy as np # linear algebra\nimport pandas as pd # data processing\nimport os\nfor d, _, files in os.walk('/kaggle/input'): print(d)"))


def colab(w: Work) -> None:
    w.cells[:0] = [cell("from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive"), cell("!pip install tqdm -q")]


def kept_beside(w: Work) -> None:
    """A file of the student's own, which is not handed in."""
    w.files["shift.csv"] = b"0.0"
    w.add("import numpy\nshift = numpy.loadtxt('shift.csv')", before="center_solution").write("center_solution", f"{CENTER} - shift")


def own_module(w: Work) -> None:
    w.files["mine.py"] = b"def mean(X):\n    return X.mean(axis=0)\n"
    w.write("center_solution", "from mine import mean\ndef center(X):\n    return X - mean(X)")


RIGHT: dict[str, Edit] = {
    "a given cell was deleted": lambda w: w.cells.remove(w.cell("helpers")),
    "no metadata": stripped, "Colab": colab, "Kaggle": kaggle, "cells merged": merged, "all in one cell": all_in_one, "reversed": lambda w: w.cells.reverse(),
    "a magic and a shell line": before("%load_ext autoreload\n%autoreload 2\n!echo hello"),
    "a magic, no metadata": lambda w: (before("%matplotlib inline\n!ls")(w), stripped(w)),
    "the answer in the check's cell": in_the_check, "a copy of the question's cell": further_down, "the text as a comment": as_comment,
    "the text as code": lambda w: w.cell("why").update(cell_type="code", outputs=[], execution_count=None),
    "sys.exit and quit": lambda w: w.add("import sys\nsys.exit()", after="center").add("quit()", before="imports"), "exit in the answer": behind("exit()"),
    "input": lambda w: w.add("n = int(input('how many? '))", before="center_solution"),
    "plt.show in a loop": lambda w: w.add("import matplotlib.pyplot as plt\nfor i in range(5):\n    plt.figure(); plt.plot([1, 2]); plt.show()", after="center"),
    "an endless loop": lambda w: w.add("while True:\n    pass", after="center"), "an endless loop in the answer": behind("while True:\n    center(np.ones((2, 2)))"),
    "much printed": behind("for i in range(20_000): print('x' * 1000)"), "a huge saved output": lambda w: w.cell("center").update(outputs=[{"output_type": "stream", "name": "stdout", "text": "[" * 3_000_000}]),
    "built-in names": lambda w: w.add("sum = 0\nlist = [1]\nlen = 3", after="scale"), "what was needed is deleted": lambda w: w.add("del np, center", after="scale"),
    "absent modules": before("import scipy.stats\nimport pandas as pd\nfrom scipy.special import softmax"), "tried imports": before("try:\n    import torch\nexcept ImportError:\n    torch = None"),
    "the network": lambda w: w.add("import urllib.request\nurllib.request.urlopen('http://localhost:9/')", before="center_solution"),
    "a pool": answer("from multiprocessing import Pool\ndef column(c): return c - c.mean()\ndef center(X):\n    with Pool(2) as pool:\n        return np.stack(pool.map(column, list(X.T)), axis=1)"),
    "processes": answer("from multiprocessing import Process, Queue\ndef work(q, j, c): q.put((j, c - c.mean()))\ndef center(X):\n    q = Queue()\n    all_ = [Process(target=work, args=(q, j, c)) for j, c in enumerate(X.T)]\n    for p in all_: p.start()\n    got = dict(q.get() for _ in all_)\n    return np.stack([got[j] for j in sorted(got)], axis=1)"),
    "a progress bar": answer("from tqdm.notebook import tqdm\ndef center(X):\n    return np.stack([X[:, j] - X[:, j].mean() for j in tqdm(range(X.shape[1]), leave=False)], axis=1)"),
    "a name used too early": lambda w: w.add("half = whole / 2", before="center_solution").add("whole = 2", after="scale"),
    "await": before("import asyncio\nawait asyncio.sleep(0)"), "Windows' line ends": lambda w: w.write("helpers", w.cell("helpers")["source"].replace("\n", "\r\n")),
    "a syntax error of one's own": lambda w: w.add("def f(:\n  pass", before="center_solution"), "names of NumPy 1": answer(f"big = np.Inf\n{CENTER} + 0 * np.float_(1)"),
    "Python 2 behind the answer": behind("print 'done'"), "Python 2 before the answer": answer(f"print 'now'\n{CENTER}"),
    "a call that is not closed behind the answer": behind("center(np.ones((2, 2))"),
    "blanks that are none": lambda w: w.write("center_solution", "\ufeff" + w.cell("center_solution")["source"].replace("    moved", "\u00a0 \u00a0\u200b moved")),
    "NumPy that raises": answer("np.seterr(all='raise')\ndef center(X):\n    return X - X.mean(axis=0) + np.exp(-1e4)"),
    "a compiler with a signature": answer("from numba import njit, float64, types\n@njit(types.float64[:, :](float64[:, :]), cache=True)\ndef center(X):\n    return X - X.mean(axis=0)"),
    "names of the kit": lambda w: w.add("checks = 'ok'", before="center_solution").add("column_means = 3", after="helpers"),
    "a class derived under its name": lambda w: w.add("class Scaler(Scaler):\n    def describe(self): return 'scales'", after="scale_solution"),
    "Colab's page": before("from google.colab import userdata, auth, data_table\nimport google.colab.output as page, os\nauth.authenticate_user()\nos.environ['KEY'] = userdata.get('KEY')\nwith page.use_tags('plot'):\n    pass"),
    "a magic of an extension": before("%%ipytest -qq"),
    "absent modules in annotations": answer("import torch\nfrom jaxtyping import Float\ndef center(X: Float[torch.Tensor, 'n d']) -> Optional[List[float]]:\n    return X - X.mean(axis=0)"),
    "logs of experiments": answer("import wandb, ipdb\nfrom loguru import logger\nrun = wandb.init(project='x')\n@logger.catch\ndef center(X):\n    wandb.log({'rows': len(X)})\n    logger.debug('{}', X)\n    ipdb.set_trace()\n    return X - X.mean(axis=0)\nrun.finish()"),
    "a decorator of an absent module": answer("import torch\n@torch.no_grad()\ndef center(X):\n    return X - X.mean(axis=0)"),
    "lines without their ends": lambda w: [c.update(source=c["source"].split("\n")) for c in w.cells],
    "the grammar of newer Pythons": answer("type Rows = np.ndarray\ndef center[T: (int, float)](X: Rows, one: T = 1) -> Rows:\n    try:\n        print(f'{', '.join(['a'])} {'\\n'.join(['b'])}')\n    except ValueError, TypeError:\n        pass\n    return one * (X - X.mean(axis=0))"),
    "a mixed import in a locked cell": lambda w: w.edit("imports", "import numpy as np", "import numpy as np, math").write("center_solution", f"{CENTER} * math.sqrt(1)"),
}  # fmt: skip

WRONG: dict[str, tuple[Edit, str]] = {
    "an absent module computes": (answer("from tensorflow.scaling import scale\ndef center(X):\n    return scale(X, with_std=False)"), "tensorflow.scaling may not be there when the notebook is graded"),
    "a file that is not handed in": (kept_beside, "`shift` is not defined, since cell 5 stops."),
    "a module that is not handed in": (own_module, "mine.py is not handed in"),
    "another program computes": (answer("import subprocess\none = int(subprocess.run(['echo', '1'], capture_output=True).stdout)\ndef center(X):\n    return one * (X - X.mean(axis=0))"), "no other program can be started"),
    "it does not compile": (answer("def center(X)\n    return X - X.mean(axis=0)"), "expected ':'"),
    "it may go on behind what does not compile": (answer("def center(X):\n    moved = X - X.mean(axis=0)\nmoved = moved + 0\n    return moved"), "unexpected indent"),
    "it loops": (answer("def center(X):\n    while True: pass"), "Is there a loop that does not end?"),
    "it is not there": (answer("centre = 3"), "center is not defined"),
}  # fmt: skip


@pytest.fixture(scope="module")
def bench(benches: Benches) -> Bench:
    """The tiny assignment, with little time for a cell."""
    return benches({"assignment.toml": [("notebook_seconds = 5", "notebook_seconds = 1.5"), ("probe_seconds = 1", "probe_seconds = 0.5")]})


def both(bench: Bench, work: Work, folder: Path) -> tuple[dict[str, bool], tuple[str, ...], dict[str, str], str]:
    """What is right and what is said when it is graded, and when it is checked."""
    work.save(folder)
    notebook, notes = parse((folder / work.name).read_bytes())
    result = bench.grader.grade(align("ann", notebook, bench.assignment, notes))
    right = {q.id: q.score is None if q.kind == "manual" else q.score == q.max_score for q in result.questions}
    for name, path in bench.assignment.files.items():
        shutil.copy(path, folder / name)
    (folder / FILE).write_text(filled(bench.assignment), encoding="utf-8")
    done = subprocess.run([sys.executable, FILE], cwd=folder, capture_output=True, text=True, timeout=300)
    assert "Traceback" not in done.stderr, done.stderr
    states = {q: line[2:10].strip() for line in done.stdout.splitlines() for q in right if line[2:10].strip() and f" {q}" in line[:25] and line[2] != "*"}
    return right, result.messages, states, done.stdout


@pytest.mark.parametrize("notebook", RIGHT)
def test_right_answers_are_right_for_both(bench: Bench, tmp_path: Path, notebook: str) -> None:
    """Whatever stands around them; and a cell that grading complains of is named by the check."""
    work = bench.work()
    RIGHT[notebook](work)
    right, messages, states, text = both(bench, work, tmp_path)
    assert right == dict.fromkeys(right, True), messages
    assert states == {q: "written" if q == "why" else "done" for q in right}, text
    for message in messages:
        if message.startswith("cell ") and ("raised" in message or "ended" in message or "took" in message):
            number = shown_number(int(message.split()[1]))
            assert f"Cell {number} " in text, (message, text)


@pytest.mark.parametrize("notebook", WRONG)
def test_what_costs_points_is_said_before(bench: Bench, tmp_path: Path, notebook: str) -> None:
    """The check calls an answer wrong that grading finds wrong, and says why."""
    edit, says = WRONG[notebook]
    work = bench.work()
    edit(work)
    right, _, states, text = both(bench, work, tmp_path)
    assert not right["center"] and states["center"] == "wrong" and says in text, text


SHIFTED = "np.array([[-1.0, -2.0], [1.0, 2.0]]) + (shift - 3.0)"
"""What the check of the first answer expects, by a given value."""


@pytest.mark.parametrize(("wants", "state"), [(3, "wrong"), (5, "done")])
def test_a_given_value_that_is_bound_anew(benches: Benches, tmp_path: Path, wants: int, state: str) -> None:
    """The check goes by what is given, as grading does, where it would find nothing wrong by the student's own value."""
    edits = [("import checks\n", "import checks\n\nshift = 3.0\n"), ("[[-1.0, -2.0], [1.0, 2.0]])", f"{SHIFTED})")]
    bench = benches({"notebook.py": edits})
    work = bench.work().add("shift = 5.0", before="center_solution")
    work.write("center_solution", f"{CENTER} + (shift - {wants})")
    right, _, states, text = both(bench, work, tmp_path)
    assert right["center"] == (state == "done") and states["center"] == state, text
    assert ("`shift` is given, and cell 5 binds it anew: this check goes by what is given" in text) == (state == "wrong"), text
    assert "*" not in text, text


@pytest.mark.parametrize("broken", ["center", "scale"])
def test_an_answer_that_does_not_compile_costs_none_beside_it(bench: Bench, tmp_path: Path, broken: str) -> None:
    """Two answers in one cell: the check and grading find the one that is whole."""
    work = bench.work()
    texts = {q: work.cell(f"{q}_solution")["source"] for q in ("center", "scale")}
    texts[broken] = texts[broken].replace("    return ", "    return (", 1)
    work.write("center_solution", "\n\n".join(texts.values())).cells.remove(work.cell("scale_solution"))
    right, messages, states, text = both(bench, work, tmp_path)
    other = {"center": "scale", "scale": "center"}[broken]
    assert (right[broken], right[other]) == (False, True), messages
    assert states["center"] == ("wrong" if broken == "center" else "done") and states["scale"] == "wrong", text  # scale calls center
    assert text.count("was never closed") == 2, text
