"""Names in Canvas's download that can be read in several ways."""
from __future__ import annotations

import json
import os
import random
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.assignment.values import Assignment
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.intake import Intake, taken_in
from autograder.handed_in.platforms.canvas import comes_back_to, of_several_readings, readings
from autograder.handed_in.platforms.downloads import names_of
from autograder.handed_in.roster import Student
from autograder.handed_in.submission import read_submission
from autograder.handed_in.whose import Places
from autograder.outputs.handing_back import handed_back
from tests.sample_class.work import Work
from tests.unit.handed_in.test_whose_files import packed

OTHERS = ("alice_5_998902_tiny.ipynb", "lee_12_998900_tiny.ipynb", "bo_13_998901_tiny.ipynb")
CLASS = (Student("al1", "Alice", canvas="5"), Student("le2", "Lee", canvas="12"), Student("bo3", "Bo", canvas="13"), Student("ev4", "Eve", canvas="7"))


def as_canvas_writes(sortable: str, user: int, attachment: int, file: str, late: bool = False) -> str:
    """lib/content_zipper.rb: sanitize_user_name, get_filename, sanitize_file_name, sanitize_attachment_filename."""
    cleaned = re.sub(r"_([0-9]+)_", r"\1", sortable).lower()
    joined = "_".join([cleaned, *(["LATE"] if late else []), str(user)])
    start, end = re.sub(r"[^\w]", "", joined), re.sub(r'[\x00/\\:*?"<>|]+', "_", file)
    return f"{start}_{attachment}_{end}"


@settings(max_examples=300, deadline=None)
@given(st.text("ab_ 15,'-Éß", min_size=1, max_size=12), st.integers(1, 99), st.integers(1, 99), st.text("ab_ 15.", min_size=1, max_size=8), st.booleans())
def test_what_canvas_means_is_among_the_readings(sortable: str, user: int, attachment: int, file: str, late: bool) -> None:
    """Whatever somebody is called, and has called the file; and where it is the only one, there is no doubt."""
    found = readings(as_canvas_writes(sortable, user, attachment, file, late))
    assert (str(user), attachment, file, late) in {(one.keys.get("canvas"), one.attempt, one.file, one.late) for one in found}


SORTABLE = ("li", "o'hara, z", "müller, anna", "test", "smith late", "İ, ß")
FILES = ("tiny.ipynb", "tiny-1.ipynb", "my_3_4_w.ipynb", "2_3_t.ipynb", "01_t.ipynb", "LATE_5_6_t.ipynb", "text.html")


@pytest.mark.parametrize("seed", range(300))
def test_no_file_is_anothers(seed: int) -> None:
    """Classes in which people call themselves and their files after numbers of others, and rosters that lack lines or have other names: what is told is right, and the rest is said not to be."""
    draw = random.Random(seed)
    users = draw.sample(range(1, 60) if seed % 2 else range(4000, 9000), draw.randint(2, 9))
    base = draw.choice((998_000, 15_000, 10_000_000, 300, 3))
    attempts = draw.sample(range(base, base + 30), len(users))

    def numbers() -> str:
        return str(draw.choice((*users, *attempts, draw.randint(1, 30), draw.randint(base, base * 2 + 9), 20261102)))

    rows = []
    for user, attempt in zip(users, attempts, strict=True):
        name, file = draw.choice(SORTABLE), draw.choice(FILES)
        if seed % 3 and draw.random() < 0.3:
            name += "".join(draw.choice(("_", " ", "_ ", " _")) + numbers() for _ in range(draw.randint(1, 4))) + draw.choice(("", "_", " x"))
        if draw.random() < 0.2:
            file = "_".join(numbers() for _ in range(draw.randint(1, 3))) + "_" + file
        rows.append((as_canvas_writes(name, user, attempt, file, draw.random() < 0.2), user, name))
    roster = tuple(Student(f"s{user}", draw.choice((name, "Other Name")), canvas=str(user)) for _, user, name in rows if draw.random() < 0.8)
    for called in (None, Places(roster).called):
        told = of_several_readings([file for file, _, _ in rows], called)
        for file, user, _ in rows:
            (one,) = told.get(file) or names_of((file,), "", {})
            assert str(user) in one.one_of or one.keys == {"canvas": str(user)}, file
            assert not one.one_of or len(one.one_of) > 1


def test_the_numbers_of_the_other_files_tell() -> None:
    """A number that no file beside the others can have is part of a name, or of what the file is called."""
    names = ("eve_5_99_7_998950_tiny.ipynb", "test_5_9_998333_tiny.ipynb", "cy_8_998999_2_nn.ipynb", "di_4_998833_01_a.ipynb")
    found = of_several_readings([*names, *OTHERS])
    assert [found[name][0].keys.get("canvas") for name in names[:3]] == ["7", "9", "8"]
    assert readings(names[3])[0].keys == {"canvas": "4"} and names[3] not in found  # numbers have no 0 in front
    elsewhere, dated = "eve_5_998903_10000000000000007_10000000000012345_t.ipynb", "bo_13_998901_20261102120509_t.ipynb"
    found = of_several_readings([elsewhere, dated, *OTHERS])
    assert found[elsewhere][0].one_of == ("5", "10000000000000007") and found[dated][0].keys == {"canvas": "13"}
    all_alike = [f"n{i}_{i}_{998877 + i}_3_layers.ipynb" for i in range(4, 9)]
    assert {name: one.keys["canvas"] for name, (one,) in of_several_readings(all_alike).items()} == {name: name[1] for name in all_alike}


def test_anonymous_is_a_whole_download_or_nobody() -> None:
    """Whoever is called anon is a person beside others."""
    (one,) = of_several_readings(["anon_ab12z_99_7_8_tiny.ipynb", "LATE_anon_Xy12z_98_tiny.ipynb"])["anon_ab12z_99_7_8_tiny.ipynb"]
    assert one.keys == {"anonymous": "ab12z"}
    (one,) = of_several_readings(["anon_77_99_998000_tiny.ipynb", *OTHERS])["anon_77_99_998000_tiny.ipynb"]
    assert one.keys == {"canvas": "99"}


def took(path: Path, tiny: Assignment, roster: tuple[Student, ...] = ()) -> tuple[set[str], Intake]:
    with taken_in(path, tiny, roster) as intake:
        return {h.student for h in find_submissions(intake.folder, tiny) if read_submission(h, tiny).readable}, intake


@pytest.mark.parametrize("hostile", ["eve_5_998000_7_998950_tiny.ipynb", "alice_5_998000_7_998950_tiny.ipynb"])
def test_a_name_that_can_mean_two_people_is_nobodys(hostile: str, tiny: Assignment, tmp_path: Path) -> None:
    """Neither alice's result nor a word on her page comes of it; no page goes back under it."""
    solved = json.dumps(Work.handed_out(tiny).solve().as_json()).encode()
    path = packed(tmp_path / "d.zip", dict.fromkeys([*OTHERS, hostile], solved))
    own = hostile.removesuffix("_998950_tiny.ipynb")
    for roster, others in (((), {"alice_5", "lee_12", "bo_13"}), (CLASS, {"al1", "le2", "bo3"})):
        found, intake = took(path, tiny, roster)
        assert found == others | {own}
        assert "may be that of user 5 or 7" in intake.notes[own][0]
        assert all(not intake.notes[student] for student in others)
        assert intake.formerly.keys() <= {"al1", "le2", "bo3"}
        page = tmp_path / "page.html"
        page.write_text("<p>")
        back = handed_back("Canvas", tiny.name, dict.fromkeys(found, page), intake.places, roster)
        assert set(back.left_out) == {own} and back.pages == 3


def test_the_roster_decides_where_number_and_name_of_one_person_are_met(tiny: Assignment, tmp_path: Path) -> None:
    """Canvas's own export has the same name. A line that is missing in it makes nobody another; nor does a name that is alice's, beside a file of hers."""
    solved = json.dumps(Work.handed_out(tiny).solve().as_json()).encode()
    eve, alice = "eve_5_998000_7_998950_tiny.ipynb", "alice_5_998000_7_998950_tiny.ipynb"
    own = Student("ev4", "eve_ 5_998000", canvas="7")
    for name, roster, student in (
        (eve, (*CLASS[:3], own), "ev4"),
        (eve, CLASS[:3], "eve_5_998000_7"),
        (alice, CLASS[:3], "alice_5_998000_7"),
        (alice, (CLASS[0], Student("ev4", "alice_ 5_998000", canvas="7")), "alice_5_998000_7"),
    ):
        found, intake = took(packed(tmp_path / "d.zip", dict.fromkeys([*OTHERS, name], solved)), tiny, roster)
        assert student in found and intake.notes["al1"] == ()
    dated = "alice_5_998902_998000_a.ipynb"  # the name that she gave it
    found, intake = took(packed(tmp_path / "d.zip", dict.fromkeys([*OTHERS[1:], dated], solved)), tiny, CLASS)
    assert found == {"al1", "le2", "bo3"}


def test_a_page_that_canvas_would_give_to_another_does_not_go_back(tiny: Assignment, tmp_path: Path) -> None:
    """Canvas looks for the first two numbers; here these are no user's and no file's, or another's."""
    name = "eve_5_998902_7_998950_tiny.ipynb"
    assert comes_back_to(name) == ("5", 998902)
    page = tmp_path / "page.html"
    page.write_text("<p>")
    roster = (Student("ev4", "eve_ 5_998902", canvas="7"),)
    assert handed_back("Canvas", tiny.name, {"ev4": page}, {"ev4": name}, roster).left_out.keys() == {"ev4"}
    assert handed_back("Canvas", tiny.name, {"al1": page}, {"al1": OTHERS[0]}, CLASS).pages == 1


def test_what_a_killed_run_has_left_is_removed_by_the_next(tiny: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder with students' work; that of a run that still lives stays."""
    import fcntl

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, living = tmp_path / "chainrule-intake-left", tmp_path / "chainrule-intake-living"
    for folder in (left, living):
        (folder / "am1").mkdir(parents=True)
        os.utime(folder, (0, 0))
    handle = os.open(living, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    path = packed(tmp_path / "d.zip", dict.fromkeys(OTHERS, b"{}"))
    with taken_in(path, tiny) as intake:
        assert intake.folder.parent == tmp_path and not left.exists() and living.exists()
        os.utime(intake.folder, (0, 0))
        with taken_in(path, tiny):
            assert intake.folder.exists()
    os.close(handle)
    assert not intake.folder.exists()


@pytest.mark.parametrize("users", [("alice_5", "bo_13"), ("alice_5",)])
def test_what_looks_like_blackboards_behind_canvas_s_numbers_is_the_students(users: tuple[str, ...], tiny: Assignment, tmp_path: Path) -> None:
    """Also where all files are called so; and Blackboard's title may hold numbers."""
    solved = json.dumps(Work.handed_out(tiny).solve().as_json()).encode()
    behind = "attempt_2026-11-02-12-05-09"
    files = {f"{user}_99890{n}_hw_lee_{behind}_tiny.ipynb": solved for n, user in enumerate(users)}
    assert took(packed(tmp_path / "d.zip", files), tiny)[0] == set(users)
    of_blackboard = {f"hw_1_2_{user}_{behind}{end}": data for user in ("lee", "bo") for end, data in (("_tiny.ipynb", solved), (".txt", b"Name: B (%s)" % user.encode()))}
    assert took(packed(tmp_path / "b.zip", of_blackboard), tiny)[0] == {"lee", "bo"}
