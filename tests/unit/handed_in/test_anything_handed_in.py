"""Nothing raises for what a student may hand in: folders and archives of any form, generated."""
from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.intake import taken_in
from autograder.handed_in.roster import Student
from autograder.handed_in.submission import read_submission
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

ROSTER = (Student("alice", "Alice Adams", "alice@x.edu", canvas="5", moodle="5"), Student("eve", "Eve Evans"))
WORDS = [
    NAME, f"{NAME}.ipynb", f"{NAME} (1).ipynb", f"{NAME}-1.IPYNB", f"{NAME}.ipynb.txt", f"{NAME}.zip", "timestamp.txt", "submission_metadata.yml", "alice", "(alice)",
    f"alice+{NAME}+2026-11-02 12:00:00 UTC", "Alice Adams_5_assignsubmission_file", f"adamsalice_5_9_{NAME}.ipynb", "._x.ipynb", "x" * 200, "caf\udce9", "n.pdf",
]  # fmt: skip
NAMES = st.one_of(st.sampled_from(WORDS), st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40).filter(lambda name: name not in (".", "..")))
PLACES = st.lists(NAMES, min_size=1, max_size=5)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return load_assignment(NAME, make_course(tmp_path_factory.mktemp("course")))


@pytest.fixture(scope="module")
def right(tiny: Assignment) -> bytes:
    return json.dumps(Work.handed_out(tiny).solve().as_json()).encode()


def archive(files: list[tuple[list[str], bytes]]) -> bytes:
    """An archive with these files, whose names need not be ones that a file system takes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as into:
        for place, data in files:
            into.writestr(zipfile.ZipInfo("/".join(place).encode("utf-8", "replace").decode() or "x"), data)
    return made.getvalue()


NOTES = st.sampled_from([b"9999-12-31 23:59:59 -14:00", b"0001-01-01 00:00:00 +14:00", b"2026-11-02 12:00:00 UTC", b"a: &x {b: 1}\nc: *x\n", b"alice:\n  :submitters:\n  - :name: !!timestamp x\n", b"{}", b"PK\x03\x04"])
FILES = st.lists(st.tuples(PLACES, st.one_of(NOTES, st.binary(max_size=60))), max_size=6)
KINDS = st.lists(st.sampled_from(["file", "link", "circle", "beside", "pipe", "folder"]), min_size=6, max_size=6)


def lay_out(root: Path, files: list[tuple[list[str], bytes]], kinds: list[str]) -> None:
    """As far as the file system takes it."""
    for (place, data), kind in zip(files, kinds, strict=False):
        path = root.joinpath("eve", *place)
        if os.path.lexists(path):  # to write to a pipe waits, and to a link writes elsewhere
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind == "file":
                path.write_bytes(data)
            elif kind == "link":
                path.symlink_to(root / "elsewhere")
            elif kind == "circle":
                path.symlink_to(path.parent)
            elif kind == "beside":
                path.symlink_to(f"{NAME}.zip")
            elif kind == "pipe":
                os.mkfifo(path)
            else:
                path.mkdir()
        except OSError:
            continue


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES, kinds=KINDS, inner=FILES, packed=st.booleans(), roster=st.booleans())
def test_nothing_raises(tiny: Assignment, right: bytes, files: list[tuple[list[str], bytes]], kinds: list[str], inner: list[tuple[list[str], bytes]], packed: bool, roster: bool) -> None:
    """Whatever lies in eve's folder, alice's right notebook is hers, and everybody who is found is read or gets a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "class")
        for name in ("alice", "bob"):
            (root / name / NAME).mkdir(parents=True)
            (root / name / NAME / f"{NAME}.ipynb").write_bytes(right)
        (root / "eve").mkdir()
        (root / "eve" / f"{NAME}.zip").write_bytes(archive(inner))
        lay_out(root, files, kinds)
        path = root
        if packed:
            path = Path(folder, "class.zip")
            all_files = [(["eve", *place], data) for place, data in files]
            path.write_bytes(archive([*all_files, (["alice", NAME, f"{NAME}.ipynb"], right), (["bob", NAME, f"{NAME}.ipynb"], right)]))
        with taken_in(path, tiny, ROSTER if roster else ()) as intake:
            read = {h.student: read_submission(h, tiny) for h in find_submissions(intake.folder, tiny)}
    assert read["alice"].readable and read["alice"].answer("center_solution") and read["bob"].readable
    assert read.keys() - {"alice", "bob"} <= {"eve"}
    assert all(one.readable or one.messages for one in read.values())
