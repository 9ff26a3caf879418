"""Notebooks written for other versions than those that grade.

A newer Python: f-strings whose braces hold the quotes that stand around them (PEP 701, Python 3.12), type
parameters and the type statement (PEP 695, Python 3.12), several exceptions without parentheses (PEP 758,
Python 3.14), written so that an older Python takes them. An older NumPy: names that are gone answer still.
On the standard library alone: it is pasted into every release's check_notebook.py, and NumPy is imported only
when it is wanted.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import re
import sys
import warnings
from typing import Any

_TOKEN = re.compile(r"#[^\n]*|(?<![\w])(?P<prefix>[A-Za-z]{0,2})(?P<quote>\"\"\"|'''|\"|')")
_EXCEPTIONS = re.compile(r"^([ \t]*except[ \t]+)([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)(?=[ \t]*:)", re.M)
_PARAMETERS = re.compile(
    r"^([ \t]*(?:(?:async[ \t]+)?def|class|type)[ \t]+\w+)\[((?:[^][\n]|\[[^][\n]*\])*)\]", re.M
)
_BOUND = re.compile(r"\([^()]*\)|\[[^][]*\]")
_ALIAS = re.compile(r"^([ \t]*)type[ \t]+(?=\w+[ \t]*=)", re.M)
_ANNOTATED = re.compile(
    r"^[ \t]*(?:async[ \t]+)?def\b(?:(?:[^\n]*\n){0,20}?[^\n]*:[ \t]*(?:#[^\n]*)?$|[^\n]*$)"
    r"|^[ \t]+\w+[ \t]*:[^\n]*$|^[ \t]*type\b[^\n]*$",
    re.M,
)
"""What is said of types: the heads of functions, of 20 lines at most, a class's annotated names, aliases."""
_MOST_PARAMETERS = 50


def for_this_python(text: str, version: tuple[int, ...] = sys.version_info[:2]) -> str:
    """The cell as this Python takes it, line for line, as far as its grammar is only another spelling."""
    if version < (3, 14):
        text = _EXCEPTIONS.sub(r"\1(\2)", text)
    if version < (3, 12):
        text = _without_type_parameters(_with_three_quotes(text))
    return text


def _without_type_parameters(text: str) -> str:
    """The cell with plain assignments for aliases, and `object` for each type that is a parameter."""
    listed = [part for found in _PARAMETERS.finditer(text) for part in _BOUND.sub("", found[2]).split(",")]
    names = {found[0] for part in listed if (found := re.match(r"\w+", part.strip(" *")))}
    text = _PARAMETERS.sub(r"\1", text)
    if 0 < len(names) <= _MOST_PARAMETERS:
        types = re.compile(rf"(?<![\w.])(?:{'|'.join(names)})\b")
        text = _ANNOTATED.sub(lambda found: types.sub("object", found[0]), text)
    return _ALIAS.sub(r"\1", text)


def _with_three_quotes(text: str) -> str:
    """The cell with three quotes around each f-string whose braces hold its own."""
    made, at = [], 0
    while (found := _TOKEN.search(text, at)) is not None:
        made.append(text[at : found.start()])
        quote, prefix = found["quote"], found["prefix"] or ""
        if quote is None:  # a comment
            at = found.end()
            made.append(found[0])
            continue
        formatted = "f" in prefix.lower()
        at = _end(text, found.end(), quote, formatted)
        inside = text[found.end() : at - len(quote)]
        wide = formatted and len(quote) == 1 and quote in inside and "\n" not in inside
        marks = quote * 3 if wide else quote
        inside = _without_escapes(inside) if formatted and "\\" in inside else inside
        made.append(f"{prefix}{marks}{inside}{marks}")
    return "".join([*made, text[at:]])


def _without_escapes(inside: str) -> str:
    """The inside of an f-string, in whose braces each string that holds a backslash is put together anew."""
    made, at, depth = [], 0, 0
    while at < len(inside):
        step = 2 if inside[at] == "\\" or (inside.startswith(("{{", "}}"), at) and not depth) else 1
        found = _TOKEN.match(inside, at) if depth > 0 else None
        if step == 1:
            depth += {"{": 1, "}": -1}.get(inside[at], 0)
        if found is None or not found["quote"] or "f" in (found["prefix"] or "").lower():
            made.append(inside[at : at + step])
            at += step
            continue
        end = _end(inside, found.end(), found["quote"], False)
        made.append(_by_numbers(inside[at:end]))
        at = end
    return "".join(made)


def _by_numbers(string: str) -> str:
    """A string as an expression that needs neither quotes nor backslashes, where it holds a backslash."""
    try:
        value = ast.literal_eval(string) if "\\" in string else None
    except (SyntaxError, ValueError):
        return string
    return f"str().join(map(chr, {[*map(ord, value)]}))" if isinstance(value, str) else string


def _end(text: str, at: int, quote: str, formatted: bool) -> int:
    """Where a string ends that has begun with this quote; in an f-string braces may hold strings."""
    depth = 0
    while at < len(text):
        if text[at] == "\\" or (formatted and text.startswith(("{{", "}}"), at) and not depth):
            at += 2
        elif formatted and text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
            at += 1
        elif depth > 0 and (found := _TOKEN.match(text, at)) is not None and found["quote"]:
            at = _end(text, found.end(), found["quote"], "f" in (found["prefix"] or "").lower())
        elif text.startswith(quote, at):
            return at + len(quote)
        else:
            at += 1
    return at


def names_gone_from(np: Any) -> dict[str, Any]:
    """Names that NumPy 1 had and NumPy 2 has not, with what they were; np is the module."""
    return {
        "Inf": np.inf,
        "Infinity": np.inf,
        "infty": np.inf,
        "PINF": np.inf,
        "NINF": -np.inf,
        "NaN": np.nan,
        "NAN": np.nan,
        "NZERO": -0.0,
        "PZERO": 0.0,
        "float": float,
        "int": int,
        "bool": bool,
        "object": object,
        "str": str,
        "complex": complex,
        "float_": np.float64,
        "complex_": np.complex128,
        "cfloat": np.complex128,
        "singlecomplex": np.complex64,
        "string_": np.bytes_,
        "unicode_": np.str_,
        "round_": np.round,
        "product": np.prod,
        "cumproduct": np.cumprod,
        "sometrue": np.any,
        "alltrue": np.all,
        "row_stack": np.vstack,
        "msort": functools.partial(np.sort, axis=0),
        "asfarray": functools.partial(np.asarray, dtype=np.float64),
        "issubsctype": np.issubdtype,
        "mat": np.asmatrix,
        "trapz": lambda y, x=None, dx=1.0, axis=-1: np.trapezoid(y, x, dx, axis),
        "in1d": lambda ar1, ar2, *more, **options: np.isin(np.ravel(ar1), ar2, *more, **options),
    }


def restore_numpy_names() -> None:
    """Let the names answer that are gone from NumPy: a notebook written for an earlier one is right still."""
    with contextlib.suppress(ImportError):
        import numpy as np

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy 1 warns of its own
            for name, value in names_gone_from(np).items():
                if not hasattr(np, name):
                    setattr(np, name, value)
