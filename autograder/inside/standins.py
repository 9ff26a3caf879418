"""Stand-ins for what is absent where notebooks are graded and only decorates: progress bars, just-in-time
compilers, logs, Colab's page. None of them computes anything.

What a student's code needs for computing has no stand-in: its import fails, and the rest of its cell goes on.
On the standard library alone: it is pasted into every release's check_notebook.py.
"""

from __future__ import annotations

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
