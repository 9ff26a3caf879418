"""docs/explanation/one_submission.md follows a submission through the code: what it names is what is really called."""
from __future__ import annotations

import contextlib
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import autograder
from autograder.assignment.course import Course
from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.submission import pick_up
from autograder.judging.reference import Reference
from autograder.outputs.publishing import Publisher
from autograder.run.batch import grade_class
from autograder.run.desk import Desk, Job
from autograder.run.options import Options, Progress
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore
from tests.documentation import ROOT, code_words
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

PAGE = "docs/explanation/one_submission.md"
PACKAGE = str(Path(autograder.__file__).parent)
SCALE = "class Scaler:\n    def __init__(self, floor=1e-3): pass\n    def apply(self, X): return center(X) / X.std(axis=1)"


class Calls:
    """Every function of the package that was called, as room.module.name, and the files in the order in which they were entered."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.files: list[str] = []

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(PACKAGE):
            module = code.co_filename[len(PACKAGE) + 1 : -3].replace("/", ".")
            self.names.add(f"{module}.{code.co_qualname}")
            if module not in self.files[-1:]:
                self.files.append(module)


    def rooms(self) -> list[str]:
        """The rooms in the order in which each was first entered; what lies in none is the ground."""
        entered = (file.split(".")[0] if "." in file else "ground" for file in self.files)
        return list(dict.fromkeys(entered))


@contextlib.contextmanager
def watched() -> Iterator[Calls]:
    """The calls of this process and of the threads that it starts, while this is open."""
    calls = Calls()
    sys.setprofile(calls)
    threading.setprofile(calls)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def hand_in(root: Path) -> Assignment:
    """A class of one, whose second question needs a second pass."""
    make_course(root)
    assignment = load_assignment(NAME, root)
    work = Work.handed_out(assignment).solve()
    work.use("one_mean_for_all").write("scale_solution", SCALE).save(root / "submitted" / "ann" / NAME)
    return assignment


def grade_as_a_class(root: Path) -> None:
    """As `chainrule autograde` does, with a worker of its own."""
    assignment = load_assignment(NAME, root)
    options = Options(root / "submitted", root, salt="tests")
    publisher = Publisher(assignment, options.submitted, options.into)
    _, failures = grade_class(assignment, options, Progress(recorded=publisher.recorded))
    assert failures == []


@contextlib.contextmanager
def desk_here(assignment: Assignment) -> Iterator[Desk]:
    """A worker's desk in this process, where what happens at it is seen."""
    reference = Reference(assignment, "tests", ObservedStore(Course.at(assignment.root).observations)).prepare()
    desk = Desk(reference, Isolation.strongest(unsafe=True))
    try:
        yield desk
    finally:
        desk.close()
        reference.close()


def named() -> set[str]:
    """What the page names as room.module.name."""
    return {word for word in code_words(PAGE) if re.fullmatch(r"[a-z_]+\.[a-z_]+\.[A-Za-z_]+(\.[a-z_]+)?", word)}


def test_what_the_page_names_is_called(tmp_path: Path) -> None:
    """Each function was entered; of each class that is named alone, a method was."""
    assignment = hand_in(tmp_path)
    with watched() as calls:
        grade_as_a_class(tmp_path)
        with desk_here(assignment) as desk:
            (handin,) = find_submissions(tmp_path / "submitted", assignment)
            desk.grade(Job(pick_up(handin)))
    values = {"inside.seen.Observation", "judging.findings.Finding", "judging.findings.SubmissionResult", "run.desk.Done"}
    missing = {name for name in named() - values if not any(c == name or c.startswith(f"{name}.") for c in calls.names)}
    assert missing == set()
    assert len(named()) > 30


def test_the_rooms_are_entered_in_order(tmp_path: Path) -> None:
    """From the file to the score and the graded notebook, as the page's last paragraph says."""
    assignment = hand_in(tmp_path)
    with desk_here(assignment) as desk, watched() as calls:
        (handin,) = find_submissions(tmp_path / "submitted", assignment)
        desk.grade(Job(pick_up(handin)))
    said = re.search(r"in this order: ([a-z_, ]+)\.", (ROOT / PAGE).read_text(encoding="utf-8").replace("\n", " "))
    assert said is not None
    assert [room for room in calls.rooms() if room not in ("inside", "ground")] == said[1].split(", ")


def test_the_page_names_files_that_are_there() -> None:
    """A file such as inside/cells.py is in the package."""
    files = {word for word in code_words(PAGE) if re.fullmatch(r"[a-z_]+/[a-z_]+\.py", word)}
    assert files and all((ROOT / "autograder" / file).is_file() for file in files)
