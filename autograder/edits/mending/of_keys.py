"""Mends of keys, attributes and indices that were taken for each other."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from typing import Any

from autograder.edits.mending.table import expression, is_loaded, mend, share_a_part
from autograder.edits.operators import At
from autograder.edits.places import CodePlace, is_own_attribute

_OTHER_SPELLINGS = 6
"""So many are tried."""
_APART, _ALIKE = 3, 3
"""Characters that two spellings differ by at most, and those that are the same at least."""


@mend(
    ast.Constant,
    examples=(
        'x = p["b2"] + p["b1"] => x = p["b1"] + p["b1"]',
        'def f(p, n):\n    """Gets cache_ + n."""\n    p["cache" + n] = 1 => '
        'def f(p, n):\n    """Gets cache_ + n."""\n    p["cache_" + n] = 1',
    ),
)
def similar_key(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """A key that differs by a digit, an underscore or capitals, or shares a part."""
    if isinstance(node.value, str) and node.value:
        known = dict.fromkeys([*place.texts, *place.around.words])
        yield from (
            ast.Constant(key) for key in known if key != node.value and _bare(key) == _bare(node.value)
        )
        yield from (
            ast.Constant(key) for key in place.texts if key != node.value and share_a_part(key, node.value)
        )


@mend(
    ast.Constant,
    examples=('x = p["h1"] + p["x"] => x = p["x"] + p["x"]',),
)
def any_key(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """A key, taken for another that the cell uses."""
    if isinstance(node.value, str) and node.value and place.field == "slice":
        yield from (ast.Constant(key) for key in place.texts if key != node.value)


@mend(
    ast.Attribute,
    examples=(
        "class A:\n    def f(self, x):\n        self.d_x = x\n        self.d_w = 2\n        return self.d_w"
        " => "
        "class A:\n    def f(self, x):\n        self.d_x = x\n        self.d_w = 2\n        return self.d_x",
    ),
)
def any_attribute(node: ast.Attribute, place: CodePlace) -> Iterator[Any]:
    """An attribute of self, taken for another that the class writes."""
    if is_own_attribute(node) and node.attr in place.around.written:
        yield from (
            ast.Attribute(node.value, name, node.ctx) for name in place.around.written if name != node.attr
        )


@mend(
    ast.Subscript,
    examples=(
        "t = np.eye(3)[y] => t = np.eye(3)[y.astype(int)]",
        "t[n, y[n]] = 1 => t[n, y[n].astype(int)] = 1",
    ),
)
def whole_numbers_as_an_index(node: ast.Subscript, place: CodePlace) -> Iterator[Any]:
    """An index that may be stored as fractions, as whole numbers."""
    entries = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for at, entry in enumerate(entries):
        if isinstance(entry, ast.Name | ast.Subscript | ast.Attribute):
            whole = [*entries[:at], expression(f"{ast.unparse(entry)}.astype(int)"), *entries[at + 1 :]]
            index = ast.Tuple(whole, ast.Load()) if isinstance(node.slice, ast.Tuple) else whole[0]
            yield At(ast.Subscript(node.value, index, node.ctx), entry)


@mend(
    ast.Subscript,
    ast.Name,
    examples=(
        "a = x[rows]\nb = y[s:t] => a = x[rows]\nb = y[rows]",
        "a = x[rows]\nb = f(y) => a = x[rows]\nb = f(y[rows])",
    ),
)
def other_index(node: Any, place: CodePlace) -> Iterator[Any]:
    """An index that is used elsewhere, put in place of another or on a whole array."""
    if not is_loaded(node) or isinstance(place.parent, ast.Subscript | ast.Attribute):
        return
    whole = isinstance(node, ast.Name)
    if (whole and place.field != "args") or (not whole and not isinstance(node.value, ast.Name)):
        return
    now = "" if whole else ast.unparse(ast.Subscript(ast.Name("a"), node.slice, ast.Load()))[2:-1]
    for index in place.around.indices:
        if index != now and not (whole and node.id in index):
            yield expression(f"{node.id if whole else node.value.id}[{index}]")


@mend(
    ast.FunctionDef,
    examples=(
        'def f(g, h):\n    """Gives grad_W1 and grad_b1."""\n    return {"gradW1": g, "gradb1": h} => '
        'def f(g, h):\n    """Gives grad_W1 and grad_b1."""\n    return {"grad_W1": g, "grad_b1": h}',
        'def f(g):\n    """Gives test_loss."""\n    d = {"test_lo": g}\n    return d, d["test_lo"] => '
        'def f(g):\n    """Gives test_loss."""\n    d = {"test_loss": g}\n    return d, d["test_loss"]',
        'def f(g):\n    """Gives W1."""\n    return {"w1": g} => '
        'def f(g):\n    """Gives W1."""\n    return {"W1": g}',
    ),
)
def keys_throughout(node: ast.FunctionDef, place: CodePlace) -> Iterator[Any]:
    """The keys under which something is written, all in the spelling of the docstring."""
    names = place.locals_of(node)
    taken = {name for _, name in names} | {node.name}
    words = re.findall(r"[A-Za-z]\w*", ast.get_docstring(node) or "")
    keys = [constant.value for constant in _written_keys(node)]
    cased = {key.lower() for key in keys}
    wanted = [
        word
        for word in dict.fromkeys(words)
        if word not in keys and (word not in taken or word.lower() in cased)
    ]
    rules = (_spelling(key, word) for key in keys if key not in words for word in wanted)
    for start, now, instead in list(dict.fromkeys(filter(None, rules)))[:_OTHER_SPELLINGS]:
        made = copy.deepcopy(node)
        changed = []
        for old, new in zip(_keys_used(node), _keys_used(made), strict=True):
            spelled = instead and new.value.startswith(start + instead)
            if new.value not in words and new.value.startswith(start + now) and not spelled:
                new.value = start + instead + new.value[len(start + now) :]
                changed.append(old)
        yield At(made, changed[0], tuple(changed))


@mend(
    ast.Constant,
    examples=('p["d_W1"], p["d_b1"], p["dW2"] = y => p["d_W1"], p["d_b1"], p["d_W2"] = y',),
)
def key_as_its_siblings(node: ast.Constant, place: CodePlace) -> Iterator[Any]:
    """A key under which something is written, spelled as the others are but for its number."""
    key = node.value if isinstance(node.value, str) else ""
    written = _written_keys(place.around.node)
    number = re.search(r"\d+$", key)
    if number is None or not any(node is other for other in written):
        return
    known = {other.value for other in written}
    others = [re.sub(r"\d+$", number[0], other) for other in known if re.search(r"\d$", other)]
    end = key[-1 - len(number[0]) :]  # the letter before the number stays, as in dW2 and db2
    yield from (ast.Constant(other) for other in sorted({*others} - known) if other.endswith(end))


@mend(
    ast.Tuple,
    ast.List,
    examples=(
        'def f(p):\n    """Moves W1, W2 and b1."""\n    for k in ["W1", "b1"]:\n        p[k] = 0 => '
        'def f(p):\n    """Moves W1, W2 and b1."""\n    for k in ["W1", "W2", "b1"]:\n        p[k] = 0',
        'def f(p):\n    """Moves W1, W2 and b1."""\n    for k in ("W1", "b1", "b1"):\n        p[k] = 0 => '
        'def f(p):\n    """Moves W1, W2 and b1."""\n    for k in ("W1", "W2", "b1"):\n        p[k] = 0',
    ),
)
def all_keys_listed(node: Any, place: CodePlace) -> Iterator[Any]:
    """A list of keys with one more, which the docstring names beside them, or with it in place of another."""
    keys = [entry.value for entry in node.elts if isinstance(entry, ast.Constant)]
    if len(keys) < len(node.elts) or not {*keys} & {*place.around.words}:
        return
    spelled = {_bare(key) for key in keys if isinstance(key, str)}
    words = [word for word in place.around.words if re.search(r"\d$", word) and _bare(word) in spelled]
    for word in [word for word in words if word not in keys][:_OTHER_SPELLINGS]:
        new = ast.Constant(word)
        at = sum(1 for key in keys if key in words[: words.index(word)])
        yield type(node)([*node.elts[:at], new, *node.elts[at:]], node.ctx)
        for n, key in enumerate(keys):
            if key in keys[:n] or key in keys[n + 1 :] or key not in words:
                yield At(type(node)([*node.elts[:n], new, *node.elts[n + 1 :]], node.ctx), node.elts[n])


def _keys_used(node: ast.AST) -> list[Any]:
    """The texts under which a function writes into a dictionary, or makes one, and where it looks them up."""
    written = {key.value for key in _written_keys(node)}
    return [key for key in _keys(node, read=True) if key.value in written]


def _written_keys(node: ast.AST) -> list[Any]:
    """The texts under which a function writes into a dictionary, or makes one."""
    return _keys(node, read=False)


def _keys(node: ast.AST, *, read: bool) -> list[Any]:
    found: list[ast.expr | None] = []
    for part in ast.walk(node):
        if isinstance(part, ast.Dict):
            found += part.keys
        elif isinstance(part, ast.Subscript) and (read or isinstance(part.ctx, ast.Store)):
            found.append(part.slice)
    return [key for key in found if isinstance(key, ast.Constant) and isinstance(key.value, str)]


def _spelling(key: str, word: str) -> tuple[str, str, str] | None:
    """How a word of the docstring is spelled otherwise than a key: both begin alike, then something stands in
    place of something else, and the rest is the same. None where they are other words.
    """
    least = min(len(key), len(word))
    start = next((n for n in range(least) if key[n] != word[n]), least)
    most = least - start
    end = next((n for n in range(most, -1, -1) if key[len(key) - n :] == word[len(word) - n :]), 0)
    now, instead = key[start : len(key) - end], word[start : len(word) - end]
    abbreviated = start == len(key) > _ALIKE  # as test_acc is of test_accuracy
    far = start + end < _ALIKE or (max(len(now), len(instead)) > _APART and not abbreviated)
    other = re.search(r"\d", now + instead) or (far and key.lower() != word.lower())
    return None if other or not key[:start] + now else (key[:start], now, instead)


def _bare(key: str) -> str:
    """A key without its digits, underscores and capitals."""
    return re.sub(r"[\d_]", "", key).lower()
