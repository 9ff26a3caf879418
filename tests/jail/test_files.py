"""What may be shown, what data is called in the box, what the jail's root is made of, and removing boxes."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.inside import jail
from autograder.inside.jail import files, namespaces


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course folder with a virtual environment in it, and a link to it."""
    for folder in ("course/assignments", "course/.venv/lib", "course/.venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "course/gradebook.db").touch()
    (tmp_path / "link").symlink_to("course")
    return tmp_path


def test_environment_inside_the_course_may_be_shown(course: Path) -> None:
    """Showing .venv does not show what lies beside it, nor what begins with the same letters."""
    (course / "course/.venv-secrets").mkdir()
    hidden = [course / "course/assignments", course / "course/gradebook.db", course / "course/.venv-secrets"]
    jail.check_binds([str(course / "course/.venv"), "/usr"], [str(path) for path in hidden])


@pytest.mark.parametrize("shown", ["course", "", "link", "course/.venv/..", "course/assignments"])
def test_course_must_not_be_shown(course: Path, shown: str) -> None:
    """A folder above the assignments is refused, by whatever name, and the message names both."""
    with pytest.raises(jail.JailError, match="assignments lies in"):
        jail.check_binds(["/usr", str(course / shown)], [str(course / "course/assignments")])


def test_linked_secret_is_found(course: Path) -> None:
    """A gradebook that is reached by a link lies where the link leads."""
    with pytest.raises(jail.JailError, match=r"gradebook\.db"):
        jail.check_binds([str(course / "course")], [str(course / "link/gradebook.db")])


def test_root_shows_everything() -> None:
    """/ is above all."""
    with pytest.raises(jail.JailError):
        jail.check_binds(["/"], ["/srv/course"])


def test_links_are_made_again_and_followed(course: Path) -> None:
    """A link given is shown as a link, with what it leads to; what lies beneath another path is shown once."""
    (course / "course/.venv/lib64").symlink_to("lib")
    given = [str(course / name) for name in ("course/.venv/lib64", "course/.venv/bin", "link", "course/.venv")]
    bound, links = namespaces._plan(given)
    assert bound == [str(course / "course")]
    assert links == {str(course / "link"): "course", str(course / "course/.venv/lib64"): "lib"}


def test_missing_path_is_named(course: Path) -> None:
    """A path that is not there is refused by name, not noticed later by a strange ImportError."""
    with pytest.raises(jail.JailError, match="nowhere"):
        namespaces._plan([str(course / "nowhere")])


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "/etc/x", "a/../../x", "a\\..\\x"])
def test_name_outside_the_box_is_refused(course: Path, name: str) -> None:
    """Data goes into the box and nowhere else."""
    with pytest.raises(jail.JailError, match="no name"):
        files.place([("/etc/hostname", name)], str(course), lambda source, target: None)


def test_data_is_copied_where_nothing_guards_it(course: Path) -> None:
    """At level none a file and a folder are copied."""
    (course / "table.csv").write_text("1,2")
    box = course / "box"
    box.mkdir()
    files.place([(str(course / "table.csv"), "data/t.csv"), (str(course / "course"), "all")], str(box), files.copy)
    assert (box / "data/t.csv").read_text() == "1,2"
    assert (box / "all/gradebook.db").exists()


def test_box_is_removed_however_it_looks() -> None:
    """Thousands of nested folders, folders without permission, links that lead out."""
    box = files.make_box()
    outside = Path(files.make_box())
    (outside / "kept").touch()
    here = os.getcwd()
    os.chdir(box)
    try:
        os.symlink(outside, "link")
        os.mkdir("closed")
        Path("closed/file").touch()
        os.chmod("closed", 0)
        for _ in range(1100):
            os.mkdir("nested")
            os.chdir("nested")
    finally:
        os.chdir(here)
    files.remove_box(box)
    assert not os.path.exists(box)
    assert (outside / "kept").exists()
    files.remove_box(str(outside))
    assert not outside.exists()


def test_boxes_of_a_killed_grader_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Own boxes whose maker is gone go; those of one who lives, however old, new ones and whatever else lies there stay."""
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path))
    make = "import sys; sys.path.insert(0, sys.argv[1]); from autograder.inside.jail import files; print(files.make_box(), flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", make, str(Path(__file__).parents[2])]
    makers = [
        subprocess.Popen(command, env={**os.environ, "TMPDIR": str(tmp_path)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]  # fmt: skip
    living, left = (Path(maker.stdout.readline().strip()) for maker in makers if maker.stdout)
    own, other, new = Path(files.make_box()), tmp_path / "other", tmp_path / "chainrule-box-new"
    new.mkdir()
    other.mkdir()
    (left / "file").touch()
    (left / "link").symlink_to(other)
    (tmp_path / "chainrule-box-link").symlink_to(other)
    for path in (own, living, left, other):
        os.utime(path, (0, 0))
    makers[1].kill()
    makers[1].wait()
    try:
        files.sweep_boxes()
        there = {path: path.exists() for path in (left, living, own, new, other)}
        assert there == {left: False, living: True, own: True, new: True, other: True}
    finally:
        for maker in makers:
            maker.kill()
            maker.communicate()
    files.remove_box(str(own))
    assert not own.exists() and str(own) not in files._held
