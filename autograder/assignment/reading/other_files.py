"""What lies in a notebook's place and is none: named by how its bytes begin, with what is to be done.

On the standard library alone: `chainrule release` pastes it into check_notebook.py.
"""

from __future__ import annotations

import re

_ITSELF = "hand in the .ipynb file itself"
_LEADS_ELSEWHERE = "a shortcut and not the notebook itself: hand in the file that it leads to"
_POINTER = "the file is a Git LFS pointer and not the notebook itself: hand in what `git lfs pull` brings"
_UNMERGED = (
    "the notebook can't be read: a merge in Git was not finished in it; hand in what comes of the merge"
)
_MARKS_OF_A_MERGE = ("\n<<<<<<< ", "\n>>>>>>> ")
_CUT = (
    "the notebook can't be read: it stops in the middle, as a copy does that was cut off; hand in a whole one"
)
_BY_BYTES = (
    (0, b"%PDF-", "a PDF"),
    (0, b"\xd0\xcf\x11\xe0", "a document of an older Office"),
    (0, b"\x89PNG", "a picture"),
    (0, b"\xff\xd8\xff", "a picture"),
    (0, b"GIF8", "a picture"),
    (8, b"WEBP", "a picture"),
    (0, b"II*\0", "a picture"),
    (0, b"MM\0*", "a picture"),
    (4, b"ftyphe", "a picture"),
    (4, b"ftypmif", "a picture"),
    (4, b"ftyp", "a film"),
    (0, b"\x1f\x8b", "an archive (gzip)"),
    (0, b"7z\xbc\xaf", "an archive (7z)"),
    (0, b"Rar!", "an archive (RAR)"),
    (0, b"\xfd7zXZ", "an archive (xz)"),
    (0, b"BZh", "an archive (bzip2)"),
    (257, b"ustar", "an archive (tar)"),
    (0, b"\0\5\x16\7", "what macOS keeps beside a file"),
    (0, b"SQLite format 3", "a database"),
    (0, b"\x80\4\x95", "a pickle of Python's"),
)
"""Where in a file these bytes stand, and what it is then."""
_IN_ZIPS = (
    (b"word/", "a Word document"),
    (b"xl/", "an Excel workbook"),
    (b"ppt/", "a presentation"),
    (b"opendocument", "a document of OpenOffice"),
    (b"", "a zip archive"),
)
_SHORTCUTS = (b"L\0\0\0\1\x14\2\0", b"book\0\0\0\0mark", b"bplist00")
_TEXTS_OF_SHORTCUTS = ("[InternetShortcut]", "[Desktop Entry]")
_PAGE = re.compile(r"(?:<!--.{0,2000}?-->\s{0,20})?<(?:!doctype html|html|head|body)\b", re.I | re.S)
_PYTHON = re.compile(
    r"^(?:# %%|# In\[|# -\*- coding|#!.{0,40}python|import \w+(?:[.]\w+)*(?: as \w+)?[ \t]*$"
    r"|from [\w.]+ import |def \w+\()",
    re.M,
)
_LINK = re.compile(r"(?:https?|file)://\S{3,2000}\Z")
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a]")
_HEAD = 20_000
"""So many bytes are looked at, at most."""


def other_file(data: bytes) -> str:
    """What a file is whose bytes do not begin as a text does, and what is to be done, as a clause; empty
    where it may be a notebook.
    """
    if data.startswith(_SHORTCUTS):
        return _LEADS_ELSEWHERE
    found = next((what for at, bytes_, what in _BY_BYTES if data[at : at + len(bytes_)] == bytes_), "")
    if data.startswith(b"PK\3\4"):
        found = next(what for part, what in _IN_ZIPS if part in data[:_HEAD] or part in data[-_HEAD:])
    return f"{found} and not the notebook: {_ITSELF}" if found else ""


def is_text(data: bytes) -> bool:
    """Whether bytes begin as a text does, in whatever alphabet."""
    return _CONTROL.search(data[:_HEAD]) is None


def other_text(text: str, at: int) -> str:
    """What a text is whose JSON can't be read, and what is to be done, as a sentence; empty where nothing
    but that can be said of it. at: where it can't be read any further.
    """
    start = text[:_HEAD].lstrip("\ufeff \t\r\n")
    if text.startswith("<<<<<<< ") or any(mark in text for mark in _MARKS_OF_A_MERGE):
        return _UNMERGED
    if start.startswith("version https://git-lfs"):
        return _POINTER
    if start.startswith(_TEXTS_OF_SHORTCUTS) or ("<plist" in start and "<key>URL</key>" in start):
        return f"the file is {_LEADS_ELSEWHERE}"
    if start.startswith("{") and not start.startswith("{\\rtf"):
        whole = text.rstrip().endswith("}") and at < len(text.rstrip())
        return "" if whole else _CUT
    kinds = {
        "a web page (HTML)": _PAGE.match(start),
        "a link": _LINK.match(start.rstrip()),
        "Python code (.py)": _PYTHON.search(start),
        "a text document (RTF)": start.startswith("{\\rtf"),
    }
    kind = next((kind for kind, found in kinds.items() if found), "a text")
    return f"the file is {kind} and not the notebook: {_ITSELF}"


def other_json(raw: object) -> str:
    """What a file in JSON is that is no notebook, and what is to be done, as a sentence."""
    if isinstance(raw, dict) and "url" in raw and ("doc_id" in raw or "google.com" in str(raw["url"])[:200]):
        return f"the file is a shortcut to a page of Google's and not the notebook itself: {_ITSELF}"
    return "the file is JSON, but not a notebook"
