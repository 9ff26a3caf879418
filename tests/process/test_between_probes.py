"""Every probe meets what the cells left behind, whatever the probes before it did."""
from __future__ import annotations

import random

import msgspec
import numpy as np
import pytest

from autograder.assignment.loading import load_assignment
from autograder.inside.wire import decode
from tests.assignments.conftest import ROOT
from tests.observing import observe
from tests.tiny import TOML

from .conftest import BRISK, Bench, Benches

SETTINGS = '''
@probe("center", points=0.5)
def a_first(ns, rng):
    """What is met."""
    return report(ns)

@probe("center", points=0.5)
def b_spoils(ns, rng):
    """Something that changes everything it can."""
    ns.center(np.ones((2, 2)))
    ns.patch(column_means=len, np=None, brand_new=1)
    return {"patched": ns.column_means([1, 2, 3])}

@probe("center", points=0.5)
def c_second(ns, rng):
    """What is met afterwards."""
    return report(ns)

def report(ns):
    import os, random, sys, warnings
    return {
        "error state": np.geterr(), "print options": {k: str(v) for k, v in np.get_printoptions().items()},
        "filters": [str(f) for f in warnings.filters], "folder": os.getcwd(), "recursion": sys.getrecursionlimit(),
        "names": sorted(n for n in ns._names if not n.startswith("__")), "column_means": ns.column_means(np.ones((2, 2))),
        "counted": ns._names.get("counted"),
    }

@probe("center", points=0.5)
def d_draws(ns, rng):
    """Draws of the global generators."""
    import random
    return {"drawn": np.random.normal(size=2), "random": random.random(), "own": rng.normal(size=2)}

@probe("scale", points=3)
def e_scales(ns, rng):
    """Anything."""
    return {"scaled": ns.Scaler().apply(rng.normal(size=(3, 3)))}
'''

SPOILER = '''
counted = 0
def center(X):
    global counted, added, column_means
    counted += 1
    added, column_means = 1, None
    import os, random, sys, warnings
    np.seterr(all="raise"); np.set_printoptions(precision=1, suppress=True)
    warnings.simplefilter("error"); os.mkdir(f"elsewhere{counted}"); os.chdir(f"elsewhere{counted}")
    sys.setrecursionlimit(60); np.random.seed(1); random.seed(1)
    sys.stdout = None
    return X - X.mean(axis=0)
'''


def test_settings_and_names_are_put_back_between_probes(benches: Benches) -> None:
    """Error state, print options, warnings, working folder, recursion limit, names that were rebound, added or patched: all as the cells left them."""
    probes = 'import numpy as np\nfrom autograder.probe import probe\n' + SETTINGS
    bench = benches(BRISK, {"probes.py": probes, "judges.py": None, "misconceptions.py": None, "alternatives.py": None})
    seen = bench.seen(bench.work().write("center_solution", SPOILER)).observations
    values = {name: decode(o.value) if o.value else o for name, o in seen.items()}
    assert values["b_spoils"] == {"patched": 3}
    first, second = values["a_first"], values["c_second"]
    assert first.pop("column_means").tolist() == second.pop("column_means").tolist() == [1.0, 1.0]
    assert first == second
    assert first["counted"] == 0 and "added" not in first["names"] and "brand_new" not in first["names"]


def test_random_states_are_seeded_for_each_probe(benches: Benches) -> None:
    """The global generators give a probe the same draws whatever ran before it, and every submission the same."""
    probes = 'import numpy as np\nfrom autograder.probe import probe\n' + SETTINGS
    bench = benches(BRISK, {"probes.py": probes, "judges.py": None, "misconceptions.py": None, "alternatives.py": None})
    spoiled = bench.seen(bench.work().write("center_solution", SPOILER)).observations["d_draws"]
    plain = bench.seen(bench.work()).observations["d_draws"]
    assert spoiled.value == plain.value


STATEFUL = '''
counted = 0
def center(X):
    global counted
    counted += 1
    if counted > 1:
        return X
    X = X - X.mean(axis=0)
    return X + 1e-3 * np.random.normal(size=X.shape)
'''


@pytest.mark.parametrize("answer", ["the reference's", STATEFUL], ids=["reference", "stateful"])
def test_the_order_of_probes_changes_no_result(tiny: Bench, answer: str) -> None:
    """Shuffled probes see the same, bit for bit, of the reference and of a student who counts calls and draws from global generators."""
    work = tiny.work() if answer != STATEFUL else tiny.work().write("center_solution", answer)
    cells, requests = tiny.submission(work).cells(), list(tiny.grader.reference.requests)
    straight = observe(tiny.grader.sandbox(), cells, requests, tiny.assignment.limits).observations
    for seed in range(3):
        random.Random(seed).shuffle(requests)
        assert observe(tiny.grader.sandbox(), cells, requests, tiny.assignment.limits).observations == straight


def test_the_order_of_probes_changes_no_result_of_nn_recognition(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The reference of the largest assignment, its probes forwards, backwards and shuffled: the same observations, bit for bit."""
    assignment = load_assignment("nn_recognition", ROOT)
    from autograder.judging.grader import Grader
    from autograder.judging.reference import Reference
    from autograder.sandbox.observed import ObservedStore

    from .conftest import isolation

    reference = Reference(assignment, "tests", ObservedStore(tmp_path_factory.mktemp("observations")))
    with Grader(reference, isolation()) as grader:
        limits = msgspec.structs.replace(assignment.limits, probe_seconds=30, notebook_seconds=60)
        requests = list(reference.requests)
        straight = observe(grader.sandbox(), reference.cells, requests, limits).observations
        assert observe(grader.sandbox(), reference.cells, requests[::-1], limits).observations == straight
        random.Random(0).shuffle(requests)
        assert observe(grader.sandbox(), reference.cells, requests, limits).observations == straight


MUTABLE = '''
def counter():
    count = 0
    def more():
        nonlocal count
        count += 1
        return count
    return more
class Tally:
    total = 0
    def __init__(self):
        self.own = {"calls": [0]}
seen_so_far, table, own, more, generator = [], np.zeros(3), Tally(), counter(), np.random.default_rng(0)
def center(X, memory={}):
    seen_so_far.append(len(X))
    table[0] += 1
    memory[len(memory)] = X
    Tally.total += 1
    own.own["calls"][0] += 1
    center.calls = getattr(center, "calls", 0) + 1
    kept = len(seen_so_far), table[0], len(memory), Tally.total, own.own["calls"][0], center.calls, more(), generator.random()
    return X - X.mean(axis=0) + np.array(kept[:3]) + sum(kept[3:])
'''


def test_containers_that_answers_write_to_are_put_back(tiny: Bench) -> None:
    """For each probe all that calls have written to is as the cells left it: lists, arrays, default arguments, attributes, closures, generators."""
    work = tiny.work().write("center_solution", MUTABLE)
    cells, requests = tiny.submission(work).cells(), list(tiny.grader.reference.requests)
    straight = observe(tiny.grader.sandbox(), cells, requests, tiny.assignment.limits).observations
    assert observe(tiny.grader.sandbox(), cells, requests[::-1], tiny.assignment.limits).observations == straight


LEAKS = {
    "the name of its class": "raise type('X' + TEXT, (Exception,), {})()",
    "the name of its class, known to builtins": (
        "import builtins\n    kind = type('X' + TEXT, (Exception,), {})\n    setattr(builtins, kind.__name__, kind)\n    raise kind()"
    ),
    "its text": "raise ValueError(TEXT)",
    "a NameError's name": "raise NameError(TEXT, name='X' + TEXT)",
    "a chained exception": "try: raise ValueError(TEXT)\n    except ValueError as error: raise KeyError(TEXT) from error",
    "a note": "error = ValueError(); error.add_note(TEXT); raise error",
    "a syntax error": "compile(TEXT + '(', TEXT, 'exec')",
    "a file name": "exec(compile('1 / 0', '<cell ' + TEXT + '>', 'exec'))",
    "a file name like a cell's": "exec(compile(chr(10) * 98 + '1 / 0', f'<cell {TEXT[:7]}>', 'exec'))",
    "printed text": "print(TEXT); import sys; print(TEXT, file=sys.stderr); return X",
    "a warning": "import warnings; warnings.warn(TEXT); return X",
    "a text": "return TEXT",
    "a key": "return {TEXT: TEXT}",
    "a list of texts": "return [TEXT]",
    "an array of texts": "return np.array([TEXT])",
    "the shape of an empty array": "return np.zeros((0, int(TEXT), int(TEXT)))",
    "the number of axes": "return np.zeros((1,) * 30)",
    "the name of a type": "return type('X' + TEXT, (), {})()",
    "the name of a data type": "return np.zeros(2, dtype=[('X' + TEXT, float)])",
    "the status at its end": "import os; os._exit(int(TEXT[:2]))",
    "a forged message": (
        "import os\n    from autograder.inside.protocol import ProbeDone, frame\n"
        "    os.write(3, frame(ProbeDone('rows_of_data', 'raised', TEXT.encode(), 'X' + TEXT, 5, 2, 'X' + TEXT)))\n    return X"
    ),
    "a forged outcome": (
        "import os\n    from autograder.inside.protocol import ProbeDone, frame\n"
        "    os.write(3, frame(ProbeDone('rows_of_data', 'X' + TEXT)))\n    return X"
    ),
    "a message that is none": "import os; os.write(3, TEXT.encode()); return X",
}  # fmt: skip


@pytest.mark.parametrize("way", LEAKS)
def test_a_hidden_input_does_not_come_out_of_a_probe(tiny: Bench, way: str) -> None:
    """The digits of a hidden input stand nowhere in the result, the graded notebook or its messages, however they are dressed up."""
    from autograder.assignment.notebook import dump
    from autograder.assignment.packages import environment
    from autograder.entry.commands.autograde import results_json
    from autograder.judging.findings import ClassResult
    from autograder.judging.keys import seed_of
    from autograder.records.graded_notebook import graded_notebook

    seed = seed_of("tests", "tiny", "rows_of_data")
    X = np.random.default_rng(seed).normal(size=(6, 3)) + np.array([5.0, -2.0, 0.5])
    digits = str(int(abs(X[0, 0]) * 1e15))
    assert len(digits) >= 15
    body = f"def center(X):\n    TEXT = str(int(abs(X[0, 0]) * 1e15))\n    {LEAKS[way]}"
    work = tiny.work().write("center_solution", body)
    result = tiny.grade(work)
    assert {q.id: q.score for q in result.questions}["center"] == 0
    whole = ClassResult(1, "tiny", 6.0, "full", "", "", environment(), (result,))
    shown = results_json(whole) + dump(graded_notebook(tiny.submission(work), result, tiny.assignment))
    assert digits[:6] not in shown.replace("_", "")


def test_the_digits_would_be_found(tiny: Bench) -> None:
    """The control: a cell that raises outside a probe does show its text."""
    result = tiny.grade(tiny.work().add("raise ValueError('314159265')"))
    assert "314159265" in result.messages[0]


def test_the_limits_of_tiny_are_those_meant() -> None:
    """The edits of BRISK still apply to the fixture's file."""
    assert all(old in TOML for old, _ in BRISK["assignment.toml"])
