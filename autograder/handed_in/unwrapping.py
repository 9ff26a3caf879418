"""What a download holds: its files, within whatever folders and archives lie around the whole."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePath

from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.handed_in.entries import (
    MAX_NAME,
    Entry,
    in_archive,
    in_folder,
    without_outermost,
    zip_named,
)
from autograder.handed_in.platforms.downloads import MAX_METADATA_BYTES, METADATA, is_platform, read_metadata
from autograder.handed_in.platforms.listed import listed
from autograder.handed_in.platforms.named import Named
from autograder.handed_in.whose import Places, found_by

_FOLDERS_AROUND = 3
"""So many may lie around a download: what unpacks an archive makes one more of them each time."""

_LISTS = (".csv", ".tsv", ".xlsx", ".xls", ".ods")
"""Files that no student's work comes as."""

Metadata = dict[str, tuple[Named, ...]]


@contextmanager
def files_of(path: Path, assignment: Assignment, places: Places) -> Iterator[list[Entry]]:
    if path.is_dir():
        inner = in_folder(path)
        with ExitStack() as opened:
            yield _several(inner, assignment, places, opened) or inner
        return
    with _opened(path) as archive:
        yield in_archive(archive)


def _several(inner: list[Entry], assignment: Assignment, places: Places, opened: ExitStack) -> list[Entry]:
    """The entries of all downloads, where a folder holds nothing but downloads of a platform, such as one
    for each section.
    """
    paths = [entry.path for entry in inner if entry.path is not None and zip_named(entry.name)]
    named = {entry.name[:-4] for entry in inner if zip_named(entry.name)}
    if any(is_platform((entry.name,), assignment.name) for entry in inner) or _known(
        named, places, assignment
    ):
        return []  # each is a student's
    if not paths or len(paths) < len(inner) or any(len(entry.parts) > 1 for entry in inner):
        return []
    found: list[Entry] = []
    for path in paths:
        try:
            packed = in_archive(opened.enter_context(_opened(path)))
            mine, _, _ = unwrapped(packed, assignment, False, Places(()))
        except UsageError:
            return []
        if not is_download(mine, assignment, gradescope_says(mine)[0] or listed(mine)):
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


def unwrapped(
    entries: list[Entry], assignment: Assignment, on_disk: bool, places: Places
) -> tuple[list[Entry], str, list[Entry]]:
    """The entries as they stand within the folders around the whole download, the name of the last of these,
    and what lies beside them: each is nobody's by its name, and the last holds several people's, or what a
    platform has named.
    """
    inner, beside = entries, list[Entry]()
    for around in range(_FOLDERS_AROUND):
        folders = {entry.parts[0] for entry in inner if len(entry.parts) > 1}
        stray = [entry for entry in inner if entry.parts[0] not in folders]
        if len(folders) != 1 or not all(_is_stray(entry, folders) for entry in stray):
            break
        (top,) = folders
        beside += stray
        inner = without_outermost([entry for entry in inner if entry.parts[0] == top])
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
        if flat or metadata or several or is_download(inner, assignment, listed(inner)):
            return inner, top, beside
    return entries, "", []


def _is_stray(entry: Entry, folders: set[str]) -> bool:
    """Whether a file beside the only folder is nobody's work: the archive that was unpacked into the folder,
    a list of the class.
    """
    if zip_named(entry.name):
        return entry.name[:-4] in folders
    return not entry.fault and PurePath(entry.name).suffix.lower() in _LISTS


def _known(names: set[str], places: Places, assignment: Assignment) -> int:
    """How many of the names are those of people in the roster."""
    short = [name for name in names if len(name) <= MAX_NAME]
    return sum(bool(found_by(Named("", name, ""), places, assignment.name)[0]) for name in short)


def gradescope_says(entries: list[Entry]) -> tuple[Metadata, list[str]]:
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


def is_download(entries: list[Entry], assignment: Assignment, metadata: Metadata) -> bool:
    named = any(one.platform for people in metadata.values() for one in people)
    return named or any(is_platform(entry.parts, assignment.name) for entry in entries)
