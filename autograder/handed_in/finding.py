"""Finds what students handed in: the one reader of folders, for nbgrader's layout, files side by side and
downloads.

The outermost folder or file says whose it is. What lies in a student's folder is graded, or is named.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.handed_in.choosing import Chosen, Offered, choose, is_notebook, notebook_stem, original
from autograder.handed_in.entries import Entry, by_outermost, in_folder, shown_name, zip_named
from autograder.handed_in.platforms.listed import side_by_side
from autograder.handed_in.whose import Identity, Surety, distinct
from autograder.text import printable

_LONGEST_NAME = 120
_FAULTS_SHOWN = 5


@dataclass(frozen=True)
class Handin:
    """A student's file as found on disk. packed: how to read it where it lies in an archive."""

    student: str
    path: Path | None
    messages: tuple[str, ...] = ()
    files: dict[str, Path] = field(default_factory=dict)
    packed: Entry | None = None


@dataclass(frozen=True)
class Found:
    """What lies in a folder of submissions. ignored: the files that are nobody's work on the assignment."""

    handins: tuple[Handin, ...]
    ignored: tuple[str, ...]


def find_submissions(folder: Path, assignment: Assignment) -> list[Handin]:
    """What students handed in, by student; raises UsageError where there is no such folder."""
    return list(find(folder, assignment).handins)


def find(folder: Path, assignment: Assignment) -> Found:
    """All that lies in a folder of submissions, in nbgrader's layout or flat; raises UsageError where there
    is no such folder.
    """
    if not folder.is_dir():
        raise UsageError(
            f"there is no folder {folder}",
            mend="name the one that holds the submissions with --submitted DIR",
        )
    people: dict[str, list[Entry]] = {}
    ignored: list[str] = []
    tops = by_outermost(in_folder(folder))
    files = [entries[0] for entries in tops.values() if _are_files(entries)]
    named = side_by_side(files, len(tops))
    notebooks = {notebook_stem(entry.name): entry.name for entry in files if is_notebook(entry.name)}
    for name, entries in tops.items():
        if name in named:
            continue
        mine, rest = work_on(entries, assignment)
        ignored += map(place, rest)
        if mine:
            whose = notebooks.get(notebook_stem(name), name) if _are_files(entries) else name
            people.setdefault(whose, []).extend(mine)
    for name, (owner,) in named.items():
        people.setdefault(notebooks.get(owner.who, name), []).extend(tops[name])
    return Found(_handins(people, assignment), tuple(ignored))


def handin_of(student: str, folder: Path, assignment: Assignment) -> Handin:
    """What lies in one student's folder: the assignment's notebook, else the newest one."""
    return _handin(student, in_folder(folder), assignment, 0)


def _handins(people: dict[str, list[Entry]], assignment: Assignment) -> tuple[Handin, ...]:
    """One for each person. Names that come to the same text when they are shown stay apart."""
    folders = {name for name in people if not _are_files(people[name])}
    owners = {name: name if name in folders else _stem(name) for name in people}
    twice = {name for name in people if name not in folders and owners[name] in folders}
    ids, said = distinct(
        (_identity(name), _shown(owner), Surety.EXACT if _shown(owner) == owner else Surety.MADE)
        for name, owner in owners.items()
        if name not in twice
    )
    found: dict[str, Handin] = {}
    for name in people.keys() - twice:
        student = ids[_identity(name)]
        made = _handin(student, people[name], assignment, 1)
        told = (said[student],) if student in said else ()
        found[student] = replace(made, messages=(*told, *made.messages))
    for name in sorted(twice):
        folder = found[ids[_identity(owners[name])]]
        note = f"a folder and a file {_shown(name)} were handed in; the folder was taken"
        found[folder.student] = replace(folder, messages=(*folder.messages, note))
    return tuple(found[student] for student in sorted(found))


def _identity(name: str) -> Identity:
    return ("", (("place", name),))


def _stem(name: str) -> str:
    return notebook_stem(name) or PurePath(name).stem


def _are_files(entries: Sequence[Entry]) -> bool:
    """Whether these are files side by side, whose names are their owners' and say nothing else."""
    return all(len(entry.parts) == 1 and not entry.folder for entry in entries)


def _handin(student: str, entries: Sequence[Entry], assignment: Assignment, outermost: int) -> Handin:
    """A student's files. outermost: how many of their parts say whose they are."""
    if _are_files(entries) and outermost:  # a file's name is the student's, not the notebook's
        offered = [Offered(e, own_name(e.name, assignment)) for e in entries]
    else:
        offered = [Offered(e, e.name) for e in entries if len(e.parts) > outermost]
    chosen = choose([o for o in offered if not o.entry.fault], assignment)
    files = {name: entry.path for name, entry in chosen.files.items() if entry.path is not None}
    told = faults(entries, chosen)
    messages = (*told, *missing(chosen, assignment, bool(told)), *chosen.said)
    if chosen.notebook is None:
        return Handin(student, None, messages, files)
    entry = chosen.notebook.entry
    return Handin(student, entry.path, messages, files, None if entry.path is not None else entry)


def own_name(name: str, assignment: Assignment) -> str:
    """How a file that is called after its owner would be called in the owner's folder."""
    return assignment.notebook + (".ipynb" if is_notebook(name) else PurePath(name).suffix)


def faults(entries: Sequence[Entry], chosen: Chosen) -> tuple[str, ...]:
    """What could not be looked into."""
    found = [
        e.fault if len(e.parts) <= 2 else f"{printable(shown_name(e.name), 60)}: {e.fault}"
        for e in entries
        if e.fault
    ]
    return tuple(dict.fromkeys(found[:_FAULTS_SHOWN]))


def missing(chosen: Chosen, assignment: Assignment, in_part: bool = False) -> tuple[str, ...]:
    """That no notebook was handed in, and what was. in_part: not all of it could be looked into."""
    if chosen.notebook is not None:
        return ()
    there = f", but there is {', '.join(chosen.others)}" if chosen.others else ""
    says = "no notebook was found in what could be looked into" if in_part else "no notebook was handed in"
    return (f"{says}: {assignment.notebook}.ipynb is missing{there}",)


def work_on(entries: Sequence[Entry], assignment: Assignment) -> tuple[list[Entry], list[Entry]]:
    """Of one outermost folder or file, what is the work of a student on the assignment, and what else lies
    there. Folders of the course's other assignments are neither.

    The work is what lies in the assignment's folder. Where no notebook does, it is what lies directly in the
    student's, and whatever is called as the assignment's notebook.
    """
    if _are_files(entries):
        return ([*entries], []) if is_notebook(entries[0].name) else ([], [*entries])
    chosen = [_inside(e, assignment) or _of_all(e) for e in entries]
    if not any(mine and _may_hold(e) for e, mine in zip(entries, chosen, strict=True)):
        loose = any(_loose(e, assignment) for e in entries)
        chosen = [
            mine or _loose(e, assignment) or (loose and len(e.parts) == 2 and not e.folder)
            for e, mine in zip(entries, chosen, strict=True)
        ]
    both = [*zip(entries, chosen, strict=True)]
    rest = [e for e, mine in both if not mine and (e.fault or not e.folder) and not _elsewhere(e, assignment)]
    return [e for e, mine in both if mine], rest


def _inside(entry: Entry, assignment: Assignment) -> bool:
    """Whether it lies in the assignment's folder, or is that folder, empty or closed."""
    return (
        len(entry.parts) > 1 and entry.parts[1] == assignment.name and (entry.folder or len(entry.parts) > 2)
    )


def _of_all(entry: Entry) -> bool:
    """Whether it is a fault of a student's whole folder."""
    return bool(entry.fault) and len(entry.parts) == 1


def _loose(entry: Entry, assignment: Assignment) -> bool:
    """Whether it may be the notebook though it does not lie in the assignment's folder."""
    called = original(entry.name) == f"{assignment.notebook}.ipynb"
    return _may_hold(entry) and (len(entry.parts) == 2 or called) and not _elsewhere(entry, assignment)


def _may_hold(entry: Entry) -> bool:
    """Whether a file is a notebook, or an archive with one, by its name."""
    return not entry.folder and (is_notebook(entry.name) or zip_named(entry.name))


def _elsewhere(entry: Entry, assignment: Assignment) -> bool:
    """Whether a file lies in the folder of another assignment of the course."""
    other = entry.parts[1] if len(entry.parts) > 2 else ""
    others = [assignment.root / folder / other for folder in ("assignments", "source")]
    return other not in ("", assignment.name) and any(path.is_dir() for path in others)


def place(entry: Entry) -> str:
    """Where a file lies, as it may be shown."""
    return printable("/".join(map(shown_name, entry.parts)), 200)


def _shown(name: str) -> str:
    """A file's name as a student's id: text that can be stored and shown, and not too long."""
    text = shown_name(name)
    if len(os.fsencode(text)) <= _LONGEST_NAME:
        return text
    return f"{text[: _LONGEST_NAME // 4]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
