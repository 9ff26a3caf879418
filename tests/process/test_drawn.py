"""Inputs that a probe draws: stated once, handed to the probe, its judge and the grader, and watched for changes."""
from __future__ import annotations

import numpy as np
import pytest

from autograder.inside.protocol import ProbeDone
from autograder.inside.seen import Outcome
from autograder.outputs.replay import replay
from autograder.sandbox.watch import observation_of

from .conftest import Bench, Benches, checks_of

PROBES = '''\
"""Hidden tests of tiny, with inputs that are drawn beforehand."""
from functools import partial

import numpy as np

from autograder import inputs
from autograder.probe import probe


def rows(rng, n, columns):
    """Rows whose columns have different means."""
    return {"X": inputs.scores(rng, n, columns) + np.arange(columns)}


@probe("center", points=1, draw=partial(rows, n=6, columns=4))
def rows_of_data(ns, drawn):
    """Rows of ordinary size."""
    return {"centered": ns.center(drawn["X"])}


@probe("center", points=0.5, draw=lambda rng: {"X": 1000.0 * inputs.scores(rng, 5, 3)})
def far_rows(ns, drawn):
    """Rows that lie far from 0."""
    return {"centered": ns.center(drawn["X"])}


def and_centered(rng, n, columns):
    """The same, and rows with means of 0."""
    X = inputs.scores(rng, n, columns)
    return rows(rng, n, columns) | {"centered": np.vstack([X, -X])}


@probe("center", points=0.5, contract=True, unchanged=True, draw=partial(and_centered, n=5, columns=2))
def rows_left_alone(ns, drawn):
    """The rows afterwards, also when the result is written to."""
    for X in drawn.values():
        inputs.written_over(ns.center(X))


@probe("scale", points=1.5, draw=partial(rows, n=7, columns=3))
def uneven_columns(ns, drawn):
    """Columns of very different spread."""
    return {"scaled": ns.Scaler().apply(drawn["X"])}


@probe("scale", points=1, judged=True, draw=partial(rows, n=9, columns=2))
def spread_afterwards(ns, drawn):
    """The spread of the columns afterwards."""
    return {"scaled": ns.Scaler(floor=1e-6).apply(drawn["X"])}


@probe("scale", points=0.5, contract=True, unchanged=True, draw=partial(rows, n=4, columns=3))
def scaling_leaves_its_rows(ns, drawn):
    """The rows after scaling."""
    ns.Scaler().apply(drawn["X"])
'''

JUDGES = '''\
import numpy as np

from autograder.judging import array, fact


def spread_afterwards(seen, drawn):
    X = drawn["X"]
    scaled = array(seen["scaled"], "the result", shape=X.shape)
    same = all(np.linalg.matrix_rank(np.column_stack([X[:, j], scaled[:, j], np.ones(len(X))])) == 2 for j in range(X.shape[1]))
    return {
        "the rows": fact(same, "The result is not made of the rows."),
        "spread": fact(abs((scaled**2).mean(axis=0) - 1).max() < 1e-6, "The columns do not have the mean square 1."),
    }
'''

IN_PLACE = '''\
@misconception("center")
def moves_its_rows(X):
    """You subtract the means in the caller's array."""
    X -= X.mean(axis=0)
    return X
'''


@pytest.fixture(scope="module")
def bench(benches: Benches) -> Bench:
    return benches(files={"probes.py": PROBES, "judges.py": JUDGES})


def center(line: str) -> str:
    return f"def center(X):\n    {line}"


def test_the_reference_is_right_with_what_is_drawn(bench: Bench) -> None:
    """Probe and judge are handed the same inputs, each side's own."""
    assert bench.scores(bench.work()) == bench.full


def test_a_judge_holds_an_answer_to_the_inputs(bench: Bench) -> None:
    """An answer with the right spread that is not made of the rows is seen by what the judge was handed."""
    text = "class Scaler:\n    def __init__(self, floor=1e-3):\n        pass\n    def apply(self, X):\n        return np.resize([1.0, -1.0, -1.0], X.shape)"
    said = checks_of(bench.results(bench.work().write("scale_solution", text))["scale"], "message")
    assert "not made of the rows" in said["spread_afterwards"]


def test_a_changed_input_costs_the_contract_once(bench: Bench) -> None:
    """An answer that writes into its input keeps every core check, and loses what the contract is worth."""
    found = bench.results(bench.work().write("center_solution", center("X -= X.mean(axis=0); return X.copy()")))["center"]
    assert found.score == 1.5
    assert checks_of(found, "verdict")["rows_left_alone"] == "changed its input"
    assert checks_of(found, "message")["rows_left_alone"].startswith("X is not as it was")
    assert checks_of(found, "earned") == {"rows_of_data": 1, "far_rows": 0.5, "rows_left_alone": 0}


def test_a_change_that_another_check_sees_counts(bench: Bench) -> None:
    """What changes its input for large numbers alone is seen by the check that has such, and costs the same contract."""
    line = "out = X - X.mean(axis=0); X[abs(X) > 500] = 0; return out"
    found = bench.results(bench.work().write("center_solution", center(line)))["center"]
    message = checks_of(found, "message")["rows_left_alone"]
    assert found.score == 1.5
    assert 'in the test "Rows that lie far from 0"' in message


def test_a_result_that_shares_memory_is_seen(bench: Bench) -> None:
    """The result is written over: an input of which it is a view is not as it was."""
    line = "means = X.mean(axis=0); return X - means if abs(means).max() > 1e-9 else X"
    found = bench.results(bench.work().write("center_solution", center(line)))["center"]
    assert found.score == 1.5
    assert checks_of(found, "message")["rows_left_alone"].startswith("centered is not as it was")


def test_what_an_earlier_answer_changes_is_not_held_against_a_later_one(bench: Bench) -> None:
    """Scaling with a right center leaves its rows: the second pass says so, for every check that saw a change."""
    found = bench.results(bench.work().write("center_solution", center("X -= X.mean(axis=0); return X.copy()")))
    assert found["scale"].score == 3 and found["scale"].given_correct_inputs


def test_a_mistake_that_shows_in_the_inputs_alone_is_named(benches: Benches) -> None:
    """A misconception that changes its input is told from others by that."""
    from tests.tiny import MISCONCEPTIONS

    bench = benches(files={"probes.py": PROBES, "judges.py": JUDGES, "misconceptions.py": MISCONCEPTIONS + "\n\n" + IN_PLACE})
    found = bench.results(bench.work().write("center_solution", center("X -= X.mean(axis=0)\n    return X")))["center"]
    assert found.diagnosis is not None and found.diagnosis.id == "moves_its_rows"


def test_what_the_reference_changes_is_not_asked(benches: Benches) -> None:
    """Where the text wants an input changed, nobody is held to leaving it alone."""
    edits = {"notebook.py": [("    moved = X - offset\n    return moved", "    X -= offset\n    return X.copy()")]}
    files = {"probes.py": PROBES.replace("inputs.written_over(ns.center(X))", "ns.center(X)"), "judges.py": JUDGES}
    bench = benches(edits=edits, files=files)
    assert bench.scores(bench.work())["center"] == 2
    assert bench.scores(bench.work().write("center_solution", center("X -= X.mean(axis=0); return X.copy()")))["center"] == 2


def test_a_claim_from_inside_can_only_cost_its_own_points(bench: Bench) -> None:
    """Names of inputs that were never drawn are nothing; nor is a list of a million kept."""
    forged = observation_of(ProbeDone("rows_of_data", "finished", b"\x00", changed=["Y", "X' OR 1"] * 500_000))
    probe = next(p for p in bench.assignment.probes if p.id == "rows_of_data")
    assert len(forged.changed) <= 200
    assert bench.grader.judge.changed((probe,), {probe.id: forged}) == {}
    true = observation_of(ProbeDone("rows_of_data", "finished", b"\x00", changed=["X", "Y"]))
    assert bench.grader.judge.changed((probe,), {probe.id: true}) == {"rows_of_data": ("X",)}
    assert observation_of(ProbeDone("rows_of_data", Outcome.RAISED.value, changed=["X"])).changed == ()


def test_explain_shows_what_was_drawn(bench: Bench) -> None:
    """The grader reads the inputs by name, as the judge was handed them."""
    shown = replay(bench.grader, bench.submission(bench.work()), bench.assignment.question("scale"))
    inputs = {each.probe.id: each.inputs for each in shown.replays}
    drawn = bench.grader.reference.inputs_of(bench.grader.reference.probes["spread_afterwards"])["X"]
    assert inputs["spread_afterwards"][0].startswith("X = array(")
    assert f"{drawn[0, 0]:.6f}"[:6] in inputs["spread_afterwards"][0]
    assert np.shape(drawn) == (9, 2)
