"""Checks your notebook as it will stand when it is graded: from a clean start, from top to bottom, question by question.

    in a cell      import check_notebook; check_notebook.run()            save the notebook first
    in a terminal  python check_notebook.py [NOTEBOOK] [--all]            --all: training and demonstrations too

Everything happens on this computer, in a Python of its own that knows nothing of your session. The checks are the visible ones of the
notebook; the hidden ones are not here. The status is 0 when nothing is left to do, 1 when something is, 2 when nothing could be checked:
there is no such notebook, or this Python is too old for it.
"""
from __future__ import annotations

import ast
import builtins
import contextlib
import difflib
import functools
import importlib.metadata
import importlib.util
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import types
import warnings
from pathlib import Path

import ast
import contextlib
import functools
import re
import sys
import warnings
from typing import Any

_TOKEN = re.compile(r"#[^\n]*|(?<![\w])(?P<prefix>[A-Za-z]{0,2})(?P<quote>\"\"\"|'''|\"|')")
_EXCEPTIONS = re.compile(r"^([ \t]*except[ \t]+)([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)(?=[ \t]*:)", re.M)
_PARAMETERS = re.compile(
    r"^([ \t]*(?:(?:async[ \t]+)?def|class|type)[ \t]+\w+)\[((?:[^][\n]|\[[^][\n]*\])*)\]", re.M
)
_BOUND = re.compile(r"\([^()]*\)|\[[^][]*\]")
_ALIAS = re.compile(r"^([ \t]*)type[ \t]+(?=\w+[ \t]*=)", re.M)
_ANNOTATED = re.compile(
    r"^[ \t]*(?:async[ \t]+)?def\b(?:(?:[^\n]*\n){0,20}?[^\n]*:[ \t]*(?:#[^\n]*)?$|[^\n]*$)"
    r"|^[ \t]+\w+[ \t]*:[^\n]*$|^[ \t]*type\b[^\n]*$",
    re.M,
)
"""What is said of types: the heads of functions, of 20 lines at most, a class's annotated names, aliases."""
_MOST_PARAMETERS = 50


def for_this_python(text: str, version: tuple[int, ...] = sys.version_info[:2]) -> str:
    """The cell as this Python takes it, line for line, as far as its grammar is only another spelling."""
    if version < (3, 14):
        text = _EXCEPTIONS.sub(r"\1(\2)", text)
    if version < (3, 12):
        text = _without_type_parameters(_with_three_quotes(text))
    return text


def _without_type_parameters(text: str) -> str:
    """The cell with plain assignments for aliases, and `object` for each type that is a parameter."""
    listed = [part for found in _PARAMETERS.finditer(text) for part in _BOUND.sub("", found[2]).split(",")]
    names = {found[0] for part in listed if (found := re.match(r"\w+", part.strip(" *")))}
    text = _PARAMETERS.sub(r"\1", text)
    if 0 < len(names) <= _MOST_PARAMETERS:
        types = re.compile(rf"(?<![\w.])(?:{'|'.join(names)})\b")
        text = _ANNOTATED.sub(lambda found: types.sub("object", found[0]), text)
    return _ALIAS.sub(r"\1", text)


def _with_three_quotes(text: str) -> str:
    """The cell with three quotes around each f-string whose braces hold its own."""
    made, at = [], 0
    while (found := _TOKEN.search(text, at)) is not None:
        made.append(text[at : found.start()])
        quote, prefix = found["quote"], found["prefix"] or ""
        if quote is None:  # a comment
            at = found.end()
            made.append(found[0])
            continue
        formatted = "f" in prefix.lower()
        at = _end(text, found.end(), quote, formatted)
        inside = text[found.end() : at - len(quote)]
        wide = formatted and len(quote) == 1 and quote in inside and "\n" not in inside
        marks = quote * 3 if wide else quote
        inside = _without_escapes(inside) if formatted and "\\" in inside else inside
        made.append(f"{prefix}{marks}{inside}{marks}")
    return "".join([*made, text[at:]])


def _without_escapes(inside: str) -> str:
    """The inside of an f-string, in whose braces each string that holds a backslash is put together anew."""
    made, at, depth = [], 0, 0
    while at < len(inside):
        step = 2 if inside[at] == "\\" or (inside.startswith(("{{", "}}"), at) and not depth) else 1
        found = _TOKEN.match(inside, at) if depth > 0 else None
        if step == 1:
            depth += {"{": 1, "}": -1}.get(inside[at], 0)
        if found is None or not found["quote"] or "f" in (found["prefix"] or "").lower():
            made.append(inside[at : at + step])
            at += step
            continue
        end = _end(inside, found.end(), found["quote"], False)
        made.append(_by_numbers(inside[at:end]))
        at = end
    return "".join(made)


def _by_numbers(string: str) -> str:
    """A string as an expression that needs neither quotes nor backslashes, where it holds a backslash."""
    try:
        value = ast.literal_eval(string) if "\\" in string else None
    except (SyntaxError, ValueError):
        return string
    return f"str().join(map(chr, {[*map(ord, value)]}))" if isinstance(value, str) else string


def _end(text: str, at: int, quote: str, formatted: bool) -> int:
    """Where a string ends that has begun with this quote; in an f-string braces may hold strings."""
    depth = 0
    while at < len(text):
        if text[at] == "\\" or (formatted and text.startswith(("{{", "}}"), at) and not depth):
            at += 2
        elif formatted and text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
            at += 1
        elif depth > 0 and (found := _TOKEN.match(text, at)) is not None and found["quote"]:
            at = _end(text, found.end(), found["quote"], "f" in (found["prefix"] or "").lower())
        elif text.startswith(quote, at):
            return at + len(quote)
        else:
            at += 1
    return at


def names_gone_from(np: Any) -> dict[str, Any]:
    """Names that NumPy 1 had and NumPy 2 has not, with what they were; np is the module."""
    return {
        "Inf": np.inf,
        "Infinity": np.inf,
        "infty": np.inf,
        "PINF": np.inf,
        "NINF": -np.inf,
        "NaN": np.nan,
        "NAN": np.nan,
        "NZERO": -0.0,
        "PZERO": 0.0,
        "float": float,
        "int": int,
        "bool": bool,
        "object": object,
        "str": str,
        "complex": complex,
        "float_": np.float64,
        "complex_": np.complex128,
        "cfloat": np.complex128,
        "singlecomplex": np.complex64,
        "string_": np.bytes_,
        "unicode_": np.str_,
        "round_": np.round,
        "product": np.prod,
        "cumproduct": np.cumprod,
        "sometrue": np.any,
        "alltrue": np.all,
        "row_stack": np.vstack,
        "msort": functools.partial(np.sort, axis=0),
        "asfarray": functools.partial(np.asarray, dtype=np.float64),
        "issubsctype": np.issubdtype,
        "mat": np.asmatrix,
        "trapz": lambda y, x=None, dx=1.0, axis=-1: np.trapezoid(y, x, dx, axis),
        "in1d": lambda ar1, ar2, *more, **options: np.isin(np.ravel(ar1), ar2, *more, **options),
    }


def restore_numpy_names() -> None:
    """Let the names answer that are gone from NumPy: a notebook written for an earlier one is right still."""
    with contextlib.suppress(ImportError):
        import numpy as np

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy 1 warns of its own
            for name, value in names_gone_from(np).items():
                if not hasattr(np, name):
                    setattr(np, name, value)


import ast
import re
from functools import lru_cache


_SHELL_LINE = re.compile(r"^(\s*)(?:[%!?]|[\w, \t]+=\s*[%!]).*$", re.M)


def without_magics(text: str) -> str:
    """A cell's text, line for line, with `pass` where it has magics and shell lines."""
    return _SHELL_LINE.sub(r"\1pass", text)


_INVISIBLE = {0xA0: " ", 0x202F: " ", 0x3000: " ", 0x200B: None, 0x200C: None, 0x2060: None, 0xFEFF: None}
"""Characters that come with a copied text and look like blanks or like nothing."""


def without_invisible(text: str) -> str:
    """A cell's text, line for line, with plain blanks only."""
    return text.translate(_INVISIBLE)


def parsed(text: str) -> ast.Module | None:
    """A cell as Python's tree, where magics and shell lines are passed over; None where it is no Python."""
    for change in (str, without_magics, _without_both, lambda text: for_this_python(_without_both(text))):
        try:
            return ast.parse(change(text))
        except (SyntaxError, ValueError):
            continue
        except (RecursionError, MemoryError):
            return None
    return None


def _without_both(text: str) -> str:
    return without_magics(without_invisible(text))


@lru_cache(maxsize=512)  # what all submissions share is read once
def bound_names(text: str) -> frozenset[str]:
    """Names that a cell binds at its top level, read from its text; empty where it does not parse."""
    tree = parsed(text)
    return bound_in(tree.body) if tree is not None else frozenset()


def bound_in(statements: list[ast.stmt]) -> frozenset[str]:
    """Names that statements bind at their top level."""
    names: set[str] = set()
    waiting: list[ast.AST] = list(statements)
    local = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, local):  # what is local to them is not bound
            waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
    return frozenset(names)


@lru_cache(maxsize=512)
def completed_names(text: str) -> frozenset[str]:
    """Names into which a cell puts an attribute: `Model.forward = forward` completes Model."""
    tree = parsed(text)
    targets = [t for s in (tree.body if tree else ()) if isinstance(s, ast.Assign) for t in s.targets]
    owners = [target.value for target in targets if isinstance(target, ast.Attribute)]
    return frozenset(owner.id for owner in owners if isinstance(owner, ast.Name))


import ast
import itertools  # pairwise is asked for where it is needed: an older Python is told so in a sentence
import re
from collections.abc import Iterator
from types import TracebackType

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DEFINES = (*_DEFINITIONS, ast.Import, ast.ImportFrom)
_PLAIN_VALUES = (
    ast.Constant,
    ast.Name,
    ast.Attribute,
    ast.UnaryOp,
    ast.BinOp,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.Subscript,
    ast.Slice,
    ast.Lambda,
    ast.operator,
    ast.unaryop,
    ast.expr_context,
)
_STRING = re.compile(
    r"#[^\n]*|(\"{3}|'{3})(?:\\.|(?!\1).)*(?:\1|\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S
)
"""A comment or a text; one in three quotes that is not closed goes on to the end."""
_STARTS = re.compile(r"(?:def|class|async\s+def|import|from)\b|@")
_CONTINUES = re.compile(r"[\s)\]}#]|(?:else|elif|except|finally)\b|$")


def place_in(error: BaseException, name: str) -> tuple[int, int] | None:
    """Line and column (in bytes) of the statement of the named cell that an exception has come through."""
    frame: TracebackType | None = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        if code.co_filename == name and code.co_name.startswith(("<module>", "<cell line")):
            if not hasattr(code, "co_positions") or frame.tb_lasti < 0:  # before Python 3.11
                return frame.tb_lineno, 0
            line, _, column, _ = list(code.co_positions())[frame.tb_lasti // 2]
            return (line or frame.tb_lineno, column or 0)
        frame = frame.tb_next
    return None


def rest_after(text: str, place: tuple[int, int]) -> list[ast.stmt]:
    """The statements of a cell behind the one at this place; with it, where it is a definition."""
    body = ast.parse(text).body
    for index, statement in enumerate(body):
        if place <= (statement.end_lineno or 0, statement.end_col_offset or 0):
            return body[index if isinstance(statement, _DEFINITIONS) else index + 1 :]
    return []


def undecorated(statement: ast.stmt, name: str) -> bool:
    """Take from a definition the decorators that use a name; returns whether there are any."""
    if not isinstance(statement, _DEFINITIONS):
        return False
    kept = [d for d in statement.decorator_list if not _uses(d, name)]
    fewer = len(kept) < len(statement.decorator_list)
    statement.decorator_list = kept
    return fewer


def _uses(expression: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(expression))


def is_stub(statement: ast.AST) -> bool:
    """Whether a function raises NotImplementedError and does nothing else, as it was handed out; of a class,
    every method but a constructor, which may be given.
    """
    if not isinstance(statement, _DEFINITIONS):
        return False
    body = statement.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):  # its docstring
        body = body[1:]
    if isinstance(statement, ast.ClassDef):
        methods = [one for one in body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
        return any(map(is_stub, methods)) and all(m.name == "__init__" or is_stub(m) for m in methods)
    if len(body) != 1 or not isinstance(body[0], ast.Raise):
        return False
    raised = body[0].exc.func if isinstance(body[0].exc, ast.Call) else body[0].exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def definitions(text: str) -> list[ast.stmt]:
    """What of a cell defines its names and computes nothing: imports, functions, plain assignments."""
    return [statement for statement in ast.parse(text).body if _only_defines(statement)]


def whole_definitions(text: str) -> list[ast.stmt]:
    """What of a cell that does not compile defines names and is whole. A function is, where its last
    statement is a return or where another definition comes next: nothing of it can have been cut off.
    """
    pieces, found = list(_pieces(text)), []
    for index, (line, piece) in enumerate(pieces):
        try:
            body = ast.parse("\n" * line + piece).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        followed = index + 1 == len(pieces) or bool(_STARTS.match(pieces[index + 1][1]))
        found += [s for s in body if _only_defines(s) and (followed or not _may_go_on(s))]
    return found


def _may_go_on(statement: ast.stmt) -> bool:
    """Whether what follows in the text could have been meant to be part of a definition."""
    compound = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    return compound and not isinstance(statement.body[-1], ast.Return)  # type: ignore[attr-defined]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """A cell cut before each line that begins a statement, decorators with what they decorate: how many
    lines stand above, and the piece.
    """
    within = {
        line
        for match in _STRING.finditer(text)
        for line in range(text.count("\n", 0, match.start()) + 1, text.count("\n", 0, match.end()) + 1)
    }
    lines = text.split("\n")
    begin = [n for n, line in enumerate(lines) if n not in within and not _CONTINUES.match(line)]
    decorated = {below for above, below in itertools.pairwise(begin) if lines[above].startswith("@")}
    starts = [n for n in begin if n not in decorated]
    for start, end in itertools.pairwise([*starts, len(lines)]):
        yield start, "\n".join(lines[start:end])


def _only_defines(statement: ast.stmt) -> bool:
    if isinstance(statement, _DEFINES):
        return True
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        value = statement.value
        return value is None or _is_plain(value)
    return False


def _is_plain(value: ast.expr) -> bool:
    """Whether a value is written down rather than computed: a lambda's body does not run."""
    if isinstance(value, ast.Lambda):
        return True
    return isinstance(value, _PLAIN_VALUES) and all(
        _is_plain(part) if isinstance(part, ast.expr) else isinstance(part, _PLAIN_VALUES)
        for part in ast.iter_child_nodes(value)
    )


import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any

# ---- modules


class _Bar:
    """A progress bar around an iterable, or one that is moved on by hand, without the bar."""

    def __init__(self, iterable: Iterable[Any] = (), *values: Any, **options: Any) -> None:
        self.iterable, self.n, self.total = iterable, 0, options.get("total")

    def __iter__(self) -> Iterator[Any]:
        return iter(self.iterable)

    def __len__(self) -> int:
        return len(self.iterable)  # type: ignore[arg-type]

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is closed."""

    def update(self, n: Any = 1) -> None:
        """Move on by n."""
        self.n += n

    def _nothing(self, *values: Any, **options: Any) -> None:
        """Nothing is shown."""

    set_description = set_postfix = set_description_str = set_postfix_str = _nothing
    close = refresh = reset = clear = display = _nothing

    @staticmethod
    def write(*values: Any, **options: Any) -> None:
        """Nothing is shown."""

    @classmethod
    def pandas(cls, *values: Any, **options: Any) -> None:
        """pandas gets no bars."""


def _bars(*numbers: int, **options: Any) -> _Bar:
    return _Bar(range(*numbers))


def _track(sequence: Iterable[Any], *values: Any, **options: Any) -> Iterable[Any]:
    return sequence


def _decorator(*given: Any, **options: Any) -> Any:
    """A decorator that leaves the function as it is, written with or without options or a signature."""
    if len(given) == 1 and not options and callable(given[0]) and not isinstance(given[0], (type, _Type)):
        return given[0]
    return lambda function: function


class _Type:
    """A type of numba's in a function's signature, `float64[:, :](float64)`, which only speeds it up."""

    def __getitem__(self, axes: Any) -> _Type:
        return self

    def __call__(self, *arguments: Any) -> _Type:
        return self


def _given_back(*values: Any) -> Any:
    return values[0] if len(values) == 1 else values or None


def _does_nothing(*values: Any, **options: Any) -> None:
    """What concerns the student's own computer."""


class _InOrder:
    """joblib's Parallel, one task after another."""

    def __init__(self, *values: Any, **options: Any) -> None:
        pass

    def __call__(self, tasks: Iterable[Any]) -> list[Any]:
        return [function(*args, **kwargs) for function, args, kwargs in tasks]

    def __enter__(self) -> _InOrder:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is closed."""


def _delayed(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: (function, args, kwargs)


class _Nothing(str):
    """What there is of Colab's page, of a log or of a sound when grading: an empty text, whatever is asked of
    it or done with it. A function that it decorates stays as it is.
    """

    def __call__(self, *values: Any, **options: Any) -> Any:
        decorates = len(values) == 1 and not options and isinstance(values[0], types.FunctionType)
        return values[0] if decorates else self

    def __getattr__(self, name: str) -> _Nothing:
        if name.startswith("__"):  # Python's own, which it asks for to see what a value can do
            raise AttributeError(name)
        return self

    def __enter__(self) -> _Nothing:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is closed."""


_COLAB = "google.colab"
_LOGS = ("wandb", "mlflow", "neptune", "comet_ml", "clearml", "tensorboardX", "livelossplot", "loguru")
_QUIET = {*_LOGS, "pysnooper", "snoop", "ipdb", "pudb", "termcolor", "colorama", "winsound", "beepy"}
"""Modules that only log, show or sound: nobody looks or listens when grading."""
_BARS = {"tqdm": _Bar, "trange": _bars, "tqdm_notebook": _Bar, "tnrange": _bars}
_NUMBERS = ("boolean", "void", "int32", "int64", "uint8", "float32", "float64", "complex64", "complex128")
_COMPILERS = (
    dict.fromkeys(("njit", "jit"), _decorator)
    | {"prange": range}
    | {name: _Type() for name in _NUMBERS}
    | {"types": types.SimpleNamespace(**{name: _Type() for name in _NUMBERS})}
)
_MODULES: dict[str, dict[str, Any]] = {
    "tqdm": _BARS,
    "tqdm.auto": _BARS,
    "tqdm.notebook": _BARS,
    "tqdm.autonotebook": _BARS,
    "tqdm.std": _BARS,
    "tqdm_notebook": _BARS,
    "fastprogress": {"progress_bar": _track, "master_bar": _track},
    "fastprogress.fastprogress": {"progress_bar": _track, "master_bar": _track},
    "rich": {"print": print},
    "rich.progress": {"track": _track},
    "numba": _COMPILERS,
    "line_profiler": {"profile": _decorator},
    "memory_profiler": {"profile": _decorator},
    "typeguard": {"typechecked": _decorator},
    "beartype": {"beartype": _decorator},
    "icecream": {"ic": _given_back, "install": _does_nothing},
    "nest_asyncio": {"apply": _does_nothing},
    "joblib": {"Parallel": _InOrder, "delayed": _delayed, "cpu_count": lambda: 1},
    "google": {},
}


class _Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds a stand-in for a module that is not here, or is to be taken for absent."""

    def __init__(self, present: Container[str] = ()) -> None:
        self.present = present

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not has_standin(name) or (name.partition(".")[0] in self.present and not _is_colab(name)):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def exec_module(self, module: types.ModuleType) -> None:
        if _is_quiet(module.__name__):
            vars(module)["__getattr__"] = _Nothing().__getattr__
        vars(module).update(_MODULES.get(module.__name__, {}))


def has_standin(name: str) -> bool:
    """Whether a module has a stand-in where it is absent."""
    return name in _MODULES or _is_quiet(name)


def _is_quiet(name: str) -> bool:
    return _is_colab(name) or name.partition(".")[0] in _QUIET


def _is_colab(name: str) -> bool:
    return name == _COLAB or name.startswith(f"{_COLAB}.")


def install_standins(present: Container[str] | None = None) -> None:
    """Put the stand-ins in place, for whoever asks for what they stand for.

    present: modules that have none. Without it, that is every module which can be imported here.
    """
    if present is None:
        sys.meta_path.append(_Absent())
    else:
        sys.meta_path.insert(0, _Absent(present))


import multiprocessing.dummy as threads
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from typing import Any


class _OnePool:
    """multiprocessing's Pool, in this process."""

    def __init__(
        self, processes: Any = None, initializer: Any = None, initargs: Any = (), *more: Any, **options: Any
    ) -> None:
        if initializer is not None:
            initializer(*initargs)

    def __enter__(self) -> _OnePool:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is closed."""

    def apply(self, func: Callable[..., Any], args: Any = (), kwds: Any = None) -> Any:
        return func(*args, **(kwds or {}))

    def map(self, func: Callable[..., Any], iterable: Iterable[Any], chunksize: Any = None) -> list[Any]:
        return [func(item) for item in iterable]

    def imap(self, func: Callable[..., Any], iterable: Iterable[Any], chunksize: Any = None) -> Any:
        return map(func, iterable)

    imap_unordered = imap

    def starmap(self, func: Callable[..., Any], iterable: Iterable[Any], chunksize: Any = None) -> Any:
        return [func(*items) for items in iterable]

    def apply_async(
        self, func: Callable[..., Any], args: Any = (), kwds: Any = None, *then: Any, **named: Any
    ) -> _Ready:
        return _Ready(lambda: self.apply(func, args, kwds), *then, **named)

    def map_async(
        self,
        func: Callable[..., Any],
        iterable: Iterable[Any],
        chunksize: Any = None,
        *then: Any,
        **named: Any,
    ) -> _Ready:
        return _Ready(lambda: self.map(func, iterable), *then, **named)

    def starmap_async(
        self,
        func: Callable[..., Any],
        iterable: Iterable[Any],
        chunksize: Any = None,
        *then: Any,
        **named: Any,
    ) -> _Ready:
        return _Ready(lambda: self.starmap(func, iterable), *then, **named)

    def close(self) -> None:
        """Nothing is closed."""

    join = terminate = close


class _Ready:
    """The result of a task that has been run already, or what it raised."""

    def __init__(self, task: Callable[[], Any], callback: Any = None, error_callback: Any = None) -> None:
        self._future = _ran(task)
        error = self._future.exception()
        told = callback if error is None else error_callback
        if told is not None:
            told(self._future.result() if error is None else error)

    def get(self, timeout: Any = None) -> Any:
        return self._future.result()

    def wait(self, timeout: Any = None) -> None:
        """It is there."""

    def ready(self) -> bool:
        return True

    def successful(self) -> bool:
        return self._future.exception() is None


class _OneExecutor(Executor):
    """concurrent.futures' ProcessPoolExecutor, in this process."""

    def __init__(
        self,
        max_workers: Any = None,
        mp_context: Any = None,
        initializer: Any = None,
        initargs: Any = (),
        **more: Any,
    ) -> None:
        if initializer is not None:
            initializer(*initargs)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return _ran(lambda: fn(*args, **kwargs))


def _ran(task: Callable[[], Any]) -> Future[Any]:
    """A task that has been run, with what it returned or raised."""
    future: Future[Any] = Future()
    try:
        future.set_result(task())
    except Exception as error:
        future.set_exception(error)
    return future


class _OneManager:
    """multiprocessing's Manager: what it hands out is shared in one process anyway."""

    def __enter__(self) -> _OneManager:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is closed."""

    def __getattr__(self, name: str) -> Any:
        return getattr(threads, name)

    def start(self, *values: Any) -> None:
        """It is there."""

    shutdown = join = start


def use_one_process() -> None:
    """Put the stand-ins in place of what starts processes: multiprocessing, concurrent.futures."""
    import concurrent.futures.process
    import multiprocessing.pool

    made = {name: getattr(threads, name) for name in ("Process", "Queue", "JoinableQueue", "Pipe")}
    made |= {"Pool": _OnePool, "Manager": _OneManager, "SimpleQueue": threads.Queue}
    vars(multiprocessing).update(made, get_context=lambda method=None: multiprocessing)
    vars(multiprocessing.pool).update(Pool=_OnePool, ThreadPool=_OnePool)
    for package in (concurrent.futures, concurrent.futures.process):
        vars(package)["ProcessPoolExecutor"] = _OneExecutor


import re
from functools import partial
from typing import Any


def load_ipython() -> None:
    """Import what `make_shell` is made of, which takes a good part of a second."""
    import IPython.core.interactiveshell  # noqa: F401


_OTHER_LANGUAGES = (
    "bash",
    "sh",
    "script",
    "system",
    "sx",
    "perl",
    "ruby",
    "javascript",
    "html",
    "svg",
    "latex",
    "markdown",
)
"""Cell magics whose cell is no Python."""


def make_shell() -> Any:
    """An IPython shell without history, threads, rendering or child processes; None where IPython is
    missing.
    """
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    class QuietPublisher(DisplayPublisher):
        def publish(self, *args: Any, **kwargs: Any) -> None:
            pass

    class Shell(InteractiveShell):
        def enable_gui(self, gui: Any = None) -> None:
            pass

        def enable_matplotlib(self, gui: Any = None) -> Any:
            return gui, "agg"

        def enable_pylab(self, gui: Any = None, import_all: bool = True, *args: Any, **kwargs: Any) -> Any:
            from IPython.core.pylabtools import import_pylab

            names: dict[str, Any] = {}
            import_pylab(names, import_all)
            self.user_ns.update(names)
            return "agg", "agg", {}

        def system(self, command: str) -> None:
            _not_run(f"!{command}")

        system_piped = system_raw = system

        def getoutput(self, command: str, *args: Any, **kwargs: Any) -> list[str]:
            _not_run(f"!{command}")
            return []

        def showtraceback(self, *args: Any, **kwargs: Any) -> None:
            pass

        def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
            pass

        def _format_exception_for_storage(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
            """For a history that nobody reads; the frames of a deep recursion would take seconds."""
            return {}

    HistoryManager.enabled = False
    shell = Shell(display_pub_class=QuietPublisher)
    shell.displayhook.write_output_prompt = shell.displayhook.write_format_data = lambda *a, **k: None
    for magic in _DO_NOTHING:
        shell.register_magic_function(lambda line, _name=magic: _not_run(f"%{_name} {line}"), "line", magic)
    for magic in _RUN_ONCE:
        once = partial(_once, shell, magic in _KEEPS_NAMES)
        shell.register_magic_function(
            lambda line, cell=None, _once=once: _once(line, cell), "line_cell", magic
        )
    _forgive_extensions(shell)
    for magic in _OTHER_LANGUAGES:
        shell.register_magic_function(lambda line, cell, _name=magic: _not_run(f"%%{_name}"), "cell", magic)
    return shell


def nobody_answers(prompt: object = "") -> str:
    """`input` of a kernel that nobody sits in front of."""
    from IPython.core.error import StdinNotImplementedError

    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def _not_run(what: str) -> None:
    print(f"(not run when grading: {what[:80]})")


_DO_NOTHING = (
    *("pip", "conda", "mamba", "uv", "sx", "system", "sc"),
    *("cd", "ls", "ll", "mkdir", "rm", "rmdir", "cp", "mv", "cat", "man", "less", "more", "clear", "cls"),
)
"""What concerns the student's computer: files elsewhere, packages, the screen."""
_RUN_ONCE = ("timeit", "prun", "lprun", "memit", "mprun")
"""What measures code, by running it many times or with tools that are not here."""
_KEEPS_NAMES = ("prun", "lprun", "mprun")
"""Those that run code once, among the notebook's own names: the others keep none in Jupyter either."""


_OPTIONS = re.compile(r"(?:\s*-(?:[nrpflsTDum]\s*\S+|[oqvtcg]+)(?=\s|$))*\s*")


def _once(shell: Any, keeps: bool, line: str, cell: str | None) -> None:
    """Run what was to be measured once, among the notebook's names where the magic does, or a copy."""
    text = line[_OPTIONS.match(line).end() :]  # type: ignore[union-attr]
    names = shell.user_ns if keeps else {**shell.user_ns}
    exec(shell.transform_cell("\n".join(filter(None, (text, cell)))), names)


def _forgive_extensions(shell: Any) -> None:
    """An extension that is not here is left out: a cell does not end with it."""
    load = shell.extension_manager.load_extension

    def load_extension(name: str) -> Any:
        try:
            return load(name)
        except ImportError:
            _not_run(f"%load_ext {name}")
            return None

    shell.extension_manager.load_extension = load_extension


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


import ast
import re
import textwrap
from functools import lru_cache


_SHOWS = {"print", "display", "Markdown", "HTML", "Latex", "Math", "IPython"}
_ONLY_SHOWS = (
    *(ast.Assign, ast.Expr, ast.Call, ast.keyword, ast.Name, ast.Attribute, ast.Constant, ast.BinOp),
    *(ast.operator, ast.expr_context, ast.List, ast.Tuple, ast.Dict),
)
"""What a cell is made of that does nothing but show or keep texts."""
_TEXTS = (ast.Call, ast.Constant, ast.JoinedStr, ast.BinOp, ast.List, ast.Tuple)
_PROSE_MAGIC = re.compile(r"\s*%%(?:markdown|latex|html|writefile[ \t][^\n]*\.(?:md|txt)[ \t]*$)", re.M)
_ECHO = re.compile(r"^[ \t]*!echo[ \t]", re.M)
_SENTENCE = re.compile(r"\b(?:[^\W\d_]{1,40}[,;:]? ){3}[^\W\d_]|[\u3040-\u30ff\u3400-\u9fff]{6}")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\S+")
"""A word; where a script puts nothing between words, a sign."""
_CODE = re.compile(
    r"[ \t]*(?:(?:pip|conda|git|cd|python|jupyter)\b"
    r"|(?:def|class|for|while|if|elif|with|import|from|return|print|assert|raise)\b[^\n]*[(:=.])"
)
_ENOUGH_WORDS = 5
"""So many words at least, or a full stop at its end, make a text that code keeps or prints an answer."""
_MANY_WORDS, _WORDS_A_VALUE = 12, 4
"""So many words make a text an answer that stands among code which computes, or is told with values in it: so
many in all, and so many more for each value. A note of how far a training has come has fewer.
"""
_SAYS_NOTHING = re.compile(
    r"\A\s*<span\b[^>]{0,300}>[^\n]{0,300}papermill.*|<a\b[^>]{0,300}>.{0,300}?</a>"
    r"|\[!\[[^]]{0,300}\]\([^)]{0,300}\)\]\([^)]{0,300}\)|<(?!img\b)[^>]{0,300}>"
    r"|&nbsp;|^[ \t]*(?:[-*_][ \t]*){3,}$|^#{1,6}[ \t]+(?:\S+[ \t]+)?\S+[ \t]*$",
    re.S | re.M,
)
"""What programs and students put between cells: links to where a notebook is opened, a note of what stopped
there, rules, headings of a word or two. Each part has a bound, since a student may write anything.
"""
_HEADS = (
    re.compile(r"^[ \t]*#{1,6}[ \t]+\S", re.M),
    re.compile(r"^[ \t]*(?:\*\*|__)[^\s*_][^*_\n]{0,80}(?:\*\*|__)", re.M),
    re.compile(
        r"^[ \t*_#>(-]{0,12}(?:[^\W\d_]{1,10}[ \t]{0,2})?(?:\d{1,2}|[a-h]|i{1,3})[ \t*_]{0,4}[.):](?!\d)",
        re.M | re.I,
    ),
)
"""How a part of an answer begins that has a title: a heading, words in bold type, a number or a letter."""
_RULE = re.compile(r"(?<=\n)[ \t]{0,3}(?:[-*_][ \t]?){3,80}(?=\n)")
_LETTERS = re.compile(r"[^\W_]+")
_LONG_WORD = re.compile(r"[^\W\d_]{6,40}")
_SHARED_WORDS = 4
"""So many longer words of a question, which another does not have, in one paragraph speak of it."""
_MOST_TO_LOOK_AT = 2000
"""A text of more characters says something."""


@lru_cache(maxsize=2048)  # most of a notebook's cells are those of all others
def plain(text: str) -> str:
    """A text without what front ends change when they save: trailing blanks and line ends."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()


def prose_in(text: str, is_code: bool) -> str:
    """What a cell of the student's own says in words; empty where it says nothing, or is code that does
    something.
    """
    if not is_code:
        short = len(text) <= _MOST_TO_LOOK_AT
        return "" if short and not _SAYS_NOTHING.sub("", text).strip() else text
    if _PROSE_MAGIC.match(text):
        return text
    tree = parsed(_ECHO.sub("# ", text))
    if tree is None:
        return text if _is_no_python(text) else ""
    if not tree.body:
        return "" if _is_code_that_rests(_ECHO.sub("# ", text)) else text
    body = [one for one in tree.body if not _brings_display(one)]
    return text if _says(body) or any(map(_says_much, body)) else ""


def _is_no_python(text: str) -> bool:
    """Whether a cell that does not compile is a text, in a cell that was left one of code."""
    lines = [line for line in text.split("\n") if line.strip()]
    words = [line for line in lines if _SENTENCE.search(line) and not _CODE.match(line)]
    return 2 * len(words) >= len(lines) and _words(text) >= _ENOUGH_WORDS


def _words(text: str) -> int:
    return len(_WORD.findall(text))


def _is_code_that_rests(text: str) -> bool:
    """Whether comments are statements that were made comments, or a word or two, and no answer."""
    said = "\n".join(re.sub(r"^[ \t]*#+ ?", "", line) for line in text.splitlines())
    if _words(said) < 3 and not said.rstrip().endswith("."):
        return True
    tree = parsed(said)
    words = (ast.Name, ast.Compare, ast.Constant, ast.BoolOp)
    return tree is not None and not any(isinstance(getattr(s, "value", None), words) for s in tree.body)


def _brings_display(statement: ast.stmt) -> bool:
    """Whether a statement imports what shows a text."""
    if isinstance(statement, ast.Import):
        return all(alias.name.startswith("IPython") for alias in statement.names)
    return isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("IPython")


def _says(body: list[ast.stmt]) -> bool:
    """Whether statements do nothing but show or keep texts, and these say something: a title, a label or a
    note of progress does not.
    """
    kept, printing, texts, told = set(_SHOWS), {"print"}, [], False
    for statement in body:
        if isinstance(statement, ast.FunctionDef) and _hands_on(statement):
            kept.add(statement.name)
            printing |= set() if _named(statement) & _SHOWS - {"print"} else {statement.name}
            continue
        nodes = list(ast.walk(statement))
        if not all(isinstance(node, _ONLY_SHOWS) for node in nodes):
            return False
        names = _named(statement)
        strings = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        if isinstance(statement, ast.Assign):
            kept |= names if strings else set()
        if not names <= kept or not (strings or "print" in names or names - _SHOWS):
            return False
        texts += strings
        told = told or (
            isinstance(statement, ast.Expr) and bool(strings) and not (names and names <= printing)
        )
    text = " ".join(texts)
    enough = _words(text) >= _ENOUGH_WORDS and any(_words(part) > 2 for part in texts)  # and no list of names
    return told or enough or text.rstrip().endswith(".")


def _hands_on(function: ast.FunctionDef) -> bool:
    """Whether a function only shows what it is given."""
    parts = (*_ONLY_SHOWS, ast.Return, ast.JoinedStr, ast.FormattedValue)
    nodes = [node for one in function.body if not _brings_display(one) for node in ast.walk(one)]
    own = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return all(isinstance(node, parts) for node in nodes) and names <= own | _SHOWS and bool(names & own)


def _named(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _says_much(statement: ast.stmt) -> bool:
    """Whether a statement shows, keeps or returns a text of many words, whatever the cell does besides."""
    if isinstance(statement, ast.With) or (isinstance(statement, ast.FunctionDef) and _only_tells(statement)):
        return any(map(_says_much, statement.body))
    value = statement.iter if isinstance(statement, ast.For) else getattr(statement, "value", None)
    if not isinstance(value, _TEXTS) or (isinstance(value, ast.Call) and not _may_show(value.func)):
        return False
    nodes = list(ast.walk(value))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    values = sum(isinstance(node, ast.Name) and id(node) not in called for node in nodes)
    parts = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    text = " ".join(parts)
    enough = _words(text) >= _MANY_WORDS + _WORDS_A_VALUE * values and any(map(_SENTENCE.search, parts))
    return enough and parsed(textwrap.dedent(text)) is None and _is_no_python(text)


def _only_tells(function: ast.FunctionDef) -> bool:
    """Whether a function does nothing but return or hold a text."""
    return all(
        isinstance(one, (ast.Return, ast.Pass))
        or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in function.body
    )


def _may_show(called: ast.expr) -> bool:
    """Whether what is called shows or keeps a text, for all that one can see: a function by its name, one of
    IPython's, or a file's.
    """
    known = _SHOWS | {"write"}
    return isinstance(called, ast.Name) or (isinstance(called, ast.Attribute) and called.attr in known)


def may_answer(text: str, asked: str, other: str, name: str) -> bool:
    """Whether an answer may be one to another question as well: it has more parts than its own question asks
    for, one begins with the other's name or title, or a paragraph is full of the other's words.

    asked, other: what the two questions say; name: the other's id.
    """
    if any(here > max(1, there) for here, there in zip(_parts(text), _parts(asked), strict=True)):
        return True
    titles = [line.lstrip("# 0123456789.") for line in other.split("\n") if line.startswith("#")]
    names = {" ".join(_LETTERS.findall(title.lower())) for title in (name, *titles)}
    lines = [" ".join(_LETTERS.findall(line[:200].lower())) for line in text.split("\n")]
    if any(line.startswith(tuple(filter(None, names))) for line in lines) or ("_" in name and name in text):
        return True
    theirs = _long_words(other) - _long_words(asked)
    return any(len(_long_words(part) & theirs) >= _SHARED_WORDS for part in re.split(r"\n[ \t]*\n", text))


def _parts(text: str) -> list[int]:
    """In how many parts a text stands: between rules, and with titles of each kind."""
    return [len(_RULE.findall(text.strip())) + 1, *(len(head.findall(text)) for head in _HEADS)]


def _long_words(text: str) -> set[str]:
    """The longer words of a text, each by its beginning, which its forms have in common."""
    return {word[:6] for word in _LONG_WORD.findall(text.lower())}


import re

_ITSELF = "hand in the .ipynb file itself"
_LEADS_ELSEWHERE = "a shortcut and not the notebook itself: hand in the file that it leads to"
_POINTER = "the file is a Git LFS pointer and not the notebook itself: hand in what `git lfs pull` brings"
_UNMERGED = (
    "the notebook can't be read: a merge in Git was not finished in it; hand in what comes of the merge"
)
_MARKS_OF_A_MERGE = ("\n<<<<<<< ", "\n>>>>>>> ")
_CUT = (
    "the notebook can't be read: it stops in the middle, as a copy does that was cut off; hand in a whole one"
)
_BY_BYTES = (
    (0, b"%PDF-", "a PDF"),
    (0, b"\xd0\xcf\x11\xe0", "a document of an older Office"),
    (0, b"\x89PNG", "a picture"),
    (0, b"\xff\xd8\xff", "a picture"),
    (0, b"GIF8", "a picture"),
    (8, b"WEBP", "a picture"),
    (0, b"II*\0", "a picture"),
    (0, b"MM\0*", "a picture"),
    (4, b"ftyphe", "a picture"),
    (4, b"ftypmif", "a picture"),
    (4, b"ftyp", "a film"),
    (0, b"\x1f\x8b", "an archive (gzip)"),
    (0, b"7z\xbc\xaf", "an archive (7z)"),
    (0, b"Rar!", "an archive (RAR)"),
    (0, b"\xfd7zXZ", "an archive (xz)"),
    (0, b"BZh", "an archive (bzip2)"),
    (257, b"ustar", "an archive (tar)"),
    (0, b"\0\5\x16\7", "what macOS keeps beside a file"),
    (0, b"SQLite format 3", "a database"),
    (0, b"\x80\4\x95", "a pickle of Python's"),
)
"""Where in a file these bytes stand, and what it is then."""
_IN_ZIPS = (
    (b"word/", "a Word document"),
    (b"xl/", "an Excel workbook"),
    (b"ppt/", "a presentation"),
    (b"opendocument", "a document of OpenOffice"),
    (b"", "a zip archive"),
)
_SHORTCUTS = (b"L\0\0\0\1\x14\2\0", b"book\0\0\0\0mark", b"bplist00")
_TEXTS_OF_SHORTCUTS = ("[InternetShortcut]", "[Desktop Entry]")
_PAGE = re.compile(r"(?:<!--.{0,2000}?-->\s{0,20})?<(?:!doctype html|html|head|body)\b", re.I | re.S)
_PYTHON = re.compile(
    r"^(?:# %%|# In\[|# -\*- coding|#!.{0,40}python|import \w+(?:[.]\w+)*(?: as \w+)?[ \t]*$"
    r"|from [\w.]+ import |def \w+\()",
    re.M,
)
_LINK = re.compile(r"(?:https?|file)://\S{3,2000}\Z")
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a]")
_HEAD = 20_000
"""So many bytes are looked at, at most."""


def other_file(data: bytes) -> str:
    """What a file is whose bytes do not begin as a text does, and what is to be done, as a clause; empty
    where it may be a notebook.
    """
    if data.startswith(_SHORTCUTS):
        return _LEADS_ELSEWHERE
    found = next((what for at, bytes_, what in _BY_BYTES if data[at : at + len(bytes_)] == bytes_), "")
    if data.startswith(b"PK\3\4"):
        found = next(what for part, what in _IN_ZIPS if part in data[:_HEAD] or part in data[-_HEAD:])
    return f"{found} and not the notebook: {_ITSELF}" if found else ""


def is_text(data: bytes) -> bool:
    """Whether bytes begin as a text does, in whatever alphabet."""
    return _CONTROL.search(data[:_HEAD]) is None


def other_text(text: str, at: int) -> str:
    """What a text is whose JSON can't be read, and what is to be done, as a sentence; empty where nothing
    but that can be said of it. at: where it can't be read any further.
    """
    start = text[:_HEAD].lstrip("\ufeff \t\r\n")
    if text.startswith("<<<<<<< ") or any(mark in text for mark in _MARKS_OF_A_MERGE):
        return _UNMERGED
    if start.startswith("version https://git-lfs"):
        return _POINTER
    if start.startswith(_TEXTS_OF_SHORTCUTS) or ("<plist" in start and "<key>URL</key>" in start):
        return f"the file is {_LEADS_ELSEWHERE}"
    if start.startswith("{") and not start.startswith("{\\rtf"):
        whole = text.rstrip().endswith("}") and at < len(text.rstrip())
        return "" if whole else _CUT
    kinds = {
        "a web page (HTML)": _PAGE.match(start),
        "a link": _LINK.match(start.rstrip()),
        "Python code (.py)": _PYTHON.search(start),
        "a text document (RTF)": start.startswith("{\\rtf"),
    }
    kind = next((kind for kind, found in kinds.items() if found), "a text")
    return f"the file is {kind} and not the notebook: {_ITSELF}"


def other_json(raw: object) -> str:
    """What a file in JSON is that is no notebook, and what is to be done, as a sentence."""
    if isinstance(raw, dict) and "url" in raw and ("doc_id" in raw or "google.com" in str(raw["url"])[:200]):
        return f"the file is a shortcut to a page of Google's and not the notebook itself: {_ITSELF}"
    return "the file is JSON, but not a notebook"


import json
import re
import textwrap
from typing import Any


MAX_DEPTH = 200
"""So many lists and objects may stand one inside another in a file that is handed in: far more than any
program writes. How deep Python's own parser goes depends on its version.
"""
_PROSE_CALL = re.compile(r"\s*mo\.md\(\s*[rf]{0,2}(\"{3}|'{3})((?:(?!\1).)*)\1\s*\)\s*\Z", re.S)
"""What marimo makes of a cell of prose: a call with a text."""


class NotANotebook(ValueError):
    """The bytes that were handed in are no notebook; the text says what they are instead."""


def opened(data: bytes) -> tuple[list[dict[str, Any]], dict[str, Any], list[str]]:
    """The cells and the metadata of a notebook's bytes, and what was unusual; raises NotANotebook.

    Each cell has cell_type, source (a text) and metadata of the type that they should be.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise NotANotebook("the file is empty: hand in the notebook as it is saved")
    if other := other_file(data):
        raise NotANotebook(f"the file is {other}")
    text, notes = _decoded(data)
    try:
        raw = json.loads(text)
        if "\\ud" in text.lower():  # half of a surrogate pair, perhaps: no program can write it
            raw = json.loads(json.dumps(raw, ensure_ascii=False).encode("utf-8", "replace"))
        raw = _unwrapped(raw)
        if _is_deeper(raw, MAX_DEPTH):
            raise RecursionError
    except RecursionError:
        raise NotANotebook("the file is not a notebook: it is nested too deeply") from None
    except ValueError as error:
        broken = f"the file is not a notebook: its JSON is broken ({str(error)[:80]})"
        raise NotANotebook(other_text(text, getattr(error, "pos", 0)) or broken) from None
    if not isinstance(raw, dict) or not ("cells" in raw or "worksheets" in raw):
        raise NotANotebook(other_json(raw))
    if raw.get("nbformat") != 4:
        version = next((n for n in (1, 2, 3) if raw.get("nbformat") == n), None)
        older = f"the notebook is in the older format {version}; it was converted"
        notes.append(
            older if version else "the notebook does not say that it is in format 4; it was read as if it did"
        )
    cells = raw["cells"] if "cells" in raw else _cells_of_worksheets(raw["worksheets"])
    if not isinstance(cells, list):
        raise NotANotebook("the file is a notebook without a list of cells")
    return [_tidy(cell) for cell in cells if isinstance(cell, dict)], _mapping(raw.get("metadata")), notes


def _unwrapped(raw: Any) -> Any:
    """A notebook as Jupyter's and Colab's servers hand it on: a text in JSON, or in an object of theirs."""
    if isinstance(raw, str) and raw.lstrip().startswith("{"):
        raw = json.loads(raw)
    if not isinstance(raw, dict) or "cells" in raw or "worksheets" in raw:
        return raw
    return next((raw[key] for key in ("content", "ipynb") if isinstance(raw.get(key), dict)), raw)


def _is_deeper(value: object, limit: int) -> bool:
    """Whether more than limit lists and objects stand one inside another."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        parts = [part for whole in level for part in (whole.values() if isinstance(whole, dict) else whole)]
        level = [part for part in parts if isinstance(part, (dict, list))]
    return bool(level)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    """Bytes as text: in Unicode, or else as Windows' editors of Western Europe save it."""
    encoding = json.detect_encoding(data)
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        if encoding != "utf-8-sig":
            return data.decode(encoding, "ignore").rstrip("\0"), [_says_encoding(encoding)]
        return data.decode(encoding).rstrip("\0"), []  # zeros: a sync that was cut short
    except UnicodeDecodeError:
        if not is_text(data.rstrip(b"\0")):
            raise NotANotebook("the file is not a notebook: it is not text") from None
    return data.decode("cp1252", "replace").rstrip("\0"), [_says_encoding("cp1252")]


def _says_encoding(encoding: str) -> str:
    return f"the file is not in UTF-8, which notebooks are in; it was read as {encoding.upper()}"


def _cells_of_worksheets(worksheets: object) -> object:
    """The cells of a notebook in format 2 or 3, as those of format 4."""
    if not isinstance(worksheets, list):
        return None
    sheets = [_mapping(sheet).get("cells") for sheet in worksheets]
    cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet if isinstance(cell, dict)]
    return [
        {**cell, "source": cell.get("input", "")}
        if cell.get("cell_type") == "code"
        else {**cell, "cell_type": "markdown"}
        for cell in cells
    ]


def _tidy(cell: dict[str, Any]) -> dict[str, Any]:
    """The parts of a cell that are used, of the type that they should be."""
    source = cell.get("source", "")
    if isinstance(source, list):
        parts = [part for part in source if isinstance(part, str)]
        in_lines = cell.get("cell_type") and "level" not in cell  # a heading of an old format is one line
        source = _joined(parts) if in_lines else "".join(parts)
    kind, count = str(cell.get("cell_type")).lower(), cell.get("execution_count")
    if kind == "code" and isinstance(source, str) and (called := _PROSE_CALL.match(source)):
        kind, source = "markdown", textwrap.dedent(called[2]).strip()
    return {
        "cell_type": kind if kind in ("code", "markdown", "raw") else "raw",
        "source": source if isinstance(source, str) else "",
        "metadata": _mapping(cell.get("metadata")),
        "outputs": cell.get("outputs") if isinstance(cell.get("outputs"), list) else [],
        "execution_count": count if isinstance(count, int) else None,
        "attachments": _mapping(cell.get("attachments")),
    }


def _joined(lines: list[str]) -> str:
    """A cell's lines as one text, also where a program has left out their ends."""
    ended = any(line.endswith(("\n", "\r")) for line in lines)
    return ("" if ended else "\n").join(lines)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def id_of(metadata: object) -> str:
    """The nbgrader id in a cell's metadata, or the empty text."""
    found = _mapping(_mapping(metadata).get("nbgrader")).get("grade_id")
    return found if isinstance(found, str) else ""


import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar


LOCKED = ("given", "test", "demo")
ANSWERS = ("solution", "by_hand")


@dataclass(frozen=True)
class Known:
    """A cell of the release: its id (empty for prose), its role, and its text as students get it."""

    id: str
    role: str
    text: str


@dataclass(frozen=True)
class Cell:
    """A cell as it was handed in. number counts from 1; kind is code, markdown or raw."""

    number: int
    kind: str
    id: str
    text: str


@dataclass(frozen=True)
class Place:
    """One cell of the notebook as it is graded: the release's cell, the student's, or both.

    text: the whole answer, where a write-up stands in several cells. added: what a student wrote into a
    locked cell and the original does not define.
    """

    known: Known | None
    cell: Cell | None
    text: str
    added: str = ""


@dataclass(frozen=True)
class Oddity:
    """What is to be said of a cell: repeated (first: where it stands as well), turned, changed, kept; shared,
    where nothing stands in a write-up and what does in cell first may be its answer too.
    """

    what: str
    cell: Cell
    known: Known
    first: int = 0


@dataclass
class Layout:
    """A notebook's cells in their places. used: by id, the number of the cell that stands for it; missing:
    what the notebook lacks and its author had to write, or its check.
    """

    places: list[Place] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    missing: list[Known] = field(default_factory=list)
    instead: dict[str, str] = field(default_factory=dict)
    """By the id of a write-up that is missing, the text of another's that may answer it too."""
    marked: bool = True
    """Whether any cell has an id still."""


def touched(text: str, known: Known) -> bool:
    """Whether a text is another than what was handed out."""
    return plain(text) != plain(known.text)


# ---- its cells beside the release's


def lay_out(cells: list[Cell], release: list[Known]) -> Layout:
    """Lay a notebook's cells beside the release's: by id, else by text."""
    layout = Layout(marked=any(cell.id for cell in cells))
    by_id = {known.id: known for known in release if known.id}
    by_text = {plain(known.text): known for known in release if known.role != "written"}
    headings = {heading: k for k in release if k.role == "prose" and (heading := _heading(k.text))}
    given = {name for known in release if known.role == "given" for name in bound_names(known.text)}
    for cell in cells:
        known = by_id.get(cell.id)
        if known is None and (cell.kind == "code" or plain(cell.text)):
            known = by_text.get(plain(cell.text)) or _edited_prose(cell, headings)
            if known is not None and (known.role == "prose") != (cell.kind == "markdown"):
                known = None
        _put(layout, cell, known, given)
    _find_write_ups(layout, release)
    _put_back(layout, release)
    return layout


def recognised(layout: Layout, cells: list[Cell], release: list[Known]) -> bool:
    """Whether a notebook is of this release: a cell still has one of its ids, or a question's text or check
    stands there. Given cells alone say nothing: every assignment imports NumPy.
    """
    roles = {known.id: known.role for known in release if known.id}
    mine = any(cell.id in roles for cell in cells)
    return mine or any(roles.get(name) in ("test", *ANSWERS, "written") for name in layout.used)


def _heading(text: str) -> str:
    first = plain(text).split("\n")[0]
    return first if first.startswith("#") else ""


def _edited_prose(cell: Cell, headings: dict[str, Known]) -> Known | None:
    return headings.get(_heading(cell.text)) if cell.kind == "markdown" else None


def _put(layout: Layout, cell: Cell, known: Known | None, given: set[str]) -> None:
    """Put one cell in its place, and take down what is odd about it."""
    if known is None or known.role == "prose":
        layout.places.append(Place(known, cell, cell.text))
        return
    if known.id in layout.used:
        layout.oddities.append(Oddity("repeated", cell, known, layout.used[known.id]))
        if known.role == "given" and completed_names(known.text):
            layout.places.append(Place(None, cell, known.text))  # it puts what was answered where it belongs
            return
        if known.role in LOCKED or (known.role in ANSWERS and not touched(cell.text, known)):
            return  # what was handed out says nothing twice, and a stub would undo the answer above it
        layout.places.append(Place(known if known.role == "written" else None, cell, cell.text))
        return
    if known.role in ANSWERS and cell.kind != "code":
        layout.oddities.append(Oddity("turned", cell, known))
        layout.places.append(Place(None, cell, cell.text))  # not run, but a person sees it
        return
    layout.used[known.id] = cell.number
    added = ""
    if known.role in LOCKED and touched(cell.text, known):
        mine = given | bound_names(known.text)
        added = additions(cell.text, mine, known.text) if cell.kind == "code" else ""
        layout.oddities.append(Oddity("kept" if added else "changed", cell, known))
    layout.places.append(Place(known, cell, cell.text, added))


def additions(text: str, before: set[str] | frozenset[str], original: str = "") -> str:
    """What of an edited locked cell defines names that no given cell defines, each in its own lines; and what
    was written into a class of the original that the class does not have there, put into it behind them.

    before: the names of the given cells and of the original.
    """
    tree = parsed(text)
    lines, kept = text.splitlines(), [""] * len(text.splitlines())
    classes, behind = _classes(parsed(original)), []
    for statement in tree.body if tree is not None else ():
        names = bound_in([statement])
        if isinstance(statement, (ast.Import, ast.ImportFrom)) and names & before and names - before:
            statement.names = [alias for alias in statement.names if not _brought_by(alias) & before]
            kept[statement.lineno - 1] = ast.unparse(statement)
        elif names and not names & before:
            _keep(kept, lines, statement)
        elif isinstance(statement, ast.ClassDef) and statement.name in classes:
            theirs = before | bound_in(classes[statement.name].body)
            for part in statement.body:
                if (names := bound_in([part])) and not names & theirs:
                    _keep(kept, lines, part)
                    behind += [f"{statement.name}.{name} = {name}" for name in sorted(names)]
    return "\n".join([*kept, *behind]).rstrip()


def _classes(tree: ast.Module | None) -> dict[str, ast.ClassDef]:
    return {one.name: one for one in (tree.body if tree else ()) if isinstance(one, ast.ClassDef)}


def _keep(kept: list[str], lines: list[str], statement: ast.stmt) -> None:
    """Put the lines of a statement where they stood, as far to the left as they go."""
    first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
    for at in range(first - 1, statement.end_lineno or first):
        blank = len(lines[at]) - len(lines[at].lstrip())
        kept[at] = lines[at][min(blank, statement.col_offset) :]


def _brought_by(alias: ast.alias) -> set[str]:
    return {(alias.asname or alias.name).split(".")[0]}


def _find_write_ups(layout: Layout, release: list[Known]) -> None:
    """Gather each write-up, wherever it was written: over several cells with its id, in new cells beside
    them, under the question's text, as a comment. What belongs to another question is never taken.
    """
    places = layout.places
    taken: set[int] = set()
    empty: list[int] = []
    for at, known in enumerate(release):
        if known.role != "written":
            continue
        before = release[at - 1] if at else None
        own = [i for i, place in enumerate(places) if place.known is known]
        stands = own or _where_it_belongs(places, release[:at])
        written: dict[int, str] = {}
        for i in stands:
            written.update(_prose_beside(places, range(i + 1, len(places)), release))
            written.update(_prose_beside(places, range(i - 1, -1, -1), release) if own else {})
        written = {i: text for i, text in written.items() if own or i not in taken}
        under = _under_the_question(places, before)
        mine = own or sorted(written)[:1] or (stands if under else [])
        if not mine:
            continue
        written.update((i, places[i].text) for i in own)
        texts = [text for _, text in sorted(written.items()) if touched(text, known)] or under
        first = places[mine[0]]
        assert first.cell is not None
        layout.used.setdefault(known.id, first.cell.number)
        for i in mine[1:]:
            places[i] = Place(None, places[i].cell, places[i].text)
        taken.update(written)
        empty += [] if texts else mine[:1]
        text = "\n\n".join(dict.fromkeys(filter(None, map(plain, texts)))) or first.text
        places[mine[0]] = Place(known, first.cell, text)
    _find_at_the_end(places, empty, taken, release)
    _find_in_others(layout, empty, release)


def _where_it_belongs(places: list[Place], above: list[Known]) -> list[int]:
    """Where a write-up stands of which nothing is left: behind what is left of the release above it."""
    there = {id(place.known): i for i, place in reversed([*enumerate(places)]) if place.known is not None}
    return [there[id(known)] for known in reversed(above) if id(known) in there][:1]


def _find_at_the_end(places: list[Place], empty: list[int], taken: set[int], release: list[Known]) -> None:
    """Give write-ups in which nothing stands what the student says below all that was handed out, where it
    is no other's: whose it is, a person sees.
    """
    end = max((i for i, place in enumerate(places) if place.known is not None), default=-1) + 1
    found = _prose_beside(places, range(end, len(places)), release)
    if not found or found.keys() & taken:
        return
    for i in empty:
        places[i] = Place(places[i].known, places[i].cell, "\n\n".join(map(plain, found.values())))


def _find_in_others(layout: Layout, empty: list[int], release: list[Known]) -> None:
    """Give write-ups in which nothing stands another's text, where that may answer both: a person sees."""
    places = layout.places
    answered = [p for p in places if p.known and p.known.role == "written" and touched(p.text, p.known)]
    for i in empty:
        known, cell = places[i].known, places[i].cell
        assert known is not None and cell is not None
        if not touched(places[i].text, known) and (other := _other_with(answered, known, release)):
            places[i] = Place(known, cell, other.text)
            layout.oddities.append(Oddity("shared", cell, known, other.number))
    for known in release:
        gone = known.role == "written" and known.id not in layout.used
        if gone and (other := _other_with(answered, known, release)):
            layout.instead[known.id] = other.text
            layout.oddities.append(Oddity("shared", other, known, other.number))


def _other_with(answered: list[Place], known: Known, release: list[Known]) -> Cell | None:
    """Another write-up's cell, with its whole text, that may answer this question too."""
    for place in answered:
        assert place.known is not None and place.cell is not None
        if may_answer(place.text, _asked(place.known, release), _asked(known, release), known.id):
            return replace(place.cell, text=place.text)
    return None


def _asked(known: Known, release: list[Known]) -> str:
    """What stands above a question in the release, down from the last cell that is no prose."""
    above: list[str] = []
    for one in reversed(release[: release.index(known)]):
        if one.role != "prose":
            break
        above.insert(0, one.text)
    return "\n".join(above)


def _prose_beside(places: list[Place], order: range, release: list[Known]) -> dict[int, str]:
    """What the student's own cells that come next say in words, by where they stand."""
    found = {}
    for i in order:
        text = _prose_of(places[i])
        if places[i].known is not None or (text and _is_of_the_release(text, release)):
            break
        if text:
            found[i] = text
    return found


def _prose_of(place: Place) -> str:
    """What a cell of the student's own says in words; empty where it is code that does something."""
    return plain(prose_in(place.text, is_code=place.cell is not None and place.cell.kind == "code"))


def _is_of_the_release(text: str, release: list[Known]) -> bool:
    """Whether most of a text stands in the release's prose: another question's, edited."""
    theirs = {line for known in release if known.role == "prose" for line in plain(known.text).split("\n")}
    lines = [line for line in text.split("\n") if line]
    return 2 * sum(line in theirs for line in lines) > len(lines)


def _under_the_question(places: list[Place], before: Known | None) -> list[str]:
    """What was added to the prose that precedes a write-up."""
    above = next((p for p in places if before is not None and p.known is before), None)
    if before is None or before.role != "prose" or above is None:
        return []
    lines = plain(before.text).split("\n")
    more = "\n".join(line for line in plain(above.text).split("\n") if line not in lines)
    return [more] if more.strip() else []


def _put_back(layout: Layout, release: list[Known]) -> None:
    """Add what the notebook lacks of the release, each after what comes before it there; a check whose answer
    is not in its own cell comes last, since that may stand anywhere.
    """
    in_place = {k.id.partition("_solution")[0] for k in release if k.role in ANSWERS and k.id in layout.used}
    previous = None
    for known in release:
        if not known.id:
            continue
        if known.id not in layout.used:
            layout.missing.append(known)
            if known.role == "test" and known.id not in in_place:
                layout.places.append(Place(known, None, known.text))
                continue
            after = next((i for i, p in enumerate(layout.places) if previous and p.known is previous), -1)
            text = known.text if known.role in LOCKED else layout.instead.get(known.id, "")
            layout.places.insert(after + 1, Place(known, None, text))
        previous = known


# ---- the order in which they run

P = TypeVar("P")


def in_running_order(places: Sequence[P], rank: Callable[[P], int], is_given: Callable[[P], bool]) -> list[P]:
    """The notebook's order, in which no cell runs before a given cell that precedes it in the release.

    rank: a cell's place in the release, 0 for a cell of the student's own.
    """
    waiting = sorted(filter(is_given, places), key=rank)
    order, reached = [], 0
    for place in places:
        reached = max(reached, rank(place))
        while waiting and rank(waiting[0]) <= reached:
            order.append(waiting.pop(0))
        if not is_given(place):
            order.append(place)
    return order + waiting

RELEASE: dict = {}
SECONDS = 10.0
LONG_SECONDS = 600.0
MAX_BYTES = 50 << 20
INSIDE = "CHAINRULE_CHECKING"
NEEDS = (3, 10)
"""The oldest Python in which the notebook and the files beside it run."""


# ---- called by people ---------------------------------------------------------------------------------------------


def run(notebook=None, all=False, seconds=None):
    """Check a notebook, the one beside this file where none is named, and print what was found.

    all: run the checks that train, and the demonstrations, as well; those that try random sizes are always run.
    seconds: after so long a cell is stopped; where it is not said, after as long as when it is graded.
    """
    if os.environ.get(INSIDE):
        return  # this very cell, run by a check of its notebook
    if not RELEASE:
        print("(not run when grading)")
        return
    check(notebook, RELEASE, all, seconds)


def check(notebook, release, everything=False, seconds=None, out=print):
    """Check a notebook against a release and print the report; returns the exit status. release is None where none is at hand."""
    began = time.monotonic()
    if sys.version_info < NEEDS:
        here, needed = (".".join(map(str, version[:2])) for version in (sys.version_info, NEEDS))
        out(f"Nothing was checked: the notebook needs Python {needed} or newer, and this is Python {here}. Choose another kernel, or install a newer Python.")
        return 2
    try:
        found, data, folder, saved = _read(notebook, release)
    except FileNotFoundError as error:
        out(str(error))
        return 2
    try:
        cells, metadata = _parsed(data)
        release = release or _release_of(cells, metadata)
        notes = _notes_on_the_file(found, metadata, release, folder)
        placed = _lay_out(cells, release, notes)
    except ValueError as error:
        out(f"{found}: this can't be graded: {error}")
        return 1
    results, defined, memory = _run_cells(placed, release, folder, everything, seconds)
    if not everything and (used := _demo_names(placed, results)):
        results, defined, memory = _run_cells(placed, release, folder, everything, seconds, demos=True)
        notes += [f"`{name}` is defined in a demonstration alone (cell {at}): define it in a cell of your own too." for name, at in used]
    judge = _Judge(placed, results, defined, release, folder)
    rows = judge.waiting([judge.question(question) for question in release["questions"]])
    told = " ".join(sentence for _, _, sentence in rows)
    not_true = [] if everything else [*judge.on_random_sizes(told)]  # with the demonstrations, these are among the notes
    notes += [*judge.notes(everything, told), *not_true]
    notes += [*_notes_on_limits(judge, 0 if everything else memory), *_notes_on_versions(placed, release)]
    _report(found, saved, time.monotonic() - began, rows, notes, placed, everything, out)
    return 0 if all(state in ("done", "written", "not run") for state, _, _ in rows) and not not_true else 1


def main(arguments):
    """The command line; returns the exit status."""
    if arguments[:1] == ["--child"]:
        return _child(Path(arguments[1]))
    if os.environ.get(INSIDE):
        return 0  # run by a cell of a notebook that is being checked
    names = [a for a in arguments if not a.startswith("-")]
    if len(names) > 1 or set(arguments) - {*names, "--all"}:
        print("usage: python check_notebook.py [NOTEBOOK] [--all]")
        return 2
    if not RELEASE:
        print("This copy belongs to no release: use the one that was handed out with the notebook, or `chainrule check NOTEBOOK`.")
        return 2
    return check(names[0] if names else None, RELEASE, "--all" in arguments)


# ---- the notebook as a file ---------------------------------------------------------------------------------------


def _read(notebook, release):
    """The notebook's name, its bytes, its folder, and how many seconds ago it was saved (None: just now)."""
    if notebook is None and (live := _from_colab()) is not None:
        return "the notebook in Colab", live, Path.cwd(), None
    path = Path(notebook) if notebook is not None else _nearest_notebook(release)
    if path.is_dir() or not path.exists():
        raise FileNotFoundError(f"There is no notebook {path}: name the file that you work in.")
    if path.stat().st_size > MAX_BYTES:
        raise FileNotFoundError(f"{path} has more than {MAX_BYTES >> 20} MiB, too much to be graded: clear its outputs and save it.")
    return path.name, path.read_bytes(), path.resolve().parent, max(0.0, time.time() - path.stat().st_mtime)


def _from_colab():
    """In Colab the notebook is no file: the page is asked for it, unsaved changes included."""
    if "google.colab" not in sys.modules:
        return None
    from google.colab import _message

    answer = _message.blocking_request("get_ipynb", request="", timeout_sec=30)
    return json.dumps(answer["ipynb"]).encode()


def _nearest_notebook(release):
    """The notebook that is open, where the front end says so, else the assignment's own file, here or beside this file."""
    session = getattr(builtins, "get_ipython", None)
    names = getattr(session(), "user_ns", {}) if session else {}
    opened = [names.get("__vsc_ipynb_file__"), Path(os.environ["JPY_SESSION_NAME"]).name if "JPY_SESSION_NAME" in os.environ else None]
    candidates = [Path(name) for name in opened if name and str(name).endswith(".ipynb")]
    candidates += [folder / f"{release['assignment']}.ipynb" for folder in (Path.cwd(), Path(__file__).parent)]
    return next((path for path in candidates if path.is_file()), candidates[-1])


def _parsed(data):
    """The cells and metadata of a notebook's bytes, as they are read when it is graded; raises ValueError saying what they are instead."""
    cells, metadata, _ = opened(data)
    return [_cell(number, cell) for number, cell in enumerate(cells, 1)], metadata


def _cell(number, raw):
    """The parts of a cell that matter here."""
    graded = raw["metadata"].get("nbgrader") if isinstance(raw["metadata"].get("nbgrader"), dict) else {}
    failed = any(isinstance(o, dict) and o.get("output_type") == "error" for o in raw["outputs"])
    count = raw["execution_count"]
    return {
        "number": number, "kind": raw["cell_type"], "code": raw["cell_type"] == "code", "text": raw["source"], "nbgrader": graded,
        "tags": raw["metadata"].get("tags") or [], "id": id_of(raw["metadata"]), "role": "own", "count": count, "worked": count is not None and not failed,
    }  # fmt: skip


def _release_of(cells, metadata):
    """What can be told of a release from the notebook alone: locked cells are taken as they are."""
    made = {"assignment": str((metadata.get("chainrule") or {}).get("assignment", "")), "release": "", "questions": [], "cells": [], "files": []}
    for cell in cells:
        about = cell["nbgrader"]
        if not cell["id"] or any(known["id"] == cell["id"] for known in made["cells"]):
            continue
        graded, solution = bool(about.get("grade")), bool(about.get("solution"))
        by_hand = "by_hand" if cell["code"] else "written"
        role = (by_hand if graded else "solution") if solution else "test" if graded else "demo" if "demo" in cell["tags"] else "given"
        stub = role in ("solution", "by_hand", "written") and ("raise NotImplementedError" in cell["text"] or "in place of this line" in cell["text"])
        made["cells"].append({"id": cell["id"], "role": role, "text": cell["text"] if stub or role not in ("solution", "by_hand", "written") else ""})
        if graded:
            trains = "training" in cell["tags"]
            made["questions"].append({"id": cell["id"], "points": about.get("points", 0), "written": solution, "defines": [], "trains": trains})
    if not made["questions"]:
        raise ValueError("none of its cells belongs to a graded question. Is it the right file?")
    return made


def _notes_on_the_file(name, metadata, release, folder):
    notes = []
    kit = metadata.get("chainrule") if isinstance(metadata.get("chainrule"), dict) else {}
    if kit.get("assignment", release["assignment"]) != release["assignment"]:
        notes.append(f"It says that it is the notebook of {kit['assignment']}; it was checked as {release['assignment']}.")
    elif release["release"] and kit.get("release", release["release"]) != release["release"]:
        notes.append("It was made from another release than this check: get the newest files, and say so when you hand it in.")
    if release["assignment"] and name.endswith(".ipynb") and name != f"{release['assignment']}.ipynb":
        notes.append(f"Hand it in under the name {release['assignment']}.ipynb.")
    missing = [file for file in release["files"] if not (folder / file).exists()]
    if missing:
        notes.append(f"{', '.join(missing)} should lie beside the notebook: unpack the release again.")
    return notes


# ---- its cells beside the release's -------------------------------------------------------------------------------


def _lay_out(cells, release, notes):
    """The notebook's cells with the role each plays; locked ones as they were handed out, those that are gone put back."""
    by_number = {cell["number"]: cell for cell in cells}
    mine = [Cell(cell["number"], cell["kind"], cell["id"], cell["text"]) for cell in cells]
    released = [Known(known["id"], known["role"], known["text"]) for known in release["cells"]]
    layout = lay_out(mine, released)
    rank = {known.id: at for at, known in enumerate(released, 1) if known.id}
    in_order = in_running_order(
        layout.places, lambda place: rank.get(place.known.id, 0) if place.known else 0, lambda place: bool(place.known and place.known.role == "given")
    )
    placed = [made for place in in_order for made in _laid(place, by_number)]
    if not recognised(layout, mine, released) and not _answered(placed, release):
        raise ValueError(f"nothing of {release['assignment']} is in it: none of its cells, none of the names that it asks for")
    notes += [_odd(oddity, release) for oddity in layout.oddities]
    gone = [_called(vars(known)) for known in layout.missing if known.role != "demo"]
    if gone and not layout.marked:
        notes.append("All cells have lost what marks them as cells of this assignment. They are graded by the names that they define.")
    elif gone:
        notes.append(f"Missing from the notebook: {', '.join(gone)}. What is given and the checks were put back, as when grading.")
    return placed


def _laid(place, by_number):
    """One cell in its place, and behind it what was added to it, where it is locked."""
    known = place.known if place.known is not None and place.known.id else None
    blank = {"number": 0, "code": known is not None and known.role != "written", "count": None, "worked": False, "tags": []}
    cell = {**(by_number[place.cell.number] if place.cell else blank), "id": "", "role": "own", "text": place.text, "touched": False}
    if known is None:
        return [cell]
    cell.update(id=known.id, role=known.role, code=cell["code"] and known.role != "written", touched=bool(place.cell or place.text) and touched(place.text, known))
    if known.role not in LOCKED:
        return [cell]
    cell.update(text=known.text, code=True)
    return [cell, {**cell, "id": "", "role": "own", "text": place.added}] if place.added else [cell]


def _odd(oddity, release):
    """What is odd about a cell, as a sentence."""
    number, known = oddity.cell.number, oddity.known
    if oddity.what == "repeated":
        return f"Cell {number} has the id of cell {oddity.first} ({known.id}): a copy. Delete one of them."
    if oddity.what == "shared":
        empty = f"The cell for {known.id} is missing" if number == oddity.first else f"Nothing is written in cell {number} ({known.id})"
        return f"{empty}. What you wrote in cell {oddity.first} may answer it too, which a person sees: rather write each answer in its own cell."
    if oddity.what == "turned":
        return f"Cell {number} is your answer to {_question_of(known.id, release)}, but no code cell any more: turn it into one."
    kept = ", with what you added to it" if oddity.what == "kept" else ""
    return f"Cell {number} ({_called(vars(known))}) is locked and was changed. Grading uses the original{kept}, and so did this check."


def _answered(placed, release):
    wanted = {name.partition(".")[0] for question in release["questions"] for name in question["defines"]}
    return any(wanted & bound_names(cell["text"]) for cell in placed if cell["code"])


def _called(known):
    kinds = {"given": "given", "test": "the check of", "demo": "a demonstration", "solution": "your answer", "by_hand": "your answer", "written": "your text"}
    return f"{kinds[known['role']]} {known['id']}"


def _solves(cell_id, question):
    return cell_id == f"{question}_solution" or cell_id.startswith(f"{question}_solution_")


def _question_of(cell_id, release):
    return next((q["id"] for q in release["questions"] if q["id"] == cell_id or _solves(cell_id, q["id"])), "")


def _defined_in(text):
    """Names that a cell defines, also one that does not compile."""
    return bound_names(text) or set(re.findall(r"^(?:async +def|def|class) +(\w+)", text, re.M))


def _called_in(text):
    """What a cell calls, or hands on: functions and classes by name, and methods of its own class (self.name)."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return set()
    asked = {id(a) for n in nodes if isinstance(n, ast.Call) and getattr(n.func, "id", "") in ("isinstance", "issubclass") for a in n.args}
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and id(n) not in asked}
    return names | {n.attr for n in nodes if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "self"}


def _bound_to_values(text):
    """Names that a cell binds other than by an import."""
    tree = parsed(text)
    return bound_in([one for one in tree.body if not isinstance(one, (ast.Import, ast.ImportFrom))]) if tree is not None else set()


# ---- running it ---------------------------------------------------------------------------------------------------


def _run_cells(placed, release, folder, everything, seconds, demos=False):
    """How each cell ended, by its place in placed, which of the names asked for there were, and MiB used, in a Python of its own.

    A cell that hangs or ends Python is run with its definitions alone in another start, and is left out where that hangs as well: as when grading.
    """
    run = _cells_to_run(placed, release, everything, seconds, demos)
    results, stopped, names = {}, {}, [name for question in release["questions"] for name in question["defines"]]
    with tempfile.TemporaryDirectory(prefix="check-notebook-") as made:
        job, answers, trace = Path(made, "job.json"), Path(made, "answers"), Path(made, "trace")
        while True:
            briefly = [cell["number"] for cell in run if cell["number"] in stopped]
            about = {"cells": run, "briefly": briefly, "names": names, "modules": _modules(release), "path": [str(answers), str(trace)]}
            job.write_text(json.dumps({**about, "folder": str(_box(Path(made), release, folder))}), encoding="utf-8")
            for file in (answers, trace):
                file.write_text("", encoding="utf-8")
            said = _start(job)
            lines = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
            for line in lines:
                if "ended" in line:
                    results[line["place"]] = {**results[line["place"]], "late": line["error"] is None} if "late" in line else line
            defined = next(((line["names"], line["memory"]) for line in lines if "names" in line), None)
            stuck = None
            for line in lines:
                stuck = line["place"] if "began" in line else None if "ended" in line else stuck
            if stuck is None:
                if defined is None:
                    raise RuntimeError(f"another Python could not be started for the check: {said[-500:]}")
                return {**results, **stopped}, *defined
            cell = next(cell for cell in run if cell["number"] == stuck)
            again = stuck not in stopped and cell["kind"] == "own"
            if stuck not in stopped and not (cell["kind"] == "test" and stuck in results):
                stopped[stuck] = _stopped(stuck, cell["seconds"], trace.read_text(encoding="utf-8"))
            run = [{**cell, "seconds": max(2.0, cell["seconds"] / 2)} for cell in run if cell["number"] != stuck or again]


def _cells_to_run(placed, release, everything, seconds, demos):
    """The code cells, in the order in which they run, each with the time that it has."""
    trains = {question["id"] for question in release["questions"] if question["trains"]}
    limits = release.get("limits", {"cell": SECONDS, "probe": SECONDS / 2})
    run = []
    for place, cell in enumerate(placed):
        skipped = (cell["role"] == "demo" and not (everything or demos or _tries(cell))) or (cell["id"] in trains and not everything)
        if cell["code"] and cell["text"].strip() and not skipped:
            kind = {"given": "given", "test": "test", "demo": "demo"}.get(cell["role"], "own")
            slow = everything and (kind == "demo" or cell["id"] in trains)
            run.append({"number": place, "text": cell["text"], "kind": kind, "seconds": LONG_SECONDS if slow else seconds or (2 * limits["probe"] if kind == "test" else limits["cell"])})
    return run


def _tries(cell):
    """Whether a demonstration holds the notebook's functions against what is true of any right answer: it is run as a check is."""
    return cell["role"] == "demo" and "import properties" in cell["text"]


def _box(made, release, folder):
    """The folder in which the cells run: as when grading, nothing lies in it but what the release holds, and what may be handed in."""
    if not release["release"]:
        return folder  # of a notebook that came without its release, nobody knows what belongs to it
    box = made / "folder"
    shutil.rmtree(box, ignore_errors=True)
    box.mkdir()
    for name in (*release["files"], *release.get("may_hand_in", ())):
        with contextlib.suppress(OSError):
            shutil.copyfile(folder / name, box / name)
    shutil.copyfile(__file__, box / "check_notebook.py")
    return box


def _modules(release):
    """Modules that are there when a notebook is graded; None where that is not known."""
    graded = release.get("graded_with")
    if not graded or not hasattr(sys, "stdlib_module_names"):
        return None
    own = [name[:-3] for name in (*release["files"], *release.get("may_hand_in", ())) if name.endswith(".py")]
    return [*graded["modules"].split(), *own, *sys.stdlib_module_names, "check_notebook"]


def _start(job):
    """Run this file in another Python, which runs the cells; returns what it said on stderr."""
    settings = {"MPLBACKEND": "Agg", INSIDE: "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", "JOBLIB_MULTIPROCESSING": "0"}
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), "--child", str(job)], env={**os.environ, **settings},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        return process.communicate()[1].decode("utf-8", "replace")
    finally:
        process.kill()


def _stopped(place, seconds, trace):
    """What is known of a cell that did not end: where it was when its time was up, or that the process died."""
    frames = [[int(cell), int(line)] for cell, line in re.findall(r'File "<cell (\d+)>", line (\d+)', trace)]
    kind = "timeout" if "Timeout" in trace or frames else "died"
    return {"place": place, "ended": True, "error": {"type": kind, "text": f"{seconds:g}", "name": "", "frames": frames}}


def _child(job_file):
    """Run the cells of a job and write down how each ended. This is the Python that knows nothing of the session."""
    job = json.loads(job_file.read_text(encoding="utf-8"))
    os.chdir(job["folder"])
    sys.path[:] = [job["folder"], *(path for path in sys.path if path != str(Path(__file__).resolve().parent))]
    shell = None
    if any(needs_ipython(cell["text"]) for cell in job["cells"] if cell["kind"] == "own"):
        with contextlib.suppress(ImportError):
            shell = make_shell()
    notebook = _Checked(shell, frozenset(name.partition(".")[0] for name in job["names"]))
    _as_when_graded(notebook.names, job["modules"])
    with open(job["path"][0], "a", encoding="utf-8") as answers, open(job["path"][1], "a", encoding="utf-8") as trace:

        def say(**line):
            answers.write(json.dumps(line) + "\n")
            answers.flush()

        cells = [types.SimpleNamespace(**cell) for cell in job["cells"]]
        ends = _timed(notebook, cells, job["briefly"], trace, say)
        failed = [cell for cell in cells if cell.kind == "test" and ends[cell.number]["error"]]
        _timed(notebook, failed, (), trace, functools.partial(say, late=True))  # a question is judged as the last cell leaves it, too
        found = {}
        for name in job["names"]:
            owner, _, member = name.partition(".")
            with contextlib.suppress(Exception):
                found[name] = callable(getattr(notebook.names[owner], member) if member else notebook.names[owner])
        say(names=found, memory=_memory_used())
    os._exit(0)  # whatever threads and exit handlers the cells have left


class _Checked(RunningNotebook):
    """A notebook whose checks run beside what is given, as the hidden ones do when it is graded: values and functions that the student's
    cells have bound anew, modules called by their names. asked: names that the questions ask for, which stay the student's.
    """

    def __init__(self, shell, asked):
        super().__init__(shell)
        self.asked = asked

    def execute(self, cell, text, name):
        if cell.kind != "test":
            return super().execute(cell, text, name)
        for value in self.given.values():
            self._in_its_class(value)
        names = {**self.names, **self.as_given()}
        try:
            exec(compiled(text, name), names)
        finally:
            self.names.update({bound: names[bound] for bound in bound_names(text) if bound in names})

    def as_given(self):
        """What is given and not asked for; where nobody knows what is asked for, the modules alone."""
        theirs = self.asked | self.completed
        return {name: value for name, value in self.given.items() if name not in theirs and (self.asked or isinstance(value, types.ModuleType))}

    def _in_its_class(self, value):
        """Let a given object be of the class that a student's cell has derived from its own, by its name."""
        own = type(value)
        derived = self.names.get(own.__name__)
        if isinstance(derived, type) and derived is not own and issubclass(derived, own):
            with contextlib.suppress(TypeError):
                value.__class__ = derived


def _memory_used():
    """The most memory that this process has had, in MiB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)


def _timed(notebook, cells, briefly, trace, say):
    """Run cells, each within its time, and say how each ended; returns that by their places."""
    import faulthandler
    import signal

    clocks, ends = [], {}
    by_processor = hasattr(signal, "setitimer")  # else, on Windows, by the clock on the wall alone
    if by_processor:
        faulthandler.register(signal.SIGPROF, trace, all_threads=False, chain=True)  # and then the process ends

    def begins(cell):
        if cell.kind == "test":
            _settings_back()
        say(place=cell.number, began=True)
        clocks[:] = [time.process_time()]
        faulthandler.dump_traceback_later(cell.seconds * (4 if by_processor else 1), exit=True, file=trace)
        if by_processor:
            signal.setitimer(signal.ITIMER_PROF, cell.seconds)

    for cell, error in notebook.run(cells, briefly=briefly, begins=begins):
        faulthandler.cancel_dump_traceback_later()
        if by_processor:
            signal.setitimer(signal.ITIMER_PROF, 0)
        first = ends.get(cell.number, {}).get("error")
        ends[cell.number] = {"place": cell.number, "ended": True, "error": error and _described(error), "took": time.process_time() - clocks[0], "before": first}
        say(**ends[cell.number])
    return ends


def _settings_back():
    """NumPy's error state and warnings as they are before each check when it is graded."""
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.seterr(divide="warn", over="warn", under="ignore", invalid="warn")


def _as_when_graded(names, modules):
    """Let the cells find no more than there is when they are graded: no other programs, no network, no modules that are not there."""
    with contextlib.suppress(ImportError):
        restore_numpy_names()
    use_one_process()
    install_standins(modules)
    refused = ("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen", "socket.connect", "socket.getaddrinfo")

    def refuse(event, arguments):
        if event in refused and not (event.startswith("socket") and _is_this_computer(arguments)):
            raise PermissionError("no other program can be started, and no network is there, when a notebook is graded")

    sys.addaudithook(refuse)
    if modules is None:
        return
    known, find = frozenset(modules), builtins.__import__

    def graded(name, globals=None, locals=None, fromlist=(), level=0):
        top = name.partition(".")[0]
        if globals is names and level == 0 and top not in known and not has_standin(name) and not os.path.exists(f"{top}.py"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return find(name, globals, locals, fromlist, level)

    builtins.__import__ = graded


def _is_this_computer(arguments):
    """Whether a connection goes no further than to this computer: asyncio makes such ones on Windows."""
    asked = arguments[1] if len(arguments) == 2 else arguments[0]
    host = asked[0] if isinstance(asked, tuple) else asked
    return host in ("localhost", "127.0.0.1", "::1", b"localhost", None)


def _described(error):
    """An exception as text and places: the innermost frame first, in cells alone."""
    frames, at, text, name = [], error.__traceback__, "", ""
    while at is not None:
        if match := re.fullmatch(r"<cell (\d+)>", at.tb_frame.f_code.co_filename):
            frames.insert(0, [int(match[1]), at.tb_lineno])
        at = at.tb_next
    if isinstance(error, SyntaxError) and (match := re.fullmatch(r"<cell (\d+)>", str(error.filename))):
        frames.insert(0, [int(match[1]), error.lineno or 1])
    with contextlib.suppress(BaseException):  # whatever its own methods do
        text = str(error.msg if isinstance(error, SyntaxError) else error)
        name = str((error.filename if isinstance(error, OSError) else getattr(error, "name", None)) or "")
    public = next(kind.__name__ for kind in type(error).__mro__ if not kind.__name__.startswith("_"))  # Python 3.13 has an _IncompleteInputError
    return {"type": public, "text": text[:600], "name": name[:200], "frames": frames}


# ---- what it means, question by question --------------------------------------------------------------------------


class _Judge:
    """Says of each question how far it is, from how the cells ended."""

    def __init__(self, placed, results, defined, release, folder):
        self.placed, self.results, self.defined, self.release, self.folder = placed, results, defined, release, folder

    def question(self, question):
        """(state, question, sentence): done, not yet, wrong, written or not run."""
        place = next(i for i, cell in enumerate(self.placed) if cell["id"] == question["id"])
        if question["written"]:
            written = self.placed[place]["touched"]
            return ("written", question, "a person reads it") if written else ("not yet", question, "nothing is written")
        mine = [i for i, cell in enumerate(self.placed) if _solves(cell["id"], question["id"])]
        beside = self.beside_other_answers(question)
        untouched = not beside and not any(self.placed[i]["touched"] for i in mine)
        broken = next((error for i in (*mine, *beside) if (error := self.error(i))), None)
        missing = self.missing(question)
        if place not in self.results:
            if broken and missing:
                return "wrong", question, self.explained(broken, question["id"])
            return ("not yet", question, "") if untouched and not self.elsewhere(question) else ("not run", question, "it trains for a while; with --all, or all=True, it is run too")
        error = self.error(place)
        if error is None or self.results[place].get("late"):
            return "done", question, ""
        absent = ["NameError", "AttributeError", *(["NotImplementedError"] if beside else [])]
        if broken and (missing or error["type"] in absent):
            return "wrong", question, self.explained(broken, question["id"])
        owner = self.stub_owner(error)
        if owner == question["id"] or (untouched and not owner and error["type"] in ("NotImplementedError", "NameError")):
            return "not yet", question, ""
        if owner:
            return "not yet", question, f"it waits for {owner}, which is not written yet"
        if missing:
            return "wrong", question, self.renamed(missing)
        says = self.explained(error, question["id"])
        if anew := self.given_anew(place):
            says += f" {anew}"
        elif self.placed[place]["worked"] and "session" not in says and error["type"] not in ("timeout", "died", "NameError"):
            says += " This check passed when it last ran in your session. From a clean start it does not: restart the kernel and run all cells."
        return "wrong", question, says

    def given_anew(self, place):
        """A sentence on what a check asks for that is given, and that a cell of the student's binds to something else."""
        asked = {name.partition(".")[0] for question in self.release["questions"] for name in question["defines"]}
        texts = [cell["text"] for cell in self.placed if cell["role"] == "given" and cell["code"]]
        given = set().union(*map(_bound_to_values, texts)) & _called_in(self.placed[place]["text"]) - asked
        cells = [cell for cell in self.placed[:place] if cell["role"] in ("own", "solution", "by_hand") and cell["code"]]
        found = next(((name, cell["number"]) for cell in cells for name in sorted(given & _bound_to_values(cell["text"]))), None)
        return f"`{found[0]}` is given, and cell {found[1]} binds it anew: this check goes by what is given, as grading does." if asked and found else ""

    def beside_other_answers(self, question):
        """The cells with answers to other questions in which this one's stands as well: cells get merged."""
        given = set().union(*(bound_names(cell["text"]) for cell in self.placed if cell["role"] == "given" and cell["code"]))
        wanted = {name.partition(".")[0] for name in question["defines"]} - given
        answers = [i for i, cell in enumerate(self.placed) if cell["role"] in ("solution", "by_hand") and cell["code"] and cell["touched"]]
        return [i for i in answers if not _solves(self.placed[i]["id"], question["id"]) and wanted & _defined_in(self.placed[i]["text"])]

    def waiting(self, rows):
        """The rows, where an answer that fails calls another that is not right: which of the two is at fault can't be told yet."""
        states, told = {question["id"]: state for state, question, _ in rows}, []
        for state, question, says in rows:
            absent = self.read_in_vain(question)
            used = absent or (self.used_by(question) if self.runs_through(question) else [])
            unfinished = [other for other in used if states[other] in ("wrong", "not yet")]
            if state == "wrong" and unfinished:
                state, says = "not yet", f"it waits for {', '.join(unfinished)}, above. As things stand: {says}"
            told.append((state, question, says))
        return told

    def runs_through(self, question):
        """Whether a question's own cells run, and its check comes to an end."""
        ends = [self.error(i) for i, cell in enumerate(self.placed) if _solves(cell["id"], question["id"])]
        check = next(self.error(i) for i, cell in enumerate(self.placed) if cell["id"] == question["id"])
        return not any(ends) and (check or {}).get("type") not in ("timeout", "died")

    def above(self, question):
        """The questions above one, by the names that they define."""
        earlier = itertools.takewhile(lambda other: other["id"] != question["id"], self.release["questions"])
        return {name.removesuffix(".__init__"): other["id"] for other in earlier for name in other["defines"]}

    def read_in_vain(self, question):
        """The questions above this one whose names its own cells read as they ran, and did not find: a default argument is read at once."""
        errors = [self.error(i) for i, cell in enumerate(self.placed) if _solves(cell["id"], question["id"])]
        names = {error["name"] for error in errors if error and error["type"] == "NameError"}
        return list(dict.fromkeys(owner for name, owner in self.above(question).items() if name.partition(".")[0] in names))

    def used_by(self, question):
        """The questions above this one whose answers its own calls, itself or through a helper."""
        owners = self.above(question)
        texts = [cell["text"] for cell in self.placed if _solves(cell["id"], question["id"])]
        helpers = [cell["text"] for cell in self.placed if cell["code"] and cell["role"] in ("given", "own")]
        seen = set()
        while texts:
            new = _called_in(texts.pop()) - seen
            seen |= new
            texts += [text for text in helpers if bound_names(text) & new]
        own = {name.rpartition(".")[0] for name in question["defines"]}
        used = {owners.get(name) or next((owners[f"{o}.{name}"] for o in own if f"{o}.{name}" in owners), "") for name in seen}
        return [other for other in dict.fromkeys(owners.values()) if other in used]

    def error(self, place):
        return (self.results.get(place) or {}).get("error")

    def stub_owner(self, error):
        """The question whose stub was reached, where that is how it ended."""
        if error["type"] != "NotImplementedError" or not error["frames"]:
            return ""
        place, line = error["frames"][0]
        return _question_of(self.placed[place]["id"], self.release) if "NotImplementedError" in self.line(place, line) else ""

    def missing(self, question):
        """The first name that the question defines and that is not there, or the empty text."""
        return next((name for name in question["defines"] if not self.defined.get(name)), "")

    def elsewhere(self, question):
        """Whether a question is answered in other cells than its own."""
        written = [bound_names(cell["text"]) - stub_names(cell["text"]) for cell in self.placed if cell["code"] and cell["role"] in ("own", "solution", "by_hand")]
        return {name.partition(".")[0] for name in question["defines"]} <= set().union(*written)

    def renamed(self, missing):
        """A sentence on a name that is missing, with what may be meant for it."""
        name = missing.rpartition(".")[2]
        own = [cell["text"] for cell in self.placed if cell["role"] in ("own", "solution", "by_hand") and cell["code"]]
        if "." in missing:
            expected = {n.rpartition(".")[2] for q in self.release["questions"] for n in q["defines"]}
            known = set(re.findall(r"^\s+def (\w+)", "\n".join(own), re.M)) - expected
        else:
            known = set().union(*map(bound_names, own)) - set().union(*(bound_names(cell["text"]) for cell in self.release["cells"]))
        close = _similar(name, known)
        return f"{missing} is not defined." + (f" Is it what you call {close}? Grading looks for {name}." if close else "")

    def explained(self, error, question=""):
        """One exception, or an end by force, as a sentence for the student; in a question, it is said where it comes from another's answer."""
        kind, text, frames = error["type"], error["text"], error["frames"]
        own = next((at for at in frames if self.placed[at[0]]["role"] in ("own", "solution", "by_hand")), None)
        mine = next((at for at in frames if _solves(self.placed[at[0]]["id"], question)), None) if kind == "timeout" else None
        at = mine or own or (frames[0] if frames else None)
        other = _question_of(self.placed[at[0]]["id"], self.release) if at and question else ""
        whose = f" (your answer to {other})" if other not in ("", question) else ""
        where = f" in {self.called(at[0])}{whose}, line {at[1]} (`{self.line(*at)}`)" if at else ""
        if kind == "timeout":
            return f"It was stopped after {_counted(float(text), 'second')}{where}. Is there a loop that does not end?"
        if kind == "died":
            return "It ended Python itself. What crashes, or calls exit, when this cell runs?"
        if kind == "NameError" and error["name"]:
            return self.name_explained(error["name"], frames) + (f" It is used{where}." if where else "")
        if kind == "SystemExit":
            return f"It leaves Python{where}: what calls exit or quit?"
        if says := self.absent_explained(error, where):
            return says
        module = f"{error['name']}.py" if kind in ("ModuleNotFoundError", "ImportError") else ""
        for file in self.release["files"]:
            if not (self.folder / file).exists() and (file in text or file == module):
                return f"{file} is missing: it should lie beside the notebook. Unpack the release again."
        if kind == "AssertionError" and own is None and text:
            return text
        return f"{kind}{where}: {text}" if text else f"{kind}{where}."

    def absent_explained(self, error, where):
        """Why something is not found that lies on this computer, or a module that is not there when the notebook is graded."""
        name, modules = error["name"], _modules(self.release)
        if error["type"] == "FileNotFoundError" and self.release["release"] and (self.folder / name).exists() and name not in self.release["files"]:
            return f"{name} is not handed in, only the notebook is: when it is graded, that file is missing{where}."
        if error["type"] not in ("ModuleNotFoundError", "ImportError") or modules is None or not name or name.partition(".")[0] in modules:
            return ""
        if (self.folder / f"{name}.py").exists():
            return f"{name}.py is not handed in, only the notebook is: copy what you need of it into a cell. It is imported{where}."
        return f"{name} may not be there when the notebook is graded. It is imported{where}."

    def name_explained(self, name, frames):
        """Why a name is unknown from a clean start: defined further down, or nowhere in the notebook any more."""
        top = frames[-1][0] if frames else 0
        code = [i for i, cell in enumerate(self.placed) if i > top and cell["code"] and cell["role"] != "demo"]
        below = next((i for i in code if name in bound_names(self.placed[i]["text"])), None)
        if below is not None:
            counts = self.placed[below]["count"], self.placed[top]["count"]
            session = " In your session it ran first." if None not in counts and counts[0] < counts[1] else ""
            later = "this cell comes first" if self.placed[below]["role"] == "solution" else "move that up"
            return f"`{name}` is defined further down, in {self.called(below)}: {later}.{session}"
        above = [i for i, cell in enumerate(self.placed[: top + 1]) if cell["code"] and cell["role"] not in ("demo", "test") and _binds(cell["text"], name)]
        stopped = [i for i in above if self.error(i) or (self.results.get(i) or {}).get("before")]
        if stopped:
            return f"`{name}` is not defined, since {self.called(stopped[0])} stops."
        if above and above[-1] < top:
            return f"`{name}` is defined in {self.called(above[-1])}, and gone again here: what removes it in between?"
        no_code = next((cell["number"] for cell in self.placed if not cell["code"] and name in bound_names(cell["text"])), 0)
        if no_code:
            return f"`{name}` is defined in cell {no_code} alone, which is no code cell."
        if any(self.placed[place]["worked"] for place, _ in frames):
            return f"`{name}` is nowhere in the notebook: only your session still knows it, from a cell that was changed or deleted since."
        close = _similar(name, set().union(*(bound_names(cell["text"]) for cell in self.placed if cell["code"])) - {name})
        return f"`{name}` is not defined." + (f" Did you mean {close}?" if close else "")

    def notes(self, everything, told):
        """What stops in cells, where no question has said it, and what stands too far down."""
        kinds = {"own": "your own", "solution": "your answer", "by_hand": "your answer", "given": "given", **({"demo": "a demonstration"} if everything else {})}
        for place, cell in enumerate(self.placed):
            error = self.error(place)
            if error and cell["role"] in kinds and error["type"] != "NotImplementedError":
                says = self.explained(error)
                brief = " Of this cell, the definitions alone are run when it is graded." if error["type"] == "timeout" else ""
                if says not in told:
                    yield f"Cell {cell['number']} ({kinds[cell['role']]}) stops. {says}{brief}"
            elif (early := self.results.get(place, {}).get("before")) and not error:
                yield f"{self.explained(early)} The cell was run again at the end, as it is when graded."
            elif error and self.results[place].get("late"):
                yield f"{cell['id']} is right as the notebook ends, but not yet where its check stands: {self.explained(error, cell['id'])}"

    def on_random_sizes(self, told):
        """What is not true of the notebook's functions on random sizes, where no question has said it."""
        for place, cell in enumerate(self.placed):
            error = self.error(place) if _tries(cell) else None
            if error and error["type"] == "AssertionError" and (says := self.explained(error)) not in told:
                yield f"On random sizes (cell {cell['number']}): {says}"

    def called(self, place):
        cell = self.placed[place]
        return f"cell {cell['number']}" if cell["number"] else _called(cell)

    def line(self, place, line):
        lines = self.placed[place]["text"].splitlines()
        return lines[line - 1].strip()[:100] if 0 < line <= len(lines) else ""


def _binds(text, name):
    """Whether a cell binds a name, or seems to, where it does not compile."""
    return name in bound_names(text) or (parsed(text) is None and re.search(rf"^[ \t]*(?:(?:async +)?def +|class +){re.escape(name)}\b", text, re.M) is not None)


def _similar(name, known):
    """The name that was most likely meant, or the empty text."""
    bare = {other.replace("_", "").lower(): other for other in sorted(known)}
    return bare.get(name.replace("_", "").lower()) or next(iter(difflib.get_close_matches(name, sorted(known), 1)), "")


def _demo_names(placed, results):
    """Names that a cell missed and that a demonstration alone defines, with its number: those are run after all, as when grading."""
    missed = [result["error"]["name"] for result in results.values() if result["error"] and result["error"]["type"] == "NameError"]
    demos = {name: cell["number"] for cell in placed if cell["role"] == "demo" for name in bound_names(cell["text"])}
    others = set().union(*(bound_names(cell["text"]) for cell in placed if cell["code"] and cell["role"] != "demo"))
    return [(name, demos[name]) for name in dict.fromkeys(missed) if name in demos and name not in others]


def _notes_on_limits(judge, memory):
    """What takes so much that it may be stopped when it is graded: a note from half of a limit on."""
    limits, owns = judge.release.get("limits"), ("own", "solution", "by_hand", "given")
    if not limits:
        return
    took = {place: result["took"] for place, result in judge.results.items() if "took" in result}
    for place, seconds in took.items():
        cell = judge.placed[place]
        if cell["role"] in owns and seconds > limits["cell"] / 2:
            yield f"{judge.called(place).capitalize()} took {seconds:.0f} s. When it is graded, on a computer that may be slower, a cell has {limits['cell']:g} s of the processor."
        elif cell["role"] == "test" and seconds > limits["probe"] / 2:
            yield f"The check of {cell['id']} took {seconds:.0f} s. When it is graded, each check has {limits['probe']:g} s of the processor."
    together = sum(seconds for place, seconds in took.items() if judge.placed[place]["role"] in owns)
    if together > limits["cells"] / 2:
        yield f"Your cells took {together:.0f} s together. When they are graded, they have {limits['cells']:g} s of the processor."
    if memory > limits["memory"] / 2:
        yield f"The notebook took {memory} MiB of memory. When it is graded, it has {limits['memory']} MiB."


def _notes_on_versions(placed, release):
    """What may differ where other versions grade than the ones here."""
    graded = release.get("graded_with")
    if not graded:
        return
    here = {"python": sys.version_info[:2], "numpy": ()}
    with contextlib.suppress(Exception):
        here["numpy"] = tuple(map(int, importlib.metadata.version("numpy").split(".")[:2]))
    there = {name: tuple(map(int, graded[name].split("."))) for name in here}
    absent = [name for name in release.get("packages", ()) if importlib.util.find_spec(name) is None]
    if absent:
        names = " ".join({"sklearn": "scikit-learn"}.get(name, name) for name in absent)
        yield f"The notebook needs {' and '.join(absent)}, which is not here: install it with `pip install {names}`."
    if here == there or not here["numpy"]:
        return
    said = [f"Python {which['python'][0]}.{which['python'][1]} and NumPy {which['numpy'][0]}.{which['numpy'][1]}" for which in (there, here)]
    yield f"It is graded with {said[0]}, and was checked with {said[1]}: syntax, names and random numbers that only one of them has may end otherwise."
    for cell in placed:
        tree = parsed(for_this_python(cell["text"], there["python"])) if cell["code"] and cell["role"] in ("own", "solution", "by_hand") else None
        try:
            if tree is not None and here["python"] > there["python"]:
                ast.parse(ast.unparse(tree), feature_version=there["python"])
        except SyntaxError as error:
            yield f"Cell {cell['number']} does not compile with the Python that grades: {error.msg}."


# ---- telling it ---------------------------------------------------------------------------------------------------


def _report(name, saved, took, rows, notes, placed, everything, out):
    def line(text):
        out("".join(c if c.isprintable() else " " for c in text))

    line(f"{name}{_ago(saved)}, from a clean start ({took:.1f} s):")
    out("")
    width = max(len(f"{q['points']:g}") for _, q, _ in rows)
    for state, question, sentence in rows:
        line(f"  {state:8}{question['points']:>{width}g}  {question['id']}" + (f": {sentence}" if sentence else ""))
    out("")
    for note in notes:
        line(f"  * {note}")
    if notes:
        out("")
    states = [state for state, _, _ in rows]
    done, later = states.count("done") + states.count("written"), states.count("not run")
    demos = sum(cell["role"] == "demo" and not _tries(cell) for cell in placed)
    left = "" if everything or not demos else f" {_counted(demos, 'demonstration')} {'was' if demos == 1 else 'were'} not run."
    more = f", {later} {'trains and was' if later == 1 else 'train and were'} left out" if later else ""
    look = "looks" if done == 1 else "look"
    line(f"{done} of {_counted(len(rows), 'question')} {look} right{more}.{left} Hidden checks try other shapes and values than these.")


def _counted(number, what):
    """A number of things, in the singular or the plural."""
    return f"{number:g} {what}{'' if number == 1 else 's'}"


def _ago(saved):
    if saved is None:
        return " as it stands"
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if saved >= 2 * size:
            return f" as saved {saved // size:.0f} {unit}s ago (save it first, if you have changed it since)"
    return " as saved just now" if saved < 10 else f" as saved {saved:.0f} seconds ago"


# ---- what was released --------------------------------------------------------------------------------------------

RELEASE.update({
    'assignment': 'faces_mlp',
    'release': '135ec0a64e1b7ae0',
    'files': ['checks.py', 'diagrams.py', 'pictures.py', 'properties.py', 'standins.py', 'utils.py', 'faces.npz'],
    'may_hand_in': [],
    'graded_with': {'python': '3.11', 'numpy': '2.4', 'modules': 'IPython PIL alembic annotated_doc annotated_types anyio argon2 arrow asttokens async_lru attr attrs babel bleach bs4 certifi cffi charset_normalizer comm contourpy cycler dateutil debugpy defusedxml executing fastjsonschema fontTools fqdn h11 httpcore httpx idna ipykernel ipykernel_launcher ipython_pygments_lexers ipywidgets isoduration jedi jinja2 json5 jsonpointer jsonschema jsonschema_specifications jupyter jupyter_builder jupyter_client jupyter_core jupyter_events jupyter_lsp jupyter_server jupyter_server_terminals jupyterlab jupyterlab_jupytext jupyterlab_pygments jupyterlab_server jupyterlab_widgets jupytext jupytext_config kiwisolver lark latex2mathml mako markdown_it markupsafe matplotlib matplotlib_inline mdit_py_plugins mdurl mistune mpl_toolkits msgspec nbclient nbconvert nbformat nbgrader nest_asyncio2 notebook notebook_shim numpy overrides packaging pandocfilters parso pexpect pip pkg_resources platformdirs prometheus_client prompt_toolkit psutil ptyprocess pure_eval pycparser pydantic pydantic_core pygments pylab pyparsing pythonjsonlogger rapidfuzz referencing requests rfc3339_validator rfc3986_validator rfc3987_syntax rich rpds send2trash setuptools shellingham six soupsieve sqlalchemy stack_data terminado tinycss2 tornado traitlets typer typing_extensions typing_inspection tzdata uri_template urllib3 wcwidth webcolors webencodings websocket widgetsnbextension yaml zmq'},
    'packages': [],
    'limits': {'cell': 60.0, 'cells': 60.0, 'probe': 5.0, 'memory': 1024},
    'questions': [
        {'id': 'init_nn', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['init_nn']},
        {'id': 'affine', 'points': 5.0, 'written': False, 'trains': False, 'defines': ['affine', 'affine_backward']},
        {'id': 'relu', 'points': 4.0, 'written': False, 'trains': False, 'defines': ['relu', 'relu_backward']},
        {'id': 'nn_forward', 'points': 6.0, 'written': False, 'trains': False, 'defines': ['nn_forward']},
        {'id': 'nn_backward', 'points': 9.0, 'written': False, 'trains': False, 'defines': ['nn_backward']},
        {'id': 'check_grad', 'points': 8.0, 'written': False, 'trains': False, 'defines': ['check_grad']},
        {'id': 'softmax', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['softmax']},
        {'id': 'evaluate', 'points': 6.0, 'written': False, 'trains': False, 'defines': ['evaluate']},
        {'id': 'nn_update', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['nn_update']},
        {'id': 'train', 'points': 8.0, 'written': False, 'trains': False, 'defines': ['train']},
        {'id': 'least_confident', 'points': 2.0, 'written': False, 'trains': False, 'defines': ['least_confident']},
        {'id': 'what_it_confuses', 'points': 3.0, 'written': True, 'trains': False, 'defines': []},
    ],
    'cells': [
        {'id': '', 'role': 'prose', 'text': '# A multilayer perceptron that reads faces\n\n*Chapter 3 of 5. 60 points.*\n\nThe first two chapters built layers, losses and a network with one hidden layer. Here two hidden layers look\nat small grey pictures of faces and name the expression. The layers come back in their shortest form; what\nis new is everything around them: a gradient check that takes any network, a training loop that takes any\nmodel, and the curves, weights and mistakes that tell what the network has learned.\n\nYou write eleven small parts. Each is a few lines of NumPy, and each is followed by a check that is silent\nwhen it finds nothing wrong. JupyterLab shows the check folded; click on it if you want to read it. Where\nyou are stuck, hints unfold above the cell for your code, from a nudge to the idea. Hidden tests then try\nother shapes and values: a single case (one row of a batch, here one face), sizes that all differ, whole\nnumbers (mind that `np.zeros_like(x)` holds whole numbers where `x` does; `np.zeros(x.shape)` does not).\nArguments stay as they were, unless the question says that they are written to. The last question, in section\n13, asks for a written answer, which a person reads.'},
        {'id': '', 'role': 'prose', 'text': '**If you start here.** A layer is a pair of functions: one computes its output, the other is given the\ngradient of the error $E$ with respect to that output and returns the gradients with respect to what went\nin. A gradient has the shape of what it is the gradient of, and what is used several times collects the sum\nof what comes back along each use. That is all that is needed of chapters 1 and 2. What they call `dout` is\ncalled `grad_y` here, $g_y$ in the formulas, because three layers need names for several gradients; it is\nthe same thing. And what they call the loss $L$ is the error $E$ here.'},
        {'id': 'imports', 'role': 'given', 'text': 'import os\n\n# Before NumPy is loaded: on matrices this small, threads cost more than they bring.\nos.environ.setdefault("OPENBLAS_NUM_THREADS", "1")\n\nimport matplotlib.pyplot as plt\nimport numpy as np\n\nimport checks\nimport diagrams\nimport pictures\nfrom standins import Spy, Toy, wide\nfrom utils import display_plot, load, load_data, save, show_confusion, show_faces\n\nplt.style.use("tableau-colorblind10")\nEXPRESSIONS = ["anger", "disgust", "fear", "happy", "sad", "surprise", "neutral"]'},
        {'id': '', 'role': 'prose', 'text': '## 1. The faces\n\nThe data are drawn faces in seven expressions, 48 x 48 pixels each: 3374 to train on, 419 for validation,\n385 for a final test. Head, pose, size, light and noise change from face to face, so that no single pixel\ngives an expression away. `load_data` returns six arrays:\n\n- `inputs_train`, `inputs_valid`, `inputs_test`: one row of $48 \\cdot 48 = 2304$ grey values in $[0, 1]$ a\n  face;\n- `target_train`, `target_valid`, `target_test`: one row of seven numbers a face, 1 at its expression and 0\n  elsewhere (*one-hot*).\n\nA file `toronto_face.npz` in the layout of the photographs that this exercise was first set on is used\ninstead where one lies beside the notebook.'},
        {'id': 'load_faces', 'role': 'demo', 'text': 'data = load_data("toronto_face.npz" if os.path.exists("toronto_face.npz") else "faces.npz")\ninputs_train, inputs_valid, inputs_test, target_train, target_valid, target_test = data\nfor name, inputs, target in zip(["train", "valid", "test"], data[:3], data[3:]):\n    grey = f"grey values from {inputs.min():.2f} to {inputs.max():.2f}"\n    print(f"{name:5}  inputs {inputs.shape}  target {target.shape}  {grey}")'},
        {'id': 'sample_faces', 'role': 'demo', 'text': 'labels = target_train.argmax(axis=1)\nsample = [np.flatnonzero(labels == k)[row] for row in range(3) for k in range(7)]\nshow_faces(inputs_train[sample], [EXPRESSIONS[k] for k in labels[sample]])'},
        {'id': '', 'role': 'prose', 'text': '*Figure 1. Three training faces of each expression, one expression a column. The brows and the mouth say\nmost, but where they are and how large differs from face to face. Fear and surprise share raised brows and\nwide eyes, anger and disgust lowered brows.*\n\n## 2. The network\n\nThe network is a dictionary, `model`, with three weight matrices and three biases. A case is a row, so a\nlayer multiplies from the right: $W$ has one row for each input of the layer and one column for each of its\nunits. With $D$ inputs, hidden layers of $H_1$ and $H_2$ units and $C$ outputs:\n\n| key | shape | starts as |\n| --- | --- | --- |\n| `W1` | $(D, H_1)$ | 0.1 times a standard normal |\n| `W2` | $(H_1, H_2)$ | 0.1 times a standard normal |\n| `W3` | $(H_2, C)$ | 0.01 times a standard normal |\n| `b1`, `b2`, `b3` | $(H_1,)$, $(H_2,)$, $(C,)$: one axis | zeros |\n\nRandom weights make the units of a layer different from one another; equal units would get equal gradients\nand stay equal. The last matrix is smaller, so that at first the seven scores are close together and no\nexpression is preferred. Write `init_nn`; `num_hiddens` is the list $[H_1, H_2]$, and any random generator\nwill do.'},
        {'id': '', 'role': 'prose', 'text': "*3 points, about 10 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nThree layers, and each lies between two neighbouring numbers of the list D, H1, H2, C.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`W1` $(D, H_1)$, `W2` $(H_1, H_2)$, `W3` $(H_2, C)$; a bias has as many entries as its weights have columns.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\n`np.random.randn(rows, columns)` is a standard normal; the last layer's factor is another one.\n\n</details>"},
        {'id': 'init_nn_solution', 'role': 'solution', 'text': 'def init_nn(num_inputs: int, num_hiddens: list[int], num_outputs: int) -> dict[str, np.ndarray]:\n    """Make the parameters of a network with two hidden layers.\n\n    num_inputs: D. num_hiddens: [H1, H2]. num_outputs: C.\n    Returns a dictionary with W1 (D, H1), W2 (H1, H2), W3 (H2, C), b1 (H1,), b2 (H2,), b3 (C,).\n    """\n    raise NotImplementedError'},
        {'id': 'init_nn', 'role': 'test', 'text': '@checks.run\ndef check():\n    for D, H1, H2, C in ((90, 80, 70, 60), (3, 5, 2, 4)):\n        sizes = D, [H1, H2], C\n        fresh = init_nn(*sizes)\n        checks.that(sizes[1] == [H1, H2], "init_nn changed num_hiddens, the list that it was given.")\n        for name, size in (("W1", (D, H1)), ("W2", (H1, H2)), ("W3", (H2, C))):\n            checks.that(name in fresh, f"init_nn made no {name}.")\n            checks.shape(f"{name} of init_nn{sizes}", fresh[name], size,\n                         "one row an input of the layer, one column a unit")\n        for name, units in (("b1", H1), ("b2", H2), ("b3", C)):\n            checks.that(name in fresh, f"init_nn made no {name}.")\n            checks.close(f"{name} of init_nn{sizes}", fresh[name], np.zeros(units),\n                         "a bias has one axis and starts at zero")\n    fresh = init_nn(90, [80, 70], 60)\n    for name, scale in (("W1", 0.1), ("W2", 0.1), ("W3", 0.01)):\n        weights = np.asarray(fresh[name]) / scale\n        checks.close(f"the standard deviation of {name} / {scale}", weights.std(), 1,\n                     "a factor on a standard normal", 0.07)\n        checks.close(f"the mean of {name} / {scale}", weights.mean(), 0,\n                     "a normal around zero has both signs", 0.08)\n        checks.that(np.abs(weights).max() > 2.5,\n                    f"No weight of {name} is larger than 2.5 standard deviations: "\n                    "is it a normal distribution?")'},
        {'id': 'look_at_init_nn', 'role': 'demo', 'text': 'model = init_nn(2304, [16, 32], 7)\nfor name in ["W1", "b1", "W2", "b2", "W3", "b3"]:\n    print(f"{name}: shape {str(model[name].shape):10}  standard deviation {model[name].std():.3f}")'},
        {'id': '', 'role': 'prose', 'text': '## 3. The affine layer\n\nAn affine layer, without the cache of chapter 1: the backward pass gets the arrays it needs as arguments.\nWith $x$ of shape $(N, D)$, $w$ $(D, M)$, $b$ $(M,)$ and $y$ $(N, M)$:\n\n$$y = x\\,w + b$$\n\nThe backward pass is given $g_y = \\partial E / \\partial y$, of the shape of $y$, for some error $E$. Each\nentry of $w$ and $b$ was used by all $N$ cases, so their shares add up (chapter 1, question 2, derives\nthe products):\n\n$$g_x = g_y\\, w^\\top, \\qquad g_w = x^\\top g_y, \\qquad (g_b)_j = \\sum_{i=1}^{N} (g_y)_{ij}$$\n\nEach gradient has the shape of what it belongs to; $g_b$ has one axis. Any averaging over the batch is\nalready in $g_y$, so nothing is divided here.'},
        {'id': '', 'role': 'prose', 'text': '*5 points, about 15 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nFour formulas above, four results; two functions.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$g_y$ is $(N, M)$. Only one product of $g_y$ and $w$ is $(N, D)$, and only one of $x$ and $g_y$ is $(D, M)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nThree lines of NumPy in all. Nothing is divided by $N$.\n\n</details>'},
        {'id': 'affine_solution', 'role': 'solution', 'text': 'def affine(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:\n    """Compute y = x w + b for x (N, D), w (D, M), b (M,). Returns y, (N, M)."""\n    raise NotImplementedError\n\n\ndef affine_backward(\n    grad_y: np.ndarray, x: np.ndarray, w: np.ndarray\n) -> tuple[np.ndarray, np.ndarray, np.ndarray]:\n    """Compute the gradients of the error through y = x w + b.\n\n    grad_y: gradient with respect to y, (N, M). x: the layer\'s input, (N, D). w: its weights, (D, M).\n    Returns grad_x (N, D), grad_w (D, M), grad_b (M,).\n    """\n    raise NotImplementedError'},
        {'id': 'affine', 'role': 'test', 'text': '@checks.run\ndef check():\n    # two cases of three numbers, four outputs\n    x, b = np.array([[1.0, -2, 0], [3, 1, 2.5]]), np.array([10.0, 20, 30, 40.5])\n    w, grad_y = np.array([[1.0, 2, 0, -1], [0, -1, 2, 1], [2, 3, 1, 0.5]]), np.ones((2, 4))\n    grad_y[1] = [2, -1, 0, 4]\n    before = x.copy(), w.copy(), b.copy(), grad_y.copy()\n    checks.close("affine(x, w, b)", affine(x, w, b), [[11, 24, 26, 37.5], [18, 32.5, 34.5, 39.75]],\n                 "weighted sums of each row of x, and the bias added to every row")\n    grad_x, grad_w, grad_b = affine_backward(grad_y, x, w)\n    checks.close("grad_x", grad_x, [[2, 2, 6.5], [-4, 5, 3]],\n                 "(N, D): each entry of x collects from all outputs of its own case")\n    checks.close("grad_w", grad_w, [[7, -2, 1, 13], [0, -3, -2, 2], [5, -2.5, 0, 10]],\n                 "(D, M), summed over the cases, not averaged")\n    checks.close("grad_b", grad_b, [3, 0, 1, 5], "(M,), summed over the cases, not averaged")\n    for name, seen, was in zip(("x", "w", "b", "grad_y"), (x, w, b, grad_y), before):\n        checks.kept(name, seen, was)\n    # one case of two numbers, three outputs\n    x, w = np.array([[2, -3]]), np.array([[1, 0, 4], [2, -1, 1]])\n    checks.close("affine of a single case", affine(x, w, np.array([0, 0, -9])), [[-4, 3, -4]],\n                 "no size is written into the code")\n    grad_x, grad_w, grad_b = affine_backward(np.array([[0.5, 1, -1]]), x, w)\n    checks.close("grad_x of a single case", grad_x, [[-3.5, -1]])\n    checks.close("grad_w of a single case", grad_w, [[1, 2, -2], [-1.5, -3, 3]])\n    checks.close("grad_b of a single case", grad_b, [0.5, 1, -1], "(M,), one axis")'},
        {'id': 'look_at_affine', 'role': 'demo', 'text': 'faces, w, b = inputs_train[:5], model["W1"], model["b1"]\ny = affine(faces, w, b)\nfor name, array, gradient in zip("xwb", [faces, w, b], affine_backward(y, faces, w)):\n    print(f"{name} has shape {array.shape}, its gradient {gradient.shape}")'},
        {'id': '', 'role': 'prose', 'text': '## 4. ReLU\n\nBetween two affine layers stands the rectifier, entry by entry. `relu_backward` is given the gradient $g_y$\nwith respect to the activation and the value $x$ from *before* the activation:\n\n$$y_{ij} = \\max(x_{ij}, 0), \\qquad (g_x)_{ij} = \\begin{cases} (g_y)_{ij} & x_{ij} > 0 \\\\ 0 & x_{ij} < 0 \\end{cases}$$\n\nwith all four arrays of one shape. The sign of $x$ decides, whatever the sign of $g_y$. At exactly 0 either\ngradient will do. Leave `x` and `grad_y` as they were, and return new arrays: the network keeps the\nun-activated values for its backward pass, and if a layer overwrites them, that pass finds wrong numbers.'},
        {'id': '', 'role': 'prose', 'text': '*4 points, about 10 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhat decides in the backward pass: the sign of `x`, or of `grad_y`?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nOne shape throughout.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\n`np.maximum` forward; a comparison, times `grad_y`, backward. Both make new arrays.\n\n</details>'},
        {'id': 'relu_solution', 'role': 'solution', 'text': 'def relu(x: np.ndarray) -> np.ndarray:\n    """Compute max(x, 0) entry by entry, in a new array of the shape of x."""\n    raise NotImplementedError\n\n\ndef relu_backward(grad_y: np.ndarray, x: np.ndarray) -> np.ndarray:\n    """Compute the gradient with respect to the un-activated input.\n\n    grad_y: gradient with respect to relu(x). x: the input of relu, of the same shape.\n    Returns the gradient with respect to x, of the same shape, in a new array.\n    """\n    raise NotImplementedError'},
        {'id': 'relu', 'role': 'test', 'text': '@checks.run\ndef check():\n    x, grad_y = np.array([[-2.0, 3, 0.25], [4, -0.1, -6]]), np.array([[5.0, -7, 2], [3, -1, 8]])\n    before = x.copy(), grad_y.copy()\n    checks.close("relu(x)", relu(x), [[0, 3, 0.25], [4, 0, 0]],\n                 "negative entries become 0, the others stay")\n    checks.kept("x", x, before[0])\n    checks.close("relu_backward(grad_y, x)", relu_backward(grad_y, x), [[0, -7, 2], [3, 0, 0]],\n                 "grad_y where x is positive, otherwise 0")\n    checks.kept("x", x, before[0])\n    checks.kept("grad_y", grad_y, before[1])\n    x = np.array([[3], [-1], [2], [-4]])  # four cases of one whole number\n    checks.close("relu of whole numbers", relu(x), [[3], [0], [2], [0]])\n    seen = relu_backward(np.array([[0.5], [0.25], [-1.5], [1.0]]), x)\n    checks.close("relu_backward where x holds whole numbers", seen, [[0.5], [0], [-1.5], [0]],\n                 "fractions of grad_y are kept")'},
        {'id': 'look_at_relu', 'role': 'demo', 'text': 'line = np.linspace(-2, 2, 201)\nplt.figure(figsize=(6, 2.5), layout="constrained")\nplt.plot(line, relu(line), label="relu(x)")\nplt.plot(line, relu_backward(np.ones(201), line), "--", label="its derivative")\nplt.xlabel("x")\nplt.legend()\npictures.show(\n    "relu is zero for negative x and equals x for positive x; its derivative steps from 0 to 1 at zero."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 2. The rectifier passes what is positive and is flat below zero; its derivative (dashed) is 1 and 0\nthere.*\n\n## 5. The forward pass\n\nThree affine layers with two rectifiers between them. $x$ has shape $(N, D)$:\n\n$$z_1 = x W_1 + b_1, \\quad h_1 = \\mathrm{relu}(z_1), \\quad z_2 = h_1 W_2 + b_2, \\quad h_2 = \\mathrm{relu}(z_2), \\quad y = h_2 W_3 + b_3$$\n\nwith $z_1, h_1$ of shape $(N, H_1)$, $z_2, h_2$ of shape $(N, H_2)$ and $y$ of shape $(N, C)$. The $y$ are\n*scores*: any real numbers, without a rectifier and without a softmax. You write the softmax in section 8, and\nit is applied to the scores outside of this function. `nn_forward` returns all six arrays under the keys `x`,\n`z1`, `h1`, `z2`, `h2`, `y`, because the backward pass will need them.'},
        {'id': '', 'role': 'prose', 'text': '*6 points, about 15 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nFive steps, in the order of the formula, each from the result of the last.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$(N, D) \\to (N, H_1) \\to (N, H_1) \\to (N, H_2) \\to (N, H_2) \\to (N, C).$\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nGive each of the five results its own name, and put all six arrays into a dictionary at the end. After the\nthird affine layer comes nothing.\n\n</details>'},
        {'id': 'nn_forward_solution', 'role': 'solution', 'text': 'def nn_forward(model: dict[str, np.ndarray], x: np.ndarray) -> dict[str, np.ndarray]:\n    """Run the network on a batch.\n\n    model: W1, b1, W2, b2, W3, b3. x: inputs, (N, D).\n    Returns a dictionary with x (N, D), z1 and h1 (N, H1), z2 and h2 (N, H2) and the scores y (N, C).\n    """\n    raise NotImplementedError'},
        {'id': '', 'role': 'prose', 'text': 'The checks of this section and the next use a network that is small enough to follow by hand.'},
        {'id': 'example', 'role': 'given', 'text': 'def example() -> tuple[dict, dict]:\n    """A network with one input and layers of 2, 3 and 2 units,\n    and what the cases 2 and -3 become on their way through it."""\n    model = {\n        "W1": np.array([[1.0, -1]]), "b1": np.array([0.0, 1]),\n        "W2": np.array([[2.0, 1, -1], [1, -3, 0]]), "b2": np.array([0.0, 0, 1]),\n        "W3": np.array([[1.0, 0], [0, -1], [2, 1]]), "b3": np.array([0.0, -5]),\n    }\n    passed = {\n        "x": np.array([[2.0], [-3]]),\n        "z1": np.array([[2.0, -1], [-3, 4]]), "h1": np.array([[2.0, 0], [0, 4]]),\n        "z2": np.array([[4.0, 2, -1], [4, -12, 1]]), "h2": np.array([[4.0, 2, 0], [4, 0, 1]]),\n        "y": np.array([[4.0, -7], [6, -4]]),\n    }\n    return model, passed'},
        {'id': 'draw_the_network', 'role': 'demo', 'text': 'diagrams.network(\n    [[2], [2, -1], [2, 0], [4, 2, -1], [4, 2, 0], [4, -7]],\n    [[3], [3, 0], [3, -2], [1, 1, 0], [1, 1, 1], [1, -1]],\n    [[[1, -1]], None, [[2, 1, -1], [1, -3, 0]], None, [[1, 0], [0, -1], [2, 1]]],\n    ["x", "z1", "h1", "z2", "h2", "y"],\n    "The small network on the case 2. Forward: z1 is (2, -1), h1 (2, 0), z2 (4, 2, -1), h2 "\n    "(4, 2, 0), y (4, -7). Back from err = (1, -1): (1, 1, 1) at h2, (1, 1, 0) at z2, (3, -2) "\n    "at h1, (3, 0) at z1 and 3 at x.")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 3. The small network with its first case, 2. Blue, in the circles: forward. Orange, below them:\nthe gradients for* `err` $= (1, -1)$*, from right to left; section 6 comes to them. The biases are (0, 1),\n(0, 0, 1) and (0, -5). Where a unit is off, nothing comes back through its rectifier.*'},
        {'id': 'nn_forward', 'role': 'test', 'text': '@checks.run\ndef check():\n    for (small, passed), what in ((example(), "two cases"), (wide()[:2], "one case of four numbers")):\n        before = {name: value.copy() for name, value in small.items()}\n        var = nn_forward(small, passed["x"])\n        checks.that(isinstance(var, dict) and set(var) >= set(passed),\n                    "nn_forward returns a dictionary with the keys x, z1, h1, z2, h2, y.")\n        for name, expected in passed.items():\n            checks.close(f\'nn_forward(model, x)["{name}"] of {what}\', var[name], expected,\n                         "z before a rectifier, h after it; y has neither rectifier nor softmax")\n        for name, value in before.items():\n            checks.kept(f\'model["{name}"]\', small[name], value, "nn_forward only reads the model")'},
        {'id': 'look_at_nn_forward', 'role': 'demo', 'text': 'var = nn_forward(model, inputs_train[:100])\nprint({name: value.shape for name, value in var.items()})\nprint("scores of the first face:", var["y"][0].round(3))'},
        {'id': '', 'role': 'prose', 'text': '## 6. The backward pass\n\nBackwards through the same five steps. `err` is $\\partial E / \\partial y$, of shape $(N, C)$; `var` is what\n`nn_forward` returned for the batch. Writing $g_a$ for $\\partial E / \\partial a$, the chain rule runs from\nright to left:\n\n$$g_y \\;\\to\\; (g_{h_2}, g_{W_3}, g_{b_3}) \\;\\to\\; g_{z_2} \\;\\to\\; (g_{h_1}, g_{W_2}, g_{b_2}) \\;\\to\\; g_{z_1} \\;\\to\\; (g_{W_1}, g_{b_1})$$\n\nAn arrow is one call of `affine_backward` or `relu_backward`. Ask of each what its input was in the forward\npass: it is in `var`. Write the six gradients into `model` under the keys `dE_dW1`, `dE_db1`, `dE_dW2`,\n`dE_db2`, `dE_dW3`, `dE_db3`, each of the shape of its parameter, in place of whatever stood there. The\nparameters, `err` and `var` stay as they are, and nothing needs to be returned.'},
        {'id': '', 'role': 'prose', 'text': '*9 points, about 30 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nRead Figure 3 from right to left. What came into each step on the way forward? It is in `var`.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`err` is $(N, C)$; after the third affine layer the gradient is $(N, H_2)$, after the second $(N, H_1)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nThree calls of `affine_backward` and two of `relu_backward`, in turn. An affine layer is fed with `h` (or\n`x`), a rectifier is decided by `z`.\n\n</details>'},
        {'id': 'nn_backward_solution', 'role': 'solution', 'text': 'def nn_backward(model: dict[str, np.ndarray], err: np.ndarray, var: dict[str, np.ndarray]) -> None:\n    """Write the gradients of the six parameters into model, as dE_dW1, dE_db1, ..., dE_db3.\n\n    model: W1, b1, W2, b2, W3, b3. err: gradient of the error with respect to the\n    scores, (N, C). var: what nn_forward returned.\n    """\n    raise NotImplementedError'},
        {'id': 'nn_backward', 'role': 'test', 'text': '@checks.run\ndef check():\n    hint = "h fed the affine layers, z decides at the rectifiers; "\n    wanted = {"W3": [[4, 4], [2, -2], [0, 2]], "b3": [1, 1], "W2": [[2, 2, 0], [0, 0, 8]],\n              "b2": [1, 1, 2], "W1": [[6, 0]], "b1": [3, 0]}\n    small, passed = example()\n    err = np.array([[1.0, -1], [0, 2]])\n    before = {name: value.copy() for name, value in {**small, **passed, "err": err}.items()}\n    for call in ("the first call", "a second, equal call"):\n        nn_backward(small, err, passed)\n        for name, expected in wanted.items():\n            checks.that("dE_d" + name in small, f"nn_backward wrote no dE_d{name} into model.")\n            checks.close(f"dE_d{name} after {call}", small["dE_d" + name], expected,\n                         hint + "gradients replace those of an earlier call")\n    for name, value in before.items():\n        seen = err if name == "err" else small.get(name, passed.get(name))\n        checks.kept(name, seen, value, "nn_backward writes nothing but the six gradients")\n    small, passed, err, wanted = wide()\n    nn_backward(small, err, passed)\n    for name, expected in wanted.items():\n        checks.close(f"dE_d{name} of layers with 4, 3, 5 and 2 units", small["dE_d" + name], expected,\n                     hint + "no size is written into the code")'},
        {'id': 'look_at_nn_backward', 'role': 'demo', 'text': 'nn_backward(model, np.ones((100, 7)) / 100, nn_forward(model, inputs_train[:100]))\nfor name in ["W3", "b3", "W2", "b2", "W1", "b1"]:\n    slope = model["dE_d" + name]\n    print(f"dE_d{name}: shape {str(slope.shape):10}  largest entry {np.abs(slope).max():.2e}")'},
        {'id': '', 'role': 'prose', 'text': '## 7. Checking the gradient\n\nA wrong gradient seldom crashes: the network just learns less. So compare it with one that needs no\ncalculus. For the error $E = \\tfrac12 \\sum_{ij} y_{ij}^2$, whose gradient with respect to the scores is $y$\nitself, move a single entry $p$ of a parameter and look at $E$:\n\n$$\\frac{\\partial E}{\\partial p} \\approx \\frac{E(p + \\epsilon) - E(p - \\epsilon)}{2\\,\\epsilon}, \\qquad \\epsilon = 10^{-7}$$\n\nWrite `check_grad` for the parameter `model[name]`. It calls `forward` and `backward`, then compares up to\n20 different entries of `model["dE_d" + name]`, chosen at random in each call (all of them where there are\nfewer), with the central difference, and raises an `AssertionError` where the two are more than $1.5 \\cdot 10^{-3}$\napart: they differ at the third decimal. Call `forward` and `backward` as they are passed in; the check must\nwork for any network.\n\nThe six parameters must come back bit for bit, even when the check raises. Adding $\\epsilon$ and taking it\naway again does not do that, because each step rounds; keep the old value and write it back. The `dE_d...`\nentries may change.'},
        {'id': '', 'role': 'prose', 'text': '*8 points, about 40 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nCall `forward` and `backward` once for the analytic gradient. Which `err` belongs to $\\tfrac12 \\sum y^2$?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`param.size` entries in all; `np.random.permutation(param.size)[:20]` are up to 20 different ones;\n`np.unravel_index` turns a number into a place.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nFor each: keep the entry, move it up, take the error, move it down, take the error, put it back, and only\nthen compare. Compare the size of the difference with 1.5e-3.\n\n</details>'},
        {'id': 'check_grad_solution', 'role': 'solution', 'text': 'def check_grad(model: dict, forward, backward, name: str, x: np.ndarray) -> None:\n    """Compare the gradient of 0.5 * sum(y ** 2) with central\n    differences on 20 random entries of model[name].\n\n    forward(model, x) returns a dictionary with the scores y;\n    backward(model, err, var) writes dE_d<name> into model.\n    name: the parameter to check, such as "W2". x: inputs, (N, D).\n    Raises AssertionError where a gradient is more than 1.5e-3 from the\n    difference. The parameters are left as they were.\n    """\n    raise NotImplementedError'},
        {'id': '', 'role': 'prose', 'text': 'The check below hands it a toy with the six parameters of a network, of which only `W1` does anything: $y =\ns\\,x$, with $s$ the sum of the entries of `W1`, weighted by 200, 201, 202 and so on. Its gradient can be\nmade wrong on purpose.'},
        {'id': 'check_grad', 'role': 'test', 'text': '@checks.run\ndef check():\n    for toy in [Toy((30, 2)), Toy((3,)), Toy((4, 1)), Toy((3,), fault=1e-3)]:\n        checks.that(not toy.is_refused(check_grad),\n                    "check_grad refuses a right gradient: is err the scores y, does it step "\n                    "to both sides, and allow a difference of 1.5e-3?")\n        checks.that(np.array_equal(toy.model["W1"], toy.before),\n                    "check_grad changes a parameter: keep the old value and write it back.")\n        checks.that(toy.passes <= 100,\n                    f"check_grad calls forward {toy.passes} times: "\n                    "two calls for each of 20 entries are enough.")\n    faults = [(Toy((3,), fault=2.5e-3), "is off by 2.5e-3 everywhere"),\n              (Toy((4, 1), fault=-2.5e-3), "is too small by 2.5e-3 everywhere"),\n              (Toy((30, 2), fault=1.0, start=20), "is wrong in the last 40 of 60 entries"),\n              (Toy((3, 5), fault=1.0, start=14), "is wrong in the last of 15 entries")]\n    for toy, what in faults:\n        checks.that(toy.is_refused(check_grad),\n                    f"check_grad lets a gradient pass that {what}. Are up to 20 different entries "\n                    "taken at random, all where there are fewer, and is a difference above 1.5e-3 "\n                    "refused, whatever its sign?")\n        checks.that(np.array_equal(toy.model["W1"], toy.before),\n                    "check_grad changes a parameter when it raises: write the old value back first.")'},
        {'id': '', 'role': 'prose', 'text': 'Now the real network, at its starting weights, on ten random pictures. Nothing is printed where a gradient\nis right.'},
        {'id': 'check_the_network', 'role': 'demo', 'text': 'noise = 0.1 * np.random.default_rng(3).random((10, 2304))\nfor name in ["W3", "b3", "W2", "b2", "W1", "b1"]:\n    check_grad(model, nn_forward, nn_backward, name, noise)\nprint("All six gradients pass.")'},
        {'id': '', 'role': 'prose', 'text': 'How much is that worth? Take a backward pass that forgets the first layer altogether and writes zeros for\n$W_1$.'},
        {'id': 'weak_check', 'role': 'demo', 'text': 'def without_first_layer(model, err, var):\n    nn_backward(model, err, var)\n    model["dE_dW1"] = np.zeros_like(model["W1"])\n\ncheck_grad(model, nn_forward, without_first_layer, "W1", noise)\nvar = nn_forward(model, noise)\nnn_backward(model, var["y"], var)\nlargest = np.abs(model["dE_dW1"]).max()\nprint(f"No gradient at all passes too: the largest right entry is only {largest:.1e}.")'},
        {'id': '', 'role': 'prose', 'text': 'The starting weights are small, so the scores are small. On its way down to $W_1$ the gradient is multiplied\nwith two more matrices of small weights, and it arrives far below the tolerance of $1.5 \\cdot 10^{-3}$. An\nabsolute tolerance says nothing without the size of what it compares. There are two cures: compare relative\nto that size, as `rel_error` of chapter 2 does, or make the gradients large. With larger weights the same\ncheck sees the same fault.'},
        {'id': 'stronger_check', 'role': 'demo', 'text': 'large = {name: 10 * value for name, value in model.items()}\ncheck_grad(large, nn_forward, nn_backward, "W1", noise)\ntry:\n    check_grad(large, nn_forward, without_first_layer, "W1", noise)\nexcept AssertionError:\n    print("With weights ten times as large, "\n          "the right gradient still passes and the zeros are found.")'},
        {'id': '', 'role': 'prose', 'text': "## 8. Softmax\n\nThe scores become probabilities: exponentiate and divide by the sum of the row. Subtracting the row's own\nlargest score first changes nothing, since it cancels in the fraction, and keeps `exp` from overflowing.\n\n$$P_{ij} = \\frac{e^{x_{ij} - m_i}}{\\sum_{k} e^{x_{ik} - m_i}}, \\qquad m_i = \\max_k x_{ik}$$\n\nwith $x$ and $P$ of shape $(N, C)$. `x` is left as it was."},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 10 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhat is subtracted belongs to each row alone, and so does the sum.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nMaximum and sum are $(N, 1)$: `keepdims=True`.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nSubtract in a new array, exponentiate, divide.\n\n</details>'},
        {'id': 'softmax_solution', 'role': 'solution', 'text': 'def softmax(x: np.ndarray) -> np.ndarray:\n    """Turn scores (N, C) into probabilities (N, C), row by row, for scores of any size."""\n    raise NotImplementedError'},
        {'id': 'softmax', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.array([[0.0, np.log(3.0), 0.0, 0.0], [2000.0 + np.log(3.0), 2000.0, 0.0, -2000.0],\n                  [-1000.0, -1000.0, -1000.0, -1000.0]])\n    start, probs = x.copy(), softmax(x)\n    checks.shape("softmax(x)", probs, (3, 4), "one row a case, one column a class")\n    checks.close("softmax(x)", probs, [[1 / 6, 1 / 2, 1 / 6, 1 / 6], [0.75, 0.25, 0, 0], [0.25] * 4],\n                 "each row less its own maximum, over its own sum")\n    checks.kept("x", x, start)\n    checks.close("softmax of a single row", softmax(np.array([[1, 1]])), [[0.5, 0.5]],\n                 "two whole numbers")\n    tiny = softmax(np.array([[1.0, 13.0]])).ravel()[0]\n    checks.close("the small probability of scores 1 and 13, times exp(12),", tiny * np.exp(12),\n                 1 / (1 + np.exp(-12)), "a small probability is not rounded", tolerance=1e-5)'},
        {'id': 'look_at_softmax', 'role': 'demo', 'text': 'print(softmax(nn_forward(model, inputs_train[:2])["y"]).round(3))'},
        {'id': '', 'role': 'prose', 'text': 'At the start every expression gets about one seventh.\n\n## 9. Evaluating\n\nTwo numbers describe a network on a set of $N$ cases: the cross-entropy, which the training lowers, and the\naccuracy, which we care about. With $P$ the probabilities and $T$ the one-hot targets, both of shape $(N,\nC)$:\n\n$$\\mathrm{ce} = -\\frac{1}{N} \\sum_{i,j} T_{ij} \\log P_{ij}, \\qquad\n\\mathrm{acc} = \\frac{1}{N}\\,\\#\\{i : \\arg\\max_j P_{ij} = {\\arg\\max_j T_{ij}}\\}$$\n\n`forward(model, inputs)["y"]` are the scores. A large set can be passed through in batches of `batch_size`\nrows (-1: all at once). That must not change the result: the means are over all $N$ cases, so add up over\nthe batches first and divide once at the end. The last batch may be shorter than the others.'},
        {'id': '', 'role': 'prose', 'text': "*6 points, about 20 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhich numbers add up over batches, and which don't? A mean of means is wrong when the last batch is short.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nEach batch gives a sum of losses and a count of right cases: two numbers.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nLoop over the starts 0, b, 2b, ... and slice; slices past the end are cut off by Python. `np.sum(t * p,\naxis=1)` is the probability of each case's own class.\n\n</details>"},
        {'id': 'evaluate_solution', 'role': 'solution', 'text': 'def evaluate(\n    inputs: np.ndarray, target: np.ndarray, model: dict, forward, batch_size: int = -1\n) -> tuple[float, float]:\n    """Compute the mean cross-entropy and the accuracy over all cases.\n\n    inputs: (N, D). target: one-hot, (N, C). forward(model, x) returns a dictionary with the\n    scores y. batch_size: rows at a time, -1 for all.\n    Returns ce and acc, two numbers; acc is a fraction between 0 and 1.\n    """\n    raise NotImplementedError'},
        {'id': 'evaluate', 'role': 'test', 'text': '@checks.run\ndef check():\n    def forward(model, x):\n        return {"y": model["scale"] * x}\n\n    # scores whose softmax can be read off: the rows sum to 4, 8, 10, 10 and 4\n    scores = np.log(np.array([[1.0, 1, 2], [1, 6, 1], [2, 5, 3], [8, 1, 1], [1, 1, 2]]))\n    target, of_the_right_class = np.eye(3)[[2, 1, 0, 0, 1]], np.array([0.5, 0.75, 0.2, 0.8, 0.25])\n    before = scores.copy(), target.copy()\n    for batch_size in (-1, 5, 2, 3):\n        ce, acc = evaluate(-scores / 2, target, {"scale": -2}, forward, batch_size)\n        checks.close(f"ce with batch_size={batch_size}", ce, -np.log(of_the_right_class).mean(),\n                     "one mean over all cases, which is not the mean of the batches\' means; the scores "\n                     "are those that forward gives for this model")\n        checks.close(f"acc with batch_size={batch_size}", acc, 0.6,\n                     "the fraction of all cases whose most probable class is the right one")\n    evaluate(scores, target, {"scale": 1}, forward)\n    checks.kept("inputs", scores, before[0])\n    checks.kept("target", target, before[1])\n    again = [0, 1, 2, 3, 4, 0]\n    ce, acc = evaluate(scores[again], target[again], {"scale": 1}, forward)\n    checks.close("[ce, acc] of the five cases and the first again", [ce, acc],\n                 [-np.log(of_the_right_class[again]).mean(), 2 / 3], "no size is written into the code")\n    # a single case of four classes, in batches of two\n    ce, acc = evaluate(np.zeros((1, 4)), np.array([[0, 0, 0, 1]]), {"scale": 1}, forward, 2)\n    checks.close("ce of four equal scores", ce, np.log(4), "a batch may be larger than the data")'},
        {'id': 'look_at_evaluate', 'role': 'demo', 'text': 'ce, acc = evaluate(inputs_valid, target_valid, model, nn_forward)\nprint(f"untrained: cross-entropy {ce:.3f} (log 7 = {np.log(7):.3f}), "\n      f"accuracy {acc:.3f} (1/7 = {1 / 7:.3f})")'},
        {'id': '', 'role': 'prose', 'text': '## 10. The update\n\nPlain gradient descent: every one of the six parameters $p$ takes a step against its gradient,\n\n$$p \\leftarrow p - \\eta\\, \\frac{\\partial E}{\\partial p}$$\n\nwith the learning rate $\\eta$ and $\\partial E / \\partial p$ of the shape of $p$, which `nn_backward` left in\n`model`. The new values are written into `model`; the gradients stay, and nothing is remembered from one\nstep to the next.'},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 5 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nSix parameters, six gradients, one rule.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nEach gradient has the shape of its parameter.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nLoop over the six names; the gradient of `name` is under `"dE_d" + name`.\n\n</details>'},
        {'id': 'nn_update_solution', 'role': 'solution', 'text': 'def nn_update(model: dict[str, np.ndarray], eta: float) -> None:\n    """Take one gradient step on W1, W2, W3, b1, b2, b3, in model itself.\n\n    model: the six parameters and their gradients dE_dW1 ... dE_db3. eta: learning rate.\n    """\n    raise NotImplementedError'},
        {'id': 'nn_update', 'role': 'test', 'text': '@checks.run\ndef check():\n    slopes = {"W1": np.full((2, 3), 10.0), "W2": np.full((3, 5), 20.0),\n              "W3": np.full((5, 4), -30.0), "b1": np.ones(3), "b2": np.full(5, -5.0),\n              "b3": np.full(4, 2.0)}\n    step = {name: np.ones_like(slope) for name, slope in slopes.items()}\n    step |= {"dE_d" + name: slope.copy() for name, slope in slopes.items()}\n    moved = {name: 1.0 for name in slopes}\n    for count, eta in ((1, 0.2), (2, 0.2), (3, 0.5)):\n        nn_update(step, eta)\n        for name, slope in slopes.items():\n            moved[name] = moved[name] - eta * slope\n            checks.close(f"{name} after step {count}", step[name], moved[name],\n                         "minus eta times the gradient, in model itself; no step is remembered")\n            checks.kept("dE_d" + name, step["dE_d" + name], slope, "the gradients stay")'},
        {'id': 'look_at_nn_update', 'role': 'demo', 'text': 'for steps in range(4):\n    var = nn_forward(model, noise)\n    half_sum = 0.5 * np.sum(var["y"] ** 2)\n    print(f"half the sum of the squared scores after {steps} steps: {half_sum:.6f}")\n    nn_backward(model, var["y"], var)\n    nn_update(model, 0.02)'},
        {'id': '', 'role': 'prose', 'text': "## 11. Training\n\n`train` repeats, for `num_epochs` epochs:\n\n1. put the training cases in a new random order, inputs and targets alike;\n2. cut that order into batches of `batch_size` (-1: one batch of everything). The last batch holds what is\n   left and counts like any other;\n3. for each batch of $n$ cases: `forward`, then `err`, the gradient of the mean cross-entropy with respect to\n   the scores, then `backward`, then `update`;\n4. after the epoch, measure cross-entropy and accuracy on the whole training split and on the whole\n   validation split.\n\nChapter 1, *Derive it*, has you show for one case what this gradient is:\n\n$$\\mathrm{err} = \\frac{P - T}{n}$$\n\nwith the probabilities $P$, the softmax of the scores, and the targets $T$, both of shape $(n, C)$. Here $n$\ncounts the cases of this batch, the short last one included, so that the size of a step doesn't depend on the\nsize of the batch.\n\n`data` is what `load_data` returned, six arrays in its order; they stay as they are, so shuffle indices\nrather than the arrays. The test split isn't touched. `stats` is a dictionary with the lists `train_ce`,\n`valid_ce`, `train_acc`, `valid_acc`, each with one pair (epoch, value) an epoch; count epochs from 0 or\nfrom 1. `forward`, `backward` and `update` are called as they are passed in: `var = forward(model, x)`,\n`backward(model, err, var)`, `update(model, eta)`."},
        {'id': '', 'role': 'prose', 'text': '*8 points, about 35 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nFour numbered steps above: which happen for every batch, and which once an epoch?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`err` is $(n, C)$, with $n$ the number of rows of *this* batch.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nDraw a permutation of row numbers each epoch and take slices of it; index inputs and targets with the same\nslice. After the inner loop, call `evaluate` for both splits and append (epoch, value).\n\n</details>'},
        {'id': 'train_solution', 'role': 'solution', 'text': 'def train(\n    model: dict, forward, backward, update, eta: float, num_epochs: int, batch_size: int, data: tuple\n) -> tuple[dict, dict]:\n    """Train a model by gradient descent on shuffled batches.\n\n    data: inputs_train, inputs_valid, inputs_test, target_train, target_valid,\n    target_test. batch_size: -1 for the full batch.\n    Returns the trained model, and stats: train_ce, valid_ce, train_acc,\n    valid_acc, each a list of (epoch, value).\n    """\n    raise NotImplementedError'},
        {'id': '', 'role': 'prose', 'text': "The check below trains a spy: a model that notes what it is handed, and whose update only pushes the two\nscores apart, the more so the larger the row's first entry."},
        {'id': 'train', 'role': 'test', 'text': '@checks.run\ndef check():\n    spy = Spy(23)\n    trained, stats = train(spy.model, spy.forward, spy.backward, spy.update, 0.5, 2, 5, spy.data)\n    sizes = [len(cases) for cases, _, _ in spy.batches]\n    checks.that(sizes == [5, 5, 5, 5, 3] * 2,\n                f"The batches have {sizes} cases; expected 5 5 5 5 3 in each of two epochs.")\n    order = np.concatenate([cases for cases, _, _ in spy.batches])\n    checks.close("the cases of each epoch, sorted", np.sort(order.reshape(2, 23)), [range(23)] * 2,\n                 "every case once an epoch")\n    checks.that((order[:23] != order[23:]).any() and (np.diff(order) != 1).any(),\n                "The cases come in the same order in both epochs: draw a new one for each epoch.")\n    for cases, scores, err in spy.batches:\n        checks.close("err", err, spy.wanted(cases, scores),\n                     "probabilities minus these cases\' own targets, divided by the number of cases in "\n                     "this batch")\n    checks.that(spy.etas == [0.5] * 10,\n                f"update was called with eta {spy.etas}; expected 0.5 for each of the ten batches.")\n    checks.close("W1 of the returned model", trained["W1"], [[5, -5], [0, 0], [0, 0]],\n                 "the trained model comes first, then stats")\n    for epoch, weight in enumerate((2.5, 5.0)):\n        for split, count in (("train", 23), ("valid", 7)):\n            entry = [stats[split + what][epoch][1] for what in ("_ce", "_acc")]\n            checks.close(f"[{split}_ce, {split}_acc] of epoch {epoch + 1}", entry,\n                         spy.measured(weight, count), "after the epoch, on the whole split")\n    checks.that(len(stats["train_ce"]) == 2, "One entry an epoch: there were two epochs.")\n    fresh = Spy(23)\n    for name, seen, was in zip(("inputs_train", "inputs_valid", "inputs_test", "target_train"),\n                               spy.data, fresh.data):\n        checks.kept(name, seen, was, "shuffle row numbers instead")\n    # nine cases at once, then in batches of four\n    for batch_size, expected in ((-1, [9]), (4, [4, 4, 1])):\n        spy = Spy(9)\n        train(spy.model, spy.forward, spy.backward, spy.update, 0.1, 1, batch_size, spy.data)\n        sizes = [len(cases) for cases, _, _ in spy.batches]\n        checks.that(sizes == expected,\n                    f"With batch_size={batch_size} nine cases come in batches of {sizes}; "\n                    f"expected {expected}.")'},
        {'id': '', 'role': 'prose', 'text': "### The run\n\nOne more thing comes first: the average face is subtracted from every face. Grey values are never negative,\nso the faces have much in common, and a change of a unit's weights along the average face changes that unit\nfor all of them at once. In this one direction the error is so steep that a step which suits all others\nleaps too far. Subtracting the average takes the direction away. The average is that of the training split\nalone, since the other two stand for faces that nobody has seen yet.\n\nThe learning rate is 0.05 and a batch has 100 faces. 120 epochs take about ten seconds on one core. Over ten\nrandom starts the validation accuracy then lay between 0.76 and 0.83 (0.80 on average), and the training\naccuracy between 0.97 and 1. On the grey values as they are, with all else equal, the validation accuracy\nlay between 0.57 and 0.78 and leaped from one epoch to the next."},
        {'id': 'train_the_network', 'role': 'demo', 'text': 'mean_face = inputs_train.mean(axis=0)\ncentred = [*(inputs - mean_face for inputs in data[:3]), *data[3:]]\nnp.random.seed(8)\nmodel = init_nn(2304, [16, 32], 7)\nw1_at_start = model["W1"].copy()\nmodel, stats = train(model, nn_forward, nn_backward, nn_update, 0.05, 120, 100, centred)\ntrain_acc, valid_acc = stats["train_acc"][-1][1], stats["valid_acc"][-1][1]\nprint(f"after 120 epochs: training accuracy {train_acc:.3f}, validation accuracy {valid_acc:.3f}")'},
        {'id': '', 'role': 'prose', 'text': 'Training takes time, so keep what it gave. `save` writes a dictionary of arrays to one `.npz` file. A model\nthat has been loaded can be trained on as if nothing had happened, since plain gradient descent remembers\nnothing but the parameters.'},
        {'id': 'save_and_continue', 'role': 'demo', 'text': 'save("nn_model.npz", model)\nsave("nn_stats.npz", stats)\nmodel, first = load("nn_model.npz"), load("nn_stats.npz")\nmodel, more = train(model, nn_forward, nn_backward, nn_update, 0.05, 30, 100, centred)\nstats = {name: [*first[name], *(np.array(more[name]) + [len(first[name]), 0])] for name in more}\ntrain_acc, valid_acc = stats["train_acc"][-1][1], stats["valid_acc"][-1][1]\nprint(f"after 150 epochs: training accuracy {train_acc:.3f}, validation accuracy {valid_acc:.3f}")'},
        {'id': 'curves', 'role': 'demo', 'text': 'display_plot(stats["train_ce"], stats["valid_ce"], "cross-entropy", number=0)\ndisplay_plot(stats["train_acc"], stats["valid_acc"], "accuracy", number=1)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 4. Above, the cross-entropy; below, the accuracy. At first both splits improve together. From about\nepoch 30 on the curves part, and after about 100 epochs every further gain is on the training faces alone:\ntheir cross-entropy goes to zero, while that of the validation faces turns and creeps up again, although\ntheir accuracy stays. What the network gets wrong it gets wrong with more confidence. Chapter 4 stops at the\nturn.*\n\nWhat has the first layer learned? Each column of $W_1$ has one weight a pixel, so it can be looked at as a\npicture.'},
        {'id': 'first_layer', 'role': 'demo', 'text': 'on = (nn_forward(model, centred[0])["h1"] > 0).mean(axis=0)\nshow_faces(model["W1"].T, [f"on for {100 * share:.0f} %" for share in on], columns=8)\nshow_faces((model["W1"] - w1_at_start).T, [f"change of {unit}" for unit in range(16)], columns=8)'},
        {'id': '', 'role': 'prose', 'text': "*Figure 5. Each unit of the first layer as a picture: light pixels switch it on, dark ones off. The title\ngives the share of training faces for which it is on; 0 % would be a dead unit, as in chapter 1. Above, the\nweights: most of what one sees is the noise they started from. Below, what training added to it, each\npicture on its own scale of grey. There are brows, eyes and mouths at several heights, since the faces\naren't all at the same place.*\n\nThe accuracy is one number for seven expressions. The *confusion matrix* tells them apart: entry $(i, j)$\ncounts the validation faces of class $i$ that were taken for class $j$."},
        {'id': 'confusion', 'role': 'demo', 'text': 'prediction = softmax(nn_forward(model, centred[1])["y"])\ntrue, predicted = target_valid.argmax(axis=1), prediction.argmax(axis=1)\ncounts = np.zeros((7, 7), dtype=int)\nnp.add.at(counts, (true, predicted), 1)\nshow_confusion(counts, EXPRESSIONS)'},
        {'id': '', 'role': 'prose', 'text': "*Figure 6. Rows are the true classes, columns the predicted ones; what is right stands on the diagonal. The\nmistakes aren't spread evenly: look for the pairs that are taken for each other, and for the class that\ncollects what is faint.*"},
        {'id': '', 'role': 'prose', 'text': '## 12. The faces it is unsure of\n\nAccuracy counts mistakes; the probabilities also tell where the network hesitates. A network is unsure of a\ncase when even its largest probability is small. With `prediction` $P$ of shape $(N, C)$, the confidence of\ncase $i$ is\n\n$$c_i = \\max_j P_{ij}$$\n\nWrite `least_confident`: the indices $i$ of the `k` cases with the smallest $c_i$, the smallest first.'},
        {'id': '', 'role': 'prose', 'text': '*2 points, about 5 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nFirst the confidence of each case, then an order.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$(N, C)$ becomes $(N,)$, and then $k$ row numbers.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\n`np.argsort` gives row numbers in ascending order.\n\n</details>'},
        {'id': 'least_confident_solution', 'role': 'solution', 'text': 'def least_confident(prediction: np.ndarray, k: int = 5) -> np.ndarray:\n    """Find the k cases whose largest probability is smallest.\n\n    prediction: probabilities, (N, C). Returns k row indices, the least confident case first.\n    """\n    raise NotImplementedError'},
        {'id': 'least_confident', 'role': 'test', 'text': '@checks.run\ndef check():\n    guesses = np.array([[0.5, 0.25, 0.25], [0.05, 0.9, 0.05], [0.2, 0.4, 0.4], [0.0, 0.45, 0.55],\n                        [0.3, 0.0, 0.7], [0.34, 0.36, 0.3], [0.6, 0.2, 0.2]])\n    start = guesses.copy()\n    checks.close("least_confident(prediction, 3)", least_confident(guesses, 3), [5, 2, 0],\n                 "row numbers, the smallest of the largest probabilities first")\n    checks.close("least_confident(prediction)", least_confident(guesses), [5, 2, 0, 3, 6],\n                 "five where k isn\'t given")\n    checks.kept("prediction", guesses, start)\n    few = np.array([[0.1, 0.1, 0.1, 0.7], [0.25, 0.25, 0.2, 0.3]])\n    checks.close("least_confident of two cases", least_confident(few, 2), [1, 0], "four classes")\n    order = np.random.default_rng(1).permutation(700)\n    surer = np.empty(700)\n    surer[order] = np.linspace(0.5, 1, 700)\n    many = np.column_stack([1 - surer, surer])\n    checks.close("600 of 700 cases", least_confident(many, 600), order[:600],\n                 "all k of them in order, the least confident first")'},
        {'id': '', 'role': 'prose', 'text': 'Two lines stand above each face: its true class, which comes from the targets, and the predicted class with\nits probability. (Printing the prediction for both is an easy slip, and it makes every network look right.)'},
        {'id': 'look_at_least_confident', 'role': 'demo', 'text': 'unsure = least_confident(prediction, 14)\ntitles = [f"true: {EXPRESSIONS[true[i]]}\\n{EXPRESSIONS[predicted[i]]} {prediction[i].max():.2f}"\n          for i in unsure]\nshow_faces(inputs_valid[unsure], titles)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 7. The fourteen validation faces of which the network is least sure, the least sure first.*\n\n## 13. What does it confuse?\n\nLook at Figures 6 and 7 of your own run. Choose two or three of the faces that the network got wrong and say\nwhat you would have called them. Is the network wrong, or is the label hard to defend? Which expressions\ndoes it confuse, and what do they share that a network of these layers could go by? Is low confidence a good\nsign of a mistake: how many of these faces did it get wrong, and how does that compare with its accuracy on\nall? Answer in five to ten sentences.'},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 25 minutes.*'},
        {'id': 'what_it_confuses', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': '', 'role': 'prose', 'text': '## 14. The test split\n\nSettings were chosen with an eye on the validation split, so its accuracy may flatter. The test split has\nbeen left alone, and is used once, at the end.'},
        {'id': 'test_accuracy', 'role': 'demo', 'text': 'ce, acc = evaluate(centred[2], target_test, model, nn_forward)\nprint(f"test: cross-entropy {ce:.3f}, accuracy {acc:.3f}")'},
        {'id': '', 'role': 'prose', 'text': 'Over ten random starts of 150 epochs the test accuracy lay between 0.83 and 0.87, each time above the\nvalidation accuracy, by 0.02 to 0.09. That does not make the network better than it looked: an accuracy $a$\nmeasured on $N$ faces has a standard error of $\\sqrt{a (1 - a) / N}$, here about 0.02, and which faces came\ninto which split is a matter of chance. Differences of that size between two networks mean as little, unless\nthey come back on other faces.'},
        {'id': '', 'role': 'prose', 'text': '### An experiment of your own\n\nWould wider hidden layers read faces better, or only learn them by heart sooner? Is a smaller batch worth\nits time? Choose one thing to change, write down what you expect, and run it. Nobody grades this cell,\nunless your instructor says so.\n\n- *I change ..., and expect ..., because ...*\n- *What came, on the validation split: ...*\n- *Larger than the 0.02 by which runs differ anyway? ...*'},
        {'id': 'your_experiment', 'role': 'demo', 'text': 'np.random.seed(8)\ntried, tried_stats = train(init_nn(2304, [32, 32], 7), nn_forward, nn_backward, nn_update,\n                           0.05, 40, 100, centred)\nfor name in ["train_acc", "valid_acc"]:\n    print(f"{name} after 40 epochs: {tried_stats[name][-1][1]:.3f} with 32 and 32 units, "\n          f"{stats[name][39][1]:.3f} with 16 and 32")'},
        {'id': '', 'role': 'prose', 'text': "### Random sizes\n\nThe hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your\nfunctions with random sizes and holds them against what is true of *any* right answer: a gradient is the\nslope that is measured, a case alone gives what it gives in a batch, the rows of a softmax sum to 1,\narguments stay as they were, whole numbers give what the same numbers give as floats. No right answer stands\nin that file. Where something is not true, it says what, and for which sizes. The check at the end of this\nnotebook runs this cell, too."},
        {'id': 'try_random_sizes', 'role': 'demo', 'text': 'import properties\n\n\ndef some_affine(rng):\n    N, D, M = rng.integers(1, 5, size=3)\n    return rng.normal(size=(N, D)), rng.normal(size=(D, M)), rng.normal(size=M)\n\n\nproperties.layer("affine", affine, lambda grad_y, x, w, b: affine_backward(grad_y, x, w), some_affine)\nproperties.layer("relu", relu, relu_backward, lambda rng: [rng.normal(size=rng.integers(1, 5, size=2))])\nproperties.rows("softmax", softmax)'},
        {'id': '', 'role': 'prose', 'text': '## What to take along\n\n- A gradient check is only as good as its tolerance: compare relative to the size of the gradients, or make\n  them large enough to tell.\n- A loop that is handed its model, instead of naming it, can be tested with a toy and used with anything.\n- Two curves say more than one number: where training and validation part, the network has begun to learn\n  its faces by heart.\n- Accuracy counts mistakes; confidence says where to look for them. A confident network is not always right.\n- Every accuracy has a standard error. On 400 faces it is 0.02.\n\nIn chapter 4, `modular_mnist`, the network is made of parts that can be exchanged: other activations,\nmomentum, a penalty on the weights, and a rule for when to stop.'},
        {'id': '', 'role': 'prose', 'text': '## Before you hand it in\n\nSave the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says\nquestion by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.\nWith `all=True` it runs training and demonstrations as well.'},
        {'id': 'check_this_notebook', 'role': 'demo', 'text': 'import check_notebook\n\ncheck_notebook.run()'},
    ],
})

if __name__ == "__main__":
    status = main(sys.argv[1:])
    if not hasattr(builtins, "get_ipython"):  # %run would show an exit as an error
        sys.exit(status)
