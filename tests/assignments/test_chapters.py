"""What every notebook of the course holds to as a text: points and hints at each question, names that don't collide, diagrams with right numbers."""
from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np
import pytest

from autograder.assignment.notebook import Role, SourceCell
from autograder.assignment.values import Assignment, solves

from .conftest import NAMES, loaded


def bound(text: str) -> set[str]:
    """Names that a cell binds at its top level."""
    names: set[str] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        else:
            names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names


def prose_before(assignment: Assignment, question: str) -> str:
    """The last prose before the first cell that a question's answer goes into."""
    first = next(i for i, c in enumerate(assignment.cells) if c.role in (Role.SOLUTION, Role.WRITTEN) and (c.id == question or solves(c.id, question)))
    return next(c.text for c in reversed(assignment.cells[:first]) if c.role is Role.PROSE)


def test_each_question_says_what_it_is_worth(name: str) -> None:
    """Points, which are those of its header, and minutes; where code is asked for, three hints that are folded."""
    assignment = loaded(name)
    for question in assignment.questions:
        text = prose_before(assignment, question.id)
        said = re.search(r"^\*([\d.]+) points?, about \d+ minutes\.\*$", text, re.M)
        assert said is not None and float(said[1]) == question.points, question.id
        hints = re.findall(r"^<details><summary>Hint: ([^<]+)</summary>\n\n(.+?)\n\n</details>$", text, re.M | re.S)
        assert [kind for kind, _ in hints] == ([] if question.written else ["what to look at", "the shape", "the idea"]), question.id


def test_a_chapter_says_what_it_is_worth(name: str) -> None:
    """Under the title stand the chapter's place in the course and its points: those of its questions, extra credit aside."""
    assignment = loaded(name)
    total = sum(q.points for q in assignment.questions if not q.extra)
    assert f"\n\n*Chapter {assignment.table.order} of {len(NAMES)}. {total:g} points.*\n\n" in assignment.cells[0].text


def test_a_check_leaves_no_name_behind(name: str) -> None:
    """What a visible check names stays inside its function."""
    checks = [c for c in loaded(name).cells if c.role is Role.TEST]
    assert {c.id for c in checks if bound(c.text) != {"check"} or not c.text.startswith("@checks.run\ndef check():\n")} == set()


def test_no_demonstration_takes_a_name_away(name: str) -> None:
    """Demonstrations and checks bind no name that is imported, given or asked for: a student's functions and modules stay what they are."""
    cells = loaded(name).cells
    kept = set().union(*(bound(c.text) for c in cells if c.role in (Role.GIVEN, Role.SOLUTION)))
    assert {c.id: found for c in cells if c.role in (Role.DEMO, Role.TEST) and (found := bound(c.text) & kept)} == {}


def test_no_cell_relies_on_a_check(name: str) -> None:
    """Every name that a given cell or a demonstration reads is bound by what stands above it, checks aside."""
    known: set[str] = set(dir(__builtins__)) | set(__builtins__ if isinstance(__builtins__, dict) else ())
    for cell in loaded(name).cells:
        if not cell.is_code or cell.role is Role.TEST:
            continue
        tree = ast.parse(cell.text)
        own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} | {
            n.arg if isinstance(n, ast.arg) else n.name for n in ast.walk(tree) if isinstance(n, ast.arg | ast.FunctionDef | ast.ClassDef)
        }
        read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        known |= bound(cell.text)
        assert read - own - known == set(), cell.id


def test_figures_are_counted_through(name: str) -> None:
    """Captions bear the numbers 1, 2, 3 ... in the order in which they come, and the text names no other."""
    text = "\n".join(c.text for c in loaded(name).cells if not c.is_code)
    captions = [int(n) for n in re.findall(r"^\*Figure (\d+)\.", text, re.M)]
    assert captions == list(range(1, len(captions) + 1))
    assert {int(n) for n in re.findall(r"Figures? (\d+)", text)} <= set(captions)


# ---- diagrams -----------------------------------------------------------------------------------------------------

BIASES = {
    "layers_digits": [[0, 0], None, [0, 0]],
    "two_layer_perceptron": [[0.5, -0.5, 1], None, [0, 1]],
    "faces_mlp": [[0, 1], None, [0, 0, 1], None, [0, -5]],
    "modular_mnist": [[0, -1], None, [-2, 3]],
    "nn_recognition": [[0.5, -1, 0], None],
}
"""The biases that the captions name, for each step of a chapter's drawn network; None for an activation."""


def drawn(cell: SourceCell) -> tuple[Any, ...]:
    """The values, gradients and weights that a demonstration hands to diagrams.network."""
    call = next(n for n in ast.walk(ast.parse(cell.text)) if isinstance(n, ast.Call) and ast.unparse(n.func) == "diagrams.network")
    return tuple(ast.literal_eval(argument) for argument in call.args[:3])


@pytest.mark.parametrize("chapter", BIASES)
def test_the_numbers_of_a_diagram(chapter: str) -> None:
    """Forward and back, each number follows from its neighbours; activations are ReLU, in chapter 5 the square."""
    values, gradients, weights = drawn(next(c for c in loaded(chapter).cells if "diagrams.network(" in c.text))
    square = chapter == "nn_recognition"
    for k, (matrix, bias) in enumerate(zip(weights, BIASES[chapter], strict=True)):
        x, out, above = np.array(values[k], float), np.array(values[k + 1], float), np.array(gradients[k + 1], float)
        if matrix is None:
            assert np.allclose(out, x**2 if square else np.maximum(x, 0))
            back = above * (2 * x if square else x > 0)
        else:
            assert np.allclose(out, x @ np.array(matrix) + bias)
            back = np.array(matrix) @ above
        assert np.allclose(gradients[k], back, atol=6e-3), (chapter, k)


@pytest.mark.parametrize(("chapter", "said"), [("layers_digits", [0.881, 0.119]), ("modular_mnist", [0.731, 0.269])])
def test_the_gradient_at_the_scores(chapter: str, said: list[float]) -> None:
    """P - [j = y] of one example with label 1, to three digits."""
    values, gradients, _ = drawn(next(c for c in loaded(chapter).cells if "diagrams.network(" in c.text))
    probs = np.exp(values[-1]) / np.exp(values[-1]).sum()
    assert np.allclose(probs - [0, 1], gradients[-1], atol=5e-4)
    assert np.allclose(probs, said, atol=5e-4)
