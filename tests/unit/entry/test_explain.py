"""What `chainrule explain` prints of a value."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.entry.commands.explain import MAX_SHOWN, _shown

NESTED: list[Any] = []
for _ in range(30):
    NESTED = [NESTED]


@pytest.mark.parametrize("value", [[[]] * 500_000, "x y " * 2_000_000, {str(i): [i] for i in range(200_000)}, ["\x1b[31m"] * 900_000, np.zeros((400, 400)).tolist(), [NESTED] * 20_000])
def test_what_is_printed_has_a_bound(value: Any) -> None:
    """Of megabytes the first characters are printed, and it is said how many more there are; a terminal obeys none of them."""
    text = _shown(value)
    assert MAX_SHOWN < len(text) < MAX_SHOWN + 100
    assert text.endswith("more characters") and "\x1b" not in text


def test_an_ordinary_value_is_printed_whole() -> None:
    """An array and a table as they are laid out, to their ends."""
    assert _shown({"W": np.eye(2), "b": [1, 2]}) == "{'W': array([[1., 0.],\n       [0., 1.]]), 'b': [1, 2]}"
