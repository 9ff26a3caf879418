"""No answer, reference output or misconception is ever in a process that runs student code: one looks for them there."""
from __future__ import annotations

import struct

import pytest

from autograder.inside.wire import decode
from tests.tiny import ALTERNATIVES, JUDGES, MISCONCEPTIONS, NOTEBOOK, PROBES, TOML

from .conftest import Bench, Benches

EXPECTED = 31415926.53125
"""A number of the reference's output, recognisable by its bytes."""

FILES = {
    "notebook.py": NOTEBOOK.replace("    return moved\n", f'    moved[0, 0] = {EXPECTED}\n    "KEPTBACK_SOLUTION"\n    return moved\n').replace(
        "*Rubric.*", "*Rubric.* KEPTBACK_RUBRIC"
    ),
    "assignment.toml": TOML.replace("notebook_seconds = 5", "notebook_seconds = 60")
    .replace("probe_seconds = 1", "probe_seconds = 60")
    .replace("submission_seconds = 20", "submission_seconds = 200")
    + "# KEPTBACK_TABLE\n",
    "probes.py": PROBES.replace("Rows whose columns have", "KEPTBACK_PROBE rows whose columns have"),
    "judges.py": JUDGES.replace("The columns are not centered.", "KEPTBACK_JUDGE"),
    "misconceptions.py": MISCONCEPTIONS.replace("You subtract one mean", "KEPTBACK_MISCONCEPTION you subtract one mean"),
    "alternatives.py": ALTERNATIVES.replace("A loop over", "KEPTBACK_ALTERNATIVE a loop over"),
}  # fmt: skip

# the patterns are written so that they do not match themselves
BYTES = "".join(f"\\\\x{byte:02x}" for byte in struct.pack("<d", EXPECTED))

SEARCH = f"""
import gc, importlib, os, re, struct, sys
mark = re.compile(b"[K]EPTBACK_([A-Z]+)|{BYTES}")
modules = [
    *("autograder." + n for n in "grade compare score diagnose judging reference variants assignment release gradebook batch notebook".split()),
    "judges", "misconceptions", "alternatives",
]

def search(course):
    found = set()

    def look(data, where):
        for match in mark.finditer(data):
            found.add((match[1] or b"EXPECTED").decode()[:14].lower() + " in " + where)

    gc.unfreeze()
    seen, waiting = set(), [sys.modules, sys._getframe(), *gc.get_objects()]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        kind = type(thing)
        if kind is str:
            look(thing.encode("utf-8", "replace"), "objects")
        elif kind in (bytes, bytearray):
            look(thing, "objects")
        elif kind is float:
            look(struct.pack("<d", thing), "objects")
        elif kind is np.ndarray:
            look(thing.tobytes() if thing.nbytes < 1 << 24 else b"", "objects")
        else:
            waiting += gc.get_referents(thing)
    for name in modules:
        try:
            importlib.import_module(name)
            found.add("module " + name)
        except ImportError:
            pass
    for top, folders, files in os.walk("/"):
        inside = top.split("/")
        if len(inside) > 1 and inside[1] in ("proc", "sys", "usr", "lib", "lib64", "bin", "dev") or "site-packages" in inside or top == sys.base_prefix:
            folders.clear()
            continue
        for file in files:
            try:
                with open(os.path.join(top, file), "rb") as handle:
                    look(handle.read(1 << 20), "files")
            except OSError:
                pass
    for path in (course, course + "/assignments", course + "/.chainrule"):
        try:
            os.listdir(path)
            found.add("the course's folder")
        except OSError:
            pass
    return sorted(found | remembered(look))

def remembered(look):
    try:
        maps = open("/proc/self/maps").read()
        memory = open("/proc/self/mem", "rb", 0)
    except OSError:
        return set()
    scanned = 0
    for line in maps.splitlines():
        places, mode, *rest = line.split()
        low, high = (int(part, 16) for part in places.split("-"))
        if "w" not in mode:
            continue
        for start in range(low, high, 1 << 22):
            try:
                memory.seek(start)
                look(memory.read(min(1 << 22, high - start) + 0), "memory")
                scanned += 1
            except (OSError, ValueError, OverflowError):
                break
    return {{"(memory was read)"}} if scanned > 5 else set()
"""
ALLOWED = {"(memory was read)", "probe in objects", "probe in memory"}
"""The hidden tests themselves may be there: they hold no answer."""


@pytest.fixture
def marked(benches: Benches) -> Bench:
    return benches(None, FILES)


def course_of(bench: Bench) -> str:
    return str(bench.assignment.root)


def check(found: set[str]) -> None:
    """Nothing was found but the probes, and those were: so the search does find what is there."""
    assert "probe in objects" in found
    assert found <= ALLOWED


def test_the_reference_holds_what_is_looked_for(marked: Bench) -> None:
    """The control: the reference's observation and the assignment's files do hold the marks."""
    reference = marked.grader.reference
    assert reference.expected["rows_of_data"]["centered"][0, 0] == EXPECTED
    assert "KEPTBACK_MISCONCEPTION" in reference.misconceptions[0].says
    texts = "".join(cell.text for cell in reference.cells)
    assert "KEPTBACK_SOLUTION" in texts and "KEPTBACK_JUDGE" in (marked.assignment.folder / "judges.py").read_text()


def test_nothing_is_found_by_a_cell(marked: Bench) -> None:
    """A cell that looks everywhere and raises with what it found."""
    work = marked.work().write("center_solution", "").add(f"{SEARCH}\nraise ValueError('|'.join(search({course_of(marked)!r})))", before="scale_solution")
    message = next(m for m in marked.grade(work).messages if "raised ValueError" in m)
    found = set(message.partition("ValueError: ")[2].rpartition(" (line")[0].split("|"))
    assert found <= {"", "(memory was read)"}, "a cell's exception is shown, so not even the probes may be there yet"


def test_nothing_is_found_by_a_probe(marked: Bench) -> None:
    """An answer that looks everywhere when a probe calls it and returns what it found, after the probes before it have run."""
    body = f"{SEARCH}\ndef center(X):\n    return X if len(X) > 1 else search({course_of(marked)!r})"
    seen = marked.seen(marked.work().write("center_solution", body), "center").observations["one_row"]
    check(set(decode(seen.value)["centered"]))


def test_nothing_is_found_in_a_second_pass(marked: Bench) -> None:
    """An answer that looks everywhere while the reference stands ready to answer center."""
    body = f"{SEARCH}\nclass Scaler:\n    def __init__(self, floor=1): pass\n    def apply(self, X):\n        return search({course_of(marked)!r})"
    work = marked.work().write("center_solution", "def center(X): return X").write("scale_solution", body)
    seen = marked.seen(work, "scale", given=("center",)).observations["uneven_columns"]
    check(set(decode(seen.value)["scaled"]))


def test_an_answer_that_was_given_would_be_found(marked: Bench) -> None:
    """The control: where the student's own code holds a mark, the search finds it in objects, and in memory where that can be read."""
    body = f"{SEARCH}\nKEPT = '_'.join(['KEPTBACK', 'SOLUTION'])\nVALUE = np.array([31415926.0]) + 0.53125\ndef center(X):\n    return search('/')"
    seen = marked.seen(marked.work().write("center_solution", body), "center").observations["one_row"]
    found = set(decode(seen.value)["centered"])
    assert {"solution in objects", "expected in objects"} <= found
    assert "(memory was read)" not in found or {"solution in memory", "expected in memory"} <= found
