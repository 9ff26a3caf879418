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
    'assignment': 'faces_mlp',
    'release': '2dc5b7c2c1946dfa',
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
        {'id': 'imports', 'role': 'given', 'text': 'import os\n\n# Before NumPy is loaded: on matrices this small, threads cost more than they bring.\nos.environ.setdefault("OPENBLAS_NUM_THREADS", "1")\n\nimport matplotlib.pyplot as plt\nimport numpy as np\n\nimport checks\nimport diagrams\nimport pictures\nfrom standins import Spy, Toy, wide\nfrom utils import display_plot, load, load_data, save, show_confusion, show_faces\n\nplt.style.use("tableau-colorblind10")\nEXPRESSIONS = ["anger", "disgust", "fear", "happy", "sad", "surprise", "neutral"]'},
        {'id': 'load_faces', 'role': 'demo', 'text': 'data = load_data("toronto_face.npz" if os.path.exists("toronto_face.npz") else "faces.npz")\ninputs_train, inputs_valid, inputs_test, target_train, target_valid, target_test = data\nfor name, inputs, target in zip(["train", "valid", "test"], data[:3], data[3:]):\n    grey = f"grey values from {inputs.min():.2f} to {inputs.max():.2f}"\n    print(f"{name:5}  inputs {inputs.shape}  target {target.shape}  {grey}")'},
        {'id': 'sample_faces', 'role': 'demo', 'text': 'labels = target_train.argmax(axis=1)\nsample = [np.flatnonzero(labels == k)[row] for row in range(3) for k in range(7)]\nshow_faces(inputs_train[sample], [EXPRESSIONS[k] for k in labels[sample]])'},
        {'id': 'init_nn_solution', 'role': 'solution', 'text': 'def init_nn(num_inputs: int, num_hiddens: list[int], num_outputs: int) -> dict[str, np.ndarray]:\n    """Make the parameters of a network with two hidden layers.\n\n    num_inputs: D. num_hiddens: [H1, H2]. num_outputs: C.\n    Returns a dictionary with W1 (D, H1), W2 (H1, H2), W3 (H2, C), b1 (H1,), b2 (H2,), b3 (C,).\n    """\n    raise NotImplementedError'},
        {'id': 'init_nn', 'role': 'test', 'text': '@checks.run\ndef check():\n    for sizes in ((90, [80, 70], 60), (3, [5, 2], 4)):\n        fresh, (D, (H1, H2), C) = init_nn(*sizes), sizes\n        for name, size in (("W1", (D, H1)), ("W2", (H1, H2)), ("W3", (H2, C))):\n            checks.that(name in fresh, f"init_nn made no {name}.")\n            checks.shape(f"{name} of init_nn{sizes}", fresh[name], size,\n                         "one row an input of the layer, one column a unit")\n        for name, units in (("b1", H1), ("b2", H2), ("b3", C)):\n            checks.that(name in fresh, f"init_nn made no {name}.")\n            checks.close(f"{name} of init_nn{sizes}", fresh[name], np.zeros(units),\n                         "a bias has one axis and starts at zero")\n    fresh = init_nn(90, [80, 70], 60)\n    for name, scale in (("W1", 0.1), ("W2", 0.1), ("W3", 0.01)):\n        weights = np.asarray(fresh[name]) / scale\n        checks.close(f"the standard deviation of {name} / {scale}", weights.std(), 1,\n                     "a factor on a standard normal", 0.07)\n        checks.close(f"the mean of {name} / {scale}", weights.mean(), 0,\n                     "a normal around zero has both signs", 0.08)\n        checks.that(np.abs(weights).max() > 2.5,\n                    f"No weight of {name} is larger than 2.5 standard deviations: "\n                    "is it a normal distribution?")'},
        {'id': 'look_at_init_nn', 'role': 'demo', 'text': 'model = init_nn(2304, [16, 32], 7)\nfor name in ["W1", "b1", "W2", "b2", "W3", "b3"]:\n    print(f"{name}: shape {str(model[name].shape):10}  standard deviation {model[name].std():.3f}")'},
        {'id': 'affine_solution', 'role': 'solution', 'text': 'def affine(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:\n    """Compute y = x w + b for x (N, D), w (D, M), b (M,). Returns y, (N, M)."""\n    raise NotImplementedError\n\n\ndef affine_backward(\n    grad_y: np.ndarray, x: np.ndarray, w: np.ndarray\n) -> tuple[np.ndarray, np.ndarray, np.ndarray]:\n    """Compute the gradients of the error through y = x w + b.\n\n    grad_y: gradient with respect to y, (N, M). x: the layer\'s input, (N, D). w: its weights, (D, M).\n    Returns grad_x (N, D), grad_w (D, M), grad_b (M,).\n    """\n    raise NotImplementedError'},
        {'id': 'affine', 'role': 'test', 'text': '@checks.run\ndef check():\n    # two cases of three numbers, four outputs\n    x, b = np.array([[1.0, -2, 0], [3, 1, 2]]), np.array([10.0, 20, 30, 40])\n    w, grad_y = np.array([[1.0, 2, 0, -1], [0, -1, 2, 1], [2, 3, 1, 0]]), np.ones((2, 4))\n    grad_y[1] = [2, -1, 0, 4]\n    before = x.copy(), w.copy(), b.copy(), grad_y.copy()\n    checks.close("affine(x, w, b)", affine(x, w, b), [[11, 24, 26, 37], [17, 31, 34, 38]],\n                 "weighted sums of each row of x, and the bias added to every row")\n    grad_x, grad_w, grad_b = affine_backward(grad_y, x, w)\n    checks.close("grad_x", grad_x, [[2, 2, 6], [-4, 5, 1]],\n                 "(N, D): each entry of x collects from all outputs of its own case")\n    checks.close("grad_w", grad_w, [[7, -2, 1, 13], [0, -3, -2, 2], [4, -2, 0, 8]],\n                 "(D, M), summed over the cases, not averaged")\n    checks.close("grad_b", grad_b, [3, 0, 1, 5], "(M,), summed over the cases, not averaged")\n    for name, seen, was in zip(("x", "w", "b", "grad_y"), (x, w, b, grad_y), before):\n        checks.kept(name, seen, was)\n    # one case of two numbers, three outputs\n    x, w = np.array([[2, -3]]), np.array([[1, 0, 4], [2, -1, 1]])\n    checks.close("affine of a single case", affine(x, w, np.array([0, 0, -9])), [[-4, 3, -4]],\n                 "no size is written into the code")\n    grad_x, grad_w, grad_b = affine_backward(np.array([[0.5, 1, -1]]), x, w)\n    checks.close("grad_x of a single case", grad_x, [[-3.5, -1]])\n    checks.close("grad_w of a single case", grad_w, [[1, 2, -2], [-1.5, -3, 3]])\n    checks.close("grad_b of a single case", grad_b, [0.5, 1, -1], "(M,), one axis")'},
        {'id': 'look_at_affine', 'role': 'demo', 'text': 'faces, w, b = inputs_train[:5], model["W1"], model["b1"]\ny = affine(faces, w, b)\nfor name, array, gradient in zip("xwb", [faces, w, b], affine_backward(y, faces, w)):\n    print(f"{name} has shape {array.shape}, its gradient {gradient.shape}")'},
        {'id': 'relu_solution', 'role': 'solution', 'text': 'def relu(x: np.ndarray) -> np.ndarray:\n    """Compute max(x, 0) entry by entry, in a new array of the shape of x."""\n    raise NotImplementedError\n\n\ndef relu_backward(grad_y: np.ndarray, x: np.ndarray) -> np.ndarray:\n    """Compute the gradient with respect to the un-activated input.\n\n    grad_y: gradient with respect to relu(x). x: the input of relu, of the same shape.\n    Returns the gradient with respect to x, of the same shape, in a new array.\n    """\n    raise NotImplementedError'},
        {'id': 'relu', 'role': 'test', 'text': '@checks.run\ndef check():\n    x, grad_y = np.array([[-2.0, 3, 0.5], [4, -0.1, -6]]), np.array([[5.0, -7, 2], [3, -1, 8]])\n    before = x.copy(), grad_y.copy()\n    checks.close("relu(x)", relu(x), [[0, 3, 0.5], [4, 0, 0]],\n                 "negative entries become 0, the others stay")\n    checks.kept("x", x, before[0])\n    checks.close("relu_backward(grad_y, x)", relu_backward(grad_y, x), [[0, -7, 2], [3, 0, 0]],\n                 "grad_y where x is positive, otherwise 0")\n    checks.kept("x", x, before[0])\n    checks.kept("grad_y", grad_y, before[1])\n    x = np.array([[3], [-1], [2], [-4]])  # four cases of one whole number\n    checks.close("relu of whole numbers", relu(x), [[3], [0], [2], [0]])\n    seen = relu_backward(np.array([[0.5], [0.25], [-1.5], [1.0]]), x)\n    checks.close("relu_backward where x holds whole numbers", seen, [[0.5], [0], [-1.5], [0]],\n                 "fractions of grad_y are kept")'},
        {'id': 'look_at_relu', 'role': 'demo', 'text': 'line = np.linspace(-2, 2, 201)\nplt.figure(figsize=(6, 2.5))\nplt.plot(line, relu(line), label="relu(x)")\nplt.plot(line, relu_backward(np.ones(201), line), "--", label="its derivative")\nplt.xlabel("x")\nplt.legend()\npictures.show(\n    "relu is zero for negative x and equals x for positive x; its derivative steps from 0 to 1 at zero."\n)'},
        {'id': 'nn_forward_solution', 'role': 'solution', 'text': 'def nn_forward(model: dict[str, np.ndarray], x: np.ndarray) -> dict[str, np.ndarray]:\n    """Run the network on a batch.\n\n    model: W1, b1, W2, b2, W3, b3. x: inputs, (N, D).\n    Returns a dictionary with x (N, D), z1 and h1 (N, H1), z2 and h2 (N, H2) and the scores y (N, C).\n    """\n    raise NotImplementedError'},
        {'id': 'example', 'role': 'given', 'text': 'def example() -> tuple[dict, dict]:\n    """A network with one input and layers of 2, 3 and 2 units,\n    and what the cases 2 and -3 become on their way through it."""\n    model = {\n        "W1": np.array([[1.0, -1]]), "b1": np.array([0.0, 1]),\n        "W2": np.array([[2.0, 1, -1], [1, -3, 0]]), "b2": np.array([0.0, 0, 1]),\n        "W3": np.array([[1.0, 0], [0, -1], [2, 1]]), "b3": np.array([0.0, -5]),\n    }\n    passed = {\n        "x": np.array([[2.0], [-3]]),\n        "z1": np.array([[2.0, -1], [-3, 4]]), "h1": np.array([[2.0, 0], [0, 4]]),\n        "z2": np.array([[4.0, 2, -1], [4, -12, 1]]), "h2": np.array([[4.0, 2, 0], [4, 0, 1]]),\n        "y": np.array([[4.0, -7], [6, -4]]),\n    }\n    return model, passed'},
        {'id': 'draw_the_network', 'role': 'demo', 'text': 'diagrams.network(\n    [[2], [2, -1], [2, 0], [4, 2, -1], [4, 2, 0], [4, -7]],\n    [[3], [3, 0], [3, -2], [1, 1, 0], [1, 1, 1], [1, -1]],\n    [[[1, -1]], None, [[2, 1, -1], [1, -3, 0]], None, [[1, 0], [0, -1], [2, 1]]],\n    ["x", "z1", "h1", "z2", "h2", "y"],\n    "The small network on the case 2. Forward: z1 is (2, -1), h1 (2, 0), z2 (4, 2, -1), h2 "\n    "(4, 2, 0), y (4, -7). Back from err = (1, -1): (1, 1, 1) at h2, (1, 1, 0) at z2, (3, -2) "\n    "at h1, (3, 0) at z1 and 3 at x.")'},
        {'id': 'nn_forward', 'role': 'test', 'text': '@checks.run\ndef check():\n    for (small, passed), what in ((example(), "two cases"), (wide()[:2], "one case of four numbers")):\n        before = {name: value.copy() for name, value in small.items()}\n        var = nn_forward(small, passed["x"])\n        checks.that(isinstance(var, dict) and set(var) >= set(passed),\n                    "nn_forward returns a dictionary with the keys x, z1, h1, z2, h2, y.")\n        for name, expected in passed.items():\n            checks.close(f\'nn_forward(model, x)["{name}"] of {what}\', var[name], expected,\n                         "z before a rectifier, h after it; y has neither rectifier nor softmax")\n        for name, value in before.items():\n            checks.kept(f\'model["{name}"]\', small[name], value, "nn_forward only reads the model")'},
        {'id': 'look_at_nn_forward', 'role': 'demo', 'text': 'var = nn_forward(model, inputs_train[:100])\nprint({name: value.shape for name, value in var.items()})\nprint("scores of the first face:", var["y"][0].round(3))'},
        {'id': 'nn_backward_solution', 'role': 'solution', 'text': 'def nn_backward(model: dict[str, np.ndarray], err: np.ndarray, var: dict[str, np.ndarray]) -> None:\n    """Write the gradients of the six parameters into model, as dE_dW1, dE_db1, ..., dE_db3.\n\n    model: W1, b1, W2, b2, W3, b3. err: gradient of the error with respect to the\n    scores, (N, C). var: what nn_forward returned.\n    """\n    raise NotImplementedError'},
        {'id': 'nn_backward', 'role': 'test', 'text': '@checks.run\ndef check():\n    hint = "h fed the affine layers, z decides at the rectifiers; "\n    wanted = {"W3": [[4, 4], [2, -2], [0, 2]], "b3": [1, 1], "W2": [[2, 2, 0], [0, 0, 8]],\n              "b2": [1, 1, 2], "W1": [[6, 0]], "b1": [3, 0]}\n    small, passed = example()\n    err = np.array([[1.0, -1], [0, 2]])\n    before = {name: value.copy() for name, value in {**small, **passed, "err": err}.items()}\n    for call in ("the first call", "a second, equal call"):\n        nn_backward(small, err, passed)\n        for name, expected in wanted.items():\n            checks.that("dE_d" + name in small, f"nn_backward wrote no dE_d{name} into model.")\n            checks.close(f"dE_d{name} after {call}", small["dE_d" + name], expected,\n                         hint + "gradients replace those of an earlier call")\n    for name, value in before.items():\n        seen = err if name == "err" else small.get(name, passed.get(name))\n        checks.kept(name, seen, value, "nn_backward writes nothing but the six gradients")\n    small, passed, err, wanted = wide()\n    nn_backward(small, err, passed)\n    for name, expected in wanted.items():\n        checks.close(f"dE_d{name} of layers with 4, 3, 5 and 2 units", small["dE_d" + name], expected,\n                     hint + "no size is written into the code")'},
        {'id': 'look_at_nn_backward', 'role': 'demo', 'text': 'nn_backward(model, np.ones((100, 7)) / 100, nn_forward(model, inputs_train[:100]))\nfor name in ["W3", "b3", "W2", "b2", "W1", "b1"]:\n    slope = model["dE_d" + name]\n    print(f"dE_d{name}: shape {str(slope.shape):10}  largest entry {np.abs(slope).max():.2e}")'},
        {'id': 'check_grad_solution', 'role': 'solution', 'text': 'def check_grad(model: dict, forward, backward, name: str, x: np.ndarray) -> None:\n    """Compare the gradient of 0.5 * sum(y ** 2) with central\n    differences on 20 random entries of model[name].\n\n    forward(model, x) returns a dictionary with the scores y;\n    backward(model, err, var) writes dE_d<name> into model.\n    name: the parameter to check, such as "W2". x: inputs, (N, D).\n    Raises AssertionError where a gradient is more than 1.5e-3 from the\n    difference. The parameters are left as they were.\n    """\n    raise NotImplementedError'},
        {'id': 'check_grad', 'role': 'test', 'text': '@checks.run\ndef check():\n    for toy in [Toy((30, 2)), Toy((3,)), Toy((4, 1)), Toy((3,), fault=1e-3)]:\n        checks.that(not toy.is_refused(check_grad),\n                    "check_grad refuses a right gradient: does it step to both sides, "\n                    "and allow a difference of 1.5e-3?")\n        checks.that(np.array_equal(toy.model["W1"], toy.before),\n                    "check_grad changes a parameter: keep the old value and write it back.")\n        checks.that(toy.passes <= 100,\n                    f"check_grad calls forward {toy.passes} times: "\n                    "two calls for each of 20 entries are enough.")\n    faults = [(Toy((3,), fault=2.5e-3), "is off by 2.5e-3 everywhere"),\n              (Toy((4, 1), fault=-2.5e-3), "is too small by 2.5e-3 everywhere"),\n              (Toy((30, 2), fault=1.0, start=20), "is wrong in the last 40 of 60 entries"),\n              (Toy((3, 5), fault=1.0, start=14), "is wrong in the last of 15 entries")]\n    for toy, what in faults:\n        checks.that(toy.is_refused(check_grad),\n                    f"check_grad lets a gradient pass that {what}. Are up to 20 different entries "\n                    "taken at random, all where there are fewer, and is a difference above 1.5e-3 "\n                    "refused, whatever its sign?")\n        checks.that(np.array_equal(toy.model["W1"], toy.before),\n                    "check_grad changes a parameter when it raises: write the old value back first.")'},
        {'id': 'check_the_network', 'role': 'demo', 'text': 'noise = 0.1 * np.random.default_rng(3).random((10, 2304))\nfor name in ["W3", "b3", "W2", "b2", "W1", "b1"]:\n    check_grad(model, nn_forward, nn_backward, name, noise)\nprint("All six gradients pass.")'},
        {'id': 'weak_check', 'role': 'demo', 'text': 'def without_first_layer(model, err, var):\n    nn_backward(model, err, var)\n    model["dE_dW1"] = np.zeros_like(model["W1"])\n\ncheck_grad(model, nn_forward, without_first_layer, "W1", noise)\nvar = nn_forward(model, noise)\nnn_backward(model, var["y"], var)\nlargest = np.abs(model["dE_dW1"]).max()\nprint(f"No gradient at all passes too: the largest right entry is only {largest:.1e}.")'},
        {'id': 'stronger_check', 'role': 'demo', 'text': 'large = {name: 10 * value for name, value in model.items()}\ncheck_grad(large, nn_forward, nn_backward, "W1", noise)\ntry:\n    check_grad(large, nn_forward, without_first_layer, "W1", noise)\nexcept AssertionError:\n    print("With weights ten times as large, "\n          "the right gradient still passes and the zeros are found.")'},
        {'id': 'softmax_solution', 'role': 'solution', 'text': 'def softmax(x: np.ndarray) -> np.ndarray:\n    """Turn scores (N, C) into probabilities (N, C), row by row, for scores of any size."""\n    raise NotImplementedError'},
        {'id': 'softmax', 'role': 'test', 'text': '@checks.run\ndef check():\n    x = np.array([[0.0, np.log(3.0), 0.0, 0.0], [2000.0, 2000.0, -2000.0, -2000.0],\n                  [-1000.0, -1000.0, -1000.0, -1000.0]])\n    start, probs = x.copy(), softmax(x)\n    checks.shape("softmax(x)", probs, (3, 4), "one row an example, one column a class")\n    checks.close("softmax(x)", probs, [[1 / 6, 1 / 2, 1 / 6, 1 / 6], [0.5, 0.5, 0, 0], [0.25] * 4],\n                 "each row less its own maximum, over its own sum")\n    checks.kept("x", x, start)\n    checks.close("softmax of a single row", softmax(np.array([[1, 1]])), [[0.5, 0.5]],\n                 "two whole numbers")'},
        {'id': 'look_at_softmax', 'role': 'demo', 'text': 'print(softmax(nn_forward(model, inputs_train[:2])["y"]).round(3))'},
        {'id': 'evaluate_solution', 'role': 'solution', 'text': 'def evaluate(\n    inputs: np.ndarray, target: np.ndarray, model: dict, forward, batch_size: int = -1\n) -> tuple[float, float]:\n    """Compute the mean cross-entropy and the accuracy over all cases.\n\n    inputs: (N, D). target: one-hot, (N, C). forward(model, x) returns a dictionary with the\n    scores y. batch_size: rows at a time, -1 for all.\n    Returns ce and acc, two numbers; acc is a fraction between 0 and 1.\n    """\n    raise NotImplementedError'},
        {'id': 'evaluate', 'role': 'test', 'text': '@checks.run\ndef check():\n    def forward(model, x):\n        return {"y": model["scale"] * x}\n\n    # scores whose softmax can be read off: the rows sum to 4, 8, 10, 10 and 4\n    scores = np.log(np.array([[1.0, 1, 2], [1, 6, 1], [2, 5, 3], [8, 1, 1], [1, 1, 2]]))\n    target, of_the_right_class = np.eye(3)[[2, 1, 0, 0, 1]], np.array([0.5, 0.75, 0.2, 0.8, 0.25])\n    before = scores.copy(), target.copy()\n    for batch_size in (-1, 5, 2, 3):\n        ce, acc = evaluate(scores / 2, target, {"scale": 2}, forward, batch_size)\n        checks.close(f"ce with batch_size={batch_size}", ce, -np.log(of_the_right_class).mean(),\n                     "the mean over all cases, of the scores that forward gives for this model")\n        checks.close(f"acc with batch_size={batch_size}", acc, 0.6,\n                     "the fraction of all cases whose most probable class is the right one")\n    evaluate(scores, target, {"scale": 1}, forward)\n    checks.kept("inputs", scores, before[0])\n    checks.kept("target", target, before[1])\n    # a single case of four classes, in batches of two\n    ce, acc = evaluate(np.zeros((1, 4)), np.array([[0, 0, 0, 1]]), {"scale": 1}, forward, 2)\n    checks.close("ce of four equal scores", ce, np.log(4), "a batch may be larger than the data")'},
        {'id': 'look_at_evaluate', 'role': 'demo', 'text': 'ce, acc = evaluate(inputs_valid, target_valid, model, nn_forward)\nprint(f"untrained: cross-entropy {ce:.3f} (log 7 = {np.log(7):.3f}), "\n      f"accuracy {acc:.3f} (1/7 = {1 / 7:.3f})")'},
        {'id': 'nn_update_solution', 'role': 'solution', 'text': 'def nn_update(model: dict[str, np.ndarray], eta: float) -> None:\n    """Take one gradient step on W1, W2, W3, b1, b2, b3, in model itself.\n\n    model: the six parameters and their gradients dE_dW1 ... dE_db3. eta: learning rate.\n    """\n    raise NotImplementedError'},
        {'id': 'nn_update', 'role': 'test', 'text': '@checks.run\ndef check():\n    slopes = {"W1": np.full((2, 3), 10.0), "W2": np.full((3, 5), 20.0),\n              "W3": np.full((5, 4), -30.0), "b1": np.ones(3), "b2": np.full(5, -5.0),\n              "b3": np.full(4, 2.0)}\n    step = {name: np.ones_like(slope) for name, slope in slopes.items()}\n    step |= {"dE_d" + name: slope.copy() for name, slope in slopes.items()}\n    moved = {name: 1.0 for name in slopes}\n    for count, eta in ((1, 0.2), (2, 0.2), (3, 0.5)):\n        nn_update(step, eta)\n        for name, slope in slopes.items():\n            moved[name] = moved[name] - eta * slope\n            checks.close(f"{name} after step {count}", step[name], moved[name],\n                         "minus eta times the gradient, in model itself; no step is remembered")\n            checks.kept("dE_d" + name, step["dE_d" + name], slope, "the gradients stay")'},
        {'id': 'look_at_nn_update', 'role': 'demo', 'text': 'for steps in range(4):\n    var = nn_forward(model, noise)\n    half_sum = 0.5 * np.sum(var["y"] ** 2)\n    print(f"half the sum of the squared scores after {steps} steps: {half_sum:.6f}")\n    nn_backward(model, var["y"], var)\n    nn_update(model, 0.02)'},
        {'id': 'train_solution', 'role': 'solution', 'text': 'def train(\n    model: dict, forward, backward, update, eta: float, num_epochs: int, batch_size: int, data: tuple\n) -> tuple[dict, dict]:\n    """Train a model by gradient descent on shuffled batches.\n\n    data: inputs_train, inputs_valid, inputs_test, target_train, target_valid,\n    target_test. batch_size: -1 for the full batch.\n    Returns the trained model, and stats: train_ce, valid_ce, train_acc,\n    valid_acc, each a list of (epoch, value).\n    """\n    raise NotImplementedError'},
        {'id': 'train', 'role': 'test', 'text': '@checks.run\ndef check():\n    spy = Spy(23)\n    trained, stats = train(spy.model, spy.forward, spy.backward, spy.update, 0.5, 2, 5, spy.data)\n    sizes = [len(cases) for cases, _, _ in spy.batches]\n    checks.that(sizes == [5, 5, 5, 5, 3] * 2,\n                f"The batches have {sizes} cases; expected 5 5 5 5 3 in each of two epochs.")\n    order = np.concatenate([cases for cases, _, _ in spy.batches])\n    checks.close("the cases of each epoch, sorted", np.sort(order.reshape(2, 23)), [range(23)] * 2,\n                 "every case once an epoch")\n    checks.that((order[:23] != order[23:]).any() and (np.diff(order) != 1).any(),\n                "The cases come in the same order in both epochs: draw a new one for each epoch.")\n    for cases, scores, err in spy.batches:\n        checks.close("err", err, spy.wanted(cases, scores),\n                     "prediction minus these cases\' own targets, over their number")\n    checks.that(spy.etas == [0.5] * 10,\n                f"update was called with eta {spy.etas}; expected 0.5 for each of the ten batches.")\n    checks.close("W1 of the returned model", trained["W1"], [[5, -5], [0, 0]],\n                 "the trained model comes first, then stats")\n    for epoch, weight in enumerate((2.5, 5.0)):\n        for split, count in (("train", 23), ("valid", 7)):\n            entry = [stats[split + what][epoch][1] for what in ("_ce", "_acc")]\n            checks.close(f"[{split}_ce, {split}_acc] of epoch {epoch + 1}", entry,\n                         spy.measured(weight, count), "after the epoch, on the whole split")\n    checks.that(len(stats["train_ce"]) == 2, "One entry an epoch: there were two epochs.")\n    fresh = Spy(23)\n    for name, seen, was in zip(("inputs_train", "inputs_valid", "inputs_test", "target_train"),\n                               spy.data, fresh.data):\n        checks.kept(name, seen, was, "shuffle row numbers instead")\n    # nine cases at once, then in batches of four\n    for batch_size, expected in ((-1, [9]), (4, [4, 4, 1])):\n        spy = Spy(9)\n        train(spy.model, spy.forward, spy.backward, spy.update, 0.1, 1, batch_size, spy.data)\n        sizes = [len(cases) for cases, _, _ in spy.batches]\n        checks.that(sizes == expected,\n                    f"With batch_size={batch_size} nine cases come in batches of {sizes}; "\n                    f"expected {expected}.")'},
        {'id': 'train_the_network', 'role': 'demo', 'text': 'mean_face = inputs_train.mean(axis=0)\ncentred = [*(inputs - mean_face for inputs in data[:3]), *data[3:]]\nnp.random.seed(8)\nmodel = init_nn(2304, [16, 32], 7)\nw1_at_start = model["W1"].copy()\nmodel, stats = train(model, nn_forward, nn_backward, nn_update, 0.05, 120, 100, centred)\ntrain_acc, valid_acc = stats["train_acc"][-1][1], stats["valid_acc"][-1][1]\nprint(f"after 120 epochs: training accuracy {train_acc:.3f}, validation accuracy {valid_acc:.3f}")'},
        {'id': 'save_and_continue', 'role': 'demo', 'text': 'save("nn_model.npz", model)\nsave("nn_stats.npz", stats)\nmodel, first = load("nn_model.npz"), load("nn_stats.npz")\nmodel, more = train(model, nn_forward, nn_backward, nn_update, 0.05, 30, 100, centred)\nstats = {name: [*first[name], *(np.array(more[name]) + [len(first[name]), 0])] for name in more}\ntrain_acc, valid_acc = stats["train_acc"][-1][1], stats["valid_acc"][-1][1]\nprint(f"after 150 epochs: training accuracy {train_acc:.3f}, validation accuracy {valid_acc:.3f}")'},
        {'id': 'curves', 'role': 'demo', 'text': 'display_plot(stats["train_ce"], stats["valid_ce"], "cross-entropy", number=0)\ndisplay_plot(stats["train_acc"], stats["valid_acc"], "accuracy", number=1)'},
        {'id': 'first_layer', 'role': 'demo', 'text': 'on = (nn_forward(model, centred[0])["h1"] > 0).mean(axis=0)\nshow_faces(model["W1"].T, [f"on for {100 * share:.0f} %" for share in on], columns=8)\nshow_faces((model["W1"] - w1_at_start).T, [f"change of {unit}" for unit in range(16)], columns=8)'},
        {'id': 'confusion', 'role': 'demo', 'text': 'prediction = softmax(nn_forward(model, centred[1])["y"])\ntrue, predicted = target_valid.argmax(axis=1), prediction.argmax(axis=1)\ncounts = np.zeros((7, 7), dtype=int)\nnp.add.at(counts, (true, predicted), 1)\nshow_confusion(counts, EXPRESSIONS)'},
        {'id': 'least_confident_solution', 'role': 'solution', 'text': 'def least_confident(prediction: np.ndarray, k: int = 5) -> np.ndarray:\n    """Find the k cases whose largest probability is smallest.\n\n    prediction: probabilities, (N, C). Returns k row indices, the least confident case first.\n    """\n    raise NotImplementedError'},
        {'id': 'least_confident', 'role': 'test', 'text': '@checks.run\ndef check():\n    guesses = np.array([[0.5, 0.25, 0.25], [0.05, 0.9, 0.05], [0.2, 0.4, 0.4], [0.0, 0.45, 0.55],\n                        [0.3, 0.0, 0.7], [0.34, 0.36, 0.3], [0.6, 0.2, 0.2]])\n    start = guesses.copy()\n    checks.close("least_confident(prediction, 3)", least_confident(guesses, 3), [5, 2, 0],\n                 "row numbers, the smallest of the largest probabilities first")\n    checks.close("least_confident(prediction)", least_confident(guesses), [5, 2, 0, 3, 6],\n                 "five where k isn\'t given")\n    checks.kept("prediction", guesses, start)\n    few = np.array([[0.1, 0.1, 0.1, 0.7], [0.25, 0.25, 0.2, 0.3]])\n    checks.close("least_confident of two cases", least_confident(few, 2), [1, 0], "four classes")'},
        {'id': 'look_at_least_confident', 'role': 'demo', 'text': 'unsure = least_confident(prediction, 14)\ntitles = [f"true: {EXPRESSIONS[true[i]]}\\n{EXPRESSIONS[predicted[i]]} {prediction[i].max():.2f}"\n          for i in unsure]\nshow_faces(inputs_valid[unsure], titles)'},
        {'id': 'what_it_confuses', 'role': 'written', 'text': '*Write your answer here, in place of this line.*'},
        {'id': 'test_accuracy', 'role': 'demo', 'text': 'ce, acc = evaluate(centred[2], target_test, model, nn_forward)\nprint(f"test: cross-entropy {ce:.3f}, accuracy {acc:.3f}")'},
        {'id': 'your_experiment', 'role': 'demo', 'text': 'np.random.seed(8)\ntried, tried_stats = train(init_nn(2304, [32, 32], 7), nn_forward, nn_backward, nn_update,\n                           0.05, 40, 100, centred)\nfor name in ["train_acc", "valid_acc"]:\n    print(f"{name} after 40 epochs: {tried_stats[name][-1][1]:.3f} with 32 and 32 units, "\n          f"{stats[name][39][1]:.3f} with 16 and 32")'},
        {'id': 'try_random_sizes', 'role': 'demo', 'text': 'import properties\n\n\ndef some_affine(rng):\n    N, D, M = rng.integers(1, 5, size=3)\n    return rng.normal(size=(N, D)), rng.normal(size=(D, M)), rng.normal(size=M)\n\n\nproperties.layer("affine", affine, lambda grad_y, x, w, b: affine_backward(grad_y, x, w), some_affine)\nproperties.layer("relu", relu, relu_backward, lambda rng: [rng.normal(size=rng.integers(1, 5, size=2))])\nproperties.rows("softmax", softmax)'},
        {'id': 'check_this_notebook', 'role': 'demo', 'text': 'import check_notebook\n\ncheck_notebook.run()'},
    ],
})

if __name__ == "__main__":
    status = main(sys.argv[1:])
    if not hasattr(builtins, "get_ipython"):  # %run would show an exit as an error
        sys.exit(status)
