"""What starts processes, in one process: student code can't start another where it is graded.

The tasks of a pool run one after another; a Process is a thread, since it may wait for another one. On the
standard library alone: it is pasted into every release's check_notebook.py.
"""

from __future__ import annotations

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
