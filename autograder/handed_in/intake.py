"""Takes in what was downloaded, a folder or a zip, and lays it out as nbgrader does: a folder each student,
the newest notebook in it.

Nothing is unpacked under a name that an archive chooses: a file is read up to a limit and written where this
module says.
"""

from __future__ import annotations

import io
import os
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import msgspec

from autograder.assignment.placement import NotANotebook
from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.handed_in.downloads import METADATA, Named, moment, names_of, original, read_metadata
from autograder.handed_in.roster import Student
from autograder.handed_in.submission import MAX_FILE_BYTES, MAX_NOTEBOOK_BYTES, read_regular
from autograder.handed_in.whose import Places, made_id
from autograder.text import printable

MAX_ENTRIES = 50_000
MAX_TOTAL_BYTES = 8 << 30
_UNDERSTOOD = (
    "Canvas's, Moodle's and Gradescope's downloads, nbgrader's exchange, <student>/{0}/{0}.ipynb, or "
    "<student>.ipynb"
)


@dataclass(frozen=True)
class Intake:
    """What is graded: a folder in nbgrader's layout, what is to be said of each student, and of the whole."""

    folder: Path
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unplaced: tuple[str, ...] = ()
    """Made-up ids of those whom the roster does not know."""
    absent: tuple[str, ...] = ()
    """Ids of the roster that nothing was handed in for."""
    ignored: tuple[str, ...] = ()
    """Files that belong to nobody, or can't be read."""


@dataclass(frozen=True)
class Entry:
    """A file of the download: where it stands, when it was changed, and how to read it."""

    parts: tuple[str, ...]
    modified: float
    read: Callable[[int], bytes]


@dataclass(frozen=True)
class _Candidate:
    named: Named
    entry: Entry

    @property
    def age(self) -> tuple[float, int, float, str]:
        """Grows with how new it is."""
        return (
            self.named.when.timestamp() if self.named.when else 0.0,
            self.named.attempt,
            self.entry.modified,
            self.named.file,
        )


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
    with _entries(path) as entries:
        metadata, ignored = _metadata(entries)
        if path.is_dir() and not roster and not _is_download(entries, assignment, metadata):
            yield Intake(path)
            return
        with tempfile.TemporaryDirectory(prefix="chainrule-intake-") as folder:
            yield _laid_out(entries, metadata, assignment, roster, Path(folder), ignored, path)


def _is_download(
    entries: list[Entry], assignment: Assignment, metadata: dict[str, tuple[Named, ...]]
) -> bool:
    found = (named for entry in entries for named in names_of(entry.parts, assignment.name, metadata))
    return any(named.platform in ("Canvas", "Moodle", "Gradescope") or named.submission for named in found)


def _laid_out(
    entries: list[Entry],
    metadata: dict[str, tuple[Named, ...]],
    assignment: Assignment,
    roster: tuple[Student, ...],
    folder: Path,
    ignored: list[str],
    path: Path,
) -> Intake:
    """Write one folder a student."""
    places, by_student, unplaced = Places(roster), dict[str, list[_Candidate]](), dict[str, str]()
    for entry in entries:
        people = names_of(entry.parts, assignment.name, metadata)
        if not people and entry.parts[-1] != METADATA:
            ignored.append("/".join(entry.parts))
        for named in people:
            student = places.find(named)
            if not student:
                student = made_id(named)
                unplaced[student] = (
                    f"{named.who}{''.join(f', {kind} {value}' for kind, value in named.keys.items())}"
                )
            by_student.setdefault(student, []).append(_Candidate(named, entry))
    if not by_student:
        raise UsageError(
            f"{path} holds no submission of {assignment.name}",
            mend=f"understood are {_UNDERSTOOD.format(assignment.name)}",
        )
    budget, notes = [MAX_TOTAL_BYTES], {}
    for student, candidates in by_student.items():
        said = list(_write(candidates, folder / student / assignment.name, assignment, budget))
        if roster and student in unplaced:
            said.append(f"nobody in the roster could be told to be {printable(unplaced[student], 120)}")
        notes[student] = tuple(said)
    absent = tuple(student.id for student in roster if student.id not in by_student)
    unknown = tuple(sorted(unplaced)) if roster else ()
    return Intake(folder, notes, unknown, absent, tuple(printable(name, 200) for name in ignored))


def _write(
    candidates: list[_Candidate], folder: Path, assignment: Assignment, budget: list[int]
) -> Iterator[str]:
    """Write the notebook that counts, what else may be handed in, and when; yields what is to be said of
    it.
    """
    folder.mkdir(parents=True)
    newest = max(candidates, key=lambda c: c.age)
    mine = [c for c in candidates if c.named.submission == newest.named.submission]
    if len({c.named.submission for c in candidates}) > 1:
        yield (
            f"{len({c.named.submission for c in candidates})} submissions were downloaded; the newest "
            "was graded"
        )
    if any(c.named.late for c in mine):
        yield f"it was handed in late, says {newest.named.platform}"
    extras = {f"{Path(name).stem}.ipynb" for name in assignment.table.extra_notebooks}
    notebooks = [
        c
        for c in _unpacked(mine)
        if c.named.file.lower().endswith(".ipynb") and original(c.named.file) not in extras
    ]
    if not notebooks:
        yield (
            "no notebook was handed in, but "
            f"{', '.join(sorted({printable(c.named.file, 60) for c in mine})[:5])}"
        )
    for name in assignment.table.may_hand_in:
        if of_that_name := [c for c in mine if original(c.named.file) == name]:
            yield from _copy(max(of_that_name, key=lambda c: c.age), folder / name, MAX_FILE_BYTES, budget)
    if notebooks:
        chosen = max(notebooks, key=lambda c: (original(c.named.file) == f"{assignment.name}.ipynb", c.age))
        if len(notebooks) > 1:
            others = ", ".join(
                sorted({printable(c.named.file, 60) for c in notebooks if c is not chosen})[:5]
            )
            yield (
                f"{len(notebooks)} notebooks were handed in; {printable(chosen.named.file, 60)} was "
                f"graded, not {others}"
            )
        yield from _copy(chosen, folder / f"{assignment.name}.ipynb", MAX_NOTEBOOK_BYTES, budget)
    stamp = next((c for c in mine if c.named.file == "timestamp.txt"), None)
    when = newest.named.when or (moment(stamp.entry.read(1000).decode("utf-8", "replace")) if stamp else None)
    if when is not None:
        (folder / "timestamp.txt").write_text(when.strftime("%Y-%m-%d %H:%M:%S.%f UTC"), encoding="utf-8")


def _copy(candidate: _Candidate, target: Path, longest: int, budget: list[int]) -> Iterator[str]:
    try:
        data = candidate.entry.read(longest)
    except (NotANotebook, OSError) as error:
        yield f"{printable(candidate.named.file, 60)} can't be read: {printable(str(error), 120)}"
        return
    budget[0] -= len(data)
    if budget[0] < 0:
        raise UsageError(
            f"the download holds more than {MAX_TOTAL_BYTES >> 30} GiB of notebooks", mend="grade it in parts"
        )
    target.write_bytes(data)


def _unpacked(candidates: list[_Candidate]) -> list[_Candidate]:
    """The candidates; for those who handed in an archive alone, the notebooks in it."""
    if any(c.named.file.lower().endswith(".ipynb") for c in candidates):
        return candidates
    found = []
    for candidate in candidates:
        if candidate.named.file.lower().endswith(".zip"):
            try:
                archive = zipfile.ZipFile(io.BytesIO(candidate.entry.read(MAX_NOTEBOOK_BYTES)))
                inner = _in_zip(archive)
            except (NotANotebook, OSError, ValueError, NotImplementedError, UsageError, zipfile.BadZipFile):
                continue
            found += [
                _Candidate(msgspec.structs.replace(candidate.named, file=entry.parts[-1]), entry)
                for entry in inner
            ]
    return found


def _metadata(entries: list[Entry]) -> tuple[dict[str, tuple[Named, ...]], list[str]]:
    """What Gradescope says of the folders, and the files that can't be read."""
    found: dict[str, tuple[Named, ...]] = {}
    ignored = []
    for entry in entries:
        if entry.parts[-1] == METADATA:
            try:
                found |= read_metadata(entry.read(MAX_NOTEBOOK_BYTES).decode("utf-8", "replace"))
            except (ValueError, OSError) as error:
                ignored.append(f"{'/'.join(entry.parts)} ({error})")
    return found, ignored


# ---- folders and archives
# -----------------------------------------------------------------------------------------


@contextmanager
def _entries(path: Path) -> Iterator[list[Entry]]:
    if path.is_dir():
        yield list(_in_folder(path))
        return
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{path} is neither a folder nor a zip ({error})", mend="unpack it, and name the folder"
        ) from None
    with archive:
        yield _in_zip(archive)


def _in_folder(root: Path) -> Iterator[Entry]:
    """Files beneath a folder; links to folders are not followed, and links to files can't be read."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in sorted(names):
            path = Path(folder, name)
            if not _hidden(name):
                modified = path.lstat().st_mtime
                yield Entry(
                    path.relative_to(root).parts,
                    modified,
                    lambda longest, path=path: read_regular(path, longest),
                )  # type: ignore[misc]


def _in_zip(archive: zipfile.ZipFile) -> list[Entry]:
    """Files of an archive.

    What its names say about folders above it is dropped; links and what is encrypted can't be read.
    """
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_ENTRIES:
        raise UsageError(f"the archive holds more than {MAX_ENTRIES} files", mend="is it the right one?")
    entries = []
    for info in infos:
        parts = tuple(
            part
            for part in PurePosixPath(_name(info).replace("\\", "/")).parts
            if part not in ("/", "..", ".")
        )
        if parts and not any(map(_hidden, parts)):
            entries.append(
                Entry(parts, _modified(info), lambda longest, info=info: _read(archive, info, longest))
            )  # type: ignore[misc]
    if len({entry.parts[0] for entry in entries}) == 1 and all(len(entry.parts) == 2 for entry in entries):
        return [
            replace(entry, parts=entry.parts[1:]) for entry in entries
        ]  # a flat folder that was packed as a whole
    return entries


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: archives that do not say that their names are UTF-8 mostly mean it."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _modified(info: zipfile.ZipInfo) -> float:
    try:
        return datetime(*info.date_time, tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, longest: int) -> bytes:
    """At most so much of a file: what it says of its own size is not believed."""
    if stat.S_ISLNK(info.external_attr >> 16):
        raise NotANotebook("the file is a link to another; links are not followed")
    try:
        with archive.open(info) as file:
            data = file.read(longest + 1)
    except Exception as error:  # what is wrong with an archive surfaces as many kinds of exceptions
        raise NotANotebook(f"the archive is damaged there, or locked: {error}") from None
    if len(data) > longest:
        raise NotANotebook(f"the file has more than {longest >> 20} MiB")
    return data


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in ("__MACOSX", "__pycache__", "Thumbs.db")
