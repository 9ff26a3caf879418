"""A class: many submissions over the cores of one machine, results stored, shown and written as they arrive."""
from __future__ import annotations

import importlib
import secrets
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder import notebook
from autograder.assignment import Assignment
from autograder.autograded import copy_receipts, graded_notebook, write_text
from autograder.errors import ChainRuleError, UsageError
from autograder.grade import Grader
from autograder.jail import LEVELS, JailError, check_binds, levels
from autograder.journal import Journal, key_of
from autograder.model import ClassResult, SubmissionResult
from autograder.reference import Reference, Store, environment
from autograder.reference import key_of as reference_key
from autograder.results import Results
from autograder.runtime import interpreter_folders, package_folders
from autograder.submission import Handin, Submission, find_submissions, read_regular, read_submission

FORMAT = 1


@dataclass(frozen=True)
class Options:
    """What a run of autograde was asked for. into holds the gradebook, the graded notebooks and the journal."""

    submitted: Path
    into: Path
    students: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    jobs: int = 1
    gradebook: bool = True
    force: bool = False
    salt: str = ""
    unsafe: bool = False
    database: str = ""
    """The gradebook's url; where none is given, the course's own, or gradebook.db of `into` where that is another folder."""
    config: Any = None
    """nbgrader's configuration, where it has been loaded."""
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What is to be said of a student's submission beforehand, such as that it came late."""


@dataclass(frozen=True)
class Failure:
    """A submission that has no result, for a reason of ours."""

    student: str
    reason: str


@dataclass(frozen=True)
class Progress:
    """What a run tells while it goes on: one call for each stage and each submission."""

    stage: Callable[[str], None] = lambda _: None
    found: Callable[[int], None] = lambda _: None
    done: Callable[[str], None] = lambda _: None
    written: Callable[[str], None] = lambda _: None
    """Called with the gradebook's place once its rows are written."""


def isolation_level(unsafe: bool) -> str:
    """The strongest level that this machine allows; raises UsageError where there is none, unless unsafe says to go on."""
    found = levels()
    level = next(name for name in LEVELS if not found[name])
    if level == "none" and not unsafe:
        mend = "`chainrule doctor` says why; --unsafe grades without isolation, at your own risk"
        raise UsageError("this machine can't isolate student code", mend=mend)
    return level


def check_places(assignment: Assignment, level: str, into: Path, submitted: Path) -> None:
    """Refuse to grade where the jail would show student code the hidden tests, the gradebook or other submissions."""
    if level != "none":
        hidden = [assignment.root / "assignments", into, submitted]
        try:
            check_binds([*package_folders(), *interpreter_folders()], [str(path) for path in hidden])
        except JailError as error:
            raise UsageError(str(error)) from None


def course_salt(root: Path, salt: str) -> str:
    """The salt that was asked for, or the course's own, made at the first run and kept from then on."""
    if salt:
        return salt
    path = root / ".chainrule" / "salt"
    if not path.is_file():
        write_text(path, secrets.token_hex(8) + "\n")
    return path.read_text(encoding="utf-8").strip()


def grade_class(assignment: Assignment, options: Options, progress: Progress | None = None) -> tuple[ClassResult, list[Failure]]:
    """Grade what was handed in and write it down. Every submission gets a result, or a Failure that says what of ours went wrong."""
    progress = progress or Progress()
    for question in options.questions:
        assignment.question(question)
    found_there = [replace(h, messages=(*options.notes.get(h.student, ()), *h.messages)) for h in find_submissions(options.submitted, assignment)]
    handins = _chosen(found_there, options)
    if not handins:
        mend = f"it should hold <student>/{assignment.name}/{assignment.name}.ipynb, or <student>.ipynb"
        raise UsageError(f"{options.submitted} holds no submission of {assignment.name}", mend=mend)
    level = isolation_level(options.unsafe)
    check_places(assignment, level, options.into, options.submitted)
    salt = course_salt(assignment.root, options.salt)
    if options.gradebook:  # while the sandboxes work, not after them
        threading.Thread(target=importlib.import_module, args=("autograder.nbgrader_course",), daemon=True).start()
    progress.stage("observing the reference and the misconceptions")
    reference = Reference(assignment, salt, Store(assignment.root / ".chainrule" / "observations")).prepare()
    progress.found(len(handins))
    results, failures = [], []
    try:
        run = _Run(assignment, options, reference, level)
        writer = _Writer(assignment, options)
        kept = Results(options.into, assignment)
        for outcome in run.results(handins):
            if isinstance(outcome, Failure):
                failures.append(outcome)
                progress.done(outcome.student)
                continue
            submission, result = outcome
            results.append(result)
            kept.put(submission, result, salt, level)
            writer.add(submission, result)
            progress.done(result.student)
        progress.stage("writing the gradebook")
        if options.gradebook:
            progress.written(writer.finish())
    finally:
        reference.close()
    found = tuple(sorted(results, key=lambda result: result.student))
    return ClassResult(FORMAT, assignment.name, assignment.max_score, level, salt, assignment.release, environment(), found), failures


def _chosen(handins: list[Handin], options: Options) -> list[Handin]:
    if not options.students:
        return handins
    by_student = {handin.student: handin for handin in handins}
    for student in options.students:
        if student not in by_student:
            raise UsageError(f"{options.submitted} holds no submission of {student!r}", mend=f"it holds those of {', '.join(by_student) or 'nobody'}")
    return [by_student[student] for student in dict.fromkeys(options.students)]


class _Run:
    """Observes and judges submissions on a pool of threads, each with a zygote of its own."""

    def __init__(self, assignment: Assignment, options: Options, reference: Reference, level: str) -> None:
        self.assignment, self.options, self.reference, self.level = assignment, options, reference, level
        self.journal = Journal(options.into / ".chainrule" / "journal" / assignment.name)
        self.reference_key = reference_key(assignment, reference.cells, reference.requests)
        self.graders: list[Grader] = []
        self.local = threading.local()

    def results(self, handins: list[Handin]) -> Iterator[tuple[Submission, SubmissionResult] | Failure]:
        """Results as they arrive."""
        with ThreadPoolExecutor(self.options.jobs, thread_name_prefix="grader") as pool:
            try:
                futures: dict[Future[tuple[Submission, SubmissionResult]], Handin] = {pool.submit(self._one, h): h for h in handins}
                for future in as_completed(futures):
                    try:
                        yield future.result()
                    except ChainRuleError as error:
                        yield Failure(futures[future].student, str(error))
                    except Exception as error:  # a fault of ours in one submission must not cost the others their grade
                        where = traceback.extract_tb(error.__traceback__)[-1]
                        place = f"{Path(where.filename).name}:{where.lineno}"
                        yield Failure(futures[future].student, f"{type(error).__name__} in {place}: {error}; please report this")
            finally:
                pool.shutdown(cancel_futures=True)
                for grader in self.graders:
                    grader.close()

    def _one(self, handin: Handin) -> tuple[Submission, SubmissionResult]:
        submission = read_submission(handin, self.assignment)
        key = key_of(submission, self.assignment, self.reference_key, self.reference.salt, self.level, self.options.questions)
        result = None if self.options.force else self.journal.get(key)
        if result is None:
            result = self._grader().grade(submission, self.options.questions)
            self.journal.put(key, result)
        return submission, result

    def _grader(self) -> Grader:
        if not hasattr(self.local, "grader"):
            self.local.grader = Grader(self.reference, self.level)
            self.graders.append(self.local.grader)
        grader: Grader = self.local.grader
        return grader


class _Writer:
    """Writes graded notebooks as results arrive, and the gradebook's rows in bulk."""

    def __init__(self, assignment: Assignment, options: Options) -> None:
        self.assignment, self.options = assignment, options
        self.waiting: list[tuple[SubmissionResult, str, dict[str, bool]]] = []
        """Results, each with the time that it was handed in and its write-ups that have changed."""
        self.parts: list[Path] = []
        """Graded notebooks that take their place once the rows are written: until then the old one says what a person has graded."""

    def add(self, submission: Submission, result: SubmissionResult) -> None:
        if not self.options.gradebook:
            return
        folder = self.options.into / "autograded" / result.student / self.assignment.name
        path = folder / f"{self.assignment.name}.ipynb"
        changed = _changed_answers(path, submission, self.assignment)
        self.waiting.append((result, _timestamp(self.options.submitted / result.student / self.assignment.name), changed))
        if not self.options.questions:
            copy_receipts(self.options.submitted / result.student / self.assignment.name, folder)
            self.parts.append(path.with_suffix(".part"))
            write_text(self.parts[-1], notebook.dump(graded_notebook(submission, result, self.assignment)))

    def finish(self) -> str:
        """Write the rows and put the graded notebooks in their places; returns where the rows are."""
        from autograder import gradebook, nbgrader_course

        name, root = self.assignment.name, self.assignment.root
        config = self.options.config or nbgrader_course.load_config(root)
        url = self.options.database or nbgrader_course.database_url(self.options.into, config if self.options.into == root else None)
        rows = {name: notebook.build_recorded(self.assignment.cells, name)}
        with gradebook.open_gradebook(url) as book:
            gradebook.sync_assignment(book, name, rows)
            gradebook.record(book, name, name, [(result, nbgrader_course.moment(when), changed) for result, when, changed in self.waiting])
            nbgrader_course.assign_penalties(book, name, name, [result.student for result, _, _ in self.waiting], config)
        for part in self.parts:
            part.replace(part.with_suffix(".ipynb"))
        return nbgrader_course.shown_url(url)


def _changed_answers(graded: Path, submission: Submission, assignment: Assignment) -> dict[str, bool]:
    """For each write-up, whether its text differs from that in the notebook graded last; empty where none was."""
    if not graded.is_file():
        return {}
    try:
        before = {notebook.grade_id_of(cell): str(cell.source) for cell in notebook.load(graded).cells}
    except Exception:  # a graded notebook that somebody has broken: a person must look again
        before = {}
    now = {p.source.id: p.text for p in submission.placed if p.source is not None}
    return {q.id: before.get(q.id) != now.get(q.id) for q in assignment.questions if q.written}


def _timestamp(folder: Path) -> str:
    """When it was handed in, as nbgrader's exchange notes it; empty where there is no note, or something else of that name."""
    try:
        return read_regular(folder / "timestamp.txt", 1000).decode("utf-8").strip()
    except (OSError, ValueError):
        return ""
