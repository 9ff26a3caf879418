"""Which of the files that one student handed in is the notebook that counts, and which others come along:
the same for folders and downloads, with a roster and without.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from autograder.assignment.notebook import OPEN, grade_id_of, parse
from autograder.assignment.reading.opening import NotANotebook
from autograder.assignment.values import Assignment
from autograder.handed_in.entries import (
    MAX_NOTEBOOK_BYTES,
    MAX_OF_ONE,
    Entry,
    in_archive_of_one,
    shown_name,
    zip_named,
)
from autograder.text import printable

_NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?\Z", re.I)
"""Browsers and mail programs put an ending of their own behind the notebook's."""
_COPY = re.compile(r"(?:-\d{1,9}|[ \t]{0,3}\(\d{1,9}\)){1,9}\Z")
_COMPARED = 5
"""Of more notebooks than these the first ones alone are looked into."""


@dataclass(frozen=True)
class Offered:
    """A file that may count. name is the student's own; newness grows with how new a platform says it is."""

    entry: Entry
    name: str
    newness: tuple[float, ...] = ()

    @property
    def shown(self) -> str:
        return printable(shown_name(self.name), 60)

    @property
    def place(self) -> str:
        """Where it lies in what the student handed in."""
        return printable(shown_name("/".join(self.entry.parts[1:] or self.entry.parts)), 100)


@dataclass(frozen=True)
class Chosen:
    """What counts of it all; notebook is None where there is none."""

    notebook: Offered | None
    files: dict[str, Entry] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Names of what lies there where there is no notebook."""


def is_notebook(name: str) -> bool:
    """Whether a file is a notebook by its name."""
    return len(name) <= 255 and _NOTEBOOK.search(name) is not None


def notebook_stem(name: str) -> str:
    """A notebook's name without its ending; empty for other files."""
    return _NOTEBOOK.sub("", name) if is_notebook(name) else ""


def original(name: str) -> str:
    """A file's name without what platforms, browsers and mail programs add to a copy:

    `x-1.ipynb`, `x (2).ipynb`, `x.IPYNB` and `x.ipynb.txt` are x.ipynb.
    """
    name = name[:255]
    if found := _NOTEBOOK.search(name):
        name = name[: found.start()] + ".ipynb"
    stem, dot, suffix = name.rpartition(".")
    return f"{_COPY.sub('', stem)}{dot}{suffix}" if dot else name


def choose(offered: Sequence[Offered], assignment: Assignment) -> Chosen:
    """The notebook that counts: rather one with an answer in it than one without, rather one of the
    assignment's name than another, rather one further out, rather a newer one.
    """
    expected = f"{assignment.notebook}.ipynb"
    extras = {f"{PurePath(name).stem}.ipynb" for name in assignment.table.extra_notebooks}
    files = _files(offered, assignment)
    notebooks = [o for o in _unpacked(offered) if is_notebook(o.name) and original(o.name) not in extras]
    if not notebooks:
        names = sorted({o.shown for o in offered if not o.entry.folder and o.name not in files})
        return Chosen(None, files, (), tuple(names[:5]))
    notebooks.sort(key=lambda o: _rank(o, expected), reverse=True)
    first = notebooks[0]
    if len(notebooks) > 1:
        filled = _with_answers(notebooks[:_COMPARED], assignment) or first
        notebooks.remove(filled)
        notebooks.insert(0, filled)
    return Chosen(notebooks[0], files, _said(notebooks, first, expected))


def _rank(offered: Offered, expected: str) -> tuple[object, ...]:
    return (
        not offered.entry.folder,
        original(offered.name) == expected,
        -len(offered.entry.parts),
        offered.newness,
        offered.name == expected,
        offered.entry.modified,
        offered.name,
    )


def _said(notebooks: list[Offered], first: Offered, expected: str) -> tuple[str, ...]:
    """What a person should know about the choice. first: what would have been chosen by its name."""
    chosen, others = notebooks[0], notebooks[1:]
    alike = any(o.shown == chosen.shown for o in others)
    mine = chosen.place if alike else chosen.shown
    places = {o.place if o.shown == chosen.shown else o.shown for o in others}
    names = ", ".join(sorted(places)[:5])
    if chosen.place in places:
        return (f"{len(notebooks)} notebooks were handed in, several of them as {mine}; one was taken",)
    if chosen is not first and original(first.name) == expected:
        passed = first.place if alike else first.shown
        return (f"no answer was found in {passed}; {mine} was taken in its place",)
    if original(chosen.name) != expected:
        return (f"{expected} is missing; {mine} was taken in its place",)
    if others and chosen.name == expected:
        return (f"{names} was handed in too; only {mine} was taken",)
    if others:
        return (f"{len(notebooks)} notebooks were handed in; {mine} was taken, not {names}",)
    return ()


def _files(offered: Sequence[Offered], assignment: Assignment) -> dict[str, Entry]:
    """The files beside the notebook that may be handed in, by the name that the assignment gives them."""
    found: dict[str, Entry] = {}
    for name in assignment.table.may_hand_in:
        mine = [o for o in offered if original(o.name) == name and not o.entry.folder]
        if mine:
            found[name] = max(
                mine, key=lambda o: (-len(o.entry.parts), o.newness, o.name == name, o.entry.modified)
            ).entry
    return found


def _unpacked(offered: Sequence[Offered]) -> list[Offered]:
    """What is offered, with the contents of an archive in its place: of one that bears a notebook's name,
    and, where there is no notebook, of any.
    """
    plain = any(is_notebook(o.name) and not o.entry.folder for o in offered)
    found: list[Offered] = []
    left = MAX_NOTEBOOK_BYTES
    for one in offered:
        archive = (is_notebook(one.name) or (zip_named(one.name) and not plain)) and one.entry.is_zip
        data = _bytes(one.entry, left) if archive and len(found) < MAX_OF_ONE else b""
        left -= len(data)
        found += _opened(one, data) or [one]
    return found


def _bytes(entry: Entry, longest: int) -> bytes:
    """What a file holds; nothing where that can't be read."""
    try:
        return entry.read(longest)
    except (NotANotebook, OSError):
        return b""


def _opened(offered: Offered, data: bytes) -> list[Offered]:
    """The notebooks of a student's own archive."""
    return [
        replace(offered, entry=replace(entry, parts=(*offered.entry.parts, *entry.parts)), name=entry.name)
        for entry in in_archive_of_one(data)
        if not entry.fault and is_notebook(entry.name)
    ]


def _with_answers(notebooks: Sequence[Offered], assignment: Assignment) -> Offered | None:
    """The first notebook with an answer in it, of those that together are no larger than one may be."""
    left = MAX_NOTEBOOK_BYTES
    for one in notebooks:
        data = _bytes(one.entry, left)
        left -= len(data)
        if data and _has_answers(data, assignment):
            return one
    return None


def _has_answers(data: bytes, assignment: Assignment) -> bool:
    """Whether a notebook holds an answer that is not as it was handed out."""
    released = {cell.id: cell.released for cell in assignment.cells if cell.role in OPEN}
    try:
        notebook, _ = parse(data)
    except NotANotebook:
        return False
    return any(
        " ".join(str(cell.source).split()) != " ".join(released[name].split())
        for cell in notebook.cells
        if (name := grade_id_of(cell)) in released
    )
