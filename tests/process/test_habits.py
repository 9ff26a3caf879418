"""Notebooks as people leave them: a right answer earns its points, whatever stands around it."""
from __future__ import annotations

import time

import pytest

from .conftest import BRISK, Bench, Benches

LATER = {
    "del np": "del np",
    "everything cleared": "for v in list(globals()):\n    if not v.startswith('_'):\n        del globals()[v]",
    "%reset": "%reset -f",
    "a built-in name": "len = sum = list = 3",
    "an old draft": "def center(X):\n    return X\n\nclass Scaler:\n    pass",
    "NumPy patched": "np.sum = np.mean = lambda *a, **k: 4",
    "a given function": "def column_means(X):\n    return 7",
}


@pytest.mark.parametrize("cell", LATER)
def test_a_question_is_judged_at_its_own_check_too(tiny: Bench, cell: str) -> None:
    """What a cell at the very end takes away was there when the question's check passed."""
    result = tiny.grade(tiny.work().add(LATER[cell]))
    assert {q.id: q.score for q in result.questions if q.kind == "auto"} == tiny.full
    for message in result.messages:
        assert "was judged as it stood at its own check" in message


TAKEN = {
    "a seed that is assigned": "np.random.seed = 42",
    "Python's seed": "import random\nrandom.seed = 42",
    "warnings that are silenced": "import warnings\nwarnings.simplefilter = warnings.resetwarnings = None",
    "settings that are patched": "import os, sys\nnp.seterr = np.geterr = os.getcwd = os.chdir = sys.setrecursionlimit = None",
    "generators that are patched": "np.random.default_rng = None",
    "modules that are forgotten": "import sys\nfor name in list(sys.modules):\n    del sys.modules[name]",
    "a path that is a text": "import sys\nsys.path = '/content/drive'",
    "a file printed to and closed": "import sys\nwith open('out.txt', 'w') as sys.stdout:\n    print('hello')",
}
"""What a cell may take that the grader itself uses afterwards."""


@pytest.mark.parametrize("cell", TAKEN)
def test_what_the_grader_uses_itself_can_be_taken(tiny: Bench, cell: str) -> None:
    """Before the first answer, so that no moment is without it; the answer prints, too."""
    work = tiny.work().add(TAKEN[cell], before="center_solution")
    work.edit("center_solution", "    return", "    print(X)\n    return")
    result = tiny.grade(work)
    assert {q.id: q.score for q in result.questions if q.kind == "auto"} == tiny.full
    assert not result.messages


def test_no_point_is_gained_by_two_moments(tiny: Bench) -> None:
    """Half of the checks right at one moment and half at the other is half, not all."""
    half = "class Scaler:\n    def __init__(self, floor=0):\n        self.floor = floor\n    def apply(self, X):\n        return Right(floor=self.floor).apply(X) if {} else X"
    work = tiny.work()
    answer = str(work.cell("scale_solution")["source"])
    work.write("scale_solution", answer.replace("Scaler", "Right") + "\n\n" + half.format("self.floor"))
    assert tiny.scores(work)["scale"] == 1
    assert tiny.scores(work.copy().add(half.format("not self.floor")))["scale"] == 2


BEFORE = {
    "an absent module": "import seaborn as sns\nimport torch, cv2\nsns.set_theme()",
    "a progress bar": "from tqdm.auto import tqdm\nfor _i in tqdm(range(2)): pass",
    "a compiler": "import numba\nfrom numba import njit, prange\n@njit(parallel=True)\ndef mine(x):\n    return x",
    "Colab": "from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive",
    "an extension": "%load_ext line_profiler\n%load_ext memory_profiler",
    "a window": "import matplotlib\nmatplotlib.use('TkAgg')",
    "an assertion": "assert 1 == 2, 'to be done'",
    "a division": "1 / 0",
    "several processes": "from multiprocessing import Pool\nwith Pool(2) as pool:\n    assert pool.map(abs, [-1, 2]) == [1, 2]",
    "an executor": "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor() as e:\n    assert list(e.map(abs, [-1])) == [1]",
    "processes of one's own": "from multiprocessing import Process, Queue\nq = Queue()\nall_ = [Process(target=q.put, args=(i,)) for i in range(3)]\nfor p in all_: p.start()\nassert sorted(q.get() for p in all_) == [0, 1, 2]\nfor p in all_: p.join()",
    "a manager": "import multiprocessing as mp\nwith mp.Manager() as m:\n    d = m.dict()\n    p = mp.get_context('spawn').Process(target=d.update, args=({1: 2},)); p.start(); p.join()\nassert d == {1: 2}",
    "a pool's later results": "from multiprocessing.pool import Pool, ThreadPool\nwith Pool(2) as p, ThreadPool(2) as t:\n    assert p.map_async(abs, [-1], callback=print).get(timeout=1) == list(t.imap(abs, [-1]))\n    later = p.apply_async(divmod, (1, 0))\n    assert not later.successful()",
    "threads": "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as e:\n    assert list(e.map(abs, [-1, 2])) == [1, 2]",
    "joblib": "from joblib import Parallel, delayed\nParallel(n_jobs=2)(delayed(abs)(i) for i in range(3))",
    "IPython's own": "from IPython import get_ipython\nget_ipython().run_line_magic('matplotlib', 'inline')",
    "the last result": "1 + 1\n_",
    "an automagic word": "ls",
    "another": "pwd",
    "the source": "import inspect\ndef mine(x):\n    return x\nassert 'return x' in inspect.getsource(mine)",
    "names of NumPy 1": "x = np.float(np.Inf) + np.NINF + np.product([2]) + np.trapz([1, 1])",
}  # fmt: skip


@pytest.mark.parametrize("lines", BEFORE)
def test_what_stands_before_a_definition_does_not_cost_it(tiny: Bench, lines: str) -> None:
    """In the answer's own cell, before what it defines."""
    work = tiny.work()
    work.write("center_solution", f"{BEFORE[lines]}\n{work.cell('center_solution')['source']}")
    assert tiny.scores(work) == tiny.full


@pytest.mark.parametrize("lines", BEFORE)
def test_a_notebook_says_nothing_untrue_of_what_stands_before(tiny: Bench, lines: str) -> None:
    """What has a stand-in is not complained of; what fails is named with its line."""
    fails = {"an absent module", "an assertion", "a division", "a window"}
    result = tiny.grade(tiny.work().add(BEFORE[lines], before="center_solution"))
    own = [message for message in result.messages if "gone from NumPy" not in message]
    assert bool(own) == (lines in fails), own


@pytest.mark.parametrize("lines", ["import os\nos.fork()", "import subprocess\nsubprocess.run(['ls'])", "from multiprocessing import shared_memory\nshared_memory.SharedMemory(create=True, size=8)"])
def test_what_can_not_be_started_is_said(tiny: Bench, lines: str) -> None:
    """Another process or program costs what computes with it, and one sentence says why."""
    result = tiny.grade(tiny.work().add(lines, before="center_solution"))
    assert result.score == sum(tiny.full.values())
    assert "no program or process can be started" in result.messages[0]


def test_a_stub_below_an_answer_does_not_replace_it(tiny: Bench) -> None:
    """The answers stand in cells of their own above, or one in an earlier question's cell; what was handed out is left as it was."""
    handed_out, solved = tiny.work().handed_out(tiny.assignment), tiny.work()
    center, scale = (str(solved.cell(name)["source"]) for name in ("center_solution", "scale_solution"))
    above = handed_out.copy().add(center, before="center_solution").add(scale, before="scale_solution")
    earlier = handed_out.copy().write("center_solution", f"{center}\n\n{scale}")
    for work in above, earlier:
        result = tiny.grade(work)
        assert {q.id: q.score for q in result.questions if q.kind == "auto"} == tiny.full
        assert result.messages == ()


@pytest.mark.parametrize("line", ["breakpoint()", "import pdb; pdb.set_trace()", "from IPython.core.debugger import set_trace; set_trace()", "from IPython.core.debugger import Pdb; Pdb().set_trace()"])
def test_a_breakpoint_goes_on(tiny: Bench, line: str) -> None:
    """Nobody sits at its prompt: it costs neither a cell's time nor an answer's points."""
    work = tiny.work().edit("center_solution", "    return moved", f"    {line}\n    return moved").add(line, before="center_solution")
    result = tiny.grade(work)
    assert result.messages == () and result.score == sum(tiny.full.values())


def test_a_warning_costs_nothing(tiny: Bench) -> None:
    """Neither in a cell nor while a check runs, also where the notebook makes warnings errors."""
    work = tiny.work().add("import warnings\nwarnings.simplefilter('error')\nnp.seterr(all='raise')", before="center_solution")
    work.edit("center_solution", "return moved", "warnings.warn('an odd input')\n    np.log(np.zeros(1))\n    return moved")
    assert tiny.scores(work) == tiny.full


def test_printed_text_costs_nothing(tiny: Bench) -> None:
    """More than anybody reads, in an answer's cell."""
    work = tiny.work()
    work.write("center_solution", f"print('x' * 9_000_000)\n{work.cell('center_solution')['source']}\nHALF = len('ab') / 4").add("assert HALF == 0.5")
    result = tiny.grade(work)
    assert result.messages == () and result.score == sum(tiny.full.values())


def test_an_earlier_answer_that_is_gone_costs_its_own_question_alone(tiny: Bench) -> None:
    """Removed between its check and the next question, it is right at its own check, and given to the next."""
    results = tiny.results(tiny.work().add("%reset -f", after="center"))
    assert {name: results[name].score for name in tiny.full} == tiny.full
    assert results["scale"].given_correct_inputs


def test_what_changed_is_named(tiny: Bench) -> None:
    """Of all that a cell has rebound, what the answers use."""
    result = tiny.grade(tiny.work().add("abs = len = list = zip = 3"))
    assert all("`len`" in message and "`zip`" not in message for message in result.messages) and result.messages


def test_pylab_brings_its_names(tiny: Bench) -> None:
    """`%pylab` puts NumPy's names among the notebook's."""
    work = tiny.work().add("%pylab inline", before="center_solution").write("center_solution", "def center(X):\n    return X - mean(X, axis=0)")
    assert tiny.scores(work) == tiny.full


def test_what_is_needed_and_absent_is_the_reason(tiny: Bench) -> None:
    """An answer that computes with what is not here is told which module that is."""
    text = "from tensorflow.scaling import scale\ndef center(X):\n    return scale(X, with_std=False)"
    result = tiny.results(tiny.work().write("center_solution", text))["center"]
    assert result.score == 0 and "tensorflow.scaling" in result.checks[0].message


def test_each_cell_has_its_own_time(benches: Benches) -> None:
    """Self-tests that together take longer than one cell may cost nothing; a cell that is stopped keeps its definitions."""
    bench, work = benches(BRISK), benches(BRISK).work()
    busy = "\nimport time\n_end = time.process_time() + 0.9\nwhile time.process_time() < _end: pass"
    for name in ("center_solution", "scale_solution"):
        work.write(name, work.cell(name)["source"] + busy)
    work.add(busy)
    result = bench.grade(work)
    assert result.messages == () and result.score == sum(bench.full.values())
    work.write("center_solution", work.cell("center_solution")["source"].replace("+ 0.9", "+ 90"))
    result = bench.grade(work)
    assert len(result.messages) == 1 and "definitions alone" in result.messages[0] and result.score == sum(bench.full.values())


def test_what_is_added_to_locked_cells_is_kept(tiny: Bench) -> None:
    """An import, a helper, and the answer itself in the check's cell; the original's own names stay the original's."""
    work = tiny.work()
    answer = work.cell("center_solution")["source"]
    work.edit("imports", "import numpy as np", "import math\nimport numpy as np\nHALF = math.sqrt(0.25)").edit("helpers", "X.mean(axis=0)", "X.mean(axis=1)")
    work.write("center_solution", work.copy().handed_out(tiny.assignment).cell("center_solution")["source"])
    work.edit("center", "import", "import") if "import" in work.cell("center")["source"] else None
    work.write("center", f"{answer}\nassert HALF == 0.5\n{work.cell('center')['source']}")
    result = tiny.grade(work)
    assert result.score == sum(tiny.full.values())
    assert sum("what you added to it" in message for message in result.messages) == 2


def test_a_first_cell_may_clear_everything(tiny: Bench) -> None:
    """Before the imports there is nothing to lose."""
    assert tiny.scores(tiny.work().add("%reset -f", before="imports")) == tiny.full


def test_the_reason_stands_at_the_question(tiny: Bench) -> None:
    """An answer whose cell does not compile is not said to be undefined."""
    result = tiny.results(tiny.work().write("center_solution", "def center(X):\n    return X - (X.mean(axis=0)"))["center"]
    assert result.checks[0].message.startswith("It is not there: cell 5, which should define center, does not compile")


def test_the_whole_bounds_every_wait(benches: Benches) -> None:
    """Probes that each wait just under their own limit are stopped when the whole submission's time is used up."""
    bench = benches({"assignment.toml": [("submission_seconds = 20", "submission_seconds = 1.5")]})
    work = bench.work()
    work.add("import time\ndef center(X):\n    time.sleep(3.5)\nclass Scaler:\n    def __init__(self, floor=0):\n        time.sleep(3.5)")
    bench.grade(bench.work())
    began = time.monotonic()
    with bench.grader.sit(bench.submission(work)) as sitting:
        sitting.passes.watch.observe(sitting.requests)
    assert time.monotonic() - began < 4 * 1.5 + 2


def test_an_answer_that_is_no_code_any_more_is_said_at_its_question(tiny: Bench) -> None:
    """Turned into Markdown, it was not run: every check of the question says so, and the next one is not touched."""
    work = tiny.work()
    work.cell("center_solution")["cell_type"] = "markdown"
    results = tiny.results(work)
    assert {c.message for c in results["center"].checks} == {"It is not there: cell 5, which should define center, is no code cell."}
    assert results["scale"].score == 3
