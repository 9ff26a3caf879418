"""How platforms name what they let a grader download: from the outermost name of a place to whose it is, how
late, which attempt.

Canvas      musteranna_LATE_4711_998877_nn_recognition-1.ipynb   name, late, Canvas's number, the file's
            number, the student's file
            anon_Xy12z_998877_nn_recognition.ipynb               where grading is anonymous
            musteranna_4711_text.html, …_link.html               a text that was typed in, a link
Moodle      Anna Muster_1327_assignsubmission_file/x.ipynb       name, the participant's number; older
            versions end in `_file_`
            Anna Muster_1327_assignsubmission_file_x.ipynb       without folders
            Team 7_55_assignsubmission_file/x.ipynb              group work: the group and its number
Gradescope  submission_556677/x.ipynb                            and submission_metadata.yml beside it, which
            says whose it is
nbgrader    anna+nn_recognition+2026-11-02 12:00:00 UTC+x1/      the exchange
            <student>/<assignment>/                              its own layout
flat        anna.ipynb

What Blackboard and Brightspace write is in `listed`, and all that a name of Canvas can mean in `canvas`.

The outermost name alone says whose it is. All beneath it, and all of a file's name that a platform did not
write, is the student's, and nothing in it is read for identity.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import yaml

from autograder.handed_in.choosing import notebook_stem
from autograder.handed_in.entries import MAX_NAME
from autograder.handed_in.platforms.canvas import readings
from autograder.handed_in.platforms.named import Named

METADATA = "submission_metadata.yml"
MAX_METADATA_BYTES = 1 << 20
YEARS = range(1990, 2100)
"""Other years are nobody's, and those at the ends of the calendar have no hour in every zone."""
_CANVAS = re.compile(
    r"(?P<who>[^_].*?)_(?P<late>LATE_)?(?P<number>[0-9]+)"
    r"_(?:(?P<attempt>[0-9]+)_(?P<file>.+)|(?P<typed>(?:text|link)\.html))",
    re.S,
)
"""What Canvas has not written so, and a person has in its manner; `canvas` reads what it writes."""
_MOODLE = re.compile(
    r"(?P<who>.+?)(?:_(?P<number>[0-9]+))?_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)", re.S
)
_EXCHANGE = re.compile(r"(?P<who>[^+]+)\+(?P<assignment>[^+]+)\+(?P<when>[^+]+)(?:\+.*)?", re.S)


def names_of(
    parts: tuple[str, ...],
    assignment: str,
    metadata: Mapping[str, tuple[Named, ...]],
    folder: bool = False,
) -> tuple[Named, ...]:
    """Whose file it is that stands at a place in a download: several people for a group, nobody where it
    can't be told.

    metadata is what Gradescope's file says, or all names together, by the outermost one. folder: the last of
    the parts is a folder too.
    """
    outermost, file = parts[0], parts[-1]
    if len(outermost.encode("utf-8", "replace")) > MAX_NAME:
        return ()
    if outermost in metadata:
        inner = len(parts) > 1 or folder
        return tuple(
            msgspec.structs.replace(named, file=file if inner else named.file or file)
            for named in metadata[outermost]
        )
    inside = folder or len(parts) > 1
    on_moodle = _MOODLE.fullmatch(outermost)  # where people may be called `anna+nn_recognition+x`
    if inside and not on_moodle and (match := _EXCHANGE.fullmatch(outermost)):
        if match["assignment"] != assignment:
            return ()
        when = moment(match["when"])
        return (Named("nbgrader", match["who"], file, submission=outermost, when=when),)
    if platform := _by_platform(outermost, file, inside):
        return (platform,)
    if inside:
        return (Named("nbgrader", outermost, file),)
    found = notebook_stem(outermost)
    return (Named("", found, file),) if found else ()


def _by_platform(name: str, file: str, inside: bool) -> Named | None:
    """What Canvas or Moodle say by a name; Canvas makes no folders. Of a name that fits both, the one that
    finds the person furthest to the left is meant: what follows may be the student's.
    """
    match = _MOODLE.fullmatch(name)
    moodle = _by_moodle(match, file, inside) if match and (inside or match["file"]) else None
    canvas = None if inside else _by_canvas(name)
    if moodle is None or canvas is None:
        return moodle or canvas
    return min(canvas, moodle, key=lambda one: len(one.who))


def _by_moodle(match: re.Match[str], file: str, inside: bool) -> Named:
    """Those who are in no group of theirs have no number."""
    number = {"moodle": match["number"]} if match["number"] else {}
    return Named("Moodle", match["who"], file if inside else match["file"], number)


def _by_canvas(name: str) -> Named | None:
    if made := readings(name):
        return made[0]
    match = _CANVAS.fullmatch(name)
    if match is None:
        return None
    keys, late = {"canvas": match["number"]}, bool(match["late"])
    attempt = int((match["attempt"] or "0")[:18])
    return Named("Canvas", match["who"], match["file"] or match["typed"], keys, late, attempt=attempt)


def is_platform(parts: tuple[str, ...], assignment: str) -> bool:
    """Whether an outermost name is one that a platform or the exchange makes."""
    found = names_of(parts, assignment, {})
    return any(one.platform in ("Canvas", "Moodle") or bool(one.submission) for one in found)


def moment(text: str) -> datetime | None:
    """A time as nbgrader's exchange writes it, whose zone is UTC unless a number says otherwise; None for
    what is no time.
    """
    kept = re.match(r"\s*(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)?\s*([+-]\d\d:?\d\d)?", text)
    if kept is None:
        return None
    try:
        found = datetime.fromisoformat(kept[1] + (kept[2] or "+00:00"))
        return found.astimezone(UTC) if found.year in YEARS else None
    except (ValueError, OverflowError):
        return None


class _Texts(yaml.BaseLoader):
    """YAML as tables, lists and texts alone: no tag makes anything of them, and no table takes in another.

    An alias, by which a few bytes become many, is a short text again (Ruby writes a time twice so), and
    nothing else.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        alias = self.check_event(yaml.AliasEvent)
        found = super().compose_node(parent, index)
        if alias and not (isinstance(found, yaml.ScalarNode) and len(found.value) <= MAX_NAME):
            return yaml.ScalarNode("tag:yaml.org,2002:str", "")
        return found


def read_metadata(text: str) -> dict[str, tuple[Named, ...]]:
    """Gradescope's submission_metadata.yml: by folder, the people who handed it in; raises ValueError
    where it can't be read.
    """
    try:
        raw = yaml.load(text, Loader=_Texts)  # a safe loader
    except Exception as error:  # students' names stand in it, and PyYAML raises more than its own errors
        raise ValueError((str(error).splitlines() or [type(error).__name__])[0][:200]) from None
    found: dict[str, tuple[Named, ...]] = {}
    for folder, about in raw.items() if isinstance(raw, dict) else ():
        if isinstance(folder, str) and isinstance(about, dict):
            people = about.get(":submitters")
            made = (
                [_submitter(person, folder, about) for person in people if isinstance(person, dict)]
                if isinstance(people, list)
                else []
            )
            found[folder] = tuple(made) or (_submitter({}, folder, about),)
    return found


def _submitter(person: dict[Any, Any], folder: str, about: dict[Any, Any]) -> Named:
    keys = {"number": _text(person.get(":sid")), "email": _text(person.get(":email"))}
    who = _text(person.get(":name")) or keys["email"] or keys["number"] or folder
    known = {key: text for key, text in keys.items() if text}
    return Named("Gradescope", who, folder, known, submission=folder, when=_when(about.get(":created_at")))


def _text(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return "" if text in ("~", "null", "Null", "NULL") else text


def _when(value: Any) -> datetime | None:
    """A time: a text, or what is left of one of Ruby's objects."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("utc", "time") if key in value), None)
    return moment(_text(value))
