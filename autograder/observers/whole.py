"""Any object as it is observed where a probe returns it as it is, and observed ones made into objects
again.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.observers.drawn import drawn
from autograder.observers.exact import exact
from autograder.observers.frames import is_missing, pandas_object
from autograder.observers.kinds import Observed, as_base, bases_of, library
from autograder.observers.sparse import sparse_class, sparse_matrix

_OBSERVERS: tuple[Callable[[Any], Observed | None], ...] = (
    exact,
    pandas_object,
    lambda thing: sparse_matrix(thing, []),
    drawn,
)


def observed(thing: Any) -> Observed | None:
    """An object of a kind that can be observed; None for all others, and where its methods do anything else
    than the library's.
    """
    bases = bases_of(thing)
    if np.generic in bases and not {np.datetime64, np.timedelta64} & {*bases}:  # most by far
        return None
    try:
        for observe in _OBSERVERS:
            if (found := observe(thing)) is not None:
                return found
    except Exception:
        return None
    return None


def missing(thing: Any) -> bool:
    """Whether it stands for what is missing, as None does."""
    return is_missing(thing)


def object_array(array: np.ndarray) -> Observed | None:
    """A row of objects as its members; None where it has more axes than one."""
    return Observed("objects", {"items": array.tolist()}) if array.ndim == 1 else None


def made_again(thing: Observed) -> Any:
    """An object like the one that was observed, with all that was taken down of it. Raises ValueError for a
    kind of which too little was.
    """
    make = _MAKERS.get(thing.kind)
    if make is None:
        raise ValueError(f"{thing.kind} can't be made from what was observed")
    return make(thing.parts)


def can_be_made(thing: Observed) -> bool:
    """Whether `made_again` knows the kind."""
    return thing.kind in _MAKERS


def write_over(old: Any, new: Any) -> bool:
    """Give a DataFrame or Series the content of another, in place; False for anything else."""
    pandas: Any = library("pandas")
    for base in (pandas.DataFrame, pandas.Series) if pandas is not None else ():
        if base in bases_of(old) and base in bases_of(new):
            as_base(old, base)  # has a dictionary of its own
            vars(old).update(vars(as_base(new, base)))
            return True
    return False


def kept_copy(thing: Any, most: int) -> Any | None:
    """A copy of a DataFrame or Series of no more bytes than so many; None for anything else."""
    pandas: Any = library("pandas")
    if pandas is None or type(thing) not in (pandas.DataFrame, pandas.Series):
        return None
    used = thing.memory_usage(index=True)
    return thing.copy(deep=True) if int(np.sum(used)) <= most else None


def _plain(value: Any) -> Any:
    """A part as objects again."""
    if isinstance(value, Observed):
        return made_again(value)
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return value


def _pandas() -> Any:
    pandas = library("pandas")
    if pandas is None:
        raise ValueError("pandas is not here")
    return pandas


def _index(parts: dict[str, Any]) -> Any:
    pandas, held, names = _pandas(), _plain(parts["index"]), _plain(parts["levels"])
    if len(names) > 1:
        return pandas.MultiIndex.from_tuples(held, names=names)
    return pandas.Index(held, name=names[0])


def _frame(parts: dict[str, Any]) -> Any:
    pandas, index = _pandas(), _index(parts)
    columns = [
        pandas.Series(_plain(held), index=index).astype(dtype)
        for held, dtype in zip(parts["values"], parts["dtypes"], strict=True)
    ]
    table = pandas.concat(columns, axis=1) if columns else pandas.DataFrame(index=index)
    table.columns = _plain(parts["columns"])
    return table


def _series(parts: dict[str, Any]) -> Any:
    made = _pandas().Series(_plain(parts["values"]), index=_index(parts), name=_plain(parts["name"]))
    return made.astype(parts["dtype"])


def _sparse(parts: dict[str, Any]) -> Any:
    scipy_sparse: Any = library("scipy.sparse")
    if scipy_sparse is None:
        raise ValueError("SciPy is not here")
    places = (parts["rows"].copy(), parts["columns"].copy())
    made = scipy_sparse.coo_array((parts["entries"].copy(), places), shape=parts["shape"])
    return sparse_class(parts["format"])(made)


def _nano(parts: dict[str, Any]) -> int:
    return int(parts["day"]) * 86_400 * 10**9 + int(parts["within"])


def _date(parts: dict[str, Any]) -> Any:
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=_nano(parts) // 1000)
    moment = moment.replace(tzinfo=datetime.UTC if parts["zone"] else None)
    pandas = library("pandas")
    return moment if pandas is None else pandas.Timestamp(moment)


def _duration(parts: dict[str, Any]) -> Any:
    span = datetime.timedelta(microseconds=_nano(parts) // 1000)
    pandas = library("pandas")
    return span if pandas is None else pandas.Timedelta(span)


def _dates(kind: str) -> Callable[[dict[str, Any]], Any]:
    def make(parts: dict[str, Any]) -> Any:
        days = parts["days"].astype(f"{kind}8[D]").astype(f"{kind}8[ns]")
        made = days + parts["within"].astype("m8[ns]")
        return _pandas().Series(made).dt.tz_localize("UTC").array if parts["zone"] else made

    return make


def _objects(parts: dict[str, Any]) -> np.ndarray:
    made = np.empty(len(parts["items"]), dtype=object)
    made[:] = [_plain(item) for item in parts["items"]]
    return made


_MAKERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "frame": _frame,
    "series": _series,
    "index": lambda parts: _index({**parts, "index": parts["values"]}),
    "objects": _objects,
    "sparse": _sparse,
    "date": _date,
    "duration": _duration,
    "dates": _dates("M"),
    "durations": _dates("m"),
    "decimal": lambda parts: Decimal(parts["text"]),
    "fraction": lambda parts: Fraction(parts["numerator"], parts["denominator"]),
}
