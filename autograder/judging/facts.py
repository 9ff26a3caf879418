"""What judges.py is written with.

Judges see untrusted values; these helpers turn the unusable ones into a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import numpy as np

from autograder.errors import AssignmentError
from autograder.judging.compare import as_array
from autograder.judging.comparing.words import shown
from autograder.judging.findings import SeenFact, Verdict
from autograder.probe import Probe


@dataclass(frozen=True)
class Fact:
    """One property of what was seen, and the sentence a student reads where it does not hold.

    Where it is a random number between two limits, `chainrule audit --seeds` measures how far from them the
    reference stays.
    """

    holds: bool
    says: str
    value: float = math.nan
    low: float = -math.inf
    high: float = math.inf
    seen: str = ""

    def seen_fact(self) -> SeenFact:
        """What of it tells mistakes apart."""
        value = self.value if math.isfinite(self.value) else None
        return SeenFact(self.holds, value, self.low, self.high, self.seen)


class Unfit(Exception):
    """The observation is not of a form that can be judged."""

    def __init__(self, verdict: Verdict, says: str) -> None:
        super().__init__(says)
        self.verdict, self.says = verdict, says


def fact(holds: object, says: str, seen: object = "") -> Fact:
    """A property that holds or not; says is read by the student when it does not.

    seen is what was found in place of it, such as a shape: a known mistake is named only where the same was
    seen.
    """
    return Fact(bool(holds), says, seen=str(seen)[:200])


def asserted(test: Callable[[], object], says: str) -> Fact:
    """A property as an `assert` states it: it holds where the test is true, and not where the test raises."""
    try:
        return Fact(bool(test()), says)
    except MemoryError:
        raise
    except Exception:
        return Fact(False, says)


def between(low: float, value: Any, high: float, says: str) -> Fact:
    """A property that holds where low < value < high, for a value that is random in right solutions too."""
    number, low, high = float(value), float(low), float(high)  # judges hand over NumPy's numbers, too
    return Fact(low < number < high, says, number, low, high)


class Form(TypedDict, total=False):
    """What `array` may ask of an array. finite is asked for unless it is said otherwise."""

    shape: tuple[int, ...]
    ndim: int
    finite: bool


def array(value: Any, name: str, **form: Unpack[Form]) -> np.ndarray:
    """Return value as a float array; raise Unfit, with a verdict and a sentence, where it has not this form.

    shape: exactly this one; ndim: so many axes; finite=False: NaN and infinity may be in it.
    """
    if value is None:
        raise Unfit(
            Verdict.NO_VALUE, f"{name} is None: was nothing returned, or is it kept under another name?"
        )
    seen = as_array(value)
    if seen is None or seen.dtype.kind not in "biuf":
        raise Unfit(Verdict.WRONG_TYPE, f"{name} is not an array of numbers.")
    seen, shape, ndim = seen.astype(float), form.get("shape"), form.get("ndim")
    if shape is not None and seen.shape != shape:
        raise Unfit(
            Verdict.WRONG_SHAPE,
            f"{name} has shape {shown(seen.shape)}; expected {shown(tuple(map(int, shape)))}.",
        )
    if ndim is not None and seen.ndim != ndim:
        raise Unfit(Verdict.WRONG_SHAPE, f"{name} has {seen.ndim} axes; expected {ndim}.")
    if form.get("finite", True) and not np.isfinite(seen).all():
        raise Unfit(Verdict.NOT_FINITE, f"{name} has entries that are not finite numbers.")
    return seen


def number(value: Any, name: str) -> float:
    """Return value as a finite float; raise Unfit where it is not one number."""
    return float(array(value, name, shape=()))


def facts_of(judge: Callable[..., Any], value: Any, probe: Probe, seed: int) -> dict[str, Fact]:
    """What a function of judges.py says of a value that a probe saw with this seed; it is handed what the
    probe draws, drawn anew.

    Raises Unfit where it says that the value can't be judged, and AssignmentError where it returns anything
    but facts: no fact at all would make everybody right.
    """
    facts = judge(value, probe.drawn(np.random.default_rng(seed)))
    if (
        isinstance(facts, dict)
        and facts
        and all(isinstance(name, str) and isinstance(found, Fact) for name, found in facts.items())
    ):
        return facts
    name, code = getattr(judge, "__name__", "a judge"), getattr(judge, "__code__", None)
    where = f"{code.co_filename}:{code.co_firstlineno}" if code is not None else "judges.py"
    raise AssignmentError(
        f"{name} returned {_named(facts)}",
        where=where,
        mend='return a dict of facts: {"name": fact(holds, "A sentence.")}',
    )


def _named(returned: Any) -> str:
    """What a judge returned in place of facts, in a few words."""
    if returned is None:
        return "None: is there a `return` on every way through it?"
    if isinstance(returned, dict) and not returned:
        return "a dict without any fact"
    if isinstance(returned, dict):
        key, value = next(
            (k, v) for k, v in returned.items() if not (isinstance(k, str) and isinstance(v, Fact))
        )
        return f"a dict in which {key!r} is of type {type(value).__name__}, not a fact"
    return f"a value of type {type(returned).__name__}"
