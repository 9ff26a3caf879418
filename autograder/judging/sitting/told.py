"""How the place of a mistake is told: the line of the student's own answer and the piece of it that a change
mends, never the mend.
"""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass, replace

from autograder.edits.mending.of_entries import EXCHANGES
from autograder.edits.mending.of_twins import TWINS
from autograder.edits.mutants import Mutant
from autograder.inside.protocol import CellSource
from autograder.judging.findings import Diagnosis, Located

_CODE = 80
"""Characters that are shown of a place."""
_TINY = 8
"""A piece of fewer characters is shown with its line."""
WITH_A_NAME = (
    "Two mistakes together explain what is wrong; each is told as if it were alone. First: {} Second: look "
    "at line {} of your answer, {}: with {}, the first alone is left."
)


@dataclass(frozen=True)
class MendPlace:
    """A change of one of the student's cells."""

    cell: CellSource
    change: Mutant

    @property
    def changed(self) -> CellSource:
        return CellSource(self.change.text, self.cell.number, self.cell.kind)

    def in_another_line(self, other: MendPlace) -> bool:
        """Whether it is in the same cell, in another line."""
        return self.cell is other.cell and self.change.line != other.change.line

    @property
    def piece(self) -> tuple[str, str]:
        """What stands there, and how it is told."""
        change = self.change
        line = _short(self.cell.text.split("\n")[change.line - 1].strip() if change.line else "")
        before = _as_written(change.before, self.cell.text, change.line)
        code = line if change.holds_others or len(before) > _CODE else before
        where = f"`{code}` in `{line}`" if len(code) < _TINY and code != line else f"`{code}`"
        return code, where

    @property
    def decides(self) -> bool:
        """Whether what changes is in a condition, or is all that hangs on one."""
        heads = [n for n in _statements(ast.parse(self.cell.text)) if isinstance(n, ast.If | ast.While)]
        return any(n.lineno <= self.change.line <= (n.test.end_lineno or n.lineno) for n in heads)

    @property
    def either(self) -> list[MendPlace]:
        """This place and, where two statements change places, that of the other one, which could as well be
        moved; the earlier one first.
        """
        if self.change.partner is None:
            return [self]
        line, code = self.change.partner
        other = MendPlace(self.cell, replace(self.change, line=line, before=code, partner=None))
        return sorted([self, other], key=lambda place: place.change.line)

    @property
    def alone(self) -> bool:
        """Whether one line is all that changes."""
        return not self.change.other_lines

    @property
    def in_one_statement(self) -> bool:
        """Whether all lines that change belong to one statement, that holds no others: it is one place."""
        lines = {self.change.line, *self.change.other_lines}
        simple = [n for n in _statements(ast.parse(self.cell.text)) if not hasattr(n, "body")]
        return any(lines <= {*range(n.lineno, (n.end_lineno or n.lineno) + 1)} for n in simple)

    @property
    def once(self) -> str:
        """What is done there."""
        if not self.alone:
            others = [str(line) for line in self.change.other_lines]
            lines = f"{', '.join(others[:-1])} and {others[-1]}" if len(others) > 1 else others[0]
            what = "an exchange of what stands" if self.change.operator in EXCHANGES else "the same change"
            return f"{what} there and at line{'s' * (len(others) > 1)} {lines}"
        if self.change.operator in TWINS:
            return "the same change there and where the like of it is written"
        return "one change there"

    def before(self, other: MendPlace) -> MendPlace:
        """This place as it was before another change, on top of which it was found."""
        if self.cell.number != other.cell.number:
            return self
        cell, change = other.cell, self.change
        line = line_before(cell.text, self.cell.text, change.line) or other.change.line
        there = _line_of(change.before, cell.text, line)
        whole = change.holds_others or not there
        others = (line_before(cell.text, self.cell.text, other) for other in change.other_lines)
        known = tuple(line for line in others if line)
        return MendPlace(cell, replace(change, line=there or line, holds_others=whole, other_lines=known))


def located(found: list[MendPlace], *, given: bool) -> Located:
    """The place of the change, or both places where the same kind of change mends at either."""
    first = _every(found)[0]
    return Located(first.cell.number, first.change.line, first.piece[0], look_at(found, given=given))


def look_at(found: list[MendPlace], *, given: bool) -> str:
    """What is said of the place of a change, or of both places at either of which it mends."""
    first, *others = _every(found)
    either = "".join(f", or at line {other.change.line}, {other.piece[1]}" for other in others)
    return (
        f"Look at line {first.change.line} of your answer, {first.piece[1]}{either}: with "
        f"{first.once}{_parts(given)} every check comes out right."
    )


def _every(found: list[MendPlace]) -> list[MendPlace]:
    """The places that are told: of one change that exchanges two statements, those of both."""
    return found[0].either if len(found) == 1 else found


def look_at_both(one: MendPlace, two: MendPlace, *, given: bool) -> str:
    """What is said of two places with a change at each, in the order of the answer."""
    one, two = sorted((one, two), key=lambda place: (place.cell.number, place.change.line))
    where = one.piece[1]
    other = "" if one.cell.number == two.cell.number else " of its other cell"
    both = f"{where}, and at line {two.change.line}{other}, {two.piece[1]}"
    if (one.cell.number, one.change.line, one.piece) == (two.cell.number, two.change.line, two.piece):
        both = f"{where}, twice"
    twins = any(place.change.operator in TWINS for place in (one, two))
    alike = ", the same where the like of it is written," if twins else _parts(given)
    where = f"Look at line {one.change.line} of your answer, {both}"
    return f"{where}: with one change at each{alike} every check comes out right."


def named_beside(name: Diagnosis, place: MendPlace) -> Diagnosis:
    """A name, and the place of what is wrong beside it."""
    return Diagnosis(name.id, WITH_A_NAME.format(name.says, place.change.line, place.piece[1], place.once))


def _parts(given: bool) -> str:
    return ", with right earlier parts," if given else ""


def line_before(original: str, changed: str, line: int) -> int:
    """The line of a cell at which a statement stood before the cell was changed and written anew; 0 for one
    that the change has made.
    """
    tree = ast.parse(original)
    text = ast.unparse(tree)
    old, new = text.split("\n"), changed.split("\n")
    same = difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    found = next((a + line - b for a, b, size in same if b < line <= b + size), 0)
    pairs = zip(_statements(tree), _statements(ast.parse(text)), strict=True)
    return next((node.lineno for node, there in pairs if there.lineno == found), 0)


def _line_of(code: str, text: str, line: int) -> int:
    """The line of a piece of code in the statement that a line belongs to; 0 where it isn't there."""
    around = [n for n in _statements(ast.parse(text)) if n.lineno <= line <= (n.end_lineno or n.lineno)]
    parts = (n for n in ast.walk(around[-1]) if isinstance(n, ast.expr | ast.stmt)) if around else iter(())
    return next((n.lineno for n in parts if " ".join(ast.unparse(n).split()) == code), 0)


def _as_written(code: str, text: str, line: int) -> str:
    """A piece of code as it stands in the student's line, quotation marks and spaces as they are; as Python
    writes it where it is not found there, or goes over lines.
    """
    nodes = (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.expr | ast.stmt) and n.lineno == line)
    found = next((n for n in nodes if " ".join(ast.unparse(n).split()) == code), None)
    written = ast.get_source_segment(text, found) if found is not None else None
    return code if written is None or "\n" in written else written


def _statements(tree: ast.Module) -> list[ast.stmt]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]


def _short(text: str) -> str:
    return text if len(text) <= _CODE else text[: _CODE - 1] + "…"
