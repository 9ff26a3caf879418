"""Locates a mistake that has no name: looks for one change in the student's own code that makes every check
of the question come out right; where there is none, for two changes of which one alone mends a part.

The candidates are made here, outside. Each is defined and probed in the student's own confined process, a
check or two that were lost before the others, and judged here. What is told is the place, never the mend.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, zip_longest
from typing import Protocol

from autograder.assignment.values import Question
from autograder.assignment.written import made
from autograder.edits.mends import mends, other_guards
from autograder.edits.merged import merged
from autograder.edits.mutants import Mutant, normal
from autograder.inside.names import bound_in, parsed, without_magics
from autograder.inside.protocol import CellKind, CellSource
from autograder.inside.seen import Observation, Outcome
from autograder.judging.findings import Finding, Verdict
from autograder.judging.judge import Judge
from autograder.judging.judged import Judged
from autograder.judging.sitting.further import further_before
from autograder.judging.sitting.told import MendPlace

_ENDED = (Outcome.FINISHED, Outcome.RAISED, Outcome.MISSING)
"""How code ends that neither hangs nor ends its process."""
_IMPORTS = ("ModuleNotFoundError", "ImportError")
_WALL = 4
"""The wall clock has so many times as long as the processor."""
_EVERY = 8
"""The clock is read for so many candidates at a time: to read it costs about as much as one of them."""
_TRIED, _TRIES = 4, 3
"""The quickest of so many lost checks goes first, after so many tries of each."""
_SLOW = 0.03
"""A check that has taken so many seconds more than another one has no more tries."""
_BESIDE, _SLOWER, _CHEAP = 2, 3.0, 0.008
"""So many others are asked beside it, that take at most so many times as long, and so many seconds."""
_PAIRS = 4
"""So many pairs of the changes that mend a part are tried together."""
_FURTHER = 60
"""So many changes of other kinds are tried where the first place that is found decides which code runs: to
run it otherwise can hide a mistake in what is left out, and then the other line is told as well.
"""
HALVES = 2
"""With so many of the changes that mend a part, a second change is looked for."""

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

    @property
    def half_gone(self) -> bool:
        """Whether half of the question's time is over."""
        return self._spent >= min(self.question, self.everything) / 2

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


def brings(before: Finding, after: Finding) -> bool:
    """Whether a fact fails after a change that held before it: that is the change's own mistake."""
    return any(not fact.holds and before.facts.get(name, fact).holds for name, fact in after.facts.items())


def differ(one: Observation, other: Observation) -> bool:
    """Whether something else came back, or something else was said of what was raised."""
    return (one.value, one.error, one.text) != (other.value, other.error, other.text)


def answers(question: Question, cells: list[CellSource]) -> list[CellSource]:
    """The student's cells that define what a question asks for, or make it, the last of each name. A method
    may be written as a function, which a given cell puts into its class.
    """
    wanted = {part for name in question.defines for part in name.split(".")}
    found: dict[str, CellSource] = {}
    for cell in cells:
        if cell.kind is CellKind.OWN:
            values = made(cell.text) & {*question.values} if question.values else set()
            found.update(dict.fromkeys(_defined(cell.text) & wanted | values, cell))
    return list({cell.number: cell for cell in found.values()}.values())


def _in_python(cell: CellSource) -> CellSource:
    """An answer's cell without its magics and shell lines, where it has some: what stands beside them is
    changed as ever.
    """
    try:
        ast.parse(cell.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return CellSource(without_magics(cell.text), cell.number, cell.kind)
    return cell


def worth_a_search(judged: Judged, cells: list[CellSource]) -> bool:
    """Whether a change of one place can mend what was seen: not what was left as it was handed out, nor what
    hangs, nor what waits for a module.
    """
    seen = [judged.observations[name] for name in judged.lost]
    began = any(o.outcome is not Outcome.MISSING and o.error != "NotImplementedError" for o in seen)
    return began and all(o.outcome in _ENDED for o in seen) and not _waits_for_a_module(seen, cells)


def _waits_for_a_module(seen: list[Observation], cells: list[CellSource]) -> bool:
    """Whether what was lost raised for want of a module that is not here, where the answer imports it or
    where it uses what such an import was to bring: that is the reason, whatever else a change would do.
    """
    brought = {name for cell in cells if cell.kind is CellKind.OWN for name in _imported(cell.text)}
    return any(o.error in _IMPORTS or (o.outcome is Outcome.RAISED and o.missing in brought) for o in seen)


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


def _computes(text: str) -> bool:
    """Whether a cell reads any name: in what is typed in, there is no place at which it goes wrong."""
    nodes = (node for statement in _statements(text) for node in ast.walk(statement))
    return any(isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) for node in nodes)


def _imported(text: str) -> frozenset[str]:
    """The names that a cell's imports bind, wherever they stand in it."""
    nodes = ast.walk(parsed(text) or ast.Module([], []))
    return bound_in([node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)])


def _statements(text: str) -> list[ast.stmt]:
    tree = parsed(text)
    return tree.body if tree is not None else []


@dataclass(frozen=True)
class Half:
    """A change that makes a lost check right and no right one wrong, and what is then left."""

    place: MendPlace
    changed: list[CellSource]
    left: Judged
    touched: bool
    """Whether nothing of what is left is as it was, or something is wrong of it that was right before."""

    def beside(self, instead: list[CellSource]) -> list[CellSource]:
        """The cells of this change and of another one, which was made on top of it."""
        others = {cell.number for cell in instead}
        return [*(cell for cell in self.changed if cell.number not in others), *instead]

    def together(self, other: Half) -> list[CellSource] | None:
        """The cells of this change and of another one of the same answers; None where they are in the same
        lines.
        """
        one, two = self.place, other.place
        if one.cell.number != two.cell.number:
            return self.beside(other.changed)
        text = merged(normal(one.cell.text), one.change.text, two.change.text)
        if text is None:
            return None
        new = CellSource(text, one.cell.number, one.cell.kind)
        return [new if cell.number == new.number else cell for cell in self.changed]


@dataclass
class Search:
    """The search for one question's mistake. given: whether its checks have right earlier parts.

    halves: the changes that mended a part of what was lost, one for each rest that they left.
    """

    question: Question
    judged: Judged
    judge: Judge
    observe: Observe
    given: bool
    clock: Clock
    halves: list[Half] = field(default_factory=list, init=False)
    _guards: list[tuple[CellSource, Mutant]] = field(default_factory=list, init=False)
    _left: Iterator[tuple[CellSource, Mutant]] = field(default_factory=lambda: iter(()), init=False)
    _took: dict[str, list[float]] = field(default_factory=dict, init=False)
    """Seconds that lost checks took, of the first few candidates of each."""

    def places(self, cells: list[CellSource]) -> list[MendPlace]:
        """The first place at which one change makes every check right, or two at either of which the same
        kind of change does, or any kind where the first is in a condition; none where there is none.

        Where half of the time is gone, and a part was mended or another guard may tell a name, this ends;
        `places_left` goes on.
        """
        self._guards = [
            (cell, change)
            for cell in map(_in_python, answers(self.question, cells))
            for change in other_guards(cell.text)
        ]
        self._left = self._candidates(cells)
        return self._first(cells, until_half=True)

    def places_left(self, cells: list[CellSource]) -> list[MendPlace]:
        """The same from where `places` ended."""
        return self._first(cells, until_half=False)

    @property
    def _more(self) -> bool:
        """Whether anything else than one place may be found."""
        return bool(self.halves or self._guards)

    def after(self, half: Half) -> Search:
        """The search for what is left after a change that mended a part."""

        def observe(instead: list[CellSource], probes: tuple[str, ...]) -> dict[str, Observation]:
            return self.observe(half.beside(instead), probes)

        return Search(self.question, half.left, self.judge, observe, self.given, self.clock)

    def both(self) -> tuple[MendPlace, MendPlace] | None:
        """Two of the changes that mended a part which together make every check right."""
        pairs = sorted(combinations(self.halves, 2), key=lambda two: len(two[0].left.lost & two[1].left.lost))
        for one, other in pairs[:_PAIRS]:
            instead = one.together(other)
            if instead is None or one.left.lost & other.left.lost == self.judged.lost:
                continue
            if not self.clock.goes_on():
                break
            left = self._left_with(instead)
            if left is not None and not left.lost:
                return one.place, other.place
        return None

    def with_other_guards(self, cells: list[CellSource]) -> Iterator[tuple[MendPlace, Judged]]:
        """What was lost of the question, with one small number of an answer's cell in place of another."""
        right = {n: o for n, o in self.judged.observations.items() if n not in self.judged.lost}
        for cell, change in self._guards:
            if not self.clock.goes_on():
                return
            place = MendPlace(cell, change)
            yield place, self._judged_with([place.changed, *attaching(cell, cells)], dict(right))

    def _first(self, cells: list[CellSource], *, until_half: bool) -> list[MendPlace]:
        found: list[MendPlace] = []
        further = _FURTHER
        for cell, candidate in self._left:
            place = MendPlace(cell, candidate)
            if found and cell is found[0].cell and candidate.operator != found[0].change.operator:
                further -= 1
                if not found[0].decides or further < 0:
                    break
            if found and not place.in_another_line(found[0]):
                continue
            if not self.clock.goes_on():
                break
            if self._mends(place, cells):
                found.append(place)
            if len(found) > 1 or (until_half and not found and self._more and self.clock.half_gone):
                break
        return found

    def _candidates(self, cells: list[CellSource]) -> Iterator[tuple[CellSource, Mutant]]:
        """The changes of the question's answers, one of each cell in turn."""
        own = [_in_python(cell) for cell in answers(self.question, cells)]
        every = [self._of(cell, cells) for cell in own if _computes(cell.text)]
        for together in zip_longest(*every):
            yield from (candidate for candidate in together if candidate is not None)

    def _of(self, cell: CellSource, cells: list[CellSource]) -> Iterator[tuple[CellSource, Mutant]]:
        further = further_before(cell, cells)
        for candidate in mends(cell.text, self.question.defines, self._raised_at(cell), further):
            yield cell, candidate

    def _raised_at(self, cell: CellSource) -> int:
        """The line of a cell at which what was lost raised, 0 where it did not."""
        seen = [self.judged.observations[p.id] for p in self.judged.probes if p.id in self.judged.lost]
        return next((o.line for o in seen if o.outcome is Outcome.RAISED and o.cell == cell.number), 0)

    def _mends(self, place: MendPlace, cells: list[CellSource]) -> bool:
        """Whether every check is right with a changed cell; what mends a part is kept."""
        instead = [place.changed, *attaching(place.cell, cells)]
        left = self._left_with(instead)
        if left is None:
            return False
        if (
            left.lost
            and left.lost < self.judged.lost
            and left.lost not in [half.left.lost for half in self.halves]
        ):
            touched = all(differ(left.observations[n], self.judged.observations[n]) for n in left.lost)
            touched |= any(brings(self.judged.findings[n], left.findings[n]) for n in left.lost)
            self.halves.append(Half(place, instead, left, touched))
        return not left.lost

    def _left_with(self, instead: list[CellSource]) -> Judged | None:
        """The question with a changed cell; None where no check that is watched is right with it."""
        every = [p.id for p in self.judged.probes]
        first = [name for name in every if name in self.judged.lost][:_TRIED]
        seen: dict[str, Observation] = {}
        for watched in self._watched(first):
            began = time.monotonic()
            seen |= self._seen(instead, watched)
            self._took.setdefault(watched[0], []).append(time.monotonic() - began)
        if not any(finding.verdict is Verdict.RIGHT for finding in self._found(seen).values()):
            return None
        return self._judged_with(instead, seen)

    def _judged_with(self, instead: list[CellSource], seen: dict[str, Observation]) -> Judged:
        """The question with a changed cell, of which some has been seen already."""
        others = tuple(p.id for p in self.judged.probes if p.id not in seen)
        seen |= self._seen(instead, others) if others else {}
        return Judged(self.judged.probes, seen, self._found(seen))

    def _watched(self, first: list[str]) -> list[tuple[str, ...]]:
        """The lost checks that are asked of a candidate before the others, those of a tuple together: each of
        the first ones by itself for some tries, then the one that ends soonest, with others that are not
        much slower, for of two mistakes one alone may be lost in each.
        """
        took = {name: min(self._took.get(name, [0.0])) for name in first}
        most = _SLOW + min(filter(None, took.values()), default=0.0)
        tries = [n for n in first if len(self._took.get(n, [])) < _TRIES and took[n] <= most]
        if tries:  # the first of a candidate takes longer, whichever it is
            turn = max(len(self._took.get(name, [])) for name in first) % len(tries)
            return [(name,) for name in [*tries[turn:], *tries[:turn]]]
        quickest = min(first, key=took.__getitem__)
        most = min(_SLOWER * took[quickest], _CHEAP)
        beside = [n for n in first if n != quickest and took[n] <= most]
        return [(quickest, *beside[:_BESIDE])]

    def _seen(self, instead: list[CellSource], probes: tuple[str, ...]) -> dict[str, Observation]:
        new = self.observe(instead, probes)
        self.clock.hangs_left -= any(o.outcome not in _ENDED for o in new.values())
        return dict(new)

    def _found(self, seen: dict[str, Observation]) -> dict[str, Finding]:
        return self.judge.find_all(tuple(p for p in self.judged.probes if p.id in seen), seen)
