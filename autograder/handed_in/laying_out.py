"""Writes one student's folder: the notebook that counts, and what else may be handed in beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.assignment.reading.opening import NotANotebook
from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.handed_in.choosing import Offered, choose
from autograder.handed_in.entries import MAX_FILE_BYTES, MAX_NOTEBOOK_BYTES, Entry, shown_name
from autograder.handed_in.finding import faults, missing, own_name
from autograder.handed_in.platforms.downloads import moment
from autograder.handed_in.platforms.named import Named
from autograder.text import printable

MAX_TOTAL_BYTES = 8 << 30


def budget_of_all() -> list[int]:
    """The bytes that may still be written, for a whole download."""
    return [MAX_TOTAL_BYTES]


@dataclass(frozen=True)
class Candidate:
    """A file, and whose it is by its place."""

    named: Named
    entry: Entry

    @property
    def is_file(self) -> bool:
        """Whether it is one of files side by side, whose names are their owners' and say nothing else."""
        return self.named.platform == ""

    def offered(self, assignment: Assignment) -> Offered:
        name = own_name(self.named.file, assignment) if self.is_file else self.named.file
        return Offered(self.entry, name, self.newness)

    @property
    def newness(self) -> tuple[float, ...]:
        when = self.named.when.timestamp() if self.named.when else 0.0
        return (when, self.named.attempt)


def newest_of(candidates: Sequence[Candidate]) -> Candidate:
    return max(candidates, key=lambda c: (c.newness, c.entry.modified, c.named.file))


def write(
    candidates: Sequence[Candidate], folder: Path, assignment: Assignment, budget: list[int]
) -> Iterator[str]:
    """Write the notebook that counts, what else may be handed in, and when; yields what is to be said of
    it.
    """
    folder.mkdir(parents=True)
    newest = newest_of(candidates).named
    several = len({c.named.submission for c in candidates})
    mine = [c for c in candidates if c.named.submission == newest.submission]
    if several > 1:
        yield f"{several} submissions were downloaded; the newest was taken"
    if any(c.named.late for c in mine):
        yield f"it was handed in late, says {newest.platform}"
    if len({c.is_file for c in mine}) > 1:
        beside = next(c for c in mine if c.is_file).named.file
        yield f"a folder and a file {printable(shown_name(beside), 60)} were handed in; the folder was taken"
        mine = [c for c in mine if not c.is_file]
    chosen = choose([c.offered(assignment) for c in mine if not c.entry.fault], assignment)
    told = faults([c.entry for c in mine], chosen)
    yield from (*told, *chosen.said)
    if chosen.notebook is None and chosen.others:
        yield _in_its_place(chosen.others)
    else:
        yield from missing(chosen, assignment, bool(told))
    for name, entry in chosen.files.items():
        yield from _copy(entry, name, folder / name, MAX_FILE_BYTES, budget)
    if chosen.notebook is not None:
        target = folder / f"{assignment.notebook}.ipynb"
        yield from _copy(chosen.notebook.entry, chosen.notebook.shown, target, MAX_NOTEBOOK_BYTES, budget)
    stamps = [c.entry for c in mine if c.named.file == "timestamp.txt" and not c.entry.folder]
    when = newest.when or (_stamped(min(stamps, key=lambda e: len(e.parts))) if stamps else None)
    if when is not None:
        (folder / "timestamp.txt").write_text(when.strftime("%Y-%m-%d %H:%M:%S.%f UTC"), encoding="utf-8")


def _in_its_place(others: tuple[str, ...]) -> str:
    """What was handed in in place of a notebook."""
    kinds = {name.removesuffix(".html") for name in others}
    if kinds <= {"text", "onlinetext"}:
        return "a text was typed in, and no notebook was handed in"
    if kinds == {"link"}:
        return "a link was handed in, and no notebook; what it leads to is not fetched"
    return f"no notebook was handed in, but {', '.join(others)}"


def _stamped(entry: Entry) -> datetime | None:
    """When it was handed in, as the note beside it says."""
    try:
        return moment(entry.read(1000).decode("utf-8", "replace"))
    except (NotANotebook, OSError):
        return None


def _copy(entry: Entry, shown: str, target: Path, longest: int, budget: list[int]) -> Iterator[str]:
    try:
        data = entry.read(longest)
    except (NotANotebook, OSError) as error:
        yield f"{shown} can't be read: {printable(str(error), 120)}"
        return
    budget[0] -= len(data)
    if budget[0] < 0:
        raise UsageError(
            f"the download holds more than {MAX_TOTAL_BYTES >> 30} GiB of notebooks", mend="grade it in parts"
        )
    target.write_bytes(data)
