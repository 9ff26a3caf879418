"""Misconceptions and alternatives: read as text, put in place of what they replace."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.assignment.variants import Variant, cells_with, load_variants
from autograder.errors import AssignmentError
from autograder.inside.protocol import CellSource
from tests.tiny import MISCONCEPTIONS, NAME, line_of, make_course
from tests.unit.conftest import Vary

X = np.array([[1.0, 4.0], [3.0, 10.0]])


def run(cells: list[CellSource]) -> dict[str, Any]:
    """The names that cells leave behind; checks.py of a release is not needed."""
    names: dict[str, Any] = {}
    for cell in cells:
        exec(compile(cell.text.replace("import checks", ""), f"<cell {cell.number}>", "exec", dont_inherit=True), names)
    return names


def variant(assignment: Assignment, kind: str, name: str) -> Variant:
    return next(v for v in load_variants(assignment, kind) if v.id == name)


def test_variants_are_read_with_what_they_replace(tiny: Assignment) -> None:
    """Question, target and docstring are those of the definition; one defined name needs no replaces."""
    found = [(v.id, v.question, v.kind, v.replaces) for kind in ("misconception", "alternative") for v in load_variants(tiny, kind)]
    assert found == [
        ("one_mean_for_all", "center", "misconception", "center"), ("sample_variance", "scale", "misconception", "Scaler.apply"),
        ("column_by_column", "center", "alternative", "center"), ("Scaler", "scale", "alternative", "Scaler"),
    ]  # fmt: skip
    assert variant(tiny, "misconception", "one_mean_for_all").says == "You subtract one mean of all entries. Every column has a mean of its own."


def test_an_assignment_without_the_file_has_none(vary: Vary) -> None:
    """Both files may be missing."""
    loaded = vary(files={"misconceptions.py": None, "alternatives.py": None})
    assert load_variants(loaded, "misconception") == load_variants(loaded, "alternative") == ()


def test_the_reference_runs_without_variants(tiny: Assignment) -> None:
    """Given and solution cells, in order, without tests and demonstrations, numbered as in the notebook."""
    cells = cells_with(tiny, [])
    assert [(c.number, c.kind) for c in cells] == [(2, "given"), (3, "given"), (5, "own"), (9, "own")]
    assert run(cells)["center"](X).tolist() == [[-1.0, -3.0], [1.0, 3.0]]


def test_a_function_takes_the_place_of_the_one_it_replaces(tiny: Assignment) -> None:
    """It stands after its question's solution, under the name that it replaces, without its decorator."""
    wrong = variant(tiny, "misconception", "one_mean_for_all")
    names = run(cells_with(tiny, [wrong]))
    assert names["center"](X).tolist() == [[-3.5, -0.5], [-1.5, 5.5]]
    assert "misconception" not in wrong.text
    assert "autograder" not in wrong.text


def test_it_stands_before_what_builds_on_it(tiny: Assignment) -> None:
    """A variant of an early question is in place before later solution cells run."""
    numbers = [c.number for c in cells_with(tiny, [variant(tiny, "misconception", "one_mean_for_all")])]
    assert numbers == [2, 3, 5, 6000, 9]


def test_a_method_is_put_into_its_class(tiny: Assignment) -> None:
    """Class.method is bound on the class that the notebook has, with the file's helpers and imports at hand."""
    names = run(cells_with(tiny, [variant(tiny, "misconception", "sample_variance")]))
    scaler = names["Scaler"]()
    assert scaler.floor == 1e-3
    assert scaler.apply(X) == pytest.approx(np.array([[-1, -1], [1, 1]]) / np.sqrt(2))


def test_a_class_takes_the_place_of_the_class(tiny: Assignment) -> None:
    """A decorated class replaces the whole one."""
    names = run(cells_with(tiny, [variant(tiny, "alternative", "Scaler")]))
    assert names["Scaler"]().smallest == 1e-3
    assert names["Scaler"]().apply(X).tolist() == [[-1, -1], [1, 1]]


def test_helpers_and_imports_come_along_but_not_ours(tiny: Assignment) -> None:
    """Undecorated functions, constants and imports precede each variant; this package's decorators and the docstring don't."""
    text = variant(tiny, "misconception", "one_mean_for_all").text
    assert text.startswith("import numpy as np\n\nBIASED = 1\n\ndef _spread(middle):")
    assert "Known wrong" not in text
    assert "sample_variance" not in text


def test_comments_and_decorators_of_helpers_survive(vary: Vary) -> None:
    """A helper keeps its own decorators and body to the letter."""
    text = "from functools import cache\nfrom autograder.probe import misconception\n\n\n@cache\ndef helper(n):\n    return n  # as it is\n\n\n"
    text += '@misconception("center")\ndef wrong(X):\n    """You do nothing."""\n    return helper(3)\n'
    (found,) = load_variants(vary(files={"misconceptions.py": text}), "misconception")
    assert found.text == (
        'from functools import cache\n\n@cache\ndef helper(n):\n    return n  # as it is\n\ndef center(X):\n    """You do nothing."""\n    return helper(3)'
    )


def test_several_variants_stand_together(tiny: Assignment) -> None:
    """Variants of different questions each stand at their own place."""
    cells = cells_with(tiny, list(load_variants(tiny, "misconception")))
    assert [c.number for c in cells] == [2, 3, 5, 6000, 9, 10001]


CASES = {
    "syntax error": ("def one_mean_for_all(X):", "def one_mean_for_all(X)", "def one_mean_for_all(X)", "not valid Python"),
    "of another kind": ('@misconception("center")', '@alternative("center")', "def one_mean_for_all", "one_mean_for_all is decorated as alternative"),
    "no docstring": ('    """You subtract one mean of all entries. Every column has a mean of its own."""\n', "", "def one_mean_for_all", "has no docstring"),
    "computed argument": ('@misconception("center")', "@misconception(QUESTION)", "def one_mean_for_all", "must be plain texts"),
    "no argument": ('@misconception("center")', "@misconception()", "def one_mean_for_all", "must be plain texts"),
    "unknown question": ('@misconception("center")', '@misconception("centre")', "def one_mean_for_all", "tiny has no question 'centre'"),
    "a name twice": ("def one_mean_for_all", "def sample_variance", "", "two variants are called sample_variance"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_with_a_variant_is_named(tmp_path: Path, case: str) -> None:
    """The error names the file, the line, what is wrong and, where it can, the mend."""
    old, new, piece, what = CASES[case]
    root = make_course(tmp_path, {"misconceptions.py": [(old, new)]})
    with pytest.raises(AssignmentError) as caught:
        load_variants(load_assignment(NAME, root), "misconception")
    path = root / "assignments" / NAME / "misconceptions.py"
    assert caught.value.where == (f"{path}:{line_of(root, piece, 'misconceptions.py')}" if piece else str(path))
    assert what in caught.value.what
    assert caught.value.mend or case == "syntax error"


def test_several_defined_names_ask_for_the_one_replaced(tmp_path: Path) -> None:
    """Where a question defines two names, a variant must say which it replaces."""
    root = make_course(tmp_path, {"assignment.toml": [('defines = ["center"]', 'defines = ["center", "uncenter"]')]})
    with pytest.raises(AssignmentError, match="center defines several names") as caught:
        load_variants(load_assignment(NAME, root), "misconception")
    assert "one of center, uncenter" in caught.value.mend


def test_reading_a_file_runs_nothing_of_it(vary: Vary) -> None:
    """Variants are text: a file that would raise when imported is read all the same."""
    loaded = vary(files={"misconceptions.py": MISCONCEPTIONS + "\nraise SystemExit\n"})
    assert len(load_variants(loaded, "misconception")) == 2
