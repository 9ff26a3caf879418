"""Observed objects as people read them."""
from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from autograder.inside.wire import decode, encode
from autograder.observers.kinds import Observed
from autograder.outputs.readable import readable
from autograder.probe import frame

TABLE = pd.DataFrame({"shop": ["a", None], "price": [1.0, 22.5], "day": pd.to_datetime(["2020-01-01", "2020-01-02 05:00"], format="mixed")}, index=["x", "y"])


@pytest.mark.parametrize("thing, text", [
    (TABLE, "\n   shop  price                  day\nx     a      1           2020-01-01\ny  None   22.5  2020-01-02 05:00:00"),
    (TABLE["price"], "\nx     1\ny  22.5"),
    (dt.timedelta(hours=5), "5:00:00"), (Decimal("1.10"), "Decimal('1.1')"), (Fraction(2, 4), "Fraction(1, 2)"),
    (sp.csr_array(np.eye(2)), "sparse matrix of shape (2, 2)\n  (0, 0) 1.0\n  (1, 1) 1.0"),
    ({"a": [dt.date(2020, 1, 1)]}, "{'a': [2020-01-01]}"),
    (np.array(["a", None], object), "an array of objects: ['a', None]"),
], ids=lambda thing: type(thing).__name__)  # fmt: skip
def test_objects_as_texts(thing, text):
    """A table as a table, a date as a date."""
    assert repr(readable(decode(encode(thing)))) == text


def test_an_index_that_does_not_count_is_left_out():
    """What was not compared is not shown."""
    assert repr(readable(decode(encode(frame(TABLE[["price"]], index=False))))) == "\nprice\n    1\n 22.5"


@pytest.mark.parametrize("parts", [{"day": 10**300, "within": 0, "zone": False}, {"day": 10**12, "within": 0, "zone": False}])
def test_what_no_observer_has_taken_down_is_named(parts):
    """A hostile process's date ends no page."""
    assert repr(readable(Observed("date", parts))) == "(a date that can't be shown)"
