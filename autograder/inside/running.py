"""How the code cells of one notebook are run: the one rule, by which it is graded and by which a student
checks it.

On the standard library alone: `chainrule release` pastes it into check_notebook.py. IPython comes from
outside.
"""

from __future__ import annotations
import __future__

import ast
import bdb
import builtins
import contextlib
import linecache
import re
import sys
import types
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any, Protocol, TypeVar

from autograder.inside.names import bound_in, bound_names, completed_names, parsed, without_invisible
from autograder.inside.statements import (
    definitions,
    is_stub,
    place_in,
    rest_after,
    undecorated,
    whole_definitions,
)
from autograder.inside.versions import for_this_python

_ANNOTATIONS_REST = __future__.annotations.compiler_flag
_TIMING = re.compile(
    r"\A(\s*)%%(?:(?:time|prun|capture)[ \t]*"
    r"|(?:ipytest|heat|notify|pyinstrument|scalene|snakeviz|wandb)\b[^\n]*)(?=\n)"
)
"""What times, shows or tells of a cell, and runs it: IPython's own, and those of extensions."""
_DISPLAY = re.compile(
    r"^([ \t]*)%(?:matplotlib|config|load_ext|reload_ext|autoreload|precision|xmode|colors|pprint)\b.*$", re.M
)
"""Magics that only say how something is shown, or have modules loaded anew."""
_IPYTHON_NAMES = frozenset({"get_ipython", "In", "Out"})
_WORDS = frozenset({"ls", "ll", "pwd", "who", "whos", "clear", "cls", "history", "lsmagic", "pylab"})
"""Words that IPython takes for magics where they stand alone in a line."""
_LAST = frozenset({"_", "__", "___", "_i", "_ii", "_ih", "_oh"})
"""What IPython keeps of earlier cells."""
_WORDS_AND_LAST = _WORDS | _LAST


class RunnableCell(Protocol):
    """A code cell: its text, the number by which it is known, and whose it is: given, own or demo."""

    @property
    def text(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def kind(self) -> str: ...


C = TypeVar("C", bound=RunnableCell)


class RunningNotebook:
    """The namespace that cells leave behind, as a fresh `__main__` module."""

    def __init__(self, shell: Any = None) -> None:
        self.main = types.ModuleType("__main__")
        self.names: dict[str, Any] = self.main.__dict__
        self.shell = shell
        self.uses_ipython = False
        self.given: dict[str, Any] = {}
        """What the given cells have defined, as they left it."""
        self.completed: set[str] = set()
        """Names of it into which given cells put answers: a class that students complete, or write anew."""
        self.answered: set[str] = set()
        """Names that the student's cells have bound to more than a stub."""
        self.stubs: list[Any] = []
        """What the student's cells have bound to stubs."""
        sys.modules["__main__"] = self.main
        builtins.display = _display  # type: ignore[attr-defined]
        builtins.input = _input
        sys.breakpointhook = bdb.Bdb.set_trace = _goes_on  # type: ignore[assignment, method-assign]
        vars(builtins).update(help=_help, exit=_exit, quit=_exit)  # which Python has from site alone

    def run(
        self,
        cells: Sequence[C],
        *,
        briefly: Collection[int] = (),
        again: bool = True,
        begins: Callable[[C], object] = lambda cell: None,
    ) -> Iterator[tuple[C, BaseException | None]]:
        """Run cells in order, yielding each with the exception that ended it.

        briefly: numbers of cells of which the definitions alone are run. again: run a cell once more at the
        end where it missed a name that a later cell defined. begins: told of each cell before it runs.
        """
        self.uses_ipython = self.shell is not None and any(
            needs_ipython(c.text, cell_name(c.number)) for c in cells if c.kind == "own"
        )
        if self.uses_ipython:
            self._adopt()
        missed: list[tuple[C, str]] = []
        for cell in cells:
            begins(cell)
            error = self._run_beside_stubs(cell, cell.number in briefly)
            if cell.kind == "given":
                self._keep_given(cell.text)
            elif cell.kind == "own":
                self._put_given_back()
            if cell.kind in ("given", "own") and (name := missing_name(error)):
                missed.append((cell, name))
            yield cell, error
        for cell, name in missed if again else ():
            if name in self.names:
                begins(cell)
                error = self._run_beside_stubs(cell, cell.number in briefly)
                if cell.kind == "given":
                    self._keep_given(cell.text)
                yield cell, error

    def _keep_given(self, text: str) -> None:
        """Remember what a given cell has defined."""
        self.given.update({name: self.names[name] for name in bound_names(text) if name in self.names})
        self.completed |= completed_names(text)

    def _put_given_back(self) -> None:
        """A student's cell may remove what is given (`del np`, `%reset`): it stays available."""
        for name, value in self.given.items():
            self.names.setdefault(name, value)

    def _run_beside_stubs(self, cell: C, briefly: bool) -> BaseException | None:
        """Run one cell. A stub that was left standing below an answer does not replace it."""
        if cell.kind == "given" and (completed := completed_names(cell.text)):
            return self._run_beside_methods(cell, briefly, completed)
        if cell.kind != "own":
            return self._run(cell, briefly)
        stubs, before = stub_names(cell.text), dict(self.names)
        written = {name: self.names[name] for name in stubs & self.answered if name in self.names}
        error = self._run(cell, briefly)
        self.names.update(written)
        bound = {name for name, value in self.names.items() if before.get(name, self) is not value}
        self.answered |= bound - stubs
        self.stubs += [self.names[name] for name in bound & stubs]
        return error

    def _run_beside_methods(self, cell: C, briefly: bool, completed: Collection[str]) -> BaseException | None:
        """Run a given cell that puts answers into classes: a stub replaces no method of a class that the
        student has written as a whole.
        """
        classes = [one for name in completed if isinstance(one := self.names.get(name), type)]
        before: list[tuple[type, dict[str, Any]]] = []
        with contextlib.suppress(BaseException):  # whatever their metaclasses do
            before = [(one, dict(vars(one))) for one in classes]
        error = self._run(cell, briefly)
        with contextlib.suppress(BaseException):
            for one, members in before:
                for name, member in members.items():
                    if any(vars(one).get(name) is stub for stub in self.stubs):
                        setattr(one, name, member)
        return error

    def _run(self, cell: C, briefly: bool) -> BaseException | None:
        """Run one cell; briefly: its definitions alone. What stands behind a statement that fails is run
        nevertheless, where the cell is the student's.
        """
        name = cell_name(cell.number)
        text = prepared(cell.text, name)
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        try:
            if briefly:
                self._run_statements(definitions(self._as_python(text)), name)
            elif self.uses_ipython and cell.kind == "own":
                self._run_in_ipython(text, name)
            else:
                self.execute(cell, text, name)
        except BaseException as error:
            if cell.kind == "own":
                self._go_on(text, name, error)
            return error
        return None

    def execute(self, cell: C, text: str, name: str) -> None:
        """Run the text of a cell of Python, as it was prepared."""
        exec(compiled(text, name), self.names)

    def _go_on(self, text: str, name: str, error: BaseException) -> None:
        """Run what stands behind a statement that failed, as far as it can be run; of a cell that does not
        compile, the definitions that are whole.
        """
        with contextlib.suppress(BaseException):  # whatever the exception's own attributes do
            if isinstance(error, SyntaxError) and error.filename == name:
                self._run_statements(whole_definitions(self._as_python(text)), name)
            elif (place := place_in(error, name)) is not None:
                self._run_statements(rest_after(self._as_python(text), place), name)

    def _run_statements(self, body: list[ast.stmt], name: str) -> None:
        """Run statements one by one; one that fails costs no other."""
        for statement in body:
            with contextlib.suppress(BaseException):
                self._run_statement(statement, name)

    def _run_statement(self, statement: ast.stmt, name: str) -> None:
        """Run one statement; of a definition, without what only stands around it: what its annotations say is
        not asked for, as from Python 3.14 on, and decorators are left out whose names are missing.
        """
        code = compile(ast.Module([statement], []), name, "exec", _ANNOTATIONS_REST, dont_inherit=True)
        try:
            exec(code, self.names)
        except NameError as error:
            if not undecorated(statement, missing_name(error)):
                raise
            self._run_statement(statement, name)

    def _as_python(self, text: str) -> str:
        return str(self.shell.transform_cell(text)) if self.uses_ipython else text

    def _adopt(self) -> None:
        for kind in type(self.shell).__mro__[:2]:  # what `IPython.get_ipython` looks for
            kind._instance = self.shell  # type: ignore[attr-defined]
        self.shell.user_module = self.main
        self.shell.user_ns = self.names
        self.shell.init_user_ns()
        self.names.update({"_": "", "__": "", "___": ""})

    def _run_in_ipython(self, text: str, name: str) -> None:
        self.shell.compile.get_code_name = lambda *_: name
        result = self.shell.run_cell(text, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, SyntaxError):
            compiled(self._as_python(text), name)  # Python's own message says more than IPython's
        if error is not None:
            raise error


def stub_names(text: str) -> set[str]:
    """Names that a cell leaves bound to what was handed out in place of an answer."""
    body = _runnable(text) if "NotImplementedError" in text else []
    last = {name: is_stub(one) for one in body for name in bound_in([one])}
    return {name for name, stub in last.items() if stub}


def _runnable(text: str) -> list[ast.stmt]:
    """The statements of a cell that can be run."""
    tree = parsed(text)
    return tree.body if tree is not None else whole_definitions(text)


def cell_name(number: int) -> str:
    """The file name under which a cell's code is compiled."""
    return f"<cell {number}>"


@lru_cache(
    maxsize=512
    # own cells are looked at before they are run; given ones are compiled once, in the zygote, for all
    # submissions
)
def compiled(text: str, name: str) -> CodeType:
    """A cell as Python's code; raises what `compile` raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(text, name, "exec", dont_inherit=True)


def needs_ipython(text: str, name: str = "<cell>") -> bool:
    """Whether a cell is more than Python: magics, shell commands, top-level await, or IPython's own names."""
    text = prepared(text, name)
    try:
        code = compiled(text, name)
    except (SyntaxError, ValueError):
        return True
    except (
        RecursionError,
        MemoryError,
    ):  # an expression nested beyond what Python parses: IPython would do no better
        return False
    if not (_IPYTHON_NAMES.isdisjoint(code.co_names) and "get_ipython" not in text):
        return True
    return not _WORDS_AND_LAST.isdisjoint(code.co_names) and _speaks_to_ipython(text)


def _speaks_to_ipython(text: str) -> bool:
    """Whether a cell holds a magic word in a line of its own, or asks for the last result, `_`."""
    body = ast.parse(text).body
    alone = {s.value.id for s in body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Name)}
    names = [node for node in ast.walk(ast.Module(body, [])) if isinstance(node, ast.Name)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    asked = {node.id for node in names} & _LAST
    return bool((alone & _WORDS | asked) - stored)


def prepared(text: str, name: str) -> str:
    """A cell as it is run: without the magic at its top that only times it, without those that only concern
    display or with plain blanks where nothing else keeps it from being Python, and in this Python's grammar.
    """
    text = without_timing(text)
    try:
        compiled(text, name)
    except SyntaxError:
        for plain in (_DISPLAY.sub(r"\1pass", text), without_invisible(text)):
            if plain != text and _compiles(plain, name):
                return plain
        return for_this_python(text)
    except (ValueError, RecursionError, MemoryError):
        pass
    return text


def _compiles(text: str, name: str) -> bool:
    try:
        compiled(text, name)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def without_timing(text: str) -> str:
    """A cell without the magic at its top that only times it or keeps its output, line for line."""
    return _TIMING.sub(r"\1", text, count=1)


class _Handle:
    """What display returns where it is asked for a handle."""

    def display(self, *values: Any, **options: Any) -> None:
        """Nothing is shown."""

    update = display


def _display(*values: Any, display_id: object = None, **options: Any) -> _Handle | None:
    """Jupyter's display, without a page to display on."""
    return _Handle() if display_id else None


def _help(*topics: Any) -> None:
    """Nobody reads it when grading."""


def _goes_on(*where: object, **options: object) -> None:
    """A breakpoint that was left in an answer, and nobody at the prompt to say that it is to go on."""


def _exit(code: object = None) -> None:
    raise SystemExit(code)


def _input(prompt: object = "") -> str:
    """Nobody answers when grading."""
    print(prompt)
    return ""


def missing_name(error: BaseException | None) -> str:
    """The name that a NameError is about, or the empty text, whatever the exception's own attributes do."""
    try:
        name = error.name if isinstance(error, NameError) else None
    except BaseException:
        return ""
    return name if type(name) is str and name.isidentifier() else ""
