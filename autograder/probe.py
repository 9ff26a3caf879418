"""What the author of an assignment decorates: probes, misconceptions, alternatives.

Imported where student code runs.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.observers import figure, fitted, frame, in_any_order, series, sparse

__all__ = [
    "DEFAULT_TOLERANCE",
    "MissingName",
    "Namespace",
    "Probe",
    "Tolerance",
    "alternative",
    "figure",
    "fitted",
    "frame",
    "in_any_order",
    "misconception",
    "parameters_of",
    "probe",
    "raised",
    "series",
    "sparse",
]

DEFAULT_TOLERANCE = 1e-8
EVERY_INPUT = "*"
"""In `Probe.unchanged`: all that the question's probes draw."""


@dataclass(frozen=True)
class Close:
    """A tolerance as numpy.isclose has it: |seen - expected| <= atol + rtol * |expected|."""

    rtol: float = 0.0
    atol: float = 0.0


class Equal(float):
    """A tolerance: numbers as at the default, and sequences as `==` has them, for which a list is equal to
    lists alone and a tuple to tuples.
    """

    def __new__(cls) -> Equal:
        return super().__new__(cls, DEFAULT_TOLERANCE)


OneTolerance = float | Close
Tolerance = OneTolerance | Mapping[str, OneTolerance]
"""A relative error or a `Close`, or one for each output by its name; outputs that are not named have the
default.
"""


@dataclass(frozen=True)
class Probe:
    """A hidden test: calls what the notebook defines and returns what it saw.

    title is the sentence that students read. points count towards the question; contract probes count only
    where a core probe of the question is right. tolerance is relative; at the default, whole numbers must be
    equal. more_keys: a dictionary may hold keys beside the reference's. judged: a function of the same name
    in judges.py decides; compared: outputs which are compared with the reference's besides. draw: a function
    of the generator that returns the inputs. unchanged: the names of those inputs that every probe of the
    question must leave as they were; () where this probe does not answer for it. equal_sizes: why some sizes
    of its inputs are equal.
    """

    id: str
    question: str
    points: float
    title: str
    function: Callable[..., Any]
    contract: bool = False
    tolerance: Tolerance = field(default=DEFAULT_TOLERANCE, hash=False)  # a table of them can't be hashed
    judged: bool = False
    more_keys: bool = False
    draw: Callable[[Any], Any] | None = None
    unchanged: tuple[str, ...] = ()
    equal_sizes: str = ""
    compared: tuple[str, ...] = ()

    def drawn(self, rng: Any) -> Any:
        """What the probe and its judge are handed: the inputs, or the generator itself where it draws none
        beforehand. Each side draws them for itself, from a generator of the same seed.
        """
        return rng if self.draw is None else self.draw(rng)

    def is_held_to(self, name: str) -> bool:
        """Whether this probe answers for an input's being as it was. name may be that of a part: w[0]."""
        return EVERY_INPUT in self.unchanged or not set(self.unchanged).isdisjoint(re.split(r"[.\[\]]", name))


def _sentence(function: Callable[..., Any]) -> str:
    text = " ".join((function.__doc__ or "").split())
    if not text:
        raise TypeError(f"{function.__name__} has no docstring: the docstring is what the student reads")
    return text


def _parts(value: OneTolerance) -> tuple[float, ...]:
    return (value.rtol, value.atol) if isinstance(value, Close) else (value,)


def _check_tolerance(tolerance: Tolerance) -> None:
    named = tolerance.items() if isinstance(tolerance, Mapping) else [("tolerance", tolerance)]
    each = [(name, v) for name, value in named for v in (_parts(value))]
    for name, value in each:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"tolerance {name} = {value!r} is not a number, nor a table of numbers by output")
        if not (0 <= value < math.inf):
            raise ValueError(f"tolerance {name} = {value!r} is not 0 or more")


def probe(
    question: str,
    *,
    points: float,
    contract: bool = False,
    tolerance: Tolerance = DEFAULT_TOLERANCE,
    judged: bool = False,
    more_keys: bool = False,
    draw: Callable[[Any], Any] | None = None,
    unchanged: bool | tuple[str, ...] = False,
    equal_sizes: str = "",
    compared: tuple[str, ...] = (),
) -> Callable[[Callable[..., Any]], Probe]:
    """Declare a hidden test of a question: a function of (ns, drawn) that returns raw values.

    drawn is what `draw`, a function of a generator, returns: a mapping, a named tuple or a dataclass of
    inputs. The judge of the same name gets the same inputs, drawn outside; the grader sees them in
    `chainrule explain`; and whether they are as they were after the call is observed. Without draw, probe and
    judge get the generator.

    unchanged=True, of a contract probe: it is lost where a probe of its question sees an input changed that
    the reference leaves as it was; with names, where one of these is. equal_sizes: the reason why sizes of
    the inputs are equal, where `chainrule audit` would object. compared, of a judged probe: the outputs that
    have to be the reference's as well; the judge decides about the others.

    Raises TypeError or ValueError for a tolerance that can't be used, for unchanged of a probe that is no
    contract, and for compared of one that is not judged.
    """
    _check_tolerance(tolerance)
    if unchanged and not contract:
        raise TypeError("unchanged is for a contract probe: add contract=True")
    if compared and not judged:
        raise TypeError("compared is for a judged probe: the others are compared in all they return")
    held_to = (EVERY_INPUT,) if unchanged is True else tuple(unchanged or ())

    def decorate(function: Callable[..., Any]) -> Probe:
        return Probe(
            function.__name__,
            question,
            float(points),
            _sentence(function),
            function,
            contract,
            tolerance,
            judged,
            more_keys,
            draw,
            held_to,
            equal_sizes,
            compared,
        )

    return decorate


def misconception(
    question: str, *, replaces: str | None = None, not_for: Sequence[str] = ()
) -> Callable[[Any], Any]:
    """Declare a known wrong solution.

    Its docstring tells the student what the code does and where to look. not_for: mistakes that must not get
    its name, each a change of one piece of the source's answer, "before => after"; the audit sees to it.
    """
    return _with_docstring


def alternative(question: str, *, replaces: str | None = None) -> Callable[[Any], Any]:
    """Declare a right solution written another way; it must score full marks."""
    return _with_docstring


def _with_docstring(thing: Any) -> Any:
    """The function or class itself: what its decorator declares is read from the file's text."""
    _sentence(thing)
    return thing


_MOST_DECORATORS = 8


class MissingName(NameError):
    """The notebook does not define a name that a probe asks for."""


class Namespace:
    """What a notebook defined, by attribute: ns.softmax is its softmax. given: functions and classes that are
    the source's, whatever the notebook calls by their names now.
    """

    def __init__(self, names: dict[str, Any], given: dict[str, Any] | None = None) -> None:
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_given", dict(given or {}))

    def __getattr__(self, name: str) -> Any:
        try:
            return self._given[name] if name in self._given else self._names[name]
        except KeyError:
            raise MissingName(f"the notebook defines no {name}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a probe does not write to the notebook: use ns.patch(name=value)")

    def patch(self, **values: Any) -> None:
        """Rebind names of the notebook for the rest of this probe; the worker puts them back."""
        self._names.update(values)
        for name in values:
            self._given.pop(name, None)


def raised(function: Callable[..., Any], *args: Any, **kwargs: Any) -> list[str]:
    """Names of the classes, below Exception, of what the call raised; [] where it returned."""
    try:
        function(*args, **kwargs)
    except Exception as error:
        return [c.__name__ for c in type(error).__mro__ if issubclass(c, Exception) and c is not Exception]
    return []


def gone(*args: Any, **kwargs: Any) -> None:
    """Stands for a function that a probe takes away, by `ns.patch(f=gone)`, to see whether another calls
    it.
    """
    raise NameError("this function was taken away")


def parameters_of(function: Any) -> Mapping[str, inspect.Parameter]:
    """The parameters of a function by name, also where decorators stand before it that take `*args, **kwargs`
    and do not say what they have wrapped.
    """
    for _ in range(_MOST_DECORATORS):
        found = inspect.signature(function).parameters
        if any(p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in found.values()):
            return found
        kept = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
        kept += getattr(function, "__dict__", {}).values()
        inside = [one for one in kept if callable(one) and not isinstance(one, type)]
        if len(inside) != 1:
            break
        function = inside[0]
    return found


def types_of(value: Any) -> list[str]:
    """Names of the classes of a value, its own first: what `isinstance` would say yes to."""
    return [c.__name__ for c in type(value).__mro__]
