"""The same grading in a PostgreSQL database, where a server is installed: nbgrader's db_url is all that differs."""
from __future__ import annotations

import csv
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gradebook.course import Course
from tests.gradebook.test_nbgrader_autograde import all_rows
from tests.sample_class.roster import EVERYWHERE, RECOGNITION
from tests.tiny import NAME


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest where Debian keeps several."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    return next((place for place in places if all((place / name).is_file() for name in ("initdb", "pg_ctl", "postgres"))), None)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The url of a server of our own: a unix socket in a folder of its own, no network; it refuses root, so from root it runs as another user."""
    place = programs()
    if place is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="chainrule-pg-"))
    who = {}
    if os.geteuid() == 0:
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        account = known.get("postgres") or known["nobody"]
        os.chown(folder, account.pw_uid, account.pw_gid)
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": ()}

    def run(name: str, *arguments: str) -> None:
        command = [str(place / name), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=300, env={"LC_ALL": "C.UTF-8"}, **who)  # type: ignore[call-overload]

    try:
        run("initdb", "--auth=trust", "--username=grader", "--encoding=UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        run("pg_ctl", "-w", "-t", "200", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://grader@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-w", "-m", "fast", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.mark.long
def test_the_same_rows_as_in_sqlite(server: str, course: Course) -> None:
    """By either command the rows are those of SQLite; what a person has given stays; nbgrader exports it."""
    for student, patch in {"cleo": EVERYWHERE["cleo"], "finn": EVERYWHERE["finn"], "gus": RECOGNITION["gus"], "kim": RECOGNITION["kim"]}.items():
        course.hand_in(patch(course.fresh()), student)
    results = course.grade(salt="")
    course.by_hand(1.0, "Well said.")
    expected = all_rows(course.database, NAME)

    course.configure(f"c.CourseDirectory.db_url = {server!r}")
    theirs = Course(course.root, server)
    assert theirs.grade(salt="") == results
    theirs.by_hand(1.0, "Well said.")
    assert all_rows(server, NAME) == expected
    done = course.nbgrader("autograde", NAME)
    assert done.returncode == 0, done.stderr
    assert all_rows(server, NAME) == expected

    course.hand_in(course.work.write("why", "Something else altogether."))
    theirs.grade(salt="")
    assert theirs.rows()["why"] == (None, 1.0, True)
    assert course.nbgrader("export").returncode == 0
    with (course.root / "grades.csv").open(encoding="utf-8") as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == {
            student: result.score + (student == "alice") for student, result in results.items()
        }
