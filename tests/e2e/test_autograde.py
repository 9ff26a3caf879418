"""chainrule autograde from the outside: exit statuses, options, what it writes."""
from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from autograder.assignment.loading import load_assignment
from tests.commands import command
from tests.sample_class.work import Work
from tests.tiny import NAME

from .conftest import ROOT, Course

SCHEMA = json.loads((ROOT / "docs" / "reference" / "results.schema.json").read_text(encoding="utf-8"))
SCORES = {"alice": 5.0, "bob": 3.0, "carol": 3.0, "dave": 0.0, "erin": 2.0, "frank": 0.0}


@pytest.fixture(scope="module")
def results(course: Course) -> dict[str, Any]:
    """The whole class, graded with a salt of its own and written to the gradebook, by the command as a person starts it."""
    return course.grade("--salt", "one", run=course.started)


def without_seconds(results: dict[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(results))
    for submission in copy["submissions"]:
        submission.pop("seconds")
    return copy


def test_every_submission_has_a_result_however_bad(results: dict[str, Any]) -> None:
    """Exit status 0, and a score for each: right, wrong, endless, untouched, unparsable, no notebook."""
    assert {s["student"]: s["score"] for s in results["submissions"]} == SCORES
    assert {s["student"] for s in results["submissions"] if s["status"] == "unreadable"} == {"frank"}


def test_the_results_fit_the_schema(results: dict[str, Any]) -> None:
    """--json writes what docs/reference/results.schema.json describes."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(results)


def test_the_schema_refuses_what_is_not_a_result(results: dict[str, Any]) -> None:
    """An unknown outcome, a verdict that is an outcome, and a missing key are refused."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for spoil in ("outcome", "verdict"):
        copy = without_seconds(results)
        copy["submissions"][0]["questions"][0]["checks"][0][spoil] = "crashed"
        assert not validator.is_valid(copy)
    assert not validator.is_valid({key: value for key, value in results.items() if key != "release"})


def test_enums_of_the_schema_are_those_of_the_model() -> None:
    """The schema lists exactly the outcomes and verdicts that there are."""
    from autograder.inside.seen import Outcome
    from autograder.judging.findings import Verdict

    assert SCHEMA["$defs"]["outcome"]["enum"] == [o.value for o in Outcome]
    assert SCHEMA["$defs"]["verdict"]["enum"] == [v.value for v in Verdict]


def test_the_contract_of_one_submission(results: dict[str, Any]) -> None:
    """Keys and values as shared by everybody who reads the file: maxima, write-ups, diagnosis, checks."""
    assert (results["format"], results["assignment"], results["max_score"], results["salt"]) == (1, NAME, 6.0, "one")
    bob = next(s for s in results["submissions"] if s["student"] == "bob")
    assert (bob["status"], bob["max_score"], bob["needs_manual"]) == ("graded", 6.0, ["why"])
    center, scale, why = bob["questions"]
    assert (center["kind"], center["score"], center["diagnosis"]["id"]) == ("auto", 0.0, "one_mean_for_all")
    assert (scale["score"], scale["given_correct_inputs"]) == (3.0, True)
    assert (why["kind"], why["score"], why["checks"]) == ("manual", None, [])
    dave = next(s for s in results["submissions"] if s["student"] == "dave")
    assert (dave["needs_manual"], dave["questions"][2]["score"]) == ([], 0.0)


def test_the_same_salt_gives_the_same_file(course: Course, results: dict[str, Any]) -> None:
    """Graded afresh with the same salt, the file is the same but for the seconds."""
    again = course.grade("--salt", "one", "--force", "--no-gradebook", json_file="again.json")
    assert without_seconds(again) == without_seconds(results)


def test_another_salt_gives_other_inputs_and_the_same_scores(course: Course, results: dict[str, Any]) -> None:
    """Hidden inputs come from the salt; scores do not depend on it."""
    from autograder.judging.keys import seed_of

    other = course.grade("--salt", "two", "--no-gradebook", json_file="other.json")
    assert {s["student"]: s["score"] for s in other["submissions"]} == SCORES
    assert other["salt"] == "two"
    assert seed_of("one", NAME, "rows_of_data") != seed_of("two", NAME, "rows_of_data")


def test_chosen_students_and_questions(course: Course) -> None:
    """--student and --question grade these alone; the maximum is that of what was graded."""
    found = course.grade("--student", "bob", "--student", "alice", "--question", "scale", "--salt", "one", "--no-gradebook", json_file="some.json")
    assert [s["student"] for s in found["submissions"]] == ["alice", "bob"]
    assert [[q["id"] for q in s["questions"]] for s in found["submissions"]] == [["scale"], ["scale"]]
    assert [(s["score"], s["max_score"]) for s in found["submissions"]] == [(3.0, 3.0), (3.0, 3.0)]
    jsonschema.validate(found, SCHEMA)


WRONG = {
    "assignment": (["autograde", "tinny"], "did you mean 'tiny'?"),
    "folder": (["autograde", NAME, "--submitted", "nowhere"], "--submitted DIR"),
    "question": (["autograde", NAME, "--question", "centre"], "did you mean 'center'?"),
    "student": (["autograde", NAME, "--student", "zoe"], "alice"),
    "option": (["autograde", NAME, "--colour"], "--colour"),
    "command": (["autogrde"], "autogrde"),
    "jobs": (["autograde", NAME, "--jobs", "0"], "jobs"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_call_ends_with_2_and_the_mend(course: Course, what: str) -> None:
    """Unknown assignment, folder, question, student, option or command: status 2, the mend on stderr, no traceback, nothing on stdout."""
    arguments, mend = WRONG[what]
    done = course.run(*arguments)
    assert done.returncode == 2
    assert mend in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""


def test_outside_of_a_course(tmp_path: Path) -> None:
    """A folder that is in no course: status 2 and what to do."""
    done = Course(tmp_path).started("autograde", NAME)
    assert done.returncode == 2 and "assignments/" in done.stderr


def test_no_gradebook_writes_none(course: Course, tmp_path: Path) -> None:
    """--no-gradebook leaves no gradebook and no graded notebooks."""
    course.grade("--no-gradebook", "--into", str(tmp_path / "into"), "--student", "alice", "--salt", "one", json_file="none.json")
    assert not (tmp_path / "into" / "gradebook.db").exists() and not (tmp_path / "into" / "autograded").exists()


def test_piped_output_has_a_table_and_no_colours(course: Course, results: dict[str, Any]) -> None:
    """Output that goes to a file has no escape sequences, no progress bar, and every student with a score; what is graded already is fast."""
    done = course.started("autograde", NAME, "--salt", "one", "--no-gradebook")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert all(student in done.stdout for student in SCORES)
    assert "one mean for all" in done.stdout and "nothing solved yet" in done.stdout and "unreadable" in done.stdout


def test_a_killed_run_goes_on_and_gives_the_same(course: Course, results: dict[str, Any], tmp_path: Path) -> None:
    """Killed with SIGKILL half way and run again, the results are those of a run in peace, and nothing of the first is left running."""
    into = tmp_path / "into"
    run = command("autograde", NAME, "--salt", "one", "--into", str(into), "--jobs", "1", "--json", str(tmp_path / "killed.json"))
    process = subprocess.Popen(run, cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = into / ".chainrule" / "journal" / NAME
    end = time.monotonic() + 120
    while not list(journal.glob("*.msgpack")) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list(journal.glob("*.msgpack")), "it was killed before anything was stored"
    again = course.grade("--salt", "one", "--into", str(into), "--jobs", "2", json_file=str(tmp_path / "again.json"))
    assert without_seconds(again) == without_seconds(results)
    assert (into / "gradebook.db").is_file()
    assert {p.parent.parent.name for p in into.glob("autograded/*/*/*.ipynb")} == set(SCORES)


def test_a_graded_notebook_is_written_again_only_where_it_would_differ(course: Course, tmp_path: Path) -> None:
    """Graded again it stays as it is; one that is gone, broken or made from another submission is written anew."""
    submitted, into = tmp_path / "submitted", tmp_path / "into"
    mine = submitted / "alice" / NAME / f"{NAME}.ipynb"
    mine.parent.mkdir(parents=True)
    graded = into / "autograded" / "alice" / NAME / f"{NAME}.ipynb"

    def grade(student: str = "alice") -> tuple[str, int]:
        shutil.copy(course.root / "submitted" / student / NAME / f"{NAME}.ipynb", mine)
        course.grade("--submitted", str(submitted), "--into", str(into), "--salt", "one", json_file=str(tmp_path / "found.json"))
        return graded.read_text(encoding="utf-8"), graded.stat().st_mtime_ns

    first = grade()
    assert grade() == first
    for spoilt in ("", "{}", first[0].replace("made_from", "made")):
        graded.write_text(spoilt, encoding="utf-8")
        text, when = grade()
        assert text == first[0] and when > first[1]
    graded.unlink()
    assert grade()[0] == first[0]
    another = grade("bob")[0]
    assert another != first[0] and grade("bob")[0] == another


def test_a_flat_folder_is_understood(course: Course, results: dict[str, Any], tmp_path: Path) -> None:
    """<student>.ipynb files in one folder are graded as well."""
    for student in ("alice", "bob"):
        shutil.copy(course.root / "submitted" / student / NAME / f"{NAME}.ipynb", tmp_path / f"{student}.ipynb")
    found = course.grade("--submitted", str(tmp_path), "--no-gradebook", "--salt", "one", json_file="flat.json")
    assert {s["student"]: s["score"] for s in found["submissions"]} == {"alice": 5.0, "bob": 3.0}


def test_an_empty_folder_is_a_wrong_call(course: Course, tmp_path: Path) -> None:
    """A folder that holds nobody's work is most likely the wrong one: status 2, and what it should hold."""
    done = course.run("autograde", NAME, "--submitted", str(tmp_path))
    assert done.returncode == 2 and f"<student>/{NAME}/{NAME}.ipynb" in done.stderr


def test_a_mistake_without_a_name_is_located(course: Course, tmp_path: Path) -> None:
    """The line is in the results, in the table and on the page; with --no-locate it is not looked for."""
    work = Work.handed_out(load_assignment(NAME, course.root)).solve()
    work.write("center_solution", "def center(X):\n    return X + X.mean(axis=0)").save(tmp_path / "submitted" / "hal" / NAME)
    arguments = ("--submitted", str(tmp_path / "submitted"), "--into", str(tmp_path / "into"), "--salt", "one")
    (center, *_), (without, *_) = [
        course.grade(*arguments, *more, json_file=str(tmp_path / "found.json"))["submissions"][0]["questions"] for more in ((), ("--no-locate",))]
    assert center["located"]["line"] == 2 and center["located"]["code"] == "X + X.mean(axis=0)"
    assert without == {**center, "located": None}
    course.grade(*arguments, json_file=str(tmp_path / "again.json"))
    page = next((tmp_path / "into" / "feedback" / "hal").rglob("*.html")).read_text(encoding="utf-8")
    assert "line 2 of your answer" in page
    explained = course.run("explain", "hal", NAME, "center", "--submitted", str(tmp_path / "submitted"), "--salt", "one")
    assert "For you alone, what mends it: line 2: X + X.mean(axis=0) -> X - X.mean(axis=0)" in explained.stdout
