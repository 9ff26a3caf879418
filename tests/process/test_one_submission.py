"""docs/explanation/one_submission.md follows a submission through the code: what it names is what is really called."""
from __future__ import annotations

import re
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import autograder
from autograder.assignment.loading import load_assignment
from autograder.inside.jail import Level
from autograder.judging.reference import Reference
from autograder.outputs.publishing import Publisher
from autograder.run import desk
from autograder.run.batch import grade_class
from autograder.run.options import Options, Progress
from autograder.sandbox.isolation import Isolation
from tests.documentation import ROOT, code_words
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

PAGE = "docs/explanation/one_submission.md"
PACKAGE = str(Path(autograder.__file__).parent)
SCALE = "class Scaler:\n    def __init__(self, floor=1e-3): pass\n    def apply(self, X): return center(X)"


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


def calls_of_a_graded_class(root: Path) -> Calls:
    """Grade a class of one whose second question needs a second pass; the worker's part in this process, so that it is seen."""
    make_course(root)
    work = Work.handed_out(load_assignment(NAME, root)).solve()
    work.use("one_mean_for_all").write("scale_solution", SCALE).save(root / "submitted" / "ann" / NAME)
    calls = Calls()
    sys.setprofile(calls)
    threading.setprofile(calls)
    try:
        assignment = load_assignment(NAME, root)
        options = Options(root / "submitted", root, salt="tests")
        publisher = Publisher(assignment, options.submitted, options.into)
        _, failures = grade_class(assignment, options, Progress(recorded=publisher.recorded))
        assert failures == []
        _work_here(root)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return calls


def _work_here(root: Path) -> None:
    """The same submission once more at a desk of this process."""
    from autograder.assignment.course import Course
    from autograder.handed_in.finding import find_submissions
    from autograder.handed_in.submission import pick_up
    from autograder.sandbox.observed import ObservedStore

    assignment = load_assignment(NAME, root)
    reference = Reference(assignment, "tests", ObservedStore(Course.at(root).observations)).prepare()
    at = desk.Desk(reference, Isolation.strongest(unsafe=True))
    try:
        (handin,) = find_submissions(root / "submitted", assignment)
        at.grade(desk.Job(pick_up(handin)))
    finally:
        at.close()
        reference.close()


def named() -> set[str]:
    """What the page names as room.module.name."""
    return {word for word in code_words(PAGE) if re.fullmatch(r"[a-z_]+\.[a-z_]+\.[A-Za-z_]+(\.[a-z_]+)?", word)}


def test_what_the_page_names_is_called(tmp_path: Path) -> None:
    """Each function was entered; of each class that is named alone, a method was."""
    assert isinstance(Isolation.strongest(unsafe=True).level, Level)
    calls = calls_of_a_graded_class(tmp_path)
    values = {"inside.seen.Observation", "judging.findings.Finding", "judging.findings.SubmissionResult", "run.desk.Done"}
    missing = {name for name in named() - values if not any(c == name or c.startswith(f"{name}.") for c in calls.names)}
    assert missing == set()
    assert len(named()) > 30


def test_the_page_names_files_that_are_there() -> None:
    """A file such as inside/cells.py is in the package."""
    files = {word for word in code_words(PAGE) if re.fullmatch(r"[a-z_]+/[a-z_]+\.py", word)}
    assert files and all((ROOT / "autograder" / file).is_file() for file in files)
