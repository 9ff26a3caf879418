"""The commands that read kept results: report, export, feedback."""
from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.entry.cli import build
from autograder.errors import UsageError
from autograder.files import write_text
from autograder.records.results import Results
from tests.tiny import NAME, make_course
from tests.unit.outputs.test_report import CLASS


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assignment:
    """A course whose class was graded into a folder of its own, without a gradebook; the working folder is the course's."""
    assignment = load_assignment(NAME, make_course(tmp_path))
    for one in CLASS:
        write_text(Results(tmp_path / "term", assignment).folder / f"{one.now.result.student}.json", msgspec.json.encode(one).decode())
    monkeypatch.chdir(tmp_path)
    return assignment


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build(), list(arguments))


def test_report_writes_a_page_and_figures(course: Assignment) -> None:
    """The page goes beside the results, or where --out says; --json has the same figures."""
    done = run("report", NAME, "--into", "term", "--json", "figures.json")
    assert done.exit_code == 0, done.output
    assert "</html>" in (course.root / "term" / "reports" / f"{NAME}.html").read_text(encoding="utf-8")
    found = json.loads((course.root / "figures.json").read_text(encoding="utf-8"))
    assert (found["format"], found["submissions"], found["misconceptions"][0]["students"]) == (1, 6, ["bob", "eve"])
    assert run("report", NAME, "--into", "term", "--out", "page.html").exit_code == 0
    assert (course.root / "page.html").is_file()


def test_feedback_writes_the_pages_that_were_asked_for(course: Assignment) -> None:
    """All of them, or those of some students."""
    assert run("feedback", NAME, "--into", "term", "--student", "ann").exit_code == 0
    pages = course.root / "term" / "feedback"
    assert [path.name for path in pages.iterdir()] == ["ann"]
    shutil.rmtree(pages)
    assert run("feedback", NAME, "--into", "term").exit_code == 0
    assert len(list(pages.glob(f"*/{NAME}/{NAME}.html"))) == len(CLASS)


@pytest.mark.parametrize("target", ["csv", "json", "canvas", "moodle"])
def test_export_prints_or_writes(course: Assignment, target: str) -> None:
    """With - the file goes to the terminal, what is to be said about it to stderr; without, it lies beside the results."""
    printed = run("export", NAME, "--to", target, "--into", "term", "--out", "-")
    assert printed.exit_code == 0
    assert "5 submissions wait for a person" in printed.stderr
    assert run("export", NAME, "--to", target, "--into", "term").exit_code == 0
    (written,) = (course.root / "term" / "exports").iterdir()
    assert written.read_bytes().decode() == printed.stdout.replace("\r\n", "\n").replace("\n", "\r\n" if target != "json" else "\n")
    if target == "csv":
        assert [row["score"] for row in csv.DictReader(io.StringIO(printed.stdout))] == ["5", "3", "0", "4", "2", "1"]


def test_export_takes_names_from_a_roster(course: Assignment) -> None:
    """Who is on the list and has handed in nothing is there too."""
    (course.root / "list.csv").write_text("id,name\nann,Anna\nzoe,Zoë\n", encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(run("export", NAME, "--to", "csv", "--into", "term", "--out", "-", "--roster", "list.csv").stdout)))
    assert [(row["student"], row["name"], row["status"]) for row in (rows[0], rows[-1])] == [("ann", "Anna", "graded"), ("zoe", "Zoë", "missing")]


def test_export_fills_in_the_worksheet_that_was_given(course: Assignment) -> None:
    """The German worksheet comes back with a grade for who has a result; stderr names the import and who is not in it."""
    heads = "ID,Vollständiger Name,E-Mail-Adresse,Bewertung,Bestwertung,Zuletzt geändert (Bewertung),Feedback als Kommentar"
    lines = [heads, 'Teilnehmer/in7,Anna,ann@uni.example,,"6,00",-,', 'Teilnehmer/in8,Zoë,zoe@uni.example,"2,50","6,00",-,Gut']
    (course.root / "sheet.csv").write_text("\n".join(lines), encoding="utf-8")
    done = run("export", NAME, "--to", "moodle", "--into", "term", "--out", "-", "--roster", "sheet.csv")
    head, ann, zoe = done.stdout.splitlines()
    assert (head, ann.split(",")[3], zoe) == (lines[0], "5", lines[2])
    said = " ".join(done.stderr.split())
    assert "`Upload grading worksheet`, in the assignment" in said and "not in the worksheet" in said and "bob" in said
    assert "Grades, Import, CSV file" in " ".join(run("export", NAME, "--to", "moodle", "--into", "term", "--out", "-").stderr.split())


def test_export_finds_the_column_of_canvas(course: Assignment) -> None:
    """The heading is the gradebook's own, with its number, and what stands there stays for who has no result."""
    heading = f"{course.title} (99)"
    text = f"Student,ID,SIS User ID,SIS Login ID,Section,{heading}\nAnn,1,,ann,A,\nZoe,2,,zoe,A,EX\n"
    (course.root / "book.csv").write_text(text, encoding="utf-8")
    done = run("export", NAME, "--to", "canvas", "--into", "term", "--out", "-", "--roster", "book.csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["SIS Login ID"]: row[heading] for row in rows if row["SIS Login ID"] in ("ann", "zoe")} == {"ann": "5", "zoe": "EX"}
    assert "no roster with one column" in " ".join(run("export", NAME, "--to", "canvas", "--into", "term", "--out", "-").stderr.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("report", NAME), "holds no results of tiny"), (("export", NAME, "--to", "csv"), "chainrule autograde tiny"),
        (("feedback", NAME, "--into", "term", "--student", "nobody"), "no result of 'nobody'"), (("report", "tyni"), "there is tiny"),
        (("export", NAME, "--to", "gradescope", "--out", "-"), "--out PATH"),
        (("export", NAME, "--to", "csv", "--into", "term", "--roster", "none.csv"), "roster can't be read"),
    ],
)  # fmt: skip
def test_a_wrong_call_says_what_and_the_mend(course: Assignment, arguments: tuple[str, ...], says: str) -> None:
    """Each ends as a wrong call, which the command line shows with status 2."""
    found = run(*arguments).exception
    assert isinstance(found, UsageError) and says in str(found)


def test_an_unknown_target_is_refused(course: Assignment) -> None:
    """With status 2, and the targets that there are."""
    done = run("export", NAME, "--to", "blackboard")
    assert done.exit_code == 2 and "gradescope" in done.output
