"""Takes in what was downloaded, a folder or a zip, and lays it out as nbgrader does: a folder each student,
the newest notebook in it.

Nothing is unpacked under a name that an archive chooses: a file is read up to a limit and written where this
module says. Whatever goes wrong in reading one student's files is said of that student, and of nobody else.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from autograder.assignment.placement import NotANotebook
from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.handed_in.choosing import Offered, choose
from autograder.handed_in.downloads import (
    MAX_METADATA_BYTES,
    METADATA,
    Named,
    is_platform,
    moment,
    names_of,
    read_metadata,
)
from autograder.handed_in.entries import (
    MAX_FILE_BYTES,
    MAX_NAME,
    MAX_NOTEBOOK_BYTES,
    Entry,
    by_outermost,
    in_archive,
    in_folder,
    shown_name,
    without_outermost,
    zip_named,
)
from autograder.handed_in.finding import faults, find, own_name, place, work_on
from autograder.handed_in.listed import listed
from autograder.handed_in.roster import Student
from autograder.handed_in.whose import Identity, Places, Surety, apart, distinct, identity_of, made_id
from autograder.text import printable

MAX_TOTAL_BYTES = 8 << 30
_FOLDERS_AROUND = 3
"""So many may lie around a download: what unpacks an archive makes one more of them each time."""
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


@dataclass(frozen=True)
class _Candidate:
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


Metadata = dict[str, tuple[Named, ...]]


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
    with _entries(path, assignment) as outer:
        entries, wrapper = _unwrapped(outer, assignment, path.is_dir(), Places(roster))
        metadata, ignored = _metadata(entries)
        metadata = metadata or listed(entries, [student.id for student in roster])
        if path.is_dir() and not wrapper and not roster and not _is_download(entries, assignment, metadata):
            yield Intake(path, ignored=find(path, assignment).ignored)
            return
        with tempfile.TemporaryDirectory(prefix="chainrule-intake-") as folder:
            by_identity, more = _by_identity(entries, metadata, assignment, Places(roster))
            if not by_identity:
                raise UsageError(
                    f"{path} holds no submission of {assignment.name}",
                    mend=f"understood are {_UNDERSTOOD.format(assignment.name)}",
                )
            yield _laid_out(by_identity, assignment, roster, Path(folder), (*ignored, *more))


@contextmanager
def _entries(path: Path, assignment: Assignment) -> Iterator[list[Entry]]:
    if path.is_dir():
        inner = in_folder(path)
        with ExitStack() as opened:
            yield _several(inner, assignment, opened) or inner
        return
    with _opened(path) as archive:
        yield in_archive(archive)


def _several(inner: list[Entry], assignment: Assignment, opened: ExitStack) -> list[Entry]:
    """The entries of all downloads, where a folder holds nothing but downloads of a platform, such as one
    for each section.
    """
    paths = [entry.path for entry in inner if entry.path is not None and zip_named(entry.name)]
    if not paths or len(paths) < len(inner) or any(len(entry.parts) > 1 for entry in inner):
        return []
    found: list[Entry] = []
    for path in paths:
        try:
            packed = in_archive(opened.enter_context(_opened(path)))
            mine, _ = _unwrapped(packed, assignment, False, Places(()))
        except UsageError:
            return []
        if not _is_download(mine, assignment, _metadata(mine)[0] or listed(mine)):
            return []  # one student's
        found += mine
    return found


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except Exception as error:  # what is wrong with an archive surfaces as many kinds of exceptions
        raise UsageError(
            f"{path} is neither a folder nor a zip ({error})", mend="unpack it, and name the folder"
        ) from None


# ---- whose it is -----------------------------------------------------------------------------------------


def _unwrapped(
    entries: list[Entry], assignment: Assignment, on_disk: bool, places: Places
) -> tuple[list[Entry], str]:
    """The entries as they stand within the folders around the whole download, and the name of the last of
    these: each is nobody's by its name, and the last holds several people's, or what a platform has named.
    """
    inner = entries
    for around in range(_FOLDERS_AROUND):
        tops = {entry.parts[0] for entry in inner}
        if len(tops) != 1 or not all(len(entry.parts) > 1 for entry in inner):
            break
        (top,) = tops
        inner = without_outermost(inner)
        names = {entry.parts[0] for entry in inner}
        if (
            assignment.name in names
            or is_platform((top, "x"), assignment.name)
            or _known({top}, places, assignment)
        ):
            break
        flat = not on_disk and not around and all(len(entry.parts) == 1 for entry in inner)
        metadata = any(entry.parts == (METADATA,) for entry in inner)
        students = {e.parts[0] for e in inner if len(e.parts) > 2 and e.parts[1] == assignment.name}
        several = len(students) > (1 if on_disk else 0) or _known(names, places, assignment) > 1
        if flat or metadata or several or _is_download(inner, assignment, listed(inner)):
            return inner, top
    return entries, ""


def _known(names: set[str], places: Places, assignment: Assignment) -> int:
    """How many of the names are those of people in the roster."""
    short = [name for name in names if len(name) <= MAX_NAME]
    return sum(bool(_found(Named("", name, ""), places, assignment.name)[0]) for name in short)


def _metadata(entries: list[Entry]) -> tuple[Metadata, list[str]]:
    """What Gradescope says of the folders, where its file stands beside them; and that it can't be read."""
    found: Metadata = {}
    ignored = []
    for entry in entries:
        if entry.parts == (METADATA,):
            try:
                found |= read_metadata(entry.read(MAX_METADATA_BYTES).decode("utf-8", "replace"))
            except (ValueError, OSError) as error:
                ignored.append(f"{METADATA} ({error})")
    return found, ignored


def _is_download(entries: list[Entry], assignment: Assignment, metadata: Metadata) -> bool:
    named = any(one.platform for people in metadata.values() for one in people)
    return named or any(is_platform(entry.parts, assignment.name) for entry in entries)


def _by_identity(
    entries: list[Entry], metadata: Metadata, assignment: Assignment, places: Places
) -> tuple[dict[Identity, list[_Candidate]], list[str]]:
    """The files of each person as the platform knows it, and places of files that are nobody's."""
    found: dict[Identity, list[_Candidate]] = {}
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
                found.setdefault(identity_of(named), []).append(_Candidate(named, entry))
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


def _found(named: Named, places: Places, title: str) -> tuple[str, Surety]:
    """Whom the roster knows by a name, or by what is left of it without the assignment's: GitHub Classroom
    and many a class put that before or behind.
    """
    student, surety = places.find(named)
    plain = re.sub(rf"\A{re.escape(title)}[\s_-]+|[\s_-]+{re.escape(title)}\Z", "", named.who)
    if student or named.platform not in ("", "nbgrader") or plain in ("", named.who):
        return student, surety
    student, surety = places.find(msgspec.structs.replace(named, who=plain))
    return student, min(surety, Surety.NAME)


def _placed(
    by_identity: dict[Identity, list[_Candidate]], roster: tuple[Student, ...], title: str
) -> tuple[dict[Identity, str], dict[str, str], dict[str, str]]:
    """The id of each person; and by id, whom the roster does not know, and what is to be said where several
    came to one.
    """
    places, known = Places(roster), {student.id for student in roster}
    wanted, unplaced = [], set()
    for identity, candidates in by_identity.items():
        named = candidates[0].named
        student, surety = _found(named, places, title)
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
    by_identity: dict[Identity, list[_Candidate]],
    assignment: Assignment,
    roster: tuple[Student, ...],
    folder: Path,
    ignored: tuple[str, ...],
) -> Intake:
    """Write one folder a student."""
    ids, unplaced, said = _placed(by_identity, roster, assignment.name)
    budget, notes = [MAX_TOTAL_BYTES], dict[str, tuple[str, ...]]()
    for identity, candidates in by_identity.items():
        student = ids[identity]
        told = [said[student]] if student in said else []
        told += _write(candidates, folder / student / assignment.name, assignment, budget)
        if roster and student in unplaced:
            told.append(f"nobody in the roster could be told to be {unplaced[student]}")
        notes[student] = tuple(told)
    absent = tuple(student.id for student in roster if student.id not in notes)
    unknown = tuple(sorted(unplaced)) if roster else ()
    places = {
        ids[identity]: _newest(candidates).entry.parts[0] for identity, candidates in by_identity.items()
    }
    return Intake(folder, notes, unknown, _formerly(by_identity, ids, roster), places, absent, ignored)


def _newest(candidates: list[_Candidate]) -> _Candidate:
    return max(candidates, key=lambda c: (c.newness, c.entry.modified, c.named.file))


def _formerly(
    by_identity: dict[Identity, list[_Candidate]], ids: dict[Identity, str], roster: tuple[Student, ...]
) -> dict[str, str]:
    """By id in the roster, the id that is made up for that person without one; left out where it is somebody
    else's too.
    """
    known = {student.id for student in roster}
    made = {identity: made_id(candidates[0].named) for identity, candidates in by_identity.items()}
    times = Counter([*made.values(), *ids.values(), *known])
    return {ids[i]: old for i, old in made.items() if ids[i] in known and times[old] == 1}


def _write(
    candidates: list[_Candidate], folder: Path, assignment: Assignment, budget: list[int]
) -> Iterator[str]:
    """Write the notebook that counts, what else may be handed in, and when; yields what is to be said of
    it.
    """
    folder.mkdir(parents=True)
    newest = _newest(candidates).named
    several = len({c.named.submission for c in candidates})
    mine = [c for c in candidates if c.named.submission == newest.submission]
    if several > 1:
        yield f"{several} submissions were downloaded; the newest was graded"
    if any(c.named.late for c in mine):
        yield f"it was handed in late, says {newest.platform}"
    if len({c.is_file for c in mine}) > 1:
        beside = next(c for c in mine if c.is_file).named.file
        yield f"a folder and a file {printable(shown_name(beside), 60)} were handed in; the folder was graded"
        mine = [c for c in mine if not c.is_file]
    chosen = choose([c.offered(assignment) for c in mine if not c.entry.fault], assignment)
    yield from faults([c.entry for c in mine], chosen)
    yield from chosen.said
    if chosen.notebook is None and chosen.others:
        yield _in_its_place(chosen.others)
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
