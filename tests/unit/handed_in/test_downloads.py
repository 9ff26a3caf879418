"""Downloads: whose a file is by its place, by a roster, and how it is taken in without trusting the archive."""
from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.handed_in import choosing, entries, laying_out
from autograder.handed_in.choosing import original
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.intake import Intake, taken_in
from autograder.handed_in.platforms.downloads import moment, names_of, read_metadata
from autograder.handed_in.platforms.named import Named, spellings
from autograder.handed_in.roster import Student, safe
from autograder.handed_in.submission import read_submission
from autograder.handed_in.whose import Places, made_id
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)

PLACES: dict[str, tuple[str, Named]] = {
    "canvas": ("musteranna_4711_998877_tiny.ipynb", Named("Canvas", "musteranna", "tiny.ipynb", {"canvas": "4711"}, attempt=998877)),
    "canvas, late, again": ("muñozjosé_LATE_4711_998878_tiny-1.ipynb", Named("Canvas", "muñozjosé", "tiny-1.ipynb", {"canvas": "4711"}, True, attempt=998878)),
    "canvas, underscores in the file": ("li_1_2_my_3_4_work.ipynb", Named("Canvas", "li", "my_3_4_work.ipynb", {"canvas": "1"}, attempt=2)),
    "canvas, anonymous": ("LATE_anon_Xy12z_98_tiny.ipynb", Named("Canvas", "anon", "tiny.ipynb", {"anonymous": "Xy12z"}, True, attempt=98)),
    "moodle": ("Zoë D'Arc_1327_assignsubmission_file/tiny.ipynb", Named("Moodle", "Zoë D'Arc", "tiny.ipynb", {"moodle": "1327"})),
    "moodle, older": ("Zoë D'Arc_1327_assignsubmission_file_/sub/tiny.ipynb", Named("Moodle", "Zoë D'Arc", "tiny.ipynb", {"moodle": "1327"})),
    "moodle, flat": ("Zoë D'Arc_1327_assignsubmission_file_tiny.ipynb", Named("Moodle", "Zoë D'Arc", "tiny.ipynb", {"moodle": "1327"})),
    "moodle, online text": ("Bo_5_assignsubmission_onlinetext/onlinetext.html", Named("Moodle", "Bo", "onlinetext.html", {"moodle": "5"})),
    "exchange": ("bo+tiny+2026-11-02 12:00:00.123456 UTC+x1/tiny.ipynb", Named("nbgrader", "bo", "tiny.ipynb", submission="bo+tiny+2026-11-02 12:00:00.123456 UTC+x1", when=NOON)),
    "nbgrader": ("bo/tiny/tiny.ipynb", Named("nbgrader", "bo", "tiny.ipynb")),
    "flat": ("Ana Ñu.ipynb", Named("", "Ana Ñu", "Ana Ñu.ipynb")),
}  # fmt: skip


@pytest.mark.parametrize("what", PLACES)
def test_a_place_says_whose_it_is(what: str) -> None:
    """As each platform names it, with its number, lateness, attempt and time."""
    place, named = PLACES[what]
    assert names_of(tuple(place.split("/")), NAME, {}) == (named,)


@pytest.mark.parametrize("place", ["notes.pdf", "bo+other+2026-11-02 12:00:00 UTC/tiny.ipynb", ".ipynb"])
def test_other_places_say_nothing(place: str) -> None:
    """Another assignment's folder, a stray file."""
    assert names_of(tuple(place.split("/")), NAME, {}) == ()


METADATA = """---
submission_77:
  :submitters:
  - :name: Zoë Čapek
    :sid: '0031'
    :email: zoe@uni.example
  - :name: Bo Li
    :sid:
    :email: bo@uni.example
  :created_at: 2026-11-02 12:00:00.000000000 Z
  :score: 3.0
submission_78:
  :submitters: []
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-11-02 13:00:00 Z
    zone: !ruby/object:ActiveSupport::TimeZone
      name: Etc/UTC
"""


def test_gradescope_says_who_handed_in() -> None:
    """A group is several people; Ruby's own objects are read as values; whoever is not named keeps the folder's name."""
    found = read_metadata(METADATA)
    zoe, bo = names_of(("submission_77", "tiny.ipynb"), NAME, found)
    assert zoe == Named("Gradescope", "Zoë Čapek", "tiny.ipynb", {"number": "0031", "email": "zoe@uni.example"}, submission="submission_77", when=NOON)
    assert (bo.who, bo.keys) == ("Bo Li", {"email": "bo@uni.example"})
    (nobody,) = names_of(("submission_78", "tiny.ipynb"), NAME, found)
    assert (nobody.who, nobody.when) == ("submission_78", datetime(2026, 11, 2, 13, tzinfo=UTC))


def test_metadata_runs_nothing() -> None:
    """A tag makes nothing of a text, what is no YAML is refused, and a reference brings back no table."""
    people = "  :submitters:\n  - :name: !!python/object/apply:os.getcwd [x]\n    :sid: !!timestamp x\n"
    (named,) = read_metadata(f"a:\n{people}")["a"]
    assert (named.who, named.keys) == ("x", {"number": "x"})
    for text in ("a: [", "a: {b: 1, [c]: 2}", "a: *x\n", "[" * 5000, "\x00"):
        with pytest.raises(ValueError):
            read_metadata(text)
    for text in ("a: &x {b: 1}\nc: *x\n", "a: &x {b: 1}\nc: &y\n  <<: [*x, *x]\n  d: *y\n"):
        assert all(one.keys == {} for people in read_metadata(text).values() for one in people)
    long = f"a: &x {'n' * 300}\nb:\n  :submitters:\n  - :name: *x\n"
    assert read_metadata(long)["b"][0].who == "b"
    assert read_metadata("- 1\n") == {} and read_metadata("a: {':submitters': 3}")["a"][0].who == "a"


def test_a_time_that_ruby_writes_once_and_refers_to() -> None:
    """Rails writes a time's zone, and the time in UTC, once and refers to them; whoever handed in is known all the same."""
    about = "  :submitters:\n  - :email: {0}@x.edu\n  :created_at: !ruby/object:ActiveSupport::TimeWithZone\n    utc: &{0} 2026-11-02 12:00:00.000000000 Z\n"
    zone = "    zone: &zone !ruby/object:ActiveSupport::TimeZone\n      name: Etc/UTC\n"
    text = f"s_1:\n{about.format('a')}{zone}    time: *a\ns_2:\n{about.format('b')}    zone: *zone\n    time: *b\n"
    found = read_metadata(text)
    assert {folder: (one.who, one.when) for folder, (one,) in found.items()} == {"s_1": ("a@x.edu", NOON), "s_2": ("b@x.edu", NOON)}


def test_times_and_copies() -> None:
    """Times with and without a zone; the numbers that browsers and platforms add to a copy."""
    assert moment("2026-11-02 12:00:00.5 UTC") == moment("2026-11-02T13:00:00+01:00") == NOON
    assert moment("yesterday") is None and moment("2026-13-02 12:00:00") is None
    assert {original(name) for name in ("tiny.ipynb", "tiny-1.ipynb", "tiny (2).ipynb", "tiny-1 (2).ipynb", "tiny.IPYNB", "tiny.ipynb.txt", "tiny (1).ipynb.json")} == {"tiny.ipynb"}
    assert original("part-two.ipynb") == "part-two.ipynb"


# ---- the roster ---------------------------------------------------------------------------------------------------

ROSTER = (
    Student("am1", "Anna Lena Muster", "anna@uni.example", canvas="4711", moodle="1327", number="0031"),
    Student("jm", "José Muñoz García"), Student("li1", "Bo Li"), Student("li2", "Bo Li"), Student("ø", "Søren Łuk"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("named", "student"),
    [
        (Named("Canvas", "somebodyelse", "x", {"canvas": "4711"}), "am1"), (Named("Moodle", "Participant", "x", {"moodle": "1327"}), "am1"),
        (Named("Gradescope", "A. Muster", "x", {"email": "Anna@Uni.example"}), "am1"), (Named("Gradescope", "A", "x", {"number": "0031"}), "am1"),
        (Named("Canvas", "musterannalena", "x", {"canvas": "1"}), "am1"), (Named("Canvas", "muñozgarcíajosé", "x", {"canvas": "2"}), "jm"),
        (Named("Moodle", "JOSE Munoz Garcia", "x", {"moodle": "2"}), "jm"), (Named("", "JM", "x"), "jm"), (Named("", "Garcia, Jose Munoz", "x"), "jm"),
        (Named("Canvas", "libo", "x", {"canvas": "3"}), ""), (Named("", "Nobody", "x"), ""), (Named("Canvas", "łuksøren", "x", {"canvas": "9"}), "ø"),
    ],
)  # fmt: skip
def test_a_roster_places_people(named: Named, student: str) -> None:
    """By the platform's number, an address, the id, or a name that one person alone has, whatever its accents and order."""
    assert Places(ROSTER).find(named)[0] == student


def test_spellings_are_rotations() -> None:
    """Each way to put the last name first, however long it is."""
    assert spellings("Ana de la Ñu") == {"anadelanu", "delanuana", "lanuanade", "nuanadela"}
    assert spellings("") == set()


def test_made_up_ids_are_folders() -> None:
    """Everybody gets one that can be a folder's name; different people get different ones."""
    names = ["Ana Ñu", "a/b", "..", "", "-rf", "\udcff", "x" * 300, "x" * 299, "CON", "a\nb", "名前"]
    made = [made_id(Named("Moodle", name, "x", {"moodle": str(i)})) for i, name in enumerate(names)]
    assert all(safe(text) and " " not in text for text in made) and len(set(made)) == len(made)
    assert made[0] == "Ana_Ñu_0"
    assert made_id(Named("Gradescope", "Bo", "x", {"number": "3", "email": "bo@uni.example"})) == "bo@uni.example"


# ---- taking in ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    edits = {"assignment.toml": [("may_hand_in = []", 'may_hand_in = ["model.npz"]'), ("extra_notebooks = []", 'extra_notebooks = ["more.py"]')]}
    root = make_course(tmp_path_factory.mktemp("course"), edits, {"more.py": "# %% [markdown]\n# More\n"})  # type: ignore[arg-type]
    return load_assignment(NAME, root)


@pytest.fixture(scope="module")
def solved(tiny: Assignment) -> bytes:
    return json.dumps(Work.handed_out(tiny).solve().as_json()).encode()


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def seen(taken: Intake, tiny: Assignment) -> dict[str, tuple[bool, str]]:
    """By student, whether it can be read, and all that is said."""
    found = {}
    for handin in find_submissions(taken.folder, tiny):
        submission = read_submission(handin, tiny)
        found[handin.student] = (submission.readable, "; ".join([*taken.notes.get(handin.student, ()), *submission.messages]))
    return found


def test_nothing_leaves_the_folder(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Names with `..`, a leading slash or a drive are read where they lie, and never written."""
    names = ["../../evil_1_2_tiny.ipynb", "/tmp/evil_3_4_tiny.ipynb", "C:\\evil_5_6_tiny.ipynb", "x/../../../y/tiny/tiny.ipynb"]
    before = set(tmp_path.rglob("*"))
    with taken_in(packed(tmp_path / "d.zip", dict.fromkeys(names, solved)), tiny) as taken:
        files = [path for path in taken.folder.rglob("*") if path.is_file()]
        assert all(path.name == "tiny.ipynb" and path.parent.name == NAME and path.parents[2] == taken.folder for path in files)
    assert set(tmp_path.rglob("*")) == before | {tmp_path / "d.zip"}
    assert not taken.folder.exists()


def test_links_bombs_and_locked_files(tiny: Assignment, solved: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each costs its own student alone: a link is not followed, a file is read up to a limit, an encrypted or broken one is named."""
    for module in (laying_out, choosing):
        monkeypatch.setattr(module, "MAX_NOTEBOOK_BYTES", 1 << 20)
    path = packed(tmp_path / "d.zip", {"bomb_1_1_tiny.ipynb": b"0" * (3 << 20), "good_2_2_tiny.ipynb": solved, "bad_3_3_tiny.ipynb": b"BADBADBADBAD" * 9})
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("link_4_4_tiny.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with taken_in(path, tiny) as taken:
        found = seen(taken, tiny)
    assert found["good_2"] == (True, "")
    assert "more than 1 MiB" in found["bomb_1"][1] and "links are not followed" in found["link_4"][1]
    assert not found["bad_3"][0]
    data = path.read_bytes()  # the same with a broken stream
    at = data.index(b"good_2_2_tiny.ipynb") + len("good_2_2_tiny.ipynb") + 40
    (tmp_path / "broken.zip").write_bytes(data[:at] + b"\xff" * 40 + data[at + 40 :])
    with taken_in(tmp_path / "broken.zip", tiny) as taken:
        assert "can't be read" in seen(taken, tiny)["good_2"][1]


def test_limits_of_the_whole(tiny: Assignment, solved: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many files, or too much of all together, is refused with a reason."""
    path = packed(tmp_path / "d.zip", {f"s{i}_{i}_{i}_tiny.ipynb": solved for i in range(5)})
    monkeypatch.setattr(laying_out, "MAX_TOTAL_BYTES", 2 * len(solved))
    with pytest.raises(UsageError, match="GiB"), taken_in(path, tiny):
        pass
    monkeypatch.setattr(entries, "MAX_ENTRIES", 4)
    with pytest.raises(UsageError, match="more than 4 files"), taken_in(path, tiny):
        pass


def test_what_is_no_download(tiny: Assignment, tmp_path: Path) -> None:
    """Not there, not a zip, and nothing of anybody in it: each a wrong call with the mend."""
    (tmp_path / "x.zip").write_bytes(b"no zip")
    for path, mend in ((tmp_path / "none", "--submitted DIR"), (tmp_path / "x.zip", "unpack it"), (packed(tmp_path / "e.zip", {"a.pdf": b""}), "the downloads of Canvas, Moodle")):
        with pytest.raises(UsageError) as error, taken_in(path, tiny):
            pass
        assert mend in error.value.mend


def test_names_that_do_not_say_their_encoding() -> None:
    """UTF-8 without the mark that says so is read as UTF-8."""
    assert entries._name(zipfile.ZipInfo("zoë.ipynb".encode().decode("cp437"))) == "zoë.ipynb"
    flagged = zipfile.ZipInfo("zoë.ipynb")
    flagged.flag_bits |= 0x800
    assert entries._name(flagged) == "zoë.ipynb"


def test_the_newest_counts(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Of several of a person's: the right name before others, then the newest; an appendix is nobody's answer; all of it is said."""
    blank = json.dumps(Work.handed_out(tiny).as_json()).encode()
    files = {
        "a_1_10_tiny.ipynb": blank, "a_1_11_tiny-1.ipynb": solved, "a_1_12_scratch.ipynb": blank, "a_1_13_more.ipynb": blank, "a_1_9_model-1.npz": b"m",
        "b_LATE_2_5_homework.ipynb": solved, "c_3_5_essay.pdf": b"%PDF", "d_4_5_more.ipynb": blank,
    }  # fmt: skip
    with taken_in(packed(tmp_path / "d.zip", files), tiny) as taken:
        found = seen(taken, tiny)
        assert (taken.folder / "a_1" / NAME / "tiny.ipynb").read_bytes() == solved
        assert (taken.folder / "a_1" / NAME / "model.npz").read_bytes() == b"m"
    assert "3 notebooks were handed in; tiny-1.ipynb was taken, not scratch.ipynb, tiny.ipynb" in found["a_1"][1]
    assert found["b_2"] == (True, "it was handed in late, says Canvas; tiny.ipynb is missing; homework.ipynb was taken in its place")
    assert not found["c_3"][0] and "no notebook was handed in, but essay.pdf" in found["c_3"][1]
    assert not found["d_4"][0]


def test_an_archive_may_hold_the_notebook(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Whoever hands in the whole folder as a zip is graded all the same; one level deep."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("tiny/tiny.ipynb", solved)
        archive.writestr("tiny/checks.py", "")
    with taken_in(packed(tmp_path / "d.zip", {"a_1_1_tiny.zip": inner.getvalue(), "b_2_2_tiny.zip": b"no zip"}), tiny) as taken:
        found = seen(taken, tiny)
    assert found["a_1"] == (True, "") and not found["b_2"][0]


def test_folders_as_they_were(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """nbgrader's layout and a flat folder are graded where they lie, also with odd names in other assignments' folders."""
    other = tmp_path / "s" / "bo" / "other"
    other.mkdir(parents=True)
    (other / "x_1_2_y.ipynb").write_bytes(solved)
    (tmp_path / "s" / "bo" / NAME).mkdir()
    with taken_in(tmp_path / "s", tiny) as taken:
        assert taken.folder == tmp_path / "s"
    flat = tmp_path / "flat"
    flat.mkdir()
    (flat / "Bo Li.ipynb").write_bytes(solved)
    with taken_in(flat, tiny) as taken:
        assert taken.folder == flat
    with taken_in(flat, tiny, (Student("li", "Bo Li"), Student("x"))) as taken:
        assert seen(taken, tiny) == {"li": (True, "")} and taken.absent == ("x",)


def test_the_exchange(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Of two submissions the newest is graded, with the time at which it came."""
    for when in ("2026-11-02 12:00:00.000000 UTC", "2026-11-01 12:00:00.000000 UTC"):
        folder = tmp_path / f"bo+{NAME}+{when}+a1"
        folder.mkdir()
        (folder / "tiny.ipynb").write_bytes(solved if "11-02" in when else b"{}")
    with taken_in(tmp_path, tiny) as taken:
        assert seen(taken, tiny) == {"bo": (True, "2 submissions were downloaded; the newest was taken")}
        assert (taken.folder / "bo" / NAME / "timestamp.txt").read_text().startswith("2026-11-02 12:00:00")


def test_pipes_and_links_in_a_folder(tiny: Assignment, solved: bytes, tmp_path: Path) -> None:
    """Nothing is waited for, no link is followed."""
    os.mkfifo(tmp_path / "a_1_1_tiny.ipynb")
    (tmp_path / "b_2_2_tiny.ipynb").symlink_to("/etc/passwd")
    (tmp_path / "c_3_3_tiny.ipynb").write_bytes(solved)
    with taken_in(tmp_path, tiny) as taken:
        found: dict[str, Any] = seen(taken, tiny)
    assert found["c_3"] == (True, "") and "pipe" in found["a_1"][1] and "link" in found["b_2"][1]
