"""Formulas as MathML."""
from __future__ import annotations

import re

import pytest

from autograder.assignment.loading import load_assignment, names_in
from autograder.outputs.formulas import LONGEST, as_mathml
from tests.documentation import ROOT

FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.S)


@pytest.mark.parametrize("block", [True, False])
def test_a_formula_is_an_element_of_its_own(block: bool) -> None:
    """Numbers, names, fractions and sums; in the line, or on a line of its own."""
    made = as_mathml(r"\frac{1}{n} \sum_{i=1}^n x_i", block)
    assert made.startswith(f'<math display="{"block" if block else "inline"}">') and made.endswith("</math>")
    assert "<mfrac>" in made and "∑" in made and "<mi>x</mi>" in made


@pytest.mark.parametrize("name", names_in(ROOT))
def test_formulas_of_the_assignments_can_be_read(name: str) -> None:
    """None is shown as it was typed."""
    prose = [cell.text for cell in load_assignment(name, ROOT).cells if "$" in cell.text and cell.text.lstrip()[:1] not in "%"]
    found = [(match[1] or match[2]).strip() for text in prose for match in FORMULA.finditer(text)]
    assert not [formula for formula in found if formula and as_mathml(formula, True).startswith("<code>") and "\\" in formula]


@pytest.mark.parametrize(
    "typed",
    [
        r"\href{javascript:alert(1)}{x}", r"\text{<script>alert(1)</script>}", r"\text{<img src=x onerror=alert(1)>}", r"\text{</math><b onclick='x'>}",
        r"\text{</mtext></mrow></math><script>x</script>}", r'\text{<mi href="javascript:x">a</mi>}', r"\text{<mi>}", r"\color{red}{x} \style{position:fixed}{y}", "<iframe>",
    ],
)  # fmt: skip
def test_nothing_of_it_runs(typed: str) -> None:
    """What somebody types into a formula is text, or known markup without a link, a style or a script."""
    made = as_mathml(typed, False)
    tags = re.findall(r"<[^>]*>", made)
    assert all(re.fullmatch(r"</?(m[a-z]+|code)( [a-z]+=\"[^\"]*\")*>", tag) for tag in tags), made
    assert not re.search(r"<[^>]*(href|style=|onclick|onerror|script)", made)


@pytest.mark.parametrize("typed", [r"\frac", "{" * 1000 + "}" * 1000, "x^" * 900, r"\left(", "", "x" * (LONGEST + 1), "\ud800"])
def test_what_can_not_be_read_is_shown_as_it_was_typed(typed: str) -> None:
    """And never an error."""
    assert as_mathml(typed, True).startswith(("<code>", "<math"))
