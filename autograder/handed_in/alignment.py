"""A notebook that was handed in, its cells laid beside the source's: the grader's side of `placement`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from autograder.assignment.nodes import Node, new_cell
from autograder.assignment.notebook import Role, SourceCell, grade_id_of
from autograder.assignment.placement import Cell, Known, Layout, Oddity, lay_out, recognised
from autograder.assignment.reading.prose import plain
from autograder.assignment.values import Assignment, solves
from autograder.handed_in.moment import up_to
from autograder.handed_in.running_order import running_order
from autograder.inside.names import bound_names
from autograder.inside.protocol import CellSource

_INSERTED = 10_000


@dataclass(frozen=True)
class Placed:
    """One cell of the notebook as it is graded: the source's cell, the student's, or both."""

    number: int
    source: SourceCell | None
    handed_in: Node | None
    added: str = ""
    """What a student wrote into a locked cell, as far as it defines names that the original does not."""

    @property
    def text(self) -> str:
        """The text that counts: the source's for locked cells, the student's for all others."""
        if self.source is not None and self.source.locked:
            return self.source.text
        return str(self.handed_in.source) if self.handed_in is not None else ""

    @property
    def runs(self) -> bool:
        """Whether it is code that was handed in."""
        return self.handed_in is not None and self.handed_in.cell_type == "code"


@dataclass(frozen=True)
class Submission:
    """A submission that was read. placed is empty where nothing of the assignment could be recognised."""

    student: str
    placed: tuple[Placed, ...]
    messages: tuple[str, ...]
    files: dict[str, bytes] = field(default_factory=dict)
    no_code: dict[str, int] = field(default_factory=dict)
    """Answers that were turned into Markdown or raw text: by the id of the cell, its number."""

    @property
    def readable(self) -> bool:
        return bool(self.placed)

    def cells(self) -> list[CellSource]:
        """The code cells to run, in order: the student's, and each given cell before what comes after it
        in the source.
        """
        return running_order(self.placed)

    def handed_in(self) -> tuple[tuple[str, bytes], ...]:
        """The files beside the notebook that the assignment lets students hand in: name and content."""
        return tuple(sorted(self.files.items()))

    def demo_names(self) -> frozenset[str]:
        """Names that are defined only in cells that are not run when grading."""
        skipped = [
            bound_names(p.text)
            for p in self.placed
            if p.source is not None and p.source.role in (Role.DEMO, Role.TEST)
        ]
        return frozenset().union(*skipped)

    def check_of(self, question: str) -> int | None:
        """The number of a question's last cell: its check, or an answer that stands below it."""
        known = [(p.number, p.source.id) for p in self.placed if p.source is not None]
        own = [number for number, name in known if name == question or solves(name, question)]
        return own[-1] if own else None

    def split(
        self, cells: list[CellSource], question: str
    ) -> tuple[list[CellSource], list[CellSource]] | None:
        """The cells up to a question's check, and those behind it; None where neither its check nor an
        answer to it is there.
        """
        check = self.check_of(question)
        return up_to(cells, check) if check is not None else None

    def turned(self, question: str) -> int:
        """The number of an answer's cell that is no code any more, so that it was not run; 0 where there is
        none.
        """
        return next((number for name, number in self.no_code.items() if solves(name, question)), 0)

    def unwritten(self, question: str) -> bool:
        """Whether a question's cells stand as they were handed out."""
        own = [p for p in self.placed if p.source is not None and solves(p.source.id, question) and p.runs]
        return bool(own) and all(plain(p.text) == plain(p.source.released) for p in own if p.source)

    def answer(self, identifier: str) -> str | None:
        """The student's text of a solution or write-up cell; None where it is missing or as it was handed
        out.
        """
        for placed in self.placed:
            if placed.source is not None and placed.source.id == identifier and placed.handed_in is not None:
                text = str(placed.handed_in.source)
                return None if plain(text) == plain(placed.source.released) else text
        return None


def align(
    student: str,
    notebook: Node,
    assignment: Assignment,
    messages: list[str],
    files: dict[str, bytes] | None = None,
) -> Submission:
    """Lay a notebook's cells beside the source's by grade id, else by text."""
    cells = [Cell(n, c.cell_type, grade_id_of(c), str(c.source)) for n, c in enumerate(notebook.cells, 1)]
    release = release_of(assignment.cells)
    layout = lay_out(cells, release)
    reason = _foreign(notebook, assignment, recognised(layout, cells, release))
    if reason:
        return Submission(student, (), (*messages, reason))
    older = older_release(notebook, assignment)  # of another release, locked cells may well differ
    said = [_says(o) for o in layout.oddities if not (older and o.what == "changed")]
    return Submission(
        student,
        _placed(layout, notebook, assignment.cells),
        (*messages, *said, *_missing(layout), *older),
        files or {},
        {o.known.id: o.cell.number for o in layout.oddities if o.what == "turned"},
    )


@lru_cache(maxsize=8)
def release_of(cells: tuple[SourceCell, ...]) -> list[Known]:
    """The cells of a release, as its check_notebook.py knows them."""
    return [Known(cell.id, cell.role.value, cell.released) for cell in cells]


def _placed(layout: Layout, notebook: Node, cells: tuple[SourceCell, ...]) -> tuple[Placed, ...]:
    at = {cell.id: i for i, cell in enumerate(cells) if cell.id}
    placed = []
    for place in layout.places:
        source = cells[at[place.known.id]] if place.known is not None and place.known.id else None
        if place.cell is None:
            assert source is not None
            instead = new_cell("markdown", place.text) if source.role is Role.WRITTEN and place.text else None
            placed.append(Placed(_INSERTED + at[source.id], source, instead))
            continue
        node = notebook.cells[place.cell.number - 1]
        if place.text != place.cell.text:
            node = Node({**node, "source": place.text})
        placed.append(Placed(place.cell.number, source, node, place.added))
    return tuple(placed)


def _says(oddity: Oddity) -> str:
    """What is odd about a cell, for the student."""
    number, name = oddity.cell.number, oddity.known.id
    if oddity.what == "repeated":
        return f"cell {number} repeats {name}, which stands in cell {oddity.first} too"
    if oddity.what == "shared":
        empty = (
            f"{name} is missing"
            if number == oddity.first
            else f"nothing is written in cell {number} ({name})"
        )
        return f"{empty}; what stands in cell {oddity.first} may answer it too, which a person sees"
    if oddity.what == "turned":
        return f"cell {number} ({name}) was turned into {oddity.cell.kind}; its code was not run"
    changed = f"cell {number} ({name}) is locked and was changed; the original was used"
    return f"{changed}, and what you added to it" if oddity.what == "kept" else changed


def _missing(layout: Layout) -> list[str]:
    missing = [
        known.id for known in layout.missing if known.role in ("solution", "by_hand", "written", "test")
    ]
    if not missing:
        return []
    if not layout.marked:
        written = [known.id for known in layout.missing if known.role == "written"]
        texts = [name for name in written if name not in layout.instead]
        lost = ["the cells have lost their nbgrader metadata; answers were found by the names they define"]
        return lost + ([f"no text was found for {', '.join(texts)}"] if texts else [])
    return [f"missing cells: {', '.join(missing)}"]


def older_release(notebook: Node, assignment: Assignment) -> list[str]:
    kit = notebook.metadata.get("chainrule")
    release = kit.get("release") if isinstance(kit, dict) else None
    if isinstance(release, str) and release != assignment.release:
        return ["it was made from another release of the assignment than the one it is graded by"]
    return []


def _foreign(notebook: Node, assignment: Assignment, recognised: bool) -> str:
    """Why nothing of the assignment can be recognised in a notebook; empty where something can."""
    kit = notebook.metadata.get("chainrule")
    named = kit.get("assignment") if isinstance(kit, dict) else None
    ours = {cell.id for cell in assignment.cells if cell.id}
    shared = ours & {grade_id_of(cell) for cell in notebook.cells}
    if isinstance(named, str) and named != assignment.name and 2 * len(shared) < len(ours):
        return f"this is the notebook of another assignment, {named[:60]}"
    if recognised:
        return ""
    wanted = {name.partition(".")[0] for question in assignment.auto for name in question.defines}
    if not any(wanted & bound_names(c.source) for c in notebook.cells if c.cell_type == "code"):
        return (
            "nothing of this assignment was found in the notebook: none of its cells, none of the "
            "names it asks for"
        )
    return ""
