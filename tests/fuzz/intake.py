"""Coverage-guided fuzzing of what reads what students hand in: archives, Gradescope's metadata, names, and folders full of any of it.

Run by `make fuzz`, as `wire` is: `python -m tests.fuzz.intake [zips|metadata|names|trees|rosters]`, one target or (none named) all of them by
turns. A finding is any exception but a refusal in words (ValueError of metadata, UsageError of a whole download or a class list), or a person
who is told by a name that stands below the outermost. Without atheris, `test_seeds` runs each target on its seeds.
"""
from __future__ import annotations

import io
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["autograder.handed_in"]):
    from autograder.handed_in import choosing, entries, intake, whose
    from autograder.handed_in.platforms import downloads

from autograder.assignment.loading import load_assignment
from autograder.errors import UsageError
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.roster import Student, read_roster, safe
from tests.tiny import NAME, make_course

COURSE = Path(tempfile.mkdtemp(prefix="chainrule-fuzz-course-"))
ASSIGNMENT = load_assignment(NAME, make_course(COURSE))
ROSTER = (Student("am1", "Anna Muster", "anna@x.edu", canvas="5", moodle="6"), Student("bo", "Bo Li"))
SEEDS = {
    "zips": [b"PK\x05\x06" + bytes(18)],
    "metadata": [b"s_1:\n  :submitters:\n  - :name: A\n    :email: a@x\n  :created_at: 2026-11-02 12:00:00 Z\n", b"a: &x {b: 1}\nc:\n  <<: *x\n", b"a: !!timestamp x\n"],
    "names": [b"a_1_2_x.ipynb\nb/tiny/x.ipynb", b"A B_1_assignsubmission_file_x.ipynb", b"a+tiny+2026-11-02 12:00:00 UTC+x/tiny.ipynb\ntimestamp.txt"],
    "trees": [b"a/tiny/tiny.ipynb\na/tiny/timestamp.txt\nb.ipynb\nsubmission_metadata.yml\n9999-12-31 23:59:59 -14:00"],
    "rosters": ["id,name,email\nam1,Anna Muster,anna@x.edu\n".encode("utf-16"), b"sep=;\nMatrikelnummer;Nachname;Vorname\n1;Li;Bo\n", b"Identifier,Full name,Email address,Status,Grade,Maximum Grade\nParticipant 6,Bo Li,bo@x,-,,70.00\n"],
}  # fmt: skip


def _archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("tiny/tiny.ipynb", "{}")
        archive.writestr("x_1_2_y.ipynb", "")
    return data.getvalue()


SEEDS["zips"].append(_archive())


def zips(data: bytes) -> None:
    """A student's own archive: whatever it is, its entries can be listed and read, or can't be in words."""
    for entry in entries.in_archive_of_one(data):
        try:
            entry.read(1 << 16)
        except (ValueError, OSError):
            continue
    _choose([choosing.Offered(_entry("x.zip", data), "x.zip"), choosing.Offered(_entry("x.ipynb", data), "x.ipynb")])


def _choose(offered: list[choosing.Offered]) -> None:
    choosing.choose(offered, ASSIGNMENT)


def _entry(place: str, data: bytes = b"") -> entries.Entry:
    return entries.Entry(tuple(place.split("/")), 0.0, lambda _: data)


def metadata(data: bytes) -> None:
    """Gradescope's file with anything in it."""
    try:
        found = downloads.read_metadata(data.decode("utf-8", "replace"))
    except ValueError:
        return
    for people in found.values():
        for named in people:
            assert safe(whose.made_id(named))
            whose.Places(ROSTER).find(named)


def names(data: bytes) -> None:
    """Places in a download: the outermost name alone says whose they are, and no two people get one id."""
    places = whose.Places(ROSTER)
    wanted = []
    for line in data.decode("utf-8", "replace").split("\n")[:20]:
        parts = tuple(part for part in line.split("/") if part) or ("x",)
        found = downloads.names_of(parts, NAME, {})
        for named in found:
            (other,) = downloads.names_of((parts[0], *(["z"] * (len(parts) - 1))), NAME, {}) or (named,)
            assert (other.who, other.keys) == (named.who, named.keys) or len(parts) == 1
            wanted.append((whose.identity_of(named), *(places.find(named) if places.find(named)[0] else (whose.made_id(named), whose.Surety.MADE))))
        choosing.original(parts[-1])
    ids, _ = whose.distinct(wanted)
    assert len(set(ids.values())) == len(ids)


def trees(data: bytes) -> None:
    """A folder with files of any names: each line but the last is a place, the last is what stands in them."""
    *lines, content = data.split(b"\n")
    folder = tempfile.mkdtemp(prefix="chainrule-fuzz-tree-")
    try:
        for line in lines[:12]:
            _put(folder.encode(), line, content)
        for roster in ((), ROSTER):
            try:
                with intake.taken_in(Path(folder), ASSIGNMENT, roster) as taken:
                    find_submissions(taken.folder, ASSIGNMENT)
            except UsageError:
                continue
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def rosters(data: bytes) -> None:
    """A class list of any bytes: students whose ids are safe, each once, or words that say why not."""
    with tempfile.NamedTemporaryFile(prefix="chainrule-fuzz-", suffix=".csv") as file:
        Path(file.name).write_bytes(data)
        try:
            found = read_roster(Path(file.name))
        except UsageError:
            return
    ids = [student.id for student in found]
    assert len(set(ids)) == len(ids) and all(map(safe, ids))


def _put(folder: bytes, line: bytes, content: bytes) -> None:
    parts = [part for part in line.replace(b"\0", b"").split(b"/") if part not in (b"", b".", b"..")]
    target = folder
    try:
        for part in parts[:-1][:8]:
            target += b"/" + part
            Path(target.decode("utf-8", "surrogateescape")).mkdir(exist_ok=True)
        if parts:
            Path((target + b"/" + parts[-1]).decode("utf-8", "surrogateescape")).write_bytes(content)
    except OSError:
        return


TARGETS: dict[str, Callable[[bytes], None]] = {"zips": zips, "metadata": metadata, "names": names, "trees": trees, "rosters": rosters}


def main() -> None:
    chosen = [name for name in sys.argv[1:] if name in TARGETS] or list(TARGETS)
    arguments = [argument for argument in sys.argv if argument not in TARGETS]

    def one(data: bytes) -> None:
        if data:
            TARGETS[chosen[data[0] % len(chosen)]](data[1:])

    try:
        with tempfile.TemporaryDirectory(prefix="chainrule-fuzz-") as corpus:
            for place, name in enumerate(chosen):
                for number, seed in enumerate(SEEDS[name]):
                    Path(corpus, f"{name}{number}").write_bytes(bytes([place]) + seed)
            atheris.Setup([*arguments, corpus], one)
            atheris.Fuzz()
    finally:
        shutil.rmtree(COURSE, ignore_errors=True)


if __name__ == "__main__":
    main()
