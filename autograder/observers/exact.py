"""Dates, time spans, and numbers that are exact: Decimal and Fraction."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.observers.kinds import Observed, bases_of

_DAY = 86_400 * 10**9
_EPOCH = datetime.datetime(1970, 1, 1)
_LONGEST = 4000
"""Digits of an exact number."""


def exact(thing: Any) -> Observed | None:
    """A date, a time span, a Decimal or a Fraction as it is observed; None for anything else."""
    bases = bases_of(thing)
    if np.datetime64 in bases or np.timedelta64 in bases:
        return moments(np.asarray(thing))
    if datetime.datetime in bases:
        return _moment(thing)
    if datetime.date in bases:
        day = datetime.date.toordinal(thing) - datetime.date(1970, 1, 1).toordinal()
        return Observed("date", {"day": day, "within": 0, "zone": False})
    if datetime.timedelta in bases:
        span: Any = datetime.timedelta.__dict__
        micro = (span["days"].__get__(thing) * 86_400 + span["seconds"].__get__(thing)) * 10**6
        nano = (micro + span["microseconds"].__get__(thing)) * 1000 + _nanoseconds(thing)
        return Observed("duration", _split(nano))
    if Decimal in bases:
        return _decimal(thing)
    if Fraction in bases:
        slots: Any = vars(Fraction)
        top, bottom = slots["_numerator"].__get__(thing), slots["_denominator"].__get__(thing)
        return Observed("fraction", {"numerator": int(top), "denominator": int(bottom)})
    return None


def moments(array: np.ndarray) -> Observed | None:
    """An array of dates or time spans as whole days and nanoseconds within the day; one alone as one. None
    for spans of months, which are no fixed time.
    """
    kind = array.dtype.kind
    if kind == "m" and np.datetime_data(array.dtype)[0] in ("Y", "M", "generic"):
        return None
    days = array.astype(f"{kind}8[D]")
    if kind == "m":  # rounded towards zero, where a day begins below
        days = days - (days > array).astype("m8[D]")
    within = np.where(np.isnat(array), 0, (array - days).astype("m8[ns]").astype(np.int64))
    whole = days.astype(np.int64)
    if array.ndim == 0:
        name = "date" if kind == "M" else "duration"
        return Observed(name, {"day": int(whole), "within": int(within), "zone": False})
    name = "dates" if kind == "M" else "durations"
    return Observed(name, {"days": whole, "within": within, "zone": False})


def _moment(thing: Any) -> Observed:
    """A datetime; one with a time zone as the moment that it is everywhere."""
    get: Any = datetime.datetime.__dict__
    date: Any = datetime.date.__dict__
    parts = [date[name].__get__(thing) for name in ("year", "month", "day")]
    parts += [get[name].__get__(thing) for name in ("hour", "minute", "second", "microsecond")]
    moment = datetime.datetime(*parts)
    offset = datetime.datetime.utcoffset(thing)
    passed = moment - (offset or datetime.timedelta(0)) - _EPOCH
    nano = ((passed.days * 86_400 + passed.seconds) * 10**6 + passed.microseconds) * 1000
    return Observed("date", {**_split(nano + _nanoseconds(thing)), "zone": offset is not None})


def _nanoseconds(thing: Any) -> int:
    """What pandas' own dates and time spans have beyond microseconds."""
    found = getattr(thing, "nanosecond", getattr(thing, "nanoseconds", 0))
    return found if type(found) is int and 0 <= found < 1000 else 0


def _split(nano: int) -> dict[str, Any]:
    day, within = divmod(nano, _DAY)
    return {"day": day, "within": within, "zone": False}


def _decimal(thing: Any) -> Observed | None:
    """A Decimal by its value: 1.10 is 1.1."""
    value = Decimal(Decimal.__str__(thing))
    if not value.is_finite():
        return Observed("decimal", {"text": "NaN" if value.is_nan() else str(value)})
    sign, digits, exponent = value.as_tuple()
    if len(digits) > _LONGEST or not isinstance(exponent, int):
        return None
    text = "".join(map(str, digits)).lstrip("0")
    kept = text.rstrip("0")
    if not kept:
        return Observed("decimal", {"text": "0"})
    return Observed("decimal", {"text": f"{'-' * sign}{kept}e{exponent + len(text) - len(kept)}"})
