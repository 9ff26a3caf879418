"""However a submission ends, it costs the points of what ended and nothing else, and is never an error of ours."""
from __future__ import annotations

import pytest

from autograder.inside.protocol import Run
from autograder.inside.seen import Outcome

from .conftest import Bench, Benches, checks_of, level

DEFINITION = "def center(X):\n    {}"

ENDINGS = {
    "an endless loop": ("while True: pass", {Outcome.TIMED_OUT}),
    "endless sleep": ("import time; time.sleep(1e6)", {Outcome.TIMED_OUT}),
    "os._exit": ("import os; os._exit(0)", {Outcome.EXITED}),
    "sys.exit": ("import sys; sys.exit(0)", {Outcome.EXITED}),
    "quit": ("raise SystemExit", {Outcome.EXITED}),
    "a segmentation fault": ("import ctypes; ctypes.string_at(0)", {Outcome.KILLED}),
    "abort": ("import os; os.abort()", {Outcome.KILLED, Outcome.EXITED}),
    "memory at once": ("return np.ones((1 << 35,))", {Outcome.OUT_OF_MEMORY}),
    "memory in pieces": ("kept = []\n    while True: kept.append(np.ones(1 << 22))", {Outcome.OUT_OF_MEMORY, Outcome.KILLED, Outcome.TIMED_OUT}),
    "recursion": ("return center(X)", {Outcome.RAISED}),
    "recursion without a limit": (
        "import sys; sys.setrecursionlimit(10**9)\n    return [center(X)]",
        {Outcome.RAISED, Outcome.KILLED, Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY},
    ),
    "a flood of output": ("import os\n    while True: os.write(1, b'x' * 65536)", {Outcome.OUTPUT_LIMIT}),
    "a value too large": ("return [np.zeros(1 << 22)] * 2", {Outcome.OUTPUT_LIMIT}),
    "closed descriptors": ("import os; os.closerange(0, 256); return X", {Outcome.PROTOCOL, Outcome.KILLED, Outcome.EXITED}),
    "an interrupt": ("raise KeyboardInterrupt", {Outcome.EXITED, Outcome.RAISED}),
    "garbage in the channel": ("import os; os.write(3, b'\\xff' * 64); return X", {Outcome.PROTOCOL}),
    "a generator that is never run": ("yield X", {Outcome.FINISHED}),
    "itself": ("return center", {Outcome.FINISHED}),
}  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_probe_that_ends_badly_costs_its_own_question(tiny: Bench, ending: str) -> None:
    """The question gets 0 with the matching outcome; the question after it gets its points, since center is given there."""
    body, expected = ENDINGS[ending]
    results = tiny.results(tiny.work().write("center_solution", DEFINITION.format(body)))
    assert results["center"].score == 0
    assert set(checks_of(results["center"], "outcome").values()) <= expected
    assert (results["scale"].score, results["scale"].given_correct_inputs) == (3.0, True)


CELLS = {
    "an endless loop": ("while True: pass", "took too long"),
    "os._exit": ("import os; os._exit(3)", "ended: exited"),
    "sys.exit": ("import sys; sys.exit()", "ended: exited"),
    "a segmentation fault": ("import ctypes; ctypes.string_at(0)", "ended: killed SIGSEGV"),
    "a flood of output": ("import os\nwhile True: os.write(1, b'x' * 65536)", "ended: output limit"),
    "a print that does not end": ("while True: print('x' * 65536)", "took too long"),
    "too much memory": ("big = np.ones(1 << 35)", "ended: out of memory"),
    "endless recursion": ("def f(): return f()\nf()", "raised RecursionError"),
    "a syntax error": ("def f(:\n  pass", "raised SyntaxError"),
    "an exception": ("1 / 0", "raised ZeroDivisionError"),
}


@pytest.mark.parametrize("ending", CELLS)
def test_a_cell_that_ends_badly_is_left_out(tiny: Bench, ending: str) -> None:
    """A cell of the student's own that hangs, dies or raises is named in a message; everything else is graded as ever."""
    text, says = CELLS[ending]
    result = tiny.grade(tiny.work().add(text, before="scale_solution"))
    assert result.score == 5.0
    assert len(result.messages) == 1 and says in result.messages[0], result.messages


@pytest.mark.parametrize("ending", [e for e in CELLS if CELLS[e][1].startswith("ended")])
def test_an_end_that_is_not_of_time_is_the_running_cells(tiny: Bench, ending: str) -> None:
    """Whatever the cells before it took, also longer than itself."""
    text, says = CELLS[ending]
    work = tiny.work().add("import time\ntime.sleep(0.3)", before="center_solution").add(text, before="scale_solution")
    result = tiny.grade(work)
    assert result.score == 5.0
    assert len(result.messages) == 1 and says in result.messages[0], result.messages


KEEPS = "big = [np.empty(1 << 17) for _ in range({})]"
NEEDS = "def center(X):\n    room = np.empty(1 << 25)\n    return X - X.mean(axis=0)"


@pytest.mark.parametrize("mebibytes", [600, 1000, 1010])
def test_what_a_cell_keeps_costs_no_answer(tiny: Bench, mebibytes: int) -> None:
    """Many arrays that stay are not copied, and some memory is kept from all cells: the answers have it."""
    for place in ("center_solution", "scale_solution"):
        result = tiny.grade(tiny.work().add(KEEPS.format(mebibytes), before=place))
        assert (result.score, result.messages) == (5.0, ())


def test_memory_is_charged_to_the_cell_that_keeps_it(tiny: Bench) -> None:
    """Where an answer runs out of memory beside a cell that keeps most of it, of that cell the definitions alone are run."""
    result = tiny.grade(tiny.work().write("center_solution", NEEDS).add(KEEPS.format(960), before="scale_solution"))
    assert result.score == 5.0
    (message,) = result.messages
    assert message.startswith("cell 9: it kept 9") and "MiB of memory, which left too little for a check" in message
    alone = tiny.grade(tiny.work().write("center_solution", NEEDS.replace("25", "28")))
    assert [q.outcome for q in alone.questions if q.id == "center"] == [Outcome.OUT_OF_MEMORY] and alone.messages == ()


def test_a_cell_that_hangs_is_skipped_when_cells_run_again(tiny: Bench) -> None:
    """A cell that hangs costs its time once, also where a probe that hangs makes all cells run again."""
    work = tiny.work().add("while True: pass", before="scale_solution").write("center_solution", DEFINITION.format("while True: pass"))
    result = tiny.grade(work)
    assert len(result.messages) == 1 and "too long" in result.messages[0]
    assert {q.id: q.score for q in result.questions if q.kind == "auto"} == {"center": 0.0, "scale": 3.0}
    assert tiny.seen(work, "scale").briefly == (9,), "the cell stands on the list that a second pass begins with"


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [("ctypes.string_at(0)", Outcome.KILLED), ("ctypes.CDLL(None)._exit(7)", Outcome.EXITED), ("os.write(1, b'x' * 10**7)", Outcome.OUTPUT_LIMIT)],
)
def test_how_a_second_pass_ends_is_told_as_it_was(tiny: Bench, ending: str, outcome: Outcome) -> None:
    """Where a process ends while another answers for an earlier question, that other ends with it and is not what is told."""
    scaler = f"class Scaler:\n    def __init__(self, floor=1e-3): pass\n    def apply(self, X):\n        import ctypes, os\n        center(X)\n        {ending}"
    for _ in range(3):
        results = tiny.results(tiny.work().write("center_solution", DEFINITION.format("return X")).write("scale_solution", scaler))
        assert {check.outcome for check in results["scale"].checks} == {outcome}


HOARDS = """
hoard = []
def center(X):
    for size in (1 << 17, 1 << 12, 1 << 8):
        try:
            while True: hoard.append(np.empty(size))
        except MemoryError as error:
            last = error
    raise last
"""


def test_an_answer_that_takes_all_memory_costs_its_own_question(tiny: Bench) -> None:
    """Also where what it has taken leaves too little to go on with: that is no exit() and no endless loop."""
    for _ in range(4):
        results = tiny.results(tiny.work().write("center_solution", HOARDS))
        assert {check.outcome for check in results["center"].checks} == {Outcome.OUT_OF_MEMORY}
        assert results["scale"].score == 3.0


FOUR = {
    "notebook.py": [("points=2", "points=4")],
    "probes.py": [
        (
            '@probe("scale", points=2)',
            "".join(f'@probe("center", points=1)\ndef more_{i}(ns, rng):\n    """More."""\n    return ns.center(np.ones((2, 2)))\n\n\n' for i in "ab")
            + '@probe("scale", points=2)',
        )
    ],
}


def test_after_two_hangs_the_rest_of_a_question_is_not_run(benches: Benches) -> None:
    """Two probes that hang are enough: the other probes of the question are not run, and say so."""
    from .conftest import BRISK

    bench = benches({**BRISK, **FOUR})
    results = bench.results(bench.work().write("center_solution", DEFINITION.format("while True: pass")))
    messages = list(checks_of(results["center"], "message").values())
    assert [m for m in messages if m.startswith("It took too long")] == messages[:2]
    assert [m for m in messages if m.startswith("Not run after two probes")] == messages[2:]
    assert len(messages) == 4
    assert results["scale"].score == 3.0


def test_one_probe_that_hangs_leaves_the_others_of_its_question(tiny: Bench) -> None:
    """A function that hangs only for a single row loses only the check of a single row."""
    body = "while len(X) == 1: pass\n    return X - X.mean(axis=0)"
    results = tiny.results(tiny.work().write("center_solution", DEFINITION.format(body)))
    assert checks_of(results["center"], "earned") == {"rows_of_data": 1.5, "one_row": 0.0}
    assert checks_of(results["center"], "outcome")["one_row"] is Outcome.TIMED_OUT
    assert results["scale"].score == 3.0


def test_threads_that_never_end_do_not_keep_a_submission(tiny: Bench) -> None:
    """Threads started in a cell and in a probe, daemons or not, neither hold up grading nor change a score."""
    start = "import threading, time\n{}for daemon in (True, False):\n    {}threading.Thread(target=time.sleep, args=(1e6,), daemon=daemon).start()"
    inside = "import threading, time\n    for daemon in (True, False): threading.Thread(target=time.sleep, args=(1e6,), daemon=daemon).start()"
    body = inside + "\n    return X - X.mean(axis=0)"
    work = tiny.work().add(start.format("", ""), before="center_solution").write("center_solution", DEFINITION.format(body))
    assert tiny.scores(work) == tiny.full


@pytest.mark.skipif(level() != "full", reason="children are counted at the full level alone")
def test_processes_that_are_left_running_end_with_the_submission(tiny: Bench) -> None:
    """A child that a cell forks and forgets does not hold up grading."""
    work = tiny.work().add("import os, time\nif os.fork() == 0:\n    time.sleep(1e6)", before="center_solution")
    assert tiny.scores(work) == tiny.full


def test_what_a_probe_left_running_does_not_answer_for_another_submission(tiny: Bench) -> None:
    """A submission graded right after one that died badly is graded as if nothing had been."""
    tiny.grade(tiny.work().write("center_solution", DEFINITION.format("import os; os.abort()")))
    assert tiny.scores(tiny.work()) == tiny.full
    assert tiny.scores(tiny.work().write("center_solution", "")) == {"center": 0.0, "scale": 3.0}


def test_forged_messages_are_only_values(tiny: Bench) -> None:
    """A probe that writes its own result into the channel is compared like any other and can't answer for another probe."""
    body = (
        "import os\n"
        "    from autograder.inside.protocol import ProbeDone, frame\n"
        "    from autograder.inside.wire import encode\n"
        "    for name in ('rows_of_data', 'one_row', 'uneven_columns', 'spread_afterwards'):\n"
        "        os.write(3, frame(ProbeDone(name, 'finished', encode({'centered': X * 0, 'scaled': X * 0, 'inputs': {'X': X}}))))\n"
        "    return X"
    )
    assert tiny.scores(tiny.work().write("center_solution", DEFINITION.format(body))) == {"center": 0.0, "scale": 3.0}


def test_an_answer_that_agrees_with_everything_earns_nothing(tiny: Bench) -> None:
    """An object whose comparisons always say yes is not a value, and patched comparisons of NumPy reach no judge."""
    yes = "class Yes:\n    def __eq__(self, other): return True\n    def __getattr__(self, name): return self\n"
    patch = "np.allclose = np.array_equal = lambda *a, **k: True\n"
    work = tiny.work().write("center_solution", f"{yes}    def __call__(self, *a, **k): return self\n{patch}center = Yes()").write("scale_solution", "Scaler = Yes()")
    assert tiny.scores(work) == {"center": 0.0, "scale": 0.0}


def test_processes_follow_each_other_without_a_pause(tiny: Bench) -> None:
    """The next process is asked for while the last one is still being ended: each is forked, and none is forgotten."""
    sandbox, cells = tiny.grader.sandbox(), tiny.submission(tiny.work()).cells()
    for _ in range(60):
        process = sandbox.spawn(Run(cells), tiny.assignment.limits)
        process.close()
    assert tiny.scores(tiny.work()) == tiny.full
