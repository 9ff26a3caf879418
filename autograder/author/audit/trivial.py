"""Answers that know nothing, which must earn nothing: functions that return None, zeros, ones or their input,
or always raise, those that look into the functions they are given, and every function that can be reached
from the hidden tests, tried as the answer of each question."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder import inputs
from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment, Question, solves
from autograder.assignment.variants import Variant
from autograder.assignment.written import made, read
from autograder.author.audit.reading import HELD, answers_that_read, is_handed_functions
from autograder.inside.names import parsed

_LIKE = """
import copy as _copy
import numpy as _np

def _like(fill, old, args, options):
    try:
        return _filled(old(*_copy.deepcopy(args), **_copy.deepcopy(options)), fill)
    except Exception:  # when to raise is a part of the answer
        return None

def _like_value(fill, value):
    filled = _filled(value, fill)
    return None if filled is value else filled

def _filled(value, fill):
    if isinstance(value, (list, dict)):
        return type(value)()  # how many items there are, and under which keys, is a part of the answer
    if isinstance(value, tuple):
        return tuple(_filled(item, fill) for item in value)
    numeric = isinstance(value, (int, float, _np.ndarray, _np.generic))
    numeric = numeric and _np.asarray(value).dtype.kind in "biufc"
    return _np.full(_np.shape(value), fill) if numeric else value
"""

_KNOW_NOTHING = {
    "returns None": "return None",
    "raises": "raise ValueError",
    "returns 0": "return 0.0",
    "returns 1": "return 1.0",
    "returns its input": "return args[skip]",
    "returns zeros like its input": "return _np.zeros(_np.shape(args[skip]))",
    "returns ones like its input": "return _np.ones(_np.shape(args[skip]))",
}
_KNOW_THE_SHAPE = {
    "returns zeros of the right shape": "return _like(0.0, old, args, options)",
    "returns ones of the right shape": "return _like(1.0, old, args, options)",
}
_VALUES = ("None", "0", "1", "0.0", "''", "[]", "{{}}", "_np.zeros(0)", "_np.nan")
_OF_THE_SHAPE = {
    "is zeros of the right shape": "{name} = _like_value(0.0, {name})",
    "is ones of the right shape": "{name} = _like_value(1.0, {name})",
}


@dataclass(frozen=True)
class Reachable:
    """A function that can be reached from the hidden tests: how to write it, and how many arguments it
    takes.
    """

    expression: str
    module: str
    fewest: int
    most: int


def trivial_answers(assignment: Assignment) -> list[Variant]:
    """All trivial answers of an assignment, as cells that put them in place of what their question
    defines.
    """
    return [
        *_that_know_nothing(assignment),
        *_values_that_know_nothing(assignment),
        *_that_read(assignment),
        *_that_are_reachable(assignment),
    ]


def _that_know_nothing(assignment: Assignment) -> Iterator[Variant]:
    for question in assignment.auto:
        numbers = any(_numbers(node.returns) for node in _definitions(assignment, question))
        for name, line in (_KNOW_NOTHING | (_KNOW_THE_SHAPE if numbers else {})).items():
            make = (
                f"def _trivial(old, skip):\n    def answer(*args, **options):\n        {line}\n    "
                "return answer\n"
            )
            targets = [target for target in question.defines if target not in question.values]
            if targets:
                places = [f"{target} = _trivial({target}, {int('.' in target)})" for target in targets]
                places += [f"{target} = None" for target in question.values]
                yield _trivial(question, name, "\n".join((_LIKE, make, *places)))


def _that_read(assignment: Assignment) -> Iterator[Variant]:
    """Answers to questions that are handed functions: they go by what these hold, and call none."""
    for question in assignment.auto:
        if is_handed_functions(_definitions(assignment, question)):
            for says, answer in answers_that_read():
                places = [
                    f"{target} = lambda self, *args, **options: _answer(*args, **options)"
                    if "." in target
                    else f"{target} = _answer"
                    for target in question.defines
                ]
                yield _trivial(question, says, "\n".join((HELD, f"_answer = {answer}", *places)))


def _trivial(question: Question, says: str, text: str) -> Variant:
    return Variant(says, question.id, "trivial", ", ".join(question.defines), says, text)


def _values_that_know_nothing(assignment: Assignment) -> Iterator[Variant]:
    """Values that anybody could write without an idea, and those that the answer is made from."""
    for question in assignment.auto:
        functions = [name for name in question.defines if name not in question.values]
        others = [f"{name} = lambda *args, **options: None" for name in functions]
        values = {f"is {value}": f"{{name}} = {value}" for value in _VALUES} | _OF_THE_SHAPE
        values |= {f"is {name} as it is": f"{{name}} = {name}" for name in _made_from(assignment, question)}
        for says, line in values.items() if question.values else ():
            places = [line.format(name=name) for name in question.values]
            yield _trivial(question, says, "\n".join((_LIKE, *places, *others)))


def _made_from(assignment: Assignment, question: Question) -> list[str]:
    """The names that a question's solution reads and that cells above it have bound, other than by an
    import.
    """
    bound: set[str] = set()
    for cell in assignment.cells:
        if cell.role is Role.SOLUTION and solves(cell.id, question.id):
            return sorted(read(cell.text) & bound - {*question.defines})
        if cell.role in (Role.GIVEN, Role.SOLUTION):
            bound |= made(cell.text)
    return []


def _that_are_reachable(assignment: Assignment) -> Iterator[Variant]:
    for question in assignment.auto:
        wanted = _arguments_of(assignment, question)
        for function in reachable(assignment):
            if any(function.fewest <= most and fewest <= function.most for fewest, most in wanted):
                # Imported when it is called: a process holds no probes before its cells have run.
                lines = [
                    "def _reached(*args, **options):",
                    f"    import {function.module}",
                    f"    return {function.expression}(*args, **options)",
                ]
                lines += [
                    f"{target} = lambda self, *args, **options: _reached(*args, **options)"
                    if "." in target
                    else f"{target} = _reached"
                    for target in question.defines
                ]
                yield Variant(
                    function.expression,
                    question.id,
                    "trivial",
                    ", ".join(question.defines),
                    function.expression,
                    "\n".join(lines),
                )


def reachable(assignment: Assignment) -> list[Reachable]:
    """The functions, classes and methods of probes.py, of the files it imports and of autograder.inputs."""
    shared = Path(inputs.__file__).read_text(encoding="utf-8")
    modules = [("probes", assignment.probes_text), *assignment.probe_modules, ("autograder.inputs", shared)]
    found = []
    for module, text in modules:
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                attribute = (
                    ".function" if any(_is_probe(decorator) for decorator in node.decorator_list) else ""
                )
                found.append(Reachable(f"{module}.{node.name}{attribute}", module, *_counts(node)))
            elif isinstance(node, ast.ClassDef):
                methods = [item for item in node.body if isinstance(item, ast.FunctionDef)]
                found += [
                    Reachable(f"{module}.{node.name}.{item.name}", module, *_counts(item)) for item in methods
                ]
    return found


def _definitions(assignment: Assignment, question: Question) -> Iterator[ast.FunctionDef]:
    """The reference's functions and methods that a question asks for."""
    names = {name.rpartition(".")[2] for name in question.defines}
    for cell in assignment.cells:
        if cell.role is Role.SOLUTION and solves(cell.id, question.id):
            yield from (
                node
                for node in ast.walk(parsed(cell.text) or ast.Module([], []))
                if isinstance(node, ast.FunctionDef) and node.name in names
            )


def _arguments_of(assignment: Assignment, question: Question) -> list[tuple[int, int]]:
    """For each function that a question asks for, the fewest and the most arguments that it takes, self
    aside.
    """
    return [_counts(node) for node in _definitions(assignment, question)]


def _numbers(annotation: ast.expr | None) -> bool:
    """Whether an annotation says that numbers or arrays come back, alone or in a tuple; what is written
    into arguments does not count.
    """
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in ("float", "int", "ndarray")
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=items)):
            return any(map(_numbers, items))
        case ast.BinOp(left=left, right=right):
            return _numbers(left) or _numbers(right)
    return False


def _is_probe(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == "probe"
    )


def _counts(node: ast.FunctionDef) -> tuple[int, int]:
    names = [a.arg for a in [*node.args.posonlyargs, *node.args.args] if a.arg != "self"]
    return len(names) - len(node.args.defaults), 1000 if node.args.vararg else len(names)
