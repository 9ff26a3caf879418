"""The command line. Each command arranges what the lower floors do and shows it; nothing is decided here."""
from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from pprint import pformat
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from autograder import batch, release
from autograder.assignment import load_assignment, names_in
from autograder.autograded import write_text
from autograder.errors import ChainRuleError, UsageError
from autograder.explain import replay
from autograder.grade import Grader
from autograder.inline import course_root
from autograder.model import ClassResult, SubmissionResult
from autograder.reference import Reference, Store
from autograder.submission import find_submissions, read_submission

HELP = "Release, grade and audit notebook assignments with hidden tests."
EXAMPLES = """\b
Examples:
  chainrule release                     build source/ and release/ of every assignment
  chainrule autograde nn_recognition    grade submitted/*/nn_recognition/
  chainrule audit nn_recognition        test the tests
"""

app = typer.Typer(help=HELP, epilog=EXAMPLES, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
out, err = Console(), Console(stderr=True)
AS_IT_IS: dict[str, Any] = {"highlight": False, "markup": False, "soft_wrap": True}
"""How a sentence is printed: names may hold brackets, and a path that is broken into lines can't be copied."""

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Assignments; all where none is named.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The assignment.")]


def main() -> None:
    """Run the command line: wrong calls end with status 2, faults of ours with 1, each with a sentence on stderr."""
    try:
        app()
    except UsageError as error:
        err.print(f"chainrule: {error}", style="red", **AS_IT_IS)
        sys.exit(2)
    except ChainRuleError as error:
        err.print(f"chainrule: {error}", style="red", **AS_IT_IS)
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("chainrule: stopped; run it again and it goes on where it was")
        sys.exit(130)


def _root() -> Path:
    return course_root(Path.cwd())


def _chosen(names: list[str] | None, root: Path) -> list[str]:
    return names or names_in(root)


@app.command("release")
def release_command(
    names: Names = None,
    check: Annotated[bool, typer.Option("--check", help="Only say whether source/ and release/ are what notebook.py gives.")] = False,
) -> None:
    """Build source/ and release/ from notebook.py; refuses a release that would leak, break or score wrongly."""
    root = _root()
    stale = False
    for name in _chosen(names, root):
        assignment = load_assignment(name, root)
        if check:
            found = release.check_up_to_date(assignment)
            stale = stale or bool(found)
            out.print(f"{name}: " + ("up to date" if not found else "not what notebook.py gives: " + ", ".join(found)), **AS_IT_IS)
            continue
        with out.status(f"{name}: checking") as status:
            written = release.build_release(assignment, Store(root / ".chainrule" / "observations"), _progress_line(status, name))
        book = root / "gradebook.db"
        if book.exists():
            release.update_gradebook(assignment, f"sqlite:///{book}")
            written.append("gradebook.db")
        out.print(f"{name}: {assignment.max_score:g} points, release {assignment.release}; wrote {', '.join(written)}", **AS_IT_IS)
    if stale:
        raise ChainRuleError("source/ or release/ is not up to date", mend="run `chainrule release`")


@app.command()
def autograde(
    name: Name,
    submitted: Annotated[Path | None, typer.Option("--submitted", help="The folder of submissions.", show_default="submitted/")] = None,
    student: Annotated[list[str] | None, typer.Option("--student", help="Only this student (repeatable).")] = None,
    question: Annotated[list[str] | None, typer.Option("--question", help="Only this question (repeatable).")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Submissions at a time.", show_default="number of cores")] = os.cpu_count() or 1,
    json: Annotated[Path | None, typer.Option("--json", help="Write the results to this file.")] = None,
    no_gradebook: Annotated[bool, typer.Option("--no-gradebook", help="Write no gradebook and no graded notebooks.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Regrade what is already graded.")] = False,
    salt: Annotated[str, typer.Option("--salt", help="The salt of the hidden inputs.", show_default="the course's own")] = "",
    into: Annotated[Path | None, typer.Option("--into", help="Where gradebook.db and autograded/ go.", show_default="the course's folder")] = None,
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Grade even where this machine can't isolate student code.")] = False,
) -> None:
    """Grade what students handed in."""
    root = _root()
    assignment = load_assignment(name, root)
    options = batch.Options(
        submitted=(submitted or root / "submitted").resolve(), into=(into or root).resolve(), students=tuple(student or ()),
        questions=tuple(question or ()), jobs=jobs, gradebook=not no_gradebook, force=force, salt=salt, unsafe=unsafe,
    )  # fmt: skip
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
        console=err, transient=True, disable=not err.is_terminal,
    ) as bar:  # fmt: skip
        task = bar.add_task(name, total=None)
        shown = batch.Progress(
            stage=lambda text: bar.update(task, description=f"{name}: {text}"),
            found=lambda count: bar.update(task, total=count, description=f"{name}: grading"),
            done=lambda _: bar.advance(task),
        )
        result, failures = batch.grade_class(assignment, options, shown)
    if json is not None:
        write_text(json, results_json(result))
    out.print(class_table(result))
    for failure in failures:
        err.print(f"chainrule: {failure.student} has no result: {failure.reason}", style="red", **AS_IT_IS)
    if options.gradebook:
        out.print(f"Gradebook {options.into / 'gradebook.db'}, graded notebooks in {options.into / 'autograded'}.", **AS_IT_IS)
    if result.isolation != "full":
        err.print(f"chainrule: student code ran at isolation level {result.isolation}; see `chainrule doctor`", style="yellow")
    if failures:
        sys.exit(1)


def results_json(result: ClassResult) -> str:
    """The results as the contract has them, readable."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2).decode() + "\n"


def class_table(result: ClassResult) -> Table:
    """The class: student, score, what needs a person, how it went."""
    table = Table(title=f"{result.assignment}: {len(result.submissions)} submissions, {result.max_score:g} points", title_justify="left")
    table.add_column("student")
    table.add_column("score", justify="right")
    table.add_column("needs a person")
    table.add_column("how it went")
    for submission in result.submissions:
        row = (submission.student, f"{submission.score:g}", ", ".join(submission.needs_manual), _how_it_went(submission))
        table.add_row(*map(_plain, row))
    return table


def _plain(text: str) -> Text:
    """A text as it is: what students write may hold markup and a terminal's control codes."""
    return Text("".join(c if c.isprintable() else "?" for c in text))


def _how_it_went(submission: SubmissionResult) -> str:
    lost = [q for q in submission.questions if q.kind == "auto" and (q.score or 0) < q.max_score]
    parts = [f"{q.id} {q.score:g}/{q.max_score:g}" + (f" ({q.diagnosis.id.replace('_', ' ')})" if q.diagnosis else "") for q in lost]
    if submission.status == "unreadable":
        parts = ["unreadable"]
    elif lost and all(not q.score for q in submission.questions if q.kind == "auto"):
        parts = ["nothing solved yet"]
    return "; ".join([*parts, *submission.messages]) or "all right"


@app.command()
def audit(
    names: Names = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write everything to this file.")] = None,
    write: Annotated[Path | None, typer.Option("--write", help="Write the figures to this Markdown page.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Answers at a time.", show_default="number of cores")] = os.cpu_count() or 1,
    seeds: Annotated[int, typer.Option("--seeds", min=0, help="Measure random thresholds instead, over this many salts.")] = 0,
) -> None:
    """Test the tests: grade known wrong answers, known right ones and generated mutants."""
    from autograder import audit as auditing
    from autograder.audit_page import page, shown, shown_seeds
    from autograder.seeds import measure

    root = _root()
    assignments = [load_assignment(name, root) for name in _chosen(names, root)]
    found: list[Any] = []
    problems = 0
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=err, transient=True, disable=not err.is_terminal,
    ) as bar:  # fmt: skip
        for assignment in assignments:
            task = bar.add_task(assignment.name, total=None)

            def progress(stage: str, done: int, total: int, task: Any = task, name: str = assignment.name) -> None:
                bar.update(task, description=f"{name}: {stage}", completed=done, total=total or None)

            if seeds:
                result = measure(assignment, seeds, jobs, progress)
                problems += sum(probe.failures + sum(probe.others.values()) for probe in result)
                parts = shown_seeds(assignment.name, result)
                found.append({"assignment": assignment.name, "probes": result})
            else:
                audited = auditing.audit(assignment, Store(root / ".chainrule" / "observations"), jobs, progress)
                problems += len(audited.problems)
                parts = shown(audited)
                found.append(audited)
            for part in parts:
                out.print(part, soft_wrap=isinstance(part, Text), highlight=False)
            bar.remove_task(task)
    if json is not None:
        write_text(json, msgspec.json.format(msgspec.json.encode({"format": 1, "assignments": found}), indent=2).decode() + "\n")
    if write is not None and not seeds:
        write_text(write, page(found, " ".join(["chainrule audit", *(names or [])])))
    if problems:
        raise ChainRuleError("the audit found problems" if not seeds else f"right answers failed {problems} times by chance")


@app.command()
def explain(
    student: Annotated[str, typer.Argument(help="The student.")],
    name: Name,
    question: Annotated[str, typer.Argument(help="The question.")],
    submitted: Annotated[Path | None, typer.Option("--submitted", help="The folder of submissions.", show_default="submitted/")] = None,
    salt: Annotated[str, typer.Option("--salt", help="The salt it was graded with.", show_default="the course's own")] = "",
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Run student code even where this machine can't isolate it.")] = False,
) -> None:
    """For the grader alone: show input, seen and expected of each check of one question."""
    root = _root()
    assignment = load_assignment(name, root)
    asked = assignment.question(question)
    if asked.written:
        raise UsageError(f"{question} is a write-up: a person grades it", mend="nbgrader formgrader")
    folder = submitted or root / "submitted"
    handin = next((h for h in find_submissions(folder, assignment) if h.student == student), None)
    if handin is None:
        raise UsageError(f"{folder} holds no submission of {student!r}")
    submission = read_submission(handin, assignment)
    if not submission.readable:
        raise UsageError(f"nothing of {student}'s submission can be graded: {'; '.join(submission.messages)}")
    store = Store(root / ".chainrule" / "observations")
    reference = Reference(assignment, batch.course_salt(root, salt), store).prepare()
    try:
        with Grader(reference, batch.isolation_level(unsafe)) as grader:
            result, replays = replay(grader, submission, asked)
    finally:
        reference.close()
    out.print(f"{student}, {question}: {result.score:g} of {result.max_score:g}", **AS_IT_IS)
    if result.diagnosis:
        out.print(f"{result.diagnosis.id}: {result.diagnosis.says}", **AS_IT_IS)
    for shown in replays:
        out.rule(f"{shown.probe.id}: {shown.verdict}", align="left")
        out.print(Text(f"{shown.probe.title} {shown.message}"))
        out.print(Syntax(shown.text, "python", word_wrap=True))
        for call in shown.inputs:
            out.print("input:", style="bold")
            out.print(Text(call))
        for label, value in (("seen", shown.seen), ("expected", shown.expected)):
            out.print(f"{label}:", style="bold")
            out.print(Text(pformat(value, width=120)))


@app.command()
def doctor(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say what isolation, nbgrader and this machine allow."""
    from autograder.doctor import examine

    report = examine()
    if json:
        print(msgspec.json.format(msgspec.json.encode(report), indent=2).decode())
        return
    table = Table(show_header=False, box=None)
    for line in report:
        table.add_row("ok" if line.ok else "no", line.what, line.says)
    out.print(table)


def _progress_line(status: Any, name: str) -> Callable[[str], None]:
    return lambda stage: status.update(f"{name}: {stage}")


if __name__ == "__main__":
    main()
