"""The files of a folder or of an archive, listed without trust: by their places, each with a way to read it
up to a limit.

Nothing raises for what a student may put there. What can't be looked into (a link, a locked folder, one
nested too deeply, a folder of too many files) is an entry with a fault, which becomes a message of the
student whose it is.
"""

from __future__ import annotations

import errno
import io
import os
import re
import stat
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from autograder.assignment.reading.opening import NotANotebook
from autograder.errors import UsageError

MAX_NOTEBOOK_BYTES = 256 << 20
"""With all its pictures; what of it is read has a limit of its own (`notebook.MAX_BYTES`)."""
MAX_FILE_BYTES = 4 << 20
MAX_ENTRIES = 500_000
"""Files of a whole class."""
MAX_OF_ONE = 2000
"""Files of one student; whatever lies there beyond is not looked at: what lies further in, and what is no
notebook by its name.
"""
_MAX_LISTED = 20_000
"""Names of one student's that are put in order for it."""
MAX_NAME = 255
"""Bytes of a file's name, as file systems have it; archives may claim more."""
MAX_LEVELS = 30
LINK = "the folder is a link to another; links are not followed"
_CENTRAL = b"PK\x01\x02"
"""Stands before each entry of an archive's directory."""
_ON_MOODLE = re.compile(r"\.[^_]+(_[0-9]+)?_assignsubmission_")
_ZIP = b"PK\x03\x04"
_UNPACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA)
"""What is unpacked bit by bit. Of bzip2, Python's zipfile unpacks 4 KiB at once, which may be gigabytes."""
_CAREFULLY = sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")
)  # Windows has few of them


@dataclass(frozen=True)
class Entry:
    """A file, or a folder that is empty or can't be looked into."""

    parts: tuple[str, ...]
    """Its place: the names of the folders from the outermost on, then its own."""
    modified: float
    read: Callable[[int], bytes]
    """Its bytes, of which there may be so many; raises NotANotebook with the reason, or OSError."""
    path: Path | None = None
    """Where it lies, unless it is in an archive."""
    folder: bool = False
    fault: str = ""
    """Why it can't be looked into."""
    head: Callable[[int], bytes] | None = None
    """Its first bytes, so many of them, where they come cheaper than all."""

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def is_zip(self) -> bool:
        """Whether it begins as archives do, whatever its name says."""
        if self.folder:
            return False
        try:
            return (self.head or self.read)(len(_ZIP) if self.head else MAX_NOTEBOOK_BYTES).startswith(_ZIP)
        except (NotANotebook, OSError):
            return False


def zip_named(name: str) -> bool:
    """Whether a file is an archive by its name."""
    return name.lower().endswith(".zip")


def _order(name: str) -> tuple[bool, str]:
    """Puts what may be a notebook, or hold one, in front."""
    return not (".ipynb" in name.lower() or zip_named(name)), name


def hidden(name: str) -> bool:
    """Whether a name is that of something which systems leave behind, and nobody hands in. On Moodle people
    may be called so that their name begins with a point.
    """
    return (name.startswith(".") and not _ON_MOODLE.match(name)) or name in (
        "__MACOSX",
        "__pycache__",
        "Thumbs.db",
        "desktop.ini",
    )


def shown_name(name: str) -> str:
    """A file's name as text that can be stored and shown: bytes of another encoding become escapes."""
    try:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode("utf-8")


# ---- folders
# ------------------------------------------------------------------------------------------------------


def in_folder(root: Path) -> list[Entry]:
    """What lies beneath a folder; raises UsageError where that itself can't be read, or holds too much."""
    try:
        with os.scandir(root) as found:
            outermost = sorted((item for item in found if not hidden(item.name)), key=lambda item: item.name)
    except OSError as error:
        mend = "name the folder or the zip that holds the submissions with --submitted DIR"
        raise UsageError(f"{root} can't be read: {error.strerror}", mend=mend) from None
    entries: list[Entry] = []
    for item in outermost:
        entries += _beneath(item)
        if len(entries) > MAX_ENTRIES:
            raise UsageError(f"{root} holds more than {MAX_ENTRIES} files", mend="is it the right one?")
    return entries


def _beneath(top: os.DirEntry[str]) -> list[Entry]:
    """One of the outermost files, or all that lies in one of the outermost folders, what lies further out
    first.
    """
    entries: list[Entry] = []
    waiting: deque[tuple[os.DirEntry[str], tuple[str, ...]]] = deque([(top, (top.name,))])
    listed = 0
    while waiting:
        if len(entries) >= MAX_OF_ONE or listed > _MAX_LISTED:
            return [*entries, _too_many(top.name)]
        item, parts = waiting.popleft()
        if not _is_folder(item):
            entries.append(_file(Path(item.path), parts))
        elif item.is_symlink():
            entries.append(faulty(parts, LINK))
        elif len(parts) > MAX_LEVELS:
            entries.append(faulty(parts[:4], f"it is nested deeper than {MAX_LEVELS} folders"))
        else:
            inner = _listed(item, parts, entries)
            waiting += [(one, (*parts, one.name)) for one in inner]
            listed += len(inner)
    return entries


def _listed(item: os.DirEntry[str], parts: tuple[str, ...], entries: list[Entry]) -> list[os.DirEntry[str]]:
    """What lies in a folder, in order; a folder that is empty, or can't be read, is an entry of its own."""
    try:
        with os.scandir(item.path) as found:
            inner = sorted(islice(found, _MAX_LISTED + 1), key=lambda one: _order(one.name))
    except OSError as error:
        entries.append(faulty(parts, f"the folder can't be read: {error.strerror}"))
        return []
    inner = [one for one in inner if not hidden(one.name)]
    if not inner:
        entries.append(_file(Path(item.path), parts, folder=True))
    return inner


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:  # a link in a circle
        return False


def _file(path: Path, parts: tuple[str, ...], folder: bool = False) -> Entry:
    try:
        modified = path.lstat().st_mtime
    except OSError:
        modified = 0.0
    return Entry(
        parts,
        modified,
        lambda longest: read_regular(path, longest),
        path,
        folder,
        head=lambda wanted: read_regular(path, 1 << 62, wanted),
    )


def faulty(parts: tuple[str, ...], why: str) -> Entry:
    """An entry that can't be looked into."""

    def read(_: int) -> bytes:
        raise NotANotebook(why)

    return Entry(parts, 0.0, read, folder=True, fault=why)


def _too_many(top: str) -> Entry:
    return faulty((top,), f"it holds more than {MAX_OF_ONE} files; the others were not looked at")


def read_regular(path: Path, longest: int, wanted: int | None = None) -> bytes:
    """The bytes of a plain file of a limited size, or the first few that are wanted of it. A link is not
    followed, and a pipe or a device is never waited for.

    Raises NotANotebook with the reason, or OSError.
    """
    try:
        handle = os.open(path, os.O_RDONLY | _CAREFULLY)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotANotebook("the file is a link to another; links are not followed") from None
        raise
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if stat.S_ISDIR(about.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(about.st_mode):
            raise NotANotebook("it is not a file but a pipe, a socket or a device")
        if about.st_size > longest:
            raise NotANotebook(f"the file has more than {longest >> 20} MiB")
        return file.read(longest if wanted is None else wanted)


# ---- archives
# -----------------------------------------------------------------------------------------------------


def in_archive_of_one(data: bytes) -> list[Entry]:
    """The files of a student's own archive; none where it is none, or holds more files than anybody's."""
    if data.count(_CENTRAL) > MAX_OF_ONE:  # counted before Python's zipfile makes an object of each
        return []
    try:
        return list(_of_archive(zipfile.ZipFile(io.BytesIO(data))))
    except Exception:  # what is wrong with an archive surfaces as many kinds of exceptions
        return []


def in_archive(archive: zipfile.ZipFile) -> list[Entry]:
    """The files of the archive of a class; raises UsageError where there are too many for one."""
    if len(archive.infolist()) > MAX_ENTRIES:
        raise UsageError(f"the archive holds more than {MAX_ENTRIES} files", mend="is it the right one?")
    return list(_of_archive(archive))


def _of_archive(archive: zipfile.ZipFile) -> Iterator[Entry]:
    """What names of an archive say about folders above it is dropped; links and what is encrypted can't be
    read, and a name that no file system takes makes a fault of the folder around it.
    """
    for info in archive.infolist():
        if not info.filename or info.is_dir():
            continue
        parts = tuple(
            part for part in _name(info).replace("\\", "/").split("/") if part not in ("", "..", ".")
        )
        if not parts or any(map(hidden, parts)):
            continue
        sizes = [len(part.encode("utf-8", "replace")) for part in parts]
        if max(sizes) > MAX_NAME or len(parts) > MAX_LEVELS:
            if sizes[0] <= MAX_NAME:
                yield faulty(parts[:1], "a file in it has a name, or lies under one, that is too long")
            continue
        yield _packed(archive, info, parts)


def _packed(archive: zipfile.ZipFile, info: zipfile.ZipInfo, parts: tuple[str, ...]) -> Entry:
    return Entry(
        parts,
        _modified(info),
        lambda longest: _read(archive, info, longest),
        head=lambda wanted: _bytes_of(archive, info, wanted),
    )


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
    except (ValueError, OverflowError):
        return 0.0


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, longest: int) -> bytes:
    """At most so much of a file. One that says that it is larger is not unpacked; that it is smaller is not
    believed.
    """
    data = b"" if info.file_size > longest else _bytes_of(archive, info, longest + 1)
    if max(len(data), info.file_size) > longest:
        raise NotANotebook(f"the file has more than {longest >> 20} MiB")
    return data


def _bytes_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo, wanted: int) -> bytes:
    """The first bytes of a file, so many of them; raises NotANotebook with the reason."""
    if stat.S_ISLNK(info.external_attr >> 16):
        raise NotANotebook("the file is a link to another; links are not followed")
    if info.flag_bits & 1:
        raise NotANotebook("the archive is locked with a password")
    if info.compress_type not in _UNPACKED:
        raise NotANotebook("the archive is packed in a way that is not read here; pack it as an ordinary zip")
    try:
        with archive.open(info) as file:
            return file.read(wanted)
    except Exception as error:  # what is wrong with an archive surfaces as many kinds of exceptions
        raise NotANotebook(f"the archive is damaged there: {str(error)[:200]}") from None


# ---- the outermost level
# ------------------------------------------------------------------------------------------


def by_outermost(entries: list[Entry]) -> dict[str, list[Entry]]:
    """The entries by the name of the outermost file or folder, of each at most MAX_OF_ONE, and those that
    lie further out rather than others.
    """
    tops: dict[str, list[Entry]] = {}
    for entry in entries:
        tops.setdefault(entry.parts[0], []).append(entry)
    for top, mine in tops.items():
        if sum(not entry.fault for entry in mine) > MAX_OF_ONE:
            faults = [entry for entry in mine if entry.fault]
            whole = sorted((e for e in mine if not e.fault), key=lambda e: (len(e.parts), _order(e.name)))
            tops[top] = [*whole[:MAX_OF_ONE], *faults[:MAX_OF_ONE], _too_many(top)]
    return tops


def without_outermost(entries: list[Entry]) -> list[Entry]:
    """The entries as they stand within the outermost folder, which they share."""
    return [replace(entry, parts=entry.parts[1:]) for entry in entries if len(entry.parts) > 1]
