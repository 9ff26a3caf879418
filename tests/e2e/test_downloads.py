"""A class of thirty, downloaded from each platform as it comes, graded by one command: accents, blanks, copies, late files, a roster."""
from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.loading import load_assignment
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

from .conftest import Course

FIRST = ["Zoë", "José María", "Søren", "Łukasz", "Ana", "Müşerref", "Bo", "Đorđe", "Éloïse", "O'Neil"]
LAST = ["Čapek", "de la Cruz", "Ng"]
PEOPLE = [f"{first} {last}" for last in LAST for first in FIRST]
LATE, TWICE, UNKNOWN = {3, 4}, {5, 6, 7}, 29
"""By number: those who are late, those who handed in twice (the first time untouched), and the one whom the roster does not know."""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(make_course(tmp_path_factory.mktemp("course")))


@pytest.fixture(scope="module")
def works(course: Course) -> tuple[bytes, bytes]:
    """An untouched notebook and a right one."""
    work = Work.handed_out(load_assignment(NAME, course.root))
    return json.dumps(work.as_json()).encode(), json.dumps(work.copy().solve().as_json()).encode()


def sortable(name: str) -> str:
    """As Canvas runs a name together: the last name first, in small letters, without blanks and punctuation."""
    first, last = (name[: -len(end)].strip() if i == 0 else end for end in LAST if name.endswith(end) for i in (0, 1))
    return "".join(c for c in (last + first).lower() if c.isalnum() or c == "_")


def canvas(blank: bytes, right: bytes) -> dict[str, bytes]:
    files = {}
    for i, name in enumerate(PEOPLE):
        late = "_LATE" if i in LATE else ""
        if i in TWICE:
            files[f"{sortable(name)}{late}_{4000 + i}_{90 + i}_{NAME}.ipynb"] = blank
        files[f"{sortable(name)}{late}_{4000 + i}_{900 + i}_{NAME}{'-1' if i in TWICE else ''}.ipynb"] = right
    return files


def moodle(blank: bytes, right: bytes) -> dict[str, bytes]:
    files = {}
    for i, name in enumerate(PEOPLE):
        form = "assignsubmission_file_" if i % 2 else "assignsubmission_file"
        if i in TWICE:
            files[f"{name}_{1300 + i}_{form}/draft.ipynb"] = blank
        files[f"{name}_{1300 + i}_{form}/{NAME}.ipynb"] = right
    return files


def gradescope(blank: bytes, right: bytes) -> dict[str, bytes]:
    files, lines = {}, ["---"]
    for i, name in enumerate(PEOPLE):
        for number, data in [(100 + i, blank)] * (i in TWICE) + [(500 + i, right)]:
            files[f"assignment_9_export/submission_{number}/{NAME}.ipynb"] = data
            lines += [
                f"submission_{number}:", "  :submitters:", f"  - :name: {json.dumps(name, ensure_ascii=False)}", f"    :sid: '00{i}'",
                f"    :email: s{i}@uni.example", f"  :created_at: 2026-11-0{2 if number < 500 else 3} 12:00:00.000000000 Z",
            ]  # fmt: skip
    files["assignment_9_export/submission_metadata.yml"] = "\n".join(lines).encode()
    return files


Made = Callable[[bytes, bytes], dict[str, bytes]]
LAYOUTS: dict[str, Made] = {"canvas": canvas, "moodle": moodle, "gradescope": gradescope}


def roster_of(path: Path) -> Path:
    """Names alone, but for one person; and one who handed in nothing."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "name"], *([f"s{i}", name] for i, name in enumerate(PEOPLE) if i != UNKNOWN), ["lazy", "Nobody Atall"]])
    return path


def graded(course: Course, *arguments: str) -> tuple[dict[str, Any], str]:
    done = course.run("autograde", NAME, "--no-gradebook", "--salt", "s", "--json", "results.json", *arguments)
    assert done.returncode == 0, done.stderr
    results = json.loads((course.root / "results.json").read_text(encoding="utf-8"))
    return {s["student"]: s for s in results["submissions"]}, done.stderr


@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
@pytest.mark.parametrize("platform", LAYOUTS)
def test_a_download_of_thirty(course: Course, works: tuple[bytes, bytes], tmp_path: Path, platform: str, packed: bool) -> None:
    """All are graded under their roster's ids, the newest attempt counts, and who could not be placed, or handed in nothing, is said."""
    files = LAYOUTS[platform](*works)
    download = tmp_path / "submissions.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    if packed:
        download.write_bytes(buffer.getvalue())
    else:
        download = tmp_path / "submissions"
        with zipfile.ZipFile(buffer) as archive:
            archive.extractall(download)
    results, said = graded(course, "--submitted", str(download), "--roster", str(roster_of(tmp_path / "class.csv")))
    assert len(results) == 30 and set(results) > {f"s{i}" for i in range(29)}
    assert {s["score"] for s in results.values()} == {5.0}
    (made_up,) = set(results) - {f"s{i}" for i in range(29)}
    assert f"1 not found in the roster, and graded under a made-up id: {made_up}" in said
    assert "1 in the roster, with nothing handed in: lazy" in said
    messages = {student: "; ".join(s["messages"]) for student, s in results.items()}
    assert "nobody in the roster could be told to be" in messages.pop(made_up)
    late = {f"s{i}" for i in LATE} if platform == "canvas" else set()
    assert {student for student, text in messages.items() if "handed in late" in text} == late
    assert {student for student, text in messages.items() if "was taken" in text} == {f"s{i}" for i in TWICE}
    assert {student for student, text in messages.items() if text} == late | {f"s{i}" for i in TWICE}


def test_without_a_roster_nobody_is_lost(course: Course, works: tuple[bytes, bytes], tmp_path: Path) -> None:
    """Each gets an id made of what the platform says, the same one each time; the command to replay a question takes the download too."""
    download = tmp_path / "d.zip"
    with zipfile.ZipFile(download, "w") as archive:
        for name, data in moodle(*works).items():
            archive.writestr(name, data)
        archive.writestr("stray.pdf", b"%PDF")
    results, said = graded(course, "--submitted", str(download))
    assert len(results) == 30 and "Zoë_Čapek_1300" in results and "O_Neil_Ng_1329" in results
    assert "1 not graded, since it can't be told whose it is: stray.pdf" in said
    done = course.run("explain", "Zoë_Čapek_1300", NAME, "center", "--submitted", str(download), "--salt", "s")
    assert done.returncode == 0 and "2 of 2" in done.stdout


def test_times_reach_the_gradebook(course: Course, works: tuple[bytes, bytes], tmp_path: Path) -> None:
    """When Gradescope says that it was handed in is what the gradebook knows, for late penalties."""
    from autograder.records.database import open_gradebook

    download = tmp_path / "d.zip"
    with zipfile.ZipFile(download, "w") as archive:
        for name, data in gradescope(*works).items():
            archive.writestr(name, data)
    done = course.run("autograde", NAME, "--submitted", str(download), "--student", "s1@uni.example", "--into", str(tmp_path / "into"), "--salt", "s")
    assert done.returncode == 0, done.stderr
    with open_gradebook(f"sqlite:///{tmp_path / 'into' / 'gradebook.db'}") as book:
        assert str(book.find_submission(NAME, "s1@uni.example").timestamp).startswith("2026-11-03 12:00")


def test_a_roster_that_is_none(course: Course, tmp_path: Path) -> None:
    """Status 2 with the file and the mend."""
    (tmp_path / "class.csv").write_text("colour\nred\n")
    done = course.run("autograde", NAME, "--submitted", str(tmp_path), "--roster", str(tmp_path / "class.csv"))
    assert done.returncode == 2 and "class.csv:1" in done.stderr and "grade_downloads" in done.stderr
