"""What the command line shows of a class."""
from __future__ import annotations

import errno
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from autograder.assignment.values import QuestionKind
from autograder.entry import cli
from autograder.entry.cli import build
from autograder.entry.commands.autograde import class_table, results_json
from autograder.inside.seen import Outcome
from autograder.judging.findings import ClassResult, Diagnosis, QuestionResult, Status, SubmissionResult
from autograder.records.marks import Mark, Marks

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device", "x"), OSError(errno.EROFS, "Read-only file system"), shutil.Error([("a", "b", "[Errno 28] No space left on device: 'a'")])],
)
def test_a_full_disk_is_said_in_a_sentence(error: OSError, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What can't be written for want of room is no fault of the program: no traceback, and that it goes on from there."""

    def built(_: Any) -> Any:
        raise error

    monkeypatch.setattr(cli, "build", built)
    monkeypatch.setattr("sys.argv", ["chainrule"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert ("No space left" in said or "Read-only" in said) and "run it again: what is graded is kept" in said


def test_other_faults_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of another kind is shown as it is."""

    def built(_: Any) -> Any:
        raise FileNotFoundError(errno.ENOENT, "x")

    monkeypatch.setattr(cli, "build", built)
    monkeypatch.setattr("sys.argv", ["chainrule"])
    with pytest.raises(FileNotFoundError):
        cli.main()


def test_help_fits_a_screen() -> None:
    """All commands with a whole sentence each and some examples, on 80 columns and hardly more than a line a command beside them."""
    shown = CliRunner().invoke(build(), ["--help"], terminal_width=80).output.rstrip().splitlines()
    assert len(shown) <= 33 and max(map(len, shown[:-1])) <= 80  # the last line's length is that of a path of this machine
    assert not [line for line in shown[1:] if line.endswith("...")]
    assert "Examples:" in "".join(shown)


def test_help_says_where_the_documentation_lies() -> None:
    """In a checkout that is docs/; a wheel brings every page of it, with its folders as they are here."""
    last = CliRunner().invoke(build(), ["--help"], terminal_width=80).output.rstrip().splitlines()[-1]
    page = Path(last.removeprefix("  Documentation: "))
    assert page.read_text().startswith("# Chain Rule")
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["data-files"]
    brought = {path.relative_to(ROOT) for each in patterns.values() for pattern in each for path in ROOT.glob(pattern)}
    assert brought >= {path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")}
    folders = {path.parent for path in brought if path.parts[0] == "docs"}
    assert {f"share/doc/chainrule/{folder.relative_to('docs')}".removesuffix("/.") for folder in folders} == set(patterns)


@pytest.mark.parametrize("name", [command.name for command in build().registered_commands])
def test_every_command_explains_itself(name: str) -> None:
    """Each has help, and a sentence to every option."""
    found = CliRunner().invoke(build(), [name, "--help"], terminal_width=100)
    assert found.exit_code == 0
    assert "Usage: " in found.output and len(found.output.splitlines()) > 5


def submission(student: str, center: float, scale: float, *messages: str, status: Status = Status.GRADED, diagnosis: Diagnosis | None = None) -> SubmissionResult:
    questions = (
        QuestionResult("center", QuestionKind.AUTO, center, 2.0, Outcome.FINISHED, diagnosis=diagnosis), QuestionResult("scale", QuestionKind.AUTO, scale, 3.0, Outcome.FINISHED),
        QuestionResult("why", QuestionKind.MANUAL, None, 1.0, Outcome.FINISHED),
    )  # fmt: skip
    return SubmissionResult(student, status, center + scale, 6.0, ("why",), 0.1, messages, questions)


def table(*submissions: SubmissionResult, marks: dict[str, Marks] | None = None) -> str:
    console = Console(record=True, width=200, file=open("/dev/null", "w"), force_terminal=True)  # noqa: SIM115
    console.print(class_table(ClassResult(1, "tiny", 6.0, "full", "s", "r", {}, submissions), marks or {}))
    return console.export_text(styles=True)


def row(*arguments: Any, **options: Any) -> str:
    return next(line for line in table(submission(*arguments, **options)).splitlines() if arguments[0][:3] in line)


def test_each_student_has_a_row() -> None:
    """Student, score, what needs a person, and how it went: lost points with the mistake's name, messages, or that all is right."""
    assert "5" in row("ann", 2.0, 3.0) and "why" in row("ann", 2.0, 3.0) and "all right" in row("ann", 2.0, 3.0)
    assert "center 0.5/2 (one mean for all)" in row("bob", 0.5, 3.0, diagnosis=Diagnosis("one_mean_for_all", "…"))
    assert "nothing solved yet; cell 3 raised KeyError" in row("cid", 0.0, 0.0, "cell 3 raised KeyError")
    assert "unreadable; the file is empty" in row("dan", 0.0, 0.0, "the file is empty", status=Status.UNREADABLE)


def test_what_people_gave_is_in_the_table() -> None:
    """A marked write-up waits no longer and its points count; an answer that is to be looked at again waits."""
    made = submission("ann", 2.0, 3.0), submission("bob", 2.0, 3.0)
    marks = {"ann": Marks({"why": Mark(score=0.75)}), "bob": Marks({"why": Mark(score=1.0), "scale": Mark(score=2.0, waiting=True)})}
    first, second = [line for line in table(*made, marks=marks).splitlines() if "all right" in line]
    assert "5.75" in first and "why" not in first
    assert "scale" in second and "why" not in second


def test_no_text_of_a_students_is_markup_or_a_control_code() -> None:
    """Square brackets are shown as they are; escape sequences do nothing."""
    text = table(submission("[red]ann[/blue]", 2.0, 3.0, "[/] [bold] ValueError: \x1b]0;title\x07\x1b[2J"))
    assert "[red]ann[/blue]" in text
    assert "[/] [bold] ValueError" in text
    assert "\x1b]" not in text
    assert "\x1b[2J" not in text


def test_results_as_json_have_the_contracts_names() -> None:
    """The file is readable JSON with the keys and the words of the contract."""
    made = ClassResult(1, "tiny", 6.0, "full", "s", "r", {"python": "3"}, (submission("ann", 2.0, 3.0),))
    text = results_json(made)
    assert text.endswith("}\n")
    raw = json.loads(text)
    assert list(raw) == ["format", "assignment", "max_score", "isolation", "salt", "release", "environment", "submissions"]
    (found,) = raw["submissions"]
    assert list(found) == ["student", "status", "score", "max_score", "needs_manual", "seconds", "messages", "questions"]
    assert [(q["kind"], q["score"], q["outcome"]) for q in found["questions"]] == [("auto", 2.0, "finished"), ("auto", 3.0, "finished"), ("manual", None, "finished")]
