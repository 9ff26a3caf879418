"""What a student may hand in so that another's work counts as its own, or the run ends or stands still before anything is graded.

Each case lays out a class of two, alice who is right and eve who attacks. It would have succeeded where alice's work does not stand under
alice's name, where eve's stands under anybody's but eve's, where anything is raised, or where it takes long.

Whoever runs the tests reads them; where that is root, an ordinary user does too.
"""
from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.values import Assignment
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.intake import taken_in
from autograder.handed_in.roster import Student
from autograder.handed_in.submission import read_submission
from tests.jail.harness import as_user

from .course import NAME, REPOSITORY, environment, honest, make_assignment, own

SECONDS = 20
ROSTER = (Student("alice", "Alice Adams", "alice@x.edu", canvas="5", moodle="5"), Student("eve", "Eve Evans", "eve@x.edu", canvas="6", moodle="6"))
METADATA = "submission_metadata.yml"
SWAP = """---
{alice}:
  :submitters:
  - :name: Eve Evans
    :email: eve@x.edu
{eve}:
  :submitters:
  - :name: Alice Adams
    :email: alice@x.edu
"""
GRADESCOPE = """---
submission_5:
  :submitters:
  - :name: Alice Adams
    :email: alice@x.edu
submission_6:
  :submitters:
  - :name: {name}
    :email: {email}
  :created_at: {when}
"""
LAYOUTS = {
    "nbgrader": (f"alice/{NAME}", f"eve/{NAME}"),
    "exchange": (f"alice+{NAME}+2026-11-02 12:00:00 UTC", f"eve+{NAME}+2026-11-02 12:00:00 UTC"),
    "moodle": ("Alice Adams_5_assignsubmission_file", "Eve Evans_6_assignsubmission_file"),
    "gradescope": ("submission_5", "submission_6"),
}


class Class:
    """A folder of submissions: alice's is the right notebook, eve's an untouched one."""

    def __init__(self, root: Path, alice: bytes, eve: bytes) -> None:
        self.root, self.alice, self.eve = root, alice, eve

    def put(self, place: str, data: bytes) -> Path:
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def laid_out(self, layout: str) -> str:
        """Both as a platform gives them; eve's folder."""
        alice, eve = LAYOUTS[layout]
        self.put(f"{alice}/{NAME}.ipynb", self.alice)
        self.put(f"{eve}/{NAME}.ipynb", self.eve)
        if layout == "gradescope":
            self.put(METADATA, GRADESCOPE.format(name="Eve Evans", email="eve@x.edu", when="2026-11-02 12:00:00 Z").encode())
        return eve

    def packed(self) -> Path:
        """The folder as a zip."""
        return Path(shutil.make_archive(str(self.root) + "-packed", "zip", self.root))


Case = Callable[[Class], "Path | None"]
CASES: dict[str, tuple[Case, bool]] = {}


def attack(name: str = "", roster: bool | None = None) -> Callable[[Case], Case]:
    """Declare a case, which may give a zip in place of the folder; with a roster, without, or (None) both."""

    def declare(case: Case) -> Case:
        for with_roster in (False, True) if roster is None else (roster,):
            CASES[f"{name or case.__name__}, {'roster' if with_roster else 'alone'}"] = (case, with_roster)
        return case

    return declare


def in_every_layout(make: Callable[[Class, str, str, str], None]) -> None:
    """Declare a case for each layout: it is given eve's folder and the outermost names of both."""
    for layout, (alice, eve) in LAYOUTS.items():

        def case(of: Class, layout: str = layout, alice: str = alice, eve: str = eve) -> None:
            make(of, of.laid_out(layout), alice.split("/")[0], eve.split("/")[0])

        attack(f"{make.__name__} ({layout})", None if layout in ("nbgrader", "gradescope") else True)(case)


# ---- whose work it is ---------------------------------------------------------------------------------------------


@in_every_layout
def metadata_in_the_own_folder(of: Class, own: str, alice: str, eve: str) -> None:
    of.put(f"{own}/{METADATA}", SWAP.format(alice=json.dumps(alice), eve=json.dumps(eve)).encode())


@in_every_layout
def folders_named_like_another_student(of: Class, own: str, alice: str, eve: str) -> None:
    for outermost, _ in LAYOUTS.values():
        of.put(f"{own}/{outermost}/{NAME}.ipynb", of.eve)
        of.put(f"{own}/{outermost}/{NAME}/{NAME}.ipynb", of.eve)
    of.put(f"{own}/alice/{NAME}/{NAME}.ipynb", of.eve)
    for path in (of.root / own).rglob("*.ipynb"):
        os.utime(path, (4e9, 4e9))


@attack(roster=True)
def another_name_in_moodles_flat_name(of: Class) -> None:
    of.put(f"Alice Adams_5_assignsubmission_file_{NAME}.ipynb", of.alice)
    of.put(f"Eve Evans_6_assignsubmission_file_Alice Adams_5_assignsubmission_file_{NAME}.ipynb", of.eve)


@attack(roster=True)
def moodles_name_in_canvass(of: Class) -> None:
    of.put(f"adamsalice_5_10_{NAME}.ipynb", of.alice)
    of.put(f"evanseve_6_99_Alice Adams_5_assignsubmission_file_{NAME}.ipynb", of.eve)


BLACKBOARD = "HW_{}_attempt_2026-11-02-12-05-09"


@attack(roster=True)
def anothers_attempt_in_the_name_of_an_own_file_in_blackboards(of: Class) -> None:
    for who, data in (("alice", of.alice), ("eve", of.eve)):
        of.put(f"{BLACKBOARD.format(who)}.txt", f"Name: X ({who})\n".encode())
        file = NAME if who == "alice" else f"alice_attempt_2027-11-02-12-05-09_{NAME}"
        of.put(f"{BLACKBOARD.format(who)}_{file}.ipynb", data)


@attack(roster=True)
def blackboards_name_in_canvass(of: Class) -> None:
    of.put(f"adamsalice_5_10_{NAME}.ipynb", of.alice)
    of.put(f"evanseve_6_99_{BLACKBOARD.format('alice')}_{NAME}.ipynb", of.eve)


@attack(roster=False)
def a_name_in_brackets(of: Class) -> Path:
    of.put("alice.ipynb", of.alice)
    of.put("(alice).ipynb", of.eve)
    return of.packed()


@attack(roster=False)
def an_address_with_an_underscore(of: Class) -> Path:
    of.put(f"alice/{NAME}/{NAME}.ipynb", of.alice)
    of.put(f"_alice/{NAME}/{NAME}.ipynb", of.eve)
    return of.packed()


@attack(roster=True)
def called_as_another(of: Class) -> None:
    of.put(f"adamsalice_5_10_{NAME}.ipynb", of.alice)
    of.put(f"Alice Adams_7_99_{NAME}.ipynb", of.eve)


@attack(roster=True)
def called_by_anothers_address(of: Class) -> None:
    of.put(f"adamsalice_5_10_{NAME}.ipynb", of.alice)
    of.put(f"alice@x.edu_7_99_{NAME}.ipynb", of.eve)


@attack(roster=False)
def bytes_that_are_shown_as_anothers_name(of: Class) -> None:
    of.laid_out("nbgrader")
    folder = os.fsencode(of.root)
    for name in (b"z\xff", b"z\\xff"):
        os.makedirs(folder + b"/" + name + f"/{NAME}".encode())
        Path(os.fsdecode(folder + b"/" + name), NAME, f"{NAME}.ipynb").write_bytes(of.eve)


# ---- the run ends -------------------------------------------------------------------------------------------------


def timestamp(text: str) -> Case:
    def case(of: Class) -> None:
        of.put(f"{of.laid_out('nbgrader')}/timestamp.txt", text.encode())

    return case


for says, text in {"long": "2026 " * 1000, "of the year 1": "0001-01-01 00:00:00 +14:00", "of the year 9999": "9999-12-31 23:59:59 -14:00"}.items():
    attack(f"a timestamp {says}", True)(timestamp(text))


@attack(roster=True)
def a_linked_timestamp(of: Class) -> None:
    os.symlink("/etc/passwd", of.root / of.laid_out("nbgrader") / "timestamp.txt")


@attack(roster=True)
def a_timestamp_that_is_a_pipe(of: Class) -> None:
    os.mkfifo(of.root / of.laid_out("nbgrader") / "timestamp.txt")


def named_as(**fields: str) -> Case:
    def case(of: Class) -> None:
        of.laid_out("gradescope")
        of.put(METADATA, GRADESCOPE.format(**{"name": "Eve Evans", "email": "eve@x.edu", "when": "2026-11-02 12:00:00 Z", **fields}).encode())

    return case


for says, fields in {
    "a time that is none": {"when": "!!timestamp x"}, "the year 1": {"when": '"0001-01-01 00:00:00 +14:00"'}, "the year 9999": {"when": '"9999-12-31 23:59:59 -14:00"'},
    "a number of many digits": {"name": "9" * 10_000}, "a float that is none": {"name": "!!float x"}, "bytes that are none": {"name": "!!binary ü"},
}.items():  # fmt: skip
    attack(f"metadata with {says}")(named_as(**fields))


@attack()
def metadata_with_a_time_in_the_own_folder(of: Class) -> None:
    of.put(f"{of.laid_out('nbgrader')}/{METADATA}", b"a: !!timestamp x\n")


@attack()
def twelve_hundred_folders(of: Class) -> None:
    folder = os.open(of.root / of.laid_out("nbgrader"), os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)


@attack()
def a_path_over_4096(of: Class) -> None:
    folder = os.open(of.root / of.laid_out("nbgrader"), os.O_RDONLY)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=folder)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(os.open("x.ipynb", os.O_CREAT, dir_fd=folder))
    os.close(folder)


@attack()  # of an ordinary user's run; root reads it
def a_folder_that_is_locked(of: Class) -> None:
    locked = of.root / of.laid_out("nbgrader") / "locked"
    locked.mkdir()
    locked.chmod(0)


def inner_zip(make: Callable[[zipfile.ZipFile], None]) -> Case:
    def case(of: Class) -> None:
        eve = of.laid_out("moodle")
        (of.root / eve / f"{NAME}.ipynb").unlink()
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            make(archive)
        of.put(f"{eve}/{NAME}.zip", data.getvalue())

    return case


def entry_of(name: bytes, data: bytes = b"x") -> Callable[[zipfile.ZipFile], None]:
    def make(archive: zipfile.ZipFile) -> None:
        archive.writestr("n" * len(name) or "n", data)
        info = archive.infolist()[-1]
        info.filename = name.decode("latin-1")
        info.orig_filename = info.filename

    return make


attack("an entry without a name", True)(inner_zip(entry_of(b"")))
attack("an entry of an odd name", True)(inner_zip(entry_of(b"\xff\xfe/../x.ipynb")))


@attack(roster=True)
def an_archive_of_the_class_with_an_entry_without_a_name(of: Class) -> Path:
    of.laid_out("moodle")
    path = of.packed()
    with zipfile.ZipFile(path, "a") as archive:
        entry_of(b"")(archive)
    return path


@attack(roster=True)
def an_archive_of_the_class_with_a_path_of_a_thousand_folders(of: Class) -> Path:
    eve = of.laid_out("moodle")
    path = of.packed()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"{eve}/{'d/' * 2000}x.ipynb", b"x")
        archive.writestr(f"{eve}/{'n' * 5000}.ipynb", b"x")
    return path


@attack()
def folders_in_the_place_of_files(of: Class) -> None:
    own = of.root / of.laid_out("nbgrader")
    for name in ("timestamp.txt", METADATA, f"{NAME} (1).ipynb", f"{NAME}.zip"):
        (own / name / "inside").mkdir(parents=True)


@attack()
def links_in_circles(of: Class) -> None:
    own = of.root / of.laid_out("nbgrader")
    os.symlink(own, own / "circle")
    os.symlink("loop", own / "loop")
    os.symlink("loop.ipynb", own / "loop.ipynb")


# ---- the run stands still -----------------------------------------------------------------------------------------


def merges(levels: int) -> str:
    lines = ["a0: &a0 {k: 1}"]
    lines += [f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


@attack()
def metadata_of_merge_keys_in_the_own_folder(of: Class) -> None:
    of.put(f"{of.laid_out('nbgrader')}/{METADATA}", merges(9).encode())


@attack(roster=True)
def metadata_of_many_megabytes_in_the_own_folder(of: Class) -> None:
    of.put(f"{of.laid_out('moodle')}/{METADATA}", b"[" + b"{a: [b, c]}, " * 1_000_000 + b"]")


@attack(roster=True)
def a_name_of_twenty_kilobytes(of: Class) -> Path:
    of.laid_out("moodle")
    path = of.packed()
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(4):
            archive.writestr("a" + "_1" * 10_000 + str(number), b"x")
            archive.writestr("Eve Evans_6_assignsubmission_file/x" + "-1" * 10_000 + f"{number}x.ipynb", b"x")
            archive.writestr("Eve Evans_6_assignsubmission_file/" + " " * 20_000 + f"{number}x.ipynb", b"x")
    return path


@attack(roster=True)
def a_million_entries(of: Class) -> None:
    def make(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("x")
        archive.writestr(info, b"")
        archive.filelist += [info] * 900_000

    inner_zip(make)(of)


@attack()
def six_hundred_archives_of_two_thousand_files(of: Class) -> None:
    own = of.root / of.laid_out("nbgrader")
    (own / f"{NAME}.ipynb").unlink()
    with zipfile.ZipFile(own / "0.zip", "w") as archive:
        for number in range(1900):
            archive.writestr(f"{number}.ipynb", b"")
    for number in range(1, 600):
        os.link(own / "0.zip", own / f"{number}.zip")


@attack(roster=True)
def ten_thousand_files(of: Class) -> None:
    own = of.root / of.laid_out("moodle")
    for number in range(10_000):
        (own / f"{number}.ipynb").touch()


@attack()
def texts_that_a_pattern_goes_over_again_and_again(of: Class) -> None:
    """What is read of each cell has a bound: prose beside a write-up, and code of a newer Python's grammar."""
    notebook = json.loads(of.eve)
    prose = ("# " + "a" * 5000 + " b c d e", "<a>" * 30_000, "[![" * 30_000, "<" * 90_000, 'mo.md("""' + '"" ' * 30_000)
    code = ("def f[T](\n" + "def\n" * 20_000, "def f[" + "T," * 5000 + "](x):\n" + "def g(x: T): pass\n" * 3000, "except " + "a," * 30_000 + "\n")
    for kind, texts in (("markdown", prose), ("code", (*prose, *code))):
        notebook["cells"] += [{"cell_type": kind, "metadata": {}, "source": text, **({"outputs": [], "execution_count": None} if kind == "code" else {})} for text in texts]
    of.put(f"alice/{NAME}/{NAME}.ipynb", of.alice)
    of.put(f"eve/{NAME}/{NAME}.ipynb", json.dumps(notebook).encode())



# ---- what came of it ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The assignment that is handed in."""
    return make_assignment(tmp_path_factory.mktemp("course"))


@pytest.fixture
def of(tmp_path: Path, assignment: Assignment) -> Iterator[Class]:
    """An empty class."""
    right, blank = (json.dumps(honest(assignment, kind).as_json()).encode() for kind in (0, 3))
    (tmp_path / "class").mkdir()
    yield Class(tmp_path / "class", right, blank)
    subprocess.run(["chmod", "-R", "u+rwx", tmp_path / "class"], check=False)
    subprocess.run(["rm", "-rf", tmp_path / "class"], check=False)  # shutil gives up on paths that are too long


def taken(path: Path, assignment: Assignment, roster: tuple[Student, ...]) -> dict[str, bool]:
    """By student, whether the notebook that would be graded is alice's."""
    found = {}
    with taken_in(path, assignment, roster) as intake:
        for handin in find_submissions(intake.folder, assignment):
            read = read_submission(handin, assignment)
            found[handin.student] = read.answer("center_solution") is not None
    return found


def within(seconds: float, work: Callable[[], Any]) -> Any:
    """What it gives, or raises, in so much time."""
    said: list[Any] = []

    def run() -> None:
        try:
            said.append(work())
        except BaseException as error:
            said.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert said, "the run stands still"
    if isinstance(said[0], BaseException):
        raise said[0]
    return said[0]


@pytest.mark.parametrize("name", CASES)
def test_one_students_folder(name: str, of: Class, assignment: Assignment) -> None:
    """Alice's work is alice's, eve's is nobody's but eve's, and the run goes on."""
    case, with_roster = CASES[name]
    path = case(of) or of.root
    found = within(SECONDS, lambda: taken(path, assignment, ROSTER if with_roster else ()))
    assert [student for student, is_alices in found.items() if is_alices], "alice's work is gone"
    for student, is_alices in found.items():
        assert is_alices == student.lower().startswith("alice") or (not is_alices and student != "alice" and "@" not in student), (name, found)
        assert is_alices or student not in ("alice", "alice@x.edu"), f"eve's work counts as alice's: {found}"


@pytest.mark.skipif(os.geteuid() != 0, reason="the ordinary user that runs this has seen them all")
def test_one_students_folder_read_by_an_ordinary_user(place: Path) -> None:
    """All of it again by one who may not read everything: what is locked is locked for it."""
    own(place, "user")
    mine = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "no:cacheprovider", "-q", f"--basetemp={place / 'base'}", f"--rootdir={REPOSITORY}"]
    command = as_user("user", [*mine, f"{__file__}::test_one_students_folder"])
    done = subprocess.run(command, cwd=place, env={**environment(place), "PYTHONPATH": str(REPOSITORY)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert f"{len(CASES)} passed" in done.stdout
