"""Whose files are, where one name alone does not say it and all names together do: the downloads of
Blackboard and Brightspace, some of Canvas's files, and files that lie side by side.

Blackboard    Homework 1_amuster_attempt_2026-11-02-12-05-09_x.ipynb     title, user name, time, file
              Homework 1_amuster_attempt_2026-11-02-12-05-09.txt         about the attempt; its first line
                                                                         names the user
Brightspace   12345-67890 - Anna Muster - Nov 2, 2026 1205 PM/x.ipynb    the numbers of user and folder,
              12345-67890 - Anna Muster - Nov 2, 2026 1205 PM - x.ipynb  name, time; in folders, or flat
flat          anna.ipynb beside anna.zip, anna.pdf, anna.py              one person's

Their times are those of the site, in a zone that is not said: they tell which attempt is newer, and no more.
Sources: github.com/kwurst/bb-file-cleanup (README) for Blackboard's names; downloads of Brightspace's
assignments for its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import PurePath

from autograder.assignment.reading.opening import NotANotebook
from autograder.handed_in.choosing import is_notebook, notebook_stem
from autograder.handed_in.entries import (
    MAX_FILE_BYTES,
    MAX_NOTEBOOK_BYTES,
    Entry,
    in_archive_of_one,
    zip_named,
)
from autograder.handed_in.platforms.canvas import of_several_readings, readings
from autograder.handed_in.platforms.downloads import names_of
from autograder.handed_in.platforms.named import Named

_BLACKBOARD = re.compile(
    r"(?P<before>.+?_.+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|(?P<about>\.txt))", re.S
)
"""The attempt furthest to the left is meant: what follows may be the student's."""
_BRIGHTSPACE = re.compile(
    r"(?P<number>\d+)-\d+ ?- ?(?P<who>.+?) ?- ?(?P<when>[A-Z][a-z]{2} \d{1,2}, \d{4} \d{3,4} [AP]M)"
    r"(?: ?- ?(?P<file>.+))?",
    re.S,
)
_USER = re.compile(r"Name: .*\(([^()\s]+)\)\s*\Z")
BESIDE = (".zip", ".pdf", ".py", ".html", ".txt")
"""What people hand in beside a notebook, or in its place."""

Listed = dict[str, tuple[Named, ...]]


def listed(
    entries: Sequence[Entry],
    known: Collection[str] = (),
    called: Mapping[str, Collection[str]] | None = None,
) -> Listed:
    """By the outermost name, whose it is. known: ids of the roster; called: names by Canvas's number."""
    tops = dict.fromkeys(entry.parts[0] for entry in entries)
    files = [entry for entry in entries if len(entry.parts) == 1 and not entry.folder]
    if named := _blackboard(files) or _brightspace(list(tops)):
        return named
    return {**side_by_side(files, len(tops), known), **_canvas(files, called)}


def _canvas(files: Sequence[Entry], called: Mapping[str, Collection[str]] | None) -> Listed:
    """Those of Canvas's files whose names alone don't say whose they are."""
    names = [entry.name for entry in files]
    mine = [name for name in names if any(one.platform == "Canvas" for one in names_of((name,), "", {}))]
    return of_several_readings(mine, called)


def _blackboard(files: Sequence[Entry]) -> Listed:
    """Files of Blackboard, where every notebook and archive is named by it: in another platform's download
    one alone is called so by a student. Where no attempt's note names the user, the title is what all names
    begin with.
    """
    found = {entry.name: match for entry in files if (match := _BLACKBOARD.fullmatch(entry.name))}
    if any(entry.name not in found for entry in files if is_notebook(entry.name) or zip_named(entry.name)):
        return {}
    if _are_canvas_s(found):
        return {}
    users = {user for e in files if e.name in found and found[e.name]["about"] and (user := _user(e))}
    befores = {match["before"] for match in found.values()}
    title = _common(befores).rpartition("_")[0] if len(befores) > 1 else ""
    named: Listed = {}
    for name, match in found.items():
        mine = [user for user in users if match["before"].endswith(f"_{user}")]
        after = match["before"][len(title) + 1 :] if title else match["before"].rpartition("_")[2]
        who = max(mine, key=len) if mine else after
        when = int(match["when"].replace("-", ""))
        file = match["file"] or "about the attempt.txt"
        keys = {"login": who}
        named[name] = (Named("Blackboard", who, file, keys, submission=match["when"], attempt=when),)
    return named


def _are_canvas_s(names: Collection[str]) -> bool:
    """Whether names are rather Canvas's, and what looks like Blackboard's in them students': Canvas has
    another number for each, Blackboard one title for all.
    """
    made = [readings(name) for name in names]
    numbers = {tuple(one[0].keys.values()) for one in made if one}
    return bool(made) and all(made) and (len(numbers) > 1 or len(made) == 1)


def _common(texts: Collection[str]) -> str:
    """What all texts begin with: what the first and the last of them, by order, do."""
    first, last = min(texts), max(texts)
    alike = next((i for i, pair in enumerate(zip(first, last, strict=False)) if len({*pair}) > 1), len(first))
    return first[:alike]


def _user(about: Entry) -> str:
    """The user name in the first line, which Blackboard writes; empty where there is none."""
    try:
        first = about.read(MAX_FILE_BYTES).decode("utf-8", "replace").lstrip("\ufeff").partition("\n")[0]
    except (NotANotebook, OSError):
        return ""
    match = _USER.fullmatch(first.strip())
    return match[1] if match else ""


def _brightspace(tops: Sequence[str]) -> Listed:
    """Files or folders of Brightspace, with the page that lists them."""
    named: Listed = {}
    for top in tops:
        if match := _BRIGHTSPACE.fullmatch(top):
            when = _moment(match["when"])
            attempt = int(when.strftime("%Y%m%d%H%M")) if when else 0
            keys = {"brightspace": match["number"]}
            file = match["file"] or ""
            one = Named("Brightspace", match["who"], file, keys, submission=match["when"], attempt=attempt)
            named[top] = (one,)
    return named


def _moment(text: str) -> datetime | None:
    """A time such as `Nov 2, 2026 905 AM`."""
    padded = re.sub(r" (\d{3}) ([AP]M)$", r" 0\1 \2", text)
    try:
        return datetime.strptime(padded, "%b %d, %Y %I%M %p")
    except ValueError:
        return None


def side_by_side(files: Sequence[Entry], tops: int, known: Collection[str] = ()) -> Listed:
    """Files that are no notebooks, and somebody's by their name: of a person who has a notebook there, or is
    in the roster; or an archive with one notebook, where nothing but files lies side by side.
    """
    owners = {notebook_stem(entry.name) for entry in files} - {""}
    named: Listed = {}
    for entry in files:
        stem, suffix = PurePath(entry.name).stem, PurePath(entry.name).suffix.lower()
        if suffix not in BESIDE or is_notebook(entry.name) or names_of((entry.name,), "", {}):
            continue
        if stem in owners or stem in known or (len(files) == tops and _holds_one(entry)):
            named[entry.name] = (Named("", stem, entry.name),)
    return named


def _holds_one(entry: Entry) -> bool:
    """Whether it is an archive of one notebook."""
    if not (zip_named(entry.name) and entry.is_zip):
        return False
    try:
        inner = in_archive_of_one(entry.read(MAX_NOTEBOOK_BYTES))
    except (NotANotebook, OSError):
        return False
    return sum(is_notebook(one.name) for one in inner) == 1
