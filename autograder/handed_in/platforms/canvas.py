"""Whose a file of Canvas's download is: all that its name can mean.

Canvas joins a sortable name, LATE, the user's number, the file's number and the name that the student gave
the file with underscores (instructure/canvas-lms, lib/content_zipper.rb). The sortable name, which students
may be allowed to choose, is in small letters, and has lost everything but letters, digits and underscores;
`_5_` is taken out of it before the blanks are. So a name may end in a number (`test_5`), may look as
if another user's number stood in it (`_ 5_ 9`), and what the student has called the file may look so too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from statistics import median_low

import msgspec

from autograder.handed_in.platforms.named import Named

_NUMBERS = re.compile(
    r"(?=_(?P<late>LATE_)?(?P<number>[1-9][0-9]*)"
    r"_(?:(?P<attempt>[1-9][0-9]*)_(?P<file>.+)|(?P<typed>(?:text|link)\.html)\Z))",
    re.S,
)
_SORTABLE = re.compile(r"[a-z0-9_\u0080-\U0010ffff]*")
_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?(?P<who>anon)_(?P<number>[A-Za-z0-9]+)"
    r"_(?:(?P<attempt>[0-9]+)_(?P<file>.+)|(?P<typed>(?:text|link)\.html))",
    re.S,
)
_ALIKE = 10
_GROWN = 10_000
"""Numbers of files grow: once there are so many, those of one assignment are not so many times another."""
_CLASS = 3
"""So many files tell how large their numbers are, whatever one of them claims."""


def readings(name: str) -> tuple[Named, ...]:
    """All that a file's name can mean where Canvas has made it, the person furthest to the left first."""
    found = []
    if match := _ANONYMOUS.fullmatch(name):
        found.append(_named("anonymous", match["who"], match))
    for match in _NUMBERS.finditer(name):
        if _SORTABLE.fullmatch(who := name[: match.start()]):
            found.append(_named("canvas", who, match))
    return tuple(found)


def _named(kind: str, who: str, match: re.Match[str]) -> Named:
    attempt = int((match["attempt"] or "0")[:18])
    file = match["file"] or match["typed"]
    return Named("Canvas", who, file, {kind: match["number"]}, bool(match["late"]), attempt=attempt)


def of_several_readings(names: Iterable[str], known: Collection[str] = ()) -> dict[str, tuple[Named, ...]]:
    """By name, whose it is, of those names of a download that by themselves can mean several people.

    known: the numbers of users in the roster, which decide where one of them alone is meant. Where several
    still may be, the name is nobody's but its own.
    """
    all_of = {name: made for name in names if (made := readings(name))}
    anonymous = all(_anonymous(made[0]) for made in all_of.values())
    found = {
        name: tuple(one for one in made if _anonymous(one) == anonymous) or made
        for name, made in all_of.items()
    }
    usual = [made[0].attempt for made in found.values() if made[0].attempt]
    several = {name: made for name, made in found.items() if len(all_of[name]) > 1}
    return {name: (_one_of(_likely(made, usual), known),) for name, made in several.items()}


def _anonymous(named: Named) -> bool:
    """Anonymous is a whole download, or nobody in it."""
    return "anonymous" in named.keys


def _likely(made: tuple[Named, ...], usual: Sequence[int]) -> tuple[Named, ...]:
    """Without those whose file would have a number that can't be beside the usual ones."""
    middle = median_low(usual) if len(usual) >= _CLASS else 0
    if middle < _GROWN:
        return made
    may_be = range(middle // _ALIKE, middle * _ALIKE)
    return tuple(one for one in made if not one.attempt or one.attempt in may_be) or made


def _one_of(made: tuple[Named, ...], known: Collection[str]) -> Named:
    """The one that is meant, or one who says that it can't be told."""
    mine = [one for one in made if one.keys.get("canvas") in known] or [*made]
    numbers = tuple(dict.fromkeys(value for one in mine for value in one.keys.values()))
    if len(numbers) == 1:
        return mine[0]
    last = mine[-1]
    (number,) = last.keys.values()
    who = f"{last.who}_{number}"
    late = all(one.late for one in mine)
    return msgspec.structs.replace(last, who=who, keys={}, late=late, one_of=numbers)


def comes_back_to(name: str) -> tuple[str, int]:
    """The numbers of the user and of the file that Canvas takes a name for when it is uploaded: the first two
    parts that are numbers (Assignment#infer_comment_context_from_filename).
    """
    numbers = [part for part in name.split("_") if re.fullmatch(r"[0-9]+", part)]
    return (numbers[0], int(numbers[1][:18])) if len(numbers) > 1 else ("", 0)
