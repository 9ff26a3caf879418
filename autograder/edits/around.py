"""What is known around a place in the code: of the function that it is in, and of the whole cell."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

_FEW = 8
"""No more names, keys or indices of a kind are tried than this."""


@dataclass(frozen=True)
class Further:
    """What else a notebook has: functions that an answer may call; all that return something, by the lengths
    of the tuples; and the keys of the dictionaries that are returned.
    """

    functions: tuple[str, ...] = ()
    returning: Mapping[str, int] = field(default_factory=dict)
    """How many things each function returns at once: 0 for a dictionary, 1 for anything else."""
    keys: tuple[str, ...] = ()


@dataclass
class Around:
    """A function, or a module where there is none; the cell that holds it; and what else the notebook has."""

    node: ast.FunctionDef | ast.Module
    cell: ast.Module
    further: Further = field(default_factory=Further)

    @cached_property
    def parameters(self) -> list[str]:
        """The names that the function takes, without self."""
        if isinstance(self.node, ast.Module):
            return []
        arguments = self.node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return [a.arg for a in every if a.arg != "self"]

    @cached_property
    def numbers(self) -> list[str]:
        """The parameters that are one number each, by their defaults or annotations."""
        return [name for name, text in self._defaults.items() if text not in ("None", "True", "False", "")][
            :_FEW
        ]

    @cached_property
    def optional(self) -> list[str]:
        """The parameters that are None where they are not given."""
        return [name for name, text in self._defaults.items() if text == "None"]

    @cached_property
    def _defaults(self) -> dict[str, str]:
        if isinstance(self.node, ast.Module):
            return {}
        arguments = self.node.args
        values = [ast.unparse(d) if isinstance(d, ast.Constant) else "" for d in arguments.defaults]
        names = [a.arg for a in arguments.args]
        found = dict(zip(names[len(names) - len(values) :], values, strict=True))
        numbers = {a.arg: "float" for a in arguments.args if _is_number(a.annotation)}
        return {name: text for name, text in (numbers | found).items() if "'" not in text}

    @cached_property
    def unread(self) -> list[str]:
        """The parameters and variables that the function never reads."""
        names = [n for n in ast.walk(self.node) if isinstance(n, ast.Name)]
        read = {n.id for n in names if isinstance(n.ctx, ast.Load)}
        stored = [n.id for n in names if isinstance(n.ctx, ast.Store) and n.id != "_"]
        if isinstance(self.node, ast.Module):
            return []
        return [n for n in dict.fromkeys([*self.parameters, *stored]) if n not in read][:_FEW]

    @cached_property
    def parts(self) -> set[str]:
        """The variables that get one of several things which are taken apart, as the lengths of an array."""
        targets = (t for n in ast.walk(self.node) if isinstance(n, ast.Assign) for t in n.targets)
        taken = (part for target in targets if isinstance(target, ast.Tuple) for part in target.elts)
        return {part.id for part in taken if isinstance(part, ast.Name)}

    @cached_property
    def indices(self) -> list[str]:
        """The indices by which the function takes something out of arrays, but single numbers and keys."""
        taken = [n.slice for n in ast.walk(self.node) if isinstance(n, ast.Subscript)]
        kinds = (ast.Name, ast.Tuple, ast.Slice, ast.Subscript)
        whole = (ast.Subscript(ast.Name("a"), i, ast.Load()) for i in taken if isinstance(i, kinds))
        return list(dict.fromkeys(ast.unparse(subscript)[2:-1] for subscript in whole))[:_FEW]

    @cached_property
    def results(self) -> dict[str, ast.Call]:
        """The variables that hold the result of a call, with the first such call of each."""
        kept = [n for n in ast.walk(self.node) if isinstance(n, ast.Assign) and len(n.targets) == 1]
        return {
            n.targets[0].id: n.value
            for n in reversed(kept)
            if isinstance(n.targets[0], ast.Name) and isinstance(n.value, ast.Call)
        }

    @cached_property
    def exponential(self) -> bool:
        """Whether the function takes exponentials."""
        return any(isinstance(n, ast.Attribute) and n.attr == "exp" for n in ast.walk(self.node))

    @cached_property
    def written(self) -> list[str]:
        """The attributes of self that the cell writes, but for those that it writes None to alone."""
        empty = {id(t) for n in ast.walk(self.cell) if isinstance(n, ast.Assign) for t in _emptied(n)}
        own = [n for n in self._own_attributes if isinstance(n.ctx, ast.Store) and id(n) not in empty]
        return list(dict.fromkeys(n.attr for n in own))

    @cached_property
    def read_unwritten(self) -> list[str]:
        """The attributes of self that the cell reads and nowhere writes, unless it be None; but methods."""
        methods = {n.name for n in ast.walk(self.cell) if isinstance(n, ast.FunctionDef)}
        read = dict.fromkeys(n.attr for n in self._own_attributes if isinstance(n.ctx, ast.Load))
        return [name for name in read if name not in methods and name not in self.written]

    @cached_property
    def _own_attributes(self) -> list[ast.Attribute]:
        return [n for n in ast.walk(self.cell) if isinstance(n, ast.Attribute) and _is_self(n.value)]

    @cached_property
    def functions(self) -> list[str]:
        """The functions of the cell and of the notebook that a value may go through, those first that the
        docstring speaks of.
        """
        own = [n.name for n in self.cell.body if isinstance(n, ast.FunctionDef)]
        others = [
            n for n in dict.fromkeys([*own, *self.further.functions]) if n != getattr(self.node, "name", "")
        ]
        return sorted(others, key=lambda name: name not in self.words)[:_FEW]

    @cached_property
    def docstring(self) -> str:
        """What the function's docstring says."""
        return ast.get_docstring(self.node) or ""

    @cached_property
    def words(self) -> list[str]:
        """The names in its docstring."""
        return list(dict.fromkeys(re.findall(r"[A-Za-z]\w*", self.docstring)))


def _emptied(node: ast.Assign) -> list[ast.expr]:
    """What an assignment writes None to."""
    return node.targets if isinstance(node.value, ast.Constant) and node.value.value is None else []


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _is_number(annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id in ("float", "int")
