"""Locates a mistake that has no name: looks for one change in the student's own code that makes every check
of the question come out right.

The candidates are made here, outside. Each is defined and probed in the student's own confined process, a
check that was lost before the others, and judged here. What is told is the place, never the mend.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Protocol

from autograder.assignment.values import Question
from autograder.assignment.written import made
from autograder.edits.mends import mends
from autograder.edits.mutants import Mutant
from autograder.inside.names import parsed
from autograder.inside.protocol import CellKind, CellSource
from autograder.inside.seen import Observation, Outcome
from autograder.judging.findings import Located, Verdict
from autograder.judging.judge import Judge
from autograder.judging.judged import Judged

_ENDED = (Outcome.FINISHED, Outcome.RAISED, Outcome.MISSING)
"""How code ends that neither hangs nor ends its process."""
_WALL = 4
"""The wall clock has so many times as long as the processor."""
_EVERY = 8
"""The clock is read for so many candidates at a time: to read it costs about as much as one of them."""
_TRIED, _TRIES = 4, 3
"""The quickest of so many lost checks goes first, after so many tries of each."""
_CODE = 80
"""Characters that are shown of a place."""
_TINY = 8
"""A piece of fewer characters is shown with its line."""

Observe = Callable[[list[CellSource], tuple[str, ...]], dict[str, Observation]]
"""Run a changed cell, and those that put what it defines into its place, after all others; then probes."""


class Probed(Protocol):
    """The student's process, as far as the search needs to know of it."""

    @property
    def warm(self) -> bool: ...
    @property
    def cells_took(self) -> float: ...
    def cpu(self) -> float: ...


@dataclass
class Clock:
    """What is left for locating in a submission: seconds of the processor, ours and those of the process that
    is probed, or a quarter of those by the wall clock where these are more; and how many candidates may hang.
    """

    question: float
    everything: float
    hangs_left: int = 2
    """Each costs a new process, in which all cells are run again."""
    _process: Probed | None = field(default=None, init=False)
    _spent: float = field(default=0.0, init=False)
    _cpu: float = field(default=0.0, init=False)
    _wall: float = field(default=0.0, init=False)
    _asked: int = field(default=0, init=False)

    def begin(self, process: Probed) -> None:
        """Another question is looked at, with its own time."""
        self.everything -= self._spent
        self._process, self._spent, self._asked = process, 0.0, 0
        self._cpu, self._wall = self._now(), time.monotonic()

    def goes_on(self) -> bool:
        """Whether there is time for one more candidate."""
        assert self._process is not None
        self._asked += 1
        by_the_wall = (time.monotonic() - self._wall) / _WALL
        used = self._now() - self._cpu if self._asked % _EVERY == 0 else 0.0
        self._spent = max(self._spent, by_the_wall, used)
        again = self._process.warm or self._process.cells_took < self.everything
        return again and self.hangs_left > 0 and self._spent < min(self.question, self.everything)

    def _now(self) -> float:
        assert self._process is not None
        return time.process_time() + self._process.cpu()


def answers(question: Question, cells: list[CellSource]) -> list[CellSource]:
    """The student's cells that define what a question asks for, or make it, the last of each name. A method
    may be written as a function, which a given cell puts into its class.
    """
    wanted = {part for name in question.defines for part in name.split(".")}
    found: dict[str, CellSource] = {}
    for cell in cells:
        if cell.kind is CellKind.OWN:
            values = made(cell.text) & {*question.values}
            found.update(dict.fromkeys(_defined(cell.text) & wanted | values, cell))
    return list({cell.number: cell for cell in found.values()}.values())


def attaching(cell: CellSource, cells: list[CellSource]) -> list[CellSource]:
    """The given cells that do nothing but put what a cell defines elsewhere, as a function into a class."""
    names = _defined(cell.text)
    return [c for c in cells if c.kind is CellKind.GIVEN and _attaches(c.text, names)]


def _attaches(text: str, names: set[str]) -> bool:
    body = _statements(text)
    values = [node.value for node in body if isinstance(node, ast.Assign)]
    read = {value.id for value in values if isinstance(value, ast.Name)}
    return len(values) == len(body) and bool(read & names)


def _defined(text: str) -> set[str]:
    return {node.name for node in _statements(text) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def _functions_before(cell: CellSource, cells: list[CellSource]) -> tuple[str, ...]:
    """The functions of the notebook that an answer may call, the latest first."""
    earlier = [node for c in cells if c.number < cell.number for node in _statements(c.text)]
    names = (node.name for node in reversed(earlier) if isinstance(node, ast.FunctionDef))
    return tuple(dict.fromkeys(names))


def _computes(text: str) -> bool:
    """Whether a cell reads any name: in what is typed in, there is no place at which it goes wrong."""
    nodes = (node for statement in _statements(text) for node in ast.walk(statement))
    return any(isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) for node in nodes)


def _statements(text: str) -> list[ast.stmt]:
    tree = parsed(text)
    return tree.body if tree is not None else []


@dataclass
class Search:
    """The search for one question's mistake. given: whether its checks have right earlier parts."""

    question: Question
    judged: Judged
    judge: Judge
    observe: Observe
    given: bool
    clock: Clock
    _took: dict[str, list[float]] = field(default_factory=dict, init=False)
    """Seconds that lost checks took, of the first few candidates of each."""

    def place(self, cells: list[CellSource]) -> tuple[Located, str] | None:
        """The first place at which one change makes every check right, and that change; or None."""
        if not self._worth_it():
            return None
        found: list[tuple[CellSource, Mutant]] = []
        for cell, candidate in self._candidates(cells):
            if found and cell is found[0][0] and candidate.operator != found[0][1].operator:
                break
            if found and not _in_another_line(found[0], (cell, candidate)):
                continue
            if not self.clock.goes_on():
                break
            after = attaching(cell, cells)
            if self._mended([CellSource(candidate.text, cell.number, cell.kind), *after]):
                found.append((cell, candidate))
            if len(found) > 1:
                break
        if not found:
            return None
        return _located(found[0][0], [mutant for _, mutant in found], given=self.given), found[0][1].says

    def _candidates(self, cells: list[CellSource]) -> Iterator[tuple[CellSource, Mutant]]:
        """The changes of the question's answers, one of each cell in turn."""
        every = [self._of(cell, cells) for cell in answers(self.question, cells) if _computes(cell.text)]
        for together in zip_longest(*every):
            yield from (candidate for candidate in together if candidate is not None)

    def _of(self, cell: CellSource, cells: list[CellSource]) -> Iterator[tuple[CellSource, Mutant]]:
        functions = _functions_before(cell, cells)
        for candidate in mends(cell.text, self.question.defines, self._raised_at(cell), functions):
            yield cell, candidate

    def _worth_it(self) -> bool:
        """Whether a change of one place can mend what was seen: not what was left as it was handed out, nor
        what hangs.
        """
        seen = [self.judged.observations[name] for name in self.judged.lost]
        began = any(o.outcome is not Outcome.MISSING and o.error != "NotImplementedError" for o in seen)
        return began and all(o.outcome in _ENDED for o in seen)

    def _raised_at(self, cell: CellSource) -> int:
        """The line of a cell at which what was lost raised, 0 where it did not."""
        seen = [self.judged.observations[p.id] for p in self.judged.probes if p.id in self.judged.lost]
        return next((o.line for o in seen if o.outcome is Outcome.RAISED and o.cell == cell.number), 0)

    def _mended(self, instead: list[CellSource]) -> bool:
        """Whether every check is right with a changed cell: one that was lost, then the others."""
        lost = [p.id for p in self.judged.probes if p.id in self.judged.lost]
        first = self._quickest(lost)
        seen: dict[str, Observation] = {}
        began = time.monotonic()
        right = self._right(instead, (first,), seen)
        if len(self._took[first]) < _TRIES:
            self._took[first].append(time.monotonic() - began)
        more = [name for name in lost if name != first]
        rest = [p.id for p in self.judged.probes if p.id not in lost]
        return right and all(self._right(instead, tuple(part), seen) for part in (more, rest) if part)

    def _quickest(self, lost: list[str]) -> str:
        """The lost check that ends a candidate soonest, once each of the first ones has had some tries."""
        for name in lost[:_TRIED]:
            if len(self._took.setdefault(name, [])) < _TRIES:
                return name
        return min(lost[:_TRIED], key=lambda name: max(self._took[name]))

    def _right(
        self, instead: list[CellSource], probes: tuple[str, ...], seen: dict[str, Observation]
    ) -> bool:
        """Whether these checks are right with a changed cell, beside those that were seen before."""
        new = self.observe(instead, probes)
        self.clock.hangs_left -= any(o.outcome not in _ENDED for o in new.values())
        seen.update(new)
        found = self.judge.find_all(tuple(p for p in self.judged.probes if p.id in seen), seen)
        return all(finding.verdict is Verdict.RIGHT for finding in found.values())


def _in_another_line(found: tuple[CellSource, Mutant], other: tuple[CellSource, Mutant]) -> bool:
    """Whether a change is in the same cell as one that mends, in another line."""
    return found[0] is other[0] and found[1].line != other[1].line


def _located(cell: CellSource, found: list[Mutant], *, given: bool) -> Located:
    """The place of the change, or both places where the same kind of change mends at either."""
    first, *others = found
    either = "".join(f", or at line {other.line}, {_piece(cell, other)[1]}" for other in others)
    code, where = _piece(cell, first)
    parts = ", with right earlier parts," if given else ""
    says = (
        f"Look at line {first.line} of your answer, {where}{either}: with one change there{parts} every "
        "check comes out right."
    )
    return Located(cell.number, first.line, code, says)


def _piece(cell: CellSource, change: Mutant) -> tuple[str, str]:
    """What stands at the place of a change, and how it is told."""
    line = _short(cell.text.split("\n")[change.line - 1].strip() if change.line else "")
    code = line if change.holds_others or len(change.before) > _CODE else change.before
    where = f"`{code}` in `{line}`" if len(code) < _TINY and code != line else f"`{code}`"
    return code, where


def _short(text: str) -> str:
    return text if len(text) <= _CODE else text[: _CODE - 1] + "…"
