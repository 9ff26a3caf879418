"""What works in Jupyter does not break a grade."""
from __future__ import annotations

import pytest

from .conftest import BRISK, Bench, Benches

CELLS = {
    "%matplotlib inline": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "%matplotlib notebook": "%matplotlib notebook\n%config InlineBackend.figure_format = 'retina'",
    "%%time": "%%time\ntimed = 1 + 1",
    "%timeit": "%timeit -n 1 -r 1 1 + 1",
    "%%capture": "%%capture captured\nprint('kept')",
    "%autoreload": "%load_ext autoreload\n%autoreload 2",
    "!ls": "files = !ls\n!ls -la {files}",
    "%pip": "%pip install numpy\n!pip install torch",
    "display": "display(np.ones(2))\nfrom IPython.display import display as show, HTML, Markdown\nshow(HTML('<b>x</b>'), Markdown('*x*'))",
    "display handles": "handle = display('a', display_id=True)\nhandle.update('b')",
    "clear_output": "from IPython.display import clear_output\nclear_output(wait=True)",
    "top-level await": "import asyncio\nawait asyncio.sleep(0)\nasync def answer(): return 1\nawaited = await answer()",
    "input": "name = input('Your name? ')\nassert name == ''",
    "getpass": "try:\n    import getpass\nexcept ImportError: pass",
    "%%bash": "%%bash\nrm -rf /\nexit 3",
    "%%sh": "%%sh\nfalse",
    "%%writefile": "%%writefile helper.py\nVALUE = 3",
    "%run": "%run -i checks.py",
    "%who": "%who\n%whos",
    "%%html": "%%html\n<b>bold</b>",
    "get_ipython": "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('ls')\nassert get_ipython() is not None",
    "get_ipython magics": "get_ipython().run_cell_magic('time', '', 'pass')\nget_ipython().run_line_magic('who', '')",
    "help": "np.sum?\n?center\nhelp(len)",
    "In and Out": "1 + 1\nlen(In), Out, _",
    "a last expression": "np.arange(3)",
    "an assert that fails": "assert False, 'not yet'",
    "warnings as errors": "import warnings\nwarnings.simplefilter('error')\nnp.seterr(all='raise')",
    "exit under a condition": "if np is None:\n    exit()",
    "a main guard": "if __name__ == '__main__':\n    print(__name__)",
    "dataclasses and pickles": "import dataclasses, pickle\n@dataclasses.dataclass\nclass P:\n    x: int\nassert pickle.loads(pickle.dumps(P(1))).x == 1",
    "typing": "from __future__ import annotations\ndef typed(x: Nowhere) -> Nothing: return x",
    "a progress bar": "import sys\nfor i in range(3): sys.stdout.write(f'\\r{i}'); sys.stdout.flush()",
    "closed stdout": "import sys\nsys.stdout.close()",
    "a file of its own": "open('notes.txt', 'w').write('x')\nassert open('notes.txt').read() == 'x'",
    "a seaborn style": "import matplotlib.pyplot as plt\nplt.rcParams['figure.figsize'] = (9, 9)\nplt.close('all')",
    "pandas": "import pandas as pd\npd.DataFrame()",
    "tabs": "if True:\n\tindented = 1",
    "an empty cell": "  \n",
    "a comment": "# nothing",
    "a null byte": "text = 'a\0b'",
    "shell text in a string": "text = '''\n!ls\n%matplotlib\n'''\nassert '!ls' in text",
}  # fmt: skip

RAISES = {
    "an assert that fails": "raised AssertionError",
    "pandas": "raised ModuleNotFoundError",
    "a null byte": "raised",
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_of_jupyter_does_not_break_a_grade(tiny: Bench, cell: str) -> None:
    """The cell stands before and after the answers; every answer earns its points and no message is left but where Jupyter would raise as well."""
    text = CELLS[cell]
    result = tiny.grade(tiny.work().add(text, before="center_solution").add(text, after="scale_solution"))
    assert {q.id: q.score for q in result.questions if q.kind == "auto"} == tiny.full
    assert all(cell in RAISES and RAISES[cell] in message for message in result.messages), result.messages


def test_all_of_them_together(tiny: Bench) -> None:
    """All these cells in one notebook."""
    work = tiny.work()
    for text in CELLS.values():
        work.add(text, before="center_solution")
    assert tiny.scores(work) == tiny.full


def test_magics_in_the_cell_of_an_answer(tiny: Bench) -> None:
    """An answer in a cell that begins with a cell magic, or holds line magics, is found."""
    answer = tiny.work().cell("center_solution")["source"]
    for magic in ("%%time", "%%prun", "%%prun -q", "%%prun -s cumulative -l 5"):
        assert tiny.scores(tiny.work().write("center_solution", f"{magic}\n{answer}")) == tiny.full, magic
    assert tiny.scores(tiny.work().write("center_solution", f"%matplotlib inline\n{answer}\n!ls\n%time center(np.ones((2, 2)))")) == tiny.full
    assert tiny.scores(tiny.work().write("center_solution", f"{answer}\ndisplay(center(np.ones((2, 2))))\nget_ipython()")) == tiny.full


def test_answers_may_print_warn_plot_and_ask(tiny: Bench) -> None:
    """Prints, warnings, plots, display and input inside an answer change no score."""
    body = (
        "def center(X):\n"
        "    import warnings, sys, matplotlib.pyplot as plt\n"
        "    print('x' * 100, file=sys.stderr); warnings.warn('careful'); plt.plot(X); plt.show(); display(X); input('ok? ')\n"
        "    np.log(np.zeros(1)); np.float64(1) / 0\n"
        "    return X - X.mean(axis=0)"
    )
    assert tiny.scores(tiny.work().write("center_solution", body)) == tiny.full


COUNTED = {"notebook.py": [("rows = center(", "ran_demo = True\nrows = center(")]}


def test_demonstrations_run_only_where_an_answer_misses_their_names(benches: Benches) -> None:
    """A demonstration is not run, unless a name that it defines is missing in a cell or in a probe."""
    bench = benches({**BRISK, **COUNTED})
    tell = "def center(X):\n    if 'ran_demo' in globals(): raise LookupError\n    return X - X.mean(axis=0)"
    assert bench.scores(bench.work().write("center_solution", tell)) == bench.full
    needs_in_cell = tell.replace("LookupError", "ZeroDivisionError") + "\n"
    work = bench.work().write("center_solution", needs_in_cell).add("rows.shape", before="scale_solution")
    assert bench.scores(work)["center"] == 0, "a cell used what a demonstration defines, so that it had to run"
    uses = "def center(X):\n    assert ran_demo\n    return X - X.mean(axis=0)"
    result = bench.grade(bench.work().write("center_solution", uses))
    assert {q.id: q.score for q in result.questions if q.kind == "auto"} == bench.full
    misses = "def center(X):\n    return X - nowhere.mean(axis=0)"
    assert bench.results(bench.work().write("center_solution", misses))["center"].checks[0].message.startswith("It raised NameError at")
