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
    'assignment': 'layers_digits',
    'release': '11c8c6a9be468d98',
    'files': ['checks.py', 'diagrams.py', 'pictures.py', 'properties.py', 'gradient_check.py', 'suspects.py', 'digits.npz'],
    'questions': [
        {'id': 'affine_forward', 'points': 5.0, 'written': False, 'trains': False, 'defines': ['affine_forward']},
        {'id': 'shape_argument', 'points': 2.0, 'written': True, 'trains': False, 'defines': []},
        {'id': 'affine_backward', 'points': 7.0, 'written': False, 'trains': False, 'defines': ['affine_backward']},
        {'id': 'relu_forward', 'points': 2.0, 'written': False, 'trains': False, 'defines': ['relu_forward']},
        {'id': 'relu_backward', 'points': 4.0, 'written': False, 'trains': False, 'defines': ['relu_backward']},
        {'id': 'check_layer', 'points': 4.0, 'written': False, 'trains': False, 'defines': ['check_layer']},
        {'id': 'softmax_gradient', 'points': 3.0, 'written': True, 'trains': False, 'defines': []},
        {'id': 'softmax_loss', 'points': 9.0, 'written': False, 'trains': False, 'defines': ['softmax_loss']},
        {'id': 'train_two_layer', 'points': 10.0, 'written': False, 'trains': False, 'defines': ['train_two_layer']},
        {'id': 'dead_units', 'points': 4.0, 'written': True, 'trains': False, 'defines': []},
    ],
    'cells': [
        {'id': '', 'role': 'prose', 'text': '# Layers, and a two-layer network on digits\n\n*Chapter 1 of 5. 50 points.*\n\nA neural network is a chain of simple functions, its *layers*. To train it we need two things from each:\nwhat it puts out, and how the loss answers when what went in changes a little. In this chapter you write\nthree layers that give both, check each against a gradient that is measured instead of derived, and chain\nthem into a network that reads handwritten digits.\n\n$$x \\;\\longrightarrow\\; \\text{affine} \\;\\longrightarrow\\; \\text{ReLU} \\;\\longrightarrow\\; \\text{affine} \\;\\longrightarrow\\; \\text{softmax loss} \\;\\longrightarrow\\; L$$\n\nAt the end it reads about 98 of 100 digits that it has never seen, after a few seconds of training, and you\nwill have written every line that learns. We close with settings under which the very same code learns\nnothing, and with the reasons.'},
        {'id': '', 'role': 'prose', 'text': '## How to work\n\nEach question is a cell with a signature and a docstring. Put your code where it says `raise\nNotImplementedError`, and keep the name, the arguments and what is returned. You may define helpers in the\nsame cell. The cell below it is a check. JupyterLab shows it folded, for it may give away how to begin;\nclick on it if you want to read it. It is silent when it finds nothing wrong, otherwise it says what it saw,\nwhat it expected, and what usually causes the difference. Where you are stuck, three hints unfold under each\nquestion, from a nudge to the idea; read the first, try again, and only then the next. Hidden tests then try\nother shapes and values. What they may try, for every function:\n\n- arguments are left as they were, and results are new arrays (a cache may hold the arguments themselves);\n- a batch may have one example only, and all sizes may differ from each other;\n- arrays of integers and of `float32` are as welcome as `float64`, and a result that is a fraction stays\n  one;\n- a loop and a vectorized expression are equally right.\n\nEach part is tested by itself: a mistake in one layer costs nothing in the next.'},
        {'id': 'imports', 'role': 'given', 'text': 'import os\nfrom collections.abc import Callable\n\n# Before NumPy is loaded: on matrices this small, threads cost more than they bring.\nos.environ.setdefault("OPENBLAS_NUM_THREADS", "1")\n\nimport matplotlib.pyplot as plt\nimport numpy as np\n\nimport checks\nimport diagrams\nimport pictures\nimport suspects\nfrom gradient_check import (\n    eval_numerical_gradient,\n    eval_numerical_gradient_array,\n    load_digits,\n    rel_error,\n)\n\nplt.style.use("tableau-colorblind10")'},
        {'id': '', 'role': 'prose', 'text': '## The digits\n\nThe data are 1797 handwritten digits (Alpaydin and Kaynak 1998), each a picture of 8 x 8 pixels from 0,\npaper, to 1, ink. To a network a picture is a row of 64 numbers, so the data are a matrix `X` with one row\nan example, and a vector `y` of labels from 0 to 9. We train on 70 % of the rows, 1257, and keep 540 to test\non. Guessing is right once in ten times.'},
        {'id': 'look_at_digits', 'role': 'demo', 'text': 'X_train, y_train, X_test, y_test = load_digits()\nfig, axes = plt.subplots(2, 12, figsize=(9, 2.1), layout="constrained")\nfor ax, image, label in zip(axes.flat, X_train, y_train):\n    ax.imshow(image.reshape(8, 8), cmap="gray_r")\n    ax.set_title(label, fontsize=10)\n    ax.axis("off")\npictures.show(\n    "Two rows of twelve handwritten digits, 8 by 8 pixels each, dark ink on white, each with "\n    "its label above."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 1. The first 24 training digits, with their labels. At 8 x 8 pixels some are hard for a person too.*'},
        {'id': '', 'role': 'prose', 'text': "## Layers come in pairs\n\nEvery layer in this course is a pair of functions.\n\n- `layer_forward(x, ...)` returns the output and a *cache*: what the way back will need.\n- `layer_backward(dout, cache)` is given `dout`, the gradient of the loss with respect to the layer's\n  output, and returns the gradients with respect to what went in.\n\nWhat connects them is the chain rule. Let $L$ be the loss, one number, and $i$ and $j$ run over all entries\nof $x$ and of the output, whatever their shapes. We write $dx$ for $\\partial L / \\partial x$, as the code\ndoes.\n\n$$dx_i = \\sum_j dout_j \\, \\frac{\\partial out_j}{\\partial x_i}$$\n\nThree things follow, and they catch most mistakes. A gradient has the shape of what it is the gradient of.\nWhat is used several times, as a weight is by every example, collects the *sum* of what comes back along\neach use. And a layer needs to know nothing about the layers above it but `dout`: so layers can be written,\ntested and chained one by one, from the loss back to the input. That is backpropagation (Rumelhart, Hinton\nand Williams 1986).\n\nThe table of all $\\partial out_j / \\partial x_i$ is never built. For 100 examples with 64 inputs and 100\noutputs each it would have 64 million entries, nearly all of them zero. Each layer knows a shortcut for the\nsum, and finding it is what the next pages are about.\n\nHere is the pair for a layer that cubes its input. Entry $i$ of the output depends on entry $i$ of the input\nalone, so the sum has one term."},
        {'id': 'cube_layer', 'role': 'demo', 'text': 'def cube_forward(x):\n    return x**3, x  # the output, and the cache\n\n\ndef cube_backward(dout, cache):\n    return dout * 3 * cache**2\n\n\nout, cache = cube_forward(np.array([1.0, -2.0, 0.5]))\nprint("out", out, "  dx", cube_backward(np.array([1.0, 1.0, 10.0]), cache))'},
        {'id': '', 'role': 'prose', 'text': 'Here is a whole network of such layers, small enough to follow with a pencil: two inputs, two hidden units,\ntwo classes, and one example with label 1. You will write every step of it.'},
        {'id': 'draw_the_network', 'role': 'demo', 'text': 'diagrams.network(\n    [[2, -1], [2, -3], [2, 0], [2, 0]], [[0.881, 0], [0.881, 0], [0.881, -2.64], [0.881, -0.881]],\n    [[[1, -1], [0, 1]], None, [[1, 0], [-1, 2]]], ["x", "affine", "ReLU", "affine: scores"],\n    "A network of three layers with two units each and biases of 0. Forward: x is (2, -1), the "\n    "first affine layer gives (2, -3), ReLU (2, 0), the second affine layer the scores (2, 0). "\n    "Back from the scores: (0.881, -0.881), then (0.881, -2.64), after ReLU (0.881, 0), and "\n    "(0.881, 0) at x.")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 2. Forward, blue: the numbers in the circles, from left to right, with the weights on the edges and\nbiases of 0. Back, orange: below each number the gradient of the loss with respect to it, from right to\nleft. At the scores it is $P - [\\,j = y\\,]$ with $P = (0.881, 0.119)$. A number that acts along several\nedges collects from all of them, as in* $0.881 \\cdot (-1) - 0.881 \\cdot 2 = -2.64$*. The second hidden unit\nis negative, and ReLU lets nothing back through it.*'},
        {'id': '', 'role': 'prose', 'text': "## Measuring a gradient\n\nA backward function with a slip in it runs as smoothly as a right one, and the network often still learns a\nlittle. So we check it against a gradient that needs no calculus. Choose any `dout`, call $L = \\sum_j\ndout_j\\, out_j$ the loss, move one entry of $x$ by a small $h$ to either side and see how much $L$ changes:\n\n$$dx_i \\approx \\frac{L(x + h e_i) - L(x - h e_i)}{2h}$$\n\nwhere $e_i$ is 1 at entry $i$ and 0 elsewhere. This *central difference* is wrong by about $\\tfrac{1}{6} h^2\n|L'''|$, because $h$ is not infinitely small, and by about $10^{-16} |L| / h$, because numbers are rounded.\nA step near $10^{-5}$ is a good compromise, and leaves 8 to 11 digits\nright.\n\nWhy not train with it? It runs the network twice for every weight. Ours will have 7510 of them, and a\nbackward pass gets all their gradients for the price of about two forward passes.\n\nThree helpers come with this notebook: `eval_numerical_gradient_array(f, x, dout)` measures a layer,\n`eval_numerical_gradient(f, x)` a function that returns one number, and `rel_error(a, b)` is the largest\n$|a - b| / (|a| + |b|)$ over the entries. Below $10^{-7}$ two gradients agree; above $10^{-4}$ one of them is\nwrong, unless a kink lies within $h$."},
        {'id': 'step_sizes', 'role': 'demo', 'text': 'x, dout = np.array([0.7, -2.3, 0.4]), np.array([1.0, 1.0, 10.0])\nfor h in 1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11:\n    measured = eval_numerical_gradient_array(lambda x: cube_forward(x)[0], x, dout, h)\n    error = rel_error(measured, cube_backward(dout, x))\n    print(f"h = {h:.0e}   relative error of the cube layer\'s gradient {error:.1e}")'},
        {'id': '', 'role': 'prose', 'text': 'From top to bottom the error falls with $h^2$, is smallest at $10^{-5}$, and rises again as rounding takes\nover. Chapter 2 lets you write the measuring yourself.'},
        {'id': '', 'role': 'prose', 'text': '## 1. Affine layer, forward\n\nThe workhorse. Each of its $M$ outputs is a weighted sum of all inputs, plus a bias of its own. The inputs\nof one example may come in any shape, such as an image with colours: flatten them to a row of $D = d_1 d_2\n\\cdots d_k$ numbers first, in the order in which `reshape` reads them. Write `affine_forward`.\n\n$$out = \\tilde{x}\\, w + b, \\qquad \\text{entry by entry} \\quad out_{nm} = \\sum_d \\tilde{x}_{nd}\\, w_{dm} + b_m$$\n\nwith $x$ of shape $(N, d_1, \\dots, d_k)$, its flattened form $\\tilde{x}$ of shape $(N, D)$, $w$ of shape\n$(D, M)$, $b$ of shape $(M,)$ and $out$ of shape $(N, M)$. The cache keeps the arguments as they came,\nbecause on the way back $dx$ must get the shape of $x$.'},
        {'id': 'draw_the_bias', 'role': 'demo', 'text': 'diagrams.broadcast(\n    4, 3, "The bias, a row of three numbers, is repeated for each of the four rows of x w and added "\n          "to it; on the way back its gradient is the sum over the rows.")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 3. NumPy adds an array of shape* $(M,)$ *to each row of one of shape* $(N, M)$*: it broadcasts. The\nbias has one axis in this chapter.*'},
        {'id': '', 'role': 'prose', 'text': '*5 points, about 15 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhat is one example, and what becomes of its other axes?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$\\tilde{x}$ is $(N, D)$, with $N$ = `len(x)`; let `reshape` find $D$ with -1. $(N, D)(D, M) + (M,)$ is $(N,\nM)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nFlatten into a new name, so that the cache can hold `x` itself; one matrix product, one sum.\n\n</details>'},
        {'id': 'affine_forward_solution', 'role': 'solution', 'text': 'def affine_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, tuple]:\n    """Compute weighted sums of the inputs of each example, plus a bias.\n\n    x: inputs, (N, d1, ..., dk) with k of 1 or more; D = d1 * ... * dk.\n    w: weights, (D, M).\n    b: biases, (M,).\n    Returns out, (N, M), and the cache (x, w, b), x in the shape in which it came.\n    """\n    raise NotImplementedError'},
        {'id': 'affine_forward', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.linspace(-0.1, 0.5, 240).reshape(2, 4, 5, 6)\n    w, b = np.linspace(-0.2, 0.3, 360).reshape(120, 3), np.linspace(-0.3, 0.1, 3)\n    out, cache = affine_forward(x, w, b)\n    checks.shape("out", out, (2, 3), "one row an example, one column an output")\n    expected = [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]]\n    checks.close("out", out, expected,\n                 "each example becomes one row; its weighted sums, plus the bias of each column", 1e-7)\n    checks.shape("x in the cache", cache[0], (2, 4, 5, 6),\n                 "keep x as it came: the flattened copy is for the product alone")\n    # three examples of 2 x 2 numbers, and one output; whole numbers\n    x, w, b = np.array([[[1, -2], [0, 3]], [[2, 0], [1, 1]], [[0, 1], [-1, 0]]]), [3, 1, -2, 1], 0.5\n    out, cache = affine_forward(x, np.array(w)[:, None], np.array([b]))\n    checks.close("out of three examples and one output", out, [[4.5], [5.5], [3.5]],\n                 "no size is written into the code, and negative sums stay negative")\n    out, cache = affine_forward(-x[:1], np.array(w)[:, None], np.array([b]))\n    checks.close("out of a single example", out, [[-3.5]], "weighted sums may be negative")\n    checks.that(len(cache) == 3, f"the cache holds {len(cache)} things; expected (x, w, b)")\n    for name, seen, given in zip(("x", "w", "b"), cache, (-x[:1], np.array(w)[:, None], [b])):\n        checks.close(f"{name} in the cache", seen, given, "the cache is (x, w, b), as they came")'},
        {'id': 'look_at_affine', 'role': 'demo', 'text': 'pixels = X_train[:5].reshape(5, 8, 8)  # five pictures, not yet flattened\nweights, biases = np.full((64, 3), 1 / 64), np.array([0.0, 1.0, 2.0])\nout, cache = affine_forward(pixels, weights, biases)\nprint("five pictures", cache[0].shape, "become", out.shape, "with weights", weights.shape)\nprint("the mean grey value of each picture, plus 0, 1 and 2:", out.round(2), sep="\\n")'},
        {'id': '', 'role': 'prose', 'text': '## 2. Affine layer, backward\n\nWhere does the weight $w_{dm}$ act? In $out_{nm}$, for every example $n$, with slope $\\tilde{x}_{nd}$. In\nthe same way $\\tilde{x}_{nd}$ acts in all outputs $m$ of its own example, with slope $w_{dm}$, and $b_m$ in\nevery example, with slope 1. By the chain rule each of them collects, over all the entries of $out$ in which\nit acts, its slope times that entry of $dout$:\n\n$$d\\tilde{x} = dout\\; w^\\top, \\qquad dw = \\tilde{x}^\\top dout, \\qquad db = \\sum_n dout_n$$\n\nwith $dout$ of shape $(N, M)$, $d\\tilde{x}$ of shape $(N, D)$, $dw$ of shape $(D, M)$, $db$ of shape $(M,)$.\nOver the batch these are sums, not means: where a mean is wanted, the loss has already divided by $N$. Write\n`affine_backward`, and give $dx$ the shape of $x$.'},
        {'id': '', 'role': 'prose', 'text': "**Question.** Why $\\tilde{x}^\\top dout$, and not some other product? Answer on paper first, in two steps.\n\n1. *By shape.* $dw$ must have the shape of $w$. Of the products of $\\tilde{x}$ and $dout$, transposed or not\n   and in either order, which exist for all $N$, $D$ and $M$, and which of them has that shape?\n2. *By the chain rule.* Write $dw_{dm}$ as a sum over $n$ and $m'$, with $\\partial out_{nm'} / \\partial\n   w_{dm}$ worked out, and show that it is that product's entry $(d, m)$."},
        {'id': '', 'role': 'prose', 'text': '*2 points, about 10 minutes.*'},
        {'id': 'shape_argument', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': '', 'role': 'prose', 'text': '*7 points, about 20 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nThree formulas above, three arrays to return. Which of them lives in the flattened world?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$dout\\, w^\\top$ is $(N, D)$ and must get the shape of $x$ back; $\\tilde{x}^\\top dout$ is $(D, M)$; the sum\nof `dout` over the axis of the examples is $(M,)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nFlatten `x` again, exactly as on the way forward. Nothing is divided by $N$.\n\n</details>'},
        {'id': 'affine_backward_solution', 'role': 'solution', 'text': 'def affine_backward(dout: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:\n    """Compute the gradients of the affine layer.\n\n    dout: gradient of the loss with respect to the output, (N, M).\n    cache: (x, w, b) as affine_forward got them; x is (N, d1, ..., dk), w (D, M), b (M,).\n    Returns dx with the shape of x, dw (D, M) and db (M,).\n    """\n    raise NotImplementedError'},
        {'id': 'affine_backward', 'role': 'test', 'text': '@checks.run\ndef check():\n    # two examples of 1 x 3 numbers, four outputs\n    x = np.array([[[1.0, 2.0, 0.0]], [[0.0, -1.0, 3.0]]])\n    w = np.array([[1.0, 0, 2, -1], [0, 3, 1, 1], [2, 1, 0, 5]])\n    dout = np.array([[1.0, 0, -1, 2], [0, 2, 1, 1]])\n    before = x.copy(), w.copy(), dout.copy()\n    dx, dw, db = affine_backward(dout, (x, w, np.zeros(4)))\n    checks.shape("dx", dx, (2, 1, 3), "dx has the shape of x itself")\n    checks.close("dx", dx, [[[-3, 1, 12]], [[1, 8, 7]]],\n                 "each entry of x collects from all outputs of its own example")\n    checks.shape("dw", dw, (3, 4), "dw has the shape of w")\n    checks.close("dw", dw, [[1, 0, -1, 2], [2, -2, -3, 3], [0, 6, 3, 3]],\n                 "each weight collects from all examples: a sum over the batch, not a mean")\n    checks.close("db", db, [1, 2, 0, 3], "one number an output, a sum over the batch, not a mean")\n    for name, seen, was in zip(("x", "w", "dout"), (x, w, dout), before):\n        checks.kept(name, seen, was)\n    # one example of two numbers, three outputs; whole numbers, and a bias that is not zero\n    cache = np.array([[2, -3]]), np.array([[1, 0, 4], [2, -1, 1]]), np.array([7, 8, 9])\n    dx, dw, db = affine_backward(np.array([[0.5, 1, -1]]), cache)\n    checks.close("dx of a single example", dx, [[-3.5, -1]], "the bias plays no part in it")\n    checks.close("dw of a single example", dw, [[1, 2, -2], [-1.5, -3, 3]], "x times dout")\n    checks.close("db of a single example", db, [0.5, 1, -1], "(M,), one axis")'},
        {'id': 'look_at_affine_backward', 'role': 'demo', 'text': 'rng = np.random.default_rng(0)\nx, w, b = rng.normal(size=(10, 2, 3)), rng.normal(size=(6, 5)), rng.normal(size=5)\ndout = rng.normal(size=(10, 5))\nfor name, at, seen in zip(("dx", "dw", "db"), (x, w, b), affine_backward(dout, (x, w, b))):\n    measured = eval_numerical_gradient_array(lambda _: affine_forward(x, w, b)[0], at, dout)\n    error = rel_error(seen, measured)\n    print(f"{name} {seen.shape}: relative error against the measured gradient {error:.0e}")'},
        {'id': '', 'role': 'prose', 'text': '## 3. ReLU, forward\n\nTwo affine layers in a row are no more than one affine layer, since a weighted sum of weighted sums is a\nweighted sum. Something must bend between them. The *rectified linear unit* is the simplest bend there is,\nand it often works better than the smooth ones that came before it (Nair and Hinton 2010). Write\n`relu_forward`.\n\n$$out = \\max(0, x)$$\n\nentry by entry, with $x$ and $out$ of the same shape, whatever it is. The cache is $x$ itself.'},
        {'id': '', 'role': 'prose', 'text': '*2 points, about 5 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhich entries change, and to what?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nThe shape of `x`, with any number of axes.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nNumPy has a function of two arguments that takes the larger, entry by entry. Do not write into `x`.\n\n</details>'},
        {'id': 'relu_forward_solution', 'role': 'solution', 'text': 'def relu_forward(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:\n    """Replace negative entries by zero.\n\n    x: inputs of any shape.\n    Returns out, of the shape of x, and the cache, which is x itself.\n    """\n    raise NotImplementedError'},
        {'id': 'relu_forward', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.linspace(-0.5, 0.5, 12).reshape(3, 4)\n    out, cache = relu_forward(x)\n    expected = [[0, 0, 0, 0], [0, 0, 0.04545455, 0.13636364],\n                [0.22727273, 0.31818182, 0.40909091, 0.5]]\n    checks.close("out", out, expected,\n                 "negative entries become 0, the others stay what they are", 1e-7)\n    checks.kept("x", x, np.linspace(-0.5, 0.5, 12).reshape(3, 4))\n    checks.close("the cache", cache, x, "it is x itself, negative entries included")\n    out, cache = relu_forward(np.array([[[-3], [0], [7]]]))  # three axes, whole numbers\n    checks.close("out", out, [[[0], [0], [7]]], "any number of axes, and whole numbers too")\n    checks.close("the cache", cache, [[[-3], [0], [7]]], "it is x itself")'},
        {'id': '', 'role': 'prose', 'text': "## 4. ReLU, backward\n\nWhere the input was positive, the output moves along with it: slope 1. Where it was negative, the output\nstays 0 whatever the input does: slope 0. So the layer is a gate, which each entry of `dout` either passes\nor doesn't. The gate was set by the *input*; the sign of `dout` has no say. Write `relu_backward`, and mind\nthat `dout` belongs to the caller.\n\n$$dx_i = \\begin{cases} dout_i & \\text{where } x_i > 0 \\\\ 0 & \\text{where } x_i < 0 \\end{cases}$$\n\nwith $dout$, $x$ and $dx$ of the same shape. At 0 itself there is a kink, where either answer is accepted."},
        {'id': '', 'role': 'prose', 'text': '*4 points, about 10 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhere does the gate open? Look at the cache, not at `dout`.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`dout`, the cache and the result all have one shape.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nA comparison gives an array of True and False, and multiplying by it keeps or removes. The product is a new\narray.\n\n</details>'},
        {'id': 'relu_backward_solution', 'role': 'solution', 'text': 'def relu_backward(dout: np.ndarray, cache: np.ndarray) -> np.ndarray:\n    """Compute the gradient of the ReLU layer.\n\n    dout: gradient of the loss with respect to the output, of any shape; it is left as it was.\n    cache: x, the input of relu_forward, of the same shape.\n    Returns dx, of the same shape.\n    """\n    raise NotImplementedError'},
        {'id': 'relu_backward', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.array([[-2.0, 3.0, 0.5], [4.0, -0.1, -6.0]])\n    dout = np.array([[5.0, -7.0, 2.0], [3.0, -1.0, 8.0]])\n    before = x.copy(), dout.copy()\n    dx = relu_backward(dout, x)\n    checks.close("dx", dx, [[0, -7, 2], [3, 0, 0]],\n                 "dout where x is positive, 0 elsewhere: the gate is set by x, not by dout")\n    checks.kept("x", x, before[0])\n    checks.kept("dout", dout, before[1])\n    dx = relu_backward(np.array([0.5, 0.25, -1.5, 1.0]), np.array([3, -1, 2, -4]))\n    checks.close("dx where x holds whole numbers", dx, [0.5, 0, -1.5, 0],\n                 "one axis is a shape too; fractions of dout are kept")'},
        {'id': 'look_at_relu', 'role': 'demo', 'text': 'x, dout = np.linspace(-2, 2, 400), np.cos(6 * np.linspace(-2, 2, 400))\nfig, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")\nleft.plot(x, relu_forward(x)[0])\nleft.set(title="relu_forward", xlabel="x", ylabel="out")\nright.plot(x, dout, ":", label="dout, from above")\nright.plot(x, relu_backward(dout, x), label="dx, passed on")\nright.set(title="relu_backward", xlabel="x", ylim=(-1.1, 2.1))\nright.legend(loc="upper left")\npictures.show(\n    "Left: ReLU is zero for negative inputs and a straight line of slope one for positive ones. "\n    "Right: a wave as upstream gradient is passed where the input is positive and set to zero "\n    "where it is negative."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 4. ReLU in both directions. Left, the output against the input. Right, a wave comes back from above\nas `dout` (dotted); `dx` is that wave where $x$ is positive and 0 where it is negative.*'},
        {'id': '', 'role': 'prose', 'text': '## 5. Break the checker\n\nYou trust a layer because a check found nothing. But a check is code too, and one that never complains looks\njust like one that finds nothing. There is a way to tell them apart: hand the check layers that are wrong on\npurpose, and see which of them *survive* (DeMillo, Lipton and Sayward 1978). Now you write the check, and we\nhand it the layers.\n\nWrite `check_layer` for layers that work entry by entry, as the cube and ReLU do. It is given the two\nfunctions of a layer and nothing else; which inputs it tries is up to you. With $x$ of shape $(N, D)$, one\nrow an example, and `out, cache = forward(x)`, a right `dx = backward(dout, cache)` has the shape of $x$\nand, for every $x$ and $dout$,\n\n$$dx_i = dout_i \\, \\frac{\\partial out_i}{\\partial x_i}$$\n\n- On a right layer it ends without an error. The outputs of a right layer may be very large or very small,\n  and it may have a kink at 0, where no measured slope is right.\n- On a wrong layer it raises an error, as `assert` does. A wrong gradient may be off by as little as 0.3 %,\n  may be wrong for some inputs only, may have another shape, or may not be a number at all.\n\nThe helpers of *Measuring a gradient* are at hand.'},
        {'id': '', 'role': 'prose', 'text': '*4 points, about 25 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nThink of a wrong layer, such as one that forgets `dout`. For which `x` and `dout` does it look right? Do not\ntry those alone.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nSeveral examples with several entries each, such as $(4, 5)$, for `x` and for `dout`. Random numbers have\nboth signs, and none of them is exactly 0.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nMeasure with `eval_numerical_gradient_array`, compare with `rel_error`, and assert that the error *is\nsmall*: a comparison with a number that is none is never true, so asking whether it is large lets NaN pass.\n\n</details>'},
        {'id': 'check_layer_solution', 'role': 'solution', 'text': 'def check_layer(forward: Callable, backward: Callable) -> None:\n    """Test a layer that works entry by entry.\n\n    forward: takes x, (N, D), and returns out, (N, D), and a cache.\n    backward: takes dout, (N, D), and that cache, and returns dx, (N, D).\n    Raises an error where dx is not the gradient, and returns nothing.\n    """\n    raise NotImplementedError'},
        {'id': 'check_layer', 'role': 'test', 'text': '@checks.run\ndef check():\n    refused, survivors = suspects.refused(check_layer), suspects.survivors(check_layer)\n    checks.that(not refused, " ".join(refused) + " A right layer should pass.")\n    checks.that(not survivors, f"Wrong layers that survive: {len(survivors)} of {len(suspects.WRONG)}. "\n                "check_layer lets a layer pass " + "; one ".join(survivors) + ".")'},
        {'id': '', 'role': 'prose', 'text': 'No check finds everything. Here is a wrong layer that nearly every check lets pass. Can you write another\none that survives your own check?'},
        {'id': 'a_survivor', 'role': 'demo', 'text': 'def wrong_far_out(dout, cache):\n    return cube_backward(dout, cache) * (np.abs(cache) < 100)\n\n\ntry:\n    check_layer(cube_forward, wrong_far_out)\n    print("A gradient that is 0 beyond 100 survives: the check did not look so far out.")\nexcept Exception as error:\n    print(f"A gradient that is 0 beyond 100 is found: {type(error).__name__}.")'},
        {'id': '', 'role': 'prose', 'text': "## 6. Softmax loss\n\nThe last affine layer puts out a score for each class. *Softmax* turns a row of scores into probabilities,\nby exponentiating and dividing by the sum of the row; the *cross-entropy* loss is minus the logarithm of the\nprobability that the right class got. A sure and right answer costs nothing, a guess among $C$ classes costs\n$\\log C$, and a wrong answer costs the more the surer it was.\n\n$$P_{ij} = \\frac{e^{x_{ij}}}{\\sum_k e^{x_{ik}}}, \\qquad L = -\\frac{1}{N} \\sum_i \\log P_{i y_i}$$\n\nwith scores $x$ of shape $(N, C)$, $P$ of the same shape, and labels $y$ of shape $(N,)$, integers from 0 to\n$C - 1$.\n\n### Stable for any scores\n\n$e^{x}$ overflows at about $x = 710$. But adding one number to all scores of a row changes nothing, since it\ncancels in the fraction. So subtract the row's own maximum $m_i = \\max_k x_{ik}$: the largest exponent\nbecomes 0. A second trap remains. With scores $[1000, 0]$ and label 1, the right class has a probability so\nsmall that it is rounded to 0, and its logarithm is $-\\infty$, though the loss is simply 1000. Take the\nlogarithm on paper, before anything is rounded:\n\n$$-\\log P_{ij} = \\log \\Big( \\sum_k e^{x_{ik} - m_i} \\Big) - (x_{ij} - m_i)$$\n\n### The gradient\n\nIt is the best-known gradient of the field: what the network said minus what it should have said.\n\n$$dx_{ij} = \\frac{1}{N} \\left( P_{ij} - [\\,j = y_i\\,] \\right)$$\n\nwhere the bracket is 1 if it holds and else 0. There is no `dout`, because the loss is the end of the chain.\nWrite `softmax_loss`, which returns loss and gradient together."},
        {'id': '', 'role': 'prose', 'text': '**Question.** Derive it, on paper, once in your life. Take a single example with scores $x_1, \\dots, x_C$\nand label $y$, so that $L = -\\log P_y$.\n\n1. Write $L$ as a difference, so that no fraction is left.\n2. Differentiate both terms with respect to $x_j$, for $j = y$ and for $j \\ne y$.\n3. Say where the $1/N$ comes from, and why each row of $dx$ sums to 0.'},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 15 minutes.*'},
        {'id': 'softmax_gradient', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': '', 'role': 'prose', 'text': "*9 points, about 35 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nFollow the formula of *Stable for any scores* for one row on paper, with scores 1000 and 0.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nThe maximum and the sum of each row are $(N, 1)$: `keepdims=True`. `P[np.arange(N), y]` is the label's entry\nof each row, $(N,)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nWork out the logarithms of all probabilities first, $(N, C)$; the loss is a mean of some of them, and `dx`\nstarts as their exponential.\n\n</details>"},
        {'id': 'softmax_loss_solution', 'role': 'solution', 'text': 'def softmax_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:\n    """Compute the mean cross-entropy of softmax probabilities and its gradient, for scores of any size.\n\n    x: scores, (N, C); left as they were.\n    y: labels, (N,), integers from 0 to C - 1.\n    Returns the loss, a number, and dx, (N, C).\n    """\n    raise NotImplementedError'},
        {'id': 'softmax_loss', 'role': 'test', 'text': '@checks.run\ndef check():\n    # probabilities 1/4 and 3/4, then 1/2 and 1/2, then 3/4 and 1/4\n    x, y = np.log([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]]), np.array([1, 0, 1])\n    start = x.copy()\n    loss, dx = softmax_loss(x, y)\n    checks.shape("the loss", loss, (), "one number for the batch")\n    checks.close("the loss", loss, (np.log(4 / 3) + np.log(2) + np.log(4)) / 3,\n                 "minus the logarithm of what the label got, then the mean over examples")\n    checks.shape("dx", dx, (3, 2), "the shape of x")\n    checks.close("dx", 3 * dx, [[0.25, -0.25], [-0.5, 0.5], [0.75, -0.75]],\n                 "this is dx times 3, the number of examples: is dx divided by it?")\n    checks.kept("x", x, start)\n    # one example, four classes, then rows that lie far apart\n    loss, dx = softmax_loss(np.array([[0, 0, 0, 0]]), np.array([2]))\n    checks.close("the loss of four equal scores", loss, np.log(4), "a guess among 4 costs log 4")\n    checks.close("dx of four equal scores", dx, [[0.25, 0.25, -0.75, 0.25]], "1 less at the label")\n    loss, dx = softmax_loss(np.array([[1000.0, 0.0], [-1000.0, -1000.0]]), np.array([1, 1]))\n    checks.close("the loss of [1000, 0] and [-1000, -1000]", loss, (1000 + np.log(2)) / 2,\n                 "each row is shifted by its own maximum; no logarithm of a rounded 0")\n    checks.close("dx of [1000, 0] and [-1000, -1000]", dx, [[0.5, -0.5], [0.25, -0.25]],\n                 "each row is shifted by its own maximum")\n    x, y = np.random.default_rng(2).normal(size=(5, 3)), np.array([0, 2, 1, 1, 2])\n    measured = eval_numerical_gradient(lambda x: softmax_loss(x, y)[0], x)\n    checks.close("dx", softmax_loss(x, y)[1], measured,\n                 "expected is the slope of your own loss, measured: dx is not its gradient")'},
        {'id': 'look_at_softmax_loss', 'role': 'demo', 'text': 'lead = np.linspace(-6, 6, 121)\nboth = [softmax_loss(np.array([[d, 0.0]]), np.array([0])) for d in lead]\nplt.figure(figsize=(6, 3), layout="constrained")\nplt.plot(lead, [loss for loss, _ in both], label="loss")\nplt.plot(lead, [dx[0, 0] for _, dx in both], "--", label="its gradient, dx of the right class")\nplt.gca().set(xlabel="score of the right class minus score of the other",\n              title="Softmax loss of two classes")\nplt.legend()\npictures.show(\n    "The loss of two classes against the lead of the right class: a line of slope minus one "\n    "while the lead is negative, bending to zero; the gradient goes from minus one to zero."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 5. While the right class is behind, the loss is nearly a straight line and pulls with full strength, 1.\nOnce the right class leads by a few units, the loss is almost 0 and so is the pull. At equal scores the\nloss is $\\log 2 = 0.69$.*'},
        {'id': '', 'role': 'prose', 'text': '## 7. Training a two-layer network\n\nAll parts are there. The network has $H$ hidden units, and its forward pass is your layers in a row. The\nnext cell gives it for measuring, when no caches are needed; in training you will want them.'},
        {'id': 'two_layer_scores', 'role': 'given', 'text': 'def two_layer_scores(X: np.ndarray, params: dict[str, np.ndarray]) -> np.ndarray:\n    """Return the scores of the network, (N, C), for inputs X, (N, D)."""\n    pre_activation, _ = affine_forward(X, params["W1"], params["b1"])\n    hidden, _ = relu_forward(pre_activation)\n    scores, _ = affine_forward(hidden, params["W2"], params["b2"])\n    return scores'},
        {'id': '', 'role': 'prose', 'text': "**Stochastic gradient descent.** The gradient over all training rows says best where downhill is, but that\nover a random *minibatch* of 100 is a good enough guess for a fraction of the price (Robbins and Monro\n1951). So every step draws a new batch, runs it forward, then backward layer by layer in reverse order, each\nlayer's `dx` being the `dout` of the layer before, and moves every parameter against its gradient:\n\n$$\\theta \\leftarrow \\theta - \\text{learning\\_rate} \\cdot d\\theta, \\qquad \\theta \\in \\{W_1, b_1, W_2, b_2\\}$$\n\nwith $W_1$ of shape $(D, H)$, $b_1$ $(H,)$, $W_2$ $(H, C)$, $b_2$ $(C,)$, and $d\\theta$ the gradient of the\nbatch's *mean* loss.\n\n**The start.** Biases are zero, weights `std` times draws from a standard normal distribution. They must\ndiffer from each other: hidden units that start alike get the same gradient, and stay alike for ever.\n\n**Watching.** Along the way, record how the network does on the test part, against the labels `y_test`. A\ntest loss against the network's own predictions falls just as prettily, but it tells how sure the network\nis, not how right.\n\nWrite `train_two_layer`. Leave the defaults as they are."},
        {'id': '', 'role': 'prose', 'text': '*10 points, about 45 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nOne step, in order: draw row numbers; forward through four layers, keeping each cache; backward through the\nsame four in reverse; update four arrays.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nHidden: $(B, H)$; scores: $(B, C)$; each gradient has the shape of its parameter. $C$ is the largest label\nplus 1.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nCompute all gradients before you update anything: the way back needs the weights of the way forward. Make\none generator from `seed`, and draw weights and batches from it.\n\n</details>'},
        {'id': 'train_two_layer_solution', 'role': 'solution', 'text': 'def train_two_layer(\n    X_train: np.ndarray,\n    y_train: np.ndarray,\n    X_test: np.ndarray,\n    y_test: np.ndarray,\n    hidden: int = 100,\n    learning_rate: float = 0.5,\n    iters: int = 1000,\n    batch_size: int = 100,\n    std: float = 0.05,\n    seed: int = 0,\n) -> tuple[dict[str, np.ndarray], dict[str, list[float]]]:\n    """Train affine, ReLU, affine, softmax loss by plain minibatch SGD.\n\n    X_train (N, D), y_train (N,): what to learn from. Labels are integers from\n    0 to C - 1; find C in y_train, where every class occurs.\n    X_test, y_test: to measure on, never to learn from.\n    hidden: number of hidden units, H.\n    learning_rate: factor of the gradient in each step; 0 leaves the network at its start.\n    iters: number of steps, 1 or more.\n    batch_size: rows in a batch, drawn at random and anew in every step,\n    with or without replacement; at most N.\n    std: standard deviation of the initial weights.\n    seed: of all that is random. The same seed gives the same result\n    whenever it is used, another seed another.\n\n    Returns params, a dict of "W1" (D, H), "b1" (H,), "W2" (H, C), "b2" (C,), and history, a\n    dict of the lists "train_loss" (of the batch, or of the whole training part), "test_loss"\n    and "test_accuracy" (share of right answers). Record every step or some, before or after\n    its update: the lists have the same length, and at least two entries, from the first and\n    the last step, whenever iters is 2 or more.\n    """\n    raise NotImplementedError'},
        {'id': 'train_two_layer', 'role': 'test', 'text': '@checks.run\ndef check():\n    # The start\n    X, y = np.random.default_rng(5).normal(size=(6, 40)), np.array([2, 0, 1, 2, 1, 0])\n    runs = [train_two_layer(X, y, X, y, hidden=60, learning_rate=0.0, iters=2, batch_size=3,\n                            std=0.3, seed=s)[0]["W1"] for s in (0, 0, 1)]\n    checks.that(0.27 < runs[0].std() < 0.33,\n                f"With std 0.3 the standard deviation of W1 is {runs[0].std():.3f}. "\n                "Is W1 std times a standard normal, whatever its shape?")\n    checks.that(np.abs(runs[0]).max() > 0.66,\n                "No weight of 2400 is larger than 2.2 standard deviations: "\n                "is it a normal distribution?")\n    checks.that(np.array_equal(runs[0], runs[1]),\n                "The same seed gives different weights: draw all from np.random.default_rng(seed).")\n    checks.that(not np.allclose(runs[0], runs[2]), "Two seeds give the same weights: use seed.")\n\n    # Every row is the same x, so that of a batch only its labels matter. What does one step do?\n    x, rate = np.array([1.0, -2.0, 0.5]), 0.4\n    X, y = np.tile(x, (8, 1)), np.arange(8) % 4\n    small = {"hidden": 5, "batch_size": 6, "std": 0.8, "iters": 1}\n    start, _ = train_two_layer(X, y, X, y, learning_rate=0.0, **small)\n    for name, size in ("W1", (3, 5)), ("b1", (5,)), ("W2", (5, 4)), ("b2", (4,)):\n        checks.shape(name, start[name], size, "3 inputs, 5 hidden units, labels from 0 to 3")\n    kept = {name: value.copy() for name, value in start.items()}\n    checks.close("[b1, b2] at the start", [*kept["b1"], *kept["b2"]], np.zeros(9), "biases are zero")\n    end, _ = train_two_layer(X, y, X, y, learning_rate=rate, **small)\n    step = {name: (end[name] - kept[name]) / rate for name in kept}\n    hidden = np.maximum(x @ kept["W1"], 0)\n    probs = np.exp(hidden @ kept["W2"]) / np.exp(hidden @ kept["W2"]).sum()\n    count = 6 * (step["b2"] + probs)  # how often each label was drawn\n    checks.that(np.abs(count - count.round()).max() < 1e-6 and count.min() > -0.5,\n                "b2 did not move by learning_rate times (labels - probabilities), a mean over the "\n                "batch. Is the gradient subtracted, once, and is it that of the mean loss?")\n    checks.close("(the change of W2) / learning_rate", step["W2"], np.outer(hidden, step["b2"]),\n                 "the hidden activations times what moved b2")\n    back = (kept["W2"] @ step["b2"]) * (hidden > 0)\n    checks.close("(the change of b1) / learning_rate", step["b1"], back,\n                 "back through W2 as it was in the forward pass, then through ReLU")\n    checks.close("(the change of W1) / learning_rate", step["W1"], np.outer(x, back),\n                 "the inputs times what moved b1")\n\n    # The batches: weights of zero, one row a batch; b2 rises for the label that was drawn\n    X, y = np.eye(6), np.arange(6)\n    drawn = [train_two_layer(X, y, X, y, iters=1, batch_size=1, std=0.0, seed=s)[0]["b2"].argmax()\n             for s in range(12)]\n    checks.that(len(set(drawn)) > 1,\n                f"Twelve seeds begin with the same row, {drawn[0]}: draw the batch at random.")\n\n    # A whole run: the class is the largest of three columns, and all test labels are wrong\n    X = np.random.default_rng(3).normal(size=(60, 4))\n    y, before = X[:, :3].argmax(axis=1), X.copy()\n    wrong = (y + 1) % 3\n    _, history = train_two_layer(X, y, before, wrong, hidden=30, learning_rate=1.0, iters=100,\n                                 batch_size=20, std=0.1)\n    checks.kept("X_train", X, before)\n    train_loss, test_loss, accuracy = (history[name] for name in\n                                       ("train_loss", "test_loss", "test_accuracy"))\n    checks.that(len(train_loss) == len(test_loss) == len(accuracy) > 1,\n                f"The lists of history have {len(train_loss)}, {len(test_loss)} and {len(accuracy)} "\n                "entries: as many in each, and at least two.")\n    checks.that(train_loss[-1] < 0.4,\n                f"The train loss ends at {train_loss[-1]:.3g}, though a first step goes the "\n                "right way; below 0.4 is usual. Are all iters steps made, each on a new batch of rows "\n                "with their own labels, and along the gradient of that batch alone?")\n    checks.that(test_loss[-1] > 2,\n                f"All test labels here are wrong, yet the test loss ends at {test_loss[-1]:.3g}. "\n                "Is it measured on X_test, against y_test?")\n    checks.that(0 <= accuracy[-1] < 0.2,\n                f"All test labels here are wrong, yet the accuracy ends at {accuracy[-1]:.3g}. "\n                "Is it measured on X_test, against y_test?")\n    _, history = train_two_layer(X, y, X[:50], y[:50], hidden=30, learning_rate=1.0, iters=100,\n                                 batch_size=20, std=0.1)\n    checks.that(0.8 < history["test_accuracy"][-1] <= 1,\n                f"The test accuracy ends at {history[\'test_accuracy\'][-1]:.3g}; expected more than "\n                "0.8, and at most 1: it is a share of all test rows.")'},
        {'id': '', 'role': 'prose', 'text': "### What it learns\n\nNow the digits. Before the first step no class is better than another, so the loss must start near $\\log\n10 = 2.303$ and the accuracy near 0.1. If it doesn't, something is wrong before training begins."},
        {'id': 'train_on_digits', 'role': 'demo', 'text': 'params, history = train_two_layer(X_train, y_train, X_test, y_test)\nfig, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")\nsteps = np.linspace(1, 1000, len(history["test_loss"]))\nleft.plot(steps, history["train_loss"], linewidth=0.8, alpha=0.7, label="training")\nleft.plot(steps, history["test_loss"], label="test")\nleft.set(xlabel="step", ylabel="loss", yscale="log")\nleft.legend()\nright.plot(steps, history["test_accuracy"])\nright.set(xlabel="step", ylabel="test accuracy", ylim=(0, 1),\n          title=f"ends at {history[\'test_accuracy\'][-1]:.3f}")\npictures.show(\n    f"Left: training and test loss start at {history[\'test_loss\'][0]:.1f} and end at "\n    f"{history[\'train_loss\'][-1]:.3f} and {history[\'test_loss\'][-1]:.3f}. Right: the test accuracy "\n    f"starts at {history[\'test_accuracy\'][0]:.2f} and ends at {history[\'test_accuracy\'][-1]:.3f}."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 6. Left, the loss on a logarithmic axis. The training loss is that of one batch at a time, so it\njumps; the test loss is measured on all 540 test digits and jumps less. The test accuracy passes 0.95 within\nabout 100 steps and ends near 0.98. Towards the end the training loss still falls while the test loss hardly\ndoes: the network has begun to learn the training digits by heart.*'},
        {'id': 'look_at_weights', 'role': 'demo', 'text': 'tiles = params["W1"].T.reshape(10, 10, 8, 8)\ntiles = np.pad(tiles, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=np.nan)\nlimit = np.quantile(np.abs(params["W1"]), 0.99)  # a few weights are larger still\nplt.figure(figsize=(6.4, 5.6), layout="constrained")\nplt.imshow(tiles.transpose(0, 2, 1, 3).reshape(100, 100), cmap="PuOr_r", vmin=-limit, vmax=limit)\nplt.colorbar(label="weight", shrink=0.8, extend="both")\nplt.axis("off")\npictures.show(\n    "A grid of ten by ten small images, the first-layer weights of each hidden unit in orange "\n    "and purple; most show blobs and strokes, about a quarter only pale noise."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 7. The weights of each of the 100 hidden units, laid out like the pixels that they multiply. Ink on\nan orange pixel excites the unit, ink on a purple one silences it. Many respond to a stroke in one place and\nits absence beside it. About a quarter are pale and look like noise, as all of them did at the start: these\nhave learned little, or nothing at all.*'},
        {'id': 'confusion_matrix', 'role': 'demo', 'text': 'predicted = two_layer_scores(X_test, params).argmax(axis=1)\ncounts = np.zeros((10, 10), dtype=int)\nnp.add.at(counts, (y_test, predicted), 1)\nplt.figure(figsize=(4.6, 4.4), layout="constrained")\nplt.imshow(np.sqrt(counts), cmap="Blues")\nfor label, guess in np.argwhere(counts > 0):\n    color = "white" if label == guess else "black"\n    plt.text(guess, label, counts[label, guess], ha="center", va="center", color=color)\nplt.gca().set(xlabel="predicted", ylabel="label", xticks=range(10), yticks=range(10),\n              title="540 test digits")\npictures.show(\n    "Confusion matrix of the ten digits: about fifty right answers for each digit on the "\n    "diagonal, a dozen single errors off it."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 8. The confusion matrix: how often the digit of each row was read as the digit of each column. What\nis right stands on the diagonal. The shade follows the square root of the count, so that single errors can\nbe seen.*'},
        {'id': 'digits_it_gets_wrong', 'role': 'demo', 'text': 'wrong = np.flatnonzero(predicted != y_test)[:12]\nfig, axes = plt.subplots(1, len(wrong), figsize=(9, 1.4), squeeze=False, layout="constrained")\nfor ax, i in zip(axes.flat, wrong):\n    ax.imshow(X_test[i].reshape(8, 8), cmap="gray_r")\n    ax.set_title(f"is {y_test[i]}\\nread {predicted[i]}", fontsize=9)\n    ax.axis("off")\npictures.show(\n    "The test digits that the network gets wrong, each with its label and the prediction above."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 9. Test digits that it reads wrongly, up to twelve of them. Would you have read the label?*'},
        {'id': '', 'role': 'prose', 'text': '## Settings under which nothing happens\n\nAn older version of this exercise set both `std` and `learning_rate` to $10^{-4}$. Many students then\nsearched for a mistake in code that was right. Here are four runs of *your* code.'},
        {'id': 'settings', 'role': 'demo', 'text': 'plt.figure(figsize=(7, 3.2), layout="constrained")\nfor rate, std, style in (0.5, 0.05, "-"), (0.5, 1e-4, "--"), (1e-4, 0.05, "-."), (1e-4, 1e-4, ":"):\n    _, run = train_two_layer(X_train, y_train, X_test, y_test,\n                             learning_rate=rate, iters=250, batch_size=32, std=std)\n    losses = run["test_loss"]\n    label = f"learning_rate {rate:g}, std {std:g}: ends at {losses[-1]:.3f}"\n    plt.plot(np.linspace(1, 250, len(losses)), losses, style, linewidth=2, label=label)\nplt.gca().set(xlabel="step", ylabel="test loss", ylim=(0, 2.5))\nplt.legend(fontsize=9, loc="upper right", bbox_to_anchor=(1, 0.9))\npictures.show(\n    "Test loss over 250 steps for four settings. With learning rate 0.5 and std 0.05 it falls "\n    "at once; with learning rate 0.5 and std 1e-4 it stays at 2.3 for about 70 steps and then "\n    "falls; with learning rate 1e-4 it stays at 2.3 throughout, whatever std."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 10. Test loss under four settings. With learning rate 0.5 the network learns, about 70 steps later\nwhen its weights start tiny. The two curves with learning rate $10^{-4}$ lie on top of each other at 2.3.*\n\nTiny weights alone cost a pause. Near zero the gradient of $W_1$ is proportional to $W_2$, and that of $W_2$\nto the hidden activations, so to $W_1$: the smaller both are, the slower both move. They grow by the same\n*factor* in every step, invisibly at first, and the pause ends when learning rate times steps has reached\nabout 35. At rate 0.5 that takes 70 steps. At rate $10^{-4}$ it takes more than 300,000; and with pixels\nfrom 0 to 16, as the exercise had them, still more than 10,000.\n\nSo before you doubt your code, see whether the loss starts at $\\log C$, whether it moves *at all* (print\nmore digits), and try the learning rate in steps of 10. Raise it until the loss jumps about, then go back a\nlittle.'},
        {'id': '', 'role': 'prose', 'text': '### An experiment of your own\n\nHow few hidden units are enough? How large may the learning rate be? Choose one setting of\n`train_two_layer`, write down what you expect, run it with two seeds, and compare. Nobody grades this cell,\nunless your instructor says so.\n\n- *I change ..., and expect ..., because ...*\n- *What came, seed by seed: ...*\n- *Larger than the difference between the seeds? ...*'},
        {'id': 'your_experiment', 'role': 'demo', 'text': 'for hidden in 5, 100:\n    ends = [train_two_layer(X_train, y_train, X_test, y_test, hidden=hidden, iters=400, seed=seed)\n            for seed in (0, 1)]\n    print(f"{hidden} hidden units:", [round(run["test_accuracy"][-1], 3) for _, run in ends])'},
        {'id': '', 'role': 'prose', 'text': '## 8. Units that die\n\nOne can also go too far. Here is the same network with the same settings, but the pixels run from 0 to 16\ninstead of 0 to 1. All gradients of $W_1$ are then 16 times as large, and the first steps throw the weights\nfar off.'},
        {'id': 'pixels_to_16', 'role': 'demo', 'text': 'too_far, losses = train_two_layer(16 * X_train, y_train, 16 * X_test, y_test, iters=100)\nanswers = two_layer_scores(16 * X_test, too_far).argmax(axis=1)\nprint(f"highest test loss {max(losses[\'test_loss\']):.0f}, last {losses[\'test_loss\'][-1]:.3f}")\noften = np.bincount(answers)\nprint(f"{often.max()} of {len(answers)} test digits are read as a {often.argmax()}")'},
        {'id': '', 'role': 'prose', 'text': 'The loss leaps up, comes back to about $\\log 10$, and stays there, however long one trains. The network has\none answer for all pictures, or nearly all.\n\n**Question.** What happens in training to a ReLU unit whose input is negative for every example: to its\noutput, to its weights, to its chance of recovering? And how would you see it in the gradients that your\nfunctions return? A few sentences will do.'},
        {'id': '', 'role': 'prose', 'text': '*4 points, about 10 minutes.*'},
        {'id': 'dead_units', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': '', 'role': 'prose', 'text': "### Random sizes\n\nThe hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your\nfunctions with random sizes and holds them against what is true of *any* right answer: a gradient is the\nslope that is measured, an example alone gives what it gives in a batch, twice the `dout` gives twice the\ngradient, arguments stay as they were. No right answer stands in that file. Where something is not true, it\nsays what, and for which sizes."},
        {'id': 'try_random_sizes', 'role': 'demo', 'text': 'import properties\n\n\ndef some_affine(rng):\n    N, first, second, M = rng.integers(1, 4, size=4)\n    x = rng.normal(size=(N, first, second))\n    return x, rng.normal(size=(first * second, M)), rng.normal(size=M)\n\n\ndef some_numbers(rng):\n    return [rng.normal(size=rng.integers(1, 4, size=rng.integers(1, 4)))]\n\n\nproperties.layer("affine", lambda x, w, b: affine_forward(x, w, b)[0],\n                 lambda dout, x, w, b: affine_backward(dout, (x, w, b)), some_affine)\nproperties.layer("ReLU", lambda x: relu_forward(x)[0], relu_backward, some_numbers)\nproperties.loss("softmax_loss", softmax_loss)'},
        {'id': '', 'role': 'prose', 'text': '## Where this goes\n\nYou have the scheme that all networks share: layers that know their own derivative, a loss at the end, a\ngradient check for each part, and a loop that draws, runs forward, runs backward and steps. Chapter 2 puts\nthe same layers into a class, has you write the gradient check itself, and sets a second loss beside\nsoftmax. Later chapters add depth, momentum, regularization and convolution. None of them changes the\nscheme.\n\n**References.** Alpaydin and Kaynak (1998), *Optical recognition of handwritten digits*, UCI repository.\nDeMillo, Lipton and Sayward (1978), *Hints on test data selection: help for the practicing programmer*.\nNair and Hinton (2010), *Rectified linear units improve restricted Boltzmann machines*. Robbins and Monro\n(1951), *A stochastic approximation method*. Rumelhart, Hinton and Williams (1986), *Learning\nrepresentations by back-propagating errors*.'},
        {'id': '', 'role': 'prose', 'text': '## Before you hand it in\n\nSave the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says\nquestion by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.\nWith `all=True` it runs training and demonstrations as well.'},
        {'id': 'check_this_notebook', 'role': 'demo', 'text': 'import check_notebook\n\ncheck_notebook.run()'},
    ],
})

if __name__ == "__main__":
    status = main(sys.argv[1:])
    if not hasattr(builtins, "get_ipython"):  # %run would show an exit as an error
        sys.exit(status)
