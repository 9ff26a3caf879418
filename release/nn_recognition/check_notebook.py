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
    """The cells and metadata of a notebook's bytes; raises ValueError saying what they are instead."""
    if not data.strip():
        raise ValueError("the file is empty")
    try:
        raw = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError):
        raise ValueError("the file is not a notebook") from None
    except ValueError as error:
        raise ValueError(f"the file is not a notebook, or was broken when it was saved ({error})") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list):
        older = isinstance(raw, dict) and "worksheets" in raw
        raise ValueError("it is in an old format: open it in Jupyter and save it" if older else "the file is JSON, but not a notebook")
    cells = [_cell(number, cell) for number, cell in enumerate(raw["cells"], 1) if isinstance(cell, dict)]
    return cells, raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}


def _cell(number, raw):
    """The parts of a cell that matter here."""
    source, metadata, outputs = raw.get("source", ""), raw.get("metadata"), raw.get("outputs")
    metadata = metadata if isinstance(metadata, dict) else {}
    graded = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    failed = any(isinstance(o, dict) and o.get("output_type") == "error" for o in outputs or [])
    count = raw.get("execution_count")
    return {
        "number": number, "code": raw.get("cell_type") == "code", "text": "".join(source) if isinstance(source, list) else str(source),
        "nbgrader": graded, "tags": metadata.get("tags") or [], "id": str(graded.get("grade_id") or ""), "role": "own",
        "count": count if isinstance(count, int) else None, "worked": isinstance(count, int) and not failed,
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


def _plain(text):
    """A text without what front ends change when they save."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()


def _lay_out(cells, release, notes):
    """The notebook's cells with the role each plays; locked ones as they were handed out, those that are gone put back."""
    by_id = {known["id"]: known for known in release["cells"]}
    by_text = {_plain(known["text"]): known for known in release["cells"] if known["role"] != "written" and known["text"]}
    used, placed = {}, []
    for cell in cells:
        known = by_id.get(cell["id"]) or (by_text.get(_plain(cell["text"])) if cell["code"] else None)
        number = cell["number"]
        if known and known["id"] in used:
            notes.append(f"Cell {number} has the id of cell {used[known['id']]} ({known['id']}): a copy. Delete one of them.")
            if known["role"] != "solution":
                continue
            known = None
        if known and known["role"] == "solution" and not cell["code"]:
            notes.append(f"Cell {number} is your answer to {_question_of(known['id'], release)}, but no code cell any more: turn it into one.")
            known = None
        cell["id"] = known["id"] if known else ""
        if known:
            used[known["id"]] = number
            cell["role"], cell["touched"] = known["role"], _plain(cell["text"]) != _plain(known["text"])
            if known["role"] in ("given", "test", "demo") and cell["touched"]:
                notes.append(f"Cell {number} ({_called(known)}) is locked and was changed. Grading uses the original, and so did this check.")
                cell["text"] = known["text"]
        placed.append(cell)
    if not used and not _answered(placed, release):
        raise ValueError(f"nothing of {release['assignment']} is in it: none of its cells, none of the names that it asks for")
    _put_back(placed, used, release, notes)
    return placed


def _answered(placed, release):
    wanted = {name.partition(".")[0] for question in release["questions"] for name in question["defines"]}
    return any(wanted & _bound(cell["text"]) for cell in placed if cell["code"])


def _put_back(placed, used, release, notes):
    """Add what the notebook lacks of the release, each after what comes before it there, and say so."""
    previous, gone = None, []
    for known in release["cells"]:
        if known["id"] not in used:
            after = next((i for i, cell in enumerate(placed) if previous and cell["id"] == previous), -1)
            blank = {"number": 0, "code": known["role"] != "written", "count": None, "worked": False, "touched": False}
            placed.insert(after + 1, {**blank, **known, "text": known["text"] if known["role"] in ("given", "test", "demo") else ""})
            if known["role"] != "demo":
                gone.append(_called(known))
        previous = known["id"]
    if gone and not used:
        notes.append("All cells have lost what marks them as cells of this assignment. They are graded by the names that they define.")
    elif gone:
        notes.append(f"Missing from the notebook: {', '.join(gone)}. What is given and the checks were put back, as when grading.")


def _called(known):
    kinds = {"given": "given", "test": "the check of", "demo": "a demonstration", "solution": "your answer", "written": "your text"}
    return f"{kinds[known['role']]} {known['id']}"


def _solves(cell_id, question):
    return cell_id == f"{question}_solution" or cell_id.startswith(f"{question}_solution_")


def _question_of(cell_id, release):
    return next((q["id"] for q in release["questions"] if q["id"] == cell_id or _solves(cell_id, q["id"])), "")


def _bound(text):
    """Names that a cell binds at its top level; none where it does not compile."""
    try:
        tree = ast.parse("\n".join("pass" if line.lstrip()[:1] in ("%", "!") else line for line in text.splitlines()))
    except (SyntaxError, ValueError, RecursionError):
        return set()
    names = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        names.update(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return names


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
            texts += [text for text in helpers if _bound(text) & new]
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
            known = set().union(*map(_bound, own)) - set().union(*(_bound(cell["text"]) for cell in self.release["cells"]))
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
        below = next((i for i in code if name in _bound(self.placed[i]["text"])), None)
        if below is not None:
            counts = self.placed[below]["count"], self.placed[top]["count"]
            session = " In your session it ran first." if None not in counts and counts[0] < counts[1] else ""
            return f"`{name}` is defined further down, in {self.called(below)}: move that up.{session}"
        if any(self.placed[place]["worked"] for place, _ in frames):
            return f"`{name}` is nowhere in the notebook: only your session still knows it, from a cell that was changed or deleted since."
        close = _similar(name, set().union(*(_bound(cell["text"]) for cell in self.placed if cell["code"])))
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
    demos = {name: cell["number"] for cell in placed if cell["role"] == "demo" for name in _bound(cell["text"])}
    others = set().union(*(_bound(cell["text"]) for cell in placed if cell["code"] and cell["role"] != "demo"))
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
    'assignment': 'nn_recognition',
    'release': '26d6c08f2894a5ad',
    'files': ['checks.py', 'diagrams.py', 'pictures.py', 'properties.py', 'figures.py', 'digits.npz'],
    'questions': [
        {'id': 'zero_init', 'points': 2.0, 'written': True, 'trains': False, 'defines': []},
        {'id': 'initialize_weights', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['initialize_weights']},
        {'id': 'random_init', 'points': 1.0, 'written': True, 'trains': False, 'defines': []},
        {'id': 'sigmoid', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['sigmoid']},
        {'id': 'forward', 'points': 6.0, 'written': False, 'trains': False, 'defines': ['forward']},
        {'id': 'softmax', 'points': 4.0, 'written': False, 'trains': False, 'defines': ['softmax']},
        {'id': 'compute_loss_and_acc', 'points': 5.0, 'written': False, 'trains': False, 'defines': ['compute_loss_and_acc']},
        {'id': 'backwards', 'points': 10.0, 'written': False, 'trains': False, 'defines': ['backwards']},
        {'id': 'conv_forward', 'points': 8.0, 'written': False, 'trains': False, 'defines': ['conv_forward']},
        {'id': 'conv_backward', 'points': 12.0, 'written': False, 'trains': False, 'defines': ['conv_backward']},
        {'id': 'get_random_batches', 'points': 3.0, 'written': False, 'trains': False, 'defines': ['get_random_batches']},
        {'id': 'train', 'points': 9.0, 'written': False, 'trains': True, 'defines': ['train']},
        {'id': 'central_differences_gradient', 'points': 7.0, 'written': False, 'trains': False, 'defines': ['central_differences_gradient']},
        {'id': 'what_it_sees', 'points': 2.0, 'written': True, 'trains': False, 'defines': []},
    ],
    'cells': [
        {'id': 'imports', 'role': 'given', 'text': 'import matplotlib.pyplot as plt\nimport numpy as np\n\nimport checks\n\nplt.style.use("tableau-colorblind10")'},
        {'id': 'drawing', 'role': 'demo', 'text': 'import diagrams\nimport figures  # draws the pictures below'},
        {'id': 'activations', 'role': 'given', 'text': 'def linear(X):\n    return X\n\n\ndef linear_deriv(post_act):\n    return np.ones(np.shape(post_act))\n\n\ndef tanh(X):\n    return np.tanh(X)\n\n\ndef tanh_deriv(post_act):\n    return 1 - post_act**2\n\n\ndef relu(X):\n    return np.maximum(X, 0)\n\n\ndef relu_deriv(post_act):\n    return (post_act > 0).astype(float)\n\n\ndef sigmoid_deriv(post_act):\n    return post_act * (1 - post_act)'},
        {'id': 'zero_init', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': 'initialize_weights_solution', 'role': 'solution', 'text': 'def initialize_weights(in_size: int, out_size: int, params: dict, name: str = "") -> None:\n    """Write the weights and biases of a new layer into params.\n\n    in_size, out_size: numbers of inputs D and outputs H.\n    params: gets "W" + name, uniform with Xavier\'s variance, (D, H), and "b" + name, zeros, (H,).\n    """\n    raise NotImplementedError'},
        {'id': 'initialize_weights', 'role': 'test', 'text': '@checks.run\ndef check():\n    params = {"Wother": np.ones((2, 3))}\n    for name, D, H, bound in (("layer1", 2, 25, 0.4714), ("output", 25, 4, 0.4549),\n                              ("", 60, 20, 0.2739)):\n        initialize_weights(D, H, params, name)\n        for letter in "Wb":\n            checks.that(letter + name in params, f\'params has no "{letter}{name}".\')\n        weights = np.asarray(params["W" + name])\n        checks.shape(f\'params["W{name}"]\', weights, (D, H), "one row an input, one column an output")\n        checks.close(f\'params["b{name}"]\', params["b" + name], np.zeros(H),\n                     "biases are one-dimensional and start at 0")\n        largest = np.abs(weights).max()\n        checks.that(0.7 * bound < largest < bound,\n                    f"the largest weight of a layer of {D} inputs and {H} outputs is {largest:.3f} in "\n                    f"size; expected a little below {bound}, where Xavier\'s range ends")\n        checks.that(weights.min() < -0.5 * bound < 0.5 * bound < weights.max(),\n                    f"the weights go from {weights.min():.3f} to {weights.max():.3f}; "\n                    "expected as far below 0 as above it")\n    spread = np.asarray(params["W"]).std()\n    checks.that(abs(spread / 0.1581 - 1) < 0.08,\n                f"the standard deviation of 60 x 20 weights is {spread:.3f}; "\n                "expected about 0.158: is the distribution uniform?")\n    first = np.array(params["W"])\n    initialize_weights(60, 20, params)\n    checks.that(not np.array_equal(first, params["W"]),\n                "two calls gave the same weights: draw anew, without a seed of your own")\n    checks.kept(\'params["Wother"]\', params["Wother"], np.ones((2, 3)), "other layers stay")'},
        {'id': 'look_at_weights', 'role': 'demo', 'text': 'rng, spreads, gradients = np.random.default_rng(0), {}, {}\nfor label, u in (("u = 0.03", 0.03), ("Xavier, u = 0.17", np.sqrt(3 / 100)), ("u = 0.6", 0.6)):\n    layers, h = [], rng.normal(size=(200, 100))\n    for _ in range(10):\n        layers.append((rng.uniform(-u, u, size=(100, 100)), h))\n        h = np.tanh(h @ layers[-1][0])\n    spreads[label] = [h.std() for _, h in layers[1:]] + [h.std()]\n    gradients[label], g = [], rng.normal(size=(200, 100))\n    for w, h in reversed(layers):\n        g = (g * (1 - np.tanh(h @ w) ** 2)) @ w.T\n        gradients[label].insert(0, g.std())\nfigures.both_ways(spreads, gradients)'},
        {'id': 'random_init', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': 'sigmoid_solution', 'role': 'solution', 'text': 'def sigmoid(X: np.ndarray) -> np.ndarray:\n    """Apply the sigmoid to each entry.\n\n    X: numbers, of any shape.\n    Returns values from 0 to 1, of the same shape.\n    """\n    raise NotImplementedError'},
        {'id': 'sigmoid', 'role': 'test', 'text': '@checks.run\ndef check():\n    X = np.array([[0, np.log(3), -np.log(3)], [2, -100, 100]])\n    start = X.copy()\n    checks.close("sigmoid(X)", sigmoid(X), [[0.5, 0.75, 0.25], [0.8807971, 0, 1]],\n                 "is the sign of the exponent right?")\n    checks.kept("X", X, start)\n    X = np.array([-1000, 1000, 1])\n    checks.close("sigmoid([-1000, 1000, 1])", sigmoid(X), [0, 1, 0.7310586],\n                 "which exponential overflows? Is the result cut off, because X holds whole numbers?")\n    checks.kept("X", X, [-1000, 1000, 1])'},
        {'id': 'look_at_sigmoid', 'role': 'demo', 'text': 'z = np.linspace(-4, 4, 161)\ncurves = {"sigmoid": sigmoid(z), "tanh": tanh(z), "relu": np.where(z < 1.5, relu(z), np.nan)}\nalt = "Sigmoid rises from 0 to 1, tanh from -1 to 1, ReLU is 0 and then z itself."\nfigures.lines(z, curves, "z", "activation", alt)'},
        {'id': 'forward_solution', 'role': 'solution', 'text': 'def forward(X: np.ndarray, params: dict, name: str = "", activation=sigmoid) -> np.ndarray:\n    """Send a batch through a fully connected layer.\n\n    X: inputs, (N, D).\n    params: has "W" + name, (D, H), and "b" + name, (H,); gets "cache_" + name = (X, pre_act, post_act).\n    activation: a function of an array that returns one of the same shape.\n    Returns the post-activation, (N, H).\n    """\n    raise NotImplementedError'},
        {'id': 'forward', 'role': 'test', 'text': '@checks.run\ndef check():\n    params = {"Wtest": np.ones((10, 25)), "btest": np.zeros(25)}\n    params |= {"W": np.array([[1.0, 0, -1], [0.5, 1, 2]]), "b": np.array([0.5, -1, 0])}\n    checks.shape("forward(X, ...)", forward(np.ones((4, 10)), params, "test", tanh), (4, 25),\n                 "one row an example, one column a unit")\n    X = np.array([[1, 2]])\n    checks.close("forward(X, ...)", forward(X, params, activation=np.square), [[6.25, 1, 9]],\n                 "here the activation squares; the bias is added before it")\n    for name in ("", "test"):\n        checks.that("cache_" + name in params, f\'params has no "cache_{name}".\')\n        checks.that(len(params["cache_" + name]) == 3,\n                    f\'params["cache_{name}"] holds {len(params["cache_" + name])} things; \'\n                    "expected X, pre_act and post_act")\n    expected = {"X": [[1, 2]], "pre_act": [[2.5, 1, 3]], "post_act": [[6.25, 1, 9]]}\n    for what, seen in zip(expected, params["cache_"]):\n        checks.close(f\'{what} in params["cache_"]\', seen, expected[what],\n                     "the order is X, pre_act, post_act")\n    checks.close(\'post_act in params["cache_test"]\', params["cache_test"][2],\n                 np.full((4, 25), np.tanh(10)), "a second layer leaves the first one\'s cache alone")\n    checks.kept("X", X, [[1, 2]])'},
        {'id': 'look_at_forward', 'role': 'demo', 'text': 'X, params = np.random.default_rng(0).normal(size=(4, 10)), {}\ninitialize_weights(10, 3, params, "small")\nprint("four examples, three units:", forward(X, params, "small", sigmoid).round(2), sep="\\n")'},
        {'id': 'softmax_solution', 'role': 'solution', 'text': 'def softmax(X: np.ndarray) -> np.ndarray:\n    """Turn scores into probabilities, row by row.\n\n    X: scores, (N, C).\n    Returns the probabilities, (N, C); each row sums to 1.\n    """\n    raise NotImplementedError'},
        {'id': 'softmax', 'role': 'test', 'text': '@checks.run\ndef check():\n    X = np.array([[0.0, np.log(3.0), -2000.0, -2000.0], [1000.0 + np.log(3), 1000.0, 0.0, -1000.0],\n                  [-1500.0, -1500.0, -1500.0, -1500.0]])\n    start, probs = X.copy(), softmax(X)\n    checks.shape("softmax(X)", probs, (3, 4), "one row an example, one column a class")\n    checks.close("softmax(X)", probs, [[0.25, 0.75, 0, 0], [0.75, 0.25, 0, 0], [0.25] * 4],\n                 "each row is shifted by its own maximum and divided by its own sum")\n    checks.kept("X", X, start)\n    checks.close("softmax of a single row", softmax(np.array([[1, 1]])), [[0.5, 0.5]],\n                 "two whole numbers")'},
        {'id': 'look_at_softmax', 'role': 'demo', 'text': 'for scale in (0.1, 1, 10):\n    print(f"scores times {scale:>4}:", softmax(scale * np.array([[1.0, 2.0, 3.0, 2.5]])).round(3))'},
        {'id': 'compute_loss_and_acc_solution', 'role': 'solution', 'text': 'def compute_loss_and_acc(y: np.ndarray, probs: np.ndarray) -> tuple[float, float]:\n    """Score the probabilities of a batch.\n\n    y: right classes, one-hot, (N, C).\n    probs: probabilities, (N, C).\n    Returns the sum of the cross-entropies and the share of examples classified right.\n    """\n    raise NotImplementedError'},
        {'id': 'compute_loss_and_acc', 'role': 'test', 'text': '@checks.run\ndef check():\n    probs = np.array([[0.5, 0.3, 0.2], [0.0, 0.25, 0.75], [0.25, 0.35, 0.4], [0.1, 0.8, 0.1]])\n    y, start = np.eye(3)[[0, 1, 2, 1]], probs.copy()\n    loss, acc = compute_loss_and_acc(y, probs)\n    checks.close("loss", loss, np.log(25),\n                 "the sum of -log(0.5), -log(0.25), -log(0.4) and -log(0.8); "\n                 "a 0 where y is 0 adds nothing")\n    checks.close("acc", acc, 3 / 4,\n                 "the second example is wrong: its largest probability is elsewhere")\n    checks.kept("probs", probs, start)\n    checks.kept("y", y, np.eye(3)[[0, 1, 2, 1]])\n    loss, acc = compute_loss_and_acc(np.array([[0, 1]]), np.array([[1 - 1e-3, 1e-3]]))\n    checks.close("loss of a single example", loss, -np.log(1e-3),\n                 "no constant is added inside the logarithm")\n    checks.close("acc of a single example", acc, 0.0, "a share of the examples, from 0 to 1")'},
        {'id': 'look_at_loss', 'role': 'demo', 'text': 'for right in (0.99, 0.5, 0.25, 0.01):\n    loss, _ = compute_loss_and_acc(np.array([[1, 0]]), np.array([[right, 1 - right]]))\n    print(f"probability {right:4} for the right class costs {loss:.3f}")'},
        {'id': 'draw_a_layer_backward', 'role': 'demo', 'text': 'diagrams.network(\n    [[1, 2], [2.5, 1, 3], [6.25, 1, 9]], [[2, 6.5], [5, -2, 3], [1, -1, 0.5]],\n    [[[1, 0, -1], [0.5, 1, 2]], None], ["X", "Z = X W + b", "A = Z squared"],\n    "A layer of three units on one example, X = (1, 2), with the biases 0.5, -1 and 0: Z is "\n    "(2.5, 1, 3) and A, its square, (6.25, 1, 9). Back from delta = (1, -1, 0.5) by A, the "\n    "gradient by Z is (5, -2, 3) and that by X (2, 6.5).")'},
        {'id': 'backwards_solution', 'role': 'solution', 'text': 'def backwards(\n    delta: np.ndarray, params: dict, name: str = "", activation_deriv=sigmoid_deriv\n) -> np.ndarray:\n    """Send a gradient back through a fully connected layer.\n\n    delta: derivative of the loss with respect to the layer\'s output, (N, H).\n    params: has "W" + name, (D, H), "b" + name, (H,), and "cache_" + name = (X, pre_act, post_act);\n        gets "grad_W" + name, (D, H), and "grad_b" + name, (H,).\n    activation_deriv: the activation\'s derivative, a function of post_act.\n    Returns the derivative of the loss with respect to the layer\'s input, (N, D).\n    """\n    raise NotImplementedError'},
        {'id': 'backwards', 'role': 'test', 'text': '@checks.run\ndef check():\n    net = {"Wbig": np.ones((40, 20)), "bbig": np.zeros(20)}\n    net["cache_big"] = np.ones((5, 40)), np.zeros((5, 20)), np.zeros((5, 20))\n    checks.shape("grad_X", backwards(np.ones((5, 20)), net, "big", tanh_deriv), (5, 40),\n                 "shaped like X")\n    checks.that({"grad_Wbig", "grad_bbig"} <= set(net), \'params has no "grad_Wbig" or "grad_bbig".\')\n    checks.shape("grad_W", net["grad_Wbig"], (40, 20), "shaped like W")\n    checks.shape("grad_b", net["grad_bbig"], (20,), "shaped like b")\n    X, delta = np.array([[1.0, 0, 2], [0, 1, -1]]), np.array([[1.0, 1, 0, -1], [2, 0, 1, 1]])\n    net |= {"W": np.array([[1.0, 2, 0, 1], [0, 1, -1, 2], [-1, 0, 3, 1]]), "b": np.ones(4)}\n    net["cache_"] = X, np.zeros((2, 4)), np.array([[0.0, 2, 1, 1], [3, 1, 0, 2]])\n    before = X.copy(), delta.copy(), net["W"].copy()\n    for call in ("", " of a second, equal call"):\n        grad_X = backwards(delta, net, activation_deriv=lambda post_act: post_act + 1)\n        checks.close(f"grad_X{call}", grad_X, [[5, -1, -3], [11, 5, -2]],\n                     "delta times the derivative, here post_act + 1, comes before W")\n        checks.close(f"grad_W{call}", net["grad_W"], [[1, 3, 0, -2], [8, 0, 1, 3], [-6, 6, -1, -7]],\n                     "a sum over the examples, made anew in each call")\n        checks.close(f"grad_b{call}", net["grad_b"], [9, 3, 1, 1],\n                     "a sum over the examples, made anew in each call")\n        for name, seen, was in zip(("X", "delta", "W"), (X, delta, net["W"]), before):\n            checks.kept(name, seen, was)\n    net["cache_"] = X[1:], np.zeros((1, 4)), np.zeros((1, 4))\n    backwards(delta[1:], net, activation_deriv=linear_deriv)\n    checks.close("grad_b of a single example", net["grad_b"], [2, 0, 1, 1], "(H,), one axis")'},
        {'id': 'look_at_backwards', 'role': 'demo', 'text': 'params = {}\ninitialize_weights(10, 3, params, "small")\nhidden = forward(np.random.default_rng(0).normal(size=(4, 10)), params, "small", sigmoid)\ngrad_X = backwards(np.ones((4, 3)), params, "small", sigmoid_deriv)\nprint("gradients have the shapes", grad_X.shape, params["grad_Wsmall"].shape,\n      "and", params["grad_bsmall"].shape)\nslopes = sigmoid_deriv(np.array([0.5, 0.9, 0.999]))\nprint("a saturated unit sends little back: slopes", slopes.round(3))'},
        {'id': 'draw_a_convolution', 'role': 'demo', 'text': 'diagrams.convolution((4, 5), (3, 3), stride=2, pad=1, alt=(\n    "An image of 4 by 5 pixels in a frame of zeros, two windows of 3 by 3 on it, the second two "\n    "columns to the right of the first, and the output of 2 by 3 with an entry for each window."))'},
        {'id': 'conv_forward_solution', 'role': 'solution', 'text': 'def conv_forward(\n    X: np.ndarray, params: dict, name: str = "", stride: int = 1, pad: int = 0\n) -> np.ndarray:\n    """Slide filters over a batch of images.\n\n    X: images, (N, C, Hx, Wx).\n    params: has "W" + name, (F, C, h, w), and "b" + name, (F,); gets "cache_" + name = (X, stride, pad).\n    stride: step between windows, in both directions.\n    pad: rows and columns of zeros added on each side.\n    Returns the responses, (N, F, Hy, Wy).\n    """\n    raise NotImplementedError'},
        {'id': 'conv_forward', 'role': 'test', 'text': '@checks.run\ndef check():\n    params = {"W": np.linspace(-0.2, 0.3, 144).reshape(3, 3, 4, 4), "b": np.linspace(-0.1, 0.2, 3)}\n    seen = conv_forward(np.linspace(-0.1, 0.5, 96).reshape(2, 3, 4, 4), params, stride=2, pad=1)\n    y_ref = [[[[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],\n              [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],\n              [[0.50813986, 0.54309974], [0.64082444, 0.67101435]]],\n             [[[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],\n              [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],\n              [[2.36270298, 2.36904306], [2.38090835, 2.38247847]]]]\n    checks.close("conv_forward(X, ...)", seen, y_ref,\n                 "one sum over channels and window for each filter and place, plus the bias",\n                 tolerance=1e-7)\n    # one image of 3 x 5 with two channels, three filters of 2 x 3; all are whole numbers\n    X, W = (np.arange(30) % 7 - 3).reshape(1, 2, 3, 5), (np.arange(36) % 5 - 2).reshape(3, 2, 2, 3)\n    params, start = {"Wa": W, "ba": np.array([10, 0, -10])}, X.copy()\n    expected = [[[[13, 3], [12, -2]], [[2, 4], [0, -2]], [[-19, -10], [-12, -12]]]]\n    checks.close("conv_forward of one image of 3 x 5, stride 3, pad 1",\n                 conv_forward(X, params, "a", stride=3, pad=1), expected,\n                 "height and width have sizes of their own, which are rounded down")\n    checks.that("cache_a" in params, \'params has no "cache_a".\')\n    cached, stride, pad = params["cache_a"]\n    checks.close(\'X in params["cache_a"]\', cached, start, "the cache keeps X as it came, not padded")\n    checks.that((stride, pad) == (3, 1),\n                f\'params["cache_a"] has stride {stride} and pad {pad}; expected 3 and 1\')\n    checks.kept("X", X, start)\n    checks.close("conv_forward of the same image, stride 2, no padding",\n                 conv_forward(X, params, "a", stride=2), [[[[48, 7]], [[-20, 10]], [[-8, -22]]]],\n                 "the padding is 0 where none is given")\n    seen = conv_forward(X[:, :, :2, :4], params, "a")\n    checks.shape("conv_forward of a part of 2 x 4, with stride and pad left out", seen, (1, 3, 1, 2),\n                 "the stride is 1 where none is given")'},
        {'id': 'look_at_conv_forward', 'role': 'demo', 'text': 'image = figures.picture()\nsobel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])\nparams = {"Wedges": np.stack([sobel, sobel.T])[:, None], "bedges": np.zeros(2)}\nacross, down = conv_forward(image[None, None], params, "edges", pad=1)[0]\nimages = {"image": image, "change to the right": across, "change downwards": down,\n          "strength of the edge": np.hypot(across, down)}\nfigures.strip(images, "A drawing of a house, and its edges as two filters find them: "\n                      "upright ones, lying ones, and both together.")'},
        {'id': 'conv_backward_solution', 'role': 'solution', 'text': 'def conv_backward(delta: np.ndarray, params: dict, name: str = "") -> np.ndarray:\n    """Send a gradient back through a convolution.\n\n    delta: derivative of the loss with respect to the output, (N, F, Hy, Wy).\n    params: has "W" + name, (F, C, h, w), "b" + name, (F,), and "cache_" + name = (X, stride, pad)\n        with X, (N, C, Hx, Wx), not padded; gets "grad_W" + name,\n        (F, C, h, w), and "grad_b" + name, (F,).\n    Returns the derivative of the loss with respect to X, (N, C, Hx, Wx).\n    """\n    raise NotImplementedError'},
        {'id': 'conv_backward', 'role': 'test', 'text': '@checks.run\ndef check():\n    # one image of 2 x 5, one filter of 1 x 2, stride 2, no padding\n    params = {"W": np.array([[[[2.0, 1.0]]]]), "b": np.array([10.0])}\n    params["cache_"] = np.arange(10.0).reshape(1, 1, 2, 5), 2, 0\n    grad_X = conv_backward(np.array([[[[1.0, 10.0]]]]), params)\n    checks.that({"grad_W", "grad_b"} <= set(params), \'params has no "grad_W" or "grad_b".\')\n    checks.close("grad_b", params["grad_b"], [11], "the sum of delta for each filter")\n    checks.close("grad_W", params["grad_W"], [[[[20, 31]]]],\n                 "each place of the filter meets every second pixel")\n    checks.close("grad_X", grad_X, [[[[2, 1, 20, 10, 0], [0] * 5]]],\n                 "delta times the filter, at the place of each window; 0 where no window was")\n    # one image of 3 x 5 with two channels, three filters of 2 x 3, stride 3, padding 1\n    X, W = (np.arange(30) % 7 - 3).reshape(1, 2, 3, 5), (np.arange(36) % 5 - 2).reshape(3, 2, 2, 3)\n    params = {"Wa": W, "ba": np.array([10, 0, -10]), "cache_a": (X, 3, 1)}\n    delta = (np.arange(12.0) % 5 - 2).reshape(1, 3, 2, 2)\n    before = X.copy(), W.copy(), delta.copy()\n    of_image = [[[-5, 6, 3, 2, 6], [0] * 5, [3, 0, -4, 1, 1]],\n                [[6, 2, 2, 6, -5], [0] * 5, [0, 2, 1, 1, 1]]]\n    of_filters = [[[[2, 3, -3], [1, 6, 3]], [[3, -3, -2], [0, 3, 0]]],\n                  [[[0, 0, -1], [2, -6, -6]], [[0, -1, -2], [0, -6, -6]]],\n                  [[[-2, -3, 1], [-2, -3, 0]], [[-3, 1, -2], [0, 0, 3]]]]\n    for call in ("", " of a second, equal call"):\n        grad_X = conv_backward(delta, params, "a")\n        checks.close(f"grad_ba{call}", params["grad_ba"], [-2, -1, 0], "made anew in each call")\n        checks.close(f"grad_Wa{call}", params["grad_Wa"], of_filters,\n                     "delta times the windows of the padded image; height and width differ here")\n        checks.close(f"grad_X{call}", grad_X, [of_image],\n                     "the gradient of the padded image, with the padding cut off")\n        for name, seen, was in zip(("X", "W", "delta"), (X, W, delta), before):\n            checks.kept(name, seen, was)\n    # overlapping windows of many images\n    rng = np.random.default_rng(0)\n    X, delta = rng.normal(size=(5, 4, 16, 16)), rng.normal(size=(5, 8, 8, 8))\n    params = {"W": rng.normal(size=(8, 4, 7, 7)), "b": np.zeros(8), "cache_": (X, 2, 3)}\n    grad_X = conv_backward(delta, params)\n    checks.shape("grad_X", grad_X, X.shape, "shaped like X")\n    checks.shape("grad_W", params["grad_W"], (8, 4, 7, 7), "shaped like W")\n    checks.close("sum of X * grad_X", (X * grad_X).sum(), (params["W"] * params["grad_W"]).sum(),\n                 "it equals the sum of W * grad_W, for the output is a sum of products of the two; "\n                 "where windows overlap their contributions add up")'},
        {'id': 'look_at_conv_backward', 'role': 'demo', 'text': 'delta = np.zeros((1, 1, 12, 12))\ndelta[0, 0, [2, 6, 7], [3, 8, 8]] = 1.0\nparams = {"W": np.arange(1.0, 10.0).reshape(1, 1, 3, 3), "b": np.zeros(1)}\nparams["cache_"] = np.ones((1, 1, 12, 12)), 1, 1\nimages = {"delta": delta[0, 0], "filter": params["W"][0, 0]}\nimages["gradient of the image"] = conv_backward(delta, params)[0, 0]\nfigures.strip(images, "Three spots in delta; each leaves a print of the filter in the gradient, "\n                      "and two prints overlap.")'},
        {'id': 'get_random_batches_solution', 'role': 'solution', 'text': 'def get_random_batches(x: np.ndarray, y: np.ndarray, batch_size: int) -> list:\n    """Cut the data into random batches.\n\n    x: examples, (N, D).\n    y: labels, one-hot, (N, C).\n    batch_size: examples in a batch; the last batch holds what is left.\n    Returns a list of pairs (xb, yb), of shapes (batch_size, D) and (batch_size, C).\n    """\n    raise NotImplementedError'},
        {'id': 'get_random_batches', 'role': 'test', 'text': '@checks.run\ndef check():\n    for N, size, expected in ((20, 3, [3] * 6 + [2]), (10, 4, [4, 4, 2]), (6, 6, [6])):\n        x, y = np.outer(np.arange(float(N)), [100, 1]), np.eye(5)[np.arange(N) % 5]\n        batches = get_random_batches(x, y, size)\n        sizes = [len(xb) for xb, _ in batches]\n        checks.that(sizes == expected,\n                    f"{N} examples and batch_size {size} give batches of {sizes}; expected {expected}")\n        rows = np.concatenate([xb[:, 0] for xb, _ in batches]) / 100\n        checks.close(f"the {N} examples of all batches, sorted,", np.sort(rows), np.arange(N),\n                     "each example is in exactly one batch")\n        labels = np.concatenate([yb for _, yb in batches])\n        checks.close("the labels of all batches", labels, np.eye(5)[rows.astype(int) % 5],\n                     "each example keeps its own label")\n        checks.close("x afterwards", x[:, 0], np.arange(N) * 100.0,\n                     "get_random_batches shuffled the caller\'s array")\n    x, y = np.outer(np.arange(20.0), [100, 1]), np.eye(5)[np.arange(20) % 5]\n    mates = [[set(xb[:, 1]) for xb, _ in get_random_batches(x, y, 5)] for _ in range(2)]\n    checks.that(any(max(batch) - min(batch) > 4 for batch in mates[0] + mates[1]),\n                "neighbours in x stay together; shuffle before you cut")\n    checks.that(any(batch not in mates[1] for batch in mates[0]),\n                "two calls put the same examples together; draw anew in each call, without a seed")'},
        {'id': 'look_at_batches', 'role': 'demo', 'text': 'for xb, yb in get_random_batches(np.arange(8)[:, None], np.eye(2)[np.arange(8) % 2], 3):\n    print("examples", xb[:, 0], "labels", yb.argmax(axis=1))'},
        {'id': 'clouds', 'role': 'given', 'text': 'def make_clouds(rng):\n    """Draw ten points around each of four centres: x, (40, 2), and one-hot labels y, (40, 4)."""\n    clouds = (((3.6, 40), (0.05, 10)), ((3.9, 10), (0.01, 5)),\n              ((3.4, 30), (0.25, 5)), ((2, 10), (0.5, 10)))\n    x = np.concatenate([rng.normal(centre, np.sqrt(variances), size=(10, 2))\n                        for centre, variances in clouds])\n    return x, np.eye(4)[np.repeat(np.arange(4), 10)]\n\n\ndef small_network():\n    """Six examples, their labels and a network of 2, 4 and 3 units, for the checks below."""\n    x = np.array([[1.0, 2], [-1, 1], [0.5, -2], [2, 0], [-0.5, -1], [1.5, 1]])\n    y = np.eye(3)[[0, 1, 2, 0, 2, 1]]\n    layer1 = {"Wlayer1": np.array([[0.5, -1, 2, 0.25], [1, 0.5, -0.5, -1]]),\n              "blayer1": np.array([0.0, 0.5, -0.5, 1])}\n    output = {"Woutput": np.array([[1.0, -1, 0.5], [0.5, 2, -1], [-2, 0.5, 1], [1, 0, -0.5]]),\n              "boutput": np.array([0.25, -0.25, 0.5])}\n    return x, y, layer1 | output'},
        {'id': 'train_solution', 'role': 'solution', 'text': 'def train(\n    x: np.ndarray, y: np.ndarray, params: dict,\n    batch_size: int = 5, max_iters: int = 500, learning_rate: float = 1e-3,\n) -> tuple[float, float]:\n    """Train the layers "layer1" (sigmoid) and "output" (softmax) by stochastic gradient descent.\n\n    x: examples, (N, D).\n    y: labels, one-hot, (N, C).\n    params: has "Wlayer1", (D, H), "blayer1", (H,), "Woutput", (H, C),\n    "boutput", (C,), and gets them trained.\n    batch_size: examples in a batch.\n    max_iters: number of passes over all batches.\n    learning_rate: factor of the gradient in each step.\n    Returns the total loss and the average accuracy of the last iteration.\n    """\n    raise NotImplementedError'},
        {'id': 'train', 'role': 'test', 'text': '@checks.run\ndef check():\n    x, y, params = small_network()\n    seen = train(x, y, params, batch_size=6, max_iters=1, learning_rate=0.5)\n    expected = {  # after one step along the gradient of the summed loss\n        "boutput": [0.25055232, -0.1035561, 0.35300378],\n        "Woutput": [[1.26419838, -0.6982092, -0.06598918], [0.3002319, 2.18970085, -0.98993275],\n                    [-1.64140203, 0.49281828, 0.64858375], [0.94728411, -0.07369934, -0.37358476]],\n        "blayer1": [-0.09166709, 0.52161766, -0.49324061, 1.05907208],\n        "Wlayer1": [[0.69390299, -0.52490218, 1.64263311, 0.62330314],\n                    [0.71895134, 1.36022803, -1.17536469, -0.79609242]],\n    }\n    hints = {"boutput": "minus learning_rate times the sum of P - y; is it the summed loss\'s gradient?",\n             "Woutput": "the output layer goes backward as a linear one, once",\n             "blayer1": "the error comes from the output layer, through Woutput before its update",\n             "Wlayer1": "the error comes from the output layer, through Woutput before its update"}\n    for key, wanted in expected.items():\n        checks.close(f\'params["{key}"] after one step\', params[key], wanted, hints[key])\n    checks.close("[total_loss, avg_acc] of one iteration", seen, [8.54809368, 1 / 6],\n                 "the summed loss, taken before the update, and the mean accuracy")\n    x, y, params = small_network()\n    seen = train(x, y, params, batch_size=6, max_iters=4, learning_rate=0.5)\n    checks.close("[total_loss, avg_acc] of four iterations", seen, [3.85850961, 5 / 6],\n                 "those of the last iteration alone")\n    # six equal examples in batches of two: three steps an iteration, in whatever order\n    params = small_network()[2]\n    seen = train(np.tile(x[:1], (6, 1)), np.tile(y[:1], (6, 1)), params, batch_size=2, max_iters=2,\n                 learning_rate=0.1)\n    checks.close(\'params["boutput"] after six steps\', params["boutput"],\n                 [0.63789675, -0.42305865, 0.2851619], "a step after each batch, all batches used")\n    checks.close("[total_loss, avg_acc] of three batches", seen, [1.16988226, 1.0],\n                 "the losses of all batches of the iteration, added up")\n    rng = np.random.default_rng(19)\n    params = {"Wlayer1": rng.normal(scale=0.3, size=(2, 25)), "blayer1": np.zeros(25),\n              "Woutput": rng.normal(scale=0.3, size=(25, 4)), "boutput": np.zeros(4)}\n    loss, acc = train(*make_clouds(rng), params)\n    checks.that(20 < loss < 35,\n                f"on the clouds the total loss ends at {loss:.1f}; "\n                "expected about 24, the sum over all batches of the last iteration")\n    checks.that(0.7 < acc <= 1,\n                f"on the clouds the accuracy ends at {acc:.2f}; "\n                "expected about 0.95, a mean over all batches")'},
        {'id': 'train_on_clouds', 'role': 'demo', 'text': 'x, y = make_clouds(np.random.default_rng(0))\nnp.random.seed(0)\nparams = {}\ninitialize_weights(2, 25, params, "layer1")\ninitialize_weights(25, 4, params, "output")\nhistory, snapshots = figures.follow(train, x, y, params, moments=(0, 50, 500, 2000))\nfigures.curves(history)'},
        {'id': 'look_at_regions', 'role': 'demo', 'text': 'def predict(points, weights):\n    return forward(forward(points, dict(weights), "layer1", sigmoid), weights, "output", softmax)\n\n\nfigures.regions(predict, snapshots, x, y)'},
        {'id': 'central_differences_gradient_solution', 'role': 'solution', 'text': 'def central_differences_gradient(params: dict, x: np.ndarray, y: np.ndarray, eps: float = 1e-6) -> None:\n    """Differentiate the network\'s loss numerically, by every entry of every parameter.\n\n    params: has "Wlayer1", (D, H), "blayer1", (H,), "Woutput", (H, C),\n    "boutput", (C,), and perhaps more layers, caches and gradients; gets "grad_" + key,\n    shaped like the parameter, for every key without "_". The parameters end as they were.\n    x: examples, (N, D).\n    y: labels, one-hot, (N, C).\n    eps: the change of the entry, to either side.\n    """\n    raise NotImplementedError'},
        {'id': 'central_differences_gradient', 'role': 'test', 'text': '@checks.run\ndef check():\n    x, y, params = small_network()\n    start = small_network()[2] | {"Wspare": np.array([[1.0, 2.0]]), "bspare": np.zeros(2)}\n    params |= {"Wspare": np.array([[1.0, 2.0]]), "bspare": np.zeros(2)}\n    central_differences_gradient(params, x, y, eps=0.5)\n    for key in start:\n        checks.that("grad_" + key in params, f\'params has no "grad_{key}".\')\n        checks.shape(f\'params["grad_{key}"]\', params["grad_" + key], start[key].shape,\n                     "shaped like the parameter")\n    for key in start:\n        checks.close(f\'params["{key}"] afterwards\', params[key], start[key],\n                     "put each entry back before you change the next", tolerance=1e-12)\n    expected = {"boutput": [0.01207863, -0.27351068, 0.29915938],\n                "blayer1": [0.17785526, -0.04145766, -0.02280023, -0.11705774],\n                "Wlayer1": [[-0.3787186, -0.89365035, 0.71506506, -0.74850206]]}\n    for key, wanted in expected.items():\n        seen = params["grad_" + key]\n        checks.close(f\'params["grad_{key}"] with eps=0.5\', seen if key[0] == "b" else seen[:1], wanted,\n                     "a step of eps to both sides, over 2 eps, of the loss of all examples")\n    for key in ("Wspare", "bspare"):\n        checks.close(f\'params["grad_{key}"]\', params["grad_" + key], np.zeros(start[key].shape),\n                     "this layer is not in the network, so the loss does not change with it")\n    central_differences_gradient(params, x, y)\n    checks.close(\'params["grad_boutput"] of a second call\', params["grad_boutput"],\n                 [-0.00110464, -0.2928878, 0.29399244], "eps is 1e-6 where none is given")'},
        {'id': 'look_at_gradients', 'role': 'demo', 'text': 'x, y = make_clouds(np.random.default_rng(0))\nparams = snapshots[500]\ntrain(x, y, params, batch_size=len(x), max_iters=1, learning_rate=0)\nanalytic = {key: params["grad_" + key] for key in ("Wlayer1", "blayer1", "Woutput", "boutput")}\ncentral_differences_gradient(params, x, y)\nfigures.agreement({key: params["grad_" + key] for key in analytic}, analytic)'},
        {'id': 'digits', 'role': 'demo', 'text': 'data = np.load("digits.npz")\norder = np.random.default_rng(0).permutation(len(data["y"]))\npictures_of, labels_of = data["X"][order].reshape(-1, 1, 8, 8) / 16, np.eye(10)[data["y"][order]]\nx_train, x_test = pictures_of[:1257], pictures_of[1257:]\ny_train, y_test = labels_of[:1257], labels_of[1257:]'},
        {'id': 'network_that_sees', 'role': 'demo', 'text': 'def see(x, net, stride=2, pad=2):\n    """The responses of all filters after ReLU, (N, F, Hy, Wy), and the probabilities, (N, 10)."""\n    maps = relu(conv_forward(x, net, "filters", stride, pad))\n    return maps, forward(maps.reshape(len(x), -1), net, "output", softmax)\n\n\ndef train_to_see(filters=32, size=5, stride=2, rate=0.01, epochs=30, seed=0):\n    """Train on the digits in batches of 50, the last third of the epochs at a fifth of the rate.\n\n    Returns the network and its test accuracy after each epoch.\n    """\n    np.random.seed(seed)\n    net, pad, history = {}, size // 2, []\n    side = (8 + 2 * pad - size) // stride + 1\n    bound = np.sqrt(6 / (size**2 + filters))\n    net["Wfilters"] = np.random.uniform(-bound, bound, size=(filters, 1, size, size))\n    net["bfilters"] = np.zeros(filters)\n    initialize_weights(filters * side * side, 10, net, "output")\n    for epoch in range(epochs):\n        step = rate if epoch < 2 * epochs // 3 else rate / 5\n        for xb, yb in get_random_batches(x_train, y_train, 50):\n            maps, probs = see(xb, net, stride, pad)\n            back = backwards(probs - yb, net, "output", linear_deriv).reshape(maps.shape)\n            conv_backward(back * relu_deriv(maps), net, "filters")\n            for key in ("Wfilters", "bfilters", "Woutput", "boutput"):\n                net[key] = net[key] - step * net["grad_" + key]\n        history.append(compute_loss_and_acc(y_test, see(x_test, net, stride, pad)[1])[1])\n    return net, history\n\n\nnet_that_sees, seen_history = train_to_see()\nprint(f"test accuracy of the network that sees: {seen_history[-1]:.3f}")'},
        {'id': 'look_at_filters', 'role': 'demo', 'text': 'strongest = figures.filters(net_that_sees["Wfilters"][:, 0])\nresponses = see(x_test[3:4], net_that_sees)[0][0]\nfigures.strip({"a digit": x_test[3, 0], **{f"filter {k}": responses[k] for k in strongest[:3]}},\n              "A test digit, and what the three strongest filters respond to in it, 4 by 4 places.")'},
        {'id': 'experiment', 'role': 'demo', 'text': 'for filters in (2, 8):\n    ends = [train_to_see(filters=filters, epochs=15, seed=seed)[1][-1] for seed in (0, 1)]\n    print(f"{filters} filters, 15 epochs, two seeds:", np.round(ends, 3))'},
        {'id': 'what_it_sees', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': 'try_random_sizes', 'role': 'demo', 'text': 'import properties\n\n\ndef some_dense(rng):\n    N, D, H = rng.integers(1, 5, size=3)\n    return rng.normal(size=(N, D)), rng.normal(size=(D, H)), rng.normal(size=H)\n\n\ndef dense_backward(delta, X, W, b):\n    tried = {"W": W, "b": b}\n    forward(X, tried, activation=tanh)\n    return backwards(delta, tried, activation_deriv=tanh_deriv), tried["grad_W"], tried["grad_b"]\n\n\ndef some_convolution(rng):\n    (N, C, F), (height, width), (h, w) = (rng.integers(1, top, size) for top, size in\n                                          ((3, 3), (5, 2), (4, 2)))\n    image = rng.normal(size=(N, C, max(height, h), max(width, w)))\n    return image, rng.normal(size=(F, C, h, w)), rng.normal(size=F)\n\n\nproperties.rows("softmax", softmax)\nproperties.layer("one layer", lambda X, W, b: forward(X, {"W": W, "b": b}, activation=tanh),\n                 dense_backward, some_dense)\nfor stride, pad in ((1, 0), (2, 1), (3, 2)):\n    def convolve(X, W, b):\n        return conv_forward(X, {"W": W, "b": b}, stride=stride, pad=pad)\n\n    def convolve_backward(delta, X, W, b):\n        tried = {"W": W, "b": b, "cache_": (X, stride, pad)}\n        return conv_backward(delta, tried), tried["grad_W"], tried["grad_b"]\n\n    properties.layer(f"convolution, stride {stride}, padding {pad}", convolve, convolve_backward,\n                     some_convolution, tries=12)'},
        {'id': 'check_this_notebook', 'role': 'demo', 'text': 'import check_notebook\n\ncheck_notebook.run()'},
    ],
})

if __name__ == "__main__":
    status = main(sys.argv[1:])
    if not hasattr(builtins, "get_ipython"):  # %run would show an exit as an error
        sys.exit(status)
