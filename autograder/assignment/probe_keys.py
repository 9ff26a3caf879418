"""Which part of probes.py a question's observations depend on, so that editing one question's probes
leaves all others as they were seen.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from autograder.assignment.values import Assignment
from autograder.fingerprints import fingerprint


def text_of_probes(assignment: Assignment, question: str) -> str:
    """The text of a question's own probes, of the functions, classes and constants of probes.py that they
    name, and of those that these name; and of all that is no definition, such as imports.
    """
    return _parts(assignment.probes_text, assignment.owners)[question]


def key_of_probes(assignment: Assignment, question: str) -> str:
    """A hash of that text."""
    return _hash_of(text_of_probes(assignment, question))


@lru_cache(maxsize=512)
def _hash_of(text: str) -> str:
    return fingerprint(text)


_ANY_NAME = frozenset({"globals", "locals", "vars", "eval", "exec", "__name__"})
"""With these, code reaches names that do not stand in it."""


@lru_cache(maxsize=8)
def _parts(text: str, owners: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The text for each question; the whole text for each where a probe is mentioned by name anywhere in
    the file, or names are reached in another way.
    """
    question_of = dict(owners)
    tree = ast.parse(text)
    if _names_in(tree) & ({*question_of} | _ANY_NAME):
        return dict.fromkeys(question_of.values(), text)
    lines = text.splitlines()
    defined = {
        id(node): _defined_by(node) for node in tree.body if getattr(node, "name", None) not in question_of
    }
    names = {id(node): _names_in(node) for node in tree.body}
    everybodys = [id(node) for node in tree.body if id(node) in defined and not defined[id(node)]]
    found = {}
    for question in question_of.values():
        own = [id(node) for node in tree.body if question_of.get(getattr(node, "name", "")) == question]
        wanted, more = set[int](), {*everybodys, *own}
        while more:
            wanted |= more
            named = frozenset[str]().union(*(names[node] for node in more))
            more = {node for node, defines in defined.items() if defines & named} - wanted
        found[question] = "\n".join(_text_of(node, lines) for node in tree.body if id(node) in wanted)
    return found


def _names_in(node: ast.AST) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))


def _defined_by(node: ast.stmt) -> frozenset[str]:
    """The names that a statement of the file defines, and does nothing else; none for any other."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return frozenset({node.name})
    if isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets):
        return frozenset(target.id for target in node.targets if isinstance(target, ast.Name))
    return frozenset()


def _text_of(node: ast.stmt, lines: list[str]) -> str:
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    return "\n".join(lines[first - 1 : node.end_lineno])
