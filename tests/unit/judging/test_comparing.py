"""Observed objects: what an observer takes down travels, is compared with what was expected, and a sentence says in what it differs."""
from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from autograder.inside.wire import WireError, decode, encode
from autograder.judging.compare import compare
from autograder.judging.findings import Finding, Verdict
from autograder.observers.kinds import KINDS, Observed
from autograder.observers.whole import made_again
from autograder.probe import figure, fitted, frame, in_any_order, series, sparse

matplotlib.use("Agg")
from matplotlib.figure import Figure

TABLE = pd.DataFrame({"shop": ["a", "b", "c"], "price": [1.0, 2.5, 3.0], "day": pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03"])})
X = np.arange(6.0).reshape(3, 2)
MODEL = LinearRegression().fit(X, np.array([1.0, 2.0, 4.0]))


def found(expected: Any, seen: Any, tolerance: float = 1e-8) -> Finding:
    """What is found of two objects that have both travelled."""
    return compare(decode(encode({"it": expected})), decode(encode({"it": seen})), tolerance)


def says(expected: Any, seen: Any) -> str:
    """What is said of the second; empty where it is right."""
    finding = found(expected, seen)
    assert (finding.verdict is Verdict.RIGHT) == (not finding.message)
    return finding.message


# ---- tables -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seen, options, sentence", [
    (TABLE.copy(), {}, ""),
    (TABLE[["day", "shop", "price"]], {}, ""),
    (TABLE.assign(price=TABLE["price"] * (1 + 1e-12)), {}, ""),
    (TABLE.assign(shop=pd.Categorical(TABLE["shop"])), {}, ""),
    (TABLE[::-1], {"order": False}, ""),
    (TABLE[::-1].reset_index(drop=True), {"order": False, "index": False}, ""),
    (TABLE.set_index(pd.Index([5, 6, 7])), {"index": False}, ""),
    ([1, 2], {}, "it is a list; expected a DataFrame"),
    (TABLE["price"], {}, "it is a Series; expected a DataFrame"),
    (None, {}, "it is None: was nothing returned, or is it kept under another name?"),
    (TABLE.drop(columns="price"), {}, "it has no column `price`"),
    (TABLE.assign(z=1), {}, "it has 1 column more than what was asked for"),
    (TABLE[:2], {}, "it has 2 rows; expected 3"),
    (TABLE.assign(price=[1.0, 2.5, 4.0]), {}, "it.price: 1 of 3 entries is wrong"),
    (TABLE.assign(price=["x", "y", "z"]), {}, "it.price holds texts; expected numbers"),
    (TABLE.assign(price=[1.0, None, 3.0]), {}, "it.price: 1 of 3 entries is not finite (NaN or infinity)"),
    (TABLE.assign(shop=["a", "x", None]), {}, "it.shop: 2 of 3 rows are wrong"),
    (TABLE.assign(day=TABLE["day"] + pd.Timedelta(days=1)), {}, "it.day: every entry is wrong"),
    (TABLE.set_index(pd.Index([5, 6, 7])), {}, "the index of it: every entry is wrong"),
    (TABLE[["day", "shop", "price"]], {"columns_order": True}, "it has its columns in another order than what was asked for"),
    (TABLE.assign(price=[1, 2, 3]), {"dtypes": True}, "it.price has the dtype int64; expected float64"),
    (TABLE.assign(price=[2.0, 2.5, 3.0]), {"order": False}, "it: 1 of 3 rows is not among those that were expected"),
    (TABLE.assign(price=[7.0, 8.0, 9.0]), {"order": False}, "it holds none of the rows that were expected"),
])  # fmt: skip
def test_tables(seen, options, sentence):
    """Columns by their names, rows in their order or any, entries, index and dtypes as far as they count."""
    assert says(frame(TABLE, **options), frame(seen, **options)) == sentence


def test_what_counts_is_what_the_reference_s_observer_says():
    """A hostile process can't have its own index or order left aside."""
    lenient = frame(TABLE[::-1], order=False, index=False)
    assert says(frame(TABLE), lenient) != ""


@pytest.mark.parametrize("expected, seen, sentence", [
    (series(TABLE["price"]), series(TABLE["price"].rename("p")), ""),
    (series(TABLE["price"], name=True), series(TABLE["price"].rename("p"), name=True), "it has another name than what was asked for"),
    (series(TABLE["price"]), np.array([1.0, 2.5, 3.0]), "it is an array of shape (3,); expected a Series"),
    (np.array([1.0, 2.5, 3.0]), TABLE["price"], ""),
    ([1.0, 2.5, 3.0], TABLE["price"], ""),
    (["a", "b", "c"], TABLE["shop"].unique(), ""),
    (["shop", "price", "day"], TABLE.columns, ""),
    (TABLE.columns, TABLE.columns, ""),
    (TABLE["shop"].unique(), ["a", "b", "x"], "it[2] is not the expected text"),
    (series(TABLE.groupby("shop")["price"].sum(), order=False), series(pd.Series({"c": 3.0, "a": 1.0, "b": 2.5}), order=False), ""),
    (series(pd.Series([1, None], dtype="Int64")), series(pd.Series([1.0, np.nan])), ""),
])  # fmt: skip
def test_series(expected, seen, sentence):
    """A Series counts where an array or a list was asked for; the other way round it is said."""
    assert says(expected, seen) == sentence


# ---- dates, exact numbers, what has no order --------------------------------------------------------------------


@pytest.mark.parametrize("expected, seen, sentence", [
    (dt.date(2020, 1, 1), pd.Timestamp("2020-01-01"), ""),
    (dt.date(2020, 1, 1), np.datetime64("2020-01-01"), ""),
    (dt.datetime(2020, 1, 1, 5, tzinfo=dt.UTC), pd.Timestamp("2020-01-01 06:00", tz="Europe/Oslo"), ""),
    (dt.date(2020, 1, 1), "2020-01-01", "it is text; expected a date"),
    (dt.date(2020, 1, 1), dt.date(2020, 1, 2), "it is another date"),
    (dt.datetime(2020, 1, 1, 5), dt.datetime(2020, 1, 1, 6), "it is the right day, at another time"),
    (dt.datetime(2020, 1, 1, 5), pd.Timestamp("2020-01-01 05:00", tz="UTC"), "it has a time zone; expected one without"),
    (dt.timedelta(hours=-5), np.timedelta64(-300, "m"), ""),
    (dt.timedelta(days=1), 1, "it is a number; expected a time span"),
    (np.array(["2020-01-01", "NaT"], "M8[D]"), np.array(["2020-01-01", "NaT"], "M8[s]"), ""),
    (np.array(["2020-01-01", "2020-01-02"], "M8[D]"), [dt.date(2020, 1, 1), dt.date(2020, 1, 3)], "it: 1 of 2 entries is wrong"),
    ([dt.date(2020, 1, 1)], np.array(["2020-01-01"], "M8[D]"), ""),
    (Decimal("1.10"), Decimal("1.1"), ""), (Decimal("2"), 2, ""), (0.5, Decimal("0.5"), ""), (0.5, Fraction(1, 2), ""), (Fraction(2), 2, ""),
    (Decimal("1.1"), 1.1, "it is a number; expected a Decimal"),
    (Decimal("1.1"), Decimal("1.2"), "it: the number is wrong"),
    (Decimal("1"), Decimal("NaN"), "it is not finite (NaN or infinity)"),
    (Fraction(1, 2), 0.5, "it is a number; expected a Fraction"),
    (Fraction(1, 3), Fraction(1, 2), "it: the number is wrong"),
    ({1, 2}, {1, 3, 4}, "it lacks 1 of 2 members and has 2 that were not expected"),
    ({Decimal("1.1")}, {Decimal("1.10")}, ""), ({dt.date(2020, 1, 1)}, {dt.date(2020, 1, 1)}, ""),
    (Counter("aab"), Counter({"a": 2, "b": 1, "c": 0}), ""), (Counter("aab"), {"a": 2, "b": 2}, "it.b: the number is wrong"),
])  # fmt: skip
def test_dates_and_exact_numbers(expected, seen, sentence):
    """The same moment or number in another class counts; a float for what is exact does not."""
    assert says(expected, seen) == sentence


@pytest.mark.parametrize("expected, seen, sentence", [
    ([3, 1, 2], (1, 2, 3), ""), ([1, 2], np.array([2, 1]), ""), ([1, 2], pd.Series([2, 1]), ""), (Counter("aab"), list("aba"), ""),
    ([[1, 2], [3, 4]], [[3, 4], [1, 2]], ""), ([1.0, 2.0], [2.0 + 1e-12, 1.0], ""),
    ([3, 1, 2.5], [1, 2, 3], "it: 1 of 3 entries is not among those that were expected"),
    (["a", "b"], ["a", "a"], "it: 1 of 2 entries is not among those that were expected"),
    (["a", "b"], ["a"], "it has 1 entries; expected 2"),
    (["a", "b"], {"a": 1}, "it is a dictionary; expected a collection"),
])  # fmt: skip
def test_any_order(expected, seen, sentence):
    """Each member as often as it is there, in any order."""
    assert says(in_any_order(expected), in_any_order(seen)) == sentence


# ---- sparse matrices, figures, models ---------------------------------------------------------------------------

SPARSE = sp.csr_array(np.diag([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("seen, sentence", [
    (sp.lil_matrix(SPARSE), ""), (sp.dok_array(SPARSE), ""), (sp.coo_array(([1.0, 2, 1, 2, 0], ([0, 1, 2, 2, 0], [0, 1, 2, 2, 1])), shape=(3, 3)), ""),
    (SPARSE.toarray(), "it is an array of shape (3, 3); expected a sparse matrix"),
    (SPARSE[:2], "it has shape (2, 3); expected (3, 3)"),
    (SPARSE * 2, "it: 3 entries differ from what was expected, zeros counted"),
])  # fmt: skip
def test_sparse_matrices(seen, sentence):
    """Any format counts, stored zeros and entries in two parts too; a dense array is none."""
    assert says(sparse(SPARSE), sparse(seen)) == sentence


def test_a_format_that_is_asked_for():
    """csr where csr was asked for."""
    assert says(sparse(SPARSE, format=True), sparse(SPARSE.tocsc(), format=True)) == "it is of csc format; expected csr"


def drawn(lines=((0, 1, 2),), label="Loss", scale="linear", legend=True) -> Figure:
    made = Figure()
    axes = made.subplots()
    for number, line in enumerate(lines):
        axes.plot(line, label=f"line {number}")
    axes.set(ylabel=label, yscale=scale)
    if legend:
        axes.legend()
    return made


@pytest.mark.parametrize("seen, sentence", [
    (drawn(label=" loss "), ""), (drawn().axes[0], ""),
    (drawn([(0, 2, 4)]), "it is drawn, but the line is not where it was expected"),
    (drawn([(0, 1, 2), (1, 1, 1)]), "it draws 2 lines; expected 1"),
    (drawn(label=""), "it has no label on its y axis"),
    (drawn(label="x"), "it has another label on its y axis than what was asked for"),
    (drawn(scale="log"), "it has another scale on its y axis than what was asked for"),
    (drawn(legend=False), "it has no legend"),
    ("plot", "it is text; expected a figure"),
])  # fmt: skip
def test_figures(seen, sentence):
    """What is drawn, then words and scales: capitals and spaces do not count."""
    assert says(figure(drawn()), figure(seen)) == sentence


def test_points_and_bars_in_any_order():
    """Marks count by their places, drawn in one call or in several."""
    one, several = Figure(), Figure()
    one.subplots().scatter([1, 2], [3, 4])
    axes = several.subplots()
    axes.scatter([2], [4])
    axes.scatter([1], [3])
    assert says(figure(one, "points"), figure(several, "points")) == ""
    assert says(figure(one, "points"), figure(drawn(), "points")) == "it draws no points; expected 2"


def test_a_part_that_no_figure_has():
    """A slip of the author's is named."""
    with pytest.raises(ValueError, match="no part of a figure: 'line'"):
        figure(drawn(), "line")


@pytest.mark.parametrize("model, sentence", [
    (LinearRegression().fit(X, np.array([1.0, 2.0, 4.0])), ""),
    (LinearRegression(), "it is not fitted: was `fit` called?"),
    ("model", "it is text; expected a fitted model"),
    (LinearRegression, "it is no plain value; expected a fitted model"),
    (LinearRegression().fit(X, np.array([1.0, 2.0, 5.0])), "what it returns: every entry is wrong"),
])  # fmt: skip
def test_models(model, sentence):
    """A model is what it predicts."""
    assert says(fitted(MODEL, X), fitted(model, X)) == sentence


# ---- there and back, and what nobody has observed ---------------------------------------------------------------


@pytest.mark.parametrize("thing", [
    TABLE, TABLE.set_index(["shop", "day"]), TABLE["price"], TABLE["day"], pd.Index(["a"]), pd.Series([1, None], dtype="Int64"), pd.Series(pd.date_range("2020", periods=2, tz="UTC")),
    SPARSE, sp.csc_matrix(SPARSE), dt.datetime(2020, 1, 1, 5), dt.timedelta(hours=-5), np.array(["2020-01-01", "NaT"], "M8[D]"), Decimal("-1.10"), Fraction(-1, 3), np.array(["a", None], object),
], ids=lambda thing: type(thing).__name__)  # fmt: skip
def test_what_is_made_again_is_observed_alike(thing):
    """A second pass is given an object that can't be told from the reference's."""
    sent = encode(thing)
    assert encode(made_again(decode(sent))) == sent


PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([np.zeros(2), np.zeros((2, 2)), np.array(["a"]), np.arange(3), np.array(1.0)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "lines", "labels", "a"]), inner, max_size=2),
    max_leaves=6,
)
THINGS = [
    frame(TABLE), frame(TABLE, order=False), series(TABLE["price"], order=False), TABLE.columns, in_any_order([1, 2]), SPARSE, dt.date(2020, 1, 1), dt.timedelta(1),
    np.array(["2020-01-01"], "M8[D]"), Decimal("1.1"), Fraction(1, 2), figure(drawn()), fitted(MODEL, X), np.array(["a", None], object),
]  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(THINGS), st.data())
def test_parts_of_any_form_are_compared_or_refused(thing, data):
    """A hostile process sends what no observer takes down: it is refused by the wire, or judged to be wrong."""
    expected = decode(encode(thing))
    kind = KINDS[expected.kind]
    name = data.draw(st.sampled_from(sorted(kind.parts) or [""]))
    parts = {**expected.parts, name: data.draw(PARTS)} if name else {}
    try:
        seen = decode(encode(Observed(expected.kind, parts)))
    except WireError:
        return
    finding = compare(expected, seen, 1e-8)
    assert isinstance(finding, Finding)


@pytest.mark.parametrize("kind, parts", [("frame", {}), ("unheard of", {}), ("decimal", {"text": 1}), ("date", {"day": 1, "within": 0, "zone": False, "more": 1}), ("unfitted", [])])
def test_what_no_observer_takes_down_is_refused(kind, parts):
    """The wire reads the kinds that there are, with their parts, and nothing else."""
    import msgspec

    pack = msgspec.msgpack.encode
    with pytest.raises(WireError):
        decode(pack(msgspec.msgpack.Ext(10, pack([kind, parts]))))
