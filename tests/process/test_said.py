"""Why a check raised is told in the interpreter's own words, where these can hold nothing of the student's making."""
from __future__ import annotations

import pytest

from autograder.sandbox.said import without_suggestion

from .conftest import Bench

RAISES = {
    "shapes": ("return X - X.mean(axis=1)", "operands could not be broadcast together with shapes (6,3) (6,)."),
    "an index": ("return X[:, [0, 9]]", "index 9 is out of bounds for axis 1 with size 3."),
    "an attribute": ("return X.centre()", "'numpy.ndarray' object has no attribute 'centre'."),
    "None": ("return X - None", "unsupported operand type(s) for -: 'float' and 'NoneType'."),
    "an argument": ("return np.mean(X, axes=0)", "mean() got an unexpected keyword argument 'axes'."),
    "a type": ("return X[:, [1, 2][1.0]]", "list indices must be integers or slices, not float."),
    "a size": ("return X.reshape(2, -1, 5)", "cannot reshape array of size 18 into shape (2,newaxis,5)."),
    "a key": ("return {}['columns']", "there is no entry 'columns'."),
}


@pytest.mark.parametrize("kind", RAISES)
def test_the_reason_is_told(tiny: Bench, kind: str) -> None:
    """Shapes, indices, types and names, after the line of the answer."""
    body, says = RAISES[kind]
    check = tiny.results(tiny.work().write("center_solution", f"def center(X):\n    {body}"))["center"].checks[0]
    assert "(line 2 of your answer)" in check.message
    assert without_suggestion(check.message).endswith(f": {says}")


SMUGGLED = [
    "raise IndexError(f'index {int(X[0, 0] * 1000)} is out of bounds for axis 0 with size 3')",
    "raise ValueError(str(X))",
    "raise KeyError(repr(X[0].tolist()))",
    "raise KeyError(''.join(chr(97 + int(abs(v)) % 26) for v in X.ravel()))",
    "raise AttributeError(\"'float' object has no attribute '\" + ''.join(chr(97 + int(abs(v)) % 26) for v in X.ravel()) + \"'\")",
    "class_ = type('a' + ''.join(chr(97 + int(abs(v)) % 26) for v in X.ravel()), (), {}); [1, 2][class_()]",
]


@pytest.mark.parametrize("statement", SMUGGLED)
def test_no_input_travels_in_an_exception(tiny: Bench, statement: str) -> None:
    """What a student's own code raises is told by its name and its line alone.

    An index of four digits could travel, as X[int(X[0, 0])] shows: docs/explanation/security.md says so.
    """
    for body in (statement, *([f"exec({statement!r})"] if "index" not in statement else [])):
        check = tiny.results(tiny.work().write("center_solution", f"def center(X):\n    {body}"))["center"].checks[0]
        assert check.message.endswith("(line 2 of your answer)."), check.message
