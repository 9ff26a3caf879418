"""Compares an observation with the reference's: shape first, then kind of number, then NaN and infinity, then
values.

Messages name places and facts, never a hidden input or an expected value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.inside.wire import MAX_BYTES
from autograder.judging.comparing.observed import as_number, as_plain, compare_observed
from autograder.judging.comparing.words import RIGHT, join, kind_of, shown, some, wrong
from autograder.judging.findings import Finding, Verdict
from autograder.observers.kinds import Observed
from autograder.probe import DEFAULT_TOLERANCE, Close, Equal, OneTolerance, Tolerance

INPUTS = "inputs"
"""The key of an observation that holds inputs as they stand afterwards."""

_NO_ERROR_BELOW = 1e-12
_KIND = {"b": "real", "i": "real", "u": "real", "f": "real", "c": "complex", "U": "text"}


def compare(expected: Any, seen: Any, tolerance: Tolerance, more_keys: bool = False) -> Finding:
    """Say whether what was seen is what was expected, within a relative tolerance, and if not, the first
    way in which it differs.

    The relative error is |a - b| / max(1e-8, |a| + |b|); gaps below 1e-12 * max(1, largest expected
    magnitude) are no error, nor, where a larger tolerance than the default is asked for, gaps below a tenth
    of it times the median magnitude: an entry in which others cancel has lost digits. Where the reference
    gives whole numbers they must be equal, unless a larger tolerance than the default is asked for. A `Close`
    allows a gap as numpy.isclose does; with `Equal`, a list is no tuple. A dictionary holds the reference's
    keys and no others, unless more_keys. Inputs are compared bit for bit.
    """
    if not (isinstance(expected, dict) and isinstance(seen, dict)):
        return _Rule(tolerance_of(tolerance, ""), more_keys).compare(expected, seen, "")
    wanted = {key: value for key, value in expected.items() if key != INPUTS}
    outputs = {key: value for key, value in seen.items() if key != INPUTS}
    if (missing := _missing_or_more(list(wanted), outputs, "", more_keys)) is not None:
        return missing
    found = _first_wrong(
        _Rule(tolerance_of(tolerance, key), more_keys).compare(value, outputs[key], join("", key))
        for key, value in wanted.items()
    )
    if found.verdict is Verdict.RIGHT and INPUTS in expected:
        return _unchanged(expected[INPUTS], seen.get(INPUTS), "")
    return found


def tolerance_of(tolerance: Tolerance, output: Any) -> OneTolerance:
    """The tolerance of one output of a probe, by its name."""
    if isinstance(tolerance, int | float | Close):
        return tolerance
    return tolerance.get(output, DEFAULT_TOLERANCE)


def _missing_or_more(wanted: list[Any], seen: dict[Any, Any], at: str, more_keys: bool) -> Finding | None:
    """What is wrong with the keys of a dictionary; None where they are as they should be."""
    for key in wanted:
        if key not in seen:
            return wrong(Verdict.NO_VALUE, join(at, key), "is missing")
    more = len(seen) - len(wanted)
    if more > 0 and not more_keys:
        says = f"has {more} key{'s' if more > 1 else ''} more than what was asked for"
        return wrong(Verdict.WRONG_VALUES, at, says)
    return None


@dataclass(frozen=True)
class _Rule:
    """How one output of a probe is compared."""

    tolerance: OneTolerance
    more_keys: bool

    def compare(self, expected: Any, seen: Any, at: str) -> Finding:
        if expected is None:
            right = seen is None
            return RIGHT if right else wrong(Verdict.WRONG_TYPE, at, f"is {kind_of(seen)}; expected None")
        if seen is None:
            return wrong(
                Verdict.NO_VALUE, at, "is None: was nothing returned, or is it kept under another name?"
            )
        if (
            isinstance(self.tolerance, Equal)
            and isinstance(expected, list | tuple)
            and type(seen) is not type(expected)
            and not (isinstance(seen, np.ndarray) and seen.size == 1)  # what == makes of it is true or false
        ):
            return wrong(Verdict.WRONG_TYPE, at, f"is {kind_of(seen)}; expected {kind_of(expected)}")
        if isinstance(expected, Observed):
            return compare_observed(self, expected, seen, at)
        seen = as_plain(seen) if isinstance(expected, list | tuple | np.ndarray) else as_number(seen)
        if isinstance(expected, dict):
            return self._dicts(expected, seen, at)
        if isinstance(expected, str):
            return _same_text(expected, seen, at)
        if isinstance(expected, bytes | frozenset):
            if type(seen) is not type(expected):
                return wrong(Verdict.WRONG_TYPE, at, f"is {kind_of(seen)}; expected {kind_of(expected)}")
            return RIGHT if seen == expected else wrong(Verdict.WRONG_VALUES, at, _held(expected, seen))
        if _is_shape(at, expected) and _is_shape(at, seen):
            here, there = tuple(seen), tuple(expected)
            what = f"is {shown(here)}; expected {there}"
            return RIGHT if here == there else wrong(Verdict.WRONG_SHAPE, at, what)
        if isinstance(expected, list | tuple) and not _is_numeric(expected, seen):
            return self._sequences(expected, seen, at)
        if isinstance(expected, bool) and isinstance(seen, bool):
            return (
                RIGHT if expected == seen else wrong(Verdict.WRONG_VALUES, at, f"is {seen}, which is wrong")
            )
        if isinstance(expected, int) and isinstance(seen, int) and self.whole:
            return RIGHT if expected == seen else wrong(Verdict.WRONG_VALUES, at, "the number is wrong")
        return self._arrays(expected, seen, at)

    @property
    def whole(self) -> bool:
        """Whether whole numbers must be equal."""
        return not isinstance(self.tolerance, Close) and self.tolerance <= DEFAULT_TOLERANCE

    def _dicts(self, expected: dict[Any, Any], seen: Any, at: str) -> Finding:
        if not isinstance(seen, dict):
            return wrong(Verdict.WRONG_TYPE, at, f"is {kind_of(seen)}; expected a dictionary")
        if (found := _missing_or_more(list(expected), seen, at, self.more_keys)) is not None:
            return found
        return _first_wrong(self.compare(item, seen[key], join(at, key)) for key, item in expected.items())

    def _sequences(self, expected: Any, seen: Any, at: str) -> Finding:
        if not isinstance(seen, list | tuple):
            what = f"is {kind_of(seen)}; expected a sequence of {len(expected)}"
            return wrong(Verdict.WRONG_TYPE, at, what)
        if len(seen) != len(expected):
            return wrong(Verdict.WRONG_SHAPE, at, f"has {len(seen)} entries; expected {len(expected)}")
        pairs = enumerate(zip(expected, seen, strict=True))
        return _first_wrong(self.compare(item, mine, f"{at}[{index}]") for index, (item, mine) in pairs)

    def _arrays(self, expected: Any, seen: Any, at: str) -> Finding:
        a, b = as_array(expected), as_array(seen)
        if b is None and isinstance(seen, int):  # a whole number that no float can hold
            return wrong(Verdict.WRONG_VALUES, at, "is a number far larger than what was asked for")
        if b is None or a is None or b.dtype.kind not in _KIND:
            wanted = "a number" if np.ndim(expected) == 0 else "an array of numbers"
            return wrong(Verdict.WRONG_TYPE, at, f"is {kind_of(seen)}; expected {wanted}")
        if a.shape != b.shape:
            return wrong(Verdict.WRONG_SHAPE, at, f"has shape {shown(b.shape)}; expected {a.shape}")
        if _KIND[a.dtype.kind] != _KIND[b.dtype.kind]:
            what = f"holds {_KIND[b.dtype.kind]} entries; expected {_KIND[a.dtype.kind]}"
            return wrong(Verdict.WRONG_TYPE, at, what)
        if a.dtype.kind == "U":
            right = bool((a == b).all())
            return RIGHT if right else wrong(Verdict.WRONG_VALUES, at, "does not hold the expected texts")
        if np.array_equal(a, b):  # as most are, and it is seen at once
            return RIGHT
        finite = np.isfinite(b)
        if not finite.all() and (count := int((~finite & np.isfinite(a)).sum())):
            what = f"{some(count, b.size)} not finite (NaN or infinity)"
            return wrong(Verdict.NOT_FINITE, at, what)
        count = int(np.count_nonzero(self.off(a, b)))
        return wrong(Verdict.WRONG_VALUES, at, f"{some(count, b.size)} wrong") if count else RIGHT

    def off(self, expected: np.ndarray, seen: np.ndarray) -> np.ndarray:
        """Where numbers in arrays of one shape are wrong, as booleans of that shape."""
        if expected.dtype.kind in "biu" and self.whole:
            return _unequal(expected, seen)
        return wrong_entries(_wide(expected), _wide(seen), self.tolerance)


def _is_shape(at: str, value: Any) -> bool:
    """Whether an output is the shape of something: a sequence of sizes under such a name."""
    sizes = isinstance(value, list | tuple) and all(type(size) is int for size in value)
    return sizes and re.search(r"(?:^|[ .])shapes?(?:\[\d+\])?$", at) is not None


def _first_wrong(found: Iterable[Finding]) -> Finding:
    return next((one for one in found if one.verdict is not Verdict.RIGHT), RIGHT)


def _same_text(expected: str, seen: Any, at: str) -> Finding:
    if isinstance(seen, str):
        return RIGHT if seen == expected else wrong(Verdict.WRONG_VALUES, at, "is not the expected text")
    return wrong(Verdict.WRONG_TYPE, at, "is not the expected text")


def _held(expected: Any, seen: Any) -> str:
    """In what two sets differ, by the number of their members."""
    if not isinstance(expected, frozenset):
        return "does not hold what was expected"
    lacks, more = len(expected - seen), len(seen - expected)
    lacking = f"lacks {lacks} of {len(expected)} members" if lacks else ""
    having = f"has {more} that {'was' if more == 1 else 'were'} not expected" if more else ""
    return " and ".join(filter(None, (lacking, having)))


def _unequal(expected: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Where whole numbers were not hit; a float counts that rounding alone keeps from it."""
    if seen.dtype.kind in "biu":
        return np.not_equal(expected, seen)
    gap = np.abs(_wide(seen) - _wide(expected))
    return np.greater(gap, 8 * np.finfo(float).eps * np.maximum(1.0, np.abs(_wide(expected))))


def _is_numeric(expected: Any, seen: Any) -> bool:
    """Whether a list of numbers met an array: a list where a sequence was asked for is right, and so is
    the other way round.
    """
    if not (isinstance(seen, np.ndarray) or isinstance(expected, np.ndarray)):
        return False
    a = as_array(expected)
    return a is not None and a.dtype.kind in _KIND


def paired(expected: Any, seen: Any, name: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Outputs side by side, in the reference's order: what each is called, what was expected and what was
    seen. Inputs are left out.
    """
    if isinstance(expected, dict) and isinstance(seen, dict):
        for key in expected:
            if key in seen and key != INPUTS:
                yield from paired(expected[key], seen[key], f"{name}.{key}".lstrip("."))
    elif isinstance(expected, list | tuple) and isinstance(seen, list | tuple) and len(expected) == len(seen):
        for index, (one, other) in enumerate(zip(expected, seen, strict=True)):
            yield from paired(one, other, f"{name}[{index}]")
    else:
        yield name, expected, seen


def output_of(name: str) -> str:
    """The output of a probe that a name from `paired` is a part of."""
    return re.split(r"[.\[]", name, maxsplit=1)[0]


def wrong_entries(expected: np.ndarray, seen: np.ndarray, tolerance: OneTolerance) -> np.ndarray:
    """Where two arrays of one shape differ by more than the tolerance, as booleans of that shape."""
    with np.errstate(all="ignore"):
        gap, magnitudes = np.abs(expected - seen), np.abs(expected)
        if isinstance(tolerance, Close):
            allowed = tolerance.atol + tolerance.rtol * magnitudes
        else:
            allowed = tolerance * np.maximum(1e-8, magnitudes + np.abs(seen))
        known = np.isfinite(expected)
        finite = known & np.isfinite(seen)
        magnitudes = magnitudes if known.all() else magnitudes[known]
        largest = float(magnitudes.max(initial=1.0))
        close = (gap <= np.maximum(allowed, _NO_ERROR_BELOW * largest)) & finite
        if close.all():
            return ~close
        if not isinstance(tolerance, Close) and tolerance > DEFAULT_TOLERANCE and magnitudes.size:
            # an entry in which others cancel has lost as many digits as these
            close |= (gap <= tolerance / 10 * np.median(magnitudes)) & finite
    off: np.ndarray = ~(close | (expected == seen) | (np.isnan(expected) & np.isnan(seen)))
    return off


def _unchanged(expected: Any, seen: Any, at: str) -> Finding:
    """Inputs as they stand afterwards, bit for bit."""
    if isinstance(expected, dict) and isinstance(seen, dict):
        for key in expected:
            found = _unchanged(expected[key], seen.get(key), join(at, key))
            if found.verdict is not Verdict.RIGHT:
                return found
        return RIGHT
    changed = Finding(
        Verdict.CHANGED_INPUT, f"{at or 'the input'} was changed by the call; the caller still needs it"
    )
    if isinstance(expected, list | tuple):
        if not isinstance(seen, list | tuple) or len(expected) != len(seen):
            return changed
        pairs = zip(expected, seen, strict=True)
        each = [_unchanged(item, mine, f"{at}[{index}]") for index, (item, mine) in enumerate(pairs)]
        return next((found for found in each if found.verdict is not Verdict.RIGHT), RIGHT)
    if isinstance(expected, np.ndarray):
        if not isinstance(seen, np.ndarray) or seen.dtype != expected.dtype or seen.shape != expected.shape:
            return changed
        return RIGHT if seen.tobytes() == expected.tobytes() else changed
    both_nan = expected != expected and seen != seen
    return RIGHT if type(expected) is type(seen) and (expected == seen or both_nan) else changed


def as_array(value: Any) -> np.ndarray | None:
    """A number, or nested sequences of numbers or texts, as an array; None where it is neither."""
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value)
    try:
        if isinstance(value, bool | int | float | complex):
            made = np.asarray(value)
            return made if made.dtype.kind in _KIND else np.asarray(float(value))  # type: ignore[arg-type]
        if isinstance(value, list | tuple):
            entries, longest = _extent(value)
            if (
                4 * entries * longest > MAX_BYTES
            ):  # one long text among many short ones makes every entry as long
                return None
            made = np.asarray(value)
            return made if made.dtype.kind in _KIND else None
    except (ValueError, TypeError, OverflowError):
        return None
    return None


def _extent(value: Any) -> tuple[int, int]:
    """How many entries nested sequences have, and how many characters the longest text among them."""
    if isinstance(value, list | tuple):
        parts = [_extent(item) for item in value]
        return sum(entries for entries, _ in parts), max((longest for _, longest in parts), default=0)
    if isinstance(value, np.ndarray):
        return value.size, value.dtype.itemsize // 4 if value.dtype.kind == "U" else 0
    return 1, len(value) if isinstance(value, str) else 0


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64, copy=False)
