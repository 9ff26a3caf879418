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
    'assignment': 'two_layer_perceptron',
    'release': '0c36cb95e47aa397',
    'files': ['checks.py', 'diagrams.py', 'pictures.py', 'properties.py', 'digits.npz'],
    'may_hand_in': [],
    'graded_with': {'python': '3.11', 'numpy': '2.4', 'modules': 'IPython PIL alembic annotated_doc annotated_types anyio argon2 arrow asttokens async_lru attr attrs babel bleach bs4 certifi cffi charset_normalizer comm contourpy cycler dateutil debugpy defusedxml executing fastjsonschema fontTools fqdn h11 httpcore httpx idna ipykernel ipykernel_launcher ipython_pygments_lexers ipywidgets isoduration jedi jinja2 json5 jsonpointer jsonschema jsonschema_specifications jupyter jupyter_builder jupyter_client jupyter_core jupyter_events jupyter_lsp jupyter_server jupyter_server_terminals jupyterlab jupyterlab_jupytext jupyterlab_pygments jupyterlab_server jupyterlab_widgets jupytext jupytext_config kiwisolver lark latex2mathml mako markdown_it markupsafe matplotlib matplotlib_inline mdit_py_plugins mdurl mistune mpl_toolkits msgspec nbclient nbconvert nbformat nbgrader nest_asyncio2 notebook notebook_shim numpy overrides packaging pandocfilters parso pexpect pip pkg_resources platformdirs prometheus_client prompt_toolkit psutil ptyprocess pure_eval pycparser pydantic pydantic_core pygments pylab pyparsing pythonjsonlogger rapidfuzz referencing requests rfc3339_validator rfc3986_validator rfc3987_syntax rich rpds send2trash setuptools shellingham six soupsieve sqlalchemy stack_data terminado tinycss2 tornado traitlets typer typing_extensions typing_inspection tzdata uri_template urllib3 wcwidth webcolors webencodings websocket widgetsnbextension yaml zmq'},
    'packages': [],
    'limits': {'cell': 20.0, 'cells': 60.0, 'probe': 5.0, 'memory': 1024},
    'questions': [
        {'id': 'eval_numerical_gradient', 'points': 5.0, 'written': False, 'trains': False, 'defines': ['eval_numerical_gradient']},
        {'id': 'eval_numerical_gradient_array', 'points': 5.0, 'written': False, 'trains': False, 'defines': ['eval_numerical_gradient_array']},
        {'id': 'rel_error', 'points': 2.0, 'written': False, 'trains': False, 'defines': ['rel_error']},
        {'id': 'affine', 'points': 5.0, 'written': False, 'trains': False, 'defines': ['TwoLayerPerceptron.affine_forward', 'TwoLayerPerceptron.affine_backward']},
        {'id': 'relu', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['TwoLayerPerceptron.relu_forward', 'TwoLayerPerceptron.relu_backward']},
        {'id': 'vanishing', 'points': 4.0, 'written': True, 'trains': False, 'defines': []},
        {'id': 'svm_loss', 'points': 8.0, 'written': False, 'trains': False, 'defines': ['TwoLayerPerceptron.svm_loss']},
        {'id': 'softmax_loss', 'points': 6.0, 'written': False, 'trains': False, 'defines': ['TwoLayerPerceptron.softmax_loss']},
        {'id': 'network', 'points': 12.0, 'written': False, 'trains': False, 'defines': ['TwoLayerPerceptron.init_params', 'TwoLayerPerceptron.loss']},
    ],
    'cells': [
        {'id': '', 'role': 'prose', 'text': "# Understanding an image classifier's layers\n\n*Chapter 2 of 5. 50 points.*\n\nAn image classifier is a stack of small functions. Each has a forward rule, which computes, and a backward\nrule, which says how the loss would answer if its inputs moved a little. In chapter 1 you wrote such pairs\none by one. In this chapter they become the methods of a class, `TwoLayerPerceptron`, and every backward\nrule meets a judge that needs no calculus: a gradient measured by experiment.\n\nYou will write, in this order,\n\n1. **numerical gradients**, which nudge every number a little and watch the loss,\n2. the **layers** of the network, affine and ReLU, checked against those experiments,\n3. two **losses**, the hinge loss and the softmax loss, which want different things from the same scores,\n4. the **network** itself, trained on handwritten digits at the end.\n\nOn the way we look at how far a numerical gradient can be trusted, and at why deep stacks of sigmoids learn\nso slowly."},
        {'id': '', 'role': 'prose', 'text': "## What you need to know from chapter 1\n\nIn half a page, for whoever starts here. A network is a chain of *layers*, with a loss $L$, a single number,\nat its end. Each layer is a pair of functions: `forward` computes its output `out` and a *cache* of what the\nway back needs; `backward` gets the *upstream gradient* `dout`, which is $\\partial L / \\partial out$, and\nreturns the gradient of $L$ with respect to each of the layer's arguments. The chain rule connects them:\n\n$$dx_i = \\sum_j dout_j \\, \\frac{\\partial out_j}{\\partial x_i}$$\n\nwhere $dx$ stands for $\\partial L / \\partial x$. Two consequences catch most mistakes: a gradient has the\nshape of what it is the gradient of, and what is used several times collects the *sum* of what comes back\nalong each use. For an affine layer $out = x w + b$ with one row an example, this gives $dw = x^\\top dout$,\na sum over the examples; chapter 1, question 2, has you show why. A bias has one axis, here as there."},
        {'id': '', 'role': 'prose', 'text': '## How the class is put together\n\nSections 1 to 3 ask for plain functions. From section 4 on you write methods: `TwoLayerPerceptron` starts\nwith nothing but its `__init__`, each solution cell defines a function whose first argument is `self`, and a\nlocked line after it attaches that function to the class under the same name. From there on\n`layers.affine_forward(x, w, b)` calls it, and inside another method `self.affine_forward(x, w, b)` does.\n\nWhat a function gets and returns stands in its docstring. Four rules hold for all methods, and the hidden\ntests try them:\n\n- arguments are left as they were, and what is returned is a new array (a cache may hold the arguments\n  themselves);\n- a batch may have one example only;\n- arrays of integers and of `float32` are as welcome as `float64`, and a result that is a fraction stays\n  one (mind that `np.zeros_like(x)` holds integers where `x` does; `np.zeros(x.shape)` does not);\n- a loop and a vectorized expression are equally right.\n\nYou may define helpers in a solution cell and call them by name. Below your code stands a check, which\nJupyterLab shows folded; click on it if you want to read it. It is silent when it finds nothing wrong.\nWhere you are stuck, hints unfold above the cell for your code, from a nudge to the idea. Each part is tested\nby itself, so a mistake in one layer costs nothing in the next. One question, in section 6, asks for a written\nanswer, which a person reads.'},
        {'id': 'imports', 'role': 'given', 'text': 'from collections.abc import Callable\n\nimport matplotlib.pyplot as plt\nimport numpy as np\n\nimport checks\nimport diagrams\nimport pictures\n\nplt.style.use("tableau-colorblind10")'},
        {'id': 'two_layer_perceptron', 'role': 'given', 'text': 'class TwoLayerPerceptron:\n    """A classifier with one hidden layer: affine, ReLU, affine, and a loss on top.\n\n    Its methods are attached one by one below.\n    """\n\n    def __init__(\n        self,\n        input_dim: int,\n        hidden_dim: int,\n        num_classes: int,\n        weight_scale: float = 1e-3,\n        reg: float = 0.0,\n        seed: int = 0,\n    ) -> None:\n        self.params = {}  # W1 (D, H), b1 (H,), W2 (H, C), b2 (C,)\n        self.reg = reg  # strength of the L2 penalty\n        self.init_params(input_dim, hidden_dim, num_classes, weight_scale, seed)'},
        {'id': '', 'role': 'prose', 'text': '`__init__` calls a method that you write near the end. The layers need no weights of their own, they get\neverything as arguments. So until then we work with `layers`, an instance that was made without running\n`__init__`: it has the methods that are attached so far and nothing else.'},
        {'id': 'layers', 'role': 'given', 'text': 'layers = TwoLayerPerceptron.__new__(TwoLayerPerceptron)'},
        {'id': '', 'role': 'prose', 'text': '## 1. Measuring a gradient\n\nA backward rule with a slip in it still runs, and often still learns a little. The way to catch it is to\nmeasure the slope: move one entry of $x$ by $h$ to both sides, watch $f$, and put the entry back. Write\n`eval_numerical_gradient` for a function with a single number as its answer.\n\n$$\\frac{\\partial f}{\\partial x_i} \\approx \\frac{f(x + h e_i) - f(x - h e_i)}{2h}$$\n\nwith $x$ of any shape, $e_i$ zero but for a 1 at entry $i$, and a gradient of the shape of $x$.\n\nThe loss of a network does not take its weights as an argument, it reads them where they are. So `f` may\nignore what it is given and look at `x` itself: change the entries of `x` in place, and leave behind exactly\nthe bits that you found. Adding $h$ and subtracting it again does not do that, for $(x + h) - h$ is\nrounded.'},
        {'id': '', 'role': 'prose', 'text': '*5 points, about 20 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhich entry moves, how often is `f` called for it, and what must be true of `x` afterwards?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`np.ndindex(x.shape)` gives every index, for any number of axes; the result has the shape of `x`.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nKeep the entry; set it to kept + h and call `f`; set it to kept - h and call `f`; write kept back.\n\n</details>'},
        {'id': 'eval_numerical_gradient_solution', 'role': 'solution', 'text': 'def eval_numerical_gradient(\n    f: Callable[[np.ndarray], float], x: np.ndarray, verbose: bool = False, h: float = 1e-5\n) -> np.ndarray:\n    """Measure the gradient of f at x by central differences.\n\n    f: takes x, returns one number; it may ignore its argument and read x itself.\n    x: float64, of any shape; perturbed in place, entry by entry, and left bit for bit as it was.\n       It may be a view of another array, such as W.T, so that flattening it can make a copy.\n    verbose: print each entry as it is measured.\n    h: the step to each side.\n    Returns the gradient, with the shape of x.\n    """\n    raise NotImplementedError'},
        {'id': 'eval_numerical_gradient', 'role': 'test', 'text': '@checks.run\ndef check():\n    import contextlib\n    import io\n    from unittest import mock\n    x = np.array([[0.3, -1.2, 2.1], [1.7, 0.7, -0.9]])\n    start = x.copy()\n    grad = eval_numerical_gradient(lambda z: np.sum(z**3) - 2 * np.sum(z), x, h=0.5)\n    checks.close("grad of sum(x**3) - 2 sum(x) with h=0.5", grad, 3 * start**2 + 0.25 - 2,\n                 "one entry at a time, to both sides, over 2h; the step is the argument h")\n    grad = eval_numerical_gradient(lambda z: np.sum(z**3) + np.prod(z), x)\n    checks.close("grad of sum(x**3) + prod(x)", grad, 3 * start**2 + np.prod(start) / start,\n                 "all entries but one stay where they are; h is 1e-5 where none is given")\n    grad = eval_numerical_gradient(lambda _: np.sum(x**3), x)\n    checks.close("grad of an f that reads x itself", grad, 3 * start**2,\n                 "move the entries of x, not those of a copy")\n    checks.kept("x", x, start, "bit for bit: keep each entry\'s old value and write it back")\n    whole = np.arange(24.0).reshape(2, 3, 4)\n    view = whole[:, :1].T  # four by one by two, and not in one piece\n    grad = eval_numerical_gradient(lambda _: np.sum(whole**2), view)\n    checks.close("grad at a view of another array", grad, 2 * view,\n                 "x.reshape and x.flatten may copy; index x itself, with as many axes as it has")\n\n    def display(*what, **how):  # as good as print\n        print(*what)\n\n    display.display, printed = display, {}\n    for verbose in (True, False):\n        out, so_far = io.StringIO(), []  # how much was printed at each call of f, and at the end\n        with (contextlib.redirect_stdout(out), contextlib.redirect_stderr(out),\n              mock.patch.dict(globals(), display=display)):\n            eval_numerical_gradient(lambda z: so_far.append(out.tell()) or np.sum(z), x, verbose)\n        so_far.append(out.tell())\n        printed[verbose] = len(set(so_far) - {0}), so_far[-1]\n    checks.that(printed[True][0] >= x.size,\n                "With verbose=True each entry is printed as it is measured; without, nothing is.")\n    checks.that(printed[False][1] == 0 or printed[False][1] < printed[True][1],\n                "As much is printed with verbose=False as with verbose=True.")'},
        {'id': '', 'role': 'prose', 'text': "### How small should the step be?\n\nTwo errors pull in opposite directions. A central difference leaves out the third derivative, which costs\nabout $\\tfrac{1}{6} h^2 |f'''|$. And $f$ itself is rounded, to about $10^{-16} |f|$; the difference of two such\nnumbers is divided by $2h$, which costs about $10^{-16} |f| / h$. Their sum is smallest near $h = 10^{-5}$, with\nabout 10 digits right where $f$, $f'$ and $f'''$ are all of size 1. Much smaller steps leave fewer."},
        {'id': 'step_size', 'role': 'demo', 'text': 'steps, point = np.logspace(-13, -1, 60), np.array([0.8])\nslopes = [eval_numerical_gradient(lambda z: np.sin(z[0]), point, h=h)[0] for h in steps]\nerrors = [abs(slope - np.cos(0.8)) for slope in slopes]\nplt.figure(figsize=(6, 3.6), layout="constrained")\nplt.loglog(steps, errors, "o", markersize=4, label="measured")\nplt.loglog(steps, steps**2 / 6 * np.cos(0.8), "--", label=r"left out: $h^2 |f\'\'\'| / 6$")\nplt.loglog(steps, 1.1e-16 * np.sin(0.8) / steps, ":", linewidth=2,\n           label=r"rounded: $1.1 \\cdot 10^{-16} |f| / h$")\nplt.gca().set(xlabel="step h", ylabel="error of the slope", ylim=(1e-14, 1),\n              title="Slope of sin at 0.8 by central differences")\nplt.legend()\npictures.show(\n    "Log-log plot. The error of the central difference falls as h squared from 1e-1 down to "\n    "about h = 1e-5, then rises as 1/h with scatter."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 1. From right to left the error first falls as $h^2$, reaches its floor of about $10^{-11}$ near\n$h = 10^{-5}$, and rises again as $1/h$, where the rounding of $f$ takes over.*'},
        {'id': '', 'role': 'prose', 'text': '## 2. Measuring a layer\n\nA layer answers with an array, not with a number. All that it needs to know of the network above it is the\nupstream gradient. For a function $f$ we call it `df`, as one says `dout` for `out`: the derivative of the loss\nwith respect to each entry of $f(x)$. By the chain rule the loss moves by what the entries of $f(x)$ move, each\ntimes its own entry of `df`, added up.\n\n$$\\frac{\\partial L}{\\partial x_i} \\approx \\sum_k df_k\\, \\frac{f_k(x + h e_i) - f_k(x - h e_i)}{2h}$$\n\nwith $f(x)$ and $df$ of one shape, any shape, and the result of the shape of $x$.\n\nA trap: some layers only look at $x$ differently. A layer that flattens, or transposes, returns a view of\n$x$, and a view follows when you change $x$ for the second measurement. Copy what you want to keep.'},
        {'id': '', 'role': 'prose', 'text': '*5 points, about 15 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nIt is the last question again, with an array in place of a number. What makes one number of it?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`f(x)` and `df` have one shape; their product, summed, is a number, and the result has the shape of `x`.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nTake a copy of each `f(x)` before `x` moves on. Subtract first, multiply by `df`, then sum.\n\n</details>'},
        {'id': 'eval_numerical_gradient_array_solution', 'role': 'solution', 'text': 'def eval_numerical_gradient_array(\n    f: Callable[[np.ndarray], np.ndarray], x: np.ndarray, df: np.ndarray, h: float = 1e-5\n) -> np.ndarray:\n    """Measure the gradient of sum(df * f(x)) at x by central differences.\n\n    f: takes x, returns an array; it may ignore its argument and read\n    x itself, and may return a view of x.\n    x: float64, of any shape; perturbed in place and left bit for bit as\n    it was. It may be a view of another array.\n    df: the upstream gradient, with the shape of f(x).\n    h: the step to each side.\n    Returns the gradient, with the shape of x.\n    """\n    raise NotImplementedError'},
        {'id': 'eval_numerical_gradient_array', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.array([[0.5, -1.0, 2.0], [1.5, 0.2, -0.3]])\n    start, df = x.copy(), np.array([[1.0, -2.0], [0.5, 3.0]])\n    grad = eval_numerical_gradient_array(lambda z: z**3, x, np.full((2, 3), 2.0), h=0.5)\n    checks.close("grad of x**3 with df = 2 and h=0.5", grad, 6 * start**2 + 0.5,\n                 "to both sides, times df, over 2h; the step is the argument h")\n    grad = eval_numerical_gradient_array(lambda z: z**3, x, np.full((2, 3), 2.0))\n    checks.close("grad of x**3 where h is left out", grad, 6 * start**2, "the step is then 1e-5")\n    # neighbours in a row, multiplied: three entries make two\n    grad = eval_numerical_gradient_array(lambda z: z[:, :2] * z[:, 1:], x, df)\n    checks.close("grad of x[:, :2] * x[:, 1:]", grad, [[-1.0, -3.5, 2.0], [0.1, -0.15, 0.6]],\n                 "weight each output by its own entry of df, then sum over all outputs")\n    grad = eval_numerical_gradient_array(lambda _: x[:, :2] * x[:, 1:], x, df)\n    checks.close("grad of an f that reads x itself", grad, [[-1.0, -3.5, 2.0], [0.1, -0.15, 0.6]],\n                 "move the entries of x, not those of a copy")\n    grad = eval_numerical_gradient_array(lambda z: z.T, x, np.arange(6.0).reshape(3, 2))\n    checks.close("grad of x.T", grad, [[0, 2, 4], [1, 3, 5]],\n                 "f returns x.T, a view: it changes with x unless you copy it")\n    checks.kept("x", x, start, "bit for bit: keep each entry\'s old value and write it back")\n    whole = np.arange(12.0).reshape(4, 3)\n    grad = eval_numerical_gradient_array(lambda _: whole[1] ** 2, whole[1], np.array([1.0, 0, 2]))\n    checks.close("grad at a row of another array", grad, [6, 0, 20],\n                 "x may have one axis, or any number of them, and be a view")'},
        {'id': '', 'role': 'prose', 'text': '## 3. How far apart are two gradients?\n\nAre 0.001 and 0.002 close? They differ by little, and one is twice the other. What counts for gradients is\nthe difference relative to their size, and we want to hear of the worst entry, not of the average one. Where\nboth entries are (nearly) zero, a floor in the denominator keeps $0/0$ out.\n\n$$\\mathrm{rel\\_error}(x, y) = \\max_i \\frac{|x_i - y_i|}{\\max(10^{-8},\\; |x_i| + |y_i|)}$$\n\nwith $x$ and $y$ of one shape, and a single number as the result: 0 for equal arrays, 1 where two entries\nhave opposite signs or just one of them is zero.'},
        {'id': '', 'role': 'prose', 'text': '*2 points, about 5 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nNumerator and denominator are worked out entry by entry; only then comes the largest.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nArrays of one shape become a single number.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\n`np.maximum(1e-8, ...)` is the floor; `np.max` is the worst entry. They are two different functions.\n\n</details>'},
        {'id': 'rel_error_solution', 'role': 'solution', 'text': 'def rel_error(x: np.ndarray, y: np.ndarray) -> float:\n    """Return the largest relative error between the entries of x and y, two arrays of one shape."""\n    raise NotImplementedError'},
        {'id': 'rel_error', 'role': 'test', 'text': '@checks.run\ndef check():\n    x, y = np.array([[100.0, -0.3], [0.0, 7.0]]), np.array([[101.0, -0.1], [0.0, 7.0]])\n    error = rel_error(x, y)\n    checks.shape("rel_error(x, y)", error, (), "one number: the worst entry")\n    checks.close("rel_error(x, y)", error, 0.5,\n                 "divide entry by entry, sum of absolute values below, then take the largest")\n    checks.close("rel_error(y, x)", rel_error(y, x), 0.5, "neither of the two comes first")\n    error = rel_error(np.array([1.0, 2.0, 2.0]), np.array([-0.5, 2.0, 2.0]))\n    checks.close("rel_error of 1 and -0.5", error, 1.0, "take absolute values first, then add them")\n    error = rel_error(np.array([3e-9]), np.array([1e-9]))\n    checks.close("rel_error of 3e-9 and 1e-9", error, 0.2, "the denominator is never below 1e-8")'},
        {'id': 'look_at_rel_error', 'role': 'demo', 'text': 'for a, b in [(1.0, 1.0 + 1e-9), (0.001, 0.002), (0.5, -0.5), (1e-12, 3e-12)]:\n    print(f"{a:>8g} and {b:<12.10g} relative error {rel_error(np.array([a]), np.array([b])):.1e}")'},
        {'id': '', 'role': 'prose', 'text': '## 4. The affine layer\n\nAn affine layer gives every output its own weighted sum of all inputs. An image $(d_1, \\dots, d_k)$ is\nfirst laid out as a row of $D = d_1 \\cdots d_k$ numbers; the cache keeps `x` with the shape it came in.\n\n$$\\mathrm{out} = x_{\\mathrm{flat}}\\, w + b$$\n\nwith $x$ of shape $(N, d_1, \\dots, d_k)$, $x_{\\mathrm{flat}}$ of shape $(N, D)$, $w$ of shape $(D, M)$, $b$\nof shape $(M,)$ and out of shape $(N, M)$. Return the output and the cache, both: if you return the output\nalone, `out, cache = ...` takes its *rows* apart, and where there are two of them nobody notices at once.'},
        {'id': '', 'role': 'prose', 'text': "*5 points, about 20 minutes.*\n\nThere are two functions to write; the formulas of the second stand between them.\n\n<details><summary>Hint: what to look at</summary>\n\nForward: flatten, multiply, add. Backward: three gradients from one `dout`.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$x_{\\mathrm{flat}}$ is $(N, D)$; $dout\\, w^\\top$ too, and it must get the shape of $x$ back; the bias's\ngradient is $(M,)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nThe same as in chapter 1, with `self` in front. Keep `x` as it came in the cache, and flatten it anew on the\nway back.\n\n</details>"},
        {'id': 'affine_solution_1', 'role': 'solution', 'text': 'def affine_forward(self, x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, tuple]:\n    """Compute an affine layer.\n\n    x: inputs, (N, d1, ..., dk), with one axis or more after the first.\n    w: weights, (D, M), where D = d1 * ... * dk.\n    b: biases, (M,).\n    Returns the outputs, (N, M), and the cache (x, w, b), with x in its own shape.\n    """\n    raise NotImplementedError'},
        {'id': 'attach_affine_forward', 'role': 'given', 'text': 'TwoLayerPerceptron.affine_forward = affine_forward'},
        {'id': '', 'role': 'prose', 'text': 'Backwards, each argument receives what it contributed. A weight $w_{dm}$ multiplied $x_{nd}$ on its way to\nout$_{nm}$, for every $n$, and so collects over the batch; a bias was added to every row, and collects the\ncolumn.\n\n$$dx_{\\mathrm{flat}} = dout\\, w^\\top, \\qquad dw = x_{\\mathrm{flat}}^\\top\\, dout, \\qquad db_m = \\sum_n dout_{nm}$$\n\nwith $dout$ of shape $(N, M)$. Each gradient has the shape of what it is the gradient of: $dx$ that of $x$,\nwith all its axes, $dw$ $(D, M)$ and $db$ $(M,)$.'},
        {'id': 'affine_solution_2', 'role': 'solution', 'text': 'def affine_backward(self, dout: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:\n    """Compute the gradients of an affine layer.\n\n    dout: upstream gradient, (N, M).\n    cache: (x, w, b), as affine_forward returns it.\n    Returns dx with the shape of x, dw (D, M) and db (M,).\n    """\n    raise NotImplementedError'},
        {'id': 'attach_affine_backward', 'role': 'given', 'text': 'TwoLayerPerceptron.affine_backward = affine_backward'},
        {'id': 'affine', 'role': 'test', 'text': '@checks.run\ndef check():\n    rng = np.random.RandomState(231)\n    x, w, b, dout = rng.randn(10, 2, 3), rng.randn(6, 5), rng.randn(5), rng.randn(10, 5)\n    before = x.copy(), w.copy(), b.copy(), dout.copy()\n    out, cache = checks.parts("affine_forward", layers.affine_forward(x, w, b),\n                              "out", "the cache (x, w, b)")\n    checks.shape("out", out, (10, 5), "one row an example, one column an output")\n    checks.close("out", out[:1],\n                 [[-2.17606361, -2.12184729, 0.00900847, 2.20337442, -0.99083714]],\n                 "each example becomes one row; its weighted sums, plus the bias of each column",\n                 1e-7)\n    checks.kept("x", x, before[0])\n    checks.that(len(cache) == 3, f"the cache holds {len(cache)} things; expected (x, w, b)")\n    for name, seen, given in zip(("x", "w", "b"), cache, before):\n        checks.close(f"{name} in the cache", seen, given, "the cache is (x, w, b), as they came")\n    dx, dw, db = layers.affine_backward(dout, (x, w, b))\n    checks.shape("dx", dx, (10, 2, 3), "the shape of x itself")\n    first = [[[5.06973048, 0.52895344, 1.22136172], [-0.19561005, 1.56951029, 3.72781223]]]\n    checks.close("dx", dx[:1], first, "each entry of x collects from all outputs of its example",\n                 1e-7)\n    checks.shape("dw", dw, (6, 5), "one row an input, one column an output, as in w")\n    checks.close("dw", dw[:1],\n                 [[-2.37342917, -0.51198268, 0.31810037, 2.90403428, 1.06935402]],\n                 "a sum over the batch, not a mean", 1e-7)\n    checks.close("db", db, [-5.78588657, -2.14288946, -3.93648137, -4.10664587, -0.09253319],\n                 "(M,), a sum over the batch, not a mean", 1e-7)\n    for name, seen, was in zip(("x", "w", "b", "dout"), (x, w, b, dout), before):\n        checks.kept(name, seen, was)\n    # one example of three numbers, two outputs; whole numbers, but for a bias\n    x, w, b = np.array([[2, -1, 3]]), np.array([[1, 0], [4, -2], [0, 5]]), np.array([10.5, -40])\n    out, _ = layers.affine_forward(x, w, b)\n    checks.close("out of a single example", out, [[8.5, -23]], "no size is written into the code")\n    dx, dw, db = layers.affine_backward(np.array([[0.5, -1]]), (x, w, b))\n    checks.close("dx of a single example", dx, [[0.5, 4, -5]], "the bias plays no part in it")\n    checks.close("dw of a single example", dw, [[1, -2], [-0.5, 1], [1.5, -3]], "x times dout")\n    checks.close("db of a single example", db, [0.5, -1], "(M,), one axis")'},
        {'id': 'check_affine', 'role': 'demo', 'text': 'rng = np.random.RandomState(231)\nx, w, b, dout = rng.randn(10, 2, 3), rng.randn(6, 5), rng.randn(5), rng.randn(10, 5)\ngrads = layers.affine_backward(dout, (x, w, b))\nfor name, at, analytic in zip(("dx", "dw", "db"), (x, w, b), grads):\n    measured = eval_numerical_gradient_array(lambda _: layers.affine_forward(x, w, b)[0], at, dout)\n    error = rel_error(measured, analytic)\n    print(f"{name}: relative error against the numerical gradient {error:.1e}")'},
        {'id': '', 'role': 'prose', 'text': 'All three are about $10^{-10}$ or less. An affine layer is a straight line in each of its arguments, so the\ncentral difference leaves nothing out and only rounding remains. A mistake in a layer usually shows as an error\nabove $10^{-4}$, often as one near 1.'},
        {'id': '', 'role': 'prose', 'text': '## 5. ReLU\n\nThe rectifier cuts off what is negative (Glorot, Bordes and Bengio 2011; chapter 1). Backwards it is a gate:\nthe upstream gradient passes where the *input* was positive and stops where it was negative. What it cached\nis the input itself.\n\n$$\\mathrm{out}_i = \\max(0, x_i), \\qquad dx_i = \\begin{cases} dout_i & x_i > 0 \\\\ 0 & x_i < 0 \\end{cases}$$\n\nwith $x$, out, $dout$ and $dx$ of one shape, any shape. At exactly 0 any slope from 0 to 1 will do; we never\ntest it.'},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 10 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nThe gate of the way back is set by the cache, the input of the way forward.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nOne shape throughout, whatever it is.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\n`np.maximum` forward; `dout` times a comparison backward. Both give new arrays.\n\n</details>'},
        {'id': 'relu_solution_1', 'role': 'solution', 'text': 'def relu_forward(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:\n    """Compute max(0, x), entry by entry. Returns out, with the shape of\n    x, and the cache, which is x itself."""\n    raise NotImplementedError'},
        {'id': 'attach_relu_forward', 'role': 'given', 'text': 'TwoLayerPerceptron.relu_forward = relu_forward'},
        {'id': 'relu_solution_2', 'role': 'solution', 'text': 'def relu_backward(self, dout: np.ndarray, cache: np.ndarray) -> np.ndarray:\n    """Compute the gradient of ReLU.\n\n    dout: upstream gradient, of any shape; left as it was.\n    cache: x, the input of relu_forward, of the same shape.\n    Returns dx, of the same shape.\n    """\n    raise NotImplementedError'},
        {'id': 'attach_relu_backward', 'role': 'given', 'text': 'TwoLayerPerceptron.relu_backward = relu_backward'},
        {'id': 'relu', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.array([[-2.0, 0.5, 3.0], [0.1, -0.2, -7.0]])\n    dout = np.array([[1.0, -4.0, 2.0], [-3.0, 5.0, -6.0]])\n    before = x.copy(), dout.copy()\n    out, cache = checks.parts("relu_forward", layers.relu_forward(x), "out", "the cache, which is x")\n    checks.close("out", out, [[0, 0.5, 3.0], [0.1, 0, 0]],\n                 "positive entries stay, negative ones become 0")\n    checks.kept("x", x, before[0])\n    checks.close("the cache", cache, before[0], "the cache is x itself, negative entries included")\n    dx = layers.relu_backward(dout, x)\n    checks.close("dx", dx, [[0, -4.0, 2.0], [-3.0, 0, 0]],\n                 "dout where the input was positive, 0 where it was negative")\n    checks.kept("x", x, before[0])\n    checks.kept("dout", dout, before[1])\n    # four numbers in a row, whole ones\n    out, _ = layers.relu_forward(np.array([4, -1, 2, -3]))\n    checks.close("out of four numbers in a row", out, [4, 0, 2, 0], "x has any number of axes")\n    dx = layers.relu_backward(np.array([0.5, 0.25, -1.5, 1.0]), np.array([4, -1, 2, -3]))\n    checks.close("dx where x holds whole numbers", dx, [0.5, 0, -1.5, 0], "fractions of dout are kept")'},
        {'id': 'check_relu', 'role': 'demo', 'text': 'rng = np.random.RandomState(231)\nx, dout = rng.randn(10, 10), rng.randn(10, 10)\nmeasured = eval_numerical_gradient_array(lambda z: layers.relu_forward(z)[0], x, dout)\nerror = rel_error(measured, layers.relu_backward(dout, x))\nprint(f"dx: relative error against the numerical gradient {error:.1e}")'},
        {'id': '', 'role': 'prose', 'text': 'About $3 \\cdot 10^{-12}$. Had one entry of $x$ lain within $h$ of zero, the two measurements would straddle\nthe kink and the numerical slope would be neither 0 nor 1: a gradient check can fail a layer that is right.\nLook at the input before you doubt the layer.'},
        {'id': '', 'role': 'prose', 'text': "## 6. Where gradients vanish\n\nReLU is one of many activation functions. The logistic sigmoid came before it, and the *leaky* ReLU,\n$\\max(0.01\\,x, x)$, after (Maas, Hannun and Ng 2013). Backwards, a layer multiplies the gradient that comes\nfrom above with the slope of its activation. Where that slope is close to zero, next to nothing arrives at\nthe layers below, and they stop learning, however wrong they are.\n\n$$\\sigma(x) = \\frac{1}{1 + e^{-x}}, \\qquad \\sigma'(x) = {\\sigma(x)\\,(1 - \\sigma(x))} \\le \\tfrac{1}{4}$$"},
        {'id': 'activations', 'role': 'demo', 'text': 'z = np.linspace(-8, 8, 801)\nsig = 1 / (1 + np.exp(-z))\ncurves = {"sigmoid": (sig, sig * (1 - sig)), "ReLU": (np.maximum(0, z), z > 0)}\ncurves["leaky ReLU"] = (np.maximum(0.01 * z, z), np.where(z > 0, 1, 0.01))\nfig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")\nfor (name, pair), style in zip(curves.items(), ("C0-", "C1--", "k:")):\n    for ax, curve in zip(axes, pair):\n        ax.plot(z, curve, style, linewidth=2.2, label=name)\naxes[0].set(title="activation", xlabel="x", ylabel="a(x)", ylim=(-0.4, 3))\naxes[1].set(title="its derivative", xlabel="x", ylabel="a\'(x)")\naxes[1].legend(loc="center left")\npictures.show(\n    "Two panels over x from -8 to 8. Left: sigmoid rises from 0 to 1, ReLU and leaky ReLU rise "\n    "linearly for positive x. Right: the derivative of the sigmoid is a bump of height 1/4 "\n    "around 0, those of ReLU and leaky ReLU step from 0 and 0.01 to 1."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 2. Three activation functions and their derivatives. On the left half ReLU and leaky ReLU can hardly\nbe told apart by eye; their slopes there are 0 and 0.01.*\n\n**Question.** Which of the three, sigmoid, ReLU and leaky ReLU, have a gradient of zero or close to zero,\nand for which one-dimensional inputs? Say for each how small the gradient gets and what that means for a\nunit during training. A few sentences will do.'},
        {'id': '', 'role': 'prose', 'text': '*4 points, about 15 minutes.*'},
        {'id': 'vanishing', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': '', 'role': 'prose', 'text': 'In a deep stack these slopes multiply. Below, twenty affine layers of 100 units follow each other, weights\ndrawn at a scale that suits the activation (Glorot and Bengio 2010; He and others 2015). A random gradient\nenters at the top and travels down through your `affine_backward`.'},
        {'id': 'deep_stack', 'role': 'demo', 'text': 'def norms_on_the_way_down(act, slope, gain):\n    rng, inputs = np.random.default_rng(0), []\n    a, grad = rng.normal(size=(50, 100)), rng.normal(size=(50, 100))\n    for _ in range(20):\n        w = rng.normal(scale=np.sqrt(gain / 100), size=(100, 100))\n        out, cache = layers.affine_forward(a, w, np.zeros(100))\n        inputs, a = [*inputs, (out, cache)], act(out)\n    norms = []\n    for out, cache in reversed(inputs):\n        grad = layers.affine_backward(grad * slope(out), cache)[0]\n        norms.append(np.linalg.norm(grad))\n    return norms\n\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n\n\nstacks = {\n    "sigmoid": norms_on_the_way_down(sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)), 1.0),\n    "ReLU": norms_on_the_way_down(lambda z: np.maximum(0, z), lambda z: z > 0, 2.0),\n    "leaky ReLU": norms_on_the_way_down(lambda z: np.maximum(0.01 * z, z),\n                                        lambda z: np.where(z > 0, 1.0, 0.01), 2.0),\n}\nplt.figure(figsize=(7, 3.6), layout="constrained")\nfor (name, norms), style in zip(stacks.items(), ("C0o-", "C1s--", "k^:")):\n    plt.semilogy(range(20, 0, -1), norms, style, markersize=5, label=name)\nplt.gca().set(xlabel="layer (1 is next to the input)", ylabel="norm of the gradient",\n              xticks=range(1, 21, 2))\nplt.legend()\npictures.show(\n    "Norm of the gradient at each of twenty layers, on a log scale. With the sigmoid it falls "\n    "on a straight line from about 20 at layer 20 to about 2e-11 at layer 1. With ReLU and "\n    "leaky ReLU it stays near 100 throughout."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 3. The norm of the gradient, layer by layer. Through each sigmoid it shrinks to about a quarter, so\nthe first layer receives a millionth of a millionth of what entered at the top. ReLU and leaky ReLU keep its\nsize. Bengio, Simard and Frasconi (1994) met this effect in recurrent networks; it is one reason why deep\nnetworks were long thought impossible to train.*'},
        {'id': '', 'role': 'prose', 'text': '## 7. The hinge loss\n\nThe last affine layer gives every class a score. The *hinge loss* (Weston and Watkins 1999) asks that the\nright class be ahead of every other by a margin of 1. It is the loss of a support vector machine, and so the\ncode calls it `svm`. A wrong class that is closer than that, or even ahead, costs what is missing; a wrong class\nthat is beaten by more than 1 costs nothing.\n\n$$L = \\frac{1}{N} \\sum_n \\sum_{j \\ne y_n} \\max(0, m_{nj}), \\qquad m_{nj} = x_{nj} - x_{n y_n} + 1$$\n\nwith scores $x$ of shape $(N, C)$ and labels $y$ of shape $(N,)$, integers from 0 to $C - 1$. Every\n$m_{nj} > 0$ with $j \\ne y_n$ pushes its own score and pulls the right one:\n\n$$dx_{nj} = \\tfrac{1}{N}\\,[m_{nj} > 0] \\;\\; (j \\ne y_n), \\qquad dx_{n y_n} = -\\sum_{j \\ne y_n} dx_{nj}$$\n\nwhere $[\\cdot]$ is 1 if true, else 0. A margin of exactly 0 is never tested.'},
        {'id': '', 'role': 'prose', 'text': "*8 points, about 30 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWork out both rows of scores $(3, 1, 2.5)$ with label 0 and $(0, 4, -2)$ with label 2 on paper first.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nThe right scores, `x[np.arange(N), y]`, are $(N,)$; as a column, $(N, 1)$, they can be taken from all\nscores.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nTake all margins, $(N, C)$, cut them at 0, and set those of the labels to 0. Where a margin is positive `dx`\nis 1; the label's entry is minus the sum of its row; divide by $N$ at the end, as fractions.\n\n</details>"},
        {'id': 'svm_loss_solution', 'role': 'solution', 'text': 'def svm_loss(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:\n    """Compute the multiclass hinge loss with a margin of 1, and its gradient.\n\n    x: scores, (N, C); left as they were.\n    y: labels, integers in 0..C-1, (N,).\n    Returns the mean loss over the batch, one number, and dx, its gradient, (N, C).\n    """\n    raise NotImplementedError'},
        {'id': 'attach_svm_loss', 'role': 'given', 'text': 'TwoLayerPerceptron.svm_loss = svm_loss'},
        {'id': 'svm_loss', 'role': 'test', 'text': '@checks.run\ndef check():\n    x, y = np.array([[3.0, 1.0, 2.5], [0.0, 4.0, -2.0]]), np.array([0, 2])\n    start = x.copy()\n    value, dx = layers.svm_loss(x, y)\n    checks.shape("the loss", value, (), "one number for the batch")\n    checks.close("the loss", value, 5.25,\n                 "(0.5 + 3 + 7) / 2: a class that is beaten by more than 1 costs nothing, and the "\n                 "right class is not compared with itself")\n    checks.close("dx", dx, [[-0.5, 0, 0.5], [0.5, 0.5, -1.0]],\n                 "each violated margin: +1/N for its class, -1/N for the right one")\n    checks.kept("x", x, start)\n    # one example, four classes; whole numbers\n    value, dx = layers.svm_loss(np.array([[2, 3, 0, 4]]), np.array([0]))\n    checks.close("the loss of one example", value, 5, "2 + 0 + 3: the right class costs nothing")\n    checks.close("dx of one example", dx, [[-2, 1, 0, 1]], "two classes push, one pulls twice")\n    # three examples, two classes; whole numbers again, and thirds as the result\n    value, dx = layers.svm_loss(np.array([[1, 4], [5, 2], [0, 3]]), np.array([0, 0, 1]))\n    checks.close("the loss of whole numbers", value, 4 / 3, "(4 + 0 + 0) / 3")\n    checks.close("dx of whole numbers", dx, [[-1 / 3, 1 / 3], [0, 0], [0, 0]],\n                 "the scores are whole numbers, their gradient is not")\n    rng = np.random.RandomState(231)\n    value, _ = layers.svm_loss(0.001 * rng.randn(50, 10), rng.randint(10, size=50))\n    checks.close("the loss of fifty near-zero rows", value, 8.999602749096233,\n                 "nine wrong classes, each about 1; a mean over the batch", 1e-7)'},
        {'id': '', 'role': 'prose', 'text': '## 8. The softmax loss\n\nThe *softmax loss* turns the scores of a row into probabilities and charges the negative logarithm of what\nthe right class got. One number added to all scores of a row cancels in the fraction, so each row is shifted\nby its own largest score first; then no exponential overflows. Take the logarithm before the exponential can\nbe rounded to 0, too: the scores $[1000, 0]$ with label 1 cost exactly 1000, though the probability of class\n1 is too small for a floating-point number.\n\n$$L = -\\frac{1}{N} \\sum_n \\log p_{n y_n}, \\qquad \\log p_{nj} = z_{nj} - \\log \\sum_k e^{z_{nk}}, \\qquad z_{nj} = x_{nj} - \\max_k x_{nk}$$\n\nwith scores $x$, probabilities $p$ and $dx$ of shape $(N, C)$, labels $y$ of shape $(N,)$. The gradient is\nas short as any in this course; the question *Derive it* of chapter 1 has you work it out on paper, which is\nworth doing now if you have not:\n\n$$dx_{nj} = \\tfrac{1}{N}\\,(p_{nj} - [j = y_n])$$'},
        {'id': '', 'role': 'prose', 'text': "*6 points, about 25 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhich of the steps could overflow, and which could take the logarithm of 0? The formula for $\\log p$ avoids\nboth.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nMaximum and sum of the rows are $(N, 1)$: `keepdims=True`.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nWork out all $\\log p$, $(N, C)$. The loss is minus the mean of the labels' entries; `dx` starts as the\nexponential of $\\log p$.\n\n</details>"},
        {'id': 'softmax_loss_solution', 'role': 'solution', 'text': 'def softmax_loss(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:\n    """Compute the cross-entropy of the softmax of the scores, and its gradient, for scores of any size.\n\n    x: scores, (N, C); left as they were.\n    y: labels, integers in 0..C-1, (N,).\n    Returns the mean loss over the batch, one number, and dx, its gradient, (N, C).\n    """\n    raise NotImplementedError'},
        {'id': 'attach_softmax_loss', 'role': 'given', 'text': 'TwoLayerPerceptron.softmax_loss = softmax_loss'},
        {'id': 'softmax_loss', 'role': 'test', 'text': '@checks.run\ndef check():\n    # probabilities 1/4 and 3/4, then 1/2 and 1/2, then 3/4 and 1/4\n    x, y = np.log([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]]), np.array([0, 1, 1])\n    start = x.copy()\n    value, dx = layers.softmax_loss(x, y)\n    checks.shape("the loss", value, (), "one number for the batch")\n    checks.close("the loss", value, (np.log(4) + np.log(2) + np.log(4)) / 3,\n                 "minus the logarithm of what the label got, then the mean over examples")\n    checks.close("dx times 3", 3 * np.asarray(dx), [[-0.75, 0.75], [0.5, -0.5], [0.75, -0.75]],\n                 "p, less 1 at the label, over N; N is 3 here")\n    checks.kept("x", x, start)\n    # one example, four classes, whole numbers; then rows that lie far apart\n    value, dx = layers.softmax_loss(np.array([[0, 0, 0, 0]]), np.array([2]))\n    checks.close("the loss of four equal scores", value, np.log(4), "a guess among 4 costs log 4")\n    checks.close("dx of four equal scores", dx, [[0.25, 0.25, -0.75, 0.25]], "1 less at the label")\n    value, dx = layers.softmax_loss(np.array([[2000.0, 0, 0], [-1000.0] * 3]), np.array([1, 1]))\n    checks.close("the loss of [2000, 0, 0] and [-1000, -1000, -1000]", value, (2000 + np.log(3)) / 2,\n                 "shift each row by its own maximum; no log of a probability that is 0")\n    checks.close("dx of [2000, 0, 0] and [-1000, -1000, -1000] times 6", 6 * np.asarray(dx),\n                 [[3, -3, 0], [1, -2, 1]],\n                 "shift each row by its own maximum")\n    rng = np.random.RandomState(231)\n    value, _ = layers.softmax_loss(0.001 * rng.randn(50, 10), rng.randint(10, size=50))\n    checks.close("the loss of fifty near-zero rows", value, 2.302545844500738,\n                 "close to log(10); a mean over the batch", 1e-7)'},
        {'id': 'check_losses', 'role': 'demo', 'text': 'rng = np.random.RandomState(231)\nx, y = 0.001 * rng.randn(50, 10), rng.randint(10, size=50)\nfor name, top in ("svm_loss", layers.svm_loss), ("softmax_loss", layers.softmax_loss):\n    measured = eval_numerical_gradient(lambda z: top(z, y)[0], x)\n    error = rel_error(measured, top(x, y)[1])\n    print(f"{name}: relative error of dx against the numerical gradient {error:.1e}")'},
        {'id': '', 'role': 'prose', 'text': "About $10^{-9}$ and $10^{-8}$, worse than the layers', and nothing is wrong. Section 1 predicts it: the loss\nis rounded to about $10^{-16} L$, which costs $10^{-16} L / h$ in the slope, here about $2 \\cdot 10^{-11}$\nfor the softmax loss. The entries of $dx$ for the wrong classes are only about $p / N = 0.002$, so the\nrelative error is $10^{-8}$. A check that demanded $10^{-9}$ would fail a right solution: a tolerance must\nstay above what rounding alone can do."},
        {'id': 'two_losses', 'role': 'demo', 'text': 'grid = np.linspace(-4, 6, 201)\nfig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")\nfor name, top, style in ("hinge", layers.svm_loss, "-"), ("softmax", layers.softmax_loss, "--"):\n    # the right class scores s, the others 0 and 1\n    answers = [top(np.array([[s, 0.0, 1.0]]), np.array([0])) for s in grid]\n    axes[0].plot(grid, [value for value, _ in answers], style, label=name)\n    axes[1].plot(grid, [dx[0, 0] for _, dx in answers], style, label=name)\naxes[0].set(title="loss", xlabel="score of the right class", ylabel="loss of the row")\naxes[1].set(title="its gradient", xlabel="score of the right class", ylabel="dx at the right class")\naxes[0].legend()\npictures.show(\n    "Two panels over the score of the right class. Left: the hinge loss falls in straight "\n    "pieces and is zero from 2 on; the softmax loss falls smoothly and never reaches zero. "\n    "Right: the hinge gradient jumps from -2 to -1 at 1 and to 0 at 2; the softmax gradient "\n    "rises smoothly from -1 towards 0."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 4. One row with three scores; the wrong classes have 0 and 1, the right one moves along the axis.\nThe hinge loss has a corner where each margin is met, at 1 and at 2, and is exactly zero from there on. The\nsoftmax loss never stops asking for more, ever more gently. For a score that is far too low the hinge loss\npulls with both wrong classes, by 2, the softmax loss by 1 at most.*'},
        {'id': '', 'role': 'prose', 'text': '## 9. The network\n\nNow the parts come together. First the parameters: weights drawn from a normal distribution, `weight_scale`\ntimes a standard normal, and biases of zero. Small random weights make the hidden units differ from each\nother, and leave the scores near zero at the start.\n\n$$W_1: (D, H), \\quad b_1: (H,), \\quad W_2: (H, C), \\quad b_2: (C,)$$\n\nWrite them into `self.params` under the names W1, b1, W2 and b2. The same seed gives the same weights,\nanother seed gives others. How you draw them is up to you.'},
        {'id': '', 'role': 'prose', 'text': '*12 points, about 40 minutes.*\n\nThere are two functions to write; what the second does stands between them.\n\n<details><summary>Hint: what to look at</summary>\n\nDraw the chain: affine, ReLU, affine, loss. What does each `backward` need, and who returns it?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nThe scores and their gradient are $(N, C)$, the hidden layer $(N, H)$; each gradient has the shape of its parameter.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nKeep the three caches under three names. Go back in reverse order, and add `reg * W` to the two weight\ngradients at the very end. Penalty and gradient read the same `self.reg`.\n\n</details>'},
        {'id': 'network_solution_1', 'role': 'solution', 'text': 'def init_params(\n    self, input_dim: int, hidden_dim: int, num_classes: int, weight_scale: float, seed: int\n) -> None:\n    """Write the parameters into the dictionary self.params; __init__ calls this.\n\n    W1 (D, H) and W2 (H, C) are weight_scale times a standard normal, b1 (H,) and b2 (C,) are\n    zeros, where D is input_dim, H is hidden_dim and C is num_classes. The same seed gives the\n    same weights, another seed others.\n    """\n    raise NotImplementedError'},
        {'id': 'attach_init_params', 'role': 'given', 'text': 'TwoLayerPerceptron.init_params = init_params'},
        {'id': '', 'role': 'prose', 'text': 'Then the loss. The scores are affine, ReLU, affine; without labels they are the answer. With labels, `kind`\nchooses the loss on top, and an L2 penalty keeps the weights small; biases are not penalized. Then go back\nthrough the same layers in reverse order, each `backward` with the cache of its own `forward`.\n\n$$J = L(\\mathrm{scores}, y) + {\\tfrac{1}{2}\\,\\mathrm{reg} \\left( \\sum W_1^2 + \\sum W_2^2 \\right)}$$\n\nThe factor $\\tfrac12$ is there so that the penalty adds just $\\mathrm{reg}\\,W$ to the gradient of each\nweight matrix. Read the weights from `self.params` and the strength from `self.reg` anew at every call, and\nleave both as they are: updating the weights is the business of whoever trains the network.'},
        {'id': 'network_solution_2', 'role': 'solution', 'text': 'def loss(\n    self, X: np.ndarray, y: np.ndarray | None = None, kind: str = "softmax"\n) -> np.ndarray | tuple[float, dict[str, np.ndarray]]:\n    """Compute the scores of a batch or, with labels, the loss and its gradients.\n\n    X: inputs, (N, D).\n    y: labels, integers in 0..C-1, (N,), or None.\n    kind: "softmax" or "svm", the loss on top of the scores.\n    Returns the scores, (N, C), where y is None; otherwise the loss, one number, with the penalty\n    self.reg / 2 * sum of squared weights, and a dictionary of gradients with the keys W1, b1, W2, b2.\n    """\n    raise NotImplementedError'},
        {'id': 'attach_loss', 'role': 'given', 'text': 'TwoLayerPerceptron.loss = loss'},
        {'id': '', 'role': 'prose', 'text': 'The check first looks at freshly drawn parameters, then at a network of two inputs, three hidden units and\ntwo classes, small enough to follow with a pencil.'},
        {'id': 'draw_the_network', 'role': 'demo', 'text': 'diagrams.network(\n    [[1, 0.5], [2.5, -1, 1.5], [2.5, 0, 1.5], [5.5, -1.5]],\n    [[3, 4], [2, 0, 2], [2, -1.5, 2], [1, -1]],\n    [[[1, -1, 0.5], [2, 1, 0]], None, [[1, -1], [0.5, 2], [2, 0]]],\n    ["X", "affine", "ReLU", "affine: scores"],\n    "A network of two inputs, three hidden units and two classes on one example with label 1. "\n    "Forward: (1, 0.5), (2.5, -1, 1.5), (2.5, 0, 1.5), scores (5.5, -1.5). Back with the hinge "\n    "loss: (1, -1), (2, -1.5, 2), (2, 0, 2), (3, 4).")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 5. The network of the check, with its first example, label 1 and the hinge loss, without penalty.\nBlue, in the circles: forward, from left to right; biases are (0.5, -0.5, 1) and (0, 1). Orange, below them:\nthe gradients, from right to left. The second hidden unit is off, so nothing passes back through it. The\ngradient of a weight is the number at its left end times the gradient at its right end: 2.5 and -2.5 for the\ntwo weights of the topmost hidden unit.*'},
        {'id': 'network', 'role': 'test', 'text': '@checks.run\ndef check():\n    drawn = [TwoLayerPerceptron(200, 30, 5, weight_scale=0.01, seed=s).params for s in (3, 3, 4)]\n    for name, size in ("W1", (200, 30)), ("b1", (30,)), ("W2", (30, 5)), ("b2", (5,)):\n        checks.that(name in drawn[0], f"init_params wrote no {name} into self.params.")\n        checks.shape(f"params[\'{name}\']", drawn[0][name], size)\n        if name in ("b1", "b2"):\n            checks.close(f"params[\'{name}\']", drawn[0][name], np.zeros(size), "biases start at zero")\n            continue\n        spread, within = np.std(drawn[0][name]) / 0.01, 6 / np.sqrt(2 * size[0] * size[1])\n        checks.close(f"the standard deviation of {name} over weight_scale", spread, 1,\n                     "weight_scale times a standard normal", within)\n        checks.close(f"the mean of {name} over weight_scale", np.mean(drawn[0][name]) / 0.01, 0,\n                     "a normal distribution around zero", 1.5 * within)\n    checks.that(np.abs(drawn[0]["W1"]).max() > 0.025,\n                "No weight of 6000 is larger than 2.5 weight_scale: is it a normal distribution?")\n    for name in ("W1", "W2"):\n        checks.that(np.array_equal(drawn[1][name], drawn[0][name]),\n                    f"The same seed gave two different {name}: is the seed used?")\n        checks.that(not np.array_equal(drawn[2][name], drawn[0][name]),\n                    f"Two seeds gave the same {name}: is the seed used?")\n\n    # two inputs, three hidden units, two classes; one example, then three\n    small = TwoLayerPerceptron.__new__(TwoLayerPerceptron)\n    small.reg = 0.1\n    W1, b1 = np.array([[1.0, -1.0, 0.5], [2.0, 1.0, 0.0]]), np.array([0.5, -0.5, 1.0])\n    W2, b2 = np.array([[1.0, -1.0], [0.5, 2.0], [2.0, 0.0]]), np.array([0.0, 1.0])\n    small.params = {"W1": W1.copy(), "b1": b1.copy(), "W2": W2.copy(), "b2": b2.copy()}\n    X, y = np.array([[1.0, 0.5], [-1.0, 1.0], [2.0, -1.0]]), np.array([1, 1, 0])\n    checks.close("the scores", small.loss(X), [[5.5, -1.5], [3.25, 2.5], [4.5, 0.5]],\n                 "affine, ReLU, affine, and no ReLU on the scores")\n    value, grads = small.loss(X, y, "svm")\n    checks.close("the svm loss", value, 3.25 + 0.875,\n                 "the mean hinge loss plus 0.05 times the sum of the squared weights, no biases")\n    expected = {"W2": [[4.3 / 3, -4.3 / 3], [0.55, -0.3], [2.6 / 3, -2 / 3]], "b2": [2 / 3, -2 / 3],\n                "W1": [[0.1, 0.4, 0.05], [1.2, -0.4, 1.0]], "b1": [4 / 3, -0.5, 4 / 3]}\n    for name, wanted in expected.items():\n        checks.that(name in grads, f"The gradients have no {name}.")\n        checks.close(f"grads[\'{name}\']", grads[name], wanted,\n                     "back through every layer in reverse; reg * W for weights alone")\n    for name, was in ("W1", W1), ("b1", b1), ("W2", W2), ("b2", b2):\n        checks.kept(f"params[\'{name}\']", small.params[name], was, "loss only measures")\n    checks.close("the softmax loss", small.loss(X, y)[0], 2.71864413 + 0.875,\n                 "softmax is the default kind")\n    small.reg = 0.0\n    checks.close("the svm loss of one example with reg 0", small.loss(X[:1], y[:1], "svm")[0], 8.0,\n                 "self.reg is read anew at every call")'},
        {'id': '', 'role': 'prose', 'text': '### Is the backward pass right?\n\nThe numerical gradient needs two forward passes for every single weight; backpropagation needs one pass back\nfor all of them. That is why one trains with the second and tests it with the first.'},
        {'id': 'gradient_check', 'role': 'demo', 'text': 'rng = np.random.default_rng(1)\nwide = TwoLayerPerceptron(20, 15, 6, weight_scale=0.3, reg=0.05)\nX, y = rng.normal(size=(30, 20)), rng.integers(6, size=30)\nvalue, grads = wide.loss(X, y)\nmeasured = {name: eval_numerical_gradient(lambda _: wide.loss(X, y)[0], array)\n            for name, array in wide.params.items()}\nfig, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")\nfor name, style in zip(measured, ("C0o", "C1s", "k^", "C4v")):\n    exact, numeric = grads[name].ravel(), measured[name].ravel()\n    error = [rel_error(a, b) for a, b in zip(exact, numeric)]\n    axes[0].plot(exact, numeric, style, markersize=4, alpha=0.6, label=name)\n    axes[1].loglog(np.abs(exact), error, style, markersize=4, alpha=0.6, label=name)\nsizes = np.logspace(-5, 0, 2)\naxes[1].loglog(sizes, 1.1e-16 * value / 1e-5 / (2 * sizes), "k--", label="rounding of the loss")\naxes[0].set(xlabel="backpropagated", ylabel="measured", title="Every gradient, two ways")\naxes[1].set(xlabel="size of the gradient", ylabel="relative error", title="What rounding leaves")\naxes[1].legend(fontsize=8)\npictures.show(\n    "Left: numerical against backpropagated gradients of all parameters, all on the diagonal. "\n    "Right, log-log: their relative errors, between 1e-12 and 1e-7, rise as the gradient gets "\n    "smaller and follow a dashed line of slope -1."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 6. Every gradient of a network of 20 inputs, 15 hidden units and 6 classes, by backpropagation and\nby experiment. Left, they agree to the eye. Right, the relative error grows as the gradient gets smaller,\njust as rounding of the loss predicts (dashed). Were a layer wrong, points would lie far above that line,\nwhatever the size of the gradient.*'},
        {'id': '', 'role': 'prose', 'text': "## 10. Training on digits\n\n`digits.npz` holds 1797 handwritten digits of 8 by 8 pixels, grey values from 0 to 16. Stochastic gradient\ndescent takes a hundred of them at a time and moves every parameter a little against its gradient; the\nnetwork's own `loss` does all the work. The same network is trained once with each loss."},
        {'id': 'digits', 'role': 'demo', 'text': 'data = np.load("digits.npz")\norder = np.random.default_rng(0).permutation(len(data["y"]))\nimages, digits = data["X"][order] / 16.0, data["y"][order]\nX_train, y_train, X_valid, y_valid = images[:1300], digits[:1300], images[1300:], digits[1300:]\nprint("training", X_train.shape, "validation", X_valid.shape, "classes", np.unique(digits))'},
        {'id': 'train', 'role': 'demo', 'text': 'def train(kind, reg=1e-3, rate=0.2, epochs=40, batch=100, weight_scale=0.05):\n    net = TwoLayerPerceptron(64, 50, 10, weight_scale, reg)\n    rng, history = np.random.default_rng(0), []\n    parts = (X_train, y_train), (X_valid, y_valid)\n    for _ in range(epochs):\n        order = rng.permutation(len(X_train))\n        for rows in np.split(order, range(batch, len(order), batch)):\n            _, grads = net.loss(X_train[rows], y_train[rows], kind)\n            for name in net.params:\n                net.params[name] -= rate * grads[name]\n        history.append([np.mean(net.loss(X).argmax(axis=1) == y) for X, y in parts])\n    return net, np.array(history)'},
        {'id': 'training_curves', 'role': 'demo', 'text': 'plt.figure(figsize=(7, 3.6), layout="constrained")\nfor kind, color in ("softmax", "C0"), ("svm", "C1"):\n    _, history = train(kind)\n    plt.plot(range(1, 41), history[:, 0], "--", color=color, label=f"{kind}, training")\n    plt.plot(range(1, 41), history[:, 1], "-", color=color, label=f"{kind}, validation")\n    print(f"{kind}: accuracy {history[-1, 0]:.3f} in training, {history[-1, 1]:.3f} in validation")\nplt.gca().set(xlabel="epoch", ylabel="accuracy", ylim=(0.5, 1.01),\n              title="One network, two losses, learning rate 0.2")\nplt.legend()\npictures.show(\n    "Accuracy over 40 epochs, in training and validation, for both losses. All four curves rise "\n    "steeply in the first epochs and then flatten; the hinge loss is above the softmax loss."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 7. Accuracy in training and validation over 40 epochs. Both losses pass 0.96 in validation. The\nhinge loss gets there sooner: as Figure 4 shows, it pulls with every class that is too close, and with full\nforce until the margin is met.*\n\nIs it the better loss, then? That was one learning rate. Here is another.'},
        {'id': 'another_rate', 'role': 'demo', 'text': 'for kind in "softmax", "svm":\n    for rate in 0.2, 0.5:\n        net, history = train(kind, rate=rate)\n        alive = (X_train @ net.params["W1"] + net.params["b1"] > 0).any(axis=0).sum()\n        print(f"{kind:8} learning rate {rate}: validation accuracy {history[-1, 1]:.3f}, "\n              f"{alive} of 50 hidden units alive")'},
        {'id': '', 'role': 'prose', 'text': 'At 0.5 the softmax network improves, and the hinge network ends at chance: within a few epochs its larger\ngradients have pushed every hidden unit below zero for every image. There the gradient of ReLU is zero, so\nnothing brings them back. These are the dead units of chapter 1, and section 6 in practice. A learning rate\nbelongs to a loss; comparing two losses at one rate says little.'},
        {'id': '', 'role': 'prose', 'text': '### An experiment of your own\n\nBetween 0.2 and 0.5 something happens to the hinge network. Where does it begin? Or does a stronger penalty\n`reg`, or another `weight_scale`, save it? Choose one, write down what you expect and why, then run it.\nNobody grades this cell, unless your instructor says so.\n\n- *I change ..., and expect ..., because ...*\n- *What came: ...*\n- *What I would try next: ...*'},
        {'id': 'your_experiment', 'role': 'demo', 'text': 'for rate in 0.3, 0.4:\n    tried, history = train("svm", rate=rate, epochs=15)\n    alive = (X_train @ tried.params["W1"] + tried.params["b1"] > 0).any(axis=0).sum()\n    print(f"hinge loss, learning rate {rate}: {history[-1, 1]:.3f}, {alive} of 50 units alive")'},
        {'id': '', 'role': 'prose', 'text': "### Random sizes\n\nThe hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your\nfunctions with random sizes and holds them against what is true of *any* right answer: a gradient is the\nslope that is measured, an example alone gives what it gives in a batch, a shift of a row's scores changes\nno loss, equal scores cost what a guess costs, arguments stay as they were, whole numbers give what the same\nnumbers give as floats. No right answer stands in that file. Where something is not true, it says what, and\nfor which sizes. The check at the end of this notebook runs this cell, too."},
        {'id': 'try_random_sizes', 'role': 'demo', 'text': 'import properties\n\n\ndef some_affine(rng):\n    N, first, second, M = rng.integers(1, 4, size=4)\n    x = rng.normal(size=(N, first, second))\n    return x, rng.normal(size=(first * second, M)), rng.normal(size=M)\n\n\ndef some_numbers(rng):\n    return [rng.normal(size=rng.integers(1, 4, size=rng.integers(1, 4)))]\n\n\nproperties.layer("affine", lambda x, w, b: layers.affine_forward(x, w, b)[0],\n                 lambda dout, x, w, b: layers.affine_backward(dout, (x, w, b)), some_affine)\nproperties.layer("ReLU", lambda x: layers.relu_forward(x)[0], layers.relu_backward, some_numbers)\nproperties.loss("svm_loss", layers.svm_loss, guess=lambda C: C - 1)\nproperties.loss("softmax_loss", layers.softmax_loss, guess=np.log)'},
        {'id': '', 'role': 'prose', 'text': '## What to take along\n\n- A numerical gradient is slow and nearly always right; backpropagation is fast and easily wrong in one of\n  its many lines. Check the second with the first.\n- A central difference with $h = 10^{-5}$ has an absolute error of about $10^{-11}$ times the size of the\n  loss. Demand no more of it, and look at the kinks before you doubt a layer.\n- A layer passes on its upstream gradient times its own slope. Where slopes are small, stacks forget; where\n  they are zero, units die.\n- The hinge loss is content once each margin is met; the softmax loss never is.\n\nIn chapter 3, `faces_mlp`, a network with one more layer looks at faces, and we ask what it is unsure of.\n\n**References.** Bengio, Simard and Frasconi (1994), *Learning long-term dependencies with gradient descent\nis difficult*. Weston and Watkins (1999), *Support vector machines for multi-class pattern recognition*.\nGlorot and Bengio (2010), *Understanding the difficulty of training deep feedforward neural networks*.\nGlorot, Bordes and Bengio (2011), *Deep sparse rectifier neural networks*. Maas, Hannun and Ng (2013),\n*Rectifier nonlinearities improve neural network acoustic models*. He, Zhang, Ren and Sun (2015), *Delving\ndeep into rectifiers*.'},
        {'id': '', 'role': 'prose', 'text': '## Before you hand it in\n\nSave the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says\nquestion by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.\nWith `all=True` it runs training and demonstrations as well.'},
        {'id': 'check_this_notebook', 'role': 'demo', 'text': 'import check_notebook\n\ncheck_notebook.run()'},
    ],
})

if __name__ == "__main__":
    status = main(sys.argv[1:])
    if not hasattr(builtins, "get_ipython"):  # %run would show an exit as an error
        sys.exit(status)
