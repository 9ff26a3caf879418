"""Checks your notebook as it will stand when it is graded: from a clean start, from top to bottom, question by question.

    in a cell      import check_notebook; check_notebook.run()            save the notebook first
    in a terminal  python check_notebook.py [NOTEBOOK] [--all]            --all: training and demonstrations too

Everything happens on this computer, in a Python of its own that knows nothing of your session. The checks are the visible ones of the
notebook; the hidden ones are not here. The status is 0 when nothing is left to do, 1 when something is, 2 when nothing could be checked:
there is no such notebook, or this Python is too old for it.
"""
from __future__ import annotations

import ast
import builtins
import contextlib
import difflib
import functools
import importlib.metadata
import importlib.util
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import types
import warnings
from pathlib import Path

# <shared>
from autograder.assignment.placement import (
    LOCKED,
    Cell,
    Known,
    in_running_order,
    lay_out,
    recognised,
    touched,
)
from autograder.assignment.reading.opening import id_of, opened
from autograder.inside.names import bound_in, bound_names, parsed
from autograder.inside.one_process import use_one_process
from autograder.inside.running import RunningNotebook, compiled, needs_ipython, stub_names
from autograder.inside.shell import make_shell
from autograder.inside.standins import has_standin, install_standins
from autograder.inside.versions import for_this_python, restore_numpy_names

# </shared>

RELEASE: dict = {}
SECONDS = 10.0
LONG_SECONDS = 600.0
MAX_BYTES = 50 << 20
INSIDE = "CHAINRULE_CHECKING"
NEEDS = (3, 10)
"""The oldest Python in which the notebook and the files beside it run."""


# ---- called by people ---------------------------------------------------------------------------------------------


def run(notebook=None, all=False, seconds=None):
    """Check a notebook, the one beside this file where none is named, and print what was found.

    all: run the checks that train, and the demonstrations, as well; those that try random sizes are always run.
    seconds: after so long a cell is stopped; where it is not said, after as long as when it is graded.
    """
    if os.environ.get(INSIDE):
        return  # this very cell, run by a check of its notebook
    if not RELEASE:
        print("(not run when grading)")
        return
    check(notebook, RELEASE, all, seconds)


def check(notebook, release, everything=False, seconds=None, out=print):
    """Check a notebook against a release and print the report; returns the exit status. release is None where none is at hand."""
    began = time.monotonic()
    if sys.version_info < NEEDS:
        here, needed = (".".join(map(str, version[:2])) for version in (sys.version_info, NEEDS))
        out(f"Nothing was checked: the notebook needs Python {needed} or newer, and this is Python {here}. Choose another kernel, or install a newer Python.")
        return 2
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
    results, defined, memory = _run_cells(placed, release, folder, everything, seconds)
    if not everything and (used := _demo_names(placed, results)):
        results, defined, memory = _run_cells(placed, release, folder, everything, seconds, demos=True)
        notes += [f"`{name}` is defined in a demonstration alone (cell {at}): define it in a cell of your own too." for name, at in used]
    judge = _Judge(placed, results, defined, release, folder)
    rows = judge.waiting([judge.question(question) for question in release["questions"]])
    told = " ".join(sentence for _, _, sentence in rows)
    not_true = [] if everything else [*judge.on_random_sizes(told)]  # with the demonstrations, these are among the notes
    notes += [*judge.notes(everything, told), *not_true]
    notes += [*_notes_on_limits(judge, 0 if everything else memory), *_notes_on_versions(placed, release)]
    _report(found, saved, time.monotonic() - began, rows, notes, placed, everything, out)
    return 0 if all(state in ("done", "written", "not run") for state, _, _ in rows) and not not_true else 1


def main(arguments):
    """The command line; returns the exit status."""
    if arguments[:1] == ["--child"]:
        return _child(Path(arguments[1]))
    if os.environ.get(INSIDE):
        return 0  # run by a cell of a notebook that is being checked
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
        by_hand = "by_hand" if cell["code"] else "written"
        role = (by_hand if graded else "solution") if solution else "test" if graded else "demo" if "demo" in cell["tags"] else "given"
        stub = role in ("solution", "by_hand", "written") and ("raise NotImplementedError" in cell["text"] or "in place of this line" in cell["text"])
        made["cells"].append({"id": cell["id"], "role": role, "text": cell["text"] if stub or role not in ("solution", "by_hand", "written") else ""})
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
    rank = {known.id: at for at, known in enumerate(released, 1) if known.id}
    in_order = in_running_order(
        layout.places, lambda place: rank.get(place.known.id, 0) if place.known else 0, lambda place: bool(place.known and place.known.role == "given")
    )
    placed = [made for place in in_order for made in _laid(place, by_number)]
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
    cell.update(id=known.id, role=known.role, code=cell["code"] and known.role != "written", touched=bool(place.cell or place.text) and touched(place.text, known))
    if known.role not in LOCKED:
        return [cell]
    cell.update(text=known.text, code=True)
    return [cell, {**cell, "id": "", "role": "own", "text": place.added}] if place.added else [cell]


def _odd(oddity, release):
    """What is odd about a cell, as a sentence."""
    number, known = oddity.cell.number, oddity.known
    if oddity.what == "repeated":
        return f"Cell {number} has the id of cell {oddity.first} ({known.id}): a copy. Delete one of them."
    if oddity.what == "shared":
        empty = f"The cell for {known.id} is missing" if number == oddity.first else f"Nothing is written in cell {number} ({known.id})"
        return f"{empty}. What you wrote in cell {oddity.first} may answer it too, which a person sees: rather write each answer in its own cell."
    if oddity.what == "turned":
        return f"Cell {number} is your answer to {_question_of(known.id, release)}, but no code cell any more: turn it into one."
    kept = ", with what you added to it" if oddity.what == "kept" else ""
    return f"Cell {number} ({_called(vars(known))}) is locked and was changed. Grading uses the original{kept}, and so did this check."


def _answered(placed, release):
    wanted = {name.partition(".")[0] for question in release["questions"] for name in question["defines"]}
    return any(wanted & bound_names(cell["text"]) for cell in placed if cell["code"])


def _called(known):
    kinds = {"given": "given", "test": "the check of", "demo": "a demonstration", "solution": "your answer", "by_hand": "your answer", "written": "your text"}
    return f"{kinds[known['role']]} {known['id']}"


def _solves(cell_id, question):
    return cell_id == f"{question}_solution" or cell_id.startswith(f"{question}_solution_")


def _question_of(cell_id, release):
    return next((q["id"] for q in release["questions"] if q["id"] == cell_id or _solves(cell_id, q["id"])), "")


def _defined_in(text):
    """Names that a cell defines, also one that does not compile."""
    return bound_names(text) or set(re.findall(r"^(?:async +def|def|class) +(\w+)", text, re.M))


def _called_in(text):
    """What a cell calls, or hands on: functions and classes by name, and methods of its own class (self.name)."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return set()
    asked = {id(a) for n in nodes if isinstance(n, ast.Call) and getattr(n.func, "id", "") in ("isinstance", "issubclass") for a in n.args}
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and id(n) not in asked}
    return names | {n.attr for n in nodes if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "self"}


def _bound_to_values(text):
    """Names that a cell binds other than by an import."""
    tree = parsed(text)
    return bound_in([one for one in tree.body if not isinstance(one, (ast.Import, ast.ImportFrom))]) if tree is not None else set()


# ---- running it ---------------------------------------------------------------------------------------------------


def _run_cells(placed, release, folder, everything, seconds, demos=False):
    """How each cell ended, by its place in placed, which of the names asked for there were, and MiB used, in a Python of its own.

    A cell that hangs or ends Python is run with its definitions alone in another start, and is left out where that hangs as well: as when grading.
    """
    run = _cells_to_run(placed, release, everything, seconds, demos)
    results, stopped, names = {}, {}, [name for question in release["questions"] for name in question["defines"]]
    with tempfile.TemporaryDirectory(prefix="check-notebook-") as made:
        job, answers, trace = Path(made, "job.json"), Path(made, "answers"), Path(made, "trace")
        while True:
            briefly = [cell["number"] for cell in run if cell["number"] in stopped]
            about = {"cells": run, "briefly": briefly, "names": names, "modules": _modules(release), "path": [str(answers), str(trace)]}
            job.write_text(json.dumps({**about, "folder": str(_box(Path(made), release, folder))}), encoding="utf-8")
            for file in (answers, trace):
                file.write_text("", encoding="utf-8")
            said = _start(job)
            lines = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
            for line in lines:
                if "ended" in line:
                    results[line["place"]] = {**results[line["place"]], "late": line["error"] is None} if "late" in line else line
            defined = next(((line["names"], line["memory"]) for line in lines if "names" in line), None)
            stuck = None
            for line in lines:
                stuck = line["place"] if "began" in line else None if "ended" in line else stuck
            if stuck is None:
                if defined is None:
                    raise RuntimeError(f"another Python could not be started for the check: {said[-500:]}")
                return {**results, **stopped}, *defined
            cell = next(cell for cell in run if cell["number"] == stuck)
            again = stuck not in stopped and cell["kind"] == "own"
            if stuck not in stopped and not (cell["kind"] == "test" and stuck in results):
                stopped[stuck] = _stopped(stuck, cell["seconds"], trace.read_text(encoding="utf-8"))
            run = [{**cell, "seconds": max(2.0, cell["seconds"] / 2)} for cell in run if cell["number"] != stuck or again]


def _cells_to_run(placed, release, everything, seconds, demos):
    """The code cells, in the order in which they run, each with the time that it has."""
    trains = {question["id"] for question in release["questions"] if question["trains"]}
    limits = release.get("limits", {"cell": SECONDS, "probe": SECONDS / 2})
    run = []
    for place, cell in enumerate(placed):
        skipped = (cell["role"] == "demo" and not (everything or demos or _tries(cell))) or (cell["id"] in trains and not everything)
        if cell["code"] and cell["text"].strip() and not skipped:
            kind = {"given": "given", "test": "test", "demo": "demo"}.get(cell["role"], "own")
            slow = everything and (kind == "demo" or cell["id"] in trains)
            run.append({"number": place, "text": cell["text"], "kind": kind, "seconds": LONG_SECONDS if slow else seconds or (2 * limits["probe"] if kind == "test" else limits["cell"])})
    return run


def _tries(cell):
    """Whether a demonstration holds the notebook's functions against what is true of any right answer: it is run as a check is."""
    return cell["role"] == "demo" and "import properties" in cell["text"]


def _box(made, release, folder):
    """The folder in which the cells run: as when grading, nothing lies in it but what the release holds, and what may be handed in."""
    if not release["release"]:
        return folder  # of a notebook that came without its release, nobody knows what belongs to it
    box = made / "folder"
    shutil.rmtree(box, ignore_errors=True)
    box.mkdir()
    for name in (*release["files"], *release.get("may_hand_in", ())):
        with contextlib.suppress(OSError):
            shutil.copyfile(folder / name, box / name)
    shutil.copyfile(__file__, box / "check_notebook.py")
    return box


def _modules(release):
    """Modules that are there when a notebook is graded; None where that is not known."""
    graded = release.get("graded_with")
    if not graded or not hasattr(sys, "stdlib_module_names"):
        return None
    own = [name[:-3] for name in (*release["files"], *release.get("may_hand_in", ())) if name.endswith(".py")]
    return [*graded["modules"].split(), *own, *sys.stdlib_module_names, "check_notebook"]


def _start(job):
    """Run this file in another Python, which runs the cells; returns what it said on stderr."""
    settings = {"MPLBACKEND": "Agg", INSIDE: "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", "JOBLIB_MULTIPROCESSING": "0"}
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
    kind = "timeout" if "Timeout" in trace or frames else "died"
    return {"place": place, "ended": True, "error": {"type": kind, "text": f"{seconds:g}", "name": "", "frames": frames}}


def _child(job_file):
    """Run the cells of a job and write down how each ended. This is the Python that knows nothing of the session."""
    job = json.loads(job_file.read_text(encoding="utf-8"))
    os.chdir(job["folder"])
    sys.path[:] = [job["folder"], *(path for path in sys.path if path != str(Path(__file__).resolve().parent))]
    shell = None
    if any(needs_ipython(cell["text"]) for cell in job["cells"] if cell["kind"] == "own"):
        with contextlib.suppress(ImportError):
            shell = make_shell()
    notebook = _Checked(shell, frozenset(name.partition(".")[0] for name in job["names"]))
    _as_when_graded(notebook.names, job["modules"])
    with open(job["path"][0], "a", encoding="utf-8") as answers, open(job["path"][1], "a", encoding="utf-8") as trace:

        def say(**line):
            answers.write(json.dumps(line) + "\n")
            answers.flush()

        cells = [types.SimpleNamespace(**cell) for cell in job["cells"]]
        ends = _timed(notebook, cells, job["briefly"], trace, say)
        failed = [cell for cell in cells if cell.kind == "test" and ends[cell.number]["error"]]
        _timed(notebook, failed, (), trace, functools.partial(say, late=True))  # a question is judged as the last cell leaves it, too
        found = {}
        for name in job["names"]:
            owner, _, member = name.partition(".")
            with contextlib.suppress(Exception):
                found[name] = callable(getattr(notebook.names[owner], member) if member else notebook.names[owner])
        say(names=found, memory=_memory_used())
    os._exit(0)  # whatever threads and exit handlers the cells have left


class _Checked(RunningNotebook):
    """A notebook whose checks run beside what is given, as the hidden ones do when it is graded: values and functions that the student's
    cells have bound anew, modules called by their names. asked: names that the questions ask for, which stay the student's.
    """

    def __init__(self, shell, asked):
        super().__init__(shell)
        self.asked = asked

    def execute(self, cell, text, name):
        if cell.kind != "test":
            return super().execute(cell, text, name)
        for value in self.given.values():
            self._in_its_class(value)
        names = {**self.names, **self.as_given()}
        try:
            exec(compiled(text, name), names)
        finally:
            self.names.update({bound: names[bound] for bound in bound_names(text) if bound in names})

    def as_given(self):
        """What is given and not asked for; where nobody knows what is asked for, the modules alone."""
        theirs = self.asked | self.completed
        return {name: value for name, value in self.given.items() if name not in theirs and (self.asked or isinstance(value, types.ModuleType))}

    def _in_its_class(self, value):
        """Let a given object be of the class that a student's cell has derived from its own, by its name."""
        own = type(value)
        derived = self.names.get(own.__name__)
        if isinstance(derived, type) and derived is not own and issubclass(derived, own):
            with contextlib.suppress(TypeError):
                value.__class__ = derived


def _memory_used():
    """The most memory that this process has had, in MiB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)


def _timed(notebook, cells, briefly, trace, say):
    """Run cells, each within its time, and say how each ended; returns that by their places."""
    import faulthandler
    import signal

    clocks, ends = [], {}
    by_processor = hasattr(signal, "setitimer")  # else, on Windows, by the clock on the wall alone
    if by_processor:
        faulthandler.register(signal.SIGPROF, trace, all_threads=False, chain=True)  # and then the process ends

    def begins(cell):
        if cell.kind == "test":
            _settings_back()
        say(place=cell.number, began=True)
        clocks[:] = [time.process_time()]
        faulthandler.dump_traceback_later(cell.seconds * (4 if by_processor else 1), exit=True, file=trace)
        if by_processor:
            signal.setitimer(signal.ITIMER_PROF, cell.seconds)

    for cell, error in notebook.run(cells, briefly=briefly, begins=begins):
        faulthandler.cancel_dump_traceback_later()
        if by_processor:
            signal.setitimer(signal.ITIMER_PROF, 0)
        first = ends.get(cell.number, {}).get("error")
        ends[cell.number] = {"place": cell.number, "ended": True, "error": error and _described(error), "took": time.process_time() - clocks[0], "before": first}
        say(**ends[cell.number])
    return ends


def _settings_back():
    """NumPy's error state and warnings as they are before each check when it is graded."""
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.seterr(divide="warn", over="warn", under="ignore", invalid="warn")


def _as_when_graded(names, modules):
    """Let the cells find no more than there is when they are graded: no other programs, no network, no modules that are not there."""
    with contextlib.suppress(ImportError):
        restore_numpy_names()
    use_one_process()
    install_standins(modules)
    refused = ("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen", "socket.connect", "socket.getaddrinfo")

    def refuse(event, arguments):
        if event in refused and not (event.startswith("socket") and _is_this_computer(arguments)):
            raise PermissionError("no other program can be started, and no network is there, when a notebook is graded")

    sys.addaudithook(refuse)
    if modules is None:
        return
    known, find = frozenset(modules), builtins.__import__

    def graded(name, globals=None, locals=None, fromlist=(), level=0):
        top = name.partition(".")[0]
        if globals is names and level == 0 and top not in known and not has_standin(name) and not os.path.exists(f"{top}.py"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return find(name, globals, locals, fromlist, level)

    builtins.__import__ = graded


def _is_this_computer(arguments):
    """Whether a connection goes no further than to this computer: asyncio makes such ones on Windows."""
    asked = arguments[1] if len(arguments) == 2 else arguments[0]
    host = asked[0] if isinstance(asked, tuple) else asked
    return host in ("localhost", "127.0.0.1", "::1", b"localhost", None)


def _described(error):
    """An exception as text and places: the innermost frame first, in cells alone."""
    frames, at, text, name = [], error.__traceback__, "", ""
    while at is not None:
        if match := re.fullmatch(r"<cell (\d+)>", at.tb_frame.f_code.co_filename):
            frames.insert(0, [int(match[1]), at.tb_lineno])
        at = at.tb_next
    if isinstance(error, SyntaxError) and (match := re.fullmatch(r"<cell (\d+)>", str(error.filename))):
        frames.insert(0, [int(match[1]), error.lineno or 1])
    with contextlib.suppress(BaseException):  # whatever its own methods do
        text = str(error.msg if isinstance(error, SyntaxError) else error)
        name = str((error.filename if isinstance(error, OSError) else getattr(error, "name", None)) or "")
    public = next(kind.__name__ for kind in type(error).__mro__ if not kind.__name__.startswith("_"))  # Python 3.13 has an _IncompleteInputError
    return {"type": public, "text": text[:600], "name": name[:200], "frames": frames}


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
        beside = self.beside_other_answers(question)
        untouched = not beside and not any(self.placed[i]["touched"] for i in mine)
        broken = next((error for i in (*mine, *beside) if (error := self.error(i))), None)
        missing = self.missing(question)
        if place not in self.results:
            if broken and missing:
                return "wrong", question, self.explained(broken, question["id"])
            return ("not yet", question, "") if untouched and not self.elsewhere(question) else ("not run", question, "it trains for a while; with --all, or all=True, it is run too")
        error = self.error(place)
        if error is None or self.results[place].get("late"):
            return "done", question, ""
        absent = ["NameError", "AttributeError", *(["NotImplementedError"] if beside else [])]
        if broken and (missing or error["type"] in absent):
            return "wrong", question, self.explained(broken, question["id"])
        owner = self.stub_owner(error)
        if owner == question["id"] or (untouched and not owner and error["type"] in ("NotImplementedError", "NameError")):
            return "not yet", question, ""
        if owner:
            return "not yet", question, f"it waits for {owner}, which is not written yet"
        if missing:
            return "wrong", question, self.renamed(missing)
        says = self.explained(error, question["id"])
        if anew := self.given_anew(place):
            says += f" {anew}"
        elif self.placed[place]["worked"] and "session" not in says and error["type"] not in ("timeout", "died", "NameError"):
            says += " This check passed when it last ran in your session. From a clean start it does not: restart the kernel and run all cells."
        return "wrong", question, says

    def given_anew(self, place):
        """A sentence on what a check asks for that is given, and that a cell of the student's binds to something else."""
        asked = {name.partition(".")[0] for question in self.release["questions"] for name in question["defines"]}
        texts = [cell["text"] for cell in self.placed if cell["role"] == "given" and cell["code"]]
        given = set().union(*map(_bound_to_values, texts)) & _called_in(self.placed[place]["text"]) - asked
        cells = [cell for cell in self.placed[:place] if cell["role"] in ("own", "solution", "by_hand") and cell["code"]]
        found = next(((name, cell["number"]) for cell in cells for name in sorted(given & _bound_to_values(cell["text"]))), None)
        return f"`{found[0]}` is given, and cell {found[1]} binds it anew: this check goes by what is given, as grading does." if asked and found else ""

    def beside_other_answers(self, question):
        """The cells with answers to other questions in which this one's stands as well: cells get merged."""
        given = set().union(*(bound_names(cell["text"]) for cell in self.placed if cell["role"] == "given" and cell["code"]))
        wanted = {name.partition(".")[0] for name in question["defines"]} - given
        answers = [i for i, cell in enumerate(self.placed) if cell["role"] in ("solution", "by_hand") and cell["code"] and cell["touched"]]
        return [i for i in answers if not _solves(self.placed[i]["id"], question["id"]) and wanted & _defined_in(self.placed[i]["text"])]

    def waiting(self, rows):
        """The rows, where an answer that fails calls another that is not right: which of the two is at fault can't be told yet."""
        states, told = {question["id"]: state for state, question, _ in rows}, []
        for state, question, says in rows:
            absent = self.read_in_vain(question)
            used = absent or (self.used_by(question) if self.runs_through(question) else [])
            unfinished = [other for other in used if states[other] in ("wrong", "not yet")]
            if state == "wrong" and unfinished:
                state, says = "not yet", f"it waits for {', '.join(unfinished)}, above. As things stand: {says}"
            told.append((state, question, says))
        return told

    def runs_through(self, question):
        """Whether a question's own cells run, and its check comes to an end."""
        ends = [self.error(i) for i, cell in enumerate(self.placed) if _solves(cell["id"], question["id"])]
        check = next(self.error(i) for i, cell in enumerate(self.placed) if cell["id"] == question["id"])
        return not any(ends) and (check or {}).get("type") not in ("timeout", "died")

    def above(self, question):
        """The questions above one, by the names that they define."""
        earlier = itertools.takewhile(lambda other: other["id"] != question["id"], self.release["questions"])
        return {name.removesuffix(".__init__"): other["id"] for other in earlier for name in other["defines"]}

    def read_in_vain(self, question):
        """The questions above this one whose names its own cells read as they ran, and did not find: a default argument is read at once."""
        errors = [self.error(i) for i, cell in enumerate(self.placed) if _solves(cell["id"], question["id"])]
        names = {error["name"] for error in errors if error and error["type"] == "NameError"}
        return list(dict.fromkeys(owner for name, owner in self.above(question).items() if name.partition(".")[0] in names))

    def used_by(self, question):
        """The questions above this one whose answers its own calls, itself or through a helper."""
        owners = self.above(question)
        texts = [cell["text"] for cell in self.placed if _solves(cell["id"], question["id"])]
        helpers = [cell["text"] for cell in self.placed if cell["code"] and cell["role"] in ("given", "own")]
        seen = set()
        while texts:
            new = _called_in(texts.pop()) - seen
            seen |= new
            texts += [text for text in helpers if bound_names(text) & new]
        own = {name.rpartition(".")[0] for name in question["defines"]}
        used = {owners.get(name) or next((owners[f"{o}.{name}"] for o in own if f"{o}.{name}" in owners), "") for name in seen}
        return [other for other in dict.fromkeys(owners.values()) if other in used]

    def error(self, place):
        return (self.results.get(place) or {}).get("error")

    def stub_owner(self, error):
        """The question whose stub was reached, where that is how it ended."""
        if error["type"] != "NotImplementedError" or not error["frames"]:
            return ""
        place, line = error["frames"][0]
        return _question_of(self.placed[place]["id"], self.release) if "NotImplementedError" in self.line(place, line) else ""

    def missing(self, question):
        """The first name that the question defines and that is not there, or the empty text."""
        return next((name for name in question["defines"] if not self.defined.get(name)), "")

    def elsewhere(self, question):
        """Whether a question is answered in other cells than its own."""
        written = [bound_names(cell["text"]) - stub_names(cell["text"]) for cell in self.placed if cell["code"] and cell["role"] in ("own", "solution", "by_hand")]
        return {name.partition(".")[0] for name in question["defines"]} <= set().union(*written)

    def renamed(self, missing):
        """A sentence on a name that is missing, with what may be meant for it."""
        name = missing.rpartition(".")[2]
        own = [cell["text"] for cell in self.placed if cell["role"] in ("own", "solution", "by_hand") and cell["code"]]
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
        own = next((at for at in frames if self.placed[at[0]]["role"] in ("own", "solution", "by_hand")), None)
        mine = next((at for at in frames if _solves(self.placed[at[0]]["id"], question)), None) if kind == "timeout" else None
        at = mine or own or (frames[0] if frames else None)
        other = _question_of(self.placed[at[0]]["id"], self.release) if at and question else ""
        whose = f" (your answer to {other})" if other not in ("", question) else ""
        where = f" in {self.called(at[0])}{whose}, line {at[1]} (`{self.line(*at)}`)" if at else ""
        if kind == "timeout":
            return f"It was stopped after {_counted(float(text), 'second')}{where}. Is there a loop that does not end?"
        if kind == "died":
            return "It ended Python itself. What crashes, or calls exit, when this cell runs?"
        if kind == "NameError" and error["name"]:
            return self.name_explained(error["name"], frames) + (f" It is used{where}." if where else "")
        if kind == "SystemExit":
            return f"It leaves Python{where}: what calls exit or quit?"
        if says := self.absent_explained(error, where):
            return says
        module = f"{error['name']}.py" if kind in ("ModuleNotFoundError", "ImportError") else ""
        for file in self.release["files"]:
            if not (self.folder / file).exists() and (file in text or file == module):
                return f"{file} is missing: it should lie beside the notebook. Unpack the release again."
        if kind == "AssertionError" and own is None and text:
            return text
        return f"{kind}{where}: {text}" if text else f"{kind}{where}."

    def absent_explained(self, error, where):
        """Why something is not found that lies on this computer, or a module that is not there when the notebook is graded."""
        name, modules = error["name"], _modules(self.release)
        if error["type"] == "FileNotFoundError" and self.release["release"] and (self.folder / name).exists() and name not in self.release["files"]:
            return f"{name} is not handed in, only the notebook is: when it is graded, that file is missing{where}."
        if error["type"] not in ("ModuleNotFoundError", "ImportError") or modules is None or not name or name.partition(".")[0] in modules:
            return ""
        if (self.folder / f"{name}.py").exists():
            return f"{name}.py is not handed in, only the notebook is: copy what you need of it into a cell. It is imported{where}."
        return f"{name} may not be there when the notebook is graded. It is imported{where}."

    def name_explained(self, name, frames):
        """Why a name is unknown from a clean start: defined further down, or nowhere in the notebook any more."""
        top = frames[-1][0] if frames else 0
        code = [i for i, cell in enumerate(self.placed) if i > top and cell["code"] and cell["role"] != "demo"]
        below = next((i for i in code if name in bound_names(self.placed[i]["text"])), None)
        if below is not None:
            counts = self.placed[below]["count"], self.placed[top]["count"]
            session = " In your session it ran first." if None not in counts and counts[0] < counts[1] else ""
            later = "this cell comes first" if self.placed[below]["role"] == "solution" else "move that up"
            return f"`{name}` is defined further down, in {self.called(below)}: {later}.{session}"
        above = [i for i, cell in enumerate(self.placed[: top + 1]) if cell["code"] and cell["role"] not in ("demo", "test") and _binds(cell["text"], name)]
        stopped = [i for i in above if self.error(i) or (self.results.get(i) or {}).get("before")]
        if stopped:
            return f"`{name}` is not defined, since {self.called(stopped[0])} stops."
        if above and above[-1] < top:
            return f"`{name}` is defined in {self.called(above[-1])}, and gone again here: what removes it in between?"
        no_code = next((cell["number"] for cell in self.placed if not cell["code"] and name in bound_names(cell["text"])), 0)
        if no_code:
            return f"`{name}` is defined in cell {no_code} alone, which is no code cell."
        if any(self.placed[place]["worked"] for place, _ in frames):
            return f"`{name}` is nowhere in the notebook: only your session still knows it, from a cell that was changed or deleted since."
        close = _similar(name, set().union(*(bound_names(cell["text"]) for cell in self.placed if cell["code"])) - {name})
        return f"`{name}` is not defined." + (f" Did you mean {close}?" if close else "")

    def notes(self, everything, told):
        """What stops in cells, where no question has said it, and what stands too far down."""
        kinds = {"own": "your own", "solution": "your answer", "by_hand": "your answer", "given": "given", **({"demo": "a demonstration"} if everything else {})}
        for place, cell in enumerate(self.placed):
            error = self.error(place)
            if error and cell["role"] in kinds and error["type"] != "NotImplementedError":
                says = self.explained(error)
                brief = " Of this cell, the definitions alone are run when it is graded." if error["type"] == "timeout" else ""
                if says not in told:
                    yield f"Cell {cell['number']} ({kinds[cell['role']]}) stops. {says}{brief}"
            elif (early := self.results.get(place, {}).get("before")) and not error:
                yield f"{self.explained(early)} The cell was run again at the end, as it is when graded."
            elif error and self.results[place].get("late"):
                yield f"{cell['id']} is right as the notebook ends, but not yet where its check stands: {self.explained(error, cell['id'])}"

    def on_random_sizes(self, told):
        """What is not true of the notebook's functions on random sizes, where no question has said it."""
        for place, cell in enumerate(self.placed):
            error = self.error(place) if _tries(cell) else None
            if error and error["type"] == "AssertionError" and (says := self.explained(error)) not in told:
                yield f"On random sizes (cell {cell['number']}): {says}"

    def called(self, place):
        cell = self.placed[place]
        return f"cell {cell['number']}" if cell["number"] else _called(cell)

    def line(self, place, line):
        lines = self.placed[place]["text"].splitlines()
        return lines[line - 1].strip()[:100] if 0 < line <= len(lines) else ""


def _binds(text, name):
    """Whether a cell binds a name, or seems to, where it does not compile."""
    return name in bound_names(text) or (parsed(text) is None and re.search(rf"^[ \t]*(?:(?:async +)?def +|class +){re.escape(name)}\b", text, re.M) is not None)


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


def _notes_on_limits(judge, memory):
    """What takes so much that it may be stopped when it is graded: a note from half of a limit on."""
    limits, owns = judge.release.get("limits"), ("own", "solution", "by_hand", "given")
    if not limits:
        return
    took = {place: result["took"] for place, result in judge.results.items() if "took" in result}
    for place, seconds in took.items():
        cell = judge.placed[place]
        if cell["role"] in owns and seconds > limits["cell"] / 2:
            yield f"{judge.called(place).capitalize()} took {seconds:.0f} s. When it is graded, on a computer that may be slower, a cell has {limits['cell']:g} s of the processor."
        elif cell["role"] == "test" and seconds > limits["probe"] / 2:
            yield f"The check of {cell['id']} took {seconds:.0f} s. When it is graded, each check has {limits['probe']:g} s of the processor."
    together = sum(seconds for place, seconds in took.items() if judge.placed[place]["role"] in owns)
    if together > limits["cells"] / 2:
        yield f"Your cells took {together:.0f} s together. When they are graded, they have {limits['cells']:g} s of the processor."
    if memory > limits["memory"] / 2:
        yield f"The notebook took {memory} MiB of memory. When it is graded, it has {limits['memory']} MiB."


def _notes_on_versions(placed, release):
    """What may differ where other versions grade than the ones here."""
    graded = release.get("graded_with")
    if not graded:
        return
    here = {"python": sys.version_info[:2], "numpy": ()}
    with contextlib.suppress(Exception):
        here["numpy"] = tuple(map(int, importlib.metadata.version("numpy").split(".")[:2]))
    there = {name: tuple(map(int, graded[name].split("."))) for name in here}
    absent = [name for name in release.get("packages", ()) if importlib.util.find_spec(name) is None]
    if absent:
        names = " ".join({"sklearn": "scikit-learn"}.get(name, name) for name in absent)
        yield f"The notebook needs {' and '.join(absent)}, which is not here: install it with `pip install {names}`."
    if here == there or not here["numpy"]:
        return
    said = [f"Python {which['python'][0]}.{which['python'][1]} and NumPy {which['numpy'][0]}.{which['numpy'][1]}" for which in (there, here)]
    yield f"It is graded with {said[0]}, and was checked with {said[1]}: syntax, names and random numbers that only one of them has may end otherwise."
    for cell in placed:
        tree = parsed(for_this_python(cell["text"], there["python"])) if cell["code"] and cell["role"] in ("own", "solution", "by_hand") else None
        try:
            if tree is not None and here["python"] > there["python"]:
                ast.parse(ast.unparse(tree), feature_version=there["python"])
        except SyntaxError as error:
            yield f"Cell {cell['number']} does not compile with the Python that grades: {error.msg}."


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
    demos = sum(cell["role"] == "demo" and not _tries(cell) for cell in placed)
    left = "" if everything or not demos else f" {_counted(demos, 'demonstration')} {'was' if demos == 1 else 'were'} not run."
    more = f", {later} {'trains and was' if later == 1 else 'train and were'} left out" if later else ""
    look = "looks" if done == 1 else "look"
    line(f"{done} of {_counted(len(rows), 'question')} {look} right{more}.{left} Hidden checks try other shapes and values than these.")


def _counted(number, what):
    """A number of things, in the singular or the plural."""
    return f"{number:g} {what}{'' if number == 1 else 's'}"


def _ago(saved):
    if saved is None:
        return " as it stands"
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if saved >= 2 * size:
            return f" as saved {saved // size:.0f} {unit}s ago (save it first, if you have changed it since)"
    return " as saved just now" if saved < 10 else f" as saved {saved:.0f} seconds ago"


# ---- what was released --------------------------------------------------------------------------------------------

# <release>

if __name__ == "__main__":
    status = main(sys.argv[1:])
    if not hasattr(builtins, "get_ipython"):  # %run would show an exit as an error
        sys.exit(status)
