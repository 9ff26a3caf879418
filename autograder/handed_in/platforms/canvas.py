"""Whose a file of Canvas's download is: all that its name can mean.

Canvas joins a sortable name, LATE, the user's number, the file's number and the name that the student gave
the file with underscores (instructure/canvas-lms, lib/content_zipper.rb). The sortable name, which students
may be allowed to choose, is in small letters, and has lost everything but letters, digits and underscores;
`_5_` is taken out of it before the blanks are. So a name may end in a number (`test_5`), may look as
if another user's number stood in it (`_ 5_ 9`), and what the student has called the file may look so too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from statistics import median_low

import msgspec

from autograder.handed_in.platforms.named import Named, bare

_NUMBERS = re.compile(
    r"(?=_(?P<late>LATE_)?(?P<number>[1-9][0-9]*)"
    r"_(?:(?P<attempt>[1-9][0-9]*)_(?P<file>.+)|(?P<typed>(?:text|link)\.html)\Z))",
    re.S,
)
_SORTABLE = re.compile(r"[a-z0-9_\u0080-\U0010ffff]*")
_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?(?P<who>anon)_(?P<number>[1-9A-HJ-NP-Za-km-z]{5})"
    r"_(?:(?P<attempt>[0-9]+)_(?P<file>.+)|(?P<typed>(?:text|link)\.html))",
    re.S,
)
_ALIKE = 10
_GROWN = 10_000
"""Numbers of files grow: once there are so many, those of one assignment are not so many times another."""
_SHARD = 10**13
"""Where Canvas is spread over several databases, so many numbers belong to each."""
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


def of_several_readings(
    names: Iterable[str], called: Mapping[str, Collection[str]] | None = None
) -> dict[str, tuple[Named, ...]]:
    """By name, whose it is, of those names of a download that by themselves can mean several people.

    called: how people in the roster are called, by Canvas's number. They decide where number and name of one
    of them alone are met, who has no other file. Else the name is nobody's but its own.
    """
    all_of = {name: made for name in names if (made := readings(name))}
    anonymous = all(_anonymous(made[0]) for made in all_of.values())
    found = {
        name: tuple(one for one in made if _anonymous(one) == anonymous) or made
        for name, made in all_of.items()
    }
    usual = [made[0].attempt for made in found.values() if made[0].attempt]
    people = {name: _one_of_each(_likely(made, usual)) for name, made in found.items()}
    met = {name: _met(made, called or {}) for name, made in people.items()}
    times = Counter(_number(one) for one in met.values() if one is not None)
    told: dict[str, tuple[Named, ...]] = {}
    for name, made in people.items():
        one = met[name]
        sure = one is not None and (len(made) == 1 or times[_number(one)] == 1)
        if len(all_of[name]) > 1:
            told[name] = (one if one is not None and sure else _unsure(made),)
    return told


def _number(named: Named) -> str:
    return next(iter(named.keys.values()))


def _anonymous(named: Named) -> bool:
    """Anonymous is a whole download, or nobody in it."""
    return "anonymous" in named.keys


def _likely(made: tuple[Named, ...], usual: Sequence[int]) -> tuple[Named, ...]:
    """Without those whose file would have a number that can't be beside the usual ones."""
    middle = median_low(usual) if len(usual) >= _CLASS else 0
    if middle < _GROWN:
        return made
    may_be = range(middle // _ALIKE, middle * _ALIKE)
    return tuple(one for one in made if not one.attempt or one.attempt in may_be or _elsewhere(one)) or made


def _elsewhere(named: Named) -> bool:
    """Whether it may be somebody of another of Canvas's shards: user and file have numbers of that one."""
    number = _number(named)
    return named.attempt >= _SHARD and number.isdecimal() and int(number) >= _SHARD


def _one_of_each(made: tuple[Named, ...]) -> tuple[Named, ...]:
    """The first of each user's."""
    return tuple({_number(one): one for one in reversed(made)}.values())[::-1]


def _met(made: tuple[Named, ...], called: Mapping[str, Collection[str]]) -> Named | None:
    """The one who is meant; None where it can't be told.

    Whoever has the longest of the names may have made it so that it looks like that of another, and may be in
    the roster under another name: a shorter one is met only where the numbers of the others are not known.
    """
    if len(made) == 1:
        return made[0]
    known = [one for one in made if _number(one) in called]
    agreed = [one for one in known if bare(one.who) in called[_number(one)]]
    return agreed[0] if len(agreed) == 1 and agreed[0] is known[-1] else None


def _unsure(made: tuple[Named, ...]) -> Named:
    """One who says that it can't be told."""
    last, numbers = made[-1], tuple(map(_number, made))
    who, late = f"{last.who}_{_number(last)}", all(one.late for one in made)
    return msgspec.structs.replace(last, who=who, keys={}, late=late, one_of=numbers)


def comes_back_to(name: str) -> tuple[str, int]:
    """The numbers of the user and of the file that Canvas takes a name for when it is uploaded: the first two
    parts that are numbers (Assignment#infer_comment_context_from_filename).
    """
    numbers = [part for part in name.split("_") if re.fullmatch(r"[0-9]+", part)]
    return (numbers[0], int(numbers[1][:18])) if len(numbers) > 1 else ("", 0)
