"""Stand-ins for what is absent where notebooks are graded and only decorates: progress bars, just-in-time
compilers, Colab's drive, several processes. None of them computes anything.

What a student's code needs for computing has no stand-in: its import fails, and the rest of its cell goes on.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import Any

import numpy as np

GONE_FROM_NUMPY = {
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
}
"""Names that NumPy 1 had and NumPy 2 has not, with what they were."""


def _trapz(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    return np.trapezoid(y, x, dx, axis)


def _in1d(ar1: Any, ar2: Any, assume_unique: bool = False, invert: bool = False, **options: Any) -> Any:
    return np.isin(np.ravel(ar1), ar2, assume_unique, invert, **options)


def restore_numpy_names() -> None:
    """Let the names answer that are gone from NumPy: a notebook written for an earlier one is right still."""
    for name, value in {**GONE_FROM_NUMPY, "trapz": _trapz, "in1d": _in1d}.items():
        if name not in vars(np):
            setattr(np, name, value)


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
    """A decorator that leaves the function as it is, written with or without options."""
    if len(given) == 1 and not options and callable(given[0]) and not isinstance(given[0], type):
        return given[0]
    return lambda function: function


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


_BARS = {"tqdm": _Bar, "trange": _bars, "tqdm_notebook": _Bar, "tnrange": _bars}
_COMPILERS = dict.fromkeys(("njit", "jit"), _decorator) | {"prange": range}
_NOBODY = types.SimpleNamespace
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
    "google.colab": {
        "drive": _NOBODY(mount=_does_nothing, flush_and_unmount=_does_nothing),
        "files": _NOBODY(upload=dict, download=_does_nothing, view=_does_nothing),
        "output": _NOBODY(
            clear=_does_nothing, eval_js=_does_nothing, enable_custom_widget_manager=_does_nothing
        ),
    },
    "google.colab.drive": {"mount": _does_nothing, "flush_and_unmount": _does_nothing},
    "google.colab.files": {"upload": dict, "download": _does_nothing},
    "google.colab.patches": {"cv2_imshow": _does_nothing},
    "google.colab.output": {"clear": _does_nothing, "enable_custom_widget_manager": _does_nothing},
}


class _Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds a stand-in for a module that nobody else has found."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name in _MODULES else None

    def exec_module(self, module: types.ModuleType) -> None:
        vars(module).update(_MODULES[module.__name__])


# ---- processes


class _OnePool:
    """multiprocessing's Pool, in this process: student code can't start another."""

    def __init__(
        self, processes: Any = None, initializer: Any = None, initargs: Any = (), *more: Any
    ) -> None:
        if initializer is not None:
            initializer(*initargs)

    def __enter__(self) -> _OnePool:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is closed."""

    def apply(self, function: Callable[..., Any], args: Any = (), kwds: Any = None) -> Any:
        return function(*args, **(kwds or {}))

    def map(self, function: Callable[..., Any], iterable: Iterable[Any], chunksize: Any = None) -> list[Any]:
        return [function(item) for item in iterable]

    imap = imap_unordered = map

    def starmap(self, function: Callable[..., Any], iterable: Iterable[Any], chunksize: Any = None) -> Any:
        return [function(*items) for items in iterable]

    def apply_async(self, function: Callable[..., Any], args: Any = (), kwds: Any = None, **then: Any) -> Any:
        return _Ready(self.apply(function, args, kwds))

    def map_async(
        self, function: Callable[..., Any], iterable: Iterable[Any], *more: Any, **then: Any
    ) -> Any:
        return _Ready(self.map(function, iterable))

    def starmap_async(self, function: Callable[..., Any], iterable: Iterable[Any], *more: Any) -> Any:
        return _Ready(self.starmap(function, iterable))

    def close(self) -> None:
        """Nothing is closed."""

    join = terminate = close


class _Ready:
    """A result that is there already."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def get(self, timeout: Any = None) -> Any:
        return self._value

    def wait(self, timeout: Any = None) -> None:
        """It is there."""

    def ready(self) -> bool:
        return True

    successful = ready


class _OneExecutor(Executor):
    """concurrent.futures' ProcessPoolExecutor, in this process."""

    def __init__(self, *values: Any, **options: Any) -> None:
        pass

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def install() -> None:
    """Put the stand-ins in place, for whoever asks for what they stand for."""
    import concurrent.futures
    import multiprocessing
    import multiprocessing.context

    restore_numpy_names()
    sys.meta_path.append(_Absent())
    multiprocessing.Pool = _OnePool  # type: ignore[assignment]
    multiprocessing.context.BaseContext.Pool = lambda self, *a, **k: _OnePool(*a, **k)  # type: ignore
    vars(concurrent.futures)["ProcessPoolExecutor"] = _OneExecutor
