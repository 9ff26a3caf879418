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
    'assignment': 'two_layer_perceptron',
    'release': 'ff58a23ca305a5a5',
    'files': ['checks.py', 'diagrams.py', 'pictures.py', 'properties.py', 'digits.npz'],
    'questions': [
        {'id': 'eval_numerical_gradient', 'points': 5.0, 'written': False, 'trains': False, 'defines': ['eval_numerical_gradient']},
        {'id': 'eval_numerical_gradient_array', 'points': 5.0, 'written': False, 'trains': False, 'defines': ['eval_numerical_gradient_array']},
        {'id': 'rel_error', 'points': 2.0, 'written': False, 'trains': False, 'defines': ['rel_error']},
        {'id': 'affine', 'points': 5.0, 'written': False, 'trains': False, 'defines': ['TwoLayerPerceptron.affine_forward', 'TwoLayerPerceptron.affine_backward']},
        {'id': 'relu', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['TwoLayerPerceptron.relu_forward', 'TwoLayerPerceptron.relu_backward']},
        {'id': 'vanishing', 'points': 4.0, 'written': True, 'trains': False, 'defines': []},
        {'id': 'svm_loss', 'points': 8.0, 'written': False, 'trains': False, 'defines': ['TwoLayerPerceptron.svm_loss']},
        {'id': 'softmax_loss', 'points': 6.0, 'written': False, 'trains': False, 'defines': ['TwoLayerPerceptron.softmax_loss']},
        {'id': 'network', 'points': 12.0, 'written': False, 'trains': False, 'defines': ['TwoLayerPerceptron.init_params', 'TwoLayerPerceptron.loss']},
    ],
    'cells': [
        {'id': '', 'role': 'prose', 'text': "# Understanding an image classifier's layers\n\n*Chapter 2 of 5. 50 points.*\n\nAn image classifier is a stack of small functions. Each has a forward rule, which computes, and a backward\nrule, which says how the loss would answer if its inputs moved a little. In chapter 1 you wrote such pairs\none by one. In this chapter they become the methods of a class, `TwoLayerPerceptron`, and every backward\nrule meets a judge that needs no calculus: a gradient measured by experiment.\n\nYou will write, in this order,\n\n1. **numerical gradients**, which nudge every number a little and watch the loss,\n2. the **layers** of the network, affine and ReLU, checked against those experiments,\n3. two **losses**, the hinge loss and the softmax loss, which want different things from the same scores,\n4. the **network** itself, trained on handwritten digits at the end.\n\nOn the way we look at how far a numerical gradient can be trusted, and at why deep stacks of sigmoids learn\nso slowly."},
        {'id': '', 'role': 'prose', 'text': "## What you need to know from chapter 1\n\nIn half a page, for whoever starts here. A network is a chain of *layers*, with a loss $L$, a single number,\nat its end. Each layer is a pair of functions: `forward` computes its output `out` and a *cache* of what the\nway back needs; `backward` gets the *upstream gradient* `dout`, which is $\\partial L / \\partial out$, and\nreturns the gradient of $L$ with respect to each of the layer's arguments. The chain rule connects them:\n\n$$dx_i = \\sum_j dout_j \\, \\frac{\\partial out_j}{\\partial x_i}$$\n\nwhere $dx$ stands for $\\partial L / \\partial x$. Two consequences catch most mistakes: a gradient has the\nshape of what it is the gradient of, and what is used several times collects the *sum* of what comes back\nalong each use. For an affine layer $out = x w + b$ with one row an example, this gives $dw = x^\\top dout$,\na sum over the examples; chapter 1, question 2, has you show why. A bias has one axis, here as there."},
        {'id': '', 'role': 'prose', 'text': '## How the class is put together\n\nSections 1 to 3 ask for plain functions. From section 4 on you write methods: `TwoLayerPerceptron` starts\nwith nothing but its `__init__`, each solution cell defines a function whose first argument is `self`, and a\nlocked line after it attaches that function to the class under the same name. From there on\n`layers.affine_forward(x, w, b)` calls it, and inside another method `self.affine_forward(x, w, b)` does.\n\nWhat a function gets and returns stands in its docstring. Four rules hold for all methods, and the hidden\ntests try them:\n\n- arguments are left as they were, and what is returned is a new array (a cache may hold the arguments\n  themselves);\n- a batch may have one example only;\n- arrays of integers and of `float32` are as welcome as `float64`, and a result that is a fraction stays\n  one;\n- a loop and a vectorized expression are equally right.\n\nYou may define helpers in a solution cell and call them by name. Below each question stands a check, which\nJupyterLab shows folded; click on it if you want to read it. It is silent when it finds nothing wrong.\nWhere you are stuck, hints unfold under each question, from a nudge to the idea. Each part is tested by\nitself, so a mistake in one layer costs nothing in the next.'},
        {'id': 'imports', 'role': 'given', 'text': 'from collections.abc import Callable\n\nimport matplotlib.pyplot as plt\nimport numpy as np\n\nimport checks\nimport diagrams\nimport pictures\n\nplt.style.use("tableau-colorblind10")'},
        {'id': 'two_layer_perceptron', 'role': 'given', 'text': 'class TwoLayerPerceptron:\n    """A classifier with one hidden layer: affine, ReLU, affine, and a loss on top.\n\n    Its methods are attached one by one below.\n    """\n\n    def __init__(\n        self,\n        input_dim: int,\n        hidden_dim: int,\n        num_classes: int,\n        weight_scale: float = 1e-3,\n        reg: float = 0.0,\n        seed: int = 0,\n    ) -> None:\n        self.params = {}  # W1 (D, H), b1 (H,), W2 (H, C), b2 (C,)\n        self.reg = reg  # strength of the L2 penalty\n        self.init_params(input_dim, hidden_dim, num_classes, weight_scale, seed)'},
        {'id': '', 'role': 'prose', 'text': '`__init__` calls a method that you write near the end. The layers need no weights of their own, they get\neverything as arguments. So until then we work with `layers`, an instance that was made without running\n`__init__`: it has the methods that are attached so far and nothing else.'},
        {'id': 'layers', 'role': 'given', 'text': 'layers = TwoLayerPerceptron.__new__(TwoLayerPerceptron)'},
        {'id': '', 'role': 'prose', 'text': '## 1. Measuring a gradient\n\nA backward rule with a slip in it still runs, and often still learns a little. The way to catch it is to\nmeasure the slope: move one entry of $x$ by $h$ to both sides, watch $f$, and put the entry back. Write\n`eval_numerical_gradient` for a function with a single number as its answer.\n\n$$\\frac{\\partial f}{\\partial x_i} \\approx \\frac{f(x + h e_i) - f(x - h e_i)}{2h}$$\n\nwith $x$ of any shape, $e_i$ zero but for a 1 at entry $i$, and a gradient of the shape of $x$.\n\nThe loss of a network does not take its weights as an argument, it reads them where they are. So `f` may\nignore what it is given and look at `x` itself: change the entries of `x` in place, and leave behind exactly\nthe bits that you found. Adding $h$ and subtracting it again does not do that, for $(x + h) - h$ is\nrounded.'},
        {'id': '', 'role': 'prose', 'text': '*5 points, about 20 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhich entry moves, how often is `f` called for it, and what must be true of `x` afterwards?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`np.ndindex(x.shape)` gives every index, for any number of axes; the result has the shape of `x`.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nKeep the entry; set it to kept + h and call `f`; set it to kept - h and call `f`; write kept back.\n\n</details>'},
        {'id': 'eval_numerical_gradient_solution', 'role': 'solution', 'text': 'def eval_numerical_gradient(\n    f: Callable[[np.ndarray], float], x: np.ndarray, verbose: bool = False, h: float = 1e-5\n) -> np.ndarray:\n    """Measure the gradient of f at x by central differences.\n\n    f: takes x, returns one number; it may ignore its argument and read x itself.\n    x: float64, of any shape; perturbed in place, entry by entry, and left bit for bit as it was.\n       It may be a view of another array, such as W.T, so that flattening it can make a copy.\n    verbose: print each entry as it is measured.\n    h: the step to each side.\n    Returns the gradient, with the shape of x.\n    """\n    raise NotImplementedError'},
        {'id': 'eval_numerical_gradient', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.array([[0.3, -1.2, 2.1], [1.7, 0.7, -0.9]])\n    start = x.copy()\n    grad = eval_numerical_gradient(lambda z: np.sum(z**3), x, h=0.5)\n    checks.close("grad of sum(x**3) with h=0.5", grad, 3 * start**2 + 0.25,\n                 "one entry at a time, to both sides, over 2h; the step is the argument h")\n    grad = eval_numerical_gradient(lambda z: np.sum(z**3) + np.prod(z), x)\n    checks.close("grad of sum(x**3) + prod(x)", grad, 3 * start**2 + np.prod(start) / start,\n                 "all entries but one stay where they are; h is 1e-5 where none is given")\n    grad = eval_numerical_gradient(lambda _: np.sum(x**3), x)\n    checks.close("grad of an f that reads x itself", grad, 3 * start**2,\n                 "move the entries of x, not those of a copy")\n    checks.kept("x", x, start, "bit for bit: keep each entry\'s old value and write it back")\n    whole = np.arange(24.0).reshape(2, 3, 4)\n    view = whole[:, :1].T  # four by one by two, and not in one piece\n    grad = eval_numerical_gradient(lambda _: np.sum(whole**2), view)\n    checks.close("grad at a view of another array", grad, 2 * view,\n                 "x.reshape and x.flatten may copy; index x itself, with as many axes as it has")'},
        {'id': '', 'role': 'prose', 'text': "### How small should the step be?\n\nTwo errors pull in opposite directions. A central difference leaves out the third derivative, which costs\nabout $\\tfrac{1}{6} h^2\n|f'''|$. And $f$ itself is rounded, to about $10^{-16} |f|$; the difference of two such numbers is divided by $2h$, which costs\nabout $10^{-16} |f| / h$. Their sum is smallest near $h = 10^{-5}$, with about 10 digits right where $f$,\n$f'$ and $f'''$ are all of size 1. No smaller step can give more."},
        {'id': 'step_size', 'role': 'demo', 'text': 'steps, point = np.logspace(-13, -1, 60), np.array([0.8])\nslopes = [eval_numerical_gradient(lambda z: np.sin(z[0]), point, h=h)[0] for h in steps]\nerrors = [abs(slope - np.cos(0.8)) for slope in slopes]\nplt.figure(figsize=(6, 3.6), layout="constrained")\nplt.loglog(steps, errors, "o", markersize=4, label="measured")\nplt.loglog(steps, steps**2 / 6 * np.cos(0.8), "--", label=r"left out: $h^2 |f\'\'\'| / 6$")\nplt.loglog(steps, 1.1e-16 * np.sin(0.8) / steps, ":", linewidth=2,\n           label=r"rounded: $1.1 \\cdot 10^{-16} |f| / h$")\nplt.gca().set(xlabel="step h", ylabel="error of the slope", ylim=(1e-14, 1),\n              title="Slope of sin at 0.8 by central differences")\nplt.legend()\npictures.show(\n    "Log-log plot. The error of the central difference falls as h squared from 1e-1 down to "\n    "about h = 1e-5, then rises as 1/h with scatter."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 1. From right to left the error first falls as $h^2$, reaches its floor of about $10^{-11}$ near\n$h = 10^{-5}$, and rises again as $1/h$, where the rounding of $f$ takes over.*'},
        {'id': '', 'role': 'prose', 'text': "## 2. Measuring a layer\n\nA layer answers with an array, not with a number. Its place in the network is known through the *upstream\ngradient* `df`, the derivative of the loss with respect to each entry of the layer's output. By the chain\nrule the loss moves by the sum over all output entries, each weighted with its entry of `df`.\n\n$$\\frac{\\partial L}{\\partial x_i} \\approx \\sum_k df_k\\, \\frac{f_k(x + h e_i) - f_k(x - h e_i)}{2h}$$\n\nwith $f(x)$ and $df$ of one shape, any shape, and the result of the shape of $x$.\n\nA trap: some layers only look at $x$ differently. A layer that flattens, or transposes, returns a view of\n$x$, and a view follows when you change $x$ for the second measurement. Copy what you want to keep."},
        {'id': '', 'role': 'prose', 'text': '*5 points, about 15 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nIt is the last question again, with an array in place of a number. What makes one number of it?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n`f(x)` and `df` have one shape; their product, summed, is a number, and the result has the shape of `x`.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nTake a copy of each `f(x)` before `x` moves on. Subtract first, multiply by `df`, then sum.\n\n</details>'},
        {'id': 'eval_numerical_gradient_array_solution', 'role': 'solution', 'text': 'def eval_numerical_gradient_array(\n    f: Callable[[np.ndarray], np.ndarray], x: np.ndarray, df: np.ndarray, h: float = 1e-5\n) -> np.ndarray:\n    """Measure the gradient of sum(df * f(x)) at x by central differences.\n\n    f: takes x, returns an array; it may ignore its argument and read\n    x itself, and may return a view of x.\n    x: float64, of any shape; perturbed in place and left bit for bit as\n    it was. It may be a view of another array.\n    df: the upstream gradient, with the shape of f(x).\n    h: the step to each side.\n    Returns the gradient, with the shape of x.\n    """\n    raise NotImplementedError'},
        {'id': 'eval_numerical_gradient_array', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.array([[0.5, -1.0, 2.0], [1.5, 0.2, -0.3]])\n    start, df = x.copy(), np.array([[1.0, -2.0], [0.5, 3.0]])\n    grad = eval_numerical_gradient_array(lambda z: z**3, x, np.full((2, 3), 2.0), h=0.5)\n    checks.close("grad of x**3 with df = 2 and h=0.5", grad, 6 * start**2 + 0.5,\n                 "to both sides, times df, over 2h; the step is the argument h")\n    # neighbours in a row, multiplied: three entries make two\n    grad = eval_numerical_gradient_array(lambda z: z[:, :2] * z[:, 1:], x, df)\n    checks.close("grad of x[:, :2] * x[:, 1:]", grad, [[-1.0, -3.5, 2.0], [0.1, -0.15, 0.6]],\n                 "weight each output by its own entry of df, then sum over all outputs")\n    grad = eval_numerical_gradient_array(lambda _: x[:, :2] * x[:, 1:], x, df)\n    checks.close("grad of an f that reads x itself", grad, [[-1.0, -3.5, 2.0], [0.1, -0.15, 0.6]],\n                 "move the entries of x, not those of a copy")\n    grad = eval_numerical_gradient_array(lambda z: z.T, x, np.arange(6.0).reshape(3, 2))\n    checks.close("grad of x.T", grad, [[0, 2, 4], [1, 3, 5]],\n                 "f returns x.T, a view: it changes with x unless you copy it")\n    checks.kept("x", x, start, "bit for bit: keep each entry\'s old value and write it back")\n    whole = np.arange(12.0).reshape(4, 3)\n    grad = eval_numerical_gradient_array(lambda _: whole[1] ** 2, whole[1], np.array([1.0, 0, 2]))\n    checks.close("grad at a row of another array", grad, [6, 0, 20],\n                 "x may have one axis, or any number of them, and be a view")'},
        {'id': '', 'role': 'prose', 'text': '## 3. How far apart are two gradients?\n\nAre 0.001 and 0.002 close? They differ by little, and one is twice the other. What counts for gradients is\nthe difference relative to their size, and we want to hear of the worst entry, not of the average one. Where\nboth entries are (nearly) zero, a floor in the denominator keeps $0/0$ out.\n\n$$\\mathrm{rel\\_error}(x, y) = \\max_i \\frac{|x_i - y_i|}{\\max(10^{-8},\\; |x_i| + |y_i|)}$$\n\nwith $x$ and $y$ of one shape, and a single number as the result: 0 for equal arrays, 1 where two entries\nhave opposite signs or just one of them is zero.'},
        {'id': '', 'role': 'prose', 'text': '*2 points, about 5 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nNumerator and denominator are worked out entry by entry; only then comes the largest.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nArrays of one shape become a single number.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\n`np.maximum(1e-8, ...)` is the floor; `np.max` is the worst entry. They are two different functions.\n\n</details>'},
        {'id': 'rel_error_solution', 'role': 'solution', 'text': 'def rel_error(x: np.ndarray, y: np.ndarray) -> float:\n    """Return the largest relative error between the entries of x and y, two arrays of one shape."""\n    raise NotImplementedError'},
        {'id': 'rel_error', 'role': 'test', 'text': '@checks.run\ndef check():\n    x, y = np.array([[100.0, -0.3], [0.0, 7.0]]), np.array([[101.0, -0.1], [0.0, 7.0]])\n    error = rel_error(x, y)\n    checks.shape("rel_error(x, y)", error, (), "one number: the worst entry")\n    checks.close("rel_error(x, y)", error, 0.5,\n                 "divide entry by entry, sum of absolute values below, then take the largest")\n    checks.close("rel_error(y, x)", rel_error(y, x), 0.5, "neither of the two comes first")\n    error = rel_error(np.array([1.0, 2.0, 2.0]), np.array([-0.5, 2.0, 2.0]))\n    checks.close("rel_error of 1 and -0.5", error, 1.0, "take absolute values first, then add them")\n    error = rel_error(np.array([3e-9]), np.array([1e-9]))\n    checks.close("rel_error of 3e-9 and 1e-9", error, 0.2, "the denominator is never below 1e-8")'},
        {'id': 'look_at_rel_error', 'role': 'demo', 'text': 'for a, b in [(1.0, 1.0 + 1e-9), (0.001, 0.002), (0.5, -0.5), (1e-12, 3e-12)]:\n    print(f"{a:>8g} and {b:<12.10g} relative error {rel_error(np.array([a]), np.array([b])):.1e}")'},
        {'id': '', 'role': 'prose', 'text': '## 4. The affine layer\n\nAn affine layer gives every output its own weighted sum of all inputs. An image $(d_1, \\dots, d_k)$ is\nfirst laid out as a row of $D = d_1 \\cdots d_k$ numbers; the cache keeps `x` with the shape it came in.\n\n$$\\mathrm{out} = x_{\\mathrm{flat}}\\, w + b$$\n\nwith $x$ of shape $(N, d_1, \\dots, d_k)$, $x_{\\mathrm{flat}}$ of shape $(N, D)$, $w$ of shape $(D, M)$, $b$\nof shape $(M,)$ and out of shape $(N, M)$.'},
        {'id': '', 'role': 'prose', 'text': "*5 points, about 20 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nForward: flatten, multiply, add. Backward: three gradients from one `dout`.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\n$x_{\\mathrm{flat}}$ is $(N, D)$; $dout\\, w^\\top$ too, and it must get the shape of $x$ back; the bias's\ngradient is $(M,)$.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nThe same as in chapter 1, with `self` in front. Keep `x` as it came in the cache, and flatten it anew on the\nway back.\n\n</details>"},
        {'id': 'affine_solution_1', 'role': 'solution', 'text': 'def affine_forward(self, x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, tuple]:\n    """Compute an affine layer.\n\n    x: inputs, (N, d1, ..., dk), with one axis or more after the first.\n    w: weights, (D, M), where D = d1 * ... * dk.\n    b: biases, (M,).\n    Returns the outputs, (N, M), and the cache (x, w, b), with x in its own shape.\n    """\n    raise NotImplementedError'},
        {'id': 'attach_affine_forward', 'role': 'given', 'text': 'TwoLayerPerceptron.affine_forward = affine_forward'},
        {'id': '', 'role': 'prose', 'text': 'Backwards, each argument receives what it contributed. A weight $w_{dm}$ multiplied $x_{nd}$ on its way to\nout$_{nm}$, for every $n$, and so collects over the batch; a bias was added to every row, and collects the\ncolumn.\n\n$$dx_{\\mathrm{flat}} = dout\\, w^\\top, \\qquad dw = x_{\\mathrm{flat}}^\\top\\, dout, \\qquad db_m = \\sum_n dout_{nm}$$\n\nwith $dout$ of shape $(N, M)$. Each gradient has the shape of what it is the gradient of: $dx$ that of $x$,\nwith all its axes, $dw$ $(D, M)$ and $db$ $(M,)$.'},
        {'id': 'affine_solution_2', 'role': 'solution', 'text': 'def affine_backward(self, dout: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:\n    """Compute the gradients of an affine layer.\n\n    dout: upstream gradient, (N, M).\n    cache: (x, w, b), as affine_forward returns it.\n    Returns dx with the shape of x, dw (D, M) and db (M,).\n    """\n    raise NotImplementedError'},
        {'id': 'attach_affine_backward', 'role': 'given', 'text': 'TwoLayerPerceptron.affine_backward = affine_backward'},
        {'id': 'affine', 'role': 'test', 'text': '@checks.run\ndef check():\n    rng = np.random.RandomState(231)\n    x, w, b, dout = rng.randn(10, 2, 3), rng.randn(6, 5), rng.randn(5), rng.randn(10, 5)\n    before = x.copy(), w.copy(), b.copy(), dout.copy()\n    out, cache = layers.affine_forward(x, w, b)\n    checks.shape("out", out, (10, 5), "one row an example, one column an output")\n    checks.close("out", out[:1],\n                 [[-2.17606361, -2.12184729, 0.00900847, 2.20337442, -0.99083714]],\n                 "each example becomes one row; its weighted sums, plus the bias of each column",\n                 1e-7)\n    checks.kept("x", x, before[0])\n    checks.that(len(cache) == 3, f"the cache holds {len(cache)} things; expected (x, w, b)")\n    for name, seen, given in zip(("x", "w", "b"), cache, before):\n        checks.close(f"{name} in the cache", seen, given, "the cache is (x, w, b), as they came")\n    dx, dw, db = layers.affine_backward(dout, (x, w, b))\n    checks.shape("dx", dx, (10, 2, 3), "the shape of x itself")\n    first = [[[5.06973048, 0.52895344, 1.22136172], [-0.19561005, 1.56951029, 3.72781223]]]\n    checks.close("dx", dx[:1], first, "each entry of x collects from all outputs of its example",\n                 1e-7)\n    checks.shape("dw", dw, (6, 5), "one row an input, one column an output, as in w")\n    checks.close("dw", dw[:1],\n                 [[-2.37342917, -0.51198268, 0.31810037, 2.90403428, 1.06935402]],\n                 "a sum over the batch, not a mean", 1e-7)\n    checks.close("db", db, [-5.78588657, -2.14288946, -3.93648137, -4.10664587, -0.09253319],\n                 "(M,), a sum over the batch, not a mean", 1e-7)\n    for name, seen, was in zip(("x", "w", "b", "dout"), (x, w, b, dout), before):\n        checks.kept(name, seen, was)\n    # one example of three numbers, two outputs; whole numbers\n    x, w, b = np.array([[2, -1, 3]]), np.array([[1, 0], [4, -2], [0, 5]]), np.array([10, -40])\n    out, _ = layers.affine_forward(x, w, b)\n    checks.close("out of a single example", out, [[8, -23]], "no size is written into the code")\n    dx, dw, db = layers.affine_backward(np.array([[0.5, -1]]), (x, w, b))\n    checks.close("dx of a single example", dx, [[0.5, 4, -5]], "the bias plays no part in it")\n    checks.close("dw of a single example", dw, [[1, -2], [-0.5, 1], [1.5, -3]], "x times dout")\n    checks.close("db of a single example", db, [0.5, -1], "(M,), one axis")'},
        {'id': 'check_affine', 'role': 'demo', 'text': 'rng = np.random.RandomState(231)\nx, w, b, dout = rng.randn(10, 2, 3), rng.randn(6, 5), rng.randn(5), rng.randn(10, 5)\ngrads = layers.affine_backward(dout, (x, w, b))\nfor name, at, analytic in zip(("dx", "dw", "db"), (x, w, b), grads):\n    measured = eval_numerical_gradient_array(lambda _: layers.affine_forward(x, w, b)[0], at, dout)\n    error = rel_error(measured, analytic)\n    print(f"{name}: relative error against the numerical gradient {error:.1e}")'},
        {'id': '', 'role': 'prose', 'text': 'All three are $10^{-10}$ or less. An affine layer is a straight line in each of its arguments, so the\ncentral difference leaves nothing out and only rounding remains. A layer with a mistake in it would show an\nerror of the order of 1.'},
        {'id': '', 'role': 'prose', 'text': '## 5. ReLU\n\nThe rectifier cuts off what is negative (Glorot, Bordes and Bengio 2011; chapter 1). Backwards it is a gate:\nthe upstream gradient passes where the *input* was positive and stops where it was negative. What it cached\nis the input itself.\n\n$$\\mathrm{out}_i = \\max(0, x_i), \\qquad dx_i = \\begin{cases} dout_i & x_i > 0 \\\\ 0 & x_i < 0 \\end{cases}$$\n\nwith $x$, out, $dout$ and $dx$ of one shape, any shape. At exactly 0 any slope from 0 to 1 will do; we never\ntest it.'},
        {'id': '', 'role': 'prose', 'text': '*3 points, about 10 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nThe gate of the way back is set by the cache, the input of the way forward.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nOne shape throughout, whatever it is.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\n`np.maximum` forward; `dout` times a comparison backward. Both give new arrays.\n\n</details>'},
        {'id': 'relu_solution_1', 'role': 'solution', 'text': 'def relu_forward(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:\n    """Compute max(0, x), entry by entry. Returns out, with the shape of\n    x, and the cache, which is x itself."""\n    raise NotImplementedError'},
        {'id': 'attach_relu_forward', 'role': 'given', 'text': 'TwoLayerPerceptron.relu_forward = relu_forward'},
        {'id': 'relu_solution_2', 'role': 'solution', 'text': 'def relu_backward(self, dout: np.ndarray, cache: np.ndarray) -> np.ndarray:\n    """Compute the gradient of ReLU.\n\n    dout: upstream gradient, of any shape; left as it was.\n    cache: x, the input of relu_forward, of the same shape.\n    Returns dx, of the same shape.\n    """\n    raise NotImplementedError'},
        {'id': 'attach_relu_backward', 'role': 'given', 'text': 'TwoLayerPerceptron.relu_backward = relu_backward'},
        {'id': 'relu', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.array([[-2.0, 0.5, 3.0], [0.1, -0.2, -7.0]])\n    dout = np.array([[1.0, -4.0, 2.0], [-3.0, 5.0, -6.0]])\n    before = x.copy(), dout.copy()\n    out, cache = layers.relu_forward(x)\n    checks.close("out", out, [[0, 0.5, 3.0], [0.1, 0, 0]],\n                 "positive entries stay, negative ones become 0")\n    checks.kept("x", x, before[0])\n    checks.close("the cache", cache, before[0], "the cache is x itself, negative entries included")\n    dx = layers.relu_backward(dout, x)\n    checks.close("dx", dx, [[0, -4.0, 2.0], [-3.0, 0, 0]],\n                 "dout where the input was positive, 0 where it was negative")\n    checks.kept("x", x, before[0])\n    checks.kept("dout", dout, before[1])\n    # four numbers in a row, whole ones\n    out, _ = layers.relu_forward(np.array([4, -1, 2, -3]))\n    checks.close("out of four numbers in a row", out, [4, 0, 2, 0], "x has any number of axes")\n    dx = layers.relu_backward(np.array([0.5, 0.25, -1.5, 1.0]), np.array([4, -1, 2, -3]))\n    checks.close("dx where x holds whole numbers", dx, [0.5, 0, -1.5, 0], "fractions of dout are kept")'},
        {'id': 'check_relu', 'role': 'demo', 'text': 'rng = np.random.RandomState(231)\nx, dout = rng.randn(10, 10), rng.randn(10, 10)\nmeasured = eval_numerical_gradient_array(lambda z: layers.relu_forward(z)[0], x, dout)\nerror = rel_error(measured, layers.relu_backward(dout, x))\nprint(f"dx: relative error against the numerical gradient {error:.1e}")'},
        {'id': '', 'role': 'prose', 'text': 'About $3 \\cdot 10^{-12}$. Had one entry of $x$ lain within $h$ of zero, the two measurements would straddle\nthe kink and the numerical slope would be neither 0 nor 1: a gradient check can fail a layer that is right.\nLook at the input before you doubt the layer.'},
        {'id': '', 'role': 'prose', 'text': "## 6. Where gradients vanish\n\nReLU is one of many activation functions. The logistic sigmoid came before it, and the *leaky* ReLU,\n$\\max(0.01\\,x, x)$, after (Maas, Hannun and Ng 2013). Backwards, a layer multiplies the gradient that comes\nfrom above with the slope of its activation. Where that slope is close to zero, next to nothing arrives at\nthe layers below, and they stop learning, however wrong they are.\n\n$$\\sigma(x) = \\frac{1}{1 + e^{-x}}, \\qquad \\sigma'(x) = \\sigma(x)\\,(1 - \\sigma(x)) \\le \\tfrac{1}{4}$$"},
        {'id': 'activations', 'role': 'demo', 'text': 'z = np.linspace(-8, 8, 801)\nsig = 1 / (1 + np.exp(-z))\ncurves = {"sigmoid": (sig, sig * (1 - sig)), "ReLU": (np.maximum(0, z), z > 0)}\ncurves["leaky ReLU"] = (np.maximum(0.01 * z, z), np.where(z > 0, 1, 0.01))\nfig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")\nfor (name, pair), style in zip(curves.items(), ("C0-", "C1--", "k:")):\n    for ax, curve in zip(axes, pair):\n        ax.plot(z, curve, style, linewidth=2.2, label=name)\naxes[0].set(title="activation", xlabel="x", ylabel="a(x)", ylim=(-0.4, 3))\naxes[1].set(title="its derivative", xlabel="x", ylabel="a\'(x)")\naxes[1].legend(loc="center left")\npictures.show(\n    "Two panels over x from -8 to 8. Left: sigmoid rises from 0 to 1, ReLU and leaky ReLU rise "\n    "linearly for positive x. Right: the derivative of the sigmoid is a bump of height 1/4 "\n    "around 0, those of ReLU and leaky ReLU step from 0 and 0.01 to 1."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 2. Three activation functions and their derivatives. On the left half ReLU and leaky ReLU can hardly\nbe told apart by eye; their slopes there are 0 and 0.01.*\n\n**Question.** Which of the three, sigmoid, ReLU and leaky ReLU, have a gradient of zero or close to zero,\nand for which one-dimensional inputs? Say for each how small the gradient gets and what that means for a\nunit during training. A few sentences will do.'},
        {'id': '', 'role': 'prose', 'text': '*4 points, about 15 minutes.*'},
        {'id': 'vanishing', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': '', 'role': 'prose', 'text': 'In a deep stack these slopes multiply. Below, twenty affine layers of 100 units follow each other, weights\ndrawn at a scale that suits the activation (Glorot and Bengio 2010; He and others 2015). A random gradient\nenters at the top and travels down through your `affine_backward`.'},
        {'id': 'deep_stack', 'role': 'demo', 'text': 'def norms_on_the_way_down(act, slope, gain):\n    rng, inputs = np.random.default_rng(0), []\n    a, grad = rng.normal(size=(50, 100)), rng.normal(size=(50, 100))\n    for _ in range(20):\n        w = rng.normal(scale=np.sqrt(gain / 100), size=(100, 100))\n        out, cache = layers.affine_forward(a, w, np.zeros(100))\n        inputs, a = [*inputs, (out, cache)], act(out)\n    norms = []\n    for out, cache in reversed(inputs):\n        grad = layers.affine_backward(grad * slope(out), cache)[0]\n        norms.append(np.linalg.norm(grad))\n    return norms\n\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n\n\nstacks = {\n    "sigmoid": norms_on_the_way_down(sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)), 1.0),\n    "ReLU": norms_on_the_way_down(lambda z: np.maximum(0, z), lambda z: z > 0, 2.0),\n    "leaky ReLU": norms_on_the_way_down(lambda z: np.maximum(0.01 * z, z),\n                                        lambda z: np.where(z > 0, 1.0, 0.01), 2.0),\n}\nplt.figure(figsize=(7, 3.6), layout="constrained")\nfor (name, norms), style in zip(stacks.items(), ("C0o-", "C1s--", "k^:")):\n    plt.semilogy(range(20, 0, -1), norms, style, markersize=5, label=name)\nplt.gca().set(xlabel="layer (1 is next to the input)", ylabel="norm of the gradient",\n              xticks=range(1, 21, 2))\nplt.legend()\npictures.show(\n    "Norm of the gradient at each of twenty layers, on a log scale. With the sigmoid it falls "\n    "on a straight line from about 20 at layer 20 to about 2e-11 at layer 1. With ReLU and "\n    "leaky ReLU it stays near 100 throughout."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 3. The norm of the gradient, layer by layer. Through each sigmoid it shrinks to about a quarter, so\nthe first layer receives a millionth of a millionth of what entered at the top. ReLU and leaky ReLU keep its\nsize. Bengio, Simard and Frasconi (1994) met this effect in recurrent networks; it is one reason why deep\nnetworks were long thought impossible to train.*'},
        {'id': '', 'role': 'prose', 'text': '## 7. The hinge loss\n\nThe last affine layer gives every class a score. The *hinge loss* (Weston and Watkins 1999) asks that the\nright class be ahead of every other by a margin of 1. Every class that is closer than that, or ahead, costs\nwhat is missing; a class that is beaten by more costs nothing, and the loss takes no further interest in it.\n\n$$L = \\frac{1}{N} \\sum_n \\sum_{j \\ne y_n} \\max(0, m_{nj}), \\qquad m_{nj} = x_{nj} - x_{n y_n} + 1$$\n\nwith scores $x$ of shape $(N, C)$ and labels $y$ of shape $(N,)$, integers from 0 to $C - 1$. Every\n$m_{nj} > 0$ with $j \\ne y_n$ pushes its own score and pulls the right one:\n\n$$dx_{nj} = \\tfrac{1}{N}\\,[m_{nj} > 0] \\;\\; (j \\ne y_n), \\qquad dx_{n y_n} = -\\sum_{j \\ne y_n} dx_{nj}$$\n\nwhere $[\\cdot]$ is 1 if true, else 0. A margin of exactly 0 is never tested.'},
        {'id': '', 'role': 'prose', 'text': "*8 points, about 30 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWork out both rows of scores $(3, 1, 2.5)$ with label 0 and $(0, 4, -2)$ with label 2 on paper first.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nThe right scores, `x[np.arange(N), y]`, are $(N,)$; as a column, $(N, 1)$, they can be taken from all\nscores.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nTake all margins, $(N, C)$, cut them at 0, and set those of the labels to 0. Where a margin is positive `dx`\nis 1; the label's entry is minus the sum of its row; divide by $N$ at the end, as fractions.\n\n</details>"},
        {'id': 'svm_loss_solution', 'role': 'solution', 'text': 'def svm_loss(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:\n    """Compute the multiclass hinge loss with a margin of 1, and its gradient.\n\n    x: scores, (N, C); left as they were.\n    y: labels, integers in 0..C-1, (N,).\n    Returns the mean loss over the batch, one number, and dx, its gradient, (N, C).\n    """\n    raise NotImplementedError'},
        {'id': 'attach_svm_loss', 'role': 'given', 'text': 'TwoLayerPerceptron.svm_loss = svm_loss'},
        {'id': 'svm_loss', 'role': 'test', 'text': '@checks.run\ndef check():\n    x, y = np.array([[3.0, 1.0, 2.5], [0.0, 4.0, -2.0]]), np.array([0, 2])\n    start = x.copy()\n    value, dx = layers.svm_loss(x, y)\n    checks.shape("the loss", value, (), "one number for the batch")\n    checks.close("the loss", value, 5.25,\n                 "(0.5 + 3 + 7) / 2: a class that is beaten by more than 1 costs nothing")\n    checks.close("dx", dx, [[-0.5, 0, 0.5], [0.5, 0.5, -1.0]],\n                 "each violated margin: +1/N for its class, -1/N for the right one")\n    checks.kept("x", x, start)\n    # one example, four classes; whole numbers\n    value, dx = layers.svm_loss(np.array([[2, 3, 0, 4]]), np.array([0]))\n    checks.close("the loss of one example", value, 5, "2 + 0 + 3: the right class costs nothing")\n    checks.close("dx of one example", dx, [[-2, 1, 0, 1]], "two classes push, one pulls twice")\n    # three examples, two classes; whole numbers again, and thirds as the result\n    value, dx = layers.svm_loss(np.array([[1, 4], [5, 2], [0, 3]]), np.array([0, 0, 1]))\n    checks.close("the loss of whole numbers", value, 4 / 3, "(4 + 0 + 0) / 3")\n    checks.close("dx of whole numbers", dx, [[-1 / 3, 1 / 3], [0, 0], [0, 0]],\n                 "the scores are whole numbers, their gradient is not")\n    rng = np.random.RandomState(231)\n    value, _ = layers.svm_loss(0.001 * rng.randn(50, 10), rng.randint(10, size=50))\n    checks.close("the loss of fifty near-zero rows", value, 8.999602749096233,\n                 "nine wrong classes, each about 1; a mean over the batch", 1e-7)'},
        {'id': '', 'role': 'prose', 'text': '## 8. The softmax loss\n\nThe *softmax loss* turns the scores of a row into probabilities and charges the negative logarithm of what\nthe right class got. One number added to all scores of a row cancels in the fraction, so each row is shifted\nby its own largest score first; then no exponential overflows. Take the logarithm before the exponential can\nbe rounded to 0, too: the scores $[1000, 0]$ with label 1 cost exactly 1000, though the probability of class\n1 is too small for a floating-point number.\n\n$$L = -\\frac{1}{N} \\sum_n \\log p_{n y_n}, \\qquad \\log p_{nj} = z_{nj} - \\log \\sum_k e^{z_{nk}}, \\qquad z_{nj} = x_{nj} - \\max_k x_{nk}$$\n\nwith scores $x$, probabilities $p$ and $dx$ of shape $(N, C)$, labels $y$ of shape $(N,)$. The gradient is\nas short as any in this course; the question *Derive it* of chapter 1 has you work it out on paper, which is\nworth doing now if you have not:\n\n$$dx_{nj} = \\tfrac{1}{N}\\,(p_{nj} - [j = y_n])$$'},
        {'id': '', 'role': 'prose', 'text': "*6 points, about 25 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nWhich of the steps could overflow, and which could take the logarithm of 0? The formula for $\\log p$ avoids\nboth.\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nMaximum and sum of the rows are $(N, 1)$: `keepdims=True`.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nWork out all $\\log p$, $(N, C)$. The loss is minus the mean of the labels' entries; `dx` starts as the\nexponential of $\\log p$.\n\n</details>"},
        {'id': 'softmax_loss_solution', 'role': 'solution', 'text': 'def softmax_loss(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:\n    """Compute the cross-entropy of the softmax of the scores, and its gradient, for scores of any size.\n\n    x: scores, (N, C); left as they were.\n    y: labels, integers in 0..C-1, (N,).\n    Returns the mean loss over the batch, one number, and dx, its gradient, (N, C).\n    """\n    raise NotImplementedError'},
        {'id': 'attach_softmax_loss', 'role': 'given', 'text': 'TwoLayerPerceptron.softmax_loss = softmax_loss'},
        {'id': 'softmax_loss', 'role': 'test', 'text': '@checks.run\ndef check():\n    # probabilities 1/4 and 3/4, then 1/2 and 1/2, then 3/4 and 1/4\n    x, y = np.log([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]]), np.array([1, 0, 1])\n    start = x.copy()\n    value, dx = layers.softmax_loss(x, y)\n    checks.shape("the loss", value, (), "one number for the batch")\n    checks.close("the loss", value, (np.log(4 / 3) + np.log(2) + np.log(4)) / 3,\n                 "minus the logarithm of what the label got, then the mean over examples")\n    checks.close("dx times 3", 3 * np.asarray(dx), [[0.25, -0.25], [-0.5, 0.5], [0.75, -0.75]],\n                 "p, less 1 at the label, over N; N is 3 here")\n    checks.kept("x", x, start)\n    # one example, four classes, whole numbers; then rows that lie far apart\n    value, dx = layers.softmax_loss(np.array([[0, 0, 0, 0]]), np.array([2]))\n    checks.close("the loss of four equal scores", value, np.log(4), "a guess among 4 costs log 4")\n    checks.close("dx of four equal scores", dx, [[0.25, 0.25, -0.75, 0.25]], "1 less at the label")\n    value, dx = layers.softmax_loss(np.array([[1000.0, 0.0], [-1000.0, -1000.0]]), np.array([1, 1]))\n    checks.close("the loss of [1000, 0] and [-1000, -1000]", value, (1000 + np.log(2)) / 2,\n                 "shift each row by its own maximum; no log of a probability that is 0")\n    checks.close("dx of [1000, 0] and [-1000, -1000]", dx, [[0.5, -0.5], [0.25, -0.25]],\n                 "shift each row by its own maximum")\n    rng = np.random.RandomState(231)\n    value, _ = layers.softmax_loss(0.001 * rng.randn(50, 10), rng.randint(10, size=50))\n    checks.close("the loss of fifty near-zero rows", value, 2.302545844500738,\n                 "close to log(10); a mean over the batch", 1e-7)'},
        {'id': 'check_losses', 'role': 'demo', 'text': 'rng = np.random.RandomState(231)\nx, y = 0.001 * rng.randn(50, 10), rng.randint(10, size=50)\nfor name, top in ("svm_loss", layers.svm_loss), ("softmax_loss", layers.softmax_loss):\n    measured = eval_numerical_gradient(lambda z: top(z, y)[0], x)\n    error = rel_error(measured, top(x, y)[1])\n    print(f"{name}: relative error of dx against the numerical gradient {error:.1e}")'},
        {'id': '', 'role': 'prose', 'text': "About $10^{-9}$ and $10^{-8}$, worse than the layers', and nothing is wrong. Section 1 predicts it: the loss\nis rounded to about $10^{-16} L$, which costs $10^{-16} L / h$ in the slope, here about $2 \\cdot 10^{-11}$\nfor the softmax loss. The entries of $dx$ for the wrong classes are only about $p / N = 0.002$, so the\nrelative error is $10^{-8}$. A check that demanded $10^{-9}$ would fail a right solution: a tolerance must\nstay above what rounding alone can do."},
        {'id': 'two_losses', 'role': 'demo', 'text': 'grid = np.linspace(-4, 6, 201)\nfig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")\nfor name, top, style in ("hinge", layers.svm_loss, "-"), ("softmax", layers.softmax_loss, "--"):\n    # the right class scores s, the others 0 and 1\n    answers = [top(np.array([[s, 0.0, 1.0]]), np.array([0])) for s in grid]\n    axes[0].plot(grid, [value for value, _ in answers], style, label=name)\n    axes[1].plot(grid, [dx[0, 0] for _, dx in answers], style, label=name)\naxes[0].set(title="loss", xlabel="score of the right class", ylabel="loss of the row")\naxes[1].set(title="its gradient", xlabel="score of the right class", ylabel="dx at the right class")\naxes[0].legend()\npictures.show(\n    "Two panels over the score of the right class. Left: the hinge loss falls in straight "\n    "pieces and is zero from 2 on; the softmax loss falls smoothly and never reaches zero. "\n    "Right: the hinge gradient jumps from -2 to -1 at 1 and to 0 at 2; the softmax gradient "\n    "rises smoothly from -1 towards 0."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 4. One row with three scores; the wrong classes have 0 and 1, the right one moves along the axis.\nThe hinge loss has a corner where each margin is met, at 1 and at 2, and is exactly zero from there on. The\nsoftmax loss never stops asking for more, ever more gently. For a score that is far too low the hinge loss\npulls with both wrong classes, by 2, the softmax loss by 1 at most.*'},
        {'id': '', 'role': 'prose', 'text': '## 9. The network\n\nNow the parts come together. First the parameters: weights drawn from a normal distribution, `weight_scale`\ntimes a standard normal, and biases of zero. Small random weights make the hidden units differ from each\nother, and leave the scores near zero at the start.\n\n$$W_1: (D, H), \\quad b_1: (H,), \\quad W_2: (H, C), \\quad b_2: (C,)$$\n\nWrite them into `self.params` under the names W1, b1, W2 and b2. The same seed gives the same weights,\nanother seed gives others. How you draw them is up to you.'},
        {'id': '', 'role': 'prose', 'text': '*12 points, about 40 minutes.*\n\n<details><summary>Hint: what to look at</summary>\n\nDraw the chain: affine, ReLU, affine, loss. What does each `backward` need, and who returns it?\n\n</details>\n\n<details><summary>Hint: the shape</summary>\n\nScores and `dscores` are $(N, C)$, the hidden layer $(N, H)$; each gradient has the shape of its parameter.\n\n</details>\n\n<details><summary>Hint: the idea</summary>\n\nKeep the three caches under three names. Go back in reverse order, and add `reg * W` to the two weight\ngradients at the very end. Penalty and gradient read the same `self.reg`.\n\n</details>'},
        {'id': 'network_solution_1', 'role': 'solution', 'text': 'def init_params(\n    self, input_dim: int, hidden_dim: int, num_classes: int, weight_scale: float, seed: int\n) -> None:\n    """Write the parameters into the dictionary self.params; __init__ calls this.\n\n    W1 (D, H) and W2 (H, C) are weight_scale times a standard normal, b1 (H,) and b2 (C,) are\n    zeros, where D is input_dim, H is hidden_dim and C is num_classes. The same seed gives the\n    same weights, another seed others.\n    """\n    raise NotImplementedError'},
        {'id': 'attach_init_params', 'role': 'given', 'text': 'TwoLayerPerceptron.init_params = init_params'},
        {'id': '', 'role': 'prose', 'text': 'Then the loss. The scores are affine, ReLU, affine; without labels they are the answer. With labels, `kind`\nchooses the loss on top, and an L2 penalty keeps the weights small; biases are not penalized. Then go back\nthrough the same layers in reverse order, each `backward` with the cache of its own `forward`.\n\n$$J = L(\\mathrm{scores}, y) + \\tfrac{1}{2}\\,\\mathrm{reg} \\left( \\sum W_1^2 + \\sum W_2^2 \\right)$$\n\nThe factor $\\tfrac12$ is there so that the penalty adds just $\\mathrm{reg}\\,W$ to the gradient of each\nweight matrix. Read the weights from `self.params` and the strength from `self.reg` anew at every call, and\nleave both as they are: updating the weights is the business of whoever trains the network.'},
        {'id': 'network_solution_2', 'role': 'solution', 'text': 'def loss(\n    self, X: np.ndarray, y: np.ndarray | None = None, kind: str = "softmax"\n) -> np.ndarray | tuple[float, dict[str, np.ndarray]]:\n    """Compute the scores of a batch or, with labels, the loss and its gradients.\n\n    X: inputs, (N, D).\n    y: labels, integers in 0..C-1, (N,), or None.\n    kind: "softmax" or "svm", the loss on top of the scores.\n    Returns the scores, (N, C), where y is None; otherwise the loss, one number, with the penalty\n    self.reg / 2 * sum of squared weights, and a dictionary of gradients with the keys W1, b1, W2, b2.\n    """\n    raise NotImplementedError'},
        {'id': 'attach_loss', 'role': 'given', 'text': 'TwoLayerPerceptron.loss = loss'},
        {'id': '', 'role': 'prose', 'text': 'The check first looks at freshly drawn parameters, then at a network of two inputs, three hidden units and\ntwo classes, small enough to follow with a pencil.'},
        {'id': 'draw_the_network', 'role': 'demo', 'text': 'diagrams.network(\n    [[1, 0.5], [2.5, -1, 1.5], [2.5, 0, 1.5], [5.5, -1.5]],\n    [[3, 4], [2, 0, 2], [2, -1.5, 2], [1, -1]],\n    [[[1, -1, 0.5], [2, 1, 0]], None, [[1, -1], [0.5, 2], [2, 0]]],\n    ["X", "affine", "ReLU", "affine: scores"],\n    "A network of two inputs, three hidden units and two classes on one example with label 1. "\n    "Forward: (1, 0.5), (2.5, -1, 1.5), (2.5, 0, 1.5), scores (5.5, -1.5). Back with the hinge "\n    "loss: (1, -1), (2, -1.5, 2), (2, 0, 2), (3, 4).")'},
        {'id': '', 'role': 'prose', 'text': '*Figure 5. The network of the check, with its first example, label 1 and the hinge loss, without penalty.\nBlue, in the circles: forward, from left to right; biases are (0.5, -0.5, 1) and (0, 1). Orange, below them:\nthe gradients, from right to left. The second hidden unit is off, so nothing passes back through it. The\ngradient of a weight is the number at its left end times the gradient at its right end: 2.5 and -2.5 for the\ntwo weights of the topmost hidden unit.*'},
        {'id': 'network', 'role': 'test', 'text': '@checks.run\ndef check():\n    drawn = [TwoLayerPerceptron(200, 30, 5, weight_scale=0.01, seed=s).params for s in (3, 3, 4)]\n    for name, size in ("W1", (200, 30)), ("b1", (30,)), ("W2", (30, 5)), ("b2", (5,)):\n        checks.that(name in drawn[0], f"init_params wrote no {name} into self.params.")\n        checks.shape(f"params[\'{name}\']", drawn[0][name], size)\n        if name in ("b1", "b2"):\n            checks.close(f"params[\'{name}\']", drawn[0][name], np.zeros(size), "biases start at zero")\n            continue\n        spread, within = np.std(drawn[0][name]) / 0.01, 6 / np.sqrt(2 * size[0] * size[1])\n        checks.close(f"the standard deviation of {name} over weight_scale", spread, 1,\n                     "weight_scale times a standard normal", within)\n        checks.close(f"the mean of {name} over weight_scale", np.mean(drawn[0][name]) / 0.01, 0,\n                     "a normal distribution around zero", 1.5 * within)\n    checks.that(np.abs(drawn[0]["W1"]).max() > 0.025,\n                "No weight of 6000 is larger than 2.5 weight_scale: is it a normal distribution?")\n    checks.that(np.array_equal(drawn[1]["W1"], drawn[0]["W1"]),\n                "The same seed gave two different W1: is the seed used?")\n    checks.that(not np.array_equal(drawn[2]["W1"], drawn[0]["W1"]),\n                "Two seeds gave the same W1: is the seed used?")\n\n    # two inputs, three hidden units, two classes; one example, then three\n    small = TwoLayerPerceptron.__new__(TwoLayerPerceptron)\n    small.reg = 0.1\n    W1, b1 = np.array([[1.0, -1.0, 0.5], [2.0, 1.0, 0.0]]), np.array([0.5, -0.5, 1.0])\n    W2, b2 = np.array([[1.0, -1.0], [0.5, 2.0], [2.0, 0.0]]), np.array([0.0, 1.0])\n    small.params = {"W1": W1.copy(), "b1": b1.copy(), "W2": W2.copy(), "b2": b2.copy()}\n    X, y = np.array([[1.0, 0.5], [-1.0, 1.0], [2.0, -1.0]]), np.array([1, 1, 0])\n    checks.close("the scores", small.loss(X), [[5.5, -1.5], [3.25, 2.5], [4.5, 0.5]],\n                 "affine, ReLU, affine, and no ReLU on the scores")\n    value, grads = small.loss(X, y, "svm")\n    checks.close("the svm loss", value, 3.25 + 0.875,\n                 "the mean hinge loss plus 0.05 times the sum of the squared weights, no biases")\n    expected = {"W2": [[4.3 / 3, -4.3 / 3], [0.55, -0.3], [2.6 / 3, -2 / 3]], "b2": [2 / 3, -2 / 3],\n                "W1": [[0.1, 0.4, 0.05], [1.2, -0.4, 1.0]], "b1": [4 / 3, -0.5, 4 / 3]}\n    for name, wanted in expected.items():\n        checks.that(name in grads, f"The gradients have no {name}.")\n        checks.close(f"grads[\'{name}\']", grads[name], wanted,\n                     "back through every layer in reverse; reg * W for weights alone")\n    for name, was in ("W1", W1), ("b1", b1), ("W2", W2), ("b2", b2):\n        checks.kept(f"params[\'{name}\']", small.params[name], was, "loss only measures")\n    checks.close("the softmax loss", small.loss(X, y)[0], 2.71864413 + 0.875,\n                 "softmax is the default kind")\n    small.reg = 0.0\n    checks.close("the svm loss of one example with reg 0", small.loss(X[:1], y[:1], "svm")[0], 8.0,\n                 "self.reg is read anew at every call")'},
        {'id': '', 'role': 'prose', 'text': '### Is the backward pass right?\n\nThe numerical gradient needs two forward passes for every single weight; backpropagation needs one pass back\nfor all of them. That is why one trains with the second and tests it with the first.'},
        {'id': 'gradient_check', 'role': 'demo', 'text': 'rng = np.random.default_rng(1)\nwide = TwoLayerPerceptron(20, 15, 6, weight_scale=0.3, reg=0.05)\nX, y = rng.normal(size=(30, 20)), rng.integers(6, size=30)\nvalue, grads = wide.loss(X, y)\nmeasured = {name: eval_numerical_gradient(lambda _: wide.loss(X, y)[0], array)\n            for name, array in wide.params.items()}\nfig, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")\nfor name, style in zip(measured, ("C0o", "C1s", "k^", "C4v")):\n    exact, numeric = grads[name].ravel(), measured[name].ravel()\n    error = [rel_error(a, b) for a, b in zip(exact, numeric)]\n    axes[0].plot(exact, numeric, style, markersize=4, alpha=0.6, label=name)\n    axes[1].loglog(np.abs(exact), error, style, markersize=4, alpha=0.6, label=name)\nsizes = np.logspace(-5, 0, 2)\naxes[1].loglog(sizes, 1.1e-16 * value / 1e-5 / (2 * sizes), "k--", label="rounding of the loss")\naxes[0].set(xlabel="backpropagated", ylabel="measured", title="Every gradient, two ways")\naxes[1].set(xlabel="size of the gradient", ylabel="relative error", title="What rounding leaves")\naxes[1].legend(fontsize=8)\npictures.show(\n    "Left: numerical against backpropagated gradients of all parameters, all on the diagonal. "\n    "Right, log-log: their relative errors, between 1e-12 and 1e-7, rise as the gradient gets "\n    "smaller and follow a dashed line of slope -1."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 6. Every gradient of a network of 20 inputs, 15 hidden units and 6 classes, by backpropagation and\nby experiment. Left, they agree to the eye. Right, the relative error grows as the gradient gets smaller,\njust as rounding of the loss predicts (dashed). Were a layer wrong, points would lie near 1 whatever the\nsize of the gradient.*'},
        {'id': '', 'role': 'prose', 'text': "## 10. Training on digits\n\n`digits.npz` holds 1797 handwritten digits of 8 by 8 pixels, grey values from 0 to 16. Stochastic gradient\ndescent takes a hundred of them at a time and moves every parameter a little against its gradient; the\nnetwork's own `loss` does all the work. The same network is trained once with each loss."},
        {'id': 'digits', 'role': 'demo', 'text': 'data = np.load("digits.npz")\norder = np.random.default_rng(0).permutation(len(data["y"]))\nimages, digits = data["X"][order] / 16.0, data["y"][order]\nX_train, y_train, X_valid, y_valid = images[:1300], digits[:1300], images[1300:], digits[1300:]\nprint("training", X_train.shape, "validation", X_valid.shape, "classes", np.unique(digits))'},
        {'id': 'train', 'role': 'demo', 'text': 'def train(kind, reg=1e-3, rate=0.2, epochs=40, batch=100, weight_scale=0.05):\n    net = TwoLayerPerceptron(64, 50, 10, weight_scale, reg)\n    rng, history = np.random.default_rng(0), []\n    parts = (X_train, y_train), (X_valid, y_valid)\n    for _ in range(epochs):\n        order = rng.permutation(len(X_train))\n        for rows in np.split(order, range(batch, len(order), batch)):\n            _, grads = net.loss(X_train[rows], y_train[rows], kind)\n            for name in net.params:\n                net.params[name] -= rate * grads[name]\n        history.append([np.mean(net.loss(X).argmax(axis=1) == y) for X, y in parts])\n    return net, np.array(history)'},
        {'id': 'training_curves', 'role': 'demo', 'text': 'plt.figure(figsize=(7, 3.6), layout="constrained")\nfor kind, color in ("softmax", "C0"), ("svm", "C1"):\n    _, history = train(kind)\n    plt.plot(range(1, 41), history[:, 0], "--", color=color, label=f"{kind}, training")\n    plt.plot(range(1, 41), history[:, 1], "-", color=color, label=f"{kind}, validation")\n    print(f"{kind}: accuracy {history[-1, 0]:.3f} in training, {history[-1, 1]:.3f} in validation")\nplt.gca().set(xlabel="epoch", ylabel="accuracy", ylim=(0.5, 1.01),\n              title="One network, two losses, learning rate 0.2")\nplt.legend()\npictures.show(\n    "Accuracy over 40 epochs, in training and validation, for both losses. All four curves rise "\n    "steeply in the first epochs and then flatten; the hinge loss is above the softmax loss."\n)'},
        {'id': '', 'role': 'prose', 'text': '*Figure 7. Accuracy in training and validation over 40 epochs. Both losses pass 0.96 in validation. The\nhinge loss gets there sooner: as Figure 4 shows, it pulls with every class that is too close, and with full\nforce until the margin is met.*\n\nIs it the better loss, then? That was one learning rate. Here is another.'},
        {'id': 'another_rate', 'role': 'demo', 'text': 'for kind in "softmax", "svm":\n    for rate in 0.2, 0.5:\n        net, history = train(kind, rate=rate)\n        alive = (X_train @ net.params["W1"] + net.params["b1"] > 0).any(axis=0).sum()\n        print(f"{kind:8} learning rate {rate}: validation accuracy {history[-1, 1]:.3f}, "\n              f"{alive} of 50 hidden units alive")'},
        {'id': '', 'role': 'prose', 'text': 'At 0.5 the softmax network improves, and the hinge network ends at chance: within a few epochs its larger\ngradients have pushed every hidden unit below zero for every image. There the gradient of ReLU is zero, so\nnothing brings them back. These are the dead units of chapter 1, and section 6 in practice. A learning rate\nbelongs to a loss; comparing two losses at one rate says little.'},
        {'id': '', 'role': 'prose', 'text': '### An experiment of your own\n\nBetween 0.2 and 0.5 something happens to the hinge network. Where does it begin? Or does a stronger penalty\n`reg`, or another `weight_scale`, save it? Choose one, write down what you expect and why, then run it.\nNobody grades this cell, unless your instructor says so.\n\n- *I change ..., and expect ..., because ...*\n- *What came: ...*\n- *What I would try next: ...*'},
        {'id': 'your_experiment', 'role': 'demo', 'text': 'for rate in 0.3, 0.4:\n    tried, history = train("svm", rate=rate, epochs=15)\n    alive = (X_train @ tried.params["W1"] + tried.params["b1"] > 0).any(axis=0).sum()\n    print(f"hinge loss, learning rate {rate}: {history[-1, 1]:.3f}, {alive} of 50 units alive")'},
        {'id': '', 'role': 'prose', 'text': "### Random sizes\n\nThe hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your\nfunctions with random sizes and holds them against what is true of *any* right answer: a gradient is the\nslope that is measured, an example alone gives what it gives in a batch, a shift of a row's scores changes\nno loss, arguments stay as they were. No right answer stands in that file. Where something is not true, it\nsays what, and for which sizes."},
        {'id': 'try_random_sizes', 'role': 'demo', 'text': 'import properties\n\n\ndef some_affine(rng):\n    N, first, second, M = rng.integers(1, 4, size=4)\n    x = rng.normal(size=(N, first, second))\n    return x, rng.normal(size=(first * second, M)), rng.normal(size=M)\n\n\ndef some_numbers(rng):\n    return [rng.normal(size=rng.integers(1, 4, size=rng.integers(1, 4)))]\n\n\nproperties.layer("affine", lambda x, w, b: layers.affine_forward(x, w, b)[0],\n                 lambda dout, x, w, b: layers.affine_backward(dout, (x, w, b)), some_affine)\nproperties.layer("ReLU", lambda x: layers.relu_forward(x)[0], layers.relu_backward, some_numbers)\nproperties.loss("svm_loss", layers.svm_loss)\nproperties.loss("softmax_loss", layers.softmax_loss)'},
        {'id': '', 'role': 'prose', 'text': '## What to take along\n\n- A numerical gradient is slow and nearly always right; backpropagation is fast and easily wrong in one of\n  its many lines. Check the second with the first.\n- A central difference with $h = 10^{-5}$ has an absolute error of about $10^{-11}$ times the size of the\n  loss. Demand no more of it, and look at the kinks before you doubt a layer.\n- A layer passes on its upstream gradient times its own slope. Where slopes are small, stacks forget; where\n  they are zero, units die.\n- The hinge loss is content once each margin is met; the softmax loss never is.\n\nIn chapter 3, `faces_mlp`, a network with one more layer looks at faces, and we ask what it is unsure of.\n\n**References.** Bengio, Simard and Frasconi (1994), *Learning long-term dependencies with gradient descent\nis difficult*. Weston and Watkins (1999), *Support vector machines for multi-class pattern recognition*.\nGlorot and Bengio (2010), *Understanding the difficulty of training deep feedforward neural networks*.\nGlorot, Bordes and Bengio (2011), *Deep sparse rectifier neural networks*. Maas, Hannun and Ng (2013),\n*Rectifier nonlinearities improve neural network acoustic models*. He, Zhang, Ren and Sun (2015), *Delving\ndeep into rectifiers*.'},
        {'id': '', 'role': 'prose', 'text': '## Before you hand it in\n\nSave the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says\nquestion by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.\nWith `all=True` it runs training and demonstrations as well.'},
        {'id': 'check_this_notebook', 'role': 'demo', 'text': 'import check_notebook\n\ncheck_notebook.run()'},
    ],
})

if __name__ == "__main__":
    status = main(sys.argv[1:])
    if not hasattr(builtins, "get_ipython"):  # %run would show an exit as an error
        sys.exit(status)
