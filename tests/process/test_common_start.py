"""Runs of our own cells that start alike share a process, and none of them meets what another has left."""
from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from autograder.assignment.loading import load_assignment
from autograder.handed_in.running_order import reference_cells
from autograder.inside.protocol import CellKind, CellSource
from autograder.inside.seen import Outcome
from autograder.judging.reference import Reference
from autograder.sandbox.common_start import CommonStart
from autograder.sandbox.isolation import TRUSTED
from autograder.sandbox.observed import ObservedStore
from autograder.sandbox.single_run import SingleRun
from tests.tiny import NAME, make_course


def own(text: str, number: int = 900) -> CellSource:
    return CellSource(text, number, CellKind.OWN)


COUNTED = own("with open('ran', 'a') as file:\n    file.write('x')\nkept = [1]", 1)
MET = own("ran = open('ran').read()\nassert (ran, kept, 'left' in globals()) == ('x', [1], False), (ran, kept)")


def ended(run: SingleRun) -> str:
    """How the last cell ended."""
    report = run.cells.get(900)
    return run.death.outcome.value if run.death else report.error or report.outcome.value if report else "never"


@pytest.fixture
def runs(tmp_path) -> Iterator[CommonStart]:
    assignment = load_assignment(NAME, make_course(tmp_path))
    limits = msgspec.structs.replace(assignment.limits, notebook_seconds=1.0, probe_seconds=1.0)
    with TRUSTED.sandbox(assignment) as sandbox:
        yield CommonStart(sandbox, limits)


def test_the_start_is_run_once_and_put_back(runs):
    """The second run meets what the start has left, and nothing of the first run."""
    assert runs.run([COUNTED], [own("left = 1\nkept.append(2)\nimport numpy\nnumpy.seterr(all='raise')")], ended) == "finished"
    assert runs.run([COUNTED], [MET], ended) == "finished"


def test_another_start_has_its_own_process(runs):
    """Where the cells differ from the first one on, nothing is shared."""
    runs.run([COUNTED], [own("left = 1")], ended)
    assert runs.run([], [own("import os\nassert not os.path.exists('ran') and 'left' not in globals()")], ended) == "finished"


@pytest.mark.parametrize(("text", "outcome"), [("import os\nos._exit(3)", Outcome.EXITED), ("while True:\n    pass", Outcome.TIMED_OUT)])
def test_a_run_that_ends_the_process_ends_no_other(runs, text, outcome):
    """It is told as it ended, and the next one begins afresh."""
    assert runs.run([COUNTED], [own("left = 1")], ended) == "finished"
    assert runs.run([COUNTED], [own(text)], ended) == outcome.value
    assert runs.run([COUNTED], [MET], ended) == "finished"


def test_what_earlier_runs_used_up_costs_no_later_one(runs):
    """A run that ends its process only since others ran in it is tried in a process of its own."""
    runs.run([COUNTED], [own("import builtins\nbuiltins.full = True")], ended)
    assert runs.run([COUNTED], [own("import builtins, os\nif hasattr(builtins, 'full'):\n    os._exit(1)")], ended) == "finished"


def test_probes_see_the_run_before_them(runs, tmp_path):
    """Each run is followed by probes of what it has left; who has seen enough of one asks for no more."""
    assignment = load_assignment(NAME, tmp_path)
    reference = Reference(assignment, "salt", ObservedStore(tmp_path / "seen"))
    cells = reference_cells(assignment)

    def outcomes(run: SingleRun) -> list[Outcome]:
        return [o.outcome for o in run.observe(r for r in reference.requests if r.question == "center")]

    def first(run: SingleRun) -> Outcome:
        return next(iter(run.observe(reference.requests))).outcome

    broken = own("def center(X):\n    raise ValueError(1)")
    assert runs.run(cells, [broken], first) is Outcome.RAISED
    assert set(runs.run(cells, [], outcomes)) == {Outcome.FINISHED}
    assert set(runs.run(cells, [broken], outcomes)) == {Outcome.RAISED}
