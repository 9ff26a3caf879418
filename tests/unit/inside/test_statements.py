"""What of a cell that does not compile is whole, and what may have been cut off."""
from __future__ import annotations

import ast

import pytest

from autograder.inside.statements import whole_definitions

F, G = "def f(x):\n    y = x\n    return y", "def g(x):\n    return 2"
WHOLE = {
    "the first does not compile": ("def f(x:\n    return x\n\n" + G, ["g"]), "the second does not compile": (f"{F}\n\ndef g(x)\n    return 2", ["f"]),
    "something behind its return": (f"{F}\nprint 'done'", ["f"]), "something before it": (f"print 'now'\n\n{F}", ["f"]),
    "a call that is not closed": (f"{F}\nf((1,\n", ["f"]), "a bracket that is not closed, before it": (f"x = (1,\n{F}", ["f"]),
    "imports and plain values": ("import numpy as np\nEPS = 1e-5\nvalue = np.ones(3)\nx = = 1", ["np", "EPS"]),
    "decorators": (f"@first\n@second\n{F}\nx = = 1\n{G}", ["f", "g"]), "a class, and what follows begins anew": (f"class A:\n    x = 1\n{F}\nx = = 1", ["A", "f"]),
    "the marks of a merge": (f"<<<<<<< HEAD\n{F}\n=======\n{G}\n>>>>>>> mine", ["f", "g"]), "a signature of several lines": ("def f(\n    x,\n):\n    return x\nx = = 1", ["f"]), "an apostrophe in a comment": (f"# don't\n{F}\nprint 'x'", ["f"]),
}  # fmt: skip
CUT_OFF = {
    "its body goes on at the margin": "def f(x):\n    y = x\ny = y + 1\n    return y", "no return before what does not compile": "def f(x):\n    x += 1\nprint 'done'",
    "a draft within quotes": f'"""\n{F}\n\n{G}\n"""\nprint "x"', "quotes that are not closed": f'"""\n{F}\n\n{G}\n', "within a condition": "if True:\n    def f(): return 1\nelse:\n    def f(): return 2\nprint 'x'",
    "nothing but faults": "(" * 300, "an empty cell": "",
}  # fmt: skip


def names(text: str) -> list[str]:
    return [name for one in whole_definitions(text) for name in sorted({n.id for n in ast.walk(one) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} if isinstance(one, ast.Assign) else {getattr(one, "name", None) or one.names[0].asname})]  # type: ignore[attr-defined]


@pytest.mark.parametrize("case", WHOLE)
def test_a_definition_that_is_whole_is_found(case: str) -> None:
    text, whole = WHOLE[case]
    assert names(text) == whole


def test_it_stands_where_it_stood() -> None:
    """Its lines are those of the cell, which messages name."""
    (found,) = whole_definitions(f"print 'now'\n\n{F}")
    assert (found.lineno, found.end_lineno) == (3, 5)


@pytest.mark.parametrize("case", CUT_OFF)
def test_what_may_have_been_cut_off_is_none(case: str) -> None:
    assert names(CUT_OFF[case]) == []
