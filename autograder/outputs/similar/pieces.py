"""An answer as a set of small pieces that renamed variables, reordered statements, comments and split lines
leave as they are.

Code is read into its syntax tree. Names that the answer itself binds become one word, a variable that is
set once and used once is put where it is used, comments and docstrings are no part of it. Each statement is
a sequence of tokens of its own, so that their order does not count, and of each sequence fingerprints of a
few tokens are kept by winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003), as MOSS, copydetect
and Dolos do. Text is cut into runs of words.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from hashlib import blake2b

RUN, WINDOW = 6, 3
"""Tokens of a fingerprint, and fingerprints of which the smallest is kept: a run of 8 is always found."""
WORDS = 5


@dataclass(frozen=True)
class Pieces:
    """What of an answer is compared. lines: the lines, from 1, that each piece comes from."""

    parts: frozenset[int]
    lines: dict[int, tuple[int, ...]]
    marks: frozenset[str]
    """What only a person chooses: names of variables, comments, texts."""
    typed: int
    """A fingerprint of the whole as it was typed, space and blank lines aside."""


NOTHING = Pieces(frozenset(), {}, frozenset(), 0)


def of_code(text: str) -> Pieces:
    """The pieces of code; of code that is no Python, those of its tokens line by line."""
    try:
        tree = ast.parse(text)
        bound = _bound(tree)
        marks = frozenset({f"name {name}" for name in bound if len(name) > 2} | _comments(text))
        statements = [(_tokens(node, bound), _lines(node)) for node in _statements(_inlined(tree))]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        marks = _comments(text)
        statements = [(re.findall(r"\w+|[^\w\s]", line), (n,)) for n, line in enumerate(text.splitlines(), 1)]
    return _gathered(text, statements, marks, RUN, WINDOW)


def of_words(text: str) -> Pieces:
    """The pieces of a text."""
    found = [(w.lower(), n) for n, line in enumerate(text.splitlines(), 1) for w in re.findall(r"\w+", line)]
    words, places = [w for w, _ in found], tuple(n for _, n in found)
    runs = [(words[i : i + WORDS], places[i : i + WORDS]) for i in range(max(0, len(words) - WORDS + 1))]
    return _gathered(text, runs, frozenset(), WORDS, 1)


def _gathered(
    text: str,
    statements: list[tuple[list[str], tuple[int, ...]]],
    marks: frozenset[str],
    run: int,
    window: int,
) -> Pieces:
    lines: dict[int, set[int]] = {}
    for tokens, where in statements:
        for piece in _winnowed(tokens, run, window):
            lines.setdefault(piece, set()).update(where)
    found = {piece: tuple(sorted(places)) for piece, places in lines.items()}
    return Pieces(frozenset(lines), found, marks, _hash(text.split()))


def _winnowed(tokens: list[str], run: int, window: int) -> set[int]:
    """The fingerprints of a statement; a short one has one of its own where it says something."""
    if len(tokens) < run:
        return {_hash(tokens)} if len(tokens) > 2 else set()
    hashes = [_hash(tokens[i : i + run]) for i in range(len(tokens) - run + 1)]
    return {min(hashes[i : i + window]) for i in range(max(1, len(hashes) - window + 1))}


def _hash(tokens: list[str]) -> int:
    return int.from_bytes(
        blake2b("\0".join(tokens).encode("utf-8", "replace"), digest_size=7).digest(), "big"
    )


# ---- code ------------------------------------------------------------------------------------------------


def _bound(tree: ast.AST) -> frozenset[str]:
    """Names that the answer binds by itself, those of its functions and classes aside: these are given."""
    found = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    found |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return frozenset(found)


def _comments(text: str) -> frozenset[str]:
    """What stands in comments and texts, some words of it at least."""
    found = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in (tokenize.COMMENT, tokenize.STRING):
                words = " ".join(re.findall(r"\w+", token.string.lower()))
                found.update({f"says {words[:200]}"} if len(words.split()) > 2 else set())
    except (tokenize.TokenError, SyntaxError, IndentationError):
        pass
    return frozenset(found)


def _statements(tree: ast.AST) -> list[ast.stmt]:
    """Every statement; a docstring is none."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]


def _lines(node: ast.stmt) -> tuple[int, ...]:
    """The lines of a statement and of values that were put in it; not those of the statements it holds."""
    found = {node.lineno}
    waiting: list[ast.AST] = [node]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if not isinstance(child, ast.stmt | ast.excepthandler):
                waiting.append(child)
                if isinstance(child, ast.expr | ast.arg | ast.keyword | ast.alias):
                    found.update(range(child.lineno, (child.end_lineno or child.lineno) + 1))
    return tuple(sorted(found))


def _tokens(node: ast.AST, bound: frozenset[str]) -> list[str]:
    """A statement as tokens in the order of its tree, without the statements in it."""
    made: list[str] = []
    waiting: list[ast.AST | str] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            made.append(one)
        elif isinstance(one, ast.Name):
            made.append("v" if one.id in bound else one.id)
        elif isinstance(one, ast.Constant):
            made.append(f"={one.value!r}"[:40] if not isinstance(one.value, str) else "text")
        elif isinstance(one, ast.arg):
            made.append("v")
        elif not isinstance(one, ast.expr_context):
            made.append(type(one).__name__)
            if isinstance(one, ast.Attribute):
                made.append(f".{one.attr}")
            elif isinstance(one, ast.keyword):
                made.append(f"{one.arg}:")
            elif isinstance(one, ast.FunctionDef | ast.ClassDef):
                made.append(one.name)
            inner = [c for c in ast.iter_child_nodes(one) if not isinstance(c, ast.stmt | ast.excepthandler)]
            waiting += reversed(inner)
    return made


def _inlined(tree: ast.Module) -> ast.Module:
    """The tree with variables that are set once, in a statement of their own, and used once put in the place
    of their use: to split a line or to join two changes nothing.
    """
    uses: dict[str, int] = {}
    sets: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            counted = uses if isinstance(node.ctx, ast.Load) else sets
            counted[node.id] = counted.get(node.id, 0) + 1
        elif isinstance(node, ast.arg):
            sets[node.arg] = sets.get(node.arg, 0) + 2
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            sets[node.target.id] = sets.get(node.target.id, 0) + 2
    alone = {
        node.targets[0].id: node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and uses.get(node.targets[0].id) == 1
        and sets.get(node.targets[0].id) == 1
    }
    put: ast.Module = _Put(alone).visit(tree)
    return put


class _Put(ast.NodeTransformer):
    """Takes assignments away and puts their values where the variables are used."""

    def __init__(self, alone: dict[str, ast.Assign]) -> None:
        self.gone, self.values = set(alone.values()), {name: node.value for name, node in alone.items()}

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        return None if node in self.gone else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self.values.pop(node.id, None) if isinstance(node.ctx, ast.Load) else None
        return node if value is None else self.visit(value)
