"""Answers that are values: judged where they stand, with the earlier value given, and at the moment that they are asked for."""
from __future__ import annotations

import pytest

from tests import sales

from .conftest import Bench, Benches, checks_of


@pytest.fixture(scope="module")
def bench(benches: Benches) -> Bench:
    return benches(files={**sales.FILES, "judges.py": None})


def test_the_reference_s_own_values_earn_everything(bench):
    """Every cell as the reference has it: everything."""
    assert bench.scores(bench.work()) == bench.full


def test_what_was_not_written_earns_nothing_and_says_so(bench):
    """The release as it was handed out."""
    results = bench.results(bench.work().handed_out(bench.assignment))
    assert {r.score for r in results.values()} == {0.0}
    assert checks_of(results["average"], "message") == {"the_average": "This is not written yet."}


@pytest.mark.parametrize("answer", ["average = 8", "average = np.float32(8)", "average = sum(prices) / 6", "average = prices.reshape(2, 3).mean()"])
def test_a_value_made_in_another_way_is_right(bench, answer):
    """However a value came to be, it counts."""
    assert bench.scores(bench.work().write("average_solution", answer)) == bench.full


@pytest.mark.parametrize("answer, says", [
    ("average = None", "average is None: was nothing returned, or is it kept under another name?"),
    ("average = '8'", "average is text; expected a number."),
    ("average = prices", "average has shape (6,); expected ()."),
    ("average = {8.0}", "average is a set; expected a number."),
    ("mean = 8", "The notebook does not define average, or not under this name."),
])  # fmt: skip
def test_what_is_wrong_of_a_value_is_said(bench, answer, says):
    """A sentence that fits, in place of what an exception would say."""
    result = bench.results(bench.work().write("average_solution", answer))["average"]
    assert checks_of(result, "message") == {"the_average": says}


def test_an_earlier_wrong_value_costs_its_own_question_alone(bench):
    """The cells below are run again with the right average: the given one that uses it, too."""
    results = bench.results(bench.work().write("average_solution", "average = 5.0"))
    assert {name: r.score for name, r in results.items()} == {**bench.full, "average": 0.0}
    assert results["spread"].given_correct_inputs and results["standardize"].given_correct_inputs


def test_a_missing_value_costs_its_own_question_alone(bench):
    """An answer that was not written: what builds on it is judged with the reference's."""
    work = bench.work().write("average_solution", "raise NotImplementedError")
    assert bench.scores(work) == {**bench.full, "average": 0.0}


def test_two_questions_with_one_name_are_each_judged_at_their_moment(bench):
    """The first sale and the taxed one are both called sale."""
    wrong_first = bench.scores(bench.work().write("first_sale_solution", "sale = prices[1]"))
    assert wrong_first == {**bench.full, "first_sale": 0.0}
    assert bench.scores(bench.work().write("taxed_solution", "sale = sale * 2")) == {**bench.full, "taxed": 0.0}
    assert bench.scores(bench.work().write("first_sale_solution", "sale = prices[0] * 1.25").write("taxed_solution", "pass")) == {
        **bench.full, "first_sale": 0.0,
    }  # fmt: skip


def test_what_changes_an_answer_in_place_further_down_costs_nothing(bench):
    """A given cell adds to the list that was asked for; a student's own cell may, too."""
    work = bench.work().add("prices = prices * 2\nshops.reverse()", after="ordered")
    assert bench.scores(work) == bench.full
    assert bench.scores(bench.work().add("average = 3", after="ordered")) == bench.full


def test_an_earlier_value_is_not_kept_for_its_own_question(bench):
    """What a second pass gives can't be carried into the question that asks for it, nor told by its place."""
    keep = "import builtins\nspread = np.sqrt(np.mean(centered**2))\nif average == 8: builtins.kept = average"
    work = bench.work().write("average_solution", "import builtins\naverage = getattr(builtins, 'kept', 99.5)").write("spread_solution", keep)
    bench.grader.locate = True
    try:
        results = bench.results(work)
    finally:
        bench.grader.locate = False
    assert results["average"].score == 0.0 and results["average"].located is None
    assert results["spread"].score == 2.0


def test_the_place_of_a_slip_in_a_value_is_found(bench):
    """One change in the cell that makes the value mends it: its line is told; a number that was typed in has none."""
    bench.grader.locate = True
    try:
        slip = bench.results(bench.work().write("spread_solution", "squares = centered**2\nspread = np.sqrt(squares.mean() + 1)"))["spread"]
        typed = bench.results(bench.work().write("spread_solution", "spread = 3.0"))["spread"]
    finally:
        bench.grader.locate = False
    assert slip.located is not None and slip.located.line == 2
    assert typed.located is None


@pytest.mark.parametrize("question, answer, name", [
    ("average", "average = sum(prices)", "the_sum"),
    ("average", "average = sorted(prices)\naverage = (average[2] + average[3]) / 2", "the_median"),
    ("taxed", "sale = 0.25 * sale", "the_tax_alone"),
    ("ordered", "shops = sorted(shops)[::-1]", "backwards"),
])  # fmt: skip
def test_a_known_wrong_value_is_named(bench, question, answer, name):
    """A misconception that is written as code for the cell is named by its value."""
    diagnosis = bench.results(bench.work().write(f"{question}_solution", answer))[question].diagnosis
    assert diagnosis is not None and diagnosis.id == name
