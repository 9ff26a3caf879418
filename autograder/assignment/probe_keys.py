"""Which part of probes.py a question's observations depend on, so that editing one question's probes
leaves all others as they were seen.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from autograder.assignment.values import Assignment
from autograder.fingerprints import fingerprint


def text_of_probes(assignment: Assignment, question: str) -> str:
    """The text of a question's own probes and of all in probes.py that is no probe: imports, constants,
    functions that several use.
    """
    return _parts(assignment.probes_text, assignment.owners)[question]


def key_of_probes(assignment: Assignment, question: str) -> str:
    """A hash of that text."""
    return _hash_of(text_of_probes(assignment, question))


@lru_cache(maxsize=512)
def _hash_of(text: str) -> str:
    return fingerprint(text)


@lru_cache(maxsize=8)
def _parts(text: str, owners: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The text for each question; the whole text for each where a probe is mentioned by name anywhere in
    the file.
    """
    question_of = dict(owners)
    tree = ast.parse(text)
    if any(isinstance(node, ast.Name) and node.id in question_of for node in ast.walk(tree)):
        return dict.fromkeys(question_of.values(), text)
    lines = text.splitlines()
    shared: list[str] = []
    own: dict[str, list[str]] = {question: [] for question in question_of.values()}
    for node in tree.body:
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        part = "\n".join(lines[first - 1 : node.end_lineno])
        owner = question_of.get(node.name) if isinstance(node, ast.FunctionDef) else None
        (shared if owner is None else own[owner]).append(part)
    return {question: "\n".join([*shared, *probes]) for question, probes in own.items()}
