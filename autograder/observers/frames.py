"""DataFrames, Series and Indexes of pandas: columns, rows, index and dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.observers.exact import moments
from autograder.observers.kinds import Observed, as_base, bases_of, library


def frame(
    thing: Any,
    *,
    index: bool = True,
    dtypes: bool = False,
    order: bool = True,
    columns_order: bool = False,
) -> Any:
    """A DataFrame as it is observed; anything else as it is.

    index: the index counts. dtypes: int64 where int64 is expected, and not any kind of numbers. order: the
    rows count in their order. columns_order: the columns, too.
    """
    pandas = library("pandas")
    if pandas is None or pandas.DataFrame not in bases_of(thing):
        return thing
    options = {"index": index, "dtypes": dtypes, "order": order, "columns_order": columns_order}
    return _frame(as_base(thing, pandas.DataFrame), [name for name, on in options.items() if on])


def series(
    thing: Any, *, index: bool = True, dtypes: bool = False, order: bool = True, name: bool = False
) -> Any:
    """A Series as it is observed; anything else as it is.

    index, dtypes, order: as for a frame. name: its name counts.
    """
    pandas = library("pandas")
    if pandas is None or pandas.Series not in bases_of(thing):
        return thing
    options = {"index": index, "dtypes": dtypes, "order": order, "name": name}
    return _series(as_base(thing, pandas.Series), [option for option, on in options.items() if on])


def pandas_object(thing: Any) -> Observed | None:
    """A DataFrame, Series, Index or array of pandas as it is observed where nothing else was said; None for
    anything else.
    """
    pandas = library("pandas")
    if pandas is None:
        return None
    bases = bases_of(thing)
    if pandas.DataFrame in bases:
        return frame(thing)  # type: ignore[no-any-return]
    if pandas.Series in bases:
        return series(thing)  # type: ignore[no-any-return]
    if pandas.Index in bases:
        return Observed("index", {"values": _index(thing), "levels": _levels(thing)})
    if pandas.api.extensions.ExtensionArray in bases:
        found = _column(pandas.Series(thing))
        return found if isinstance(found, Observed) else Observed("objects", {"items": list(found)})
    return None


def is_missing(thing: Any) -> bool:
    """Whether it is one of pandas' own marks of what is missing."""
    pandas = library("pandas")
    return pandas is not None and (thing is pandas.NA or thing is pandas.NaT)


def values_of_series(thing: Any) -> list[Any] | None:
    """The values of a Series, Index or array of pandas; None for anything else."""
    pandas = library("pandas")
    if pandas is None:
        return None
    bases = bases_of(thing)
    if pandas.Series in bases:
        return list(as_base(thing, pandas.Series))
    if pandas.Index in bases or pandas.api.extensions.ExtensionArray in bases:
        return list(thing)
    return None


def _frame(table: Any, asked: list[str]) -> Observed:
    parts = {
        "columns": list(table.columns),
        "values": [_column(table.iloc[:, place]) for place in range(table.shape[1])],
        "dtypes": [str(dtype) for dtype in table.dtypes],
        "index": _index(table.index),
        "levels": _levels(table.index),
        "asked": asked,
    }
    return Observed("frame", parts)


def _series(column: Any, asked: list[str]) -> Observed:
    parts = {
        "name": column.name,
        "values": _column(column),
        "dtype": str(column.dtype),
        "index": _index(column.index),
        "levels": _levels(column.index),
        "asked": asked,
    }
    return Observed("series", parts)


def _levels(index: Any) -> list[Any]:
    """The names of an index's levels."""
    return list(index.names)


def _index(index: Any) -> Any:
    """What an index holds, row by row; tuples where it has several levels."""
    return list(index) if index.nlevels > 1 else _column(index.to_series())


def _column(column: Any) -> Any:
    """A column as an array of numbers or dates, or as a list in which None is missing."""
    pandas: Any = library("pandas")
    kinds, dtype = pandas.api.types, column.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        return _column(column.astype(dtype.categories.dtype if len(dtype.categories) else object))
    if isinstance(dtype, pandas.SparseDtype):
        return _column(pandas.Series(np.asarray(column)))
    if kinds.is_datetime64_any_dtype(dtype) or kinds.is_timedelta64_dtype(dtype):
        zone = isinstance(dtype, pandas.DatetimeTZDtype)
        if zone:
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        found = moments(column.to_numpy())
        assert found is not None
        return Observed(found.kind, {**found.parts, "zone": zone})
    if isinstance(dtype, np.dtype) and dtype.kind in "biufc":
        return column.to_numpy()
    if kinds.is_bool_dtype(dtype) and not column.isna().any():
        return column.to_numpy(dtype=bool)
    if kinds.is_numeric_dtype(dtype):
        whole = kinds.is_integer_dtype(dtype) and not column.isna().any()
        return column.to_numpy(dtype=np.int64 if whole else np.float64, na_value=0 if whole else np.nan)
    return [None if _is_none(item) else item for item in column.tolist()]


def _is_none(item: Any) -> bool:
    return is_missing(item) or (type(item) is float and item != item)
