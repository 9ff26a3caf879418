"""How the cells of one submission run: which run in the next process and how far, how long each may take, how
each has ended so far, and which of them is charged with what ended a process.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.inside.limits import Limits
from autograder.inside.protocol import CellDone, CellKind, CellSource, Run
from autograder.inside.seen import CellReport, Outcome
from autograder.sandbox.process import Death
from autograder.text import printable

LEFT_OUT = "left out"
"""What a report says of a cell whose definitions were too slow as well."""
KEPT = "it kept"
"""How a report begins of a cell that left too little memory for a check."""
OUTCOMES = {outcome.value: outcome for outcome in Outcome}
"""Each outcome by the word that a process says."""


class CellRuns:
    """A submission's cells and what is known of their running. A cell that hangs or ends its process is run
    with its definitions alone from then on, and left out where these do it as well.
    """

    def __init__(
        self,
        cells: list[CellSource],
        limits: Limits,
        demo_names: frozenset[str],
        handed_in: tuple[tuple[str, bytes], ...],
    ) -> None:
        self.cells, self.limits, self.demo_names, self.handed_in = cells, limits, demo_names, handed_in
        self.demos = False
        """Whether the demonstrations are run as well."""
        self.again = True
        """Whether a cell that missed what a later one defines is run once more at the end."""
        self.skip: set[int] = set()
        """Cells that are left out, since they are known to hang or to end the process."""
        self.briefly: set[int] = set()
        """Cells of which the definitions alone are run, since the whole of them was stopped."""
        self.reports: dict[int, CellReport] = {}
        self.took: dict[int, float] = {}
        """Seconds that a cell has taken, by its number, the last time that it came to its end."""
        self._kept: dict[int, int] = {}
        """MiB of memory that a student's cell has kept, by its number, where it is a large part of all."""
        self._numbers = frozenset(c.number for c in cells)

    def asked(self) -> Run:
        """What the next process is asked to run."""
        skip, briefly = sorted(self.skip), sorted(self.briefly)
        return Run(self.cells, skip, self.demos, self.again, list(self.handed_in), briefly)

    def order(self) -> list[int]:
        """The numbers of the cells that run, in their order."""
        runs = [c for c in self.cells if self.demos or c.kind is not CellKind.DEMO]
        return [c.number for c in runs if c.number not in self.skip]

    def _own(self) -> set[int]:
        return {c.number for c in self.cells if c.kind is CellKind.OWN}

    # ---- how they ended

    def note(self, message: CellDone, took: float) -> None:
        """Take down how a cell ended, in the words of a process that may say anything."""
        self.took[message.number] = took
        if message.kept > self.limits.memory_mb / 4:
            self._kept[message.number] = message.kept
        if message.number in self.skip | self.briefly or message.number not in self._numbers:
            return
        outcome = OUTCOMES.get(message.outcome, Outcome.PROTOCOL)
        before = self.reports.get(message.number)
        if outcome is Outcome.FINISHED and before is not None and before.missing:
            self.reports[message.number] = CellReport(message.number, outcome, missing=before.missing)
            return
        self.reports[message.number] = CellReport(
            message.number,
            outcome,
            printable(message.error),
            message.line,
            printable(message.missing, 80),
            message.value,
            message.stderr,
        )

    def needs_demos(self, missing: str) -> bool:
        """Whether a name that is missing is one that demonstrations bind, which have not been run; from now
        on they are.
        """
        needed = missing in self.demo_names and not self.demos
        self.demos = self.demos or needed
        return needed

    # ---- what is left out

    def charge(self, number: int, death: Death, took: float, before: list[int]) -> None:
        """Go on without what ended the process while the numbered cell had run for so many seconds, after
        these.
        """
        slow = death.outcome is Outcome.TIMED_OUT
        self._leave_out(self._too_slow(number, took, before) if slow else number, death)

    def _too_slow(self, number: int, took: float, before: Iterable[int]) -> int:
        """The cell that is charged with the time: the running one, unless all of them together were too slow
        and another, a student's, has taken longer.
        """
        if took >= self.seconds_for(number) * 0.9:
            return number
        whole = self._own() - self.briefly
        slow = [n for n in before if n in whole and self.took.get(n, 0.0) > took]
        return max(slow, key=lambda n: self.took[n]) if slow and took < 1.0 else number

    def seconds_for(self, number: int) -> float:
        """The time of one cell: after each cell that was stopped, half as long, but never less than one that
        has ended by itself is known to take.
        """
        stopped = len(self.skip) + len(self.briefly)
        shortest = max(1.0, self.limits.notebook_seconds / 2**stopped)
        return max(shortest, min(2 * self.took.get(number, 0.0) + 0.5, self.limits.notebook_seconds))

    def free_memory(self) -> bool:
        """Where a student's cell keeps a large part of the memory, have its definitions alone run from now
        on: of several, that of which most is kept. Whether there was one.
        """
        large = self._kept.keys() & self._own() - self.briefly - self.skip
        if not large:
            return False
        number = max(large, key=lambda number: self._kept[number])
        self._leave_out(
            number, Death(Outcome.OUT_OF_MEMORY, f"{KEPT} {self._kept.pop(number)} MiB of memory")
        )
        return True

    def leave_out_unfinished(self) -> None:
        """Go on with those cells alone that have ended by themselves in an earlier process, and with the
        definitions of the others.
        """
        for number in self._own() - self.reports.keys():
            self._leave_out(number, Death(Outcome.TIMED_OUT))

    def _leave_out(self, number: int, death: Death) -> None:
        """Go on without a cell that hung or ended the process: the first time with its definitions."""
        self.reports[number] = CellReport(number, death.outcome, death.detail)
        if number in self._own() and number not in self.briefly:
            self.briefly.add(number)
        else:
            self.briefly.discard(number)
            self.skip.add(number)
            self.reports[number] = CellReport(number, death.outcome, LEFT_OUT)
