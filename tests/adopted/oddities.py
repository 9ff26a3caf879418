"""Test cells whose points hang on how Jupyter shows them: each with what it earns of 2 points under nbgrader, for the right answer, for one that warns, and for a wrong one."""
from __future__ import annotations

from typing import NamedTuple

from tests.adopted.shapes import Shape, answer, graded, prose


class Odd(NamedTuple):
    """A test cell, and its points for an answer that is right, one that is right and warns each time, and one that is wrong."""

    text: str
    right: float
    warns: float
    wrong: float


CELLS = {
    "plain": Odd("assert f(1) == 1", 2, 0, 0),
    "half": Odd("f(1) * 0.5", 0.5, 0, 1),
    "minus": Odd("-f(1)", 2, 0, 2),
    "semicolon": Odd("f(1) * 0.5;", 2, 0, 2),
    "written": Odd("str(f(1) * 0.5)", 2, 0, 2),
    "looks_like": Odd("class Half:\n    def __repr__(self):\n        return '0.5'\nHalf()", 0.5, 0.5, 0.5),
    "displayed": Odd("from IPython.display import display\ndisplay(0.5)\nassert f(1) == 1", 2, 0, 0),
    "warned": Odd("import warnings\nwarnings.warn('careful')\nassert f(1) == 1", 0, 0, 0),
    "warned_at_the_end": Odd("import sys\nprint('careful', file=sys.stderr)\nf(1) * 0.5", 0, 0, 0),
    "divided": Odd("import numpy as np\nassert np.isinf(np.array([1.0]) / 0).all()\nassert f(1) == 1", 0, 0, 0),
    "logged": Odd("import logging\nlogging.warning('careful')\nassert f(1) == 1", 0, 0, 0),
    "cleared": Odd("import sys\nfrom IPython.display import clear_output\nprint('careful', file=sys.stderr)\nclear_output()\nassert f(1) == 1", 2, 0, 0),
    "captured": Odd("%%capture\nimport sys\nprint('careful', file=sys.stderr)\nassert f(1) == 1", 2, 2, 0),
    "in_a_thread": Odd("import threading\nthread = threading.Thread(target=lambda: 1 / 0)\nthread.start()\nthread.join()\nassert f(1) == 1", 0, 0, 0),
    "asks": Odd("name = input()\nassert f(1) == 1", 0, 0, 0),
    "leaves": Odd("assert f(1) == 1\nraise SystemExit", 0, 0, 0),
    "drawn": Odd("import matplotlib.pyplot as plt\nplt.plot([f(1)])\nplt.show()", 2, 0, 2),
    "a_new_figure": Odd("import matplotlib.pyplot as plt\nassert len(plt.gcf().axes) == 0\nassert f(1) == 1", 2, 0, 0),
    "awaits": Odd("import asyncio\nawait asyncio.sleep(0)\nassert f(1) == 1", 2, 0, 0),
    "unittest": Odd("import unittest\nclass Case(unittest.TestCase):\n    def test(self):\n        self.assertEqual(f(1), 1)\nunittest.main(argv=['x'], exit=False)", 0, 0, 0),
}
WARNS = "import warnings\ndef f(x):\n    warnings.warn('hm')\n    return x"
ODD = Shape("odd", (prose("# Odd"), answer("f", "def f(x):\n    return x"), *(graded(name, 2, odd.text) for name, odd in CELLS.items())), ({"f": "def f(x):\n    return 2 * x"},))
EXPECTED = {(student, name): points for name, odd in CELLS.items() for student, points in (("right", odd.right), ("warns", odd.warns), ("wrong1", odd.wrong))}
