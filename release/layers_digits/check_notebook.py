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
    'assignment': 'layers_digits',
    'release': '5edd9d3ba6a96f0c',
    'files': ['checks.py', 'diagrams.py', 'pictures.py', 'properties.py', 'gradient_check.py', 'suspects.py', 'digits.npz'],
    'may_hand_in': [],
    'graded_with': {'python': '3.11', 'numpy': '2.4', 'modules': 'IPython PIL alembic annotated_doc annotated_types anyio argon2 arrow asttokens async_lru attr attrs babel bleach bs4 certifi cffi charset_normalizer comm contourpy cycler dateutil debugpy defusedxml executing fastjsonschema fontTools fqdn h11 httpcore httpx idna ipykernel ipykernel_launcher ipython_pygments_lexers ipywidgets isoduration jedi jinja2 json5 jsonpointer jsonschema jsonschema_specifications jupyter jupyter_builder jupyter_client jupyter_core jupyter_events jupyter_lsp jupyter_server jupyter_server_terminals jupyterlab jupyterlab_jupytext jupyterlab_pygments jupyterlab_server jupyterlab_widgets jupytext jupytext_config kiwisolver lark latex2mathml mako markdown_it markupsafe matplotlib matplotlib_inline mdit_py_plugins mdurl mistune mpl_toolkits msgspec nbclient nbconvert nbformat nbgrader nest_asyncio2 notebook notebook_shim numpy overrides packaging pandocfilters parso pexpect pip pkg_resources platformdirs prometheus_client prompt_toolkit psutil ptyprocess pure_eval pycparser pydantic pydantic_core pygments pylab pyparsing pythonjsonlogger rapidfuzz referencing requests rfc3339_validator rfc3986_validator rfc3987_syntax rich rpds send2trash setuptools shellingham six soupsieve sqlalchemy stack_data terminado tinycss2 tornado traitlets typer typing_extensions typing_inspection tzdata uri_template urllib3 wcwidth webcolors webencodings websocket widgetsnbextension yaml zmq'},
    'packages': [],
    'limits': {'cell': 40.0, 'cells': 60.0, 'probe': 5.0, 'memory': 1024},
    'questions': [
        {'id': 'affine_forward', 'points': 5.0, 'written': False, 'trains': False, 'defines': ['affine_forward']},
        {'id': 'shape_argument', 'points': 2.0, 'written': True, 'trains': False, 'defines': []},
        {'id': 'affine_backward', 'points': 7.0, 'written': False, 'trains': False, 'defines': ['affine_backward']},
        {'id': 'relu_forward', 'points': 2.0, 'written': False, 'trains': False, 'defines': ['relu_forward']},
        {'id': 'relu_backward', 'points': 4.0, 'written': False, 'trains': False, 'defines': ['relu_backward']},
        {'id': 'check_layer', 'points': 4.0, 'written': False, 'trains': False, 'defines': ['check_layer']},
        {'id': 'softmax_gradient', 'points': 3.0, 'written': True, 'trains': False, 'defines': []},
        {'id': 'softmax_loss', 'points': 9.0, 'written': False, 'trains': False, 'defines': ['softmax_loss']},
        {'id': 'train_two_layer', 'points': 10.0, 'written': False, 'trains': False, 'defines': ['train_two_layer']},
        {'id': 'dead_units', 'points': 4.0, 'written': True, 'trains': False, 'defines': []},
    ],
    'cells': [
        {'id': '', 'role': 'prose', 'text': '# Layers, and a two-layer network on digits\n\n*Chapter 1 of 5. 50 points.*\n\nA neural network is a chain of simple functions, its *layers*. To train it we need two things from each:\nwhat it puts out, and how the loss answers when what went in changes a little. In this chapter you write\nthree layers that give both, check each against a gradient that is measured instead of derived, and chain\nthem into a network that reads handwritten digits.\n\n$$x \\;\\longrightarrow\\; \\text{affine} \\;\\longrightarrow\\; \\text{ReLU} \\;\\longrightarrow\\; \\text{affine} \\;\\longrightarrow\\; \\text{softmax loss} \\;\\longrightarrow\\; L$$\n\nAt the end it reads about 98 of 100 digits that it has never seen, after a few seconds of training, and you\nwill have written every line that learns. We close with settings under which the very same code learns\nnothing, and with the reasons.'},
        {'id': '', 'role': 'prose', 'text': '## How to work\n\nSeven questions ask for code. Each is a cell with a signature and a docstring. Put your code where it says\n`raise NotImplementedError`, and keep the name, the arguments and what is returned. You may define helpers in\nthe same cell. The cell below it is a check. JupyterLab shows it folded, for it may give away how to begin;\nclick on it if you want to read it. It is silent when it finds nothing wrong, otherwise it says what it saw,\nwhat it expected, and what usually causes the difference. Where you are stuck, three hints unfold above the\ncell for your code, from a nudge to the idea; read the first, try again, and only then the next. Three more\nquestions ask for a written answer, which a person reads.\n\nHidden tests then try your code on other shapes and values. What they may try, for every function:\n\n- arguments are left as they were, and results are new arrays (a cache may hold the arguments themselves);\n- a batch may have one example only, and all sizes may differ from each other;\n- arrays of integers and of `float32` are as welcome as `float64`, and a result that is a fraction stays\n  one (mind that `np.zeros_like(x)` holds integers where `x` does; `np.zeros(x.shape)` does not);\n- a loop and a vectorized expression are equally right.\n\nEach part is tested by itself: a mistake in one layer costs nothing in the next.'},
        {'id': 'imports', 'role': 'given', 'text': 'import os\nfrom collections.abc import Callable\n\n# Before NumPy is loaded: on matrices this small, threads cost more than they bring.\nos.environ.setdefault("OPENBLAS_NUM_THREADS", "1")\n\nimport matplotlib.pyplot as plt\nimport numpy as np\n\nimport checks\nimport diagrams\nimport pictures\nimport suspects\nfrom gradient_check import (\n    eval_numerical_gradient,\n    eval_numerical_gradient_array,\n    load_digits,\n    rel_error,\n)\n\nplt.style.use("tableau-colorblind10")'},
        {'id': '', 'role': 'prose', 'text': '## The digits\n\nThe data are 1797 handwritten digits (Alpaydin and Kaynak 1998), each a picture of 8 x 8 pixels from 0,\npaper, to 1, ink. To a network a picture is a row of 64 numbers, so the data are a matrix `X` with one row\nan example, and a vector `y` of labels from 0 to 9. We train on 70 % of the rows, 1257, and keep 540 to test\non. Guessing is right once in ten times.'},
        {'id': 'look_at_digits', 'role': 'demo', 'text': 'X_train, y_train, X_test, y_test = load_digits()\nfig, axes = plt.subplots(2, 12, figsize=(9, 2.1), layout="constrained")\nfor ax, image, label in zip(axes.flat, X_train, y_train):\n    ax.imshow(image.reshape(8, 8), cmap="gray_r")\n    ax.set_title(label, fontsize=10)\n    ax.axis("off")\npictures.show(\n    "Two rows of twelve handwritten digits, 8 by 8 pixels each, dark ink on white, each with "\n    "its label above."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 1. The first 24 training digits, with their labels. At 8 x 8 pixels some are hard for a person too.*'},
        {'id': '', 'role': 'prose', 'text': "## Layers come in pairs\n\nEvery layer in this course is a pair of functions.\n\n- `layer_forward(x, ...)` returns the output and a *cache*: what the way back will need.\n- `layer_backward(dout, cache)` is given `dout`, the gradient of the loss with respect to the layer's\n  output, and returns the gradients with respect to what went in.\n\nWhat connects them is the chain rule. Let $L$ be the loss, one number, and $i$ and $j$ run over all entries\nof $x$ and of the output, whatever their shapes. We write $dx$ for $\\partial L / \\partial x$ and $dout$ for\n$\\partial L / \\partial out$, as the code does.\n\n$$dx_i = \\sum_j dout_j \\, \\frac{\\partial out_j}{\\partial x_i}$$\n\nThree things follow, and they catch most mistakes. A gradient has the shape of what it is the gradient of.\nWhat is used several times, as a weight is by every example, collects the *sum* of what comes back along\neach use. And a layer needs to know nothing about the layers above it but `dout`: so layers can be written,\ntested and chained one by one, from the loss back to the input. That is backpropagation (Rumelhart, Hinton\nand Williams 1986).\n\nThe table of all $\\partial out_j / \\partial x_i$ is never built. For 100 examples with 64 inputs and 100\noutputs each it would have 64 million entries, nearly all of them zero. Each layer knows a shortcut for the\nsum, and finding it is what the next pages are about.\n\nHere is the pair for a layer that cubes its input. Entry $i$ of the output depends on entry $i$ of the input\nalone, so the sum has one term."},
        {'id': 'cube_layer', 'role': 'demo', 'text': 'def cube_forward(x):\n    return x**3, x  # the output, and the cache\n\n\ndef cube_backward(dout, cache):\n    return dout * 3 * cache**2\n\n\nout, cache = cube_forward(np.array([1.0, -2.0, 0.5]))\nprint("out", out, "  dx", cube_backward(np.array([1.0, 1.0, 10.0]), cache))'},
        {'id': '', 'role': 'prose', 'text': 'Here is a whole network of such layers, small enough to follow with a pencil: two inputs, two hidden units,\ntwo classes, and one example with label 1. You will write every step of it.'},
        {'id': 'draw_the_network', 'role': 'demo', 'text': 'diagrams.network(\n    [[2, -1], [2, -3], [2, 0], [2, 0]], [[0.881, 0], [0.881, 0], [0.881, -2.64], [0.881, -0.881]],\n    [[[1, -1], [0, 1]], None, [[1, 0], [-1, 2]]], ["x", "affine", "ReLU", "affine: scores"],\n    "A network of three layers with two units each and biases of 0. Forward: x is (2, -1), the "\n    "first affine layer gives (2, -3), ReLU (2, 0), the second affine layer the scores (2, 0). "\n    "Back from the scores: (0.881, -0.881), then (0.881, -2.64), after ReLU (0.881, 0), and "\n    "(0.881, 0) at x.")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 2. Forward, blue: the numbers in the circles, from left to right, with the weights on the edges and\nbiases of 0. Back, orange: below each number the gradient of the loss with respect to it, from right to\nleft. The way back begins at the scores, with what the loss sends down: 0.881 and -0.881, which section 6\nexplains. A number that acts along several edges collects from all of them, as in* $0.881 \\cdot (-1) - 0.881\n\\cdot 2 = -2.64$*. The second hidden unit is negative, and ReLU lets nothing back through it.*'},
        {'id': '', 'role': 'prose', 'text': "## Measuring a gradient\n\nA backward function with a slip in it runs as smoothly as a right one, and the network often still learns a\nlittle. So we check it against a gradient that needs no calculus. Choose any `dout`, call $L = \\sum_j\ndout_j\\, out_j$ the loss, move one entry of $x$ by a small $h$ to either side and see how much $L$ changes:\n\n$$dx_i \\approx \\frac{L(x + h e_i) - L(x - h e_i)}{2h}$$\n\nwhere $e_i$ is 1 at entry $i$ and 0 elsewhere. This *central difference* is wrong by about $\\tfrac{1}{6} h^2\n|L'''|$, because $h$ is not infinitely small, and by about $10^{-16} |L| / h$, because numbers are rounded.\nA step near $10^{-5}$ is a good compromise, and leaves 8 to 11 digits right.\n\nWhy not train with it? It runs the network twice for every weight. Ours will have 7510 of them, and a\nbackward pass gets all their gradients for the price of about two forward passes.\n\nThree helpers come with this notebook: `eval_numerical_gradient_array(f, x, dout)` measures a layer,\n`eval_numerical_gradient(f, x)` a function that returns one number, and `rel_error(a, b)` is the largest\n$|a - b| / \\max(10^{-8}, |a| + |b|)$ over the entries, so that two zeros agree. Below $10^{-7}$ two gradients\nagree; above $10^{-4}$ one of them is wrong, unless the function has a kink, a place where its slope jumps,\nbetween $x - h$ and $x + h$."},
        {'id': 'step_sizes', 'role': 'demo', 'text': 'x, dout = np.array([0.7, -2.3, 0.4]), np.array([1.0, 1.0, 10.0])\nfor h in 1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11:\n    measured = eval_numerical_gradient_array(lambda x: cube_forward(x)[0], x, dout, h)\n    error = rel_error(measured, cube_backward(dout, x))\n    print(f"h = {h:.0e}   relative error of the cube layer\'s gradient {error:.1e}")'},
        {'id': '', 'role': 'prose', 'text': 'From top to bottom the error falls with $h^2$, is smallest at $10^{-5}$, and rises again as rounding takes\nover. Chapter 2 lets you write the measuring yourself.'},
        {'id': '', 'role': 'prose', 'text': '## 1. Affine layer, forward\n\nThe workhorse. Each of its $M$ outputs is a weighted sum of all inputs, plus a bias of its own. The inputs\nof one example may come in any shape, such as an image with colours: flatten them to a row of $D = d_1 d_2\n\\cdots d_k$ numbers first, in the order in which `reshape` reads them. Write `affine_forward`.\n\n$$out = \\tilde{x}\\, w + b, \\qquad \\text{entry by entry} \\quad out_{nm} = \\sum_d \\tilde{x}_{nd}\\, w_{dm} + b_m$$\n\nwith $x$ of shape $(N, d_1, \\dots, d_k)$, its flattened form $\\tilde{x}$ of shape $(N, D)$, $w$ of shape\n$(D, M)$, $b$ of shape $(M,)$ and $out$ of shape $(N, M)$. The cache keeps the arguments as they came,\nbecause on the way back $dx$ must get the shape of $x$.\n\nA trap: return both, the output *and* the cache. With `out` alone, a line such as `out, cache =\naffine_forward(x, w, b)` need not fail: Python takes an array apart row by row, so two examples become one\n"output" and one "cache", and the error shows later and somewhere else.'},
        {'id': 'draw_the_bias', 'role': 'demo', 'text': 'diagrams.broadcast(\n    4, 3, "The bias, a row of three numbers, is repeated for each of the four rows of x w and added "\n          "to it; on the way back its gradient is the sum over the rows.")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 3. NumPy adds an array of shape* $(M,)$ *to each row of one of shape* $(N, M)$*: it broadcasts. The\nbias has one axis in this chapter.*'},
        {'id': '', 'role': 'prose', 'text': '*5 points, about 15 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhat is one example, and what becomes of its other axes?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$\\tilde{x}$ is $(N, D)$, with $N$ = `len(x)`; let `reshape` find $D$ with -1. $(N, D)(D, M) + (M,)$ is $(N,\nM)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nFlatten into a new name, so that the cache can hold `x` itself; one matrix product, one sum.\n\n</details>'},
        {'id': 'affine_forward_solution', 'role': 'solution', 'text': 'def affine_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, tuple]:\n    """Compute weighted sums of the inputs of each example, plus a bias.\n\n    x: inputs, (N, d1, ..., dk) with k of 1 or more; D = d1 * ... * dk.\n    w: weights, (D, M).\n    b: biases, (M,).\n    Returns out, (N, M), and the cache (x, w, b), x in the shape in which it came.\n    """\n    raise NotImplementedError'},
        {'id': 'affine_forward', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.linspace(-0.1, 0.5, 240).reshape(2, 4, 5, 6)\n    w, b = np.linspace(-0.2, 0.3, 360).reshape(120, 3), np.linspace(-0.3, 0.1, 3)\n    out, cache = checks.parts("affine_forward", affine_forward(x, w, b), "out", "the cache (x, w, b)")\n    checks.shape("out", out, (2, 3), "one row an example, one column an output")\n    expected = [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]]\n    checks.close("out", out, expected,\n                 "each example becomes one row; its weighted sums, plus the bias of each column", 1e-7)\n    checks.shape("x in the cache", cache[0], (2, 4, 5, 6),\n                 "keep x as it came: the flattened copy is for the product alone")\n    # three examples of 2 x 2 numbers, and one output; whole numbers\n    x, w, b = np.array([[[1, -2], [0, 3]], [[2, 0], [1, 1]], [[0, 1], [-1, 0]]]), [3, 1, -2, 1], 0.5\n    out, cache = affine_forward(x, np.array(w)[:, None], np.array([b]))\n    checks.close("out of three examples and one output", out, [[4.5], [5.5], [3.5]],\n                 "no size is written into the code, and negative sums stay negative")\n    out, cache = affine_forward(-x[:1], np.array(w)[:, None], np.array([b]))\n    checks.close("out of a single example", out, [[-3.5]], "weighted sums may be negative")\n    checks.that(len(cache) == 3, f"the cache holds {len(cache)} things; expected (x, w, b)")\n    for name, seen, given in zip(("x", "w", "b"), cache, (-x[:1], np.array(w)[:, None], [b])):\n        checks.close(f"{name} in the cache", seen, given, "the cache is (x, w, b), as they came")'},
        {'id': 'look_at_affine', 'role': 'demo', 'text': 'pixels = X_train[:5].reshape(5, 8, 8)  # five pictures, not yet flattened\nweights, biases = np.full((64, 3), 1 / 64), np.array([0.0, 1.0, 2.0])\nout, cache = affine_forward(pixels, weights, biases)\nprint("five pictures", cache[0].shape, "become", out.shape, "with weights", weights.shape)\nprint("the mean grey value of each picture, plus 0, 1 and 2:", out.round(2), sep="\\n")'},
        {'id': '', 'role': 'prose', 'text': '## 2. Affine layer, backward\n\nWhere does the weight $w_{dm}$ act? In $out_{nm}$, for every example $n$, with slope $\\tilde{x}_{nd}$. In\nthe same way $\\tilde{x}_{nd}$ acts in all outputs $m$ of its own example, with slope $w_{dm}$, and $b_m$ in\nevery example, with slope 1. By the chain rule each of them collects, over all the entries of $out$ in which\nit acts, its slope times that entry of $dout$:\n\n$$d\\tilde{x} = dout\\; w^\\top, \\qquad dw = \\tilde{x}^\\top dout, \\qquad db = \\sum_n dout_n$$\n\nwith $dout$ of shape $(N, M)$, $d\\tilde{x}$ of shape $(N, D)$, $dw$ of shape $(D, M)$, $db$ of shape $(M,)$.\nOver the batch these are sums, not means: where a mean is wanted, the loss has already divided by $N$. Write\n`affine_backward`, and give $dx$ the shape of $x$.'},
        {'id': '', 'role': 'prose', 'text': "**Question.** Why $\\tilde{x}^\\top dout$, and not some other product? Answer on paper first, in two steps.\n\n1. *By shape.* $dw$ must have the shape of $w$. Of the products of $\\tilde{x}$ and $dout$, transposed or not\n   and in either order, which exist for all $N$, $D$ and $M$, and which of them has that shape?\n2. *By the chain rule.* Write $dw_{dm}$ as a sum over $n$ and $m'$, with $\\partial out_{nm'} / \\partial\n   w_{dm}$ worked out, and show that it is that product's entry $(d, m)$."},
        {'id': '', 'role': 'prose', 'text': '*2 points, about 10 minutes.*'},
        {'id': 'shape_argument', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': '', 'role': 'prose', 'text': '*7 points, about 20 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nThree formulas above, three arrays to return. Which of them lives in the flattened world?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$dout\\, w^\\top$ is $(N, D)$ and must get the shape of $x$ back; $\\tilde{x}^\\top dout$ is $(D, M)$; the sum\nof `dout` over the axis of the examples is $(M,).$\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nFlatten `x` again, exactly as on the way forward. Nothing is divided by $N$.\n\n</details>'},
        {'id': 'affine_backward_solution', 'role': 'solution', 'text': 'def affine_backward(dout: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:\n    """Compute the gradients of the affine layer.\n\n    dout: gradient of the loss with respect to the output, (N, M).\n    cache: (x, w, b) as affine_forward got them; x is (N, d1, ..., dk), w (D, M), b (M,).\n    Returns dx with the shape of x, dw (D, M) and db (M,).\n    """\n    raise NotImplementedError'},
        {'id': 'affine_backward', 'role': 'test', 'text': '@checks.run\ndef check():\n    # two examples of 1 x 3 numbers, four outputs\n    x = np.array([[[1.0, 2.0, 0.0]], [[0.0, -1.0, 3.0]]])\n    w = np.array([[1.0, 0, 2, -1], [0, 3, 1, 1], [2, 1, 0, 5]])\n    dout = np.array([[1.0, 0, -1, 2], [0, 2, 1, 1]])\n    before = x.copy(), w.copy(), dout.copy()\n    dx, dw, db = affine_backward(dout, (x, w, np.zeros(4)))\n    checks.shape("dx", dx, (2, 1, 3), "dx has the shape of x itself")\n    checks.close("dx", dx, [[[-3, 1, 12]], [[1, 8, 7]]],\n                 "each entry of x collects from all outputs of its own example")\n    checks.shape("dw", dw, (3, 4), "dw has the shape of w")\n    checks.close("dw", dw, [[1, 0, -1, 2], [2, -2, -3, 3], [0, 6, 3, 3]],\n                 "each weight collects from all examples: a sum over the batch, not a mean")\n    checks.close("db", db, [1, 2, 0, 3], "one number an output, a sum over the batch, not a mean")\n    for name, seen, was in zip(("x", "w", "dout"), (x, w, dout), before):\n        checks.kept(name, seen, was)\n    # one example of two numbers, three outputs; whole numbers, and a bias that is not zero\n    cache = np.array([[2, -3]]), np.array([[1, 0, 4], [2, -1, 1]]), np.array([7, 8, 9])\n    dx, dw, db = affine_backward(np.array([[0.5, 1, -1]]), cache)\n    checks.close("dx of a single example", dx, [[-3.5, -1]], "the bias plays no part in it")\n    checks.close("dw of a single example", dw, [[1, 2, -2], [-1.5, -3, 3]], "x times dout")\n    checks.close("db of a single example", db, [0.5, 1, -1], "(M,), one axis")'},
        {'id': 'look_at_affine_backward', 'role': 'demo', 'text': 'rng = np.random.default_rng(0)\nx, w, b = rng.normal(size=(10, 2, 3)), rng.normal(size=(6, 5)), rng.normal(size=5)\ndout = rng.normal(size=(10, 5))\nfor name, at, seen in zip(("dx", "dw", "db"), (x, w, b), affine_backward(dout, (x, w, b))):\n    measured = eval_numerical_gradient_array(lambda _: affine_forward(x, w, b)[0], at, dout)\n    error = rel_error(seen, measured)\n    print(f"{name} {seen.shape}: relative error against the measured gradient {error:.0e}")'},
        {'id': '', 'role': 'prose', 'text': '## 3. ReLU, forward\n\nTwo affine layers in a row are no more than one affine layer, since a weighted sum of weighted sums is a\nweighted sum. Something must bend between them. The *rectified linear unit* is the simplest bend there is,\nand it often works better than the smooth ones that came before it (Nair and Hinton 2010). Write\n`relu_forward`.\n\n$$out = \\max(0, x)$$\n\nentry by entry, with $x$ and $out$ of the same shape, whatever it is. The cache is $x$ itself.'},
        {'id': '', 'role': 'prose', 'text': '*2 points, about 5 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhich entries change, and to what?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nThe shape of `x`, with any number of axes.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nNumPy has a function of two arguments that takes the larger, entry by entry. Do not write into `x`.\n\n</details>'},
        {'id': 'relu_forward_solution', 'role': 'solution', 'text': 'def relu_forward(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:\n    """Replace negative entries by zero.\n\n    x: inputs of any shape.\n    Returns out, of the shape of x, and the cache, which is x itself.\n    """\n    raise NotImplementedError'},
        {'id': 'relu_forward', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.linspace(-0.5, 0.5, 12).reshape(3, 4)\n    out, cache = checks.parts("relu_forward", relu_forward(x), "out", "the cache, which is x")\n    expected = [[0, 0, 0, 0], [0, 0, 0.04545455, 0.13636364],\n                [0.22727273, 0.31818182, 0.40909091, 0.5]]\n    checks.close("out", out, expected,\n                 "negative entries become 0, the others stay what they are", 1e-7)\n    checks.kept("x", x, np.linspace(-0.5, 0.5, 12).reshape(3, 4))\n    checks.close("the cache", cache, x, "it is x itself, negative entries included")\n    out, cache = relu_forward(np.array([[[-3], [0], [7]]]))  # three axes, whole numbers\n    checks.close("out", out, [[[0], [0], [7]]], "any number of axes, and whole numbers too")\n    checks.close("the cache", cache, [[[-3], [0], [7]]], "it is x itself")'},
        {'id': '', 'role': 'prose', 'text': "## 4. ReLU, backward\n\nWhere the input was positive, the output moves along with it: slope 1. Where it was negative, the output\nstays 0 whatever the input does: slope 0. So the layer is a gate, which each entry of `dout` either passes\nor doesn't. The gate was set by the *input*; the sign of `dout` has no say. Write `relu_backward`, and mind\nthat `dout` belongs to the caller.\n\n$$dx_i = \\begin{cases} dout_i & \\text{where } x_i > 0 \\\\ 0 & \\text{where } x_i < 0 \\end{cases}$$\n\nwith $dout$, $x$ and $dx$ of the same shape. At 0 itself there is a kink, where either answer is accepted."},
        {'id': '', 'role': 'prose', 'text': '*4 points, about 10 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhere does the gate open? Look at the cache, not at `dout`.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`dout`, the cache and the result all have one shape.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nA comparison gives an array of True and False, and multiplying by it keeps or removes. The product is a new\narray.\n\n</details>'},
        {'id': 'relu_backward_solution', 'role': 'solution', 'text': 'def relu_backward(dout: np.ndarray, cache: np.ndarray) -> np.ndarray:\n    """Compute the gradient of the ReLU layer.\n\n    dout: gradient of the loss with respect to the output, of any shape; it is left as it was.\n    cache: x, the input of relu_forward, of the same shape.\n    Returns dx, of the same shape.\n    """\n    raise NotImplementedError'},
        {'id': 'relu_backward', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.array([[-2.0, 3.0, 0.25], [4.0, -0.1, -6.0]])\n    dout = np.array([[5.0, -7.0, 2.0], [3.0, -1.0, 8.0]])\n    before = x.copy(), dout.copy()\n    dx = relu_backward(dout, x)\n    checks.close("dx", dx, [[0, -7, 2], [3, 0, 0]],\n                 "dout where x is positive, 0 elsewhere: the gate is set by x, not by dout")\n    checks.kept("x", x, before[0])\n    checks.kept("dout", dout, before[1])\n    dx = relu_backward(np.array([0.5, 0.25, -1.5, 1.0]), np.array([3, -1, 2, -4]))\n    checks.close("dx where x holds whole numbers", dx, [0.5, 0, -1.5, 0],\n                 "one axis is a shape too; fractions of dout are kept")'},
        {'id': 'look_at_relu', 'role': 'demo', 'text': 'x, dout = np.linspace(-2, 2, 400), np.cos(6 * np.linspace(-2, 2, 400))\nfig, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")\nleft.plot(x, relu_forward(x)[0])\nleft.set(title="relu_forward", xlabel="x", ylabel="out")\nright.plot(x, dout, ":", label="dout, from above")\nright.plot(x, relu_backward(dout, x), label="dx, passed on")\nright.set(title="relu_backward", xlabel="x", ylim=(-1.1, 2.1))\nright.legend(loc="upper left")\npictures.show(\n    "Left: ReLU is zero for negative inputs and a straight line of slope one for positive ones. "\n    "Right: a wave as upstream gradient is passed where the input is positive and set to zero "\n    "where it is negative."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 4. ReLU in both directions. Left, the output against the input. Right, a wave comes back from above\nas `dout` (dotted); `dx` is that wave where $x$ is positive and 0 where it is negative.*'},
        {'id': '', 'role': 'prose', 'text': '## 5. Break the checker\n\nYou trust a layer because a check found nothing. But a check is code too, and one that never complains looks\njust like one that finds nothing. There is a way to tell them apart: hand the check layers that are wrong on\npurpose, and see which of them *survive* (DeMillo, Lipton and Sayward 1978). Now you write the check, and we\nhand it the layers.\n\nWrite `check_layer` for layers that work entry by entry, as the cube and ReLU do. It is given the two\nfunctions of a layer and nothing else; which inputs it tries is up to you. With $x$ of shape $(N, D)$, one\nrow an example, and `out, cache = forward(x)`, a right `dx = backward(dout, cache)` has the shape of $x$\nand, for every $x$ and $dout$,\n\n$$dx_i = dout_i \\, \\frac{\\partial out_i}{\\partial x_i}$$\n\n- On a right layer it ends without an error. The outputs of a right layer may be very large or very small,\n  and it may have a kink at 0, where no measured slope is right.\n- On a wrong layer it raises an error, as `assert` does. A wrong gradient may be off by as little as 0.3 %,\n  may be wrong for some inputs only, may have another shape, or may not be a number at all.\n\nThe helpers of *Measuring a gradient* are at hand.'},
        {'id': '', 'role': 'prose', 'text': '*4 points, about 25 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nThink of a wrong layer, such as one that forgets `dout`. For which `x` and `dout` does it look right? Do not\ntry those alone.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nSeveral examples with several entries each, such as $(4, 5)$, for `x` and for `dout`. Random numbers have\nboth signs, and none of them is exactly 0.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nMeasure with `eval_numerical_gradient_array`, compare with `rel_error`, and assert that the error *is\nsmall*: a comparison with a number that is none is never true, so asking whether it is large lets NaN pass.\n\n</details>'},
        {'id': 'check_layer_solution', 'role': 'solution', 'text': 'def check_layer(forward: Callable, backward: Callable) -> None:\n    """Test a layer that works entry by entry.\n\n    forward: takes x, (N, D), and returns out, (N, D), and a cache.\n    backward: takes dout, (N, D), and that cache, and returns dx, (N, D).\n    Raises an error where dx is not the gradient, and returns nothing.\n    """\n    raise NotImplementedError'},
        {'id': 'check_layer', 'role': 'test', 'text': '@checks.run\ndef check():\n    refused, survivors = suspects.refused(check_layer), suspects.survivors(check_layer)\n    checks.that(not refused, " ".join(refused) + " A right layer should pass.")\n    checks.that(not survivors, f"Wrong layers that survive: {len(survivors)} of {len(suspects.WRONG)}. "\n                "check_layer lets a layer pass " + "; one ".join(survivors) + ".")'},
        {'id': '', 'role': 'prose', 'text': 'No check finds everything. Here is a wrong layer that nearly every check lets pass. Can you write another\none that survives your own check?'},
        {'id': 'a_survivor', 'role': 'demo', 'text': 'def wrong_far_out(dout, cache):\n    return cube_backward(dout, cache) * (np.abs(cache) < 100)\n\n\ntry:\n    check_layer(cube_forward, wrong_far_out)\n    print("A gradient that is 0 beyond 100 survives: the check did not look so far out.")\nexcept Exception as error:\n    print(f"A gradient that is 0 beyond 100 is found: {type(error).__name__}.")'},
        {'id': '', 'role': 'prose', 'text': "## 6. Softmax loss\n\nThe last affine layer puts out a score for each class. *Softmax* turns a row of scores into probabilities,\nby exponentiating and dividing by the sum of the row; the *cross-entropy* loss is minus the logarithm of the\nprobability that the right class got. A sure and right answer costs nothing, a guess among $C$ classes costs\n$\\log C$, and a wrong answer costs the more the surer it was.\n\n$$P_{ij} = \\frac{e^{x_{ij}}}{\\sum_k e^{x_{ik}}}, \\qquad L = -\\frac{1}{N} \\sum_i \\log P_{i y_i}$$\n\nwith scores $x$ of shape $(N, C)$, $P$ of the same shape, and labels $y$ of shape $(N,)$, integers from 0 to\n$C - 1$.\n\n### Stable for any scores\n\n$e^{x}$ overflows at about $x = 710$. But adding one number to all scores of a row changes nothing, since it\ncancels in the fraction. So subtract the row's own maximum $m_i = \\max_k x_{ik}$: the largest exponent\nbecomes 0. A second trap remains. With scores $[1000, 0]$ and label 1, the right class has a probability so\nsmall that it is rounded to 0, and its logarithm is $-\\infty$, though the loss is simply 1000. Take the\nlogarithm on paper, before anything is rounded:\n\n$$-\\log P_{ij} = \\log \\Big( \\sum_k e^{x_{ik} - m_i} \\Big) - (x_{ij} - m_i)$$\n\n### The gradient\n\nIt is the best-known gradient of the field: what the network said minus what it should have said.\n\n$$dx_{ij} = \\frac{1}{N} \\left( P_{ij} - [\\,j = y_i\\,] \\right)$$\n\nwhere the bracket is 1 if it holds and else 0. Figure 2 begins its way back with it: the scores $(2, 0)$ give\n$P = (0.881, 0.119)$, and with label 1 that leaves $(0.881, -0.881)$. There is no `dout`, because the loss is\nthe end of the chain.\nWrite `softmax_loss`, which returns loss and gradient together."},
        {'id': '', 'role': 'prose', 'text': '**Question.** Derive it, on paper, once in your life. Take a single example with scores $x_1, \\dots, x_C$\nand label $y$, so that $L = -\\log P_y$.\n\n1. Write $L$ as a difference, so that no fraction is left.\n2. Differentiate both terms with respect to $x_j$, for $j = y$ and for $j \\ne y$.\n3. Say where the $1/N$ comes from, and why each row of $dx$ sums to 0.'},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 15 minutes.*'},
        {'id': 'softmax_gradient', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': '', 'role': 'prose', 'text': "*9 points, about 35 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nFollow the formula of *Stable for any scores* for one row on paper, with scores 1000 and 0.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nThe maximum and the sum of each row are $(N, 1)$: `keepdims=True`. `P[np.arange(N), y]` is the label's entry\nof each row, $(N,)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nWork out the logarithms of all probabilities first, $(N, C)$; the loss is a mean of some of them, and `dx`\nstarts as their exponential.\n\n</details>"},
        {'id': 'softmax_loss_solution', 'role': 'solution', 'text': 'def softmax_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:\n    """Compute the mean cross-entropy of softmax probabilities and its gradient, for scores of any size.\n\n    x: scores, (N, C); left as they were.\n    y: labels, (N,), integers from 0 to C - 1.\n    Returns the loss, a number, and dx, (N, C).\n    """\n    raise NotImplementedError'},
        {'id': 'softmax_loss', 'role': 'test', 'text': '@checks.run\ndef check():\n    # probabilities 1/4 and 3/4, then 1/2 and 1/2, then 3/4 and 1/4\n    x, y = np.log([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]]), np.array([0, 1, 1])\n    start = x.copy()\n    loss, dx = softmax_loss(x, y)\n    checks.shape("the loss", loss, (), "one number for the batch")\n    checks.close("the loss", loss, (np.log(4) + np.log(2) + np.log(4)) / 3,\n                 "minus the logarithm of what the label got, then the mean over examples")\n    checks.shape("dx", dx, (3, 2), "the shape of x")\n    checks.close("dx", 3 * dx, [[-0.75, 0.75], [0.5, -0.5], [0.75, -0.75]],\n                 "this is dx times 3, the number of examples: is dx divided by it?")\n    checks.kept("x", x, start)\n    # one example, four classes, then rows that lie far apart\n    loss, dx = softmax_loss(np.array([[0, 0, 0, 0]]), np.array([2]))\n    checks.close("the loss of four equal scores", loss, np.log(4), "a guess among 4 costs log 4")\n    checks.close("dx of four equal scores", dx, [[0.25, 0.25, -0.75, 0.25]], "1 less at the label")\n    loss, dx = softmax_loss(np.array([[2000.0, 0, 0], [-1000.0] * 3]), np.array([1, 1]))\n    checks.close("the loss of [2000, 0, 0] and [-1000, -1000, -1000]", loss, (2000 + np.log(3)) / 2,\n                 "each row is shifted by its own maximum; no logarithm of a rounded 0")\n    checks.close("dx of [2000, 0, 0] and [-1000, -1000, -1000] times 6", 6 * np.asarray(dx),\n                 [[3, -3, 0], [1, -2, 1]],\n                 "each row is shifted by its own maximum")\n    x, y = np.random.default_rng(2).normal(size=(5, 3)), np.array([0, 2, 1, 1, 2])\n    measured = eval_numerical_gradient(lambda x: softmax_loss(x, y)[0], x, 1e-2)\n    checks.close("dx", softmax_loss(x, y)[1], measured,\n                 "expected is the slope of your own loss, measured: dx is not its gradient", 1e-4)'},
        {'id': 'look_at_softmax_loss', 'role': 'demo', 'text': 'lead = np.linspace(-6, 6, 121)\nboth = [softmax_loss(np.array([[d, 0.0]]), np.array([0])) for d in lead]\nplt.figure(figsize=(6, 3), layout="constrained")\nplt.plot(lead, [loss for loss, _ in both], label="loss")\nplt.plot(lead, [dx[0, 0] for _, dx in both], "--", label="its gradient, dx of the right class")\nplt.gca().set(xlabel="score of the right class minus score of the other",\n              title="Softmax loss of two classes")\nplt.legend()\npictures.show(\n    "The loss of two classes against the lead of the right class: a line of slope minus one "\n    "while the lead is negative, bending to zero; the gradient goes from minus one to zero."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 5. While the right class is behind, the loss is nearly a straight line and pulls with full strength, 1.\nOnce the right class leads by a few units, the loss is almost 0 and so is the pull. At equal scores the\nloss is $\\log 2 = 0.69$.*'},
        {'id': '', 'role': 'prose', 'text': '## 7. Training a two-layer network\n\nAll parts are there. The network has $H$ hidden units, and its forward pass is your layers in a row. The\nnext cell gives it for measuring, when no caches are needed; in training you will want them.'},
        {'id': 'two_layer_scores', 'role': 'given', 'text': 'def two_layer_scores(X: np.ndarray, params: dict[str, np.ndarray]) -> np.ndarray:\n    """Return the scores of the network, (N, C), for inputs X, (N, D)."""\n    pre_activation, _ = affine_forward(X, params["W1"], params["b1"])\n    hidden, _ = relu_forward(pre_activation)\n    scores, _ = affine_forward(hidden, params["W2"], params["b2"])\n    return scores'},
        {'id': '', 'role': 'prose', 'text': "**Stochastic gradient descent.** The gradient over all training rows says best where downhill is, but that\nover a random *minibatch* of 100 is a good enough guess for a fraction of the price (Robbins and Monro\n1951). So every step draws a new batch, runs it forward, then backward layer by layer in reverse order, each\nlayer's `dx` being the `dout` of the layer before, and moves every parameter against its gradient:\n\n$$\\theta \\leftarrow \\theta - \\mathrm{learning\\_rate} \\cdot d\\theta, \\qquad \\theta \\in \\{W_1, b_1, W_2, b_2\\}$$\n\nwith $W_1$ of shape $(D, H)$, $b_1$ $(H,)$, $W_2$ $(H, C)$, $b_2$ $(C,)$, and $d\\theta$ the gradient of the\nbatch's *mean* loss.\n\n**The start.** Biases are zero, weights `std` times draws from a standard normal distribution. They must\ndiffer from each other: hidden units that start alike get the same gradient, and stay alike for ever.\n\n**Watching.** Along the way, record how the network does on the test part, against the labels `y_test`. A\ntest loss against the network's own predictions falls just as prettily, but it tells how sure the network\nis, not how right. If you record every tenth step only, record the last step too: after a run of two steps\neach list has at least two entries.\n\nWrite `train_two_layer`. Leave the defaults as they are."},
        {'id': '', 'role': 'prose', 'text': '*10 points, about 45 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nOne step, in order: draw row numbers; forward through four layers, keeping each cache; backward through the\nsame four in reverse; update four arrays.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nHidden: $(B, H)$; scores: $(B, C)$; each gradient has the shape of its parameter. $C$ is the largest label\nplus 1.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nCompute all gradients before you update anything: the way back needs the weights of the way forward. Make\none generator from `seed`, and draw weights and batches from it.\n\n</details>'},
        {'id': 'train_two_layer_solution', 'role': 'solution', 'text': 'def train_two_layer(\n    X_train: np.ndarray,\n    y_train: np.ndarray,\n    X_test: np.ndarray,\n    y_test: np.ndarray,\n    hidden: int = 100,\n    learning_rate: float = 0.5,\n    iters: int = 1000,\n    batch_size: int = 100,\n    std: float = 0.05,\n    seed: int = 0,\n) -> tuple[dict[str, np.ndarray], dict[str, list[float]]]:\n    """Train affine, ReLU, affine, softmax loss by plain minibatch SGD.\n\n    X_train (N, D), y_train (N,): what to learn from. Labels are integers from\n    0 to C - 1; find C in y_train, where every class occurs.\n    X_test, y_test: to measure on, never to learn from.\n    hidden: number of hidden units, H.\n    learning_rate: factor of the gradient in each step; 0 leaves the network at its start.\n    iters: number of steps, 1 or more.\n    batch_size: rows in a batch, drawn at random from all N, anew in every\n    step, with or without replacement; at most N.\n    std: standard deviation of the initial weights.\n    seed: of all that is random. The same seed gives the same result\n    whenever it is used, another seed another.\n\n    Returns params, a dict of "W1" (D, H), "b1" (H,), "W2" (H, C), "b2" (C,), and history, a\n    dict of the lists "train_loss" (of the batch, or of the whole training part), "test_loss"\n    and "test_accuracy" (share of right answers). Record every step or some, before or after\n    its update: the lists have the same length, and at least two entries, from the first and\n    the last step, whenever iters is 2 or more.\n    """\n    raise NotImplementedError'},
        {'id': 'train_two_layer', 'role': 'test', 'text': '@checks.run\ndef check():\n    # The start\n    X, y = np.random.default_rng(5).normal(size=(6, 40)), np.array([2, 0, 1, 2, 1, 0])\n    runs = [train_two_layer(X, y, X, y, hidden=60, learning_rate=0.0, iters=2, batch_size=3,\n                            std=0.3, seed=s)[0]["W1"] for s in (0, 0, 1)]\n    checks.that(0.27 < runs[0].std() < 0.33,\n                f"With std 0.3 the standard deviation of W1 is {runs[0].std():.3f}. "\n                "Is W1 std times a standard normal, whatever its shape?")\n    checks.that(np.abs(runs[0]).max() > 0.66,\n                "No weight of 2400 is larger than 2.2 standard deviations: "\n                "is it a normal distribution?")\n    checks.that(np.array_equal(runs[0], runs[1]),\n                "The same seed gives different weights: draw all from np.random.default_rng(seed).")\n    checks.that(not np.allclose(runs[0], runs[2]), "Two seeds give the same weights: use seed.")\n\n    # Every row is the same x, so that of a batch only its labels matter. What does one step do?\n    x, rate = np.array([1.0, -2.0, 0.5]), 0.4\n    X, y = np.tile(x, (8, 1)), np.arange(8) % 4\n    small = {"hidden": 5, "batch_size": 6, "std": 0.8, "iters": 1}\n    start, _ = train_two_layer(X, y, X[:3], y[:3], learning_rate=0.0, **small)\n    for name, size in ("W1", (3, 5)), ("b1", (5,)), ("W2", (5, 4)), ("b2", (4,)):\n        checks.shape(name, start[name], size, "3 inputs, 5 hidden units, labels from 0 to 3")\n    kept = {name: value.copy() for name, value in start.items()}\n    checks.close("[b1, b2] at the start", [*kept["b1"], *kept["b2"]], np.zeros(9), "biases are zero")\n    end, _ = train_two_layer(X, y, X[:3], y[:3], learning_rate=rate, **small)\n    step = {name: (end[name] - kept[name]) / rate for name in kept}\n    hidden = np.maximum(x @ kept["W1"], 0)\n    probs = np.exp(hidden @ kept["W2"]) / np.exp(hidden @ kept["W2"]).sum()\n    count = 6 * (step["b2"] + probs)  # how often each label was drawn\n    checks.that(np.abs(count - count.round()).max() < 1e-6 and count.min() > -0.5,\n                "b2 did not move by learning_rate times (labels - probabilities), a mean over the "\n                "batch. Is the gradient subtracted, once, and is it that of the mean loss?")\n    checks.close("(the change of W2) / learning_rate", step["W2"], np.outer(hidden, step["b2"]),\n                 "the hidden activations times what moved b2")\n    back = (kept["W2"] @ step["b2"]) * (hidden > 0)\n    checks.close("(the change of b1) / learning_rate", step["b1"], back,\n                 "back through W2 as it was in the forward pass, then through ReLU")\n    checks.close("(the change of W1) / learning_rate", step["W1"], np.outer(x, back),\n                 "the inputs times what moved b1")\n\n    # The batches: weights of zero, one row a batch; b2 rises for the label that was drawn\n    X, y = np.eye(6), np.arange(6)\n    drawn = [train_two_layer(X, y, X, y, iters=1, batch_size=1, std=0.0, seed=s)[0]["b2"].argmax()\n             for s in range(150)]\n    checks.that(len(set(drawn)) > 1,\n                f"150 seeds begin with the same row, {drawn[0]}: draw the batch at random.")\n    checks.that(len(set(drawn)) == 6,\n                f"150 seeds begin with {len(set(drawn))} of 6 rows alone: draw from all rows.")\n    runs = [[train_two_layer(X[:3], y[:3], X[:3], y[:3], iters=steps, batch_size=1, std=0.0,\n                             seed=s)[0]["b2"] for steps in range(1, 10)] for s in range(5)]\n    order = [np.diff(b2, axis=0, prepend=np.zeros((1, 3))).argmax(axis=1).tolist() for b2 in runs]\n    checks.that(any(rows != rows[:3] * 3 for rows in order),\n                f"With five seeds, three rows come in the same order three times, first {order[0]}: "\n                "draw every batch anew.")\n\n    # A whole run: the class is the largest of three columns, and all test labels are wrong\n    X = np.random.default_rng(3).normal(size=(60, 4))\n    y, before = X[:, :3].argmax(axis=1), X.copy()\n    wrong = (y + 1) % 3\n    _, history = train_two_layer(X, y, before, wrong, hidden=30, learning_rate=1.0, iters=100,\n                                 batch_size=20, std=0.1)\n    checks.kept("X_train", X, before)\n    train_loss, test_loss, accuracy = (history[name] for name in\n                                       ("train_loss", "test_loss", "test_accuracy"))\n    checks.that(len(train_loss) == len(test_loss) == len(accuracy) > 1,\n                f"The lists of history have {len(train_loss)}, {len(test_loss)} and {len(accuracy)} "\n                "entries: as many in each, and at least two.")\n    checks.that(train_loss[-1] < 0.4,\n                f"The train loss ends at {train_loss[-1]:.3g}, though a first step goes the "\n                "right way; below 0.4 is usual. Are all iters steps made, each on a new batch of rows "\n                "with their own labels, and along the gradient of that batch alone?")\n    checks.that(test_loss[-1] > 2,\n                f"All test labels here are wrong, yet the test loss ends at {test_loss[-1]:.3g}. "\n                "Is it measured on X_test, against y_test?")\n    checks.that(0 <= accuracy[-1] < 0.2,\n                f"All test labels here are wrong, yet the accuracy ends at {accuracy[-1]:.3g}. "\n                "Is it measured on X_test, against y_test?")\n    _, history = train_two_layer(X, y, X[:50], y[:50], hidden=30, learning_rate=1.0, iters=100,\n                                 batch_size=20, std=0.1)\n    checks.that(0.8 < history["test_accuracy"][-1] <= 1,\n                f"The test accuracy ends at {history[\'test_accuracy\'][-1]:.3g}; expected more than "\n                "0.8, and at most 1: it is a share of all test rows.")'},
        {'id': '', 'role': 'prose', 'text': "### What it learns\n\nNow the digits. Before the first step no class is better than another, so the loss must start near $\\log\n10 = 2.303$ and the accuracy near 0.1. If it doesn't, something is wrong before training begins."},
        {'id': 'train_on_digits', 'role': 'demo', 'text': 'params, history = train_two_layer(X_train, y_train, X_test, y_test)\nfig, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")\nsteps = np.linspace(1, 1000, len(history["test_loss"]))\nleft.plot(steps, history["train_loss"], linewidth=0.8, alpha=0.7, label="training")\nleft.plot(steps, history["test_loss"], label="test")\nleft.set(xlabel="step", ylabel="loss", yscale="log")\nleft.legend()\nright.plot(steps, history["test_accuracy"])\nright.set(xlabel="step", ylabel="test accuracy", ylim=(0, 1),\n          title=f"ends at {history[\'test_accuracy\'][-1]:.3f}")\npictures.show(\n    f"Left: training and test loss start at {history[\'test_loss\'][0]:.1f} and end at "\n    f"{history[\'train_loss\'][-1]:.3f} and {history[\'test_loss\'][-1]:.3f}. Right: the test accuracy "\n    f"starts at {history[\'test_accuracy\'][0]:.2f} and ends at {history[\'test_accuracy\'][-1]:.3f}."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 6. Left, the loss on a logarithmic axis. The training loss is that of one batch at a time, so it\njumps; the test loss is measured on all 540 test digits and jumps less. The test accuracy passes 0.95 within\nabout 100 steps and ends near 0.98. Towards the end the training loss still falls while the test loss hardly\ndoes: the network has begun to learn the training digits by heart.*'},
        {'id': 'look_at_weights', 'role': 'demo', 'text': 'tiles = params["W1"].T.reshape(10, 10, 8, 8)\ntiles = np.pad(tiles, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=np.nan)\nlimit = np.quantile(np.abs(params["W1"]), 0.99)  # a few weights are larger still\nplt.figure(figsize=(6.4, 5.6), layout="constrained")\nplt.imshow(tiles.transpose(0, 2, 1, 3).reshape(100, 100), cmap="PuOr_r", vmin=-limit, vmax=limit)\nplt.colorbar(label="weight", shrink=0.8, extend="both")\nplt.axis("off")\npictures.show(\n    "A grid of ten by ten small images, the first-layer weights of each hidden unit in orange "\n    "and purple; most show blobs and strokes, about a quarter only pale noise."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 7. The weights of each of the 100 hidden units, laid out like the pixels that they multiply. Ink on\nan orange pixel excites the unit, ink on a purple one silences it. Many respond to a stroke in one place and\nits absence beside it. About a quarter are pale and look like noise, as all of them did at the start: these\nhave learned little, or nothing at all.*'},
        {'id': 'confusion_matrix', 'role': 'demo', 'text': 'predicted = two_layer_scores(X_test, params).argmax(axis=1)\ncounts = np.zeros((10, 10), dtype=int)\nnp.add.at(counts, (y_test, predicted), 1)\nplt.figure(figsize=(4.6, 4.4), layout="constrained")\nplt.imshow(np.sqrt(counts), cmap="Blues")\nfor label, guess in np.argwhere(counts > 0):\n    color = "white" if label == guess else "black"\n    plt.text(guess, label, counts[label, guess], ha="center", va="center", color=color)\nplt.gca().set(xlabel="predicted", ylabel="label", xticks=range(10), yticks=range(10),\n              title="540 test digits")\npictures.show(\n    "Confusion matrix of the ten digits: about fifty right answers for each digit on the "\n    "diagonal, the few errors off it."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 8. The confusion matrix: how often the digit of each row was read as the digit of each column. What\nis right stands on the diagonal. The shade follows the square root of the count, so that single errors can\nbe seen.*'},
        {'id': 'digits_it_gets_wrong', 'role': 'demo', 'text': 'wrong = np.flatnonzero(predicted != y_test)[:12]\nfig, axes = plt.subplots(1, len(wrong), figsize=(9, 1.4), squeeze=False, layout="constrained")\nfor ax, i in zip(axes.flat, wrong):\n    ax.imshow(X_test[i].reshape(8, 8), cmap="gray_r")\n    ax.set_title(f"is {y_test[i]}\\nread {predicted[i]}", fontsize=9)\n    ax.axis("off")\npictures.show(\n    "The test digits that the network gets wrong, each with its label and the prediction above."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 9. Test digits that it reads wrongly, up to twelve of them. Would you have read the label?*'},
        {'id': '', 'role': 'prose', 'text': '## Settings under which nothing happens\n\nAn older version of this exercise set both `std` and `learning_rate` to $10^{-4}$. Many students then\nsearched for a mistake in code that was right. Here are four runs of *your* code.'},
        {'id': 'settings', 'role': 'demo', 'text': 'plt.figure(figsize=(7, 3.2), layout="constrained")\nfor rate, std, style in (0.5, 0.05, "-"), (0.5, 1e-4, "--"), (1e-4, 0.05, "-."), (1e-4, 1e-4, ":"):\n    _, run = train_two_layer(X_train, y_train, X_test, y_test,\n                             learning_rate=rate, iters=250, batch_size=32, std=std)\n    losses = run["test_loss"]\n    label = f"learning_rate {rate:g}, std {std:g}: ends at {losses[-1]:.3f}"\n    plt.plot(np.linspace(1, 250, len(losses)), losses, style, linewidth=2, label=label)\nplt.gca().set(xlabel="step", ylabel="test loss", ylim=(0, 2.5))\nplt.legend(fontsize=9, loc="upper right", bbox_to_anchor=(1, 0.9))\npictures.show(\n    "Test loss over 250 steps for four settings. With learning rate 0.5 and std 0.05 it falls "\n    "at once; with learning rate 0.5 and std 1e-4 it stays at 2.3 for about 70 steps and then "\n    "falls; with learning rate 1e-4 it stays at 2.3 throughout, whatever std."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 10. Test loss under four settings. With learning rate 0.5 the network learns, about 70 steps later\nwhen its weights start tiny. The two curves with learning rate $10^{-4}$ lie on top of each other at 2.3.*\n\nTiny weights alone cost a pause. Near zero the gradient of $W_1$ is proportional to $W_2$, and that of $W_2$\nto the hidden activations, so to $W_1$: the smaller both are, the slower both move. They grow by the same\n*factor* in every step, invisibly at first, and the pause ends when learning rate times steps has reached\nabout 35. At rate 0.5 that takes 70 steps. At rate $10^{-4}$ it takes more than 300,000; and with pixels\nfrom 0 to 16, as the exercise had them, still more than 10,000.\n\nSo before you doubt your code, see whether the loss starts at $\\log C$, whether it moves *at all* (print\nmore digits), and try the learning rate in steps of 10. Raise it until the loss jumps about, then go back a\nlittle.'},
        {'id': '', 'role': 'prose', 'text': '### An experiment of your own\n\nHow few hidden units are enough? How large may the learning rate be? Choose one setting of\n`train_two_layer`, write down what you expect, run it with two seeds, and compare. Nobody grades this cell,\nunless your instructor says so.\n\n- *I change ..., and expect ..., because ...*\n- *What came, seed by seed: ...*\n- *Larger than the difference between the seeds? ...*'},
        {'id': 'your_experiment', 'role': 'demo', 'text': 'for hidden in 5, 100:\n    ends = [train_two_layer(X_train, y_train, X_test, y_test, hidden=hidden, iters=400, seed=seed)\n            for seed in (0, 1)]\n    print(f"{hidden} hidden units:", *(f"{run[\'test_accuracy\'][-1]:.3f}" for _, run in ends))'},
        {'id': '', 'role': 'prose', 'text': '## 8. Units that die\n\nOne can also go too far. Here is the same network with the same settings, but the pixels run from 0 to 16\ninstead of 0 to 1. All gradients of $W_1$ are then 16 times as large, and the first steps throw the weights\nfar off.'},
        {'id': 'pixels_to_16', 'role': 'demo', 'text': 'too_far, losses = train_two_layer(16 * X_train, y_train, 16 * X_test, y_test, iters=100)\nanswers = two_layer_scores(16 * X_test, too_far).argmax(axis=1)\nprint(f"highest test loss {max(losses[\'test_loss\']):.0f}, last {losses[\'test_loss\'][-1]:.3f}")\noften = np.bincount(answers)\nprint(f"{often.max()} of {len(answers)} test digits are read as a {often.argmax()}")'},
        {'id': '', 'role': 'prose', 'text': 'The loss leaps up, comes back to about $\\log 10$, and stays there, however long one trains. The network has\none answer for all pictures, or nearly all.\n\n**Question.** What happens in training to a ReLU unit whose input is negative for every example: to its\noutput, to its weights, to its chance of recovering? And how would you see it in the gradients that your\nfunctions return? A few sentences will do.'},
        {'id': '', 'role': 'prose', 'text': '*4 points, about 15 minutes.*'},
        {'id': 'dead_units', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': '', 'role': 'prose', 'text': "### Random sizes\n\nThe hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your\nfunctions with random sizes and holds them against what is true of *any* right answer: a gradient is the\nslope that is measured, an example alone gives what it gives in a batch, twice the `dout` gives twice the\ngradient, equal scores cost what a guess costs, arguments stay as they were, whole numbers give what the\nsame numbers give as floats. No right answer stands in that file. Where something is not true, it says what,\nand for which sizes. The check at the end of this notebook runs this cell, too."},
        {'id': 'try_random_sizes', 'role': 'demo', 'text': 'import properties\n\n\ndef some_affine(rng):\n    N, first, second, M = rng.integers(1, 4, size=4)\n    x = rng.normal(size=(N, first, second))\n    return x, rng.normal(size=(first * second, M)), rng.normal(size=M)\n\n\ndef some_numbers(rng):\n    return [rng.normal(size=rng.integers(1, 4, size=rng.integers(1, 4)))]\n\n\nproperties.layer("affine", lambda x, w, b: affine_forward(x, w, b)[0],\n                 lambda dout, x, w, b: affine_backward(dout, (x, w, b)), some_affine)\nproperties.layer("ReLU", lambda x: relu_forward(x)[0], relu_backward, some_numbers)\nproperties.loss("softmax_loss", softmax_loss, guess=np.log)'},
        {'id': '', 'role': 'prose', 'text': '## Where this goes\n\nYou have the scheme that all networks share: layers that know their own derivative, a loss at the end, a\ngradient check for each part, and a loop that draws, runs forward, runs backward and steps. Chapter 2 puts\nthe same layers into a class, has you write the gradient check itself, and sets a second loss beside\nsoftmax. Later chapters add depth, momentum, regularization and convolution. None of them changes the\nscheme.\n\n**References.** Alpaydin and Kaynak (1998), *Optical recognition of handwritten digits*, UCI repository.\nDeMillo, Lipton and Sayward (1978), *Hints on test data selection: help for the practicing programmer*.\nNair and Hinton (2010), *Rectified linear units improve restricted Boltzmann machines*. Robbins and Monro\n(1951), *A stochastic approximation method*. Rumelhart, Hinton and Williams (1986), *Learning\nrepresentations by back-propagating errors*.'},
        {'id': '', 'role': 'prose', 'text': '## Before you hand it in\n\nSave the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says\nquestion by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.\nWith `all=True` it runs training and demonstrations as well.'},
        {'id': 'check_this_notebook', 'role': 'demo', 'text': 'import check_notebook\n\ncheck_notebook.run()'},
    ],
})

if __name__ == "__main__":
    status = main(sys.argv[1:])
    if not hasattr(builtins, "get_ipython"):  # %run would show an exit as an error
        sys.exit(status)
