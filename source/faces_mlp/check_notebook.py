"""Checks your notebook as it will stand when it is graded: from a clean start, from top to bottom, question by question.

    in a cell      import check_notebook; check_notebook.run()            save the notebook first
    in a terminal  python check_notebook.py [NOTEBOOK] [--all]            --all: training and demonstrations too

Everything happens on this computer, in a Python of its own that knows nothing of your session. The checks are the visible ones of the
notebook; the hidden ones are not here. The status is 0 when nothing is left to do, 1 when something is, 2 when there is no such notebook.
"""
from __future__ import annotations

import ast
import builtins
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ast
import re
from functools import lru_cache

_SHELL_LINE = re.compile(r"^(\s*)(?:[%!?]|[\w, \t]+=\s*[%!]).*$", re.M)


def parsed(text: str) -> ast.Module | None:
    """A cell as Python's tree, where magics and shell lines are passed over; None where it is no Python."""
    for candidate in (text, _SHELL_LINE.sub(r"\1pass", text)):
        try:
            return ast.parse(candidate)
        except (SyntaxError, ValueError):
            continue
        except (RecursionError, MemoryError):
            return None
    return None


@lru_cache(maxsize=512)  # what all submissions share is read once
def bound_names(text: str) -> frozenset[str]:
    """Names that a cell binds at its top level, read from its text; empty where it does not parse."""
    tree = parsed(text)
    return bound_in(tree.body) if tree is not None else frozenset()


def bound_in(statements: list[ast.stmt]) -> frozenset[str]:
    """Names that statements bind at their top level."""
    names: set[str] = set()
    waiting: list[ast.AST] = list(statements)
    local = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, local):  # what is local to them is not bound
            waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
    return frozenset(names)


import ast
import json
from dataclasses import dataclass, field
from typing import Any


MAX_DEPTH = 200
"""So many lists and objects may stand one inside another in a file that is handed in: far more than any
program writes. How deep Python's own parser goes depends on its version.
"""
LOCKED = ("given", "test", "demo")


class NotANotebook(ValueError):
    """The bytes that were handed in are no notebook; the text says what they are instead."""


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
    """What is to be said of a cell: repeated (first: where it stands as well), turned, changed, kept."""

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
    marked: bool = True
    """Whether any cell has an id still."""


def plain(text: str) -> str:
    """A text without what front ends change when they save: trailing blanks and line ends."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()


def touched(text: str, known: Known) -> bool:
    """Whether a text is another than what was handed out."""
    return plain(text) != plain(known.text)


# ---- a file's bytes


def opened(data: bytes) -> tuple[list[dict[str, Any]], dict[str, Any], list[str]]:
    """The cells and the metadata of a notebook's bytes, and what was unusual; raises NotANotebook.

    Each cell has cell_type, source (a text) and metadata of the type that they should be.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise NotANotebook("the file is empty")
    text, notes = _decoded(data)
    try:
        raw = json.loads(text)
        if "\\ud" in text.lower():  # half of a surrogate pair, perhaps: no program can write it
            raw = json.loads(json.dumps(raw, ensure_ascii=False).encode("utf-8", "replace"))
        if _is_deeper(raw, MAX_DEPTH):
            raise RecursionError
    except RecursionError:
        raise NotANotebook("the file is not a notebook: it is nested too deeply") from None
    except ValueError as error:
        raise NotANotebook(f"the file is not a notebook: its JSON is broken ({str(error)[:80]})") from None
    if not isinstance(raw, dict) or not ("cells" in raw or "worksheets" in raw):
        raise NotANotebook("the file is JSON, but not a notebook")
    if raw.get("nbformat") != 4:
        version = next((n for n in (1, 2, 3) if raw.get("nbformat") == n), None)
        older = f"the notebook is in the older format {version}; it was converted"
        notes.append(
            older if version else "the notebook does not say that it is in format 4; it was read as if it did"
        )
    cells = raw["cells"] if "cells" in raw else _cells_of_worksheets(raw["worksheets"])
    if not isinstance(cells, list):
        raise NotANotebook("the file is a notebook without a list of cells")
    return [_tidy(cell) for cell in cells if isinstance(cell, dict)], _mapping(raw.get("metadata")), notes


def _is_deeper(value: object, limit: int) -> bool:
    """Whether more than limit lists and objects stand one inside another."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        parts = [part for whole in level for part in (whole.values() if isinstance(whole, dict) else whole)]
        level = [part for part in parts if isinstance(part, (dict, list))]
    return bool(level)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    """Bytes as text: in Unicode, or else as Windows' editors of Western Europe save it."""
    encoding = json.detect_encoding(data)
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        if encoding != "utf-8-sig":
            return data.decode(encoding, "ignore").rstrip("\0"), [_says_encoding(encoding)]
        return data.decode(encoding).rstrip("\0"), []  # zeros: a sync that was cut short
    except UnicodeDecodeError:
        if not data.lstrip().startswith(b"{"):
            raise NotANotebook("the file is not a notebook: it is not text") from None
    return data.decode("cp1252", "replace").rstrip("\0"), [_says_encoding("cp1252")]


def _says_encoding(encoding: str) -> str:
    return f"the file is not in UTF-8, which notebooks are in; it was read as {encoding.upper()}"


def _cells_of_worksheets(worksheets: object) -> object:
    """The cells of a notebook in format 2 or 3, as those of format 4."""
    if not isinstance(worksheets, list):
        return None
    sheets = [_mapping(sheet).get("cells") for sheet in worksheets]
    cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet if isinstance(cell, dict)]
    return [
        {**cell, "source": cell.get("input", "")}
        if cell.get("cell_type") == "code"
        else {**cell, "cell_type": "markdown"}
        for cell in cells
    ]


def _tidy(cell: dict[str, Any]) -> dict[str, Any]:
    """The parts of a cell that are used, of the type that they should be."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    kind, count = cell.get("cell_type"), cell.get("execution_count")
    return {
        "cell_type": kind if kind in ("code", "markdown", "raw") else "raw",
        "source": source if isinstance(source, str) else "",
        "metadata": _mapping(cell.get("metadata")),
        "outputs": cell.get("outputs") if isinstance(cell.get("outputs"), list) else [],
        "execution_count": count if isinstance(count, int) else None,
        "attachments": _mapping(cell.get("attachments")),
    }


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def id_of(metadata: object) -> str:
    """The nbgrader id in a cell's metadata, or the empty text."""
    found = _mapping(_mapping(metadata).get("nbgrader")).get("grade_id")
    return found if isinstance(found, str) else ""


# ---- its cells beside the release's


def lay_out(cells: list[Cell], release: list[Known]) -> Layout:
    """Lay a notebook's cells beside the release's: by id, else by text."""
    layout = Layout(marked=any(cell.id for cell in cells))
    by_id = {known.id: known for known in release if known.id}
    by_text = {plain(known.text): known for known in release if known.role != "written"}
    headings = {heading: k for k in release if k.role == "prose" and (heading := _heading(k.text))}
    for cell in cells:
        known = by_id.get(cell.id)
        if known is None and (cell.kind == "code" or plain(cell.text)):
            known = by_text.get(plain(cell.text)) or _edited_prose(cell, headings)
            if known is not None and (known.role == "prose") != (cell.kind == "markdown"):
                known = None
        _put(layout, cell, known)
    _find_write_ups(layout, release)
    _put_back(layout, release)
    return layout


def recognised(layout: Layout, cells: list[Cell], release: list[Known]) -> bool:
    """Whether a notebook is of this release: a cell still has one of its ids, or a question's text or check
    stands there. Given cells alone say nothing: every assignment imports NumPy.
    """
    roles = {known.id: known.role for known in release if known.id}
    mine = any(cell.id in roles for cell in cells)
    return mine or any(roles.get(name) in ("test", "solution", "written") for name in layout.used)


def _heading(text: str) -> str:
    first = plain(text).split("\n")[0]
    return first if first.startswith("#") else ""


def _edited_prose(cell: Cell, headings: dict[str, Known]) -> Known | None:
    return headings.get(_heading(cell.text)) if cell.kind == "markdown" else None


def _put(layout: Layout, cell: Cell, known: Known | None) -> None:
    """Put one cell in its place, and take down what is odd about it."""
    if known is None or known.role == "prose":
        layout.places.append(Place(known, cell, cell.text))
        return
    if known.id in layout.used:
        layout.oddities.append(Oddity("repeated", cell, known, layout.used[known.id]))
        if known.role in LOCKED or (known.role == "solution" and not touched(cell.text, known)):
            return  # what was handed out says nothing twice, and a stub would undo the answer above it
        layout.places.append(Place(known if known.role == "written" else None, cell, cell.text))
        return
    if known.role == "solution" and cell.kind != "code":
        layout.oddities.append(Oddity("turned", cell, known))
        return
    layout.used[known.id] = cell.number
    added = ""
    if known.role in LOCKED and touched(cell.text, known):
        added = additions(cell.text, known.text) if cell.kind == "code" else ""
        layout.oddities.append(Oddity("kept" if added else "changed", cell, known))
    layout.places.append(Place(known, cell, cell.text, added))


def additions(text: str, original: str) -> str:
    """What of an edited locked cell defines names that the original does not, each in its own lines."""
    tree, before = parsed(text), bound_names(original)
    lines, kept = text.splitlines(), [""] * len(text.splitlines())
    for statement in tree.body if tree is not None else ():
        names = bound_in([statement])
        if names and not names & before:
            first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
            last = statement.end_lineno or first
            kept[first - 1 : last] = lines[first - 1 : last]
    return "\n".join(kept).rstrip()


def _find_write_ups(layout: Layout, release: list[Known]) -> None:
    """Gather each write-up, wherever it was written: over several cells with its id, in a new cell beside the
    stub, under the question's text, as a comment. What belongs to another question is never taken.
    """
    for at, known in enumerate(release):
        if known.role != "written":
            continue
        own = [i for i, p in enumerate(layout.places) if p.known is known]
        texts = [layout.places[i].text for i in own if touched(layout.places[i].text, known)]
        before = next((k for k in reversed(release[:at])), None)
        if not texts:
            own, texts = _beside(layout.places, own, before, known)
        if not own:
            continue
        first = layout.places[own[0]]
        assert first.cell is not None
        layout.used.setdefault(known.id, first.cell.number)
        text = "\n\n".join(dict.fromkeys(filter(None, map(plain, texts)))) or first.text
        for i in own[1:]:
            if layout.places[i].known is known:
                layout.places[i] = Place(None, layout.places[i].cell, layout.places[i].text)
        layout.places[own[0]] = Place(known, first.cell, text)


def _beside(
    places: list[Place], own: list[int], before: Known | None, known: Known
) -> tuple[list[int], list[str]]:
    """A write-up that does not stand in its own cell: where it stands, and its texts."""
    start = own[-1] if own else next((i for i, p in enumerate(places) if before and p.known is before), -1)
    if start < 0:
        return own, []
    found = []
    for i in range(start + 1, len(places)):
        if places[i].known is not None or (text := _prose_in(places[i])) is None:
            break
        if text:
            found.append((i, text))
    if own:
        for i in range(own[0] - 1, -1, -1):
            if places[i].known is not None or (text := _prose_in(places[i])) is None:
                break
            if text:
                found.insert(0, (i, text))
    if not found and before is not None and before.role == "prose":
        above = next((p for p in places if p.known is before), None)
        lines = plain(before.text).split("\n")
        more = [] if above is None else [n for n in plain(above.text).split("\n") if n not in lines]
        if own and any(map(str.strip, more)):
            return own, ["\n".join(more)]
    texts = [text for _, text in found if touched(text, known)]
    return own or [i for i, _ in found[:1]], texts


def _prose_in(place: Place) -> str | None:
    """What a cell of the student's own says in words; None where it is code that does something."""
    if place.cell is None or place.cell.kind != "code":
        return plain(place.text)
    tree = parsed(place.text)
    if tree is None or any(not _is_text(statement) for statement in tree.body):
        return None
    return plain(place.text)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(getattr(statement.value, "value", None), str)


def _put_back(layout: Layout, release: list[Known]) -> None:
    """Add what the notebook lacks of the release, each after what comes before it there."""
    previous = None
    for known in release:
        if not known.id:
            continue
        if known.id not in layout.used:
            after = next((i for i, p in enumerate(layout.places) if previous and p.known is previous), -1)
            layout.places.insert(after + 1, Place(known, None, known.text if known.role in LOCKED else ""))
            layout.missing.append(known)
        previous = known

RELEASE: dict = {}
SECONDS = 10.0
LONG_SECONDS = 600.0
MAX_BYTES = 50 << 20
INSIDE = "CHAINRULE_CHECKING"


# ---- called by people ---------------------------------------------------------------------------------------------


def run(notebook=None, all=False, seconds=SECONDS):
    """Check a notebook, the one beside this file where none is named, and print what was found.

    all: run the checks that train, and the demonstrations, as well.
    seconds: after so long a cell is stopped.
    """
    if os.environ.get(INSIDE):
        return  # this very cell, run by a check of its notebook
    if not RELEASE:
        print("(not run when grading)")
        return
    check(notebook, RELEASE, all, seconds)


def check(notebook, release, everything=False, seconds=SECONDS, out=print):
    """Check a notebook against a release and print the report; returns the exit status. release is None where none is at hand."""
    began = time.monotonic()
    try:
        found, data, folder, saved = _read(notebook, release)
    except FileNotFoundError as error:
        out(str(error))
        return 2
    try:
        cells, metadata = _parsed(data)
        release = release or _release_of(cells, metadata)
        notes = _notes_on_the_file(found, metadata, release, folder)
        placed = _lay_out(cells, release, notes)
    except ValueError as error:
        out(f"{found}: this can't be graded: {error}")
        return 1
    results, defined = _run_cells(placed, release, folder, everything, seconds)
    if not everything and (used := _demo_names(placed, results)):
        results, defined = _run_cells(placed, release, folder, everything, seconds, demos=True)
        notes += [f"`{name}` is defined in a demonstration alone (cell {at}): define it in a cell of your own too." for name, at in used]
    judge = _Judge(placed, results, defined, release, folder)
    rows = judge.waiting([judge.question(question) for question in release["questions"]])
    notes += judge.notes(everything, " ".join(sentence for _, _, sentence in rows))
    _report(found, saved, time.monotonic() - began, rows, notes, placed, everything, out)
    return 0 if all(state in ("done", "written", "not run") for state, _, _ in rows) else 1


def main(arguments):
    """The command line; returns the exit status."""
    if arguments[:1] == ["--child"]:
        return _child(Path(arguments[1]))
    names = [a for a in arguments if not a.startswith("-")]
    if len(names) > 1 or set(arguments) - {*names, "--all"}:
        print("usage: python check_notebook.py [NOTEBOOK] [--all]")
        return 2
    if not RELEASE:
        print("This copy belongs to no release: use the one that was handed out with the notebook, or `chainrule check NOTEBOOK`.")
        return 2
    return check(names[0] if names else None, RELEASE, "--all" in arguments)


# ---- the notebook as a file ---------------------------------------------------------------------------------------


def _read(notebook, release):
    """The notebook's name, its bytes, its folder, and how many seconds ago it was saved (None: just now)."""
    if notebook is None and (live := _from_colab()) is not None:
        return "the notebook in Colab", live, Path.cwd(), None
    path = Path(notebook) if notebook is not None else _nearest_notebook(release)
    if path.is_dir() or not path.exists():
        raise FileNotFoundError(f"There is no notebook {path}: name the file that you work in.")
    if path.stat().st_size > MAX_BYTES:
        raise FileNotFoundError(f"{path} has more than {MAX_BYTES >> 20} MiB, too much to be graded: clear its outputs and save it.")
    return path.name, path.read_bytes(), path.resolve().parent, max(0.0, time.time() - path.stat().st_mtime)


def _from_colab():
    """In Colab the notebook is no file: the page is asked for it, unsaved changes included."""
    if "google.colab" not in sys.modules:
        return None
    from google.colab import _message

    answer = _message.blocking_request("get_ipynb", request="", timeout_sec=30)
    return json.dumps(answer["ipynb"]).encode()


def _nearest_notebook(release):
    """The notebook that is open, where the front end says so, else the assignment's own file, here or beside this file."""
    session = getattr(builtins, "get_ipython", None)
    names = getattr(session(), "user_ns", {}) if session else {}
    opened = [names.get("__vsc_ipynb_file__"), Path(os.environ["JPY_SESSION_NAME"]).name if "JPY_SESSION_NAME" in os.environ else None]
    candidates = [Path(name) for name in opened if name and str(name).endswith(".ipynb")]
    candidates += [folder / f"{release['assignment']}.ipynb" for folder in (Path.cwd(), Path(__file__).parent)]
    return next((path for path in candidates if path.is_file()), candidates[-1])


def _parsed(data):
    """The cells and metadata of a notebook's bytes, as they are read when it is graded; raises ValueError saying what they are instead."""
    cells, metadata, _ = opened(data)
    return [_cell(number, cell) for number, cell in enumerate(cells, 1)], metadata


def _cell(number, raw):
    """The parts of a cell that matter here."""
    graded = raw["metadata"].get("nbgrader") if isinstance(raw["metadata"].get("nbgrader"), dict) else {}
    failed = any(isinstance(o, dict) and o.get("output_type") == "error" for o in raw["outputs"])
    count = raw["execution_count"]
    return {
        "number": number, "kind": raw["cell_type"], "code": raw["cell_type"] == "code", "text": raw["source"], "nbgrader": graded,
        "tags": raw["metadata"].get("tags") or [], "id": id_of(raw["metadata"]), "role": "own", "count": count, "worked": count is not None and not failed,
    }  # fmt: skip


def _release_of(cells, metadata):
    """What can be told of a release from the notebook alone: locked cells are taken as they are."""
    made = {"assignment": str((metadata.get("chainrule") or {}).get("assignment", "")), "release": "", "questions": [], "cells": [], "files": []}
    for cell in cells:
        about = cell["nbgrader"]
        if not cell["id"] or any(known["id"] == cell["id"] for known in made["cells"]):
            continue
        graded, solution = bool(about.get("grade")), bool(about.get("solution"))
        role = ("written" if graded else "solution") if solution else "test" if graded else "demo" if "demo" in cell["tags"] else "given"
        stub = role in ("solution", "written") and ("raise NotImplementedError" in cell["text"] or "in place of this line" in cell["text"])
        made["cells"].append({"id": cell["id"], "role": role, "text": cell["text"] if stub or role not in ("solution", "written") else ""})
        if graded:
            trains = "training" in cell["tags"]
            made["questions"].append({"id": cell["id"], "points": about.get("points", 0), "written": solution, "defines": [], "trains": trains})
    if not made["questions"]:
        raise ValueError("none of its cells belongs to a graded question. Is it the right file?")
    return made


def _notes_on_the_file(name, metadata, release, folder):
    notes = []
    kit = metadata.get("chainrule") if isinstance(metadata.get("chainrule"), dict) else {}
    if kit.get("assignment", release["assignment"]) != release["assignment"]:
        notes.append(f"It says that it is the notebook of {kit['assignment']}; it was checked as {release['assignment']}.")
    elif release["release"] and kit.get("release", release["release"]) != release["release"]:
        notes.append("It was made from another release than this check: get the newest files, and say so when you hand it in.")
    if release["assignment"] and name.endswith(".ipynb") and name != f"{release['assignment']}.ipynb":
        notes.append(f"Hand it in under the name {release['assignment']}.ipynb.")
    missing = [file for file in release["files"] if not (folder / file).exists()]
    if missing:
        notes.append(f"{', '.join(missing)} should lie beside the notebook: unpack the release again.")
    return notes


# ---- its cells beside the release's -------------------------------------------------------------------------------


def _lay_out(cells, release, notes):
    """The notebook's cells with the role each plays; locked ones as they were handed out, those that are gone put back."""
    by_number = {cell["number"]: cell for cell in cells}
    mine = [Cell(cell["number"], cell["kind"], cell["id"], cell["text"]) for cell in cells]
    released = [Known(known["id"], known["role"], known["text"]) for known in release["cells"]]
    layout = lay_out(mine, released)
    placed = [made for place in layout.places for made in _laid(place, by_number)]
    if not recognised(layout, mine, released) and not _answered(placed, release):
        raise ValueError(f"nothing of {release['assignment']} is in it: none of its cells, none of the names that it asks for")
    notes += [_odd(oddity, release) for oddity in layout.oddities]
    gone = [_called(vars(known)) for known in layout.missing if known.role != "demo"]
    if gone and not layout.marked:
        notes.append("All cells have lost what marks them as cells of this assignment. They are graded by the names that they define.")
    elif gone:
        notes.append(f"Missing from the notebook: {', '.join(gone)}. What is given and the checks were put back, as when grading.")
    return placed


def _laid(place, by_number):
    """One cell in its place, and behind it what was added to it, where it is locked."""
    known = place.known if place.known is not None and place.known.id else None
    blank = {"number": 0, "code": known is not None and known.role != "written", "count": None, "worked": False, "tags": []}
    cell = {**(by_number[place.cell.number] if place.cell else blank), "id": "", "role": "own", "text": place.text, "touched": False}
    if known is None:
        return [cell]
    cell.update(id=known.id, role=known.role, touched=place.cell is not None and touched(place.text, known))
    if known.role not in LOCKED:
        return [cell]
    cell.update(text=known.text, code=True)
    return [cell, {**cell, "id": "", "role": "own", "text": place.added}] if place.added else [cell]


def _odd(oddity, release):
    """What is odd about a cell, as a sentence."""
    number, known = oddity.cell.number, oddity.known
    if oddity.what == "repeated":
        return f"Cell {number} has the id of cell {oddity.first} ({known.id}): a copy. Delete one of them."
    if oddity.what == "turned":
        return f"Cell {number} is your answer to {_question_of(known.id, release)}, but no code cell any more: turn it into one."
    kept = ", with what you added to it" if oddity.what == "kept" else ""
    return f"Cell {number} ({_called(vars(known))}) is locked and was changed. Grading uses the original{kept}, and so did this check."


def _answered(placed, release):
    wanted = {name.partition(".")[0] for question in release["questions"] for name in question["defines"]}
    return any(wanted & bound_names(cell["text"]) for cell in placed if cell["code"])


def _called(known):
    kinds = {"given": "given", "test": "the check of", "demo": "a demonstration", "solution": "your answer", "written": "your text"}
    return f"{kinds[known['role']]} {known['id']}"


def _solves(cell_id, question):
    return cell_id == f"{question}_solution" or cell_id.startswith(f"{question}_solution_")


def _question_of(cell_id, release):
    return next((q["id"] for q in release["questions"] if q["id"] == cell_id or _solves(cell_id, q["id"])), "")


def _called_in(text):
    """What a cell calls, or hands on: functions and classes by name, and methods of its own class (self.name)."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return set()
    asked = {id(a) for n in nodes if isinstance(n, ast.Call) and getattr(n.func, "id", "") in ("isinstance", "issubclass") for a in n.args}
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and id(n) not in asked}
    return names | {n.attr for n in nodes if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "self"}


# ---- running it ---------------------------------------------------------------------------------------------------


def _run_cells(placed, release, folder, everything, seconds, demos=False):
    """How each cell ended, by its place in placed, and which of the names asked for there were, in a Python of its own.

    A cell that hangs or ends Python is left out of another start, so that it costs its own question alone.
    """
    trains = {question["id"] for question in release["questions"] if question["trains"]}
    run = []
    for place, cell in enumerate(placed):
        skipped = (cell["role"] == "demo" and not (everything or demos)) or (cell["id"] in trains and not everything)
        if cell["code"] and cell["text"].strip() and not skipped:
            slow = everything and (cell["role"] == "demo" or cell["id"] in trains)
            run.append({"place": place, "text": cell["text"], "seconds": LONG_SECONDS if slow else seconds})
    results, names = {}, [name for question in release["questions"] for name in question["defines"]]
    with tempfile.TemporaryDirectory(prefix="check-notebook-") as made:
        job, answers, trace = Path(made, "job.json"), Path(made, "answers"), Path(made, "trace")
        while True:
            job.write_text(json.dumps({"folder": str(folder), "cells": run, "names": names, "path": [str(answers), str(trace)]}), encoding="utf-8")
            for file in (answers, trace):
                file.write_text("", encoding="utf-8")
            said = _start(job)
            lines = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
            results.update({line["place"]: line for line in lines if "ended" in line})
            defined = next((line["names"] for line in lines if "names" in line), None)
            open_cells = {line["place"] for line in lines if "began" in line} - {line["place"] for line in lines if "ended" in line}
            if not open_cells:
                if defined is None:
                    raise RuntimeError(f"another Python could not be started for the check: {said[-500:]}")
                return results, defined
            stuck = open_cells.pop()
            results[stuck] = _stopped(stuck, next(cell for cell in run if cell["place"] == stuck)["seconds"], trace.read_text(encoding="utf-8"))
            run = [{**cell, "seconds": max(2.0, cell["seconds"] / 2)} for cell in run if cell["place"] != stuck]


def _start(job):
    """Run this file in another Python, which runs the cells; returns what it said on stderr."""
    settings = {"MPLBACKEND": "Agg", INSIDE: "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), "--child", str(job)], env={**os.environ, **settings},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        return process.communicate()[1].decode("utf-8", "replace")
    finally:
        process.kill()


def _stopped(place, seconds, trace):
    """What is known of a cell that did not end: where it was when its time was up, or that the process died."""
    frames = [[int(cell), int(line)] for cell, line in re.findall(r'File "<cell (\d+)>", line (\d+)', trace)]
    kind = "timeout" if "Timeout" in trace else "died"
    return {"place": place, "ended": True, "error": {"type": kind, "text": f"{seconds:g}", "name": "", "frames": frames}}


def _child(job_file):
    """Run the cells of a job and write down how each ended. This is the Python that knows nothing of the session."""
    import contextlib
    import faulthandler
    import types

    job = json.loads(job_file.read_text(encoding="utf-8"))
    os.chdir(job["folder"])
    sys.path[:] = [job["folder"], *(path for path in sys.path if path != str(Path(__file__).resolve().parent))]
    main = types.ModuleType("__main__")
    names, sys.modules["__main__"] = vars(main), main
    builtins.display = lambda *values, **options: None
    builtins.input = lambda prompt="": ""
    shell = _shell(main) if any(_needs_ipython(cell["text"]) for cell in job["cells"]) else None
    with open(job["path"][0], "a", encoding="utf-8") as answers, open(job["path"][1], "a", encoding="utf-8") as trace:

        def say(**line):
            answers.write(json.dumps(line) + "\n")
            answers.flush()

        for cell in job["cells"]:
            say(place=cell["place"], began=True)
            faulthandler.dump_traceback_later(cell["seconds"], exit=True, file=trace)
            error = None
            try:
                _execute(cell, names, shell)
            except BaseException as raised:
                error = _described(raised)
            faulthandler.cancel_dump_traceback_later()
            say(place=cell["place"], ended=True, error=error)
        found = {}
        for name in job["names"]:
            owner, _, member = name.partition(".")
            with contextlib.suppress(Exception):
                found[name] = callable(getattr(names[owner], member) if member else names[owner])
        say(names=found)
    os._exit(0)  # whatever threads and exit handlers the cells have left


def _execute(cell, names, shell):
    text = shell.transform_cell(cell["text"]) if shell is not None and _needs_ipython(cell["text"]) else cell["text"]
    code = compile(text, f"<cell {cell['place']}>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    waits = eval(code, names)
    if waits is not None:
        import asyncio

        asyncio.run(waits)


def _needs_ipython(text):
    try:
        compile(text, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return bool(re.search(r"^\s*[%!?]|\?\s*$|=\s*[%!]", text, re.M))
    return "get_ipython" in text


def _shell(main):
    """An IPython for cells with magics. It installs nothing and runs no other programs."""
    from IPython.core.interactiveshell import InteractiveShell

    class Shell(InteractiveShell):
        def enable_matplotlib(self, gui=None):
            return gui, "agg"

        def enable_gui(self, gui=None):
            return None

        def system(self, command):
            return None

        system_piped = system_raw = system

        def getoutput(self, *arguments, **options):
            return []

    shell = Shell.instance(user_module=main)
    shell.history_manager.enabled = False
    for magic in ("pip", "conda", "mamba", "uv"):
        shell.register_magic_function(lambda line: None, "line", magic)
    vars(main)["get_ipython"] = lambda: shell
    return shell


def _described(error):
    """An exception as text and places: the innermost frame first, in cells alone."""
    frames, at = [], error.__traceback__
    while at is not None:
        if match := re.fullmatch(r"<cell (\d+)>", at.tb_frame.f_code.co_filename):
            frames.insert(0, [int(match[1]), at.tb_lineno])
        at = at.tb_next
    if isinstance(error, SyntaxError) and (match := re.fullmatch(r"<cell (\d+)>", str(error.filename))):
        frames.insert(0, [int(match[1]), error.lineno or 1])
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except Exception:
        text = ""
    public = next(kind.__name__ for kind in type(error).__mro__ if not kind.__name__.startswith("_"))  # Python 3.13 has an _IncompleteInputError
    return {"type": public, "text": text[:600], "name": str(getattr(error, "name", None) or ""), "frames": frames}


# ---- what it means, question by question --------------------------------------------------------------------------


class _Judge:
    """Says of each question how far it is, from how the cells ended."""

    def __init__(self, placed, results, defined, release, folder):
        self.placed, self.results, self.defined, self.release, self.folder = placed, results, defined, release, folder

    def question(self, question):
        """(state, question, sentence): done, not yet, wrong, written or not run."""
        place = next(i for i, cell in enumerate(self.placed) if cell["id"] == question["id"])
        if question["written"]:
            written = self.placed[place]["touched"]
            return ("written", question, "a person reads it") if written else ("not yet", question, "nothing is written")
        mine = [i for i, cell in enumerate(self.placed) if _solves(cell["id"], question["id"])]
        untouched = not any(self.placed[i]["touched"] for i in mine)
        broken = next((error for i in mine if (error := self.error(i))), None)
        if broken:
            return "wrong", question, self.explained(broken, question["id"])
        if place not in self.results:
            return ("not yet", question, "") if untouched else ("not run", question, "it trains for a while; with --all, or all=True, it is run too")
        error = self.error(place)
        if error is None:
            return "done", question, ""
        owner = self.stub_owner(error)
        if owner == question["id"] or (untouched and not owner and error["type"] in ("NotImplementedError", "NameError")):
            return "not yet", question, ""
        if owner:
            return "not yet", question, f"it waits for {owner}, which is not written yet"
        if renamed := self.renamed(question):
            return "wrong", question, renamed
        says = self.explained(error, question["id"])
        if self.placed[place]["worked"] and "session" not in says and error["type"] not in ("timeout", "died"):
            says += " It was right in your session, which still holds what the notebook does not: restart the kernel and run all cells."
        return "wrong", question, says

    def waiting(self, rows):
        """The rows, where an answer that fails calls another that is not right: which of the two is at fault can't be told yet."""
        states, told = {question["id"]: state for state, question, _ in rows}, []
        for state, question, says in rows:
            unfinished = [other for other in self.used_by(question) if states[other] in ("wrong", "not yet")]
            if state == "wrong" and unfinished and self.runs_through(question):
                state, says = "not yet", f"it waits for {', '.join(unfinished)}, above. As things stand: {says}"
            told.append((state, question, says))
        return told

    def runs_through(self, question):
        """Whether a question's own cells run, and its check comes to an end."""
        ends = [self.error(i) for i, cell in enumerate(self.placed) if _solves(cell["id"], question["id"])]
        check = next(self.error(i) for i, cell in enumerate(self.placed) if cell["id"] == question["id"])
        return not any(ends) and (check or {}).get("type") not in ("timeout", "died")

    def used_by(self, question):
        """The questions above this one whose answers its own calls, itself or through a helper."""
        earlier, owners = [], {}
        for other in self.release["questions"]:
            if other["id"] == question["id"]:
                break
            earlier.append(other["id"])
            owners.update({name.removesuffix(".__init__"): other["id"] for name in other["defines"]})
        texts = [cell["text"] for cell in self.placed if _solves(cell["id"], question["id"])]
        helpers = [cell["text"] for cell in self.placed if cell["code"] and cell["role"] in ("given", "own")]
        seen = set()
        while texts:
            new = _called_in(texts.pop()) - seen
            seen |= new
            texts += [text for text in helpers if bound_names(text) & new]
        own = {name.rpartition(".")[0] for name in question["defines"]}
        used = {owners.get(name) or next((owners[f"{o}.{name}"] for o in own if f"{o}.{name}" in owners), "") for name in seen}
        return [other for other in earlier if other in used]

    def error(self, place):
        return (self.results.get(place) or {}).get("error")

    def stub_owner(self, error):
        """The question whose stub was reached, where that is how it ended."""
        if error["type"] != "NotImplementedError" or not error["frames"]:
            return ""
        place, line = error["frames"][0]
        return _question_of(self.placed[place]["id"], self.release) if "NotImplementedError" in self.line(place, line) else ""

    def renamed(self, question):
        """A sentence where a name that the question defines is missing, with what may be meant for it."""
        missing = next((name for name in question["defines"] if not self.defined.get(name)), None)
        if missing is None:
            return ""
        name = missing.rpartition(".")[2]
        own = [cell["text"] for cell in self.placed if cell["role"] in ("own", "solution") and cell["code"]]
        if "." in missing:
            expected = {n.rpartition(".")[2] for q in self.release["questions"] for n in q["defines"]}
            known = set(re.findall(r"^\s+def (\w+)", "\n".join(own), re.M)) - expected
        else:
            known = set().union(*map(bound_names, own)) - set().union(*(bound_names(cell["text"]) for cell in self.release["cells"]))
        close = _similar(name, known)
        return f"{missing} is not defined." + (f" Is it what you call {close}? Grading looks for {name}." if close else "")

    def explained(self, error, question=""):
        """One exception, or an end by force, as a sentence for the student; in a question, it is said where it comes from another's answer."""
        kind, text, frames = error["type"], error["text"], error["frames"]
        own = next((at for at in frames if self.placed[at[0]]["role"] in ("own", "solution")), None)
        mine = next((at for at in frames if _solves(self.placed[at[0]]["id"], question)), None) if kind == "timeout" else None
        at = mine or own or (frames[0] if frames else None)
        other = _question_of(self.placed[at[0]]["id"], self.release) if at and question else ""
        whose = f" (your answer to {other})" if other not in ("", question) else ""
        where = f" in {self.called(at[0])}{whose}, line {at[1]} (`{self.line(*at)}`)" if at else ""
        if kind == "timeout":
            return f"It was stopped after {text} seconds{where}. Is there a loop that does not end?"
        if kind == "died":
            return "It ended Python itself. What crashes, or calls exit, when this cell runs?"
        if kind == "NameError" and error["name"]:
            return self.name_explained(error["name"], frames) + (f" It is used{where}." if where else "")
        module = f"{error['name']}.py" if kind in ("ModuleNotFoundError", "ImportError") else ""
        for file in self.release["files"]:
            if not (self.folder / file).exists() and (file in text or file == module):
                return f"{file} is missing: it should lie beside the notebook. Unpack the release again."
        if kind == "AssertionError" and own is None and text:
            return text
        return f"{kind}{where}: {text}" if text else f"{kind}{where}."

    def name_explained(self, name, frames):
        """Why a name is unknown from a clean start: defined further down, or nowhere in the notebook any more."""
        top = frames[-1][0] if frames else 0
        code = [i for i, cell in enumerate(self.placed) if i > top and cell["code"] and cell["role"] != "demo"]
        below = next((i for i in code if name in bound_names(self.placed[i]["text"])), None)
        if below is not None:
            counts = self.placed[below]["count"], self.placed[top]["count"]
            session = " In your session it ran first." if None not in counts and counts[0] < counts[1] else ""
            return f"`{name}` is defined further down, in {self.called(below)}: move that up.{session}"
        if any(self.placed[place]["worked"] for place, _ in frames):
            return f"`{name}` is nowhere in the notebook: only your session still knows it, from a cell that was changed or deleted since."
        close = _similar(name, set().union(*(bound_names(cell["text"]) for cell in self.placed if cell["code"])))
        return f"`{name}` is not defined." + (f" Did you mean {close}?" if close else "")

    def notes(self, everything, told):
        """What stops in cells that belong to no question."""
        kinds = {"own": "your own", "given": "given", **({"demo": "a demonstration"} if everything else {})}
        for place, cell in enumerate(self.placed):
            error = self.error(place)
            if error and cell["role"] in kinds and error["type"] != "NotImplementedError":
                says = self.explained(error)
                if says not in told:
                    yield f"Cell {cell['number']} ({kinds[cell['role']]}) stops. {says}"

    def called(self, place):
        cell = self.placed[place]
        return f"cell {cell['number']}" if cell["number"] else _called(cell)

    def line(self, place, line):
        lines = self.placed[place]["text"].splitlines()
        return lines[line - 1].strip()[:100] if 0 < line <= len(lines) else ""


def _similar(name, known):
    """The name that was most likely meant, or the empty text."""
    bare = {other.replace("_", "").lower(): other for other in sorted(known)}
    return bare.get(name.replace("_", "").lower()) or next(iter(difflib.get_close_matches(name, sorted(known), 1)), "")


def _demo_names(placed, results):
    """Names that a cell missed and that a demonstration alone defines, with its number: those are run after all, as when grading."""
    missed = [result["error"]["name"] for result in results.values() if result["error"] and result["error"]["type"] == "NameError"]
    demos = {name: cell["number"] for cell in placed if cell["role"] == "demo" for name in bound_names(cell["text"])}
    others = set().union(*(bound_names(cell["text"]) for cell in placed if cell["code"] and cell["role"] != "demo"))
    return [(name, demos[name]) for name in dict.fromkeys(missed) if name in demos and name not in others]


# ---- telling it ---------------------------------------------------------------------------------------------------


def _report(name, saved, took, rows, notes, placed, everything, out):
    def line(text):
        out("".join(c if c.isprintable() else " " for c in text))

    line(f"{name}{_ago(saved)}, from a clean start ({took:.1f} s):")
    out("")
    width = max(len(f"{q['points']:g}") for _, q, _ in rows)
    for state, question, sentence in rows:
        line(f"  {state:8}{question['points']:>{width}g}  {question['id']}" + (f": {sentence}" if sentence else ""))
    out("")
    for note in notes:
        line(f"  * {note}")
    if notes:
        out("")
    states = [state for state, _, _ in rows]
    done, later = states.count("done") + states.count("written"), states.count("not run")
    demos = sum(cell["role"] == "demo" for cell in placed)
    left = "" if everything or not demos else f" {demos} demonstrations were not run."
    more = f", {later} trains and was left out" if later else ""
    line(f"{done} of {len(rows)} questions look right{more}.{left} Hidden checks try other shapes and values than these.")


def _ago(saved):
    if saved is None:
        return " as it stands"
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if saved >= 2 * size:
            return f" as saved {saved // size:.0f} {unit}s ago (save it first, if you have changed it since)"
    return " as saved just now" if saved < 10 else f" as saved {saved:.0f} seconds ago"


# ---- what was released --------------------------------------------------------------------------------------------

RELEASE.update({
    'assignment': 'faces_mlp',
    'release': '92a09595106757ec',
    'files': ['checks.py', 'diagrams.py', 'pictures.py', 'properties.py', 'standins.py', 'utils.py', 'faces.npz'],
    'questions': [
        {'id': 'init_nn', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['init_nn']},
        {'id': 'affine', 'points': 5.0, 'written': False, 'trains': False, 'defines': ['affine', 'affine_backward']},
        {'id': 'relu', 'points': 4.0, 'written': False, 'trains': False, 'defines': ['relu', 'relu_backward']},
        {'id': 'nn_forward', 'points': 6.0, 'written': False, 'trains': False, 'defines': ['nn_forward']},
        {'id': 'nn_backward', 'points': 9.0, 'written': False, 'trains': False, 'defines': ['nn_backward']},
        {'id': 'check_grad', 'points': 8.0, 'written': False, 'trains': False, 'defines': ['check_grad']},
        {'id': 'softmax', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['softmax']},
        {'id': 'evaluate', 'points': 6.0, 'written': False, 'trains': False, 'defines': ['evaluate']},
        {'id': 'nn_update', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['nn_update']},
        {'id': 'train', 'points': 8.0, 'written': False, 'trains': False, 'defines': ['train']},
        {'id': 'least_confident', 'points': 2.0, 'written': False, 'trains': False, 'defines': ['least_confident']},
        {'id': 'what_it_confuses', 'points': 3.0, 'written': True, 'trains': False, 'defines': []},
    ],
    'cells': [
        {'id': '', 'role': 'prose', 'text': '# A multilayer perceptron that reads faces\n\n*Chapter 3 of 5. 60 points.*\n\nThe first two chapters built layers, losses and a network with one hidden layer. Here two hidden layers look\nat small grey pictures of faces and name the expression. The layers come back in their shortest form; what\nis new is everything around them: a gradient check that takes any network, a training loop that takes any\nmodel, and the curves, weights and mistakes that tell what the network has learned.\n\nYou write eleven small parts. Each is a few lines of NumPy, and each is followed by a check that is silent\nwhen it finds nothing wrong. JupyterLab shows the check folded; click on it if you want to read it. Where\nyou are stuck, hints unfold under each question, from a nudge to the idea. Hidden tests then try other\nshapes and values: a single case, sizes that all differ, whole numbers. Arguments stay as they were, unless\nthe question says that they are written to.'},
        {'id': '', 'role': 'prose', 'text': '**If you start here.** A layer is a pair of functions: one computes its output, the other is given the\ngradient of the error $E$ with respect to that output and returns the gradients with respect to what went\nin. A gradient has the shape of what it is the gradient of, and what is used several times collects the sum\nof what comes back along each use. That is all that is needed of chapters 1 and 2. What they call `dout` is\ncalled `grad_y` here, $g_y$ in the formulas, because three layers need names for several gradients; it is\nthe same thing.'},
        {'id': 'imports', 'role': 'given', 'text': 'import os\n\n# Before NumPy is loaded: on matrices this small, threads cost more than they bring.\nos.environ.setdefault("OPENBLAS_NUM_THREADS", "1")\n\nimport matplotlib.pyplot as plt\nimport numpy as np\n\nimport checks\nimport diagrams\nimport pictures\nfrom standins import Spy, Toy, wide\nfrom utils import display_plot, load, load_data, save, show_confusion, show_faces\n\nplt.style.use("tableau-colorblind10")\nEXPRESSIONS = ["anger", "disgust", "fear", "happy", "sad", "surprise", "neutral"]'},
        {'id': '', 'role': 'prose', 'text': '## 1. The faces\n\nThe data are drawn faces in seven expressions, 48 x 48 pixels each: 3374 to train on, 419 for validation,\n385 for a final test. Head, pose, size, light and noise change from face to face, so that no single pixel\ngives an expression away. `load_data` returns six arrays:\n\n- `inputs_train`, `inputs_valid`, `inputs_test`: one row of $48 \\cdot 48 = 2304$ grey values in $[0, 1]$ a\n  face;\n- `target_train`, `target_valid`, `target_test`: one row of seven numbers a face, 1 at its expression and 0\n  elsewhere (*one-hot*).\n\nA file `toronto_face.npz` in the layout of the photographs that this exercise was first set on is used\ninstead where one lies beside the notebook.'},
        {'id': 'load_faces', 'role': 'demo', 'text': 'data = load_data("toronto_face.npz" if os.path.exists("toronto_face.npz") else "faces.npz")\ninputs_train, inputs_valid, inputs_test, target_train, target_valid, target_test = data\nfor name, inputs, target in zip(["train", "valid", "test"], data[:3], data[3:]):\n    grey = f"grey values from {inputs.min():.2f} to {inputs.max():.2f}"\n    print(f"{name:5}  inputs {inputs.shape}  target {target.shape}  {grey}")'},
        {'id': 'sample_faces', 'role': 'demo', 'text': 'labels = target_train.argmax(axis=1)\nsample = [np.flatnonzero(labels == k)[row] for row in range(3) for k in range(7)]\nshow_faces(inputs_train[sample], [EXPRESSIONS[k] for k in labels[sample]])'},
        {'id': '', 'role': 'prose', 'text': '*Figure 1. Three training faces of each expression, one expression a column. The brows and the mouth say\nmost, but where they are and how large differs from face to face. Fear and surprise share raised brows and\nwide eyes, anger and disgust lowered brows.*\n\n## 2. The network\n\nThe network is a dictionary, `model`, with three weight matrices and three biases. An example is a row, so a\nlayer multiplies from the right: $W$ has one row for each input of the layer and one column for each of its\nunits. With $D$ inputs, hidden layers of $H_1$ and $H_2$ units and $C$ outputs:\n\n| key | shape | starts as |\n| --- | --- | --- |\n| `W1` | $(D, H_1)$ | 0.1 times a standard normal |\n| `W2` | $(H_1, H_2)$ | 0.1 times a standard normal |\n| `W3` | $(H_2, C)$ | 0.01 times a standard normal |\n| `b1`, `b2`, `b3` | $(H_1,)$, $(H_2,)$, $(C,)$: one axis | zeros |\n\nRandom weights make the units of a layer different from one another; equal units would get equal gradients\nand stay equal. The last matrix is smaller, so that at first the seven scores are close together and no\nexpression is preferred. Write `init_nn`; `num_hiddens` is the list $[H_1, H_2]$, and any random generator\nwill do.'},
        {'id': '', 'role': 'prose', 'text': "*3 points, about 10 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nThree layers, and each lies between two neighbouring numbers of the list D, H1, H2, C.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`W1` $(D, H_1)$, `W2` $(H_1, H_2)$, `W3` $(H_2, C)$; a bias has as many entries as its weights have columns.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\n`np.random.randn(rows, columns)` is a standard normal; the last layer's factor is another one.\n\n</details>"},
        {'id': 'init_nn_solution', 'role': 'solution', 'text': 'def init_nn(num_inputs: int, num_hiddens: list[int], num_outputs: int) -> dict[str, np.ndarray]:\n    """Make the parameters of a network with two hidden layers.\n\n    num_inputs: D. num_hiddens: [H1, H2]. num_outputs: C.\n    Returns a dictionary with W1 (D, H1), W2 (H1, H2), W3 (H2, C), b1 (H1,), b2 (H2,), b3 (C,).\n    """\n    raise NotImplementedError'},
        {'id': 'init_nn', 'role': 'test', 'text': '@checks.run\ndef check():\n    for sizes in ((90, [80, 70], 60), (3, [5, 2], 4)):\n        fresh, (D, (H1, H2), C) = init_nn(*sizes), sizes\n        for name, size in (("W1", (D, H1)), ("W2", (H1, H2)), ("W3", (H2, C))):\n            checks.that(name in fresh, f"init_nn made no {name}.")\n            checks.shape(f"{name} of init_nn{sizes}", fresh[name], size,\n                         "one row an input of the layer, one column a unit")\n        for name, units in (("b1", H1), ("b2", H2), ("b3", C)):\n            checks.that(name in fresh, f"init_nn made no {name}.")\n            checks.close(f"{name} of init_nn{sizes}", fresh[name], np.zeros(units),\n                         "a bias has one axis and starts at zero")\n    fresh = init_nn(90, [80, 70], 60)\n    for name, scale in (("W1", 0.1), ("W2", 0.1), ("W3", 0.01)):\n        weights = np.asarray(fresh[name]) / scale\n        checks.close(f"the standard deviation of {name} / {scale}", weights.std(), 1,\n                     "a factor on a standard normal", 0.07)\n        checks.close(f"the mean of {name} / {scale}", weights.mean(), 0,\n                     "a normal around zero has both signs", 0.08)\n        checks.that(np.abs(weights).max() > 2.5,\n                    f"No weight of {name} is larger than 2.5 standard deviations: "\n                    "is it a normal distribution?")'},
        {'id': 'look_at_init_nn', 'role': 'demo', 'text': 'model = init_nn(2304, [16, 32], 7)\nfor name in ["W1", "b1", "W2", "b2", "W3", "b3"]:\n    print(f"{name}: shape {str(model[name].shape):10}  standard deviation {model[name].std():.3f}")'},
        {'id': '', 'role': 'prose', 'text': '## 3. The affine layer\n\nAn affine layer, without the cache of chapter 1: the backward pass gets the arrays it needs as arguments.\nWith $x$ of shape $(N, D)$, $w$ $(D, M)$, $b$ $(M,)$ and $y$ $(N, M)$:\n\n$$y = x\\,w + b$$\n\nThe backward pass is given $g_y = \\partial E / \\partial y$, of the shape of $y$, for some error $E$. Each\nentry of $w$ and $b$ was used by all $N$ examples, so their shares add up (chapter 1, question 2, derives\nthe products):\n\n$$g_x = g_y\\, w^\\top, \\qquad g_w = x^\\top g_y, \\qquad (g_b)_j = \\sum_{i=1}^{N} (g_y)_{ij}$$\n\nEach gradient has the shape of what it belongs to; $g_b$ has one axis. Any averaging over the batch is\nalready in $g_y$, so nothing is divided here.'},
        {'id': '', 'role': 'prose', 'text': '*5 points, about 15 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nFour formulas above, four results; two functions.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$g_y$ is $(N, M)$. Only one product of $g_y$ and $w$ is $(N, D)$, and only one of $x$ and $g_y$ is $(D, M)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nThree lines of NumPy in all. Nothing is divided by $N$.\n\n</details>'},
        {'id': 'affine_solution', 'role': 'solution', 'text': 'def affine(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:\n    """Compute y = x w + b for x (N, D), w (D, M), b (M,). Returns y, (N, M)."""\n    raise NotImplementedError\n\n\ndef affine_backward(\n    grad_y: np.ndarray, x: np.ndarray, w: np.ndarray\n) -> tuple[np.ndarray, np.ndarray, np.ndarray]:\n    """Compute the gradients of the error through y = x w + b.\n\n    grad_y: gradient with respect to y, (N, M). x: the layer\'s input, (N, D). w: its weights, (D, M).\n    Returns grad_x (N, D), grad_w (D, M), grad_b (M,).\n    """\n    raise NotImplementedError'},
        {'id': 'affine', 'role': 'test', 'text': '@checks.run\ndef check():\n    # two cases of three numbers, four outputs\n    x, b = np.array([[1.0, -2, 0], [3, 1, 2]]), np.array([10.0, 20, 30, 40])\n    w, grad_y = np.array([[1.0, 2, 0, -1], [0, -1, 2, 1], [2, 3, 1, 0]]), np.ones((2, 4))\n    grad_y[1] = [2, -1, 0, 4]\n    before = x.copy(), w.copy(), b.copy(), grad_y.copy()\n    checks.close("affine(x, w, b)", affine(x, w, b), [[11, 24, 26, 37], [17, 31, 34, 38]],\n                 "weighted sums of each row of x, and the bias added to every row")\n    grad_x, grad_w, grad_b = affine_backward(grad_y, x, w)\n    checks.close("grad_x", grad_x, [[2, 2, 6], [-4, 5, 1]],\n                 "(N, D): each entry of x collects from all outputs of its own case")\n    checks.close("grad_w", grad_w, [[7, -2, 1, 13], [0, -3, -2, 2], [4, -2, 0, 8]],\n                 "(D, M), summed over the cases, not averaged")\n    checks.close("grad_b", grad_b, [3, 0, 1, 5], "(M,), summed over the cases, not averaged")\n    for name, seen, was in zip(("x", "w", "b", "grad_y"), (x, w, b, grad_y), before):\n        checks.kept(name, seen, was)\n    # one case of two numbers, three outputs\n    x, w = np.array([[2, -3]]), np.array([[1, 0, 4], [2, -1, 1]])\n    checks.close("affine of a single case", affine(x, w, np.array([0, 0, -9])), [[-4, 3, -4]],\n                 "no size is written into the code")\n    grad_x, grad_w, grad_b = affine_backward(np.array([[0.5, 1, -1]]), x, w)\n    checks.close("grad_x of a single case", grad_x, [[-3.5, -1]])\n    checks.close("grad_w of a single case", grad_w, [[1, 2, -2], [-1.5, -3, 3]])\n    checks.close("grad_b of a single case", grad_b, [0.5, 1, -1], "(M,), one axis")'},
        {'id': 'look_at_affine', 'role': 'demo', 'text': 'faces, w, b = inputs_train[:5], model["W1"], model["b1"]\ny = affine(faces, w, b)\nfor name, array, gradient in zip("xwb", [faces, w, b], affine_backward(y, faces, w)):\n    print(f"{name} has shape {array.shape}, its gradient {gradient.shape}")'},
        {'id': '', 'role': 'prose', 'text': '## 4. ReLU\n\nBetween two affine layers stands the rectifier, entry by entry. `relu_backward` is given the gradient $g_y$\nwith respect to the activation and the value $x$ from *before* the activation:\n\n$$y_{ij} = \\max(x_{ij}, 0), \\qquad (g_x)_{ij} = \\begin{cases} (g_y)_{ij} & x_{ij} > 0 \\\\ 0 & x_{ij} < 0 \\end{cases}$$\n\nwith all four arrays of one shape. The sign of $x$ decides, whatever the sign of $g_y$. At exactly 0 either\ngradient will do. Leave `x` and `grad_y` as they were, and return new arrays: the network keeps the\nun-activated values for its backward pass, and a layer that overwrites them damages a result that was right\nwhen it was made.'},
        {'id': '', 'role': 'prose', 'text': '*4 points, about 10 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhat decides in the backward pass: the sign of `x`, or of `grad_y`?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nOne shape throughout.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\n`np.maximum` forward; a comparison, times `grad_y`, backward. Both make new arrays.\n\n</details>'},
        {'id': 'relu_solution', 'role': 'solution', 'text': 'def relu(x: np.ndarray) -> np.ndarray:\n    """Compute max(x, 0) entry by entry, in a new array of the shape of x."""\n    raise NotImplementedError\n\n\ndef relu_backward(grad_y: np.ndarray, x: np.ndarray) -> np.ndarray:\n    """Compute the gradient with respect to the un-activated input.\n\n    grad_y: gradient with respect to relu(x). x: the input of relu, of the same shape.\n    Returns the gradient with respect to x, of the same shape, in a new array.\n    """\n    raise NotImplementedError'},
        {'id': 'relu', 'role': 'test', 'text': '@checks.run\ndef check():\n    x, grad_y = np.array([[-2.0, 3, 0.5], [4, -0.1, -6]]), np.array([[5.0, -7, 2], [3, -1, 8]])\n    before = x.copy(), grad_y.copy()\n    checks.close("relu(x)", relu(x), [[0, 3, 0.5], [4, 0, 0]],\n                 "negative entries become 0, the others stay")\n    checks.kept("x", x, before[0])\n    checks.close("relu_backward(grad_y, x)", relu_backward(grad_y, x), [[0, -7, 2], [3, 0, 0]],\n                 "grad_y where x is positive, otherwise 0")\n    checks.kept("x", x, before[0])\n    checks.kept("grad_y", grad_y, before[1])\n    x = np.array([[3], [-1], [2], [-4]])  # four cases of one whole number\n    checks.close("relu of whole numbers", relu(x), [[3], [0], [2], [0]])\n    seen = relu_backward(np.array([[0.5], [0.25], [-1.5], [1.0]]), x)\n    checks.close("relu_backward where x holds whole numbers", seen, [[0.5], [0], [-1.5], [0]],\n                 "fractions of grad_y are kept")'},
        {'id': 'look_at_relu', 'role': 'demo', 'text': 'line = np.linspace(-2, 2, 201)\nplt.figure(figsize=(6, 2.5))\nplt.plot(line, relu(line), label="relu(x)")\nplt.plot(line, relu_backward(np.ones(201), line), "--", label="its derivative")\nplt.xlabel("x")\nplt.legend()\npictures.show(\n    "relu is zero for negative x and equals x for positive x; its derivative steps from 0 to 1 at zero."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 2. The rectifier passes what is positive and is flat below zero; its derivative (dashed) is 1 and 0\nthere.*\n\n## 5. The forward pass\n\nThree affine layers with two rectifiers between them. $x$ has shape $(N, D)$:\n\n$$z_1 = x W_1 + b_1, \\quad h_1 = \\mathrm{relu}(z_1), \\quad z_2 = h_1 W_2 + b_2, \\quad h_2 = \\mathrm{relu}(z_2), \\quad y = h_2 W_3 + b_3$$\n\nwith $z_1, h_1$ of shape $(N, H_1)$, $z_2, h_2$ of shape $(N, H_2)$ and $y$ of shape $(N, C)$. The $y$ are\n*scores*: any real numbers, without a rectifier and without a softmax. `nn_forward` returns all six arrays\nunder the keys `x`, `z1`, `h1`, `z2`, `h2`, `y`, because the backward pass will need them.'},
        {'id': '', 'role': 'prose', 'text': '*6 points, about 15 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nFive steps, in the order of the formula, each from the result of the last.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$(N, D) \\to (N, H_1) \\to (N, H_1) \\to (N, H_2) \\to (N, H_2) \\to (N, C)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nGive each of the five results its own name, and put all six arrays into a dictionary at the end. After the\nthird affine layer comes nothing.\n\n</details>'},
        {'id': 'nn_forward_solution', 'role': 'solution', 'text': 'def nn_forward(model: dict[str, np.ndarray], x: np.ndarray) -> dict[str, np.ndarray]:\n    """Run the network on a batch.\n\n    model: W1, b1, W2, b2, W3, b3. x: inputs, (N, D).\n    Returns a dictionary with x (N, D), z1 and h1 (N, H1), z2 and h2 (N, H2) and the scores y (N, C).\n    """\n    raise NotImplementedError'},
        {'id': '', 'role': 'prose', 'text': 'The checks of this section and the next use a network that is small enough to follow by hand.'},
        {'id': 'example', 'role': 'given', 'text': 'def example() -> tuple[dict, dict]:\n    """A network with one input and layers of 2, 3 and 2 units,\n    and what the cases 2 and -3 become on their way through it."""\n    model = {\n        "W1": np.array([[1.0, -1]]), "b1": np.array([0.0, 1]),\n        "W2": np.array([[2.0, 1, -1], [1, -3, 0]]), "b2": np.array([0.0, 0, 1]),\n        "W3": np.array([[1.0, 0], [0, -1], [2, 1]]), "b3": np.array([0.0, -5]),\n    }\n    passed = {\n        "x": np.array([[2.0], [-3]]),\n        "z1": np.array([[2.0, -1], [-3, 4]]), "h1": np.array([[2.0, 0], [0, 4]]),\n        "z2": np.array([[4.0, 2, -1], [4, -12, 1]]), "h2": np.array([[4.0, 2, 0], [4, 0, 1]]),\n        "y": np.array([[4.0, -7], [6, -4]]),\n    }\n    return model, passed'},
        {'id': 'draw_the_network', 'role': 'demo', 'text': 'diagrams.network(\n    [[2], [2, -1], [2, 0], [4, 2, -1], [4, 2, 0], [4, -7]],\n    [[3], [3, 0], [3, -2], [1, 1, 0], [1, 1, 1], [1, -1]],\n    [[[1, -1]], None, [[2, 1, -1], [1, -3, 0]], None, [[1, 0], [0, -1], [2, 1]]],\n    ["x", "z1", "h1", "z2", "h2", "y"],\n    "The small network on the case 2. Forward: z1 is (2, -1), h1 (2, 0), z2 (4, 2, -1), h2 "\n    "(4, 2, 0), y (4, -7). Back from err = (1, -1): (1, 1, 1) at h2, (1, 1, 0) at z2, (3, -2) "\n    "at h1, (3, 0) at z1 and 3 at x.")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 3. The small network with its first case, 2. Blue, in the circles: forward. Orange, below them:\nthe gradients for* `err` $= (1, -1)$*, from right to left; section 6 comes to them. The biases are (0, 1),\n(0, 0, 1) and (0, -5). Where a unit is off, nothing comes back through its rectifier.*'},
        {'id': 'nn_forward', 'role': 'test', 'text': '@checks.run\ndef check():\n    for (small, passed), what in ((example(), "two cases"), (wide()[:2], "one case of four numbers")):\n        before = {name: value.copy() for name, value in small.items()}\n        var = nn_forward(small, passed["x"])\n        checks.that(isinstance(var, dict) and set(var) >= set(passed),\n                    "nn_forward returns a dictionary with the keys x, z1, h1, z2, h2, y.")\n        for name, expected in passed.items():\n            checks.close(f\'nn_forward(model, x)["{name}"] of {what}\', var[name], expected,\n                         "z before a rectifier, h after it; y has neither rectifier nor softmax")\n        for name, value in before.items():\n            checks.kept(f\'model["{name}"]\', small[name], value, "nn_forward only reads the model")'},
        {'id': 'look_at_nn_forward', 'role': 'demo', 'text': 'var = nn_forward(model, inputs_train[:100])\nprint({name: value.shape for name, value in var.items()})\nprint("scores of the first face:", var["y"][0].round(3))'},
        {'id': '', 'role': 'prose', 'text': '## 6. The backward pass\n\nBackwards through the same five steps. `err` is $\\partial E / \\partial y$, of shape $(N, C)$; `var` is what\n`nn_forward` returned for the batch. Writing $g_a$ for $\\partial E / \\partial a$, the chain rule runs from\nright to left:\n\n$$g_y \\;\\to\\; (g_{h_2}, g_{W_3}, g_{b_3}) \\;\\to\\; g_{z_2} \\;\\to\\; (g_{h_1}, g_{W_2}, g_{b_2}) \\;\\to\\; g_{z_1} \\;\\to\\; (g_{W_1}, g_{b_1})$$\n\nAn arrow is one call of `affine_backward` or `relu_backward`. Ask of each what its input was in the forward\npass: it is in `var`. Write the six gradients into `model` under the keys `dE_dW1`, `dE_db1`, `dE_dW2`,\n`dE_db2`, `dE_dW3`, `dE_db3`, each of the shape of its parameter, in place of whatever stood there. The\nparameters, `err` and `var` stay as they are, and nothing needs to be returned.'},
        {'id': '', 'role': 'prose', 'text': '*9 points, about 30 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nRead Figure 3 from right to left. What came into each step on the way forward? It is in `var`.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`err` is $(N, C)$; after the third affine layer the gradient is $(N, H_2)$, after the second $(N, H_1)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nThree calls of `affine_backward` and two of `relu_backward`, in turn. An affine layer is fed with `h` (or\n`x`), a rectifier is decided by `z`.\n\n</details>'},
        {'id': 'nn_backward_solution', 'role': 'solution', 'text': 'def nn_backward(model: dict[str, np.ndarray], err: np.ndarray, var: dict[str, np.ndarray]) -> None:\n    """Write the gradients of the six parameters into model, as dE_dW1, dE_db1, ..., dE_db3.\n\n    model: W1, b1, W2, b2, W3, b3. err: gradient of the error with respect to the\n    scores, (N, C). var: what nn_forward returned.\n    """\n    raise NotImplementedError'},
        {'id': 'nn_backward', 'role': 'test', 'text': '@checks.run\ndef check():\n    hint = "h fed the affine layers, z decides at the rectifiers; "\n    wanted = {"W3": [[4, 4], [2, -2], [0, 2]], "b3": [1, 1], "W2": [[2, 2, 0], [0, 0, 8]],\n              "b2": [1, 1, 2], "W1": [[6, 0]], "b1": [3, 0]}\n    small, passed = example()\n    err = np.array([[1.0, -1], [0, 2]])\n    before = {name: value.copy() for name, value in {**small, **passed, "err": err}.items()}\n    for call in ("the first call", "a second, equal call"):\n        nn_backward(small, err, passed)\n        for name, expected in wanted.items():\n            checks.that("dE_d" + name in small, f"nn_backward wrote no dE_d{name} into model.")\n            checks.close(f"dE_d{name} after {call}", small["dE_d" + name], expected,\n                         hint + "gradients replace those of an earlier call")\n    for name, value in before.items():\n        seen = err if name == "err" else small.get(name, passed.get(name))\n        checks.kept(name, seen, value, "nn_backward writes nothing but the six gradients")\n    small, passed, err, wanted = wide()\n    nn_backward(small, err, passed)\n    for name, expected in wanted.items():\n        checks.close(f"dE_d{name} of layers with 4, 3, 5 and 2 units", small["dE_d" + name], expected,\n                     hint + "no size is written into the code")'},
        {'id': 'look_at_nn_backward', 'role': 'demo', 'text': 'nn_backward(model, np.ones((100, 7)) / 100, nn_forward(model, inputs_train[:100]))\nfor name in ["W3", "b3", "W2", "b2", "W1", "b1"]:\n    slope = model["dE_d" + name]\n    print(f"dE_d{name}: shape {str(slope.shape):10}  largest entry {np.abs(slope).max():.2e}")'},
        {'id': '', 'role': 'prose', 'text': '## 7. Checking the gradient\n\nA wrong gradient seldom crashes: the network just learns less. So compare it with one that needs no\ncalculus. For the error $E = \\tfrac12 \\sum_{ij} y_{ij}^2$, whose gradient with respect to the scores is $y$\nitself, move a single entry $p$ of a parameter and look at $E$:\n\n$$\\frac{\\partial E}{\\partial p} \\approx \\frac{E(p + \\epsilon) - E(p - \\epsilon)}{2\\,\\epsilon}, \\qquad \\epsilon = 10^{-7}$$\n\nWrite `check_grad` for the parameter `model[name]`. It calls `forward` and `backward`, then compares up to\n20 different entries of `model["dE_d" + name]`, chosen at random (all of them where there are fewer), with\nthe central difference, and raises an `AssertionError` where the two are more than $1.5 \\cdot 10^{-3}$\napart: they differ at the third decimal. Call `forward` and `backward` as they are passed in; the check must\nwork for any network.\n\nThe six parameters must come back bit for bit, even when the check raises. Adding $\\epsilon$ and taking it\naway again does not do that, because each step rounds; keep the old value and write it back. The `dE_d...`\nentries may change.'},
        {'id': '', 'role': 'prose', 'text': '*8 points, about 40 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nCall `forward` and `backward` once for the analytic gradient. Which `err` belongs to $\\tfrac12 \\sum y^2$?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`param.size` entries in all; `np.random.permutation(param.size)[:20]` are up to 20 different ones;\n`np.unravel_index` turns a number into a place.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nFor each: keep the entry, move it up, take the error, move it down, take the error, put it back, and only\nthen compare. Compare the size of the difference with 1.5e-3.\n\n</details>'},
        {'id': 'check_grad_solution', 'role': 'solution', 'text': 'def check_grad(model: dict, forward, backward, name: str, x: np.ndarray) -> None:\n    """Compare the gradient of 0.5 * sum(y ** 2) with central\n    differences on 20 random entries of model[name].\n\n    forward(model, x) returns a dictionary with the scores y;\n    backward(model, err, var) writes dE_d<name> into model.\n    name: the parameter to check, such as "W2". x: inputs, (N, D).\n    Raises AssertionError where a gradient is more than 1.5e-3 from the\n    difference. The parameters are left as they were.\n    """\n    raise NotImplementedError'},
        {'id': '', 'role': 'prose', 'text': 'The check below hands it a toy with the six parameters of a network, of which only `W1` does anything: $y =\ns\\,x$, with $s$ the sum of the entries of `W1`, weighted by 200, 201, 202 and so on. Its gradient can be\nmade wrong on purpose.'},
        {'id': 'check_grad', 'role': 'test', 'text': '@checks.run\ndef check():\n    for toy in [Toy((30, 2)), Toy((3,)), Toy((4, 1)), Toy((3,), fault=1e-3)]:\n        checks.that(not toy.is_refused(check_grad),\n                    "check_grad refuses a right gradient: is err the scores y, does it step "\n                    "to both sides, and allow a difference of 1.5e-3?")\n        checks.that(np.array_equal(toy.model["W1"], toy.before),\n                    "check_grad changes a parameter: keep the old value and write it back.")\n        checks.that(toy.passes <= 100,\n                    f"check_grad calls forward {toy.passes} times: "\n                    "two calls for each of 20 entries are enough.")\n    faults = [(Toy((3,), fault=2.5e-3), "is off by 2.5e-3 everywhere"),\n              (Toy((4, 1), fault=-2.5e-3), "is too small by 2.5e-3 everywhere"),\n              (Toy((30, 2), fault=1.0, start=20), "is wrong in the last 40 of 60 entries"),\n              (Toy((3, 5), fault=1.0, start=14), "is wrong in the last of 15 entries")]\n    for toy, what in faults:\n        checks.that(toy.is_refused(check_grad),\n                    f"check_grad lets a gradient pass that {what}. Are up to 20 different entries "\n                    "taken at random, all where there are fewer, and is a difference above 1.5e-3 "\n                    "refused, whatever its sign?")\n        checks.that(np.array_equal(toy.model["W1"], toy.before),\n                    "check_grad changes a parameter when it raises: write the old value back first.")'},
        {'id': '', 'role': 'prose', 'text': 'Now the real network, at its starting weights, on ten random pictures. Nothing is printed where a gradient\nis right.'},
        {'id': 'check_the_network', 'role': 'demo', 'text': 'noise = 0.1 * np.random.default_rng(3).random((10, 2304))\nfor name in ["W3", "b3", "W2", "b2", "W1", "b1"]:\n    check_grad(model, nn_forward, nn_backward, name, noise)\nprint("All six gradients pass.")'},
        {'id': '', 'role': 'prose', 'text': 'How much is that worth? Take a backward pass that forgets the first layer altogether and writes zeros for\n$W_1$.'},
        {'id': 'weak_check', 'role': 'demo', 'text': 'def without_first_layer(model, err, var):\n    nn_backward(model, err, var)\n    model["dE_dW1"] = np.zeros_like(model["W1"])\n\ncheck_grad(model, nn_forward, without_first_layer, "W1", noise)\nvar = nn_forward(model, noise)\nnn_backward(model, var["y"], var)\nlargest = np.abs(model["dE_dW1"]).max()\nprint(f"No gradient at all passes too: the largest right entry is only {largest:.1e}.")'},
        {'id': '', 'role': 'prose', 'text': 'The starting weights are small, so the scores and all gradients of $\\tfrac12 \\sum y^2$ are small, far below\nthe tolerance of $1.5 \\cdot 10^{-3}$. An absolute tolerance says nothing without the size of what it\ncompares. There are two cures: compare relative to that size, as `rel_error` of chapter 2 does, or make the\ngradients large. With weights that are larger the same check sees the same fault.'},
        {'id': 'stronger_check', 'role': 'demo', 'text': 'large = {name: 10 * value for name, value in model.items()}\ncheck_grad(large, nn_forward, nn_backward, "W1", noise)\ntry:\n    check_grad(large, nn_forward, without_first_layer, "W1", noise)\nexcept AssertionError:\n    print("With weights ten times as large, "\n          "the right gradient still passes and the zeros are found.")'},
        {'id': '', 'role': 'prose', 'text': "## 8. Softmax\n\nThe scores become probabilities: exponentiate and divide by the sum of the row. Subtracting the row's own\nlargest score first changes nothing, since it cancels in the fraction, and keeps `exp` from overflowing.\n\n$$P_{ij} = \\frac{e^{x_{ij} - m_i}}{\\sum_{k} e^{x_{ik} - m_i}}, \\qquad m_i = \\max_k x_{ik}$$\n\nwith $x$ and $P$ of shape $(N, C)$. `x` is left as it was."},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 10 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhat is subtracted belongs to each row alone, and so does the sum.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nMaximum and sum are $(N, 1)$: `keepdims=True`.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nSubtract in a new array, exponentiate, divide.\n\n</details>'},
        {'id': 'softmax_solution', 'role': 'solution', 'text': 'def softmax(x: np.ndarray) -> np.ndarray:\n    """Turn scores (N, C) into probabilities (N, C), row by row, for scores of any size."""\n    raise NotImplementedError'},
        {'id': 'softmax', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.array([[0.0, np.log(3.0), 0.0, 0.0], [2000.0, 2000.0, -2000.0, -2000.0],\n                  [-1000.0, -1000.0, -1000.0, -1000.0]])\n    start, probs = x.copy(), softmax(x)\n    checks.shape("softmax(x)", probs, (3, 4), "one row an example, one column a class")\n    checks.close("softmax(x)", probs, [[1 / 6, 1 / 2, 1 / 6, 1 / 6], [0.5, 0.5, 0, 0], [0.25] * 4],\n                 "each row less its own maximum, over its own sum")\n    checks.kept("x", x, start)\n    checks.close("softmax of a single row", softmax(np.array([[1, 1]])), [[0.5, 0.5]],\n                 "two whole numbers")'},
        {'id': 'look_at_softmax', 'role': 'demo', 'text': 'print(softmax(nn_forward(model, inputs_train[:2])["y"]).round(3))'},
        {'id': '', 'role': 'prose', 'text': 'At the start every expression gets about one seventh.\n\n## 9. Evaluating\n\nTwo numbers describe a network on a set of $N$ cases: the cross-entropy, which the training lowers, and the\naccuracy, which we care about. With $P$ the probabilities and $T$ the one-hot targets, both of shape $(N,\nC)$:\n\n$$\\mathrm{ce} = -\\frac{1}{N} \\sum_{i,j} T_{ij} \\log P_{ij}, \\qquad\n\\mathrm{acc} = \\frac{1}{N}\\,\\#\\{i : \\arg\\max_j P_{ij} = \\arg\\max_j T_{ij}\\}$$\n\n`forward(model, inputs)["y"]` are the scores. A large set can be passed through in batches of `batch_size`\nrows (-1: all at once). That must not change the result: the means are over all $N$ cases, so add up over\nthe batches first and divide once at the end. The last batch may be shorter than the others.'},
        {'id': '', 'role': 'prose', 'text': "*6 points, about 20 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhich numbers add up over batches, and which don't? A mean of means is wrong when the last batch is short.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nEach batch gives a sum of losses and a count of right cases: two numbers.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nLoop over the starts 0, b, 2b, ... and slice; slices past the end are cut off by Python. `np.sum(t * p,\naxis=1)` is the probability of each case's own class.\n\n</details>"},
        {'id': 'evaluate_solution', 'role': 'solution', 'text': 'def evaluate(\n    inputs: np.ndarray, target: np.ndarray, model: dict, forward, batch_size: int = -1\n) -> tuple[float, float]:\n    """Compute the mean cross-entropy and the accuracy over all cases.\n\n    inputs: (N, D). target: one-hot, (N, C). forward(model, x) returns a dictionary with the\n    scores y. batch_size: rows at a time, -1 for all.\n    Returns ce and acc, two numbers; acc is a fraction between 0 and 1.\n    """\n    raise NotImplementedError'},
        {'id': 'evaluate', 'role': 'test', 'text': '@checks.run\ndef check():\n    def forward(model, x):\n        return {"y": model["scale"] * x}\n\n    # scores whose softmax can be read off: the rows sum to 4, 8, 10, 10 and 4\n    scores = np.log(np.array([[1.0, 1, 2], [1, 6, 1], [2, 5, 3], [8, 1, 1], [1, 1, 2]]))\n    target, of_the_right_class = np.eye(3)[[2, 1, 0, 0, 1]], np.array([0.5, 0.75, 0.2, 0.8, 0.25])\n    before = scores.copy(), target.copy()\n    for batch_size in (-1, 5, 2, 3):\n        ce, acc = evaluate(scores / 2, target, {"scale": 2}, forward, batch_size)\n        checks.close(f"ce with batch_size={batch_size}", ce, -np.log(of_the_right_class).mean(),\n                     "the mean over all cases, of the scores that forward gives for this model")\n        checks.close(f"acc with batch_size={batch_size}", acc, 0.6,\n                     "the fraction of all cases whose most probable class is the right one")\n    evaluate(scores, target, {"scale": 1}, forward)\n    checks.kept("inputs", scores, before[0])\n    checks.kept("target", target, before[1])\n    # a single case of four classes, in batches of two\n    ce, acc = evaluate(np.zeros((1, 4)), np.array([[0, 0, 0, 1]]), {"scale": 1}, forward, 2)\n    checks.close("ce of four equal scores", ce, np.log(4), "a batch may be larger than the data")'},
        {'id': 'look_at_evaluate', 'role': 'demo', 'text': 'ce, acc = evaluate(inputs_valid, target_valid, model, nn_forward)\nprint(f"untrained: cross-entropy {ce:.3f} (log 7 = {np.log(7):.3f}), "\n      f"accuracy {acc:.3f} (1/7 = {1 / 7:.3f})")'},
        {'id': '', 'role': 'prose', 'text': '## 10. The update\n\nPlain gradient descent: every one of the six parameters $p$ takes a step against its gradient,\n\n$$p \\leftarrow p - \\eta\\, \\frac{\\partial E}{\\partial p}$$\n\nwith the learning rate $\\eta$ and $\\partial E / \\partial p$ of the shape of $p$, which `nn_backward` left in\n`model`. The new values are written into `model`; the gradients stay, and nothing is remembered from one\nstep to the next.'},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 5 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nSix parameters, six gradients, one rule.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nEach gradient has the shape of its parameter.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nLoop over the six names; the gradient of `name` is under `"dE_d" + name`.\n\n</details>'},
        {'id': 'nn_update_solution', 'role': 'solution', 'text': 'def nn_update(model: dict[str, np.ndarray], eta: float) -> None:\n    """Take one gradient step on W1, W2, W3, b1, b2, b3, in model itself.\n\n    model: the six parameters and their gradients dE_dW1 ... dE_db3. eta: learning rate.\n    """\n    raise NotImplementedError'},
        {'id': 'nn_update', 'role': 'test', 'text': '@checks.run\ndef check():\n    slopes = {"W1": np.full((2, 3), 10.0), "W2": np.full((3, 5), 20.0),\n              "W3": np.full((5, 4), -30.0), "b1": np.ones(3), "b2": np.full(5, -5.0),\n              "b3": np.full(4, 2.0)}\n    step = {name: np.ones_like(slope) for name, slope in slopes.items()}\n    step |= {"dE_d" + name: slope.copy() for name, slope in slopes.items()}\n    moved = {name: 1.0 for name in slopes}\n    for count, eta in ((1, 0.2), (2, 0.2), (3, 0.5)):\n        nn_update(step, eta)\n        for name, slope in slopes.items():\n            moved[name] = moved[name] - eta * slope\n            checks.close(f"{name} after step {count}", step[name], moved[name],\n                         "minus eta times the gradient, in model itself; no step is remembered")\n            checks.kept("dE_d" + name, step["dE_d" + name], slope, "the gradients stay")'},
        {'id': 'look_at_nn_update', 'role': 'demo', 'text': 'for steps in range(4):\n    var = nn_forward(model, noise)\n    half_sum = 0.5 * np.sum(var["y"] ** 2)\n    print(f"half the sum of the squared scores after {steps} steps: {half_sum:.6f}")\n    nn_backward(model, var["y"], var)\n    nn_update(model, 0.02)'},
        {'id': '', 'role': 'prose', 'text': "## 11. Training\n\n`train` repeats, for `num_epochs` epochs:\n\n1. put the training cases in a new random order, inputs and targets alike;\n2. cut that order into batches of `batch_size` (-1: one batch of everything). The last batch holds what is\n   left and counts like any other;\n3. for each batch of $n$ cases: `forward`, then the error with respect to the scores, then `backward`, then\n   `update`;\n4. after the epoch, measure cross-entropy and accuracy on the whole training split and on the whole\n   validation split.\n\nFor softmax and mean cross-entropy the error is, with $P$ and $T$ of shape $(n, C)$ (chapter 1, *Derive it*,\nhas you show it for one case),\n\n$$\\mathrm{err} = \\frac{P - T}{n}$$\n\nwhere $n$ counts the cases of this batch, the short last one included, so that the size of a step doesn't\ndepend on the size of the batch.\n\n`data` is what `load_data` returned, six arrays in its order; they stay as they are, so shuffle indices\nrather than the arrays. The test split isn't touched. `stats` is a dictionary with the lists `train_ce`,\n`valid_ce`, `train_acc`, `valid_acc`, each with one pair (epoch, value) an epoch; count epochs from 0 or\nfrom 1. `forward`, `backward` and `update` are called as they are passed in: `var = forward(model, x)`,\n`backward(model, err, var)`, `update(model, eta)`."},
        {'id': '', 'role': 'prose', 'text': '*8 points, about 35 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nFour numbered steps above: which happen for every batch, and which once an epoch?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`err` is $(n, C)$, with $n$ the number of rows of *this* batch.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nDraw a permutation of row numbers each epoch and take slices of it; index inputs and targets with the same\nslice. After the inner loop, call `evaluate` for both splits and append (epoch, value).\n\n</details>'},
        {'id': 'train_solution', 'role': 'solution', 'text': 'def train(\n    model: dict, forward, backward, update, eta: float, num_epochs: int, batch_size: int, data: tuple\n) -> tuple[dict, dict]:\n    """Train a model by gradient descent on shuffled batches.\n\n    data: inputs_train, inputs_valid, inputs_test, target_train, target_valid,\n    target_test. batch_size: -1 for the full batch.\n    Returns the trained model, and stats: train_ce, valid_ce, train_acc,\n    valid_acc, each a list of (epoch, value).\n    """\n    raise NotImplementedError'},
        {'id': '', 'role': 'prose', 'text': "The check below trains a spy: a model that notes what it is handed, and whose update only pushes the two\nscores apart, the more so the larger the row's first entry."},
        {'id': 'train', 'role': 'test', 'text': '@checks.run\ndef check():\n    spy = Spy(23)\n    trained, stats = train(spy.model, spy.forward, spy.backward, spy.update, 0.5, 2, 5, spy.data)\n    sizes = [len(cases) for cases, _, _ in spy.batches]\n    checks.that(sizes == [5, 5, 5, 5, 3] * 2,\n                f"The batches have {sizes} cases; expected 5 5 5 5 3 in each of two epochs.")\n    order = np.concatenate([cases for cases, _, _ in spy.batches])\n    checks.close("the cases of each epoch, sorted", np.sort(order.reshape(2, 23)), [range(23)] * 2,\n                 "every case once an epoch")\n    checks.that((order[:23] != order[23:]).any() and (np.diff(order) != 1).any(),\n                "The cases come in the same order in both epochs: draw a new one for each epoch.")\n    for cases, scores, err in spy.batches:\n        checks.close("err", err, spy.wanted(cases, scores),\n                     "prediction minus these cases\' own targets, over their number")\n    checks.that(spy.etas == [0.5] * 10,\n                f"update was called with eta {spy.etas}; expected 0.5 for each of the ten batches.")\n    checks.close("W1 of the returned model", trained["W1"], [[5, -5], [0, 0]],\n                 "the trained model comes first, then stats")\n    for epoch, weight in enumerate((2.5, 5.0)):\n        for split, count in (("train", 23), ("valid", 7)):\n            entry = [stats[split + what][epoch][1] for what in ("_ce", "_acc")]\n            checks.close(f"[{split}_ce, {split}_acc] of epoch {epoch + 1}", entry,\n                         spy.measured(weight, count), "after the epoch, on the whole split")\n    checks.that(len(stats["train_ce"]) == 2, "One entry an epoch: there were two epochs.")\n    fresh = Spy(23)\n    for name, seen, was in zip(("inputs_train", "inputs_valid", "inputs_test", "target_train"),\n                               spy.data, fresh.data):\n        checks.kept(name, seen, was, "shuffle row numbers instead")\n    # nine cases at once, then in batches of four\n    for batch_size, expected in ((-1, [9]), (4, [4, 4, 1])):\n        spy = Spy(9)\n        train(spy.model, spy.forward, spy.backward, spy.update, 0.1, 1, batch_size, spy.data)\n        sizes = [len(cases) for cases, _, _ in spy.batches]\n        checks.that(sizes == expected,\n                    f"With batch_size={batch_size} nine cases come in batches of {sizes}; "\n                    f"expected {expected}.")'},
        {'id': '', 'role': 'prose', 'text': '### The run\n\nGrey values are never negative. So whatever moves a unit for one face moves it the same way for all, and\nmost of each gradient points along the average face: steps that are short enough for this one direction\nhardly move in all others. Subtracting the average face takes the direction away. It is measured on the\ntraining split alone, since the other two stand for faces that nobody has seen yet.\n\nThe learning rate is 0.05 and a batch has 100 faces. 120 epochs take about ten seconds on one core. Over ten\nrandom starts the validation accuracy then lay between 0.76 and 0.83 (0.80 on average), and the training\naccuracy between 0.97 and 1. On the grey values as they are, with all else equal, the validation accuracy\nlay between 0.57 and 0.78 and leaped from one epoch to the next.'},
        {'id': 'train_the_network', 'role': 'demo', 'text': 'mean_face = inputs_train.mean(axis=0)\ncentred = [*(inputs - mean_face for inputs in data[:3]), *data[3:]]\nnp.random.seed(8)\nmodel = init_nn(2304, [16, 32], 7)\nw1_at_start = model["W1"].copy()\nmodel, stats = train(model, nn_forward, nn_backward, nn_update, 0.05, 120, 100, centred)\ntrain_acc, valid_acc = stats["train_acc"][-1][1], stats["valid_acc"][-1][1]\nprint(f"after 120 epochs: training accuracy {train_acc:.3f}, validation accuracy {valid_acc:.3f}")'},
        {'id': '', 'role': 'prose', 'text': 'Training takes time, so keep what it gave. `save` writes a dictionary of arrays to one `.npz` file. A model\nthat has been loaded can be trained on as if nothing had happened, since plain gradient descent remembers\nnothing but the parameters.'},
        {'id': 'save_and_continue', 'role': 'demo', 'text': 'save("nn_model.npz", model)\nsave("nn_stats.npz", stats)\nmodel, first = load("nn_model.npz"), load("nn_stats.npz")\nmodel, more = train(model, nn_forward, nn_backward, nn_update, 0.05, 30, 100, centred)\nstats = {name: [*first[name], *(np.array(more[name]) + [len(first[name]), 0])] for name in more}\ntrain_acc, valid_acc = stats["train_acc"][-1][1], stats["valid_acc"][-1][1]\nprint(f"after 150 epochs: training accuracy {train_acc:.3f}, validation accuracy {valid_acc:.3f}")'},
        {'id': 'curves', 'role': 'demo', 'text': 'display_plot(stats["train_ce"], stats["valid_ce"], "cross-entropy", number=0)\ndisplay_plot(stats["train_acc"], stats["valid_acc"], "accuracy", number=1)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 4. Above, the cross-entropy; below, the accuracy. At first both splits improve together. From about\nepoch 30 on the curves part, and after about 100 epochs every further gain is on the training faces alone:\ntheir cross-entropy goes to zero, while that of the validation faces turns and creeps up again, although\ntheir accuracy stays. What the network gets wrong it gets wrong with more confidence. Chapter 4 stops at the\nturn.*\n\nWhat has the first layer learned? Each column of $W_1$ has one weight a pixel, so it can be looked at as a\npicture.'},
        {'id': 'first_layer', 'role': 'demo', 'text': 'on = (nn_forward(model, centred[0])["h1"] > 0).mean(axis=0)\nshow_faces(model["W1"].T, [f"on for {100 * share:.0f} %" for share in on], columns=8)\nshow_faces((model["W1"] - w1_at_start).T, [f"change of {unit}" for unit in range(16)], columns=8)'},
        {'id': '', 'role': 'prose', 'text': "*Figure 5. Each unit of the first layer as a picture: light pixels switch it on, dark ones off. The title\ngives the share of training faces for which it is on; 0 % would be a dead unit, as in chapter 1. Above, the\nweights: most of what one sees is the noise they started from. Below, what training added to it, each\npicture on its own scale of grey. There are brows, eyes and mouths at several heights, since the faces\naren't all at the same place.*\n\nThe accuracy is one number for seven expressions. The *confusion matrix* tells them apart: entry $(i, j)$\ncounts the validation faces of class $i$ that were taken for class $j$."},
        {'id': 'confusion', 'role': 'demo', 'text': 'prediction = softmax(nn_forward(model, centred[1])["y"])\ntrue, predicted = target_valid.argmax(axis=1), prediction.argmax(axis=1)\ncounts = np.zeros((7, 7), dtype=int)\nnp.add.at(counts, (true, predicted), 1)\nshow_confusion(counts, EXPRESSIONS)'},
        {'id': '', 'role': 'prose', 'text': "*Figure 6. Rows are the true classes, columns the predicted ones; what is right stands on the diagonal. The\nmistakes aren't spread evenly: look for the pairs that are taken for each other, and for the class that\ncollects what is faint.*"},
        {'id': '', 'role': 'prose', 'text': '## 12. The faces it is unsure of\n\nAccuracy counts mistakes; the probabilities also tell where the network hesitates. A network is unsure of a\ncase when even its largest probability is small. With `prediction` $P$ of shape $(N, C)$, the confidence of\ncase $i$ is\n\n$$c_i = \\max_j P_{ij}$$\n\nWrite `least_confident`: the indices $i$ of the `k` cases with the smallest $c_i$, the smallest first.'},
        {'id': '', 'role': 'prose', 'text': '*2 points, about 5 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nFirst the confidence of each case, then an order.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$(N, C)$ becomes $(N,)$, and then $k$ row numbers.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\n`np.argsort` gives row numbers in ascending order.\n\n</details>'},
        {'id': 'least_confident_solution', 'role': 'solution', 'text': 'def least_confident(prediction: np.ndarray, k: int = 5) -> np.ndarray:\n    """Find the k cases whose largest probability is smallest.\n\n    prediction: probabilities, (N, C). Returns k row indices, the least confident case first.\n    """\n    raise NotImplementedError'},
        {'id': 'least_confident', 'role': 'test', 'text': '@checks.run\ndef check():\n    guesses = np.array([[0.5, 0.25, 0.25], [0.05, 0.9, 0.05], [0.2, 0.4, 0.4], [0.0, 0.45, 0.55],\n                        [0.3, 0.0, 0.7], [0.34, 0.36, 0.3], [0.6, 0.2, 0.2]])\n    start = guesses.copy()\n    checks.close("least_confident(prediction, 3)", least_confident(guesses, 3), [5, 2, 0],\n                 "row numbers, the smallest of the largest probabilities first")\n    checks.close("least_confident(prediction)", least_confident(guesses), [5, 2, 0, 3, 6],\n                 "five where k isn\'t given")\n    checks.kept("prediction", guesses, start)\n    few = np.array([[0.1, 0.1, 0.1, 0.7], [0.25, 0.25, 0.2, 0.3]])\n    checks.close("least_confident of two cases", least_confident(few, 2), [1, 0], "four classes")'},
        {'id': '', 'role': 'prose', 'text': 'Above each face stand its true class, which comes from the targets, and below that the predicted class with\nits probability. (Printing the prediction for both is an easy slip, and it makes every network look right.)'},
        {'id': 'look_at_least_confident', 'role': 'demo', 'text': 'unsure = least_confident(prediction, 14)\ntitles = [f"true: {EXPRESSIONS[true[i]]}\\n{EXPRESSIONS[predicted[i]]} {prediction[i].max():.2f}"\n          for i in unsure]\nshow_faces(inputs_valid[unsure], titles)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 7. The fourteen validation faces of which the network is least sure, the least sure first.*\n\n## 13. What does it confuse?\n\nLook at Figures 6 and 7 of your own run. Choose two or three of the faces that the network got wrong and say\nwhat you would have called them. Is the network wrong, or is the label hard to defend? Which expressions\ndoes it confuse, and what do they share that a network of these layers could go by? Is low confidence a good\nsign of a mistake: how many of these faces did it get wrong, and how does that compare with its accuracy on\nall? Answer in five to ten sentences.'},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 25 minutes.*'},
        {'id': 'what_it_confuses', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': '', 'role': 'prose', 'text': '## 14. The test split\n\nSettings were chosen with an eye on the validation split, so its accuracy may flatter. The test split has\nbeen left alone, and is used once, at the end.'},
        {'id': 'test_accuracy', 'role': 'demo', 'text': 'ce, acc = evaluate(centred[2], target_test, model, nn_forward)\nprint(f"test: cross-entropy {ce:.3f}, accuracy {acc:.3f}")'},
        {'id': '', 'role': 'prose', 'text': 'Over ten random starts of 150 epochs the test accuracy lay between 0.83 and 0.87, each time above the\nvalidation accuracy, by 0.02 to 0.09. That does not make the network better than it looked: an accuracy $a$\nmeasured on $N$ faces has a standard error of $\\sqrt{a (1 - a) / N}$, here about 0.02, and which faces came\ninto which split is a matter of chance. Differences of that size between two networks mean as little, unless\nthey come back on other faces.'},
        {'id': '', 'role': 'prose', 'text': '### An experiment of your own\n\nWould wider hidden layers read faces better, or only learn them by heart sooner? Is a smaller batch worth\nits time? Choose one thing to change, write down what you expect, and run it. Nobody grades this cell,\nunless your instructor says so.\n\n- *I change ..., and expect ..., because ...*\n- *What came, on the validation split: ...*\n- *Larger than the 0.02 by which runs differ anyway? ...*'},
        {'id': 'your_experiment', 'role': 'demo', 'text': 'np.random.seed(8)\ntried, tried_stats = train(init_nn(2304, [32, 32], 7), nn_forward, nn_backward, nn_update,\n                           0.05, 40, 100, centred)\nfor name in ["train_acc", "valid_acc"]:\n    print(f"{name} after 40 epochs: {tried_stats[name][-1][1]:.3f} with 32 and 32 units, "\n          f"{stats[name][39][1]:.3f} with 16 and 32")'},
        {'id': '', 'role': 'prose', 'text': "### Random sizes\n\nThe hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your\nfunctions with random sizes and holds them against what is true of *any* right answer: a gradient is the\nslope that is measured, a case alone gives what it gives in a batch, the rows of a softmax sum to 1,\narguments stay as they were. No right answer stands in that file. Where something is not true, it says what,\nand for which sizes."},
        {'id': 'try_random_sizes', 'role': 'demo', 'text': 'import properties\n\n\ndef some_affine(rng):\n    N, D, M = rng.integers(1, 5, size=3)\n    return rng.normal(size=(N, D)), rng.normal(size=(D, M)), rng.normal(size=M)\n\n\nproperties.layer("affine", affine, lambda grad_y, x, w, b: affine_backward(grad_y, x, w), some_affine)\nproperties.layer("relu", relu, relu_backward, lambda rng: [rng.normal(size=rng.integers(1, 5, size=2))])\nproperties.rows("softmax", softmax)'},
        {'id': '', 'role': 'prose', 'text': '## What to take along\n\n- A gradient check is only as good as its tolerance: compare relative to the size of the gradients, or make\n  them large enough to tell.\n- A loop that is handed its model, instead of naming it, can be tested with a toy and used with anything.\n- Two curves say more than one number: where training and validation part, the network has begun to learn\n  its faces by heart.\n- Accuracy counts mistakes; confidence says where to look for them. A confident network is not always right.\n- Every accuracy has a standard error. On 400 faces it is 0.02.\n\nIn chapter 4, `modular_mnist`, the network is made of parts that can be exchanged: other activations,\nmomentum, a penalty on the weights, and a rule for when to stop.'},
        {'id': '', 'role': 'prose', 'text': '## Before you hand it in\n\nSave the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says\nquestion by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.\nWith `all=True` it runs training and demonstrations as well.'},
        {'id': 'check_this_notebook', 'role': 'demo', 'text': 'import check_notebook\n\ncheck_notebook.run()'},
    ],
})

if __name__ == "__main__":
    status = main(sys.argv[1:])
    if not hasattr(builtins, "get_ipython"):  # %run would show an exit as an error
        sys.exit(status)
