"""Students' pages as a zip in the form that a platform takes back: under the names that its download had.

Canvas  *Upload Submissions* (instructure/canvas-lms, Assignment#infer_comment_context_from_filename): parts
        between underscores, of which the first two that are numbers are the user's and that of a file of the
        submission
Moodle  *Upload multiple feedback files in a zip* (mod/assign/feedback/file/importziplib.php): a folder
        fullname_participant_plugintype_pluginname, and the file in it
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.handed_in.platforms.canvas import comes_back_to, of_several_readings
from autograder.handed_in.platforms.downloads import names_of
from autograder.handed_in.platforms.named import Named
from autograder.handed_in.roster import Student
from autograder.handed_in.whose import Places

_WHOSE = re.compile(rb'<title>.*?</title>|Feedback for <b>.*?</b>|<meta name="made-from" content="\w+">')
"""Where a page says whose it is and from what it was made; what students and graders write has no markup
there.
"""
_WHEN = (2020, 1, 1, 0, 0, 0)
"""The same pages make the same zip."""


@dataclass(frozen=True)
class HandedBack:
    """A zip, how many pages are in it, and why some are not, by student."""

    data: bytes
    pages: int
    left_out: dict[str, str]


def handed_back(
    platform: str,
    name: str,
    pages: Mapping[str, Path],
    places: Mapping[str, str],
    roster: tuple[Student, ...],
) -> HandedBack:
    """The pages of students, by id, under names made of the outermost ones of the download, by id too."""
    files: dict[str, bytes] = {}
    owners: dict[str, list[str]] = {}
    left_out = {}
    numbers = {one.id: (one.name or one.id, one.moodle) for one in roster if one.moodle}
    meant = of_several_readings(places.values(), Places(roster).called)
    groups = {place for place in places.values() if [*places.values()].count(place) > 1}
    for student, page in pages.items():
        place = places.get(student)
        if place is None:
            left_out[student] = "not in the download"
            continue
        folder = (
            _moodle(place, numbers.get(student), place in groups)
            if platform == "Moodle"
            else _canvas(place, meant.get(place, ()))
        )
        if not folder:
            left_out[student] = f"{platform} finds no number there that a file can come back under"
            continue
        target = f"{folder}{name}_feedback.html"
        text = page.read_bytes()
        if target in files and _WHOSE.sub(b"", text) != _WHOSE.sub(b"", files[target]):
            left_out[student] = (
                f"its group's file goes to all members, and its page differs from {owners[target][0]}'s"
            )
            continue
        files.setdefault(target, text)
        owners.setdefault(target, []).append(student)
    return HandedBack(_zip(files), sum(map(len, owners.values())), left_out)


def _canvas(place: str, meant: tuple[Named, ...]) -> str:
    """What stands before the student's file in a name of Canvas's download; empty where there is no file, and
    where Canvas would take the name for another user's.
    """
    both = (*meant, *names_of((place,), "", {}))
    named = next((one for one in both if one.platform == "Canvas"), None)
    if named is None or not named.attempt:
        return ""
    anonymous = "anonymous" in named.keys
    right = anonymous or comes_back_to(place) == (named.keys.get("canvas"), named.attempt)
    return place.removesuffix(named.file) if right else ""


def _moodle(place: str, known: tuple[str, str] | None, group: bool) -> str:
    """A folder of Moodle's download: the roster's number of the person, else that of the download, which is a
    group's in group work.
    """
    if known is not None:
        return f"{known[0].replace('_', ' ').replace('/', ' ')}_{known[1]}_assignsubmission_file/"
    named = next((one for one in names_of((place, "x"), "", {}) if one.platform == "Moodle"), None)
    if named is None or group or not named.keys:
        return ""
    return f"{named.who}_{named.keys['moodle']}_assignsubmission_file/"


def _zip(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for target, data in sorted(files.items()):
            info = zipfile.ZipInfo(target, _WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return made.getvalue()
