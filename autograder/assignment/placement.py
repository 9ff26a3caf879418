"""What belongs where in a notebook: the one rule, by which it is graded and by which a student checks it.

On the standard library alone: `chainrule release` pastes it into check_notebook.py.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from autograder.assignment.reading.prose import may_answer, plain, prose_in
from autograder.inside.names import bound_in, bound_names, completed_names, parsed

LOCKED = ("given", "test", "demo")
ANSWERS = ("solution", "by_hand")


@dataclass(frozen=True)
class Known:
    """A cell of the release: its id (empty for prose), its role, and its text as students get it."""

    id: str
    role: str
    text: str


@dataclass(frozen=True)
class Cell:
    """A cell as it was handed in. number counts from 1; kind is code, markdown or raw."""

    number: int
    kind: str
    id: str
    text: str


@dataclass(frozen=True)
class Place:
    """One cell of the notebook as it is graded: the release's cell, the student's, or both.

    text: the whole answer, where a write-up stands in several cells. added: what a student wrote into a
    locked cell and the original does not define.
    """

    known: Known | None
    cell: Cell | None
    text: str
    added: str = ""


@dataclass(frozen=True)
class Oddity:
    """What is to be said of a cell: repeated (first: where it stands as well), turned, changed, kept; shared,
    where nothing stands in a write-up and what does in cell first may be its answer too.
    """

    what: str
    cell: Cell
    known: Known
    first: int = 0


@dataclass
class Layout:
    """A notebook's cells in their places. used: by id, the number of the cell that stands for it; missing:
    what the notebook lacks and its author had to write, or its check.
    """

    places: list[Place] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    missing: list[Known] = field(default_factory=list)
    instead: dict[str, str] = field(default_factory=dict)
    """By the id of a write-up that is missing, the text of another's that may answer it too."""
    marked: bool = True
    """Whether any cell has an id still."""


def touched(text: str, known: Known) -> bool:
    """Whether a text is another than what was handed out."""
    return plain(text) != plain(known.text)


# ---- its cells beside the release's


def lay_out(cells: list[Cell], release: list[Known]) -> Layout:
    """Lay a notebook's cells beside the release's: by id, else by text."""
    layout = Layout(marked=any(cell.id for cell in cells))
    by_id = {known.id: known for known in release if known.id}
    by_text = {plain(known.text): known for known in release if known.role != "written"}
    headings = {heading: k for k in release if k.role == "prose" and (heading := _heading(k.text))}
    given = {name for known in release if known.role == "given" for name in bound_names(known.text)}
    for cell in cells:
        known = by_id.get(cell.id)
        if known is None and (cell.kind == "code" or plain(cell.text)):
            known = by_text.get(plain(cell.text)) or _edited_prose(cell, headings)
            if known is not None and (known.role == "prose") != (cell.kind == "markdown"):
                known = None
        _put(layout, cell, known, given)
    _find_write_ups(layout, release)
    _put_back(layout, release)
    return layout


def recognised(layout: Layout, cells: list[Cell], release: list[Known]) -> bool:
    """Whether a notebook is of this release: a cell still has one of its ids, or a question's text or check
    stands there. Given cells alone say nothing: every assignment imports NumPy.
    """
    roles = {known.id: known.role for known in release if known.id}
    mine = any(cell.id in roles for cell in cells)
    return mine or any(roles.get(name) in ("test", *ANSWERS, "written") for name in layout.used)


def _heading(text: str) -> str:
    first = plain(text).split("\n")[0]
    return first if first.startswith("#") else ""


def _edited_prose(cell: Cell, headings: dict[str, Known]) -> Known | None:
    return headings.get(_heading(cell.text)) if cell.kind == "markdown" else None


def _put(layout: Layout, cell: Cell, known: Known | None, given: set[str]) -> None:
    """Put one cell in its place, and take down what is odd about it."""
    if known is None or known.role == "prose":
        layout.places.append(Place(known, cell, cell.text))
        return
    if known.id in layout.used:
        layout.oddities.append(Oddity("repeated", cell, known, layout.used[known.id]))
        if known.role == "given" and completed_names(known.text):
            layout.places.append(Place(None, cell, known.text))  # it puts what was answered where it belongs
            return
        if known.role in LOCKED or (known.role in ANSWERS and not touched(cell.text, known)):
            return  # what was handed out says nothing twice, and a stub would undo the answer above it
        layout.places.append(Place(known if known.role == "written" else None, cell, cell.text))
        return
    if known.role in ANSWERS and cell.kind != "code":
        layout.oddities.append(Oddity("turned", cell, known))
        layout.places.append(Place(None, cell, cell.text))  # not run, but a person sees it
        return
    layout.used[known.id] = cell.number
    added = ""
    if known.role in LOCKED and touched(cell.text, known):
        mine = given | bound_names(known.text)
        added = additions(cell.text, mine, known.text) if cell.kind == "code" else ""
        layout.oddities.append(Oddity("kept" if added else "changed", cell, known))
    layout.places.append(Place(known, cell, cell.text, added))


def additions(text: str, before: set[str] | frozenset[str], original: str = "") -> str:
    """What of an edited locked cell defines names that no given cell defines, each in its own lines; and what
    was written into a class of the original that the class does not have there, put into it behind them.

    before: the names of the given cells and of the original.
    """
    tree = parsed(text)
    lines, kept = text.splitlines(), [""] * len(text.splitlines())
    classes, behind = _classes(parsed(original)), []
    for statement in tree.body if tree is not None else ():
        names = bound_in([statement])
        if isinstance(statement, (ast.Import, ast.ImportFrom)) and names & before and names - before:
            statement.names = [alias for alias in statement.names if not _brought_by(alias) & before]
            kept[statement.lineno - 1] = ast.unparse(statement)
        elif names and not names & before:
            _keep(kept, lines, statement)
        elif isinstance(statement, ast.ClassDef) and statement.name in classes:
            theirs = before | bound_in(classes[statement.name].body)
            for part in statement.body:
                if (names := bound_in([part])) and not names & theirs:
                    _keep(kept, lines, part)
                    behind += [f"{statement.name}.{name} = {name}" for name in sorted(names)]
    return "\n".join([*kept, *behind]).rstrip()


def _classes(tree: ast.Module | None) -> dict[str, ast.ClassDef]:
    return {one.name: one for one in (tree.body if tree else ()) if isinstance(one, ast.ClassDef)}


def _keep(kept: list[str], lines: list[str], statement: ast.stmt) -> None:
    """Put the lines of a statement where they stood, as far to the left as they go."""
    first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
    for at in range(first - 1, statement.end_lineno or first):
        blank = len(lines[at]) - len(lines[at].lstrip())
        kept[at] = lines[at][min(blank, statement.col_offset) :]


def _brought_by(alias: ast.alias) -> set[str]:
    return {(alias.asname or alias.name).split(".")[0]}


def _find_write_ups(layout: Layout, release: list[Known]) -> None:
    """Gather each write-up, wherever it was written: over several cells with its id, in new cells beside
    them, under the question's text, as a comment. What belongs to another question is never taken.
    """
    places = layout.places
    taken: set[int] = set()
    empty: list[int] = []
    for at, known in enumerate(release):
        if known.role != "written":
            continue
        before = release[at - 1] if at else None
        own = [i for i, place in enumerate(places) if place.known is known]
        stands = own or _where_it_belongs(places, release[:at])
        written: dict[int, str] = {}
        for i in stands:
            written.update(_prose_beside(places, range(i + 1, len(places)), release))
            written.update(_prose_beside(places, range(i - 1, -1, -1), release) if own else {})
        written = {i: text for i, text in written.items() if own or i not in taken}
        under = _under_the_question(places, before)
        mine = own or sorted(written)[:1] or (stands if under else [])
        if not mine:
            continue
        written.update((i, places[i].text) for i in own)
        texts = [text for _, text in sorted(written.items()) if touched(text, known)] or under
        first = places[mine[0]]
        assert first.cell is not None
        layout.used.setdefault(known.id, first.cell.number)
        for i in mine[1:]:
            places[i] = Place(None, places[i].cell, places[i].text)
        taken.update(written)
        empty += [] if texts else mine[:1]
        text = "\n\n".join(dict.fromkeys(filter(None, map(plain, texts)))) or first.text
        places[mine[0]] = Place(known, first.cell, text)
    _find_at_the_end(places, empty, taken, release)
    _find_in_others(layout, empty, release)


def _where_it_belongs(places: list[Place], above: list[Known]) -> list[int]:
    """Where a write-up stands of which nothing is left: behind what is left of the release above it."""
    there = {id(place.known): i for i, place in reversed([*enumerate(places)]) if place.known is not None}
    return [there[id(known)] for known in reversed(above) if id(known) in there][:1]


def _find_at_the_end(places: list[Place], empty: list[int], taken: set[int], release: list[Known]) -> None:
    """Give write-ups in which nothing stands what the student says below all that was handed out, where it
    is no other's: whose it is, a person sees.
    """
    end = max((i for i, place in enumerate(places) if place.known is not None), default=-1) + 1
    found = _prose_beside(places, range(end, len(places)), release)
    if not found or found.keys() & taken:
        return
    for i in empty:
        places[i] = Place(places[i].known, places[i].cell, "\n\n".join(map(plain, found.values())))


def _find_in_others(layout: Layout, empty: list[int], release: list[Known]) -> None:
    """Give write-ups in which nothing stands another's text, where that may answer both: a person sees."""
    places = layout.places
    answered = [p for p in places if p.known and p.known.role == "written" and touched(p.text, p.known)]
    for i in empty:
        known, cell = places[i].known, places[i].cell
        assert known is not None and cell is not None
        if not touched(places[i].text, known) and (other := _other_with(answered, known, release)):
            places[i] = Place(known, cell, other.text)
            layout.oddities.append(Oddity("shared", cell, known, other.number))
    for known in release:
        gone = known.role == "written" and known.id not in layout.used
        if gone and (other := _other_with(answered, known, release)):
            layout.instead[known.id] = other.text
            layout.oddities.append(Oddity("shared", other, known, other.number))


def _other_with(answered: list[Place], known: Known, release: list[Known]) -> Cell | None:
    """Another write-up's cell, with its whole text, that may answer this question too."""
    for place in answered:
        assert place.known is not None and place.cell is not None
        if may_answer(place.text, _asked(place.known, release), _asked(known, release), known.id):
            return replace(place.cell, text=place.text)
    return None


def _asked(known: Known, release: list[Known]) -> str:
    """What stands above a question in the release, down from the last cell that is no prose."""
    above: list[str] = []
    for one in reversed(release[: release.index(known)]):
        if one.role != "prose":
            break
        above.insert(0, one.text)
    return "\n".join(above)


def _prose_beside(places: list[Place], order: range, release: list[Known]) -> dict[int, str]:
    """What the student's own cells that come next say in words, by where they stand."""
    found = {}
    for i in order:
        text = _prose_of(places[i])
        if places[i].known is not None or (text and _is_of_the_release(text, release)):
            break
        if text:
            found[i] = text
    return found


def _prose_of(place: Place) -> str:
    """What a cell of the student's own says in words; empty where it is code that does something."""
    return plain(prose_in(place.text, is_code=place.cell is not None and place.cell.kind == "code"))


def _is_of_the_release(text: str, release: list[Known]) -> bool:
    """Whether most of a text stands in the release's prose: another question's, edited."""
    theirs = {line for known in release if known.role == "prose" for line in plain(known.text).split("\n")}
    lines = [line for line in text.split("\n") if line]
    return 2 * sum(line in theirs for line in lines) > len(lines)


def _under_the_question(places: list[Place], before: Known | None) -> list[str]:
    """What was added to the prose that precedes a write-up."""
    above = next((p for p in places if before is not None and p.known is before), None)
    if before is None or before.role != "prose" or above is None:
        return []
    lines = plain(before.text).split("\n")
    more = "\n".join(line for line in plain(above.text).split("\n") if line not in lines)
    return [more] if more.strip() else []


def _put_back(layout: Layout, release: list[Known]) -> None:
    """Add what the notebook lacks of the release, each after what comes before it there; a check whose answer
    is not in its own cell comes last, since that may stand anywhere.
    """
    in_place = {k.id.partition("_solution")[0] for k in release if k.role in ANSWERS and k.id in layout.used}
    previous = None
    for known in release:
        if not known.id:
            continue
        if known.id not in layout.used:
            layout.missing.append(known)
            if known.role == "test" and known.id not in in_place:
                layout.places.append(Place(known, None, known.text))
                continue
            after = next((i for i, p in enumerate(layout.places) if previous and p.known is previous), -1)
            text = known.text if known.role in LOCKED else layout.instead.get(known.id, "")
            layout.places.insert(after + 1, Place(known, None, text))
        previous = known


# ---- the order in which they run

P = TypeVar("P")


def in_running_order(places: Sequence[P], rank: Callable[[P], int], is_given: Callable[[P], bool]) -> list[P]:
    """The notebook's order, in which no cell runs before a given cell that precedes it in the release.

    rank: a cell's place in the release, 0 for a cell of the student's own.
    """
    waiting = sorted(filter(is_given, places), key=rank)
    order, reached = [], 0
    for place in places:
        reached = max(reached, rank(place))
        while waiting and rank(waiting[0]) <= reached:
            order.append(waiting.pop(0))
        if not is_given(place):
            order.append(place)
    return order + waiting
