"""What the search for a mistake without a name finds: a name after all, which was hidden by a number; one
place; a name for what is left where a part was mended; or two places.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from autograder.inside.protocol import CellSource
from autograder.judging.diagnose import NamedMistake
from autograder.judging.findings import Diagnosis, Located
from autograder.judging.judged import Judged
from autograder.judging.sitting.alike import alike_but_for_amounts
from autograder.judging.sitting.locate import HALVES, Half, Search
from autograder.judging.sitting.told import located, look_at, look_at_both, named_beside

_NUMBER = re.compile(r"\de-?\d|0\.0")
Name = Callable[[Judged], NamedMistake | None]
"""What names the mistake in what was seen of a question."""


@dataclass(frozen=True)
class ToldOf:
    """What is told of a question: a place, a name, or a name beside a place; says: where it takes changes of
    several lines, since a place is where one is enough. mend: the changes, for graders alone; two: whether
    it takes more than one name or one place to explain what was lost.
    """

    mend: str
    located: Located | None = None
    diagnosis: Diagnosis | None = None
    says: str = ""
    two: bool = False


def find(search: Search, cells: list[CellSource], name: Name) -> ToldOf | None:
    """The place of a question's mistake, or those of its two mistakes; None where nothing is found."""
    places = search.places(cells)
    if not places:
        if (known := _but_for_a_guard(search, cells, name)) is not None:
            return known
        halves = sorted(search.halves, key=lambda half: len(half.left.lost))[:HALVES]
        for half in halves:
            found = _named(half, name)
            if found is None and half is halves[0]:  # it looks at all halves, and so once
                found = _both(search)
            found = found or _second(search, half, cells)
            if found is not None:
                return found
        places = search.places_left(cells)
    if not places:
        return None
    if alone := [place for place in places if place.alone]:
        return ToldOf(alone[0].change.says, located(alone, given=search.given))
    first = places[:1]
    says = look_at(first, given=search.given)
    return ToldOf(first[0].change.says, says=says, two=not first[0].in_one_statement)


def _but_for_a_guard(search: Search, cells: list[CellSource], name: Name) -> ToldOf | None:
    """A name for what was seen, where the misconception has another small number in the same place. A
    sentence that speaks of its number would not be true, nor one of what the other number alone decides: that
    a criterion refuses, where this one accepts.
    """
    for place, judged in search.with_other_guards(cells):
        named = name(judged) if alike_but_for_amounts(search.judged, judged) else None
        if named and not (named.two or named.besides or _NUMBER.search(named.diagnosis.says)):
            return ToldOf(place.change.says, diagnosis=named.diagnosis)
    return None


def _named(half: Half, name: Name) -> ToldOf | None:
    """A name for all that a change has left, of which some is as it was: else it may be the change's own."""
    named = None if half.touched else name(half.left)
    if named is None or named.two or named.besides:
        return None
    return ToldOf(half.place.change.says, diagnosis=named_beside(named.diagnosis, half.place), two=True)


def _both(search: Search) -> ToldOf | None:
    """Two places, each of which was found to mend a part."""
    if (two := search.both()) is None:
        return None
    mend = "; ".join(place.change.says for place in two)
    return ToldOf(mend, says=look_at_both(*two, given=search.given), two=True)


def _second(search: Search, half: Half, cells: list[CellSource]) -> ToldOf | None:
    """A second place, on top of a first change."""
    first = half.place
    after = [first.changed if cell.number == first.cell.number else cell for cell in cells]
    further = search.after(half)
    places = further.places(after) or further.places_left(after)
    if not places:
        return None
    second = places[0].before(first)
    mend = f"{first.change.says}; {second.change.says}"
    return ToldOf(mend, says=look_at_both(first, second, given=search.given), two=True)
