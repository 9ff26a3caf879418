"""Helpers of probes that look at the memory of results."""
from __future__ import annotations

import numpy as np

from autograder.inputs import written_over


def test_results_come_back_as_they_are() -> None:
    """Copies of arrays, in tuples and tables too; anything else as it is. One result comes back by itself."""
    x, table = np.arange(3.0), {"W": np.ones(2), "n": 1}
    assert written_over(x.copy()).tolist() == [0, 1, 2]
    first, second, third = written_over((x.copy(), 5), table, None)
    assert first[0].tolist() == [0, 1, 2] and first[1] == 5
    assert second["W"].tolist() == [1, 1] and second["n"] == 1 and third is None


def test_shared_memory_is_seen() -> None:
    """An input changes with its view, a later result comes out wrong that shares memory with an earlier one, what can't be written stays."""
    x = np.arange(4.0)
    written_over(x[1:])
    assert x.tolist() == [0, -7, -7, -7]
    buffer = np.ones(3)
    first, second = written_over(buffer, buffer[:2])
    assert first.tolist() == [1, 1, 1] and second.tolist() == [-7, -7]
    assert written_over(np.broadcast_to(2.0, (2,))).tolist() == [2, 2]
