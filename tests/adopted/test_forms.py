"""Single forms of tests: what the probe does, and what the judge asserts, of a cell of a few lines."""
from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import nbformat
import pytest

from autograder.assignment.loading import load_assignment
from autograder.author.adopt.adopt import adopt, notebooks_in, read_old
from autograder.author.adopt.making import NewProbe
from autograder.author.adopt.names_read import Scope
from autograder.author.adopt.old import NotAdoptable, OldCell, OldRole
from autograder.author.adopt.tested import taken_apart
from autograder.author.new import next_order
from autograder.errors import UsageError
from tests.adopted.shapes import LITERALS, SHAPES, Shape, answer, given, graded, prose
from tests.adopted.test_adopt import write

SCOPE = Scope(frozenset({"f", "g", "x"}), frozenset({"limit", "table"}), {"np": ast.parse("import numpy as np").body[0]})


def probes_of(text: str, hidden: Sequence[int] = ()) -> list[NewProbe]:
    cell = OldCell(OldRole.TEST, "t", dedent(text).strip(), 3, 2.0, frozenset(hidden))
    return taken_apart(cell, "t", SCOPE, [])[0]


def body_of(made: NewProbe) -> list[str]:
    return "\n".join(ast.unparse(s) for s in made.body).splitlines()


SAME = {
    "assert f(2) == 4": ["seen['f'] = ns.f(2)"],
    "assert 4 == f(2)": ["seen['f'] = ns.f(2)"],
    "assert not f(2) != 4": ["seen['f'] = ns.f(2)"],
    "assert x.shape == (2, 3) and len(x) == 2": ["seen['shape of x'] = ns.x.shape", "seen['length of x'] = len(ns.x)"],
    "want = [1, 2]\nassert f(2) == want": ["seen['f'] = ns.f(2)"],
    "assert round(f(2), 2) == 4.13": ["seen['f'] = round(ns.f(2), 2)"],
    "out = f(2)\nassert out[0] == 1\nassert out[1] == 2": ["out = ns.f(2)", "seen['out'] = out[0]", "seen['out (2)'] = out[1]"],
    "for a, b in [(1, 2), (3, 4)]:\n    assert f(a) == b": ["for a in [1, 3]:", "    seen.setdefault('f', []).append(ns.f(a))"],
    "ins, outs = [1, 2], [3, 4]\nfor a, b in zip(ins, outs):\n    assert f(a) == b": ["ins, outs = ([1, 2], [3, 4])", "for a in ins:", "    seen.setdefault('f', []).append(ns.f(a))"],
    "def check(a, b):\n    assert f(a) == b\ncheck(1, 2)": ["a = 1", "seen['f'] = ns.f(a)"],
    "def test_f():\n    y = 3\n    assert f(y) == 4\ntest_f()": ["y = 3", "seen['f'] = ns.f(y)"],
    "def right(a):\n    return a + 1\nassert f(3) == right(3)": ["seen['f'] = ns.f(3)"],
    "np.random.seed(0)\nA = np.random.rand(3)\nassert np.allclose(f(A), A * 2)": ["np.random.seed(0)", "A = np.random.rand(3)", "seen['f'] = ns.f(A)"],
    "np.testing.assert_array_equal(f([1]), [2])": ["seen['f'] = ns.f([1])"],
    "from numpy.testing import assert_allclose\nassert_allclose(f(1), 2.0)": ["seen['f'] = ns.f(1)"],
    "import unittest\ntc = unittest.TestCase()\ntc.assertEqual(f(1), 2)": ["seen['f'] = ns.f(1)"],
    "values = [3, 1]\nf(values)\nassert values == [1, 3]": ["values = [3, 1]", "ns.f(values)", "seen['values'] = values"],
    "import io\nfrom contextlib import redirect_stdout\nout = io.StringIO()\nwith redirect_stdout(out):\n    f(1)\nassert out.getvalue() == 'hi'": [
        "import io", "from contextlib import redirect_stdout", "out = io.StringIO()", "with redirect_stdout(out):", "    ns.f(1)", "seen['out'] = out.getvalue()"],
    "np.testing.assert_(f(1) == 2)": ["seen['f'] = ns.f(1)"],
    "seen = f(1)\nassert seen == 2": ["seen_ = ns.f(1)", "seen['seen_'] = seen_"],
}


@pytest.mark.parametrize("text", SAME)
def test_the_solution_decides_and_no_answer_comes_along(text: str) -> None:
    """Where the student's side stands against something else, that side alone is in the probe."""
    (made,) = probes_of(text)
    assert body_of(made) == SAME[text] and not made.judged


def test_a_function_that_is_deleted_is_patched() -> None:
    """Whether another function calls it is seen with one in its place that raises a NameError; then it is put back."""
    (made,) = probes_of("""
        kept = f
        del f
        try:
            g(1)
        except NameError:
            pass
        else:
            raise AssertionError("g does not call f")
        finally:
            f = kept
        """)
    assert body_of(made) == ["kept = ns.f", "ns.patch(f=gone)", "seen['exception of g'] = raised(lambda: ns.g(1))", "ns.patch(f=kept)"]
    assert next(iter(made.facts.values()))[1] == "g does not call f"


def test_that_nothing_raises_is_kept() -> None:
    """Where a test asserts no more than that a call does not raise, the probe makes the call, and nothing is listed."""
    cell = OldCell(OldRole.TEST, "t", "try:\n    y = f(1)\nexcept Exception:\n    assert False, 'f raises'", 3, 2.0)
    (made,), left = taken_apart(cell, "t", SCOPE, [])
    assert "y = ns.f(1)" in body_of(made) and not left


@pytest.mark.parametrize("text", ["class T:\n    def a(self):\n        assert f(1) == 2\nT().a()", "match f(1):\n    case 2:\n        pass\n    case _:\n        raise ValueError"])
def test_what_can_not_be_taken_apart_is_told(text: str) -> None:
    """Assertions in a class or a match run as they were, where student code runs, and the list says so."""
    cell = OldCell(OldRole.TEST, "t", text, 3, 2.0)
    (made,), left = taken_apart(cell, "t", SCOPE, [])
    assert any("ns.f(1)" in line for line in body_of(made)) and "no proof against forging" in left[0].reason


def test_what_no_function_holds_is_left_out() -> None:
    """A cell that awaits is no probe: its points are left out, with the reason."""
    cell = OldCell(OldRole.TEST, "t", "async def a():\n    return f(1)\nassert await a() == 2", 3, 2.0)
    probes, left = taken_apart(cell, "t", SCOPE, [])
    assert not probes and "points are left out" in left[-1].reason


def test_a_dtype_is_looked_at_by_its_name() -> None:
    """A dtype does not travel; its name does, and judges compare names."""
    (made,) = probes_of("assert x.dtype == np.float64, 'real numbers'")
    assert body_of(made) == ["seen['dtype of x'] = str(ns.x.dtype)"]
    assert [ast.unparse(test) for test, _ in made.facts.values()] == ["seen['dtype of x'] == str(np.dtype(np.float64))"]


CLOSE = {
    "assert abs(f(1) - 2) < 1e-6": (0.0, 1e-6),
    "eps = 10 ** -3\nassert abs(2 - x) <= eps": (0.0, 1e-3),
    "assert 0.01 > np.abs(x - 2)": (0.0, 0.01),
    "assert np.max(np.abs(x - table)) < 0.5": (0.0, 0.5),
    "assert np.allclose(x, table)": (1e-5, 1e-8),
    "assert np.allclose(x, table, rtol=0.1, atol=0)": (0.1, 0.0),
    "assert np.isclose(x, 2).all()": (1e-5, 1e-8),
    "np.testing.assert_allclose(x, 2)": (1e-7, 0.0),
    "np.testing.assert_almost_equal(x, 2, decimal=3)": (0.0, 1.5e-3),
    "if abs(x - 2) > 0.25:\n    raise ValueError": (0.0, 0.25),
}


@pytest.mark.parametrize("text", CLOSE)
def test_an_epsilon_becomes_a_tolerance(text: str) -> None:
    """How near it has to be stands in the decorator as it stood in the test."""
    (made,) = probes_of(text)
    assert [*made.close.values()] == [pytest.approx(CLOSE[text])]


HOLDS = {
    "assert isinstance(x, np.ndarray)": "'ndarray' in seen['type of x']",
    "assert isinstance(x, (int, float))": "'int' in seen['type of x'] or 'float' in seen['type of x']",
    "assert type(x) is list": "seen['type of x'][0] == 'list'",
    "assert 0 <= f(1) <= 1": "0 <= seen['f'] <= 1",
    "assert x": "seen['x']",
    "assert f(1) != f(2)": "seen['f'][0] != seen['f'][1]",
    "assert f(1) < limit": "seen['f'][0] < seen['f'][1]",
    "assert all(v > 0 for v in x)": "all((v > 0 for v in seen['x']))",
    "assert all(f(n) > n for n in range(3))": "all((each_0 > each_1 for [each_0, each_1] in seen['f']))",
    "assert 3 in x": "3 in seen['x']",
    "assert f(1) is None": "seen['f'] is None",
    "for n in (1, 2):\n    assert f(n) >= 0": "all((one >= 0 for one in seen.get('f', [])))",
    "original = [1]\nassert f(original) is not original": "seen['f']",
    "original = np.ones(2)\nassert not np.shares_memory(f(original), original)": "not seen['f']",
    "assert f(1) == 2, 'add one'": "seen['f'] == 2",
    "low, high = 1, 3\nassert low < x < high": "low < seen['x'] < high",
    "with pytest.raises(ValueError):\n    f(-1)": "'ValueError' in seen['exception of f']",
    "try:\n    f(-1)\n    assert False, 'no'\nexcept (ValueError, TypeError):\n    pass": "'ValueError' in seen['exception of f'] or 'TypeError' in seen['exception of f']",
}


@pytest.mark.parametrize("text", HOLDS)
def test_properties_are_asserted_outside(text: str) -> None:
    """What has no other side is asserted by the judge, of what was seen."""
    (made,) = probes_of(text)
    assert [ast.unparse(test) for test, _ in made.facts.values()] == [HOLDS[text]]


def test_hidden_assertions_are_not_quoted() -> None:
    """Of a visible assertion students read the text, of a hidden one not; a message of the author's is kept."""
    (made,) = probes_of("assert x > 1\nassert x < 7\nassert x != 5, 'not five'", hidden=[2, 3])
    assert [says for _, says in made.facts.values()] == ["The test asserts `x > 1`, which does not hold.", "x (2): what the test asserts of it does not hold.", "not five"]


def test_assertions_that_are_caught_again_are_told() -> None:
    """A test whose assertions can't fail earns its points as before, and stands in the list."""
    cell = OldCell(OldRole.TEST, "t", "try:\n    assert f(1) == 2\nexcept AssertionError:\n    print('no')", 3, 2.0)
    probes, left = taken_apart(cell, "t", SCOPE, [])
    assert len(probes) == 1 and any("caught again" in one.reason for one in left)


def test_nothing_hidden_is_released(tmp_path: Path) -> None:
    """What a hidden test held stands in no visible check, of any notebook."""
    for shape in SHAPES:
        made = adopt(write(shape, tmp_path / "old" / shape.name), shape.name, tmp_path, 1)
        shown = (made.folder / "notebook.py").read_text()
        for cell in shape.cells:
            for line in filter(None, map(str.strip, cell.hidden.splitlines())):
                assert line in cell.text or line not in shown, (shape.name, line)


MANY = Shape("many", (
    given("import numpy as np\n%matplotlib inline\n!pip install nothing"),
    prose("# Many kinds of cells"),
    answer("first", "def first(x):\n    return x[0]"),
    graded("tests_first", 1, "assert first([1]) == 1"),
    answer("practice", "play = 3"),
    answer("second", "def second(x):\n    return first(x[1:])\n\ncount = 2"),
    graded("tests_second", 2, "assert second([1, 2]) == 2"),
    graded("more_second", 1, "assert second('abc') == 'b'"),
    graded("magic", 1, "%%bash\nls"),
    graded("counts", 1, "assert count == 2"),
    given("count = 5"),
), ())


def test_questions_are_read_from_the_code(tmp_path: Path) -> None:
    """Tests of one answer are one question; what an answer calls it needs; what can't be taken over is listed with its place, and its points are left out."""
    made = adopt(write(MANY, tmp_path / "old"), "many", tmp_path, 1)
    assignment = load_assignment("many", tmp_path)
    assert [(q.id, q.points, q.defines, q.needs) for q in assignment.questions] == [
        ("tests_first", 1.0, ("first",), ()), ("tests_second", 4.0, ("count", "second"), ("tests_first",))]
    assert [(c.id, c.practice) for c in assignment.cells if c.role == "solution"] == [
        ("tests_first_solution", False), ("practice", True), ("tests_second_solution", False)]
    said = "\n".join(made.says)
    assert "many.ipynb, cell 1, line 3: `!pip install nothing`" in said
    assert "cell 9" in said and "%%bash" in said
    assert "cell 10" not in said  # a name that a later cell assigns again is looked at where its test stands
    assert all(line in (made.folder / "adopted.md").read_text() for line in made.says)


def test_probes_have_names_of_their_own(tmp_path: Path) -> None:
    """Ids that are one name in Python, a word of Python's or a name that probes need are functions of their own all the same."""
    ids = ("q-1", "q_1", "lambda", "probe")
    shape = Shape("names", (answer("f", "def f(x):\n    return x"), *(graded(each, 1, f"assert f({n}) == {n}") for n, each in enumerate(ids))), ())
    made = adopt(write(shape, tmp_path / "old"), "names", tmp_path, 1)
    assert not made.left and [p.id for p in load_assignment("names", tmp_path).probes] == ["q_1", "q_1_2", "test_lambda", "probe_2"]


def test_a_broken_assignment_stops_no_adoption(tmp_path: Path) -> None:
    """The place of a new assignment is found beside one that can't be loaded."""
    folder = tmp_path / "assignments" / "broken"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text('title = "Broken"\norder = 4\n')
    (folder / "notebook.py").write_text("")
    assert next_order(tmp_path) == 5


def test_names_come_from_folders(tmp_path: Path) -> None:
    """A folder with one notebook gives its name, as nbgrader has it; several in one bear both names."""
    one, two = write(LITERALS, tmp_path / "source" / "ps1"), write(LITERALS, tmp_path / "source" / "ps2")
    two.with_name("b.ipynb").write_bytes(two.read_bytes())
    assert notebooks_in(tmp_path / "source") == [(one, "ps1"), (two.with_name("b.ipynb"), "ps2_b"), (two, "ps2_literals")]
    assert notebooks_in(one) == [(one, "literals")]


def test_what_is_no_source_is_refused(tmp_path: Path) -> None:
    """A plain notebook, a missing file and a folder without notebooks are named, and nothing is written."""
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "plain.ipynb")
    with pytest.raises(NotAdoptable, match="no instructor's notebook"):
        adopt(tmp_path / "plain.ipynb", "plain", tmp_path, 1)
    for path in (tmp_path / "none.ipynb", tmp_path):
        (tmp_path / "plain.ipynb").unlink(missing_ok=True)
        with pytest.raises(UsageError):
            notebooks_in(path)
    assert not (tmp_path / "assignments").exists()


def otter() -> nbformat.NotebookNode:
    """A notebook in Otter's raw-cell form."""
    v = nbformat.v4

    def code(text: str, shows: str = "") -> nbformat.NotebookNode:
        cell = v.new_code_cell(text)
        cell.outputs = [v.new_output("execute_result", {"text/plain": shows}, execution_count=1)] if shows else []
        return cell

    return v.new_notebook(cells=[
        v.new_raw_cell("# ASSIGNMENT CONFIG\ninit_cell: false"), v.new_markdown_cell("# Homework"), code("import numpy as np"),
        v.new_raw_cell("# BEGIN QUESTION\nname: q1\npoints: 3"), v.new_markdown_cell("Square."), v.new_raw_cell("# BEGIN SOLUTION"),
        code("def square(x):\n    return x**2 # SOLUTION\n\nnine = square(3) # SOLUTION"), v.new_raw_cell("# END SOLUTION"),
        v.new_raw_cell("# BEGIN TESTS"), code("square(2)", "4"), code("nine == 9", "True"), code("# HIDDEN\nassert square(-12) == 144"),
        code('""" # BEGIN TEST CONFIG\nhidden: true\npoints: 1\n""" # END TEST CONFIG\nnp.isclose(square(0.5), 0.25)', "True"),
        v.new_raw_cell("# END TESTS"), v.new_raw_cell("# END QUESTION"),
        v.new_raw_cell("# BEGIN QUESTION\nname: q2\nmanual: true\npoints: 2"), v.new_markdown_cell("Why?"), v.new_raw_cell("# BEGIN SOLUTION"),
        v.new_markdown_cell("Because."), v.new_raw_cell("# END SOLUTION"), v.new_raw_cell("# END QUESTION"),
    ])


def test_otters_raw_cells_are_taken_over(tmp_path: Path) -> None:
    """Questions, answers by line marks, hidden tests, shares of the points and written answers; a compared value is in no probe."""
    nbformat.write(otter(), tmp_path / "hw1.ipynb")
    made = adopt(tmp_path / "hw1.ipynb", "hw1", tmp_path, 1)
    assignment = load_assignment("hw1", tmp_path)
    assert not made.left and [(q.id, q.points, q.written) for q in assignment.questions] == [("q1", 3.0, False), ("q2", 2.0, True)]
    assert [p.points for p in assignment.probes] == [0.667, 0.667, 0.666, 1.0]
    assert not any(text in assignment.probes_text for text in ("144", "== 9", "0.25"))
    shown = "\n".join(c.released for c in assignment.cells)
    assert "144" not in shown and "square(0.5)" not in shown and "x**2" not in shown and "Because" not in shown


def test_written_answers_and_tasks_become_write_ups(tmp_path: Path) -> None:
    """nbgrader's written answers and code that a person reads keep their ids, and a task's mark scheme becomes the rubric."""
    v = nbformat.v4
    shape = LITERALS.source()
    why, task = v.new_markdown_cell("It grows."), v.new_markdown_cell("Draw it.\n### BEGIN MARK SCHEME\n2 for axes\n### END MARK SCHEME")
    why.metadata["nbgrader"] = {"grade": True, "solution": True, "locked": False, "grade_id": "why", "points": 2, "schema_version": 3, "task": False}
    task.metadata["nbgrader"] = {"grade": False, "solution": False, "locked": True, "grade_id": "draw", "points": 4, "schema_version": 3, "task": True}
    code = v.new_code_cell("print('mine')")
    code.metadata["nbgrader"] = {"grade": True, "solution": True, "locked": False, "grade_id": "use", "points": 3, "schema_version": 3, "task": False}
    shape.cells += [why, task, code]
    nbformat.write(shape, tmp_path / "a.ipynb")
    cells, _ = read_old(tmp_path / "a.ipynb")
    assert [(c.id, c.points, c.rubric) for c in cells if c.role is OldRole.WRITTEN] == [("why", 2.0, "It grows."), ("draw", 4.0, "2 for axes")]
    adopt(tmp_path / "a.ipynb", "a", tmp_path, 1)
    assert [(q.id, q.points) for q in load_assignment("a", tmp_path).questions if q.written] == [("why", 2.0), ("draw", 4.0), ("use", 3.0)]




def test_points_that_are_added_up_are_parts() -> None:
    """Each condition is asserted by itself, and what the others ask of the student's code is called there, since an exception costs all."""
    one, two = probes_of("n = 0\nif f(1) == 2:\n    n += 0.5\nif g(3) > 1:\n    n += 1.5\nn")
    assert (one.id, one.points, two.id, two.points) == ("t_1", 0.5, "t_2", 1.5)
    assert body_of(one) == ["seen['f'] = ns.f(1)", "ns.g(3)"] and not one.judged
    assert body_of(two) == ["ns.f(1)", "seen['g'] = ns.g(3)"] and two.judged


@pytest.mark.parametrize("text", ["n = 0\nfor a in [1, 2]:\n    n += f(a) == 2\nn", "n = 0\nif f(1) == 2:\n    n += 1\nn"])
def test_points_that_can_not_be_taken_apart_are_left_out(text: str) -> None:
    """In a loop, or not the cell's: nobody earns them for code that runs."""
    cell = OldCell(OldRole.TEST, "t", text, 3, 2.0)
    probes, left = taken_apart(cell, "t", SCOPE, [])
    assert not probes and "points are left out" in left[-1].reason


def test_a_test_of_both_kinds_is_one_probe() -> None:
    """What the solution decides is named, and the judge decides about the rest: all or nothing, as it was."""
    (made,) = probes_of("want = np.random.rand(2)\nassert f(2) == want[0]\nassert g(3) > 1")
    assert made.compared == ("f",) and list(made.facts) == ["g"] and made.points == 2.0


@pytest.mark.parametrize(("text", "equal"), [("assert f(2) == [1]", True), ("assert f(2) == table", True), ("assert f(2) == 4", False), ("assert len(x) == 4", False), ("assert x.shape == (2,)", False), ("assert (x == table).all()", False)])
def test_equality_that_tells_lists_from_tuples_is_kept(text: str, equal: bool) -> None:
    """Where a list or a tuple may stand on both sides."""
    (made,) = probes_of(text)
    assert bool(made.equal) is equal
