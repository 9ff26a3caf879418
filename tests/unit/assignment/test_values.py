"""Answers that are values: read from the source's text, put in place as code, and with a moment of their own where a name is bound anew."""
from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.packages import imported
from autograder.assignment.variants import cells_for, cells_with, load_variants
from autograder.assignment.written import made, may_change, read, rebound, written
from autograder.author.audit.trivial import trivial_answers
from autograder.errors import AssignmentError
from autograder.handed_in.rerun import Answered, rerun
from autograder.inside.protocol import CellKind, CellSource, Put
from tests import orders, sales


@pytest.mark.parametrize("text, all_of_them", [
    ("x = 1", ({"x"}, {"x"}, {"x"}, {"x"})),
    ("x['a'] = 1\nx.b = 2", (set(), {"x"}, {"x"}, {"x"})),
    ("x.sort()", (set(), set(), {"x"}, {"x"})),
    ("shuffle(x)\nprint(x)\nplt.plot(x)", (set(), set(), {"x"}, {"x"})),
    ("def f():\n    global x\n    x = 1", ({"x", "f"}, {"x", "f"}, {"x", "f"}, {"x"})),
    ("f = lambda x: x", ({"f"}, {"f"}, {"f"}, set())),
    ("import os", ({"os"}, {"os"}, {"os"}, set())),
    ("del x", ({"x"}, {"x"}, {"x"}, {"x"})),
    ("x += 1", ({"x"}, {"x"}, {"x"}, {"x"})),
    ("def f(:", (set(), set(), set(), set())),
])  # fmt: skip
def test_what_a_cell_writes(text, all_of_them):
    """Bound, changed in a part, perhaps changed by a call, and made as a value: each includes what comes before, definitions aside."""
    assert tuple(map(set, (rebound(text), written(text), may_change(text), made(text)))) == all_of_them


def test_what_a_cell_reads():
    """What is local to its functions is not counted."""
    assert read("y = x + 1\ndef f():\n    return z") == {"x"}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return sales.make_course(tmp_path)


def test_values_and_moments_are_read_from_the_source(course):
    """A later cell that binds a name, or may change a value in place, gives a question a moment of its own."""
    found = {q.id: (q.values, q.own_moment) for q in load_assignment(sales.NAME, course).questions}
    assert found == {
        "average": (("average",), False), "spread": (("spread",), False), "standardize": ((), False),
        "first_sale": (("sale",), True), "taxed": (("sale",), False), "ordered": (("shops",), True),
    }  # fmt: skip


def test_the_course_s_own_assignments_have_no_moments():
    """Functions and classes stand to the end: nothing of what was there is observed otherwise."""
    root = Path(__file__).parents[3]
    for name in ("layers_digits", "two_layer_perceptron", "faces_mlp", "modular_mnist", "nn_recognition"):
        assert [q.id for q in load_assignment(name, root).questions if q.values or q.own_moment] == []


def test_one_name_in_two_questions_is_refused_where_no_moment_is_seen(course):
    """What binds the name out of sight can't be told from the earlier answer."""
    path = course / "assignments" / sales.NAME / "notebook.py"
    path.write_text(path.read_text(encoding="utf-8").replace("sale = sale * 1.25", "exec('sale' + '= sale * 1.25')"), encoding="utf-8")
    with pytest.raises(AssignmentError, match="first_sale and taxed both define sale, and no cell after the check of first_sale"):
        load_assignment(sales.NAME, course)


def ran(cells: list[CellSource]) -> dict:
    names: dict = {}
    for cell in cells:
        exec(cell.text.replace("import checks", ""), names)
    return names


@pytest.mark.parametrize("name, value", [("the_sum", 48.0), ("the_median", 7.5), ("the_last_sale", 14.0), ("the_tax_alone", 0.75), ("backwards", ["Tromso", "Oslo", "Bodo", "Bergen"])])
def test_a_variant_of_a_value_stands_in_place_of_the_solution(course, name, value):
    """Its body is the cell, or what it returns is the value: nothing of the solution has run before it."""
    assignment = load_assignment(sales.NAME, course)
    variant = next(v for v in load_variants(assignment, "misconception") if v.id == name)
    question = assignment.question(variant.question)
    assert variant.instead == (f"{question.id}_solution",)
    names = ran(cells_for(assignment, question.id, [variant]))
    assert names[question.defines[0]] == value


def test_cells_end_at_the_check_of_a_question(course):
    """Where a question has a moment of its own, nothing behind its check runs."""
    assignment = load_assignment(sales.NAME, course)
    assert "sale * 1.25" not in "".join(c.text for c in cells_for(assignment, "first_sale", []))
    assert len(cells_for(assignment, "taxed", [])) == len(cells_with(assignment, []))


def test_a_function_in_place_of_a_value_is_put_under_its_name(course):
    """A variant with arguments replaces a function as ever."""
    variant = next(v for v in load_variants(load_assignment(sales.NAME, course), "misconception") if v.id == "not_scaled")
    assert variant.instead == () and variant.text.startswith("def standardize(x):")


def test_trivial_values_are_those_that_need_no_idea(course):
    """None, zero, nothing, and what the answer is made from, as it is."""
    found = {v.id for v in trivial_answers(load_assignment(sales.NAME, course)) if v.question == "spread"}
    assert {"is None", "is 0", "is []", "is _np.zeros(0)", "is centered as it is", "is zeros of the right shape"} <= found


CELLS = [CellSource(text, number, CellKind.OWN) for number, text in enumerate("abcde", 1)]


def test_what_is_run_again_begins_behind_the_first_answer_that_is_given():
    """Each earlier answer is put where its check stands; what comes before it stays as it ended."""
    found = rerun(CELLS, [Answered((), (("a", b"1"),), 1), Answered(("f",), (), 2)], [CELLS[4]])
    assert [c.text for c in found.before] == ["a", "b"] and [c.text for c in found.again] == ["c", "d", "e"]
    assert found.puts == [Put(0, [], [("a", b"1")]), Put(1, ["f"], [])]


def test_an_answer_above_what_it_needs_is_given_it_all_the_same():
    """A student's cells stand in another order: what is needed comes before the answer."""
    found = rerun(CELLS, [Answered((), (("a", b"1"),), 3)], [CELLS[1]])
    assert [c.text for c in found.before] == ["a"] and found.puts == [Put(0, [], [("a", b"1")])]
    assert [c.text for c in found.changed([CellSource("B", 2, CellKind.OWN)])] == ["B", "c", "d", "e"]


def test_modules_of_asked_packages_are_loaded_beforehand(tmp_path):
    """What the notebook and its probes import of them, and nothing else."""
    root = orders.make_course(tmp_path)
    assert imported(load_assignment(orders.NAME, root)) == ["pandas", "scipy", "sklearn", "scipy.sparse", "sklearn.linear_model"]
    assert imported(load_assignment(sales.NAME, sales.make_course(tmp_path))) == []
