"""Runs the code cells of one notebook in this process: plainly where that suffices, in IPython where a
cell needs it.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import linecache
import os
import random
import re
import sys
import types
import warnings
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from autograder.inside import statements
from autograder.inside.leftovers import Leftovers
from autograder.inside.names import bound_names
from autograder.inside.newer_python import for_this_python
from autograder.inside.protocol import CellDone, CellKind, CellSource, Run
from autograder.inside.seen import Outcome

_CELL_NAME = re.compile("<cell ([0-9]{1,8})>")
_TIMING = re.compile(r"\A(\s*)%%(?:time|prun|capture)[ \t]*(?=\n)")
_IPYTHON_NAMES = frozenset({"get_ipython", "In", "Out"})
_WORDS = frozenset({"ls", "ll", "pwd", "who", "whos", "clear", "cls", "history", "lsmagic", "pylab"})
"""Words that IPython takes for magics where they stand alone in a line."""
_LAST = frozenset({"_", "__", "___", "_i", "_ii", "_ih", "_oh"})
"""What IPython keeps of earlier cells."""
_WORDS_AND_LAST = _WORDS | _LAST
_NUMPY_ERRORS = np.geterr()
_NUMPY_PRINT = np.get_printoptions()
_RECURSION = sys.getrecursionlimit()


class RunningNotebook:
    """The namespace that cells leave behind, as a fresh `__main__` module."""

    def __init__(self, shell: Any = None) -> None:
        self.main = types.ModuleType("__main__")
        self.names: dict[str, Any] = self.main.__dict__
        self.shell = shell
        self.uses_ipython = False
        self.given: dict[str, Any] = {}
        """What the given cells have defined, as they left it."""
        sys.modules["__main__"] = self.main
        builtins.display = _display  # type: ignore[attr-defined]
        builtins.input = _input
        vars(builtins).update(help=_help, exit=_exit, quit=_exit)  # which Python has from site alone

    def run(self, request: Run) -> Iterator[CellDone]:
        """Run a request's cells in order, yielding how each ended; demonstrations only where it says so."""
        cells = request.cells
        self.uses_ipython = self.shell is not None and any(
            needs_ipython(c.text, cell_name(c.number)) for c in cells if c.kind is CellKind.OWN
        )
        if self.uses_ipython:
            self._adopt()
        missed: list[tuple[CellSource, str]] = []
        for cell in cells:
            if cell.number in request.skip or (cell.kind is CellKind.DEMO and not request.demos):
                continue
            done = self._run(cell, cell.number in request.briefly)
            if cell.kind is CellKind.GIVEN:
                self._keep_given(cell)
            elif cell.kind is CellKind.OWN:
                self._put_given_back()
                if done.missing:
                    missed.append((cell, done.missing))
            yield done
        for cell, name in missed:
            if request.again and name in self.names:
                yield self._run(cell, cell.number in request.briefly)

    def _keep_given(self, cell: CellSource) -> None:
        """Remember what a given cell has defined."""
        self.given.update({name: self.names[name] for name in bound_names(cell.text) if name in self.names})

    def _put_given_back(self) -> None:
        """A student's cell may remove what is given (`del np`, `%reset`): it stays available."""
        for name, value in self.given.items():
            self.names.setdefault(name, value)

    def _run(self, cell: CellSource, briefly: bool) -> CellDone:
        """Run one cell; briefly: its definitions alone. What stands behind a statement that fails is run
        nevertheless, where the cell is the student's.
        """
        name = cell_name(cell.number)
        text = prepared(cell.text, name)
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        try:
            if briefly:
                self._run_statements(statements.definitions(self._as_python(text)), name)
            elif self.uses_ipython and cell.kind is CellKind.OWN:
                self._run_in_ipython(text, name)
            else:
                exec(compiled(text, name), self.names)
        except BaseException as error:
            done = _ended(cell.number, name, error)
            if cell.kind is CellKind.OWN:
                self._go_on(text, name, error)
            return done
        return CellDone(cell.number, Outcome.FINISHED.value)

    def _go_on(self, text: str, name: str, error: BaseException) -> None:
        """Run what stands behind a statement that failed, as far as it can be run."""
        with contextlib.suppress(BaseException):  # whatever the exception's own attributes do
            if (place := statements.place_in(error, name)) is not None:
                self._run_statements(statements.rest_after(self._as_python(text), place), name)

    def _run_statements(self, body: list[ast.stmt], name: str) -> None:
        """Run statements one by one; one that fails costs no other."""
        for statement in body:
            with contextlib.suppress(BaseException):
                exec(compile(ast.Module([statement], []), name, "exec", dont_inherit=True), self.names)

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
        if error is not None:
            raise error


def _ended(number: int, name: str, error: BaseException) -> CellDone:
    """How a cell ended that raised, whatever the exception's own methods and attributes do."""
    try:
        return CellDone(
            number, outcome_of(error).value, describe(error), line_in(error, name), missing_name(error)
        )
    except BaseException:
        return CellDone(number, Outcome.RAISED.value, "Exception")


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
    """A cell as it is run: without the magic at its top that only times it, and in this Python's grammar."""
    text = without_timing(text)
    try:
        compiled(text, name)
    except SyntaxError:
        return for_this_python(text)
    except (ValueError, RecursionError, MemoryError):
        pass
    return text


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


def _exit(code: object = None) -> None:
    raise SystemExit(code)


def _input(prompt: object = "") -> str:
    """Nobody answers when grading."""
    print(prompt)
    return ""


def outcome_of(error: BaseException) -> Outcome:
    """How code ended that raised."""
    if isinstance(error, MemoryError):
        return Outcome.OUT_OF_MEMORY
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return Outcome.EXITED
    return Outcome.RAISED


def describe(error: BaseException) -> str:
    """The exception's type and text, short, whatever its methods do.

    The place of a syntax error is told beside it, as a line.
    """
    name = builtin_name(error)
    try:
        said = error.msg if isinstance(error, SyntaxError) and type(error.msg) is str else str(error)
        text = str.__str__(said)[:300].encode("utf-8", "replace").decode("utf-8")
    except BaseException:
        text = ""
    return f"{name}: {text}" if text else name


def builtin_name(error: BaseException) -> str:
    """The name of the nearest public class of Python or NumPy: a class of the student's own could carry
    any text in its name.
    """
    for cls in type(error).__mro__:
        if (
            getattr(builtins, cls.__name__, None) is cls and not cls.__name__.startswith("_")
        ) or cls is np.linalg.LinAlgError:
            return cls.__name__
    return "Exception"


def line_in(error: BaseException, name: str) -> int:
    """The last line of the named cell in an exception's traceback, 0 where it is not in it."""
    if isinstance(error, SyntaxError) and error.filename == name:
        return error.lineno if type(error.lineno) is int and error.lineno > 0 else 0
    line, frame = 0, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == name:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def place_of(error: BaseException) -> tuple[int, int]:
    """The number and line of the deepest cell in an exception's traceback, (0, 0) where there is none."""
    place, frame = (0, 0), error.__traceback__
    while frame is not None:
        file = frame.tb_frame.f_code.co_filename
        if (found := _CELL_NAME.fullmatch(file)) is not None:
            place = (int(found[1]), frame.tb_lineno)
        frame = frame.tb_next
    return place


def missing_name(error: BaseException) -> str:
    """The name that a NameError is about, or the empty text."""
    name = getattr(error, "name", None) if isinstance(error, NameError) else None
    return name if type(name) is str and name.isidentifier() else ""


class Snapshot:
    """What cells left behind, to be put back before each probe: names, what they hold, and the settings
    that code may have changed.
    """

    def __init__(self, notebook: RunningNotebook) -> None:
        self.live = notebook.names
        self.names = dict(notebook.names)
        self.leftovers = Leftovers(self.names)
        self.folder = os.getcwd()

    def restore(self, seed: int) -> None:
        """Put everything back and seed the global generators."""
        if self.live.keys() != self.names.keys() or any(self.live[k] is not v for k, v in self.names.items()):
            self.live.clear()
            self.live.update(self.names)
        self.leftovers.put_back()
        np.seterr(**_NUMPY_ERRORS)
        if np.get_printoptions() != _NUMPY_PRINT:  # to set them takes longer than all the rest
            np.set_printoptions(**_NUMPY_PRINT)
        warnings.resetwarnings()
        warnings.simplefilter("ignore")
        sys.setrecursionlimit(_RECURSION)
        with contextlib.suppress(OSError):
            os.chdir(self.folder)
        np.random.seed(seed & 0xFFFFFFFF)
        random.seed(seed)
