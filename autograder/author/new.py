"""A new assignment, and a new course around it where there is none: copies of author/templates with a
name filled in.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment.loading import load_assignment, names_in, order_of
from autograder.errors import UsageError

TEMPLATES = Path(__file__).parent / "templates"
_COURSE = {"nbgrader_config.py": "nbgrader_config.py", "gitignore": ".gitignore"}
_MAY_BE_THERE = re.compile(
    r"\..*|venv|env|README.*|LICENSE.*|requirements.*\.txt|pyproject\.toml|.*\.egg-info|nbgrader_config\.py|data",
    re.I,
)


@dataclass(frozen=True)
class Made:
    """What was written: the assignment's folder, and the course's own files where the course is new."""

    folder: Path
    course: tuple[Path, ...] = ()


def check_name(name: str) -> None:
    """Refuse a name that can't be an assignment's everywhere that it stands: a folder, a file, nbgrader's
    id, an option.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,59}", name):
        plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-").lstrip("0123456789_-")[:60].lower()
        mend = "it begins with a letter and holds letters, digits, - and _" + (
            f", such as {plain}" if plain else ""
        )
        raise UsageError(f"{name!r} can't be an assignment's name", mend=mend)


def check_may_start(folder: Path) -> None:
    """Refuse to start a course among other things."""
    others = sorted(path.name for path in folder.iterdir() if not _MAY_BE_THERE.fullmatch(path.name))
    if others:
        mend = "run this in a course's folder, or start one in a folder of its own: mkdir course && cd course"
        raise UsageError(
            f"{folder} is in no course, and holds other things "
            f"({', '.join(others[:3])}{', …' if len(others) > 3 else ''})",
            mend=mend,
        )


def make_assignment(name: str, root: Path, *, start: bool) -> Made:
    """Write assignments/<name>, and the course's files where start says that the course is new; raises
    UsageError, and then wrote nothing.
    """
    check_name(name)
    folder = root / "assignments" / name
    if folder.exists():
        raise UsageError(f"{folder} is there already", mend="choose another name, or remove it")
    if start:
        check_may_start(root)
    course = tuple(start_course(root)) if start else ()
    order, title = next_order(root), name.replace("_", " ").replace("-", " ").strip().capitalize()
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as made:
        for path in sorted((TEMPLATES / "new").iterdir()):
            if path.is_file():
                text = (
                    path.read_text(encoding="utf-8")
                    .replace("TITLE", title)
                    .replace("order = 1 ", f"order = {order} ")
                    .replace("NAME", name)
                )
                (Path(made) / path.name).write_text(text, encoding="utf-8")
        shutil.copytree(made, folder)
    load_assignment(name, root)
    return Made(folder, course)


def start_course(root: Path) -> list[Path]:
    """Write the files that a course has, where they are not there."""
    (root / "data").mkdir(exist_ok=True)
    written = []
    for source, target in _COURSE.items():
        path = root / target
        if not path.exists():
            path.write_text((TEMPLATES / "course" / source).read_text(encoding="utf-8"), encoding="utf-8")
            written.append(path)
    return written


def next_order(root: Path) -> int:
    """The place after all that are there, also beside one that is not whole."""
    return max((order_of(root / "assignments" / name) for name in names_in(root)), default=0) + 1
