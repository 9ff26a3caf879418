"""Runs the code cells of one notebook in this process, and probes on what they left, which is put back before
each; tells how each ended.
"""

from __future__ import annotations

import builtins
import contextlib
import random
import re
from collections.abc import Collection, Iterator
from operator import is_
from os import chdir, getcwd
from sys import getrecursionlimit, setrecursionlimit
from typing import Any
from warnings import resetwarnings, simplefilter

import msgspec
import numpy as np
from numpy import get_printoptions, geterr, set_printoptions, seterr

from autograder.inside.as_it_is.cell_by_cell import CellByCell
from autograder.inside.as_it_is.outputs import Outputs
from autograder.inside.jail.rlimits import room_left
from autograder.inside.leftovers import Leftovers
from autograder.inside.protocol import CellDone, CellKind, ProbeDone, Run
from autograder.inside.running import RunningNotebook, cell_name, missing_name
from autograder.inside.seen import Outcome
from autograder.inside.wire import TooLarge, encode
from autograder.observers.standing import changed, standing
from autograder.probe import MissingName, Namespace, Probe

_CELL_NAME = re.compile("<cell ([0-9]{1,8})>")
_NUMPY_ERRORS = geterr()
_NUMPY_PRINT = get_printoptions()
_RECURSION = getrecursionlimit()
new_generator, _seed_numpy, _seed_python = np.random.default_rng, np.random.seed, random.seed
"""These, and what is imported by name above, are called after student code, which may have put something else
in their places.
"""


def run_cells(notebook: RunningNotebook, request: Run) -> Iterator[CellDone]:
    """Run a request's cells in order, yielding how each ended; demonstrations only where it says so."""
    cells = [
        cell
        for cell in request.cells
        if cell.number not in request.skip and (request.demos or cell.kind is not CellKind.DEMO)
    ]
    room = room_left()
    for cell, error in notebook.run(cells, briefly=request.briefly, again=request.again):
        before = room
        if room and cell.kind is CellKind.OWN:
            room = room_left(room)
        kept = (before - room) >> 20
        if error is None:
            yield _finished(cell.number, kept, getattr(notebook, "outputs", None))
        else:
            yield msgspec.structs.replace(_ended(cell.number, cell_name(cell.number), error), kept=kept)


def _finished(number: int, kept: int, outputs: Outputs | None) -> CellDone:
    """How a cell ended that raised nothing; outputs: those of a notebook that is graded as it is."""
    value, stderr = (None, False) if outputs is None else (outputs.value, outputs.stderr)
    return CellDone(number, Outcome.FINISHED.value, value=value, stderr=stderr, kept=kept)


def _ended(number: int, name: str, error: BaseException) -> CellDone:
    """How a cell ended that raised, whatever the exception's own methods and attributes do."""
    try:
        return CellDone(
            number, outcome_of(error).value, describe(error), line_in(error, name), missing_name(error)
        )
    except BaseException:
        return CellDone(number, Outcome.RAISED.value, "Exception")


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
    name, text = builtin_name(error), said_by(error)
    return f"{name}: {text}" if text else name


def said_by(error: BaseException) -> str:
    """The exception's text, short, whatever its methods do."""
    try:
        said = error.msg if isinstance(error, SyntaxError) and type(error.msg) is str else str(error)
        return str.__str__(said)[:300].encode("utf-8", "replace").decode("utf-8")
    except BaseException:
        return ""


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


def place_of(error: BaseException, own: Collection[int] = ()) -> tuple[int, int]:
    """The number and line of the deepest cell in an exception's traceback, (0, 0) where there is none. Where
    a cell of the student's own called a given function wrongly, it is the place of that call.
    """
    places, frame = [(0, 0)], error.__traceback__
    while frame is not None:
        file = frame.tb_frame.f_code.co_filename
        if (found := _CELL_NAME.fullmatch(file)) is not None:
            places.append((int(found[1]), frame.tb_lineno))
        frame = frame.tb_next
    return next((place for place in reversed(places) if place[0] in own), places[-1])


def observe(probe: Probe, seed: int, snapshot: Snapshot, notebook: CellByCell) -> ProbeDone:
    """Run one probe on the namespace and tell how it ended and what it saw."""
    snapshot.restore(seed)
    try:
        drawn = probe.drawn(new_generator(seed))
        before = standing(drawn)
        value = encode(probe.function(Namespace(notebook.names, snapshot.answerable), drawn))
        not_as_they_were = changed(before, drawn)
    except MissingName:
        return ProbeDone(probe.id, Outcome.MISSING.value)
    except TooLarge:
        return ProbeDone(probe.id, Outcome.OUTPUT_LIMIT.value)
    except BaseException as error:
        (cell, line), name, text = place_of(error, notebook.own), builtin_name(error), said_by(error)
        return ProbeDone(probe.id, outcome_of(error).value, b"", name, cell, line, missing_name(error), text)
    return ProbeDone(probe.id, Outcome.FINISHED.value, value, changed=not_as_they_were)


class Names:
    """A table of names as it was, beside the living one."""

    def __init__(self, live: dict[str, Any]) -> None:
        self.live, self.kept = live, dict(live)
        self._keys, self._values = list(live), list(live.values())

    def stand(self) -> bool:
        """Whether each name stands for the very same object, and in the same place."""
        keys, values = list(self.live), list(self.live.values())  # at once: a thread may go on writing
        return (
            len(keys) == len(values) == len(self._keys)
            and all(map(is_, keys, self._keys))
            and all(map(is_, values, self._values))
        )


_DRAWING = [Names(vars(module)) for module in (np.random, random)]
"""The modules that draw random numbers, as they were."""


class Snapshot:
    """What cells left behind, to be put back before each probe: names, what they hold, and the settings
    that code may have changed.
    """

    def __init__(self, notebook: RunningNotebook) -> None:
        self.notebook, self.given = notebook, dict(notebook.given)
        self.answerable = {n: v for n, v in self.given.items() if n not in notebook.completed and callable(v)}
        """What is given and stays the source's: functions and classes that no student completes."""
        self.names = Names(notebook.names)
        self.leftovers = Leftovers(self.names.kept)
        self.folder = getcwd()

    def restore(self, seed: int) -> None:
        """Put everything back and seed the global generators."""
        if not self.names.stand():
            self.names.live.clear()
            self.names.live.update(self.names.kept)
        self.notebook.given = dict(self.given)
        self.leftovers.put_back()
        _put_settings_back()
        with contextlib.suppress(OSError):
            chdir(self.folder)
        _put_functions_back()
        _seed_numpy(seed & 0xFFFFFFFF)
        _seed_python(seed)


def _put_settings_back() -> None:
    """What holds for all code: NumPy's error state and print options, warnings, the recursion limit."""
    if geterr() != _NUMPY_ERRORS:
        seterr(**_NUMPY_ERRORS)
    if get_printoptions() != _NUMPY_PRINT:  # to set them takes longer than all the rest
        set_printoptions(**_NUMPY_PRINT)
    resetwarnings()
    simplefilter("ignore")
    if getrecursionlimit() != _RECURSION:  # to set it goes through all the frames
        setrecursionlimit(_RECURSION)


def _put_functions_back() -> None:
    """Functions that draw random numbers, where a value was written over them: `np.random.seed = 42`."""
    for names in _DRAWING:
        for name, value in () if names.stand() else names.kept.items():
            if callable(value) and not callable(names.live.get(name)):
                names.live[name] = value
