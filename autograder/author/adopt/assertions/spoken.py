"""Assertions that are written as calls (`np.testing.assert_allclose(a, b)`, `self.assertEqual(a, b)`), as the
expressions that they assert.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from autograder.author.adopt.assertions.expressions import number_of


@dataclass(frozen=True)
class Spoken:
    """What a call asserts: an expression that must be true, or else exceptions that a call must raise."""

    test: ast.expr | None
    says: str
    raises: ast.expr | None = None
    call: ast.expr | None = None


def spoken(call: ast.Call) -> Spoken | None:
    """What a call asserts; None where it asserts nothing that is known."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    known = _FORMS.get(name.replace("_", "").lower())
    if known is None or len(call.args) < known[0]:
        return None
    count, make = known
    if make is None:
        thrower = ast.Call(call.args[1], call.args[2:], call.keywords) if len(call.args) > 1 else None
        return Spoken(None, "", call.args[0], thrower) if thrower is not None else None
    keywords = {k.arg: k.value for k in call.keywords}
    more = [a for a in call.args[count:] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    said = next(
        (keywords[k] for k in ("msg", "err_msg", "message") if k in keywords), more[0] if more else None
    )
    says = said.value if isinstance(said, ast.Constant) and isinstance(said.value, str) else ""
    test = make(call, keywords)
    return Spoken(ast.fix_missing_locations(ast.copy_location(test, call)), says)


Keywords = dict[str | None, ast.expr]
Make = Callable[[ast.Call, Keywords], ast.expr]


def _compare(op: type[ast.cmpop]) -> Make:
    return lambda call, _: ast.Compare(call.args[0], [op()], [call.args[1]])


def _with_none(op: type[ast.cmpop]) -> Make:
    return lambda call, _: ast.Compare(call.args[0], [op()], [ast.Constant(None)])


def _numpy(name: str, *arguments: ast.expr, **keywords: float) -> ast.expr:
    func = ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())
    return ast.Call(func, [*arguments], [ast.keyword(k, ast.Constant(v)) for k, v in keywords.items()])


def _near(call: ast.Call, keywords: Keywords) -> ast.expr:
    """numpy.testing.assert_allclose, whose standard tolerances are not those of numpy.allclose."""
    said: Keywords = {**dict(zip(("rtol", "atol"), call.args[2:4], strict=False)), **keywords}
    close = {k: number_of(said[k], {}) if k in said else d for k, d in (("rtol", 1e-7), ("atol", 0.0))}
    return _numpy("allclose", *call.args[:2], **{k: v for k, v in close.items() if v is not None})


def _decimals(standard: int, factor: float, *names: str) -> Make:
    """Equal to so many decimals: within factor * 10**-decimals."""

    def make(call: ast.Call, keywords: Keywords) -> ast.expr:
        said = next(
            (keywords[n] for n in names if n in keywords), call.args[2] if len(call.args) > 2 else None
        )
        places = number_of(said, {}) if said is not None else None
        gap = factor * 10.0 ** -(standard if places is None else places)
        return _numpy("allclose", *call.args[:2], rtol=0.0, atol=gap)

    return make


def _significant(call: ast.Call, keywords: Keywords) -> ast.expr:
    said = keywords.get("significant", call.args[2] if len(call.args) > 2 else None)
    digits = number_of(said, {}) if said is not None else None
    return _numpy("allclose", *call.args[:2], rtol=10.0 ** (1 - (7 if digits is None else digits)), atol=0.0)


def _equal(call: ast.Call, _: Keywords) -> ast.expr:
    return _numpy("array_equal", *call.args[:2])


def _equals(call: ast.Call, _: Keywords) -> ast.expr:
    return ast.Call(ast.Attribute(call.args[0], "equals", ast.Load()), [call.args[1]], [])


def _less(call: ast.Call, _: Keywords) -> ast.expr:
    return _numpy("all", ast.Compare(call.args[0], [ast.Lt()], [call.args[1]]))


def _isinstance(call: ast.Call, _: Keywords) -> ast.expr:
    return ast.Call(ast.Name("isinstance", ast.Load()), call.args[:2], [])


_FORMS: dict[str, tuple[int, Make | None]] = {
    # numpy.testing
    "assertallclose": (2, _near),
    "assertarrayalmostequal": (2, _decimals(6, 1.5, "decimal")),
    "assertapproxequal": (2, _significant),
    "assertarrayequal": (2, _equal),
    "assertarrayless": (2, _less),
    # pandas.testing
    "assertframeequal": (2, _equals),
    "assertseriesequal": (2, _equals),
    # unittest and nose; numpy.testing.assert_equal and assert_almost_equal bear the same names
    "assertequal": (2, _compare(ast.Eq)),
    "assertequals": (2, _compare(ast.Eq)),
    "eq": (2, _compare(ast.Eq)),
    "assertlistequal": (2, _compare(ast.Eq)),
    "assertdictequal": (2, _compare(ast.Eq)),
    "assertsetequal": (2, _compare(ast.Eq)),
    "asserttupleequal": (2, _compare(ast.Eq)),
    "assertnotequal": (2, _compare(ast.NotEq)),
    "assertalmostequal": (2, _decimals(7, 1.5, "decimal", "places")),
    "asserttrue": (1, lambda call, _: call.args[0]),
    "assert": (1, lambda call, _: call.args[0]),
    "ok": (1, lambda call, _: call.args[0]),
    "assertfalse": (1, lambda call, _: ast.UnaryOp(ast.Not(), call.args[0])),
    "assertin": (2, _compare(ast.In)),
    "assertnotin": (2, _compare(ast.NotIn)),
    "assertis": (2, _compare(ast.Is)),
    "assertisnone": (1, _with_none(ast.Is)),
    "assertisnotnone": (1, _with_none(ast.IsNot)),
    "assertisinstance": (2, _isinstance),
    "assertgreater": (2, _compare(ast.Gt)),
    "assertgreaterequal": (2, _compare(ast.GtE)),
    "assertless": (2, _compare(ast.Lt)),
    "assertlessequal": (2, _compare(ast.LtE)),
    "assertraises": (1, None),
}
"""By the name without capitals and underscores: how many arguments it has at least, and what it asserts;
the last one asserts that a call raises.
"""
