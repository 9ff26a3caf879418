"""Each part on its own merits: what a question builds on is answered by the reference, and nobody gains by it."""
from __future__ import annotations

from typing import Any

import pytest

from autograder.inside.seen import Outcome, Seen
from autograder.sandbox.watch import Watch

from .conftest import BRISK, Bench, Benches, checks_of

NOTEBOOK = '''\
# %% [markdown]
# # Across the boundary

# %% given="imports"
import numpy as np

import checks

# %% given="helpers"
def halve(X: np.ndarray) -> np.ndarray:
    """Half of X."""
    return X / 2

def negate(X: np.ndarray) -> np.ndarray:
    """The opposite of X."""
    return -X

# %% solution="bend_solution"
def bend(X: np.ndarray) -> np.ndarray:
    """Half of what is above 0."""
    ### BEGIN SOLUTION
    return np.maximum(X, 0) / 2
    ### END SOLUTION

# %% test="bend" points=2
checks.close("bend(X)", bend(np.array([2.0, -4.0])), [1.0, 0.0])

# %% solution="layer_solution"
def layer(X: np.ndarray, params: dict, name: str, activation=bend) -> np.ndarray:
    """X W + b, then the activation; what came in and went out is kept in params["cache_" + name]."""
    ### BEGIN SOLUTION
    out = activation(X @ params["W" + name] + params["b" + name])
    params["cache_" + name] = (X, out)
    return out
    ### END SOLUTION

# %% test="layer" points=2
params = {"Wa": np.eye(2), "ba": np.zeros(2)}
checks.close("layer(X)", layer(np.array([[2.0, -4.0]]), params, "a"), [[1.0, 0.0]])

# %% solution="fill_solution"
def fill(X: np.ndarray, value: float) -> None:
    """Write value over every entry of X below 0, in place."""
    ### BEGIN SOLUTION
    X[X < 0] = value
    ### END SOLUTION

# %% test="fill" points=2
a = np.array([1.0, -1.0])
fill(a, 5.0)
checks.close("a", a, [1.0, 5.0])

# %% solution="machine_solution_class"
class Machine:
    """A machine with a count of its steps."""

    def __init__(self, size: float = 2.0) -> None:
        self.size, self.steps, self.state = size, 0, {"last": None}

    def step(self, X: np.ndarray) -> np.ndarray:
        """Add size to X, count the step, keep the result in state["last"]."""
        ### BEGIN SOLUTION
        self.steps += 1
        self.state["last"] = X + self.size
        return self.state["last"]
        ### END SOLUTION

# %% test="machine" points=2
checks.close("Machine().step(X)", Machine().step(np.zeros(2)), [2.0, 2.0])

# %% solution="everything_solution"
def everything(X: np.ndarray, params: dict) -> dict:
    """Two layers, the second with a function of its own; a fill; two steps of a machine."""
    ### BEGIN SOLUTION
    hidden = layer(X, params, "one", activation=negate)
    out = layer(hidden, params, "two", activation=lambda z: z * 3 + bend(z))
    filled = out.copy()
    fill(filled, 7.0)
    machine = Machine(size=0.5)
    machine.step(filled)
    machine.step(filled)
    return {
        "out": out, "filled": filled, "steps": machine.steps, "last": machine.state["last"],
        "cache": params["cache_two"][1], "same": params["Wone"],
    }
    ### END SOLUTION

# %% test="everything" points=4
checks.shape("everything(X)", everything(np.ones((1, 2)), {"Wone": np.eye(2), "bone": np.zeros(2), "Wtwo": np.eye(2), "btwo": np.zeros(2)})["out"], (1, 2))
'''

TOML = '''\
title = "Across the boundary"
order = 1

[limits]
notebook_seconds = 3
probe_seconds = 1
submission_seconds = 20
memory_mb = 1024
output_kb = 256

[questions.bend]
defines = ["bend"]

[questions.layer]
defines = ["layer"]
needs = ["bend"]

[questions.fill]
defines = ["fill"]

[questions.machine]
defines = ["Machine.step"]

[questions.everything]
defines = ["everything"]
needs = ["bend", "layer", "fill", "machine"]
'''

PROBES = '''\
"""Hidden tests of the boundary."""
import numpy as np

from autograder.probe import probe


def two(rng):
    return {f"{k}{n}": rng.normal(size=s) for n in ("one", "two") for k, s in (("W", (3, 3)), ("b", 3))}


@probe("bend", points=2)
def bends(ns, rng):
    """Numbers of both signs."""
    return {"bent": ns.bend(rng.normal(size=(4, 3)))}


@probe("layer", points=2)
def layers(ns, rng):
    """A layer."""
    params = two(rng)
    return {"out": ns.layer(rng.normal(size=(4, 3)), params, "one"), "cache": params["cache_one"]}


@probe("fill", points=2)
def fills(ns, rng):
    """Entries below 0."""
    X = rng.normal(size=(4, 3))
    return {"returned": ns.fill(X, 9.0), "filled": X}


@probe("machine", points=2)
def steps(ns, rng):
    """Two steps."""
    machine = ns.Machine()
    return {"first": machine.step(rng.normal(size=3)), "second": machine.step(np.ones(2)), "steps": machine.steps, "state": machine.state}


@probe("everything", points=4)
def all_of_it(ns, rng):
    """All parts together."""
    params = two(rng)
    return {"found": ns.everything(rng.normal(size=(4, 3)), params), "keys": sorted(params)}
'''

FILES = {"notebook.py": NOTEBOOK, "assignment.toml": TOML, "probes.py": PROBES, "judges.py": None, "misconceptions.py": None, "alternatives.py": None}
WRONG = {
    "bend": ("bend_solution", "def bend(X): return X"),
    "layer": ("layer_solution", "def layer(X, params, name, activation=None): return X"),
    "fill": ("fill_solution", "def fill(X, value): return X"),
    "machine": (
        "machine_solution_class",
        'class Machine:\n    def __init__(self, size=2.0):\n        self.size, self.steps, self.state = size, 0, {"last": None}\n    def step(self, X): return X',
    ),
}


@pytest.fixture
def boundary(benches: Benches) -> Bench:
    return benches(None, FILES)


@pytest.fixture
def declared(benches: Benches) -> Bench:
    """As boundary, but that nobody has declared what a layer needs."""
    return benches(None, {**FILES, "assignment.toml": TOML.replace('defines = ["layer"]\nneeds = ["bend"]', 'defines = ["layer"]')})


def test_the_reference_needs_no_second_pass(boundary: Bench) -> None:
    """Right answers earn everything at once."""
    results = boundary.results(boundary.work())
    assert {q: r.score for q, r in results.items()} == boundary.full
    assert not any(r.given_correct_inputs for r in results.values())


@pytest.mark.parametrize("wrong", [*WRONG, "all of them"])
def test_a_right_part_on_top_of_a_wrong_one_earns_its_points(boundary: Bench, wrong: str) -> None:
    """Functions, methods, dictionaries and arrays written by the callee, given functions by name, a lambda called back: all work across the boundary."""
    work = boundary.work()
    parts = list(WRONG) if wrong == "all of them" else [wrong]
    for part in parts:
        work.write(*WRONG[part])
    results = boundary.results(work)
    expected = {q: 0.0 if q in parts else points for q, points in boundary.full.items()}
    assert {q: r.score for q, r in results.items()} == expected, checks_of(results["everything"], "message")
    assert results["everything"].given_correct_inputs


def test_a_wrong_part_on_top_of_wrong_ones_earns_nothing(boundary: Bench) -> None:
    """Given all that it needs, a wrong answer is still wrong."""
    work = boundary.work().write(*WRONG["bend"]).edit("everything_solution", "z * 3", "z * 2")
    results = boundary.results(work)
    assert (results["everything"].score, results["everything"].given_correct_inputs) == (0.0, False)


def test_the_reference_answers_what_is_wrong_and_no_more(boundary: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where giving the wrong part mends all, the other parts stay the student's own: calls across the boundary take time."""
    asked = answered(monkeypatch)
    results = boundary.results(boundary.work().write(*WRONG["bend"]))
    assert results["everything"].given_correct_inputs
    assert asked == [("bend",), ("bend",)]  # for layer, then for everything


LEANS = """class Machine:
    def __init__(self, size=2.0):
        self.size, self.steps, self.state = size, 0, {"last": None}
    def step(self, X):
        self.steps += 1
        self.state["last"] = X + self.size * bend(np.ones(1))[0]
        return self.state["last"]
"""


def test_parts_that_are_right_only_together_are_given_together(boundary: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A method that comes out right with the student's own wrong bend alone is given too, where giving bend spoils it."""
    asked = answered(monkeypatch)
    results = boundary.results(boundary.work().write(*WRONG["bend"]).write("machine_solution_class", LEANS))
    assert {q: r.score for q, r in results.items()} == {**boundary.full, "bend": 0.0}
    assert asked[1:] == [("bend",), ("bend", "layer", "fill", "Machine.step")]


def answered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The names that the reference answers in each second pass from now on."""
    asked: list[tuple[str, ...]] = []
    observe = Watch.observe

    def noting(self: Watch, requests: Any, **options: Any) -> Seen:
        if options.get("given") is not None:
            asked.append(options["given"].stubs)
        return observe(self, requests, **options)

    monkeypatch.setattr(Watch, "observe", noting)
    return asked


def test_missing_parts_are_given_too(boundary: Bench) -> None:
    """Stubs stand in for answers that are not written yet, and for cells that do not parse."""
    work = boundary.work().write("layer_solution", "def layer(X:").write("fill_solution", "def fill(X, value):\n    raise NotImplementedError")
    assert boundary.scores(work) == {**boundary.full, "layer": 0.0, "fill": 0.0}


ALIASES = """
def layer(X, params, name, *, activation=bend, kept=[bend]):
    out = activation(X @ params["W" + name] + params["b" + name])
    params["cache_" + name] = (X, out)
    return out
"""


def test_what_is_given_replaces_defaults_and_aliases(boundary: Bench) -> None:
    """A wrong function that was bound as a keyword's default, or under another name, is given there as well."""
    work = boundary.work().write(*WRONG["bend"]).write("layer_solution", ALIASES)
    assert boundary.scores(work)["layer"] == 2.0
    renamed = "mine = bend\n" + ALIASES.replace("activation(", "mine(").replace("kept=[bend]", "kept=None")
    assert boundary.scores(work.write("layer_solution", renamed))["layer"] == 2.0


def test_a_missing_class_costs_only_itself(boundary: Bench) -> None:
    """A class that is not there at all is an outcome, not an error of ours."""
    scores = boundary.scores(boundary.work().write("machine_solution_class", ""))
    assert scores["machine"] == 0.0
    assert {q: s for q, s in scores.items() if q not in ("machine", "everything")} == {"bend": 2.0, "layer": 2.0, "fill": 2.0}


def test_a_stub_kept_from_a_second_pass_gains_nothing(boundary: Bench) -> None:
    """An answer that prefers any stub it can find, by name, in builtins, in the garbage collector or in files, finds none in its own question."""
    thief = (
        "import builtins, gc, os, sys, types\n"
        "def stub():\n"
        "    kept = getattr(builtins, 'kept', None) or globals().get('kept')\n"
        "    if kept: return kept[0]\n"
        "    for f in gc.get_objects():\n"
        "        if isinstance(f, types.FunctionType) and f.__qualname__.endswith('answered_elsewhere'): return f\n"
        "def mine(X): return X\n"
        "def bend(X):\n"
        "    found = stub()\n"
        "    return found(X) if found else X\n"
    )
    keeper = "\ndef everything(X, params):\n    builtins.kept = [bend]\n    globals()['kept'] = [bend]\n    open('kept', 'w').write('1')\n    return {}\n"
    results = boundary.results(boundary.work().write("bend_solution", thief).write("everything_solution", keeper))
    assert results["bend"].score == 0.0
    assert not results["bend"].given_correct_inputs
    assert results["everything"].score == 0.0


ASK = '''
def bend(X):
    import os, socket
    from autograder.inside.protocol import Call, Channel, Linked
    from autograder.inside.wire import decode, encode
    channel = Channel(socket.socket(fileno=os.dup(3)), Linked)
    channel.send(Call("bend", [encode(X)]))
    return decode(channel.receive().value)
'''


KEEPS = """
import json
def kept():
    try:
        return json.load(open("kept.json"))
    except OSError:
        return {}
def keep(more):
    json.dump(kept() | more, open("kept.json", "w"))
def bend(X):
    known = kept().get(str(X.tolist()))
    if known is None:
        keep({str(X.tolist()): [X.tolist()]})
        return np.zeros((2, 7)) * 2
    return np.array(known[0])
"""
FILLS = """
def layer(X, params, name, activation=bend):
    keep({text: [bend(np.array(known[0])).tolist()] for text, known in kept().items()})
    out = activation(X @ params["W" + name] + params["b" + name])
    params["cache_" + name] = (X, out)
    return out
"""


def test_what_the_reference_answered_is_not_there_in_the_search_for_a_mistake(boundary: Bench) -> None:
    """An answer that notes its inputs, and a later one that has the reference answer these and keeps what came: the search begins in a process without."""
    boundary.grader.locate = True
    try:
        results = boundary.results(boundary.work().write("bend_solution", KEEPS).write("layer_solution", FILLS))
    finally:
        boundary.grader.locate = False
    assert results["layer"].given_correct_inputs
    assert (results["bend"].score, results["bend"].located) == (0.0, None)


AT_ONCE = {
    "a default": "def layer(X, params, name, activation=bend):",
    "a keyword's default": "def layer(X, params, name, *, activation=bend):",
    "a name of its own": "mine = bend\ndef layer(X, params, name, activation=mine):",
    "a decorator": "def using(function):\n    return lambda other: other\n@using(bend)\ndef layer(X, params, name, activation=lambda X: bend(X)):",
    "a self-test above": "assert bend(np.ones(1))[0] == 0.5\ndef layer(X, params, name, activation=bend):",
    "another name missed first": "print(nowhere)\ndef layer(X, params, name, activation=bend):",
}
BODY = """
    out = activation(X @ params["W" + name] + params["b" + name])
    params["cache_" + name] = (X, out)
    return out
"""
ABSENT = {"it does not compile": "def bend(X):\n    return np.maximum(X, 0", "another name": "def Bend(X):\n    return np.maximum(X, 0) / 2", "deleted": ""}


@pytest.mark.parametrize("absent", ABSENT)
@pytest.mark.parametrize("way", AT_ONCE)
def test_a_definition_that_reads_an_absent_answer_is_run_again_with_it(boundary: Bench, declared: Bench, way: str, absent: str) -> None:
    """Whether or not the question says what it needs, the absent answer costs its own points alone."""
    for bench in (boundary, declared):
        work = bench.work().write("bend_solution", ABSENT[absent]).write("layer_solution", AT_ONCE[way] + BODY)
        results = bench.results(work)
        assert {q: r.score for q, r in results.items()} == {**bench.full, "bend": 0.0}, checks_of(results["layer"], "message")
        assert results["layer"].given_correct_inputs


def test_a_helper_that_reads_an_absent_answer_is_run_again_too(declared: Bench) -> None:
    """The cell of an answer ran to its end, but what it calls is defined by one that did not."""
    work = declared.work().write("bend_solution", "").add("def mine(X, f=bend):\n    return f(X)", before="layer_solution")
    work.write("layer_solution", "def layer(X, params, name, activation=None):\n    activation = activation or mine" + BODY)
    assert declared.scores(work) == {**declared.full, "bend": 0.0}


USES = {
    "itself": "def layer(X, params, name, activation=None):\n    activation = activation or bend" + BODY,
    "through a helper": "def layer(X, params, name, activation=None):\n    activation = activation or mine" + BODY,
}


@pytest.mark.parametrize("way", USES)
def test_what_an_answer_uses_is_given_though_nobody_has_declared_it(declared: Bench, way: str) -> None:
    """An earlier answer that a student builds on by choice costs its own points alone, too."""
    work = declared.work().write(*WRONG["bend"]).add("def mine(X):\n    return bend(X)", before="layer_solution").write("layer_solution", USES[way])
    results = declared.results(work)
    assert {q: r.score for q, r in results.items()} == {**declared.full, "bend": 0.0}
    assert results["layer"].given_correct_inputs


def test_a_callback_finds_what_the_reference_has_written_so_far(benches: Benches) -> None:
    """A function that measures slopes moves x in place and calls f, which may read x itself: it finds x as it is just then, and afterwards as it was."""
    slope = "    out = np.zeros(x.shape)\n    for i in np.ndindex(x.shape):\n        kept = x[i]\n        x[i] = kept + 0.5\n        above = f(x)\n        x[i] = kept - 0.5\n        out[i] = above - f(x)\n        x[i] = kept\n    return out"
    cells = f"""
# %% solution="slopes_solution"
def slopes(f, x: np.ndarray) -> np.ndarray:
    ### BEGIN SOLUTION
{slope}
    ### END SOLUTION

# %% test="slopes" points=2
checks.close("slopes", slopes(lambda x: float(x @ x), np.ones(2)), [2.0, 2.0])

# %% solution="steepest_solution"
def steepest(weights: dict) -> float:
    ### BEGIN SOLUTION
    return float(np.abs(slopes(lambda _: float(weights["W"] @ weights["W"]), weights["W"])).max())
    ### END SOLUTION

# %% test="steepest" points=2
checks.close("steepest", steepest({{"W": np.ones(2)}}), 2.0)
"""
    probes = """
@probe("slopes", points=2)
def slopes_of_squares(ns, rng):
    \"\"\"A sum of squares.\"\"\"
    x = rng.normal(size=3)
    return {"found": ns.slopes(lambda x: float(x @ x), x), "x": x}


@probe("steepest", points=2)
def steepest_of_squares(ns, rng):
    \"\"\"Weights that are read where they are.\"\"\"
    weights = {"W": rng.normal(size=4)}
    return {"found": ns.steepest(weights), "left": weights["W"]}
"""
    toml = TOML + '\n[questions.slopes]\ndefines = ["slopes"]\n\n[questions.steepest]\ndefines = ["steepest"]\n'
    bench = benches(None, {**FILES, "notebook.py": NOTEBOOK + cells, "assignment.toml": toml, "probes.py": PROBES + probes})
    results = bench.results(bench.work().write("slopes_solution", "def slopes(f, x):\n    return x"))
    assert {q: r.score for q, r in results.items()} == {**bench.full, "slopes": 0.0}, checks_of(results["steepest"], "message")
    assert results["steepest"].given_correct_inputs


def test_what_an_answer_does_not_use_is_not_given(declared: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name in a comment is no use, nor is a right one; nothing is observed again for it."""
    asked = answered(monkeypatch)
    wrong = "def layer(X, params, name, activation=None):\n    # not bend\n    return X"
    declared.scores(declared.work().write(*WRONG["bend"]).write("layer_solution", wrong))
    assert [names for names in asked if names == ("bend",)] == []
    asked.clear()
    declared.scores(declared.work().write("layer_solution", USES["itself"].replace("+ params", "- params")))
    assert ("bend",) not in asked


def test_a_wrong_answer_that_is_run_again_is_still_wrong(declared: Bench) -> None:
    """The reference answers the absent name and nothing else."""
    work = declared.work().write("bend_solution", "").write("layer_solution", AT_ONCE["a default"] + BODY.replace("+ params", "- params"))
    results = declared.results(work)
    assert (results["layer"].score, results["layer"].given_correct_inputs) == (0.0, False)
    assert "entries are wrong" in checks_of(results["layer"], "message")["layers"]


def test_a_function_that_asks_the_channel_gains_nothing_in_its_own_question(boundary: Bench) -> None:
    """In the first pass nobody answers calls: bend, forging one, is a breach of protocol, and layer, which it spoils, is judged with bend given."""
    results = boundary.results(boundary.work().write("bend_solution", ASK))
    assert results["bend"].score == 0.0
    assert results["bend"].checks[0].outcome is Outcome.PROTOCOL
    assert (results["layer"].score, results["layer"].given_correct_inputs) == (2.0, True)


def test_a_second_pass_answers_only_what_the_question_needs(boundary: Bench) -> None:
    """layer, whose second pass answers bend, can't have itself answered by forging a call of its own name."""
    ask = ASK.replace("def bend(X):", "def layer(X, params, name, activation=None):").replace('"bend", [encode(X)]', '"layer", [encode(v) for v in (X, params, name)]')
    for descriptor, outcome in ((3, Outcome.PROTOCOL), (4, Outcome.RAISED)):
        answer = ask.replace("os.dup(3)", f"os.dup({descriptor})")
        results = boundary.results(boundary.work().write(*WRONG["bend"]).write("layer_solution", answer))
        assert (results["bend"].score, results["layer"].score) == (0.0, 0.0)
        assert results["layer"].checks[0].outcome is outcome


CALLBACKS = {
    "loops": "def spin(z):\n    while True: pass\n",
    "asks back for ever": "def spin(z):\n    return layer(z, dict(Wtwo=np.eye(3), btwo=np.zeros(3)), 'two', activation=spin)\n",
    "raises": "def spin(z):\n    raise ValueError(z)\n",
    "exits": "def spin(z):\n    raise SystemExit\n",
    "dies": "def spin(z):\n    import os; os._exit(0)\n",
    "returns a function": "def spin(z):\n    return spin\n",
    "floods": "def spin(z):\n    return [np.zeros(1 << 22)] * 2\n",
}


@pytest.mark.parametrize("kind", CALLBACKS)
def test_a_callback_that_misbehaves_gains_nothing(boundary: Bench, kind: str) -> None:
    """A function of the student's own, called back by the reference, that loops, recurses, raises or dies costs its own question alone."""
    work = boundary.work().write(*WRONG["bend"]).edit("everything_solution", "def everything", CALLBACKS[kind] + "def everything")
    work.edit("everything_solution", "lambda z: z * 3 + bend(z)", "spin")
    result = boundary.grade(work)
    assert {q.id: q.score for q in result.questions} == {**boundary.full, "bend": 0.0, "everything": 0.0}
    assert result.seconds < 90


def test_many_calls_are_cut_off(boundary: Bench) -> None:
    """An answer that calls what it is given for ever ends, and costs its own question alone."""
    work = boundary.work().write(*WRONG["bend"]).write("everything_solution", "def everything(X, params):\n    while True: bend(X)")
    assert boundary.scores(work) == {**boundary.full, "bend": 0.0, "everything": 0.0}


def test_the_reference_is_not_there_to_be_read(boundary: Bench) -> None:
    """A stub holds no code of the reference: neither its constants nor its closure nor its module say how it is done."""
    tell = (
        "def everything(X, params):\n"
        "    import inspect\n"
        "    try: source = inspect.getsource(bend)\n"
        "    except Exception: source = ''\n"
        "    cells = [repr(c.cell_contents)[:99] for c in bend.__closure__ or ()]\n"
        "    return {'source': source, 'names': list(bend.__code__.co_names), 'cells': cells, 'name': bend.__name__}\n"
    )
    work = boundary.work().write(*WRONG["bend"]).write("everything_solution", tell)
    seen = boundary.seen(work, "everything", given=("bend",)).observations["all_of_it"]
    from autograder.inside.wire import decode

    found = decode(seen.value)["found"]
    assert found["name"] == "bend" and "maximum" not in repr(found)


def test_tiny_needs_center(benches: Benches) -> None:
    """A method that calls a wrong function earns its points with the function given, and is named by its own mistake alone."""
    bench = benches(BRISK)
    work = bench.work().use("one_mean_for_all", "sample_variance")
    results = bench.results(work)
    assert results["center"].diagnosis and results["center"].diagnosis.id == "one_mean_for_all"
    assert results["scale"].diagnosis and results["scale"].diagnosis.id == "sample_variance"
