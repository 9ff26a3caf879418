"""What a process goes through while it waits: it works, and nothing of it is there when the notebook comes."""
from __future__ import annotations

import subprocess
import sys

from .conftest import Bench

GOES_THROUGH = """
from autograder.inside.forks.library import Library
from autograder.inside.forks.rehearsal import go_through
from autograder.inside.shell import make_shell
ended = go_through(make_shell(), Library())
assert ended.outcome == "finished" and not ended.changed and len(ended.value) > 100, ended
print("done")
"""
LEAVES_NOTHING = """
import gc, linecache, random, sys, warnings
import numpy as np
from autograder.inside.forks.library import Library
from autograder.inside.forks.rehearsal import rehearse
from autograder.inside.protocol import CellKind, CellSource
def stand():
    return random.getstate(), str(np.random.get_state()), set(sys.modules), set(linecache.cache), sys.modules["__main__"], warnings.filters[:]
library, given = Library(), [CellSource("%matplotlib inline", 1, CellKind.GIVEN), CellSource("x = 1", 2, CellKind.GIVEN)]
rehearse(None, library, given)  # what it imports for the first time, a zygote has loaded
gc.disable()  # nothing is collected but by the rehearsal itself
before = stand()
rehearse(None, library, given)
assert before == stand() and library.probes == {}
assert not [thing for thing in gc.get_objects() if type(thing).__name__ in ("Box", "Probe")]
print("done")
"""


def test_all_of_it_is_gone_through() -> None:
    """Its cell runs and its probe finishes: nobody would be told of a rehearsal that ends at once."""
    assert subprocess.run([sys.executable, "-c", GOES_THROUGH], capture_output=True, text=True, check=True).stdout == "done\n"


def test_nothing_is_left() -> None:
    """No module, no name, no number drawn, no filter of warnings, no object."""
    assert subprocess.run([sys.executable, "-c", LEAVES_NOTHING], capture_output=True, text=True, check=True).stdout == "done\n"


def test_a_notebook_finds_none_of_it(tiny: Bench) -> None:
    """Neither as a module, nor in its names, nor in how numbers are drawn."""
    look = (
        "import sys, linecache, warnings\n"
        "assert 'rehearsal' not in sys.modules and 'Box' not in globals() and 'walk' not in globals() and '<cell 0>' not in linecache.cache\n"
        "with warnings.catch_warnings(record=True) as told:\n    warnings.warn('heard')\nassert len(told) == 1"
    )
    result = tiny.grade(tiny.work().add(look, before="center_solution"))
    assert not result.messages and {q.id: q.score for q in result.questions if q.score is not None} == tiny.full
