"""A CSV file as it came: its rows, and what it takes to write it again in the same form."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError

_MAX_BYTES = 20 << 20
_BOM = "\ufeff"
_SEPARATOR = re.compile(r"\s*\"?sep=([,;|\t])\"?[,;|\t ]*(?:\r\n|\r|\n)", re.I)
"""A line above the headings by which spreadsheets are told the separator."""


@dataclass(frozen=True)
class Sheet:
    """The rows that hold something, the headings first, with every cell as it stands in the file."""

    path: Path
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    """By row, the line of the file in which it ends, from 1."""
    separator: str
    marked: bool
    """Whether the file begins with the byte order mark of UTF-8, by which spreadsheets know the encoding."""

    @property
    def people(self) -> tuple[tuple[str, ...], ...]:
        """The rows below the headings."""
        return self.rows[1:]

    def text(self, rows: Sequence[Sequence[str]]) -> str:
        """The text of a file with these rows in this one's form."""
        file = io.StringIO()
        csv.writer(file, delimiter=self.separator, lineterminator="\r\n").writerows(rows)
        return _BOM * self.marked + file.getvalue()


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file, cut at the separator that it names or its headings have most of; raises UsageError."""
    text = _decoded(_read(path))
    marked = text.startswith(_BOM)
    text = text.lstrip(_BOM)
    if "\0" in text:
        raise UsageError("the roster is not a text file", where=str(path), mend="save the spreadsheet as CSV")
    said = _SEPARATOR.match(text)
    text, above = (text[said.end() :], 1) if said else (text, 0)
    first = text.lstrip().partition("\n")[0]
    separator = said[1] if said else max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        found = [(above + reader.line_num, tuple(row)) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UsageError(f"not valid CSV: {error}", where=f"{path}:{above + reader.line_num}") from None
    return Sheet(path, tuple(row for _, row in found), tuple(line for line, _ in found), separator, marked)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError("the file is too large for a roster", where=str(path))
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"the roster can't be read: {error.strerror}",
            where=str(path),
            mend="name a CSV file with --roster",
        ) from None


def _decoded(data: bytes) -> str:
    """The text, in the encodings that spreadsheets write; the mark of UTF-8 stays in front."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
