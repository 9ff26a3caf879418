"""What is told where one change mends a part: a name for the rest, or a second place, and in which lines of the answer."""
from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from autograder.edits.mutants import Mutant
from autograder.inside.protocol import CellKind, CellSource
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import encode
from autograder.judging.diagnose import NamedMistake
from autograder.judging.findings import Diagnosis, Finding, Verdict
from autograder.judging.judged import Judged
from autograder.judging.sitting.alike import alike_but_for_amounts
from autograder.judging.sitting.found import find
from autograder.judging.sitting.locate import Half
from autograder.judging.sitting.told import MendPlace, line_before
from autograder.probe import Probe

CELL = CellSource("def f(x):\n    # first\n    y = x + 1\n\n    z = y * 2\n    return z", 4, CellKind.OWN)
FIRST = MendPlace(CELL, Mutant("arithmetic", 3, "x + 1", "x - 1", "def f(x):\n    y = x - 1\n    z = y * 2\n    return z"))
NAMED = NamedMistake(Diagnosis("doubles", "You take the double."))


@dataclass
class FakeSearch:
    """A search that finds these places, after these halves."""

    found: list[MendPlace] = field(default_factory=list)
    halves: list[Half] = field(default_factory=list)
    further: list[MendPlace] = field(default_factory=list)
    guarded: bool = False
    pair: tuple[MendPlace, MendPlace] | None = None
    given = False
    judged: Judged = field(default_factory=lambda: Judged((), {}, {}))

    def with_other_guards(self, cells: list[CellSource]) -> list[tuple[MendPlace, Judged]]:
        return [(FIRST, Judged((), {}, {}))] if self.guarded else []

    def places(self, cells: list[CellSource]) -> list[MendPlace]:
        return self.found

    def places_left(self, cells: list[CellSource]) -> list[MendPlace]:
        return []

    def both(self) -> tuple[MendPlace, MendPlace] | None:
        return self.pair

    def after(self, half: Half) -> FakeSearch:
        return FakeSearch(self.further)


def half(*, touched: bool = False) -> Half:
    return Half(FIRST, [FIRST.changed], Judged((), {}, {}), touched)


def on_top(line: int, before: str) -> list[MendPlace]:
    return [MendPlace(FIRST.changed, Mutant("arithmetic", line, before, "", FIRST.change.text))]


def found(search: FakeSearch, name: NamedMistake | None = None) -> Any:
    return find(search, [CELL], lambda judged: name)  # type: ignore[arg-type]


def test_what_is_left_gets_its_name() -> None:
    """The misconception's own sentence, and the place of the other mistake."""
    told = found(FakeSearch(halves=[half()]), NAMED)
    assert told.two and told.located is None and told.diagnosis.id == "doubles"
    assert "First: You take the double. Second: look at line 3 of your answer, `x + 1`" in told.diagnosis.says


@pytest.mark.parametrize("name", [NamedMistake(NAMED.diagnosis, frozenset({"a"})), NamedMistake(NAMED.diagnosis, two=True)])
def test_a_name_that_leaves_something_is_not_taken(name: NamedMistake) -> None:
    """Beside the place it has to explain all that is left, alone."""
    assert found(FakeSearch(halves=[half()]), name) is None


def test_a_name_for_what_the_change_itself_made_is_not_taken() -> None:
    """Where nothing that is left is as it was, the mistake that has the name may be the change's own."""
    assert found(FakeSearch(halves=[half(touched=True)]), NAMED) is None


def seen(value: object, outcome: Outcome = Outcome.FINISHED) -> Judged:
    """A question of one check that is lost, in which this was seen."""
    probe = Probe("p", "q", 1.0, "A check.", lambda ns, drawn: None)
    wrong = Finding(Verdict.WRONG_VALUES, "")
    return Judged((probe,), {"p": Observation("p", outcome, encode(value))}, {"p": wrong})


@pytest.mark.parametrize("one, other, alike", [
    ({"loss": 1.5, "dx": np.ones(3)}, {"loss": 2.5, "dx": np.zeros(3)}, True),
    ({"within": [True, False]}, {"within": [True, True]}, False),
    ({"loss": 1.5}, {"loss": np.inf}, False),
    ({"dx": np.ones(3)}, {"dx": np.array([1.0, np.nan, 1.0])}, False),
    ({"dx": np.ones(3)}, {"dx": np.ones((3, 1))}, False),
    ({"n": 3}, {"n": 4}, False),
    ([1.0, "a"], [2.0, "a"], True),
    ([1.0, "a"], [2.0], False),
])  # fmt: skip
def test_a_name_by_another_number_is_of_what_was_seen(one: object, other: object, alike: bool) -> None:
    """Amounts may differ, and nothing else: a truth value, a shape or an infinity that the other number made is not the student's."""
    assert alike_but_for_amounts(seen(one), seen(other)) is alike
    assert not alike_but_for_amounts(seen(one), seen(one, Outcome.RAISED))


def test_a_second_place_is_told_in_the_lines_of_the_answer() -> None:
    """It was found in a cell that was written anew: without the comment and the empty line."""
    told = found(FakeSearch(halves=[half()], further=on_top(3, "y * 2")))
    assert "Look at line 3 of your answer, `x + 1`" in told.says and "and at line 5, `y * 2`" in told.says


def test_two_places_are_no_place() -> None:
    """The results say of a place that one change there makes every check right."""
    told = found(FakeSearch(halves=[half()], further=on_top(3, "y * 2")))
    assert told.two and told.located is None and "with one change at each" in told.says


def test_two_changes_that_mend_a_part_each_are_told_together() -> None:
    """Neither is looked for anew."""
    other = MendPlace(CELL, Mutant("arithmetic", 5, "y * 2", "y / 2", ""))
    told = found(FakeSearch(halves=[half()], pair=(FIRST, other)))
    assert told.two and told.located is None and "`x + 1`" in told.says and "at line 5, `y * 2`" in told.says


def test_the_same_change_in_two_lines_is_no_place_either() -> None:
    """Both lines are told; where they are one line, or another kind of the same change needs one alone, that is the place."""
    twins = MendPlace(CELL, Mutant("the_same_in_twins", 3, "x + 1", "x - 1", "", other_lines=(5,)))
    told = found(FakeSearch([twins]))
    assert told.two and told.located is None
    assert told.says.endswith("with the same change there and at line 5 every check comes out right.")
    told = found(FakeSearch([twins, MendPlace(CELL, replace(twins.change, line=5, other_lines=()))]))
    assert not told.two and told.located.line == 5


DISPLAY = CellSource("def f(z, h):\n    return {\n        'z': h,\n        'h': z,\n    }", 4, CellKind.OWN)


def test_two_lines_of_one_statement_are_one_mistake() -> None:
    """Entries in each other's place: no line is enough, so that it is no place of the results, and yet no second mistake."""
    place = MendPlace(DISPLAY, Mutant("entries_under_their_names", 3, "h", "z", "", other_lines=(4,)))
    told = find(FakeSearch([place]), [DISPLAY], lambda judged: None)  # type: ignore[arg-type]
    assert told is not None and told.located is None and not told.two
    assert "`h` in `'z': h,`: with an exchange of what stands there and at line 4 every check comes out right." in told.says


def test_a_second_change_of_the_first_ones_line_shows_nothing_of_the_mend() -> None:
    """What stands there by then is no longer the student's: the line is told as it was."""
    told = found(FakeSearch(halves=[half()], further=on_top(2, "x - 1")))
    assert "x - 1" not in told.says and "`y = x + 1`" in told.says


@pytest.mark.parametrize(("line", "before"), [(1, 1), (2, 0), (3, 5), (4, 6)])
def test_lines_are_found_again(line: int, before: int) -> None:
    """Each line of the changed cell, and the one in which the statement stood; 0 for the one that was changed."""
    assert line_before(CELL.text, FIRST.change.text, line) == before


def test_one_change_is_enough_where_it_mends_all() -> None:
    """Then nothing is said of two."""
    told = found(FakeSearch([FIRST], [half()]), NAMED)
    assert not told.two and "`x + 1` in `y = x + 1`: with one change there every" in told.located.says


def test_a_name_is_found_with_another_guard() -> None:
    """One mistake: the small number that somebody took is no part of it."""
    told = found(FakeSearch(halves=[half()], guarded=True), NAMED)
    assert (told.diagnosis, told.two, told.located) == (NAMED.diagnosis, False, None)


@pytest.mark.parametrize("says", ["You add 1e-8 below.", "You let 0.01 of it through."])
def test_a_sentence_that_holds_a_number_is_not_taken_with_another(says: str) -> None:
    """It would not be true of this answer; the search goes on."""
    assert found(FakeSearch(guarded=True), NamedMistake(Diagnosis("guarded", says))) is None


def test_of_two_statements_that_change_places_both_are_told() -> None:
    """The earlier one first: which of them stands wrong is not said."""
    exchanged = "def f(x):\n    z = y * 2\n    y = x + 1\n    return z"
    place = MendPlace(CELL, Mutant("swapped_statements", 5, "z = y * 2", "...", exchanged, partner=(3, "y = x + 1")))
    told = find(FakeSearch([place]), [CELL], lambda judged: None)  # type: ignore[arg-type]
    assert told is not None and told.located is not None and told.located.line == 3
    assert told.located.says.startswith("Look at line 3 of your answer, `y = x + 1`, or at line 5, `z = y * 2`: with one change there")


@pytest.mark.parametrize("written, told", [
    ("y = x**2 + 1e-8", "`x**2 + 1e-8`"), ('y = x["W11"]', "`x['W11']`"), ("y = (x\n        + 123456)", "`x + 123456`"), ("y = 2*x", "`2*x` in `y = 2*x`"),
])  # fmt: skip
def test_a_piece_is_told_as_the_student_wrote_it(written: str, told: str) -> None:
    """With its own quotation marks, spaces and digits, where it stands in one line."""
    text = f"def f(x):\n    {written}\n    return y"
    statement = ast.parse(text).body[0].body[0]  # type: ignore[attr-defined]
    place = MendPlace(CellSource(text, 4, CellKind.OWN), Mutant("arithmetic", 2, ast.unparse(statement.value), "", text))
    assert place.piece[1] == told.replace("'", '"')
