"""Helpers of probes that look at the memory of results and of arguments."""
from __future__ import annotations

import numpy as np

from autograder.inputs import each_its_own, written_over


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


def test_a_call_spoils_its_own_arrays_alone() -> None:
    """Each copy is as the array was; what was written into any of them stands in the array once all calls are made."""
    x = np.array([1.0, np.nan, 3.0])
    with each_its_own() as own:
        own(x)[0] = 7
        own(x)[2] = 9
        assert own(x).tolist()[::2] == [1, 3] and x.tolist()[::2] == [1, 3]
    assert x.tolist()[::2] == [7, 9] and np.isnan(x[1])


def test_a_copy_lies_in_memory_as_the_array_does() -> None:
    """A view of a larger array stays one, of a larger array of its own; so do a transpose and a part read backwards."""
    whole = np.arange(24.0).reshape(2, 3, 4)
    for view in (whole[..., 0], whole.T, whole[1, ::-1], np.asfortranarray(whole[0])[:, 1:], np.arange(3)):
        with each_its_own() as own:
            copy = own(view)
        assert copy.strides == view.strides and copy.flags == view.flags and (copy == view).all()
        assert (copy.base is None) == (view.base is None) and not np.shares_memory(copy, view)


def test_another_shape_is_seen_as_well() -> None:
    """An array that a call laid out anew is not as it was, even where its entries are."""
    x = np.arange(6.0)
    with each_its_own() as own:
        own(x).shape = (2, 3)
    assert x.shape == (2, 3)
