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
    'assignment': 'modular_mnist',
    'release': 'e413500286b3537a',
    'files': ['checks.py', 'diagrams.py', 'pictures.py', 'properties.py', 'figures.py', 'toys.py', 'mnist_train.npz', 'mnist_valid.npz', 'mnist_test.npz'],
    'may_hand_in': [],
    'graded_with': {'python': '3.11', 'numpy': '2.4', 'modules': 'IPython PIL alembic annotated_doc annotated_types anyio argon2 arrow asttokens async_lru attr attrs babel bleach bs4 certifi cffi charset_normalizer comm contourpy cycler dateutil debugpy defusedxml executing fastjsonschema fontTools fqdn h11 httpcore httpx idna ipykernel ipykernel_launcher ipython_pygments_lexers ipywidgets isoduration jedi jinja2 json5 jsonpointer jsonschema jsonschema_specifications jupyter jupyter_builder jupyter_client jupyter_core jupyter_events jupyter_lsp jupyter_server jupyter_server_terminals jupyterlab jupyterlab_jupytext jupyterlab_pygments jupyterlab_server jupyterlab_widgets jupytext jupytext_config kiwisolver lark latex2mathml mako markdown_it markupsafe matplotlib matplotlib_inline mdit_py_plugins mdurl mistune mpl_toolkits msgspec nbclient nbconvert nbformat nbgrader nest_asyncio2 notebook notebook_shim numpy overrides packaging pandocfilters parso pexpect pip pkg_resources platformdirs prometheus_client prompt_toolkit psutil ptyprocess pure_eval pycparser pydantic pydantic_core pygments pylab pyparsing pythonjsonlogger rapidfuzz referencing requests rfc3339_validator rfc3986_validator rfc3987_syntax rich rpds send2trash setuptools shellingham six soupsieve sqlalchemy stack_data terminado tinycss2 tornado traitlets typer typing_extensions typing_inspection tzdata uri_template urllib3 wcwidth webcolors webencodings websocket widgetsnbextension yaml zmq'},
    'packages': [],
    'limits': {'cell': 20.0, 'cells': 60.0, 'probe': 5.0, 'memory': 1024},
    'questions': [
        {'id': 'load_data', 'points': 4.0, 'written': False, 'trains': False, 'defines': ['load_data']},
        {'id': 'softmax', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['softmax']},
        {'id': 'Activation', 'points': 8.0, 'written': False, 'trains': False, 'defines': ['Activation.__init__', 'Activation.forward_pass', 'Activation.backward_pass', 'Activation.sigmoid', 'Activation.tanh', 'Activation.ReLU', 'Activation.grad_sigmoid', 'Activation.grad_tanh', 'Activation.grad_ReLU']},
        {'id': 'Layer', 'points': 8.0, 'written': False, 'trains': False, 'defines': ['Layer.__init__', 'Layer.forward_pass', 'Layer.backward_pass']},
        {'id': 'Neuralnetwork', 'points': 12.0, 'written': False, 'trains': False, 'defines': ['Neuralnetwork.__init__', 'Neuralnetwork.forward_pass', 'Neuralnetwork.loss_func', 'Neuralnetwork.backward_pass']},
        {'id': 'gradient_approximation', 'points': 10.0, 'written': False, 'trains': False, 'defines': ['gradient_approximation']},
        {'id': 'trainer', 'points': 20.0, 'written': False, 'trains': False, 'defines': ['trainer']},
        {'id': 'test', 'points': 2.0, 'written': False, 'trains': False, 'defines': ['test']},
        {'id': 'momentum_l2', 'points': 3.0, 'written': True, 'trains': False, 'defines': []},
    ],
    'cells': [
        {'id': '', 'role': 'prose', 'text': '# A configurable network\n\n*Chapter 4 of 5. 70 points.*\n\nSo far every network was written for its task: so many layers, this activation, that training loop. Here the\nparts become objects that plug into one another, and a dictionary says which parts, how wide, and how they\nare trained. Trying another activation is then a change of one word, and that is what the last part of this\nchapter does: it trains on handwritten digits of 28 x 28 pixels with three activations, with and without\nmomentum, with and without a penalty on the weights, and looks at what each changes.\n\nYou will write\n\n1. `load_data` and `softmax`,\n2. the two building blocks, `Activation` and `Layer`,\n3. `Neuralnetwork`, which chains them,\n4. `gradient_approximation`, which checks its gradient,\n5. `trainer`, with minibatches, momentum, L2 penalty and early stopping, and `test`.\n\nA network can learn with a wrong gradient, with a momentum that forgets, or with "best weights" that are\nonly the last ones by another name. It then learns a little worse, and nobody notices. So each part is\nchecked by itself before it is used.'},
        {'id': '', 'role': 'prose', 'text': "## What holds everywhere\n\n- **One row an example.** A batch of $N$ images is an array of shape $(N, 784)$, its labels are one-hot,\n  $(N, 10)$. A batch may have a single row.\n- **The gradient is that of the mean loss.** The loss of a batch is the mean cross-entropy of its rows, and\n  every `d_...` is the derivative of that mean. The division by $N$ happens once, where the network's\n  backward pass starts, with $(\\text{probs} - \\text{targets}) / N$; the layers only sum over rows, and the\n  trainer *subtracts*. (Some codes carry the negative of the summed gradient instead, and add. Both work; a\n  mixture does not.)\n- **Arguments are left as they were**, and what is returned is a new array. Remembering an argument for the\n  backward pass is fine.\n- Integers and `float32` are as welcome as `float64`, and a result that is a fraction stays one. Mind that\n  `np.zeros_like(x)` holds integers where `x` does; `np.zeros(x.shape)` does not.\n- Loops and vectorized expressions are equally right. Helpers are welcome in the solution cells; extra\n  attributes are too. Below your code stands a check, which JupyterLab shows folded; click on it if you want\n  to read it. It is silent when it finds nothing wrong. Where you are stuck, hints unfold above the cell for\n  your code, from a nudge to the idea.\n\nEach part is tested by itself, so a mistake in one costs nothing in the next. The last question, in section\n10, asks for a written answer, which a person reads."},
        {'id': '', 'role': 'prose', 'text': '**If you start here.** A layer computes its output from its input and, on the way back, turns the gradient\nof the loss with respect to its output into those with respect to its input and its parameters. A gradient\nhas the shape of what it is the gradient of, and what is used several times, as a weight is by every row,\ncollects the sum of what comes back. Chapters 1 to 3 call the gradient from above `dout` or $g_y$. Here it\nis `delta`, as in the course that this chapter descends from. A bias is a row of shape $(1, \\text{out})$\nhere, not $(\\text{out},)$ as before: every parameter is then a matrix, and one index $(i, j)$ names an entry\nof any of them. NumPy adds both to a batch in the same way.'},
        {'id': 'imports', 'role': 'given', 'text': 'import os\nimport pickle\nimport tempfile\n\n# Before NumPy is loaded: on matrices this small, threads cost more than they bring.\nos.environ.setdefault("OPENBLAS_NUM_THREADS", "1")\n\nimport matplotlib.pyplot as plt\nimport numpy as np\n\nimport checks\nimport diagrams\nimport figures\nimport toys\n\nplt.style.use("tableau-colorblind10")'},
        {'id': 'config', 'role': 'given', 'text': 'config = {\n    "layer_specs": [784, 100, 100, 10],  # width of the input, of the hidden layers, of the output\n    "activation": "ReLU",  # after every hidden layer: \'sigmoid\', \'tanh\' or \'ReLU\'\n    "batch_size": 200,\n    "epochs": 30,  # at most\n    "learning_rate": 0.1,\n    "early_stop": True,\n    "early_stop_epoch": 5,  # stop after so many epochs in a row of rising validation loss\n    "L2_penalty": 0,  # strength of the penalty on the weights\n    "momentum": True,\n    "momentum_gamma": 0.9,  # how much of its velocity a weight keeps from one step to the next\n}'},
        {'id': '', 'role': 'prose', 'text': '## 1. The digits\n\nEach data file is an array of shape $(N, 785)$: 784 pixels, whole numbers from 0 to 255, and in the last\ncolumn the label. Files come in two forms.\n\n- `.npz`, what ships with this notebook: `np.load(fname)["data"]`.\n- `.pkl`, the form of older courses: `pickle.load(file, encoding="latin1")` on the file opened as `"rb"`;\n  the encoding is for files from Python 2.\n\n**A pickle is a program.** Loading one runs whatever its maker put into it, deleting your files included.\nOpen a `.pkl` only if you would also run a script from the same hands. An `.npz` of numbers has no such\npower, and `np.load` refuses pickled parts unless told otherwise.'},
        {'id': '', 'role': 'prose', 'text': 'Write `load_data` for both forms. Pixels stay as they are in the file; scaling them is the next step. Labels\nbecome one-hot rows,\n\n$$t_{nc} = 1 \\text{ where } c \\text{ is the label of image } n, \\text{ else } 0,$$\n\nan array of shape $(N, 10)$, with 10 columns whichever labels occur. Labels may be stored as floats, so make\nthem integers before you index with them.'},
        {'id': '', 'role': 'prose', 'text': '*4 points, about 15 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nHow does the name end? That decides how the file is read; what is read has one form.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`data` is $(N, 785)$; the images are all columns but the last, the labels the last one, as integers.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\n`np.eye(10)[labels]` picks a row of the identity for each label: one-hot rows, always 10 wide.\n\n</details>'},
        {'id': 'load_data_solution', 'role': 'solution', 'text': 'def load_data(fname: str) -> tuple[np.ndarray, np.ndarray]:\n    """Read images and labels from a file.\n\n    fname: path of an .npz file (an array under the key data) or of a .pkl file\n    (a pickled array), either of shape (N, 785) with the label in the last column.\n    Returns the images, (N, 784), with the pixels of the file, and the one-hot labels, (N, 10).\n    """\n    raise NotImplementedError'},
        {'id': 'load_data', 'role': 'test', 'text': '@checks.run\ndef check():\n    tiny = np.arange(3 * 785).reshape(3, 785) % 256\n    tiny[:, -1] = [7, 0, 2]\n    with tempfile.TemporaryDirectory() as folder:\n        np.savez(f"{folder}/tiny.npz", data=tiny)\n        np.savez(f"{folder}/row.pkl", data=tiny[1:2].astype(np.uint8))  # savez adds .npz to the name\n        with open(f"{folder}/tiny.pkl", "wb") as file:  # a pickle of our own making: it is safe to load\n            toys.Python2(file, 2).dump(tiny.astype(float))\n        for name, rows in (("tiny.npz", [0, 1, 2]), ("row.pkl.npz", [1]), ("tiny.pkl", [0, 1, 2])):\n            images, one_hot = load_data(f"{folder}/{name}")\n            expected = (len(rows), 784)\n            checks.shape(f"the array of images of {name}", images, expected, "all columns but the last")\n            checks.close(f"the array of images of {name}", images, tiny[rows, :784],\n                         "pixels as they are in the file")\n            checks.close(f"the array of labels of {name}", one_hot, np.eye(10)[tiny[rows, -1]],\n                         "a 1 in the column of the label, 10 columns always")'},
        {'id': '', 'role': 'prose', 'text': 'What ships are 4000 digits to train on, 500 to validate and 500 to test, drawn from MNIST (LeCun, Bottou,\nBengio and Haffner, 1998), as many of each class. Where the files of a full course lie beside this notebook,\n`MNIST_train.pkl`, `MNIST_valid.pkl` and `MNIST_test.pkl`, they are taken instead: so put there only files\nthat you trust. Pixels are then divided by 255, since inputs of size 1 suit weights and learning rates of\nordinary size.'},
        {'id': 'digits', 'role': 'demo', 'text': 'def find(split: str) -> str:\n    """The course\'s own file of a split if it lies beside the notebook, else the one that ships."""\n    own = f"MNIST_{split}.pkl"\n    return own if os.path.exists(own) else f"mnist_{split}.npz"\n\n\n(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = (\n    load_data(find(split)) for split in ["train", "valid", "test"])\nX_train, X_valid, X_test = X_train / 255, X_valid / 255, X_test / 255\nprint("training", X_train.shape, " validation", X_valid.shape, " test", X_test.shape)\nfigures.digits(X_train[:20], y_train[:20].argmax(axis=1),\n               alt="Twenty handwritten digits, each with its label above it.")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 1. Twenty of the training images with their labels.*'},
        {'id': '', 'role': 'prose', 'text': "## 2. Softmax\n\nScores become probabilities: exponentiate, and divide by the sum of the row. Subtracting each row's own\nmaximum first leaves the ratio as it was and keeps the exponentials from overflowing, however large the\nscores are and however far the rows lie apart.\n\n$$P_{ij} = \\frac{e^{x_{ij} - m_i}}{\\sum_k e^{x_{ik} - m_i}}, \\qquad m_i = \\max_k x_{ik}$$\n\nwith $x$ and $P$ of shape $(N, C)$."},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 10 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nMaximum and sum belong to a row, not to the batch.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nBoth are $(N, 1)$: `keepdims=True`.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nSubtract, exponentiate, divide, in new arrays.\n\n</details>'},
        {'id': 'softmax_solution', 'role': 'solution', 'text': 'def softmax(x: np.ndarray) -> np.ndarray:\n    """Turn scores into probabilities, row by row, for scores of any size.\n\n    x: scores, (N, C).\n    Returns the probabilities, (N, C); each row sums to 1.\n    """\n    raise NotImplementedError'},
        {'id': 'softmax', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.array([[0.0, np.log(3.0), 0.0, 0.0], [2000.0, 2000.0 + np.log(3.0), 0.0, 0.0],\n                  [-900.0, -900.0, -900.0, np.log(3.0) - 900.0]])\n    start, probs = x.copy(), softmax(x)\n    checks.shape("softmax(x)", probs, (3, 4), "one row an example, one column a class")\n    expected = [[1 / 6, 1 / 2, 1 / 6, 1 / 6], [1 / 4, 3 / 4, 0, 0], [1 / 6, 1 / 6, 1 / 6, 1 / 2]]\n    checks.close("softmax(x)", probs, expected,\n                 "shift each row by its own maximum, divide by its own sum")\n    checks.kept("x", x, start)\n    checks.close("softmax of a single row", softmax(np.array([[1, 1]])), [[0.5, 0.5]],\n                 "two whole numbers")\n    tiny = softmax(np.array([[1.0, 13.0]])).ravel()[0]\n    checks.close("the small probability of scores 1 and 13, times exp(12),", tiny * np.exp(12),\n                 1 / (1 + np.exp(-12)), "a small probability is not rounded", tolerance=1e-5)'},
        {'id': 'look_at_softmax', 'role': 'demo', 'text': 'for scale in [0.1, 1.0, 10.0]:\n    probs = softmax(scale * np.array([[1.0, 2.0, 3.0]]))\n    print(f"scores {scale} times (1, 2, 3):", probs.round(3)[0])'},
        {'id': '', 'role': 'prose', 'text': "## 3. Activation\n\nAn `Activation` is one of three functions, chosen by name when it is made.\n\n$$\\sigma(a) = \\frac{1}{1 + e^{-a}} \\qquad \\tanh(a) \\qquad \\mathrm{ReLU}(a) = \\max(a, 0)$$\n$$\\sigma' = \\sigma (1 - \\sigma) \\qquad \\tanh' = 1 - \\tanh^2 \\qquad \\mathrm{ReLU}' = 1 \\text{ where } a > 0, \\text{ else } 0$$\n\n`forward_pass(a)` keeps its input as `self.x` and applies the function. The `grad_` methods take no\nargument: they give the derivative at `self.x`, in its shape. `backward_pass(delta)` gets the gradient of\nthe loss with respect to the output, and returns the one with respect to the input: `delta` times the\nderivative.\n\nAll three hold for $a$ of any size: at $\\pm 1000$ the values are the limits, never NaN. (It helps that\n$\\sigma(a) = \\frac{1}{2} + \\frac{1}{2} \\tanh \\frac{a}{2}$.) An unknown name is a `ValueError`, in the\nconstructor. The derivative of ReLU at exactly 0 is yours to choose."},
        {'id': '', 'role': 'prose', 'text': '*8 points, about 30 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\n`self.x` is the *input*. Which of the three derivatives does the formula write in terms of the output?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nEverything has the shape of the input, whatever that is.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nLet `forward_pass` and `backward_pass` look up the method by name: `getattr(self, "grad_" + name)`. For the\nsigmoid take the formula with tanh, which never overflows.\n\n</details>'},
        {'id': 'Activation_solution', 'role': 'solution', 'text': 'class Activation:\n    """One of three activation functions, entry by entry, with its derivative."""\n\n    def __init__(self, activation_type: str) -> None:\n        """Choose the function: \'sigmoid\', \'tanh\' or \'ReLU\'. Raises ValueError for any other name."""\n        raise NotImplementedError\n\n    def forward_pass(self, a: np.ndarray) -> np.ndarray:\n        """Keep a as self.x, and return the function of it. a: any shape; the result has the same."""\n        raise NotImplementedError\n\n    def backward_pass(self, delta: np.ndarray) -> np.ndarray:\n        """Return the gradient with respect to the input of the latest forward_pass,\n        given the one with respect to its output."""\n        raise NotImplementedError\n\n    def sigmoid(self, x: np.ndarray) -> np.ndarray:\n        """The sigmoid of each entry of x."""\n        raise NotImplementedError\n\n    def tanh(self, x: np.ndarray) -> np.ndarray:\n        """The hyperbolic tangent of each entry of x."""\n        raise NotImplementedError\n\n    def ReLU(self, x: np.ndarray) -> np.ndarray:\n        """Each entry of x where it is positive, else 0."""\n        raise NotImplementedError\n\n    def grad_sigmoid(self) -> np.ndarray:\n        """The derivative of the sigmoid at self.x."""\n        raise NotImplementedError\n\n    def grad_tanh(self) -> np.ndarray:\n        """The derivative of tanh at self.x."""\n        raise NotImplementedError\n\n    def grad_ReLU(self) -> np.ndarray:\n        """The derivative of ReLU at self.x: 1 where it is positive, 0 where it is negative."""\n        raise NotImplementedError'},
        {'id': 'Activation', 'role': 'test', 'text': '@checks.run\ndef check():\n    a = np.array([[np.log(3.0), -np.log(3.0)], [-2000.0, 2000.0], [np.log(7.0), 0.25]])\n    delta = np.array([[1.0, -2.0], [3.0, 4.0], [8.0, 10.0]])\n    expected = {\n        "sigmoid": ([[0.75, 0.25], [0, 1], [0.875, 0.56217650]],\n                    [[0.1875, -0.375], [0, 0], [0.875, 2.46134083]]),\n        "tanh": ([[0.8, -0.8], [-1, 1], [0.96, 0.24491866]],\n                 [[0.36, -0.72], [0, 0], [0.6272, 9.40014848]]),\n        "ReLU": ([[np.log(3.0), 0], [0, 2000], [np.log(7.0), 0.25]], [[1, 0], [0, 4], [8, 10]]),\n    }\n    for kind, (out, grad) in expected.items():\n        activation, before, upstream = Activation(kind), a.copy(), delta.copy()\n        checks.close(f"the forward pass of {kind}", activation.forward_pass(before), out,\n                     "entry by entry, and finite at -2000 and 2000")\n        checks.that(hasattr(activation, "x"), f"The forward pass of {kind} keeps no self.x.")\n        checks.close(f"self.x of {kind}", activation.x, a,\n                     "forward_pass keeps its input, not its output")\n        for _ in range(2):\n            checks.close(f"the backward pass of {kind}", activation.backward_pass(upstream), grad,\n                         "delta times the derivative; self.x is the input, not the output")\n        checks.kept(f"the input of {kind}", before, a)\n        checks.kept(f"the delta of {kind}", upstream, delta)\n        activation.forward_pass(np.array([[1, -3, 2]]))  # another shape, and whole numbers\n        slopes = {"sigmoid": [[0.19661193, 0.04517666, 0.10499359]],\n                  "tanh": [[0.41997434, 0.00986604, 0.07065082]], "ReLU": [[1, 0, 1]]}\n        half = activation.backward_pass(np.array([[0.5, 0.5, 0.5]]))\n        checks.close(f"the backward pass of {kind} after another forward pass, times 2",\n                     2 * np.asarray(half), slopes[kind],\n                     "self.x is that of the latest forward pass; fractions are kept")\n        by_name = getattr(activation, f"grad_{kind}")(), getattr(activation, kind)(a.copy())\n        for name, seen, right in (f"grad_{kind}", by_name[0], slopes[kind]), (kind, by_name[1], out):\n            checks.close(f"the method {name}, called by its name,", 1.0 * np.asarray(seen), right,\n                         "its arguments are those of the stub")\n    try:\n        Activation("softplus")\n        refused = False\n    except ValueError:\n        refused = True\n    checks.that(refused, "Activation(\'softplus\') should raise a ValueError in the constructor.")'},
        {'id': 'activations', 'role': 'demo', 'text': 'figures.activations(Activation)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 2. The three activations and their derivatives. A delta that passes back through a sigmoid shrinks\nto a quarter at best; through tanh it keeps its size near 0; through a ReLU it passes whole or not at all.*'},
        {'id': '', 'role': 'prose', 'text': '## 4. Layer\n\nA `Layer` is an affine layer as an object that owns its weights (chapter 1, question 2, derives its\ngradients). Forward, and backward from $\\delta = \\partial L / \\partial a$:\n\n$$a = x w + b \\qquad\\qquad d_x = \\delta\\, w^{\\mathsf T}, \\quad d_w = x^{\\mathsf T} \\delta, \\quad d_b = \\sum_n \\delta_n$$\n\nwith $x$ and $d_x$ of shape $(N, \\text{in})$, $a$ and $\\delta$ $(N, \\text{out})$, $w$ and $d_w$ $(\\text{in},\n\\text{out})$, $b$ and $d_b$ $(1, \\text{out})$. Sums over rows are sums: the $1/N$ of the mean is in $\\delta$\nalready. Each backward pass writes `d_w` and `d_b` anew.\n\nWeights start random, for two units that start equal stay equal; a standard deviation of\n$1/\\sqrt{\\text{in}}$ keeps signals at their size. Two layers of one shape must differ too, so do not seed\nhere: `np.random.seed` would upset everyone else who draws numbers. Biases start at zero.'},
        {'id': '', 'role': 'prose', 'text': '*8 points, about 20 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhat must `forward_pass` keep so that `backward_pass` can work?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$d_x$ $(N, \\text{in})$, $d_w$ $(\\text{in}, \\text{out})$, $d_b$ $(1, \\text{out})$: `keepdims=True` in the sum\nover the rows.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nThree formulas, three attributes, assigned anew each time; return `self.d_x`.\n\n</details>'},
        {'id': 'Layer_solution', 'role': 'solution', 'text': 'class Layer:\n    """An affine layer with weights and biases of its own."""\n\n    def __init__(self, in_units: int, out_units: int) -> None:\n        """Make the parameters: self.w, (in_units, out_units), random,\n        and self.b, (1, out_units), zeros."""\n        raise NotImplementedError\n\n    def forward_pass(self, x: np.ndarray) -> np.ndarray:\n        """Keep x, (N, in_units), as self.x, and the result,\n        (N, out_units), as self.a; return the result."""\n        raise NotImplementedError\n\n    def backward_pass(self, delta: np.ndarray) -> np.ndarray:\n        """Go back through the latest forward_pass.\n\n        delta: gradient of the loss with respect to self.a, (N, out_units).\n        Writes self.d_x, (N, in_units), self.d_w, (in_units, out_units), and\n        self.d_b, (1, out_units). Returns self.d_x.\n        """\n        raise NotImplementedError'},
        {'id': 'Layer', 'role': 'test', 'text': '@checks.run\ndef check():\n    layer, twin = Layer(3, 2), Layer(3, 2)\n    checks.shape("w of Layer(3, 2)", layer.w, (3, 2), "a row for each input, a column for each unit")\n    checks.close("b of Layer(3, 2)", layer.b, [[0.0, 0.0]], "zeros, (1, out_units)")\n    checks.that(len(np.unique([layer.w, twin.w])) == 12,\n                "Some starting weights of two layers are equal: draw all at random, without a seed.")\n    layer.w, layer.b = np.array([[1.0, -1], [0, 2], [3, 0.5]]), np.array([[10.0, 20.0]])\n    one, four = np.array([[2, -1, 1]]), np.array([[1.0, 2, 3], [-1, 0, 4], [0, 0, 0], [0, 0.5, 0]])\n    for x, delta, out, d_x, d_w, d_b in (\n        (four, [[1, 0.5], [2, -1], [3, 0], [0, 4]], [[20, 24.5], [21, 23], [10, 20], [10, 21]],\n         [[0.5, 1, 3.25], [3, -2, 5.5], [3, 0, 9], [-4, 8, 2]], [[-1, 1.5], [2, 3], [11, -2.5]],\n         [[6, 3.5]]),\n        (one, [[0.5, 1]], [[15, 16.5]], [[-0.5, 2, 2]], [[1, 2], [-0.5, -1], [0.5, 1]], [[0.5, 1]]),\n    ):\n        what, delta = f"a batch of {len(x)}", np.array(delta)\n        before = x.copy(), delta.copy()\n        checks.close(f"the forward pass of {what}", layer.forward_pass(x), out, "x w + b")\n        checks.close(f"self.a after {what}", layer.a, out, "the output of the forward pass")\n        checks.close(f"self.x after {what}", layer.x, x, "the input of the forward pass")\n        for _ in range(2):\n            back = layer.backward_pass(delta)\n            checks.close(f"the backward pass of {what}", back, d_x,\n                         "each input collects from all units of its own row; return it, too")\n            checks.close(f"d_x of {what}", layer.d_x, d_x, "what the backward pass returns")\n            checks.close(f"d_w of {what}", layer.d_w, d_w,\n                         "a sum over the rows, with no further 1/N, made anew each time")\n            checks.close(f"d_b of {what}", layer.d_b, d_b,\n                         "the sum of delta over the rows, kept as (1, out_units), made anew")\n        checks.kept("x", x, before[0])\n        checks.kept("delta", delta, before[1])'},
        {'id': 'size_of_signals', 'role': 'demo', 'text': 'signal = np.random.default_rng(0).normal(size=(200, 100))\nfor depth in range(1, 6):\n    signal = Layer(100, 100).forward_pass(signal)\n    print(f"standard deviation after {depth} new layers: {signal.std():.2f}")'},
        {'id': '', 'role': 'prose', 'text': 'If these numbers grow or shrink from layer to layer, so would the signals and the gradients of a deep\nnetwork before it has learned anything. Around 1 they stay where they were.'},
        {'id': '', 'role': 'prose', 'text': '## 5. The network\n\n`Neuralnetwork(config)` makes a chain: for widths `[784, 100, 100, 10]` its `layers` are Layer, Activation,\nLayer, Activation, Layer. No activation follows the last layer; the softmax takes over there. Make a new\n`Activation` for each place. An Activation keeps the input of its latest forward pass, and one object in two\nplaces would overwrite it.\n\n$$L = -\\frac{1}{N} \\sum_{n=1}^{N} \\sum_{c=1}^{C} t_{nc} \\log p_{nc}, \\qquad \\frac{\\partial L}{\\partial z} = \\frac{p - t}{N}$$\n\nwith $p$ the probabilities, $t$ the one-hot targets and $z$ the scores of the last layer, all $(N, C)$. Sum\nover classes, mean over rows. If you guard the logarithm against zero, use $10^{-12}$ or less: a larger\nguard shows in the loss.\n\n`backward_pass` starts from $(p - t) / N$, softmax and cross-entropy in one (the question *Derive it* of\nchapter 1 has you show why), and hands what each part returns to the part before it.'},
        {'id': 'draw_the_chain', 'role': 'demo', 'text': 'diagrams.chain(\n    ["Layer\\n0", "Activation\\n1", "Layer\\n2", "Activation\\n3", "Layer\\n4", "softmax,\\nloss"],\n    ["(N, 784)", "(N, 100)", "(N, 100)", "(N, 100)", "(N, 100)", "(N, 10)", "L"],\n    ["d_x", "delta", "d_x", "delta", "d_x", "(p - t) / N", ""],\n    "Five boxes, Layer and Activation in turn, and a box for softmax and loss. The shapes of what "\n    "runs forward stand above the arrows. Back runs (p - t) / N, and each box returns the delta "\n    "of the box before it.")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 3. The network of* `config`*, with the places of its parts in* `layers`*. Blue, above: the shapes\nof what runs forward. Orange, below: what runs back, of the same shape as what ran forward there. What a\npart returns is the delta of the part before it.*'},
        {'id': 'draw_a_small_network', 'role': 'demo', 'text': 'diagrams.network(\n    [[1, 2], [3, -1], [3, 0], [1, 0]], [[1.46, 1.46], [1.46, 0], [1.46, 0.731], [0.731, -0.731]],\n    [[[1, -1], [1, 0.5]], None, [[1, -1], [2, 1]]], ["x", "Layer 0", "ReLU 1", "Layer 2: scores"],\n    "A network with the widths 2, 2 and 2 on one row, x = (1, 2). Forward: Layer 0 gives (3, -1), "\n    "ReLU (3, 0), Layer 2 the scores (1, 0). Back from the scores: (0.731, -0.731), then "\n    "(1.46, 0.731), after ReLU (1.46, 0), and (1.46, 1.46) at x.")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 4. A smaller one in numbers:* `layer_specs` *is [2, 2, 2], the biases are (0, -1) and (-2, 3), and the\nbatch is one row with the target (0, 1). Blue, in the circles: forward. The softmax of the scores is (0.731,\n0.269). Orange, below them: back, from* $(p - t) / N$ *at the scores. An entry of* `d_w` *is the blue number at\nthe left end of its edge times the orange one at the right end: in Layer 2 the topmost edge has* $3 \\cdot 0.731\n= 2.19$*.*'},
        {'id': '', 'role': 'prose', 'text': '*12 points, about 35 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nBuild the list from pairs of neighbouring widths. What follows the last Layer?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nScores, `probs` and `targets` are $(N, C)$; the loss is one number.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nForward: hand `x` from layer to layer, then softmax; keep probs and targets. Backward:\n`reversed(self.layers)`, each fed with what the last one returned.\n\n</details>'},
        {'id': 'Neuralnetwork_solution', 'role': 'solution', 'text': 'class Neuralnetwork:\n    """A chain of Layers with Activations between them and a softmax at the end, as config has it."""\n\n    def __init__(self, config: dict) -> None:\n        """Make self.layers, a list, from config[\'layer_specs\']\n        (widths from input to output) and config[\'activation\']."""\n        raise NotImplementedError\n\n    def forward_pass(\n        self, x: np.ndarray, targets: np.ndarray | None = None\n    ) -> tuple[float | None, np.ndarray]:\n        """Run the network forward and keep what backward_pass needs.\n\n        x: a batch, (N, in). targets: one-hot, (N, C), or None.\n        Returns the loss (None without targets) and the probabilities, (N, C).\n        """\n        raise NotImplementedError\n\n    def loss_func(self, probs: np.ndarray, targets: np.ndarray) -> float:\n        """The mean cross-entropy of probabilities, (N, C), for one-hot targets, (N, C)."""\n        raise NotImplementedError\n\n    def backward_pass(self) -> None:\n        """Go back from the loss of the latest forward_pass (with targets) through all\n        layers, so that each Layer has its d_w and d_b."""\n        raise NotImplementedError'},
        {'id': 'Neuralnetwork', 'role': 'test', 'text': '@checks.run\ndef check():\n    small = Neuralnetwork({**config, "layer_specs": [2, 4, 5, 3], "activation": "tanh"})\n    kinds = [type(layer).__name__ for layer in small.layers]\n    checks.that(kinds == ["Layer", "Activation", "Layer", "Activation", "Layer"],\n                f"layers holds {kinds}: Layer and Activation in turn, a Layer last.")\n    for layer, size in zip(small.layers[::2], ((2, 4), (4, 5), (5, 3))):\n        checks.shape("w of a layer", layer.w, size, "layer_specs is [2, 4, 5, 3]")\n        layer.w = np.linspace(-1.0, 1.5, layer.w.size).reshape(size)\n        layer.b = np.full((1, size[1]), 0.5)\n    x, targets = np.array([[0.5, -1.0], [2.0, 0.3], [-0.7, 0.2], [0.1, 0.9]]), np.eye(3)[[1, 0, 2, 2]]\n    loss, probs = small.forward_pass(x, targets)\n    checks.close("probs", probs[:1], [[0.44864311, 0.32128144, 0.23007545]],\n                 "config\'s activation after hidden layers, then softmax")\n    checks.close("the loss", loss, 1.11924729, "the sum over classes, the mean over rows")\n    sure = np.maximum(np.eye(3)[:2], 1e-300)\n    checks.close("loss_func of two rows that are surely right", small.loss_func(sure, np.eye(3)[:2]),\n                 0.0, "a guard in the logarithm is at most 1e-12", 1e-9)\n    unlikely = small.loss_func(np.array([[1e-10, 0.7, 0.3]]), np.eye(3)[:1])\n    checks.close("loss_func where the right class has probability 1e-10", unlikely, -np.log(1e-10),\n                 "a guard in the logarithm is at most 1e-12", 1e-2)\n    for call in ("", " after a second call"):\n        small.backward_pass()\n        checks.close(f"d_b of the last layer{call}", small.layers[4].d_b, \n                     [[-0.03847676, 0.03859007, -0.00011331]],\n                     "it starts from (probs - targets) / N")\n        checks.close(f"d_b of the first layer{call}", small.layers[0].d_b, \n                     [[0.05010615, 0.00969415, -0.01974709, -0.05971357]],\n                     "an Activation of its own in every place; hand back what each returns")\n    loss, probs = small.forward_pass(x[:1])\n    checks.that(loss is None, "Without targets there is no loss: return None in its place.")\n    checks.close("probs without targets", probs, [[0.44864311, 0.32128144, 0.23007545]])\n    drawn = Neuralnetwork({**config, "layer_specs": [2, 2, 2], "activation": "ReLU"})  # Figure 4\n    drawn.layers[0].w, drawn.layers[0].b = np.array([[1.0, -1.0], [1.0, 0.5]]), np.array([[0.0, -1.0]])\n    drawn.layers[2].w, drawn.layers[2].b = np.array([[1.0, -1.0], [2.0, 1.0]]), np.array([[-2.0, 3.0]])\n    checks.close("probs of the network of Figure 4", drawn.forward_pass(np.array([[1.0, 2.0]]))[1],\n                 [[0.73105858, 0.26894142]], "config says ReLU here: its activation, not another")\n    flat = Neuralnetwork({**config, "layer_specs": [6, 2], "activation": "ReLU"})\n    checks.that(len(flat.layers) == 1, "layer_specs [6, 2] has a single Layer and no Activation.")'},
        {'id': 'untrained', 'role': 'demo', 'text': 'np.random.seed(0)\nloss, probs = Neuralnetwork(config).forward_pass(X_test, y_test)\naccuracy = np.mean(probs.argmax(axis=1) == y_test.argmax(axis=1))\nprint(f"untrained: loss {loss:.2f}, accuracy {accuracy:.2f}")\nprint(f"a network that knows nothing gives each class 1/10: loss log(10) = {np.log(10):.2f}")'},
        {'id': '', 'role': 'prose', 'text': "## 6. Is the gradient right?\n\nA slip in a backward pass rarely stops a network from learning; it only learns worse. So measure the\ngradient before you train. For one entry $\\theta$ of one layer's `w` or `b`,\n\n$$\\text{numerical} = \\frac{L(\\theta + \\varepsilon) - L(\\theta - \\varepsilon)}{2 \\varepsilon}$$\n$$\\text{within: } |\\text{numerical} - \\text{analytic}| \\le 9\\, \\varepsilon^2$$\n\n*Numerical* takes two forward passes on the batch, with the entry moved. *Analytic* is the layer's own `d_w`\nor `d_b` from a forward and a backward pass with the entry where it was; what stands there from earlier\nbelongs to another batch. Afterwards the entry has its old value bit for bit. Adding $\\varepsilon$ and\nsubtracting it again does not give that, for $(\\theta + \\varepsilon) - \\varepsilon$ is rounded."},
        {'id': '', 'role': 'prose', 'text': 'Your function is given a model. Ask nothing of it but `layers` (its Layers with `w`, `b`, `d_w`, `d_b`),\n`forward_pass`, `backward_pass` and `loss_func`; the loss is whatever the model says it is. The check below\nuses a toy from `toys.py` whose loss is $\\sum \\theta^3$, so that all is known: the slope is $3 \\theta^2$,\nand by central differences $3 \\theta^2 + \\varepsilon^2$.'},
        {'id': '', 'role': 'prose', 'text': "*10 points, about 30 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhich three forward passes are there, and with which value of the entry each?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`index` picks one number of an array of two axes, a bias's too.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nFirst the analytic one: forward with targets, backward, read `d_w` or `d_b`. Then keep the entry, move it\nup, forward; move it down, forward; put it back. Compare the distance with 9 epsilon squared.\n\n</details>"},
        {'id': 'gradient_approximation_solution', 'role': 'solution', 'text': 'def gradient_approximation(\n    model: Neuralnetwork, layer: int, kind: str, index: tuple[int, int],\n    x: np.ndarray, y: np.ndarray, epsilon: float = 1e-2,\n) -> tuple[float, float, bool]:\n    """Compare the numerical with the analytic gradient of one parameter.\n\n    layer: place of the layer in model.layers (activations count). kind: \'w\' or \'b\'.\n    index: (i, j) of the entry; (0, j) for a bias.\n    x, y: the batch, (N, in), and its one-hot labels, (N, C).\n    Returns the numerical and the analytic derivative, and whether they agree within\n    9 * epsilon**2. Leaves the parameter as it was.\n    """\n    raise NotImplementedError'},
        {'id': 'gradient_approximation', 'role': 'test', 'text': '@checks.run\ndef check():\n    toy = toys.ToyModel(Layer, Activation, cost=lambda p: p**3, slope=lambda p: 3 * p**2)\n    toy.layers[2].w[1, 0] = 0.026  # 0.026 - 0.01 + 0.01 is another number\n    x, targets = np.zeros((4, 2)), np.eye(3)[[0, 1, 2, 0]]\n    numerical, analytic, within = gradient_approximation(toy, 2, "w", (1, 0), x, targets)\n    checks.close("numerical", numerical, 3 * 0.026**2 + 1e-4,\n                 "(above - below) / (2 epsilon), with epsilon 1e-2 unless another is given",\n                 tolerance=1e-8)\n    checks.close("analytic", analytic, 3 * 0.026**2,\n                 "from a forward and a backward pass with the parameter at its own value",\n                 tolerance=1e-9)\n    checks.that(within, "within is False, yet the two differ by epsilon**2 only.")\n    checks.that(toy.layers[2].w[1, 0] == 0.026,\n                "The parameter is not what it was, bit for bit: keep its old value and write it back.")\n    checks.that(all(np.array_equal(batch, x) and (y is None or np.array_equal(y, targets))\n                    for batch, y in [*toy.passes, toy.steps[-1]]) and toy.steps[-1][1] is not None,\n                "The batch does not reach the model: call forward_pass(x, y), images first.")\n    for factor, kind, layer, index in ((9.5, "b", 0, (0, 2)), (-9.5, "w", 0, (1, 2)),\n                                       (8.5, "b", 2, (0, 0))):\n        toy = toys.ToyModel(Layer, Activation, cost=lambda p: factor * p**3 + 200 * p,\n                            slope=lambda p: 3 * factor * p**2 + 200)\n        numerical, analytic, within = gradient_approximation(toy, layer, kind, index, x, targets,\n                                                             epsilon=1e-3)\n        what = f"for {kind} of layer {layer} at {index}, with epsilon 1e-3"\n        checks.close(f"numerical {what}", numerical, 200 + 12 * factor + factor * 1e-6,\n                     "index is that of the entry, and epsilon is the argument", tolerance=1e-9)\n        checks.close(f"analytic {what}", analytic, 200 + 12 * factor, "d_w or d_b of the same entry",\n                     tolerance=1e-9)\n        checks.that(bool(within) == (abs(factor) <= 9),\n                    f"within is {within} where numerical - analytic is {factor} epsilon**2: "\n                    "it says whether their distance is at most 9 epsilon**2.")'},
        {'id': '', 'role': 'prose', 'text': 'Now the real network: weights and biases of every layer, on ten training images. Every entry should be\nwithin $9 \\varepsilon^2 = 0.0009$ at $\\varepsilon = 10^{-2}$. The network is the tanh one, since tanh is\nsmooth. A ReLU has a kink, and where a step of $\\varepsilon$ carries some image across it, a central\ndifference measures a mixture of two slopes: with ReLU and this $\\varepsilon$, about one entry in fifteen of\na right gradient fails.'},
        {'id': 'gradient_table', 'role': 'demo', 'text': 'np.random.seed(1)\nsmooth = Neuralnetwork({**config, "activation": "tanh"})\nentries = [(4, "b", (0, 3)), (4, "w", (10, 3)), (4, "w", (70, 8)),\n           (2, "b", (0, 5)), (2, "w", (20, 40)), (2, "w", (99, 0)),\n           (0, "b", (0, 7)), (0, "w", (350, 7)), (0, "w", (406, 60))]\nX_few, y_few = X_train[:10], y_train[:10]\nprint("layer  kind      numerical       analytic     difference   within")\nfor layer, kind, index in entries:\n    numerical, analytic, within = gradient_approximation(smooth, layer, kind, index, X_few, y_few)\n    apart = abs(numerical - analytic)\n    print(f"{layer:5}  {kind:4}  {numerical:13.8f}  {analytic:13.8f}  {apart:13.1e}   {within}")'},
        {'id': '', 'role': 'prose', 'text': '### The shape of a V\n\nWhy $10^{-2}$, and not something much smaller? Chapter 2 met the two errors of a central difference. What\nthe Taylor series leaves out shrinks with $\\varepsilon^2.$ What rounding does to the loss, about $10^{-16}$,\nis divided by $2 \\varepsilon$ and grows as $\\varepsilon$ shrinks. On logarithmic axes the sum is a V. The\ncriterion $9 \\varepsilon^2$ knows only of its right arm.'},
        {'id': 'v_shape', 'role': 'demo', 'text': 'epsilons = np.logspace(-9, -1, 33)\ndifferences = []\nfor epsilon in epsilons:\n    pairs = [gradient_approximation(smooth, *entry, X_few, y_few, epsilon)[:2] for entry in entries]\n    differences.append(max(abs(numerical - analytic) for numerical, analytic in pairs))\nfigures.v_shape(epsilons, differences, 9 * epsilons**2)\nfor epsilon in [1e-2, 1e-4, 1e-5, 1e-6]:\n    within = [gradient_approximation(smooth, *entry, X_few, y_few, epsilon)[2] for entry in entries]\n    print(f"epsilon {epsilon:.0e}: {sum(within)} of {len(within)} entries within 9 epsilon**2")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 5. The largest difference of the nine entries against* $\\varepsilon$*, for a right gradient. Where\nthe dashed criterion lies below the V, at the left, it fails a right gradient.*\n\nAt $\\varepsilon = 10^{-6}$ the criterion asks for $9 \\cdot 10^{-12}$, where round-off alone leaves ten times\nthat and more. A student of the course from which this chapter descends reported that only 32 % of the\nentries agreed. The gradient was right; the tolerance was at fault. A tolerance on a numerical gradient has\nto allow for both arms of the V, something like $c_1\\, \\varepsilon^2 + c_2 \\cdot 10^{-16} / \\varepsilon$.\nFrom $10^{-2}$ down to $10^{-5}$ the first term is enough.'},
        {'id': '', 'role': 'prose', 'text': "## 7. Training\n\n`trainer` is where most silent mistakes live, so here is all that it does, piece by piece.\n\n**Minibatches.** Each epoch draws a fresh permutation of the rows, the same for images and labels, and takes\nconsecutive slices of `batch_size` rows. The last slice is shorter where the numbers don't divide, and it is\nused: every row once an epoch. `X_train` itself keeps its order.\n\n**A step.** After a forward and a backward pass on the batch, the weights and biases $\\theta$ of every Layer\nmove, each array with a velocity $v$ of its own shape:\n\n$$v \\leftarrow \\gamma\\, v - \\eta\\, g, \\qquad \\theta \\leftarrow \\theta + v$$\n\nwith $g$ the gradient, $\\eta$ the `learning_rate` and $\\gamma$ the `momentum_gamma`, or 0 where `momentum`\nis False. $v$ is zero when `trainer` starts and is never reset after that, not at the end of an epoch\neither."},
        {'id': 'momentum_on_a_slope', 'role': 'demo', 'text': 'steps, gamma = np.arange(1, 41), 0.9\n# Where the gradient is always the same: 1 + gamma + gamma**2 + ...\nvelocity = (1 - gamma**steps) / (1 - gamma)\ntravelled = {"momentum": np.cumsum(velocity), "no momentum": steps, "rate times 0.9": 0.9 * steps}\nfigures.travel(steps, travelled)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 6. How far a parameter goes where the gradient never changes. A velocity that remembers ends at* $1\n/ (1 - \\gamma) = 10$ *plain steps a step.*\n\nThe lowest line is a real slip. $v = \\gamma \\cdot (-\\eta g)$, with no old $v$ on the right, looks like\nmomentum and is a learning rate multiplied by 0.9. The network still learns, so nothing seems wrong; its\nweights just go 0.9 times as far as without any momentum. The velocity has to outlive the step.'},
        {'id': '', 'role': 'prose', 'text': '**L2 penalty.** Adding $\\frac{\\lambda}{2} \\sum w^2$ to what is minimized, with $\\lambda$ the `L2_penalty`,\nadds $\\lambda w$ to the gradient of each weight:\n\n$$g_w = d_w + \\lambda\\, w, \\qquad g_b = d_b$$\n\nLarge weights let a network bend sharply between one image and the next; biases only shift it, so they are\nleft out. The validation loss leaves the penalty out as well, so that runs with different penalties can be\ncompared.'},
        {'id': '', 'role': 'prose', 'text': '**Early stopping.** After each epoch the loss on the validation set is measured. An epoch counts as *rising*\nwhere this loss is above that of the epoch before; the first to be compared is the second. After\n`early_stop_epoch` rising epochs in a row training ends. An equal or lower loss sets the count back to 0.\n\n| epoch | validation loss | rising in a row |\n| --- | --- | --- |\n| 1 | 0.9 | |\n| 2 | 0.6 | 0 |\n| 3 | 0.7 | 1 |\n| 4 | 0.8 | 2 |\n| 5 | 0.8 | 0 |\n| 6 | 0.85 | 1 |\n| 7 | 0.9 | 2 |\n| 8 | 1.0 | 3 |\n\nWith `early_stop_epoch` 3, this run ends after epoch 8.\n\n**Best weights.** Where `early_stop` is True, the model ends with the parameters of the epoch of lowest\nvalidation loss, here the second, *whether or not* training was cut short. The weights before the first\nepoch do not count. Where it is False, the model ends with its last weights. Keep *copies*: `best = layer.w`\nis a second name for an array that goes on changing if you update it in place, and restoring it restores\nnothing.'},
        {'id': '', 'role': 'prose', 'text': 'Write `trainer` for any model that has `layers`, `forward_pass(x, targets)`, `backward_pass()` and\n`loss_func(probs, targets)`. Some of its `layers` are Layers, with `w`, `b`, `d_w` and `d_b`; the others are\nActivations. Rely on nothing more: make the velocities in here, and let the model say what its loss is.\n\nThe check below trains a toy with the loss $\\sum \\theta^2 / 2$, whose gradient is $\\theta$, so that every\nstep can be worked out by hand: from 2, a plain step at rate 0.1 leads to $2 \\cdot 0.9$.'},
        {'id': 'show_progress', 'role': 'given', 'text': 'def show_progress(config: dict, history: dict) -> None:\n    """Print the validation loss after the first and every tenth epoch, on one line."""\n    epoch, valid_loss = len(history["valid_loss"]), history["valid_loss"][-1]\n    if epoch == 1 < config["epochs"]:\n        print(f"validation loss, up to {config[\'epochs\']} epochs: {valid_loss:.3f}", end="", flush=True)\n    elif epoch % 10 == 0:\n        print(f" {valid_loss:.3f}", end="", flush=True)'},
        {'id': '', 'role': 'prose', 'text': '*20 points, about 60 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWrite it in the order of the text, and run the check after each piece: batches, plain step, momentum, L2,\nstopping, best weights.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nA velocity has the shape of its array, one for each `w` and each `b`; make them once in each call of `trainer`,\nbefore the first epoch. One that is kept in a layer would still be there when `trainer` is called again.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nTwo numbers steer the end: how many rises in a row, and the lowest validation loss so far; with the second\ngoes a list of *copies* of all parameters, put back after the loop where `early_stop` is True.\n\n</details>'},
        {'id': 'trainer_solution', 'role': 'solution', 'text': 'def trainer(\n    model: Neuralnetwork,\n    X_train: np.ndarray,\n    y_train: np.ndarray,\n    X_valid: np.ndarray,\n    y_valid: np.ndarray,\n    config: dict,\n) -> dict[str, list[float]]:\n    """Train a model in place, as config has it.\n\n    config: batch_size, epochs, learning_rate, early_stop, early_stop_epoch, L2_penalty,\n    momentum and momentum_gamma count here.\n    X_train, (N, in), y_train, (N, C), one-hot: to train on. X_valid, y_valid: to decide\n    when to stop.\n    Returns a dict with the lists train_loss (the mean over the epoch\'s batches, the loss of\n    its last batch, or measured after it, as you like) and valid_loss (measured after the\n    epoch, on the whole validation set), one entry for each epoch that ran. You may call\n    show_progress after each epoch.\n    """\n    raise NotImplementedError'},
        {'id': 'trainer', 'role': 'test', 'text': '@checks.run\ndef check():\n    plain = toys.train_toy(trainer, Layer, Activation)\n    checks.that(plain["sizes"] == [4, 4, 2] * 2,\n                f"The batches have {plain[\'sizes\']} rows; expected 4, 4 and 2 in each of two epochs.")\n    sizes = toys.train_toy(trainer, Layer, Activation, rows=13, epochs=1)["sizes"]\n    checks.that(sizes == [4, 4, 4, 1], f"13 rows come in batches of {sizes}; expected 4, 4, 4 and 1.")\n    rows, in_order = plain["rows"], list(range(10))\n    checks.that([sorted(epoch) for epoch in rows] == [in_order] * 2,\n                f"The rows of the two epochs are {rows}: every row once in each.")\n    checks.that(rows[0] != rows[1] and in_order not in rows,\n                f"The rows of the two epochs are {rows}: draw a new order for each.")\n    checks.that(plain["labels"] == [[row % 3 for row in epoch] for epoch in rows],\n                "Rows and labels were not shuffled alike.")\n    checks.that(plain["X_train"] == in_order,\n                "X_train itself was shuffled: index with a permutation, or work on a copy.")\n    checks.close("a weight and a bias after 6 plain steps", plain["ends"], [2 * 0.9**6] * 2,\n                 "3 batches an epoch, one short; subtract the gradient")\n    checks.that(len(plain["train_loss"]) == 2, "train_loss has one entry each epoch.")\n    # the toy\'s loss is 26, and each step leaves 0.81 of it\n    for epoch, seen in enumerate(plain["train_loss"]):\n        losses = 26 * 0.81 ** (3 * epoch + np.arange(4))  # before each step, and after the last\n        means = [np.average(part, weights=w) for part in (losses[:3], losses[1:])\n                 for w in ([1, 1, 1], [4, 4, 2])]\n        checks.that(np.isclose(seen, [*means, *losses[2:]]).any(),\n                    f"train_loss of epoch {epoch + 1} is {seen:.4g}; the batches\' losses were "\n                    f"{losses[:3].round(2)}, and after the epoch it was {losses[3]:.4g}: take the "\n                    "mean over the batches or over the rows, the last batch\'s, or the loss after it.")\n    moved = toys.train_toy(trainer, Layer, Activation, momentum=True)\n    checks.close("a weight and a bias after 6 steps with momentum", moved["ends"], [-0.156014] * 2,\n                 "v is kept from step to step and from epoch to epoch")\n    decayed = toys.train_toy(trainer, Layer, Activation, L2_penalty=0.5)\n    checks.close("a weight and a bias after 6 steps with L2 0.5", decayed["ends"],\n                 [2 * 0.85**6, 2 * 0.9**6], "add L2_penalty * w to d_w, not to d_b")\n    both = toys.train_toy(trainer, Layer, Activation, momentum=True, L2_penalty=0.5)\n    checks.close("a weight and a bias after 6 steps with momentum and L2 0.5", both["ends"],\n                 [-0.689692, -0.156014], "the penalty\'s share is part of g, and so of the velocity")\n    checks.close("valid_loss with L2 0.5", decayed["valid_loss"], [1.0, 1.0],\n                 "the loss as the model gives it, without the penalty")\n    table = [0.9, 0.6, 0.7, 0.8, 0.8, 0.85, 0.9, 1.0, 0.1, 0.2]\n    early = {"batch_size": 10, "epochs": 10, "early_stop": True}\n    stopped = toys.train_toy(trainer, Layer, Activation, table, **early)\n    checks.close("valid_loss of the table\'s run", stopped["valid_loss"], table[:8],\n                 "it ends at the third rise in a row; an equal loss resets the count")\n    checks.close("a weight and a bias after that run", stopped["ends"], [2 * 0.9**2] * 2,\n                 "put back copies of what epoch 2 had")\n    rising = toys.train_toy(trainer, Layer, Activation, [1.0, 1.1, 1.2, 1.3, 1.4],\n                            **{**early, "epochs": 5})\n    checks.close("valid_loss where it rises from the start", rising["valid_loss"],\n                 [1.0, 1.1, 1.2, 1.3], "the first epoch to be compared is the second")\n    patient = toys.train_toy(trainer, Layer, Activation, table[:8],\n                             **{**early, "epochs": 8, "early_stop_epoch": 5})\n    checks.close("a weight and a bias where all 8 epochs run", patient["ends"], [2 * 0.9**2] * 2,\n                 "the best weights are restored without a stop, too")\n    free = toys.train_toy(trainer, Layer, Activation, table, **{**early, "early_stop": False})\n    checks.close("a weight and a bias without early stopping", free["ends"], [2 * 0.9**10] * 2,\n                 "all 10 epochs, and the last weights")'},
        {'id': '', 'role': 'prose', 'text': '## 8. Testing\n\nThe last piece is one number for a trained model: the share of images whose most probable class is their\ntrue class, between 0 and 1.\n\n$$\\text{accuracy} = \\frac{1}{N} \\, \\bigl|\\{\\, n : \\arg\\max_c p_{nc} = {\\arg\\max_c t_{nc}} \\,\\}\\bigr|$$\n\nwith $p$ and $t$ of shape $(N, C)$. Go through the images at once or in batches, as you like; in batches,\nmind that the last one may be shorter and so counts for less.'},
        {'id': '', 'role': 'prose', 'text': '*2 points, about 5 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhich class does the network favour in each row, and which is right?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nTwo arrays of $N$ column numbers.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nThe mean of a comparison is the share of its True.\n\n</details>'},
        {'id': 'test_solution', 'role': 'solution', 'text': 'def test(model: Neuralnetwork, X_test: np.ndarray, y_test: np.ndarray, config: dict) -> float:\n    """The share of images that the model gets right, from 0 to 1.\n\n    X_test: (N, in). y_test: one-hot, (N, C). config: as for trainer; you need not use it.\n    """\n    raise NotImplementedError'},
        {'id': 'test', 'role': 'test', 'text': '@checks.run\ndef check():\n    probs = np.array([[0.4, 0.3, 0.3], [0.1, 0.2, 0.7], [0.3, 0.4, 0.3],\n                      [0.9, 0.1, 0.0], [0.2, 0.2, 0.6]])\n    for batch_size in (2, 5, 64):\n        accuracy = test(toys.Echo(), probs, np.eye(3)[[0, 2, 1, 0, 1]],\n                        {**config, "batch_size": batch_size})\n        checks.close(f"the accuracy where 4 of 5 are right, with batch_size {batch_size},", accuracy,\n                     0.8, "compare the column of the largest probability with that of the 1")\n    accuracy = test(toys.Echo(), probs[:3], np.eye(3)[[0, 2, 2]], config)\n    checks.close("the accuracy where 2 of 3 are right", accuracy, 2 / 3, "not rounded")\n    rows = [*range(5), 0, 1, 4, 1, 3, 3]\n    accuracy = test(toys.Echo(), probs[rows], np.eye(3)[[0, 2, 1, 0, 1]][rows],\n                    {**config, "batch_size": 4})\n    checks.close("the accuracy where 9 of 11 are right", accuracy, 9 / 11, "of all images")\n    accuracy = test(toys.Echo(), np.array([[0.7, 0.3]]), np.array([[0, 1]]), config)\n    checks.close("the accuracy of one wrong image", accuracy, 0.0, "two classes")'},
        {'id': '', 'role': 'prose', 'text': '## 9. What the settings do\n\nEverything is in place. `experiment` makes a fresh network, trains it and tests it, with `config` as it\nstands above but for what you change. Random numbers start alike each time: runs differ in nothing but what\nwas changed. (The course that this chapter descends from used a `learning_rate` of 0.007 and 50 `epochs` on\n50,000 images, which are 12,500 steps. On 4000 images they would be 1000, and end at an accuracy of 0.914\nthat is still rising. If you have the 50,000, an epoch takes about twelve times as long: lower `epochs`.)'},
        {'id': 'experiment', 'role': 'demo', 'text': 'def experiment(**changes) -> tuple[Neuralnetwork, dict[str, list[float]]]:\n    """Train a fresh network with some settings changed and print its test accuracy.\n\n    Returns the network and its history.\n    """\n    settings = {**config, **changes}\n    np.random.seed(0)\n    network = Neuralnetwork(settings)\n    history = trainer(network, X_train, y_train, X_valid, y_valid, settings)\n    accuracy, best = test(network, X_test, y_test, settings), np.argmin(history["valid_loss"]) + 1\n    print(f"\\ntest accuracy {accuracy:.3f}, best epoch {best}   {changes}")\n    return network, history\n\n\nnet, relu = experiment()'},
        {'id': '', 'role': 'prose', 'text': 'The run that was measured for this text stopped at epoch 29, went back to the weights of epoch 9, and got\n0.928 of the test images right; over five seeds the accuracy lay between 0.922 and 0.932. Yours will lie\nnear that, not on it, for your weights start elsewhere. Be careful with small differences: 500 test images\nmeasure an accuracy to about one percentage point, so two networks that differ by less than two or three\nhave not been told apart. The validation *loss* is a finer instrument.\n\n### Three activations'},
        {'id': 'compare_activations', 'role': 'demo', 'text': '_, tanh = experiment(activation="tanh")\n_, sigmoid = experiment(activation="sigmoid")\nfigures.curves({"ReLU": relu, "tanh": tanh, "sigmoid": sigmoid})'},
        {'id': '', 'role': 'prose', 'text': '*Figure 7. Loss by epoch for the three activations. The dot marks the epoch whose weights are restored, the\nbar the last epoch that ran.*\n\nThe sigmoid starts slowest: each layer multiplies what comes back by a quarter at best (Figure 2), and its\noutputs are all positive. ReLU and tanh fit the training images completely, and from then on their\nvalidation loss creeps upward while the training loss goes to zero. What grows is confidence: the few images\nthat the network gets wrong, it gets wrong with ever more certainty, and the cross-entropy charges for that\nalthough the accuracy hardly moves.\n\nEarly stopping asks for five rising epochs *in a row*. A loss measured on 500 images jumps up and down from\nepoch to epoch, so that five rises in a row may come long after the lowest point, or never: the bar can lie\nfar behind the dot. That is why restoring the best weights is a matter of its own.\n\n### Momentum'},
        {'id': 'compare_momentum', 'role': 'demo', 'text': '_, no_momentum = experiment(momentum=False)\nfigures.curves({"momentum 0.9": relu, "no momentum": no_momentum})'},
        {'id': '', 'role': 'prose', 'text': '*Figure 8. With and without momentum, at one learning rate.*'},
        {'id': 'distance', 'role': 'demo', 'text': 'def distance(**changes) -> float:\n    """How far the weights of a network move in one epoch."""\n    np.random.seed(0)\n    network = Neuralnetwork(config)\n    start = [layer.w.copy() for layer in network.layers[::2]]\n    settings = {**config, "epochs": 1, **changes}\n    trainer(network, X_train, y_train, X_valid, y_valid, settings)\n    return np.sqrt(sum(((layer.w - w) ** 2).sum() for layer, w in zip(network.layers[::2], start)))\n\n\nfar, near = distance(), distance(momentum=False)\nprint(f"weights moved in one epoch: {far:.2f} with momentum, {near:.2f} without, "\n      f"{far / near:.1f} times as far")'},
        {'id': '', 'role': 'prose', 'text': 'In one epoch momentum carries the weights more than four times as far. A ratio of 0.9 here would be the slip\nof Figure 6. Since a velocity adds up to ten gradients, momentum at rate 0.1 is close to no momentum at rate\n1 in how far it goes, and steadier: what points the same way in every batch adds up, what changes sign from\nbatch to batch cancels.\n\n### L2'},
        {'id': 'compare_l2', 'role': 'demo', 'text': 'shrunk, l2 = experiment(L2_penalty=0.005)\nfigures.curves({"no penalty": relu, "L2 0.005": l2})'},
        {'id': '', 'role': 'prose', 'text': '*Figure 9. With and without a penalty on the weights.*\n\nThe penalty keeps the training loss from reaching zero, for that takes large weights, and the validation\nloss hardly turns upward. Over five seeds its lowest value lay between 0.18 and 0.20, without the penalty\nbetween 0.20 and 0.23, and lower with it than without in each of the five. The test accuracy was 0.934 in\nthe run measured here and from 0.926 to 0.944 over the five: half a point better on average, which 500\nimages alone could not have shown. It shows in the weights, too.'},
        {'id': 'weights', 'role': 'demo', 'text': 'figures.weights({"no penalty": net.layers[0].w, "L2 0.005": shrunk.layers[0].w})'},
        {'id': '', 'role': 'prose', 'text': '*Figure 10. What the first layer looks for: the weights from the 784 pixels to the 20 units with the largest\nweights. Pixels near the border are white paper in every image. Their input is 0, so their gradient is 0,\nand without a penalty they keep the random weights that they started with; the penalty\nshrinks those to nothing.*\n\n### What it still gets wrong'},
        {'id': 'mistakes', 'role': 'demo', 'text': 'predicted, true = shrunk.forward_pass(X_test)[1].argmax(axis=1), y_test.argmax(axis=1)\nwrong = np.flatnonzero(predicted != true)[:30]\ntitles = [f"{true[n]}, not {predicted[n]}" for n in wrong]\nalt = "Misclassified test digits, each with its true class and the predicted one: "\nfigures.digits(X_test[wrong], titles, alt=alt + "; ".join(titles))'},
        {'id': '', 'role': 'prose', 'text': '*Figure 11. Test images that the network with L2 gets wrong: the true class first, then the predicted one.\nSome are hard for a person, too.*'},
        {'id': '', 'role': 'prose', 'text': '## 10. What changed?\n\n**Question.** Look at Figures 8 and 9 and at the distance in between, and say in your own words, with\nnumbers from your own runs: What did momentum change in the two curves, and why? What did L2 change in each\nof them, and how can a training loss that is *higher* belong to the better network?'},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 20 minutes.*'},
        {'id': 'momentum_l2', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': '', 'role': 'prose', 'text': '### An experiment of your own\n\nEverything in `config` can be changed by a word. A third hidden layer? A batch of 20? A penalty ten times as\nstrong? Choose one, write down what you expect, then run it. Nobody grades this cell, unless your instructor\nsays so.\n\n- *I change ..., and expect ..., because ...*\n- *What came: ...*\n- *Compared with how far runs from other starts lie apart (0.01 in test accuracy): ...*'},
        {'id': 'your_experiment', 'role': 'demo', 'text': 'deeper, history = experiment(layer_specs=[784, 50, 50, 50, 10], epochs=10)'},
        {'id': '', 'role': 'prose', 'text': "### Random sizes\n\nThe hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your\nfunctions with random sizes and holds them against what is true of *any* right answer: a gradient is the\nslope that is measured, a row alone gives what it gives in a batch, the rows of a softmax sum to 1,\narguments stay as they were, whole numbers give what the same numbers give as floats. No right answer stands\nin that file. Where something is not true, it says what, and for which sizes. The check at the end of this\nnotebook runs this cell, too."},
        {'id': 'try_random_sizes', 'role': 'demo', 'text': 'import properties\n\n\ndef through_a_layer(x, w, b):\n    layer = Layer(*w.shape)\n    layer.w, layer.b = w, b\n    return layer.forward_pass(x)\n\n\ndef back_through_a_layer(delta, x, w, b):\n    layer = Layer(*w.shape)\n    layer.w, layer.b = w, b\n    layer.forward_pass(x)\n    return layer.backward_pass(delta), layer.d_w, layer.d_b\n\n\ndef some_layer(rng):\n    N, before, after = rng.integers(1, 5, size=3)\n    return (rng.normal(size=(N, before)), rng.normal(size=(before, after)),\n            rng.normal(size=(1, after)))\n\n\nproperties.rows("softmax", softmax)\nproperties.layer("Layer", through_a_layer, back_through_a_layer, some_layer)\nfor kind in ["sigmoid", "tanh", "ReLU"]:\n    part = Activation(kind)\n\n    def back_through(delta, a):\n        part.forward_pass(a)\n        return part.backward_pass(delta)\n\n    properties.layer(kind, part.forward_pass, back_through,\n                     lambda rng: [rng.choice([1, 1000]) * rng.normal(size=(rng.integers(1, 5), 3))])'},
        {'id': '', 'role': 'prose', 'text': '## What to take along\n\n- Parts that share one interface, `forward_pass` and `backward_pass`, can be chained, exchanged and tested\n  one by one.\n- Momentum adds up successive gradients: at 0.9 up to ten of them. A velocity that does not outlive its step\n  is only another learning rate.\n- A penalty makes the fit to the training images worse on purpose, and the loss on new ones better.\n- Early stopping needs two rules: when to stop, and which weights to keep. Keep copies.\n- A tolerance on a numerical gradient has two sides. Too tight is as wrong as too loose.\n\nIn chapter 5, `nn_recognition`, you write the layer that knows what a neighbourhood is, the convolution.'},
        {'id': '', 'role': 'prose', 'text': '## To read on\n\n- LeCun, Bottou, Bengio and Haffner, 1998, *Gradient-based learning applied to document recognition*: the\n  digits.\n- LeCun, Bottou, Orr and Müller, 1998, *Efficient BackProp*: scaling inputs, starting weights, minibatches.\n- Polyak, 1964, *Some methods of speeding up the convergence of iteration methods*: momentum, as the heavy\n  ball.\n- Krogh and Hertz, 1991, *A simple weight decay can improve generalization*.\n- Prechelt, 1998, *Early stopping: but when?*: criteria that are less easily fooled than a row of rises.'},
        {'id': '', 'role': 'prose', 'text': '## Before you hand it in\n\nSave the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says\nquestion by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.\nWith `all=True` it runs training and demonstrations as well.'},
        {'id': 'check_this_notebook', 'role': 'demo', 'text': 'import check_notebook\n\ncheck_notebook.run()'},
    ],
})

if __name__ == "__main__":
    status = main(sys.argv[1:])
    if not hasattr(builtins, "get_ipython"):  # %run would show an exit as an error
        sys.exit(status)
