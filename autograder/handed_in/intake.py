"""Takes in what was downloaded, a folder or a zip, and lays it out as nbgrader does: a folder each student,
the newest notebook in it.

Nothing is unpacked under a name that an archive chooses: a file is read up to a limit and written where this
module says. Whatever goes wrong in reading one student's files is said of that student, and of nobody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.handed_in.entries import Entry, by_outermost
from autograder.handed_in.finding import find, place, work_on
from autograder.handed_in.laying_out import Candidate, budget_of_all, newest_of, write
from autograder.handed_in.platforms.downloads import METADATA, is_platform, names_of
from autograder.handed_in.platforms.listed import listed
from autograder.handed_in.platforms.named import Named
from autograder.handed_in.roster import Student
from autograder.handed_in.unwrapping import Metadata, files_of, gradescope_says, is_download, unwrapped
from autograder.handed_in.whose import (
    Identity,
    Places,
    Surety,
    apart,
    distinct,
    found_by,
    identity_of,
    made_id,
)
from autograder.inside.jail.files import make_folder, remove_box, sweep
from autograder.text import printable

_PREFIX = "chainrule-intake-"
_UNDERSTOOD = (
    "the downloads of Canvas, Moodle, Gradescope, Blackboard and Brightspace, a folder that holds several of "
    "these, nbgrader's exchange, <student>/{0}/{0}.ipynb, or <student>.ipynb"
)


@dataclass(frozen=True)
class Intake:
    """What is graded: a folder in nbgrader's layout, what is to be said of each student, and of the whole."""

    folder: Path
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unplaced: tuple[str, ...] = ()
    """Made-up ids of those whom the roster does not know."""
    formerly: dict[str, str] = field(default_factory=dict)
    """By id in the roster: the id that was made up for the same person while no line of the roster was."""
    places: dict[str, str] = field(default_factory=dict)
    """By id, the outermost name under which the newest of what was handed in stood in a download."""
    absent: tuple[str, ...] = ()
    """Ids of the roster that nothing was handed in for."""
    ignored: tuple[str, ...] = ()
    """Files that belong to nobody, or can't be read."""


@contextmanager
def taken_in(path: Path, assignment: Assignment, roster: tuple[Student, ...] = ()) -> Iterator[Intake]:
    """The submissions at a path as a folder that can be graded.

    One in nbgrader's layout, or flat, is taken as it is where there is no roster.
    """
    if not path.exists():
        raise UsageError(
            f"there is no folder {path}",
            mend="name the folder or the zip that holds the submissions with --submitted DIR",
        )
    sweep(_PREFIX)
    with files_of(path, assignment, Places(roster)) as outer:
        entries, wrapper, beside = unwrapped(outer, assignment, path.is_dir(), Places(roster))
        metadata, ignored = gradescope_says(entries)
        ids = {student.id for student in roster}
        metadata = metadata or listed(entries, ids, Places(roster).called)
        if path.is_dir() and not wrapper and not roster and not is_download(entries, assignment, metadata):
            yield Intake(path, ignored=find(path, assignment).ignored)
            return
        with _temporary() as folder:
            by_identity, more = _by_identity(entries, metadata, assignment, Places(roster))
            if not by_identity:
                raise UsageError(
                    f"{path} holds no submission of {assignment.name}",
                    mend=f"understood are {_UNDERSTOOD.format(assignment.name)}",
                )
            nobodys = (*ignored, *more, *map(place, beside))
            yield _laid_out(by_identity, assignment, roster, folder, nobodys)


@contextmanager
def _temporary() -> Iterator[Path]:
    """A folder for what students sent. One that a killed run has left is removed by the next."""
    folder = make_folder(_PREFIX)
    try:
        yield Path(folder)
    finally:
        remove_box(folder)


def _by_identity(
    entries: list[Entry], metadata: Metadata, assignment: Assignment, places: Places
) -> tuple[dict[Identity, list[Candidate]], list[str]]:
    """The files of each person as the platform knows it, and places of files that are nobody's."""
    found: dict[Identity, list[Candidate]] = {}
    ignored: list[str] = []
    for top, beneath in by_outermost(entries).items():
        if top == METADATA or (top == "index.html" and metadata):  # which Brightspace puts beside it
            continue
        mine, rest = beneath, list[Entry]()
        if not metadata.get(top) and not any(is_platform(e.parts, assignment.name) for e in beneath):
            mine, rest = work_on(beneath, assignment)
        for entry in mine:
            people = _each(names_of(entry.parts, assignment.name, metadata, entry.folder), places)
            rest += [] if people else [entry]
            for named in people:
                found.setdefault(identity_of(named), []).append(Candidate(named, entry))
        ignored += map(place, rest)
    return found, ignored


def _each(people: tuple[Named, ...], places: Places) -> tuple[Named, ...]:
    """The people of a file, with each member of the roster's groups in the group's place."""
    found: list[Named] = []
    for named in people:
        members = places.members(named)
        for one in members:
            kind = named.platform.lower()
            known = {"canvas": one.canvas, "moodle": one.moodle}.get(kind, "")
            keys = {kind: known} if known else {"id": one.id} if named.platform else {}
            found.append(msgspec.structs.replace(named, who=one.id, keys=keys))
        nobody = named.platform == "Moodle" and not named.keys
        if not members and not nobody:
            found.append(named)
    return tuple(found)


def _placed(
    by_identity: dict[Identity, list[Candidate]], roster: tuple[Student, ...], title: str
) -> tuple[dict[Identity, str], dict[str, str], dict[str, str]]:
    """The id of each person; and by id, whom the roster does not know, and what is to be said where several
    came to one.
    """
    places, known = Places(roster), {student.id for student in roster}
    wanted, unplaced = [], set()
    for identity, candidates in by_identity.items():
        named = candidates[0].named
        student, surety = found_by(named, places, title)
        if not student:
            unplaced.add(identity)
            student = made_id(named)
            surety = Surety.EXACT if student == named.who else Surety.MADE
            student = apart(student, identity) if student in known else student
        wanted.append((identity, student, surety))
    ids, said = distinct(wanted)
    unknown = {ids[i] for i in by_identity if i in unplaced or ids[i] not in known}
    who = {ids[i]: _described(by_identity[i][0].named) for i in by_identity if ids[i] in unknown}
    return ids, who, said


def _described(named: Named) -> str:
    keys = "".join(f", {kind} {value}" for kind, value in named.keys.items())
    return printable(f"{named.who}{keys}", 120)


# ---- laying it out ---------------------------------------------------------------------------------------


def _laid_out(
    by_identity: dict[Identity, list[Candidate]],
    assignment: Assignment,
    roster: tuple[Student, ...],
    folder: Path,
    ignored: tuple[str, ...],
) -> Intake:
    """Write one folder a student."""
    ids, unplaced, said = _placed(by_identity, roster, assignment.name)
    budget, notes = budget_of_all(), dict[str, tuple[str, ...]]()
    for identity, candidates in by_identity.items():
        student = ids[identity]
        told = [said[student]] if student in said else []
        told += [_not_told(numbers)] if (numbers := candidates[0].named.one_of) else []
        told += write(candidates, folder / student / assignment.name, assignment, budget)
        if roster and student in unplaced:
            told.append(f"nobody in the roster could be told to be {unplaced[student]}")
        notes[student] = tuple(told)
    absent = tuple(student.id for student in roster if student.id not in notes)
    unknown = tuple(sorted(unplaced)) if roster else ()
    places = {
        ids[identity]: newest_of(candidates).entry.parts[0] for identity, candidates in by_identity.items()
    }
    return Intake(folder, notes, unknown, _formerly(by_identity, ids, roster), places, absent, ignored)


def _not_told(numbers: tuple[str, ...]) -> str:
    """That a name can mean several people."""
    return (
        f"its name in the download may be that of user {', '.join(numbers[:-1])} or {numbers[-1]}; it has a "
        "result under an id of its own, and a person should look whose it is"
    )


def _formerly(
    by_identity: dict[Identity, list[Candidate]], ids: dict[Identity, str], roster: tuple[Student, ...]
) -> dict[str, str]:
    """By id in the roster, the id that is made up for that person without one; left out where it is somebody
    else's too.
    """
    known = {student.id for student in roster}
    made = {identity: made_id(candidates[0].named) for identity, candidates in by_identity.items()}
    times = Counter([*made.values(), *ids.values(), *known])
    return {ids[i]: old for i, old in made.items() if ids[i] in known and times[old] == 1}
