"""How platforms name what they let a grader download: from a file's place in the download to whose it is, how
late, which attempt.

Canvas      musteranna_LATE_4711_998877_nn_recognition-1.ipynb   name, late, Canvas's number, the file's
number, the student's file
            anon_Xy12z_998877_nn_recognition.ipynb               where grading is anonymous
Moodle      Anna Muster_1327_assignsubmission_file/x.ipynb       name, the participant's number; older
versions end in `_file_`
            Anna Muster_1327_assignsubmission_file_x.ipynb       without folders
Gradescope  submission_556677/x.ipynb                            and submission_metadata.yml, which says whose
it is nbgrader    anna+nn_recognition+2026-11-02 12:00:00 UTC+x1/      the exchange; or
<student>/<assignment>/, its own layout flat        anna.ipynb
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import yaml

METADATA = "submission_metadata.yml"
_MOODLE = re.compile(
    r"(?P<who>.+)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?(?P<file>.*)", re.S
)
_CANVAS = re.compile(r"(?P<who>[^_].*?)_(?P<late>LATE_)?(?P<number>\d+)_(?P<attempt>\d+)_(?P<file>.+)", re.S)
_ANONYMOUS = re.compile(r"(?P<late>LATE_)?anon_(?P<number>[A-Za-z0-9]+)_(?P<attempt>\d+)_(?P<file>.+)", re.S)
_EXCHANGE = re.compile(r"(?P<who>[^+]+)\+(?P<assignment>[^+]+)\+(?P<when>[^+]+)(\+.*)?", re.S)
_COPY = re.compile(r"(-\d+|\s*\(\d+\))+(?=\.\w+$)")


class Named(msgspec.Struct, frozen=True):
    """What a file's place says. keys are the numbers and addresses that a platform knows the person by."""

    platform: str
    who: str
    file: str
    keys: dict[str, str] = {}
    late: bool = False
    submission: str = ""
    """Files of one submission belong together; of several submissions of one person the newest counts."""
    attempt: int = 0
    when: datetime | None = None


def names_of(
    parts: tuple[str, ...], assignment: str, metadata: Mapping[str, tuple[Named, ...]]
) -> tuple[Named, ...]:
    """Whose file it is that stands at a place in a download: several people for a group, nobody where it
    can't be told.

    metadata is what Gradescope's file says, by folder.
    """
    for depth, part in enumerate(parts):
        beneath = parts[depth + 1 :]
        if part in metadata and (beneath or len(parts) == 1):
            return tuple(
                msgspec.structs.replace(named, file=beneath[-1] if beneath else part)
                for named in metadata[part]
            )
        if (match := _MOODLE.fullmatch(part)) and (beneath or match["file"]):
            file = beneath[-1] if beneath else match["file"]
            return (Named("Moodle", match["who"], file, {"moodle": match["number"]}),)
        if (match := _EXCHANGE.fullmatch(part)) and beneath and match["assignment"] == assignment:
            return (
                Named("nbgrader", match["who"], beneath[-1], submission=part, when=moment(match["when"])),
            )
    if len(parts) >= 3 and parts[-2] == assignment:
        return (Named("nbgrader", parts[-3], parts[-1]),)
    return _from_file_name(parts[0]) if len(parts) == 1 else ()


def _from_file_name(name: str) -> tuple[Named, ...]:
    """A file in a flat folder: Canvas's, or one that bears the student's id."""
    if match := _ANONYMOUS.fullmatch(name):
        return (
            Named(
                "Canvas",
                "anon",
                match["file"],
                {"anonymous": match["number"]},
                bool(match["late"]),
                attempt=int(match["attempt"][:18]),
            ),
        )
    if match := _CANVAS.fullmatch(name):
        return (
            Named(
                "Canvas",
                match["who"],
                match["file"],
                {"canvas": match["number"]},
                bool(match["late"]),
                attempt=int(match["attempt"][:18]),
            ),
        )
    stem, dot, suffix = name.rpartition(".")
    return (Named("", stem, name),) if dot and suffix == "ipynb" and stem else ()


def original(file: str) -> str:
    """A file's name without what platforms and browsers add to a copy:

    `x-1.ipynb` and `x (2).ipynb` are x.ipynb.
    """
    return _COPY.sub("", file)


def moment(text: str) -> datetime | None:
    """A time as nbgrader's exchange writes it, whose zone is UTC unless a number says otherwise; None for
    what is no time.
    """
    kept = re.match(r"\s*(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)?\s*([+-]\d\d:?\d\d)?", text)
    if kept is None:
        return None
    try:
        found = datetime.fromisoformat(kept[1] + (kept[2] or "+00:00"))
    except ValueError:
        return None
    return found.astimezone(UTC)


class _Plain(yaml.SafeLoader):
    """YAML as values alone: what Ruby marks as its own objects is read as the table, list or text that it
    is.
    """


def _untagged(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return (
        loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else str(node.value)
    )


_Plain.add_multi_constructor("!", _untagged)


def read_metadata(text: str) -> dict[str, tuple[Named, ...]]:
    """Gradescope's submission_metadata.yml: by folder, the people who handed it in; raises ValueError
    where it can't be read.
    """
    try:
        raw = yaml.load(text, Loader=_Plain)  # a safe loader
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise ValueError(str(error).splitlines()[0]) from None
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
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _when(value: Any) -> datetime | None:
    """A time as YAML gives it: a time, a text, or what is left of one of Ruby's objects."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("utc", "time") if key in value), None)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return moment(_text(value))
