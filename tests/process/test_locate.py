"""A mistake without a name is located: one change in the student's own code that makes every check of the question right."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from autograder.inside.protocol import CellKind, CellSource
from autograder.judging.findings import QuestionResult
from autograder.judging.sitting import locate
from autograder.judging.sitting.locate import Search
from tests.sample_class.work import Work

from .conftest import Bench, Benches

COSTS = {"assignment.toml": [('feedback = "diagnosis"', 'feedback = "diagnosis"\none_mistake_costs = 0.4')]}
PLUS = "def center(X):\n    offset = X.mean(axis=0)\n    moved = X + offset\n    return moved"


@contextmanager
def locating(bench: Bench) -> Iterator[Bench]:
    bench.grader.locate = True
    try:
        yield bench
    finally:
        bench.grader.locate = False


def located(bench: Bench, work: Work) -> dict[str, QuestionResult]:
    with locating(bench):
        return bench.results(work)


def test_the_line_and_the_piece_are_told(tiny: Bench) -> None:
    """A wrong sign: the line in the answer's cell, what stands there, and nothing of what should."""
    center = located(tiny, tiny.work().write("center_solution", PLUS))["center"]
    assert center.diagnosis is None and center.located is not None
    assert (center.located.line, center.located.code) == (3, "X + offset")
    assert "line 3 of your answer, `X + offset`" in center.located.says and "-" not in center.located.says
    assert tiny.submission(tiny.work()).cells()[center.located.cell - 1] is not None


@pytest.mark.parametrize("magic", ["%matplotlib inline\n", "%%time\n", "!ls\n", "names = !ls\n"])
def test_a_magic_beside_an_answer_hides_no_place(tiny: Bench, magic: str) -> None:
    """Whatever the front end is told in the cell, the line of the mistake is told as ever, and it costs no more."""
    plain = located(tiny, tiny.work().write("center_solution", PLUS))["center"]
    center = located(tiny, tiny.work().write("center_solution", magic + PLUS))["center"]
    assert plain.located is not None and center.located is not None
    assert (center.located.line, center.located.code, center.score) == (plain.located.line + 1, plain.located.code, plain.score)


SLIPS = {
    "the axis": ("def center(X):\n    return X - X.mean(axis=1, keepdims=True)", 2),
    "the axis left out": ("def center(X):\n    return X - np.mean(X, keepdims=True)", 2),
    "changed in place": ("def center(X):\n    X -= X.mean(axis=0)\n    return X", 2),
    "nothing returned": ("def center(X):\n    moved = X - X.mean(axis=0)", 2),
    "the wrong function": ("def center(X):\n    return X - X.max(axis=0)", 2),
    "a loop that ends too soon": (
        "def center(X):\n    out = np.zeros_like(X)\n    for j in range(X.shape[1] - 1):\n        out[:, j] = X[:, j] - X[:, j].mean()\n    return out", 3),
    "a return within the loop": (
        "def center(X):\n    out = np.zeros_like(X)\n    for j in range(X.shape[1]):\n        out[:, j] = X[:, j] - X[:, j].mean()\n        return out", 5),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slips_are_found_where_they_are(tiny: Bench, slip: str) -> None:
    """Slips as students make them: the line of the change that mends each."""
    text, line = SLIPS[slip]
    found = located(tiny, tiny.work().write("center_solution", text))["center"]
    assert found.located is not None or (found.diagnosis is not None and slip == "the axis left out")
    assert found.located is None or found.located.line == line


@pytest.mark.parametrize("body", ["raise NotImplementedError", "while True:\n        pass", "raise SystemExit", "return None"])
def test_what_no_change_mends_is_not_located(tiny: Bench, body: str) -> None:
    """Left as it was handed out, hanging, ending Python, empty: nothing is claimed."""
    assert located(tiny, tiny.work().write("center_solution", f"def center(X):\n    {body}"))["center"].located is None


@pytest.mark.parametrize("text", [
    "def center(X):\n    import seaborn_of_ours\n    return X - X.mean(axis=0)",
    "import seaborn_of_ours as own\ndef center(X):\n    return own.center(X) if len(X) > 1e9 or True else X - X.mean(axis=0)",
])  # fmt: skip
def test_where_a_module_is_absent_that_is_the_reason(tiny: Bench, text: str) -> None:
    """No place is told beside it, though a change there would do."""
    center = located(tiny, tiny.work().write("center_solution", text))["center"]
    assert center.score == 0 and center.located is None


def test_a_named_mistake_and_a_right_answer_are_left_alone(tiny: Bench) -> None:
    """A name says more than a place, and a right question has none."""
    results = located(tiny, tiny.work().use("one_mean_for_all"))
    assert results["center"].diagnosis is not None
    assert {name: r.located for name, r in results.items()} == dict.fromkeys(results)


def test_a_question_is_judged_with_right_earlier_parts(tiny: Bench) -> None:
    """Center is wrong and scale has a slip of its own: each is located, the second given the first right."""
    scale = "class Scaler:\n    def __init__(self, floor=1e-3):\n        self.floor = floor\n    def apply(self, X):\n        middle = center(X)\n        return middle * np.maximum(middle.std(axis=0), self.floor)"
    results = located(tiny, tiny.work().write("center_solution", PLUS).write("scale_solution", scale))
    assert results["center"].located is not None and results["scale"].located is not None
    assert results["scale"].located.line == 6


def test_the_rest_is_as_without_it(tiny: Bench) -> None:
    """Scores and checks do not depend on whether the place is looked for."""
    work = tiny.work().write("center_solution", PLUS)
    plain, found = tiny.results(work), located(tiny, work)
    assert {n: (r.score, r.checks) for n, r in plain.items()} == {n: (r.score, r.checks) for n, r in found.items()}
    assert plain["center"].located is None


NESTED = {"minus": "-" * 900 + "X", "sums": "X" + " + 0" * 900, "a wide tuple": "(" + "X, " * 3000 + ")[0]", "many lines": "X\n" + "    X = X + 1\n" * 900 + "    return X"}


@pytest.mark.parametrize("kind", NESTED)
def test_an_answer_of_any_form_ends_the_search_and_nothing_else(tiny: Bench, kind: str) -> None:
    """Nested deeper than Python writes down again, wide, or long: there is a result, and soon."""
    result = located(tiny, tiny.work().write("center_solution", f"def center(X):\n    return {NESTED[kind]}"))
    assert (result["center"].score, result["scale"].score) == (0.0, 3.0)


def test_waiting_is_bounded_by_the_wall_clock(tiny: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that sleeps uses no processor: after four times a question's seconds the search ends all the same."""
    tried, mends = [], Search._mends
    monkeypatch.setattr(Search, "_mends", lambda self, place, cells: tried.append(1) or mends(self, place, cells))
    waits = "import time\ndef center(X):\n    time.sleep(0.4)\n    return X + X.mean(axis=0) ** 3 + 2"
    assert located(tiny, tiny.work().write("center_solution", waits))["center"].located is None
    assert 0 < len(tried) <= 12


LEAVES = '''
tries = []
def center(X):
    tries.append(1)
    Scaler.apply = lambda self, X: X / 0
    return X + X.mean(axis=0) * (1 if len(tries) < 1000 else -1)
'''


def test_a_change_that_reads_a_name_of_a_demonstration_is_wrong_at_once(tiny: Bench) -> None:
    """Nothing is run for it: demonstrations train for seconds, and the search would have no time left."""
    with tiny.grader.sit(tiny.submission(tiny.work().write("center_solution", PLUS))) as sitting:
        watch = sitting.passes.watch
        requests = [r for r in sitting.requests if r.question == "center"]
        assert "rows" in watch.ran.demo_names and not watch.observe(requests).demos
        number = next(c.number for c in watch.cells if c.text == PLUS)
        changed = CellSource("def center(X):\n    return X - rows", number, CellKind.OWN)
        assert not watch.observe(requests, instead=[changed]).demos and watch.warm


def test_what_candidates_leave_behind_reaches_no_other_question(tiny: Bench) -> None:
    """A function that changes another's class and counts its calls: the other question keeps its points, and tries don't add up."""
    work = tiny.work().write("center_solution", LEAVES)
    plain, found = tiny.results(work), located(tiny, work)
    assert found["scale"].score == plain["scale"].score
    assert found["center"].score == plain["center"].score == 0


KNOWS_THE_CODE = '''
def center(X):
    ok = 7 * center.__code__.co_consts.count(7)
    return X * 2 if ok == 7 else X - 3
'''


def test_a_function_that_notices_the_change_gains_nothing_that_it_can_not_compute(benches: Benches) -> None:
    """Right only when its code was changed is no way to points for who does not know the answer: the wrong values stay wrong."""
    bench = benches(COSTS)
    assert located(bench, bench.work().write("center_solution", KNOWS_THE_CODE))["center"].score == 0


def test_one_mistake_costs_its_share(benches: Benches) -> None:
    """Named or located it costs at most 40 %; where neither is known, all that was lost; nothing is still nothing."""
    bench = benches(COSTS)
    results = located(bench, bench.work().write("center_solution", PLUS))
    assert (results["center"].score, results["center"].one_mistake) == (1.2, True)
    results = located(bench, bench.work().use("one_mean_for_all"))
    assert (results["center"].score, results["center"].one_mistake) == (1.2, True)
    for body in ("return X * 0", "raise NotImplementedError", "return None"):
        results = located(bench, bench.work().write("center_solution", f"def center(X):\n    {body}"))
        assert (results["center"].score, results["center"].one_mistake) == (0.0, False)
    assert located(bench, bench.work())["center"].one_mistake is False


def test_both_lines_are_told_where_either_would_do(tiny: Bench) -> None:
    """A half may be missing in one line or in the next: the student reads of both."""
    text = "def center(X):\n    twice = np.multiply(2, X - X.mean(axis=0))\n    moved = np.add(twice, 0)\n    return moved"
    center = located(tiny, tiny.work().write("center_solution", text))["center"]
    assert center.located is not None and center.located.line == 2
    assert "or at line 3, `np.add(twice, 0)`" in center.located.says


def test_the_place_of_a_copy_is_where_the_argument_is_written(tiny: Bench) -> None:
    """A loop that writes its results into the argument: not the line of the definition."""
    text = "def center(X):\n    mean = X.mean(axis=0)\n    for i in range(len(X)):\n        X[i] = X[i] - mean\n    return X"
    center = located(tiny, tiny.work().write("center_solution", text))["center"]
    assert center.diagnosis is not None or (center.located is not None and center.located.line == 4)


TWO = "def center(X):\n    # a comment, and an empty line below\n\n    if len(X) == 1:\n        return X\n    return X + X.mean(axis=0)"


@pytest.fixture
def calm(benches: Benches, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench whose search ends with the candidates, and asks several lost checks of each, however busy the machine is."""
    for name in ("_SLOWER", "_CHEAP"):
        monkeypatch.setattr(locate, name, 1000.0)
    piece, new = COSTS["assignment.toml"][0]
    more = ("memory_mb = 1024", "memory_mb = 1024\nlocate_question_seconds = 20\nlocate_seconds = 40")
    return benches({"assignment.toml": [(piece, new), more]})


def test_two_mistakes_are_told_with_both_places(calm: Bench) -> None:
    """One change mends many rows, another one a single row: both lines as the student wrote them, and nothing of the mends."""
    center = located(calm, calm.work().write("center_solution", TWO))["center"]
    assert center.located is None and center.diagnosis is None
    said = [check.message for check in center.checks if "with one change at each" in check.message]
    assert len(said) == 1 and said[0] == next(check.message for check in center.checks if check.message)
    assert "line 4 of your answer, `if len(X) == 1:`, and at line 6, `X + X.mean(axis=0)`: with one change at each" in said[0]
    assert " - " not in said[0].partition("Look at line")[2]


def test_two_mistakes_cost_what_they_cost(calm: Bench) -> None:
    """The share that one mistake costs at most is for one."""
    center = located(calm, calm.work().write("center_solution", TWO))["center"]
    assert any("with one change at each" in check.message for check in center.checks)
    assert (center.score, center.one_mistake) == (0.0, False)


def test_the_same_in_each_of_some_lines_is_told_as_such(tiny: Bench) -> None:
    """Two columns of one sum, each with the wrong sign: it takes a change in both lines, which is no place where one is enough."""
    text = (
        "def center(X):\n    first, others = X[:, :1], X[:, 1:]\n    one = first + first.mean(axis=0)\n"
        "    other = others + others.mean(axis=0)\n    return np.hstack([one, other])"
    )
    center = located(tiny, tiny.work().write("center_solution", text))["center"]
    assert center.located is None and not center.one_mistake
    said = next(check.message for check in center.checks if check.message)
    assert "line 3 of your answer" in said and "with the same change there and at line 4 every check comes out right." in said


def test_where_a_condition_only_hides_the_mistake_the_other_line_is_told_too(tiny: Bench) -> None:
    """With the condition turned the wrong branch is never taken; the mistake is in the branch."""
    body = ["def center(X):", "    if len(X) > 0:", "        return X + X.mean(axis=0)", "    return X - X.mean(axis=0)"]
    center = located(tiny, tiny.work().write("center_solution", "\n".join(body)))["center"]
    assert center.located is not None
    assert "line 2" in center.located.says and "line 3" in center.located.says
