"""Misconceptions and alternatives: solutions that stand in for the reference's, as cells to run.

They are read as text, never imported: each becomes one more cell of the reference's notebook, at the place of
its question's test.
"""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment.notebook import ANSWERS, Role
from autograder.assignment.values import Assignment, Question, solves
from autograder.assignment.written import made, may_change
from autograder.errors import AssignmentError, UsageError
from autograder.inside.protocol import CellKind, CellSource

VARIANT = 1000
"""A variant has the number of its question's test, so many times, and its own among those that are put in."""
KINDS = {"misconception": "misconceptions.py", "alternative": "alternatives.py"}


@dataclass(frozen=True)
class Variant:
    """A known wrong or known right solution. text is the cell that puts it in place; says is its
    docstring. instead: the solution cells in whose place it runs; without, it runs after those of its
    question.
    """

    id: str
    question: str
    kind: str
    replaces: str
    says: str
    text: str
    instead: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    """Mistakes that must not get its name, each a change of the reference's text: "before => after"."""


def load_variants(assignment: Assignment, kind: str) -> tuple[Variant, ...]:
    """Read misconceptions.py or alternatives.py; an assignment without the file has none."""
    path = assignment.folder / KINDS[kind]
    if not path.is_file():
        return ()
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise AssignmentError(f"not valid Python: {error.msg}", where=f"{path}:{error.lineno}") from None
    preamble = "\n\n".join(_segment(text, node) for node in tree.body if _shared(node))
    found = [
        _variant(assignment, kind, path, text, node, preamble)
        for node in tree.body
        if _decorator(node) is not None
    ]
    ids = [v.id for v in found]
    for name in ids:
        if ids.count(name) > 1:
            raise AssignmentError(f"two variants are called {name}", where=str(path), mend="rename one")
    return tuple(found)


def _decorator(node: ast.stmt) -> ast.Call | None:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            if (
                isinstance(decorator, ast.Call)
                and isinstance(decorator.func, ast.Name)
                and decorator.func.id in KINDS
            ):
                return decorator
    return None


def _shared(node: ast.stmt) -> bool:
    """Whether a statement is at hand for all variants: helpers and imports, but not the decorators' own."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return False
    ours = isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in (
        "autograder",
        "__future__",
    )
    return not ours and _decorator(node) is None


def _variant(
    assignment: Assignment, kind: str, path: Path, text: str, node: ast.stmt, preamble: str
) -> Variant:
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    decorator = _decorator(node)
    assert decorator is not None and isinstance(decorator.func, ast.Name)
    where = f"{path}:{node.lineno}"
    if decorator.func.id != kind:
        raise AssignmentError(
            f"{node.name} is decorated as {decorator.func.id}",
            where=where,
            mend=f"this file holds each {kind}",
        )
    try:
        values = [ast.literal_eval(argument) for argument in decorator.args]
        options = {k.arg: ast.literal_eval(k.value) for k in decorator.keywords}
        question = assignment.question(values[0])
    except (ValueError, IndexError):
        raise AssignmentError(
            "the decorator's arguments must be plain texts", where=where, mend=f'@{kind}("question")'
        ) from None
    except UsageError as error:
        raise AssignmentError(error.what, where=where, mend=error.mend) from None
    says = " ".join((ast.get_docstring(node) or "").split())
    if not says:
        raise AssignmentError(
            f"{node.name} has no docstring", where=where, mend="say what it does: students read it"
        )
    replaces, not_for = options.get("replaces"), tuple(options.get("not_for", ()))
    if _makes_values(node, question, replaces):
        code = _as_cell(text, node, question, replaces, where)
        placed = replaces or ", ".join(question.values)
        instead = _cells_instead(assignment, question, code)
        whole = f"{preamble}\n\n{code}".strip()
        return Variant(node.name, question.id, kind, placed, says, whole, instead, not_for)
    replaces = replaces or _only_name(question, where)
    return Variant(
        node.name,
        question.id,
        kind,
        replaces,
        says,
        f"{preamble}\n\n{_in_place(text, node, replaces)}".strip(),
        not_for=not_for,
    )


def _makes_values(node: ast.FunctionDef | ast.ClassDef, question: Question, replaces: str | None) -> bool:
    """Whether a variant is code for the cell of an answer that is a value: it takes nothing, and replaces
    no function.
    """
    takes = isinstance(node, ast.ClassDef) or ast.unparse(node.args)
    asked = {replaces} if replaces else {*question.defines}
    return not takes and asked <= {*question.values}


def _as_cell(text: str, node: ast.stmt, question: Question, replaces: str | None, where: str) -> str:
    """A function without arguments as code for a cell: its body, or what it returns under the name that the
    question asks for.
    """
    assert isinstance(node, ast.FunctionDef)
    if _returns(node):
        name = replaces or _only_name(question, where)
        return f"{_in_place(text, node, node.name)}\n\n{name} = {node.name}()"
    body = node.body[1:]
    lines = text.splitlines()[body[0].lineno - 1 : node.end_lineno] if body else ["pass"]
    return textwrap.dedent("\n".join(lines))


def _returns(node: ast.AST) -> bool:
    """Whether a function returns something by a statement of its own."""
    inner = [n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.FunctionDef | ast.Lambda)]
    return any(isinstance(n, ast.Return) or _returns(n) for n in inner)


def _cells_instead(assignment: Assignment, question: Question, code: str) -> tuple[str, ...]:
    """The solution cells of a question that a variant stands in place of: those of which it makes every
    value, and which define nothing else.
    """
    values = made(code)
    asked = {name.partition(".")[0] for name in question.defines}
    own = [c for c in assignment.cells if c.role is Role.SOLUTION and solves(c.id, question.id)]
    return tuple(c.id for c in own if values & asked and (may_change(c.text) & asked) <= values)


def _only_name(question: Question, where: str) -> str:
    if len(question.defines) != 1:
        raise AssignmentError(
            f"{question.id} defines several names",
            where=where,
            mend=f'add replaces="…": one of {", ".join(question.defines)}',
        )
    return question.defines[0]


def _in_place(text: str, node: ast.FunctionDef | ast.ClassDef, replaces: str) -> str:
    """The definition without its decorators, under the name of what it replaces."""
    lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
    owner, _, name = replaces.rpartition(".")
    word = "class" if isinstance(node, ast.ClassDef) else "def"
    lines[0] = re.sub(rf"^{word}\s+{node.name}\b", f"{word} {name if not owner else node.name}", lines[0])
    body = "\n".join(lines)
    return f"{body}\n\n{owner}.{name} = {node.name}" if owner else body


def _segment(text: str, node: ast.stmt) -> str:
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])


def cells_with(assignment: Assignment, variants: list[Variant], until: str = "") -> list[CellSource]:
    """The reference's cells with variants put in place, each where its question's test stands, or instead of
    its solution cells. until: the question at whose check they end; without, all of them.
    """
    cells: list[CellSource] = []
    left_out = {name for variant in variants for name in variant.instead}
    for number, cell in enumerate(assignment.cells, 1):
        if cell.role in (Role.GIVEN, *ANSWERS) and cell.id not in left_out:
            cells.append(
                CellSource(cell.text, number, CellKind.GIVEN if cell.role is Role.GIVEN else CellKind.OWN)
            )
        elif cell.role is Role.TEST:
            cells += [
                CellSource(v.text, VARIANT * number + i, CellKind.OWN)
                for i, v in enumerate(variants)
                if v.question == cell.id
            ]
        if until and cell.id == until:
            break
    return cells


def place_in_source(cell: CellSource) -> int:
    """The number of the source's cell at which a cell of `cells_with` stands."""
    return cell.number // VARIANT or cell.number


def cells_for(assignment: Assignment, question: str, variants: list[Variant]) -> list[CellSource]:
    """The same cells as far as one question is observed on them: to its check, where it has a moment of its
    own.
    """
    return cells_with(assignment, variants, until=assignment.moment_of(question))
